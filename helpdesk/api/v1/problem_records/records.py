"""Problems themselves: they are found, opened, described and go from state to state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Number, RowId, Text, YesNo
from helpdesk.api.inputs import Input, refuse_reused_key, submission
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.problem_records.links import the_tickets
from helpdesk.api.v1.problem_records.shown import ONE, PROBLEM, PROBLEMS, bp, the_problem
from helpdesk.core.errors import Forbidden
from helpdesk.core.paging import PageOf
from helpdesk.models.problems import Problem, ProblemState
from helpdesk.problems import problems
from helpdesk.problems.problem_queries import ProblemRow, list_problems
from helpdesk.problems.problems import LONGEST_TITLE, Affected, NewProblem, ProblemWords, Step


class ProblemFilterSchema(PageSchema):
    """Which problems."""

    state = Choice(ProblemState)
    is_open = YesNo(in_query=True, metadata={"description": "Only those that are not fixed or closed yet."})
    product_id = Number(1, 2**31 - 1, in_query=True)


class AffectedSchema(Input):
    """A product that it affects, perhaps one version or one component of it."""

    makes = Affected
    product_id = RowId(required=True)
    version_id = RowId(allow_none=True)
    component_id = RowId(allow_none=True)


@dataclass(frozen=True)
class Opening:
    title: str
    description: str = ""
    affects: list[Affected] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    owner_id: int | None = None
    team_id: int | None = None


class NewProblemRecordSchema(Input):
    """What is known when a problem is opened. Without products it affects those of its tickets."""

    makes = Opening
    title = Text(LONGEST_TITLE, needed=True, required=True)
    description = Text(problems.LONGEST_TEXT)
    affects = fields.List(fields.Nested(AffectedSchema))
    tickets = fields.List(Text())
    owner_id = RowId(metadata={"description": "An account; without it whoever opens it."})
    team_id = RowId()


@dataclass(frozen=True)
class Description:
    title: str
    description: str = ""
    affects: list[Affected] = field(default_factory=list)
    owner_id: int | None = None
    team_id: int | None = None
    revision: int | None = None


class ProblemDescriptionSchema(Input):
    """What a problem says of itself, whole. With a revision: refused where it was changed since."""

    makes = Description
    title = Text(LONGEST_TITLE, needed=True, required=True)
    description = Text(problems.LONGEST_TEXT)
    affects = fields.List(fields.Nested(AffectedSchema))
    owner_id = RowId(allow_none=True)
    team_id = RowId(allow_none=True)
    revision = Number(0, 2**31 - 1)


@dataclass(frozen=True)
class Move:
    state: ProblemState
    reason: str = ""
    version_id: int | None = None
    planned_on: date | None = None


class ProblemStateSchema(Input):
    """Whereto, with what that demands: a version or a day, a version, a reason."""

    makes = Move
    state = Choice(ProblemState, required=True)
    reason = Text(problems.LONGEST_TEXT)
    version_id = RowId()
    planned_on = Day()


@bp.get("/problems")
@bp.takes(ProblemFilterSchema(), location="query")
@bp.gives(200, PROBLEMS)
def index(sent: dict[str, Any]) -> tuple[PageOf[ProblemRow], dict[str, str]]:
    """List problems, the last first. The third line and product owners find theirs; none is for clients."""
    if not current_actor().is_staff:
        raise Forbidden(code="staff_only")
    page = list_problems(for_=current_actor(), only_open=sent.pop("is_open", False), **sent)
    return page, link_header(page)


@bp.post("/problems")
@bp.takes(NewProblemRecordSchema(), once=True)
@bp.gives(201, PROBLEM)
def create(sent: Opening) -> tuple[Problem, dict[str, str]]:
    """Open a problem, with the tickets that it caused."""
    if not current_actor().is_staff:
        raise Forbidden(code="staff_only")
    tickets = the_tickets(sent.tickets)
    new = NewProblem(sent.title, sent.description, tuple(sent.affects), tickets, sent.owner_id, sent.team_id,
                     submission())  # fmt: skip
    problem = problems.open_problem(new, by=current_actor())
    if problem.title != " ".join(sent.title.split()):
        refuse_reused_key()
    return problem, {"Location": url_for("api.problems.show", problem=problem.number)}


@bp.get(ONE)
@bp.gives(200, PROBLEM)
def show(problem: str) -> Problem:
    """Read a problem."""
    return the_problem(problem)


@bp.put(f"{ONE}/description")
@bp.takes(ProblemDescriptionSchema())
@bp.gives(200, PROBLEM)
def describe(sent: Description, problem: str) -> Problem:
    """Say what is known of it, in place of what was said before."""
    words = ProblemWords(sent.title, sent.description, tuple(sent.affects), sent.owner_id, sent.team_id, sent.revision)
    problems.describe_problem(the_problem(problem), words, by=current_actor())
    return the_problem(problem)


@bp.put(f"{ONE}/state")
@bp.takes(ProblemStateSchema())
@bp.gives(200, PROBLEM)
def move(sent: Move, problem: str) -> Problem:
    """Bring it to another state; what that demands and is not there is named."""
    step = Step(sent.reason, sent.version_id, sent.planned_on)
    problems.move_problem(the_problem(problem), sent.state, step, by=current_actor())
    return the_problem(problem)
