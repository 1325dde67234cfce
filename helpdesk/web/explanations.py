"""Why a clock reads what it reads, in words: for staff with names, for clients with the parts that people play."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from helpdesk.core.i18n import current_zone, day_name, enumeration, moment, ngettext, working_time
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import instant
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.tickets.explanation import ClockExplained, Happening, explain_clocks
from helpdesk.web.story import names_of
from helpdesk.web.words import CLOCKS
from sla.explain import Line, Note

STATES = {
    "running": _l("Running"), "paused": _l("Paused"), "overdue": _l("Overdue"), "met": _l("Met"),
    "breached": _l("Stopped late"), "stopped_unanswered": _l("Ended without an answer"), "cancelled": _l("Cancelled"),
}  # fmt: skip
PAUSES = {
    "waiting_client": _l("waiting for the client"), "waiting_vendor": _l("waiting for the vendor"),
    "scheduled": _l("planned for an agreed date"), "away": _l("the ticket was on another line"),
    "resolved": _l("it was resolved"),
}  # fmt: skip
CLOSED = {
    "holiday": _l("holiday"), "exception": _l("hours of this day alone"), "weekend": _l("weekend"),
    "closed": _l("no working hours"), "outside": _l("outside of working hours"),
}  # fmt: skip
PLAIN = {
    "started": _l("The clock started"), "stopped": _l("The clock stopped"), "cancelled": _l("The ticket was cancelled"),
    "merged": _l("Ended by a merger"), "unmerged": _l("The merger was undone"),
    "taken_over": _l("It came with a ticket that was merged into this one"), "reopened": _l("The ticket was reopened"),
    "reopen_undone": _l("The reopening was taken back"), "type_changed": _l("The type was changed"),
    "contract_changed": _l("Another policy was applied"),
}  # fmt: skip


@dataclass(frozen=True)
class LineTold:
    """A line of the arithmetic: the days and hours, what they gave, and why it was no more."""

    what: str
    figure: str
    about: str = ""


@dataclass(frozen=True)
class MomentTold:
    """Something that moved the clock: when, what, by whom."""

    at: datetime
    what: str
    who: str


@dataclass(frozen=True)
class ClockTold:
    """One clock, explained."""

    name: str
    state: str
    facts: Sequence[tuple[str, str]]
    past: Sequence[LineTold]
    used: str
    ahead: Sequence[LineTold]
    left: str
    moments: Sequence[MomentTold]
    zone: str  # of the hours in the lines, where it is not the reader's own


def told_to(ticket: Ticket, *, for_: Actor, clock_id: int | None = None) -> list[ClockTold]:
    """The clocks of a ticket in words, or the one of them; NotFound where it is none that the actor is shown."""
    found = explain_clocks(ticket, for_=for_, clock_id=clock_id)
    if for_.is_client and not for_.is_staff:
        return [_told(clock, _role_for(for_)) for clock in found]
    names = names_of({(h.actor_kind, h.actor_id) for clock in found for h in clock.happenings})
    return [_told(clock, names.of) for clock in found]


Who = Callable[[str, int], str]


def _role_for(reader: Actor) -> Who:
    def role(kind: str, actor_id: int) -> str:
        if kind == "contact":
            return _("You") if actor_id == reader.contact_id else _("A colleague of yours")
        return _("Our team") if kind in ("operator", "account") else _("By itself")

    return role


def _told(clock: ClockExplained, who: Who) -> ClockTold:
    sums = clock.arithmetic
    return ClockTold(
        name=str(CLOCKS.get(clock.clock, clock.clock)), state=str(STATES[clock.state]),
        facts=list(_facts(clock)), past=[_line(line) for line in sums.past], used=working_time(sums.consumed),
        ahead=[_line(line) for line in sums.ahead], left=working_time(sums.left),
        moments=[MomentTold(h.at, _sentence(h), who(h.actor_kind, h.actor_id)) for h in clock.happenings],
        zone=clock.timezone if clock.timezone != current_zone() else "",
    )  # fmt: skip


def _facts(clock: ClockExplained) -> Sequence[tuple[str, str]]:
    """What the clock counts to, in the order in which one asks."""
    cycle, sums = clock.cycle, clock.arithmetic
    facts = [(_("Target"), working_time(cycle.seconds) + (f" · {clock.policy}" if clock.policy else ""))]
    if cycle.extra:
        facts.append((_("Of it added at the reopening"), working_time(cycle.extra)))
    zone = f"{clock.calendar}, {clock.timezone}" if clock.calendar else clock.timezone
    facts += [(_("Working hours"), zone), (_("Used"), working_time(sums.consumed))]
    if cycle.is_live:
        facts.append((_("Left"), working_time(sums.left)) if sums.left >= 0
                     else (_("Over the target"), working_time(sums.left)))  # fmt: skip
    if cycle.promised_for is not None:
        facts.append((_("Promised"), _at(cycle.promised_for)))
    due = cycle.contract_due()
    if due is not None:
        facts.append((_("Due by the contract") if cycle.promised_for is not None else _("Due"), _at(due)))
    elif cycle.is_live:
        facts.append((_("Due"), _("not while it is paused")))
    if cycle.breached_at is not None:
        facts.append((_("The time ran out"), _at(cycle.breached_at)))
    if cycle.stop is not None:
        facts.append((_("Stopped"), _at(cycle.stop)))
    if clock.versions:
        shown = [_version(version.valid_from, version.reason) for version in clock.versions]
        facts.append((_("Calendar in force since"), enumeration(shown)))
    return [*facts, (_("Time zone data"), sums.tzdata), (_("As of"), moment(clock.as_of))]


def _version(since: datetime, reason: str) -> str:
    words = _("the beginning") if since <= datetime(1970, 1, 2, tzinfo=UTC) else moment(since)
    return f"{words} ({reason})" if reason else words


def _at(seconds: int) -> str:
    return moment(instant(seconds), weekday=True)


def _line(line: Line) -> LineTold:
    what = day_name(line.since) if line.since == line.until else f"{day_name(line.since)} – {day_name(line.until)}"
    if line.spans:
        what = f"{what}, {enumeration(_hours(span, line.timezone, line.since) for span in line.spans)}"
    about = [_note(note) for note in line.notes]
    if line.days > 1 and line.working_days:
        about.insert(0, ngettext("%(num)d working day", "%(num)d working days", line.working_days))
    return LineTold(what, working_time(line.seconds) if line.seconds else "–", enumeration(about))


def _hours(span: tuple[int, int], timezone: str, day: date) -> str:
    """From and to on the wall clock of the calendar; the midnight at the end of a day is 24:00."""
    zone = ZoneInfo(timezone)
    start, end = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in span)
    closing = "24:00" if end.date() > day and (end.hour, end.minute, end.second) == (0, 0, 0) else _clock(end)
    return f"{_clock(start)}–{closing}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _note(note: Note) -> str:
    if note.why == "pause":
        return _(
            "%(time)s paused: %(reason)s", time=working_time(note.seconds), reason=PAUSES.get(note.what, note.what)
        )
    if note.why == "maintenance":
        return _("%(time)s of maintenance", time=working_time(note.seconds))
    return note.what or str(CLOSED[note.why])


def _sentence(happening: Happening) -> str:
    data: Any = happening.data
    if happening.what in ("priority_raised", "priority_lowered"):
        return _("Priority changed from %(before)s to %(after)s", before=data.get("before", "?"),
                 after=data.get("after", data.get("to", "?")))  # fmt: skip
    if happening.what == "promised":
        return _("Promised to the client for %(when)s", when=_at(int(data.get("promised_for") or data["for"])))
    if happening.what == "paused":
        return _("Paused: %(reason)s", reason=PAUSES.get(data["reason"], data["reason"]))
    if happening.what == "went_on":
        return _("The clock went on")
    if happening.what == "breached":
        return _("The time ran out") if data["cause"] in ("", "time") else _("Out of time by the change")
    return str(PLAIN.get(happening.what, happening.what))
