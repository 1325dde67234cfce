"""Absences and their substitutes; who is on duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.core.i18n import gettext as _
from helpdesk.core.standing import touch
from helpdesk.models.access import STAFF, Account
from helpdesk.models.people import Operator, Substitution
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

FIRST_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True)
class NewAbsence:
    operator_id: int
    substitute_id: int
    since: datetime
    until: datetime
    reason: str = ""


@command
def plan_absence(new: NewAbsence, *, by: Actor) -> Substitution:
    """Somebody is away and somebody else answers; one's own absence anybody may plan."""
    if by.operator_id != new.operator_id:
        require(by, Action.MANAGE_ABSENCES)
    if new.since >= new.until:
        raise Invalid({"until": [_("The absence must end after it begins.")]})
    if new.operator_id == new.substitute_id:
        raise Invalid({"substitute_id": [_("Choose somebody else as the substitute.")]})
    for name in ("operator_id", "substitute_id"):
        if db.session.get(Operator, getattr(new, name)) is None:
            raise Invalid({name: [_("There is no such operator.")]})
    row = Substitution(
        operator_id=new.operator_id, substitute_id=new.substitute_id, since=new.since, until=new.until,
        reason=new.reason,
    )  # fmt: skip
    db.session.add(row)
    touch()
    return row


def on_duty(roster: str, at: datetime) -> int | None:
    """The account of the duty officer: one of the roster each week, from Monday to Sunday, in turn."""
    addresses = _addresses(roster)
    if not addresses:
        return None
    week = (at.astimezone(ZoneInfo(DEFAULT_ZONE)).date() - FIRST_MONDAY).days // 7
    return _staff(addresses).get(addresses[week % len(addresses)])


def check_roster(roster: str) -> None:
    """Invalid for an address that is not of the staff."""
    known = _staff(_addresses(roster))
    strange = next((address for address in _addresses(roster) if address not in known), None)
    if strange is not None:
        raise Invalid({"duty_officers": [_("Nobody of the staff has the address %(address)s.", address=strange)]})


def _addresses(roster: str) -> list[str]:
    return [word.strip().lower() for word in roster.split(",") if word.strip()]


def _staff(addresses: list[str]) -> dict[str, int]:
    email = func.lower(Account.email)
    query = select(email, Account.id).where(email.in_(addresses), Account.role.in_(STAFF))
    return dict(db.session.execute(query.where(Account.disabled_at.is_(None))).all())
