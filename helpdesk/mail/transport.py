"""Where letters go: SMTP, a folder (one file a letter, named by its Message-ID), or memory in tests."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from helpdesk.config import Config
from helpdesk.core.jobs import PermanentFailure

TIMEOUT_SECONDS = 30


class Transport(Protocol):
    """Hands a letter over; raises PermanentFailure where trying again is of no use."""

    def send(self, letter: EmailMessage) -> None: ...


def transport_of(config: Config) -> Transport:
    """The transport that the settings name."""
    return SmtpTransport(config) if config.mail_transport == "smtp" else FolderTransport(config.mail_folder)


class FolderTransport:
    """Writes each letter as a file; the same Message-ID is the same file, so a letter is there exactly once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9.@_-]", "_", str(letter["Message-ID"]).strip("<>"))
        partial = self.folder / f".{name}.partial"
        with partial.open("wb") as file:
            file.write(letter.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / f"{name}.eml")


class SmtpTransport:
    """Hands each letter to an SMTP server."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def send(self, letter: EmailMessage) -> None:
        try:
            with self._connection() as connection:
                connection.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            if codes and all(500 <= code < 600 for code in codes):
                raise PermanentFailure(str(error)) from error
            raise
        except smtplib.SMTPResponseException as error:
            # 5xx is the server's last word on this letter; being refused as a client (535) may be mended by a person.
            if 500 <= error.smtp_code < 600 and not isinstance(error, smtplib.SMTPAuthenticationError):
                raise PermanentFailure(f"{error.smtp_code} {error.smtp_error!r}") from error
            raise

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        config = self.config
        if config.smtp_security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                config.smtp_host, config.smtp_port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT_SECONDS)
        with connection:
            if config.smtp_security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if config.smtp_user:
                connection.login(config.smtp_user, config.smtp_password)
            yield connection
