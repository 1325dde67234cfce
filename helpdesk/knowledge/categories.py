"""The shelves of the knowledge base, kept by those who lead or manage: named in each language, on one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.events import ConfigurationChanged
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from knowledge_base.models import Article, ArticleCategory

LONGEST_NAME, MOST_CATEGORIES, MOST_POSITION = 80, 200, 10_000


@dataclass(frozen=True)
class NewCategory:
    """A shelf: its name by language (one at least), what it stands on, its place among its neighbours."""

    names: Mapping[str, str]
    parent_id: int | None = None
    position: int = 0
    is_active: bool = True


@command
def add_category(new: NewCategory, *, by: Actor) -> ArticleCategory:
    """Put up a shelf; one of the same names and place is the one that is there."""
    require(by, Action.MANAGE_CATEGORIES)
    names = _checked(new, None)
    rows = db.session.scalars(select(ArticleCategory)).all()
    for row in rows:
        if row.names == names and row.parent_id == new.parent_id:
            return row
    if len(rows) >= MOST_CATEGORIES:
        raise Invalid({"names": [_("There may be %(most)s categories at most.", most=MOST_CATEGORIES)]})
    row = ArticleCategory(
        names=names, parent_id=new.parent_id, position=new.position, is_active=new.is_active
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _note(row, "added", by)
    return row


@command
def change_category(category_id: int, new: NewCategory, *, by: Actor) -> ArticleCategory:
    """Rename a shelf, move it, or take it out of use (its articles stay, without a shelf that readers see)."""
    row = db.session.get(ArticleCategory, category_id) if may(by, Action.MANAGE_CATEGORIES) else None
    if row is None:
        raise NotFound
    names = _checked(new, row)
    row.names, row.parent_id, row.position, row.is_active = names, new.parent_id, new.position, new.is_active
    _note(row, "changed", by)
    return row


def all_categories(*, for_: Actor) -> list[tuple[ArticleCategory, int]]:
    """Every shelf with how many articles stand on it, those out of use too."""
    require(for_, Action.MANAGE_CATEGORIES)
    counts: dict[int | None, int] = dict(
        db.session.execute(select(Article.category_id, func.count()).group_by(Article.category_id)).all()
    )
    rows = db.session.scalars(select(ArticleCategory).order_by(ArticleCategory.position, ArticleCategory.id))
    return [(row, counts.get(row.id, 0)) for row in rows]


def _checked(new: NewCategory, row: ArticleCategory | None) -> dict[str, str]:
    names = {tag: " ".join(name.split()) for tag, name in new.names.items() if name.strip()}
    errors: dict[str, list[str]] = {}
    for tag, name in names.items():
        if tag not in LANGUAGES or len(name) > LONGEST_NAME:
            errors[f"name_{tag}"] = [_("This may have %(most)s characters at most.", most=LONGEST_NAME)]
    if not names:
        errors["name_en"] = [_("Give it a name in one language at least.")]
    if not -MOST_POSITION <= new.position <= MOST_POSITION:
        errors["position"] = [
            _("Give a number from %(low)s to %(high)s.", low=-MOST_POSITION, high=MOST_POSITION)
        ]  # fmt: skip
    if new.parent_id is not None:
        above = _above(new.parent_id)
        if not above:
            errors["parent_id"] = [_("Choose one of the list.")]
        elif row is not None and row.id in above:
            errors["parent_id"] = [_("A category cannot stand on itself.")]
    if errors:
        raise Invalid(errors)
    return names


def _above(category_id: int) -> Sequence[int]:
    """The category and all on which it stands; empty where there is none."""
    parents = dict(db.session.execute(select(ArticleCategory.id, ArticleCategory.parent_id)).all())
    found: list[int] = []
    at: int | None = category_id
    while at is not None and at in parents and at not in found:
        found.append(at)
        at = parents[at]
    return found


def _note(row: ArticleCategory, change: str, by: Actor) -> None:
    record(ConfigurationChanged(row.id, what="article_category", change={change: dict(row.names)}), by=by)
