"""Mails as they come: well made, badly made, and made to do harm."""

from __future__ import annotations

import base64
import binascii
import hashlib
import lzma
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.mail.inbound import IncomingFile, IncomingMail, Unreadable, read_mail

FROM = "From: Jonas <jonas@klientas.lt>"


def read(*fields: str, body: str | bytes = "Labas\n") -> IncomingMail:
    """Read a mail of these header fields and this body."""
    return read_mail(a_mail(*fields, body=body))


def a_mail(*fields: str, body: str | bytes = "Labas\n") -> bytes:
    return "\n".join(fields).encode() + b"\n\n" + (body if isinstance(body, bytes) else body.encode())


def parts(kind: str, *members: str | bytes, boundary: str = "b1") -> bytes:
    """A multipart entity with its own header, to be a body or a member of another."""
    entities = [member if isinstance(member, bytes) else member.encode() for member in members]
    opening = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
    return (
        opening
        + b"".join(b"--%b\n%b\n" % (boundary.encode(), entity) for entity in entities)
        + (f"--{boundary}--\n".encode())
    )


def read_parts(kind: str, *members: str | bytes) -> IncomingMail:
    return read_mail(FROM.encode() + b"\n" + parts(kind, *members))


@pytest.fixture(scope="session")
def real_mails(shared_data: Path) -> dict[str, bytes]:
    with lzma.open(shared_data / "mail_fixtures.tar.xz") as packed, tarfile.open(fileobj=packed) as archive:
        members = [member for member in archive if member.name.endswith(".eml")]
        return {Path(member.name).name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]


# Header


def test_a_plain_mail_is_read() -> None:
    raw = a_mail(
        'From: "Jonaitis, Jonas" <Jonas@Klientas.LT>',
        "To: desk@desk.lt, Ona <ona@desk.lt>",
        "Cc: Lena <lena@klientas.lt>, desk@desk.lt",
        "Reply-To: skyrius@klientas.lt",
        "Subject: Neveikia",
        "Message-ID: <1@klientas.lt>",
        "In-Reply-To: <3@desk.lt>",
        "References: <2@desk.lt>\n <3@desk.lt>",
        "Date: Tue, 5 Mar 2024 10:15:00 +0200",
        body="Labas,\r\nneveikia.\r\n\r\n-- \r\nJonas\r\n",
    )

    mail = read_mail(raw)

    assert (mail.sender_name, mail.sender_address) == ("Jonaitis, Jonas", "Jonas@klientas.lt")
    assert mail.to == ("desk@desk.lt", "ona@desk.lt")
    assert mail.cc == ("lena@klientas.lt", "desk@desk.lt")
    assert mail.reply_to == "skyrius@klientas.lt"
    assert mail.subject == "Neveikia"
    assert mail.message_id == "<1@klientas.lt>"
    assert mail.references == ("<3@desk.lt>", "<2@desk.lt>")
    assert mail.sent_at == datetime(2024, 3, 5, 8, 15, tzinfo=UTC)
    assert mail.text == "Labas,\nneveikia.\n\n-- \nJonas\n"
    assert mail.reply_text == "Labas,\nneveikia."
    assert mail.html is None
    assert mail.attachments == ()
    assert mail.digest == hashlib.sha256(raw).hexdigest()
    assert not (mail.is_auto_reply or mail.is_bounce)
    assert mail.desk_id is None


def test_a_mail_without_anything_is_still_a_mail() -> None:
    mail = read("Subject: x", body="")

    assert (mail.sender_name, mail.sender_address, mail.to, mail.message_id) == ("", None, (), None)
    assert (mail.text, mail.reply_text, mail.references, mail.sent_at) == ("", "", (), None)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"Subject: x\n\n" + b"x" * 100, "too_large"),
        (b"no header here", "no_headers"),
        (b"\n\nno header here\n\nSubject: x", "no_headers"),
        (bytes(range(128, 200)), "no_headers"),
    ],
)
def test_nothing_can_be_made_of_nothing(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_mail(raw, limit=100)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("field", "name", "address"),
    [
        ("Jonas <jonas@k.lt>", "Jonas", "jonas@k.lt"),
        ("jonas@K.lt (Jonas (jr) J.)", "Jonas (jr) J.", "jonas@k.lt"),
        ("=?utf-8?B?xaFpYXMsIDx4QHkuej4=?= <jonas@k.lt>", "šias, <x@y.z>", "jonas@k.lt"),
        ('"=?utf-8?Q?=C5=A0arka?=" <jonas@k.lt>', "Šarka", "jonas@k.lt"),
        ('"Jonas \\"JJ\\" J" <jonas@k.lt>', 'Jonas "JJ" J', "jonas@k.lt"),
        ("Ūkis <ūkis@įmonė.lt>", "Ūkis", "ūkis@įmonė.lt"),
        ("Jonas <mailto:jonas@k.lt>", "Jonas", "jonas@k.lt"),
        ("<@relay.lt,@hub.lt:jonas@k.lt>", "", "jonas@k.lt"),
        ("Jonas jonas@k.lt", "", "jonas@k.lt"),
        ('"Jonas <jonas@k.lt>', "Jonas", "jonas@k.lt"),
        ("Pete(A \\) chap) <pete(his account)@silly.test(his host)>", "Pete", "pete@silly.test"),
        ("jonas@[192.168.0.1]", "", "jonas@[192.168.0.1]"),
        ('"rasa@desk.lt" <nobody>', "rasa@desk.lt", None),
        ("<rasa@desk.lt@evil.lt>", "", None),
        ("<=?utf-8?Q?rasa=40desk.lt?=>", "", None),
        ("Jonas", "Jonas", None),
        ("<>", "", None),
    ],
)
def test_the_sender_is_read_as_written(field: str, name: str, address: str | None) -> None:
    mail = read(f"From: {field}")

    assert (mail.sender_name, mail.sender_address) == (name, address)


def test_who_sent_it_stands_in_for_an_unreadable_author() -> None:
    assert read("From: Jonas", "Sender: Ona <ona@k.lt>").sender_address == "ona@k.lt"


def test_groups_of_recipients_are_opened() -> None:
    mail = read(FROM, "To: undisclosed-recipients:;", "Cc: Team: a@k.lt, B <b@k.lt>;, c@k.lt; d@k.lt")

    assert mail.to == ()
    assert mail.cc == ("a@k.lt", "b@k.lt", "c@k.lt", "d@k.lt")


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        ("=?UTF-8?B?xIU=?= =?utf-8?Q?=C4=8D?=", "ąč"),
        ("Re: =?koi8-r?B?8NLJ18XU?= !", "Re: Привет !"),
        ("=?utf-8?B?0J/R?= =?utf-8?B?gNC40LLQtdGC?=", "Привет"),
        ("=?utf-8?B?0J/?= =?utf-8?B?RgA==?=", "Пр"),
        ("=?gb2312?B?1uzpRrv5?=", "朱镕基"),
        ("=?windows-1257?Q?=E0=E8=F0?=", "ąčš"),
        ("=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        ("=?ks_c_5601-1987?B?vcXFwsfY?=", "신태해"),
        ("=?no-such-charset?Q?plain?=", "plain"),
        ("=?utf-8*lt?Q?=C5=A1?=", "š"),
        ("=?zlib?Q?plain?=", "plain"),
        ("Žinutė", "Žinutė"),
        ("one\n two\n\tthree", "one two three"),
        ("a\x00b\x07c\u202ed", "abcd"),
        ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        ("", ""),
    ],
)
def test_the_subject_is_one_line_of_text(field: str, subject: str) -> None:
    assert read(FROM, f"Subject: {field}").subject == subject


@pytest.mark.parametrize(
    ("charset", "subject"),
    [
        ("koi8-r", "Не работает принтер"),
        ("windows-1251", "Не работает принтер"),
        ("windows-1257", "Neveikia šviesos gylių žemėlapis"),
        ("gbk", "打印机无法工作请尽快联系我们"),
        ("windows-1252", "Le café est fermé"),
    ],
)
def test_a_raw_subject_is_read_without_being_told_its_charset(charset: str, subject: str) -> None:
    raw = b"From: a@b.lt\nSubject: " + subject.encode(charset) + b"\n\nx"

    assert read_mail(raw).subject == subject


def test_the_charset_of_the_letter_helps_to_read_a_raw_header() -> None:
    raw = (
        b"From: a@b.lt\nSubject: "
        + "Šįryt".encode("windows-1257")
        + b"\nContent-Type: text/plain; charset=windows-1257"
    )

    assert read_mail(raw + b"\n\nx").subject == "Šįryt"


@pytest.mark.parametrize(
    ("fields", "message_id", "references"),
    [
        (("Message-ID: <a@b>",), "<a@b>", ()),
        (("Message-ID: a@b",), "<a@b>", ()),
        (("Message-ID:  <12 34 @ b> (comment)",), "<1234@b>", ()),
        (("Message-ID: <odd>",), "<odd>", ()),
        (("Message-ID: <>",), None, ()),
        (("In-Reply-To: Your message of Monday <a@b>",), None, ("<a@b>",)),
        (("In-Reply-To: c@d", "References: <a@b>, <c@d>"), None, ("<c@d>", "<a@b>")),
        (("References: <a@b>", "References: <c@d>"), None, ("<a@b>", "<c@d>")),
        (("In-Reply-To: yesterday",), None, ()),
    ],
)
def test_ids_are_normalised(fields: tuple[str, ...], message_id: str | None, references: tuple[str, ...]) -> None:
    mail = read(FROM, *fields)

    assert (mail.message_id, mail.references) == (message_id, references)


@pytest.mark.parametrize(
    ("field", "sent_at"),
    [
        ("Tue, 5 Mar 2024 10:15:00 -0000", datetime(2024, 3, 5, 10, 15, tzinfo=UTC)),
        ("5 Mar 2024 10:15 +0200 (EET)", datetime(2024, 3, 5, 8, 15, tzinfo=UTC)),
        ("yesterday", None),
        ("Tue, 99 Mar 2024 10:15:00 +0200", None),
        ("Fri, 31 Dec 9999 23:59:59 -1400", None),
        ("", None),
    ],
)
def test_the_date_is_what_the_sender_claims(field: str, sent_at: datetime | None) -> None:
    assert read(FROM, f"Date: {field}").sent_at == sent_at


def test_a_header_that_lost_its_form_is_read_to_its_end() -> None:
    mail = read_mail(
        b"From jonas Tue Mar 5\nReceived: by x\nwith nothing in front\nFrom: a@b.lt\nSubject: x\nno blank line\n"
    )

    assert (mail.sender_address, mail.subject, mail.text) == ("a@b.lt", "x", "no blank line\n")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end_will_do(line_end: bytes) -> None:
    raw = (FROM.encode() + b"\n" + parts("mixed", "\nOne\n", "\nTwo\n")).replace(b"\n", line_end)

    assert read_mail(raw).text == "One\n\nTwo"


# Text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "朱镕基说打印机坏了"),
        ("gbk", "打印機"),
        ("gb18030", "打印机㐂"),
        ("big5", "印表機"),
        ("shift_jis", "①髙い"),
        ("iso-2022-jp", "こんにちは"),
        ("ks_c_5601-1987", "똠방각하"),
        ("windows-1257", "ąčęėįšųūž"),
        ("iso-8859-13", "ąčęėįšųūž"),
        ("koi8-r", "Привет"),
        ("windows-1251", "Привет"),
        ("iso-8859-1", "naïve – “quoted”"),
        ("utf-7", "Labas, ąčę"),
        ("utf-16", "Labas, ąčę"),
        ('"UTF-8"', "Labas, ąčę"),
    ],
)
def test_text_is_read_in_its_charset(charset: str, text: str) -> None:
    python_name = {"gb2312": "gb18030", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "iso-8859-1": "cp1252"}
    raw = base64.encodebytes(text.encode(python_name.get(charset, charset.strip('"'))))

    mail = read(FROM, f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: base64", body=raw)

    assert mail.text == text


@pytest.mark.parametrize(
    "declared", ["us-ascii", "iso-8859-1", "windows-1257", "no-such", "unicode_escape", "idna", "x" * 99]
)
def test_utf_8_is_read_whatever_single_byte_charset_is_declared(declared: str) -> None:
    assert read(FROM, f"Content-Type: text/plain; charset={declared}", body="Ačiū").text == "Ačiū"


def test_text_that_is_not_what_it_says_is_read_as_what_it_is() -> None:
    cyrillic = "Не работает принтер, помогите пожалуйста"

    mail = read(FROM, "Content-Type: text/plain; charset=utf-8", body=cyrillic.encode("cp1251"))

    assert mail.text == cyrillic


def test_a_damaged_character_costs_only_itself() -> None:
    assert (
        read(FROM, "Content-Type: text/plain; charset=utf-8", body="Ačiū už žinią".encode()[:-1]).text
        == "Ačiū už žini\ufffd"
    )


def test_text_has_no_control_characters() -> None:
    mail = read(FROM, body=b"a\0b\x1b[31mc\x7f\r\nd\re\x0cf\xe2\x80\xa8g\tz")

    assert mail.text == "ab[31mc\nd\ne\nf\ng\tz"


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", "TGFiYXMgcnl0YXM=", "Labas rytas"),
        ("Base64;", "TGFi\nYXMg cnl0\nYXM", "Labas rytas"),
        ("base64", "TGFiYXMgcnl0YX", "Labas ryta"),
        ("base64", "TGFiYXMgcnl0Y", "Labas ryt"),
        ("quoted-printable", "La=62as=\n rytas=3", "Labas rytas=3"),
        ("quoted printable", "La=62as", "Labas"),
        ("8bit", "Labas", "Labas"),
        ("7vladi.it", "La=62as", "La=62as"),
        ("", "La=62as", "La=62as"),
    ],
)
def test_transfer_encodings_are_undone_as_far_as_they_go(encoding: str, body: str, text: str) -> None:
    assert read(FROM, f"Content-Transfer-Encoding: {encoding}", body=body).text == text


def test_flowed_paragraphs_are_put_together() -> None:
    body = "A long \nparagraph.\n\n> quoted \n> text\n>> deeper\n  indented\n-- \nJonas \nJ.\n"

    mail = read(FROM, "Content-Type: text/plain; format=flowed", body=body)

    assert mail.text == "A long paragraph.\n\n> quoted text\n>> deeper\n indented\n-- \nJonas J.\n"


def test_flowed_text_may_delete_its_spaces() -> None:
    assert read(FROM, "Content-Type: text/plain; format=Flowed; delsp=Yes", body="打印 \n机").text == "打印机"


def test_html_without_text_is_turned_into_text() -> None:
    markup = (
        "<html><head><title>T</title><style>p{}</style></head><body><p>Veikia,<br>ačiū.</p><table><tr><td>a</td><td>b"
        "</td></tr></table><div>On 5 Mar 2024, at 10:15, Ona wrote:</div><blockquote><div>Ar veikia?</div></blockquote>"
    )

    mail = read(FROM, "Content-Type: text/html; charset=utf-8", body=markup)

    assert mail.text == "Veikia,\načiū.\n\na b\nOn 5 Mar 2024, at 10:15, Ona wrote:\n> Ar veikia?"
    assert mail.reply_text == "Veikia,\načiū.\n\na b"


def test_html_may_name_its_own_charset() -> None:
    markup = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Да</p>'.encode("koi8-r")

    assert read(FROM, "Content-Type: text/html", body=markup).text == "Да"


@pytest.mark.parametrize(
    ("markup", "harmless"),
    [
        ("<p onclick=x>a<script>alert(1)</script></p>", "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ('<a href="java&#10;script:alert(1)">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ('<img src="https://spy.lt/1.gif">a', "a"),
        ('<form action="//evil.lt"><input name=p>a</form>', "a"),
        ('<svg><style><img src=x onerror="alert(1)"></style></svg>a', "a"),
        ("<div style='position:fixed'>a", "<div>a</div>"),
        ("a<!-- <b> -->b<![endif]>c", "abc"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("<p>a<p>b<li>c</b>", "<p>a</p><p>b</p><li>c</li>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ],
)
def test_html_is_harmless(markup: str, harmless: str) -> None:
    assert read(FROM, "Content-Type: text/html", body=markup).html == harmless


def test_html_of_nothing_is_none() -> None:
    assert read(FROM, "Content-Type: text/html", body="<html><body></body></html>").html is None


# Parts


def test_of_alternatives_text_and_html_are_the_same_letter() -> None:
    mail = read_parts(
        "alternative",
        "Content-Type: text/plain\n\nPlain",
        "Content-Type: text/x-amp-html\n\n<p>Amp</p>",
        "Content-Type: text/html\n\n<p>Rich</p>",
    )

    assert (mail.text, mail.html, mail.attachments) == ("Plain", "<p>Rich</p>", ())


def test_an_empty_plain_alternative_is_no_text() -> None:
    assert read_parts("alternative", "\n \n", "Content-Type: text/html\n\n<p>Rich</p>").text == "Rich"


def test_pictures_of_a_letter_are_inline_and_other_files_are_not() -> None:
    picture = "Content-Type: image/png; name=logo.png\nContent-ID: <logo@k>\n\nPNG"
    stray = "Content-Type: image/png; name=stray.png\nContent-ID: <stray@k>\nContent-Disposition: inline\n\nPNG"
    related = parts(
        "related", 'Content-Type: text/html\n\n<p>Look: <img src="cid:logo@k" alt=""></p>', picture, boundary="b2"
    )
    alternative = parts("alternative", "\nLook:", related, stray, boundary="b3")

    mail = read_parts("mixed", alternative, 'Content-Type: application/pdf; name="a.pdf"\n\nPDF')

    assert mail.text == "Look:"
    assert mail.html == '<p>Look: <img src="cid:logo@k" alt=""></p>'
    assert [(file.filename, file.content_id, file.inline) for file in mail.attachments] == [
        ("logo.png", "logo@k", True),
        ("stray.png", "stray@k", False),
        ("a.pdf", None, False),
    ]


def test_text_goes_on_below_an_attachment() -> None:
    mail = read_parts("mixed", "\nAbove", "Content-Type: image/jpeg\n\nJPG", "Content-Type: text/html\n\n<b>Below</b>")

    assert mail.text == "Above\n\nBelow"
    assert mail.html == "<pre>Above</pre><b>Below</b>"
    assert [file.filename for file in mail.attachments] == ["attachment.jpg"]


def test_text_that_was_attached_is_a_file() -> None:
    mail = read_parts(
        "mixed",
        "\nLetter",
        "Content-Type: text/plain\nContent-Disposition: attachment\n\nlog",
        "Content-Type: text/plain; name=notes.txt\n\nnotes",
        "Content-Type: text/csv\n\na,b",
    )

    assert mail.text == "Letter"
    assert [(file.filename, file.content) for file in mail.attachments] == [
        ("attachment.txt", b"log"),
        ("notes.txt", b"notes"),
        ("attachment.csv", b"a,b"),
    ]


@pytest.mark.parametrize(
    ("header", "filename"),
    [
        ("Content-Type: text/calendar; method=REQUEST", "attachment.ics"),
        ("Content-Type: application/ms-tnef; name=winmail.dat", "winmail.dat"),
        ("Content-Type: application/pkcs7-mime; name=smime.p7m", "smime.p7m"),
        ("Content-Type: application/pgp-signature", "attachment.asc"),
        ("Content-Type: message/rfc822", "Fwd_ a_b.eml"),
        ("Content-Type: message/rfc822; name=letter", "letter.eml"),
        ("Content-Type: message/delivery-status", "attachment.txt"),
        ("Content-Type: application/x-nobody-knows", "attachment.bin"),
    ],
)
def test_what_cannot_be_read_as_a_letter_is_kept_as_a_file(header: str, filename: str) -> None:
    content = "Subject: Fwd: a/b\n\nInner"

    mail = read_parts("mixed", "\nLetter", f"{header}\n\n{content}")

    assert mail.text == "Letter"
    assert [(file.filename, file.content) for file in mail.attachments] == [(filename, content.encode())]


def test_a_mail_may_be_nothing_but_a_file() -> None:
    mail = read(FROM, "Content-Type: application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64", body="UERG")

    assert mail.text == ""
    assert mail.attachments == (IncomingFile("a.pdf", "application/pdf", b"PDF"),)


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=a b.pdf", "a b.pdf"),
        ('attachment; filename="=?utf-8?Q?s=C4=85skaita=2Epdf?="', "sąskaita.pdf"),
        ("attachment; filename*=utf-8'lt's%C4%85skaita.pdf", "sąskaita.pdf"),
        ("attachment; filename*0*=utf-8''s%C4%85; filename*1=skaita; filename*2=.pdf", "sąskaita.pdf"),
        ("attachment; filename*1=b.pdf; filename*0=a", "ab.pdf"),
        ("attachment; filename=plain.pdf; filename*=koi8-r''%C1.pdf", "а.pdf"),
        ('attachment; filename="sąskaita.pdf"', "sąskaita.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\Users\\\\jonas\\\\a.pdf"', "a.pdf"),
        ('attachment; filename="C:\\Users\\a.pdf"', "a.pdf"),
        ('attachment; filename="invoice\u202efdp.exe"', "invoicefdp.exe"),
        ('attachment; filename="a\x00\x07b.pdf"', "ab.pdf"),
        ("attachment; filename*=utf-8''a%0D%0Ab.pdf", "a b.pdf"),
        ('attachment; filename="a<b>|c?.pdf"', "a_b__c_.pdf"),
        ('attachment; filename=".."', "attachment.pdf"),
        ('attachment; filename=""', "attachment.pdf"),
        ("attachment", "attachment.pdf"),
        (f'attachment; filename="{"ilgas" * 50}.pdf"', f"{('ilgas' * 50)[:146]}.pdf"),
        (f'attachment; filename="{"ilgas" * 50}"', ("ilgas" * 50)[:150]),
    ],
)
def test_file_names_are_bare_names(disposition: str, filename: str) -> None:
    part = f"Content-Type: application/pdf\nContent-Disposition: {disposition}\n\nPDF"

    assert [file.filename for file in read_parts("mixed", part).attachments] == [filename]


@pytest.mark.parametrize(
    ("header", "content", "media_type"),
    [
        ("Content-Type: image/jpg; name=a.jpg", b"", "image/jpeg"),
        ("Content-Type: application/octet-stream; name=a.webp", b"PK\x03\x04", "image/webp"),
        ("Content-Type: application/octet-stream; name=a", b"%PDF-1.7\n", "application/pdf"),
        ("Content-Type: application/octet-stream; name=a", b"PK\x03\x04", "application/zip"),
        ("Content-Type: application/octet-stream; name=a", b"", "application/octet-stream"),
        ("Content-Disposition: attachment; filename=a.png", b"", "image/png"),
    ],
)
def test_the_media_type_is_declared_or_found_out(header: str, content: bytes, media_type: str) -> None:
    assert [file.media_type for file in read_parts("mixed", header.encode() + b"\n\n" + content).attachments] == [
        media_type
    ]


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    encoded = b"begin 644 a.txt\n" + binascii.b2a_uu(b"content") + b"`\nend\n"

    mail = read(FROM, body=b"Above\n" + encoded + b"Below\n")

    assert mail.text == "Above\n\nBelow\n"
    assert [(file.filename, file.content) for file in mail.attachments] == [("a.txt", b"content")]


def test_a_uuencoded_part_is_decoded() -> None:
    encoded = (b"begin 644 a.bin\n" + binascii.b2a_uu(b"content") + b"`\nend").decode()
    part = f"Content-Type: application/x-foo; name=a.bin\nContent-Transfer-Encoding: x-uuencode\n\n{encoded}"

    assert [file.content for file in read_parts("mixed", part).attachments] == [b"content"]


@pytest.mark.parametrize(
    "line", ["begin 644 is how it starts\nend of story", "begin 644 notes\nsome words here\nend\n"]
)
def test_text_about_beginnings_stays_text(line: str) -> None:
    assert read(FROM, body=line).text == line


@pytest.mark.parametrize(
    "body",
    [
        "--wrong\n\nOne\n--wrong\n\nTwo\n--wrong--\n".replace("\n\n", "\nContent-Type: text/plain\n\n", 1),
        "--b1\n\nOne\n--b1\n\nTwo\n",
        "preamble\n--b1 \n\nOne\n--b1\t\n\nTwo\n--b1--\nepilogue\n",
        "--b1\nOne\n--b1\nTwo\n--b1--",
    ],
    ids=["other boundary", "never closed", "blanks behind", "no blank lines"],
)
def test_broken_boundaries_are_read_as_they_were_meant(body: str) -> None:
    mail = read(FROM, 'Content-Type: multipart/mixed; boundary="b1"', body=body)

    assert mail.text.split() == ["One", "Two"]


def test_a_multipart_without_parts_is_text() -> None:
    assert read(FROM, "Content-Type: multipart/mixed; boundary=x", body="Just text").text == "Just text"


def test_boundaries_that_begin_alike_are_told_apart() -> None:
    inner = parts("alternative", "\nInner", boundary="b1-2")

    assert read_parts("mixed", inner, "\nOuter").text == "Inner\n\nOuter"


def test_depth_ends_somewhere_and_what_is_deeper_is_a_file() -> None:
    body = b"\nBottom"
    for level in range(100):
        body = parts("mixed", body, boundary=f"level{level}")

    mail = read_mail(FROM.encode() + b"\n" + body)

    assert mail.text == ""
    assert len(mail.attachments) == 1
    assert b"Bottom" in mail.attachments[0].content


def test_the_number_of_parts_ends_somewhere() -> None:
    assert len(read_parts("mixed", *["Content-Type: image/png\n\nx"] * 5_000).attachments) == 499


# Machines


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (failure)",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk",
        "Precedence: Junk",
        "Precedence: list",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
    ],
)
def test_machines_say_that_they_are_machines(field: str) -> None:
    assert read(FROM, field, body="--x\n\nOut of office\n--x--").is_auto_reply


@pytest.mark.parametrize(
    "field",
    [
        "Subject: Out of office",
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: None",
        "X-Auto-Response-Suppress: RN, NRN",
        "Precedence: first-class",
    ],
)
def test_people_are_not_taken_for_machines(field: str) -> None:
    assert not read(FROM, field).is_auto_reply


def test_our_own_marker_is_shown() -> None:
    assert read(FROM, "X-Threeline-Desk: desk-7").desk_id == "desk-7"


REPORT = """
Reporting-MTA: dns; mx.k.lt

Original-Recipient: rfc822;Jonas@K.lt
Final-Recipient: rfc822; j.jonaitis@k.lt
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; <lena@k.lt>
Action: delayed
Status: 4.2.2

Final-Recipient: rfc822; rasa@k.lt
Action: failed
Diagnostic-Code: smtp; 550 No such user

Final-Recipient: rfc822; ona@k.lt
Action: relayed
Status: 2.0.0
"""


def test_a_delivery_report_names_the_failures_and_the_letter() -> None:
    mail = read_parts(
        "report; report-type=delivery-status",
        "\nIt could not be delivered.",
        f"Content-Type: message/delivery-status\n{REPORT}",
        "Content-Type: text/rfc822-headers\n\nMessage-ID: <ticket.1@desk.lt>\nSubject: x",
    )

    assert mail.is_bounce
    assert mail.is_auto_reply
    assert mail.bounce is not None
    assert mail.bounce.original_message_id == "<ticket.1@desk.lt>"
    assert [(failure.address, failure.status, failure.is_permanent) for failure in mail.bounce.failures] == [
        ("Jonas@k.lt", "5.1.1", True),
        ("lena@k.lt", "4.2.2", False),
        ("rasa@k.lt", None, True),
    ]


def test_a_report_of_success_is_no_bounce() -> None:
    report = (
        "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@k.lt\nAction: delivered\nStatus: 2.0.0\n"
    )

    mail = read_parts("report", "\nDelivered.", report)

    assert not mail.is_bounce
    assert mail.is_auto_reply


def test_an_old_mail_system_is_read_by_its_lines() -> None:
    prose = (
        "Hi. This is the qmail-send program.\n\n<jonas@k.lt>:\n192.0.2.1 does not like recipient.\nRemote host said: "
        "550 5.1.1 unknown\n\n<lena@k.lt>:\n452 4.2.2 full\n\n--- Below this line is a copy of the message.\n\n"
        "Message-ID: <ticket.1@desk.lt>\n"
    )

    bounce = read("From: MAILER-DAEMON (Mail System)", body=prose).bounce

    assert bounce is not None
    assert bounce.original_message_id == "<ticket.1@desk.lt>"
    assert [(failure.address, failure.is_permanent) for failure in bounce.failures] == [
        ("jonas@k.lt", True),
        ("lena@k.lt", False),
    ]


def test_failed_recipients_may_stand_in_the_header() -> None:
    bounce = read(
        "From: Mail Delivery System <Mailer-Daemon@k.lt>", "X-Failed-Recipients: a@k.lt, b@k.lt", body="550 rejected"
    ).bounce

    assert bounce is not None
    assert [(failure.address, failure.is_permanent) for failure in bounce.failures] == [
        ("a@k.lt", True),
        ("b@k.lt", True),
    ]


def test_without_a_code_no_address_is_given_up() -> None:
    bounce = read("Return-Path: <>", "From: postmaster@k.lt", body="<a@k.lt>: it did not work").bounce

    assert bounce is not None
    assert [(failure.address, failure.status, failure.is_permanent) for failure in bounce.failures] == [
        ("a@k.lt", None, False)
    ]


def test_an_automatic_answer_with_a_null_return_path_is_no_bounce() -> None:
    mail = read(FROM, "Return-Path: <>", "Auto-Submitted: auto-replied (vacation)")

    assert (mail.is_auto_reply, mail.is_bounce) == (True, False)


def test_a_mail_from_a_person_is_no_bounce() -> None:
    assert not read(FROM, "Return-Path: <jonas@klientas.lt>", body="<a@k.lt>: 550 5.1.1").is_bounce


# Real mails


def test_every_real_mail_is_read(real_mails: dict[str, bytes]) -> None:
    for raw in real_mails.values():
        assert is_sound(read_mail(raw))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("japanese_shift_jis.eml", "このメールはテスト用のメールです。"),
        ("japanese_iso_2022.eml", "すみません。"),
        ("ks_c_5601-1987.eml", "스티해"),
        ("content_transfer_encoding_qp_with_space.eml", "If you're in need"),
        ("raw_email_incorrect_header.eml", "Get your free scan"),
        ("raw_email_encoded_stack_level_too_deep.eml", "Nicolas Fouché has accepted"),
        ("raw_email_with_illegal_boundary.eml", "This is an outlook test"),
    ],
)
def test_the_text_of_real_mails_is_found(real_mails: dict[str, bytes], name: str, seen: str) -> None:
    assert seen in read_mail(real_mails[name]).text


@pytest.mark.parametrize(
    ("name", "filenames"),
    [
        ("attachment_message_rfc822.eml", ["ForwardedMessage.eml"]),
        ("attachment_nonascii_filename.eml", ["ciële.txt"]),
        ("attachment_with_quoted_filename.eml", ["Eelanalüüsi päring.jpg"]),
        ("japanese_attachment_long_name.eml", ["かきくけこ" * 5 + ".txt"]),
        ("raw_email7.eml", ["test.rb", "test.pdf", "smime.p7s"]),
    ],
)
def test_the_files_of_real_mails_are_found(real_mails: dict[str, bytes], name: str, filenames: list[str]) -> None:
    assert [file.filename for file in read_mail(real_mails[name]).attachments] == filenames


@pytest.mark.parametrize(
    ("name", "statuses", "are_permanent"),
    [
        ("report_422.eml", {"4.2.2"}, False),
        ("report_530.eml", {"5.3.0"}, True),
        ("multi_address_bounce1.eml", {"5.1.1"}, True),
        ("multipart_report_multiple_status.eml", {"5.3.0"}, True),
    ],
)
def test_real_bounces_are_known(
    real_mails: dict[str, bytes], name: str, statuses: set[str], are_permanent: bool
) -> None:
    bounce = read_mail(real_mails[name]).bounce

    assert bounce is not None
    assert bounce.original_message_id is not None
    assert {failure.status for failure in bounce.failures} == statuses
    assert all(failure.is_permanent is are_permanent for failure in bounce.failures)


def test_only_bounces_among_real_mails_are_bounces(real_mails: dict[str, bytes]) -> None:
    bounced = {name for name, raw in real_mails.items() if read_mail(raw).is_bounce}

    assert {name for name in bounced if "report" not in name and "bounce" not in name} == {
        "raw_email_with_mimepart_without_content_type.eml"  # a delayed letter
    }


# Any bytes


FRAGMENTS = [
    b"From: a@b.lt\n", b"Subject: =?utf-8?B?", b"?=", b"\n\n", b"\r\n", b"--b\n", b"--b--\n", b"Content-Type: ",
    b"multipart/mixed; boundary=b\n", b"multipart/alternative; boundary=b\n", b"multipart/related; boundary=b\n",
    b"text/html\n\n", b"text/plain; format=flowed; delsp=yes\n\n", b"message/rfc822\n\n", b"begin 644 a\n", b"\nend",
    b"message/delivery-status\n\n", b"Final-Recipient: rfc822; a@b\n", b"; charset=utf-16", b"; charset=hz", b"~{",
    b"; charset=utf-7", b"+", b"; charset=iso-2022-jp", b"\x1b$B", b"; filename*0*=utf-8''%ff", b"; filename*9=",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x-uuencode\n", b"<table><td>", b"</",
    b"Date: Tue, 5 Mar 99999999999999 10:15:00 -9999\n", b"<blockquote>", b"&#99999999999;", b"&#xd800;", b"\0",
    b"\xed\xa0\x80", b"\xff\xfe", b"(", b")", b"<", b">", b'"', b"\\", b"@", b",", b";", b":", b"=", b"%", b"> ",
    b"On 5 May 2024 10:15 ", b"wrote:\n",
]  # fmt: skip


@given(st.binary() | st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=5), max_size=40).map(b"".join))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        mail = read_mail(b"Subject: x\n" + raw)
    except Unreadable:
        return

    assert is_sound(mail)


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_mails_are_read_or_refused(real_mails: dict[str, bytes], data: st.DataObject) -> None:
    raw = bytearray(real_mails[data.draw(st.sampled_from(sorted(real_mails)))])
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(raw)))
        raw[start : start + data.draw(st.integers(0, 40))] = data.draw(
            st.sampled_from(FRAGMENTS) | st.binary(max_size=9)
        )

    try:
        mail = read_mail(bytes(raw))
    except Unreadable:
        return

    assert is_sound(mail)


def is_sound(mail: IncomingMail) -> bool:
    """Can all of it be stored and shown: no NUL, no lone surrogates, one line where one line is meant, bare names?"""
    lines = [mail.subject, mail.sender_name, mail.sender_address or "", mail.message_id or "", mail.desk_id or ""]
    lines += [*mail.to, *mail.cc, *mail.references, mail.reply_to or "", *(file.filename for file in mail.attachments)]
    texts = [*lines, mail.text, mail.reply_text, mail.html or "", *(file.content_id or "" for file in mail.attachments)]
    return (
        all("\0" not in text and text.encode() is not None for text in texts)
        and not any("\n" in line or "\r" in line for line in lines)
        and all(0 < len(file.filename) <= 150 and "/" not in file.filename for file in mail.attachments)
        and "<script" not in (mail.html or "")
    )


TEN_MEGABYTES = 10_000_000
HTML = b"Content-Type: text/html\n\n"
MIXED = b"Content-Type: multipart/mixed; boundary=a\n\n"


@pytest.mark.parametrize(
    ("opening", "unit"),
    [
        (b"\n", b"\n"),
        (b"\n", b">\n"),
        (b"\n", b"a\n"),
        (b"\n", b" "),
        (b"\n", b"On 5 May 2024 10:15 <\n"),
        (b"\n", b"begin 644 a\n"),
        (b"", b"X-Many: x\n"),
        (b"X-Long:", b" x"),
        (b"Subject:", b" =?utf-8?Q?x?="),
        (b"To: ", b"("),
        (b"Cc: ", b"a@b.lt, "),
        (b"References: ", b"<a@b> "),
        (b"Content-Type: text/plain", b"; a"),
        (b"Content-Transfer-Encoding: base64\n\n", b"QUJD\n"),
        (b"Content-Transfer-Encoding: quoted-printable\n\n", b"="),
        (b"Content-Type: text/plain; format=flowed\n\n", b"a \n"),
        (HTML, b"<"),
        (HTML, b"&"),
        (HTML, b"<div>"),
        (HTML, b"<b><font size=1><p>x"),
        (HTML, b"<table><tr><td>"),
        (HTML, b"<blockquote>x"),
        (HTML, b"<a b='"),
        (HTML, b"<!--"),
        (HTML + b"<table><tr><td>" + b"wide" * 20_000, b"<tr><td>x"),
        (MIXED, b"--a\n\nx\n"),
        (MIXED, b"--a\nContent-Type: text/html\n\n<p>x\n"),
        (MIXED, b"--a\nContent-Type: multipart/mixed; boundary=a\n\n"),
        (MIXED + b"--a", b" "),
    ],
    ids=lambda value: value.decode()[-30:].strip() or repr(value),
)
def test_ten_megabytes_of_anything_take_no_two_seconds(opening: bytes, unit: bytes) -> None:
    raw = b"From: a@b.lt\n" + opening + unit * (TEN_MEGABYTES // len(unit))

    started = time.process_time()
    read_mail(raw)

    assert time.process_time() - started < 2
