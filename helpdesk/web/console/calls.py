"""The quick form: a call, a walk-in, any request that an operator registers, answered on the spot or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from helpdesk.core.command import transaction
from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import Channel
from helpdesk.people import directory
from helpdesk.people.organisations import NewContact, add_contact, get_contact, list_contacts
from helpdesk.tickets.conversation import NewCall, register_call
from helpdesk.tickets.intake import NewTicket
from helpdesk.tickets.promises import make_promise
from helpdesk.tickets.queries import Filter, list_tickets, organisation_products
from helpdesk.tickets.schemas import OperatorTicketSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, check_form, listed, read_form, read_uploads, submission_of
from helpdesk.web.promise_lines import promise_in, promised_wrongly, submission_in, zone_of, zones
from helpdesk.web.words import CHANNELS, IMPACTS, TYPES, URGENCIES

bp = Blueprint("calls", __name__, url_prefix="/calls")


@bp.get("/new")
def new() -> str:
    return _page(Form(dict(request.args)))


@bp.get("/contacts")
def contacts() -> str:
    """Contacts whose name or address begins so, for the choice of the requester."""
    found = list_contacts(for_=current_actor(), starting=request.args.get("q", ""), limit=8)
    return render_template("console/calls/_contacts.html", contacts=found, q=request.args.get("q", ""))


@bp.post("")
def create() -> Any:
    actor = current_actor()
    form = read_form(OperatorTicketSchema)
    if "requester_id" in form.errors and form.data.get("new_name", "").strip():
        with form.refusals():
            person = NewContact(
                form.data["new_name"], form.data.get("new_email") or None, form.data.get("new_phone", "")
            )
            form.data["requester_id"] = str(add_contact(person, by=actor).id)
            form = check_form(form.data, OperatorTicketSchema)
    uploads = read_uploads(form)
    promised = promise_in(form, form.value["channel"] if form.is_valid else Channel.PHONE)
    if form.is_valid:
        value = dict(form.value)
        channel, answer, is_resolved = value.pop("channel"), value.pop("answer"), value.pop("is_resolved")
        value["tags"] = tuple(listed(value["tags"]))
        with form.refusals(), transaction():
            ticket = NewTicket(**value, uploads=uploads, submission=submission_of(actor))
            opened = register_call(NewCall(ticket, answer, is_resolved), by=actor, channel=channel)
            if promised is not None:
                make_promise(opened, promised, by=actor, submission=submission_in(form, actor))
            flash(_("Registered as %(number)s.", number=opened.number))
            return redirect(url_for("console.tickets.show", number=opened.number))
    promised_wrongly(form)
    if "requester_id" in form.errors:
        form.errors["requester_id"] = [_("Choose the contact who asks.")]
    # Who asks may be said in the fields of somebody new: what is wrong with them stands there.
    of_fields = {"requester_id": "new_name", "name": "new_name", "email": "new_email", "phone": "new_phone"}
    form.errors = {of_fields.get(name, name): sentences for name, sentences in form.errors.items()}
    return _page(form), 422


def _page(form: Form) -> str:
    actor, requester, recent, installed = current_actor(), None, [], []
    if str(form.data.get("requester_id", "")).isdigit():
        requester = get_contact(int(form.data["requester_id"]), for_=actor)
        installed = organisation_products(for_=actor, organisation_id=requester.organisation_id)
        if requester.organisation_id:
            narrowed = Filter(organisation_id=requester.organisation_id)
            recent = list(list_tickets(for_=actor, narrowed=narrowed, is_open=True, size=5).rows)
    return render_template(
        "console/calls/new.html", form=form, requester=requester, recent=recent, installed=installed,
        contacts=list_contacts(for_=actor, starting=form.data.get("q", ""), limit=8) if form.data.get("q") else [],
        types=TYPES, impacts=IMPACTS, urgencies=URGENCIES, channels=CHANNELS, channel_values=list(Channel),
        zones=zones(requester) if requester else [], their_zone=zone_of(requester) if requester else "",
        products=directory.products(), components=directory.components(), categories=directory.categories(),
    )  # fmt: skip
