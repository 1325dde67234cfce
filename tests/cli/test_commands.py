"""What holds of every command."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from sqlalchemy.exc import OperationalError

from helpdesk import __version__, cli
from helpdesk.cli import main
from helpdesk.cli.face import EXITS, Exit, sentence_of
from helpdesk.core.errors import Busy, Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.cli.conftest import Threeline, typed

GUIDE = Path(__file__).parents[2] / "docs" / "commands.md"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_every_command_of_a_module_can_be_typed() -> None:
    names = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}
    modules = [import_module(f"helpdesk.cli.{name}") for name in sorted(names - {"__init__"})]
    there = {command.name: module for module in modules for command in getattr(module, "COMMANDS", ())}

    assert {name: module.__name__.rpartition(".")[2] for name, module in there.items()} == cli.MODULES


every_command = pytest.mark.parametrize(
    ("path", "command"), [pytest.param(path, command, id=" ".join(path)) for path, command in commands(main)]
)


@every_command
def test_a_command_explains_itself_with_an_example(path: tuple[str, ...], command: click.Command) -> None:
    told = typed(None, *path, "--help")

    assert told.code == 0
    assert "Example:" in told.out
    assert f"threeline {' '.join(path)}" in told.out.partition("Example:")[2]


@every_command
def test_an_option_of_a_command_is_explained(path: tuple[str, ...], command: click.Command) -> None:
    choices = (click.Choice, click.IntRange)
    options = [p for p in command.params if isinstance(p, click.Option)]

    assert [o.name for o in options if not o.help and not isinstance(o.type, choices)] == []


@every_command
def test_a_command_is_in_the_guide(path: tuple[str, ...], command: click.Command) -> None:
    assert f"`{' '.join(path)}" in GUIDE.read_text(encoding="utf-8").replace("threeline ", "")


def test_the_guide_names_every_exit_status() -> None:
    guide = GUIDE.read_text(encoding="utf-8")

    assert [code.value for code in Exit if f"| {code.value} |" not in guide] == []


def test_json_is_short_for_format_json(threeline: Threeline, cast: object) -> None:
    assert threeline("account", "list", "--json").out == threeline("account", "list", "--format", "json").out


def test_the_version_is_told() -> None:
    assert typed(None, "--version").out == f"threeline, version {__version__}\n"


@pytest.mark.parametrize("words", [["nonsense"], ["ticket", "nonsense"], ["ticket", "show"], ["jobs", "retry", "x"]])
def test_what_is_typed_wrongly_ends_with_64(words: list[str]) -> None:
    told = typed(None, *words)

    assert told.code == 64
    assert told.out == ""
    assert "Usage:" in told.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Conflict("No.", code="x"), 1),
        (DomainError(code="too_many_tries"), 1),
        (Invalid({"text": ["Say why."]}), 65),
        (NotFound(), 66),
        (OSError(28, "No space left on device"), 74),
        (Busy(), 75),
        (OperationalError("SELECT 1", {}, Exception("database is locked")), 75),
        (Forbidden(code="may_not_add_note"), 77),
    ],
)
def test_every_refusal_has_its_exit_status_and_a_sentence(error: Exception, code: int) -> None:
    assert next(exit_code for kind, exit_code in EXITS if isinstance(error, kind)) == code
    assert sentence_of(error).endswith((".", ")"))


def test_a_wrong_setting_ends_with_78(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THREELINE_HOME", str(tmp_path))
    monkeypatch.setenv("THREELINE_PORT", "none")

    told = typed(None, "account", "list")

    assert (told.code, told.out) == (78, "")
    assert "THREELINE_PORT" in told.err


def test_a_desk_that_is_not_there_yet_ends_with_78(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THREELINE_HOME", str(tmp_path))

    told = typed(None, "account", "list")

    assert told.code == 78
    assert "threeline db upgrade" in told.err


def test_a_database_that_is_away_ends_with_75(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("THREELINE_HOME", str(tmp_path))
    monkeypatch.setenv("THREELINE_DATABASE_URL", f"postgresql+psycopg://desk@/desk?host={tmp_path}")

    told = typed(None, "account", "list")

    assert (told.code, told.out) == (75, "")
    assert "Try again later" in told.err
