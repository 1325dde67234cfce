"""Why a problem exists, how that was found, and how clients live with it."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Number, Text
from helpdesk.api.inputs import Input
from helpdesk.api.v1.problem_records.shown import ONE, PROBLEM, bp, the_problem
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.models.problems import CauseCategory, CauseMethod, Problem
from helpdesk.problems import causes, problems
from helpdesk.problems.causes import Cause
from helpdesk.tickets.whys import LONGEST_WHY, MOST_WHYS


@dataclass(frozen=True)
class Why:
    question: str
    answer: str
    position: int | None = None


class ProblemWhySchema(Input):
    """A question and its answer; with a position, in place of the one that stands there."""

    makes = Why
    question = Text(LONGEST_WHY, needed=True, required=True)
    answer = Text(LONGEST_WHY, needed=True, required=True)
    position = Number(1, MOST_WHYS)


class ProblemCauseSchema(Input):
    """The root cause, how it was found and of what kind it is."""

    makes = Cause
    method = Choice(CauseMethod, required=True)
    category = Choice(CauseCategory, required=True)
    root_cause = Text(problems.LONGEST_TEXT, needed=True, required=True)
    revision = Number(0, 2**31 - 1)


@dataclass(frozen=True)
class WorkaroundText:
    text: str


class WorkaroundSchema(Input):
    """How clients live with it, in one language, in Markdown."""

    makes = WorkaroundText
    text = Text(problems.LONGEST_TEXT, needed=True, required=True)


@bp.post(f"{ONE}/whys")
@bp.takes(ProblemWhySchema())
@bp.gives(200, PROBLEM)
def ask(sent: Why, problem: str) -> Problem:
    """Ask why, and why again; or answer an earlier why better."""
    causes.ask_why(the_problem(problem), sent.question, sent.answer, position=sent.position, by=current_actor())
    return the_problem(problem)


@bp.put(f"{ONE}/root-cause")
@bp.takes(ProblemCauseSchema())
@bp.gives(200, PROBLEM)
def name_cause(sent: Cause, problem: str) -> Problem:
    """Say what the root cause is."""
    causes.name_cause(the_problem(problem), sent, by=current_actor())
    return the_problem(problem)


@bp.put(f"{ONE}/workarounds/<language>")
@bp.takes(WorkaroundSchema())
@bp.gives(200, PROBLEM)
def write(sent: WorkaroundText, problem: str, language: str) -> Problem:
    """Write how clients live with it, in one language."""
    causes.write_workaround(the_problem(problem), _known(language), sent.text, by=current_actor())
    return the_problem(problem)


@bp.delete(f"{ONE}/workarounds/<language>")
@bp.gives(200, PROBLEM)
def take_away(problem: str, language: str) -> Problem:
    """Take the workaround in one language away."""
    causes.write_workaround(the_problem(problem), _known(language), "", by=current_actor())
    return the_problem(problem)


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise NotFound
    return language
