"""Who hears of hours that run low, run out or expire, of contracts that end, and of approvals; and in which words."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.aftersales.approvals import NewApproval, answer_approval, ask_approval
from helpdesk.aftersales.hours import grant_hours, remind_of_blocks
from helpdesk.aftersales.renewal import give_notice, remind_of_contracts
from helpdesk.aftersales.work import NewWork, log_work, reverse_work
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.core.journal import Entry
from helpdesk.entitlement.contracts import Renewal, arrange_renewal
from helpdesk.mail.notices import NOTICES, tell, to_reader
from helpdesk.mail.outbound import Letter
from helpdesk.models.people import BuyingRole, Contact, ContactRole
from helpdesk.models.tickets import Channel
from tests.aftersales.conftest import At, a_contract
from tests.cast import Cast
from tests.factories import a_ticket

LANGUAGES = ("en", "lt", "ru", "zh-Hans")


def letters_of(fact: str) -> dict[str, Letter]:
    """The letters that follow from the last such fact, by their address."""
    entry = db.session.scalars(select(Entry).where(Entry.fact == fact).order_by(Entry.id.desc())).first()
    assert entry is not None
    tell(entry)
    db.session.flush()
    asked = db.session.scalars(select(Job).where(Job.kind == "notices.to_reader").order_by(Job.id)).all()
    mine = [job for job in asked if job.args["entry"] == entry.id]
    found = [letter for job in mine if (letter := to_reader(job.args)) is not None]
    return {letter.to_address: letter for letter in found}


def test_the_client_and_the_desk_hear_that_hours_run_low_each_threshold_once(cast: Cast) -> None:
    contract = a_contract(cast, alert_percents=(50, 100))
    arrange_renewal(contract, Renewal(owner_id=cast.ona.operator_id), by=cast.vera)
    grant_hours(contract, 120, by=cast.petras)
    ticket = a_ticket(cast)
    work = log_work(ticket, NewWork(70, Channel.PHONE), by=cast.ona)
    letters = letters_of("HoursLow")
    assert set(letters) == {"lena@klinika.example", "vera@desk.example", "ona@desk.example"}
    lena, vera = letters["lena@klinika.example"], letters["vera@desk.example"]
    assert "58" not in lena.text and "50 % of the hours of the contract C-7 are used up; 0:50 hours" in lena.text
    assert f"/portal/hours/{contract.id}" in lena.text
    assert f"/console/contracts/{contract.id}/hours" in vera.text and "Klinika" in vera.subject

    reverse_work(work.id, ticket, "The wrong ticket", by=cast.ona)
    log_work(ticket, NewWork(70, Channel.PHONE), by=cast.ona)
    assert db.session.query(Entry).filter_by(fact="HoursLow").count() == 1
    log_work(ticket, NewWork(80, Channel.PHONE), by=cast.ona)
    assert "used up" in letters_of("HoursLow")["lena@klinika.example"].subject
    over = letters_of("HoursOverdrawn")["lena@klinika.example"]
    assert "0:30 hours go to a proforma: €45.00." in over.text and ticket.number in over.text


def test_who_decides_but_does_not_supervise_gets_no_link_that_would_lead_nowhere(cast: Cast) -> None:
    db.session.add(ContactRole(contact_id=cast.egle.contact_id, role=BuyingRole.BUYER))
    contract = a_contract(cast)
    grant_hours(contract, 60, by=cast.petras)
    log_work(a_ticket(cast), NewWork(60, Channel.PHONE), by=cast.ona)
    letters = letters_of("HoursLow")
    assert "http" not in letters["egle@klinika.example"].text
    assert "marek@strangers.example" not in letters


def test_hours_that_expire_and_contracts_that_end_are_told(cast: Cast, at: At) -> None:
    contract = a_contract(cast, until=date(2026, 6, 30))
    arrange_renewal(contract, Renewal(renewal_months=12, renews_itself=True, notice_by=date(2026, 5, 31)), by=cast.vera)
    grant_hours(contract, 90, expires_on=date(2026, 6, 30), by=cast.petras)
    with at("2026-05-20 10:00"):
        assert remind_of_contracts() == 1
        notice = letters_of("ContractDue")["lena@klinika.example"]
        assert "until 31 May 2026" in notice.text and "it renews itself after its last day" in notice.text
    with at("2026-06-05 10:00"):
        assert (remind_of_contracts(), remind_of_blocks()) == (1, 1)
        assert "renews itself" in letters_of("ContractDue")["vera@desk.example"].text
        assert "1:30 hours" in letters_of("HoursExpiring")["lena@klinika.example"].text
    with at("2026-05-30 10:00"):
        give_notice(contract, "They leave", by=cast.vera)
        assert letters_of("ContractDue") == {}  # what was to be said is no longer so


def test_who_was_asked_gets_the_question_and_who_asked_the_answer(cast: Cast) -> None:
    approval = ask_approval(a_ticket(cast), NewApproval("A new print head", 90), by=cast.ona)
    question = letters_of("ApprovalRequested")
    assert set(question) == {"lena@klinika.example"}
    assert f"/portal/approvals/{approval.id}" in question["lena@klinika.example"].text
    answer_approval(approval, False, "Too dear", by=cast.lena)
    answer = letters_of("ApprovalAnswered")
    assert set(answer) == {"ona@desk.example"}
    assert "Too dear" in answer["ona@desk.example"].text
    assert letters_of("ApprovalRequested") == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_is_written_in_the_language_of_its_reader(app: Flask, cast: Cast, at: At, language: str) -> None:
    db.session.get_one(Contact, cast.lena.contact_id).language = language
    db.session.commit()
    contract = a_contract(cast, until=date(2026, 3, 20))
    grant_hours(contract, 60, expires_on=date(2026, 3, 20), by=cast.petras)
    remind_of_blocks()
    remind_of_contracts()
    ticket = a_ticket(cast)
    log_work(ticket, NewWork(90, Channel.PHONE), by=cast.ona)
    answer_approval(ask_approval(ticket, NewApproval("A new print head", 90), by=cast.ona), True, by=cast.lena)
    of_articles = {fact for fact, notice in NOTICES.items() if notice.letter == "article_notice"}
    for fact in set(NOTICES) - {"ApprovalAnswered", "ApprovalRequested"} - of_articles:
        letter = letters_of(fact)["lena@klinika.example"]
        assert letter.language == language
        assert letter.subject and "C-7" in letter.text and "%(" not in letter.text + letter.html + letter.subject
