"""The fold against a walk through time: minute by minute, with a flag for waiting and one for resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from sla.fold import Event, Grant, Standing, fold
from sla.worktime import Calendar, compile_calendar
from tests.sla.oracle import Oracle
from tests.sla.sla_strategies import examples

MINUTE, DAY = 60, 86_400
MONDAY = 1_772_402_400  # 2026-03-02 00:00 in Vilnius
CALENDAR = {
    "timezone": "Europe/Vilnius",
    "weekly": {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-03-11"],
    "exceptions": {"2026-03-07": [["10:00", "14:00"]]},
}  # fmt: skip
INDEX, ORACLE = compile_calendar(Calendar.from_json(CALENDAR)), Oracle(CALENDAR)
TARGETS = {"P1": 2 * 3600, "P2": 5 * 3600, "P3": 11 * 3600}
REASONS = ("waiting_client", "waiting_vendor", "scheduled")
PAUSING = frozenset({"waiting_client", "scheduled"})

moments = st.integers(0, 12 * 24 * 60).map(lambda minute: MONDAY + minute * MINUTE)
happenings = st.one_of(
    st.tuples(moments, st.just("pause"), st.sampled_from(REASONS).map(lambda reason: {"reason": reason})),
    st.tuples(moments, st.just("resume"), st.just({})),
    st.tuples(moments, st.just("client_message"), st.just({})),
    st.tuples(moments, st.just("priority"), st.sampled_from(sorted(TARGETS)).map(lambda to: {"to": to})),
    st.tuples(moments, st.just("resolved"), st.just({})),
    st.tuples(moments, st.just("reopened"), st.just({})),
)
stories = st.lists(happenings, max_size=9, unique_by=lambda event: event[0])


@dataclass(frozen=True)
class Terms:
    def grant(self, standing: Standing, at: int) -> Grant | None:
        return Grant(TARGETS[standing.priority], INDEX, PAUSING)

    def granted(self, target_id: int) -> Grant | None:
        return None


def folded(start: int, story: Sequence[tuple[int, str, dict[str, str]]], as_of: int) -> tuple[str, int, int | None]:
    events = [Event(start, "created", {"priority": "P2"})] + [Event(*each) for each in story if each[0] > start]
    (cycle,) = fold("resolution", events, Terms(), as_of, reopen_days=30)
    return cycle.state(as_of), cycle.consumed(as_of), cycle.breached_at


def walked(start: int, story: Sequence[tuple[int, str, dict[str, str]]], as_of: int) -> tuple[str, int, int | None]:
    target, used, reason, resolved, breached = TARGETS["P2"], 0, None, False, None
    happens = {at: (what, data) for at, what, data in story if at > start}
    for at in range(start, as_of + 1, MINUTE):
        if at in happens:
            what, data = happens[at]
            if what == "resolved":
                resolved, reason = True, None
            elif what == "reopened" and resolved:
                resolved, reason = False, None
            elif what == "priority":
                if not resolved and breached is None:
                    target = TARGETS[data["to"]]
                    breached = at if used > target else None
            elif what == "pause" and not resolved:
                reason = data["reason"]
            elif what == "resume" or (what == "client_message" and reason == "waiting_client"):
                reason = None
        if at < as_of and not resolved and reason not in PAUSING and ORACLE.is_working(at):
            breached = at if breached is None and used >= target else breached
            used += MINUTE
    if resolved:
        return "breached" if breached is not None else "met", used, breached
    waits = reason in PAUSING
    return "overdue" if breached is not None else "paused" if waits else "running", used, breached


@given(start=moments, story=stories, length=st.integers(0, 14 * 24 * 60))
@examples(60, ci=1500)
def test_a_resolution_clock_is_what_a_walk_through_time_finds(
    start: int, story: list[tuple[int, str, dict[str, str]]], length: int
) -> None:
    # A priority that changes while it is resolved counts from the reopening on; the walk does not know that.
    story = [each for each in story if each[1] != "priority" or not _is_resolved(start, story, each[0])]
    as_of = start + length * MINUTE
    assert folded(start, story, as_of) == walked(start, story, as_of)


@given(start=moments, story=stories, cut=st.integers(0, 14 * 24 * 60))
@examples(60, ci=500)
def test_what_comes_later_changes_nothing_that_was(
    start: int, story: list[tuple[int, str, dict[str, str]]], cut: int
) -> None:
    as_of = start + cut * MINUTE
    assert folded(start, story, as_of) == folded(start, [each for each in story if each[0] <= as_of], as_of)


@given(start=moments, story=stories)
@examples(60, ci=500)
def test_a_breach_is_never_undone(start: int, story: list[tuple[int, str, dict[str, str]]]) -> None:
    marks = [start + hours * 3600 for hours in range(0, 14 * 24, 8)]
    dates = [folded(start, story, mark)[2] for mark in marks]
    first = next((each for each in dates if each is not None), None)
    assert all(each == first for each in dates[dates.index(first) :])


def _is_resolved(start: int, story: Sequence[tuple[int, str, dict[str, str]]], at: int) -> bool:
    words = [what for moment, what, _data in sorted(story, key=lambda e: e[0]) if start < moment < at]
    ends = [word for word in words if word in ("resolved", "reopened")]
    return bool(ends) and ends[-1] == "resolved"
