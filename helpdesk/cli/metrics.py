"""`metrics`: the dictionary of what reports count."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, as_json, with_desk
from helpdesk.core.errors import NotFound
from helpdesk.reports.dictionary import document, find_metric, findings, metrics_of, untranslated
from helpdesk.reports.dictionary_text import metrics_text


@click.group(cls=Group)
def metrics() -> None:
    """The dictionary of figures: what each says, counts and leaves out."""


@metrics.command("list")
@answering
@with_desk
def list_(form: str) -> None:
    """Every metric of every report.

    \b
    Example:
      threeline metrics list
    """
    documents = [document(each) for each in metrics_of()]
    width = max(len(each["id"]) for each in documents)
    answer(form, documents, lambda: "\n".join(f"{each['id']:<{width}}  {each['title']}" for each in documents))


@metrics.command()
@click.argument("name")
@answering
@with_desk
def show(name: str, form: str) -> None:
    """What is declared of one metric.

    \b
    Example:
      threeline metrics show flow.returned_share
    """
    try:
        found = document(find_metric(name))
    except NotFound as error:
        raise Refused(f"There is no metric {name}; `threeline metrics list` names them.", Exit.NOT_FOUND) from error
    lines = [f"{key}: {value}" for key, value in found.items() if value is not None]
    answer(form, found, lambda: "\n".join(lines))


@metrics.command()
@click.option("--translations", is_flag=True, help="Look for texts that a language lacks as well.")
@answering
@with_desk
def lint(translations: bool, form: str) -> None:
    """Look for figures that no metric tells of, and for metrics that do not tell enough. Ends with 1 if there are any.

    \b
    Example:
      threeline metrics lint --translations
    """
    found = findings() + (untranslated() if translations else [])
    lines = [f"{each.kind}: {each.where}: {each.what}" for each in found]
    if form == "json":
        click.echo(as_json([asdict(each) for each in found]))
    else:
        click.echo("\n".join(lines) if lines else "Every figure is declared.")
    if found:
        sys.exit(1)


@metrics.command()
@with_desk
def docs() -> None:
    """The dictionary as a document, in Markdown.

    \b
    Example:
      threeline metrics docs > docs/metrics.md
    """
    click.echo(metrics_text(), nl=False)


COMMANDS: tuple[Command | Group, ...] = (metrics,)
