"""What is always true of a desk, and the search for what is not.

Each invariant is one function; its docstring is the sentence that `threeline check` prints, and it yields one sentence
for each violation. The searches are set-based and streamed, so that a million tickets need no more memory than a few.
`Look.sample` thins out the two that compute or read files.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import aliased

from helpdesk.aftersales import hours
from helpdesk.core.db import Base, db
from helpdesk.core.files import CHUNK, FileStore
from helpdesk.core.jobs import KEEP_DONE, Job
from helpdesk.core.journal import Entry
from helpdesk.core.times import instant
from helpdesk.entitlement.contracts import overlaps
from helpdesk.events import TicketOpened
from helpdesk.mail import letters
from helpdesk.models.claims import Claim, ClaimDecision, RoundFile
from helpdesk.models.contracts import BillingNotice
from helpdesk.models.duties import Duty, DutyKind
from helpdesk.models.imports import ImportRun
from helpdesk.models.mail import MailResult, ReceivedMail
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.problems import Broadcast, BroadcastRecipient, BroadcastState
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import NEVER, NUMBER_PREFIX, OPEN_STATUSES, LinkKind, Status, Ticket, TicketLink
from helpdesk.models.transfers import Transfer
from helpdesk.tickets import replay
from knowledge_base.models import ArticleFile
from knowledge_base.search_log import SearchDay, SearchLog, SearchOutcome
from sla.models import Clock, ClockKind, ClockState, Pause

BATCH = 2_000


@dataclass(frozen=True)
class Look:
    """One look at the desk: at which instant, where its files lie, and every how manieth is examined closely."""

    at: datetime
    files: FileStore
    sample: int = 1


@dataclass(frozen=True)
class Invariant:
    """Something that is always true, with the search for what contradicts it."""

    name: str
    meaning: str
    violations: Callable[[Look], Iterator[str]] = field(repr=False)


def every_ticket_has_its_first_message(_look: Look) -> Iterator[str]:
    """Every ticket has a message."""
    spoken = exists().where(Message.ticket_id == Ticket.id)
    for (ticket_id,) in _rows(select(Ticket.id).where(~spoken)):
        yield f"{_number(ticket_id)} has no message."


def every_ticket_was_opened_once(_look: Look) -> Iterator[str]:
    """Every ticket that was opened here has exactly one TicketOpened in the journal."""
    opened = exists().where(_about(Ticket.id), Entry.fact == TicketOpened.__name__)
    for (ticket_id,) in _rows(select(Ticket.id).where(Ticket.import_id.is_(None), ~opened)):
        yield f"{_number(ticket_id)} has no TicketOpened."
    first = aliased(Entry)
    before = exists().where(
        first.subject_kind == "ticket", first.subject_id == Entry.subject_id, first.fact == Entry.fact,
        first.id < Entry.id,
    )  # fmt: skip
    twice = select(Entry.subject_id).where(Entry.fact == TicketOpened.__name__, Entry.subject_kind == "ticket", before)
    for (ticket_id,) in _rows(twice):
        yield f"{_number(ticket_id)} has more than one TicketOpened."


def is_open_says_what_the_status_says(_look: Look) -> Iterator[str]:
    """is_open is true of new, open, waiting and scheduled tickets and of no others."""
    for ticket_id, status in _rows(select(Ticket.id, Ticket.status).where(Ticket.is_open != _has_open_status())):
        yield f"{_number(ticket_id)} is {status}, and is_open says otherwise."


def next_due_is_the_earliest_running_clock(_look: Look) -> Iterator[str]:
    """next_due_at of a ticket is the earliest due time of its running and overdue clocks towards the client."""
    earliest = (
        select(func.min(Clock.due_at))
        .where(_measures(Ticket.id), Clock.kind != ClockKind.OLA,
               Clock.state.in_((ClockState.RUNNING, ClockState.OVERDUE))).scalar_subquery()
    )  # fmt: skip
    due = func.coalesce(earliest, NEVER)
    for ticket_id, kept, right in _rows(select(Ticket.id, Ticket.next_due_at, due).where(Ticket.next_due_at != due)):
        yield f"{_number(ticket_id)} is shown as due at {_when(kept)}, its clocks say {_when(right)}."


def every_opened_ticket_has_one_acknowledgement(look: Look) -> Iterator[str]:
    """Every ticket opened in the last two weeks has its one job of acknowledgement; older ones are forgotten."""
    job_key = literal(f"{letters.acknowledgement.__module__.rpartition('.')[2]}.{letters.acknowledgement.__name__}:")
    key = job_key.concat(sql_cast(Entry.id, String))
    # A past that was written down later (an import, a demo) is silent: nothing follows from it.
    lived = and_(Entry.recorded_at == Entry.at, Entry.recorded_at > _lived_since(look), Ticket.import_id.is_(None))
    query = (
        select(Entry.subject_id)
        .join(Ticket, Ticket.id == Entry.subject_id)
        .where(Entry.fact == TicketOpened.__name__, Entry.subject_kind == "ticket", lived,
               ~exists().where(Job.key == key))
    )  # fmt: skip
    for (ticket_id,) in _rows(query):
        yield f"{_number(ticket_id)} has no job that acknowledges it."


def every_job_is_there_once(_look: Look) -> Iterator[str]:
    """No two jobs have the same key."""
    for key, count in _rows(select(Job.key, func.count()).where(Job.key.is_not(None)).group_by(Job.key)
                            .having(func.count() > 1)):  # fmt: skip
        yield f"{count} jobs have the key {key}."


def every_attachment_has_its_content(look: Look) -> Iterator[str]:
    """The content of every attachment and received mail lies in the file store, with its digest and size."""
    # The same few files (a logo below every mail) come again and again: read each of them once.
    inspect = functools.lru_cache(maxsize=10_000)(functools.partial(_inspect, look.files))
    for row_id, digest, stated in _rows(select(Attachment.id, Attachment.digest, Attachment.size)):
        size, complaint = inspect(digest, is_read=row_id % look.sample == 0)
        if complaint:
            yield f"Attachment {row_id}: {complaint}"
        elif size != stated:
            yield f"Attachment {row_id}: its content has {size} bytes, it should have {stated}."
    for row_id, digest in _rows(select(RoundFile.id, RoundFile.digest)):
        _size, complaint = inspect(digest, is_read=row_id % look.sample == 0)
        if complaint:
            yield f"File {row_id} of a round: {complaint}"
    for row_id, digest in _rows(select(ArticleFile.id, ArticleFile.digest)):
        _size, complaint = inspect(digest, is_read=row_id % look.sample == 0)
        if complaint:
            yield f"File {row_id} of an article: {complaint}"
    for row_id, digest in _rows(select(ReceivedMail.id, ReceivedMail.digest)):
        _size, complaint = inspect(digest, is_read=row_id % look.sample == 0)
        if complaint:
            yield f"Mail {row_id}: {complaint}"


def every_attachment_belongs_to_its_messages_ticket(_look: Look) -> Iterator[str]:
    """An attachment is on the ticket of its message."""
    query = select(Attachment.id).join(Message, Message.id == Attachment.message_id)
    for (attachment_id,) in _rows(query.where(Message.ticket_id != Attachment.ticket_id)):
        yield f"Attachment {attachment_id} is on another ticket than its message."


def every_mail_that_was_taken_has_its_ticket(_look: Look) -> Iterator[str]:
    """A mail that opened a ticket or replied names that ticket and stands on it as a message."""
    taken = ReceivedMail.result.in_((MailResult.CREATED, MailResult.REPLY))
    said = exists().where(Message.ticket_id == ReceivedMail.ticket_id, Message.received_mail_id == ReceivedMail.id)
    for (mail_id,) in _rows(select(ReceivedMail.id).where(taken, ~said)):
        yield f"Mail {mail_id} was taken in and stands on no ticket."


def every_merged_ticket_has_its_link(_look: Look) -> Iterator[str]:
    """A merged ticket, and no other, names the ticket it was merged into and has one live link there."""
    live = exists().where(
        TicketLink.ticket_id == Ticket.id, TicketLink.other_id == Ticket.merged_into_id,
        TicketLink.kind == LinkKind.MERGED_INTO, TicketLink.ended_at.is_(None),
    )  # fmt: skip
    merged = Ticket.status == Status.MERGED
    wrong = or_(and_(merged, Ticket.import_id.is_(None), ~live), and_(~merged, Ticket.merged_into_id.is_not(None)))
    for ticket_id, status in _rows(select(Ticket.id, Ticket.status).where(wrong)):
        fault = "has no live link to where it went" if status is Status.MERGED else "says that it was merged"
        yield f"{_number(ticket_id)} is {status} and {fault}."


def every_transfer_leads_to_the_next(_look: Look) -> Iterator[str]:
    """Each transfer of a ticket begins at the team where the one before it ended."""
    before = func.lag(Transfer.to_team_id).over(partition_by=Transfer.ticket_id, order_by=Transfer.id)
    hops = select(Transfer.id, Transfer.ticket_id, Transfer.from_team_id, before.label("came_to")).subquery()
    elsewhere = or_(hops.c.from_team_id.is_(None), hops.c.from_team_id != hops.c.came_to)
    broken = and_(hops.c.came_to.is_not(None), elsewhere)
    query = select(hops.c.id, hops.c.ticket_id).join(Ticket, Ticket.id == hops.c.ticket_id)
    for transfer_id, ticket_id in _rows(query.where(broken, Ticket.import_id.is_(None))):
        yield f"Transfer {transfer_id} of {_number(ticket_id)} begins elsewhere than the one before it ended."


def the_last_transfer_leads_to_the_team(_look: Look) -> Iterator[str]:
    """The team of a ticket is the one that its last transfer led to."""
    last = (
        select(Transfer.to_team_id).where(Transfer.ticket_id == Ticket.id).order_by(Transfer.id.desc()).limit(1)
        .scalar_subquery()
    )  # fmt: skip
    # Sources of imports may not know the first team, or the last one.
    one_unknown = and_(Ticket.team_id.is_(None) != last.is_(None), Ticket.import_id.is_(None))
    for (ticket_id,) in _rows(select(Ticket.id).where(or_(Ticket.team_id != last, one_unknown))):
        yield f"{_number(ticket_id)} is in another team than its last transfer led to."


def every_clock_shows_its_own_reading(look: Look) -> Iterator[str]:
    """Every clock that a ticket's entitlement promises is there, and shows what a replay of its events gives."""
    for difference in replay.differences(look.at, sample=look.sample):
        yield f"{difference}."


def every_pause_is_its_clocks_own(_look: Look) -> Iterator[str]:
    """A clock has at most one open pause, and says since when."""
    count = func.count().label("count")
    pauses = select(Pause.clock_id, count, func.min(Pause.from_at).label("since")).where(Pause.to_at.is_(None))
    open_ones = pauses.group_by(Pause.clock_id).subquery()
    query = select(Clock.id, open_ones.c.count).join(open_ones, open_ones.c.clock_id == Clock.id)
    wrong = or_(open_ones.c.count > 1, Clock.paused_since.is_(None), Clock.paused_since != open_ones.c.since)
    for clock_id, open_count in _rows(query.where(wrong)):
        yield f"Clock {clock_id} has {open_count} open pauses and does not say so."


def every_hours_ledger_adds_up(_look: Look) -> Iterator[str]:
    """The hours of a contract are the sum of its entries, and every overage was billed once."""
    for fault in hours.verify():
        yield f"{fault.contract}: {fault.what}"


def every_open_promise_is_somebodys_duty(_look: Look) -> Iterator[str]:
    """A promise is due by somebody until its outcome is said, and by nobody after it; a clock's is its clock's."""
    promised = and_(Duty.kind == DutyKind.PROMISE, Duty.subject_id == Promise.id)
    is_due = exists().where(promised, Duty.done_at.is_(None), Duty.withdrawn_at.is_(None))
    is_open = and_(Promise.state == PromiseState.PLANNED, Promise.clock == "")
    for promise_id, opened in _rows(
        select(Promise.id, is_open).where(or_(and_(is_open, ~is_due), and_(~is_open, is_due)))
    ):
        yield f"Promise {promise_id} is {'nobody' if opened else 'still somebody'}'s duty."


def no_two_contracts_cover_the_same(_look: Look) -> Iterator[str]:
    """No two contracts of one organisation cover the same on the same day."""
    for one, two in overlaps():
        yield f"{one.number} and {two.number} cover the same on the same day."


def every_refund_was_credited_once(_look: Look) -> Iterator[str]:
    """The credits of a claim are together the refund that was decided last, and nothing else."""
    decided = func.coalesce(func.max(ClaimDecision.amount_cents), 0)
    credited = func.coalesce(func.sum(-BillingNotice.amount_cents), 0)
    query = (
        select(Claim.ticket_id, decided, credited).join(ClaimDecision, ClaimDecision.claim_id == Claim.id)
        .join(BillingNotice, BillingNotice.id == ClaimDecision.notice_id, isouter=True)
        .where(ClaimDecision.in_force_at.is_not(None))
        .group_by(Claim.ticket_id).having(decided != credited)
    )  # fmt: skip
    for ticket_id, cents, told in _rows(query):
        yield f"The claim {_number(ticket_id)} was refunded {cents} cents, its credits say {told}."


def every_client_of_a_problem_was_told_once(_look: Look) -> Iterator[str]:
    """What was sent to a problem's clients stands on the ticket it was sent for, and nobody was left waiting."""
    told = (
        select(BroadcastRecipient.broadcast_id, BroadcastRecipient.ticket_id)
        .join(Message, Message.id == BroadcastRecipient.message_id)
        .where((Message.ticket_id != BroadcastRecipient.ticket_id) | (BroadcastRecipient.left_out != ""))
    )  # fmt: skip
    for broadcast_id, ticket_id in _rows(told):
        yield f"{_number(ticket_id)} was told by broadcast {broadcast_id} what it was not to be told."
    waiting = (
        select(BroadcastRecipient.broadcast_id, BroadcastRecipient.ticket_id)
        .join(Broadcast, Broadcast.id == BroadcastRecipient.broadcast_id)
        .where(Broadcast.state == BroadcastState.SENT, BroadcastRecipient.message_id.is_(None),
               BroadcastRecipient.left_out == "")
    )  # fmt: skip
    for broadcast_id, ticket_id in _rows(waiting):
        yield f"{_number(ticket_id)} waits for broadcast {broadcast_id}, which says that all of it was sent."


def every_reference_leads_somewhere(_look: Look) -> Iterator[str]:
    """No row refers to one that is not there: no message without its ticket, no ticket without its requester."""
    if db.engine.dialect.name == "sqlite":
        for table, row_id, parent, _nth in db.session.execute(text("PRAGMA foreign_key_check")):
            yield f"Row {row_id} of {table} refers to a row of {parent} that is not there."
        return
    for table in Base.metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            yield from _dangling(constraint)


def the_database_is_sound(look: Look) -> Iterator[str]:
    """The pages and indexes of the SQLite file are in order (not asked of a server, and not in a quick check)."""
    if db.engine.dialect.name != "sqlite" or look.sample > 1:
        return
    for (complaint,) in db.session.execute(text("PRAGMA integrity_check")):
        if complaint != "ok":
            yield f"SQLite says: {complaint}."


def counts_of_searches_equal_the_searches(look: Look) -> Iterator[str]:
    """The counts of each day of searches are those of its searches."""
    names = ("searches", "without_result", "answered")
    counted = {
        day: list(map(int, figures))
        for day, *figures in _rows(
            select(SearchDay.day, *(func.sum(getattr(SearchDay, name)) for name in names)).group_by(SearchDay.day)
        )
    }
    kept = {
        day: figures
        for day, *figures in _rows(
            select(SearchLog.day, func.count(), func.count().filter(SearchLog.results == 0),
                   func.count().filter(SearchLog.outcome == SearchOutcome.ANSWERED))
            .where(SearchLog.day.in_([day for day in counted if day.toordinal() % look.sample == 0]))
            .group_by(SearchLog.day)
        )
    }  # fmt: skip
    for day in counted:
        if day.toordinal() % look.sample == 0 and counted[day] != (right := kept.get(day, [0, 0, 0])):
            yield f"{day} is counted as {counted[day]} ({', '.join(names)}), its searches are {right}."


_SEARCHES: Sequence[Callable[[Look], Iterator[str]]] = (
    every_ticket_has_its_first_message,
    every_ticket_was_opened_once,
    is_open_says_what_the_status_says,
    next_due_is_the_earliest_running_clock,
    every_opened_ticket_has_one_acknowledgement,
    every_job_is_there_once,
    every_attachment_has_its_content,
    every_attachment_belongs_to_its_messages_ticket,
    every_mail_that_was_taken_has_its_ticket,
    every_merged_ticket_has_its_link,
    every_transfer_leads_to_the_next,
    the_last_transfer_leads_to_the_team,
    every_clock_shows_its_own_reading,
    every_pause_is_its_clocks_own,
    every_hours_ledger_adds_up,
    every_open_promise_is_somebodys_duty,
    no_two_contracts_cover_the_same,
    every_refund_was_credited_once,
    every_client_of_a_problem_was_told_once,
    counts_of_searches_equal_the_searches,
    every_reference_leads_somewhere,
    the_database_is_sound,
)
INVARIANTS = tuple(Invariant(search.__name__, (search.__doc__ or "").strip(), search) for search in _SEARCHES)


def _rows(query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    return iter(db.session.execute(query, execution_options={"yield_per": BATCH}))


def _about(ticket_id: Any) -> ColumnElement[bool]:
    return and_(Entry.subject_kind == "ticket", Entry.subject_id == ticket_id)


def _measures(ticket_id: Any) -> ColumnElement[bool]:
    return and_(Clock.subject_kind == "ticket", Clock.subject_id == ticket_id)


def _has_open_status() -> ColumnElement[bool]:
    return case((Ticket.status.in_(OPEN_STATUSES), True), else_=False)


def _lived_since(look: Look) -> datetime:
    """Since when every fact has its jobs: they are forgotten after two weeks, and demo data never had any."""
    kept = look.at - KEEP_DONE
    demo = db.session.scalar(select(func.max(ImportRun.finished_at)).where(ImportRun.kind == "demo"))
    return max(kept, demo) if demo is not None else kept


def _inspect(files: FileStore, digest: str, *, is_read: bool) -> tuple[int, str]:
    """The size of a content in bytes, and what is wrong with it."""
    try:
        with files.open(digest) as content:
            if not is_read:
                return content.seek(0, 2), ""
            found, size = hashlib.sha256(), 0
            while chunk := content.read(CHUNK):
                found.update(chunk)
                size += len(chunk)
    except OSError as error:
        return 0, f"its content {digest} cannot be read: {error.strerror or 'there is no such file'}."
    return size, "" if found.hexdigest() == digest else f"its content {digest} has changed."


def _dangling(constraint: ForeignKeyConstraint) -> Iterator[str]:
    child, parent = constraint.table, constraint.referred_table.alias()
    pairs = [(element.parent, parent.c[element.column.name]) for element in constraint.elements]
    refers = and_(*(column.is_not(None) for column, _other in pairs))
    there = exists().where(*(column == other for column, other in pairs))
    key = [sql_cast(column, String) for column in child.primary_key]
    for row in _rows(select(*key).where(refers, ~there)):
        there_is_no = f"a row of {constraint.referred_table.name} that is not there"
        yield f"Row {', '.join(row)} of {child.name} refers to {there_is_no}."


def _number(ticket_id: int) -> str:
    return f"{NUMBER_PREFIX}{ticket_id}"


def _when(seconds: int) -> str:
    return "never" if seconds == NEVER else instant(seconds).isoformat().replace("+00:00", "Z")
