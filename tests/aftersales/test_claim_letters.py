"""The letters of claims and deliverables, in every language, and the way of somebody who has only the letter."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.aftersales.decisions import NewDecision, appeal_claim, decide_claim
from helpdesk.aftersales.deliverables import NewDeliverable, NewRound, agree_deliverable, deliver_round
from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.tokens import sign
from helpdesk.jobs.worker import run_all
from helpdesk.models.claims import ClaimState, Outcome
from helpdesk.models.people import Contact
from tests.aftersales.claiming import a_claim, again, bring
from tests.cast import Cast
from tests.page import Client


@pytest.fixture
def letters(config: Config) -> Callable[[str], list[EmailMessage]]:
    """`letters("claim-decided")`: those that lie in the mail folder, each kind by its name."""

    def named(kind: str) -> list[EmailMessage]:
        folder: Path = config.mail_folder
        files = sorted(file for file in folder.glob("*.eml") if kind in file.name)
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]

    return named


def words_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


Letters = Callable[[str], list[EmailMessage]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_decision_letter_renders_in_the_clients_language(
    cast: Cast, letters: Letters, language: str, outcome: Outcome
) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED)
    claim.ticket.language = language
    new = NewDecision(outcome, "Because <b>so</b>.\nAnd so.", deviation="Why not")
    bring(cast, claim, ClaimState.DECIDED, new)
    run_all()
    [letter] = letters("claim-decided")
    assert letter["To"] == "Jonas <jonas@klinika.example>"
    assert claim.ticket.number in letter["Subject"]
    text, html = words_of(letter), letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "Because <b>so</b>." in text
    assert "&lt;b&gt;so" in html
    for part in (text, html):
        assert "%(" not in part
    assert ("200" in text) == (outcome is Outcome.REFUND)


def test_the_decision_letter_says_how_the_amount_came_about_and_how_to_appeal(cast: Cast, letters: Letters) -> None:
    claim = a_claim(cast, ClaimState.DECIDED)
    run_all()
    text = " ".join(words_of(letters("claim-decided")[0]).split())
    for words in (
        "We refund €200.00.", "You paid €400.00.", "After round 2, the refund rules valid from 1 Jan 2026 give 50% "
        "of it back: €200.00.", "you may appeal once, until Monday, 16 March 2026, 09:00 (Europe/Vilnius)",
    ):  # fmt: skip
        assert words in text
    appeal_claim(claim, "It was the first round.", by=cast.jonas)
    decide_claim(again(claim), NewDecision(Outcome.REFUND, "Half it is."), by=cast.ona)
    run_all()
    assert any(
        "This was decided on your appeal, and it is final." in words_of(each) for each in letters("claim-decided")
    )


def test_an_acknowledgement_says_by_when_the_cause_is_known(cast: Cast, letters: Letters) -> None:
    a_claim(cast, ClaimState.ACKNOWLEDGED)
    run_all()
    [letter] = letters("claim-acknowledged")
    assert "By Monday, 9 March 2026, 17:00 (Europe/Vilnius) we know the cause" in " ".join(words_of(letter).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_round_is_told_to_whoever_accepts_it(cast: Cast, letters: Letters, language: str) -> None:
    lena = db.session.get_one(Contact, cast.lena.contact_id)
    lena.language = language
    made = agree_deliverable(cast.klinika, NewDeliverable("Logo", 2), by=cast.ona)
    deliver_round(made, NewRound("Sketch", "https://files.example/1"), by=cast.ona)
    run_all()
    [letter] = letters("round-delivered")
    assert letter["To"] == "Lena <lena@klinika.example>"
    assert f"/portal/deliverables/{made.id}" in words_of(letter)
    assert "https://files.example/1" in words_of(letter)


def test_whoever_has_only_the_letter_accepts_and_appeals_by_its_link(app: Flask, cast: Cast) -> None:
    claim, other = a_claim(cast, ClaimState.DECIDED), a_claim(cast)
    link = f"/portal/guests/{sign('guest', [claim.ticket_id, cast.jonas.contact_id])}"
    db.session.commit()
    guest = Client(app)
    assert "We have decided" in guest.get(link).text
    page = guest.get(f"{link}/claim")
    assert "We refund €200.00." in page.text
    assert guest.submit(page.form("/appeal"), reason=" ").status == 422
    page = guest.submit(page.form("/appeal"), reason="It was the first round.")
    assert "It was the first round." in page.text
    assert again(claim).state is ClaimState.INVESTIGATED
    foreign = f"/portal/guests/{sign('guest', [other.ticket_id, cast.marek.contact_id])}"
    guest.get(f"{foreign}/claim", status=404)
