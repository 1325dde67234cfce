"""The refund rules: their versions, and a new one with what it would change before it holds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from marshmallow import fields

from helpdesk.aftersales import refund_rules
from helpdesk.aftersales.refund_files import COLUMNS, as_csv, as_rows, contract_numbers, from_rows
from helpdesk.aftersales.refund_rules import REMEDIES, NewRules, rules_of
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import long_day
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.claims import RefundRuleVersion
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.tickets.schemas import WebSchema, line_of_text
from helpdesk.web.auth import current_actor
from helpdesk.web.claim_words import rules_shown, ruling_words
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import FAULTS, OUTCOMES

bp = Blueprint("refund_rules", __name__, url_prefix="/refund-rules")
BLANK_ROWS, MOST_ROWS = 3, 200


class RulesSchema(WebSchema):
    """A new version: its day, its note, and a list for each column."""

    valid_from = fields.Date(required=True)
    note = line_of_text(load_default="")
    contract = fields.List(fields.String(), load_default=list)
    product = fields.List(fields.String(), load_default=list)
    fault = fields.List(fields.String(), load_default=list)
    revision_from = fields.List(fields.String(), load_default=list)
    revision_to = fields.List(fields.String(), load_default=list)
    age_from_days = fields.List(fields.String(), load_default=list)
    age_to_days = fields.List(fields.String(), load_default=list)
    remedy = fields.List(fields.String(), load_default=list)
    percent = fields.List(fields.String(), load_default=list)


@bp.get("")
def index() -> str:
    actor = current_actor()
    require(actor, Action.READ_REFUND_RULES)
    versions = refund_rules.versions(for_=actor)
    today = desk_today()
    held = next((version for version in versions if version.valid_from <= today), None)
    return render_template(
        "console/refund_rules/index.html", versions=[(version, _shown(version)) for version in versions], held=held,
        today=today, can_manage=may(actor, Action.MANAGE_REFUND_RULES),
    )  # fmt: skip


@bp.get("/<int:version_id>.csv")
def export(version_id: int) -> Response:
    version = refund_rules.get_version(version_id, for_=current_actor())
    name = f"refund-rules-{version.valid_from}.csv"
    return Response(as_csv(version), mimetype="text/csv", headers={
        "Content-Disposition": f'attachment; filename="{name}"',
    })  # fmt: skip


@bp.get("/new")
def new() -> str:
    require(current_actor(), Action.MANAGE_REFUND_RULES)
    versions = refund_rules.versions(for_=current_actor())
    return _page(Form(), as_rows(rules_of(versions[0] if versions else None)))


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(RulesSchema)
    require(actor, Action.MANAGE_REFUND_RULES)
    rows = _rows(form)
    if form.is_valid:
        with form.refusals():
            filled = [row for row in rows if any(row.values())]
            version = NewRules(form.value["valid_from"], from_rows(filled), form.value["note"])
            if request.form.get("step") == "save":
                refund_rules.set_rules(version, by=actor)
                flash(_("These refund rules hold from %(day)s on.", day=long_day(version.valid_from)))
                return redirect(url_for("console.refund_rules.index"))
            changes = refund_rules.preview_rules(version, for_=actor)
            return _page(form, rows, [
                (each, ruling_words(each.before), ruling_words(each.after)) for each in changes
            ])  # fmt: skip
    return _page(form, rows), 422


def _rows(form: Form) -> list[dict[str, str]]:
    """What was typed, row by row; a row that the browser cut short is filled up."""
    lists = {name: form.data.get(name) or [] for name in COLUMNS}
    count = min(MOST_ROWS + 1, max(map(len, lists.values())))
    return [{name: (values[at] if at < len(values) else "").strip() for name, values in lists.items()}
            for at in range(count)]  # fmt: skip


def _shown(version: RefundRuleVersion) -> Any:
    return rules_shown(rules_of(version))


def _page(form: Form, rows: list[dict[str, Any]], changes: list[Any] | None = None) -> str:
    kept = [row for row in rows if any(row.values())]
    blank = [dict.fromkeys(COLUMNS, "") for _row in range(BLANK_ROWS)]
    return render_template(
        "console/refund_rules/new.html", form=form, rows=kept + blank, changes=changes,
        contracts=[(number, number) for number in contract_numbers().values()],
        products=[(card.name, card.name) for card in directory.products().values() if card.is_active],
        faults=FAULTS, remedies=[(each.value, str(OUTCOMES[each.value])) for each in REMEDIES], today=desk_today(),
    )  # fmt: skip
