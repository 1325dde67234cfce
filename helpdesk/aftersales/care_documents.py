"""Revisits, plans, needs and referrals as plain documents: the same words on every face."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpdesk.aftersales.care_plans import Move
from helpdesk.models.care import Care, CarePlan, Need, Referral, Revisit, RevisitOutcome
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people.directory import operators
from sla.worktime import format_instant


def revisit_document(revisit: Revisit, outcome: RevisitOutcome | None = None) -> dict[str, Any]:
    """A revisit; whoever comes by id and name."""
    card = operators().get(revisit.operator_id or 0)
    return {
        "id": revisit.id, "what": revisit.what, "state": revisit.state.value, "channel": revisit.channel.value,
        "organisation_id": revisit.organisation_id, "contact_id": revisit.contact_id,
        "operator_id": revisit.operator_id, "operator": card.name if card else None,
        "planned_on": revisit.planned_on.isoformat(), "starts_at": _instant(revisit.starts_at),
        "minutes": revisit.minutes, "nominal_on": revisit.nominal_on.isoformat(),
        "latest_on": revisit.latest_on.isoformat(), "place": revisit.place or None, "problem": revisit.problem or None,
        "asked_words": revisit.asked_words or None, "reason": revisit.reason or None,
        "moved_to": revisit.moved_to_id, "outcome": outcome_document(outcome) if outcome else None,
    }  # fmt: skip


def outcome_document(outcome: RevisitOutcome) -> dict[str, Any]:
    """What came of a revisit."""
    ticket_id = outcome.problem_ticket_id
    return {
        "satisfaction": outcome.satisfaction, "summary": outcome.summary, "problems": outcome.problems or None,
        "problem_ticket": f"{NUMBER_PREFIX}{ticket_id}" if ticket_id is not None else None, "parts": outcome.parts,
        "next_on": outcome.next_on.isoformat() if outcome.next_on else None,
        "next_revisit": outcome.next_revisit_id, "confirmed_by": outcome.confirmed_by or None,
        "client_confirmed_at": _instant(outcome.client_confirmed_at),
    }  # fmt: skip


def plan_document(plan: CarePlan) -> dict[str, Any]:
    """A care plan; whoever changes it sends back its revision."""
    return {
        "id": plan.id, "name": plan.name, "revision": plan.revision, "is_active": plan.is_active,
        "calendar_id": plan.calendar_id, "min_gap_days": plan.min_gap_days, "window_days": plan.window_days,
        "steps": [
            {"id": step.id, "what": step.what, "channel": step.channel.value, "minutes": step.minutes,
             "offset_days": step.offset_days, "rule": step.rule} for step in plan.steps
        ],
    }  # fmt: skip


def move_document(move: Move) -> dict[str, Any]:
    """What a change of a plan does to one revisit."""
    return {
        "organisation_id": move.organisation_id, "what": move.what,
        "before": move.before.isoformat() if move.before else None,
        "after": move.after.isoformat() if move.after else None,
    }  # fmt: skip


def care_document(care: Care) -> dict[str, Any]:
    """A programme of a client."""
    return {
        "id": care.id, "organisation_id": care.organisation_id, "plan_id": care.plan_id,
        "anchor": care.anchor.isoformat(), "contact_id": care.contact_id, "operator_id": care.operator_id,
        "team_id": care.team_id, "place": care.place or None,
        "planned_until": care.planned_until.isoformat() if care.planned_until else None,
        "ended_at": _instant(care.ended_at),
    }  # fmt: skip


def lead_document(row: Need | Referral) -> dict[str, Any]:
    """A need or a referral, with who follows it up and what became of it."""
    common = {
        "id": row.id, "organisation_id": row.organisation_id, "revisit": row.revisit_id, "owner_id": row.owner_id,
        "state": row.state.value, "result": row.result or None, "found_at": _instant(row.found_at),
    }  # fmt: skip
    if isinstance(row, Referral):
        return common | {"company": row.company, "person": row.person or None, "reach": row.reach or None}
    ticket_id = row.enquiry_ticket_id
    return common | {
        "kind": row.kind.value, "what": row.what,
        "enquiry": f"{NUMBER_PREFIX}{ticket_id}" if ticket_id is not None else None,
    }  # fmt: skip


def _instant(at: datetime | None) -> str | None:
    return format_instant(int(at.timestamp())) if at is not None else None
