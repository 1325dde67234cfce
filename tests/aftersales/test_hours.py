"""The hours ledger: blocks, work that draws on them, what is left over, reversals, expiry, and what must never be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from helpdesk.aftersales import hours
from helpdesk.aftersales.hours import (
    adjust_hours,
    balance_of,
    blocks_of,
    end_reservation,
    expire_hours,
    grant_hours,
    reserve_hours,
    statement_of,
    verify,
)
from helpdesk.aftersales.work import NewWork, log_work, reverse_work, work_of
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.contracts import BillingNotice, Contract, HoursEntry, HoursKind, Plan, WorkLog
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.policy.actor import SYSTEM
from tests.aftersales.conftest import At, a_contract
from tests.cast import Cast
from tests.factories import a_ticket, facts

REMOTE = Channel.REMOTE_SESSION
UNTIL = date(2026, 12, 31)


def logged(ticket: Ticket, cast: Cast, minutes: int, channel: Channel = REMOTE, **values: object) -> WorkLog:
    return log_work(ticket, NewWork(minutes, channel, **values), by=cast.ona)  # type: ignore[arg-type]


def kinds(contract: Contract) -> list[tuple[str, int]]:
    db.session.expire_all()
    return [(line.entry.kind.value, line.entry.minutes) for line in statement_of(contract, for_=SYSTEM).lines]


def waiting() -> list[tuple[str, int | None, int | None]]:
    query = db.select(BillingNotice).where(BillingNotice.cancelled_at.is_(None)).order_by(BillingNotice.id)
    return [(each.rule, each.minutes, each.amount_cents) for each in db.session.scalars(query)]


def test_work_draws_on_the_block_that_expires_first(cast: Cast, contract: Contract) -> None:
    grant_hours(contract, 600, by=cast.petras)
    first = grant_hours(contract, 60, expires_on=date(2026, 6, 30), by=cast.petras)
    ticket = a_ticket(cast)
    work = logged(ticket, cast, 90, note="New driver")

    assert kinds(contract) == [("granted", 600), ("granted", 60), ("used", -60), ("used", -30)]
    assert [(block.id == first.id, block.left) for block in blocks_of(contract.id)] == [(False, 570)]
    assert (work.counted_minutes, work.chargeable_minutes, work.rule) == (90, 0, "prepaid_hours")
    assert balance_of(contract.id) == 570
    assert waiting() == []
    assert facts(ticket).count("WorkLogged") == 1
    assert list(verify()) == []


def test_half_covered_work_makes_exactly_one_proforma_for_the_rest(cast: Cast, contract: Contract) -> None:
    grant_hours(contract, 60, by=cast.petras)
    ticket = a_ticket(cast)
    work = log_work(ticket, NewWork(90, REMOTE), by=cast.ona, submission="once")
    again = log_work(ticket, NewWork(90, REMOTE), by=cast.ona, submission="once")

    assert again.id == work.id
    assert kinds(contract) == [("granted", 60), ("used", -60), ("overage", -30), ("billed", 30)]
    assert (work.chargeable_minutes, balance_of(contract.id)) == (30, 0)
    assert waiting() == [("prepaid_hours", 30, 4500)]
    logged(ticket, cast, 10)
    assert waiting() == [("prepaid_hours", 30, 4500), ("prepaid_hours", 10, 1500)]
    assert list(verify()) == []


def test_what_is_set_aside_is_not_used_for_other_work(cast: Cast, contract: Contract) -> None:
    grant_hours(contract, 120, by=cast.petras)
    visit = reserve_hours(contract, 90, "Visit in May", by=cast.petras)
    with pytest.raises(Conflict):
        reserve_hours(contract, 31, "Another one", by=cast.petras)
    ticket = a_ticket(cast)
    assert logged(ticket, cast, 50).chargeable_minutes == 20
    end_reservation(visit, by=cast.petras)
    db.session.flush()
    assert logged(ticket, cast, 50).chargeable_minutes == 0
    assert list(verify()) == []


@pytest.mark.parametrize(
    ("plan", "terms", "channel", "rule", "chargeable"),
    [
        (Plan.MONTHLY, {}, REMOTE, "monthly_plan", 0),
        (Plan.MONTHLY, {}, Channel.ON_SITE_VISIT, "on_site", 45),
        (Plan.MONTHLY, {"covers_on_site": True}, Channel.ON_SITE_VISIT, "monthly_plan", 0),
        (Plan.MONTHLY, {"channels": ("phone",)}, REMOTE, "channel", 45),
        (Plan.MONTHLY, {"channels": ("phone",)}, Channel.PHONE, "monthly_plan", 0),
        (Plan.PAY_AS_YOU_GO, {}, REMOTE, "pay_as_you_go", 45),
        (Plan.WARRANTY, {}, REMOTE, "warranty", 0),
        (Plan.PREPAID, {}, Channel.ON_SITE_VISIT, "on_site", 45),
    ],
)  # fmt: skip
def test_the_plan_and_the_channel_say_who_pays(
    cast: Cast, plan: Plan, terms: dict[str, object], channel: Channel, rule: str, chargeable: int
) -> None:
    contract = a_contract(cast, plan=plan, rounding_minutes=15, **terms)
    grant_hours(contract, 600, by=cast.petras)
    work = logged(a_ticket(cast, channel=Channel.PHONE), cast, 40, channel)

    assert (work.rule, work.counted_minutes, work.chargeable_minutes) == (rule, 45, chargeable)
    assert waiting() == ([(rule, 45, 6750)] if chargeable else [])
    assert list(verify()) == []


def test_work_that_is_not_billable_or_without_terms_costs_nothing(cast: Cast) -> None:
    free = logged(a_ticket(cast), cast, 20)
    assert (free.rule, free.contract_id, free.chargeable_minutes) == ("no_contract", None, 0)
    contract = a_contract(cast, plan=None)
    assert logged(a_ticket(cast), cast, 20).rule == "no_terms"
    contract = a_contract(cast, "C-8")
    grant_hours(contract, 60, by=cast.petras)
    ours = logged(a_ticket(cast), cast, 20, is_billable=False)
    assert (ours.rule, ours.counted_minutes, balance_of(contract.id)) == ("not_billable", 0, 60)


def test_work_after_hours_counts_more(cast: Cast, at: At) -> None:
    calendar_id = 1
    contract = a_contract(cast, calendar_id=calendar_id, after_hours_percent=150, rounding_minutes=15)
    grant_hours(contract, 600, by=cast.petras)
    with at("2026-03-02 16:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 18:00"):
        work = logged(ticket, cast, 60, started_at=now() - timedelta(minutes=90))  # 16:30 to 17:30
    assert (work.after_hours_minutes, work.counted_minutes) == (30, 75)
    assert balance_of(contract.id) == 525


def test_terms_hold_from_their_day_on(cast: Cast, at: At) -> None:
    contract = a_contract(cast, rounding_minutes=1)
    grant_hours(contract, 600, by=cast.petras)
    from helpdesk.aftersales.terms import NewTerms, set_terms

    new = NewTerms(valid_from=date(2026, 3, 3), plan=Plan.PREPAID, rounding_minutes=60)
    set_terms(contract, new, by=cast.petras)
    with pytest.raises(Conflict):
        set_terms(contract, new, by=cast.petras)
    with at("2026-03-04 10:00"):
        ticket = a_ticket(cast)
        yesterday_but_one = logged(ticket, cast, 10, started_at=now() - timedelta(days=2))
        today = logged(ticket, cast, 10)
    assert (yesterday_but_one.counted_minutes, today.counted_minutes) == (10, 60)


def test_a_reversal_gives_back_all_of_it_once(cast: Cast, contract: Contract) -> None:
    grant_hours(contract, 60, by=cast.petras)
    ticket = a_ticket(cast)
    work = logged(ticket, cast, 90)
    with pytest.raises(Forbidden):
        reverse_work(work.id, ticket, "Not mine", by=cast.tomas)
    with pytest.raises(Invalid):
        reverse_work(work.id, ticket, " ", by=cast.ona)
    reversal = reverse_work(work.id, ticket, "The wrong ticket", by=cast.ona)
    assert reverse_work(work.id, ticket, "The wrong ticket", by=cast.ona).id == reversal.id
    with pytest.raises(Conflict):
        reverse_work(reversal.id, ticket, "Back again", by=cast.ona)

    assert balance_of(contract.id) == 60
    assert waiting() == []
    assert sum(each.minutes for each in work_of(ticket)) == 0
    assert list(verify()) == []


def test_a_block_expires_and_what_the_terms_carry_over_becomes_a_new_one(cast: Cast, at: At) -> None:
    contract = a_contract(cast, carry_over_minutes=60)
    grant_hours(contract, 100, expires_on=date(2026, 3, 31), by=cast.petras)
    later = grant_hours(contract, 600, expires_on=UNTIL, by=cast.petras)
    with at("2026-03-31 23:30"):
        assert expire_hours() == 0
    with at("2026-04-01 00:30"):
        assert expire_hours() == 1
        assert expire_hours() == 0
        blocks = blocks_of(contract.id)
    assert kinds(contract)[2:] == [("expired", -100), ("carried_over", 60)]
    assert sorted((block.left, block.expires_on) for block in blocks) == [(60, UNTIL), (600, later.expires_on)]
    with at("2027-01-01 10:00"):
        while expire_hours():
            pass
    assert balance_of(contract.id) == 60  # of the block of 600; what was carried once is not carried again
    assert list(verify()) == []


def test_the_client_is_warned_once_when_so_much_is_used_up(cast: Cast) -> None:
    contract = a_contract(cast, alert_percents=(50, 90))
    grant_hours(contract, 100, by=cast.petras)
    ticket = a_ticket(cast)
    for minutes in (40, 20, 20, 15, 30):
        logged(ticket, cast, minutes)
    told = db.session.scalars(db.select(Entry).where(Entry.fact == "HoursLow").order_by(Entry.id)).all()
    assert [(each.payload["percent"], each.payload["left"]) for each in told] == [(50, 40), (90, 5)]


def test_corrections_are_signed_and_take_nothing_that_is_not_there(cast: Cast, contract: Contract) -> None:
    grant_hours(contract, 60, by=cast.petras)
    adjust_hours(contract, 30, "A gift", by=cast.petras)
    adjust_hours(contract, -80, "A mistake", by=cast.petras)
    with pytest.raises(Invalid):
        adjust_hours(contract, -11, "Too much", by=cast.petras)
    with pytest.raises(Forbidden):
        adjust_hours(contract, 10, "For myself", by=cast.ona)
    assert balance_of(contract.id) == 10
    assert list(verify()) == []


def test_bad_input_is_refused_with_its_field_and_nothing_is_written(cast: Cast, contract: Contract, at: At) -> None:
    ticket = a_ticket(cast)
    with at("2026-03-04 10:00"):
        for new, name in (
            (NewWork(0, REMOTE), "minutes"), (NewWork(-5, REMOTE), "minutes"), (NewWork(1441, REMOTE), "minutes"),
            (NewWork(30, REMOTE, started_at=now()), "started_at"),
            (NewWork(30, REMOTE, started_at=datetime.max.replace(tzinfo=UTC)), "started_at"),
            (NewWork(30, REMOTE, started_at=datetime.min.replace(tzinfo=UTC)), "started_at"),
            (NewWork(10**15, REMOTE), "minutes"),
        ):  # fmt: skip
            with pytest.raises(Invalid) as refusal:
                log_work(ticket, new, by=cast.ona)
            assert list(refusal.value.errors) == [name]
        from helpdesk.aftersales.billing import close_books

        close_books(date(2026, 3, 3), by=cast.vera)
        with pytest.raises(Invalid) as refusal:
            logged(ticket, cast, 10, started_at=now() - timedelta(days=1))
        assert list(refusal.value.errors) == ["started_at"]
    with pytest.raises(Invalid):
        grant_hours(contract, -10, by=cast.petras)
    with pytest.raises(Invalid):
        grant_hours(contract, 10, expires_on=date(2025, 1, 1), by=cast.petras)
    assert work_of(ticket) == []
    assert kinds(contract) == []


def test_the_database_refuses_to_change_an_entry(cast: Cast, contract: Contract) -> None:
    block = grant_hours(contract, 60, by=cast.petras)
    for change in (db.update(HoursEntry).values(minutes=1), db.delete(HoursEntry).where(HoursEntry.id == block.id)):
        with pytest.raises(DBAPIError, match="append only"):
            db.session.execute(change)
        db.session.rollback()


def test_a_ledger_that_does_not_add_up_is_found(cast: Cast, contract: Contract) -> None:
    block = grant_hours(contract, 60, by=cast.petras)
    db.session.add(HoursEntry(
        contract_id=contract.id, kind=HoursKind.USED, minutes=-90, block_id=block.id, day=UNTIL, expires_on=None,
        recorded_at=now(), actor_kind="system", actor_id=0,
    ))  # fmt: skip
    db.session.commit()
    found = [fault.what for fault in verify()]
    assert any("balance of -30" in what for what in found)
    assert any("more of block" in what for what in found)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), st.integers(1, 300), st.integers(0, 400)),
        st.tuples(st.just("work"), st.integers(1, 400), st.integers(0, 1)),
        st.tuples(st.just("reverse"), st.integers(0, 20), st.just(0)),
        st.tuples(st.just("adjust"), st.integers(-200, 200).filter(bool), st.just(0)),
        st.tuples(st.just("days"), st.integers(1, 120), st.just(0)),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_happens_the_ledger_adds_up(cast: Cast, at: At, walk: list[tuple[str, int, int]]) -> None:
    """A random life of a contract beside a model of its sum: what is granted, used, given back and expired."""
    number = f"C-walk-{now().timestamp()}-{db.session.scalar(db.select(db.func.count(Contract.id)))}"
    day = date(2026, 3, 2)
    with at("2026-03-02 09:00"):
        contract = a_contract(cast, number, rounding_minutes=6, carry_over_minutes=30)
        ticket = a_ticket(cast)
        ticket.contract_id = contract.id
        db.session.commit()
    works: list[WorkLog] = []
    for what, figure, other in walk:
        if what == "days":
            day = min(day + timedelta(days=figure), date(2028, 1, 1))
        with at(f"{day} 12:00"):
            while expire_hours():
                pass
            if what == "grant":
                grant_hours(contract, figure, expires_on=day + timedelta(days=other) if other else None, by=cast.petras)
            elif what == "work":
                before = balance_of(contract.id)
                works.append(logged(ticket, cast, figure, Channel.ON_SITE_VISIT if other else REMOTE))
                taken = works[-1].counted_minutes - works[-1].chargeable_minutes
                assert balance_of(contract.id) == before - taken
            elif what == "reverse" and works:
                reverse_work(works[figure % len(works)].id, ticket, "A mistake", by=cast.ona)
            elif what == "adjust":
                try:
                    adjust_hours(contract, figure, "Checked", by=cast.petras)
                except Invalid:
                    assert -figure > sum(block.left for block in blocks_of(contract.id, day))
            while expire_hours():
                pass
            db.session.expire_all()
            assert list(verify([contract.id])) == []
            assert balance_of(contract.id) == sum(block.left for block in blocks_of(contract.id)) >= 0
    assert hours.reserved_of(contract.id) == 0
