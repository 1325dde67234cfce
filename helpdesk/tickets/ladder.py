"""The escalation ladder: who is told of a clock that is at risk or breached, and who next if nobody takes note.

1. A rung is reached once for each clock, occasion and revision of the target, however many schedulers are at work.
2. It tells its person in their working hours; of an urgent target at once. Who that is, is asked again at that moment.
3. Where nobody takes note within the desk's time, counted in the hours of whoever was told, the next step is reached.
4. While the clock stands still nothing is told and nothing climbs; with its end, what is left of the ladder ends, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import NotFound
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import ClockBreached, RungAcknowledged, RungReached
from helpdesk.models.duties import Duty
from helpdesk.models.tickets import NEVER, Ticket
from helpdesk.people.directory import substitute_for
from helpdesk.people.duty import on_duty
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.tickets.assignment import best_operator
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.duties import told_to
from helpdesk.tickets.reachable import account_of, lead_of, manager, opening, patience
from sla import register
from sla.models import LIVE_STATES, Clock, Rung

AT_RISK, BREACHED = "at_risk", "breached"
ASSIGNEE, LINE_LEAD, MANAGER, DUTY_OFFICER = STEPS = (1, 2, 3, 4)
# Which steps are reached at once; the others, if nobody takes note.
BEGINS = {AT_RISK: (ASSIGNEE,), BREACHED: (ASSIGNEE, MANAGER, DUTY_OFFICER)}


@dataclass(frozen=True)
class RungShown:
    """A rung as a list shows it, with its clock and its ticket."""

    rung: Rung
    clock: Clock
    ticket: Ticket


@dataclass
class _Ladder:
    """The rungs of one clock, occasion and revision, with what they depend on."""

    clock: Clock
    ticket: Ticket
    occasion: str
    revision: int
    rungs: list[Rung]

    @property
    def is_urgent(self) -> bool:
        return register.targets()[self.clock.target_id].is_urgent

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to tell any more: the clock ended, or what was at risk is late or safe by now."""
        if self.clock.state not in LIVE_STATES:
            return True
        return self.occasion == AT_RISK and (self.clock.breached_at is not None or not self.clock.at_risk_fired)

    @property
    def stands_still(self) -> bool:
        return self.clock.paused_since is not None

    @property
    def is_acknowledged(self) -> bool:
        return any(rung.acknowledged_at is not None for rung in self.rungs)


def begin(entry: Entry) -> None:
    """A clock is at risk, or breached: set up the ladder, and its first rungs. A reaction."""
    clock = db.session.get(Clock, entry.payload["clock_id"])
    if clock is None:  # taken back since
        return
    occasion = BREACHED if entry.fact == ClockBreached.__name__ else AT_RISK
    ladder = _ladder(clock, occasion, entry.payload.get("revision", 1))
    if ladder.is_over or ladder.rungs:
        return
    # What was told before, of the risk or of another target, is told by this ladder now.
    _end([clock.id])
    for step in BEGINS[occasion]:
        if not _reach(ladder, step, epoch(entry.at)) and step == ASSIGNEE:
            _climb(ladder, step, epoch(entry.at))


def sweep() -> int:
    """Tell and climb what has come due; returns how much. Where nothing is due it writes nothing."""
    at = epoch(now())
    is_due = db.session.scalar(select(_to_tell(at).exists() | _to_climb(at).exists()))
    return tell_due() + climb_due() if is_due else 0


@command
def tell_due(limit: int = 100) -> int:
    """Tell whoever stands on a rung that was reached, once their hours have begun; returns how many rungs it saw."""
    at = epoch(now())
    rungs = _claimed(_to_tell(at).order_by(Rung.tell_at).limit(limit))
    for rung in rungs:
        _tell(_ladder_of(rung), rung, at)
    return len(rungs)


@command
def climb_due(limit: int = 100) -> int:
    """Nobody took note in time: reach the next step; returns how many rungs it saw."""
    at = epoch(now())
    rungs = _claimed(_to_climb(at).order_by(Rung.climbs_at).limit(limit))
    for rung in rungs:
        since, rung.climbs_at = rung.climbs_at or at, None
        ladder = _ladder_of(rung)
        if ladder.is_over:
            rung.ended_at = at
        elif ladder.stands_still:
            rung.climbs_at = NEVER  # until the clock goes on
        elif not ladder.is_acknowledged:
            _climb(ladder, rung.step, since)
    return len(rungs)


@command
def acknowledge(rung_id: int, *, by: Actor) -> RungShown:
    """Take note: the ladder is climbed no further."""
    shown = get_rung(rung_id, for_=by)
    require(by, Action.ACKNOWLEDGE_ESCALATION, shown.rung)
    ladder, at = _ladder_of(shown.rung), epoch(now())
    if ladder.is_acknowledged or shown.rung.ended_at is not None:
        return shown  # a second click, or somebody was quicker
    shown.rung.acknowledged_at, shown.rung.acknowledged_by = at, by.account_id
    for rung in ladder.rungs:
        rung.climbs_at = None
        if rung.told_at is not None:
            rung.ended_at = at
    record(
        RungAcknowledged(shown.ticket.id, rung_id=rung_id, kind=_kind(shown.clock), occasion=shown.rung.occasion), by=by
    )
    return shown


def follow(before: Mapping[int, bool], clocks: Iterable[Clock]) -> None:
    """Clocks were folded anew: end the ladders of those that ended, let those go on that go on.

    `before` says of the clocks that were live whether they stood still. Part of a larger activity.
    """
    then = [clock for clock in clocks if clock.id in before]
    ended = [clock.id for clock in then if clock.state not in LIVE_STATES]
    woken = [c.id for c in then if before[c.id] and c.paused_since is None and c.state in LIVE_STATES]
    if ended:
        _end(ended)
    if woken:
        at = epoch(now())
        again = at + 60 * ticket_settings().escalation_minutes
        _update(woken, Rung.ended_at.is_(None) & Rung.told_at.is_(None), tell_at=at)
        _update(woken, Rung.ended_at.is_(None) & (Rung.climbs_at == NEVER), climbs_at=again)


def get_rung(rung_id: int, *, for_: Actor) -> RungShown:
    """A rung, if the actor is of the staff and sees its ticket; locked where this transaction may change it."""
    query = _shown(for_).where(Rung.id == rung_id, Rung.told_at.is_not(None))
    row = db.session.execute(locked_when_writing(query, of=Rung)).first() if for_.is_staff else None
    if row is None:
        raise NotFound
    return RungShown(row[0], row[1], row[2])


def open_rungs(*, for_: Actor, limit: int = 200) -> list[RungShown]:
    """What the actor has to take note of, latest first."""
    query = _shown(for_).where(*_open(for_)).order_by(Rung.at.desc(), Rung.id.desc()).limit(limit)
    return [RungShown(*row) for row in db.session.execute(query)]


def count_open_rungs(*, for_: Actor, limit: int = 100) -> int:
    """How many of them and of late duties, counted up to a limit."""
    if not for_.is_staff:
        return 0
    late = select(Duty.id).where(*told_to(for_))
    return len(db.session.execute(select(Rung.id).where(*_open(for_)).union_all(late).limit(limit)).all())


def rungs_of(clocks: Sequence[Clock]) -> list[Rung]:
    """Every rung of these clocks whose person was told, in order; asked only where something has fired."""
    ids = [clock.id for clock in clocks if clock.fired or clock.breached_at is not None]
    if not ids:
        return []
    query = select(Rung).where(Rung.clock_id.in_(ids), Rung.told_at.is_not(None))
    return list(db.session.scalars(query.order_by(Rung.told_at, Rung.id)))


def _tell(ladder: _Ladder, rung: Rung, at: int) -> None:
    if ladder.is_over or (ladder.occasion == AT_RISK and ladder.is_acknowledged):
        rung.ended_at, rung.tell_at = at, NEVER
        return
    if ladder.stands_still:
        rung.tell_at = NEVER  # until the clock goes on
        return
    whom = _whom(ladder.ticket, rung.step, at)
    if whom is None or whom in _told(ladder, but=rung):
        rung.ended_at, rung.tell_at = at, NEVER
        _climb(ladder, rung.step, at)
        return
    rung.account_id = whom
    opens_at = _opening(ladder, whom, at)
    if opens_at > at:
        rung.tell_at = opens_at
        return
    rung.told_at = at
    if ladder.is_acknowledged:
        rung.ended_at = at
    elif rung.step < DUTY_OFFICER:
        rung.climbs_at = _patience(ladder, whom, at)
    told = RungReached(
        ladder.ticket.id, rung_id=rung.id, kind=_kind(ladder.clock), occasion=rung.occasion, step=rung.step,
        account_id=whom,
    )  # fmt: skip
    record(told, by=SYSTEM)


def _climb(ladder: _Ladder, step: int, at: int) -> None:
    """The next step on which somebody stands who does not know yet; none where a higher one was reached already."""
    for higher in STEPS[step:]:
        if any(rung.step == higher for rung in ladder.rungs) or _reach(ladder, higher, at):
            return


def _reach(ladder: _Ladder, step: int, at: int) -> bool:
    """Put this rung in; False where nobody stands on it, or only somebody who is on the ladder already."""
    whom = _whom(ladder.ticket, step, epoch(now()))
    if whom is None or whom in _told(ladder):
        return False
    values = {
        "clock_id": ladder.clock.id, "occasion": ladder.occasion, "revision": ladder.revision, "step": step,
        "account_id": whom, "at": at, "tell_at": NEVER if ladder.stands_still else _opening(ladder, whom, at),
    }  # fmt: skip
    insert = sqlite_insert if db.session.get_bind().dialect.name == "sqlite" else postgresql_insert
    db.session.execute(insert(Rung).values(**values).on_conflict_do_nothing())
    ladder.rungs = _rungs(ladder.clock, ladder.occasion, ladder.revision)
    return True


def _told(ladder: _Ladder, but: Rung | None = None) -> set[int | None]:
    return {rung.account_id for rung in ladder.rungs if rung is not but}


def _whom(ticket: Ticket, step: int, at: int) -> int | None:
    """The account that stands on a step; the absent are answered for by their substitute."""
    if step == ASSIGNEE:
        if ticket.assignee_id is not None:
            return account_of(substitute_for(ticket.assignee_id, instant(at)))
        nearest = best_operator(ticket)
        return account_of(nearest.id) if nearest else None
    if step == LINE_LEAD:
        return lead_of(ticket.line or 1, at)
    if step == MANAGER:
        return manager()
    return on_duty(ticket_settings().duty_officers, instant(at))


def _opening(ladder: _Ladder, account_id: int, at: int) -> int:
    """When this person may be told: at once if it is urgent, else when their hours begin."""
    return at if ladder.is_urgent else opening(account_id, at, ladder.clock.calendar_id)


def _patience(ladder: _Ladder, account_id: int, at: int) -> int:
    """When the next step is reached, if this person does not take note."""
    minutes = ticket_settings().escalation_minutes
    return at + 60 * minutes if ladder.is_urgent else patience(account_id, at, minutes, ladder.clock.calendar_id)


def _ladder_of(rung: Rung) -> _Ladder:
    return _ladder(db.session.get_one(Clock, rung.clock_id), rung.occasion, rung.revision)


def _ladder(clock: Clock, occasion: str, revision: int) -> _Ladder:
    ticket = db.session.get_one(Ticket, clock.subject_id)
    return _Ladder(clock, ticket, occasion, revision, _rungs(clock, occasion, revision))


def _rungs(clock: Clock, occasion: str, revision: int) -> list[Rung]:
    of_it = (Rung.clock_id == clock.id, Rung.occasion == occasion, Rung.revision == revision)
    return list(db.session.scalars(select(Rung).where(*of_it).order_by(Rung.step)))


def _kind(clock: Clock) -> str:
    return register.targets()[clock.target_id].clock


def _to_tell(at: int) -> Select[Rung]:
    return select(Rung).where(Rung.told_at.is_(None), Rung.tell_at <= at)


def _to_climb(at: int) -> Select[Rung]:
    return select(Rung).where(Rung.climbs_at <= at)


def _claimed(query: Select[Rung]) -> Sequence[Rung]:
    return db.session.scalars(query.with_for_update(skip_locked=True, of=Rung)).all()


def _open(actor: Actor) -> tuple[Any, ...]:
    return (Rung.account_id == actor.account_id, Rung.ended_at.is_(None), Rung.told_at.is_not(None))


def _shown(actor: Actor) -> Any:
    return (
        select(Rung, Clock, Ticket).join(Clock, Clock.id == Rung.clock_id)
        .join(Ticket, (Clock.subject_kind == "ticket") & (Ticket.id == Clock.subject_id))
        .where(ticket_scope(actor))
    )  # fmt: skip


def _end(clock_ids: Sequence[int]) -> None:
    _update(clock_ids, Rung.ended_at.is_(None), ended_at=epoch(now()), climbs_at=None,
            tell_at=case((Rung.told_at.is_(None), NEVER), else_=Rung.tell_at))  # fmt: skip


def _update(clock_ids: Sequence[int], condition: Any, **values: Any) -> None:
    statement = update(Rung).where(Rung.clock_id.in_(clock_ids), condition).values(**values)
    db.session.execute(statement, execution_options={"synchronize_session": "fetch"})
