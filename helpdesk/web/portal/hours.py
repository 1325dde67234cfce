"""The hours of the organisation's contracts, for those who supervise: the same statement that the desk sees."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from helpdesk.aftersales import hours
from helpdesk.aftersales.terms import contract_by_id, terms_on
from helpdesk.core.db import db
from helpdesk.core.pdf import can_make_pdf
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.models.contracts import Contract
from helpdesk.policy.scopes import contract_scope
from helpdesk.web.auth import current_actor
from helpdesk.web.statements import statement_csv, statement_file, statement_sheet
from helpdesk.web.words import CHANNELS, HOURS_KINDS

bp = Blueprint("hours", __name__, url_prefix="/hours")


@bp.get("")
def index() -> str:
    query = select(Contract).where(contract_scope(current_actor())).order_by(Contract.valid_from.desc())
    rows = [(contract, hours.balance_of(contract.id)) for contract in db.session.scalars(query)]
    return render_template("portal/hours/index.html", rows=rows)


@bp.get("/<int:contract_id>")
def show(contract_id: int) -> str:
    statement, actor = _statement(contract_id), current_actor()
    contract = statement.contract
    today = day_of(contract.organisation_id, now())
    return render_template(
        "portal/hours/show.html", statement=statement, contract=contract, kinds=HOURS_KINDS, channels=CHANNELS,
        standing=hours.standing_of(contract.id, today, terms_on(contract.id, today)), today=today,
        reservations=hours.reservations_of(contract, for_=actor), makes_pdf=can_make_pdf(),
    )  # fmt: skip


@bp.get("/<int:contract_id>.csv")
def export(contract_id: int) -> Response:
    return statement_csv(_statement(contract_id))


@bp.get("/<int:contract_id>.pdf")
def export_pdf(contract_id: int) -> Response:
    return statement_file(_statement(contract_id))


@bp.get("/<int:contract_id>/print")
def print_out(contract_id: int) -> str:
    return statement_sheet(_statement(contract_id))


def _statement(contract_id: int) -> hours.Statement:
    actor = current_actor()
    return hours.statement_of(contract_by_id(contract_id, for_=actor), for_=actor)
