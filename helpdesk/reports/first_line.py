"""First-line resolution: what the first line resolves without ever giving it away."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.sources import TICKETS

_KNOWN = Facts.highest_line.is_not(None)
_ON_ONE = Facts.highest_line == 1
_UNKNOWN = _l("Tickets whose teams stand on no known line.")

METRICS = (
    Metric(
        name="resolved", title=_l("Resolved"), basis="resolved", sums=("tickets",),
        definition=_l("Tickets whose last resolution lies in the period."),
    ),
    Metric(
        name="first_line", title=_l("Resolved on line 1"), basis="resolved", where=(_ON_ONE,), sums=("on_line_one",),
        definition=_l("Resolved tickets that no team of a higher line ever held."), exclusions=_UNKNOWN, better="more",
    ),
    Metric(
        name="known", title=_l("Of known lines"), basis="resolved", where=(_KNOWN,), sums=("on_known_line",),
        definition=_l("Resolved tickets of which at least one team stood on a known line."), exclusions=_UNKNOWN,
    ),
    Metric(
        name="first_line_share", title=_l("First-line resolution"), basis="resolved", how=How.SHARE, unit=Unit.SHARE,
        among=(_KNOWN,), where=(_ON_ONE,), sums=("on_line_one", "on_known_line"), better="more",
        definition=_l("Of the resolved tickets whose lines are known, how many never left line 1."),
        numerator=_l("Resolved tickets that no team of a higher line ever held."),
        denominator=_l("Resolved tickets whose lines are known."), exclusions=_UNKNOWN,
    ),
    Metric(
        name="gross_seconds_median", title=_l("Gross time on line 1, the middle"), basis="resolved", how=How.MEDIAN,
        among=(_ON_ONE,), of=Facts.gross_seconds, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
        definition=_l("From receipt to the last resolution of what was resolved on line 1; half took no longer."),
        denominator=_l("Resolved tickets that no team of a higher line ever held."), exclusions=_UNKNOWN,
    ),
)  # fmt: skip

FIRST_LINE = FactReport(
    "first-line", _l("First-line resolution"), _l("What the first line resolves itself, and what it gives on."),
    TICKETS, METRICS, by=("category",), chart="bars", charted=("first_line_share",),
    headline=("first_line_share", "first_line", "resolved"),
)  # fmt: skip
