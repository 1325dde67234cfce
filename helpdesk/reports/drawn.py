"""Which figures templates draw, read from their syntax trees, and which metric tells of each.

1. A template tells figures where it lies among reports, boards, documents or the letters that carry reports, or where
   it draws tiles or tables of figures, wherever it lies.
2. Whatever such a template prints is a figure, unless the name of the value says that it is none (`WORDS`). What goes
   through a filter of numbers, into a tile or a cell of numbers or into a plural is a figure whatever its name.
3. A figure is named as it is written, without filters: `row.tally.late`; what is looked up by a value is `faults.*`.
4. Each is entered in `drawn_figures`: with its metric (`FIGURES`) or, where no report counts it, with what it says
   (`BESIDE`); or here as one that carries its metric with it (`CARRIED`). `metrics lint` finds whatever is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

from helpdesk.reports.drawn_figures import BESIDE, FIGURES

FOLDERS = ("manager/reports/", "manager/boards/", "manager/feedback/", "documents/report", "documents/product_feedback",
           "mail/saved_report/", "mail/feedback_report/", "components/reports", "components/feedback",
           "components/walls", "walls/")  # fmt: skip
TILES = frozenset({"stat_tile", "figures_table", "bar_table"})
NUMBERS = frozenset({
    "number", "hours", "duration", "money", "percent", "percentage", "format", "round", "working_time", "signed_hours",
})  # fmt: skip
COUNTED = frozenset({"ngettext", "npgettext"})
ELSEWHERE = frozenset({"url_for", "icon", "link_button", "tabs", "menu_link"})  # of what they are given nothing is told
# Templates that draw tiles and tell nothing of the desk: of what they tell.
OTHERS: Mapping[str, str] = {
    "console/hours/show.html": "the ledger of one contract",
    "console/hours/print.html": "the ledger of one contract",
    "portal/hours/show.html": "the ledger of one contract",
    "console/sales/show.html": "one sale",
    "components/charts.html": "the tiles and tables themselves",
}
# Values that are no figures: by the last part of their name, or by all of it.
NO_NUMBERS = ("_url", "_at", "_on")
_WORDS = """
    label title name url subject zone words word term terms heads foot cells lang as_of about since until installed
    installed_of period zone_name owner reason version desk_name heading id key organisation operator query field
    language product products what comment priority fixed_version status line type channel team rows interval sentence
    sentences drawing head rejudged tone beside any clock_words where teams type_words channel_words line_words kinds
    choices form verdicts wish_verdicts answer trend answers versions answerable every product_id here icon chips low
    high at change direction back signed_by rests lines options week_words yesterday week weeks why number when items
    source target ticket unit opened_id value_unit hours_unit state channels priorities flow kept verdicts.*
    words.after.* words.states.* words.trends.* words.0 statuses.* status.0 status.2 every.* lines.* faults.*
    breakdowns.* field_words.* language_names.* endings.* clocks.* priority.value where.clock columns.day
    columns.month columns.year row.urls.broken row.urls.kept row.urls.late row.urls.moved row.urls.overdue
    row.urls.withdrawn
"""
WORDS = frozenset(_WORDS.split())
# Figures that come from a table or a tile, which have their metric with them.
CARRIED: Mapping[str, frozenset[str]] = {
    "components/reports.html": frozenset({"one.value"}),
    "documents/report.html": frozenset({"tile.value", "metric", "figure", "figures.*", "total.*"}),
    "mail/saved_report/body.html": frozenset({"tile.value"}),
    "mail/saved_report/body.txt": frozenset({"tile.value", "tile.count"}),
    "manager/boards/morning.html": frozenset({"one.value", "one.count"}),
    "manager/boards/process.html": frozenset({"value"}),
    "manager/reports/_figures.html": frozenset({"table.metrics"}),
    "manager/reports/behind.html": frozenset({"value"}),
    "manager/reports/report.html": frozenset({"tile.value", "tile.count"}),
}


@dataclass(frozen=True)
class Drawn:
    """A figure that a template prints, and in which line."""

    template: str
    line: int
    name: str


def templates_of(folder: Path) -> Iterator[tuple[str, nodes.Template]]:
    """The templates that tell figures, by their names."""
    env = Environment(extensions=["jinja2.ext.do", "jinja2.ext.i18n"], autoescape=True)
    for path in sorted(each for each in folder.rglob("*") if each.suffix in (".html", ".txt")):
        name = path.relative_to(folder).as_posix()
        tree = env.parse(path.read_text(encoding="utf-8"), name)
        draws = any(_called(call) in TILES for call in tree.find_all(nodes.Call))
        if name.startswith(FOLDERS) or (draws and name not in OTHERS and not name.startswith("dev/")):
            yield name, tree


def figures_of(name: str, tree: nodes.Template) -> Iterator[Drawn]:
    """Every figure that this template prints, where it does so first."""
    found: dict[str, int] = {}

    def note(node: nodes.Node, *, is_number: bool) -> None:
        for path, line in _printed(node, is_number=is_number):
            found[path] = min(line, found.get(path, line))

    for output in tree.find_all(nodes.Output):
        for each in output.nodes:
            note(each, is_number=False)
    for each in tree.find_all(nodes.Filter):  # also what is put aside, to be printed by somebody else
        if each.name in NUMBERS:
            note(each, is_number=True)
    for call in tree.find_all(nodes.Call):
        if _called(call) in COUNTED:
            note(call, is_number=False)
    for dictionary in tree.find_all(nodes.Dict):  # the bars of a chart
        for pair in dictionary.items:
            if isinstance(pair.key, nodes.Const) and pair.key.value == "value":
                note(pair.value, is_number=True)
    yield from (Drawn(name, line, path) for path, line in sorted(found.items()))


def undeclared(
    folder: Path, metrics: Collection[str], figures: Mapping[str, Mapping[str, str]] = FIGURES
) -> Iterator[tuple[str, str]]:
    """Where a template draws what nobody tells of, and what is wrong with it."""
    for name, tree in templates_of(folder):
        declared, beside = figures.get(name, {}), {*BESIDE.get(name, ()), *CARRIED.get(name, ())}
        for drawn in figures_of(name, tree):
            metric = declared.get(drawn.name)
            if metric is None and drawn.name not in beside:
                yield f"{name}:{drawn.line}", f"It shows {drawn.name}, declared nowhere."
            elif metric is not None and metric not in metrics:
                yield f"{name}:{drawn.line}", f"It shows {drawn.name} as {metric}, which is no metric."


def _printed(node: nodes.Node, *, is_number: bool) -> Iterator[tuple[str, int]]:
    """The values that an expression prints; conditions, addresses and texts print none."""
    match node:
        case nodes.Getattr() | nodes.Getitem() | nodes.Name():
            path = _path(node)
            is_word = path.endswith(NO_NUMBERS) or {path, path.rpartition(".")[2]} & WORDS
            if is_number or not is_word:
                yield path, node.lineno
        case nodes.Filter():
            counts = is_number or node.name in NUMBERS
            for each in (node.node, *(node.args if node.name == "format" else ())):
                if each is not None:
                    yield from _printed(each, is_number=counts)
        case nodes.CondExpr():
            for each in (node.expr1, node.expr2):
                if each is not None:
                    yield from _printed(each, is_number=is_number)
        case nodes.Call():
            yield from _of_call(node, is_number=is_number)
        case nodes.Const() | nodes.TemplateData() | nodes.Compare() | nodes.Test() | nodes.Not():
            return
        case _:
            for child in node.iter_child_nodes():
                yield from _printed(child, is_number=is_number)


def _of_call(call: nodes.Call, *, is_number: bool) -> Iterator[tuple[str, int]]:
    name = _called(call)
    keywords = {each.key: each.value for each in call.kwargs}
    if name in ELSEWHERE:
        return
    values = [*call.args, *(value for key, value in keywords.items() if key not in ("url", "class"))]
    if name == "cell":
        kind = keywords.get("kind") or (call.args[2] if len(call.args) > 2 else None)
        counts = isinstance(kind, nodes.Const) and kind.value == "number"
        for value in call.args[1:2]:
            yield from _printed(value, is_number=counts)
        for key in ("about", "value"):
            if key in keywords:
                yield from _printed(keywords[key], is_number=False)
        return
    if isinstance(call.node, nodes.Getattr):
        yield from _printed(call.node.node, is_number=is_number)
    for place, value in enumerate(values):
        counted = name in COUNTED and place == (3 if name == "npgettext" else 2)
        drawn = name == "stat_tile" and place == 1
        yield from _printed(value, is_number=is_number or counted or drawn)


def _called(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""


def _path(node: nodes.Node) -> str:
    """`row.tally.late`; what is looked up by a value is `row.tally.*`."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_path(node.node)}.{node.attr}"
        case nodes.Getitem():
            key = node.arg.value if isinstance(node.arg, nodes.Const) else "*"
            return f"{_path(node.node)}.{key}"
        case nodes.Filter() if node.node is not None:
            return _path(node.node)
        case nodes.Call():
            return f"{_path(node.node)}()"
    return "…"
