"""How fast reports are, and what counting costs: `python -m bench.bench_reports --tickets 300000 --databases sqlite`.

A desk of the demo's large company is filled once and kept under `var/bench` (the one of `bench_desk`): two years of
tickets with some thirteen rows of the timeline each. It is counted once; how long that took is kept with it. Then:

1. every report by declaration, over a year: by month, by team, by organisation, and of one priority by month;
2. its headline, the first page of what stands behind its first figure, and the report of a quarter as a PDF;
3. the write path: opening, answering and resolving a ticket, and the processor time of counting that beside it.

The bars: a report of a year by month ≤ 1 s at p95 on PostgreSQL and ≤ 2 s on SQLite, its headline ≤ 200 ms, a PDF of a
quarter ≤ 5 s, counting ≤ 5 % of the write path; at a million tickets and ten million rows of the timeline.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text

from bench.desks import KEPT, ROOT, BenchDesk, fill
from bench.postgres import database, durable_postgres
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.journal import Entry
from helpdesk.figures import counting
from helpdesk.figures.desk import desk_zone
from helpdesk.models.access import Account
from helpdesk.models.figures import ClockFigures, FigureSum, HopFigures, OpenSpan, TicketFigures
from helpdesk.models.people import Contact, Team, TeamMember
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.people.accounts import actor_of
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.resolution import resolve_ticket

RESULTS = ROOT / "bench" / "results"
PAGE = 50
FACTS = (TicketFigures, HopFigures, OpenSpan, ClockFigures, FigureSum)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_reports", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--databases", choices=("sqlite", "postgresql"), nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--reports", nargs="*", default=None, help="only these")
    parser.add_argument("--tries", type=int, default=9)
    parser.add_argument("--until", type=datetime.fromisoformat, help="the end of the year, if not the last month's")
    parser.add_argument("--only-count", action="store_true", help="fill and count, measure nothing")
    wanted = parser.parse_args()
    with ExitStack() as stack:
        for name in wanted.databases:
            server = stack.enter_context(durable_postgres(KEPT / "postgresql")) if name == "postgresql" else None
            desk = BenchDesk(name, wanted.tickets, database(server, f"bench_{wanted.tickets}") if server else "")
            fill(desk)
            counted = count(desk)
            print(name, json.dumps(counted), flush=True)
            if wanted.only_count:
                continue
            result = measure(desk, counted, wanted.tries, wanted.reports, wanted.until)
            if wanted.reports is None:
                path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-reports-{name}-{wanted.tickets}.json"
                path.write_text(json.dumps(result, indent=1) + "\n")


def count(desk: BenchDesk) -> dict[str, float]:
    """Make the facts of every ticket, unless that has been done; how long it took, and of what."""
    note = desk.home / "counted.json"
    if note.exists():
        kept: dict[str, float] = json.loads(note.read_text())
        return kept
    with desk.opened():
        wall, processor = time.perf_counter(), time.process_time()
        tickets = counting.recount()
        told = {"tickets": tickets, "seconds": round(time.perf_counter() - wall, 1),
                "own_processor_seconds": round(time.process_time() - processor, 1),
                "timeline_rows": db.session.scalar(select(func.count()).select_from(Entry)) or 0,
                "load": round(os.getloadavg()[0], 1)}  # fmt: skip
        told |= {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) or 0
                 for model in FACTS}  # fmt: skip
        db.session.rollback()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)" if desk.database == "postgresql" else "ANALYZE"))
    note.write_text(json.dumps(told))
    return told


def measure(
    desk: BenchDesk, counted: dict[str, float], tries: int, only: list[str] | None, end: datetime | None
) -> dict[str, Any]:
    """Milliseconds of everything, in the middle and at p95."""
    with desk.opened() as app, app.test_request_context():
        until = _last_month() if end is None else end.replace(tzinfo=desk_zone())
        year = Slice(_months_before(until, 12), until)
        found: dict[str, Any] = {}
        for slug, report in FACT_REPORTS.items():
            if only is not None and slug not in only:
                continue
            found[slug] = {}
            for words, call in _questions(report, year):
                try:
                    found[slug][words] = _timed(call, tries)
                except Invalid as error:
                    found[slug][words] = {"refused": str(error)}
                print(f"{desk.database} {slug:<17} {words:<14} {json.dumps(found[slug][words])}", flush=True)
        result: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"), "database": desk.database,
            "counted": counted, "load": round(os.getloadavg()[0], 1), "reports": found,
        }  # fmt: skip
        if only is None:
            result["writes"] = _writes()
            print(desk.database, json.dumps(result["writes"]), flush=True)
    return result


def _questions(report: FactReport, year: Slice) -> Iterator[tuple[str, Callable[[], object]]]:
    def run(*by: str, where: tuple[tuple[str, str], ...] = ()) -> Callable[[], object]:
        over = Slice(year.since, year.until, where)
        return lambda: report.run(over, for_=SYSTEM, by=by, limit=100)

    yield "headline", lambda: report.glance(year, for_=SYSTEM)
    yield "by month", run("month")
    for name in ("team", "organisation"):
        if name in report.dimensions:
            yield f"by {name}", run(name)
    if "priority" in report.dimensions:
        yield "of one priority", run("month", where=(("priority", "P2"),))
    first = (report.headline or tuple(metric.name for metric in report.metrics))[0]
    yield "behind", lambda: db.session.execute(report.behind(year, first, for_=SYSTEM).limit(PAGE)).all()


def _timed(call: Callable[[], object], tries: int) -> dict[str, float]:
    call()
    taken = []
    for _ in range(tries):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
        db.session.rollback()
    taken.sort()
    return {"p50": round(statistics.median(taken), 1), "p95": round(taken[int(0.95 * (tries - 1) + 0.5)], 1)}


def _last_month() -> datetime:
    """The first midnight of the last month in which tickets were opened, as the desk has it."""
    last: datetime | None = db.session.scalar(select(func.max(Ticket.opened_at)))
    assert last is not None
    return last.astimezone(desk_zone()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _months_before(at: datetime, months: int) -> datetime:
    number = 12 * at.year + at.month - 1 - months
    return at.replace(year=number // 12, month=number % 12 + 1)


def _writes(tickets: int = 100) -> dict[str, float]:
    """A ticket opened, answered and resolved, and what counting it adds, in milliseconds."""
    counting.catch_up_wholly()
    contacts = list(db.session.scalars(select(Contact.id).where(Contact.organisation_id.is_not(None)).limit(tickets)))
    account = db.session.scalars(
        select(Account)
        .join(TeamMember, TeamMember.operator_id == Account.operator_id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(Team.line == 1)
        .limit(1)
    ).first()
    assert account is not None
    by = actor_of(account)
    taken = []
    processor = time.process_time()
    for contact_id in contacts:
        began = time.perf_counter()
        new = NewTicket("Every second label is empty", "Since this morning.", requester_id=contact_id)
        ticket = open_ticket(new, by=by, channel=Channel.PHONE)
        reply_to_client(ticket, NewMessage("Please hold the Feed button."), by=by)
        resolve_ticket(ticket, NewMessage("It prints again."), by=by)
        taken.append((time.perf_counter() - began) * 1000)
        db.session.expunge_all()
    writing = time.process_time() - processor
    processor, wall = time.process_time(), time.perf_counter()
    counting.catch_up_wholly()
    folding, folding_wall = time.process_time() - processor, time.perf_counter() - wall
    return {
        "p50_ms": round(statistics.median(taken), 1), "processor_ms": round(writing / len(contacts) * 1000, 2),
        "counting_processor_ms": round(folding / len(contacts) * 1000, 2),
        "counting_ms": round(folding_wall / len(contacts) * 1000, 2), "share": round(folding / writing, 3),
    }  # fmt: skip


if __name__ == "__main__":
    main()
