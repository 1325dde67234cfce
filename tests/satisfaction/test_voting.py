"""The client's answer: one, changeable for a day, theirs alone; what follows from a low one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.jobs.worker import run_all
from helpdesk.models.claims import Claim
from helpdesk.models.duties import DutyKind
from helpdesk.models.people import Contact, Operator
from helpdesk.models.satisfaction import QuestionForm, Survey, SurveyKind, SurveyState, Via
from helpdesk.models.tickets import TicketType
from helpdesk.policy.actor import SYSTEM, Actor, ActorKind, contact_actor
from helpdesk.satisfaction.follow_ups import claim_from_answer, handle_low_score
from helpdesk.satisfaction.questions import NewQuestion, add_question, change_question
from helpdesk.satisfaction.reading import Narrowed, Tone, get_survey, list_answers, surveys_of_ticket
from helpdesk.satisfaction.voting import NewAnswer, answer_survey, erase_words, said_to, waiting_surveys
from helpdesk.tickets.duties import acknowledge_duty, duties_of, open_duty, sweep_duties
from helpdesk.tickets.queries import get_ticket
from tests.cast import Cast
from tests.satisfaction.asking import answered, asked, desk_asks

At = Callable[..., AbstractContextManager[None]]


def vote(survey: Survey, score: int, *, by: Actor, comment: str = "") -> Survey:
    return answer_survey(survey, NewAnswer(score, comment=comment), by=by, via=Via.PORTAL)


def facts(survey: Survey) -> list[str]:
    query = db.select(Entry.fact).where(Entry.subject_kind == "survey", Entry.subject_id == survey.id)
    return list(db.session.scalars(query.order_by(Entry.id)))


def test_an_answer_is_taken_and_can_be_changed_for_a_day(cast: Cast, at: At) -> None:
    desk_asks(cast)
    with at("2026-03-02 10:00"):
        survey = asked(cast)
        vote(survey, 3, by=cast.jonas, comment="So so.")
        vote(survey, 3, by=cast.jonas, comment="So so.")  # a second click
    with at("2026-03-03 09:59"):
        vote(survey, 5, by=cast.jonas, comment="Better than I thought.")
    with at("2026-03-03 10:00"), pytest.raises(Conflict) as refused:
        vote(survey, 1, by=cast.jonas)

    assert refused.value.code == "answered"
    assert (survey.score, survey.comment) == (5, "Better than I thought.")
    assert facts(survey) == ["SurveySent", "SurveyAnswered", "SurveyAnswerChanged"]


def test_what_is_over_is_not_answered_even_before_the_sweep(cast: Cast, at: At) -> None:
    desk_asks(cast, expiry_days=3)
    with at("2026-03-02 10:00"):
        survey = asked(cast)
    with at("2026-03-05 10:00"), pytest.raises(Conflict) as refused:
        vote(survey, 5, by=cast.jonas)
    assert refused.value.code == "survey_over"


def test_nobody_but_the_one_who_was_asked_answers(cast: Cast) -> None:
    desk_asks(cast)
    survey = asked(cast)
    for somebody in (cast.marek, cast.lena, cast.egle):
        with pytest.raises(NotFound):
            vote(survey, 5, by=somebody)
    for somebody in (cast.ona, cast.rasa, cast.vera, cast.petras, SYSTEM):
        with pytest.raises((Forbidden, NotFound)):
            vote(survey, 5, by=somebody)
    # an operator who came to be a contact, too; and one known by a mail address alone
    for somebody in (replace(cast.ona, contact_id=cast.jonas.contact_id), replace(cast.jonas, kind=ActorKind.CONTACT)):
        with pytest.raises(Forbidden):
            vote(survey, 5, by=somebody)
    assert survey.state is SurveyState.SENT


def test_who_resolved_it_does_not_rate_themselves_as_a_client(cast: Cast) -> None:
    desk_asks(cast)
    survey = asked(cast)
    contact = db.session.get_one(Contact, cast.jonas.contact_id)
    db.session.get_one(Operator, cast.ona.operator_id).email = contact.email
    db.session.commit()
    with pytest.raises(Forbidden):
        vote(survey, 5, by=contact_actor(contact, kind=ActorKind.GUEST))


def test_an_answer_needs_a_score_that_there_is_and_words_that_fit(cast: Cast) -> None:
    desk_asks(cast)
    survey = asked(cast)
    for new, names in (
        (NewAnswer(None), {"score"}), (NewAnswer(0), {"score"}), (NewAnswer(6), {"score"}),
        (NewAnswer(5, {SurveyKind.CES: 5}), {"ces"}), (NewAnswer(5, comment="x" * 2001), {"comment"}),
        (NewAnswer(5, answers={99: 1}), {"question-99"}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            answer_survey(survey, new, by=cast.jonas, via=Via.PORTAL)
        assert set(refused.value.errors) == names
    assert survey.state is SurveyState.SENT


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(votes=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 47)), min_size=1, max_size=6))
def test_whatever_is_sent_there_is_one_vote_a_cycle(cast: Cast, at: At, votes: list[tuple[int, int]]) -> None:
    desk_asks(cast, pause_days=0)
    with at("2026-03-02 10:00"):
        survey = asked(cast)
    expected, first = None, None
    for score, hour in sorted(votes, key=lambda each: each[1]):
        with at(f"2026-03-0{2 + (10 + hour) // 24} {(10 + hour) % 24:02}:00"):
            is_open = first is None or hour < first + 24
            try:
                vote(survey, score, by=cast.jonas)
                assert is_open
                expected, first = score, hour if first is None else first
            except Conflict:
                assert not is_open
    assert survey.score == expected
    assert facts(survey).count("SurveyAnswered") == 1
    query = db.select(db.func.count(Survey.id)).where(Survey.ticket_id == survey.ticket_id)
    assert db.session.scalar(query) == 1


def test_a_low_score_is_to_be_followed_up_by_the_lead_of_the_line(cast: Cast, at: At) -> None:
    desk_asks(cast, follow_up_minutes=60)
    with at("2026-03-02 10:00"):
        survey = answered(cast, 2, "It took a week.")
    duty = open_duty(DutyKind.LOW_SCORE, ("survey", survey.id))
    assert duty is not None
    assert (duty.owner_id, duty.ticket_id) == (cast.rasa.operator_id, survey.ticket_id)
    with at("2026-03-02 11:01"):
        sweep_duties()  # it goes up the ladder as every duty
    assert duty.told_id == cast.rasa.account_id
    with pytest.raises(Forbidden):
        handle_low_score(survey, "All well.", by=cast.ona)
    with pytest.raises(Invalid):
        handle_low_score(survey, " ", by=cast.rasa)
    handle_low_score(survey, "Called him; the spare part comes on Friday.", by=cast.rasa)
    assert duty.done_at is not None
    assert survey.handled_by == cast.rasa.account_id


@pytest.mark.parametrize(("score", "is_low"), [(1, True), (2, True), (3, False), (5, False)])
def test_only_a_low_score_is_followed_up(cast: Cast, score: int, is_low: bool) -> None:
    desk_asks(cast)
    survey = answered(cast, score)
    assert (open_duty(DutyKind.LOW_SCORE, ("survey", survey.id)) is not None) == is_low


def test_a_score_that_was_raised_needs_nobody_any_more_unless_somebody_began(cast: Cast) -> None:
    desk_asks(cast, pause_days=0)
    raised, begun = answered(cast, 1), answered(cast, 1)
    acknowledge_duty(_late(begun), by=cast.rasa)
    for survey in (raised, begun):
        vote(survey, 4, by=cast.jonas)
    assert open_duty(DutyKind.LOW_SCORE, ("survey", raised.id)) is None
    assert open_duty(DutyKind.LOW_SCORE, ("survey", begun.id)) is not None
    vote(raised, 1, by=cast.jonas)
    assert [duty.is_open for duty in duties_of(("survey", raised.id))] == [False, True]


def _late(survey: Survey) -> int:
    with time_machine.travel("2026-03-09 12:00+00:00", tick=False):
        sweep_duties()
    duty = open_duty(DutyKind.LOW_SCORE, ("survey", survey.id))
    assert duty is not None
    return duty.id


def test_a_manager_makes_one_claim_of_an_answer(cast: Cast) -> None:
    desk_asks(cast)
    survey = answered(cast, 1, "The <b>third</b> time.")
    for somebody in (cast.ona, cast.rasa):
        with pytest.raises(Forbidden):
            claim_from_answer(survey, by=somebody)
    ticket = claim_from_answer(survey, by=cast.vera)
    assert claim_from_answer(survey, by=cast.vera).id == ticket.id
    run_all()
    assert (ticket.type, ticket.requester_id) == (TicketType.CLAIM, cast.jonas.contact_id)
    assert db.session.scalar(db.select(db.func.count(Claim.id)).where(Claim.ticket_id == ticket.id)) == 1


def test_who_reads_what_clients_said(cast: Cast) -> None:
    desk_asks(cast, pause_days=0)
    of_ona, of_tomas = answered(cast, 5, "Quick!"), answered(cast, 1, "Slow!", line=2)

    def read(actor: Actor, **narrowed: object) -> set[int]:
        return {row.survey.id for row in list_answers(Narrowed(**narrowed), for_=actor).rows}  # type: ignore[arg-type]

    both = {of_ona.id, of_tomas.id}
    assert (read(cast.ona), read(cast.tomas)) == ({of_ona.id}, {of_tomas.id})
    assert read(cast.rasa) == {of_ona.id}  # who leads the first line
    assert read(cast.vera) == both
    assert read(cast.petras) == read(cast.giedrius) == read(cast.birute) == read(cast.marek) == set()
    assert read(cast.vera, tone=Tone.PRAISE) == {of_ona.id}
    assert read(cast.vera, tone=Tone.BLAME) == read(cast.vera, tone=Tone.TO_FOLLOW) == {of_tomas.id}
    assert read(cast.vera, kind=SurveyKind.NPS) == set()
    with pytest.raises(NotFound):
        get_survey(of_tomas.id, for_=cast.ona)
    ticket = get_ticket(f"T-{of_tomas.ticket_id}", for_=cast.ona)
    assert surveys_of_ticket(ticket, for_=cast.ona) == []
    assert [row.survey.comment for row in surveys_of_ticket(ticket, for_=cast.tomas)] == ["Slow!"]


def test_words_are_erased_and_the_score_stays(cast: Cast) -> None:
    desk_asks(cast)
    question = add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.TEXT, {"en": "What else?"}), by=cast.petras)
    survey = asked(cast)
    answer_survey(survey, NewAnswer(4, comment="I am Jonas.", answers={question.id: "Call me: 8 600"}), by=cast.jonas,
                  via=Via.PORTAL)  # fmt: skip
    with pytest.raises(Forbidden):
        erase_words(survey, by=cast.ona)
    erase_words(survey, by=cast.vera)
    erase_words(survey, by=cast.vera)
    assert (survey.score, survey.comment, said_to(survey)[question.id].text) == (4, "", "")
    assert facts(survey).count("SurveyWordsErased") == 1
    payloads = db.session.scalars(db.select(Entry.payload).where(Entry.subject_kind == "survey")).all()
    assert "Jonas" not in str(payloads)


def test_own_questions_are_asked_in_order_and_keep_their_form_once_answered(cast: Cast) -> None:
    desk_asks(cast)
    choices = ({"en": "Phone", "lt": "Telefonu"}, {"en": "Mail"})
    how = add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.CHOICE, {"en": "How did we talk?"}, choices, 2),
                       by=cast.petras, submission="k")  # fmt: skip
    assert add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.CHOICE, {"en": "How did we talk?"}, choices, 2),
                        by=cast.petras, submission="k").id == how.id  # fmt: skip
    add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.SCORE, {"en": "How clear were we?"}, position=1),
                 by=cast.petras)  # fmt: skip
    with pytest.raises(Forbidden):
        add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.TEXT, {"en": "?"}), by=cast.vera)
    for wrong, name in (
        (NewQuestion(SurveyKind.CSAT, QuestionForm.TEXT, {"lt": "Kas?"}), "words-en"),
        (NewQuestion(SurveyKind.CSAT, QuestionForm.CHOICE, {"en": "?"}, ({"en": "One"},)), "choices"),
    ):
        with pytest.raises(Invalid) as refused:
            add_question(wrong, by=cast.petras)
        assert set(refused.value.errors) == {name}
    survey = asked(cast)
    with pytest.raises(Invalid):
        answer_survey(survey, NewAnswer(5, answers={how.id: 2}), by=cast.jonas, via=Via.PORTAL)
    answer_survey(survey, NewAnswer(5, answers={how.id: 1}), by=cast.jonas, via=Via.PORTAL)
    assert said_to(survey)[how.id].choice == 1
    with pytest.raises(Conflict):
        change_question(how, NewQuestion(SurveyKind.CSAT, QuestionForm.TEXT, {"en": "How?"}), by=cast.petras)
    change_question(how, NewQuestion(SurveyKind.CSAT, QuestionForm.CHOICE, {"en": "By which way did we talk?"},
                                     choices, is_active=False), by=cast.petras)  # fmt: skip


def test_what_waits_is_shown_until_it_is_answered(cast: Cast) -> None:
    desk_asks(cast)
    survey = asked(cast)
    assert [row.id for row in waiting_surveys(for_=cast.jonas)] == [survey.id]
    assert waiting_surveys(for_=cast.lena) == waiting_surveys(for_=cast.ona) == []
    vote(survey, 5, by=cast.jonas)
    assert waiting_surveys(for_=cast.jonas) == []
