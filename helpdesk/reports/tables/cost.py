"""Cost of service: the work done for clients, at the rates of their contracts, against what the contracts bring.

1. Work counts by the instant at which it began; what was taken back before its month was closed is not counted. Its
   money is minutes at the hourly rate of the terms that held, else at the rate of the settings; without any it has
   none.
2. The value of a contract in a period is its monthly fee for each month, pro rata by days for a month of which only a
   part lies in the period, or in which the contract or its terms begin or end. Terms without a fee are worth the hours
   granted for days of the period at their hourly rate.
3. The share is work against value, of one currency; where the value is not known there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased

from helpdesk.aftersales.billing import price
from helpdesk.core.db import among, db
from helpdesk.core.settings import read_settings
from helpdesk.core.times import now
from helpdesk.figures.counting import ReportSettings
from helpdesk.figures.desk import day_of, desk_zone, first_of_month, month_of
from helpdesk.figures.keeping import kept
from helpdesk.models.contracts import Contract, ContractTerms, HoursKind, WorkLog
from helpdesk.models.kept import WorkFigures
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import contract_scope, ticket_scope
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import STEPS, free_dimension
from helpdesk.reports.engine import Basis, FactReport, Key, Source, before, check_slicing, following, said, utc
from helpdesk.reports.metrics import Figure, How, Metric, Row, Table, Time, Unit
from helpdesk.reports.tables.hours import BILLED_AMOUNT, E_, NOTICES
from helpdesk.reports.tables.joint import SideBySide, joint_source, metrics_of
from helpdesk.reports.tables.rows import Rows, days, days_of_date, of_ticket, sliced_by, told_when_asked, within

DEFAULT_CURRENCY = "EUR"


def _default_rate() -> int | None:
    return read_settings(ReportSettings).default_rate_cents or None


class DefaultRate(ColumnElement[int]):
    """The rate of the settings, as it is when the report is worked out."""

    type = Integer()
    inherit_cache = True


@compiles(DefaultRate)
def _default_rate_in_sql(element: DefaultRate, compiler: Any, **kwargs: Any) -> str:
    return told_when_asked("default_rate", _default_rate, element.type, compiler, kwargs)


_rate = func.coalesce(ContractTerms.hourly_rate_cents, DefaultRate())
_taken_back = aliased(WorkLog)
W = Rows("work", kept(WorkFigures, select(
    WorkLog.id, WorkLog.started_at.label("at"), WorkLog.minutes, WorkLog.operator_id, WorkLog.contract_id,
    WorkLog.channel, ((2 * WorkLog.minutes * _rate + 60) // 120).label("cents"),
    case((ContractTerms.hourly_rate_cents.is_not(None), ContractTerms.currency), else_=DEFAULT_CURRENCY)
    .label("currency"),
    (_rate.is_(None)).label("is_unpriced"),
    *of_ticket("operator_id", "contract_id", "channel"), *days(WorkLog.started_at),
).join(Ticket, Ticket.id == WorkLog.ticket_id).outerjoin(ContractTerms, ContractTerms.id == WorkLog.terms_id)
 .where(WorkLog.reverses_id.is_(None),
        ~select(_taken_back.id).where(_taken_back.reverses_id == WorkLog.id).correlate(WorkLog).exists())))  # fmt: skip
_CURRENCY = {"currency": free_dimension("currency", _l("Currency"), "currency")}
_TAKEN_BACK = _l("Work that was taken back.")

WORK = FactReport(
    "cost-work", _l("Work"), _l("The work that began in the period."),
    Source(
        W, {"worked": Basis("at", "day", "month", (W.is_kept,), title=_l("worked"))},
        within(W, Ticket, ticket_scope, "ticket_id"),
        sliced_by("organisation", "contract", "operator", "team", "line", "product", "component", "category",
                  "channel", "type", "priority", "status") | _CURRENCY,
        item="work", item_id="id", is_live=True, latest=W.is_latest, kept=W.is_kept,
    ), (
        Metric(name="worked_minutes", title=_l("Work"), basis="worked", how=How.SUM, unit=Unit.MINUTES,
               time=Time.CALENDAR, of=W.minutes,
               definition=_l("Minutes worked, as they were logged, whether anybody pays for them or not."),
               exclusions=_TAKEN_BACK),
        Metric(name="worked_amount", title=_l("Work in money"), basis="worked", how=How.SUM, unit=Unit.CENTS,
               of=W.cents, currency=W.currency, exclusions=_l("Work that was taken back, and work without a rate."),
               definition=_l("Minutes worked at the hourly rate of the contract's terms, else at the rate of the "
                             "settings, in cents, each piece of work rounded to the cent. Different currencies are "
                             "never added.")),
        Metric(name="unpriced_minutes", title=_l("Work without a rate"), basis="worked", how=How.SUM,
               unit=Unit.MINUTES, time=Time.CALENDAR, of=W.minutes, where=(W.is_unpriced,), exclusions=_TAKEN_BACK,
               definition=_l("Minutes worked for which neither the contract nor the settings say a rate.")),
    ),
)  # fmt: skip
BILLED = FactReport(
    "cost-billed", _l("Billed"), _l("What went to accounting."),
    replace(NOTICES, dimensions={name: each for name, each in NOTICES.dimensions.items()
                                 if name in (*WORK.source.dimensions, "currency")}),
    (BILLED_AMOUNT,),
)  # fmt: skip

C = Rows("contracts", select(
    Contract.id, Contract.id.label("contract_id"), Contract.organisation_id, Contract.valid_from.label("on"),
    *days_of_date(Contract.valid_from),
))  # fmt: skip


@dataclass(frozen=True)
class _Priced:
    """Terms of a contract and the days on which they held, the last one included."""

    contract_id: int
    organisation_id: int
    first: date
    last: date
    fee: int | None
    rate: int | None
    currency: str


@dataclass(frozen=True)
class ContractValue(FactReport):
    """What contracts are worth in a period, from their terms."""

    by_itself: ClassVar[frozenset[str]] = frozenset({"contract_value_amount"})

    def run(
        self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first", compare: bool = True,
        limit: int | None = None,
    ) -> Table:  # fmt: skip
        require(for_, self.action)
        asked = tuple(self.by if by is None else by)
        check_slicing(self, over, asked)
        zone, spans = desk_zone(), self._priced(over, for_)
        earlier = before(over, zone) if compare else None
        priced_before = self._priced(earlier, for_) if earlier is not None else []
        rows = self._rows(over, spans, asked)
        has_step = any(name in STEPS for name in asked)
        return Table(
            report=self.slug, metrics=self.metrics, since=said(over.since, zone), until=said(over.until, zone),
            zone=zone.key, as_of=utc(now()), by=asked, where=over.where,
            before_since=said(earlier.since, zone) if earlier is not None else None,
            total=Row((), self._figures([self._worth(over, spans)])),
            rows=tuple(rows[:limit]) if asked else (),
            before=Row((), self._figures([self._worth(earlier, priced_before)])) if earlier is not None else None,
            rows_before={row.key: row for row in self._rows(earlier, priced_before, asked)}
            if earlier is not None and asked and not has_step else {},
        )  # fmt: skip

    def behind(
        self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (), judged: str = "first"
    ) -> Select[Any]:
        """The contracts that are worth something in the period."""
        require(for_, self.action)
        check_slicing(self, over, by)
        self.metric(metric)
        step = next((name for name in by if name in STEPS), None)
        if step is not None:
            stretch = dict(self._stretches(over, step))[key[by.index(step)] or ""]
            over = replace(over, since=_midnight(stretch[0]), until=_midnight(stretch[1]))
        spans = self._priced(over, for_)
        for name, value in zip(by, key, strict=True):
            if name not in STEPS:
                column = "organisation_id" if name == "organisation" else "contract_id"
                found = self.source.dimensions[name].find(value) if value is not None else []
                spans = [span for span in spans if getattr(span, column) in found]
        first, until = _period(over)
        worth: dict[int, int] = defaultdict(int)
        for span in spans:
            worth[span.contract_id] += _fee(span, first, until)
        for contract_id, (_currency, cents) in self._granted_worth(spans, first, until):
            worth[contract_id] += cents
        amounts = {contract_id: cents for contract_id, cents in worth.items() if cents}
        amount = case(amounts, value=Contract.id, else_=0) if amounts else literal(0)
        query = select(Contract.id, amount.label("amount")).where(among(Contract.id, sorted(amounts)))
        return query.order_by(Contract.id)

    def _priced(self, over: Slice | None, for_: Actor) -> list[_Priced]:
        """The terms of the contracts of a slice that hold in its period; visible to whoever reads reports."""
        if over is None:
            return []
        first, until = _period(over)
        wanted: dict[str, list[int]] = defaultdict(list)
        for name, value in over.where:
            wanted[name] += self.source.dimensions[name].find(value)
        narrowed = [getattr(C, self.source.dimensions[name].columns[0]).in_(ids) for name, ids in wanted.items()]
        seen = select(C.id).where(*narrowed, *self.source.scope(for_))
        rows = db.session.execute(
            select(ContractTerms.contract_id, Contract.organisation_id, Contract.valid_from.label("begins"),
                   Contract.valid_until, ContractTerms.valid_from, ContractTerms.monthly_fee_cents,
                   ContractTerms.hourly_rate_cents, ContractTerms.currency)
            .join(Contract, Contract.id == ContractTerms.contract_id).where(Contract.id.in_(seen))
            .order_by(ContractTerms.contract_id, ContractTerms.valid_from)
        ).all()  # fmt: skip
        found = []
        for i, row in enumerate(rows):
            follows = i + 1 < len(rows) and rows[i + 1].contract_id == row.contract_id
            ends = [row.valid_until or date.max, until - timedelta(days=1)]
            if follows:
                ends.append(rows[i + 1].valid_from - timedelta(days=1))
            begins = max(row.valid_from, row.begins, first)
            if begins <= min(ends):
                found.append(_Priced(row.contract_id, row.organisation_id, begins, min(ends), row.monthly_fee_cents,
                                     row.hourly_rate_cents, row.currency))  # fmt: skip
        return found

    def _rows(self, over: Slice, spans: Sequence[_Priced], by: Sequence[str]) -> list[Row]:
        step = next((name for name in by if name in STEPS), None)
        others = [name for name in by if name not in STEPS]
        stretches: list[tuple[str | None, tuple[date, date]]] = (
            [(None, _period(over))] if step is None else list(self._stretches(over, step))
        )
        names = {name: self.source.dimensions[name].named({self._id(name, span) for span in spans}) for name in others}
        found: dict[Key, list[Mapping[str, int]]] = defaultdict(list)
        for stretch, (first, until) in stretches:
            grouped: dict[tuple[str, ...], list[_Priced]] = defaultdict(list)
            for span in spans:
                if span.first < until and span.last >= first:
                    grouped[tuple(names[name][self._id(name, span)] for name in others)].append(span)
            if not others:
                grouped.setdefault((), [])
            for values, group in grouped.items():
                known = dict(zip(others, values, strict=True))
                key = tuple(stretch if name in STEPS else known[name] for name in by)
                found[key].append(self._between(group, first, until))
        return [Row(key, self._figures(worth)) for key, worth in found.items()]

    def _id(self, name: str, span: _Priced) -> int:
        return span.organisation_id if name == "organisation" else span.contract_id

    def _stretches(self, over: Slice, name: str) -> Iterator[tuple[str, tuple[date, date]]]:
        step, (first, until) = STEPS[name], _period(over)
        if over.since is None:
            begins = db.session.scalar(select(func.min(Contract.valid_from)))
            first = max(first, begins) if begins is not None else until
        number = step.group(month_of(first) if step.of_month else first.toordinal())
        while step.first(number) < until:
            after = following(step, number)
            yield step.key(number), (max(first, step.first(number)), min(until, step.first(after)))
            number = after

    def _worth(self, over: Slice, spans: Sequence[_Priced]) -> Mapping[str, int]:
        return self._between(spans, *_period(over))

    def _between(self, spans: Sequence[_Priced], first: date, until: date) -> Mapping[str, int]:
        money: dict[str, int] = defaultdict(int)
        for span in spans:
            cents = _fee(span, first, until)
            if cents:
                money[span.currency] += cents
        for _contract_id, (currency, cents) in self._granted_worth(spans, first, until):
            money[currency] += cents
        return money

    def _granted_worth(self, spans: Sequence[_Priced], first: date, until: date) -> list[tuple[int, tuple[str, int]]]:
        """Hours granted in the period, at the rate of terms without a fee that held on their day."""
        prepaid: dict[int, list[_Priced]] = defaultdict(list)
        for span in spans:
            if span.fee is None and span.rate:
                prepaid[span.contract_id].append(span)
        if not prepaid:
            return []
        rows = db.session.execute(
            select(E_.contract_id, E_.on, E_.minutes)
            .where(E_.is_kept, among(E_.contract_id, sorted(prepaid)), E_.kind == HoursKind.GRANTED,
                   E_.on >= first, E_.on < until)
        )  # fmt: skip
        return [
            (contract_id, (span.currency, price(minutes, span.rate) or 0))
            for contract_id, day, minutes in rows
            for span in prepaid[contract_id]
            if span.first <= day <= span.last
        ]

    def _figures(self, worths: Sequence[Mapping[str, int]]) -> dict[str, Figure]:
        money: dict[str, int] = defaultdict(int)
        for worth in worths:
            for currency, cents in worth.items():
                money[currency] += cents
        name = self.metrics[0].name
        if len(money) > 1:
            return {name: Figure(None)}
        return {name: Figure(sum(money.values()), currency=next(iter(money), None))}


def _fee(span: _Priced, first: date, until: date) -> int:
    """The monthly fees of these days, of a part of a month by its days: stretches of a month add up to its fee."""
    day, last, cents = max(span.first, first), min(span.last, until - timedelta(days=1)), 0
    while span.fee and day <= last:
        begins, ends = first_of_month(month_of(day)), first_of_month(month_of(day) + 1)
        end, length = min(last + timedelta(days=1), ends), (ends - begins).days
        cents += span.fee * (end - begins).days // length - span.fee * (day - begins).days // length
        day = end
    return cents


def _period(over: Slice) -> tuple[date, date]:
    """The days of a period; an open one lasts until today, what is to come is worth nothing yet."""
    zone = desk_zone()
    until = day_of(over.until, zone) if over.until is not None else day_of(now(), zone) + timedelta(days=1)
    return (day_of(over.since, zone) if over.since is not None else date.min), until


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), desk_zone())


VALUE = ContractValue(
    "cost-value", _l("Contract value"), _l("What contracts are worth in the period."),
    Source(C, {"held": Basis("on", "day", "month", title=_l("held"), is_date=True)},
           within(C, Contract, contract_scope), sliced_by("organisation", "contract"),
           item="contract", item_id="id", is_live=True),
    (Metric(
        name="contract_value_amount", title=_l("Contract value"), basis="held", how=How.SUM, unit=Unit.CENTS,
        of=C.contract_id, currency=C.contract_id,
        definition=_l("The monthly fees of the contracts for the period, of parts of months by their days; of terms "
                      "without a fee the hours granted in the period at their hourly rate. In cents; different "
                      "currencies are never added."),
        exclusions=_l("Contracts without a price, and sales."),
    ),),
)  # fmt: skip


_PARTS = (WORK, BILLED, VALUE)
COST = SideBySide(
    "cost", _l("Cost of service"),
    _l("What the work for each client costs, against what their contracts bring."),
    joint_source(_PARTS), (
        *metrics_of(_PARTS),
        Metric(name="cost_share", title=_l("Work against value"), basis="held", how=How.QUOTIENT, unit=Unit.SHARE,
               of="worked_amount", per="contract_value_amount", better="less",
               definition=_l("The work in money, as a share of the contract value; above 1 the work costs more than "
                             "the contracts bring."),
               numerator=_l("Work in money."), denominator=_l("Contract value of the same period."),
               exclusions=_l("Where several currencies meet, or no value is known, there is none.")),
    ),
    by=("organisation",), chart="bars", charted=("worked_amount", "contract_value_amount"),
    headline=("worked_minutes", "worked_amount", "contract_value_amount", "cost_share"), parts=_PARTS,
)  # fmt: skip
