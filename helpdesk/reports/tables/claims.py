"""Claims and refunds, by declaration; the rules stand in `reports/claims.py`."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from helpdesk.core.db import SecondsBetween
from helpdesk.figures.keeping import kept
from helpdesk.models.claims import Claim, ClaimDecision, ClaimState, FaultKind, Outcome
from helpdesk.models.kept import ClaimFigures
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import claim_scope
from helpdesk.reports.base import Slice
from helpdesk.reports.claims import BY, ENDED, run_claims
from helpdesk.reports.dimensions import free_dimension, worded_dimension
from helpdesk.reports.engine import Basis, FactReport, Source
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.tables.rows import Rows, days, of_ticket, sliced_by, within

_in_force = (
    select(ClaimDecision.claim_id, func.max(ClaimDecision.id).label("id"))
    .where(ClaimDecision.in_force_at.is_not(None)).group_by(ClaimDecision.claim_id).subquery()
)  # fmt: skip
V = Rows("claims", kept(ClaimFigures, select(
    Claim.id, Claim.registered_at.label("at"), Claim.state, Claim.fault, Claim.appealed_at,
    ClaimDecision.outcome, ClaimDecision.amount_cents, ClaimDecision.currency,
    SecondsBetween(Claim.registered_at, ClaimDecision.in_force_at).label("seconds"),
    *of_ticket(), *days(Claim.registered_at),
).join(Ticket, Ticket.id == Claim.ticket_id).outerjoin(_in_force, _in_force.c.claim_id == Claim.id)
 .outerjoin(ClaimDecision, ClaimDecision.id == _in_force.c.id),
    outcomes={"": ("state", "appealed_at", "outcome", "amount_cents", "currency", "seconds")},
    settled=lambda row, closed: row.state.in_(ENDED)))  # fmt: skip

SOURCE = Source(
    V, {"registered": Basis("at", "day", "month", (V.is_kept,), title=_l("registered"))}, within(V, Claim, claim_scope),
    sliced_by("organisation", "product", "component", "category", "contract", "team", "line", "operator", "channel",
              "priority", "status", "type", "import")
    | {"fault": worded_dimension("fault", _l("Fault"), "fault", FaultKind),
       "decision": worded_dimension("decision", _l("Decision"), "outcome", Outcome),
       "state": worded_dimension("state", _l("State"), "state", ClaimState),
       "currency": free_dimension("currency", _l("Currency"), "currency")},
    item="claim", item_id="id", is_live=True, latest=V.is_latest, kept=V.is_kept,
)  # fmt: skip
_KEPT_UP = V.state != ClaimState.WITHDRAWN
_DECIDED = (_KEPT_UP, V.outcome.is_not(None))
_REFUNDED = (_KEPT_UP, V.outcome == Outcome.REFUND)


def _count(name: str, title: Any, definition: Any, *where: Any, better: str = "") -> Metric:
    return Metric(name=name, title=title, definition=definition, basis="registered", where=where, better=better)


def _time(name: str, title: Any, how: How, definition: Any) -> Metric:
    return Metric(
        name=name, title=title, basis="registered", how=how, of=V.seconds, among=_DECIDED, unit=Unit.SECONDS,
        time=Time.CALENDAR, better="less", definition=definition,
        numerator=_l("Whole seconds from the registration to the decision."),
        denominator=_l("Claims with a decision in force."),
        exclusions=_l("Claims that were withdrawn, and those that wait for their decision."),
    )  # fmt: skip


_DECISIONS = tuple(
    _count(outcome.value, title, definition, *_DECIDED, V.outcome == outcome)
    for outcome, title, definition in (
        (Outcome.REPAIR, _l("Repair"), _l("Claims for which a repair was decided.")),
        (Outcome.REPLACE, _l("Replacement"), _l("Claims for which a replacement was decided.")),
        (Outcome.REDO, _l("Work done again"), _l("Claims for which the work is done again.")),
        (Outcome.REFUND, _l("Refund"), _l("Claims for which a refund was decided.")),
        (Outcome.REJECT, _l("Rejected"), _l("Claims that were rejected.")),
    )
)
CLAIMS_DECIDED = FactReport(
    "claims", _l("Claims and refunds"),
    _l("What clients complained about in the period, what was decided, and what it cost."),
    SOURCE, (
        _count("registered", _l("Registered"), _l("Claims registered in the period.")),
        _count("open", _l("Open"), _l("Of these claims, those neither closed nor withdrawn."),
               V.state.not_in(list(ENDED))),
        _count("withdrawn", _l("Withdrawn"), _l("Claims that the client took back."),
               V.state == ClaimState.WITHDRAWN),
        _count("decided", _l("Decided"), _l("Claims with a decision in force; it counts as it is in force now."),
               *_DECIDED),
        *_DECISIONS,
        Metric(
            name="upheld_share", title=_l("Share upheld"), basis="registered", how=How.SHARE, unit=Unit.SHARE,
            definition=_l("Of the claims that were decided, how many in the client's favour."),
            where=(V.outcome != Outcome.REJECT,), among=_DECIDED,
            numerator=_l("Claims decided as repair, replacement, work done again or refund."),
            denominator=_l("Claims with a decision in force."),
            exclusions=_l("Claims that were withdrawn, and those that wait for their decision."),
        ),
        _count("appealed", _l("Appeals"), _l("Claims against whose decision the client appealed."), _KEPT_UP,
               V.appealed_at.is_not(None), better="less"),
        Metric(
            name="refund_amount", title=_l("Refunded"), basis="registered", how=How.SUM, unit=Unit.CENTS,
            of=V.amount_cents, where=_REFUNDED, currency=V.currency, better="less",
            definition=_l("The money of the refunds decided, in cents. Different currencies are never added: broken "
                          "down by currency each is told."),
            exclusions=_l("Claims that were withdrawn."),
        ),
        _time("decision_seconds_mean", _l("Time to decision"), How.MEAN,
              _l("From the registration to the decision that is in force; the mean.")),
        _time("decision_seconds_median", _l("Time to decision, the middle"), How.MEDIAN,
              _l("From the registration to the decision that is in force; half of the claims took no longer.")),
    ),
    chart="stacked", charted=tuple(metric.name for metric in _DECISIONS),
    headline=("registered", "upheld_share", "refund_amount", "decision_seconds_median"),
    former=lambda over, for_, by: former_claims(over, for_, by),
)  # fmt: skip


def former_claims(over: Slice, for_: Actor, by: tuple[str, ...]) -> dict[str, Any]:
    """The document that this report had before; empty for a slice that it does not know."""
    known = {"import", "team", "line", "organisation", "product", "channel", "priority", "type", "status"}
    if not {name for name, _value in over.where} <= known:
        return {}
    return run_claims(over, for_=for_, by=[name for name in by if name in BY] or BY).document()
