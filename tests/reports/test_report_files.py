"""Reports as files: spreadsheets take no text for a formula and begin a new sheet, lists have no end but their own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, text

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.figures import counting
from helpdesk.models.figures import TicketFigures
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports import files
from helpdesk.reports.asking import Asked, asked_again
from helpdesk.reports.files import ITEM_COLUMNS, csv_lines, filename, items_xlsx, json_pieces, table_xlsx
from helpdesk.reports.items import Behind, Item, count_items, every_item, items_of, kind_of, page_of_items
from helpdesk.reports.lines import LINES
from helpdesk.reports.metrics import How
from helpdesk.reports.picturing import chart_of
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast
from tests.factories import a_ticket

OPENED = datetime(2026, 1, 12, 8, tzinfo=UTC)
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Vilnius")
HOSTILE = "=1+1|cmd"


def some_items(number: int) -> Iterator[Item]:
    for each in range(number):
        yield Item(each, f"T-{each}", HOSTILE, NOW)


def test_text_that_a_spreadsheet_would_work_out_stays_text(cast: Cast) -> None:
    [row] = csv.DictReader(io.StringIO("".join(csv_lines(ITEM_COLUMNS, map(Item.document, some_items(1))))))
    assert row["title"] == f"'{HOSTILE}"
    table = LINES.run(Asked(LINES, "all").over(NOW, ZONE), for_=SYSTEM, by=())
    with items_xlsx(LINES, table, some_items(1)) as book:
        cell = load_workbook(book).worksheets[0]["C2"]
    assert (cell.value, cell.data_type) == (HOSTILE, "s")


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    made = files._workbook("Figures", ["a"], ([each] for each in range(7)), about=[("x", "=y")], most=4)
    with made as book:
        sheets = load_workbook(book).worksheets
    assert [(sheet.title, sheet.max_row) for sheet in sheets] == [("Figures", 4), ("Figures 2", 4), ("Figures 3", 2),
                                                                  ("About", 1)]  # fmt: skip
    assert [row[0].value for sheet in sheets[:3] for row in sheet.iter_rows(min_row=2)] == list(range(7))


def test_files_are_written_piece_by_piece() -> None:
    pieces = csv_lines(ITEM_COLUMNS, map(Item.document, some_items(2000)))
    first = next(pieces)
    assert 10_000 < len(first) < 40_000
    assert len(list(csv.DictReader(io.StringIO(first + "".join(pieces))))) == 2000
    told = json.loads("".join(json_pieces({"report": "lines"}, "items", map(Item.document, some_items(3)))))
    assert (told["report"], len(told["items"])) == ("lines", 3)
    assert json.loads("".join(json_pieces({}, "items", []))) == {"items": []}


def test_the_spreadsheet_has_figures_and_what_they_mean(cast: Cast) -> None:
    a_ticket(cast, status=Status.RESOLVED)
    counting.catch_up_wholly()
    asked = asked_again(LINES, "period=own&since=2026-03-01&until=2026-04-01&by=team")
    table = LINES.run(asked.over(NOW, ZONE), for_=cast.vera, by=asked.broken_down)
    assert filename(table, "xlsx") == "lines-2026-03-01-2026-04-01.xlsx"
    with table_xlsx(LINES, table) as book:
        figures, about = load_workbook(book).worksheets
    assert figures.max_row == 1 + len(table.rows)
    words = {row[0].value: row[1].value for row in about.iter_rows()}
    assert words["Time zone"] == "Europe/Vilnius"
    for metric in LINES.metrics:
        assert str(metric.definition) in words[f"{metric.title} ({metric.name})"]


def test_what_was_deleted_stays_in_the_list_by_its_number(cast: Cast) -> None:
    kept = a_ticket(cast, status=Status.RESOLVED)
    steps = (PastStep(OPENED), PastStep(OPENED + timedelta(hours=3), status=Status.RESOLVED))
    gone_id = record_past([PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE, steps)])[0]
    counting.catch_up_wholly()
    if db.session.get_bind().dialect.name == "postgresql":
        for table in ("message", "journal"):
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    db.session.execute(text("DELETE FROM message WHERE ticket_id = :id"), {"id": gone_id})
    db.session.execute(delete(Ticket).where(Ticket.id == gone_id))
    asked = Asked(LINES, "all")
    query, figure = items_of(asked, asked.over(NOW, ZONE), Behind(LINES.metric("resolved")), for_=cast.vera)
    found = page_of_items(kind_of(LINES), query, size=10, page=1, for_=cast.vera)
    assert figure is not None
    assert figure.value == count_items(query) == len(found) == 2
    assert {(item.name, item.is_deleted) for item in found} == {(kept.number, False), (f"T-{gone_id}", True)}
    assert [item.path for item in found if item.is_deleted] == [""]


def test_every_cell_leads_to_as_many_items_as_it_counts(cast: Cast) -> None:
    for _each in range(3):
        a_ticket(cast, status=Status.RESOLVED)
    a_ticket(cast)
    counting.catch_up_wholly()
    asked = asked_again(LINES, "period=all&by=team&by=month")
    over = asked.over(NOW, ZONE)
    table = LINES.run(over, for_=cast.vera, by=asked.broken_down)
    for row in (table.total, *table.rows):
        by = table.by if row.key else ()
        for metric in LINES.metrics:
            figure = row.figures[metric.name]
            wanted = Behind(metric, by, row.key)
            if figure.is_hidden:
                with pytest.raises(NotFound):
                    items_of(asked, over, wanted, for_=cast.vera)
            elif metric.how is How.COUNT:
                query, _figure = items_of(asked, over, wanted, for_=cast.vera)
                assert count_items(query) == figure.value == len(list(every_item(kind_of(LINES), query,
                                                                                 for_=cast.vera)))  # fmt: skip


def test_a_picture_follows_from_the_breakdown(cast: Cast) -> None:
    for _each in range(6):
        a_ticket(cast, status=Status.RESOLVED)
    counting.catch_up_wholly()
    kinds = {}
    for by in (("month",), ("team",), ("team", "channel"), ("month", "team"), ()):
        table = LINES.run(Asked(LINES, "all").over(NOW, ZONE), for_=SYSTEM, by=by)
        chart = chart_of(LINES, table)
        kinds[by] = chart.kind.value if chart is not None else None
    assert kinds == {("month",): "stacked", ("team",): "bars", ("team", "channel"): "heat",
                     ("month", "team"): "stacked", (): None}  # fmt: skip
    assert db.session.query(TicketFigures).count() == 6
