"""Why a problem exists, how that was found, and how clients live with it until it is fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import CauseNamed, ProblemWhyAsked, WorkaroundWritten
from helpdesk.models.problems import (
    CauseCategory,
    CauseMethod,
    Problem,
    ProblemState,
    ProblemWhy,
    Workaround,
)
from helpdesk.policy.actor import Actor
from helpdesk.problems.problems import LONGEST_TEXT, begin
from helpdesk.tickets.whys import write_why


@dataclass(frozen=True)
class Cause:
    """The root cause, how it was found and of what kind it is."""

    method: CauseMethod
    category: CauseCategory
    root_cause: str
    revision: int | None = None  # of the problem as it was read


@command
def ask_why(problem: Problem, question: str, answer: str, *, by: Actor, position: int | None = None) -> ProblemWhy:
    """Ask why, and why again; or answer an earlier why better. The same words a second time change nothing."""
    problem = begin(problem, by)
    _refuse_closed(problem)
    add = partial(ProblemWhy, problem_id=problem.id)
    row, is_news = write_why(whys_of(problem), question, answer, position=position, add=add)
    if is_news:
        record(ProblemWhyAsked(problem.id, row.position, row.question, row.answer), by=by)
    return row


@command
def name_cause(problem: Problem, cause: Cause, *, by: Actor) -> None:
    """Say what the root cause is. Conflict where somebody changed the problem since it was read."""
    problem = begin(problem, by, revision=cause.revision)
    _refuse_closed(problem)
    words = cause.root_cause.strip()
    if not words:
        raise Invalid({"root_cause": [_("Name the root cause.")]})
    if len(words) > LONGEST_TEXT:
        raise Invalid({"root_cause": [_("This is too long.")]})
    if (problem.method, problem.cause_category, problem.root_cause) == (cause.method, cause.category, words):
        return
    problem.method, problem.cause_category, problem.root_cause = cause.method, cause.category, words
    problem.revision += 1
    record(CauseNamed(problem.id, method=cause.method.value, category=cause.category.value, root_cause=words), by=by)


@command
def write_workaround(problem: Problem, language: str, text: str, *, by: Actor) -> None:
    """Write how to live with it, in one language; blanks take the workaround in that language away."""
    problem = begin(problem, by)
    _refuse_closed(problem)
    if language not in LANGUAGES:
        raise Invalid({"language": [_("Choose one of the list.")]})
    words = text.strip()
    if len(words) > LONGEST_TEXT:
        raise Invalid({"text": [_("This is too long.")]})
    rows = {row.language: row for row in workarounds_of(problem)}
    row = rows.get(language)
    if (row.text if row else "") == words:
        return
    if not words and len(rows) == 1 and problem.state in (ProblemState.KNOWN_ERROR, ProblemState.FIX_PLANNED):
        raise Invalid({"text": [_("A known error keeps a workaround in one language at least.")]})
    if row is None:
        db.session.add(Workaround(problem_id=problem.id, language=language, text=words, updated_at=now()))
    elif words:
        row.text, row.updated_at = words, now()
    else:
        db.session.delete(row)
    db.session.flush()
    problem.revision += 1
    record(WorkaroundWritten(problem.id, language=language), by=by)


def whys_of(problem: Problem) -> Sequence[ProblemWhy]:
    """The whys of a problem, in order."""
    query = select(ProblemWhy).where(ProblemWhy.problem_id == problem.id).order_by(ProblemWhy.position)
    return db.session.scalars(query).all()


def workarounds_of(problem: Problem) -> Sequence[Workaround]:
    """Its workarounds, in the order of our languages."""
    query = select(Workaround).where(Workaround.problem_id == problem.id)
    order = list(LANGUAGES)
    return sorted(db.session.scalars(query), key=lambda row: order.index(row.language) if row.language in order else 99)


def _refuse_closed(problem: Problem) -> None:
    if problem.state is ProblemState.CLOSED:
        raise Conflict(_("This problem is closed. Take it up again first."), code="closed")
