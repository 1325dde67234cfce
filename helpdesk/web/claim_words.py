"""Claims in words: where one stands, its rules with names, what other rules would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from helpdesk.aftersales.claim_queries import ClaimFile
from helpdesk.aftersales.refund_files import as_rows
from helpdesk.aftersales.refunds import Rule, Ruling
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import money, whole_percent
from helpdesk.models.claims import Claim, ClaimState
from helpdesk.models.messages import Attachment
from helpdesk.web.words import CLAIM_STATES, FAULTS, OUTCOMES, RULE_FITS

COURSE = (ClaimState.REGISTERED, ClaimState.ACKNOWLEDGED, ClaimState.INVESTIGATED, ClaimState.DECIDED,
          ClaimState.CORRECTIVE_ACTION, ClaimState.VERIFIED, ClaimState.CLOSED)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A state on the way of a claim: behind it, where it is, or ahead of it."""

    word: str
    place: str  # done, current, ahead


@dataclass(frozen=True)
class RuleShown:
    """A refund rule as people read it; `why` says whether it applies."""

    position: int
    whose: str
    fault: str
    rounds: str
    ages: str
    remedy: str
    why: str = ""
    applies: bool = False


def course_of(claim: Claim) -> list[Step]:
    """The way of a claim with its present place; one that was withdrawn ends there."""
    if claim.state is ClaimState.WITHDRAWN:
        return [Step(str(CLAIM_STATES["registered"]), "done"), Step(str(CLAIM_STATES["withdrawn"]), "current")]
    at = COURSE.index(claim.state)
    places = ["done"] * at + ["current"] + ["ahead"] * len(COURSE)
    return [Step(str(CLAIM_STATES[state.value]), place) for state, place in zip(COURSE, places, strict=False)]


def rules_shown(rules: tuple[Rule, ...]) -> list[RuleShown]:
    """Rules with names in place of ids."""
    return [_rule(rule, row) for rule, row in zip(rules, as_rows(rules), strict=True)]


def considered_shown(ruling: Ruling) -> list[RuleShown]:
    """Every rule that was looked at, in the order in which they were asked, and why it does or does not apply."""
    rules = [each.rule for each in ruling.considered]
    return [
        _rule(each.rule, row, str(RULE_FITS[each.why]), each.why == "applies")
        for each, row in zip(ruling.considered, as_rows(rules), strict=True)
    ]


def remedy_words(remedy: str | None, percent: int | None = None) -> str:
    """What a rule gives: `Refund 70 %`, `Replace`; nothing where none applies."""
    if remedy is None:
        return _("no rule applies")
    word = str(OUTCOMES[remedy])
    return f"{word} {whole_percent(percent)}" if percent is not None else word


def ruling_words(ruling: Ruling) -> str:
    """A ruling in one line, with its amount where there is one."""
    words = remedy_words(ruling.remedy, ruling.percent)
    if ruling.amount_cents is None:
        return words
    return f"{words} = {money(ruling.amount_cents, ruling.facts.currency)}"


def files_to_choose(files: dict[int, list[Attachment]]) -> list[tuple[int, str]]:
    """The files of a ticket, for a choice."""
    return [(row.id, row.filename) for rows in files.values() for row in rows]


def next_step(shown: ClaimFile) -> str:
    """What the claim waits for, in a sentence."""
    if shown.decision is not None and shown.decision.state.value == "proposed":
        return _("The decision waits for a second person.")
    return {
        ClaimState.REGISTERED: _("Acknowledge it: the client is told that it is looked into."),
        ClaimState.ACKNOWLEDGED: _("Find the root cause: evidence, whys, cause."),
        ClaimState.INVESTIGATED: _("Decide it."),
        ClaimState.DECIDED: _("Do what was decided."),
        ClaimState.CORRECTIVE_ACTION: _("Verify that it helped."),
        ClaimState.VERIFIED: _("The client is asked whether they see it so, too."),
        ClaimState.CLOSED: _("It is closed."),
        ClaimState.WITHDRAWN: _("The client has withdrawn it."),
    }[shown.claim.state]


def claim_url(claim: Claim) -> str:
    return url_for("console.claims.show", number=claim.ticket.number)


def _rule(rule: Rule, row: dict[str, Any], why: str = "", applies: bool = False) -> RuleShown:
    whose = ", ".join(filter(None, (row["contract"], row["product"]))) or _("All")
    return RuleShown(
        rule.position, whose, str(FAULTS[rule.fault]) if rule.fault else _("Any"),
        _span(rule.revision_from, rule.revision_to), _span(rule.age_from_days, rule.age_to_days),
        remedy_words(rule.remedy, rule.percent), why, applies,
    )  # fmt: skip


def _span(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return _("Any")
    if low == high:
        return str(low)
    if high is None:
        return _("from %(number)s", number=low)
    return _("up to %(number)s", number=high) if low is None else f"{low}–{high}"
