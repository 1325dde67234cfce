"""Two who approve, decide or answer at once: it happens once."""

from __future__ import annotations

from flask import Flask

from helpdesk.aftersales.claim_course import decisions_of, get_claim
from helpdesk.aftersales.decisions import approve_decision, decide_claim
from helpdesk.aftersales.deliverables import (
    NewDeliverable,
    NewRound,
    agree_deliverable,
    answer_round,
    deliver_round,
    get_deliverable,
)
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.models.claims import ClaimState, RevisionRound, RoundAnswer, RoundAnswerKind
from helpdesk.models.contracts import BillingNotice
from helpdesk.policy.actor import SYSTEM
from tests.aftersales.claiming import REFUND, a_claim
from tests.aftersales.test_at_once import at_once, desk
from tests.cast import find_cast

__all__ = ["desk"]


def test_two_who_approve_at_once_make_one_credit(desk: Flask) -> None:
    with desk.app_context():
        number = a_claim(find_cast(), ClaimState.INVESTIGATED, revision=1, price=100_000).ticket.number
        decide_claim(get_claim(number, for_=SYSTEM), REFUND, by=find_cast().ona)

    def approve(who: int) -> int:
        cast = find_cast()
        return approve_decision(get_claim(number, for_=cast.vera), by=(cast.rasa, cast.vera)[who % 2]).id

    assert len(set(at_once(desk, 8, approve))) == 1
    with desk.app_context():
        notices = db.session.scalars(db.select(BillingNotice)).all()
        claim = get_claim(number, for_=SYSTEM)
        assert [notice.amount_cents for notice in notices] == [-70_000]
        assert claim.state is ClaimState.DECIDED
        assert [decision.notice_id for decision in decisions_of(claim)] == [notices[0].id]


def test_many_who_decide_at_once_decide_once(desk: Flask) -> None:
    with desk.app_context():
        number = a_claim(find_cast(), ClaimState.INVESTIGATED).ticket.number

    def decide(_who: int) -> int:
        return decide_claim(get_claim(number, for_=SYSTEM), REFUND, by=find_cast().ona).id

    assert len(set(at_once(desk, 8, decide))) == 1
    with desk.app_context():
        assert db.session.scalar(db.select(db.func.count(BillingNotice.id))) == 1


def test_many_who_answer_a_round_at_once_answer_it_once(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        made_id = agree_deliverable(cast.klinika, NewDeliverable("Logo", 2), by=cast.ona).id
        deliver_round(get_deliverable(made_id, for_=SYSTEM), NewRound("Sketch"), by=cast.ona)

    def answer(who: int) -> str:
        kind = (RoundAnswerKind.ACCEPTED, RoundAnswerKind.REVISION)[who % 2]
        try:
            answer_round(get_deliverable(made_id, for_=SYSTEM), 1, kind, "Darker", by=find_cast().lena)
        except Conflict as refused:
            return refused.code
        return kind.value

    told = at_once(desk, 8, answer)
    assert told.count("answered") == 4
    with desk.app_context():
        [kept] = db.session.scalars(db.select(RoundAnswer)).all()
        assert set(told) == {"answered", kept.kind.value}
        assert db.session.scalar(db.select(db.func.count(RevisionRound.id))) == 1
