"""Reports as files: CSV and JSON row by row, spreadsheets in constant memory, PDF in the reader's language.

Text that a spreadsheet would take for a formula stays text. A spreadsheet begins a new sheet where one is full.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]

from helpdesk.core.i18n import gettext as _
from helpdesk.core.tables import plain_cell
from helpdesk.reports.engine import FactReport
from helpdesk.reports.items import Item
from helpdesk.reports.metrics import Metric, Table, Unit
from helpdesk.reports.wording import definition, hidden_words, period_words, rejudged_words, where_words

ROWS_OF_A_SHEET = 1_048_576
LONGEST_CELL = 32_767
ITEM_COLUMNS = ("id", "number", "title", "at", "state", "deleted")
_NAMES = re.compile(r"[^a-z0-9]+")


def filename(table: Table, ending: str, part: str = "") -> str:
    """Report and period: `lines-2026-01-01-2026-04-01.csv`."""
    parts = [table.report, part, (table.since or "")[:10], (table.until or "")[:10]]
    return "-".join(_NAMES.sub("-", each.lower()).strip("-") for each in parts if each) + f".{ending}"


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Rows as CSV, one piece after another."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: plain_cell(value) for name, value in row.items()})
        if out.tell() > 16_384:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def json_pieces(head: Mapping[str, Any], name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One JSON object: what `head` says, and the rows under their name, one piece after another."""
    opening = json.dumps(head, ensure_ascii=False)
    yield f"{opening[:-1]}{', ' if head else ''}{json.dumps(name)}: ["
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"


def table_csv(table: Table) -> Iterator[str]:
    """The rows of a report, as the command prints them."""
    return csv_lines(table.columns(), table.lines())


def table_json(table: Table) -> Iterator[str]:
    """The document of a report, as the command prints it."""
    document = table.document()
    return json_pieces({k: v for k, v in document.items() if k != "rows"}, "rows", document["rows"])


def table_xlsx(report: FactReport, table: Table) -> IO[bytes]:
    """A report as a spreadsheet: its figures, and what they mean; open at its beginning, gone when closed."""
    columns = table.columns()
    titles = {name: str(report.source.dimensions[name].title) for name in table.by if name in report.source.dimensions}
    shares = {column for metric in table.metrics for column in _columns_of(metric) if metric.unit is Unit.SHARE}
    rows = ([flat.get(column) for column in columns] for flat in table.lines())
    return _workbook(
        _("Figures"), [titles.get(column, column) for column in columns], rows, about=_about(report, table),
        shares=[number for number, column in enumerate(columns) if column in shares],
    )  # fmt: skip


def items_xlsx(report: FactReport, table: Table, items: Iterable[Item]) -> IO[bytes]:
    """What stands behind a figure as a spreadsheet."""
    heads = [_("Id"), _("Number"), _("Title"), _("When"), _("State"), _("Deleted")]
    rows = (list(item.document().values()) for item in items)
    return _workbook(_("Figures"), heads, rows, about=_about(report, table))


def _columns_of(metric: Metric) -> tuple[str, ...]:
    return metric.name, f"{metric.name}_low", f"{metric.name}_high"


def _workbook(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, about: Iterable[tuple[str, str]],
    shares: Sequence[int] = (), most: int = ROWS_OF_A_SHEET,
) -> IO[bytes]:  # fmt: skip
    file = tempfile.TemporaryFile(prefix="threeline-", suffix=".xlsx")  # noqa: SIM115 - whoever sends it closes it
    book = xlsxwriter.Workbook(file, {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    })  # fmt: skip
    bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
    sheet: Any = None
    number = sheets = 0
    for row in rows:
        if sheet is None or number >= most:
            sheets += 1
            sheet, number = _sheet(book, name if sheets == 1 else f"{name} {sheets}", heads, bold), 1
        for at, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, at, value[:LONGEST_CELL])
            elif value is not None:
                sheet.write(number, at, value, percent if at in shares else None)
        number += 1
    if sheet is None:
        _sheet(book, name, heads, bold)
    told = book.add_worksheet(_("About"))
    told.set_column(0, 0, 34)
    told.set_column(1, 1, 110)
    for at, (term, words) in enumerate(about):
        told.write_string(at, 0, term[:LONGEST_CELL], bold)
        told.write_string(at, 1, words[:LONGEST_CELL])
    book.close()
    file.seek(0)
    return file


def _sheet(book: Any, name: str, heads: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(heads) - 1), 18)
    for at, head in enumerate(heads):
        sheet.write_string(0, at, head[:LONGEST_CELL], bold)
    return sheet


def _about(report: FactReport, table: Table) -> Iterator[tuple[str, str]]:
    """The slice, the zone, and the definition of each figure."""
    yield _("Report"), str(report.title)
    yield _("What it answers"), str(report.about)
    yield _("Period"), period_words(table)
    yield _("Time zone"), table.zone
    yield _("As of"), table.as_of
    yield from where_words(table, report.source.dimensions)
    if table.rejudged:
        yield _("Judged again"), rejudged_words(table.rejudged)
    for sentence in hidden_words(table):
        yield _("Hidden"), sentence
    for metric in table.metrics:
        yield (
            f"{metric.title} ({metric.name})",
            " · ".join(f"{term}: {words}" for term, words in definition(report, metric)),
        )
