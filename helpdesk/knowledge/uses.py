"""Articles at tickets: fitting ones, linked, given in a reply, flagged as wrong.

1. Giving an article for a ticket is counted once for the ticket, whatever was done with it.
2. What clients may not read is linked, never put into a reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import func, select

from helpdesk.config import Config
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import ArticleFlagged, ArticleUsed, FlagAnswered
from helpdesk.knowledge.articles import COLLEAGUES, WITH_WORDS, lock
from helpdesk.knowledge.reading import Listed, address_of, listed, search_articles
from helpdesk.models.access import Account
from helpdesk.models.knowledge import ArticleFlag, ArticleUse, UseKind
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from knowledge_base.models import Article
from knowledge_base.writing import best_of

GIVEN = (UseKind.LINKED, UseKind.INSERTED)
MOST_FITTING = 5


@dataclass(frozen=True)
class Insertion:
    """What a reply gets: the title, and where the client reads on."""

    title: str
    url: str
    body: str


@dataclass(frozen=True)
class Flag:
    """An article that somebody called wrong, with who and where."""

    row: ArticleFlag
    article: Article
    title: str
    by: str
    ticket: str | None


def fitting_articles(ticket: Ticket, language: str, *, for_: Actor) -> list[Listed]:
    """What the knowledge base has on the matter of a ticket, for an operator who reads it; the linked ones left out."""
    known = {each.article_id for each, _row in used_on(ticket, language, for_=for_)}
    found = search_articles(
        ticket.subject, for_=for_, language=language, limit=MOST_FITTING + len(known), product_id=ticket.product_id
    )
    return [row for row, _snippet in found if row.article_id not in known][:MOST_FITTING]


def used_on(ticket: Ticket, language: str, *, for_: Actor) -> list[tuple[ArticleUse, Listed | None]]:
    """What was done with which articles on this ticket, as far as the reader sees them; None stands for a draft."""
    uses = db.session.scalars(select(ArticleUse).where(ArticleUse.ticket_id == ticket.id).order_by(ArticleUse.id)).all()
    if not uses:
        return []
    query = visible(for_, Article).where(Article.id.in_({use.article_id for use in uses})).options(*WITH_WORDS)
    articles = {each.id: each for each in db.session.scalars(query)}
    rows = {row.article_id: row for row in listed(articles.values(), (language,))}
    return [(use, rows.get(use.article_id)) for use in uses if use.article_id in articles]


@command
def use_article(ticket: Ticket, article: Article, kind: UseKind, language: str, *, by: Actor) -> ArticleUse:
    """Note that an article was given for a ticket (or written from it); a second time changes nothing."""
    require(by, Action.USE_ARTICLE, ticket)
    article = lock(article)
    known: ArticleUse | None = db.session.scalar(select(ArticleUse).where(
        ArticleUse.ticket_id == ticket.id, ArticleUse.article_id == article.id, ArticleUse.kind == kind
    ))  # fmt: skip
    if known is not None:
        return known
    use = ArticleUse(
        ticket_id=ticket.id, article_id=article.id, kind=kind, language=language, line=_line_of(by, ticket),
        operator_id=by.operator_id or None, at=now(),
    )  # fmt: skip
    db.session.add(use)
    db.session.flush()
    _count(article)
    record(ArticleUsed(ticket.id, article.id, kind.value), by=by)
    return use


@command
def unlink_article(ticket: Ticket, article: Article, *, by: Actor) -> None:
    """It does not belong to this ticket after all. What was sent in a reply, or written from it, stays noted."""
    require(by, Action.USE_ARTICLE, ticket)
    article = lock(article)
    row: ArticleUse | None = db.session.scalar(select(ArticleUse).where(
        ArticleUse.ticket_id == ticket.id, ArticleUse.article_id == article.id, ArticleUse.kind == UseKind.LINKED
    ))  # fmt: skip
    if row is not None:
        db.session.delete(row)
        db.session.flush()
        _count(article)


def insertion_of(article: Article, language: str) -> Insertion:
    """The article for a reply in this language; Conflict where no client may read it."""
    if article.audience in COLLEAGUES or not article.is_readable:
        raise Conflict(
            _("No client may read this article: link it, and answer in your own words."), code="not_for_clients"
        )
    translation, place = best_of(article, (language,)), address_of(article, (language,))
    if translation is None or translation.live is None or place is None:
        raise NotFound
    config: Config = current_app.config["THREELINE"]
    url = f"{config.base_url.rstrip('/')}/kb/{place.language}/{place.slug}"
    return Insertion(translation.live.title, url, translation.live.body)


@command
def flag_article(article: Article, comment: str, *, by: Actor, ticket: Ticket | None = None) -> ArticleFlag:
    """Say that an article is wrong; its owner hears of it."""
    require(by, Action.USE_ARTICLE, ticket)
    if not comment.strip():
        raise Invalid({"comment": [_("Say what is wrong.")]})
    known: ArticleFlag | None = db.session.scalar(select(ArticleFlag).where(
        ArticleFlag.article_id == article.id, ArticleFlag.account_id == by.account_id,
        ArticleFlag.comment == comment.strip(), ArticleFlag.handled_at.is_(None),
    ))  # fmt: skip
    if known is not None:
        return known  # sent twice
    flag = ArticleFlag(
        article_id=article.id, ticket_id=ticket.id if ticket else None, account_id=by.account_id,
        comment=comment.strip(), at=now(), answer="",
    )  # fmt: skip
    db.session.add(flag)
    db.session.flush()
    record(ArticleFlagged(article.id, flag.id), by=by)
    return flag


@command
def answer_flag(flag_id: int, answer: str, *, by: Actor) -> ArticleFlag:
    """Say what was done about it; whoever flagged the article hears of it."""
    flag = db.session.get(ArticleFlag, flag_id)
    article = db.session.scalar(visible(by, Article).where(Article.id == flag.article_id)) if flag else None
    if flag is None or article is None:
        raise NotFound
    require(by, Action.WRITE_ARTICLE, article)
    if not answer.strip():
        raise Invalid({"answer": [_("Say what was done about it.")]})
    if flag.handled_at is None:
        flag.handled_at, flag.answer = now(), answer.strip()
        record(FlagAnswered(article.id, flag.id), by=by)
    return flag


def open_flags(language: str, *, for_: Actor, article: Article | None = None, limit: int = 100) -> list[Flag]:
    """What was called wrong and is not answered yet, the oldest first."""
    query = (
        select(ArticleFlag, Account.name).join(Account, Account.id == ArticleFlag.account_id)
        .where(ArticleFlag.handled_at.is_(None)).order_by(ArticleFlag.id).limit(limit)
    )  # fmt: skip
    if article is not None:
        query = query.where(ArticleFlag.article_id == article.id)
    rows = db.session.execute(query).all()
    seen = visible(for_, Article).where(Article.id.in_({flag.article_id for flag, _name in rows})).options(*WITH_WORDS)
    articles = {each.id: each for each in db.session.scalars(seen)} if rows else {}
    return [
        Flag(flag, articles[flag.article_id], title_of(articles[flag.article_id], language), name,
             f"T-{flag.ticket_id}" if flag.ticket_id else None)
        for flag, name in rows if flag.article_id in articles
    ]  # fmt: skip


def title_of(article: Article, language: str) -> str:
    """What the article is called in this language, its drafts included."""
    translation = best_of(article, (language,), live=False)
    return translation.latest.title if translation and translation.latest else article.number


def _line_of(by: Actor, ticket: Ticket) -> int | None:
    if by.leads_line:
        return by.leads_line
    card = directory.operators().get(by.operator_id)
    lines = card.lines if card else frozenset()
    return ticket.line if ticket.line in lines else min(lines, default=None)


def _count(article: Article) -> None:
    article.reuses = db.session.scalar(select(func.count(func.distinct(ArticleUse.ticket_id))).where(
        ArticleUse.article_id == article.id, ArticleUse.kind.in_(GIVEN)
    )) or 0  # fmt: skip


def uses_of(article: Article, *, for_: Actor, limit: int = 20) -> Sequence[tuple[ArticleUse, Ticket]]:
    """The tickets for which it was used, as far as the reader sees them, the latest first."""
    query = (
        select(ArticleUse, Ticket).join(Ticket, Ticket.id == ArticleUse.ticket_id)
        .where(ArticleUse.article_id == article.id, Ticket.id.in_(visible(for_, Ticket).with_only_columns(Ticket.id)))
        .order_by(ArticleUse.id.desc()).limit(limit)
    )  # fmt: skip
    return [(row[0], row[1]) for row in db.session.execute(query)]
