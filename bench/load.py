"""The load: requests over kept-alive connections, in a process of its own, so that it shares no lock with the server.

`python -m bench.load` reads a plan from standard input and prints what came of it; `send` starts it.
"""

from __future__ import annotations

import gc
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.desks import ROOT


@dataclass(frozen=True)
class Request:
    """One request to send."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Outcome:
    """The milliseconds of each request until its whole answer was read, and how long all of them took together."""

    milliseconds: list[float]
    seconds: float
    statuses: dict[str, int]
    bytes: int
    answers: list[str]  # of the answers, where they were asked for

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        """The value that this share of the requests does not exceed (nearest rank)."""
        ordered = sorted(self.milliseconds)
        return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]


def send(
    port: int, requests: Sequence[Request], *, at_once: int = 1, most_seconds: float = 30, keep_answers: bool = False
) -> Outcome:
    """Send the requests, so many at once, until they are sent or the time is over."""
    plan = {"port": port, "at_once": at_once, "most_seconds": most_seconds, "keep_answers": keep_answers,
            "requests": [asdict(each) for each in requests]}  # fmt: skip
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=True, cwd=ROOT)
    return Outcome(**json.loads(done.stdout))


def _carry_out(plan: dict[str, Any]) -> Outcome:
    requests = iter([Request(**each) for each in plan["requests"]])
    lock, until = threading.Lock(), time.perf_counter() + plan["most_seconds"]
    results: list[tuple[float, int, int, str]] = []

    def next_one() -> Request | None:
        with lock:
            return next(requests, None) if time.perf_counter() < until else None

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=60)
        while (request := next_one()) is not None:
            began = time.perf_counter()
            connection.request(request.method, request.path, request.body, request.headers)
            answer = connection.getresponse()
            content = answer.read()
            milliseconds = (time.perf_counter() - began) * 1000
            kept = content.decode() if plan["keep_answers"] else ""
            results.append((milliseconds, answer.status, len(content), kept))

    gc.disable()
    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(plan["at_once"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return Outcome(
        milliseconds=[round(each[0], 3) for each in results], seconds=seconds,
        statuses={str(status): count for status, count in Counter(each[1] for each in results).items()},
        bytes=sum(each[2] for each in results), answers=[each[3] for each in results if each[3]],
    )  # fmt: skip


def cycled(requests: Sequence[Request], count: int) -> Iterator[Request]:
    """So many requests, beginning anew when they are used up."""
    for number in range(count):
        yield requests[number % len(requests)]


if __name__ == "__main__":
    print(json.dumps(asdict(_carry_out(json.load(sys.stdin)))))
