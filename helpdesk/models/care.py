"""The follow-up programme after a sale: care plans, revisits, what they found, and calendars one subscribes to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, Word
from helpdesk.models.tickets import Channel


class RevisitState(StrEnum):
    """Where a revisit stands; what is final has an end of its own."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"  # by the client
    DONE = "done"
    MISSED = "missed"  # its last day went by
    MOVED = "moved"  # another one follows it
    SKIPPED = "skipped"  # by us, with a reason
    REFUSED = "refused"  # by the client, with a reason


OPEN_STATES = frozenset({RevisitState.PLANNED, RevisitState.CONFIRMED})


class NeedKind(StrEnum):
    UPGRADE = "upgrade"
    EXTRA_SITE = "extra_site"
    CONSUMABLES = "consumables"
    TRAINING = "training"
    OTHER = "other"


class Followed(StrEnum):
    """What became of a need or a referral."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DROPPED = "dropped"  # it was none


class CarePlan(Base):
    """A template of revisits, counted from the day of a handover."""

    __tablename__ = "care_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    calendar_id: Mapped[int | None]  # of business days; the desk's where none is named
    min_gap_days: Mapped[int] = mapped_column(default=1)  # between two revisits of a programme
    window_days: Mapped[int] = mapped_column(default=7)  # how far one may be from its nominal date
    is_active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)  # whoever changes it says which one they saw

    steps: Mapped[list[CareStep]] = relationship(order_by="CareStep.position", cascade="all, delete-orphan")


class CareStep(Base):
    """One kind of revisit of a plan: so many days after the handover, or by a rule."""

    __tablename__ = "care_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)
    position: Mapped[int]
    what: Mapped[str]
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    minutes: Mapped[int] = mapped_column(default=30)
    offset_days: Mapped[int | None]
    rule: Mapped[str | None]  # RFC 5545, in whole days, anchored at the handover

    __table_args__ = (CheckConstraint("(offset_days IS NULL) <> (rule IS NULL)", name="offset_or_rule"),)


class Care(Base):
    """A care plan at work for one client, from a day on."""

    __tablename__ = "care"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id"), index=True)
    anchor: Mapped[date]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))  # who comes, if it can be
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))  # that the time is logged on
    place: Mapped[str] = mapped_column(default="")
    planned_until: Mapped[date | None]  # further ones are planned as time goes by
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_care_ahead", "planned_until", sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip


class Revisit(Base):
    """One revisit: a call, a remote session or a visit that keeps a client well."""

    __tablename__ = "revisit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    care_id: Mapped[int | None] = mapped_column(ForeignKey("care.id"))  # none: agreed on its own
    step_id: Mapped[int | None] = mapped_column(ForeignKey("care_step.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)  # its work is logged there
    what: Mapped[str]
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    place: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int] = mapped_column(default=30)
    state: Mapped[RevisitState] = mapped_column(Word(RevisitState), default=RevisitState.PLANNED)
    nominal_on: Mapped[date]  # by the plan, before business days and tours
    planned_on: Mapped[date]
    latest_on: Mapped[date]  # the last day of its window
    starts_at: Mapped[datetime | None]  # none: at some time of that day
    problem: Mapped[str] = mapped_column(default="")  # what the planning could not keep
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    uid: Mapped[str]  # in calendars; a revisit that follows a moved one keeps it
    sequence: Mapped[int] = mapped_column(default=0)  # how often what calendars show has changed
    prepared_at: Mapped[datetime | None]  # when the client was asked and the duty was set
    confirmed_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]  # when the client asked for another time
    asked_words: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")  # why it was moved, skipped or refused
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("revisit.id"), type_=BigId, unique=True)
    created_at: Mapped[datetime]

    __table_args__ = (
        # of a rule each date once, however often it is planned
        Index("uq_revisit_nominal", "care_id", "step_id", "nominal_on", unique=True,
              sqlite_where=text("care_id IS NOT NULL AND step_id IS NOT NULL AND state <> 'moved'"),
              postgresql_where=text("care_id IS NOT NULL AND step_id IS NOT NULL AND state <> 'moved'")),
        Index("ix_revisit_day", "planned_on", "id"),  # the calendar
        Index("ix_revisit_operator", "operator_id", "planned_on"),  # a person's calendar, and their load
        Index("ix_revisit_team", "team_id", "planned_on"),
        Index("ix_revisit_organisation", "organisation_id", "planned_on"),
        Index("ix_revisit_contact", "contact_id", "planned_on"),
        Index("ix_revisit_to_prepare", "planned_on", sqlite_where=text("prepared_at IS NULL AND ended_at IS NULL"),
              postgresql_where=text("prepared_at IS NULL AND ended_at IS NULL")),
        Index("ix_revisit_to_miss", "latest_on", sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class RevisitOutcome(Base):
    """What came of a revisit."""

    __tablename__ = "revisit_outcome"

    revisit_id: Mapped[int] = mapped_column(ForeignKey("revisit.id"), type_=BigId, primary_key=True)
    satisfaction: Mapped[int | None]  # 1 to 5
    summary: Mapped[str] = mapped_column(default="")
    problems: Mapped[str] = mapped_column(default="")
    problem_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    parts: Mapped[list[str]] = mapped_column(default=list)  # used
    next_on: Mapped[date | None]
    next_revisit_id: Mapped[int | None] = mapped_column(ForeignKey("revisit.id"), type_=BigId)
    confirmed_by: Mapped[str] = mapped_column(default="")  # the client, by name
    client_confirmed_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    actor: Mapped[dict[str, Any]]

    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        Index("ix_revisit_outcome_recorded_at", "recorded_at"),  # the report
    )


class Need(Base):
    """Something that a client needs, found at a revisit: an upgrade, another site, consumables."""

    __tablename__ = "need"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    revisit_id: Mapped[int | None] = mapped_column(ForeignKey("revisit.id"), type_=BigId, index=True)
    kind: Mapped[NeedKind] = mapped_column(Word(NeedKind))
    what: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    state: Mapped[Followed] = mapped_column(Word(Followed), default=Followed.OPEN)
    result: Mapped[str] = mapped_column(default="")
    enquiry_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    found_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_need_list", "state", "id"),)


class Referral(Base):
    """Another company to which a client has recommended us."""

    __tablename__ = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)  # who recommends
    revisit_id: Mapped[int | None] = mapped_column(ForeignKey("revisit.id"), type_=BigId, index=True)
    company: Mapped[str]
    person: Mapped[str] = mapped_column(default="")
    reach: Mapped[str] = mapped_column(default="")  # a phone number or an address
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    state: Mapped[Followed] = mapped_column(Word(Followed), default=Followed.OPEN)
    result: Mapped[str] = mapped_column(default="")
    found_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_referral_list", "state", "id"),)


class FeedKind(StrEnum):
    """Whose revisits a calendar feed shows; the rights are those of the account, asked at each fetch."""

    MINE = "mine"  # of an operator, or those that a contact is visited on
    TEAM = "team"
    ORGANISATION = "organisation"


class CalendarFeed(Base):
    """An address at which a calendar program fetches revisits; only a digest of its secret is kept."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[FeedKind] = mapped_column(Word(FeedKind))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
