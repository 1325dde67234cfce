"""A letter's HTML to HTML that is safe to show, and to text that can be trimmed like a plain letter.

Semantics
1. Only the letter's words, structure, links and its own pictures (cid:) stay. No style, script, form, and no remote
   picture: it would tell the sender who read the letter and when.
2. What is quoted (blockquote) becomes "> " lines in the text, as mail clients write it themselves.
3. The tag soup is first written anew, well nested and bounded, before the sanitiser and the text reader see it. Both
   build a tree, and a sender can choose one that takes minutes: 1 MB of <div> keeps nh3 busy for two minutes, 160 KB
   of <font> and <p> unfold into 118 MB, and one wide table cell pads every row of its table (all measured).
4. A letter of more than half a million characters of words and tags is cut there.
"""

from __future__ import annotations

import html as entities
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

import nh3
from inscriptis import get_annotated_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

from helpdesk.mail.charsets import plain_text

_MAX_LENGTH = 500_000
_MAX_TAGS = 200_000
_MAX_DEPTH = 80
_MAX_ESCAPED = 20_000  # nh3 takes time quadratic in the characters that it has to escape
_MAX_ATTRIBUTE = 4_000

_TABLE_PARTS = frozenset(("caption", "thead", "tbody", "tfoot", "tr", "td", "th"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LISTS = frozenset(("ul", "ol", "li", "dl", "dt", "dd"))
_BLOCKS = frozenset(("p", "div", "blockquote", "pre", "table")) | _TABLE_PARTS | _HEADINGS | _LISTS
_STRESS = frozenset(("b", "strong", "i", "em", "u", "s", "strike", "del", "ins", "small", "sub", "sup"))
_INLINE = frozenset(("a", "abbr", "cite", "code", "q", "span", "tt")) | _STRESS
_EMPTY = frozenset(("br", "hr", "img"))
_TAGS = _BLOCKS | _INLINE | _EMPTY
_FORMS = frozenset(("select", "textarea"))
_WITHOUT_CONTENT = _FORMS | {
    "head",
    "iframe",
    "math",
    "noscript",
    "object",
    "script",
    "style",
    "svg",
    "template",
    "title",
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}

_AROUND_ITEMS = frozenset(("ul", "ol", "dl", "blockquote", "td", "th"))
_TABLE = frozenset(("table",))
# An opening tag ends the elements of the first set, as far out as the nearest one of the second.
_ENDS = {
    "li": (frozenset(("li",)), _AROUND_ITEMS),
    "dt": (frozenset(("dt", "dd")), _AROUND_ITEMS),
    "dd": (frozenset(("dt", "dd")), _AROUND_ITEMS),
    "td": (frozenset(("td", "th")), _TABLE),
    "th": (frozenset(("td", "th")), _TABLE),
    "tr": (frozenset(("td", "th", "tr", "caption")), _TABLE),
    "thead": (_TABLE_PARTS, _TABLE),
    "tbody": (_TABLE_PARTS, _TABLE),
    "tfoot": (_TABLE_PARTS, _TABLE),
    "a": (frozenset(("a",)), _TABLE_PARTS),
}

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)>")
_SLOPPY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_COMMENT_END = re.compile(r"-->")
_BRACKET = re.compile(r">")
_HUGE_REFERENCE = re.compile(r"&#x?[0-9a-fA-F]{8,};?")
_INDENTATION = re.compile(r"border:\s*(?:none|0)", re.IGNORECASE)


def safe_html(markup: str) -> str:
    """The part of a letter's HTML that may be shown to an operator; may be empty."""
    return nh3.clean(
        "".join(_canonical(markup)),
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        generic_attribute_prefixes=set(),
    ).strip()


def text_of(safe: str) -> str:
    """What safe HTML says, as text with its line structure; quoted lines begin with "> "."""
    rendered = get_annotated_text(safe, _READER) or {"text": "", "label": []}
    lines = str(rendered["text"]).replace("\xa0", " ").split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    levels = [0] * (len(lines) + 1)
    for start, end, _ in rendered["label"]:
        quoted = rendered["text"][start:end]
        first = start + len(quoted) - len(quoted.lstrip("\n"))
        last = start + len(quoted.rstrip("\n"))
        if first < last:
            levels[bisect_right(starts, first) - 1] += 1
            levels[bisect_right(starts, last - 1)] -= 1
    prefixed = (
        f"{'>' * level} {line}" if level else line for level, line in zip(accumulate(levels), lines, strict=False)
    )
    return plain_text("\n".join(line.rstrip() for line in prefixed)).strip("\n")


def _canonical(markup: str) -> Iterator[str]:
    """The same letter, well nested, with known tags only and everything else escaped."""
    open_tags: list[str] = []
    length = escaped = 0
    for kind, name, value in _tokens(markup):
        written: list[str] = []
        if kind == "text":
            text = entities.escape(value, quote=False)
            escaped += text.count("&") + text.count("\xa0")
            written = [text]
        elif kind == "close":
            limits = _TABLE - {name} if name in _TABLE_PARTS | _TABLE else _TABLE_PARTS
            written = _closed(open_tags, frozenset((name,)), limits)
        elif name in _EMPTY:
            written = [_opening(name, value)]
        elif len(open_tags) < _MAX_DEPTH:
            if name == "blockquote" and _INDENTATION.search(value[:_MAX_ATTRIBUTE]):
                name = "div"  # the indentation button of a mail client, not a quotation
            written = [*_ended(open_tags, name), _opening(name, value)]
            open_tags.append(name)
        length += sum(map(len, written))
        if length > _MAX_LENGTH or escaped > _MAX_ESCAPED:
            break
        yield from written
    yield from (f"</{name}>" for name in reversed(open_tags))


def _tokens(markup: str) -> Iterator[tuple[str, str, str]]:
    """Text, opening and closing tags in their order: (kind, name, text or attributes)."""
    position = 0
    for _ in range(_MAX_TAGS):
        bracket = markup.find("<", position)
        if bracket < 0:
            yield "text", "", _unescaped(markup[position : position + _MAX_LENGTH])
            return
        if bracket > position:
            yield "text", "", _unescaped(markup[position : min(bracket, position + _MAX_LENGTH)])
        if found := _TAG.match(markup, bracket) or _SLOPPY_TAG.match(markup, bracket):
            name, position = found[2].lower(), found.end()
            if name in _WITHOUT_CONTENT and not found[1]:
                position = _after(re.compile(rf"</{name}\s*+>", re.IGNORECASE), markup, position)
            elif name in _TAGS:
                yield ("close" if found[1] else "open"), name, found[3]
        elif markup.startswith(("<!", "<?", "</"), bracket):
            position = _after(_COMMENT_END if markup.startswith("<!--", bracket) else _BRACKET, markup, bracket)
        else:
            yield "text", "", "<"
            position = bracket + 1


def _after(ending: re.Pattern[str], markup: str, position: int) -> int:
    """Where the markup goes on; what is never ended swallows the rest, as in browsers."""
    found = ending.search(markup, position)
    return found.end() if found else len(markup)


def _ended(open_tags: list[str], name: str) -> list[str]:
    """The closing tags that an opening one implies."""
    closed = _closed(open_tags, frozenset(("p",)), _BLOCKS - {"p"}) if name in _BLOCKS else []
    while name in _ENDS and (further := _closed(open_tags, *_ENDS[name])):
        closed += further
    return closed


def _closed(open_tags: list[str], names: frozenset[str], limits: frozenset[str]) -> list[str]:
    """Close the innermost open tag of these names that no limit stands in front of, and all that is open inside it."""
    for position in range(len(open_tags) - 1, -1, -1):
        if open_tags[position] in names:
            closed = [f"</{name}>" for name in reversed(open_tags[position:])]
            del open_tags[position:]
            return closed
        if open_tags[position] in limits:
            break
    return []


def _opening(name: str, attributes: str) -> str:
    kept: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(attributes[: 4 * _MAX_ATTRIBUTE]) if name in _ATTRIBUTES else ():
        key, value = found[1].lower(), _unescaped(found[2] or found[3] or found[4] or "").strip()
        if key in _ATTRIBUTES[name] and len(value) <= _MAX_ATTRIBUTE:
            kept.setdefault(key, value)
    if name == "img" and not kept.get("src", "").lower().startswith("cid:"):
        return ""
    written = "".join(f' {key}="{entities.escape(value)}"' for key, value in kept.items())
    return f"<{name}{written}>"


def _unescaped(text: str) -> str:
    # Python refuses to read a number of more than 4,300 digits.
    return plain_text(entities.unescape(_HUGE_REFERENCE.sub("\ufffd", text))) if text else text


def _nothing(*_: object) -> None:
    """Tables hold mail together; they are read row by row, not drawn."""


_READER = ParserConfig(
    css=STRICT_CSS_PROFILE
    | {
        "tr": HtmlElement(display=Display.block),
        "td": HtmlElement(suffix=" "),
        "th": HtmlElement(suffix=" "),
        "table": HtmlElement(display=Display.block),
    },
    annotation_rules={"blockquote": ["quote"]},
    custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping(
        dict.fromkeys(("table", "tr", "td", "th"), _nothing), dict.fromkeys(("table", "td", "th"), _nothing)
    ),
)
