"""Maintenance windows: the list, and a new one with what it changes beforehand."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields

from helpdesk.core.command import unlocked
from helpdesk.core.i18n import current_zone, ngettext
from helpdesk.core.times import epoch, instant, now
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets import calendars
from helpdesk.tickets.calendars import NewWindow
from helpdesk.tickets.recalculation import Impact
from helpdesk.tickets.schemas import WebSchema, line_of_text
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, local_instant, read_form
from helpdesk.web.words import CLOCKS

bp = Blueprint("maintenance", __name__, url_prefix="/maintenance")


class WindowSchema(WebSchema):
    """From when to when, why, and for which calendars."""

    since = fields.NaiveDateTime(required=True)
    until = fields.NaiveDateTime(required=True)
    reason = line_of_text(load_default="")
    calendar_ids = fields.List(fields.Integer(), load_default=list)


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("")
def create() -> Any:
    """What the window would change; the same form sent again with that seen announces it."""
    actor = current_actor()
    require(actor, Action.MANAGE_DESK)
    form = read_form(WindowSchema)
    if form.is_valid:
        new = _new_window(form)
        digest = hashlib.sha256(json.dumps([new.from_at, new.to_at, new.calendar_ids]).encode()).hexdigest()
        with form.refusals():
            if request.form.get("step") == "save" and request.form.get("previewed") == digest:
                impact = calendars.announce_window(new, by=actor)
                flash(
                    ngettext("The window is announced; %(num)d ticket has moved.",
                             "The window is announced; %(num)d tickets have moved.", impact.tickets)
                )  # fmt: skip
                return redirect(url_for("console.maintenance.index"))
            with unlocked():
                impact = calendars.preview_window(new, by=actor)
            return _page(form, impact, digest)
    return _page(form), 422


def _new_window(form: Form) -> NewWindow:
    since, until = (local_instant(form.value[name]) for name in ("since", "until"))
    assert since is not None
    assert until is not None
    return NewWindow(epoch(since), epoch(until), form.value["reason"], tuple(sorted(set(form.value["calendar_ids"]))))


def _page(form: Form, impact: Impact | None = None, digest: str = "") -> str:
    windows = calendars.list_windows(for_=current_actor())
    return render_template(
        "console/maintenance/index.html", form=form, windows=windows, impact=impact, digest=digest,
        authors=calendars.authors_of(windows), names=calendars.calendar_names(), instant=instant, now_at=epoch(now()),
        clock_words=CLOCKS, zone_name=current_zone(),
    )  # fmt: skip
