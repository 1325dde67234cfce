"""Each rule of each kind of clock, as the activities of a ticket bring it about.

Office hours are 8-12 and 13-17 in Vilnius; Monday is 2 March 2026, Wednesday 11 March is closed. A row tells what
happens when, at which instant one looks, and the cycles of the clock then: state, start, due and seconds used up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest

from helpdesk.core import journal
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.journal import record
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch
from helpdesk.events import ReopeningUndone, TimePromised
from helpdesk.models.messages import Message
from helpdesk.models.tickets import Channel, Priority, Status, Ticket, TicketType
from helpdesk.tickets import clocks, replay
from helpdesk.tickets.assignment import assign, take
from helpdesk.tickets.classification import Classification, classify
from helpdesk.tickets.conversation import NewMessage, add_note, delivery_failed, receive_reply, reply_to_client
from helpdesk.tickets.escalation import NewHandover, hand_over, return_ticket, transfer_ticket
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.judging import BreachCause
from helpdesk.tickets.linking import merge_tickets, undo_merge
from helpdesk.tickets.priority import override_priority
from helpdesk.tickets.resolution import accept_resolution, cancel_ticket, refuse_resolution, resolve_ticket
from helpdesk.tickets.states import change_status, set_status
from sla.models import Clock, ClockKind, SlaPolicy, Target, WorkCalendar
from tests.cast import Cast
from tests.factories import HANDOVER, a_ticket

At = Callable[..., AbstractContextManager[None]]
DAYS = {"Mon": "2026-03-02", "Tue": "2026-03-03", "Wed": "2026-03-04", "Thu": "2026-03-05", "Fri": "2026-03-06",
        "Mon2": "2026-03-09", "Tue2": "2026-03-10", "Thu2": "2026-03-12", "Fri2": "2026-03-13",
        "Mon3": "2026-03-16"}  # fmt: skip
H = 3600
# Minutes of a P4 and of a P1; the tests' desk promises eight hours to answer and forty to resolve.
PROMISED = {
    (ClockKind.NEXT_RESPONSE, 0): (240, 30),
    (ClockKind.PERIODIC_UPDATE, 0): (480, 60),
    (ClockKind.TIME_TO_OWN, 0): (60, 15),
    (ClockKind.OLA, 1): (120, 60),
    (ClockKind.OLA, 2): (480, 120),
    (ClockKind.OLA, 3): (960, 240),
}
PAUSES = {
    ClockKind.PERIODIC_UPDATE: ["waiting_client"],
    ClockKind.OLA: ["waiting_client", "waiting_vendor", "scheduled"],
}


def when(text: str) -> str:
    day, _, hour = text.partition(" ")
    return f"{DAYS[day]} {hour}"


def seconds(text: str) -> int:
    return epoch(datetime.fromisoformat(f"{when(text)}+02:00"))


def add_target(kind: ClockKind, minutes: int, *, priority: str = "P4", line: int = 0, type: str = "") -> None:
    policy_id = db.session.query(SlaPolicy.id).filter_by(is_default=True).scalar()
    calendar_id = db.session.query(WorkCalendar.id).filter_by(name="Office hours").scalar()
    db.session.add(Target(
        policy_id=policy_id, kind=kind, line=line, type=type, priority=priority, seconds=minutes * 60,
        calendar_id=calendar_id, pause_reasons=PAUSES.get(kind, []), valid_from=0, recorded_at=0,
    ))  # fmt: skip


@pytest.fixture
def whole_policy(cast: Cast) -> None:
    """The desk promises every kind of clock, and each line an agreement of its own."""
    for (kind, line), (usual, urgent) in PROMISED.items():
        add_target(kind, usual, line=line)
        add_target(kind, urgent, line=line, priority="P1")
    touch()
    db.session.commit()


# What happens; each takes the ticket and the cast.
Step = Callable[[Ticket, Cast], Any]


def said(ticket: Ticket) -> Message:
    query = db.select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id.desc()).limit(1)
    return db.session.scalars(query).one()


def holder(ticket: Ticket, cast: Cast) -> Any:
    return {1: cast.ona, 2: cast.tomas, 3: cast.giedrius}[ticket.line or 1]


def schedule(ticket: Ticket, cast: Cast) -> None:
    at = datetime.fromisoformat(when("Fri 10:00") + "+02:00")
    set_status(ticket, Status.SCHEDULED, by=holder(ticket, cast), scheduled_for=at)


def promise(ticket: Ticket, cast: Cast, until: str = "Thu 12:00") -> None:
    with transaction():
        record(TimePromised(ticket.id, clock="resolution", promised_for=seconds(until), agreed_by="client"),
               by=cast.ona)  # fmt: skip


def take_reopening_back(ticket: Ticket, cast: Cast) -> None:
    with transaction():
        change_status(ticket, Status.RESOLVED, by=cast.ona)
        record(ReopeningUndone(ticket.id, reason="A wrong ticket"), by=cast.ona)


STEPS: Mapping[str, Step] = {
    "reply": lambda t, c: reply_to_client(t, NewMessage("Looking."), by=holder(t, c)),
    "ask": lambda t, c: reply_to_client(t, NewMessage("Which?"), by=holder(t, c), status=Status.WAITING_CLIENT),
    "vendor": lambda t, c: set_status(t, Status.WAITING_VENDOR, by=holder(t, c)),
    "open": lambda t, c: set_status(t, Status.OPEN, by=holder(t, c)),
    "schedule": schedule,
    "bounce": lambda t, _c: delivery_failed(said(t), "jonas@klinika.example"),
    "note": lambda t, c: add_note(t, NewMessage("Between us."), by=holder(t, c)),
    "client": lambda t, c: receive_reply(t, NewMessage("It is the blue one."), by=c.jonas, channel=Channel.PORTAL),
    "thanks": lambda t, c: receive_reply(t, NewMessage("Thank you!"), by=c.jonas, channel=Channel.PORTAL),
    "up": lambda t, c: hand_over(t, NewHandover(**{**HANDOVER.__dict__, "to_team_id": c.field.id}), by=c.ona),
    "beside": lambda t, c: transfer_ticket(t, c.software.id, "Theirs.", by=c.tomas),
    "back": lambda t, c: return_ticket(t, "The cable.", by=c.tomas),
    "take": lambda t, c: take(t, by=holder(t, c)),
    "given by the lead": lambda t, c: assign(t, c.ona.operator_id, by=c.rasa),
    "nobody": lambda t, c: assign(t, None, by=holder(t, c)),
    "resolve": lambda t, c: resolve_ticket(
        t, NewMessage("Cleaned."), by=holder(t, c), breach_cause=BreachCause.CAPACITY
    ),
    "refuse": lambda t, c: refuse_resolution(t, NewMessage("No."), by=c.jonas),
    "accept": lambda t, c: accept_resolution(t, by=c.jonas),
    "cancel": lambda t, c: cancel_ticket(t, "Not wanted.", by=c.ona),
    "not genuine": take_reopening_back,
    "promise": promise,
    "P1": lambda t, c: override_priority(t, Priority.P1, "It stands still.", by=holder(t, c)),
    "P4": lambda t, c: override_priority(t, Priority.P4, "", by=holder(t, c)),
}


@dataclass(frozen=True)
class Seen:
    """A cycle as it should stand."""

    state: str
    start: str
    due: str | None
    used: int | None = None


# (what it says, clock, how it was opened, what happened, when one looks, the cycles)
Row = tuple[str, str, str, tuple[tuple[str, str], ...], str, tuple[Seen, ...]]
RULES: tuple[Row, ...] = (
    # first response: eight hours
    ("notes, transfers and assignments are no answer", "first_response", "portal",
     (("Mon 10:00", "note"), ("Mon 10:30", "take"), ("Mon 11:00", "up")), "Mon 12:00",
     (Seen("running", "Mon 09:00", "Tue 09:00", 3 * H),)),
    ("the first word of a person is", "first_response", "portal", (("Mon 10:00", "reply"), ("Tue 10:00", "reply")),
     "Wed 09:00", (Seen("met", "Mon 09:00", "Tue 09:00", H),)),
    ("one that bounced is not", "first_response", "portal", (("Mon 10:00", "reply"), ("Mon 10:05", "bounce")),
     "Mon 11:00", (Seen("running", "Mon 09:00", "Tue 09:00", 2 * H),)),
    ("one after a bounce is", "first_response", "portal",
     (("Mon 10:00", "reply"), ("Mon 10:05", "bounce"), ("Mon 11:00", "reply")), "Wed 09:00",
     (Seen("met", "Mon 09:00", "Tue 09:00", 2 * H),)),
    ("who calls is answered at once", "first_response", "phone", (), "Mon 11:00",
     (Seen("met", "Mon 09:00", "Tue 09:00", 0),)),
    ("whose mail an operator types in is not", "first_response", "typed", (), "Mon 11:00",
     (Seen("running", "Mon 09:00", "Tue 09:00", 2 * H),)),
    ("waiting does not stop it", "first_response", "portal", (("Mon 10:00", "vendor"),), "Mon 12:00",
     (Seen("running", "Mon 09:00", "Tue 09:00", 3 * H),)),
    ("what resolved it and did not arrive leaves it unanswered", "first_response", "portal",
     (("Mon 10:00", "resolve"), ("Mon 10:10", "bounce")), "Mon 12:00",
     (Seen("stopped_unanswered", "Mon 09:00", "Tue 09:00", H),)),
    ("late is late", "first_response", "portal", (("Tue 09:00:01", "reply"),), "Wed 09:00",
     (Seen("breached", "Mon 09:00", "Tue 09:00", 8 * H + 1),)),
    ("on the very second is in time", "first_response", "portal", (("Tue 09:00", "reply"),), "Wed 09:00",
     (Seen("met", "Mon 09:00", "Tue 09:00", 8 * H),)),
    ("a cancelled request is answered by nobody", "first_response", "portal", (("Mon 10:00", "cancel"),),
     "Wed 09:00", (Seen("cancelled", "Mon 09:00", None),)),
    # next response: four hours
    ("nothing waits before the first answer", "next_response", "portal", (("Mon 10:00", "client"),), "Mon 11:00", ()),
    ("the first unanswered word starts it, a second does not", "next_response", "portal",
     (("Mon 10:00", "reply"), ("Mon 11:00", "client"), ("Mon 11:30", "client")), "Mon 14:00",
     (Seen("running", "Mon 11:00", "Mon 16:00", 2 * H),)),
    ("each wait is a cycle", "next_response", "portal",
     (("Mon 10:00", "reply"), ("Mon 11:00", "client"), ("Mon 14:00", "reply"), ("Mon 15:00", "client")), "Mon 16:00",
     (Seen("met", "Mon 11:00", "Mon 16:00", 2 * H), Seen("running", "Mon 15:00", "Tue 10:00", H))),
    ("an answer that bounced leaves the client waiting", "next_response", "portal",
     (("Mon 10:00", "reply"), ("Mon 11:00", "client"), ("Mon 14:00", "reply"), ("Mon 14:01", "bounce")), "Mon 15:00",
     (Seen("running", "Mon 11:00", "Mon 16:00", 3 * H),)),
    ("who called was answered, and waits from the next word on", "next_response", "phone", (("Mon 10:00", "client"),),
     "Mon 11:00", (Seen("running", "Mon 10:00", "Mon 15:00", H),)),
    ("thanks for a solution wait for nothing", "next_response", "portal",
     (("Mon 10:00", "resolve"), ("Mon 11:00", "thanks")), "Mon 12:00", ()),
    ("what reopens waits for an answer", "next_response", "portal",
     (("Mon 10:00", "resolve"), ("Mon 11:00", "client")), "Mon 12:00", (Seen("running", "Mon 11:00", "Mon 16:00", H),)),
    ("a refusal waits for an answer", "next_response", "portal", (("Mon 10:00", "resolve"), ("Mon 11:00", "refuse")),
     "Mon 12:00", (Seen("running", "Mon 11:00", "Mon 16:00", H),)),
    # periodic update: eight hours
    ("from the creation to the first word", "periodic_update", "portal", (("Mon 10:00", "client"),), "Mon 12:00",
     (Seen("running", "Mon 09:00", "Tue 09:00", 3 * H),)),
    ("each word starts the next", "periodic_update", "portal", (("Mon 10:00", "reply"), ("Mon 14:00", "reply")),
     "Mon 15:00", (Seen("met", "Mon 09:00", "Tue 09:00", H), Seen("met", "Mon 10:00", "Tue 10:00", 3 * H),
                   Seen("running", "Mon 14:00", "Tue 14:00", H))),
    ("it stands still while the client is asked", "periodic_update", "portal",
     (("Mon 10:00", "ask"), ("Tue 10:00", "client")), "Tue 11:00",
     (Seen("met", "Mon 09:00", "Tue 09:00", H), Seen("running", "Mon 10:00", "Wed 10:00", H))),
    ("and goes on while the vendor is", "periodic_update", "portal", (("Mon 10:00", "vendor"),), "Mon 12:00",
     (Seen("running", "Mon 09:00", "Tue 09:00", 3 * H),)),
    ("the solution is the last word", "periodic_update", "portal", (("Mon 10:00", "resolve"),), "Fri 12:00",
     (Seen("met", "Mon 09:00", "Tue 09:00", H),)),
    # time to own: an hour
    ("given is not accepted", "time_to_own", "portal", (("Mon 09:10", "given by the lead"),), "Mon 09:30",
     (Seen("running", "Mon 09:00", "Mon 10:00", 1800),)),
    ("taken is", "time_to_own", "portal", (("Mon 09:30", "take"),), "Tue 09:30",
     (Seen("met", "Mon 09:00", "Mon 10:00", 1800),)),
    ("who answers has accepted", "time_to_own", "portal", (("Mon 09:30", "reply"),), "Tue 09:30",
     (Seen("met", "Mon 09:00", "Mon 10:00", 1800),)),
    ("another line has to accept anew", "time_to_own", "portal",
     (("Mon 09:30", "take"), ("Mon 11:00", "up"), ("Mon 11:20", "take")), "Tue 09:30",
     (Seen("met", "Mon 09:00", "Mon 10:00", 1800), Seen("met", "Mon 11:00", "Mon 12:00", 1200))),
    ("owned by nobody again", "time_to_own", "portal", (("Mon 09:30", "take"), ("Mon 11:30", "nobody")), "Mon 11:45",
     (Seen("met", "Mon 09:00", "Mon 10:00", 1800), Seen("running", "Mon 11:30", "Mon 13:30", 900))),
    ("nothing pauses it", "time_to_own", "portal", (("Mon 09:15", "vendor"),), "Mon 09:30",
     (Seen("running", "Mon 09:00", "Mon 10:00", 1800),)),
    # resolution: forty hours
    ("an agreed date pauses it", "resolution", "portal", (("Mon 10:00", "schedule"), ("Mon 14:00", "open")),
     "Mon 15:00", (Seen("running", "Mon 09:00", "Mon2 12:00", 2 * H),)),
    ("a vendor does not", "resolution", "portal", (("Mon 10:00", "vendor"),), "Mon 12:00",
     (Seen("running", "Mon 09:00", "Mon2 09:00", 3 * H),)),
    ("transfers are no matter of the client's", "resolution", "portal",
     (("Mon 10:00", "up"), ("Mon 11:00", "beside")), "Mon 12:00", (Seen("running", "Mon 09:00", "Mon2 09:00", 3 * H),)),
    ("accepting and closing change nothing", "resolution", "portal",
     (("Mon 11:00", "resolve"), ("Fri 09:00", "accept")), "Mon2 09:00",
     (Seen("met", "Mon 09:00", "Mon2 09:00", 2 * H),)),
    ("reopened in time it is the same cycle, the time between a pause", "resolution", "portal",
     (("Mon 11:00", "resolve"), ("Wed 11:00", "refuse")), "Wed 12:00",
     (Seen("running", "Mon 09:00", "Thu2 09:00", 3 * H),)),
    ("reopened too late it is a new one", "resolution", "portal",
     (("Mon 11:00", "resolve"), ("Tue2 10:00", "refuse")), "Tue2 11:00",
     (Seen("met", "Mon 09:00", "Mon2 09:00", 2 * H), Seen("running", "Tue2 10:00", None, H))),
    ("a reopening that was not genuine leaves no trace", "resolution", "portal",
     (("Mon 11:00", "resolve"), ("Wed 11:00", "refuse"), ("Wed 11:30", "not genuine")), "Thu 09:00",
     (Seen("met", "Mon 09:00", "Mon2 09:00", 2 * H),)),
    ("a promise replaces the due time", "resolution", "portal", (("Mon 10:00", "promise"),), "Tue 09:00",
     (Seen("running", "Mon 09:00", "Thu 12:00", 8 * H),)),
    ("and is no later than it says", "resolution", "portal", (("Mon 10:00", "promise"), ("Thu 12:00:01", "resolve")),
     "Fri 09:00", (Seen("breached", "Mon 09:00", "Thu 12:00", None),)),
    ("raised: the shorter target from the same start", "resolution", "portal", (("Mon 10:00", "P1"),), "Mon 11:00",
     (Seen("running", "Mon 09:00", "Mon 14:00", 2 * H),)),
    ("raised too late: breached at the change", "resolution", "portal", (("Mon 16:00", "P1"),), "Mon 16:30",
     (Seen("overdue", "Mon 09:00", "Mon 14:00", int(6.5 * H)),)),
    ("lowered in time: more time", "resolution", "portal", (("Mon 10:00", "P1"), ("Mon 11:00", "P4")), "Mon 16:00",
     (Seen("running", "Mon 09:00", "Mon2 09:00", 6 * H),)),
    ("lowered too late: it does not heal", "resolution", "portal", (("Mon 10:00", "P1"), ("Mon 16:00", "P4")),
     "Mon 16:30", (Seen("overdue", "Mon 09:00", "Mon 14:00", int(6.5 * H)),)),
    # agreements of the lines: two hours of the first, eight of the second
    ("a line's clock runs while the ticket is there", "ola:line1", "portal", (("Mon 10:00", "up"),), "Mon 12:00",
     (Seen("paused", "Mon 09:00", None, H),)),
    ("and adds up over its returns", "ola:line1", "portal", (("Mon 10:00", "up"), ("Mon 14:00", "back")), "Mon 14:30",
     (Seen("running", "Mon 09:00", "Mon 15:00", int(1.5 * H)),)),
    ("the second line's begins when it comes there", "ola:line2", "portal", (("Mon 10:00", "up"),), "Mon 12:00",
     (Seen("running", "Mon 10:00", "Tue 10:00", 2 * H),)),
    ("another team of the line is the same clock", "ola:line2", "portal",
     (("Mon 10:00", "up"), ("Mon 11:00", "beside")), "Mon 12:00", (Seen("running", "Mon 10:00", "Tue 10:00", 2 * H),)),
    ("waiting for the vendor pauses it", "ola:line2", "portal",
     (("Mon 10:00", "up"), ("Mon 11:00", "vendor"), ("Mon 15:00", "open")), "Mon 16:00",
     (Seen("running", "Mon 10:00", "Tue 14:00", 2 * H),)),
    ("a line where it never was has none", "ola:line3", "portal", (("Mon 10:00", "up"),), "Mon 12:00", ()),
    ("a solution stops the clocks of all lines", "ola:line2", "portal",
     (("Mon 10:00", "up"), ("Mon 14:00", "back"), ("Mon 15:00", "resolve")), "Tue 12:00",
     (Seen("met", "Mon 10:00", "Tue 11:00", 3 * H),)),
)  # fmt: skip


def opened(cast: Cast, how: str) -> Ticket:
    if how == "portal":
        return a_ticket(cast)
    channel = Channel.PHONE if how == "phone" else Channel.EMAIL
    new = NewTicket("Blank labels", "Since this morning.", requester_id=cast.jonas.contact_id)
    return open_ticket(new, by=cast.ona, channel=channel)


def cycles(ticket: Ticket, clock: str) -> list[Clock]:
    family, _, line = clock.partition(":line")
    found = [c for c in clocks.of(ticket) if c.kind.value == family and c.line == int(line or 0)]
    return sorted(found, key=lambda c: c.cycle)


@pytest.mark.usefixtures("whole_policy")
@pytest.mark.parametrize(("clock", "how", "steps", "look", "expected"), [row[1:] for row in RULES],
                         ids=[f"{row[1]}: {row[0]}" for row in RULES])  # fmt: skip
def test_a_rule_of_a_clock(
    cast: Cast, at: At, clock: str, how: str, steps: tuple[tuple[str, str], ...], look: str, expected: tuple[Seen, ...]
) -> None:
    with at(when("Mon 09:00")):
        ticket = opened(cast, how)
    for moment, name in steps:
        with at(when(moment)):
            STEPS[name](ticket, cast)
    with at(when(look)):
        clocks.sweep()
        found = clocks.cycles_of(ticket, clocks.entries_of(ticket.id), seconds(look))
        assert not list(replay.differences(datetime.fromisoformat(when(look) + "+02:00"), ticket_ids=[ticket.id]))

    stored = cycles(ticket, clock)
    assert [(c.state.value, c.start_at) for c in stored] == [(s.state, seconds(s.start)) for s in expected]
    for row, seen in zip(stored, expected, strict=True):
        if seen.due is not None or seen.state == "paused":
            assert row.due_at == (None if seen.due is None else seconds(seen.due))
        if seen.used is not None:
            assert found[row.kind, row.line, row.cycle].consumed(seconds(look)) == seen.used


def states(ticket: Ticket, clock: str) -> list[tuple[str, int]]:
    return [(c.state.value, c.start_at) for c in cycles(ticket, clock)]


def same(ticket: Ticket, look: str) -> bool:
    """Whether what is stored is what a replay gives."""
    return not list(replay.differences(datetime.fromisoformat(when(look) + "+02:00"), ticket_ids=[ticket.id]))


def test_of_two_merged_tickets_the_stricter_clock_survives_and_is_given_back(cast: Cast, at: At) -> None:
    with at(when("Mon 09:00")):
        older = a_ticket(cast)
    with at(when("Mon 11:00")):
        newer = a_ticket(cast)
        merge_tickets(older, newer, by=cast.ona)

    assert states(newer, "first_response") == [("cancelled", seconds("Mon 11:00")), ("running", seconds("Mon 09:00"))]
    assert newer.next_due_at == seconds("Tue 09:00")
    assert {c.state.value for c in clocks.of(older)} == {"cancelled"}

    with at(when("Mon 15:00")):
        undo_merge(older, by=cast.ona)

    assert states(newer, "first_response") == [("running", seconds("Mon 11:00"))]
    assert states(older, "first_response") == [("running", seconds("Mon 09:00"))]
    assert (older.next_due_at, newer.next_due_at) == (seconds("Tue 09:00"), seconds("Tue 11:00"))
    assert same(older, "Mon 15:00")
    assert same(newer, "Mon 15:00")


def test_merged_into_the_older_one_nothing_is_taken_over(cast: Cast, at: At) -> None:
    with at(when("Mon 09:00")):
        older = a_ticket(cast)
    with at(when("Mon 11:00")):
        newer = a_ticket(cast)
        merge_tickets(newer, older, by=cast.ona)

    assert states(older, "first_response") == [("running", seconds("Mon 09:00"))]
    assert {c.state.value for c in clocks.of(newer)} == {"cancelled"}


def test_an_answer_given_while_they_were_one_stays_given_when_the_merge_is_undone(cast: Cast, at: At) -> None:
    with at(when("Mon 09:00")):
        older = a_ticket(cast)
    with at(when("Mon 11:00")):
        newer = a_ticket(cast)
        merge_tickets(older, newer, by=cast.ona)
    with at(when("Mon 14:00")):
        reply_to_client(newer, NewMessage("Looking."), by=cast.ona)
    with at(when("Mon 15:00")):
        undo_merge(older, by=cast.ona)

    assert [(c.state.value, c.start_at, c.stop_at) for c in cycles(newer, "first_response")] == [
        ("met", seconds("Mon 11:00"), seconds("Mon 14:00"))
    ]
    assert states(newer, "resolution") == [("running", seconds("Mon 11:00"))]


def test_what_was_resolved_while_they_were_one_stays_resolved_when_the_merge_is_undone(cast: Cast, at: At) -> None:
    with at(when("Mon 09:00")):
        older = a_ticket(cast)
    with at(when("Mon 11:00")):
        newer = a_ticket(cast)
        merge_tickets(older, newer, by=cast.ona)
    with at(when("Mon 14:00")):
        resolve_ticket(newer, NewMessage("Cleaned."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
    with at(when("Mon 15:00")):
        undo_merge(older, by=cast.ona)

    assert [(c.state.value, c.stop_at) for c in cycles(newer, "resolution")] == [("met", seconds("Mon 14:00"))]
    assert states(older, "resolution") == [("running", seconds("Mon 09:00"))]


def test_another_type_has_the_target_of_its_type_from_the_same_start(cast: Cast, at: At) -> None:
    add_target(ClockKind.RESOLUTION, 4800, type="question")
    touch()
    db.session.commit()
    with at(when("Mon 09:00")):
        ticket = a_ticket(cast)
    with at(when("Mon 10:00")):
        classify(ticket, Classification(subject=ticket.subject, type=TicketType.QUESTION), by=cast.ona)

    (resolution,) = cycles(ticket, "resolution")
    assert (resolution.target_seconds, resolution.start_at) == (80 * H, seconds("Mon 09:00"))
    assert same(ticket, "Mon 10:00")


def test_after_the_window_the_reply_makes_a_ticket_with_the_full_target(cast: Cast, at: At) -> None:
    with at(when("Mon 09:00")):
        ticket = a_ticket(cast)
    with at(when("Mon 11:00")):
        resolve_ticket(ticket, NewMessage("Cleaned."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
        accept_resolution(ticket, by=cast.jonas)
    with at(when("Tue2 10:00")):
        message = receive_reply(ticket, NewMessage("It is back."), by=cast.jonas, channel=Channel.PORTAL)

    following = db.session.get_one(Ticket, message.ticket_id)
    assert following.id != ticket.id
    assert states(ticket, "resolution") == [("met", seconds("Mon 09:00"))]
    assert states(following, "resolution") == [("running", seconds("Tue2 10:00"))]


def test_a_breach_is_not_undone_by_waiting_promising_or_lowering(cast: Cast, at: At) -> None:
    with at(when("Mon 09:00")):
        ticket = a_ticket(cast)
        STEPS["P1"](ticket, cast)  # four hours to resolve
    with at(when("Mon 15:00")):
        for name in ("ask", "promise", "P4"):
            STEPS[name](ticket, cast)
    with at(when("Mon 16:00")):
        STEPS["client"](ticket, cast)
    (resolution,) = cycles(ticket, "resolution")
    assert (resolution.state.value, resolution.breached_at) == ("overdue", seconds("Mon 14:00"))
    with at(when("Mon 16:30")):
        STEPS["resolve"](ticket, cast)
    assert (cycles(ticket, "resolution")[0].state.value, ticket.missed_sla) == ("breached", True)


def test_a_second_that_passes_inside_an_activity_makes_no_difference(cast: Cast, at: At) -> None:
    with at(when("Mon 09:00")):
        ticket = a_ticket(cast)
    instants = iter(f"{when('Mon 10:00')}:{second:02}.9+02:00" for second in range(60))
    with at(when("Mon 10:00")), patch.object(journal, "now", lambda: datetime.fromisoformat(next(instants))):
        resolve_ticket(ticket, NewMessage("Cleaned."), by=cast.ona, breach_cause=BreachCause.CAPACITY)

    assert states(ticket, "first_response") == [("met", seconds("Mon 09:00"))]
