"""`report product-feedback` as typed."""

from __future__ import annotations

from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.problems.wishing import a_wish

REPORT = ("report", "product-feedback")


def test_the_report_in_its_three_forms(cast: Cast, threeline: Threeline) -> None:
    tickets = tuple(a_ticket(cast, product_id=cast.printer.id) for _each in range(2))
    problem = a_problem(cast, tickets=tickets, title="=Blank labels").number
    wish = a_wish(cast).number
    asked = (*REPORT, "--product", "Label printer", "--since", "2026-03-01", "--until", "2026-04-01")
    told = threeline(*asked, "--json").document
    assert [(row["number"], row["tickets"]) for row in told["problems"]] == [(problem, 2)]
    assert [row["number"] for row in told["wishes"]] == [wish]
    assert (told["since"], told["products"]) == ("2026-03-01T00:00:00Z", ["Label printer"])
    table = threeline(*asked, "--csv").out
    assert table.splitlines()[0].startswith("kind,number,title")
    assert f"problem,{problem},'=Blank labels" in table
    text = threeline(*asked).out
    assert problem in text
    assert wish in text
    assert threeline(*asked, "--as", "birute@desk.example", "--json").document["tickets"] == 2


def test_what_cannot_be_is_refused(cast: Cast, threeline: Threeline) -> None:
    assert threeline(*REPORT, "--product", "Nothing").code == 65
    assert threeline(*REPORT, "--version", "0.0").code == 65
    assert threeline(*REPORT, "--since", "never").code == 64
    for email in ("ona@desk.example", "jonas@klinika.example"):
        assert threeline(*REPORT, "--as", email).code == 77
