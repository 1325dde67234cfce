"""The work on a ticket, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.aftersales.work import work_of
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.web.words import CHANNELS, WORK_RULES


@dataclass(frozen=True)
class WorkLine:
    """A piece of work, its figures in minutes."""

    id: int
    minutes: int
    counted: int
    chargeable: int
    who: str
    at: datetime
    channel: str
    rule: str
    note: str
    is_reversed: bool
    can_reverse: bool


def work_lines(ticket: Ticket, actor: Actor) -> list[WorkLine]:
    """The work on a ticket with its reversals, in the order in which it was entered."""
    rows, names = work_of(ticket), directory.operators()
    reversed_ids = {row.reverses_id for row in rows}
    return [
        WorkLine(
            row.id, row.minutes, row.counted_minutes, row.chargeable_minutes,
            names[row.operator_id].name if row.operator_id in names else "", row.started_at,
            str(CHANNELS[row.channel.value]), str(WORK_RULES[row.rule]), row.note, row.id in reversed_ids,
            row.reverses_id is None and row.id not in reversed_ids and may(actor, Action.REVERSE_WORK, row),
        )
        for row in rows
    ]  # fmt: skip
