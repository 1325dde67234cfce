"""Who answers for what is late, and when each of them may be told: in their hours, on the clock of their own zone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.standing import standing
from helpdesk.core.times import epoch, instant, now
from helpdesk.models.access import Account, Role
from helpdesk.people.directory import operators, substitute_for
from sla import register
from sla.models import CalendarVersion, ClockKind
from sla.worktime import WorkIndex


def account_of(operator_id: int) -> int | None:
    """The account of an operator who can sign in."""
    return db.session.scalar(
        select(Account.id).where(Account.operator_id == operator_id, Account.disabled_at.is_(None))
    )


def lead_of(line: int, at: int) -> int | None:
    """The account of whoever leads a line, or of their substitute."""
    leads = [card for card in operators().values() if card.is_active and card.leads_line == line]
    return account_of(substitute_for(leads[0].id, instant(at))) if leads else None


def manager() -> int | None:
    """The account of the first manager."""
    managers = select(Account.id).where(Account.role == Role.MANAGER, Account.disabled_at.is_(None))
    return db.session.scalar(managers.order_by(Account.id).limit(1))


def hours_of(account_id: int, otherwise: int | None = None) -> WorkIndex | None:
    """The hours of a person: those of the desk's calendar, on the clock of the person's own zone.

    `otherwise` is the calendar of a desk that has none of its own; None where there is none at all.
    """
    calendar_id = desk_calendar() or otherwise
    if calendar_id is None:
        return None
    zone = db.session.scalar(select(Account.timezone).where(Account.id == account_id)) or "UTC"
    key = (calendar_id, zone)
    kept = _indexes_by_zone()
    if key not in kept:
        versions = select(CalendarVersion).where(CalendarVersion.calendar_id == calendar_id)
        rows = db.session.scalars(versions.order_by(CalendarVersion.recorded_at, CalendarVersion.id))
        kept[key] = register.compiled_versions({row.valid_from: {**row.content, "timezone": zone} for row in rows})
    return kept[key]


def opening(account_id: int, at: int, otherwise: int | None = None) -> int:
    """When this person's hours are, at this instant or next."""
    index = hours_of(account_id, otherwise)
    if index is None or index.is_working(at):
        return at
    found = index.next_opening(at)
    return at if found is None else found


def patience(account_id: int, at: int, minutes: int, otherwise: int | None = None) -> int:
    """The instant at which so many minutes of this person's hours have passed."""
    index = hours_of(account_id, otherwise)
    due = index.due(at, 60 * minutes) if index is not None else None
    return at + 60 * minutes if due is None else due


@standing
def desk_calendar() -> int | None:
    """The calendar by which most of the desk's own promises are counted: that of the default policy's resolutions."""
    cards = [c for c in register.targets().values() if c.policy_id == register.default_policy_id()]
    resolutions = [card for card in cards if card.kind is ClockKind.RESOLUTION]
    # The least urgent one: what is promised around the clock says nothing of people's hours.
    least = max(resolutions or cards, key=lambda card: (not card.is_urgent, card.priority, -card.id), default=None)
    return least.calendar_id if least else None


def business_due(
    *, days: int = 0, minutes: int = 0, start: datetime | None = None, calendar_id: int | None = None
) -> datetime:
    """When the hours of the n-th business day after the day of `start` end, or so many working minutes have passed.

    Counted by a calendar, the desk's where none is named; where there is none at all, every day and minute counts.
    """
    at = start or now()
    index = register.indexes().get(calendar_id or desk_calendar() or 0)
    if index is not None:
        due = index.due(epoch(at), 60 * minutes) if minutes else index.business_days_after(epoch(at), days)
        if due is not None:
            return instant(due)
    return at + timedelta(days=days, minutes=minutes)


@standing
def _indexes_by_zone() -> dict[tuple[int, str], WorkIndex]:
    return {}
