"""Tickets in the search: found by what was said, by those who may see them, and only then."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.jobs.worker import run_all
from helpdesk.models.tickets import Channel, Status
from helpdesk.policy.actor import Actor
from helpdesk.tickets.conversation import NewMessage, add_note, receive_reply
from helpdesk.tickets.linking import merge_tickets, undo_merge
from helpdesk.tickets.search import Narrowed, clear_step, rebuild_step, search_tickets
from tests.cast import Cast
from tests.factories import a_ticket


def found(text: str, actor: Actor, **narrowed: object) -> list[str]:
    return [row.ticket.number for row in search_tickets(text, for_=actor, narrowed=Narrowed(**narrowed)).rows]  # type: ignore[arg-type]


def test_a_ticket_is_found_by_what_was_said(cast: Cast) -> None:
    ticket, _other = a_ticket(cast, subject="Etiketės tuščios", language="lt"), a_ticket(cast, subject="Invoice")
    receive_reply(ticket, NewMessage("Klaida 0x80070005 spausdinant."), by=cast.jonas, channel=Channel.PORTAL)
    run_all()

    for text in ("etikečių", "etiketes", "0x80070005", ticket.number, "spausdino", "etiketss"):
        assert found(text, cast.ona)[:1] == [ticket.number], text


def test_strangers_find_nothing(cast: Cast) -> None:
    ticket = a_ticket(cast, subject="Confidential centrifuge")
    run_all()

    assert found("centrifuge", cast.jonas) == found("centrifuge", cast.lena) == [ticket.number]
    assert found("centrifuge", cast.marek) == []
    assert found(ticket.number, cast.marek) == []


def test_the_third_line_finds_what_it_was_handed(cast: Cast) -> None:
    _kept, handed = a_ticket(cast, subject="Centrifuge one"), a_ticket(cast, subject="Centrifuge two", line=3)
    run_all()

    assert found("centrifuge", cast.giedrius) == [handed.number]
    assert len(found("centrifuge", cast.rasa)) == 2


def test_notes_are_found_by_operators_only(cast: Cast) -> None:
    ticket = a_ticket(cast)
    add_note(ticket, NewMessage("The client is behind with payments."), by=cast.ona)
    run_all()

    assert found("payments", cast.ona) == [ticket.number]
    assert "<mark>payments</mark>" in search_tickets("payments", for_=cast.ona).rows[0].snippet
    assert found("payments", cast.jonas) == []
    assert "payments" not in search_tickets("labels", for_=cast.jonas).rows[0].snippet


def test_filters_narrow(cast: Cast) -> None:
    new, resolved = a_ticket(cast), a_ticket(cast, status=Status.RESOLVED)
    run_all()

    assert found("labels", cast.ona, status=Status.NEW) == [new.number]
    assert found("labels", cast.ona, status=Status.RESOLVED) == [resolved.number]
    assert found("labels", cast.ona, product_id=cast.printer.id) == []
    assert len(found("labels", cast.ona, team_id=cast.desk.id)) == 2
    assert found("labels", cast.ona, language="zh-Hans") == []


def test_a_merged_ticket_stays_findable(cast: Cast) -> None:
    one, other = a_ticket(cast, subject="First of both"), a_ticket(cast, subject="Second of both")
    merge_tickets(one, into=other, by=cast.ona)
    run_all()
    assert one.number in found("first of both", cast.ona)

    undo_merge(one, by=cast.ona)
    run_all()
    assert one.number in found("first of both", cast.ona)


def test_a_rebuild_finds_the_same(cast: Cast) -> None:
    ticket = a_ticket(cast)
    run_all()
    before = found("labels", cast.ona)

    while clear_step():
        pass
    assert found("labels", cast.ona) == []
    last: int | None = 0
    while last is not None:
        last = rebuild_step(last)

    assert found("labels", cast.ona) == before == [ticket.number]


def test_too_long_a_query_is_refused_by_its_field(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        search_tickets("a" * 1_000_000, for_=cast.ona)
    assert list(refused.value.errors) == ["q"]
