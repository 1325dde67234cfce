"""Who is asked, who is not and why; when; and that it is one letter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
import time_machine

from helpdesk.aftersales.outcomes import NewOutcome, record_outcome
from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.people import BuyingRole, Contact, ContactRole, Operator, Organisation
from helpdesk.models.satisfaction import NotAsked, Survey, SurveyKind, SurveyState, Via
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.satisfaction.planning import plan_nps, quarter_of
from helpdesk.satisfaction.sampling import is_drawn, sample_point
from helpdesk.satisfaction.sending import sweep_expired, sweep_surveys
from helpdesk.satisfaction.voting import NewAnswer, answer_survey
from helpdesk.tickets.conversation import NewCall, NewMessage, receive_reply, register_call
from helpdesk.tickets.intake import NewTicket
from helpdesk.tickets.linking import merge_tickets
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.resolution import (
    accept_resolution,
    cancel_ticket,
    close_silent,
    reopen_ticket,
    resolve_ticket,
    undo_reopening,
)
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.factories import a_ticket
from tests.satisfaction.asking import answered, asked, desk_asks, of_kind, resolved, surveys_of

At = Callable[..., AbstractContextManager[None]]
Letters = Callable[[], list[EmailMessage]]


@pytest.fixture
def letters(config: Config) -> Letters:
    """The questions that lie in the mail folder, the first first."""

    def named() -> list[EmailMessage]:
        files = sorted(config.mail_folder.glob("*survey*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]

    return named


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_a_resolution_is_asked_about_after_the_delay_by_one_letter(cast: Cast, letters: Letters, at: At) -> None:
    desk_asks(cast, delay_minutes=1440)
    with at("2026-03-02 10:00"):
        ticket = resolved(cast)
        assert sweep_surveys() == 0
    with at("2026-03-03 10:00"):
        for _again in range(3):
            sweep_surveys()
            run_all()

    [survey] = surveys_of(ticket)
    [letter] = letters()
    assert (survey.state, survey.kind, survey.cycle) == (SurveyState.SENT, SurveyKind.CSAT, 1)
    assert (survey.operator_id, survey.team_id, survey.line) == (cast.ona.operator_id, cast.desk.id, 1)
    assert (survey.organisation_id, survey.contact_id) == (cast.klinika.id, cast.jonas.contact_id)
    assert letter["To"] == "Jonas <jonas@klinika.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert text_of(letter).count("?score=") == 5


def test_satisfaction_and_effort_are_asked_in_one_letter_and_counted_each(cast: Cast, letters: Letters) -> None:
    desk_asks(cast, ces_on=True)
    survey = asked(cast)

    effort = of_kind(db.session.get_one(Ticket, survey.ticket_id), SurveyKind.CES)
    assert len(letters()) == 1
    assert effort.asked_with_id == survey.id
    answer_survey(survey, NewAnswer(4, {SurveyKind.CES: 7}), by=cast.jonas, via=Via.LETTER)
    assert [(each.score, each.state) for each in (survey, effort)] == [(4, "answered"), (7, "answered")]


def test_a_ticket_that_is_resolved_again_is_a_second_cycle(cast: Cast, at: At) -> None:
    desk_asks(cast, pause_days=0)
    with at("2026-03-02 10:00"):
        survey = answered(cast, 2)
        ticket = db.session.get_one(Ticket, survey.ticket_id)
    with at("2026-03-03 10:00"):
        reopen_ticket(ticket, "It is back.", by=cast.jonas)
        resolve_ticket(ticket, NewMessage("A new head."), by=cast.ona)
        run_all()
        sweep_surveys()

    assert [(each.cycle, each.state) for each in surveys_of(ticket)] == [(1, "answered"), (2, "sent")]


def test_what_was_reopened_before_it_was_due_is_not_asked_about(cast: Cast, letters: Letters, at: At) -> None:
    desk_asks(cast, delay_minutes=1440)
    with at("2026-03-02 10:00"):
        ticket = resolved(cast)
    with at("2026-03-02 15:00"):
        reopen_ticket(ticket, "It is back.", by=cast.jonas)
    with at("2026-03-03 10:00"):
        sweep_surveys()
        run_all()

    [survey] = surveys_of(ticket)
    assert (survey.state, survey.reason) == (SurveyState.NOT_SENT, NotAsked.REOPENED)
    assert letters() == []


def test_of_two_resolutions_before_the_letter_the_second_is_asked_about(cast: Cast, at: At) -> None:
    desk_asks(cast, delay_minutes=1440)
    with at("2026-03-02 10:00"):
        ticket = resolved(cast)
    with at("2026-03-02 15:00"):
        reopen_ticket(ticket, "It is back.", by=cast.jonas)
        resolve_ticket(ticket, NewMessage("A new head."), by=cast.ona)
        run_all()
    with at("2026-03-03 16:00"):
        sweep_surveys()

    assert [(s.cycle, s.state, s.reason) for s in surveys_of(ticket)] == [
        (1, "not_sent", "reopened"), (2, "sent", None)
    ]  # fmt: skip


def test_a_reopening_that_was_not_genuine_changes_nothing(cast: Cast, at: At) -> None:
    desk_asks(cast, delay_minutes=1440)
    with at("2026-03-02 10:00"):
        ticket = resolved(cast)
    with at("2026-03-02 15:00"):
        receive_reply(ticket, NewMessage("Out of office until Monday."), by=cast.jonas, channel=Channel.EMAIL)
        undo_reopening(ticket, "A machine wrote.", by=cast.rasa)
    with at("2026-03-03 10:00"):
        sweep_surveys()

    assert [(s.cycle, s.state) for s in surveys_of(ticket)] == [(1, "sent")]


def test_a_merged_or_cancelled_ticket_is_not_asked_about(cast: Cast, at: At) -> None:
    desk_asks(cast, delay_minutes=1440)
    with at("2026-03-02 10:00"):
        merged, cancelled, into = resolved(cast), resolved(cast, requester=cast.egle), a_ticket(cast)
        for ticket in (merged, cancelled):
            reopen_ticket(ticket, "It is back.", by=cast.ona)
        merge_tickets(merged, into, by=cast.ona)
        cancel_ticket(cancelled, "Not wanted", by=cast.ona)
        resolve_ticket(into, NewMessage("Done."), by=cast.ona)
        run_all()
    with at("2026-03-03 10:00"):
        sweep_surveys()

    assert [each.reason for each in surveys_of(merged)] == [NotAsked.MERGED]
    assert [each.reason for each in surveys_of(cancelled)] == [NotAsked.CANCELLED]
    assert [each.state for each in surveys_of(into)] == [SurveyState.SENT]  # one request, one question


def test_a_spoken_resolution_is_asked_about_and_an_imported_one_never(cast: Cast) -> None:
    desk_asks(cast)
    call = NewCall(NewTicket("Password", "Forgotten", requester_id=cast.jonas.contact_id), "Reset.", is_resolved=True)
    ticket = register_call(call, by=cast.ona, channel=Channel.PHONE)
    run_all()
    sweep_surveys()

    [survey] = surveys_of(ticket)
    assert (survey.state, survey.channel) == (SurveyState.SENT, Channel.PHONE)


def test_what_silence_closed_is_kept_apart(cast: Cast, at: At) -> None:
    desk_asks(cast, pause_days=0)
    with at("2026-03-02 10:00"):
        silent, accepted = asked(cast), asked(cast, requester=cast.egle)
        accept_resolution(get_ticket(f"T-{accepted.ticket_id}", for_=cast.egle), by=cast.egle)
    with at("2026-03-12 10:00"):
        close_silent()
        run_all()
        db.session.expire_all()

    assert (silent.closed_by_silence, accepted.closed_by_silence) == (True, False)
    assert silent.state is SurveyState.SENT


def test_the_desk_may_leave_out_what_silence_closed(cast: Cast, at: At) -> None:
    desk_asks(cast, delay_minutes=43_200, ask_after_silence=False)
    with at("2026-03-02 10:00"):
        ticket = resolved(cast)
    with at("2026-03-12 10:00"):
        close_silent()
        run_all()
    with at("2026-04-02 10:00"):
        sweep_surveys()

    assert [each.reason for each in surveys_of(ticket)] == [NotAsked.SILENCE]


def test_nobody_is_asked_twice_within_the_pause_whatever_it_is_about(cast: Cast, at: At) -> None:
    desk_asks(cast)
    with at("2026-03-02 10:00"):
        first, second = resolved(cast), resolved(cast)
        others = resolved(cast, requester=cast.egle)
        sweep_surveys()
        revisit = a_revisit(cast)
    with at("2026-03-05 15:00"):
        record_outcome(revisit, NewOutcome("All is well."), by=cast.ona)
        run_all()
        sweep_surveys()
    with at("2026-04-02 10:00"):  # 31 days later
        later = resolved(cast)
        sweep_surveys()

    assert [each.state for each in surveys_of(first)] == [SurveyState.SENT]
    assert [each.reason for each in surveys_of(second)] == [NotAsked.PAUSED]
    assert [each.state for each in surveys_of(others)] == [SurveyState.SENT]
    assert [each.state for each in surveys_of(later)] == [SurveyState.SENT]
    about_visit = db.session.scalars(db.select(Survey).where(Survey.kind == SurveyKind.REVISIT)).one()
    assert about_visit.reason is NotAsked.PAUSED


def test_what_was_said_at_a_revisit_is_the_answer_and_makes_a_pause(cast: Cast, letters: Letters, at: At) -> None:
    desk_asks(cast)
    with at("2026-03-05 15:00"):
        revisit = a_revisit(cast)
        record_outcome(revisit, NewOutcome("All is well.", satisfaction=5, worked_minutes=60), by=cast.tomas)
        run_all()
        ticket = resolved(cast)
        sweep_surveys()
        run_all()

    said = db.session.scalars(db.select(Survey).where(Survey.kind == SurveyKind.REVISIT)).one()
    assert (said.state, said.score, said.via) == (SurveyState.ANSWERED, 5, Via.SPOKEN)
    assert (said.operator_id, said.organisation_id) == (cast.tomas.operator_id, cast.klinika.id)
    assert [each.reason for each in surveys_of(ticket)] == [NotAsked.PAUSED]
    # the visit's own ticket is not asked about once more
    assert surveys_of(db.session.get_one(Ticket, revisit.ticket_id)) == [said]
    assert letters() == []


def test_nobody_of_the_desks_own_people_is_asked(cast: Cast) -> None:
    desk_asks(cast)
    contact = db.session.get_one(Contact, cast.jonas.contact_id)
    db.session.get_one(Operator, cast.tomas.operator_id).email = contact.email.upper()
    db.session.commit()

    assert [each.reason for each in surveys_of(resolved(cast))] == [NotAsked.ONE_OF_US]


def test_who_has_no_address_is_counted_as_not_asked(cast: Cast) -> None:
    desk_asks(cast)
    db.session.get_one(Contact, cast.egle.contact_id).email = None
    db.session.commit()

    assert [each.reason for each in surveys_of(resolved(cast, requester=cast.egle))] == [NotAsked.NO_ADDRESS]


def test_who_is_drawn_depends_on_the_occasion_alone(cast: Cast) -> None:
    points = [sample_point("csat", "ticket", n, 1) for n in range(4_000)]
    assert points == [sample_point("csat", "ticket", n, 1) for n in range(4_000)]
    assert abs(sum(is_drawn(point, 30) for point in points) / 4_000 - 0.3) < 0.03
    assert all(is_drawn(point, 50) for point in points if is_drawn(point, 30))
    assert not any(is_drawn(point, 0) for point in points)
    assert all(is_drawn(point, 100) for point in points)

    desk_asks(cast, csat_percent=0)
    [survey] = surveys_of(resolved(cast))
    assert (survey.reason, survey.sample_percent) == (NotAsked.NOT_SAMPLED, 0)
    assert survey.sample_point == sample_point("csat", "ticket", survey.ticket_id, 1)


def test_no_question_is_sent_in_the_readers_night(cast: Cast, at: At) -> None:
    desk_asks(cast, quiet_hours="20:00-08:00")
    db.session.get_one(Contact, cast.jonas.contact_id).timezone = "Asia/Shanghai"
    db.session.commit()
    with at("2026-03-02 16:00"):  # 22:00 where Jonas is
        ticket = resolved(cast)
        sweep_surveys()
    [survey] = surveys_of(ticket)
    assert survey.state is SurveyState.PLANNED
    assert survey.due_at == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)  # 8:00 there

    with at("2026-03-03 15:00"):  # the worker stood still until 21:00 there
        sweep_surveys()
        assert surveys_of(ticket)[0].state is SurveyState.PLANNED
    with at("2026-03-04 02:00"):
        sweep_surveys()
        assert surveys_of(ticket)[0].state is SurveyState.SENT


def test_after_a_long_standstill_nobody_is_asked_about_what_is_long_past(cast: Cast, at: At) -> None:
    desk_asks(cast)
    with at("2026-03-02 10:00"):
        ticket = resolved(cast)
    with at("2026-05-02 10:00"):
        sweep_surveys()
    assert [each.reason for each in surveys_of(ticket)] == [NotAsked.TOO_LATE]


def test_what_is_switched_off_meanwhile_is_not_sent(cast: Cast) -> None:
    desk_asks(cast)
    ticket = resolved(cast)
    desk_asks(cast, csat_on=False)
    sweep_surveys()
    assert [each.reason for each in surveys_of(ticket)] == [NotAsked.SWITCHED_OFF]
    assert surveys_of(resolved(cast)) == []


def test_what_nobody_answers_in_time_is_over(cast: Cast, at: At) -> None:
    desk_asks(cast, expiry_days=3)
    with at("2026-03-02 10:00"):
        survey = asked(cast)
    with at("2026-03-05 09:59"):
        assert sweep_expired() == 0
    with at("2026-03-05 10:00"):
        assert sweep_expired() == 1
        assert sweep_expired() == 0
    assert survey.state is SurveyState.EXPIRED


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(SurveyKind))
def test_the_letter_renders_in_the_readers_language(
    cast: Cast, letters: Letters, language: str, kind: SurveyKind
) -> None:
    desk_asks(cast, csat_on=kind is SurveyKind.CSAT, ces_on=kind is SurveyKind.CES, nps_on=kind is SurveyKind.NPS)
    contact = db.session.get_one(Contact, cast.jonas.contact_id)
    contact.language = language
    contact.is_supervisor = True
    db.session.get_one(Organisation, cast.klinika.id).created_at = now() - timedelta(days=200)
    db.session.commit()
    if kind is SurveyKind.NPS:
        db.session.get_one(Contact, cast.lena.contact_id).is_supervisor = False
        db.session.commit()
        _on_the_day_of(cast)
    elif kind is SurveyKind.REVISIT:
        record_outcome(a_revisit(cast), NewOutcome("Done"), by=cast.ona)
        run_all()
        sweep_surveys()
        run_all()
    else:
        asked(cast)

    [letter] = letters()
    assert letter["Content-Language"] == language
    scores = {"csat": 5, "ces": 7, "nps": 11, "revisit": 5}[kind.value]
    for part in ("plain", "html"):
        assert text_of(letter, part).count("?score=") == scores
        assert "%(" not in text_of(letter, part)


def _on_the_day_of(cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 6, 29, 9, 0, tzinfo=UTC), tick=False):
        plan_nps()
        sweep_surveys()
        run_all()


def test_an_organisation_is_asked_once_a_quarter_whether_it_would_recommend_us(cast: Cast, at: At) -> None:
    desk_asks(cast, nps_on=True)
    db.session.add(ContactRole(contact_id=cast.egle.contact_id, role=BuyingRole.DECIDER))
    for each in db.session.scalars(db.select(Organisation)):
        each.created_at = datetime(2026, 1, 1, tzinfo=UTC)
    db.session.commit()

    asked_of = []
    for day in ("2026-03-20 10:00", "2026-03-21 10:00", "2026-06-20 10:00", "2026-09-20 10:00"):
        with at(day):
            plan_nps()
            plan_nps()
            sweep_surveys()
            run_all()
            rows = db.session.scalars(db.select(Survey).where(Survey.organisation_id == cast.klinika.id)
                                      .order_by(Survey.id)).all()  # fmt: skip
            asked_of.append([(row.cycle, row.contact_id, row.state.value) for row in rows])

    lena, egle = cast.lena.contact_id, cast.egle.contact_id
    assert asked_of[0] == asked_of[1] == [(20261, lena, "sent")]
    assert [row[:2] for row in asked_of[3]] == [(20261, lena), (20262, egle), (20263, lena)]  # in turn
    of_strangers = db.session.scalars(db.select(Survey).where(Survey.organisation_id == cast.strangers.id)).all()
    assert {row.reason for row in of_strangers} == {NotAsked.NO_ADDRESS}  # nobody there supervises or decides


def test_whoever_rests_is_asked_later_in_the_quarter_or_kept_as_resting(cast: Cast, at: At) -> None:
    desk_asks(cast, nps_on=True, pause_days=90)
    db.session.get_one(Organisation, cast.klinika.id).created_at = datetime(2026, 1, 1, tzinfo=UTC)
    db.session.commit()
    with at("2026-03-02 10:00"):
        asked(cast, requester=cast.lena)
    query = db.select(Survey).where(Survey.kind == SurveyKind.NPS, Survey.organisation_id == cast.klinika.id)
    with at("2026-03-20 10:00"):
        plan_nps()
        assert db.session.scalars(query).all() == []
    with at("2026-03-28 10:00"):
        plan_nps()
    assert [row.reason for row in db.session.scalars(query)] == [NotAsked.PAUSED]


def test_quarters_begin_and_end_where_they_should() -> None:
    assert quarter_of(date(2026, 1, 1)) == (20261, date(2026, 1, 1), date(2026, 4, 1))
    assert quarter_of(date(2026, 12, 31)) == (20264, date(2026, 10, 1), date(2027, 1, 1))


def test_wrong_settings_are_named(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        desk_asks(cast, quiet_hours="at night", nps_readers="boss", pause_days=1)
    assert set(refused.value.errors) == {"quiet_hours", "nps_readers"}
    with pytest.raises(Invalid) as refused:
        desk_asks(cast, csat_percent=101)
    assert set(refused.value.errors) == {"csat_percent"}


def test_what_it_is_counted_by_is_of_the_resolution(cast: Cast) -> None:
    desk_asks(cast)
    ticket = a_ticket(cast, line=2, status=Status.RESOLVED, product_id=cast.printer.id)
    run_all()
    [survey] = surveys_of(ticket)
    counted = (survey.team_id, survey.line, survey.operator_id, survey.product_id, survey.priority, survey.ticket_type)
    assert counted == (cast.field.id, 2, cast.tomas.operator_id, cast.printer.id, ticket.priority, ticket.type)
