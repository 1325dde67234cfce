"""How fast the pages of search analytics are at ten million logged searches, on both databases:
`python -m bench.bench_searches`. The bar: 300 ms. A desk is made once and kept under var/bench."""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from bench.desks import KEPT, BenchDesk, median_milliseconds
from bench.postgres import database, durable_postgres
from helpdesk import migrations
from helpdesk.config import load_config
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.knowledge.searches import article_gaps, how_it_went_on, searches_report
from helpdesk.models.access import Role
from helpdesk.people.accounts import NewAccount, account_by_email, actor_of, begin_desk
from knowledge_base.search_log import Span
from knowledge_base.searches import Searched, keep_search, recount

ROWS = 10_000_000
DAYS = 1_095  # three years
EMAIL = "bench@bench.example"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_searches", description=__doc__)
    parser.add_argument("--databases", choices=("sqlite", "postgresql"), nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--searches", type=int, default=ROWS)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        server = (
            stack.enter_context(durable_postgres(KEPT / "postgresql")) if "postgresql" in wanted.databases else None
        )
        for name in wanted.databases:
            url = database(server, "bench_searches") if server and name == "postgresql" else ""
            desk = BenchDesk(name, wanted.searches, url, folder=f"searches-{name}")
            figures = measure(desk, wanted.searches)
            path = KEPT.parents[1] / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-searches-{name}.json"
            path.write_text(
                json.dumps({"database": name, "searches": wanted.searches, "figures": figures}, indent=1) + "\n"
            )
            for words, value in figures.items():
                print(f"{name}: {words:<48} {value:>10.3f}")


def measure(desk: BenchDesk, rows: int) -> dict[str, float]:
    """Medians in milliseconds; the recount in seconds."""
    seconds = fill(desk, rows)
    with desk.opened():
        account = account_by_email(EMAIL)
        assert account is not None
        reader, today = actor_of(account), now().date()
        visitors = iter(range(10_000))
        return {
            "figures of the month (ms)": median_milliseconds(lambda: searches_report(Span.MONTH, today, for_=reader)),
            "figures of the year (ms)": median_milliseconds(lambda: searches_report(Span.YEAR, today, for_=reader)),
            "the year, of one field and language (ms)": median_milliseconds(
                lambda: searches_report(Span.YEAR, today, for_=reader, field="articles", language="lt")
            ),
            "the newest sittings (ms)": median_milliseconds(lambda: how_it_went_on(for_=reader)),
            "how one query went on (ms)": median_milliseconds(lambda: how_it_went_on("query 7", for_=reader)),
            "what was not found in 90 days (ms)": median_milliseconds(lambda: article_gaps(for_=reader), times=3),
            "keeping one more search (ms)": median_milliseconds(
                lambda: keep_search(Searched("portal", "articles", "query 7", 3, "lt", visitor=f"v{next(visitors)}"))
            ),
            "counting all anew (s)": seconds,
        }


def fill(desk: BenchDesk, rows: int) -> float:
    """Make searches inside the database and count them; gives how long the count took. Done once."""
    note = desk.home / "filled.json"
    if note.exists():
        return float(json.loads(note.read_text())["seconds"])
    desk.home.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(load_config({}, home=desk.home, **({"database_url": desk.url} if desk.url else {})))
    with desk.opened():
        begin_desk(NewAccount(EMAIL, Role.ADMINISTRATOR, "Bench", password="a long enough password"))
        is_postgresql = db.engine.dialect.name == "postgresql"
        first: date = now().date() - timedelta(days=DAYS - 1)
        day = (
            f"DATE '{first}' + (i % {DAYS})::int"
            if is_postgresql
            else f"date('{first}', '+' || (i % {DAYS}) || ' day')"
        )
        at = f"({day})::timestamptz" if is_postgresql else f"{day} || ' 12:00:00.000000'"
        yes, no = ("true", "false") if is_postgresql else ("1", "0")
        # Half of the searches ask one of 500 queries, the others one of 300,000.
        query = "'query ' || CASE WHEN (i / 3) % 2 = 0 THEN (i * 7919) % 500 ELSE (i * 104729) % 300000 END"
        db.session.execute(text(
            "INSERT INTO search_log (id, at, day, face, field, role, language, query, results, is_complex, chain, "
            "after_id, outcome, opened_kind, opened_id) WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL "
            f"SELECT i + 1 FROM n WHERE i < {rows}) SELECT i, {at}, {day}, 'portal', "
            "CASE WHEN i % 5 = 0 THEN 'tickets' ELSE 'articles' END, "
            "CASE WHEN i % 5 = 0 THEN 'operator' ELSE 'contact' END, "
            f"CASE i % 4 WHEN 0 THEN 'lt' WHEN 1 THEN 'ru' WHEN 2 THEN 'en' ELSE 'zh-Hans' END, {query}, "
            f"CASE WHEN i % 11 = 0 THEN 0 ELSE 5 END, CASE WHEN i % 6 = 0 THEN {yes} ELSE {no} END, "
            "'chain ' || (i / 3), CASE WHEN i % 3 = 1 THEN i - 1 END, "
            "CASE WHEN i % 3 = 0 THEN 'reworded' WHEN i % 7 = 0 THEN 'ticket' WHEN i % 2 = 0 THEN 'answered' "
            "ELSE 'left' END, '', NULL FROM n"
        ))  # fmt: skip
        db.session.commit()
        began = time.monotonic()
        with transaction():
            recount()
        seconds = time.monotonic() - began
        if is_postgresql:
            db.session.execute(text("SELECT setval('search_log_id_seq', (SELECT max(id) FROM search_log))"))
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    note.write_text(json.dumps({"rows": rows, "seconds": seconds}))
    return seconds


if __name__ == "__main__":
    main()
