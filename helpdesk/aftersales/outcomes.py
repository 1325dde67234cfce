"""What came of a revisit: satisfaction, problems that become tickets, needs and referrals that somebody follows up.

The time that was spent is logged on a ticket of the revisit, which is registered and closed on the spot: every contact
with a client is a ticket, and every minute has one way into the hours ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from helpdesk.aftersales.counting import LONGEST_WORK_MINUTES
from helpdesk.aftersales.revisits import NewRevisit, add_revisit, done, get_revisit
from helpdesk.aftersales.work import NewWork, log_work
from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import LeadFollowed, OutcomeConfirmed, RevisitDone
from helpdesk.models.care import Followed, Need, NeedKind, Referral, Revisit, RevisitOutcome, RevisitState
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.people.directory import operators
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.conversation import NewCall, register_call
from helpdesk.tickets.intake import NewTicket, open_ticket

LONGEST_TEXT, LONGEST_LINE = 20_000, 250
MOST_ENTRIES = 30
LATEST_NEXT = timedelta(days=3 * 366)

Lead = TypeVar("Lead", Need, Referral)


@dataclass(frozen=True)
class NewNeed:
    kind: NeedKind
    what: str


@dataclass(frozen=True)
class NewReferral:
    company: str
    person: str = ""
    reach: str = ""


@dataclass(frozen=True)
class NewOutcome:
    """What is written down after a revisit. `problems` become a ticket, `worked_minutes` are logged."""

    summary: str
    satisfaction: int | None = None
    problems: str = ""
    parts: tuple[str, ...] = ()
    needs: tuple[NewNeed, ...] = ()
    referrals: tuple[NewReferral, ...] = ()
    next_on: date | None = None
    worked_minutes: int | None = None
    confirmed_by: str = ""  # the client who agreed on the spot, by name


@dataclass(frozen=True)
class LeadShown:
    """A need or a referral as the list shows it."""

    row: Need | Referral
    organisation: str
    owner: str


@command
def record_outcome(revisit: Revisit, new: NewOutcome, *, by: Actor) -> RevisitOutcome:
    """Write down what came of a revisit; it is done with that. A second time nothing changes."""
    revisit = get_revisit(revisit.id, for_=by)
    require(by, Action.RECORD_OUTCOME, revisit)
    known = db.session.get(RevisitOutcome, revisit.id)
    if known is not None:
        return known
    if errors := _wrong_in(revisit, new):
        raise Invalid(errors)
    done(revisit, by=by)
    at = now()
    problem = _problem(revisit, new, by=by)
    outcome = RevisitOutcome(
        revisit_id=revisit.id, satisfaction=new.satisfaction, summary=new.summary.strip(),
        problems=new.problems.strip(), problem_ticket_id=problem.id if problem else None,
        parts=[part.strip() for part in new.parts if part.strip()], next_on=new.next_on,
        confirmed_by=new.confirmed_by.strip(), client_confirmed_at=at if new.confirmed_by.strip() else None,
        recorded_at=at, actor=dict(zip(("kind", "id"), by.reference, strict=True)),
    )  # fmt: skip
    common: dict[str, Any] = {
        "organisation_id": revisit.organisation_id, "revisit_id": revisit.id, "owner_id": by.operator_id or None,
        "state": Followed.OPEN, "result": "", "found_at": at,
    }  # fmt: skip
    db.session.add_all([
        outcome,
        *(Need(kind=each.kind, what=each.what.strip(), **common) for each in new.needs),
        *(Referral(company=each.company.strip(), person=each.person.strip(), reach=each.reach.strip(), **common)
          for each in new.referrals),
    ])  # fmt: skip
    if new.worked_minutes:
        _log(revisit, new, by=by)
    if new.next_on is not None:
        outcome.next_revisit_id = _next(revisit, new.next_on, by=by).id
    db.session.flush()
    record(RevisitDone(revisit.id, satisfaction=new.satisfaction, needs=len(new.needs), referrals=len(new.referrals),
                       problem_ticket_id=outcome.problem_ticket_id), by=by)  # fmt: skip
    return outcome


@command
def confirm_outcome(revisit: Revisit, *, by: Actor) -> RevisitOutcome:
    """The client says in the portal that it was so."""
    revisit = get_revisit(revisit.id, for_=by)
    require(by, Action.CONFIRM_OUTCOME, revisit)
    outcome = db.session.get(RevisitOutcome, revisit.id)
    if outcome is None or revisit.state is not RevisitState.DONE:
        raise Conflict(_("Nothing was written down of it yet."), code="no_outcome")
    if outcome.client_confirmed_at is None:
        outcome.client_confirmed_at, outcome.confirmed_by = now(), by.name
        record(OutcomeConfirmed(revisit.id), by=by)
    return outcome


@command
def follow_up(
    row: Lead, *, owner_id: int | None = None, state: Followed | None = None, result: str = "", by: Actor
) -> Lead:
    """Give a need or a referral to somebody, or say what became of it."""
    require(by, Action.MANAGE_CARE)
    row = _lead(type(row), row.id, for_=by)
    errors: dict[str, list[str]] = {}
    if owner_id is not None and not (owner_id in operators() and operators()[owner_id].is_active):
        errors["owner_id"] = [_("Choose one of the list.")]
    if state not in (None, Followed.OPEN) and not result.strip():
        errors["result"] = [_("Say what became of it.")]
    if len(result) > LONGEST_TEXT:
        errors["result"] = [_("This is too long.")]
    if errors:
        raise Invalid(errors)
    if owner_id is not None:
        row.owner_id = owner_id
    if state is not None:
        row.state, row.result = state, result.strip()
        row.ended_at = None if state is Followed.OPEN else now()
    record(LeadFollowed(row.organisation_id, kind=row.__tablename__, row_id=row.id, owner_id=row.owner_id,
                        state=row.state.value, result=row.result), by=by)  # fmt: skip
    return row


@command
def enquire(need: Need, *, by: Actor) -> Ticket:
    """Make an enquiry of a need: a ticket of the contact who was visited. A second time the same ticket."""
    require(by, Action.MANAGE_CARE)
    need = _lead(Need, need.id, for_=by)
    if need.enquiry_ticket_id is not None:
        return db.session.get_one(Ticket, need.enquiry_ticket_id)
    revisit = db.session.get(Revisit, need.revisit_id) if need.revisit_id is not None else None
    if revisit is None or revisit.contact_id is None:
        raise Conflict(_("Nobody of the client is known to write to."), code="no_contact")
    new = NewTicket(subject=need.what, text=need.what, type=TicketType.ENQUIRY, requester_id=revisit.contact_id)
    ticket = open_ticket(new, by=by, channel=revisit.channel)
    need.enquiry_ticket_id = ticket.id
    return ticket


def get_need(need_id: int, *, for_: Actor) -> Need:
    return _lead(Need, need_id, for_=for_)


def get_referral(referral_id: int, *, for_: Actor) -> Referral:
    return _lead(Referral, referral_id, for_=for_)


def list_leads(model: type[Lead], *, for_: Actor, state: Followed | None = None, limit: int = 200) -> list[LeadShown]:
    """Needs or referrals, the latest first, of a state or of all."""
    require(for_, Action.MANAGE_CARE)
    query = visible(for_, model).join(Organisation, Organisation.id == model.organisation_id)
    if state is not None:
        query = query.where(model.state == state)
    rows = db.session.execute(query.add_columns(Organisation.name).order_by(model.id.desc()).limit(limit)).all()
    cards = operators()
    return [LeadShown(row, name, cards[row.owner_id].name if row.owner_id in cards else "") for row, name in rows]


def outcomes_of(revisit_ids: Sequence[int]) -> dict[int, RevisitOutcome]:
    """What came of these revisits, of which it is known."""
    query = select(RevisitOutcome).where(RevisitOutcome.revisit_id.in_(revisit_ids))
    return {row.revisit_id: row for row in db.session.scalars(query)}


def leads_of(revisit: Revisit) -> tuple[list[Need], list[Referral]]:
    """The needs and referrals that were found at a revisit."""
    needs = db.session.scalars(select(Need).where(Need.revisit_id == revisit.id).order_by(Need.id))
    referrals = db.session.scalars(select(Referral).where(Referral.revisit_id == revisit.id).order_by(Referral.id))
    return list(needs), list(referrals)


def _lead(model: type[Lead], row_id: int, *, for_: Actor) -> Lead:
    found: Lead | None = db.session.scalar(
        locked_when_writing(visible(for_, model).where(model.id == row_id), of=model)
    )
    if found is None:
        raise NotFound
    return found


def _problem(revisit: Revisit, new: NewOutcome, *, by: Actor) -> Ticket | None:
    text = new.problems.strip()
    if not text:
        return None
    subject = _("Found at “%(what)s”: %(problem)s", what=revisit.what, problem=text.splitlines()[0])
    asked = NewTicket(subject=subject[:LONGEST_LINE], text=text, requester_id=revisit.contact_id)
    return open_ticket(asked, by=by, channel=revisit.channel)


def _log(revisit: Revisit, new: NewOutcome, *, by: Actor) -> None:
    minutes = new.worked_minutes or 0
    if revisit.ticket_id is None:
        asked = NewTicket(subject=revisit.what, text=new.summary.strip() or revisit.what,
                          type=TicketType.SERVICE_REQUEST, requester_id=revisit.contact_id)  # fmt: skip
        call = NewCall(asked, answer=new.summary.strip() or revisit.what, is_resolved=True)
        ticket = register_call(call, by=by, channel=revisit.channel)
        ticket.assignee_id = by.operator_id or None  # who was there logs the time
        revisit.ticket_id = ticket.id
    else:
        ticket = db.session.get_one(Ticket, revisit.ticket_id)
    started_at = revisit.starts_at
    if started_at is not None and started_at + timedelta(minutes=minutes) > now():
        started_at = None  # it began earlier than agreed
    log_work(ticket, NewWork(minutes, revisit.channel, note=revisit.what, started_at=started_at), by=by,
             submission=f"revisit:{revisit.id}")  # fmt: skip


def _next(revisit: Revisit, on: date, *, by: Actor) -> Revisit:
    organisation = db.session.get_one(Organisation, revisit.organisation_id)
    return add_revisit(organisation, NewRevisit(
        what=revisit.what, on=on, channel=revisit.channel, minutes=revisit.minutes, contact_id=revisit.contact_id,
        operator_id=revisit.operator_id, team_id=revisit.team_id, contract_id=revisit.contract_id,
        place=revisit.place,
    ), by=by)  # fmt: skip


def _wrong_in(revisit: Revisit, new: NewOutcome) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not new.summary.strip() and not new.problems.strip():
        errors["summary"] = [_("Write what came of it.")]
    for name, text in (("summary", new.summary), ("problems", new.problems)):
        if len(text) > LONGEST_TEXT:
            errors[name] = [_("This is too long.")]
    if new.satisfaction is not None and not 1 <= new.satisfaction <= 5:
        errors["satisfaction"] = [_("Give a number from %(low)s to %(high)s.", low=1, high=5)]
    if new.worked_minutes is not None and not 0 <= new.worked_minutes <= LONGEST_WORK_MINUTES:
        errors["worked_minutes"] = [_("Give a number from %(low)s to %(high)s.", low=0, high=LONGEST_WORK_MINUTES)]
    if (new.problems.strip() or new.worked_minutes) and _contact_of(revisit) is None:
        errors["problems" if new.problems.strip() else "worked_minutes"] = [
            _("Say first who of the client is visited: a ticket is theirs.")
        ]
    today = day_of(revisit.organisation_id, now())
    if new.next_on is not None and not today < new.next_on <= today + LATEST_NEXT:
        errors["next_on"] = [_("Choose a time that is still to come.")]
    entries = {"needs": [each.what for each in new.needs], "referrals": [each.company for each in new.referrals],
               "parts": list(new.parts)}  # fmt: skip
    for name, words in entries.items():
        if len(words) > MOST_ENTRIES or any(len(word) > LONGEST_LINE for word in words):
            errors[name] = [_("This is too long.")]
        elif name != "parts" and not all(word.strip() for word in words):
            errors[name] = [_("Fill in this field.")]
    if any(len(text) > LONGEST_LINE for each in new.referrals for text in (each.person, each.reach)):
        errors["referrals"] = [_("This is too long.")]
    if len(new.confirmed_by) > LONGEST_LINE:
        errors["confirmed_by"] = [_("This is too long.")]
    return errors


def _contact_of(revisit: Revisit) -> Contact | None:
    return db.session.get(Contact, revisit.contact_id) if revisit.contact_id is not None else None
