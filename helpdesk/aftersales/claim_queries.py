"""Reading claims: lists, and everything on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from helpdesk.aftersales.claim_course import LIVE, appeal_until, decisions_of, subject_of
from helpdesk.aftersales.refund_rules import ruling_of
from helpdesk.aftersales.refunds import Ruling
from helpdesk.core.db import db
from helpdesk.core.paging import PageOf, page_of
from helpdesk.models.access import Account
from helpdesk.models.claims import (
    ENDED_CLAIMS,
    Claim,
    ClaimDecision,
    ClaimState,
    ClaimWhy,
    EvidencePoint,
)
from helpdesk.models.duties import Duty
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import claim_scope
from helpdesk.tickets.duties import duties_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class ClaimRow:
    """A claim in a list, with what is due next."""

    claim: Claim
    ticket: Ticket
    organisation: str
    duty: Duty | None


@dataclass(frozen=True)
class ClaimFile:
    """Everything on a claim, as its panel shows it to staff."""

    claim: Claim
    whys: Sequence[ClaimWhy]
    evidence: Sequence[EvidencePoint]
    decisions: Sequence[ClaimDecision]
    ruling: Ruling
    duty: Duty | None
    appeal_until: datetime | None
    people: Mapping[int, str]  # who decided, approved, put evidence on the table

    @property
    def decision(self) -> ClaimDecision | None:
        """The one that is proposed or in force."""
        return next((each for each in reversed(self.decisions) if each.state in LIVE), None)


def file_of(claim: Claim) -> ClaimFile:
    """Everything on a claim. For staff."""
    whys = db.session.scalars(select(ClaimWhy).where(ClaimWhy.claim_id == claim.id).order_by(ClaimWhy.position)).all()
    points = db.session.scalars(
        select(EvidencePoint).where(EvidencePoint.claim_id == claim.id).order_by(EvidencePoint.id)
    ).all()
    duty = next((each for each in reversed(duties_of(subject_of(claim))) if each.is_open), None)
    decisions = decisions_of(claim)
    ids = {row.done_by_id for row in points} | {i for row in decisions for i in (row.decided_by_id, row.approved_by_id)}
    people = {row.id: row.name for row in db.session.execute(
        select(Account.id, Account.name).where(Account.id.in_(ids - {None}))
    )}  # fmt: skip
    until = appeal_until(claim, decisions)
    return ClaimFile(claim, whys, points, decisions, ruling_of(claim)[1], duty, until, people)


def running_claims(*, for_: Actor, limit: int = 200) -> list[ClaimRow]:
    """The claims that run and that an actor sees, by what is due first."""
    is_due = (
        (Duty.subject_kind == "claim") & (Duty.subject_id == Claim.id) & Duty.done_at.is_(None)
        & Duty.withdrawn_at.is_(None)
    )  # fmt: skip
    running = tuple(state for state in ClaimState if state not in ENDED_CLAIMS)
    query = _seen(for_).join(Duty, is_due, isouter=True).where(Claim.state.in_(running))
    return _rows(query.order_by(Duty.due_at.is_(None), Duty.due_at, Claim.id).limit(limit))


def list_claims(
    *, for_: Actor, state: ClaimState | None = None, after: str | None = None, before: str | None = None,
    size: int = PAGE_SIZE,
) -> PageOf[ClaimRow]:  # fmt: skip
    """A page of the claims that an actor sees, the last first: those in a state, or all."""
    query = _seen(for_)
    if state is not None:
        query = query.where(Claim.state == state)
    return page_of(query, [(Claim.id.expression, True)], size=size, after=after, before=before, run=_rows,
                   key=lambda row: (row.claim.id,))  # fmt: skip


def _seen(actor: Actor) -> Select[Claim]:
    return select(Claim).where(claim_scope(actor)).options(
        joinedload(Claim.ticket).joinedload(Ticket.organisation), joinedload(Claim.ticket).joinedload(Ticket.requester)
    )  # fmt: skip


def _rows(query: Any) -> list[ClaimRow]:
    found = db.session.scalars(query).all()
    ids = [claim.id for claim in found]
    due = {duty.subject_id: duty for duty in db.session.scalars(
        select(Duty).where(Duty.subject_kind == "claim", Duty.subject_id.in_(ids), Duty.done_at.is_(None),
                           Duty.withdrawn_at.is_(None)).order_by(Duty.due_at.desc())
    )} if ids else {}  # fmt: skip
    return [
        ClaimRow(claim, claim.ticket, claim.ticket.organisation.name if claim.ticket.organisation else "",
                 due.get(claim.id))
        for claim in found
    ]  # fmt: skip
