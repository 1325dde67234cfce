"""How fast stored clocks are: `python -m bench.bench_clocks` measures five million of them on both databases.

A quarter of the tickets are open, with two live clocks each; the rest is done. The desk is made once and kept under
var/bench. The bars: the job's minute with nothing due in 5 ms, the fifty nearest breaches of a team in 5 ms, a calendar
edit that moves 20,000 clocks in 2 s.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from bench.desks import KEPT, BenchDesk, median_milliseconds
from bench.postgres import database, durable_postgres
from helpdesk import migrations
from helpdesk.config import load_config
from helpdesk.core.db import Base, db
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, now
from helpdesk.models.access import Role
from helpdesk.models.people import Contact, Team
from helpdesk.models.tickets import NEVER, Ticket
from helpdesk.people.accounts import NewAccount, actor_by_email, begin_desk
from helpdesk.tickets import calendars, clocks, queries
from sla import defaults
from sla.models import CalendarVersion, Clock, ClockKind, Target, WorkCalendar
from sla.worktime import Calendar

OPEN_ONE_IN = 5
TEAMS = 50
MOVED = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_clocks", description=__doc__)
    parser.add_argument("--clocks", type=int, default=5_000_000)
    parser.add_argument("--databases", choices=("sqlite", "postgresql"), nargs="+", default=["sqlite", "postgresql"])
    wanted = parser.parse_args()
    with ExitStack() as stack:
        server = (
            stack.enter_context(durable_postgres(KEPT / "postgresql")) if "postgresql" in wanted.databases else None
        )
        for name in wanted.databases:
            url = database(server, f"bench_clocks_{wanted.clocks}") if server and name == "postgresql" else ""
            desk = BenchDesk(name, wanted.clocks, url, folder=f"clocks-{name}-{wanted.clocks}")
            figures = measure(desk)
            path = KEPT.parents[1] / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-clocks-{name}.json"
            path.write_text(
                json.dumps({"database": name, "clocks": wanted.clocks, "figures": figures}, indent=1) + "\n"
            )
            for words, value in figures.items():
                print(f"{name}: {words:<48} {value:>9.2f} ms")


def measure(desk: BenchDesk) -> dict[str, float]:
    """Medians in milliseconds."""
    fill(desk)
    with desk.opened():
        team_id = db.session.scalars(select(Team.id).order_by(Team.id).limit(1)).one()
        nearest = (
            select(Ticket.id, Ticket.next_due_at).where(Ticket.is_open, Ticket.team_id == team_id)
            .order_by(Ticket.next_due_at, Ticket.id).limit(queries.PAGE_SIZE)
        )  # fmt: skip
        figures = {
            "the job's minute, nothing due": median_milliseconds(clocks.sweep, 200),
            "fifty nearest breaches of a team": median_milliseconds(lambda: db.session.execute(nearest).all(), 200),
        }
        db.session.rollback()
        figures[f"a calendar edit that moves {MOVED:,} clocks"] = _edit()
    return figures


def _edit() -> float:
    """Milliseconds to save a version; each run moves the hours of the calendar, back or forth."""
    calendar = db.session.scalars(select(WorkCalendar).where(WorkCalendar.name == "Moved")).one()
    last = max(calendars.versions_of(calendar), key=lambda version: version.id)
    opens = "10:00" if last.content["weekly"]["mon"][0][0] == "09:00" else "09:00"
    hours = {"weekly": {day: [[opens, "18:00"]] for day in defaults.WORKING_DAYS}}
    new = calendars.NewVersion(Calendar.from_json(last.content | hours), reason="Measured", based_on=last.id)
    administrator = actor_by_email("bench@bench.example")
    db.session.rollback()
    began = time.perf_counter()
    impact = calendars.save_version(calendar, new, by=administrator)
    seconds = time.perf_counter() - began
    if impact.clocks != MOVED:
        raise RuntimeError(f"{impact.clocks} clocks were moved instead of {MOVED}")
    return seconds * 1000


def fill(desk: BenchDesk) -> None:
    """Make the tickets and their clocks inside the database; nothing where that has been done."""
    note = desk.home / "filled.json"
    if note.exists():
        return
    desk.home.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(load_config({}, home=desk.home, **({"database_url": desk.url} if desk.url else {})))
    began = time.perf_counter()
    with desk.opened():
        _write(desk.tickets)
    note.write_text(json.dumps({"seconds": round(time.perf_counter() - began)}))


def _write(count: int) -> None:
    tickets = count // 2
    begin_desk(NewAccount("bench@bench.example", Role.ADMINISTRATOR, "Bench", password="a long enough password"))
    moved = WorkCalendar(name="Moved")
    contact = Contact(name="Client", email="client@client.example", language="en", created_at=now())
    db.session.add_all([contact, moved, *(Team(name=f"Team {number}", line=1) for number in range(TEAMS))])
    db.session.flush()
    content = db.session.scalars(select(CalendarVersion).limit(1)).one()
    db.session.add(CalendarVersion(
        calendar_id=moved.id, valid_from=0, content=content.content, content_hash=content.content_hash, recorded_at=0,
    ))  # fmt: skip
    touch()
    target = db.session.scalars(
        select(Target).where(Target.kind == ClockKind.RESOLUTION, Target.priority == "P3")
    ).one()
    first_team = db.session.scalars(select(func.min(Team.id))).one()
    policy_id, target_id, calendar_id, contact_id, moved_id = (
        target.policy_id,
        target.id,
        target.calendar_id,
        contact.id,
        moved.id,
    )
    db.session.commit()
    at, is_postgresql = epoch(now()), db.engine.dialect.name == "postgresql"
    yes, no = ("true", "false") if is_postgresql else ("1", "0")
    stamp = "to_timestamp({0})" if is_postgresql else "datetime({0}, 'unixepoch') || '.000000'"
    # An hour at the earliest and a year at the latest; the open ones of a team lie everywhere between.
    due = f"{at} + 3600 + (i * 7919) % 31000000"
    is_open = f"i % {OPEN_ONE_IN} = 0"
    opened = f"(CASE WHEN {is_open} THEN {at} - i % 3600 ELSE {at} - 86400 - i % 30000000 END)"
    was_due = f"(CASE WHEN {is_open} THEN {due} ELSE {opened} + {target.seconds} END)"
    _insert(Ticket, {
        "id": "i", "type": "'incident'", "status": f"CASE WHEN {is_open} THEN 'open' ELSE 'closed' END",
        "sub_status": "''", "is_open": f"CASE WHEN {is_open} THEN {yes} ELSE {no} END", "subject": "'Subject ' || i",
        "requester_id": str(contact_id), "channel": "'email'", "language": "'en'", "impact": "'person'",
        "urgency": "'medium'", "computed_priority": "'P3'", "priority": "'P3'", "priority_reason": "''",
        "is_major": no, "team_id": f"{first_team} + i % {TEAMS}", "line": "1", "custom_fields": "'{}'",
        "opened_at": stamp.format(opened), "updated_at": stamp.format(opened),
        "closed_at": f"CASE WHEN {is_open} THEN NULL ELSE {stamp.format(opened + ' + 3600')} END",
        "awaits_reply": no, "next_due_at": f"CASE WHEN {is_open} THEN {due} ELSE {NEVER} END",
        "next_due_kind": "'resolution'", "reassignments": "0", "reopenings": "0", "is_ping_pong": no,
        "is_bouncing": no, "waited_client": no, "missed_sla": no, "policy_id": str(policy_id),
    }, f"1 AND {tickets}")  # fmt: skip
    for number, kind in enumerate(("resolution", "next_response")):
        moves = f"{is_open} AND i <= {MOVED * OPEN_ONE_IN}" if number == 0 else "1 = 0"
        _insert(Clock, {
            "id": f"2 * i + {number}", "subject_kind": "'ticket'", "subject_id": "i", "kind": f"'{kind}'", "line": "0",
            "cycle": "1", "state": f"CASE WHEN {is_open} THEN 'running' ELSE 'met' END", "target_id": str(target_id),
            "target_seconds": str(target.seconds),
            "calendar_id": f"CASE WHEN {moves} THEN {moved_id} ELSE {calendar_id} END", "start_at": opened,
            "stop_at": f"CASE WHEN {is_open} THEN NULL ELSE {opened} + 3600 END", "due_at": was_due,
            "breach_at": was_due, "contract_due_at": was_due, "breach_cause": "''", "promises": "0",
            "extra_seconds": "0", "fired": "'[]'", "consumed_at_stop": f"CASE WHEN {is_open} THEN NULL ELSE 3600 END",
            "at_risk_fired": yes, "next_fire_at": f"CASE WHEN {is_open} THEN {due} + 1 ELSE NULL END", "revision": "1",
        }, f"1 AND {tickets}")  # fmt: skip
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _insert(model: type[Base], values: dict[str, str], span: str) -> None:
    first, _and, last = span.partition(" AND ")
    casts = {"custom_fields": "jsonb", "fired": "jsonb"} if db.engine.dialect.name == "postgresql" else {}
    chosen = ", ".join(f"CAST({sql} AS {casts[name]})" if name in casts else sql for name, sql in values.items())
    db.session.execute(text(
        f"INSERT INTO {model.__tablename__} ({', '.join(values)}) "
        f"WITH RECURSIVE n(i) AS (SELECT CAST({first} AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
        f"SELECT {chosen} FROM n"
    ))  # fmt: skip
    db.session.commit()


if __name__ == "__main__":
    main()
