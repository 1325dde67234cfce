"""Bytes of a mail to text, whatever the mail says about its charset.

Semantics
1. A declared charset is read as its superset, as browsers do (WHATWG Encoding Standard): gb2312 as GB18030,
   ks_c_5601-1987 as windows-949, shift_jis as windows-31j, iso-8859-1 as windows-1252. Mail clients declare the subset.
2. A single-byte charset decodes anything and so proves nothing: bytes that are well-formed UTF-8 are UTF-8, whatever
   single-byte charset, unknown name or nothing was declared.
3. What is neither is guessed: first by the `hint` (the charset that the same mail names elsewhere), then by the bytes.
4. Nothing raises. Bytes without a meaning become U+FFFD.

It does not detect languages. Of the single-byte charsets of the Latin script it tells only the Lithuanian one from the
western one.
"""

from __future__ import annotations

import binascii
import codecs
import re

_ALIASES = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "cseuckr": "cp949",
    "x-windows-949": "cp949",
    "x-gbk": "gb18030",
    "x-cp936": "gb18030",
    "gb_2312-80": "gb18030",
    "cn-gb": "gb18030",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "iso-8859-8-i": "cp1255",
    "iso-8859-8-e": "cp1255",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
}
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
}
# Python also knows "zlib", "idna" or "unicode_escape" as encodings: a stranger must not choose those.
_SINGLE_BYTE = re.compile(r"(?:cp(?!932$|949$)\d+|iso8859-\d+|koi8-[rtu]|mac-[a-z0-9]+|kz1048|ptcp154|hp-roman8)\Z")
_MULTI_BYTE = re.compile(
    r"(?:utf-(?:7|8|8-sig|16|16-[bl]e|32|32-[bl]e)|gb18030|cp932|cp949|johab|hz|big5hkscs|euc_\w+|iso2022_\w+)\Z"
)

_ENCODED_WORD = re.compile(rb"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_FOLD = re.compile(rb"[\r\n]+(?=[ \t])")
_HEADER_BYTES = 64_000

_LITHUANIAN = frozenset("ĄČĘĖĮŠŲŪŽąčęėįšųūž„“–".encode("cp1257"))
_SZ = frozenset("ŠŽšž".encode("cp1257"))  # in windows-1252 these are ð and þ, which only Icelandic uses, beside í and ó

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"[\r\x0b\x0c\x85\u2028\u2029]")
_BIDI_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")


def to_text(raw: bytes, charset: str | None = None, *, hint: str | None = None) -> str:
    """Decode bytes by their declared charset, or by what they look like; never raises."""
    codec = _codec(charset)
    if codec is not None and codec.startswith(("utf-16", "utf-32")) and raw.isascii() and b"\0" not in raw:
        codec = None  # ASCII reads as well-formed Chinese in UTF-16
    if codec is not None and _MULTI_BYTE.match(codec):
        return _decoded(raw, codec) or _misdeclared(raw, codec)
    as_utf_8 = _decoded(raw, "utf-8")
    if as_utf_8 is not None and not (b"\x1b$" in raw or b"\x1b(J" in raw):
        return as_utf_8
    if codec in (None, "cp1252") and (guess := _guess(raw, hint)) is not None:
        codec = guess
    return raw.decode(codec or "cp1252", "replace")


def header_text(raw: bytes, *, hint: str | None = None) -> str:
    """Decode a header's value: RFC 2047 encoded words, RFC 6532 UTF-8 and raw 8-bit bytes, in one line.

    A character or a base64 group that a mail client broke over two neighbouring encoded words is put together again.
    """
    raw = _FOLD.sub(b"", raw[:_HEADER_BYTES])
    pieces: list[str] = []
    run: list[tuple[bytes, bytes]] = []
    run_charset = ""
    position = 0
    for word in _ENCODED_WORD.finditer(raw):
        between = raw[position : word.start()]
        charset = word[1].decode("ascii", "replace").lower()
        is_continued = bool(run) and not between.strip()
        if not is_continued or charset != run_charset:
            pieces.append(to_text(_joined(run), run_charset, hint=hint))
            run = []
        if not is_continued:  # white space between two encoded words is not part of the text (RFC 2047 §6.2)
            pieces.append(to_text(between, hint=hint))
        run.append((word[2].upper(), word[3]))
        run_charset = charset
        position = word.end()
    pieces += [to_text(_joined(run), run_charset, hint=hint), to_text(raw[position:], hint=hint)]
    return one_line("".join(pieces))


def one_line(text: str) -> str:
    """Text for a list or a heading: no control characters, no direction overrides, white space collapsed."""
    return " ".join(_BIDI_OVERRIDES.sub("", _CONTROLS.sub("", text)).split())


def plain_text(text: str) -> str:
    r"""Text of a letter as it can be stored: lines end with "\n"; no NUL, other controls or lone surrogates."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text.replace("\r\n", "\n"))).replace("\ufeff", "")


def _codec(charset: str | None) -> str | None:
    """Python's name of the superset of a declared charset; None when it is unknown or no charset at all."""
    name = (charset or "").strip().strip("\"'").lower()
    if not re.fullmatch(r"[a-z0-9._:+-]{2,40}", name):
        return None
    for candidate in (name, name.removeprefix("x-"), re.sub(r"^(?:x-)?(?:win|cp|windows|ibm)-?(?=\d)", "cp", name)):
        try:
            found = codecs.lookup(_ALIASES.get(candidate, candidate)).name
        except (LookupError, ValueError):
            continue
        found = _SUPERSETS.get(found, found)
        if _SINGLE_BYTE.match(found) or _MULTI_BYTE.match(found):
            return found
    return None


def _decoded(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeError:
        return None


def _misdeclared(raw: bytes, codec: str) -> str:
    """Bytes that are not what a multi-byte charset allows: another charset, or a damaged piece of this one."""
    if (as_utf_8 := _decoded(raw, "utf-8")) is not None:
        return as_utf_8
    damaged = raw.decode(codec, "replace")
    readable = sum(character > "\x7f" for character in damaged[:20_000])
    if 2 * damaged[:20_000].count("\ufffd") <= readable:
        return damaged
    return raw.decode(_guess(raw, None) or "cp1252", "replace")


def _guess(raw: bytes, hint: str | None) -> str | None:
    """A likely charset of bytes that are not UTF-8, from their first 20,000; None when nothing speaks for any."""
    sample = raw[:20_000]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x1b$" in sample or b"\x1b(J" in sample:
        return "iso2022_jp_ext"
    hinted = _codec(hint)
    if hinted not in (None, "utf-8", "cp1252") and _decoded(raw, hinted or "") is not None:
        return hinted
    high = [byte for byte in sample if byte > 0x7F]
    pairs = re.findall(rb"[\xa1-\xf7][\xa1-\xfe]", sample)
    letters = sum(chr(byte).isalpha() for byte in sample if byte < 0x80)
    if len(high) <= letters:  # an accent here and there: some Latin script
        return "cp1257" if _LITHUANIAN.issuperset(high) and not _SZ.isdisjoint(high) else None
    # Koi8 and windows-1251 also pair up as Chinese, but their second bytes stay among the small letters.
    common = sum(pair[0] < 0xD8 for pair in pairs)
    spread = sum(not 0xC0 <= pair[1] <= 0xDF and pair[1] < 0xE0 for pair in pairs)
    if len(pairs) * 2 >= 0.9 * len(high) and common > 0.8 * len(pairs) and spread > 0.25 * len(pairs):
        return "gb18030"
    if sum(byte >= 0xC0 for byte in high) < 0.8 * len(high):
        return None
    small_in_koi8 = sum(0xC0 <= byte <= 0xDF for byte in high)
    return "koi8-r" if small_in_koi8 > 0.5 * len(high) else "cp1251"


def _joined(run: list[tuple[bytes, bytes]]) -> bytes:
    """The bytes of neighbouring encoded words of one charset."""
    decoded = []
    pending = b""
    for kind, text in run:
        if kind == b"Q":
            decoded += [_base64(pending), binascii.a2b_qp(text.replace(b" ", b"_"), header=True)]
            pending = b""
        else:
            pending += re.sub(rb"[^A-Za-z0-9+/]", b"", text)
            if len(pending) % 4 == 0 or text.endswith(b"="):
                decoded.append(_base64(pending))
                pending = b""
    return b"".join([*decoded, _base64(pending)])


def _base64(text: bytes) -> bytes:
    """Decode letters of the base64 alphabet; a last group that was cut off is read as far as it goes."""
    text = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
