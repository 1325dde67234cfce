"""Problems: their cause, workarounds, tickets, review, and what clients are told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import url_for
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Choice, Day, Instant, Number, RowId, Text, YesNo
from helpdesk.api.inputs import Input, Nothing, refuse_reused_key, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf
from helpdesk.models.problems import (
    Broadcast,
    BroadcastKind,
    BroadcastState,
    CauseCategory,
    CauseMethod,
    Problem,
    ProblemState,
)
from helpdesk.models.tickets import Ticket
from helpdesk.problems import broadcasts, causes, problems, reviews
from helpdesk.problems.broadcasts import BroadcastShown, NewBroadcast, Preview, broadcasts_of, get_broadcast
from helpdesk.problems.causes import Cause
from helpdesk.problems.documents import (
    broadcast_document,
    link_document,
    preview_document,
    problem_document,
    problem_row,
)
from helpdesk.problems.problem_queries import LinkRow, ProblemRow, file_of, linked_tickets, list_problems
from helpdesk.problems.problems import LONGEST_TITLE, Affected, NewProblem, ProblemWords, Step, get_problem
from helpdesk.problems.reviews import NewReview
from helpdesk.tickets.queries import get_ticket, get_tickets, parse_number
from helpdesk.tickets.whys import LONGEST_WHY, MOST_WHYS

bp = Blueprint("problems", __name__, description="The causes of recurring tickets, and what clients are told of them.")
ONE = "/problems/<problem>"
MOST_TICKETS = 500
LARGEST_MESSAGE = 2**53


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


@dataclass(frozen=True)
class Held:
    held_on: date
    service_people: str
    findings: str
    development_people: str = ""
    actions: str = ""

    def review(self) -> NewReview:
        return NewReview(self.held_on, self.service_people, self.findings, self.development_people, self.actions,
                         submission())  # fmt: skip


class ReviewSchema(Input):
    """Who met when, what they found, and what is done about it."""

    makes = Held
    held_on = Day(required=True)
    service_people = Text(LONGEST_TEXT, needed=True, required=True, metadata={"description": "Names."})
    development_people = Text(LONGEST_TEXT, metadata={"description": "Names; needed of a joint review."})
    findings = Text(LONGEST_TEXT, needed=True, required=True)
    actions = Text(LONGEST_TEXT, metadata={"description": "What, who, until when: one a line."})


class TextsSchema(Input):
    """The same text by language; what is left out is not written."""


TEXTS: dict[str, fields.Field[Any]] = {language: Text(problems.LONGEST_TEXT) for language in LANGUAGES}
AllTextsSchema = TextsSchema.from_dict(TEXTS, name="BroadcastTextsSchema")


@dataclass(frozen=True)
class Telling:
    kind: BroadcastKind
    texts: dict[str, str] = field(default_factory=dict)
    tells_again: bool = False
    seen: int | None = None

    def texts_of(self, problem: Problem) -> dict[str, str]:
        return self.texts or broadcasts.default_texts(problem, self.kind)


class BroadcastInputSchema(Input):
    """What is told. Without texts: the workarounds as they are written, or of a fix a few words in every language."""

    makes = Telling
    kind = Choice(BroadcastKind, required=True)
    texts = fields.Nested(AllTextsSchema)
    tells_again = YesNo(metadata={"description": "Also those who were told already."})
    seen = Number(0, LARGEST_MESSAGE, metadata={"description": "Of the preview: who wrote since then gets nothing."})


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


class RecipientSchema(Shown):
    """Who gets what, or why nothing."""

    ticket = fields.String()
    requester = fields.String()
    organisation = NameOrNull()
    channel = fields.String()
    language = fields.String()
    resolves = fields.Boolean()
    left_out = NameOrNull(metadata={"examples": ["client_wrote", "closed", "no_address"]})


class PreviewSchema(Shown):
    """Who would get what."""

    kind = fields.String(metadata={"enum": list(BroadcastKind)})
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    missing = fields.Dict(keys=fields.String(), values=fields.Integer(),
                          metadata={"description": "Languages without a text, and how many get another."})  # fmt: skip
    seen = fields.Integer()
    told = fields.Integer()
    resolved = fields.Integer()
    left_out = fields.Integer()
    recipients = fields.List(fields.Nested(RecipientSchema))


class BroadcastShownSchema(Shown):
    """What was told, and how far it has come."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": list(BroadcastKind)})
    state = fields.String(metadata={"enum": list(BroadcastState)})
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    by = NameOrNull()
    created_at = Instant()
    send_at = Instant(metadata={"description": "Until then it can be taken back."})
    ended_at = Instant(allow_none=True)
    told = fields.Integer()
    left_out = fields.Integer()
    to_tell = fields.Integer()


class BroadcastsSchema(Shown):
    broadcasts = fields.List(fields.Nested(BroadcastShownSchema))


PROBLEM = Representation(ProblemRecordSchema(), None, of=lambda problem, _actor: problem_document(file_of(problem)))
PROBLEMS = Representation(
    ProblemRowsSchema(), None,
    of=lambda page, _actor: {"problems": [problem_row(row) for row in page.rows], "after": page.after,
                             "before": page.before},
)  # fmt: skip
LINKS = Representation(
    ProblemLinksSchema(), None,
    of=lambda page, _actor: {"tickets": [link_document(row) for row in page.rows], "after": page.after,
                             "before": page.before},
)  # fmt: skip
PREVIEW = Representation(PreviewSchema(), None, of=lambda found, _actor: preview_document(found))
BROADCAST = Representation(BroadcastShownSchema(), None, of=lambda shown, _actor: broadcast_document(shown))
BROADCASTS = Representation(
    BroadcastsSchema(), None, of=lambda rows, _actor: {"broadcasts": [broadcast_document(row) for row in rows]}
)


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
    tickets = _tickets(sent.tickets)
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
    return _problem(problem)


@bp.put(f"{ONE}/description")
@bp.takes(ProblemDescriptionSchema())
@bp.gives(200, PROBLEM)
def describe(sent: Description, problem: str) -> Problem:
    """Say what is known of it, in place of what was said before."""
    words = ProblemWords(sent.title, sent.description, tuple(sent.affects), sent.owner_id, sent.team_id, sent.revision)
    problems.describe_problem(_problem(problem), words, by=current_actor())
    return _problem(problem)


@bp.post(f"{ONE}/whys")
@bp.takes(ProblemWhySchema())
@bp.gives(200, PROBLEM)
def ask(sent: Why, problem: str) -> Problem:
    """Ask why, and why again; or answer an earlier why better."""
    causes.ask_why(_problem(problem), sent.question, sent.answer, position=sent.position, by=current_actor())
    return _problem(problem)


@bp.put(f"{ONE}/root-cause")
@bp.takes(ProblemCauseSchema())
@bp.gives(200, PROBLEM)
def name_cause(sent: Cause, problem: str) -> Problem:
    """Say what the root cause is."""
    causes.name_cause(_problem(problem), sent, by=current_actor())
    return _problem(problem)


@bp.put(f"{ONE}/workarounds/<language>")
@bp.takes(WorkaroundSchema())
@bp.gives(200, PROBLEM)
def write(sent: WorkaroundText, problem: str, language: str) -> Problem:
    """Write how clients live with it, in one language."""
    causes.write_workaround(_problem(problem), _known(language), sent.text, by=current_actor())
    return _problem(problem)


@bp.delete(f"{ONE}/workarounds/<language>")
@bp.gives(200, PROBLEM)
def take_away(problem: str, language: str) -> Problem:
    """Take the workaround in one language away."""
    causes.write_workaround(_problem(problem), _known(language), "", by=current_actor())
    return _problem(problem)


@bp.put(f"{ONE}/state")
@bp.takes(ProblemStateSchema())
@bp.gives(200, PROBLEM)
def move(sent: Move, problem: str) -> Problem:
    """Bring it to another state; what that demands and is not there is named."""
    step = Step(sent.reason, sent.version_id, sent.planned_on)
    problems.move_problem(_problem(problem), sent.state, step, by=current_actor())
    return _problem(problem)


@bp.post(f"{ONE}/reviews")
@bp.takes(ReviewSchema(), once=True)
@bp.gives(201, PROBLEM)
def review(sent: Held, problem: str) -> Problem:
    """Write down the joint review of service and development people."""
    reviews.hold_joint_review(_problem(problem), sent.review(), by=current_actor())
    return _problem(problem)


@bp.get(f"{ONE}/tickets")
@bp.takes(PageSchema(), location="query")
@bp.gives(200, LINKS)
def tickets(sent: dict[str, Any], problem: str) -> tuple[PageOf[LinkRow], dict[str, str]]:
    """List the tickets that come from it, of those that the caller sees, the last linked first."""
    page = linked_tickets(_problem(problem), for_=current_actor(), **sent)
    return page, link_header(page)


@bp.post(f"{ONE}/tickets")
@bp.takes(ProblemTicketsSchema())
@bp.gives(200, PROBLEM)
def link(sent: Linking, problem: str) -> Problem:
    """Link tickets to it; one linked already stays so."""
    found = _problem(problem)
    problems.link_tickets(found, _tickets(sent.tickets), by=current_actor(), waits_for_fix=sent.waits_for_fix)
    return _problem(problem)


@bp.put(f"{ONE}/tickets/<number>")
@bp.takes(WaitingSchema())
@bp.gives(200, PROBLEM)
def wait(sent: Waiting, problem: str, number: str) -> Problem:
    """Say whether the client of a linked ticket waits for the fix."""
    ticket = get_ticket(number, for_=current_actor())
    problems.await_fix(_problem(problem), ticket, sent.waits_for_fix, by=current_actor())
    return _problem(problem)


@bp.delete(f"{ONE}/tickets/<number>")
@bp.gives(204, empty="The ticket is unlinked.")
def unlink(problem: str, number: str) -> None:
    """The ticket does not come from this problem."""
    ticket = get_ticket(number, for_=current_actor())
    problems.unlink_ticket(_problem(problem), ticket, by=current_actor())


@bp.post(f"{ONE}/broadcasts/previews")
@bp.takes(BroadcastInputSchema())
@bp.gives(200, PREVIEW)
def preview(sent: Telling, problem: str) -> Preview:
    """Who would get what in which language, who not and why; nothing is sent."""
    found = _problem(problem)
    return broadcasts.preview(found, sent.kind, sent.texts_of(found), for_=current_actor(),
                              tells_again=sent.tells_again, seen=sent.seen)  # fmt: skip


@bp.get(f"{ONE}/broadcasts")
@bp.gives(200, BROADCASTS)
def told(problem: str) -> list[BroadcastShown]:
    """List what clients were told, the last first."""
    return broadcasts_of(_problem(problem))


@bp.post(f"{ONE}/broadcasts")
@bp.takes(BroadcastInputSchema(), once=True)
@bp.gives(201, BROADCAST)
def publish(sent: Telling, problem: str) -> BroadcastShown:
    """Tell it when the undo window has passed."""
    found = _problem(problem)
    new = NewBroadcast(sent.kind, sent.texts_of(found), sent.tells_again, sent.seen, submission())
    row = broadcasts.publish(found, new, by=current_actor())
    if (row.problem_id, row.kind) != (found.id, sent.kind):
        refuse_reused_key()
    return _shown(found, row)


@bp.get(f"{ONE}/broadcasts/<row_id:broadcast_id>")
@bp.gives(200, BROADCAST)
def show_broadcast(problem: str, broadcast_id: int) -> BroadcastShown:
    """Read what was told, and how far it has come."""
    found = _problem(problem)
    return _shown(found, get_broadcast(broadcast_id, for_=current_actor()))


@bp.post(f"{ONE}/broadcasts/<row_id:broadcast_id>/undoing")
@bp.takes(Nothing())
@bp.gives(200, BROADCAST)
def undo(_sent: Any, problem: str, broadcast_id: int) -> BroadcastShown:
    """Take it back within its window: nobody is told."""
    found = _problem(problem)
    row = get_broadcast(broadcast_id, for_=current_actor())
    _shown(found, row)
    broadcasts.undo_broadcast(row, by=current_actor())
    return _shown(found, row)


def _problem(number: str) -> Problem:
    return get_problem(number, for_=current_actor())


def _shown(problem: Problem, row: Broadcast) -> BroadcastShown:
    found = next((each for each in broadcasts_of(problem) if each.broadcast.id == row.id), None)
    if found is None:
        raise NotFound
    return found


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise NotFound
    return language


def _tickets(numbers: list[str]) -> tuple[Ticket, ...]:
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
