"""Hours and contracts, by declaration; the rules stand in `reports/hours.py`."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, select

from helpdesk.figures.keeping import kept
from helpdesk.models.contracts import BillingNotice, Contract, HoursEntry, HoursKind, WorkLog
from helpdesk.models.kept import BillingFigures, HoursFigures
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import contract_scope
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import free_dimension
from helpdesk.reports.engine import Basis, FactReport, Source
from helpdesk.reports.hours import DIMENSIONS, SUMS, run_hours
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.tables.joint import SideBySide, Standing, joint_source, metrics_of
from helpdesk.reports.tables.rows import Rows, days_of_date, of_ticket, sliced_by, within

_OWN = ("organisation_id", "contract_id", "operator_id", "channel")
_SLICED_BY = sliced_by("contract", "organisation", "operator", "team", "line", "product", "component", "category",
                       "channel", "type", "priority")  # fmt: skip
E_ = Rows("hours_entries", kept(HoursFigures, select(
    HoursEntry.id, HoursEntry.day.label("on"), HoursEntry.kind, HoursEntry.contract_id, Contract.organisation_id,
    HoursEntry.minutes, (-HoursEntry.minutes).label("spent"), WorkLog.operator_id, WorkLog.channel,
    *of_ticket(*_OWN), *days_of_date(HoursEntry.day),
).join(Contract, Contract.id == HoursEntry.contract_id).outerjoin(WorkLog, WorkLog.id == HoursEntry.work_log_id)
 .outerjoin(Ticket, Ticket.id == WorkLog.ticket_id), at="on"))  # fmt: skip
_BASES = {"counted": Basis("on", "day", "month", (E_.is_kept,), title=_l("counting for"), is_date=True)}
_LEDGER = Source(E_, _BASES, within(E_, Contract, contract_scope, "contract_id"), _SLICED_BY, item="hours_entry",
                 item_id="id", is_live=True, latest=E_.is_latest, kept=E_.is_kept)  # fmt: skip


def _minutes(kind: HoursKind, title: Any, definition: Any) -> Metric:
    sign = SUMS[kind.value][1]
    return Metric(
        name=f"{kind.value}_minutes", title=title, definition=definition, basis="counted", how=How.SUM,
        unit=Unit.MINUTES, time=Time.CALENDAR, of=E_.minutes if sign > 0 else E_.spent, where=(E_.kind == kind,),
    )  # fmt: skip


LEDGER = FactReport(
    "hours-ledger", _l("Hours"), _l("What the ledgers of contracts say of the period."), _LEDGER, (
        _minutes(HoursKind.GRANTED, _l("Granted"), _l("Minutes of the hours granted for days of the period.")),
        _minutes(HoursKind.USED, _l("Used"), _l("Minutes of work drawn from hours that were granted.")),
        _minutes(HoursKind.OVERAGE, _l("Beyond the hours"),
                 _l("Minutes of work for which no hours were left; they are billed at once.")),
        _minutes(HoursKind.EXPIRED, _l("Expired"), _l("Minutes that were not used in their time.")),
        _minutes(HoursKind.CARRIED_OVER, _l("Carried over"), _l("Minutes of an ended block that went into the next.")),
        _minutes(HoursKind.ADJUSTED, _l("Adjusted"), _l("Minutes added by hand, less those taken away.")),
    ),
)  # fmt: skip
LEFT = Standing(
    "hours-left", _l("Hours left"), _l("What is left of the hours at the end of the period."), _LEDGER,
    (Metric(name="left_minutes", title=_l("Left"), basis="counted", how=How.SUM, unit=Unit.MINUTES,
            time=Time.CALENDAR, of=E_.minutes,
            definition=_l("Minutes left at the end of the period, or of each stretch of time: the sum of all entries "
                          "before it, not of the period alone.")),),
)  # fmt: skip

N = Rows("billing_notices", kept(BillingFigures, select(
    BillingNotice.id, BillingNotice.dated.label("on"), BillingNotice.contract_id, Contract.organisation_id,
    BillingNotice.amount_cents, BillingNotice.currency, WorkLog.operator_id, WorkLog.channel,
    case((BillingNotice.amount_cents.is_(None), True), else_=False).label("is_unpriced"),
    *of_ticket(*_OWN), *days_of_date(BillingNotice.dated),
).join(Contract, Contract.id == BillingNotice.contract_id)
 .outerjoin(WorkLog, WorkLog.id == BillingNotice.work_log_id).outerjoin(Ticket, Ticket.id == WorkLog.ticket_id)
 # What products cost is no money of the contract, and its proforma and its invoice would count twice.
 .where(BillingNotice.cancelled_at.is_(None), BillingNotice.sale_id.is_(None)), at="on"))  # fmt: skip
_NOT_COUNTED = _l("Notices that were cancelled before accounting took them, and those of sales.")
BILLED_AMOUNT = Metric(
    name="billed_amount", title=_l("Billed"), basis="dated", how=How.SUM, unit=Unit.CENTS, of=N.amount_cents,
    currency=N.currency, exclusions=_NOT_COUNTED,
    definition=_l("The money of the notices dated in the period, in cents; credits lower it. Different currencies are "
                  "never added: broken down by currency each is told."),
)  # fmt: skip
NOTICES = Source(
    N, {"dated": Basis("on", "day", "month", (N.is_kept,), title=_l("dated"), is_date=True)},
    within(N, Contract, contract_scope, "contract_id"),
    _SLICED_BY | {"currency": free_dimension("currency", _l("Currency"), "currency")}, item="billing_notice",
    item_id="id", is_live=True, latest=N.is_latest, kept=N.is_kept,
)  # fmt: skip
BILLED = FactReport(
    "hours-billed", _l("Billed"), _l("What went to accounting."), NOTICES, (
        Metric(name="notices", title=_l("Notices"), basis="dated", exclusions=_NOT_COUNTED,
               definition=_l("What accounting was told to invoice in the period.")),
        Metric(name="unpriced_notices", title=_l("Without a price"), basis="dated", where=(N.is_unpriced,),
               definition=_l("Of these notices, those of which accounting knows the price; no amount has them."),
               exclusions=_NOT_COUNTED),
        BILLED_AMOUNT,
    ),
)  # fmt: skip


def former_hours(over: Slice, for_: Actor) -> dict[str, Any]:
    """The document that this report had before; empty for a slice that it does not know."""
    return run_hours(over, for_=for_).document() if {name for name, _ in over.where} <= set(DIMENSIONS) else {}


_PARTS = (LEDGER, LEFT, BILLED)
HOURS_USED = SideBySide(
    "hours", _l("Hours and contracts"),
    _l("Hours granted, used, left and expired, work beyond them, and what went to accounting."),
    joint_source(_PARTS), metrics_of(_PARTS), by=("month",), chart="columns",
    charted=("granted_minutes", "used_minutes", "overage_minutes", "expired_minutes"),
    headline=("used_minutes", "left_minutes", "overage_minutes", "billed_amount"),
    former=lambda over, for_, by: former_hours(over, for_), parts=_PARTS,
)  # fmt: skip
