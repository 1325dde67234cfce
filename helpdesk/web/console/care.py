"""Care plans and the programmes they are put to work in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields

from helpdesk.aftersales.care import NewCare, cares_of, end_care, get_care, start_care
from helpdesk.aftersales.care_plans import (
    Move,
    NewPlan,
    NewStep,
    add_plan,
    change_plan,
    get_plan,
    list_plans,
    preview_plan,
)
from helpdesk.core.errors import Conflict
from helpdesk.core.i18n import gettext as _
from helpdesk.core.submissions import once
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.care import Care, CarePlan
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Channel
from helpdesk.people import directory
from helpdesk.people.organisations import get_organisation, list_contacts, names_of
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets.calendars import calendar_names
from helpdesk.tickets.schemas import LARGEST_ID, line_of_text, plain_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.console.revisits import BlankSchema, operator_choices, visit_channels
from helpdesk.web.forms import Form, read_form, submission_of
from helpdesk.web.words import CHANNELS

bp = Blueprint("care", __name__)

FURTHER_ROWS, MOST_ROWS = 3, 43
# The fields of a step in a row of the form.
STEP_FIELDS = ("what", "channel", "minutes", "offset_days", "rule", "id")


class PlanSchema(BlankSchema):
    """A care plan; its steps are read beside it, row by row."""

    name = line_of_text(load_default="")
    calendar_id = row_id(load_default=None)
    min_gap_days = fields.Integer(load_default=1)
    window_days = fields.Integer(load_default=7)
    is_active = fields.Boolean(load_default=False)
    seen = fields.Integer(load_default=0)


class CareSchema(BlankSchema):
    """A programme for a client."""

    plan_id = row_id(required=True, allow_none=False)
    anchor = fields.Date(required=True)
    contact_id = row_id(load_default=None)
    team_id = row_id(load_default=None)
    operator_id = row_id(load_default=None)
    place = line_of_text(load_default="")


@bp.get("/care-plans")
def index() -> str:
    return render_template("console/care/index.html", plans=list_plans(for_=current_actor()), channels=CHANNELS)


@bp.get("/care-plans/new")
def new() -> str:
    require(current_actor(), Action.MANAGE_CARE)
    return _plan_page(None, Form())


@bp.post("/care-plans")
def create() -> Any:
    form, plan = _read_plan()
    if plan is not None:
        with form.refusals():
            add_plan(plan, by=current_actor())
            flash(_("The plan is in the books."))
            return redirect(url_for("console.care.index"))
    return _plan_page(None, _named(form)), 422


@bp.get("/care-plans/<int:plan_id>")
def show(plan_id: int) -> str:
    return _plan_page(get_plan(plan_id, for_=current_actor()), Form())


@bp.post("/care-plans/<int:plan_id>")
def update(plan_id: int) -> Any:
    actor, (form, plan) = current_actor(), _read_plan()
    care_plan = get_plan(plan_id, for_=actor)
    if plan is not None:
        with form.refusals():
            if request.form.get("do") != "save":
                return _plan_page(care_plan, form, preview_plan(care_plan, plan, by=actor))
            try:
                moves = change_plan(care_plan, plan, seen=form.value["seen"], by=actor)
            except Conflict as conflict:
                form.message = str(conflict)
                return _plan_page(get_plan(plan_id, for_=actor), form), 409
            flash(_("Saved; revisits changed: %(number)s.", number=len(moves)))
            return redirect(url_for("console.care.index"))
    return _plan_page(get_plan(plan_id, for_=actor), _named(form)), 422


@bp.get("/organisations/<int:organisation_id>/cares")
def cares(organisation_id: int) -> str:
    return _care_page(get_organisation(organisation_id, for_=current_actor()), Form())


@bp.post("/organisations/<int:organisation_id>/cares")
def start(organisation_id: int) -> Any:
    actor, form = current_actor(), read_form(CareSchema)
    organisation = get_organisation(organisation_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            new = NewCare(**form.value)
            once(submission_of(actor), (organisation.id, new), Care, lambda: start_care(organisation, new, by=actor))
            flash(_("The programme has begun, and its revisits are planned."))
            return redirect(url_for("console.care.cares", organisation_id=organisation_id))
    return _care_page(organisation, form), 422


@bp.post("/organisations/<int:organisation_id>/cares/<int:care_id>/end")
def end(organisation_id: int, care_id: int) -> Any:
    actor, form = current_actor(), Form(dict(request.form))
    care = get_care(care_id, for_=actor)
    with form.refusals():
        end_care(care, plain_text(request.form.get("reason", ""))[:500], by=actor)
        flash(_("The programme has ended."))
        return redirect(url_for("console.care.cares", organisation_id=organisation_id))
    return _care_page(get_organisation(organisation_id, for_=actor), form), 422


def _read_plan() -> tuple[Form, NewPlan | None]:
    """The plan as it was sent, with the rows in which something stands; None where a field cannot be read."""
    form = read_form(PlanSchema)
    steps: list[NewStep] = []
    rows: list[int] = []
    for number in range(1, MOST_ROWS + 1):
        row = {name: plain_text(request.form.get(f"{name}_{number}", "")).strip() for name in STEP_FIELDS}
        if not (row["what"] or row["offset_days"] or row["rule"]):
            continue
        numbers: dict[str, int | None] = {}
        for name in ("minutes", "offset_days", "id"):
            try:
                numbers[name] = int(row[name]) if row[name] else None
            except ValueError:
                numbers[name] = None
            if (numbers[name] is None and row[name]) or abs(numbers[name] or 0) > LARGEST_ID:
                form.errors[f"{name}_{number}"] = [_("Give a number.")]
        channel = next((each for each in Channel if each.value == row["channel"]), Channel.PHONE)
        minutes = numbers["minutes"]
        steps.append(NewStep(row["what"], channel, 30 if minutes is None else minutes, numbers["offset_days"],
                             row["rule"] or None, numbers["id"]))  # fmt: skip
        rows.append(number)
    form.data["rows"] = rows
    if not form.is_valid:
        return form, None
    value = form.value
    return form, NewPlan(
        value["name"], tuple(steps), value["calendar_id"], value["min_gap_days"], value["window_days"],
        is_active=value["is_active"],
    )  # fmt: skip


def _named(form: Form) -> Form:
    """What is wrong with a step stands at the field of its row."""
    rows, errors = form.data.get("rows", []), {}
    for name, sentences in form.errors.items():
        parts = name.split(".")
        errors[f"{parts[2]}_{rows[int(parts[1])]}" if len(parts) == 3 else name] = sentences
    if "steps" in errors:
        errors["what_1"] = errors.pop("steps")
    form.errors = errors
    return form


def _plan_page(care_plan: CarePlan | None, form: Form, moves: list[Move] | None = None) -> str:
    known = [{name: getattr(step, name) for name in STEP_FIELDS} for step in care_plan.steps] if care_plan else []
    rows: list[Mapping[str, Any]] = [*known, *({} for _row in range(FURTHER_ROWS))]
    names = names_of({move.organisation_id for move in moves}) if moves else {}
    return render_template(
        "console/care/edit.html", plan=care_plan, form=form, rows=list(enumerate(rows, start=1)), moves=moves,
        names=names, calendars=list(calendar_names().items()), channels=visit_channels(),
    )  # fmt: skip


def _care_page(organisation: Organisation, form: Form) -> str:
    actor = current_actor()
    plans = list_plans(for_=actor)
    return render_template(
        "console/care/cares.html", organisation=organisation, form=form, cares=cares_of(organisation, for_=actor),
        plans={plan.id: plan.name for plan in plans},
        offered=[(plan.id, plan.name) for plan in plans if plan.is_active],
        contacts=[(one.id, one.name) for one in list_contacts(for_=actor, organisation_id=organisation.id)],
        teams=[(team.id, team.name) for team in directory.teams().values() if team.is_active and not team.is_imported],
        operators=operator_choices(), today=desk_today(),
        names={card.id: card.name for card in directory.operators().values()},
    )  # fmt: skip
