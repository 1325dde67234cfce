"""The knowledge base of the demo desk: what its people wrote down, who reads it, what it was used for.

Twelve articles in the languages of their readers, on five shelves; some for everybody, some for clients of a product,
some for colleagues. One is outdated, one waits for a review, one is a draft, one was replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.times import pretending
from helpdesk.knowledge.articles import About, NewArticle, begin_article, describe_article, save_words
from helpdesk.knowledge.publishing import archive_article, ask_review, mark_outdated, publish_article
from helpdesk.knowledge.tasks import ask_article
from helpdesk.knowledge.uses import flag_article, use_article
from helpdesk.knowledge.votes import vote
from helpdesk.models.knowledge import UseKind
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.seeds.article_texts import ARTICLES, SHELVES, Text
from helpdesk.seeds.company import Company
from knowledge_base.models import Article, ArticleCategory, ArticleState, AudienceKind
from knowledge_base.writing import Words, source_of

LEAD = "ausra"
OLD = "blank-labels-old"  # replaced by another
MOST_USES = 14


@dataclass
class Written:
    """What has been written so far, under its key."""

    shelves: dict[str, int] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)


def write_articles(company: Company, *, until: datetime) -> None:
    """Write, translate, review and use them. Part of a larger activity."""
    written = Written()
    for position, (key, names) in enumerate(SHELVES.items()):
        row = ArticleCategory(names=names, position=position)
        db.session.add(row)
        db.session.flush()
        written.shelves[key] = row.id
    lead = company.staff[LEAD]
    for text in ARTICLES:
        with pretending(until - timedelta(days=text.days_ago)):
            article = written.articles[text.key] = _write(text, company, written)
            _bring(article, text, company.staff[text.author], lead)
        if article.is_readable and text.products and text.key != OLD:
            _use(article, text, company, until)
    old, new = written.articles[OLD], written.articles["blank-labels"]
    with pretending(until - timedelta(days=20)):
        archive_article(old, by=lead, replaced_by=new)
        describe_article(
            new, About(new.audience, None, new.category_id, tuple((p.product_id, p.version_id) for p in new.products),
                       new.owner_id, until.date() + timedelta(days=90),
                       (written.articles["change-roll"].number, written.articles["stock"].number)), by=lead,
        )  # fmt: skip
    with pretending(until - timedelta(days=3)):
        flag_article(written.articles["cold-alarm"], "The alarm in version 2.2 is on another page of the menu.",
                     by=company.staff["pawel"])  # fmt: skip
        source = source_of(new)
        save_words(
            new, "en", Words(source.live.title if source.live else "", (source.latest.body if source.latest else "")
                             .replace("two minutes", "three minutes"), source.latest.summary if source.latest else "",
                             "Two minutes were too short on the older heads"),
            base_id=source.latest_id, by=company.staff["kamil"],
        )  # fmt: skip
    with pretending(until - timedelta(days=2)):
        ask_article("How to move the WMS to a new server", "en", by=lead, note="Asked three times this month.")
        ask_article("Ką daryti, kai sugenda kasos stalčius", "lt", by=lead, query="kasos stalčius neatsidaro")


def _write(text: Text, company: Company, written: Written) -> Article:
    author = company.staff[text.author]
    products = tuple((company.products[key], None) for key in text.products)
    about = About(
        audience=AudienceKind(text.audience), line=text.line, category_id=written.shelves[text.shelf],
        products=products, owner_id=author.account_id,
    )  # fmt: skip
    first, *others = text.words
    new = NewArticle(text.kind, first.language, Words(first.title, first.body, first.summary), about)
    article = begin_article(new, by=author)
    for each in others:
        told = Words(each.title, each.body, each.summary, of_source_id=source_of(article).latest_id)
        save_words(article, each.language, told, base_id=None, by=author)
    return article


def _bring(article: Article, text: Text, author: Actor, lead: Actor) -> None:
    if text.state is ArticleState.DRAFT:
        return
    ask_review(article, by=author)
    if text.state is ArticleState.IN_REVIEW:
        return
    publish_article(article, by=lead)
    if text.state is ArticleState.OUTDATED:
        mark_outdated(article, "The steps are those of version 6.3.", by=lead)


def _use(article: Article, text: Text, company: Company, until: datetime) -> None:
    """Tickets for which it was given, and what readers said."""
    query = select(Ticket).where(
        Ticket.opened_at > until - timedelta(days=text.days_ago),
        Ticket.product_id == company.products[text.products[0]],
    )
    tickets: Sequence[Ticket] = db.session.scalars(query.order_by(Ticket.id).limit(MOST_USES * 3)).all()
    for number, ticket in enumerate(tickets[::3]):
        kind = UseKind.INSERTED if number % 2 and text.audience in ("public", "clients") else UseKind.LINKED
        with pretending(ticket.resolved_at or ticket.opened_at + timedelta(hours=1)):
            use_article(ticket, article, kind, ticket.language, by=company.staff[text.author])
    useful, not_useful = text.votes
    with pretending(until - timedelta(days=1)):
        for number in range(useful + not_useful):
            missing = text.missing if number == useful else ""
            vote(article, source_of(article), number < useful, missing, by=SYSTEM, reader=f"demo {number}")
