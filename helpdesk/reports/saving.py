"""Saved reports: a report sliced so, under a name; shared with colleagues, and sent by mail.

1. What is kept is the address: a relative period ("last month") means another month each time.
2. Only who saved it changes it. Shared ones are found by everybody who may read reports.
3. It is sent from seven in the morning, in the zone of the desk, of each day, Monday, first of a month or of a quarter;
   once for each day and recipient however many schedulers run. What was missed follows, the oldest first.
4. A recipient who may not read reports any more gets none; without recipients, or when whoever saved it may not read
   reports any more, the sending ends by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.command import command
from helpdesk.core.db import among, db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.submissions import once
from helpdesk.core.times import now
from helpdesk.events import ReportDue, ReportSaved, ReportScheduled, SavedReportDeleted
from helpdesk.figures.desk import desk_zone
from helpdesk.models.access import Account
from helpdesk.models.feedback import Every
from helpdesk.models.figures import SavedReport
from helpdesk.people.accounts import actor_of, staff_accounts
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import may, require
from helpdesk.policy.scopes import visible
from helpdesk.problems.schedules import SENT_FROM, begin_of, following
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.asking import Asked, asked_again
from helpdesk.reports.words import EVERY, FORMS

LONGEST_NAME, LONGEST_QUERY, MOST_RECIPIENTS = 100, 4000, 50


@dataclass(frozen=True)
class NewSaved:
    """A report as it is to be found again; `query` is the slice as the address of its page has it."""

    name: str
    report: str
    query: str = ""
    is_shared: bool = False


@dataclass(frozen=True)
class Sending:
    """How often it is sent (day, week, month, quarter), as what (pdf, xlsx, csv), and to which accounts."""

    every: str
    form: str = "pdf"
    recipients: tuple[int, ...] = ()


@command
def save_report(new: NewSaved, *, by: Actor, submission: str | None = None) -> SavedReport:
    """Keep a report under a name that one has not used yet."""
    require(by, Action.SAVE_REPORT)
    made: SavedReport = once(submission, new, SavedReport, lambda: _saved(new, by))
    return made


def _saved(new: NewSaved, by: Actor) -> SavedReport:
    name, query = _name(new.name), _query(new.report, new.query)
    insert = sqlite_insert if db.session.get_bind().dialect.name == "sqlite" else postgresql_insert
    made = db.session.scalar(
        insert(SavedReport)
        .values(account_id=by.account_id, name=name, report=new.report, query=query, is_shared=new.is_shared, every="",
                form="pdf", recipients=[], next_on="", created_at=now())
        .on_conflict_do_nothing().returning(SavedReport.id)
    )  # fmt: skip
    if made is None:
        raise Invalid({"name": [_("You have saved a report under this name already.")]})
    record(ReportSaved(by.account_id, saved_id=made, report=new.report), by=by)
    return db.session.get_one(SavedReport, made)


@command
def change_saved(saved_id: int, *, name: str, is_shared: bool, query: str | None = None, by: Actor) -> SavedReport:
    """Call it otherwise, share it or no more; with `query` it shows another slice."""
    row = _own(saved_id, by)
    name = _name(name)
    taken = select(SavedReport.id).where(
        SavedReport.account_id == row.account_id, SavedReport.name == name, SavedReport.id != row.id
    )
    if db.session.scalar(taken) is not None:
        raise Invalid({"name": [_("You have saved a report under this name already.")]})
    row.name, row.is_shared = name, is_shared
    if query is not None:
        row.query = _query(row.report, query)
    record(ReportSaved(row.account_id, saved_id=row.id, report=row.report), by=by)
    return row


@command
def delete_saved(saved_id: int, *, by: Actor) -> None:
    """Keep it no more; it is not sent any more either."""
    row = _own(saved_id, by)
    record(SavedReportDeleted(row.account_id, saved_id=row.id), by=by)
    db.session.delete(row)


@command
def schedule_saved(saved_id: int, sending: Sending, *, by: Actor) -> SavedReport:
    """Have it sent; a second time means the same as once."""
    row = _own(saved_id, by)
    errors = {}
    if sending.every not in EVERY:
        errors["every"] = [_("Choose one of the list.")]
    if sending.form not in FORMS:
        errors["form"] = [_("Choose one of the list.")]
    recipients = sorted(set(sending.recipients))
    if not recipients:
        errors["recipients"] = [_("Choose who gets it.")]
    elif len(recipients) > MOST_RECIPIENTS or not set(recipients) <= {account.id for account in possible_recipients()}:
        errors["recipients"] = [_("Choose among those who may read reports.")]
    if errors:
        raise Invalid(errors)
    if row.every != sending.every or row.ended_at is not None:
        row.next_on = _next(now().astimezone(desk_zone()).date(), sending.every).isoformat()
    row.every, row.form, row.recipients, row.ended_at = sending.every, sending.form, recipients, None
    record(ReportScheduled(row.account_id, saved_id=row.id, every=row.every, recipients=tuple(recipients)), by=by)
    return row


@command
def end_sending(saved_id: int, *, by: Actor) -> None:
    """Send it no more."""
    _end(_own(saved_id, by), by)


@command
def stop_receiving(saved_id: int, *, by: Actor) -> None:
    """Take oneself off the recipients."""
    row = _locked(saved_id)
    if row is None or by.account_id not in row.recipients:
        raise NotFound
    row.recipients = [each for each in row.recipients if each != by.account_id]
    if row.recipients:
        record(ReportScheduled(row.account_id, saved_id=row.id, every=row.every, recipients=tuple(row.recipients)),
               by=by)  # fmt: skip
    else:
        _end(row, by)


def saved_reports(*, for_: Actor) -> list[SavedReport]:
    """One's own and the shared ones, by name."""
    require(for_, Action.READ_REPORTS)
    return list(db.session.scalars(visible(for_, SavedReport).order_by(SavedReport.name, SavedReport.id)))


def received_reports(*, for_: Actor) -> list[SavedReport]:
    """Those that come to oneself by mail."""
    sent = select(SavedReport).where(SavedReport.every != "", SavedReport.ended_at.is_(None))
    rows = db.session.scalars(sent.order_by(SavedReport.name, SavedReport.id))
    return [row for row in rows if for_.account_id in row.recipients]


def get_saved(saved_id: int, *, for_: Actor) -> SavedReport:
    """One that one sees; else NotFound."""
    row: SavedReport | None = db.session.scalar(visible(for_, SavedReport).where(SavedReport.id == saved_id))
    if row is None:
        raise NotFound
    return row


def asked_of(row: SavedReport) -> Asked | None:
    """What it asks for now; None where its report or what it is sliced by is there no more."""
    report = FACT_REPORTS.get(row.report)
    if report is None:
        return None
    try:
        return asked_again(report, row.query)
    except Invalid:
        return None


def possible_recipients() -> list[Account]:
    """Those who may read reports, by name."""
    return sorted(
        (account for account in staff_accounts()
         if account.disabled_at is None and may(actor_of(account), Action.READ_REPORTS)),
        key=lambda account: (account.name, account.id),
    )  # fmt: skip


def names_of(ids: Sequence[int]) -> dict[int, str]:
    """The names of accounts."""
    query = select(Account.id, Account.name).where(among(Account.id, list(set(ids))))
    return {row[0]: row[1] for row in db.session.execute(query)} if ids else {}


def send_due() -> int:
    """Have those sent whose day has come; returns how many were dealt with."""
    today = now().astimezone(desk_zone())
    latest = today.date() if today.time() >= SENT_FROM else today.date() - timedelta(days=1)
    due = db.session.scalars(
        select(SavedReport.id)
        .where(SavedReport.every != "", SavedReport.ended_at.is_(None), SavedReport.next_on <= latest.isoformat())
        .order_by(SavedReport.next_on, SavedReport.id).limit(500)
    ).all()  # fmt: skip
    return sum(_send(saved_id) for saved_id in due)


@command
def _send(saved_id: int) -> int:
    row = _locked(saved_id)
    if row is None or not row.every or row.ended_at is not None:
        return 0
    on = date.fromisoformat(row.next_on)
    if now() < datetime.combine(on, SENT_FROM, desk_zone()):
        return 0
    allowed = [account_id for account_id in row.recipients if _may_read(account_id)]
    if not allowed or not _may_read(row.account_id) or row.report not in FACT_REPORTS:
        _end(row, SYSTEM)
        return 1
    if allowed != row.recipients:
        row.recipients = allowed
    row.next_on = _next(on, row.every).isoformat()
    for account_id in allowed:
        record(ReportDue(account_id, saved_id=row.id, on=on.isoformat()), by=SYSTEM)
    return 1


def _may_read(account_id: int) -> bool:
    account = db.session.get(Account, account_id)
    return account is not None and account.disabled_at is None and may(actor_of(account), Action.READ_REPORTS)


def _end(row: SavedReport, by: Actor) -> None:
    if row.every and row.ended_at is None:
        row.ended_at = now()
        record(ReportScheduled(row.account_id, saved_id=row.id, every=row.every, ended=True), by=by)


def _own(saved_id: int, by: Actor) -> SavedReport:
    """One's own, locked; NotFound for what one does not see, Forbidden for what a colleague shares."""
    row = _locked(saved_id)
    if row is None or db.session.scalar(visible(by, SavedReport).where(SavedReport.id == saved_id)) is None:
        raise NotFound
    require(by, Action.CHANGE_SAVED_REPORT, row)
    return row


def _locked(saved_id: int) -> SavedReport | None:
    query = select(SavedReport).where(SavedReport.id == saved_id).with_for_update()
    found: SavedReport | None = db.session.scalar(query, execution_options={"populate_existing": True})
    return found


def _next(day: date, every: str) -> date:
    """The next day on which it is sent."""
    if every == "day":
        return day + timedelta(days=1)
    return following(begin_of(day, Every(every)), Every(every))


def _name(name: str) -> str:
    kept = name.strip()
    if not kept:
        raise Invalid({"name": [_("Fill in this field.")]})
    if len(kept) > LONGEST_NAME:
        raise Invalid({"name": [_("This is too long.")]})
    return kept


def _query(report: str, query: str) -> str:
    """The slice, read and written again, so that nothing else is kept."""
    if report not in FACT_REPORTS:
        raise Invalid({"report": [_("Choose one of the list.")]})
    if len(query) > LONGEST_QUERY:
        raise Invalid({"query": [_("This is too long.")]})
    return asked_again(FACT_REPORTS[report], query).query


def sent_on(row: SavedReport) -> date:
    """The day of its next letter."""
    return date.fromisoformat(row.next_on)


def morning_of(on: str) -> datetime:
    """The instant as of which a report of this day is counted."""
    return datetime.combine(date.fromisoformat(on), time(0), desk_zone())
