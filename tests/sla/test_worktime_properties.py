"""What holds for every calendar, and what an independent walk through time says."""

from __future__ import annotations

import zoneinfo
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from sla.cases import evaluate
from sla.worktime import Calendar, WorkIndex, compile_calendar, parse_instant
from tests.sla.oracle import Oracle
from tests.sla.sla_strategies import DAY, HOUR, SECOND_CHANGES, Scene, examples, scenes, written

BUDGETS = st.integers(1, 40 * HOUR)
NEVER = 1 << 70  # so that "never" sorts after every instant


def index_of(calendar: dict[str, Any]) -> WorkIndex:
    return compile_calendar(Calendar.from_json(calendar))


def later(instant: int | None) -> int:
    return NEVER if instant is None else instant


@examples(60, ci=1200)
@given(scenes(step=1), BUDGETS, st.data())
def test_the_time_elapsed_until_due_is_the_budget(scene: Scene, budget: int, data: st.DataObject) -> None:
    index, start, pauses = index_of(scene.calendar), data.draw(scene.instants), data.draw(scene.pauses)

    due = index.due(start, budget, pauses)

    if due is None:
        reject()
    assert index.elapsed(start, due, pauses) == budget
    assert index.elapsed(start, due - 1, pauses) == budget - 1


@examples(60, ci=1200)
@given(scenes(step=1), BUDGETS, st.data())
def test_a_negative_budget_finds_the_latest_start(scene: Scene, budget: int, data: st.DataObject) -> None:
    index, end, pauses = index_of(scene.calendar), data.draw(scene.instants), data.draw(scene.pauses)

    start = index.due(end, -budget, pauses)

    if start is None:
        reject()
    assert index.elapsed(start, end, pauses) == budget
    assert index.elapsed(start + 1, end, pauses) == budget - 1


@examples(50, ci=800)
@given(scenes(step=1), BUDGETS, st.data())
def test_a_breach_begins_at_the_first_working_second_past_the_budget(
    scene: Scene, budget: int, data: st.DataObject
) -> None:
    index, start, pauses = index_of(scene.calendar), data.draw(scene.instants), data.draw(scene.pauses)

    breach, due = index.breach_at(start, budget, pauses), index.due(start, budget, pauses)

    if breach is None or due is None:
        reject()
    assert breach >= due
    assert index.elapsed(start, breach, pauses) == budget
    assert index.elapsed(start, breach + 1, pauses) == budget + 1


@examples(50, ci=800)
@given(scenes(step=1), st.data())
def test_elapsed_time_adds_up_over_a_split(scene: Scene, data: st.DataObject) -> None:
    index, pauses = index_of(scene.calendar), data.draw(scene.pauses)
    start, middle, end = sorted(data.draw(st.tuples(scene.instants, scene.instants, scene.instants)))

    parts = index.elapsed(start, middle, pauses) + index.elapsed(middle, end, pauses)

    assert parts == index.elapsed(start, end, pauses)


@examples(50, ci=800)
@given(scenes(step=1), BUDGETS, BUDGETS, st.data())
def test_a_larger_budget_or_a_later_start_is_never_due_earlier(
    scene: Scene, small: int, more: int, data: st.DataObject
) -> None:
    index, pauses = index_of(scene.calendar), data.draw(scene.pauses)
    early, late = sorted(data.draw(st.tuples(scene.instants, scene.instants)))

    assert later(index.due(early, small, pauses)) <= later(index.due(early, small + more, pauses))
    assert later(index.due(early, small, pauses)) <= later(index.due(late, small, pauses))


@examples(50, ci=800)
@given(scenes(step=1), BUDGETS, st.data())
def test_another_pause_never_brings_the_due_instant_forward(scene: Scene, budget: int, data: st.DataObject) -> None:
    index, start, pauses = index_of(scene.calendar), data.draw(scene.instants), data.draw(scene.pauses)
    since, until = sorted(data.draw(st.tuples(scene.instants, scene.instants)))

    for another in ((since, until), (since, None)):
        assert later(index.due(start, budget, [*pauses, another])) >= later(index.due(start, budget, pauses))


@examples(50, ci=800)
@given(scenes(step=1), BUDGETS, st.integers(-4, 4), st.data())
def test_another_holiday_never_brings_the_due_instant_forward(
    scene: Scene, budget: int, days: int, data: st.DataObject
) -> None:
    start, pauses = data.draw(scene.instants), data.draw(scene.pauses)
    holiday = written(scene.change + days * DAY)[:10]
    stricter = {**scene.calendar, "holidays": [*scene.calendar["holidays"], holiday]}

    due = index_of(scene.calendar).due(start, budget, pauses)

    assert later(index_of(stricter).due(start, budget, pauses)) >= later(due)


@examples(150, ci=2000)
@given(
    st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})),
    st.integers(parse_instant("1880-01-01T00:00:00Z"), parse_instant("2120-01-01T00:00:00Z")),
    st.integers(1, 90 * DAY),
)
def test_always_open_is_plain_subtraction_in_every_zone(timezone: str, start: int, seconds: int) -> None:
    index = WorkIndex([(None, Calendar.always(timezone))], tzdata="")

    assert index.due(start, seconds) == start + seconds
    assert index.due(start, -seconds) == start - seconds
    assert index.elapsed(start, start + seconds) == seconds
    assert index.work_between(start, start + seconds) == [(start, start + seconds)]


@examples(40, ci=600)
@given(scenes(step=1), BUDGETS, st.integers(-840, 840), st.data())
def test_spelling_of_offsets_and_order_of_pauses_change_nothing(
    scene: Scene, budget: int, offset: int, data: st.DataObject
) -> None:
    start, pauses = data.draw(scene.instants), data.draw(scene.pauses)
    shuffled = data.draw(st.permutations(pauses))
    case = {"calendar": scene.calendar, "op": "due", "seconds": budget}

    plain, respelt = evaluate(
        [
            case | {"start": written(start), "pauses": [[written(a), written(b)] for a, b in pauses]},
            case | {"start": written(start, offset), "pauses": [[written(a, offset), written(b)] for a, b in shuffled]},
        ]
    )

    assert plain["got"] == respelt["got"]


@examples(40, ci=600)
@given(scenes(step=1), st.data())
def test_segments_are_in_order_and_add_up(scene: Scene, data: st.DataObject) -> None:
    index, pauses = index_of(scene.calendar), data.draw(scene.pauses)
    start, end = sorted(data.draw(st.tuples(scene.instants, scene.instants)))

    segments = index.work_between(start, end, pauses)

    edges = [edge for segment in segments for edge in segment]
    assert edges == sorted(set(edges))
    assert all(start <= edge <= end for edge in edges)
    assert sum(until - since for since, until in segments) == index.elapsed(start, end, pauses)


@examples(30, ci=400)
@given(scenes(step=1), scenes(step=1), st.data())
def test_a_version_counts_only_while_it_is_in_force(scene: Scene, other: Scene, data: st.DataObject) -> None:
    first, second = Calendar.from_json(scene.calendar), Calendar.from_json(other.calendar)
    start, change, end = sorted(data.draw(st.tuples(scene.instants, scene.instants, scene.instants)))

    stitched = compile_calendar([(change, second), (None, first)])

    before, after = compile_calendar(first).elapsed(start, change), compile_calendar(second).elapsed(change, end)
    assert stitched.elapsed(start, end) == before + after


@examples(15, ci=300)
@given(scenes(step=1), st.lists(st.integers(-30, 60), min_size=1, max_size=5), BUDGETS)
def test_an_index_answers_alike_however_far_it_has_grown(scene: Scene, years: list[int], budget: int) -> None:
    versions = [(None, Calendar.from_json(scene.calendar))]
    worn = WorkIndex(versions, tzdata="")
    for year in years:
        worn.is_working(scene.change + year * 365 * DAY)

    fresh = WorkIndex(versions, tzdata="")

    for question in (budget, 40 * budget, -budget, -40 * budget):
        assert worn.due(scene.change, question) == fresh.due(scene.change, question)


@examples(60, ci=400)
@given(scenes(), st.data())
@pytest.mark.timeout(900)
def test_the_walk_of_minutes_agrees(scene: Scene, data: st.DataObject) -> None:
    check_against_the_walk(scene, data, step=60, reach=6 * DAY, most=1500)


@examples(3, ci=40)
@given(scenes(changes=SECOND_CHANGES, step=1, reach=9 * HOUR), st.data())
@pytest.mark.timeout(900)
def test_the_walk_of_seconds_agrees(scene: Scene, data: st.DataObject) -> None:
    check_against_the_walk(scene, data, step=1, reach=12 * HOUR, most=20_000)


def check_against_the_walk(scene: Scene, data: st.DataObject, *, step: int, reach: int, most: int) -> None:
    index, walk = index_of(scene.calendar), Oracle(scene.calendar, step)
    pauses: list[tuple[int, int | None]] = [*data.draw(scene.pauses)]
    if data.draw(st.booleans()):
        pauses.append((data.draw(scene.instants), None))
    start, end = sorted(data.draw(st.tuples(scene.instants, scene.instants)))
    budget = data.draw(st.integers(1, most)) * step

    assert index.is_working(start) == walk.is_working(start)
    assert index.elapsed(start, end, pauses) == walk.elapsed(start, end, pauses)
    for seconds in (budget, -budget):
        expected = walk.due(start, seconds, pauses, give_up=reach)
        if expected is None:
            due = index.due(start, seconds, pauses)
            assert due is None or abs(due - start) > reach
        else:
            assert index.due(start, seconds, pauses) == expected


@examples(20, ci=150)
@given(scenes(), st.integers(1, 4), st.data())
@pytest.mark.timeout(900)
def test_the_walk_agrees_on_business_days(scene: Scene, days: int, data: st.DataObject) -> None:
    start, reach = data.draw(scene.instants), 9 * DAY

    expected = Oracle(scene.calendar).business_day_ends(start, days, give_up=reach)

    # The walk may have broken off within the last of its days.
    assume(expected is not None and expected < start + reach - 2 * DAY)
    assert index_of(scene.calendar).business_days_after(start, days) == expected
