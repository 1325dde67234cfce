"""Closed days from elsewhere: the public holidays of a country, and calendar files (iCalendar, RFC 5545).

1. Both are read once, when somebody asks for them, and become plain dates with names. What a calendar says never
   depends on a later release of the source; `holidays_of` names the one that was read.
2. Of a calendar file the dates of its events count, whatever their hours; an event over several days closes each of
   them. Yearly events are unfolded over the years asked for. What is cancelled is left out, and so are rules that
   recur otherwise than yearly: they are counted and told, never guessed.
3. The file is bounded in size, events and days; what is not such a file is refused with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any

import holidays
import icalendar
from dateutil.rrule import rrulestr

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 2000, 2100, 10
LARGEST_FILE = 1_000_000  # bytes
MOST_EVENTS, MOST_DAYS, LONGEST_EVENT = 5_000, 4_000, 62
LONGEST_NAME = 100

# The source as it is written into a version: country, region, years and the release it was read from.
SOURCE = re.compile(r"[A-Z]{2}(?:-[\w .'-]{1,40})? [0-9]{4}–[0-9]{4} \(holidays [0-9.]{1,20}\)")

Days = dict[date, str]


class HolidaysError(ValueError):
    """Something that cannot be read: `code` says why, `field` where, `choices` what would be right."""

    def __init__(self, field: str, code: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(field, code)
        self.field, self.code, self.choices = field, code, choices


@dataclass(frozen=True)
class Found:
    """The days of a source, by date, and what of it was left out."""

    days: Mapping[date, str]
    source: str = ""
    left_out: int = 0


def countries() -> dict[str, tuple[str, ...]]:
    """The countries whose public holidays are known, each with its regions."""
    return {
        code: tuple(regions)
        for code, regions in holidays.list_supported_countries(include_aliases=False).items()
        if len(code) == 2
    }


def public_holidays(country: str, region: str, since: int, until: int, *, language: str = "en") -> Found:
    """The public holidays of these years, both included."""
    known = countries()
    if country not in known:
        raise HolidaysError("country", "unknown_country")
    if region and region not in known[country]:
        raise HolidaysError("region", "unknown_region", known[country])
    if not FIRST_YEAR <= since <= until <= LAST_YEAR or until - since >= MOST_YEARS:
        raise HolidaysError("until_year", "wrong_years")
    found = holidays.country_holidays(
        country, subdiv=region or None, years=range(since, until + 1), language=_spoken(country, language)
    )
    place = f"{country}-{region}" if region else country
    source = f"{place} {since}–{until} (holidays {version('holidays')})"
    return Found({on: _name(name) for on, name in sorted(found.items())}, source)


def read_ics(content: bytes, since: int, until: int) -> Found:
    """The days that a calendar file names, in these years."""
    if len(content) > LARGEST_FILE:
        raise HolidaysError("ics", "too_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HolidaysError("ics", "not_text") from None
    if "BEGIN:VCALENDAR" not in text[:2000].upper() or "\0" in text:
        raise HolidaysError("ics", "not_a_calendar")
    try:
        parsed = icalendar.Calendar.from_ical(text)
        events = list(parsed.walk("VEVENT"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError):
        raise HolidaysError("ics", "not_a_calendar") from None
    if len(events) > MOST_EVENTS:
        raise HolidaysError("ics", "too_many")
    days: Days = {}
    left_out = 0
    for event in events:
        try:
            found = _days_of(event, since, until)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            found = None
        if found is None:
            left_out += 1
            continue
        for on in found:
            days.setdefault(on, _name(str(event.get("SUMMARY", ""))))
        if len(days) > MOST_DAYS:
            raise HolidaysError("ics", "too_many")
    return Found(dict(sorted(days.items())), left_out=left_out)


def _days_of(event: Any, since: int, until: int) -> list[date] | None:
    """The dates of an event within these years; None where it cannot be told."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return []
    first = _date(event["DTSTART"].dt)
    last = first
    if "DTEND" in event:
        end = event["DTEND"].dt
        # The end is not part of it: an event of one day ends with the beginning of the next one.
        last = max(first, end - timedelta(days=1) if not isinstance(end, datetime) else _date(end))
    elif "DURATION" in event:
        last = max(first, first + event["DURATION"].dt - timedelta(days=1))
    length = (last - first).days + 1
    if length > LONGEST_EVENT:
        return None
    starts = [first]
    if "RRULE" in event:
        unfolded = _yearly(event["RRULE"], first, until)
        if unfolded is None:
            return None
        starts = unfolded
    elif "RDATE" in event:
        return None
    return [
        on for start in starts for on in (start + timedelta(days=n) for n in range(length)) if since <= on.year <= until
    ]


def _yearly(rule: Any, first: date, until: int) -> list[date] | None:
    if isinstance(rule, list) or [str(each).upper() for each in rule.get("FREQ", [])] != ["YEARLY"]:
        return None
    if set(map(str.upper, rule)) - {"FREQ", "COUNT", "UNTIL", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}:
        return None
    if any(int(step) < 1 for step in rule.get("INTERVAL", [])):
        return None
    text = re.sub(r"UNTIL=([0-9]{8})[^;]*", r"UNTIL=\1", rule.to_ical().decode())
    start = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - a date, as the rule library wants it
    end = datetime(until, 12, 31)  # noqa: DTZ001
    found: list[date] = []
    for at in rrulestr(text, dtstart=start):
        if at > end or len(found) > LAST_YEAR:
            break
        found.append(at.date())
    return found


def _date(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _name(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME]


def _spoken(country: str, language: str) -> str | None:
    """The language of the names: the reader's, else English, else that of the country."""
    spoken = _localized().get(country, ())
    wanted = {"zh-Hans": "zh_CN", "en": "en_US"}.get(language, language)
    return next((each for each in (wanted, "en_US") if each in spoken), None)


def _localized() -> Mapping[str, Any]:
    found: Mapping[str, Any] = holidays.list_localized_countries()
    return found
