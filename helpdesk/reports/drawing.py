"""An ECharts option → SVG on the server: the picture is there without JavaScript, in print and on paper.

1. ECharts runs in QuickJS, once a process, on a thread of its own, with bounds of time and memory; a drawing that
   breaks them ends the runtime, and the next begins another.
2. Of the drawing only known elements and presentation attributes are kept: no style, no script, no address but those
   of the chart's own points. It may stand in a page under `style-src 'self'` and in a PDF.
3. Colours carry classes besides (`fill-ink`), so that one drawing serves light, dark and print.
4. The same chart gives the same bytes.
5. Where QuickJS is not installed there is no picture; pages then say so and show the table.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from markupsafe import Markup

import helpdesk
from helpdesk.reports.charts import NARROW, PALETTE, WIDE, Chart, Kind, Option, Sketch, plain, sketch

log = logging.getLogger(__name__)

Theme = Literal["page", "light", "dark"]
LIBRARY = Path(helpdesk.__file__).parent / "web" / "static" / "vendor" / "echarts" / "echarts.min.js"
SECONDS, MEGABYTES = 3, 96
PHONE, PAPER = 300, 680  # pixels: how wide a chart is drawn for a phone, and for a sheet of A4
SVG = "http://www.w3.org/2000/svg"


class CannotDraw(Exception):
    """The runtime is missing, or the drawing broke its bounds."""


def draw(chart: Chart, *, width: int = WIDE, theme: Theme = "page", id: str = "") -> str | None:
    """The chart as SVG of so many pixels; None where there is nothing to draw or nothing to draw with.

    `page` follows the reader's light or dark by classes; `light` and `dark` hold for pictures that stand alone. `id`
    keeps the names inside the drawing apart from those of others in the same page.
    """
    if chart.is_empty:
        return None
    made = sketch(chart, width=width)
    text = _text(made.option)
    try:
        raw = _drawn(text, made.width, made.height)
    except CannotDraw as error:
        log.warning("a chart was not drawn: %s", error)
        return None
    name = id or "c" + hashlib.sha256(f"{width}{text}".encode()).hexdigest()[:10]
    return _Cleaner(chart, made, theme, name).clean(raw)


@dataclass(frozen=True)
class Picture:
    """What a page needs of a chart: a drawing for desks and one for phones, and what the browser draws anew."""

    wide: Markup | None
    narrow: Markup | None
    interactive: str

    @property
    def is_missing(self) -> bool:
        return self.wide is None


def picture(chart: Chart, id: str, *, on_paper: bool = False) -> Picture:
    """The chart for a page; on paper there is no phone and nothing to press."""
    wide = draw(chart, width=PAPER if on_paper else WIDE, theme="light" if on_paper else "page", id=f"{id}-wide")
    if on_paper or wide is None:
        return Picture(_markup(wide), None, "")
    narrow = draw(chart, width=PHONE, id=f"{id}-narrow")
    return Picture(_markup(wide), _markup(narrow), interactive(chart))


def interactive(chart: Chart) -> str:
    """The options for the browser as JSON, and which custom property of the page stands for which colour."""
    wide, phone = sketch(chart, width=WIDE), sketch(chart, width=PHONE)
    return json.dumps({
        "wide": {"option": wide.option, "width": wide.width, "height": wide.height},
        "narrow": {"option": phone.option, "width": phone.width, "height": phone.height},
        "below": NARROW, "colours": {light: f"--{name}" for name, (light, _dark) in PALETTE.items()},
        "keepsShape": chart.kind is Kind.PROCESS, "title": plain(chart.title), "summary": chart.summary,
    }, ensure_ascii=False, separators=(",", ":"), sort_keys=True)  # fmt: skip


def _markup(svg: str | None) -> Markup | None:
    return None if svg is None else Markup(svg)  # noqa: S704 - built from known elements in _Cleaner


def can_draw() -> bool:
    """Whether this desk draws pictures at all."""
    return _quickjs() is not None


@functools.cache
def _quickjs() -> Any:
    try:
        import quickjs
    except ImportError:  # there is no wheel for this platform
        return None
    return quickjs


@functools.lru_cache(maxsize=128)
def _drawn(text: str, width: int, height: int) -> str:
    """What ECharts makes of an option; a page that is asked for again has drawn its pictures already."""
    return _runtime().draw(text, width, height)


def _text(option: Option) -> str:
    return json.dumps(option, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


# The runtime ---------------------------------------------------------------------------------------------------------

# What a browser would have: a clock that never rings, and the width of letters (see charts.text_width).
_SURROUNDINGS = r"""
var self = globalThis, setTimeout = function () { return 0; }, clearTimeout = function () {};
"""
_DRAW = r"""
(function () {
  var widths = new Map(), known = new Map();
  for (var letter of "iIl.,:;'|!jtfr ()[]") widths.set(letter, 0.34);
  for (var letter of 'mwMW%@ЖШЩМФЮжшщмфю') widths.set(letter, 0.9);
  for (var letter of '\u2060\u200d\ufe0f') widths.set(letter, 0);
  function widthOf(letter) {
    var width = widths.get(letter);
    if (width === undefined) {
      var code = letter.codePointAt(0);
      var isSquare = code >= 0x1100 && (code <= 0x115f || code >= 0x2e80 && code <= 0xd7a3
        || code >= 0xf900 && code <= 0xfaff || code >= 0xff00 && code <= 0xff60 || code >= 0x1f300);
      width = isSquare ? 1.05 : letter !== letter.toLowerCase() ? 0.7 : 0.58;
      if (widths.size < 20000) widths.set(letter, width);
    }
    return width;
  }
  function measure(text, font) {
    var size = known.get(font), width = 0;
    if (size === undefined) {
      size = parseFloat((/(\d+(?:\.\d+)?)px/.exec(font || '') || [0, 12])[1]);
      if (known.size < 200) known.set(font, size);
    }
    for (var letter of String(text)) width += widthOf(letter);
    return { width: width * size };
  }
  echarts.setPlatformAPI({ measureText: measure });
})();
function draw(text, width, height) {
  var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height });
  try {
    chart.setOption(JSON.parse(text));
    return chart.renderToSVGString({ useViewBox: true });
  } finally {
    chart.dispose();
  }
}
"""


class _Runtime:
    """ECharts, warm, on one thread: QuickJS wants to be called from the thread that made it."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")
        self.context: Any = None

    def draw(self, text: str, width: int, height: int) -> str:
        return self.thread.submit(self._draw, text, width, height).result()

    def _draw(self, text: str, width: int, height: int) -> str:
        quickjs = _quickjs()
        if quickjs is None:
            raise CannotDraw("QuickJS is not installed")
        try:
            if self.context is None:
                self.context = self._warm(quickjs)
            self.context.set_time_limit(SECONDS)
            drawn: str = self.context.get("draw")(text, width, height)
        except (quickjs.JSException, quickjs.StackOverflow, OSError) as error:
            self.context = None
            raise CannotDraw(str(error)) from error
        return drawn

    def _warm(self, quickjs: Any) -> Any:
        context = quickjs.Context()
        context.set_memory_limit(MEGABYTES << 20)
        context.eval(_SURROUNDINGS)
        context.eval(LIBRARY.read_text(encoding="utf-8"))
        context.eval(_DRAW)
        return context


_lock = threading.Lock()
_kept: _Runtime | None = None


def _runtime() -> _Runtime:
    """The one of this process; a fork begins its own."""
    global _kept
    with _lock:
        if _kept is None or _kept.pid != os.getpid():
            _kept = _Runtime()
        return _kept


# What may stand in a page --------------------------------------------------------------------------------------------

ELEMENTS = frozenset(["svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
                      "defs", "pattern", "clipPath"])  # fmt: skip
ATTRIBUTES = frozenset([
    "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy", "width", "height", "points",
    "transform", "viewBox", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity",
    "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity",
    "clip-path", "clip-rule", "id", "patternUnits", "patternTransform", "text-anchor", "dominant-baseline", "font-size",
    "font-weight", "xml:space",
])  # fmt: skip
STYLED = frozenset(["font-size", "font-weight"])
_NAMES = {light: name for name, (light, _dark) in PALETTE.items()}
_OWN_ID = re.compile(r"zr\d+-([a-z]+\d+)")


class _Cleaner:
    """Builds the drawing anew from what is known to be harmless."""

    def __init__(self, chart: Chart, made: Sketch, theme: Theme, name: str) -> None:
        self.chart, self.theme, self.name = chart, theme, name
        self.points = made.option.get("series", [])

    def clean(self, raw: str) -> str:
        root = ElementTree.fromstring(raw)  # noqa: S314 - written by our own runtime, without entities
        cleaned = self._copy(root)
        assert cleaned is not None
        cleaned.set("xmlns", SVG)
        cleaned.set("class", "drawing")
        has_links = next(cleaned.iter("a"), None) is not None
        cleaned.set("role", "group" if has_links else "img")
        cleaned.set("aria-labelledby", f"{self.name}-title {self.name}-desc")
        for position, (tag, words) in enumerate((("title", self.chart.title), ("desc", self.chart.summary))):
            said = ElementTree.Element(tag, {"id": f"{self.name}-{tag}"})
            said.text = plain(words)
            cleaned.insert(position, said)
        return ElementTree.tostring(cleaned, encoding="unicode")

    def _copy(self, element: ElementTree.Element) -> ElementTree.Element | None:
        tag = element.tag.removeprefix(f"{{{SVG}}}")
        if tag not in ELEMENTS:
            return None
        made = ElementTree.Element(tag, self._attributes(element.attrib))
        made.text = element.text if tag in ("text", "tspan") else None
        for child in element:
            copied = self._copy(child)
            if copied is not None:
                copied.tail = child.tail if tag == "text" else None
                made.append(copied)
        url = self._url(element.attrib)
        if url is None:
            return made
        link = ElementTree.Element("a", {"href": url[0], "aria-label": url[1]})
        title = ElementTree.SubElement(link, "title")
        title.text = url[1]
        link.append(made)
        return link

    def _attributes(self, found: Mapping[str, str]) -> dict[str, str]:
        styled = dict(part.split(":", 1) for part in found.get("style", "").split(";") if ":" in part)
        everything = {**{k: v for k, v in styled.items() if k in STYLED}, **found}
        kept, classes = {}, []
        for key, value in everything.items():
            if key not in ATTRIBUTES:
                continue
            if key in ("fill", "stroke") and (colour := _NAMES.get(value.lower())):
                if self.theme == "page":
                    classes.append(f"{key}-{colour}")
                kept[key] = PALETTE[colour][1 if self.theme == "dark" else 0]
            elif key in ("fill", "stroke") and (value == "transparent" or found.get(f"{key}-opacity") == "0"):
                kept[key] = "none"
            elif "url(" in value and not _OWN_ID.search(value):
                continue
            else:
                kept[key] = _OWN_ID.sub(rf"{self.name}-\1", value)
        if classes:
            kept["class"] = " ".join(classes)
        return kept

    def _url(self, found: Mapping[str, str]) -> tuple[str, str] | None:
        """Where a point leads, and how it is called."""
        series, index = found.get("ecmeta_series_index"), found.get("ecmeta_data_index")
        if series is None or index is None or int(series) >= len(self.points):
            return None
        drawn = self.points[int(series)]
        # An edge of a graph is a line or a stripe that one sees through, and counts apart from the nodes.
        is_edge = "links" in drawn and (found.get("fill") == "none" or "fill-opacity" in found)
        data = drawn["links" if is_edge else "data"]
        point = data[int(index)] if 0 <= int(index) < len(data) else None
        url = point.get("url") if isinstance(point, dict) else None
        return (url, plain(point["tooltip"]["formatter"]).replace("\u2060", "")) if url and point else None
