"""`kb`: the articles of the knowledge base, listed and shown; what is missing in it, and what an article answers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, with_desk
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from helpdesk.entitlement.desk import desk_today
from helpdesk.knowledge.articles import get_article
from helpdesk.knowledge.backtest import replay
from helpdesk.knowledge.documents import article_document
from helpdesk.knowledge.listing import VIEWS, list_view
from helpdesk.knowledge.searches import article_gaps
from helpdesk.policy.actor import SYSTEM
from knowledge_base.models import Article

MOST_DAYS = 3_650

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
    article = _article(number)
    document = article_document(article, language, for_=SYSTEM)
    plain = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in document.items()}
    answer(form, plain, lambda: _text(plain))


@kb.command("gaps")
@click.option("--since", "since", metavar="SPAN", default="90d", show_default=True,
              help="Searches of so many days (90d), weeks (12w) or since a date.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@answering
@with_desk
def gaps(since: str, limit: int, form: str) -> None:
    """Show what was searched for and not found, or found and followed by a ticket all the same; the most first.

    \b
    Example:
      threeline kb gaps --since 90d
      threeline kb gaps --since 2026-01-01 --json
    """
    day = _since(since)
    found = article_gaps(for_=SYSTEM, since=day, limit=limit)
    documents = [
        {"query": gap.query, "language": gap.language, "searches": gap.searches, "without_result": gap.without_result,
         "tickets": gap.tickets, "wordings": gap.wordings}
        for gap in found
    ]  # fmt: skip
    lines = [
        f"{gap.searches:>6} {gap.without_result:>6} {gap.tickets:>6}  {gap.query} ({gap.language})" for gap in found
    ]
    head = f"{'asked':>6} {'empty':>6} {'ticket':>6}  query"
    answer(form, {"since": day.isoformat(), "gaps": documents},
           lambda: "\n".join([head, *lines]) if lines else "Nothing was searched for in vain.")  # fmt: skip


@kb.command("backtest")
@click.argument("number", metavar="ARTICLE")
@click.option("--since", "since", metavar="SPAN", default="90d", show_default=True,
              help="Searches of so many days (90d), weeks (12w) or since a date.")  # fmt: skip
@answering
@with_desk
def backtest(number: str, since: str, form: str) -> None:
    """Ask past failed searches again: which would now find this article among the first five?

    \b
    Example:
      threeline kb backtest A-12
      threeline kb backtest A-12 --since 30d --json
    """
    article = _article(number)
    if not article.is_readable:
        raise Refused(f"{article.number} is not published: nobody finds it.")
    told = replay(article, since=_since(since))
    document = {
        "article": article.number, "since": told.since.isoformat(), "queries": told.queries, "searches": told.searches,
        "answered_queries": len(told.answered), "answered_searches": told.answered_searches,
        "answered": [asdict(each) for each in told.answered],
    }  # fmt: skip
    lines = [f"{each.searches:>6} {each.rank:>5}  {each.query} ({each.language})" for each in told.answered]
    said = f"{len(told.answered)} of {told.queries} queries, {told.answered_searches} of {told.searches} searches"
    answer(form, document, lambda: "\n".join([said, *([f"{'asked':>6} {'place':>5}  query"] if lines else []), *lines]))


def _article(number: str) -> Article:
    try:
        return get_article(number, for_=SYSTEM)
    except NotFound as error:
        raise Refused(f"There is no article {number}.", Exit.NOT_FOUND) from error


def _since(span: str) -> date:
    """The day that a span like `90d`, `12w` or a date begins with."""
    units = {"d": 1, "w": 7}
    said = span.strip().lower()
    try:
        if said[-1:] in units and 0 < (number := int(said[:-1])) <= MOST_DAYS:
            return desk_today() - timedelta(days=number * units[said[-1]])
        return date.fromisoformat(said)
    except ValueError as error:
        raise Refused(f"{span!r} is no span: write 90d, 12w or a date.", Exit.BAD_DATA) from error


def _line(row: dict[str, Any]) -> str:
    votes = f"{row['useful']}/{row['useful'] + row['not_useful']}" if row["useful"] + row["not_useful"] else "-"
    return f"{row['number']:<7} {row['state']:<10} {row['audience']:<9} {votes:>7} {row['reuses']:>5}  {row['title']}"


def _text(told: dict[str, Any]) -> str:
    head = f"{told['number']} {told['title']}\n{told['state']}, for {told['audience']}, {', '.join(told['languages'])}"
    return "\n\n".join(part for part in (head, told["summary"], told["body"].rstrip()) if part)


COMMANDS: tuple[Command | Group, ...] = (kb,)
