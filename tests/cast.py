"""The people of every test: who is who.

Ona answers on line one, Tomas on two, Giedrius on three; Rasa leads the first line. Vera is the manager, Petras the
administrator, Birute owns the label printer. Jonas is the client's user and Lena supervises his organisation; Egle is
their colleague. **Marek is the stranger**, of another organisation.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.standing import touch
from helpdesk.core.times import now
from helpdesk.models.access import Account, Role
from helpdesk.models.people import Contact, Operator, Organisation, Team, TeamMember
from helpdesk.models.products import Category, Component, InstalledProduct, Product, Version
from helpdesk.people.accounts import account_by_email, actor_of, hash_password
from helpdesk.policy.actor import Actor
from sla.models import CalendarVersion, ClockKind, SlaPolicy, Target, WorkCalendar

PASSWORD = "correct horse battery"
OFFICE_HOURS = {
    "timezone": "Europe/Vilnius",
    "weekly": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-03-11"],
    "exceptions": {},
}
# kind → minutes by priority
TARGETS = {
    ClockKind.FIRST_RESPONSE: {"P1": 30, "P2": 60, "P3": 240, "P4": 480},
    ClockKind.RESOLUTION: {"P1": 240, "P2": 480, "P3": 1440, "P4": 2400},
}


@dataclass(frozen=True)
class Cast:
    """Everybody as an actor, and the teams and things they have to do with."""

    ona: Actor
    tomas: Actor
    giedrius: Actor
    rasa: Actor
    vera: Actor
    petras: Actor
    birute: Actor
    jonas: Actor
    lena: Actor
    egle: Actor
    marek: Actor
    desk: Team
    field: Team
    software: Team
    makers: Team
    klinika: Organisation
    strangers: Organisation
    printer: Product
    printer_at_klinika: InstalledProduct


def settle_in() -> None:
    """Write the desk of the tests into an empty database, and commit it."""
    with transaction():
        _write()


def find_cast() -> Cast:
    """The people of an already settled desk."""

    def actor(email: str) -> Actor:
        account = account_by_email(email)
        assert account is not None
        return actor_of(account)

    def one(model: type, name: str) -> object:
        return db.session.query(model).filter_by(name=name).one()

    printer = one(Product, "Label printer")
    return Cast(
        ona=actor("ona@desk.example"), tomas=actor("tomas@desk.example"), giedrius=actor("giedrius@desk.example"),
        rasa=actor("rasa@desk.example"), vera=actor("vera@desk.example"), petras=actor("petras@desk.example"),
        birute=actor("birute@desk.example"), jonas=actor("jonas@klinika.example"), lena=actor("lena@klinika.example"),
        egle=actor("egle@klinika.example"), marek=actor("marek@strangers.example"),
        desk=one(Team, "Service desk"), field=one(Team, "Field service"), software=one(Team, "Software"),
        makers=one(Team, "Makers"), klinika=one(Organisation, "Klinika"), strangers=one(Organisation, "Strangers"),
        printer=printer,
        printer_at_klinika=db.session.query(InstalledProduct).filter_by(product_id=printer.id).one(),
    )  # fmt: skip


def _write() -> None:
    teams = {name: Team(name=name, line=line) for name, line in
             (("Service desk", 1), ("Field service", 2), ("Software", 2), ("Makers", 3))}  # fmt: skip
    db.session.add_all(teams.values())
    organisations = {
        "Klinika": Organisation(name="Klinika", language="lt", timezone="Europe/Vilnius", created_at=now()),
        "Strangers": Organisation(name="Strangers", language="en", timezone="Europe/Warsaw", created_at=now()),
    }
    db.session.add_all(organisations.values())
    db.session.flush()
    password_hash = hash_password(PASSWORD)
    staff = (
        ("Ona", Role.OPERATOR, ["Service desk"], None),
        ("Tomas", Role.OPERATOR, ["Field service"], None),
        ("Giedrius", Role.OPERATOR, ["Makers"], None),
        ("Rasa", Role.LINE_LEAD, ["Service desk"], 1),
        ("Vera", Role.MANAGER, [], None),
        ("Petras", Role.ADMINISTRATOR, [], None),
        ("Birute", Role.PRODUCT_OWNER, [], None),
    )
    accounts = {}
    for name, role, team_names, leads_line in staff:
        email = f"{name.lower()}@desk.example"
        operator = None
        if role in (Role.OPERATOR, Role.LINE_LEAD):
            operator = Operator(name=name, email=email, leads_line=leads_line)
            db.session.add(operator)
            db.session.flush()
            db.session.add_all(TeamMember(team_id=teams[t].id, operator_id=operator.id) for t in team_names)
        accounts[name] = _account(name, email, role, password_hash, operator=operator)
    clients = (("Jonas", "Klinika", False), ("Lena", "Klinika", True), ("Egle", "Klinika", False),
               ("Marek", "Strangers", False))  # fmt: skip
    for name, organisation_name, is_supervisor in clients:
        organisation = organisations[organisation_name]
        email = f"{name.lower()}@{organisation_name.lower()}.example"
        contact = Contact(
            name=name, email=email, organisation=organisation, language="en", timezone=organisation.timezone,
            is_supervisor=is_supervisor, verified_at=now(), created_at=now(),
        )  # fmt: skip
        accounts[name] = _account(name, email, Role.CONTACT, password_hash, contact=contact)
    db.session.flush()
    printer = Product(name="Label printer", owner_account_id=accounts["Birute"].id)
    other = Product(name="Till software")
    db.session.add_all([printer, other, Category(name="Hardware"), Category(name="Access")])
    db.session.flush()
    db.session.add_all(
        [Component(product_id=printer.id, name="Print head"), Version(product_id=printer.id, name="7.42")]
    )
    db.session.add(InstalledProduct(organisation_id=organisations["Klinika"].id, product_id=printer.id,
                                    serial="88412-B", location="Reception"))  # fmt: skip
    _write_service_levels()
    touch()


def _account(
    name: str, email: str, role: Role, password_hash: str, *, contact: Contact | None = None,
    operator: Operator | None = None,
) -> Account:  # fmt: skip
    account = Account(
        email=email, name=name, role=role, contact=contact, operator=operator, password_hash=password_hash,
        language="en", timezone="Europe/Vilnius", created_at=now(),
    )  # fmt: skip
    db.session.add(account)
    return account


def _write_service_levels() -> None:
    calendar = WorkCalendar(name="Office hours")
    policy = SlaPolicy(name="Standard", is_default=True)
    db.session.add_all([calendar, policy])
    db.session.flush()
    db.session.add(CalendarVersion(calendar_id=calendar.id, valid_from=0, content=OFFICE_HOURS, content_hash="tests",
                                   recorded_at=0))  # fmt: skip
    for kind, by_priority in TARGETS.items():
        for priority, minutes in by_priority.items():
            db.session.add(Target(
                policy_id=policy.id, kind=kind, priority=priority, seconds=minutes * 60, calendar_id=calendar.id,
                pause_reasons=["waiting_client", "scheduled"], at_risk_percent=75, valid_from=0, recorded_at=0,
            ))  # fmt: skip
