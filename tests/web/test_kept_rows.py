"""Rows of the queue are drawn once while they look the same, and anew as soon as anything in them has changed."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup

from helpdesk.core.i18n import speaking
from helpdesk.core.times import now
from helpdesk.models.tickets import Channel, Priority, Status, TicketType
from helpdesk.people.directory import operators, teams
from helpdesk.tickets.queries import Due, TicketRow, list_view
from helpdesk.web.filters import WithUrl, _Kept, row_keeper
from tests.cast import Cast
from tests.factories import a_ticket


@pytest.fixture
def row(cast: Cast) -> TicketRow:
    a_ticket(cast, status=Status.OPEN, tags=("firmware",))
    return list_view("all", for_=cast.vera).rows[0]


def test_whatever_a_row_shows_is_part_of_its_looks(app: Flask, row: TicketRow):
    """A value that is drawn and not compared would stand on the page for as long as the row is kept."""
    others: dict[str, Any] = {
        "number": "T-1", "subject": "Another", "status": Status.SCHEDULED, "sub_status": "ordered",
        "type": TicketType.CLAIM, "priority": Priority.P1, "is_major": True, "channel": Channel.API,
        "organisation": "Elsewhere", "requester": "Somebody", "is_requester_verified": not row.is_requester_verified,
        "team": next(t for t in teams().values() if t != row.team), "line": 3,
        "assignee": next(o for o in operators().values() if o != row.assignee),
        "due": replace(row.due, state="paused", tone="grey"), "updated_at": row.updated_at - timedelta(days=2),
        "opened_at": row.opened_at - timedelta(days=2), "is_unread": not row.is_unread,
        "is_bouncing": not row.is_bouncing, "tags": ("other",), "id": 1,
    }  # fmt: skip
    assert set(others) == {each.name for each in fields(TicketRow)}
    changed = [replace(row, **{name: value}) for name, value in others.items()]
    changed += [
        replace(row, due=replace(row.due, **{name: value}))
        for name, value in (
            ("kind", "first_response"),
            ("seconds_left", 7),
            ("share", 0.9),
            ("tone", "red"),
            ("state", "overdue"),
        )
    ]
    with app.test_request_context("/"), speaking("en", "UTC"):
        before = draw(app, row)
        for each in changed:
            assert draw(app, each) == before or WithUrl(each).looks(now()) != WithUrl(row).looks(now()), each


def test_a_row_is_drawn_once_for_each_language_and_form(app: Flask, row: TicketRow):
    drawn = []

    def macro(shown: WithUrl, form_id: str | None) -> str:
        drawn.append(form_id)
        return f"<tr>{shown.subject}</tr>"

    another = replace(row, subject="Nothing else has this subject")
    for language in ("en", "lt", "en"):
        with app.test_request_context("/"), speaking(language, "UTC"):
            kept_row = row_keeper()
            for form_id in ("bulk", None, "bulk"):
                kept_row(macro, WithUrl(another), form_id)
    assert drawn == ["bulk", None, "bulk", None]


def test_a_row_is_drawn_anew_when_its_times_read_otherwise(app: Flask, row: TicketRow):
    with app.test_request_context("/"), speaking("en", "UTC"):
        running = replace(row, due=Due("resolution", "running", "green", now(), 7200, 0.5))
        later = replace(row, due=replace(running.due, seconds_left=7100))

        assert WithUrl(running).looks(now()) == WithUrl(running).looks(now())
        assert WithUrl(running).looks(now()) != WithUrl(later).looks(now())
        assert WithUrl(running).looks(now()) != WithUrl(running).looks(now() + timedelta(hours=1))


def test_what_was_asked_for_longest_ago_is_let_go():
    kept = _Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get((key,), lambda key=key: key)

    assert kept.get(("a",), lambda: "drawn anew") == Markup("a")
    assert kept.get(("b",), lambda: "drawn anew") == Markup("drawn anew")


def draw(app: Flask, row: TicketRow) -> str:
    module = app.jinja_env.get_template("components/queue.html").make_module({"current_actor": None})
    return str(module.queue_row(WithUrl(row), "bulk"))  # type: ignore[attr-defined]
