"""Problems: the list, and one with its cause, workarounds, tickets, what clients were told and its review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES, ngettext
from helpdesk.core.i18n import gettext as _
from helpdesk.models.problems import BroadcastKind, CauseCategory, CauseMethod, Problem, ProblemState
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.problems import articles, broadcasts, causes, majors, problems, reviews
from helpdesk.problems import problem_states as states
from helpdesk.problems.broadcasts import NewBroadcast, Preview, broadcasts_of, get_broadcast, recipients_of
from helpdesk.problems.problem_queries import file_of, linked_tickets, list_problems, owners, product_words
from helpdesk.problems.problem_settings import problem_settings
from helpdesk.problems.problems import Affected, NewProblem, ProblemWords, Step, affected_of, get_problem
from helpdesk.problems.reviews import NewReview
from helpdesk.tickets.queries import get_ticket, get_tickets, parse_number
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.claim_words import Step as Place
from helpdesk.web.forms import Form, check_form, listed, read_form, sent_id, submission_of
from helpdesk.web.shell import Item
from helpdesk.web.story import told_of
from helpdesk.web.words import (
    BROADCAST_KINDS,
    BROADCAST_STATES,
    CAUSE_CATEGORIES,
    CAUSE_METHODS,
    CHANNELS,
    LEFT_OUT,
    MAJOR_STATES,
    PROBLEM_STATES,
    STATUSES,
)

bp = Blueprint("problems", __name__, url_prefix="/problems")
SHOWN_RECIPIENTS = 200
MOST_NUMBERS = 500
COURSE = tuple(ProblemState)


class ProblemSchema(WebSchema):
    """What a problem says of itself."""

    title = line_of_text(load_default="")
    description = long_text(load_default="")
    product_id = row_id(load_default=None)
    version_id = row_id(load_default=None)
    component_id = row_id(load_default=None)
    owner_id = row_id(load_default=None)
    team_id = row_id(load_default=None)
    tickets = line_of_text(load_default="")
    waits_for_fix = fields.Boolean(load_default=False)
    revision = fields.Integer(load_default=None, allow_none=True)


class WhySchema(WebSchema):
    question = long_text(load_default="")
    answer = long_text(load_default="")
    position = row_id(load_default=None)


class CauseSchema(WebSchema):
    method = word(CauseMethod, required=True)
    category = word(CauseCategory, required=True)
    root_cause = long_text(load_default="")
    revision = fields.Integer(load_default=None, allow_none=True)


class WorkaroundSchema(WebSchema):
    language = line_of_text(load_default="")
    text = long_text(load_default="")


class StateSchema(WebSchema):
    """Whereto, with what that demands."""

    state = word(ProblemState, required=True)
    reason = long_text(load_default="")
    version_id = row_id(load_default=None)
    planned_on = fields.Date(load_default=None, allow_none=True)


class LinkingSchema(WebSchema):
    numbers = long_text(load_default="")
    waits_for_fix = fields.Boolean(load_default=False)


class ReviewSchema(WebSchema):
    """A review that was held."""

    held_on = fields.Date(required=True)
    service_people = long_text(load_default="")
    development_people = long_text(load_default="")
    findings = long_text(load_default="")
    actions = long_text(load_default="")


class BroadcastSchema(WebSchema):
    kind = word(BroadcastKind, required=True)
    tells_again = fields.Boolean(load_default=False)
    seen = fields.Integer(load_default=None, allow_none=True)
    step = line_of_text(load_default="preview")


@bp.get("")
def index() -> str:
    actor = current_actor()
    views = {"open": _("Open"), **{each.value: str(PROBLEM_STATES[each.value]) for each in ProblemState},
             "all": _("All")}  # fmt: skip
    asked = request.args.get("view", "")
    view, product_id = asked if asked in views else "open", sent_id("product_id")
    page = list_problems(
        for_=actor, state=ProblemState(view) if view not in ("open", "all") else None, only_open=view == "open",
        product_id=product_id, after=request.args.get("after"), before=request.args.get("before"),
    )  # fmt: skip
    items = [
        Item(name, url_for("console.problems.index", view=key, product_id=product_id), is_current=key == view)
        for key, name in views.items()
    ]
    return render_template(
        "console/problems/index.html", page=page, views=items, view=view, states=PROBLEM_STATES,
        product_id=product_id, products=_products(), can_open=may(actor, Action.HANDLE_PROBLEM),
    )  # fmt: skip


@bp.get("/new")
def new() -> str:
    number = request.args.get("ticket", "")
    ticket = get_ticket(number, for_=current_actor()) if number else None
    form = Form()
    if ticket is not None:
        form.data = {"title": ticket.subject, "product_id": ticket.product_id, "component_id": ticket.component_id,
                     "tickets": ticket.number}  # fmt: skip
    return _new_page(form)


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(ProblemSchema)
    if form.is_valid:
        value = form.value
        with form.refusals():
            tickets = _tickets(value["tickets"], form, "tickets")
            if form.is_valid:
                problem = problems.open_problem(
                    NewProblem(
                        value["title"], value["description"], _affected(value), tickets,
                        owner_id=value["owner_id"], team_id=value["team_id"], submission=submission_of(actor),
                    ), by=actor,
                )  # fmt: skip
                if value["waits_for_fix"]:
                    problems.link_tickets(problem, tickets, by=actor, waits_for_fix=True)
                return _back(problem.number)
    return _new_page(form), 422


@bp.get("/<number>")
def show(number: str) -> str:
    return _page(get_problem(number, for_=current_actor()), Form())


@bp.post("/<number>/description")
def describe(number: str) -> Any:
    actor, form, problem = current_actor(), read_form(ProblemSchema), get_problem(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        # The form shows the first product alone: the others stay as they are.
        others = tuple(affected_of(problem)[1:])
        with form.refusals(changed="title"):
            problems.describe_problem(
                problem, ProblemWords(
                    value["title"], value["description"], (*_affected(value), *others), value["owner_id"],
                    value["team_id"], value["revision"],
                ), by=actor,
            )  # fmt: skip
            return _back(number, "about")
    return _page(problem, form), 422


@bp.post("/<number>/whys")
def ask(number: str) -> Any:
    form, problem = read_form(WhySchema), get_problem(number, for_=current_actor())
    return _done(problem, form, "cause", lambda: causes.ask_why(
        problem, form.value["question"], form.value["answer"], position=form.value["position"], by=current_actor()
    ))  # fmt: skip


@bp.post("/<number>/root-cause")
def name_cause(number: str) -> Any:
    form, problem = read_form(CauseSchema), get_problem(number, for_=current_actor())
    return _done(problem, form, "cause", lambda: causes.name_cause(
        problem, causes.Cause(form.value["method"], form.value["category"], form.value["root_cause"],
                              form.value["revision"]), by=current_actor(),
    ), changed="root_cause")  # fmt: skip


@bp.post("/<number>/workarounds")
def write(number: str) -> Any:
    form, problem = read_form(WorkaroundSchema), get_problem(number, for_=current_actor())
    return _done(problem, form, "workaround", lambda: causes.write_workaround(
        problem, form.value["language"], form.value["text"], by=current_actor()
    ))  # fmt: skip


@bp.post("/<number>/state")
def move(number: str) -> Any:
    sent = {name: value for name, value in request.form.items() if name != "planned_on" or value.strip()}
    form, problem = check_form(sent, StateSchema), get_problem(number, for_=current_actor())
    return _done(problem, form, None, lambda: problems.move_problem(
        problem, form.value["state"], Step(form.value["reason"], form.value["version_id"], form.value["planned_on"]),
        by=current_actor(),
    ))  # fmt: skip


@bp.post("/<number>/reviews")
def review(number: str) -> Any:
    form, problem = read_form(ReviewSchema), get_problem(number, for_=current_actor())
    return _done(problem, form, "review", lambda: reviews.hold_joint_review(
        problem, NewReview(**form.value, submission=submission_of(current_actor())), by=current_actor()
    ))  # fmt: skip


@bp.post("/<number>/article")
def draft(number: str) -> BaseResponse:
    problem = get_problem(number, for_=current_actor())
    articles.draft_problem_article(problem, by=current_actor(), language=current_actor().language)
    flash(_("The article is begun as a draft."))
    return _back(number)


@bp.post("/<number>/tickets")
def link(number: str) -> Any:
    form, problem = read_form(LinkingSchema), get_problem(number, for_=current_actor())
    if form.is_valid:
        tickets = _tickets(form.value["numbers"], form, "numbers")
        if form.is_valid and not tickets:
            form.errors["numbers"] = [_("Fill in this field.")]
    return _done(problem, form, "tickets", lambda: problems.link_tickets(
        problem, tickets, by=current_actor(), waits_for_fix=form.value["waits_for_fix"]
    ))  # fmt: skip


@bp.get("/<number>/broadcasts/new")
def preview(number: str) -> str:
    problem = get_problem(number, for_=current_actor())
    asked = request.args.get("kind", "")
    kind = BroadcastKind(asked) if asked in set(BroadcastKind) else (
        BroadcastKind.FIX if problem.state in broadcasts.TELLS[BroadcastKind.FIX] else BroadcastKind.WORKAROUND
    )  # fmt: skip
    return _broadcast_page(problem, kind, Form(), broadcasts.default_texts(problem, kind))


@bp.post("/<number>/broadcasts")
def publish(number: str) -> Any:
    actor, form, problem = current_actor(), read_form(BroadcastSchema), get_problem(number, for_=current_actor())
    texts = {language: request.form.get(f"text_{language}", "") for language in LANGUAGES}
    if not form.is_valid:
        return _broadcast_page(problem, BroadcastKind.WORKAROUND, form, texts), 422
    value = form.value
    if value["step"] != "send":
        return _broadcast_page(problem, value["kind"], form, texts)
    with form.refusals(pending="texts", nothing_to_tell="texts"):
        broadcasts.publish(
            problem,
            NewBroadcast(value["kind"], texts, value["tells_again"], value["seen"], submission_of(actor)), by=actor,
        )  # fmt: skip
        seconds = problem_settings().undo_seconds
        flash(ngettext("It goes out in %(num)d second. Until then it can be taken back.",
                       "It goes out in %(num)d seconds. Until then it can be taken back.", seconds))  # fmt: skip
        return _back(number, "told")
    return _broadcast_page(problem, value["kind"], form, texts), 422


@bp.get("/<number>/broadcasts/<int:broadcast_id>")
def show_broadcast(number: str, broadcast_id: int) -> str:
    actor = current_actor()
    problem, broadcast = get_problem(number, for_=actor), get_broadcast(broadcast_id, for_=actor)
    if broadcast.problem_id != problem.id:
        raise NotFound
    shown = next(each for each in broadcasts_of(problem) if each.broadcast.id == broadcast.id)
    return render_template(
        "console/problems/broadcast.html", problem=problem, shown=shown,
        recipients=recipients_of(broadcast, for_=actor), kinds=BROADCAST_KINDS, broadcast_states=BROADCAST_STATES,
        reasons=LEFT_OUT, own_names=OWN_NAMES,
        can_tell=may(actor, Action.BROADCAST),
    )  # fmt: skip


@bp.post("/<number>/broadcasts/<int:broadcast_id>/undoing")
def undo(number: str, broadcast_id: int) -> BaseResponse:
    actor = current_actor()
    problem, broadcast = get_problem(number, for_=actor), get_broadcast(broadcast_id, for_=actor)
    if broadcast.problem_id != problem.id:
        raise NotFound
    broadcasts.undo_broadcast(broadcast, by=actor)
    flash(_("It is taken back; nobody was told."))
    return _back(number, "told")


def course_of(problem: Problem) -> list[Place]:
    """The way of a problem with its present place."""
    at = COURSE.index(problem.state)
    places = ["done"] * at + ["current"] + ["ahead"] * len(COURSE)
    return [Place(str(PROBLEM_STATES[state.value]), place) for state, place in zip(COURSE, places, strict=False)]


def _next_step(problem: Problem) -> str:
    """What a problem waits for, in one sentence."""
    return {
        ProblemState.NEW: _("Somebody begins to look for its cause."),
        ProblemState.INVESTIGATING: _("Its cause is looked for, and a workaround for clients."),
        ProblemState.KNOWN_ERROR: _("The cause is known and clients can live with it; the fix is to be planned."),
        ProblemState.FIX_PLANNED: _("The fix is planned; clients wait for it."),
        ProblemState.FIXED: _("It is fixed. Tell the clients, watch whether it stops, and hold the joint review."),
        ProblemState.CLOSED: _("It is closed."),
    }[problem.state]


def _page(problem: Problem, form: Form) -> str:
    actor = current_actor()
    shown = file_of(problem)
    tickets = linked_tickets(
        problem, for_=actor, after=request.args.get("after"), before=request.args.get("before"), size=25
    )
    versions = directory.versions()
    followers = [state for state in ProblemState if state in states.TRANSITIONS[problem.state]]
    kinds = [kind for kind, told in broadcasts.TELLS.items() if problem.state in told]
    return render_template(
        "console/problems/show.html", problem=problem, shown=shown, form=form, course=course_of(problem),
        next=_next_step(problem), states=PROBLEM_STATES, methods=CAUSE_METHODS, categories=CAUSE_CATEGORIES,
        kinds=BROADCAST_KINDS, broadcast_states=BROADCAST_STATES, statuses=STATUSES, own_names=OWN_NAMES,
        affected=product_words(problem), first=next(iter(affected_of(problem)), None), products=_products(),
        versions=_versions(problem), all_versions=_all_versions(), components=_components(), owners=owners(),
        teams=_teams(), planned=versions.get(problem.planned_version_id or 0),
        fixed=versions.get(problem.fixed_version_id or 0), team=directory.teams().get(problem.team_id or 0),
        followers=followers, returns=[to for to in followers if (problem.state, to) in states.RETURNS],
        tickets=tickets, told=broadcasts_of(problem), tells=kinds,
        majors=majors.list_majors(for_=actor, problem_id=problem.id).rows, major_states=MAJOR_STATES,
        history=told_of("problem", problem.id)[::-1],
        can_handle=may(actor, Action.HANDLE_PROBLEM, problem), can_tell=may(actor, Action.BROADCAST, problem),
        can_draft=problem.article_id is None and may(actor, Action.WRITE_ARTICLE),
    )  # fmt: skip


def _broadcast_page(problem: Problem, kind: BroadcastKind, form: Form, texts: dict[str, str]) -> str:
    actor = current_actor()
    require(actor, Action.BROADCAST, problem)
    again = bool(form.value and form.value["tells_again"])
    found: Preview = broadcasts.preview(problem, kind, texts, for_=actor, tells_again=again)
    return render_template(
        "console/problems/preview.html", problem=problem, kind=kind, kinds=BROADCAST_KINDS, form=form, texts=texts,
        preview=found, rows=(found.left_out + found.told)[:SHOWN_RECIPIENTS], most=SHOWN_RECIPIENTS,
        reasons=LEFT_OUT, channels=CHANNELS, own_names=OWN_NAMES, tells_again=again,
        seconds=problem_settings().undo_seconds,
        can_send=problem.state in broadcasts.TELLS[kind], missing=[(OWN_NAMES.get(language, language), count)
                                                                    for language, count in found.missing.items()],
    )  # fmt: skip


def _new_page(form: Form) -> str:
    require(current_actor(), Action.HANDLE_PROBLEM)
    return render_template(
        "console/problems/new.html", form=form, products=_products(), versions=_all_versions(),
        components=_components(), owners=owners(), teams=_teams(), me=current_actor().account_id,
    )  # fmt: skip


def _done(problem: Problem, form: Form, anchor: str | None, act: Callable[[], object], **conflicts: str) -> Any:
    if form.is_valid:
        with form.refusals(**conflicts):
            act()
            return _back(problem.number, anchor)
    return _page(problem, form), 422


def _back(number: str, anchor: str | None = None) -> BaseResponse:
    return redirect(url_for("console.problems.show", number=number, _anchor=anchor))


def _tickets(text: str, form: Form, name: str) -> tuple[Any, ...]:
    """The tickets whose numbers somebody wrote, of those that they see; what is none is named."""
    words = [each for part in listed(text) for each in part.split()][:MOST_NUMBERS]
    ids: dict[int, str] = {}
    unknown = []
    for each in words:
        try:
            ids[parse_number(each)] = each
        except NotFound:
            unknown.append(each)
    found = get_tickets(ids, for_=current_actor())
    unknown += [written for ticket_id, written in ids.items() if ticket_id not in found]
    if unknown:
        form.errors[name] = [_("There is no ticket with this number.") + " " + ", ".join(unknown[:5])]
    return tuple(found.values())


def _affected(value: dict[str, Any]) -> tuple[Affected, ...]:
    if value["product_id"] is None:
        return ()
    return (Affected(value["product_id"], value["version_id"], value["component_id"]),)


def _products() -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in directory.products().values() if one.is_active]


def _all_versions() -> list[tuple[int, str]]:
    products = directory.products()
    return [(one.id, f"{products[one.product_id].name} {one.name}") for one in directory.versions().values()
            if one.product_id in products]  # fmt: skip


def _versions(problem: Problem) -> list[tuple[int, str]]:
    """The versions of the products that it affects; all where it names none."""
    ids, products = {row.product_id for row in problem.products}, directory.products()
    return [(one.id, f"{products[one.product_id].name} {one.name}") for one in directory.versions().values()
            if one.product_id in products and (not ids or one.product_id in ids)]  # fmt: skip


def _components() -> list[tuple[int, str]]:
    products = directory.products()
    return [(one.id, f"{products[one.product_id].name}: {one.name}") for one in directory.components().values()
            if one.product_id in products]  # fmt: skip


def _teams() -> list[tuple[int, str]]:
    return [(team.id, team.name) for team in directory.teams().values() if team.is_active and not team.is_imported]
