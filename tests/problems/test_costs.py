"""What a problem costs: equal to the tickets, the work and the contracts behind it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime

from helpdesk.aftersales.hours import grant_hours
from helpdesk.aftersales.work import NewWork, log_work, reverse_work
from helpdesk.core.db import db
from helpdesk.models.contracts import Plan
from helpdesk.models.tickets import Channel
from helpdesk.problems.costs import Cost, costs
from helpdesk.problems.problems import unlink_ticket
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]


def test_the_cost_of_a_problem_is_that_of_its_tickets(cast: Cast, at: At) -> None:
    a_contract(cast, plan=Plan.MONTHLY, monthly_fee_cents=10_000)
    first, second, other = a_ticket(cast), a_ticket(cast, requester=cast.marek), a_ticket(cast)
    problem, idle = a_problem(cast, tickets=(first, second), waiting=(first,)), a_problem(cast, tickets=())
    unlinked = a_ticket(cast)
    a_problem(cast, tickets=(other, unlinked), title="Unrelated")
    wrong = log_work(first, NewWork(50, Channel.REMOTE_SESSION), by=cast.ona)
    log_work(first, NewWork(30, Channel.REMOTE_SESSION), by=cast.ona)
    log_work(second, NewWork(15, Channel.REMOTE_SESSION), by=cast.ona)
    log_work(other, NewWork(600, Channel.REMOTE_SESSION), by=cast.ona)
    reverse_work(wrong.id, first, "Wrong ticket", by=cast.ona)

    found = costs([problem.id, idle.id])

    cost = found[problem.id]
    assert (cost.tickets, cost.open_tickets, cost.waiting, cost.organisations, cost.minutes) == (2, 2, 1, 2, 45)
    assert cost.contract_cents == {"EUR": 120_000}
    assert found[idle.id] == Cost()
    unlink_ticket(problem, second, by=cast.ona)
    assert (costs([problem.id])[problem.id].tickets, costs([problem.id])[problem.id].minutes) == (1, 30)


def test_a_span_counts_what_was_opened_in_it(cast: Cast, at: At) -> None:
    with at("2026-03-10 10:00"):
        late = a_ticket(cast)
        log_work(late, NewWork(20, Channel.PHONE), by=cast.ona)
    with at("2026-03-12 10:00"):
        problem = a_problem(cast, tickets=(a_ticket(cast), late))
        since = datetime.fromisoformat("2026-03-11T00:00:00+00:00")
        assert costs([problem.id], since=since)[problem.id].tickets == 1
        before = costs([problem.id], until=since)[problem.id]
        assert (before.tickets, before.minutes, before.first_at) == (1, 20, late.opened_at)


def test_prepaid_hours_count_at_their_rate_and_ended_contracts_nothing(cast: Cast, at: At) -> None:
    contract = a_contract(cast, until=date(2026, 12, 31))
    grant_hours(contract, 600, by=cast.petras)
    problem = a_problem(cast, tickets=(a_ticket(cast),))
    assert costs([problem.id])[problem.id].contract_cents == {"EUR": 90_000}
    with at("2027-02-01 10:00"):
        assert costs([problem.id])[problem.id].contract_cents == {}


def test_costs_ask_three_queries_however_many_problems(cast: Cast) -> None:
    ids = [a_problem(cast, tickets=(a_ticket(cast),)).id for _ in range(4)]
    db.session.commit()
    with queries(3, "the costs of four problems"):
        assert len(costs(ids)) == 4
    assert costs([]) == {}
