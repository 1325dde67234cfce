"""The large desk of the demo: fifty teams on three lines, three hundred operators, a thousand clients.

They stand beside the small company of `cast` and belong to no story. Names are put together from lists; mail addresses
end in `.crowd.example` (RFC 2606). Written once per database, in one transaction.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from helpdesk.core.command import transaction
from helpdesk.core.db import Base, db
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, now
from helpdesk.models.access import Account, Role
from helpdesk.models.people import Contact, Operator, Organisation, SharingMode, Skill, SkillKind, Team, TeamMember
from helpdesk.models.products import InstalledProduct, Product
from helpdesk.models.tickets import Priority, Tag
from helpdesk.people.directory import teams as all_teams
from helpdesk.seeds.company import AT_RISK_PERCENT, PAUSE_REASONS
from helpdesk.seeds.crowd_names import CITIES, FAMILY, GIVEN, TRADES, WORDS
from sla.models import ClockKind, SlaPolicy, Target, WorkCalendar

ORGANISATIONS, CONTACTS, OPERATORS = 1_000, 5_000, 284  # with the sixteen of the cast there are three hundred
DOMAIN = "crowd.example"
POLICY = "Large clients"
# How often each language is spoken.
LANGUAGES = {"lt": 40, "en": 30, "ru": 20, "zh-Hans": 10}
ZONES = {"lt": "Europe/Vilnius", "en": "Europe/Berlin", "ru": "Asia/Almaty", "zh-Hans": "Asia/Shanghai"}
# name, line, what it answers for: a language on the first line, a product (by its name) on the others
TEAMS: tuple[tuple[str, int, str], ...] = (
    *((f"Service desk {city}", 1, "lt") for city in ("Kaunas", "Klaipėda", "Šiauliai", "Panevėžys")),
    *((f"Service desk {city}", 1, "en") for city in ("Tallinn", "Gdańsk", "Hamburg")),
    *((f"Service desk {city}", 1, "ru") for city in ("Almaty", "Astana", "Riga")),
    *((f"Service desk {city}", 1, "zh-Hans") for city in ("Shanghai", "Suzhou")),
    *((f"{product} {region}", 2, product) for product in ("Tillora POS", "Lentra WMS", "Jungta Connect")
      for region in ("North", "South", "East", "West")),
    *((f"{product} {region}", 2, product) for product in
      ("Tillora Kiosk", "Lapris L300", "Skenva H2", "Ledva C90", "Ledva Watch") for region in ("West", "East")),
    *((f"Makers of {product}", 3, product) for product in
      ("Tillora POS", "Tillora Kiosk", "Lapris L300", "Skenva H2", "Lentra WMS", "Jungta Connect", "Ledva C90",
       "Ledva Watch")),
    ("Outside makers", 3, "Ledva C90"),
)  # fmt: skip
TAGS = (
    "firmware", "network", "urgent-call", "first-contact", "repeat", "update", "peak-season", "new-shop", "moved",
    "training-need", "spare-part", "warranty", "out-of-warranty", "remote", "on-site", "workaround", "data-fix",
    "config", "printing", "payments", "fiscal", "wifi", "battery", "labels", "certificates", "import", "export",
    "slow", "login", "licence", "invoice", "contract", "stocktake", "picking", "receiving", "cold-chain", "alarm",
    "sensor", "kiosk", "loyalty",
)  # fmt: skip
# A larger client is promised more time; the clocks of first response are those of the standard policy.
RESOLUTION_MINUTES = {Priority.P1: 8 * 60, Priority.P2: 27 * 60, Priority.P3: 90 * 60, Priority.P4: 180 * 60}
FIRST_RESPONSE_MINUTES = {Priority.P1: 30, Priority.P2: 60, Priority.P3: 240, Priority.P4: 480}


@dataclass(frozen=True)
class Desk:
    """A team of the crowd with its members."""

    team_id: int
    operator_ids: tuple[int, ...]


@dataclass(frozen=True)
class Client:
    """A contact of the crowd, as far as a ticket needs to know them."""

    contact_id: int
    organisation_id: int
    language: str
    installed: tuple[tuple[int, int], ...]  # (installed product, product) of the organisation


@dataclass(frozen=True)
class Crowd:
    """Who there is to open tickets, who to work on them, and what is promised."""

    first_line: Mapping[str, Sequence[Desk]]  # by language
    second_line: Mapping[int, Sequence[Desk]]  # by product
    third_line: Mapping[int, Sequence[Desk]]
    clients: Sequence[Client]
    tag_ids: Sequence[int]
    targets: Mapping[tuple[ClockKind, Priority], tuple[int, int]]  # target id, seconds
    calendar_id: int
    policy_id: int


def gather() -> Crowd:
    """The crowd of this database, written first where it is not there yet."""
    if _desks().keys() != {name for name, _line, _answers in TEAMS}:
        with transaction():
            _write()
    desks = _desks()
    product_ids = {name: product_id for product_id, name in db.session.execute(select(Product.id, Product.name))}

    def answering(line: int, answers: str) -> list[Desk]:
        return [desks[name] for name, on, for_ in TEAMS if (on, for_) == (line, answers)]

    policy_targets = db.session.scalars(select(Target).join(SlaPolicy).where(SlaPolicy.name == POLICY)).all()
    return Crowd(
        first_line={language: answering(1, language) for language in LANGUAGES},
        second_line={product_id: answering(2, name) for name, product_id in product_ids.items() if answering(2, name)},
        third_line={product_id: answering(3, name) for name, product_id in product_ids.items() if answering(3, name)},
        clients=_clients(), tag_ids=list(db.session.scalars(select(Tag.id).where(Tag.name.in_(TAGS)).order_by(Tag.id))),
        targets={(row.kind, Priority(row.priority)): (row.id, row.seconds) for row in policy_targets},
        calendar_id=policy_targets[0].calendar_id, policy_id=policy_targets[0].policy_id,
    )  # fmt: skip


def _desks() -> dict[str, Desk]:
    names = {name for name, _line, _answers in TEAMS}
    ours = [card for card in all_teams().values() if card.name in names]
    return {card.name: Desk(card.id, tuple(sorted(card.operator_ids))) for card in ours}


def _clients() -> list[Client]:
    installed: dict[int, list[tuple[int, int]]] = {}
    for row in db.session.execute(
        select(InstalledProduct.id, InstalledProduct.organisation_id, InstalledProduct.product_id)
        .where(InstalledProduct.serial.like("BX-%")).order_by(InstalledProduct.id)
    ):  # fmt: skip
        installed.setdefault(row.organisation_id, []).append((row.id, row.product_id))
    found = db.session.execute(
        select(Contact.id, Contact.organisation_id, Contact.language)
        .where(Contact.email.like(f"%.{DOMAIN}")).order_by(Contact.id)
    )  # fmt: skip
    return [
        Client(row.id, row.organisation_id, row.language, tuple(installed[row.organisation_id]))
        for row in found if row.organisation_id is not None
    ]  # fmt: skip


def _write() -> None:
    chance = random.Random("crowd")  # noqa: S311 - no secret depends on it
    _write_staff(chance)
    organisations = _write_organisations(chance)
    _insert(Contact, _contacts(organisations, chance))
    known = set(db.session.scalars(select(Tag.name).where(Tag.name.in_(TAGS))))
    _insert(Tag, [{"name": name} for name in TAGS if name not in known])
    _write_policy()
    touch()


def _write_staff(chance: random.Random) -> None:
    team_ids = _insert(Team, [{"name": name, "line": line} for name, line, _answers in TEAMS])
    product_ids = {name: product_id for product_id, name in db.session.execute(select(Product.id, Product.name))}
    seats = _seats()
    languages = [_spoken(TEAMS[seat][2], chance) for seat in seats]
    operators = [
        {"name": name, "email": f"operator{number}@{DOMAIN}"}
        for number, name in enumerate((_person(language[0], chance) for language in languages), start=1)
    ]
    operator_ids = _insert(Operator, operators)
    members, skills = [], []
    for seat, operator_id, spoken in zip(seats, operator_ids, languages, strict=True):
        members.append({"team_id": team_ids[seat], "operator_id": operator_id})
        skills += [{"operator_id": operator_id, "kind": SkillKind.LANGUAGE, "subject": tag} for tag in spoken]
        if TEAMS[seat][1] > 1:
            subject = str(product_ids[TEAMS[seat][2]])
            skills.append({"operator_id": operator_id, "kind": SkillKind.PRODUCT, "subject": subject})
    db.session.execute(insert(TeamMember), members)
    db.session.execute(insert(Skill), skills)
    _write_accounts(seats, operators, operator_ids, languages)


def _write_accounts(
    seats: Sequence[int], operators: Sequence[dict[str, Any]], ids: Sequence[int], languages: Sequence[tuple[str, ...]]
) -> None:
    """One operator of each team signs in, with the password of the other demo accounts."""
    password_hash = db.session.scalar(select(Account.password_hash).where(Account.is_demo).limit(1))
    db.session.execute(insert(Account), [
        operators[first] | {
            "role": Role.OPERATOR, "operator_id": ids[first], "password_hash": password_hash, "is_demo": True,
            "language": languages[first][0], "timezone": ZONES[languages[first][0]], "created_at": now(),
        } for first in (seats.index(team) for team in range(len(TEAMS)))
    ])  # fmt: skip


def _seats() -> list[int]:
    """The team of each operator: as many on the first line as on the other two together, or nearly."""
    share = {1: 11, 2: 5, 3: 5}
    seats = [number for number, (_name, line, _answers) in enumerate(TEAMS) for _ in range(share[line])]
    return (seats * 2)[:OPERATORS]


def _spoken(answers: str, chance: random.Random) -> tuple[str, ...]:
    own = answers if answers in LANGUAGES else chance.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    return (own,) if own == "en" else (own, "en")


def _write_organisations(chance: random.Random) -> list[tuple[int, str, int]]:
    """(id, language, number) of each organisation, with what stands at their places."""
    since = now() - timedelta(days=760)
    rows: list[dict[str, Any]] = []
    for number in range(1, ORGANISATIONS + 1):
        language = chance.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        rows.append({
            "name": _company(language, number), "language": language, "timezone": ZONES[language],
            "city": chance.choice(CITIES[language]), "created_at": since,
            "sharing_mode": chance.choice((SharingMode.PRIVATE, SharingMode.ORGANISATION)),
        })  # fmt: skip
    ids = _insert(Organisation, rows)
    product_ids = list(db.session.scalars(select(Product.id).order_by(Product.id)))
    today = now().date()
    devices: list[dict[str, Any]] = []
    for organisation_id, row in zip(ids, rows, strict=True):
        for product_id in chance.sample(product_ids, chance.choice((1, 1, 2, 2, 3))):
            delivered = today - timedelta(days=chance.randint(30, 1400))
            devices.append({
                "organisation_id": organisation_id, "product_id": product_id, "serial": f"BX-{len(devices) + 1:06}",
                "location": row["city"], "delivered_on": delivered, "warranty_until": delivered + timedelta(days=730),
            })  # fmt: skip
    _insert(InstalledProduct, devices)
    return [(i, str(row["language"]), number) for number, (i, row) in enumerate(zip(ids, rows, strict=True), start=1)]


def _contacts(organisations: Sequence[tuple[int, str, int]], chance: random.Random) -> Iterator[dict[str, Any]]:
    since = now() - timedelta(days=760)
    # Large clients have many people: the share of an organisation falls with its number.
    weights = [1 / (number + 20) for _id, _language, number in organisations]
    crowd = [*organisations, *chance.choices(organisations, weights, k=CONTACTS - len(organisations))]
    for person, (organisation_id, language, number) in enumerate(crowd, start=1):
        yield {
            "organisation_id": organisation_id, "name": _person(language, chance),
            "email": f"contact{person}@c{number}.{DOMAIN}", "language": language, "timezone": ZONES[language],
            "is_supervisor": person <= len(organisations), "verified_at": since, "created_at": since,
        }  # fmt: skip


def _write_policy() -> None:
    calendar_id = db.session.scalars(select(WorkCalendar.id).order_by(WorkCalendar.id).limit(1)).one()
    policy = SlaPolicy(name=POLICY)
    db.session.add(policy)
    db.session.flush()
    minutes = {ClockKind.FIRST_RESPONSE: FIRST_RESPONSE_MINUTES, ClockKind.RESOLUTION: RESOLUTION_MINUTES}
    db.session.add_all(
        Target(policy_id=policy.id, kind=kind, priority=priority.value, seconds=of_priority[priority] * 60,
               calendar_id=calendar_id, pause_reasons=PAUSE_REASONS[kind],
               at_risk_percent=AT_RISK_PERCENT, thresholds=[AT_RISK_PERCENT], valid_from=0,
               recorded_at=epoch(now()))
        for kind, of_priority in minutes.items() for priority in of_priority
    )  # fmt: skip


def _person(language: str, chance: random.Random) -> str:
    gender = chance.randrange(2)
    given, family = chance.choice(GIVEN[language][gender]), chance.choice(FAMILY[language][gender])
    return f"{family}{given}" if language == "zh-Hans" else f"{given} {family}"


def _company(language: str, number: int) -> str:
    """A name that no other number gives."""
    words, trades = WORDS[language], TRADES[language]
    word, trade = words[number % len(words)], trades[number // len(words) % len(trades)]
    round_ = number // (len(words) * len(trades))
    return trade.format(word if round_ == 0 else f"{word} {round_ + 1}")


def _insert(model: type[Base], rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> list[int]:
    """Insert many rows at once; their ids in the same order."""
    values = list(rows)
    if not values:
        return []
    statement = insert(model).returning(model.__table__.c.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, values))
