"""Chargeable work above a limit: the client's decider or buyer says yes before it is done.

1. The terms name the limit, in minutes or in money. What of the chargeable work on a ticket stands on no approval may
   add up to it, and no further; beyond it each piece of work stands on one approval that has enough left.
2. Those are asked who decide or buy for the organisation and can sign in; where there is nobody, those who supervise.
   One answer counts for all; saying the same twice changes nothing, and after its time nobody can answer any more.
3. A manager may waive the question, with a reason that stays with the ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text

from helpdesk.aftersales.billing import price
from helpdesk.aftersales.terms import MOST_MINUTES, terms_on
from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import signed_hours
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import ApprovalAnswered, ApprovalRequested
from helpdesk.models.access import Account
from helpdesk.models.contracts import Approval, ApprovalAsked, ApprovalState, ContractTerms, WorkLog
from helpdesk.models.people import BuyingRole, Contact, ContactRole
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.stamp import stamp

MOST_CENTS = 1_000_000_000  # of one approval
DECIDING = (BuyingRole.DECIDER, BuyingRole.BUYER)
# Written out, not bound: SQLite takes the partial index for nothing else.
IS_ASKED = Approval.state == text("'asked'")
HOLDING = (ApprovalState.APPROVED, ApprovalState.WAIVED)  # work may stand on these


@dataclass(frozen=True)
class NewApproval:
    """What is to be done, and the estimate; without an amount it follows from the price of an hour."""

    what: str
    minutes: int
    amount_cents: int | None = None


@dataclass(frozen=True)
class ApprovalShown:
    """An approval with what is left of it for work."""

    row: Approval
    left: int


@command
def ask_approval(ticket: Ticket, new: NewApproval, *, by: Actor) -> Approval:
    """Ask the client whether chargeable work may be done; the same question again changes nothing."""
    require(by, Action.ASK_APPROVAL, ticket)
    if errors := _wrong_in(new):
        raise Invalid(errors)
    what = new.what.strip()
    db.session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    known = db.session.scalar(
        select(Approval).where(Approval.ticket_id == ticket.id, Approval.state == ApprovalState.ASKED,
                               Approval.what == what, Approval.minutes == new.minutes)
    )  # fmt: skip
    if known is not None and known.expires_at > now():
        return known  # a second click
    if ticket.organisation_id is None:
        raise Conflict(_("Nobody knows yet which organisation this ticket is of."), code="no_organisation")
    asked = _who_decides(ticket.organisation_id)
    if not asked:
        raise Conflict(
            _("Nobody of the client can answer: name a decider or buyer and invite them to the portal."),
            code="nobody_decides",
        )
    row = _write(ticket, what, new.minutes, new.amount_cents, ApprovalState.ASKED)
    row.asked_by_id, row.asked = by.operator_id or None, [ApprovalAsked(contact_id=each) for each in asked]
    db.session.flush()
    stamp(ticket)
    record(ApprovalRequested(ticket.id, approval_id=row.id, minutes=row.minutes, amount_cents=row.amount_cents,
                             currency=row.currency, what=what), by=by)  # fmt: skip
    return row


@command
def answer_approval(approval: Approval, is_yes: bool, words: str = "", *, by: Actor) -> Approval:
    """The client says yes or no, once for all who were asked."""
    require(by, Action.ANSWER_APPROVAL, approval)
    wanted = ApprovalState.APPROVED if is_yes else ApprovalState.DECLINED
    approval = _held(approval.id)
    if approval.state is wanted:
        return approval  # a second click, or a colleague who said the same
    _require_open(approval)
    return _end(approval, wanted, words, by=by)


@command
def withdraw_approval(approval: Approval, *, by: Actor) -> Approval:
    """The work will not be done, or the estimate was wrong: nobody need answer any more."""
    ticket = db.session.get_one(Ticket, approval.ticket_id)
    require(by, Action.ASK_APPROVAL, ticket)
    approval = _held(approval.id)
    if approval.state is ApprovalState.WITHDRAWN:
        return approval
    _require_open(approval)
    return _end(approval, ApprovalState.WITHDRAWN, "", by=by)


@command
def waive_approval(ticket: Ticket, minutes: int, reason: str, *, by: Actor) -> Approval:
    """Let so many minutes of chargeable work be done without the client's yes: a manager's word, and why."""
    require(by, Action.WAIVE_APPROVAL, ticket)
    errors = _wrong_in(NewApproval("-", minutes))
    if not reason.strip():
        errors["reason"] = [_("Say why.")]
    if errors:
        raise Invalid(errors)
    if ticket.organisation_id is None:
        raise Conflict(_("Nobody knows yet which organisation this ticket is of."), code="no_organisation")
    db.session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    known = [each for each in _of(ticket.id) if each.state is ApprovalState.WAIVED]
    if known and (known[-1].minutes, known[-1].words) == (minutes, reason.strip()) and _left(known[-1]) == minutes:
        return known[-1]  # a second click: nothing stands on the first yet
    row = _write(ticket, "", minutes, None, ApprovalState.ASKED)
    return _end(row, ApprovalState.WAIVED, reason, by=by)


@command
def expire_approvals(limit: int = 200) -> int:
    """Questions that nobody answered in time are over; returns how many."""
    query = (
        select(Approval).where(IS_ASKED, Approval.expires_at <= now())
        .order_by(Approval.expires_at).limit(limit).with_for_update(skip_locked=True, of=Approval)
    )  # fmt: skip
    found = db.session.scalars(query).all()
    for approval in found:
        _end(approval, ApprovalState.EXPIRED, "", by=SYSTEM)
    return len(found)


def get_approval(approval_id: int, *, for_: Actor) -> Approval:
    """An approval, if the actor can see it; locked where this transaction may change it."""
    query = visible(for_, Approval).where(Approval.id == approval_id)
    found: Approval | None = db.session.scalar(locked_when_writing(query, of=Approval))
    if found is None:
        raise NotFound
    return found


def approvals_of(ticket: Ticket, *, for_: Actor) -> list[ApprovalShown]:
    """Every approval of a ticket that the actor can see, in order, with what is left of it."""
    rows = db.session.scalars(
        visible(for_, Approval).where(Approval.ticket_id == ticket.id).order_by(Approval.id)
    ).all()
    used = _used([row.id for row in rows])
    return [ApprovalShown(row, row.minutes - used.get(row.id, 0)) for row in rows]


def my_approvals(*, for_: Actor, limit: int = 100) -> Sequence[Approval]:
    """What the actor was asked to approve, what waits first, else the latest first."""
    found: list[Approval] = []
    for condition in (IS_ASKED, ~IS_ASKED):
        query = visible(for_, Approval).where(condition).order_by(Approval.id.desc()).limit(limit - len(found))
        found += db.session.scalars(query)
    return found


def waiting_approvals(*, for_: Actor, limit: int = 20) -> Sequence[Approval]:
    """What still waits for the actor's yes or no, the latest first."""
    query = visible(for_, Approval).where(IS_ASKED, Approval.expires_at > now())
    return db.session.scalars(query.order_by(Approval.id.desc()).limit(limit)).all()


def approval_for(ticket: Ticket, terms: ContractTerms, chargeable: int) -> int | None:
    """On which approval so many minutes of chargeable work stand; None where they need none. Invalid without one."""
    if not chargeable or not _is_above(terms, _unapproved(ticket.id) + chargeable):
        return None
    rows = [each for each in _of(ticket.id) if each.state in HOLDING]
    used = _used([each.id for each in rows])
    left = {each.id: each.minutes - used.get(each.id, 0) for each in rows}
    found = next((each for each, minutes in left.items() if minutes >= chargeable), None)
    if found is not None:
        return found
    most = max(left.values(), default=0)
    if most > 0:
        sentence = _("The client agreed to %(left)s more of chargeable work, and this is %(hours)s: ask again first.",
                     left=signed_hours(most), hours=signed_hours(chargeable))  # fmt: skip
    else:
        sentence = _("%(hours)s of this work are chargeable: ask the client for approval first.",
                     hours=signed_hours(chargeable))  # fmt: skip
    raise Invalid({"minutes": [sentence]}, code="approval_needed")


def _wrong_in(new: NewApproval) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not new.what.strip():
        errors["what"] = [_("Say what is to be done.")]
    if not 0 < new.minutes <= MOST_MINUTES:
        errors["minutes"] = [_("Give a number from %(low)s to %(high)s.", low=1, high=MOST_MINUTES)]
    if new.amount_cents is not None and not 0 <= new.amount_cents <= MOST_CENTS:
        errors["amount_cents"] = [_("Give a number from %(low)s to %(high)s.", low=0, high=MOST_CENTS)]
    return errors


def _who_decides(organisation_id: int) -> list[int]:
    """The contacts who may answer: deciders and buyers who can sign in, else those who supervise."""
    able = (
        select(Contact.id).join(Account, Account.contact_id == Contact.id)
        .where(Contact.organisation_id == organisation_id, Contact.verified_at.is_not(None),
               Account.disabled_at.is_(None), Account.password_hash.is_not(None))
        .order_by(Contact.id)
    )  # fmt: skip
    roles = select(ContactRole.contact_id).where(ContactRole.contact_id == Contact.id, ContactRole.role.in_(DECIDING))
    for condition in (roles.exists(), Contact.is_supervisor):
        if found := list(db.session.scalars(able.where(condition))):
            return found
    return []


def _write(ticket: Ticket, what: str, minutes: int, amount_cents: int | None, state: ApprovalState) -> Approval:
    at = now()
    terms = terms_on(ticket.contract_id, day_of(ticket.organisation_id, at)) if ticket.contract_id is not None else None
    if amount_cents is None and terms is not None:
        amount_cents = price(minutes, terms.hourly_rate_cents)
        if amount_cents is not None and amount_cents > MOST_CENTS:
            most = MOST_CENTS * 60 // (terms.hourly_rate_cents or 1)
            raise Invalid({"minutes": [_("Give a number from %(low)s to %(high)s.", low=1, high=most)]})
    row = Approval(
        ticket_id=ticket.id, organisation_id=ticket.organisation_id, state=state, what=what, minutes=minutes,
        amount_cents=amount_cents, currency=terms.currency if terms else "EUR", asked_at=at,
        expires_at=at + timedelta(days=ticket_settings().approval_days), asked=[],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _held(approval_id: int) -> Approval:
    query = select(Approval).where(Approval.id == approval_id).with_for_update(of=Approval)
    found: Approval = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    return found


def _require_open(approval: Approval) -> None:
    if approval.state is not ApprovalState.ASKED:
        raise Conflict(_("This was answered already, or is over."), code="approval_ended")
    if approval.expires_at <= now():
        raise Conflict(_("The time to answer is over: let yourself be asked again."), code="approval_expired")


def _end(approval: Approval, state: ApprovalState, words: str, *, by: Actor) -> Approval:
    kind, actor_id = by.reference
    approval.state, approval.words, approval.answered_at = state, words.strip()[:2000], now()
    approval.answered_by = {"kind": kind, "id": actor_id}
    stamp(db.session.get_one(Ticket, approval.ticket_id))
    record(ApprovalAnswered(approval.ticket_id, approval_id=approval.id, state=state.value, minutes=approval.minutes,
                            words=approval.words), by=by)  # fmt: skip
    return approval


def _of(ticket_id: int) -> Sequence[Approval]:
    return db.session.scalars(select(Approval).where(Approval.ticket_id == ticket_id).order_by(Approval.id)).all()


def _left(approval: Approval) -> int:
    return approval.minutes - _used([approval.id]).get(approval.id, 0)


def _used(approval_ids: list[int]) -> dict[int, int]:
    """The chargeable minutes that stand on each approval."""
    if not approval_ids:
        return {}
    query = (
        select(WorkLog.approval_id, func.sum(WorkLog.chargeable_minutes))
        .where(WorkLog.approval_id.in_(approval_ids)).group_by(WorkLog.approval_id)
    )  # fmt: skip
    return {row[0] or 0: int(row[1]) for row in db.session.execute(query)}


def _unapproved(ticket_id: int) -> int:
    """The chargeable minutes on a ticket that stand on no approval."""
    return int(db.session.scalar(
        select(func.coalesce(func.sum(WorkLog.chargeable_minutes), 0))
        .where(WorkLog.ticket_id == ticket_id, WorkLog.approval_id.is_(None))
    ) or 0)  # fmt: skip


def _is_above(terms: ContractTerms, minutes: int) -> bool:
    if terms.approval_above_minutes is not None and minutes > terms.approval_above_minutes:
        return True
    amount = price(minutes, terms.hourly_rate_cents)
    return terms.approval_above_cents is not None and amount is not None and amount > terms.approval_above_cents
