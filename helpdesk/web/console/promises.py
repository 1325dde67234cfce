"""Times agreed with clients: made on a ticket, kept, moved, handed to a colleague; and the lists of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, pre_load

from helpdesk.core.i18n import current_language, current_zone, day_name, full_span, speaking
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people import directory
from helpdesk.people.organisations import get_contact, names_of
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.agreed_times import promise_time
from helpdesk.tickets.promised import (
    PromiseFilter,
    get_promise,
    list_promises,
    open_promises,
    show_promise,
)
from helpdesk.tickets.promises import (
    can_be_told,
    hand_promise,
    keep_promise,
    move_promise,
    withdraw_promise,
)
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import PromiseSchema, WebSchema, long_text, row_id
from helpdesk.tickets.spoken_times import Unclear, understand
from helpdesk.web.auth import current_actor
from helpdesk.web.console.duties import PAGES
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import Form, local_instant, read_form, sent_id
from helpdesk.web.promise_lines import chosen_zone, lines_of, promise_line, row_line, time_in, zone_of, zones
from helpdesk.web.shell import Item
from helpdesk.web.words import CHANNELS, LINES, PROMISE_STATES

bp = Blueprint("promises", __name__)

# The forms stand among others on their pages, so their fields have names of their own.
FIELDS = {"clock": "promised_clock", "at": "promised_for", "note": "promise_note", "consent": "promise_consent"}
MOVING = {"reason": "move_reason", "until_at": "promise_said", "told": "move_told"}
HANDING = {"reason": "hand_reason", "told": "hand_told"}
WITHDRAWING = {"reason": "withdraw_reason"}

PAGES["promise"] = lambda promise_id: url_for("console.promises.show", promise_id=promise_id)


class KeptSchema(WebSchema):
    """When it was kept, if not just now."""

    kept_at = fields.NaiveDateTime(load_default=None, allow_none=True)

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in sent.items() if name != "kept_at" or value.strip()}


class PromiseMoveSchema(WebSchema):
    """Why another time; the time itself is read from the promise row."""

    move_reason = long_text(load_default="")
    move_told = fields.Boolean(load_default=False)


class PromiseHandingSchema(WebSchema):
    """Who keeps it, and why."""

    operator_id = row_id(required=True, allow_none=False)
    hand_reason = long_text(load_default="")
    hand_told = fields.Boolean(load_default=False)


class PromiseWithdrawalSchema(WebSchema):
    """Why the client wants it no more."""

    withdraw_reason = long_text(load_default="")


@bp.post("/tickets/<number>/promises")
def create(number: str) -> Any:
    """A time in place of a clock's."""
    form, ticket = read_form(PromiseSchema), get_ticket(number, for_=current_actor())
    at = local_instant(form.value["promised_for"]) if form.is_valid else None
    if at is not None:
        with form.refusals():
            promise_time(
                ticket, form.value["promised_clock"], at, note=form.value["promise_note"],
                consent=form.value["promise_consent"], by=current_actor(),
            )  # fmt: skip
            flash(_("Promised. The client gets a letter that confirms it."))
            return redirect(url_for("console.tickets.show", number=number))
    _rename(form, FIELDS)
    return ticket_page(ticket, form), 422


@bp.get("/promises")
def index() -> str:
    """What is due, mine first; and every promise there was, narrowed as the reports link here."""
    actor, args = current_actor(), request.args
    names = ({"mine": _("Mine")} if actor.operator_id else {}) | ({"team": _("My team")} if actor.team_ids else {})
    names |= {"all": _("All open"), "past": _("All, whatever became of them")}
    view = next((name for name in names if name == args.get("view")), next(iter(names)))
    narrowed, page = _filter(), None
    if view == "past":
        page = list_promises(narrowed, for_=actor, after=args.get("after"), before=args.get("before"),
                             overdue=args.get("state") == "overdue")  # fmt: skip
        rows = list(page.rows)
    else:
        rows = open_promises(_whose(view, narrowed), for_=actor)
    kept = {name: value for name, value in args.items() if name not in ("after", "before", "view")}
    return render_template(
        "console/promises/index.html", lines=lines_of(rows, actor), view=view, page=page,
        views=[Item(name, url_for("console.promises.index", view=key), is_current=key == view)
               for key, name in names.items()],
        link=lambda **more: url_for("console.promises.index", **{**kept, **more, "view": view}),
        chips=_chips(narrowed, view), states=[(key, str(word)) for key, word in PROMISE_STATES.items()],
        operators=[(c.id, c.name) for c in directory.operators().values() if c.is_active and c.email],
        lines_words=[(key, str(word)) for key, word in LINES.items()],
        chosen={name: args.get(name, "") for name in ("state", "owner_id", "line")},
    )  # fmt: skip


@bp.get("/promises/heard")
def heard() -> str:
    """What is understood of the words that somebody types, in both zones."""
    zone, theirs = chosen_zone(request.args.get("promise_zone", "")), chosen_zone(request.args.get("their_zone", ""))
    said, problem, spoken = request.args.get("promise_said", ""), "", None
    if said.strip():
        try:
            spoken = understand(said, at=now(), zone=zone)
        except Unclear as refusal:
            problem = str(refusal)
    return render_template(
        "console/promises/_heard.html", problem=problem,
        mine=full_span(spoken.from_at, spoken.until_at) if spoken else "",
        theirs=_in_zone(spoken.from_at, spoken.until_at, theirs) if spoken and theirs != current_zone() else "",
    )  # fmt: skip


@bp.get("/promises/<int:promise_id>")
def show(promise_id: int) -> str:
    return _page(get_promise(promise_id, for_=current_actor()), Form())


@bp.post("/promises/<int:promise_id>/outcome")
def keep(promise_id: int) -> Any:
    """It was done."""
    form, promise = read_form(KeptSchema), get_promise(promise_id, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            kept = keep_promise(promise, by=current_actor(), at=local_instant(form.value["kept_at"]))
            flash(_("Kept.") if kept.state is PromiseState.KEPT else _("Done, after its time."))
            return redirect(_back(promise))
    return _page(promise, form), 422


@bp.post("/promises/<int:promise_id>/move")
def move(promise_id: int) -> Any:
    """Another time, of which the client is told."""
    form, promise = read_form(PromiseMoveSchema), get_promise(promise_id, for_=current_actor())
    spoken = time_in(form)
    if form.is_valid and spoken:
        with form.refusals():
            move_promise(promise, spoken.from_at, spoken.until_at, form.value["move_reason"], by=current_actor(),
                         told=form.value["move_told"])  # fmt: skip
            in_time = promise.state is PromiseState.MOVED
            flash(_("Moved with notice: the client gets a letter.") if in_time
                  else _("A new promise is made; the one before stays broken. The client gets a letter."))  # fmt: skip
            return redirect(_back(promise))
    _rename(form, MOVING)
    return _page(promise, form), 422


@bp.post("/promises/<int:promise_id>/owner")
def hand(promise_id: int) -> Any:
    """A colleague keeps it."""
    form, promise = read_form(PromiseHandingSchema), get_promise(promise_id, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            hand_promise(promise, form.value["operator_id"], form.value["hand_reason"], by=current_actor(),
                         told=form.value["hand_told"])  # fmt: skip
            flash(_("Handed over: the client gets a letter that says why."))
            return redirect(_back(promise))
    _rename(form, HANDING)
    return _page(promise, form), 422


@bp.post("/promises/<int:promise_id>/withdrawal")
def withdraw(promise_id: int) -> Any:
    """The client wants it no more."""
    form, promise = read_form(PromiseWithdrawalSchema), get_promise(promise_id, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            withdraw_promise(promise, form.value["withdraw_reason"], by=current_actor())
            flash(_("Withdrawn."))
            return redirect(_back(promise))
    _rename(form, WITHDRAWING)
    return _page(promise, form), 422


def _page(promise: Promise, form: Form) -> str:
    actor, row = current_actor(), show_promise(promise)
    contact = get_contact(promise.contact_id, for_=actor)
    colleagues = [(c.id, c.name) for c in directory.operators().values()
                  if c.is_active and c.id != promise.owner_id and c.lines & {1, 2}]  # fmt: skip
    can = may(actor, Action.KEEP_PROMISE, promise) and not promise.clock
    return render_template(
        "console/promises/show.html", promise=promise, line=row_line(row, actor), row=row, form=form, contact=contact,
        zones=zones(contact), their_zone=zone_of(contact), colleagues=colleagues, can_change=can and promise.is_open,
        can_withdraw=can and promise.is_open and now() <= promise.until_at,
        can_move=can and promise.moved_to_id is None and promise.state in (PromiseState.PLANNED, PromiseState.BROKEN),
        is_told_by_letter=can_be_told(promise), channels=CHANNELS, has_passed=now() >= promise.from_at,
        following=_following(promise), made_on_url=_made_on(promise),
    )  # fmt: skip


def _following(promise: Promise) -> Any:
    if promise.moved_to_id is None:
        return None
    return promise_line(get_promise(promise.moved_to_id, for_=current_actor()), current_actor())


def _back(promise: Promise) -> str:
    """To where the button stood: the work list, the ticket, or the promise."""
    if request.form.get("back") == "list":
        return request.referrer or url_for("console.promises.index")
    return _made_on(promise)


def _made_on(promise: Promise) -> str:
    """Where it was made: the ticket, or the visit."""
    if promise.revisit_id is not None:
        return url_for("console.revisits.show", revisit_id=promise.revisit_id)
    return url_for("console.tickets.show", number=f"{NUMBER_PREFIX}{promise.ticket_id}")


def _in_zone(from_at: datetime, until_at: datetime, zone: str) -> str:
    with speaking(current_language(), zone):
        return full_span(from_at, until_at)


def _filter() -> PromiseFilter:
    state = request.args.get("state")
    return PromiseFilter(
        owner_id=sent_id("owner_id"), line=sent_id("line"), organisation_id=sent_id("organisation_id"),
        state=PromiseState(state) if state in set(PromiseState) else None,
        since=_day("since"), until=_day("until"),
    )  # fmt: skip


def _day(name: str) -> datetime | None:
    """The beginning of a day in the reader's zone."""
    try:
        day = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day.replace(tzinfo=ZoneInfo(current_zone())).astimezone(UTC) if day.tzinfo is None else day


def _whose(view: str, narrowed: PromiseFilter) -> PromiseFilter:
    actor = current_actor()
    if view == "mine":
        return replace(narrowed, owner_id=actor.operator_id)
    if view == "team":
        members = (c.id for c in directory.operators().values() if c.team_ids & actor.team_ids)
        return replace(narrowed, owner_ids=tuple(members))
    return narrowed


def _chips(narrowed: PromiseFilter, view: str) -> list[tuple[str, str]]:
    """What the list is narrowed to, each with the address of the list without it."""
    sent, operators = request.args, directory.operators()
    words = {
        "state": str(PROMISE_STATES.get(sent.get("state", ""), "")),
        "line": str(LINES.get(narrowed.line or 0, "")),
        "owner_id": operators[narrowed.owner_id].name if narrowed.owner_id in operators else "",
        "organisation_id": names_of([narrowed.organisation_id]).get(narrowed.organisation_id, "")
        if narrowed.organisation_id else "",
        "since": _("from %(day)s", day=day_name(narrowed.since.date())) if narrowed.since else "",
        "until": _("before %(day)s", day=day_name(narrowed.until.date())) if narrowed.until else "",
    }  # fmt: skip
    kept: dict[str, Any] = {name: sent[name] for name, word in words.items() if word}
    return [
        (word, url_for("console.promises.index", view=view, **{k: v for k, v in kept.items() if k != name}))
        for name, word in words.items() if word
    ]  # fmt: skip


def _rename(form: Form, names: dict[str, str]) -> None:
    for refused, shown in names.items():
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
