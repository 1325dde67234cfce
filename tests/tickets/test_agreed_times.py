"""Times agreed with a client: beside the contract's, with the consent on record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.core.times import epoch
from helpdesk.jobs.worker import run_all
from helpdesk.models.tickets import Status, Ticket
from helpdesk.tickets import clocks
from helpdesk.tickets.agreed_times import PromiseShown, promise_time, promises_of
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.judging import BreachCause
from helpdesk.tickets.resolution import resolve_ticket
from sla.models import Clock, ClockKind, ClockState
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text + "+02:00")


def promise(ticket: Ticket, when: str, cast: Cast) -> None:
    promise_time(ticket, "resolution", moment(when), note="On the phone.", consent=True, by=cast.ona)


def resolution(ticket: Ticket) -> Clock:
    return next(c for c in clocks.of(ticket) if c.kind is ClockKind.RESOLUTION)


def shown(ticket: Ticket) -> PromiseShown:
    [one] = promises_of(ticket, clocks.of(ticket))
    return one


def test_a_promise_counts_in_place_of_the_contract_and_both_are_kept(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.OPEN)  # 40 working hours: Monday, 9:00
        promise(ticket, "2026-03-12 12:00", cast)
        assert ticket.next_due_at == epoch(moment("2026-03-12 12:00"))
        assert resolution(ticket).contract_due_at == epoch(moment("2026-03-09 09:00"))
        promise(ticket, "2026-03-13 12:00", cast)
        promise(ticket, "2026-03-13 12:00", cast)  # a double click
        assert (shown(ticket).moves, shown(ticket).state) == (1, "planned")
    with at("2026-03-12 15:00"):
        clocks.sweep()
        assert (resolution(ticket).state, shown(ticket).contract_is_kept) == (ClockState.RUNNING, False)
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)

    assert (shown(ticket).state, shown(ticket).contract_is_kept) == ("kept", False)
    assert resolution(ticket).state is ClockState.MET
    assert facts(ticket).count("TimePromised") == 2


def test_a_promise_that_is_not_kept_is_late(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.OPEN)
        promise(ticket, "2026-03-03 12:00", cast)
    with at("2026-03-03 12:01"):
        clocks.sweep()
        assert (resolution(ticket).state, shown(ticket).state) == (ClockState.OVERDUE, "broken")
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
        assert (shown(ticket).state, shown(ticket).contract_is_kept) == ("late", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"consent": False}, "consent"),
        ({"note": " "}, "note"),
        ({"at": moment("2026-03-02 08:59")}, "at"),
        ({"at": moment("2036-03-02 08:59")}, "at"),
        ({"clock": "first_response"}, "clock"),
        ({"clock": "periodic_update"}, "clock"),  # this policy has none
    ],
)
def test_what_is_not_agreed_is_no_promise(cast: Cast, at: At, changes: dict[str, object], field: str) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        told = {"clock": "resolution", "at": moment("2026-03-05 09:00"), "note": "By phone.", "consent": True} | changes
        with pytest.raises(Invalid) as refusal:
            promise_time(ticket, told.pop("clock"), told.pop("at"), by=cast.ona, **told)  # type: ignore[arg-type]

    assert list(refusal.value.errors) == [field]
    assert promises_of(ticket, clocks.of(ticket)) == []


def test_nothing_is_promised_on_a_resolved_ticket_nor_by_the_third_line_nor_by_clients(cast: Cast) -> None:
    ticket, high = a_ticket(cast, status=Status.RESOLVED), a_ticket(cast, line=3)

    with pytest.raises(Invalid):
        promise(ticket, "2026-03-12 12:00", cast)
    for actor in (cast.giedrius, cast.jonas, cast.marek, cast.petras):
        with pytest.raises(Forbidden):
            promise_time(high, "resolution", moment("2026-03-12 12:00"), note="x", consent=True, by=actor)


def test_the_client_is_written_what_was_agreed(cast: Cast, at: At, config) -> None:  # type: ignore[no-untyped-def]
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        run_all()
        for file in config.mail_folder.glob("*.eml"):
            file.unlink()
        promise(ticket, "2026-03-12 12:00", cast)
        run_all()

    [letter] = [f.read_text() for f in config.mail_folder.glob("*.eml")]
    for file in config.mail_folder.glob("*.eml"):
        file.unlink()
    assert "jonas@klinika.example" in letter
    assert "12 March 2026" in letter
    db.session.rollback()
