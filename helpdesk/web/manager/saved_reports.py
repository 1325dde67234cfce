"""Saved reports as pages: save, rename, share, send by mail, delete."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.models.figures import SavedReport
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.reports import FACT_REPORTS, saving
from helpdesk.reports.saving import NewSaved, Sending
from helpdesk.reports.words import EVERY, FORMS, PERIODS
from helpdesk.tickets.schemas import row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.feedback_forms import WithoutBlanks
from helpdesk.web.forms import Form, read_form, submission_of

bp = Blueprint("saved_reports", __name__, url_prefix="/saved-reports")


class SavedSchema(WithoutBlanks):
    """What it is called, and who finds it."""

    name = fields.String(required=True)
    is_shared = fields.Boolean(load_default=False)


class NewSavedSchema(SavedSchema):
    """Which report, sliced how."""

    report = fields.String(required=True)
    query = fields.String(load_default="")


class SendingSchema(WithoutBlanks):
    """How often, as what, to whom."""

    every = fields.String(load_default="")
    form = fields.String(load_default="pdf")
    recipients = fields.List(row_id(), load_default=list)


@bp.get("")
def index() -> str:
    """One's own and shared ones, and what comes by mail."""
    actor = current_actor()
    rows = saving.saved_reports(for_=actor)
    received = [row for row in saving.received_reports(for_=actor) if row.account_id != actor.account_id]
    names = saving.names_of([row.account_id for row in (*rows, *received)])
    return render_template(
        "manager/saved_reports/index.html", received=received, names=names, every=EVERY, reports=FACT_REPORTS,
        periods=PERIODS, own=[row for row in rows if row.account_id == actor.account_id],
        shared=[row for row in rows if row.account_id != actor.account_id], asked=saving.asked_of,
        sent_on=saving.sent_on,
    )  # fmt: skip


@bp.get("/new")
def new() -> str:
    report, query = request.args.get("report", ""), request.args.get("query", "")
    return _new_page(Form(), report, query)


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(NewSavedSchema)
    if form.is_valid:
        with form.refusals(key_reused="name"):
            row = saving.save_report(NewSaved(**form.value), by=actor, submission=submission_of(actor))
            flash(_("Saved. Have it sent by mail, or open it."))
            return redirect(url_for("manager.saved_reports.show", saved_id=row.id))
    return _new_page(form, form.data.get("report", ""), form.data.get("query", "")), 422


@bp.get("/<int:saved_id>")
def show(saved_id: int) -> str:
    return _page(_get(saved_id), Form())


@bp.post("/<int:saved_id>")
def update(saved_id: int) -> Any:
    form = read_form(SavedSchema)
    row = _get(saved_id)
    if form.is_valid:
        with form.refusals():
            saving.change_saved(row.id, **form.value, by=current_actor())
            flash(_("Changed."))
            return redirect(url_for("manager.saved_reports.show", saved_id=saved_id))
    return _page(row, form), 422


@bp.post("/<int:saved_id>/sending")
def send(saved_id: int) -> Any:
    form = read_form(SendingSchema)
    row = _get(saved_id)
    if form.is_valid:
        with form.refusals():
            value = form.value
            saving.schedule_saved(row.id, Sending(value["every"], value["form"], tuple(value["recipients"])),
                                  by=current_actor())  # fmt: skip
            flash(_("It is sent from now on."))
            return redirect(url_for("manager.saved_reports.show", saved_id=saved_id))
    return _page(row, form), 422


@bp.post("/<int:saved_id>/sending/end")
def end_sending(saved_id: int) -> BaseResponse:
    saving.end_sending(saved_id, by=current_actor())
    flash(_("It is sent no more."))
    return redirect(url_for("manager.saved_reports.show", saved_id=saved_id))


@bp.post("/<int:saved_id>/receipt/end")
def stop_receiving(saved_id: int) -> BaseResponse:
    saving.stop_receiving(saved_id, by=current_actor())
    flash(_("It comes to you no more."))
    return redirect(url_for("manager.saved_reports.index"))


@bp.post("/<int:saved_id>/deletion")
def delete(saved_id: int) -> BaseResponse:
    saving.delete_saved(saved_id, by=current_actor())
    flash(_("Deleted."))
    return redirect(url_for("manager.saved_reports.index"))


def _get(saved_id: int) -> SavedReport:
    return saving.get_saved(saved_id, for_=current_actor())


def _new_page(form: Form, report: str, query: str) -> str:
    if report not in FACT_REPORTS or not may(current_actor(), Action.SAVE_REPORT):
        raise NotFound
    return render_template("manager/saved_reports/new.html", form=form, report=FACT_REPORTS[report], query=query)


def _page(row: SavedReport, form: Form) -> str:
    recipients = saving.possible_recipients()
    return render_template(
        "manager/saved_reports/show.html", row=row, form=form, report=FACT_REPORTS.get(row.report), every=EVERY,
        forms=FORMS, sent_on=saving.sent_on, asked=saving.asked_of(row), periods=PERIODS,
        recipients=[(account.id, account.name) for account in recipients],
        names=saving.names_of([row.account_id, *row.recipients]),
        may_change=may(current_actor(), Action.CHANGE_SAVED_REPORT, row),
    )  # fmt: skip
