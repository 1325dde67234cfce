"""The desk under load: `python -m bench.bench_desk` measures every size on both databases and brings
docs/performance.md up to date. `--tickets 10000 --databases sqlite` measures less. Desks are filled once, kept under
var/bench and migrated when the schema has moved on.

Every measurement goes over HTTP against `threeline run`, one web worker and the worker beside it. The load comes from
another process on the same machine, so on two cores "eight at once" measures the server and its load together; beside
the time, the processor time that the server spent on each request is kept, which others on the machine do not disturb.
"""

from __future__ import annotations

import argparse
import html
import http.client
import json
import os
import platform
import random
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.desks import KEPT, ROOT, BenchDesk, Sample, fill, sample, settle, standing
from bench.figures import write_section
from bench.load import Outcome, Request, cycled, send
from bench.postgres import database, durable_postgres
from bench.serving import BARE, THREELINE, Served, free_port, served
from helpdesk.core.db import db
from helpdesk.seeds.demo import DEMO_PASSWORD

SIZES = (10_000, 100_000, 1_000_000)
DATABASES = ("sqlite", "postgresql")
RESULTS = ROOT / "bench" / "results"
AT_ONCE = 8
DRAIN_PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Counts:
    """How many requests of each kind."""

    warm: int = 30
    pages: int = 300
    writes: int = 200
    reports: int = 12
    at_once: int = 1200
    writes_at_once: int = 1600


QUICK = Counts(warm=10, pages=60, writes=40, reports=4, at_once=200, writes_at_once=200)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_desk", description=__doc__)
    parser.add_argument("--tickets", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--databases", choices=DATABASES, nargs="+", default=list(DATABASES))
    parser.add_argument("--quick", action="store_true", help="few requests: to see that everything works")
    wanted = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    with ExitStack() as stack:
        server = (
            stack.enter_context(durable_postgres(KEPT / "postgresql")) if "postgresql" in wanted.databases else None
        )
        for tickets in wanted.tickets:
            for name in wanted.databases:
                url = database(server, f"bench_{tickets}") if server and name == "postgresql" else ""
                desk = BenchDesk(name, tickets, url)
                result = measure(desk, QUICK if wanted.quick else Counts())
                if not wanted.quick:
                    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{name}-{tickets}.json"
                    path.write_text(json.dumps(result, indent=1) + "\n")
                print(json.dumps(result["measurements"], indent=1))
    if not wanted.quick:
        write_section(ROOT / "docs" / "performance.md", RESULTS)


def measure(desk: BenchDesk, counts: Counts) -> dict[str, Any]:
    """Everything that is measured of one desk."""
    _say(desk, "filling")
    filled = fill(desk)
    settle(desk)
    taken = sample(desk, size=400)
    load_before = os.getloadavg()[0]
    _say(desk, "bare pages")
    measurements = _bare(desk, counts)
    _say(desk, "cold starts")
    starts = [_cold_start(desk) for _ in range(3)]
    environment = desk.environment(free_port())
    _say(desk, "pages")
    with served(THREELINE, environment, first_page="/sign-in") as server:
        measurements |= _pages(server, taken, counts)
        measurements["letters"] = _writes(server, desk, taken, counts, measurements)
        memory = server.pss_megabytes()
    bare = measurements["bare"]["p50_ms"]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": desk.database,
        "tickets": desk.tickets,
        "machine": _machine() | {"load_before": round(load_before, 2), "load_after": round(os.getloadavg()[0], 2)},
        "versions": _versions(desk),
        "filled": filled,
        "cold_start_seconds": round(statistics.median(starts), 2),
        "memory_mb_pss": round(memory, 1),
        "measurements": measurements,
        "times_the_bare_page": {
            name: round(each["p50_ms"] / bare, 1) for name, each in measurements.items() if "p50_ms" in each
        },
    }


def _bare(desk: BenchDesk, counts: Counts) -> dict[str, Any]:
    with served(BARE, desk.environment(free_port()), first_page="/text") as server:
        return {
            "bare": _sequence(server, [Request("GET", "/text")], counts.pages, counts.warm),
            "bare_rows": _sequence(server, [Request("GET", "/rows")], counts.pages, counts.warm),
            "bare_at_once": _at_once(server, [Request("GET", "/text")], counts.at_once),
            "bare_rows_at_once": _at_once(server, [Request("GET", "/rows")], counts.at_once),
        }


def _cold_start(desk: BenchDesk) -> float:
    with served(THREELINE, desk.environment(free_port()), first_page="/sign-in") as server:
        return server.cold_start_seconds


def _pages(server: Served, taken: Sample, counts: Counts) -> dict[str, Any]:
    operator = {"Cookie": sign_in(server.port, taken.operator)}
    manager = {"Cookie": sign_in(server.port, taken.manager)}
    queue = [Request("GET", "/console/tickets?view=all", operator)]
    team = [Request("GET", "/console/tickets?view=queue", operator)]
    tickets = [Request("GET", f"/console/tickets/{number}", operator) for number in taken.numbers]
    overview = [Request("GET", "/manager/overview?period=365", manager)]
    return {
        "queue": _sequence(server, queue, counts.pages, counts.warm),
        "team_queue": _sequence(server, team, counts.pages, counts.warm),
        "ticket": _sequence(server, tickets, counts.pages, counts.warm),
        "overview": _sequence(server, overview, counts.reports, 2),
        "queue_at_once": _at_once(server, queue, counts.at_once),
        "ticket_at_once": _at_once(server, tickets, counts.at_once),
    }


def _writes(
    server: Served, desk: BenchDesk, taken: Sample, counts: Counts, measurements: dict[str, Any]
) -> dict[str, Any]:
    """Create and reply, one at a time and at once; returns how fast the letters were sent after that."""
    bearer = {"Authorization": f"Bearer {taken.token}", "Content-Type": "application/json"}
    chance = random.Random(desk.tickets)

    def new() -> Request:
        body = {"subject": "The label printer prints every second label empty", "impact": "group", "urgency": "high",
                "text": "Since the update this morning every second label is empty. We have changed the roll.",
                "requester_id": chance.choice(taken.contacts)}  # fmt: skip
        return Request("POST", "/api/v1/tickets", bearer, json.dumps(body))

    def answers_to(outcome: Outcome) -> list[Request]:
        words = json.dumps({"text": "Please hold the Feed button for five seconds and print again."})
        numbers = [json.loads(each)["number"] for each in outcome.answers]
        return [Request("POST", f"/api/v1/tickets/{number}/messages", bearer, words) for number in numbers]

    with desk.opened():
        before = standing()
        created = _outcome(server, [new() for _ in range(counts.writes)], 1, measurements, "create")
        _outcome(server, answers_to(created), 1, measurements, "reply")
        created = _outcome(
            server, [new() for _ in range(counts.writes_at_once)], AT_ONCE, measurements, "create_at_once"
        )
        _outcome(server, answers_to(created), AT_ONCE, measurements, "reply_at_once")
        after = standing()
        made = after.tickets - before.tickets
        expected = measurements["create"]["count"] + measurements["create_at_once"]["count"]
        if made != expected:
            raise RuntimeError(f"{expected} tickets were asked for, {made} were made")
        letters, waiting = after.jobs - before.jobs, after.ready_jobs
        began = time.perf_counter()
        while standing().ready_jobs and time.perf_counter() - began < DRAIN_PATIENCE_SECONDS:
            time.sleep(0.25)
        seconds = time.perf_counter() - began
        left = standing().ready_jobs
        db.session.rollback()
    return {
        "queued": letters, "waiting": waiting, "left": left,
        "rate": round((waiting - left) / seconds, 1) if waiting > AT_ONCE else None,
    }  # fmt: skip


def _outcome(
    server: Served, requests: Sequence[Request], at_once: int, measurements: dict[str, Any], name: str
) -> Outcome:
    before = server.processor_seconds()
    outcome = send(server.port, requests, at_once=at_once, keep_answers=True)
    measurements[name] = _figures(outcome, server.processor_seconds() - before, expected="201")
    return outcome


def _sequence(server: Served, requests: Sequence[Request], count: int, warm: int) -> dict[str, Any]:
    return _measured(server, requests, count, warm, at_once=1)


def _at_once(server: Served, requests: Sequence[Request], count: int) -> dict[str, Any]:
    return _measured(server, requests, count, 2 * AT_ONCE, at_once=AT_ONCE)


def _measured(server: Served, requests: Sequence[Request], count: int, warm: int, *, at_once: int) -> dict[str, Any]:
    send(server.port, list(cycled(requests, warm)), at_once=at_once)
    before = server.processor_seconds()
    outcome = send(server.port, list(cycled(requests, count)), at_once=at_once)
    return _figures(outcome, server.processor_seconds() - before, expected="200")


def _figures(outcome: Outcome, processor_seconds: float, *, expected: str) -> dict[str, Any]:
    count = len(outcome.milliseconds)
    if outcome.statuses != {expected: count}:
        raise RuntimeError(f"answers other than {expected}: {outcome.statuses}")
    return {
        "count": count, "p50_ms": round(outcome.percentile(0.5), 2), "p95_ms": round(outcome.percentile(0.95), 2),
        "p99_ms": round(outcome.percentile(0.99), 2), "per_second": round(outcome.rate, 1),
        "cpu_ms": round(processor_seconds * 1000 / count, 2), "kilobytes": round(outcome.bytes / count / 1000, 1),
    }  # fmt: skip


def sign_in(port: int, email: str) -> str:
    """Sign in through the form, as a browser does; returns the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    page, cookie = answer.read().decode(), _cookie(answer)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if token is None:
        raise RuntimeError("the form of signing in has no token")
    form = urlencode({"csrf_token": html.unescape(token[1]), "email": email, "password": DEMO_PASSWORD})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status not in (302, 303):
        raise RuntimeError(f"signing in as {email} was answered with {answer.status}")
    return _cookie(answer)


def _cookie(answer: http.client.HTTPResponse) -> str:
    return "; ".join(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie") or [])


def _machine() -> dict[str, Any]:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return {
        "processor": model[1] if model else platform.machine(), "cores": os.cpu_count(),
        "memory_gb": round(int(memory[1]) / 1_048_576) if memory else None, "system": platform.platform(),
    }  # fmt: skip


def _versions(desk: BenchDesk) -> dict[str, str]:
    found = {name: version(name) for name in ("flask", "sqlalchemy", "granian", "jinja2")}
    found |= {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    if desk.database == "postgresql":
        with desk.opened():
            found["postgresql"] = str(db.session.execute(db.text("SHOW server_version")).scalar_one())
    return found


def _say(desk: BenchDesk, words: str) -> None:
    print(f"{desk.database}, {desk.tickets:,} tickets: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
