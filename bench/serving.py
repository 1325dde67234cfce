"""A server under measurement: started as people start it, with its process tree's memory and processor time."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_SECONDS = 60.0
THREELINE = (sys.executable, "-c", "from helpdesk.cli import main; main()", "run")
BARE = (sys.executable, "-m", "bench.bare")


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    pid: int
    cold_start_seconds: float

    def pss_megabytes(self) -> float:
        """The proportional set size of the whole process tree."""
        total = 0
        for pid in tree(self.pid):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def processor_seconds(self) -> float:
        """User and system time of the whole process tree so far."""
        total = 0
        for pid in tree(self.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS


@contextmanager
def served(command: Sequence[str], environment: Mapping[str, str], *, first_page: str) -> Iterator[Served]:
    """Start the server and wait for its first page; stopped at the end, however that comes."""
    port = int(environment["THREELINE_PORT"])
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=dict(environment), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, first_page, process)
        yield Served(port, process.pid, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[int]:
    """The process and all beneath it."""
    found, frontier = [], [pid]
    while frontier:
        each = frontier.pop()
        found.append(each)
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            frontier += [int(child) for child in task.read_text().split()]
    return found


def _wait_for(port: int, page: str, process: subprocess.Popen[bytes]) -> None:
    until, last = time.perf_counter() + PATIENCE_SECONDS, "nothing"
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
            connection.request("GET", page)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return
            last = str(answer.status)
        except OSError:
            pass
        time.sleep(0.005)
    raise RuntimeError(f"the server answered {page} with {last}")
