"""Who comes on which day: load, tours, absences, gaps."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.aftersales.spreading import FULL_DAY, NOBODY_PRESENT, OVERLOADED, Load, Placed, Wanted, spread

MONDAY = date(2026, 3, 2)
ONA, TOMAS, INGA = 1, 2, 3


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def wanted(key: int, on: int = 0, *, window: int = 3, client: int | None = None, **values: Any) -> Wanted:
    values = {"minutes": 60} | values
    return Wanted(key=key, client=key if client is None else client, on=day(on), earliest=day(on - window),
                  latest=day(on + window), **values)  # fmt: skip


def place(
    *revisits: Wanted, load: Load | None = None, away: set[tuple[int, int]] = frozenset(), who: tuple[int, ...] = (1, 2)
) -> list[Placed]:
    days = {(operator, day(number)) for operator, number in away}
    return spread(
        revisits, who, load or Load(), is_working=lambda on: on.weekday() < 5, is_away=lambda o, on: (o, on) in days
    )


def test_revisits_of_a_day_go_to_whoever_has_least_to_do() -> None:
    found = place(*(wanted(key) for key in range(6)))
    assert Counter(each.operator_id for each in found) == {ONA: 3, TOMAS: 3}
    assert {each.on for each in found} == {day(0)}


def test_whoever_is_wanted_comes_while_there_is_time() -> None:
    found = place(*(wanted(key, preferred=TOMAS, minutes=120) for key in range(4)))
    assert [each.operator_id for each in found] == [TOMAS, TOMAS, TOMAS, ONA]


def test_visits_to_one_place_join_a_tour() -> None:
    found = place(
        wanted(1, 0, place="Kaunas"), wanted(2, 1, place="Vilnius"), wanted(3, 2, place=" kaunas "),
        wanted(4, 9, place="Kaunas"),
    )  # fmt: skip
    assert [(each.key, each.on) for each in found] == [(1, day(0)), (2, day(1)), (3, day(0)), (4, day(9))]
    assert found[0].operator_id == found[2].operator_id


def test_a_tour_takes_no_more_than_a_day_holds() -> None:
    found = place(*(wanted(key, key % 3, place="Kaunas", minutes=150) for key in range(6)), who=(ONA,))
    minutes = Counter[date]()
    for each in found:
        minutes[each.on] += 150
    assert all(total <= FULL_DAY for total in minutes.values())


def test_nobody_is_sent_while_away() -> None:
    found = place(wanted(1), wanted(2), away={(ONA, 0)})
    assert [each.operator_id for each in found] == [TOMAS, TOMAS]
    [alone] = place(wanted(1, 0), away={(ONA, 0), (TOMAS, 0)})
    assert alone.on == day(1) and alone.operator_id == ONA
    [nobody] = place(wanted(1), away={(who, on) for who in (ONA, TOMAS) for on in range(-3, 4)})
    assert (nobody.on, nobody.operator_id, nobody.problem) == (day(0), None, NOBODY_PRESENT)


def test_a_full_day_is_said() -> None:
    full = Load()
    for on in range(-3, 4):
        full.add(ONA, day(on), FULL_DAY)
    [found] = place(wanted(1), load=full, who=(ONA,))
    assert (found.on, found.operator_id, found.problem) == (day(0), ONA, OVERLOADED)


def test_only_the_operators_of_the_team_are_asked() -> None:
    assert [each.operator_id for each in place(wanted(1, operators=(INGA,)), who=(ONA, TOMAS, INGA))] == [INGA]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 40), st.sampled_from(["", "Kaunas", "Vilnius"]),
                  st.integers(10, 300)), max_size=40,
    ),
    st.sets(st.tuples(st.sampled_from([ONA, TOMAS]), st.integers(0, 40)), max_size=30),
    st.integers(1, 5),
)  # fmt: skip
def test_everything_is_placed_once_in_its_span_and_keeps_the_gap(
    asked: list[tuple[int, int, str, int]], away: set[tuple[int, int]], gap: int
) -> None:
    revisits: list[Wanted] = []
    for client in range(4):
        days = sorted(on for who, on, *_ in asked if who == client)
        spaced = [on for number, on in enumerate(days) if not number or on - days[number - 1] >= gap]
        own = [(on, place, minutes) for who, on, place, minutes in asked if who == client and on in spaced]
        own = list({on: (on, place, minutes) for on, place, minutes in own}.values())
        own.sort()
        for number, (on, where, minutes) in enumerate(own):
            before = day(own[number + 1][0]) if number + 1 < len(own) else None
            if number and on - own[number - 1][0] < gap:
                continue
            revisits.append(wanted(len(revisits), on, client=client, place=where, minutes=minutes, gap_days=gap,
                                   before=before))  # fmt: skip
    found = {each.key: each for each in place(*revisits, away=away)}
    assert found.keys() == {each.key for each in revisits}
    for one in revisits:
        assert one.earliest <= found[one.key].on <= one.latest
        on = (found[one.key].on - MONDAY).days
        assert (found[one.key].operator_id, on) not in away
    for client in range(4):
        own_days = [found[each.key].on for each in revisits if each.client == client]
        assert all((later - earlier).days >= gap for earlier, later in pairwise(own_days))
