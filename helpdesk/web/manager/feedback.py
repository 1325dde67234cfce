"""Product feedback: the report for managers and product owners, the tickets behind it, the answers, who gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import current_zone
from helpdesk.core.i18n import gettext as _
from helpdesk.core.pdf import can_make_pdf, pdf_of
from helpdesk.core.tables import csv_text
from helpdesk.models.feedback import Every
from helpdesk.models.problems import Problem
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.problems import answers, schedules
from helpdesk.problems.answers import OfProduct, answer_problem, answers_to_problem, products_affected
from helpdesk.problems.feedback import (
    HOURS_UNIT_MINUTES,
    VALUE_UNIT_CENTS,
    Span,
    get_problem_of,
    product_feedback,
    sees_problem,
    tickets_behind,
)
from helpdesk.problems.feedback_documents import COLUMNS, feedback_document, table_rows
from helpdesk.problems.feedback_paper import feedback_html
from helpdesk.problems.feedback_words import EVERY, WORDS
from helpdesk.problems.schedules import NewSchedule
from helpdesk.tickets.schemas import row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.feedback_forms import AnswerSchema, WithoutBlanks, answer_of, product_choices, version_choices
from helpdesk.web.forms import Form, read_form, sent_id, submission_of
from helpdesk.web.manager.reports import PERIODS, since_of, tonight
from helpdesk.web.shell import Item
from helpdesk.web.words import STATUSES

bp = Blueprint("feedback", __name__, url_prefix="/product-feedback")


class ScheduleSchema(WithoutBlanks):
    """How often, and of which product."""

    every = word(Every, required=True)
    product_id = row_id(load_default=None)


@bp.get("")
def show() -> str:
    return _page(Form())


@bp.get("/table.csv")
def table() -> Response:
    found = product_feedback(_span(), for_=current_actor())
    return _file(csv_text(COLUMNS, table_rows(found)), "text/csv", "csv")


@bp.get("/document.json")
def document() -> Any:
    return feedback_document(product_feedback(_span(), for_=current_actor()))


@bp.get("/paper.pdf")
def paper() -> Response:
    """The report as PDF; NotFound where this desk makes none."""
    found = product_feedback(_span(), for_=current_actor())
    return _file(pdf_of(feedback_html(found, for_=current_actor())), "application/pdf", "pdf")


@bp.get("/problems/<number>")
def problem(number: str) -> str:
    return _problem_page(get_problem_of(number, for_=current_actor()), Form())


@bp.post("/problems/<number>/answers")
def answer(number: str) -> Any:
    actor, form = current_actor(), read_form(AnswerSchema)
    found = get_problem_of(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            answer_problem(found, form.value["product_id"] or 0, answer_of(form), by=actor,
                           submission=submission_of(actor))  # fmt: skip
            flash(_("Answered."))
            return redirect(url_for("manager.feedback.problem", number=number, **_asked()))
    return _problem_page(found, form), 422


@bp.post("/schedules")
def schedule() -> Any:
    form = read_form(ScheduleSchema)
    if form.is_valid:
        with form.refusals():
            schedules.schedule_feedback(NewSchedule(**form.value), by=current_actor())
            flash(_("The report comes by mail from now on."))
            return redirect(url_for("manager.feedback.show", _anchor="schedules"))
    return _page(form), 422


@bp.post("/schedules/<int:schedule_id>/end")
def end(schedule_id: int) -> BaseResponse:
    schedules.end_schedule(schedule_id, by=current_actor())
    flash(_("The report comes by mail no more."))
    return redirect(url_for("manager.feedback.show", _anchor="schedules"))


def _page(form: Form) -> str:
    actor, span = current_actor(), _span()
    found = product_feedback(span, for_=actor)
    product_id = sent_id("product")
    kept: dict[str, Any] = {name: value for name, value in _asked().items() if name not in ("period", "since", "until")}
    current = "" if span.since and request.args.get("since") else _period()
    words = {"30": _("30 days"), "90": _("90 days"), "365": _("A year"), "all": _("All time")}
    return render_template(
        "manager/feedback/show.html", figures=found, words=WORDS, form=form, asked=_asked(), product_id=product_id,
        choices=product_choices(actor), versions=version_choices(product_id) if product_id else [],
        version_id=sent_id("version"), period=current,
        periods=[Item(label, url_for("manager.feedback.show", period=key, **kept), is_current=key == current)
                 for key, label in words.items()],
        schedules=schedules.schedules_of(for_=actor), every=EVERY, products=directory.products(),
        can_pdf=can_make_pdf(), value_unit=VALUE_UNIT_CENTS, hours_unit=HOURS_UNIT_MINUTES,
    )  # fmt: skip


def _problem_page(found: Problem, form: Form) -> str:
    actor, span = current_actor(), _span()
    row = next((each for each in product_feedback(span, for_=actor).problems if each.problem.id == found.id), None)
    affected = [each for each in products_affected(found.id) if may(actor, Action.ANSWER_FEEDBACK, OfProduct(each))]
    cards = directory.products()
    seen = None if actor.role != "product_owner" else sorted(actor.product_ids)
    return render_template(
        "manager/feedback/problem.html", problem=found, row=row, words=WORDS, form=form, asked=_asked(),
        can_see=sees_problem(found, for_=actor), tickets=tickets_behind(found, span, for_=actor), statuses=STATUSES,
        answers=answers_to_problem(found.id, product_ids=seen), products=cards,
        answerable=[(each, cards[each].name) for each in affected if each in cards],
        versions=[(cards[each].name, [(version.id, version.name) for version in answers.versions_of(each)])
                  for each in affected if each in cards],
        value_unit=VALUE_UNIT_CENTS, hours_unit=HOURS_UNIT_MINUTES,
    )  # fmt: skip


def _period() -> str:
    period = request.args.get("period", "90")
    return period if period in PERIODS else "all"


def _span() -> Span:
    """What the address asks for: a product, a version, and a period by its length or by its days."""
    product_id = sent_id("product")
    span = Span((product_id,) if product_id else None, sent_id("version"))
    since, until = _day("since"), _day("until")
    if since or until:
        return replace(span, since=since, until=until)
    period = _period()
    return replace(span, since=since_of(period), until=tonight() if period in PERIODS else None)


def _asked() -> dict[str, Any]:
    """The part of the address that says what is asked for, for links to the same."""
    return {name: request.args[name] for name in ("product", "version", "period", "since", "until")
            if request.args.get(name)}  # fmt: skip


def _day(name: str) -> datetime | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
        if not date(1970, 1, 2) <= day <= date(9000, 1, 1):
            return None
    except ValueError:
        return None
    return datetime.combine(day, time(), ZoneInfo(current_zone()))


def _file(content: str | bytes, media_type: str, ending: str) -> Response:
    head = {"Content-Disposition": f'attachment; filename="product-feedback.{ending}"'}
    return Response(content, mimetype=media_type, headers=head)
