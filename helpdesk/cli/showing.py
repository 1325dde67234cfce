"""A ticket as the command line shows it: one JSON document, or text for people.

`docs/commands.md` lists the keys. A key is never taken away or given another meaning; new ones may come. What only
staff see stands in keys that a client's document does not have.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from helpdesk.core.db import db
from helpdesk.core.i18n import duration, moment
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch, instant, now
from helpdesk.entitlement.choice import looked_at
from helpdesk.models.access import Account
from helpdesk.models.messages import Message
from helpdesk.models.people import Contact
from helpdesk.models.tickets import NEVER, NUMBER_PREFIX, Ticket
from helpdesk.people import directory
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.tickets.queries import Due, TicketRow, client_due_of, clock_due, conversation, due_of, timeline
from helpdesk.tickets.tags import tags_of
from sla import register
from sla.models import Clock


def ticket_document(ticket: Ticket, *, for_: Actor) -> dict[str, Any]:
    """What this actor may know of the ticket, without what was said on it."""
    clocks = register.clocks_of(("ticket", ticket.id))
    team = directory.teams().get(ticket.team_id or 0)
    document: dict[str, Any] = {
        "number": ticket.number, "subject": ticket.subject, "type": ticket.type.value, "status": ticket.status.value,
        "sub_status": ticket.sub_status, "is_open": ticket.is_open, "priority": ticket.priority.value,
        "is_major": ticket.is_major, "urgency": ticket.urgency.value, "line": ticket.line,
        "team": team.name if team else None, "channel": ticket.channel.value, "language": ticket.language,
        "requester": {"name": ticket.requester.name, "email": ticket.requester.email},
        "organisation": ticket.organisation.name if ticket.organisation else None,
        "product": _named(directory.products(), ticket.product_id), "opened_at": _at(ticket.opened_at),
        "updated_at": _at(ticket.updated_at), "resolved_at": _at(ticket.resolved_at),
        "closed_at": _at(ticket.closed_at), "closes_at": _at(ticket.closes_at),
        "scheduled_for": _at(ticket.scheduled_for),
        "due": _due((due_of if for_.is_staff else client_due_of)(ticket, clocks)),
        "next_due_at": None if ticket.next_due_at == NEVER else _at(instant(ticket.next_due_at)),
        "reopenings": ticket.reopenings,
        "merged_into": None if ticket.merged_into_id is None else f"{NUMBER_PREFIX}{ticket.merged_into_id}",
    }  # fmt: skip
    if for_.is_staff:
        document |= _for_staff(ticket, clocks)
    return document


def whole_document(ticket: Ticket, *, for_: Actor) -> dict[str, Any]:
    """The ticket with its messages and, for staff, its timeline."""
    messages = conversation(ticket, for_=for_)
    entries = timeline(ticket) if for_.is_staff else []
    names = _Names(messages, entries)
    document = ticket_document(ticket, for_=for_)
    document["messages"] = [_message(message, names) for message in messages]
    if for_.is_staff:
        document["timeline"] = [_entry(entry, names) for entry in entries]
    return document


def row_document(row: TicketRow) -> dict[str, Any]:
    """A ticket in a list."""
    return {
        "number": row.number, "subject": row.subject, "type": row.type.value, "status": row.status.value,
        "sub_status": row.sub_status, "priority": row.priority.value, "is_major": row.is_major, "line": row.line,
        "team": row.team.name if row.team else None, "channel": row.channel.value, "requester": row.requester,
        "organisation": row.organisation or None, "opened_at": _at(row.opened_at), "updated_at": _at(row.updated_at),
        "due": _due(row.due),
    }  # fmt: skip


def ticket_text(document: dict[str, Any]) -> str:
    """The document for people: heading, what is due, and the words and the steps if they are in it."""
    place = f"line {document['line']}, {document['team']}" if document["team"] else "no team"
    facts = [document["status"], document["sub_status"], document["priority"], "MAJOR" if document["is_major"] else ""]
    facts += [document["type"].replace("_", " "), place]
    if document.get("assignee"):
        facts.append(f"assigned to {document['assignee']['name']}")
    asker = document["requester"]
    lines = [
        f"{document['number']}  {document['subject']}", " · ".join(fact for fact in facts if fact),
        ", ".join(filter(None, (asker["name"], asker["email"], document["organisation"]))), _due_text(document["due"]),
    ]  # fmt: skip
    if document.get("tags"):
        lines.append("tags: " + ", ".join(document["tags"]))
    if document.get("coverage"):
        lines.append(coverage_text(document["coverage"]))
    for message in document.get("messages", ()):
        lines += ["", _message_heading(message), *_indented(message["text"])]
        lines += [f"  [{file['filename']}, {file['size']} bytes]" for file in message["attachments"]]
    if document.get("timeline"):
        lines += ["", "Timeline"]
        lines += [f"  {_moment(step['at'])}  {step['fact']} by {step['by']['name']}" for step in document["timeline"]]
    return _harmless("\n".join(line for line in lines if line is not None))


def coverage_text(candidates: Sequence[dict[str, str]]) -> str:
    """What covers a ticket, and why not something else."""
    said = [f"{each['source'].replace('_', ' ')} {each['name']}".strip() + f" ({each['verdict'].replace('_', ' ')})"
            for each in candidates]  # fmt: skip
    return "coverage: " + "; ".join(said)


def list_text(documents: Iterable[dict[str, Any]]) -> str:
    """A list for people, one ticket a line."""
    return _harmless("\n".join(
        f"{row['number']:<10} {row['priority']}  {row['status']:<15} {row['team'] or 'no team':<20} "
        f"{_due_text(row['due']) or '':<40} {row['subject']}" for row in documents
    ))  # fmt: skip


def _for_staff(ticket: Ticket, clocks: Sequence[Clock]) -> dict[str, Any]:
    at = epoch(now())
    return {
        "impact": ticket.impact.value, "computed_priority": ticket.computed_priority.value,
        "priority_reason": ticket.priority_reason, "category": _named(directory.categories(), ticket.category_id),
        "assignee": _operator(ticket.assignee_id), "owner": _operator(ticket.owner_id),
        "awaits_reply": ticket.awaits_reply, "reassignments": ticket.reassignments,
        "is_bouncing": ticket.is_bouncing, "tags": tags_of([ticket.id]).get(ticket.id, []),
        "custom_fields": ticket.custom_fields, "coverage": looked_at(ticket.entitlement),
        "clocks": [_clock(clock, at) for clock in clocks],
    }  # fmt: skip


def _clock(clock: Clock, at: int) -> dict[str, Any]:
    return {
        **_due(clock_due(clock, at)), "cycle": clock.cycle, "target_seconds": clock.target_seconds,
        "consumed_seconds": register.consumed(clock, at), "promises": clock.promises,
        "promised_for": _at(None if clock.promised_for is None else instant(clock.promised_for)),
        "contract_due_at": _at(None if clock.contract_due_at is None else instant(clock.contract_due_at)),
    }  # fmt: skip


def _due(due: Due) -> dict[str, Any]:
    return {"kind": due.kind or None, "state": due.state, "at": _at(due.at), "seconds_left": due.seconds_left}


def _operator(operator_id: int | None) -> dict[str, Any] | None:
    card = directory.operators().get(operator_id or 0)
    return {"name": card.name, "email": card.email} if card else None


def _named(cards: dict[int, directory.Named], row_id: int | None) -> str | None:
    card = cards.get(row_id or 0)
    return card.name if card else None


class _Names:
    """Who spoke and acted, by the kind and id that messages and the journal keep."""

    def __init__(self, messages: Sequence[Message], entries: Sequence[Entry]) -> None:
        who = {(str(m.author_kind), m.author_id) for m in messages} | {(e.actor_kind, e.actor_id) for e in entries}
        self._names: dict[tuple[str, int], str] = {}
        for kind, row_id in who:
            self._names[kind, row_id] = actor_name(kind, row_id)

    def of(self, kind: str, row_id: int) -> dict[str, str]:
        return {"kind": kind, "name": self._names[kind, row_id]}


def actor_name(kind: str, row_id: int) -> str:
    """Who this is, of messages or the journal."""
    person: directory.OperatorCard | Contact | Account | None = None
    if kind == "operator":
        person = directory.operators().get(row_id)
    elif kind == "contact":
        person = db.session.get(Contact, row_id)
    elif kind == "account":
        person = db.session.get(Account, row_id)
    return person.name if person else SYSTEM.name


def _message(message: Message, names: _Names) -> dict[str, Any]:
    return {
        "id": message.id, "kind": message.kind.value, "by": names.of(str(message.author_kind), message.author_id),
        "channel": message.channel.value, "at": _at(message.created_at), "text": message.text,
        "delivery_failed_at": _at(message.delivery_failed_at),
        "attachments": [
            {"id": file.id, "filename": file.filename, "media_type": file.media_type, "size": file.size}
            for file in message.attachments
        ],
    }  # fmt: skip


def _entry(entry: Entry, names: _Names) -> dict[str, Any]:
    return {"at": _at(entry.at), "fact": entry.fact, "by": names.of(entry.actor_kind, entry.actor_id),
            "details": entry.payload}  # fmt: skip


def _message_heading(message: dict[str, Any]) -> str:
    kind = {"reply": message["channel"], "note": "internal note", "system": "system"}[message["kind"]]
    failed = ", not delivered" if message["delivery_failed_at"] else ""
    return f"{_moment(message['at'])}  {message['by']['name']} ({kind}{failed})"


def _due_text(due: dict[str, Any]) -> str | None:
    kind = (due["kind"] or "").replace("_", " ")
    if due["at"] is None:
        return "the clock is paused" if due["state"] == "paused" else None
    left = duration(due["seconds_left"])
    return f"{kind} due {_moment(due['at'])}, " + (f"late by {left}" if due["seconds_left"] < 0 else f"{left} left")


def _harmless(text: str) -> str:
    """Without what would command the terminal: a client's words must not."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf"))


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _moment(at: str) -> str:
    return moment(datetime.fromisoformat(at))


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
