"""The life of a problem: its states and what they demand, its cause, its tickets, who sees it."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.models.problems import CauseCategory, CauseMethod, ProblemState, ProblemTicket
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems import problem_states as states
from helpdesk.problems.articles import draft_of, draft_problem_article
from helpdesk.problems.causes import Cause, ask_why, name_cause, whys_of, workarounds_of, write_workaround
from helpdesk.problems.problems import (
    Affected,
    NewProblem,
    ProblemWords,
    Step,
    affected_of,
    await_fix,
    describe_problem,
    get_problem,
    link_tickets,
    move_problem,
    open_problem,
    unlink_ticket,
)
from helpdesk.tickets.whys import LONGEST_WHY, MOST_WHYS
from tests.cast import Cast
from tests.factories import a_ticket, facts
from tests.problems.solving import CAUSE, ORDER, a_problem, a_version, again


def told(problem_id: int) -> list[str]:
    query = db.select(Entry.fact).where(Entry.subject_kind == "problem", Entry.subject_id == problem_id)
    return list(db.session.scalars(query.order_by(Entry.id)))


def test_each_state_has_its_followers_and_demands() -> None:
    assert set(states.TRANSITIONS) == set(states.DEMANDS) == set(ProblemState)
    assert all(after in states.TRANSITIONS[before] for before, after in states.RETURNS)


def test_a_problem_is_opened_once_with_the_products_of_its_tickets(cast: Cast) -> None:
    tickets = (a_ticket(cast, product_id=cast.printer.id), a_ticket(cast))
    new = NewProblem(" Blank  labels ", tickets=tickets, submission="key")

    problem = open_problem(new, by=cast.ona)

    assert open_problem(new, by=cast.ona) is problem
    assert (problem.title, problem.state, problem.owner_id) == ("Blank labels", ProblemState.NEW, cast.ona.account_id)
    assert affected_of(problem) == [Affected(cast.printer.id)]
    assert told(problem.id) == ["ProblemOpened", "TicketsLinked"]
    assert facts(tickets[0])[-1] == "ProblemLinked"


def test_the_whole_way_to_the_end_demands_what_it_demands(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.INVESTIGATING)
    with pytest.raises(Invalid) as refused:
        move_problem(problem, ProblemState.KNOWN_ERROR, by=cast.ona)
    assert set(refused.value.errors) == {"root_cause", "workaround"}
    name_cause(problem, CAUSE, by=cast.ona)
    write_workaround(problem, "en", "Print a test page first.", by=cast.ona)
    move_problem(problem, ProblemState.KNOWN_ERROR, by=cast.ona)
    with pytest.raises(Invalid, match="planned_on"):
        move_problem(problem, ProblemState.FIX_PLANNED, by=cast.ona)
    move_problem(problem, ProblemState.FIX_PLANNED, Step(version_id=a_version(cast)), by=cast.ona)
    move_problem(problem, ProblemState.FIXED, by=cast.ona)
    assert problem.fixed_version_id == a_version(cast)
    with pytest.raises(Invalid, match="reason"):
        move_problem(problem, ProblemState.CLOSED, by=cast.ona)
    move_problem(problem, ProblemState.CLOSED, Step("One client only; no review is worth it."), by=cast.ona)
    assert problem.closed_at is not None
    with pytest.raises(Invalid, match="reason"):
        move_problem(problem, ProblemState.INVESTIGATING, by=cast.ona)
    move_problem(problem, ProblemState.INVESTIGATING, Step("It came back."), by=cast.ona)
    assert (problem.closed_at, problem.fixed_version_id, problem.close_reason) == (None, None, "")


def test_only_the_transitions_of_the_table_exist(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.FIXED)
    for to in set(ProblemState) - states.TRANSITIONS[ProblemState.FIXED] - {ProblemState.FIXED}:
        with pytest.raises(Conflict):
            move_problem(problem, to, by=cast.ona)
    move_problem(problem, ProblemState.FIXED, by=cast.ona)  # a second click
    assert told(problem.id).count("ProblemMoved") == len(ORDER) - 1


def test_a_version_of_another_product_fixes_nothing(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.KNOWN_ERROR)
    for version_id in (2**31 - 1, 0):
        with pytest.raises(Invalid):
            move_problem(problem, ProblemState.FIXED, Step(version_id=version_id), by=cast.ona)
    with pytest.raises(Invalid, match="version_id"):
        open_problem(NewProblem("x", products=(Affected(cast.printer.id, version_id=10**9),)), by=cast.ona)


def test_five_whys_lead_to_the_cause(cast: Cast) -> None:
    problem = a_problem(cast)
    for _click in range(2):
        ask_why(problem, "Why are they blank?", "The head is cold.", by=cast.ona)
    ask_why(problem, "Why is it cold?", "It heats too late.", by=cast.ona)
    ask_why(problem, "Why is it cold?", "It heats before the roll is measured.", by=cast.ona, position=2)
    assert [why.answer for why in whys_of(problem)] == ["The head is cold.", "It heats before the roll is measured."]
    with pytest.raises(Invalid, match="position"):
        ask_why(problem, "?", "!", by=cast.ona, position=9)
    with pytest.raises(Invalid, match="answer"):
        ask_why(problem, "?", "x" * (LONGEST_WHY + 1), by=cast.ona)
    for number in range(3, MOST_WHYS + 1):
        ask_why(problem, f"Why {number}?", "!", by=cast.ona)
    with pytest.raises(Invalid, match="question"):
        ask_why(problem, "One more?", "!", by=cast.ona)
    with pytest.raises(Invalid, match="root_cause"):
        name_cause(problem, Cause(CauseMethod.OTHER, CauseCategory.DATA, "  "), by=cast.ona)


def test_a_known_error_keeps_a_workaround(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.KNOWN_ERROR)
    write_workaround(problem, "lt", "", by=cast.ona)
    with pytest.raises(Invalid, match="text"):
        write_workaround(problem, "en", " ", by=cast.ona)
    with pytest.raises(Invalid, match="language"):
        write_workaround(problem, "xx", "?", by=cast.ona)
    assert [row.language for row in workarounds_of(problem)] == ["en"]


def test_two_who_edit_at_once_notice(cast: Cast) -> None:
    problem = a_problem(cast)
    read = problem.revision
    words = ProblemWords("Another title", "", (Affected(cast.printer.id, a_version(cast)),), revision=read)
    describe_problem(problem, words, by=cast.ona)
    assert affected_of(again(problem)) == [Affected(cast.printer.id, a_version(cast))]
    with pytest.raises(Conflict, match="while you wrote"):
        describe_problem(problem, words, by=cast.tomas)
    with pytest.raises(Conflict, match="while you wrote"):
        name_cause(problem, Cause(CAUSE.method, CAUSE.category, "?", revision=read), by=cast.tomas)


def test_tickets_are_linked_marked_and_unlinked_once(cast: Cast) -> None:
    first, second = a_ticket(cast), a_ticket(cast)
    problem = a_problem(cast, tickets=(first,))
    assert [row.ticket_id for row in link_tickets(problem, [first, second], by=cast.ona)] == [second.id]
    link_tickets(problem, [first], by=cast.ona, waits_for_fix=True)
    await_fix(problem, second, True, by=cast.ona)
    await_fix(problem, second, False, by=cast.ona)
    unlink_ticket(problem, second, "Another cause", by=cast.ona)
    with pytest.raises(NotFound):
        unlink_ticket(problem, second, by=cast.ona)
    link_tickets(problem, [second], by=cast.ona)
    rows = db.session.scalars(db.select(ProblemTicket).order_by(ProblemTicket.id)).all()
    assert [(r.ticket_id, r.waits_for_fix, r.ended_at is None) for r in rows] == [
        (first.id, True, True), (second.id, False, False), (second.id, False, True),
    ]  # fmt: skip
    assert facts(second)[-5:] == ["ProblemLinked", "FixAwaited", "FixAwaited", "ProblemUnlinked", "ProblemLinked"]


def test_nothing_is_linked_to_what_is_closed(cast: Cast) -> None:
    problem = a_problem(cast)
    move_problem(problem, ProblemState.CLOSED, Step("No problem at all"), by=cast.ona)
    with pytest.raises(Conflict, match="closed"):
        link_tickets(problem, [a_ticket(cast)], by=cast.ona)
    with pytest.raises(Conflict, match="closed"):
        write_workaround(problem, "en", "?", by=cast.ona)


def test_who_sees_a_problem(cast: Cast) -> None:
    mine = a_problem(cast, products=(Affected(cast.printer.id),))
    till = a_problem(cast, title="Till", products=(), tickets=(a_ticket(cast),))
    handed = a_problem(cast, title="Handed", products=(), tickets=(a_ticket(cast, line=3),))
    owned = a_problem(cast, title="Owned", products=(), tickets=(), team_id=cast.makers.id)
    for actor, seen in (
        (cast.ona, {mine, till, handed, owned}), (cast.tomas, {mine, till, handed, owned}),
        (cast.vera, {mine, till, handed, owned}), (cast.petras, {mine, till, handed, owned}),
        (cast.birute, {mine}), (cast.giedrius, {handed, owned}),
        (cast.jonas, set()), (cast.lena, set()), (cast.marek, set()), (SYSTEM, {mine, till, handed, owned}),
    ):  # fmt: skip
        for problem in (mine, till, handed, owned):
            if problem in seen:
                assert get_problem(problem.number.lower(), for_=actor) is problem
            else:
                with pytest.raises(NotFound):
                    get_problem(problem.number, for_=actor)
    for number in ("P-", "P-99999999999999999999", "x", "P--1", "٣"):
        with pytest.raises(NotFound):
            get_problem(number, for_=cast.ona)


def test_clients_and_administrators_handle_no_problem(cast: Cast) -> None:
    problem = a_problem(cast)
    for actor in (cast.jonas, cast.lena, cast.marek, cast.petras):
        with pytest.raises(Forbidden):
            open_problem(NewProblem("?"), by=actor)
        with pytest.raises(Forbidden):
            move_problem(problem, ProblemState.INVESTIGATING, by=actor)
    for title in ("", "  ", "x" * 251):
        with pytest.raises(Invalid, match="title"):
            open_problem(NewProblem(title), by=cast.ona)


def test_an_article_is_begun_from_a_problem_once(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, description="Every label is blank.")
    first = draft_problem_article(problem, by=cast.ona, language="lt")
    assert draft_problem_article(problem, by=cast.ona) == first == again(problem).article_id
    draft = draft_of(problem, "lt")
    assert (draft.language, draft.products) == ("lt", (cast.printer.id,))
    for words in ("Every label is blank.", CAUSE.root_cause, "Pirma išspausdinkite"):
        assert words in draft.body
    assert draft_of(problem, "ru").language == "en"
    with pytest.raises(Invalid, match="workaround"):
        draft_problem_article(a_problem(cast, tickets=()), by=cast.ona)
    with pytest.raises(Forbidden):
        draft_problem_article(problem, by=cast.birute)
