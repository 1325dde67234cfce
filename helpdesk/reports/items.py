"""What stands behind a figure, item by item: tickets, promises, claims, with the pages where they are read.

The list holds exactly what the figure counts. What was deleted since stays in the list and is named as deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from sqlalchemy import Select, String, cast, func, null, select

from helpdesk.core import i18n
from helpdesk.core.db import Base, among, db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.models.care import Revisit
from helpdesk.models.claims import Claim
from helpdesk.models.contracts import BillingNotice, Contract, HoursEntry, WorkLog
from helpdesk.models.knowledge import ArticleUse, Deflection
from helpdesk.models.people import Organisation
from helpdesk.models.problems import NUMBER_PREFIX as PROBLEM_PREFIX
from helpdesk.models.problems import Problem
from helpdesk.models.promises import Promise
from helpdesk.models.satisfaction import Survey
from helpdesk.models.tickets import NUMBER_PREFIX, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import SCOPES, visible
from helpdesk.reports.asking import Asked
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import Figure, How, Metric
from helpdesk.reports.words import ENTRIES, NOTICES, VALUES
from knowledge_base.models import NUMBER_PREFIX as ARTICLE_PREFIX
from knowledge_base.models import Article, Vote
from knowledge_base.search_log import SearchLog

BATCH = 500
WHEN = _l("When")


@dataclass(frozen=True)
class Item:
    """One thing that a figure counts; without a path where nothing is left to read."""

    id: int
    name: str
    title: str
    at: datetime | date | None
    about: str = ""
    path: str = ""
    is_deleted: bool = False

    @property
    def when(self) -> str:
        """Its instant or its day, as the reader reads it."""
        if isinstance(self.at, datetime):
            return i18n.moment(self.at)
        return i18n.long_day(self.at) if self.at is not None else ""

    def document(self) -> dict[str, Any]:
        """As JSON, CSV and spreadsheets have it."""
        at: str | None = None
        if isinstance(self.at, datetime):
            at = self.at.isoformat(timespec="seconds").replace("+00:00", "Z")
        elif self.at is not None:
            at = self.at.isoformat()
        return {"id": self.id, "number": self.name, "title": self.title, "at": at, "state": self.about,
                "deleted": self.is_deleted}  # fmt: skip


@dataclass(frozen=True)
class ItemKind:
    """A kind of thing that figures count: its names, and how some of it are read for somebody."""

    one: LazyString
    title: LazyString
    load: Callable[[Sequence[int], Actor], Mapping[int, Item]]
    prefix: str = "#"  # of a number, where nothing else is left
    when: LazyString = WHEN  # which instant of it is shown
    words: Mapping[str, LazyString | str] = field(default_factory=dict)  # of titles that are words of the vocabulary

    def title_of(self, item: Item) -> str:
        """The title as the reader reads it."""
        return str(self.words.get(item.title, item.title))


@dataclass(frozen=True)
class Behind:
    """A figure whose items are asked for: `key` has the value of each dimension that it is broken down by."""

    metric: Metric
    by: tuple[str, ...] = ()
    key: tuple[str | None, ...] = ()

    def pairs(self) -> list[tuple[str, str]]:
        """What its address says beside the slice."""
        return [("metric", self.metric.name), *(("of", name) for name in self.by),
                *(("key", value or "") for value in self.key)]  # fmt: skip


def read_behind(report: FactReport, names: Sequence[str], of: Sequence[str], keys: Sequence[str]) -> Behind:
    """Which figure an address means; NotFound for one that the report does not have."""
    if len(names) != 1 or len(of) != len(keys) or any(name not in report.dimensions for name in of):
        raise NotFound
    return Behind(report.metric(names[0]), tuple(of), tuple(key or None for key in keys))


def items_of(asked: Asked, over: Slice, behind: Behind, *, for_: Actor) -> tuple[Select[Any], Figure | None]:
    """The ids of the items, in the order of their instant, and the figure that they make; None where nothing does.

    NotFound where the figure is hidden: the list would tell what it does not.
    """
    report = asked.report
    try:
        query = report.behind(over, behind.metric.name, for_=for_, by=behind.by, key=behind.key, judged=asked.judged)
        table = report.run(over, for_=for_, by=behind.by, judged=asked.judged, compare=False)
    except (Invalid, ValueError) as error:  # a name that nothing bears any more
        raise NotFound from error
    row = table.total if not behind.by else next((row for row in table.rows if row.key == behind.key), None)
    figure = row.figures[behind.metric.name] if row is not None else None
    if figure is not None and figure.is_hidden:
        raise NotFound
    return query, figure


def count_items(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def page_of_items(kind: ItemKind, query: Select[Any], *, size: int, page: int, for_: Actor) -> list[Item]:
    """The items of one page, the first page being 1."""
    ids = list(db.session.scalars(query.limit(size).offset((page - 1) * size)))
    return _loaded(kind, ids, for_)


def every_item(kind: ItemKind, query: Select[Any], *, for_: Actor) -> Iterator[Item]:
    """All items, read and held a few hundred at a time, however many there are."""
    ids = db.session.execute(query, execution_options={"yield_per": BATCH}).scalars()
    for some in ids.partitions(BATCH):
        yield from _loaded(kind, list(some), for_)


def kind_of(report: FactReport, metric: Metric | None = None) -> ItemKind:
    """What a figure counts; without a metric, what the report itself is about."""
    return KINDS[report.item_of(metric.name) if metric is not None else report.source.item]


def behind_about(metric: Metric) -> str:
    """What the items of the list are to their figure."""
    match metric.how:
        case How.COUNT:
            return _("What the figure counts.")
        case How.SHARE | How.PORTION | How.RATIO:
            return _("Of those looked at, the ones that count.")
        case How.SUM | How.QUOTIENT:
            return _("What the sum comes from; each may count several times.")
        case _:
            return _("What the figure is worked out of.")


def _loaded(kind: ItemKind, ids: Sequence[int], for_: Actor) -> list[Item]:
    found = kind.load(ids, for_)
    return [
        found.get(each) or Item(each, f"{kind.prefix}{each}", _("deleted"), None, is_deleted=True) for each in ids
    ]  # fmt: skip


def _tickets(ids: Sequence[int], for_: Actor) -> dict[int, Item]:
    seen = visible(for_, Ticket).where(among(Ticket.id, ids)).with_only_columns(
        Ticket.id, Ticket.subject, Ticket.status, Ticket.opened_at
    )  # fmt: skip
    return {
        row.id: Item(row.id, f"{NUMBER_PREFIX}{row.id}", row.subject, row.opened_at,
                     str(VALUES["status"].get(row.status.value, "")), _ticket_path(row.id))
        for row in db.session.execute(seen)
    }  # fmt: skip


def _rows(
    query: Select[*tuple[Any, ...]],
    name: Callable[[Any], str],
    path: Callable[[Any], str],
    scope: type[Base] | None = None,
) -> Callable[[Sequence[int], Actor], dict[int, Item]]:
    """Items read by a query of their id, title and instant; a scope leaves out what the reader does not see."""

    def load(ids: Sequence[int], for_: Actor) -> dict[int, Item]:
        wanted = query.where(among(query.selected_columns[0], ids))
        if scope is not None:
            wanted = wanted.where(SCOPES[scope](for_))
        return {row.id: Item(row.id, name(row), str(row.title or ""), row.at, path=path(row))
                for row in db.session.execute(wanted)}  # fmt: skip

    return load


def _ticket_path(ticket_id: int | None) -> str:
    return f"/console/tickets/{NUMBER_PREFIX}{ticket_id}" if ticket_id is not None else ""


def _hash(row: Any) -> str:
    return f"#{row.id}"


def _article_path(row: Any) -> str:
    return f"/console/articles/{ARTICLE_PREFIX}{row.article_id}"


_OF_WORK = select(WorkLog.id, WorkLog.note.label("title"), WorkLog.started_at.label("at"), WorkLog.ticket_id)
_OF_ARTICLES = select(Article.id, Article.kind.label("title"), Article.created_at.label("at"),
                      Article.id.label("article_id"))  # fmt: skip
# By `FactReport.item_of`.
KINDS: dict[str, ItemKind] = {
    "ticket": ItemKind(_l("Ticket"), _l("Tickets"), _tickets, NUMBER_PREFIX, _lp("ticket", "Opened")),
    "promise": ItemKind(
        _l("Promise"), _l("Promises"),
        _rows(select(Promise.id, Promise.what.label("title"), Promise.until_at.label("at"), Promise.ticket_id), _hash,
              lambda row: _ticket_path(row.ticket_id), Promise)),
    "claim": ItemKind(
        _l("Claim"), _l("Claims"),
        _rows(select(Claim.id, Ticket.subject.label("title"), Claim.registered_at.label("at"), Claim.ticket_id)
              .join(Ticket, Ticket.id == Claim.ticket_id), lambda row: f"{NUMBER_PREFIX}{row.ticket_id}",
              lambda row: _ticket_path(row.ticket_id), Claim)),
    "revisit": ItemKind(
        _l("Visit"), _l("Visits"),
        _rows(select(Revisit.id, Revisit.what.label("title"), Revisit.planned_on.label("at")), _hash,
              lambda row: f"/console/revisits/{row.id}", Revisit)),
    "contract": ItemKind(
        _l("Contract"), _l("Contracts"),
        _rows(select(Contract.id, Organisation.name.label("title"), Contract.valid_from.label("at"), Contract.number,
                     Contract.organisation_id).join(Organisation, Organisation.id == Contract.organisation_id),
              lambda row: str(row.number), lambda row: f"/console/organisations/{row.organisation_id}", Contract)),
    "problem": ItemKind(
        _l("Problem"), _l("Problems"),
        _rows(select(Problem.id, Problem.title, Problem.created_at.label("at")),
              lambda row: f"{PROBLEM_PREFIX}{row.id}",
              lambda row: f"/console/problems/{PROBLEM_PREFIX}{row.id}", Problem), PROBLEM_PREFIX),
    "survey": ItemKind(
        _l("Answer"), _l("Answers"),
        _rows(select(Survey.id, Survey.kind.label("title"), Survey.happened_at.label("at")), _hash,
              lambda row: f"/console/answers/{row.id}", Survey), words=VALUES["kind"]),
    "work": ItemKind(_l("Work"), _l("Work"), _rows(_OF_WORK, _hash, lambda row: _ticket_path(row.ticket_id))),
    "hours_entry": ItemKind(
        _l("Entry of the ledger"), _l("Entries of the ledger"),
        _rows(select(HoursEntry.id, HoursEntry.kind.label("title"), HoursEntry.day.label("at"), WorkLog.ticket_id)
              .outerjoin(WorkLog, WorkLog.id == HoursEntry.work_log_id), _hash,
              lambda row: _ticket_path(row.ticket_id)), words=ENTRIES),
    "billing_notice": ItemKind(
        _l("Notice for accounting"), _l("Notices for accounting"),
        _rows(select(BillingNotice.id, BillingNotice.kind.label("title"), BillingNotice.dated.label("at")), _hash,
              lambda row: ""), words=NOTICES),
    "article": ItemKind(
        _l("Article"), _l("Articles"),
        _rows(_OF_ARTICLES, lambda row: f"{ARTICLE_PREFIX}{row.id}", _article_path, Article), ARTICLE_PREFIX),
    "article_use": ItemKind(
        _l("Use of an article"), _l("Uses of articles"),
        _rows(select(ArticleUse.id, ArticleUse.kind.label("title"), ArticleUse.at, ArticleUse.ticket_id),
              lambda row: f"{NUMBER_PREFIX}{row.ticket_id}", lambda row: _ticket_path(row.ticket_id))),
    "article_vote": ItemKind(
        _l("Vote"), _l("Votes"),
        _rows(select(Vote.id, cast(null(), String).label("title"), Vote.at, Vote.article_id),
              lambda row: f"{ARTICLE_PREFIX}{row.article_id}", _article_path)),
    "sitting": ItemKind(
        _l("Sitting"), _l("Sittings"),
        _rows(select(Deflection.id, cast(null(), String).label("title"), Deflection.shown_at.label("at")), _hash,
              lambda row: "")),
    "search": ItemKind(
        _lp("noun", "Search"), _l("Searches"),
        _rows(select(SearchLog.id, SearchLog.field.label("title"), SearchLog.day.label("at")), _hash, lambda row: ""),
        words=VALUES["field"]),
}  # fmt: skip
