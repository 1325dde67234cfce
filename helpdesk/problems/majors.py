"""Major incidents: flagged by a named role, led by somebody, told to clients, reviewed when they are over.

1. The flag of a ticket begins one, whatever face set it; taking the flag off ends it.
2. While nobody leads it, line lead, manager and duty officer are told one after the other, day and night. Once it is
   led, they are told when clients do not hear at the promised time, whoever leads it first.
3. Its notice stands in the portal for the clients of its product (or for all) until a day after its end.
4. It is finished when its review was held, not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry, record
from helpdesk.core.paging import PageOf, page_of
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import MajorDeclared, MajorEnded, MajorTaken, MajorTold, MajorUpdated
from helpdesk.models.access import Account, Role
from helpdesk.models.problems import (
    MajorIncident,
    MajorOccasion,
    MajorUpdate,
    Problem,
    ProblemReview,
)
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.people.duty import on_duty
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import major_scope, problem_scope, visible
from helpdesk.problems.problem_settings import ladder_minutes, problem_settings
from helpdesk.problems.problems import LONGEST_TEXT
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.priority import flag_major
from helpdesk.tickets.reachable import lead_of, manager

LEAD, LINE_LEAD, MANAGER, DUTY_OFFICER = range(1, 5)
NOTICE_STAYS = timedelta(days=1)
FURTHEST = timedelta(days=30)
PAGE_SIZE = 50


class MajorState(StrEnum):
    """How it stands; computed, never stored."""

    RUNNING = "running"
    REVIEW_DUE = "review_due"  # over, and not reviewed yet
    FINISHED = "finished"


@dataclass(frozen=True)
class NewMajor:
    """Why it is one, and what clients are told; without a product all of them."""

    reason: str
    texts: Mapping[str, str]
    product_id: int | None = None
    next_update_at: datetime | None = None  # none: after the desk's usual time
    lead_id: int | None = None  # an account
    problem_id: int | None = None
    submission: str | None = None


@dataclass(frozen=True)
class News:
    """What clients are told, and when they hear next."""

    texts: Mapping[str, str]
    next_update_at: datetime | None = None
    submission: str | None = None


@dataclass(frozen=True)
class MajorRow:
    """A major incident in a list."""

    major: MajorIncident
    ticket: Ticket
    state: MajorState
    lead: str
    is_late: bool  # clients were promised news that did not come


@dataclass(frozen=True)
class Notice:
    """What a client reads of it."""

    major_id: int
    text: str
    language: str
    product_id: int | None
    at: datetime
    next_update_at: datetime | None
    ended_at: datetime | None


@command
def declare_major(ticket: Ticket, new: NewMajor, *, by: Actor) -> MajorIncident:
    """Flag a ticket as a major incident and tell clients; the same ticket is one at most."""
    require(by, Action.FLAG_MAJOR, ticket)
    if new.submission and (known := _by_submission(new.submission)):
        return known
    if not new.reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    texts = _checked(new.texts, needed=False)
    if new.product_id is not None and new.product_id not in directory.products():
        raise Invalid({"product_id": [_("Choose one of the list.")]})
    if new.problem_id is not None and not _sees_problem(new.problem_id, by):
        raise Invalid({"problem_id": [_("Choose one of the list.")]})
    if _live(ticket.id) is not None:
        raise Conflict(_("This ticket is a major incident already."), code="declared")
    due = _next(new.next_update_at) if texts else None
    major = _begin(ticket, by=by, reason=new.reason.strip(), product_id=new.product_id, problem_id=new.problem_id,
                   submission=new.submission)  # fmt: skip
    if not ticket.is_major:
        flag_major(ticket, True, new.reason, by=by)
    if new.lead_id is not None:
        _give(major, new.lead_id, by=by)
    if texts:
        _tell_clients(major, News(texts, due), by=by)
    return major


@command
def take_major(major: MajorIncident, account_id: int | None = None, *, by: Actor) -> None:
    """Lead it oneself, or say who does."""
    require(by, Action.LEAD_MAJOR, major)
    major = _held(major)
    _refuse_ended(major)
    _give(major, account_id or by.account_id, by=by)


@command
def update_major(major: MajorIncident, news: News, *, by: Actor) -> MajorUpdate:
    """Tell clients how it stands, and when they hear next. Whoever does so leads it, if nobody did."""
    require(by, Action.LEAD_MAJOR, major)
    major = _held(major)
    if news.submission and (known := _update_by_submission(news.submission)):
        return known
    _refuse_ended(major)
    texts = _checked(news.texts, needed=True)
    due = _next(news.next_update_at)
    if major.lead_id is None and by.account_id:
        _give(major, by.account_id, by=by)
    return _tell_clients(major, News(texts, due, news.submission), by=by)


@command
def end_major(major: MajorIncident, news: News, *, by: Actor) -> None:
    """It is over: clients read so for a day, and its review is due."""
    require(by, Action.LEAD_MAJOR, major)
    major = _held(major)
    if major.ended_at is not None:
        return  # a second click
    texts = _checked(news.texts, needed=bool(major.notices))
    _finish(major, texts, by=by, submission=news.submission)


def follow_flag(entry: Entry) -> None:
    """The flag of a ticket was set or taken off: a major incident begins, or ends. A reaction."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    live = _live(ticket.id)
    if entry.payload["is_major"] and live is None and ticket.is_major:
        _begin(ticket, by=SYSTEM, reason=entry.payload["reason"])
    elif not entry.payload["is_major"] and live is not None and not ticket.is_major:
        _finish(live, {}, by=SYSTEM)


def sweep_majors() -> int:
    """Tell whoever is to know; returns how much. Where nothing is due it writes nothing."""
    due = select(MajorIncident.id).where(MajorIncident.tell_at <= now())
    return tell_majors() if db.session.scalar(select(due.exists())) else 0


@command
def tell_majors(limit: int = 50) -> int:
    """Tell the next person of each major incident whose time has come; returns how many it saw."""
    query = select(MajorIncident).where(MajorIncident.tell_at <= now()).order_by(MajorIncident.tell_at).limit(limit)
    found = db.session.scalars(query.with_for_update(skip_locked=True, of=MajorIncident)).all()
    for major in found:
        _climb(major)
    return len(found)


def get_major(major_id: int, *, for_: Actor) -> MajorIncident:
    """The major incident with this id, if the actor sees it; locked where this transaction may change it."""
    query = visible(for_, MajorIncident).where(MajorIncident.id == major_id)
    major: MajorIncident | None = db.session.scalar(locked_when_writing(query, of=MajorIncident))
    if major is None:
        raise NotFound
    return major


def major_of(ticket: Ticket) -> MajorIncident | None:
    """The last major incident of a ticket. For staff who see it."""
    query = select(MajorIncident).where(MajorIncident.ticket_id == ticket.id).order_by(MajorIncident.id.desc())
    return db.session.scalar(query.limit(1))


def list_majors(
    *, for_: Actor, state: MajorState | None = None, problem_id: int | None = None, after: str | None = None,
    before: str | None = None, size: int = PAGE_SIZE,
) -> PageOf[MajorRow]:  # fmt: skip
    """A page of the major incidents that an actor sees, the last first. Two queries."""
    reviewed = exists().where(ProblemReview.major_incident_id == MajorIncident.id)
    query: Any = (
        select(MajorIncident, Ticket, reviewed, Account.name).join(Ticket, Ticket.id == MajorIncident.ticket_id)
        .join(Account, Account.id == MajorIncident.lead_id, isouter=True).where(major_scope(for_))
    )  # fmt: skip
    conditions = {
        MajorState.RUNNING: MajorIncident.ended_at.is_(None),
        MajorState.REVIEW_DUE: MajorIncident.ended_at.is_not(None) & ~reviewed,
        MajorState.FINISHED: MajorIncident.ended_at.is_not(None) & reviewed,
    }
    if state is not None:
        query = query.where(conditions[state])
    if problem_id is not None:
        query = query.where(MajorIncident.problem_id == problem_id)
    return page_of(query, [(MajorIncident.id.expression, True)], size=size, after=after, before=before, run=_rows,
                   key=lambda row: (row.major.id,))  # fmt: skip


def state_of(major: MajorIncident) -> MajorState:
    """How it stands."""
    if major.ended_at is None:
        return MajorState.RUNNING
    query = select(ProblemReview.id).where(ProblemReview.major_incident_id == major.id).limit(1)
    return MajorState.REVIEW_DUE if db.session.scalar(query) is None else MajorState.FINISHED


def updates_of(major: MajorIncident) -> Sequence[MajorUpdate]:
    """What clients were told, the last first."""
    query = select(MajorUpdate).where(MajorUpdate.major_incident_id == major.id)
    return db.session.scalars(query.order_by(MajorUpdate.id.desc())).all()


def notices_for(actor: Actor, language: str) -> list[Notice]:
    """What this client reads of major incidents, in their language or the next best. One query."""
    if not actor.is_client:
        return []
    is_theirs: list[ColumnElement[bool]] = [MajorIncident.product_id.is_(None)]
    if actor.organisation_id:
        installed = exists().where(
            InstalledProduct.organisation_id == actor.organisation_id,
            InstalledProduct.product_id == MajorIncident.product_id,
        )
        asked = exists().where(
            Ticket.organisation_id == actor.organisation_id, Ticket.product_id == MajorIncident.product_id,
            Ticket.is_open,
        )  # fmt: skip
        is_theirs += [installed, asked]
    news = (
        select(MajorIncident, MajorUpdate).join(MajorUpdate, MajorUpdate.major_incident_id == MajorIncident.id)
        .where(or_(MajorIncident.ended_at.is_(None), MajorIncident.ended_at > now() - NOTICE_STAYS), or_(*is_theirs))
        .order_by(MajorUpdate.id)
    )  # fmt: skip
    last = {major.id: (major, update) for major, update in db.session.execute(news)}
    return [_notice(major, update, language) for major, update in last.values()]


def _notice(major: MajorIncident, update: MajorUpdate, language: str) -> Notice:
    order = (language, DEFAULT_LANGUAGE, *LANGUAGES)
    spoken = next((each for each in order if update.texts.get(each)), "")
    return Notice(major.id, update.texts.get(spoken, ""), spoken or language, major.product_id, update.at,
                  None if major.ended_at else update.next_update_at, major.ended_at)  # fmt: skip


def _begin(ticket: Ticket, *, by: Actor, reason: str, product_id: int | None = None, problem_id: int | None = None,
           submission: str | None = None) -> MajorIncident:  # fmt: skip
    at = now()
    major = MajorIncident(
        ticket_id=ticket.id, product_id=product_id, problem_id=problem_id, notices={}, declared_at=at, step=0,
        occasion=MajorOccasion.DECLARED, tell_at=at, submission=submission,
    )  # fmt: skip
    db.session.add(major)
    db.session.flush()
    record(MajorDeclared(major.id, ticket_id=ticket.id, product_id=product_id, reason=reason), by=by)
    return major


def _give(major: MajorIncident, account_id: int, *, by: Actor) -> None:
    account = db.session.get(Account, account_id)
    if account is None or account.role is Role.CONTACT or account.disabled_at is not None:
        raise Invalid({"lead_id": [_("Choose one of the list.")]})
    if major.lead_id == account_id:
        return
    major.lead_id = account_id
    _wait_for_news(major)
    record(MajorTaken(major.id, account_id=account_id), by=by)


def _tell_clients(major: MajorIncident, news: News, *, by: Actor) -> MajorUpdate:
    row = _write(major, news.texts, by=by, next_update_at=news.next_update_at, submission=news.submission)
    major.notices, major.next_update_at = dict(news.texts), news.next_update_at
    if major.lead_id is not None:
        _wait_for_news(major)
    due = epoch(news.next_update_at) if news.next_update_at else None
    record(MajorUpdated(major.id, row.id, next_update_at=due), by=by)
    return row


def _wait_for_news(major: MajorIncident) -> None:
    """It is led: the ladder is about the promised news from here on."""
    major.occasion, major.step, major.told_id = MajorOccasion.UPDATE_LATE, 0, None
    major.tell_at = major.next_update_at


def _finish(major: MajorIncident, texts: Mapping[str, str], *, by: Actor, submission: str | None = None) -> None:
    row = _write(major, texts, by=by, is_end=True, submission=submission)
    major.ended_at, major.next_update_at, major.tell_at = now(), None, None
    if texts:
        major.notices = dict(texts)
    record(MajorEnded(major.id, row.id), by=by)


def _write(
    major: MajorIncident, texts: Mapping[str, str], *, by: Actor, next_update_at: datetime | None = None,
    is_end: bool = False, submission: str | None = None,
) -> MajorUpdate:  # fmt: skip
    row = MajorUpdate(
        major_incident_id=major.id, texts=dict(texts), next_update_at=next_update_at, is_end=is_end, at=now(),
        account_id=by.account_id or None, submission=submission,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _climb(major: MajorIncident) -> None:
    """Tell everybody whose time has come; what is next is stored."""
    base = major.next_update_at if major.occasion is MajorOccasion.UPDATE_LATE else major.declared_at
    at, told = now(), {major.told_id}
    for step, minutes in _steps(major):
        if step <= major.step or base is None:
            continue
        due = base + timedelta(minutes=minutes)
        if due > at:
            major.tell_at = due
            return
        major.step = step
        whom = _whom(major, step)
        if whom is not None and whom not in told:
            told.add(whom)
            major.told_id = whom
            record(MajorTold(major.id, occasion=major.occasion.value, step=step, account_id=whom), by=SYSTEM)
    major.tell_at = None  # there is nobody left to be told


def _steps(major: MajorIncident) -> Iterator[tuple[int, int]]:
    if major.occasion is MajorOccasion.UPDATE_LATE:
        yield LEAD, 0
    yield from zip((LINE_LEAD, MANAGER, DUTY_OFFICER), ladder_minutes(problem_settings().major_ladder_minutes),
                   strict=True)  # fmt: skip


def _whom(major: MajorIncident, step: int) -> int | None:
    at = epoch(now())
    if step == LEAD:
        return major.lead_id
    if step == LINE_LEAD:
        ticket = db.session.get_one(Ticket, major.ticket_id)
        return lead_of(ticket.line or 1, at) or lead_of(1, at)
    return manager() if step == MANAGER else on_duty(ticket_settings().duty_officers, instant(at))


def _rows(query: Any) -> list[MajorRow]:
    at = now()
    return [
        MajorRow(
            major, ticket,
            MajorState.RUNNING if major.ended_at is None else MajorState.FINISHED if reviewed else
            MajorState.REVIEW_DUE,
            lead or "", is_late=major.next_update_at is not None and major.next_update_at <= at,
        ) for major, ticket, reviewed, lead in db.session.execute(query)
    ]  # fmt: skip


def _sees_problem(problem_id: int, by: Actor) -> bool:
    query = select(Problem.id).where(Problem.id == problem_id, problem_scope(by))
    return db.session.scalar(query) is not None


def _next(at: datetime | None) -> datetime:
    """When clients hear next."""
    if at is None:
        return now() + timedelta(minutes=problem_settings().update_minutes)
    if not now() < at < now() + FURTHEST:
        raise Invalid({"next_update_at": [_("Say when clients hear next: a time to come, within a month.")]})
    return at


def _checked(texts: Mapping[str, str], *, needed: bool) -> dict[str, str]:
    errors = {f"text_{language}": [_("This is too long.")] for language, text in texts.items()
              if len(text) > LONGEST_TEXT}  # fmt: skip
    spoken = {language: texts[language].strip() for language in LANGUAGES if texts.get(language, "").strip()}
    if needed and not spoken:
        errors["texts"] = [_("Write what clients are told, in one language at least.")]
    if errors:
        raise Invalid(errors)
    return spoken


def _refuse_ended(major: MajorIncident) -> None:
    if major.ended_at is not None:
        raise Conflict(_("This major incident is over."), code="over")


def _live(ticket_id: int) -> MajorIncident | None:
    query = select(MajorIncident).where(MajorIncident.ticket_id == ticket_id, MajorIncident.ended_at.is_(None))
    return db.session.scalar(query)


def _held(major: MajorIncident) -> MajorIncident:
    query = select(MajorIncident).where(MajorIncident.id == major.id).with_for_update(of=MajorIncident)
    found: MajorIncident = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    return found


def _by_submission(submission: str) -> MajorIncident | None:
    return db.session.scalar(select(MajorIncident).where(MajorIncident.submission == submission))


def _update_by_submission(submission: str) -> MajorUpdate | None:
    return db.session.scalar(select(MajorUpdate).where(MajorUpdate.submission == submission))
