"""What clients are asked about their satisfaction, what was decided not to ask, and what they answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word
from helpdesk.models.tickets import Channel, Priority, TicketType


class SurveyKind(StrEnum):
    CSAT = "csat"  # how satisfied, after a resolution: 1 to 5
    CES = "ces"  # how easy it was, after a resolution: 1 (hard) to 7 (easy)
    NPS = "nps"  # whether one would recommend us, once a quarter: 0 to 10
    REVISIT = "revisit"  # how satisfied, after a revisit: 1 to 5


class SurveyState(StrEnum):
    PLANNED = "planned"
    NOT_SENT = "not_sent"  # with its reason
    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"  # nobody answered in time


class NotAsked(StrEnum):
    """Why somebody was not asked."""

    NOT_SAMPLED = "not_sampled"
    PAUSED = "paused"  # asked not long ago, about whatever
    NO_ADDRESS = "no_address"
    ONE_OF_US = "one_of_us"  # the contact is of the desk's own people
    REOPENED = "reopened"  # the resolution did not hold until the question was due
    MERGED = "merged"
    CANCELLED = "cancelled"
    SILENCE = "silence"  # silence closed it, and the desk does not ask then
    SWITCHED_OFF = "switched_off"
    TOO_LATE = "too_late"  # the desk stood still: the question would come long after its occasion


class Via(StrEnum):
    """How an answer came."""

    LETTER = "letter"
    PORTAL = "portal"
    API = "api"
    SPOKEN = "spoken"  # said at a revisit, written down by who was there


class QuestionForm(StrEnum):
    SCORE = "score"  # 1 to 5
    CHOICE = "choice"
    TEXT = "text"


WAS_SENT = text("sent_at IS NOT NULL")
IS_PLANNED, IS_SENT, IS_ANSWERED = (text(f"state = '{word}'") for word in ("planned", "sent", "answered"))
OF_CYCLE, OF_REVISIT, OF_QUARTER = (
    text("kind IN ('csat', 'ces') AND ticket_id IS NOT NULL"), text("kind = 'revisit'"),
    text("kind = 'nps' AND organisation_id IS NOT NULL"),
)  # fmt: skip


class Survey(Base):
    """One question to one contact on one occasion, or the decision not to ask it.

    What it is counted by (team, line, operator, product …) is copied when the occasion happens and never changes.
    """

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[SurveyKind] = mapped_column(Word(SurveyKind))
    cycle: Mapped[int]  # the n-th resolution of the ticket; of NPS the quarter, such as 20261
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    revisit_id: Mapped[int | None] = mapped_column(ForeignKey("revisit.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    line: Mapped[int | None]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))  # who resolved it, or came
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    component_id: Mapped[int | None] = mapped_column(ForeignKey("component.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    contract_id: Mapped[int | None]
    channel: Mapped[Channel | None] = mapped_column(Word(Channel))
    ticket_type: Mapped[TicketType | None] = mapped_column(Word(TicketType))
    priority: Mapped[Priority | None] = mapped_column(Word(Priority))
    asked_with_id: Mapped[int | None] = mapped_column(ForeignKey("survey.id"), type_=BigId)  # in the letter of another
    state: Mapped[SurveyState] = mapped_column(Word(SurveyState))
    reason: Mapped[NotAsked | None] = mapped_column(Word(NotAsked))
    closed_by_silence: Mapped[bool] = mapped_column(default=False)
    sample_point: Mapped[int]  # 0 to 9999: drawn by the occasion, the same however often it is drawn
    sample_percent: Mapped[int]  # of the settings as they were: asked below it
    happened_at: Mapped[datetime]  # the resolution, the revisit; of NPS its planning
    planned_at: Mapped[datetime]
    due_at: Mapped[datetime]  # when it is sent
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    via: Mapped[Via | None] = mapped_column(Word(Via))
    score: Mapped[int | None]
    comment: Mapped[str] = mapped_column(default="")
    words_erased_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]  # somebody has seen to a low score
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handled_note: Mapped[str] = mapped_column(default="")
    claim_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)

    __table_args__ = (
        CheckConstraint("(state = 'not_sent') = (reason IS NOT NULL)", name="reason"),
        CheckConstraint("(state = 'answered') = (score IS NOT NULL)", name="score"),
        # one of a kind for one occasion
        Index("uq_survey_cycle", "ticket_id", "cycle", "kind", unique=True, sqlite_where=OF_CYCLE,
              postgresql_where=OF_CYCLE),
        Index("uq_survey_revisit", "revisit_id", unique=True, sqlite_where=OF_REVISIT, postgresql_where=OF_REVISIT),
        Index("uq_survey_quarter", "organisation_id", "cycle", unique=True, sqlite_where=OF_QUARTER,
              postgresql_where=OF_QUARTER),
        Index("ix_survey_due", "due_at", sqlite_where=IS_PLANNED, postgresql_where=IS_PLANNED),  # the sweep
        Index("ix_survey_expires", "expires_at", sqlite_where=IS_SENT, postgresql_where=IS_SENT),
        Index("ix_survey_contact", "contact_id", "sent_at"),  # the pause, and what waits for somebody
        Index("ix_survey_with", "asked_with_id", sqlite_where=text("asked_with_id IS NOT NULL"),
              postgresql_where=text("asked_with_id IS NOT NULL")),
        Index("ix_survey_ticket", "ticket_id"),
        Index("ix_survey_happened", "happened_at", "kind"),  # reports
        Index("ix_survey_sent", "sent_at", sqlite_where=WAS_SENT, postgresql_where=WAS_SENT),
        Index("ix_survey_answered", "answered_at", sqlite_where=IS_ANSWERED, postgresql_where=IS_ANSWERED),
        Index("ix_survey_operator", "operator_id", "id", sqlite_where=IS_ANSWERED,
              postgresql_where=IS_ANSWERED),
    )  # fmt: skip

    @property
    def is_lead(self) -> bool:
        """It has a letter of its own."""
        return self.asked_with_id is None


class SurveyQuestion(Base):
    """A question of the desk's own, asked beside the score; its words by language."""

    __tablename__ = "survey_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_with: Mapped[SurveyKind] = mapped_column(Word(SurveyKind))
    form: Mapped[QuestionForm] = mapped_column(Word(QuestionForm))
    words: Mapped[dict[str, str]]
    choices: Mapped[list[Any]] = mapped_column(default=list)  # of each its words by language
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class SurveyAnswer(Base):
    """What was answered to a question of the desk's own."""

    __tablename__ = "survey_answer"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), type_=BigId, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("survey_question.id"), primary_key=True, index=True)
    score: Mapped[int | None]
    choice: Mapped[int | None]  # which one, counted from 0
    text: Mapped[str] = mapped_column(default="")
