"""The wall board and the manager's start page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.tokens import digest_of
from helpdesk.figures import counting
from helpdesk.models.access import Account, Role
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Channel, Status, Ticket, Urgency
from helpdesk.people.accounts import disable_account
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.problems.majors import NewMajor, declare_major
from helpdesk.reports.base import Slice
from helpdesk.reports.control import Change
from helpdesk.reports.morning import morning_of
from helpdesk.reports.process import Of, run_process
from helpdesk.reports.steps import STEPS_TAKEN, statuses_of
from helpdesk.reports.wall import wall_of
from helpdesk.reports.wall_links import NewWallLink, create_wall_link, revoke_wall_link, wall_links
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.tickets.test_promises import a_promise
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
At = Callable[..., AbstractContextManager[None]]


def test_a_board_counts_what_lies_on_its_line(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        first = a_ticket(cast, urgency=Urgency.HIGH)
        a_ticket(cast, status=Status.WAITING_CLIENT)
        second = a_ticket(cast, line=2)
        done = a_ticket(cast, status=Status.RESOLVED)
    with at("2026-03-02 09:30"):
        board = wall_of(1, for_=cast.vera)
        other = wall_of(2, for_=cast.rasa)
        whole = wall_of(None, for_=cast.vera)

    assert (board.open, board.unassigned, board.waiting_client) == (2, 1, 1)
    assert (board.opened_today, board.resolved_today) == (3, 1)
    assert [row.number for row in board.waiting_longest] == [first.number]
    assert [row.number for row in other.due_next] == [second.number]
    assert whole.open == 3
    assert done.number not in {row.number for row in (*whole.due_next, *whole.waiting_longest)}


def test_what_is_late_stands_first_and_says_so(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-06 16:00"):
        board = wall_of(1, for_=cast.vera)
    assert (board.overdue, board.at_risk) == (1, 0)
    assert [(row.number, row.is_late) for row in board.due_next] == [(ticket.number, True)]


def test_promises_of_today_and_major_incidents(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        promise = a_promise(cast, ticket=ticket)
        declare_major(ticket, NewMajor("Everybody is hit.", {"en": "Printing is down."}), by=cast.rasa)
    with at("2026-03-03 08:00"):
        board = wall_of(1, for_=cast.vera)
    assert [major.number for major in board.majors] == [ticket.number]
    assert [(row.number, row.until_at) for row in board.promises] == [(ticket.number, promise.until_at)]
    assert board.promised_today == 1


def test_it_hangs_for_those_who_read_reports(cast: Cast, browser_of: BrowserOf) -> None:
    for actor in (cast.ona, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            wall_of(1, for_=actor)
    for name in ("marek", "jonas", "ona"):
        browser_of(name).get("/manager/wall?line=1", status=404)
    for name in ("vera", "rasa", "petras"):
        assert "Wall board: First line" in browser_of(name).get("/manager/wall?line=1").html


def test_nobody_sees_it_without_signing_in(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get("/manager/wall?line=1")
    assert (answer.status_code, "/sign-in" in answer.headers["Location"]) == (302, True)


def test_nothing_of_clients_stands_on_it(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, subject="Salary slips of Jonas")
        page = browser_of("vera").get("/manager/wall?line=1")
    assert ticket.number in page.html
    assert isinstance(cast.klinika, Organisation)
    for word in ("Salary", cast.jonas.name, cast.klinika.name):
        assert word not in page.html


def test_the_board_asks_little_and_says_when_nothing_changed(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    with at("2026-03-02 09:00"):
        for line in (1, 1, 2):
            a_ticket(cast, line=line)
        vera = browser_of("vera")
        vera.get("/manager/wall?line=1")
        head = {"HX-Request": "true"}
        with queries(10, "the wall board"):
            news = vera.client.get("/manager/wall?line=1", headers=head)
        assert news.get_data(as_text=True).lstrip().startswith("<div")
        again = vera.client.get("/manager/wall?line=1", headers=head | {"If-None-Match": news.headers["ETag"]})
        assert again.status_code == 304


def test_an_empty_desk_has_a_board(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("vera").get("/manager/wall")
    assert "Nothing is due." in page.text


def test_the_process_says_which_ways_tickets_take(cast: Cast, browser_of: BrowserOf) -> None:
    for _number in range(3):
        a_ticket(cast, status=Status.RESOLVED)
    a_ticket(cast, line=2)
    counting.catch_up_wholly()

    found = run_process(Slice(), for_=cast.vera)

    assert (found.tickets, found.variants, found.hops) == (4, 2, 1)
    assert (found.ways[0].steps, found.ways[0].figures["tickets"].value) == (("new", "resolved"), 3)
    assert [(each.source, each.target, each.count) for each in found.follows] == [
        ("new", "resolved", 3), ("new", "open", 1),
    ]  # fmt: skip
    [move] = run_process(Slice(), Of.TEAM, for_=cast.vera).follows
    assert (move.source, move.target, move.count) == (cast.desk.name, cast.field.name, 1)
    page = browser_of("vera").get("/manager/process?period=all&of=team")
    assert cast.field.name in page.text


def test_what_follows_what_collapses_sub_statuses() -> None:
    path = ("new", "open/first", "open/second", "resolved")
    assert statuses_of(path) == ["new", "open", "resolved"]
    assert statuses_of(path, whole=True) == list(path)


def test_every_way_leads_to_its_tickets(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)
    counting.catch_up_wholly()
    vera = browser_of("vera")
    page = vera.get("/manager/process?period=all")
    [way] = [url for url in page.links.values() if "/variants/behind" in url]
    assert ticket.number in vera.get(way).text


def and_back(cast: Cast) -> list[Ticket]:
    """Three tickets: one that waited for the client twice, one that is resolved, one of the second line."""
    waited = (Status.OPEN, Status.WAITING_CLIENT, Status.OPEN, Status.WAITING_CLIENT, Status.OPEN, Status.RESOLVED)
    begun = datetime(2026, 2, 1, 9, tzinfo=UTC)
    steps = [PastStep(begun + timedelta(days=day), status=each) for day, each in enumerate((Status.NEW, *waited))]
    [first] = record_past([PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE, tuple(steps))])
    found = [db.session.get_one(Ticket, first), a_ticket(cast, status=Status.RESOLVED), a_ticket(cast, line=2)]
    counting.catch_up_wholly()
    return found


def listed(client: Client, url: str) -> tuple[int, set[str]]:
    """The figure that a list says it is, and the tickets in it."""
    text = client.get(url).text
    return int(text.partition("The figure: ")[2].partition(".")[0]), set(re.findall(r"T-\d+", text))


@pytest.mark.parametrize("of", list(Of))
def test_every_step_and_place_leads_to_its_tickets(cast: Cast, browser_of: BrowserOf, of: Of) -> None:
    and_back(cast)
    vera = browser_of("vera")
    page = vera.get(f"/manager/process?period=all&of={of.value}")
    found = run_process(Slice(), of, for_=cast.vera)
    drawn = dict.fromkeys(html.unescape(url) for url in re.findall(r'href="([^"]*/behind[^"]*)"', page.html))
    wanted = [each.count for each in (*found.follows, *found.stops)]
    if of is not Of.STATUS:  # where tickets lie is by status
        wanted += [stay.times for stay in found.stays if stay.is_each_time]
    steps = [url for url in drawn if "metric=times" in url or "metric=hops" in url]
    assert sorted(listed(vera, url)[0] for url in steps) == sorted(wanted)


def test_a_step_that_is_taken_twice_counts_twice_and_is_one_ticket(cast: Cast, browser_of: BrowserOf) -> None:
    first, resolved, lined = and_back(cast)
    step = "metric=times&of=from_status&of=to_status&key=open&key=waiting_client"
    assert listed(browser_of("vera"), f"/manager/reports/steps/behind?period=all&{step}") == (2, {first.number})
    begun = "/manager/reports/steps/behind?period=all&metric=times&of=to_status&key=new"
    assert listed(browser_of("vera"), begun) == (3, {first.number, resolved.number, lined.number})
    for by in (("from_status", "to_step"), ("month",), ("to_status", "to_status")):
        with pytest.raises(Invalid):
            STEPS_TAKEN.run(Slice(), for_=cast.vera, by=by)


def test_a_lead_sees_the_steps_of_their_own_line(cast: Cast) -> None:
    and_back(cast)
    everything, theirs = (
        STEPS_TAKEN.run(Slice(), for_=reader).total.figures["times"].value
        for reader in (cast.vera, replace(cast.giedrius, role=Role.LINE_LEAD, leads_line=3))
    )
    assert (everything, theirs) == (11, 0)
    with pytest.raises(Forbidden):
        STEPS_TAKEN.behind(Slice(), "times", for_=cast.ona)


def test_a_filter_that_is_none_is_said(cast: Cast, browser_of: BrowserOf) -> None:
    browser_of("vera").get("/manager/process?team=Moon", status=422)


@pytest.mark.parametrize("path", ["/manager/", "/manager/process", "/manager/process?of=team"])
def test_only_readers_of_reports_find_these_pages(cast: Cast, browser_of: BrowserOf, path: str) -> None:
    for name in ("marek", "jonas", "ona", "birute"):
        browser_of(name).get(path, status=404)
    browser_of("rasa").get(path)


def test_the_morning_of_an_empty_desk(cast: Cast, browser_of: BrowserOf) -> None:
    assert "The desk is new" in browser_of("vera").get("/manager/").text


def past_days(cast: Cast, until: datetime, counts: list[int]) -> None:
    record_past([
        PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE,
                   (PastStep(until - timedelta(days=back + 1) + timedelta(minutes=n)),))
        for back, count in enumerate(counts) for n in range(count)
    ])  # fmt: skip
    counting.catch_up_wholly()


def test_yesterday_is_compared_with_its_own_weekday(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    noon = datetime(2026, 3, 4, 10, tzinfo=UTC)  # a Wednesday
    past_days(cast, noon, [9, 1, *([0] * 5), *[n for _week in range(12) for n in (2, 5, 0, 0, 5, 5, 5)]])
    with at("2026-03-04 12:00"):
        found = morning_of(for_=cast.vera)
        page = browser_of("vera").get("/manager/")

    [yesterday] = [each for each in found.yesterday if each.metric.name == "tickets"]
    assert (yesterday.figure.value, yesterday.verdict.change) == (9, Change.MORE)
    assert (yesterday.since.isoformat(), yesterday.until.isoformat()) == ("2026-03-03", "2026-03-04")
    [week] = [each for each in found.week if each.metric.name == "tickets"]
    assert week.figure.value == 10
    assert "More than usual." in page.text
    assert "since=2026-03-03&until=2026-03-04&metric=tickets" in page.links["9"]
    assert browser_of("vera").get(page.links["9"]).text.count("Printer") >= 9


def test_what_is_late_and_broken_is_listed(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        promise = a_promise(cast)
    with at("2026-03-06 16:00"):
        found = morning_of(for_=cast.vera)
    assert [(line.line, line.count) for line in found.late] == [(1, 1)]
    assert [ticket.id for ticket in found.late_first] == [promise.ticket_id]
    assert [each.id for each in found.broken] == [promise.id]


def test_the_morning_asks_a_bounded_number_of_questions(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    past_days(cast, datetime(2026, 3, 4, 10, tzinfo=UTC), [5] * 60)
    with at("2026-03-04 12:00"):
        vera = browser_of("vera")
        vera.get("/manager/")
        with queries(45, "the morning"):
            vera.get("/manager/")
        with queries(30, "the process"):
            vera.get("/manager/process")


@pytest.mark.parametrize(
    ("slug", "words"),
    [("load", "need 20 minutes"), ("load", "Poisson"), ("forecast", "A forecast needs at least eight periods.")],
)
def test_what_a_figure_rests_on_is_printed(cast: Cast, browser_of: BrowserOf, slug: str, words: str) -> None:
    a_ticket(cast)
    counting.catch_up_wholly()
    page = browser_of("vera").get(f"/manager/reports/{slug}?whole=1")
    assert "What it rests on" in page.text
    assert words in page.text


def a_wall(by: Actor, line: int | None = 1) -> str:
    return create_wall_link(NewWallLink("Hall", line), by=by)[1]


def test_a_television_sees_counts_and_nothing_else(cast: Cast, app: Flask, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, subject="Ward printer is dead", urgency=Urgency.HIGH)
        declare_major(ticket, NewMajor("It is too hot.", {"en": "Printing is down."}), by=cast.rasa)
        a_promise(cast)
        secret = a_wall(cast.vera)
    with at("2026-03-02 09:30"):
        television = app.test_client()
        answer = television.get(f"/walls/{secret}")
        page, news = answer.get_data(as_text=True), television.get(f"/walls/{secret}", headers={"HX-Request": "true"})
        [link] = wall_links(for_=cast.vera)

    assert answer.status_code == news.status_code == 200
    assert "First line" in page and "1 major incident" in page and 'content="30"' in page
    for told in (page, news.get_data(as_text=True)):
        assert not re.search(r"T-\d|Ward printer|Klinika|Jonas|Ona|Vera|/console|/manager", told)
        assert 'id="wall-news"' in told
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Robots-Tag"] == "noindex"
    assert television.post(f"/walls/{secret}").status_code in (400, 405)
    assert link.used_at is not None and secret not in link.digest


def test_a_board_that_is_revoked_or_guessed_is_not_there(cast: Cast, app: Flask) -> None:
    vera, rasa = a_wall(cast.vera), a_wall(cast.rasa, None)
    television = app.test_client()
    assert [television.get(f"/walls/{each}").status_code for each in (vera, rasa)] == [200, 200]
    assert [television.get(f"/walls/{each}").status_code for each in ("guess", vera[:-1], digest_of(vera))] == [404] * 3
    for who in (cast.marek, cast.jonas, cast.ona, cast.birute, cast.rasa):
        with pytest.raises(NotFound):
            revoke_wall_link(wall_links(for_=cast.vera)[-1].id, by=who)
    assert len(wall_links(for_=cast.vera)) == 2 and len(wall_links(for_=cast.rasa)) == 1
    for link in wall_links(for_=cast.vera):
        for _twice in range(2):
            revoke_wall_link(link.id, by=cast.vera)
    assert [television.get(f"/walls/{each}").status_code for each in (vera, rasa)] == [404, 404]
    assert wall_links(for_=cast.vera) == []
    names = list(db.session.scalars(select(Entry.fact).order_by(Entry.id)))
    assert names.count("WallLinkCreated") == names.count("WallLinkRevoked") == 2


def test_a_board_goes_with_the_rights_of_its_account(cast: Cast, app: Flask) -> None:
    secret = a_wall(cast.rasa)
    disable_account(db.session.get_one(Account, cast.rasa.account_id), by=SYSTEM)
    assert app.test_client().get(f"/walls/{secret}").status_code == 404


def test_only_who_leads_makes_boards_for_televisions(cast: Cast) -> None:
    for who in (cast.marek, cast.jonas, cast.ona, cast.birute, SYSTEM):
        with pytest.raises(Forbidden):
            create_wall_link(NewWallLink("Hall"), by=who)
    for new in (NewWallLink("  "), NewWallLink("x" * 101), NewWallLink("Hall", 4)):
        with pytest.raises(Invalid):
            create_wall_link(new, by=cast.vera)


def test_an_address_is_made_on_the_page_and_told_once(cast: Cast, app: Flask, browser_of: BrowserOf) -> None:
    vera = browser_of("vera")
    assert vera.get("/manager/wall").links["For a television"] == "/manager/wall-links"
    page = vera.get("/manager/wall-links")
    refused = vera.submit(page.form("wall-links"), name=" ", line="2")
    made = vera.submit(refused.form("wall-links"), name="Hall")
    assert (refused.status, made.status) == (422, 201)
    [path] = re.findall(r"/walls/[\w-]+", made.text)
    television = Client(app)
    television.get(path)
    again = vera.get("/manager/wall-links")
    assert "Hall" in again.text and path not in again.html
    vera.submit(again.form("revocation"))
    television.get(path, status=404)
    for name in ("marek", "jonas", "ona", "birute"):
        browser_of(name).get("/manager/wall-links", status=404)
