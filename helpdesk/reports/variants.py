"""Variants: the ways that tickets really take through statuses and sub-statuses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.models.figures import Variant
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.sources import WAYS

_LENGTH = select(Variant.length).where(Variant.id == Facts.variant_id).scalar_subquery()

METRICS = (
    Metric(
        name="tickets", title=_l("Tickets"), basis="opened", sums=("tickets",),
        definition=_l("Tickets opened in the period."),
    ),
    Metric(
        name="tickets_share", title=_l("Share of all"), basis="opened", how=How.PORTION, unit=Unit.SHARE,
        definition=_l("Of all tickets of the slice, how many are in this row."),
        numerator=_l("Tickets of the row."), denominator=_l("Tickets of the slice."),
    ),
    Metric(
        name="variants", title=_l("Variants"), basis="opened", how=How.DISTINCT, of=Facts.variant_id,
        definition=_l("How many different ways these tickets took: sequences of status and sub-status, repetitions "
                      "included."),
    ),
    Metric(
        name="length", title=_l("Steps"), basis="opened", how=How.MOST, of=_LENGTH,
        definition=_l("How many steps the way has, the first included; of several ways the longest."),
    ),
    Metric(
        name="close_seconds_mean", title=_l("Open to close"), basis="opened", how=How.MEAN, of=Facts.close_seconds,
        unit=Unit.SECONDS, time=Time.CALENDAR,
        definition=_l("From opened to closed; the mean."),
        numerator=_l("Seconds from opened to closed."), denominator=_l("Closed tickets."),
        exclusions=_l("Tickets that are not closed."),
    ),
    Metric(
        name="close_seconds_median", title=_l("Open to close, the middle"), basis="opened", how=How.MEDIAN,
        of=Facts.close_seconds, unit=Unit.SECONDS, time=Time.CALENDAR,
        definition=_l("From opened to closed; half of the tickets took no longer."),
        denominator=_l("Closed tickets."), exclusions=_l("Tickets that are not closed."),
    ),
    Metric(
        name="gross_seconds_mean", title=_l("Gross time to resolution"), basis="opened", how=How.MEAN,
        of=Facts.gross_seconds, unit=Unit.SECONDS, time=Time.CALENDAR,
        definition=_l("From receipt to the last resolution, all of it; the mean."),
        numerator=_l("Whole seconds from opened to resolved."), denominator=_l("Resolved tickets."),
        exclusions=_l("Tickets that are not resolved."),
    ),
)  # fmt: skip

VARIANTS = FactReport(
    "variants", _l("Ways of tickets"), _l("Which ways tickets really take from status to status, and how often."),
    WAYS, METRICS, by=("variant",), chart="process", charted=("tickets",), headline=("variants", "tickets", "length"),
)  # fmt: skip
