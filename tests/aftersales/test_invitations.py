"""Revisits in calendars: what we write is read back by another reader, whatever the texts are; answers are read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from helpdesk.aftersales.invitations import (
    CalendarAnswer,
    Happening,
    Method,
    Said,
    Somebody,
    Standing,
    invitation,
    published,
    read_answer,
)
from helpdesk.core.times import instant

AT = datetime(2026, 3, 2, 7, tzinfo=UTC)
NINE = datetime(2026, 3, 6, 7, tzinfo=UTC)
DESK = Somebody("Service desk", "desk@desk.example")
JONAS = Somebody("Jonas", "jonas@klinika.example")


def a_happening(**values: object) -> Happening:
    known = {"uid": "abc@desk.example", "sequence": 3, "changed_at": AT, "on": date(2026, 3, 6), "starts_at": NINE,
             "minutes": 90, "summary": "Training: Klinika", "standing": Standing.TENTATIVE} | values  # fmt: skip
    return Happening(**known)  # type: ignore[arg-type]


def test_an_invitation_says_what_when_and_who() -> None:
    happening = a_happening(place="Reception; 2nd floor, left", description="Line\nand more", url="https://d.example/1")
    text = invitation(happening, Method.REQUEST, organizer=DESK, attendee=JONAS)
    for line in (
        "METHOD:REQUEST", "UID:abc@desk.example", "SEQUENCE:3", "DTSTAMP:20260302T070000Z", "DTSTART:20260306T070000Z",
        "DTEND:20260306T083000Z", "STATUS:TENTATIVE", r"LOCATION:Reception\; 2nd floor\, left",
        r"DESCRIPTION:Line\nand more", "ORGANIZER;CN=\"Service desk\":mailto:desk@desk.example", "TRANSP:OPAQUE",
    ):  # fmt: skip
        assert f"\r\n{line}\r\n" in text, line
    [event] = Calendar.from_ical(text).walk("VEVENT")
    who = event["attendee"]
    assert (str(who), who.params["RSVP"], who.params["PARTSTAT"], who.params["CN"]) == (
        "mailto:jonas@klinika.example", "TRUE", "NEEDS-ACTION", "Jonas",
    )  # fmt: skip


def test_without_an_hour_it_is_a_day_that_stays_free() -> None:
    text = invitation(a_happening(starts_at=None), Method.REQUEST, organizer=DESK, attendee=JONAS)
    for line in ("DTSTART;VALUE=DATE:20260306", "DTEND;VALUE=DATE:20260307", "TRANSP:TRANSPARENT"):
        assert line in text
    cancelled = a_happening(standing=Standing.CANCELLED, sequence=4)
    text = invitation(cancelled, Method.CANCEL, organizer=DESK, attendee=JONAS)
    for line in ("METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:4", "UID:abc@desk.example"):
        assert line in text
    assert "RSVP" not in text


def test_a_published_calendar_says_how_often_to_ask() -> None:
    text = published([a_happening(), a_happening(uid="d@desk.example")], "Visits; Klinika")
    for line in ("METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", r"X-WR-CALNAME:Visits\; Klinika"):
        assert f"\r\n{line}\r\n" in text, line
    assert len(Calendar.from_ical(text).walk("VEVENT")) == 2
    assert "ATTENDEE" not in text
    assert Calendar.from_ical(published([], "")).walk("VEVENT") == []


odd_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=300) | st.sampled_from(
    [
        "END:VEVENT\r\nBEGIN:VALARM",
        'a"b;c:d,e\\n',
        "ąčę" * 60,
        "回访" * 80,
        "🙂" * 60,
        "\x00\x1f\x85\u2028",
        "^n^^",
        " ",
    ]
)


@given(summary=odd_text, place=odd_text, name=odd_text, minutes=st.integers(1, 1440),
       starts=st.none() | st.integers(0, 4 * 10**9).map(instant))  # fmt: skip
def test_whatever_the_words_are_it_can_be_read_back(
    summary: str, place: str, name: str, minutes: int, starts: datetime | None
) -> None:
    starts_at = starts.replace(microsecond=0) if starts else None
    happening = a_happening(summary=summary, place=place, description=summary, starts_at=starts_at, minutes=minutes)
    text = invitation(happening, Method.REQUEST, organizer=DESK, attendee=Somebody(name, "a@b.example"))
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75
        assert not any(byte < 32 for byte in line if byte != 9), line
    calendar = Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    assert not event.errors
    kept = "".join(c for c in summary.replace("\r\n", "\n").replace("\r", "\n") if c.isprintable() or c == "\n")
    assert [c for c in str(event["summary"]) if not c.isspace()] == [c for c in kept if not c.isspace()] or not all(
        c.isprintable() or c.isspace() for c in summary
    )
    if starts_at is not None:
        assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=minutes)


def reply(*lines: str, method: str = "REPLY") -> bytes:
    head = ["BEGIN:VCALENDAR", "PRODID:-//Other//EN", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT"]
    return "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def test_an_answer_is_read() -> None:
    raw = reply("UID:abc@desk.example", "SEQUENCE:3", "DTSTART:20260306T070000Z", "COMMENT:Ring first",
                "ATTENDEE;PARTSTAT=ACCEPTED;CN=Jonas:mailto:jonas@klinika.example")  # fmt: skip
    assert read_answer(raw) == CalendarAnswer("abc@desk.example", Said.ACCEPTED, 3, NINE, "Ring first")
    raw = reply("UID:abc@desk.example", "DTSTART;VALUE=DATE:20260309", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:a@b.c",
                method="COUNTER")  # fmt: skip
    assert read_answer(raw) == CalendarAnswer("abc@desk.example", Said.COUNTERED, 0, date(2026, 3, 9))
    zoned = reply("UID:x", "DTSTART;TZID=Europe/Vilnius:20260306T090000", "ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.c")
    answer = read_answer(zoned)
    assert answer is not None and (answer.said, answer.starts) == (Said.DECLINED, NINE)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe\x00", b"BEGIN:VCALENDAR", b"Hello", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"x" * 300_000,
        reply("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c"), reply("UID:x", "ATTENDEE;PARTSTAT=DELEGATED:mailto:a@b.c"),
        reply("UID:x"), reply("UID:x", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c", method="REQUEST"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_none(raw: bytes) -> None:
    assert read_answer(raw) is None


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda b: reply("UID:x", "ATTENDEE:y").replace(b"y", b)))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    read_answer(raw)


EACH_SECOND = (
    "BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:STANDARD", "DTSTART:16010101T000000", "RRULE:FREQ=SECONDLY",
    "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T000000",
    "RRULE:FREQ=SECONDLY", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT", "END:VTIMEZONE",
)  # fmt: skip


@pytest.mark.parametrize("begin", ["BEGIN:VTIMEZONE", "begin;X=1: vtimezone", "BEGIN:VTIME\r\n ZONE"])
def test_the_rules_of_a_time_zone_are_not_followed(begin: str) -> None:
    zone = "\r\n".join([begin, *EACH_SECOND[1:]])
    raw = reply("UID:x", "DTSTART;TZID=Own:20260306T090000", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c")
    answer = read_answer(raw.replace(b"BEGIN:VEVENT", f"{zone}\r\nBEGIN:VEVENT".encode()))
    assert answer is not None and (answer.said, answer.starts) == (Said.ACCEPTED, None)


@pytest.mark.parametrize("at", ["TZID=Europe/Vilnius:00010101T000000", "TZID=America/New_York:99991231T230000",
                                "VALUE=DATE:99991231"])  # fmt: skip
def test_a_time_that_no_calendar_has_is_none(at: str) -> None:
    answer = read_answer(reply("UID:x", f"DTSTART;{at}", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c"))
    assert answer is not None and answer.starts is None
