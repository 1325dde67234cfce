"""Cases of working time: questions with the answers that two parties agree on, as JSON.

1. A case names its `op`, what the operation needs, and `expect`; `docs/sla.md` has the format.
2. A case passes when the answer is the expected one, whatever offset an instant is written with; of an object, only
   what is named is compared.
3. A refused value fails its case, unless the case says `"or_reject": true`; a case that cannot be read fails. No case
   stops the others.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sla.fold import DEFAULT_PAUSES, EVENT_TYPES, KINDS, REOPEN_DAYS, THRESHOLDS, Cycle, Event, Grant, Standing, fold
from sla.worktime import (
    Calendar,
    Pause,
    WorkIndex,
    WorktimeError,
    compile_calendar,
    format_instant,
    parse_instant,
    start_of_day,
)

Case: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Outcome:
    """How one case came out: what was expected, what was got, and why it failed or was refused."""

    id: str
    passed: bool
    expected: object
    got: object
    reason: str = ""


def check(cases: object) -> list[Outcome]:
    """Compare every case with its expectation."""
    if not isinstance(cases, list):
        return [Outcome("cases", passed=False, expected=None, got=None, reason="is not a JSON list of cases")]
    return [_outcome(case, f"#{number}") for number, case in enumerate(cases, start=1)]


def evaluate(cases: object) -> list[dict[str, object]]:
    """Every case with its answer as `got`; a refused one gets `{"rejected": reason}`."""
    if not isinstance(cases, list):
        return [{"got": {"rejected": "is not a JSON list of cases"}}]
    return [_evaluated(case) for case in cases]


def _outcome(case: object, number: str) -> Outcome:
    if not isinstance(case, Mapping):
        return Outcome(number, passed=False, expected=None, got=None, reason=f"{reprlib.repr(case)} is not a case")
    name, expected, lenient = str(case.get("id", number)), case.get("expect"), case.get("or_reject") is True
    operation = _operation(case)
    if operation is None:
        return Outcome(name, passed=False, expected=expected, got=None, reason=_unknown(case))
    try:
        got = operation(case)
    except WorktimeError as refusal:
        return Outcome(name, passed=lenient, expected=expected, got=None, reason=f"rejected: {refusal}")
    if "expect" not in case:
        reason = "should have been rejected" if lenient else "expect: is missing"
        return Outcome(name, passed=False, expected=None, got=got, reason=reason)
    if _agree(expected, got):
        return Outcome(name, passed=True, expected=expected, got=got)
    return Outcome(name, passed=False, expected=expected, got=got, reason=f"expected {expected}, got {got}")


def _evaluated(case: object) -> dict[str, object]:
    if not isinstance(case, Mapping):
        return {"case": case, "got": {"rejected": f"{reprlib.repr(case)} is not a case"}}
    operation = _operation(case)
    if operation is None:
        return {**case, "got": {"rejected": _unknown(case)}}
    try:
        return {**case, "got": operation(case)}
    except WorktimeError as refusal:
        return {**case, "got": {"rejected": str(refusal)}}


def _due(case: Case) -> str | None:
    due = _index(case).due(_instant(case, "start"), _whole(case, "seconds"), _pauses(case))
    return None if due is None else format_instant(due)


def _elapsed(case: Case) -> int:
    return _index(case).elapsed(_instant(case, "start"), _instant(case, "end"), _pauses(case))


def _clock(case: Case) -> dict[str, object]:
    kind = _field(case, "clock")
    if not isinstance(kind, str) or kind not in KINDS:
        raise WorktimeError("clock", "unknown_clock", kind)
    events = _events(case)
    last = max((event.at for event in events), default=0)
    as_of = _instant(case, "as_of") if "as_of" in case else last
    terms = _Terms(
        _targets(case), _calendar_of(case, events, as_of),
        _words(case, "pause_reasons", DEFAULT_PAUSES[kind.partition(":")[0]]), _percents(case),
    )  # fmt: skip
    days = _whole(case, "reopen_days") if "reopen_days" in case else REOPEN_DAYS
    cycles = fold(kind, events, terms, as_of, reopen_days=days)
    return _reading(cycles[-1], as_of) if cycles else dict(_NOT_STARTED)


_NOT_STARTED: dict[str, object] = {
    "state": "not_started", "due": None, "contract_due": None, "consumed": 0, "remaining": None, "breached_at": None,
    "breach_cause": None, "cycle": 0, "fired": [], "at_50": None, "at_75": None, "at_90": None,
}  # fmt: skip


def _reading(cycle: Cycle, as_of: int) -> dict[str, object]:
    consumed = cycle.consumed(as_of)
    return {
        "state": cycle.state(as_of), "due": _text(cycle.due()), "contract_due": _text(cycle.contract_due()),
        "consumed": consumed, "remaining": cycle.seconds - consumed, "breached_at": _text(cycle.breached_at),
        "breach_cause": cycle.breach_cause, "cycle": cycle.number,
        "fired": sorted({percent for percent, _at in cycle.fired}),
        **{f"at_{percent}": _text(cycle.threshold(percent)) for percent in (50, 75, 90)},
    }  # fmt: skip


def _text(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


@dataclass(frozen=True)
class _Terms:
    """What a case grants: one target, or one for each priority, or one for each contract."""

    targets: int | Mapping[str, int]
    index: WorkIndex
    pause_reasons: frozenset[str]
    thresholds: tuple[int, ...]

    def grant(self, standing: Standing, at: int) -> Grant | None:
        if isinstance(self.targets, int):
            seconds: int | None = self.targets
        else:
            by_contract = set(self.targets) <= {"old", "new"}
            seconds = self.targets.get(standing.contract if by_contract else standing.priority)
        return None if seconds is None else Grant(seconds, self.index, self.pause_reasons, self.thresholds)

    def granted(self, target_id: int) -> Grant | None:
        return None


def _targets(case: Case) -> int | Mapping[str, int]:
    target = _field(case, "target")
    if isinstance(target, Mapping):
        return {str(name): _positive(target, name, f"target.{name}") for name in target}
    return _positive(case, "target", "target")


def _positive(values: Mapping[str, object], name: str, path: str) -> int:
    seconds = _whole(values, name)
    if seconds <= 0:
        raise WorktimeError(path, "not_positive", seconds)
    return seconds


def _percents(case: Case) -> tuple[int, ...]:
    told = case.get("thresholds", THRESHOLDS)
    if not isinstance(told, Sequence) or isinstance(told, str):
        raise WorktimeError("thresholds", "not_a_list", told)
    return tuple(_positive({"percent": percent}, "percent", "thresholds") for percent in told)


def _words(case: Case, name: str, default: frozenset[str]) -> frozenset[str]:
    told = case.get(name)
    if told is None:
        return default
    if not isinstance(told, Sequence) or isinstance(told, str):
        raise WorktimeError(name, "not_a_list", told)
    return frozenset(str(word) for word in told)


def _events(case: Case) -> list[Event]:
    told = _field(case, "events")
    if not isinstance(told, Sequence) or isinstance(told, str):
        raise WorktimeError("events", "not_a_list", told)
    return [_event(each, number) for number, each in enumerate(told)]


def _event(told: object, number: int) -> Event:
    path = f"events[{number}]"
    if not isinstance(told, Sequence) or isinstance(told, str) or len(told) not in (2, 3):
        raise WorktimeError(path, "malformed_event", told)
    at, kind, data = told[0], told[1], told[2] if len(told) == 3 else {}
    if not isinstance(kind, str) or kind not in EVENT_TYPES:
        raise WorktimeError(path, "unknown_event", kind)
    if not isinstance(data, Mapping):
        raise WorktimeError(path, "not_an_object", data)
    values: dict[str, Any] = dict(data)
    for name in ("for", "from", "recorded_at"):
        if values.get(name) is not None:
            values[name] = parse_instant(values[name], f"{path}.{name}")
    if kind == "maintenance_announced":
        values["to"] = parse_instant(_field(values, "to"), f"{path}.to")
        if "from" not in values:
            raise WorktimeError(f"{path}.from", "missing")
    if kind == "promised" and "for" not in values:
        raise WorktimeError(f"{path}.for", "missing")
    return Event(parse_instant(at, path), kind, values, number, values.get("recorded_at"))


def _calendar_of(case: Case, events: Sequence[Event], as_of: int) -> WorkIndex:
    """The calendar with the versions and the maintenance windows that the events brought.

    1. A version applies from its `valid_from`, though not to time that has been counted when it comes.
    2. A window that is announced before it begins is not working time; one announced later changes nothing.
    """
    versions: list[tuple[int | None, Calendar]] = [(None, Calendar.from_json(_field(case, "calendar")))]
    windows: list[tuple[int, int]] = []
    for event in sorted(events, key=lambda event: event.at):
        if event.at > as_of:
            break
        if event.type == "calendar_version":
            content = Calendar.from_json(_field(event.data, "calendar"))
            versions.append((max(_valid_from(event, content), event.at), content))
        elif event.type == "maintenance_announced" and event.at < event.data["from"]:
            windows.append((event.data["from"], event.data["to"]))
    return compile_calendar([
        (since, replace(calendar, blackouts=(*calendar.blackouts, *windows))) for since, calendar in versions
    ])  # fmt: skip


def _valid_from(event: Event, calendar: Calendar) -> int:
    told, path = event.data.get("valid_from"), f"events[{event.id}].valid_from"
    if told is None:
        return event.at
    if isinstance(told, str) and len(told) == len("2026-01-01"):
        return start_of_day(told, calendar.timezone, path)
    return parse_instant(told, path)


# Each takes the case and gives the answer as JSON has it; what it refuses, it raises as WorktimeError.
OPERATIONS: dict[str, Callable[[Case], object]] = {
    "due": _due,
    "elapsed": _elapsed,
    "clock": _clock,
}


def _operation(case: Case) -> Callable[[Case], object] | None:
    name = case.get("op")
    return OPERATIONS.get(name) if isinstance(name, str) else None


def _unknown(case: Case) -> str:
    return f"op: {reprlib.repr(case.get('op'))} is none of {', '.join(OPERATIONS)}"


def _agree(expected: object, got: object) -> bool:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return all(name in got and _agree(value, got[name]) for name, value in expected.items())
    if isinstance(expected, str) and isinstance(got, str) and expected != got:
        return _same_instant(expected, got) or expected.replace(" ", "_") == got
    # JSON's true is no number, though Python's is.
    return isinstance(expected, bool) == isinstance(got, bool) and expected == got


def _same_instant(expected: str, got: str) -> bool:
    try:
        return parse_instant(expected) == parse_instant(got)
    except WorktimeError:
        return False


def _index(case: Case) -> WorkIndex:
    return compile_calendar(Calendar.from_json(_field(case, "calendar")))


def _instant(case: Case, name: str) -> int:
    return parse_instant(_field(case, name), name)


def _whole(case: Mapping[str, object], name: str) -> int:
    value = _field(case, name)
    # JSON does not tell 3600.0 from 3600, so a whole number may come in either spelling.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WorktimeError(name, "not_whole", value)
    return value


def _pauses(case: Case) -> list[Pause]:
    pauses = case.get("pauses", [])
    if not isinstance(pauses, Sequence) or isinstance(pauses, str):
        raise WorktimeError("pauses", "not_a_list", pauses)
    return [_pause(pair, f"pauses[{number}]") for number, pair in enumerate(pauses)]


def _pause(pair: object, path: str) -> Pause:
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        raise WorktimeError(path, "malformed_span", pair)
    since, until = pair
    return parse_instant(since, path), None if until is None else parse_instant(until, path)


def _field(case: Mapping[str, object], name: str) -> object:
    if name not in case:
        raise WorktimeError(name, "missing")
    return case[name]
