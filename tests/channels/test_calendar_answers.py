"""Answers of calendars to our invitations, as programs send them: they count only from whom the revisit is for."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from helpdesk.aftersales.revisits import move_revisit, skip_revisit
from helpdesk.channels import email
from helpdesk.channels.base import MailOutcome
from helpdesk.core.db import db
from helpdesk.models.care import Revisit, RevisitState
from helpdesk.models.mail import MailResult
from helpdesk.models.tickets import Ticket
from tests.aftersales.test_letters import NINE
from tests.aftersales.test_revisits import THURSDAY, a_revisit, facts_of
from tests.cast import Cast

_ids = count(1)

CALENDAR = """\
BEGIN:VCALENDAR
PRODID:{prodid}
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:{method}
BEGIN:VEVENT
DTSTART:{starts}
DTEND:20260305T080000Z
DTSTAMP:20260302T081500Z
ORGANIZER;CN=Service desk:mailto:desk@desk.example
UID:{uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said};CN=Jonas:MAILTO:jonas@klinika.example
{more}SEQUENCE:{sequence}
STATUS:CONFIRMED
SUMMARY:Training\\, Service desk
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""

# Google: auto-submitted, three forms and the file once more as an attachment.
GOOGLE = """\
MIME-Version: 1.0
Reply-To: Jonas <{sender}>
Sender: Google Calendar <calendar-notification@google.com>
Auto-Submitted: auto-generated
Message-ID: <calendar-{number}@google.com>
Date: Mon, 02 Mar 2026 08:15:00 +0000
Subject: {verb}: Training @ Thu 5 Mar 2026 9am - 10am (EET) (Service desk)
From: Jonas <{sender}>
To: desk@desk.example
Content-Type: multipart/mixed; boundary="000000000000a1"

--000000000000a1
Content-Type: multipart/alternative; boundary="000000000000a2"

--000000000000a2
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes
Content-Transfer-Encoding: 7bit

Jonas has answered this invitation.

--000000000000a2
Content-Type: text/html; charset="UTF-8"

<p>Jonas has answered this invitation.</p>
--000000000000a2
Content-Type: text/calendar; charset="UTF-8"; method={method}

{calendar}
--000000000000a2--
--000000000000a1
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"

{calendar}
--000000000000a1--
"""
# Outlook: its own words in the body, the calendar in Base64 or plain beside it.
OUTLOOK = """\
From: Jonas <{sender}>
To: Service desk <desk@desk.example>
Subject: {verb}: Training, Service desk
Thread-Topic: Training, Service desk
Date: Mon, 2 Mar 2026 08:15:00 +0000
Message-ID: <DB7PR{number}@eurprd01.prod.outlook.example>
Content-Language: en-GB
X-MS-Has-Attach:
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="_000_DB7PR_"

--_000_DB7PR_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

{words}

--_000_DB7PR_
Content-Type: text/calendar; charset="utf-8"; method={method}
Content-Transfer-Encoding: 8bit

{calendar}
--_000_DB7PR_--
"""
# Apple: a mixed mail with a sentence and the file.
APPLE = """\
From: Jonas <{sender}>
Content-Type: multipart/mixed; boundary="Apple-Mail=_1"
Mime-Version: 1.0 (Mac OS X Mail 16.0)
Subject: {verb}: Training, Service desk
Message-Id: <{number}-9F1C@klinika.example>
Date: Mon, 2 Mar 2026 10:15:00 +0200
To: desk@desk.example

--Apple-Mail=_1
Content-Type: multipart/alternative; boundary="Apple-Mail=_2"

--Apple-Mail=_2
Content-Type: text/plain; charset=us-ascii

{words}
--Apple-Mail=_2
Content-Type: text/calendar; charset=utf-8; method={method}; name=iCal.ics
Content-Disposition: inline; filename=iCal.ics

{calendar}
--Apple-Mail=_2--
--Apple-Mail=_1--
"""
PROGRAMS = {"google": GOOGLE, "outlook": OUTLOOK, "apple": APPLE}


def answer(
    program: str, revisit: Revisit, said: str, *, sender: str = "jonas@klinika.example", words: str = "", **given: Any
) -> MailOutcome:  # fmt: skip
    known = {"prodid": f"-//{program}//EN", "method": "REPLY", "starts": "20260305T070000Z", "more": "",
             "uid": f"{revisit.uid}@desk.example", "sequence": revisit.sequence, "said": said} | given  # fmt: skip
    raw = PROGRAMS[program].format(
        sender=sender, number=next(_ids), verb=said.capitalize(), method=known["method"], words=words,
        calendar=CALENDAR.format(**known),
    )  # fmt: skip
    return email.receive(raw.replace("\n", "\r\n").encode())


@pytest.fixture
def revisit(cast: Cast) -> Revisit:
    return a_revisit(cast, starts_at=NINE)


def tickets() -> int:
    return db.session.query(Ticket).count()


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_acceptance_confirms_once(revisit: Revisit, program: str) -> None:
    for _twice in range(2):
        assert answer(program, revisit, "ACCEPTED") == MailOutcome(MailResult.REPLY, None, "visit_accepted")
    assert revisit.state is RevisitState.CONFIRMED and facts_of(revisit).count("RevisitConfirmed") == 1
    assert tickets() == 0


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("said", ["DECLINED", "TENTATIVE"])
def test_a_refusal_asks_for_another_time(revisit: Revisit, program: str, said: str) -> None:
    outcome = answer(program, revisit, said, more="COMMENT:Rather on Friday\\, please\r\n")
    assert outcome.reason == f"visit_{said.lower()}"
    assert (revisit.state, revisit.asked_words) == (RevisitState.PLANNED, "Rather on Friday, please")


def test_words_of_people_are_kept_and_those_of_programs_are_not(revisit: Revisit) -> None:
    answer("outlook", revisit, "DECLINED", words="We are closed that week.")
    assert revisit.asked_words == "We are closed that week."
    answer("google", revisit, "DECLINED")
    assert revisit.asked_words == "The calendar of the client says: declined."


def test_a_counter_proposal_says_when(revisit: Revisit) -> None:
    outcome = answer("outlook", revisit, "TENTATIVE", method="COUNTER", starts="20260306T100000Z", words="Better so")
    assert outcome.reason == "visit_countered"
    assert revisit.asked_words == "Better so\nProposed from the calendar: Fri 6 Mar 12:00"


def test_an_answer_to_the_old_time_says_nothing_of_the_new_one(cast: Cast, revisit: Revisit) -> None:
    follows = move_revisit(revisit, THURSDAY.replace(day=6), reason="Snow", by=cast.ona)
    assert answer("google", revisit, "ACCEPTED").reason == "visit_has_another_time"
    assert follows.state is RevisitState.PLANNED
    fresh = {"sequence": follows.sequence, "starts": "20260306T070000Z"}
    assert answer("google", follows, "ACCEPTED", **fresh).reason == "visit_accepted"
    skip_revisit(follows, "Snow again", by=cast.ona)
    assert answer("apple", follows, "ACCEPTED", **fresh).reason == "visit_is_over"
    assert tickets() == 0


@pytest.mark.parametrize("sender", ["marek@strangers.example", "egle@klinika.example", "lena@klinika.example",
                                    "jonas@evil.example"])  # fmt: skip
def test_nobody_else_answers_by_mail(revisit: Revisit, sender: str) -> None:
    outcome = answer("outlook", revisit, "ACCEPTED", sender=sender, words="Yes")
    assert outcome.result is MailResult.CREATED and tickets() == 1
    assert answer("google", revisit, "ACCEPTED", sender=sender) == MailOutcome(MailResult.IGNORED, None, "auto_reply")
    assert revisit.state is RevisitState.PLANNED


@pytest.mark.parametrize("uid", ["forged@desk.example", "{uid}@evil.example", "{uid}", "", "x" * 3000])
def test_a_forged_name_is_an_ordinary_mail(revisit: Revisit, uid: str) -> None:
    outcome = answer("apple", revisit, "ACCEPTED", uid=uid.format(uid=revisit.uid), words="Yes")
    assert outcome.result is MailResult.CREATED and revisit.state is RevisitState.PLANNED


def test_what_programs_write_badly_breaks_nothing(revisit: Revisit) -> None:
    for given in ({"sequence": "many"}, {"starts": "whenever"}, {"method": "REPLY\r\nMETHOD:REQUEST"}):
        assert answer("outlook", revisit, "ACCEPTED", **given).result in (MailResult.REPLY, MailResult.CREATED)
