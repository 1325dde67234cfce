"""Statements and notices as plain documents and rows: the same figures on every face and in every export."""

from __future__ import annotations

from typing import Any

from helpdesk.aftersales.billing import NoticeShown
from helpdesk.aftersales.enquiries import EnquiryShown
from helpdesk.aftersales.hours import Statement, StatementLine
from helpdesk.aftersales.sold import SaleRow, SaleShown
from helpdesk.core.times import epoch
from helpdesk.models.contracts import BillingBatch, WorkLog
from helpdesk.models.sales import SalePoint
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


def enquiry_document(shown: EnquiryShown) -> dict[str, Any]:
    """An enquiry with its last quotation and what is due for it."""
    enquiry, quotation = shown.enquiry, shown.quotation
    return {
        "ticket": shown.ticket.number, "subject": shown.ticket.subject, "kind": enquiry.kind.value,
        "state": enquiry.state.value, "is_complex": enquiry.is_complex, "specialist_id": enquiry.specialist_id,
        "met_at": format_instant(epoch(enquiry.met_at)) if enquiry.met_at else None,
        "summary_sent_at": format_instant(epoch(enquiry.summary_sent_at)) if enquiry.summary_sent_at else None,
        "reason": enquiry.reason or None,
        "quotation": None if quotation is None else {
            "id": quotation.id, "what": quotation.what, "amount_cents": quotation.amount_cents,
            "currency": quotation.currency, "valid_until": str(quotation.valid_until),
        },
        "duties": [{"kind": duty.kind.value, "due_at": format_instant(epoch(duty.due_at)), "owner_id": duty.owner_id}
                   for duty in shown.duties],
    }  # fmt: skip


def point_document(point: SalePoint) -> dict[str, Any]:
    """A point of a checklist."""
    return {
        "point": point.kind.value, "is_done": point.is_done, "is_wrong": point.is_wrong, "owner_id": point.owner_id,
        "due_at": format_instant(epoch(point.due_at)), "done_on": str(point.done_on) if point.done_on else None,
        "note": point.note or None, "remark": point.remark or None,
        "ticket": f"{NUMBER_PREFIX}{point.ticket_id}" if point.ticket_id else None,
    }  # fmt: skip


def sale_row(row: SaleRow) -> dict[str, Any]:
    """A sale in a list."""
    return {
        "number": row.sale.number, "reference": row.sale.reference, "sold_on": str(row.sale.sold_on),
        "organisation_id": row.sale.organisation_id, "organisation": row.organisation, "what": row.what,
        "currency": row.sale.currency, "total_cents": row.total_cents, "paid_cents": row.paid_cents,
        "open_points": row.open_points, "wrong_points": row.wrong_points,
    }  # fmt: skip


def sale_document(shown: SaleShown) -> dict[str, Any]:
    """A sale with all that came of it; money in cents."""
    sale = shown.sale
    return {
        "number": sale.number, "reference": sale.reference, "sold_on": str(sale.sold_on),
        "organisation_id": sale.organisation_id, "organisation": shown.organisation.name,
        "contract_id": sale.contract_id, "contract": shown.contract.number if shown.contract else None,
        "contact_id": sale.contact_id, "ticket": f"{NUMBER_PREFIX}{shown.ticket_id}" if shown.ticket_id else None,
        "owner_id": sale.owner_id, "currency": sale.currency, "note": sale.note or None,
        "total_cents": shown.total_cents, "paid_cents": shown.paid_cents,
        "items": [{"product_id": item.product_id, "what": item.what, "quantity": item.quantity,
                   "price_cents": item.price_cents} for item in shown.items],
        "installed_products": [unit.id for unit in shown.units],
        "points": [point_document(point) for point in shown.points],
        "payments": [{"id": payment.id, "paid_on": str(payment.paid_on), "amount_cents": payment.amount_cents,
                      "note": payment.note or None, "reverses": payment.reverses_id} for payment in shown.payments],
        "notices": [{"id": notice.id, "kind": notice.kind.value, "dated": str(notice.dated),
                     "amount_cents": notice.amount_cents} for notice in shown.notices],
    }  # fmt: skip
