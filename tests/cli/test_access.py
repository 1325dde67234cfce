"""Accounts and tokens from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.models.people import Organisation
from helpdesk.people.accounts import account_by_email, account_by_token, actor_by_email, sign_in
from tests.cast import Cast
from tests.cli.conftest import Threeline, typed

PASSWORD = "a long enough password"


def new_account(threeline: Threeline, role: str, email: str, *words: str, given: str = PASSWORD) -> object:
    return threeline("account", "create", "--role", role, "--email", email, "--password-stdin", "--json", *words,
                     given=given + "\n")  # fmt: skip


def test_a_contact_is_made_with_their_organisation(threeline: Threeline, cast: Cast) -> None:
    told = new_account(threeline, "contact", "ieva@new.example", "--organisation", "Naujoji", "--language", "lt")

    assert told.code == 0
    assert told.document["organisation"] == "Naujoji"
    made = account_by_email("ieva@new.example")
    assert made is not None
    assert made.contact is not None
    assert (made.language, made.contact.is_verified) == ("lt", True)
    assert sign_in("ieva@new.example", PASSWORD, address="", browser="")


def test_a_contact_joins_the_organisation_that_is_there(threeline: Threeline, cast: Cast) -> None:
    new_account(threeline, "contact", "ieva@klinika.example", "--organisation", "klinika")

    assert actor_by_email("ieva@klinika.example").organisation_id == cast.klinika.id


def test_nothing_is_made_when_the_address_is_taken(threeline: Threeline, cast: Cast) -> None:
    told = new_account(threeline, "contact", "jonas@klinika.example", "--organisation", "Naujoji")

    assert (told.code, told.out) == (1, "")
    assert db.session.scalar(select(Organisation).where(Organisation.name == "Naujoji")) is None


def test_an_operator_without_team_joins_the_first_line(threeline: Threeline, cast: Cast) -> None:
    new_account(threeline, "operator", "new@desk.example")

    assert actor_by_email("new@desk.example").team_ids == {cast.desk.id}


def test_an_operator_joins_the_teams_that_are_named(threeline: Threeline, cast: Cast) -> None:
    new_account(threeline, "operator", "new@desk.example", "--team", "makers", "--team", "Software")

    assert actor_by_email("new@desk.example").team_ids == {cast.makers.id, cast.software.id}


def test_a_team_that_is_not_there_is_answered_with_those_that_are(threeline: Threeline, cast: Cast) -> None:
    told = new_account(threeline, "operator", "new@desk.example", "--team", "Night shift")

    assert told.code == 66
    assert "Service desk" in told.err
    assert account_by_email("new@desk.example") is None


def test_a_line_lead_leads_a_line(threeline: Threeline, cast: Cast) -> None:
    new_account(threeline, "line_lead", "new@desk.example", "--leads-line", "2", "--team", "Software")

    assert actor_by_email("new@desk.example").leads_line == 2


@pytest.mark.parametrize("role", ["manager", "product_owner", "administrator"])
def test_staff_without_queue_need_no_team(threeline: Threeline, cast: Cast, role: str) -> None:
    assert new_account(threeline, role, "new@desk.example").code == 0
    assert actor_by_email("new@desk.example").role == role


@pytest.mark.parametrize(
    "words", [["--organisation", "Klinika"], ["--team", "Makers"], ["--leads-line", "1"]], ids=lambda words: words[0]
)
def test_what_does_not_belong_to_the_role_is_refused(threeline: Threeline, cast: Cast, words: list[str]) -> None:
    role = "operator" if words[0] == "--organisation" else "manager"

    assert new_account(threeline, role, "new@desk.example", *words).code == 64


@pytest.mark.parametrize("given", ["", "short"])
def test_a_bad_password_makes_no_account(threeline: Threeline, cast: Cast, given: str) -> None:
    told = new_account(threeline, "manager", "new@desk.example", given=given)

    assert told.code == 65
    assert account_by_email("new@desk.example") is None


def test_without_a_password_the_person_is_invited(threeline: Threeline, cast: Cast) -> None:
    told = threeline("account", "create", "--role", "manager", "--email", "new@desk.example")

    assert (told.code, "no password yet" in told.out) == (0, True)
    assert db.session.scalars(select(Job.kind)).all() == ["letters.invitation"]


def test_the_first_account_begins_the_desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THREELINE_HOME", str(tmp_path))

    told = typed(None, "account", "create", "--role", "operator", "--email", "ona@desk.example", "--password-stdin",
                 given=PASSWORD)  # fmt: skip
    taken = typed(None, "ticket", "take-next", "--as", "ona@desk.example")

    assert told.code == 0
    assert (taken.code, taken.err) == (66, "threeline: There is no ticket to take in your teams.\n")
    assert typed(None, "team", "list").out == "line 1  Service desk  ona\n"


def test_tickets_of_a_desk_that_was_just_begun_have_due_times(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THREELINE_HOME", str(tmp_path))
    typed(None, "account", "create", "--role", "contact", "--email", "jonas@klinika.example", "--password-stdin",
          given=PASSWORD)  # fmt: skip

    told = typed(None, "ticket", "create", "--subject", "Labels", "--text", "Blank.", "--as", "jonas@klinika.example",
                 "--json")  # fmt: skip

    assert told.document["due"]["kind"] == "first_response"


def test_teams_are_made_and_listed(threeline: Threeline, cast: Cast) -> None:
    made = threeline("team", "create", "Night shift", "--line", "2", "--json")
    again = threeline("team", "create", "night shift", "--line", "2")

    assert made.document == {"name": "Night shift", "line": 2, "operators": []}
    assert again.code == 1
    teams = {row["name"]: row for row in threeline("team", "list", "--json").document["teams"]}
    assert teams["Makers"] == {
        "name": "Makers", "line": 3, "operators": [{"name": "Giedrius", "email": "giedrius@desk.example"}]
    }  # fmt: skip


def test_every_account_is_listed(threeline: Threeline, cast: Cast) -> None:
    told = threeline("account", "list", "--json")

    rows = {row["email"]: row for row in told.document["accounts"]}
    assert rows["jonas@klinika.example"]["organisation"] == "Klinika"
    assert rows["ona@desk.example"]["role"] == "operator"
    assert len(threeline("account", "list").out.splitlines()) == len(rows)


def test_a_disabled_account_acts_no_more(threeline: Threeline, cast: Cast) -> None:
    assert threeline("account", "disable", "jonas@klinika.example").code == 0

    assert threeline("ticket", "list", "--as", "jonas@klinika.example").code == 66


def test_a_token_is_all_that_is_printed(threeline: Threeline, cast: Cast) -> None:
    told = threeline("token", "create", "--account", "ona@desk.example", "--name", "report")

    account = account_by_token(told.out.strip())
    assert account is not None
    assert account.email == "ona@desk.example"
    assert (told.out, told.err) == (told.out.strip() + "\n", "")


def test_a_token_for_nobody_is_refused(threeline: Threeline, cast: Cast) -> None:
    told = threeline("token", "create", "--account", "nobody@desk.example")

    assert (told.code, told.out) == (66, "")
