"""A draft in one action: from a ticket, from a problem, from a task. Personal data is taken out of the proposal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.knowledge.articles import About, NewArticle, begin_article
from helpdesk.knowledge.uses import use_article
from helpdesk.models.knowledge import ArticleUse, UseKind
from helpdesk.models.messages import Message, MessageKind
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.queries import conversation
from knowledge_base.depersonalising import Taken, depersonalise, known_names
from knowledge_base.models import Article, ArticleKind, AudienceKind
from knowledge_base.skeletons import filled
from knowledge_base.writing import LONGEST_TITLE, Words

MOST_PEOPLE = 500
LONGEST_PART = 20_000


@dataclass(frozen=True)
class Proposal:
    """What an article could say, without personal data, and what was taken out."""

    words: Words
    language: str
    kind: ArticleKind
    products: tuple[int, ...]
    taken: tuple[Taken, ...]


@command
def draft_article(
    title: str, body: str, language: str, *, by: Actor, kind: ArticleKind = ArticleKind.KNOWN_ERROR,
    products: Iterable[int] = (), audience: AudienceKind = AudienceKind.OPERATORS, submission: str | None = None,
) -> Article:  # fmt: skip
    """Begin an article with these words, as they are: for those who know what stands in them (problems, tasks)."""
    about = About(audience=audience, products=tuple((product, None) for product in dict.fromkeys(products)))
    words = Words(title[:LONGEST_TITLE], body)
    return begin_article(NewArticle(kind, language, words, about, submission), by=by)


@command
def draft_from_ticket(ticket: Ticket, *, by: Actor, submission: str | None = None) -> Article:
    """Begin an article from what a ticket tells, and note where it comes from; once for the same form."""
    require(by, Action.WRITE_ARTICLE)
    told = propose(ticket, for_=by)
    article = draft_article(
        told.words.title, told.words.body, told.language, by=by, kind=told.kind, products=told.products,
        submission=submission,
    )  # fmt: skip
    use_article(ticket, article, UseKind.WRITTEN_FROM, told.language, by=by)
    return article


def propose(ticket: Ticket, *, for_: Actor) -> Proposal:
    """The article that a ticket would give: its subject, what the client wrote first, what solved it.

    Internal notes are not in it.
    """
    language = ticket.requester.language
    known = _known(ticket)
    told = [message for message in conversation(ticket, for_=for_) if message.kind is MessageKind.REPLY]
    parts = [ticket.subject, _first(told), _answer(told)]
    clean = [depersonalise(part[:LONGEST_PART], known, language) for part in parts]
    taken = _together(each for _text, found in clean for each in found)
    title, asked, answer = (text for text, _found in clean)
    kind = ArticleKind.FAQ if ticket.type.value == "question" else ArticleKind.KNOWN_ERROR
    body = (
        filled(kind, language, answer, asked) if kind is ArticleKind.FAQ else filled(kind, language, asked, "", answer)
    )
    products = (ticket.product_id,) if ticket.product_id in directory.products() and ticket.product_id else ()
    return Proposal(Words(title[:LONGEST_TITLE], body), language, kind, products, tuple(taken))


def source_ticket_of(article: Article) -> int | None:
    """The ticket from which it was written."""
    found: int | None = db.session.scalar(
        select(ArticleUse.ticket_id).where(
            ArticleUse.article_id == article.id, ArticleUse.kind == UseKind.WRITTEN_FROM
        ).order_by(ArticleUse.id).limit(1)
    )  # fmt: skip
    return found


def _known(ticket: Ticket) -> dict[str, str]:
    """Who and what of this ticket is known by name."""
    people = [ticket.requester.name, *(card.name for card in directory.operators().values())]
    organisations: Sequence[str] = ()
    serials: Sequence[str] = ()
    if ticket.organisation_id:
        of_client = Contact.organisation_id == ticket.organisation_id
        people += db.session.scalars(select(Contact.name).where(of_client).order_by(Contact.id).limit(MOST_PEOPLE))
        organisations = db.session.scalars(
            select(Organisation.name).where(Organisation.id == ticket.organisation_id)
        ).all()
        serials = db.session.scalars(
            select(InstalledProduct.serial).where(
                InstalledProduct.organisation_id == ticket.organisation_id, InstalledProduct.serial != ""
            ).limit(MOST_PEOPLE)
        ).all()  # fmt: skip
    known = known_names(people, organisations, serials)
    for product in directory.products().values():
        known.pop(product.name, None)
    return known


def _first(told: Sequence[Message]) -> str:
    return next((each.text for each in told if each.is_from_client), told[0].text if told else "")


def _answer(told: Sequence[Message]) -> str:
    return next((each.text for each in reversed(told) if not each.is_from_client), "")


def _together(taken: Iterable[Taken]) -> list[Taken]:
    times: dict[tuple[str, str], int] = {}
    for each in taken:
        times[each.kind, each.text] = times.get((each.kind, each.text), 0) + each.times
    return [Taken(kind, text, count) for (kind, text), count in sorted(times.items())]
