"""What is told to the clients of a problem: who gets what, who not and why, once, and not before its window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from helpdesk.cli.invariants import Look, every_client_of_a_problem_was_told_once
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.files import FileStore
from helpdesk.core.times import now
from helpdesk.models.messages import AuthorKind, Message, MessageKind
from helpdesk.models.people import Contact
from helpdesk.models.problems import (
    Broadcast,
    BroadcastKind,
    BroadcastRecipient,
    BroadcastState,
    Problem,
    ProblemState,
)
from helpdesk.models.tickets import Channel, Status, Ticket, TicketType
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems.broadcasts import (
    NewBroadcast,
    broadcasts_of,
    chosen_language,
    default_texts,
    get_broadcast,
    preview,
    publish,
    recipients_of,
    send_due,
    send_some,
    undo_broadcast,
)
from helpdesk.problems.problems import await_fix, link_tickets, unlink_ticket
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.linking import merge_tickets
from helpdesk.tickets.resolution import accept_resolution, cancel_ticket
from tests.aftersales.test_at_once import at_once, desk
from tests.cast import Cast, find_cast
from tests.factories import a_ticket, facts
from tests.problems.solving import a_problem
from tests.web.test_pages import queries

__all__ = ["desk"]

At = Callable[..., AbstractContextManager[None]]
WORKAROUND, FIX = BroadcastKind.WORKAROUND, BroadcastKind.FIX
TEXTS = {"en": "Print a test page first.", "lt": "Pirma išspausdinkite bandomąjį lapą."}


def later(seconds: int = 61) -> AbstractContextManager[object]:
    return time_machine.travel(now() + timedelta(seconds=seconds), tick=False)


def sent(ticket: Ticket) -> list[str]:
    query = db.select(Message.text).where(
        Message.ticket_id == ticket.id, Message.kind == MessageKind.REPLY, Message.author_kind != AuthorKind.CONTACT
    )
    return list(db.session.scalars(query.order_by(Message.id)))


def send_all() -> None:
    while send_due():
        pass


def reasons(broadcast: Broadcast) -> dict[int, str]:
    db.session.expire_all()
    return {row.ticket_id: row.left_out for row, _name in recipients_of(broadcast, for_=SYSTEM)}


def test_a_workaround_goes_out_once_after_its_window_in_each_language(cast: Cast, tmp_path: Path) -> None:
    first, second = a_ticket(cast), a_ticket(cast, requester=cast.marek, language="lt", channel=Channel.EMAIL)
    third = a_ticket(cast, language="ru")
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(first, second, third))
    found = preview(problem, WORKAROUND, default_texts(problem, WORKAROUND), for_=cast.ona)
    assert [(row.ticket_id, row.language, row.channel, row.left_out) for row in found.rows] == [
        (first.id, "en", "portal", ""), (second.id, "lt", "email", ""), (third.id, "en", "portal", ""),
    ]  # fmt: skip
    assert found.missing == {"ru": 1}

    broadcast = publish(problem, NewBroadcast(WORKAROUND, TEXTS, seen=found.seen, submission="k"), by=cast.ona)
    assert publish(problem, NewBroadcast(WORKAROUND, TEXTS, submission="k"), by=cast.ona) is broadcast
    send_all()
    assert sent(first) == []
    with later():
        send_all()
        send_all()

    assert [sent(each) for each in (first, second, third)] == [[TEXTS["en"]], [TEXTS["lt"]], [TEXTS["en"]]]
    assert (broadcast.state, first.status, first.owner_id) == (BroadcastState.SENT, Status.OPEN, None)
    assert facts(first)[-1] == "ReplySent"
    [shown] = broadcasts_of(problem)
    assert (shown.told, shown.left_out, shown.to_tell, shown.by, shown.can_undo) == (3, 0, 0, "Ona", False)
    look = Look(now(), FileStore(tmp_path))
    assert list(every_client_of_a_problem_was_told_once(look)) == []
    db.session.execute(db.update(BroadcastRecipient).values(message_id=None))
    assert len(list(every_client_of_a_problem_was_told_once(look))) == 3


def test_undone_within_its_window_nobody_hears_of_it(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.KNOWN_ERROR)
    broadcast = publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
    with pytest.raises(Conflict, match="on its way"):
        publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.tomas)
    for _click in range(2):
        undo_broadcast(broadcast, by=cast.ona)
    with later():
        send_all()
        assert broadcasts_of(problem)[0].told == 0
        second = publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
        with later(), pytest.raises(Conflict, match="too late"):
            undo_broadcast(second, by=cast.ona)


def test_who_is_left_out_and_why(cast: Cast, at: At) -> None:
    tickets = {name: a_ticket(cast) for name in ("fresh", "resolved", "closed", "cancelled", "merged", "wrote", "mute")}
    for name in ("resolved", "closed"):
        tickets[name] = a_ticket(cast, status=Status.RESOLVED)
    accept_resolution(tickets["closed"], by=cast.jonas)
    cancel_ticket(tickets["cancelled"], "No more", by=cast.jonas)
    merge_tickets(tickets["merged"], tickets["fresh"], by=cast.ona)
    speechless = Contact(name="Mute", email=None, phone="+370", language="en", organisation_id=cast.klinika.id,
                         created_at=now(), verified_at=now())  # fmt: skip
    db.session.add(speechless)
    db.session.commit()
    tickets["mute"] = a_ticket(cast, requester=cast.ona, requester_id=speechless.id, channel=Channel.PHONE)
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=tuple(tickets.values()))
    with at("2026-03-02 11:00"):
        receive_reply(tickets["wrote"], NewMessage("And it smells."), by=cast.jonas, channel=Channel.PORTAL)
        found = {row.ticket_id: row.left_out for row in preview(problem, WORKAROUND, TEXTS, for_=cast.ona).rows}
        assert {name: found[ticket.id] for name, ticket in tickets.items()} == {
            "fresh": "", "resolved": "resolved", "closed": "closed", "cancelled": "cancelled", "merged": "merged",
            "wrote": "client_wrote", "mute": "no_address",
        }  # fmt: skip
        reply_to_client(tickets["wrote"], NewMessage("Switch it off."), by=cast.ona)
        found = {row.ticket_id: row.left_out for row in preview(problem, WORKAROUND, TEXTS, for_=cast.ona).rows}
        assert found[tickets["wrote"].id] == ""


def test_whoever_writes_after_the_preview_or_in_the_window_is_left_out(cast: Cast, at: At) -> None:
    first, second, third, fourth = (a_ticket(cast) for _ in range(4))
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(first, second, third, fourth))
    seen = preview(problem, WORKAROUND, TEXTS, for_=cast.ona).seen
    with at("2026-03-02 11:00"):
        receive_reply(first, NewMessage("One more thing."), by=cast.jonas, channel=Channel.PORTAL)
        broadcast = publish(problem, NewBroadcast(WORKAROUND, TEXTS, seen=seen), by=cast.ona)
        receive_reply(second, NewMessage("One more thing."), by=cast.jonas, channel=Channel.PORTAL)
        unlink_ticket(problem, third, by=cast.ona)
        with later():
            send_all()
    assert reasons(broadcast) == {
        first.id: "client_wrote", second.id: "client_wrote", third.id: "unlinked", fourth.id: "",
    }  # fmt: skip
    assert [len(sent(each)) for each in (first, second, third, fourth)] == [0, 0, 0, 1]


def test_a_fix_resolves_those_who_wait_for_it_and_no_others(cast: Cast) -> None:
    told, waiting, claim = a_ticket(cast), a_ticket(cast, language="lt"), a_ticket(cast, type=TicketType.CLAIM)
    done = a_ticket(cast, status=Status.RESOLVED)
    no_more = a_ticket(cast)
    problem = a_problem(cast, ProblemState.FIXED, tickets=(told, done), waiting=(waiting, claim, no_more))
    texts = default_texts(problem, FIX)
    assert set(texts) == {"en", "lt", "ru", "zh-Hans"}
    assert "7.42" in texts["en"]
    found = preview(problem, FIX, texts, for_=cast.ona)
    assert {row.ticket_id for row in found.rows if row.resolves} == {waiting.id, no_more.id}
    assert found.left_out == []
    publish(problem, NewBroadcast(FIX, texts), by=cast.vera)
    await_fix(problem, no_more, False, by=cast.ona)
    with later():
        send_all()

    db.session.expire_all()
    assert [each.status for each in (told, waiting, claim, done, no_more)] == [
        Status.OPEN, Status.RESOLVED, Status.OPEN, Status.RESOLVED, Status.OPEN,
    ]  # fmt: skip
    assert facts(waiting)[-1] == "TicketResolved"
    assert waiting.closes_at is not None
    assert all(len(sent(each)) == 1 for each in (told, waiting, claim, no_more))
    assert len(sent(done)) == 2


def test_a_breached_time_does_not_stop_the_cascade(cast: Cast, at: At) -> None:
    ticket = a_ticket(cast)
    problem = a_problem(cast, ProblemState.FIXED, tickets=(), waiting=(ticket,))
    with at("2026-04-20 10:00"):
        from helpdesk.tickets import clocks

        while clocks.sweep():
            pass
        publish(problem, NewBroadcast(FIX, TEXTS), by=cast.ona)
        with later():
            send_all()
    db.session.expire_all()
    assert ticket.status is Status.RESOLVED


def test_a_second_message_reaches_only_those_who_heard_nothing_yet(cast: Cast) -> None:
    first, second = a_ticket(cast), a_ticket(cast)
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(first,))
    publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
    with later():
        send_all()
        with pytest.raises(Invalid, match="Nobody"):
            publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
        link_tickets(problem, [second], by=cast.ona)
        publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
        with later():
            send_all()
            publish(problem, NewBroadcast(WORKAROUND, TEXTS, tells_again=True), by=cast.ona)
            with later():
                send_all()
    assert (len(sent(first)), len(sent(second))) == (2, 2)


def test_what_is_not_there_is_not_told(cast: Cast) -> None:
    problem = a_problem(cast)
    with pytest.raises(Conflict):
        publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
    known = a_problem(cast, ProblemState.KNOWN_ERROR)
    with pytest.raises(Conflict):
        publish(known, NewBroadcast(FIX, TEXTS), by=cast.ona)
    with pytest.raises(Invalid, match="texts"):
        publish(known, NewBroadcast(WORKAROUND, {"en": "  ", "xx": "?"}), by=cast.ona)
    with pytest.raises(Invalid, match="text_en"):
        publish(known, NewBroadcast(WORKAROUND, {"en": "x" * 50_001}), by=cast.ona)
    assert default_texts(problem, WORKAROUND) == {}


def test_only_who_faces_clients_tells_them(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.KNOWN_ERROR)
    for actor in (cast.giedrius, cast.birute, cast.petras, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=actor)
        with pytest.raises(Forbidden):
            preview(problem, WORKAROUND, TEXTS, for_=actor)
    broadcast = publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.rasa)
    for actor in (cast.jonas, cast.marek):
        with pytest.raises(NotFound):
            get_broadcast(broadcast.id, for_=actor)
    handed = a_ticket(cast, line=3)
    mixed = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(handed, a_ticket(cast, requester=cast.marek)))
    told = publish(mixed, NewBroadcast(WORKAROUND, TEXTS), by=cast.vera)
    assert [row.ticket_id for row, _name in recipients_of(told, for_=cast.giedrius)] == [handed.id]


def test_the_language_falls_back_by_its_rule() -> None:
    assert chosen_language(["lt", "en"], "lt", "ru") == "lt"
    assert chosen_language(["ru", "en"], "lt", "ru") == "ru"
    assert chosen_language(["zh-Hans", "en"], "lt", "ru") == "en"
    assert chosen_language(["zh-Hans", "ru"], "lt", "lt") == "ru"


def test_one_ticket_that_cannot_be_answered_holds_up_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk.problems import broadcasts

    first, second, third = (a_ticket(cast) for _ in range(3))
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(first, second, third))
    broadcast = publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
    whole = reply_to_client

    def half(ticket: Ticket, new: NewMessage, **kwargs: object) -> Message:
        message = whole(ticket, new, **kwargs)  # type: ignore[arg-type]
        if ticket.id == second.id:
            raise RuntimeError("after it was written")
        return message

    monkeypatch.setattr(broadcasts, "reply_to_client", half)
    with later():
        send_all()
    assert reasons(broadcast) == {first.id: "", second.id: "failed", third.id: ""}
    assert [len(sent(each)) for each in (first, second, third)] == [1, 0, 1]
    assert "ReplySent" not in facts(second)


def test_a_worker_that_dies_half_way_neither_loses_nor_repeats(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    tickets = tuple(a_ticket(cast) for _ in range(5))
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=tickets)
    publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
    db.session.commit()
    with later():
        assert send_some(limit=2) == 2
        with monkeypatch.context() as dying:
            dying.setattr(db.session, "commit", _die)
            with pytest.raises(KeyboardInterrupt):
                send_some(limit=2)
        send_all()
    assert [len(sent(each)) for each in tickets] == [1] * 5


def _die() -> None:
    raise KeyboardInterrupt


def test_many_workers_at_once_answer_each_ticket_once(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        tickets = tuple(a_ticket(cast) for _ in range(12))
        problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=tickets)
        problem_id = problem.id
        db.session.commit()

    def tell(_who: int) -> int | str:
        problem = db.session.get_one(Problem, problem_id)
        try:
            return publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=find_cast().ona).id
        except Conflict as refused:
            return refused.code

    told = at_once(desk, 6, tell)
    assert told.count("pending") == 5
    with desk.app_context():
        db.session.execute(db.update(Broadcast).values(send_at=now() - timedelta(seconds=1)))
        db.session.commit()

    def work(_who: int) -> int:
        count = 0
        while some := send_some(limit=3):
            count += some
        return count

    at_once(desk, 6, work)
    with desk.app_context():
        while send_due():
            pass
        rows = db.session.scalars(db.select(BroadcastRecipient)).all()
        ours = db.select(Message.ticket_id).where(Message.author_kind != AuthorKind.CONTACT)
        assert sorted(db.session.scalars(ours)) == sorted(row.ticket_id for row in rows)
        assert len(rows) == 12
        assert db.session.scalars(db.select(Broadcast.state)).all() == [BroadcastState.SENT]


def test_a_thousand_tickets_are_previewed_and_published_in_a_few_queries(cast: Cast) -> None:
    first = a_ticket(cast)
    table = Ticket.__table__
    values = {column.name: getattr(first, column.name) for column in table.columns if column.name not in ("id",)}
    db.session.execute(db.insert(Ticket), [values | {"submission": None} for _ in range(1000)])
    db.session.commit()
    tickets = tuple(db.session.scalars(db.select(Ticket)))
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=tickets)
    db.session.commit()
    with queries(2, "preview of a thousand"):
        assert len(preview(problem, WORKAROUND, TEXTS, for_=cast.ona).told) == 1001
    with queries(14, "publishing to a thousand"):
        publish(problem, NewBroadcast(WORKAROUND, TEXTS), by=cast.ona)
