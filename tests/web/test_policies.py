"""Policies in the console: what an administrator sees, what is refused, who may not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.standing import forget_mark
from helpdesk.core.times import now
from helpdesk.tickets import replay
from helpdesk.tickets.policies import targets_of
from helpdesk.web.console.policies import hours_text, seconds_of
from sla.models import SlaPolicy, Target
from tests.cast import Cast
from tests.factories import a_ticket, facts
from tests.page import Client, Page
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
At = Callable[..., AbstractContextManager[None]]


def standard() -> SlaPolicy:
    return db.session.query(SlaPolicy).filter_by(name="Standard").one()


def differing() -> list[str]:
    forget_mark()  # what a request has changed, this context has not heard of
    return [str(each) for each in replay.differences(now())]


def edit(browser: Client, clock: str = "first_response", kind: str = "") -> Page:
    query = f"?type={kind}" if kind else ""
    return browser.get(f"/console/policies/{standard().id}/targets/{clock}{query}")


def send(browser: Client, page: Page, step: str, **values: Any) -> Page:
    named = {name.replace("__", "-"): value for name, value in values.items()}
    form = next(form for form in page.forms if "/targets/" in form.action)
    return browser.submit(form, step=step, **named)


def test_targets_are_saved_once_what_they_change_was_seen(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    ticket = a_ticket(cast)
    petras = browser_of("petras")
    with at("2026-03-02 10:00"):
        page = send(petras, edit(petras), "save", seconds__P4="2:30", applies_to_open="true", reason="So agreed.")
        assert page.status == 200
        assert "1 ticket moves" in page.text
        assert ticket.number in page.links

        page = send(petras, page, "save")
        assert "hold for 1 open ticket, too" in page.text
        assert "2:30" in page.text
        assert differing() == []
    assert "PolicyApplied" in facts(ticket)


def test_without_the_word_no_open_ticket_is_touched(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    ticket = a_ticket(cast)
    petras = browser_of("petras")
    with at("2026-03-02 10:00"):
        page = send(petras, edit(petras), "preview", seconds__P4="2:30")
        assert "No open ticket is touched" in page.text
        send(petras, page, "save")
    assert "PolicyApplied" not in facts(ticket)


def test_too_much_time_for_the_lines_warns_and_is_saved_anyway(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    petras = browser_of("petras")
    with at("2026-03-02 10:00"):
        page = send(petras, edit(petras, "ola:line2"), "preview", seconds__P4="41:00")
        assert "P4: the lines may take 41:00 together, the client was promised 40:00." in page.text
        assert "Save anyway" in page.text

        page = send(petras, page, "save")
        assert page.heading == "Standard"
        assert "the lines may take 41:00" in page.text


def test_of_two_who_save_at_once_the_second_sees_a_conflict(browser_of: BrowserOf, at: At) -> None:
    first, second = browser_of("petras"), browser_of("petras")
    with at("2026-03-02 10:00"):
        mine = send(first, edit(first), "preview", seconds__P4="2:00")
        theirs = send(second, edit(second), "preview", seconds__P4="3:00")
        send(first, mine, "save")
    with at("2026-03-02 10:01"):
        page = send(second, theirs, "save")
        assert page.status == 409
        assert "Somebody else has changed this policy" in page.text
        assert 'value="3:00"' in page.html
        forget_mark()
        assert targets_of(standard().id)["first_response", ""]["P4"].seconds == 7200


@pytest.mark.parametrize(
    ("field", "words", "sentence"),
    [("seconds-P1", "soon", "Write hours and minutes"), ("seconds-P1", "1:75", "Write hours and minutes"),
     ("seconds-P1", "0:00", "a minute at least"), ("calendar_id-P2", "4711", "Choose one of the list."),
     ("calendar_id-P2", "x", "Choose one of the list."), ("thresholds-P3", "50, high", "percentages from 1 to 100"),
     ("thresholds-P3", "150", "percentages from 1 to 100"), ("at_risk_percent-P4", "100", "from 1 to 99"),
     ("at_risk_percent-P4", "", "from 1 to 99"), ("pause_reasons-P1", "lunch", "Choose one of the list.")],
)  # fmt: skip
def test_wrong_words_are_refused_at_their_field_and_kept(
    browser_of: BrowserOf, field: str, words: str, sentence: str
) -> None:
    petras = browser_of("petras")
    page = send(petras, edit(petras), "preview", **{field: words, "reason": "Kept words"})

    assert page.status == 422
    assert sentence in page.text
    assert f'id="f-{field}-problem"' in page.html
    assert "Kept words" in page.html


def test_a_type_of_request_is_set_apart(browser_of: BrowserOf, at: At) -> None:
    petras = browser_of("petras")
    page = petras.get(f"/console/policies/{standard().id}")
    form = next(form for form in page.forms if form.method == "get" and form.action.endswith("/targets"))
    page = petras.submit(form, clock="resolution", type="claim")
    assert "Only for requests of this type: Claim." in page.text

    with at("2026-03-02 10:00"):
        page = send(petras, send(petras, page, "preview", seconds__P1="1:00"), "save")
        assert "only: Claim" in page.text
        for path in ("lunch", "resolution?type=lunch"):
            petras.get(f"/console/policies/{standard().id}/targets/{path}", status=404)


def test_a_policy_is_added_and_becomes_the_default(browser_of: BrowserOf, at: At) -> None:
    petras = browser_of("petras")
    form = petras.get("/console/policies").form("/console/policies")
    page = petras.submit(form, name="Premium", copy_of=str(standard().id))
    assert page.heading == "Premium"
    page = petras.submit(page.form("/default"))
    assert "Premium covers what nothing else covers" in page.text

    assert petras.submit(form, name="premium").status == 422
    page = petras.submit(form, name="Empty", copy_of="")
    page = petras.submit(page.form("/default"))
    assert "promises nothing yet" in page.text
    assert db.session.query(SlaPolicy).filter_by(is_default=True).one().name == "Premium"


def test_lists_ask_few_questions(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    for number in range(5):
        petras.submit(petras.get("/console/policies").form("/console/policies"), name=f"P {number}",
                      copy_of=str(standard().id))  # fmt: skip
    for path in ("/console/policies", f"/console/policies/{standard().id}",
                 f"/console/policies/{standard().id}/targets/resolution"):  # fmt: skip
        petras.get(path)
        with queries(7, path):
            petras.get(path)


@pytest.mark.parametrize(("name", "status"), [("marek", 404), ("tomas", 403), ("rasa", 403), ("vera", 403)])
def test_policies_are_for_administrators(app: Flask, browser_of: BrowserOf, name: str, status: int) -> None:
    browser, policy = browser_of(name), standard()
    token = browser.get("/account").html.split('name="csrf-token" content="')[1].split('"')[0]
    pages = ["/console/policies", f"/console/policies/{policy.id}", f"/console/policies/{policy.id}/targets/resolution"]
    for path in pages:
        with app.app_context():
            assert browser.client.get(path).status_code == status, path
    for path in (*pages[::2], f"/console/policies/{policy.id}/default"):
        with app.app_context():
            answer = browser.client.post(path, data={"csrf_token": token, "name": "Mine", "seconds-P1": "1:00"})
        assert answer.status_code == status, path
    assert (db.session.query(SlaPolicy).count(), db.session.query(Target).count()) == (1, 8)


def test_without_its_token_nothing_is_saved(app: Flask, browser_of: BrowserOf) -> None:
    with app.app_context():
        path = f"/console/policies/{standard().id}/targets/resolution"
        assert browser_of("petras").client.post(path, data={"seconds-P1": "1:00"}).status_code == 400


@pytest.mark.parametrize("language", ["lt", "ru", "zh-Hans"])
def test_the_pages_are_whole_in_every_language(browser_of: BrowserOf, language: str) -> None:
    petras = browser_of("petras")
    petras.submit(petras.get("/console/policies").form("/preferences"), language=language)
    petras.get(f"/console/policies/{standard().id}")
    for clock in ("time_to_own", "ola:line3"):
        assert send(petras, edit(petras, clock), "preview", seconds__P4="50:00").status == 200


@pytest.mark.parametrize(("text", "seconds"), [("4:00", 14400), ("0:30", 1800), ("8", 28800), ("0:00:45", 45)])
def test_working_time_is_written_as_hours_and_minutes(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds
    assert seconds_of(hours_text(seconds)) == seconds
