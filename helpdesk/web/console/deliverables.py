"""Deliverables: what is made for clients in rounds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from marshmallow import fields

from helpdesk.aftersales import deliverables
from helpdesk.aftersales.deliverables import NewDeliverable, NewRound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.submissions import once
from helpdesk.models.claims import Deliverable
from helpdesk.people import directory
from helpdesk.people.organisations import get_organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.console.claims import AmountSchema
from helpdesk.web.files import serve_content
from helpdesk.web.forms import Form, read_form, read_uploads, sent_id, submission_of
from helpdesk.web.round_files import files_of
from helpdesk.web.words import ROUND_ANSWERS

bp = Blueprint("deliverables", __name__, url_prefix="/deliverables")


class DeliverableSchema(AmountSchema):
    """What was agreed."""

    organisation_id = row_id(required=True, allow_none=False)
    name = line_of_text(load_default="")
    agreed_rounds = fields.Integer(required=True)
    contract_id = row_id(load_default=None)
    product_id = row_id(load_default=None)
    contact_id = row_id(load_default=None)
    price = fields.Decimal(load_default=None, places=2, allow_nan=False)
    currency = line_of_text(load_default="EUR")


class RoundSchema(WebSchema):
    """What is delivered."""

    note = long_text(load_default="")
    link = long_text(load_default="")


@bp.get("")
def index() -> str:
    actor = current_actor()
    organisation_id = sent_id("organisation_id")
    page = deliverables.list_deliverables(
        for_=actor, organisation_id=organisation_id, after=request.args.get("after"),
        before=request.args.get("before"),
    )  # fmt: skip
    return render_template(
        "console/deliverables/index.html", page=page, answers=ROUND_ANSWERS, organisation_id=organisation_id,
        clients=deliverables.client_names(page.rows), can_manage=may(actor, Action.MANAGE_DELIVERABLES),
    )  # fmt: skip


@bp.get("/new")
def new() -> str:
    require(current_actor(), Action.MANAGE_DELIVERABLES)
    return _new_page(Form())


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(DeliverableSchema)
    require(actor, Action.MANAGE_DELIVERABLES)
    if form.is_valid:
        value = dict(form.value)
        organisation, price = get_organisation(value.pop("organisation_id"), for_=actor), value.pop("price")
        with form.refusals():
            told = NewDeliverable(**value, price_cents=None if price is None else int(price * 100))
            made = once(submission_of(actor), (organisation.id, told), Deliverable,
                        lambda: deliverables.agree_deliverable(organisation, told, by=actor))  # fmt: skip
            return redirect(url_for("console.deliverables.show", deliverable_id=made.id))
    if "price_cents" in form.errors:
        form.errors["price"] = form.errors.pop("price_cents")
    return _new_page(form), 422


@bp.get("/<int:deliverable_id>")
def show(deliverable_id: int) -> str:
    return _page(deliverables.get_deliverable(deliverable_id, for_=current_actor()), Form())


@bp.post("/<int:deliverable_id>/rounds")
def deliver(deliverable_id: int) -> Any:
    form = read_form(RoundSchema)
    uploads = read_uploads(form)
    made = deliverables.get_deliverable(deliverable_id, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            row = deliverables.deliver_round(
                made, NewRound(form.value["note"], form.value["link"], uploads), by=current_actor()
            )
            flash(_("Round %(number)s is delivered. The client gets a letter.", number=row.number))
            return redirect(url_for("console.deliverables.show", deliverable_id=made.id))
    return _page(made, form), 422


@bp.get("/files/<int:file_id>/<filename>")
def file(file_id: int, filename: str) -> Response:
    row = deliverables.get_file(file_id, for_=current_actor())
    return serve_content(deliverables.content_of(row), row.filename, row.media_type, row.digest)


def _page(made: Deliverable, form: Form) -> str:
    actor = current_actor()
    last = made.rounds[-1] if made.rounds else None
    return render_template(
        "console/deliverables/show.html", made=made, form=form, answers=ROUND_ANSWERS,
        files=files_of(made, "console.deliverables.file"), organisation=get_organisation(
            made.organisation_id, for_=actor), product=directory.products().get(made.product_id or 0),
        who=deliverables.who_accepts(made),
        can_deliver=may(actor, Action.MANAGE_DELIVERABLES) and made.accepted_at is None
        and (last is None or last.answer is not None),
    )  # fmt: skip


def _new_page(form: Form) -> str:
    actor, organisation_id = current_actor(), sent_id("organisation_id")
    organisation = get_organisation(organisation_id, for_=actor) if organisation_id else None
    return render_template(
        "console/deliverables/new.html", form=form, organisation=organisation,
        organisations=deliverables.clients(for_=actor),
        contracts=deliverables.contracts_of(organisation, for_=actor) if organisation else [],
        contacts=deliverables.contacts_of(organisation, for_=actor) if organisation else [],
        products=[(card.id, card.name) for card in directory.products().values() if card.is_active],
    )  # fmt: skip
