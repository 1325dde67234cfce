"""Many who vote, keep and answer at once: each counts once."""

from __future__ import annotations

from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.journal import Entry
from helpdesk.jobs.worker import run_all
from helpdesk.models.feedback import Every, FeedbackSchedule, Wish, WishSupporter
from helpdesk.problems.answers import answer_wish
from helpdesk.problems.schedules import NewSchedule, schedule_feedback, send_reports
from helpdesk.problems.wishes import NewWish, get_wish, merge_wish, vote, write_wish
from tests.aftersales.test_at_once import at_once, desk
from tests.cast import find_cast
from tests.problems.wishing import a_wish, fixed_in

__all__ = ["desk"]


def test_a_contact_who_votes_many_times_at_once_votes_once(desk: Flask) -> None:
    with desk.app_context():
        number = a_wish(find_cast()).number

    def do(_who: int) -> None:
        jonas = find_cast().jonas
        vote(get_wish(number, for_=jonas), by=jonas)

    at_once(desk, 8, do)
    with desk.app_context():
        assert db.session.scalar(db.select(db.func.count(WishSupporter.id))) == 1
        facts = db.session.scalars(db.select(Entry.fact).where(Entry.subject_kind == "wish")).all()
        assert facts.count("WishSupported") == 1


def test_a_form_that_is_sent_many_times_at_once_makes_one_wish(desk: Flask) -> None:
    def do(_who: int) -> int:
        cast = find_cast()
        try:
            return write_wish(NewWish(cast.printer.id, "Once"), by=cast.ona, submission="once").id
        except Exception:
            db.session.rollback()
            return write_wish(NewWish(cast.printer.id, "Once"), by=cast.ona, submission="once").id

    assert len(set(at_once(desk, 8, do))) == 1
    with desk.app_context():
        assert db.session.scalar(db.select(db.func.count(Wish.id))) == 1


def test_two_wishes_that_are_merged_crosswise_end_as_one(desk: Flask) -> None:
    with desk.app_context():
        numbers = [a_wish(find_cast(), title=title).number for title in ("One", "Other")]

    def do(who: int) -> str:
        ona = find_cast().ona
        try:
            merge_wish(get_wish(numbers[who % 2], for_=ona), numbers[1 - who % 2], by=ona)
        except Conflict as refused:
            return refused.code
        return "merged"

    assert "wish_merged" in at_once(desk, 4, do)
    with desk.app_context():
        rows = db.session.scalars(db.select(Wish)).all()
        assert sorted(row.merged_into_id is None for row in rows) == [False, True]


def test_two_who_answer_at_once_tell_each_client_once(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        wish = a_wish(cast)
        number = wish.number
        for actor in (cast.jonas, cast.egle):
            vote(wish, by=actor)

    def do(_who: int) -> int:
        cast = find_cast()
        answer_wish(get_wish(number, for_=cast.birute), fixed_in(cast), by=cast.birute)
        return run_all()

    at_once(desk, 4, do)
    with desk.app_context():
        run_all()
        folder = desk.config["THREELINE"].mail_folder
        letters = [path for path in folder.glob("*.eml") if b"It is there" in path.read_bytes()]
        assert len(letters) == 2


def test_two_schedulers_send_each_period_once(desk: Flask) -> None:
    with desk.app_context():
        row = schedule_feedback(NewSchedule(Every.WEEK), by=find_cast().vera)
        first = row.next_on
        db.session.execute(db.update(FeedbackSchedule).values(next_on=first.replace(year=first.year - 1)))
        db.session.commit()

    at_once(desk, 6, lambda _who: send_reports())
    with desk.app_context():
        periods = [entry.payload["until"] for entry in
                   db.session.scalars(db.select(Entry).where(Entry.fact == "FeedbackDue"))]  # fmt: skip
        assert len(periods) == len(set(periods))
        assert len(periods) >= 1
