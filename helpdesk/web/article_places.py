"""Articles as HTML: their Markdown with the addresses that links and pictures get."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from flask import url_for
from markupsafe import Markup

from helpdesk.knowledge.files import content_of, files_of
from helpdesk.knowledge.reading import address_of, readable
from helpdesk.policy.actor import Actor
from knowledge_base.markup import Heading, Places, references, rendered_with_headings
from knowledge_base.models import Article, ArticleFile

MOST_EMBEDDED = 5_000_000


def shown(
    body: str, article: Article | None, language: str, *, for_: Actor, is_for_paper: bool = False
) -> tuple[Markup, Sequence[Heading]]:
    """The text as its reader gets it, and its headings; links to what they do not find lead nowhere."""
    told = references(body)
    files = {row.id: row for row in files_of(article)} if article is not None and told.files else {}

    def to_article(article_id: int) -> str | None:
        found = readable(article_id, for_=for_)
        place = address_of(found, (language,)) if found is not None else None
        return url_for("kb.show", language=place.language, slug=place.slug) if place else None

    def to_file(file_id: int) -> str | None:
        row = files.get(file_id)
        if row is None:
            return None
        return _embedded(row) if is_for_paper else url_for("kb.file", file_id=row.id, filename=row.filename)

    html, headings = rendered_with_headings(body, Places(to_article, to_file))
    return Markup(html), headings  # noqa: S704 - sanitised there


def _embedded(row: ArticleFile) -> str | None:
    """A picture inside the document: what makes paper of it fetches nothing."""
    if row.media_type not in ("image/png", "image/jpeg", "image/gif", "image/webp") or row.size > MOST_EMBEDDED:
        return None
    with content_of(row) as content:
        return f"data:{row.media_type};base64,{base64.b64encode(content.read()).decode()}"
