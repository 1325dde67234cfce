"""What reports count: one row of facts for each ticket, change of team, open span and clock, and their sums by day.

Nothing here refers to a row elsewhere: a figure outlives the ticket, the team and the person that it came from. Names
of people are not kept at all. Days are counted in the zone of the desk (`figures/desk.py`), as ordinals: 1 is Monday,
0001-01-01, so that weeks and months come from whole-number arithmetic, alike on both databases.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word
from helpdesk.models.tickets import Channel, Priority, Status, TicketType
from helpdesk.models.transfers import TransferKind
from sla.models import ClockKind


class Dimensions:
    """By what figures are sliced: how the ticket stood when the row was last written."""

    type: Mapped[TicketType] = mapped_column(Word(TicketType))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    channel_word: Mapped[str]  # in the words of an import's source; else our own
    priority: Mapped[Priority] = mapped_column(Word(Priority))
    priority_word: Mapped[str]
    team_id: Mapped[int | None]
    line: Mapped[int | None]
    operator_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    product_id: Mapped[int | None]
    component_id: Mapped[int | None]
    category_id: Mapped[int | None]
    contract_id: Mapped[int | None]
    import_id: Mapped[int | None]


class TicketFigures(Dimensions, Base):
    """The facts of one ticket. Seconds are on the wall clock unless they are called business seconds.

    1. Most tickets have one row. Where the ticket was sliced otherwise after the month in which it was opened had been
       closed, there are two: one that counts it as opened, as it was then, and one that counts how it ended.
    2. Once the month of its end is closed nothing of a row changes any more. Reopened after that, it has a further row
       for its next end. What was merely judged otherwise is a row that is not kept but the latest, and signed.
    """

    __tablename__ = "ticket_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigId)
    is_opening: Mapped[bool] = mapped_column(default=True)  # counts among those opened
    is_ending: Mapped[bool] = mapped_column(default=True)  # counts among those resolved and closed
    is_kept: Mapped[bool] = mapped_column(default=True)  # as first judged
    is_latest: Mapped[bool] = mapped_column(default=True)  # as judged now
    signed_kind: Mapped[str] = mapped_column(default="")  # of a second figure: who made it so, and when
    signed_id: Mapped[int] = mapped_column(BigId, default=0)
    signed_at: Mapped[datetime | None]

    status: Mapped[Status] = mapped_column(Word(Status))
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]  # the last time
    closed_at: Mapped[datetime | None]
    opened_day: Mapped[int]
    opened_month: Mapped[int]  # 12 * year + month - 1
    resolved_day: Mapped[int | None]
    resolved_month: Mapped[int | None]
    closed_day: Mapped[int | None]
    closed_month: Mapped[int | None]

    gross_seconds: Mapped[int | None] = mapped_column(BigId)  # from opened to resolved
    net_seconds: Mapped[int | None] = mapped_column(BigId)  # of these: neither waiting, nor scheduled, nor resolved
    business_seconds: Mapped[int | None] = mapped_column(BigId)  # of the gross ones: in the desk's working hours
    close_seconds: Mapped[int | None] = mapped_column(BigId)  # from opened to closed
    client_seconds: Mapped[int] = mapped_column(BigId, default=0)  # spent waiting for the client
    vendor_seconds: Mapped[int] = mapped_column(BigId, default=0)
    scheduled_seconds: Mapped[int] = mapped_column(BigId, default=0)
    own_seconds: Mapped[int | None] = mapped_column(BigId)  # until somebody had it
    events: Mapped[int] = mapped_column(default=0)  # rows of the import's source
    reassignments: Mapped[int] = mapped_column(default=0)
    team_changes: Mapped[int] = mapped_column(default=0)
    ping_pongs: Mapped[int] = mapped_column(default=0)  # how often some X, Y, X among its teams
    steps_up: Mapped[int] = mapped_column(default=0)  # changes of team to a higher line
    steps_back: Mapped[int] = mapped_column(default=0)  # to a lower one
    highest_line: Mapped[int | None]
    resolutions: Mapped[int] = mapped_column(default=0)
    reopenings: Mapped[int] = mapped_column(default=0)
    missed_sla: Mapped[bool] = mapped_column(default=False)
    waited_client: Mapped[bool] = mapped_column(default=False)
    by_silence: Mapped[bool] = mapped_column(default=False)  # closed because the client said nothing
    variant_id: Mapped[int | None]

    __table_args__ = (
        Index("ix_ticket_figures_ticket", "ticket_id"),
        # a period is a span of days; SQLite reads the sums of a span from here and the row
        Index("ix_ticket_figures_opened", "opened_day", "opened_at"),
        Index("ix_ticket_figures_resolved", "resolved_day", "resolved_at",
              sqlite_where=text("resolved_day IS NOT NULL"), postgresql_where=text("resolved_day IS NOT NULL")),
        Index("ix_ticket_figures_closed", "closed_day", "closed_at", sqlite_where=text("closed_day IS NOT NULL"),
              postgresql_where=text("closed_day IS NOT NULL")),
        Index("ix_ticket_figures_signed", "signed_at", sqlite_where=text("signed_at IS NOT NULL"),
              postgresql_where=text("signed_at IS NOT NULL")),
    )  # fmt: skip


class HopFigures(Dimensions, Base):
    """One change of team, the first team left out; sliced as the ticket was."""

    __tablename__ = "hop_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigId, index=True)
    transfer_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[TransferKind] = mapped_column(Word(TransferKind))
    from_team_id: Mapped[int]
    to_team_id: Mapped[int]
    from_line: Mapped[int | None]
    to_line: Mapped[int | None]
    at: Mapped[datetime]
    day: Mapped[int]
    month: Mapped[int]
    held_seconds: Mapped[int] = mapped_column(BigId)  # how long the team before had it
    is_back: Mapped[bool] = mapped_column(default=False)  # X, Y, X: the team before the last has it again

    __table_args__ = (Index("ix_hop_figures_day", "day", "at"),)


class OpenSpan(Dimensions, Base):
    """One span in which a ticket was open with one team: from its receipt, reopening or the change of team on.

    It ends with a resolution, an end or the next change of team. At any instant an open ticket lies in one of them.
    """

    __tablename__ = "open_span"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigId, index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    began_day: Mapped[int]
    began_month: Mapped[int]
    ended_day: Mapped[int | None]
    ended_month: Mapped[int | None]
    is_handed_in: Mapped[bool] = mapped_column(default=False)  # begun by a change of team
    is_handed_on: Mapped[bool] = mapped_column(default=False)  # ended by one

    __table_args__ = (
        Index("ix_open_span_began", "began_day", "ended_day"),
        Index("ix_open_span_ended", "ended_day"),
        # the backlog at the end of a month: those that outlast one are few
        Index("ix_open_span_lasting", "began_month", "ended_month",
              sqlite_where=text("ended_month IS NULL OR ended_month > began_month"),
              postgresql_where=text("ended_month IS NULL OR ended_month > began_month")),
    )  # fmt: skip


class ClockFigures(Dimensions, Base):
    """How one clock came out, against the time that the contract gives.

    Once it is decided and the month of its due date is closed, its row stays. What was judged otherwise since, such as
    a breach that was excused, is a row that is not kept but the latest, and signed.
    """

    __tablename__ = "clock_figures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clock_id: Mapped[int] = mapped_column(BigId)
    ticket_id: Mapped[int] = mapped_column(BigId, index=True)
    kind: Mapped[ClockKind] = mapped_column(Word(ClockKind))
    clock_line: Mapped[int]  # of an agreement inside the house; else 0
    policy_id: Mapped[int | None]
    outcome: Mapped[str]  # met, late, overdue, unanswered, not_due, paused, cancelled
    is_excused: Mapped[bool] = mapped_column(default=False)
    is_kept: Mapped[bool] = mapped_column(default=True)
    is_latest: Mapped[bool] = mapped_column(default=True)
    signed_kind: Mapped[str] = mapped_column(default="")
    signed_id: Mapped[int] = mapped_column(BigId, default=0)
    signed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_day: Mapped[int | None]
    due_month: Mapped[int | None]
    spent_seconds: Mapped[int | None] = mapped_column(BigId)  # of working time, until it stopped
    target_seconds: Mapped[int] = mapped_column(BigId)

    __table_args__ = (
        Index("ix_clock_figures_due", "due_day", "due_at"),
        Index("ix_clock_figures_signed", "signed_at", sqlite_where=text("signed_at IS NOT NULL"),
              postgresql_where=text("signed_at IS NOT NULL")),
    )  # fmt: skip


class Variant(Base):
    """One way through the desk: the sequence of status and sub-status, repetitions included."""

    __tablename__ = "variant"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the path
    path: Mapped[str]  # JSON: a list of `status` or `status/sub-status`
    length: Mapped[int]


class FigureSum(Base):
    """Sums of facts of one day, in all (dimension empty) or for one value of one dimension."""

    __tablename__ = "figure_sum"

    fact: Mapped[str] = mapped_column(primary_key=True)  # opened, resolved, closed, hop, began, ended, due
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)  # as text; empty for none
    measure: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigId)

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy reads it


class StaleDay(Base):
    """A day whose sums do not hold any more."""

    __tablename__ = "stale_day"

    fact: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FiguresState(Base):
    """How far the journal has been counted, and which months are closed."""

    __tablename__ = "figures_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    counted_through: Mapped[int] = mapped_column(BigId, default=0)  # an entry of the journal
    counted_at: Mapped[datetime | None]
    zone: Mapped[str] = mapped_column(default="")  # of the days
    closed_through: Mapped[int] = mapped_column(default=0)  # a month as 12 * year + month - 1
    # Where the months begin that are not wholly kept in the tables of `models/kept.py`.
    kept_until_at: Mapped[datetime | None]
    kept_until_on: Mapped[date | None]


class WallLink(Base):
    """An address at which a television shows the board of a line; only a digest of its secret is kept."""

    __tablename__ = "wall_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]  # where it hangs
    line: Mapped[int | None]  # none: the whole desk
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SavedReport(Base):
    """A report as somebody wants it again: which one, sliced how; perhaps sent by mail."""

    __tablename__ = "saved_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    name: Mapped[str]
    report: Mapped[str]
    query: Mapped[str]  # the slice, as it stands in the address of the page
    is_shared: Mapped[bool] = mapped_column(default=False)  # everybody who may read reports finds it
    every: Mapped[str] = mapped_column(default="")  # day, week, month, quarter; empty: not sent
    form: Mapped[str] = mapped_column(default="pdf")  # what the letter brings: pdf, xlsx, csv
    recipients: Mapped[list[int]] = mapped_column(default=list)  # accounts; each sees what they may
    next_on: Mapped[str] = mapped_column(default="")  # a date, in the zone of the desk
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        Index("ix_saved_report_next", "next_on", sqlite_where=text("every <> '' AND ended_at IS NULL"),
              postgresql_where=text("every <> '' AND ended_at IS NULL")),
    )  # fmt: skip
