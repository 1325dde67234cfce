"""What people search for, as the desk reads it: the figures, how searches went on, and articles that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Busy, Invalid
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import now
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import ArticlePlanned
from helpdesk.knowledge.deflection import follow_ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from knowledge_base.analytics import Analytics, Gap, gaps, read_analytics
from knowledge_base.models import ArticleTask, TaskState
from knowledge_base.search_log import SearchLog, Span
from knowledge_base.searches import (
    GUEST,
    Searched,
    keep_opening,
    keep_search,
    keep_ticket,
    last_searches,
    newest_sittings,
    sittings,
)

log = structlog.get_logger("threeline.searches")

LONGEST_TITLE = 200
GAPS_SINCE = timedelta(days=90)


@dataclass(frozen=True)
class Sitting:
    """The searches of one sitting, in their order."""

    searches: tuple[SearchLog, ...]

    @property
    def ended(self) -> str:
        """What it came to: the outcome of its last search."""
        return self.searches[-1].outcome.value


def visitor_of(actor: Actor, *, address: str = "", browser: str = "") -> str:
    """What tells searchers apart within a day: who is signed in, or else from where and with what they come.

    It is never stored; `knowledge_base.searches` makes a digest of it that nobody can undo when the day is over.
    """
    kind, number = actor.reference
    return f"{kind}:{number}" if number else f"{address} {browser}" if address else ""


def note_search(
    face: str, field: str, text: str, results: int, *, by: Actor, language: str, visitor: str = "", filters: int = 0,
    names: tuple[str, ...] = (),
) -> int | None:  # fmt: skip
    """Keep a search for the figures. A search that cannot be kept is answered all the same."""
    role = by.role.value if by.role is not None else GUEST
    searched = Searched(face, field, text, results, language, role, visitor or visitor_of(by), filters, names,
                        desk_today())  # fmt: skip
    try:
        return keep_search(searched)
    except Busy:
        log.warning("search_not_kept")
        return None


def note_opening(search_id: int, kind: str, opened_id: int, *, by: Actor, visitor: str = "") -> None:
    """Keep that a result of a search was opened; nothing happens when the search was another's."""
    try:
        keep_opening(search_id, kind, opened_id, visitor=visitor or visitor_of(by))
    except Busy:
        log.warning("opening_not_kept")


def ticket_followed(entry: Entry) -> None:
    """A ticket that a client wrote themselves is what came of their last search within a day, and of what was shown."""
    if entry.actor_kind == "contact":
        keep_ticket(visitor=f"{entry.actor_kind}:{entry.actor_id}", at=entry.at)
    follow_ticket(entry)


def searches_report(span: Span, on: date, *, for_: Actor, field: str = "", language: str = "") -> Analytics:
    """The figures of the month or year of a day; Forbidden for those who read no reports."""
    require(for_, Action.READ_REPORTS)
    return read_analytics(span, on, today=desk_today(), field=field, language=language)


def article_gaps(*, for_: Actor, since: date | None = None, limit: int = 50) -> list[Gap]:
    """What was asked for and not found since a day (ninety days if not said), for those who may plan articles."""
    require(for_, Action.PLAN_ARTICLE)
    return gaps(since=since or desk_today() - GAPS_SINCE, limit=limit)


def how_it_went_on(query: str = "", *, for_: Actor, limit: int = 30) -> list[Sitting]:
    """Sittings, the newest first: those in which a query was asked, or all."""
    require(for_, Action.READ_REPORTS)
    chains = [row.chain for row in last_searches(query, limit=limit)] if query else newest_sittings(limit=limit)
    return [Sitting(tuple(rows)) for rows in sittings(list(dict.fromkeys(chains))).values() if rows]


@command
def plan_article(query: str, language: str, *, by: Actor) -> ArticleTask:
    """Make an article task of a query that found too little; one that is open already is given back."""
    require(by, Action.PLAN_ARTICLE)
    said = " ".join(query.split())[:LONGEST_TITLE]
    errors = {}
    if not said:
        errors["query"] = [_("Say what was searched for.")]
    if language not in LANGUAGES:
        errors["language"] = [_("Choose one of the list.")]
    if errors:
        raise Invalid(errors)
    open_one = select(ArticleTask).where(
        ArticleTask.language == language, ArticleTask.query == said, ArticleTask.state == TaskState.OPEN
    )
    if (there := db.session.scalar(open_one)) is not None:
        return there
    task = ArticleTask(title=said, query=said, language=language, state=TaskState.OPEN, created_at=now())
    db.session.add(task)
    db.session.flush()
    record(ArticlePlanned(task.id, query=said), by=by)
    return task


def planned(queries: list[str]) -> set[tuple[str, str]]:
    """(query, language) of those queries that an open task stands for."""
    rows = db.session.execute(
        select(ArticleTask.query, ArticleTask.language)
        .where(ArticleTask.state == TaskState.OPEN, ArticleTask.query.in_(queries))
    )  # fmt: skip
    return {(query, language) for query, language in rows if query}
