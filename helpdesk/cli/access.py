"""`account`, `token` and `team`: who may sign in, what acts as them, and where operators stand."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, line_of_input, the_desk, with_desk
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, DEFAULT_ZONE, LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import epoch, now
from helpdesk.models.access import Account, Role
from helpdesk.models.people import Contact
from helpdesk.people import accounts, directory, organisations, staff
from helpdesk.people.accounts import NewAccount
from helpdesk.people.staff import NewTeam
from helpdesk.policy.actor import SYSTEM
from sla import defaults

ANSWERING = (Role.OPERATOR, Role.LINE_LEAD)


@click.group(cls=Group)
def account() -> None:
    """Who may sign in."""


@account.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What they are here.")
@click.option("--email", required=True, help="The address they sign in with.")
@click.option("--name", default="", help="Their name; by default what stands before the @.")
@click.option("--organisation", default="", help="Of a contact: the organisation, registered here if it is new.")
@click.option("--team", "team_names", multiple=True, help="Of an operator: a team by name. Can be repeated.")
@click.option("--leads-line", type=click.IntRange(1, 3), help="The support line that they lead.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT_LANGUAGE, show_default=True,
              help="The language in which we write to them.")  # fmt: skip
@click.option("--password-stdin", is_flag=True, help="Take the password from standard input; without it, invite.")
@answering
def create(
    role: str, email: str, name: str, organisation: str, team_names: tuple[str, ...], leads_line: int | None,
    language: str, password_stdin: bool, form: str,
) -> None:  # fmt: skip
    """Make an account, with the contact or the operator behind it.

    With a password they can sign in at once; without one they get a letter with a link to choose it. An operator
    without a team joins the first team of the first line, which is made if the desk has none. The first account of all
    begins the desk, with office hours and standard response times.

    \b
    Example:
      echo "$PASSWORD" | threeline account create --role operator --email ona@desk.example --password-stdin
    """
    chosen = Role(role)
    _refuse_misplaced(chosen, organisation, team_names, leads_line)
    password = _password() if password_stdin else None
    with the_desk(may_begin=True):
        with transaction():
            if accounts.is_first_run():
                defaults.begin(DEFAULT_ZONE, at=epoch(now()))
            made = accounts.create_account(
                NewAccount(
                    email=email, role=chosen, name=name, password=password,
                    organisation_id=_organisation_id(organisation, language), team_ids=_team_ids(chosen, team_names),
                    leads_line=leads_line, language=language,
                ), by=SYSTEM,
            )  # fmt: skip
            if password is None:
                accounts.invite(made, by=SYSTEM)
        _answer_account(form, made)


@account.command("list")
@answering
@with_desk
def list_(form: str) -> None:
    """List every account by address.

    \b
    Example:
      threeline account list --json
    """
    query = select(Account).options(joinedload(Account.contact).joinedload(Contact.organisation))
    rows = [_document(row) for row in db.session.scalars(query.order_by(Account.email))]
    answer(form, {"accounts": rows}, lambda: "\n".join(_line(row) for row in rows))


@account.command("disable")
@click.argument("email")
@answering
@with_desk
def disable(email: str, form: str) -> None:
    """Close an account: it signs in no more, its sessions and tokens end.

    \b
    Example:
      threeline account disable ona@desk.example
    """
    with transaction():
        found = _account(email)
        accounts.disable_account(found, by=SYSTEM)
    _answer_account(form, found)


@click.group(cls=Group)
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--account", "email", required=True, help="The account that the token acts as.")
@click.option("--name", default="", help="What it is for.")
@with_desk
def create_token(email: str, name: str) -> None:
    """Make an API token and print it: the only time it is ever seen, and nothing else on standard output.

    \b
    Example:
      threeline token create --account ona@desk.example --name "night report" > token
    """
    with transaction():
        secret = accounts.create_token(_account(email), name, by=SYSTEM)
    click.echo(secret)


@click.group(cls=Group)
def team() -> None:
    """The teams on the three lines."""


@team.command("create")
@click.argument("name")
@click.option("--line", type=click.IntRange(1, 3), required=True, help="The support line on which it stands.")
@answering
@with_desk
def create_team(name: str, line: int, form: str) -> None:
    """Make a team on a line.

    \b
    Example:
      threeline team create "Field service" --line 2
    """
    with transaction():
        made_id = staff.add_team(NewTeam(name, line), by=SYSTEM).id
    document = _team_document(directory.teams()[made_id])
    answer(form, document, lambda: _team_line(document))


@team.command("list")
@answering
@with_desk
def list_teams(form: str) -> None:
    """List the teams by line, each with its operators.

    \b
    Example:
      threeline team list
    """
    rows = [_team_document(card) for card in _teams()]
    answer(form, {"teams": rows}, lambda: "\n".join(_team_line(row) for row in rows))


def _refuse_misplaced(role: Role, organisation: str, teams: tuple[str, ...], leads_line: int | None) -> None:
    if organisation and role is not Role.CONTACT:
        raise click.UsageError("--organisation belongs to a contact.")
    if (teams or leads_line) and role not in ANSWERING:
        raise click.UsageError("--team and --leads-line belong to an operator or a line lead.")


def _password() -> str:
    line = line_of_input()
    if not line:
        raise Refused("There is no password on standard input.", Exit.BAD_DATA)
    return line


def _organisation_id(name: str, language: str) -> int | None:
    if not name.strip():
        return None
    try:
        return accounts.organisation_named(name.strip()).id
    except NotFound:
        new = organisations.NewOrganisation(name.strip(), language=language)
        return organisations.register_organisation(new, by=SYSTEM).id


def _team_ids(role: Role, names: tuple[str, ...]) -> tuple[int, ...]:
    if role not in ANSWERING:
        return ()
    return tuple(team_named(name).id for name in names) or (_first_line_team_id(),)


def team_named(name: str) -> directory.TeamCard:
    """The active team with this name (upper and lower case alike); NotFound says which there are."""
    found = [card for card in _teams() if card.name.casefold() == name.strip().casefold()]
    if not found:
        names = ", ".join(card.name for card in _teams()) or "none yet"
        raise NotFound(f"There is no team named {name}. The teams are: {names}.")
    if len(found) > 1:
        raise Conflict(f"There are several teams named {name}.")
    return found[0]


def _teams() -> list[directory.TeamCard]:
    return [card for card in directory.teams().values() if card.is_active and not card.is_imported]


def _first_line_team_id() -> int:
    first = next((card for card in _teams() if card.line == 1), None)
    if first is not None:
        return first.id
    # A desk begins with its single point of contact; the teams behind it come when there are people for them.
    return staff.add_team(NewTeam(_("Service desk"), line=1), by=SYSTEM).id


def _account(email: str) -> Account:
    found = accounts.account_by_email(email.strip())
    if found is None:
        raise NotFound(f"There is no account with the e-mail address {email}.")
    return found


def _answer_account(form: str, row: Account) -> None:
    document = _document(row)
    answer(form, document, lambda: _line(document))


def _document(row: Account) -> dict[str, Any]:
    organisation = row.contact.organisation if row.contact else None
    return {
        "email": row.email, "name": row.name, "role": row.role.value, "language": row.language,
        "organisation": organisation.name if organisation else None,
        "can_sign_in": row.password_hash is not None and row.disabled_at is None,
        "is_disabled": row.disabled_at is not None, "is_demo": row.is_demo,
    }  # fmt: skip


def _line(document: dict[str, Any]) -> str:
    state = "disabled" if document["is_disabled"] else "" if document["can_sign_in"] else "no password yet"
    parts = [document["email"], document["role"], document["name"], document["organisation"] or "", state]
    return "  ".join(part for part in parts if part)


def _team_document(card: directory.TeamCard) -> dict[str, Any]:
    cards = directory.operators()
    people = [{"name": cards[i].name, "email": cards[i].email} for i in sorted(card.operator_ids)]
    return {"name": card.name, "line": card.line, "operators": people}


def _team_line(document: dict[str, Any]) -> str:
    names = ", ".join(person["name"] for person in document["operators"])
    return f"line {document['line']}  {document['name']}  {names}".rstrip()


COMMANDS: tuple[Command | Group, ...] = (account, token, team)
