"""A calendar as an administrator writes it in a form, and back: hours, closed days, special days."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import get_day_names

from helpdesk.core.i18n import babel_locale
from helpdesk.core.i18n import gettext as _
from sla.holidays import HolidaysError
from sla.worktime import DAY, WEEKDAYS, Calendar, WorktimeError

_DAY_LINE = re.compile(r"(\S+)\s*(.*)")
_INTERVAL = re.compile(r"([\d:.]+)\s*(?:-|–|—|to|~)\s*([\d:.]+)")
_HOURS = re.compile(rf"({_INTERVAL.pattern}(?:\s*[,;，；、]\s*{_INTERVAL.pattern})*)\s*(.*)")
LONGEST_NAME, MOST_LINES = 100, 4_000
ALWAYS = [["00:00", "24:00"]]


def calendar_of(told: Mapping[str, Any], blackouts: Sequence[Any] = ()) -> tuple[Calendar, dict[str, str]]:
    """The calendar that a form says, and the names of its days; WorktimeError at the first field that is wrong."""
    holidays, names = _days(told["closed"])
    exceptions, special_names = _special(told["special"])
    always = bool(told["around_the_clock"])
    week = {day: ALWAYS if always else _hours(told[day], f"weekly.{day}") for day in WEEKDAYS}
    content = {
        "timezone": told["timezone"].strip(), "weekly": {day: hours for day, hours in week.items() if hours},
        "holidays": holidays, "exceptions": exceptions, "blackouts": list(blackouts),
    }  # fmt: skip
    return Calendar.from_json(content), names | special_names


def told_of(content: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What a form says of a stored calendar."""
    weekly = content.get("weekly", {})
    always = all(weekly.get(day) == ALWAYS for day in WEEKDAYS)
    return {
        "timezone": content["timezone"],
        "around_the_clock": "true" if always else "",
        **{day: "" if always else hours_text(weekly.get(day, [])) for day in WEEKDAYS},
        "closed": "\n".join(_line(on, names) for on in sorted(content.get("holidays", []))),
        "special": "\n".join(
            _line(f"{on} {hours_text(hours)}".strip(), names, on)
            for on, hours in sorted(content.get("exceptions", {}).items())
        ),
    }


def with_days(closed: str, days: Mapping[date, str]) -> str:
    """The closed days of a form with further ones; what is there already stays, and gets its name if it has none."""
    lines = {on.isoformat(): f"{on.isoformat()} {name}".strip() for on, name in days.items()}
    for line in filter(None, (line.strip() for line in closed.splitlines())):
        lines[line.split()[0]] = line if " " in line else lines.get(line, line)
    return "\n".join(lines[on] for on in sorted(lines))


def hours_text(intervals: Sequence[Sequence[str]]) -> str:
    """Hours as they are written and read: 09:00–12:00, 13:00–18:00."""
    return ", ".join(f"{opening}–{closing}" for opening, closing in intervals)


def weekday_names(width: str = "wide") -> dict[str, str]:
    """The days of the week in the reader's language."""
    names = get_day_names(width, context="stand-alone", locale=babel_locale())  # type: ignore[arg-type]
    return {day: names[number] for number, day in enumerate(WEEKDAYS)}


def week_of(content: Mapping[str, Any], names: Mapping[str, str], today: date) -> list[dict[str, Any]]:
    """This week as the calendar has it, for the drawing of a week."""
    monday, words = today - timedelta(days=today.weekday()), weekday_names("abbreviated")
    days = []
    for number, day in enumerate(WEEKDAYS):
        on = monday + timedelta(days=number)
        text = on.isoformat()
        is_holiday = text in content.get("holidays", []) and text not in content.get("exceptions", {})
        hours = content.get("exceptions", {}).get(text)
        if hours is None:
            hours = [] if is_holiday else content.get("weekly", {}).get(day, [])
        days.append({
            "label": f"{words[day]} {on.day}", "on": on, "is_today": on == today, "is_holiday": is_holiday,
            "holiday": names.get(text, ""), "entries": [_entry(*each) for each in hours],
        })  # fmt: skip
    return days


def field_and_sentence(error: WorktimeError) -> tuple[str, str]:
    """Which field of the form is wrong, and what to do about it."""
    where = error.path.partition("[")[0]
    field = {"holidays": "closed", "exceptions": "special", "timezone": "timezone"}.get(where.partition(".")[0])
    field = field or where.removeprefix("weekly.")
    told = PROBLEMS.get(error.code)
    return field, told(str(error.value)) if told else str(error)


def holidays_problem(error: HolidaysError) -> str:
    """Why no days could be added."""
    if error.code == "unknown_region":
        if not error.choices:
            return _("This country has no regions of its own here.")
        return _("There is no such region. Known are: %(regions)s.", regions=", ".join(error.choices))
    texts = {
        "unknown_country": _("Choose one of the list."),
        "wrong_years": _("Give years from 2000 to 2100, ten at most."),
        "too_large": _("This file is too large: a megabyte is enough for holidays."),
        "not_text": _("This file is not text. Export the calendar as iCalendar (.ics)."),
        "not_a_calendar": _("This is not a calendar file. Export the calendar as iCalendar (.ics)."),
        "too_many": _("This file names too many days."),
    }
    return texts[error.code]


PROBLEMS: dict[str, Callable[[str], str]] = {
    "unknown_zone": lambda v: _("“%(value)s” is not a time zone. Give one such as Europe/Vilnius.", value=v),
    "malformed_time": lambda v: _("“%(value)s” is not a time of day. Write 09:00; a day ends at 24:00.", value=v),
    "malformed_span": lambda v: _("“%(value)s” is not an interval. Write 09:00–12:00.", value=v),
    "empty_span": lambda v: _("%(value)s ends when it begins.", value=v),
    "long_interval": lambda v: _("%(value)s is longer than a day.", value=v),
    "overlap": lambda v: _("%(value)s overlaps another interval.", value=v),
    "unsorted": lambda v: _("%(value)s begins before the interval that stands in front of it.", value=v),
    "malformed_date": lambda v: _("“%(value)s” is not a date. Write 2026-12-24.", value=v),
    "repeated_date": lambda v: _("%(value)s is there twice.", value=v),
    "too_many": lambda v: _("These are too many days."),
}


def _hours(text: str, path: str) -> list[list[str]]:
    text = text.strip()
    if not text:
        return []
    found = []
    for part in re.split(r"[,;，；、]", text):
        match = _INTERVAL.fullmatch(part.strip())
        if match is None:
            raise WorktimeError(path, "malformed_span", part.strip()[:60])
        found.append([_padded(match[1]), _padded(match[2])])
    return found


def _padded(time: str) -> str:
    """9:00 as 09:00."""
    return f"0{time}" if re.match(r"\d[:.]", time) else time


def _days(text: str) -> tuple[list[str], dict[str, str]]:
    days, names = [], {}
    for line in _lines(text, "holidays"):
        match = _DAY_LINE.fullmatch(line)
        assert match is not None
        days.append(match[1])
        if match[2]:
            names[match[1]] = match[2].strip()[:LONGEST_NAME]
    return days, names


def _special(text: str) -> tuple[dict[str, list[list[str]]], dict[str, str]]:
    days: dict[str, list[list[str]]] = {}
    names = {}
    for line in _lines(text, "exceptions"):
        on, _space, rest = line.partition(" ")
        if on in days:
            raise WorktimeError("exceptions", "repeated_date", on[:60])
        match = _HOURS.fullmatch(rest.strip())
        hours, name = (match[1], match.groups()[-1]) if match else ("", rest.strip())
        if not match and re.match(r"\d", name):
            raise WorktimeError(f"exceptions.{on}", "malformed_span", name[:60])
        days[on] = _hours(hours, f"exceptions.{on}")
        if name:
            names[on] = name.strip()[:LONGEST_NAME]
    return days, names


def _lines(text: str, path: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise WorktimeError(path, "too_many", len(lines))
    return lines


def _line(text: str, names: Mapping[str, str], on: str = "") -> str:
    return f"{text} {names.get(on or text, '')}".strip()


def _entry(opening: str, closing: str) -> dict[str, Any]:
    first, last = (int(t[:2]) * 60 + int(t[3:5]) for t in (opening, closing))
    last = last if last > first else DAY // 60  # past midnight: drawn to the end of its day
    return {"label": "", "begins": opening, "ends": closing, "from_minute": first, "to_minute": last, "url": None,
            "about": None, "kind": "open"}  # fmt: skip
