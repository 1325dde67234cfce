"""`claims` as typed: list, explain, decide, approve, what if, rules."""

from __future__ import annotations

import json
from pathlib import Path

from helpdesk.models.claims import ClaimState
from tests.aftersales.claiming import a_claim, some_rules
from tests.cast import Cast
from tests.cli.conftest import Threeline

ONA, RASA, VERA = (("--as", f"{name}@desk.example") for name in ("ona", "rasa", "vera"))


def test_a_claim_is_explained_decided_and_approved(cast: Cast, threeline: Threeline) -> None:
    number = a_claim(cast, ClaimState.INVESTIGATED, revision=1, price=100_001).ticket.number
    [listed] = threeline("claims", "list", "--json").document["claims"]
    assert (listed["ticket"], listed["state"], listed["due"]["kind"]) == (number, "investigated", "claim_decide")
    told = threeline("claims", "decide", number, "--explain", "--json").document
    assert (told["remedy"], told["percent"], told["amount_cents"], told["kept_cents"]) == ("refund", 70, 70_001, 30_000)
    assert [(each["rule"], each["why"]) for each in told["considered"]] == [
        (1, "applies"), (2, "round_outside"), (3, "round_outside"), (4, "age_unknown"),
    ]  # fmt: skip
    text = threeline("claims", "decide", number, "--explain").out
    for words in ("70 % of 1000.01 EUR = 700.01 EUR", "for other rounds", "the day of delivery is not known"):
        assert words in text
    decided = threeline("claims", "decide", number, "--outcome", "refund", "--reasons", "Blank", *ONA, "--json")
    assert (decided.document["state"], decided.document["amount_cents"]) == ("proposed", 70_001)
    assert threeline("claims", "approve", number, *ONA).code == 77
    assert "in force" in threeline("claims", "approve", number, *RASA).out
    assert number in threeline("claims", "list", "--state", "decided").out


def test_what_cannot_be_is_refused(cast: Cast, threeline: Threeline) -> None:
    number = a_claim(cast, ClaimState.INVESTIGATED).ticket.number
    assert threeline("claims", "decide", number).code == 64
    assert threeline("claims", "decide", number, "--explain", "--outcome", "redo").code == 64
    assert threeline("claims", "decide", number, "--outcome", "redo", "--reasons", "x").code == 64
    assert threeline("claims", "decide", number, "--outcome", "redo", "--reasons", "x", *ONA).code == 65
    assert threeline("claims", "decide", "T-99", "--explain").code == 66
    assert threeline("claims", "whatif", "--rules", "/no/such/file").code == 66
    assert threeline("claims", "approve", number, *RASA).code == 1
    for wrong in ("", "{", "[1]", "a,b\n1,2\n", '{"rules": [{"remedy": "fire"}]}', '{"rules": [], "valid_from": "x"}'):
        assert threeline("claims", "whatif", "--rules", "-", given=wrong).code == 65
    refused = threeline("claims", "rules", "import", "-", *VERA, given='[{"remedy": "refund", "product": "Nothing"}]')
    assert (refused.code, "Rule 1" in refused.err) == (65, True)


def test_decided_claims_are_recomputed_under_other_rules(cast: Cast, threeline: Threeline, tmp_path: Path) -> None:
    first = a_claim(cast, ClaimState.DECIDED, revision=1).ticket.number  # 70 % of 400
    second = a_claim(cast, ClaimState.DECIDED, revision=2).ticket.number  # 50 %
    rules = json.loads(threeline("claims", "rules", "export").out)
    for rule in rules["rules"]:
        rule["percent"] = rule["percent"] and rule["percent"] - 10
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(rules), encoding="utf-8")
    told = threeline("claims", "whatif", "--rules", str(file), "--json").document
    assert [(each["ticket"], each["before_cents"], each["after_cents"]) for each in told["claims"]] == [
        (first, 28_000, 24_000), (second, 20_000, 16_000)
    ]  # fmt: skip
    assert told["sums"] == {
        "EUR": {"claims": 2, "before_cents": 48_000, "after_cents": 40_000, "difference_cents": -8_000}
    }
    text = threeline("claims", "whatif", "--rules", str(file)).out
    assert "EUR: 2 claims, 480.00 EUR before, 400.00 EUR after, difference -80.00 EUR" in text


def test_rules_go_out_and_come_in_again(cast: Cast, threeline: Threeline) -> None:
    some_rules(cast)
    number = a_claim(cast, revision=1).ticket.number
    table = threeline("claims", "rules", "export", "--csv").out
    assert table.splitlines()[1] == ",Label printer,,1,1,,,refund,70"
    changed = table.replace(",70", ",90")
    previewed = threeline("claims", "rules", "import", "-", "--from", "2026-03-01", "--preview", *VERA, given=changed)
    assert previewed.out.strip() == f"{number}: refund 70 -> refund 90"
    taken = threeline("claims", "rules", "import", "-", "--from", "2026-03-01", *VERA, "--json", given=changed)
    assert (taken.document["valid_from"], len(taken.document["rules"])) == ("2026-03-01", 4)
    assert threeline("claims", "rules", "import", "-", "--from", "2026-03-01", *VERA, given=changed).code == 1
    assert threeline("claims", "rules", "import", "-", "--from", "2026-05-01", *ONA, given=changed).code == 77
    assert len(threeline("claims", "rules", "export", "--all").document["versions"]) == 2
    assert threeline("claims", "rules", "export", "--on", "2026-02-01").document["rules"][0]["percent"] == 70
    assert threeline("claims", "rules", "export", "--on", "2025-02-01").code == 66
