"""Hours that are set aside for planned work, and let go again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from marshmallow import fields

from helpdesk.aftersales import hours
from helpdesk.aftersales.counting import MINUTES_PER_HOUR
from helpdesk.aftersales.terms import contract_by_id
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.submissions import once
from helpdesk.models.contracts import HoursReservation
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import line_of_text
from helpdesk.web.auth import current_actor
from helpdesk.web.console.hours import BlankSchema, contract_page
from helpdesk.web.forms import Form, read_form, submission_of

bp = Blueprint("reservations", __name__)


class ReservationSchema(BlankSchema):
    """So many hours, for what, perhaps for one ticket, perhaps on a day."""

    reserve_hours = fields.Decimal(required=True, places=2, allow_nan=False)
    reserve_what = line_of_text(load_default="")
    reserve_ticket = line_of_text(load_default="")
    reserve_on = fields.Date(load_default=None)


@bp.post("/contracts/<int:contract_id>/reservations")
def create(contract_id: int) -> Any:
    form, actor = read_form(ReservationSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    ticket_id = _ticket_id(form) if form.is_valid else None
    if form.is_valid:
        value = form.value
        with form.refusals(too_few_hours="reserve_hours"):
            once(submission_of(actor), (contract_id, value), HoursReservation, lambda: hours.reserve_hours(
                contract, int(value["reserve_hours"] * MINUTES_PER_HOUR), value["reserve_what"],
                planned_on=value["reserve_on"], ticket_id=ticket_id, by=actor,
            ))  # fmt: skip
            flash(_("The hours are set aside."))
            return redirect(url_for("console.hours.show", contract_id=contract_id))
    form.rename(minutes="reserve_hours", what="reserve_what", ticket="reserve_ticket")
    return contract_page(contract_id, form), 422


@bp.post("/reservations/<int:reservation_id>/end")
def end(reservation_id: int) -> Any:
    row = hours.get_reservation(reservation_id, for_=current_actor())
    hours.end_reservation(row, by=current_actor())
    flash(_("The hours can be used for anything again."))
    return redirect(url_for("console.hours.show", contract_id=row.contract_id))


def _ticket_id(form: Form) -> int | None:
    """The ticket that was named, where the actor sees one by that number."""
    number = form.value["reserve_ticket"].strip()
    if not number:
        return None
    try:
        found: int = get_ticket(number, for_=current_actor()).id
    except NotFound:
        form.errors["reserve_ticket"] = [_("There is no ticket by this number.")]
        return None
    return found
