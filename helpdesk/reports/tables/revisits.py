"""Revisits on time, by declaration; the rules stand in `reports/revisits.py`."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, select

from helpdesk.figures.keeping import kept
from helpdesk.models.care import (
    OPEN_STATES,
    Care,
    CarePlan,
    Followed,
    Need,
    Referral,
    Revisit,
    RevisitOutcome,
    RevisitState,
)
from helpdesk.models.kept import RevisitFigures
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import revisit_scope
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import named_dimension
from helpdesk.reports.engine import Basis, FactReport, Source
from helpdesk.reports.metrics import How, Metric, Unit
from helpdesk.reports.revisits import BY, run_revisits
from helpdesk.reports.tables.rows import AskedAt, Rows, days_of_date, on_desk_day, sliced_by, within


def _found(model: type[Need] | type[Referral], name: str, *where: Any) -> Any:
    return (
        select(func.count(model.id)).where(model.revisit_id == Revisit.id, *where).correlate(Revisit).scalar_subquery()
        .label(name)
    )  # fmt: skip


def _settled(row: Any, closed: int) -> Any:
    """It has ended, and so has whatever it found."""
    del closed
    followed = (select(each.id).where(each.revisit_id == row.id, each.state == Followed.OPEN).exists()
                for each in (Need, Referral))  # fmt: skip
    return and_(row.state.not_in(OPEN_STATES), *(~each for each in followed))


V = Rows("revisits", kept(RevisitFigures, select(
    Revisit.id, Revisit.planned_on.label("on"), Revisit.state, Revisit.operator_id, Revisit.team_id,
    Revisit.organisation_id, Revisit.contract_id, Revisit.channel, Care.plan_id, RevisitOutcome.satisfaction,
    (Revisit.planned_on < on_desk_day(AskedAt())).label("has_passed"),
    func.coalesce(on_desk_day(RevisitOutcome.recorded_at) > Revisit.latest_on, False).label("is_late"),
    _found(Need, "needs"), _found(Need, "needs_won", Need.state == Followed.WON),
    _found(Referral, "referrals"), _found(Referral, "referrals_won", Referral.state == Followed.WON),
    *days_of_date(Revisit.planned_on),
).outerjoin(RevisitOutcome, RevisitOutcome.revisit_id == Revisit.id)
 .outerjoin(Care, Care.id == Revisit.care_id),
    at="on", outcomes={"": ("state", "satisfaction", "is_late", "needs", "needs_won", "referrals", "referrals_won")},
    settled=_settled))  # fmt: skip

SOURCE = Source(
    V, {"planned": Basis("on", "day", "month", (V.is_kept,), title=_l("planned for"), is_date=True)},
    within(V, Revisit, revisit_scope),
    sliced_by("operator", "team", "organisation", "contract", "channel")
    | {"care_plan": named_dimension("care_plan", _l("Care plan"), "plan_id", CarePlan)},
    item="revisit", item_id="id", is_live=True, latest=V.is_latest, kept=V.is_kept,
)  # fmt: skip
_OPEN = V.state.in_([RevisitState.PLANNED, RevisitState.CONFIRMED])
_ON_TIME = (V.state == RevisitState.DONE, V.is_late.is_(False))
_DECIDED = (V.state.in_([RevisitState.DONE, RevisitState.MISSED]) | (_OPEN & V.has_passed),)


def _count(name: str, title: Any, definition: Any, *where: Any, better: str = "") -> Metric:
    return Metric(name=name, title=title, definition=definition, basis="planned", where=where, better=better)


def _sum(name: str, title: Any, definition: Any) -> Metric:
    return Metric(name=name, title=title, definition=definition, basis="planned", how=How.SUM, of=getattr(V, name))


REVISITS_ON_TIME = FactReport(
    "revisits", _l("Revisits on time"),
    _l("Of the revisits planned for the period, how many took place in their window, and what they found."),
    SOURCE, (
        _count("planned", _l("Planned"), _l("Revisits planned for days of the period, those that were moved aside: "
                                            "they count by the one that follows them."),
               V.state != RevisitState.MOVED),
        Metric(
            name="on_time_share", title=_l("Share on time"), basis="planned", how=How.SHARE, unit=Unit.SHARE,
            definition=_l("Of the revisits whose day has come, how many took place in their window."),
            where=_ON_TIME, among=_DECIDED, better="more",
            numerator=_l("Revisits whose outcome was written down by the last day of their window."),
            denominator=_l("Revisits on time, late, missed, or overdue."),
            exclusions=_l("Those refused by the client, skipped by the desk, moved, and still to come."),
        ),
        _count("on_time", _l("On time"), _l("Revisits whose outcome was written down by the last day of their window."),
               *_ON_TIME, better="more"),
        _count("late", _l("Late"), _l("Revisits whose outcome was written down after their window."),
               V.state == RevisitState.DONE, V.is_late, better="less"),
        _count("missed", _l("Missed"), _l("Revisits whose last day went by."), V.state == RevisitState.MISSED,
               better="less"),
        _count("overdue", _l("Overdue"), _l("Revisits that are open though their day has passed."), _OPEN,
               V.has_passed, better="less"),
        _count("moved", _l("Moved"), _l("Revisits of the period in whose place there is another one now."),
               V.state == RevisitState.MOVED),
        _count("refused", _l("Refused"), _l("Revisits that the client did not want."),
               V.state == RevisitState.REFUSED),
        _count("skipped", _l("Skipped"), _l("Revisits that the desk left out, with a reason."),
               V.state == RevisitState.SKIPPED),
        _count("to_come", _l("Still to come"), _l("Revisits whose day has not passed."), _OPEN,
               V.has_passed.is_(False)),
        Metric(
            name="satisfaction_mean", title=_l("Satisfaction"), basis="planned", how=How.MEAN, unit=Unit.SCORE,
            definition=_l("What clients said of the revisit, from 1 to 5; the mean."), of=V.satisfaction,
            numerator=_l("Sum of the scores."), denominator=_l("Revisits of which the client gave a score."),
            better="more", guarded=True,
        ),
        _count("rated", _l("Rated"), _l("Revisits of which the client gave a score."), V.satisfaction.is_not(None)),
        _sum("needs", _l("Needs found"), _l("Needs that these revisits found.")),
        _sum("needs_won", _l("Needs won"), _l("Of these needs, those that came to a sale.")),
        _sum("referrals", _l("Referrals"), _l("Companies to which clients recommended the house at these revisits.")),
        _sum("referrals_won", _l("Referrals won"), _l("Of these referrals, those that became clients.")),
    ),
    chart="stacked", charted=("on_time", "late", "missed", "overdue"),
    headline=("on_time_share", "planned", "overdue", "satisfaction_mean"),
    former=lambda over, for_, by: former_revisits(over, for_, by),
)  # fmt: skip


def former_revisits(over: Slice, for_: Actor, by: tuple[str, ...]) -> dict[str, Any]:
    """The document that this report had before; empty for a slice that it does not know."""
    if not {name for name, _value in over.where} <= set(BY):
        return {}
    return run_revisits(over, for_=for_, by=[name for name in by if name in BY] or BY).document()
