"""One ticket by a link from a letter, for clients without an account: read, answer, accept, refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales import claims, decisions
from helpdesk.aftersales.claim_course import claim_of
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.tokens import unsign
from helpdesk.models.claims import Claim
from helpdesk.models.tickets import Ticket
from helpdesk.people.organisations import contact_by_id
from helpdesk.policy.actor import ActorKind, contact_actor
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.resolution import accept_resolution, refuse_resolution
from helpdesk.tickets.schemas import MessageSchema, ReasonSchema
from helpdesk.web.auth import current_actor, speak_for
from helpdesk.web.files import serve_attachment
from helpdesk.web.forms import Form, read_form, read_uploads, submission_of
from helpdesk.web.portal.claims import claim_content
from helpdesk.web.portal.tickets import send_reply, ticket_content

bp = Blueprint("guests", __name__, url_prefix="/guests/<token>")


@bp.before_request
def enter() -> None:
    """The link says which ticket and which contact; nothing else opens by it."""
    ticket_id, contact_id = unsign(
        "guest", str((request.view_args or {})["token"]), valid_for=timedelta(days=ticket_settings().guest_link_days)
    )
    contact = contact_by_id(contact_id)
    if contact is None:
        raise NotFound
    speak_for(contact_actor(contact, kind=ActorKind.GUEST, ticket_id=ticket_id))
    g.guest_token = (request.view_args or {})["token"]


enter.is_guard = True  # type: ignore[attr-defined]


@bp.get("")
def show(token: str) -> str:
    return _page(_ticket(), Form())


@bp.post("/messages")
def reply(token: str) -> Any:
    form = read_form(MessageSchema)
    uploads = read_uploads(form)
    if form.is_valid:
        with form.refusals():
            send_reply(_ticket(), form, uploads, current_actor())
            flash(_("Your message is with us."))
            return _back(token)
    form.errors.setdefault("body", form.errors.pop("text", []))
    return _page(_ticket(), form), 422


@bp.post("/acceptance")
def accept(token: str) -> BaseResponse:
    accept_resolution(_ticket(), by=current_actor())
    flash(_("Thank you. The request is closed."))
    return _back(token)


@bp.post("/refusal")
def refuse(token: str) -> Any:
    form = read_form(ReasonSchema)
    if form.is_valid:
        with form.refusals():
            said = NewMessage(form.value["reason"], submission=submission_of(current_actor()))
            refuse_resolution(_ticket(), said, by=current_actor())
            flash(_("We work on it again."))
            return _back(token)
    form.errors.setdefault("reason", form.errors.pop("text", []))
    return _page(_ticket(), form), 422


@bp.get("/claim")
def claim(token: str) -> str:
    return _claim_page(Form())


@bp.post("/claim/acceptance")
def accept_decision(token: str) -> BaseResponse:
    decisions.accept_decision(_claim(), by=current_actor())
    flash(_("Thank you. You have accepted the decision."))
    return redirect(url_for("portal.guests.claim", token=token))


@bp.post("/claim/appeal")
def appeal(token: str) -> Any:
    form = read_form(ReasonSchema)
    if form.is_valid:
        with form.refusals():
            decisions.appeal_claim(_claim(), form.value["reason"], by=current_actor())
            flash(_("We have your appeal and look into the claim once more."))
            return redirect(url_for("portal.guests.claim", token=token))
    return _claim_page(form), 422


@bp.post("/claim/withdrawal")
def withdraw_claim(token: str) -> BaseResponse:
    claims.withdraw_claim(_claim(), by=current_actor())
    flash(_("The claim is withdrawn."))
    return redirect(url_for("portal.guests.claim", token=token))


@bp.get("/attachments/<int:attachment_id>/<filename>")
def attachment(token: str, attachment_id: int, filename: str) -> Response:
    return serve_attachment(attachment_id, for_=current_actor())


def _ticket() -> Ticket:
    return get_ticket(str(current_actor().ticket_id), for_=current_actor())


def _claim() -> Claim:
    return claim_of(_ticket(), for_=current_actor())


def _claim_page(form: Form) -> str:
    return render_template("portal/guests/claim.html", form=form, token=g.guest_token, **claim_content(_claim()))


def _page(ticket: Ticket, form: Form) -> str:
    return render_template(
        "portal/guests/show.html", form=form, token=g.guest_token, **ticket_content(ticket, current_actor())
    )


def _back(token: str) -> BaseResponse:
    return redirect(url_for("portal.guests.show", token=token))
