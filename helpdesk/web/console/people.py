"""Staff: accounts, teams and lines, skills, absences."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.core.i18n import gettext as _
from helpdesk.models.access import STAFF, Role
from helpdesk.people import accounts, directory, duty, staff
from helpdesk.people.schemas import StaffSchema
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets.schemas import WebSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, local_instant, read_form
from helpdesk.web.words import LINES, ROLES

bp = Blueprint("people", __name__, url_prefix="/people")


class TeamSchema(Schema):
    class Meta:
        unknown = "exclude"

    name = fields.String(required=True, validate=validate.Length(min=1, max=100))
    line = fields.Integer(required=True)


class AbsenceSchema(WebSchema):
    operator_id = fields.Integer(required=True)
    substitute_id = fields.Integer(required=True)
    since = fields.NaiveDateTime(required=True)
    until = fields.NaiveDateTime(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=200))


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("/accounts")
def create_account() -> Any:
    form = read_form(StaffSchema)
    if form.is_valid and form.value["role"] not in STAFF:
        form.errors["role"] = [_("Choose one of the list.")]
    if form.is_valid:
        value, actor = form.value, current_actor()
        with form.refusals():
            account = accounts.create_account(accounts.NewAccount(
                email=value["email"], name=value["name"], role=Role(value["role"]),
                team_ids=tuple(value["team_ids"]), leads_line=value["leads_line"],
            ), by=actor)  # fmt: skip
            accounts.invite(account, by=actor)
            flash(_("An invitation is on its way to %(email)s.", email=account.email))
            return redirect(url_for("console.people.index"))
    return _page(form), 422


@bp.post("/accounts/<int:account_id>/closing")
def close_account(account_id: int) -> BaseResponse:
    account = next((a for a in accounts.staff_accounts() if a.id == account_id), None)
    if account is None:
        raise NotFound
    accounts.disable_account(account, by=current_actor())
    flash(_("%(name)s signs in no more.", name=account.name))
    return redirect(url_for("console.people.index"))


@bp.post("/teams")
def create_team() -> Any:
    form = read_form(TeamSchema)
    if form.is_valid:
        with form.refusals():
            staff.add_team(staff.NewTeam(form.value["name"], form.value["line"]), by=current_actor())
            return redirect(url_for("console.people.index"))
    return _page(form), 422


@bp.post("/teams/<int:team_id>/members")
def set_members(team_id: int) -> BaseResponse:
    ids = {int(i) for i in request.form.getlist("operator_ids") if i.isdigit()}
    staff.set_members(team_id, ids, by=current_actor())
    flash(_("The members are changed."))
    return redirect(url_for("console.people.index"))


@bp.post("/teams/<int:team_id>/closing")
def close_team(team_id: int) -> BaseResponse:
    staff.close_team(team_id, by=current_actor())
    return redirect(url_for("console.people.index"))


@bp.post("/absences")
def plan_absence() -> Any:
    form = read_form(AbsenceSchema)
    if form.is_valid:
        value = form.value
        since, until = local_instant(value["since"]), local_instant(value["until"])
        if since is not None and until is not None:
            with form.refusals():
                new = duty.NewAbsence(value["operator_id"], value["substitute_id"], since, until, value["reason"])
                duty.plan_absence(new, by=current_actor())
                flash(_("The absence is planned; the substitute gets what falls due."))
                return redirect(url_for("console.people.index"))
    return _page(form), 422


def _page(form: Form) -> str:
    actor = current_actor()
    require(actor, Action.MANAGE_ABSENCES)
    return render_template(
        "console/people/index.html", form=form, accounts=accounts.staff_accounts(), teams=directory.teams(),
        operators=directory.operators(), roles={r.value: ROLES[r.value] for r in Role if r in STAFF}, lines=LINES,
        absences=directory.absences(), languages_known=[(c, OWN_NAMES[c]) for c in LANGUAGES],
    )  # fmt: skip
