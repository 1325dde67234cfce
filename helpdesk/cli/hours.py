"""`hours` and `billing`: the ledger of prepaid hours, and what accounting has to invoice."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from helpdesk.aftersales import billing as notices
from helpdesk.aftersales import hours as ledger
from helpdesk.aftersales.documents import (
    NOTICE_COLUMNS,
    STATEMENT_COLUMNS,
    batch_document,
    line_row,
    notice_row,
    statement_document,
)
from helpdesk.aftersales.statements import statement_pdf
from helpdesk.aftersales.terms import UNITS, NewTerms, contract_by_number, set_terms
from helpdesk.cli.face import Command, Exit, Group, Refused, acting, answer, answering, with_desk
from helpdesk.core.db import db
from helpdesk.core.i18n import signed_hours
from helpdesk.core.tables import csv_text
from helpdesk.models.contracts import BillingBatch, Contract, Plan
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.tickets.calendars import calendar_names
from helpdesk.tickets.queries import get_ticket

contract_argument = click.argument("number", metavar="CONTRACT")
date_type = click.DateTime(formats=["%Y-%m-%d"])


@click.group(cls=Group)
def hours() -> None:
    """Prepaid hours: grant them, show the statement, verify the ledger."""


@hours.command("terms")
@contract_argument
@click.option("--from", "valid_from", type=date_type, required=True, metavar="DATE", help="The first day they hold.")
@click.option("--plan", type=click.Choice([plan.value for plan in Plan]), required=True)
@click.option("--rounding", type=click.Choice([str(unit) for unit in UNITS]), default="1", show_default=True,
              help="Minutes that are rounded up to.")  # fmt: skip
@click.option("--minimum", type=int, default=0, show_default=True, help="The fewest minutes that are counted.")
@click.option("--after-hours", "percent", type=int, default=100, show_default=True,
              help="Per cent that a minute outside the calendar counts.")  # fmt: skip
@click.option("--calendar", "calendar_name", metavar="NAME", help="The agreed hours.")
@click.option("--only-in-hours", "only_hours", is_flag=True, help="What is asked outside of them is not covered.")
@click.option("--on-site", is_flag=True, help="On-site work is covered, too.")
@click.option("--channel", "channels", multiple=True, type=click.Choice([each.value for each in Channel]),
              help="Covered ones; without any: all. Can be repeated.")  # fmt: skip
@click.option("--rate", type=int, metavar="CENTS", help="Of an hour, in cents.")
@click.option("--monthly-fee", type=int, metavar="CENTS", help="Of a monthly plan, in cents.")
@click.option("--currency", default="EUR", show_default=True, help="By its three letters.")
@click.option("--carry-over", type=int, default=0, show_default=True, help="Minutes of a block that outlive it.")
@click.option("--approval-above", "approval_cents", type=int, metavar="CENTS",
              help="Chargeable work on a ticket above it needs the client's yes.")  # fmt: skip
@click.option("--approval-above-minutes", "approval_minutes", type=int, help="The same, in minutes.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the history.")
@acting
@answering
def terms(
    number: str, valid_from: date, plan: str, rounding: str, minimum: int, percent: int, calendar_name: str | None,
    only_hours: bool, on_site: bool, channels: Sequence[str], rate: int | None, monthly_fee: int | None, currency: str,
    carry_over: int, approval_cents: int | None, approval_minutes: int | None, reason: str, by: Actor, form: str,
) -> None:  # fmt: skip
    """Say what a contract counts and covers, from a day on.

    \b
    Example:
      threeline hours terms C-7 --from 2026-01-01 --plan prepaid --rounding 15 --rate 9000 --as petras@desk.example
    """
    by_name = {name.lower(): key for key, name in calendar_names().items()}
    if calendar_name and calendar_name.lower() not in by_name:
        raise Refused(f"There is no calendar {calendar_name!r}.", Exit.NOT_FOUND)
    new = NewTerms(
        valid_from=_day(valid_from), plan=Plan(plan), rounding_minutes=int(rounding), minimum_minutes=minimum,
        after_hours_percent=percent, calendar_id=by_name[calendar_name.lower()] if calendar_name else None,
        covers_only_hours=only_hours, approval_above_cents=approval_cents, approval_above_minutes=approval_minutes,
        covers_on_site=on_site, channels=tuple(channels), hourly_rate_cents=rate, monthly_fee_cents=monthly_fee,
        currency=currency, carry_over_minutes=carry_over, reason=reason,
    )  # fmt: skip
    set_terms(contract_by_number(number, for_=by), new, by=by)
    document = {"contract": number, "plan": plan, "valid_from": str(new.valid_from)}
    answer(form, document, lambda: f"{number}: {plan} from {new.valid_from} on")


@hours.command("grant")
@contract_argument
@click.option("--minutes", type=int, required=True, help="How many.")
@click.option("--expires", type=date_type, metavar="DATE", help="The last day on which they may be used.")
@click.option("--note", default="", metavar="TEXT", help="What they were granted for.")
@acting
@answering
def grant(number: str, minutes: int, expires: date | None, note: str, by: Actor, form: str) -> None:
    """Put a block of hours into a contract's ledger.

    \b
    Example:
      threeline hours grant C-7 --minutes 600 --expires 2026-12-31 --as petras@desk.example
    """
    contract = contract_by_number(number, for_=by)
    block = ledger.grant_hours(contract, minutes, expires_on=_day(expires) if expires else None, note=note, by=by)
    balance = ledger.balance_of(contract.id)
    document = {"contract": contract.number, "block": block.id, "minutes": minutes, "balance_minutes": balance}
    answer(form, document, lambda: f"{contract.number}: {signed_hours(balance)} h")


@hours.command("adjust")
@contract_argument
@click.option("--minutes", type=int, required=True, help="How many; negative to take some.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@acting
@answering
def adjust(number: str, minutes: int, reason: str, by: Actor, form: str) -> None:
    """Correct a contract's ledger by signed minutes.

    \b
    Example:
      threeline hours adjust C-7 --minutes -30 --reason "Counted twice" --as petras@desk.example
    """
    contract = contract_by_number(number, for_=by)
    ledger.adjust_hours(contract, minutes, reason, by=by)
    balance = ledger.balance_of(contract.id)
    document = {"contract": contract.number, "minutes": minutes, "balance_minutes": balance}
    answer(form, document, lambda: f"{contract.number}: {signed_hours(balance)} h")


@hours.command("reserve")
@contract_argument
@click.option("--minutes", type=int, required=True, help="How many.")
@click.option("--what", required=True, metavar="TEXT", help="For what.")
@click.option("--on", "planned_on", type=date_type, metavar="DATE", help="When it is planned.")
@click.option("--ticket", "ticket_number", metavar="TICKET", help="Only work on this ticket draws on them.")
@acting
@answering
def reserve(
    number: str, minutes: int, what: str, planned_on: Any, ticket_number: str | None, by: Actor, form: str
) -> None:
    """Set hours aside for planned work; nothing else uses them.

    \b
    Example:
      threeline hours reserve C-7 --minutes 120 --what "Visit in May" --as ona@desk.example
    """
    contract = contract_by_number(number, for_=by)
    row = ledger.reserve_hours(
        contract, minutes, what, planned_on=_day(planned_on) if planned_on else None,
        ticket_id=get_ticket(ticket_number, for_=by).id if ticket_number else None, by=by,
    )  # fmt: skip
    document = {"reservation": row.id, "contract": contract.number, "minutes": minutes, "what": row.what}
    answer(form, document, lambda: f"{contract.number}: {signed_hours(minutes)} h set aside as {row.id}")


@hours.command("reservations")
@contract_argument
@acting
@answering
def reservations(number: str, by: Actor, form: str) -> None:
    """List what is set aside on a contract, with what is left of it.

    \b
    Example:
      threeline hours reservations C-7 --as ona@desk.example
    """
    rows = ledger.reservations_of(contract_by_number(number, for_=by), for_=by)
    documents = [
        {"reservation": each.row.id, "what": each.row.what, "minutes": each.row.minutes, "left_minutes": each.left,
         "planned_on": str(each.row.planned_on) if each.row.planned_on else None} for each in rows
    ]  # fmt: skip
    said = [f"{row['reservation']}  {row['what']}  {signed_hours(int(str(row['left_minutes'])))} h left"
            for row in documents]  # fmt: skip
    answer(form, {"reservations": documents}, lambda: "\n".join(said) or "Nothing is set aside.")


@hours.command("release")
@click.argument("reservation_id", metavar="RESERVATION", type=int)
@acting
@answering
def release_hours(reservation_id: int, by: Actor, form: str) -> None:
    """Let hours that were set aside be used for anything again.

    \b
    Example:
      threeline hours release 3 --as ona@desk.example
    """
    row = ledger.get_reservation(reservation_id, for_=by)
    ledger.end_reservation(row, by=by)
    answer(form, {"reservation": row.id, "is_open": False}, lambda: f"Reservation {row.id} is over.")


@hours.command("statement")
@contract_argument
@click.option("--since", type=date_type, metavar="DATE", help="The first day.")
@click.option("--until", type=date_type, metavar="DATE", help="The last day.")
@click.option("--pdf", "pdf_file", metavar="FILE", help="Write it as PDF, in the client's language and time zone.")
@click.option("--csv", "as_csv", is_flag=True, help="Print it as CSV.")
@answering
@with_desk
def statement(
    number: str, since: date | None, until: date | None, pdf_file: str | None, as_csv: bool, form: str
) -> None:
    """Show the ledger of a contract line by line, with the balance after each.

    \b
    Example:
      threeline hours statement C-7 --json
      threeline hours statement C-7 --pdf hours.pdf
    """
    contract = contract_by_number(number, for_=SYSTEM)
    shown = ledger.statement_of(
        contract, for_=SYSTEM, since=_day(since) if since else None, until=_day(until) if until else None
    )
    document = statement_document(shown)
    if pdf_file:
        _write_pdf(shown, pdf_file)
        answer(form, {"contract": document["contract"], "file": pdf_file}, lambda: f"{pdf_file} is written.")
    elif as_csv:
        click.echo(csv_text(STATEMENT_COLUMNS, map(line_row, shown.lines)).rstrip())
    else:
        answer(form, document, lambda: _statement_text(document))


@hours.command("verify")
@click.argument("numbers", metavar="[CONTRACT…]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every contract.")
@answering
@with_desk
def verify(numbers: tuple[str, ...], everything: bool, form: str) -> None:
    """Look for what must never be in the ledgers; ends with 1 where something is found.

    \b
    Example:
      threeline hours verify --all
    """
    if everything == bool(numbers):
        raise click.UsageError("Name contracts, or say --all.")
    ids = None if everything else [contract_by_number(number, for_=SYSTEM).id for number in numbers]
    found = [{"contract": fault.contract, "what": fault.what} for fault in ledger.verify(ids)]
    total = len(numbers) if ids is not None else db.session.scalar(select(db.func.count(Contract.id)))
    document = {"ok": not found, "contracts": total, "faults": found}
    said = [f"{each['contract']}: {each['what']}" for each in found]
    answer(form, document, lambda: "\n".join([*said, f"{total} contracts verified, {len(found)} faults"]))
    sys.exit(Exit.REFUSED if found else Exit.OK)


@click.group(cls=Group)
def billing() -> None:
    """What accounting has to invoice: take it, and say that it arrived."""


@billing.command("waiting")
@answering
@with_desk
def waiting(form: str) -> None:
    """Show the notices that nobody has taken.

    \b
    Example:
      threeline billing waiting
    """
    rows = [notice_row(each) for each in notices.notices_of(None, for_=SYSTEM)]
    answer(form, {"notices": rows}, lambda: csv_text(NOTICE_COLUMNS, rows).rstrip())


@billing.command("take")
@answering
@with_desk
def take(form: str) -> None:
    """Take all notices that wait as one batch: CSV, or one JSON document. Nobody else gets them.

    \b
    Example:
      threeline billing take --json > batch.json
    """
    batch = notices.take_notices(by=SYSTEM)
    if batch is None:
        answer(form, {"batch": None, "notices": []}, lambda: "Nothing waits.")
        return
    _show(batch, form)


@billing.command("confirm")
@click.argument("batch_id", metavar="BATCH", type=int)
@answering
@with_desk
def confirm(batch_id: int, form: str) -> None:
    """Say that a batch is in the books.

    \b
    Example:
      threeline billing confirm 3
    """
    batch = notices.confirm_batch(batch_id, by=SYSTEM)
    answer(form, {"batch": batch.id, "state": batch.state.value}, lambda: f"Batch {batch.id} is confirmed.")


@billing.command("release")
@click.argument("batch_id", metavar="BATCH", type=int)
@answering
@with_desk
def release(batch_id: int, form: str) -> None:
    """Say that a batch did not arrive: its notices wait again.

    \b
    Example:
      threeline billing release 3
    """
    batch = notices.release_batch(batch_id, by=SYSTEM)
    answer(form, {"batch": batch.id, "state": batch.state.value}, lambda: f"Batch {batch.id} is released.")


def _show(batch: BillingBatch, form: str) -> None:
    document = batch_document(batch, notices.notices_of(batch.id, for_=SYSTEM))
    answer(form, document, lambda: f"Batch {batch.id}\n" + csv_text(NOTICE_COLUMNS, document["notices"]).rstrip())


def _write_pdf(shown: ledger.Statement, name: str) -> None:
    """The statement as its client would read it."""
    client = db.session.get_one(Organisation, shown.contract.organisation_id)
    content = statement_pdf(shown, for_=replace(SYSTEM, language=client.language, zone=client.timezone))
    Path(name).write_bytes(content)


def _statement_text(document: dict[str, Any]) -> str:
    head = f"{document['contract']}: {signed_hours(document['balance_minutes'])} h left"
    if document["reserved_minutes"]:
        head += f", {signed_hours(document['reserved_minutes'])} h of them set aside"
    lines = [
        f"{row['date']}  {row['entry']:<12} {signed_hours(row['minutes']):>9} {signed_hours(row['balance']):>9}  "
        f"{' '.join(filter(None, (row['ticket'], row['note'])))}".rstrip()
        for row in document["lines"]
    ]  # fmt: skip
    return "\n".join([head, *lines])


def _day(value: Any) -> date:
    day: date = value.date()
    return day


COMMANDS: tuple[Command | Group, ...] = (hours, billing)
