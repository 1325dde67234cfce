"""The versions of the refund rules: which holds on a day, how a new one is set, and what it would change.

1. A version holds from its day until the next one does. It is never changed; a later one follows it.
2. A claim is decided by the version of the day on which it was made, whenever it is decided.
3. A preview and `whatif` decide claims by other rules on paper; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.aftersales import refunds
from helpdesk.aftersales.refunds import Facts, Rule, Ruling, rule_on
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import RefundRulesSet
from helpdesk.models.claims import (
    ENDED_CLAIMS,
    Claim,
    ClaimDecision,
    ClaimState,
    DecisionState,
    Outcome,
    RefundRule,
    RefundRuleVersion,
)
from helpdesk.models.tickets import NUMBER_PREFIX, Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import claim_scope, visible

MOST_RULES, MOST_ROUNDS, MOST_DAYS = 200, 100, 36_500


REMEDIES = (Outcome.REFUND, Outcome.REPLACE, Outcome.REPAIR, Outcome.REDO)


@dataclass(frozen=True)
class NewRules:
    """Refund rules that are to hold from a day on."""

    valid_from: date
    rules: tuple[Rule, ...]
    note: str = ""


@dataclass(frozen=True)
class Change:
    """What other rules would make of a claim."""

    number: str
    claimed_on: date
    before: Ruling
    after: Ruling

    @property
    def differs(self) -> bool:
        return (self.before.remedy, self.before.percent, self.before.amount_cents) != (
            self.after.remedy, self.after.percent, self.after.amount_cents
        )  # fmt: skip


@dataclass(frozen=True)
class WhatIf:
    """A decided claim under other rules: what it was decided to be, and what it would be."""

    number: str
    outcome: str
    currency: str
    before_cents: int
    after_outcome: str | None  # None: no rule would apply, a person would decide
    after_cents: int | None

    @property
    def difference_cents(self) -> int:
        return (self.after_cents or 0) - self.before_cents


def versions(*, for_: Actor) -> Sequence[RefundRuleVersion]:
    """Every version, the last first."""
    query = visible(for_, RefundRuleVersion).options(selectinload(RefundRuleVersion.rules))
    return db.session.scalars(query.order_by(RefundRuleVersion.valid_from.desc())).all()


def get_version(version_id: int, *, for_: Actor) -> RefundRuleVersion:
    query = visible(for_, RefundRuleVersion).where(RefundRuleVersion.id == version_id)
    found: RefundRuleVersion | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def version_of(version_id: int | None) -> RefundRuleVersion | None:
    """The version by which something was decided."""
    return db.session.get(RefundRuleVersion, version_id) if version_id is not None else None


def version_on(on: date) -> RefundRuleVersion | None:
    """The version that holds on a day; None before the first."""
    query = select(RefundRuleVersion).where(RefundRuleVersion.valid_from <= on)
    found: RefundRuleVersion | None = db.session.scalar(query.order_by(RefundRuleVersion.valid_from.desc()).limit(1))
    return found


def rules_of(version: RefundRuleVersion | None) -> tuple[Rule, ...]:
    """The rules of a version as plain values, in their order; of none, none."""
    if version is None:
        return ()
    return tuple(
        Rule(row.position, row.remedy.value, row.percent, row.contract_id, row.product_id,
             row.fault.value if row.fault else None, row.revision_from, row.revision_to, row.age_from_days,
             row.age_to_days, row.id)
        for row in version.rules
    )  # fmt: skip


def facts_of(claim: Claim) -> Facts:
    """What of a claim its refund depends on, as it is known now."""
    ticket, made = claim.ticket, claim.deliverable
    contract_id = (made.contract_id if made else None) or ticket.contract_id
    product_id = (made.product_id if made else None) or ticket.product_id
    age = (claim.claimed_on - claim.delivered_on).days if claim.delivered_on else None
    return Facts(claim.fault.value, contract_id, product_id, claim.revision, age, claim.price_cents, claim.currency)


def ruling_of(claim: Claim) -> tuple[RefundRuleVersion | None, Ruling]:
    """What the rules of the claim's day give it."""
    version = version_on(claim.claimed_on)
    return version, rule_on(facts_of(claim), rules_of(version))


@command
def set_rules(new: NewRules, *, by: Actor) -> RefundRuleVersion:
    """Let other refund rules hold from a day on; claims of the days before are decided by those that held then."""
    require(by, Action.MANAGE_REFUND_RULES)
    if errors := _wrong_in(new):
        raise Invalid(errors)
    last: date | None = db.session.scalar(select(db.func.max(RefundRuleVersion.valid_from)))
    if last is not None and last >= new.valid_from:
        raise Conflict(
            _("Rules are followed by later ones, never replaced: there are some from %(day)s on.", day=str(last)),
            code="rules_later",
        )
    version = RefundRuleVersion(valid_from=new.valid_from, recorded_at=now(), author_id=by.account_id or None,
                                note=new.note.strip())  # fmt: skip
    db.session.add(version)
    db.session.flush()
    for position, rule in enumerate(new.rules, start=1):
        db.session.add(RefundRule(**(asdict(rule) | {"id": None, "version_id": version.id, "position": position})))
    db.session.flush()
    record(RefundRulesSet(version.id, valid_from=str(new.valid_from), rules=len(new.rules)), by=by)
    return version


def preview_rules(new: NewRules, *, for_: Actor) -> list[Change]:
    """The open, undecided claims that other rules would change; Invalid where the rules are wrong. Nothing is stored.

    Only claims of the days from which the new rules hold are touched.
    """
    require(for_, Action.MANAGE_REFUND_RULES)
    if errors := _wrong_in(new):
        raise Invalid(errors)
    undecided = ENDED_CLAIMS | {ClaimState.DECIDED, ClaimState.CORRECTIVE_ACTION, ClaimState.VERIFIED}
    query = (
        select(Claim).where(claim_scope(for_), Claim.state.not_in(undecided), Claim.claimed_on >= new.valid_from)
        .options(joinedload(Claim.ticket), joinedload(Claim.deliverable)).order_by(Claim.id)
    )  # fmt: skip
    held = [(version.valid_from, rules_of(version)) for version in versions(for_=for_)]
    found = []
    for claim in db.session.scalars(query):
        facts = facts_of(claim)
        before = rule_on(facts, next((rules for since, rules in held if since <= claim.claimed_on), ()))
        found.append(Change(claim.ticket.number, claim.claimed_on, before, rule_on(facts, new.rules)))
    return [each for each in found if each.differs]


def what_if(rules: Sequence[Rule], *, for_: Actor) -> list[WhatIf]:
    """Every decided claim under these rules, whatever its day. What was rejected had no claim to begin with."""
    query = (
        select(ClaimDecision, Ticket.id).join(Claim, Claim.id == ClaimDecision.claim_id)
        .join(Ticket, Ticket.id == Claim.ticket_id)
        .where(claim_scope(for_), ClaimDecision.state == DecisionState.IN_FORCE).order_by(ClaimDecision.id)
    )  # fmt: skip
    found = []
    for decision, ticket_id in db.session.execute(query):
        number, before = f"{NUMBER_PREFIX}{ticket_id}", decision.amount_cents or 0
        if decision.outcome is Outcome.REJECT:
            found.append(WhatIf(number, decision.outcome.value, decision.currency, 0, decision.outcome.value, 0))
            continue
        ruling = rule_on(Facts(**decision.arithmetic["facts"]), rules)
        after = ruling.amount_cents if ruling.remedy == refunds.REFUND else (0 if ruling.remedy else None)
        found.append(WhatIf(number, decision.outcome.value, decision.currency, before, ruling.remedy, after))
    return found


def arithmetic_of(version: RefundRuleVersion | None, ruling: Ruling) -> dict[str, Any]:
    """A ruling as it is kept with its decision: the facts, the rule in words of its own, the figures."""
    rule = ruling.rule
    return {
        "version": version.id if version else None, "valid_from": str(version.valid_from) if version else None,
        "facts": asdict(ruling.facts), "rule": asdict(rule) if rule else None, "remedy": ruling.remedy,
        "percent": ruling.percent, "amount_cents": ruling.amount_cents, "kept_cents": ruling.kept_cents,
        "considered": [{"position": each.rule.position, "why": each.why} for each in ruling.considered],
    }  # fmt: skip


def _wrong_in(new: NewRules) -> dict[str, list[str]]:
    sentences = []
    if not 0 < len(new.rules) <= MOST_RULES:
        sentences.append(_("Give a rule at least, and at most %(most)s.", most=MOST_RULES))
    for position, rule in enumerate(new.rules, start=1):
        sentences += [_("Rule %(number)s: %(what)s", number=position, what=what) for what in _wrong_in_rule(rule)]
    return {"rules": sentences} if sentences else {}


def _wrong_in_rule(rule: Rule) -> list[str]:
    wrong = []
    if rule.remedy == refunds.REFUND:
        if rule.percent is None or not 1 <= rule.percent <= 100:
            wrong.append(_("A refund is a percentage from 1 to 100."))
    elif rule.percent is not None:
        wrong.append(_("Only a refund has a percentage."))
    spans = ((rule.revision_from, rule.revision_to, MOST_ROUNDS), (rule.age_from_days, rule.age_to_days, MOST_DAYS))
    for low, high, most in spans:
        if any(value is not None and not 0 <= value <= most for value in (low, high)):
            wrong.append(_("Give a number from %(low)s to %(high)s.", low=0, high=most))
        elif low is not None and high is not None and low > high:
            wrong.append(_("The end lies before the beginning."))
    return wrong
