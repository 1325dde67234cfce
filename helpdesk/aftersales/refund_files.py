"""Refund rules as files: one JSON document, or CSV; with names in place of ids, as people write them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from helpdesk.aftersales.refund_rules import REMEDIES, NewRules, rules_of
from helpdesk.aftersales.refunds import Rule
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.tables import csv_text
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.claims import (
    FaultKind,
    RefundRuleVersion,
)
from helpdesk.models.contracts import Contract
from helpdesk.people import directory

COLUMNS = ("contract", "product", "fault", "revision_from", "revision_to", "age_from_days", "age_to_days", "remedy",
           "percent")  # fmt: skip


NUMBERS = COLUMNS[3:7]


def as_rows(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Rules with names in place of ids, as they are exported."""
    contracts, products = contract_numbers(), directory.products()
    return [
        {
            "contract": contracts.get(rule.contract_id) if rule.contract_id else None,
            "product": products[rule.product_id].name if rule.product_id in products else None, "fault": rule.fault,
            **{name: getattr(rule, name) for name in NUMBERS}, "remedy": rule.remedy, "percent": rule.percent,
        }
        for rule in rules
    ]  # fmt: skip


def as_document(version: RefundRuleVersion) -> dict[str, Any]:
    return {"valid_from": str(version.valid_from), "note": version.note or None, "rules": as_rows(rules_of(version))}


def as_csv(version: RefundRuleVersion) -> str:
    return csv_text(COLUMNS, as_rows(rules_of(version)))


def read_rules(content: str) -> NewRules:
    """A version as it was exported: one JSON document, or CSV with the columns of COLUMNS, which has no day.

    Invalid names each row that is wrong. The day is today's where the document has none.
    """
    text, valid_from, note = content.lstrip("\ufeff"), desk_today(), ""
    if text.lstrip().startswith(("{", "[")):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Invalid({"rules": [_("This is not JSON that can be read.")]}) from error
        if isinstance(document, dict):
            valid_from, note = _day(document.get("valid_from"), valid_from), str(document.get("note") or "")
            document = document.get("rules")
        rows = document
    else:
        reader = csv.DictReader(io.StringIO(text))
        if set(reader.fieldnames or ()) != set(COLUMNS):
            raise Invalid({"rules": [_("The columns must be: %(columns)s.", columns=", ".join(COLUMNS))]})
        rows = list(reader)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid({"rules": [_("Give a list of rules.")]})
    return NewRules(valid_from, from_rows(rows), note)


def from_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Rules from rows with names, as people write them; Invalid names each row that is wrong."""
    contracts = {number.lower(): key for key, number in contract_numbers().items()}
    products = {card.name.lower(): card.id for card in directory.products().values()}
    rules, errors = [], list[str]()
    for position, row in enumerate(rows, start=1):
        try:
            if unknown := set(map(str, row)) - set(COLUMNS):
                raise _Wrong(_("There is no column “%(name)s”.", name=min(unknown)))
            fault, remedy = _text(row, "fault"), _text(row, "remedy")
            if fault and fault not in set(FaultKind):
                raise _Wrong(_("There is no kind of fault “%(name)s”.", name=fault))
            if remedy not in {each.value for each in REMEDIES}:
                raise _Wrong(_("The remedy is one of: refund, replace, repair, redo."))
            rules.append(Rule(
                position, remedy, _number(row, "percent"), _named(row, "contract", contracts),
                _named(row, "product", products), fault or None, *(_number(row, name) for name in NUMBERS),
            ))  # fmt: skip
        except _Wrong as error:
            errors.append(_("Rule %(number)s: %(what)s", number=position, what=str(error)))
    if errors:
        raise Invalid({"rules": errors})
    return tuple(rules)


class _Wrong(Exception):
    pass


def contract_numbers() -> dict[int, str]:
    """Every contract by its number."""
    return {row.id: row.number for row in db.session.execute(select(Contract.id, Contract.number))}


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise _Wrong(_("“%(name)s” must be a word.", name=name))
    return (value or "").strip().removeprefix("'")  # an exported name that looked like a formula


def _named(row: Mapping[str, Any], name: str, ids: Mapping[str, int]) -> int | None:
    text = _text(row, name)
    if text and text.lower() not in ids:
        raise _Wrong(_("“%(name)s” is not known.", name=text))
    return ids[text.lower()] if text else None


def _number(row: Mapping[str, Any], name: str) -> int | None:
    value = row.get(name)
    if isinstance(value, str):
        value = value.strip()
        if value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
    if value in (None, ""):
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Wrong(_("“%(name)s” must be a whole number.", name=name))
    return value


def _day(value: Any, otherwise: date) -> date:
    try:
        return date.fromisoformat(value) if value else otherwise
    except (TypeError, ValueError) as error:
        raise Invalid({"valid_from": [_("Give a day such as 2026-03-02.")]}) from error
