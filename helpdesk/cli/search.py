"""`search`: ask as people ask, measure how well it answers, make the index anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, with_desk
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.search_trial import Measured, evaluate, read_rows
from helpdesk.core.words import latin_language
from helpdesk.knowledge.documents import listed_document
from helpdesk.knowledge.reading import search_articles
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets import search as ticket_search
from helpdesk.tickets.search import TicketFound, TicketsFound, search_tickets
from knowledge_base import search as article_search

MOST = 100
INDEXED = {
    "tickets": (ticket_search.clear_step, ticket_search.rebuild_step),
    "articles": (article_search.clear_step, article_search.rebuild_step),
}


class _Asking(Group):
    """`threeline search QUERY` asks; `eval` and `rebuild` are commands of their own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["for", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Asking)
def search() -> None:
    """Find tickets and articles by their words (`threeline search QUERY`), and measure the search."""


@search.command("for")
@click.argument("query")
@click.option(
    "--in", "kind", type=click.Choice(list(INDEXED)), default="tickets", show_default=True, help="What to search."
)
@click.option("--lang", "language", type=click.Choice(list(LANGUAGES)), help="Language of the query.")
@click.option("--limit", type=click.IntRange(1, MOST), default=10, show_default=True, help="At most so many.")
@answering
@with_desk
def ask(query: str, kind: str, language: str | None, limit: int, form: str) -> None:
    """Show what answers a query best, the best first; `for` may be left out.

    \b
    Example:
      threeline search for "blank labels" --limit 5
      threeline search 0x80070005 --in tickets --lang en --json
    """  # fmt: skip
    if kind == "articles":
        rows = search_articles(query, for_=SYSTEM, language=language or latin_language(query), limit=limit)
        articles = [listed_document(row, words.striptags()) for row, words in rows]
        plain = [each | {"changed_at": each["changed_at"].isoformat()} for each in articles]
        answer(form, {"query": query, "in": kind, "hits": plain}, lambda: _articles(plain))
        return
    found = search_tickets(query, for_=SYSTEM, language=language, limit=limit)
    answer(form, _document(query, kind, found), lambda: _text(found))


@search.command("eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pieces",
    type=click.IntRange(1, 10_000),
    default=500,
    show_default=True,
    help="How many pieces of Chinese are asked, of each length.",
)
@answering
@with_desk
def measure(file: Path, pieces: int, form: str) -> None:
    """Measure the search on questions with intents, or on pieces of Chinese dialogues; a CSV file, also as .xz.

    Questions need the columns split (train and test), intent, and text or one column for each language; dialogues the
    columns dialogue, turn and text. Where a column set names several sets of questions, each is asked of its own
    articles, and of all together in the lines beneath. The index of the trial is made and taken away.

    \b
    Example:
      threeline search eval questions.csv.xz
    """
    figures = evaluate(read_rows(file), pieces=pieces)
    answer(form, {"figures": [_figures(each) for each in figures]}, lambda: _table(figures))


@search.command("rebuild")
@answering
@with_desk
def rebuild(form: str) -> None:
    """Make the index of all tickets and articles anew; search finds less until it is done.

    \b
    Example:
      threeline search rebuild
    """
    for clear_step, rebuild_step in INDEXED.values():
        while clear_step():
            pass
        done = rebuild_step(0)
        while done is not None:
            done = rebuild_step(done)
    answer(form, {"rebuilt": list(INDEXED)}, lambda: "The indexes of tickets and articles are new.")


def _document(query: str, kind: str, found: TicketsFound) -> dict[str, Any]:
    return {
        "query": query, "in": kind, "more": found.more, "corrected": found.corrected,
        "hits": [_hit(row) for row in found.rows],
    }  # fmt: skip


def _hit(row: TicketFound) -> dict[str, Any]:
    return {
        "number": row.ticket.number, "subject": row.ticket.subject, "status": row.ticket.status.value,
        "language": row.ticket.language, "score": row.score, "is_exact": row.is_exact,
        "snippet": row.snippet.striptags(),
    }  # fmt: skip


def _text(found: TicketsFound) -> str:
    if not found.rows:
        raise Refused("Nothing was found.", Exit.NOT_FOUND)
    lines = [f"{row.ticket.number}  {row.ticket.subject}\n    {row.snippet.striptags()}" for row in found.rows]
    taken = ", ".join(f"{meant} for {typed}" for typed, meant in sorted(found.corrected.items()))
    return "\n".join(([f"Taken: {taken}"] if taken else []) + lines)


def _articles(hits: list[dict[str, Any]]) -> str:
    if not hits:
        raise Refused("Nothing was found.", Exit.NOT_FOUND)
    return "\n".join(f"{hit['number']}  {hit['title']} ({hit['language']})\n    {hit['snippet']}" for hit in hits)


def _figures(each: Measured) -> dict[str, Any]:
    shares = {name.replace(" ", "_"): round(share, 4) for name, share in each.shares.items()}
    return {"what": each.what, "asked": each.asked, "milliseconds": round(each.seconds * 1000, 1), **shares}


def _table(figures: list[Measured]) -> str:
    names = list(figures[0].shares)
    lines = [f"{'':42} {'asked':>6} " + " ".join(f"{name:>12}" for name in names) + f" {'one query':>12}"]
    lines += [
        f"{each.what:42} {each.asked:>6} "
        + " ".join(f"{each.shares[name]:>12.1%}" for name in names)
        + f" {each.seconds * 1000:>9.1f} ms"
        for each in figures
    ]
    return "\n".join(lines)


COMMANDS: tuple[Command | Group, ...] = (search,)
