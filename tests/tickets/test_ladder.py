"""The escalation ladder: who is told, when, and who next. Office hours are 8-12 and 13-17 in Vilnius.

A ticket of Jonas is P4: eight working hours to answer, of which six are used at the risk.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from email import message_from_bytes
from email.policy import default

import pytest

from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, now
from helpdesk.jobs.worker import run_all
from helpdesk.models.access import Account
from helpdesk.models.tickets import NEVER, Channel, Priority, Status, Ticket
from helpdesk.people.duty import NewAbsence, on_duty, plan_absence
from helpdesk.policy.actor import Actor
from helpdesk.tickets import clocks, ladder
from helpdesk.tickets.assignment import assign, take
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.desk import change_settings
from helpdesk.tickets.priority import override_priority
from sla.models import Clock, ClockKind, Rung, Target
from tests.cast import Cast
from tests.factories import a_ticket, facts
from tests.plans import plan_of
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]


def local(text: str) -> int:
    return epoch(datetime.fromisoformat(text + "+02:00"))


def beat() -> None:
    """What the worker does in its seconds."""
    while clocks.sweep() or run_all() or ladder.sweep():
        pass


def told(
    ticket: Ticket, occasion: str = "at_risk", kind: ClockKind = ClockKind.FIRST_RESPONSE
) -> list[tuple[int, str]]:
    """Step and name of those who were told, in order."""
    db.session.expire_all()
    query = (
        db.select(Rung.step, Account.name).join(Account, Account.id == Rung.account_id)
        .join(Clock, Clock.id == Rung.clock_id)
        .where(Clock.subject_id == ticket.id, Clock.kind == kind, Rung.occasion == occasion, Rung.told_at.is_not(None))
        .order_by(Rung.told_at, Rung.step)
    )  # fmt: skip
    return [(step, name) for step, name in db.session.execute(query)]


def rungs(ticket: Ticket, occasion: str = "at_risk") -> list[Rung]:
    db.session.expire_all()
    query = db.select(Rung).join(Clock, Clock.id == Rung.clock_id).where(Clock.subject_id == ticket.id)
    return list(db.session.scalars(query.where(Rung.occasion == occasion).order_by(Rung.step)))


def taken(cast: Cast, at: At, by: Actor | None = None) -> Ticket:
    """Received on Monday at nine, and taken by Ona: at risk at 16:00, late on Tuesday at nine."""
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        take(ticket, by=by or cast.ona)
    return ticket


def test_at_risk_the_assignee_is_told_and_then_lead_manager_and_duty_officer(cast: Cast, at: At) -> None:
    change_settings({"duty_officers": "tomas@desk.example"}, by=cast.petras)
    ticket = taken(cast, at)
    steps = (("15:59", []), ("16:00", ["Ona"]), ("16:29", ["Ona"]), ("16:30", ["Ona", "Rasa"]))

    for when, names in steps:
        with at(f"2026-03-02 {when}"):
            beat()
            assert [name for _step, name in told(ticket)] == names, when
    with at("2026-03-03 08:00"):  # the half hour of Rasa ends with the day at 17:00: Vera's hours begin now
        beat()
        assert told(ticket) == [(1, "Ona"), (2, "Rasa"), (3, "Vera")]
    with at("2026-03-03 08:30"):
        beat()
        assert told(ticket)[-1] == (4, "Tomas")


def test_a_breach_tells_manager_and_duty_officer_whatever_happens(cast: Cast, at: At) -> None:
    change_settings({"duty_officers": "tomas@desk.example"}, by=cast.petras)
    ticket = taken(cast, at)
    with at("2026-03-02 16:00"):
        beat()
        ladder.acknowledge(rungs(ticket)[0].id, by=cast.ona)

    with at("2026-03-03 09:01"):
        beat()

    assert told(ticket) == [(1, "Ona")]
    assert told(ticket, "breached") == [(1, "Ona"), (3, "Vera"), (4, "Tomas")]
    with at("2026-03-03 09:31"):
        beat()
    assert told(ticket, "breached")[-1] == (2, "Rasa")


def test_acknowledged_it_climbs_no_further(cast: Cast, at: At) -> None:
    ticket = taken(cast, at)
    with at("2026-03-02 16:00"):
        beat()
        [rung] = rungs(ticket)
        ladder.acknowledge(rung.id, by=cast.ona)
        ladder.acknowledge(rung.id, by=cast.ona)  # a double click

    with at("2026-03-03 08:50"):
        beat()

    assert told(ticket) == [(1, "Ona")]
    assert facts(ticket).count("RungAcknowledged") == 1
    assert ladder.open_rungs(for_=cast.ona) == []


def test_whoever_is_not_on_the_rung_cannot_take_note_and_a_stranger_does_not_find_it(cast: Cast, at: At) -> None:
    ticket = taken(cast, at)
    with at("2026-03-02 16:00"):
        beat()
        [rung] = rungs(ticket)
        with pytest.raises(Forbidden):
            ladder.acknowledge(rung.id, by=cast.tomas)
        for actor in (cast.marek, cast.jonas, cast.giedrius):
            with pytest.raises(NotFound):
                ladder.acknowledge(rung.id, by=actor)
        ladder.acknowledge(rung.id, by=cast.rasa)  # the lead may

    assert rungs(ticket)[0].acknowledged_by == cast.rasa.account_id


def test_the_absent_are_answered_for_by_their_substitute(cast: Cast, at: At) -> None:
    ticket = taken(cast, at)
    with at("2026-03-02 12:00"):
        since, until = (datetime.fromisoformat(f"2026-03-0{day}T13:00+02:00") for day in (2, 6))
        plan_absence(NewAbsence(cast.ona.operator_id, cast.rasa.operator_id, since, until), by=cast.ona)

    with at("2026-03-02 16:00"):
        beat()

    assert told(ticket) == [(1, "Rasa")]
    with at("2026-03-02 16:30"):  # Rasa knows already: the manager is next
        beat()
    assert told(ticket)[-1] == (3, "Vera")


def test_without_an_assignee_somebody_of_the_team_is_told(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)

    with at("2026-03-02 16:00"):
        beat()

    assert told(ticket) == [(1, "Ona")]


def test_notices_wait_for_the_hours_of_the_recipient_in_their_own_zone(cast: Cast, at: At) -> None:
    ticket = taken(cast, at)
    account = db.session.get_one(Account, cast.ona.account_id)
    account.timezone = "America/New_York"  # 16:00 in Vilnius is 9:00 there; the desk's hours begin at 8
    db.session.commit()
    with at("2026-03-02 16:00"):
        beat()
    assert told(ticket) == [(1, "Ona")]

    account.timezone = "Asia/Shanghai"  # 22:00 there: tomorrow at 8, that is 2:00 here
    db.session.commit()
    with at("2026-03-02 16:00"):
        other = a_ticket(cast)
        take(other, by=cast.ona)
        override_priority(other, Priority.P2, "The clinic stands still.", by=cast.ona)
    with at("2026-03-02 16:45"):
        beat()
        assert (told(other), rungs(other)[0].tell_at) == ([], local("2026-03-03 02:00"))
    with at("2026-03-03 02:00"):
        beat()
        assert told(other) == [(1, "Ona")]


def test_an_urgent_target_waits_for_nobody(cast: Cast, at: At) -> None:
    for target in db.session.query(Target).filter_by(kind=ClockKind.FIRST_RESPONSE):
        target.is_urgent = True
    db.session.commit()
    touch()
    db.session.commit()
    ticket = taken(cast, at)
    with at("2026-03-02 17:30"):
        beat()
    with at("2026-03-02 18:00"):
        beat()

    assert told(ticket) == [(1, "Ona"), (2, "Rasa")]


def test_nothing_is_told_while_it_stands_still_and_what_was_due_is_told_afterwards(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        reply_to_client(ticket, NewMessage("We look."), by=cast.ona)
        assign(ticket, cast.ona.operator_id, by=cast.rasa)
    with at("2026-03-05 15:59"):  # 40 working hours to resolve it, 30 of them at the risk
        beat()
        assert told(ticket, kind=ClockKind.RESOLUTION) == []
    with at("2026-03-05 17:10"):  # at risk; Ona's day is over, and then we wait for the client
        beat()
        reply_to_client(ticket, NewMessage("Which one?"), by=cast.ona, status=Status.WAITING_CLIENT)
    with at("2026-03-06 08:30"):
        beat()
        assert told(ticket, kind=ClockKind.RESOLUTION) == []
        assert [rung.tell_at for rung in rungs(ticket)] == [NEVER]
    with at("2026-03-06 10:00"):
        receive_reply(ticket, NewMessage("The second one."), by=cast.jonas, channel=Channel.PORTAL)
        beat()
        assert told(ticket, kind=ClockKind.RESOLUTION) == [(1, "Ona")]


def test_what_is_answered_in_time_leaves_nothing_on_the_ladder(cast: Cast, at: At) -> None:
    ticket = taken(cast, at)
    with at("2026-03-02 16:00"):
        beat()
        assert [shown.ticket.number for shown in ladder.open_rungs(for_=cast.ona)] == [ticket.number]
    with at("2026-03-02 16:20"):
        reply_to_client(ticket, NewMessage("Here."), by=cast.ona)
        assert ladder.open_rungs(for_=cast.ona) == []

    with at("2026-03-02 16:45"):
        beat()
    assert told(ticket) == [(1, "Ona")]


def test_each_rung_is_reached_once_a_revision_of_the_target(cast: Cast, at: At) -> None:
    ticket = taken(cast, at)
    with at("2026-03-02 16:10"):
        beat()
        beat()
    with at("2026-03-02 16:50"):  # 90 % is a threshold of its own, and no new ladder
        beat()
    assert [(r.step, r.revision) for r in rungs(ticket)] == [(1, 1), (2, 1)]

    with at("2026-03-02 16:55"):
        override_priority(ticket, Priority.P3, "Nearly everybody.", by=cast.ona)  # 4 h: spent already

    assert "ClockBreached" in facts(ticket)


def test_what_is_safe_again_climbs_no_further(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        take(ticket, by=cast.ona)
        override_priority(ticket, Priority.P3, "Nearly everybody.", by=cast.ona)  # 4 h: at risk at noon
    with at("2026-03-02 13:05"):
        beat()
        assert told(ticket) == [(1, "Ona")]
        override_priority(ticket, Priority.P4, "One of them.", by=cast.ona)  # 8 h: at risk at 16:00
    with at("2026-03-02 15:00"):
        beat()
        assert told(ticket) == [(1, "Ona")]
        assert ladder.open_rungs(for_=cast.ona) == []
    with at("2026-03-02 16:01"):
        beat()
    assert [(r.step, r.revision) for r in rungs(ticket)] == [(1, 2), (1, 3)]
    assert len(ladder.open_rungs(for_=cast.ona)) == 1


def test_after_a_night_without_a_worker_each_rung_has_its_own_instant(cast: Cast, at: At) -> None:
    ticket = taken(cast, at)

    with at("2026-03-04 11:00"):
        beat()

    assert told(ticket) == []  # at risk no more, but late
    assert told(ticket, "breached") == [(1, "Ona"), (3, "Vera")]
    first = rungs(ticket, "breached")[0]
    assert (first.at, first.told_at) == (local("2026-03-03 09:00"), local("2026-03-04 11:00"))
    assert first.climbs_at == local("2026-03-04 11:30")


def test_the_letter_has_one_id_made_of_its_rung(cast: Cast, at: At, config: Config) -> None:
    ticket = taken(cast, at)
    with at("2026-03-02 16:00"):
        beat()
        beat()

    letters = [message_from_bytes(f.read_bytes(), policy=default) for f in config.mail_folder.glob("*rung*.eml")]
    [rung] = rungs(ticket)
    assert [(m["To"], f".rung-{rung.id}." in m["Message-ID"]) for m in letters] == [("Ona <ona@desk.example>", True)]
    assert ticket.number in letters[0]["Subject"]


def test_the_roster_takes_turns_by_the_week_and_knows_only_staff(cast: Cast, at: At) -> None:
    roster = "ona@desk.example, Tomas@desk.example"
    seen = []
    for day in ("2026-03-02", "2026-03-08", "2026-03-09", "2026-03-16"):
        with at(f"{day} 12:00"):
            seen.append(on_duty(roster, now()))
    assert seen[0] == seen[1] != seen[2]
    assert seen[3] == seen[0]
    assert set(seen) == {cast.ona.account_id, cast.tomas.account_id}

    with pytest.raises(Invalid) as refusal:
        change_settings({"duty_officers": "jonas@klinika.example"}, by=cast.petras)
    assert "jonas@klinika.example" in refusal.value.errors["duty_officers"][0]


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda cast: ladder.tell_due(), "ix_sla_rung_tell_at"),
        (lambda cast: ladder.climb_due(), "ix_sla_rung_climbs_at"),
        (lambda cast: ladder.count_open_rungs(for_=cast.ona), "ix_sla_rung_open _duty_"),  # any partial one of duties
        (lambda cast: clocks.sweep(), "ix_sla_clock_next_fire_at"),
    ],
)
def test_what_is_due_is_found_by_its_index(cast: Cast, ask: Callable[[Cast], int], index: str) -> None:
    steps = plan_of(lambda: ask(cast))

    assert len(steps) == len(index.split())
    assert all(any(name in step for name in index.split()) for step in steps), steps


def test_an_idle_moment_asks_one_question_and_writes_nothing(cast: Cast) -> None:
    with queries(1, "the ladder"):
        assert ladder.sweep() == 0
    with queries(1, "the clocks"):
        assert clocks.sweep() == 0
