"""What follows what: the steps of tickets from status to status, from the ways that they took.

1. A step leads from a status to the next one that differs; by `from_step` and `to_step` sub-statuses count, too. What a
   ticket begins with comes from none, so that every time it comes into a status is one step.
2. Steps are of tickets opened in the period, whenever they were taken. Only those of the most frequent ways are counted
   (`MOST_WAYS`); the others are single tickets of large imports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, select

from helpdesk.core.db import among, db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.figures.counting import counted_at
from helpdesk.figures.desk import desk_zone
from helpdesk.figures.variants import path_of
from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport, Key, before, said, utc
from helpdesk.reports.metrics import Figure, Metric, Row, Table
from helpdesk.reports.sources import WAYS

MOST_WAYS = 5000  # different ways of which steps are counted
TITLES: Mapping[str, LazyString] = {
    "from_status": _l("From status"), "to_status": _l("To status"),
    "from_step": _l("From status and sub-status"), "to_step": _l("To status and sub-status"),
}  # fmt: skip
TIMES = Metric(
    name="times", title=_l("How often"), basis="opened",
    definition=_l("How often tickets opened in the period came from one status to another, or began with one."),
    exclusions=_l("Ways that are not among the 5,000 most frequent ones."),
)  # fmt: skip
Step = tuple[str | None, str]


def statuses_of(path: Sequence[str], *, whole: bool = False) -> list[str]:
    """A way without what follows itself, by status or with sub-statuses."""
    words = [step if whole else step.partition("/")[0] for step in path]
    return [word for place, word in enumerate(words) if not place or words[place - 1] != word]


def steps_of(path: Sequence[str], *, whole: bool = False) -> Counter[Step]:
    """How often a way takes each step, the first one from none."""
    statuses = statuses_of(path, whole=whole)
    return Counter([*((None, each) for each in statuses[:1]), *pairwise(statuses)])


class StepsReport(FactReport):
    """Steps between statuses, counted in the ways of the tickets."""

    by_itself: ClassVar[frozenset[str]] = frozenset({TIMES.name})

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(TITLES)

    def title_of(self, dimension: str) -> LazyString:
        return TITLES[dimension] if dimension in TITLES else super().title_of(dimension)

    def run(self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first",
            compare: bool = True, limit: int | None = None) -> Table:  # fmt: skip
        require(for_, self.action)
        by, zone = self.by if by is None else tuple(by), desk_zone()
        _check(by)
        cells = self._cells(over, by, for_, judged)
        earlier = before(over, zone) if compare else None
        was = self._cells(earlier, by, for_, judged) if earlier is not None else Counter()
        in_order = sorted(cells, key=lambda key: (-cells[key], tuple(each or "" for each in key))) if by else []
        return Table(
            report=self.slug, metrics=self.metrics, since=said(over.since, zone), until=said(over.until, zone),
            zone=zone.key, as_of=utc(counted_at() or now()), by=by, where=over.where, total=_row((), cells.total()),
            rows=tuple(_row(key, cells[key]) for key in in_order[:limit]),
            before=_row((), was.total()) if earlier is not None else None,
            rows_before={key: _row(key, count) for key, count in was.items()} if by else {},
            before_since=said(earlier.since, zone) if earlier is not None else None,
        )  # fmt: skip

    def behind(self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (),
               judged: str = "first") -> Select[Any]:  # fmt: skip
        require(for_, self.action)
        self.metric(metric)
        _check(by)
        ways: dict[int, list[int]] = {}  # by how often they take the step
        for variant, steps in self._ways(over, by, for_, judged).items():
            times = sum(count for step, count in steps.items() if _key(step, by) == tuple(key))
            if times:
                ways.setdefault(times, []).append(variant)
        within = among(Facts.variant_id, [variant for some in ways.values() for variant in some])
        # Most take it once; only those that take it more often need to be told apart.
        often = [(among(Facts.variant_id, some), times) for times, some in ways.items() if times > 1]
        amount = func.sum(case(*often, else_=1)) if often else func.count()
        query: Any = (
            select(Facts.ticket_id, amount.label("amount"))
            .where(*self.counted(over, "opened", for_=for_, judged=judged), within)
            .group_by(Facts.ticket_id).order_by(func.min(Facts.opened_at), Facts.ticket_id)
        )  # fmt: skip
        return query  # type: ignore[no-any-return]

    def _cells(self, over: Slice, by: Sequence[str], for_: Actor, judged: str) -> Counter[Key]:
        tickets = dict(self._tickets(over, for_, judged))
        cells: Counter[Key] = Counter()
        for variant, steps in self._ways(over, by, for_, judged, tickets).items():
            for step, times in steps.items():
                cells[_key(step, by)] += times * tickets[variant]
        return cells

    def _ways(self, over: Slice, by: Sequence[str], for_: Actor, judged: str,
              tickets: Mapping[int, int] | None = None) -> dict[int, Counter[Step]]:  # fmt: skip
        """The steps of each way that was taken."""
        there = dict(self._tickets(over, for_, judged)) if tickets is None else tickets
        whole = any(name.endswith("_step") for name in by)
        return {variant: steps_of(path, whole=whole) for variant, path in path_of(list(there)).items()}

    def _tickets(self, over: Slice, for_: Actor, judged: str) -> list[tuple[int, int]]:
        """How many tickets took each way, the most frequent first."""
        here = [*self.counted(over, "opened", for_=for_, judged=judged), Facts.variant_id.is_not(None)]
        query = select(Facts.variant_id, func.count()).where(*here).group_by(Facts.variant_id)
        rows = db.session.execute(query.order_by(func.count().desc(), Facts.variant_id).limit(MOST_WAYS))
        return [(int(variant or 0), count) for variant, count in rows]


def _check(by: Sequence[str]) -> None:
    is_mixed = len({name.partition("_")[2] for name in by}) > 1
    unknown = [name for name in by if name not in TITLES]
    if unknown or is_mixed or len(set(by)) < len(by):
        raise Invalid({"by": [_("There is no dimension %(name)s; there are %(names)s.",
                                name=unknown[0] if unknown else by[-1], names=enumeration(TITLES))]})  # fmt: skip


def _key(step: Step, by: Sequence[str]) -> Key:
    return tuple(step[0 if name.startswith("from_") else 1] for name in by)


def _row(key: Key, count: int) -> Row:
    return Row(key, {TIMES.name: Figure(count)})


STEPS_TAKEN = StepsReport(
    "steps", _l("Steps between statuses"), _l("Which status follows which, and how often."), WAYS, (TIMES,),
    by=("from_status", "to_status"), chart="heat", charted=("times",), headline=("times",),
)  # fmt: skip
