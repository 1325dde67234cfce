"""`kb`: the articles of the knowledge base, listed and shown."""

from __future__ import annotations

from typing import Any

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, with_desk
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from helpdesk.knowledge.articles import get_article
from helpdesk.knowledge.documents import article_document
from helpdesk.knowledge.listing import VIEWS, list_view
from helpdesk.policy.actor import SYSTEM

language_option = click.option("--lang", "language", type=click.Choice(list(LANGUAGES)), default=DEFAULT_LANGUAGE,
                               show_default=True, help="In which language.")  # fmt: skip


@click.group(cls=Group)
def kb() -> None:
    """The knowledge base: list its articles, show one."""


@kb.command("list")
@click.option("--view", type=click.Choice(list(VIEWS)), default="published", show_default=True, help="Which of them.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@language_option
@answering
@with_desk
def list_(view: str, limit: int, language: str, form: str) -> None:
    """Show the articles of a state, the newest first.

    \b
    Example:
      threeline kb list --view review --json
    """
    page = list_view(view, language, for_=SYSTEM, size=limit)
    documents = [
        {"number": row.article.number, "title": row.title, "state": row.article.state.value,
         "audience": row.article.audience.value, "languages": [tag for tag, _behind in row.languages],
         "useful": row.article.useful, "not_useful": row.article.not_useful, "reuses": row.article.reuses,
         "owner": row.owner, "is_pending": row.is_pending}
        for row in page.rows
    ]  # fmt: skip
    answer(form, {"articles": documents}, lambda: "\n".join(map(_line, documents)) or "There is no such article.")


@kb.command("show")
@click.argument("number", metavar="NUMBER")
@language_option
@answering
@with_desk
def show(number: str, language: str, form: str) -> None:
    """Show one article with its latest words.

    \b
    Example:
      threeline kb show A-12 --lang lt
    """
    try:
        article = get_article(number, for_=SYSTEM)
    except NotFound as error:
        raise Refused(f"There is no article {number}.", Exit.NOT_FOUND) from error
    document = article_document(article, language, for_=SYSTEM)
    plain = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in document.items()}
    answer(form, plain, lambda: _text(plain))


def _line(row: dict[str, Any]) -> str:
    votes = f"{row['useful']}/{row['useful'] + row['not_useful']}" if row["useful"] + row["not_useful"] else "-"
    return f"{row['number']:<7} {row['state']:<10} {row['audience']:<9} {votes:>7} {row['reuses']:>5}  {row['title']}"


def _text(told: dict[str, Any]) -> str:
    head = f"{told['number']} {told['title']}\n{told['state']}, for {told['audience']}, {', '.join(told['languages'])}"
    return "\n\n".join(part for part in (head, told["summary"], told["body"].rstrip()) if part)


COMMANDS: tuple[Command | Group, ...] = (kb,)
