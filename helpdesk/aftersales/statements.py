"""The statement of a contract on paper: as HTML for the printer, as PDF, in the reader's language and zone."""

from __future__ import annotations

from flask import render_template

from helpdesk.aftersales.hours import Statement
from helpdesk.core.db import db
from helpdesk.core.i18n import speaking
from helpdesk.core.pdf import pdf_of
from helpdesk.core.times import now
from helpdesk.models.people import Organisation
from helpdesk.policy.actor import Actor


def statement_pdf(statement: Statement, *, for_: Actor) -> bytes:
    """The statement as PDF; NotFound where this desk cannot make any."""
    return pdf_of(statement_html(statement, for_=for_))


def statement_html(statement: Statement, *, for_: Actor) -> str:
    """The statement as a document of its own, with its styles in it."""
    organisation = db.session.get_one(Organisation, statement.contract.organisation_id)
    with speaking(for_.language, for_.zone):
        return render_template(
            "documents/statement.html", statement=statement, organisation=organisation, lang=for_.language,
            made_at=now(), zone=for_.zone,
        )  # fmt: skip
