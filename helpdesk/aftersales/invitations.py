"""Revisits as calendars understand them (iCalendar, RFC 5545; invitations and answers, RFC 5546). Pure.

1. A revisit with an hour stands in UTC from its beginning to its end; one without is a date of the whole day, which
   leaves the day free.
2. What follows a moved revisit keeps its UID and has a higher SEQUENCE, so that a calendar moves what it holds.
3. An answer is read as far as it can be: which event, which version of it, what they say, their words. Whether the
   sender may answer is not decided here. The rules of time zones that it brings along are not followed: a zone counts
   by its name alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from icalendar import Calendar, Component, Event, vCalAddress, vDDDTypes, vText
from icalendar.parser import Contentlines

PRODUCT = "-//Threeline//Revisits//EN"
LONGEST_ANSWER = 200_000  # bytes of a calendar file that is read as an answer
_ANSWERED = frozenset({"UID", "SEQUENCE", "ATTENDEE", "COMMENT", "DTSTART"})  # what is read of it
_YEARS = range(1970, 2300)  # of a time that is answered to
_REFRESH = timedelta(hours=1)
# What no calendar takes in a text: all control characters but the end of a line, and halves of surrogate pairs.
_UNSPEAKABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class Method(StrEnum):
    """What a calendar is to do with it."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Standing(StrEnum):
    """How firm it is."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Said(StrEnum):
    """What somebody answered to an invitation."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    COUNTERED = "countered"  # they propose another time


@dataclass(frozen=True)
class Somebody:
    """A name and a mail address."""

    name: str
    address: str


@dataclass(frozen=True)
class Happening:
    """A revisit as a calendar shows it, its words in the reader's language."""

    uid: str  # with its domain
    sequence: int
    changed_at: datetime
    on: date
    starts_at: datetime | None
    minutes: int
    summary: str
    standing: Standing
    place: str = ""
    description: str = ""
    url: str = ""


@dataclass(frozen=True)
class CalendarAnswer:
    """What a calendar program sent back."""

    uid: str
    said: Said
    sequence: int
    starts: date | datetime | None  # what was answered to, or for COUNTERED what is proposed
    words: str = ""


def invitation(
    happening: Happening, method: Method, *, organizer: Somebody, attendee: Somebody, is_accepted: bool = False
) -> str:  # fmt: skip
    """An invitation, its change or its cancellation, for one person."""
    event = _event(happening)
    event.add("organizer", _address(organizer))
    who = _address(attendee)
    who.params["CUTYPE"] = "INDIVIDUAL"
    who.params["ROLE"] = "REQ-PARTICIPANT"
    if method is Method.REQUEST:
        who.params["PARTSTAT"] = "ACCEPTED" if is_accepted else "NEEDS-ACTION"
        who.params["RSVP"] = "FALSE" if is_accepted else "TRUE"
    event.add("attendee", who)
    calendar = _calendar(method)
    calendar.add_component(event)
    return _text(calendar)


def published(happenings: Iterable[Happening], name: str) -> str:
    """A calendar to be subscribed to."""
    calendar = _calendar(Method.PUBLISH)
    calendar.add("name", vText(_said(name)))
    calendar.add("x-wr-calname", vText(_said(name)))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for happening in happenings:
        event = _event(happening)
        event.add("last-modified", happening.changed_at.astimezone(UTC))
        calendar.add_component(event)
    return _text(calendar)


def read_answer(content: bytes) -> CalendarAnswer | None:
    """The answer in a calendar file; None where it holds none."""
    if len(content) > LONGEST_ANSWER:
        return None
    try:
        calendar = Component.from_ical(_answered(content.decode("utf-8", "replace").lstrip("\ufeff")))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None  # whatever a program sends that is no calendar
    if not isinstance(calendar, Calendar):
        return None
    method, events = str(calendar.get("method", "")).upper(), list(calendar.walk("VEVENT"))
    if method not in ("REPLY", "COUNTER") or not events:
        return None
    return _answer(events[0], is_counter=method == "COUNTER")


def _answered(text: str) -> str:
    """The calendar with its method and what is read of its first event, and nothing else.

    A time zone would be worked out by its rules as soon as it is parsed, and one that recurs each second since 1601
    takes hours.
    """
    inside: list[str] = []
    method, event = "", list[str]()
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        name, value = re.split("[:;]", line, maxsplit=1)[0].strip().upper(), line.rpartition(":")[2].strip().upper()
        if name == "BEGIN":
            inside.append(value)
        elif name == "END":
            if inside == ["VCALENDAR", "VEVENT"]:
                break
            inside = inside[:-1]
        elif name == "METHOD" and inside == ["VCALENDAR"]:
            method = line
        elif name in _ANSWERED and inside == ["VCALENDAR", "VEVENT"]:
            event.append(line)
    return "\r\n".join(["BEGIN:VCALENDAR", method, "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""])


def _answer(event: Component, *, is_counter: bool) -> CalendarAnswer | None:
    attendees = event.get("attendee", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    params: Mapping[str, Any] = next(
        (each.params for each in attendees if "PARTSTAT" in getattr(each, "params", {})), {}
    )
    stated = str(params.get("PARTSTAT", "")).upper()
    known = {"ACCEPTED": Said.ACCEPTED, "DECLINED": Said.DECLINED, "TENTATIVE": Said.TENTATIVE}
    said = Said.COUNTERED if is_counter else known.get(stated)
    uid = str(event.get("uid", "")).strip()
    if said is None or not uid:
        return None
    comment = event.get("comment", "")
    words = str((comment[0] if comment else "") if isinstance(comment, list) else comment)
    words = words or str(params.get("X-RESPONSE-COMMENT", ""))
    return CalendarAnswer(uid, said, _number(event.get("sequence")), _when(event), words.strip())


def _when(event: Component) -> date | datetime | None:
    stated = event.get("dtstart")
    starts = stated.dt if isinstance(stated, vDDDTypes) else None
    if not isinstance(starts, date) or starts.year not in _YEARS:
        return None
    if isinstance(starts, datetime):
        return starts.astimezone(UTC) if starts.tzinfo else None
    return starts


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _calendar(method: Method) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", method.value)
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(happening: Happening) -> Event:
    event = Event()
    event.add("uid", happening.uid)
    event.add("sequence", happening.sequence)
    event.add("dtstamp", happening.changed_at.astimezone(UTC))
    if happening.starts_at is None:
        event.add("dtstart", happening.on)
        event.add("dtend", happening.on + timedelta(days=1))
    else:
        starts_at = happening.starts_at.astimezone(UTC)
        event.add("dtstart", starts_at)
        event.add("dtend", starts_at + timedelta(minutes=happening.minutes))
    event.add("summary", _said(happening.summary))
    for name, words in (("location", happening.place), ("description", happening.description)):
        if words.strip():
            event.add(name, _said(words))
    if happening.url:
        event.add("url", happening.url)
    event.add("status", happening.standing.value)
    event.add("transp", "TRANSPARENT" if happening.starts_at is None else "OPAQUE")
    return event


def _address(somebody: Somebody) -> vCalAddress:
    address = vCalAddress(f"mailto:{somebody.address}")
    # A parameter has no escape for a quotation mark (RFC 6868 has one that few calendars read).
    name = " ".join(_said(somebody.name).replace('"', "'").replace("^", " ").split())
    if name:
        address.params["CN"] = vText(name)
    return address


def _said(text: str) -> str:
    """Text that every calendar takes."""
    return _UNSPEAKABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(calendar: Calendar) -> str:
    return str(calendar.to_ical(), "utf-8")
