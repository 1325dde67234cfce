"""`sla`: cases of working time, checked against the arithmetic. They need no desk."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, as_json, open_input
from sla import cases


@click.group(cls=Group)
def sla() -> None:
    """Working time: check what the clocks compute."""


@sla.command("check")
@click.argument("file")
def check(file: str) -> None:
    """Compare each case in FILE (a JSON list, - for standard input) with the answer it expects.

    Prints each case that differs and, last, how many passed and failed; ends with 1 if any failed.

    \b
    Example:
      threeline sla check docs/sla-golden.json
    """
    outcomes = cases.check(_cases(file))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        click.echo(f"{outcome.id}: {outcome.reason}")
    click.echo(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    sys.exit(Exit.REFUSED if failed else Exit.OK)


@sla.command("eval")
@click.argument("file")
def evaluate(file: str) -> None:
    """Print the list of cases in FILE with what the arithmetic answers to each, as `got`.

    \b
    Example:
      threeline sla eval questions.json > answers.json
    """
    answers = cases.evaluate(_cases(file))
    click.echo("[\n" + ",\n".join(as_json(each) for each in answers) + "\n]")


def _cases(file: str) -> Any:
    with open_input(file) as source:
        content = source.read()
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{file} is not JSON: {error}.", Exit.BAD_DATA) from error


COMMANDS: tuple[Command | Group, ...] = (sla,)
