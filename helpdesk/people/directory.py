"""The standing directory: teams, operators and their skills, products, categories; small, read whole and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.standing import standing
from helpdesk.models.people import Operator, Skill, SkillKind, Substitution, Team, TeamMember
from helpdesk.models.products import Category, Component, Product, Version
from helpdesk.models.tickets import CustomField, TicketType


@dataclass(frozen=True)
class TeamCard:
    id: int
    name: str
    line: int | None
    is_active: bool
    operator_ids: frozenset[int]
    is_imported: bool


@dataclass(frozen=True)
class OperatorCard:
    id: int
    name: str
    email: str | None
    is_active: bool
    leads_line: int | None
    team_ids: frozenset[int]
    lines: frozenset[int]
    skills: frozenset[tuple[SkillKind, str]]

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


@dataclass(frozen=True)
class Absence:
    operator_id: int
    substitute_id: int
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Named:
    """Something with a name: a product, a component of one, a category."""

    id: int
    name: str
    is_active: bool = True
    product_id: int | None = None


@dataclass(frozen=True)
class FieldCard:
    """A custom field."""

    key: str
    label: str
    kind: str
    choices: tuple[str, ...]
    ticket_type: TicketType | None
    is_required: bool
    in_portal: bool


@standing
def teams() -> dict[int, TeamCard]:
    """Every team by id, in the order of lines and names."""
    members: dict[int, set[int]] = {}
    for member in db.session.scalars(select(TeamMember)):
        members.setdefault(member.team_id, set()).add(member.operator_id)
    rows = db.session.scalars(select(Team).order_by(Team.line, Team.name))
    return {
        team.id: TeamCard(team.id, team.name, team.line, team.is_active, frozenset(members.get(team.id, ())),
                          team.import_id is not None)
        for team in rows
    }  # fmt: skip


@standing
def operators() -> dict[int, OperatorCard]:
    """Every operator by id, by name."""
    all_teams = teams()
    skills: dict[int, set[tuple[SkillKind, str]]] = {}
    for skill in db.session.scalars(select(Skill)):
        skills.setdefault(skill.operator_id, set()).add((skill.kind, skill.subject))
    cards = {}
    for row in db.session.scalars(select(Operator).order_by(Operator.name)):
        own = [team for team in all_teams.values() if row.id in team.operator_ids]
        cards[row.id] = OperatorCard(
            row.id, row.name, row.email, row.is_active, row.leads_line, frozenset(team.id for team in own),
            frozenset(team.line for team in own if team.line), frozenset(skills.get(row.id, ())),
        )  # fmt: skip
    return cards


@standing
def absences() -> tuple[Absence, ...]:
    rows = db.session.scalars(select(Substitution).order_by(Substitution.since))
    return tuple(Absence(row.operator_id, row.substitute_id, row.since, row.until) for row in rows)


@standing
def products() -> dict[int, Named]:
    rows = db.session.scalars(select(Product).order_by(Product.name))
    return {row.id: Named(row.id, row.name, row.is_active and row.import_id is None) for row in rows}


@standing
def components() -> dict[int, Named]:
    rows = db.session.scalars(select(Component).order_by(Component.name))
    return {row.id: Named(row.id, row.name, product_id=row.product_id) for row in rows}


@standing
def versions() -> dict[int, Named]:
    return {row.id: Named(row.id, row.name, product_id=row.product_id) for row in db.session.scalars(select(Version))}


@standing
def categories() -> dict[int, Named]:
    rows = db.session.scalars(select(Category).order_by(Category.name))
    return {row.id: Named(row.id, row.name, row.is_active) for row in rows}


@standing
def custom_fields() -> tuple[FieldCard, ...]:
    rows = db.session.scalars(select(CustomField).where(CustomField.is_active).order_by(CustomField.position))
    return tuple(
        FieldCard(row.key, row.label, row.kind, tuple(row.choices), row.ticket_type, row.is_required, row.in_portal)
        for row in rows
    )


def substitute_for(operator_id: int, at: datetime) -> int:
    """Who answers for this operator at this instant: the operator, or the (present) substitute of the absence."""
    seen = {operator_id}
    current = operator_id
    while absence := _absence_of(current, at):
        current = absence.substitute_id
        if current in seen:  # everybody stands in for somebody who is away: it stays where it was
            return operator_id
        seen.add(current)
    return current


def is_away(operator_id: int, at: datetime) -> bool:
    return _absence_of(operator_id, at) is not None


def _absence_of(operator_id: int, at: datetime) -> Absence | None:
    return next((a for a in absences() if a.operator_id == operator_id and a.since <= at < a.until), None)
