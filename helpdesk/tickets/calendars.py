"""Calendars of working hours and maintenance windows, as an administrator keeps them.

1. A version is never changed, only followed by another. It holds from `valid_from` on: now, or later. A date that has
   passed is a correction, which is said to be one, needs a reason, and may change verdicts.
2. Whoever saves says which version they saw; if there is a newer one by then, nothing is saved.
3. A window that is announced before it begins is no working time. One that has begun can only excuse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.standing import standing, touch
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import ConfigurationChanged
from helpdesk.models.access import Account
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.recalculation import Impact, impact_of_calendars, move_clocks, running_on, will_look_again
from sla import register
from sla.models import CalendarVersion, Maintenance, Target, WorkCalendar
from sla.worktime import LATEST, Calendar, refuse_overlaps

LONGEST_WINDOW = timedelta(days=31)


@dataclass(frozen=True)
class NewVersion:
    """What a calendar is to say, from when on, and why."""

    calendar: Calendar
    reason: str = ""
    valid_from: int | None = None  # none: from now on
    is_correction: bool = False
    holidays_of: str = ""
    day_names: Mapping[str, str] = field(default_factory=dict)
    based_on: int | None = None  # the version that was seen

    @property
    def digest(self) -> str:
        """What was previewed: the same digest is the same change."""
        told = [self.calendar.to_json(), self.valid_from, self.is_correction]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class NewWindow:
    """Time that is agreed to be no working time, and for which calendars: all where none is named."""

    from_at: int
    to_at: int
    reason: str
    calendar_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class CalendarCard:
    """A calendar in the list."""

    id: int
    name: str
    version: CalendarVersion
    versions: int
    running: int
    policies: int


@standing
def calendar_names() -> dict[int, str]:
    """Every calendar's name by id, by name."""
    rows = db.session.execute(select(WorkCalendar.id, WorkCalendar.name).order_by(WorkCalendar.name))
    return dict(rows.all())


def list_calendars(*, for_: Actor) -> list[CalendarCard]:
    """Every calendar with what it says now, and what depends on it."""
    require(for_, Action.MANAGE_DESK)
    names, at = calendar_names(), epoch(now())
    versions: dict[int, list[CalendarVersion]] = {}
    for version in db.session.scalars(select(CalendarVersion).order_by(*_IN_ORDER)):
        versions.setdefault(version.calendar_id, []).append(version)
    used = select(Target.calendar_id, db.func.count(Target.policy_id.distinct())).group_by(Target.calendar_id)
    policies: dict[int, int] = dict(db.session.execute(used).all())
    running = running_on(names)
    return [
        CalendarCard(key, name, in_force(versions[key], at), len(versions[key]), running.get(key, 0),
                     policies.get(key, 0))
        for key, name in names.items() if key in versions
    ]  # fmt: skip


def get_calendar(calendar_id: int, *, for_: Actor) -> WorkCalendar:
    require(for_, Action.MANAGE_DESK)
    query = select(WorkCalendar).where(WorkCalendar.id == calendar_id)
    found: WorkCalendar | None = db.session.scalar(locked_when_writing(query, of=WorkCalendar))
    if found is None:
        raise NotFound
    return found


def versions_of(calendar: WorkCalendar) -> list[CalendarVersion]:
    """The history of a calendar, in the order in which its versions hold."""
    query = select(CalendarVersion).where(CalendarVersion.calendar_id == calendar.id)
    return list(db.session.scalars(query.order_by(*_IN_ORDER)))


def authors_of(rows: Sequence[CalendarVersion | Maintenance]) -> dict[int, str]:
    """The names of those who wrote these."""
    ids = {row.author_id for row in rows if row.author_id is not None}
    if not ids:
        return {}
    found = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return dict(found.all())


def in_force(versions: Sequence[CalendarVersion], at: int) -> CalendarVersion:
    """The version that holds at an instant; before all of them, the first one."""
    held = [version for version in versions if version.valid_from <= at]
    return held[-1] if held else versions[0]


@command
def add_calendar(name: str, new: NewVersion, *, by: Actor) -> WorkCalendar:
    """Write a calendar with its first version, which reaches back without end."""
    require(by, Action.MANAGE_DESK)
    name = " ".join(name.split())[:100]
    if not name:
        raise Invalid({"name": [_("Give it a name.")]})
    if db.session.scalar(select(WorkCalendar.id).where(db.func.lower(WorkCalendar.name) == name.lower())):
        raise Invalid({"name": [_("There is already a calendar with this name.")]})
    refuse_overlaps(new.calendar)
    calendar = WorkCalendar(name=name)
    db.session.add(calendar)
    db.session.flush()
    at = epoch(now())
    db.session.add(_version(calendar.id, new, 0, at, by=by))
    touch()
    record(ConfigurationChanged(calendar.id, what="calendar", change={"added": name}), by=by)
    return calendar


def preview_version(calendar: WorkCalendar, new: NewVersion, *, by: Actor) -> Impact:
    """What this version would do to the clocks that run on the calendar."""
    require(by, Action.MANAGE_DESK)
    valid_from = _checked(new, epoch(now()))
    content = new.calendar.to_json()
    known = register.indexes_if({calendar.id: (valid_from, content)})
    return impact_of_calendars({calendar.id: known[calendar.id]}, valid_from)


@command
def save_version(calendar: WorkCalendar, new: NewVersion, *, by: Actor) -> Impact:
    """Let a calendar say something else from an instant on, and move the clocks that run on it."""
    calendar = get_calendar(calendar.id, for_=by)
    at = epoch(now())
    valid_from = _checked(new, at)
    versions = versions_of(calendar)
    is_twice = any((version.valid_from, version.recorded_at) == (valid_from, at) for version in versions)
    if is_twice or new.based_on != max((version.id for version in versions), default=None):
        raise Conflict(
            _("Somebody else has changed this calendar meanwhile. Look at its history, then save again."),
            code="calendar_changed",
        )
    held = Calendar.from_json(in_force(versions, valid_from).content)
    if not new.is_correction and held == new.calendar:
        raise Invalid({"": [_("Nothing is different from the version that holds then.")]})
    version = _version(calendar.id, new, valid_from, at, by=by)
    db.session.add(version)
    touch()
    impact = move_clocks([calendar.id], valid_from, cause=calendar.name, by=by, is_correction=new.is_correction)
    change = {"version": version.id, "valid_from": valid_from, "is_correction": new.is_correction,
              "reason": new.reason, "tickets": impact.tickets, "verdicts": impact.verdicts,
              "following": impact.following, "calendars": [calendar.id], "since": valid_from,
              "cause": calendar.name}  # fmt: skip
    will_look_again(record(ConfigurationChanged(calendar.id, what="calendar", change=change), by=by))
    return impact


def list_windows(*, for_: Actor, limit: int = 100) -> list[Maintenance]:
    """The maintenance windows, the last ones first."""
    require(for_, Action.MANAGE_DESK)
    query = select(Maintenance).order_by(Maintenance.from_at.desc(), Maintenance.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def preview_window(new: NewWindow, *, by: Actor) -> Impact:
    """What this window would do to the clocks that run."""
    require(by, Action.MANAGE_DESK)
    _check_window(new)
    calendar_ids = new.calendar_ids or tuple(calendar_names())
    known = register.indexes_if(windows=[(new.from_at, new.to_at, new.calendar_ids)])
    return impact_of_calendars({key: known[key] for key in calendar_ids if key in known}, new.from_at)


@command
def announce_window(new: NewWindow, *, by: Actor) -> Impact:
    """Agree beforehand that some time is no working time, and move the clocks that it concerns."""
    require(by, Action.MANAGE_DESK)
    _check_window(new)
    at = epoch(now())
    window = Maintenance(
        from_at=new.from_at, to_at=new.to_at, reason=new.reason.strip(), calendar_ids=sorted(new.calendar_ids),
        author_id=by.account_id or None, recorded_at=at,
    )  # fmt: skip
    db.session.add(window)
    db.session.flush()
    touch()
    calendar_ids = [key for key in new.calendar_ids or calendar_names() if key in register.indexes()]
    impact = move_clocks(calendar_ids, new.from_at, cause=window.reason, by=by)
    change = {"from": new.from_at, "to": new.to_at, "calendars": sorted(calendar_ids), "tickets": impact.tickets,
              "since": new.from_at, "cause": window.reason, "is_correction": False}  # fmt: skip
    will_look_again(record(ConfigurationChanged(window.id, what="maintenance", change=change), by=by))
    return impact


# Of two versions that hold from the same instant the one recorded last counts.
_IN_ORDER = (CalendarVersion.valid_from, CalendarVersion.recorded_at, CalendarVersion.id)


def _version(calendar_id: int, new: NewVersion, valid_from: int, at: int, *, by: Actor) -> CalendarVersion:
    content = new.calendar.to_json()
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return CalendarVersion(
        calendar_id=calendar_id, valid_from=valid_from, content=content, content_hash=digest, recorded_at=at,
        author_id=by.account_id or None, reason=new.reason.strip(), holidays_of=new.holidays_of,
        day_names=dict(new.day_names),
    )  # fmt: skip


def _checked(new: NewVersion, at: int) -> int:
    """The instant from which a version holds; Invalid where it may not."""
    refuse_overlaps(new.calendar)
    errors: dict[str, list[str]] = {}
    valid_from = at if new.valid_from is None else new.valid_from
    if new.is_correction:
        if new.valid_from is None or valid_from >= at:
            errors["valid_from"] = [_("A correction holds from an instant that has passed.")]
        if not new.reason.strip():
            errors["reason"] = [_("Say why it is corrected.")]
    elif valid_from < at:
        errors["valid_from"] = [
            _("This has passed. What was counted stays as it was, unless you mark it as a correction backwards.")
        ]
    if not 0 <= valid_from <= LATEST:
        errors["valid_from"] = [_("Give a date and a time.")]
    if errors:
        raise Invalid(errors)
    return valid_from


def _check_window(new: NewWindow) -> None:
    errors: dict[str, list[str]] = {}
    if new.to_at <= new.from_at:
        errors["until"] = [_("It ends before it begins.")]
    elif instant(new.to_at) - instant(new.from_at) > LONGEST_WINDOW:
        errors["until"] = [_("A window lasts 31 days at most. For more, change the calendar.")]
    if new.from_at <= epoch(now()):
        errors["since"] = [
            _("This has begun already. A window that was not announced before is working time; it can only excuse"
              " a breach, on the page of the ticket.")
        ]  # fmt: skip
    if not new.reason.strip():
        errors["reason"] = [_("Say what is done, for those who will ask.")]
    if set(new.calendar_ids) - set(calendar_names()):
        errors["calendar_ids"] = [_("Choose one of the list.")]
    if errors:
        raise Invalid(errors)
