"""A contract with prepaid hours for the organisation of Jonas, and tickets that it covers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from helpdesk.aftersales.terms import NewTerms, set_terms
from helpdesk.core.db import db
from helpdesk.models.contracts import Contract, Plan
from sla import register
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]


def a_contract(cast: Cast, number: str = "C-7", *, until: date | None = None, **terms: Any) -> Contract:
    """A contract of the organisation of Jonas since New Year, with terms unless `plan` is None."""
    contract = Contract(
        organisation_id=cast.jonas.organisation_id, number=number, policy_id=register.default_policy_id(),
        valid_from=date(2026, 1, 1), valid_until=until, lines=[],
    )  # fmt: skip
    db.session.add(contract)
    db.session.commit()
    plan = terms.pop("plan", Plan.PREPAID)
    if plan is not None:
        values = {"valid_from": date(2026, 1, 1), "hourly_rate_cents": 9000} | terms
        set_terms(contract, NewTerms(plan=plan, **values), by=cast.petras)
    return contract


@pytest.fixture
def contract(cast: Cast) -> Contract:
    return a_contract(cast)
