"""Problems, from the first suspicion to the review: opened, described, moved on, their tickets linked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import among, db, insert_many, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record, record_many
from helpdesk.core.times import now
from helpdesk.events import (
    FixAwaited,
    ProblemDescribed,
    ProblemLinked,
    ProblemMoved,
    ProblemOpened,
    ProblemUnlinked,
    TicketsLinked,
    TicketUnlinkedFromProblem,
)
from helpdesk.models.access import Account, Role
from helpdesk.models.problems import (
    NUMBER_PREFIX,
    Problem,
    ProblemProduct,
    ProblemReview,
    ProblemState,
    ProblemTicket,
    ReviewKind,
    Workaround,
)
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.problems import problem_states as states

LONGEST_TITLE, LONGEST_TEXT, MOST_PRODUCTS = 250, 50_000, 20


@dataclass(frozen=True)
class Affected:
    """A product that a problem affects, perhaps one version or one component of it."""

    product_id: int
    version_id: int | None = None
    component_id: int | None = None


@dataclass(frozen=True)
class NewProblem:
    """What is known when a problem is opened. Without products it affects those of its tickets."""

    title: str
    description: str = ""
    products: tuple[Affected, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    owner_id: int | None = None  # an account; none: whoever opens it
    team_id: int | None = None
    submission: str | None = None


@dataclass(frozen=True)
class ProblemWords:
    """What a problem says of itself. The revision is of what was read before it was changed."""

    title: str
    description: str
    products: tuple[Affected, ...]
    owner_id: int | None = None
    team_id: int | None = None
    revision: int | None = None


@dataclass(frozen=True)
class Step:
    """What comes along when a problem goes on: why, in which version, on which day."""

    reason: str = ""
    version_id: int | None = None
    planned_on: date | None = None


@command
def open_problem(new: NewProblem, *, by: Actor) -> Problem:
    """Open a problem, with the tickets that it caused; the same submission opens one."""
    require(by, Action.HANDLE_PROBLEM)
    if known := _by_submission(new.submission):
        return known
    at = now()
    products = new.products or _products_of(new.tickets)
    problem = Problem(
        title=_title(new.title), description=_text("description", new.description), state=ProblemState.NEW,
        state_at=at, created_at=at, submission=new.submission, products=_rows(products), workarounds=[],
        owner_id=_owner(new.owner_id) if new.owner_id else by.account_id or None, team_id=_team(new.team_id),
    )  # fmt: skip
    db.session.add(problem)
    db.session.flush()
    record(ProblemOpened(problem.id, tickets=len(new.tickets)), by=by)
    link_tickets(problem, new.tickets, by=by)
    return problem


@command
def describe_problem(problem: Problem, new: ProblemWords, *, by: Actor) -> None:
    """Correct what is known of it. Conflict where somebody changed it since it was read."""
    problem = begin(problem, by, revision=new.revision)
    changes: dict[str, Any] = {}
    values = {
        "title": _title(new.title), "description": _text("description", new.description),
        "owner_id": _owner(new.owner_id), "team_id": _team(new.team_id),
    }  # fmt: skip
    for name, value in values.items():
        if (before := getattr(problem, name)) != value:
            changes[name] = [before, value]
            setattr(problem, name, value)
    before_products = affected_of(problem)
    if set(before_products) != set(new.products):
        rows = _rows(new.products)
        problem.products.clear()
        db.session.flush()
        problem.products.extend(rows)
        changes["products"] = [[each.product_id for each in some] for some in (before_products, new.products)]
    if changes:
        problem.revision += 1
        record(ProblemDescribed(problem.id, changes=changes), by=by)


@command
def move_problem(problem: Problem, to: ProblemState, step: Step = Step(), *, by: Actor) -> None:
    """To another state, if what it demands is on the table; Invalid names what is missing."""
    problem = begin(problem, by)
    if problem.state is to:
        return  # a second click
    before = problem.state
    if to not in states.TRANSITIONS[before]:
        raise gone_on()
    if to is ProblemState.FIX_PLANNED:
        problem.planned_version_id, problem.planned_on = _version(problem, step.version_id), step.planned_on
    elif to is ProblemState.FIXED:
        problem.fixed_version_id = _version(problem, step.version_id or problem.planned_version_id)
    reason = _text("reason", step.reason).strip()
    if to is ProblemState.CLOSED:
        problem.close_reason = reason
    if missing := missing_for(problem, to):
        raise Invalid(missing)
    if (before, to) in states.RETURNS and not reason:
        raise Invalid({"reason": [_("Say why it goes back.")]})
    at = now()
    problem.state, problem.state_at = to, at
    problem.closed_at = at if to is ProblemState.CLOSED else None
    if to is ProblemState.FIXED:
        problem.fixed_at = at
    elif (before, to) in states.RETURNS and before in (ProblemState.FIXED, ProblemState.CLOSED):
        problem.fixed_version_id, problem.fixed_at, problem.close_reason = None, None, ""
    record(ProblemMoved(problem.id, before=before.value, after=to.value, reason=reason), by=by)


@command
def link_tickets(
    problem: Problem, tickets: Iterable[Ticket], *, by: Actor, waits_for_fix: bool = False
) -> list[ProblemTicket]:
    """Say that these tickets come from the problem; one linked already stays so. Returns the new links.

    With `waits_for_fix` their clients are answered, and the tickets resolved, when the fix is told.
    """
    wanted = {ticket.id: ticket for ticket in tickets}
    problem = begin(problem, by)
    if not wanted:
        return []
    if problem.state is ProblemState.CLOSED:
        raise Conflict(_("This problem is closed. Take it up again, or open another."), code="closed")
    known = {row.ticket_id: row for row in _live(problem, wanted)}
    waiting = [row for row in known.values() if waits_for_fix and not row.waits_for_fix]
    for row in waiting:
        row.waits_for_fix = True
    record_many([FixAwaited(row.ticket_id, problem_id=problem.id, waits=True) for row in waiting], by=by)
    fresh, at = [ticket_id for ticket_id in wanted if ticket_id not in known], now()
    if not fresh:
        return []
    insert_many(ProblemTicket, [
        {"problem_id": problem.id, "ticket_id": ticket_id, "waits_for_fix": waits_for_fix, "linked_at": at}
        for ticket_id in fresh
    ], ProblemTicket.id)  # fmt: skip
    record_many([ProblemLinked(each, problem_id=problem.id, waits_for_fix=waits_for_fix) for each in fresh], by=by)
    record(TicketsLinked(problem.id, ticket_ids=fresh, waits_for_fix=waits_for_fix), by=by)
    return list(_live(problem, fresh))


@command
def await_fix(problem: Problem, ticket: Ticket, waits: bool, *, by: Actor) -> None:
    """Mark a linked ticket as waiting for the fix, or take the mark away."""
    problem = begin(problem, by)
    row = _link(problem, ticket)
    if row.waits_for_fix is not waits:
        row.waits_for_fix = waits
        record(FixAwaited(ticket.id, problem_id=problem.id, waits=waits), by=by)


@command
def unlink_ticket(problem: Problem, ticket: Ticket, reason: str = "", *, by: Actor) -> None:
    """The ticket does not come from this problem; the link stays in the history."""
    problem = begin(problem, by)
    row = _link(problem, ticket)
    row.ended_at, row.waits_for_fix = now(), False
    record(ProblemUnlinked(ticket.id, problem_id=problem.id, reason=reason.strip()), by=by)
    record(TicketUnlinkedFromProblem(problem.id, ticket_id=ticket.id, reason=reason.strip()), by=by)


def get_problem(number: str, *, for_: Actor) -> Problem:
    """The problem with this number, if the actor sees it; locked where this transaction may change it."""
    query = visible(for_, Problem).where(Problem.id == parse_number(number))
    problem: Problem | None = db.session.scalar(locked_when_writing(query, of=Problem))
    if problem is None:
        raise NotFound
    return problem


def parse_number(number: str) -> int:
    """The id behind a number as people write it (`P-12`, `p12`, `12`); NotFound for anything else."""
    digits = number.strip().upper().removeprefix(NUMBER_PREFIX).removeprefix("P")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise NotFound
    return int(digits)


def affected_of(problem: Problem) -> list[Affected]:
    """What it affects, in the order in which that was written down."""
    return [
        Affected(row.product_id, row.version_id, row.component_id)
        for row in sorted(problem.products, key=lambda r: r.id)
    ]


def missing_for(problem: Problem, to: ProblemState) -> dict[str, list[str]]:
    """What a state demands and is not there, by field, in sentences."""
    found: dict[str, list[str]] = {}
    for demand in states.DEMANDS[to]:
        if demand == "root_cause" and not problem.root_cause.strip():
            found["root_cause"] = [_("Name the root cause first.")]
        elif demand == "workaround" and not _has_workaround(problem):
            found["workaround"] = [_("Write a workaround first: how clients live with it until it is fixed.")]
        elif demand == "plan" and problem.planned_version_id is None and problem.planned_on is None:
            found["planned_on"] = [_("Say in which version the fix comes, or on which day.")]
        elif demand == "fixed_version" and problem.fixed_version_id is None:
            found["version_id"] = [_("Say in which version it is fixed.")]
        elif demand == "review_or_reason" and not problem.close_reason and not has_joint_review(problem):
            found["reason"] = [_("Hold the joint review of service and development first, or say why there is none.")]
    return found


def has_joint_review(problem: Problem) -> bool:
    query = select(ProblemReview.id).where(
        ProblemReview.problem_id == problem.id, ProblemReview.kind == ReviewKind.JOINT
    )
    return db.session.scalar(query.limit(1)) is not None


def begin(problem: Problem, by: Actor, *, revision: int | None = None) -> Problem:
    """The problem as it is now, its row locked, if the actor may handle it and nobody changed it since `revision`."""
    require(by, Action.HANDLE_PROBLEM, problem)
    query = select(Problem).where(Problem.id == problem.id).with_for_update(of=Problem)
    found: Problem = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    if revision is not None and revision != found.revision:
        raise Conflict(
            _("Somebody changed this problem while you wrote. Open it anew and look at what changed."), code="changed"
        )
    return found


def gone_on() -> Conflict:
    return Conflict(_("The problem has gone on already. Look at how it stands now."), code="no_such_transition")


def _link(problem: Problem, ticket: Ticket) -> ProblemTicket:
    found = next(iter(_live(problem, [ticket.id])), None)
    if found is None:
        raise NotFound
    return found


def _live(problem: Problem, ticket_ids: Collection[int]) -> Sequence[ProblemTicket]:
    return db.session.scalars(select(ProblemTicket).where(
        ProblemTicket.problem_id == problem.id, ProblemTicket.ended_at.is_(None),
        among(ProblemTicket.ticket_id, list(ticket_ids)),
    )).all()  # fmt: skip


def _has_workaround(problem: Problem) -> bool:
    query = select(Workaround.id).where(Workaround.problem_id == problem.id, func.trim(Workaround.text) != "")
    return db.session.scalar(query.limit(1)) is not None


def _by_submission(submission: str | None) -> Problem | None:
    if submission is None:
        return None
    return db.session.scalar(select(Problem).where(Problem.submission == submission))


def _products_of(tickets: Sequence[Ticket]) -> tuple[Affected, ...]:
    seen = dict.fromkeys(Affected(t.product_id) for t in tickets if t.product_id is not None)
    return tuple(seen)[:MOST_PRODUCTS]


def _rows(products: Iterable[Affected]) -> list[ProblemProduct]:
    wanted = list(dict.fromkeys(products))
    all_products, versions, components = directory.products(), directory.versions(), directory.components()
    if len(wanted) > MOST_PRODUCTS:
        raise Invalid({"products": [_("So many products have hardly one cause: split the problem.")]})
    for each in wanted:
        version, component = versions.get(each.version_id or 0), components.get(each.component_id or 0)
        if each.product_id not in all_products:
            raise Invalid({"product_id": [_("Choose one of the list.")]})
        if each.version_id is not None and (version is None or version.product_id != each.product_id):
            raise Invalid({"version_id": [_("Choose a version of this product.")]})
        if each.component_id is not None and (component is None or component.product_id != each.product_id):
            raise Invalid({"component_id": [_("Choose a component of this product.")]})
    return [ProblemProduct(product_id=e.product_id, version_id=e.version_id, component_id=e.component_id)
            for e in wanted]  # fmt: skip


def _version(problem: Problem, version_id: int | None) -> int | None:
    """A version of one of the products that it affects."""
    if version_id is None:
        return None
    version = directory.versions().get(version_id)
    products = {row.product_id for row in problem.products}
    if version is None or (products and version.product_id not in products):
        raise Invalid({"version_id": [_("Choose a version of a product that is affected.")]})
    return version_id


def _owner(account_id: int | None) -> int | None:
    if account_id is None:
        return None
    account = db.session.get(Account, account_id)
    if account is None or account.role is Role.CONTACT or account.disabled_at is not None:
        raise Invalid({"owner_id": [_("Choose one of the list.")]})
    return account_id


def _team(team_id: int | None) -> int | None:
    if team_id is not None and team_id not in directory.teams():
        raise Invalid({"team_id": [_("Choose one of the list.")]})
    return team_id


def _title(title: str) -> str:
    words = " ".join(title.split())
    if not words:
        raise Invalid({"title": [_("Say in a few words what goes wrong.")]})
    if len(words) > LONGEST_TITLE:
        raise Invalid({"title": [_("This is too long.")]})
    return words


def _text(name: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Invalid({name: [_("This is too long.")]})
    return text.strip()
