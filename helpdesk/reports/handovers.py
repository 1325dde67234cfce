"""Handovers: how often tickets change hands, and how long it takes until somebody has them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.models.figures import HopFigures as Hop
from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.models.transfers import TransferKind
from helpdesk.reports.engine import FactReport, JoinedReport
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.sources import HOPS, TICKETS

_OPENED = _l("Tickets opened in the period.")

OF_TICKETS = (
    Metric(
        name="tickets", title=_l("Tickets"), basis="opened", sums=("tickets",),
        definition=_l("Tickets opened in the period."),
    ),
    Metric(
        name="reassignments", title=_l("Reassignments"), basis="opened", how=How.SUM, of=Facts.reassignments,
        sums=("reassignments",), better="less",
        definition=_l("Reassignments of these tickets in all: the counter of the import's source where it has one, "
                      "else the changes of team."),
    ),
    Metric(
        name="reassignments_mean", title=_l("Reassignments, mean"), basis="opened", how=How.MEAN,
        of=Facts.reassignments, unit=Unit.NUMBER, sums=("reassignments", "tickets"), better="less",
        definition=_l("Reassignments for each ticket opened in the period."),
        numerator=_l("Reassignments."), denominator=_OPENED,
    ),
    Metric(
        name="reassignments_most", title=_l("Reassignments, most"), basis="opened", how=How.MOST,
        of=Facts.reassignments, better="less",
        definition=_l("The most reassignments that one ticket had."),
    ),
    Metric(
        name="changed_hands", title=_l("Changed hands"), basis="opened", where=(Facts.reassignments > 0,),
        sums=("changed_hands",), better="less",
        definition=_l("Tickets that were reassigned at least once."),
    ),
    Metric(
        name="changed_hands_share", title=_l("Share that changed hands"), basis="opened", how=How.SHARE,
        unit=Unit.SHARE, where=(Facts.reassignments > 0,), sums=("changed_hands", "tickets"), better="less",
        definition=_l("Of the tickets opened in the period, how many were reassigned at least once."),
        numerator=_l("Tickets reassigned at least once."), denominator=_OPENED,
    ),
    Metric(
        name="team_changes", title=_l("Changes of team"), basis="opened", how=How.SUM, of=Facts.team_changes,
        sums=("team_changes",),
        definition=_l("Changes of team of these tickets in all, whenever they were."),
        exclusions=_l("The first team of a ticket, and teams that an import does not name."),
    ),
    Metric(
        name="ping_pong_tickets", title=_l("Ping-pong tickets"), basis="opened", where=(Facts.ping_pongs > 0,),
        sums=("ping_pong_tickets",), better="less",
        definition=_l("Tickets that went from some team X to another and back to X."),
        exclusions=_l("Teams that are not known are left out, repeats of one team count once."),
    ),
    Metric(
        name="ping_pongs", title=_l("Ping-pongs"), basis="opened", how=How.SUM, of=Facts.ping_pongs,
        sums=("ping_pongs",), better="less",
        definition=_l("How often some X, Y, X follow each other among the teams of these tickets, in all."),
        exclusions=_l("Teams that are not known are left out, repeats of one team count once."),
    ),
    Metric(
        name="own_seconds_mean", title=_l("Time to acceptance"), basis="opened", how=How.MEAN, of=Facts.own_seconds,
        sums=("own_seconds", "owned"), unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
        definition=_l("From receipt until somebody had the ticket for the first time; the mean."),
        numerator=_l("Seconds from opened to the first assignment."), denominator=_l("Tickets that somebody had."),
        exclusions=_l("Tickets that nobody had yet."),
    ),
    Metric(
        name="own_seconds_median", title=_l("Time to acceptance, the middle"), basis="opened", how=How.MEDIAN,
        of=Facts.own_seconds, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
        definition=_l("From receipt until somebody had the ticket; half of the tickets waited no longer."),
        denominator=_l("Tickets that somebody had."), exclusions=_l("Tickets that nobody had yet."),
    ),
)  # fmt: skip
OF_HOPS = (
    Metric(
        name="handovers", title=_l("Handovers"), basis="moved", where=(Hop.kind == TransferKind.HANDOVER,),
        definition=_l("Transfers up a line with their form, by the instant of the change."),
        exclusions=_l("Transfers of imports have no form."),
    ),
    Metric(
        name="returns", title=_l("Returns"), basis="moved", where=(Hop.kind == TransferKind.RETURN,), better="less",
        definition=_l("Transfers down a line with their reason, by the instant of the change."),
        exclusions=_l("Transfers of imports have no reason."),
    ),
    Metric(
        name="transfers", title=_l("Transfers"), basis="moved", sums=("hops",),
        definition=_l("All changes of team in the period, by the instant of the change; handovers and returns among "
                      "them."),
        exclusions=_l("The first team of a ticket, and teams that an import does not name."),
    ),
)  # fmt: skip

_TITLE, _ABOUT = _l("Handovers"), _l("How often tickets change hands, go to and fro, and how soon somebody has them.")
HANDOVERS = JoinedReport.of(
    FactReport("handovers", _TITLE, _ABOUT, TICKETS, OF_TICKETS, chart="columns", charted=("reassignments_mean",),
               headline=("reassignments_mean", "changed_hands_share", "ping_pongs", "own_seconds_mean")),
    FactReport("handovers", _TITLE, _ABOUT, HOPS, OF_HOPS),
)  # fmt: skip
