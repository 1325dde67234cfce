"""Contracts go on without a gap, by hand and by themselves; notice is given in time; people are reminded once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.aftersales.hours import balance_of, blocks_of, grant_hours, remind_of_blocks
from helpdesk.aftersales.renewal import (
    give_notice,
    months_after,
    next_end,
    remind_of_contracts,
    renew_contract,
    renew_contracts,
    withdraw_notice,
)
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid
from helpdesk.core.journal import Entry
from helpdesk.entitlement.contracts import Renewal, arrange_renewal
from helpdesk.models.contracts import Contract
from helpdesk.models.duties import Duty
from tests.aftersales.conftest import At, a_contract
from tests.cast import Cast

LAST = date(2026, 12, 31)
YEARLY = {"renewal_months": 12, "renews_itself": True, "renewal_minutes": 600, "notice_by": date(2026, 9, 30)}


def agreed(cast: Cast, number: str = "C-7", until: date = LAST, **renewal: Any) -> Contract:
    contract = a_contract(cast, number, until=until)
    arrange_renewal(contract, Renewal(owner_id=cast.ona.operator_id, **renewal), by=cast.vera)
    return contract


def told(fact: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(db.select(Entry).where(Entry.fact == fact).order_by(Entry.id))
    return [row.payload for row in rows]


def test_a_renewed_contract_goes_on_the_next_day_with_its_hours_and_once(cast: Cast) -> None:
    contract = agreed(cast, **YEARLY)
    for _click in range(2):
        renew_contract(contract, seen=LAST, by=cast.vera)
    assert (contract.valid_until, contract.notice_by) == (date(2027, 12, 31), date(2027, 9, 30))
    assert balance_of(contract.id) == 600
    assert blocks_of(contract.id, LAST) == []  # for the next span alone
    assert [each["since"] for each in told("ContractRenewed")] == ["2027-01-01"]
    with pytest.raises(Conflict):
        renew_contract(contract, seen=LAST, months=3, by=cast.vera)  # somebody saw another end
    with pytest.raises(Forbidden):
        renew_contract(contract, seen=contract.valid_until, by=cast.ona)


def test_what_renews_itself_does_so_on_its_last_day(cast: Cast, at: At) -> None:
    contract = agreed(cast, **YEARLY)
    with at("2026-12-30 23:30"):
        assert renew_contracts() == 0
    with at("2026-12-31 00:30"):
        assert (renew_contracts(), renew_contracts()) == (1, 0)
        assert contract.valid_until == date(2027, 12, 31)


def test_after_notice_it_does_not(cast: Cast, at: At) -> None:
    contract = agreed(cast, **YEARLY)
    for _click in range(2):
        give_notice(contract, "They change to another desk", by=cast.vera)
    assert contract.notice_given_on == date(2026, 3, 2)
    with at("2027-01-02 10:00"):
        assert renew_contracts() == 0
        withdraw_notice(contract, "They stay", by=cast.vera)
        assert renew_contracts() == 1


def test_notice_is_given_in_time_with_a_reason(cast: Cast, at: At) -> None:
    contract = agreed(cast, **YEARLY)
    for reason, on, field in ((" ", None, "reason"), ("Why not", date(2026, 3, 3), "on"),
                              ("Why not", date(2025, 12, 31), "on")):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            give_notice(contract, reason, on=on, by=cast.vera)
        assert list(refusal.value.errors) == [field]
    with at("2026-10-01 10:00"):
        with pytest.raises(Invalid) as refusal:
            give_notice(contract, "Too late", by=cast.vera)
        assert "2026-09-30" in refusal.value.errors["on"][0]
        give_notice(contract, "It lay in the letter box", on=date(2026, 9, 30), by=cast.vera)


def test_where_another_contract_follows_it_is_not_renewed(cast: Cast, at: At) -> None:
    contract = agreed(cast, **YEARLY)
    follower = a_contract(cast, "C-8", plan=None)
    follower.valid_from = date(2027, 1, 1)
    db.session.commit()
    with pytest.raises(Invalid) as refusal:
        renew_contract(contract, seen=LAST, by=cast.vera)
    assert "C-8 covers the same" in refusal.value.errors["months"][0]
    db.session.refresh(contract)
    assert (contract.valid_until, balance_of(contract.id)) == (LAST, 0)
    with at("2026-12-31 10:00"):
        assert (renew_contracts(), contract.renews_itself, contract.valid_until) == (1, False, LAST)


def test_people_are_reminded_once_of_each_date_and_the_owner_has_a_duty(cast: Cast, at: At) -> None:
    contract = agreed(cast, **(YEARLY | {"renews_itself": False}))
    with at("2026-08-30 10:00"):
        assert remind_of_contracts() == 0
    with at("2026-09-01 10:00"):
        assert (remind_of_contracts(), remind_of_contracts()) == (1, 0)
    duty = db.session.query(Duty).one()
    assert (duty.kind, duty.owner_id, str(duty.due_at)) == (
        "contract_notice", cast.ona.operator_id, "2026-09-30 21:00:00+00:00"
    )  # fmt: skip
    with at("2026-12-05 10:00"):
        assert (remind_of_contracts(), remind_of_contracts()) == (1, 0)
        renew_contract(contract, seen=LAST, by=cast.vera)
        assert not [each for each in db.session.query(Duty) if each.is_open]
    assert [(each["what"], each["on"]) for each in told("ContractDue")] == [
        ("notice", "2026-09-30"), ("end", "2026-12-31"),
    ]  # fmt: skip


def test_hours_that_expire_soon_are_told_once(cast: Cast, at: At) -> None:
    contract = a_contract(cast)
    grant_hours(contract, 60, expires_on=date(2026, 6, 30), by=cast.petras)
    assert remind_of_blocks() == 0
    with at("2026-06-10 10:00"):
        assert (remind_of_blocks(), remind_of_blocks()) == (1, 0)
    assert [(each["minutes"], each["expires_on"]) for each in told("HoursExpiring")] == [(60, "2026-06-30")]


@pytest.mark.parametrize(
    ("renewal", "field"),
    [({"renewal_months": 0}, "renewal_months"), ({"renewal_months": 121}, "renewal_months"),
     ({"renews_itself": True}, "renewal_months"), ({"renewal_minutes": -1}, "renewal_minutes"),
     ({"notice_by": date(2027, 1, 1)}, "notice_by"), ({"notice_by": date(2025, 12, 31)}, "notice_by")],
)  # fmt: skip
def test_what_cannot_be_agreed_is_refused_at_its_field(cast: Cast, renewal: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        agreed(cast, **renewal)
    assert list(refusal.value.errors) == [field]


def test_a_contract_without_an_end_has_nothing_to_renew(cast: Cast) -> None:
    contract = a_contract(cast)
    with pytest.raises(Conflict):
        renew_contract(contract, seen=None, months=12, by=cast.vera)
    with pytest.raises(Conflict):
        give_notice(contract, "Enough", by=cast.vera)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 24), st.integers(1, 12))
def test_spans_follow_each_other_without_drift(begins: date, months: int, spans: int) -> None:
    contract = Contract(valid_from=begins, valid_until=None)
    last = months_after(begins, months, begins.day)
    for number in range(2, spans + 2):
        end = next_end(contract, date.fromordinal(last.toordinal() - 1), months)
        assert end is not None
        last = date.fromordinal(end.toordinal() + 1)
        assert last == months_after(begins, months * number, begins.day)
