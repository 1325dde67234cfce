"""Reports over the desk's own tables: each adds up, leads to what it counts, and tells nobody more than they see."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import literal, select

from helpdesk.aftersales.work import NewWork, log_work, reverse_work
from helpdesk.core.db import DayNumber, LocalDate, MonthNumber, UTCDateTime, db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.settings import write_settings
from helpdesk.figures import counting
from helpdesk.figures.counting import ReportSettings
from helpdesk.knowledge.deflection import note_opened, note_shown, settle_sittings
from helpdesk.knowledge.uses import use_article
from helpdesk.models.access import Role
from helpdesk.models.claims import ClaimState, FaultKind, Outcome
from helpdesk.models.contracts import Contract, Plan
from helpdesk.models.knowledge import UseKind
from helpdesk.models.problems import Problem, ProblemState
from helpdesk.models.satisfaction import NotAsked, Survey, SurveyKind, SurveyState
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.problems.problems import link_tickets
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.asking import Asked
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport
from helpdesk.reports.items import Behind, count_items, items_of
from helpdesk.reports.metrics import Figure, How, Row, Unit
from helpdesk.reports.statistics import nps
from knowledge_base.models import Article, ArticleState
from knowledge_base.searches import Searched, keep_opening, keep_search
from tests.aftersales.claiming import REFUND, a_claim
from tests.aftersales.conftest import a_contract
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.cli.conftest import Threeline, threeline  # noqa: F401 - a fixture of the command line
from tests.factories import a_ticket
from tests.knowledge.writing import an_article, published
from tests.problems.solving import a_problem
from tests.reports.test_hours_report import a_spring
from tests.reports.test_promises_report import a_week
from tests.tickets.test_promises import moment

At = Callable[..., AbstractContextManager[None]]
LIVE = [slug for slug, report in FACT_REPORTS.items() if report.source.is_live or slug == "knowledge"]
SPRING = Slice(moment("2026-01-01 00:00"), moment("2026-05-01 00:00"))
# What adds up over any breakdown: every item has one value.
ADDITIVE = (How.COUNT, How.SUM)
CYCLES = count(1)


def the_busy_desk(cast: Cast, at: At) -> None:
    """A spring in which a little of everything happened."""
    a_week(cast, at)
    contract = a_contract(cast, plan=Plan.MONTHLY, monthly_fee_cents=30_000)
    ticket, article = a_ticket(cast, product_id=cast.printer.id), published(cast)
    mistake = log_work(ticket, NewWork(30, Channel.PHONE), by=cast.ona)
    reverse_work(mistake.id, ticket, "Mistake", by=cast.ona)
    log_work(ticket, NewWork(90, Channel.PHONE), by=cast.ona)
    log_work(a_ticket(cast, line=2), NewWork(45, Channel.ON_SITE_VISIT), by=cast.tomas)
    for day in (3, 4, 12):
        a_revisit(cast, date(2026, 3, day), contract_id=contract.id)
    a_claim(cast, ClaimState.DECIDED)
    a_claim(cast, fault=FaultKind.DAMAGED)
    problem = a_problem(cast, ProblemState.FIXED)
    a_problem(cast, tickets=(ticket, a_ticket(cast)))
    use_article(ticket, article, UseKind.LINKED, "en", by=cast.ona)
    use_article(a_ticket(cast, status=Status.RESOLVED), article, UseKind.INSERTED, "en", by=cast.ona)
    an_article(cast, ArticleState.OUTDATED)
    note_shown("a-sitting-of-a-form", [article.id], "en", by=cast.jonas)
    note_opened("a-sitting-of-a-form", article.id, by=cast.jonas)
    with at("2026-03-04 10:30"):
        settle_sittings()
        a_claim(cast, ClaimState.DECIDED, decision=replace(REFUND, outcome=Outcome.REJECT, deviation="No fault"))
    found = keep_search(Searched("portal", "articles", "blank labels", 3, "en", visitor="one"))
    keep_opening(found, "article", article.id, visitor="one")
    keep_search(Searched("console", "tickets", "nothing like it", 0, "lt", visitor="another"))
    with at("2026-03-20 10:00"):
        link_tickets(problem, (a_ticket(cast, product_id=cast.printer.id),), by=cast.ona)
    some_answers(cast)
    counting.catch_up_wholly()


def some_answers(cast: Cast) -> list[Survey]:
    """Ten answers of March and April, questions that were not answered, and occasions on which nobody was asked."""
    base = {"organisation_id": cast.klinika.id, "team_id": cast.desk.id, "line": 1, "operator_id": cast.ona.operator_id}
    rows = [
        a_survey(SurveyKind.CSAT, score, day, comment="Thanks" if score > 3 else "", **base)
        for day, score in enumerate((5, 5, 4, 4, 3, 1), 2)
    ]
    rows += [a_survey(SurveyKind.NPS, score, 40, organisation_id=cast.strangers.id) for score in (10, 9, 9, 8, 6, 3)]
    rows += [a_survey(SurveyKind.CES, score, 5, **base) for score in (7, 6, 2)]
    rows.append(a_survey(SurveyKind.CSAT, 1, 6, closed_by_silence=True, **base))
    rows += [
        a_survey(SurveyKind.CSAT, None, 7, state=state, **base) for state in (SurveyState.SENT, SurveyState.EXPIRED)
    ]
    rows += [a_survey(SurveyKind.CSAT, None, 8, state=SurveyState.NOT_SENT, reason=reason, sent_at=None)
             for reason in (NotAsked.PAUSED, NotAsked.PAUSED, NotAsked.NOT_SAMPLED)]  # fmt: skip
    db.session.add_all(rows)
    db.session.commit()
    return rows


def a_survey(kind: SurveyKind, score: int | None, day: int, **values: Any) -> Survey:
    """A question of the day so many days after the first of March, answered the day after."""
    happened = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)
    answered = happened + timedelta(days=1)
    return Survey(**{
        "kind": kind, "cycle": next(CYCLES), "state": SurveyState.ANSWERED, "sample_point": 1,
        "sample_percent": 100,
        "happened_at": happened, "planned_at": happened, "due_at": happened, "sent_at": happened, "score": score,
        "answered_at": answered if score is not None else None,
    } | values)  # fmt: skip


@pytest.fixture
def busy(cast: Cast, at: At) -> None:
    the_busy_desk(cast, at)


def amounts(report: FactReport, metric: str, by: tuple[str, ...], row: Row) -> list[Any]:
    return list(db.session.execute(report.behind(SPRING, metric, for_=SYSTEM, by=by, key=row.key)))


def expected_behind(report: FactReport, name: str, figure: Figure) -> float:
    how = report.metric(name).how
    return (figure.part if how in (How.SHARE, How.RATIO) else figure.value) or 0


@pytest.mark.usefixtures("busy")
def test_every_report_adds_up_and_leads_to_what_it_counts(cast: Cast, at: At) -> None:
    with at("2026-04-30 12:00"):
        for slug in LIVE:
            report = FACT_REPORTS[slug]
            for by in report.dimensions:
                table = report.run(SPRING, for_=SYSTEM, by=(by,))
                whole = table.total.figures
                assert json.loads(json.dumps(table.document())) == table.document(), slug
                rows = [table.total, *table.rows] if by in ("month", "organisation", "product") else table.rows[:2]
                for metric in report.metrics:
                    at_stake = slug, by, metric.name
                    told = [row.figures[metric.name] for row in table.rows]
                    is_sum = metric.how in ADDITIVE and metric.name != "left_minutes"
                    if is_sum and whole[metric.name].value is not None:
                        summed = sum(figure.value or 0 for figure in told)
                        hides = metric.tells_of and any(figure.is_hidden for figure in told)
                        assert summed == whole[metric.name].value or (hides and summed < whole[metric.name].value), (
                            at_stake
                        )
                    if metric.how not in (*ADDITIVE, How.SHARE, How.RATIO) or metric.currency is not None:
                        continue
                    for row in rows:
                        if row.figures[metric.name].is_hidden:
                            continue
                        found = amounts(report, metric.name, (by,) if row.key else (), row)
                        assert len({item for item, _amount in found}) == len(found)
                        expected = expected_behind(report, metric.name, row.figures[metric.name])
                        assert sum(amount for _item, amount in found) == expected, (*at_stake, row.key)


@pytest.mark.usefixtures("busy")
def test_something_of_each_report_was_counted(at: At) -> None:
    with at("2026-04-30 12:00"):
        totals = {slug: FACT_REPORTS[slug].run(SPRING, for_=SYSTEM, by=()).document()["total"] for slug in LIVE}
    assert {slug for slug, total in totals.items() if not any(total.values())} == set()
    told = totals["claims"]
    assert (told["registered"], told["refund"], told["reject"], told["open"]) == (3, 1, 1, 3)
    assert (told["refund_amount"], told["refund_amount_currency"], told["refunded_cents"]) == (
        20_000,
        "EUR",
        {"EUR": 20_000},
    )
    told = totals["problems"]
    assert (told["opened"], told["fixed"], told["known_errors"], told["tickets"]) == (2, 1, 1, 4)
    assert (told["came_back_share"], told["came_back_share_part"], told["came_back_share_whole"]) == (None, None, 1)
    told = totals["product-feedback"]
    assert (told["tickets"], told["clients"]) == (4, 1)
    told = totals["knowledge"]
    assert (told["uses"], told["published"], told["outdated"], told["sittings"]) == (2, 2, 1, 1)
    assert (told["link_share_part"], told["link_share_whole"], told["deflected_share_whole"]) == (None, 1, 1)
    told = totals["searches"]
    assert (told["searches"], told["answered"], told["without_result"], told["left"]) == (2, 1, 1, 1)
    told = totals["cost"]
    assert (told["worked_minutes"], told["worked_amount"], told["unpriced_minutes"]) == (135, 20_250, 0)
    assert (told["contract_value_amount"], told["cost_share"]) == (120_000, 20_250 / 120_000)
    assert totals["revisits"]["overdue"] == 3


def test_an_empty_period_has_nothing_and_says_so(cast: Cast) -> None:
    long_ago = Slice(moment("2020-01-01 00:00"), moment("2020-04-01 00:00"))
    for slug in LIVE:
        report = FACT_REPORTS[slug]
        table = report.run(long_ago, for_=SYSTEM, by=("month",))
        assert [row.key for row in table.rows] == [("2020-01",), ("2020-02",), ("2020-03",)], slug
        for row in (table.total, *table.rows):
            for metric in report.metrics:
                value = row.figures[metric.name].value
                assert value == (0 if metric.how in (*ADDITIVE, How.DISTINCT) else None), (slug, metric.name)
        assert report.run(long_ago, for_=SYSTEM, by=report.by).columns()
        assert table.since == "2020-01-01" and table.before_since == "2019-10-01"


def test_every_metric_says_what_it_is(cast: Cast) -> None:
    for slug in LIVE:
        report = FACT_REPORTS[slug]
        names = [metric.name for metric in report.metrics]
        assert len(set(names)) == len(names)
        assert {*report.charted, *report.headline} <= set(names)
        assert set(report.by) <= set(report.dimensions)
        columns = report.run(SPRING, for_=SYSTEM, by=()).columns()
        assert len(set(columns)) == len(columns)
        for metric in report.metrics:
            assert str(metric.title) and str(metric.definition).endswith(".")
            if metric.is_rate or metric.how is How.QUOTIENT:
                assert metric.numerator is not None and metric.denominator is not None, (slug, metric.name)
            assert (metric.unit in (Unit.SECONDS, Unit.MINUTES)) == (metric.time is not None), (slug, metric.name)
            assert (metric.unit is Unit.CENTS) == (metric.currency is not None), (slug, metric.name)


def test_reports_are_for_those_who_read_reports(cast: Cast) -> None:
    for slug in LIVE:
        report = FACT_REPORTS[slug]
        for outsider in (cast.marek, cast.jonas, cast.lena, cast.ona, cast.giedrius):
            with pytest.raises(Forbidden):
                report.run(SPRING, for_=outsider)
            with pytest.raises(Forbidden):
                report.behind(SPRING, report.metrics[0].name, for_=outsider)
        if slug != "product-feedback":
            with pytest.raises(Forbidden):
                report.run(SPRING, for_=cast.birute)
        for reader in (cast.vera, cast.rasa, cast.petras):
            report.run(SPRING, for_=reader, by=())


@pytest.mark.usefixtures("busy")
def test_a_lead_counts_what_they_see(cast: Cast, at: At) -> None:
    of_third = replace(cast.rasa, leads_line=3, lines=frozenset(), team_ids=frozenset(), operator_id=0)
    assert of_third.role is Role.LINE_LEAD

    def total(slug: str, name: str, reader: Actor) -> float | None:
        return FACT_REPORTS[slug].run(SPRING, for_=reader, by=()).total.figures[name].value

    with at("2026-04-30 12:00"):
        for slug, name in (
            ("promises", "made"),
            ("claims", "registered"),
            ("cost", "worked_minutes"),
            ("product-feedback", "tickets"),
            ("satisfaction", "answers"),
            ("knowledge", "uses"),
        ):
            assert total(slug, name, cast.vera)
            assert total(slug, name, of_third) == 0, slug
        assert total("promises", "made", cast.rasa) == 8  # of the first line
        assert total("product-feedback", "tickets", cast.birute) == 3  # of the own product


@pytest.mark.usefixtures("busy")
def test_a_condition_narrows_and_a_wrong_one_is_named(cast: Cast) -> None:
    def total(slug: str, name: str, *where: tuple[str, str]) -> float | None:
        return FACT_REPORTS[slug].run(replace(SPRING, where=where), for_=SYSTEM, by=()).total.figures[name].value

    article, problem = (db.session.scalars(select(model).order_by(model.id)).first() for model in (Article, Problem))
    assert article is not None and problem is not None
    assert total("promises", "made", ("operator", "Tomas")) == 2
    assert total("promises", "made", ("operator", "Tomas"), ("operator", "Ona")) == 9
    assert total("claims", "registered", ("fault", "damaged")) == 1
    assert total("claims", "registered", ("decision", "refund"), ("product", "Label printer")) == 1
    assert total("knowledge", "uses", ("article", article.number)) == 2
    assert total("knowledge", "sittings", ("article", article.number)) == 0  # it knows no article
    assert total("cost", "worked_minutes", ("operator", "Tomas")) == 45
    assert total("searches", "searches", ("language", "lt")) == 1
    assert total("satisfaction", "answers", ("organisation", "Klinika"), ("kind", "csat")) == 7
    assert total("product-feedback", "tickets", ("problem", problem.number)) == 2
    for slug in LIVE:
        with pytest.raises(Invalid) as caught:
            total(slug, FACT_REPORTS[slug].metrics[0].name, ("colour", "red"))
        assert "colour" in str(caught.value.errors["where"])
        with pytest.raises(Invalid):
            FACT_REPORTS[slug].run(SPRING, for_=SYSTEM, by=("day", "month"))
        with pytest.raises(NotFound):
            FACT_REPORTS[slug].behind(SPRING, "colour", for_=SYSTEM)


def test_satisfaction_by_hand(cast: Cast) -> None:
    some_answers(cast)
    report = FACT_REPORTS["satisfaction"]
    march = Slice(moment("2026-03-01 00:00"), moment("2026-04-01 00:00"))
    told = report.run(march, for_=SYSTEM, by=("line",)).document()
    total = told["total"]
    assert (total["csat_mean"], total["csat_mean_of"]) == (22 / 6, 6)
    assert (total["csat_satisfied_share_part"], total["csat_satisfied_share_whole"]) == (4, 6)
    assert [total[f"csat_{score}"] for score in range(1, 6)] == [1, 0, 1, 2, 2]
    assert (total["ces_answers"], total["ces_mean"], total["ces_mean_of"]) == (3, None, 3)  # too few to tell
    assert (total["silence_answers"], total["comments"], total["answers"]) == (1, 4, 10)
    assert (total["sent"], total["expired"], total["response_share_part"], total["response_share_whole"]) == (
        12,
        1,
        9,
        11,
    )
    assert (total["not_sent"], total["not_sent_paused"], total["not_sent_not_sampled"]) == (3, 2, 1)
    assert [row["line"] for row in told["rows"]] == ["1", None]
    april = report.run(Slice(moment("2026-04-01 00:00"), moment("2026-05-01 00:00")), for_=SYSTEM, by=())
    score, figure = nps(3, 1, 2), april.total.figures["nps"]
    assert score is not None and score.interval is not None
    assert (figure.value, figure.low, figure.high, figure.whole) == (score.value, *score.interval, 6)
    assert (april.document()["total"]["nps_low"], april.document()["before"]["csat_mean"]) == (
        score.interval[0],
        22 / 6,
    )


def operators_answered(cast: Cast, *scores: tuple[Actor, tuple[int, ...]]) -> None:
    db.session.add_all([
        a_survey(SurveyKind.CSAT, score, day, operator_id=who.operator_id, line=1)
        for who, given in scores for day, score in enumerate(given, 2)
    ])  # fmt: skip
    db.session.commit()


def by_operator() -> dict[str | None, Row]:
    table = FACT_REPORTS["satisfaction"].run(SPRING, for_=SYSTEM, by=("operator",))
    return {row.key[0]: row for row in table.rows}


def test_what_few_answered_is_told_nowhere(cast: Cast) -> None:
    operators_answered(cast, (cast.ona, (5, 5, 4, 4, 3, 1)), (cast.tomas, (2, 1)), (cast.rasa, (4,) * 9))
    table = FACT_REPORTS["satisfaction"].run(SPRING, for_=SYSTEM, by=("operator",))
    told = {row["operator"]: row for row in table.document()["rows"]}

    few = told["Tomas"]
    assert (few["csat_answers"], few["csat_mean_of"], few["csat_satisfied_share_whole"]) == (2, 2, 2)
    names = ("csat_mean", "csat_satisfied_share", *(f"csat_satisfied_share_{end}" for end in ("part", "low", "high")),
             *(f"csat_{score}" for score in range(1, 6)))  # fmt: skip
    assert {few[name] for name in names} == {None}
    assert few["hidden"] | {"response_share": "too_few"} == dict.fromkeys(
        ("csat_mean", "csat_satisfied_share", "response_share", *(f"csat_{score}" for score in range(1, 6))), "too_few"
    )
    lines = {line["operator"]: line for line in table.lines()}
    assert "csat_mean: too_few; csat_satisfied_share: too_few; csat_1: too_few" in lines["Tomas"]["hidden"]
    assert table.columns()[-1] == "hidden"


def test_no_hidden_answer_can_be_had_from_the_total(cast: Cast) -> None:
    operators_answered(cast, (cast.ona, (5, 5, 4, 4, 3, 1)), (cast.tomas, (2, 1)), (cast.rasa, (4,) * 9))
    told = by_operator()
    assert told["Ona"].figures["csat_mean"].why_hidden == "guard"
    assert told["Ona"].figures["csat_5"].why_hidden == "guard"
    assert told["Ona"].figures["csat_answers"].value == 6
    assert told["Rasa"].figures["csat_mean"].value == 4

    kept = FACT_REPORTS["satisfaction"].run(SPRING, for_=SYSTEM, by=("operator",), limit=1)
    assert [row.figures["csat_mean"].value for row in kept.rows] == [4]
    assert kept.total.figures["csat_mean"].value is not None


def test_who_has_no_answers_guards_nobody(cast: Cast) -> None:
    operators_answered(cast, (cast.ona, (5, 5, 4, 4, 3, 1)), (cast.rasa, (4,) * 9))
    db.session.add(a_survey(SurveyKind.CSAT, None, 3, operator_id=cast.tomas.operator_id, state=SurveyState.SENT))
    db.session.commit()
    table = FACT_REPORTS["satisfaction"].run(SPRING, for_=SYSTEM, by=("operator",))
    assert not any(row.figures["csat_mean"].is_hidden for row in table.rows)
    assert [row.figures["csat_mean"].value for row in table.rows if row.figures["csat_answers"].value] == [4, 22 / 6]


def test_what_is_behind_a_guard_is_not_listed(cast: Cast) -> None:
    operators_answered(cast, (cast.ona, (5, 5, 4, 4, 3, 1)), (cast.tomas, (2, 1)), (cast.rasa, (4,) * 9))
    asked = Asked(FACT_REPORTS["satisfaction"], "all")
    for name, who in itertools.product(("csat_mean", "csat_satisfied_share", "csat_5"), ("Ona", "Tomas")):
        with pytest.raises(NotFound):
            items_of(asked, SPRING, Behind(asked.report.metric(name), ("operator",), (who,)), for_=cast.vera)
    answers = Behind(asked.report.metric("csat_answers"), ("operator",), ("Ona",))
    assert count_items(items_of(asked, SPRING, answers, for_=cast.vera)[0]) == 6


def test_an_answer_keeps_its_score_without_its_person(cast: Cast) -> None:
    rows, report = some_answers(cast), FACT_REPORTS["satisfaction"]
    before = report.run(SPRING, for_=SYSTEM, by=("organisation",)).document()["rows"]
    for row in rows:
        if row.comment:
            row.comment, row.words_erased_at = "", row.answered_at
        row.contact_id = row.ticket_id = None
    db.session.commit()
    assert report.run(SPRING, for_=SYSTEM, by=("organisation",)).document()["rows"] == before


def test_money_of_different_currencies_is_never_added(cast: Cast) -> None:
    a_contract(cast, plan=Plan.MONTHLY, monthly_fee_cents=30_000)
    zloty = a_contract(cast, "C-8", plan=Plan.MONTHLY, monthly_fee_cents=50_000, currency="PLN", hourly_rate_cents=6000)
    for contract in (None, zloty):
        ticket = a_ticket(cast)
        if contract is not None:
            db.session.get_one(Ticket, ticket.id).contract_id = contract.id
            db.session.commit()
        log_work(ticket, NewWork(60, Channel.PHONE), by=cast.ona)
    report, march = FACT_REPORTS["cost"], Slice(moment("2026-03-01 00:00"), moment("2026-04-01 00:00"))
    table = report.run(march, for_=SYSTEM, by=("contract",))
    assert [table.total.figures[name].value for name in ("worked_minutes", "worked_amount", "contract_value_amount",
                                                         "cost_share")] == [120, None, None, None]  # fmt: skip
    told = {row["contract"]: row for row in table.document()["rows"]}
    assert (told["C-7"]["worked_amount"], told["C-7"]["worked_amount_currency"]) == (9000, "EUR")
    assert (told["C-8"]["worked_amount"], told["C-8"]["cost_share"]) == (6000, 6000 / 50_000)
    by_currency = report.run(march, for_=SYSTEM, by=("currency",)).document()["rows"]
    assert {row["currency"]: row["worked_amount"] for row in by_currency if row["currency"]} == {
        "EUR": 9000,
        "PLN": 6000,
    }


def test_the_value_of_a_contract_is_pro_rata_by_days(cast: Cast) -> None:
    a_contract(cast, plan=Plan.MONTHLY, monthly_fee_cents=31_000, until=date(2026, 3, 10))

    def value(since: str, until: str) -> float | None:
        over = Slice(moment(f"{since} 00:00"), moment(f"{until} 00:00"))
        table = FACT_REPORTS["cost"].run(over, for_=SYSTEM, by=("month",))
        figures = [row.figures["contract_value_amount"].value or 0 for row in table.rows]
        assert sum(figures) == table.total.figures["contract_value_amount"].value
        return table.total.figures["contract_value_amount"].value

    assert value("2026-01-01", "2026-02-01") == 31_000
    assert value("2026-01-01", "2026-04-01") == 62_000 + 10_000
    assert value("2026-03-06", "2026-04-01") == 5_000
    assert value("2025-06-01", "2026-01-02") == 1_000
    assert value("2026-04-01", "2026-05-01") == 0


def test_work_without_a_rate_is_told_and_the_settings_give_one(cast: Cast) -> None:
    log_work(a_ticket(cast), NewWork(90, Channel.PHONE), by=cast.ona)

    def figures() -> list[float | None]:
        total = FACT_REPORTS["cost"].run(SPRING, for_=SYSTEM, by=()).total.figures
        return [total[name].value for name in ("worked_minutes", "worked_amount", "unpriced_minutes", "cost_share")]

    assert figures() == [90, 0, 90, None]
    write_settings(ReportSettings, {"default_rate_cents": 6000})
    db.session.commit()
    assert figures() == [90, 9000, 0, None]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-03-28 21:59", "2026-03-28"), ("2026-03-28 22:00", "2026-03-29"), ("2026-03-29 20:59", "2026-03-29"),
        ("2026-03-29 21:00", "2026-03-30"), ("2026-10-25 20:59", "2026-10-25"), ("2026-10-25 21:59", "2026-10-25"),
        ("2026-10-25 22:00", "2026-10-26"), ("2026-12-31 22:00", "2027-01-01"),
    ],
)  # fmt: skip
def test_days_are_those_of_the_zone_on_both_databases(cast: Cast, said: str, day: str) -> None:
    at = literal(datetime.fromisoformat(said).replace(tzinfo=UTC), UTCDateTime())
    local = LocalDate(at, "Europe/Vilnius")
    found = db.session.execute(select(local, DayNumber(local), MonthNumber(local))).one()
    expected = date.fromisoformat(day)
    assert tuple(found) == (expected, expected.toordinal(), 12 * expected.year + expected.month - 1)


def test_hours_left_stand_at_the_end_of_each_stretch(cast: Cast, at: At) -> None:
    a_spring(cast, at)
    report = FACT_REPORTS["hours"]
    months = report.run(SPRING, for_=SYSTEM, by=("month",)).document()["rows"]
    assert [(row["month"], row["left_minutes"]) for row in months] == [
        ("2026-01", 600), ("2026-02", 540), ("2026-03", 0), ("2026-04", 30),
    ]  # fmt: skip
    by_contract = report.run(SPRING, for_=SYSTEM, by=("month", "contract")).document()["rows"]
    assert [row["left_minutes"] for row in by_contract if row["contract"] == "C-7"] == [600, 540, 0, 30]
    february = amounts(report, "left_minutes", ("month",), Row(("2026-02",), {}))
    assert sum(amount for _entry, amount in february) == 540
    assert (
        report.run(replace(SPRING, where=(("contract", "C-7"),)), for_=SYSTEM, by=())
        .total.figures["left_minutes"]
        .value
        == 30
    )


@pytest.mark.usefixtures("busy")
def test_the_commands_answer_in_each_form(cast: Cast, threeline: Threeline) -> None:  # noqa: F811
    for slug in LIVE:
        asked = ("report", slug, "--since", "2026-01-01", "--until", "2026-05-01", "--by", "month")
        told = threeline(*asked, "--json").document
        assert {"report", "dimensions", "total", "rows", "before", "zone"} <= set(told)
        lines = threeline(*asked, "--format", "csv").out.splitlines()
        assert lines[0].split(",") == list(told["rows"][0])
        assert len(lines) == 1 + len(told["rows"]) == 5
        assert threeline(*asked).code == 0
        assert threeline("report", slug, "--where", "colour=red").code == 65
        assert threeline("report", slug, "--by", "colour").code == 65
        assert threeline("report", slug, "--as", "marek@strangers.example").code == 77
        assert set(STEPS) & set(FACT_REPORTS[slug].dimensions) == set(STEPS)
    assert db.session.scalar(select(Contract.id)) is not None
