"""Hours that are set aside: used by the work they are for, given back by its correction, refused to anything else."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.aftersales.hours import (
    balance_of,
    end_reservation,
    get_reservation,
    grant_hours,
    reservations_for,
    reserve_hours,
    reserved_of,
    verify,
)
from helpdesk.aftersales.work import NewWork, log_work, reverse_work, work_of
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.models.contracts import Contract, HoursReservation
from helpdesk.models.tickets import Channel
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.factories import a_ticket

PHONE = Channel.PHONE


@pytest.fixture
def contract(cast: Cast) -> Contract:
    contract = a_contract(cast)
    grant_hours(contract, 120, by=cast.petras)
    return contract


def test_work_draws_on_what_was_set_aside_for_it_and_then_on_the_rest(cast: Cast, contract: Contract) -> None:
    ticket = a_ticket(cast)
    row = reserve_hours(contract, 60, "A visit", planned_on=date(2026, 5, 4), by=cast.ona)
    first = log_work(ticket, NewWork(45, PHONE, reservation_id=row.id), by=cast.ona)
    assert (first.chargeable_minutes, reserved_of(contract.id)) == (0, 15)
    second = log_work(ticket, NewWork(45, PHONE, reservation_id=row.id), by=cast.ona)
    assert (second.chargeable_minutes, reserved_of(contract.id), balance_of(contract.id)) == (0, 0, 30)
    reverse_work(second.id, ticket, "The wrong ticket", by=cast.ona)
    assert (reserved_of(contract.id), balance_of(contract.id)) == (15, 75)
    assert list(verify()) == []


def test_other_work_does_not_touch_it(cast: Cast, contract: Contract) -> None:
    mine, other = a_ticket(cast), a_ticket(cast)
    row = reserve_hours(contract, 100, "A visit", ticket_id=mine.id, by=cast.ona)
    assert log_work(other, NewWork(30, PHONE), by=cast.ona).chargeable_minutes == 10
    assert [each.row.id for each in reservations_for(mine.id, contract.id)] == [row.id]
    assert reservations_for(other.id, contract.id) == []
    with pytest.raises(Invalid) as refusal:
        log_work(other, NewWork(30, PHONE, reservation_id=row.id), by=cast.ona)
    assert list(refusal.value.errors) == ["reservation_id"]
    assert len(work_of(other)) == 1


def test_hours_of_another_organisation_are_out_of_reach(cast: Cast, contract: Contract) -> None:
    foreign = a_ticket(cast, requester=cast.marek)
    row = reserve_hours(contract, 60, "A visit", by=cast.ona)
    with pytest.raises(Invalid):
        log_work(foreign, NewWork(30, PHONE, reservation_id=row.id), by=cast.ona)
    with pytest.raises(Invalid) as refusal:
        reserve_hours(contract, 30, "Another", ticket_id=foreign.id, by=cast.ona)
    assert list(refusal.value.errors) == ["ticket"]
    assert work_of(foreign) == []
    for actor in (cast.marek, cast.jonas):
        with pytest.raises(NotFound):
            get_reservation(row.id, for_=actor)


def test_what_is_over_is_not_drawn_on_and_ends_once(cast: Cast, contract: Contract) -> None:
    row = reserve_hours(contract, 60, "A visit", by=cast.ona)
    for _click in range(2):
        end_reservation(row, by=cast.ona)
    with pytest.raises(Invalid):
        log_work(a_ticket(cast), NewWork(30, PHONE, reservation_id=row.id), by=cast.ona)
    assert reserved_of(contract.id) == 0


@pytest.mark.parametrize(("minutes", "what", "field"), [(0, "A visit", "minutes"), (-5, "A visit", "minutes"),
                                                        (60, " ", "what")])  # fmt: skip
def test_bad_input_is_refused_at_its_field(cast: Cast, contract: Contract, minutes: int, what: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        reserve_hours(contract, minutes, what, by=cast.ona)
    assert list(refusal.value.errors) == [field]
    with pytest.raises(Conflict):
        reserve_hours(contract, 121, "Too many", by=cast.ona)
    for actor in (cast.giedrius, cast.lena, cast.marek):
        with pytest.raises(Forbidden):
            reserve_hours(contract, 10, "Mine", by=actor)
    assert db.session.query(HoursReservation).count() == 0
