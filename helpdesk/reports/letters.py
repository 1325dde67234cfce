"""The letter that brings a saved report: its headline, and the whole as a file, as its reader may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import IO

from helpdesk.core.db import db
from helpdesk.core.i18n import speaking
from helpdesk.core.journal import Entry
from helpdesk.core.pdf import can_make_pdf
from helpdesk.figures.desk import desk_zone
from helpdesk.mail.letters import base_url, write_letter
from helpdesk.mail.outbound import Enclosure, Letter
from helpdesk.models.access import Account
from helpdesk.models.figures import SavedReport
from helpdesk.people.accounts import actor_of
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.problems.feedback_letters import LetterWithPaper
from helpdesk.reports.asking import Asked
from helpdesk.reports.files import filename, table_csv, table_xlsx
from helpdesk.reports.metrics import Table
from helpdesk.reports.paper import report_html
from helpdesk.reports.saving import asked_of, morning_of
from helpdesk.reports.wording import headline, period_words, where_words

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def saved_report(entry: Entry) -> Letter | LetterWithPaper | None:
    """A saved report to one of its recipients; nothing where it, or the right to read it, is gone."""
    account = db.session.get_one(Account, entry.subject_id)
    row = db.session.get(SavedReport, entry.payload["saved_id"])
    actor = actor_of(account)
    asked = asked_of(row) if row is not None else None
    if row is None or asked is None or account.disabled_at is not None or not may(actor, Action.READ_REPORTS):
        return None
    over = asked.over(morning_of(entry.payload["on"]), desk_zone())
    table = asked.report.run(over, for_=actor, by=asked.broken_down, judged=asked.judged, compare=asked.compare)
    owner = db.session.get(Account, row.account_id)
    with speaking(account.language, account.timezone):
        content = {
            "account": account, "name": row.name, "report": asked.report, "tiles": headline(asked.report, table),
            "period": period_words(table), "where": where_words(table, asked.report.source.dimensions),
            "zone_name": table.zone, "as_of": datetime.fromisoformat(table.as_of),
            "url": f"{base_url()}/manager/reports/{asked.report.slug}?{row.query}",
            "manage_url": f"{base_url()}/manager/saved-reports", "form": row.form,
            "has_file": row.form != "pdf" or can_make_pdf(), "owner": owner.name if owner is not None else "",
            "is_own": row.account_id == account.id,
        }  # fmt: skip
        letter = write_letter("saved_report", entry, to_name=account.name, to_address=account.email,
                              language=account.language, content=content)  # fmt: skip
        if row.form != "pdf":
            return replace(letter, enclosures=(_enclosure(row.form, asked, table),))
    return LetterWithPaper(letter, report_html(asked.report, table, for_=actor, name=row.name),
                           filename(table, "pdf"))  # fmt: skip


def _enclosure(form: str, asked: Asked, table: Table) -> Enclosure:
    if form == "csv":
        return Enclosure(filename(table, "csv"), "text/csv", "".join(table_csv(table)).encode())
    book: IO[bytes] = table_xlsx(asked.report, table)
    with book:
        return Enclosure(filename(table, "xlsx"), SPREADSHEET, book.read())
