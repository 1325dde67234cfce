"""How contracts go on: renewed without a gap, by hand or by themselves; notice given in time; reminders before.

1. A renewed contract is the same contract with a later last day: its number, terms and ledger go on. The next span
   begins on the day after the last one, so that there is neither a gap nor an overlap.
2. Spans are counted from the day on which the contract began: one that began on the 31st ends on the 30th (or earlier)
   of each month, without drift.
3. What renews itself does so on its last day, unless notice was given or another contract covers the same from then on.
4. People are reminded once of each date; a date that was moved is another one.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk.aftersales.hours import AHEAD_OF_UTC, grant_hours
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Doer, record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.entitlement.contracts import LONGEST_RENEWAL_MONTHS, hold_organisation, overlap_of, refuse_overlap
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import ConfigurationChanged, ContractDue, ContractRenewed, NoticeGiven
from helpdesk.models.contracts import Contract
from helpdesk.models.duties import DutyKind
from helpdesk.models.people import Organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.duties import meet_duty, set_duty, withdraw_duties

NOTICE, END = "notice", "end"
DUTY_OF = {NOTICE: DutyKind.CONTRACT_NOTICE, END: DutyKind.CONTRACT_RENEWAL}


@command
def renew_contract(
    contract: Contract, *, seen: date | None, months: int | None = None, minutes: int | None = None, by: Actor
) -> Contract:
    """Let a contract go on for another span, with the hours that come with it; a second click changes nothing.

    `seen` is the last day that whoever renews it has seen; without `months` and `minutes` those of the contract count.
    """
    require(by, Action.MANAGE_CONTRACTS)
    hold_organisation(contract.organisation_id)
    db.session.refresh(contract)
    months = contract.renewal_months if months is None else months
    minutes = contract.renewal_minutes if minutes is None else minutes
    errors: dict[str, list[str]] = {}
    if contract.valid_until is None or contract.renews_on is None or seen is None:
        raise Conflict(_("The contract has no last day: there is nothing to renew."), code="open_end")
    if months is None or not 1 <= months <= LONGEST_RENEWAL_MONTHS:
        errors["months"] = [_("Give a number from %(low)s to %(high)s.", low=1, high=LONGEST_RENEWAL_MONTHS)]
    if minutes < 0:
        errors["minutes"] = [_("Hours are granted, not taken, with a renewal.")]
    if errors or months is None:
        raise Invalid(errors)
    if contract.valid_until == next_end(contract, seen, months):
        return contract  # a second click
    if contract.valid_until != seen:
        raise Conflict(_("Somebody else has changed the end of this contract meanwhile."), code="contract_changed")
    return _renew(contract, months, minutes, by=by, by_itself=False)


@command
def give_notice(contract: Contract, reason: str, *, on: date | None = None, by: Actor) -> Contract:
    """The contract will not be renewed: it ends with its last day. Said in time, and once."""
    require(by, Action.MANAGE_CONTRACTS)
    hold_organisation(contract.organisation_id)
    db.session.refresh(contract)
    if contract.notice_given_on is not None:
        return contract  # a second click
    today = day_of(contract.organisation_id, now())
    on = on or today
    errors: dict[str, list[str]] = {}
    if contract.valid_until is None:
        raise Conflict(_("The contract has no last day: let it end instead."), code="open_end")
    if not reason.strip():
        errors["reason"] = [_("Say why.")]
    if on > today:
        errors["on"] = [_("This lies in the future.")]
    elif on < contract.valid_from:
        errors["on"] = [_("The contract begins later.")]
    elif on > (contract.notice_by or contract.valid_until):
        errors["on"] = [_("Notice had to be given by %(day)s.", day=str(contract.notice_by or contract.valid_until))]
    if errors:
        raise Invalid(errors)
    contract.notice_given_on = on
    record(NoticeGiven(contract.id, on=str(on), reason=reason.strip()), by=by)
    withdraw_duties(("contract", contract.id), by=by)
    return contract


@command
def withdraw_notice(contract: Contract, reason: str, *, by: Actor) -> Contract:
    """The contract goes on after all, as it was agreed."""
    require(by, Action.MANAGE_CONTRACTS)
    hold_organisation(contract.organisation_id)
    db.session.refresh(contract)
    if contract.notice_given_on is None:
        return contract
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    record(NoticeGiven(contract.id, on=str(contract.notice_given_on), reason=reason.strip(), withdrawn=True), by=by)
    contract.notice_given_on = None
    return contract


@command
def renew_contracts(limit: int = 200) -> int:
    """Renew what renews itself and is on its last day; returns how many."""
    query = (
        select(Contract.id, Contract.organisation_id)
        .where(Contract.renews_itself, Contract.notice_given_on.is_(None),
               Contract.valid_until <= (now() + AHEAD_OF_UTC).date())
        .order_by(Contract.valid_until, Contract.id).limit(limit)
    )  # fmt: skip
    count = 0
    for contract_id, organisation_id in db.session.execute(query).all():
        hold_organisation(organisation_id)
        contract = db.session.get_one(Contract, contract_id, populate_existing=True)
        if _is_to_renew(contract):
            count += 1
            if overlap_of(contract, next_end(contract, contract.valid_until, contract.renewal_months)):
                _stop_renewing(contract)
            else:
                _renew(contract, contract.renewal_months or 1, contract.renewal_minutes, by=SYSTEM, by_itself=True)
    return count


@command
def remind_of_contracts(limit: int = 200) -> int:
    """Tell, once each, of the last day for notice and of the end of contracts; their owners get a duty."""
    soon = desk_today() + timedelta(days=ticket_settings().contract_reminder_days)
    today = (now() - timedelta(hours=12)).date()  # of whoever is the furthest behind
    count = 0
    for what, dated, told in (
        (NOTICE, Contract.notice_by, Contract.told_notice_by), (END, Contract.valid_until, Contract.told_valid_until),
    ):  # fmt: skip
        query = (
            select(Contract)
            .where(dated.between(today, soon), Contract.notice_given_on.is_(None), told.is_distinct_from(dated))
            .order_by(dated, Contract.id).limit(limit).with_for_update(skip_locked=True, of=Contract)
        )  # fmt: skip
        for contract in db.session.scalars(query).all():
            _remind(contract, what)
            count += 1
    return count


def next_end(contract: Contract, last_day: date | None, months: int | None) -> date | None:
    """The last day of the span after this one: so many months from the next day on, by the day the contract began."""
    if last_day is None or months is None:
        return None
    return months_after(last_day + timedelta(days=1), months, contract.valid_from.day) - timedelta(days=1)


def months_after(day: date, months: int, anchor: int) -> date:
    """So many months later, on the anchor's day of the month where that begins the span here, too."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    is_clamped = day.day == calendar.monthrange(day.year, day.month)[1] and anchor > day.day
    return date(year, month + 1, min(anchor if is_clamped else day.day, last))


def _is_to_renew(contract: Contract) -> bool:
    """Still so, now that the organisation is held, and where the client is it is the last day."""
    return (
        contract.renews_itself and contract.notice_given_on is None and contract.valid_until is not None
        and contract.valid_until <= day_of(contract.organisation_id, now())
    )  # fmt: skip


def _renew(contract: Contract, months: int, minutes: int, *, by: Actor, by_itself: bool) -> Contract:
    last_day = contract.valid_until
    until = next_end(contract, last_day, months)
    if last_day is None or until is None:
        raise Conflict(_("The contract has no last day: there is nothing to renew."), code="open_end")
    since = last_day + timedelta(days=1)
    if contract.notice_by is not None:
        contract.notice_by = min(until, months_after(contract.notice_by, months, contract.notice_by.day))
    contract.valid_until, contract.notice_given_on = until, None
    refuse_overlap(contract, "months")
    db.session.flush()
    if minutes and until >= day_of(contract.organisation_id, now()):
        grant_hours(contract, minutes, on=since, expires_on=until, by=by)
    record(ContractRenewed(contract.id, since=str(since), until=str(until), minutes=minutes, by_itself=by_itself),
           by=by)  # fmt: skip
    for kind in DUTY_OF.values():
        meet_duty(kind, ("contract", contract.id), by=by)
    return contract


def _stop_renewing(contract: Contract) -> None:
    """Another contract covers the same from then on: this one ends."""
    contract.renews_itself = False
    record(ConfigurationChanged(contract.id, what="contract", change={"renews_itself": [True, False]}), by=SYSTEM)


def _remind(contract: Contract, what: str) -> None:
    on = contract.notice_by if what == NOTICE else contract.valid_until
    if on is None:
        return
    if what == NOTICE:
        contract.told_notice_by = on
    else:
        contract.told_valid_until = on
    record(ContractDue(contract.id, what=what, on=str(on), renews_itself=contract.renews_itself), by=SYSTEM)
    if what == NOTICE or not contract.renews_itself:
        _set_duty(contract, DUTY_OF[what], on, by=SYSTEM)


def _set_duty(contract: Contract, kind: DutyKind, on: date, *, by: Doer) -> None:
    """Whoever looks after the contract has to see to it by the end of that day, where the client is."""
    organisation = db.session.get_one(Organisation, contract.organisation_id)
    ends = datetime.combine(on + timedelta(days=1), time(), ZoneInfo(organisation.timezone or DEFAULT_ZONE))
    set_duty(kind, ("contract", contract.id), due_at=ends.astimezone(UTC), what=contract.number,
             owner_id=contract.owner_id, organisation_id=contract.organisation_id, by=by)  # fmt: skip
