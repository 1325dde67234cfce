"""Two answers to one revisit, and two hands on one feed, at the same moment."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from flask import Flask

from helpdesk.aftersales.answers import confirm_seen, open_answer, wish_other_time
from helpdesk.aftersales.feeds import create_feed, mark_used, revoke_feed
from helpdesk.aftersales.revisits import move_revisit
from helpdesk.aftersales.showing import answer_url, moment_key
from helpdesk.aftersales.visits import today_in
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.journal import Entry
from helpdesk.models.care import FeedKind, Revisit, RevisitState
from helpdesk.models.people import Contact
from tests.aftersales.test_at_once import at_once, desk  # noqa: F401 - a fixture
from tests.aftersales.test_revisits import a_revisit
from tests.cast import find_cast

PRESSES = 12


def recorded(fact: str) -> int:
    return db.session.query(Entry).filter_by(fact=fact).count()


def ahead(days: int) -> date:
    return today_in("Europe/Vilnius") + timedelta(days=days)


def test_many_presses_at_once_confirm_once(desk: Flask) -> None:  # noqa: F811
    with desk.app_context():
        cast = find_cast()
        revisit = a_revisit(cast, ahead(10))
        token = answer_url(revisit, db.session.get_one(Contact, cast.jonas.contact_id)).rpartition("/")[2]
        db.session.remove()

    def press(_number: int) -> str:
        asked = open_answer(token)
        return confirm_seen(asked.revisit, moment_key(asked.revisit), by=asked.actor).state.value

    assert set(at_once(desk, PRESSES, press)) == {"confirmed"}
    with desk.app_context():
        assert recorded("RevisitConfirmed") == 1


def test_a_yes_and_a_move_at_once_never_confirm_a_time_that_nobody_saw(desk: Flask) -> None:  # noqa: F811
    with desk.app_context():
        cast = find_cast()
        revisit = a_revisit(cast, ahead(10))
        revisit_id, seen = revisit.id, moment_key(revisit)
        db.session.remove()

    def act(number: int) -> str:
        cast, row = find_cast(), db.session.get_one(Revisit, revisit_id)
        try:
            if number % 2:
                return confirm_seen(row, seen, by=cast.jonas).state.value
            return move_revisit(row, ahead(11), reason="Snow", by=cast.ona).state.value
        except (Conflict, Invalid):
            db.session.rollback()
            return "refused"

    at_once(desk, 6, act)
    with desk.app_context():
        states = Counter(row.state for row in db.session.query(Revisit))
        assert states == {RevisitState.MOVED: 1, RevisitState.PLANNED: 1}
        assert recorded("RevisitMoved") == 1 and recorded("RevisitConfirmed") <= 1


def test_the_same_wish_at_once_is_recorded_once(desk: Flask) -> None:  # noqa: F811
    with desk.app_context():
        cast = find_cast()
        revisit_id = a_revisit(cast, ahead(10)).id
        db.session.remove()

    def wish(_number: int) -> None:
        wish_other_time(db.session.get_one(Revisit, revisit_id), "Friday", None, None, by=find_cast().jonas)

    at_once(desk, PRESSES, wish)
    with desk.app_context():
        assert recorded("OtherTimeAsked") == 1


def test_a_feed_is_revoked_once_while_programs_fetch_it(desk: Flask) -> None:  # noqa: F811
    with desk.app_context():
        cast = find_cast()
        feed_id = create_feed(FeedKind.MINE, by=cast.jonas)[0].id
        db.session.remove()

    def act(number: int) -> None:
        if number % 2:
            mark_used(feed_id)
        else:
            revoke_feed(feed_id, by=find_cast().jonas)

    at_once(desk, PRESSES, act)
    with desk.app_context():
        assert recorded("FeedRevoked") == 1
