"""Claims, rules and deliverables as plain documents: the same figures on every face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpdesk.aftersales.claim_queries import ClaimFile, ClaimRow
from helpdesk.aftersales.refund_files import as_rows
from helpdesk.aftersales.refund_rules import Change, WhatIf
from helpdesk.aftersales.refunds import Ruling
from helpdesk.models.claims import Claim, ClaimDecision, Deliverable, RevisionRound
from helpdesk.models.duties import Duty


def claim_row(row: ClaimRow) -> dict[str, Any]:
    """A claim in a list."""
    return _claim(row.claim) | {"organisation": row.organisation or None, "due": _due(row.duty)}


def claim_document(shown: ClaimFile) -> dict[str, Any]:
    """Everything on a claim, as staff see it."""
    claim = shown.claim
    return _claim(claim) | {
        "deliverable_id": claim.deliverable_id, "revision": claim.revision, "delivered_on": claim.delivered_on,
        "price_cents": claim.price_cents, "currency": claim.currency,
        "whys": [{"position": why.position, "question": why.question, "answer": why.answer} for why in shown.whys],
        "evidence": [
            {"id": point.id, "point": point.point, "is_done": point.done_at is not None, "note": point.note,
             "attachment_id": point.attachment_id} for point in shown.evidence
        ],
        "root_cause": claim.root_cause, "action": claim.action, "proof": claim.proof,
        "by_the_rules": ruling_document(shown.ruling),
        "decisions": [decision_document(each) for each in shown.decisions],
        "appealed_at": claim.appealed_at, "appeal": claim.appeal, "appeal_until": shown.appeal_until,
        "due": _due(shown.duty),
    }  # fmt: skip


def client_claim_document(claim: Claim, decision: ClaimDecision | None) -> dict[str, Any]:
    """A claim as its client sees it: nothing that is only proposed, nothing of the house's own."""
    told = decision_document(decision) if decision else None
    return _claim(claim) | {"decision": told, "appealed_at": claim.appealed_at, "appeal": claim.appeal}


def decision_document(decision: ClaimDecision) -> dict[str, Any]:
    """A decision with the arithmetic that it was made by."""
    return {
        "id": decision.id, "state": decision.state.value, "outcome": decision.outcome.value,
        "reasons": decision.reasons, "deviation": decision.deviation, "amount_cents": decision.amount_cents,
        "currency": decision.currency, "rule_version": decision.version_id, "arithmetic": decision.arithmetic,
        "decided_at": decision.decided_at, "in_force_at": decision.in_force_at, "accepted_at": decision.accepted_at,
        "appeal_until": decision.appeal_until, "refusal": decision.refusal,
    }  # fmt: skip


def ruling_document(ruling: Ruling) -> dict[str, Any]:
    """What the rules give, which of them applies, and why not the others."""
    rules = [each.rule for each in ruling.considered]
    return {
        "remedy": ruling.remedy, "percent": ruling.percent, "price_cents": ruling.facts.price_cents,
        "amount_cents": ruling.amount_cents, "kept_cents": ruling.kept_cents, "currency": ruling.facts.currency,
        "considered": [
            row | {"rule": each.rule.position, "why": each.why}
            for row, each in zip(as_rows(rules), ruling.considered, strict=True)
        ],
    }  # fmt: skip


def change_document(change: Change) -> dict[str, Any]:
    """What other rules would make of an open claim."""
    return {
        "ticket": change.number, "claimed_on": str(change.claimed_on),
        "before": _short(change.before), "after": _short(change.after),
    }  # fmt: skip


def what_if_document(rows: Sequence[WhatIf]) -> dict[str, Any]:
    """Decided claims under other rules, each and summed up by currency."""
    sums: dict[str, dict[str, int]] = {}
    for row in rows:
        total = sums.setdefault(row.currency, {"claims": 0, "before_cents": 0, "after_cents": 0, "difference_cents": 0})
        total["claims"] += 1
        total["before_cents"] += row.before_cents
        total["after_cents"] += row.after_cents or 0
        total["difference_cents"] += row.difference_cents
    return {
        "claims": [
            {"ticket": row.number, "currency": row.currency, "before": row.outcome, "before_cents": row.before_cents,
             "after": row.after_outcome, "after_cents": row.after_cents, "difference_cents": row.difference_cents}
            for row in rows
        ],
        "sums": sums,
    }  # fmt: skip


def deliverable_document(made: Deliverable) -> dict[str, Any]:
    """A deliverable with its rounds and the client's answers."""
    return {
        "id": made.id, "organisation_id": made.organisation_id, "name": made.name, "contract_id": made.contract_id,
        "product_id": made.product_id, "contact_id": made.contact_id, "agreed_rounds": made.agreed_rounds,
        "price_cents": made.price_cents, "currency": made.currency, "accepted_at": made.accepted_at,
        "rounds": [_round(row) for row in made.rounds],
    }  # fmt: skip


def _claim(claim: Claim) -> dict[str, Any]:
    return {"ticket": claim.ticket.number, "subject": claim.ticket.subject, "state": claim.state.value,
            "state_at": claim.state_at, "fault": claim.fault.value, "claimed_on": claim.claimed_on}  # fmt: skip


def _due(duty: Duty | None) -> dict[str, Any] | None:
    return {"kind": duty.kind.value, "due_at": duty.due_at} if duty else None


def _short(ruling: Ruling) -> dict[str, Any]:
    return {"remedy": ruling.remedy, "percent": ruling.percent, "amount_cents": ruling.amount_cents}


def _round(row: RevisionRound) -> dict[str, Any]:
    answer = row.answer
    return {
        "number": row.number, "note": row.note, "link": row.link, "delivered_at": row.delivered_at,
        "answer": answer.kind.value if answer else None, "remarks": answer.remarks if answer else None,
        "answered_at": answer.answered_at if answer else None,
        "files": [{"id": file.id, "filename": file.filename, "size": file.size} for file in row.files],
    }  # fmt: skip
