"""CSV as it is found in the wild: a broken line costs itself and nothing after it."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.errors import Invalid
from helpdesk.moving.csv_log import LONGEST_LINE, LONGEST_RECORD, read_csv
from helpdesk.moving.mapping import Layout, parse_mapping
from helpdesk.moving.rows import SetAside, SourceRow
from helpdesk.moving.source import read_events

Found = list[tuple[int, tuple[str, ...]]]


def rows_of(content: str | bytes, columns: tuple[str | int, ...] = ("a", "b"), **layout: object) -> Found:
    return [(row.line, row.values) for row in _read(content, columns, **layout) if isinstance(row, SourceRow)]


def aside_of(content: str | bytes, columns: tuple[str | int, ...] = ("a", "b"), **layout: object) -> dict[int, str]:
    return {row.line: row.reason for row in _read(content, columns, **layout) if isinstance(row, SetAside)}


def _read(content: str | bytes, columns: tuple[str | int, ...], **layout: object) -> list[SourceRow | SetAside]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_csv(io.BytesIO(raw), Layout(**layout), columns))  # type: ignore[arg-type]


def test_columns_come_in_the_order_that_is_asked_for():
    assert rows_of("a,b,c\n1,2,3\n", ("c", "a")) == [(2, ("3", "1"))]


def test_a_column_may_be_named_by_its_number():
    assert rows_of("a,b,c\n1,2,3\n", (3, "a")) == [(2, ("3", "1"))]


def test_a_file_without_header_begins_with_its_first_row():
    assert rows_of("1,2\n3,4\n", (2, 1), header=False) == [(1, ("2", "1")), (2, ("4", "3"))]


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    assert rows_of(b"\xef\xbb\xbfa,b\n1,2\n") == [(2, ("1", "2"))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str):
    assert rows_of(end.join(["a,b", "1,2", "3,4"])) == [(2, ("1", "2")), (3, ("3", "4"))]


def test_another_delimiter_and_quote_can_be_named():
    assert rows_of("a;b\n'x;y';2\n", delimiter=";", quote="'") == [(2, ("x;y", "2"))]


def test_blank_lines_are_no_rows_and_count_as_lines():
    assert rows_of("a,b\n\n1,2\n\r\n3,4\n") == [(3, ("1", "2")), (5, ("3", "4"))]


def test_a_quoted_text_may_run_over_lines_and_the_next_row_keeps_its_number():
    assert rows_of('a,b\n1,"two\nlines"\n3,4\n') == [(2, ("1", "two\nlines")), (4, ("3", "4"))]


def test_a_quote_inside_a_bare_text_is_text():
    assert rows_of('a,b\n5" disk,2\n') == [(2, ('5" disk', "2"))]


def test_a_quote_that_nobody_closes_costs_its_own_line_only():
    content = 'a,b\n1,"never closed\n3,4\n5,6\n'
    assert rows_of(content) == [(3, ("3", "4")), (4, ("5", "6"))]
    assert list(aside_of(content)) == [2]


def test_a_stray_quote_does_not_swallow_lines_up_to_the_next_quote():
    content = 'a,b\n1,"stray\n3,4\n5,"six"\n7,8\n'
    assert [line for line, _ in rows_of(content)] == [3, 4, 5]
    assert list(aside_of(content)) == [2]


def test_an_unclosed_quote_is_looked_for_in_a_bounded_number_of_lines():
    many = LONGEST_RECORD * 3
    content = 'a,b\n1,"open\n' + "3,4\n" * many
    assert len(rows_of(content)) == many
    assert list(aside_of(content)) == [2]


def test_text_behind_a_closing_quote_is_told():
    content = 'a,b\n"x"y,2\n3,4\n'
    assert rows_of(content) == [(3, ("3", "4"))]
    assert "no CSV" in aside_of(content)[2]


def test_a_row_with_too_few_or_too_many_fields_is_told_with_both_numbers():
    assert aside_of("a,b\n1\n1,2,3\n1,2\n") == {
        2: "It has 1 fields where the header has 2.",
        3: "It has 3 fields where the header has 2.",
    }


def test_a_nul_is_told():
    assert aside_of("a,b\n1,\0\n3,4\n") == {2: "It holds a NUL character."}


def test_bytes_of_another_encoding_are_told():
    assert aside_of(b"a,b\n1,\xe0\xe8\n3,4\n") == {2: "It holds bytes of another encoding."}


def test_the_encoding_can_be_named():
    assert rows_of("a,b\n1,ąčę\n".encode("cp1257"), encoding="cp1257") == [(2, ("1", "ąčę"))]


def test_utf_16_is_read_and_refused_where_it_is_none():
    assert rows_of("a,b\n1,ą\n".encode("utf-16"), encoding="utf-16") == [(2, ("1", "ą"))]
    with pytest.raises(Invalid, match="is not utf-16"):
        rows_of(b"a,b\n1,2", encoding="utf-16")


def test_an_endless_line_is_told_and_the_next_one_read():
    content = "a,b\n1," + "x" * (LONGEST_LINE + 10) + "\n3,4\n"
    assert rows_of(content) == [(3, ("3", "4"))]
    assert list(aside_of(content)) == [2]


def test_a_missing_column_is_told_with_those_that_are_there():
    with pytest.raises(Invalid, match="no column 'x'; it has 'a', 'b'") as refused:
        rows_of("a,b\n1,2\n", ("a", "x"))
    assert refused.value.code == "missing_column"


def test_a_number_beyond_the_last_column_is_missing():
    with pytest.raises(Invalid, match="no column '3'"):
        rows_of("1,2\n", (3,), header=False)


def test_a_name_that_stands_twice_must_be_given_by_number():
    with pytest.raises(Invalid, match="more than once"):
        rows_of("a,a\n1,2\n", ("a",))
    assert rows_of("a,a\n1,2\n", (2,)) == [(2, ("2",))]


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_refused(content: str):
    with pytest.raises(Invalid, match="empty"):
        rows_of(content)


def test_a_header_that_cannot_be_read_is_refused():
    with pytest.raises(Invalid, match="header on line 1"):
        rows_of('"a"x,b\n1,2\n')


@given(st.lists(st.sampled_from([b"1", b"2", b",", b'"', b"\n", b"\r", b"\0", b"\xff", "\u0105".encode(), b" "])))
def test_whatever_follows_the_header_is_read_or_told_and_never_out_of_order(pieces: list[bytes]):
    places = [row.line for row in _read(b"a,b\n" + b"".join(pieces) + b'\n1,"2"\n', ("a", "b"))]
    assert places == sorted(set(places))
    assert places[-1] > 1


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_what_a_csv_writer_writes_is_read_again(rows: list[tuple[str, str]]):
    kept = [row for row in rows if "\0" not in "".join(row) and max(len(text.splitlines()) for text in row) < 100]
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("a", "b"), *kept])
    found = [values for _, values in rows_of(written.getvalue().encode("utf-8", "replace"))]
    assert found == [tuple(text.encode("utf-8", "replace").decode().strip() for text in row) for row in kept]


@pytest.mark.parametrize("packed", [bytes, gzip.compress, lzma.compress])
def test_the_packing_is_told_by_the_first_bytes(tmp_path: Path, packed):
    path = tmp_path / "a name that says nothing"
    path.write_bytes(packed(b"case,time\n1,2026-03-02\n"))
    assert list(read_events(path, _MAPPING)) == [SourceRow(2, ("1", "2026-03-02"))]


@pytest.mark.parametrize("packed", [gzip.compress, lzma.compress])
def test_a_packed_file_that_is_cut_short_is_refused(tmp_path: Path, packed):
    path = tmp_path / "log"
    whole = packed(b"case,time\n" + b"".join(b"%d,2026-03-02\n" % i for i in range(9999)))
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Invalid, match="damaged or cut short"):
        list(read_events(path, _MAPPING))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        list(read_events(tmp_path / "nothing", _MAPPING))


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path):
    path = tmp_path / "log.csv"
    path.write_text("case,time\n" + "1,2026-03-02\n" * 2000)
    heard: list[tuple[int, int]] = []
    list(read_events(path, _MAPPING, lambda done, total: heard.append((done, total))))
    assert heard[-1] == (path.stat().st_size, path.stat().st_size)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


_MAPPING = parse_mapping({"case": {"column": "case"}, "time": {"column": "time"}})
