"""What every command shares: its exit status, errors as sentences, the desk it works on, who acts, how it answers."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import IntEnum
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from helpdesk import migrations
from helpdesk.config import Config, Misconfigured, load_config
from helpdesk.core.db import db
from helpdesk.core.errors import Busy, DomainError, Forbidden, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, speak
from helpdesk.people.accounts import actor_by_email
from helpdesk.policy.actor import Actor
from helpdesk.tickets.schemas import plain_text

View = TypeVar("View", bound=Callable[..., Any])


class Exit(IntEnum):
    """How a command ends, by sysexits(3) where that has a word; mail servers act on these numbers."""

    OK = 0
    REFUSED = 1  # the state of things does not allow it, or a check found something
    USAGE = 64
    BAD_DATA = 65
    NOT_FOUND = 66
    IO_ERROR = 74
    TRY_LATER = 75
    FORBIDDEN = 77
    MISCONFIGURED = 78


# The first that fits counts.
EXITS: tuple[tuple[type[Exception], Exit], ...] = (
    (Misconfigured, Exit.MISCONFIGURED),
    (Forbidden, Exit.FORBIDDEN),
    (NotFound, Exit.NOT_FOUND),
    (Invalid, Exit.BAD_DATA),
    (Busy, Exit.TRY_LATER),
    (DomainError, Exit.REFUSED),
    (OperationalError, Exit.TRY_LATER),
    (InterfaceError, Exit.TRY_LATER),
    (PoolTimeout, Exit.TRY_LATER),
    (OSError, Exit.IO_ERROR),
    (UnicodeEncodeError, Exit.BAD_DATA),
)


class Refused(Exception):
    """What a command itself refuses: a sentence, and how it ends."""

    def __init__(self, sentence: str, code: Exit = Exit.REFUSED) -> None:
        super().__init__(sentence)
        self.code = code


class Command(click.Command):
    """A command whose errors are sentences."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _told_as_sentences():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _told_as_sentences():
            return super().invoke(ctx)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _told_as_sentences():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _told_as_sentences():
            return super().invoke(ctx)


@contextmanager
def the_application() -> Iterator[Config]:
    """The application of these settings, whatever the state of its database."""
    app, is_ours = _application()
    config: Config = app.config["THREELINE"]
    with app.app_context():
        try:
            yield config
        finally:
            db.session.remove()
            if is_ours:
                db.engine.dispose()


@contextmanager
def the_desk(*, may_begin: bool = False) -> Iterator[Config]:
    """The desk of these settings, its database up to date; Misconfigured where it is not.

    `may_begin`: where the database is still empty, the desk begins here.
    """
    with the_application() as config:
        _require_current(config, may_begin=may_begin)
        yield config


def current_revision() -> str | None:
    """The revision of the desk's schema; None where there is none yet."""
    revision = MigrationContext.configure(db.session.connection()).get_current_revision()
    db.session.rollback()
    return revision


def with_desk(view: View) -> View:
    """Run the command on the desk, as the desk itself."""

    @functools.wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        with the_desk():
            return view(*args, **kwargs)

    return run  # type: ignore[return-value]


def acting(view: View) -> View:
    """Add `--as EMAIL` and hand the command the actor as `by`; times are then shown in the actor's zone."""

    @click.option("--as", "email", metavar="EMAIL", required=True, help="The account that does it.")
    @functools.wraps(view)
    def run(*args: Any, email: str, **kwargs: Any) -> Any:
        with the_desk():
            by: Actor = actor_by_email(email)
            speak(DEFAULT_LANGUAGE, by.zone)
            return view(*args, by=by, **kwargs)

    return run  # type: ignore[return-value]


def answering(view: View) -> View:
    """Add `--format` with its short form `--json`, handed over as `form`."""
    return _answering(view, ["text", "json"], "Text for people, or one JSON document.")


def tabling(view: View) -> View:
    """The same, of what is a table and so can be CSV, too."""
    return _answering(view, ["text", "json", "csv"], "Text for people, one JSON document, or a table in CSV.")


def _answering(view: View, forms: list[str], about: str) -> View:
    json_flag = click.option("--json", "form", flag_value="json", help="Short for --format json.")
    form = click.option("--format", "form", type=click.Choice(forms), default="text", show_default=True, help=about)
    return form(json_flag(view))


def answer(form: str, document: object, text: Callable[[], str]) -> None:
    """Print the answer: one JSON document, or text."""
    click.echo(as_json(document) if form == "json" else text())


def as_json(document: object) -> str:
    """One line of JSON, every letter as it is."""
    return json.dumps(document, ensure_ascii=False)


def text_of(value: str) -> str:
    """What was said: the option's value, or standard input for `-`, without what no database keeps."""
    return str(plain_text(_decoded(sys.stdin.buffer.read()) if value == "-" else value))


def line_of_input() -> str:
    """The first line of standard input, without its end: a password."""
    return _decoded(sys.stdin.buffer.readline()).rstrip("\r\n")


def open_input(name: str) -> AbstractContextManager[BinaryIO]:
    """The bytes of a file, or of standard input for `-`; NotFound where there is no such file."""
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise NotFound(f"{name} cannot be read: {error.strerror}.") from error


def sentence_of(error: Exception) -> str:
    """What went wrong, as a sentence for whoever typed the command."""
    if isinstance(error, DBAPIError):
        cause = str(error.orig).strip().splitlines()
        return f"The database is away or busy ({cause[0] if cause else 'no reason given'}). Try again later."
    if isinstance(error, PoolTimeout):
        return "The database is busy. Try again later."
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'} cannot be read or written: {error.strerror or error}."
    if isinstance(error, UnicodeEncodeError):
        return "What was typed is not UTF-8 text."
    if not isinstance(error, DomainError):
        return str(error)
    if error.message:
        return error.message
    for kind, sentence in _SENTENCES.items():
        if isinstance(error, kind):
            return sentence.format(code=error.code)
    return f"This was refused ({error.code})."


_SENTENCES: dict[type[DomainError], str] = {
    NotFound: "There is nothing by that name, or this account does not see it.",
    Forbidden: "This account may not do that ({code}).",
    Busy: "The desk is busy. Try again in a moment.",
}


@contextmanager
def _told_as_sentences() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        error.show()
        raise click.exceptions.Exit(Exit.USAGE) from error
    except Refused as error:
        click.echo(f"threeline: {error}", err=True)
        raise click.exceptions.Exit(error.code) from error
    except BrokenPipeError:
        raise  # whoever read our output has enough of it, which is no error
    except tuple(kind for kind, _code in EXITS) as error:
        click.echo(f"threeline: {sentence_of(error)}", err=True)
        raise click.exceptions.Exit(next(code for kind, code in EXITS if isinstance(error, kind))) from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("Standard input is not UTF-8 text.", Exit.BAD_DATA) from error


def _application() -> tuple[Flask, bool]:
    """The application that the caller has brought along as the context's object, or one of our own making."""
    context = click.get_current_context(silent=True)
    brought = context.find_object(Flask) if context else None
    if brought is not None:
        return brought, False
    from helpdesk.app import create_app  # only now: `threeline --help` needs no settings

    return create_app(load_config(), faces=False), True


def _require_current(config: Config, *, may_begin: bool) -> None:
    revision = current_revision()
    if revision is None and may_begin:
        migrations.upgrade(config)
    elif revision is None:
        raise Misconfigured(
            f"There is no desk in the database of {config.home} yet. Run `threeline db upgrade`, or see to it that "
            "THREELINE_HOME and THREELINE_DATABASE_URL are those of your desk."
        )
    elif revision != migrations.head():
        raise Misconfigured(
            f"The database is at revision {revision}, this version needs {migrations.head()}. Run `threeline db "
            "upgrade` first; if it is the database that is newer, install the newer Threeline."
        )
