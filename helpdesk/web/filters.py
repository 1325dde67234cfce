"""Jinja filters: times, durations, sizes, text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from helpdesk.aftersales.showing import when
from helpdesk.config import Config
from helpdesk.core import i18n
from helpdesk.core.html import markdown_to_html
from helpdesk.core.times import now
from helpdesk.models.products import InstalledProduct
from helpdesk.people import directory
from helpdesk.people.directory import TeamCard
from helpdesk.reports import charts, drawing
from helpdesk.tickets.attachments import MEGABYTE
from helpdesk.tickets.queries import TicketRow
from helpdesk.tickets.routing import ROUTED_LINES
from helpdesk.web.words import ROLES


def init_app(app: Flask) -> None:
    """Give templates our filters."""
    app.jinja_env.filters.update(
        moment=moment, ago=ago, duration=duration, filesize=i18n.file_size, linebreaks=linebreaks, prose=prose,
        plain_moment=i18n.moment, percent=percent,
        choices=choices, team_choices=team_choices, routable_choices=routable_choices,
        name_choices=name_choices, role_word=lambda role: str(ROLES.get(role, role)),
        language_word=lambda tag: i18n.OWN_NAMES.get(tag, tag), pair=lambda word: (word, word),
        with_url=WithUrl, day=i18n.day_name,
        visit_when=when, month_word=i18n.month_word, whole_day=i18n.whole_day, money=i18n.money,
    )  # fmt: skip
    config: Config = app.config["THREELINE"]
    app.jinja_env.globals.update(
        installed_choices=installed_choices, most_file_bytes=config.max_attachment_mb * MEGABYTE,
        most_ticket_bytes=config.max_ticket_mb * MEGABYTE,
    )  # fmt: skip
    app.jinja_env.globals.update(chart_picture=drawing.picture, chart_figures=charts.table_of)
    app.jinja_env.globals.update(keeper=keeper, row_keeper=row_keeper, shell_keeper=shell_keeper)
    app.jinja_env.add_extension("jinja2.ext.do")


class _Kept:
    """What was drawn, by what it was drawn of; beyond so many, that which was asked for longest ago is let go."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.drawn: dict[tuple[Any, ...], Markup] = {}
        self.lock = threading.Lock()

    def get(self, key: tuple[Any, ...], draw: Callable[[], str]) -> Markup:
        """What stands under the key, drawn now where nothing does."""
        with self.lock:
            found = self.drawn.pop(key, None)
            if found is not None:
                self.drawn[key] = found  # now the latest
                return found
        drawn = Markup(draw())  # noqa: S704 - what a component draws is markup already
        with self.lock:
            self.drawn[key] = drawn
            while len(self.drawn) > self.most:
                del self.drawn[next(iter(self.drawn))]
        return drawn


_looks = _Kept(5000)
_rows = _Kept(600)
_shells = _Kept(300)


def keeper() -> Callable[..., Markup]:
    """`kept(component, *values)`: what the component draws for plain values, drawn once for each language.

    A list of fifty rows says the same few words over and over; drawing them anew takes longer than the query.
    """
    return _keeper_of(_looks)


def shell_keeper() -> Callable[..., Markup]:
    """The same for what stands around a page and is large: the rail, the bar, the sheets."""
    return _keeper_of(_shells)


def _keeper_of(store: _Kept) -> Callable[..., Markup]:
    language = i18n.current_language()

    def kept(macro: Macro, *args: Any) -> Markup:
        return store.get((language, macro.name, *args), lambda: macro(*args))

    return kept


def row_keeper() -> Callable[..., Markup]:
    """`kept_row(component, row, form_id)`: a row of the queue, drawn once for each language while it looks the same.

    Open lists fetch themselves every twenty seconds, and hardly a row has changed since.
    """
    language, at = i18n.current_language(), now()

    def kept_row(macro: Macro, row: WithUrl, form_id: str | None) -> Markup:
        return _rows.get((language, form_id, *row.looks(at)), lambda: macro(row, form_id))

    return kept_row


def moment(at: datetime | None) -> Markup:
    """A short date and time in the reader's zone, with the exact instant for machines and the full one as a title."""
    if at is None:
        return Markup()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), i18n.full_moment(at), i18n.moment(at)
    )


def ago(at: datetime | None) -> Markup:
    """How long ago, with the exact instant behind it."""
    if at is None:
        return Markup()
    return Markup('<time datetime="{}" data-ago>{}</time>').format(
        at.isoformat(timespec="seconds"), i18n.ago(at, now())
    )


def duration(length: timedelta | float | None) -> str:
    return "" if length is None else i18n.duration(length)


def linebreaks(text: str | None) -> Markup:
    """Plain text as paragraphs."""
    paragraphs = [p for p in (text or "").replace("\r\n", "\n").split("\n\n") if p.strip()]
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>\n").join(escape(line) for line in p.split("\n"))) for p in paragraphs
    )


def prose(text: str | None) -> Markup:
    """Markdown as safe HTML."""
    return Markup(markdown_to_html(text or ""))  # noqa: S704 - sanitised there


def percent(share: float | None) -> str:
    """A share as per cent with one digit."""
    return "–" if share is None else i18n.percentage(share, digits=1)


def choices(known: Mapping[Any, Any]) -> list[tuple[Any, str]]:
    """The options of a select: (value, words) of a table of words, or of active named things."""
    return [
        (value, str(getattr(words, "name", words)))
        for value, words in known.items()
        if getattr(words, "is_active", True)
    ]


def team_choices(teams: Iterable[TeamCard]) -> list[tuple[int, str]]:
    return [(team.id, team.name) for team in teams]


def routable_choices(teams: Mapping[int, TeamCard]) -> list[tuple[int, str]]:
    """The teams that a routing rule may choose."""
    return team_choices(t for t in teams.values() if t.is_active and t.line in ROUTED_LINES and not t.is_imported)


def name_choices(known: Mapping[int, Any]) -> list[tuple[str, str]]:
    """Choices by name, as reports are narrowed."""
    return [(card.name, card.name) for card in known.values() if getattr(card, "is_active", True)]


def installed_choices(installed: Iterable[InstalledProduct]) -> list[tuple[int, str]]:
    """Installed products as people tell them apart: name, serial number, place."""
    products = directory.products()
    return [
        (one.id, i18n.enumeration(word for word in (products[one.product_id].name, one.serial, one.location) if word))
        for one in installed
    ]


@dataclass(frozen=True)
class WithUrl:
    """A row of a list as the queue draws it: with its address, people and teams by name."""

    row: TicketRow

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def url(self) -> str:
        return f"/console/tickets/{self.row.number}"

    @property
    def assignee(self) -> str:
        return self.row.assignee.name if self.row.assignee else ""

    @property
    def team(self) -> str:
        return self.row.team.name if self.row.team else ""

    def looks(self, at: datetime) -> tuple[Any, ...]:
        """Every value that the row shows now, times as the words they are shown in."""
        row, due = self.row, self.row.due
        return (
            row.number, row.subject, row.status, row.sub_status, row.type, row.priority, row.is_major, row.channel,
            row.organisation, row.requester, self.team, row.line, self.assignee, row.is_unread, tuple(row.tags),
            due.kind, due.state, due.tone, int(due.share * 50),
            None if due.seconds_left is None else i18n.duration(due.seconds_left),
            row.updated_at, i18n.ago(row.updated_at, at),
        )  # fmt: skip
