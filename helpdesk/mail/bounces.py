"""What a returned mail says: to whom it could not be delivered, whether for good, and which letter it was.

Semantics
1. A delivery report (RFC 3464) is believed before any prose. Recipients it calls delivered, relayed or expanded have
   not failed; a report of such only is no bounce.
2. Permanent is what the Status field says: class 5 (RFC 3463), unless the report only tells of a delay. Without a
   Status the reply code of the diagnostic counts; without either nothing is permanent, so that no address is given up.
3. Mail systems that write no report (qmail, Exim and others) are known by their sender or the null return path, and
   read by X-Failed-Recipients or by the lines that begin with an address in angle brackets.
4. The null return path alone is no bounce on an automatic answer or a read receipt: those have it too (RFC 3834 §3.3,
   RFC 8098 §3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpdesk.mail.addresses import read_mailboxes
from helpdesk.mail.charsets import to_text
from helpdesk.mail.mime import Part, read_fields

_REPORTS = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RETURNED_MAIL = frozenset(("message/rfc822", "message/global"))
_RETURNED_HEADER = frozenset(("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"))
_NOT_FAILED = frozenset(("delivered", "relayed", "expanded"))
_PROSE_LENGTH = 100_000
_MAX_RECIPIENTS = 1_000

_DAEMON = re.compile(rb"\bmailer[-_]?daemon\b", re.IGNORECASE)
_NULL_PATH = re.compile(rb"\s*<\s*>\s*")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d\b")
_RECIPIENT_LINE = re.compile(r"^[ \t]{0,8}<([^<>\s@]{1,200}@[^<>\s@]{1,255})>", re.MULTILINE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_MESSAGE_ID_LINE = re.compile(r"^[> \t]{0,8}message-id:[ \t]{0,8}(<[^<>\s]{1,900}>)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """One recipient that a letter did not reach, with the enhanced status code (RFC 3463) when there is one."""

    address: str
    status: str | None
    is_permanent: bool


@dataclass(frozen=True, slots=True)
class Bounce:
    """A returned letter: the failed deliveries, and the Message-ID of the letter when the bounce contains it."""

    failures: tuple[FailedDelivery, ...]
    original_message_id: str | None


def read_bounce(mail: Part, prose: str) -> Bounce | None:
    """What a mail says about a letter that came back, by its report or its text; None when it is no bounce."""
    groups = [group for part in mail.walk() if part.media_type in _REPORTS for group in _recipient_groups(part)]
    if groups and all(_action(group) in _NOT_FAILED for group in groups):
        return None
    if not _is_bounce(mail):
        return None
    prose = prose[:_PROSE_LENGTH]
    failures = {failure.address.lower(): failure for failure in map(_reported, groups) if failure is not None}
    if not groups:
        failures = {failure.address.lower(): failure for failure in _told(mail, prose)}
    return Bounce(tuple(failures.values()), _original_message_id(mail, prose))


def _is_bounce(mail: Part) -> bool:
    if any(part.media_type in _REPORTS for part in mail.walk()) or _DAEMON.search(mail.value("from")[:1_000]):
        return True
    has_null_path = any(_NULL_PATH.fullmatch(value) for value in mail.values("return-path"))
    is_answer = mail.value("auto-submitted").strip().lower().startswith(b"auto-replied")
    return has_null_path and not is_answer and mail.media_type != "multipart/report"


def _recipient_groups(report: Part) -> list[dict[str, str]]:
    """The fields of each recipient of a delivery report; the group about the message itself is left out."""
    groups = re.split(rb"\n\s*\n", report.content()[:_PROSE_LENGTH].replace(b"\r", b""))[: _MAX_RECIPIENTS + 1]
    read = [{name: to_text(value) for name, value in read_fields(group, 0, len(group))[0]} for group in groups]
    return [fields for fields in read if "original-recipient" in fields or "final-recipient" in fields]


def _action(group: Mapping[str, str]) -> str:
    return group.get("action", "").strip().lower()


def _reported(group: Mapping[str, str]) -> FailedDelivery | None:
    """One failed recipient: the address as we wrote it, or else the one that it was turned into on the way."""
    recipients = (group.get(name, "").rpartition(";")[2] for name in ("original-recipient", "final-recipient"))
    mailboxes = [mailbox for recipient in recipients for mailbox in read_mailboxes(recipient.encode())]
    address = next((mailbox.address for mailbox in mailboxes if mailbox.address), None)
    if address is None or _action(group) in _NOT_FAILED:
        return None
    diagnostic = group.get("diagnostic-code", "")
    status = _status(group.get("status", "")) or _status(diagnostic)
    return FailedDelivery(address, status, _is_permanent(status, diagnostic) and _action(group) != "delayed")


def _told(mail: Part, prose: str) -> Iterator[FailedDelivery]:
    """The failed recipients of a bounce without a report."""
    lines = list(_RECIPIENT_LINE.finditer(prose))[:_MAX_RECIPIENTS]
    ends = [*(line.start() for line in lines[1:]), len(prose)]
    reasons = {line[1].lower(): prose[line.end() : end][:2_000] for line, end in zip(lines, ends, strict=False)}
    named = [mailbox.address for value in mail.values("x-failed-recipients") for mailbox in read_mailboxes(value)]
    for address in named or [line[1] for line in lines]:
        if address:
            reason = reasons.get(address.lower(), prose[:2_000] if named else "")
            status = _status(reason)
            yield FailedDelivery(address, status, _is_permanent(status, reason))


def _status(text: str) -> str | None:
    found = _STATUS.search(text)
    return found[1] if found else None


def _is_permanent(status: str | None, diagnostic: str) -> bool:
    if status is not None:
        return status.startswith("5")
    code = _REPLY_CODE.search(diagnostic)
    return code is not None and code[1] == "5"


def _original_message_id(mail: Part, prose: str) -> str | None:
    returned = [part for part in mail.walk() if part.media_type in _RETURNED_MAIL | _RETURNED_HEADER]
    for content in (part.content() for part in returned):
        fields = dict(reversed(read_fields(content, 0, len(content))[0]))
        if found := _MESSAGE_ID.search(to_text(fields.get("message-id", b""))):
            return found[0]
    told = _MESSAGE_ID_LINE.search(prose)
    return told[1] if told else None
