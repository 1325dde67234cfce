"""Operators and teams: who stands on which line."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.standing import touch
from helpdesk.events import ConfigurationChanged
from helpdesk.models.people import Operator, Skill, SkillKind, Team, TeamMember
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

LINES = (1, 2, 3)


@dataclass(frozen=True)
class NewTeam:
    name: str
    line: int


@command
def add_team(new: NewTeam, *, by: Actor) -> Team:
    """A new team on a line."""
    require(by, Action.MANAGE_STAFF)
    errors = {}
    if not new.name.strip():
        errors["name"] = [_("Give the team a name.")]
    if new.line not in LINES:
        errors["line"] = [_("Choose the first, second or third line.")]
    if errors:
        raise Invalid(errors)
    if db.session.scalar(select(Team.id).where(func.lower(Team.name) == new.name.strip().lower(), Team.is_active)):
        raise Conflict(_("There is already a team with this name."), code="name_taken")
    team = Team(name=new.name.strip(), line=new.line)
    db.session.add(team)
    db.session.flush()
    touch()
    record(ConfigurationChanged(team.id, what="team", change={"added": team.name, "line": team.line}), by=by)
    return team


@command
def set_members(team_id: int, operator_ids: set[int], *, by: Actor) -> None:
    """Make these operators the members of a team."""
    require(by, Action.MANAGE_STAFF)
    team = db.session.get(Team, team_id)
    if team is None:
        raise NotFound
    known = set(db.session.scalars(select(Operator.id).where(Operator.id.in_(operator_ids))))
    db.session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
    db.session.add_all(TeamMember(team_id=team_id, operator_id=i) for i in sorted(known))
    touch()
    record(ConfigurationChanged(team_id, what="team", change={"members": sorted(known)}), by=by)


@command
def close_team(team_id: int, *, by: Actor) -> None:
    """A team takes no more tickets; those that it holds must be moved first."""
    require(by, Action.MANAGE_STAFF)
    team = db.session.get(Team, team_id)
    if team is None:
        raise NotFound
    held = db.session.scalar(select(func.count()).where(Ticket.team_id == team_id, Ticket.is_open)) or 0
    if held:
        raise Conflict(_("This team still holds %(n)s open tickets; move them first.", n=held), code="holds_tickets")
    team.is_active = False
    touch()
    record(ConfigurationChanged(team_id, what="team", change={"closed": team.name}), by=by)


@command
def set_skills(operator_id: int, product_ids: set[int], languages: set[str], *, by: Actor) -> None:
    """What an operator knows: products and languages."""
    if by.operator_id != operator_id:
        require(by, Action.MANAGE_STAFF)
    db.session.execute(delete(Skill).where(Skill.operator_id == operator_id, Skill.kind != SkillKind.COMPONENT))
    db.session.add_all(
        Skill(operator_id=operator_id, kind=SkillKind.PRODUCT, subject=str(i)) for i in sorted(product_ids)
    )
    db.session.add_all(
        Skill(operator_id=operator_id, kind=SkillKind.LANGUAGE, subject=tag) for tag in sorted(languages)
    )
    touch()
