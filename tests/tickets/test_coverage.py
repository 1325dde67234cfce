"""What covers open requests ends with its contract; new time zone data is a changed calendar."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from unittest.mock import patch

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.standing import touch
from helpdesk.core.times import now
from helpdesk.models.contracts import Contract, ContractLine
from helpdesk.models.products import InstalledProduct, Product
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.tickets import coverage, replay
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.intake import NewTicket, open_ticket
from sla import register
from sla.models import Clock, ClockKind, SlaPolicy, Target, WorkCalendar
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def gold(cast: Cast) -> SlaPolicy:
    """A policy that promises the next response in an hour, beside the default one that promises none."""
    policy = SlaPolicy(name="Gold")
    db.session.add(policy)
    db.session.flush()
    calendar_id = db.session.scalars(select(WorkCalendar.id).order_by(WorkCalendar.id).limit(1)).one()
    for kind, minutes in ((ClockKind.NEXT_RESPONSE, 60), (ClockKind.RESOLUTION, 120)):
        db.session.add_all(
            Target(policy_id=policy.id, kind=kind, priority=priority, seconds=minutes * 60, calendar_id=calendar_id,
                   pause_reasons=[], valid_from=0, recorded_at=0)
            for priority in ("P1", "P2", "P3", "P4")
        )  # fmt: skip
    touch()
    db.session.commit()
    return policy


def contract(cast: Cast, policy: SlaPolicy | None, *, since: str, until: str | None, number: str = "C-1") -> Contract:
    row = Contract(
        organisation_id=cast.jonas.organisation_id, number=number, policy_id=policy.id if policy else None,
        valid_from=date.fromisoformat(since), valid_until=date.fromisoformat(until) if until else None, lines=[],
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


def opened(cast: Cast, installed_product_id: int | None = None) -> Ticket:
    new = NewTicket("Blank labels", "Every label is blank.", installed_product_id=installed_product_id)
    return open_ticket(new, by=cast.jonas, channel=Channel.PORTAL)


def verdicts(ticket: Ticket) -> list[tuple[str, str, str]]:
    assert ticket.entitlement is not None
    return [(each["source"], each["name"], each["verdict"]) for each in ticket.entitlement["candidates"]]


def clocks_of(ticket: Ticket) -> dict[str, Clock]:
    return {clock.kind.value: clock for clock in register.clocks_of(("ticket", ticket.id))}


def test_a_contract_comes_before_the_default_and_the_rejected_ones_are_kept(
    cast: Cast, gold: SlaPolicy, at: At
) -> None:
    over = contract(cast, gold, since="2024-01-01", until="2024-12-31", number="C-over")
    later = contract(cast, gold, since="2027-01-01", until=None, number="C-later")
    bare = contract(cast, None, since="2025-01-01", until=None, number="C-bare")
    holds = contract(cast, gold, since="2026-01-01", until="2026-12-31", number="C-holds")

    with at("2026-03-02 09:00"):
        ticket = opened(cast)

    assert (ticket.policy_id, ticket.contract_id) == (gold.id, holds.id)
    assert verdicts(ticket) == [
        ("contract", later.number, "not_yet"), ("contract", holds.number, "chosen"),
        ("contract", bare.number, "no_policy"), ("contract", over.number, "expired"), ("default", "", "outranked"),
    ]  # fmt: skip
    assert clocks_of(ticket)["resolution"].target_seconds == 7200


def test_a_line_for_the_product_comes_first_and_the_warranty_before_the_default(
    cast: Cast, gold: SlaPolicy, at: At
) -> None:
    standard = register.default_policy_id()
    product = db.session.scalars(select(Product).order_by(Product.id).limit(1)).one()
    product.warranty_policy_id = gold.id
    installed = InstalledProduct(
        organisation_id=cast.jonas.organisation_id, product_id=product.id, serial="S-1",
        warranty_until=date(2026, 6, 30),
    )  # fmt: skip
    db.session.add(installed)
    db.session.commit()
    with at("2026-03-02 09:00"):
        under_warranty = opened(cast, installed_product_id=installed.id)
    with at("2026-07-01 09:00"):
        too_late = opened(cast, installed_product_id=installed.id)
    row = contract(cast, None, since="2026-01-01", until=None)
    row.lines.append(ContractLine(product_id=product.id, policy_id=gold.id))
    db.session.commit()
    with at("2026-07-02 09:00"):
        covered, other = opened(cast, installed_product_id=installed.id), opened(cast)

    assert (under_warranty.policy_id, too_late.policy_id) == (gold.id, standard)
    assert ("warranty", "S-1", "expired") in verdicts(too_late)
    assert (covered.policy_id, covered.contract_id) == (gold.id, row.id)
    assert verdicts(covered)[0] == ("contract_line", "C-1", "chosen")
    assert (other.policy_id, verdicts(other)[0]) == (standard, ("contract_line", "C-1", "other_product"))


def test_the_end_of_a_contract_stops_nothing_and_what_starts_later_follows_what_covers_it_then(
    cast: Cast, gold: SlaPolicy, at: At
) -> None:
    contract(cast, gold, since="2026-01-01", until="2026-03-02")
    with at("2026-03-02 09:00"):
        ticket = opened(cast)
        reply_to_client(ticket, NewMessage("Which printer?"), by=cast.ona)
    with at("2026-03-02 09:10"):
        assert coverage.renew_entitlements() == 0
    with at("2026-03-03 00:30"):
        assert (coverage.renew_entitlements(), coverage.renew_entitlements()) == (1, 0)
    with at("2026-03-03 09:00"):
        receive_reply(ticket, NewMessage("The one in the hall."), by=cast.jonas, channel=Channel.PORTAL)

    clocks = clocks_of(ticket)
    assert ticket.contract_id is None
    assert clocks["resolution"].target_seconds == 7200  # runs on as it was promised
    assert "next_response" not in clocks  # the default promises none
    with at("2026-03-03 09:10"):
        assert list(replay.differences(now())) == []


def test_a_renewed_contract_covers_what_starts_later(cast: Cast, gold: SlaPolicy, at: At) -> None:
    contract(cast, gold, since="2026-01-01", until="2026-03-02")
    renewed = contract(cast, gold, since="2026-03-03", until=None, number="C-2")
    with at("2026-03-02 09:00"):
        ticket = opened(cast)
        reply_to_client(ticket, NewMessage("Which printer?"), by=cast.ona)
    with at("2026-03-03 00:30"):
        coverage.renew_entitlements()
    with at("2026-03-03 09:00"):
        receive_reply(ticket, NewMessage("The one in the hall."), by=cast.jonas, channel=Channel.PORTAL)

    assert ticket.contract_id == renewed.id
    assert clocks_of(ticket)["next_response"].target_seconds == 3600
    with at("2026-03-03 09:10"):
        assert list(replay.differences(now())) == []


def test_new_zone_data_is_told_once_and_looks_at_the_clocks_that_run(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = opened(cast)
        before = clocks_of(ticket)["resolution"].due_at
        coverage.follow_zone_data()
        coverage.follow_zone_data()
        with patch.object(coverage, "tzdata_version", return_value="2099z"):
            coverage.follow_zone_data()

    told = db.session.scalars(
        select(Entry.payload).where(Entry.fact == "ConfigurationChanged", Entry.subject_id == 0).order_by(Entry.id)
    ).all()  # fmt: skip
    assert [each["change"]["after"] for each in told][1:] == ["2099z"]
    assert len(told) == 2
    assert clocks_of(ticket)["resolution"].due_at == before
