"""What accounting has to invoice: what waits, and the batches that were taken."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from marshmallow import fields

from helpdesk.aftersales import billing
from helpdesk.aftersales.documents import NOTICE_COLUMNS, notice_row
from helpdesk.core.i18n import gettext as _
from helpdesk.core.tables import csv_text
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.web.auth import current_actor
from helpdesk.web.console.hours import BlankSchema
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import BATCH_STATES, NOTICE_KINDS, WORK_RULES

bp = Blueprint("billing", __name__, url_prefix="/billing")


class BooksSchema(BlankSchema):
    """Up to which day no work is entered any more; none opens the books."""

    until = fields.Date(load_default=None)


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("/batches")
def take() -> Any:
    batch = billing.take_notices(by=current_actor())
    flash(_("Nothing waits.") if batch is None else _("Batch %(number)s is taken.", number=batch.id))
    return redirect(url_for("console.billing.index"))


@bp.get("/batches/<int:batch_id>.csv")
def export(batch_id: int) -> Response:
    rows = [notice_row(each) for each in billing.notices_of(batch_id, for_=current_actor())]
    return Response(csv_text(NOTICE_COLUMNS, rows), mimetype="text/csv", headers={
        "Content-Disposition": f'attachment; filename="billing-{batch_id}.csv"',
    })  # fmt: skip


@bp.post("/batches/<int:batch_id>/confirmation")
def confirm(batch_id: int) -> Any:
    billing.confirm_batch(batch_id, by=current_actor())
    return redirect(url_for("console.billing.index"))


@bp.post("/batches/<int:batch_id>/release")
def release(batch_id: int) -> Any:
    billing.release_batch(batch_id, by=current_actor())
    return redirect(url_for("console.billing.index"))


@bp.post("/books")
def close_books() -> Any:
    form, actor = read_form(BooksSchema), current_actor()
    require(actor, Action.EXPORT_BILLING)
    if form.is_valid:
        with form.refusals():
            billing.close_books(form.value["until"], by=actor)
            return redirect(url_for("console.billing.index"))
    form.errors["until"] = [_("Give a day that has passed.")]
    return _page(form), 422


def _page(form: Form) -> str:
    actor = current_actor()
    return render_template(
        "console/billing/index.html", waiting=billing.notices_of(None, for_=actor), batches=billing.batches(for_=actor),
        kinds=NOTICE_KINDS, rules=WORK_RULES, states=BATCH_STATES, closed_until=billing.books_closed_until(), form=form,
    )  # fmt: skip
