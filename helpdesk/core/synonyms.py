"""Words that mean the same to this desk: product names, house words, abbreviations. An administrator keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, db
from helpdesk.core.standing import standing
from helpdesk.core.words import terms


class SearchSynonym(Base):
    """A group of words or short phrases that search takes for each other; in one language, or in all."""

    __tablename__ = "search_synonym"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str | None]
    words: Mapped[list[str]]


@dataclass(frozen=True)
class Meaning:
    """A group as search compares it: the terms of each word or phrase."""

    language: str | None
    terms: tuple[tuple[str, ...], ...]


@standing
def synonyms() -> tuple[Meaning, ...]:
    """All groups, in the order in which they were added."""
    rows = db.session.execute(select(SearchSynonym.language, SearchSynonym.words).order_by(SearchSynonym.id))
    return tuple(
        Meaning(language, tuple(tuple(terms(word, language or _language_of(word))) for word in words))
        for language, words in rows
    )


def _language_of(word: str) -> str | None:
    return "en" if word.isascii() else None
