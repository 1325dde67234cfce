"""Knowledge base use, by declaration: articles given for tickets, written, read and voted on, and tickets kept away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry
from helpdesk.events import ArticleMoved
from helpdesk.figures.keeping import kept
from helpdesk.knowledge.uses import GIVEN
from helpdesk.models.figures import TicketFigures
from helpdesk.models.kept import ArticleFigures, ArticleUseFigures, OutdatedFigures, SittingFigures, VoteFigures
from helpdesk.models.knowledge import ArticleUse, Deflection, UseKind
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import article_scope, ticket_scope
from helpdesk.reports.base import DIMENSIONS, Slice
from helpdesk.reports.dimensions import Dimension, free_dimension
from helpdesk.reports.engine import Basis, FactReport, Source
from helpdesk.reports.knowledge import run_knowledge
from helpdesk.reports.metrics import How, Metric, Unit
from helpdesk.reports.sources import TICKETS
from helpdesk.reports.tables.joint import SideBySide, joint_source, metrics_of
from helpdesk.reports.tables.rows import Rows, days, of_ticket, sliced_by, within
from knowledge_base.models import NUMBER_PREFIX, Article, ArticleProduct, ArticleState, Vote


def _article(value: str) -> list[Any]:
    digits = value.strip().upper().removeprefix(NUMBER_PREFIX)
    ids = [int(digits)] if digits.isascii() and digits.isdigit() and len(digits) <= 9 else []
    if not ids or db.session.get(Article, ids[0]) is None:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return ids


def _numbers(ids: Collection[Any]) -> Mapping[Any, str]:
    return {each: f"{NUMBER_PREFIX}{each}" for each in ids if each is not None}


ARTICLE = {"article": Dimension("article", _l("Article"), ("article_id",), _article, _numbers)}
LANGUAGE = {"language": free_dimension("language", _l("Language"), "language")}
_first_product = (
    select(ArticleProduct.product_id).where(ArticleProduct.article_id == Article.id).order_by(ArticleProduct.id)
    .limit(1).correlate(Article).scalar_subquery()
)  # fmt: skip
_OF_ARTICLES = sliced_by("product") | ARTICLE

U = Rows("article_uses", kept(ArticleUseFigures, select(
    ArticleUse.id, ArticleUse.article_id, ArticleUse.kind, ArticleUse.language, ArticleUse.line, ArticleUse.operator_id,
    ArticleUse.at, *of_ticket("line", "operator_id"), *days(ArticleUse.at),
).join(Ticket, Ticket.id == ArticleUse.ticket_id)))  # fmt: skip
_given = U.narrowed(select(U.ticket_id).where(U.is_kept, U.kind.in_(GIVEN)))
LINKED = FactReport(
    "knowledge-linked", _l("Tickets with an article"), _l("Resolved tickets for which an article was given."),
    TICKETS, (
        Metric(name="resolved", title=_l("Resolved"), basis="resolved",
               definition=_l("Tickets whose last resolution lies in the period.")),
        Metric(
            name="link_share", title=_l("Link rate"), basis="resolved", how=How.SHARE, unit=Unit.SHARE, better="more",
            where=(TicketFigures.ticket_id.in_(_given),),
            definition=_l("Of the resolved tickets, for how many an article was given: linked, or put into a reply."),
            numerator=_l("Resolved tickets for which an article was given."), denominator=_l("Resolved tickets."),
            exclusions=_l("That an article was written from a ticket does not count."),
        ),
    ),
)  # fmt: skip

USED = FactReport(
    "knowledge-used", _l("Articles used"), _l("What was done with articles at tickets."),
    Source(
        U, {"used": Basis("at", "day", "month", (U.is_kept,), title=_l("used"))},
        within(U, Ticket, ticket_scope, "ticket_id"),
        sliced_by("operator", "line", "team", "organisation", "contract", "product", "component", "category",
                  "channel", "type", "priority", "status", "import") | ARTICLE | LANGUAGE,
        item="article_use", item_id="id", is_live=True, latest=U.is_latest, kept=U.is_kept,
    ), (
        Metric(name="uses", title=_l("Given"), basis="used", where=(U.kind.in_(GIVEN),), better="more",
               definition=_l("How often an article was linked to a ticket or put into a reply, whether the ticket is "
                             "resolved or not; by the line and operator who did it.")),
        Metric(name="written_from", title=_l("Written from tickets"), basis="used",
               where=(U.kind == UseKind.WRITTEN_FROM,), definition=_l("Articles begun from what a ticket says.")),
    ),
)  # fmt: skip

A = Rows("articles", kept(ArticleFigures, select(
    Article.id, Article.id.label("article_id"), Article.published_at.label("at"),
    Article.source_language.label("language"), _first_product.label("product_id"), *days(Article.published_at),
)))  # fmt: skip
PUBLISHED = FactReport(
    "knowledge-published", _l("Articles published"), _l("Articles that readers got in the period."),
    Source(A, {"published": Basis("at", "day", "month", (A.is_kept,), title=_l("published"))},
           within(A, Article, article_scope),
           _OF_ARTICLES | LANGUAGE, item="article", item_id="id", is_live=True,
           latest=A.is_latest, kept=A.is_kept),
    (Metric(name="published", title=_l("Published"), basis="published", better="more",
            definition=_l("Articles published in the period for the first time."),
            exclusions=_l("An article of several products stands under the one that was named first.")),),
)  # fmt: skip

M = Rows("articles_outdated", kept(OutdatedFigures, select(
    Entry.id, Entry.subject_id.label("article_id"), Entry.at, _first_product.label("product_id"), *days(Entry.at),
).join(Article, Article.id == Entry.subject_id).where(
    Entry.subject_kind == ArticleMoved.subject_kind, Entry.fact == ArticleMoved.__name__,
    Entry.payload["after"].as_string() == ArticleState.OUTDATED.value,
)))  # fmt: skip
OUTDATED = FactReport(
    "knowledge-outdated", _l("Articles outdated"), _l("Articles that were found to be out of date."),
    Source(M, {"outdated": Basis("at", "day", "month", (M.is_kept,), title=_l("outdated"))},
           within(M, Article, article_scope, "article_id"), _OF_ARTICLES, item="article", item_id="article_id",
           is_live=True, latest=M.is_latest, kept=M.is_kept),
    (Metric(name="outdated", title=_l("Outdated"), basis="outdated", how=How.DISTINCT, of=M.article_id, better="less",
            definition=_l("Articles that were marked as outdated in the period, whatever they are now."),
            exclusions=_l("An article of several products stands under the one that was named first.")),),
)  # fmt: skip

W = Rows("article_votes", kept(VoteFigures, select(
    Vote.id, Vote.article_id, Vote.at, Vote.is_useful, _first_product.label("product_id"), *days(Vote.at),
).join(Article, Article.id == Vote.article_id)))  # fmt: skip
VOTED = FactReport(
    "knowledge-voted", _l("Votes on articles"), _l("What readers said of articles."),
    Source(W, {"voted": Basis("at", "day", "month", (W.is_kept,), title=_l("voted"))},
           within(W, Article, article_scope, "article_id"), _OF_ARTICLES, item="article_vote", item_id="id",
           is_live=True, latest=W.is_latest, kept=W.is_kept),
    (
        Metric(name="votes", title=_l("Votes"), basis="voted",
               definition=_l("Readers who said whether an article was useful; who changes a vote counts once, with "
                             "the last one.")),
        Metric(name="useful_share", title=_l("Useful"), basis="voted", how=How.SHARE, unit=Unit.SHARE, better="more",
               where=(W.is_useful,), definition=_l("Of the votes, how many say that the article was useful."),
               numerator=_l("Votes for useful."), denominator=_l("All votes."),
               exclusions=_l("Readers who did not vote say nothing.")),
    ),
)  # fmt: skip

D = Rows("sittings", kept(SittingFigures, select(
    Deflection.id, Deflection.shown_at.label("at"), Deflection.opened_at, Deflection.ticket_followed,
    Deflection.language, *days(Deflection.shown_at),
), outcomes={"": ("opened_at", "ticket_followed")},
    settled=lambda row, closed: row.ticket_followed.is_not(None)))  # fmt: skip
_SETTLED = (D.ticket_followed.is_not(None),)
SUGGESTED = FactReport(
    "knowledge-suggested", _l("Suggestions"), _l("Whether articles shown to clients kept tickets away."),
    Source(D, {"shown": Basis("at", "day", "month", (D.is_kept,), title=_l("shown"))}, lambda actor: [], LANGUAGE,
           item="sitting", item_id="id", is_live=True, latest=D.is_latest, kept=D.is_kept),
    (
        Metric(name="sittings", title=_l("Shown to"), basis="shown", where=_SETTLED,
               definition=_l("Sittings in which a client about to write was shown articles, and which are settled: "
                             "a day has passed since."), exclusions=_l("Sittings of the last day.")),
        Metric(name="opened", title=_l("Opened by"), basis="shown", where=(*_SETTLED, D.opened_at.is_not(None)),
               definition=_l("Of these sittings, those in which an article was opened."),
               exclusions=_l("Sittings of the last day.")),
        Metric(name="deflected_share", title=_l("Tickets kept away"), basis="shown", how=How.SHARE, unit=Unit.SHARE,
               where=(D.ticket_followed.is_(False),), among=(*_SETTLED, D.opened_at.is_not(None)), better="more",
               definition=_l("Of the sittings in which an article was opened, after how many no ticket came within a "
                             "day."),
               numerator=_l("Sittings with an article opened and no ticket within a day."),
               denominator=_l("Sittings with an article opened."),
               exclusions=_l("Sittings in which nothing was opened say nothing of the articles; those of the last day "
                             "are not settled.")),
    ),
)  # fmt: skip


def articles_now(over: Slice, for_: Actor) -> dict[str, Any]:
    """How many articles there are now, by state, whatever the period."""
    rows = db.session.execute(
        select(Article.state, func.count()).where(article_scope(for_)).group_by(Article.state).order_by(Article.state)
    )
    return {"articles_now": {state.value: count for state, count in rows}}


def former_knowledge(over: Slice, for_: Actor) -> dict[str, Any]:
    """The document that this report had before; empty for a slice that it does not know."""
    return run_knowledge(over, for_=for_).document() if {name for name, _ in over.where} <= set(DIMENSIONS) else {}


_PARTS = (LINKED, USED, PUBLISHED, OUTDATED, VOTED, SUGGESTED)
KNOWLEDGE_USE = SideBySide(
    "knowledge", _l("Knowledge base use"),
    _l("How often articles are given for tickets, what readers say of them, and whether they keep tickets away."),
    joint_source(_PARTS), metrics_of(_PARTS), by=("month",), chart="columns", charted=("uses", "published", "outdated"),
    headline=("link_share", "uses", "useful_share", "deflected_share"), beside=articles_now,
    former=lambda over, for_, by: former_knowledge(over, for_), parts=_PARTS,
)  # fmt: skip
