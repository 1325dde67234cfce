"""The client's claim: how it stands, how it was decided; accept, appeal, withdraw."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales import claims, decisions
from helpdesk.aftersales.claim_course import appeal_until, decisions_of, find_claim, get_claim, told_decision
from helpdesk.aftersales.refund_rules import version_of
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.claims import Claim, ClaimState, DecisionState
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.schemas import ReasonSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.claim_words import course_of
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import CLIENT_CLAIM_STATES

bp = Blueprint("claims", __name__, url_prefix="/tickets/<number>/claim")


@bp.get("")
def show(number: str) -> str:
    return _page(get_claim(number, for_=current_actor()), Form())


@bp.post("/acceptance")
def accept(number: str) -> BaseResponse:
    decisions.accept_decision(get_claim(number, for_=current_actor()), by=current_actor())
    flash(_("Thank you. You have accepted the decision."))
    return redirect(url_for("portal.claims.show", number=number))


@bp.post("/appeal")
def appeal(number: str) -> Any:
    form, claim = read_form(ReasonSchema), get_claim(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            decisions.appeal_claim(claim, form.value["reason"], by=current_actor())
            flash(_("We have your appeal and look into the claim once more."))
            return redirect(url_for("portal.claims.show", number=number))
    return _page(claim, form), 422


@bp.post("/withdrawal")
def withdraw(number: str) -> BaseResponse:
    claims.withdraw_claim(get_claim(number, for_=current_actor()), by=current_actor())
    flash(_("The claim is withdrawn."))
    return redirect(url_for("portal.claims.show", number=number))


@bp.app_context_processor
def _line() -> dict[str, Any]:
    return {"claim_line_of": claim_line_of}


def claim_line_of(ticket: Ticket) -> dict[str, str] | None:
    """How the claim of a ticket stands, in a sentence, with the way to it; None where there is none."""
    actor = current_actor()
    if ticket.type is not TicketType.CLAIM or not actor.is_signed_in:
        return None
    claim = find_claim(ticket, for_=actor)
    if claim is None:
        return None
    return {"words": str(CLIENT_CLAIM_STATES[claim.state.value]),
            "url": url_for("portal.claims.show", number=ticket.number)}  # fmt: skip


def _page(claim: Claim, form: Form) -> str:
    actor, decision = current_actor(), told_decision(claim)
    until = appeal_until(claim, decisions_of(claim))
    may_answer = may(actor, Action.ANSWER_CLAIM, claim.ticket)
    stands = decision is not None and decision.state is DecisionState.IN_FORCE and decision.accepted_at is None
    return render_template(
        "portal/claims/show.html", claim=claim, ticket=claim.ticket, form=form, course=course_of(claim),
        words=CLIENT_CLAIM_STATES[claim.state.value], decision=decision,
        version=version_of(decision.version_id) if decision else None,
        can_accept=may_answer and stands, appeal_until=until,
        can_appeal=may_answer and stands and until is not None and until >= now(),
        can_withdraw=may_answer and claim.state in (
            ClaimState.REGISTERED, ClaimState.ACKNOWLEDGED, ClaimState.INVESTIGATED) and claim.appealed_at is None,
    )  # fmt: skip
