"""Refund rules, version by version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import fields

from helpdesk.aftersales import refund_rules
from helpdesk.aftersales.claim_documents import change_document
from helpdesk.aftersales.refund_files import as_rows, from_rows
from helpdesk.aftersales.refund_rules import MOST_DAYS, MOST_ROUNDS, REMEDIES, Change, NewRules, rules_of
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Number, OneOf, Several, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.models.claims import FaultKind, RefundRuleVersion
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

bp = Blueprint("refund_rules", __name__, description="What a justified claim gets, by version.")


class RefundRuleSchema(Input):
    """A rule: which claims it is for, and what they get. Contracts and products by their names."""

    contract = Text()
    product = Text()
    fault = Choice(FaultKind)
    revision_from = Number(0, MOST_ROUNDS)
    revision_to = Number(0, MOST_ROUNDS)
    age_from_days = Number(0, MOST_DAYS)
    age_to_days = Number(0, MOST_DAYS)
    remedy = OneOf([each.value for each in REMEDIES], required=True)
    percent = Number(1, 100, metadata={"description": "Of a refund."})


@dataclass(frozen=True)
class Sent:
    valid_from: date
    rules: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


class NewRefundRulesSchema(Input):
    """Rules that hold from a day on: the contract's before the product's before all; of equals the first."""

    makes = Sent
    valid_from = Day(required=True)
    rules = Several(fields.Nested(RefundRuleSchema), most=refund_rules.MOST_RULES, required=True)
    note = Text()


class RefundRuleShownSchema(Shown):
    """A rule."""

    contract = NameOrNull()
    product = NameOrNull()
    fault = NameOrNull()
    revision_from = fields.Integer(allow_none=True)
    revision_to = fields.Integer(allow_none=True)
    age_from_days = fields.Integer(allow_none=True)
    age_to_days = fields.Integer(allow_none=True)
    remedy = fields.String()
    percent = fields.Integer(allow_none=True)


class RulesVersionSchema(Shown):
    """The rules from a day on, until the next version."""

    id = fields.Integer()
    valid_from = fields.Date()
    note = NameOrNull()
    rules = fields.List(fields.Nested(RefundRuleShownSchema))


class RulesVersionsSchema(Shown):
    """Every version, the last first."""

    versions = fields.List(fields.Nested(RulesVersionSchema))


class RuleEffectSchema(Shown):
    """What rules give."""

    remedy = NameOrNull()
    percent = fields.Integer(allow_none=True)
    amount_cents = fields.Integer(allow_none=True)


class RuleChangeSchema(Shown):
    """An open claim that other rules would change."""

    ticket = fields.String()
    claimed_on = fields.String(metadata={"format": "date"})
    before = fields.Nested(RuleEffectSchema)
    after = fields.Nested(RuleEffectSchema)


class RuleChangesSchema(Shown):
    """What a new version would change."""

    changes = fields.List(fields.Nested(RuleChangeSchema))


def _version(version: RefundRuleVersion, _actor: Actor) -> dict[str, Any]:
    return {"id": version.id, "valid_from": version.valid_from, "note": version.note,
            "rules": as_rows(rules_of(version))}  # fmt: skip


VERSION = Representation(RulesVersionSchema(), None, of=_version)
VERSIONS = Representation(
    RulesVersionsSchema(), None, of=lambda rows, actor: {"versions": [_version(each, actor) for each in rows]}
)
CHANGES = Representation(
    RuleChangesSchema(), None, of=lambda rows, _actor: {"changes": [change_document(each) for each in rows]}
)


@bp.get("/refund-rules")
@bp.gives(200, VERSIONS)
def index() -> Sequence[RefundRuleVersion]:
    """Read every version of the rules."""
    require(current_actor(), Action.READ_REFUND_RULES)
    return refund_rules.versions(for_=current_actor())


@bp.get("/refund-rules/<row_id:version_id>")
@bp.gives(200, VERSION)
def show(version_id: int) -> RefundRuleVersion:
    """Read one version."""
    return refund_rules.get_version(version_id, for_=current_actor())


@bp.post("/refund-rules")
@bp.takes(NewRefundRulesSchema())
@bp.gives(201, VERSION)
def create(sent: Sent) -> RefundRuleVersion:
    """Let other rules hold from a day on."""
    require(current_actor(), Action.MANAGE_REFUND_RULES)
    return refund_rules.set_rules(_new(sent), by=current_actor())


@bp.post("/refund-rules/preview")
@bp.takes(NewRefundRulesSchema())
@bp.gives(200, CHANGES)
def preview(sent: Sent) -> list[Change]:
    """See which open claims other rules would change; nothing is stored."""
    require(current_actor(), Action.MANAGE_REFUND_RULES)
    return refund_rules.preview_rules(_new(sent), for_=current_actor())


def _new(sent: Sent) -> NewRules:
    return NewRules(sent.valid_from, from_rows(sent.rules), sent.note)
