"""Groups that grow unusually are proposed, with their evidence; what people decide on them is remembered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.problems import ProblemTicket, ProposalState, ProposalTicket, RecurrenceProposal
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems.detection import change_detection_settings, detect, sweep
from helpdesk.problems.problems import NewProblem, open_problem
from helpdesk.problems.proposals import (
    accept_proposal,
    count_open,
    dismiss_proposal,
    file_of,
    get_proposal,
    list_proposals,
    merge_proposal,
)
from helpdesk.problems.similar import index_tickets
from helpdesk.tickets.linking import merge_tickets
from tests.aftersales.test_at_once import at_once, desk
from tests.cast import Cast, find_cast
from tests.factories import a_ticket

__all__ = ["desk"]

At = Callable[..., AbstractContextManager[None]]
SUBJECTS = ("Cannot sign in: ERR-4711", "Signing in fails with ERR-4711", "ERR-4711 at sign-in")


def reported(cast: Cast, count: int, *, days_ago: float = 1, subjects: tuple[str, ...] = SUBJECTS) -> list[Ticket]:
    """Tickets of two people with the same trouble, taken into the index; opened so many days ago."""
    tickets = [
        a_ticket(cast, requester=(cast.jonas, cast.lena)[number % 2], subject=subjects[number % len(subjects)],
                 text="It worked yesterday.")
        for number in range(count)
    ]  # fmt: skip
    with transaction():
        for ticket in tickets:
            ticket.opened_at = now() - timedelta(days=days_ago)
    index_tickets([ticket.id for ticket in tickets])
    return tickets


def with_a_past(cast: Cast) -> None:
    """Twelve weeks of other tickets: without a past no growth is unusual."""
    for week in range(1, 13):
        words = (f"alpha{week} beta{week}", f"gamma{week} delta{week}")
        reported(cast, 2, days_ago=7 * week + 3, subjects=words)


def an_open_proposal(cast: Cast) -> RecurrenceProposal:
    with_a_past(cast)
    reported(cast, 6)
    detect()
    return db.session.scalars(db.select(RecurrenceProposal)).one()


def test_a_group_that_grows_is_proposed_with_its_evidence(cast: Cast) -> None:
    proposal = an_open_proposal(cast)

    assert proposal.state is ProposalState.OPEN
    assert proposal.count == 6
    assert proposal.expected < 0.2
    assert proposal.probability < 1e-6
    assert proposal.title in SUBJECTS
    evidence = proposal.evidence
    assert evidence["terms"][0] == "err-4711"
    assert evidence["counts"] == [6] + [0] * 12
    assert (evidence["requesters"], evidence["organisations"]) == (2, 1)
    assert sum(evidence["languages"].values()) == 6
    assert len(file_of(proposal, for_=cast.ona).tickets) == 6


def test_what_was_always_frequent_is_not_proposed(cast: Cast) -> None:
    for week in range(13):
        reported(cast, 5, days_ago=7 * week + 3)

    assert detect() == []


def test_without_a_past_nothing_is_unusual(cast: Cast) -> None:
    reported(cast, 6)

    assert detect() == []


def test_one_person_who_writes_often_is_no_recurring_problem(cast: Cast) -> None:
    with_a_past(cast)
    tickets = [a_ticket(cast, subject=SUBJECTS[0], text="Again.") for _ in range(6)]
    index_tickets([ticket.id for ticket in tickets])

    assert detect() == []


def test_merged_tickets_do_not_count(cast: Cast) -> None:
    with_a_past(cast)
    first, *rest = reported(cast, 6)
    for each in rest[:4]:
        merge_tickets(each, first, by=cast.ona)

    assert detect() == []


def test_an_open_proposal_is_kept_up_to_date_and_proposed_once(cast: Cast) -> None:
    proposal = an_open_proposal(cast)
    reported(cast, 2)

    assert [each.id for each in detect()] == [proposal.id]
    assert proposal.count == 8
    assert db.session.scalar(db.select(db.func.count()).select_from(ProposalTicket)) == 8
    assert sweep() == 0


def test_accepting_opens_a_problem_with_the_tickets(cast: Cast) -> None:
    proposal = an_open_proposal(cast)

    problem = accept_proposal(proposal, by=cast.ona, title="Sign-in fails")

    assert problem.title == "Sign-in fails"
    assert db.session.scalar(db.select(db.func.count()).where(ProblemTicket.problem_id == problem.id)) == 6
    assert (proposal.state, proposal.problem_id) == (ProposalState.ACCEPTED, problem.id)
    assert accept_proposal(proposal, by=cast.ona) is problem  # a second click
    assert facts_of(proposal) == ["RecurrenceProposed", "ProposalAccepted"]
    with pytest.raises(Conflict):
        dismiss_proposal(proposal, "No.", by=cast.rasa)
    reported(cast, 3)
    assert detect() == []  # while the problem is open


def test_merging_links_the_tickets_to_a_known_problem(cast: Cast) -> None:
    proposal = an_open_proposal(cast)
    problem = open_problem(NewProblem("Directory is down"), by=cast.ona)

    merge_proposal(proposal, problem, by=cast.ona)
    merge_proposal(proposal, problem, by=cast.ona)

    assert db.session.scalar(db.select(db.func.count()).where(ProblemTicket.problem_id == problem.id)) == 6
    assert proposal.state is ProposalState.MERGED
    with pytest.raises(Conflict):
        accept_proposal(proposal, by=cast.rasa)


def test_a_dismissal_is_remembered_until_growth_is_new(cast: Cast) -> None:
    proposal = an_open_proposal(cast)
    with pytest.raises(Invalid):
        dismiss_proposal(proposal, "  ", by=cast.ona)
    dismiss_proposal(proposal, "A planned change of passwords.", by=cast.ona)

    assert detect() == []
    reported(cast, 3)
    assert detect() == []  # nine are not much more than six
    reported(cast, 20)
    (fresh,) = detect()
    assert fresh.id != proposal.id
    assert (fresh.state, fresh.count) == (ProposalState.OPEN, 29)


def test_who_may_not_decide(cast: Cast) -> None:
    proposal = an_open_proposal(cast)
    problem = open_problem(NewProblem("Other"), by=cast.ona)

    for actor in (cast.jonas, cast.marek, cast.giedrius):
        with pytest.raises(Forbidden):
            accept_proposal(proposal, by=actor)
        with pytest.raises(Forbidden):
            merge_proposal(proposal, problem, by=actor)
        with pytest.raises(Forbidden):
            dismiss_proposal(proposal, "No.", by=actor)
        with pytest.raises(NotFound):
            get_proposal(proposal.id, for_=actor)
        assert list_proposals(for_=actor).rows == []
    assert count_open(for_=cast.ona) == 1
    with pytest.raises(Forbidden):
        change_detection_settings({"least_tickets": 9}, by=cast.ona)


def test_settings_say_what_is_proposed(cast: Cast) -> None:
    change_detection_settings({"least_tickets": 50}, by=cast.petras)
    with_a_past(cast)
    reported(cast, 6)

    assert detect() == []
    with pytest.raises(Invalid):
        change_detection_settings({"window_days": 0}, by=cast.petras)


def test_two_who_decide_at_once_decide_once(desk: Flask) -> None:
    with desk.app_context():
        with transaction():
            proposal = RecurrenceProposal(
                group_id=1, title="Sign-in", count=5, expected=0.1, probability=0.001, evidence={}, proposed_at=NOW,
                updated_at=NOW,
            )  # fmt: skip
            db.session.add(proposal)
        proposal_id = proposal.id

    def decide(who: int) -> str:
        cast = find_cast()
        row = get_proposal(proposal_id, for_=SYSTEM)
        try:
            if who % 2:
                accept_proposal(row, by=(cast.ona, cast.rasa)[who // 2 % 2])
            else:
                dismiss_proposal(row, "No.", by=(cast.ona, cast.rasa)[who // 2 % 2])
        except Conflict:
            return "conflict"
        return "decided"

    answers = at_once(desk, 4, decide)

    assert answers.count("decided") == 1


NOW = datetime(2026, 11, 2, tzinfo=UTC)


def facts_of(proposal: RecurrenceProposal) -> list[str]:
    query = db.select(Entry.fact).where(Entry.subject_kind == "recurrence_proposal", Entry.subject_id == proposal.id)
    return list(db.session.scalars(query.order_by(Entry.id)))
