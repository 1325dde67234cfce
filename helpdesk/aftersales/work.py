"""Work logs: who worked how long for a client, what that counts, and who pays.

Which rule decides, in this order: work that is not billable costs nothing; without a contract, or before its terms
begin, nothing is charged here; what a contract would cover but for its channel or its hour is chargeable; so are
on-site work and channels that the terms do not cover; then the plan decides. Chargeable work above the limit of the
terms stands on the client's approval, or is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.aftersales import approvals, billing, hours
from helpdesk.aftersales.counting import LONGEST_WORK_MINUTES, Counted, count_work
from helpdesk.aftersales.terms import held, rates_of, terms_on
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import epoch, now
from helpdesk.entitlement.choice import CHOSEN, day_of
from helpdesk.events import HoursOverdrawn, WorkLogged, WorkReversed
from helpdesk.models.contracts import Contract, ContractTerms, Plan, WorkLog
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.stamp import stamp
from sla import register

NO_CONTRACT, NO_TERMS, NOT_BILLABLE = "no_contract", "no_terms", "not_billable"
ON_SITE, CHANNEL, OUTSIDE_HOURS = "on_site", "channel", "outside_hours"
MONTHLY, WARRANTY, PAY_AS_YOU_GO, PREPAID = "monthly_plan", "warranty", "pay_as_you_go", "prepaid_hours"
RULE_OF_PLAN = {
    Plan.MONTHLY: MONTHLY, Plan.WARRANTY: WARRANTY, Plan.PAY_AS_YOU_GO: PAY_AS_YOU_GO, Plan.PREPAID: PREPAID,
}  # fmt: skip
CHARGED_WHOLE = frozenset({ON_SITE, CHANNEL, OUTSIDE_HOURS, PAY_AS_YOU_GO})
RULE_OF_VERDICT = {"other_channel": CHANNEL, "outside_hours": OUTSIDE_HOURS}  # what a contract does not cover
OLDEST_ENTRY = timedelta(days=3660)
LATEST_ENTRY = timedelta(minutes=5)  # that another machine's clock may be ahead


@dataclass(frozen=True)
class NewWork:
    """Work that was done: so many minutes from an instant on, or until now where none is given."""

    minutes: int
    channel: Channel
    note: str = ""
    started_at: datetime | None = None
    is_billable: bool = True
    reservation_id: int | None = None  # the hours that were set aside for it


@command
def log_work(ticket: Ticket, new: NewWork, *, by: Actor, submission: str | None = None) -> WorkLog:
    """Enter work on a ticket: counted by the terms that hold on its day, drawn from the hours, the rest noticed."""
    require(by, Action.LOG_WORK, ticket)
    if submission and (known := _by_submission(submission)):
        return known  # a second click
    if ticket.status is Status.MERGED:
        raise Conflict(_("This ticket was merged into another: work belongs there."), code="merged")
    at = now()
    started_at = new.started_at or at - timedelta(minutes=min(max(0, new.minutes), LONGEST_WORK_MINUTES))
    if errors := _wrong_in(ticket, new, started_at, at):
        raise Invalid(errors)
    contract_id, uncovered = _contract_of(ticket)
    contract = held(contract_id) if contract_id is not None else None
    on = day_of(ticket.organisation_id, started_at)
    terms = terms_on(contract.id, on) if contract else None
    after = _after_hours(terms, started_at, new.minutes) if terms else 0
    rule = _rule(contract, terms, new, uncovered)
    counted = _count(new, after, terms)
    reserved = hours.reservation_for(new.reservation_id, ticket) if new.reservation_id is not None else None
    drawn = hours.draw_for(contract.id, on, counted.minutes, reserved) if contract and rule == PREPAID else None
    whole = counted.minutes if rule in CHARGED_WHOLE else 0
    chargeable = drawn.missing if drawn else whole
    approval_id = approvals.approval_for(ticket, terms, chargeable) if terms is not None else None
    work = WorkLog(
        ticket_id=ticket.id, contract_id=contract.id if contract else None, terms_id=terms.id if terms else None,
        operator_id=by.operator_id, started_at=started_at, minutes=new.minutes, after_hours_minutes=after,
        counted_minutes=counted.minutes if rule != NOT_BILLABLE else 0,
        chargeable_minutes=chargeable, channel=new.channel, is_billable=new.is_billable,
        rule=rule, note=new.note.strip(), created_at=at, submission=submission or None,
        reservation_id=new.reservation_id, approval_id=approval_id,
    )  # fmt: skip
    db.session.add(work)
    db.session.flush()
    if contract is not None and terms is not None:
        if drawn is not None:
            hours.enter_work(contract, terms, work, on, drawn, by=by)
        if work.chargeable_minutes:
            notice = billing.notice_work(contract, terms, work, on)
            if rule == PREPAID:
                record(HoursOverdrawn(
                    contract.id, work_log_id=work.id, ticket_id=ticket.id, minutes=work.chargeable_minutes,
                    amount_cents=notice.amount_cents, currency=notice.currency,
                ), by=by)  # fmt: skip
    stamp(ticket)
    record(WorkLogged(ticket.id, work_log_id=work.id, minutes=work.minutes, counted_minutes=work.counted_minutes,
                      chargeable_minutes=work.chargeable_minutes, rule=rule), by=by)  # fmt: skip
    return work


@command
def reverse_work(work_id: int, ticket: Ticket, reason: str, *, by: Actor) -> WorkLog:
    """Take back work that was entered by mistake: the opposite figures, in the ledger and on the notices."""
    work = db.session.scalar(select(WorkLog).where(WorkLog.id == work_id, WorkLog.ticket_id == ticket.id))
    if work is None:
        raise NotFound
    require(by, Action.REVERSE_WORK, work)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    contract = held(work.contract_id) if work.contract_id is not None else None
    if work.reverses_id is not None:
        raise Conflict(_("This entry takes back another one already."), code="reversal")
    known = db.session.scalar(select(WorkLog).where(WorkLog.reverses_id == work.id))
    if known is not None:
        return known  # a second click
    at = now()
    reversal = WorkLog(
        ticket_id=work.ticket_id, contract_id=work.contract_id, terms_id=work.terms_id, operator_id=work.operator_id,
        started_at=work.started_at, minutes=-work.minutes, after_hours_minutes=-work.after_hours_minutes,
        counted_minutes=-work.counted_minutes, chargeable_minutes=-work.chargeable_minutes, channel=work.channel,
        is_billable=work.is_billable, rule=work.rule, note=reason.strip(), reverses_id=work.id, created_at=at,
        reservation_id=work.reservation_id, approval_id=work.approval_id,
    )  # fmt: skip
    db.session.add(reversal)
    db.session.flush()
    if contract is not None:
        hours.give_back(contract, work, reversal, day_of(contract.organisation_id, at), by=by)
        billing.take_back(work, reversal)
    stamp(ticket)
    record(WorkReversed(ticket.id, work_log_id=work.id, reversal_id=reversal.id, reason=reason.strip()), by=by)
    return reversal


def work_of(ticket: Ticket) -> Sequence[WorkLog]:
    """The work on a ticket, in the order in which it was entered."""
    return db.session.scalars(select(WorkLog).where(WorkLog.ticket_id == ticket.id).order_by(WorkLog.id)).all()


def _contract_of(ticket: Ticket) -> tuple[int | None, str]:
    """The contract whose terms count, and why it does not cover the ticket; empty where it does.

    Where nothing but the default policy covers a ticket, a contract that its channel or hour kept out has the price.
    """
    candidates = ticket.entitlement.get("candidates", []) if ticket.entitlement else []
    chosen = next((each["source"] for each in candidates if each["verdict"] == CHOSEN), "default")
    if ticket.contract_id is not None or chosen != "default":
        return ticket.contract_id, ""
    kept_out = (each for each in candidates if each["verdict"] in RULE_OF_VERDICT)
    found = next(kept_out, None)
    return (found["contract_id"], RULE_OF_VERDICT[found["verdict"]]) if found else (None, "")


def _rule(contract: Contract | None, terms: ContractTerms | None, new: NewWork, uncovered: str) -> str:
    if not new.is_billable:
        return NOT_BILLABLE
    if contract is None:
        return NO_CONTRACT
    if terms is None:
        return NO_TERMS
    if uncovered:
        return uncovered
    if new.channel is Channel.ON_SITE_VISIT and not terms.covers_on_site:
        return ON_SITE
    if terms.channels and new.channel.value not in terms.channels and new.channel is not Channel.ON_SITE_VISIT:
        return CHANNEL
    return RULE_OF_PLAN[terms.plan]


def _count(new: NewWork, after_hours: int, terms: ContractTerms | None) -> Counted:
    if terms is None:
        return Counted(new.minutes, after_hours, new.minutes, new.minutes)
    return count_work(new.minutes, after_hours, rates_of(terms))


def _after_hours(terms: ContractTerms, started_at: datetime, minutes: int) -> int:
    """The minutes outside the hours of the terms' calendar; a minute that lies partly within counts as within."""
    if terms.calendar_id is None:
        return 0
    index, start = register.indexes()[terms.calendar_id], epoch(started_at)
    within = index.elapsed(start, start + 60 * minutes)
    return (60 * minutes - within) // 60


def _wrong_in(ticket: Ticket, new: NewWork, started_at: datetime, at: datetime) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if started_at < at - OLDEST_ENTRY:
        return {"started_at": [_("Give a date of our time.")]}
    if started_at > at + LATEST_ENTRY:
        return {"started_at": [_("This lies in the future: enter work when it is done.")]}
    if not 0 < new.minutes <= LONGEST_WORK_MINUTES:
        errors["minutes"] = [_("Work lasts from one minute to a day. Enter longer work day by day.")]
    elif started_at + timedelta(minutes=new.minutes) > at + LATEST_ENTRY:
        errors["started_at"] = [_("This lies in the future: enter work when it is done.")]
    closed = billing.books_closed_until()
    if closed is not None and day_of(ticket.organisation_id, started_at) <= closed:
        errors["started_at"] = [_("The books are closed up to %(day)s.", day=str(closed))]
    return errors


def _by_submission(submission: str) -> WorkLog | None:
    found: WorkLog | None = db.session.scalar(select(WorkLog).where(WorkLog.submission == submission))
    return found
