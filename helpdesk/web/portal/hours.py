"""The hours of the organisation's contracts, for those who supervise: the same statement that the desk sees."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from helpdesk.aftersales import hours
from helpdesk.aftersales.documents import STATEMENT_COLUMNS, line_row
from helpdesk.aftersales.terms import contract_by_id
from helpdesk.core.db import db
from helpdesk.core.tables import csv_text
from helpdesk.models.contracts import Contract
from helpdesk.policy.scopes import contract_scope
from helpdesk.web.auth import current_actor
from helpdesk.web.words import CHANNELS, HOURS_KINDS

bp = Blueprint("hours", __name__, url_prefix="/hours")


@bp.get("")
def index() -> str:
    query = select(Contract).where(contract_scope(current_actor())).order_by(Contract.valid_from.desc())
    rows = [(contract, hours.balance_of(contract.id)) for contract in db.session.scalars(query)]
    return render_template("portal/hours/index.html", rows=rows)


@bp.get("/<int:contract_id>")
def show(contract_id: int) -> str:
    actor = current_actor()
    statement = hours.statement_of(contract_by_id(contract_id, for_=actor), for_=actor)
    return render_template("portal/hours/show.html", statement=statement, kinds=HOURS_KINDS, channels=CHANNELS)


@bp.get("/<int:contract_id>.csv")
def export(contract_id: int) -> Response:
    actor = current_actor()
    statement = hours.statement_of(contract_by_id(contract_id, for_=actor), for_=actor)
    text = csv_text(STATEMENT_COLUMNS, map(line_row, statement.lines))
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="hours.csv"'})
