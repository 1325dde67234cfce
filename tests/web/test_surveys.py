"""The pages of surveys: a GET never votes, one vote, strangers find nothing; what the desk reads of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import event

from helpdesk.core.db import db
from helpdesk.core.tokens import sign
from helpdesk.models.access import Account
from helpdesk.models.satisfaction import QuestionForm, Survey, SurveyKind, SurveyQuestion, SurveyState, Via
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.satisfaction.questions import NewQuestion, add_question
from helpdesk.satisfaction.survey_settings import survey_settings
from helpdesk.satisfaction.voting import NewAnswer, answer_survey
from tests.cast import Cast
from tests.page import Client, Page
from tests.satisfaction.asking import answered, asked, desk_asks, link_of, resolved, surveys_of

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]


def again(survey: Survey) -> Survey:
    db.session.expire_all()
    return db.session.get_one(Survey, survey.id)


@pytest.fixture
def survey(cast: Cast) -> Survey:
    desk_asks(cast, ces_on=True, pause_days=0)
    found = asked(cast)
    db.session.rollback()
    return found


def test_a_program_that_follows_every_link_of_the_letter_votes_for_nothing(app: Flask, survey: Survey) -> None:
    visitor = Client(app)
    for score in (None, 1, 2, 3, 4, 5, 99):
        path = link_of(survey, score)
        visitor.get(path)
        for method in ("HEAD", "OPTIONS"):
            with app.app_context():
                assert visitor.client.open(path, method=method).status_code == 200
    assert (again(survey).state, survey.score) == (SurveyState.SENT, None)
    assert 'name="robots" content="noindex"' in visitor.get(link_of(survey)).html


def test_nothing_is_chosen_beforehand_and_the_clicked_score_is_proposed(app: Flask, survey: Survey) -> None:
    visitor = Client(app)
    assert "score" not in visitor.get(link_of(survey)).form("/answer").fields
    assert "score" not in visitor.get(link_of(survey, 99)).form("/answer").fields
    form = visitor.get(link_of(survey, 4)).form("/answer")
    assert form.fields["score"] == "4"
    assert "ces" not in form.fields


def test_whoever_has_the_letter_answers_without_signing_in_and_changes_it(app: Flask, survey: Survey) -> None:
    visitor = Client(app)
    page = visitor.get(link_of(survey, 4))
    page = visitor.submit(page.form("/answer"), ces="6", comment="Quick & <b>kind</b>.")
    assert "Your answer: 4 of 5." in page.text
    assert "You can change it until" in page.text
    assert "<b>kind" not in page.html
    visitor.submit(page.form("/answer"), score="5")
    found = again(survey)
    assert (found.score, found.comment, found.via) == (5, "Quick & <b>kind</b>.", Via.LETTER)
    assert [row.score for row in surveys_of(db.session.get_one(Ticket, survey.ticket_id))] == [5, 6]


def test_a_wrong_answer_keeps_the_words(app: Flask, survey: Survey) -> None:
    visitor = Client(app)
    page = visitor.get(link_of(survey))
    for score in (None, "0", "6", "-7", "many", "9" * 400):
        back = visitor.submit(page.form("/answer"), score=score, comment="What I meant")
        assert back.status == 422, score
        assert back.form("/answer").fields["comment"] == "What I meant"
    assert again(survey).state is SurveyState.SENT


def test_after_a_day_the_answer_stands_and_after_its_time_the_question_is_over(
    app: Flask, survey: Survey, cast: Cast, at: At
) -> None:
    visitor = Client(app)
    with at("2026-03-02 10:00"):
        form = visitor.submit(visitor.get(link_of(survey, 3)).form("/answer")).form("/answer")
        path = link_of(survey)
        other = asked(cast)
        late = visitor.get(link_of(other, 2)).form("/answer")
    with at("2026-03-03 10:01"):
        page = visitor.get(path)
        assert "It stands." in page.text
        assert page.forms == [f for f in page.forms if not f.action.endswith("/answer")]
        assert visitor.submit(form, score="1").status == 422
    with at("2026-03-16 10:01"):
        assert "The time to answer has passed" in visitor.get(link_of(other)).text
        assert visitor.submit(late).status == 422
    assert again(survey).score == 3
    assert again(other).score is None


def test_a_forged_or_foreign_link_opens_nothing(app: Flask, survey: Survey, cast: Cast) -> None:
    visitor = Client(app)
    path = link_of(survey)
    for token in (
        "x",
        path.rpartition("/")[2][:-3] + "abc",
        sign("revisit", [survey.id, cast.jonas.contact_id]),
        sign("survey", [survey.id, cast.marek.contact_id]),
        sign("survey", [10**6, cast.jonas.contact_id]),
    ):
        assert "This link is over" in visitor.get(f"/portal/surveys/answers/{token}", 404).text


@pytest.mark.parametrize("who", ["ona", "rasa", "vera", "petras"])
def test_nobody_of_the_staff_answers_by_the_link(survey: Survey, browser_of: BrowserOf, app: Flask, who: str) -> None:
    form = Client(app).get(link_of(survey, 5)).form("/answer")
    browser = browser_of(who)
    page = browser.get(link_of(survey, 5), 403)
    assert "nobody rates themselves" in page.text
    with app.app_context():
        sent = browser.client.post(form.action, data=form.fields | {"csrf_token": _csrf(browser)})
    assert sent.status_code == 403
    assert again(survey).state is SurveyState.SENT


def _csrf(browser: Client) -> str:
    return browser.get("/account").html.split('name="csrf-token" content="')[1].split('"')[0]


@pytest.mark.parametrize("who", ["marek", "lena", "egle"])
def test_no_other_client_answers(survey: Survey, browser_of: BrowserOf, who: str) -> None:
    browser = browser_of(who)
    browser.get(link_of(survey, 5), 404)
    browser.get(f"/portal/surveys/{survey.id}", 404)


def test_what_waits_is_on_the_first_page_of_the_portal_and_on_the_request(
    survey: Survey, browser_of: BrowserOf
) -> None:
    jonas = browser_of("jonas")
    home = jonas.get("/portal/")
    assert "How was it?" in home.text
    page = jonas.get(f"/portal/tickets/T-{survey.ticket_id}")
    page = jonas.get(page.links["Tell us in one minute"])
    page = jonas.submit(page.form("/answer"), score="5")
    assert "Thank you. We have your answer." in page.text
    assert "How was it?" not in jonas.get("/portal/").text
    assert again(survey).via is Via.PORTAL


def test_own_questions_are_asked_in_the_readers_language(survey: Survey, cast: Cast, app: Flask) -> None:
    words = {"en": "How did we talk?", "lt": "Kaip kalbėjomės?"}
    how = add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.CHOICE, words, ({"en": "Phone"}, {"en": "Mail"})),
                       by=cast.petras)  # fmt: skip
    text = add_question(NewQuestion(SurveyKind.CES, QuestionForm.TEXT, {"en": "2 + 2?"}), by=cast.petras)
    visitor = Client(app)
    page = visitor.get(link_of(survey))
    assert "How did we talk?" in page.text
    refused = visitor.submit(page.form("/answer"), score="5", **{f"question-{how.id}": "7"})
    assert refused.status == 422
    page = visitor.submit(page.form("/answer"), score="5", **{f"question-{how.id}": "1", f"question-{text.id}": "4"})
    fields = page.form("/answer").fields
    assert (fields[f"question-{how.id}"], fields[f"question-{text.id}"]) == ("1", "4")


def test_the_operator_reads_praise_and_blame_of_their_own_work(cast: Cast, browser_of: BrowserOf) -> None:
    desk_asks(cast, pause_days=0)
    praise, blame = answered(cast, 5, "So quick!"), answered(cast, 1, "So <i>slow</i>!")
    of_tomas = answered(cast, 1, "Nobody came.", line=2)
    ona = browser_of("ona")
    text = ona.get("/console/answers").text
    assert "So quick!" in text and "So <i>slow</i>!" in text and "Nobody came." not in text
    assert "So quick!" not in ona.get("/console/answers?view=blame").text
    assert "So <i>slow</i>!" not in ona.get("/console/answers?view=praise&kind=csat").text
    ona.get(f"/console/answers/{of_tomas.id}", 404)
    assert "Nobody came." in browser_of("vera").get("/console/answers?view=to_follow").text
    page = ona.get(f"/console/answers/{praise.id}")
    assert "5 of 5" in page.heading
    ticket = ona.get(f"/console/tickets/T-{blame.ticket_id}")
    fragment = ona.get(ticket.links["Show what the client said"], headers={"HX-Request": "true"})
    assert "So <i>slow</i>!" in fragment.text
    assert "What the client said about" in ona.get(ticket.links["Show what the client said"]).heading
    for name in ("giedrius",):
        assert "So quick!" not in browser_of(name).get("/console/answers").text
    birute = browser_of("birute")
    birute.get("/console/answers", 403)
    for name in ("jonas", "marek"):
        browser_of(name).get("/console/answers", 404)


def test_the_list_costs_the_same_for_many_answers(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    desk_asks(cast, pause_days=0)
    vera = browser_of("vera")
    answered(cast, 5)
    few = _queries(app, vera)
    for score in (1, 2, 3, 4, 5):
        answered(cast, score, "Words", requester=cast.egle, by=cast.egle)
    assert _queries(app, vera) == few


def _queries(app: Flask, browser: Client) -> int:
    counted: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            counted.append(statement)

    browser.get("/console/answers")
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        browser.get("/console/answers")
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(counted)


def test_a_low_score_is_a_task_that_the_lead_sees_to(cast: Cast, browser_of: BrowserOf) -> None:
    desk_asks(cast)
    survey = answered(cast, 1, "Never again.")
    rasa = browser_of("rasa")
    duties = rasa.get("/console/duties")
    assert "Talk to a client who was not content" in duties.text
    page = rasa.get(f"/console/answers/{survey.id}")
    assert "Make a claim of it" not in page.text
    refused = rasa.submit(page.form("/handling"), note=" ")
    assert refused.status == 422
    page = rasa.submit(page.form("/handling"), note="Called; all is well.")
    assert "Called; all is well." in page.text
    assert "Talk to a client who was not content" not in rasa.get("/console/duties").text
    page = browser_of("ona").get(f"/console/answers/{survey.id}")
    assert not [form for form in page.forms if form.action.endswith(("/handling", "/claim", "/erasure"))]


def test_the_manager_makes_a_claim_of_it_and_erases_words(cast: Cast, browser_of: BrowserOf) -> None:
    desk_asks(cast)
    survey = answered(cast, 1, "Broken for the third time.")
    vera = browser_of("vera")
    page = vera.submit(vera.get(f"/console/answers/{survey.id}").form("/claim"))
    assert "Broken for the third time." in page.text
    claim = db.session.get_one(Ticket, again(survey).claim_ticket_id)
    page = vera.get(f"/console/answers/{survey.id}")
    assert claim.number in page.links
    page = vera.submit(page.form("/erasure"))
    assert "Broken for the third time." not in page.text
    assert (again(survey).comment, survey.score) == ("", 1)


def test_the_administrator_sets_how_clients_are_asked(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = petras.get("/console/settings")
    page = petras.submit(page.form("/settings/surveys"), quiet_hours="", pause_days="45", nps_on=None)
    assert "The settings are changed." in page.text
    assert (survey_settings().pause_days, survey_settings().quiet_hours, survey_settings().nps_on) == (45, "", False)
    refused = petras.submit(page.form("/settings/surveys"), quiet_hours="late", low_csat="x")
    assert refused.status == 422
    refused = petras.submit(page.form("/settings/surveys"), quiet_hours="late")
    assert "Write two times of the day" in refused.text
    browser_of("vera").get("/console/survey-questions", 403)


def test_the_administrator_adds_and_changes_a_question_once(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    form = petras.get("/console/survey-questions").form("/survey-questions")
    values = {"asked_with": "csat", "answered_by": "choice", "words-en": "How did we talk?",
              "words-lt": "Kaip kalbėjomės?", "choices-en": "Phone\nMail", "choices-lt": "Telefonu\nPaštu"}  # fmt: skip
    refused = petras.submit(form, **values | {"words-en": ""})
    assert refused.status == 422 and refused.form("/survey-questions").fields["words-lt"] == "Kaip kalbėjomės?"
    for _twice in range(2):
        page = petras.submit(form, **values)
        assert "How did we talk?" in page.text
    [question] = db.session.scalars(db.select(SurveyQuestion))
    assert question.choices == [{"en": "Phone", "lt": "Telefonu"}, {"en": "Mail", "lt": "Paštu"}]
    page: Page = petras.get(f"/console/survey-questions/{question.id}")
    petras.submit(page.form(f"/{question.id}"), is_active=None, position="7")
    db.session.expire_all()
    assert (question.is_active, question.position) == (False, 7)


def test_who_was_made_staff_cannot_answer_in_their_old_name(survey: Survey, cast: Cast, browser_of: BrowserOf) -> None:
    jonas = browser_of("jonas")
    form = jonas.get(f"/portal/surveys/{survey.id}").form("/answer")
    account = db.session.get_one(Account, cast.ona.account_id)
    account.email = "x@desk.example"
    db.session.flush()
    db.session.get_one(Account, cast.ona.account_id).email = "jonas2@klinika.example"
    from helpdesk.models.people import Contact

    db.session.get_one(Contact, cast.jonas.contact_id).email = "Jonas2@klinika.example"
    db.session.commit()
    assert jonas.submit(form, score="5").status == 403
    assert again(survey).state is SurveyState.SENT


def test_the_api_actor_of_a_client_answers_like_the_client(survey: Survey, cast: Cast) -> None:
    actor: Actor = cast.jonas
    assert answer_survey(survey, NewAnswer(5), by=actor, via=Via.API).via is Via.API
    assert resolved(cast).number
