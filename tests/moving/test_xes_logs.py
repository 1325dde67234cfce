"""XES: events with the attributes of their trace, and nothing that a parser should not do."""

from __future__ import annotations

import io

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.moving.mapping import Layout
from helpdesk.moving.rows import SourceRow
from helpdesk.moving.xes_log import read_xes

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <string key="concept:name" value="the log"/>
  <global scope="event"><string key="org:group" value="nobody"/></global>
  <trace>
    <string key="concept:name" value="1-364285768"/>
    <event>
      <string key="org:group" value="V30">
        <string key="level" value="nested"/>
      </string>
      <date key="time:timestamp" value="2010-03-31T16:59:42+01:00"/>
    </event>
    <event><date key="time:timestamp" value="2010-03-31T17:00:56+01:00"/></event>
  </trace>
  <trace>
    <event><string key="org:group" value="V5 3rd"/></event>
  </trace>
</log>
"""


def read(content: str, *columns: str) -> list[SourceRow]:
    return list(read_xes(io.BytesIO(content.encode()), Layout(format="xes"), columns))  # type: ignore[arg-type]


def test_an_event_has_its_own_attributes_and_those_of_its_trace():
    rows = read(LOG, "case:concept:name", "org:group", "time:timestamp")
    assert rows[0] == SourceRow(7, ("1-364285768", "V30", "2010-03-31T16:59:42+01:00"))
    assert rows[1].values == ("1-364285768", "", "2010-03-31T17:00:56+01:00")


def test_a_trace_without_attributes_inherits_none():
    assert read(LOG, "case:concept:name", "org:group")[2].values == ("", "V5 3rd")


def test_elements_may_have_a_prefix():
    content = LOG.replace("<log ", '<x:log xmlns:x="u" ').replace("</log>", "</x:log>")
    for tag in ("trace", "event", "string"):
        content = content.replace(f"<{tag}", f"<x:{tag}").replace(f"</{tag}", f"</x:{tag}")
    assert read(content, "org:group")[0].values == ("V30",)


def test_nested_attributes_are_not_looked_at():
    with pytest.raises(Invalid, match="no column 'level'"):
        read(LOG, "level")


def test_an_attribute_that_no_event_has_is_told():
    with pytest.raises(Invalid, match="no column 'org:role'; it has 'case:concept:name', 'org:group'"):
        read(LOG, "org:role")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE log [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE log [<!ENTITY % more SYSTEM "http://other.example/more.dtd">]>',
    ],
)
def test_entity_declarations_are_refused(declaration: str):
    head, _, body = LOG.partition("?>")
    with pytest.raises(Invalid, match="declares XML entities"):
        read(f"{head}?>{declaration}{body}", "org:group")


def test_what_is_not_well_formed_is_told_with_its_line():
    with pytest.raises(Invalid, match="Line 17 is not well-formed"):
        read(LOG.replace("</trace>\n</log>", "</log>"), "org:group")


def test_a_long_log_is_read_piece_by_piece():
    events = "<event><string key='n' value='1'/></event>" * 20_000
    assert len(read(f"<log><trace>{events}</trace></log>", "n")) == 20_000
