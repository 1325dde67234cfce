"""The company of the demo desk moves in: its teams and people, its clients and what stands at their places.

Accounts are written as rows, because all of them have one password, whose hash is computed once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.aftersales.hours import grant_hours
from helpdesk.aftersales.terms import NewTerms, set_terms
from helpdesk.core.db import db
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, now
from helpdesk.models.access import Account, Role
from helpdesk.models.contracts import Contract, Plan
from helpdesk.models.people import (
    BuyingRole,
    Circle,
    CircleMember,
    Contact,
    ItReadiness,
    Operator,
    Organisation,
    SharingMode,
    TeamMember,
)
from helpdesk.models.products import Category, Component, InstalledProduct, Product, Version
from helpdesk.models.tickets import Priority
from helpdesk.people.accounts import actor_of
from helpdesk.people.organisations import NewContact, NewOrganisation, add_contact, register_organisation
from helpdesk.people.staff import NewTeam, add_team, set_skills
from helpdesk.policy.actor import SYSTEM, Actor, contact_actor
from helpdesk.seeds import cast
from helpdesk.seeds.hours import OFFICE, business_hours
from helpdesk.seeds.routes import ROUTES, Route
from helpdesk.tickets.routing import NewRule, add_rule
from sla.models import CalendarVersion, ClockKind, SlaPolicy, Target, WorkCalendar

# kind → working minutes by priority
TARGETS: Mapping[ClockKind, Mapping[Priority, int]] = {
    ClockKind.FIRST_RESPONSE: {Priority.P1: 30, Priority.P2: 60, Priority.P3: 4 * 60, Priority.P4: 8 * 60},
    ClockKind.RESOLUTION: {Priority.P1: 4 * 60, Priority.P2: 8 * 60, Priority.P3: 40 * 60, Priority.P4: 80 * 60},
}
PAUSE_REASONS = {ClockKind.FIRST_RESPONSE: [], ClockKind.RESOLUTION: ["waiting_client", "scheduled"]}
# What the premium policy promises beside that; of an OLA: of lines 1, 2 and 3, together less than the resolution.
PREMIUM: Mapping[ClockKind, Mapping[Priority, int]] = {
    ClockKind.NEXT_RESPONSE: {Priority.P1: 60, Priority.P2: 2 * 60, Priority.P3: 8 * 60, Priority.P4: 16 * 60},
    ClockKind.TIME_TO_OWN: {Priority.P1: 20, Priority.P2: 45, Priority.P3: 3 * 60, Priority.P4: 6 * 60},
    ClockKind.PERIODIC_UPDATE: {Priority.P1: 2 * 60, Priority.P2: 4 * 60},
}
OLA_SHARES = {1: 0.25, 2: 0.4, 3: 0.3}
PREMIUM_PAUSES = {ClockKind.PERIODIC_UPDATE: ["waiting_client"]}
WAITING = ["waiting_client", "waiting_vendor", "scheduled"]
PREMIUM_CLIENTS = ("girios", "ramunes", "marios")
# What the premium clients pay for: a plan, and minutes that were paid beforehand.
PLANS = ((Plan.PREPAID, 12 * 60), (Plan.PREPAID, 4 * 60), (Plan.MONTHLY, 0))
AT_RISK_PERCENT = 75
ADMINISTRATOR = "neringa"
LOOKS_AFTER = "ausra"  # after the contracts


@dataclass(frozen=True)
class Company:
    """Everybody as an actor and everything by its id, under the keys of `cast`."""

    teams: Mapping[str, int]
    staff: Mapping[str, Actor]
    contacts: Mapping[str, Actor]
    organisations: Mapping[str, int]
    products: Mapping[str, int]
    components: Mapping[tuple[str, str], int]
    categories: Mapping[str, int]
    installed: Mapping[str, int]


def move_in(password_hash: str, *, on: date) -> Company:
    """Write the company with its clients, service levels and rules; ages count back from `on`.

    Part of a larger activity.
    """
    teams = {team.key: add_team(NewTeam(team.name, team.line), by=SYSTEM).id for team in cast.TEAMS}
    accounts = {person.key: _operator(person, teams, password_hash) for person in cast.OPERATORS}
    accounts |= {person.key: _staff_member(person, password_hash) for person in cast.STAFF}
    db.session.flush()
    administrator = actor_of(accounts[ADMINISTRATOR])
    products = _write_products({key: accounts[person.key].id for person in cast.STAFF for key in person.products})
    for person in cast.OPERATORS:
        known = {products[product] for product in person.skills}
        set_skills(accounts[person.key].operator_id or 0, known, set(person.languages), by=administrator)
    organisations = {each.key: _organisation(each, by=administrator) for each in cast.ORGANISATIONS}
    contacts = _write_contacts(organisations, password_hash, by=administrator)
    _write_circles(organisations, contacts)
    company = Company(
        teams=teams, staff={key: actor_of(account) for key, account in accounts.items()}, contacts=contacts,
        organisations={key: row.id for key, row in organisations.items()}, products=products,
        components=_write_components(products), categories=_write_categories(),
        installed=_write_installed(products, organisations, on),
    )  # fmt: skip
    _write_service_levels(administrator, on)
    _write_contracts(company, on)
    touch()
    for route in ROUTES:
        add_rule(_rule(route, company), by=administrator)
    return company


def _operator(person: cast.Operator, teams: Mapping[str, int], password_hash: str) -> Account:
    row = Operator(name=person.name, email=person.email, leads_line=person.leads_line)
    db.session.add(row)
    db.session.flush()
    db.session.add_all(TeamMember(team_id=teams[key], operator_id=row.id) for key in person.teams)
    zone = next(team.timezone for team in cast.TEAMS if team.key == person.teams[0])
    # Whoever answers clients reads the desk in their own language; whoever leads, in that of the house.
    language = person.languages[0] if person.leads_line is None else "en"
    return _account(person.name, person.email, Role(person.role), language, zone, password_hash, operator=row)


def _staff_member(person: cast.StaffMember, password_hash: str) -> Account:
    return _account(person.name, person.email, Role(person.role), "en", cast.COMPANY.timezone, password_hash)


def _account(
    name: str, email: str, role: Role, language: str, zone: str, password_hash: str, *,
    operator: Operator | None = None, contact: Contact | None = None,
) -> Account:  # fmt: skip
    row = Account(
        email=email, name=name, role=role, operator=operator, contact=contact, password_hash=password_hash,
        language=language, timezone=zone, is_demo=True, created_at=now(),
    )  # fmt: skip
    db.session.add(row)
    return row


def _write_products(owners: Mapping[str, int]) -> dict[str, int]:
    rows = {each.key: Product(name=each.name, owner_account_id=owners.get(each.key)) for each in cast.PRODUCTS}
    db.session.add_all(rows.values())
    db.session.flush()
    return {key: row.id for key, row in rows.items()}


def _write_components(products: Mapping[str, int]) -> dict[tuple[str, str], int]:
    rows = {
        (each.key, name): Component(product_id=products[each.key], name=name)
        for each in cast.PRODUCTS for name in each.components
    }  # fmt: skip
    db.session.add_all(rows.values())
    db.session.flush()
    return {key: row.id for key, row in rows.items()}


def _write_categories() -> dict[str, int]:
    rows = {each.key: Category(name=each.name.en) for each in cast.CATEGORIES}
    db.session.add_all(rows.values())
    db.session.flush()
    return {key: row.id for key, row in rows.items()}


def _organisation(each: cast.Organisation, *, by: Actor) -> Organisation:
    return register_organisation(NewOrganisation(
        name=each.name, language=each.language, timezone=each.timezone, city=each.city,
        sharing_mode=SharingMode(each.sharing_mode), domains=(each.mail_domain,),
    ), by=by)  # fmt: skip


def _write_contacts(organisations: Mapping[str, Organisation], password_hash: str, *, by: Actor) -> dict[str, Actor]:
    contacts, accounts = {}, {}
    for person in cast.CONTACTS:
        at = organisations[person.organisation]
        contacts[person.key] = contact = add_contact(NewContact(
            name=person.name, email=person.email, phone=person.phone, organisation_id=at.id, language=person.language,
            unit=person.unit, roles=tuple(BuyingRole(role) for role in person.roles),
            it_readiness=ItReadiness(person.it_readiness), is_supervisor=person.is_supervisor,
            preferred_channel=person.preferred_channel,
        ), by=by)  # fmt: skip
        if person.has_account:
            accounts[person.key] = _account(person.name, person.email, Role.CONTACT, person.language, at.timezone,
                                            password_hash, contact=contact)  # fmt: skip
    db.session.flush()
    return {
        key: actor_of(accounts[key]) if key in accounts else contact_actor(contact)
        for key, contact in contacts.items()
    }  # fmt: skip


def _write_circles(organisations: Mapping[str, Organisation], contacts: Mapping[str, Actor]) -> None:
    for each in cast.ORGANISATIONS:
        if each.circle is None:
            continue
        circle = Circle(organisation_id=organisations[each.key].id, name=each.circle)
        db.session.add(circle)
        db.session.flush()
        inside = [person.key for person in cast.CONTACTS if person.organisation == each.key and person.in_circle]
        db.session.add_all(CircleMember(circle_id=circle.id, contact_id=contacts[key].contact_id) for key in inside)
    db.session.flush()


def _write_installed(
    products: Mapping[str, int], organisations: Mapping[str, Organisation], on: date
) -> dict[str, int]:
    versions = {(row.product_id, row.name): row for row in _write_versions(products)}
    rows = {}
    for each in cast.INSTALLED:
        delivered = months_before(on, each.delivered_months_ago)
        rows[each.serial] = InstalledProduct(
            organisation_id=organisations[each.organisation].id, product_id=products[each.product],
            version_id=versions[products[each.product], each.version].id, serial=each.serial, location=each.location,
            delivered_on=delivered, installed_on=delivered + timedelta(days=3),
            warranty_until=months_before(delivered, -each.warranty_months) if each.warranty_months else None,
        )  # fmt: skip
    db.session.add_all(rows.values())
    db.session.flush()
    return {serial: row.id for serial, row in rows.items()}


def _write_versions(products: Mapping[str, int]) -> list[Version]:
    rows = [Version(product_id=products[each.key], name=name) for each in cast.PRODUCTS for name in each.versions]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def _write_service_levels(administrator: Actor, on: date) -> None:
    calendar = WorkCalendar(name="Office hours, Vilnius")
    policy = SlaPolicy(name="Standard service", is_default=True)
    db.session.add_all([calendar, policy])
    db.session.flush()
    content = business_hours(OFFICE, range(on.year - 3, on.year + 3))
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    db.session.add(CalendarVersion(
        calendar_id=calendar.id, valid_from=0, content=content, content_hash=digest, author_id=administrator.account_id,
        reason="Opening hours of the desk", recorded_at=epoch(now()),
    ))  # fmt: skip
    db.session.add_all(
        Target(policy_id=policy.id, kind=kind, priority=priority.value, seconds=minutes * 60, calendar_id=calendar.id,
               pause_reasons=PAUSE_REASONS[kind], at_risk_percent=AT_RISK_PERCENT, valid_from=0,
               recorded_at=epoch(now()))
        for kind, by_priority in TARGETS.items() for priority, minutes in by_priority.items()
    )  # fmt: skip
    db.session.flush()


def _write_contracts(company: Company, on: date) -> None:
    """Some clients have a support contract with a policy of its own; one of them had another before."""
    standard = db.session.scalars(select(SlaPolicy).where(SlaPolicy.is_default)).one()
    premium = SlaPolicy(name="Premium service")
    db.session.add(premium)
    db.session.flush()
    shared = db.session.scalars(select(Target).where(Target.policy_id == standard.id)).all()
    calendar_id = shared[0].calendar_id
    promised = [(row.kind, 0, row.priority, row.seconds, row.pause_reasons) for row in shared]
    promised += [
        (kind, 0, priority.value, minutes * 60, PREMIUM_PAUSES.get(kind, []))
        for kind, by_priority in PREMIUM.items() for priority, minutes in by_priority.items()
    ]  # fmt: skip
    promised += [
        (ClockKind.OLA, line, priority.value, int(minutes * 60 * share), WAITING)
        for line, share in OLA_SHARES.items() for priority, minutes in TARGETS[ClockKind.RESOLUTION].items()
    ]  # fmt: skip
    db.session.add_all(
        Target(policy_id=premium.id, kind=kind, line=line, priority=priority, seconds=seconds, calendar_id=calendar_id,
               pause_reasons=pauses, at_risk_percent=AT_RISK_PERCENT, valid_from=0, recorded_at=epoch(now()))
        for kind, line, priority, seconds, pauses in promised
    )  # fmt: skip
    for number, (key, (plan, minutes)) in enumerate(zip(PREMIUM_CLIENTS, PLANS, strict=True), start=1):
        contract = Contract(
            organisation_id=company.organisations[key], number=f"C-{on.year}-{number:03}", policy_id=premium.id,
            valid_from=date(on.year - 1, 3, 1), valid_until=date(on.year + 1, 2, 28),
            owner_id=company.staff[LOOKS_AFTER].operator_id, renewal_months=12, renews_itself=plan is not Plan.PREPAID,
            renewal_minutes=minutes, notice_by=date(on.year + 1, 1, 31),
        )  # fmt: skip
        db.session.add(contract)
        db.session.flush()
        set_terms(contract, NewTerms(
            valid_from=contract.valid_from, plan=plan, rounding_minutes=15, after_hours_percent=150,
            calendar_id=calendar_id, hourly_rate_cents=8_500,
            monthly_fee_cents=29_000 if plan is Plan.MONTHLY else None, reason="As signed",
        ), by=company.staff[ADMINISTRATOR])  # fmt: skip
        if minutes:
            grant_hours(contract, minutes, expires_on=date(on.year + 1, 2, 28), note="Annual plan",
                        by=company.staff[ADMINISTRATOR])  # fmt: skip
    db.session.add(Contract(
        organisation_id=company.organisations[PREMIUM_CLIENTS[0]], number=f"C-{on.year - 3}-007", policy_id=standard.id,
        valid_from=date(on.year - 3, 3, 1), valid_until=date(on.year - 1, 2, 28),
    ))  # fmt: skip
    db.session.flush()


def _rule(route: Route, company: Company) -> NewRule:
    ids: dict[str, Mapping[Any, int]] = {
        "product": company.products, "component": company.components, "organisation": company.organisations,
    }  # fmt: skip
    conditions = {
        name: [ids[name][value] for value in values] if name in ids else list(values)
        for name, values in route.conditions.items()
    }
    return NewRule(
        name=route.name, team_id=company.teams[route.team], conditions=conditions, priority=route.priority,
        assignee_id=company.staff[route.assignee].operator_id if route.assignee else None,
    )  # fmt: skip


def months_before(on: date, months: int) -> date:
    """The same day of another month, or the last one of that month where it has no such day; negative: later."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(on.day, last))
