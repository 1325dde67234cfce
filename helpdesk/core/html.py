"""Text for people: Markdown and foreign HTML to safe HTML, HTML to text."""

from __future__ import annotations

import nh3
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)
_LINK_SCHEMES = {"http", "https", "mailto", "tel"}
_plain = ParserConfig(display_links=False)


def markdown_to_html(source: str) -> str:
    """Safe HTML of what a person wrote in Markdown; raw HTML in it stays text."""
    return sanitise(str(_markdown.render(source)))


def sanitise(html: str) -> str:
    """The harmless part of foreign HTML: no script, style, form or remote picture; links open without referrer."""
    return nh3.clean(
        html,
        tags=nh3.ALLOWED_TAGS - {"img", "map", "area"},
        clean_content_tags={"style", "script", "head", "title", "noscript", "template"},
        url_schemes=_LINK_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        generic_attribute_prefixes=set(),
    )


def html_to_text(html: str) -> str:
    """What the page says, as text with its line structure."""
    return get_text(html, _plain).strip() if html.strip() else ""
