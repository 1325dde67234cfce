"""Service levels: of the clocks due in a period, how many were kept; the raw figure, and the excused one beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from helpdesk.core.db import db
from helpdesk.models.figures import ClockFigures as Facts
from helpdesk.policy.actor import Actor
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport, Key, conditions_of
from helpdesk.reports.metrics import How, Metric, Table, Unit
from helpdesk.reports.sources import CLOCKS
from helpdesk.tickets.queries import CLIENT_KINDS

_MET, _LATE, _OVERDUE = (Facts.outcome == word for word in ("met", "late", "overdue"))
_BREACHED = Facts.outcome.in_(("late", "overdue"))
_DECIDED = Facts.outcome.in_(("met", "late", "overdue"))
_EXCUSED = _BREACHED & Facts.is_excused
_UNDECIDED = _l("Clocks that are not due yet, paused, cancelled, or stopped in time without an answer.")

METRICS = (
    Metric(
        name="decided", title=_l("Decided"), basis="due", where=(_DECIDED,), sums=("met", "late", "overdue"),
        definition=_l("Clocks due in the period by the contract of which is known how they came out."),
        exclusions=_UNDECIDED,
    ),
    Metric(
        name="met", title=_l("Kept"), basis="due", where=(_MET,), sums=("met",), better="more",
        definition=_l("Clocks that stopped in time."),
    ),
    Metric(
        name="breached", title=_l("Breached"), basis="due", where=(_BREACHED,), sums=("late", "overdue"),
        better="less", definition=_l("Clocks that stopped late, or are out of time and still open."),
    ),
    Metric(
        name="late", title=_l("Stopped late"), basis="due", where=(_LATE,), sums=("late",), better="less",
        definition=_l("Clocks that stopped after their time."),
    ),
    Metric(
        name="overdue", title=_l("Open and overdue"), basis="due", where=(_OVERDUE,), sums=("overdue",),
        better="less", definition=_l("Clocks that are out of time and still open; they count as breached."),
    ),
    Metric(
        name="attainment", title=_l("Service level kept"), basis="due", how=How.SHARE, unit=Unit.SHARE,
        among=(_DECIDED,), where=(_MET,), better="more", sums=("met", "decided"),
        definition=_l("Of the clocks decided in the period, how many were kept; whoever was to blame."),
        numerator=_l("Clocks that stopped in time."),
        denominator=_l("Clocks that stopped in time or late, or are overdue and open."), exclusions=_UNDECIDED,
    ),
    Metric(
        name="attainment_excused", title=_l("Service level kept, excused ones left out"), basis="due", how=How.SHARE,
        unit=Unit.SHARE, among=(_DECIDED, ~_EXCUSED), where=(_MET,), better="more", sums=("met", "unexcused"),
        definition=_l("The same without breaches that a second person excused."),
        numerator=_l("Clocks that stopped in time."),
        denominator=_l("Clocks that stopped in time, or were breached and are not excused."),
        exclusions=_l("Breaches that were excused, and whatever is undecided."),
    ),
    Metric(
        name="excused", title=_l("Excused"), basis="due", where=(_EXCUSED,), sums=("excused",),
        definition=_l("Breaches that one person asked to excuse and another excused."),
    ),
    Metric(
        name="unanswered", title=_l("Without an answer"), basis="due", where=(Facts.outcome == "unanswered",),
        sums=("unanswered",), definition=_l("Clocks that stopped in time without an answer: in no fraction."),
    ),
    Metric(
        name="not_due", title=_l("Not due yet"), basis="due", where=(Facts.outcome == "not_due",), sums=("not_due",),
        definition=_l("Clocks that run and are not out of time: in no fraction."),
    ),
    Metric(
        name="cancelled", title=_l("Cancelled"), basis="due", where=(Facts.outcome == "cancelled",),
        sums=("cancelled",),
        definition=_l("Clocks of cancelled and merged tickets: in no fraction."),
    ),
)  # fmt: skip


def _paused(over: Slice, reader: Actor) -> Mapping[str, Any]:
    """What has no due date while it is paused counts in no period, and is said beside each."""
    here = conditions_of(CLOCKS, over, reader)
    query = select(func.count()).where(Facts.outcome == "paused", Facts.is_latest, *here)
    return {"paused": db.session.scalar(query) or 0}


@dataclass(frozen=True)
class SlaReport(FactReport):
    """The whole is over what the client is owed; what the house promises itself is counted when it is asked for."""

    def run(self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first",
            compare: bool = True, limit: int | None = None) -> Table:  # fmt: skip
        return super().run(_owed(over), for_=for_, by=by, judged=judged, compare=compare, limit=limit)

    def glance(self, over: Slice, *, for_: Actor, judged: str = "first", compare: bool = True) -> Table:
        return super().glance(_owed(over), for_=for_, judged=judged, compare=compare)

    def behind(self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (),
               judged: str = "first") -> Select[Any]:  # fmt: skip
        return super().behind(_owed(over), metric, for_=for_, by=by, key=key, judged=judged)


def _owed(over: Slice) -> Slice:
    if any(name == "clock" for name, _value in over.where):
        return over
    return replace(over, where=(*over.where, *(("clock", kind.value) for kind in sorted(CLIENT_KINDS))))


SLA = SlaReport(
    "sla", _l("Service levels"),
    _l("Of what was due to clients in a period, how much was kept in time; open and overdue counts as breached."),
    CLOCKS, METRICS, by=("clock",), chart="bars", charted=("attainment",),
    headline=("attainment", "attainment_excused", "breached", "overdue"), beside=_paused,
)  # fmt: skip
