"""Knowledge base use: how often articles were given for tickets, which, and whether suggestions kept tickets away.

1. The link rate is resolved tickets with an article given for them / all resolved tickets, by the line that held the
   ticket; tickets count by the instant of their resolution.
2. Of suggestions, only sittings that are settled count: a day has passed since. Opened and no ticket is set against all
   opened ones; who opened nothing says nothing of the articles.
3. Percentages are rounded down to 0.1 and not said below twenty; each has its 95 % interval (Wilson).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.knowledge.articles import WITH_WORDS
from helpdesk.knowledge.deflection import Deflected, deflected
from helpdesk.knowledge.uses import GIVEN, title_of
from helpdesk.models.access import Role
from helpdesk.models.knowledge import ArticleUse
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope, visible
from helpdesk.reports.attainment import percent_of
from helpdesk.reports.base import Report, Slice, wilson
from knowledge_base.models import Article

MOST_ARTICLES = 20


@dataclass(frozen=True)
class Share:
    """Some of all, with what may be said of it."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return percent_of(self.part, self.whole)

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.part, self.whole)

    def document(self) -> dict[str, Any]:
        interval = self.interval
        return {
            "fraction": f"{self.part}/{self.whole}", "percent": self.percent,
            "interval": [round(100 * end, 1) for end in interval] if interval else None,
        }  # fmt: skip


@dataclass(frozen=True)
class LineRow:
    """The link rate of one line; None is of tickets that stood on none."""

    line: int | None
    share: Share


@dataclass(frozen=True)
class ArticleRow:
    """An article with the tickets for which it was given in the period."""

    number: str
    title: str
    tickets: int
    useful: int
    not_useful: int


@dataclass(frozen=True)
class KnowledgeReport:
    """Knowledge base use in a period, as of an instant."""

    as_of: datetime
    since: datetime | None
    until: datetime | None
    total: Share
    lines: Sequence[LineRow]
    articles: Sequence[ArticleRow]
    sittings: Deflected

    @property
    def deflection(self) -> Share:
        return Share(self.sittings.opened_without_ticket, self.sittings.opened)

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return {
            "as_of": _utc(self.as_of), "since": _utc(self.since), "until": _utc(self.until),
            "link_rate": self.total.document(),
            "lines": [{"line": row.line} | row.share.document() for row in self.lines],
            "articles": [vars(row) for row in self.articles],
            "suggestions": {
                "sittings": self.sittings.settled, "opened": self.sittings.opened,
                "opened_without_ticket": self.sittings.opened_without_ticket, "not_settled": self.sittings.unsettled,
            } | self.deflection.document(),
        }  # fmt: skip


def run_knowledge(over: Slice, *, for_: Actor) -> KnowledgeReport:
    """Work it out, in a few queries however many tickets there are."""
    require(for_, Action.READ_REPORTS)
    resolved = [Ticket.resolved_at.is_not(None), *over.period(Ticket.resolved_at), *over.conditions(),
                ticket_scope(for_)]  # fmt: skip
    if for_.role is Role.LINE_LEAD:
        resolved.append(Ticket.line == for_.leads_line)
    used = select(ArticleUse.ticket_id).where(ArticleUse.kind.in_(GIVEN))
    all_ = dict(db.session.execute(select(Ticket.line, func.count()).where(*resolved).group_by(Ticket.line)).all())
    linked = dict(db.session.execute(
        select(Ticket.line, func.count()).where(*resolved, Ticket.id.in_(used)).group_by(Ticket.line)
    ).all())  # fmt: skip
    lines = [LineRow(line, Share(linked.get(line, 0), count)) for line, count in all_.items()]
    return KnowledgeReport(
        now(), over.since, over.until, Share(sum(linked.values()), sum(all_.values())),
        sorted(lines, key=lambda row: (row.line is None, row.line or 0)), _articles(resolved, for_),
        deflected(over.since, over.until),
    )  # fmt: skip


def _articles(resolved: Sequence[Any], for_: Actor) -> list[ArticleRow]:
    tickets = func.count(func.distinct(ArticleUse.ticket_id))
    query = (
        select(ArticleUse.article_id, tickets).join(Ticket, Ticket.id == ArticleUse.ticket_id)
        .where(*resolved, ArticleUse.kind.in_(GIVEN)).group_by(ArticleUse.article_id)
        .order_by(tickets.desc(), ArticleUse.article_id).limit(MOST_ARTICLES)
    )  # fmt: skip
    counts = dict(db.session.execute(query).all())
    seen = visible(for_, Article).where(Article.id.in_(counts)).options(*WITH_WORDS)
    found = {each.id: each for each in db.session.scalars(seen)} if counts else {}
    return [
        ArticleRow(found[id_].number, title_of(found[id_], for_.language), count, found[id_].useful,
                   found[id_].not_useful)
        for id_, count in counts.items() if id_ in found
    ]  # fmt: skip


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


KNOWLEDGE: Report[KnowledgeReport] = Report("knowledge", _l("Knowledge base use"), run_knowledge)
