"""Products at clients: what is known of them, their free upgrades, their parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from helpdesk.aftersales.installed import (
    InstalledState,
    NewPart,
    add_part,
    change_installed,
    free_upgrades_from,
    get_installed,
    parts_of,
    parts_shown,
    remove_part,
    replace_part,
    state_of,
)
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.models.people import BuyingRole, Contact
from helpdesk.models.products import InstalledProduct, PartKind, Version
from helpdesk.people.organisations import set_buying_roles
from tests.aftersales.conftest import At
from tests.cast import Cast


def printer(cast: Cast) -> InstalledProduct:
    return get_installed(cast.printer_at_klinika.id, for_=cast.ona)


def test_what_is_known_can_be_corrected_and_the_journal_keeps_what_was(cast: Cast) -> None:
    version_id = db.session.scalars(db.select(Version.id)).one()
    new = replace(state_of(printer(cast)), version_id=version_id, location=" Ward  3 ", delivered_on=date(2026, 1, 5))
    for _click in range(2):
        change_installed(printer(cast), new, by=cast.ona)
    assert state_of(printer(cast)) == replace(new, location="Ward 3")
    [entry] = db.session.scalars(db.select(Entry).where(Entry.fact == "InstalledChanged")).all()
    assert entry.payload["changes"] == {
        "version_id": [None, version_id], "location": ["Reception", "Ward 3"], "delivered_on": [None, "2026-01-05"],
    }  # fmt: skip


@pytest.mark.parametrize(("change", "field"), [
    ({"version_id": 999_999}, "version_id"), ({"serial": "x" * 101}, "serial"), ({"location": "x" * 201}, "location"),
    ({"installed_on": date(2026, 3, 3)}, "installed_on"), ({"trained_on": date(1, 1, 1)}, "trained_on"),
    ({"delivered_on": date(2026, 2, 2), "installed_on": date(2026, 2, 1)}, "installed_on"),
    ({"delivered_on": date(2026, 2, 2), "warranty_until": date(2026, 2, 1)}, "warranty_until"),
    ({"free_upgrades_until": date(9999, 1, 1)}, "free_upgrades_until"),
])  # fmt: skip
def test_what_cannot_be_is_named(cast: Cast, change: dict[str, Any], field: str) -> None:
    before = state_of(printer(cast))
    with pytest.raises(Invalid) as refused:
        change_installed(printer(cast), InstalledState(**(before.__dict__ | change)), by=cast.ona)
    assert list(refused.value.errors) == [field]
    assert state_of(printer(cast)) == before


@pytest.mark.parametrize(("delivered", "until"), [
    ("2026-03-02", "2027-03-02"), ("2024-02-29", "2025-02-28"), ("2026-12-31", "2027-12-31"),
])  # fmt: skip
def test_free_upgrades_last_a_year(cast: Cast, delivered: str, until: str) -> None:
    assert str(free_upgrades_from(date.fromisoformat(delivered))) == until


def test_parts_are_wanted_again_after_their_interval(cast: Cast, at: At) -> None:
    roll = NewPart("Print  head", PartKind.SPARE_PART, "PH-7", 90, date(2026, 1, 5))
    for _click in range(2):
        part = add_part(printer(cast), roll, by=cast.ona)
    add_part(printer(cast), NewPart("Labels"), by=cast.ona)
    with at("2026-04-10 09:00"):
        labels, head = parts_shown(printer(cast))
        assert (head.part.name, str(head.next_on), head.is_overdue) == ("Print head", "2026-04-05", True)
        assert (labels.next_on, labels.is_overdue) == (None, False)
        replace_part(printer(cast), part.id, by=cast.ona)
        assert str(parts_shown(printer(cast))[1].next_on) == "2026-07-09"
        with pytest.raises(Invalid):
            replace_part(printer(cast), part.id, date(2026, 4, 11), by=cast.ona)
    remove_part(printer(cast), part.id, by=cast.ona)
    assert [each.name for each in parts_of(printer(cast).id)] == ["Labels"]
    for wrong in ({"name": " "}, {"part_number": "x" * 101}, {"interval_days": 0}, {"replaced_on": date(2030, 1, 1)}):
        with pytest.raises(Invalid) as refused:
            add_part(printer(cast), NewPart(**({"name": "Roll"} | wrong)), by=cast.ona)  # type: ignore[arg-type]
        assert list(refused.value.errors) == list(wrong)


def test_whose_it_is_not_finds_nothing(cast: Cast) -> None:
    with pytest.raises(NotFound):
        get_installed(cast.printer_at_klinika.id, for_=cast.marek)
    for nobody in (cast.jonas, cast.lena, cast.giedrius):
        with pytest.raises(Forbidden):
            add_part(get_installed(cast.printer_at_klinika.id, for_=nobody), NewPart("Roll"), by=nobody)


def test_buying_roles_are_said_and_taken_back(cast: Cast) -> None:
    jonas = db.session.get_one(Contact, cast.jonas.contact_id)
    for roles in ({BuyingRole.USER, BuyingRole.BUYER}, {BuyingRole.BUYER, BuyingRole.DECIDER}, set()):
        for _click in range(2):
            set_buying_roles(jonas, roles, by=cast.ona)
        db.session.expire(jonas)
        assert {row.role for row in jonas.roles} == roles
    assert db.session.query(Entry).filter_by(fact="BuyingRolesSet").count() == 3
    with pytest.raises(Forbidden):
        set_buying_roles(jonas, {BuyingRole.DECIDER}, by=cast.jonas)
