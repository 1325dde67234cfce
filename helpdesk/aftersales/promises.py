"""Promises that are made on a visit: they stand in the same register as those of tickets."""

from __future__ import annotations

from helpdesk.core.command import command
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.models.care import Revisit
from helpdesk.models.promises import Promise
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.promises import NewPromise, add_promise, known_promise, wrong_in


@command
def promise_on_revisit(revisit: Revisit, new: NewPromise, *, by: Actor) -> Promise:
    """Put on record what was agreed with the client during a visit."""
    require(by, Action.RECORD_OUTCOME, revisit)
    if known := known_promise(Promise.revisit_id == revisit.id, new, by):
        return known  # a second click
    errors = wrong_in(new)
    if revisit.contact_id is None:
        errors["until_at"] = [_("Say first whom this visit is for: a promise is made to a person.")]
    if errors or revisit.contact_id is None:
        raise Invalid(errors)
    return add_promise(
        new, contact_id=revisit.contact_id, organisation_id=revisit.organisation_id, revisit_id=revisit.id,
        line=min(by.lines, default=None), by=by,
    )  # fmt: skip
