"""Product feedback: what troubles the clients of a product and what they wish, for a period.

1. A row tells of one problem by the tickets that are linked to it now, are of the product and version asked for, were
   opened in the period, and are seen by the reader. Each figure of a row is about exactly these tickets.
2. The version of a ticket is that of its installed product; a ticket without one has none. What narrows the report
   is the version in which it stands today; what counts after a fix is that in which it stood when the ticket came.
3. Problems are ranked by  tickets × impact × value × hours:
     tickets  how many;
     impact   the mean of 1 (one person), 2 (a group), 3 (the whole organisation);
     value    1 + a year of the contracts that cover these tickets / 10,000 (`worth.py`; each currency as it stands);
     hours    1 + hours worked on these tickets / 10.
   What is not known (no contract, no price, no work logged) makes its factor 1: it neither lifts nor lowers a problem.
4. The trend is against the period of the same length just before. It is called rising or falling only where chance
   alone would hardly (below five per cent) divide the tickets so between two equal periods.
5. Satisfaction stands beside the rank and changes nothing in it: what clients answered about these tickets, against the
   other tickets of the same products in the period (`satisfied.py`).
6. A problem is in the report if it has tickets in the period or in the one before, or was fixed in the period.
   A wish is in it while it is open, and in the period in which it was answered.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select

from helpdesk.core.db import among, db
from helpdesk.core.errors import NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.events import InstalledChanged
from helpdesk.models.contracts import WorkLog
from helpdesk.models.feedback import OwnerAnswer, Verdict, Wish
from helpdesk.models.problems import Problem, ProblemProduct, ProblemTicket
from helpdesk.models.products import InstalledProduct, Version
from helpdesk.models.satisfaction import Survey, SurveyKind, SurveyState
from helpdesk.models.tickets import Impact, Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from helpdesk.policy.scopes import problem_scope, ticket_scope, visible
from helpdesk.problems.answers import Answered, last_to_problems, last_to_wishes, newest_first
from helpdesk.problems.fixes import CHANCE, AfterFix, after_fix, window
from helpdesk.problems.satisfied import Satisfaction, against_others
from helpdesk.problems.wishes import Wanted, tallies
from helpdesk.problems.worth import summed, yearly_worth

IMPACTS = {Impact.PERSON: 1, Impact.GROUP: 2, Impact.ORGANISATION: 3}
VALUE_UNIT_CENTS, HOURS_UNIT_MINUTES = 1_000_000, 600
SAMPLES, MOST_TICKETS = 3, 1_000


class Trend(StrEnum):
    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"  # or too few to say


@dataclass(frozen=True)
class Span:
    """Which feedback: of which products (none named: of all that the reader may see), of a version, of a period."""

    product_ids: tuple[int, ...] | None = None
    version_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def before(self) -> Span | None:
        """The period of the same length just before; None where this one has no beginning."""
        if self.since is None:
            return None
        return Span(self.product_ids, self.version_id, self.since - ((self.until or now()) - self.since), self.since)


@dataclass(frozen=True)
class Sample:
    """One of the latest tickets of a problem."""

    number: str
    subject: str


@dataclass(frozen=True)
class ProblemRow:
    """What a problem did in the period, each figure about the same tickets."""

    problem: Problem
    tickets: int
    clients: int  # organisations, and contacts of none
    impact: float | None  # the mean, from 1 to 3
    minutes: int  # of work on these tickets
    value_cents: Mapping[str, int]  # a year of the contracts, by currency
    contracts: int  # that cover these tickets
    contracts_unknown: int  # of them, whose worth is not known
    reopenings: int
    tickets_before: int | None  # in the period before
    trend: Trend
    first_at: datetime | None  # of all tickets that the reader sees
    last_at: datetime | None
    samples: Sequence[Sample]
    answer: Answered | None
    fixed_version: str
    after: AfterFix | None
    satisfaction: Satisfaction

    @property
    def factors(self) -> dict[str, float]:
        """What the rank is made of."""
        return {
            "tickets": float(self.tickets), "impact": self.impact or 1.0,
            "value": 1 + sum(self.value_cents.values()) / VALUE_UNIT_CENTS,
            "hours": 1 + self.minutes / HOURS_UNIT_MINUTES,
        }  # fmt: skip

    @property
    def score(self) -> float:
        return math.prod(self.factors.values())


@dataclass(frozen=True)
class WishRow:
    """A wish, how many clients want it now, and how many of them began to in the period."""

    wanted: Wanted
    new_clients: int
    answer: Answered | None


@dataclass(frozen=True)
class Feedback:
    """The report, as of an instant."""

    as_of: datetime
    span: Span
    problems: Sequence[ProblemRow]
    wishes: Sequence[WishRow]
    tickets: int  # of the problems in the period, each once


def product_feedback(span: Span, *, for_: Actor) -> Feedback:
    """Work the report out; the number of queries does not grow with the problems."""
    require(for_, Action.READ_FEEDBACK)
    span = _allowed(span, for_)
    rows = _problem_rows(span, for_)
    return Feedback(now(), span, rows, _wish_rows(span, for_), _all_tickets(span, for_, rows))


def tickets_behind(problem: Problem, span: Span, *, for_: Actor) -> list[Ticket]:
    """The tickets that a row counts, the last first."""
    require(for_, Action.READ_FEEDBACK)
    query = _linked(_allowed(span, for_), for_, Ticket).where(ProblemTicket.problem_id == problem.id)
    return list(db.session.scalars(query.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(MOST_TICKETS)))


def get_problem_of(number: str, *, for_: Actor) -> Problem:
    """A problem that the reader's report can tell of; NotFound for others."""
    if not may(for_, Action.READ_FEEDBACK):
        raise NotFound
    digits = number.strip().upper().removeprefix("P-")
    problem_id = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
    query = select(Problem).where(Problem.id == problem_id, _concerns(for_))
    found: Problem | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def sees_problem(problem: Problem, *, for_: Actor) -> bool:
    """Whether the problem itself is there for the reader, beside what the report tells of it."""
    return db.session.scalar(select(visible(for_, Problem).where(Problem.id == problem.id).exists())) or False


def trend_of(tickets: int, before: int | None) -> Trend:
    """Rising or falling, where chance would hardly divide them so between two equal periods."""
    if before is None or tickets == before:
        return Trend.STEADY
    whole, most = tickets + before, max(tickets, before)
    by_chance = 2 * sum(math.comb(whole, k) for k in range(most, whole + 1)) / 2**whole if whole < 1000 else None
    if by_chance is None:  # the normal approximation: there the powers of two overflow
        by_chance = math.erfc((most - whole / 2 - 0.5) / math.sqrt(whole / 4) / math.sqrt(2))
    if by_chance >= CHANCE:
        return Trend.STEADY
    return Trend.RISING if tickets > before else Trend.FALLING


def _allowed(span: Span, actor: Actor) -> Span:
    """What a product owner reads is about the own products; of others there is nothing."""
    if actor.role != "product_owner":
        return span
    asked = actor.product_ids if span.product_ids is None else actor.product_ids.intersection(span.product_ids)
    return Span(tuple(sorted(asked)), span.version_id, span.since, span.until)


def _concerns(actor: Actor) -> ColumnElement[bool]:
    """Problems that the reader sees, and those that tickets which the reader sees are linked to."""
    linked = select(ProblemTicket.problem_id).join(Ticket, Ticket.id == ProblemTicket.ticket_id)
    seen = linked.where(ProblemTicket.ended_at.is_(None), ticket_scope(actor))
    return or_(problem_scope(actor), Problem.id.in_(seen))


def _linked(span: Span, actor: Actor, *columns: Any, whole_time: bool = False) -> Select[Any]:
    """What is linked to problems, of this span (or of all time), as far as the reader sees it."""
    query = (
        select(*columns).select_from(ProblemTicket).join(Ticket, Ticket.id == ProblemTicket.ticket_id)
        .where(ProblemTicket.ended_at.is_(None), ticket_scope(actor), *_of_product(span))
    )  # fmt: skip
    return query if whole_time else query.where(_within(Ticket.opened_at, span))


def _of_product(span: Span) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if span.product_ids is not None:
        conditions.append(Ticket.product_id.in_(span.product_ids))
    if span.version_id is not None:
        standing = select(InstalledProduct.id).where(InstalledProduct.version_id == span.version_id)
        conditions.append(Ticket.installed_product_id.in_(standing))
    return conditions


def _within(column: Any, span: Span | None) -> ColumnElement[bool]:
    if span is None:
        return false()
    conditions: list[ColumnElement[bool]] = [column.is_not(None)]
    if span.since is not None:
        conditions.append(column >= span.since)
    if span.until is not None:
        conditions.append(column < span.until)
    return and_(*conditions)


def _problem_rows(span: Span, actor: Actor) -> list[ProblemRow]:
    is_in, was_in = _within(Ticket.opened_at, span), _within(Ticket.opened_at, span.before)
    client = case((Ticket.organisation_id.is_not(None), Ticket.organisation_id), else_=-Ticket.requester_id)
    weight = case(*((Ticket.impact == impact, factor) for impact, factor in IMPACTS.items()), else_=1)
    counts = db.session.execute(
        _linked(
            span, actor, ProblemTicket.problem_id.label("id"), func.count().filter(is_in).label("tickets"),
            func.count(client.distinct()).filter(is_in).label("clients"),
            func.sum(weight).filter(is_in).label("impact"), func.sum(Ticket.reopenings).filter(is_in).label("reopened"),
            func.count().filter(was_in).label("before"), func.min(Ticket.opened_at).label("first_at"),
            func.max(Ticket.opened_at).label("last_at"), whole_time=True,
        ).group_by(ProblemTicket.problem_id)
    ).all()  # fmt: skip
    by_id = {row.id: row for row in counts}
    fixed = _fixed_in(span, actor)
    ids = sorted({row.id for row in counts if row.tickets or row.before} | fixed)
    if not ids:
        return []
    problems = {row.id: row for row in db.session.scalars(select(Problem).where(among(Problem.id, ids)))}
    minutes, contracts = _minutes(span, actor, ids), _contracts(span, actor, ids)
    worths = yearly_worth({each for found in contracts.values() for each in found}, span.until or now())
    samples, after = _samples(span, actor, ids), _after(span, actor, list(problems.values()), by_id)
    answers = last_to_problems(ids, product_ids=span.product_ids)
    satisfaction = _satisfaction(span, actor, ids)
    names = _version_names(problems.values())
    rows = []
    for problem_id in ids:
        found, problem = by_id.get(problem_id), problems[problem_id]
        tickets, covering = (found.tickets if found else 0), contracts.get(problem_id, set())
        before = (found.before if found else 0) if span.before else None
        rows.append(ProblemRow(
            problem, tickets, found.clients if found else 0,
            float(found.impact) / tickets if found and tickets else None,
            minutes.get(problem_id, 0), summed(covering, worths), len(covering),
            sum(1 for each in covering if each not in worths), int(found.reopened or 0) if found else 0, before,
            trend_of(tickets, before), found.first_at if found else None, found.last_at if found else None,
            samples.get(problem_id, []), answers.get(problem_id),
            names.get(problem.fixed_version_id or 0, ""), after.get(problem_id),
            satisfaction.get(problem_id, Satisfaction()),
        ))  # fmt: skip
    return sorted(rows, key=lambda row: (-row.score, -(row.tickets_before or 0), row.problem.id))


def _all_tickets(span: Span, actor: Actor, rows: Sequence[ProblemRow]) -> int:
    if not rows:
        return 0
    return db.session.scalar(_linked(span, actor, func.count(Ticket.id.distinct()))) or 0


def _fixed_in(span: Span, actor: Actor) -> set[int]:
    query = select(Problem.id).where(_within(Problem.fixed_at, span), _concerns(actor))
    if span.product_ids is not None:
        affected = select(ProblemProduct.problem_id).where(ProblemProduct.product_id.in_(span.product_ids))
        query = query.where(Problem.id.in_(affected))
    if span.version_id is not None:
        affected = select(ProblemProduct.problem_id).where(ProblemProduct.version_id == span.version_id)
        query = query.where(or_(Problem.id.in_(affected), Problem.fixed_version_id == span.version_id))
    return set(db.session.scalars(query))


def _minutes(span: Span, actor: Actor, ids: Sequence[int]) -> dict[int, int]:
    """Work on the tickets, whenever it was done; what was taken back is there twice, with opposite signs."""
    query = (
        _linked(span, actor, ProblemTicket.problem_id, func.sum(WorkLog.minutes))
        .join(WorkLog, WorkLog.ticket_id == Ticket.id).where(among(ProblemTicket.problem_id, ids))
        .group_by(ProblemTicket.problem_id)
    )  # fmt: skip
    return {problem_id: int(minutes) for problem_id, minutes in db.session.execute(query)}


def _contracts(span: Span, actor: Actor, ids: Sequence[int]) -> dict[int, set[int]]:
    query = (
        _linked(span, actor, ProblemTicket.problem_id, Ticket.contract_id).distinct()
        .where(among(ProblemTicket.problem_id, ids), Ticket.contract_id.is_not(None))
    )  # fmt: skip
    found: dict[int, set[int]] = {}
    for problem_id, contract_id in db.session.execute(query):
        found.setdefault(problem_id, set()).add(contract_id)
    return found


def _satisfaction(span: Span, actor: Actor, ids: Sequence[int]) -> dict[int, Satisfaction]:
    said = and_(Survey.ticket_id == Ticket.id, Survey.kind == SurveyKind.CSAT, Survey.state == SurveyState.ANSWERED,
                Survey.closed_by_silence.is_(False))  # fmt: skip
    sums = (func.count(Survey.id), func.coalesce(func.sum(Survey.score), 0))
    of_problems = db.session.execute(
        _linked(span, actor, ProblemTicket.problem_id, Ticket.product_id, *sums).outerjoin(Survey, said)
        .where(among(ProblemTicket.problem_id, ids)).group_by(ProblemTicket.problem_id, Ticket.product_id)
    ).all()  # fmt: skip
    product_ids = sorted({row[1] for row in of_problems if row[1] is not None})
    if not product_ids:
        return {}
    of_products = db.session.execute(
        select(Ticket.product_id, *sums).join(Survey, said)
        .where(Ticket.product_id.in_(product_ids), ticket_scope(actor), *_of_product(span),
               _within(Ticket.opened_at, span))
        .group_by(Ticket.product_id)
    ).all()  # fmt: skip
    return against_others(
        [(row[0], row[1], int(row[2] or 0), int(row[3] or 0)) for row in of_problems],
        {row[0]: (int(row[1] or 0), int(row[2] or 0)) for row in of_products if row[0] is not None},
    )


def _samples(span: Span, actor: Actor, ids: Sequence[int]) -> dict[int, list[Sample]]:
    place = func.row_number().over(
        partition_by=ProblemTicket.problem_id, order_by=(Ticket.opened_at.desc(), Ticket.id.desc())
    )
    ranked = (
        _linked(span, actor, ProblemTicket.problem_id, Ticket.id.label("ticket_id"), Ticket.subject,
                place.label("place"))
        .where(among(ProblemTicket.problem_id, ids)).subquery()
    )  # fmt: skip
    found: dict[int, list[Sample]] = {}
    query = select(ranked).where(ranked.c.place <= SAMPLES).order_by(ranked.c.problem_id, ranked.c.place)
    for problem_id, ticket_id, subject, _place in db.session.execute(query):
        found.setdefault(problem_id, []).append(Sample(f"T-{ticket_id}", subject))
    return found


def _version_names(problems: Iterable[Problem]) -> dict[int, str]:
    ids = [row.fixed_version_id for row in problems if row.fixed_version_id is not None]
    if not ids:
        return {}
    return dict(db.session.execute(select(Version.id, Version.name).where(Version.id.in_(ids))).all())


def _after(
    span: Span, actor: Actor, problems: Sequence[Problem], by_id: Mapping[int, Any]
) -> dict[int, AfterFix]:  # fmt: skip
    """What the time since each fix says, until the end of the period."""
    until = span.until or now()
    fixed = [row for row in problems if row.fixed_at is not None and row.fixed_at < until]
    if not fixed:
        return {}
    ids = [row.id for row in fixed]
    later = _later_versions(fixed)
    since = _since_fix(span, actor, ids, until)
    before, standing = _before_fix(span, actor, fixed, by_id), _standing(fixed)
    found = {}
    for row in fixed:
        assert row.fixed_at is not None
        newer, counted = later.get(row.id, frozenset()), since.get(row.id, [])
        places = standing.get(row.id, {})
        found[row.id] = after_fix(
            fixed_at=row.fixed_at, until=until, first_at=by_id[row.id].first_at if row.id in by_id else None,
            before=before.get(row.id, 0), on_fix=sum(count for version, count in counted if version in newer),
            on_older=sum(count for version, count in counted if version is not None and version not in newer),
            on_unknown=sum(count for version, count in counted if version is None),
            installed=sum(count for version, count in places.items() if version in newer),
            installed_of=sum(places.values()),
        )  # fmt: skip
    return found


def _since_fix(
    span: Span, actor: Actor, ids: Sequence[int], until: datetime
) -> dict[int, list[tuple[int | None, int]]]:  # fmt: skip
    """The tickets since each fix, counted by the version in which their device stood when they were opened."""
    query = (
        _linked(span, actor, ProblemTicket.problem_id, Ticket.opened_at, InstalledProduct.id.label("device_id"),
                InstalledProduct.version_id, whole_time=True)
        .join(Problem, Problem.id == ProblemTicket.problem_id)
        .outerjoin(InstalledProduct, InstalledProduct.id == Ticket.installed_product_id)
        .where(among(ProblemTicket.problem_id, ids), Ticket.opened_at >= Problem.fixed_at, Ticket.opened_at < until)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    moves = _version_moves(sorted({row.device_id for row in rows if row.device_id is not None}))
    counts: dict[int, Counter[int | None]] = {}
    for row in rows:
        later = next((was for at, was in moves.get(row.device_id, ()) if at > row.opened_at), row.version_id)
        counts.setdefault(row.problem_id, Counter())[later] += 1
    return {problem_id: list(counted.items()) for problem_id, counted in counts.items()}


def _version_moves(device_ids: Sequence[int]) -> dict[int, list[tuple[datetime, int | None]]]:
    """When each device changed over, and from which version, by the journal; the first change first."""
    if not device_ids:
        return {}
    query = (
        select(Entry.subject_id, Entry.at, Entry.payload)
        .where(Entry.subject_kind == InstalledChanged.subject_kind, among(Entry.subject_id, device_ids),
               Entry.fact == InstalledChanged.__name__)
        .order_by(Entry.id)
    )  # fmt: skip
    found: dict[int, list[tuple[datetime, int | None]]] = {}
    for device_id, at, payload in db.session.execute(query):
        if (change := payload["changes"].get("version_id")) is not None:
            found.setdefault(device_id, []).append((at, int(change[0]) if change[0] is not None else None))
    return found


def _before_fix(
    span: Span, actor: Actor, fixed: Sequence[Problem], by_id: Mapping[int, Any]
) -> dict[int, int]:  # fmt: skip
    windows = [
        and_(ProblemTicket.problem_id == row.id, Ticket.opened_at < row.fixed_at,
             Ticket.opened_at >= window(row.fixed_at, by_id[row.id].first_at))
        for row in fixed if row.id in by_id and row.fixed_at is not None
    ]  # fmt: skip
    if not windows:
        return {}
    query = _linked(span, actor, ProblemTicket.problem_id, func.count(), whole_time=True).where(or_(*windows))
    return dict(db.session.execute(query.group_by(ProblemTicket.problem_id)).all())


def _later_versions(fixed: Sequence[Problem]) -> dict[int, frozenset[int]]:
    """For each problem the version that fixes it, and those after it."""
    of = {row.id: row.fixed_version_id for row in fixed if row.fixed_version_id is not None}
    if not of:
        return {}
    ordered = _versions_beside(set(of.values()))
    found = {}
    for problem_id, version_id in of.items():
        beside = ordered[version_id]
        found[problem_id] = frozenset(beside[: beside.index(version_id) + 1])
    return found


def _versions_beside(version_ids: set[int]) -> dict[int, list[int]]:
    """For each of these versions all of its product, the newest first."""
    products = select(Version.product_id).where(Version.id.in_(version_ids))
    by_product: dict[int, list[Version]] = {}
    for row in db.session.scalars(select(Version).where(Version.product_id.in_(products))):
        by_product.setdefault(row.product_id, []).append(row)
    return {row.id: [each.id for each in newest_first(rows)] for rows in by_product.values() for row in rows}


def _standing(fixed: Sequence[Problem]) -> dict[int, dict[int, int]]:
    """How many installations of the fixed product there are in each version."""
    of = {row.id: row.fixed_version_id for row in fixed if row.fixed_version_id is not None}
    if not of:
        return {}
    fixing = select(Version.product_id).where(Version.id.in_(set(of.values())))
    counts: dict[int, dict[int, int]] = {}
    query = (
        select(InstalledProduct.product_id, InstalledProduct.version_id, func.count())
        .where(InstalledProduct.product_id.in_(fixing), InstalledProduct.version_id.is_not(None))
        .group_by(InstalledProduct.product_id, InstalledProduct.version_id)
    )  # fmt: skip
    for product_id, version_id, count in db.session.execute(query):
        if version_id is not None:
            counts.setdefault(product_id, {})[version_id] = count
    of_version = select(Version.id, Version.product_id).where(Version.id.in_(set(of.values())))
    products = {row.id: row.product_id for row in db.session.execute(of_version)}
    return {problem_id: counts.get(products[fixed_in], {}) for problem_id, fixed_in in of.items() if fixed_in}


def _wish_rows(span: Span, actor: Actor) -> list[WishRow]:
    answered = select(OwnerAnswer.wish_id).where(OwnerAnswer.wish_id == Wish.id, _within(OwnerAnswer.answered_at, span))
    query = visible(actor, Wish).where(
        Wish.merged_into_id.is_(None),
        or_(Wish.verdict.is_(None), Wish.verdict.in_((Verdict.ACCEPTED, Verdict.PLANNED)), answered.exists()),
    )
    if span.product_ids is not None:
        query = query.where(Wish.product_id.in_(span.product_ids))
    if span.version_id is not None:
        query = query.where(Wish.product_id == select(Version.product_id).where(Version.id == span.version_id)
                            .scalar_subquery())  # fmt: skip
    if span.until is not None:
        query = query.where(Wish.created_at < span.until)
    wishes = list(db.session.scalars(query))
    ids = [wish.id for wish in wishes]
    counts, new, answers = tallies(ids), tallies(ids, since=span.since, until=span.until), last_to_wishes(ids)
    rows = [
        WishRow(Wanted(wish, *counts.get(wish.id, (0, 0))), new.get(wish.id, (0, 0))[0], answers.get(wish.id))
        for wish in wishes
    ]
    return sorted(rows, key=lambda row: (-row.wanted.clients, -row.wanted.votes, row.wanted.wish.id))
