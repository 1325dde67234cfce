"""Whether clients of a problem are less satisfied than others, and that few answers say nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.models.satisfaction import Survey
from helpdesk.models.tickets import Status, Ticket
from helpdesk.problems.feedback import Span, product_feedback
from helpdesk.problems.feedback_documents import feedback_document, table_rows
from helpdesk.problems.problems import link_tickets
from helpdesk.problems.satisfied import Satisfaction, against_others
from helpdesk.tickets.queries import get_ticket
from tests.cast import Cast
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.satisfaction.asking import answered, desk_asks


def ticket_scored(cast: Cast, score: int) -> Ticket:
    survey = answered(cast, score, product_id=cast.printer.id)
    return get_ticket(f"T-{survey.ticket_id}", for_=cast.ona)


def test_the_answers_of_a_problem_stand_against_those_of_the_other_tickets(cast: Cast) -> None:
    desk_asks(cast, pause_days=0)
    problem = a_problem(cast, tickets=tuple(ticket_scored(cast, score) for score in (1, 2, 2, 1)))
    for score in (5, 4, 5, 5, 4):
        ticket_scored(cast, score)
    a_ticket(cast, product_id=cast.printer.id, status=Status.RESOLVED)  # asked, not answered
    answered(cast, 1)  # of no product

    [row] = product_feedback(Span(), for_=cast.vera).problems
    assert (row.satisfaction.answers, row.satisfaction.mean, row.satisfaction.effect) == (4, None, None)
    assert (row.satisfaction.others, row.satisfaction.others_mean) == (5, 4.6)

    link_tickets(problem, (ticket_scored(cast, 3),), by=cast.ona)
    found = product_feedback(Span(), for_=cast.vera)
    [told] = feedback_document(found)["problems"]
    assert told["satisfaction"] == {
        "mean": 1.8, "answers": 5, "others_mean": 4.6, "others_answers": 5, "effect": -2.8
    }  # fmt: skip
    [line] = table_rows(found)
    assert (line["csat"], line["csat_answers"], line["csat_others"], line["csat_others_answers"]) == (1.8, 5, 4.6, 5)
    assert found.problems[0].factors.keys() == {"tickets", "impact", "value", "hours"}  # the rank is as it was


def test_what_silence_closed_is_not_counted(cast: Cast) -> None:
    desk_asks(cast, pause_days=0)
    problem = a_problem(cast, tickets=(ticket_scored(cast, 1),))
    silent = ticket_scored(cast, 1)
    with transaction():
        db.session.execute(db.update(Survey).where(Survey.ticket_id == silent.id).values(closed_by_silence=True))
    link_tickets(problem, (silent,), by=cast.ona)
    [row] = product_feedback(Span(), for_=cast.vera).problems
    assert (row.tickets, row.satisfaction.answers) == (2, 1)


@given(st.dictionaries(st.tuples(st.integers(1, 3), st.integers(1, 3)), st.lists(st.integers(1, 5)), max_size=6),
       st.dictionaries(st.integers(1, 3), st.lists(st.integers(1, 5))))  # fmt: skip
def test_problem_and_others_are_all_answers_of_the_products(
    linked: dict[tuple[int, int], list[int]], unlinked: dict[int, list[int]]
) -> None:
    """Where no ticket is linked to two problems."""
    whole = {
        product: [*unlinked.get(product, []), *(s for (_, p), scores in linked.items() if p == product for s in scores)]
        for product in (1, 2, 3)
    }
    rows = [(problem, product, len(scores), sum(scores)) for (problem, product), scores in linked.items()]
    found = against_others(rows, {product: (len(scores), sum(scores)) for product, scores in whole.items()})
    for problem, one in found.items():
        products = {product for each, product in linked if each == problem}
        assert one.answers + one.others == sum(len(whole[product]) for product in products)
        assert one.points + one.others_points == sum(sum(whole[product]) for product in products)
    assert Satisfaction().effect is None
