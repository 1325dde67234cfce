"""Proposed problems: the list, one with its evidence, and what is decided; the tickets that are like one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import gettext as _
from helpdesk.models.problems import ProposalState, RecurrenceProposal
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.problems.problem_queries import problems_to_choose
from helpdesk.problems.problems import get_problem
from helpdesk.problems.proposals import (
    accept_proposal,
    dismiss_proposal,
    file_of,
    get_proposal,
    list_proposals,
    merge_proposal,
    problem_of_likes,
)
from helpdesk.problems.similar import similar_to
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.shell import Item
from helpdesk.web.words import PROPOSAL_STATES, STATUSES

bp = Blueprint("recurrence_proposals", __name__)
ONE = "/recurrence-proposals/<int:proposal_id>"
VERY, QUITE = 0.6, 0.35  # likeness from which on the words are stronger


class AcceptanceSchema(WebSchema):
    title = line_of_text(load_default="")


class MergerSchema(WebSchema):
    problem = line_of_text(load_default="")


class DismissalSchema(WebSchema):
    reason = long_text(load_default="")


@bp.get("/recurrence-proposals")
def index() -> str:
    asked = request.args.get("view", "")
    view = asked if asked in {state.value for state in ProposalState} else ProposalState.OPEN.value
    page = list_proposals(for_=current_actor(), state=ProposalState(view), after=request.args.get("after"),
                          before=request.args.get("before"))  # fmt: skip
    views = [
        Item(str(PROPOSAL_STATES[state.value]), url_for("console.recurrence_proposals.index", view=state.value),
             is_current=state.value == view)
        for state in ProposalState
    ]  # fmt: skip
    return render_template("console/recurrence_proposals/index.html", page=page, views=views, view=view,
                           products=directory.products())  # fmt: skip


@bp.get(ONE)
def show(proposal_id: int) -> str:
    return _page(get_proposal(proposal_id, for_=current_actor()), Form())


@bp.post(f"{ONE}/acceptance")
def accept(proposal_id: int) -> Any:
    actor, form = current_actor(), read_form(AcceptanceSchema)
    proposal = get_proposal(proposal_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            problem = accept_proposal(proposal, by=actor, title=form.value["title"])
            flash(_("The problem is opened, with its tickets."))
            return redirect(url_for("console.problems.show", number=problem.number))
    return _page(proposal, form), 422


@bp.post(f"{ONE}/merger")
def merge(proposal_id: int) -> Any:
    actor, form = current_actor(), read_form(MergerSchema)
    proposal = get_proposal(proposal_id, for_=actor)
    if form.is_valid and not form.value["problem"]:
        form.errors["problem"] = [_("Choose the problem that the tickets come from.")]
    if form.is_valid:
        with form.refusals():
            problem = get_problem(form.value["problem"], for_=actor)
            merge_proposal(proposal, problem, by=actor)
            flash(_("The tickets are linked to the problem."))
            return redirect(url_for("console.problems.show", number=problem.number))
    return _page(proposal, form), 422


@bp.post(f"{ONE}/dismissal")
def dismiss(proposal_id: int) -> Any:
    actor, form = current_actor(), read_form(DismissalSchema)
    proposal = get_proposal(proposal_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            dismiss_proposal(proposal, form.value["reason"], by=actor)
            flash(_("Dismissed. The group is proposed again only when its growth is new."))
            return _back()
    return _page(proposal, form), 422


@bp.get("/tickets/<number>/similar")
def similar(number: str) -> str:
    """The tickets that are like this one: a fragment of its page, or a page of its own."""
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    rows = [(each, likeness_words(each.likeness)) for each in similar_to(ticket, for_=actor)]
    name = "_similar.html" if "HX-Request" in request.headers else "similar.html"
    problem = problem_of_likes(ticket, for_=actor)
    return render_template(
        f"console/recurrence_proposals/{name}", ticket=ticket, rows=rows, problem=problem, statuses=STATUSES
    )


def likeness_words(likeness: float) -> str:
    """How like two tickets are, in words."""
    if likeness >= VERY:
        return _("nearly the same")
    return _("much alike") if likeness >= QUITE else _("somewhat alike")


def _back() -> BaseResponse:
    return redirect(url_for("console.recurrence_proposals.index"))


def _page(proposal: RecurrenceProposal, form: Form) -> str:
    actor = current_actor()
    product = directory.products().get(proposal.product_id or 0)
    can_decide = proposal.state is ProposalState.OPEN and may(actor, Action.DECIDE_PROPOSAL, proposal)
    choices = (
        [(each.number, f"{each.number} {each.title}") for each in problems_to_choose(for_=actor)] if can_decide else []
    )
    return render_template(
        "console/recurrence_proposals/show.html", proposal=proposal, shown=file_of(proposal, for_=actor), form=form,
        product=product, can_decide=can_decide, choices=choices, statuses=STATUSES, states=PROPOSAL_STATES,
        evidence=proposal.evidence,
    )  # fmt: skip
