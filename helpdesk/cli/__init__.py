"""The command line: `threeline`, Flask's own underneath."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup

from helpdesk import __version__
from helpdesk.cli import access, desk, server
from helpdesk.config import Misconfigured
from helpdesk.core.errors import DomainError

GROUPS = (server, desk, access)


def init_app(app: Flask) -> None:
    """Nothing is added to an application: the commands make one themselves."""


def _create() -> Flask:
    from helpdesk.app import create_app  # only now: `threeline --help` needs no database

    return create_app()


class ThreelineGroup(FlaskGroup):
    """Flask's group with our errors told as sentences."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except Misconfigured as error:
            click.echo(f"threeline: {error}", err=True)
            sys.exit(78)  # EX_CONFIG
        except DomainError as error:
            click.echo(f"threeline: {error.message or error.code}", err=True)
            sys.exit(1)


main: Callable[..., Any] = ThreelineGroup(
    name="threeline", create_app=_create, add_default_commands=False, add_version_option=False,
    set_debug_flag=False, load_dotenv=False, help="Threeline: helpdesk and after-sales service desk.",
)  # fmt: skip
click.version_option(__version__, prog_name="threeline")(main)
for _group in GROUPS:
    for _command in _group.COMMANDS:
        main.add_command(_command)  # type: ignore[attr-defined]
