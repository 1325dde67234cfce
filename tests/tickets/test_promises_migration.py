"""What was promised before the register was there stands in it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.core.db import db
from helpdesk.core.times import pretending
from helpdesk.models.promises import Promise
from helpdesk.models.tickets import Status
from helpdesk.tickets.agreed_times import promise_time
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.resolution import resolve_ticket
from tests import cast as people
from tests.factories import a_ticket
from tests.servers import PostgresServer
from tests.tickets.test_promises import moment

BEFORE = "0010_contract_life"
KEPT = ("ticket_id", "clock", "what", "from_at", "until_at", "made_at", "made_by_id", "owner_id", "line", "channel",
        "state", "outcome_at", "note")  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as name:
        yield server.url(name).replace("postgresql://", "postgresql+psycopg://")


def test_the_journal_fills_the_register(tmp_path: Path, address: str) -> None:
    config = load_config({}, home=tmp_path, database_url=address, secret_key="a key for tests")
    migrations.upgrade(config)
    app = create_app(config, faces=False)
    with app.app_context():
        before = _lived()
        db.session.remove()
        db.engine.dispose()
    migrations.downgrade(config, to=BEFORE)
    migrations.upgrade(config)
    with app.app_context():
        assert _register() == before
        db.session.remove()
        db.engine.dispose()


def _lived() -> list[tuple[object, ...]]:
    """Three tickets: one promise moved in time and kept, one moved too late and still open, one on the way."""
    with pretending(moment("2026-03-02 09:00")):
        people.settle_in()
        cast = people.find_cast()
        kept, late, open_ = (a_ticket(cast, status=Status.OPEN) for _ in range(3))
        for ticket, day in ((kept, "12"), (kept, "13"), (late, "03"), (open_, "16")):
            promise_time(ticket, "resolution", moment(f"2026-03-{day} 12:00"), note="By phone.", consent=True,
                         by=cast.ona)  # fmt: skip
    with pretending(moment("2026-03-04 09:00")):
        promise_time(late, "resolution", moment("2026-03-20 12:00"), note="Again.", consent=True, by=cast.rasa)
    with pretending(moment("2026-03-05 09:00")):
        resolve_ticket(kept, NewMessage("Done."), by=cast.ona)
    rows = _register()
    assert [row[KEPT.index("state")] for row in rows] == ["moved", "kept", "broken", "planned", "planned"]
    return rows


def _register() -> list[tuple[object, ...]]:
    rows = db.session.scalars(db.select(Promise).order_by(Promise.ticket_id, Promise.made_at, Promise.until_at))
    return [tuple(getattr(row, name) for name in KEPT) for row in rows]
