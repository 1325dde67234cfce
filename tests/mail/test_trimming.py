"""Replies as mail programs write them, in the languages that they write."""

from __future__ import annotations

import json
import lzma
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.mail.trimming import MARKER, MARKERS, trim_reply

ANSWER = "Ačiū, dabar veikia.\n\nPagarbiai\nJonas"
QUOTED = "> Labas,\n> ar jau veikia?\n>\n> Ona\n"
UNQUOTED = "Labas,\nar jau veikia?\n\nOna\n"

ATTRIBUTIONS = """
2024-03-05, an, 10:15 Ona Kazlauskė <ona@desk.lt> rašė:
2024-03-05 10:15, Ona Kazlauskė rašė:
2024-03-05 10:15 GMT+02:00 Ona Kazlauskė <ona@desk.lt>:
2024 m. kovo 5 d., 10:15, Ona Kazlauskė <ona@desk.lt> rašė:
вт, 5 мар. 2024 г. в 10:15, Она <ona@desk.lt>:
5 марта 2024 г., в 10:15, Она <ona@desk.lt> написал(а):
05.03.2024 10:15, Она пишет:
Вторник, 5 марта 2024, 10:15 +03:00 от Она <ona@desk.lt>:
05.03.2024, 10:15, "Она" <ona@desk.lt>:
вт, 5 бер. 2024 р. о 10:15 Она <ona@desk.lt> пише:
在 2024年3月5日，10:15，Ona <ona@desk.lt> 写道：
Ona <ona@desk.lt> 于2024年3月5日周二 10:15写道：
在 2024-03-05 10:15:00，"Ona" <ona@desk.lt> 写道：
Ona <ona@desk.lt> 於 2024年3月5日 週二 上午10:15寫道：
2024年3月5日(火) 10:15 Ona <ona@desk.lt>:
2024년 3월 5일 (화) 오전 10:15, Ona <ona@desk.lt>님이 작성:
Am 05.03.24 um 10:15 schrieb Ona Kazlauskė:
Am Di., 5. März 2024 um 10:15 Uhr schrieb Ona Kazlauskė <ona@desk.lt>:
Ona Kazlauskė <ona@desk.lt> schrieb am Di. 5. März 2024 um 10:15:
Le 05/03/2024 à 10:15, Ona a écrit :
Le mar. 5 mars 2024 à 10:15, Ona <ona@desk.lt> a écrit :
El mar, 5 mar 2024 a las 10:15, Ona (<ona@desk.lt>) escribió:
Il giorno mar 5 mar 2024 alle ore 10:15 Ona <ona@desk.lt> ha scritto:
W dniu 5.03.2024 o 10:15, Ona pisze:
wt., 5 mar 2024 o 10:15 Ona <ona@desk.lt> napisał(a):
Op di 5 mrt 2024 om 10:15 schreef Ona <ona@desk.lt>:
Em ter., 5 de mar. de 2024 às 10:15, Ona <ona@desk.lt> escreveu:
Ona <ona@desk.lt> escreveu no dia terça, 5/03/2024 à(s) 10:15:
út 5. 3. 2024 v 10:15 odesílatel Ona <ona@desk.lt> napsal:
Den tis 5 mars 2024 kl 10:15 skrev Ona <ona@desk.lt>:
tir. 5. mar. 2024 kl. 10.15 skrev Ona <ona@desk.lt>:
ti 5. maalisk. 2024 klo 10.15 Ona (ona@desk.lt) kirjoitti:
Ona kirjoitti 5.3.2024 klo 10.15:
otrd., 2024. g. 5. marts, plkst. 10:15 — lietotājs Ona (<ona@desk.lt>) rakstīja:
Ona <ona@desk.lt> kirjutas kuupäeval T, 5. märts 2024 kell 10:15:
Ona <ona@desk.lt> ezt írta (időpont: 2024. márc. 5., K, 10:15):
5 Mar 2024 Sal, 10:15 tarihinde Ona <ona@desk.lt> şunu yazdı:
mar., 5 mar. 2024 la 10:15, Ona <ona@desk.lt> a scris:
On Tue, Mar 5, 2024 at 10:15 AM Ona <ona@desk.lt> wrote:
On Tuesday, March 5, 2024 at 10:15:00 AM GMT+2, Ona <ona@desk.lt> wrote:
Ona wrote on 05.03.2024 10:15:
---- On Tue, 05 Mar 2024 10:15:00 +0200 Ona <ona@desk.lt> wrote ---
"Ona Kazlauskė" <ona@desk.lt> wrote:
*On Tue, Mar 5, 2024 at 10:15 AM Ona <ona@desk.lt> wrote:*
""".strip().split("\n")

HEADINGS = """
Nuo: Ona <ona@desk.lt> | Išsiųsta: 2024 m. kovo 5 d. 10:15 | Kam: Jonas <jonas@k.lt> | Tema: T-1
От: Она <ona@desk.lt> | Отправлено: 5 марта 2024 г. 10:15 | Кому: Йонас | Тема: T-1
发件人: Ona <ona@desk.lt> | 发送时间: 2024年3月5日 10:15 | 收件人: Jonas | 主题: T-1
发件人： "Ona"<ona@desk.lt>; | 发送时间： 2024年3月5日(星期二) 10:15 | 收件人： "Jonas"<j@k.lt>; | 主题： T-1
Von: Ona <ona@desk.lt> | Gesendet: Dienstag, 5. März 2024 10:15 | An: Jonas | Cc: Rasa | Betreff: T-1
De : Ona <ona@desk.lt> | Envoyé : mardi 5 mars 2024 10:15 | À : Jonas | Objet : T-1
De: Ona <ona@desk.lt> | Enviado el: martes, 5 de marzo de 2024 10:15 | Para: Jonas | Asunto: T-1
Da: Ona <ona@desk.lt> | Inviato: martedì 5 marzo 2024 10:15 | A: Jonas | Oggetto: T-1
Od: Ona <ona@desk.lt> | Wysłane: wtorek, 5 marca 2024 10:15 | Do: Jonas | DW: Rasa | Temat: T-1
Van: Ona <ona@desk.lt> | Verzonden: dinsdag 5 maart 2024 10:15 | Aan: Jonas | Onderwerp: T-1
De: Ona <ona@desk.lt> | Enviada em: terça-feira, 5 de março de 2024 10:15 | Para: Jonas | Assunto: T-1
Od: Ona <ona@desk.lt> | Odesláno: úterý 5. března 2024 10:15 | Komu: Jonas | Předmět: T-1
Från: Ona <ona@desk.lt> | Skickat: den 5 mars 2024 10:15 | Till: Jonas | Ämne: T-1
Lähettäjä: Ona <ona@desk.lt> | Lähetetty: tiistai 5. maaliskuuta 2024 | Vastaanottaja: Jonas | Aihe: T-1
*From:* Ona <ona@desk.lt> | *Sent:* Tuesday, March 5, 2024 10:15 | *To:* Jonas; Rasa; | Tomas | *Subject:* T-1
From: Ona | Date: Tue, 5 Mar 2024 at 10:15 | Subject: T-1 | To: Jonas
""".strip().split("\n")

SENT_FROM = """
Sent from my iPhone
Sent from my TI-85
Sent from Yahoo Mail on Android
Sent from my cell, please excuse any typos.
Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10
Išsiųsta iš mano iPhone
Отправлено с iPhone
Отправлено из мобильной Почты Mail.ru
发自我的iPhone
從我的 iPhone 傳送
Von meinem iPhone gesendet
Envoyé de mon iPhone
Enviado desde mi iPhone
Inviato da iPhone
Wysłane z iPhone'a
Verstuurd vanaf mijn iPhone
Enviado do meu iPhone
Odesláno z iPhonu
Skickat från min iPhone
Lähetetty iPhonesta
Get Outlook for Android<https://aka.ms/AAb9ysg>
Obtenez Outlook pour iOS
Outlook for iOS beziehen
Gauti „Outlook“, skirtą „Android“
""".strip().split("\n")

NOT_TO_BE_CUT = [
    "Sent from my desk, is much easier then my mobile phone.",
    "Sent mail to Bob yesterday.",
    "The parcel was sent from our warehouse.",
    "I use Outlook for Android.",
    "On Monday I wrote to you, but nobody answered.",
    "On 5 May 2024 John wrote that the printer fails:\nit is out of paper.",
    "From: Vilnius\nTo: Kaunas\nDate: 5 May",
    "2024-03-05 10:15:00 user ona@desk.lt logged in\n2024-03-05 10:16:00 user ona@desk.lt failed",
    "Name   Qty\n-----------\nToner  2",
    "First thought.\n\n---\n\nSecond thought, which is longer.",
    "Please write to ona@desk.lt:\nshe knows.",
    "Dėl 2024-03-05 10:15 incidento:\n1. neveikia\n2. lūžta",
    "if a > b then\n    stop",
    "Call me at +370 600 00000",
    "```\n# a comment\n-- another\n_____\n```\nend",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("original", [QUOTED, UNQUOTED], ids=["quoted", "unquoted"])
def test_what_stands_under_an_answer_is_cut(attribution: str, original: str) -> None:
    wrapped = "\n".join(textwrap.wrap(attribution, 60, break_long_words=False))

    for form in (attribution, wrapped):
        assert trim_reply(f"{ANSWER}\n\n{form}\n\n{original}") == ANSWER
        assert trim_reply(f"{ANSWER}\r\n{form}\r\n{original}") == ANSWER


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_what_stands_above_an_answer_is_cut(attribution: str) -> None:
    assert trim_reply(f"{attribution}\n{QUOTED}\n{ANSWER}\n") == ANSWER


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize(
    "introduction",
    ["", "________________________________\n", "-----Original Message-----\n", "------ 原始邮件 ------\n"],
)
def test_an_original_under_its_heading_is_cut(heading: str, introduction: str) -> None:
    lines = heading.replace(" | ", "\n")

    assert trim_reply(f"{ANSWER}\n\n{introduction}{lines}\n\n{UNQUOTED}") == ANSWER
    assert trim_reply(f"{ANSWER}\n\n{introduction}{lines}".replace("\n", "\n\n")).split() == ANSWER.split()


@pytest.mark.parametrize(
    "separator",
    [
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------",
        "-------- Originalus laiškas --------",
        "-------- Исходное сообщение --------",
        "*-------- Message original --------*",
        "------------------ 原始邮件 ------------------",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
        "----- Forwarded by Ona/Desk on 05.03.2024 10:15 -----",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
    ],
)
def test_an_original_under_a_separator_is_cut(separator: str) -> None:
    assert trim_reply(f"{ANSWER}\n\n{separator}\n\n{UNQUOTED}") == ANSWER


def test_of_a_forwarded_letter_without_a_comment_the_letter_is_left() -> None:
    forwarded = (
        "---------- Forwarded message ---------\nFrom: Ona <ona@desk.lt>\nSubject: T-1\nTo: Jonas\n\nThe letter."
    )

    assert trim_reply(forwarded) == "The letter."


def test_answers_between_quoted_lines_keep_their_questions() -> None:
    reply = (
        "Hi Ona,\n\nOn 5 Mar 2024, at 10:15, Ona wrote:\n> Is it fixed?\n\nYes.\n\n> Since when?\n\nToday.\n\n> Ona\n"
    )

    assert trim_reply(reply) == "Hi Ona,\n\n> Is it fixed?\n\nYes.\n\n> Since when?\n\nToday."


def test_an_answer_under_a_greeting_and_a_quotation_is_kept() -> None:
    reply = "Hi Ona,\n\nOn 5 Mar 2024, at 10:15, Ona wrote:\n> Is it fixed?\n\nNo, it is not."

    assert trim_reply(reply) == "Hi Ona,\n\n> Is it fixed?\n\nNo, it is not."


def test_the_rest_of_a_quoted_line_that_a_program_broke_is_no_answer() -> None:
    long_line = "> The printer on the third floor prints only the first page of every"

    assert trim_reply(f"Yes.\n\n{long_line}\ndocument\n> that we send.\n") == "Yes."


def test_quoted_lines_at_the_end_are_cut_even_when_nothing_announces_them() -> None:
    assert trim_reply("Yes.\n\n> Is it fixed?\n>> Please fix it.\n") == "Yes."


def test_quoted_lines_above_an_answer_stay_when_nothing_announces_them() -> None:
    assert trim_reply("> Is it fixed?\n\nYes.") == "> Is it fixed?\n\nYes."


def test_a_signature_ends_where_a_quotation_begins() -> None:
    reply = f"Yes.\n-- \nJonas\n+370 600 00000\n\nOn 5 Mar 2024, at 10:15, Ona wrote:\n{QUOTED}\nNo more questions."

    assert trim_reply(reply).endswith("No more questions.")
    assert "+370" not in trim_reply(reply)


@pytest.mark.parametrize("delimiter", ["-- ", "--", "—", "________________________"])
def test_the_block_under_a_delimiter_is_cut(delimiter: str) -> None:
    assert trim_reply(f"{ANSWER}\n\n{delimiter}\nJonas Jonaitis\nUAB Klientas\n+370 600 00000\n") == ANSWER


def test_a_long_text_under_two_dashes_is_no_signature() -> None:
    long_text = "Before.\n--\n" + "\n".join(f"Line {number} of the report." for number in range(30))

    assert trim_reply(long_text) == long_text


@pytest.mark.parametrize("line", SENT_FROM)
def test_the_signature_of_a_device_is_cut(line: str) -> None:
    assert trim_reply(f"{ANSWER}\n\n{line}\n") == ANSWER
    assert trim_reply(f"{ANSWER}\n\n{line}\n\n{ATTRIBUTIONS[0]}\n{QUOTED}") == ANSWER


@pytest.mark.parametrize("text", NOT_TO_BE_CUT)
def test_what_only_looks_like_it_is_kept(text: str) -> None:
    assert trim_reply(f"Labas,\n\n{text}") == f"Labas,\n\n{text}"


@pytest.mark.parametrize("marker", MARKERS.values())
@pytest.mark.parametrize("form", ["{}", "> {}", ">> {}", "*{}*", " {} "])
def test_below_our_marker_nothing_is_the_writers(marker: str, form: str) -> None:
    letter = f"{form.format(marker)}\nLabas,\nar jau veikia?"

    assert trim_reply(f"{ANSWER}\n\n{letter}") == ANSWER
    assert trim_reply(f"{ANSWER}\n\n{ATTRIBUTIONS[0]}\n\n{letter}") == ANSWER


def test_an_answer_below_our_marker_is_read_all_the_same() -> None:
    quotation = f"{ATTRIBUTIONS[0]}\n> {MARKER}\n> Ar jau veikia?\n"

    assert trim_reply(f"{quotation}\n{ANSWER}") == ANSWER
    assert trim_reply(f"{MARKER}\n\n{ANSWER}") == ANSWER


@pytest.mark.parametrize(
    "text", [QUOTED, "-- \nJonas", "Sent from my iPhone", f"{ATTRIBUTIONS[0]}\n{QUOTED}", HEADINGS[0], MARKER]
)
def test_where_all_would_be_cut_all_is_given_back(text: str) -> None:
    assert trim_reply(text) == text.strip()


def test_blank_lines_around_are_cut_and_indentation_is_kept() -> None:
    assert trim_reply("\n \n    indented\n\nend  \n\u1427\n\n") == "    indented\n\nend"


@pytest.mark.parametrize("text", ["", "\n \n", "\r\n"])
def test_nothing_stays_nothing(text: str) -> None:
    assert trim_reply(text) == ""


def test_only_the_beginning_of_an_endless_reply_is_looked_at() -> None:
    log = "\n".join(f"line {number}" for number in range(30_000))

    assert trim_reply(log) == log
    assert trim_reply(f"See below.\n\n{ATTRIBUTIONS[0]}\n\n{log}") == "See below."


@pytest.mark.parametrize(
    "unit",
    [">", " ", "<", "-", "_", ">\n", " \n", "--\n", "a@b ", "a@b\n", "On 5 May 2024 10:15 <\n", "From: a@b\n", "```\n"],
)
@pytest.mark.timeout(5)
def test_a_million_characters_of_anything_are_no_trouble(unit: str) -> None:
    trim_reply(unit * (1_000_000 // len(unit)))


@given(st.text(st.sampled_from("ab1:>-<@ \n_.“wrote")) | st.text())
def test_what_is_left_was_there_before(text: str) -> None:
    normalised = text.replace("\r\n", "\n").replace("\r", "\n")

    assert set(trim_reply(text).split("\n")) <= {
        "",
        *normalised.split("\n"),
        *(x.rstrip() for x in normalised.split("\n")),
    }


def test_real_replies_are_trimmed_as_people_would(shared_data: Path) -> None:
    with lzma.open(shared_data / "reply_trimming.jsonl.xz", "rt", encoding="utf-8") as rows:
        mails = [json.loads(row) for row in rows]

    different = [mail["file"] for mail in mails if trim_reply(mail["email"]).split() != mail["expected_reply"].split()]

    # A mail of nothing but quoted lines: somebody has to read it, so it is not cut to nothing.
    assert different == ["spam_1.txt"]
