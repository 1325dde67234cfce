"""`hours` and `billing`: the ledger of prepaid hours, and what accounting has to invoice."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

import click
from sqlalchemy import select

from helpdesk.aftersales import billing as notices
from helpdesk.aftersales import hours as ledger
from helpdesk.aftersales.documents import (
    NOTICE_COLUMNS,
    batch_document,
    notice_row,
    statement_document,
)
from helpdesk.aftersales.terms import UNITS, NewTerms, contract_by_number, set_terms
from helpdesk.cli.face import Command, Exit, Group, Refused, acting, answer, answering, with_desk
from helpdesk.core.db import db
from helpdesk.core.i18n import signed_hours
from helpdesk.core.tables import csv_text
from helpdesk.models.contracts import BillingBatch, Contract, Plan
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.tickets.calendars import calendar_names

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
@click.option("--on-site", is_flag=True, help="On-site work is covered, too.")
@click.option("--channel", "channels", multiple=True, type=click.Choice([each.value for each in Channel]),
              help="Covered ones; without any: all. Can be repeated.")  # fmt: skip
@click.option("--rate", type=int, metavar="CENTS", help="Of an hour, in cents.")
@click.option("--monthly-fee", type=int, metavar="CENTS", help="Of a monthly plan, in cents.")
@click.option("--currency", default="EUR", show_default=True, help="By its three letters.")
@click.option("--carry-over", type=int, default=0, show_default=True, help="Minutes of a block that outlive it.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the history.")
@acting
@answering
def terms(
    number: str, valid_from: date, plan: str, rounding: str, minimum: int, percent: int, calendar_name: str | None,
    on_site: bool, channels: Sequence[str], rate: int | None, monthly_fee: int | None, currency: str, carry_over: int,
    reason: str, by: Actor, form: str,
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


@hours.command("statement")
@contract_argument
@click.option("--since", type=date_type, metavar="DATE", help="The first day.")
@click.option("--until", type=date_type, metavar="DATE", help="The last day.")
@answering
@with_desk
def statement(number: str, since: date | None, until: date | None, form: str) -> None:
    """Show the ledger of a contract line by line, with the balance after each.

    \b
    Example:
      threeline hours statement C-7 --json
    """
    contract = contract_by_number(number, for_=SYSTEM)
    shown = ledger.statement_of(
        contract, for_=SYSTEM, since=_day(since) if since else None, until=_day(until) if until else None
    )
    document = statement_document(shown)
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
