"""Wishes: what clients want of products, who wants it, and what the product owner answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Instant, Language, RowId, Text, YesNo
from helpdesk.api.inputs import Input, Nothing, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.paging import PageOf
from helpdesk.models.feedback import OwnerAnswer, Verdict, Wish
from helpdesk.policy.actor import Actor
from helpdesk.problems import answers, wishes
from helpdesk.problems.answers import Answered, NewAnswer
from helpdesk.problems.wishes import LONGEST_TEXT, NewWish, Wanted, Wanter
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("wishes", __name__, description="What clients want of products.")
ONE = "/wishes/<wish_number>"


class WishFilterSchema(PageSchema):
    """Which wishes."""

    product_id = RowId(in_query=True)
    verdict = Choice(Verdict)
    is_open = YesNo(in_query=True, metadata={"description": "Neither shipped nor declined."})


class NewWishSchema(Input):
    """What is wanted of which product."""

    makes = NewWish
    product_id = RowId(required=True)
    title = Text(needed=True, required=True)
    description = Text(LONGEST_TEXT)
    language = Language()
    is_public = YesNo(metadata={"description": "Clients of the product see it and can vote."})


@dataclass(frozen=True)
class Changes:
    title: str
    description: str = ""
    language: str = "en"
    is_public: bool = False


class WishChangeSchema(Input):
    """The wish as it is to be; the product stays. What is left out is empty or no."""

    makes = Changes
    title = Text(needed=True, required=True)
    description = Text(LONGEST_TEXT)
    language = Language()
    is_public = YesNo()


@dataclass(frozen=True)
class Client:
    organisation_id: int | None = None
    contact_id: int | None = None


class WishClientSchema(Input):
    """Who wants it: a contact, or an organisation as a whole."""

    makes = Client
    organisation_id = RowId()
    contact_id = RowId()


@dataclass(frozen=True)
class Into:
    into: str


class WishMergerSchema(Input):
    """The number of the wish that it is the same as."""

    makes = Into
    into = Text(20, needed=True, required=True, metadata={"examples": ["W-12"]})


class WishAnswerSchema(Input):
    """What the product owner answers."""

    makes = NewAnswer
    verdict = Choice(Verdict, required=True)
    version_id = RowId(metadata={"description": "Needed where it is fixed."})
    planned_on = Day()
    reason = Text(answers.LONGEST_REASON, metadata={"description": "Needed where it is declined; clients read it."})


class AnswerShownSchema(Shown):
    """An answer of the product owner."""

    verdict = fields.String(metadata={"enum": list(Verdict)})
    version = NameOrNull()
    planned_on = fields.Date(allow_none=True)
    reason = NameOrNull()
    answered_at = Instant()


class ClientWishSchema(Shown):
    """A wish as clients see it: how many want it, never who."""

    number = fields.String()
    product_id = fields.Integer()
    title = fields.String()
    description = NameOrNull()
    language = fields.String()
    votes = fields.Integer()
    is_mine = fields.Boolean()
    answer = fields.Nested(AnswerShownSchema, allow_none=True)
    created_at = Instant()
    shipped_at = Instant(allow_none=True)


class WishSchema(ClientWishSchema):
    """A wish."""

    clients = fields.Integer(metadata={"description": "Organisations, and contacts of none."})
    is_public = fields.Boolean()
    merged_into = NameOrNull()


class ClientWishesSchema(Shown):
    """Some wishes, as clients see them."""

    wishes = fields.List(fields.Nested(ClientWishSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class WishesSchema(ClientWishesSchema):
    """Some wishes, with the cursors of the pages after and before."""

    wishes = fields.List(fields.Nested(WishSchema))


class WanterSchema(Shown):
    """Somebody who wants it."""

    id = fields.Integer()
    organisation_id = fields.Integer(allow_none=True)
    organisation = NameOrNull()
    contact_id = fields.Integer(allow_none=True)
    contact = NameOrNull()
    ticket = NameOrNull()
    since = Instant()
    told_at = Instant(allow_none=True)


class WantersSchema(Shown):
    """Who wants a wish, the first first."""

    clients = fields.List(fields.Nested(WanterSchema))


class AnswersSchema(Shown):
    """All answers to a wish, the last first."""

    answers = fields.List(fields.Nested(AnswerShownSchema))


def answer_shown(found: Answered | None) -> dict[str, Any] | None:
    """An answer as the API gives it; who gave it is not told."""
    if found is None:
        return None
    row = found.row
    planned: date | None = row.planned_on
    return {"verdict": row.verdict.value, "version": found.version, "planned_on": planned, "reason": row.reason,
            "answered_at": row.answered_at}  # fmt: skip


def _wish(wanted: Wanted, found: Answered | None) -> dict[str, Any]:
    wish = wanted.wish
    into = f"W-{wish.merged_into_id}" if wish.merged_into_id is not None else ""
    return {
        "number": wish.number, "product_id": wish.product_id, "title": wish.title, "description": wish.description,
        "language": wish.language, "votes": wanted.votes, "is_mine": wanted.is_mine, "answer": answer_shown(found),
        "created_at": wish.created_at, "shipped_at": wish.shipped_at, "clients": wanted.clients,
        "is_public": wish.is_public, "merged_into": into,
    }  # fmt: skip


def _one(wish: Wish, actor: Actor) -> dict[str, Any]:
    [wanted] = wishes.counted([wish], for_=actor)
    return _wish(wanted, answers.last_to_wishes([wish.id]).get(wish.id))


def _page(page: PageOf[Wanted], _actor: Actor) -> dict[str, Any]:
    last = answers.last_to_wishes([row.wish.id for row in page.rows])
    return {"wishes": [_wish(row, last.get(row.wish.id)) for row in page.rows], "after": page.after,
            "before": page.before}  # fmt: skip


def _wanters(rows: list[Wanter], _actor: Actor) -> dict[str, Any]:
    return {"clients": [
        {"id": each.row.id, "organisation_id": each.row.organisation_id, "organisation": each.organisation,
         "contact_id": each.row.contact_id, "contact": each.contact, "ticket": each.ticket, "since": each.row.since,
         "told_at": each.row.told_at}
        for each in rows
    ]}  # fmt: skip


def _answers(rows: list[Answered], _actor: Actor) -> dict[str, Any]:
    return {"answers": [answer_shown(each) for each in rows]}


WISH = Representation(WishSchema(), ClientWishSchema(), of=_one)
WISH_PAGE = Representation(WishesSchema(), ClientWishesSchema(), of=_page)
WANTERS = Representation(WantersSchema(), None, of=_wanters)
ANSWERS = Representation(AnswersSchema(), AnswersSchema(), of=_answers)


@bp.get("/wishes")
@bp.takes(WishFilterSchema(), location="query")
@bp.gives(200, WISH_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[Wanted], dict[str, str]]:
    """List wishes, the last first; a client finds the public ones of the products that they have."""
    page = wishes.list_wishes(for_=current_actor(), **sent)
    return page, link_header(page)


@bp.post("/wishes")
@bp.takes(NewWishSchema(), once=True)
@bp.gives(201, WISH)
def create(sent: NewWish) -> tuple[Wish, dict[str, str]]:
    """Write down what clients want."""
    return _made(wishes.write_wish(sent, by=current_actor(), submission=submission()))


@bp.post("/tickets/<number>/wishes")
@bp.takes(NewWishSchema(), once=True)
@bp.gives(201, WISH)
def take_from_ticket(sent: NewWish, number: str) -> tuple[Wish, dict[str, str]]:
    """Keep what a ticket asks for as a wish; its requester is the first who wants it."""
    ticket = get_ticket(number, for_=current_actor())
    return _made(wishes.take_from_ticket(ticket, sent, by=current_actor(), submission=submission()))


@bp.put("/tickets/<number>/wishes/<wish_number>")
@bp.takes(Nothing())
@bp.gives(200, WISH)
def count_ticket(_sent: Any, number: str, wish_number: str) -> Wish:
    """Count the requester of a ticket among those who want a wish."""
    ticket, wish = get_ticket(number, for_=current_actor()), _get(wish_number)
    wishes.count_ticket(wish, ticket, by=current_actor())
    return wish


@bp.put("/needs/<row_id:need_id>/wish")
@bp.takes(NewWishSchema())
@bp.gives(200, WISH)
def take_from_need(sent: NewWish, need_id: int) -> Wish:
    """Keep a need that was found at a revisit as a wish, once."""
    return wishes.take_from_need(need_id, sent, by=current_actor())


@bp.get(ONE)
@bp.gives(200, WISH)
def show(wish_number: str) -> Wish:
    """Read a wish."""
    return _get(wish_number)


@bp.put(ONE)
@bp.takes(WishChangeSchema())
@bp.gives(200, WISH)
def change(sent: Changes, wish_number: str) -> Wish:
    """Say it better, or let clients see it or see it no more."""
    wish = _get(wish_number)
    wishes.change_wish(wish, NewWish(product_id=wish.product_id, **sent.__dict__), by=current_actor())
    return wish


@bp.get(f"{ONE}/clients")
@bp.gives(200, WANTERS)
def clients(wish_number: str) -> list[Wanter]:
    """Read who wants it; only for staff."""
    return wishes.wanters_of(_get(wish_number), for_=current_actor())


@bp.post(f"{ONE}/clients")
@bp.takes(WishClientSchema())
@bp.gives(200, WISH)
def add_client(sent: Client, wish_number: str) -> Wish:
    """Count a contact, or an organisation as a whole, among those who want it."""
    wish = _get(wish_number)
    wishes.add_client(wish, organisation_id=sent.organisation_id, contact_id=sent.contact_id, by=current_actor())
    return wish


@bp.delete(f"{ONE}/clients/<row_id:supporter_id>")
@bp.gives(204)
def remove_client(wish_number: str, supporter_id: int) -> None:
    """Count somebody no more."""
    wishes.remove_client(_get(wish_number), supporter_id, by=current_actor())


@bp.put(f"{ONE}/merger")
@bp.takes(WishMergerSchema())
@bp.gives(200, WISH)
def merge(sent: Into, wish_number: str) -> Wish:
    """Merge it into another wish for the same product; the answer is that other wish."""
    return wishes.merge_wish(_get(wish_number), sent.into, by=current_actor())


@bp.put(f"{ONE}/vote")
@bp.takes(Nothing())
@bp.gives(200, WISH)
def vote(_sent: Any, wish_number: str) -> Wish:
    """Vote for it, as a client; a second vote changes nothing."""
    wish = _get(wish_number)
    wishes.vote(wish, by=current_actor())
    return wish


@bp.delete(f"{ONE}/vote")
@bp.gives(204)
def take_vote_back(wish_number: str) -> None:
    """Take one's vote back."""
    wishes.take_vote_back(_get(wish_number), by=current_actor())


@bp.get(f"{ONE}/answers")
@bp.gives(200, ANSWERS)
def list_answers(wish_number: str) -> list[Answered]:
    """Read the answers of the product owner, the last first."""
    return answers.answers_to_wish(_get(wish_number))


@bp.post(f"{ONE}/answers")
@bp.takes(WishAnswerSchema(), once=True)
@bp.gives(201, WISH)
def answer(sent: NewAnswer, wish_number: str) -> Wish:
    """Answer a wish; when it is fixed, whoever wants it gets a letter."""
    wish = _get(wish_number)
    _row: OwnerAnswer = answers.answer_wish(wish, sent, by=current_actor(), submission=submission())
    return wish


def _get(number: str) -> Wish:
    return wishes.get_wish(number, for_=current_actor())


def _made(wish: Wish) -> tuple[Wish, dict[str, str]]:
    return wish, {"Location": url_for("api.wishes.show", wish_number=wish.number)}
