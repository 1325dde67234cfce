"""Reopenings: what was resolved or closed and came back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import How, Metric, Unit
from helpdesk.reports.sources import TICKETS

_RESOLVED = Facts.resolutions > 0
_AGAIN = Facts.reopenings > 0

METRICS = (
    Metric(
        name="reopenings", title=_l("Reopenings"), basis="opened", how=How.SUM, of=Facts.reopenings,
        sums=("reopenings",), better="less",
        definition=_l("Returns from resolved or closed to any other status, of tickets opened in the period, in all."),
    ),
    Metric(
        name="reopened", title=_l("Reopened tickets"), basis="opened", where=(_AGAIN,), sums=("reopened",),
        better="less",
        definition=_l("Tickets opened in the period that came back from resolved or closed at least once."),
    ),
    Metric(
        name="tickets", title=_l("Tickets"), basis="opened", sums=("tickets",),
        definition=_l("Tickets opened in the period."),
    ),
    Metric(
        name="resolutions", title=_l("Resolutions"), basis="opened", how=How.SUM, of=Facts.resolutions,
        sums=("resolutions",),
        definition=_l("How often these tickets came to resolved or closed, in all; from resolved to closed is one."),
    ),
    Metric(
        name="reopened_share", title=_l("Share reopened"), basis="opened", how=How.SHARE, unit=Unit.SHARE,
        among=(_RESOLVED,), where=(_AGAIN,), better="less", sums=("resolved_again", "ever_resolved"),
        definition=_l("Of the tickets that were ever resolved or closed, how many came back."),
        numerator=_l("Tickets that came back at least once."),
        denominator=_l("Tickets opened in the period that were resolved or closed at least once."),
        exclusions=_l("Tickets that were never resolved or closed."),
    ),
    Metric(
        name="reopening_share", title=_l("Resolutions that did not hold"), basis="opened", how=How.RATIO,
        unit=Unit.SHARE, of=Facts.reopenings, per=Facts.resolutions, better="less",
        sums=("reopenings", "resolutions"),
        definition=_l("Of the resolutions, how many were followed by a return."),
        numerator=_l("Returns from resolved or closed."), denominator=_l("Comings to resolved or closed."),
    ),
    Metric(
        name="reopenings_most", title=_l("Reopenings, most"), basis="opened", how=How.MOST, of=Facts.reopenings,
        better="less", definition=_l("The most reopenings that one ticket had."),
    ),
)  # fmt: skip

REOPENINGS = FactReport(
    "reopenings", _l("Reopenings"), _l("What was resolved and came back, by whoever resolved it."),
    TICKETS, METRICS, chart="columns", charted=("reopenings",),
    headline=("reopenings", "reopened", "reopened_share", "reopening_share"),
)  # fmt: skip
