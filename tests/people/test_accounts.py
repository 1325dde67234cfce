"""Signing in, and everything that must not let anybody in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.models.access import Account, Role
from helpdesk.people import accounts
from helpdesk.people.accounts import NewAccount
from helpdesk.people.throttling import TooManyTries
from helpdesk.policy.actor import SYSTEM
from tests.cast import PASSWORD, Cast
from tests.page import Client

At = Callable[..., AbstractContextManager[None]]


def sign_in(email: str, password: str = PASSWORD, address: str = "192.0.2.1") -> tuple[Account, str]:
    return accounts.sign_in(email, password, address=address, browser="test")


def test_the_right_password_begins_a_session(cast: Cast) -> None:
    account, secret = sign_in("JONAS@klinika.example ")

    session = accounts.session_by_secret(secret)
    assert session is not None and session.account_id == account.id


@pytest.mark.parametrize(
    ("email", "password"), [("jonas@klinika.example", "wrong"), ("nobody@klinika.example", PASSWORD)]
)
def test_a_wrong_name_and_a_wrong_password_say_the_same(cast: Cast, email: str, password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        sign_in(email, password)

    assert refusal.value.errors == {"password": ["E-mail address or password is wrong."]}


def test_too_many_tries_are_slowed_down_in_the_database_and_forgiven_later(cast: Cast, at: At) -> None:
    for _ in range(accounts.TRIES_PER_EMAIL):
        with pytest.raises(Invalid):
            sign_in("jonas@klinika.example", "wrong")
    with pytest.raises(TooManyTries):
        sign_in("jonas@klinika.example")
    with at("2026-03-02 09:16"):
        assert sign_in("jonas@klinika.example")


def test_a_closed_account_ends_everywhere(cast: Cast) -> None:
    account, secret = sign_in("tomas@desk.example")
    token = accounts.create_token(account, "script", by=cast.tomas)

    accounts.disable_account(account, by=cast.petras)

    assert accounts.session_by_secret(secret) is None
    assert accounts.account_by_token(token) is None
    with pytest.raises(Invalid):
        sign_in("tomas@desk.example")


def test_a_new_password_ends_every_session(cast: Cast) -> None:
    account, secret = sign_in("jonas@klinika.example")
    invitation = accounts.invite(account, by=cast.ona)

    accounts.choose_password(accounts.invitation_token(invitation), "another good one")

    assert accounts.session_by_secret(secret) is None
    assert sign_in("jonas@klinika.example", "another good one")
    with pytest.raises(NotFound):  # a link works once
        accounts.choose_password(accounts.invitation_token(invitation), "and yet another")


def test_an_old_invitation_opens_nothing(cast: Cast, at: At) -> None:
    account, _secret = sign_in("jonas@klinika.example")
    token = accounts.invitation_token(accounts.invite(account, by=cast.ona))

    with at("2026-03-12 09:00"), pytest.raises(NotFound):
        accounts.open_invitation(token)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "x" * 500])
def test_weak_passwords_are_refused(cast: Cast, password: str) -> None:
    with pytest.raises(Invalid):
        accounts.create_account(NewAccount("new@desk.example", Role.MANAGER, password=password), by=SYSTEM)


def test_operators_make_no_staff(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        accounts.create_account(NewAccount("new@desk.example", Role.ADMINISTRATOR), by=cast.ona)


def test_an_address_has_one_account(cast: Cast) -> None:
    with pytest.raises(Conflict):
        accounts.create_account(NewAccount("Jonas@Klinika.example", Role.CONTACT), by=cast.ona)


def test_the_first_run_is_over_once_somebody_is_there(cast: Cast) -> None:
    with pytest.raises(Conflict):
        accounts.begin_desk(NewAccount("evil@desk.example", Role.ADMINISTRATOR, password=PASSWORD))


def test_a_reset_says_the_same_for_known_and_unknown_addresses(app: Flask, cast: Cast) -> None:
    said = []
    for email in ("jonas@klinika.example", "nobody@klinika.example"):
        browser = Client(app)
        page = browser.get("/reset")
        said.append(browser.submit(page.form("/reset"), email=email).text.replace(email, "X"))

    assert said[0] == said[1]


def test_signing_in_leads_to_a_page_of_ours_only(app: Flask, cast: Cast) -> None:
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        browser = Client(app)
        page = browser.get("/sign-in")
        answer = browser.submit(page.form("/sign-in"), follow=False, email="jonas@klinika.example", password=PASSWORD,
                                next=evil)  # fmt: skip
        assert answer.response.location == "/", evil


def test_a_session_can_be_ended_from_another_browser_but_not_by_a_stranger(cast: Cast) -> None:
    account, secret = sign_in("jonas@klinika.example")
    session = accounts.session_by_secret(secret)
    assert session is not None

    with pytest.raises(NotFound):
        accounts.end_session(session.id, by=cast.marek)
    accounts.end_session(session.id, by=accounts.actor_of(account))
    assert accounts.session_by_secret(secret) is None


def test_the_journal_cannot_be_changed_even_by_us(app: Flask, cast: Cast) -> None:
    from sqlalchemy.exc import DBAPIError

    from tests.factories import a_ticket

    a_ticket(cast)
    for statement in ("UPDATE journal SET fact = 'Nothing'", "DELETE FROM journal"):
        with pytest.raises(DBAPIError, match="append only"):
            db.session.execute(db.text(statement))
        db.session.rollback()
