"""From a ticket to its problem: link it, mark it as waiting for the fix, unlink it; many at once from the queue."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import ngettext
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.problems.problem_queries import problems_of, problems_to_choose
from helpdesk.problems.problems import await_fix, get_problem, link_tickets, unlink_ticket
from helpdesk.tickets.queries import get_ticket, get_tickets, parse_number
from helpdesk.tickets.schemas import WebSchema, line_of_text
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import read_form
from helpdesk.web.words import PROBLEM_STATES

bp = Blueprint("problem_links", __name__)
ONE = "/tickets/<number>/problems"
MOST = 500


class ProblemLinkSchema(WebSchema):
    """Which problem, and whether the client waits for its fix."""

    problem = line_of_text(load_default="")
    waits_for_fix = fields.Boolean(load_default=False)


@bp.post(ONE)
def create(number: str) -> Any:
    actor, form = current_actor(), read_form(ProblemLinkSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        try:
            problem = get_problem(form.value["problem"], for_=actor)
        except NotFound:
            form.errors["problem"] = [_("There is no problem with this number.")]
        else:
            with form.refusals(closed="problem"):
                link_tickets(problem, [ticket], by=actor, waits_for_fix=form.value["waits_for_fix"])
                return _back(number)
    return ticket_page(ticket, form), 422


@bp.post(f"{ONE}/<problem_number>/waiting")
def wait(number: str, problem_number: str) -> BaseResponse:
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    await_fix(get_problem(problem_number, for_=actor), ticket, request.form.get("waits") == "1", by=actor)
    return _back(number)


@bp.post(f"{ONE}/<problem_number>/end")
def end(number: str, problem_number: str) -> BaseResponse:
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    unlink_ticket(get_problem(problem_number, for_=actor), ticket, request.form.get("reason", "")[:250], by=actor)
    return _back(number)


@bp.post("/tickets/problem-links")
def create_many() -> BaseResponse:
    """Link the chosen tickets of a list to one problem."""
    actor = current_actor()
    back = redirect(request.referrer or url_for("console.tickets.index"))
    try:
        problem = get_problem(request.form.get("problem", ""), for_=actor)
        ids = [parse_number(number) for number in request.form.getlist("tickets")[:MOST]]
    except NotFound:
        flash(_("There is no problem with this number."), "warning")
        return back
    tickets = get_tickets(ids, for_=actor)
    try:
        fresh = link_tickets(problem, tickets.values(), by=actor)
    except Conflict as refused:
        flash(refused.message, "warning")
        return back
    flash(ngettext("%(num)d ticket linked to %(problem)s.", "%(num)d tickets linked to %(problem)s.", len(fresh),
                   problem=problem.number))  # fmt: skip
    return back


@bp.app_context_processor
def _panel() -> dict[str, Any]:
    return {"problem_panel_of": problem_panel_of}


def problem_panel_of(ticket: Ticket) -> dict[str, Any]:
    """What the page of a ticket shows of its problems."""
    actor = current_actor()
    can_link = may(actor, Action.HANDLE_PROBLEM)
    linked = problems_of(ticket, for_=actor)
    chosen = {problem.id for _link, problem in linked}
    to_choose = problems_to_choose(for_=actor, product_id=ticket.product_id) if can_link else []
    return {
        "linked": linked, "can_link": can_link, "states": PROBLEM_STATES,
        "choices": [(p.number, f"{p.number} {p.title}") for p in to_choose if p.id not in chosen],
    }  # fmt: skip


def _back(number: str) -> BaseResponse:
    return redirect(url_for("console.tickets.show", number=number, _anchor="problem"))
