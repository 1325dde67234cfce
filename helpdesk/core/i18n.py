"""Languages and zones: whose language is spoken now, and how times and durations read in it."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import flask_babel
from babel import Locale
from babel.dates import format_date, match_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

# BCP 47 tag → Babel's name. The tags stand in the database, in `lang` attributes and in the API.
LANGUAGES = {"en": "en", "lt": "lt", "ru": "ru", "zh-Hans": "zh_Hans"}
OWN_NAMES = {"en": "English", "lt": "Lietuvių", "ru": "Русский", "zh-Hans": "简体中文"}
DEFAULT_LANGUAGE = "en"
DEFAULT_ZONE = "Europe/Vilnius"
_ALIASES = {"zh": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans": "zh-Hans", "zh-hans-cn": "zh-Hans"}

babel = Babel()


def catalogue() -> Any:
    """The translations of the language spoken now. Found once for a reader: a page asks a thousand times."""
    kept = _kept()
    if kept is None:
        return flask_babel.get_translations()
    language = current_language()
    found = kept.get("catalogue")
    if found is None or found[0] != language:
        kept["catalogue"] = found = (language, flask_babel.get_translations())
    return found[1]


_sentences: dict[tuple[str, str], Markup] = {}


def sentence(text: str, **values: object) -> Markup:
    """`_()` of the templates: a sentence whose translation is markup and whose values are escaped.

    Sentences without values are kept for each language: a page says two hundred of them.
    """
    if values:
        return Markup(catalogue().gettext(text)) % values  # noqa: S704 - the catalogues are ours
    key = (current_language(), text)
    kept = _sentences.get(key)
    if kept is None:
        kept = Markup(catalogue().gettext(text)) % {}  # noqa: S704
        if _kept() is not None and len(_sentences) < 20_000:
            _sentences[key] = kept
    return kept


@pass_eval_context
def _sentence_there(context: EvalContext, text: str, **values: object) -> str:
    """A sentence for a page; in a letter of plain text and in its subject nothing is escaped."""
    return sentence(text, **values) if context.autoescape else str(catalogue().gettext(text)) % values


def gettext(text: str, **values: object) -> str:
    """A whole sentence in the reader's language, with its values put in."""
    translated = str(catalogue().gettext(text))
    return translated % values if values else translated


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A sentence with a count, in the form that the language has for it."""
    return str(catalogue().ngettext(one, many, num)) % {"num": num, **values}


def init_app(app: Flask) -> None:
    """Let Flask-Babel ask us for language and zone."""
    app.config["BABEL_DEFAULT_LOCALE"] = LANGUAGES[DEFAULT_LANGUAGE]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    babel.init_app(app, locale_selector=_locale, timezone_selector=lambda: current_zone())
    _teach(app.jinja_env)


def _teach(environment: Environment) -> None:
    """What every template needs of languages, pages and letters alike."""
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's i18n extension
        lambda text: catalogue().gettext(text), lambda one, many, n: catalogue().ngettext(one, many, n),
        newstyle=True, pgettext=lambda context, text: catalogue().pgettext(context, text),
    )  # fmt: skip
    environment.globals["_"] = _sentence_there
    environment.globals.update(span=span, full_span=full_span)
    environment.filters.update(
        full_moment=full_moment, enumeration=enumeration, long_day=long_day, money=money, hours=signed_hours,
        whole_percent=whole_percent, local_day=local_day, until_day=until_day, number=number,
    )  # fmt: skip
    environment.trim_blocks = True
    environment.lstrip_blocks = True


def language_named(tag: str | None) -> str | None:
    """Our tag for a language as others spell it (`zh_CN`, `LT-lt`), or None where we do not speak it."""
    if not tag:
        return None
    plain = tag.replace("_", "-").lower()
    if plain in _ALIASES:
        return _ALIASES[plain]
    primary = plain.split("-")[0]
    return {"en": "en", "lt": "lt", "ru": "ru", "zh": "zh-Hans"}.get(primary)


def speak(language: str, zone: str) -> None:
    """From here on, in this request, speak this language and show times of this zone."""
    g.language, g.zone = language, zone


@contextmanager
def speaking(language: str, zone: str) -> Iterator[None]:
    """Render for a reader: their language, their zone (letters, documents)."""
    before = g.get("language"), g.get("zone")
    speak(language, zone)
    try:
        with force_locale(LANGUAGES.get(language, "en")):
            yield
    finally:
        g.language, g.zone = before


def current_language() -> str:
    """The tag of the language spoken now."""
    kept = _kept()
    if kept is not None and (language := kept.get("language")):
        return str(language)
    if has_request_context():
        for tag, _quality in request.accept_languages:
            if known := language_named(tag):
                return known
    return DEFAULT_LANGUAGE


def _kept() -> dict[str, Any] | None:
    """What `g` keeps, or None outside of an application context; each question to the proxy itself costs as much."""
    try:
        kept: dict[str, Any] = vars(g._get_current_object())  # of what the proxy stands for
    except RuntimeError:
        return None
    return kept


def current_zone() -> str:
    """The IANA name of the zone in which times are shown now."""
    return str(g.zone) if g and g.get("zone") else DEFAULT_ZONE


def is_zone(name: str) -> bool:
    return name in available_timezones()


def moment(at: datetime, *, weekday: bool = False) -> str:
    """Date and time as the reader writes them, in the reader's zone, with the year only where it is another one."""
    local = at.astimezone(ZoneInfo(current_zone()))
    year = "" if local.year == datetime.now(local.tzinfo).year else "y"
    locale = babel_locale()
    pattern = _pattern(f"{year}MMM{'E' if weekday else ''}d", locale)
    return f"{_day(local.date(), pattern, locale)} {local:%H:%M}"


@functools.lru_cache(maxsize=5000)
def _day(day: date, pattern: str, locale: Locale) -> str:
    """A day in words; Babel needs 50 µs for it, and a page says the same few days over and over."""
    return str(format_date(day, pattern, locale=locale))


@functools.cache
def _pattern(skeleton: str, locale: Locale) -> str:
    """The pattern that the language has for these parts of a date; the search for it takes a third of a millisecond."""
    found = match_skeleton(skeleton, locale.datetime_skeletons)
    return locale.datetime_skeletons[found].pattern if found else "d MMM y"


def full_moment(at: datetime) -> str:
    """Weekday, date, time and zone in full, for letters and explanations."""
    local = at.astimezone(ZoneInfo(current_zone()))
    return f"{_day(local.date(), 'full', babel_locale())}, {local:%H:%M} ({current_zone()})"


def whole_day(day: date) -> str:
    """Weekday and date in full, for letters."""
    return _day(day, "full", babel_locale())


def month_word(day: date) -> str:
    """The month in short, as it stands alone: Mar, kov., 3月."""
    return _day(day, "LLL", babel_locale())


def short_month(day: date) -> str:
    """Mar 2026, 2026-03, 2026年3月."""
    return _day(day, _pattern("yMMM", babel_locale()), babel_locale())


def day_and_month(day: date) -> str:
    """A day of a year that is known: 28 Feb, 02-28, 2月28日."""
    return _day(day, _pattern("MMMd", babel_locale()), babel_locale())


def quarter(day: date) -> str:
    """The quarter of a day: Q1 2026, 2026 I ketv., 2026年第1季度."""
    return _day(day, _pattern("yQQQ", babel_locale()), babel_locale())


def month_and_year(day: date) -> str:
    """March 2026, 2026 m. kovas, 2026年3月."""
    return _day(day, _pattern("yMMMM", babel_locale()), babel_locale())


def weekday_word(day: date) -> str:
    """The weekday in short, as it stands alone."""
    return _day(day, "ccc", babel_locale())


def span(from_at: datetime, until_at: datetime) -> str:
    """A window of time, or an instant where it begins and ends in one: `Tue 24 Nov 10:00–12:00`."""
    zone = ZoneInfo(current_zone())
    first, last = from_at.astimezone(zone), until_at.astimezone(zone)
    said = moment(from_at, weekday=True)
    if first == last:
        return said
    return f"{said}–{last:%H:%M}" if first.date() == last.date() else f"{said} – {moment(until_at, weekday=True)}"


def full_span(from_at: datetime, until_at: datetime) -> str:
    """The same in full, with the zone, for letters."""
    zone = ZoneInfo(current_zone())
    first, last = from_at.astimezone(zone), until_at.astimezone(zone)
    if first == last:
        return full_moment(from_at)
    said = f"{_day(first.date(), 'full', babel_locale())}, {first:%H:%M}"
    if first.date() == last.date():
        return f"{said}–{last:%H:%M} ({current_zone()})"
    return f"{said} – {full_moment(until_at)}"


def local_day(at: datetime) -> str:
    """The day of an instant, in the reader's zone."""
    return long_day(at.astimezone(ZoneInfo(current_zone())).date())


def until_day(at: datetime) -> str:
    """The last day of a span that ends before this instant, in the reader's zone."""
    return local_day(at - timedelta(seconds=1))


def long_day(day: date) -> str:
    """A date without a clock: 28 Feb 2027."""
    return format_date(day, format="medium", locale=babel_locale())


def number(value: float) -> str:
    """A number with the signs of the reader: `1,234.5`, `1 234,5`."""
    return str(format_decimal(value, locale=babel_locale()))


def money(cents: int, currency: str) -> str:
    """An amount as the reader writes it: `€1,250.00`, `1 250,00 €`."""
    return str(format_currency(Decimal(cents) / 100, currency, locale=babel_locale()))


def whole_money(amount: int, currency: str) -> str:
    """An amount without cents, as at the ticks of a scale: `€1,250`, `1 250 €`."""
    locale = babel_locale()
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    return str(format_currency(amount, currency, pattern, locale=locale, currency_digits=False))


def whole_percent(percent: int) -> str:
    """So many per cent, as the reader writes it: `70%`, `70 %`."""
    return str(format_percent(Decimal(percent) / 100, locale=babel_locale()))


def signed_hours(minutes: int) -> str:
    """Minutes as hours and minutes: 2:05, -0:30."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours}:{rest:02}"


def duration(length: timedelta | int | float) -> str:
    """The two largest units of a length of time: `4 h 10 min`, `2 d 3 h`, `40 s`."""
    seconds = abs(int(length.total_seconds() if isinstance(length, timedelta) else length))
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    for (name, size), (smaller, small_size) in itertools.pairwise(units):
        if seconds >= size:
            first, rest = divmod(seconds, size)
            second = rest // small_size
            parts = [(first, name)] + ([(second, smaller)] if second and name != "minute" else [])
            return _join_units(tuple(parts))
    return _join_units(((seconds, "second"),))


def working_time(seconds: int) -> str:
    """A length of working time, exactly: `40 h`, `2 h 30 min 5 s`; days would not say how long they are."""
    hours, rest = divmod(abs(seconds), 3_600)
    parts = [(n, unit) for n, unit in ((hours, "hour"), (rest // 60, "minute"), (rest % 60, "second")) if n]
    return _join_units(tuple(parts) or ((0, "minute"),))


def day_name(day: date) -> str:
    """Weekday and date as the reader writes them, with the year only where it is another one."""
    year = "" if day.year == datetime.now(ZoneInfo(current_zone())).year else "y"
    return _day(day, _pattern(f"{year}MMMEd", babel_locale()), babel_locale())


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in one short unit: `3 min`, `2 h`, `5 d`."""
    seconds = max(0, int((now - at).total_seconds()))
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return _join_units(((seconds // size, name),))
    return gettext("now")


def enumeration(words: Iterable[object]) -> str:
    """Words one after another, with the comma of the reader's script and no "and": `P1, P2, P3`, `一线、二线`."""
    return ("、" if current_language() == "zh-Hans" else ", ").join(str(word) for word in words)


def percentage(share: float, *, digits: int = 0) -> str:
    """A share as per cent, rounded down: never 100 while something is missing."""
    locale = babel_locale()
    pattern = locale.percent_formats[None].pattern.replace("0", "0." + "#" * digits, 1) if digits else None
    # What binary fractions lose must not cost a digit: 0.29 * 100 is 28.999….
    floored = Decimal(str(share)).quantize(Decimal(1).scaleb(-2 - digits), rounding=ROUND_DOWN)
    return str(format_percent(floored, pattern, locale=locale))


def file_size(size: int) -> str:
    """A size in the largest unit of which it has one; a megabyte is a million bytes."""
    for unit, scale in (("gigabyte", 1e9), ("megabyte", 1e6), ("kilobyte", 1e3)):
        if size >= scale:
            value = size / scale
            rounded = round(value, 1) if value < 10 else round(value)
            return str(format_unit(rounded, f"digital-{unit}", "short", locale=babel_locale()))
    return str(format_unit(size, "digital-byte", "long", locale=babel_locale()))


_unit_texts: dict[tuple[str, tuple[tuple[int, str], ...]], str] = {}


def _join_units(parts: tuple[tuple[int, str], ...]) -> str:
    key = (current_language(), parts)
    text = _unit_texts.get(key)
    if text is None:
        locale = babel_locale()
        # Babel needs 0.1 ms for one of these and a list has fifty of them.
        length: Literal["short", "narrow"] = "narrow" if locale.language == "en" else "short"
        words = [format_unit(n, f"duration-{unit}", length, locale=locale) for n, unit in parts]
        text = str(format_list(words, style="unit-narrow", locale=locale))
        if len(_unit_texts) < 20_000:
            _unit_texts[key] = text
    return text


def _locale() -> str:
    return LANGUAGES[current_language()]


def babel_locale() -> Locale:
    """How dates and numbers are written; English as outside of America, day before month."""
    return _parsed("en_GB" if current_language() == "en" else LANGUAGES[current_language()])


@functools.cache
def _parsed(name: str) -> Locale:
    return Locale.parse(name)
