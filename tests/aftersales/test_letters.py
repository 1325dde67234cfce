"""The letters about revisits: who hears what when, and what their calendars are told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from flask import Flask
from icalendar import Calendar

from helpdesk.aftersales.revisits import (
    ask_other_time,
    confirm_revisit,
    move_revisit,
    prepare_revisits,
    reassign_revisit,
    refuse_revisit,
    skip_revisit,
    stand_in,
)
from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.access import Account
from helpdesk.models.care import Revisit
from helpdesk.models.people import Contact
from helpdesk.people.duty import NewAbsence, plan_absence
from tests.aftersales.test_revisits import THURSDAY, a_revisit
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]
NINE = datetime(2026, 3, 5, 7, tzinfo=UTC)


@pytest.fixture
def sent(config: Config, app: Flask) -> Callable[[], list[EmailMessage]]:
    """The letters sent since this was last asked, by addressee."""

    def take() -> list[EmailMessage]:
        db.session.commit()
        run_all()
        letters = []
        for path in sorted(config.mail_folder.glob("*.eml")):
            letters.append(message_from_bytes(path.read_bytes(), policy=default))
            path.unlink()
        return sorted(letters, key=lambda letter: str(letter["To"]))

    return take


Sent = Callable[[], list[EmailMessage]]


def calendar_of(letter: EmailMessage) -> Calendar:
    [part] = [each for each in letter.walk() if each.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_content())


def told(letter: EmailMessage) -> tuple[str, str, int]:
    """Method, status and sequence that a calendar is told."""
    calendar = calendar_of(letter)
    [event] = calendar.walk("VEVENT")
    return str(calendar["method"]), str(event["status"]), int(event["sequence"])


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_client_is_asked_with_two_buttons_and_an_invitation(cast: Cast, sent: Sent) -> None:
    a_revisit(cast, starts_at=NINE, place="Reception")
    prepare_revisits()
    [letter] = sent()
    assert str(letter["To"]) == "Jonas <jonas@klinika.example>"
    for words in (
        "Thursday, 5 March 2026, 09:00 (Europe/Vilnius)",
        "Tomas comes to you.",
        "Reception",
        "#yes",
        "#other",
    ):
        assert words in text_of(letter)
    assert told(letter) == ("REQUEST", "TENTATIVE", 0)
    [event] = calendar_of(letter).walk("VEVENT")
    assert str(event["attendee"]) == "mailto:jonas@klinika.example" and event["dtstart"].dt == NINE


def test_the_mail_has_three_forms_and_nothing_else(cast: Cast, sent: Sent) -> None:
    a_revisit(cast, what="Ąžuolas, „x“; 回访")
    prepare_revisits()
    [letter] = sent()
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    part = list(letter.iter_parts())[-1]
    assert part["Content-Type"].params["method"] == "REQUEST"
    assert part["Content-Type"].params["charset"].lower() == "utf-8"
    assert part.get_content_disposition() is None
    assert all(len(line) <= 998 for line in letter.as_bytes(policy=SMTP).splitlines())


def test_nobody_hears_of_what_they_were_not_asked_about(cast: Cast, sent: Sent) -> None:
    revisit, other = a_revisit(cast, date(2026, 6, 1)), a_revisit(cast, date(2026, 6, 2))
    skip_revisit(revisit, "Not needed", by=cast.ona)
    move_revisit(other, date(2026, 6, 3), reason="Busy", by=cast.ona)
    reassign_revisit(a_revisit(cast, date(2026, 6, 4)), cast.ona.operator_id, "Ill", by=cast.rasa)
    assert sent() == []


def test_a_move_asks_again_once_under_the_same_name(cast: Cast, sent: Sent) -> None:
    revisit = a_revisit(cast, starts_at=NINE)
    prepare_revisits()
    [asked] = sent()
    follows = move_revisit(revisit, date(2026, 3, 6), reason="O'Brien & <Sons> come", by=cast.ona)
    prepare_revisits()
    [letter] = sent()
    assert told(letter) == ("REQUEST", "TENTATIVE", follows.sequence)
    [before], [after] = (calendar_of(each).walk("VEVENT") for each in (asked, letter))
    assert str(before["uid"]) == str(after["uid"]) and int(before["sequence"]) < int(after["sequence"])
    for words in ("Thursday, 5 March 2026, 09:00", "Friday, 6 March 2026", "O'Brien & <Sons> come"):
        assert words in text_of(letter)


def test_another_hour_is_told_to_whoever_was_asked(cast: Cast, sent: Sent) -> None:
    revisit = a_revisit(cast)
    move_revisit(revisit, THURSDAY, starts_at=NINE, by=cast.ona)
    assert sent() == []
    prepare_revisits()
    sent()
    move_revisit(revisit, THURSDAY, starts_at=NINE + timedelta(hours=2), by=cast.ona)
    [letter] = sent()
    assert told(letter) == ("REQUEST", "TENTATIVE", 2) and "11:00" in str(letter["Subject"])


def test_what_is_called_off_leaves_the_calendar(cast: Cast, sent: Sent) -> None:
    skipped, refused = a_revisit(cast, what="Skipped"), a_revisit(cast, what="Refused")
    prepare_revisits()
    sent()
    skip_revisit(skipped, "The engineer is ill", by=cast.ona)
    refuse_revisit(refused, "We moved out", by=cast.jonas)
    letters = sent()
    assert [told(letter) for letter in letters] == [("CANCEL", "CANCELLED", 1)] * 3
    to_jonas = sorted(str(each["Subject"]) for each in letters if "jonas" in str(each["To"]))
    assert [subject.partition(",")[0] for subject in to_jonas] == ["Called off: Refused", "Called off: Skipped"]
    [to_tomas] = [letter for letter in letters if "tomas" in str(letter["To"])]
    assert "We moved out" in text_of(to_tomas)
    assert any("The engineer is ill" in text_of(letter) for letter in letters)


def test_a_colleague_comes_and_the_client_hears_why(cast: Cast, sent: Sent) -> None:
    revisit = a_revisit(cast)
    prepare_revisits()
    sent()
    reassign_revisit(revisit, cast.rasa.operator_id, "Tomas drives to Kaunas", by=cast.ona)
    to_jonas, to_rasa = sent()
    assert "Tomas drives to Kaunas" in text_of(to_jonas) and told(to_jonas) == ("REQUEST", "TENTATIVE", 1)
    assert str(to_rasa["To"]) == "Rasa <rasa@desk.example>"
    plan_absence(
        NewAbsence(cast.rasa.operator_id, cast.ona.operator_id, now() + timedelta(days=2), now() + timedelta(days=5)),
        by=cast.rasa,
    )
    stand_in()
    to_jonas, _to_ona = sent()
    assert "Rasa is away on that day." in text_of(to_jonas)


def test_whoever_comes_hears_what_the_client_says(cast: Cast, sent: Sent) -> None:
    revisit = a_revisit(cast, starts_at=NINE)
    confirm_revisit(revisit, by=cast.jonas)
    [letter] = sent()
    assert str(letter["To"]) == "Tomas <tomas@desk.example>" and told(letter) == ("REQUEST", "CONFIRMED", 0)
    assert "RSVP=FALSE" in str(calendar_of(letter).to_ical())
    ask_other_time(revisit, "Rather on Friday & after <lunch>", by=cast.jonas)
    [letter] = sent()
    assert "Rather on Friday & after <lunch>" in text_of(letter)
    assert f"/console/revisits/{revisit.id}" in text_of(letter)
    assert [part.get_content_type() for part in letter.walk()].count("text/calendar") == 0
    confirm_revisit(revisit, by=cast.tomas)
    assert sent() == []  # it was Tomas himself, on the phone


def test_a_confirmed_visit_that_a_colleague_moves_or_skips_follows_in_the_calendar(cast: Cast, sent: Sent) -> None:
    revisit = a_revisit(cast)
    confirm_revisit(revisit, by=cast.jonas)
    sent()
    follows = move_revisit(revisit, date(2026, 3, 6), reason="As asked", by=cast.ona)
    _to_jonas, to_tomas = sent()
    assert told(to_tomas) == ("REQUEST", "TENTATIVE", 1)
    confirm_revisit(follows, by=cast.jonas)
    sent()
    skip_revisit(follows, "Snow", by=cast.ona)
    _to_jonas, to_tomas = sent()
    assert told(to_tomas) == ("CANCEL", "CANCELLED", 2) and "Snow" in text_of(to_tomas)


def test_a_wish_finds_somebody_who_is_there(cast: Cast, sent: Sent) -> None:
    absent, nobodys = a_revisit(cast), a_revisit(cast)
    nobodys.operator_id = None
    db.session.commit()
    plan_absence(NewAbsence(cast.tomas.operator_id, cast.ona.operator_id, now(), now() + timedelta(days=1)),
                 by=cast.tomas)  # fmt: skip
    ask_other_time(absent, "On Friday", by=cast.jonas)
    ask_other_time(nobodys, "On Monday", by=cast.jonas)
    to_ona, to_rasa = sent()
    assert "On Friday" in text_of(to_ona) and "On Monday" in text_of(to_rasa)
    assert (str(to_ona["To"]).partition(" ")[0], str(to_rasa["To"]).partition(" ")[0]) == ("Ona", "Rasa")


def test_nobody_is_written_to_who_left_or_has_no_address(cast: Cast, sent: Sent) -> None:
    revisit = a_revisit(cast)
    contact = db.session.get_one(Contact, cast.jonas.contact_id)
    contact.organisation_id = cast.strangers.id
    db.session.commit()
    prepare_revisits()
    assert sent() == []
    contact.organisation_id, contact.email = cast.klinika.id, None
    db.session.commit()
    skip_revisit(revisit, "Not needed", by=cast.ona)
    assert sent() == []


def test_the_stranger_gets_no_letter(cast: Cast, sent: Sent) -> None:
    revisit = a_revisit(cast)
    prepare_revisits()
    reassign_revisit(revisit, cast.ona.operator_id, "Ill", by=cast.rasa)
    confirm_revisit(revisit, by=cast.jonas)
    skip_revisit(revisit, "Not needed", by=cast.rasa)
    move_revisit(a_revisit(cast, date(2026, 3, 6)), date(2026, 3, 9), reason="Snow", by=cast.ona)
    assert {str(letter["To"]).partition(" ")[0] for letter in sent()} == {"Jonas", "Ona"}


@pytest.mark.parametrize("language", ["en", "lt", "ru", "zh-Hans"])
def test_every_letter_renders_in_every_language(cast: Cast, sent: Sent, language: str) -> None:
    contact = db.session.get_one(Contact, cast.jonas.contact_id)
    contact.language, contact.name = language, 'O\'Brien "Jonas", <x>; ąč 回'
    for who in (cast.tomas, cast.ona):
        db.session.get_one(Account, who.account_id).language = language
    db.session.commit()
    revisit = a_revisit(cast, what="Labels & <b>printers</b>")
    steps: list[Callable[[], object]] = [
        prepare_revisits, lambda: reassign_revisit(revisit, cast.ona.operator_id, "Because", by=cast.rasa),
        lambda: confirm_revisit(revisit, by=cast.jonas), lambda: ask_other_time(revisit, "A day", by=cast.jonas),
        lambda: move_revisit(revisit, THURSDAY, starts_at=NINE, by=cast.tomas),
        lambda: confirm_revisit(revisit, by=cast.jonas),
        lambda: move_revisit(revisit, date(2026, 3, 6), reason="As asked", by=cast.tomas),
        lambda: refuse_revisit(db.session.get_one(Revisit, revisit.moved_to_id), "Enough", by=cast.jonas),
    ]  # fmt: skip
    letters = []
    for step in steps:
        step()
        letters += sent()
    assert len(letters) == 11
    for letter in letters:
        assert letter["Content-Language"] == language
        assert "&amp;" not in str(letter["Subject"]) + text_of(letter) and "&#39;" not in text_of(letter)
        html = letter.get_body(("html",))
        assert html is not None and "<b>printers" not in html.get_content()
