"""The demo's promises for today and the days to come; those of the quarter stand in the stories themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.times import pretending
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.seeds.company import Company
from helpdesk.tickets.promises import NewPromise, make_promise

PROMISES_OF = "kamil"
COMING = ((1, 0), (2, 2), (4, 0), (24, 0), (49, 2))  # in how many hours, for how many
WHAT = {
    "en": ("Call back", "Look at it together by remote session", "Send the instructions"),
    "lt": ("Perskambinti", "Kartu pažiūrėti per nuotolinę sesiją", "Atsiųsti instrukciją"),
    "ru": ("Перезвонить", "Посмотреть вместе в удалённом сеансе", "Прислать инструкцию"),
    "zh-Hans": ("回电", "远程协助一起查看", "发送操作说明"),
}


def promise_today(company: Company, *, until: datetime) -> None:
    """Some times that were agreed on just now. Part of a larger activity."""
    by = company.staff[PROMISES_OF]
    tickets = select(Ticket).where(Ticket.is_open, Ticket.line == 1).order_by(Ticket.id).limit(len(COMING))
    with pretending(until):
        for number, (ticket, (hours, lasting)) in enumerate(
            zip(db.session.scalars(tickets).all(), COMING, strict=False)
        ):
            from_at = (until + timedelta(hours=hours)).replace(minute=30, second=0, microsecond=0)
            words = WHAT.get(ticket.language, WHAT["en"])
            new = NewPromise(words[number % len(words)], from_at, from_at + timedelta(hours=lasting), Channel.PHONE)
            make_promise(ticket, new, by=by)
