"""A Friday evening's incident from Vilnius under the agreement of a vendor in Shanghai, through all that may befall it.

The client's hours are 8-12 and 13-17 in Vilnius, the vendor's 9-12 and 13:30-18 in Shanghai. On Sunday, 25 October
2026, the clocks of Vilnius go back; those of Shanghai never do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, instant, pretending
from helpdesk.models.tickets import Channel, Impact, Priority, Status, Ticket, Urgency
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.attainment import run_attainment
from helpdesk.reports.base import Slice
from helpdesk.tickets import clocks, replay
from helpdesk.tickets.calendars import NewVersion, get_calendar, save_version, versions_of
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.escalation import NewHandover, hand_over, return_ticket
from helpdesk.tickets.explanation import ClockExplained, explain_clocks
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.judging import BreachCause, ask_excuse, excuse
from helpdesk.tickets.priority import assess
from helpdesk.tickets.resolution import accept_resolution, refuse_resolution, resolve_ticket
from sla.models import CalendarVersion, Clock, ClockKind, ClockState, Judgement, SlaPolicy, Target, WorkCalendar
from sla.worktime import Calendar
from tests.cast import OFFICE_HOURS, Cast
from tests.factories import HANDOVER

H = 3600
SHANGHAI = {
    "timezone": "Asia/Shanghai",
    "weekly": {day: [["09:00", "12:00"], ["13:30", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}


def local(text: str) -> datetime:
    """An instant as Vilnius reads it, in 2026."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Europe/Vilnius"))


def at(text: str) -> int:
    return epoch(local(text))


def shanghai(text: str) -> int:
    return epoch(local(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")))


@contextmanager
def it_is(text: str) -> Iterator[None]:
    with pretending(local(text)):
        yield


@pytest.fixture
def vendor(cast: Cast) -> None:
    """The makers on the third line work in Shanghai, and have twelve hours there for a P3, six for a P2."""
    with transaction():
        calendar = WorkCalendar(name="Vendor")
        db.session.add(calendar)
        db.session.flush()
        db.session.add(CalendarVersion(calendar_id=calendar.id, valid_from=0, content=SHANGHAI, content_hash="vendor",
                                       recorded_at=0))  # fmt: skip
        policy_id = db.session.query(SlaPolicy.id).filter_by(is_default=True).scalar()
        for priority, hours in (("P2", 6), ("P3", 12), ("P4", 24)):
            db.session.add(Target(
                policy_id=policy_id, kind=ClockKind.OLA, line=3, priority=priority, seconds=hours * H,
                calendar_id=calendar.id, pause_reasons=["waiting_client", "scheduled"], valid_from=0, recorded_at=0,
            ))  # fmt: skip
        touch()


def clock(ticket: Ticket, kind: ClockKind) -> Clock:
    found = [each for each in clocks.of(ticket) if each.kind is kind]
    return max(found, key=lambda each: each.cycle)


def explained(ticket: Ticket, kind: str, cast: Cast) -> ClockExplained:
    return next(each for each in explain_clocks(ticket, for_=cast.ona) if each.clock == kind)


def given(told: ClockExplained) -> list[tuple[str, float, list[str]]]:
    """The lines of the arithmetic: date, hours, and what was noted."""
    return [(f"{line.since:%d}" if line.since == line.until else f"{line.since:%d}-{line.until:%d}", line.seconds / H,
             [note.what or note.why for note in line.notes]) for line in told.arithmetic.past]  # fmt: skip


def fits(ticket: Ticket, now: datetime) -> bool:
    """Whether what is stored is what a replay gives."""
    return not list(replay.differences(now, ticket_ids=[ticket.id]))


def test_a_friday_evening_between_vilnius_and_shanghai(cast: Cast, vendor: None) -> None:
    with it_is("10-23 16:30"):
        ticket = open_ticket(NewTicket("Blank labels", "All blank."), by=cast.jonas, channel=Channel.PORTAL)
        assess(ticket, Impact.GROUP, Urgency.MEDIUM, by=cast.ona)
    assert (ticket.priority, ticket.next_due_kind) == (Priority.P3, "first_response")
    assert clock(ticket, ClockKind.FIRST_RESPONSE).due_at == at("10-26 11:30")  # half an hour on Friday, 3½ on Monday
    assert clock(ticket, ClockKind.RESOLUTION).due_at == at("10-28 16:30")

    # It goes up to the makers, whose Friday is over: their clock begins with their Monday.
    with it_is("10-23 16:50"):
        hand_over(ticket, NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
    with it_is("10-23 16:55"):
        hand_over(ticket, HANDOVER, by=cast.tomas)
    agreement = clock(ticket, ClockKind.OLA)
    assert (agreement.line, agreement.start_at) == (3, at("10-23 16:55"))
    assert agreement.due_at == shanghai("10-27 14:45") + 15 * 60  # 7½ hours on Monday, 4½ on Tuesday
    assert ticket.next_due_kind == "first_response"  # the client's clocks do not notice

    # The owner asks on Saturday night; the wait lasts over the night in which the clocks go back.
    with it_is("10-24 22:00"):
        reply_to_client(ticket, NewMessage("Which roll?"), by=cast.ona, status=Status.WAITING_CLIENT)
    first = clock(ticket, ClockKind.FIRST_RESPONSE)
    assert (first.state, first.consumed_at_stop) == (ClockState.MET, H // 2)
    assert (clock(ticket, ClockKind.RESOLUTION).state, clock(ticket, ClockKind.RESOLUTION).due_at) == (
        ClockState.PAUSED, None)  # fmt: skip

    with it_is("10-26 09:00"):
        receive_reply(ticket, NewMessage("The blue one."), by=cast.jonas, channel=Channel.EMAIL)
    (pause,) = clock(ticket, ClockKind.RESOLUTION).pauses
    assert (pause.to_at or 0) - pause.from_at == 36 * H  # 35 on the wall
    assert clock(ticket, ClockKind.RESOLUTION).due_at == at("10-29 08:30")  # an hour of Monday was lost
    assert clock(ticket, ClockKind.OLA).due_at == shanghai("10-28 10:30")  # from 15:00 there: 3 h, 7½ h, 1½ h

    # Raised to P2: eight hours from the same start, six for the makers.
    with it_is("10-26 10:00"):
        assess(ticket, Impact.ORGANISATION, Urgency.MEDIUM, by=cast.ona)
        before = explained(ticket, "resolution", cast)
    assert clock(ticket, ClockKind.RESOLUTION).due_at == at("10-27 08:30")
    assert clock(ticket, ClockKind.OLA).due_at == shanghai("10-27 12:00")
    assert given(before) == [("23", 0.5, []), ("24-25", 0, ["weekend"]), ("26", 1.0, ["waiting_client"])]
    assert sum(line.seconds for line in before.arithmetic.ahead) == before.arithmetic.left == int(6.5 * H)
    assert [h.what for h in before.happenings if h.what.startswith("priority")] == [
        "priority_raised", "priority_raised"]  # fmt: skip

    # Both run out, and the sweep comes late: each breach has its own instant.
    with it_is("10-27 09:00"):
        clocks.sweep()
    late = clock(ticket, ClockKind.RESOLUTION)
    assert (late.state, late.breached_at, late.breach_cause) == (ClockState.OVERDUE, at("10-27 08:30"), "time")
    assert clock(ticket, ClockKind.OLA).breached_at == shanghai("10-27 13:30")  # the noon there is closed
    assert ticket.missed_sla

    # A holiday is added afterwards: what runs moves, what was judged stays.
    with it_is("10-27 09:30"):
        other = open_ticket(NewTicket("Which ribbon?", "For the printer."), by=cast.egle, channel=Channel.PORTAL)
    assert clock(other, ClockKind.FIRST_RESPONSE).due_at == at("10-28 09:30")
    with it_is("10-27 10:00"):
        calendar = get_calendar(late.calendar_id, for_=cast.petras)
        changed = Calendar.from_json({**OFFICE_HOURS, "holidays": [*OFFICE_HOURS["holidays"], "2026-10-28"]})
        save_version(calendar, NewVersion(
            changed, "Mourning", day_names={"2026-10-28": "Mourning"}, based_on=versions_of(calendar)[-1].id,
        ), by=cast.petras)  # fmt: skip
        db.session.expire_all()
        assert clock(other, ClockKind.FIRST_RESPONSE).due_at == at("10-29 09:30")
        kept = clock(ticket, ClockKind.RESOLUTION)
        assert (kept.state, kept.due_at, kept.breached_at) == (ClockState.OVERDUE, at("10-27 08:30"), at("10-27 08:30"))
        assert fits(ticket, local("10-27 10:00"))

    # Back from the makers and resolved, with the cause of the breach; a second person excuses it.
    with it_is("10-27 14:00"):
        ticket = db.session.get_one(Ticket, ticket.id)
        return_ticket(ticket, "Firmware 7.43 mends it.", by=cast.giedrius)
    with it_is("10-27 15:00"):
        resolve_ticket(ticket, NewMessage("Update to 7.43."), by=cast.tomas, breach_cause=BreachCause.VENDOR)
        ask_excuse(ticket, kept.id, "The makers' line was cut.", by=cast.tomas)
        excuse(ticket, kept.id, by=cast.vera)
    resolution = clock(ticket, ClockKind.RESOLUTION)
    assert (resolution.state, resolution.consumed_at_stop) == (ClockState.BREACHED, int(13.5 * H))
    assert db.session.get_one(Judgement, resolution.id).cause == "vendor"

    # Reopened within the window: the same cycle, the time resolved a pause, and late stays late.
    with it_is("10-30 10:00"):
        refuse_resolution(ticket, NewMessage("Still blank."), by=cast.jonas)
        again = clock(ticket, ClockKind.RESOLUTION)
        assert (again.cycle, again.state, again.breached_at) == (1, ClockState.OVERDUE, at("10-27 08:30"))
    with it_is("10-30 11:00"):
        resolve_ticket(ticket, NewMessage("And calibrate it."), by=cast.tomas, breach_cause=BreachCause.VENDOR)
        accept_resolution(ticket, by=cast.jonas)
        told = explained(ticket, "resolution", cast)
    assert (told.state, told.cycle.number, told.arithmetic.consumed) == ("breached", 1, int(14.5 * H))
    assert given(told) == [
        ("23", 0.5, []), ("24-25", 0, ["weekend"]), ("26", 7.0, ["waiting_client"]), ("27", 2.0, []),
        ("27", 4.0, ["resolved"]), ("28", 0, ["Mourning"]), ("29", 0, ["resolved"]), ("30", 1.0, ["resolved"]),
    ]  # fmt: skip
    assert [version.reason for version in told.versions] == ["", "Mourning"]
    assert [h.what for h in told.happenings][-4:] == ["breached", "stopped", "reopened", "stopped"]
    for each in explain_clocks(ticket, for_=cast.ona):
        assert sum(line.seconds for line in each.arithmetic.past) == each.arithmetic.consumed, each.clock
    assert fits(ticket, local("10-30 12:00"))

    # After the window the client's words open a ticket of its own, with the full target.
    with it_is("11-10 09:00"):
        message = receive_reply(ticket, NewMessage("It is back."), by=cast.jonas, channel=Channel.PORTAL)
        following = db.session.get_one(Ticket, message.ticket_id)
        assert (following.id != ticket.id, ticket.status) == (True, Status.CLOSED)
        started = clock(following, ClockKind.RESOLUTION)
        assert (started.cycle, started.start_at, started.target_seconds) == (1, at("11-10 09:00"), 40 * H)
        assert clock(ticket, ClockKind.RESOLUTION).consumed_at_stop == int(14.5 * H)

        # And October's figures: one kept, one that was excused.
        october = Slice(local("10-01 00:00"), local("11-01 00:00"))
        kinds = run_attainment(october, for_=SYSTEM).by["kind"]
    figures = kinds["resolution"].document()
    assert (figures["fraction"], figures["excused_fraction"]) == ("0/1", "0/0")
    assert (kinds["first_response"].met, kinds["first_response"].overdue, kinds["ola:line3"].breached) == (1, 1, 1)
    assert instant(at("10-25 12:00")) - instant(at("10-24 12:00")) == timedelta(hours=25)
