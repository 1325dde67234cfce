"""Product feedback by mail: who gets the report of which product, each week, month or quarter.

1. A report tells of the whole week (Monday to Sunday), month or quarter before, in the zone of its account, and goes
   out from seven in the morning of the day after. Each period goes out once, however many schedulers run; after the
   desk has stood still, what was missed follows, the oldest first.
2. Somebody who may not read the report any more gets none, and the schedule ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import FeedbackDue, FeedbackScheduled
from helpdesk.models.access import Account
from helpdesk.models.feedback import Every, FeedbackSchedule
from helpdesk.people import directory
from helpdesk.people.accounts import actor_of
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import may, require

SENT_FROM = time(7)
AHEAD = timedelta(days=1)  # somewhere it is tomorrow already


@dataclass(frozen=True)
class NewSchedule:
    """How often, and of which product; without one of all that the account may read."""

    every: Every
    product_id: int | None = None


@command
def schedule_feedback(new: NewSchedule, *, by: Actor) -> FeedbackSchedule:
    """Have the report sent to oneself; what is there already stays as it is."""
    require(by, Action.READ_FEEDBACK)
    owned = by.product_ids if by.role == "product_owner" else directory.products().keys()
    if new.product_id is not None and new.product_id not in owned:
        raise Invalid({"product_id": [_("Choose one of the list.")]})
    today = now().astimezone(ZoneInfo(by.zone)).date()
    dialect = db.session.get_bind().dialect.name
    made = db.session.scalar(
        (sqlite_insert if dialect == "sqlite" else postgresql_insert)(FeedbackSchedule)
        .values(account_id=by.account_id, product_id=new.product_id, every=new.every,
                next_on=following(begin_of(today, new.every), new.every))
        .on_conflict_do_nothing().returning(FeedbackSchedule.id)
    )  # fmt: skip
    if made is not None:
        record(FeedbackScheduled(by.account_id, schedule_id=made, every=new.every.value), by=by)
    product = (
        FeedbackSchedule.product_id.is_(None) if new.product_id is None
        else FeedbackSchedule.product_id == new.product_id
    )  # fmt: skip
    return db.session.scalars(
        select(FeedbackSchedule).where(
            FeedbackSchedule.account_id == by.account_id, FeedbackSchedule.ended_at.is_(None),
            FeedbackSchedule.every == new.every, product,
        )
    ).one()  # fmt: skip


@command
def end_schedule(schedule_id: int, *, by: Actor) -> None:
    """Send it no more; only one's own."""
    row = db.session.scalar(select(FeedbackSchedule).where(FeedbackSchedule.id == schedule_id).with_for_update())
    if row is None or row.account_id != by.account_id:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now()
        record(FeedbackScheduled(by.account_id, schedule_id=row.id, every=row.every.value, ended=True), by=by)


def schedules_of(*, for_: Actor) -> list[FeedbackSchedule]:
    """One's own, the oldest first."""
    query = select(FeedbackSchedule).where(
        FeedbackSchedule.account_id == for_.account_id, FeedbackSchedule.ended_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(FeedbackSchedule.id)))


def send_reports() -> int:
    """Have the reports sent whose day has come; returns how many periods were dealt with."""
    latest = (now() + AHEAD).date()
    due = db.session.scalars(
        select(FeedbackSchedule.id).where(FeedbackSchedule.ended_at.is_(None), FeedbackSchedule.next_on <= latest)
        .order_by(FeedbackSchedule.next_on, FeedbackSchedule.id).limit(500)
    ).all()  # fmt: skip
    return sum(_send(schedule_id) for schedule_id in due)


@command
def _send(schedule_id: int) -> int:
    row = db.session.scalars(
        select(FeedbackSchedule).where(FeedbackSchedule.id == schedule_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    account = db.session.get_one(Account, row.account_id)
    if row.ended_at is not None:
        return 0
    if account.disabled_at is not None or not may(actor_of(account), Action.READ_FEEDBACK):
        row.ended_at = now()
        return 1
    if now() < datetime.combine(row.next_on, SENT_FROM, ZoneInfo(account.timezone)):
        return 0
    until = row.next_on
    since = begin_of(until - timedelta(days=1), row.every)
    row.next_on = following(until, row.every)
    record(FeedbackDue(row.account_id, schedule_id=row.id, since=since.isoformat(), until=until.isoformat()),
           by=SYSTEM)  # fmt: skip
    return 1


def begin_of(day: date, every: Every) -> date:
    """The first day of the week, month or quarter of this day."""
    if every is Every.WEEK:
        return day - timedelta(days=day.weekday())
    month = day.month if every is Every.MONTH else (day.month - 1) // 3 * 3 + 1
    return day.replace(month=month, day=1)


def following(first: date, every: Every) -> date:
    """The first day of the next week, month or quarter."""
    if every is Every.WEEK:
        return first + timedelta(days=7)
    months = 1 if every is Every.MONTH else 3
    return (first.replace(day=1) + timedelta(days=31 * months)).replace(day=1)
