"""`run`, `worker` and `db`: start the desk, bring its database up to date."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from helpdesk import migrations
from helpdesk.cli.face import Command, Group
from helpdesk.config import Config, Misconfigured, load_config

if TYPE_CHECKING:
    from helpdesk.jobs.worker import Worker


@click.command(cls=Command)
@click.option("--web-only", is_flag=True, help="Without the worker; run `threeline worker` beside it.")
def run(web_only: bool) -> None:
    """Serve the desk, with a worker inside.

    \b
    Example:
      threeline run
    """
    from granian import Granian
    from granian.constants import Interfaces

    config = load_config()
    refuse_open_dev(config)
    click.echo(f"database: {migrations.upgrade(config)}", err=True)
    # Never fork: a web worker forked while the thread beside it holds a lock of SQLite waits for that lock for ever.
    multiprocessing.set_start_method("spawn", force=True)
    # Else the C library keeps memory apart for each thread, and what one has let go the others cannot take.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    # It warns of more threads than two for each core; ours wait for the database and for slow clients.
    logging.getLogger("_granian").addFilter(lambda line: "allows spawning up to" not in str(line.msg))
    server = Granian(
        "wsgi:app", address=config.bind, port=config.port, interface=Interfaces.WSGI, workers=config.web_workers,
        blocking_threads=config.web_threads, respawn_failed_workers=True, log_access=False, websockets=False,
    )  # fmt: skip
    if not web_only:
        beside = _WorkerBeside(config)
        server.on_startup(beside.start)
        server.on_shutdown(beside.stop)
    click.echo(f"Threeline answers at {config.base_url}", err=True)
    server.serve()


@click.command(cls=Command)
def worker() -> None:
    """Run a worker alone.

    It sends letters, watches clocks and does everything that happens later. Several may run.

    \b
    Example:
      threeline worker
    """
    from helpdesk.app import create_app
    from helpdesk.jobs.worker import Worker

    config = load_config()
    _require_current(config)
    each = Worker(create_app(config, faces=False))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: each.stop())
    each.run()


@click.group(cls=Group)
def db() -> None:
    """Bring the database up to date."""


@db.command()
def upgrade() -> None:
    """Bring the database up to date.

    This happens under a lock, and on SQLite with a backup first.

    \b
    Example:
      threeline db upgrade
    """
    click.echo(migrations.upgrade(load_config()))


@db.command()
def revision() -> None:
    """Print the revision of the database.

    Ends with 1 where it is not the newest one that this version knows.

    \b
    Example:
      threeline db revision
    """
    engine = migrations.migration_engine(load_config().database_url)
    current = migrations.current_revision(engine)
    click.echo(f"{current or 'empty'} (newest: {migrations.head()})")
    sys.exit(0 if current == migrations.head() else 1)


def refuse_open_dev(config: Config) -> None:
    """Development pages let anybody sign in as anyone: never on a network."""
    if config.dev and not config.is_loopback:
        raise Misconfigured(
            f"THREELINE_DEV is on while THREELINE_BIND is {config.bind}. Development pages let everybody sign in as "
            "anyone: bind to 127.0.0.1, or set THREELINE_DEV=0."
        )


class _WorkerBeside:
    """The worker in the process that watches over the web processes, put together while they start."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self.worker: Worker | None = None
        self.is_wanted = True

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.is_wanted = False
        if self.worker is not None:
            self.worker.stop()
        self.thread.join(timeout=30)

    def _run(self) -> None:
        try:
            from helpdesk.app import create_app
            from helpdesk.jobs.worker import Worker

            self.worker = Worker(create_app(self.config, faces=False))
            gc.freeze()  # all of it stays
            if self.is_wanted:
                self.worker.run()
        except BaseException:
            os.kill(os.getpid(), signal.SIGTERM)  # nobody should believe that letters go out
            raise


def _require_current(config: Config) -> None:
    engine = migrations.migration_engine(config.database_url)
    if not migrations.is_up_to_date(engine):
        raise Misconfigured("The database is not up to date. Run `threeline db upgrade` first.")
    engine.dispose()


COMMANDS: tuple[Command | Group, ...] = (run, worker, db)
