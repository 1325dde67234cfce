"""Times as people type them beside the telephone: `15:00`, `tomorrow 10-12`, `fri 9:30`, `2 h`, in our four languages.

1. A day, a time of day or two of them, in any order; or how long from now. Nothing else may stand beside them.
2. A time without a day is today's; one that has passed is refused, never silently moved to tomorrow.
3. A weekday is the next one, today among them while the time is still to come.
4. All languages are understood at once: whoever speaks with a client types in the client's words, too.
5. Local times are those of one zone. What the clocks skip does not exist; of what they say twice it is the first.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.core.i18n import gettext as _

LONGEST_SAID = 100
LONGEST_WAIT_HOURS = 6  # that somebody would say without "in"


class Unclear(Exception):
    """What was typed is no time; the sentence says what to do."""


@dataclass(frozen=True)
class Spoken:
    """What was understood: a window, or an instant where it begins and ends in one."""

    from_at: datetime
    until_at: datetime


def understand(said: str, *, at: datetime, zone: str) -> Spoken:
    """The time that these words mean at this instant in this zone; Unclear where they mean none."""
    text = _plain(said)
    if not text:
        raise Unclear(_("Say when, such as 15:00, tomorrow 10-12, fri 9:30 or 2 h."))
    if len(text) > LONGEST_SAID:
        raise Unclear(_("This is too long."))
    lasting = _LASTING.fullmatch(text)
    if lasting is not None and not _is_hour_of_day(lasting):
        later = at.astimezone(UTC) + _length(lasting)
        later += timedelta(seconds=-later.second % 60, microseconds=-later.microsecond)
        return Spoken(later, later)
    local = at.astimezone(ZoneInfo(zone))
    day, is_weekday, rest = _day_in(text, local.date())
    first, last = _times_in(rest, has_day=day is not None)
    chosen = day or local.date()
    spoken = _at(chosen, first, last, zone)
    if is_weekday and chosen == local.date() and spoken.from_at <= at:
        spoken = _at(chosen + timedelta(days=7), first, last, zone)
    if day is None and spoken.from_at <= at:
        raise Unclear(_("This time has passed today: say tomorrow, or the day."))
    if spoken.from_at <= at:
        raise Unclear(_("Choose a time that is still to come."))
    return spoken


def window_of(day: date, first: time, last: time | None, *, zone: str) -> Spoken:
    """The same of fields of their own: a day, a time and perhaps until when."""
    return _at(day, first, last, zone)


def _at(day: date, first: time, last: time | None, zone: str) -> Spoken:
    from_at = _instant(day, first, zone)
    until_at = from_at if last is None else _instant(day, last, zone)
    if last is not None and until_at <= from_at:
        raise Unclear(_("The end must come after the beginning."))
    return Spoken(from_at, until_at)


def _instant(day: date, clock: time, zone: str) -> datetime:
    local = datetime.combine(day, clock, tzinfo=ZoneInfo(zone))
    if local.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unclear(_("The clocks go forward that day, and this time does not exist."))
    return local


def _plain(said: str) -> str:
    """One spelling of what is typed in many ways: width, case, dashes, spaces."""
    text = unicodedata.normalize("NFKC", said).lower()
    text = re.sub(r"[‐-―−~〜]|至|到", "-", text)
    text = re.sub(r"[,;，、]", " ", text)
    return " ".join(text.split())


# How long from now: a number with its unit, after a word for "in" if there is one.
_UNITS = {
    "minutes": r"m|min|mins|minutes?|min\.|minu[cč]i[uųų]?|minut[eę]s?|мин|мин\.|минут[аыу]?|分|分钟",
    "hours": r"h|hrs?|hours?|val|val\.|valand[aąų]s?|valandų|ч|ч\.|час|часа|часов|小时|个小时|钟头",
    "days": r"d|days?|d\.|dien[aąų]s?|dienų|дн|дн\.|день|дня|дней|天",
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
# Without its "in", `15 val.` and `в 15 часов` are times of day.
_LASTING = re.compile(
    rf"(?:(?P<after>in|after|po|už|uz|через|过)\s*)?(?P<number>\d{{1,3}}(?:[.,]\d)?)\s*(?:{_UNIT})"
    r"(?:\s*(?P<more>\d{1,2})\s*(?:m|min|мин|分|分钟)?)?\s*(?:后|以后|之后)?"
)


def _is_lithuanian_hour(found: re.Match[str]) -> bool:
    return bool(found["hours"]) and not found["after"] and found["hours"].startswith("val")


def _is_hour_of_day(found: re.Match[str]) -> bool:
    """`15 val.` is three in the afternoon; `2 val.` could be either."""
    return _is_lithuanian_hour(found) and found["number"].isdigit() and int(found["number"]) > LONGEST_WAIT_HOURS


def _length(found: re.Match[str]) -> timedelta:
    number = float(found["number"].replace(",", "."))
    more = timedelta(minutes=int(found["more"] or 0))
    if _is_lithuanian_hour(found):
        raise Unclear(_("Write 15:00 for the time of day, or “po 2 val.” for how long from now."))
    for name in _UNITS:
        if found[name]:
            if number <= 0 and not more:
                break
            return timedelta(**{name: number}) + more
    raise Unclear(_("Choose a time that is still to come."))


_WEEKDAYS = (
    r"mon|monday|pr|pirm|pirmadien[įis]+|пн|понедельник|周一|星期一|礼拜一",
    r"tue|tues|tuesday|an|antr|antradien[įis]+|вт|вторник|周二|星期二|礼拜二",
    r"wed|wednesday|tr|treč|trečiadien[įis]+|treciadien[is]+|ср|сред[ау]|周三|星期三|礼拜三",
    r"thu|thur|thurs|thursday|kt|ketv|ketvirtadien[įis]+|чт|четверг|周四|星期四|礼拜四",
    r"fri|friday|pn|penkt|penktadien[įis]+|пт|пятниц[ау]|周五|星期五|礼拜五",
    r"sat|saturday|št|st|šešt|šeštadien[įis]+|sestadien[is]+|сб|суббот[ау]|周六|星期六|礼拜六",
    r"sun|sunday|sk|sekm|sekmadien[įis]+|вс|воскресенье|周日|周天|星期日|星期天|礼拜天",
)
_NEAR = (
    (2, r"day after tomorrow|poryt|послезавтра|后天"),
    (1, r"tomorrow|tmrw|rytoj|ryt|завтра|明天|明日"),
    (0, r"today|šiandien|siandien|šiand|сегодня|今天|今日"),
)
_BOUND, _END = r"(?<![^\W\d_])", r"(?![^\W\d_])\.?"
_BEFORE_DAY = r"(?:(?:on|next|kitą|в|во|下)\s*)?"


def _day_in(text: str, today: date) -> tuple[date | None, bool, str]:
    """The day that is said, whether by its weekday, and what else is said."""
    for days, words in _NEAR:
        if found := _word(words).search(text):
            return today + timedelta(days=days), False, _without(text, found)
    for weekday, words in enumerate(_WEEKDAYS):
        if found := _word(words, before=_BEFORE_DAY).search(text):
            return today + timedelta(days=(weekday - today.weekday()) % 7), True, _without(text, found)
    for pattern, read in _DATES:
        if found := pattern.search(text):
            return read(found, today), False, _without(text, found)
    return None, False, text


@functools.cache
def _word(words: str, before: str = "") -> re.Pattern[str]:
    # Chinese writes no spaces, so what follows there may be anything.
    return re.compile(rf"{_BOUND}{before}(?:{words}){_END}|{before}(?:{_chinese(words)})")


def _chinese(words: str) -> str:
    return "|".join(re.findall(r"[一-鿿]+", words)) or r"(?!)"


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}".strip()


def _iso(found: re.Match[str], _today: date) -> date:
    return _real(int(found[1]), int(found[2]), int(found[3]))


def _day_month(found: re.Match[str], today: date) -> date:
    return _of_this_year(int(found["month"]), int(found["day"]), found["year"], today)


def _of_this_year(month: int, day: int, year: str | None, today: date) -> date:
    """Without a year it is the next such day."""
    if year:
        return _real(int(year), month, day)
    this = _real(today.year if (month, day) != (2, 29) else _leap_year(today.year), month, day)
    return this if this >= today else _real(today.year + 1, month, day)


def _leap_year(year: int) -> int:
    return year + -year % 4


def _real(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unclear(_("There is no such day in the calendar.")) from error


_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = (
    (re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)"), _iso),
    (re.compile(r"(?<!\d)(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?(?!\d)"), _day_month),
    (re.compile(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]"), _day_month),
)

_CLOCK = (
    r"(?:(?P<{0}half>上午|早上|下午|晚上|中午)\s*)?(?P<{0}hour>\d{{1,2}})"
    r"(?:\s*[:.h点时]\s*(?P<{0}minute>\d{{2}})\s*分?|\s*(?P<{0}whole>[点时]|h|val\.?|часов|часа|час|ч\.?|o'clock))?"
    r"(?P<{0}past>半)?\s*(?P<{0}side>am|pm|a\.m\.|p\.m\.|утра|дня|вечера|ryto|vakaro)?"
)
_BEFORE = r"(?:(?:at|from|by|between|nuo|iki|tarp|apie|в|с|к|до|从|在)\s*)?"
_BETWEEN = r"\s*(?:-|to|till|until|and|iki|ir|до|по|и)\s*"
_TIMES = re.compile(rf"(?P<at>{_BEFORE}){_CLOCK.format('a')}(?:{_BETWEEN}{_CLOCK.format('b')})?(?:\s*前)?")
_LATER_HALF = frozenset({"pm", "p.m.", "下午", "晚上", "дня", "вечера", "vakaro"})
_EARLIER_HALF = frozenset({"am", "a.m.", "上午", "早上", "утра", "ryto"})


def _times_in(text: str, *, has_day: bool) -> tuple[time, time | None]:
    if not text:
        raise Unclear(_("Say the time of day, too, such as 15:00."))
    found = _TIMES.fullmatch(text)
    if found is None:
        raise Unclear(_("This is no time that we understand. Write 15:00, tomorrow 10-12, fri 9:30 or 2 h."))
    is_range = found["bhour"] is not None
    is_marked = any(found[f"a{name}"] for name in ("minute", "whole", "half", "side", "past")) or bool(found["at"])
    if not (is_marked or is_range or has_day):
        raise Unclear(_("Is %(number)s the time of day? Write it as %(number)s:00.", number=found["ahour"]))
    # `2-4 pm` says its half of the day once.
    shared = found["bside"] if is_range and not (found["aside"] or found["ahalf"]) else None
    first = _clock(found, "a", shared)
    return first, _clock(found, "b", found["ahalf"]) if is_range else None


def _clock(found: re.Match[str], which: str, otherwise: str | None) -> time:
    hour, minute = int(found[f"{which}hour"]), int(found[f"{which}minute"] or (30 if found[f"{which}past"] else 0))
    half = found[f"{which}side"] or found[f"{which}half"] or otherwise
    if half in _LATER_HALF and hour < 12:
        hour += 12
    elif half in _EARLIER_HALF and hour == 12:
        hour = 0
    try:
        return time(hour, minute)
    except ValueError as error:
        raise Unclear(_("There is no such time of day.")) from error
