"""A workaround or a fix, told once to every client whom a problem concerns.

1. Each linked ticket gets a public reply, on its own channel, in the language of the ticket; where there is no text in
   it, in the language of the requester, else in English, else in the first language that there is.
2. Nothing is sent within the undo window. Then each ticket is answered in a transaction of its own row: once, however
   many workers there are and whenever one of them dies.
3. Left out, and told why: what is closed, merged or cancelled; what is resolved, unless a fix is told; requesters whom
   no letter and no portal reaches; those who were told already; and tickets on which the client wrote something that
   nobody has answered since the ticket was linked, or since the preview, up to the moment of sending.
4. A fix resolves the tickets that are marked as waiting for it, and no others. A claim ends by its own rules: its
   client is told, and it goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Select, exists, func, select
from sqlalchemy.exc import DBAPIError

from helpdesk.core.command import command
from helpdesk.core.db import among, db, insert_many, locked_when_writing
from helpdesk.core.errors import Conflict, DomainError, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, DEFAULT_ZONE, LANGUAGES, speaking
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import BroadcastEnded, BroadcastPublished, BroadcastUndone
from helpdesk.models.access import Account
from helpdesk.models.messages import AuthorKind, Message, MessageKind
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.problems import (
    Broadcast,
    BroadcastKind,
    BroadcastRecipient,
    BroadcastState,
    Problem,
    ProblemState,
    ProblemTicket,
)
from helpdesk.models.tickets import NUMBER_PREFIX, Channel, Status, Ticket, TicketType
from helpdesk.people import directory
from helpdesk.people.accounts import actor_of
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor, ActorKind
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import problem_scope, ticket_scope
from helpdesk.problems.causes import workarounds_of
from helpdesk.problems.problem_settings import problem_settings
from helpdesk.problems.problems import LONGEST_TEXT, begin
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.judging import BreachCause
from helpdesk.tickets.resolution import claim_runs, resolve_ticket

BATCH = 20
# In which states there is something to tell.
TELLS = {
    BroadcastKind.WORKAROUND: frozenset(
        {ProblemState.INVESTIGATING, ProblemState.KNOWN_ERROR, ProblemState.FIX_PLANNED}
    ),
    BroadcastKind.FIX: frozenset({ProblemState.FIXED, ProblemState.CLOSED}),
}
# Who stood in front of us, or spoke with us, is written to.
SPOKEN = frozenset({Channel.PHONE, Channel.WALK_IN, Channel.REMOTE_SESSION, Channel.ON_SITE_VISIT})
ENDED = {Status.CLOSED: "closed", Status.MERGED: "merged", Status.CANCELLED: "cancelled"}

log = structlog.get_logger("threeline.broadcasts")


@dataclass(frozen=True)
class NewBroadcast:
    """What is to be told. `seen` is the last message that there was when it was previewed."""

    kind: BroadcastKind
    texts: Mapping[str, str]  # by language, in Markdown
    tells_again: bool = False  # also those whom this problem's workaround (or fix) was told already
    seen: int | None = None
    submission: str | None = None


@dataclass(frozen=True)
class Recipient:
    """One ticket: who gets what, or why nothing."""

    ticket_id: int
    subject: str
    requester: str
    organisation: str
    ticket_language: str
    language: str  # of the text
    channel: str
    resolves: bool
    last_message_id: int | None
    left_out: str = ""

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.ticket_id}"


@dataclass(frozen=True)
class Preview:
    """Who would get what, were it sent now."""

    kind: BroadcastKind
    texts: Mapping[str, str]
    rows: Sequence[Recipient]
    seen: int
    missing: Mapping[str, int] = field(default_factory=dict)  # language without a text → clients who get another

    @property
    def told(self) -> list[Recipient]:
        return [row for row in self.rows if not row.left_out]

    @property
    def left_out(self) -> list[Recipient]:
        return [row for row in self.rows if row.left_out]

    @property
    def resolved(self) -> int:
        return sum(row.resolves for row in self.told)


@dataclass(frozen=True)
class BroadcastShown:
    """A broadcast with how far it has come."""

    broadcast: Broadcast
    by: str
    told: int
    left_out: int
    to_tell: int
    can_undo: bool


def default_texts(problem: Problem, kind: BroadcastKind) -> dict[str, str]:
    """What is proposed: the workaround as it is written; of a fix a few words in every language."""
    if kind is BroadcastKind.WORKAROUND:
        return {row.language: row.text for row in workarounds_of(problem)}
    version = directory.versions().get(problem.fixed_version_id or 0)
    texts = {}
    for language in LANGUAGES:
        with speaking(language, DEFAULT_ZONE):
            if version is not None:
                texts[language] = _(
                    "Good news: what you wrote to us about is fixed in version %(version)s. Please update, and tell us "
                    "if it happens again.", version=version.name,
                )  # fmt: skip
            else:
                texts[language] = _("Good news: what you wrote to us about is fixed. Please tell us if it comes again.")
    return texts


def preview(
    problem: Problem, kind: BroadcastKind, texts: Mapping[str, str], *, for_: Actor, tells_again: bool = False,
    seen: int | None = None,
) -> Preview:  # fmt: skip
    """Who would get what in which language, who not and why. Two queries, however many tickets there are."""
    require(for_, Action.BROADCAST, problem)
    spoken = _spoken(texts)
    last = db.session.scalar(select(func.max(Message.id))) or 0
    rows = [_recipient(row, kind, spoken, tells_again, seen) for row in db.session.execute(_candidates(problem, kind))]
    missing = Counter(row.ticket_language for row in rows if not row.left_out and row.ticket_language not in spoken)
    return Preview(kind, spoken, rows, last, dict(missing))


@command
def publish(problem: Problem, new: NewBroadcast, *, by: Actor) -> Broadcast:
    """Tell it when the undo window has passed; the same submission tells it once."""
    require(by, Action.BROADCAST, problem)
    problem = begin(problem, by)
    if new.submission and (known := _by_submission(new.submission)):
        return known
    if problem.state not in TELLS[new.kind]:
        raise Conflict(
            _("A fix is told when the problem is fixed.") if new.kind is BroadcastKind.FIX
            else _("A workaround is told while the problem is worked on."), code="nothing_to_tell",
        )  # fmt: skip
    if _pending(problem.id):
        raise Conflict(_("Something is on its way to these clients already. Wait for it, or undo it."), code="pending")
    texts = _checked(new.texts)
    found = preview(problem, new.kind, texts, for_=by, tells_again=new.tells_again, seen=new.seen)
    if not found.told:
        raise Invalid({"texts": [_("Nobody would get it. The list says why.")]})
    at = now()
    row = Broadcast(
        problem_id=problem.id, kind=new.kind, state=BroadcastState.PENDING, texts=dict(texts),
        account_id=by.account_id or None, created_at=at, submission=new.submission,
        send_at=at + timedelta(seconds=problem_settings().undo_seconds),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    insert_many(BroadcastRecipient, [
        {"broadcast_id": row.id, "ticket_id": each.ticket_id, "language": each.language, "channel": each.channel,
         "resolves": each.resolves, "last_message_id": each.last_message_id, "left_out": each.left_out}
        for each in found.rows
    ], BroadcastRecipient.id)  # fmt: skip
    record(BroadcastPublished(problem.id, row.id, kind=new.kind.value, recipients=len(found.told),
                              left_out=len(found.left_out)), by=by)  # fmt: skip
    return row


@command
def undo_broadcast(broadcast: Broadcast, *, by: Actor) -> None:
    """Take it back within the window: nobody hears of it."""
    require(by, Action.BROADCAST)
    broadcast = _held(broadcast)
    if broadcast.state is BroadcastState.UNDONE:
        return  # a second click
    if broadcast.state is not BroadcastState.PENDING or broadcast.send_at <= now():
        raise Conflict(_("It is too late: clients are told already."), code="window_passed")
    broadcast.state, broadcast.ended_at = BroadcastState.UNDONE, now()
    record(BroadcastUndone(broadcast.problem_id, broadcast.id, kind=broadcast.kind.value), by=by)


def send_due() -> int:
    """Send what has waited out its window, some tickets at a time; returns how many it saw."""
    due = select(Broadcast.id).where(Broadcast.state == BroadcastState.PENDING, Broadcast.send_at <= now())
    return send_some() if db.session.scalar(select(due.exists())) else 0


@command
def send_some(limit: int = BATCH) -> int:
    """Answer the next tickets of the oldest broadcast that is due; with the last of them it has ended."""
    query = (
        select(Broadcast).where(Broadcast.state == BroadcastState.PENDING, Broadcast.send_at <= now())
        .order_by(Broadcast.send_at, Broadcast.id).limit(1).with_for_update(skip_locked=True, of=Broadcast)
    )  # fmt: skip
    broadcast = db.session.scalar(query)
    if broadcast is None:
        return 0
    waiting = db.session.scalars(
        select(BroadcastRecipient).where(
            BroadcastRecipient.broadcast_id == broadcast.id, BroadcastRecipient.message_id.is_(None),
            BroadcastRecipient.left_out == "",
        ).order_by(BroadcastRecipient.id).limit(limit)
    ).all()  # fmt: skip
    if not waiting:
        _end(broadcast)
        return 1
    problem = db.session.get_one(Problem, broadcast.problem_id)
    ids = [row.ticket_id for row in waiting]
    tickets = {t.id: t for t in db.session.scalars(
        select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    )}  # fmt: skip
    standing = {row.id: row for row in db.session.execute(_candidates(problem, broadcast.kind, ids))}
    author = _in_the_name_of(broadcast.account_id)
    for recipient in waiting:
        _tell(broadcast, recipient, tickets[recipient.ticket_id], standing.get(recipient.ticket_id), author)
    return len(waiting)


def get_broadcast(broadcast_id: int, *, for_: Actor) -> Broadcast:
    """The broadcast of a problem that the actor sees; locked where this transaction may change it."""
    seen = select(Problem.id).where(problem_scope(for_))
    query = select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.problem_id.in_(seen))
    found: Broadcast | None = db.session.scalar(locked_when_writing(query, of=Broadcast))
    if found is None:
        raise NotFound
    return found


def broadcasts_of(problem: Problem) -> list[BroadcastShown]:
    """What was told of a problem, the last first. Two queries."""
    rows = db.session.execute(
        select(Broadcast, Account.name).join(Account, Account.id == Broadcast.account_id, isouter=True)
        .where(Broadcast.problem_id == problem.id).order_by(Broadcast.id.desc())
    ).all()  # fmt: skip
    counted = {broadcast_id: figures for broadcast_id, *figures in db.session.execute(
        select(BroadcastRecipient.broadcast_id, func.count(BroadcastRecipient.message_id),
               func.count(func.nullif(BroadcastRecipient.left_out, "")), func.count())
        .where(BroadcastRecipient.broadcast_id.in_([row.id for row, _name in rows]))
        .group_by(BroadcastRecipient.broadcast_id)
    )} if rows else {}  # fmt: skip
    at, shown = now(), []
    for row, name in rows:
        told, left_out, total = counted.get(row.id, (0, 0, 0))
        can_undo = row.state is BroadcastState.PENDING and row.send_at > at
        shown.append(BroadcastShown(row, name or "", told, left_out, total - told - left_out, can_undo))
    return shown


def recipients_of(broadcast: Broadcast, *, for_: Actor, limit: int = 500) -> list[tuple[BroadcastRecipient, str]]:
    """What came of each ticket that the actor sees, with its requester's name, those who got nothing first."""
    query = (
        select(BroadcastRecipient, Contact.name).join(Ticket, Ticket.id == BroadcastRecipient.ticket_id)
        .join(Contact, Contact.id == Ticket.requester_id)
        .where(BroadcastRecipient.broadcast_id == broadcast.id, ticket_scope(for_))
        .order_by(BroadcastRecipient.left_out == "", BroadcastRecipient.id).limit(limit)
    )  # fmt: skip
    return [(row, name) for row, name in db.session.execute(query)]


def chosen_language(texts: Collection[str], ticket_language: str, contact_language: str) -> str:
    """The language of the text that a client gets: see the first rule above."""
    for language in (ticket_language, contact_language, DEFAULT_LANGUAGE, *LANGUAGES):
        if language in texts:
            return language
    return DEFAULT_LANGUAGE


def _candidates(problem: Problem, kind: BroadcastKind, ids: Sequence[int] | None = None) -> Select[Any]:
    """Every linked ticket with all that decides who gets what; or some of them."""
    of_ticket = (Message.ticket_id == Ticket.id, Message.kind == MessageKind.REPLY)
    of_client, ours = Message.author_kind == AuthorKind.CONTACT, Message.author_kind != AuthorKind.CONTACT
    last = select(func.max(Message.id)).where(*of_ticket)
    earlier = exists().where(
        BroadcastRecipient.ticket_id == Ticket.id, BroadcastRecipient.message_id.is_not(None),
        BroadcastRecipient.broadcast_id == Broadcast.id, Broadcast.problem_id == problem.id, Broadcast.kind == kind,
    )  # fmt: skip
    account = exists().where(
        Account.contact_id == Contact.id, Account.disabled_at.is_(None), Account.password_hash.is_not(None)
    )
    query: Any = (
        select(
            Ticket.id, Ticket.subject, Ticket.status, Ticket.type, Ticket.channel, Ticket.language, Ticket.import_id,
            Contact.name.label("requester"), Contact.email, Contact.language.label("contact_language"),
            Organisation.name.label("organisation"), ProblemTicket.waits_for_fix,
            last.where(of_client).scalar_subquery().label("last_client"),
            last.where(of_client, Message.created_at > ProblemTicket.linked_at).scalar_subquery().label("newer"),
            last.where(ours).scalar_subquery().label("answered"),
            earlier.label("is_told"), account.label("has_account"),
        )
        .select_from(ProblemTicket).join(Ticket, Ticket.id == ProblemTicket.ticket_id)
        .join(Contact, Contact.id == Ticket.requester_id)
        .join(Organisation, Organisation.id == Ticket.organisation_id, isouter=True)
        .where(ProblemTicket.problem_id == problem.id, ProblemTicket.ended_at.is_(None))
    )  # fmt: skip
    found: Select[Any] = query.order_by(Ticket.id) if ids is None else query.where(among(Ticket.id, list(ids)))
    return found


def _recipient(row: Any, kind: BroadcastKind, texts: Collection[str], tells_again: bool, seen: int | None) -> Recipient:
    is_open = row.status not in (*ENDED, Status.RESOLVED)
    return Recipient(
        row.id, row.subject, row.requester, row.organisation or "", row.language,
        chosen_language(texts, row.language, row.contact_language), _channel(row),
        resolves=kind is BroadcastKind.FIX and row.waits_for_fix and is_open and row.type is not TicketType.CLAIM,
        last_message_id=row.last_client, left_out=_why_not(row, kind, tells_again, seen),
    )  # fmt: skip


def _why_not(row: Any, kind: BroadcastKind, tells_again: bool, seen: int | None) -> str:
    """Why a ticket gets nothing; empty where it gets it."""
    if row.status in ENDED:
        return ENDED[row.status]
    if row.status is Status.RESOLVED and kind is BroadcastKind.WORKAROUND:
        return "resolved"
    if row.is_told and not tells_again:
        return "told"
    if row.import_id is not None or (not row.email and not row.has_account):
        return "no_address"
    if row.newer is not None and row.newer > (row.answered or 0):
        return "client_wrote"
    if seen is not None and row.last_client is not None and row.last_client > seen:
        return "client_wrote"
    return ""


def _channel(row: Any) -> str:
    """By which way it comes: the ticket's own, or a letter to whoever spoke with us; the portal without an address."""
    if not row.email:
        return Channel.PORTAL.value
    return Channel.EMAIL.value if row.channel in SPOKEN else str(row.channel.value)


def _tell(
    broadcast: Broadcast, recipient: BroadcastRecipient, ticket: Ticket, row: Any, author: Actor
) -> None:  # fmt: skip
    """Answer one ticket, or say why not. What is refused takes back its own words alone."""
    if row is None:
        recipient.left_out = "unlinked"
        return
    # Whoever is told again was asked for when it was published.
    if why := _why_not(row, broadcast.kind, True, recipient.last_message_id or 0):
        recipient.left_out = why
        return
    kept = {name: list(db.session.info.get(name, ())) for name in ("recorded", "unsettled")}
    savepoint = db.session.begin_nested()
    try:
        recipient.message_id = _answer(broadcast, recipient, ticket, row.waits_for_fix, author)
        savepoint.commit()
    except DBAPIError:
        raise  # the whole batch comes again
    except Exception as error:
        if not isinstance(error, DomainError):
            log.exception("broadcast_failed", broadcast=broadcast.id, ticket=ticket.id)
        savepoint.rollback()
        db.session.info.update({name: entries for name, entries in kept.items() if entries})
        for name in [name for name, entries in kept.items() if not entries]:
            db.session.info.pop(name, None)
        recipient.left_out = "failed"


def _answer(
    broadcast: Broadcast, recipient: BroadcastRecipient, ticket: Ticket, waits: bool, author: Actor
) -> int:  # fmt: skip
    text = broadcast.texts[recipient.language]
    new = NewMessage(text, submission=f"broadcast:{broadcast.id}:{ticket.id}")
    if recipient.resolves and waits and ticket.is_open and not claim_runs(ticket):
        note = f"P-{broadcast.problem_id}"
        resolve_ticket(ticket, new, by=author, breach_cause=BreachCause.OTHER, breach_note=note)
        return db.session.scalars(select(Message.id).where(Message.submission == new.submission)).one()
    recipient.resolves = False
    return reply_to_client(ticket, new, by=author).id


def _end(broadcast: Broadcast) -> None:
    told, total = db.session.execute(
        select(func.count(BroadcastRecipient.message_id), func.count())
        .where(BroadcastRecipient.broadcast_id == broadcast.id)
    ).one()  # fmt: skip
    broadcast.state, broadcast.ended_at = BroadcastState.SENT, now()
    record(BroadcastEnded(broadcast.problem_id, broadcast.id, kind=broadcast.kind.value, told=told,
                          left_out=total - told), by=SYSTEM)  # fmt: skip


def _in_the_name_of(account_id: int | None) -> Actor:
    """The desk, in the name of whoever published it; not as an operator, so that nobody becomes owner of it all."""
    account = db.session.get(Account, account_id) if account_id else None
    if account is None:
        return SYSTEM
    return replace(actor_of(account), kind=ActorKind.SYSTEM, operator_id=0)


def _held(broadcast: Broadcast) -> Broadcast:
    query = select(Broadcast).where(Broadcast.id == broadcast.id).with_for_update(of=Broadcast)
    found: Broadcast = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    return found


def _pending(problem_id: int) -> bool:
    query = select(Broadcast.id).where(Broadcast.problem_id == problem_id, Broadcast.state == BroadcastState.PENDING)
    return db.session.scalar(query.limit(1)) is not None


def _by_submission(submission: str) -> Broadcast | None:
    return db.session.scalar(select(Broadcast).where(Broadcast.submission == submission))


def _spoken(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: texts[language].strip() for language in LANGUAGES if texts.get(language, "").strip()}


def _checked(texts: Mapping[str, str]) -> dict[str, str]:
    errors = {f"text_{language}": [_("This is too long.")] for language, text in texts.items()
              if len(text) > LONGEST_TEXT}  # fmt: skip
    spoken = _spoken(texts)
    if not spoken:
        errors["texts"] = [_("Write what clients are told, in one language at least.")]
    if errors:
        raise Invalid(errors)
    return spoken
