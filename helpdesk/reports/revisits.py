"""Revisits on time: of those planned for a period, how many took place in their window, and what they found.

1. The cohort is the revisits planned for days of the period; one that was moved counts by the one that follows it.
2. The share is on time / (on time + late + missed + overdue). On time is what was written down by the last day of its
   window, in the zone of the desk; overdue is what is open though its day has passed. Refused and skipped ones stand
   beside, in no share.
3. Satisfaction is the mean of what clients gave, 1 to 5, with how many gave it.
4. Needs and referrals count with the revisit that found them; won is what came to an end that way.
5. Percentages are rounded down to 0.1 and not said below twenty; each has its 95 % interval (Wilson).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from helpdesk.core.db import LocalDate, db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.figures.desk import desk_zone
from helpdesk.models.care import Followed, Need, Referral, Revisit, RevisitOutcome, RevisitState
from helpdesk.models.people import Organisation
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import revisit_scope
from helpdesk.reports.attainment import percent_of
from helpdesk.reports.base import Report, Slice, wilson

BY = ("operator", "organisation")
COLUMNS = {"operator": Revisit.operator_id, "organisation": Revisit.organisation_id}


@dataclass(frozen=True)
class RevisitTally:
    """How some revisits came out."""

    on_time: int = 0
    late: int = 0
    missed: int = 0
    overdue: int = 0
    refused: int = 0
    skipped: int = 0
    to_come: int = 0
    rated: int = 0
    rating_sum: int = 0
    needs: int = 0
    needs_won: int = 0
    referrals: int = 0
    referrals_won: int = 0

    def __add__(self, other: RevisitTally) -> RevisitTally:
        return RevisitTally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def decided(self) -> int:
        return self.on_time + self.late + self.missed + self.overdue

    @property
    def planned(self) -> int:
        return self.decided + self.refused + self.skipped + self.to_come

    @property
    def percent(self) -> float | None:
        return percent_of(self.on_time, self.decided)

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.on_time, self.decided)

    @property
    def satisfaction(self) -> float | None:
        return self.rating_sum / self.rated if self.rated else None

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "rating_sum"}
        satisfaction, interval = self.satisfaction, self.interval
        return told | {
            "planned": self.planned, "fraction": f"{self.on_time}/{self.decided}", "percent": self.percent,
            "interval": [round(100 * end, 1) for end in interval] if interval else None,
            "satisfaction": round(satisfaction, 2) if satisfaction is not None else None,
        }  # fmt: skip


@dataclass(frozen=True)
class RevisitRow:
    """One operator or one organisation; the key is its id, None where nobody was named."""

    key: int | None
    name: str
    tally: RevisitTally


@dataclass(frozen=True)
class RevisitsReport:
    """What became of the revisits of a period, as of an instant."""

    as_of: datetime
    since: date | None
    until: date | None
    where: tuple[tuple[str, str], ...]
    total: RevisitTally
    by: Mapping[str, Sequence[RevisitRow]]

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return {
            "as_of": self.as_of.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "since": str(self.since) if self.since else None, "until": str(self.until) if self.until else None,
            "where": [list(pair) for pair in self.where], "total": self.total.document(),
            "by": {dimension: [{"id": row.key, "name": row.name} | row.tally.document() for row in rows]
                   for dimension, rows in self.by.items()},
        }  # fmt: skip


def run_revisits(over: Slice, *, for_: Actor, by: Iterable[str] = BY) -> RevisitsReport:
    """Work it out, in four queries for each dimension however many revisits there are."""
    require(for_, Action.READ_REPORTS)
    since, until = (_day(at, for_) for at in (over.since, over.until))
    conditions = [revisit_scope(for_), Revisit.state != RevisitState.MOVED, *_conditions(over.where)]
    if since is not None:
        conditions.append(Revisit.planned_on >= since)
    if until is not None:
        conditions.append(Revisit.planned_on < until)
    chosen = [dimension for dimension in BY if dimension in set(by)] or list(BY)
    found = {dimension: _rows(dimension, conditions, _day(now(), for_) or date.max) for dimension in chosen}
    total = sum((row.tally for row in found[chosen[0]]), RevisitTally())
    return RevisitsReport(now(), since, until, over.where, total, found)


def _rows(dimension: str, conditions: Sequence[Any], today: date) -> list[RevisitRow]:
    column: Any = COLUMNS[dimension]
    tallies: dict[int | None, RevisitTally] = {}

    def add(key: int | None, **counts: int) -> None:
        tallies[key] = tallies.get(key, RevisitTally()) + RevisitTally(**counts)

    recorded_on = LocalDate(RevisitOutcome.recorded_at, desk_zone().key)
    is_late = func.coalesce(recorded_on > Revisit.latest_on, False).label("is_late")
    query = (
        select(column, Revisit.state, (Revisit.planned_on < today).label("has_passed"), is_late, func.count(),
               func.count(RevisitOutcome.satisfaction), func.coalesce(func.sum(RevisitOutcome.satisfaction), 0))
        .select_from(Revisit).outerjoin(RevisitOutcome, RevisitOutcome.revisit_id == Revisit.id).where(*conditions)
        .group_by(column, Revisit.state, "has_passed", "is_late")
    )  # fmt: skip
    for key, state, has_passed, late, count, rated, rating_sum in db.session.execute(query):
        add(key, **{_word(state, bool(has_passed), bool(late)): count}, rated=rated, rating_sum=int(rating_sum))
    for model, name in ((Need, "needs"), (Referral, "referrals")):
        won = func.count().filter(model.state == Followed.WON)
        leads = (
            select(column, func.count(), won).select_from(model).join(Revisit, Revisit.id == model.revisit_id)
            .where(*conditions).group_by(column)
        )  # fmt: skip
        for key, count, of_them in db.session.execute(leads):
            add(key, **{name: count, f"{name}_won": of_them})
    names = _names(dimension, tallies)
    rows = [RevisitRow(key, names.get(key, ""), tally) for key, tally in tallies.items()]
    return sorted(rows, key=lambda row: (row.key is None, -row.tally.planned, row.name))


def _word(state: RevisitState, has_passed: bool, is_late: bool) -> str:
    if state is RevisitState.DONE:
        return "late" if is_late else "on_time"
    if state in (RevisitState.MISSED, RevisitState.REFUSED, RevisitState.SKIPPED):
        return state.value
    return "overdue" if has_passed else "to_come"


def _names(dimension: str, tallies: Mapping[int | None, RevisitTally]) -> dict[int | None, str]:
    if dimension == "operator":
        return {card.id: card.name for card in directory.operators().values()}
    wanted = [key for key in tallies if key is not None]
    rows = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _conditions(where: Sequence[tuple[str, str]]) -> list[Any]:
    """What narrows it: an operator or an organisation by name; several of one dimension are alternatives."""
    wanted: dict[str, list[int]] = {}
    for dimension, value in where:
        if dimension not in COLUMNS:
            names = enumeration(COLUMNS)
            raise Invalid(
                {"where": [_("There is no dimension %(name)s; there are %(names)s.", name=dimension, names=names)]}
            )
        wanted.setdefault(dimension, []).append(_id(dimension, value))
    return [COLUMNS[dimension].in_(ids) for dimension, ids in wanted.items()]


def _id(dimension: str, value: str) -> int:
    if dimension == "operator":
        found = next((card.id for card in directory.operators().values() if value in (card.name, card.email)), None)
    else:
        found = db.session.scalar(select(Organisation.id).where(Organisation.name == value).limit(1))
    if found is None:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return found


def _day(at: datetime | None, reader: Actor) -> date | None:
    return at.astimezone(ZoneInfo(reader.zone)).date() if at is not None else None


REVISITS: Report[RevisitsReport] = Report("revisits", _l("Revisits on time"), run_revisits)
