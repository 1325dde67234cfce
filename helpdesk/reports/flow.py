"""The flow between lines and teams: each change of team, where from, where to, how long it had been held."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.models.figures import HopFigures as Hop
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.sources import HOPS

_NO_FIRST = _l("The first team of a ticket, and teams that an import does not name.")
_OF_LINES = _l("Changes from or to a team that stands on no known line.")

METRICS = (
    Metric(
        name="hops", title=_l("Changes of team"), basis="moved", sums=("hops",),
        definition=_l("Changes of team in the period, by the instant of the change."), exclusions=_NO_FIRST,
    ),
    Metric(
        name="tickets", title=_l("Tickets that changed team"), basis="moved", how=How.DISTINCT, of=Hop.ticket_id,
        definition=_l("Tickets of which at least one change of team lies in the period, each counted once."),
        exclusions=_NO_FIRST,
    ),
    Metric(
        name="up", title=_l("Up a line"), basis="moved", where=(Hop.to_line > Hop.from_line,), sums=("up",),
        definition=_l("Changes of team to a higher line."), exclusions=_OF_LINES,
    ),
    Metric(
        name="down", title=_l("Down a line"), basis="moved", where=(Hop.to_line < Hop.from_line,), sums=("down",),
        definition=_l("Changes of team to a lower line: steps back."), exclusions=_OF_LINES, better="less",
    ),
    Metric(
        name="sideways", title=_l("On the same line"), basis="moved", where=(Hop.to_line == Hop.from_line,),
        sums=("sideways",), definition=_l("Changes of team between two teams of one line."), exclusions=_OF_LINES,
    ),
    Metric(
        name="ping_pongs", title=_l("Ping-pong"), basis="moved", where=(Hop.is_back,), sums=("back",), better="less",
        definition=_l("Changes of team that gave the ticket back to the team before the last: some X, Y, X."),
        exclusions=_NO_FIRST,
    ),
    Metric(
        name="returned_share", title=_l("Share returned"), basis="moved", how=How.SHARE, unit=Unit.SHARE,
        where=(Hop.is_back,), sums=("back", "hops"), better="less",
        definition=_l("Of the changes of team, how many gave the ticket back to the team before the last."),
        numerator=_l("Changes back to the team before the last."), denominator=_l("Changes of team."),
        exclusions=_NO_FIRST,
    ),
    Metric(
        name="held_seconds_mean", title=_l("Held before the change"), basis="moved", how=How.MEAN,
        of=Hop.held_seconds, unit=Unit.SECONDS, time=Time.CALENDAR,
        definition=_l("How long the team before had the ticket until it went on; the mean."),
        numerator=_l("Seconds with the team before."), denominator=_l("Changes of team."), exclusions=_NO_FIRST,
    ),
    Metric(
        name="held_seconds_median", title=_l("Held before the change, the middle"), basis="moved", how=How.MEDIAN,
        of=Hop.held_seconds, unit=Unit.SECONDS, time=Time.CALENDAR,
        definition=_l("How long the team before had the ticket; half of the changes came no later."),
        denominator=_l("Changes of team."), exclusions=_NO_FIRST,
    ),
)  # fmt: skip

FLOW = FactReport(
    "flow", _l("Flow between the lines"),
    _l("How tickets go from line to line and from team to team, how often they come back, and how long they lay."),
    HOPS, METRICS, by=("from_line", "to_line"), chart="sankey", charted=("hops",),
    headline=("hops", "up", "down", "returned_share"),
)  # fmt: skip
