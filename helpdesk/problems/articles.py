"""The article of a problem: a draft in one action, from its words, its cause and its workaround."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.core.command import command
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import DEFAULT_LANGUAGE
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.events import ArticleDrafted
from helpdesk.models.problems import Problem
from helpdesk.policy.actor import Actor
from helpdesk.problems.causes import workarounds_of
from helpdesk.problems.problems import begin


@dataclass(frozen=True)
class Draft:
    """What the article of a known error begins with, in one language."""

    title: str
    body: str  # Markdown
    language: str
    products: tuple[int, ...]
    submission: str


Drafter = Callable[[Draft, Actor], int]  # begins an article and gives its id
_drafters: list[Drafter] = []


def write_drafts_with(drafter: Drafter) -> None:
    """Say who begins articles; called once, when the application is put together."""
    _drafters[:] = [drafter]


def can_draft() -> bool:
    """Whether articles can be begun here."""
    return bool(_drafters)


@command
def draft_problem_article(problem: Problem, *, by: Actor, language: str = DEFAULT_LANGUAGE) -> int:
    """Begin the article of a problem, once; returns its id."""
    problem = begin(problem, by)
    if problem.article_id is not None:
        return problem.article_id  # a second click
    if not can_draft():
        raise Conflict(_("This desk has no knowledge base."), code="no_knowledge_base")
    problem.article_id = _drafters[0](draft_of(problem, language), by)
    record(ArticleDrafted(problem.id, problem.article_id), by=by)
    return problem.article_id


def draft_of(problem: Problem, language: str) -> Draft:
    """The words of the draft: what goes wrong, why, and the workaround in this language or the first there is."""
    texts = {row.language: row.text for row in workarounds_of(problem)}
    if not texts and not problem.description:
        raise Invalid({"workaround": [_("Write a workaround first: how clients live with it until it is fixed.")]})
    spoken = language if language in texts else next(iter(texts), language)
    parts = [problem.description, texts.get(spoken, ""), problem.root_cause]
    products = tuple(dict.fromkeys(row.product_id for row in problem.products))
    body = "\n\n".join(part for part in parts if part)
    return Draft(problem.title, body, spoken, products, f"problem:{problem.id}")
