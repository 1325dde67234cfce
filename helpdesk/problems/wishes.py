"""Wishes: what clients want of a product, and who wants it.

1. A wish is written by hand, from a ticket or from a need that was found at a revisit; from a need only once.
2. Whoever wants it stands there once: a contact, or an organisation as a whole where nobody is named. Clients are
   counted as organisations; a contact of none counts alone.
3. Clients see what is public of the products that stand at their organisation, and how many want it; never who.
4. A client votes once and can take the vote back; on what has shipped or was merged nobody votes any more.
5. A wish that is merged into another hands on who wants it; the other's answer is theirs from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.command import command
from helpdesk.core.db import among, db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.paging import PageOf, page_of
from helpdesk.core.times import now
from helpdesk.events import WishChanged, WishDropped, WishMerged, WishSupported, WishTaken, WishWritten
from helpdesk.models.care import Need, Revisit
from helpdesk.models.feedback import NUMBER_PREFIX, Verdict, Wish, WishSupporter
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope, visible

LONGEST_TITLE, LONGEST_TEXT = 250, 20_000
LARGEST_ID = 2**31 - 1
PAGE_SIZE = 50
MOST_CHOICES = 200


@dataclass(frozen=True)
class NewWish:
    """What is wanted of a product, in whose words."""

    product_id: int
    title: str
    description: str = ""
    language: str = "en"
    is_public: bool = False


@dataclass(frozen=True)
class Wanted:
    """A wish in a list: how many want it, and whether the reader is one of them."""

    wish: Wish
    clients: int  # organisations, and contacts of none
    votes: int  # contacts
    is_mine: bool = False


@dataclass(frozen=True)
class Wanter:
    """Somebody who wants a wish, for staff. A ticket is named only to those who see it."""

    row: WishSupporter
    organisation: str
    contact: str
    ticket: str


@command
def write_wish(new: NewWish, *, by: Actor, submission: str | None = None) -> Wish:
    """Write down by hand what clients want."""
    require(by, Action.WRITE_WISH, new)
    return _again(submission) or _written(new, by=by, submission=submission)


@command
def take_from_ticket(ticket: Ticket, new: NewWish, *, by: Actor, submission: str | None = None) -> Wish:
    """Keep what a ticket asks for as a wish; its requester is the first who wants it."""
    require(by, Action.WRITE_WISH, new)
    if found := _again(submission):
        return found
    wish = _written(new, by=by, submission=submission)
    _support(wish, ticket.organisation_id, ticket.requester_id, ticket.id, by=by)
    record(WishTaken(ticket.id, wish_id=wish.id), by=by)
    return wish


@command
def take_from_need(need_id: int, new: NewWish, *, by: Actor) -> Wish:
    """Keep a need that was found at a revisit as a wish, once; whoever was visited is the first who wants it."""
    need: Need | None = db.session.scalar(locked_when_writing(visible(by, Need).where(Need.id == need_id), of=Need))
    if need is None:
        raise NotFound
    require(by, Action.WRITE_WISH, new)
    if (found := db.session.scalar(select(Wish).where(Wish.need_id == need_id))) is not None:
        return found
    revisit = db.session.get(Revisit, need.revisit_id) if need.revisit_id is not None else None
    wish = _written(new, by=by, need_id=need.id)
    _support(wish, need.organisation_id, revisit.contact_id if revisit else None, None, by=by)
    return wish


@command
def count_ticket(wish: Wish, ticket: Ticket, *, by: Actor) -> None:
    """One more client has asked for it, in this ticket."""
    require(by, Action.WRITE_WISH, wish)
    _refuse_merged(wish)
    if _support(wish, ticket.organisation_id, ticket.requester_id, ticket.id, by=by):
        record(WishTaken(ticket.id, wish_id=wish.id), by=by)


@command
def add_client(
    wish: Wish, *, organisation_id: int | None = None, contact_id: int | None = None, by: Actor
) -> None:  # fmt: skip
    """One more client has asked for it, by word of mouth: a contact, or an organisation as a whole."""
    require(by, Action.WRITE_WISH, wish)
    _refuse_merged(wish)
    if contact_id is not None:
        contact = db.session.scalar(visible(by, Contact).where(Contact.id == contact_id))
        if contact is None or organisation_id not in (None, contact.organisation_id):
            raise Invalid({"contact_id": [_("Choose one of the client's.")]})
        organisation_id = contact.organisation_id
    elif db.session.scalar(visible(by, Organisation).where(Organisation.id == (organisation_id or -1))) is None:
        raise Invalid({"organisation_id": [_("Choose one of the list.")]})
    _support(wish, organisation_id, contact_id, None, by=by)


def client_named(organisation: str, contact: str, *, for_: Actor) -> tuple[int | None, int | None]:
    """The ids of a client by the name of an organisation, or by the mail address or number of a contact."""
    if contact.strip():
        address = contact.strip().lower()
        found = db.session.scalar(visible(for_, Contact).where(func.lower(Contact.email) == address))
        if found is None:
            raise Invalid({"contact": [_("There is no contact with this address.")]})
        return found.organisation_id, found.id
    names = visible(for_, Organisation).where(func.lower(Organisation.name) == organisation.strip().lower())
    rows = db.session.scalars(names.limit(2)).all() if organisation.strip() else []
    if len(rows) != 1:
        raise Invalid({"organisation": [_("Give the name of an organisation, or the address of a contact.")]})
    return rows[0].id, None


@command
def change_wish(wish: Wish, new: NewWish, *, by: Actor) -> None:
    """Say it better, or let clients see it or see it no more; the product stays."""
    require(by, Action.WRITE_WISH, wish)
    _refuse_merged(wish)
    if errors := _wrong_in(new):
        raise Invalid(errors)
    told = {"title": " ".join(new.title.split()), "description": new.description.strip(), "language": new.language,
            "is_public": new.is_public}  # fmt: skip
    changes = {name: (getattr(wish, name), value) for name, value in told.items() if getattr(wish, name) != value}
    for name, value in told.items():
        setattr(wish, name, value)
    if changes:
        record(WishChanged(wish.id, changes=changes), by=by)


@command
def merge_wish(wish: Wish, into_number: str, *, by: Actor) -> Wish:
    """It is the same as another wish for the same product: whoever wants the one wants the other."""
    require(by, Action.WRITE_WISH, wish)
    into = find_wish(into_number, for_=by)
    if into is None or into.id == wish.id or into.product_id != wish.product_id:
        raise Invalid({"into": [_("Give the number of another wish for the same product.")]})
    # Always the smaller number first, so that two who merge crosswise do not wait for each other.
    held = {row.id: row for row in db.session.scalars(
        select(Wish).where(Wish.id.in_([wish.id, into.id])).order_by(Wish.id).with_for_update(),
        execution_options={"populate_existing": True},
    )}  # fmt: skip
    wish, into = held[wish.id], held[into.id]
    if wish.merged_into_id == into.id:
        return into  # a second click
    for each in (wish, into):
        _refuse_merged(each)
    for one in db.session.scalars(select(WishSupporter).where(WishSupporter.wish_id == wish.id)).all():
        _hand_on(one, into)
    db.session.execute(
        Wish.__table__.update().where(Wish.merged_into_id == wish.id).values(merged_into_id=into.id)  # type: ignore[attr-defined]
    )
    wish.merged_into_id = into.id
    record(WishMerged(wish.id, into_id=into.id), by=by)
    return into


@command
def vote(wish: Wish, *, by: Actor) -> None:
    """As a client: I want it, too. A second vote changes nothing."""
    require(by, Action.SUPPORT_WISH, wish)
    _refuse_ended(wish)
    _support(wish, by.organisation_id or None, by.contact_id, None, by=by)


@command
def take_vote_back(wish: Wish, *, by: Actor) -> None:
    """As a client: I want it no more."""
    require(by, Action.SUPPORT_WISH, wish)
    _refuse_ended(wish)
    row = db.session.scalar(
        select(WishSupporter)
        .where(WishSupporter.wish_id == wish.id, WishSupporter.contact_id == by.contact_id)
        .with_for_update()
    )
    if row is not None and row.ended_at is None:
        row.ended_at = now()
        record(WishDropped(wish.id, supporter_id=row.id), by=by)


@command
def remove_client(wish: Wish, supporter_id: int, *, by: Actor) -> None:
    """Somebody was counted by mistake, or wants it no more."""
    require(by, Action.WRITE_WISH, wish)
    _refuse_merged(wish)
    row = db.session.scalar(
        select(WishSupporter)
        .where(WishSupporter.id == supporter_id, WishSupporter.wish_id == wish.id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now()
        record(WishDropped(wish.id, supporter_id=row.id), by=by)


def wish_id_of(number: str) -> int | None:
    """The id behind a number such as `W-12`; None for what is no such number."""
    digits = number.strip().upper().removeprefix(NUMBER_PREFIX)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        return None
    found = int(digits)
    return found if 0 < found <= LARGEST_ID else None


def find_wish(number: str, *, for_: Actor) -> Wish | None:
    """The wish of this number, if the actor sees it; locked where this transaction may change it."""
    wish_id = wish_id_of(number)
    if wish_id is None:
        return None
    query = visible(for_, Wish).where(Wish.id == wish_id)
    found: Wish | None = db.session.scalar(locked_when_writing(query, of=Wish))
    return found


def get_wish(number: str, *, for_: Actor) -> Wish:
    """The wish of this number; NotFound where the actor sees none."""
    found = find_wish(number, for_=for_)
    if found is None:
        raise NotFound
    return found


def list_wishes(
    *, for_: Actor, product_id: int | None = None, verdict: Verdict | None = None, is_open: bool | None = None,
    after: str | None = None, before: str | None = None, size: int = PAGE_SIZE,
) -> PageOf[Wanted]:  # fmt: skip
    """A page of wishes that were not merged, the last written first, with how many want each.

    `is_open`: neither shipped nor declined.
    """
    query = visible(for_, Wish).where(Wish.merged_into_id.is_(None))
    if product_id is not None:
        query = query.where(Wish.product_id == product_id)
    if verdict is not None:
        query = query.where(Wish.verdict == verdict)
    if is_open is not None:
        ended = Wish.verdict.in_((Verdict.FIXED, Verdict.DECLINED))
        query = query.where(or_(Wish.verdict.is_(None), ~ended) if is_open else ended)
    page = page_of(query, [(Wish.id.expression, True)], size=size, after=after, before=before,
                   run=lambda narrowed: list(db.session.scalars(narrowed)), key=lambda row: (row.id,))  # fmt: skip
    return PageOf(counted(page.rows, for_=for_), page.after, page.before)


def counted(wishes: Sequence[Wish], *, for_: Actor) -> list[Wanted]:
    """These wishes with how many want each now."""
    counts = tallies([wish.id for wish in wishes])
    mine = _mine([wish.id for wish in wishes], for_) if for_.is_client else frozenset()
    return [Wanted(wish, *counts.get(wish.id, (0, 0)), wish.id in mine) for wish in wishes]


def tallies(
    wish_ids: Sequence[int], *, since: datetime | None = None, until: datetime | None = None
) -> dict[int, tuple[int, int]]:  # fmt: skip
    """How many want each wish: (clients, contacts); of a period: those who began to want it then and still do."""
    if not wish_ids:
        return {}
    # A contact of no organisation is a client of their own: below zero, so that no id is counted for another.
    client = case((WishSupporter.organisation_id.is_not(None), WishSupporter.organisation_id),
                  else_=-WishSupporter.contact_id)  # fmt: skip
    query = (
        select(WishSupporter.wish_id, func.count(client.distinct()), func.count(WishSupporter.contact_id))
        .where(among(WishSupporter.wish_id, wish_ids), WishSupporter.ended_at.is_(None),
               *_between(WishSupporter.since, since, until))
        .group_by(WishSupporter.wish_id)
    )  # fmt: skip
    return {wish_id: (clients, votes) for wish_id, clients, votes in db.session.execute(query)}


def wanters_of(wish: Wish, *, for_: Actor) -> list[Wanter]:
    """Who wants it, the first first. Only for staff."""
    require(for_, Action.WRITE_WISH, wish)
    query = (
        select(WishSupporter, Organisation.name, Contact.name, Ticket.id)
        .outerjoin(Organisation, Organisation.id == WishSupporter.organisation_id)
        .outerjoin(Contact, Contact.id == WishSupporter.contact_id)
        .outerjoin(Ticket, and_(Ticket.id == WishSupporter.ticket_id, ticket_scope(for_)))
        .where(WishSupporter.wish_id == wish.id, WishSupporter.ended_at.is_(None))
        .order_by(WishSupporter.since, WishSupporter.id).limit(1000)
    )  # fmt: skip
    return [
        Wanter(row, organisation or "", contact or "", f"T-{ticket_id}" if ticket_id else "")
        for row, organisation, contact, ticket_id in db.session.execute(query)
    ]


def wishes_of_ticket(ticket: Ticket, *, for_: Actor) -> list[Wish]:
    """The wishes that were taken from a ticket or counted in it."""
    taken = select(WishSupporter.wish_id).where(WishSupporter.ticket_id == ticket.id, WishSupporter.ended_at.is_(None))
    query = visible(for_, Wish).where(Wish.id.in_(taken), Wish.merged_into_id.is_(None))
    return list(db.session.scalars(query.order_by(Wish.id)))


def wishes_of_needs(need_ids: Sequence[int]) -> dict[int, Wish]:
    """Which needs were kept as wishes."""
    rows = db.session.scalars(select(Wish).where(among(Wish.need_id, need_ids))) if need_ids else ()
    return {row.need_id: row for row in rows if row.need_id is not None}


def open_wishes_of(product_id: int | None, *, for_: Actor) -> list[Wish]:
    """The open wishes of a product, for a choice."""
    if product_id is None:
        return []
    query = visible(for_, Wish).where(
        Wish.product_id == product_id, Wish.merged_into_id.is_(None), Wish.shipped_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(Wish.id.desc()).limit(MOST_CHOICES)))


def has_wishes(*, for_: Actor) -> bool:
    """Whether the actor sees any."""
    return db.session.scalar(select(visible(for_, Wish).exists())) or False


def products_of(actor: Actor) -> list[tuple[int, str]]:
    """The products whose wishes concern somebody: an owner's own, of a client what stands there, of others all."""
    cards = directory.products()
    if actor.role is not None and actor.is_client:
        theirs = select(InstalledProduct.product_id).where(InstalledProduct.organisation_id == actor.organisation_id)
        chosen = set(db.session.scalars(theirs)) if actor.organisation_id else set()
    else:
        chosen = set(actor.product_ids) if actor.role == "product_owner" else set(cards)
    return sorted(((card.id, card.name) for card in cards.values() if card.id in chosen), key=lambda each: each[1])


def _between(column: Any, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    conditions = []
    if since is not None:
        conditions.append(column >= since)
    if until is not None:
        conditions.append(column < until)
    return conditions


def _mine(wish_ids: Sequence[int], actor: Actor) -> frozenset[int]:
    if not wish_ids:
        return frozenset()
    query = select(WishSupporter.wish_id).where(
        WishSupporter.contact_id == actor.contact_id, WishSupporter.ended_at.is_(None),
        among(WishSupporter.wish_id, wish_ids),
    )  # fmt: skip
    return frozenset(db.session.scalars(query))


def _again(submission: str | None) -> Wish | None:
    return db.session.scalar(select(Wish).where(Wish.submission == submission)) if submission else None


def _written(new: NewWish, *, by: Actor, submission: str | None = None, need_id: int | None = None) -> Wish:
    if errors := _wrong_in(new):
        raise Invalid(errors)
    wish = Wish(
        product_id=new.product_id, title=" ".join(new.title.split()), description=new.description.strip(),
        language=new.language, is_public=new.is_public, need_id=need_id, account_id=by.account_id or None,
        created_at=now(), submission=submission,
    )  # fmt: skip
    db.session.add(wish)
    db.session.flush()
    record(WishWritten(wish.id, product_id=wish.product_id), by=by)
    return wish


def _wrong_in(new: NewWish) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if new.product_id not in directory.products():
        errors["product_id"] = [_("Choose one of the list.")]
    if not new.title.strip():
        errors["title"] = [_("Fill in this field.")]
    elif len(new.title) > LONGEST_TITLE:
        errors["title"] = [_("This is too long.")]
    if len(new.description) > LONGEST_TEXT:
        errors["description"] = [_("This is too long.")]
    if new.language not in LANGUAGES:
        errors["language"] = [_("Choose one of the list.")]
    return errors


def _support(
    wish: Wish, organisation_id: int | None, contact_id: int | None, ticket_id: int | None, *, by: Actor
) -> bool:  # fmt: skip
    """Count somebody among those who want it; False where they were counted already.

    Two at once write one row: the second finds the first one's.
    """
    dialect = db.session.get_bind().dialect.name
    values = {"wish_id": wish.id, "organisation_id": organisation_id, "contact_id": contact_id,
              "ticket_id": ticket_id, "since": now()}  # fmt: skip
    made = db.session.scalar(
        (sqlite_insert if dialect == "sqlite" else postgresql_insert)(WishSupporter)
        .values(values).on_conflict_do_nothing().returning(WishSupporter.id)
    )  # fmt: skip
    if made is None:
        row = db.session.scalars(
            select(WishSupporter).where(WishSupporter.wish_id == wish.id, _is(organisation_id, contact_id))
            .with_for_update(), execution_options={"populate_existing": True},
        ).one()  # fmt: skip
        row.ticket_id = row.ticket_id or ticket_id
        if row.ended_at is None:
            return False
        row.ended_at, row.since, made = None, now(), row.id
    record(WishSupported(wish.id, supporter_id=made), by=by)
    return True


def _is(organisation_id: int | None, contact_id: int | None) -> ColumnElement[bool]:
    if contact_id is not None:
        return WishSupporter.contact_id == contact_id
    return and_(WishSupporter.contact_id.is_(None), WishSupporter.organisation_id == organisation_id)


def _hand_on(one: WishSupporter, into: Wish) -> None:
    """Whoever wants a merged wish wants the other; who has heard that it ships has heard it."""
    same = db.session.scalar(
        select(WishSupporter).where(WishSupporter.wish_id == into.id, _is(one.organisation_id, one.contact_id))
    )
    if same is None:
        if one.ended_at is None:
            db.session.add(WishSupporter(
                wish_id=into.id, organisation_id=one.organisation_id, contact_id=one.contact_id,
                ticket_id=one.ticket_id, since=one.since, told_at=one.told_at,
            ))  # fmt: skip
        return
    if one.ended_at is None:
        same.ended_at = None
        same.since = min(same.since, one.since)
    same.ticket_id = same.ticket_id or one.ticket_id
    same.told_at = same.told_at or one.told_at


def _refuse_merged(wish: Wish) -> None:
    if wish.merged_into_id is not None:
        words = _("It was merged into %(number)s.", number=f"{NUMBER_PREFIX}{wish.merged_into_id}")
        raise Conflict(words, code="wish_merged")


def _refuse_ended(wish: Wish) -> None:
    _refuse_merged(wish)
    if wish.shipped_at is not None:
        raise Conflict(_("It has shipped already."), code="wish_shipped")
