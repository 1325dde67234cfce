"""`hours`, `billing` and the work on tickets, as typed."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.models.contracts import Contract, HoursEntry
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.factories import a_ticket

ONA, PETRAS = ("--as", "ona@desk.example"), ("--as", "petras@desk.example")


def test_from_terms_to_the_batch_of_accounting(cast: Cast, threeline: Threeline) -> None:
    a_contract(cast, plan=None)
    told = threeline("hours", "terms", "c-7", "--from", "2026-01-01", "--plan", "prepaid", "--rounding", "15",
                     "--rate", "9000", *PETRAS, "--json")  # fmt: skip
    assert told.document == {"contract": "c-7", "plan": "prepaid", "valid_from": "2026-01-01"}
    granted = threeline(
        "hours", "grant", "C-7", "--minutes", "60", "--expires", "2026-12-31", *PETRAS, "--json"
    ).document
    assert (granted["minutes"], granted["balance_minutes"]) == (60, 60)

    number = a_ticket(cast).number
    work = threeline("ticket", "log-work", number, "--minutes", "80", "--note", "New driver", *ONA, "--json").document
    assert (work["counted_minutes"], work["chargeable_minutes"], work["rule"]) == (90, 30, "prepaid_hours")
    statement = threeline("hours", "statement", "C-7", "--json").document
    assert (statement["balance_minutes"], statement["available_minutes"], statement["blocks"]) == (0, 0, [])
    assert [(line["entry"], line["minutes"], line["balance"], line["ticket"]) for line in statement["lines"]] == [
        ("granted", 60, 60, None), ("used", -60, 0, number), ("overage", -30, -30, number), ("billed", 30, 0, number),
    ]  # fmt: skip
    text = threeline("hours", "statement", "C-7").out
    assert "C-7: 0:00 h left" in text
    assert "New driver" in text

    assert threeline("hours", "verify", "--all", "--json").document["ok"] is True
    waiting = threeline("billing", "waiting", "--json").document["notices"]
    taken = threeline("billing", "take", "--json").document
    assert taken["notices"] == waiting
    assert [(each["kind"], each["minutes"], each["amount_cents"], each["ticket"]) for each in waiting] == [
        ("proforma", 30, 4500, number)
    ]  # fmt: skip
    assert threeline("billing", "take", "--json").document == {"batch": None, "notices": []}
    assert threeline("billing", "release", str(taken["batch"])).code == 0
    again = threeline("billing", "take")
    assert "id,kind,rule,dated" in again.out
    batch = int(again.out.split()[1])
    assert threeline("billing", "confirm", str(batch), "--json").document == {"batch": batch, "state": "confirmed"}
    assert threeline("billing", "release", str(batch)).code == 1

    reversal = threeline("ticket", "reverse-work", number, str(work["id"]), "--reason", "The wrong one", *ONA, "--json")
    assert (reversal.document["minutes"], reversal.document["reverses"]) == (-80, work["id"])
    credit = threeline("billing", "waiting", "--json").document["notices"]
    assert [(each["kind"], each["minutes"], each["amount_cents"]) for each in credit] == [("credit", -30, -4500)]
    assert threeline("hours", "verify", "C-7").code == 0


def test_what_cannot_be_is_refused(cast: Cast, threeline: Threeline) -> None:
    a_contract(cast)
    number = a_ticket(cast).number
    assert threeline("hours", "statement", "C-none").code == 66
    assert threeline("hours", "verify").code == 64
    assert threeline("hours", "grant", "C-7", "--minutes", "0", *PETRAS).code == 65
    assert threeline("hours", "grant", "C-7", "--minutes", "60", *ONA).code == 77
    assert threeline("hours", "terms", "C-7", "--from", "2025-01-01", "--plan", "monthly", *PETRAS).code == 65
    assert threeline("ticket", "log-work", number, "--minutes", "-5", *ONA).code == 65
    future = threeline("ticket", "log-work", number, "--minutes", "5", "--started", "2030-01-01T10:00", *ONA)
    assert (future.code, "future" in future.err) == (65, True)
    assert threeline("billing", "confirm", "77").code == 66


def test_the_same_key_logs_once(cast: Cast, threeline: Threeline) -> None:
    a_contract(cast)
    number = a_ticket(cast).number
    ids = {threeline("ticket", "log-work", number, "--minutes", "5", "--key", "k1", *ONA, "--json").document["id"]
           for _ in range(2)}  # fmt: skip
    assert len(ids) == 1


def test_verify_ends_with_one_where_something_is_wrong(cast: Cast, threeline: Threeline) -> None:
    contract: Contract = a_contract(cast)
    db.session.add(HoursEntry(
        contract_id=contract.id, kind="used", minutes=-5, day=contract.valid_from, recorded_at=now(),
        actor_kind="system", actor_id=0,
    ))  # fmt: skip
    db.session.commit()
    found = threeline("hours", "verify", "C-7", "--json")
    assert (found.code, found.document["ok"]) == (1, False)
    assert "balance of -5" in found.document["faults"][0]["what"]
