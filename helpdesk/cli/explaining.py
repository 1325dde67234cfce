"""Clocks as documents and as text: the figures, the lines of the arithmetic, what moved them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.cli.showing import actor_name
from helpdesk.core.times import epoch
from helpdesk.policy.actor import Actor
from helpdesk.tickets.explanation import ClockExplained, Happening
from sla.explain import Line, Note
from sla.fold import Cycle
from sla.models import ClockKind
from sla.register import Key
from sla.worktime import format_instant


def cycle_document(number: str, key: Key, cycle: Cycle, at: int) -> dict[str, Any]:
    """A cycle as its fold gives it."""
    kind, line, cycle_number = key
    return {
        "number": number, "clock": f"{kind.value}:line{line}" if line else kind.value, "cycle": cycle_number,
        "state": cycle.state(at), "start_at": format_instant(cycle.start), "stop_at": _instant(cycle.stop),
        "target_seconds": cycle.seconds, "consumed_seconds": cycle.consumed(at), "due_at": _instant(cycle.due()),
        "contract_due_at": _instant(cycle.contract_due()), "promised_for": _instant(cycle.promised_for),
        "breached_at": _instant(cycle.breached_at), "breach_cause": cycle.breach_cause,
        "pauses": [{"from": format_instant(h.since), "to": _instant(h.until), "reason": h.reason}
                   for h in cycle.halts if h.until != h.since],
    }  # fmt: skip


def cycle_text(clock: dict[str, Any]) -> str:
    """The same in a line."""
    return (f"{clock['number']:<10} {clock['clock']:<16} {clock['cycle']:>3}  {clock['state']:<18} "
            f"due {clock['due_at'] or 'never':<20}  {_worked(clock['consumed_seconds'])} of "
            f"{_worked(clock['target_seconds'])}")  # fmt: skip


def clock_document(clock: ClockExplained, by: Actor) -> dict[str, Any]:
    """A clock with its explanation, for whoever reads it."""
    cycle, sums = clock.cycle, clock.arithmetic
    kind, _, line = clock.clock.partition(":line")
    key = (ClockKind(kind), int(line or 0), cycle.number)
    shown = cycle_document("", key, cycle, epoch(clock.as_of)) | {
        "as_of": format_instant(epoch(clock.as_of)), "consumed_seconds": sums.consumed, "remaining_seconds": sums.left,
        "timezone": clock.timezone, "calendar": clock.calendar or None, "policy": clock.policy or None,
        "tzdata": sums.tzdata,
        "versions": [{"id": v.id, "valid_from": _utc(v.valid_from), "recorded_at": _utc(v.recorded_at),
                      "reason": v.reason} for v in clock.versions],
        "counted": [_line(line) for line in sums.past], "ahead": [_line(line) for line in sums.ahead],
        "happenings": [_happening(each, by) for each in clock.happenings],
    }  # fmt: skip
    del shown["number"]
    return shown


def _line(line: Line) -> dict[str, Any]:
    return {
        "from": line.since.isoformat(), "to": line.until.isoformat(), "seconds": line.seconds,
        "working_days": line.working_days,
        "hours": [[format_instant(since), format_instant(until)] for since, until in line.spans],
        "notes": [{"why": note.why, "what": note.what, "seconds": note.seconds} for note in line.notes],
    }  # fmt: skip


def _happening(happening: Happening, by: Actor) -> dict[str, Any]:
    is_client = by.is_client and not by.is_staff
    return {
        "at": _utc(happening.at), "what": happening.what, "fact": None if is_client else happening.fact or None,
        "by": {"kind": happening.actor_kind, "name": actor_name(happening.actor_kind, happening.actor_id)}
        if not is_client else {"kind": _part(happening, by)},
        "reason": happening.data.get("reason") if happening.what in ("paused", "went_on") else None,
    }  # fmt: skip


def _part(happening: Happening, by: Actor) -> str:
    """The part that somebody plays, for a client: no names of the house."""
    if happening.actor_kind == "contact":
        return "you" if happening.actor_id == by.contact_id else "colleague"
    return "desk" if happening.actor_kind in ("operator", "account") else "system"


def clock_text(clock: dict[str, Any]) -> str:
    """One clock for people: the figures, the lines, and what moved it."""
    zone = ZoneInfo(clock["timezone"])
    place = ", ".join(filter(None, (clock["policy"], clock["calendar"], clock["timezone"])))
    lines = [
        f"{clock['clock']}, cycle {clock['cycle']}: {clock['state']}",
        f"  {_worked(clock['consumed_seconds'])} used of {_worked(clock['target_seconds'])} ({place}; "
        f"time zone data {clock['tzdata']})",
    ]  # fmt: skip
    lines += [f"  {words} {_local(clock[name], zone)}" for name, words in (
        ("due_at", "due"), ("contract_due_at", "by the contract"), ("breached_at", "ran out"), ("stop_at", "stopped"),
    ) if clock[name] and (name != "contract_due_at" or clock["promised_for"])]  # fmt: skip
    for title, name, total in (("counted", "counted", clock["consumed_seconds"]),
                               ("ahead", "ahead", clock["remaining_seconds"])):  # fmt: skip
        if clock[name]:
            lines += [f"  {title}", *(f"    {_line_text(line, zone)}" for line in clock[name])]
            lines.append(f"    {'together':<58} {_worked(total):>12}")
    lines.append("  what moved it")
    lines += [f"    {_local(h['at'], zone)}  {h['what'].replace('_', ' ')}"
              f"{': ' + h['reason'].replace('_', ' ') if h['reason'] else ''}"
              f", by {h['by'].get('name') or h['by']['kind']}" for h in clock["happenings"]]  # fmt: skip
    return "\n".join(lines)


def _line_text(line: dict[str, Any], zone: ZoneInfo) -> str:
    first, last = datetime.fromisoformat(line["from"]), datetime.fromisoformat(line["to"])
    days = f"{first:%a %Y-%m-%d}" + (f" – {last:%a %Y-%m-%d}" if last != first else "")
    hours = ", ".join("–".join(f"{datetime.fromisoformat(at).astimezone(zone):%H:%M}" for at in span)
                      for span in line["hours"])  # fmt: skip
    notes = ", ".join(_note_text(Note(n["why"], n["seconds"], n["what"])) for n in line["notes"])
    return f"{f'{days} {hours}':<58} {_worked(line['seconds']):>12}{'  ' + notes if notes else ''}".rstrip()


def _note_text(note: Note) -> str:
    words = (note.what or note.why).replace("_", " ")
    return f"{_worked(note.seconds)} {note.why}: {words}" if note.seconds else words


def _worked(seconds: int) -> str:
    """Working time, exactly: `40 h`, `2 h 30 min 5 s`; negative where more was used than granted."""
    hours, rest = divmod(abs(seconds), 3600)
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (rest // 60, "min"), (rest % 60, "s")) if n]
    return ("-" if seconds < 0 else "") + (" ".join(parts) or "0 min")


def _local(text: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%a %Y-%m-%d %H:%M:%S}"


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
