"""Absences and their substitutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.standing import touch
from helpdesk.models.people import Operator, Substitution
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require


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
