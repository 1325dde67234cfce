"""The hours ledger of a contract: append-only, in signed minutes.

1. The balance is the sum of all entries. What is left of a block is the sum of the entries that name it.
2. A block that expires first is used first; what is set aside for planned work is not used for other work. Work that
   draws on a reservation uses it up; what is left of one is what the work that names it has not drawn.
3. Work that no hours are left for is an overage. It goes to a proforma in the same transaction, which evens it out.
4. Whoever writes into a ledger holds its contract's row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from helpdesk.aftersales.counting import Block, Draw, draw, in_order
from helpdesk.aftersales.terms import MOST_MINUTES, held, terms_on
from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Doer, Entry, record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import HoursAdjusted, HoursExpired, HoursExpiring, HoursGranted, HoursLow, HoursReserved
from helpdesk.models.contracts import (
    BillingNotice,
    BlockReminder,
    Contract,
    ContractTerms,
    HoursEntry,
    HoursKind,
    HoursReservation,
    WorkLog,
)
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.desk import ticket_settings

AHEAD_OF_UTC = timedelta(hours=14)  # where a day begins first
CARRIED_FOR = timedelta(days=365)  # where no later block says until when


@dataclass(frozen=True)
class StatementLine:
    """An entry with the balance after it, and the work that it stands for."""

    entry: HoursEntry
    balance: int
    work: WorkLog | None


@dataclass(frozen=True)
class Statement:
    """The ledger of a contract, line by line: what the client sees, too."""

    contract: Contract
    lines: tuple[StatementLine, ...]
    balance: int
    reserved: int
    blocks: tuple[Block, ...]  # which are not used up

    @property
    def available(self) -> int:
        return self.balance - self.reserved


@dataclass(frozen=True)
class Reserved:
    """Hours that are set aside, with what the work that drew on them has left."""

    row: HoursReservation
    left: int


@dataclass(frozen=True)
class Standing:
    """How a contract stands with its hours: of those that may be used, how many are left, and the share used up."""

    granted: int
    left: int
    used_percent: int
    is_low: bool  # a threshold of the terms is crossed, or nothing is left


@dataclass(frozen=True)
class Drawn:
    """Where the minutes of a piece of work come from: the blocks as they were, what is taken, and what is missing."""

    blocks: tuple[Block, ...]
    draws: tuple[Draw, ...]
    missing: int


@dataclass(frozen=True)
class Fault:
    """Something that must never be in a ledger."""

    contract: str
    what: str


def balance_of(contract_id: int) -> int:
    """The sum of all entries, in minutes."""
    return db.session.scalar(
        select(func.coalesce(func.sum(HoursEntry.minutes), 0)).where(HoursEntry.contract_id == contract_id)
    ) or 0  # fmt: skip


def reserved_of(contract_id: int) -> int:
    """The minutes that are set aside and not used up."""
    return sum(each.left for each in _reserved(contract_id))


def reservations_of(contract: Contract, *, for_: Actor) -> list[Reserved]:
    """What is set aside on a contract, in the order in which it was."""
    require(for_, Action.READ_HOURS, contract)
    return _reserved(contract.id)


def reservations_for(ticket_id: int, contract_id: int | None) -> list[Reserved]:
    """What work on a ticket may draw on: what was set aside for it, or for no ticket in particular."""
    if contract_id is None:
        return []
    return [each for each in _reserved(contract_id) if each.left and each.row.ticket_id in (None, ticket_id)]


def get_reservation(reservation_id: int, *, for_: Actor) -> HoursReservation:
    """A reservation of a contract that the actor can see."""
    contracts = visible(for_, Contract).with_only_columns(Contract.id)
    query = select(HoursReservation).where(HoursReservation.id == reservation_id,
                                           HoursReservation.contract_id.in_(contracts))  # fmt: skip
    found: HoursReservation | None = db.session.scalar(locked_when_writing(query, of=HoursReservation))
    if found is None:
        raise NotFound
    return found


def standing_of(contract_id: int, on: date, terms: ContractTerms | None) -> Standing | None:
    """How the hours stand that may be used on a day; None where no hours were ever granted."""
    blocks = _current_blocks(contract_id, on)
    granted, left = sum(row[0] for row in blocks), sum(row[1] for row in blocks)
    if not granted:
        return None
    used = 100 * (granted - left) // granted
    threshold = min(terms.alert_percents, default=100) if terms is not None else 100
    return Standing(granted, left, used, used >= threshold or left <= 0)


def _current_blocks(contract_id: int, on: date) -> list[tuple[int, int]]:
    """Of each block that may be used on a day, used up or not: what was granted, and what is left."""
    of_block = aliased(HoursEntry)
    drawn = (
        select(func.coalesce(func.sum(of_block.minutes), 0)).where(of_block.block_id == HoursEntry.id)
        .correlate(HoursEntry).scalar_subquery()
    )  # fmt: skip
    query = select(HoursEntry.minutes, HoursEntry.minutes + drawn).where(
        HoursEntry.contract_id == contract_id, HoursEntry.is_block, HoursEntry.day <= on,
        or_(HoursEntry.expires_on.is_(None), HoursEntry.expires_on >= on),
    )  # fmt: skip
    return [(row[0], int(row[1])) for row in db.session.execute(query)]


def _reserved(contract_id: int) -> list[Reserved]:
    used = (
        select(func.coalesce(func.sum(WorkLog.counted_minutes - WorkLog.chargeable_minutes), 0))
        .where(WorkLog.reservation_id == HoursReservation.id).correlate(HoursReservation).scalar_subquery()
    )  # fmt: skip
    query = (
        select(HoursReservation, used)
        .where(HoursReservation.contract_id == contract_id, HoursReservation.ended_at.is_(None))
        .order_by(HoursReservation.id)
    )  # fmt: skip
    return [Reserved(row, max(0, row.minutes - int(drawn))) for row, drawn in db.session.execute(query)]


def blocks_of(contract_id: int, on: date | None = None) -> list[Block]:
    """The blocks with something left, those that may be used on a day, in the order of their use."""
    names = func.coalesce(HoursEntry.block_id, HoursEntry.id)
    left = (
        select(names.label("id"), func.sum(HoursEntry.minutes).label("left"))
        .where(HoursEntry.contract_id == contract_id, HoursEntry.is_block | HoursEntry.block_id.is_not(None))
        .group_by(names).having(func.sum(HoursEntry.minutes) > 0).subquery()
    )  # fmt: skip
    granted = select(HoursEntry.id, left.c.left, HoursEntry.expires_on, HoursEntry.day)
    rows = db.session.execute(granted.join(left, left.c.id == HoursEntry.id)).all()
    usable = (row for row in rows if on is None or (row.day <= on and (row.expires_on is None or on <= row.expires_on)))
    return list(in_order(Block(row.id, int(row.left), row.expires_on) for row in usable))


def statement_of(contract: Contract, *, for_: Actor, since: date | None = None, until: date | None = None) -> Statement:
    """The ledger line by line, with the balance after each line; of a span the lines that count for its days."""
    require(for_, Action.READ_HOURS, contract)
    entries = db.session.scalars(
        select(HoursEntry).where(HoursEntry.contract_id == contract.id).order_by(HoursEntry.id)
    ).all()
    works = {row.id: row for row in db.session.scalars(
        select(WorkLog).where(WorkLog.id.in_({entry.work_log_id for entry in entries if entry.work_log_id}))
    )}  # fmt: skip
    lines, balance = [], 0
    for entry in entries:
        balance += entry.minutes
        if (since is None or entry.day >= since) and (until is None or entry.day <= until):
            lines.append(StatementLine(entry, balance, works.get(entry.work_log_id or 0)))
    return Statement(contract, tuple(lines), balance, reserved_of(contract.id), tuple(blocks_of(contract.id)))


@command
def grant_hours(
    contract: Contract, minutes: int, *, expires_on: date | None = None, on: date | None = None, note: str = "",
    by: Actor,
) -> HoursEntry:  # fmt: skip
    """Put a block of hours into the ledger, to be used from a day on until it expires."""
    require(by, Action.MANAGE_CONTRACTS)
    return enter_block(contract, minutes, expires_on=expires_on, on=on, note=note, by=by)


def enter_block(
    contract: Contract, minutes: int, *, expires_on: date | None = None, on: date | None = None, note: str = "",
    by: Actor,
) -> HoursEntry:  # fmt: skip
    """The same, by whoever may do what it is a part of. Part of a larger activity."""
    contract = held(contract.id)
    today = day_of(contract.organisation_id, now())
    on = on or today
    errors: dict[str, list[str]] = {}
    if not 0 < minutes <= MOST_MINUTES:
        errors["minutes"] = [_("Give a minute at least.")]
    if expires_on is not None and expires_on < max(on, today):
        errors["expires_on"] = [_("It would have expired already.")]
    if on < contract.valid_from or (contract.valid_until is not None and on > contract.valid_until):
        errors["on"] = [_("The contract does not hold on that day.")]
    if errors:
        raise Invalid(errors)
    block = _enter(contract, HoursKind.GRANTED, minutes, on=on, expires_on=expires_on, note=note.strip(), by=by,
                   is_block=True)  # fmt: skip
    record(HoursGranted(contract.id, entry_id=block.id, minutes=minutes), by=by)
    return block


@command
def adjust_hours(contract: Contract, minutes: int, reason: str, *, by: Actor) -> list[HoursEntry]:
    """Correct the ledger by signed minutes, with a reason; nothing is taken that is not there."""
    require(by, Action.MANAGE_CONTRACTS)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    if not 0 < abs(minutes) <= MOST_MINUTES:
        raise Invalid({"minutes": [_("Give a minute at least.")]})
    contract = held(contract.id)
    today = day_of(contract.organisation_id, now())
    if minutes > 0:
        entries = [_enter(contract, HoursKind.ADJUSTED, minutes, on=today, note=reason.strip(), by=by, is_block=True)]
    else:
        draws, missing = draw(blocks_of(contract.id, today), -minutes)
        if missing:
            raise Invalid({"minutes": [_("There are fewer hours left than that.")]})
        entries = [
            _enter(contract, HoursKind.ADJUSTED, -each.minutes, block_id=each.block_id, on=today,
                   note=reason.strip(), by=by)
            for each in draws
        ]  # fmt: skip
    record(HoursAdjusted(contract.id, minutes=minutes, reason=reason.strip()), by=by)
    return entries


@command
def reserve_hours(
    contract: Contract, minutes: int, what: str, *, planned_on: date | None = None, ticket_id: int | None = None,
    by: Actor,
) -> HoursReservation:  # fmt: skip
    """Set hours aside for planned work, of one ticket or of any; Conflict where so many are not left."""
    require(by, Action.RESERVE_HOURS, contract)
    errors: dict[str, list[str]] = {}
    if not 0 < minutes <= MOST_MINUTES:
        errors["minutes"] = [_("Give a minute at least.")]
    if not what.strip():
        errors["what"] = [_("Say for what.")]
    ticket = db.session.get(Ticket, ticket_id) if ticket_id is not None else None
    if ticket_id is not None and (ticket is None or ticket.contract_id != contract.id):
        errors["ticket"] = [_("This contract does not cover that ticket.")]
    if errors:
        raise Invalid(errors)
    contract = held(contract.id)
    if minutes > balance_of(contract.id) - reserved_of(contract.id):
        raise Conflict(_("There are fewer hours left than that."), code="too_few_hours")
    row = HoursReservation(
        contract_id=contract.id, minutes=minutes, what=what.strip(), planned_on=planned_on, ticket_id=ticket_id,
        created_at=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(HoursReserved(contract.id, reservation_id=row.id, minutes=minutes, what=row.what), by=by)
    return row


@command
def end_reservation(row: HoursReservation, *, by: Actor) -> None:
    """Let hours that were set aside be used for anything again; a second click changes nothing."""
    require(by, Action.RESERVE_HOURS)
    held(row.contract_id)
    if row.ended_at is None:
        row.ended_at = now()
        record(HoursReserved(row.contract_id, reservation_id=row.id, minutes=row.minutes, what=row.what, ended=True),
               by=by)  # fmt: skip


def reservation_for(reservation_id: int, ticket: Ticket) -> Reserved:
    """What work on this ticket draws on; Invalid where it was set aside for something else, or is over."""
    own = reservations_for(ticket.id, ticket.contract_id)
    found = next((each for each in own if each.row.id == reservation_id), None)
    if found is None:
        raise Invalid({"reservation_id": [_("Nothing is set aside under this number for this ticket.")]})
    return found


def draw_for(contract_id: int, on: date, minutes: int, reserved: Reserved | None = None) -> Drawn:
    """Where the minutes of a piece of work come from, and for how many of them no hours are left."""
    blocks = blocks_of(contract_id, on)
    aside = reserved_of(contract_id) - (reserved.left if reserved else 0)
    free = max(0, sum(block.left for block in blocks) - aside)
    draws, _none = draw(blocks, min(minutes, free))
    return Drawn(tuple(blocks), tuple(draws), max(0, minutes - free))


def enter_work(contract: Contract, terms: ContractTerms, work: WorkLog, on: date, drawn: Drawn, *, by: Doer) -> None:
    """Enter what a piece of work has drawn, and its overage with the proforma for it. Part of a larger activity."""
    for each in drawn.draws:
        _enter(contract, HoursKind.USED, -each.minutes, block_id=each.block_id, on=on, work=work, by=by)
    if drawn.missing:
        _enter(contract, HoursKind.OVERAGE, -drawn.missing, on=on, work=work, by=by)
        _enter(contract, HoursKind.BILLED, drawn.missing, on=on, work=work, by=by)
    _alert(contract, terms, drawn.blocks, sum(each.minutes for each in drawn.draws))


def give_back(contract: Contract, work: WorkLog, reversal: WorkLog, on: date, *, by: Doer) -> None:
    """Enter the opposite of all that a piece of work has entered. Part of a larger activity."""
    entries = db.session.scalars(
        select(HoursEntry).where(HoursEntry.work_log_id == work.id).order_by(HoursEntry.id.desc())
    ).all()
    for entry in entries:
        _enter(contract, entry.kind, -entry.minutes, block_id=entry.block_id, on=on, work=reversal, by=by)


@command
def remind_of_blocks(limit: int = 200) -> int:
    """Tell, once, of the blocks that expire soon with something left in them."""
    of_block = aliased(HoursEntry)
    drawn = (
        select(func.coalesce(func.sum(of_block.minutes), 0)).where(of_block.block_id == HoursEntry.id)
        .correlate(HoursEntry).scalar_subquery()
    )  # fmt: skip
    told = select(BlockReminder.block_id).where(BlockReminder.block_id == HoursEntry.id)
    today = desk_today()
    soon = (
        select(HoursEntry.id, HoursEntry.contract_id)
        .where(HoursEntry.expires_on.between(today, today + timedelta(days=ticket_settings().block_reminder_days)),
               HoursEntry.minutes + drawn > 0, ~told.exists())
        .order_by(HoursEntry.expires_on, HoursEntry.id).limit(limit)
    )  # fmt: skip
    count = 0
    for block_id, contract_id in db.session.execute(soon).all():
        contract = held(contract_id)
        block = next((each for each in blocks_of(contract.id) if each.id == block_id), None)
        if block is None or db.session.get(BlockReminder, block_id, populate_existing=True) is not None:
            continue  # somebody was quicker
        db.session.add(BlockReminder(block_id=block_id, told_at=now()))
        record(HoursExpiring(contract.id, block_id=block_id, minutes=block.left, expires_on=str(block.expires_on)),
               by=SYSTEM)  # fmt: skip
        count += 1
    return count


@command
def expire_hours(limit: int = 200) -> int:
    """Take what is left of the blocks that have expired; what the terms carry over becomes a block of its own."""
    of_block = aliased(HoursEntry)
    drawn = (
        select(func.coalesce(func.sum(of_block.minutes), 0)).where(of_block.block_id == HoursEntry.id)
        .correlate(HoursEntry).scalar_subquery()
    )  # fmt: skip
    ended = (
        select(HoursEntry.id, HoursEntry.contract_id)
        .where(HoursEntry.expires_on < (now() + AHEAD_OF_UTC).date(), HoursEntry.minutes + drawn > 0)
        .order_by(HoursEntry.expires_on, HoursEntry.id).limit(limit)
    )  # fmt: skip
    count = 0
    for block_id, contract_id in db.session.execute(ended).all():
        count += _expire(held(contract_id), block_id)
    return count


def verify(contract_ids: Sequence[int] | None = None) -> Iterator[Fault]:
    """Look for what must never be in the ledgers of these contracts, or of all."""
    chosen = select(Contract.id, Contract.number).order_by(Contract.id)
    if contract_ids is not None:
        chosen = chosen.where(Contract.id.in_(contract_ids))
    for contract_id, number in db.session.execute(chosen).all():
        for what in _faults(contract_id):
            yield Fault(number, what)


def _faults(contract_id: int) -> Iterator[str]:
    entries = db.session.scalars(
        select(HoursEntry).where(HoursEntry.contract_id == contract_id).order_by(HoursEntry.id)
    ).all()
    balance, left, of_work = 0, dict[int, int](), dict[int, dict[HoursKind, int]]()
    for entry in entries:
        balance += entry.minutes
        if balance < 0 and entry.kind not in (HoursKind.OVERAGE, HoursKind.BILLED):
            yield f"entry {entry.id} leaves a balance of {balance} minutes without an overage"
        block_id = entry.id if entry.is_block else entry.block_id
        if block_id is not None:
            left[block_id] = left.get(block_id, 0) + entry.minutes
            if left[block_id] < 0:
                yield f"entry {entry.id} takes more of block {block_id} than there was"
        if entry.work_log_id is not None:
            kinds = of_work.setdefault(entry.work_log_id, {})
            kinds[entry.kind] = kinds.get(entry.kind, 0) + entry.minutes
    if sum(left.values()) != balance:
        yield f"the blocks hold {sum(left.values())} minutes, the entries add up to {balance}"
    for work in db.session.scalars(select(WorkLog).where(WorkLog.contract_id == contract_id)):
        kinds = of_work.get(work.id, {})
        drawn, over = -kinds.get(HoursKind.USED, 0), -kinds.get(HoursKind.OVERAGE, 0)
        if work.rule == "prepaid_hours" and drawn + over != work.counted_minutes:
            yield f"work {work.id} counts {work.counted_minutes} minutes and took {drawn + over}"
        if kinds.get(HoursKind.BILLED, 0) != over:
            yield f"work {work.id} has an overage that was not billed"
    for work_id, minutes, billed in _billed(contract_id):
        if minutes != (billed or 0):
            yield f"work {work_id} is chargeable with {minutes} minutes and {billed or 0} were put on notices"


def _billed(contract_id: int) -> list[tuple[int, int, int | None]]:
    """Chargeable work whose notice was not cancelled, with what it asks for."""
    cancelled = aliased(BillingNotice)
    is_cancelled = select(cancelled.id).where(cancelled.work_log_id == WorkLog.id, cancelled.cancelled_at.is_not(None))
    query = (
        select(WorkLog.id, WorkLog.chargeable_minutes, func.sum(BillingNotice.minutes))
        .join(BillingNotice, BillingNotice.work_log_id == WorkLog.id, isouter=True)
        .where(WorkLog.contract_id == contract_id, WorkLog.chargeable_minutes > 0, ~is_cancelled.exists())
        .group_by(WorkLog.id, WorkLog.chargeable_minutes)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def _expire(contract: Contract, block_id: int) -> int:
    today = day_of(contract.organisation_id, now())
    block = db.session.get_one(HoursEntry, block_id)
    left = next((each.left for each in blocks_of(contract.id) if each.id == block_id), 0)
    if not left or block.expires_on is None or block.expires_on >= today:
        return 0  # not over yet where the client is, or somebody was quicker
    _enter(contract, HoursKind.EXPIRED, -left, block_id=block_id, on=today, by=SYSTEM)
    terms = terms_on(contract.id, today)
    carried = min(left, terms.carry_over_minutes) if terms and block.kind is not HoursKind.CARRIED_OVER else 0
    if carried:
        later = [each.expires_on for each in blocks_of(contract.id, today) if each.expires_on is not None]
        until = max(later, default=today + CARRIED_FOR)
        _enter(contract, HoursKind.CARRIED_OVER, carried, on=today, expires_on=until, by=SYSTEM, is_block=True)
    record(HoursExpired(contract.id, block_id=block_id, minutes=left - carried, carried=carried), by=SYSTEM)
    return 1


def _enter(
    contract: Contract, kind: HoursKind, minutes: int, *, on: date, by: Doer, block_id: int | None = None,
    expires_on: date | None = None, work: WorkLog | None = None, note: str = "", is_block: bool = False,
) -> HoursEntry:  # fmt: skip
    actor_kind, actor_id = by.reference
    entry = HoursEntry(
        contract_id=contract.id, kind=kind, minutes=minutes, block_id=block_id, day=on, expires_on=expires_on,
        is_block=is_block, work_log_id=work.id if work else None, note=note, recorded_at=now(), actor_kind=actor_kind,
        actor_id=actor_id,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry


def _alert(contract: Contract, terms: ContractTerms, blocks: Sequence[Block], taken: int) -> None:
    """Say once that so many per cent of the hours are used up: the highest threshold that this work has crossed.

    Work that is taken back and entered again crosses it again, and nobody is told twice; new hours begin anew.
    """
    left = sum(block.left for block in blocks)
    ids = [block.id for block in blocks]
    granted = db.session.scalar(select(func.sum(HoursEntry.minutes)).where(HoursEntry.id.in_(ids))) or 0 if ids else 0
    if not granted:
        return
    before, after = 100 * (granted - left) / granted, 100 * (granted - left + taken) / granted
    crossed = [percent for percent in terms.alert_percents if before < percent <= after]
    if not crossed:
        return
    percent, youngest = max(crossed), max(ids)
    told = db.session.scalars(
        select(Entry).where(Entry.subject_kind == HoursLow.subject_kind, Entry.subject_id == contract.id,
                            Entry.fact == HoursLow.__name__)
    )  # fmt: skip
    if any(each.payload["percent"] >= percent and each.payload.get("block_id") == youngest for each in told):
        return
    record(HoursLow(contract.id, percent=percent, left=left - taken, block_id=youngest), by=SYSTEM)
