"""`promises`: what was agreed with clients and is not done yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, with_desk
from helpdesk.core.i18n import current_zone, span
from helpdesk.core.times import now
from helpdesk.people.directory import operators
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.promised import PromiseFilter, PromiseRow, open_promises

MOST = 1000


@click.group(cls=Group)
def promises() -> None:
    """Times that were agreed with clients."""


@promises.command("due")
@click.option("--operator", "email", metavar="EMAIL", help="Only what this operator keeps.")
@click.option("--all", "everything", is_flag=True, help="What is due after today, too.")
@answering
@with_desk
def due(email: str | None, everything: bool, form: str) -> None:
    """Show what is promised for today, and what is overdue; what is due first first.

    \b
    Example:
      threeline promises due
      threeline promises due --operator ona@desk.example --all --json
    """
    today = now().astimezone(ZoneInfo(current_zone())).replace(hour=0, minute=0, second=0, microsecond=0)
    until = None if everything else today + timedelta(days=1)
    narrowed = PromiseFilter(owner_id=_operator(email) if email else None, until=until)
    rows = open_promises(narrowed, for_=SYSTEM, limit=MOST)
    answer(form, {"promises": [_document(row) for row in rows]}, lambda: _text(rows))


def _operator(email: str) -> int:
    found = next(
        (card.id for card in operators().values() if (card.email or "").lower() == email.strip().lower()), None
    )
    if found is None:
        raise Refused(f"There is no operator {email!r}.", Exit.NOT_FOUND)
    return found


def _document(row: PromiseRow) -> dict[str, Any]:
    promise = row.promise
    return {
        "id": promise.id, "ticket": row.number or None, "what": promise.what, "from_at": _utc(promise.from_at),
        "until_at": _utc(promise.until_at), "owner": row.owner or None, "contact": row.contact,
        "organisation": row.organisation or None, "is_overdue": row.is_overdue,
    }  # fmt: skip


def _text(rows: list[PromiseRow]) -> str:
    if not rows:
        return "Nothing is due."
    return "\n".join(
        "  ".join(filter(None, (
            span(row.promise.from_at, row.promise.until_at), "overdue" if row.is_overdue else "", row.owner or "nobody",
            row.number, row.promise.what, f"({row.organisation or row.contact})",
        ))) for row in rows
    )  # fmt: skip


def _utc(at: Any) -> str:
    return str(at.isoformat(timespec="seconds").replace("+00:00", "Z"))


COMMANDS: tuple[Command | Group, ...] = (promises,)
