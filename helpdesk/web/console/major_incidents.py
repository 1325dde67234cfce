"""Major incidents: the list, and one with what clients read, who leads it and its review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, pre_load
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.core.i18n import gettext as _
from helpdesk.models.problems import MajorIncident
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.problems import majors, reviews
from helpdesk.problems.majors import MajorState, NewMajor, News, get_major, list_majors, state_of, updates_of
from helpdesk.problems.problem_queries import names_of_accounts, owners, problems_of
from helpdesk.problems.problem_settings import problem_settings
from helpdesk.problems.reviews import NewReview, reviews_of
from helpdesk.tickets.queries import get_ticket, get_tickets
from helpdesk.tickets.schemas import WebSchema, long_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.console.problems import ReviewSchema
from helpdesk.web.forms import Form, local_instant, read_form, submission_of
from helpdesk.web.shell import Item
from helpdesk.web.story import told_of
from helpdesk.web.words import MAJOR_STATES

bp = Blueprint("major_incidents", __name__, url_prefix="/major-incidents")


class NewsSchema(WebSchema):
    """When clients hear next; what they are told comes by language beside it."""

    next_update_at = fields.NaiveDateTime(load_default=None, allow_none=True)

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in sent.items() if name != "next_update_at" or str(value).strip()}


class MajorSchema(NewsSchema):
    """Why it is one, and whom it concerns."""

    reason = long_text(load_default="")
    product_id = row_id(load_default=None)
    lead_id = row_id(load_default=None)
    problem_id = row_id(load_default=None)


class LeadSchema(WebSchema):
    lead_id = row_id(load_default=None)


@bp.get("")
def index() -> str:
    actor = current_actor()
    views = {"all": _("All"), **{each.value: str(MAJOR_STATES[each.value]) for each in MajorState}}
    asked = request.args.get("view", "")
    view = asked if asked in views else "all"
    page = list_majors(for_=actor, state=MajorState(view) if view != "all" else None, after=request.args.get("after"),
                       before=request.args.get("before"))  # fmt: skip
    items = [Item(name, url_for("console.major_incidents.index", view=key), is_current=key == view)
             for key, name in views.items()]  # fmt: skip
    return render_template("console/major_incidents/index.html", page=page, views=items, view=view,
                           states=MAJOR_STATES, products=directory.products())  # fmt: skip


@bp.get("/new")
def new() -> str:
    ticket = get_ticket(request.args.get("ticket", ""), for_=current_actor())
    return _new_page(ticket, Form())


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(MajorSchema)
    ticket = get_ticket(request.form.get("ticket", ""), for_=actor)
    if form.is_valid:
        value = form.value
        with form.refusals(declared="reason"):
            major = majors.declare_major(
                ticket, NewMajor(
                    value["reason"], _texts(), value["product_id"], local_instant(value["next_update_at"]),
                    value["lead_id"], value["problem_id"], submission_of(actor),
                ), by=actor,
            )  # fmt: skip
            return _back(major.id)
    return _new_page(ticket, form), 422


@bp.get("/<int:major_id>")
def show(major_id: int) -> str:
    return _page(get_major(major_id, for_=current_actor()), Form())


@bp.post("/<int:major_id>/lead")
def lead(major_id: int) -> Any:
    form, major = read_form(LeadSchema), get_major(major_id, for_=current_actor())
    return _done(major, form, lambda: majors.take_major(major, form.value["lead_id"], by=current_actor()))


@bp.post("/<int:major_id>/updates")
def update(major_id: int) -> Any:
    form, major = read_form(NewsSchema), get_major(major_id, for_=current_actor())
    return _done(major, form, lambda: majors.update_major(
        major, News(_texts(), local_instant(form.value["next_update_at"]), submission_of(current_actor())),
        by=current_actor(),
    ), _("Clients read it in the portal."))  # fmt: skip


@bp.post("/<int:major_id>/end")
def end(major_id: int) -> Any:
    form, major = read_form(WebSchema), get_major(major_id, for_=current_actor())
    return _done(major, form, lambda: majors.end_major(
        major, News(_texts(), submission=submission_of(current_actor())), by=current_actor()
    ), _("It is over. Its review is due."))  # fmt: skip


@bp.post("/<int:major_id>/reviews")
def review(major_id: int) -> Any:
    form, major = read_form(ReviewSchema), get_major(major_id, for_=current_actor())
    return _done(major, form, lambda: reviews.hold_incident_review(
        major, NewReview(**form.value, submission=submission_of(current_actor())), by=current_actor()
    ))  # fmt: skip


@bp.app_context_processor
def _panel() -> dict[str, Any]:
    return {"major_panel_of": major_panel_of}


def major_panel_of(ticket: Ticket) -> dict[str, Any] | None:
    """What the page of a ticket that is flagged shows of its major incident."""
    if not ticket.is_major:
        return None
    major = majors.major_of(ticket)
    return {"major": major, "state": state_of(major), "states": MAJOR_STATES} if major is not None else None


def _texts() -> dict[str, str]:
    return {language: request.form.get(f"text_{language}", "") for language in LANGUAGES}


def _done(major: MajorIncident, form: Form, act: Callable[[], object], words: str = "") -> Any:
    if form.is_valid:
        with form.refusals():
            act()
            if words:
                flash(words)
            return _back(major.id)
    return _page(major, form), 422


def _back(major_id: int) -> BaseResponse:
    return redirect(url_for("console.major_incidents.show", major_id=major_id))


def _page(major: MajorIncident, form: Form) -> str:
    actor, updates = current_actor(), updates_of(major)
    ticket = get_tickets([major.ticket_id], for_=actor).get(major.ticket_id)
    held = reviews_of(major)
    ids = {major.lead_id, *(each.account_id for each in updates), *(each.account_id for each in held)} - {None}
    return render_template(
        "console/major_incidents/show.html", major=major, ticket=ticket, state=state_of(major), states=MAJOR_STATES,
        updates=updates, reviews=held, accounts=names_of_accounts([each for each in ids if each]), form=form,
        product=directory.products().get(major.product_id or 0), languages=list(OWN_NAMES.items()),
        own_names=OWN_NAMES, history=told_of("major_incident", major.id)[::-1], owners=owners(),
        minutes=problem_settings().update_minutes, can_lead=may(actor, Action.LEAD_MAJOR, major),
    )  # fmt: skip


def _new_page(ticket: Ticket, form: Form) -> str:
    require(current_actor(), Action.FLAG_MAJOR, ticket)
    return render_template(
        "console/major_incidents/new.html", ticket=ticket, form=form, languages=list(OWN_NAMES.items()),
        products=[(one.id, one.name) for one in directory.products().values() if one.is_active], owners=owners(),
        problems=[(p.id, f"{p.number} {p.title}") for _link, p in problems_of(ticket, for_=current_actor())],
        minutes=problem_settings().update_minutes, me=current_actor().account_id,
    )  # fmt: skip
