"""Visits as pages: the answer by a link from a letter, the portal's list, feeds on the account page, the calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from helpdesk.aftersales.outcomes import NewOutcome, record_outcome
from helpdesk.aftersales.revisits import confirm_revisit, move_revisit, prepare_revisits, skip_revisit
from helpdesk.aftersales.showing import answer_url, moment_key
from helpdesk.core.db import db
from helpdesk.core.tokens import sign
from helpdesk.models.access import Account
from helpdesk.models.care import CalendarFeed, Revisit, RevisitOutcome, RevisitState
from helpdesk.models.people import Contact
from tests.aftersales.test_revisits import THURSDAY, a_revisit, facts_of
from tests.cast import Cast
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
At = Callable[..., AbstractContextManager[None]]
NINE = datetime(2026, 3, 5, 7, tzinfo=UTC)


def link(revisit: Revisit, contact_id: int) -> str:
    db.session.commit()
    return "/portal" + answer_url(revisit, db.session.get_one(Contact, contact_id)).partition("/portal")[2]


@pytest.fixture
def guest(app: Flask) -> Client:
    """A browser that is not signed in."""
    return Client(app)


# By the link of a letter


def test_one_press_confirms_and_opening_changes_nothing(cast: Cast, guest: Client) -> None:
    revisit = a_revisit(cast, starts_at=NINE)
    path = link(revisit, cast.jonas.contact_id)
    page = guest.get(path)
    guest.get(path)
    assert "Training" in page.heading and "09:00" in page.text and "Tomas comes to you." in page.text
    assert 'data-behaviour="submit-once yes-at-once"' in page.html
    assert revisit.state is RevisitState.PLANNED
    for _click in range(2):
        page_after = guest.submit(page.form("/confirmation"))
    assert "The visit is confirmed" in page_after.text and "You have confirmed this time" in page_after.text
    db.session.expire_all()
    assert revisit.state is RevisitState.CONFIRMED and facts_of(revisit).count("RevisitConfirmed") == 1


def test_another_time_is_asked_for_in_words_or_by_a_day(cast: Cast, guest: Client) -> None:
    revisit = a_revisit(cast)
    page = guest.get(link(revisit, cast.jonas.contact_id))
    refused = guest.submit(page.form("/other-times"), words=" ", on="", part="")
    assert refused.status == 422 and "Say when it would suit you." in refused.text
    refused = guest.submit(page.form("/other-times"), words="Keep me", on="2026-02-01", part="morning")
    assert refused.status == 422 and "Keep me" in refused.html and "still to come" in refused.text
    refused = guest.submit(page.form("/other-times"), words="Keep me", on="2026-02-31")
    assert refused.status == 422 and "Give a date." in refused.text
    done = guest.submit(page.form("/other-times"), words="", on="2026-03-10", part="afternoon")
    assert "We have your wish" in done.text
    db.session.expire_all()
    assert revisit.asked_words == "Tuesday, 10 March 2026, in the afternoon"


def test_a_visit_that_changed_is_told_as_it_is_now(cast: Cast, guest: Client) -> None:
    revisit = a_revisit(cast)
    path = link(revisit, cast.jonas.contact_id)
    page = guest.get(path)
    follows = move_revisit(revisit, date(2026, 3, 6), reason="Snow", by=cast.ona)
    late = guest.submit(page.form("/confirmation"))
    assert late.status == 422 and "The time has changed since you saw it" in late.text
    now_there = guest.get(path)
    assert "The time has changed since the letter" in now_there.text and "Friday, 6 March" in now_there.text
    assert "yes-at-once" not in now_there.html
    guest.submit(now_there.form("/confirmation"))
    db.session.expire_all()
    assert (follows.state, revisit.state) == (RevisitState.CONFIRMED, RevisitState.MOVED)
    skip_revisit(follows, "Not needed any more", by=cast.ona)
    over = guest.get(path)
    assert "does not take place" in over.text and "Not needed any more" in over.text
    assert not [form for form in over.forms if form.action.endswith("/confirmation")]


def test_what_is_not_wanted_is_called_off_with_a_reason(cast: Cast, guest: Client) -> None:
    revisit = a_revisit(cast)
    page = guest.get(link(revisit, cast.jonas.contact_id))
    assert guest.submit(page.form("/refusal"), reason=" ").status == 422
    assert "called off" in guest.submit(page.form("/refusal"), reason="We moved out").text
    db.session.expire_all()
    assert (revisit.state, revisit.reason) == (RevisitState.REFUSED, "We moved out")


def test_a_link_opens_nothing_else(cast: Cast, guest: Client, at: At) -> None:
    revisit, other = a_revisit(cast), a_revisit(cast, what="Another", contact_id=cast.egle.contact_id)
    key = moment_key(revisit)
    forged = [sign("guest", [revisit.id, cast.jonas.contact_id, key]), "x", sign("revisit", [9999, 1, key]),
              sign("revisit", [revisit.id, cast.marek.contact_id, key]), sign("revisit", [revisit.id, 9999, key]),
              sign("revisit", [other.id, cast.jonas.contact_id, key])]  # fmt: skip
    for token in forged:
        page = guest.get(f"/portal/revisits/answers/{token}", status=404)
        assert "This link is over" in page.text and "Training" not in page.text
    path = link(revisit, cast.jonas.contact_id)
    page = guest.get(path)
    assert "Another" not in page.text
    guest.get(f"/portal/revisits/{revisit.id}")  # leads to sign in
    assert "Sign in" in guest.get("/portal/revisits").text
    with at("2026-07-20 09:00"):
        assert "This link is over" in guest.get(path, status=404).text
    page = guest.get(path)
    db.session.get_one(Contact, cast.jonas.contact_id).organisation_id = cast.strangers.id
    db.session.commit()
    assert guest.submit(page.form("/confirmation")).status == 404
    db.session.expire_all()
    assert revisit.state is RevisitState.PLANNED


@pytest.mark.parametrize("language", ["en", "lt", "ru", "zh-Hans"])
def test_it_speaks_to_the_contact(cast: Cast, guest: Client, language: str) -> None:
    contact = db.session.get_one(Contact, cast.jonas.contact_id)
    contact.language = language
    revisit = a_revisit(cast, what="<b>Odd</b> “words” & 回访\u202e")
    page = guest.get(link(revisit, contact.id))
    assert f'lang="{language}"' in page.html and "<b>Odd" not in page.html


# In the portal


def test_a_client_answers_in_the_portal(cast: Cast, browser_of: BrowserOf) -> None:
    revisit, done = a_revisit(cast, starts_at=NINE, place="Reception"), a_revisit(cast, what="Delivery check")
    record_outcome(done, NewOutcome("All was well.", satisfaction=5, parts=("Ribbon",)), by=cast.tomas)
    jonas = browser_of("jonas")
    page = jonas.get("/portal/revisits")
    for words in ("Training", "09:00", "Reception", "Delivery check", "All was well.", "Was it so?"):
        assert words in page.text
    page = jonas.get(f"/portal/revisits/{revisit.id}")
    page = jonas.submit(page.form("/confirmation"))
    assert "confirmed" in page.text
    page = jonas.submit(page.form("/other-times"), words="After lunch")
    assert "“After lunch”" in page.text
    page = jonas.get(f"/portal/revisits/{done.id}")
    assert "Ribbon" in page.text and "5 of 5" in page.text
    page = jonas.submit(page.form("/outcome/confirmation"))
    assert "Jonas has confirmed that it was so." in page.text
    db.session.expire_all()
    outcome = db.session.get_one(RevisitOutcome, done.id)
    assert outcome.confirmed_by == "Jonas"
    moved = move_revisit(revisit, date(2026, 3, 9), reason="As asked", by=cast.ona)
    assert jonas.get(f"/portal/revisits/{revisit.id}").response.request.path == f"/portal/revisits/{moved.id}"


def test_what_waits_for_an_answer_stands_on_the_first_page(cast: Cast, browser_of: BrowserOf) -> None:
    revisit = a_revisit(cast)
    jonas = browser_of("jonas")
    assert "Does this time suit you?" not in jonas.get("/portal/").text
    prepare_revisits()
    assert jonas.get("/portal/").links["Training"] == f"/portal/revisits/{revisit.id}"
    assert "Training" not in browser_of("marek").get("/portal/").text
    confirm_revisit(revisit, by=cast.jonas)
    assert "Training" not in jonas.get("/portal/").text


def test_who_sees_which_visits(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    revisit = a_revisit(cast)
    assert "Training" in browser_of("lena").get("/portal/revisits").text
    for name in ("egle", "marek"):
        browser = browser_of(name)
        assert "No visit is planned" in browser.get("/portal/revisits").text
        browser.get(f"/portal/revisits/{revisit.id}", status=404)
        token = browser.get("/portal/").html.split('name="csrf-token" content="')[1].split('"')[0]
        for what in ("confirmation", "other-times", "refusal", "outcome/confirmation"):
            sent = {"csrf_token": token, "seen": moment_key(revisit), "words": "Mine", "reason": "Mine"}
            with app.app_context():
                answer = browser.client.post(f"/portal/revisits/{revisit.id}/{what}", data=sent)
            assert answer.status_code == 404, (name, what)
    browser_of("ona").get("/portal/revisits", status=404)
    db.session.expire_all()
    assert revisit.state is RevisitState.PLANNED and facts_of(revisit) == ["RevisitPlanned"]


@pytest.mark.parametrize("count", [1, 45])
def test_many_visits_cost_no_more(cast: Cast, browser_of: BrowserOf, count: int) -> None:
    for number in range(count):
        row = a_revisit(cast, THURSDAY + timedelta(days=number))
        if number % 2:
            record_outcome(row, NewOutcome("Well."), by=cast.tomas)
    jonas = browser_of("jonas")
    jonas.get("/portal/revisits")
    with queries(12, "/portal/revisits"):
        page = jonas.get("/portal/revisits")
    assert ("Older" in page.links) == (count > 40)
    if count > 40:
        assert "Well." in jonas.get("/portal/revisits?page=2").text
    for odd in ("0", "-1", "x", "99999999999999"):
        jonas.get(f"/portal/revisits?page={odd}")


# Feeds on the account page


def test_a_feed_is_made_shown_once_and_revoked(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    a_revisit(cast)
    tomas = browser_of("tomas")
    form = tomas.get("/account").form("/feeds")
    page = tomas.submit(form, kind="team", team_id=str(cast.field.id))
    assert page.response.headers["Cache-Control"] == "no-store"
    [path] = re.findall(r"/feeds/[\w-]{40,}\.ics", page.html)
    client = app.test_client()
    with app.app_context():
        assert b"SUMMARY:Training: Klinika" in client.get(path).data
    page = tomas.get("/account")
    assert path not in page.html and "Visits of Field service" in page.text
    page = tomas.submit(page.form("/revocation"))
    assert "works no more" in page.text
    with app.app_context():
        assert client.get(path).status_code == 404


def test_a_wrong_feed_is_refused_with_its_reason(cast: Cast, browser_of: BrowserOf) -> None:
    for name, kind, team in (("jonas", "organisation", ""), ("ona", "team", str(cast.field.id)), ("ona", "team", ""),
                             ("marek", "team", str(cast.field.id)), ("ona", "everything", "")):  # fmt: skip
        browser = browser_of(name)
        page = browser.submit(browser.get("/account").form("/feeds"), kind=kind, team_id=team)
        assert page.status == 422 and "Choose one of the list." in page.text
    assert db.session.query(CalendarFeed).count() == 0
    assert "Calendar feeds" not in browser_of("petras").get("/account").text
    assert "Calendar feeds" in browser_of("jonas").get("/account").text


# The calendar of the desk


def test_a_month_a_week_and_an_agenda_show_the_same_visits(cast: Cast, browser_of: BrowserOf) -> None:
    a_revisit(cast, starts_at=NINE, what="With an hour")
    a_revisit(cast, what="All of the day")
    gone = a_revisit(cast, what="Moved away")
    move_revisit(gone, date(2026, 3, 6), reason="Snow", by=cast.ona)
    ona = browser_of("ona")
    for view, heading in (("month", "March 2026"), ("week", "Mon 2 Mar – Sun 8 Mar"), ("agenda", "Mon 2 Mar – Sun 15"),
                          ("", "March 2026")):  # fmt: skip
        page = ona.get(f"/console/visits?view={view}")
        assert page.heading.startswith(heading), view
        assert "3 visits" in page.text
        for words in ("With an hour", "All of the day", "Moved away", "09:00", "Klinika"):
            assert words in page.html, (view, words)
        assert 'aria-current="date"' in page.html or view == "agenda"
    page = ona.get("/console/visits?view=day&from=2026-03-05")
    assert "2 visits" in page.text and "09:00–10:00" in page.text and "Moved away" not in page.text
    assert "1 visit" in ona.get("/console/visits?view=agenda&state=moved").text


def test_a_phone_begins_with_what_comes(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    with ona.app.app_context():
        answer = ona.client.get("/console/visits", headers={"User-Agent": "Mozilla/5.0 (iPhone) Mobile/15E148 Mobi"})
    assert "No visit in these days" in answer.get_data(as_text=True)


def test_the_calendar_narrows_by_whom_and_how(cast: Cast, browser_of: BrowserOf) -> None:
    a_revisit(cast, what="By Tomas")
    confirm_revisit(a_revisit(cast, what="By Ona", operator_id=cast.ona.operator_id), by=cast.jonas)
    ona = browser_of("ona")
    for query, shown, hidden in (
        (f"operator={cast.tomas.operator_id}", "By Tomas", "By Ona"), ("state=confirmed", "By Ona", "By Tomas"),
    ):  # fmt: skip
        page = ona.get(f"/console/visits?view=agenda&{query}")
        assert shown in page.text and hidden not in page.text
        assert query in page.links["Week"] and "from=2026-03-02" in page.links["Week"]
    assert "By Ona" not in ona.get(f"/console/visits?organisation={cast.strangers.id}").text
    for odd in ("view=year", "from=tomorrow", "from=2026-02-30", "from=9999-12-31", "from=0001-01-01", "operator=x",
                "team=999999", "organisation=99999999999999999", "state=eaten", "organisation=99999"):  # fmt: skip
        ona.get(f"/console/visits?{odd}")
        ona.get(f"/console/visits?view=week&{odd}")


def test_visits_to_one_place_are_a_tour_of_whoever_drives(cast: Cast, browser_of: BrowserOf) -> None:
    for what in ("First", "Second"):
        a_revisit(cast, what=what, place="Kaunas")
    a_revisit(cast, what="Another's", place="Kaunas", operator_id=cast.ona.operator_id)
    page = browser_of("ona").get("/console/visits?view=agenda")
    assert "Tour: Kaunas Tomas, 2 visits" in page.text and page.text.count("Tour:") == 1


def test_only_staff_open_it_and_the_third_line_sees_its_own(cast: Cast, browser_of: BrowserOf) -> None:
    a_revisit(cast, what="Of Tomas")
    a_revisit(cast, what="Of the makers", operator_id=cast.giedrius.operator_id)
    for name in ("marek", "jonas", "lena"):
        browser_of(name).get("/console/visits", status=404)
    page = browser_of("giedrius").get("/console/visits?view=agenda")
    assert "Of the makers" in page.text and "Of Tomas" not in page.text and "1 visit" in page.text
    assert "Of Tomas" in browser_of("vera").get("/console/visits?view=agenda").text


def test_a_thousand_visits_in_a_month_are_bounded(cast: Cast, browser_of: BrowserOf) -> None:
    row = a_revisit(cast, place="Kaunas", starts_at=NINE)
    columns = [c.name for c in Revisit.__table__.columns if c.name not in ("id", "planned_on", "uid", "starts_at")]
    values = {name: getattr(row, name) for name in columns}
    for number in range(1000):
        on = date(2026, 3, 2 + number % 28)
        hour = datetime(on.year, on.month, on.day, 6 + number % 9, tzinfo=UTC) if number % 3 else None
        db.session.add(Revisit(**values, planned_on=on, uid=str(number), starts_at=hour))
    db.session.commit()
    ona = browser_of("ona")
    for view, most in (("month", 200_000), ("week", 300_000), ("agenda", 900_000), ("day", 200_000)):
        address = f"/console/visits?view={view}&from=2026-03-05"
        ona.get(address)
        with queries(12, address):
            page = ona.get(address)
        assert len(page.html) < most, (view, len(page.html))
    page = ona.get("/console/visits?from=2026-03-05")
    assert "1001 visits" in page.text and "+33 more" in page.links
    day = ona.get(page.links["+33 more"])
    assert "visits" in day.text and "+" not in "".join(day.links)


def test_a_week_in_which_the_clocks_change_keeps_its_hours(cast: Cast, browser_of: BrowserOf) -> None:
    before, after = datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    for what, starts_at in (("Before", before), ("After", after)):
        a_revisit(cast, date(2026, 3, 29), starts_at=starts_at, what=what)
    a_revisit(cast, date(2026, 3, 30), starts_at=datetime(2026, 3, 30, 7, tzinfo=UTC), what="Monday")
    ona = browser_of("ona")
    page = ona.get("/console/visits?view=week&from=2026-03-29")
    assert "Mon 23 Mar – Sun 29 Mar" in page.heading
    assert "<b>02:30</b>" in page.html and "<b>04:30</b>" in page.html and "<b>03:" not in page.html
    assert "02:30–04:30" in ona.get("/console/visits?view=day&from=2026-03-29").text
    assert "<b>10:00</b>" in ona.get("/console/visits?view=week&from=2026-03-30").html


def test_holidays_and_weekends_are_told_apart(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("ona").get("/console/visits?from=2026-03-01")
    assert 'aria-label="Wed 11 Mar, 0 visits, no business day"' in page.html
    assert 'aria-label="Thu 12 Mar, 0 visits"' in page.html and 'aria-label="Sun 15 Mar, 0 visits, no b' in page.html


@pytest.mark.parametrize("language", ["en", "lt", "ru", "zh-Hans"])
def test_the_calendar_speaks_every_language(cast: Cast, browser_of: BrowserOf, language: str) -> None:
    a_revisit(cast, starts_at=NINE, what="<i>Odd</i> & “quoted”\u202e")
    db.session.get_one(Account, cast.ona.account_id).language = language
    db.session.commit()
    for view in ("month", "week", "agenda", "day"):
        page = browser_of("ona").get(f"/console/visits?view={view}&from=2026-03-05")
        assert f'lang="{language}"' in page.html and "<i>Odd" not in page.html
