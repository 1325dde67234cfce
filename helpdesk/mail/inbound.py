"""A mail as it came over the wire → `IncomingMail`: who wrote what, with which files, and whether a machine wrote it.

Semantics
1. Reading is pure and total: any bytes give an `IncomingMail`, or `Unreadable` when there is nothing to be made of them
   (empty, over the limit, no header field at all). A mail without a readable sender is still a mail.
2. Nothing that the mail says is trusted: text has no control characters, HTML is sanitised, file names are bare names,
   media types are hints, the date is what the sender claims.
3. Every part is either the letter itself (the text and HTML that the sender meant to be read) or a file. Signatures
   (S/MIME, PGP), encrypted parts, winmail.dat, invitations and letters inside the letter are files.
4. Message-IDs are given as "<left@right>", ready to be compared and to be written into References.
5. It does not decide anything: threading, spam and rights are others' business.
"""

from __future__ import annotations

import hashlib
import html as entities
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from mimetypes import MimeTypes
from urllib.parse import unquote

import puremagic

from helpdesk.mail.addresses import Mailbox, read_mailboxes
from helpdesk.mail.bounces import Bounce, FailedDelivery, read_bounce
from helpdesk.mail.charsets import header_text, one_line, plain_text, to_text
from helpdesk.mail.markup import safe_html, text_of
from helpdesk.mail.mime import Part, cut_uuencoded, read_fields, read_parts
from helpdesk.mail.trimming import trim_reply

__all__ = ["Bounce", "FailedDelivery", "IncomingFile", "IncomingMail", "Unreadable", "read_mail"]

_LONGEST_SUBJECT = 1_000
_LONGEST_NAME = 200
_LONGEST_ID = 998  # a line of a header (RFC 5322 §2.1.1)
_MAX_REFERENCES = 200
_LONGEST_FILENAME = 150
_LONGEST_EXTENSION = 20

_BRACKETED_ID = re.compile(r"<([^<>]{1,2000})>")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=[\s\"']{0,9}([a-z0-9_:.-]{2,40})", re.IGNORECASE)
_SHOWN_INLINE = re.compile(r'<img [^>]*?src="cid:([^"]+)"', re.IGNORECASE)
_REFUSED_IN_NAMES = re.compile(r'[<>:"|?*]')
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}

_MACHINE_PRECEDENCE = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_MACHINE_SUPPRESSES = {"all", "oof", "autoreply"}  # [MS-OXCMAIL] 2.1.3.2.20; DR, NDR, RN, NRN are about receipts only
_MACHINE_HEADERS = ("x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder")

_MARKUP = {"text/html", "text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"}
_MAX_CONVERTED = 500_000  # characters of HTML, after which further pieces of a letter get no text of their own
_SAME_TYPE = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-zip-compressed": "application/zip"}
_SAYS_NOTHING = {
    "",
    "application/octet-stream",
    "application/octetstream",
    "binary/octet-stream",
    "application/unknown",
    "application/x-unknown",
    "application/download",
    "application/x-download",
    "application/force-download",
}
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "image/webp": ".webp",
    "image/heic": ".heic",
}
_known_types = MimeTypes()
for _media_type, _extension in _EXTENSIONS.items():
    _known_types.add_type(_media_type, _extension)


class Unreadable(Exception):
    """Nothing can be made of these bytes; `reason` is "empty", "too_large" or "no_headers"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that came with a mail; `inline` when the letter's HTML shows it (by its Content-ID)."""

    filename: str
    media_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A mail that has been read."""

    message_id: str | None
    digest: str  # SHA-256 of the raw bytes, hexadecimal
    sender_name: str
    sender_address: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    reply_to: str | None
    subject: str
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    reply_text: str = field(repr=False)
    references: tuple[str, ...]  # In-Reply-To first, then References from the oldest
    sent_at: datetime | None  # what the Date field claims, in UTC
    attachments: tuple[IncomingFile, ...]
    is_auto_reply: bool  # written by a machine: must not be answered by one
    bounce: Bounce | None
    desk_id: str | None  # X-Threeline-Desk: which desk sent it; our own id means a loop

    @property
    def is_bounce(self) -> bool:
        """A letter of ours came back, or is late."""
        return self.bounce is not None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A readable piece of a letter: as text, as HTML, or the same twice."""

    text: str | None = None
    markup: str | None = None


@dataclass(frozen=True, slots=True)
class _Letter:
    """What has been gathered of a part: readable pieces in their order, and files."""

    pieces: tuple[_Piece, ...] = ()
    files: tuple[IncomingFile, ...] = ()


def read_mail(raw: bytes, *, limit: int = 35_000_000) -> IncomingMail:
    """Read a mail of at most `limit` bytes; raises `Unreadable` and nothing else."""
    if not raw.strip():
        raise Unreadable("empty")
    if len(raw) > limit:
        raise Unreadable("too_large")
    mail = read_parts(raw)
    if not mail.fields:
        raise Unreadable("no_headers")

    hint = next((part.charset for part in mail.walk() if part.charset), None)
    letter = _gather(mail, hint, is_root=True)
    html = _html_of(letter.pieces)
    text = _text_of(letter.pieces, html)
    bounce = read_bounce(mail, text)
    sender = _sender(mail, hint)
    reply_to = [mailbox.address for mailbox in _mailboxes(mail, "reply-to", hint) if mailbox.address]
    return IncomingMail(
        message_id=next(iter(_message_ids(mail.values("message-id"), bare=True)), None),
        digest=hashlib.sha256(raw).hexdigest(),
        sender_name=sender.name[:_LONGEST_NAME],
        sender_address=sender.address,
        to=_addresses(mail, "to", hint),
        cc=_addresses(mail, "cc", hint),
        reply_to=next(iter(reply_to), None),
        subject=header_text(mail.value("subject"), hint=hint)[:_LONGEST_SUBJECT],
        text=text,
        html=html or None,
        reply_text=trim_reply(text),
        references=_references(mail),
        sent_at=_sent_at(mail.value("date")),
        attachments=_marked_inline(letter.files, html),
        is_auto_reply=bounce is not None or _is_auto_reply(mail),
        bounce=bounce,
        desk_id=header_text(mail.value("x-threeline-desk"))[:_LONGEST_NAME] or None,
    )


def _sender(mail: Part, hint: str | None) -> Mailbox:
    """The first author whose address can be read, else whoever sent it for them, else a bare name."""
    known = [*_mailboxes(mail, "from", hint), *_mailboxes(mail, "sender", hint)]
    readable = (mailbox for mailbox in known if mailbox.address)
    return next(readable, known[0] if known else Mailbox("", None))


def _mailboxes(mail: Part, name: str, hint: str | None) -> list[Mailbox]:
    return [mailbox for value in mail.values(name) for mailbox in read_mailboxes(value, hint=hint)]


def _addresses(mail: Part, name: str, hint: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mailbox.address for mailbox in _mailboxes(mail, name, hint) if mailbox.address))


def _references(mail: Part) -> tuple[str, ...]:
    answered = _message_ids(mail.values("in-reply-to"))
    thread = _message_ids(mail.values("references"))
    return tuple(dict.fromkeys([*answered[:_MAX_REFERENCES], *thread[-_MAX_REFERENCES:]]))


def _message_ids(values: list[bytes], *, bare: bool = False) -> list[str]:
    """The ids in these fields; `bare` takes one without brackets and without "@" for an id, too."""
    found: list[str] = []
    for value in values:
        text = re.sub(r"\([^()]*\)", "", one_line(to_text(value[:100_000])))
        ids = _BRACKETED_ID.findall(text) or [word for word in re.split(r"[\s,;<>]+", text) if bare or "@" in word]
        found += (re.sub(r"\s+", "", known) for known in ids)
    return [f"<{known}>" for known in found if 0 < len(known) <= _LONGEST_ID]


def _sent_at(value: bytes) -> datetime | None:
    try:
        claimed = parsedate_to_datetime(value[:200].decode("ascii", "replace"))
        return (claimed if claimed.tzinfo else claimed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_auto_reply(mail: Part) -> bool:
    """RFC 3834, and what older and other programs say instead; the subject alone ("Out of office") proves nothing."""
    submitted = re.split(r"[\s;(]", _keyword(mail, "auto-submitted"), maxsplit=1)[0]
    suppressed = {kind.strip() for kind in _keyword(mail, "x-auto-response-suppress").split(",")}
    return (
        submitted not in ("", "no")
        or not _MACHINE_SUPPRESSES.isdisjoint(suppressed)
        or _keyword(mail, "precedence") in _MACHINE_PRECEDENCE
        or any(_keyword(mail, name) not in ("", "no") for name in _MACHINE_HEADERS)
        or mail.media_type == "multipart/report"
    )


def _keyword(mail: Part, name: str) -> str:
    return mail.value(name)[:500].decode("ascii", "replace").strip().lower()


def _gather(part: Part, hint: str | None, *, is_root: bool = False) -> _Letter:
    """The letter and the files of a part and all below it."""
    if part.children:
        letters = [_gather(child, hint) for child in part.children]
        if part.media_type == "multipart/alternative":
            return _best_of(letters)
        if part.media_type == "multipart/related":
            return _with_its_pictures(part, letters, hint)
        return _Letter(tuple(chain.from_iterable(letter.pieces for letter in letters)), _files(letters))
    is_attached = part.disposition == "attachment" or (bool(part.filename) and not is_root)
    if part.media_type == "text/plain" and not is_attached:
        return _plain_letter(part, hint)
    if part.media_type in _MARKUP and not is_attached:
        content = part.content()
        declared = _META_CHARSET.search(content[:2_048])
        charset = part.charset or (declared[1].decode("ascii") if declared else "")
        return _Letter((_Piece(markup=to_text(content, charset, hint=hint)),))
    return _Letter(files=(_file(part, hint),))


def _best_of(letters: list[_Letter]) -> _Letter:
    """multipart/alternative: the same letter several times, the richest last."""
    texts = ["\n\n".join(piece.text for piece in letter.pieces if piece.text) for letter in letters]
    markups = ["".join(piece.markup for piece in letter.pieces if piece.markup) for letter in letters]
    text = next((text for text in texts if text.strip()), None)
    markup = next((markup for markup in reversed(markups) if markup.strip()), None)
    return _Letter((_Piece(text, markup),), _files(letters))


def _with_its_pictures(part: Part, letters: list[_Letter], hint: str | None) -> _Letter:
    """multipart/related: a letter and what it shows; what else could be read there is a file of the letter."""
    root = next((letter for letter in letters if letter.pieces), _Letter())
    files = (
        (_file(child, hint),) if letter.pieces and letter is not root and not child.children else letter.files
        for child, letter in zip(part.children, letters, strict=True)
    )
    return _Letter(root.pieces, tuple(chain.from_iterable(files)))


def _files(letters: list[_Letter]) -> tuple[IncomingFile, ...]:
    return tuple(chain.from_iterable(letter.files for letter in letters))


def _html_of(pieces: tuple[_Piece, ...]) -> str:
    if not any(piece.markup for piece in pieces):
        return ""
    markups = (piece.markup or f"<pre>{entities.escape(piece.text or '')}</pre>" for piece in pieces)
    return safe_html("".join(markups))


def _text_of(pieces: tuple[_Piece, ...], html: str) -> str:
    readable = [piece for piece in pieces if (piece.text or piece.markup or "").strip()]
    if len(readable) == 1:
        return readable[0].text or text_of(html)
    texts: list[str] = []
    converted = 0
    for piece in readable:
        if piece.text or converted > _MAX_CONVERTED:
            texts.append(piece.text or "")
        else:
            converted += len(piece.markup or "")
            texts.append(text_of(safe_html(piece.markup or "")))
    return "\n\n".join(text.strip("\n") for text in texts)


def _plain_letter(part: Part, hint: str | None) -> _Letter:
    content, uuencoded = cut_uuencoded(part.content())
    text = plain_text(to_text(content, part.charset, hint=hint))
    if part.parameters.get("format", b"").lower() == b"flowed":
        text = _unflowed(text, deletes_space=part.parameters.get("delsp", b"").lower() == b"yes")
    files = (_named_file(header_text(name, hint=hint), "", content) for name, content in uuencoded)
    return _Letter((_Piece(text),), tuple(files))


def _unflowed(text: str, *, deletes_space: bool) -> str:
    """Put together the lines of a paragraph (RFC 3676): a line that ends with a space goes on in the next one."""
    lines: list[str] = []
    paragraph: list[str] = []
    paragraph_depth = 0
    for line in text.split("\n"):
        unquoted = line.lstrip(">")
        depth = len(line) - len(unquoted)
        unstuffed = unquoted.removeprefix(" ")
        is_flowed = unstuffed.endswith(" ") and unstuffed != "-- "
        if paragraph and (depth != paragraph_depth or unstuffed == "-- "):
            lines.append(_quoted("".join(paragraph), paragraph_depth))
            paragraph = []
        paragraph.append(unstuffed[:-1] if is_flowed and deletes_space else unstuffed)
        paragraph_depth = depth
        if not is_flowed:
            lines.append(_quoted("".join(paragraph), depth))
            paragraph = []
    if paragraph:
        lines.append(_quoted("".join(paragraph), paragraph_depth))
    return "\n".join(lines)


def _quoted(line: str, depth: int) -> str:
    return f"{'>' * depth} {line}" if depth else line


def _file(part: Part, hint: str | None) -> IncomingFile:
    content = part.content()
    declared = part.media_type if part.value("content-type") or part.media_type != "text/plain" else ""
    name = part.filename
    if part.media_type in ("message/rfc822", "message/global"):
        inner = dict(reversed(read_fields(content, 0, len(content))[0]))
        name = name or re.sub(r"[/\\]", "_", header_text(inner.get("subject", b""), hint=hint))
        name = name if not name or name.lower().endswith(".eml") else f"{name}.eml"
    content_id = one_line(to_text(part.value("content-id"))).strip("<> ")[:_LONGEST_ID]
    return replace(_named_file(name, declared, content), content_id=content_id or None)


def _named_file(name: str, declared: str, content: bytes) -> IncomingFile:
    media_type = _SAME_TYPE.get(declared, declared)
    if media_type in _SAYS_NOTHING:
        media_type = _known_types.guess_type(_bare_name(name))[0] or _type_by_content(content)
    extension = _EXTENSIONS.get(media_type) or _known_types.guess_extension(media_type) or ".bin"
    return IncomingFile(_bare_name(name) or f"attachment{extension}", media_type, content)


def _bare_name(name: str) -> str:
    """A name without a path, without characters that cannot be seen, not too long for any file system."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    visible = "".join(character for character in name if unicodedata.category(character) not in _INVISIBLE)
    name = " ".join(_REFUSED_IN_NAMES.sub("_", visible).split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if len(name) <= _LONGEST_FILENAME or not dot or len(extension) > _LONGEST_EXTENSION:
        return name[:_LONGEST_FILENAME]
    return f"{stem[: _LONGEST_FILENAME - 1 - len(extension)]}.{extension}"


def _type_by_content(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return "application/zip"  # puremagic takes any archive for a Word document
    try:
        return str(puremagic.from_string(content[:4_096], mime=True)) or "application/octet-stream"
    except (ValueError, LookupError):  # empty, or nothing it knows: plain text among others
        return "application/octet-stream"


def _marked_inline(files: tuple[IncomingFile, ...], html: str) -> tuple[IncomingFile, ...]:
    shown = {unquote(entities.unescape(found)) for found in _SHOWN_INLINE.findall(html)}
    return tuple(replace(file, inline=file.content_id in shown) for file in files)
