"""A mixed past for reports, always the same: tickets that went to and fro between teams, lines and statuses."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.standing import touch
from helpdesk.models.people import Team
from helpdesk.models.tickets import Channel, Priority, Status, TicketType
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast

FIRST = datetime(2025, 11, 24, 6, 0, tzinfo=UTC)
_NEXT = {
    Status.NEW: (Status.OPEN, Status.OPEN, Status.RESOLVED, Status.CANCELLED),
    Status.OPEN: (Status.WAITING_CLIENT, Status.WAITING_VENDOR, Status.SCHEDULED, Status.RESOLVED, Status.RESOLVED),
    Status.WAITING_CLIENT: (Status.OPEN, Status.RESOLVED),
    Status.WAITING_VENDOR: (Status.OPEN,),
    Status.SCHEDULED: (Status.OPEN, Status.RESOLVED),
    Status.RESOLVED: (Status.CLOSED, Status.CLOSED, Status.CLOSED, Status.OPEN),
    Status.CLOSED: (Status.OPEN,),
}
_ENDS = frozenset({Status.CLOSED, Status.CANCELLED})


def mixed_pasts(cast: Cast, count: int = 60, seed: int = 4) -> list[PastTicket]:
    """So many tickets, opened between the end of November and the middle of February."""
    chance = random.Random(seed)
    with transaction():
        twin = Team(name="Field service", line=2)  # another team of the same name
        db.session.add(twin)
        touch()
    teams = [cast.desk, cast.desk, cast.field, cast.software, cast.makers, twin]
    return [_past(cast, chance, teams, number) for number in range(count)]


def a_mixed_past(cast: Cast, count: int = 60, seed: int = 4) -> list[PastTicket]:
    """The same, written down."""
    pasts = mixed_pasts(cast, count, seed)
    record_past(pasts)
    return pasts


def _past(cast: Cast, chance: random.Random, teams: list[Team], number: int) -> PastTicket:
    at = FIRST + timedelta(hours=chance.randrange(0, 24 * 80), seconds=chance.randrange(3600))
    team = chance.choice([cast.desk, cast.desk, cast.desk, *teams])
    is_known = chance.random() > 0.1
    steps = [PastStep(at, team_id=team.id if is_known else None, line=team.line if is_known else None)]
    status = Status.NEW
    for _each in range(chance.randrange(1, 9)):
        at += timedelta(seconds=chance.choice([0, 90, 3_600, 20_000, 90_000, 300_000]))
        if chance.random() < 0.4 and status not in _ENDS:
            team = chance.choice(teams)
            steps.append(PastStep(at, status=status, team_id=team.id, line=team.line))
            continue
        if status is Status.CANCELLED or (status is Status.CLOSED and chance.random() < 0.8):
            break
        status = chance.choice(_NEXT[status])
        sub_status = chance.choice(["", "", "parts"]) if status is Status.WAITING_VENDOR else ""
        operator = cast.ona.operator_id if chance.random() < 0.6 else None
        steps.append(PastStep(at, status=status, sub_status=sub_status, assignee_id=operator,
                              priority=chance.choice([None, None, Priority.P1, Priority.P3])))  # fmt: skip
    requester, organisation = chance.choice([(cast.jonas, cast.klinika), (cast.lena, cast.klinika),
                                             (cast.marek, cast.strangers)])  # fmt: skip
    return PastTicket(
        f"Printer {number}", "", requester.contact_id, chance.choice([Channel.PHONE, Channel.EMAIL]), steps,
        type=chance.choice([TicketType.INCIDENT, TicketType.QUESTION]), organisation_id=organisation.id,
        product_id=cast.printer.id if chance.random() < 0.5 else None,
        reassignments=chance.choice([None, None, 3]), missed_sla=chance.random() < 0.2,
    )  # fmt: skip


def statuses(past: PastTicket) -> list[tuple[datetime, Status]]:
    """How the ticket stood from when on, each change once."""
    known = [(step.at, step.status) for step in past.steps if step.status is not None]
    changes = [(past.steps[0].at, Status.NEW)]
    for at, status in known:
        if status is not changes[-1][1]:
            changes.append((at, status))
    return changes


def teams_of(past: PastTicket) -> list[tuple[datetime, int, int | None]]:
    """The teams of the ticket, unknown ones left out and repeats collapsed: since when, team, line."""
    known = [(step.at, step.team_id, step.line) for step in past.steps if step.team_id is not None]
    return [next(same) for _team, same in itertools.groupby(known, key=lambda each: each[1])]
