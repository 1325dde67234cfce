"""Product feedback as JSON and as rows of a table: the same figures for the feed, the command line and the CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from helpdesk.models.products import Version
from helpdesk.people import directory
from helpdesk.problems.answers import Answered
from helpdesk.problems.feedback import Feedback, ProblemRow, Span, WishRow
from helpdesk.problems.fixes import AfterFix
from helpdesk.problems.satisfied import Satisfaction

COLUMNS = (
    "kind", "number", "title", "state", "score", "tickets", "clients", "impact", "hours", "value", "contracts",
    "contracts_unknown", "reopenings", "tickets_before", "trend", "first_seen", "fixed_version", "after_fix",
    "votes", "new_clients", "answer", "answer_version", "answer_planned_on", "answer_reason", "samples",
    "csat", "csat_answers", "csat_others", "csat_others_answers",
)  # fmt: skip


def feedback_document(found: Feedback) -> dict[str, Any]:
    """The whole report."""
    return {
        "as_of": utc(found.as_of), "since": utc(found.span.since), "until": utc(found.span.until),
        "products": products_named(found.span), "tickets": found.tickets,
        "problems": [problem_document(row) for row in found.problems],
        "wishes": [wish_document(row) for row in found.wishes],
    }  # fmt: skip


def problem_document(row: ProblemRow) -> dict[str, Any]:
    """One problem with each factor of its rank."""
    return {
        "number": row.problem.number, "title": row.problem.title, "state": row.problem.state.value,
        "score": round(row.score, 2), "factors": {name: round(value, 3) for name, value in row.factors.items()},
        "tickets": row.tickets, "clients": row.clients,
        "impact": round(row.impact, 2) if row.impact is not None else None, "minutes": row.minutes,
        "value_cents": dict(row.value_cents), "contracts": row.contracts, "contracts_unknown": row.contracts_unknown,
        "reopenings": row.reopenings, "tickets_before": row.tickets_before, "trend": row.trend.value,
        "first_seen": utc(row.first_at), "last_seen": utc(row.last_at), "fixed_version": row.fixed_version or None,
        "after_fix": _after(row.after) if row.after else None,
        "samples": [sample.number for sample in row.samples], "answer": answer_document(row.answer),
        "satisfaction": _satisfaction(row.satisfaction),
    }  # fmt: skip


def wish_document(row: WishRow) -> dict[str, Any]:
    """One wish with how many want it; who they are is not told."""
    wish = row.wanted.wish
    return {
        "number": wish.number, "title": wish.title, "description": wish.description, "language": wish.language,
        "product": _product(wish.product_id), "is_public": wish.is_public, "clients": row.wanted.clients,
        "votes": row.wanted.votes, "new_clients": row.new_clients, "created_at": utc(wish.created_at),
        "shipped_at": utc(wish.shipped_at), "answer": answer_document(row.answer),
    }  # fmt: skip


def answer_document(found: Answered | None) -> dict[str, Any] | None:
    """The product owner's answer."""
    if found is None:
        return None
    row = found.row
    return {
        "verdict": row.verdict.value, "version": found.version or None,
        "planned_on": row.planned_on.isoformat() if row.planned_on else None, "reason": row.reason or None,
        "by": found.author, "answered_at": utc(row.answered_at),
    }  # fmt: skip


def table_rows(found: Feedback) -> list[dict[str, Any]]:
    """A line for each problem and each wish."""
    return [_problem_line(row) for row in found.problems] + [_wish_line(row) for row in found.wishes]


def products_named(span: Span) -> list[str] | None:
    """The names of the products that are asked for; None for all."""
    return None if span.product_ids is None else [_product(each) for each in span.product_ids]


def version_named(version: Version | None) -> str:
    return f"{_product(version.product_id)} {version.name}" if version is not None else ""


def utc(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _problem_line(row: ProblemRow) -> dict[str, Any]:
    told = problem_document(row)
    value = ", ".join(f"{cents / 100:.2f} {currency}" for currency, cents in row.value_cents.items())
    return told | _answer_cells(row.answer) | {
        "kind": "problem", "hours": round(row.minutes / 60, 2), "value": value,
        "after_fix": row.after.outcome.value if row.after else None, "samples": " ".join(told["samples"]),
        "csat": told["satisfaction"]["mean"], "csat_answers": row.satisfaction.answers,
        "csat_others": told["satisfaction"]["others_mean"], "csat_others_answers": row.satisfaction.others,
    }  # fmt: skip


def _wish_line(row: WishRow) -> dict[str, Any]:
    told = wish_document(row)
    return told | _answer_cells(row.answer) | {"kind": "wish", "first_seen": told["created_at"]}


def _answer_cells(found: Answered | None) -> dict[str, Any]:
    told = answer_document(found) or {}
    return {"answer": told.get("verdict"), "answer_version": told.get("version"),
            "answer_planned_on": told.get("planned_on"), "answer_reason": told.get("reason")}  # fmt: skip


def _after(after: AfterFix) -> dict[str, Any]:
    return {
        "outcome": after.outcome.value, "fixed_at": utc(after.fixed_at), "tickets_on_fix": after.on_fix,
        "tickets_on_older": after.on_older, "tickets_on_unknown": after.on_unknown, "tickets_before": after.before,
        "days_before": after.days_before, "days_after": after.days_after,
        "chance_of_silence": round(after.chance, 4) if after.chance is not None else None,
        "installed_on_fix": after.installed, "installed_known": after.installed_of,
    }  # fmt: skip


def _satisfaction(found: Satisfaction) -> dict[str, Any]:
    """Means are not told where there are too few answers."""
    return {
        "mean": _rounded(found.mean), "answers": found.answers, "others_mean": _rounded(found.others_mean),
        "others_answers": found.others, "effect": _rounded(found.effect),
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return round(value, 2) if value is not None else None


def _product(product_id: int) -> str:
    card = directory.products().get(product_id)
    return card.name if card else ""
