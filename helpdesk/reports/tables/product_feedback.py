"""Product feedback by declaration: the tickets that problems caused, by problem, product, version and client.

The rank of problems, what a fix did, and the wishes stand in `problems/feedback.py`; the document has both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, case, func, select

from helpdesk.core.db import among, db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.figures.keeping import kept
from helpdesk.models.access import Role
from helpdesk.models.contracts import WorkLog
from helpdesk.models.kept import ProblemTicketFigures
from helpdesk.models.problems import NUMBER_PREFIX, Problem, ProblemTicket
from helpdesk.models.products import InstalledProduct, Product, Version
from helpdesk.models.tickets import OPEN_STATUSES, Impact, Status, Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import ticket_scope
from helpdesk.problems.feedback import IMPACTS
from helpdesk.problems.feedback_documents import feedback_document
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import Dimension
from helpdesk.reports.engine import Basis, FactReport, Source
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.product_feedback import DIMENSIONS, run_product_feedback
from helpdesk.reports.tables.rows import Rows, days, of_ticket, sliced_by, within

_minutes = (
    select(func.coalesce(func.sum(WorkLog.minutes), 0)).where(WorkLog.ticket_id == Ticket.id).correlate(Ticket)
    .scalar_subquery()
)  # fmt: skip
V = Rows("problem_tickets", kept(ProblemTicketFigures, select(
    ProblemTicket.id, ProblemTicket.problem_id, Ticket.opened_at.label("at"), Ticket.reopenings,
    InstalledProduct.version_id, _minutes.label("minutes"),
    case(*((Ticket.impact == impact, weight) for impact, weight in IMPACTS.items()),
         else_=IMPACTS[Impact.PERSON]).label("impact"),
    # Organisations, and contacts of none: of different sign, so that they are told apart.
    func.coalesce(Ticket.organisation_id, -Ticket.requester_id).label("client_id"),
    *of_ticket(), *days(Ticket.opened_at),
).join(Ticket, and_(Ticket.id == ProblemTicket.ticket_id, ProblemTicket.ended_at.is_(None)))
 .outerjoin(InstalledProduct, InstalledProduct.id == Ticket.installed_product_id),
    outcomes={"": ("reopenings", "minutes")},
    settled=lambda row, closed: row.status.not_in([*OPEN_STATUSES, Status.RESOLVED])))  # fmt: skip


def _problem(value: str) -> list[Any]:
    digits = value.strip().upper().removeprefix(NUMBER_PREFIX)
    ids = [int(digits)] if digits.isascii() and digits.isdigit() and len(digits) <= 9 else []
    if not ids or db.session.get(Problem, ids[0]) is None:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return ids


def _version(value: str) -> list[Any]:
    rows = db.session.execute(
        select(Version.id, Version.name, Product.name).join(Product, Product.id == Version.product_id)
    )
    ids = [row_id for row_id, version, product in rows if value in (version, f"{product} {version}")]
    if not ids:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return ids


def _versions(ids: Collection[Any]) -> Mapping[Any, str]:
    rows = db.session.execute(
        select(Version.id, Version.name, Product.name).join(Product, Product.id == Version.product_id)
        .where(among(Version.id, [each for each in ids if each is not None]))
    )  # fmt: skip
    found = {row_id: f"{product} {version}" for row_id, version, product in rows}
    return {each: found.get(each, f"#{each}") for each in ids if each is not None}


def _scope(actor: Actor) -> list[Any]:
    """The tickets that the reader sees; of a product owner those of the own products."""
    seen = within(V, Ticket, ticket_scope, "ticket_id")(actor)
    return [*seen, V.product_id.in_(actor.product_ids)] if actor.role is Role.PRODUCT_OWNER else seen


SOURCE = Source(
    V, {"opened": Basis("at", "day", "month", (V.is_kept,), title=_l("opened"))}, _scope,
    {
        "problem": Dimension(
            "problem", _l("Problem"), ("problem_id",), _problem,
            lambda ids: {each: f"{NUMBER_PREFIX}{each}" for each in ids if each is not None},
        ),
        "version": Dimension("version", _l("Version"), ("version_id",), _version, _versions),
    } | sliced_by("product", "component", "category", "organisation", "contract", "team", "line", "channel", "type",
                  "priority", "status"),
    item="ticket", item_id="ticket_id", is_live=True, latest=V.is_latest, kept=V.is_kept,
)  # fmt: skip
_LINKED = _l("Tickets whose link to a problem was taken back.")

FEEDBACK = FactReport(
    "product-feedback", _l("Product feedback"),
    _l("Which problems trouble the clients of a product, what they wish, and what was answered."),
    SOURCE, (
        Metric(name="tickets", title=_l("Tickets of problems"), basis="opened", how=How.DISTINCT, of=V.ticket_id,
               definition=_l("Tickets opened in the period that a problem caused; one of two problems counts once."),
               exclusions=_LINKED),
        Metric(name="problems", title=_l("Problems"), basis="opened", how=How.DISTINCT, of=V.problem_id,
               definition=_l("Problems with such tickets."), exclusions=_LINKED),
        Metric(name="clients", title=_l("Clients"), basis="opened", how=How.DISTINCT, of=V.client_id,
               definition=_l("Organisations that wrote such tickets, and persons of none."), exclusions=_LINKED),
        Metric(name="impact_mean", title=_l("Impact"), basis="opened", how=How.MEAN, of=V.impact, unit=Unit.SCORE,
               definition=_l("The mean of 1 (one person), 2 (a group) and 3 (the whole organisation)."),
               numerator=_l("Sum of the impacts."), denominator=_l("Tickets linked to problems; one of two problems "
                                                                   "counts for each."), exclusions=_LINKED),
        Metric(name="worked_minutes", title=_l("Work"), basis="opened", how=How.SUM, of=V.minutes,
               unit=Unit.MINUTES, time=Time.CALENDAR,
               definition=_l("Minutes worked on these tickets so far; those of a ticket of two problems count for "
                             "each."), exclusions=_l("Work that was taken back.")),
        Metric(name="reopenings", title=_l("Reopenings"), basis="opened", how=How.SUM, of=V.reopenings,
               definition=_l("How often these tickets were reopened."), exclusions=_LINKED, better="less"),
    ),
    by=("problem",), chart="bars", charted=("tickets",), headline=("tickets", "problems", "clients", "worked_minutes"),
    former=lambda over, for_, by: former_feedback(over, for_), action=Action.READ_FEEDBACK,
)  # fmt: skip


def former_feedback(over: Slice, for_: Actor) -> dict[str, Any]:
    """The ranked problems and the wishes; empty for a slice that they do not know."""
    if not {name for name, _value in over.where} <= set(DIMENSIONS):
        return {}
    return feedback_document(run_product_feedback(over, for_=for_))
