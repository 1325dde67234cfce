"""How fast the choice of a contract and the balance of its hours are among a million ledger rows, on both databases:
`python -m bench.bench_hours`. The bars: 1 ms and 2 ms. A desk is made once and kept under var/bench."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from datetime import UTC, date, datetime

from sqlalchemy import func, select, text

from bench.desks import KEPT, BenchDesk, median_milliseconds
from bench.postgres import database, durable_postgres
from helpdesk import migrations
from helpdesk.aftersales.hours import balance_of, blocks_of
from helpdesk.config import load_config
from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.entitlement.choice import entitled
from helpdesk.models.access import Role
from helpdesk.models.contracts import Contract, HoursEntry
from helpdesk.models.people import Organisation
from helpdesk.people.accounts import NewAccount, begin_desk
from sla import register

ROWS = 1_000_000
CONTRACTS = 1_000
BLOCK_EVERY = 100  # entries of a contract; the others draw on the block before


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_hours", description=__doc__)
    parser.add_argument("--databases", choices=("sqlite", "postgresql"), nargs="+", default=["sqlite", "postgresql"])
    wanted = parser.parse_args()
    with ExitStack() as stack:
        server = (
            stack.enter_context(durable_postgres(KEPT / "postgresql")) if "postgresql" in wanted.databases else None
        )
        for name in wanted.databases:
            url = database(server, "bench_hours") if server and name == "postgresql" else ""
            desk = BenchDesk(name, ROWS, url, folder=f"hours-{name}")
            figures = measure(desk)
            path = KEPT.parents[1] / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-hours-{name}.json"
            path.write_text(json.dumps({"database": name, "ledger_rows": ROWS, "figures": figures}, indent=1) + "\n")
            for words, value in figures.items():
                print(f"{name}: {words:<48} {value:>9.3f} ms")


def measure(desk: BenchDesk) -> dict[str, float]:
    """Medians in milliseconds."""
    fill(desk)
    with desk.opened():
        contract = db.session.scalars(select(Contract).order_by(Contract.id).offset(CONTRACTS // 2).limit(1)).one()
        organisation_id, contract_id, at = contract.organisation_id, contract.id, now()
        # Whoever opens a ticket has read its client with the requester.
        client = db.session.get_one(Organisation, organisation_id)
        return {
            "the contract that covers a request": median_milliseconds(
                lambda: entitled(organisation_id=client.id, product_id=None, installed=None, at=at)
            ),
            "the balance of a contract": median_milliseconds(lambda: balance_of(contract_id)),
            "its blocks in the order of their use": median_milliseconds(lambda: blocks_of(contract_id, at.date())),
        }


def fill(desk: BenchDesk) -> None:
    """Make contracts and their ledgers inside the database; nothing where that has been done."""
    note = desk.home / "filled.json"
    if note.exists():
        return
    desk.home.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(load_config({}, home=desk.home, **({"database_url": desk.url} if desk.url else {})))
    with desk.opened():
        begin_desk(NewAccount("bench@bench.example", Role.ADMINISTRATOR, "Bench", password="a long enough password"))
        policy_id = register.default_policy_id()
        organisations = [
            Organisation(name=f"Client {number}", language="en", timezone="Europe/Vilnius", created_at=now())
            for number in range(CONTRACTS)
        ]
        db.session.add_all(organisations)
        db.session.flush()
        db.session.add_all(
            Contract(organisation_id=each.id, number=f"C-{each.id}", policy_id=policy_id, valid_from=date(2026, 1, 1))
            for each in organisations
        )
        db.session.flush()
        first = db.session.scalars(select(func.min(Contract.id))).one()
        is_postgresql = db.engine.dialect.name == "postgresql"
        yes, no, recorded = ("true", "false", "now()") if is_postgresql else ("1", "0", "'2026-01-01 00:00:00.000000'")
        begins = f"i % {BLOCK_EVERY} = 1"
        db.session.execute(text(
            f"INSERT INTO {HoursEntry.__tablename__} (id, contract_id, kind, minutes, is_block, block_id, day, note, "
            "recorded_at, actor_kind, actor_id) WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL "
            f"SELECT i + 1 FROM n WHERE i < {ROWS}) SELECT i, {first} + ((i - 1) / {BLOCK_EVERY}) % {CONTRACTS}, "
            f"CASE WHEN {begins} THEN 'granted' ELSE 'used' END, CASE WHEN {begins} THEN 600 ELSE -6 END, "
            f"CASE WHEN {begins} THEN {yes} ELSE {no} END, "
            f"CASE WHEN {begins} THEN NULL ELSE i - (i - 1) % {BLOCK_EVERY} END, "
            f"{'DATE ' if is_postgresql else ''}'2026-01-01', '', {recorded}, 'system', 0 FROM n"
        ))  # fmt: skip
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    note.write_text(json.dumps({"rows": ROWS}))


if __name__ == "__main__":
    main()
