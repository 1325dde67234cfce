"""The report of product feedback: its figures are those of the tickets behind them, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from flask import Flask
from sqlalchemy import event

from helpdesk.aftersales.installed import InstalledState, change_installed
from helpdesk.aftersales.work import NewWork, log_work
from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.pdf import can_make_pdf
from helpdesk.core.tables import csv_text
from helpdesk.jobs.worker import run_all
from helpdesk.models.access import Account
from helpdesk.models.contracts import ContractTerms, Plan
from helpdesk.models.feedback import Every, FeedbackSchedule, Verdict
from helpdesk.models.problems import ProblemState
from helpdesk.models.products import InstalledProduct, Product, Version
from helpdesk.models.tickets import Channel, Impact, Ticket
from helpdesk.people.accounts import disable_account
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems.answers import NewAnswer, answer_problem, answer_wish
from helpdesk.problems.feedback import Feedback, Span, get_problem_of, product_feedback, tickets_behind
from helpdesk.problems.feedback_documents import COLUMNS, feedback_document, table_rows
from helpdesk.problems.fixes import Outcome
from helpdesk.problems.problems import link_tickets, unlink_ticket
from helpdesk.problems.schedules import (
    NewSchedule,
    begin_of,
    end_schedule,
    following,
    schedule_feedback,
    schedules_of,
    send_reports,
)
from helpdesk.problems.wishes import vote
from helpdesk.reports import REPORTS
from helpdesk.reports.base import Slice
from helpdesk.reports.product_feedback import span_of
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.problems.wishing import a_wish, fixed_in, give_printer, the_version

At = Callable[..., AbstractContextManager[None]]
MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)


def printed(cast: Cast, **values: object) -> Ticket:
    return a_ticket(cast, product_id=cast.printer.id, **values)  # type: ignore[arg-type]


def report(cast: Cast, since: datetime | None = MARCH, until: datetime | None = APRIL, **values: object) -> Feedback:
    return product_feedback(Span(since=since, until=until, **values), for_=cast.vera)  # type: ignore[arg-type]


def state_of(device: InstalledProduct) -> InstalledState:
    return InstalledState(**{each.name: getattr(device, each.name) for each in fields(InstalledState)})


def test_each_figure_is_about_the_tickets_behind_it(cast: Cast, at: At) -> None:
    other = db.session.query(Product).filter_by(name="Till software").one()
    with at("2026-02-10 09:00"):
        early = printed(cast)
    with at("2026-03-03 09:00"):
        first = printed(cast)
    with at("2026-03-05 09:00"):
        mine = printed(cast, requester=cast.egle)
        theirs = printed(cast, requester=cast.marek)
        elsewhere = a_ticket(cast, product_id=other.id)
        parted = printed(cast)
        later = printed(cast)
    first.impact, mine.impact = Impact.ORGANISATION, Impact.GROUP
    db.session.commit()
    with at("2026-03-06 09:00"):
        problem = a_problem(cast, tickets=(early, first, mine, theirs, elsewhere, parted))
        unlink_ticket(problem, parted, by=cast.ona)
        for minutes in (30, 90):
            log_work(first, NewWork(minutes=minutes, channel=Channel.PHONE), by=cast.ona)
        log_work(early, NewWork(minutes=60, channel=Channel.PHONE), by=cast.ona)
    with at("2026-04-02 09:00"):
        span = Span((cast.printer.id,), None, MARCH, APRIL)
        found = product_feedback(span, for_=cast.vera)
        [row] = found.problems
        behind = tickets_behind(problem, span, for_=cast.vera)
        assert {ticket.id for ticket in behind} == {first.id, mine.id, theirs.id}
        assert (row.tickets, found.tickets) == (len(behind), len(behind))
        assert row.clients == len({ticket.organisation_id for ticket in behind}) == 2
        assert row.impact == pytest.approx((3 + 2 + 1) / 3)
        assert row.minutes == 120
        assert (row.tickets_before, row.first_at) == (1, early.opened_at)
        assert {sample.number for sample in row.samples} == {ticket.number for ticket in behind}
        factors = row.factors
        assert (factors["tickets"], factors["hours"]) == (3, pytest.approx(1.2))
        assert row.score == pytest.approx(3 * 2 * factors["value"] * 1.2)
        whole = report(cast, None, None)
        assert whole.problems[0].tickets == 5
        assert whole.problems[0].tickets_before is None
        assert len(tickets_behind(problem, Span(), for_=cast.vera)) == 5
    assert later.id not in {ticket.id for ticket in behind}


def test_what_is_not_known_neither_lifts_nor_lowers(cast: Cast, at: At) -> None:
    with at("2026-03-03 09:00"):
        problem = a_problem(cast)
    [row] = report(cast).problems
    assert row.problem.id == problem.id
    assert (row.contracts, row.value_cents, row.factors["value"], row.factors["hours"]) == (0, {}, 1, 1)
    assert row.score == 1


def test_the_contracts_behind_the_tickets_count_once_each(cast: Cast, at: At) -> None:
    contract = a_contract(cast)
    terms = db.session.query(ContractTerms).filter_by(contract_id=contract.id).first()
    with at("2026-03-03 09:00"):
        tickets = tuple(printed(cast) for _each in range(2))
        a_problem(cast, tickets=tickets)
    assert all(ticket.contract_id == contract.id for ticket in tickets)
    with at("2026-03-04 09:00"):
        [row] = report(cast).problems
    fee = terms.monthly_fee_cents if terms is not None else None
    assert row.contracts == 1
    if fee:
        assert row.value_cents == {terms.currency: 12 * fee}  # type: ignore[union-attr]
        assert row.factors["value"] == 1 + 12 * fee / 1_000_000
    else:
        assert row.contracts_unknown == 1 or row.value_cents


def test_a_yearly_fee_lifts_a_problem(cast: Cast, at: At) -> None:
    contract = a_contract(cast)
    db.session.execute(db.delete(ContractTerms).where(ContractTerms.contract_id == contract.id))
    db.session.add(ContractTerms(contract_id=contract.id, valid_from=contract.valid_from, plan=Plan.MONTHLY,
                                 monthly_fee_cents=50_000, currency="EUR", recorded_at=MARCH))  # fmt: skip
    db.session.commit()
    with at("2026-03-03 09:00"):
        a_problem(cast, tickets=(printed(cast), printed(cast)))
        [row] = report(cast).problems
    assert row.value_cents == {"EUR": 600_000}
    assert row.factors["value"] == 1.6


def test_problems_are_ranked_and_wishes_go_by_clients(cast: Cast, at: At) -> None:
    give_printer(cast.strangers.id, cast)
    with at("2026-03-03 09:00"):
        small = a_problem(cast, title="Small")
        large = a_problem(cast, title="Large", tickets=tuple(printed(cast) for _each in range(4)))
        few, many = a_wish(cast, title="Few"), a_wish(cast, title="Many")
        vote(few, by=cast.jonas)
        vote(few, by=cast.egle)
        vote(many, by=cast.jonas)
        vote(many, by=cast.marek)
        declined = a_wish(cast, title="Never")
        answer_wish(declined, NewAnswer(Verdict.DECLINED, reason="No."), by=cast.birute)
        answer_problem(large, cast.printer.id, NewAnswer(Verdict.PLANNED), by=cast.birute)
    found = report(cast)
    assert [row.problem.id for row in found.problems] == [large.id, small.id]
    assert [row.wanted.wish.title for row in found.wishes] == ["Many", "Few", "Never"]
    assert [(row.wanted.clients, row.wanted.votes, row.new_clients) for row in found.wishes] == [
        (2, 2, 2), (1, 2, 1), (0, 0, 0)]  # fmt: skip
    answer = found.problems[0].answer
    assert answer is not None
    assert (answer.row.verdict, answer.author) == (Verdict.PLANNED, "Birute")
    with at("2026-05-02 09:00"):
        later = report(cast, APRIL, datetime(2026, 5, 1, tzinfo=UTC))
    assert [row.wanted.wish.title for row in later.wishes] == ["Many", "Few"]
    assert all(row.new_clients == 0 for row in later.wishes)
    assert [row.tickets_before for row in later.problems] == [4, 1]  # what went quiet is still told of


def test_did_it_really_stop(cast: Cast, at: At) -> None:
    old = the_version(cast)
    new = Version(product_id=cast.printer.id, name="8.0")
    db.session.add(new)
    db.session.flush()
    device = db.session.get_one(InstalledProduct, cast.printer_at_klinika.id)
    device.version_id = old
    db.session.commit()
    told = {"installed_product_id": device.id}
    with at("2026-02-01 09:00"):
        tickets = tuple(printed(cast, **told) for _each in range(6))
    with at("2026-03-02 09:00"):
        problem = a_problem(cast, ProblemState.FIXED, tickets=tickets)
        problem.fixed_version_id = new.id
        db.session.commit()

    def after(until: datetime | None = None) -> tuple[Outcome, int, int]:
        found = product_feedback(Span(since=FEBRUARY, until=until), for_=cast.vera).problems[0].after
        assert found is not None
        return found.outcome, found.on_fix, found.on_older

    with at("2026-03-03 09:00"):
        assert after() == (Outcome.TOO_EARLY, 0, 0)
    with at("2026-05-20 09:00"):
        assert after() == (Outcome.TOO_EARLY, 0, 0)  # nobody has changed over
        late = printed(cast, **told)
        link_tickets(problem, [late], by=cast.ona)
    with at("2026-05-21 09:00"):
        assert after() == (Outcome.TOO_EARLY, 0, 1)
        change_installed(device, replace(state_of(device), version_id=new.id), by=cast.ona)
    with at("2026-05-22 09:00"):
        assert after() == (Outcome.STOPPED, 0, 1)  # the ticket was from before the device changed over
        again = printed(cast, **told)
        link_tickets(problem, [again], by=cast.ona)
    with at("2026-05-23 09:00"):
        assert after() == (Outcome.CAME_BACK, 1, 1)
        unlink_ticket(problem, again, by=cast.ona)
        assert after() == (Outcome.STOPPED, 0, 1)


def test_the_version_narrows_to_what_stands_in_it(cast: Cast, at: At) -> None:
    device = db.session.get_one(InstalledProduct, cast.printer_at_klinika.id)
    device.version_id = the_version(cast)
    db.session.commit()
    with at("2026-03-03 09:00"):
        a_problem(cast, tickets=(printed(cast), printed(cast, installed_product_id=device.id)))
    [row] = report(cast, version_id=the_version(cast)).problems
    assert row.tickets == 1
    other = Version(product_id=cast.printer.id, name="9")
    db.session.add(other)
    db.session.commit()
    assert report(cast, version_id=other.id).problems == []


def test_a_product_owner_reads_of_the_own_products_alone(cast: Cast, at: At) -> None:
    other = db.session.query(Product).filter_by(name="Till software").one()
    with at("2026-03-03 09:00"):
        tickets = (printed(cast), a_ticket(cast, product_id=other.id))
        problem = a_problem(cast, tickets=tickets)
        foreign = a_problem(cast, tickets=(a_ticket(cast, product_id=other.id),), products=())
        a_wish(cast, product_id=other.id)
        hers = a_wish(cast)
    found = product_feedback(Span(since=MARCH, until=APRIL), for_=cast.birute)
    assert [(row.problem.id, row.tickets) for row in found.problems] == [(problem.id, 1)]
    assert [row.wanted.wish for row in found.wishes] == [hers]
    assert [ticket.id for ticket in tickets_behind(problem, Span(), for_=cast.birute)] == [tickets[0].id]
    nothing = product_feedback(Span((other.id,)), for_=cast.birute)
    assert (list(nothing.problems), list(nothing.wishes), nothing.tickets) == ([], [], 0)
    assert tickets_behind(problem, Span((other.id,)), for_=cast.birute) == []
    with pytest.raises(NotFound):
        get_problem_of(foreign.number, for_=cast.birute)
    assert get_problem_of(problem.number, for_=cast.birute) is problem
    for number in ("P-999999", "P-99999999999999999999", "T-1", "P-"):
        with pytest.raises(NotFound):
            get_problem_of(number, for_=cast.vera)
    with pytest.raises(Invalid):
        answer_problem(problem, other.id, NewAnswer(Verdict.ACCEPTED), by=cast.vera)  # it is not said to be affected
    with pytest.raises(Forbidden):
        answer_problem(problem, other.id, NewAnswer(Verdict.ACCEPTED), by=cast.birute)
    for actor in (cast.ona, cast.giedrius, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            product_feedback(Span(), for_=actor)
        with pytest.raises(Forbidden):
            schedule_feedback(NewSchedule(Every.WEEK), by=actor)


def test_the_report_costs_as_many_queries_for_many_problems(cast: Cast, at: At) -> None:
    def queries() -> int:
        count = 0

        def note(*_args: object) -> None:
            nonlocal count
            count += 1

        engine = db.session.get_bind().engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            report(cast)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return count

    with at("2026-03-02 08:00"):
        a_problem(cast, ProblemState.FIXED)
        a_wish(cast)
    with at("2026-03-03 09:00"):
        few = queries()
        for _each in range(5):
            a_problem(cast, ProblemState.FIXED)
            a_wish(cast)
        assert queries() == few
    assert few <= 25


def test_it_is_a_report_like_the_others(cast: Cast, at: At) -> None:
    with at("2026-03-03 09:00"):
        a_problem(cast, title="=HYPERLINK(1)")
        a_wish(cast, title="+cmd|' /C calc'!A0")
    over = Slice(MARCH, APRIL, (("product", "Label printer"),))
    found = REPORTS["product-feedback"].run(over, for_=SYSTEM)
    assert [row.problem.title for row in found.problems] == ["=HYPERLINK(1)"]
    document = feedback_document(found)
    assert document["products"] == ["Label printer"]
    assert document["problems"][0]["factors"]["tickets"] == 1
    table = csv_text(COLUMNS, table_rows(found))
    assert "'=HYPERLINK(1)" in table
    assert "'+cmd" in table
    for where in ((("team", "Desk"),), (("product", "Nothing"),), (("version", "0.1"),)):
        with pytest.raises(Invalid) as refused:
            span_of(Slice(where=where))
        assert list(refused.value.errors) == ["where"]
    for version in ("7.42", "Label printer 7.42"):
        assert span_of(Slice(where=(("version", version),))).version_id == the_version(cast)


@pytest.fixture
def sent(config: Config, app: Flask) -> Callable[[], list[EmailMessage]]:
    def take() -> list[EmailMessage]:
        db.session.commit()
        run_all()
        letters = []
        for path in sorted(config.mail_folder.glob("*.eml")):
            letters.append(message_from_bytes(path.read_bytes(), policy=default))
            path.unlink()
        return letters

    return take


@pytest.mark.parametrize(
    ("day", "every", "begin", "after"),
    [
        ("2026-03-04", Every.WEEK, "2026-03-02", "2026-03-09"), ("2026-03-02", Every.WEEK, "2026-03-02", "2026-03-09"),
        ("2026-12-31", Every.WEEK, "2026-12-28", "2027-01-04"), ("2026-02-28", Every.MONTH, "2026-02-01", "2026-03-01"),
        ("2026-12-31", Every.MONTH, "2026-12-01", "2027-01-01"),
        ("2026-05-31", Every.QUARTER, "2026-04-01", "2026-07-01"),
        ("2026-11-01", Every.QUARTER, "2026-10-01", "2027-01-01"),
    ],
)  # fmt: skip
def test_periods_are_those_of_the_calendar(day: str, every: Every, begin: str, after: str) -> None:
    first = begin_of(datetime.fromisoformat(day).date(), every)
    assert (first.isoformat(), following(first, every).isoformat()) == (begin, after)


def test_the_report_comes_by_mail_once_for_each_period(
    cast: Cast, at: At, sent: Callable[[], list[EmailMessage]]
) -> None:
    with at("2026-03-03 09:00"):
        a_problem(cast)
        row = schedule_feedback(NewSchedule(Every.WEEK, cast.printer.id), by=cast.birute)
        assert schedule_feedback(NewSchedule(Every.WEEK, cast.printer.id), by=cast.birute).id == row.id
        assert row.next_on.isoformat() == "2026-03-09"
        assert send_reports() == 0
        sent()
    with at("2026-03-09 06:59"):
        assert send_reports() == 0
    with at("2026-03-09 07:00"):
        assert (send_reports(), send_reports()) == (1, 0)
        [letter] = sent()
        assert letter["To"].addresses[0].addr_spec == "birute@desk.example"
        assert "Label printer" in letter["Subject"]
        text = letter.get_body(("plain",))
        assert text is not None
        assert "Blank labels" in text.get_content()
        assert "/manager/product-feedback?since=2026-03-02&until=2026-03-09&product=" in text.get_content()
        papers = [part for part in letter.iter_attachments() if part.get_content_type() == "application/pdf"]
        assert len(papers) == (1 if can_make_pdf() else 0)
        if papers:
            assert papers[0].get_content().startswith(b"%PDF")
        assert sent() == []
    with at("2026-03-30 12:00"):  # the desk stood still for two weeks
        assert [send_reports() for _each in range(4)] == [1, 1, 1, 0]
        assert len(sent()) == 3


def test_a_schedule_ends_with_its_owner_and_belongs_to_them(cast: Cast, at: At) -> None:
    row = schedule_feedback(NewSchedule(Every.MONTH), by=cast.vera)
    assert schedules_of(for_=cast.vera) == [row]
    for actor in (cast.birute, cast.jonas):
        with pytest.raises(NotFound):
            end_schedule(row.id, by=actor)
    end_schedule(row.id, by=cast.vera)
    assert schedules_of(for_=cast.vera) == []
    schedule_feedback(NewSchedule(Every.MONTH), by=cast.vera)
    other = db.session.query(Product).filter_by(name="Till software").one()
    for product_id in (other.id, 99_999):
        with pytest.raises(Invalid):
            schedule_feedback(NewSchedule(Every.WEEK, product_id), by=cast.birute)
    disable_account(db.session.get_one(Account, cast.vera.account_id), by=cast.petras)
    with at("2026-04-01 12:00"):
        assert (send_reports(), send_reports()) == (1, 0)
    live = db.select(db.func.count(FeedbackSchedule.id)).where(FeedbackSchedule.ended_at.is_(None))
    assert db.session.scalar(live) == 0
    assert fixed_in(cast).version_id
