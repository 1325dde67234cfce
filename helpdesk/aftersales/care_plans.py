"""Care plans: templates of revisits, and what changing one moves.

1. A revisit that the client has confirmed, or whose hour is set, stays whatever the plan says by now.
2. Of the others one stays where it is if the plan gives it the same day as before; what moves, falls away or is new
   can be seen before it is saved.
3. Old and new dates of a step are paired in their order where the dates themselves are others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from helpdesk.aftersales.care import Rhythm, Slot, ahead_of, cannot_plan, placed, rhythm_of, slots_of, today_of
from helpdesk.aftersales.planning import LONGEST_GAP, LONGEST_WINDOW, PlanningError, check_rule
from helpdesk.aftersales.revisits import LONGEST_MINUTES, VISIT_CHANNELS, call_off, shift
from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.events import ConfigurationChanged, RevisitPlanned
from helpdesk.models.care import Care, CarePlan, CareStep, Revisit, RevisitState
from helpdesk.models.tickets import Channel
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.calendars import calendar_names

LONGEST_OFFSET = 3_650  # days
MOST_STEPS = 40
LONGEST_NAME = 150


@dataclass(frozen=True)
class NewStep:
    """A kind of revisit: so many days after the handover, or by an RFC 5545 rule. `id` names one that is kept."""

    what: str
    channel: Channel = Channel.PHONE
    minutes: int = 30
    offset_days: int | None = None
    rule: str | None = None
    id: int | None = None


@dataclass(frozen=True)
class NewPlan:
    """A care plan as it is to be."""

    name: str
    steps: tuple[NewStep, ...]
    calendar_id: int | None = None
    min_gap_days: int = 1
    window_days: int = 7
    is_active: bool = True


@dataclass(frozen=True)
class Move:
    """What changing a plan does to a revisit: it has no `before` where it is new, no `after` where it falls away."""

    organisation_id: int
    what: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class _Change:
    """A move with the rows that it is about: the revisit that is there, and what it becomes."""

    move: Move
    revisit: Revisit | None
    becomes: Revisit | None
    position: int


def list_plans(*, for_: Actor) -> list[CarePlan]:
    """Every care plan, by name."""
    require(for_, Action.MANAGE_CARE)
    return list(db.session.scalars(select(CarePlan).order_by(CarePlan.name)))


def offered_plans(*, for_: Actor) -> list[CarePlan]:
    """The plans that may be put to work, of those that the actor sees."""
    query = visible(for_, CarePlan).where(CarePlan.is_active)
    return list(db.session.scalars(query.order_by(CarePlan.name)))


def get_plan(plan_id: int, *, for_: Actor) -> CarePlan:
    query = visible(for_, CarePlan).where(CarePlan.id == plan_id)
    found: CarePlan | None = db.session.scalar(locked_when_writing(query, of=CarePlan))
    if found is None:
        raise NotFound
    return found


@command
def add_plan(new: NewPlan, *, by: Actor) -> CarePlan:
    """Write a care plan."""
    require(by, Action.MANAGE_CARE)
    name = _checked(new)
    row = CarePlan(
        name=name, calendar_id=new.calendar_id, min_gap_days=new.min_gap_days, window_days=new.window_days,
        is_active=new.is_active, steps=_drafts(new),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(ConfigurationChanged(row.id, what="care_plan", change={"added": name}), by=by)
    return row


def preview_plan(care_plan: CarePlan, new: NewPlan, *, by: Actor) -> list[Move]:
    """What changing the plan would move, in the order of the dates."""
    require(by, Action.MANAGE_CARE)
    _checked(new, care_plan)
    with db.session.no_autoflush:
        return [change.move for change in _changes(care_plan, new)]


@command
def change_plan(care_plan: CarePlan, new: NewPlan, *, seen: int, by: Actor) -> list[Move]:
    """Let a plan say something else, and move what is planned by it. Conflict where somebody else changed it."""
    care_plan = get_plan(care_plan.id, for_=by)
    if care_plan.revision != seen:
        raise Conflict(
            _("Somebody else has changed this plan meanwhile. Look at it, then save again."), code="plan_changed"
        )
    name = _checked(new, care_plan)
    changes = _changes(care_plan, new)
    care_plan.name, care_plan.is_active, care_plan.revision = name, new.is_active, care_plan.revision + 1
    care_plan.calendar_id = new.calendar_id
    care_plan.min_gap_days, care_plan.window_days = new.min_gap_days, new.window_days
    care_plan.steps = _written(care_plan, new)
    db.session.flush()
    for change in changes:
        _apply(change, care_plan.steps, by=by)
    told = {"moved": len(changes), "revision": care_plan.revision}
    record(ConfigurationChanged(care_plan.id, what="care_plan", change=told), by=by)
    return [change.move for change in changes]


def _changes(care_plan: CarePlan, new: NewPlan) -> list[_Change]:
    cares = list(db.session.scalars(select(Care).where(Care.plan_id == care_plan.id, Care.ended_at.is_(None))))
    there: dict[int, list[Revisit]] = defaultdict(list)
    for revisit in db.session.scalars(ahead_of([care.id for care in cares])):
        there[revisit.care_id or 0].append(revisit)
    was = rhythm_of(care_plan.calendar_id, care_plan.min_gap_days, care_plan.window_days)
    will = rhythm_of(new.calendar_id, new.min_gap_days, new.window_days)
    drafts = _drafts(new, kept=care_plan)
    changes: list[_Change] = []
    free: list[Revisit] = []  # whose day is another now
    slots: list[Slot] = []  # that want a day
    for care in cares:
        days = {(slot.step.id, slot.nominal): slot.wanted.on for slot in _ahead(care, care_plan.steps, was)}
        movable = {(r.step_id, r.nominal_on): r for r in there[care.id] if _is_movable(r)}
        fixed = {(r.step_id, r.nominal_on) for r in there[care.id] if not _is_movable(r)}
        for slot in _ahead(care, drafts, will):
            key = (slot.step.id, slot.nominal)
            stays = movable.pop(key, None) if days.get(key) == slot.wanted.on else None
            if stays is not None and _says_otherwise(stays, slot.step):
                move = Move(care.organisation_id, slot.step.what, stays.planned_on, stays.planned_on)
                changes.append(_Change(move, stays, None, slot.step.position))
            elif stays is None and key not in fixed:
                slots.append(slot)
        free += movable.values()
    changes += _paired(free, placed(slots, leave_out=free))
    return sorted(changes, key=lambda each: (each.move.after or each.move.before or date.max, each.move.what))


def _ahead(care: Care, steps: Sequence[CareStep], rhythm: Rhythm) -> list[Slot]:
    """The dates of a programme that are still to come, as far as it is planned."""
    today = today_of(care)
    try:
        slots = slots_of(care, steps, rhythm, since=care.anchor - timedelta(days=1), until=care.planned_until or today)
    except PlanningError as error:
        raise Invalid({"min_gap_days": [cannot_plan(error)]}) from error
    return [slot for slot in slots if slot.wanted.on > today]


def _is_movable(revisit: Revisit) -> bool:
    return revisit.state is RevisitState.PLANNED and revisit.starts_at is None


def _says_otherwise(revisit: Revisit, step: CareStep) -> bool:
    return (revisit.what, revisit.minutes, revisit.channel) != (step.what, step.minutes, step.channel)


def _paired(free: Sequence[Revisit], fresh: Sequence[tuple[Slot, Revisit]]) -> Iterator[_Change]:
    """Old and new dates of each programme and step, the first with the first."""
    old: dict[tuple[int | None, int | None], list[Revisit]] = defaultdict(list)
    for revisit in sorted(free, key=lambda each: each.nominal_on):
        old[revisit.care_id, revisit.step_id].append(revisit)
    for slot, becomes in sorted(fresh, key=lambda each: each[0].nominal):
        waiting = old.get((slot.care.id, slot.step.id))
        was = waiting.pop(0) if waiting else None
        before = was.planned_on if was else None
        move = Move(slot.care.organisation_id, slot.step.what, before, becomes.planned_on)
        yield _Change(move, was, becomes, slot.step.position)
    for left in old.values():
        for gone in left:
            yield _Change(Move(gone.organisation_id, gone.what, gone.planned_on, None), gone, None, -1)


def _apply(change: _Change, steps: Sequence[CareStep], *, by: Actor) -> None:
    revisit, becomes = change.revisit, change.becomes
    if change.position < 0 and revisit is not None:
        call_off(revisit, RevisitState.SKIPPED, _("The care plan was changed."), by=by)
        return
    step = steps[change.position]
    if revisit is None and becomes is not None:
        becomes.step_id = step.id
        db.session.add(becomes)
        db.session.flush()
        record(RevisitPlanned(becomes.id, planned_on=str(becomes.planned_on)), by=by)
    elif revisit is not None:
        revisit.what, revisit.minutes, revisit.channel = step.what, step.minutes, step.channel
        if becomes is not None:
            revisit.nominal_on, revisit.problem, revisit.place = becomes.nominal_on, becomes.problem, becomes.place
            shift(revisit, becomes.planned_on, latest_on=becomes.latest_on, operator_id=becomes.operator_id, by=by)


def _drafts(new: NewPlan, *, kept: CarePlan | None = None) -> list[CareStep]:
    """The steps as they are to be, in no session; what is kept keeps its id."""
    ids = {step.id for step in kept.steps} if kept is not None else set()
    return [
        CareStep(id=step.id if step.id in ids else None, position=position, what=step.what.strip(),
                 channel=step.channel, minutes=step.minutes, offset_days=step.offset_days, rule=step.rule)
        for position, step in enumerate(new.steps)
    ]  # fmt: skip


def _written(care_plan: CarePlan, new: NewPlan) -> list[CareStep]:
    """The steps of a plan, changed to what they are to be."""
    known, steps = {step.id: step for step in care_plan.steps}, []
    for draft in _drafts(new, kept=care_plan):
        step = known.get(draft.id) if draft.id is not None else None
        if step is None:
            step = draft
        for name in ("position", "what", "channel", "minutes", "offset_days", "rule"):
            setattr(step, name, getattr(draft, name))
        steps.append(step)
    return steps


def _checked(new: NewPlan, but: CarePlan | None = None) -> str:
    """The name of a plan that can be; Invalid names what is wrong, a step by its place from 0 on."""
    name, errors = " ".join(new.name.split()), dict[str, list[str]]()
    taken = select(CarePlan.id).where(func.lower(CarePlan.name) == name.lower())
    if but is not None:
        taken = taken.where(CarePlan.id != but.id)
    if not name or len(name) > LONGEST_NAME:
        errors["name"] = [_("Give it a name.") if not name else _("This is too long.")]
    elif db.session.scalar(taken):
        errors["name"] = [_("There is already a plan with this name.")]
    if new.calendar_id is not None and new.calendar_id not in calendar_names():
        errors["calendar_id"] = [_("Choose one of the list.")]
    for field, value, low, high in (("min_gap_days", new.min_gap_days, 0, LONGEST_GAP),
                                    ("window_days", new.window_days, 0, LONGEST_WINDOW)):  # fmt: skip
        if not low <= value <= high:
            errors[field] = [_("Give a number from %(low)s to %(high)s.", low=low, high=high)]
    if not 1 <= len(new.steps) <= MOST_STEPS:
        errors["steps"] = [_("Give one revisit at least, and %(most)s at most.", most=MOST_STEPS)]
    for number, step in enumerate(new.steps):
        for field, sentence in _wrong_step(step):
            errors.setdefault(f"steps.{number}.{field}", []).append(sentence)
        if f"steps.{number}.rule" in errors:
            break  # to look for a date that does not come takes a second
    if errors:
        raise Invalid(errors)
    return name


def _wrong_step(step: NewStep) -> Iterator[tuple[str, str]]:
    if not step.what.strip():
        yield "what", _("Fill in this field.")
    if len(step.what) > LONGEST_NAME:
        yield "what", _("This is too long.")
    if step.channel not in VISIT_CHANNELS:
        yield "channel", _("Choose one of the list.")
    if not 1 <= step.minutes <= LONGEST_MINUTES:
        yield "minutes", _("Give a number from %(low)s to %(high)s.", low=1, high=LONGEST_MINUTES)
    if (step.offset_days is None) == (step.rule is None):
        yield "offset_days", _("Say after how many days, or by which rule: one of them.")
    elif step.offset_days is not None and not 0 <= step.offset_days <= LONGEST_OFFSET:
        yield "offset_days", _("Give a number from %(low)s to %(high)s.", low=0, high=LONGEST_OFFSET)
    elif step.rule is not None:
        try:
            check_rule(step.rule)
        except PlanningError as error:
            yield "rule", cannot_plan(error)
