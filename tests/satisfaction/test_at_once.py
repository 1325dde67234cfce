"""Two votes, two workers and a power cut: one answer, one letter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.config import Config
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all, run_one
from helpdesk.models.duties import Duty, DutyKind
from helpdesk.models.satisfaction import NotAsked, Survey, SurveyState, Via
from helpdesk.satisfaction.planning import plan_after_resolution
from helpdesk.satisfaction.sending import send_due, sweep_surveys
from helpdesk.satisfaction.voting import NewAnswer, answer_survey
from tests.aftersales.test_at_once import at_once, desk
from tests.cast import find_cast
from tests.satisfaction.asking import asked, desk_asks, resolved

__all__ = ["desk"]


def test_many_votes_at_once_are_one_answer_and_one_task(desk: Flask) -> None:
    with desk.app_context():
        desk_asks(find_cast())
        survey_id = asked(find_cast()).id

    def vote(who: int) -> int | None:
        jonas = find_cast().jonas
        survey = db.session.get_one(Survey, survey_id)
        return answer_survey(survey, NewAnswer(1 + who % 2), by=jonas, via=Via.LETTER).score

    assert set(at_once(desk, 8, vote)) <= {1, 2}
    with desk.app_context():
        facts = db.session.scalars(db.select(Entry.fact).where(Entry.subject_kind == "survey")).all()
        assert facts.count("SurveyAnswered") == 1
        low = db.select(db.func.count(Duty.id)).where(Duty.kind == DutyKind.LOW_SCORE)
        assert db.session.scalar(low) == 1


def test_two_questions_to_one_contact_in_two_hands_are_one_letter(desk: Flask) -> None:
    with desk.app_context():
        desk_asks(find_cast())
        for _each in range(6):
            resolved(find_cast())

    at_once(desk, 4, lambda _who: send_due(limit=2))
    with desk.app_context():
        while sweep_surveys():
            pass
        rows = db.session.scalars(db.select(Survey)).all()
        assert [row.state for row in rows].count(SurveyState.SENT) == 1
        assert {row.reason for row in rows if row.state is SurveyState.NOT_SENT} == {NotAsked.PAUSED}


def test_a_resolution_is_decided_upon_once_however_often_it_is_tried(desk: Flask) -> None:
    with desk.app_context():
        desk_asks(find_cast(), ces_on=True)
        ticket_id = resolved(find_cast()).id
        query = db.select(Entry.id).where(Entry.fact == "TicketResolved", Entry.subject_id == ticket_id)
        entry_id = db.session.scalars(query).one()

    at_once(desk, 4, lambda _who: plan_after_resolution(db.session.get_one(Entry, entry_id)))
    with desk.app_context():
        assert db.session.scalar(db.select(db.func.count(Survey.id))) == 2


def _letters(config: Config) -> list[Path]:
    return list(config.mail_folder.glob("*survey*.eml"))


@pytest.mark.parametrize("dies", ["before the commit of sending", "before the letter is handed over", "after it"])
def test_whoever_dies_between_plan_and_letter_it_is_one_letter(
    desk: Flask, dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config: Config = desk.config["THREELINE"]
    with desk.app_context():
        desk_asks(find_cast())
        resolved(find_cast())
        if dies.startswith("before the commit"):
            with pytest.raises(KeyboardInterrupt), transaction():
                send_due()
                raise KeyboardInterrupt
            assert _letters(config) == []
        sweep_surveys()
        if dies.startswith("before the letter"):
            with monkeypatch.context() as dead:
                dead.setattr("helpdesk.mail.outbound.Letter.send", _die)
                with pytest.raises(KeyboardInterrupt):
                    run_one("doomed")
            db.session.rollback()
        elif dies == "after it":
            with monkeypatch.context() as dead:
                dead.setattr("helpdesk.core.jobs.finish", _die)
                with pytest.raises(KeyboardInterrupt):
                    run_one("doomed")
            db.session.rollback()
        with transaction():
            lapsed = now() - timedelta(seconds=1)
            db.session.execute(db.update(Job).where(Job.state == "ready").values(leased_until=lapsed, run_at=lapsed))
        sweep_surveys()
        run_all("another")
        assert len(_letters(config)) == 1
        assert db.session.scalar(db.select(db.func.count(Survey.id)).where(Survey.state == SurveyState.SENT)) == 1


def _die(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt
