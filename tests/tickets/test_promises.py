"""The register of promises: what becomes of an agreed time, and who is told."""

from __future__ import annotations

import email
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email import policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Forbidden, Invalid
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.people import Contact
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import Status, Ticket
from helpdesk.people.duty import NewAbsence, plan_absence
from helpdesk.policy.actor import Actor
from helpdesk.tickets.agreed_times import promise_time
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.desk import change_settings
from helpdesk.tickets.duties import duties_of, sweep_duties
from helpdesk.tickets.promises import (
    NewPromise,
    hand_promise,
    keep_promise,
    make_promise,
    move_promise,
    sweep_promises,
    withdraw_promise,
)
from helpdesk.tickets.resolution import cancel_ticket, resolve_ticket
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]
VILNIUS = ZoneInfo("Europe/Vilnius")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VILNIUS)


def a_promise(
    cast: Cast, since: str = "2026-03-03 10:00", until: str = "2026-03-03 12:00", *, ticket: Ticket | None = None,
    what: str = "Call back", by: Actor | None = None,
) -> Promise:  # fmt: skip
    """Made on Monday at nine, for Tuesday from ten to twelve unless said otherwise."""
    ticket = ticket or a_ticket(cast)
    return make_promise(ticket, NewPromise(what, moment(since), moment(until)), by=by or cast.ona)


def ticket_of(promise: Promise) -> Ticket:
    return db.session.get_one(Ticket, promise.ticket_id)


def tells(promise: Promise) -> list[str]:
    """What happened to promises of the ticket, in order."""
    return [name for name in facts(ticket_of(promise)) if name.startswith("Promise")]


def letters(config: Config) -> list[tuple[str, str]]:
    """Subject and text of every letter sent, in order."""
    found = []
    for path in sorted(Path(config.mail_folder).glob("*.eml"), key=lambda each: each.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        found.append((str(message["Subject"]), body.get_content() if body else ""))
    return found


@pytest.mark.parametrize(
    ("kept_at", "state"),
    [
        ("2026-03-02 09:00", PromiseState.KEPT),  # earlier than promised
        ("2026-03-03 10:00", PromiseState.KEPT),
        ("2026-03-03 12:00", PromiseState.KEPT),  # the end of the window is inside
        ("2026-03-03 12:00:01", PromiseState.LATE),
        ("2026-03-04 12:00", PromiseState.LATE),  # the last instant of the grace
        ("2026-03-04 12:00:01", None),
    ],
)
def test_kept_late_or_broken_by_when_it_was_done(cast: Cast, at: At, kept_at: str, state: PromiseState | None) -> None:
    promise = a_promise(cast)
    with at(kept_at):
        if state is None:
            with pytest.raises(Conflict):
                keep_promise(promise, by=cast.ona)
            sweep_promises()
        else:
            keep_promise(promise, by=cast.ona)
            keep_promise(promise, by=cast.ona)  # a double click
            sweep_promises()

    assert promise.state is (state or PromiseState.BROKEN)
    assert tells(promise) == ["PromiseMade", "PromiseKept" if state else "PromiseBroken"]
    assert promise.outcome_at == (moment(kept_at) if state else moment("2026-03-04 12:00"))
    assert [duty.is_open for duty in duties_of(("promise", promise.id))] == [False]


def test_done_in_time_and_said_later_is_kept(cast: Cast, at: At) -> None:
    promise = a_promise(cast)
    with at("2026-03-03 16:00"):
        for wrong in (moment("2026-03-02 08:59"), moment("2026-03-03 16:01")):
            with pytest.raises(Invalid) as refused:
                keep_promise(promise, by=cast.ona, at=wrong)
            assert list(refused.value.errors) == ["kept_at"]
        keep_promise(promise, by=cast.ona, at=moment("2026-03-03 11:00"))
    assert promise.state is PromiseState.KEPT


@pytest.mark.parametrize(
    ("moved_at", "state", "told"),
    [
        ("2026-03-03 09:59:59", PromiseState.MOVED, ["PromiseMade", "PromiseMoved"]),
        ("2026-03-03 10:00", PromiseState.BROKEN, ["PromiseMade", "PromiseBroken", "PromiseMoved"]),
        ("2026-03-03 12:00:01", PromiseState.BROKEN, ["PromiseMade", "PromiseBroken", "PromiseMoved"]),
    ],
)
def test_told_before_the_window_it_is_moved_with_notice_else_broken(
    cast: Cast, at: At, config: Config, moved_at: str, state: PromiseState, told: list[str]
) -> None:
    promise = a_promise(cast)
    with at(moved_at):
        for _click in range(2):
            following = move_promise(
                promise, moment("2026-03-05 14:00"), moment("2026-03-05 14:00"), "A flat tyre", by=cast.ona
            )
        run_all()
        with pytest.raises(Conflict):
            move_promise(promise, moment("2026-03-06 14:00"), moment("2026-03-06 14:00"), "Again", by=cast.ona)
        keep_promise(following, by=cast.ona)

    assert (promise.state, promise.moved_to_id, tells(promise)) == (state, following.id, [*told, "PromiseKept"])
    assert (following.state, following.owner_id) == (PromiseState.KEPT, cast.ona.operator_id)
    [(subject, text)] = [each for each in letters(config) if "Call back" in each[0]]
    assert ticket_of(promise).number in subject
    for words in ("A flat tyre", "Thursday, 5 March 2026, 14:00", "Tuesday, 3 March 2026, 10:00–12:00"):
        assert words in text
    assert ("tell you before it comes" in text) is (state is PromiseState.MOVED)


def test_what_lapsed_may_be_agreed_on_anew_and_stays_broken(cast: Cast, at: At) -> None:
    promise = a_promise(cast)
    with at("2026-03-05 09:00"):
        while sweep_promises():
            pass
        following = move_promise(promise, moment("2026-03-06 10:00"), moment("2026-03-06 10:00"), "Ill", by=cast.ona)
    assert (promise.state, promise.moved_to_id) == (PromiseState.BROKEN, following.id)
    assert tells(promise) == ["PromiseMade", "PromiseBroken", "PromiseMoved"]


def test_a_colleague_keeps_it_and_the_client_is_told_why(cast: Cast, config: Config) -> None:
    promise = a_promise(cast)
    for _click in range(2):
        hand_promise(promise, cast.tomas.operator_id, "Ona has to be in Kaunas", by=cast.ona)
    run_all()

    assert (promise.owner_id, promise.made_by_id) == (cast.tomas.operator_id, cast.ona.operator_id)
    assert tells(promise) == ["PromiseMade", "PromiseHandedOver"]
    [(_subject, text)] = [each for each in letters(config) if "Somebody else" in each[0]]
    assert "Ona promised you" in text
    assert "Tomas does it instead" in text
    assert "Ona has to be in Kaunas" in text
    assert [duty.owner_id for duty in duties_of(("promise", promise.id))] == [cast.tomas.operator_id]


def test_the_absents_promises_go_to_the_substitute_with_a_note(cast: Cast, at: At, config: Config) -> None:
    during, after = a_promise(cast), a_promise(cast, "2026-03-09 10:00", "2026-03-09 10:00", what="Visit")
    plan_absence(
        NewAbsence(cast.ona.operator_id, cast.rasa.operator_id, moment("2026-03-03 00:00"), moment("2026-03-07 00:00")),
        by=cast.rasa,
    )
    while sweep_promises():
        pass
    run_all()

    assert (during.owner_id, after.owner_id) == (cast.rasa.operator_id, cast.ona.operator_id)
    [(_subject, text)] = [each for each in letters(config) if "Somebody else" in each[0]]
    assert "Ona is away then; Rasa does it instead" in text
    with at("2026-03-04 09:00"):  # and who gets it meanwhile is the substitute, too
        hand_promise(after, cast.tomas.operator_id, "Ask Tomas", by=cast.rasa)
        hand_promise(after, cast.ona.operator_id, "Back", by=cast.rasa)
        assert after.owner_id == cast.ona.operator_id  # she is back by then


def test_a_client_may_change_their_mind_before_its_time_is_over(cast: Cast, at: At) -> None:
    one, other = a_promise(cast), a_promise(cast, what="Visit")
    with at("2026-03-03 12:00"):
        for _click in range(2):
            withdraw_promise(one, "It works again", by=cast.ona)
    with at("2026-03-03 12:01"), pytest.raises(Conflict):
        withdraw_promise(other, "It works again", by=cast.ona)
    assert (one.state, other.state) == (PromiseState.WITHDRAWN, PromiseState.PLANNED)
    with pytest.raises(Conflict):
        keep_promise(one, by=cast.ona)


def test_a_withdrawn_ticket_needs_no_promise_any_more(cast: Cast) -> None:
    promise = a_promise(cast)
    cancel_ticket(ticket_of(promise), "Found it", by=cast.jonas)
    run_all()
    assert (promise.state, promise.reason) == (PromiseState.WITHDRAWN, "Found it")


def test_a_promise_that_is_late_climbs_the_ladder_of_duties(cast: Cast, at: At) -> None:
    promise = a_promise(cast)
    with at("2026-03-03 13:00"):  # after lunch
        sweep_duties()
    [duty] = duties_of(("promise", promise.id))
    assert (duty.step, duty.due_at, duty.organisation_id) == (1, moment("2026-03-03 12:00"), cast.klinika.id)


def test_the_grace_is_the_desks(cast: Cast, at: At) -> None:
    change_settings({"promise_grace_minutes": 0}, by=cast.petras)
    promise = a_promise(cast)
    with at("2026-03-03 12:00"):
        sweep_promises()
        assert promise.state is PromiseState.PLANNED
    with at("2026-03-03 12:00:01"):
        sweep_promises()
    assert promise.state is PromiseState.BROKEN


def test_a_time_in_place_of_a_clocks_stands_in_the_same_register(cast: Cast, at: At) -> None:
    ticket = a_ticket(cast, status=Status.OPEN)
    for day in ("2026-03-12 12:00", "2026-03-13 12:00"):
        promise_time(ticket, "resolution", moment(day), note="By phone.", consent=True, by=cast.ona)
    first, second = db.session.scalars(db.select(Promise).order_by(Promise.id))
    assert (first.state, first.moved_to_id, second.state) == (PromiseState.MOVED, second.id, PromiseState.PLANNED)
    with pytest.raises(Conflict):
        keep_promise(second, by=cast.ona)
    with at("2026-03-12 15:00"):
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)
    assert (second.state, second.outcome_at) == (PromiseState.KEPT, moment("2026-03-12 15:00"))


def test_what_is_wrong_is_named_and_nothing_is_written(cast: Cast) -> None:
    ticket = a_ticket(cast)
    later, past = moment("2026-03-03 10:00"), moment("2026-03-02 08:00")
    for wrong, field in (
        (NewPromise(" ", later, later), "what"), (NewPromise("x" * 251, later, later), "what"),
        (NewPromise("Call", past, later), "until_at"),
        (NewPromise("Call", later, later - timedelta(hours=1)), "until_at"),
        (NewPromise("Call", later, later + timedelta(days=800)), "until_at"),
        (NewPromise("Call", later, later, owner_id=9999), "owner_id"),
        (NewPromise("Call", later, later, owner_id=cast.giedrius.operator_id), "owner_id"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            make_promise(ticket, wrong, by=cast.ona)
        assert list(refused.value.errors) == [field]
    promise = a_promise(cast, ticket=ticket)
    for change in (
        lambda: move_promise(promise, later + timedelta(days=1), later + timedelta(days=1), " ", by=cast.ona),
        lambda: hand_promise(promise, cast.tomas.operator_id, "", by=cast.ona),
        lambda: withdraw_promise(promise, "", by=cast.ona),
        lambda: move_promise(promise, promise.from_at, promise.until_at, "Why", by=cast.ona),
        lambda: hand_promise(promise, cast.giedrius.operator_id, "Why", by=cast.ona),
    ):
        with pytest.raises(Invalid):
            change()
    assert (promise.state, tells(promise)) == (PromiseState.PLANNED, ["PromiseMade"])


def test_who_has_no_address_must_be_told_first(cast: Cast) -> None:
    promise = a_promise(cast)
    db.session.get_one(Contact, promise.contact_id).email = None
    db.session.commit()
    with pytest.raises(Invalid) as refused:
        hand_promise(promise, cast.tomas.operator_id, "Ill", by=cast.ona)
    assert list(refused.value.errors) == ["told"]
    hand_promise(promise, cast.tomas.operator_id, "Ill", by=cast.ona, told=True)
    assert promise.owner_id == cast.tomas.operator_id


def test_who_may_do_what(cast: Cast) -> None:
    ticket = a_ticket(cast)
    for stranger in (cast.jonas, cast.lena, cast.marek, cast.giedrius, cast.petras, cast.birute):
        with pytest.raises(Forbidden):
            a_promise(cast, ticket=ticket, by=stranger)
    promise = a_promise(cast, ticket=ticket)
    for stranger in (cast.jonas, cast.lena, cast.marek, cast.giedrius, cast.petras, cast.birute):
        with pytest.raises(Forbidden):
            keep_promise(promise, by=stranger)
    keep_promise(promise, by=cast.tomas)  # a colleague picked up the phone


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letters_are_written_in_every_language(cast: Cast, config: Config, language: str) -> None:
    promise = a_promise(cast)
    ticket_of(promise).language = language
    db.session.commit()
    hand_promise(promise, cast.tomas.operator_id, "Kaunas", by=cast.ona)
    move_promise(promise, moment("2026-03-05 14:00"), moment("2026-03-05 16:00"), "Vilnius", by=cast.tomas)
    run_all()
    told = [text for subject, text in letters(config) if "Call back" in subject]
    assert len(told) == 2
    assert any("Kaunas" in text for text in told)
    assert any("14:00–16:00 (Europe/Vilnius)" in text for text in told)


def test_the_clocks_going_forward_moves_no_promise(cast: Cast, at: At) -> None:
    with at("2026-03-28 12:00"):
        promise = a_promise(cast, "2026-03-29 04:00", "2026-03-29 04:00")  # an hour after the clocks went forward
    with at("2026-03-29 01:00", tz="UTC"):
        keep_promise(promise, by=cast.ona)
    assert promise.state is PromiseState.KEPT


STEPS = ("keep", "move", "hand", "withdraw", "wait", "sweep")


@given(life=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_each_promise_has_one_outcome(cast: Cast, at: At, life: list[tuple[str, int]]) -> None:
    promises, hour = [a_promise(cast)], 0
    for step, number in life:
        hour += number if step == "wait" else 0
        with at(f"{moment('2026-03-02 09:00') + timedelta(hours=hour):%Y-%m-%d %H:%M}"):
            before, promise = promises[-1].state, promises[-1]
            until = now() + timedelta(hours=number + 1)
            try:
                if step == "keep":
                    keep_promise(promise, by=cast.ona)
                elif step == "move":
                    promises.append(move_promise(promise, until, until, "Why", by=cast.ona))
                elif step == "hand":
                    hand_promise(promise, (cast.ona, cast.tomas)[number % 2].operator_id, "Why", by=cast.ona)
                elif step == "withdraw":
                    withdraw_promise(promise, "Why", by=cast.ona)
                elif step == "sweep":
                    sweep_promises()
            except DomainError:
                db.session.refresh(promise)
            # what was said of a promise is never taken back
            assert before is PromiseState.PLANNED or promise.state is before
    outcomes: dict[int, list[str]] = {each.id: [] for each in promises}
    ends = ("PromiseKept", "PromiseBroken", "PromiseWithdrawn")
    for entry in db.session.scalars(db.select(Entry).where(Entry.subject_id == promises[0].ticket_id)):
        if entry.fact in ends or entry.payload.get("in_time"):
            outcomes[entry.payload["promise_id"]].append(entry.fact)
    for each in promises:
        assert len(outcomes[each.id]) == int(not each.is_open)
        assert len([duty for duty in duties_of(("promise", each.id)) if duty.is_open]) == int(each.is_open)
        assert (each.outcome_at is None) == each.is_open
