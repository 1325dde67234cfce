"""Major incidents: who flags, who leads, who is told when, what clients read, and when one is finished."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.problems import MajorIncident, MajorOccasion, ProblemState
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems.majors import (
    MajorState,
    NewMajor,
    News,
    declare_major,
    end_major,
    get_major,
    list_majors,
    notices_for,
    state_of,
    sweep_majors,
    take_major,
    update_major,
    updates_of,
)
from helpdesk.problems.problem_settings import change_problem_settings, ladder_minutes, problem_settings
from helpdesk.problems.problems import Step, move_problem
from helpdesk.problems.reviews import NewReview, hold_incident_review, hold_joint_review, reviews_of
from helpdesk.tickets.priority import flag_major
from tests.cast import Cast
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]
TEXTS = {"en": "Printing stands still. We are working on it.", "lt": "Spausdinimas sustojo."}


def a_major(cast: Cast, **values: object) -> MajorIncident:
    told: dict[str, object] = {"reason": "All printers", "texts": TEXTS, "product_id": cast.printer.id}
    return declare_major(a_ticket(cast), NewMajor(**(told | values)), by=cast.rasa)  # type: ignore[arg-type]


def told(major: MajorIncident) -> list[tuple[int, int]]:
    """(step, account) of everybody who was told, in order."""
    query = db.select(Entry).where(Entry.subject_kind == "major_incident", Entry.fact == "MajorTold")
    rows = db.session.scalars(query.where(Entry.subject_id == major.id).order_by(Entry.id))
    return [(row.payload["step"], row.payload["account_id"]) for row in rows]


def test_only_a_named_role_declares_one_and_a_ticket_is_one_at_most(cast: Cast) -> None:
    ticket = a_ticket(cast)
    for actor in (cast.ona, cast.tomas, cast.petras, cast.birute, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            declare_major(ticket, NewMajor("?", {}), by=actor)
    major = declare_major(ticket, NewMajor("All printers", TEXTS, submission="k"), by=cast.rasa)
    assert declare_major(ticket, NewMajor("All printers", TEXTS, submission="k"), by=cast.rasa) is major
    with pytest.raises(Conflict):
        declare_major(ticket, NewMajor("All printers", TEXTS), by=cast.vera)
    assert (ticket.is_major, state_of(major)) == (True, MajorState.RUNNING)
    assert major.next_update_at == now() + timedelta(minutes=problem_settings().update_minutes)
    run_all()  # the flag's own reaction finds it there
    assert db.session.scalar(db.select(db.func.count(MajorIncident.id))) == 1


def test_the_flag_begins_one_and_ends_it(cast: Cast) -> None:
    ticket = a_ticket(cast)
    flag_major(ticket, True, "Everybody calls", by=cast.vera)
    db.session.commit()
    run_all()
    [row] = list_majors(for_=cast.ona).rows
    assert (row.ticket, row.state, row.major.notices) == (ticket, MajorState.RUNNING, {})
    flag_major(ticket, False, "One client only", by=cast.vera)
    db.session.commit()
    run_all()
    assert list_majors(for_=cast.ona).rows[0].state is MajorState.REVIEW_DUE


def test_nobody_leads_it_so_it_climbs_day_and_night(cast: Cast, at: At) -> None:
    with at("2026-03-07 23:00"):  # Saturday night
        major = a_major(cast)
        assert sweep_majors() == 1
        assert told(major) == [(2, cast.rasa.account_id)]
        assert sweep_majors() == 0
    with at("2026-03-07 23:10"):
        sweep_majors()
        sweep_majors()
    assert told(major) == [(2, cast.rasa.account_id), (3, cast.vera.account_id)]
    with at("2026-03-07 23:20"):
        sweep_majors()
        assert major.tell_at is None


def test_who_leads_it_is_told_first_when_news_is_late(cast: Cast, at: At) -> None:
    with at("2026-03-02 10:00"):
        major = a_major(cast)
        take_major(major, cast.ona.account_id, by=cast.rasa)
        assert (major.occasion, major.tell_at) == (MajorOccasion.UPDATE_LATE, major.next_update_at)
        assert sweep_majors() == 0
    with at("2026-03-02 11:00"):
        sweep_majors()
        assert told(major) == [(1, cast.ona.account_id), (2, cast.rasa.account_id)]
        assert list_majors(for_=cast.ona).rows[0].is_late
    with at("2026-03-02 11:05"):
        update_major(major, News(TEXTS), by=cast.ona)
        assert sweep_majors() == 0
    assert len(told(major)) == 2


def test_the_letters_of_the_ladder_are_written(cast: Cast, config: object) -> None:
    a_major(cast)
    sweep_majors()
    db.session.commit()
    run_all()
    letters = [path.read_text() for path in config.mail_folder.glob("*.eml")]  # type: ignore[attr-defined]
    assert any("Major incident" in letter and "rasa@desk.example" in letter for letter in letters)


def test_clients_of_the_product_read_the_notice_and_others_do_not(cast: Cast, at: At) -> None:
    major = a_major(cast)
    [notice] = notices_for(cast.jonas, "lt")
    assert (notice.text, notice.language) == (TEXTS["lt"], "lt")
    assert notices_for(cast.jonas, "ru")[0].language == "en"
    assert [notices_for(actor, "en") for actor in (cast.marek, cast.ona)] == [[], []]
    everybody = a_major(cast, product_id=None)
    assert len(notices_for(cast.marek, "en")) == 1
    with queries(1, "notices"):
        assert len(notices_for(cast.jonas, "en")) == 2
    take_major(major, by=cast.rasa)
    for each in (major, everybody):
        end_major(each, News({"en": "It works again."}), by=cast.rasa)
    over = notices_for(cast.jonas, "lt")
    assert [(one.text, one.ended_at is not None, one.next_update_at) for one in over] == [
        ("It works again.", True, None)
    ] * 2
    with at("2026-03-04 09:00"):
        assert notices_for(cast.jonas, "lt") == []


def test_it_is_finished_when_its_review_was_held(cast: Cast) -> None:
    major = a_major(cast)
    review = NewReview(now().date(), "Ona, Rasa", "The roll was measured too late.", submission="r")
    with pytest.raises(Conflict):
        hold_incident_review(major, review, by=cast.rasa)
    with pytest.raises(Invalid, match="texts"):
        end_major(major, News({}), by=cast.rasa)
    for _click in range(2):
        end_major(major, News({"en": "It works again."}), by=cast.rasa)
    assert [row.state for row in list_majors(for_=cast.ona, state=MajorState.REVIEW_DUE).rows] == [
        MajorState.REVIEW_DUE
    ]
    with pytest.raises(Conflict):
        update_major(major, News(TEXTS), by=cast.rasa)
    assert hold_incident_review(major, review, by=cast.rasa) is hold_incident_review(major, review, by=cast.rasa)
    assert state_of(major) is MajorState.FINISHED
    assert [update.is_end for update in updates_of(major)] == [True, False]
    assert len(reviews_of(major)) == 1


def test_what_is_wrong_is_named(cast: Cast) -> None:
    major = a_major(cast)
    for values, name in (
        ({"reason": " "}, "reason"), ({"product_id": 10**6}, "product_id"), ({"problem_id": 10**6}, "problem_id"),
        ({"texts": {"en": "x" * 50_001}}, "text_en"), ({"next_update_at": now()}, "next_update_at"),
        ({"lead_id": cast.jonas.account_id}, "lead_id"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=name):
            a_major(cast, **values)
    with pytest.raises(Invalid, match="next_update_at"):
        update_major(major, News(TEXTS, now() + timedelta(days=400)), by=cast.rasa)
    with pytest.raises(Forbidden):
        update_major(major, News(TEXTS), by=cast.ona)
    for actor in (cast.jonas, cast.marek, cast.giedrius):
        with pytest.raises(NotFound):
            get_major(major.id, for_=actor)
    assert get_major(major.id, for_=SYSTEM) is major


def test_a_joint_review_needs_both_sides_and_lets_a_problem_close(cast: Cast) -> None:
    problem = a_problem(cast, ProblemState.FIXED)
    for new, name in (
        (NewReview(now().date(), "Ona", "Found"), "development_people"),
        (NewReview(now().date() + timedelta(days=2), "Ona", "Found", "Giedrius"), "held_on"),
        (NewReview(now().date(), " ", "", "Giedrius"), "service_people"),
    ):
        with pytest.raises(Invalid, match=name):
            hold_joint_review(problem, new, by=cast.ona)
    hold_joint_review(problem, NewReview(now().date(), "Ona", "Found", "Giedrius", "New test"), by=cast.ona)
    move_problem(problem, ProblemState.CLOSED, Step(), by=cast.ona)
    assert problem.state is ProblemState.CLOSED


def test_the_administrator_sets_windows_and_ladder(cast: Cast) -> None:
    change_problem_settings({"undo_seconds": 10, "major_ladder_minutes": "0 5 5"}, by=cast.petras)
    assert (problem_settings().undo_seconds, ladder_minutes("0 5 5")) == (10, [0, 5, 5])
    for wrong in ("0 5", "5 0 0", "a b c", "", "0 1 999999"):
        with pytest.raises(Invalid, match="major_ladder_minutes"):
            change_problem_settings({"major_ladder_minutes": wrong}, by=cast.petras)
    with pytest.raises(Forbidden):
        change_problem_settings({"undo_seconds": 10}, by=cast.rasa)
