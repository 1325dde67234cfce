"""The demo desk: a quarter of a small company's service, ending now, and the accounts to look at it with.

Filling is one transaction: a run that was killed half-way has left nothing behind, and the next one begins again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select, text

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.journal import silently
from helpdesk.core.times import now, pretending
from helpdesk.models.access import Account
from helpdesk.models.imports import ImportRun
from helpdesk.models.tickets import Ticket
from helpdesk.people.accounts import hash_password
from helpdesk.people.directory import operators
from helpdesk.problems import detection, similar
from helpdesk.seeds import cast
from helpdesk.seeds.articles import write_articles
from helpdesk.seeds.care import take_care
from helpdesk.seeds.claims import settle_claims
from helpdesk.seeds.company import move_in
from helpdesk.seeds.dates import DAYS, give_dates
from helpdesk.seeds.everyday import EVERYDAY
from helpdesk.seeds.living import live, plan_absences, raise_alarms
from helpdesk.seeds.problems import find_problems
from helpdesk.seeds.promises import promise_today
from helpdesk.seeds.sales import sell
from helpdesk.seeds.searches import search_around
from helpdesk.seeds.stories import STORIES
from helpdesk.seeds.story import Story
from helpdesk.seeds.surveys import ask_around
from helpdesk.seeds.wishes import wish
from helpdesk.tickets import search
from knowledge_base import search as article_search

# Everybody who reads this knows it: it is for the demo desk alone, whose accounts are all marked as such.
DEMO_PASSWORD = "three lines of help"  # noqa: S105
FIRST_NUMBER = 20_001  # of a desk that has worked for some years
MOVED_IN_BEFORE = timedelta(days=DAYS + 7)

# Which account shows what, in the order in which to look.
LOOK_AT = {
    "kamil": "The first line in English: the queue, what is due next, taking the next ticket, answering, handing over.",
    "egle": "The same first line in Lithuanian.",
    "irina": "The first line in Russian, on the desk in Almaty.",
    "lin": "The first line in Chinese; her tickets come to her by a routing rule.",
    "ausra": "The lead of the first line: everybody's tickets on the line, what is overdue, who has how much.",
    "pawel": "The second line: equipment that was handed over with its five answers, appointments, returns.",
    "jurgita": "The lead of the second line: tickets that went back and forth between two teams.",
    "daniel": "The third line: sees only what was handed over, and writes to no client.",
    "robert": "A manager: the year in figures.",
    "giedrius": "The product owner: what troubles clients and what they wish, to be answered.",
    "neringa": "The administrator: people, teams, routing rules; reading a client's ticket leaves a trace.",
    "bartosz": "A client who supervises his organisation: sees the requests of all his colleagues.",
    "kertu": "A client who sees her own requests and those of her circle, one of them with the makers.",
    "ruta": "A client in Lithuanian, whose organisation shares its requests.",
    "daniyar": "A client in Russian.",
    "chenlifeng": "A client in Chinese.",
    "oskars": "A client of another organisation: sees nothing of the others.",
}


Progress = Callable[[int, int], None]  # steps done, steps in all


class Presence(StrEnum):
    """What there is in a database before it is filled."""

    EMPTY = "empty"
    DEMO = "demo"
    IN_USE = "in_use"


@dataclass(frozen=True)
class DemoAccount:
    """Somebody to sign in as, and what there is to see."""

    email: str
    name: str
    role: str
    language: str
    lines: tuple[int, ...]
    organisation: str
    look_at: str


def presence() -> Presence:
    """Whether the desk is empty, the demo desk, or somebody's real one."""
    if db.session.scalar(select(Account.id).where(Account.is_demo).limit(1)) is not None:
        return Presence.DEMO
    is_used = db.session.scalar(select(Account.id).limit(1)) or db.session.scalar(select(Ticket.id).limit(1))
    return Presence.IN_USE if is_used else Presence.EMPTY


def fill(stories: Sequence[Story] = (*STORIES, *EVERYDAY), *, progress: Progress | None = None) -> int:
    """Fill an empty desk with the demo's people and tickets; returns how many tickets, none if it is there already.

    Conflict for a desk on which people work.
    """
    found = presence()
    if found is Presence.DEMO:
        return 0
    if found is Presence.IN_USE:
        raise Conflict("This desk is in use; the demo fills only an empty one.", code="desk_in_use")
    password_hash = hash_password(DEMO_PASSWORD)  # outside of the transaction: slow on purpose
    until = now()
    dated = give_dates(stories, now=until)
    steps = sum(len(each.turns) for each in dated)
    with transaction(), silently():
        if presence() is not Presence.EMPTY:  # somebody else was quicker
            raise Conflict("This desk has just been filled.", code="desk_in_use")
        with pretending(until - MOVED_IN_BEFORE):
            company = move_in(password_hash, on=until.date())
            plan_absences(company, until=until)
            _number_from(FIRST_NUMBER)
        for done in live(dated, company, until=until):
            if progress is not None:
                progress(min(done, steps), steps)
        raise_alarms(until=until)
        take_care(company, until=until)
        settle_claims(company, until=until)
        promise_today(company, until=until)
        sell(company, until=until)
        write_articles(company, until=until)
        find_problems(company, until=until)
        wish(company, until=until)
        ask_around(company, [each.story for each in dated], until=until)
        _take_in()
        search_around(until=until)
        # From here on everything that happens is real: what follows from it can be checked.
        db.session.add(ImportRun(name="demo", kind="demo", started_at=until, finished_at=until))
    return len(dated)


def _take_in() -> None:
    """Nothing followed from what was lived through in silence: let it be found, compared and proposed."""
    for catch_up in (search.catch_up, article_search.catch_up, similar.catch_up):
        while catch_up():
            pass
    detection.sweep()


def accounts(*, everybody: bool = False) -> list[DemoAccount]:
    """The demo accounts that show most, or all of them; NotFound where the desk has none."""
    rows = {row.email: row for row in db.session.scalars(
        select(Account).where(Account.is_demo, Account.disabled_at.is_(None)).order_by(Account.id)
    )}  # fmt: skip
    if not rows:
        raise NotFound("This desk has no demo accounts. `threeline demo` makes a demo desk of an empty one.")
    email_of = {person.key: person.email for person in cast.OPERATORS}
    email_of |= {person.key: person.email for person in cast.STAFF}
    email_of |= {person.key: person.email for person in cast.CONTACTS}
    look_at = {email_of[key]: sentence for key, sentence in LOOK_AT.items()}
    emails = [email for email in look_at if email in rows]
    if everybody:
        emails += [email for email in rows if email not in look_at]
    return [_shown(rows[email], look_at.get(email, "")) for email in emails]


def _shown(row: Account, look_at: str) -> DemoAccount:
    card = operators().get(row.operator_id or 0)
    organisation = row.contact.organisation if row.contact else None
    return DemoAccount(
        email=row.email, name=row.name, role=row.role.value, language=row.language,
        lines=tuple(sorted(card.lines)) if card else (), organisation=organisation.name if organisation else "",
        look_at=look_at,
    )  # fmt: skip


def _number_from(first: int) -> None:
    """Let the next ticket have this number."""
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(text("DELETE FROM sqlite_sequence WHERE name = 'ticket'"))
        statement = text("INSERT INTO sqlite_sequence (name, seq) VALUES ('ticket', :last)")
    else:
        statement = text("SELECT setval(pg_get_serial_sequence('ticket', 'id'), :last)")
    db.session.execute(statement, {"last": first - 1})
