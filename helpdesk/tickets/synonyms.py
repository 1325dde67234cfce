"""Product words and synonyms of the search, kept by the administrator."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.standing import touch
from helpdesk.core.synonyms import SearchSynonym
from helpdesk.core.words import terms
from helpdesk.events import ConfigurationChanged
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require

LONGEST_WORD, MOST_WORDS, MOST_GROUPS = 60, 12, 1_000


def synonym_groups(*, for_: Actor) -> list[SearchSynonym]:
    """All groups, in the order in which they were added."""
    require(for_, Action.MANAGE_DESK)
    return list(db.session.scalars(select(SearchSynonym).order_by(SearchSynonym.id)))


@command
def add_synonyms(words: Sequence[str], language: str | None = None, *, by: Actor) -> SearchSynonym:
    """Let search take these words and phrases for each other; the same group again is the group that is there.

    Invalid names `words` or `language`.
    """
    require(by, Action.MANAGE_DESK)
    cleaned = list(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
    if language is not None and language not in LANGUAGES:
        raise Invalid({"language": [_("Choose one of the list.")]})
    if not 2 <= len(cleaned) <= MOST_WORDS:
        raise Invalid({"words": [_("Give two words or phrases at least, and twelve at most.")]})
    if any(len(word) > LONGEST_WORD or not terms(word) for word in cleaned):
        raise Invalid({"words": [_("Each must be a word or a short phrase.")]})
    groups = synonym_groups(for_=by)
    for group in groups:
        if set(group.words) == set(cleaned) and group.language == language:
            return group
    if len(groups) >= MOST_GROUPS:
        raise Invalid({"words": [_("There are a thousand groups already.")]})
    row = SearchSynonym(language=language, words=cleaned)
    db.session.add(row)
    db.session.flush()
    _changed(row, "added", by=by)
    return row


@command
def remove_synonyms(synonym_id: int, *, by: Actor) -> None:
    """Take a group away; NotFound where there is none, or none for whom asks."""
    row = db.session.get(SearchSynonym, synonym_id) if may(by, Action.MANAGE_DESK) else None
    if row is None:
        raise NotFound
    db.session.delete(row)
    _changed(row, "removed", by=by)


def _changed(row: SearchSynonym, change: str, *, by: Actor) -> None:
    touch()
    record(ConfigurationChanged(row.id, what="synonyms", change={change: list(row.words)}), by=by)
