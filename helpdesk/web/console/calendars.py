"""Calendars of working hours: the list, one with its history, and a new version with what it changes beforehand."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, pre_load, validate

from helpdesk.core.command import unlocked
from helpdesk.core.errors import Conflict
from helpdesk.core.i18n import babel_locale, current_language, current_zone, ngettext
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import epoch, instant, now
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets import calendars
from helpdesk.tickets.calendars import NewVersion
from helpdesk.tickets.recalculation import Impact
from helpdesk.tickets.schemas import LONGEST_LINE, WebSchema, line_of_text, long_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.console.calendar_words import (
    calendar_of,
    field_and_sentence,
    holidays_problem,
    told_of,
    week_of,
    weekday_names,
    with_days,
)
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import CLOCKS
from sla.holidays import (
    FIRST_YEAR,
    LARGEST_FILE,
    LAST_YEAR,
    SOURCE,
    Found,
    HolidaysError,
    countries,
    public_holidays,
    read_ics,
)
from sla.models import WorkCalendar
from sla.worktime import WEEKDAYS, WorktimeError

bp = Blueprint("calendars", __name__, url_prefix="/calendars")
YEARS_AHEAD = 2
LONGEST_SOURCES = 2_000


class VersionSchema(WebSchema):
    """What a calendar is to say."""

    timezone = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_LINE))
    around_the_clock = fields.Boolean(load_default=False)
    mon = tue = wed = thu = fri = sat = sun = line_of_text(load_default="")
    closed = long_text(load_default="")
    special = long_text(load_default="")
    country = fields.String(load_default="", validate=validate.Length(max=2))
    region = line_of_text(load_default="")
    since_year = fields.Integer(load_default=None, allow_none=True)
    until_year = fields.Integer(load_default=None, allow_none=True)
    holidays_of = fields.String(load_default="", validate=validate.Length(max=LONGEST_SOURCES))
    valid_from = fields.NaiveDateTime(load_default=None, allow_none=True)
    is_correction = fields.Boolean(load_default=False)
    reason = line_of_text(load_default="")
    based_on = row_id(load_default=None)

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        # An empty field says nothing about the time.
        return {name: value for name, value in sent.items() if name != "valid_from" or value.strip()}


class CalendarSchema(VersionSchema):
    """A new calendar, with its name."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=100))


@bp.get("")
def index() -> str:
    return render_template(
        "console/calendars/index.html", calendars=calendars.list_calendars(for_=current_actor()), instant=instant
    )


@bp.get("/new")
def new() -> str:
    told = told_of({"timezone": current_zone()}, {})
    hours = dict.fromkeys(WEEKDAYS[:5], "09:00–12:00, 13:00–18:00")
    return _edit_page(None, Form(told | hours | _years()))


@bp.post("")
def create() -> Any:
    require(current_actor(), Action.MANAGE_DESK)
    form = read_form(CalendarSchema)
    if form.is_valid and _adds_days():
        return _with_added_days(None, form)
    new = _new_version(form, None)
    if new is not None:
        with form.refusals(), _in_words(form):
            calendar = calendars.add_calendar(form.value["name"], new, by=current_actor())
            flash(_("The calendar is added. Now targets can count on it."))
            return redirect(url_for("console.calendars.show", calendar_id=calendar.id))
    return _edit_page(None, form), 422


@bp.get("/<int:calendar_id>")
def show(calendar_id: int) -> str:
    calendar = calendars.get_calendar(calendar_id, for_=current_actor())
    versions = calendars.versions_of(calendar)
    held = calendars.in_force(versions, epoch(now()))
    today = now().astimezone(ZoneInfo(held.content["timezone"])).date()
    coming = [on for on in sorted({*held.content["holidays"], *held.content["exceptions"]}) if on >= today.isoformat()]
    return render_template(
        "console/calendars/show.html", calendar=calendar, held=held, history=versions[::-1], coming=coming[:12],
        authors=calendars.authors_of(versions), week=week_of(held.content, held.day_names, today), today=today,
        weekdays=weekday_names(), instant=instant, now_at=epoch(now()),
    )  # fmt: skip


@bp.get("/<int:calendar_id>/versions/new")
def new_version(calendar_id: int) -> str:
    calendar = calendars.get_calendar(calendar_id, for_=current_actor())
    latest = calendars.versions_of(calendar)[-1]
    told = told_of(latest.content, latest.day_names)
    return _edit_page(calendar, Form(told | _years() | {"holidays_of": latest.holidays_of}))


@bp.post("/<int:calendar_id>/versions")
def create_version(calendar_id: int) -> Any:
    """What the version would change; the same form sent again with that seen saves it."""
    actor = current_actor()
    calendar = calendars.get_calendar(calendar_id, for_=actor)
    form = read_form(VersionSchema)
    if form.is_valid and _adds_days():
        return _with_added_days(calendar, form)
    new = _new_version(form, calendar)
    if new is None:
        return _edit_page(calendar, form), 422
    with form.refusals(), _in_words(form):
        if request.form.get("step") == "save" and request.form.get("previewed") == new.digest:
            try:
                impact = calendars.save_version(calendar, new, by=actor)
            except Conflict as refusal:
                form.message = refusal.message
                form.data["based_on"] = calendars.versions_of(calendar)[-1].id
                return _edit_page(calendar, form), 409
            _tell_saved(impact)
            return redirect(url_for("console.calendars.show", calendar_id=calendar_id))
        with unlocked():
            impact = calendars.preview_version(calendar, new, by=actor)
        return _edit_page(calendar, form, impact, new.digest)
    return _edit_page(calendar, form), 422


class _in_words:  # noqa: N801 - reads as a clause of `with`
    """What the arithmetic refuses about a calendar becomes errors of the form."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, _trace: Any) -> bool:
        if not isinstance(error, WorktimeError):
            return False
        field, sentence = field_and_sentence(error)
        self.form.errors.setdefault(field, []).append(sentence)
        return True


def _new_version(form: Form, calendar: WorkCalendar | None) -> NewVersion | None:
    """What the form asks for; None where something is wrong with it."""
    if not form.is_valid:
        return None
    value = form.value
    held = calendars.versions_of(calendar)[-1] if calendar else None
    with _in_words(form):
        said, names = calendar_of(value, held.content.get("blackouts", []) if held else [])
        valid_from = value["valid_from"]
        if valid_from is not None:  # on the wall clock of the calendar
            valid_from = epoch(valid_from.replace(tzinfo=ZoneInfo(said.timezone)))
        return NewVersion(
            said, reason=value["reason"], valid_from=valid_from, is_correction=value["is_correction"],
            holidays_of=_sources(value["holidays_of"]), day_names=names, based_on=value["based_on"],
        )  # fmt: skip
    return None


def _adds_days() -> bool:
    return request.form.get("step") in ("holidays", "ics")


def _with_added_days(calendar: WorkCalendar | None, form: Form) -> Any:
    """The same form with further closed days; nothing is saved."""
    value, year = form.value, now().year
    since = value["since_year"] if value["since_year"] is not None else year
    until = value["until_year"] if value["until_year"] is not None else since + YEARS_AHEAD
    try:
        if request.form["step"] == "holidays":
            found = public_holidays(value["country"], value["region"].strip(), since, until,
                                    language=current_language())  # fmt: skip
        else:
            found = _read_file(since, until)
    except HolidaysError as error:
        form.errors[error.field] = [holidays_problem(error)]
        return _edit_page(calendar, form), 422
    before = value["closed"]
    form.data["closed"] = with_days(before, found.days)
    known = [each for each in form.data.get("holidays_of", "").split("; ") if each]
    form.data["holidays_of"] = "; ".join(dict.fromkeys([*known, *([found.source] if found.source else [])]))
    return _edit_page(calendar, form, added=found)


def _read_file(since: int, until: int) -> Found:
    if not FIRST_YEAR <= since <= until <= LAST_YEAR or until - since >= 10:
        raise HolidaysError("until_year", "wrong_years")
    content = b""
    if file := request.files.get("ics"):
        content = file.stream.read(LARGEST_FILE + 1)
        file.close()
    with unlocked():
        return read_ics(content, since, until)


def _sources(text: str) -> str:
    """Where the holidays came from, as this program wrote it."""
    return "; ".join(each for each in text.split("; ") if SOURCE.fullmatch(each))


def _tell_saved(impact: Impact) -> None:
    if impact.following:
        flash(
            ngettext("The version is saved; %(num)d ticket follows within minutes.",
                     "The version is saved; %(num)d tickets follow within minutes.", impact.following)
        )  # fmt: skip
        return
    flash(
        ngettext("The version is saved; %(num)d ticket has moved.", "The version is saved; %(num)d tickets have moved.",
                 impact.tickets)
    )  # fmt: skip


def _years() -> dict[str, str]:
    return {"since_year": str(now().year), "until_year": str(now().year + YEARS_AHEAD)}


def _edit_page(
    calendar: WorkCalendar | None, form: Form, impact: Impact | None = None, digest: str = "",
    added: Found | None = None,
) -> str:  # fmt: skip
    require(current_actor(), Action.MANAGE_DESK)
    if calendar is not None:
        form.data.setdefault("based_on", max(version.id for version in calendars.versions_of(calendar)))
    territories = babel_locale().territories
    named = sorted(((code, territories.get(code, code)) for code in countries()), key=lambda pair: pair[1])
    return render_template(
        "console/calendars/edit.html", calendar=calendar, form=form, impact=impact, digest=digest, added=added,
        weekdays=weekday_names(), countries=named, instant=instant,
        clock_words=CLOCKS,
    )  # fmt: skip
