"""`sales` and `enquiries`: the handover to operations as a table, and what is still to be done."""

from __future__ import annotations

import sys
from typing import Any

import click

from helpdesk.aftersales.documents import enquiry_document, sale_document, sale_row
from helpdesk.aftersales.enquiries import list_enquiries
from helpdesk.aftersales.sold import get_sale, list_sales, show_sale
from helpdesk.cli.face import Command, Exit, Group, acting, answer, answering, open_input, with_desk
from helpdesk.moving.sales import MOST_BYTES, SalesOutcome, import_sales
from helpdesk.policy.actor import SYSTEM, Actor

LISTED = 200


@click.group(cls=Group)
def sales() -> None:
    """Closed sales: hand them over to operations, see what is still to be done."""


@sales.command("import")
@click.argument("file", metavar="FILE.csv")
@click.option("--dry-run", is_flag=True, help="Try all of it and keep nothing.")
@acting
@answering
def import_(file: str, dry_run: bool, by: Actor, form: str) -> None:
    """Hand over the sales of a table; - reads standard input.

    Rows with one reference are one sale: it comes in whole, once, or not at all. What is wrong is told by line and
    column; the status is then 65, and every other sale is in. docs/imports.md lists the columns.

    \b
    Example:
      threeline sales import sold.csv --dry-run --as vera@desk.example
    """
    with open_input(file) as stream:
        outcome = import_sales(stream.read(MOST_BYTES + 1), by=by, dry_run=dry_run)
    answer(form, _document(outcome, dry_run), lambda: _text(outcome, dry_run))
    sys.exit(Exit.BAD_DATA if outcome.refused else Exit.OK)


@sales.command("list")
@click.option("--unfinished", is_flag=True, help="Only those with points still to be done.")
@answering
@with_desk
def list_(unfinished: bool, form: str) -> None:
    """List the newest sales.

    \b
    Example:
      threeline sales list --unfinished
    """
    rows = [sale_row(row) for row in list_sales(for_=SYSTEM, is_unfinished=unfinished, size=LISTED).rows]
    answer(form, {"sales": rows}, lambda: "\n".join(_line(row) for row in rows) or "No sales.")


@sales.command("show")
@click.argument("number", metavar="NUMBER")
@answering
@with_desk
def show(number: str, form: str) -> None:
    """Show a sale with its checklist, payments and billing notices.

    \b
    Example:
      threeline sales show S-12
    """
    document = sale_document(show_sale(get_sale(number, for_=SYSTEM)))
    answer(form, document, lambda: _sale_text(document))


@click.group(cls=Group)
def enquiries() -> None:
    """Enquiries: who may buy, and what is due for them."""


@enquiries.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that have ended, too.")
@answering
@with_desk
def list_open(everything: bool, form: str) -> None:
    """List the open enquiries with what is due for them.

    \b
    Example:
      threeline enquiries list
    """
    found = list_enquiries(for_=SYSTEM, size=LISTED, **({"states": None} if everything else {}))
    rows = [enquiry_document(shown) for shown in found.rows]
    answer(form, {"enquiries": rows}, lambda: "\n".join(_enquiry_line(row) for row in rows) or "No enquiries.")


def _document(outcome: SalesOutcome, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run, "made": [{"reference": reference, "number": None if dry_run else number}
                                     for reference, number in outcome.made],
        "unchanged": outcome.unchanged,
        "refused": [{"line": each.line, "column": each.column or None, "reference": each.reference or None,
                     "reason": each.reason} for each in outcome.refused],
    }  # fmt: skip


def _text(outcome: SalesOutcome, dry_run: bool) -> str:
    lines = [f"line {each.line}{', ' + each.column if each.column else ''}: {each.reason}" for each in outcome.refused]
    aside = len({each.reference or str(each.line) for each in outcome.refused})
    did = "would be handed over" if dry_run else "handed over"
    lines.append(f"{len(outcome.made)} sales {did}, {outcome.unchanged} known already, {aside} set aside.")
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    left = f"{row['open_points']} to do" if row["open_points"] else "done"
    wrong = f", {row['wrong_points']} wrong" if row["wrong_points"] else ""
    return f"{row['number']:<8} {row['sold_on']}  {row['organisation']}: {row['what']}  ({left}{wrong})"


def _sale_text(document: dict[str, Any]) -> str:
    head = f"{document['number']} {document['organisation']}, sold on {document['sold_on']}"
    lines = [f"  {item['quantity']} × {item['what']}" for item in document["items"]]
    points = [
        f"  [{'x' if point['is_done'] else '!' if point['is_wrong'] else ' '}] {point['point']:<13} "
        f"{point['done_on'] or 'due ' + point['due_at']}{'  ' + point['remark'] if point['remark'] else ''}"
        for point in document["points"]
    ]
    paid = f"  {document['paid_cents']} of {document['total_cents']} cents {document['currency']} paid"
    return "\n".join([head, *lines, *points, paid])


def _enquiry_line(row: dict[str, Any]) -> str:
    due = ", ".join(f"{duty['kind']} {duty['due_at']}" for duty in row["duties"])
    return f"{row['ticket']:<8} {row['state']:<10} {row['subject']}{'  (' + due + ')' if due else ''}"


COMMANDS: tuple[Command | Group, ...] = (sales, enquiries)
