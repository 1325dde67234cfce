"""Suggestions to clients who were about to write, counted a day later; the report of knowledge base use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden
from helpdesk.jobs.worker import run_all
from helpdesk.knowledge.deflection import Deflected, deflected, note_opened, note_shown, settle_sittings
from helpdesk.knowledge.reviews import confirm_review, remind_of_reviews
from helpdesk.knowledge.uses import use_article
from helpdesk.models.knowledge import Deflection, UseKind
from helpdesk.models.tickets import Status
from helpdesk.policy.actor import NOBODY
from helpdesk.reports.base import Slice
from helpdesk.reports.knowledge import run_knowledge
from tests.cast import Cast
from tests.factories import a_ticket
from tests.knowledge.writing import facts_of, published
from tests.page import Client

At = Callable[..., AbstractContextManager[None]]
SITTING = "a-sitting-of-a-form"


def test_a_sitting_counts_when_its_day_is_over(cast: Cast, at: At) -> None:
    article = published(cast)
    note_shown(SITTING, [article.id], "en", by=cast.jonas)
    note_opened(SITTING, article.id, by=cast.jonas)
    assert deflected(None, None) == Deflected(unsettled=1)
    with at("2026-03-03 09:30"):
        assert settle_sittings() == 0
    with at("2026-03-03 10:30"):
        assert settle_sittings() == 1
        assert settle_sittings() == 0
    assert deflected(None, None) == Deflected(settled=1, opened=1, opened_without_ticket=1)


def test_a_ticket_within_the_day_is_found_whatever_way_it_came(app: Flask, cast: Cast, at: At) -> None:
    article = published(cast)
    for number, actor in enumerate((cast.jonas, cast.egle)):
        note_shown(f"{SITTING}-{number}", [article.id], "en", by=actor)
        note_opened(f"{SITTING}-{number}", article.id, by=actor)
    with at("2026-03-03 08:30"):
        a_ticket(cast)
        run_all()
    with at("2026-03-03 10:30"):
        settle_sittings()
    assert deflected(None, None) == Deflected(settled=2, opened=2, opened_without_ticket=1)


def test_nothing_is_noted_of_what_was_not_shown(cast: Cast) -> None:
    article, other = published(cast), published(cast)
    note_shown(SITTING, [article.id], "en", by=cast.jonas)
    note_opened(SITTING, other.id, by=cast.jonas)
    note_opened(SITTING, article.id, by=cast.marek)  # somebody else's sitting
    note_shown(SITTING, [other.id], "en", by=cast.marek)
    for sitting, actor in (("short", cast.jonas), ("x" * 41, cast.jonas), ("of-ona-herself", cast.ona),
                           ("of-nobody-at-all", NOBODY)):  # fmt: skip
        note_shown(sitting, [article.id], "en", by=actor)
    [row] = db.session.scalars(db.select(Deflection)).all()
    assert (row.shown, row.opened) == ([article.id], [])


def test_the_form_notes_what_it_suggested(app: Flask, cast: Cast, browser_of: Callable[[str], Client]) -> None:
    published(cast)
    jonas = browser_of("jonas")
    sitting = jonas.get("/portal/tickets/new").form("/portal/tickets").fields["sitting"]
    page = jonas.get(f"/kb/suggestions?subject=blank+labels&sitting={sitting}", headers={"HX-Request": "true"})
    [path] = [href for href in page.links.values() if href.startswith("/kb/en/")]
    jonas.get(path)
    [row] = db.session.scalars(db.select(Deflection)).all()
    assert (len(row.shown), row.opened) == (1, row.shown)


def test_the_link_rate_is_told_by_line(cast: Cast, browser_of: Callable[[str], Client]) -> None:
    article = published(cast)
    for number in range(4):
        ticket = a_ticket(cast, status=Status.RESOLVED)
        if number:
            use_article(ticket, article, UseKind.WRITTEN_FROM if number == 1 else UseKind.LINKED, "en", by=cast.ona)
    figures = run_knowledge(Slice(), for_=cast.vera)
    assert figures.document()["link_rate"]["fraction"] == "2/4"
    assert [(row.line, row.share.part, row.share.whole) for row in figures.lines] == [(1, 2, 4)]
    assert [(row.number, row.tickets) for row in figures.articles] == [(article.number, 2)]
    assert figures.document()["suggestions"]["fraction"] == "0/0"
    with pytest.raises(Forbidden):
        run_knowledge(Slice(), for_=cast.ona)
    vera = browser_of("vera")
    assert "2 of 4 resolved tickets" in vera.get("/manager/knowledge").text
    assert "1,2/4" in vera.get("/manager/knowledge.csv").html
    browser_of("jonas").get("/manager/knowledge", status=404)


def test_owners_are_reminded_once(app: Flask, cast: Cast, at: At) -> None:
    article = published(cast, review_on=date(2026, 3, 20))
    published(cast)
    assert remind_of_reviews() == 0
    with at("2026-03-20 10:00"):
        assert remind_of_reviews() == 1
        assert remind_of_reviews() == 0
        run_all()
        letters = list(app.config["THREELINE"].mail_folder.glob("*.eml"))
        assert any(b"ona@desk.example" in letter.read_bytes() for letter in letters)
        confirm_review(article, date(2026, 9, 20), by=cast.ona)
    with at("2026-09-20 10:00"):
        assert remind_of_reviews() == 1
    assert facts_of(article).count("ReviewDue") == 2
