"""Calendar feeds: each shows what its account may see now, and nothing to anybody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from helpdesk.aftersales.feeds import MOST_FEEDS, create_feed, feeds_of, open_feed, publish, revisits_of, revoke_feed
from helpdesk.aftersales.revisits import confirm_revisit, move_revisit, skip_revisit
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.standing import touch
from helpdesk.models.access import Account
from helpdesk.models.care import CalendarFeed, FeedKind
from helpdesk.models.people import Contact, TeamMember
from helpdesk.people.accounts import disable_account
from helpdesk.policy.actor import SYSTEM, Actor
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]


def shown(secret: str) -> list[str]:
    """The summaries of a feed."""
    calendar = Calendar.from_ical(publish(open_feed(secret)).text)
    return [str(each["summary"]) for each in calendar.walk("VEVENT")]


def a_feed(kind: FeedKind, by: Actor, team_id: int | None = None) -> str:
    return create_feed(kind, team_id, by=by)[1]


def test_everybody_sees_their_own(cast: Cast) -> None:
    a_revisit(cast, what="Training")
    a_revisit(cast, what="Call", contact_id=cast.egle.contact_id, operator_id=cast.ona.operator_id)
    assert shown(a_feed(FeedKind.MINE, cast.tomas)) == ["Training: Klinika"]
    assert shown(a_feed(FeedKind.MINE, cast.jonas)) == ["Training, Service desk"]
    assert shown(a_feed(FeedKind.ORGANISATION, cast.lena)) == ["Training, Service desk", "Call, Service desk"]
    assert shown(a_feed(FeedKind.TEAM, cast.vera, cast.field.id)) == ["Training: Klinika"]
    assert shown(a_feed(FeedKind.TEAM, cast.rasa, cast.desk.id)) == ["Call: Klinika"]
    assert shown(a_feed(FeedKind.MINE, cast.marek)) == []


def test_a_feed_is_only_made_of_what_one_may_see(cast: Cast) -> None:
    for who, kind, team in (
        (cast.jonas, FeedKind.ORGANISATION, None), (cast.marek, FeedKind.TEAM, cast.desk.id),
        (cast.ona, FeedKind.ORGANISATION, None), (cast.ona, FeedKind.TEAM, cast.field.id),
        (cast.ona, FeedKind.TEAM, None), (cast.vera, FeedKind.MINE, None), (cast.giedrius, FeedKind.TEAM, cast.desk.id),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            create_feed(kind, team, by=who)
    with pytest.raises(Forbidden):
        create_feed(FeedKind.MINE, by=cast.petras)
    for _ in range(MOST_FEEDS):
        create_feed(FeedKind.MINE, by=cast.jonas)
    with pytest.raises(Invalid):
        create_feed(FeedKind.MINE, by=cast.jonas)


def test_only_its_owner_revokes_it_and_then_it_is_gone(cast: Cast) -> None:
    row, secret = create_feed(FeedKind.MINE, by=cast.jonas)
    assert secret not in str(vars(db.session.get_one(CalendarFeed, row.id)))
    with pytest.raises(NotFound):
        revoke_feed(row.id, by=cast.marek)
    revoke_feed(row.id, by=cast.jonas)
    revoke_feed(row.id, by=cast.jonas)
    assert feeds_of(for_=cast.jonas) == []
    for wrong in (secret, "", "x" * 5000, "ąč"):
        with pytest.raises(NotFound):
            open_feed(wrong)


def test_it_ends_with_the_account(cast: Cast) -> None:
    secret = a_feed(FeedKind.MINE, cast.jonas)
    disable_account(db.session.get_one(Account, cast.jonas.account_id), by=SYSTEM)
    with pytest.raises(NotFound):
        open_feed(secret)


def test_whoever_changed_the_organisation_takes_nothing_along(cast: Cast) -> None:
    a_revisit(cast)
    mine, all_of_it = a_feed(FeedKind.MINE, cast.jonas), a_feed(FeedKind.ORGANISATION, cast.lena)
    for who in (cast.jonas, cast.lena):
        db.session.get_one(Contact, who.contact_id).organisation_id = cast.strangers.id
    db.session.commit()
    assert shown(mine) == [] and shown(all_of_it) == []
    db.session.get_one(Contact, cast.lena.contact_id).is_supervisor = False
    db.session.commit()
    with pytest.raises(NotFound):
        open_feed(all_of_it)


def test_whoever_left_the_team_sees_it_no_more(cast: Cast) -> None:
    a_revisit(cast)
    secret = a_feed(FeedKind.TEAM, cast.tomas, cast.field.id)
    assert shown(secret) == ["Training: Klinika"]
    db.session.execute(db.delete(TeamMember).where(TeamMember.operator_id == cast.tomas.operator_id))
    touch()
    db.session.commit()
    with pytest.raises(NotFound):
        open_feed(secret)


def test_what_fell_away_is_told_for_a_month_and_what_moved_by_what_follows(cast: Cast, at: At) -> None:
    gone, moved = a_revisit(cast, what="Gone"), a_revisit(cast, what="Moved")
    secret = a_feed(FeedKind.MINE, cast.tomas)
    skip_revisit(gone, "Not needed", by=cast.ona)
    follows = move_revisit(moved, date(2026, 3, 9), reason="Ill", by=cast.ona)
    confirm_revisit(follows, by=cast.jonas)
    events = {str(e["summary"]): e for e in Calendar.from_ical(publish(open_feed(secret)).text).walk("VEVENT")}
    assert (events["Gone: Klinika"]["status"], events["Moved: Klinika"]["status"]) == ("CANCELLED", "CONFIRMED")
    assert str(events["Moved: Klinika"]["uid"]) == f"{moved.uid}@desk.example"
    with at("2026-04-02 09:00"):
        assert shown(secret) == ["Moved: Klinika"]


def test_it_reaches_from_a_quarter_ago_to_the_horizon(cast: Cast, at: At) -> None:
    near, far = a_revisit(cast, what="Near"), a_revisit(cast, date(2026, 3, 2) + timedelta(days=401), what="Far")
    secret = a_feed(FeedKind.MINE, cast.tomas)
    assert shown(secret) == ["Near: Klinika"]
    with at("2026-06-10 09:00"):
        assert [row.id for row in revisits_of(open_feed(secret))] == [far.id] and near.planned_on < date(2026, 3, 12)


def test_a_program_asks_cheaply_and_only_gets_what_changed(app: Flask, cast: Cast, at: At) -> None:
    revisit, secret = a_revisit(cast, what="Mokymai, „Ąžuolas“; 回访\r\nEND:VEVENT"), a_feed(FeedKind.MINE, cast.tomas)
    client = app.test_client()
    with app.app_context():
        first = client.get(f"/feeds/{secret}.ics")
    assert (first.status_code, first.content_type) == (200, "text/calendar; charset=utf-8")
    assert "Set-Cookie" not in first.headers
    [event_] = Calendar.from_ical(first.data).walk("VEVENT")
    assert "END:VEVENT" in str(event_["summary"])
    assert feeds_of(for_=cast.tomas)[0].used_at is not None
    with app.app_context(), queries(7, "a feed"):
        same = client.get(f"/feeds/{secret}.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    with app.app_context():
        dated = client.get(f"/feeds/{secret}.ics", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert dated.status_code == 304
    with at("2026-03-02 10:00"):
        confirm_revisit(revisit, by=cast.jonas)
        with app.app_context():
            for headers in ({"If-None-Match": first.headers["ETag"]},
                            {"If-Modified-Since": first.headers["Last-Modified"]}):  # fmt: skip
                assert b"STATUS:CONFIRMED" in client.get(f"/feeds/{secret}.ics", headers=headers).data
    with app.app_context():
        assert client.get("/feeds/forged.ics").status_code == 404
        assert client.post(f"/feeds/{secret}.ics").status_code in (400, 404, 405)


def test_what_goes_wrong_with_a_feed_is_logged_without_its_secret(
    app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    secret = a_feed(FeedKind.MINE, cast.jonas)
    with app.test_request_context(f"/feeds/{secret}.ics"):
        app.log_exception((ValueError, ValueError("broken"), None))
    assert "Exception on /feeds/<secret>.ics [GET]" in caplog.text and secret not in caplog.text


@pytest.mark.parametrize("count", [1, 40])
def test_the_queries_do_not_grow_and_use_an_index(cast: Cast, count: int) -> None:
    for _ in range(count):
        a_revisit(cast)
    secret = a_feed(FeedKind.MINE, cast.tomas)
    db.session.expire_all()
    plans: list[str] = []

    def explain(connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "FROM revisit" in statement and statement.startswith("SELECT"):
            plans.append(statement)

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        with queries(6, "a feed"):
            assert len(shown(secret)) == count
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    if db.session.get_bind().dialect.name == "sqlite":
        [statement] = plans
        wanted = db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", tuple(None for _ in range(statement.count("?")))
        )
        assert any("ix_revisit_operator" in row[3] for row in wanted)
    assert db.session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("language", ["en", "lt", "ru", "zh-Hans"])
def test_it_speaks_the_language_of_its_reader(cast: Cast, language: str) -> None:
    a_revisit(cast)
    db.session.get_one(Account, cast.jonas.account_id).language = language
    db.session.commit()
    assert shown(a_feed(FeedKind.MINE, cast.jonas)) == ["Training, Service desk"]
