"""The power fails in the middle of a thousand submissions: what was acknowledged is there and written to, once."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import psutil
import pytest

SUBMISSIONS = 1000
WRITERS = 8
KILL_AFTER = 300  # acknowledged tickets
PATIENCE_SECONDS = 240
PASSWORD = "correct horse battery"
ROOT = Path(__file__).parents[2]


class Desk:
    """A desk of its own: server and worker in processes that can be killed."""

    def __init__(self, home: Path, url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.home = home
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("THREELINE_")},
            "THREELINE_HOME": str(home), "THREELINE_PORT": str(self.port), "THREELINE_LOG_LEVEL": "error",
            **({"THREELINE_DATABASE_URL": url} if url else {}),
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def threeline(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        program = [str(Path(sys.executable).with_name("threeline")), *words]
        return subprocess.run(program, env=self.environment, cwd=ROOT, input=stdin, capture_output=True, text=True)

    def start(self) -> None:
        program = [str(Path(sys.executable).with_name("threeline")), "run"]
        self.process = subprocess.Popen(program, env=self.environment, cwd=ROOT, stderr=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL)  # fmt: skip
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                    connection.request("GET", "/healthz")
                    if connection.getresponse().status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the desk did not start")

    def kill(self) -> None:
        """kill -9, the whole tree at once."""
        assert self.process is not None
        everybody = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        for one in everybody:
            one.send_signal(signal.SIGKILL)
        psutil.wait_procs(everybody, timeout=10)
        self.process.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        one = Desk(tmp_path, "")
        yield one
    else:
        server = request.getfixturevalue("postgres_server")
        with server.database() as name:
            one = Desk(tmp_path, server.url(name).replace("postgresql://", "postgresql+psycopg://"))
            yield one
            if one.process and one.process.poll() is None:
                one.kill()
    if one.process and one.process.poll() is None:
        one.kill()


@pytest.mark.timeout(600)
def test_what_was_acknowledged_survives_kill_minus_nine(desk: Desk) -> None:
    assert desk.threeline("db", "upgrade").returncode == 0
    made = desk.threeline("account", "create", "--role", "operator", "--email", "ona@desk.example", "--password-stdin",
                          stdin=PASSWORD)  # fmt: skip
    assert made.returncode == 0, made.stderr
    made = desk.threeline("account", "create", "--role", "contact", "--email", "jonas@klinika.example",
                          "--organisation", "Klinika", "--password-stdin", stdin=PASSWORD)  # fmt: skip
    assert made.returncode == 0, made.stderr
    token = desk.threeline("token", "create", "--account", "jonas@klinika.example").stdout.strip()
    desk.start()
    acknowledged: dict[int, str] = {}
    killed = threading.Event()
    lock = threading.Lock()

    def submit(n: int) -> None:
        body = json.dumps({"subject": f"Submission {n}", "text": "Nothing may be lost."})
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"key-{n}",
        }
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)) as connection:
                    connection.request("POST", "/api/v1/tickets", body, headers)
                    answer = connection.getresponse()
                    content = answer.read()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # the desk is down: a client tries again with the same key
                continue
            if answer.status in (200, 201):
                with lock:
                    acknowledged[n] = json.loads(content)["number"]
                    enough = len(acknowledged) >= KILL_AFTER
                if enough and not killed.is_set():
                    killed.set()
                return
            assert answer.status in (429, 503), content
            time.sleep(0.05)
        raise AssertionError(f"submission {n} was never acknowledged")

    with ThreadPoolExecutor(WRITERS) as writers:
        running = [writers.submit(submit, n) for n in range(SUBMISSIONS)]
        assert killed.wait(PATIENCE_SECONDS)
        desk.kill()
        desk.start()
        for each in running:
            each.result()

    assert len(acknowledged) == SUBMISSIONS
    assert len(set(acknowledged.values())) == SUBMISSIONS, "a submission made two tickets, or two shared one"
    letters = desk.home / "mail"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(list(letters.glob("*.eml"))) < SUBMISSIONS and time.monotonic() < deadline:
        time.sleep(0.5)
    desk.kill()

    mails = [message_from_bytes(f.read_bytes(), policy=default) for f in letters.glob("*.eml")]
    ids = [str(mail["Message-ID"]).strip() for mail in mails]
    assert len(ids) == len(set(ids)) == SUBMISSIONS
    numbers = {re.match(r"<ticket\.(\d+)\.", i)[1] for i in ids}  # type: ignore[index]
    assert numbers == {number.removeprefix("T-") for number in acknowledged.values()}
    checked = desk.threeline("check")
    assert checked.returncode == 0, checked.stdout
