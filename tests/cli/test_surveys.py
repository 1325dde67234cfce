"""`surveys`, as typed."""

from __future__ import annotations

from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.satisfaction.asking import answered, desk_asks, resolved


def test_what_was_asked_and_said_as_typed(cast: Cast, threeline: Threeline) -> None:
    desk_asks(cast)
    survey = answered(cast, 1, "It took\na week.")
    number = resolved(cast).number
    told = threeline("surveys", "show", f"T-{survey.ticket_id}", "--json").document["surveys"]
    assert [(row["kind"], row["score"], row["state"], row["operator"]) for row in told] == [
        ("csat", 1, "answered", "Ona")
    ]  # fmt: skip
    assert "planned" in threeline("surveys", "show", number).out
    assert "It took a week." in threeline("surveys", "answers", "--tone", "blame").out
    assert threeline("surveys", "answers", "--tone", "praise").out.strip() == "Nothing was asked."
    assert threeline("surveys", "answers", "--until", "2026-03-02", "--json").document == {"surveys": []}
    assert threeline("surveys", "erase", str(survey.id), "--as", "ona@desk.example").code == 77
    assert threeline("surveys", "erase", str(survey.id), "--as", "petras@desk.example").code == 66
    assert threeline("surveys", "erase", str(survey.id), "--as", "vera@desk.example").code == 0
    assert "week" not in threeline("surveys", "answers").out
    assert threeline("surveys", "show", "T-999999").code == 66
