"""Statements and notices as plain documents and rows: the same figures on every face and in every export."""

from __future__ import annotations

from typing import Any

from helpdesk.aftersales.billing import NoticeShown
from helpdesk.aftersales.hours import Statement, StatementLine
from helpdesk.models.contracts import BillingBatch, WorkLog
from helpdesk.models.tickets import NUMBER_PREFIX
from sla.worktime import format_instant

STATEMENT_COLUMNS = ("date", "entry", "minutes", "balance", "ticket", "channel", "worked", "counted", "chargeable",
                     "expires_on", "note")  # fmt: skip
NOTICE_COLUMNS = ("id", "kind", "rule", "dated", "organisation", "contract", "ticket", "period", "minutes",
                  "rate_cents", "amount_cents", "currency", "what")  # fmt: skip


def statement_document(statement: Statement) -> dict[str, Any]:
    """A statement: its balance, what is left of each block, and its lines."""
    return {
        "contract": statement.contract.number, "balance_minutes": statement.balance,
        "reserved_minutes": statement.reserved, "available_minutes": statement.available,
        "blocks": [{"id": block.id, "left_minutes": block.left,
                    "expires_on": str(block.expires_on) if block.expires_on else None} for block in statement.blocks],
        "lines": [line_row(line) for line in statement.lines],
    }  # fmt: skip


def line_row(line: StatementLine) -> dict[str, Any]:
    """A line of a statement by its columns; what it is about is a ticket where work made it."""
    entry, work = line.entry, line.work
    return {
        "date": str(entry.day), "entry": entry.kind.value, "minutes": entry.minutes, "balance": line.balance,
        "ticket": f"{NUMBER_PREFIX}{work.ticket_id}" if work else None, "channel": work.channel.value if work else None,
        "worked": work.minutes if work else None, "counted": work.counted_minutes if work else None,
        "chargeable": work.chargeable_minutes if work else None,
        "expires_on": str(entry.expires_on) if entry.expires_on else None,
        "note": (work.note if work else entry.note) or None,
    }  # fmt: skip


def notice_row(shown: NoticeShown) -> dict[str, Any]:
    """A notice by its columns; money in cents, null where accounting knows the price."""
    notice = shown.notice
    return {
        "id": notice.id, "kind": notice.kind.value, "rule": notice.rule, "dated": str(notice.dated),
        "organisation": shown.organisation or None, "contract": shown.contract or None, "ticket": shown.ticket or None,
        "period": notice.period, "minutes": notice.minutes, "rate_cents": notice.rate_cents,
        "amount_cents": notice.amount_cents, "currency": notice.currency, "what": notice.what,
    }  # fmt: skip


def batch_document(batch: BillingBatch, notices: list[NoticeShown]) -> dict[str, Any]:
    return {
        "batch": batch.id, "state": batch.state.value, "taken_at": format_instant(int(batch.taken_at.timestamp())),
        "notices": [notice_row(each) for each in notices],
    }  # fmt: skip


def work_document(work: WorkLog) -> dict[str, Any]:
    """A piece of work with its arithmetic; `rule` says who pays and why."""
    return {
        "id": work.id, "ticket": f"{NUMBER_PREFIX}{work.ticket_id}",
        "started_at": format_instant(int(work.started_at.timestamp())), "minutes": work.minutes,
        "after_hours_minutes": work.after_hours_minutes, "counted_minutes": work.counted_minutes,
        "chargeable_minutes": work.chargeable_minutes, "channel": work.channel.value, "is_billable": work.is_billable,
        "rule": work.rule, "note": work.note or None, "reverses": work.reverses_id,
        "reservation": work.reservation_id, "approval": work.approval_id,
    }  # fmt: skip
