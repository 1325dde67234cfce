"""The addresses of articles: readable, one current in each language; former ones lead on for ever.

1. An address is made of the title: letters and digits of any script, in lower case, joined by hyphens; Latin letters
   lose their marks. Where another article has it already, a number is added.
2. Renaming gives a new address; the former one stays with the article and leads to the current one. Going back to a
   former title gives the former address back.
3. Archived articles lead to the one that replaces them, if any. A chain of replacements never closes into a circle: the
   link that would close it is refused.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from knowledge_base.models import READABLE_STATES, Address, Article

LONGEST_SLUG = 80
LONGEST_CHAIN = 50


def slug_of(title: str) -> str:
    """The title as a part of an address; `article` where nothing of it can stand in one."""
    folded = "".join(
        c for c in unicodedata.normalize("NFKD", title.casefold())
        if not (unicodedata.combining(c) and c != "\u0306")  # й is no и with a mark
    )  # fmt: skip
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", folded)).strip("-")
    return words[:LONGEST_SLUG].rstrip("-") or "article"


def give_address(article: Article, language: str, title: str) -> Address:
    """The address that fits this title, current from now on."""
    current = current_address(article.id, language)
    wanted = slug_of(title)
    if current is not None and re.fullmatch(re.escape(wanted) + r"(-\d+)?", current.slug):
        return current
    if current is not None:
        db.session.execute(
            update(Address).where(Address.article_id == article.id, Address.language == language)
            .values(is_current=False), execution_options={"synchronize_session": "fetch"},
        )  # fmt: skip
    for number in itertools.count(1):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        known = _find(language, slug) or _take(article, language, slug)
        if known is not None and known.article_id == article.id:
            known.is_current = True
            db.session.flush()
            return known
    raise AssertionError  # there is no last number


def _take(article: Article, language: str, slug: str) -> Address | None:
    """This address for the article; None where another has taken it at this very moment."""
    made = Address(language=language, slug=slug, article_id=article.id, is_current=False)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return None
    return made


def current_address(article_id: int, language: str) -> Address | None:
    query = select(Address).where(
        Address.article_id == article_id, Address.language == language, Address.is_current.is_(True)
    )
    found: Address | None = db.session.scalar(query)
    return found


def find_address(language: str, slug: str) -> Address | None:
    """Whose address this is or was."""
    return _find(language, slug[:200])


def _find(language: str, slug: str) -> Address | None:
    found: Address | None = db.session.scalar(select(Address).where(Address.language == language, Address.slug == slug))
    return found


def replace_by(article: Article, other: Article | None) -> None:
    """Let the other article take the place of this one; Invalid (field `replaced_by`) where that closes a circle."""
    seen, step = {article.id}, other
    while step is not None:
        if step.id in seen:
            words = _("%(other)s leads back to this article: its readers would go round in a circle.",
                      other=other.number if other else "")  # fmt: skip
            raise Invalid({"replaced_by": [words]}, code="circle")
        seen.add(step.id)
        step = db.session.get(Article, step.replaced_by_id) if step.replaced_by_id else None
    article.replaced_by_id = other.id if other else None


def successor_of(article: Article) -> Article | None:
    """The first article after this one that can be read, along its replacements; None where there is none."""
    seen, step = {article.id}, article
    for _hop in range(LONGEST_CHAIN):
        following = db.session.get(Article, step.replaced_by_id) if step.replaced_by_id else None
        if following is None or following.id in seen:
            return None
        if following.state in READABLE_STATES:
            return following
        seen.add(following.id)
        step = following
    return None
