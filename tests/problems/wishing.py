"""A wish for the label printer, and somebody who answers it."""

from __future__ import annotations

from typing import Any

from helpdesk.core.db import db
from helpdesk.models.access import Account
from helpdesk.models.feedback import Verdict, Wish
from helpdesk.models.products import InstalledProduct, Version
from helpdesk.people.accounts import actor_of
from helpdesk.policy.actor import Actor
from helpdesk.problems.answers import NewAnswer
from helpdesk.problems.wishes import NewWish, write_wish
from tests.cast import Cast


def a_wish(cast: Cast, **values: Any) -> Wish:
    """A public wish of the printer, written down by Ona."""
    told = {"product_id": cast.printer.id, "title": "Print from a telephone", "is_public": True} | values
    return write_wish(NewWish(**told), by=cast.ona)


def the_version(cast: Cast) -> int:
    query = db.select(Version.id).where(Version.product_id == cast.printer.id)
    return db.session.scalars(query.order_by(Version.id)).first() or 0


def fixed_in(cast: Cast, **values: Any) -> NewAnswer:
    return NewAnswer(Verdict.FIXED, version_id=the_version(cast), **values)


def give_printer(organisation_id: int, cast: Cast, version_id: int | None = None) -> InstalledProduct:
    """The printer stands at this organisation, too."""
    row = InstalledProduct(organisation_id=organisation_id, product_id=cast.printer.id, version_id=version_id)
    db.session.add(row)
    db.session.commit()
    return row


def anew(actor: Actor) -> Actor:
    """The actor as they would sign in now."""
    return actor_of(db.session.get_one(Account, actor.account_id))
