"""The Markdown of articles: made into safe HTML, and what its links and pictures refer to. Pure.

1. A link to `A-12` leads to that article; `files/7` is the article's file 7. Who renders says under which addresses.
2. Raw HTML stays text. Of what Markdown makes only harmless tags are left, links of http, https, mailto and tel, and
   pictures from our own addresses: none is fetched from elsewhere.
3. Headings of the text begin at the second level, for the title is the first, and can be linked to.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST_BODY = 200_000  # characters
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)
_article = re.compile(r"/?(?:kb/articles/)?[Aa]-(\d{1,9})(#.*)?")
_file = re.compile(r"/?(?:kb/)?files/(\d{1,9})(?:/.*)?")
_TAGS = (nh3.ALLOWED_TAGS | {"img", "figure", "figcaption"}) - {"map", "area"}


@dataclass(frozen=True)
class References:
    """What a text refers to."""

    articles: frozenset[int] = frozenset()
    files: frozenset[int] = frozenset()
    external: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()  # links that lead nowhere by their form alone


@dataclass(frozen=True)
class Places:
    """Where articles and files are to be found; None where there is none."""

    article: Callable[[int], str | None] = lambda _id: None
    file: Callable[[int], str | None] = lambda _id: None


@dataclass(frozen=True)
class Heading:
    """A heading of the text, to be jumped to."""

    level: int
    text: str
    anchor: str


def render(source: str, places: Places | None = None) -> str:
    """Safe HTML of an article's text."""
    return rendered_with_headings(source, places)[0]


def rendered_with_headings(source: str, places: Places | None = None) -> tuple[str, list[Heading]]:
    """Safe HTML of the text, and its headings with the anchors that they have in it."""
    tokens = _markdown.parse(source[:MOST_BODY])
    headings = list(_name_headings(tokens))
    for token in _all(tokens):
        _lead(token, places or Places())
    html = str(_markdown.renderer.render(tokens, _markdown.options, {}))
    return _clean(html), headings


def references(source: str) -> References:
    """What the text links to and shows."""
    articles, files, external, wrong = set(), set(), [], []
    for token in _all(_markdown.parse(source[:MOST_BODY])):
        target = str(token.attrs.get("href", token.attrs.get("src", "")))
        if not target:
            continue
        if found := _article.fullmatch(target):
            articles.add(int(found[1]))
        elif found := _file.fullmatch(target):
            files.add(int(found[1]))
        elif target.startswith("#"):
            continue
        elif is_sound(target):
            external.append(target)
        else:
            wrong.append(target)
    return References(frozenset(articles), frozenset(files), tuple(external), tuple(wrong))


def is_sound(target: str) -> bool:
    """Whether an address could lead somewhere, by its form alone: nothing is fetched."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname) and "." in str(parts.hostname)
    return parts.scheme in SCHEMES and bool(parts.path)


def plain(source: str) -> str:
    """The words of the text without its marks, for summaries and for the index."""
    words: list[str] = []
    for token in _markdown.parse(source[:MOST_BODY]):
        if token.type == "inline":
            words.append("".join(_words(token)))
        elif token.type in ("fence", "code_block"):
            words.append(token.content.strip())
    return "\n".join(words)


def _words(token: Token) -> Iterator[str]:
    for each in token.children or ():
        if each.type in ("softbreak", "hardbreak"):
            yield " "
        elif each.type == "image" or each.type in ("text", "code_inline"):
            yield each.content


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _name_headings(tokens: list[Token]) -> Iterator[Heading]:
    taken = 0
    for token, following in itertools.pairwise(tokens):
        if token.type == "heading_open":
            level = min(6, int(token.tag[1]) + 1)
            token.tag, taken = f"h{level}", taken + 1
            token.attrs["id"] = f"part-{taken}"
            yield Heading(level, "".join(_words(following)), f"part-{taken}")
        elif token.type == "heading_close":
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"


def _lead(token: Token, places: Places) -> None:
    name = "href" if token.type == "link_open" else "src" if token.type == "image" else ""
    target = str(token.attrs.get(name, "")) if name else ""
    if found := _article.fullmatch(target):
        token.attrs[name] = (places.article(int(found[1])) or "") + (found[2] or "")
    elif found := _file.fullmatch(target):
        token.attrs[name] = places.file(int(found[1])) or ""
    if token.type == "image":
        token.attrs["loading"] = "lazy"


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith(("/kb/files/", "data:image/")) else None
    if tag == "a" and name == "href":
        return value if value and not value.lower().startswith("data:") else None
    return value


def _clean(html: str) -> str:
    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["img"] = {"src", "alt", "title", "loading"}
    for level in "23456":
        attributes.setdefault(f"h{level}", set()).add("id")
    return nh3.clean(
        html, tags=set(_TAGS), attributes=attributes, attribute_filter=_attribute, url_schemes=set(SCHEMES) | {"data"},
        link_rel="noopener noreferrer nofollow", generic_attribute_prefixes=set(),
        clean_content_tags={"style", "script", "head", "title", "noscript", "template"},
    )  # fmt: skip
