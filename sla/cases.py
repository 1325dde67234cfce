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
from dataclasses import dataclass
from typing import TypeAlias

from sla.worktime import Calendar, Pause, WorkIndex, WorktimeError, compile_calendar, format_instant, parse_instant

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


# Each takes the case and gives the answer as JSON has it; what it refuses, it raises as WorktimeError.
OPERATIONS: dict[str, Callable[[Case], object]] = {
    "due": _due,
    "elapsed": _elapsed,
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
        return _same_instant(expected, got)
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


def _whole(case: Case, name: str) -> int:
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


def _field(case: Case, name: str) -> object:
    if name not in case:
        raise WorktimeError(name, "missing")
    return case[name]
