"""Claims: the list, and one with its evidence, cause, decision and what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, pre_load
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales import claims, decisions, investigation
from helpdesk.aftersales.claim_course import find_claim, get_claim
from helpdesk.aftersales.claim_queries import file_of, list_claims, running_claims
from helpdesk.aftersales.decisions import NewDecision
from helpdesk.aftersales.deliverables import deliverables_of
from helpdesk.aftersales.investigation import Description
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf
from helpdesk.core.times import now
from helpdesk.models.claims import Claim, ClaimState, FaultKind, Outcome
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.tickets.queries import conversation, get_ticket
from helpdesk.tickets.schemas import ReasonSchema, WebSchema, line_of_text, long_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.claim_words import (
    considered_shown,
    course_of,
    files_to_choose,
    next_step,
    ruling_words,
)
from helpdesk.web.forms import Form, read_form, read_uploads
from helpdesk.web.shell import Item
from helpdesk.web.story import attachments_of_all
from helpdesk.web.words import CLAIM_STATES, DECISION_STATES, DUTIES, EVIDENCE_POINTS, FAULTS, OUTCOMES

bp = Blueprint("claims", __name__)
ONE = "/tickets/<number>/claim"


class AmountSchema(WebSchema):
    """Empty fields that are no text count as not sent; money comes in whole units."""

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        words = (fields.Decimal, fields.Date, fields.Integer)
        return {
            name: value for name, value in sent.items()
            if not isinstance(self.fields.get(name), words) or not isinstance(value, str) or value.strip()
        }  # fmt: skip


class DescriptionSchema(AmountSchema):
    """What a claim is about."""

    fault = word(FaultKind, required=True)
    delivered_on = fields.Date(load_default=None)
    deliverable_id = row_id(load_default=None)
    revision = fields.Integer(load_default=None)
    price = fields.Decimal(load_default=None, places=2, allow_nan=False)
    currency = line_of_text(load_default="EUR")


class WhySchema(WebSchema):
    """A question and its answer."""

    question = long_text(load_default="")
    answer = long_text(load_default="")
    position = row_id(load_default=None)


class EvidenceSchema(WebSchema):
    """Where a point is shown."""

    note = long_text(load_default="")
    attachment_id = row_id(load_default=None)


class CauseSchema(WebSchema):
    root_cause = long_text(load_default="")


class DecisionSchema(AmountSchema):
    """How the claim is decided."""

    outcome = word(Outcome, required=True)
    reasons = long_text(load_default="")
    amount = fields.Decimal(load_default=None, places=2, allow_nan=False)
    deviation = long_text(load_default="")


class ActionSchema(WebSchema):
    action = long_text(load_default="")


class ProofSchema(WebSchema):
    proof = long_text(load_default="")


@bp.get("/claims")
def index() -> str:
    actor = current_actor()
    require(actor, Action.READ_REFUND_RULES)
    views = {"running": _("Running"), **{each.value: str(CLAIM_STATES[each.value]) for each in ClaimState}}
    asked = request.args.get("view", "")
    view = asked if asked in views else "running"
    if view == "running":
        page = PageOf(running_claims(for_=actor), None, None)
    else:
        page = list_claims(for_=actor, state=ClaimState(view), after=request.args.get("after"),
                           before=request.args.get("before"))  # fmt: skip
    items = [Item(name, url_for("console.claims.index", view=key), is_current=key == view)
             for key, name in views.items()]  # fmt: skip
    return render_template(
        "console/claims/index.html", page=page, views=items, view=view, states=CLAIM_STATES, faults=FAULTS,
        duties=DUTIES, operators=directory.operators(), late=now(),
    )  # fmt: skip


@bp.get(ONE)
def show(number: str) -> str:
    return _page(get_claim(number, for_=current_actor()), Form())


@bp.post(ONE)
def create(number: str) -> BaseResponse:
    claims.register_claim(get_ticket(number, for_=current_actor()), by=current_actor())
    return redirect(url_for("console.claims.show", number=number))


@bp.post(f"{ONE}/description")
def describe(number: str) -> Any:
    form, claim = read_form(DescriptionSchema), get_claim(number, for_=current_actor())
    if form.is_valid:
        value = dict(form.value)
        price = value.pop("price")
        with form.refusals():
            new = Description(**value, price_cents=None if price is None else int(price * 100))
            investigation.describe_claim(claim, new, by=current_actor())
            return _back(number, "about")
    return _again(claim, form, price_cents="price")


@bp.post(f"{ONE}/acknowledgement")
def acknowledge(number: str) -> BaseResponse:
    claims.acknowledge_claim(get_claim(number, for_=current_actor()), by=current_actor())
    flash(_("The client is told that their claim is looked into."))
    return _back(number)


@bp.post(f"{ONE}/whys")
def record_why(number: str) -> Any:
    form, claim = read_form(WhySchema), get_claim(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        with form.refusals():
            investigation.record_why(
                claim, value["question"], value["answer"], position=value["position"], by=current_actor()
            )
            return _back(number, "cause")
    return _again(claim, form)


@bp.post(f"{ONE}/evidence/<int:point_id>")
def tick(number: str, point_id: int) -> Any:
    form = read_form(EvidenceSchema)
    uploads = read_uploads(form)
    claim = get_claim(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            investigation.tick_evidence(
                claim, point_id, note=form.value["note"], attachment_id=form.value["attachment_id"], uploads=uploads,
                by=current_actor(),
            )  # fmt: skip
            return _back(number, "evidence")
    form.data["point_id"] = point_id
    return _again(claim, form)


@bp.post(f"{ONE}/root-cause")
def find_cause(number: str) -> Any:
    form, claim = read_form(CauseSchema), get_claim(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            investigation.find_cause(claim, form.value["root_cause"], by=current_actor())
            return _back(number, "decision")
    form.errors.setdefault("root_cause", form.errors.pop("evidence", []))
    return _again(claim, form)


@bp.post(f"{ONE}/decisions")
def decide(number: str) -> Any:
    form, claim = read_form(DecisionSchema), get_claim(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        amount = None if value["amount"] is None else int(value["amount"] * 100)
        with form.refusals():
            decision = decisions.decide_claim(
                claim, NewDecision(value["outcome"], value["reasons"], amount, value["deviation"]), by=current_actor()
            )
            flash(_("Proposed: a second person approves it.") if decision.in_force_at is None
                  else _("Decided. The client gets the decision by letter."))  # fmt: skip
            return _back(number, "decision")
    return _again(claim, form, amount_cents="amount")


@bp.post(f"{ONE}/decision/approval")
def approve(number: str) -> BaseResponse:
    decisions.approve_decision(get_claim(number, for_=current_actor()), by=current_actor())
    flash(_("Approved. The client gets the decision by letter."))
    return _back(number, "decision")


@bp.post(f"{ONE}/decision/refusal")
def refuse(number: str) -> Any:
    form, claim = read_form(ReasonSchema), get_claim(number, for_=current_actor())
    return _done(claim, form, "decision", lambda: decisions.refuse_decision(
        claim, form.value["reason"], by=current_actor()))  # fmt: skip


@bp.post(f"{ONE}/correction")
def correct(number: str) -> Any:
    form, claim = read_form(ActionSchema), get_claim(number, for_=current_actor())
    return _done(claim, form, "action", lambda: claims.begin_correction(
        claim, form.value["action"], by=current_actor()))  # fmt: skip


@bp.post(f"{ONE}/verification")
def verify(number: str) -> Any:
    form, claim = read_form(ProofSchema), get_claim(number, for_=current_actor())
    return _done(claim, form, "action", lambda: claims.verify_correction(
        claim, form.value["proof"], by=current_actor()))  # fmt: skip


@bp.post(f"{ONE}/closure")
def close(number: str) -> BaseResponse:
    claims.close_claim(get_claim(number, for_=current_actor()), by=current_actor())
    flash(_("The claim is closed."))
    return _back(number)


@bp.app_context_processor
def _panel() -> dict[str, Any]:
    return {"claim_panel_of": claim_panel_of}


def claim_panel_of(ticket: Ticket) -> dict[str, Any] | None:
    """What the page of a ticket shows of its claim; None where it is none and was none."""
    if ticket.type is not TicketType.CLAIM:
        return None
    actor = current_actor()
    claim = find_claim(ticket, for_=actor)
    if claim is None:
        return {"claim": None, "can_register": ticket.is_open and may(actor, Action.HANDLE_CLAIM, ticket)}
    shown = file_of(claim)
    return {"claim": claim, "course": course_of(claim), "duty": shown.duty, "next": next_step(shown), "duties": DUTIES}


def _done(claim: Claim, form: Form, anchor: str, act: Callable[[], None]) -> Any:
    if form.is_valid:
        with form.refusals():
            act()
            return _back(claim.ticket.number, anchor)
    return _again(claim, form)


def _back(number: str, anchor: str | None = None) -> BaseResponse:
    return redirect(url_for("console.claims.show", number=number, _anchor=anchor))


def _again(claim: Claim, form: Form, **shown: str) -> Any:
    """The page with what was typed; what the activity calls otherwise stands at its field."""
    for refused, name in shown.items():
        if refused in form.errors:
            form.errors[name] = form.errors.pop(refused)
    return _page(claim, form), 422


def _page(claim: Claim, form: Form) -> str:
    actor, ticket = current_actor(), claim.ticket
    shown = file_of(claim)
    files = attachments_of_all(ticket, conversation(ticket, for_=actor))
    proposed = shown.decision is not None and shown.decision.in_force_at is None
    can_handle = may(actor, Action.HANDLE_CLAIM, ticket)
    is_own = shown.decision is not None and shown.decision.decided_by_id == actor.account_id
    return render_template(
        "console/claims/show.html", claim=claim, ticket=ticket, shown=shown, form=form, course=course_of(claim),
        next=next_step(shown), states=CLAIM_STATES, faults=FAULTS, outcomes=OUTCOMES, points=EVIDENCE_POINTS,
        decision_states=DECISION_STATES, duties=DUTIES, considered=considered_shown(shown.ruling),
        ruling=ruling_words(shown.ruling), files=files_to_choose(files), proposed=proposed,
        file_names={row.id: row.filename for rows in files.values() for row in rows},
        can_handle=can_handle,
        can_edit=can_handle and claim.state.value in ("registered", "acknowledged", "investigated") and not proposed,
        can_approve=proposed and not is_own and may(actor, Action.APPROVE_CLAIM, ticket),
        made=[(row.id, row.name) for row in deliverables_of(ticket.organisation_id, for_=actor)],
    )  # fmt: skip
