"""Product feedback: the report as a feed, answers to problems, who gets it by mail, and who is told by webhook."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, request
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Instant, RowId, Text
from helpdesk.api.inputs import Input, Nothing, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.wishes import AnswerShownSchema, answer_shown
from helpdesk.core.outcalls import LONGEST_URL
from helpdesk.models.feedback import Every, FeedbackSchedule, Verdict, Webhook
from helpdesk.models.problems import Problem, ProblemState
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.problems import answers, schedules, webhooks
from helpdesk.problems.answers import Answered, NewAnswer
from helpdesk.problems.feedback import Feedback, Span, Trend, get_problem_of, product_feedback, tickets_behind
from helpdesk.problems.feedback_documents import feedback_document
from helpdesk.problems.fixes import Outcome
from helpdesk.problems.schedules import NewSchedule
from helpdesk.problems.webhooks import NewWebhook

bp = Blueprint("product_feedback", __name__, description="What troubles the clients of a product, and what they wish.")


class SpanSchema(Input):
    """Of which product and version, and of which time."""

    product_id = RowId(in_query=True)
    version_id = RowId(in_query=True)
    since = Instant(metadata={"description": "Tickets that were opened at this instant or later."})
    until = Instant(metadata={"description": "Tickets that were opened before this instant."})


class FeedbackAnswerSchema(Shown):
    """The answer that counts."""

    verdict = fields.String()
    version = NameOrNull()
    planned_on = fields.String(allow_none=True)
    reason = NameOrNull()
    by = fields.String()
    answered_at = fields.String()


class AfterFixSchema(Shown):
    """What the time since the fix says."""

    outcome = fields.String(metadata={"enum": list(Outcome)})
    fixed_at = fields.String()
    tickets_on_fix = fields.Integer()
    tickets_on_older = fields.Integer()
    tickets_on_unknown = fields.Integer()
    tickets_before = fields.Integer()
    days_before = fields.Integer()
    days_after = fields.Integer()
    chance_of_silence = fields.Float(
        allow_none=True, metadata={"description": "How likely no ticket would be, had nothing changed."}
    )
    installed_on_fix = fields.Integer()
    installed_known = fields.Integer()


class SatisfactionEffectSchema(Shown):
    """What clients answered about these tickets, against the others of their products; no mean of fewer than five."""

    mean = fields.Float(allow_none=True, metadata={"description": "1 to 5."})
    answers = fields.Integer()
    others_mean = fields.Float(allow_none=True)
    others_answers = fields.Integer()
    effect = fields.Float(allow_none=True, metadata={"description": "The mean less that of the others."})


class FeedbackProblemSchema(Shown):
    """A problem, with each factor of its rank."""

    number = fields.String()
    title = fields.String()
    state = fields.String(metadata={"enum": list(ProblemState)})
    score = fields.Float(metadata={"description": "The product of the factors."})
    factors = fields.Dict(keys=fields.String(), values=fields.Float())
    tickets = fields.Integer()
    clients = fields.Integer()
    impact = fields.Float(allow_none=True)
    minutes = fields.Integer()
    value_cents = fields.Dict(keys=fields.String(), values=fields.Integer())
    contracts = fields.Integer()
    contracts_unknown = fields.Integer()
    reopenings = fields.Integer()
    tickets_before = fields.Integer(allow_none=True)
    trend = fields.String(metadata={"enum": list(Trend)})
    first_seen = fields.String(allow_none=True)
    last_seen = fields.String(allow_none=True)
    fixed_version = NameOrNull()
    after_fix = fields.Nested(AfterFixSchema, allow_none=True)
    samples = fields.List(fields.String())
    satisfaction = fields.Nested(SatisfactionEffectSchema)
    answer = fields.Nested(FeedbackAnswerSchema, allow_none=True)


class FeedbackWishSchema(Shown):
    """A wish, with how many want it."""

    number = fields.String()
    title = fields.String()
    description = NameOrNull()
    language = fields.String()
    product = fields.String()
    is_public = fields.Boolean()
    clients = fields.Integer()
    votes = fields.Integer()
    new_clients = fields.Integer()
    created_at = fields.String()
    shipped_at = fields.String(allow_none=True)
    answer = fields.Nested(FeedbackAnswerSchema, allow_none=True)


class FeedbackSchema(Shown):
    """The report."""

    since = fields.String(allow_none=True)
    until = fields.String(allow_none=True)
    products = fields.List(fields.String(), allow_none=True)
    tickets = fields.Integer()
    problems = fields.List(fields.Nested(FeedbackProblemSchema))
    wishes = fields.List(fields.Nested(FeedbackWishSchema))


class TicketBehindSchema(Shown):
    """A ticket that a row counts."""

    number = fields.String()
    subject = fields.String()
    status = fields.String()
    opened_at = Instant()


class TicketsBehindSchema(Shown):
    """The tickets that a row counts, the last first."""

    tickets = fields.List(fields.Nested(TicketBehindSchema))


@dataclass(frozen=True)
class ToProblem:
    """An answer to a problem, and for which product it is."""

    verdict: Verdict
    product_id: int
    version_id: int | None = None
    planned_on: date | None = None
    reason: str = ""

    @property
    def answer(self) -> NewAnswer:
        return NewAnswer(self.verdict, self.version_id, self.planned_on, self.reason)


class ProblemAnswerSchema(Input):
    """What the product owner answers to a problem, for one product."""

    makes = ToProblem
    product_id = RowId(required=True)
    verdict = Choice(Verdict, required=True)
    version_id = RowId(metadata={"description": "Needed where it is fixed."})
    planned_on = Day()
    reason = Text(answers.LONGEST_REASON, metadata={"description": "Needed where it is declined; clients read it."})


class AnswersToProblemSchema(Shown):
    """The answers to a problem, the last first."""

    answers = fields.List(fields.Nested(AnswerShownSchema))


class NewScheduleSchema(Input):
    """How often, and of which product; without one of all that the account may read."""

    makes = NewSchedule
    every = Choice(Every, required=True)
    product_id = RowId()


class ScheduleSchema(Shown):
    """A report that comes by mail."""

    id = fields.Integer()
    every = fields.String(metadata={"enum": list(Every)})
    product_id = fields.Integer(allow_none=True)
    next_on = fields.Date()


class SchedulesSchema(Shown):
    """The schedules of the account."""

    schedules = fields.List(fields.Nested(ScheduleSchema))


class NewWebhookSchema(Input):
    """Where to, and of which product; of all only for administrators."""

    makes = NewWebhook
    url = Text(LONGEST_URL, needed=True, required=True, metadata={"format": "uri"})
    product_id = RowId()


class WebhookSchema(Shown):
    """A webhook; its secret is told once, when it is made."""

    id = fields.Integer()
    url = fields.String(metadata={"format": "uri"})
    product_id = fields.Integer(allow_none=True)
    created_at = Instant()
    delivered_at = Instant(allow_none=True)
    failed_at = Instant(allow_none=True)
    failure = NameOrNull()


class WebhookMadeSchema(WebhookSchema):
    """A new webhook with its secret, which is shown this once; a repeated request does not get it again."""

    secret = NameOrNull()


class WebhooksSchema(Shown):
    """The live webhooks."""

    webhooks = fields.List(fields.Nested(WebhookSchema))


@dataclass(frozen=True)
class Made:
    """A new webhook and its secret."""

    row: Webhook
    secret: str


def _webhook(row: Webhook) -> dict[str, Any]:
    return {"id": row.id, "url": row.url, "product_id": row.product_id, "created_at": row.created_at,
            "delivered_at": row.delivered_at, "failed_at": row.failed_at, "failure": row.failure}  # fmt: skip


def _schedule(row: FeedbackSchedule) -> dict[str, Any]:
    return {"id": row.id, "every": row.every.value, "product_id": row.product_id, "next_on": row.next_on}


def _behind(rows: list[Ticket], _actor: Actor) -> dict[str, Any]:
    return {"tickets": [{"number": row.number, "subject": row.subject, "status": row.status.value,
                         "opened_at": row.opened_at} for row in rows]}  # fmt: skip


FEEDBACK = Representation(FeedbackSchema(), None, of=lambda found, _actor: feedback_document(found))
TICKETS = Representation(TicketsBehindSchema(), None, of=_behind)
ANSWERS = Representation(
    AnswersToProblemSchema(), None, of=lambda rows, _actor: {"answers": [answer_shown(each) for each in rows]}
)
SCHEDULE = Representation(ScheduleSchema(), None, of=lambda row, _actor: _schedule(row))
SCHEDULES = Representation(
    SchedulesSchema(), None, of=lambda rows, _actor: {"schedules": [_schedule(row) for row in rows]}
)
WEBHOOK = Representation(WebhookSchema(), None, of=lambda row, _actor: _webhook(row))
WEBHOOKS = Representation(WebhooksSchema(), None, of=lambda rows, _actor: {"webhooks": list(map(_webhook, rows))})
MADE = Representation(WebhookMadeSchema(), None, of=lambda made, _actor: _webhook(made.row) | {"secret": made.secret})


@bp.get("/product-feedback")
@bp.takes(SpanSchema(), location="query")
@bp.gives(200, FEEDBACK, or_unchanged=True)
def show(sent: dict[str, Any]) -> Any:
    """Read the report as a feed. Its ETag stays while its figures do: ask again with If-None-Match, and get 304."""
    found = product_feedback(_span(sent), for_=current_actor())
    tag = _tag(found)
    if tag in request.if_none_match:
        return Response(status=304, headers={"ETag": f'"{tag}"'})
    return found, {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}


@bp.get("/product-feedback/problems/<problem_number>/tickets")
@bp.takes(SpanSchema(), location="query")
@bp.gives(200, TICKETS)
def tickets(sent: dict[str, Any], problem_number: str) -> list[Ticket]:
    """Read the tickets that the row of a problem counts."""
    return tickets_behind(_problem(problem_number), _span(sent), for_=current_actor())


@bp.get("/product-feedback/problems/<problem_number>/answers")
@bp.gives(200, ANSWERS)
def list_answers(problem_number: str) -> list[Answered]:
    """Read the answers to a problem, the last first; a product owner's are those for the own products."""
    actor = current_actor()
    own = sorted(actor.product_ids) if actor.role == "product_owner" else None
    return answers.answers_to_problem(_problem(problem_number).id, product_ids=own)


@bp.post("/product-feedback/problems/<problem_number>/answers")
@bp.takes(ProblemAnswerSchema(), once=True)
@bp.gives(201, ANSWERS)
def answer(sent: ToProblem, problem_number: str) -> list[Answered]:
    """Answer a problem for one of the products that it affects."""
    problem = _problem(problem_number)
    answers.answer_problem(problem, sent.product_id, sent.answer, by=current_actor(), submission=submission())
    return answers.answers_to_problem(problem.id, product_ids=[sent.product_id])


@bp.get("/product-feedback/schedules")
@bp.gives(200, SCHEDULES)
def list_schedules() -> list[FeedbackSchedule]:
    """List which reports come to one's own account by mail."""
    return schedules.schedules_of(for_=current_actor())


@bp.post("/product-feedback/schedules")
@bp.takes(NewScheduleSchema())
@bp.gives(201, SCHEDULE)
def schedule(sent: NewSchedule) -> FeedbackSchedule:
    """Have the report sent to one's own account; what is there already stays as it is."""
    return schedules.schedule_feedback(sent, by=current_actor())


@bp.delete("/product-feedback/schedules/<row_id:schedule_id>")
@bp.gives(204)
def end_schedule(schedule_id: int) -> None:
    """Have it sent no more."""
    schedules.end_schedule(schedule_id, by=current_actor())


@bp.get("/webhooks")
@bp.gives(200, WEBHOOKS)
def list_webhooks() -> list[Webhook]:
    """List the webhooks that one manages, with what became of the last messages."""
    return webhooks.list_webhooks(for_=current_actor())


@bp.post("/webhooks")
@bp.takes(NewWebhookSchema(), once=True)
@bp.gives(201, MADE)
def add_webhook(sent: NewWebhook) -> Made:
    """Have an address told of problems and wishes. Messages are signed as Standard Webhooks has it."""
    return Made(*webhooks.add_webhook(sent, by=current_actor(), submission=submission()))


@bp.post("/webhooks/<row_id:webhook_id>/trials")
@bp.takes(Nothing())
@bp.gives(201, WEBHOOK)
def trial(_sent: Any, webhook_id: int) -> Webhook:
    """Send a message that says nothing, to see whether it arrives."""
    row = webhooks.get_webhook(webhook_id, for_=current_actor())
    webhooks.try_webhook(row, by=current_actor())
    return row


@bp.delete("/webhooks/<row_id:webhook_id>")
@bp.gives(204)
def remove_webhook(webhook_id: int) -> None:
    """Tell it no more."""
    webhooks.end_webhook(webhooks.get_webhook(webhook_id, for_=current_actor()), by=current_actor())


def _span(sent: dict[str, Any]) -> Span:
    product_id: int | None = sent.get("product_id")
    since: datetime | None = sent.get("since")
    return Span((product_id,) if product_id else None, sent.get("version_id"), since, sent.get("until"))


def _problem(number: str) -> Problem:
    return get_problem_of(number, for_=current_actor())


def _tag(found: Feedback) -> str:
    """What stays the same while the figures do; the instant at which they were worked out is not among them."""
    told = {name: value for name, value in feedback_document(found).items() if name != "as_of"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
