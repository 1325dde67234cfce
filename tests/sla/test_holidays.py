"""Closed days from elsewhere: public holidays by country, and calendar files of any quality."""

from __future__ import annotations

import random
from datetime import date

import pytest

from sla.holidays import LARGEST_FILE, SOURCE, HolidaysError, countries, public_holidays, read_ics


def ics(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def test_the_holidays_of_a_country_are_dates_with_names_and_say_where_they_come_from() -> None:
    found = public_holidays("LT", "", 2026, 2027, language="en")

    assert found.days[date(2026, 2, 16)].startswith("Day of Restoration")
    assert {on.year for on in found.days} == {2026, 2027}
    assert SOURCE.fullmatch(found.source)
    assert found.source.startswith("LT 2026–2027 (holidays ")


def test_a_region_has_holidays_of_its_own() -> None:
    everywhere, bavaria = (public_holidays("DE", region, 2026, 2026).days for region in ("", "BY"))

    assert date(2026, 1, 6) in bavaria
    assert date(2026, 1, 6) not in everywhere
    assert "BY" in countries()["DE"]


def test_names_are_in_the_readers_language_where_the_source_has_it() -> None:
    assert public_holidays("LT", "", 2026, 2026, language="lt").days[date(2026, 12, 25)] == "Šv. Kalėdų pirma diena"
    assert public_holidays("PL", "", 2026, 2026, language="ru").days[date(2026, 5, 3)]


@pytest.mark.parametrize(
    ("country", "region", "since", "until", "code"),
    [("XX", "", 2026, 2026, "unknown_country"), ("", "", 2026, 2026, "unknown_country"),
     ("DE", "XX", 2026, 2026, "unknown_region"), ("LT", "BY", 2026, 2026, "unknown_region"),
     ("LT", "", 2027, 2026, "wrong_years"), ("LT", "", 1066, 1067, "wrong_years"),
     ("LT", "", 2000, 2100, "wrong_years")],
)  # fmt: skip
def test_what_does_not_exist_is_refused_by_name(country: str, region: str, since: int, until: int, code: str) -> None:
    with pytest.raises(HolidaysError) as refusal:
        public_holidays(country, region, since, until)
    assert refusal.value.code == code


def test_a_calendar_file_gives_the_dates_of_its_events() -> None:
    found = read_ics(
        ics(
            "DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261227|SUMMARY:Christmas",
            "DTSTART;VALUE=DATE:20200501|RRULE:FREQ=YEARLY|SUMMARY:Labour day",
            "DTSTART;VALUE=DATE:20261126|RRULE:FREQ=YEARLY\\;BYMONTH=11\\;BYDAY=4TH".replace("\\", ""),
            "DTSTART:20260703T090000Z|DURATION:PT2H|SUMMARY:Summer party",
            "DTSTART;VALUE=DATE:20260815|STATUS:CANCELLED|SUMMARY:Not this one",
            "DTSTART;VALUE=DATE:20300101|SUMMARY:Too late",
        ),
        2026, 2027,
    )  # fmt: skip

    assert found.days[date(2026, 12, 26)] == "Christmas"
    assert date(2026, 12, 27) not in found.days
    assert found.days[date(2026, 5, 1)] == found.days[date(2027, 5, 1)] == "Labour day"
    assert {on for on in found.days if on.month == 11} == {date(2026, 11, 26), date(2027, 11, 25)}
    assert found.days[date(2026, 7, 3)] == "Summer party"
    assert not {date(2026, 8, 15), date(2030, 1, 1)} & set(found.days)
    assert found.left_out == 0


@pytest.mark.parametrize(
    "event",
    ["DTSTART;VALUE=DATE:20260101|RRULE:FREQ=SECONDLY", "DTSTART;VALUE=DATE:20260101|RRULE:FREQ=YEARLY;INTERVAL=0",
     "DTSTART;VALUE=DATE:20260101|RRULE:FREQ=YEARLY;BYEASTER=1", "SUMMARY:Without a date",
     "DTSTART;VALUE=DATE:20260101|DTEND;VALUE=DATE:20991231", "DTSTART;VALUE=DATE:20269999"],
)  # fmt: skip
def test_what_cannot_be_told_is_left_out_and_counted(event: str) -> None:
    found = read_ics(ics(event, "DTSTART;VALUE=DATE:20260501"), 2026, 2026)

    assert (list(found.days), found.left_out) == ([date(2026, 5, 1)], 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "not_a_calendar"), (b"\xff\xfe\x00B", "not_text"), (b"%PDF-1.7", "not_a_calendar"),
     (b"BEGIN:VCALENDAR\0", "not_a_calendar"), (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "not_a_calendar"),
     (b" " * (LARGEST_FILE + 1), "too_large"),
     (ics(*["DTSTART;VALUE=DATE:20260501"] * 5001), "too_many")],
    ids=["empty", "odd bytes", "another file", "nul", "torn", "large", "many"],
)  # fmt: skip
def test_what_is_no_calendar_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(HolidaysError) as refusal:
        read_ics(content, 2026, 2027)
    assert (refusal.value.field, refusal.value.code) == ("ics", code)


def test_damaged_files_are_read_or_refused_but_never_break() -> None:
    dice = random.Random(20260302)
    whole = ics("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261227|SUMMARY:Christmas",
                "DTSTART:20200501T000000Z|RRULE:FREQ=YEARLY;UNTIL=20280101T000000Z|SUMMARY:May")  # fmt: skip
    for _ in range(1500):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(16, len(damaged))
            damaged[place] = dice.randrange(256) if dice.random() < 0.3 else dice.choice(b';:=,\\"\n0129')
        try:
            found = read_ics(bytes(damaged), 2026, 2027)
        except HolidaysError:
            continue
        assert all(2026 <= on.year <= 2027 for on in found.days)
