"""What is due by a person at a time, whatever it is about, and who is told when it is late.

1. There is one open duty of a kind for one thing. It ends by being done or withdrawn; setting it again moves it.
2. A duty that is not done when it is due is told to its owner, then to the lead of the owner's line, then to the
   manager; each in their working hours, and the next one only if nobody takes note within the desk's time.
3. Whoever is away is answered for by their substitute, asked anew at the moment of telling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Doer, record
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import DutyHanded, DutyLate, DutyMet, DutySet, DutyWithdrawn
from helpdesk.models.duties import Duty, DutyKind
from helpdesk.models.people import Organisation
from helpdesk.people.directory import operators, substitute_for
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import duty_scope
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.reachable import account_of, lead_of, manager, opening, patience

OWNER, LINE_LEAD, MANAGER = DUTY_STEPS = (1, 2, 3)
Subject = tuple[str, int]


@dataclass(frozen=True)
class DutyShown:
    """A duty as a list shows it."""

    duty: Duty
    organisation: str
    owner: str
    is_late: bool


def set_duty(
    kind: DutyKind, subject: Subject, *, due_at: datetime, what: str, owner_id: int | None,
    organisation_id: int | None, ticket_id: int | None = None, by: Doer,
) -> Duty:  # fmt: skip
    """Let something be due; an open duty of this kind for the same thing is moved. Part of a larger activity."""
    duty = open_duty(kind, subject)
    if duty is None:
        duty = Duty(kind=kind, subject_kind=subject[0], subject_id=subject[1], step=0, set_at=now())
        db.session.add(duty)
    elif (duty.due_at, duty.owner_id, duty.what) == (due_at, owner_id, what):
        return duty
    if duty.due_at != due_at or duty.owner_id != owner_id:
        duty.tell_at, duty.step, duty.told_id, duty.acknowledged_at, duty.acknowledged_by = due_at, 0, None, None, None
    duty.due_at, duty.what, duty.owner_id = due_at, what, owner_id
    duty.organisation_id, duty.ticket_id = organisation_id, ticket_id
    db.session.flush()
    record(DutySet(duty.id, kind=kind.value, due_at=epoch(due_at), owner_id=owner_id), by=by)
    return duty


def meet_duty(kind: DutyKind, subject: Subject, *, by: Doer) -> Duty | None:
    """It was done; None where nothing of the kind was open. Part of a larger activity."""
    duty = open_duty(kind, subject)
    if duty is not None:
        duty.done_at, duty.tell_at = now(), None
        record(DutyMet(duty.id, kind=kind.value), by=by)
    return duty


def withdraw_duties(subject: Subject, *, by: Doer, kind: DutyKind | None = None) -> int:
    """It need not be done any more: what is open for this thing, of a kind or of all. Part of a larger activity."""
    found = [duty for duty in _of(subject) if duty.is_open and kind in (None, duty.kind)]
    for duty in found:
        duty.withdrawn_at, duty.tell_at = now(), None
        record(DutyWithdrawn(duty.id, kind=duty.kind.value), by=by)
    return len(found)


def hand_duty(kind: DutyKind, subject: Subject, owner_id: int, *, by: Doer) -> Duty | None:
    """Somebody else does it, by the same time. Part of a larger activity."""
    if owner_id not in operators():
        raise Invalid({"owner_id": [_("There is no such operator.")]})
    duty = open_duty(kind, subject)
    if duty is not None and duty.owner_id != owner_id:
        record(DutyHanded(duty.id, kind=kind.value, before=duty.owner_id, after=owner_id), by=by)
        duty.owner_id, duty.step, duty.told_id, duty.tell_at = owner_id, 0, None, max(duty.due_at, now())
        duty.acknowledged_at = duty.acknowledged_by = None
    return duty


def open_duty(kind: DutyKind, subject: Subject) -> Duty | None:
    """What is open of a kind for a thing; locked where this transaction may change it."""
    return next((duty for duty in _of(subject) if duty.is_open and duty.kind is kind), None)


def duties_of(subject: Subject) -> list[Duty]:
    """Every duty that there was for a thing, in order."""
    query = select(Duty).where(Duty.subject_kind == subject[0], Duty.subject_id == subject[1])
    return list(db.session.scalars(query.order_by(Duty.id)))


def open_duties(
    *, for_: Actor, owner_id: int | None = None, organisation_id: int | None = None, until: datetime | None = None,
    limit: int = 200,
) -> list[DutyShown]:  # fmt: skip
    """What is open and may be seen, what is due first first: of an owner, of an organisation, or due until then."""
    query = _open(duty_scope(for_))
    if owner_id is not None:
        query = query.where(Duty.owner_id == owner_id)
    if organisation_id is not None:
        query = query.where(Duty.organisation_id == organisation_id)
    if until is not None:
        query = query.where(Duty.due_at <= until)
    return _shown(db.session.execute(query.order_by(Duty.due_at, Duty.id).limit(limit)).all())


def told_duties(*, for_: Actor, limit: int = 100) -> list[DutyShown]:
    """What is late, was told to the actor, and nobody took note of."""
    query = _open(*told_to(for_))
    return _shown(db.session.execute(query.order_by(Duty.due_at, Duty.id).limit(limit)).all())


def sweep_duties() -> int:
    """Tell what is late to whoever is to know; returns how much. Where nothing is due it writes nothing."""
    is_due = db.session.scalar(select(select(Duty.id).where(Duty.tell_at <= now()).exists()))
    return tell_late() if is_due else 0


@command
def tell_late(limit: int = 100) -> int:
    """Tell the next person of each duty whose time to be told has come; returns how many it saw."""
    query = select(Duty).where(Duty.tell_at <= now()).order_by(Duty.tell_at).limit(limit)
    late = db.session.scalars(query.with_for_update(skip_locked=True, of=Duty)).all()
    for duty in late:
        _tell(duty, epoch(now()))
    return len(late)


@command
def acknowledge_duty(duty_id: int, *, by: Actor) -> Duty:
    """Take note that it is late: nobody else is told."""
    query = select(Duty).where(Duty.id == duty_id, duty_scope(by) | (Duty.told_id == (by.account_id or -1)))
    duty: Duty | None = db.session.scalar(locked_when_writing(query, of=Duty))
    if duty is None:
        raise NotFound
    require(by, Action.ACKNOWLEDGE_ESCALATION, duty)
    if duty.is_open and duty.step and duty.acknowledged_at is None:
        duty.acknowledged_at, duty.acknowledged_by, duty.tell_at = now(), by.account_id, None
    return duty


def told_to(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The condition of late duties that were told to an actor and that nobody took note of."""
    return (Duty.told_id == actor.account_id, Duty.acknowledged_at.is_(None), Duty.done_at.is_(None),
            Duty.withdrawn_at.is_(None))  # fmt: skip


def _tell(duty: Duty, at: int) -> None:
    for step in DUTY_STEPS[duty.step :]:
        whom = _whom(duty, step, at)
        if whom is None or whom == duty.told_id:
            continue
        opens_at = opening(whom, at)
        if opens_at > at:
            duty.tell_at = instant(opens_at)
            return
        again = patience(whom, at, ticket_settings().escalation_minutes)
        duty.step, duty.told_id = step, whom
        duty.tell_at = instant(again) if step < MANAGER else None
        record(DutyLate(duty.id, kind=duty.kind.value, step=step, account_id=whom), by=SYSTEM)
        return
    duty.tell_at = None  # there is nobody left to be told


def _whom(duty: Duty, step: int, at: int) -> int | None:
    """The account that stands on a step; the absent are answered for by their substitute."""
    owner = operators().get(duty.owner_id or 0)
    if step == OWNER:
        return account_of(substitute_for(owner.id, instant(at))) if owner else None
    if step == LINE_LEAD:
        return lead_of(min(owner.lines, default=1) if owner else 1, at)
    return manager()


def _of(subject: Subject) -> Sequence[Duty]:
    query = select(Duty).where(Duty.subject_kind == subject[0], Duty.subject_id == subject[1])
    return db.session.scalars(locked_when_writing(query.order_by(Duty.id), of=Duty)).all()


def _open(*conditions: ColumnElement[bool]) -> Select[Duty, str]:
    return (
        select(Duty, Organisation.name).join(Organisation, Organisation.id == Duty.organisation_id, isouter=True)
        .where(Duty.done_at.is_(None), Duty.withdrawn_at.is_(None), *conditions)
    )  # fmt: skip


def _shown(rows: Sequence[Any]) -> list[DutyShown]:
    cards, at = operators(), now()
    return [
        DutyShown(duty, organisation or "", cards[duty.owner_id].name if duty.owner_id in cards else "",
                  is_late=duty.due_at <= at)
        for duty, organisation in rows
    ]  # fmt: skip
