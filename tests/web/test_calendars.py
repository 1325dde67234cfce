"""Calendars and maintenance windows in the console: what an administrator sees, what is refused, who may not."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.standing import forget_mark
from helpdesk.core.times import epoch, now
from helpdesk.models.tickets import Ticket
from helpdesk.tickets import replay
from sla.models import CalendarVersion, Maintenance, WorkCalendar
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client, Page
from tests.sla.test_holidays import ics
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
At = Callable[..., AbstractContextManager[None]]


def office() -> WorkCalendar:
    return db.session.query(WorkCalendar).filter_by(name="Office hours").one()


def versions() -> list[CalendarVersion]:
    db.session.expire_all()
    return db.session.query(CalendarVersion).filter_by(calendar_id=office().id).order_by(CalendarVersion.id).all()


def differing() -> list[str]:
    forget_mark()  # what a request has changed, this context has not heard of
    return [str(each) for each in replay.differences(now())]


def edit(browser: Client) -> Page:
    return browser.get(f"/console/calendars/{office().id}/versions/new")


def send(browser: Client, page: Page, step: str, **values: Any) -> Page:
    form = page.form("/versions")
    return browser.submit(form, step=step, **values)


def test_a_version_is_saved_once_its_impact_was_seen(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    petras = browser_of("petras")
    page = edit(petras)
    closed = page.form("/versions").fields["closed"] + "\n2026-03-03 Inventory"

    page = send(petras, page, "save", closed=closed, reason="We count the shelves.")
    assert page.status == 200
    assert "1 ticket moves" in page.text
    assert "2 later" in page.text
    assert "0 would be late at once." in page.text
    assert ticket.number in page.links
    assert len(versions()) == 1

    page = send(petras, page, "save")
    assert "1 ticket has moved" in page.text
    assert "We count the shelves." in page.text
    assert versions()[-1].day_names == {"2026-03-03": "Inventory"}
    assert versions()[-1].author_id == cast.petras.account_id
    assert differing() == []


def test_what_was_seen_is_what_is_saved(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = send(petras, edit(petras), "preview", closed="2026-03-03")

    page = send(petras, page, "save", closed="2026-03-04")

    assert (page.status, len(versions())) == (200, 1)


def test_of_two_who_save_at_once_the_second_sees_a_conflict_and_keeps_the_words(browser_of: BrowserOf, at: At) -> None:
    first, second = browser_of("petras"), browser_of("petras")
    mine = send(first, edit(first), "preview", closed="2026-03-03")
    theirs = send(second, edit(second), "preview", closed="2026-03-04 Theirs")
    send(first, mine, "save")

    page = send(second, theirs, "save")
    assert page.status == 409
    assert "Somebody else has changed this calendar" in page.text
    assert "2026-03-04 Theirs" in page.html
    assert len(versions()) == 2

    with at("2026-03-02 09:01"):
        page = send(second, page, "preview")
        assert send(second, page, "save").status == 200
    assert len(versions()) == 3


@pytest.mark.parametrize(
    ("field", "words", "sentence"),
    [
        ("timezone", "Europe/Wilno", "is not a time zone"),
        ("timezone", "", "Fill in this field."),
        ("mon", "09:00–25:00", "is not a time of day"),
        ("mon", "09:00-09:00", "ends when it begins"),
        ("tue", "09:00-12:00, 11:00-13:00", "overlaps"),
        ("tue", "13:00-17:00, 08:00-12:00", "begins before"),
        ("wed", "morning", "is not an interval"),
        ("thu", "22:00-06:00", None),
        ("closed", "2026-02-30 Never", "is not a date"),
        ("closed", "Christmas", "is not a date"),
        ("special", "2026-12-24 09:00–9", "is not"),
        ("special", "2026-12-24 10:00–12:00\n2026-12-24 13:00–14:00", "is there twice"),
        ("valid_from", "2026-03-01T08:00", "This has passed."),
        ("valid_from", "tomorrow", "Give a date and a time."),
    ],
)
def test_wrong_words_are_refused_at_their_field_and_kept(
    browser_of: BrowserOf, field: str, words: str, sentence: str | None
) -> None:
    petras = browser_of("petras")

    page = send(petras, edit(petras), "preview", **{field: words})

    if sentence is None:  # past midnight is no mistake
        assert page.status == 200
        return
    assert page.status == 422
    assert sentence in page.text
    assert f'id="f-{field}-problem"' in page.html
    assert words.split("\n")[0] in page.html.replace("&#39;", "'")
    assert len(versions()) == 1


def test_a_correction_says_that_it_is_one_and_why(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = send(petras, edit(petras), "preview", closed="2026-03-02", valid_from="2026-03-02T00:00",
                is_correction="true")  # fmt: skip
    assert page.status == 422
    assert "Say why it is corrected." in page.text

    page = send(petras, page, "preview", reason="It was a holiday.")
    page = send(petras, page, "save")

    assert "A correction backwards" in page.text
    assert versions()[-1].valid_from == epoch(now()) - 9 * 3600


def test_public_holidays_are_added_as_dates_that_stay(browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = send(petras, edit(petras), "holidays", country="LT", region="", since_year="2026", until_year="2026")
    assert page.status == 200
    assert "16 days were read" in page.text
    assert "2026-02-16 Day of Restoration" in page.html

    page = send(petras, send(petras, page, "preview"), "save")
    saved = versions()[-1]
    assert "2026-12-25" in saved.content["holidays"]
    assert saved.day_names["2026-12-25"] == "Christmas Day"
    assert saved.holidays_of.startswith("LT 2026–2026 (holidays ")
    assert saved.holidays_of in page.text


@pytest.mark.parametrize(
    ("country", "region", "years", "field"),
    [("XX", "", ("2026", "2027"), "country"), ("", "", ("2026", "2027"), "country"),
     ("DE", "XX", ("2026", "2027"), "region"), ("LT", "", ("2027", "2026"), "until_year"),
     ("LT", "", ("2000", "2099"), "until_year")],
)  # fmt: skip
def test_holidays_of_nowhere_are_refused(
    browser_of: BrowserOf, country: str, region: str, years: tuple[str, str], field: str
) -> None:
    petras = browser_of("petras")
    page = send(petras, edit(petras), "holidays", country=country, region=region, since_year=years[0],
                until_year=years[1], closed="2026-05-05 Kept")  # fmt: skip

    assert page.status == 422
    assert f'id="f-{field}-problem"' in page.html
    assert "2026-05-05 Kept" in page.html


def test_a_forged_source_of_holidays_is_not_written(browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = send(petras, edit(petras), "preview", closed="2026-03-03", holidays_of="The Pope himself")
    send(petras, page, "save")

    assert versions()[-1].holidays_of == ""


def test_a_calendar_file_is_read_into_the_form(browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    content = ics("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261226|SUMMARY:Christmas")

    page = send(petras, edit(petras), "ics", ics=(io.BytesIO(content), "free.ics"))

    assert page.status == 200
    assert "2 days were read" in page.text
    assert "2026-12-25 Christmas" in page.html
    assert len(versions()) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b"%PDF-1.7"])
def test_odd_files_are_refused_with_words(browser_of: BrowserOf, content: bytes) -> None:
    petras = browser_of("petras")

    page = send(petras, edit(petras), "ics", ics=(io.BytesIO(content), "odd.ics"), closed="2026-05-05 Kept")

    assert page.status == 422
    assert 'id="f-ics-problem"' in page.html
    assert "2026-05-05 Kept" in page.html


def test_a_new_calendar_may_be_open_around_the_clock(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    form = petras.get("/console/calendars/new").form("/console/calendars")

    page = petras.submit(form, name="Always", timezone="Asia/Shanghai", around_the_clock="true", step="save")
    assert page.status == 200
    assert page.heading == "Always"

    page = petras.submit(form, name="always", timezone="Asia/Shanghai", step="save")
    assert page.status == 422
    assert "There is already a calendar with this name." in page.text
    assert "24:00" in petras.get("/console/calendars").text or "Asia/Shanghai" in petras.get("/console/calendars").text


def test_a_new_calendar_takes_the_holidays_of_a_country(browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    form = petras.get("/console/calendars/new").form("/console/calendars")

    page = petras.submit(form, name="Bavaria", timezone="Europe/Berlin", step="holidays", country="DE", region="BY",
                         since_year="2026", until_year="2026")  # fmt: skip
    assert "2026-01-06 Epiphany" in page.html
    assert 'value="Bavaria"' in page.html

    page = petras.submit(page.form("/console/calendars"), step="save")
    assert page.heading == "Bavaria"
    assert "DE-BY 2026–2026" in page.text


def test_lists_ask_few_questions(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    for number in range(5):
        petras.submit(petras.get("/console/calendars/new").form("/console/calendars"), name=f"C {number}", step="save")
    for _ in range(5):
        a_ticket(cast)
    for path, limit in (("/console/calendars", 9), (f"/console/calendars/{office().id}", 9),
                        (f"/console/calendars/{office().id}/versions/new", 9)):  # fmt: skip
        petras.get(path)
        with queries(limit, path):
            petras.get(path)


def announce(browser: Client, page: Page | None = None, step: str = "preview", **values: Any) -> Page:
    form = (page or browser.get("/console/maintenance")).form("/console/maintenance")
    return browser.submit(form, step=step, **values)


def test_a_window_is_announced_once_its_impact_was_seen(cast: Cast, browser_of: BrowserOf) -> None:
    a_ticket(cast)
    petras = browser_of("petras")
    page = announce(petras, since="2026-03-02T10:00", until="2026-03-02T12:00", reason="New storage")
    assert "1 ticket moves" in page.text
    assert db.session.query(Maintenance).count() == 0

    page = announce(petras, page, "save")
    assert "1 ticket has moved" in page.text
    window = db.session.query(Maintenance).one()
    assert (window.reason, window.calendar_ids, window.author_id) == ("New storage", [], cast.petras.account_id)
    assert differing() == []


@pytest.mark.parametrize(
    ("since", "until", "field", "sentence"),
    [("2026-03-02T08:00", "2026-03-02T12:00", "since", "can only excuse"),
     ("2026-03-03T10:00", "2026-03-03T09:00", "until", "ends before it begins"),
     ("2026-03-03T10:00", "2026-05-03T09:00", "until", "31 days"), ("soon", "later", "since", "a date and a time")],
)  # fmt: skip
def test_windows_that_are_none_are_refused_with_a_sentence(
    browser_of: BrowserOf, since: str, until: str, field: str, sentence: str
) -> None:
    page = announce(browser_of("petras"), since=since, until=until, reason="Kept words")

    assert page.status == 422
    assert sentence in page.text
    assert f'id="f-{field}-problem"' in page.html
    assert "Kept words" in page.html


PATHS = ["/console/calendars", "/console/calendars/new", "/console/calendars/{c}",
         "/console/calendars/{c}/versions/new", "/console/maintenance"]  # fmt: skip
POSTS = ["/console/calendars", "/console/calendars/{c}/versions", "/console/maintenance"]


@pytest.mark.parametrize(("name", "status"), [("marek", 404), ("jonas", 404), ("tomas", 403), ("vera", 403)])
def test_calendars_are_for_administrators(
    app: Flask, cast: Cast, browser_of: BrowserOf, name: str, status: int
) -> None:
    browser, calendar = browser_of(name), office()
    token = browser.get("/account").html.split('name="csrf-token" content="')[1].split('"')[0]
    sent = {"csrf_token": token, "name": "Mine", "timezone": "UTC", "step": "save", "reason": "x",
            "since": "2026-04-01T08:00", "until": "2026-04-01T09:00"}  # fmt: skip

    for path in PATHS:
        with app.app_context():
            assert browser.client.get(path.format(c=calendar.id)).status_code == status, path
    for path in POSTS:
        with app.app_context():
            answer = browser.client.post(path.format(c=calendar.id), data=sent)
        assert answer.status_code == status, path
    assert db.session.query(WorkCalendar).count() == 1
    assert db.session.query(Maintenance).count() == 0


def test_without_its_token_nothing_is_saved(app: Flask, browser_of: BrowserOf) -> None:
    with app.app_context():
        answer = browser_of("petras").client.post(f"/console/calendars/{office().id}/versions", data={"step": "save"})
    assert answer.status_code == 400


def test_a_calendar_that_does_not_exist_is_not_found(browser_of: BrowserOf) -> None:
    browser_of("petras").get("/console/calendars/4711", status=404)


@pytest.mark.parametrize("language", ["lt", "ru", "zh-Hans"])
def test_the_pages_are_whole_in_every_language(cast: Cast, browser_of: BrowserOf, language: str) -> None:
    a_ticket(cast)
    petras = browser_of("petras")
    petras.submit(petras.get("/console/calendars").form("/preferences"), language=language)
    for path in PATHS:
        petras.get(path.format(c=office().id))
    page = send(petras, edit(petras), "preview", closed="2026-03-03")
    assert page.status == 200
    assert db.session.query(Ticket).one().number in page.links
