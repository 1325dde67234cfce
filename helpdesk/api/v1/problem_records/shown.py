"""Problems as the API shows them: in a list, whole, with what they cost."""

from __future__ import annotations

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Instant
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.models.problems import Problem, ProblemState
from helpdesk.problems.documents import problem_document, problem_row
from helpdesk.problems.problem_queries import file_of
from helpdesk.problems.problems import get_problem

bp = Blueprint("problems", __name__, description="The causes of recurring tickets, and what clients are told of them.")


ONE = "/problems/<problem>"


class CostSchema(Shown):
    """What a problem has cost so far; times are minutes, money is cents by currency."""

    tickets = fields.Integer()
    open_tickets = fields.Integer()
    waiting = fields.Integer()
    organisations = fields.Integer()
    minutes = fields.Integer()
    contract_cents = fields.Dict(keys=fields.String(), values=fields.Integer())


class ProblemRowSchema(Shown):
    """A problem in a list."""

    number = fields.String()
    title = fields.String()
    state = fields.String(metadata={"enum": list(ProblemState)})
    state_at = Instant()
    owner = NameOrNull()
    products = fields.List(fields.String())
    cost = fields.Nested(CostSchema)


class ProblemRowsSchema(Shown):
    """A page of problems."""

    problems = fields.List(fields.Nested(ProblemRowSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class AffectedShownSchema(Shown):
    product_id = fields.Integer()
    version_id = fields.Integer(allow_none=True)
    component_id = fields.Integer(allow_none=True)


class ProblemWhyShownSchema(Shown):
    position = fields.Integer()
    question = fields.String()
    answer = fields.String()


class ReviewShownSchema(Shown):
    """A review that was held."""

    id = fields.Integer()
    held_on = fields.Date()
    service_people = fields.String()
    development_people = NameOrNull()
    findings = fields.String()
    actions = NameOrNull()
    created_at = Instant()


class ProblemRecordSchema(Shown):
    """A problem with all that is known of it."""

    number = fields.String()
    title = fields.String()
    description = fields.String()
    state = fields.String(metadata={"enum": list(ProblemState)})
    state_at = Instant()
    owner_id = fields.Integer(allow_none=True)
    owner = NameOrNull()
    team_id = fields.Integer(allow_none=True)
    affects = fields.List(fields.Nested(AffectedShownSchema))
    method = NameOrNull()
    cause_category = NameOrNull()
    root_cause = NameOrNull()
    whys = fields.List(fields.Nested(ProblemWhyShownSchema))
    workarounds = fields.Dict(keys=fields.String(), values=fields.String())
    planned_version = NameOrNull()
    planned_on = fields.Date(allow_none=True)
    fixed_version = NameOrNull()
    fixed_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)
    close_reason = NameOrNull()
    article_id = fields.Integer(allow_none=True)
    created_at = Instant()
    revision = fields.Integer()
    reviews = fields.List(fields.Nested(ReviewShownSchema))
    cost = fields.Nested(CostSchema)


PROBLEM = Representation(ProblemRecordSchema(), None, of=lambda problem, _actor: problem_document(file_of(problem)))


PROBLEMS = Representation(
    ProblemRowsSchema(), None,
    of=lambda page, _actor: {"problems": [problem_row(row) for row in page.rows], "after": page.after,
                             "before": page.before},
)  # fmt: skip


def the_problem(number: str) -> Problem:
    """The problem with this number, for whoever calls."""
    return get_problem(number, for_=current_actor())
