"""The article of a problem: a draft in one action, from its words, its cause and its workaround."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.command import command
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import DEFAULT_LANGUAGE
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.events import ArticleDrafted
from helpdesk.knowledge.drafts import draft_article
from helpdesk.models.problems import Problem
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.problems.causes import workarounds_of
from helpdesk.problems.problems import begin
from knowledge_base.models import ArticleKind
from knowledge_base.skeletons import filled


@dataclass(frozen=True)
class Draft:
    """What the article of a known error begins with, in one language."""

    title: str
    body: str  # Markdown
    language: str
    products: tuple[int, ...]


@command
def draft_problem_article(problem: Problem, *, by: Actor, language: str = DEFAULT_LANGUAGE) -> int:
    """Begin the article of a problem, once; returns its id."""
    require(by, Action.WRITE_ARTICLE)
    problem = begin(problem, by)
    if problem.article_id is not None:
        return problem.article_id  # a second click
    draft = draft_of(problem, language)
    article = draft_article(draft.title, draft.body, draft.language, by=by, products=draft.products,
                            submission=f"problem:{problem.id}")  # fmt: skip
    problem.article_id = article.id
    record(ArticleDrafted(problem.id, article.id), by=by)
    return article.id


def draft_of(problem: Problem, language: str) -> Draft:
    """The words of the draft: what goes wrong, why, and the workaround in this language or the first there is."""
    texts = {row.language: row.text for row in workarounds_of(problem)}
    if not texts and not problem.description:
        raise Invalid({"workaround": [_("Write a workaround first: how clients live with it until it is fixed.")]})
    spoken = language if language in texts else next(iter(texts), language)
    products = tuple(dict.fromkeys(row.product_id for row in problem.products))
    body = filled(ArticleKind.KNOWN_ERROR, spoken, problem.description, problem.root_cause, texts.get(spoken, ""))
    return Draft(problem.title, body, spoken, products)
