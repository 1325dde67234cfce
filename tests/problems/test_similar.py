"""Tickets that are alike: taken in as they come, shown to whoever may see them."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.journal import silently
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.detection import DetectionState, TextTerm, TicketGroup, TicketGroupLink, TicketTerm, TicketText
from helpdesk.models.problems import ProposalTicket, RecurrenceProposal
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems import rebuilding, similar
from helpdesk.problems.grouping import Grouping
from helpdesk.problems.rebuilding import rebuild
from helpdesk.problems.similar import catch_up, index_tickets, similar_to
from helpdesk.problems.similarity import counts_of
from helpdesk.tickets.linking import merge_tickets
from tests.aftersales.test_at_once import at_once, desk
from tests.cast import Cast, find_cast
from tests.factories import a_ticket

__all__ = ["desk"]

WORDS = ("printer", "label", "blank", "invoice", "password", "network", "vpn", "slow", "crash", "login", "screen")


def group_of(ticket: Ticket) -> int:
    return db.session.scalars(db.select(TicketText.group_id).where(TicketText.ticket_id == ticket.id)).one()


def some_texts(count: int) -> list[str]:
    chance = random.Random(5)
    return [" ".join(chance.choices(WORDS, k=chance.randint(2, 7))) for _ in range(count)]


def test_an_opened_ticket_is_compared_and_joins_the_group_of_its_likes(cast: Cast) -> None:
    one = a_ticket(cast, subject="Labels are blank", text="The printer prints blank labels since ERR-4711.")
    a_ticket(cast, subject="Invoice total", text="The sum of an invoice is wrong.")
    other = a_ticket(cast, requester=cast.lena, subject="Blank labels", text="ERR-4711: blank labels on the printer")
    run_all()

    assert group_of(one) == group_of(other) == one.id
    found = similar_to(other, for_=cast.ona)
    assert [each.ticket.id for each in found] == [one.id]
    assert found[0].is_same_group
    assert found[0].likeness > 0.5
    assert "err-4711" in found[0].shared


def test_taking_in_twice_counts_once(cast: Cast) -> None:
    ticket = a_ticket(cast)
    index_tickets([ticket.id])
    index_tickets([ticket.id])
    run_all()

    assert db.session.scalar(db.select(TicketGroup.size).where(TicketGroup.id == ticket.id)) == 1
    assert db.session.get_one(DetectionState, 1).texts == 1
    assert set(db.session.scalars(db.select(TextTerm.documents))) == {1}


def test_the_index_decides_as_the_grouping_in_memory(cast: Cast) -> None:
    texts = some_texts(60)
    tickets = [a_ticket(cast, subject=text, text=text) for text in texts]
    index_tickets([each.id for each in tickets])
    grouping = Grouping()

    for each, text in zip(tickets, texts, strict=True):
        grouping.place(each.id, counts_of(f"{text}\n{text}"))

    assert [group_of(each) for each in tickets] == grouping.groups()
    assert grouping.united()
    links = db.session.execute(
        db.select(TicketGroupLink.group_id, TicketGroupLink.other_id, TicketGroupLink.evidence)
    ).all()
    assert {(group, other): pytest.approx(score) for group, other, score in links} == {
        (group, other): score for group, other, score in grouping.evidence()
    }
    stored = dict(db.session.execute(db.select(TicketGroup.id, TicketGroup.size)).all())
    assert stored == grouping.sizes()
    assert len(stored) < 40


def test_what_came_without_facts_is_caught_up_with(cast: Cast) -> None:
    with silently():
        one, other = a_ticket(cast), a_ticket(cast)
    run_all()
    assert db.session.scalar(db.select(db.func.count()).select_from(TicketText)) == 0

    while catch_up():
        pass

    assert group_of(one) == group_of(other)
    assert catch_up() == 0


def test_merged_and_cancelled_tickets_are_not_shown(cast: Cast) -> None:
    one, other, merged = a_ticket(cast), a_ticket(cast), a_ticket(cast)
    merge_tickets(merged, one, by=cast.ona)
    run_all()

    assert [each.ticket.id for each in similar_to(other, for_=cast.ona)] == [one.id]


def test_a_ticket_that_is_not_in_the_index_yet_is_compared_all_the_same(cast: Cast) -> None:
    one = a_ticket(cast)
    index_tickets([one.id])
    fresh = a_ticket(cast)

    assert [each.ticket.id for each in similar_to(fresh, for_=cast.ona)] == [one.id]
    assert db.session.get(TicketText, fresh.id) is None


def test_nobody_is_shown_tickets_that_they_do_not_see(cast: Cast) -> None:
    one, other = a_ticket(cast), a_ticket(cast)
    run_all()

    assert similar_to(other, for_=cast.marek) == []
    assert similar_to(other, for_=cast.giedrius) == []  # the third line sees what it was handed
    assert [each.ticket.id for each in similar_to(other, for_=cast.rasa)] == [one.id]


def test_only_the_newest_of_a_common_word_are_looked_at(cast: Cast) -> None:
    tickets = [a_ticket(cast) for _ in range(8)]
    index_tickets([each.id for each in tickets])
    keys = db.session.scalar(db.select(db.func.count()).select_from(TicketTerm)) or 0

    assert keys <= 8 * 12
    assert len(similar_to(tickets[0], for_=cast.ona)) == 7


def test_two_alike_at_once_are_one_group(desk: Flask) -> None:
    with desk.app_context():
        with silently():
            ids = [a_ticket(find_cast()).id for _ in range(6)]
        before = index_size()

    assert sum(at_once(desk, 6, lambda who: index_tickets([ids[who]]))) == 6

    with desk.app_context():
        groups = db.session.scalars(db.select(TicketText.group_id).where(TicketText.ticket_id.in_(ids)))
        assert len(set(groups)) == 1
        assert index_size() == before + 6


def index_size() -> int:
    return db.session.scalar(db.select(DetectionState.texts)) or 0


def test_nothing_is_taken_in_while_the_index_is_rebuilt(cast: Cast) -> None:
    ticket = a_ticket(cast)
    with transaction():
        state = similar.held_state()
        state.rebuilding_until = now().replace(year=2100)

    assert index_tickets([ticket.id]) == 0
    assert catch_up() == 0


@pytest.mark.parametrize("apart", [False, True], ids=["in one process", "in three"])
def test_a_rebuild_makes_the_same_index_anew(desk: Flask, monkeypatch: pytest.MonkeyPatch, apart: bool) -> None:
    monkeypatch.setattr(rebuilding, "PIECE", 4)  # more pieces than hands
    monkeypatch.setattr(rebuilding, "PART", 50)
    with desk.app_context():
        ids = [a_ticket(find_cast(), subject=text, text=text).id for text in some_texts(30)]
        run_all()
        before = dict(db.session.execute(db.select(TicketText.ticket_id, TicketText.group_id)).all())
        words = set(db.session.execute(db.select(TextTerm.word, TextTerm.documents)).all())
        keys = set(db.session.execute(KEYS).all())
        near = shown_for(ids[-1])
        proposal = RecurrenceProposal(group_id=0, title="Old", count=1, expected=0.1, probability=0.1, evidence={},
                                      proposed_at=now(), updated_at=now())  # fmt: skip
        with transaction():
            db.session.add(proposal)
            db.session.flush()
            db.session.add(ProposalTicket(proposal_id=proposal.id, ticket_id=ids[0]))
        db.session.remove()

        told: list[int] = []
        assert rebuild(apart=apart, told=told.append) == len(before) == told[-1]

        assert dict(db.session.execute(db.select(TicketText.ticket_id, TicketText.group_id)).all()) == before
        assert set(db.session.execute(db.select(TextTerm.word, TextTerm.documents)).all()) == words
        assert set(db.session.execute(KEYS).all()) == keys
        assert shown_for(ids[-1]) == near
        assert db.session.get_one(RecurrenceProposal, proposal.id).group_id == before[ids[0]]
        another = a_ticket(find_cast(), subject="a word never heard", text="of")
        run_all()
        assert group_of(another) == another.id


KEYS = db.select(TextTerm.word, TicketTerm.ticket_id).join(TicketTerm, TicketTerm.term_id == TextTerm.id)


def shown_for(ticket_id: int) -> list[tuple[int, float]]:
    found = similar_to(db.session.get_one(Ticket, ticket_id), for_=SYSTEM)
    assert found
    return [(each.ticket.id, pytest.approx(each.likeness)) for each in found]


def test_a_rebuild_that_fails_leaves_an_index_that_begins_anew(desk: Flask) -> None:
    with desk.app_context():
        with silently():
            ids = [a_ticket(find_cast()).id for _ in range(3)]
        with pytest.raises(RuntimeError):
            rebuild(apart=False, told=broken)
        db.session.remove()
        while catch_up():
            pass
        assert set(ids) <= set(db.session.scalars(db.select(TicketText.ticket_id)))
        assert db.session.scalar(db.select(DetectionState.rebuilding_until)) is None


def broken(_done: int) -> None:
    raise RuntimeError


def test_after_a_killed_rebuild_the_index_begins_anew(cast: Cast) -> None:
    ticket = a_ticket(cast)
    with transaction():
        similar.held_state().rebuilding_until = now() - timedelta(seconds=1)
        db.session.add(TicketTerm(term_id=99, ticket_id=99))
    assert index_tickets([ticket.id]) == 0

    while catch_up():
        pass

    assert group_of(ticket) == ticket.id
    assert db.session.get(TicketTerm, (99, 99)) is None


def test_groups_that_people_judge_both_stay_apart(cast: Cast) -> None:
    texts = some_texts(60)
    tickets = [a_ticket(cast, subject=text, text=text) for text in texts]
    index_tickets([tickets[0].id])
    for each in tickets[1:]:
        with transaction():
            judged = set(db.session.scalars(db.select(RecurrenceProposal.group_id)))
            db.session.add_all(
                RecurrenceProposal(group_id=group, title="Group", count=1, expected=0.1, probability=0.1, evidence={},
                                   proposed_at=now(), updated_at=now())
                for group in set(db.session.scalars(db.select(TicketGroup.id))) - judged
            )  # fmt: skip
        index_tickets([each.id])

    judged_groups = list(db.session.scalars(db.select(RecurrenceProposal.group_id)))
    assert len(judged_groups) == len(set(judged_groups)) > 1  # no two of them were united
    assert set(judged_groups) <= set(db.session.scalars(db.select(TicketGroup.id)))


def test_a_group_that_becomes_part_of_another_takes_its_proposal_along(cast: Cast) -> None:
    texts = some_texts(60)
    tickets = [a_ticket(cast, subject=text, text=text) for text in texts]
    index_tickets([tickets[0].id])
    with transaction():
        db.session.add(RecurrenceProposal(
            group_id=group_of(tickets[0]), title="Group", count=1, expected=0.1, probability=0.1, evidence={},
            proposed_at=now(), updated_at=now(),
        ))  # fmt: skip
    index_tickets([each.id for each in tickets[1:]])

    assert group_of(tickets[0]) != tickets[0].id
    assert db.session.scalar(db.select(RecurrenceProposal.group_id)) == group_of(tickets[0])
