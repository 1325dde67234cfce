"""When tickets come, against the calendar, and how many people that needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.figures import counting
from helpdesk.models.figures import ClockFigures
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.base import Slice
from helpdesk.reports.load import LOAD
from helpdesk.reports.metrics import Table
from helpdesk.reports.statistics import agents_needed
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast

FIRST = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday; Vilnius is two hours ahead in winter
FOUR_WEEKS = Slice(datetime(2026, 1, 4, 22, tzinfo=UTC), datetime(2026, 2, 1, 22, tzinfo=UTC))


def opened(cast: Cast, instants: Iterable[datetime]) -> None:
    record_past([PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE, (PastStep(at),)) for at in instants])
    counting.catch_up_wholly()


def weekly(at: datetime, count: int, weeks: int = 4) -> list[datetime]:
    return [at + timedelta(weeks=week, minutes=n) for week in range(weeks) for n in range(count)]


def cell(table: Table, weekday: int, hour: int) -> dict[str, object]:
    [row] = [row for row in table.rows if row.key == (str(weekday), str(hour))]
    return {name: figure.value for name, figure in row.figures.items()}


def test_nothing_gives_a_week_of_noughts(app: Flask, cast: Cast) -> None:
    found = LOAD.run(FOUR_WEEKS, for_=SYSTEM)
    assert len(found.rows) == 168
    assert found.total.figures["opened"].value == 0
    assert found.total.figures["outside_hours"].value is None
    assert cell(found, 1, 9)["people"] == 0


def test_arrivals_are_those_of_the_desks_clock_and_calendar(cast: Cast) -> None:
    opened(cast, [*weekly(FIRST + timedelta(hours=8), 6), *weekly(FIRST + timedelta(hours=20), 2)])

    found = LOAD.run(FOUR_WEEKS, for_=SYSTEM)

    assert (cell(found, 1, 10)["opened"], cell(found, 1, 10)["per_hour"]) == (24, 6)
    assert (cell(found, 1, 22)["opened"], cell(found, 1, 22)["people"]) == (8, None)
    outside = found.total.figures["outside_hours"]
    assert (outside.part, outside.whole, outside.value) == (8, 32, 0.25)
    assert found.beside["outside_minutes_a_week"] == pytest.approx(2 * 20)
    assert found.before is not None and found.before.figures["opened"].value == 0


def test_people_are_what_erlang_says(cast: Cast) -> None:
    opened(cast, weekly(FIRST + timedelta(hours=8), 6))
    with transaction():
        db.session.execute(update(ClockFigures).values(target_seconds=3600))

    found = LOAD.run(FOUR_WEEKS, for_=SYSTEM)

    expected = agents_needed(6, 20 * 60, 0.8, 3600, 0.85)
    assert expected is not None
    assert found.total.figures["people"].value == cell(found, 1, 10)["people"] == expected.agents == 3
    assert cell(found, 1, 10)["begun_in_time"] == expected.within
    assert cell(found, 1, 12)["people"] is None  # the desk is at lunch
    assert "A ticket is taken to need 20 minutes of work" in found.beside["assumptions"][0]


def test_a_holiday_is_outside_and_thins_out_nothing(cast: Cast) -> None:
    wednesdays = [datetime(2026, 3, day, 8, 0, tzinfo=UTC) for day in (4, 11, 18)]  # the 11th is a holiday
    opened(cast, [at + timedelta(minutes=n) for at in wednesdays for n in range(4)])
    found = LOAD.run(
        Slice(datetime(2026, 3, 1, 22, tzinfo=UTC), datetime(2026, 3, 22, 22, tzinfo=UTC)), for_=SYSTEM, compare=False
    )
    assert found.total.figures["outside_hours"].part == 4


def test_every_figure_leads_to_its_tickets(cast: Cast) -> None:
    # Across the change to summer time: nine in the morning stays nine in the morning.
    opened(cast, [datetime(2025, 3, day, hour, 5, tzinfo=UTC) for day, hour in ((24, 7), (31, 6), (31, 19))])
    over = Slice(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 5, 1, tzinfo=UTC))
    found = LOAD.run(over, for_=SYSTEM)
    assert cell(found, 1, 9)["opened"] == 2

    def behind(metric: str, by: tuple[str, ...] = (), key: tuple[str, ...] = ()) -> int:
        return len(db.session.scalars(LOAD.behind(over, metric, for_=SYSTEM, by=by, key=key)).all())

    assert behind("opened") == 3
    assert behind("opened", ("weekday", "hour"), ("1", "9")) == 2
    assert behind("opened", ("hour",), ("22",)) == 1
    assert behind("outside_hours") == 1
    with pytest.raises(NotFound):
        behind("opened", ("hour",), ("25",))


def test_it_is_sliced_and_broken_down(cast: Cast) -> None:
    opened(cast, weekly(FIRST + timedelta(hours=8), 1))
    by_weekday = LOAD.run(FOUR_WEEKS, for_=SYSTEM, by=("weekday",))
    assert [row.figures["opened"].value for row in by_weekday.rows] == [4, 0, 0, 0, 0, 0, 0]
    assert LOAD.run(Slice(where=(("channel", "email"),)), for_=SYSTEM).total.figures["opened"].value == 0
    assert LOAD.run(Slice(), for_=SYSTEM).total.figures["opened"].value == 4
    with pytest.raises(Invalid):
        LOAD.run(FOUR_WEEKS, for_=SYSTEM, by=("month",))


def test_only_those_who_read_reports_read_it(cast: Cast) -> None:
    for actor in (cast.ona, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            LOAD.run(FOUR_WEEKS, for_=actor)
        with pytest.raises(Forbidden):
            LOAD.behind(FOUR_WEEKS, "opened", for_=actor)
    assert LOAD.run(FOUR_WEEKS, for_=cast.vera).document()["report"] == "load"


def test_it_is_on_the_list() -> None:
    assert FACT_REPORTS["load"] is LOAD
