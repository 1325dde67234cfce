"""The demo's promises: times agreed on with clients of the last weeks, what became of them, and what is due next.

What is promised is said in the language of the ticket. Which fate a promise has follows from its place in the list, so
that every demo desk tells the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.times import epoch, instant, pretending
from helpdesk.models.promises import Promise
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.seeds.company import Company
from helpdesk.seeds.hours import OFFICE, hours_of
from helpdesk.tickets.promises import (
    NewPromise,
    hand_promise,
    keep_promise,
    make_promise,
    move_promise,
    sweep_promises,
    withdraw_promise,
)
from sla.worktime import WorkIndex

SINCE, EVERY = timedelta(days=60), 3
HOUR = timedelta(hours=1)
COLLEAGUE, DUE_OF = "ausra", "kamil"
WHAT = {
    "en": ("Call back", "Send the instructions", "Look at it together by remote session"),
    "lt": ("Perskambinti", "Atsiųsti instrukciją", "Kartu pažiūrėti per nuotolinę sesiją"),
    "ru": ("Перезвонить", "Прислать инструкцию", "Посмотреть вместе в удалённом сеансе"),
    "zh-Hans": ("回电", "发送操作说明", "远程协助一起查看"),
}
WHY = {
    "en": "The spare part comes a day later", "lt": "Detalė atkeliaus diena vėliau",
    "ru": "Запчасть придёт на день позже", "zh-Hans": "备件晚一天到",
}  # fmt: skip
# What becomes of a promise, one after the other.
FATES = ("kept", "kept", "kept", "late", "kept", "moved", "kept", "handed", "kept", "kept", "lapsed", "kept",
         "withdrawn")  # fmt: skip
# What is due next: when it was made and when it is due, in hours from now.
COMING = ((-20, -4), (-3, 1), (-2, 3), (-26, 24), (-1, 50))


def make_promises(company: Company, *, until: datetime) -> None:
    """Live through the promises of the last weeks, and leave some for today. Part of a larger activity."""
    by_id = {actor.operator_id: actor for actor in company.staff.values() if actor.operator_id}
    index = hours_of(OFFICE, until.year - 1, until.year + 1)
    query = select(Ticket).where(Ticket.opened_at >= until - SINCE, Ticket.status != Status.CANCELLED,
                                 Ticket.status != Status.MERGED).order_by(Ticket.id)  # fmt: skip
    tickets = db.session.scalars(query).all()
    owned = [ticket for ticket in tickets if ticket.owner_id in by_id and 1 in by_id[ticket.owner_id].lines]
    for number, ticket in enumerate(owned[::EVERY]):
        made_at = _working(index, ticket.opened_at, 1)
        due_at = _working(index, made_at, 5 + number % 7)
        if due_at + 26 * HOUR < until:
            fate = FATES[number % len(FATES)]
            _live(ticket, fate, made_at, due_at, by_id[ticket.owner_id or 0], company.staff[COLLEAGUE], number)
    with pretending(until):
        while sweep_promises():
            pass
    kamil = company.staff[DUE_OF]
    mine = [ticket for ticket in owned if ticket.is_open and ticket.line == 1][: len(COMING)]
    for number, (ticket, (made, due)) in enumerate(zip(mine, COMING, strict=False)):
        _promise(ticket, max(until + made * HOUR, ticket.opened_at), until + due * HOUR, kamil, number)


def _live(
    ticket: Ticket, fate: str, made_at: datetime, due_at: datetime, by: Actor, colleague: Actor, number: int
) -> None:
    promise, updated_at = _promise(ticket, made_at, due_at, by, number), ticket.updated_at
    why = WHY.get(ticket.language, WHY["en"])
    with pretending(due_at - HOUR):
        if fate == "moved":
            later = due_at + timedelta(hours=23)
            promise = move_promise(promise, later, later + HOUR, why, by=by, told=True)
        elif fate == "handed" and by.operator_id != colleague.operator_id:
            hand_promise(promise, colleague.operator_id, why, by=by, told=True)
        elif fate == "withdrawn":
            withdraw_promise(promise, why, by=by)
    if fate not in ("withdrawn", "lapsed"):
        with pretending(promise.until_at + (2 * HOUR if fate == "late" else -HOUR / 6)):
            keep_promise(promise, by=by)
    ticket.updated_at = updated_at  # the past of a ticket is no change of it today


def _working(index: WorkIndex, since: datetime, hours: int) -> datetime:
    """So many working hours later."""
    due = index.due(epoch(since), hours * 3600)
    return since if due is None else instant(due)


def _promise(ticket: Ticket, made_at: datetime, due_at: datetime, by: Actor, number: int) -> Promise:
    words: Sequence[str] = WHAT.get(ticket.language, WHAT["en"])
    from_at = due_at.replace(minute=0 if due_at.minute < 30 else 30, second=0, microsecond=0)
    until_at = from_at + (2 * HOUR if number % 4 == 0 else timedelta())
    updated_at = ticket.updated_at
    with pretending(min(made_at, from_at - HOUR)):
        promise = make_promise(ticket, NewPromise(words[number % len(words)], from_at, until_at, Channel.PHONE), by=by)
    ticket.updated_at = updated_at
    return promise
