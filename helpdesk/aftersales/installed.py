"""Products that stand at clients: their version, days and place, their consumables and spare parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import InstalledChanged
from helpdesk.models.products import InstalledPart, InstalledProduct, PartKind, Version
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible

LONGEST = {"serial": 100, "location": 200, "name": 200, "part_number": 100}
EARLIEST, FARTHEST = date(1990, 1, 1), timedelta(days=36_600)
HAPPENED = ("delivered_on", "installed_on", "trained_on")
ENDS = ("warranty_until", "free_upgrades_until")
MOST_PARTS = 200


@dataclass(frozen=True)
class InstalledSettings:
    """Settings of products at clients."""

    free_upgrade_months: int = setting(
        12, "Months of free upgrades from the delivery, where nothing else is said.", low=0, high=120
    )


@dataclass(frozen=True)
class InstalledState:
    """What is known of a product at a client, as a whole."""

    version_id: int | None
    serial: str
    location: str
    delivered_on: date | None
    installed_on: date | None
    trained_on: date | None
    warranty_until: date | None
    free_upgrades_until: date | None


@dataclass(frozen=True)
class NewPart:
    """A consumable or a spare part."""

    name: str
    kind: PartKind = PartKind.CONSUMABLE
    part_number: str = ""
    interval_days: int | None = None  # how long one lasts
    replaced_on: date | None = None


@dataclass(frozen=True)
class PartShown:
    """A part, and by when the next one is wanted."""

    part: InstalledPart
    next_on: date | None
    is_overdue: bool


def get_installed(installed_product_id: int, *, for_: Actor) -> InstalledProduct:
    """The product at a client, if the actor can see it."""
    query = visible(for_, InstalledProduct).where(InstalledProduct.id == installed_product_id)
    found: InstalledProduct | None = db.session.scalar(locked_when_writing(query, of=InstalledProduct))
    if found is None:
        raise NotFound
    return found


def state_of(installed: InstalledProduct) -> InstalledState:
    return InstalledState(**{each.name: getattr(installed, each.name) for each in fields(InstalledState)})


@command
def change_installed(installed: InstalledProduct, new: InstalledState, *, by: Actor) -> InstalledProduct:
    """Correct what is known of a product at a client; the journal keeps what it was before."""
    require(by, Action.MANAGE_INSTALLED, installed)
    if errors := _wrong_in(installed, new):
        raise Invalid(errors)
    changes: dict[str, Any] = {}
    for each in fields(InstalledState):
        before, after = getattr(installed, each.name), getattr(new, each.name)
        after = " ".join(after.split()) if isinstance(after, str) else after
        if before != after:
            changes[each.name] = [_plain(before), _plain(after)]
            setattr(installed, each.name, after)
    if changes:
        record(InstalledChanged(installed.id, changes=changes), by=by)
    return installed


@command
def add_part(installed: InstalledProduct, new: NewPart, *, by: Actor) -> InstalledPart:
    """Note a consumable or a spare part of a product."""
    require(by, Action.MANAGE_INSTALLED, installed)
    errors: dict[str, list[str]] = {}
    if not new.name.strip():
        errors["name"] = [_("Give it a name.")]
    for name in ("name", "part_number"):
        if len(getattr(new, name).strip()) > LONGEST[name]:
            errors[name] = [_("This is too long.")]
    if new.interval_days is not None and not 0 < new.interval_days <= 3660:
        errors["interval_days"] = [_("Give a number from %(low)s to %(high)s.", low=1, high=3660)]
    if new.replaced_on is not None:
        errors |= _wrong_day("replaced_on", new.replaced_on, day_of(installed.organisation_id, now()))
    if len(parts_of(installed.id)) >= MOST_PARTS:
        errors["name"] = [_("These are too many: at most %(most)s.", most=MOST_PARTS)]
    if errors:
        raise Invalid(errors)
    name, number = " ".join(new.name.split()), " ".join(new.part_number.split())
    for known in parts_of(installed.id):
        if (known.kind, known.name.lower(), known.part_number.lower()) == (new.kind, name.lower(), number.lower()):
            return known  # a second click
    part = InstalledPart(
        installed_product_id=installed.id, kind=new.kind, name=name, part_number=number,
        interval_days=new.interval_days, replaced_on=new.replaced_on,
    )  # fmt: skip
    db.session.add(part)
    db.session.flush()
    record(InstalledChanged(installed.id, changes={"part": [None, name]}), by=by)
    return part


@command
def replace_part(installed: InstalledProduct, part_id: int, on: date | None = None, *, by: Actor) -> InstalledPart:
    """A part was replaced; the next one is wanted an interval later."""
    require(by, Action.MANAGE_INSTALLED, installed)
    part = _part(installed, part_id)
    on = on or day_of(installed.organisation_id, now())
    if errors := _wrong_day("replaced_on", on, day_of(installed.organisation_id, now())):
        raise Invalid(errors)
    if part.replaced_on != on:
        record(InstalledChanged(installed.id, changes={part.name: [_plain(part.replaced_on), str(on)]}), by=by)
        part.replaced_on = on
    return part


@command
def remove_part(installed: InstalledProduct, part_id: int, *, by: Actor) -> None:
    """A part is not wanted on the list any more."""
    require(by, Action.MANAGE_INSTALLED, installed)
    part = _part(installed, part_id)
    record(InstalledChanged(installed.id, changes={"part": [part.name, None]}), by=by)
    db.session.delete(part)


def parts_of(installed_product_id: int) -> Sequence[InstalledPart]:
    """The parts of a product that the reader has, by kind and name."""
    query = select(InstalledPart).where(InstalledPart.installed_product_id == installed_product_id)
    return db.session.scalars(query.order_by(InstalledPart.kind, InstalledPart.name, InstalledPart.id)).all()


def parts_shown(installed: InstalledProduct) -> list[PartShown]:
    """The parts of a product with the day of the next one."""
    today, shown = day_of(installed.organisation_id, now()), []
    for part in parts_of(installed.id):
        since = part.replaced_on or installed.installed_on or installed.delivered_on
        next_on = since + timedelta(days=part.interval_days) if since and part.interval_days else None
        shown.append(PartShown(part, next_on, next_on is not None and next_on < today))
    return shown


def free_upgrades_from(delivered_on: date) -> date | None:
    """The last day of free upgrades, by the months that the desk says; of 29 February the 28th."""
    months = read_settings(InstalledSettings).free_upgrade_months
    if not months:
        return None
    year, month = divmod(delivered_on.month - 1 + months, 12)
    first = date(delivered_on.year + year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(delivered_on.day, last.day))


def _part(installed: InstalledProduct, part_id: int) -> InstalledPart:
    query = select(InstalledPart).where(
        InstalledPart.id == part_id, InstalledPart.installed_product_id == installed.id
    )  # fmt: skip
    part: InstalledPart | None = db.session.scalar(query.with_for_update())
    if part is None:
        raise NotFound
    return part


def _wrong_in(installed: InstalledProduct, new: InstalledState) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    today = day_of(installed.organisation_id, now())
    for name in ("serial", "location"):
        if len(getattr(new, name).strip()) > LONGEST[name]:
            errors[name] = [_("This is too long.")]
    for name in HAPPENED:
        if (day := getattr(new, name)) is not None:
            errors |= _wrong_day(name, day, today)
    for name in ENDS:
        if (day := getattr(new, name)) is None:
            continue
        errors |= _wrong_day(name, day, today + FARTHEST)
        if new.delivered_on is not None and day < new.delivered_on:
            errors[name] = [_("It ends before it begins.")]
    if new.delivered_on and new.installed_on and new.installed_on < new.delivered_on:
        errors["installed_on"] = [_("It was delivered later.")]
    if new.version_id is not None:
        version = db.session.get(Version, new.version_id)
        if version is None or version.product_id != installed.product_id:
            errors["version_id"] = [_("This is no version of the product.")]
    return errors


def _wrong_day(name: str, day: date, latest: date) -> dict[str, list[str]]:
    if day > latest:
        return {name: [_("This lies in the future.")]}
    return {name: [_("This is too long ago.")]} if day < EARLIEST else {}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
