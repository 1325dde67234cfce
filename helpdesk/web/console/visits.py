"""The calendar of visits: a month, a week by its hours, or what comes day by day."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for

from helpdesk.aftersales.visits import (
    DayOfVisits,
    DeskDays,
    Filters,
    VisitEntry,
    desk_days,
    today_in,
    visits_by_day,
)
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import babel_locale, current_zone, day_name, moment, month_and_year, weekday_word, whole_day
from helpdesk.core.i18n import gettext as _
from helpdesk.models.care import RevisitState
from helpdesk.models.tickets import Channel
from helpdesk.people.directory import operators, teams
from helpdesk.people.organisations import get_organisation
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import sent_id
from helpdesk.web.shell import Item
from helpdesk.web.words import CHANNELS, REVISIT_STATES

bp = Blueprint("visits", __name__, url_prefix="/visits")

IN_A_CELL, AT_ANY_TIME, IN_AN_HOUR, IN_A_WEEKDAY, IN_THE_AGENDA, IN_A_DAY = 3, 6, 4, 60, 60, 500
AGENDA_DAYS = 14
FIRST, LAST = date(2000, 1, 10), date(2199, 12, 1)
NOTHING = DayOfVisits(0, ())


@dataclass(frozen=True)
class EntryShown:
    """A visit as it stands in a calendar."""

    entry: VisitEntry
    at: str  # its hour in the reader's zone; empty for one of the whole day
    until: str
    hour: int | None
    url: str

    @property
    def state(self) -> str:
        return self.entry.state.value


@dataclass(frozen=True)
class DayShown:
    """A day of any of the views."""

    on: date
    label: str
    url: str
    is_today: bool
    is_business: bool
    is_outside: bool
    total: int
    entries: Sequence[EntryShown]

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


@dataclass(frozen=True)
class HourShown:
    """An hour of a weekday."""

    label: str
    is_open: bool
    entries: Sequence[EntryShown]
    more: int


@dataclass(frozen=True)
class Tour:
    """Visits to one place by one person on one day."""

    place: str
    operator: str
    entries: Sequence[EntryShown]


@dataclass(frozen=True)
class Asked:
    """What the address says: which view, from when, of whom."""

    view: str
    on: date
    today: date
    filters: Filters
    kept: Mapping[str, str]

    def url(self, **changes: Any) -> str:
        known: dict[str, Any] = {"view": self.view, "from": self.on.isoformat(), **self.kept, **changes}
        return url_for("console.visits.index", **{name: value for name, value in known.items() if value})


@bp.get("")
def index() -> str:
    asked = _asked()
    drawn = VIEWS[asked.view](asked)
    return render_template(
        f"console/visits/{asked.view}.html", asked=asked, **drawn, tabs=_tabs(asked), chips=_chips(asked),
        choices=_choices(), states=REVISIT_STATES, channels=CHANNELS, state_of=REVISIT_STATES,
    )  # fmt: skip


def _month(asked: Asked) -> dict[str, Any]:
    first = asked.on.replace(day=1)
    days_in_it = monthrange(first.year, first.month)[1]
    since = _week_of(first)
    weeks = -(-((first - since).days + days_in_it) // 7)
    days = _days(asked, since, 7 * weeks, IN_A_CELL, is_outside=lambda on: on.month != first.month)
    return {
        "weeks": [days[number : number + 7] for number in range(0, len(days), 7)], "heading": month_and_year(first),
        "weekdays": [weekday_word(since + timedelta(days=number)) for number in range(7)],
        "total": sum(day.total for day in days if not day.is_outside),
        "before": asked.url(**{"from": (first - timedelta(days=1)).replace(day=1)}),
        "after": asked.url(**{"from": first + timedelta(days=days_in_it)}),
    }  # fmt: skip


def _week(asked: Asked) -> dict[str, Any]:
    since, desk = _week_of(asked.on), desk_days()
    days = _days(asked, since, 7, IN_A_WEEKDAY, desk=desk)
    hours = [each.hour for day in days for each in day.entries if each.hour is not None]
    span = range(min([desk.opens, *hours]), max([desk.closes, *(hour + 1 for hour in hours)]))
    return {
        "days": [(day, _at_any_time(day), _hours(day, span, desk)) for day in days],
        "hours": [f"{hour:02}:00" for hour in span], "heading": _span_words(since, since + timedelta(days=6)),
        "total": sum(day.total for day in days), "before": asked.url(**{"from": since - timedelta(days=7)}),
        "after": asked.url(**{"from": since + timedelta(days=7)}),
    }  # fmt: skip


def _agenda(asked: Asked) -> dict[str, Any]:
    return _listed(asked, asked.on, AGENDA_DAYS, IN_THE_AGENDA,
                   _span_words(asked.on, asked.on + timedelta(days=AGENDA_DAYS - 1)))  # fmt: skip


def _day(asked: Asked) -> dict[str, Any]:
    return _listed(asked, asked.on, 1, IN_A_DAY, whole_day(asked.on))


# Each view by its name in the address; a day is where "more" leads to.
VIEWS: dict[str, Callable[[Asked], dict[str, Any]]] = {"month": _month, "week": _week, "agenda": _agenda, "day": _day}


def _listed(asked: Asked, since: date, count: int, most: int, heading: str) -> dict[str, Any]:
    days = _days(asked, since, count, most)
    return {
        "days": [(day, _tours(day.entries)) for day in days if day.total], "heading": heading,
        "total": sum(day.total for day in days), "before": asked.url(**{"from": since - timedelta(days=count)}),
        "after": asked.url(**{"from": since + timedelta(days=count)}),
    }  # fmt: skip


def _days(
    asked: Asked, since: date, count: int, most: int, *, desk: DeskDays | None = None,
    is_outside: Callable[[date], bool] = lambda _on: False,
) -> list[DayShown]:  # fmt: skip
    desk = desk or desk_days()
    found = visits_by_day(
        since, since + timedelta(days=count), asked.filters, most_a_day=most, for_=current_actor()
    )  # fmt: skip
    zone, days = ZoneInfo(current_zone()), []
    for number in range(count):
        on = since + timedelta(days=number)
        day = found.get(on, NOTHING)
        days.append(DayShown(
            on=on, label=day_name(on), url=asked.url(view="day", **{"from": on}), is_today=on == asked.today,
            is_business=desk.is_business(on), is_outside=is_outside(on), total=day.total,
            entries=[_shown(entry, zone) for entry in day.entries],
        ))  # fmt: skip
    return days


def _shown(entry: VisitEntry, zone: ZoneInfo) -> EntryShown:
    at, until, hour = "", "", None
    if entry.starts_at is not None:
        local = entry.starts_at.astimezone(zone)
        # The end is that many minutes later, whatever the clocks do in between.
        ends = (entry.starts_at + timedelta(minutes=entry.minutes)).astimezone(zone)
        at, until, hour = f"{local:%H:%M}", f"{ends:%H:%M}", local.hour
        if local.date() != entry.on:  # to the reader it is another day than to the client
            at, until, hour = moment(entry.starts_at, weekday=True), "", None
    return EntryShown(entry, at, until, hour, url_for("console.revisits.show", revisit_id=entry.id))


def _at_any_time(day: DayShown) -> HourShown:
    """The visits without an hour, as the row above the hours."""
    here = [each for each in day.entries if each.hour is None]
    return HourShown("", day.is_business, here[:AT_ANY_TIME], len(here[AT_ANY_TIME:]))


def _hours(day: DayShown, span: range, desk: DeskDays) -> list[HourShown]:
    zone, hours = ZoneInfo(current_zone()), []
    for hour in span:
        here = [each for each in day.entries if each.hour == hour]
        half_past = datetime.combine(day.on, time(hour, 30), zone)
        hours.append(HourShown(f"{hour:02}:00", desk.is_open(half_past), here[:IN_AN_HOUR], len(here[IN_AN_HOUR:])))
    return hours


def _tours(entries: Sequence[EntryShown]) -> list[EntryShown | Tour]:
    """The visits of a day in their order, those to one place by one person together."""
    together: dict[tuple[str, str], list[EntryShown]] = {}
    for each in entries:
        if each.entry.channel is Channel.ON_SITE_VISIT and each.entry.place and each.entry.operator:
            together.setdefault((each.entry.place.casefold(), each.entry.operator), []).append(each)
    listed: list[EntryShown | Tour] = []
    for each in entries:
        tour = together.get((each.entry.place.casefold(), each.entry.operator), [])
        if len(tour) < 2 or each.entry.channel is not Channel.ON_SITE_VISIT:
            listed.append(each)
        elif tour[0] is each:
            listed.append(Tour(each.entry.place, each.entry.operator, tour))
    return listed


def _asked() -> Asked:
    today = today_in(current_zone())
    filters = Filters(sent_id("operator"), sent_id("team"), sent_id("organisation"), _state())
    kept = {name: str(value) for name, value in (
        ("operator", filters.operator_id), ("team", filters.team_id), ("organisation", filters.organisation_id),
        ("state", filters.state.value if filters.state else None),
    ) if value is not None}  # fmt: skip
    view = request.args.get("view", "")
    return Asked(
        view if view in VIEWS else _usual_view(), _date(request.args.get("from", ""), today), today, filters, kept
    )


def _usual_view() -> str:
    """On a phone what comes day by day, elsewhere the month."""
    return "agenda" if "Mobi" in request.user_agent.string else "month"


def _date(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return otherwise
    return found if FIRST <= found <= LAST else otherwise


def _state() -> RevisitState | None:
    known = request.args.get("state", "")
    return RevisitState(known) if known in REVISIT_STATES else None


def _week_of(on: date) -> date:
    """The first day of the week, as the reader's language begins it."""
    return on - timedelta(days=(on.weekday() - babel_locale().first_week_day) % 7)


def _span_words(since: date, until: date) -> str:
    return f"{day_name(since)} – {day_name(until)}"


def _tabs(asked: Asked) -> list[Item]:
    names = {"month": _("Month"), "week": _("Week"), "agenda": _("Agenda")}
    return [Item(name, asked.url(view=view), is_current=view == asked.view) for view, name in names.items()]


def _chips(asked: Asked) -> list[tuple[str, str]]:
    filters, chips = asked.filters, []
    if filters.operator_id in operators():
        chips.append((operators()[filters.operator_id].name, asked.url(operator=None)))
    if filters.team_id in teams():
        chips.append((teams()[filters.team_id].name, asked.url(team=None)))
    if filters.organisation_id is not None:
        chips.append((_organisation(filters.organisation_id), asked.url(organisation=None)))
    if filters.state is not None:
        chips.append((str(REVISIT_STATES[filters.state.value]), asked.url(state=None)))
    return chips


def _organisation(organisation_id: int) -> str:
    try:
        return get_organisation(organisation_id, for_=current_actor()).name
    except NotFound:
        return _("Unknown organisation")


def _choices() -> dict[str, Any]:
    return {
        "operators": [(card.id, card.name) for card in operators().values() if card.is_active],
        "teams": [(team.id, team.name) for team in teams().values() if team.is_active and not team.is_imported],
        "states": [(value, str(label)) for value, label in REVISIT_STATES.items()],
    }
