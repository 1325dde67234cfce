"""Sales from a table (CSV): rows with one reference are one sale, handed over whole or not at all.

1. UTF-8, with commas or semicolons; the first line names the columns. Of a sale's rows each may bring a line of what
   was sold and a person; what belongs to the whole (client, day, contract) is taken from the first row that says it,
   and another row may not say otherwise.
2. A sale whose reference is known is left as it is, so that a second run changes nothing.
3. What is wrong is told by line and column. It sets aside the sale that it belongs to, and no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from helpdesk.aftersales.care_plans import offered_plans
from helpdesk.aftersales.sales import NewAgreement, NewBuyer, NewItem, NewSale, record_sale, sale_by_reference
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import DomainError, Invalid
from helpdesk.core.i18n import DEFAULT_LANGUAGE, DEFAULT_ZONE, LANGUAGES, is_zone
from helpdesk.models.contracts import Plan
from helpdesk.models.people import BuyingRole
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people import directory
from helpdesk.people.organisations import NewOrganisation
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.tickets.policies import policy_names

T = TypeVar("T")
LONGEST_CELL = 100_000
MOST_BYTES = 50_000_000
NEEDED = ("reference", "sold_on", "organisation")
# Columns of the whole sale, of a person, of a line of what was sold, of the contract.
WHOLE = ("reference", "sold_on", "organisation", "city", "language", "timezone", "currency", "owner", "enquiry",
         "care_plan", "note")  # fmt: skip
PERSON = ("contact", "email", "phone", "roles", "supervisor", "invite")
ITEM = ("product", "what", "quantity", "price", "version", "serials", "location", "delivered_on", "warranty_until",
        "free_upgrades_until")  # fmt: skip
AGREED = ("contract", "plan", "policy", "valid_from", "valid_until", "hours", "hours_expire_on", "hourly_rate",
          "monthly_fee", "on_site")  # fmt: skip
COLUMNS = WHOLE + PERSON + ITEM + AGREED
# What the handover refuses, by the column that said it.
COLUMN_OF = {
    "organisation.name": "organisation", "organisation.city": "city", "organisation.language": "language",
    "organisation_id": "organisation", "owner_id": "owner", "care_plan_id": "care_plan",
    "ticket_id": "enquiry", "items": "what",
    "contacts": "contact", "name": "contact", "contact_id": "contact", "product_id": "product", "version_id": "version",
    "price_cents": "price", "contract.number": "contract", "contract.policy_id": "policy",
    "contract.hours_minutes": "hours", "contract.hourly_rate_cents": "hourly_rate",
    "contract.monthly_fee_cents": "monthly_fee",
}  # fmt: skip
YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Refusal:
    """Something wrong in the file: where, and what."""

    line: int
    column: str
    reason: str
    reference: str = ""


@dataclass
class SalesOutcome:
    """What became of a file."""

    made: list[tuple[str, str]] = field(default_factory=list)  # reference, number
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


class _Undone(Exception):
    """The end of a trial: everything is taken back."""


def import_sales(content: bytes, *, by: Actor, dry_run: bool = False) -> SalesOutcome:
    """Hand every sale of a table over; `dry_run` tries all of it and keeps nothing."""
    outcome = SalesOutcome()
    groups = _groups(content, outcome)
    if not dry_run:
        for reference, rows in groups.items():
            _hand_over(reference, rows, outcome, by=by)
        return outcome
    try:
        with transaction():
            for reference, rows in groups.items():
                _try(reference, rows, outcome, by=by)
            raise _Undone
    except _Undone:
        return outcome


def _try(reference: str, rows: Sequence[_Row], outcome: SalesOutcome, *, by: Actor) -> None:
    """What is refused takes back its own sale alone; later ones see what earlier ones would have made."""
    known = len(outcome.refused)
    savepoint = db.session.begin_nested()
    _hand_over(reference, rows, outcome, by=by)
    if len(outcome.refused) > known:
        savepoint.rollback()
    else:
        savepoint.commit()


def _hand_over(reference: str, rows: Sequence[_Row], outcome: SalesOutcome, *, by: Actor) -> None:
    if sale_by_reference(reference) is not None:
        outcome.unchanged += 1
        return
    reading = _Reading(rows)
    new = reading.sale()
    if reading.wrong or new is None:
        outcome.refused += [Refusal(line, column, reason, reference) for line, column, reason in reading.wrong]
        return
    try:
        sale = record_sale(new, by=by)
    except Invalid as refusal:
        outcome.refused += [
            Refusal(*reading.place_of(name), text, reference)
            for name, texts in refusal.errors.items() for text in texts
        ]  # fmt: skip
    except DomainError as refusal:
        outcome.refused.append(Refusal(rows[0].line, "reference", refusal.message or refusal.code, reference))
    else:
        outcome.made.append((reference, sale.number))


def _groups(content: bytes, outcome: SalesOutcome) -> dict[str, list[_Row]]:
    """The rows by their reference, in the order of the file."""
    if len(content) > MOST_BYTES:
        raise Invalid({"file": [f"The file is larger than {MOST_BYTES // 1_000_000} MB."]})
    text = content.decode("utf-8-sig", "surrogateescape")
    head = text.partition("\n")[0]
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise Invalid({"file": [f"The first line cannot be read: {error}."]}) from error
    _check_head(names)
    groups: dict[str, list[_Row]] = {}
    for row in _read(reader, names, outcome):
        reference = " ".join(row.cells.get("reference", "").split())
        if reference:
            groups.setdefault(reference, []).append(row)
        else:
            outcome.refused.append(
                Refusal(row.line, "reference", "Give the sale a reference: by it, it comes in once.")
            )
    broken = {refusal.reference for refusal in outcome.refused if refusal.reference}
    return {reference: rows for reference, rows in groups.items() if reference not in broken}


def _check_head(names: Sequence[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong = [f"The column “{name}” is missing." for name in missing]
    wrong += [f"There is no column “{name[:40]}”." for name in unknown]
    wrong += [f"The column “{name}” stands there twice." for name in twice if name in COLUMNS]
    if wrong:
        raise Invalid({"file": wrong}, " ".join(wrong))


def _read(reader: Any, names: Sequence[str], outcome: SalesOutcome) -> Iterator[_Row]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            outcome.refused.append(Refusal(reader.line_num, "", f"This line cannot be read: {error}."))
            return
        line = reader.line_num - sum(cell.count("\n") for cell in cells)
        if not any(cell.strip() for cell in cells):
            continue
        row = _Row(line, {name: cell.strip() for name, cell in zip(names, cells, strict=False)})
        reference = " ".join(row.cells.get("reference", "").split())
        if len(cells) != len(names):
            reason = f"There are {len(cells)} cells, and {len(names)} columns."
            outcome.refused.append(Refusal(line, "", reason, _printable(reference)))
            continue
        odd = [name for name, cell in row.cells.items() if not _is_text(cell)]
        outcome.refused += [
            Refusal(line, name, "This holds bytes that are no UTF-8 text.", _printable(reference)) for name in odd
        ]
        if not odd:
            yield row


class _Reading:
    """The rows of one sale, read into what the handover asks for; `wrong` holds what cannot be read."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.rows = rows
        self.wrong: list[tuple[int, str, str]] = []
        self.items: list[_Row] = []
        self.people: list[_Row] = []
        self.agreed: _Row | None = None

    def sale(self) -> NewSale | None:
        """The sale; None where something of it cannot be read."""
        whole = {name: self._one(name) for name in WHOLE}
        self.items = [row for row in self.rows if any(row.cells.get(name) for name in ("product", "what"))]
        self.people = self._people()
        self._miss(ITEM, ("product", "what"), "what", "Say what was sold.")
        self._miss(PERSON, ("contact", "email"), "contact", "Say who it is.")
        self._miss(AGREED, ("contract",), "contract", "Give the contract a number.", of=self.rows[:1])
        agreed = {name: self._one(name) for name in AGREED}
        self.agreed = next((row for row in self.rows if row.cells.get("contract")), None)
        items = tuple(self._item(row) for row in self.items)
        contacts = tuple(self._buyer(row) for row in self.people)
        sold_on = self._read(whole["sold_on"], "sold_on", _day)
        owner_id = self._read(whole["owner"], "owner", _operator)
        care_plan_id = self._read(whole["care_plan"], "care_plan", _care_plan)
        ticket_id = self._read(whole["enquiry"], "enquiry", _ticket)
        timezone = self._read(whole["timezone"], "timezone", _zone) or DEFAULT_ZONE
        language = self._read(whole["language"], "language", _language) or DEFAULT_LANGUAGE
        contract = self._agreement(agreed, sold_on) if self.agreed is not None else None
        if sold_on is None and not any(column == "sold_on" for _line, column, _reason in self.wrong):
            self.wrong.append((self.rows[0].line, "sold_on", "Fill in this cell."))
        if self.wrong or sold_on is None:
            return None
        return NewSale(
            sold_on=sold_on, items=items, contacts=contacts, contract=contract, owner_id=owner_id,
            organisation=NewOrganisation(whole["organisation"][1], language, timezone, whole["city"][1]),
            currency=whole["currency"][1] or "EUR", reference=whole["reference"][1], note=whole["note"][1],
            ticket_id=ticket_id, care_plan_id=care_plan_id,
        )  # fmt: skip

    def place_of(self, name: str) -> tuple[int, str]:
        """The line and the column of what the handover refused."""
        head, _dot, rest = name.partition(".")
        row: _Row | None = self.rows[0]
        if head in ("items", "contacts") and rest:
            place, _dot, name = rest.partition(".")
            rows = self.items if head == "items" else self.people
            row = rows[int(place)]
        elif head == "contract":
            row = self.agreed
        column = COLUMN_OF.get(name, name.removeprefix("contract.").removeprefix("organisation."))
        return (row or self.rows[0]).line, column

    def _one(self, name: str) -> tuple[int, str]:
        """What the rows say of the whole, with its line; no two of them may differ."""
        said = [(row.line, row.cells[name]) for row in self.rows if row.cells.get(name)]
        for line, text in said[1:]:
            if text != said[0][1]:
                self.wrong.append((line, name, f"Line {said[0][0]} of the same sale says “{said[0][1][:60]}”."))
        return said[0] if said else (self.rows[0].line, "")

    def _people(self) -> list[_Row]:
        """The rows with a person, each person once."""
        found: dict[str, _Row] = {}
        for row in self.rows:
            key = (row.cells.get("email") or row.cells.get("contact") or "").lower()
            if key:
                found.setdefault(key, row)
        return list(found.values())

    def _miss(
        self, columns: Sequence[str], needed: Sequence[str], column: str, reason: str, of: Sequence[_Row] | None = None
    ) -> None:
        """Rows that say something of a thing that they do not name."""
        for row in self.rows if of is None else of:
            says = any(row.cells.get(name) for name in columns)
            names = any(each.cells.get(name) for name in needed for each in ([row] if of is None else self.rows))
            if says and not names:
                self.wrong.append((row.line, column, reason))

    def _read(self, said: tuple[int, str], column: str, read: Callable[[str], T]) -> T | None:
        line, text = said
        if not text:
            return None
        try:
            return read(text)
        except (ValueError, InvalidOperation, OverflowError) as error:
            self.wrong.append((line, column, str(error) if isinstance(error, _Told) else "This cannot be read."))
            return None

    def _of(self, row: _Row, column: str, read: Callable[[str], T]) -> T | None:
        return self._read((row.line, row.cells.get(column, "")), column, read)

    def _item(self, row: _Row) -> NewItem:
        product_id = self._of(row, "product", _product)
        return NewItem(
            product_id=product_id, what=row.cells.get("what", ""), quantity=self._quantity(row),
            price_cents=self._of(row, "price", _cents) or 0,
            version_id=self._of(row, "version", lambda text: _version(text, product_id)),
            serials=tuple(_several(row.cells.get("serials", ""))), location=row.cells.get("location", ""),
            delivered_on=self._of(row, "delivered_on", _day), warranty_until=self._of(row, "warranty_until", _day),
            free_upgrades_until=self._of(row, "free_upgrades_until", _day),
        )  # fmt: skip

    def _quantity(self, row: _Row) -> int:
        quantity = self._of(row, "quantity", _whole_number)
        return 1 if quantity is None else quantity

    def _buyer(self, row: _Row) -> NewBuyer:
        return NewBuyer(
            name=row.cells.get("contact") or row.cells.get("email", ""), email=row.cells.get("email", ""),
            phone=row.cells.get("phone", ""), roles=tuple(self._of(row, "roles", _roles) or ()),
            is_supervisor=bool(self._of(row, "supervisor", _yes)), is_invited=bool(self._of(row, "invite", _yes)),
        )  # fmt: skip

    def _agreement(self, said: dict[str, tuple[int, str]], sold_on: date | None) -> NewAgreement:
        hours = self._read(said["hours"], "hours", _minutes)
        return NewAgreement(
            number=said["contract"][1], plan=self._read(said["plan"], "plan", _plan) or Plan.PAY_AS_YOU_GO,
            policy_id=self._read(said["policy"], "policy", _policy),
            valid_from=self._read(said["valid_from"], "valid_from", _day) or sold_on or date.min,
            valid_until=self._read(said["valid_until"], "valid_until", _day), hours_minutes=hours or 0,
            hours_expire_on=self._read(said["hours_expire_on"], "hours_expire_on", _day),
            hourly_rate_cents=self._read(said["hourly_rate"], "hourly_rate", _cents),
            monthly_fee_cents=self._read(said["monthly_fee"], "monthly_fee", _cents),
            covers_on_site=bool(self._read(said["on_site"], "on_site", _yes)),
        )  # fmt: skip


class _Told(ValueError):
    """A cell that cannot be read, with the sentence that says why."""


def _day(text: str) -> date:
    try:
        if len(text) != len("2026-03-27"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as error:
        raise _Told("This must be a day, such as 2026-03-27.") from error


def _cents(text: str) -> int:
    try:
        cents = Decimal(text.replace(" ", "").replace("\u00a0", "").replace(",", ".")) * 100
        if not cents.is_finite() or cents != int(cents) or abs(cents) > 10**12:
            raise ValueError(text)
    except (ArithmeticError, ValueError) as error:
        raise _Told("This must be an amount, such as 1200.00.") from error
    return int(cents)


def _minutes(text: str) -> int:
    try:
        minutes = Decimal(text.replace(",", ".")) * 60
        if not minutes.is_finite() or minutes != int(minutes) or abs(minutes) > 10**9:
            raise ValueError(text)
    except (ArithmeticError, ValueError) as error:
        raise _Told("This must be hours, such as 10 or 2.5.") from error
    return int(minutes)


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _Told("This must be a whole number.")
    return int(text)


def _yes(text: str) -> bool:
    if text.lower() not in YES:
        raise _Told("This must be yes or no.")
    return YES[text.lower()]


def _zone(text: str) -> str:
    if not is_zone(text):
        raise _Told("This is not the name of a time zone, such as Europe/Vilnius.")
    return text


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise _Told(f"Choose one of: {', '.join(LANGUAGES)}.")
    return text


def _plan(text: str) -> Plan:
    if text.lower() not in set(Plan):
        raise _Told(f"Choose one of: {', '.join(Plan)}.")
    return Plan(text.lower())


def _roles(text: str) -> tuple[BuyingRole, ...]:
    words = [word.lower() for word in _several(text)]
    if set(words) - set(BuyingRole):
        raise _Told(f"Choose of: {', '.join(BuyingRole)}.")
    return tuple(BuyingRole(word) for word in words)


def _product(text: str) -> int:
    return _named(text, {card.id: card.name for card in directory.products().values() if card.is_active}, "product")


def _version(text: str, product_id: int | None) -> int:
    names = {card.id: card.name for card in directory.versions().values() if card.product_id == product_id}
    return _named(text, names, "version of the product")


def _care_plan(text: str) -> int:
    return _named(text, {plan.id: plan.name for plan in offered_plans(for_=SYSTEM)}, "care plan")


def _policy(text: str) -> int:
    return _named(text, policy_names(), "policy")


def _operator(text: str) -> int:
    cards = directory.operators().values()
    return _named(text, {card.id: card.email or "" for card in cards if card.is_active}, "operator with this address")


def _named(text: str, names: dict[int, str], what: str) -> int:
    found = next((key for key, name in names.items() if name.lower() == text.lower()), None)
    if found is None:
        raise _Told(f"There is no such {what}.")
    return found


def _ticket(text: str) -> int:
    digits = text.upper().removeprefix(NUMBER_PREFIX)
    if not (digits.isascii() and digits.isdigit() and 0 < len(digits) <= 10):
        raise _Told("This must be the number of an enquiry, such as T-20418.")
    return int(digits)


def _several(text: str) -> list[str]:
    return [word.strip() for word in text.replace(";", ",").replace("|", ",").split(",") if word.strip()]


def _is_text(cell: str) -> bool:
    return "\0" not in cell and not any("\ud800" <= letter <= "\udfff" for letter in cell)


def _printable(text: str) -> str:
    return text if _is_text(text) else ""
