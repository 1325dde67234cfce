"""Contracts: what was agreed, how they go on, their terms, their hours and what is set aside of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import Response, url_for
from marshmallow import fields
from sqlalchemy.orm import selectinload

from helpdesk.aftersales import hours, renewal
from helpdesk.aftersales.documents import STATEMENT_COLUMNS, line_row
from helpdesk.aftersales.hours import Reserved
from helpdesk.aftersales.statements import statement_pdf
from helpdesk.aftersales.terms import MOST_MINUTES, NewTerms, contract_by_id, set_terms, terms_of
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Choice, Day, Number, RowId, Several, Text, YesNo
from helpdesk.api.inputs import Input, one_request, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header, list_page
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.paging import PageOf
from helpdesk.core.submissions import once, once_all
from helpdesk.core.tables import csv_text
from helpdesk.entitlement import contracts
from helpdesk.entitlement.contracts import LONGEST_RENEWAL_MONTHS, NewContract, Renewal
from helpdesk.models.contracts import Contract, ContractTerms, HoursEntry, HoursReservation, Plan
from helpdesk.models.tickets import NUMBER_PREFIX, Channel
from helpdesk.people.organisations import get_organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("contracts", __name__, description="What was agreed with organisations, and their prepaid hours.")

MOST_CENTS = 1_000_000_000


class ArrangementSchema(Input):
    """How a contract goes on after its last day."""

    owner_id = RowId(allow_none=True, metadata={"description": "The operator who looks after it."})
    renewal_months = Number(1, LONGEST_RENEWAL_MONTHS, allow_none=True)
    renews_itself = YesNo()
    renewal_minutes = Number(0, MOST_MINUTES, metadata={"description": "Hours that come with each further span."})
    notice_by = Day(allow_none=True, metadata={"description": "The last day on which notice can be given."})


class NewContractSchema(ArrangementSchema):
    """A contract; what overlaps another one of the organisation is refused."""

    number = Text(100, needed=True, required=True)
    policy_id = RowId(allow_none=True, metadata={"description": "For all that no line names."})
    valid_from = Day(required=True)
    valid_until = Day(allow_none=True, metadata={"description": "The last day."})
    product_ids = Several(RowId())
    component_ids = Several(RowId())
    line_policy_id = RowId(allow_none=True)


@dataclass(frozen=True)
class End:
    on: date
    seen: date | None = None


class EndSchema(Input):
    """The last day, and which one was seen."""

    makes = End
    on = Day(required=True)
    seen = Day(allow_none=True, metadata={"description": "The last day as it was read; another one is a conflict."})


@dataclass(frozen=True)
class NewLine:
    product_id: int
    component_id: int | None = None
    policy_id: int | None = None


class NewLineSchema(Input):
    """A product that the contract covers, too, or one component of it."""

    makes = NewLine
    product_id = RowId(required=True)
    component_id = RowId(allow_none=True)
    policy_id = RowId(allow_none=True)


@dataclass(frozen=True)
class Span:
    seen: date
    months: int | None = None
    minutes: int | None = None


class SpanSchema(Input):
    """A further span, without a gap; what is left out is as agreed."""

    makes = Span
    seen = Day(required=True, metadata={"description": "The last day as it was read; another one is a conflict."})
    months = Number(1, LONGEST_RENEWAL_MONTHS)
    minutes = Number(0, MOST_MINUTES, metadata={"description": "Hours that come with it."})


@dataclass(frozen=True)
class Notice:
    reason: str
    on: date | None = None


class ContractNoticeSchema(Input):
    """Why the contract is not renewed."""

    makes = Notice
    reason = Text(LONGEST_TEXT, needed=True, required=True)
    on = Day(metadata={"description": "Without it: today."})


@dataclass(frozen=True)
class Reason:
    reason: str


class NoticeWithdrawalSchema(Input):
    """Why."""

    makes = Reason
    reason = Text(LONGEST_TEXT, needed=True, required=True)


@dataclass(frozen=True)
class Grant:
    minutes: int
    expires_on: date | None = None
    on: date | None = None
    note: str = ""


class GrantSchema(Input):
    """A block of hours."""

    makes = Grant
    minutes = Number(1, MOST_MINUTES, required=True)
    expires_on = Day(metadata={"description": "The last day on which they may be used."})
    on = Day(metadata={"description": "The first one; without it: today."})
    note = Text(LONGEST_TEXT)


@dataclass(frozen=True)
class Adjustment:
    minutes: int
    reason: str


class AdjustmentSchema(Input):
    """A correction by signed minutes."""

    makes = Adjustment
    minutes = Number(-MOST_MINUTES, MOST_MINUTES, required=True)
    reason = Text(LONGEST_TEXT, needed=True, required=True)


@dataclass(frozen=True)
class Reservation:
    minutes: int
    what: str
    planned_on: date | None = None
    ticket: str | None = None


class ReservationSchema(Input):
    """Hours for planned work; of one ticket, or of any that names them."""

    makes = Reservation
    minutes = Number(1, MOST_MINUTES, required=True)
    what = Text(250, needed=True, required=True)
    planned_on = Day(allow_none=True)
    ticket = Text(30, allow_none=True)


class NewTermsSchema(Input):
    """What a contract counts and covers, from a day on. Money in cents."""

    valid_from = Day(required=True)
    plan = Choice(Plan, required=True)
    rounding_minutes = Number(1, 60)
    minimum_minutes = Number(0, 480)
    after_hours_percent = Number(100, 500)
    calendar_id = RowId(allow_none=True)
    covers_only_hours = YesNo(metadata={"description": "What is asked outside of the calendar is not covered."})
    covers_on_site = YesNo()
    channels = Several(Choice(Channel), metadata={"description": "Covered ones; none: all."})
    hourly_rate_cents = Number(0, 10_000_000, allow_none=True)
    monthly_fee_cents = Number(0, MOST_CENTS, allow_none=True)
    currency = Text(3)
    carry_over_minutes = Number(0, MOST_MINUTES)
    alert_percents = Several(Number(1, 100), most=8)
    approval_above_minutes = Number(0, MOST_MINUTES, allow_none=True)
    approval_above_cents = Number(0, MOST_CENTS, allow_none=True)
    reason = Text(LONGEST_TEXT)


class LineSchema(Shown):
    """A product that is covered, or one component of it."""

    product_id = fields.Integer()
    component_id = fields.Integer(allow_none=True)
    policy_id = fields.Integer(allow_none=True)


class ClientContractSchema(Shown):
    """A contract, as those of the client see it who supervise."""

    id = fields.Integer()
    number = fields.String()
    organisation_id = fields.Integer()
    valid_from = fields.Date()
    valid_until = fields.Date(allow_none=True)
    renews_on = fields.Date(allow_none=True, metadata={"description": "The first day of the next span."})
    renews_itself = fields.Boolean()
    renewal_months = fields.Integer(allow_none=True)
    notice_by = fields.Date(allow_none=True)
    notice_given_on = fields.Date(allow_none=True)


class ContractSchema(ClientContractSchema):
    """A contract."""

    policy_id = fields.Integer(allow_none=True)
    owner_id = fields.Integer(allow_none=True)
    renewal_minutes = fields.Integer()
    lines = fields.List(fields.Nested(LineSchema))


class ClientContractPageSchema(Shown):
    """The contracts of the caller's organisation."""

    contracts = fields.List(fields.Nested(ClientContractSchema), attribute="rows")
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class ContractPageSchema(ClientContractPageSchema):
    """Some contracts, with the cursors of the pages after and before."""

    contracts = fields.List(fields.Nested(ContractSchema), attribute="rows")


class TermsSchema(Shown):
    """What holds from a day on."""

    id = fields.Integer()
    valid_from = fields.Date()
    plan = fields.String(metadata={"enum": list(Plan)})
    rounding_minutes = fields.Integer()
    minimum_minutes = fields.Integer()
    after_hours_percent = fields.Integer()
    calendar_id = fields.Integer(allow_none=True)
    covers_only_hours = fields.Boolean()
    covers_on_site = fields.Boolean()
    channels = fields.List(fields.String())
    hourly_rate_cents = fields.Integer(allow_none=True)
    monthly_fee_cents = fields.Integer(allow_none=True)
    currency = fields.String()
    carry_over_minutes = fields.Integer()
    alert_percents = fields.List(fields.Integer())
    approval_above_minutes = fields.Integer(allow_none=True)
    approval_above_cents = fields.Integer(allow_none=True)
    reason = NameOrNull()


class TermsListSchema(Shown):
    """The terms of a contract, in the order in which they hold."""

    terms = fields.List(fields.Nested(TermsSchema))


class HoursEntrySchema(Shown):
    """An entry of the hours ledger."""

    id = fields.Integer()
    entry = fields.String()
    minutes = fields.Integer()
    date = fields.Date()
    expires_on = fields.Date(allow_none=True)


class HoursEntriesSchema(Shown):
    """What was entered, and the balance after it."""

    entries = fields.List(fields.Nested(HoursEntrySchema))
    balance_minutes = fields.Integer()


class ReservedSchema(Shown):
    """Hours that are set aside."""

    id = fields.Integer()
    contract_id = fields.Integer()
    what = fields.String()
    minutes = fields.Integer()
    left_minutes = fields.Integer()
    planned_on = fields.Date(allow_none=True)
    ticket = NameOrNull()
    is_open = fields.Boolean()


class ReservationsSchema(Shown):
    """What is set aside on a contract."""

    reservations = fields.List(fields.Nested(ReservedSchema))


def _reserved(one: Reserved, _actor: Actor) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.id, "contract_id": row.contract_id, "what": row.what, "minutes": row.minutes,
        "left_minutes": one.left, "planned_on": row.planned_on, "is_open": row.ended_at is None,
        "ticket": f"{NUMBER_PREFIX}{row.ticket_id}" if row.ticket_id else None,
    }  # fmt: skip


def _entries(rows: list[HoursEntry], _actor: Actor) -> dict[str, Any]:
    return {
        "entries": [{"id": row.id, "entry": row.kind.value, "minutes": row.minutes, "date": row.day,
                     "expires_on": row.expires_on} for row in rows],
        "balance_minutes": hours.balance_of(rows[0].contract_id) if rows else 0,
    }  # fmt: skip


CONTRACT = Representation(ContractSchema(), ClientContractSchema())
CONTRACT_PAGE = Representation(ContractPageSchema(), ClientContractPageSchema())
TERMS = Representation(TermsSchema(), None)
TERMS_LIST = Representation(TermsListSchema(), None, of=lambda rows, _actor: {"terms": rows})
ENTRIES = Representation(HoursEntriesSchema(), None, of=_entries)
RESERVED = Representation(ReservedSchema(), None, of=_reserved)
RESERVATIONS = Representation(
    ReservationsSchema(), ReservationsSchema(),
    of=lambda rows, actor: {"reservations": [_reserved(row, actor) for row in rows]},
)  # fmt: skip


@bp.get("/contracts")
@bp.takes(PageSchema(), location="query")
@bp.gives(200, CONTRACT_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[Contract], dict[str, str]]:
    """List contracts; of a client's people those who supervise find their own."""
    actor = current_actor()
    if actor.is_staff:
        require(actor, Action.READ_HOURS)
    page = list_page(Contract, Contract.id, for_=actor, load=[selectinload(Contract.lines)], **sent)
    return page, link_header(page)


@bp.get("/contracts/<row_id:contract_id>")
@bp.gives(200, CONTRACT)
def show(contract_id: int) -> Contract:
    """Read a contract."""
    return _contract(contract_id, reads=True)


@bp.post("/organisations/<row_id:organisation_id>/contracts")
@bp.takes(NewContractSchema())
@bp.gives(201, CONTRACT)
def create(sent: dict[str, Any], organisation_id: int) -> tuple[Contract, dict[str, str]]:
    """Write a contract; requests that come while it is valid are covered by it."""
    actor = current_actor()
    organisation = get_organisation(organisation_id, for_=actor)
    agreed = {name: sent.pop(name) for name in ArrangementSchema().fields if name in sent}
    lists: dict[str, Any] = {name: tuple(sent.pop(name, ())) for name in ("product_ids", "component_ids")}
    new = NewContract(**({"policy_id": None} | sent), **lists, renewal=Renewal(**agreed))
    contract = contracts.add_contract(organisation, new, by=actor)
    return contract, {"Location": url_for("api.contracts.show", contract_id=contract.id)}


@bp.put("/contracts/<row_id:contract_id>/arrangement")
@bp.takes(ArrangementSchema())
@bp.gives(200, CONTRACT)
def arrange(sent: dict[str, Any], contract_id: int) -> Contract:
    """Say how a contract goes on, until when notice can be given, and who looks after it."""
    contract = _contract(contract_id)
    contracts.arrange_renewal(contract, Renewal(**sent), by=current_actor())
    return contract


@bp.put("/contracts/<row_id:contract_id>/end")
@bp.takes(EndSchema())
@bp.gives(200, CONTRACT)
def end(sent: End, contract_id: int) -> Contract:
    """Let a contract end with a day."""
    contract = _contract(contract_id)
    contracts.end_contract(contract, sent.on, seen=sent.seen, by=current_actor())
    return contract


@bp.post("/contracts/<row_id:contract_id>/lines")
@bp.takes(NewLineSchema())
@bp.gives(200, CONTRACT)
def create_line(sent: NewLine, contract_id: int) -> Contract:
    """Let a contract cover a product, or one component of it."""
    contract = _contract(contract_id)
    contracts.add_line(
        contract, sent.product_id, sent.policy_id, component_id=sent.component_id, by=current_actor()
    )  # fmt: skip
    return contract


@bp.post("/contracts/<row_id:contract_id>/renewals")
@bp.takes(SpanSchema())
@bp.gives(200, CONTRACT)
def renew(sent: Span, contract_id: int) -> Contract:
    """Renew a contract without a gap; the same again changes nothing."""
    return renewal.renew_contract(_contract(contract_id), **asdict(sent), by=current_actor())


@bp.put("/contracts/<row_id:contract_id>/notice")
@bp.takes(ContractNoticeSchema())
@bp.gives(200, CONTRACT)
def give_notice(sent: Notice, contract_id: int) -> Contract:
    """The contract will not be renewed."""
    return renewal.give_notice(_contract(contract_id), sent.reason, on=sent.on, by=current_actor())


@bp.post("/contracts/<row_id:contract_id>/notice/withdrawal")
@bp.takes(NoticeWithdrawalSchema())
@bp.gives(200, CONTRACT)
def withdraw_notice(sent: Reason, contract_id: int) -> Contract:
    """The contract goes on after all."""
    return renewal.withdraw_notice(_contract(contract_id), sent.reason, by=current_actor())


@bp.get("/contracts/<row_id:contract_id>/terms")
@bp.gives(200, TERMS_LIST)
def terms_index(contract_id: int) -> list[ContractTerms]:
    """Read the terms of a contract, in the order in which they hold."""
    return list(terms_of(_contract(contract_id, reads=True).id))


@bp.post("/contracts/<row_id:contract_id>/terms")
@bp.takes(NewTermsSchema())
@bp.gives(201, TERMS)
def create_terms(sent: dict[str, Any], contract_id: int) -> ContractTerms:
    """Let a contract say something else from a day on."""
    lists: dict[str, Any] = {}
    if "channels" in sent:
        lists["channels"] = tuple(each.value for each in sent.pop("channels"))
    if "alert_percents" in sent:
        lists["alert_percents"] = tuple(sent.pop("alert_percents"))
    return set_terms(_contract(contract_id), NewTerms(**sent, **lists), by=current_actor())


@bp.post("/contracts/<row_id:contract_id>/blocks")
@bp.takes(GrantSchema(), once=True)
@bp.gives(201, ENTRIES)
def grant(sent: Grant, contract_id: int) -> list[HoursEntry]:
    """Put a block of hours into the ledger."""
    contract, by = _contract(contract_id), current_actor()
    with one_request():
        return [once(submission(), (contract_id, sent), HoursEntry, lambda: hours.grant_hours(
            contract, sent.minutes, expires_on=sent.expires_on, on=sent.on, note=sent.note, by=by
        ))]  # fmt: skip


@bp.post("/contracts/<row_id:contract_id>/adjustments")
@bp.takes(AdjustmentSchema(), once=True)
@bp.gives(201, ENTRIES)
def adjust(sent: Adjustment, contract_id: int) -> list[HoursEntry]:
    """Correct the ledger by signed minutes."""
    contract, by = _contract(contract_id), current_actor()
    with one_request():
        return once_all(submission(), (contract_id, sent), HoursEntry,
                        lambda: hours.adjust_hours(contract, sent.minutes, sent.reason, by=by))  # fmt: skip


@bp.get("/contracts/<row_id:contract_id>/reservations")
@bp.gives(200, RESERVATIONS)
def reservations(contract_id: int) -> list[Reserved]:
    """Read what is set aside on a contract."""
    return hours.reservations_of(_contract(contract_id, reads=True), for_=current_actor())


@bp.post("/contracts/<row_id:contract_id>/reservations")
@bp.takes(ReservationSchema(), once=True)
@bp.gives(201, RESERVED)
def reserve(sent: Reservation, contract_id: int) -> Reserved:
    """Set hours aside for planned work; nothing else uses them."""
    actor, contract = current_actor(), _contract(contract_id)
    ticket_id = get_ticket(sent.ticket, for_=actor).id if sent.ticket else None
    with one_request():
        row = once(submission(), (contract_id, sent), HoursReservation, lambda: hours.reserve_hours(
            contract, sent.minutes, sent.what, planned_on=sent.planned_on, ticket_id=ticket_id, by=actor
        ))  # fmt: skip
    return Reserved(row, row.minutes)


@bp.post("/reservations/<row_id:reservation_id>/end")
@bp.gives(200, RESERVED)
def end_reservation(reservation_id: int) -> Reserved:
    """Let hours that were set aside be used for anything again."""
    row = hours.get_reservation(reservation_id, for_=current_actor())
    hours.end_reservation(row, by=current_actor())
    return Reserved(row, 0)


@bp.get("/contracts/<row_id:contract_id>/statement.csv")
@bp.gives(200, media_type="text/csv")
def statement_csv(contract_id: int) -> Response:
    """Download the statement as CSV."""
    statement = hours.statement_of(_contract(contract_id, reads=True), for_=current_actor())
    return Response(csv_text(STATEMENT_COLUMNS, map(line_row, statement.lines)), mimetype="text/csv")


@bp.get("/contracts/<row_id:contract_id>/statement.pdf")
@bp.gives(200, media_type="application/pdf")
def statement_as_pdf(contract_id: int) -> Response:
    """Download the statement as PDF, in the caller's language; 404 where the desk makes none."""
    actor = current_actor()
    statement = hours.statement_of(_contract(contract_id, reads=True), for_=actor)
    return Response(statement_pdf(statement, for_=actor), mimetype="application/pdf")


def _contract(contract_id: int, *, reads: bool = False) -> Contract:
    """A contract that the caller sees; `reads`: and whose hours they may read."""
    actor = current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if reads:
        require(actor, Action.READ_HOURS, contract)
    return contract
