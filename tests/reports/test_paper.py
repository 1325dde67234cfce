"""What reports say on pages and on paper: words instead of codes, tables that fit a sheet, totals beneath them."""

from __future__ import annotations

import re

import pytest

from helpdesk.core.i18n import LANGUAGES, speaking
from helpdesk.figures import counting
from helpdesk.models.tickets import Status
from helpdesk.reports import FACT_REPORTS, paper
from helpdesk.reports.base import Slice
from helpdesk.reports.paper import ACROSS, parts, report_html
from helpdesk.reports.wording import key_words, short_words
from tests.cast import Cast
from tests.factories import a_ticket

# What people typed, and names that are codes to everybody.
FREE = {"import", "team", "operator", "organisation", "product", "component", "category", "contract", "policy",
        "from_team", "to_team", "care_plan", "priority", "currency"}  # fmt: skip


@pytest.mark.parametrize("slug", sorted(FACT_REPORTS))
def test_every_word_of_a_dimension_is_said_in_words(cast: Cast, slug: str) -> None:
    for name, dimension in FACT_REPORTS[slug].source.dimensions.items():
        if dimension.choices is None or name in FREE:
            continue
        for value in dimension.choices():
            with speaking("ru", "Europe/Vilnius"):
                assert key_words(name, value) != value, (name, value)


@pytest.mark.parametrize(
    ("dimension", "value", "said"),
    [
        ("day", "2026-02-08", {"en": "8 Feb", "lt": "02-08", "zh-Hans": "2月8日"}),
        ("month", "2026-02", {"en": "Feb 2026", "lt": "2026-02", "zh-Hans": "2026年2月"}),
        ("quarter", "2026-Q1", {"en": "Q1 2026", "zh-Hans": "2026年第1季度"}),
        ("weekday", "7", {"en": "Sun", "lt": "sk", "ru": "вс", "zh-Hans": "周日"}),
        ("week", "2026-W07", dict.fromkeys(LANGUAGES, "2026-W07")),
        ("month", "never", {"en": "never"}),
        (
            "variant",
            "new → waiting_client/at lunch → closed",
            {"en": "new → waiting for the client: at lunch → closed"},
        ),
        ("team", "2026-02", {"en": "2026-02"}),
    ],
)
def test_little_room_has_short_words(cast: Cast, dimension: str, value: str, said: dict[str, str]) -> None:
    for language, words in said.items():
        with speaking(language, "Europe/Vilnius"):
            assert short_words(dimension, value) == words


def test_many_figures_stand_in_several_tables_each_with_its_totals(cast: Cast) -> None:
    for _each in range(3):
        a_ticket(cast, status=Status.RESOLVED)
    counting.catch_up_wholly()
    report = FACT_REPORTS["lines"]
    table = report.run(Slice(), for_=cast.vera, by=("month",))
    html = report_html(report, table, for_=cast.vera)
    tables = re.findall(r"<table>.*?</table>", html, re.DOTALL)
    assert len(tables) == -(-len(report.metrics) // ACROSS)
    assert all("Together" in each for each in tables)
    heads = [len(re.findall(r'<th class="number">', each)) for each in tables]
    assert sum(heads) == len(report.metrics)
    assert max(heads) - min(heads) <= len(tables)


def test_a_high_picture_turns_the_sheets(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_ticket(cast)
    counting.catch_up_wholly()
    report = FACT_REPORTS["overview"]
    table = report.run(Slice(), for_=cast.vera, by=("month",))
    assert "size: A4 landscape" in report_html(report, table, for_=cast.vera)
    monkeypatch.setattr(paper, "TALL", 100)
    assert "size: A4 portrait" in report_html(report, table, for_=cast.vera)


def test_columns_are_shared_out_evenly() -> None:
    assert parts(9, 9) == [slice(0, 9)]
    assert parts(10, 9) == [slice(0, 5), slice(5, 10)]
    assert parts(0, 9) == []
    assert [each.stop - each.start for each in parts(20, 9)] == [7, 7, 6]
