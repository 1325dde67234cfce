"""The tickets that come from a problem, and which of their clients wait for the fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Instant, Text, YesNo
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.problem_records.shown import ONE, PROBLEM, bp, the_problem
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf
from helpdesk.models.problems import Problem
from helpdesk.models.tickets import Ticket
from helpdesk.problems import problems
from helpdesk.problems.documents import link_document
from helpdesk.problems.problem_queries import LinkRow, linked_tickets
from helpdesk.tickets.queries import get_ticket, get_tickets, parse_number

MOST_TICKETS = 500


@dataclass(frozen=True)
class Linking:
    tickets: list[str]
    waits_for_fix: bool = False


class ProblemTicketsSchema(Input):
    """Numbers of tickets that come from it."""

    makes = Linking
    tickets = fields.List(Text(), required=True)
    waits_for_fix = YesNo(metadata={"description": "Telling the fix resolves these tickets."})


@dataclass(frozen=True)
class Waiting:
    waits_for_fix: bool


class WaitingSchema(Input):
    """Whether its client waits for the fix."""

    makes = Waiting
    waits_for_fix = YesNo(required=True)


class ProblemLinkShownSchema(Shown):
    """A linked ticket."""

    ticket = fields.String()
    subject = fields.String()
    status = fields.String()
    requester = fields.String()
    organisation = NameOrNull()
    waits_for_fix = fields.Boolean()
    linked_at = Instant()


class ProblemLinksSchema(Shown):
    """A page of linked tickets."""

    tickets = fields.List(fields.Nested(ProblemLinkShownSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


LINKS = Representation(
    ProblemLinksSchema(), None,
    of=lambda page, _actor: {"tickets": [link_document(row) for row in page.rows], "after": page.after,
                             "before": page.before},
)  # fmt: skip


@bp.get(f"{ONE}/tickets")
@bp.takes(PageSchema(), location="query")
@bp.gives(200, LINKS)
def tickets(sent: dict[str, Any], problem: str) -> tuple[PageOf[LinkRow], dict[str, str]]:
    """List the tickets that come from it, of those that the caller sees, the last linked first."""
    page = linked_tickets(the_problem(problem), for_=current_actor(), **sent)
    return page, link_header(page)


@bp.post(f"{ONE}/tickets")
@bp.takes(ProblemTicketsSchema())
@bp.gives(200, PROBLEM)
def link(sent: Linking, problem: str) -> Problem:
    """Link tickets to it; one linked already stays so."""
    found = the_problem(problem)
    problems.link_tickets(found, the_tickets(sent.tickets), by=current_actor(), waits_for_fix=sent.waits_for_fix)
    return the_problem(problem)


@bp.put(f"{ONE}/tickets/<number>")
@bp.takes(WaitingSchema())
@bp.gives(200, PROBLEM)
def wait(sent: Waiting, problem: str, number: str) -> Problem:
    """Say whether the client of a linked ticket waits for the fix."""
    ticket = get_ticket(number, for_=current_actor())
    problems.await_fix(the_problem(problem), ticket, sent.waits_for_fix, by=current_actor())
    return the_problem(problem)


@bp.delete(f"{ONE}/tickets/<number>")
@bp.gives(204, empty="The ticket is unlinked.")
def unlink(problem: str, number: str) -> None:
    """The ticket does not come from this problem."""
    ticket = get_ticket(number, for_=current_actor())
    problems.unlink_ticket(the_problem(problem), ticket, by=current_actor())


def the_tickets(numbers: list[str]) -> tuple[Ticket, ...]:
    """The tickets with these numbers; Invalid names those that the caller does not see."""
    if len(numbers) > MOST_TICKETS:
        raise Invalid({"tickets": [_("At most %(most)s tickets at once.", most=MOST_TICKETS)]})
    ids: dict[int, str] = {}
    unknown = []
    for number in numbers:
        try:
            ids[parse_number(number)] = number
        except NotFound:
            unknown.append(number)
    found = get_tickets(ids, for_=current_actor())
    unknown += [number for ticket_id, number in ids.items() if ticket_id not in found]
    if unknown:
        raise Invalid({"tickets": [_("There is no ticket with this number.") + " " + ", ".join(unknown[:5])]})
    return tuple(found.values())
