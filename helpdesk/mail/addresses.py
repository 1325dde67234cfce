"""The people in a header field (RFC 5322 §3.4), read as forgivingly as mail clients write them.

It checks no domain and no mailbox; it only tells what has the form of an address. Addresses come with the domain in
lower case and the local part as given, because only its own host knows whether that is one mailbox or two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpdesk.mail.charsets import header_text, one_line, to_text

_FIELD_BYTES = 64_000
_MAX_MEMBERS = 1_000
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"?|<[^<>]*+>?|\\.|[(),;:]|[^"<(),;:\\]+|\\', re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)")
_ATOM = r"[^\s\"(),:;<>@\[\]\\\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_LOCAL_PART = rf'(?:{_ATOM}{{1,200}}|"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f]){{0,200}}")'
_ADDRESS = re.compile(rf"({_LOCAL_PART})@({_ATOM}{{1,255}}|\[[0-9A-Za-z:.]{{3,50}}\])")
_LONGEST_ADDRESS = 320


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name (perhaps empty) and an address; None where no address can be read."""

    name: str
    address: str | None


def read_mailboxes(value: bytes, *, hint: str | None = None) -> tuple[Mailbox, ...]:
    """The mailboxes of From, To, Cc or Reply-To in their order; groups are opened, empty members left out."""
    # Latin-1 keeps every byte, so the structure can be read before anything is decoded: what an encoded word says may
    # contain commas and angle brackets that separate nothing.
    text = re.sub(r"[\r\n]+", "", value[:_FIELD_BYTES].decode("latin-1"))
    mailboxes = (_mailbox(member, hint) for member in _members(text)[:_MAX_MEMBERS])
    return tuple(mailbox for mailbox in mailboxes if mailbox.name or mailbox.address)


def _members(text: str) -> list[list[str]]:
    """The pieces of each member of an address list: quoted strings, <addresses>, (comments) and words."""
    pieces = _PIECE.findall(text)
    if pieces and pieces[-1].startswith('"') and not pieces[-1].endswith('"', 1):  # never closed: no quotation
        pieces[-1:] = _PIECE.findall(pieces[-1].replace('"', ""))
    members: list[list[str]] = [[]]
    comment: list[str] = []
    depth = 0
    for piece in pieces:
        if piece == "(":
            comment.append(piece if depth else "")
            depth += 1
        elif depth:
            depth -= piece == ")"
            comment.append(piece if depth else "")
            if not depth:
                members[-1].append(f"({''.join(comment)})")
                comment = []
        elif piece in (",", ";"):
            members.append([])
        elif piece == ":" and not any("@" in known for known in members[-1]):
            members[-1] = []  # the name of a group
        else:
            members[-1].append(piece)
    return members


def _mailbox(pieces: list[str], hint: str | None) -> Mailbox:
    bracketed = [piece for piece in pieces if piece.startswith("<")]
    comments = [_unescaped(piece[1:-1]) for piece in pieces if piece.startswith("(")]
    others = [piece for piece in pieces if not piece.startswith(("(", "<"))]
    name = "".join(_unescaped(piece.strip('"')) for piece in others)
    if bracketed:
        # A name that looks like an address is no address: what stands in brackets counts, or nothing does.
        in_brackets = _COMMENT.sub("", bracketed[-1].strip("<>"))
        address = _address(in_brackets, "", hint)
        name = name if name.strip() else " ".join(comments)
    else:
        address = _address("".join(others), "".join(piece for piece in others if not piece.startswith('"')), hint)
        name = " ".join(comments) if address else name
    return Mailbox(header_text(name.encode("latin-1"), hint=hint).strip("'\" "), address)


def _address(text: str, unquoted: str, hint: str | None) -> str | None:
    """The address that the text is, or else the first one among its unquoted words."""
    text = _decoded(text, hint)
    text = text.rpartition(":")[2] if text.lower().startswith(("mailto:", "smtp:", "@")) else text
    # Blanks around dots and @ are allowed by the obsolete syntax (RFC 5322 §4.4).
    candidates = [re.sub(r"\s+(?=[.@])|(?<=[.@])\s+", "", text), *_decoded(unquoted, hint).split()]
    found = next(filter(None, (_ADDRESS.fullmatch(candidate.strip("<>' ")) for candidate in candidates)), None)
    if found is None:
        return None
    address = f"{found[1]}@{found[2].lower().rstrip('.')}"
    return address if len(address) <= _LONGEST_ADDRESS and not address.endswith("@") else None


def _decoded(text: str, hint: str | None) -> str:
    # No encoded words here: RFC 2047 §5 forbids them in an address, and two readers would see two senders.
    return one_line(to_text(text.encode("latin-1"), hint=hint))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
