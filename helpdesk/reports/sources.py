"""What reports count: facts about tickets, changes of team and clocks, each with the instants that count for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import aliased

from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.figures.variants import path_of, variant_of
from helpdesk.models.figures import ClockFigures, HopFigures, OpenSpan, TicketFigures
from helpdesk.models.people import Team
from helpdesk.models.tickets import Status
from helpdesk.models.transfers import TransferKind
from helpdesk.reports.dimensions import OF_TICKETS, Dimension, line_dimension, named_dimension, worded_dimension
from helpdesk.reports.engine import Basis, Source, tickets_scope
from sla.models import ClockKind, SlaPolicy

_T = TicketFigures
_KEPT = _T.is_kept
ARROW = " → "  # between the steps of a way


def _status(model: Any) -> Any:
    """How the ticket of a row stood when its facts were last written."""
    other = aliased(_T)
    return (
        select(other.status).where(other.ticket_id == model.ticket_id, other.is_latest)
        .order_by(other.id.desc()).limit(1).correlate(model).scalar_subquery()
    )  # fmt: skip


def _variant(value: str) -> list[int]:
    found = variant_of(value.split(ARROW))
    if found is None:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return [found]


def _ways(ids: Collection[Any]) -> Mapping[Any, str]:
    return {key: ARROW.join(path) for key, path in path_of([each for each in ids if each is not None]).items()}


_OWN_STATUS = worded_dimension("status", _l("Status"), "status", Status)
_STATUS_OF_TICKET = {"status": replace(_OWN_STATUS, elsewhere=_status)}

TICKETS = Source(
    TicketFigures,
    {
        "opened": Basis("opened_at", "opened_day", "opened_month", (_KEPT, _T.is_opening), "opened", _l("opened")),
        "resolved": Basis("resolved_at", "resolved_day", "resolved_month", (_KEPT, _T.is_ending), "resolved",
                          _l("resolved")),
        "closed": Basis("closed_at", "closed_day", "closed_month", (_KEPT, _T.is_ending), "closed", _l("closed")),
    },
    tickets_scope(TicketFigures),
    OF_TICKETS | {
        "status": _OWN_STATUS,
        "highest_line": line_dimension("highest_line", _l("Highest line"), "highest_line"),
    },
    latest=_T.is_latest, kept=_KEPT, business=(_T.business_seconds, _T.opened_at, _T.gross_seconds),
)  # fmt: skip

WAYS = replace(TICKETS, dimensions={
    **TICKETS.dimensions,
    "variant": Dimension("variant", _l("Variant"), ("variant_id",), _variant, _ways),
})  # fmt: skip

HOPS = Source(
    HopFigures,
    {"moved": Basis("at", "day", "month", fact="hop", title=_l("moved to another team"))},
    tickets_scope(HopFigures),
    OF_TICKETS | _STATUS_OF_TICKET | {
        "from_line": line_dimension("from_line", _l("From line"), "from_line"),
        "to_line": line_dimension("to_line", _l("To line"), "to_line"),
        "from_team": named_dimension("from_team", _l("From team"), "from_team_id", Team),
        "to_team": named_dimension("to_team", _l("To team"), "to_team_id", Team),
        "kind": worded_dimension("kind", _l("Kind"), "kind", TransferKind),
    },
)  # fmt: skip

_KEPT_CLOCK = ClockFigures.is_kept
CLOCKS = Source(
    ClockFigures,
    {"due": Basis("due_at", "due_day", "due_month", (_KEPT_CLOCK,), "due", _l("due by the contract"))},
    tickets_scope(ClockFigures),
    OF_TICKETS | _STATUS_OF_TICKET | {
        "clock": worded_dimension("clock", _l("Clock"), "kind", ClockKind),
        "policy": named_dimension("policy", _l("Policy"), "policy_id", SlaPolicy),
    },
    latest=ClockFigures.is_latest, kept=_KEPT_CLOCK,
)  # fmt: skip

SPANS = Source(
    OpenSpan,
    {
        "began": Basis("began_at", "began_day", "began_month", fact="began", title=_l("came into the backlog")),
        "ended": Basis("ended_at", "ended_day", "ended_month", fact="ended", title=_l("left the backlog")),
    },
    tickets_scope(OpenSpan),
    OF_TICKETS | _STATUS_OF_TICKET,
)  # fmt: skip
