"""The structure of a mail: its header fields (RFC 5322) and its parts (RFC 2045, 2046, 2231), within bounds.

Semantics
1. Bytes go in, a tree of parts comes out; nothing raises, whatever the bytes are. A part is a span of the mail: nothing
   is copied or decoded before it is asked for.
2. Depth, number of parts and number of header lines are bounded. A multipart below the last level stays an opaque leaf;
   parts over the number are left out.
3. What senders break is read as it was meant: a missing last boundary, a boundary that is not the declared one, a
   missing blank line after the header, a header line that lost its indentation, parameters without quotes.
4. A message/rfc822 part is a leaf: a letter inside a letter is somebody else's.

`email.parser` of the standard library is not used for this: it compares every line with every open boundary, so that
the sender chooses the time (a mail of 1 MB in 200 levels takes it 17 seconds).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from helpdesk.mail.charsets import header_text, to_text

MAX_DEPTH = 16
MAX_PARTS = 500
_MAX_HEADER_LINES = 50_000
_MAX_FIELDS = 2_000
_PARAMETER_BYTES = 8_000
_MAX_UUENCODED = 50

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_MBOX_LINE = re.compile(rb">?From ")
_HEADER_END = re.compile(rb"\n\r?\n")
_MEDIA_TYPE = re.compile(rb"\s*([a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100})(?![^\s;,()])", re.IGNORECASE)
_PARAMETER = re.compile(rb"([^\s=;\"]+)\s*=\s*(\"(?:[^\"\\]|\\.)*+\"?|[^;]*)", re.DOTALL)
_EXTENDED_NAME = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_LIKELY_BOUNDARY = re.compile(rb"^--(?=\S)([^\r\n]{1,200})\r?\n(?=[A-Za-z-]{1,40}:)", re.MULTILINE)
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail, the whole mail included: its header fields, its type and where its body stands."""

    fields: tuple[tuple[str, bytes], ...]
    media_type: str
    parameters: Mapping[str, bytes]
    children: tuple[Part, ...]
    raw: bytes = field(repr=False)
    start: int
    end: int

    def value(self, name: str) -> bytes:
        """The first header field of that (lower-case) name, folded as it came; empty when there is none."""
        return next((value for known, value in self.fields if known == name), b"")

    def values(self, name: str) -> list[bytes]:
        """All header fields of that (lower-case) name, from the top."""
        return [value for known, value in self.fields if known == name]

    @property
    def charset(self) -> str:
        """The declared charset; empty when there is none."""
        return self.parameters.get("charset", b"").decode("ascii", "replace")

    @property
    def disposition(self) -> str:
        """The kind of Content-Disposition: "inline", "attachment", anything a sender invents, or empty."""
        return self.value("content-disposition").split(b";")[0].strip().decode("ascii", "replace").lower()

    @property
    def filename(self) -> str:
        """The name that the sender gave the part, not yet safe as a file name; empty when there is none."""
        disposition = parameters(self.value("content-disposition"))
        return header_text(disposition.get("filename") or self.parameters.get("name", b""))

    def content(self) -> bytes:
        """The body without its transfer encoding; a damaged encoding is read as far as it goes."""
        body = self.raw[self.start : self.end]
        encoding = re.sub(rb"[^a-z0-9]", b"", self.value("content-transfer-encoding")[:100].lower())
        if encoding.startswith(b"base64"):
            return _base64(body)
        if encoding.startswith(b"quotedprintable"):
            return binascii.a2b_qp(body)
        if b"uue" in encoding:
            _, files = cut_uuencoded(body)
            return files[0][1] if files else body
        return body

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in their order in the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_parts(raw: bytes) -> Part:
    """The tree of parts of a mail; a mail without any header field has a part without fields."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    first = re.match(rb"(?:\xef\xbb\xbf)?[\r\n]*", raw)
    return _Splitter(raw).part(first.end() if first else 0, len(raw), depth=0)


def parameters(value: bytes) -> dict[str, bytes]:
    """The parameters of a structured field by lower-case name; RFC 2231 pieces joined, their text in UTF-8."""
    plain: dict[str, bytes] = {}
    extended: dict[str, dict[int, tuple[bytes, bool]]] = {}
    _, _, rest = re.sub(rb"[\r\n]+", b"", value[:_PARAMETER_BYTES]).partition(b";")
    for found in _PARAMETER.finditer(rest):
        name = _EXTENDED_NAME.fullmatch(found[1].decode("ascii", "replace").lower())
        if name is None:
            continue
        if name[2] is None and name[3] is None:
            plain.setdefault(name[1], _unquoted(found[2]))
        else:
            piece = (_unquoted(found[2]), name[3] is not None)
            extended.setdefault(name[1], {}).setdefault(int(name[2] or 0), piece)
    return plain | {name: _joined(pieces) for name, pieces in extended.items()}


def read_fields(raw: bytes, start: int, end: int) -> tuple[tuple[tuple[str, bytes], ...], int]:
    """The header fields from `start` on, by lower-case name, and where the body begins."""
    fields: list[tuple[str, list[bytes]]] = []
    position = start
    for _ in range(_MAX_HEADER_LINES):
        after = _next_line(raw, position, end)
        line = raw[position:after]
        if not line.strip(b"\r\n"):
            position = after
            break
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line)
        elif found := _FIELD.match(line):
            fields.append((found[1].decode("ascii").lower(), [line[found.end() :]]))
        elif not (fields or _MBOX_LINE.match(line)) or not _FIELD.match(raw, after, end):
            break  # no blank line: the body begins here
        position = after
    else:
        blank = _HEADER_END.search(raw, position, end)
        position = blank.end() if blank else end
    return tuple((name, b"".join(lines).strip()) for name, lines in fields[:_MAX_FIELDS]), position


def cut_uuencoded(body: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Take uuencoded files out of a text: what is left, and the name and content of each file."""
    left: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    kept_until = position = 0
    for _ in range(_MAX_UUENCODED):
        begin = _UU_BEGIN.search(body, position)
        end = begin and _UU_END.search(body, begin.end())
        if not begin or not end:
            break
        content = _uudecoded(body[begin.end() : end.start()])
        position = end.end()
        if content is not None:
            left.append(body[kept_until : begin.start()])
            files.append((begin[1], content))
            kept_until = position
    return b"".join([*left, body[kept_until:]]), files


class _Splitter:
    """One reading of one mail: counts its parts."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts_left = MAX_PARTS

    def part(self, start: int, end: int, *, depth: int, default: str = "text/plain") -> Part:
        self.parts_left -= 1
        fields, body = read_fields(self.raw, start, end)
        content_type = next((value for name, value in fields if name == "content-type"), b"")
        media_type, type_parameters = _media_type(content_type, default), parameters(content_type)
        children: tuple[Part, ...] = ()
        if media_type.startswith("multipart/") and depth < MAX_DEPTH:
            spans = self._spans(body, end, type_parameters.get("boundary", b""))
            below = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
            children = tuple(self.part(*span, depth=depth + 1, default=below) for span in spans if self.parts_left > 0)
            media_type = media_type if children else "text/plain"
        return Part(fields, media_type, type_parameters, children, self.raw, body, end)

    def _spans(self, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
        boundary = boundary.rstrip()
        spans = self._spans_between(boundary, start, end) if boundary else []
        if not spans and (likely := _LIKELY_BOUNDARY.search(self.raw, start, end)):
            spans = self._spans_between(likely[1].rstrip(), start, end)
        return spans

    def _spans_between(self, boundary: bytes, start: int, end: int) -> list[tuple[int, int]]:
        # Possessive: a line of a million spaces after a boundary must not be tried in every division.
        delimiter = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?+[ \t]*+\r?+(?=\n|\Z)")
        spans: list[tuple[int, int]] = []
        opened: int | None = None
        for found in delimiter.finditer(self.raw, max(start - 1, 0), end):
            if opened is not None:
                stop = found.start() - (self.raw[found.start() - 1] == 0x0D)
                spans.append((opened, max(opened, stop)))
            opened = None if found[1] else min(found.end() + 1, end)
            if opened is None or len(spans) > self.parts_left:
                break
        if opened is not None:
            spans.append((opened, end))
        return spans


def _next_line(raw: bytes, position: int, end: int) -> int:
    found = raw.find(b"\n", position, end)
    return end if found < 0 else found + 1


def _media_type(content_type: bytes, default: str) -> str:
    found = _MEDIA_TYPE.match(content_type)
    return found[1].decode("ascii").lower() if found else default


def _unquoted(value: bytes) -> bytes:
    value = value.strip()
    if not value.startswith(b'"'):
        return value
    # Only quotes and backslashes are unescaped: some clients send a whole Windows path.
    return re.sub(rb"\\([\"\\])", rb"\1", value[1:].removesuffix(b'"'))


def _joined(pieces: dict[int, tuple[bytes, bool]]) -> bytes:
    """RFC 2231: pieces in their order; the first names the charset, the starred ones are percent-encoded."""
    first, is_encoded = pieces[min(pieces)]
    charset = b""
    if is_encoded and first.count(b"'") >= 2:
        charset, _, first = first.split(b"'", 2)
    ordered = [(first, is_encoded), *(pieces[number] for number in sorted(pieces)[1:])]
    joined = b"".join(unquote_to_bytes(piece) if encoded else piece for piece, encoded in ordered)
    return to_text(joined, charset.decode("ascii", "replace")).encode("utf-8", "replace")


def _base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:  # cut off, or without its padding
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        whole = letters[:-1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _uudecoded(lines: bytes) -> bytes | None:
    """The content between "begin" and "end"; None when the lines are ordinary text."""
    decoded = []
    for line in lines.splitlines():
        try:
            decoded.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad a line with more than its length says (as in the standard library's codec).
            needed = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                decoded.append(binascii.a2b_uu(line[:needed]))
            except binascii.Error:
                return None
    return b"".join(decoded)
