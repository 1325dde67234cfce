"""`doctor`: what this installation runs on, what is wrong with it, and what to do about that."""

from __future__ import annotations

import os
import platform
import shutil
import smtplib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import click
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import __version__, migrations
from helpdesk.cli.face import (
    Command,
    Exit,
    Group,
    answer,
    answering,
    current_revision,
    sentence_of,
    the_application,
)
from helpdesk.config import Config, describe
from helpdesk.core import jobs
from helpdesk.core.db import db
from helpdesk.core.i18n import duration
from helpdesk.core.times import instant, now
from helpdesk.mail.transport import SmtpTransport
from sla.models import Clock
from sla.worktime import tzdata_version

LEAST_FREE_BYTES = 1_000_000_000
# A worker looks for work twice a second; whoever waits so long waits for a worker that is not there.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do where that is wrong."""

    name: str
    found: str
    remedy: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.remedy


@click.command(cls=Command)
@answering
def doctor(form: str) -> None:
    """Look at everything that the desk needs.

    Shows the settings (without secrets), the versions and what was found. Ends with 1 if something is wrong; each such
    thing comes with what to do.

    \b
    Example:
      threeline doctor
    """
    with the_application() as config:
        findings = [finding for look in LOOKS for finding in look(config)]
        versions = _versions()
    is_fine = all(finding.is_fine for finding in findings)
    settings = [dict(zip(("name", "value", "default", "meaning"), row, strict=True)) for row in describe(config)]
    document = {
        "ok": is_fine, "settings": settings, "versions": versions,
        "findings": [{**asdict(finding), "ok": finding.is_fine} for finding in findings],
    }  # fmt: skip
    answer(form, document, lambda: _text(settings, versions, findings))
    sys.exit(Exit.OK if is_fine else Exit.REFUSED)


def look_at_the_database(config: Config) -> Iterator[Finding]:
    """Whether it answers, and has the schema of this version."""
    url = make_url(config.database_url).render_as_string(hide_password=True)
    try:
        revision = current_revision()
    except SQLAlchemyError as error:
        yield Finding("database", f"{url} does not answer: {sentence_of(error)}",
                      "See to it that the database runs and that THREELINE_DATABASE_URL is right.")  # fmt: skip
        return
    yield Finding("database", f"{url} answers")
    wanted = migrations.head()
    if revision == wanted:
        yield Finding("schema", f"revision {revision}")
    else:
        yield Finding("schema", f"revision {revision or 'none'}, this version needs {wanted}",
                      "Run `threeline db upgrade`.")  # fmt: skip


def look_at_the_work(_config: Config) -> Iterator[Finding]:
    """Whether a worker does what is due, and what it had to give up."""
    at = now()
    try:
        counts = jobs.backlog()
        waits_since = jobs.next_run_at()
        fires_since = db.session.scalar(select(func.min(Clock.next_fire_at)))
    except SQLAlchemyError:
        db.session.rollback()
        return  # no database, or no schema in it: that has been said
    ready, dead = counts.get(jobs.READY, 0), counts.get(jobs.DEAD, 0)
    late = max(at - each for each in (at, waits_since, instant(fires_since) if fires_since else None) if each)
    if late > PATIENCE:
        yield Finding("worker", f"{ready} jobs wait, and work is late by {duration(late)}",
                      "Start a worker: `threeline run` has one inside, or run `threeline worker`.")  # fmt: skip
    else:
        yield Finding("worker", f"{ready} jobs wait")
    if dead:
        yield Finding("dead jobs", f"{dead} jobs failed for good",
                      "See why with `threeline jobs list`; then `threeline jobs retry ID`.")  # fmt: skip


def look_at_the_disk(config: Config) -> Iterator[Finding]:
    """Whether there is room, and whether the folders can be written."""
    free = shutil.disk_usage(config.home).free
    remedy = "" if free >= LEAST_FREE_BYTES else "Make room: without it no ticket and no file can be kept."
    yield Finding("disk", f"{free / 1e9:.1f} GB free in {config.home}", remedy)
    for name, folder in (("home", config.home), ("attachments", config.attachments)):
        if not _is_writable(folder):
            yield Finding(name, f"{folder} cannot be written",
                          "Give the folder to the account that the desk runs as.")  # fmt: skip


def look_at_the_mail(config: Config) -> Iterator[Finding]:
    """Whether letters can leave."""
    if config.mail_transport == "folder":
        remedy = "" if _is_writable(config.mail_folder) else "Give the folder to the account that the desk runs as."
        yield Finding("mail", f"letters are written to {config.mail_folder}", remedy)
        return
    server = f"{config.smtp_host}:{config.smtp_port}"
    try:
        with SmtpTransport(config)._connection() as connection:  # the very way that letters take, with its sign-in
            connection.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding("mail", f"{server} does not take letters: {error}",
                      "See to it that the server runs and that THREELINE_SMTP_* are right.")  # fmt: skip
    else:
        yield Finding("mail", f"{server} answers")
    if config.mail_domain.endswith(".example"):
        yield Finding("sender", f"letters come from {config.mail_from}, which is nobody's address",
                      "Set THREELINE_MAIL_FROM to the address of your desk.")  # fmt: skip


LOOKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (
    look_at_the_database,
    look_at_the_work,
    look_at_the_disk,
    look_at_the_mail,
)


def _versions() -> dict[str, str]:
    found = {"threeline": __version__, "python": platform.python_version()}
    found |= {name: version(name) for name in ("flask", "sqlalchemy", "granian")}
    return found | {"tzdata": tzdata_version(), db.engine.dialect.name: _database_version()}


def _database_version() -> str:
    ask = "SELECT sqlite_version()" if db.engine.dialect.name == "sqlite" else "SHOW server_version"
    try:
        return str(db.session.scalar(text(ask)))
    except SQLAlchemyError:
        return "unknown"
    finally:
        db.session.rollback()


def _is_writable(folder: Path) -> bool:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _text(settings: list[dict[str, str]], versions: dict[str, str], findings: list[Finding]) -> str:
    lines = ["Settings"]
    lines += [f"  {row['name']:<28} {row['value']}" for row in settings]
    lines += ["", "Versions", *(f"  {name:<28} {number}" for name, number in versions.items()), "", "Findings"]
    for finding in findings:
        lines.append(f"  {'ok' if finding.is_fine else 'WRONG':<6}{finding.name:<12} {finding.found}")
        lines += [f"{'':>20} {finding.remedy}"] if finding.remedy else []
    return "\n".join(lines)


COMMANDS: tuple[Command | Group, ...] = (doctor,)
