"""Second figures: what was judged otherwise after its month had been closed, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import among, db
from helpdesk.core.i18n import gettext as _
from helpdesk.models.access import Account
from helpdesk.models.people import Contact, Operator
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport
from helpdesk.reports.items import Item, kind_of

MOST = 500
SIGNERS: dict[str, Any] = {"account": Account, "operator": Operator, "contact": Contact}  # as the journal says


@dataclass(frozen=True)
class Rejudged:
    """An item with a second figure, and who signed it."""

    item: Item
    signed_by: str
    signed_at: datetime


def rejudged_items(report: FactReport, over: Slice, *, for_: Actor) -> list[Rejudged]:
    """The last judged first, at most `MOST` of them."""
    require(for_, Action.READ_REPORTS)
    source = report.source
    if not source.is_signed:
        return []
    basis, model = next(iter(source.bases.values())), source.model
    item = getattr(model, source.item_id)
    query = (
        select(item, model.signed_kind, model.signed_id, model.signed_at)
        .where(model.signed_at.is_not(None), *over.period(getattr(model, basis.at)), *source.scope(for_))
        .order_by(model.signed_at.desc(), item).limit(MOST)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    found = kind_of(report).load([row[0] for row in rows], for_)
    names = _names(rows)
    return [
        Rejudged(found.get(row[0]) or Item(row[0], f"{kind_of(report).prefix}{row[0]}", _("deleted"), None,
                                           is_deleted=True),
                 names.get((row[1], row[2]), _("The desk itself")), row[3])
        for row in rows
    ]  # fmt: skip


def _names(rows: Sequence[Any]) -> dict[tuple[str, int], str]:
    names: dict[tuple[str, int], str] = {}
    for kind, model in SIGNERS.items():
        ids = {row[2] for row in rows if row[1] == kind}
        if ids:
            query = select(model.id, model.name).where(among(model.id, list(ids)))
            names |= {(kind, row[0]): row[1] for row in db.session.execute(query)}
    return names
