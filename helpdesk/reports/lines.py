"""The lines: how far requests climb, how often they step back, and how long a resolution takes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.sources import TICKETS

_ON_KNOWN_LINE = (Facts.highest_line.is_not(None),)

TICKETS_RESOLVED = Metric(
    name="resolved", title=_l("Resolved"), basis="resolved", sums=("tickets",),
    definition=_l("Tickets whose last resolution lies in the period."),
)  # fmt: skip
HIGHEST = tuple(
    Metric(
        name=f"highest_line_{line}", title=title, basis="resolved", where=(Facts.highest_line == line,),
        sums=(f"highest_line_{line}",),
        definition=definition, exclusions=_l("Tickets whose teams stand on no known line are in none of the three."),
    )
    for line, title, definition in (
        (1, _l("Not above line 1"), _l("Resolved tickets that no team of a higher line ever held.")),
        (2, _l("Up to line 2"), _l("Resolved tickets whose highest line was the second.")),
        (3, _l("Up to line 3"), _l("Resolved tickets whose highest line was the third.")),
    )
)  # fmt: skip
STEPS_UP = Metric(
    name="steps_up", title=_l("Steps up"), basis="resolved", how=How.SUM, of=Facts.steps_up,
    sums=("steps_up",),
    definition=_l("Changes of team to a higher line, of resolved tickets, in all."),
)  # fmt: skip
STEPS_BACK = Metric(
    name="steps_back", title=_l("Steps back"), basis="resolved", how=How.SUM, of=Facts.steps_back,
    sums=("steps_back",),
    definition=_l("Changes of team to a lower line, of resolved tickets, in all."), better="less",
)  # fmt: skip
GROSS = Metric(
    name="gross_seconds_mean", title=_l("Gross time to resolution"), basis="resolved", how=How.MEAN,
    sums=("gross_seconds", "tickets"), of=Facts.gross_seconds, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
    definition=_l("From receipt to the last resolution, all of it; the mean."),
    numerator=_l("Whole seconds from opened to resolved."), denominator=_l("Resolved tickets."),
)  # fmt: skip
GROSS_MEDIAN = Metric(
    name="gross_seconds_median", title=_l("Gross time, the middle"), basis="resolved", how=How.MEDIAN,
    of=Facts.gross_seconds, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
    definition=_l("From receipt to the last resolution; half of the tickets took no longer."),
    denominator=_l("Resolved tickets."),
)  # fmt: skip
NET = Metric(
    name="net_seconds_mean", title=_l("Net time to resolution"), basis="resolved", how=How.MEAN,
    sums=("net_seconds", "net_known"), of=Facts.net_seconds, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
    definition=_l("The gross time without what was spent waiting for the client or a vendor, scheduled, or resolved "
                  "before a reopening; the mean."),
    numerator=_l("Whole seconds in which the work could go on."), denominator=_l("Resolved tickets."),
)  # fmt: skip
BUSINESS = Metric(
    name="business_seconds_mean", title=_l("Time to resolution in working hours"), basis="resolved", how=How.MEAN,
    sums=("business_seconds", "business_known"), of=Facts.business_seconds, unit=Unit.SECONDS, time=Time.BUSINESS,
    better="less",
    definition=_l("The gross time, as far as it lies in the working hours of the desk's calendar; the mean."),
    numerator=_l("Working seconds from opened to resolved."), denominator=_l("Resolved tickets."),
)  # fmt: skip
NET_MEDIAN = Metric(
    name="net_seconds_median", title=_l("Net time, the middle"), basis="resolved", how=How.MEDIAN,
    of=Facts.net_seconds, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
    definition=_l("The net time to resolution; half of the tickets took no longer."),
    denominator=_l("Resolved tickets."),
)  # fmt: skip
BUSINESS_MEDIAN = Metric(
    name="business_seconds_median", title=_l("Time in working hours, the middle"), basis="resolved", how=How.MEDIAN,
    of=Facts.business_seconds, unit=Unit.SECONDS, time=Time.BUSINESS, better="less",
    definition=_l("The time to resolution in working hours; half of the tickets took no longer."),
    denominator=_l("Resolved tickets."),
)  # fmt: skip
HIGHEST_REACHED = Metric(
    name="highest_line", title=_l("Highest line reached"), basis="resolved", how=How.MOST, of=Facts.highest_line,
    definition=_l("The highest line on which a team of these tickets stood."),
    exclusions=_l("Tickets whose teams stand on no known line."),
)  # fmt: skip
STEPPED_BACK = Metric(
    name="stepped_back", title=_l("Stepped back"), basis="resolved", where=(Facts.steps_back > 0,), better="less",
    sums=("stepped_back",),
    definition=_l("Resolved tickets that went to a lower line at least once."),
)  # fmt: skip
REOPENED = Metric(
    name="reopened", title=_l("Reopened tickets"), basis="resolved", where=(Facts.reopenings > 0,), better="less",
    sums=("reopened",),
    definition=_l("Resolved tickets that had come back from resolved or closed at least once."),
)  # fmt: skip
REOPENINGS = Metric(
    name="reopenings", title=_l("Reopenings after resolution"), basis="resolved", how=How.SUM, of=Facts.reopenings,
    sums=("reopenings",), better="less",
    definition=_l("Returns of these tickets from resolved or closed to any other status, in all."),
    exclusions=_l("Tickets that came back and are not resolved again."),
)  # fmt: skip
REACHED = tuple(
    Metric(
        name=f"reached_line_{line}", title=title, basis="opened", where=(Facts.highest_line == line,),
        sums=(f"highest_line_{line}",), definition=definition,
        exclusions=_l("Tickets whose teams stand on no known line are in none of the three."),
    )
    for line, title, definition in (
        (1, _l("Highest line 1"), _l("Tickets opened in the period that no team of a higher line ever held, resolved "
                                     "or not.")),
        (2, _l("Highest line 2"), _l("Tickets opened in the period whose highest line is the second, resolved or "
                                     "not.")),
        (3, _l("Highest line 3"), _l("Tickets opened in the period whose highest line is the third, resolved or not.")),
    )
)  # fmt: skip

LINES = FactReport(
    "lines", _l("The three lines"),
    _l("How far requests climb before they are resolved, how often they step back, and how long it takes."),
    TICKETS, (TICKETS_RESOLVED, *HIGHEST, HIGHEST_REACHED, STEPS_UP, STEPS_BACK, STEPPED_BACK, REOPENED, REOPENINGS,
              GROSS, GROSS_MEDIAN, NET, NET_MEDIAN, BUSINESS, BUSINESS_MEDIAN, *REACHED),
    by=("month",), chart="stacked", charted=tuple(metric.name for metric in HIGHEST),
)  # fmt: skip
