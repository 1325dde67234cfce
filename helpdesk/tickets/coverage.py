"""What happens to open requests when what covers them ends, or when the zones of the world change their clocks."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import epoch, now
from helpdesk.entitlement.choice import day_of, entitled
from helpdesk.events import ConfigurationChanged, EntitlementChanged
from helpdesk.models.contracts import Contract
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.recalculation import move_clocks
from sla import register
from sla.worktime import tzdata_version

ZONE_DATA = "zone_data"
AHEAD_OF_UTC = timedelta(hours=14)  # where a day begins first


@command
def renew_entitlements(limit: int = 200) -> int:
    """Open tickets whose contract is over: what they still run is kept, what starts later follows what covers them now.

    Returns how many tickets.
    """
    at, count = now(), 0
    query = (
        select(Ticket, Contract.valid_until).join(Contract, Contract.id == Ticket.contract_id)
        .where(Ticket.is_open, Contract.valid_until < (at + AHEAD_OF_UTC).date())
        .order_by(Contract.valid_until, Ticket.id).limit(limit).with_for_update(skip_locked=True, of=Ticket)
    )  # fmt: skip
    for ticket, last_day in db.session.execute(query).all():
        if last_day is not None and last_day >= day_of(ticket.organisation_id, at):
            continue  # not over yet where the client is
        installed = db.session.get(InstalledProduct, ticket.installed_product_id or 0)
        found = entitled(organisation_id=ticket.organisation_id, product_id=ticket.product_id, installed=installed,
                         at=at, component_id=ticket.component_id, channel=ticket.channel)  # fmt: skip
        ticket.contract_id = found.contract_id
        record(EntitlementChanged(ticket.id, policy_id=found.policy_id, contract_id=found.contract_id), by=SYSTEM)
        count += 1
    return count


@command
def follow_zone_data() -> int:
    """A new release of the time zone data is a changed calendar: the clocks that run are due anew."""
    known = db.session.scalars(
        select(Entry).where(Entry.subject_kind == ConfigurationChanged.subject_kind, Entry.subject_id == 0)
        .order_by(Entry.id.desc()).limit(1)
    ).first()  # fmt: skip
    before, after = known.payload["change"].get("after") if known else None, tzdata_version()
    if before == after:
        return 0
    moved = 0
    if before is not None:
        impact = move_clocks(list(register.indexes()), epoch(now()), cause=f"tzdata {after}", by=SYSTEM)
        moved = impact.clocks
    change = {"before": before, "after": after, "clocks": moved}
    record(ConfigurationChanged(0, what=ZONE_DATA, change=change), by=SYSTEM)
    return 0  # done whole: there is nothing to come back for
