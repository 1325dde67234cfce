"""Load: when tickets come, by hour and weekday, against the desk's calendar, and how many people that needs.

1. Arrivals are tickets by their receipt, in the zone of the desk. Each quarter of an hour is inside or outside of the
   working hours of the desk's calendar, holidays counted.
2. People are needed for the hours in which the desk works: Erlang C of what comes in such an hour, of the work that a
   ticket takes, and of the first response that is aimed at. What comes outside of them is said, and comes on top.
3. The work of a ticket is the mean of what was logged, where enough tickets of the slice have any, else the setting
   `handling_minutes`. The time to the first response is the one that most clocks of the slice have, else the setting
   `answer_minutes`. What was taken, and what Erlang C assumes, stands beside the figures.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from sqlalchemy import Select, func, literal, select

from helpdesk.core.db import SecondsBetween, UTCDateTime, among, db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.settings import read_settings
from helpdesk.core.times import epoch, instant, now
from helpdesk.figures.counting import ReportSettings, counted_at
from helpdesk.figures.desk import desk_calendar, desk_zone, working_hours
from helpdesk.models.contracts import WorkLog
from helpdesk.models.figures import ClockFigures, TicketFigures
from helpdesk.policy.actor import Actor
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport, Key, before, figure, said
from helpdesk.reports.metrics import Figure, How, Metric, Row, Table, Unit
from helpdesk.reports.sources import TICKETS
from helpdesk.reports.statistics import ASSUMPTIONS, Staffing, agents_needed
from sla.models import ClockKind
from sla.worktime import WorkIndex

QUARTER_SECONDS, HOUR_SECONDS, DAY_HOURS = 900, 3600, 24
_QUARTER = SecondsBetween(literal(instant(0), UTCDateTime()), TicketFigures.opened_at).op("/")(QUARTER_SECONDS)
BY = ("weekday", "hour")
TITLES: Mapping[str, LazyString] = {"weekday": _l("Weekday"), "hour": _l("Hour")}

OPENED = Metric(
    name="opened", title=_lp("figure", "Opened"), basis="opened", sums=("tickets",),
    definition=_l("Tickets received in the period; by hour and weekday in the time zone of the desk."),
)  # fmt: skip
OUTSIDE = Metric(
    name="outside_hours", title=_l("Outside of working hours"), basis="opened", how=How.SHARE, unit=Unit.SHARE,
    definition=_l("Of the tickets received, the share that came while nobody works by the desk's calendar."),
    numerator=_l("Tickets received outside of the working hours, holidays among them."),
    denominator=_l("Tickets received."),
)  # fmt: skip
PER_HOUR = Metric(
    name="per_hour", title=_l("In an hour"), basis="opened", how=How.MODEL, unit=Unit.NUMBER,
    definition=_l("Tickets received by how often the hour came in the period."),
    numerator=_l("Tickets received."), denominator=_l("Hours of the period, of this weekday and hour."),
)  # fmt: skip
PEOPLE = Metric(
    name="people", title=_l("People needed"), basis="opened", how=How.MODEL, unit=Unit.NUMBER,
    definition=_l("The fewest people with whom the wanted share of tickets is begun in time, by Erlang C; of several "
                  "hours the most."),
    exclusions=_l("Hours in which the desk does not work; tickets that come outside of them are on top."),
)  # fmt: skip
BEGUN = Metric(
    name="begun_in_time", title=_l("Begun in time"), basis="opened", how=How.MODEL, unit=Unit.SHARE, better="more",
    definition=_l("The share of tickets that so many people begin within the time to the first response, by Erlang C; "
                  "of several hours the least."),
)  # fmt: skip
BUSY = Metric(
    name="busy", title=_l("Busy"), basis="opened", how=How.MODEL, unit=Unit.SHARE,
    definition=_l("The share of their time for which so many people work on tickets, by Erlang C; of several hours the "
                  "most."),
)  # fmt: skip


@dataclass(frozen=True)
class Aim:
    """What the number of people is reckoned from, and where that comes from."""

    handling_minutes: float
    tickets_with_work: int  # of these the minutes are the mean; 0 where they are the setting
    answer_minutes: float
    clocks: int  # which have this target; 0 where it is the setting
    share: float
    busy: float

    def sentences(self) -> list[str]:
        """The same in words, with what Erlang C assumes."""
        number = round(self.handling_minutes, 1)
        words = [
            _("A ticket takes %(number)s minutes of work: the mean of %(tickets)s tickets with work logged.",
              number=f"{number:g}", tickets=self.tickets_with_work)
            if self.tickets_with_work else
            _("A ticket is taken to need %(number)s minutes of work, as the settings say: too few have work logged.",
              number=f"{number:g}"),
            _("%(percent)s %% are to be begun within %(number)s minutes, the most frequent target of the first "
              "responses.", percent=round(self.share * 100), number=f"{self.answer_minutes:g}")
            if self.clocks else
            _("%(percent)s %% are to be begun within %(number)s minutes, as the settings say.",
              percent=round(self.share * 100), number=f"{self.answer_minutes:g}"),
            _("Nobody is busy with tickets for more than %(percent)s %% of the time.", percent=round(self.busy * 100)),
            _("What comes outside of working hours is not in the number; its work comes on top."),
        ]  # fmt: skip
        return words + [str(each) for each in ASSUMPTIONS]


@dataclass
class _Hour:
    """What is known of an hour of the week."""

    count: int = 0
    outside: int = 0
    hours: float = 0.0  # how long it lasted in the period
    worked: float = 0.0  # how much of that the desk works

    @property
    def arrivals_at_work(self) -> float:
        """Tickets for each hour that the desk works."""
        return (self.count - self.outside) / self.worked if self.worked else 0.0

    @property
    def is_working(self) -> bool:
        """That the desk mostly works: an extraordinary Saturday makes no staff plan."""
        return self.worked * 2 > self.hours


class LoadReport(FactReport):
    """Arrivals by hour of the week, and the people for them: worked out by quarters of an hour."""

    by_itself: ClassVar[frozenset[str]] = frozenset(metric.name for metric in (OUTSIDE, PER_HOUR, PEOPLE, BEGUN, BUSY))

    @property
    def dimensions(self) -> tuple[str, ...]:
        return BY

    def title_of(self, dimension: str) -> LazyString:
        return TITLES[dimension] if dimension in TITLES else super().title_of(dimension)

    def notes(self, table: Table) -> list[str]:
        return list(table.beside["assumptions"])

    def run(self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first",
            compare: bool = True, limit: int | None = None) -> Table:  # fmt: skip
        by = self.by if by is None else tuple(by)
        self._check(by)
        zone, least = desk_zone(), read_settings(ReportSettings).least_shown
        counts = self._quarters(over, for_, judged)
        aim = self._aim(over, for_, judged)
        hours, until = _hours(over, counts, zone)
        earlier = before(over, zone) if compare else None
        return Table(
            report=self.slug, metrics=self.metrics, since=said(over.since, zone), until=said(over.until, zone),
            zone=zone.key, as_of=(counted_at() or now()).isoformat(timespec="seconds").replace("+00:00", "Z"), by=by,
            where=over.where, total=_row((), hours, aim, least),
            rows=tuple(_row(key, {place: hours[place] for place in places}, aim, least)
                       for key, places in _groups(by)[:limit]),
            before=self._before(earlier, for_, judged, aim, least),
            before_since=said(earlier.since, zone) if earlier is not None else None,
            beside=_beside(hours, aim, until),
        )  # fmt: skip

    def behind(self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (),
               judged: str = "first") -> Select[Any]:  # fmt: skip
        self._check(by)
        self.metric(metric)
        quarters = self._quarters(over, for_, judged)
        wanted = dict(zip(by, key, strict=True))
        zone, index = desk_zone(), working_hours()
        places = [places for each, places in _groups(BY) if all(each[BY.index(n)] == v for n, v in wanted.items())]
        if not places:
            raise NotFound
        of = {place for group in places for place in group}
        numbers = [
            quarter for quarter in quarters
            if _place(quarter, zone) in of and (metric != "outside_hours" or not _is_working(index, quarter))
        ]  # fmt: skip
        conditions = [*self.counted(over, "opened", for_=for_, judged=judged), _is_one_of(numbers)]
        model = TicketFigures
        query: Any = (
            select(model.ticket_id, func.count().label("amount")).where(*conditions).group_by(model.ticket_id)
            .order_by(func.min(model.opened_at), model.ticket_id)
        )  # fmt: skip
        return query  # type: ignore[no-any-return]

    def _check(self, by: Sequence[str]) -> None:
        unknown = [name for name in by if name not in BY]
        if unknown or len(set(by)) < len(by):
            raise Invalid({"by": [_("There is no dimension %(name)s; there are %(names)s.",
                                    name=unknown[0] if unknown else by[0], names=enumeration(BY))]})  # fmt: skip

    def _quarters(self, over: Slice, for_: Actor, judged: str) -> dict[int, int]:
        """Tickets by the quarter of an hour in which they came: no zone has its hours begin between them."""
        query = (
            select(_QUARTER.label("quarter"), func.count())
            .where(*self.counted(over, "opened", for_=for_, judged=judged)).group_by("quarter")
        )  # fmt: skip
        return {int(quarter): count for quarter, count in db.session.execute(query)}

    def _aim(self, over: Slice, for_: Actor, judged: str) -> Aim:
        settings = read_settings(ReportSettings)
        tickets = select(TicketFigures.ticket_id).where(*self.counted(over, "opened", for_=for_, judged=judged))
        work = select(func.sum(WorkLog.minutes), func.count(WorkLog.ticket_id.distinct())).where(
            WorkLog.ticket_id.in_(tickets)
        )
        minutes, worked = db.session.execute(work).one()
        is_known = worked >= settings.least_shown and (minutes or 0) > 0
        targets = (
            select(ClockFigures.target_seconds, func.count())
            .where(ClockFigures.kind == ClockKind.FIRST_RESPONSE, ClockFigures.is_kept,
                   ClockFigures.ticket_id.in_(tickets), ClockFigures.target_seconds > 0)
            .group_by(ClockFigures.target_seconds)
            .order_by(func.count().desc(), ClockFigures.target_seconds).limit(1)
        )  # fmt: skip
        target = db.session.execute(targets).first()
        return Aim(
            int(minutes) / worked if is_known else settings.handling_minutes, worked if is_known else 0,
            target[0] / 60 if target else settings.answer_minutes, target[1] if target else 0,
            settings.answered_percent / 100, settings.busy_percent / 100,
        )  # fmt: skip

    def _before(self, earlier: Slice | None, for_: Actor, judged: str, aim: Aim, least: int) -> Row | None:
        if earlier is None:
            return None
        hours, _until = _hours(earlier, self._quarters(earlier, for_, judged), desk_zone())
        return _row((), hours, aim, least)


def _is_one_of(quarters: list[int]) -> Any:
    """That a ticket came in one of these; SQLite takes no more than some thousand parameters."""
    if db.session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(literal(json.dumps(quarters))).table_valued("value")
        return _QUARTER.in_(select(listed.c.value))
    return among(_QUARTER, quarters)


def _hours(over: Slice, counts: Mapping[int, int], zone: ZoneInfo) -> tuple[dict[int, _Hour], datetime]:
    """Each hour of the week (24 * weekday from Monday + hour), over the period as far as it has come."""
    index, hours = working_hours(), {place: _Hour() for place in range(7 * DAY_HOURS)}
    first = over.since or (instant(min(counts) * QUARTER_SECONDS) if counts else now())
    last = min(over.until or now(), now())
    for place, span in _spans(first.astimezone(zone), last.astimezone(zone)):
        hours[place].hours += (span[1] - span[0]) / HOUR_SECONDS
        hours[place].worked += index.elapsed(*span) / HOUR_SECONDS
    for quarter, count in counts.items():
        hour = hours[_place(quarter, zone)]
        hour.count += count
        hour.outside += 0 if _is_working(index, quarter) else count
    return hours, last


def _spans(first: datetime, last: datetime) -> Iterator[tuple[int, tuple[int, int]]]:
    """The hours from one instant to another, as they lie on the local clock: place in the week, since and until."""
    at, end, zone = epoch(first), epoch(last), first.tzinfo
    while at < end:
        local = instant(at).astimezone(zone)
        following = min(at + HOUR_SECONDS - (local.minute * 60 + local.second), end)
        yield DAY_HOURS * local.weekday() + local.hour, (at, following)
        at = following


def _place(quarter: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC).astimezone(zone)
    return DAY_HOURS * local.weekday() + local.hour


def _is_working(index: WorkIndex, quarter: int) -> bool:
    return index.is_working(quarter * QUARTER_SECONDS)


def _groups(by: Sequence[str]) -> list[tuple[Key, list[int]]]:
    """The cells of a breakdown, each with its hours of the week."""
    found: defaultdict[Key, list[int]] = defaultdict(list)
    for place in range(7 * DAY_HOURS) if by else ():
        values = {"weekday": str(place // DAY_HOURS + 1), "hour": str(place % DAY_HOURS)}
        found[tuple(values[name] for name in by)].append(place)
    return list(found.items())


def _row(key: Key, hours: Mapping[int, _Hour], aim: Aim, least: int) -> Row:
    count, outside = sum(hour.count for hour in hours.values()), sum(hour.outside for hour in hours.values())
    lasted = sum(hour.hours for hour in hours.values())
    staffed = [each for each in (people_for(hour, aim) for hour in hours.values()) if each is not None]
    return Row(key, {
        OPENED.name: Figure(count),
        OUTSIDE.name: figure(OUTSIDE, (outside, count), least),
        PER_HOUR.name: Figure(count / lasted if lasted else None),
        PEOPLE.name: Figure(max((each.agents for each in staffed), default=None)),
        BEGUN.name: Figure(min((each.within for each in staffed if each.agents), default=None)),
        BUSY.name: Figure(max((each.occupancy for each in staffed if each.agents), default=None)),
    })  # fmt: skip


def people_for(hour: _Hour, aim: Aim) -> Staffing | None:
    """The people that an hour of the week needs; None where the desk does not work, or nobody came."""
    if not hour.is_working:
        return None
    return agents_needed(hour.arrivals_at_work, aim.handling_minutes * 60, aim.share, aim.answer_minutes * 60, aim.busy)


def _beside(hours: Mapping[int, _Hour], aim: Aim, until: datetime) -> dict[str, Any]:
    outside = sum(hour.outside for hour in hours.values())
    weeks = sum(hour.hours for hour in hours.values()) / (7 * DAY_HOURS)
    return {
        "calendar": desk_calendar()[1],
        "counted_until": until.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "handling_minutes": aim.handling_minutes, "handling_of": aim.tickets_with_work,
        "answer_minutes": aim.answer_minutes, "answer_of": aim.clocks, "answered_share": aim.share,
        "busy_share": aim.busy,
        "outside_minutes_a_week": outside * aim.handling_minutes / weeks if weeks else None,
        "working_hours": [str(place) for place, hour in hours.items() if hour.is_working],
        "assumptions": aim.sentences(),
    }  # fmt: skip


LOAD = LoadReport(
    "load", _l("Load by hour and weekday"),
    _l("When tickets come, against the working hours of the desk, and how many people that needs."),
    TICKETS, (OPENED, OUTSIDE, PER_HOUR, PEOPLE, BEGUN, BUSY), by=BY, chart="heat", charted=("opened",),
    headline=("opened", "outside_hours", "people", "begun_in_time"),
)  # fmt: skip
