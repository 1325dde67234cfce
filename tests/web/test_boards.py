"""The wall board and the manager's start page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from helpdesk.core.errors import Forbidden
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Status, Urgency
from helpdesk.problems.majors import NewMajor, declare_major
from helpdesk.reports.wall import wall_of
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.tickets.test_promises import a_promise
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
At = Callable[..., AbstractContextManager[None]]


def test_a_board_counts_what_lies_on_its_line(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        first = a_ticket(cast, urgency=Urgency.HIGH)
        a_ticket(cast, status=Status.WAITING_CLIENT)
        second = a_ticket(cast, line=2)
        done = a_ticket(cast, status=Status.RESOLVED)
    with at("2026-03-02 09:30"):
        board = wall_of(1, for_=cast.vera)
        other = wall_of(2, for_=cast.rasa)
        whole = wall_of(None, for_=cast.vera)

    assert (board.open, board.unassigned, board.waiting_client) == (2, 1, 1)
    assert (board.opened_today, board.resolved_today) == (3, 1)
    assert [row.number for row in board.waiting_longest] == [first.number]
    assert [row.number for row in other.due_next] == [second.number]
    assert whole.open == 3
    assert done.number not in {row.number for row in (*whole.due_next, *whole.waiting_longest)}


def test_what_is_late_stands_first_and_says_so(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-06 16:00"):
        board = wall_of(1, for_=cast.vera)
    assert (board.overdue, board.at_risk) == (1, 0)
    assert [(row.number, row.is_late) for row in board.due_next] == [(ticket.number, True)]


def test_promises_of_today_and_major_incidents(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        promise = a_promise(cast, ticket=ticket)
        declare_major(ticket, NewMajor("Everybody is hit.", {"en": "Printing is down."}), by=cast.rasa)
    with at("2026-03-03 08:00"):
        board = wall_of(1, for_=cast.vera)
    assert [major.number for major in board.majors] == [ticket.number]
    assert [(row.number, row.until_at) for row in board.promises] == [(ticket.number, promise.until_at)]
    assert board.promised_today == 1


def test_it_hangs_for_those_who_read_reports(cast: Cast, browser_of: BrowserOf) -> None:
    for actor in (cast.ona, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            wall_of(1, for_=actor)
    for name in ("marek", "jonas", "ona"):
        browser_of(name).get("/manager/wall?line=1", status=404)
    for name in ("vera", "rasa", "petras"):
        assert "Wall board: First line" in browser_of(name).get("/manager/wall?line=1").html


def test_nobody_sees_it_without_signing_in(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get("/manager/wall?line=1")
    assert (answer.status_code, "/sign-in" in answer.headers["Location"]) == (302, True)


def test_nothing_of_clients_stands_on_it(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, subject="Salary slips of Jonas")
        page = browser_of("vera").get("/manager/wall?line=1")
    assert ticket.number in page.html
    assert isinstance(cast.klinika, Organisation)
    for word in ("Salary", cast.jonas.name, cast.klinika.name):
        assert word not in page.html


def test_the_board_asks_little_and_says_when_nothing_changed(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    with at("2026-03-02 09:00"):
        for line in (1, 1, 2):
            a_ticket(cast, line=line)
        vera = browser_of("vera")
        vera.get("/manager/wall?line=1")
        head = {"HX-Request": "true"}
        with queries(10, "the wall board"):
            news = vera.client.get("/manager/wall?line=1", headers=head)
        assert news.get_data(as_text=True).lstrip().startswith("<div")
        again = vera.client.get("/manager/wall?line=1", headers=head | {"If-None-Match": news.headers["ETag"]})
        assert again.status_code == 304


def test_an_empty_desk_has_a_board(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("vera").get("/manager/wall")
    assert "Nothing is due." in page.text
