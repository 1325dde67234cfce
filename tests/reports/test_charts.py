"""Charts: the option says everything in words, the drawing may stand in a page, colours can be told apart."""

from __future__ import annotations

import itertools
import json
import math
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from helpdesk.core.i18n import speaking
from helpdesk.reports import drawing
from helpdesk.reports.charts import (
    BUILDERS,
    HEAT_COLOURS,
    PALETTE,
    Chart,
    Flow,
    Format,
    Kind,
    Reference,
    Role,
    Series,
    inert,
    is_outside,
    plain,
    ranks_of,
    scale_of,
    shortened,
    sketch,
    table_of,
    text_width,
    wrapped,
    written,
)
from helpdesk.reports.drawing import ATTRIBUTES, ELEMENTS, PHONE, draw, picture
from helpdesk.web.dev.chart_specimens import LONG, MAKERS, SIZES, specimens

WITH_AXES = [chart for chart in specimens() if not chart.is_empty and not chart.flows]
SVG = "{http://www.w3.org/2000/svg}"
WIDTHS = (800, PHONE)
HOSTILE = [
    "</svg><script>alert(1)</script>", "a\" onload=\"alert(1)", "{a} {b|c} {@[0]}", "\u202etxt.exe", "x\x00\x0b\ud800y",
    "<![CDATA[", "]]>", "&amp;&#0;", "long " * 100, "שלום עולם", "🖨️👩‍👩‍👧‍👦", "a\nb",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _english(settled_app: Flask) -> Iterator[None]:
    with settled_app.app_context(), speaking("en", "Europe/Vilnius"):
        yield


def test_every_kind_is_drawn() -> None:
    assert set(BUILDERS) == set(Kind) == set(MAKERS)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [*SIZES, 1])
@pytest.mark.parametrize("kind", Kind)
def test_a_drawing_holds_only_what_may_stand_in_a_page(kind: Kind, count: int, width: int) -> None:
    svg = draw(MAKERS[kind](count), width=width)

    assert svg is not None
    root = ElementTree.fromstring(svg)
    assert root.get("width") == str(width)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS | {"title", "desc", "a"}
        assert set(element.attrib) <= ATTRIBUTES | {"class", "role", "aria-labelledby", "aria-label", "href"}
        assert "url(" not in " ".join(
            value for key, value in element.attrib.items() if key not in ("fill", "clip-path")
        )
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for name in re.findall(r"url\(#([^)]+)\)", svg):
        assert name in ids


@pytest.mark.parametrize("kind", Kind)
def test_an_option_is_plain_json_without_functions(kind: Kind) -> None:
    made = sketch(MAKERS[kind](12))

    assert json.loads(json.dumps(made.option, allow_nan=False)) == json.loads(json.dumps(made.option))
    assert "function" not in json.dumps(made.option)


@pytest.mark.parametrize("kind", Kind)
def test_the_same_chart_gives_the_same_drawing(kind: Kind) -> None:
    chart = MAKERS[kind](12)
    first = draw(chart)
    drawing._drawn.cache_clear()

    assert draw(chart) == first


@pytest.mark.parametrize("kind", Kind)
def test_a_chart_without_figures_is_not_drawn(kind: Kind) -> None:
    chart = MAKERS[kind](0)

    assert chart.is_empty
    assert draw(chart) is None
    assert chart.summary == "There is nothing to draw."
    assert sketch(chart).height > 0


def test_a_gap_is_not_a_zero() -> None:
    chart = Chart(Kind.LINES, "Kept", ("a", "b", "c"), (Series("x", (1, None, 3)),))

    assert [point["value"] for point in sketch(chart).option["series"][0]["data"]] == [1, "-", 3]
    assert table_of(chart).rows[1][1][0].words == ""
    assert Chart(Kind.BARS, "None", ("a",), (Series("x", (None,)),)).is_empty


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("kind", Kind)
def test_words_are_words_whatever_they_are(kind: Kind, word: str) -> None:
    chart = MAKERS[kind](3)
    chart = replace(
        chart, title=word, labels=tuple(f"{word}{n}" for n in range(len(chart.labels))), note=word,
        series=tuple(replace(one, name=f"{word}{n}") for n, one in enumerate(chart.series)),
        flows=tuple(replace(flow, source=f"{word} {flow.source}", words=word) for flow in chart.flows),
    )  # fmt: skip
    for width in WIDTHS:
        svg = draw(chart, width=width)

        assert svg is not None
        root = ElementTree.fromstring(svg)
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ELEMENTS | {"title", "desc", "a"}
        assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)
        title = root.find(f"{SVG}title")
        assert title is not None
        assert title.text == plain(word)
        assert max(len(text.text or "") for text in root.iter(f"{SVG}text")) < 200


def test_marks_that_turn_the_direction_are_left_out() -> None:
    assert plain("a\u202eb\u2066c\x00d\n e") == "a b c d e"
    assert inert("{a}") == "{\u2060a}"


def test_templates_of_echarts_in_a_label_stay_text() -> None:
    svg = draw(Chart(Kind.BARS, "T", ("{b} and {c}", "two"), (Series("", (1, 2), words=("{a}", "{b|x}")),)))

    assert svg is not None
    shown = "".join(ElementTree.fromstring(svg).itertext()).replace("\u2060", "")
    assert "{b} and {c}" in shown
    assert "{a}" in shown
    assert "{b|x}" in shown


@pytest.mark.parametrize(
    ("url", "leads"),
    [("/manager/tickets?a=1&b=2", True), ("#x", True), ("?x=1", True), ("//evil.example", False), ("/\\evil", False),
     ("javascript:alert(1)", False), ("https://evil.example/", False), ("/a b", False)],
)  # fmt: skip
def test_a_point_leads_only_within_the_desk(url: str, leads: bool) -> None:
    bars = Chart(Kind.BARS, "T", ("a", "b"), (Series("", (1, 2), urls=(url, None)),))
    ways = Chart(Kind.SANKEY, "T", flows=(Flow("a", "b", 3, url=url),))
    steps = Chart(Kind.PROCESS, "T", flows=(Flow("a", "b", 3, url=url),))

    for chart in (bars, ways, steps):
        svg = draw(chart)
        assert svg is not None
        root = ElementTree.fromstring(svg)
        links = {link.get("href") for link in root.iter(f"{SVG}a")}
        assert links == ({url} if leads else set())
        assert root.get("role") == ("group" if leads else "img")
        assert (url in json.dumps(sketch(chart).option)) is leads
    assert table_of(bars).rows[0][1][0].url == (url if leads else None)


def test_a_link_says_where_it_leads() -> None:
    svg = draw(Chart(Kind.BARS, "T", ("Printers", "b"), (Series("Tickets", (41, 2), urls=("/x", None)),)))

    assert svg is not None
    link = next(ElementTree.fromstring(svg).iter(f"{SVG}a"))
    assert link.get("aria-label") == "Printers · Tickets 41"


def test_a_drawing_names_itself_to_readers() -> None:
    chart = Chart(Kind.BARS, "Tickets", ("a", "b"), (Series("", (5, 9)),))
    svg = draw(chart, id="mine")

    assert svg is not None
    assert 'role="img" aria-labelledby="mine-title mine-desc"' in svg
    assert '<desc id="mine-desc">Highest: b, 9. Lowest: a, 5.</desc>' in svg


def test_colours_follow_the_page_or_stand_for_themselves() -> None:
    chart = Chart(Kind.BARS, "T", ("a",), (Series("", (5,)),))
    page, light, dark = draw(chart), draw(chart, theme="light"), draw(chart, theme="dark")

    assert page is not None and light is not None and dark is not None
    assert 'fill="#0b6b5d" class="fill-chart-1"' in page
    assert "class=" not in light.replace('class="drawing"', "")
    assert PALETTE["chart-1"][1] in dark
    assert PALETTE["chart-1"][0] not in dark


@pytest.mark.parametrize("kind", Kind)
def test_every_colour_of_a_drawing_is_one_of_the_palette(kind: Kind) -> None:
    svg = draw(MAKERS[kind](12), theme="light")

    assert svg is not None
    used = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
    assert {colour for colour in used if not colour.startswith("url(")} <= {light for light, _ in PALETTE.values()} | {
        "none", "#000",
    }  # fmt: skip


def test_the_style_sheet_knows_every_colour() -> None:
    css = (drawing.LIBRARY.parents[2] / "css" / "charts.css").read_text()
    tokens = (drawing.LIBRARY.parents[2] / "css" / "tokens.css").read_text()
    for name, (light, dark) in PALETTE.items():
        assert f".drawing .fill-{name} {{" in css
        assert f".drawing .stroke-{name} {{" in css
        assert f"--{name}: light-dark({light}, {dark});" in tokens


# Colours -------------------------------------------------------------------------------------------------------------

# Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency (2009).
SIGHTS = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", [0, 1])
def test_series_can_be_told_apart_by_everybody(sight: str, theme: int) -> None:
    series = [colours[theme] for name, colours in PALETTE.items() if name.startswith("chart-")]

    assert len(series) == 6
    for one, other in itertools.combinations(series, 2):
        # 2.3 is what an eye just notices; ten times as much holds also for a thin line.
        assert math.dist(lab(one, sight), lab(other, sight)) >= 23, (one, other)


@pytest.mark.parametrize("theme", [0, 1])
def test_series_stand_out_from_the_card(theme: int) -> None:
    card = PALETTE["card"][theme]
    for name, colours in PALETTE.items():
        if name.startswith("chart-"):
            assert contrast(colours[theme], card) >= 3, name  # WCAG 1.4.11
        if name in ("ink", "ink-2"):
            assert contrast(colours[theme], card) >= 4.5, name


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("theme", [0, 1])
def test_heat_rises_evenly_and_its_words_can_be_read(sight: str, theme: int) -> None:
    steps = [PALETTE[f"heat-{n}"][theme] for n in range(1, 6)]
    lightness = [lab(step, sight)[0] for step in steps]

    assert lightness == sorted(lightness, reverse=theme == 0)
    assert min(abs(a - b) for a, b in itertools.pairwise(lightness)) >= 8
    for n, step in enumerate(steps):
        words = PALETTE["card" if n == 4 else "ink"][theme]
        assert contrast(words, step) >= 4.5, step


def lab(colour: str, sight: str) -> tuple[float, float, float]:
    rgb = linear(colour)
    seen = [min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in SIGHTS[sight]]
    to_xyz = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.072175), (0.0193339, 0.119192, 0.9503041))
    x, y, z = (sum(m * c for m, c in zip(row, seen, strict=True)) for row in to_xyz)
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x / 0.95047, y, z / 1.08883))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def linear(colour: str) -> list[float]:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def contrast(one: str, other: str) -> float:
    light, dark = sorted(
        (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(each), strict=True)) for each in (one, other)),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


# What does not need colour -------------------------------------------------------------------------------------------


def test_lines_differ_by_dash_and_mark_areas_by_pattern() -> None:
    lines = sketch(MAKERS[Kind.LINES](12)).option["series"]
    areas = sketch(MAKERS[Kind.STACKED](12)).option["series"]

    assert len({json.dumps(line["lineStyle"]["type"]) for line in lines}) == len(lines) == 6
    assert len({line["symbol"] for line in lines}) == 6
    assert len({json.dumps(area["itemStyle"].get("decal")) for area in areas}) == len(areas) == 5


def test_what_lies_outside_of_the_limits_has_a_mark_and_a_word() -> None:
    one = Series("x", (5, 30, 4, None), low=(2, 2, 4.5, 2), high=(20, 20, 20, 20), centre=(9, 9, 9, 9))
    chart = Chart(Kind.CONTROL, "T", ("a", "b", "c", "d"), (one,))
    points = sketch(chart).option["series"][0]["data"]

    assert [is_outside(one, n) for n in range(4)] == [False, True, True, False]
    assert [point.get("symbol") for point in points] == [None, "diamond", "diamond", None]
    assert [point["label"]["formatter"] for point in points[1:3]] == ["above the limit", "below the limit"]
    assert "above the limit" in str(draw(chart))
    assert "Upper limit 20" in str(draw(chart))


def test_the_period_before_is_an_outline() -> None:
    _now, before = sketch(MAKERS[Kind.COLUMNS](12)).option["series"]

    assert before["itemStyle"]["color"] == "transparent"
    assert before["xAxisIndex"] == 1


def test_a_forecast_goes_on_from_the_past_within_its_band() -> None:
    series = (
        Series("Was", (10, 12, None, None)),
        Series(
            "Will be", (None, None, 14, 15), low=(None, None, 11, 10), high=(None, None, 17, 20), role=Role.FORECAST
        ),
    )
    drawn = sketch(Chart(Kind.FORECAST, "T", ("a", "b", "c", "d"), series)).option["series"]

    floor, band, line = drawn[1:]
    assert floor["data"] == ["-", 12, 11, 10]
    assert band["data"] == ["-", 0, 6, 10]
    assert [point["value"] for point in line["data"]] == ["-", 12, 14, 15]


def test_a_flow_that_comes_back_has_two_sides() -> None:
    chart = Chart(Kind.SANKEY, "T", flows=(Flow("One", "Two", 5), Flow("Two", "One", 3), Flow("One", "One", 1)))
    series = sketch(chart).option["series"][0]

    assert [node["name"] for node in series["data"]] == ["0One", "0Two", "1One", "1Two"]
    assert [(link["source"], link["target"]) for link in series["links"]] == [
        ("0One", "1Two"), ("0Two", "1One"), ("0One", "1One"),
    ]  # fmt: skip


def test_steps_stand_in_the_order_of_the_work() -> None:
    flows = [Flow("New", "Open", 9), Flow("Open", "Waiting", 4), Flow("Waiting", "Open", 3), Flow("Open", "Done", 6),
             Flow("Done", "Open", 1), Flow("Waiting", "Done", 1), Flow("Done", "Done", 1)]  # fmt: skip

    assert ranks_of(flows) == {"New": 0, "Open": 1, "Waiting": 2, "Done": 3}
    assert ranks_of([]) == {}


def test_a_picture_of_ways_shows_the_strongest() -> None:
    chart = MAKERS[Kind.SANKEY](60)

    assert chart.left_out == 20
    assert len(sketch(chart).option["series"][0]["links"]) == 40
    assert len(table_of(chart).rows) == 60


# Fitting -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("chart", WITH_AXES, ids=lambda chart: f"{chart.kind}-{len(chart.labels)}")
def test_words_on_the_axes_never_touch(chart: Chart, width: int) -> None:
    svg = draw(chart, width=width)

    assert svg is not None
    boxes = [box for box in map(box_of, ElementTree.fromstring(svg).iter(f"{SVG}text")) if box]
    made = sketch(chart, width=width)
    floor = made.height - 24
    axis = sorted(box for box in boxes if (box[1] + box[3]) / 2 > floor)
    assert all(a[2] <= b[0] + 1 for a, b in itertools.pairwise(axis)), axis
    for box in axis:
        assert box[0] >= -4 and box[2] <= width + 12, box


def box_of(text: ElementTree.Element) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of a text that is not turned."""
    place = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", text.get("transform", ""))
    if place is None:
        return None
    x, y = float(place[1]) + float(text.get("x", 0)), float(place[2]) + float(text.get("y", 0))
    wide = text_width(text.text or "", float(text.get("font-size", "12px").removesuffix("px")))
    left = x - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor", ""), 0)
    return left, y - 7, left + wide, y + 7


def test_names_at_the_ends_of_lines_keep_apart() -> None:
    series = tuple(Series(f"Line {n}", (1.0, 1.0 + n / 1000)) for n in range(6))
    svg = draw(Chart(Kind.LINES, "T", ("a", "b"), series))

    assert svg is not None
    heights = sorted(
        box[1] for text in ElementTree.fromstring(svg).iter(f"{SVG}text")
        if (text.text or "").startswith("Line ") and (box := box_of(text))
    )  # fmt: skip
    assert len(heights) == 6
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 13


def test_bars_lie_down_where_labels_are_long_or_the_page_is_narrow() -> None:
    short = Chart(Kind.BARS, "T", ("a", "b"), (Series("", (1, 2)),))
    long = replace(short, labels=LONG[:2])

    assert sketch(short).option["xAxis"][0]["type"] == "category"
    assert sketch(short, width=PHONE).option["yAxis"][0]["type"] == "category"
    assert sketch(long).option["yAxis"][0]["type"] == "category"
    sixty = MAKERS[Kind.BARS](60)
    assert sketch(sixty).height >= 60 * 20
    assert len(sketch(sixty).option["yAxis"][0]["data"]) == 60


def test_texts_are_shortened_to_what_fits() -> None:
    assert shortened("short", 100) == "short"
    assert shortened("a long text " * 9, 60).endswith("…")
    assert text_width(shortened("a long text " * 9, 60)) <= 60
    assert wrapped("one two three", 60).count("\n") == 1
    assert all(text_width(line) <= 80 for line in wrapped(LONG[0], 80).split("\n"))


@pytest.mark.parametrize(
    ("values", "form", "words"),
    [
        ([0, 7], Format.NUMBER, ("0", "2", "4", "6", "8")),
        ([1200.5], Format.NUMBER, ("0", "250", "500", "750", "1,000", "1,250")),
        ([0.2, 0.97], Format.PERCENT, ("0%", "20%", "40%", "60%", "80%", "100%")),
        ([-3, 4], Format.NUMBER, ("-4", "-2", "0", "2", "4")),
        ([7200], Format.DURATION, ("0s", "30m", "1h", "1h 30m", "2h")),
        ([], Format.NUMBER, ("0", "1")),
    ],
)
def test_scales_have_round_ticks(values: list[float], form: Format, words: tuple[str, ...]) -> None:
    chart = Chart(Kind.BARS, "T", ("a",) * len(values), (Series("", tuple(values)),), format=form)

    assert scale_of(chart, values, most=5).words == words


def test_a_reference_is_always_on_the_scale() -> None:
    chart = Chart(Kind.COLUMNS, "T", ("a",), (Series("", (5,)),), references=(Reference(90, "Target"),))

    assert scale_of(chart, [5], most=5).high >= 90
    assert "Target 90" in str(draw(chart))


def test_more_series_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 6"):
        sketch(Chart(Kind.LINES, "T", ("a",), tuple(Series(str(n), (1,)) for n in range(7))))


@pytest.mark.parametrize(
    ("language", "number", "share"),
    [
        ("en", "1,234.5", "94.2%"),
        ("lt", "1 234,5", "94,2 %"),
        ("ru", "1 234,5", "94,2 %"),
        ("zh-Hans", "1,234.5", "94.2%"),
    ],
)
def test_numbers_are_written_as_the_reader_does(language: str, number: str, share: str) -> None:
    with speaking(language, "Europe/Vilnius"):
        assert written(1234.5, Format.NUMBER).replace("\xa0", " ") == number
        assert written(0.942, Format.PERCENT).replace("\xa0", " ") == share
    assert written(-5400, Format.DURATION).startswith("−")


# The runtime ---------------------------------------------------------------------------------------------------------


def test_a_warm_chart_is_drawn_at_once() -> None:
    chart = MAKERS[Kind.BARS](12)
    draw(chart)

    def once() -> float:
        drawing._drawn.cache_clear()
        begun = time.process_time()
        draw(chart)
        return time.process_time() - begun

    # 15 ms on a shared machine; a cold start takes ten times as long.
    assert min(once() for _ in range(10)) < 0.1


def test_many_threads_draw_at_once() -> None:
    charts = [MAKERS[Kind.COLUMNS](n) for n in range(3, 15)]
    expected = [draw(chart) for chart in charts]
    drawing._drawn.cache_clear()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(draw_in_english, charts)) == expected


def draw_in_english(chart: Chart) -> str | None:
    return draw(chart)


def test_a_drawing_that_takes_too_long_ends_and_the_next_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = MAKERS[Kind.STACKED](60)
    drawing._drawn.cache_clear()
    monkeypatch.setattr(drawing, "SECONDS", 0.001)
    assert draw(chart) is None

    monkeypatch.undo()
    assert draw(chart) is not None


def test_a_drawing_that_takes_too_much_memory_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MEGABYTES", 4)
    monkeypatch.setattr(drawing, "_kept", None)
    drawing._drawn.cache_clear()

    assert draw(MAKERS[Kind.BARS](3)) is None
    monkeypatch.undo()
    assert draw(MAKERS[Kind.BARS](3)) is not None


def test_a_desk_without_quickjs_has_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing._drawn.cache_clear()
    monkeypatch.setattr(drawing, "_quickjs", lambda: None)

    assert draw(MAKERS[Kind.BARS](3)) is None
    assert not drawing.can_draw()
    assert picture(MAKERS[Kind.BARS](3), "x").is_missing


def test_what_the_browser_gets_names_the_colours_of_the_page() -> None:
    given: dict[str, Any] = json.loads(picture(MAKERS[Kind.HEAT](12), "x").interactive)

    assert given["colours"]["#0b6b5d"] == "--chart-1"
    assert set(HEAT_COLOURS) <= set(given["colours"])
    assert given["narrow"]["width"] < given["below"] <= given["wide"]["width"]


def test_the_last_label_of_a_course_stands_in_the_picture() -> None:
    months = tuple(f"September {year}" for year in range(2021, 2025))
    for kind in (Kind.LINES, Kind.STACKED, Kind.CONTROL, Kind.FORECAST):
        made = sketch(Chart(kind, "T", months, (Series("a", (1, 2, 3, 4)),)), width=PHONE)
        assert made.option["grid"]["right"] >= min(text_width(months[-1]), 96) / 2


def test_a_label_beneath_a_bar_takes_the_room_that_it_has() -> None:
    names = ("Ramunė and daughters, pharmacies", "Girios krepšelis, groceries")
    made = sketch(Chart(Kind.BARS, "T", names, (Series("", (1, 2)),)))

    assert made.option["xAxis"][0]["data"] == list(names)


def test_scales_of_money_say_no_cents_where_none_has_any() -> None:
    chart = Chart(Kind.BARS, "T", ("a",), (Series("", (80_000,)),), format=Format.MONEY, unit="EUR")
    tenths = replace(chart, series=(Series("", (90,)),))

    assert sketch(chart).option["yAxis"][1]["data"][-1] == "€800"
    assert sketch(tenths).option["yAxis"][1]["data"][-1].count(".") == 1


def test_the_steps_of_a_heat_legend_stand_below_one_another_on_a_phone() -> None:
    cells = tuple(Series(f"Row {n}", tuple(float(k * n * 997) for k in range(24))) for n in range(7))
    chart = Chart(Kind.HEAT, "T", tuple(map(str, range(24))), cells)

    assert sketch(chart).option["visualMap"]["orient"] == "horizontal"
    phone = sketch(chart, width=PHONE).option
    assert phone["visualMap"]["orient"] == "vertical"
    assert phone["grid"]["top"] >= 20 * len(phone["visualMap"]["pieces"])


def test_ways_of_a_process_bend_within_the_picture() -> None:
    names = [f"Team {n}" for n in range(7)]
    flows = tuple(Flow(a, b, 1 + 20 * (k > n)) for n, a in enumerate(names) for k, b in enumerate(names) if n != k)
    made = sketch(Chart(Kind.PROCESS, "T", flows=flows))
    places = {node["name"]: node["value"] for node in made.option["series"][0]["data"]}

    for link in made.option["series"][0]["links"]:
        (x1, y1), (x2, y2) = places[link["source"]], places[link["target"]]
        bend = link["lineStyle"]["curveness"] * math.hypot(x2 - x1, y2 - y1) / 2
        bulge = (y1 + y2) / 2 + (bend if x2 > x1 else -bend)
        assert -1 <= bulge <= made.height + 1
