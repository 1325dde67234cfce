"""What a person wrote in a reply, without what their mail program put under, above and around it.

Semantics
1. Every line is of one kind: blank, text, quoted (">"), an attribution ("On … wrote:", over several lines too), or the
   heading of a whole original ("-----Original Message-----", "From: … Sent: … Subject: …").
2. An answer above: everything from the first attribution or heading on is cut. An answer below: the attribution and its
   quoted lines are cut. Answers in between: text and quoted lines stay, an answer is nothing without its question.
3. Quoted lines at the end are cut. Quoted lines that nothing announces, above an answer, stay.
4. Signatures are cut: the block under "-- ", a block under a ruler that looks like one, "Sent from my iPhone".
5. Closing words ("Best regards, Ona") stay, and so does what only looks a little like any of this: a line too many is
   read over, a line too few is a misunderstanding.
6. Nothing is never the answer: where all would be cut, the whole text is given back.
7. Below our own marker line nothing is the writer's.

No language is detected: a form of any language in `phrases` is a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from helpdesk.mail import phrases

# The line above which a reply is to be written; a letter carries the one in its reader's language. They are protocol
# and belong to no catalogue: a line that was sent must be known for as long as people answer it.
MARKERS = {
    "en": "-- please write above this line --",
    "lt": "-- prašome rašyti virš šios eilutės --",
    "ru": "-- пожалуйста, пишите выше этой строки --",
    "zh": "-- 请在此行上方回复 --",
}
MARKER = MARKERS["en"]

_MAX_LINES = 10_000  # looked at; nobody writes a longer reply by hand
_MAX_LINE = 400
_ATTRIBUTION_LINES = 6
_ATTRIBUTION_LENGTH = 500
_HEADING_LINES = 24
_SIGNATURE_LINES = 20
_RULED_SIGNATURE_LINES = 8
_WRAPPED_AT = 65  # a quoted line shorter than this was not broken by a mail program


def _any_of(table: Mapping[str, str]) -> str:
    found = {phrase for row in table.values() for phrase in row.split("|")}
    return "|".join(re.escape(phrase) for phrase in sorted(found, key=len, reverse=True))


_INVISIBLE = " \t\xa0\u200b\u200c\u200d\u2060\ufeff\u1427"  # the last one is a read-tracker's dot
_ORNAMENT = " \t\xa0*_|>"
_DASHES = "-‐‑–—_=~"
_MARKER_WORDS = {" ".join(marker.strip("- ").casefold().split()) for marker in MARKERS.values()}
_ORIGINALS = frozenset(phrase for row in phrases.ORIGINAL.values() for phrase in row.split("|"))
_BARE_ORIGINALS = frozenset(phrase for row in phrases.ORIGINAL_WITHOUT_DASHES.values() for phrase in row.split("|"))

_DATED = re.compile(r"(?:19|20)\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[-./]\s?\d{1,2}[-./]\s?\d\d")
_ADDRESSED = re.compile(r"[^\s<>@(\[]@[^\s<>@)\]]")
_BEGINS_WITH_DATE = re.compile(r"\W{0,6}(?:[^\W\d]++(?:[.,]{1,2}\s*+|\s++)){0,5}[^\W\d]*+\d")
_WROTE = rf"(?:(?<![^\W\d])(?:{_any_of(phrases.WROTE)})|(?:{_any_of(phrases.WROTE_UNSPACED)}))"
_WROTE_LAST = re.compile(rf"{_WROTE}\s*(?:[:：]\s*[{_DASHES}]*|[{_DASHES}]{{2,}})$", re.IGNORECASE)
_WROTE_BEFORE = re.compile(rf"{_WROTE}[\s,(]+(\S.{{0,200}})[:：]$", re.IGNORECASE)
_WRITER_LAST = re.compile(
    rf"\s(?:{phrases.WROTE_BEFORE_WRITER})\s+(?:[\"'„“]?[^\W\d_][^\s:：]*+\s*+){{1,5}}[:：]$", re.IGNORECASE
)
_SENDER_LAST = re.compile(r"[<(\[][^\s<>()\[\]@]{1,100}@[^\s<>()\[\]@]{1,200}[>)\]]+\s*[:：]$")
_OLD_GMAIL = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d\d:\d\d GMT[+-]\d\d:\d\d \S.{0,150}")

_ENDS_OF_ATTRIBUTION = (":", "：", *_DASHES)

_QUOTED = re.compile(r"\s{0,3}(?:>|[A-Z]{1,3}>(?:\s|$))")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_BETWEEN_DASHES = re.compile(rf"[{_DASHES}]{{2,}}\s*([^{_DASHES}].*?)\s*[{_DASHES}]{{2,}}$")
_SIGNATURE_DELIMITER = re.compile(r"\s?(?:--|[–—])\s*$")
_RULER = re.compile(r"\s*([-_=~*#+–—])(?:\s?\1){2,}\s*$")
_CONTACT = re.compile(
    r"[^\s@]@[^\s@]|\bwww\.|\+?\d[\d\s()./-]{6,}\d|\b(?:tel|mob|fax|phone|telefon|тел|моб|电话|手机)\b", re.IGNORECASE
)
_LINK_TARGET = re.compile(r"<(?:https?|mailto):[^<>\s]*>|\((?:https?|mailto):[^()\s]*\)")
_SENT_FROM = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # "Sent from my iPhone", perhaps in brackets and with an apology for typing errors
        rf"[<(\[*_\s]{{0,4}}(?:{_any_of(phrases.SENT)})\s?(?:\S{{1,20}}\s){{0,3}}?\W{{0,3}}(?:我的\s?)?"
        rf"(?:{phrases.DEVICES})(?![^\W\d_])(?:[^,.;!?]|\.(?=\w)){{0,70}}(?:[,.]\s{{0,3}}(?:{phrases.APOLOGIES}).{{0,80}})?[.)>\]*_\s]*",
        rf"[<(\[*_\s]{{0,4}}(?:{_any_of(phrases.SENT_FROM_MY)})\s?\S{{1,20}}(?:\s\S{{1,20}}){{0,3}}",
        # the verb behind the device
        rf"(?:von (?:meinem|unterwegs)|diese nachricht wurde).{{0,60}}\b(?:{phrases.DEVICES})\b.{{0,40}}\bgesendet\W*",
        r"[從从]我的\s?\S{1,20}\s?(?:傳送|发送|發送)",
        rf"(?:나의 )?(?:{phrases.DEVICES})\S{{0,20}}\s?(?:から送信|gönderildi|에서 보냄)\W*",
        rf"(?:\S{{1,20}}\s)?from (?:mobile|my (?:{phrases.DEVICES})(?:\s\S{{1,10}}){{0,2}})",
        # an advertisement, an excuse
        rf"(?:{phrases.GET})\W{{1,4}}(?:.{{0,20}}\W)?(?:outlook|bluemail)\b.{{0,40}}\b(?:ios|android).{{0,90}}",
        rf"outlook\b.{{0,20}}\b(?:ios|android).{{0,20}}\s?(?:{phrases.GET_BEHIND})",
        rf"(?:{phrases.EXCUSES})\b.{{0,60}}",
    )
)


class _Kind(Enum):
    BLANK = auto()
    TEXT = auto()
    QUOTED = auto()
    ATTRIBUTION = auto()
    ORIGINAL = auto()


_ANNOUNCEMENTS = (_Kind.ATTRIBUTION, _Kind.ORIGINAL)


class _Field(Enum):
    FROM = auto()
    DATE = auto()
    TO = auto()
    COPY = auto()
    SUBJECT = auto()
    OTHER = auto()


_FIELDS = {
    name: kind
    for row in phrases.FIELDS.values()
    for kind, names in zip(_Field, row.split("; "), strict=True)
    for name in names.split("|")
}


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    kind: _Kind


def trim_reply(text: str) -> str:
    """What is left of a reply when quotations and signatures are cut; the whole text where that would be nothing."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    read = [_Line(line, kind) for line, kind in zip(lines, _kinds(lines[:_MAX_LINES]), strict=False)]
    kept = _without_ending(_without_quotations(_without_signatures(_above_marker(read))))
    if not any(line.kind is _Kind.TEXT for line in kept):
        return _stripped(lines)
    unread = lines[_MAX_LINES:] if kept[-1] is read[-1] else []
    return _stripped([line.text for line in kept] + unread)


def _above_marker(lines: list[_Line]) -> list[_Line]:
    """The lines above our marker; where somebody wrote below it, all but the marker."""
    marked = [position for position, line in enumerate(lines) if _is_marker(line.text)]
    if not marked:
        return lines
    above = lines[: marked[0]]
    return above if _has_text(above) else [line for line in lines if not _is_marker(line.text)]


def _without_signatures(lines: list[_Line]) -> list[_Line]:
    """Cut the blocks under a signature's delimiter, each as far as the next quotation."""
    kept: list[_Line] = []
    position = 0
    while position < len(lines):
        end = _signature_end(lines, position) if lines[position].kind is _Kind.TEXT else None
        if end is None:
            kept.append(lines[position])
        position = position + 1 if end is None else end
    return kept


def _signature_end(lines: list[_Line], start: int) -> int | None:
    """Where the signature ends that this line begins; None when it begins none."""
    is_delimiter = bool(_SIGNATURE_DELIMITER.match(lines[start].text))
    ruler = None if is_delimiter else _RULER.match(lines[start].text[:_MAX_LINE])
    if not is_delimiter and not (ruler and (start == 0 or lines[start - 1].kind is not _Kind.TEXT)):
        return None
    block: list[str] = []
    end = start + 1
    while end < len(lines) and lines[end].kind in (_Kind.TEXT, _Kind.BLANK):
        if lines[end].kind is _Kind.TEXT:
            block.append(lines[end].text)
        if len(block) > _SIGNATURE_LINES:
            return None
        end += 1
    if ruler is not None:
        is_footer = ruler[1] == "_" and len(ruler[0].strip()) >= 5  # as mailing lists and old Outlook draw it
        has_contact = any(_CONTACT.search(line[:_MAX_LINE]) for line in block)
        if len(block) > _RULED_SIGNATURE_LINES or not (is_footer or has_contact):
            return None
    return end


def _without_quotations(lines: list[_Line]) -> list[_Line]:
    kept: list[_Line] = []
    position = 0
    while position < len(lines):
        if lines[position].kind not in _ANNOUNCEMENTS:
            kept.append(lines[position])
            position += 1
            continue
        after = _end_of_run(lines, position, (lines[position].kind, _Kind.BLANK))
        is_quoted = after < len(lines) and lines[after].kind is _Kind.QUOTED
        is_attribution = lines[position].kind is _Kind.ATTRIBUTION
        if is_attribution and is_quoted:
            quotation_end = _end_of_run(lines, after, (_Kind.QUOTED, _Kind.BLANK))
            if _has_text(kept):
                if not _is_answered(lines, quotation_end):
                    break
            elif all(line.kind in (_Kind.TEXT, _Kind.BLANK) for line in lines[quotation_end:]):
                after = quotation_end  # the answer stands below, alone
        elif _has_text(kept):
            break
        position = after
    return kept


def _is_answered(lines: list[_Line], start: int) -> bool:
    """Has the writer gone on below a quotation, before anything that is announced and not quoted?"""
    for position in range(start, len(lines)):
        kind = lines[position].kind
        if kind is _Kind.TEXT:
            return True
        if kind is _Kind.ORIGINAL:
            return False
        if kind is _Kind.ATTRIBUTION:
            after = _end_of_run(lines, position, (kind, _Kind.BLANK))
            if after == len(lines) or lines[after].kind is not _Kind.QUOTED:
                return False
    return False


def _without_ending(lines: list[_Line]) -> list[_Line]:
    """Cut quoted lines, rulers and "Sent from my …" from the end, for as long as there are any."""
    end = len(lines)
    while end:
        line = lines[end - 1]
        if line.kind is _Kind.TEXT and not _RULER.match(line.text[:_MAX_LINE]) and not _is_sent_from(line.text):
            break
        end -= 1
    return lines[:end]


def _kinds(lines: list[str]) -> list[_Kind]:
    kinds: list[_Kind] = []
    attributions = _attribution_lengths(lines)
    fences = [position for position, line in enumerate(lines) if _FENCE.match(line)]
    fenced = {
        position for begin, end in zip(fences[::2], fences[1::2], strict=False) for position in range(begin, end + 1)
    }
    while len(kinds) < len(lines):
        position = len(kinds)
        line = lines[position][:_MAX_LINE]
        if position in fenced:
            kinds.append(_Kind.TEXT)
        elif not line.strip(_INVISIBLE):
            kinds.append(_Kind.BLANK)
        elif length := _heading_length(lines, position):
            kinds += [_Kind.ORIGINAL] * length
        elif _QUOTED.match(line):
            kinds.append(_Kind.QUOTED)
        elif attributions[position]:
            kinds += [_Kind.ATTRIBUTION] * attributions[position]
        else:
            kinds.append(_Kind.QUOTED if _is_broken_off(lines, kinds) else _Kind.TEXT)
    return kinds


def _is_broken_off(lines: list[str], kinds: list[_Kind]) -> bool:
    """Is this the end of a quoted line that a mail program broke without quoting the rest of it?"""
    position = len(kinds)
    if not kinds or kinds[-1] is not _Kind.QUOTED or position + 1 == len(lines):
        return False
    begins_small = lines[position].strip()[:1].islower()
    return begins_small and len(lines[position - 1]) >= _WRAPPED_AT and bool(_QUOTED.match(lines[position + 1][:9]))


def _heading_length(lines: list[str], start: int) -> int:
    """How many lines the heading of a whole original takes from here on; 0 when none begins here."""
    line = lines[start][:_MAX_LINE].strip(_ORNAMENT)
    dashed = _BETWEEN_DASHES.match(line) if line[:1] in _DASHES else None
    between = _folded(dashed[1]) if dashed else ""
    if between in _ORIGINALS or between.startswith(phrases.FORWARDED_BY) or _folded(line) in _BARE_ORIGINALS:
        fields = _end_of_blanks(lines, start + 1)
        return fields + _fields_length(lines, fields)[0] - start if _field(lines, fields) else 1
    if _field(lines, start) is not _Field.FROM or lines[start].lstrip().startswith(">"):
        return 0
    length, found = _fields_length(lines, start)
    is_addressed = bool(_ADDRESSED.search(line))
    is_heading = _Field.SUBJECT in found and not found.isdisjoint((_Field.DATE, _Field.TO))
    return length if is_heading or (is_addressed and found >= {_Field.DATE, _Field.TO}) else 0


def _fields_length(lines: list[str], start: int) -> tuple[int, set[_Field]]:
    """The extent of a block of fields, and which there are; long values may be broken over two more lines."""
    found: set[_Field] = set()
    end = position = start
    while position < min(start + _HEADING_LINES, len(lines)):
        kind = _field(lines, position)
        if kind is not None:
            found.add(kind)
            end = position + 1
        elif position - end >= 2 or (not lines[position].strip(_INVISIBLE) and not _field(lines, position + 1)):
            break
        position += 1
    return end - start, found


def _field(lines: list[str], position: int) -> _Field | None:
    line = lines[position][:60].strip(_ORNAMENT).replace("：", ":") if position < len(lines) else ""
    name, colon, _ = line.partition(":")
    return _FIELDS.get(_folded(name)) if colon else None


def _attribution_lengths(lines: list[str]) -> list[int]:
    """For every line, how many lines "On …, … wrote:" takes from there on; 0 where none begins.

    From the end, because an attribution begins at the last line that can begin it: "It was fine on 5 May at 10:15" is
    no part of the one below.
    """
    lengths = [0] * len(lines)
    for start in range(len(lines) - 1, -1, -1):
        first = lines[start][:_MAX_LINE]
        if not (_is_dated(first) or _ADDRESSED.search(first) or first.rstrip().endswith("<")):
            continue
        joined = ""
        for position in range(start, min(start + _ATTRIBUTION_LINES, len(lines))):
            piece = lines[position][:_MAX_LINE].strip()
            is_open = joined.count("<") > joined.count(">")
            following = _following(lines, position)
            if not piece and not is_open and not following.startswith(("<", "mailto:")):
                break
            if joined and not is_open and (piece.startswith(">") or (lengths[position] and _is_dated(piece))):
                break
            joined = f"{joined} {piece}".strip()
            if _is_attribution(joined, following):
                lengths[start] = position - start + 1
            if lengths[start] or len(joined) > _ATTRIBUTION_LENGTH or piece.endswith((":", "：")):
                break
    return lengths


def _following(lines: list[str], position: int) -> str:
    """The beginning of the next line that says something, two lines on at the most."""
    return next((line.strip()[:20] for line in lines[position + 1 : position + 3] if line.strip()), "")


def _is_attribution(joined: str, following: str) -> bool:
    joined = joined.lstrip(_ORNAMENT + _DASHES).rstrip(" \t\xa0*_")
    is_addressed, is_dated = bool(_ADDRESSED.search(joined)), _is_dated(joined)
    if not joined.endswith(_ENDS_OF_ATTRIBUTION):  # forms of old programs, without a colon
        is_closed = joined.endswith(">") and joined.count("<") == joined.count(">")
        is_announced = is_closed and is_addressed and following.startswith((">", "|"))
        return is_dated and (is_announced or bool(_OLD_GMAIL.fullmatch(joined)))
    if (is_addressed or is_dated) and _WROTE_LAST.search(joined):
        return True
    before = _WROTE_BEFORE.search(joined)
    if before and (_DATED.search(before[1]) or _ADDRESSED.search(before[1])):
        return is_addressed or is_dated
    return is_dated and bool(_WRITER_LAST.search(joined) or (is_addressed and _SENDER_LAST.search(joined)))


def _is_dated(line: str) -> bool:
    return bool(_BEGINS_WITH_DATE.match(line) and _DATED.search(line))


def _is_marker(line: str) -> bool:
    return len(line) < 200 and " ".join(line.strip(_ORNAMENT + _DASHES + "#.").casefold().split()) in _MARKER_WORDS


def _is_sent_from(line: str) -> bool:
    line = _LINK_TARGET.sub("", line[:_MAX_LINE]).strip()
    return len(line) <= 160 and any(form.fullmatch(line) for form in _SENT_FROM)


def _folded(phrase: str) -> str:
    return " ".join(phrase.strip(_ORNAMENT + ":：").casefold().split())


def _end_of_run(lines: list[_Line], start: int, kinds: Iterable[_Kind]) -> int:
    return next((position for position in range(start, len(lines)) if lines[position].kind not in kinds), len(lines))


def _end_of_blanks(lines: list[str], start: int) -> int:
    return next((at for at in range(start, len(lines)) if lines[at].strip(_INVISIBLE)), len(lines))


def _has_text(lines: Iterable[_Line]) -> bool:
    return any(line.kind is _Kind.TEXT for line in lines)


def _stripped(lines: list[str]) -> str:
    """The lines without blank ones around them; the indentation of the first stays."""
    written = [position for position, line in enumerate(lines) if line.strip(_INVISIBLE)]
    return "\n".join(lines[written[0] : written[-1] + 1]).rstrip() if written else ""
