"""The command line: `threeline`.

Each module holds a tuple COMMANDS. A command translates what was typed into one activity and its result into text or
JSON; `face.py` has what all of them share. `docs/commands.md` is the guide to them.
"""

from __future__ import annotations

import gc

gc.disable()  # while all is imported, nothing is garbage: looking for some is a fifth of the start

import click  # noqa: E402

from helpdesk import __version__  # noqa: E402
from helpdesk.cli import access, backup, check, demo, doctor, jobs, mail, moving, reports, server, sla, tickets  # noqa: E402
from helpdesk.cli.face import Group  # noqa: E402

GROUPS = (server, access, tickets, mail, sla, check, doctor, backup, jobs, moving, reports, demo)


@click.group("threeline", cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="threeline")
def main() -> None:
    """Threeline: helpdesk and after-sales service desk."""


for _group in GROUPS:
    for _command in _group.COMMANDS:
        main.add_command(_command)

gc.freeze()  # all of it stays
gc.enable()
