"""What the framework alone costs: a page of text, and fifty rows by an indexed query, in the same server configuration.

`python -m bench.bare` serves it on the settings of the environment.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from helpdesk.config import load_config
from helpdesk.core import db as database
from helpdesk.core.db import db
from helpdesk.models.tickets import Ticket

TEXT = "bare" * 250


def create_bare_app() -> Flask:
    """A Flask application with nothing of the desk but its database."""
    config = load_config()
    app = Flask("bare")
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": config.web_threads + 4}
    database.init_app(app)

    @app.get("/text")
    def text() -> str:
        return TEXT

    @app.get("/rows")
    def rows() -> str:
        query = select(Ticket).where(Ticket.is_open).order_by(Ticket.next_due_at, Ticket.id).limit(50)
        return "\n".join(ticket.subject for ticket in db.session.scalars(query))

    return app


def serve() -> None:
    """Serve it as `threeline run` serves the desk."""
    from granian import Granian
    from granian.constants import Interfaces

    config = load_config()
    Granian(
        "bench.bare:create_bare_app", factory=True, address=config.bind, port=config.port, interface=Interfaces.WSGI,
        workers=config.web_workers, blocking_threads=config.web_threads, log_access=False, websockets=False,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    serve()
