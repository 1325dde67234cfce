"""Which rule takes a ticket: ordered, the first match wins, and every rule can say why it does not match."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.standing import standing, touch
from helpdesk.events import ConfigurationChanged
from helpdesk.models.routing import RoutingRule
from helpdesk.models.tickets import Priority
from helpdesk.people.directory import TeamCard, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

ROUTED_LINES = frozenset({1, 2})  # the third line is reached only through a handover


@dataclass(frozen=True)
class Features:
    """What rules look at in a ticket that is about to be opened."""

    type: str
    channel: str
    language: str
    text: str  # subject and first message
    product_id: int | None = None
    component_id: int | None = None
    organisation_id: int | None = None
    contract_id: int | None = None


@dataclass(frozen=True)
class Rule:
    id: int
    name: str
    conditions: Mapping[str, tuple[Any, ...]]
    team_id: int
    priority: Priority | None
    assignee_id: int | None


@dataclass(frozen=True)
class Verdict:
    """One rule of a dry run: whether it would take the ticket, and if not, which condition stands against it."""

    rule: Rule
    takes: bool
    matches: bool
    against: tuple[str, ...]


@dataclass(frozen=True)
class NewRule:
    name: str
    team_id: int
    conditions: dict[str, list[Any]]
    priority: Priority | None = None
    assignee_id: int | None = None


def _one_of(feature: str) -> Callable[[Features, tuple[Any, ...]], bool]:
    return lambda features, admitted: getattr(features, feature) in admitted


def _has_word(features: Features, words: tuple[Any, ...]) -> bool:
    return any(_word(str(word)).search(features.text) for word in words)


# condition → (its name for people, whether it holds)
CONDITIONS: dict[str, tuple[Any, Callable[[Features, tuple[Any, ...]], bool]]] = {
    "type": (_l("Type"), _one_of("type")),
    "product": (_l("Product"), _one_of("product_id")),
    "component": (_l("Component"), _one_of("component_id")),
    "organisation": (_l("Organisation"), _one_of("organisation_id")),
    "contract": (_l("Contract"), _one_of("contract_id")),
    "language": (_l("Language"), _one_of("language")),
    "channel": (_l("Channel"), _one_of("channel")),
    "words": (_l("Words"), _has_word),
}


def route(features: Features) -> Rule | None:
    """The first rule that takes a ticket with these features."""
    return next((rule for rule in rules() if not _against(rule, features)), None)


def dry_run(features: Features) -> list[Verdict]:
    """Every rule in order, with the one that takes the ticket and what stands against each of the others."""
    verdicts, taken = [], False
    for rule in rules():
        against = _against(rule, features)
        verdicts.append(Verdict(rule, not against and not taken, not against, against))
        taken = taken or not against
    return verdicts


def default_team() -> TeamCard | None:
    """Where a ticket goes that no rule takes: the first active team of the first line."""
    return next((team for team in teams().values() if team.line == 1 and team.is_active), None)


@standing
def rules() -> tuple[Rule, ...]:
    """The active rules in their order."""
    rows = db.session.scalars(
        select(RoutingRule).where(RoutingRule.is_active).order_by(RoutingRule.position, RoutingRule.id)
    )
    return tuple(
        Rule(row.id, row.name, {k: tuple(v) for k, v in row.conditions.items() if v}, row.team_id, row.priority,
             row.assignee_id) for row in rows
    )  # fmt: skip


@command
def add_rule(new: NewRule, *, by: Actor) -> RoutingRule:
    """Add a rule behind the others."""
    require(by, Action.MANAGE_DESK)
    _check(new)
    last = db.session.scalar(select(RoutingRule.position).order_by(RoutingRule.position.desc()).limit(1)) or 0
    row = RoutingRule(position=last + 1, name=new.name.strip(), conditions=new.conditions, team_id=new.team_id,
                      priority=new.priority, assignee_id=new.assignee_id)  # fmt: skip
    db.session.add(row)
    db.session.flush()
    touch()
    record(ConfigurationChanged(row.id, what="routing_rule", change={"added": row.name}), by=by)
    return row


@command
def change_rule(row: RoutingRule, new: NewRule, *, is_active: bool = True, by: Actor) -> None:
    require(by, Action.MANAGE_DESK)
    _check(new)
    row.name, row.conditions, row.team_id = new.name.strip(), new.conditions, new.team_id
    row.priority, row.assignee_id, row.is_active = new.priority, new.assignee_id, is_active
    touch()
    record(ConfigurationChanged(row.id, what="routing_rule", change={"changed": row.name}), by=by)


@command
def move_rule(row: RoutingRule, *, up: bool, by: Actor) -> None:
    """Move a rule one place up or down."""
    require(by, Action.MANAGE_DESK)
    ordered = list(db.session.scalars(select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)))
    at = ordered.index(row)
    other = at - 1 if up else at + 1
    if 0 <= other < len(ordered):
        ordered[at], ordered[other] = ordered[other], ordered[at]
    for position, each in enumerate(ordered, start=1):
        each.position = position
    touch()


@command
def delete_rule(row: RoutingRule, *, by: Actor) -> None:
    require(by, Action.MANAGE_DESK)
    record(ConfigurationChanged(row.id, what="routing_rule", change={"deleted": row.name}), by=by)
    db.session.delete(row)
    touch()


def all_rules(*, for_: Actor) -> list[RoutingRule]:
    require(for_, Action.MANAGE_DESK)
    return list(db.session.scalars(select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)))


def _check(new: NewRule) -> None:
    errors: dict[str, list[str]] = {}
    if not new.name.strip():
        errors["name"] = [_("Give the rule a name.")]
    team = teams().get(new.team_id)
    if team is None or team.line not in ROUTED_LINES:
        errors["team_id"] = [_("Choose a team on the first or second line; the third is reached only by handover.")]
    if unknown := set(new.conditions) - set(CONDITIONS):
        errors["conditions"] = [_("There is no condition named %(name)s.", name=enumeration(sorted(unknown)))]
    if errors:
        raise Invalid(errors)


def _against(rule: Rule, features: Features) -> tuple[str, ...]:
    team = teams().get(rule.team_id)
    against = [] if team and team.is_active and team.line in ROUTED_LINES else ["team"]
    against += [name for name, admitted in rule.conditions.items() if not CONDITIONS[name][1](features, admitted)]
    return tuple(against)


def _word(word: str) -> re.Pattern[str]:
    # Chinese has no spaces between words, so only letters of spaced scripts ask for a boundary.
    edge = r"(?<!\w)" if word[:1].isascii() and word[:1].isalnum() else ""
    return re.compile(edge + re.escape(word), re.IGNORECASE)
