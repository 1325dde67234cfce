"""The statement of a contract as a file: the same in portal and console, in the reader's language and zone."""

from __future__ import annotations

import re

from flask import Response, render_template

from helpdesk.aftersales.documents import STATEMENT_COLUMNS, line_row
from helpdesk.aftersales.hours import Statement
from helpdesk.aftersales.statements import statement_pdf
from helpdesk.core.db import db
from helpdesk.core.tables import csv_text
from helpdesk.models.people import Organisation
from helpdesk.web.auth import current_actor
from helpdesk.web.words import CHANNELS, HOURS_KINDS


def statement_csv(statement: Statement) -> Response:
    text = csv_text(STATEMENT_COLUMNS, map(line_row, statement.lines))
    return _file(statement, text, "text/csv", "csv")


def statement_file(statement: Statement) -> Response:
    """The statement as PDF; NotFound where this desk makes none, which offers the sheet instead."""
    return _file(statement, statement_pdf(statement, for_=current_actor()), "application/pdf", "pdf")


def statement_sheet(statement: Statement) -> str:
    """The statement as a page for the printer."""
    organisation = db.session.get_one(Organisation, statement.contract.organisation_id)
    return render_template(
        "console/hours/print.html", statement=statement, organisation=organisation, kinds=HOURS_KINDS, channels=CHANNELS
    )


def _file(statement: Statement, content: str | bytes, media_type: str, ending: str) -> Response:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", statement.contract.number).strip("-") or "contract"
    return Response(content, mimetype=media_type, headers={
        "Content-Disposition": f'attachment; filename="hours-{name}.{ending}"',
    })  # fmt: skip
