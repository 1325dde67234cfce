"""`sales` and `enquiries`, as typed: the import of closed sales, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.aftersales.hours import balance_of
from helpdesk.aftersales.terms import contract_by_number
from helpdesk.core.db import db
from helpdesk.models.contracts import Contract
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.products import InstalledProduct
from helpdesk.models.sales import Sale
from helpdesk.policy.actor import SYSTEM
from tests.aftersales.selling import a_sale, an_enquiry
from tests.cast import Cast
from tests.cli.conftest import Threeline

VERA = ("--as", "vera@desk.example")
HEAD = "reference,sold_on,organisation,contact,email,roles,product,what,quantity,price,serials,contract,plan,hours\n"
GOOD = (
    "CRM 1,2026-03-02,Vitalus,Ada,ada@vitalus.example,decider|buyer,Label printer,,2,1200.00,A-1|A-2,V-1,prepaid,10\n"
    "CRM 1,,Vitalus,Rokas,,,,Training,1,300,,,,\n"
    "CRM 2,2026-03-01,klinika,,,,label printer,,1,99.90,,,,\n"
)


def a_file(folder: Path, text: str | bytes) -> str:
    path = folder / "sold.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def counts() -> list[int]:
    return [db.session.query(model).count() for model in (Sale, Organisation, Contact, Contract, InstalledProduct)]


def test_a_table_of_sales_comes_in_once(cast: Cast, threeline: Threeline, tmp_path: Path) -> None:
    before, file = counts(), a_file(tmp_path, "\ufeff" + HEAD + GOOD)
    tried = threeline("sales", "import", file, "--dry-run", *VERA, "--json").document
    assert [made["reference"] for made in tried["made"]] == ["CRM 1", "CRM 2"]
    assert counts() == before

    done = threeline("sales", "import", file, *VERA, "--json")
    assert (done.code, done.document["refused"]) == (0, [])
    after = counts()
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 1, 2, 1, 3]
    assert balance_of(contract_by_number("V-1", for_=SYSTEM).id) == 600
    again = threeline("sales", "import", file, *VERA, "--json").document
    assert (again["made"], again["unchanged"], counts()) == ([], 2, after)

    number = done.document["made"][0]["number"]
    shown = threeline("sales", "show", number, "--json").document
    assert (shown["total_cents"], len(shown["installed_products"]), shown["contract"]) == (270_000, 2, "V-1")
    assert "Training" in threeline("sales", "show", number).out
    assert number in threeline("sales", "list", "--unfinished").out
    assert threeline("sales", "show", "S-999").code == 66


def test_semicolons_and_standard_input_will_do(cast: Cast, threeline: Threeline) -> None:
    text = 'reference;sold_on;organisation;what;price\r\nCRM 9;2026-03-02;Klinika;"Ten; labels";1 200,50\r\n'
    done = threeline("sales", "import", "-", *VERA, "--json", given=text)
    assert (done.code, len(done.document["made"])) == (0, 1)
    assert db.session.scalars(db.select(Sale)).one().reference == "CRM 9"


@pytest.mark.parametrize(("row", "line", "column"), [
    ("CRM 3,2026-02-30,Vitalus,,,,,A,1,1,,,,", 2, "sold_on"), ("CRM 3,,Vitalus,,,,,A,1,1,,,,", 2, "sold_on"),
    ("CRM 3,2026-03-03,Vitalus,,,,,A,1,1,,,,", 2, "sold_on"), ("CRM 3,2026-03-02,,,,,,A,1,1,,,,", 2, "organisation"),
    ("CRM 3,2026-03-02,Vitalus,,,user,,A,1,1,,,,", 2, "contact"), (",2026-03-02,Vitalus,,,,,A,1,1,,,,", 2, "reference"),
    ("CRM 3,2026-03-02,Vitalus,Ada,,king,,A,1,1,,,,", 2, "roles"),
    ("CRM 3,2026-03-02,Vitalus,Marek,marek@strangers.example,,,A,1,1,,,,", 2, "email"),
    ("CRM 3,2026-03-02,Vitalus,Ada,no address,,,A,1,1,,,,", 2, "email"),
    ("CRM 3,2026-03-02,Vitalus,,,,Teapot,,1,1,,,,", 2, "product"), ("CRM 3,2026-03-02,Vitalus,,,,,,1,1,,,,", 2, "what"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,many,1,,,,", 2, "quantity"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,0,1,,,,", 2, "quantity"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,NaN,,,,", 2, "price"), ("CRM 3,2026-03-02,Vitalus,,,,,A,1,-5,,,,", 2, "price"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1.005,,,,", 2, "price"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1,,V-3,gold,", 2, "plan"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1,,V-3,prepaid,-1", 2, "hours"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1,,V-3,monthly,", 2, "monthly_fee"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1", 2, None), ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1,,,prepaid,", 2, "contract"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1,,,,\nCRM 3,,,,,,,,2,5,,,,", 3, "what"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1,,,,\nCRM 3,2026-03-01,Vitalus,,,,,B,1,1,,,,", 3, "sold_on"),
    ("CRM 3,2026-03-02,Vitalus,,,,,A,1,1,,,,\nCRM 3,,,,,,,B,1,-1,,,,", 3, "price"),
    ("CRM 3,2026-03-02,Vitalus,,,,Label printer,,1,1,88412-B,,,", 2, "serials"),
])  # fmt: skip
def test_a_wrong_row_sets_its_own_sale_aside(
    cast: Cast, threeline: Threeline, tmp_path: Path, row: str, line: int, column: str | None
) -> None:
    before = counts()
    fine = "CRM 4,2026-03-02,Klinika,,,,,B,1,1,,,,\n"
    file = a_file(tmp_path, HEAD + row + "\n" + fine)
    for dry in (("--dry-run",), ()):
        told = threeline("sales", "import", file, *dry, *VERA, "--json")
        assert told.code == 65
        [refused] = told.document["refused"]
        assert (refused["line"], refused["column"]) == (line, column), refused
        assert [made["reference"] for made in told.document["made"]] == ["CRM 4"]
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [1, 0, 0, 0, 0]
    assert f"line {line}" in threeline("sales", "import", file, *VERA).out


@pytest.mark.parametrize(("content", "words"), [
    (b"", "missing"), (b"reference,sold_on\n", "organisation"),
    (b"reference,sold_on,organisation,colour\n", "colour"), (b"reference,sold_on,organisation,what,what\n", "twice"),
    (b"\x00\x01\x02\n", "missing"),
])  # fmt: skip
def test_a_wrong_head_is_refused_whole(
    cast: Cast, threeline: Threeline, tmp_path: Path, content: bytes, words: str
) -> None:
    told = threeline("sales", "import", a_file(tmp_path, content), *VERA)
    assert (told.code, words in told.err) == (65, True)


def test_odd_bytes_are_told_and_go_no_further(cast: Cast, threeline: Threeline, tmp_path: Path) -> None:
    content = HEAD.encode() + b"CRM 5,2026-03-02,Vit\xe0lus,,,,,A,1,1,,,,\nCRM 6,2026-03-02,Klinika,,,,,B\0,1,1,,,,\n"
    told = threeline("sales", "import", a_file(tmp_path, content + b"CRM 7,2026-03-02,Klinika,,,,,C,1,1,,,,\n"), *VERA,
                     "--json")  # fmt: skip
    assert [(each["line"], each["column"]) for each in told.document["refused"]] == [(2, "organisation"), (3, "what")]
    assert [made["reference"] for made in told.document["made"]] == ["CRM 7"]


def test_who_may_and_what_is_open(cast: Cast, threeline: Threeline, tmp_path: Path) -> None:
    file = a_file(tmp_path, HEAD + GOOD)
    told = threeline("sales", "import", file, "--as", "jonas@klinika.example")
    assert told.code != 0
    assert db.session.query(Sale).count() == 0
    assert threeline("sales", "import", str(tmp_path / "none.csv"), *VERA).code == 66
    ticket = an_enquiry(cast)
    assert ticket.number in threeline("enquiries", "list").out
    document = threeline("enquiries", "list", "--all", "--json").document
    assert document["enquiries"][0]["duties"][0]["kind"] == "quotation"
    a_sale(cast)
    assert "6 to do" in threeline("sales", "list").out
