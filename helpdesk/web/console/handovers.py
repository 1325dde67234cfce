"""Up and down the lines: handovers, returns, transfers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.escalation import (
    hand_over,
    return_ticket,
    teams_above,
    teams_below,
    teams_beside,
    transfer_ticket,
)
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import HandoverSchema, MoveSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form

bp = Blueprint("handovers", __name__, url_prefix="/tickets/<number>")


@bp.get("/handovers/new")
def new(number: str) -> str:
    return _handover_page(get_ticket(number, for_=current_actor()), Form())


@bp.post("/handovers")
def create(number: str) -> Any:
    actor, form = current_actor(), read_form(HandoverSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            row = hand_over(ticket, form.value, by=actor)
            flash(_("Handed over. The first line stays the owner towards the client."))
            return _after(ticket, row.transfer_id)
    return _handover_page(ticket, form), 422


@bp.get("/returns/new")
def new_return(number: str) -> str:
    return _return_page(get_ticket(number, for_=current_actor()), Form())


@bp.post("/returns")
def create_return(number: str) -> Any:
    actor, form = current_actor(), read_form(MoveSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            row = return_ticket(ticket, form.value["reason"], by=actor, to_team_id=form.value["to_team_id"])
            flash(_("Returned."))
            return _after(ticket, row.id)
    return _return_page(ticket, form), 422


@bp.get("/transfers/new")
def new_transfer(number: str) -> str:
    return _transfer_page(get_ticket(number, for_=current_actor()), Form())


@bp.post("/transfers")
def create_transfer(number: str) -> Any:
    actor, form = current_actor(), read_form(MoveSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        if form.value["to_team_id"] is None:
            form.errors["to_team_id"] = [_("Choose the team.")]
        else:
            with form.refusals():
                row = transfer_ticket(ticket, form.value["to_team_id"], form.value["reason"], by=actor)
                flash(_("Transferred."))
                return _after(ticket, row.id)
    return _transfer_page(ticket, form), 422


def _after(ticket: Ticket, _transfer_id: int) -> Any:
    return redirect(url_for("console.tickets.show", number=ticket.number))


def _handover_page(ticket: Ticket, form: Form) -> str:
    return render_template("console/handovers/new.html", ticket=ticket, form=form, teams=teams_above(ticket))


def _return_page(ticket: Ticket, form: Form) -> str:
    return render_template("console/handovers/new_return.html", ticket=ticket, form=form, teams=teams_below(ticket))


def _transfer_page(ticket: Ticket, form: Form) -> str:
    return render_template("console/handovers/new_transfer.html", ticket=ticket, form=form, teams=teams_beside(ticket))
