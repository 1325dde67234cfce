"""A problem of the label printer, brought to a state by the people who do that."""

from __future__ import annotations

from typing import Any

from helpdesk.core.db import db
from helpdesk.models.problems import CauseCategory, CauseMethod, Problem, ProblemState
from helpdesk.models.products import Version
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems.causes import Cause, name_cause, write_workaround
from helpdesk.problems.problems import (
    Affected,
    NewProblem,
    Step,
    get_problem,
    link_tickets,
    move_problem,
    open_problem,
)
from tests.cast import Cast
from tests.factories import a_ticket

ORDER = (ProblemState.NEW, ProblemState.INVESTIGATING, ProblemState.KNOWN_ERROR, ProblemState.FIX_PLANNED,
         ProblemState.FIXED)  # fmt: skip
CAUSE = Cause(CauseMethod.FIVE_WHYS, CauseCategory.CODE, "The head is heated before the roll is measured.")


def a_version(cast: Cast) -> int:
    query = db.select(Version.id).where(Version.product_id == cast.printer.id)
    return db.session.scalars(query).first()


def a_problem(
    cast: Cast, state: ProblemState = ProblemState.NEW, *, tickets: tuple[Ticket, ...] | None = None,
    waiting: tuple[Ticket, ...] = (), **values: Any,
) -> Problem:  # fmt: skip
    """A problem of the printer with a ticket of Jonas, brought to this state by Ona."""
    if tickets is None:
        tickets = (a_ticket(cast, product_id=cast.printer.id),)
    values.setdefault("title", "Blank labels after the update")
    values.setdefault("products", (Affected(cast.printer.id),))
    problem = open_problem(NewProblem(tickets=tickets, **values), by=cast.ona)
    if waiting:
        link_tickets(problem, waiting, by=cast.ona, waits_for_fix=True)
    for to in ORDER[1 : ORDER.index(state) + 1]:
        bring(cast, problem, to)
    return problem


def bring(cast: Cast, problem: Problem, to: ProblemState) -> None:
    """One state on."""
    if to is ProblemState.KNOWN_ERROR:
        name_cause(problem, CAUSE, by=cast.ona)
        write_workaround(problem, "en", "Print a test page first.", by=cast.ona)
        write_workaround(problem, "lt", "Pirma išspausdinkite bandomąjį lapą.", by=cast.ona)
    step = Step(version_id=a_version(cast)) if to in (ProblemState.FIX_PLANNED, ProblemState.FIXED) else Step()
    move_problem(problem, to, step, by=cast.ona)


def again(problem: Problem) -> Problem:
    """The problem as the database has it now."""
    db.session.expire_all()
    return get_problem(problem.number, for_=SYSTEM)
