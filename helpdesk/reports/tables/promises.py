"""Promises kept, by declaration; the rules of what counts as kept stand in `reports/promises.py`."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from helpdesk.figures.keeping import kept
from helpdesk.models.access import Role
from helpdesk.models.kept import PromiseFigures
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import promise_scope
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import Basis, FactReport, Source
from helpdesk.reports.metrics import How, Metric, Unit
from helpdesk.reports.promises import BY, run_promises
from helpdesk.reports.tables.rows import AskedAt, Rows, days, of_ticket, sliced_by, within

V = Rows("promises", kept(PromiseFigures, select(
    Promise.id, Promise.until_at.label("at"), Promise.state, Promise.owner_id.label("operator_id"), Promise.line,
    Promise.organisation_id, (Promise.until_at < AskedAt()).label("has_passed"),
    *of_ticket("operator_id", "line", "organisation_id"), *days(Promise.until_at),
).outerjoin(Ticket, Ticket.id == Promise.ticket_id),
    outcomes={"": ("state",)}, settled=lambda row, closed: row.state != PromiseState.PLANNED))  # fmt: skip


def _scope(actor: Actor) -> list[Any]:
    """What the reader sees; the lead of a line reads what was promised there."""
    conditions = within(V, Promise, promise_scope)(actor)
    return [*conditions, V.line == actor.leads_line] if actor.role is Role.LINE_LEAD else conditions


SOURCE = Source(
    V, {"due": Basis("at", "day", "month", (V.is_kept,), title=_l("promised for"))}, _scope,
    sliced_by("operator", "line", "team", "organisation", "contract", "product", "component", "category", "channel",
              "type", "priority", "status", "import"),
    item="promise", item_id="id", is_live=True, latest=V.is_latest, kept=V.is_kept,
)  # fmt: skip
_OVERDUE = ((V.state == PromiseState.PLANNED) & V.has_passed,)
_DECIDED = ((V.state.in_([PromiseState.KEPT, PromiseState.LATE, PromiseState.BROKEN])) | _OVERDUE[0],)


def _count(name: str, title: Any, definition: Any, *where: Any, better: str = "") -> Metric:
    return Metric(name=name, title=title, definition=definition, basis="due", where=where, better=better)


PROMISES_KEPT = FactReport(
    "promises", _l("Promises kept"),
    _l("Of the times agreed with clients that came in the period, how many were kept."),
    SOURCE, (
        _count("made", _l("Promised"), _l("Promises whose time ended in the period, whatever became of them.")),
        Metric(
            name="kept_share", title=_l("Share kept"), basis="due", how=How.SHARE, unit=Unit.SHARE, better="more",
            definition=_l("Of the promises whose time has come, how many were kept in time."),
            where=(V.state == PromiseState.KEPT,), among=_DECIDED, numerator=_l("Promises kept in time."),
            denominator=_l("Promises kept, kept late, broken, or overdue: silence makes no figure better."),
            exclusions=_l("Those moved with notice, those that the client withdrew, and those still to come."),
        ),
        _count("kept", _l("Kept"), _l("Promises kept in time."), V.state == PromiseState.KEPT, better="more"),
        _count("late", _l("Kept late"), _l("Promises kept after their time."), V.state == PromiseState.LATE,
               better="less"),
        _count("broken", _l("Broken"), _l("Promises of which somebody said that they were not kept."),
               V.state == PromiseState.BROKEN, better="less"),
        _count("overdue", _l("Overdue"), _l("Promises whose time has passed and of which nobody has said an outcome."),
               *_OVERDUE, better="less"),
        _count("moved_with_notice", _l("Moved with notice"),
               _l("Promises of which the client was told before their time that another time holds; that one is a "
                  "promise of its own."), V.state == PromiseState.MOVED),
        _count("withdrawn", _l("Withdrawn"), _l("Promises that the client did not want any more."),
               V.state == PromiseState.WITHDRAWN),
        _count("planned", _l("Still to come"), _l("Promises whose time has not come."),
               V.state == PromiseState.PLANNED, V.has_passed.is_(False)),
    ),
    chart="stacked", charted=("kept", "late", "broken", "overdue"), headline=("kept_share", "made", "overdue"),
    former=lambda over, for_, by: former_promises(over, for_, by),
)  # fmt: skip


def former_promises(over: Slice, for_: Actor, by: tuple[str, ...]) -> dict[str, Any]:
    """The document that this report had before; empty for a slice that it does not know."""
    known = {"operator", "line", "organisation", "import", "team", "product", "channel", "priority", "type", "status"}
    if not {name for name, _value in over.where} <= known:
        return {}
    return run_promises(over, for_=for_, by=[name for name in by if name in BY] or BY).document()
