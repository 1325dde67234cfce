"""Closed months of promises, claims, work, problems … stay as they were, whatever becomes of what they count."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, text

from helpdesk.aftersales.hours import grant_hours
from helpdesk.aftersales.work import NewWork, log_work, reverse_work
from helpdesk.core.db import db
from helpdesk.core.settings import write_settings
from helpdesk.figures import counting, keeping
from helpdesk.figures.counting import ReportSettings
from helpdesk.knowledge.votes import vote
from helpdesk.models.claims import Claim, ClaimState
from helpdesk.models.contracts import Contract, Plan
from helpdesk.models.kept import ClaimFigures, ProblemFigures, WorkFigures
from helpdesk.models.problems import ProblemState
from helpdesk.models.promises import Promise
from helpdesk.models.satisfaction import Survey, SurveyKind, SurveyState
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.problems.problems import link_tickets
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport
from helpdesk.reports.items import kind_of, page_of_items
from helpdesk.reports.metrics import How, Row
from tests.aftersales.claiming import a_claim
from tests.aftersales.claiming import bring as bring_claim
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.factories import a_ticket
from tests.knowledge.writing import published
from tests.problems.solving import a_problem
from tests.problems.solving import bring as bring_problem
from tests.reports.test_table_reports import SPRING, a_survey, the_busy_desk
from tests.tickets.test_promises import moment

At = Callable[..., AbstractContextManager[None]]
KEPT = ("promises", "revisits", "claims", "hours", "cost", "problems", "product-feedback", "knowledge", "satisfaction")
MARCH = Slice(moment("2026-03-01 00:00"), moment("2026-04-01 00:00"))
BREAKDOWNS = ("month", "team", "line", "operator", "organisation", "product", "channel", "state", "article")
# What a row counts by, and the tables that a ticket, a client or an article takes with it.
GONE = (
    "promise", "revisit", "revisit_outcome", "need", "referral", "claim", "claim_decision", "work_log", "hours_entry",
    "billing_notice", "problem", "problem_ticket", "problem_product", "article_use", "article", "article_vote",
    "deflection", "survey", "message", "transfer", "ticket",
)  # fmt: skip


@pytest.fixture
def closed(cast: Cast, at: At) -> None:
    """A busy March whose month is closed."""
    the_busy_desk(cast, at)
    contract = db.session.scalars(select(Contract)).one()
    grant_hours(contract, 30, by=cast.petras)
    log_work(a_ticket(cast), NewWork(60, Channel.PHONE), by=cast.ona)
    article = published(cast)
    vote(article, article.translations[0], is_useful=True, by=cast.jonas, reader="jonas")
    close(at)


def close(at: At, when: str = "2026-05-12 10:00") -> None:
    with at(when):
        counting.catch_up_wholly()
        counting.close_months()


def told(judged: str = "first", for_: Actor = SYSTEM) -> dict[Any, Any]:
    """All figures of these reports, as a whole and by each breakdown."""
    found = {}
    for slug in KEPT:
        report = FACT_REPORTS[slug]
        for by in ((), *((name,) for name in BREAKDOWNS if name in report.dimensions)):
            table = report.run(SPRING, for_=for_, by=by, judged=judged)
            found[slug, by] = (table.total.figures, {row.key: row.figures for row in table.rows})
    return found


def total(slug: str, name: str, over: Slice = SPRING, **values: Any) -> float | None:
    return FACT_REPORTS[slug].run(over, for_=values.pop("for_", SYSTEM), by=(), **values).total.figures[name].value


def touch_everything(cast: Cast) -> None:
    """Every ticket, revisit, problem and answer belongs to others now."""
    team, operator = cast.field.id, cast.tomas.operator_id
    strangers = cast.strangers.id
    for statement in (
        f"UPDATE ticket SET team_id = {team}, line = 3, assignee_id = {operator}, organisation_id = {strangers},"
        " channel = 'web', priority = 'low', product_id = NULL",
        f"UPDATE promise SET line = 3, owner_id = {operator}, organisation_id = {strangers}",
        f"UPDATE revisit SET team_id = {team}, operator_id = {operator}, organisation_id = {strangers}",
        f"UPDATE problem SET team_id = {team}",
        f"UPDATE survey SET team_id = {team}, line = 3, organisation_id = {strangers}",
        "UPDATE contact SET name = 'Erased'",
    ):
        db.session.execute(text(statement))
    db.session.commit()
    db.session.expire_all()


def delete_everything() -> None:
    """As if it had never been; no activity does that."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        db.session.execute(text("PRAGMA defer_foreign_keys = ON"))
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :tables")
        names = db.session.scalars(triggers.bindparams(bindparam("tables", list(GONE), expanding=True))).all()
        for name in names:
            db.session.execute(text(f"DROP TRIGGER {name}"))
    for table in GONE:
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.commit()
    db.session.expire_all()


def kill() -> None:
    raise KeyboardInterrupt


def kept_rows() -> dict[str, list[Any]]:
    return {
        name: [tuple(row) for row in db.session.execute(select(each.table).order_by(each.table.c.id))]
        for name, each in keeping.KEEPINGS.items()
    }


@pytest.mark.usefixtures("closed")
def test_every_kind_of_row_is_kept(at: At) -> None:
    assert [name for name, rows in kept_rows().items() if not rows] == []


@pytest.mark.usefixtures("closed")
def test_closed_months_stay_when_everything_moves_and_goes(cast: Cast, at: At) -> None:
    with at("2026-05-20 10:00"):
        before = [told(for_=reader) for reader in (SYSTEM, cast.vera)]
        for each in before:
            assert all(any(figure.value for figure in each[slug, ()][0].values()) for slug in KEPT)
            assert each["claims", ()][0]["registered"].value == 3
        for change in (lambda: touch_everything(cast), delete_everything):
            change()
            counting.close_months()
            assert [told(for_=reader) for reader in (SYSTEM, cast.vera)] == before
        assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


@pytest.mark.usefixtures("closed")
def test_what_is_judged_now_is_read_of_what_is_there(cast: Cast, at: At) -> None:
    with at("2026-05-20 10:00"):
        assert told("now") == told()
        db.session.execute(text("UPDATE promise SET line = 3"))
        db.session.commit()
        third = replace(SPRING, where=(("line", "3"),))
        assert total("promises", "made", third) == 0
        assert total("promises", "made", third, judged="now") == total("promises", "made")
        delete_everything()
        assert total("promises", "made", judged="now") == total("claims", "registered", judged="now") == 0
        assert total("hours", "left_minutes", judged="now") == 0
        assert total("hours", "left_minutes") != 0


@pytest.mark.usefixtures("closed")
def test_keeping_twice_changes_nothing(at: At) -> None:
    with at("2026-05-20 10:00"):
        before = kept_rows()
        assert counting.close_months() == 0
        counting.recount()
        assert kept_rows() == before


def test_killed_in_the_middle_it_goes_on(cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    the_busy_desk(cast, at)
    with at("2026-05-20 10:00"):
        live = told()
        monkeypatch.setattr(keeping, "BATCH", 2)
        insert, calls = keeping.insert, iter(range(9))
        with monkeypatch.context() as killing:
            killing.setattr(keeping, "insert", lambda table: insert(table) if next(calls, None) is not None else kill())
            with pytest.raises(KeyboardInterrupt):
                close(at, "2026-05-20 10:00")
        half = kept_rows()
        assert sum(len(rows) for rows in half.values()) > 0
        assert told() == live
        assert counting.close_months() > 0
        whole = kept_rows()
        assert all(set(half[name]) <= set(whole[name]) for name in half)
        assert told() == live
        delete_everything()
        assert told() == live


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("is_gone", [False, True])
def test_figures_lead_to_what_they_count(cast: Cast, at: At, is_gone: bool) -> None:
    with at("2026-05-20 10:00"):
        if is_gone:
            delete_everything()
        for slug in KEPT:
            report = FACT_REPORTS[slug]
            for by in ((), *((name,) for name in ("month", "line", "organisation") if name in report.dimensions)):
                table = report.run(SPRING, for_=SYSTEM, by=by)
                for row in table.rows if by else [table.total]:
                    check_behind(report, by, row)


def check_behind(report: FactReport, by: tuple[str, ...], row: Row) -> None:
    for metric in report.metrics:
        if metric.how not in (How.COUNT, How.SUM, How.SHARE) or metric.currency is not None:
            continue
        query = report.behind(SPRING, metric.name, for_=SYSTEM, by=by, key=row.key)
        found = list(db.session.execute(query))
        figure = row.figures[metric.name]
        expected = (figure.part if metric.how is How.SHARE else figure.value) or 0
        assert sum(amount for _item, amount in found) == expected, (report.slug, metric.name, by, row.key)
        assert len({item for item, _amount in found}) == len(found)


@pytest.mark.usefixtures("closed")
def test_what_is_gone_is_named_as_deleted(cast: Cast, at: At) -> None:
    with at("2026-05-20 10:00"):
        delete_everything()
        for slug, name in (("promises", "made"), ("claims", "registered"), ("cost", "worked_minutes")):
            report = FACT_REPORTS[slug]
            kind = kind_of(report, report.metric(name))
            items = page_of_items(kind, report.behind(SPRING, name, for_=cast.vera), size=50, page=1, for_=cast.vera)
            assert items and all(item.is_deleted for item in items), slug
        lead = replace(cast.rasa, leads_line=3, lines=frozenset(), team_ids=frozenset(), operator_id=0)
        for slug, name in (("promises", "made"), ("claims", "registered"), ("product-feedback", "tickets")):
            assert total(slug, name, for_=cast.vera)
            assert total(slug, name, for_=lead) == 0


def test_what_comes_of_a_claim_after_its_month_is_learnt_once(cast: Cast, at: At) -> None:
    first, second = a_claim(cast, ClaimState.INVESTIGATED), a_claim(cast, ClaimState.INVESTIGATED)
    close(at, "2026-04-20 10:00")
    team = replace(MARCH, where=(("team", cast.desk.name),))
    by_team = total("claims", "registered", team)
    assert (total("claims", "registered"), total("claims", "decided"), total("claims", "open")) == (2, 0, 2)
    with at("2026-05-04 10:00"):
        db.session.execute(text(f"UPDATE ticket SET team_id = {cast.field.id}"))
        db.session.commit()
        bring_claim(cast, first, ClaimState.DECIDED)
        assert total("claims", "decided") == 0
        assert total("claims", "decided", judged="now") == 1
        counting.close_months()
        assert (total("claims", "decided"), total("claims", "refund")) == (1, 1)
        assert total("claims", "registered", team) == by_team == 2
        for claim in (first, second):
            db.session.get_one(Claim, claim.id).state = ClaimState.WITHDRAWN
        db.session.commit()
        counting.close_months()
        assert total("claims", "withdrawn") == 2
        db.session.get_one(Claim, first.id).state = ClaimState.REGISTERED
        db.session.commit()
        counting.close_months()
        assert (total("claims", "withdrawn"), total("claims", "withdrawn", judged="now")) == (2, 1)
        assert set(db.session.scalars(select(ClaimFigures.is_settled))) == {True}


def test_each_instant_of_a_problem_is_kept_with_its_own_month(cast: Cast, at: At) -> None:
    problem = a_problem(cast)
    close(at, "2026-04-20 10:00")
    with at("2026-04-21 10:00"):
        for to in (ProblemState.INVESTIGATING, ProblemState.KNOWN_ERROR):
            bring_problem(cast, problem, to)
        counting.close_months()
        assert (total("problems", "opened", MARCH), total("problems", "known_errors")) == (1, 1)
    with at("2026-05-04 10:00"):
        for to in (ProblemState.FIX_PLANNED, ProblemState.FIXED):
            bring_problem(cast, problem, to)
        counting.close_months()
        assert total("problems", "fixed", Slice(moment("2026-05-01 00:00"))) == 1
    with at("2026-05-06 10:00"):
        link_tickets(problem, (a_ticket(cast, product_id=cast.printer.id),), by=cast.ona)
        counting.close_months()
        assert total("problems", "tickets", MARCH) == 2
        row = db.session.scalars(select(ProblemFigures)).one()
        assert row.came_back and not row.is_settled
    close(at, "2026-06-20 10:00")
    with at("2026-06-20 11:00"):
        problem.fixed_at = moment("2026-06-02 10:00")
        db.session.commit()
        counting.close_months()
        assert total("problems", "fixed", Slice(moment("2026-05-01 00:00"), moment("2026-06-01 00:00"))) == 1
        assert total("problems", "fixed", Slice(moment("2026-06-01 00:00"))) == 0
        assert total("problems", "fixed", Slice(moment("2026-06-01 00:00")), judged="now") == 1


def test_an_answer_is_kept_with_the_month_of_the_answer(cast: Cast, at: At) -> None:
    survey = a_survey(SurveyKind.CSAT, None, 30, state=SurveyState.SENT, ticket_id=a_ticket(cast).id, line=1)
    db.session.add(survey)
    write_settings(ReportSettings, {"least_shown": 1})
    db.session.commit()
    close(at, "2026-04-20 10:00")
    april = Slice(moment("2026-04-01 00:00"), moment("2026-05-01 00:00"))
    with at("2026-04-21 10:00"):
        row = db.session.get_one(Survey, survey.id)
        row.state, row.score, row.answered_at = SurveyState.ANSWERED, 5, moment("2026-04-21 09:00")
        db.session.commit()
        counting.close_months()
        assert (total("satisfaction", "csat_5", april), total("satisfaction", "sent", MARCH)) == (1, 1)
        row.score = 4
        db.session.commit()
        counting.close_months()
        assert total("satisfaction", "csat_4", april) == 1
    close(at)
    with at("2026-05-20 10:00"):
        row.score = 1
        db.session.commit()
        counting.close_months()
        assert (total("satisfaction", "csat_4", april), total("satisfaction", "csat_1", april, judged="now")) == (1, 1)


def test_work_counts_as_it_stood_when_its_month_was_closed(cast: Cast, at: At) -> None:
    a_contract(cast, plan=Plan.MONTHLY, monthly_fee_cents=30_000)
    ticket = a_ticket(cast)
    mistake = log_work(ticket, NewWork(30, Channel.PHONE), by=cast.ona)
    close(at, "2026-04-20 10:00")
    with at("2026-04-21 10:00"):
        reverse_work(mistake.id, ticket, "Mistake", by=cast.ona)
        counting.close_months()
        assert (total("cost", "worked_minutes"), total("cost", "worked_minutes", judged="now")) == (30, 0)
        late = NewWork(45, Channel.PHONE, started_at=moment("2026-03-02 08:00"))
        log_work(ticket, late, by=cast.ona)
        assert total("cost", "worked_minutes", MARCH) == 75  # told late, it is counted, and kept like the others
        assert counting.close_months() == 1
        assert total("cost", "worked_minutes", MARCH) == 75
        assert db.session.scalar(select(func.count()).select_from(WorkFigures)) == 2


def test_open_months_are_not_kept(cast: Cast, at: At) -> None:
    a_claim(cast)
    log_work(a_ticket(cast), NewWork(30, Channel.PHONE), by=cast.ona)
    close(at, "2026-04-09 10:00")
    assert not any(kept_rows().values())
    assert db.session.scalar(select(func.count()).select_from(Promise)) == 0
    assert total("claims", "registered", MARCH) == 1
    assert date(2026, 4, 9) > MARCH.until.date()  # type: ignore[union-attr]  # it is over, and not yet closed
