"""Problems and major incidents as plain documents: for the API and the command line alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.models.problems import MajorIncident, MajorUpdate, Problem, ProblemReview
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people import directory
from helpdesk.problems.broadcasts import BroadcastShown, Preview, Recipient
from helpdesk.problems.costs import Cost
from helpdesk.problems.majors import MajorRow, MajorState
from helpdesk.problems.problem_queries import LinkRow, ProblemFile, ProblemRow


def problem_row(row: ProblemRow) -> dict[str, Any]:
    """A problem in a list."""
    return _common(row.problem) | {"products": list(row.products), "owner": row.owner, "cost": cost_document(row.cost)}


def problem_document(shown: ProblemFile) -> dict[str, Any]:
    """A problem with all that is known of it."""
    problem, versions = shown.problem, directory.versions()
    planned, fixed = versions.get(problem.planned_version_id or 0), versions.get(problem.fixed_version_id or 0)
    return _common(problem) | {
        "description": problem.description, "owner_id": problem.owner_id,
        "owner": shown.accounts.get(problem.owner_id or 0, ""), "team_id": problem.team_id,
        "affects": [
            {"product_id": row.product_id, "version_id": row.version_id, "component_id": row.component_id}
            for row in sorted(problem.products, key=lambda each: each.id)
        ],
        "method": problem.method.value if problem.method else None,
        "cause_category": problem.cause_category.value if problem.cause_category else None,
        "root_cause": problem.root_cause,
        "whys": [{"position": why.position, "question": why.question, "answer": why.answer} for why in shown.whys],
        "workarounds": {row.language: row.text for row in shown.workarounds},
        "planned_version": planned.name if planned else None, "planned_on": problem.planned_on,
        "fixed_version": fixed.name if fixed else None, "fixed_at": problem.fixed_at, "closed_at": problem.closed_at,
        "close_reason": problem.close_reason, "article_id": problem.article_id, "created_at": problem.created_at,
        "revision": problem.revision, "reviews": [review_document(review) for review in shown.reviews],
        "cost": cost_document(shown.cost),
    }  # fmt: skip


def cost_document(cost: Cost) -> dict[str, Any]:
    """What it has cost so far."""
    return {
        "tickets": cost.tickets, "open_tickets": cost.open_tickets, "waiting": cost.waiting,
        "organisations": cost.organisations, "minutes": cost.minutes, "contract_cents": dict(cost.contract_cents),
    }  # fmt: skip


def link_document(row: LinkRow) -> dict[str, Any]:
    """A linked ticket."""
    ticket = row.ticket
    return {
        "ticket": ticket.number, "subject": ticket.subject, "status": ticket.status.value,
        "requester": ticket.requester.name, "organisation": ticket.organisation.name if ticket.organisation else "",
        "waits_for_fix": row.link.waits_for_fix, "linked_at": row.link.linked_at,
    }  # fmt: skip


def review_document(review: ProblemReview) -> dict[str, Any]:
    names = ("id", "held_on", "service_people", "development_people", "findings", "actions", "created_at")
    return {name: getattr(review, name) for name in names}


def recipient_document(row: Recipient) -> dict[str, Any]:
    """Who gets what, or why nothing."""
    return {
        "ticket": row.number, "requester": row.requester, "organisation": row.organisation, "channel": row.channel,
        "language": row.language, "resolves": row.resolves and not row.left_out, "left_out": row.left_out,
    }  # fmt: skip


def preview_document(found: Preview) -> dict[str, Any]:
    """Who would get what, with what they would read."""
    return {
        "kind": found.kind.value, "texts": dict(found.texts), "missing": dict(found.missing), "seen": found.seen,
        "told": len(found.told), "resolved": found.resolved, "left_out": len(found.left_out),
        "recipients": [recipient_document(row) for row in found.rows],
    }  # fmt: skip


def broadcast_document(shown: BroadcastShown) -> dict[str, Any]:
    """What was told, and how far it has come."""
    row = shown.broadcast
    return {
        "id": row.id, "kind": row.kind.value, "state": row.state.value, "texts": dict(row.texts), "by": shown.by,
        "created_at": row.created_at, "send_at": row.send_at, "ended_at": row.ended_at, "told": shown.told,
        "left_out": shown.left_out, "to_tell": shown.to_tell,
    }  # fmt: skip


def major_row(row: MajorRow) -> dict[str, Any]:
    """A major incident in a list."""
    return _major(row.major, row.state) | {"subject": row.ticket.subject, "lead": row.lead, "is_late": row.is_late}


def major_document(
    major: MajorIncident, state: MajorState, updates: Sequence[MajorUpdate], reviews: Sequence[ProblemReview],
    accounts: Mapping[int, str],
) -> dict[str, Any]:  # fmt: skip
    """A major incident with what clients were told and what was learned."""
    return _major(major, state) | {
        "lead_id": major.lead_id, "lead": accounts.get(major.lead_id or 0, ""),
        "updates": [
            {"id": each.id, "at": each.at, "texts": dict(each.texts), "next_update_at": each.next_update_at,
             "is_end": each.is_end} for each in updates
        ],
        "reviews": [review_document(each) for each in reviews],
    }  # fmt: skip


def _common(problem: Problem) -> dict[str, Any]:
    return {"number": problem.number, "title": problem.title, "state": problem.state.value,
            "state_at": problem.state_at}  # fmt: skip


def _major(major: MajorIncident, state: MajorState) -> dict[str, Any]:
    return {
        "id": major.id, "ticket": f"{NUMBER_PREFIX}{major.ticket_id}", "state": state.value,
        "problem": f"P-{major.problem_id}" if major.problem_id else None, "product_id": major.product_id,
        "declared_at": major.declared_at, "next_update_at": major.next_update_at, "ended_at": major.ended_at,
    }  # fmt: skip
