"""The settings of the desk."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from helpdesk.aftersales.claim_settings import ClaimSettings, change_claim_settings, claim_settings
from helpdesk.aftersales.desk import change_sale_settings, sale_settings
from helpdesk.core.i18n import gettext as _
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.problems.problem_settings import ProblemSettings, change_problem_settings, problem_settings
from helpdesk.satisfaction.survey_settings import SurveySettings, change_survey_settings, survey_settings
from helpdesk.tickets.desk import TicketSettings, change_settings, ticket_settings
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
def show() -> str:
    return _page(Form())


@bp.post("")
def update() -> Any:
    form = Form(dict(request.form))
    values = _read(form, TicketSettings)
    if form.is_valid:
        with form.refusals():
            change_settings(values, by=current_actor())
            flash(_("The settings are changed."))
            return redirect(url_for("console.settings.show"))
    return _page(form), 422


@bp.post("/claims")
def update_claims() -> Any:
    form = Form(dict(request.form))
    values = _read(form, ClaimSettings)
    if form.is_valid:
        with form.refusals():
            change_claim_settings(values, by=current_actor())
            flash(_("The settings are changed."))
            return redirect(url_for("console.settings.show"))
    return _page(form), 422


@bp.post("/problems")
def update_problems() -> Any:
    form = Form(dict(request.form))
    values = _read(form, ProblemSettings)
    if form.is_valid:
        with form.refusals():
            change_problem_settings(values, by=current_actor())
            flash(_("The settings are changed."))
            return redirect(url_for("console.settings.show"))
    return _page(form), 422


@bp.post("/surveys")
def update_surveys() -> Any:
    form = Form(dict(request.form))
    values = _read(form, SurveySettings)
    if form.is_valid:
        with form.refusals():
            change_survey_settings(values, by=current_actor())
            flash(_("The settings are changed."))
            return redirect(url_for("console.settings.show", _anchor="surveys"))
    return _page(form), 422


def _read(form: Form, kind: type[Any]) -> dict[str, Any]:
    """The settings of this dataclass as they were typed."""
    values: dict[str, Any] = {}
    for each in fields(kind):
        sent = request.form.get(each.name, "").strip()
        if isinstance(each.default, bool):
            values[each.name] = sent == "true"
        elif isinstance(each.default, int):
            if sent.lstrip("-").isdigit():
                values[each.name] = int(sent)
            else:
                form.errors[each.name] = [_("Give a whole number.")]
        else:
            values[each.name] = sent
    return values


@bp.post("/after-the-sale")
def update_sales() -> Any:
    form = Form(dict(request.form))
    values: dict[str, int] = {}
    for name in sale_settings():
        sent = request.form.get(name, "").strip()
        if sent.isascii() and sent.isdigit() and len(sent) < 10:
            values[name] = int(sent)
        else:
            form.errors[name] = [_("Give a whole number.")]
    if form.is_valid:
        with form.refusals():
            change_sale_settings(values, by=current_actor())
            flash(_("The settings are changed."))
            return redirect(url_for("console.settings.show"))
    return _page(form), 422


def _page(form: Form) -> str:
    require(current_actor(), Action.MANAGE_DESK)
    return render_template(
        "console/settings/show.html",
        form=form,
        settings=ticket_settings(),
        fields=fields(TicketSettings),
        claims=claim_settings(),
        problems=problem_settings(),
        sales=sale_settings(),
        surveys=survey_settings(),
    )
