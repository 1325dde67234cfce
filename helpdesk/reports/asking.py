"""What a reader asks of a report: period, slices, breakdown; as addresses, saved views and letters say it.

1. A period is relative (`last-month`), so that a saved view means another month each time, or has dates of its own.
   Days begin in the zone of the desk. `since` is inside, `until` is not.
2. In an address each dimension stands under its own name, as often as it has values; `none` names those of which the
   items without a value are wanted; `by` stands there up to twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.figures.desk import first_of_month, month_of
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport
from helpdesk.reports.words import PERIODS

DEFAULT_PERIOD = "90"
MOST_BY, MOST_VALUES, LONGEST_VALUE = 2, 200, 250
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9000, 1, 1)


class Sent(Protocol):
    """What an address brings, several values under a name."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Asked:
    """A report as somebody wants to see it."""

    report: FactReport
    period: str = DEFAULT_PERIOD
    since: date | None = None  # of the period "own"
    until: date | None = None
    where: tuple[tuple[str, str], ...] = ()
    by: tuple[str, ...] | None = None  # None: as the report itself is broken down
    judged: str = "first"
    compare: bool = True

    def over(self, at: datetime, zone: ZoneInfo) -> Slice:
        """The slice as it is to be counted at this instant."""
        since, until = days_of(self, at.astimezone(zone).date())
        return Slice(_midnight(since, zone), _midnight(until, zone), self.where)

    @property
    def broken_down(self) -> tuple[str, ...]:
        return self.report.by if self.by is None else self.by

    def pairs(self) -> list[tuple[str, str]]:
        """What its address says."""
        pairs = [("period", self.period)]
        if self.period == "own":
            pairs += [(name, day.isoformat()) for name, day in (("since", self.since), ("until", self.until)) if day]
        pairs += [(name, value) if value else ("none", name) for name, value in self.where]
        if self.by is not None:
            pairs += [("by", name) for name in self.by] or [("by", "")]
        if self.judged != "first":
            pairs.append(("judged", self.judged))
        if not self.compare:
            pairs.append(("compare", "no"))
        return pairs

    @property
    def query(self) -> str:
        """The same as the address has it behind its question mark."""
        return urlencode(self.pairs())


def read_asked(report: FactReport, sent: Sent) -> Asked:
    """What the address asks for; Invalid, by field, for what the report does not know."""
    period = _one(sent, "period") or ("own" if _one(sent, "since") or _one(sent, "until") else DEFAULT_PERIOD)
    if period not in PERIODS:
        raise Invalid({"period": [_("Choose one of the list.")]})
    since, until = (_day(sent, name) if period == "own" else None for name in ("since", "until"))
    if since and until and since >= until:
        raise Invalid({"until": [_("The end must come after the beginning.")]})
    where = [
        (name, value) for name in report.source.dimensions for value in dict.fromkeys(sent.getlist(name)) if value
    ]  # fmt: skip
    where += [(name, "") for name in dict.fromkeys(sent.getlist("none")) if name in report.source.dimensions]
    if len(where) > MOST_VALUES or any(len(value) > LONGEST_VALUE for _name, value in where):
        raise Invalid({"where": [_("That is too much at once; choose less.")]})
    judged = _one(sent, "judged") or "first"
    if judged not in ("first", "now"):
        raise Invalid({"judged": [_("Choose one of the list.")]})
    return Asked(report, period, since, until, tuple(where), _by(report, sent), judged, _one(sent, "compare") != "no")


def asked_again(report: FactReport, query: str) -> Asked:
    """What a saved address asks for."""
    return read_asked(report, _Pairs(parse_qsl(query, keep_blank_values=True)))


@dataclass(frozen=True)
class _Pairs:
    pairs: list[tuple[str, str]]

    def getlist(self, key: str) -> list[str]:
        return [value for name, value in self.pairs if name == key]


def days_of(asked: Asked, today: date) -> tuple[date | None, date | None]:
    """The first day of the period and the day after its last; None where it is open."""
    name = asked.period
    if name == "own":
        return asked.since, asked.until
    if name == "all":
        return None, None
    if name.isdigit():
        return today - timedelta(days=int(name) - 1), today + timedelta(days=1)
    which, _sign, length = name.partition("-")
    if length == "week":
        begin = today - timedelta(days=today.weekday())
        return (begin, begin + timedelta(days=7)) if which == "this" else (begin - timedelta(days=7), begin)
    size = {"month": 1, "quarter": 3, "year": 12}[length]
    month = month_of(today) // size * size
    first = month if which == "this" else month - size
    return first_of_month(first), first_of_month(first + size)


def without(asked: Asked, name: str, value: str) -> Asked:
    """The same without one of its conditions."""
    return replace(asked, where=tuple(pair for pair in asked.where if pair != (name, value)))


def _by(report: FactReport, sent: Sent) -> tuple[str, ...] | None:
    given = sent.getlist("by")
    if not given:
        return None
    names: tuple[str, ...] = tuple(dict.fromkeys(name for name in given if name))
    unknown = [name for name in names if name not in report.dimensions]
    if unknown:
        raise Invalid({"by": [_("There is no dimension %(name)s; there are %(names)s.", name=unknown[0],
                                names=enumeration(report.dimensions))]})  # fmt: skip
    if len(names) > MOST_BY:
        raise Invalid({"by": [_("Choose at most %(number)s.", number=MOST_BY)]})
    if sum(name in STEPS for name in names) > 1:
        raise Invalid({"by": [_("Choose one stretch of time: %(names)s.", names=enumeration(STEPS))]})
    return names


def _one(sent: Sent, name: str) -> str:
    values: Iterable[str] = sent.getlist(name)
    return next(iter(values), "")


def _day(sent: Sent, name: str) -> date | None:
    text = _one(sent, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid({name: [_("Write a date as 2026-12-31.")]}) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid({name: [_("Write a date as 2026-12-31.")]})
    return day


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)
