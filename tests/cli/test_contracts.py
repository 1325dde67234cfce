"""`contract`, `approval` and what is set aside, as typed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from helpdesk.aftersales.hours import grant_hours
from helpdesk.cli.invariants import INVARIANTS, Look, no_two_contracts_cover_the_same
from helpdesk.config import Config
from helpdesk.core import pdf
from helpdesk.core.files import FileStore
from helpdesk.core.times import now
from helpdesk.models.contracts import Plan
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.factories import a_ticket

ONA, PETRAS = ("--as", "ona@desk.example"), ("--as", "petras@desk.example")
LENA, MAREK, VERA = ("--as", "lena@klinika.example"), ("--as", "marek@strangers.example"), ("--as", "vera@desk.example")


def test_a_contract_from_its_writing_to_its_notice(cast: Cast, threeline: Threeline) -> None:
    span = ("--from", "2026-01-01", "--until", "2026-12-31")
    new = ("contract", "add", "K-1", "--organisation", "klinika", *span, "--component", "print head",
           "--line-policy", "standard")  # fmt: skip
    made = threeline(*new, *PETRAS, "--json").document
    assert made["lines"] == [{"product": "Label printer", "component": "Print head", "policy": "Standard"}]
    again = threeline("contract", "add", "K-2", "--organisation", "Klinika", *span, "--component", "Print head",
                      "--line-policy", "Standard", *PETRAS)  # fmt: skip
    assert (again.code, "K-1 covers the same" in again.err) == (65, True)

    agreed = ("--months", "12", "--renews-itself", "--minutes", "60", "--owner", "ona@desk.example")
    arranged = threeline("contract", "arrange", "K-1", *agreed, "--notice-by", "2026-09-30", *PETRAS, "--json").document
    assert (arranged["owner"], arranged["renews_on"], arranged["notice_by"]) == ("Ona", "2027-01-01", "2026-09-30")
    for _time in range(2):
        renewed = threeline("contract", "renew", "K-1", "--seen", "2026-12-31", *PETRAS, "--json").document
        assert (renewed["valid_until"], renewed["notice_by"]) == ("2027-12-31", "2027-09-30")
    noticed = threeline("contract", "notice", "K-1", "--reason", "They move", *PETRAS, "--json").document
    assert noticed["notice_given_on"] == "2026-03-02"
    back = threeline("contract", "notice", "K-1", "--reason", "They stay", "--withdraw", *PETRAS, "--json").document
    assert back["notice_given_on"] is None
    ended = threeline("contract", "end", "K-1", "--on", "2026-06-30", *PETRAS)
    assert "2026-01-01 to 2026-06-30" in ended.out
    assert threeline("contract", "end", "K-1", "--on", "2025-06-30", *PETRAS).code == 65
    assert "K-1" in threeline("contract", "list", *LENA).out
    assert threeline("contract", "list", *MAREK, "--json").document == {"contracts": []}
    assert threeline("contract", "show", "K-1", *MAREK).code == 66
    assert threeline("contract", "renew", "K-1", "--months", "1", *ONA).code == 77


def test_hours_are_set_aside_and_corrected(cast: Cast, threeline: Threeline) -> None:
    a_contract(cast)
    number = a_ticket(cast).number
    threeline("hours", "grant", "C-7", "--minutes", "120", *PETRAS)
    corrected = threeline("hours", "adjust", "C-7", "--minutes", "-30", "--reason", "Twice", *PETRAS, "--json")
    assert corrected.document["balance_minutes"] == 90
    row = threeline("hours", "reserve", "C-7", "--minutes", "60", "--what", "A visit", "--ticket", number, *ONA,
                    "--json").document["reservation"]  # fmt: skip
    assert threeline("hours", "reserve", "C-7", "--minutes", "60", "--what", "Another", *ONA).code == 1
    log = ("ticket", "log-work", number, "--minutes", "45", "--reservation", str(row))
    work = threeline(*log, *ONA, "--json").document
    assert (work["reservation"], work["chargeable_minutes"]) == (row, 0)
    [left] = threeline("hours", "reservations", "C-7", *ONA, "--json").document["reservations"]
    assert left["left_minutes"] == 15
    assert threeline("hours", "release", str(row), *ONA).code == 0
    assert threeline("hours", "release", str(row), *MAREK).code == 66


def test_an_approval_is_asked_answered_and_waived(cast: Cast, threeline: Threeline) -> None:
    a_contract(cast, plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=0)
    number = a_ticket(cast).number
    refused = threeline("ticket", "log-work", number, "--minutes", "45", *ONA)
    assert (refused.code, "approval first" in refused.err) == (65, True)
    asked = threeline("approval", "ask", number, "--what", "A part", "--minutes", "45", *ONA, "--json").document
    assert (asked["state"], asked["amount_cents"]) == ("asked", 6750)
    assert threeline("approval", "answer", str(asked["id"]), "--yes", *MAREK).code == 66
    assert threeline("approval", "answer", str(asked["id"]), "--yes", *LENA, "--json").document["state"] == "approved"
    assert threeline("approval", "withdraw", str(asked["id"]), *ONA).code == 1
    assert threeline("ticket", "log-work", number, "--minutes", "45", *ONA).code == 0
    waive = ("approval", "waive", number, "--minutes", "30", "--reason", "It burns")
    assert (threeline(*waive, *ONA).code, threeline(*waive, *VERA).code) == (77, 0)
    states = [(row["state"], row["left_minutes"]) for row in
              threeline("approval", "list", number, *ONA, "--json").document["approvals"]]  # fmt: skip
    assert states == [("approved", 0), ("waived", 30)]


def test_what_covers_a_ticket_is_told_to_staff(cast: Cast, threeline: Threeline) -> None:
    a_contract(cast, channels=("phone",))
    number = a_ticket(cast).number
    told = threeline("ticket", "show", number, *ONA, "--json").document["coverage"]
    assert [tuple(each.values()) for each in told] == [("contract", "C-7", "other_channel"), ("default", "", "chosen")]
    assert "contract C-7 (other channel)" in threeline("ticket", "show", number, *ONA).out
    assert "contract C-7 (other channel)" in threeline("sla", "explain", number, *ONA).out
    assert "coverage" not in threeline("sla", "explain", number, "--as", "jonas@klinika.example", "--json").document


def test_contracts_that_overlap_since_before_are_named_by_check(config: Config, cast: Cast) -> None:
    look = Look(now(), FileStore(config.attachments))
    a_contract(cast)
    assert list(no_two_contracts_cover_the_same(look)) == []
    a_contract(cast, "C-8", until=date(2026, 3, 31))
    assert list(no_two_contracts_cover_the_same(look)) == ["C-7 and C-8 cover the same on the same day."]
    assert no_two_contracts_cover_the_same.__name__ in {each.name for each in INVARIANTS}


def test_the_statement_is_written_as_a_file(cast: Cast, threeline: Threeline, tmp_path: Path) -> None:
    contract = a_contract(cast)
    grant_hours(contract, 60, by=cast.petras)
    assert "granted,60,60" in threeline("hours", "statement", "C-7", "--csv").out
    target = tmp_path / "hours.pdf"
    made = threeline("hours", "statement", "C-7", "--pdf", str(target))
    if not pdf.can_make_pdf():
        assert (made.code, "makes no PDFs" in made.err, target.exists()) == (66, True, False)
        pytest.skip("WeasyPrint or Pango is not installed")
    assert target.read_bytes().startswith(b"%PDF-")
