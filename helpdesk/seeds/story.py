"""The shape of a story: one demo ticket, told turn by turn as the people concerned would tell it.

1. A story begins with the client: `client` when they write themselves, `call` when an operator takes down what is said.
2. `after` is working time in minutes since the turn before, on the calendar of the team that holds the ticket; a client
   who writes at night is moved to the next morning by whoever gives the story its dates.
3. The ticket starts with the first-line team of its language. `hand_over` moves it up, `send_back` down, `transfer` to
   another team of the same line; only the line that holds it resolves it, and the third line never writes to a client.
4. `wait`, `schedule` and `resolve` are read by the client; `note`, `vendor`, `resume`, `hand_over`, `send_back`,
   `transfer` and `merge` are read by operators only.
5. `promise` is the working time in minutes from the turn to the moment that its text promises; whether the promise was
   kept follows from the turns after it.

A story says nothing about calendar dates, priorities, clocks or which operator spoke.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from helpdesk.seeds.cast import Channel, Language, Line, Words

TicketType = Literal["incident", "service_request", "question", "claim", "enquiry"]
Impact = Literal["organisation", "group", "person"]
Urgency = Literal["high", "medium", "low"]
Status = Literal[
    "new", "open", "waiting_client", "waiting_vendor", "scheduled", "resolved", "closed", "cancelled", "merged"
]
Kind = Literal[
    "client",
    "call",
    "reply",
    "note",
    "handover",
    "return",
    "transfer",
    "wait",
    "vendor",
    "schedule",
    "resume",
    "resolve",
    "accept",
    "refuse",
    "thanks",
    "close",
    "cancel",
    "merge",
]


@dataclass(frozen=True, slots=True)
class Handover:
    """What one line tells the next when it hands a ticket over; `articles` are keys of articles consulted."""

    client_sees: str
    tried: str
    articles: tuple[str, ...]
    environment: str
    asked: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that happens; `line` is empty when the client or the calendar acts, `to_team` says where it moves."""

    kind: Kind
    after: int
    text: str
    line: Line | None = None
    to_team: str | None = None
    handover: Handover | None = None
    promise: int | None = None
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """What the client answered when asked about satisfaction: 1 to 5, perhaps with a comment."""

    score: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket from its first words to where it stands today; `installed` is a serial or licence number."""

    key: str
    language: Language
    contact: str
    type: TicketType
    product: str
    component: str
    category: str
    channel: Channel
    impact: Impact
    urgency: Urgency
    subject: str
    turns: tuple[Turn, ...]
    installed: str | None = None
    tags: tuple[str, ...] = ()
    is_major: bool = False
    rating: Rating | None = None

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The ticket's status after each turn."""
        status: Status = "new"
        after: list[Status] = []
        for turn in self.turns:
            status = _status_after(turn.kind, status)
            after.append(status)
        return tuple(after)

    @property
    def ending(self) -> Status:
        """The status in which the story leaves the ticket."""
        return self.statuses[-1]


@dataclass(frozen=True, slots=True)
class Family:
    """Stories with one cause, in the order in which they came; the first ones came before the cause was known."""

    key: str
    title: str
    product: str
    component: str
    version: str
    fixed_in: str | None
    cause: str
    workaround: Words
    stories: tuple[str, ...]


ENTERED: dict[Kind, Status] = {
    "call": "open",
    "wait": "waiting_client",
    "vendor": "waiting_vendor",
    "schedule": "scheduled",
    "resume": "open",
    "resolve": "resolved",
    "accept": "closed",
    "refuse": "open",
    "close": "closed",
    "cancel": "cancelled",
    "merge": "merged",
}
OPENED_BY_THE_CLIENT: frozenset[Status] = frozenset({"waiting_client", "resolved", "closed"})
OPENED_BY_AN_OPERATOR: frozenset[Kind] = frozenset({"reply", "note", "handover", "return", "transfer"})


def _status_after(kind: Kind, status: Status) -> Status:
    """The status that a turn leaves behind; a mere thank-you changes nothing."""
    if kind == "client":
        return "open" if status in OPENED_BY_THE_CLIENT else status
    if kind in OPENED_BY_AN_OPERATOR and status == "new":
        return "open"
    return ENTERED.get(kind, status)


def client(after: int, text: str) -> Turn:
    """The client writes."""
    return Turn("client", after, text)


def call(text: str) -> Turn:
    """The client calls or comes in, and the first line writes down what is wanted while they are there."""
    return Turn("call", 0, text, line=1)


def reply(after: int, text: str, line: Line = 1, *, promise: int | None = None) -> Turn:
    """An operator writes to the client, perhaps promising something."""
    return Turn("reply", after, text, line, promise=promise)


def note(after: int, text: str, line: Line = 1) -> Turn:
    """An operator leaves an internal note."""
    return Turn("note", after, text, line)


def hand_over(
    after: int,
    to_team: str,
    line: Line = 1,
    *,
    client_sees: str,
    tried: str,
    environment: str,
    asked: str,
    articles: tuple[str, ...] = (),
) -> Turn:
    """The ticket goes up to a team of a higher line."""
    form = Handover(client_sees, tried, articles, environment, asked)
    return Turn("handover", after, "", line, to_team=to_team, handover=form)


def send_back(after: int, to_team: str, reason: str, line: Line) -> Turn:
    """The ticket is returned to a team of a lower line, with the reason."""
    return Turn("return", after, reason, line, to_team=to_team)


def transfer(after: int, to_team: str, reason: str, line: Line = 2) -> Turn:
    """The ticket goes to another team of the same line."""
    return Turn("transfer", after, reason, line, to_team=to_team)


def wait(after: int, text: str, line: Line = 1) -> Turn:
    """An operator asks the client for something and waits for it."""
    return Turn("wait", after, text, line)


def vendor(after: int, text: str, line: Line) -> Turn:
    """Something was asked of an outside vendor, and the ticket waits for it."""
    return Turn("vendor", after, text, line)


def schedule(after: int, text: str, line: Line = 1, *, promise: int) -> Turn:
    """A time is agreed with the client, and the ticket waits for it."""
    return Turn("schedule", after, text, line, promise=promise)


def resume(after: int, text: str, line: Line) -> Turn:
    """What was waited for has come."""
    return Turn("resume", after, text, line)


def resolve(after: int, text: str, line: Line = 1) -> Turn:
    """The client is told the solution and asked to accept it."""
    return Turn("resolve", after, text, line)


def accept(after: int, text: str = "") -> Turn:
    """The client accepts, with or without words."""
    return Turn("accept", after, text)


def refuse(after: int, text: str) -> Turn:
    """The client says that it is not solved."""
    return Turn("refuse", after, text)


def thanks(after: int, text: str) -> Turn:
    """A mere thank-you."""
    return Turn("thanks", after, text)


def hang_up() -> Turn:
    """The caller is content, and the ticket is closed with the call."""
    return Turn("close", 0, "")


def silence() -> Turn:
    """Five business days of nine hours without an answer close the ticket."""
    return Turn("close", 5 * 9 * 60, "")


def cancel(after: int, text: str, line: Line = 1) -> Turn:
    """The ticket is no longer wanted; the text says why."""
    return Turn("cancel", after, text, line)


def merge(after: int, into: str, text: str, line: Line = 1) -> Turn:
    """The ticket turns out to be another one told twice; `into` is the key of that story."""
    return Turn("merge", after, text, line, into=into)
