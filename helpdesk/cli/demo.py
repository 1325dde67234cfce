"""`demo`: a desk with invented people and tickets, to look at.

`demo accounts --json` prints one document: `password`, and `accounts`, a list of objects with `email`, `name`, `role`,
`language`, `lines` (of an operator), `organisation` (of a client) and `look_at`, a sentence on what there is to see. A
key is never taken away or given another meaning; new ones may come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from helpdesk.cli.face import Command, Group, answer, answering, the_desk

if TYPE_CHECKING:
    from helpdesk.seeds.demo import DemoAccount

BIGGEST = 20_000_000


@click.group(cls=Group, invoke_without_command=True)
@click.option("--tickets", type=click.IntRange(1, BIGGEST), metavar="N",
              help="Go on to N tickets of a large desk: made quickly, believable only as a mass.")  # fmt: skip
@click.pass_context
def demo(context: click.Context, tickets: int | None) -> None:
    """Make a demo desk of an empty one: a small company, its clients and a quarter of their tickets, ending now.

    A second time it changes nothing. A run that was interrupted can be repeated.

    \b
    Example:
      threeline demo
      threeline demo --tickets 100000
    """
    if context.invoked_subcommand is not None:
        return
    with the_desk(may_begin=True):
        _fill()
        if tickets is not None:
            _fill_up(tickets)


@demo.command(cls=Command)
@click.option("--all", "everybody", is_flag=True, help="Also those who are like others in the list.")
@answering
def accounts(everybody: bool, form: str) -> None:
    """List the people as whom one can sign in.

    With their password and what there is to see.

    \b
    Example:
      threeline demo accounts --json
    """
    from helpdesk.seeds import demo as seeds  # only now, here and below: no other command needs the stories

    with the_desk():
        shown = seeds.accounts(everybody=everybody)
        document = {"password": seeds.DEMO_PASSWORD, "accounts": [asdict(each) for each in shown]}
        answer(form, document, lambda: _listed(shown, seeds.DEMO_PASSWORD))


def _fill() -> None:
    from helpdesk.seeds import demo as seeds

    with click.progressbar(length=1, label="Living through the quarter", show_pos=False) as bar:

        def progress(done: int, steps: int) -> None:
            bar.length = steps
            bar.update(done - bar.pos)

        made = seeds.fill(progress=progress)
    if made:
        click.echo(f"The demo desk is ready: {made} tickets. `threeline demo accounts` says as whom to look at it.")
    else:
        click.echo("The demo desk is there already; nothing was changed.")


def _fill_up(tickets: int) -> None:
    from helpdesk.seeds import bulk

    missing = tickets - bulk.count()
    if missing <= 0:
        click.echo(f"There are {bulk.count()} tickets already; nothing was added.")
        return
    with click.progressbar(length=missing, label=f"Filling up to {tickets} tickets", show_pos=True) as bar:
        added = 0
        for added in bulk.fill_up(tickets):
            bar.update(added - bar.pos)
    click.echo(f"{added} tickets were added.")


def _listed(shown: Sequence[DemoAccount], password: str) -> str:
    lines = [f"The password of every demo account is: {password}", ""]
    for each in shown:
        place = each.organisation or ", ".join(f"line {line}" for line in each.lines)
        words = [each.role.replace("_", " "), *([place] if place else []), each.language]
        lines += [each.email, f"    {each.name} ({', '.join(words)})"]
        lines += [f"    {each.look_at}"] if each.look_at else []
    return "\n".join(lines)


COMMANDS = (demo,)
