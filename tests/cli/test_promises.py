"""`promises` and the figures of them, as typed."""

from __future__ import annotations

from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.reports.test_hours_report import a_spring
from tests.reports.test_promises_report import At, a_week


def test_the_commands_say_the_same(cast: Cast, at: At, threeline: Threeline) -> None:
    a_week(cast, at)
    with at("2026-03-05 11:00"):
        told = threeline("report", "promises", "--json").document
        assert (told["total"]["fraction"], told["total"]["interval"]) == ("3/6", [18.8, 81.2])
        assert "Tomas" in threeline("report", "promises", "--by", "operator").out
        due = threeline("promises", "due", "--json").document["promises"]
        assert [(row["what"], row["owner"], row["is_overdue"]) for row in due] == [("Call 0", "Ona", True)]
        everything = threeline("promises", "due", "--all", "--operator", "ona@desk.example")
        assert everything.out.index("Call 0") < everything.out.index("Friday")
        assert "overdue" in everything.out
        assert threeline("promises", "due", "--operator", "tomas@desk.example").out.strip() == "Nothing is due."
        assert threeline("promises", "due", "--operator", "nobody@desk.example").code == 66
    assert threeline("report", "promises", "--where", "line=9").code == 65


def test_the_hours_of_contracts_as_typed(cast: Cast, at: At, threeline: Threeline) -> None:
    a_spring(cast, at)
    told = threeline("report", "hours", "--since", "2026-03-01", "--until", "2026-04-01", "--json").document
    assert (told["total"]["used_minutes"], told["total"]["left_minutes"]) == (540, 0)
    assert told["by"]["contract"][0]["billed_cents"] == {"EUR": 4500}
    text = threeline("report", "hours", "--where", "contract=C-7").out
    assert "45.00 EUR" in text
    assert threeline("report", "hours", "--where", "colour=red").code == 65
