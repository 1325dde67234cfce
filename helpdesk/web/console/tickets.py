"""The queues and the ticket page: status, assignment, classification, tags, watching."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales.approvals import approvals_of
from helpdesk.aftersales.hours import reservations_for, standing_of
from helpdesk.aftersales.terms import terms_on
from helpdesk.core.command import transaction
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import enumeration, ngettext, signed_hours
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import epoch, now
from helpdesk.entitlement.choice import day_of
from helpdesk.knowledge.searches import note_opening
from helpdesk.models.tickets import Channel, Priority, Status, Ticket, TicketType
from helpdesk.people import directory
from helpdesk.people.organisations import suggested_organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.tickets import classification, priority
from helpdesk.tickets.assignment import accept, assign, awaits_acceptance, take, take_next
from helpdesk.tickets.clocks import of as clocks_of
from helpdesk.tickets.conversation import can_reopen
from helpdesk.tickets.escalation import teams_above, teams_beside
from helpdesk.tickets.linking import links_of
from helpdesk.tickets.promised import my_due_promises
from helpdesk.tickets.queries import (
    COUNTED_UP_TO,
    VIEWS,
    Filter,
    clock_due,
    due_of,
    get_ticket,
    get_tickets,
    list_view,
    organisation_products,
)
from helpdesk.tickets.resolution import claim_runs, genuine_until
from helpdesk.tickets.schemas import AssigneeSchema, ClassificationSchema, StatusSchema
from helpdesk.tickets.states import SETTABLE, TRANSITIONS, set_status
from helpdesk.tickets.tags import set_tags, tags_of
from helpdesk.web.auth import current_actor
from helpdesk.web.console.escalations import ladder_lines
from helpdesk.web.filters import WithUrl
from helpdesk.web.forms import Form, custom_fields_of, listed, local_instant, read_form, sent_id
from helpdesk.web.htmx import page_or_fragment
from helpdesk.web.promise_lines import end_of_today, lines_of, ticket_promises, zone_of, zones
from helpdesk.web.service_levels import breach_lines, promisable, promise_lines
from helpdesk.web.shell import view_counts, view_names
from helpdesk.web.story import staff_story
from helpdesk.web.words import (
    APPROVAL_STATES,
    BREACH_CAUSES,
    CHANNELS,
    IMPACTS,
    LINKS,
    LINKS_BACK,
    STATUSES,
    TYPES,
    URGENCIES,
)
from helpdesk.web.work_lines import work_lines
from sla.register import latest

bp = Blueprint("tickets", __name__, url_prefix="/tickets")


@bp.get("")
def index() -> Any:
    """A list: my queue, my tickets, unassigned … narrowed by filters, by what is due next."""
    actor = current_actor()
    names = view_names(actor)
    view = request.args.get("view") or next(iter(names))
    if view not in VIEWS:
        raise NotFound
    narrowed = _filter()
    page = list_view(
        view, for_=actor, narrowed=narrowed, after=request.args.get("after"), before=request.args.get("before")
    )
    rows = [WithUrl(row) for row in page.rows]
    return page_or_fragment(
        "console/tickets/index.html", "console/tickets/_queue.html", rows=rows, page=page, view=view,
        view_name=names.get(view, view), about=_about(view, actor), narrowed=narrowed,
        chips=_chips(narrowed, view), link=_link(view), choices=_choices(), can_take=may(actor, Action.TAKE_NEXT),
        can_assign=bool(actor.operator_id), colleagues=_colleagues(actor),
        due_promises=lines_of(my_due_promises(end_of_today(), for_=actor), actor),
    )  # fmt: skip


@bp.post("/next")
def next_ticket() -> BaseResponse:
    """Take the most urgent unassigned ticket of one's teams."""
    ticket = take_next(by=current_actor())
    if ticket is None:
        flash(_("Nothing waits for you: every ticket of your teams has somebody."))
        return redirect(url_for("console.tickets.index"))
    return redirect(url_for("console.tickets.show", number=ticket.number))


@bp.post("/assignments")
def assign_many() -> BaseResponse:
    """Assign the chosen tickets; those that cannot be are named."""
    actor = current_actor()
    operator_id = sent_id("operator_id")
    numbers, refused = request.form.getlist("tickets")[:200], []
    for number in numbers:
        try:
            assign(get_ticket(number, for_=actor), operator_id, by=actor)
        except Exception as error:  # each ticket is its own transaction; the next one goes on
            if not hasattr(error, "message"):
                raise
            refused.append(number)
    done = len(numbers) - len(refused)
    flash(ngettext("%(num)d ticket assigned.", "%(num)d tickets assigned.", done))
    if refused:
        flash(_("Not assigned: %(numbers)s.", numbers=enumeration(refused)), "warning")
    return redirect(request.referrer or url_for("console.tickets.index"))


@bp.get("/<number>")
def show(number: str) -> str:
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    if (search_id := sent_id("search")) is not None:
        note_opening(search_id, "ticket", ticket.id, by=actor)
    if classification.leaves_trace(actor):
        classification.note_reading(ticket, by=actor)
    return ticket_page(ticket, Form())


@bp.post("/<number>/status")
def change_status(number: str) -> Any:
    form, ticket = read_form(StatusSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            set_status(
                ticket, form.value["status"], by=current_actor(), reason=form.value["reason"],
                scheduled_for=local_instant(form.value["scheduled_for"]),
            )  # fmt: skip
            return _back(ticket)
    return ticket_page(ticket, form), 422


@bp.post("/<number>/assignee")
def change_assignee(number: str) -> Any:
    form, ticket = read_form(AssigneeSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            assign(ticket, form.value["operator_id"], by=current_actor())
            return _back(ticket)
    return ticket_page(ticket, form), 422


@bp.post("/<number>/taking")
def take_it(number: str) -> BaseResponse:
    ticket = get_ticket(number, for_=current_actor())
    take(ticket, by=current_actor())
    return _back(ticket)


@bp.post("/<number>/acceptance")
def accept_it(number: str) -> BaseResponse:
    """It was given to me, and I say that it is mine."""
    ticket = get_ticket(number, for_=current_actor())
    accept(ticket, by=current_actor())
    return _back(ticket)


@bp.get("/<number>/classification")
def edit(number: str) -> str:
    ticket = get_ticket(number, for_=current_actor())
    return _classification_page(ticket, Form())


@bp.post("/<number>/classification")
def classify(number: str) -> Any:
    actor, form = current_actor(), read_form(ClassificationSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        value = form.value
        with form.refusals(), transaction():
            custom = custom_fields_of(form)
            classification.classify(ticket, ClassificationSchema.classification(value, custom or None), by=actor)
            priority.assess(ticket, value["impact"], value["urgency"], by=actor)
            wanted = value["priority"] or ticket.computed_priority
            if wanted != ticket.priority:
                priority.override_priority(ticket, wanted, value["priority_reason"], by=actor)
            set_tags(ticket, listed(value["tags"]), by=actor)
        if form.is_valid:
            return _back(ticket)
        if "reason" in form.errors:
            form.errors["priority_reason"] = form.errors.pop("reason")
    return _classification_page(ticket, form), 422


@bp.post("/<number>/major")
def flag_major(number: str) -> Any:
    ticket, form = get_ticket(number, for_=current_actor()), Form(dict(request.form))
    with form.refusals():
        priority.flag_major(ticket, not ticket.is_major, request.form.get("reason", ""), by=current_actor())
        return _back(ticket)
    return ticket_page(ticket, form), 422


@bp.post("/<number>/watching")
def watch(number: str) -> BaseResponse:
    ticket = get_ticket(number, for_=current_actor())
    classification.watch(ticket, request.form.get("watches") == "1", by=current_actor())
    return _back(ticket)


def ticket_page(ticket: Ticket, form: Form) -> str:
    """The page of one ticket; the same after a refused form, with its words."""
    actor, at = current_actor(), epoch(now())
    clocks = clocks_of(ticket)
    parts, hops = staff_story(ticket, for_=actor)
    links = links_of(ticket)
    others = get_tickets([other for _link, other in links], for_=actor)
    watchers = classification.watchers_of(ticket)
    return render_template(
        "console/tickets/show.html", ticket=ticket, form=form, parts=parts, due=due_of(ticket, clocks),
        clocks=[(clock_due(clock, at), clock.id) for clock in latest(clocks)],
        tags=tags_of([ticket.id]).get(ticket.id, []), ladder=ladder_lines(clocks, actor),
        promises=promise_lines(ticket, clocks), promised=ticket_promises(ticket, actor),
        zones=zones(ticket.requester), their_zone=zone_of(ticket.requester),
        promisable=promisable(clocks), causes=BREACH_CAUSES,
        breaches=breach_lines(clocks, actor), may_accept=awaits_acceptance(ticket, for_=actor),
        work=work_lines(ticket, actor), **_hours_of(ticket, actor),
        can_undo_reopening=_can_undo_reopening(ticket, actor),
        team=directory.teams().get(ticket.team_id or 0), assignee=directory.operators().get(ticket.assignee_id or 0),
        owner=directory.operators().get(ticket.owner_id or 0),
        owner_team=directory.teams().get(ticket.owner_team_id or 0), hops=max(0, len(hops) - 1),
        product=directory.products().get(ticket.product_id or 0),
        component=directory.components().get(ticket.component_id or 0),
        category=directory.categories().get(ticket.category_id or 0),
        installed=next((p for p in organisation_products(for_=actor, organisation_id=ticket.organisation_id)
                        if p.id == ticket.installed_product_id), None) if ticket.installed_product_id else None,
        links=[(link, (LINKS if link.ticket_id == ticket.id else LINKS_BACK)[link.kind.value], others[other])
               for link, other in links if other in others],
        watchers=watchers, is_watching=any(w.id == actor.account_id for w in watchers),
        can=_permissions(actor, ticket), above=teams_above(ticket),
        beside=teams_beside(ticket),
        members=_members(ticket), next_statuses=_next_statuses(ticket), settable=_settable(ticket),
        can_reopen=can_reopen(ticket), account=g.account,
        suggestion=suggested_organisation(ticket.requester) if not ticket.requester.is_verified else None,
        types=TYPES, statuses=STATUSES, channels=CHANNELS,
        custom_fields=directory.custom_fields(),
    )  # fmt: skip


def _hours_of(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """How the hours stand that work on it draws on, what is set aside for it, and what the client approved."""
    content: dict[str, Any] = {"approvals": approvals_of(ticket, for_=actor), "approval_states": APPROVAL_STATES}
    if ticket.contract_id is None or not may(actor, Action.READ_HOURS):
        return content
    on = day_of(ticket.organisation_id, now())
    terms = terms_on(ticket.contract_id, on)
    set_aside = reservations_for(ticket.id, ticket.contract_id)
    return content | {
        "hours_left": standing_of(ticket.contract_id, on, terms),
        "set_aside": set_aside,
        "set_aside_choices": [(each.row.id, f"{each.row.what} ({signed_hours(each.left)})") for each in set_aside],
    }


def _can_undo_reopening(ticket: Ticket, actor: Actor) -> bool:
    if not may(actor, Action.UNDO_REOPENING, ticket):
        return False
    until = genuine_until(ticket)
    return until is not None and until >= now()


def _permissions(actor: Actor, ticket: Ticket) -> dict[str, bool]:
    actions = {
        "reply": Action.REPLY_TO_CLIENT, "note": Action.ADD_NOTE, "hand_over": Action.HAND_OVER_TICKET,
        "return_": Action.RETURN_TICKET, "transfer": Action.TRANSFER_TICKET, "resolve": Action.RESOLVE_TICKET,
        "reopen": Action.REOPEN_TICKET, "cancel": Action.CANCEL_TICKET, "classify": Action.CLASSIFY_TICKET,
        "assign": Action.ASSIGN_TICKET, "status": Action.CHANGE_STATUS, "link": Action.LINK_TICKETS,
        "merge": Action.MERGE_TICKETS, "major": Action.FLAG_MAJOR, "watch": Action.WATCH_TICKET,
        "confirm": Action.CONFIRM_CONTACT, "promise": Action.PROMISE_TIME, "judge": Action.JUDGE_BREACH,
        "work": Action.LOG_WORK, "ask_approval": Action.ASK_APPROVAL, "waive_approval": Action.WAIVE_APPROVAL,
    }  # fmt: skip
    can = {name: may(actor, action, ticket) for name, action in actions.items()}
    return can | {"resolve": can["resolve"] and not claim_runs(ticket)}


def _next_statuses(ticket: Ticket) -> list[tuple[str, Any]]:
    """What a reply may leave the ticket in, the most likely first."""
    names = {
        Status.OPEN: _("keep it open"), Status.WAITING_CLIENT: _("wait for the client"),
        Status.WAITING_VENDOR: _("wait for the vendor"),
    }  # fmt: skip
    fitting = [s for s in names if s is ticket.status or s in TRANSITIONS[ticket.status]]
    return [(s.value, names[s]) for s in fitting]


def _settable(ticket: Ticket) -> list[tuple[str, Any]]:
    by_hand = SETTABLE - {Status.WAITING_CLIENT}
    return [(s.value, str(STATUSES[s.value])) for s in Status if s in by_hand and s in TRANSITIONS[ticket.status]]


def _members(ticket: Ticket) -> list[directory.OperatorCard]:
    team = directory.teams().get(ticket.team_id or 0)
    ids = team.operator_ids if team else frozenset[int]()
    return [card for card in directory.operators().values() if card.id in ids and card.is_active]


def _colleagues(actor: Actor) -> list[directory.OperatorCard]:
    return [c for c in directory.operators().values() if c.is_active and c.team_ids & actor.team_ids]


def _classification_page(ticket: Ticket, form: Form) -> str:
    return render_template(
        "console/tickets/edit.html", ticket=ticket, form=form, types=TYPES, impacts=IMPACTS, urgencies=URGENCIES,
        priorities=list(Priority), products=directory.products(), components=directory.components(),
        categories=directory.categories(), tags=", ".join(tags_of([ticket.id]).get(ticket.id, [])),
        installed=organisation_products(for_=current_actor(), organisation_id=ticket.organisation_id),
        custom_fields=directory.custom_fields(),
    )  # fmt: skip


def _filter() -> Filter:
    args = request.args
    return Filter(
        team_id=sent_id("team_id"), line=sent_id("line"),
        priority=_word(Priority, args.get("priority")), status=_word(Status, args.get("status")),
        type=_word(TicketType, args.get("type")), channel=_word(Channel, args.get("channel")),
        organisation_id=sent_id("organisation_id"), product_id=sent_id("product_id"),
        assignee_id=sent_id("assignee_id"),
    )  # fmt: skip


def _word(words: Any, value: str | None) -> Any:
    return words(value) if value in set(words) else None


def _choices() -> dict[str, list[tuple[Any, Any]]]:
    return {
        "team_id": [(t.id, t.name) for t in directory.teams().values() if t.is_active and not t.is_imported],
        "priority": [(p.value, p.value) for p in Priority],
        "status": [(s, str(STATUSES[s])) for s in STATUSES], "type": [(t, str(TYPES[t])) for t in TYPES],
        "channel": [(c, str(CHANNELS[c])) for c in CHANNELS],
        "product_id": [(p.id, p.name) for p in directory.products().values() if p.is_active],
    }  # fmt: skip


def _chips(narrowed: Filter, view: str) -> list[tuple[str, str]]:
    chosen = narrowed.chosen()
    words: dict[str, Any] = {
        "team_id": lambda v: directory.teams()[v].name if v in directory.teams() else v,
        "product_id": lambda v: directory.products()[v].name if v in directory.products() else v,
        "assignee_id": lambda v: directory.operators()[v].name if v in directory.operators() else v,
        "status": lambda v: STATUSES[v.value], "type": lambda v: TYPES[v.value], "channel": lambda v: CHANNELS[v.value],
    }  # fmt: skip
    chips = []
    for name, value in chosen.items():
        rest = {k: (v.value if hasattr(v, "value") else v) for k, v in chosen.items() if k != name}
        chips.append((str(words.get(name, lambda v: v)(value)), url_for("console.tickets.index", view=view, **rest)))
    return chips


def _link(view: str) -> Any:
    kept = {k: v for k, v in request.args.items() if k not in ("after", "before", "view")}
    return lambda **more: url_for("console.tickets.index", **{**kept, **more, "view": view})


def _about(view: str, actor: Actor) -> str:
    """How many there are, how many are late, in one sentence."""
    counts = view_counts(actor)
    if view not in counts:
        return ""
    total = counts[view]
    shown = f"{COUNTED_UP_TO - 1}+" if total >= COUNTED_UP_TO else str(total)
    sentence = ngettext("%(shown)s ticket", "%(shown)s tickets", total, shown=shown)
    if view in ("all", "queue") and counts["overdue"]:
        return _("%(tickets)s; in the whole desk %(overdue)d overdue, %(risk)d due within the hour", tickets=sentence,
                 overdue=counts["overdue"], risk=counts["at_risk"])  # fmt: skip
    return sentence


def _back(ticket: Ticket) -> BaseResponse:
    return redirect(url_for("console.tickets.show", number=ticket.number))
