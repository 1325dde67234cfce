"""Policies and their targets, as an administrator keeps them.

1. A target is never changed, only followed by another one, which holds for what begins from now on.
2. Open tickets are touched only if the administrator says so: then each of them notes `PolicyApplied`, and its clocks
   are granted what the policy grants now (same start, same pauses; what is spent already is late from this instant).
3. Whoever saves says which targets they saw; if there are newer ones by then, nothing is saved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select, update

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Doer, Entry, record
from helpdesk.core.standing import standing, touch
from helpdesk.core.times import epoch, now
from helpdesk.events import ConfigurationChanged, PolicyApplied, TargetsExtended
from helpdesk.models.contracts import Contract
from helpdesk.models.tickets import Priority, Ticket, TicketType
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.calendars import calendar_names
from helpdesk.tickets.recalculation import AT_ONCE, LIVE, Impact, Move, batches, impact_of
from sla import register
from sla.fold import KINDS, Standing
from sla.models import Clock, ClockKind, Pause, SlaPolicy, Target
from sla.register import TargetCard

PAUSE_REASONS = ("waiting_client", "waiting_vendor", "scheduled")
LEAST_SECONDS, MOST_SECONDS = 60, 2 * 365 * 86_400
MOST_THRESHOLDS = 8


@dataclass(frozen=True)
class NewTarget:
    """What is granted for one priority."""

    seconds: int
    calendar_id: int
    pause_reasons: tuple[str, ...] = ()
    thresholds: tuple[int, ...] = (50, 75, 90)
    at_risk_percent: int = 75
    least_after_reopen: int = 0
    is_urgent: bool = False


@dataclass(frozen=True)
class NewTargets:
    """What is granted for a kind of clock, by priority, to every type of request or to one; None: nothing."""

    clock: str
    by_priority: Mapping[str, NewTarget | None]
    type: str = ""
    applies_to_open: bool = False
    reason: str = ""
    based_on: int | None = None  # the newest target that was seen

    @property
    def digest(self) -> str:
        """What was previewed: the same digest is the same change."""
        told = {key: asdict(each) if each else None for key, each in self.by_priority.items()}
        return hashlib.sha256(json.dumps([self.clock, self.type, told, self.applies_to_open]).encode()).hexdigest()


@dataclass(frozen=True)
class OverBudget:
    """Lines that may take longer together than the client was promised."""

    priority: str
    lines: int
    promised: int


@dataclass(frozen=True)
class PolicyCard:
    """A policy in the list."""

    id: int
    name: str
    is_default: bool
    contracts: int = 0
    targets: int = 0


@standing
def policy_names() -> dict[int, str]:
    """Every policy's name by id, by name."""
    return dict(db.session.execute(select(SlaPolicy.id, SlaPolicy.name).order_by(SlaPolicy.name)).all())


def list_policies(*, for_: Actor) -> list[PolicyCard]:
    require(for_, Action.MANAGE_DESK)
    counted = select(Contract.policy_id, func.count()).group_by(Contract.policy_id)
    contracts: dict[int | None, int] = dict(db.session.execute(counted).all())
    return [
        PolicyCard(row.id, row.name, row.is_default, contracts.get(row.id, 0),
                   sum(len(cards) for cards in targets_of(row.id).values()))
        for row in db.session.scalars(select(SlaPolicy).order_by(SlaPolicy.is_default.desc(), SlaPolicy.name))
    ]  # fmt: skip


def get_policy(policy_id: int, *, for_: Actor) -> SlaPolicy:
    require(for_, Action.MANAGE_DESK)
    query = select(SlaPolicy).where(SlaPolicy.id == policy_id)
    found: SlaPolicy | None = db.session.scalar(locked_when_writing(query, of=SlaPolicy))
    if found is None:
        raise NotFound
    return found


def targets_of(policy_id: int) -> dict[tuple[str, str], dict[str, TargetCard]]:
    """What a policy grants now: by (clock, type of request; empty for all), by priority."""
    at = epoch(now())
    latest: dict[tuple[str, str, str], TargetCard] = {}
    for card in register.targets().values():
        key = (card.clock, card.type, card.priority)
        if card.policy_id == policy_id and card.valid_from <= at:
            known = latest.get(key)
            latest[key] = card if known is None or known.valid_from <= card.valid_from else known
    found: dict[tuple[str, str], dict[str, TargetCard]] = {}
    for clock, kind, priority in sorted(latest, key=lambda key: (KINDS.index(key[0]), key[1], key[2])):
        card = latest[clock, kind, priority]
        if not card.is_withdrawn:
            found.setdefault((clock, kind), {})[priority] = card
    return found


def newest_target(policy_id: int) -> int:
    """The id of the target that was written last."""
    return max((card.id for card in register.targets().values() if card.policy_id == policy_id), default=0)


@command
def add_policy(name: str, copy_of: int | None, *, by: Actor) -> SlaPolicy:
    """Write a policy, empty or with the targets that another one has now."""
    require(by, Action.MANAGE_DESK)
    name = " ".join(name.split())[:100]
    if not name:
        raise Invalid({"name": [_("Give it a name.")]})
    if any(known.lower() == name.lower() for known in policy_names().values()):
        raise Invalid({"name": [_("There is already a policy with this name.")]})
    if copy_of is not None and copy_of not in policy_names():
        raise Invalid({"copy_of": [_("Choose one of the list.")]})
    at, copied = epoch(now()), targets_of(copy_of) if copy_of else {}
    policy = SlaPolicy(name=name)
    db.session.add(policy)
    db.session.flush()
    for (clock, kind), by_priority in copied.items():
        for priority, card in by_priority.items():
            db.session.add(_target(policy.id, clock, kind, priority, _as_new(card), at))
    touch()
    record(ConfigurationChanged(policy.id, what="policy", change={"added": name}), by=by)
    return policy


@command
def make_default(policy: SlaPolicy, *, by: Actor) -> None:
    """Let this policy cover what no contract and no warranty covers; tickets that are there keep theirs."""
    require(by, Action.MANAGE_DESK)
    if not targets_of(policy.id):
        raise Conflict(_("This policy promises nothing yet. Give it a target first."), code="policy_empty")
    db.session.execute(update(SlaPolicy).values(is_default=SlaPolicy.id == policy.id))
    touch()
    record(ConfigurationChanged(policy.id, what="policy", change={"is_default": True}), by=by)


def preview_targets(policy: SlaPolicy, new: NewTargets, *, by: Actor) -> tuple[Impact, list[OverBudget]]:
    """What these targets would do to open tickets if they are to hold for them, and which lines get too much time."""
    require(by, Action.MANAGE_DESK)
    _check(new)
    at = epoch(now())
    impact = impact_of(*_moved(policy.id, new, at)) if new.applies_to_open else Impact()
    return impact, over_budget(policy.id, new)


@command
def save_targets(policy: SlaPolicy, new: NewTargets, *, by: Actor) -> int:
    """Write the targets that differ; how many open tickets they were applied to."""
    policy = get_policy(policy.id, for_=by)
    _check(new)
    at = epoch(now())
    if new.based_on != newest_target(policy.id):
        raise Conflict(
            _("Somebody else has changed this policy meanwhile. Look at what it grants, then save again."),
            code="policy_changed",
        )
    known, changed = targets_of(policy.id).get((new.clock, new.type), {}), []
    for priority, target in new.by_priority.items():
        card = known.get(priority)
        if target is None and card is not None:
            changed.append(_target(policy.id, new.clock, new.type, priority, _as_new(card), at, is_withdrawn=True))
        elif target is not None and (card is None or _as_new(card) != target):
            changed.append(_target(policy.id, new.clock, new.type, priority, target, at))
    if not changed and not new.applies_to_open:
        raise Invalid({"": [_("Nothing is different from what the policy grants now.")]})
    if changed and any(card.valid_from == at for card in register.targets().values() if card.policy_id == policy.id):
        raise Conflict(_("This policy was changed in this very second. Save again."), code="policy_changed")
    db.session.add_all(changed)
    db.session.flush()
    touch()
    tickets = sorted(_regranted(policy.id, None, at)) if new.applies_to_open else []
    if len(tickets) <= AT_ONCE:
        _apply(policy.id, tickets, new.reason.strip(), by=by)
    else:
        for ids in batches(tickets, AT_ONCE):
            record(TargetsExtended(policy.id, tickets=list(ids), reason=new.reason.strip()), by=by)
    change = {"clock": new.clock, "type": new.type, "targets": len(changed), "reason": new.reason.strip(),
              "tickets": len(tickets)}  # fmt: skip
    record(ConfigurationChanged(policy.id, what="policy", change=change), by=by)
    return len(tickets)


def extend(entry: Entry) -> None:
    """Let the new targets of a policy hold for a part of the tickets that they were extended to."""
    ids = entry.payload["tickets"]
    still = select(Ticket.id).where(Ticket.id.in_(ids), Ticket.is_open, Ticket.policy_id == entry.subject_id)
    claimed = db.session.scalars(locked_when_writing(still.order_by(Ticket.id), of=Ticket)).all()
    _apply(entry.subject_id, claimed, entry.payload["reason"], by=entry)


def _apply(policy_id: int, ticket_ids: Iterable[int], reason: str, *, by: Doer) -> None:
    for ticket_id in ticket_ids:
        record(PolicyApplied(ticket_id, policy_id=policy_id, reason=reason), by=by)


def over_budget(policy_id: int, new: NewTargets | None = None) -> list[OverBudget]:
    """For which priorities the lines together may take longer than the client was promised."""
    known = targets_of(policy_id)
    kind = new.type if new else ""

    def seconds(clock: str, priority: str) -> int:
        if new is not None and (clock, kind) == (new.clock, new.type) and priority in new.by_priority:
            target = new.by_priority[priority]
            if target is not None:
                return target.seconds
            return known[clock, ""][priority].seconds if kind and priority in known.get((clock, ""), {}) else 0
        for each in (kind, ""):
            if priority in known.get((clock, each), {}):
                return known[clock, each][priority].seconds
        return 0

    found = []
    for priority in (each.value for each in Priority):
        lines, promised = sum(seconds(f"ola:line{n}", priority) for n in (1, 2, 3)), seconds("resolution", priority)
        if promised and lines > promised:
            found.append(OverBudget(priority, lines, promised))
    return found


def _target(
    policy_id: int, clock: str, kind: str, priority: str, new: NewTarget, at: int, *, is_withdrawn: bool = False
) -> Target:
    family, _colon, line = clock.partition(":line")
    return Target(
        policy_id=policy_id, kind=ClockKind(family), line=int(line or 0), type=kind, priority=priority,
        seconds=new.seconds, calendar_id=new.calendar_id, pause_reasons=list(new.pause_reasons),
        thresholds=list(new.thresholds), at_risk_percent=new.at_risk_percent,
        least_after_reopen=new.least_after_reopen, is_urgent=new.is_urgent, is_withdrawn=is_withdrawn,
        valid_from=at, recorded_at=at,
    )  # fmt: skip


def _as_new(card: TargetCard) -> NewTarget:
    return NewTarget(
        card.seconds, card.calendar_id, tuple(sorted(card.pause_reasons)), tuple(sorted(card.thresholds)),
        card.at_risk_percent, card.least_after_reopen, card.is_urgent,
    )  # fmt: skip


def _check(new: NewTargets) -> None:
    errors: dict[str, list[str]] = {}
    if new.clock not in KINDS or new.type not in ("", *(each.value for each in TicketType)):
        raise NotFound
    for priority, target in new.by_priority.items():
        if priority not in {each.value for each in Priority}:
            raise NotFound
        if target is not None:
            errors |= {f"{name}-{priority}": [sentence] for name, sentence in _wrong_in(target)}
    if new.applies_to_open and not new.reason.strip():
        errors["reason"] = [_("Say why open tickets are changed; each of them will tell it.")]
    if errors:
        raise Invalid(errors)


def _wrong_in(target: NewTarget) -> Iterator[tuple[str, str]]:
    if not LEAST_SECONDS <= target.seconds <= MOST_SECONDS:
        yield "seconds", _("Give a minute at least.")
    if target.calendar_id not in calendar_names():
        yield "calendar_id", _("Choose one of the list.")
    if set(target.pause_reasons) - set(PAUSE_REASONS):
        yield "pause_reasons", _("Choose one of the list.")
    if len(target.thresholds) > MOST_THRESHOLDS or not all(1 <= each <= 100 for each in target.thresholds):
        yield "thresholds", _("Give percentages from 1 to 100, eight at most.")
    if not 1 <= target.at_risk_percent <= 99:
        yield "at_risk_percent", _("Give a percentage from 1 to 99.")
    if not 0 <= target.least_after_reopen <= target.seconds:
        yield "least_after_reopen", _("Give no more than the target itself.")


def _granted(policy_id: int, new: NewTargets | None, row: Any, ticket: Any, at: int) -> NewTarget | None:
    """What the policy would grant for this clock; None where it would stay with what it has."""
    cards = register.targets()
    clock, own = cards[row.target_id].clock, Standing(ticket.priority.value, str(policy_id), ticket.type.value)
    card = register.target_for(policy_id, clock, own, at)
    if new is not None and clock == new.clock and new.type in ("", own.type) and own.priority in new.by_priority:
        target = new.by_priority[own.priority]
        is_beaten = not new.type and card is not None and bool(card.type)  # one for the very type comes first
        if target is not None and not is_beaten:
            return None if target == _as_new(cards[row.target_id]) else target
    return _as_new(card) if card is not None and card.id != row.target_id else None


def _live(policy_id: int) -> list[tuple[Any, Any]]:
    """The clocks of open tickets of a policy that another target can change, each with its ticket."""
    of_tickets = select(Ticket.id, Ticket.type, Ticket.priority, Ticket.status)
    query = of_tickets.where(Ticket.is_open, Ticket.policy_id == policy_id)
    tickets = {row.id: row for row in db.session.execute(query)}
    columns = (Clock.id, Clock.subject_id, Clock.target_id, Clock.start_at, Clock.due_at, Clock.promised_for,
               Clock.extra_seconds)  # fmt: skip
    found = []
    for ids in batches(sorted(tickets)):
        live = select(*columns).where(LIVE, *_of(ids), Clock.contract_breached_at.is_(None))
        found += [(row, tickets[row.subject_id]) for row in db.session.execute(live.order_by(Clock.subject_id))]
    return found


def _of(ticket_ids: Sequence[int]) -> tuple[Any, ...]:
    return Clock.subject_kind == "ticket", Clock.subject_id.in_(ticket_ids)


def _regranted(policy_id: int, new: NewTargets | None, at: int) -> set[int]:
    """The open tickets to which the policy grants something else than they have."""
    return {ticket.id for row, ticket in _live(policy_id) if _granted(policy_id, new, row, ticket, at) is not None}


def _moved(policy_id: int, new: NewTargets, at: int) -> tuple[list[Move], int]:
    """How the clocks of open tickets would move, and how many tickets would be late at once."""
    moves, late = [], set()
    rows = [
        (row, ticket, target) for row, ticket in _live(policy_id)
        if (target := _granted(policy_id, new, row, ticket, at)) is not None
    ]  # fmt: skip
    pauses = _pauses_of([ticket.id for _row, ticket, _target in rows])
    for row, ticket, target in rows:
        index, seconds = register.indexes()[target.calendar_id], target.seconds + row.extra_seconds
        spans = pauses.get(row.id, [])
        open_reason = next((reason for _since, until, reason in spans if until is None), "")
        stands_still = open_reason == "away" or ticket.status.value in target.pause_reasons
        closed = [(since, at if until is None else until) for since, until, _reason in spans]
        if index.elapsed(row.start_at, at, closed) > seconds:
            late.add(row.subject_id)
        due = row.promised_for or (None if stands_still else index.due(row.start_at, seconds, closed))
        if due != row.due_at:
            moves.append(Move(row.subject_id, row.id, register.targets()[row.target_id].clock, row.due_at, due))
    return moves, len(late)


def _pauses_of(ticket_ids: Sequence[int]) -> dict[int, list[tuple[int, int | None, str]]]:
    columns = select(Pause.clock_id, Pause.from_at, Pause.to_at, Pause.reason).join(Clock, Clock.id == Pause.clock_id)
    found: dict[int, list[tuple[int, int | None, str]]] = {}
    for ids in batches(sorted(set(ticket_ids))):
        for clock_id, since, until, reason in db.session.execute(columns.where(LIVE, *_of(ids))):
            found.setdefault(clock_id, []).append((since, until, reason))
    return found
