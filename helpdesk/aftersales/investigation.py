"""What a claim is about, its evidence, and the five whys that lead to its root cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select

from helpdesk.aftersales import claim_states as states
from helpdesk.aftersales.claim_course import UNDECIDED, begin, gone_on, live_decision, move
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import (
    ClaimDescribed,
    EvidenceTicked,
    WhyRecorded,
)
from helpdesk.models.claims import (
    Claim,
    ClaimState,
    ClaimWhy,
    Deliverable,
    EvidencePoint,
    FaultKind,
    RevisionRound,
)
from helpdesk.models.messages import Attachment
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible
from helpdesk.tickets.attachments import StoredUpload
from helpdesk.tickets.conversation import NewMessage, add_note
from helpdesk.tickets.stamp import stamp
from helpdesk.tickets.whys import write_why

MOST_ROUNDS, MOST_CENTS = 100, 1_000_000_000


@dataclass(frozen=True)
class Description:
    """What a claim is about, as far as its refund depends on it. Money is in cents."""

    fault: FaultKind
    delivered_on: date | None = None
    deliverable_id: int | None = None
    revision: int | None = None  # None: counted, where the deliverable is known
    price_cents: int | None = None  # None: the deliverable's
    currency: str = "EUR"


@command
def describe_claim(claim: Claim, new: Description, *, by: Actor) -> None:
    """Say what the claim is about: kind of fault, which deliverable and round, when it was delivered, what was paid."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    if claim.state not in UNDECIDED or live_decision(claim) is not None:
        raise Conflict(_("It is decided already."), code="decided")
    made = _deliverable(claim, new.deliverable_id)
    values: dict[str, Any] = asdict(new) | {"currency": new.currency.strip().upper()}
    if made is not None:
        rounds = _rounds_until(made, claim.registered_at)
        values["revision"] = len(rounds) if new.revision is None else new.revision
        if new.price_cents is None and made.price_cents is not None:
            values["price_cents"], values["currency"] = made.price_cents, made.currency
        if new.delivered_on is None and rounds:
            values["delivered_on"] = day_of(claim.ticket.organisation_id, max(rounds))
    if errors := _wrong_in(claim, values):
        raise Invalid(errors)
    changes = {}
    for name, value in values.items():
        before = getattr(claim, name)
        if before != value:
            changes[name] = [_plain(before), _plain(value)]
            setattr(claim, name, value)
    if "fault" in changes:
        ask_evidence(claim)
    if changes:
        stamp(claim.ticket)
        record(ClaimDescribed(claim.ticket_id, claim.id, changes=changes), by=by)


@command
def record_why(claim: Claim, question: str, answer: str, *, by: Actor, position: int | None = None) -> ClaimWhy:
    """Ask why, and why again; or answer an earlier why better. The same words a second time change nothing."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    if claim.state not in UNDECIDED:
        raise gone_on()
    rows = db.session.scalars(select(ClaimWhy).where(ClaimWhy.claim_id == claim.id).order_by(ClaimWhy.position)).all()
    row, is_news = write_why(rows, question, answer, position=position, add=partial(ClaimWhy, claim_id=claim.id))
    if is_news:
        stamp(claim.ticket)
        record(WhyRecorded(claim.ticket_id, claim.id, row.position, row.question, row.answer), by=by)
    return row


@command
def tick_evidence(
    claim: Claim, point_id: int, *, by: Actor, note: str = "", attachment_id: int | None = None,
    uploads: Sequence[StoredUpload] = (),
) -> EvidencePoint:  # fmt: skip
    """Say where a point of the checklist is shown: in a file of the ticket, in one that comes along, or in words."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    if claim.state not in UNDECIDED:
        raise gone_on()
    query = select(EvidencePoint).where(EvidencePoint.id == point_id, EvidencePoint.claim_id == claim.id)
    row: EvidencePoint | None = db.session.scalar(query)
    if row is None:
        raise NotFound
    note = note.strip()
    if attachment_id is not None and not _is_of_ticket(attachment_id, claim, by):
        raise Invalid({"attachment_id": [_("Choose a file of this ticket.")]})
    if uploads:
        message = add_note(claim.ticket, NewMessage(note, uploads=tuple(uploads)), by=by)
        db.session.flush()
        attachment_id = message.attachments[0].id
    if not note and attachment_id is None:
        raise Invalid({"note": [_("Choose a file, or say where it is shown.")]})
    if row.done_at is not None and (row.note, row.attachment_id) == (note, attachment_id):
        return row  # a second click
    row.note, row.attachment_id, row.done_at, row.done_by_id = note, attachment_id, now(), by.account_id or None
    stamp(claim.ticket)
    record(EvidenceTicked(claim.ticket_id, claim.id, point=row.point, is_done=True), by=by)
    return row


@command
def find_cause(claim: Claim, root_cause: str, *, by: Actor) -> None:
    """The root cause is known: the whys lead to it, and all evidence is on the table."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    root_cause = root_cause.strip()
    if claim.state is ClaimState.INVESTIGATED and claim.root_cause == root_cause:
        return  # a second click
    if claim.state not in (ClaimState.ACKNOWLEDGED, ClaimState.INVESTIGATED):
        raise Conflict(_("Acknowledge the claim first.") if claim.state is ClaimState.REGISTERED
                       else _("The claim has gone on already. Look at how it stands now."),
                       code="no_such_transition")  # fmt: skip
    errors: dict[str, list[str]] = {}
    if not root_cause:
        errors["root_cause"] = [_("Say what the root cause is.")]
    elif not db.session.scalar(select(func.count(ClaimWhy.id)).where(ClaimWhy.claim_id == claim.id)):
        errors["root_cause"] = [_("Ask why at least once: the answers lead to the root cause.")]
    missing = select(func.count(EvidencePoint.id)).where(
        EvidencePoint.claim_id == claim.id, EvidencePoint.done_at.is_(None)
    )
    if db.session.scalar(missing):
        errors["evidence"] = [_("Some evidence is still missing.")]
    if errors:
        raise Invalid(errors)
    claim.root_cause = root_cause
    if claim.state is ClaimState.ACKNOWLEDGED:
        move(claim, ClaimState.INVESTIGATED, by=by)


def ask_evidence(claim: Claim) -> None:
    """The checklist of the kind of fault; what was shown already stays."""
    known = {row.point: row for row in db.session.scalars(
        select(EvidencePoint).where(EvidencePoint.claim_id == claim.id)
    )}  # fmt: skip
    wanted = states.EVIDENCE[claim.fault]
    for point, row in known.items():
        if point not in wanted and row.done_at is None:
            db.session.delete(row)
    db.session.add_all(EvidencePoint(claim_id=claim.id, point=point) for point in wanted if point not in known)
    db.session.flush()


def _wrong_in(claim: Claim, values: dict[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    delivered, currency = values["delivered_on"], values["currency"]
    if delivered is not None and delivered > claim.claimed_on:
        errors["delivered_on"] = [_("This lies after the claim.")]
    for name, most in (("revision", MOST_ROUNDS), ("price_cents", MOST_CENTS)):
        if values[name] is not None and not 0 <= values[name] <= most:
            errors[name] = [_("Give a number from %(low)s to %(high)s.", low=0, high=most)]
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        errors["currency"] = [_("Give a currency by its three letters, such as EUR.")]
    return errors


def _deliverable(claim: Claim, deliverable_id: int | None) -> Deliverable | None:
    if deliverable_id is None:
        return None
    made = db.session.get(Deliverable, deliverable_id)
    if made is None or made.organisation_id != claim.ticket.organisation_id:
        raise Invalid({"deliverable_id": [_("Choose one of the client's deliverables.")]})
    return made


def _rounds_until(made: Deliverable, at: datetime) -> Sequence[datetime]:
    """When the rounds were delivered that there had been by then."""
    query = select(RevisionRound.delivered_at).where(
        RevisionRound.deliverable_id == made.id, RevisionRound.delivered_at <= at
    )
    return db.session.scalars(query).all()


def _is_of_ticket(attachment_id: int, claim: Claim, by: Actor) -> bool:
    query = visible(by, Attachment).where(Attachment.id == attachment_id, Attachment.ticket_id == claim.ticket_id)
    return db.session.scalar(query) is not None


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)
