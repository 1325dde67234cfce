"""`jobs`: work that waits or has failed for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from sqlalchemy import select

from helpdesk.cli.face import Command, Group, answer, answering, with_desk
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.jobs import DEAD, DONE, READY, Job, revive


@click.group(cls=Group)
def jobs() -> None:
    """Work that waits, or has failed for good."""


@jobs.command("list")
@click.option("--state", type=click.Choice([DEAD, READY, DONE]), default=DEAD, show_default=True, help="Which ones.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many at most.")
@answering
@with_desk
def list_(state: str, limit: int, form: str) -> None:
    """List jobs, by default the dead ones: they were tried to the end and wait for a person.

    \b
    Example:
      threeline jobs list
      threeline jobs list --state ready --json
    """
    rows = db.session.scalars(select(Job).where(Job.state == state).order_by(Job.id).limit(limit))
    documents = [_document(row) for row in rows]
    answer(form, {"jobs": documents}, lambda: "\n".join(_line(document) for document in documents))


@jobs.command("retry")
@click.argument("job_id", metavar="ID", type=click.IntRange(min=1))
@answering
@with_desk
def retry(job_id: int, form: str) -> None:
    """Give a dead job another life, from the first try on.

    \b
    Example:
      threeline jobs retry 4711
    """
    with transaction():
        revived = revive(job_id)
    if not revived:
        raise NotFound(f"There is no dead job {job_id}.")
    document = _document(db.session.get_one(Job, job_id))
    answer(form, document, lambda: _line(document))


def _document(row: Job) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "args": row.args, "state": row.state, "attempts": row.attempts,
        "run_at": _at(row.run_at), "created_at": _at(row.created_at), "done_at": _at(row.done_at), "error": row.error,
    }  # fmt: skip


def _line(document: dict[str, Any]) -> str:
    error = (document["error"] or "").splitlines()
    return f"{document['id']:>8}  {document['kind']:<32} {document['attempts']:>2} tries  {error[0] if error else ''}"


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


COMMANDS: tuple[Command | Group, ...] = (jobs,)
