"""The explanation of a clock: every line is true, and together they leave nothing out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.explain import LINES, Explanation, Version, explain
from sla.fold import Cycle, Grant, Halt
from sla.worktime import Calendar, compile_calendar, parse_instant

VILNIUS = {
    "timezone": "Europe/Vilnius",
    "weekly": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-03-11"],
    "exceptions": {"2026-03-13": [["08:00", "12:00"]]},
}
ALWAYS = {"timezone": "Europe/Vilnius", "weekly": {d: [["00:00", "24:00"]] for d in
          ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}  # fmt: skip
H = 3600


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Vilnius")).timestamp())


def explained(
    start: str, seconds: int, now: str, *halts: tuple[str, str | None, str], calendar: dict[str, object] = VILNIUS,
    later: tuple[str, dict[str, object]] | None = None, stop: str | None = None, folded: bool = True,
) -> Explanation:  # fmt: skip
    versions = [Version(1, None, Calendar.from_json(calendar), {"2026-03-11": "Independence"})]
    if later:
        versions.append(Version(2, at(later[0]), Calendar.from_json(later[1])))
    index = compile_calendar([(v.since, v.calendar) for v in versions])
    cycle = Cycle(1, at(start), Grant(seconds, index), stop=at(stop) if stop else None,
                  halts=[Halt(at(s), at(u) if u else None, why) for s, u, why in halts])  # fmt: skip
    return explain(cycle, at(now), versions, folded=folded)


def told(lines: tuple[object, ...]) -> list[tuple[str, int, list[tuple[str, str]]]]:
    return [(f"{line.since:%d}" if line.since == line.until else f"{line.since:%d}-{line.until:%d}", line.seconds,
             [(n.why, n.what) for n in line.notes]) for line in lines]  # type: ignore[attr-defined]  # fmt: skip


def test_each_day_is_a_line_and_a_weekend_is_one():
    got = explained("2026-03-06T15:00", 10 * H, "2026-03-09T10:00")

    assert told(got.past) == [("06", 2 * H, []), ("07-08", 0, [("weekend", "")]), ("09", 2 * H, [])]
    assert told(got.ahead) == [("09", 6 * H, [])]
    assert (got.consumed, got.left) == (4 * H, 6 * H)


def test_a_holiday_has_its_name_and_a_half_day_says_that_it_is_one():
    got = explained("2026-03-10T16:00", 20 * H, "2026-03-13T18:00")

    assert told(got.past) == [("10", H, []), ("11", 0, [("holiday", "Independence")]), ("12", 8 * H, []),
                              ("13", 4 * H, [("exception", "")])]  # fmt: skip


def test_a_pause_says_how_much_it_took():
    got = explained("2026-03-02T09:00", 40 * H, "2026-03-03T10:00",
                    ("2026-03-02T10:00", "2026-03-03T09:00", "waiting_client"))  # fmt: skip

    assert told(got.past) == [("02", H, [("pause", "waiting_client")]), ("03", H, [("pause", "waiting_client")])]
    assert [note.seconds for line in got.past for note in line.notes] == [6 * H, H]


def test_a_paused_clock_has_nothing_ahead():
    got = explained("2026-03-02T09:00", 40 * H, "2026-03-04T10:00", ("2026-03-02T10:00", None, "waiting_client"))

    assert got.ahead == ()
    assert got.consumed == H


def test_maintenance_is_told_apart():
    calendar = VILNIUS | {"blackouts": [["2026-03-02T10:00:00+02:00", "2026-03-02T11:00:00+02:00"]]}
    got = explained("2026-03-02T09:00", 40 * H, "2026-03-02T17:00", calendar=calendar)

    assert told(got.past) == [("02", 6 * H, [("maintenance", "")])]
    assert got.past[0].notes[0].seconds == H


def test_the_night_the_clocks_go_back_has_its_25_hours():
    got = explained("2026-10-24T00:00", 100 * H, "2026-10-26T00:00", calendar=ALWAYS)
    assert [line.seconds for line in got.past] == [24 * H, 25 * H]


def test_versions_that_took_part_are_named_and_a_day_may_have_two():
    got = explained("2026-03-02T09:00", 10 * H, "2026-03-02T14:00", later=("2026-03-02T11:00", ALWAYS))

    assert [(line.version, line.seconds) for line in got.past] == [(1, 2 * H), (2, 3 * H)]
    assert got.versions == (1, 2)


def test_a_long_stretch_is_folded_and_loses_nothing():
    got = explained("2026-01-05T09:00", 4000 * H, "2026-06-30T10:00")

    assert len(got.past) <= LINES
    assert sum(line.seconds for line in got.past) == got.consumed
    assert sum(line.seconds for line in got.ahead) == got.left
    assert max(line.days for line in got.past) > 100
    whole = explained("2026-01-05T09:00", 4000 * H, "2026-06-30T10:00", folded=False)
    assert sum(line.working_days for line in whole.past) == sum(line.working_days for line in got.past)


def test_a_stop_ends_it():
    got = explained("2026-03-02T09:00", 40 * H, "2026-03-20T10:00", stop="2026-03-02T11:00")
    assert (told(got.past), got.ahead, got.until) == ([("02", 2 * H, [])], (), at("2026-03-02T11:00"))


@pytest.mark.parametrize("zone", ["Europe/Vilnius", "Asia/Shanghai", "America/Sao_Paulo", "Pacific/Apia",
                                  "Australia/Lord_Howe", "Africa/Cairo"])  # fmt: skip
@given(data=st.data())
def test_the_lines_add_up_to_what_is_consumed_and_to_what_is_left(zone: str, data: st.DataObject):
    days = st.dates(date(2010, 1, 1), date(2012, 6, 1))
    calendar = Calendar.from_json({
        "timezone": zone, "weekly": data.draw(st.sampled_from([
            VILNIUS["weekly"], ALWAYS["weekly"], {"mon": [["22:00", "06:00"]], "tue": [["22:00", "06:00"]]},
        ])), "holidays": [d.isoformat() for d in data.draw(st.lists(days, max_size=5))],
    })  # fmt: skip
    since = parse_instant("2010-01-01T00:00:00Z")
    start, *bounds = sorted(data.draw(st.lists(st.integers(0, 800 * 86_400), min_size=4, max_size=6)))
    windows = ((since + bounds[0], since + bounds[0] + 7200),)
    later = replace(calendar, weekly=((), *calendar.weekly[1:]), blackouts=windows)
    versions = [Version(1, None, calendar), Version(2, since + bounds[1], later)]
    index = compile_calendar([(v.since, v.calendar) for v in versions])
    halts = [Halt(since + a, since + b, "waiting_client") for a, b in zip(bounds[::2], bounds[1::2], strict=False)]
    cycle = Cycle(1, since + start, Grant(data.draw(st.integers(1, 4000 * H)), index), halts=halts)
    now = since + bounds[-1] + data.draw(st.integers(0, 10 * 86_400))
    cycle.lapse(now)

    got = explain(cycle, now, versions, folded=data.draw(st.booleans()))

    assert sum(line.seconds for line in got.past) == got.consumed == cycle.consumed(now)
    if got.ahead:
        assert sum(line.seconds for line in got.ahead) == got.left
    for line in got.past:
        assert sum(end - begin for begin, end in line.spans) in (0, line.seconds)
    assert [line.since for line in got.past] == sorted(line.since for line in got.past)
    assert not got.past or got.past[-1].until >= datetime.fromtimestamp(now, UTC).date() - timedelta(days=1)
