"""Monthly fees: one notice for each month that has ended, whole or by its days, however often the job runs."""

from __future__ import annotations

from datetime import date

from helpdesk.aftersales.billing import bill_months, take_notices
from helpdesk.aftersales.terms import NewTerms, set_terms
from helpdesk.core.db import db
from helpdesk.models.contracts import BillingNotice, Plan
from helpdesk.policy.actor import SYSTEM
from tests.aftersales.conftest import At, a_contract
from tests.cast import Cast


def billed() -> list[tuple[str | None, str, int | None, str]]:
    rows = db.session.scalars(db.select(BillingNotice).order_by(BillingNotice.period)).all()
    return [(row.period, str(row.dated), row.amount_cents, row.what) for row in rows]


def test_each_month_that_has_ended_is_billed_once(cast: Cast, at: At) -> None:
    a_contract(cast, plan=Plan.MONTHLY, monthly_fee_cents=30_000)
    with at("2026-03-31 23:30"):
        assert bill_months() == 0
    with at("2026-04-01 00:30"):
        assert bill_months() == 1
        assert bill_months() == 0
    with at("2026-06-02 10:00"):  # the worker was away for two months
        assert bill_months() == 2
        assert take_notices(by=SYSTEM) is not None
        assert bill_months() == 0
    assert billed() == [
        ("2026-03", "2026-03-31", 30_000, "2026-03"), ("2026-04", "2026-04-30", 30_000, "2026-04"),
        ("2026-05", "2026-05-31", 30_000, "2026-05"),
    ]  # fmt: skip


def test_a_month_of_some_days_is_charged_by_its_days(cast: Cast, at: At) -> None:
    contract = a_contract(cast, plan=Plan.PREPAID, until=date(2026, 5, 10))
    monthly = NewTerms(valid_from=date(2026, 3, 22), plan=Plan.MONTHLY, monthly_fee_cents=31_000)
    set_terms(contract, monthly, by=cast.petras)
    dearer = NewTerms(valid_from=date(2026, 4, 16), plan=Plan.MONTHLY, monthly_fee_cents=60_000)
    set_terms(contract, dearer, by=cast.petras)
    with at("2026-07-01 10:00"):
        assert bill_months() == 3
    assert billed() == [
        ("2026-03", "2026-03-31", 10_000, "2026-03 (10/31)"), ("2026-04", "2026-04-30", 45_500, "2026-04"),
        ("2026-05", "2026-05-31", 19_355, "2026-05 (10/31)"),
    ]  # fmt: skip


def test_a_plan_without_a_fee_is_not_billed_by_the_month(cast: Cast, at: At) -> None:
    a_contract(cast, plan=Plan.PREPAID)
    a_contract(cast, "C-8", plan=Plan.MONTHLY)
    with at("2026-07-01 10:00"):
        assert bill_months() == 0
