"""The client's tickets: list, new, one, reply, accept, refuse, reopen, cancel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales.approvals import approvals_of
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import current_language
from helpdesk.core.i18n import gettext as _
from helpdesk.knowledge.deflection import new_sitting
from helpdesk.knowledge.searches import note_search
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.people import directory
from helpdesk.policy.actor import Actor, ActorKind
from helpdesk.satisfaction.voting import link_token, waiting_surveys
from helpdesk.tickets.attachments import StoredUpload
from helpdesk.tickets.clocks import of as clocks_of
from helpdesk.tickets.conversation import NewMessage, can_reopen, receive_reply
from helpdesk.tickets.fields import fields_for
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.queries import client_due_of, get_ticket, list_tickets, organisation_products
from helpdesk.tickets.resolution import accept_resolution, cancel_ticket, refuse_resolution, reopen_ticket
from helpdesk.tickets.schemas import MessageSchema, NewTicketSchema, ReasonSchema
from helpdesk.tickets.search import TicketsFound, search_tickets
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, custom_fields_of, read_form, read_uploads, submission_of
from helpdesk.web.portal.shown import in_list, who_and_when
from helpdesk.web.promise_lines import ticket_promises
from helpdesk.web.service_levels import promise_lines
from helpdesk.web.story import client_story
from helpdesk.web.words import APPROVAL_STATES, CLIENT_STATUSES, TYPES, URGENCIES

bp = Blueprint("tickets", __name__, url_prefix="/tickets")


@bp.get("")
def index() -> Any:
    which, q = request.args.get("which", "open"), request.args.get("q", "").strip()
    if q:
        return _found_page(q)
    page = list_tickets(
        for_=current_actor(), is_open={"open": True, "done": False}.get(which), after=request.args.get("after"),
        before=request.args.get("before"), size=25,
    )  # fmt: skip
    return render_template(
        "portal/tickets/index.html", page=page, rows=[in_list(row) for row in page.rows], which=which
    )


def _found_page(q: str) -> Any:
    form, found = Form({"q": q}), TicketsFound()
    try:
        found = search_tickets(q, for_=current_actor(), limit=25)
    except Invalid as refused:
        form.errors.update(refused.errors)
    if not form.errors:
        note_search("portal", "tickets", q, len(found.rows), by=current_actor(), language=current_language())
    page = render_template("portal/tickets/found.html", q=q, form=form, found=found, statuses=CLIENT_STATUSES)
    return page, 422 if form.errors else 200


@bp.get("/new")
def new() -> str:
    return _new_page(Form())


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(NewTicketSchema)
    uploads = read_uploads(form)
    if form.is_valid:
        with form.refusals():
            new_ticket = NewTicket(
                **form.value, uploads=uploads, submission=submission_of(actor), custom_fields=custom_fields_of(form)
            )
            ticket = open_ticket(new_ticket, by=actor, channel=Channel.PORTAL)
            flash(_("We have your request: %(number)s.", number=ticket.number))
            return redirect(url_for("portal.tickets.show", number=ticket.number))
    return _new_page(form), 422


@bp.get("/<number>")
def show(number: str) -> str:
    return _ticket_page(get_ticket(number, for_=current_actor()), current_actor(), Form())


@bp.post("/<number>/messages")
def reply(number: str) -> Any:
    actor = current_actor()
    form = read_form(MessageSchema)
    uploads = read_uploads(form)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            target = send_reply(ticket, form, uploads, actor)
            return redirect(url_for("portal.tickets.show", number=target.number) + "#reply")
    form.errors.setdefault("body", form.errors.pop("text", []))
    return _ticket_page(ticket, actor, form), 422


@bp.post("/<number>/acceptance")
def accept(number: str) -> BaseResponse:
    accept_resolution(get_ticket(number, for_=current_actor()), by=current_actor())
    flash(_("Thank you. The request is closed."))
    return redirect(url_for("portal.tickets.show", number=number))


@bp.post("/<number>/refusal")
def refuse(number: str) -> Any:
    actor, form = current_actor(), read_form(ReasonSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            refuse_resolution(ticket, NewMessage(form.value["reason"], submission=submission_of(actor)), by=actor)
            flash(_("We work on it again."))
            return redirect(url_for("portal.tickets.show", number=number))
    form.errors.setdefault("reason", form.errors.pop("text", []))
    return _ticket_page(ticket, actor, form), 422


@bp.post("/<number>/reopening")
def reopen(number: str) -> Any:
    actor, form = current_actor(), read_form(ReasonSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            reopen_ticket(ticket, form.value["reason"], by=actor)
            flash(_("We work on it again."))
            return redirect(url_for("portal.tickets.show", number=number))
    form.errors.setdefault("reason", form.errors.pop("text", []))
    return _ticket_page(ticket, actor, form), 422


@bp.post("/<number>/cancellation")
def cancel(number: str) -> BaseResponse:
    cancel_ticket(get_ticket(number, for_=current_actor()), _("Withdrawn by the client"), by=current_actor())
    flash(_("The request is withdrawn."))
    return redirect(url_for("portal.tickets.show", number=number))


def send_reply(ticket: Ticket, form: Form, uploads: tuple[StoredUpload, ...], actor: Actor) -> Ticket:
    """The client's words; returns the ticket on which they stand now (a new one after the reopen window)."""
    said = NewMessage(form.value["body"], uploads=uploads, submission=submission_of(actor))
    message = receive_reply(ticket, said, by=actor, channel=Channel.PORTAL)
    return ticket if message.ticket_id == ticket.id else get_ticket(str(message.ticket_id), for_=actor)


def _ticket_page(ticket: Ticket, actor: Actor, form: Form) -> str:
    return render_template("portal/tickets/show.html", form=form, **ticket_content(ticket, actor))


def ticket_content(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """What the page of one ticket shows its client."""
    clocks = clocks_of(ticket)
    due = client_due_of(ticket, clocks)
    sentence, who, about = who_and_when(ticket, due, actor)
    product = directory.products().get(ticket.product_id or 0)
    return {
        "ticket": ticket, "parts": client_story(ticket, for_=actor), "due": due, "sentence": sentence, "who": who,
        "about": about, "status_words": CLIENT_STATUSES[ticket.status.value], "product": product,
        "can_reopen": can_reopen(ticket), "asks_acceptance": ticket.status is Status.RESOLVED,
        "approvals": approvals_of(ticket, for_=actor), "approval_states": APPROVAL_STATES,
        "promises": promise_lines(ticket, clocks), "type_word": TYPES[ticket.type.value],
        "promised": ticket_promises(ticket, actor), "survey_url": _survey_url(ticket, actor),
        "can_cancel": ticket.is_open and ticket.line in (None, 1) and ticket.requester_id == actor.contact_id,
    }  # fmt: skip


def _survey_url(ticket: Ticket, actor: Actor) -> str:
    """Where the client says how it was, while they are asked; empty otherwise."""
    if ticket.is_open:
        return ""
    for survey in waiting_surveys(for_=actor, ticket_id=ticket.id, limit=1):
        if actor.kind is ActorKind.ACCOUNT:
            return url_for("portal.surveys.show", survey_id=survey.id)
        return url_for("portal.survey_links.show", token=link_token(survey, actor.contact_id))
    return ""


def _new_page(form: Form) -> str:
    return render_template(
        "portal/tickets/new.html", form=form, types=TYPES, urgencies=URGENCIES,
        installed=organisation_products(for_=current_actor()), products=directory.products(),
        categories=directory.categories(), custom_fields=fields_for(None, current_actor()),
        sitting=str(form.data.get("sitting", ""))[:40] or new_sitting(),
    )  # fmt: skip
