"""How long planning ten thousand revisits of a year takes, stored and given to people by load and tours, on both
databases: `python -m bench.bench_revisits`. The bar: 5 s. Nothing of it is kept."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bench.desks import KEPT, BenchDesk
from bench.postgres import database, durable_postgres
from helpdesk import migrations
from helpdesk.aftersales.care import plan_cares
from helpdesk.config import load_config
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.standing import touch
from helpdesk.core.times import now
from helpdesk.models.access import Role
from helpdesk.models.care import Care, CarePlan, CareStep, Revisit
from helpdesk.models.people import Operator, Organisation, Team, TeamMember
from helpdesk.models.tickets import Channel
from helpdesk.people.accounts import NewAccount, begin_desk
from helpdesk.policy.actor import SYSTEM

CLIENTS, OPERATORS, PLACES = 834, 40, 25
RUNS = 3


class _Undo(Exception):
    """What was measured is taken back."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_revisits", description=__doc__)
    parser.add_argument("--databases", choices=("sqlite", "postgresql"), nargs="+", default=["sqlite", "postgresql"])
    wanted = parser.parse_args()
    with ExitStack() as stack:
        server = (
            stack.enter_context(durable_postgres(KEPT / "postgresql")) if "postgresql" in wanted.databases else None
        )
        for name in wanted.databases:
            url = database(server, "bench_revisits") if server and name == "postgresql" else ""
            desk = BenchDesk(name, CLIENTS, url, folder=f"revisits-{name}")
            figures = measure(desk)
            path = KEPT.parents[1] / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-revisits-{name}.json"
            path.write_text(json.dumps({"database": name, "clients": CLIENTS, "figures": figures}, indent=1) + "\n")
            print(f"{name}: {figures['revisits']} revisits in {figures['seconds']:.2f} s (median of {RUNS})")


def measure(desk: BenchDesk) -> dict[str, float]:
    """The median of some runs in seconds, and how many revisits were planned in each."""
    fill(desk)
    spent, count = [], 0
    with desk.opened():
        for _run in range(RUNS):
            try:
                with transaction():
                    cares = list(db.session.scalars(select(Care).order_by(Care.id)))
                    begun = time.perf_counter()
                    count = plan_cares(cares, until=now().date() + timedelta(days=365), by=SYSTEM)
                    spent.append(time.perf_counter() - begun)
                    assert db.session.scalar(select(func.count(Revisit.id))) == count
                    raise _Undo
            except _Undo:
                db.session.rollback()
    return {"seconds": statistics.median(spent), "revisits": count}


def fill(desk: BenchDesk) -> None:
    """Clients in some towns with a monthly plan, half of it on site; nothing where that has been done."""
    note = desk.home / "filled.json"
    if note.exists():
        return
    desk.home.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(load_config({}, home=desk.home, **({"database_url": desk.url} if desk.url else {})))
    with desk.opened():
        begin_desk(NewAccount("bench@bench.example", Role.ADMINISTRATOR, "Bench", password="a long enough password"))
        with transaction():
            team = Team(name="Field", line=2)
            people = [Operator(name=f"Operator {number}") for number in range(OPERATORS)]
            clients = [
                Organisation(name=f"Client {number}", language="en", timezone="Europe/Vilnius", created_at=now())
                for number in range(CLIENTS)
            ]
            plan = CarePlan(name="Monthly care", min_gap_days=5, window_days=7, steps=[
                CareStep(position=0, what="Call", channel=Channel.PHONE, minutes=20, rule="FREQ=MONTHLY;INTERVAL=2"),
                CareStep(position=1, what="Visit", channel=Channel.ON_SITE_VISIT, minutes=60,
                         rule="FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15"),
            ])  # fmt: skip
            db.session.add_all([team, *people, *clients, plan])
            db.session.flush()
            db.session.add_all(TeamMember(team_id=team.id, operator_id=each.id) for each in people)
            db.session.add_all(
                Care(organisation_id=each.id, plan_id=plan.id, anchor=now().date() - timedelta(days=number % 28),
                     place=f"Town {number % PLACES}", started_at=now())
                for number, each in enumerate(clients)
            )  # fmt: skip
            touch()
    note.write_text(json.dumps({"clients": CLIENTS}))


if __name__ == "__main__":
    main()
