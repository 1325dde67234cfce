"""What is made for a client in rounds: agreed, delivered round by round, accepted or sent back with remarks.

1. A round is delivered when there was none yet, or when the client has asked for a revision of the one before.
2. The client answers a round once. Accepting it ends the deliverable; asking for a revision asks for the next round.
3. Rounds beyond those agreed are delivered all the same: the refund rules know how many there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.files import FileStore
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.paging import PageOf, page_of
from helpdesk.core.times import now
from helpdesk.events import DeliverableAgreed, RoundAnswered, RoundDelivered
from helpdesk.models.claims import Deliverable, RevisionRound, RoundAnswer, RoundAnswerKind, RoundFile
from helpdesk.models.contracts import Contract
from helpdesk.models.people import Contact, Organisation
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.attachments import StoredUpload

LONGEST_NAME, LONGEST_LINK = 250, 2000
MOST_ROUNDS, MOST_CENTS, MOST_FILES = 100, 1_000_000_000, 20
PAGE_SIZE = 50


@dataclass(frozen=True)
class NewDeliverable:
    """What was agreed to be made for a client. Money is in cents."""

    name: str
    agreed_rounds: int
    contract_id: int | None = None
    product_id: int | None = None
    contact_id: int | None = None
    price_cents: int | None = None
    currency: str = "EUR"


@dataclass(frozen=True)
class NewRound:
    """What is delivered in a round: files, a link or a note."""

    note: str = ""
    link: str = ""
    uploads: tuple[StoredUpload, ...] = ()


def get_deliverable(deliverable_id: int, *, for_: Actor) -> Deliverable:
    """The deliverable, if the actor sees it; locked where this transaction may change it."""
    query = visible(for_, Deliverable).where(Deliverable.id == deliverable_id)
    found: Deliverable | None = db.session.scalar(locked_when_writing(query, of=Deliverable))
    if found is None:
        raise NotFound
    return found


def list_deliverables(
    *, for_: Actor, organisation_id: int | None = None, after: str | None = None, before: str | None = None,
    size: int = PAGE_SIZE,
) -> PageOf[Deliverable]:  # fmt: skip
    """A page of what the actor sees, the last first, with rounds and answers."""
    query = visible(for_, Deliverable).options(
        selectinload(Deliverable.rounds).selectinload(RevisionRound.answer),
        selectinload(Deliverable.rounds).selectinload(RevisionRound.files),
    )
    if organisation_id is not None:
        query = query.where(Deliverable.organisation_id == organisation_id)
    return page_of(query, [(Deliverable.id.expression, True)], size=size, after=after, before=before,
                   run=lambda narrowed: list(db.session.scalars(narrowed)), key=lambda row: (row.id,))  # fmt: skip


def has_deliverables(*, for_: Actor) -> bool:
    """Whether the actor sees any."""
    return db.session.scalar(select(visible(for_, Deliverable).exists())) or False


def deliverables_of(organisation_id: int | None, *, for_: Actor) -> Sequence[Deliverable]:
    """All of an organisation, for a choice."""
    if organisation_id is None:
        return ()
    query = visible(for_, Deliverable).where(Deliverable.organisation_id == organisation_id)
    return db.session.scalars(query.order_by(Deliverable.id.desc()).limit(100)).all()


def clients(*, for_: Actor) -> list[tuple[int, str]]:
    """The organisations for which something can be agreed, by name."""
    query = visible(for_, Organisation).with_only_columns(Organisation.id, Organisation.name)
    return [(row.id, row.name) for row in db.session.execute(query.order_by(Organisation.name).limit(1000))]


def contacts_of(organisation: Organisation, *, for_: Actor) -> list[tuple[int, str]]:
    """The contacts of an organisation, for a choice of who accepts."""
    query = visible(for_, Contact).where(Contact.organisation_id == organisation.id)
    rows = db.session.scalars(query.order_by(Contact.name).limit(200))
    return [(row.id, row.name) for row in rows]


def contracts_of(organisation: Organisation, *, for_: Actor) -> list[tuple[int, str]]:
    """The contracts of an organisation, for a choice."""
    query = visible(for_, Contract).where(Contract.organisation_id == organisation.id)
    return [(row.id, row.number) for row in db.session.scalars(query.order_by(Contract.number).limit(200))]


def client_names(rows: Sequence[Deliverable]) -> dict[int, str]:
    """The names of the organisations of these deliverables."""
    ids = {row.organisation_id for row in rows}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(query)}


def who_accepts(made: Deliverable) -> str:
    """The name of the contact who accepts; empty where it is for those who supervise."""
    return db.session.scalar(select(Contact.name).where(Contact.id == made.contact_id)) or ""


@command
def agree_deliverable(organisation: Organisation, new: NewDeliverable, *, by: Actor) -> Deliverable:
    """Put into the books what is to be made for a client, and in how many rounds."""
    require(by, Action.MANAGE_DELIVERABLES)
    if errors := _wrong_in(organisation, new, by):
        raise Invalid(errors)
    made = Deliverable(
        organisation_id=organisation.id, contract_id=new.contract_id, product_id=new.product_id,
        contact_id=new.contact_id, name=" ".join(new.name.split()), agreed_rounds=new.agreed_rounds,
        price_cents=new.price_cents, currency=new.currency.strip().upper(), created_at=now(), rounds=[],
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record(DeliverableAgreed(made.id, agreed_rounds=made.agreed_rounds), by=by)
    return made


@command
def deliver_round(made: Deliverable, new: NewRound, *, by: Actor) -> RevisionRound:
    """Deliver the next round; the client is asked to accept it, or to say what is to be changed."""
    require(by, Action.MANAGE_DELIVERABLES)
    made = _held(made)
    last = made.rounds[-1] if made.rounds else None
    note, link = new.note.strip(), new.link.strip()
    if last is not None and last.answer is None:
        if (last.note, last.link, [f.digest for f in last.files]) == (note, link, _digests(new)):
            return last  # a second click
        raise Conflict(_("The client has not answered the last round yet."), code="round_unanswered")
    if made.accepted_at is not None:
        raise Conflict(_("The client has accepted it already."), code="accepted")
    errors: dict[str, list[str]] = {}
    if not note and not link and not new.uploads:
        errors["note"] = [_("Give a file, a link or a note.")]
    if link and (not link.startswith(("https://", "http://")) or len(link) > LONGEST_LINK or len(link.split()) > 1):
        errors["link"] = [_("Give an address that begins with https://.")]
    if len(new.uploads) > MOST_FILES or len(made.rounds) >= MOST_ROUNDS:
        errors["files"] = [_("These are too many.")]
    if errors:
        raise Invalid(errors)
    row = RevisionRound(
        deliverable_id=made.id, number=len(made.rounds) + 1, note=note, link=link, delivered_at=now(),
        delivered_by_id=by.account_id or None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    for upload in new.uploads:
        stored = upload.stored
        db.session.add(RoundFile(round_id=row.id, digest=stored.digest, filename=upload.filename,
                                 media_type=stored.media_type, size=stored.size))  # fmt: skip
    db.session.flush()
    db.session.expire(made, ["rounds"])
    record(RoundDelivered(made.id, round_id=row.id, number=row.number), by=by)
    return row


@command
def answer_round(made: Deliverable, number: int, kind: RoundAnswerKind, remarks: str = "", *, by: Actor) -> RoundAnswer:
    """The client accepts a round, or asks for a revision and says what is to be changed."""
    require(by, Action.ANSWER_ROUND, made)
    made = _held(made)
    row = next((each for each in made.rounds if each.number == number), None)
    if row is None:
        raise NotFound
    remarks = remarks.strip()
    if row.answer is not None:
        if row.answer.kind is kind:
            return row.answer  # a second click
        raise Conflict(_("This round was answered already."), code="answered")
    if kind is RoundAnswerKind.REVISION and not remarks:
        raise Invalid({"remarks": [_("Say what is to be changed.")]})
    answer = RoundAnswer(round_id=row.id, kind=kind, remarks=remarks, answered_at=now(), contact_id=by.contact_id)
    db.session.add(answer)
    if kind is RoundAnswerKind.ACCEPTED:
        made.accepted_at = answer.answered_at
    db.session.flush()
    db.session.expire(row, ["answer"])
    record(RoundAnswered(made.id, round_id=row.id, number=number, answer=kind.value), by=by)
    return answer


def get_file(file_id: int, *, for_: Actor) -> RoundFile:
    """A file of a round of what the actor sees."""
    query = (
        select(RoundFile).join(RevisionRound, RevisionRound.id == RoundFile.round_id)
        .where(RoundFile.id == file_id,
               RevisionRound.deliverable_id.in_(visible(for_, Deliverable).with_only_columns(Deliverable.id)))
    )  # fmt: skip
    found: RoundFile | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def content_of(file: RoundFile) -> BinaryIO:
    """Its content as a stream; NotFound where the store has lost it."""
    try:
        return FileStore(current_app.config["THREELINE"].attachments).open(file.digest)
    except FileNotFoundError as error:
        raise NotFound(code="file_missing") from error


def _held(made: Deliverable) -> Deliverable:
    query = select(Deliverable).where(Deliverable.id == made.id).with_for_update()
    found: Deliverable = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    db.session.expire(found, ["rounds"])
    return found


def _digests(new: NewRound) -> list[str]:
    return [upload.stored.digest for upload in new.uploads]


def _wrong_in(organisation: Organisation, new: NewDeliverable, by: Actor) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not new.name.strip():
        errors["name"] = [_("Fill in this field.")]
    elif len(new.name) > LONGEST_NAME:
        errors["name"] = [_("This is too long.")]
    if not 1 <= new.agreed_rounds <= MOST_ROUNDS:
        errors["agreed_rounds"] = [_("Give a number from %(low)s to %(high)s.", low=1, high=MOST_ROUNDS)]
    if new.price_cents is not None and not 0 <= new.price_cents <= MOST_CENTS:
        errors["price_cents"] = [_("Give a number from %(low)s to %(high)s.", low=0, high=MOST_CENTS)]
    currency = new.currency.strip()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        errors["currency"] = [_("Give a currency by its three letters, such as EUR.")]
    if new.product_id is not None and new.product_id not in directory.products():
        errors["product_id"] = [_("Choose one of the list.")]
    for name, model in (("contract_id", Contract), ("contact_id", Contact)):
        wanted = getattr(new, name)
        if wanted is not None and db.session.scalar(
            visible(by, model).where(model.id == wanted, model.organisation_id == organisation.id)
        ) is None:  # fmt: skip
            errors[name] = [_("Choose one of the client's.")]
    return errors
