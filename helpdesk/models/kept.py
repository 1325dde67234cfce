"""What stays of promises, claims, work, problems … once their month is closed: one plain row for each that was counted.

As in `models/figures.py` nothing here refers to a row elsewhere, no names are kept, and days and months are whole
numbers in the zone of the desk. A row has the columns of the query that reports read of the living tables
(`reports/tables`), and its id; `figures/keeping.py` writes it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word
from helpdesk.models.care import RevisitState
from helpdesk.models.claims import ClaimState, FaultKind, Outcome
from helpdesk.models.contracts import HoursKind
from helpdesk.models.knowledge import UseKind
from helpdesk.models.problems import CauseCategory, ProblemState
from helpdesk.models.promises import PromiseState
from helpdesk.models.satisfaction import NotAsked, SurveyKind, SurveyState, Via
from helpdesk.models.tickets import Channel, Priority, Status, TicketType


def _waiting(table: str) -> Index:
    """The rows whose outcome may still come."""
    return Index(f"ix_{table}_waiting", "id", sqlite_where=text("is_settled = 0"),
                 postgresql_where=text("NOT is_settled"))  # fmt: skip


class Settling:
    """Of what has an outcome: whether it has come, so that nothing of the row changes any more."""

    is_settled: Mapped[bool]


class LikeTicket:
    """By what a row is sliced that belongs to a ticket: how that stood when the row was kept."""

    ticket_id: Mapped[int | None] = mapped_column(BigId)
    type: Mapped[TicketType | None] = mapped_column(Word(TicketType))
    channel: Mapped[Channel | None] = mapped_column(Word(Channel))
    priority: Mapped[Priority | None] = mapped_column(Word(Priority))
    status: Mapped[Status | None] = mapped_column(Word(Status))
    team_id: Mapped[int | None]
    line: Mapped[int | None]
    operator_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    product_id: Mapped[int | None]
    component_id: Mapped[int | None]
    category_id: Mapped[int | None]
    contract_id: Mapped[int | None]
    import_id: Mapped[int | None]


class PromiseFigures(LikeTicket, Settling, Base):
    """A promise, by the end of its time."""

    __tablename__ = "promise_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    state: Mapped[PromiseState] = mapped_column(Word(PromiseState))
    has_passed: Mapped[bool]

    __table_args__ = (Index("ix_promise_figures_at", "at"), _waiting("promise_figures"))


class ClaimFigures(LikeTicket, Settling, Base):
    """A claim, by its registration, with the decision that is in force."""

    __tablename__ = "claim_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    state: Mapped[ClaimState] = mapped_column(Word(ClaimState))
    fault: Mapped[FaultKind] = mapped_column(Word(FaultKind))
    appealed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    amount_cents: Mapped[int | None]
    currency: Mapped[str | None]
    seconds: Mapped[int | None] = mapped_column(BigId)  # from the registration until the decision was in force

    __table_args__ = (Index("ix_claim_figures_at", "at"), _waiting("claim_figures"))


class RevisitFigures(Settling, Base):
    """A revisit, by the day that it was planned for."""

    __tablename__ = "revisit_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    on: Mapped[date]
    day: Mapped[int]
    month: Mapped[int]
    state: Mapped[RevisitState] = mapped_column(Word(RevisitState))
    operator_id: Mapped[int | None]
    team_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    contract_id: Mapped[int | None]
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    plan_id: Mapped[int | None]
    satisfaction: Mapped[int | None]
    has_passed: Mapped[bool]
    is_late: Mapped[bool]
    needs: Mapped[int] = mapped_column(BigId)
    needs_won: Mapped[int] = mapped_column(BigId)
    referrals: Mapped[int] = mapped_column(BigId)
    referrals_won: Mapped[int] = mapped_column(BigId)

    __table_args__ = (Index("ix_revisit_figures_on", "on"), _waiting("revisit_figures"))


class WorkFigures(LikeTicket, Base):
    """A piece of work, by its beginning, at the rate that held."""

    __tablename__ = "work_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    minutes: Mapped[int]
    cents: Mapped[int | None]
    currency: Mapped[str]
    is_unpriced: Mapped[bool]

    __table_args__ = (Index("ix_work_figures_at", "at"),)


class HoursFigures(LikeTicket, Base):
    """An entry of a ledger of hours, by the day for which it counts."""

    __tablename__ = "hours_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    on: Mapped[date]
    day: Mapped[int]
    month: Mapped[int]
    kind: Mapped[HoursKind] = mapped_column(Word(HoursKind))
    minutes: Mapped[int]
    spent: Mapped[int]

    __table_args__ = (Index("ix_hours_figures_on", "on"),)


class BillingFigures(LikeTicket, Base):
    """What went to accounting, by its date."""

    __tablename__ = "billing_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    on: Mapped[date]
    day: Mapped[int]
    month: Mapped[int]
    amount_cents: Mapped[int | None]
    currency: Mapped[str]
    is_unpriced: Mapped[bool]

    __table_args__ = (Index("ix_billing_figures_on", "on"),)


class ProblemFigures(Settling, Base):
    """A problem, by when it was opened; and by when it was understood, fixed and closed, as that came."""

    __tablename__ = "problem_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    state: Mapped[ProblemState] = mapped_column(Word(ProblemState))
    cause_category: Mapped[CauseCategory | None] = mapped_column(Word(CauseCategory))
    team_id: Mapped[int | None]
    product_id: Mapped[int | None]
    tickets: Mapped[int] = mapped_column(BigId)
    came_back: Mapped[bool]
    created_at: Mapped[datetime]
    created_day: Mapped[int]
    created_month: Mapped[int]
    known_error_at: Mapped[datetime | None]
    known_error_day: Mapped[int | None]
    known_error_month: Mapped[int | None]
    known_error_seconds: Mapped[int | None] = mapped_column(BigId)
    fixed_at: Mapped[datetime | None]
    fixed_day: Mapped[int | None]
    fixed_month: Mapped[int | None]
    fix_seconds: Mapped[int | None] = mapped_column(BigId)
    closed_at: Mapped[datetime | None]
    closed_day: Mapped[int | None]
    closed_month: Mapped[int | None]

    __table_args__ = (
        Index("ix_problem_figures_created", "created_at"), Index("ix_problem_figures_fixed", "fixed_at"),
        _waiting("problem_figures"),
    )  # fmt: skip


class ProblemTicketFigures(LikeTicket, Settling, Base):
    """A ticket that a problem caused, by when the ticket was opened."""

    __tablename__ = "problem_ticket_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    problem_id: Mapped[int]
    version_id: Mapped[int | None]
    client_id: Mapped[int]  # an organisation; below 0 a contact of none
    impact: Mapped[int]
    reopenings: Mapped[int]
    minutes: Mapped[int] = mapped_column(BigId)

    __table_args__ = (Index("ix_problem_ticket_figures_at", "at"), _waiting("problem_ticket_figures"))


class ArticleUseFigures(LikeTicket, Base):
    """An article that was used at a ticket."""

    __tablename__ = "article_use_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    article_id: Mapped[int]
    kind: Mapped[UseKind] = mapped_column(Word(UseKind))
    language: Mapped[str]

    __table_args__ = (
        Index("ix_article_use_figures_at", "at"), Index("ix_article_use_figures_ticket", "ticket_id"),
    )  # fmt: skip


class ArticleFigures(Base):
    """An article, by when readers got it for the first time."""

    __tablename__ = "article_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    article_id: Mapped[int]
    language: Mapped[str]
    product_id: Mapped[int | None]

    __table_args__ = (Index("ix_article_figures_at", "at"),)


class OutdatedFigures(Base):
    """That an article was found to be out of date."""

    __tablename__ = "outdated_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    article_id: Mapped[int] = mapped_column(BigId)
    product_id: Mapped[int | None]

    __table_args__ = (Index("ix_outdated_figures_at", "at"),)


class VoteFigures(Base):
    """A reader's last vote on an article."""

    __tablename__ = "vote_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    article_id: Mapped[int]
    product_id: Mapped[int | None]
    is_useful: Mapped[bool]

    __table_args__ = (Index("ix_vote_figures_at", "at"),)


class SittingFigures(Settling, Base):
    """A sitting in which articles were shown to a client who was about to write."""

    __tablename__ = "sitting_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    language: Mapped[str]
    opened_at: Mapped[datetime | None]
    ticket_followed: Mapped[bool | None]

    __table_args__ = (Index("ix_sitting_figures_at", "at"), _waiting("sitting_figures"))


class SurveyFigures(Settling, Base):
    """A question about satisfaction, by its occasion, and by when it was sent and answered."""

    __tablename__ = "survey_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[SurveyKind] = mapped_column(Word(SurveyKind))
    state: Mapped[SurveyState] = mapped_column(Word(SurveyState))
    reason: Mapped[NotAsked | None] = mapped_column(Word(NotAsked))
    via: Mapped[Via | None] = mapped_column(Word(Via))
    score: Mapped[int | None]
    closed_by_silence: Mapped[bool]
    has_words: Mapped[bool]
    team_id: Mapped[int | None]
    line: Mapped[int | None]
    operator_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    product_id: Mapped[int | None]
    component_id: Mapped[int | None]
    category_id: Mapped[int | None]
    contract_id: Mapped[int | None]
    channel: Mapped[Channel | None] = mapped_column(Word(Channel))
    type: Mapped[TicketType | None] = mapped_column(Word(TicketType))
    priority: Mapped[Priority | None] = mapped_column(Word(Priority))
    happened_at: Mapped[datetime]
    happened_day: Mapped[int]
    happened_month: Mapped[int]
    sent_at: Mapped[datetime | None]
    sent_day: Mapped[int | None]
    sent_month: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    answered_day: Mapped[int | None]
    answered_month: Mapped[int | None]

    __table_args__ = (
        Index("ix_survey_figures_happened", "happened_at"), Index("ix_survey_figures_sent", "sent_at"),
        Index("ix_survey_figures_answered", "answered_at"), _waiting("survey_figures"),
    )  # fmt: skip
