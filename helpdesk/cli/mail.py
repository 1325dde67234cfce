"""`mail`: what a mail server hands over."""

from __future__ import annotations

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.channels import email
from helpdesk.channels.base import MailOutcome
from helpdesk.cli.face import Command, Exit, Group, Refused, as_json, open_input, the_desk
from helpdesk.core.errors import DomainError
from helpdesk.mail.inbound import Unreadable

log = structlog.get_logger("threeline.mail")


@click.group(cls=Group)
def mail() -> None:
    """Incoming mail."""


@mail.command("receive")
@click.argument("file", default="-")
def receive(file: str) -> None:
    """Take in one raw mail from FILE or standard input, and print what became of it as JSON.

    The mail server may hand the same mail over again: it changes nothing. Ends with 65 where the mail is unreadable
    (return it to its sender) and with 75 where it should be tried again later.

    \b
    Example:
      threeline mail receive < mail.eml
      helpdesk: "|/opt/threeline/bin/threeline mail receive"   (a line in /etc/aliases)
    """
    with open_input(file) as source:
        raw = source.read(email.LARGEST + 1)  # one byte more is too much, however many follow
    with the_desk():
        click.echo(as_json(_document(_received(raw))))


def _received(raw: bytes) -> MailOutcome:
    try:
        return email.receive(raw)
    except Unreadable as error:
        sentence = _SENTENCES.get(error.reason, f"This mail is unreadable ({error.reason}).")
        raise Refused(sentence, Exit.BAD_DATA) from error
    except (DomainError, SQLAlchemyError, OSError) as error:
        log.warning("mail_put_off", error=str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise Refused("The mail cannot be taken in now. Try again later.", Exit.TRY_LATER) from error
    except Exception as error:
        # A fault of ours: whatever it is, the mail stays with the server that has it until we are mended.
        log.exception("mail_failed")
        raise Refused("The mail could not be taken in. Try again later.", Exit.TRY_LATER) from error


_SENTENCES = {
    "empty": "There is no mail: the input is empty.",
    "too_large": "This mail is too large.",
    "no_headers": "This is no mail: it has no header.",
}


def _document(outcome: MailOutcome) -> dict[str, str | None]:
    return {"result": outcome.result.value, "number": outcome.number, "reason": outcome.reason or None}


COMMANDS: tuple[Command | Group, ...] = (mail,)
