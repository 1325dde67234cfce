"""The journal of a ticket as its clocks read it: facts in the words of `sla.fold`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch
from helpdesk.models.tickets import Channel, Status, Ticket
from sla.fold import Event

WAITING = frozenset({Status.WAITING_CLIENT.value, Status.WAITING_VENDOR.value, Status.SCHEDULED.value})
ENDED = frozenset({Status.RESOLVED.value, Status.CLOSED.value})
SPOKEN = frozenset({Channel.PHONE.value, Channel.WALK_IN.value, Channel.REMOTE_SESSION.value,
                    Channel.ON_SITE_VISIT.value})  # fmt: skip

Happening = tuple[str, dict[str, Any]]


class Told(Protocol):
    """What is needed of a journal entry."""

    id: Any
    at: Any
    recorded_at: Any
    fact: Any
    actor_kind: Any
    actor_id: Any
    payload: Any


def events_of(ticket: Ticket, entries: Iterable[Told]) -> list[Event]:
    """What happened to a ticket, for its clocks; in the order of the journal."""
    events: list[Event] = []
    resolved_at = None
    for entry in entries:
        translate = _WORDS.get(entry.fact)
        if translate is None:
            continue
        at = epoch(entry.at)
        if entry.fact == "TicketResolved" and resolved_at is not None:
            at = resolved_at  # its words are said with the change of status, which may lie in the second before
        for word, data in translate(entry, entry.payload):
            if word == "created":
                # The receipt itself: the fact may have been written down in the next second.
                at, data = epoch(ticket.opened_at), _received(ticket, data)
            elif word == "resolved":
                resolved_at = at
            events.append(Event(at, word, data, entry.id or 0))
    return events


def entries_of(ticket_id: int) -> list[Told]:
    """The journal of a ticket, as plain rows."""
    columns = (Entry.id, Entry.at, Entry.recorded_at, Entry.fact, Entry.actor_kind, Entry.actor_id, Entry.payload)
    query = select(*columns).where(
        Entry.subject_kind == "ticket", Entry.subject_id == ticket_id, Entry.fact.in_(list(_WORDS))
    )
    return list(db.session.execute(query.order_by(Entry.id)))


def policies_of(ticket: Ticket, events: Iterable[Event]) -> list[int]:
    """Every policy that has held for a ticket."""
    told = [event.data["contract"] for event in events if event.type == "created"]
    told += [event.data["to"] for event in events if event.type == "contract_changed"]
    return [int(policy) for policy in dict.fromkeys(told) if policy]


def _received(ticket: Ticket, data: dict[str, Any]) -> dict[str, Any]:
    # A journal that was written elsewhere, or by an older version, says less; the ticket says the rest.
    policy_id = data["policy_id"] or ticket.policy_id
    return data | {
        "contract": str(policy_id or ""), "type": data["type"] or ticket.type.value,
        "priority": data["priority"] or ticket.priority.value, "line": data["line"],
    }  # fmt: skip


def _opened(entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    spoken = entry.actor_kind == "operator" and told.get("channel") in SPOKEN
    yield "created", {
        "policy_id": told.get("policy_id"), "type": told.get("type", ""), "priority": told.get("priority", ""),
        "line": told.get("line"), **({"by": "agent"} if spoken else {}),
    }  # fmt: skip


def _status(_entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    before, after = told["before"], told["after"]
    if told.get("reason") == "merge_undone":
        yield "unmerged", {}
    elif told.get("reason") == "reopening_undone":
        return  # told by the fact of its own
    elif after in WAITING:
        if before in ENDED:
            yield "reopened", {}
        yield "pause", {"reason": after}
    elif after == Status.RESOLVED.value or (after == Status.CLOSED.value and before not in ENDED):
        yield "resolved", {"public_message": False}
    elif after == Status.CANCELLED.value:
        yield "cancelled", {}
    elif after == Status.MERGED.value:
        yield "merged", {}
    elif after in (Status.OPEN.value, Status.NEW.value):
        if before in ENDED:
            yield "reopened", {}
        elif before in WAITING:
            yield "resume", {}


def _said(entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    yield "public_message", {"by": "agent", "id": told.get("message_id")}
    if entry.actor_kind == "operator":
        yield "accepted", {"by": entry.actor_id}  # whoever answers has taken it on


def _resolved(entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    # The message that resolves is said before the status changes, though both have one instant.
    if told.get("message_id") is not None:
        yield from _said(entry, told)


def _assigned(entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    operator_id = told.get("operator_id")
    if operator_id is None:
        yield "unassigned", {}
    elif told.get("how") in ("taken", "next") or (entry.actor_kind, entry.actor_id) == ("operator", operator_id):
        yield "accepted", {"by": operator_id}
    else:
        yield "assigned", {"to": operator_id}


def _moved(_entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    yield "transferred", {"to": told.get("to_line")}
    yield "unassigned", {}


def _reopened(_entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    if told.get("reason") in ("reply", "refusal", "client"):
        yield "client_message", {}


def _as(word: str, **names: str) -> Callable[[Told, Mapping[str, Any]], Iterator[Happening]]:
    def translate(_entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
        yield word, {name: told.get(field) for name, field in names.items()}

    return translate


def _retyped(_entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    change = told.get("changes", {}).get("type")
    if change:
        yield "retyped", {"to": change[1]}


def _applied(_entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    yield "contract_changed", {"to": str(told["policy_id"]), "apply_to_open": True}


def _covered(_entry: Told, told: Mapping[str, Any]) -> Iterator[Happening]:
    if told.get("policy_id"):
        yield "contract_changed", {"to": str(told["policy_id"]), "apply_to_open": False}
    else:
        yield "contract_expired", {}


_WORDS: dict[str, Callable[[Told, Mapping[str, Any]], Iterator[Happening]]] = {
    "TicketOpened": _opened,
    "StatusChanged": _status,
    "ReplySent": _said,
    "CallRegistered": _said,
    "TicketResolved": _resolved,
    "ReplyReceived": _as("client_message"),
    "DeliveryFailed": _as("delivery_failed", id="message_id"),
    "TicketAssigned": _assigned,
    "TicketAccepted": _as("accepted", by="operator_id"),
    "TicketTransferred": _moved,
    "TicketHandedOver": _moved,
    "TicketReturned": _moved,
    "PriorityChanged": _as("priority", to="after"),
    "TicketClassified": _retyped,
    "TicketReopened": _reopened,
    "ReopeningUndone": _as("reopen_undone"),
    "TimePromised": _as("promised", **{"for": "promised_for", "agreed_by": "agreed_by", "clock": "clock"}),
    "PolicyApplied": _applied,
    "EntitlementChanged": _covered,
    "ClocksTakenOver": _as("taken_over", clocks="clocks", **{"from": "from_id"}),
    "ClocksGivenBack": _as("given_back", **{"from": "from_id"}),
}
HEARD = frozenset(_WORDS)
