"""Reading problems: lists, everything on one, the problems of a ticket."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.core.db import db
from helpdesk.core.paging import PageOf, page_of
from helpdesk.models.access import STAFF, Account, Role
from helpdesk.models.problems import (
    OPEN_PROBLEMS,
    Problem,
    ProblemProduct,
    ProblemReview,
    ProblemState,
    ProblemTicket,
    ProblemWhy,
    Workaround,
)
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import problem_scope, ticket_scope
from helpdesk.problems.causes import whys_of, workarounds_of
from helpdesk.problems.costs import Cost, costs
from helpdesk.problems.reviews import reviews_of

PAGE_SIZE = 50
SHOWN_TICKETS = 100


@dataclass(frozen=True)
class ProblemRow:
    """A problem in a list."""

    problem: Problem
    products: Sequence[str]
    owner: str
    cost: Cost


@dataclass(frozen=True)
class LinkRow:
    """A linked ticket, as the problem's page shows it."""

    link: ProblemTicket
    ticket: Ticket


@dataclass(frozen=True)
class ProblemFile:
    """Everything on a problem that stands on its page, but its tickets."""

    problem: Problem
    cost: Cost
    whys: Sequence[ProblemWhy]
    workarounds: Sequence[Workaround]
    reviews: Sequence[ProblemReview]
    accounts: Mapping[int, str]  # by id: its owner, who wrote reviews


def list_problems(
    *, for_: Actor, state: ProblemState | None = None, only_open: bool = False, product_id: int | None = None,
    after: str | None = None, before: str | None = None, size: int = PAGE_SIZE,
) -> PageOf[ProblemRow]:  # fmt: skip
    """A page of the problems that an actor sees, the last first. Six queries, however many there are."""
    query: Select[Any] = select(Problem).where(problem_scope(for_)).options(selectinload(Problem.products))
    if state is not None:
        query = query.where(Problem.state == state)
    elif only_open:
        query = query.where(Problem.state.in_(tuple(OPEN_PROBLEMS)))
    if product_id is not None:
        query = query.where(
            exists().where(ProblemProduct.problem_id == Problem.id, ProblemProduct.product_id == product_id)
        )
    return page_of(query, [(Problem.id.expression, True)], size=size, after=after, before=before, run=_rows,
                   key=lambda row: (row.problem.id,))  # fmt: skip


def count_problems(*, for_: Actor) -> dict[ProblemState, int]:
    """How many problems are in each state that an actor sees."""
    query = select(Problem.state, func.count()).where(problem_scope(for_)).group_by(Problem.state)
    return dict(db.session.execute(query).all())


def file_of(problem: Problem) -> ProblemFile:
    """Everything on a problem. For staff who see it."""
    reviews = reviews_of(problem)
    ids = {problem.owner_id, *(review.account_id for review in reviews)} - {None}
    return ProblemFile(
        problem, costs([problem.id])[problem.id], whys_of(problem), workarounds_of(problem), reviews,
        names_of_accounts([each for each in ids if each is not None]),
    )  # fmt: skip


def linked_tickets(
    problem: Problem, *, for_: Actor, after: str | None = None, before: str | None = None, size: int = SHOWN_TICKETS
) -> PageOf[LinkRow]:
    """A page of its live links to tickets that the actor sees, the last first."""
    query = (
        select(ProblemTicket).join(Ticket, Ticket.id == ProblemTicket.ticket_id)
        .where(ProblemTicket.problem_id == problem.id, ProblemTicket.ended_at.is_(None), ticket_scope(for_))
        .options(
            joinedload(ProblemTicket.ticket).joinedload(Ticket.requester),
            joinedload(ProblemTicket.ticket).joinedload(Ticket.organisation),
        )
    )  # fmt: skip
    return page_of(query, [(ProblemTicket.id.expression, True)], size=size, after=after, before=before,
                   run=lambda q: [LinkRow(link, link.ticket) for link in db.session.scalars(q)],
                   key=lambda row: (row.link.id,))  # fmt: skip


def problems_of(ticket: Ticket, *, for_: Actor) -> list[tuple[ProblemTicket, Problem]]:
    """The problems that a ticket comes from, of those that the actor sees."""
    query = (
        select(ProblemTicket, Problem).join(Problem, Problem.id == ProblemTicket.problem_id)
        .where(ProblemTicket.ticket_id == ticket.id, ProblemTicket.ended_at.is_(None), problem_scope(for_))
        .options(selectinload(Problem.workarounds)).order_by(ProblemTicket.id)
    )  # fmt: skip
    return [(link, problem) for link, problem in db.session.execute(query)]


def problems_to_choose(*, for_: Actor, product_id: int | None = None, limit: int = 50) -> list[Problem]:
    """The problems that a ticket may be linked to: those of its product first, then the others, the last first."""
    of_product = exists().where(ProblemProduct.problem_id == Problem.id, ProblemProduct.product_id == product_id)
    query = select(Problem).where(problem_scope(for_), Problem.state != ProblemState.CLOSED)
    return list(db.session.scalars(query.order_by(of_product.desc(), Problem.id.desc()).limit(limit)))


def owners() -> list[tuple[int, str]]:
    """The accounts that may own a problem, by name."""
    roles = tuple(STAFF - {Role.ADMINISTRATOR})
    query = select(Account.id, Account.name).where(Account.role.in_(roles), Account.disabled_at.is_(None))
    return [(row.id, row.name) for row in db.session.execute(query.order_by(Account.name))]


def names_of_accounts(ids: Collection[int]) -> dict[int, str]:
    """Who these accounts are."""
    if not ids:
        return {}
    return {row.id: row.name for row in db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))}


def product_words(problem: Problem) -> list[str]:
    """What it affects, in names: `Label printer 7.42, Print head`."""
    products, versions, components = directory.products(), directory.versions(), directory.components()
    words = []
    for row in sorted(problem.products, key=lambda each: each.id):
        product, version = products.get(row.product_id), versions.get(row.version_id or 0)
        component = components.get(row.component_id or 0)
        name = " ".join(each.name for each in (product, version) if each is not None)
        words.append(f"{name}, {component.name}" if component else name)
    return words


def _rows(query: Any) -> list[ProblemRow]:
    found = list(db.session.scalars(query))
    cost = costs([problem.id for problem in found])
    names = names_of_accounts({problem.owner_id for problem in found if problem.owner_id is not None})
    return [
        ProblemRow(problem, product_words(problem), names.get(problem.owner_id or 0, ""), cost[problem.id])
        for problem in found
    ]
