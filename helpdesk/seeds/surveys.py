"""The demo's satisfaction: who was asked how it was, what they said, and the low score that waits for somebody.

The facts of the quarter are gone through once more in their order: what was resolved or visited is decided upon, what
is due is sent, and some of the clients answer in their language. Stories say what their client answered; of the others
about a third answers something ordinary.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.times import pretending
from helpdesk.events import RevisitDone, TicketClosed, TicketResolved
from helpdesk.models.people import Contact
from helpdesk.models.satisfaction import QuestionForm, Survey, SurveyKind, SurveyState, Via
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor, ActorKind, contact_actor
from helpdesk.satisfaction import planning
from helpdesk.satisfaction.follow_ups import handle_low_score
from helpdesk.satisfaction.questions import NewQuestion, add_question
from helpdesk.satisfaction.sending import expire_surveys, send_due
from helpdesk.satisfaction.survey_settings import change_survey_settings, survey_settings
from helpdesk.satisfaction.voting import NewAnswer, answer_survey, waiting_surveys
from helpdesk.seeds.company import Company
from helpdesk.seeds.story import Rating, Story

ADMINISTRATOR, MANAGER, LEADS = "neringa", "robert", {1: "ausra", 2: "jurgita"}
WAITS = "ruta"  # who finds a question in the portal
REACTIONS = {
    TicketResolved.__name__: planning.plan_after_resolution, TicketClosed.__name__: planning.follow_closing,
    RevisitDone.__name__: planning.plan_after_visit,
}  # fmt: skip
ANSWERING = 0.4
SCORES = (5, 5, 5, 5, 4, 4, 4, 3, 2, 1)
NPS_SCORES = (10, 9, 9, 8, 7, 10, 6, 9, 4)
LEFT_OPEN = timedelta(hours=3)
# By language: praise, so so, blame.
SAID: Mapping[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    "en": (
        ("Quick, and she explained it so that I can do it myself next time.", "Solved before lunch. Thank you!", ""),
        ("It works, but I had to describe the same thing twice.", ""),
        ("Nobody told me that it would take until Thursday. We stood there with handwritten labels.",
         "Three people, three different answers."),
    ),
    "lt": (
        ("Labai operatyviai, ačiū!", "Viską paaiškino ramiai ir suprantamai.", ""),
        ("Išsprendė, bet teko priminti.", ""),
        ("Laukiau dvi dienas, kol kas nors atsiliepė.", "Problema po savaitės pasikartojo."),
    ),
    "ru": (
        ("Быстро и по делу, спасибо.", "Ирина всё объяснила и перезвонила, как обещала.", ""),
        ("Помогли, но пришлось звонить самому.", ""),
        ("Два дня касса не работала, и никто не предупредил.", "Отвечают шаблонами, не читая вопроса."),
    ),
    "zh-Hans": (
        ("回复很快，讲解清楚。", "工程师很专业，当天就解决了。", ""),
        ("解决了，但等的时间有点长。", ""),
        ("同样的问题说了三遍才有人处理。", "承诺上午来，下午才到。"),
    ),
}  # fmt: skip
SEEN_TO = ("Called and apologised; the spare part is kept in stock from now on.",
           "Spoke with them. They want to hear of a delay before they ask; agreed.",
           "Gone through the ticket together; the step that was missing is in the article now.")  # fmt: skip
LAST_WORDS = "I wrote three times that the till stands still, and each time I was asked for its serial number."


def ask_around(company: Company, stories: Sequence[Story], *, until: datetime) -> None:
    """Go through the quarter once more and let clients be asked and answer. Part of a larger activity."""
    _set_up(company, until)
    ratings = {(story.subject, company.contacts[story.contact].contact_id): story.rating for story in stories}
    clients = {actor.contact_id: actor for actor in company.contacts.values()}
    happened = db.session.scalars(select(Entry).where(Entry.fact.in_(REACTIONS)).order_by(Entry.at, Entry.id)).all()
    rounds = [until - timedelta(days=days) for days in (25, 12, 1)]
    for entry in happened:
        while rounds and rounds[0] <= entry.at:
            _plan_nps(rounds.pop(0))
        _send_until(entry.at)
        with pretending(entry.at):
            REACTIONS[entry.fact](entry)
        db.session.flush()
    for at in rounds:
        _plan_nps(at)
    _send_until(until)
    _answer(clients, ratings, company, until)
    _see_to(company, until)
    with pretending(until):
        expire_surveys(limit=10_000)


def _set_up(company: Company, until: datetime) -> None:
    administrator = company.staff[ADMINISTRATOR]
    with pretending(until - timedelta(days=95)):
        change_survey_settings({"pause_days": 10}, by=administrator)
        add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.SCORE, {
            "en": "How well did you understand our answer?", "lt": "Ar mūsų atsakymas buvo suprantamas?",
            "ru": "Насколько понятным был наш ответ?", "zh-Hans": "我们的回答是否清楚易懂？",
        }, position=1), by=administrator)  # fmt: skip
        add_question(NewQuestion(SurveyKind.NPS, QuestionForm.TEXT, {
            "en": "What should we do better?", "lt": "Ką turėtume daryti geriau?", "ru": "Что нам стоит улучшить?",
            "zh-Hans": "我们还能改进什么？",
        }, position=1), by=administrator)  # fmt: skip


def _plan_nps(at: datetime) -> None:
    _send_until(at)
    with pretending(at):
        planning.plan_nps()


def _send_until(at: datetime) -> None:
    """Send what was due up to an instant, each at its own."""
    query = select(Survey.due_at).where(Survey.state == SurveyState.PLANNED, Survey.due_at <= at)
    while (due := db.session.scalar(query.order_by(Survey.due_at).limit(1))) is not None:
        with pretending(due):
            send_due(limit=10)


def _answer(
    clients: Mapping[int, Actor], ratings: Mapping[tuple[str, int], Rating | None], company: Company, until: datetime
) -> None:  # fmt: skip
    """Some hours after the letter, in the order of the letters."""
    query = select(Survey).where(Survey.state == SurveyState.SENT, Survey.asked_with_id.is_(None))
    used: set[str] = set()
    for survey in db.session.scalars(query.order_by(Survey.sent_at, Survey.id)).all():
        contact = db.session.get(Contact, survey.contact_id or 0)
        client = clients.get(survey.contact_id or 0)
        if contact is None or client is None or survey.sent_at is None:
            continue
        chance = random.Random(f"satisfaction:{survey.kind}:{survey.ticket_id}:{contact.id}")  # noqa: S311
        at = survey.sent_at + timedelta(minutes=chance.randint(20, 1400))
        ticket = db.session.get(Ticket, survey.ticket_id) if survey.ticket_id is not None else None
        rating = ratings.get((ticket.subject, contact.id)) if ticket is not None else None
        if at >= until or (rating is None and chance.random() > ANSWERING and survey.kind is not SurveyKind.NPS):
            continue
        if client is company.contacts[WAITS] and until - at < survey_settings().expiry:
            continue
        by = client if client.kind is ActorKind.ACCOUNT else contact_actor(contact, kind=ActorKind.GUEST)
        via = _via(chance) if by is client else Via.LETTER
        with pretending(at):
            answer_survey(survey, _said(survey, rating, contact.language, chance, used), by=by, via=via)


def _said(
    survey: Survey, rating: Rating | None, language: str, chance: random.Random, used: set[str]
) -> NewAnswer:  # fmt: skip
    """What the story says, else something ordinary; nobody says the same as somebody else."""
    if survey.kind is SurveyKind.NPS:
        return NewAnswer(chance.choice(NPS_SCORES))
    if rating is not None:
        score, comment = rating.score, rating.comment
    else:
        score = chance.choice(SCORES)
        ordinary = SAID[language][0 if score > 3 else 1 if score == 3 else 2]
        comment = next((each for each in chance.sample(ordinary, len(ordinary)) if each not in used), "")
        used.add(comment)
    if chance.random() < 0.5 and survey.kind is SurveyKind.CSAT:
        return NewAnswer(score, {SurveyKind.CES: max(1, min(7, score + chance.randint(0, 2)))}, comment)
    return NewAnswer(score, comment=comment)


def _via(chance: random.Random) -> Via:
    return Via.LETTER if chance.random() < 0.8 else Via.PORTAL


def _see_to(company: Company, until: datetime) -> None:
    """Leads have talked to everybody who was not content but the last one, who has just answered."""
    low = db.session.scalars(
        select(Survey).where(Survey.kind != SurveyKind.NPS, Survey.state == SurveyState.ANSWERED, Survey.score <= 2)
        .order_by(Survey.answered_at)
    ).all()  # fmt: skip
    for number, survey in enumerate(low):
        if survey.answered_at is None or until - survey.answered_at < timedelta(days=2):
            continue
        lead = company.staff[LEADS.get(survey.line or 1, MANAGER)]
        with pretending(survey.answered_at + timedelta(hours=5)):
            handle_low_score(survey, SEEN_TO[number % len(SEEN_TO)], by=lead)
    for key, client in sorted(company.contacts.items()):
        if key == WAITS or client.language != "en" or client.kind is not ActorKind.ACCOUNT:
            continue
        waiting = [each for each in _waiting(client, until) if each.kind is SurveyKind.CSAT and each.line == 1]
        if waiting:
            with pretending(until - LEFT_OPEN):
                answer_survey(waiting[-1], NewAnswer(1, comment=LAST_WORDS), by=client, via=Via.LETTER)
            return


def _waiting(client: Actor, until: datetime) -> list[Survey]:
    with pretending(until - LEFT_OPEN):
        return waiting_surveys(for_=client, limit=50)
