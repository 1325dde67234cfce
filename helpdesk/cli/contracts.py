"""`contract` and `approval`: contracts with how they go on, and the client's yes to chargeable work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.aftersales import approvals as questions
from helpdesk.aftersales import renewal
from helpdesk.aftersales.approvals import NewApproval
from helpdesk.aftersales.terms import contract_by_number
from helpdesk.cli.face import Command, Exit, Group, Refused, acting, answer, answering
from helpdesk.core.db import db
from helpdesk.core.i18n import signed_hours
from helpdesk.core.times import now
from helpdesk.entitlement import contracts
from helpdesk.entitlement.contracts import NewContract, Renewal
from helpdesk.models.contracts import Approval, Contract
from helpdesk.models.people import Operator, Organisation
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.policies import policy_names
from helpdesk.tickets.queries import get_ticket

contract_argument = click.argument("number", metavar="CONTRACT")
ticket_argument = click.argument("number", metavar="TICKET")
approval_argument = click.argument("approval_id", metavar="APPROVAL", type=int)
date_type = click.DateTime(formats=["%Y-%m-%d"])


@click.group(cls=Group)
def contract() -> None:
    """Contracts: what covers requests, until when, and how it goes on."""


@contract.command("list")
@click.option("--organisation", metavar="NAME", help="Only of this client.")
@acting
@answering
def list_contracts(organisation: str | None, by: Actor, form: str) -> None:
    """List contracts, those of one client after the other.

    \b
    Example:
      threeline contract list --organisation Klinika --as petras@desk.example
    """
    if by.is_staff:
        require(by, Action.READ_HOURS)
    query = visible(by, Contract).options(selectinload(Contract.lines))
    if organisation:
        query = query.where(Contract.organisation_id == _organisation(organisation).id)
    rows = db.session.scalars(query.order_by(Contract.organisation_id, Contract.valid_from, Contract.id)).all()
    documents = [_document(row) for row in rows]
    answer(form, {"contracts": documents}, lambda: "\n".join(map(_text, documents)) or "No contract.")


@contract.command("show")
@contract_argument
@acting
@answering
def show(number: str, by: Actor, form: str) -> None:
    """Show a contract: its span, what it covers, how it goes on.

    \b
    Example:
      threeline contract show C-7 --as petras@desk.example
    """
    _tell(_found(number, by, reads=True), form)


@contract.command("add")
@click.argument("number", metavar="CONTRACT")
@click.option("--organisation", metavar="NAME", required=True, help="Of which client.")
@click.option("--from", "valid_from", type=date_type, required=True, metavar="DATE", help="The first day.")
@click.option("--until", "valid_until", type=date_type, metavar="DATE", help="The last day.")
@click.option("--policy", metavar="NAME", help="The service levels of all that no product names.")
@click.option("--product", "products", multiple=True, metavar="NAME", help="A covered product. Can be repeated.")
@click.option("--component", "components", multiple=True, metavar="NAME", help="A covered component. Can be repeated.")
@click.option("--line-policy", metavar="NAME", help="The service levels of these products.")
@acting
@answering
def add(
    number: str, organisation: str, valid_from: Any, valid_until: Any, policy: str | None, products: Sequence[str],
    components: Sequence[str], line_policy: str | None, by: Actor, form: str,
) -> None:  # fmt: skip
    """Write a contract. What overlaps another one of the client is refused.

    \b
    Example:
      threeline contract add C-8 --organisation Klinika --from 2027-01-01 --policy Standard --as petras@desk.example
    """
    policies = {name.lower(): key for key, name in policy_names().items()}
    known_products = {card.name.lower(): card.id for card in directory.products().values()}
    known_components = {card.name.lower(): card.id for card in directory.components().values()}
    new = NewContract(
        number=number, policy_id=_id(policies, policy, "policy"), valid_from=valid_from.date(),
        valid_until=_day(valid_until),
        product_ids=tuple(_id(known_products, name, "product") or 0 for name in products),
        component_ids=tuple(_id(known_components, name, "component") or 0 for name in components),
        line_policy_id=_id(policies, line_policy, "policy"),
    )  # fmt: skip
    _tell(contracts.add_contract(_organisation(organisation), new, by=by), form)


@contract.command("end")
@contract_argument
@click.option("--on", "on", type=date_type, required=True, metavar="DATE", help="The last day.")
@acting
@answering
def end(number: str, on: Any, by: Actor, form: str) -> None:
    """Let a contract end with a day.

    \b
    Example:
      threeline contract end C-7 --on 2026-12-31 --as petras@desk.example
    """
    found = _found(number, by)
    contracts.end_contract(found, on.date(), seen=found.valid_until, by=by)
    _tell(found, form)


@contract.command("arrange")
@contract_argument
@click.option("--owner", metavar="EMAIL", help="The operator who looks after it.")
@click.option("--months", type=int, help="How long a renewal lasts.")
@click.option("--renews-itself/--ends", default=None, help="Whether it goes on unless notice is given.")
@click.option("--minutes", type=int, help="Hours that come with each renewal.")
@click.option("--notice-by", type=date_type, metavar="DATE", help="The last day on which notice can be given.")
@acting
@answering
def arrange(
    number: str, owner: str | None, months: int | None, renews_itself: bool | None, minutes: int | None,
    notice_by: Any, by: Actor, form: str,
) -> None:  # fmt: skip
    """Say how a contract goes on; what is left out stays as it was.

    \b
    Example:
      threeline contract arrange C-7 --months 12 --renews-itself --notice-by 2026-09-30 --as petras@desk.example
    """
    found = _found(number, by)
    agreed = Renewal(found.owner_id, found.renewal_months, found.renews_itself, found.renewal_minutes, found.notice_by)
    told: dict[str, Any] = {
        "owner_id": _operator(owner) if owner else None, "renewal_months": months, "renews_itself": renews_itself,
        "renewal_minutes": minutes, "notice_by": _day(notice_by),
    }  # fmt: skip
    said = {name: value for name, value in told.items() if value is not None}
    contracts.arrange_renewal(found, replace(agreed, **said), by=by)
    _tell(found, form)


@contract.command("renew")
@contract_argument
@click.option("--months", type=int, help="For so many; else as agreed.")
@click.option("--minutes", type=int, help="Hours that come with it; else as agreed.")
@click.option("--seen", type=date_type, metavar="DATE", help="The last day as it was read; another one is refused.")
@acting
@answering
def renew(number: str, months: int | None, minutes: int | None, seen: Any, by: Actor, form: str) -> None:
    """Renew a contract: the next span begins on the day after its last one.

    \b
    Example:
      threeline contract renew C-7 --months 12 --minutes 600 --as petras@desk.example
    """
    found = _found(number, by)
    renewal.renew_contract(found, seen=_day(seen) or found.valid_until, months=months, minutes=minutes, by=by)
    _tell(found, form)


@contract.command("notice")
@contract_argument
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--on", "on", type=date_type, metavar="DATE", help="When it was given; else today.")
@click.option("--withdraw", is_flag=True, help="The contract goes on after all.")
@acting
@answering
def notice(number: str, reason: str, on: Any, withdraw: bool, by: Actor, form: str) -> None:
    """Give notice of a contract, so that it ends with its last day; or withdraw it.

    \b
    Example:
      threeline contract notice C-7 --reason "They move" --as petras@desk.example
    """
    found = _found(number, by)
    if withdraw:
        renewal.withdraw_notice(found, reason, by=by)
    else:
        renewal.give_notice(found, reason, on=_day(on), by=by)
    _tell(found, form)


@click.group(cls=Group)
def approval() -> None:
    """The client's yes to chargeable work, before it is done."""


@approval.command("list")
@ticket_argument
@acting
@answering
def list_approvals(number: str, by: Actor, form: str) -> None:
    """List the approvals of a ticket, with what is left of them.

    \b
    Example:
      threeline approval list T-12 --as ona@desk.example
    """
    rows = questions.approvals_of(get_ticket(number, for_=by), for_=by)
    documents = [_approval_document(each.row) | {"left_minutes": each.left} for each in rows]
    answer(form, {"approvals": documents}, lambda: "\n".join(map(_approval_text, documents)) or "No approval.")


@approval.command("ask")
@ticket_argument
@click.option("--what", required=True, metavar="TEXT", help="What is to be done; the client reads it.")
@click.option("--minutes", type=int, required=True, help="The estimate.")
@click.option("--amount", type=int, metavar="CENTS", help="In cents; else by the price of an hour.")
@acting
@answering
def ask(number: str, what: str, minutes: int, amount: int | None, by: Actor, form: str) -> None:
    """Ask the client's decider or buyer; they get a letter with the way to the portal.

    \b
    Example:
      threeline approval ask T-12 --what "A new print head" --minutes 90 --as ona@desk.example
    """
    row = questions.ask_approval(get_ticket(number, for_=by), NewApproval(what, minutes, amount), by=by)
    _tell_approval(row, form)


@approval.command("answer")
@approval_argument
@click.option("--yes/--no", "is_yes", required=True, default=None, help="May it be done?")
@click.option("--words", default="", metavar="TEXT", help="What else is to be said.")
@acting
@answering
def answer_it(approval_id: int, is_yes: bool, words: str, by: Actor, form: str) -> None:
    """As somebody of the client who was asked: say yes or no.

    \b
    Example:
      threeline approval answer 4 --yes --as lena@klinika.example
    """
    row = questions.get_approval(approval_id, for_=by)
    _tell_approval(questions.answer_approval(row, is_yes, words, by=by), form)


@approval.command("withdraw")
@approval_argument
@acting
@answering
def withdraw(approval_id: int, by: Actor, form: str) -> None:
    """Take the question back: nobody need answer any more.

    \b
    Example:
      threeline approval withdraw 4 --as ona@desk.example
    """
    _tell_approval(questions.withdraw_approval(questions.get_approval(approval_id, for_=by), by=by), form)


@approval.command("waive")
@ticket_argument
@click.option("--minutes", type=int, required=True, help="So many may be done without the client's yes.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays with the ticket.")
@acting
@answering
def waive(number: str, minutes: int, reason: str, by: Actor, form: str) -> None:
    """As a manager: let chargeable work be done without the client's yes.

    \b
    Example:
      threeline approval waive T-12 --minutes 60 --reason "It burns" --as vera@desk.example
    """
    _tell_approval(questions.waive_approval(get_ticket(number, for_=by), minutes, reason, by=by), form)


def _found(number: str, by: Actor, *, reads: bool = False) -> Contract:
    found = contract_by_number(number, for_=by)
    if reads:
        require(by, Action.READ_HOURS, found)
    return found


def _organisation(name: str) -> Organisation:
    found = db.session.scalars(select(Organisation).where(db.func.lower(Organisation.name) == name.lower())).first()
    if found is None:
        raise Refused(f"There is no organisation {name!r}.", Exit.NOT_FOUND)
    return found


def _operator(email: str) -> int:
    found = db.session.scalar(select(Operator.id).where(db.func.lower(Operator.email) == email.lower()))
    if found is None:
        raise Refused(f"There is no operator {email!r}.", Exit.NOT_FOUND)
    return found


def _id(known: dict[str, int], name: str | None, kind: str) -> int | None:
    if not name:
        return None
    if name.lower() not in known:
        raise Refused(f"There is no {kind} {name!r}.", Exit.NOT_FOUND)
    return known[name.lower()]


def _day(value: Any) -> date | None:
    return value.date() if value is not None else None


def _document(row: Contract) -> dict[str, Any]:
    products, components = directory.products(), directory.components()
    owner = directory.operators().get(row.owner_id or 0)
    organisation = db.session.get_one(Organisation, row.organisation_id)
    return {
        "contract": row.number, "organisation": organisation.name, "policy": policy_names().get(row.policy_id or 0),
        "valid_from": str(row.valid_from), "valid_until": _iso(row.valid_until), "renews_on": _iso(row.renews_on),
        "renews_itself": row.renews_itself, "renewal_months": row.renewal_months,
        "renewal_minutes": row.renewal_minutes, "notice_by": _iso(row.notice_by),
        "notice_given_on": _iso(row.notice_given_on), "owner": owner.name if owner else None,
        "lines": [{"product": products[line.product_id].name,
                   "component": components[line.component_id].name if line.component_id else None,
                   "policy": policy_names().get(line.policy_id or 0)} for line in row.lines],
    }  # fmt: skip


def _iso(day: date | None) -> str | None:
    return str(day) if day is not None else None


def _tell(row: Contract, form: str) -> None:
    document = _document(row)
    answer(form, document, lambda: _text(document))


def _text(document: dict[str, Any]) -> str:
    lines = [", ".join(filter(None, (line["product"], line["component"]))) for line in document["lines"]]
    how = "notice given" if document["notice_given_on"] else "renews itself" if document["renews_itself"] else ""
    return "  ".join(filter(None, (
        f"{document['contract']:<14} {document['organisation']:<24}",
        f"{document['valid_from']} to {document['valid_until'] or 'open end'}", how,
        f"notice by {document['notice_by']}" if document["notice_by"] else "", "; ".join(lines),
    )))  # fmt: skip


def _approval_document(row: Approval) -> dict[str, Any]:
    is_over = row.state.value == "asked" and row.expires_at <= now()
    return {
        "id": row.id, "ticket": f"{NUMBER_PREFIX}{row.ticket_id}", "state": "expired" if is_over else row.state.value,
        "what": row.what or None, "minutes": row.minutes, "amount_cents": row.amount_cents, "currency": row.currency,
        "words": row.words or None,
    }  # fmt: skip


def _tell_approval(row: Approval, form: str) -> None:
    document = _approval_document(row)
    answer(form, document, lambda: _approval_text(document))


def _approval_text(document: dict[str, Any]) -> str:
    return "  ".join(filter(None, (
        str(document["id"]), document["ticket"], f"{signed_hours(document['minutes'])} h", document["state"],
        document["what"], document["words"],
    )))  # fmt: skip


COMMANDS: tuple[Command | Group, ...] = (contract, approval)
