"""The command line: `threeline`.

Each module holds a tuple COMMANDS. A command translates what was typed into one activity and its result into text or
JSON; `face.py` has what all of them share. `docs/commands.md` is the guide to them. A module is imported only when one
of its commands is wanted: the server starts without the others, and so does every process that it starts.
"""

from __future__ import annotations

import gc

gc.disable()  # while all is imported, nothing is garbage: looking for some is a fifth of the start

from importlib import import_module  # noqa: E402

import click  # noqa: E402

from helpdesk import __version__  # noqa: E402
from helpdesk.cli.face import Group  # noqa: E402

# The module of each command.
MODULES = {
    "account": "access", "approval": "contracts", "backup": "backup", "billing": "hours", "care": "revisits",
    "check": "check", "claims": "claims", "contract": "contracts", "db": "server", "demo": "demo", "doctor": "doctor",
    "enquiries": "sales", "hours": "hours", "import": "moving", "jobs": "jobs", "kb": "kb", "mail": "mail",
    "problems": "problems", "promises": "promises", "report": "reports", "restore": "backup",
    "revisits": "revisits", "run": "server", "sales": "sales", "search": "search", "sla": "sla", "surveys": "surveys",
    "team": "access", "ticket": "tickets", "token": "access", "worker": "server", "metrics": "metrics",
}  # fmt: skip


class _Threeline(Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        module = import_module(f"{__name__}.{MODULES[cmd_name]}")
        gc.freeze()  # all of it stays
        commands: tuple[click.Command, ...] = module.COMMANDS
        return next(command for command in commands if command.name == cmd_name)


@click.group("threeline", cls=_Threeline, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="threeline")
def main() -> None:
    """Threeline: helpdesk and after-sales service desk."""


gc.freeze()
gc.enable()
