"""The lists of the console stay quick on a desk of a million tickets."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.tickets.queries import VIEWS, count_views, list_view
from tests.cast import Cast
from tests.factories import a_ticket
from tests.plans import plan_of


def test_the_counts_beside_the_lists_are_read_from_indexes_alone(cast: Cast):
    a_ticket(cast)
    plan = plan_of(lambda: count_views([key for key in VIEWS if key != "resolved"], for_=cast.rasa))

    assert len(plan) >= 8
    assert [step for step in plan if "_queue" not in step] == []
    if db.engine.dialect.name == "sqlite":  # PostgreSQL decides by how full the tables are
        assert [step for step in plan if "COVERING INDEX" not in step] == []


def test_each_list_by_what_is_due_follows_an_index_that_has_its_order(cast: Cast):
    a_ticket(cast)
    for key, index in (("all", "open"), ("overdue", "open"), ("waiting", "waiting"), ("mine", "assignee")):
        plan = plan_of(lambda key=key: list_view(key, for_=cast.ona))

        assert f"ix_ticket_{index}_queue" in plan[0], (key, plan)
