"""The case format: what passes, what fails and with which words, and that nothing stops the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.cases import OPERATIONS, Outcome, check, evaluate
from tests.sla.sla_strategies import examples

DOCS = Path(__file__).parents[2] / "docs"
GOLDEN = [
    case for name in ("sla-golden.json", "sla-golden-clocks.json")
    for case in json.loads((DOCS / name).read_text("utf-8"))
]  # fmt: skip
CLOCK = next(case for case in GOLDEN if case["op"] == "clock")
LUNCH: dict[str, Any] = {
    "id": "lunch",
    "calendar": {"timezone": "Europe/Berlin", "weekly": {"mon": [["09:00", "12:00"], ["13:00", "18:00"]]}},
    "op": "due",
    "start": "2026-03-09T11:30:00+01:00",
    "seconds": 3600,
    "pauses": [],
    "expect": "2026-03-09T12:30:00Z",
}
ZERO_LENGTH = LUNCH | {"calendar": {"timezone": "Europe/Berlin", "weekly": {"mon": [["09:00", "09:00"]]}}}


def without(case: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name not in names}


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["id"])
def test_a_golden_case_holds(case: dict[str, Any]) -> None:
    assert only(check([case])) == Outcome(case["id"], True, case["expect"], evaluate([case])[0]["got"])


def test_golden_cases_have_names_of_their_own() -> None:
    assert len({case["id"] for case in GOLDEN}) == len(GOLDEN)


@pytest.mark.parametrize(
    "case",
    [
        LUNCH,
        LUNCH | {"expect": "2026-03-09T13:30:00+01:00"},
        LUNCH | {"start": "2026-03-09T12:30:00.75+02:00"},
        LUNCH | {"seconds": 3600.0},
        LUNCH | {"or_reject": True},
        without(LUNCH, "pauses", "id"),
        LUNCH | {"why": "whatever else stands in a case is for its readers"},
        LUNCH | {"seconds": -3600, "expect": "2026-03-09T10:30:00+01:00"},
        LUNCH | {"pauses": [["2026-03-09T12:00:00+01:00", None]], "expect": None},
        LUNCH | {"calendar": {"timezone": "Europe/Berlin"}, "expect": None},
        LUNCH
        | {
            "calendar": LUNCH["calendar"] | {"blackouts": [["2026-03-09T13:00:00+01:00", "2026-03-09T14:00:00+01:00"]]},
            "expect": "2026-03-09T14:30:00+01:00",
        },
        LUNCH | {"op": "elapsed", "end": "2026-03-09T14:00:00+01:00", "expect": 5400},
        LUNCH | {"op": "elapsed", "end": "2026-03-09T11:00:00+01:00", "expect": 0},
        ZERO_LENGTH | {"or_reject": True},
        without(ZERO_LENGTH, "expect") | {"or_reject": True},
    ],
)
def test_a_case_passes(case: dict[str, Any]) -> None:
    assert only(check([case])).passed


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (LUNCH | {"expect": None}, "expected None, got 2026-03-09T12:30:00Z"),
        (LUNCH | {"expect": "2026-03-09T12:30:01Z"}, "expected 2026-03-09T12:30:01Z, got 2026-03-09T12:30:00Z"),
        (LUNCH | {"expect": "soon"}, "expected soon, got 2026-03-09T12:30:00Z"),
        (LUNCH | {"calendar": {"timezone": "UTC"}}, "expected 2026-03-09T12:30:00Z, got None"),
        (LUNCH | {"op": "elapsed", "end": "2026-03-09T11:30:01+01:00", "expect": True}, "expected True, got 1"),
        (without(LUNCH, "expect"), "expect: is missing"),
        (without(LUNCH, "expect") | {"or_reject": True}, "should have been rejected"),
        (ZERO_LENGTH, "rejected: weekly.mon[0]: '09:00-09:00' ends when it begins"),
        (ZERO_LENGTH | {"or_reject": "yes"}, "rejected: weekly.mon[0]: '09:00-09:00' ends when it begins"),
        (LUNCH | {"op": "guess", "or_reject": True}, "op: 'guess' is none of due, elapsed, clock"),
        (LUNCH | {"op": ["due"]}, "op: ['due'] is none of due, elapsed, clock"),
        (without(LUNCH, "op"), "op: None is none of due, elapsed, clock"),
        (without(LUNCH, "calendar"), "rejected: calendar: is missing"),
        (without(LUNCH, "start"), "rejected: start: is missing"),
        (without(LUNCH, "seconds"), "rejected: seconds: is missing"),
        (LUNCH | {"op": "elapsed"}, "rejected: end: is missing"),
        (LUNCH | {"seconds": "3600"}, "rejected: seconds: '3600' is not a whole number"),
        (LUNCH | {"seconds": 0.5}, "rejected: seconds: 0.5 is not a whole number"),
        (LUNCH | {"seconds": True}, "rejected: seconds: True is not a whole number"),
        (LUNCH | {"seconds": float("nan")}, "rejected: seconds: nan is not a whole number"),
        (LUNCH | {"pauses": None}, "rejected: pauses: None is not a list"),
        (LUNCH | {"pauses": "none"}, "rejected: pauses: 'none' is not a list"),
        (LUNCH | {"pauses": [["2026-03-09T11:30:00Z"]]}, "rejected: pauses[0]: ['2026-03-09T11:30:00Z'] is not a pair"),
        (
            LUNCH | {"pauses": [["2026-03-09T12:00:00Z", "2026-03-09T11:00:00Z"]]},
            "rejected: pauses[0]: '2026-03-09T12:00:00Z to 2026-03-09T11:00:00Z' ends before it begins",
        ),
        (LUNCH | {"start": "2026-03-09T11:30:00"}, "rejected: start: '2026-03-09T11:30:00' does not say its offset"),
        (LUNCH | {"start": "9999-01-01T00:00:00Z"}, "rejected: instant: 253370764800 lies outside the years"),
    ],
)
def test_a_case_fails_with_its_reason(case: dict[str, Any], reason: str) -> None:
    outcome = only(check([case]))

    assert not outcome.passed
    assert outcome.reason.startswith(reason)


def test_a_case_that_cannot_be_read_does_not_stop_the_others() -> None:
    outcomes = check([LUNCH, "lunch", None, LUNCH | {"id": 4}])

    assert [(outcome.id, outcome.passed) for outcome in outcomes] == [
        ("lunch", True),
        ("#2", False),
        ("#3", False),
        ("4", True),
    ]


@pytest.mark.parametrize("cases", [None, {}, "cases", LUNCH])
def test_what_is_no_list_of_cases_fails(cases: object) -> None:
    assert not only(check(cases)).passed
    assert evaluate(cases) == [{"got": {"rejected": "is not a JSON list of cases"}}]


def test_cases_are_answered_beside_what_they_ask() -> None:
    assert evaluate([without(LUNCH, "expect"), ZERO_LENGTH, LUNCH | {"op": "guess"}, 7]) == [
        without(LUNCH, "expect") | {"got": "2026-03-09T12:30:00Z"},
        ZERO_LENGTH | {"got": {"rejected": "weekly.mon[0]: '09:00-09:00' ends when it begins"}},
        LUNCH | {"op": "guess", "got": {"rejected": "op: 'guess' is none of due, elapsed, clock"}},
        {"case": 7, "got": {"rejected": "7 is not a case"}},
    ]


def test_of_an_object_only_what_is_named_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"state": "met", "due": "2026-03-09T12:30:00Z", "fired": [50, 75]}
    monkeypatch.setitem(OPERATIONS, "summary", lambda case: answer)
    expectations = [
        {"state": "met"},
        {"due": "2026-03-09T13:30:00+01:00", "fired": [50, 75]},
        {"state": "breached"},
        {"due": None},
        {"cycle": 1},
    ]

    outcomes = check([{"op": "summary", "expect": expected} for expected in expectations])

    assert [outcome.passed for outcome in outcomes] == [True, True, False, False, False]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["mon", "24:00", "UTC", "due"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("timezone"), inner, max_size=3),
    max_leaves=8,
)


@examples(200, ci=2000)
@given(st.sampled_from(["calendar", "start", "seconds", "end", "pauses", "op", "id", "expect", "or_reject"]), JSON)
def test_no_value_in_a_case_breaks_the_check(name: str, value: object) -> None:
    case = LUNCH | {"end": "2026-03-09T14:00:00+01:00", name: value}

    assert isinstance(only(check([case])), Outcome)
    assert evaluate([case])[0].keys() >= {"got"}
    assert len(check([case | {"op": "elapsed"}])) == 1


@examples(200, ci=1000)
@given(st.sampled_from(["timezone", "weekly", "holidays", "exceptions", "blackouts"]), JSON)
def test_no_value_in_a_calendar_breaks_the_check(name: str, value: object) -> None:
    calendar = {"timezone": "Europe/Berlin", "weekly": {}} | {name: value}

    assert len(check([LUNCH | {"calendar": calendar}])) == 1


@examples(100, ci=500)
@given(JSON)
def test_no_value_in_place_of_the_cases_breaks_the_check(value: object) -> None:
    assert all(not outcome.passed for outcome in check(value))
    assert isinstance(evaluate(value), list)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"clock": "patience"}, "clock: 'patience' is no kind of clock"),
        ({"target": 0}, "target: 0 is not greater than zero"),
        ({"target": {"P1": "2h"}}, "P1: '2h' is not a whole number"),
        ({"events": {}}, "events: {} is not a list"),
        ({"events": [["2026-03-02T09:00:00+02:00"]]}, "events[0]: "),
        ({"events": [["2026-03-02T09:00:00+02:00", "exploded", {}]]}, "events[0]: 'exploded' is no type of event"),
        ({"events": [["2026-03-02T09:00:00", "created", {}]]}, "events[0]: '2026-03-02T09:00:00' does not say"),
        ({"as_of": "yesterday"}, "as_of: 'yesterday' is not an instant"),
        ({"events": [["2026-03-02T09:00:00Z", "promised", {"agreed_by": "client"}]]}, "events[0].for: is missing"),
        ({"pause_reasons": "waiting_client"}, "pause_reasons: 'waiting_client' is not a list"),
    ],
)
def test_a_clock_case_with_a_wrong_value_names_it(change: dict[str, Any], reason: str) -> None:
    assert reason in only(check([CLOCK | change])).reason


def test_the_pauses_of_a_case_are_the_defaults_of_its_kind_unless_it_names_them() -> None:
    events = [
        ["2026-03-02T09:00:00+02:00", "created", {"priority": "P3"}],
        ["2026-03-02T10:00:00+02:00", "pause", {"reason": "waiting_vendor"}],
    ]
    case = without(CLOCK, "expect") | {"events": events, "as_of": "2026-03-02T11:00:00+02:00"}

    def state(**more: Any) -> Any:
        return evaluate([case | more])[0]["got"]["state"]  # type: ignore[index]

    assert state(clock="resolution") == "running"
    assert state(clock="resolution", pause_reasons=["waiting_vendor"]) == "paused"
    assert state(clock="ola:line1", events=[[events[0][0], "created", {"line": 1}], events[1]]) == "paused"
