"""Client organisations: the list, one with its people, products and tickets, a new one, a new contact."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from helpdesk.aftersales.checklist import open_points
from helpdesk.aftersales.revisits import coming_to
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.entitlement.contracts import contracts_of
from helpdesk.people import directory
from helpdesk.people.organisations import (
    NewContact,
    NewOrganisation,
    add_contact,
    get_organisation,
    list_contacts,
    list_organisations,
    register_organisation,
)
from helpdesk.people.schemas import ContactSchema, OrganisationSchema
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.queries import Filter, list_tickets, organisation_products
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import BUYING_ROLES, IT_READINESS, POINTS, SHARING

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@bp.get("")
def index() -> str:
    q = request.args.get("q", "")
    return render_template(
        "console/organisations/index.html", organisations=list_organisations(for_=current_actor(), starting=q), q=q
    )


@bp.get("/new")
def new() -> str:
    return _new_page(Form())


@bp.post("")
def create() -> Any:
    form = read_form(OrganisationSchema)
    if form.is_valid:
        value = dict(form.value)
        value["domains"] = tuple(d for d in value["domains"].replace(",", " ").split() if d)
        with form.refusals():
            organisation = register_organisation(NewOrganisation(**value), by=current_actor())
            return redirect(url_for("console.organisations.show", organisation_id=organisation.id))
    return _new_page(form), 422


@bp.get("/<int:organisation_id>")
def show(organisation_id: int) -> str:
    actor = current_actor()
    organisation = get_organisation(organisation_id, for_=actor)
    return render_template(
        "console/organisations/show.html", organisation=organisation, sharing=SHARING,
        coming=coming_to(organisation, for_=actor) if may(actor, Action.MANAGE_CARE) else [],
        contracts=contracts_of(organisation, for_=actor) if may(actor, Action.MANAGE_CONTRACTS) else [],
        contacts=list_contacts(for_=actor, organisation_id=organisation_id), products=directory.products(),
        versions=directory.versions(), installed=organisation_products(for_=actor, organisation_id=organisation_id),
        todo=open_points(organisation_id) if may(actor, Action.READ_SALES) else [], points=POINTS, now=now(),
        page=list_tickets(for_=actor, narrowed=Filter(organisation_id=organisation_id), size=20,
                          after=request.args.get("after"), before=request.args.get("before")),
    )  # fmt: skip


@bp.get("/<int:organisation_id>/contacts/new")
def new_contact(organisation_id: int) -> str:
    return _contact_page(organisation_id, Form())


@bp.post("/<int:organisation_id>/contacts")
def create_contact(organisation_id: int) -> Any:
    form = read_form(ContactSchema)
    if form.is_valid:
        value = dict(form.value)
        value["roles"], value["email"] = tuple(value["roles"]), value["email"] or None
        value["language"] = value["language"] or None
        with form.refusals():
            contact = add_contact(NewContact(**value, organisation_id=organisation_id), by=current_actor())
            flash(_("%(name)s is in the books.", name=contact.name))
            return redirect(url_for("console.organisations.show", organisation_id=organisation_id))
    return _contact_page(organisation_id, form), 422


def _new_page(form: Form) -> str:
    return render_template("console/organisations/new.html", form=form, sharing=SHARING, languages_known=_languages())


def _contact_page(organisation_id: int, form: Form) -> str:
    return render_template(
        "console/organisations/new_contact.html", form=form, roles=BUYING_ROLES, it_readiness=IT_READINESS,
        organisation=get_organisation(organisation_id, for_=current_actor()), languages_known=_languages(),
    )  # fmt: skip


def _languages() -> list[tuple[str, str]]:
    return [(code, OWN_NAMES[code]) for code in LANGUAGES]
