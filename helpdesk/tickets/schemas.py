"""What people send about tickets: one schema for form and JSON, each making one frozen value."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validate

from helpdesk.models.tickets import Channel, Impact, LinkKind, Priority, Status, TicketType, Urgency
from helpdesk.tickets.classification import Classification
from helpdesk.tickets.escalation import NewHandover
from helpdesk.tickets.judging import BreachCause

LONGEST_LINE, LONGEST_TEXT = 250, 200_000
LARGEST_ID = 2**31 - 1  # of an integer column on PostgreSQL


def plain_text(value: Any) -> Any:
    """Text without the characters that no database keeps: NUL and lone surrogates."""
    if not isinstance(value, str):
        return value
    return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


class WebSchema(Schema):
    """Base of everything that is sent: unknown fields (CSRF, buttons) are left out, blanks count as nothing said."""

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def _clean(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        kept = {}
        for name, value in sent.items():
            cleaned = [plain_text(v) for v in value] if isinstance(value, list) else plain_text(value)
            if isinstance(cleaned, str) and isinstance(self.fields.get(name), fields.Integer | fields.Enum):
                cleaned = cleaned.strip() or None
            kept[name] = cleaned
        return kept


def line_of_text(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=LONGEST_LINE), **kwargs)


def long_text(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=LONGEST_TEXT), **kwargs)


def word(words: type, **kwargs: Any) -> fields.Enum[Any]:
    return fields.Enum(words, by_value=True, **kwargs)


def row_id(**kwargs: Any) -> fields.Integer:
    kwargs.setdefault("allow_none", True)
    return fields.Integer(validate=validate.Range(min=1, max=LARGEST_ID), **kwargs)


def needed(value: str) -> None:
    """Refuse a text of blanks."""
    if not value.strip():
        raise ValidationError("Fill in this field.")


class NewTicketSchema(WebSchema):
    """A request, as a client writes it in the portal."""

    subject = fields.String(required=True, validate=[validate.Length(min=1, max=LONGEST_LINE), needed])
    text = fields.String(required=True, validate=[validate.Length(min=1, max=LONGEST_TEXT), needed])
    type = word(TicketType, load_default=TicketType.INCIDENT)
    urgency = word(Urgency, load_default=Urgency.MEDIUM)
    product_id = row_id(load_default=None)
    installed_product_id = row_id(load_default=None)
    category_id = row_id(load_default=None)


class OperatorTicketSchema(NewTicketSchema):
    """A request that an operator registers in a client's name."""

    requester_id = row_id(required=True, allow_none=False)
    impact = word(Impact, load_default=Impact.PERSON)
    component_id = row_id(load_default=None)
    channel = word(Channel, load_default=Channel.PHONE)
    answer = long_text(load_default="")
    is_resolved = fields.Boolean(load_default=False)
    tags = line_of_text(load_default="")


class MessageSchema(WebSchema):
    """Something said."""

    body = long_text(load_default="")


class ResolutionSchema(MessageSchema):
    """What solved it, and why it took too long, if it did."""

    breach_cause = word(BreachCause, load_default=None, allow_none=True)
    breach_note = long_text(load_default="")


class CauseSchema(WebSchema):
    """Why a time was not kept."""

    breach_cause = word(BreachCause, required=True)
    breach_note = long_text(load_default="")


class ExcuseSchema(WebSchema):
    """Why it should be excused: in words, or by maintenance that was announced late."""

    excuse = long_text(load_default="")
    window = line_of_text(load_default="")


class WorkSchema(WebSchema):
    """Work that was done on a ticket."""

    work_minutes = fields.Integer(required=True)
    work_channel = word(Channel, required=True)
    work_started = fields.NaiveDateTime(load_default=None, allow_none=True)
    work_note = long_text(load_default="")
    work_is_free = fields.Boolean(load_default=False)
    work_reservation = row_id(load_default=None)

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in sent.items() if name != "work_started" or value.strip()}


class PromiseSchema(WebSchema):
    """A time that was agreed with the client."""

    promised_clock = line_of_text(load_default="resolution")
    promised_for = fields.NaiveDateTime(required=True)
    promise_note = long_text(load_default="")
    promise_consent = fields.Boolean(load_default=False)


class ComposerSchema(MessageSchema):
    """What an operator says: a reply or a note."""

    # A note that went out as a reply cannot be taken back: nothing is guessed where the form does not say it.
    kind = fields.String(required=True, validate=validate.OneOf(["reply", "note"]))
    next_status = word(Status, load_default=None, allow_none=True)
    scheduled_for = fields.NaiveDateTime(load_default=None, allow_none=True)


class HandoverSchema(WebSchema):
    """The five answers of a handover."""

    client_sees = long_text(load_default="")
    tried = long_text(load_default="")
    articles = long_text(load_default="")
    environment = long_text(load_default="")
    asked = long_text(load_default="")
    to_team_id = row_id(load_default=None)

    @post_load
    def _make(self, values: dict[str, Any], **_kwargs: Any) -> NewHandover:
        return NewHandover(**values)


class MoveSchema(WebSchema):
    """A return or a transfer: whereto and why."""

    reason = long_text(load_default="")
    to_team_id = row_id(load_default=None)


class ReasonSchema(WebSchema):
    """Why."""

    reason = long_text(load_default="")


class StatusSchema(WebSchema):
    """Another status, set by hand."""

    status = word(Status, required=True)
    reason = long_text(load_default="")
    scheduled_for = fields.NaiveDateTime(load_default=None, allow_none=True)


class AssigneeSchema(WebSchema):
    """Who works on it; nobody where empty."""

    operator_id = row_id(load_default=None)


class ClassificationSchema(WebSchema):
    """What kind of request it is, with impact, urgency and priority."""

    subject = fields.String(required=True, validate=[validate.Length(min=1, max=LONGEST_LINE), needed])
    type = word(TicketType, required=True)
    product_id = row_id(load_default=None)
    installed_product_id = row_id(load_default=None)
    component_id = row_id(load_default=None)
    category_id = row_id(load_default=None)
    impact = word(Impact, required=True)
    urgency = word(Urgency, required=True)
    priority = word(Priority, load_default=None, allow_none=True)
    priority_reason = line_of_text(load_default="")
    tags = line_of_text(load_default="")

    @staticmethod
    def classification(values: dict[str, Any], custom_fields: dict[str, Any] | None = None) -> Classification:
        names = ("subject", "type", "product_id", "installed_product_id", "component_id", "category_id")
        return Classification(**{name: values[name] for name in names}, custom_fields=custom_fields)


class LinkSchema(WebSchema):
    """Another ticket, and how it belongs to this one."""

    other = line_of_text(required=True)
    kind = word(LinkKind, load_default=LinkKind.RELATED)
