"""What a channel is: how a client and the desk come to speak with each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpdesk.mail.outbound import Letter
from helpdesk.models.mail import MailResult
from helpdesk.models.tickets import Channel as ChannelName


@dataclass(frozen=True)
class MailOutcome:
    """What became of a raw mail: its result, the number of the ticket that it touched, and why (a stable word)."""

    result: MailResult
    number: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Channel:
    """One way by which clients reach the desk.

    `receive` takes what arrives by itself, as its raw bytes; None where people type it into a form. On a spoken channel
    an operator writes down what was said, and the client has heard the answer already.
    """

    name: ChannelName
    label: Any  # lazily translated
    icon: str
    is_spoken: bool = False
    receive: Callable[[bytes], MailOutcome] | None = None

    def deliver(self, letter: Letter) -> None:
        """Bring what was written to the client; whatever way they came, what is written reaches them as a letter."""
        letter.send()
