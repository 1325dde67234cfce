"""Contacts: the unverified ones to confirm, one contact, a portal invitation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import gettext as _
from helpdesk.models.access import Role
from helpdesk.models.people import BuyingRole
from helpdesk.people import accounts
from helpdesk.people.organisations import (
    account_of,
    confirm_contact,
    get_contact,
    list_organisations,
    set_buying_roles,
    suggested_organisation,
    unverified_contacts,
)
from helpdesk.tickets.queries import list_tickets_of
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import sent_id
from helpdesk.web.words import BUYING_ROLES, IT_READINESS

bp = Blueprint("contacts", __name__, url_prefix="/contacts")


@bp.get("/unverified")
def unverified() -> str:
    contacts = unverified_contacts(for_=current_actor())
    return render_template(
        "console/contacts/unverified.html", contacts=[(c, suggested_organisation(c)) for c in contacts],
        organisations=list_organisations(for_=current_actor(), limit=1000),
    )  # fmt: skip


@bp.get("/<int:contact_id>")
def show(contact_id: int) -> str:
    contact = get_contact(contact_id, for_=current_actor())
    return render_template(
        "console/contacts/show.html", contact=contact, account=account_of(contact),
        rows=list_tickets_of(contact.id, for_=current_actor()).rows, it_readiness=IT_READINESS, roles=BUYING_ROLES,
        suggestion=suggested_organisation(contact) if not contact.is_verified else None,
        organisations=list_organisations(for_=current_actor(), limit=1000) if not contact.is_verified else [],
    )  # fmt: skip


@bp.post("/<int:contact_id>/confirmation")
def confirm(contact_id: int) -> BaseResponse:
    contact = get_contact(contact_id, for_=current_actor())
    confirm_contact(contact, sent_id("organisation_id"), by=current_actor())
    flash(_("%(name)s is confirmed.", name=contact.name))
    back = request.form.get("back", "")
    return redirect(back if back.startswith("/console/") else url_for("console.contacts.unverified"))


@bp.post("/<int:contact_id>/roles")
def play(contact_id: int) -> BaseResponse:
    """Which parts the contact plays when their organisation buys."""
    contact = get_contact(contact_id, for_=current_actor())
    roles = {BuyingRole(role) for role in request.form.getlist("roles") if role in set(BuyingRole)}
    set_buying_roles(contact, roles, by=current_actor())
    return redirect(url_for("console.contacts.show", contact_id=contact_id))


@bp.post("/<int:contact_id>/invitation")
def invite(contact_id: int) -> Any:
    """Give the contact a portal account and send the link to it."""
    actor = current_actor()
    contact = get_contact(contact_id, for_=actor)
    account = account_of(contact)
    if account is None:
        account = accounts.create_account(accounts.NewAccount(
            email=contact.email or "", role=Role.CONTACT, name=contact.name, language=contact.language,
        ), by=actor)  # fmt: skip
    accounts.invite(account, by=actor)
    flash(_("An invitation is on its way to %(email)s.", email=account.email))
    return redirect(url_for("console.contacts.show", contact_id=contact_id))
