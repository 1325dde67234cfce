"""Which refund rule applies, and what it comes to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.aftersales import refunds
from helpdesk.aftersales.refunds import Facts, Rule, misfit, rule_on, share_of

DESIGN, COPYWRITING, CONTRACT = 1, 2, 7
# The examples of the rule book.
RULES = (
    Rule(1, "refund", 70, product_id=DESIGN, revision_from=1, revision_to=1),
    Rule(2, "refund", 50, product_id=DESIGN, revision_from=2, revision_to=3),
    Rule(3, "refund", 30, product_id=DESIGN, revision_from=4),
    Rule(4, "refund", 70, product_id=COPYWRITING, revision_from=1, revision_to=1),
    Rule(5, "refund", 50, product_id=COPYWRITING, revision_from=2, revision_to=2),
    Rule(6, "refund", 30, product_id=COPYWRITING, revision_from=3, revision_to=3),
    Rule(7, "refund", 20, product_id=COPYWRITING, revision_from=4),
)


@pytest.mark.parametrize(
    ("product", "revision", "percent"),
    [
        (DESIGN, 1, 70), (DESIGN, 2, 50), (DESIGN, 3, 50), (DESIGN, 4, 30), (DESIGN, 9, 30),
        (COPYWRITING, 1, 70), (COPYWRITING, 2, 50), (COPYWRITING, 3, 30), (COPYWRITING, 4, 20), (COPYWRITING, 7, 20),
        (DESIGN, 0, None), (DESIGN, None, None), (3, 1, None),
    ],
)  # fmt: skip
def test_the_examples_of_the_rule_book(product: int, revision: int | None, percent: int | None) -> None:
    ruling = rule_on(Facts("workmanship", None, product, revision, None, 10_000), RULES)
    assert ruling.percent == percent
    assert ruling.amount_cents == (None if percent is None else percent * 100)


def test_the_contract_comes_before_the_product_and_the_product_before_all() -> None:
    general, product = Rule(1, "redo"), Rule(2, "replace", product_id=DESIGN)
    contract = Rule(3, "refund", 90, contract_id=CONTRACT)
    facts = Facts("defect", CONTRACT, DESIGN, None, None, 999)
    ruling = rule_on(facts, (general, product, contract))
    assert (ruling.rule, ruling.amount_cents) == (contract, 899)  # 899.1
    assert [(each.rule.position, each.why) for each in ruling.considered] == [
        (3, refunds.APPLIES), (2, refunds.OUTRANKED), (1, refunds.OUTRANKED),
    ]  # fmt: skip
    assert rule_on(Facts("defect", None, DESIGN), (general, product, contract)).remedy == "replace"
    assert rule_on(Facts("defect"), (general, product, contract)).remedy == "redo"


@pytest.mark.parametrize(
    ("rule", "facts", "why"),
    [
        ({"contract_id": 7}, {}, refunds.OTHER_CONTRACT),
        ({"product_id": 1}, {"product_id": 2}, refunds.OTHER_PRODUCT),
        ({"fault": "late"}, {}, refunds.OTHER_FAULT),
        ({"revision_to": 3}, {}, refunds.ROUND_UNKNOWN),
        ({"revision_from": 2}, {"revision": 1}, refunds.ROUND_OUTSIDE),
        ({"age_to_days": 30}, {"age_days": 31}, refunds.AGE_OUTSIDE),
        ({"age_to_days": 30}, {}, refunds.AGE_UNKNOWN),
        ({"age_from_days": 0, "age_to_days": 30}, {"age_days": 30}, None),
        ({}, {}, None),
    ],
)
def test_why_a_rule_does_not_fit(rule: dict[str, Any], facts: dict[str, Any], why: str | None) -> None:
    assert misfit(Rule(1, "redo", **rule), Facts("defect", **facts)) == why


@pytest.mark.parametrize(
    ("cents", "percent", "share"), [(1, 50, 1), (1, 49, 0), (101, 50, 51), (99, 33, 33), (0, 70, 0)]
)
def test_half_a_cent_is_rounded_up(cents: int, percent: int, share: int) -> None:
    assert share_of(cents, percent) == share


maybe = st.none() | st.integers(0, 6)
rules = st.lists(
    st.builds(
        Rule, position=st.just(0), remedy=st.sampled_from(["refund", "redo"]), percent=st.integers(1, 100),
        contract_id=st.none() | st.integers(1, 2), product_id=st.none() | st.integers(1, 2),
        fault=st.none() | st.sampled_from(["defect", "late"]), revision_from=maybe, revision_to=maybe,
        age_from_days=maybe, age_to_days=maybe,
    ),
    max_size=8,
).map(lambda found: [Rule(**{**each.__dict__, "position": n}) for n, each in enumerate(found, start=1)])  # fmt: skip
facts = st.builds(
    Facts, fault=st.sampled_from(["defect", "late"]), contract_id=st.none() | st.integers(1, 2),
    product_id=st.none() | st.integers(1, 2), revision=maybe, age_days=maybe,
    price_cents=st.none() | st.integers(0, 10**9),
)  # fmt: skip


@given(facts, rules)
def test_at_most_one_rule_applies_and_what_is_refunded_and_kept_is_the_price(about: Facts, given_: list[Rule]) -> None:
    ruling = rule_on(about, given_)
    applying = [each.rule for each in ruling.considered if each.why == refunds.APPLIES]
    assert applying == ([ruling.rule] if ruling.rule else [])
    assert len(ruling.considered) == len(given_)
    fitting = [each for each in given_ if misfit(each, about) is None]
    # The slow, obvious way: the contract's in order, then the product's, then the rest.
    kinds = (
        [each for each in fitting if each.contract_id], [each for each in fitting if each.product_id], fitting,
    )  # fmt: skip
    assert ruling.rule == next((kind[0] for kind in kinds if kind), None)
    if ruling.amount_cents is not None:
        assert about.price_cents is not None
        assert ruling.kept_cents is not None
        assert 0 <= ruling.amount_cents <= about.price_cents
        assert ruling.amount_cents + ruling.kept_cents == about.price_cents


@given(st.integers(0, 10**9), st.integers(0, 100), st.integers(0, 100))
def test_more_per_cent_are_never_less_money(cents: int, one: int, other: int) -> None:
    less, more = sorted((one, other))
    shares = share_of(cents, less), share_of(cents, more)
    assert shares[0] is not None
    assert shares[1] is not None
    assert 0 <= shares[0] <= shares[1] <= cents
    assert abs(100 * shares[1] - cents * more) <= 50
