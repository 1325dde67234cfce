"""Policies: the list, one with what it grants, and the targets of a kind of clock with what they change beforehand."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, validate

from helpdesk.core.command import unlocked
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import ngettext
from helpdesk.core.times import instant
from helpdesk.models.tickets import Priority
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets import policies
from helpdesk.tickets.calendars import calendar_names
from helpdesk.tickets.policies import NewTarget, NewTargets, OverBudget
from helpdesk.tickets.recalculation import AT_ONCE, Impact
from helpdesk.tickets.schemas import WebSchema, plain_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import CLOCKS, STATUSES, TYPES
from sla.fold import DEFAULT_PAUSES, KINDS
from sla.models import SlaPolicy
from sla.register import TargetCard

bp = Blueprint("policies", __name__, url_prefix="/policies")
_DURATION = re.compile(r"([0-9]{1,5})(?::([0-5][0-9])(?::([0-5][0-9]))?)?")
PRIORITIES = tuple(each.value for each in Priority)
CELL = ("seconds", "calendar_id", "thresholds", "at_risk_percent", "least_after_reopen")


class PolicySchema(WebSchema):
    """A new policy."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=100))
    copy_of = row_id(load_default=None)


@bp.get("")
def index() -> str:
    return _list_page(Form())


@bp.post("")
def create() -> Any:
    require(current_actor(), Action.MANAGE_DESK)
    form = read_form(PolicySchema)
    if form.is_valid:
        with form.refusals():
            policy = policies.add_policy(form.value["name"], form.value["copy_of"], by=current_actor())
            return redirect(url_for("console.policies.show", policy_id=policy.id))
    return _list_page(form), 422


@bp.get("/<int:policy_id>")
def show(policy_id: int) -> str:
    policy = policies.get_policy(policy_id, for_=current_actor())
    granted = policies.targets_of(policy_id)
    rows = [(clock, "") for clock in KINDS]
    rows += [key for key in granted if key[1]]
    return render_template(
        "console/policies/show.html", policy=policy, granted=granted,
        rows=sorted(rows, key=lambda key: (KINDS.index(key[0]), key[1])), clock_words=CLOCKS, types=TYPES,
        priorities=PRIORITIES, calendars=calendar_names(), over=policies.over_budget(policy_id), hours=hours_text,
    )  # fmt: skip


@bp.post("/<int:policy_id>/default")
def make_default(policy_id: int) -> Any:
    policy = policies.get_policy(policy_id, for_=current_actor())
    policies.make_default(policy, by=current_actor())
    flash(_("%(name)s covers what nothing else covers, from now on.", name=policy.name))
    return redirect(url_for("console.policies.index"))


@bp.get("/<int:policy_id>/targets")
def choose(policy_id: int) -> Any:
    """To the targets of a clock for one type of request."""
    return redirect(url_for("console.policies.edit", policy_id=policy_id, clock=request.args.get("clock", KINDS[0]),
                            type=request.args.get("type") or None))  # fmt: skip


@bp.get("/<int:policy_id>/targets/<clock>")
def edit(policy_id: int, clock: str) -> str:
    policy = policies.get_policy(policy_id, for_=current_actor())
    clock, kind = _known(clock)
    granted = policies.targets_of(policy_id)
    # An exception for a type begins as what holds for all of them.
    cards = granted.get((clock, kind)) or granted.get((clock, ""), {})
    return _edit_page(policy, clock, kind, Form(_told(clock, cards)))


@bp.post("/<int:policy_id>/targets/<clock>")
def update(policy_id: int, clock: str) -> Any:
    """What the targets would change; the same form sent again with that seen saves them."""
    actor = current_actor()
    policy = policies.get_policy(policy_id, for_=actor)
    clock, kind = _known(clock)
    form, new = _read(clock, kind)
    if new is None:
        return _edit_page(policy, clock, kind, form), 422
    with form.refusals():
        if request.form.get("step") == "save" and request.form.get("previewed") == new.digest:
            try:
                applied = policies.save_targets(policy, new, by=actor)
            except Conflict as refusal:
                form.message, form.data["based_on"] = refusal.message, str(policies.newest_target(policy_id))
                return _edit_page(policy, clock, kind, form), 409
            _tell_saved(new, applied)
            return redirect(url_for("console.policies.show", policy_id=policy_id))
        with unlocked():
            impact, over = policies.preview_targets(policy, new, by=actor)
        return _edit_page(policy, clock, kind, form, impact, over, new.digest)
    return _edit_page(policy, clock, kind, form), 422


def hours_text(seconds: int) -> str:
    """Working time as hours and minutes: 4:00, or 0:00:30 where there are seconds."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def seconds_of(text: str) -> int | None:
    """Working seconds of such a text; a bare number is hours. None where it is neither."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]) * 3600 + int(match[2] or 0) * 60 + int(match[3] or 0)


def _known(clock: str) -> tuple[str, str]:
    kind = request.values.get("type", "")
    if clock not in KINDS or kind not in ("", *TYPES):
        raise NotFound
    return clock, kind


def _told(clock: str, cards: dict[str, TargetCard]) -> dict[str, Any]:
    """What the form says of what is granted."""
    told: dict[str, Any] = {}
    usual = sorted(DEFAULT_PAUSES[clock.partition(":")[0]])
    first_calendar = next(iter(calendar_names()), "")
    for priority in PRIORITIES:
        card = cards.get(priority)
        values = {
            "seconds": hours_text(card.seconds) if card else "",
            "calendar_id": str(card.calendar_id if card else first_calendar),
            "pause_reasons": sorted(card.pause_reasons) if card else usual,
            "thresholds": ", ".join(map(str, sorted(card.thresholds))) if card else "50, 75, 90",
            "at_risk_percent": str(card.at_risk_percent) if card else "75",
            "least_after_reopen": hours_text(card.least_after_reopen) if card and card.least_after_reopen else "",
            "is_urgent": "true" if card and card.is_urgent else "",
        }
        told |= {f"{name}-{priority}": value for name, value in values.items()}
    return told


def _read(clock: str, kind: str) -> tuple[Form, NewTargets | None]:
    """The form as it was sent, and what it asks for; None where something is wrong with it."""
    sent: dict[str, Any] = {name: plain_text(value) for name, value in request.form.items()}
    form = Form(sent)
    by_priority: dict[str, NewTarget | None] = {}
    for priority in PRIORITIES:
        sent[f"pause_reasons-{priority}"] = request.form.getlist(f"pause_reasons-{priority}")
        by_priority[priority] = _read_cell(form, priority)
    if not form.is_valid:
        return form, None
    based_on = sent.get("based_on", "")
    return form, NewTargets(
        clock, by_priority, kind, sent.get("applies_to_open") == "true", sent.get("reason", "")[:250],
        int(based_on) if based_on.isdecimal() else None,
    )  # fmt: skip


def _read_cell(form: Form, priority: str) -> NewTarget | None:
    told = {name: str(form.data.get(f"{name}-{priority}", "")).strip() for name in CELL}
    if not told["seconds"]:
        return None

    def wrong(name: str, sentence: str) -> int:
        form.errors[f"{name}-{priority}"] = [sentence]
        return 0

    seconds, least = seconds_of(told["seconds"]), seconds_of(told["least_after_reopen"] or "0")
    if seconds is None:
        seconds = wrong("seconds", _("Write hours and minutes, such as 4:00 or 0:30."))
    if least is None:
        least = wrong("least_after_reopen", _("Write hours and minutes, such as 4:00 or 0:30."))
    words = [word for word in re.split(r"[\s,;%，；、]+", told["thresholds"]) if word]
    if not all(re.fullmatch("[0-9]{1,3}", word) for word in words):
        words, _zero = [], wrong("thresholds", _("Give percentages from 1 to 100, eight at most."))
    risk = told["at_risk_percent"]
    if not re.fullmatch("[0-9]{1,3}", risk):
        risk = str(wrong("at_risk_percent", _("Give a percentage from 1 to 99.")))
    calendar = told["calendar_id"]
    return NewTarget(
        seconds, int(calendar) if re.fullmatch("[0-9]{1,9}", calendar) else 0,
        tuple(sorted(set(form.data[f"pause_reasons-{priority}"]))), tuple(sorted({int(word) for word in words})),
        int(risk), least, form.data.get(f"is_urgent-{priority}") == "true",
    )  # fmt: skip


def _tell_saved(new: NewTargets, applied: int) -> None:
    if not new.applies_to_open:
        flash(_("The targets are saved. They hold for what begins from now on."))
    elif applied > AT_ONCE:
        flash(ngettext("The targets are saved; %(num)d open ticket follows within minutes.",
                       "The targets are saved; %(num)d open tickets follow within minutes.", applied))  # fmt: skip
    else:
        flash(ngettext("The targets are saved and hold for %(num)d open ticket, too.",
                       "The targets are saved and hold for %(num)d open tickets, too.", applied))  # fmt: skip


def _list_page(form: Form) -> str:
    return render_template(
        "console/policies/index.html", form=form, policies=policies.list_policies(for_=current_actor())
    )


def _edit_page(
    policy: SlaPolicy, clock: str, kind: str, form: Form, impact: Impact | None = None,
    over: list[OverBudget] | None = None, digest: str = "",
) -> str:  # fmt: skip
    form.data.setdefault("based_on", str(policies.newest_target(policy.id)))
    reasons = [(reason, STATUSES[reason]) for reason in policies.PAUSE_REASONS]
    return render_template(
        "console/policies/edit.html", policy=policy, clock=clock, kind=kind, form=form, impact=impact, over=over or [],
        digest=digest, priorities=PRIORITIES, calendars=list(calendar_names().items()), reasons=reasons,
        clock_words=CLOCKS, types=TYPES, instant=instant, hours=hours_text,
        reopens=clock.startswith(("resolution", "ola")), pauses=clock != "time_to_own",
    )  # fmt: skip
