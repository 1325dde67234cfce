"""The process as it really runs, as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import duration, number
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.figures.desk import desk_zone
from helpdesk.people import directory
from helpdesk.reports.asking import Asked, read_asked, without
from helpdesk.reports.charts import Chart, Flow, Kind, Node
from helpdesk.reports.flow import FLOW
from helpdesk.reports.items import Behind
from helpdesk.reports.process import MOST_FLOWS, OF, Follow, Of, Process, Stop, Way, run_process
from helpdesk.reports.steps import STEPS_TAKEN
from helpdesk.reports.variants import VARIANTS
from helpdesk.reports.wording import cell_about, key_words, valued
from helpdesk.reports.words import PERIODS
from helpdesk.web.auth import current_actor
from helpdesk.web.shell import Item
from helpdesk.web.words import CHANNELS, LINES, TYPES

FILTERS = ("line", "team", "product", "type", "channel", "organisation", "priority")  # what ways and moves both know


def register(bp: Blueprint) -> None:
    """Add the page to the boards."""
    bp.add_url_rule("/process", view_func=process)


def process() -> Any:
    """Ways, steps and ping-pong of a slice."""
    asked, wrong = _asked()
    of = Of(request.args["of"]) if request.args.get("of") in list(Of) else Of.STATUS
    over = asked.over(now(), desk_zone())
    try:
        found = run_process(over, of, for_=current_actor())
    except Invalid as refusal:
        wrong, asked = refusal.errors, replace(asked, where=())
        found = run_process(asked.over(now(), desk_zone()), of, for_=current_actor())
    most = max((way.figures["tickets"].value or 0 for way in found.ways), default=0)
    page = render_template(
        "manager/boards/process.html", found=found, asked=asked, wrong=wrong, of=of, words=key_words,
        chart=_chart(found, asked, of), zone=desk_zone().key,
        ways=[(way, _cells(way), _share(way, most), _behind_way(asked, way)) for way in found.ways],
        follows=[(_said(of, each.source), _said(of, each.target), each, _behind_move(asked, of, each))
                 for each in found.follows],
        stays=[(stay, _behind_stop(asked, Of.STATUS, Stop(stay.status, stay.times, "to")) if stay.is_each_time else "")
               for stay in found.stays],
        periods=[Item(str(label), _here(replace(asked, period=name), of), is_current=asked.period == name)
                 for name, label in PERIODS.items() if name in ("30", "90", "365", "all")],
        kinds=[Item(str(label), _here(asked, each), is_current=each is of) for each, label in OF.items()],
        chips=[(f"{VARIANTS.title_of(name)}: {key_words(name, value)}", _here(without(asked, name, value), of))
               for name, value in asked.where],
        clear_url=_here(replace(asked, where=()), of), chosen=dict(asked.where), teams=directory.teams(),
        products=directory.products(), line_words=LINES, type_words=TYPES, channel_words=CHANNELS,
        ping_pong_url=_behind(replace(asked, report=FLOW), Behind(FLOW.metric("ping_pongs"))),
        variants_url=url_for("manager.library.show", slug=VARIANTS.slug) + "?" + asked.query,
    )  # fmt: skip
    return page, 422 if wrong else 200


def _asked() -> tuple[Asked, dict[str, list[str]]]:
    try:
        asked = read_asked(VARIANTS, request.args)
    except Invalid as refusal:
        return Asked(VARIANTS), refusal.errors
    return replace(asked, by=None, where=tuple(pair for pair in asked.where if pair[0] in FILTERS)), {}


def _chart(found: Process, asked: Asked, of: Of) -> Chart:
    flows = tuple(
        Flow(_said(of, each.source), _said(of, each.target), each.count,
             number(each.count) if each.seconds is None else f"{number(each.count)} · {duration(each.seconds)}",
             _behind_move(asked, of, each) or None)
        for each in found.follows[:MOST_FLOWS] if each.source != each.target
    )  # fmt: skip
    title = (
        _("What follows what") if of in (Of.STATUS, Of.SUB_STATUS) else _("From where to where, and how long it lay")
    )
    nodes = tuple(Node(_said(of, stop.name), stop.count, _behind_stop(asked, of, stop) or None) for stop in found.stops)
    return Chart(Kind.PROCESS, title, flows=flows, nodes=nodes, unit=_("tickets"))


def _said(of: Of, value: str | None) -> str:
    if of is Of.SUB_STATUS and value and "/" in value:
        status, _sign, rest = value.partition("/")
        return f"{key_words('status', status)}: {rest}"
    return key_words("status" if of is Of.SUB_STATUS else of.value, value)


def _cells(way: Way) -> list[tuple[str, str, str]]:
    names = ("tickets_share", "close_seconds_mean", "close_seconds_median")
    metrics = [VARIANTS.metric(name) for name in names]
    return [(str(metric.title), valued(metric, way.figures[metric.name]),
             cell_about(metric, way.figures[metric.name], None)) for metric in metrics]  # fmt: skip


def _share(way: Way, most: float) -> float:
    """How long its bar is, of a hundred."""
    return 100 * (way.figures["tickets"].value or 0) / most if most else 0.0


def _behind_way(asked: Asked, way: Way) -> str:
    return _behind(asked, Behind(VARIANTS.metric("tickets"), ("variant",), (way.key,)))


def _behind_move(asked: Asked, of: Of, move: Follow) -> str:
    return _behind_ends(asked, of, {"from": move.source, "to": move.target}) if move.count else ""


def _behind_stop(asked: Asked, of: Of, stop: Stop) -> str:
    return _behind_ends(asked, of, {stop.end: stop.name}) if stop.count else ""


def _behind_ends(asked: Asked, of: Of, ends: Mapping[str, str | None]) -> str:
    """Where the tickets of a step between these ends are listed."""
    is_moved = of in (Of.TEAM, Of.LINE)
    report, metric = (FLOW, "hops") if is_moved else (STEPS_TAKEN, "times")
    by = tuple(f"{end}_{'step' if of is Of.SUB_STATUS else of.value}" for end in ends)
    return _behind(replace(asked, report=report), Behind(report.metric(metric), by, tuple(ends.values())))


def _behind(asked: Asked, wanted: Behind) -> str:
    url = url_for("manager.library.behind", slug=asked.report.slug)
    return f"{url}?{urlencode([*asked.pairs(), *wanted.pairs()])}"


def _here(asked: Asked, of: Of) -> str:
    pairs = [*asked.pairs(), *([("of", of.value)] if of is not Of.STATUS else [])]
    return f"{url_for('manager.boards.process')}?{urlencode(pairs)}"
