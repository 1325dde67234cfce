"""What reports count: facts about tickets, changes of team and clocks, each with the instants that count for it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.models.figures import ClockFigures, HopFigures, TicketFigures
from helpdesk.models.people import Team
from helpdesk.models.tickets import Status
from helpdesk.models.transfers import TransferKind
from helpdesk.reports.dimensions import OF_TICKETS, line_dimension, named_dimension, worded_dimension
from helpdesk.reports.engine import Basis, Source, tickets_scope
from sla.models import ClockKind, SlaPolicy

_T = TicketFigures
_KEPT = _T.is_kept

TICKETS = Source(
    TicketFigures,
    {
        "opened": Basis("opened_at", "opened_day", "opened_month", (_KEPT, _T.is_opening), "opened", _l("opened")),
        "resolved": Basis("resolved_at", "resolved_day", "resolved_month", (_KEPT, _T.is_ending), "resolved",
                          _l("resolved")),
        "closed": Basis("closed_at", "closed_day", "closed_month", (_KEPT, _T.is_ending), "closed", _l("closed")),
    },
    tickets_scope(TicketFigures),
    OF_TICKETS | {"status": worded_dimension("status", _l("Status"), "status", Status)},
    latest=_T.is_latest, kept=_KEPT,
)  # fmt: skip

HOPS = Source(
    HopFigures,
    {"moved": Basis("at", "day", "month", fact="hop", title=_l("moved to another team"))},
    tickets_scope(HopFigures),
    OF_TICKETS | {
        "from_line": line_dimension("from_line", _l("From line"), "from_line"),
        "to_line": line_dimension("to_line", _l("To line"), "to_line"),
        "from_team": named_dimension("from_team", _l("From team"), "from_team_id", Team),
        "to_team": named_dimension("to_team", _l("To team"), "to_team_id", Team),
        "kind": worded_dimension("kind", _l("Kind"), "kind", TransferKind),
    },
)  # fmt: skip

CLOCKS = Source(
    ClockFigures,
    {"due": Basis("due_at", "due_day", "due_month", (ClockFigures.is_kept,), "due", _l("due by the contract"))},
    tickets_scope(ClockFigures),
    OF_TICKETS | {
        "clock": worded_dimension("clock", _l("Clock"), "kind", ClockKind),
        "policy": named_dimension("policy", _l("Policy"), "policy_id", SlaPolicy),
    },
)  # fmt: skip
