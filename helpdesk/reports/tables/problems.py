"""Problems: how many were opened, understood and fixed, how long that took, and whether they came back."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from sqlalchemy import func, select

from helpdesk.core.db import SecondsBetween
from helpdesk.core.journal import Entry
from helpdesk.events import ProblemMoved
from helpdesk.figures.keeping import kept
from helpdesk.models.kept import ProblemFigures
from helpdesk.models.problems import CauseCategory, Problem, ProblemProduct, ProblemState, ProblemTicket
from helpdesk.models.tickets import Ticket
from helpdesk.policy.scopes import problem_scope
from helpdesk.reports.dimensions import worded_dimension
from helpdesk.reports.engine import Basis, FactReport, Source
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.tables.rows import Rows, days, sliced_by, within

_known_error_at = (
    select(func.min(Entry.at))
    .where(Entry.subject_kind == ProblemMoved.subject_kind, Entry.subject_id == Problem.id,
           Entry.fact == ProblemMoved.__name__,
           Entry.payload["after"].as_string() == ProblemState.KNOWN_ERROR.value)
    .correlate(Problem).scalar_subquery()
)  # fmt: skip
_linked = (
    select(func.count(ProblemTicket.id)).where(ProblemTicket.problem_id == Problem.id, ProblemTicket.ended_at.is_(None))
    .correlate(Problem)
)  # fmt: skip
_first_product = (
    select(ProblemProduct.product_id).where(ProblemProduct.problem_id == Problem.id).order_by(ProblemProduct.id)
    .limit(1).correlate(Problem).scalar_subquery()
)  # fmt: skip
_OUTCOMES = {
    "": ("state", "cause_category", "tickets", "came_back"),
    "known_error_month": ("known_error_at", "known_error_day", "known_error_month", "known_error_seconds"),
    "fixed_month": ("fixed_at", "fixed_day", "fixed_month", "fix_seconds"),
    "closed_month": ("closed_at", "closed_day", "closed_month"),
}
V = Rows("problems", kept(ProblemFigures, select(
    Problem.id, Problem.created_at, Problem.fixed_at, Problem.closed_at, _known_error_at.label("known_error_at"),
    Problem.state, Problem.cause_category, Problem.team_id, _first_product.label("product_id"),
    _linked.scalar_subquery().label("tickets"),
    (_linked.join(Ticket, Ticket.id == ProblemTicket.ticket_id).where(Ticket.opened_at > Problem.fixed_at)
     .scalar_subquery() > 0).label("came_back"),
    SecondsBetween(Problem.created_at, _known_error_at).label("known_error_seconds"),
    SecondsBetween(Problem.created_at, Problem.fixed_at).label("fix_seconds"),
    *days(Problem.created_at, "created_"), *days(Problem.fixed_at, "fixed_"), *days(Problem.closed_at, "closed_"),
    *days(_known_error_at, "known_error_"),
), at="created_at", outcomes=_OUTCOMES,
    settled=lambda row, closed: func.coalesce(row.closed_month <= closed, False)))  # fmt: skip

SOURCE = Source(
    V, {
        "opened": Basis("created_at", "created_day", "created_month", (V.is_kept,), title=_l("opened")),
        "known_error": Basis("known_error_at", "known_error_day", "known_error_month", (V.is_kept,),
                             title=_l("known error")),
        "fixed": Basis("fixed_at", "fixed_day", "fixed_month", (V.is_kept,), title=_l("fixed")),
        "closed": Basis("closed_at", "closed_day", "closed_month", (V.is_kept,), title=_l("closed")),
    },
    within(V, Problem, problem_scope),
    sliced_by("product", "team")
    | {"state": worded_dimension("state", _l("State"), "state", ProblemState),
       "cause": worded_dimension("cause", _l("Cause"), "cause_category", CauseCategory)},
    item="problem", item_id="id", is_live=True, latest=V.is_latest, kept=V.is_kept,
)  # fmt: skip
_OF_SEVERAL = _l("A problem of several products stands under the one that was named first.")


def _count(name: str, title: Any, definition: Any, basis: str) -> Metric:
    return Metric(name=name, title=title, definition=definition, basis=basis, exclusions=_OF_SEVERAL)


def _time(name: str, title: Any, how: How, basis: str, of: Any, definition: Any, numerator: Any) -> Metric:
    return Metric(
        name=name, title=title, basis=basis, how=how, of=of, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
        definition=definition, numerator=numerator, denominator=_l("Problems that came so far in the period."),
        exclusions=_l("Problems that have not come so far."),
    )  # fmt: skip


_TO_KNOWN, _TO_FIX = _l("Whole seconds from opened to known error."), _l("Whole seconds from opened to fixed.")
PROBLEMS = FactReport(
    "problems", _l("Problems"),
    _l("How many causes of incidents were found, understood and fixed, how long that took, and which came back."),
    SOURCE, (
        _count("opened", _lp("figure", "Opened"), _l("Problems opened in the period."), "opened"),
        Metric(
            name="tickets", title=_l("Tickets linked"), basis="opened", how=How.SUM, of=V.tickets,
            definition=_l("Tickets that are linked to the problems opened in the period; one of two problems counts "
                          "for each."), exclusions=_l("Links that were taken back."),
        ),
        _count("known_errors", _l("Known errors"), _l("Problems that first became known errors in the period: the "
                                                      "cause is known and a workaround is written."), "known_error"),
        _count("fixed", _l("Fixed"), _l("Problems fixed in the period, in a version."), "fixed"),
        _count("closed", _l("Closed"), _l("Problems closed in the period."), "closed"),
        _time("known_error_seconds_mean", _l("Time to known error"), How.MEAN, "known_error", V.known_error_seconds,
              _l("From the opening of a problem until it became a known error; the mean."), _TO_KNOWN),
        _time("known_error_seconds_median", _l("Time to known error, the middle"), How.MEDIAN, "known_error",
              V.known_error_seconds,
              _l("From the opening of a problem until it became a known error; half of them took no longer."),
              _TO_KNOWN),
        _time("fix_seconds_mean", _l("Time to fix"), How.MEAN, "fixed", V.fix_seconds,
              _l("From the opening of a problem until it was fixed; the mean."), _TO_FIX),
        _time("fix_seconds_median", _l("Time to fix, the middle"), How.MEDIAN, "fixed", V.fix_seconds,
              _l("From the opening of a problem until it was fixed; half of them took no longer."), _TO_FIX),
        Metric(
            name="came_back_share", title=_l("Came back"), basis="fixed", how=How.SHARE, unit=Unit.SHARE,
            where=(V.came_back,), better="less",
            definition=_l("Of the problems fixed in the period, after how many fixes another ticket came. Tickets from "
                          "older versions count, too; product feedback tells them apart."),
            numerator=_l("Fixed problems with a linked ticket that was opened after the fix."),
            denominator=_l("Problems fixed in the period."), exclusions=_l("Links that were taken back."),
        ),
    ),
    chart="columns", charted=("opened", "known_errors", "fixed"),
    headline=("opened", "fixed", "fix_seconds_median", "came_back_share"),
)  # fmt: skip
