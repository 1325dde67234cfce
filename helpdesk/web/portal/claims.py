"""The client's claim: how it stands, how it was decided; accept, appeal, withdraw."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales import claims, decisions
from helpdesk.aftersales.claim_course import UNDECIDED, appeal_until, decisions_of, find_claim, get_claim, told_decision
from helpdesk.aftersales.refund_rules import version_of
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.claims import Claim, DecisionState
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
    return {"claim_words_of": claim_words_of}


def claim_words_of(ticket: Ticket) -> str:
    """How the claim of a ticket stands, in a sentence; empty where there is none."""
    claim = find_claim(ticket, for_=current_actor()) if ticket.type is TicketType.CLAIM else None
    return str(CLIENT_CLAIM_STATES[claim.state.value]) if claim else ""


def _page(claim: Claim, form: Form) -> str:
    return render_template("portal/claims/show.html", form=form, **claim_content(claim))


def claim_content(claim: Claim) -> dict[str, Any]:
    """What the page of a claim shows its client."""
    actor, decision = current_actor(), told_decision(claim)
    until = appeal_until(claim, decisions_of(claim))
    may_answer = may(actor, Action.ANSWER_CLAIM, claim.ticket)
    stands = decision is not None and decision.state is DecisionState.IN_FORCE and decision.accepted_at is None
    return {
        "claim": claim, "ticket": claim.ticket, "course": course_of(claim),
        "words": CLIENT_CLAIM_STATES[claim.state.value], "decision": decision,
        "version": version_of(decision.version_id) if decision else None,
        "can_accept": may_answer and stands, "appeal_until": until,
        "can_appeal": may_answer and stands and until is not None and until >= now(),
        "can_withdraw": may_answer and claim.state in UNDECIDED and claim.appealed_at is None,
    }  # fmt: skip
