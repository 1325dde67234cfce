"""One function per letter we send: to whom, in which language, with what. Each is a reaction to a fact.

A reaction returns the letter (or None where nobody is to be written to); the worker hands it over.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select

from helpdesk.core.db import db
from helpdesk.core.html import html_to_text, markdown_to_html
from helpdesk.core.i18n import DEFAULT_ZONE, speaking
from helpdesk.core.journal import Entry
from helpdesk.core.times import instant
from helpdesk.core.tokens import sign
from helpdesk.mail.outbound import Letter, LetterFile
from helpdesk.mail.trimming import MARKERS
from helpdesk.models.access import Account, Invitation
from helpdesk.models.claims import Claim, ClaimDecision, ClaimState, Deliverable, RefundRuleVersion, RevisionRound
from helpdesk.models.duties import Duty, DutyKind
from helpdesk.models.messages import Message
from helpdesk.models.people import Contact, Operator, Organisation
from helpdesk.models.promises import Promise
from helpdesk.models.tickets import Channel, Ticket
from sla import register
from sla.models import LIVE_STATES, Clock, ClockKind, ClockState, Rung

PROMISED_CLOCKS = {"resolution": _l("the solution"), "periodic_update": _l("the next news")}
# A client who stands in front of us, or speaks with us, needs no letter that says we heard them.
MOST_FILES_BYTES = 10_000_000
_SPOKEN = frozenset({Channel.WALK_IN, Channel.REMOTE_SESSION, Channel.ON_SITE_VISIT})


def acknowledgement(entry: Entry) -> Letter | None:
    """We have your request; an answer is due by then, and outside business hours we say when work begins."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    if ticket.channel in _SPOKEN or not ticket.is_open:
        return None
    clock = _clock(ticket, ClockKind.FIRST_RESPONSE)
    due_at = instant(clock.due_at) if clock and clock.due_at else None
    return _to_requester("acknowledgement", entry, ticket, due_at=due_at, begins_at=_begins_at(clock))


def reply(entry: Entry) -> Letter | None:
    """What an operator wrote to the client."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    message = db.session.get_one(Message, entry.payload["message_id"])
    return _to_requester("reply", entry, ticket, message=message, is_automatic=False, **_files(message))


def please_accept(entry: Entry) -> Letter | None:
    """What solved it, and how to accept or refuse."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    if ticket.resolved_at is None or ticket.closed_at is not None:
        return None  # solved and done in one conversation
    message = db.session.get(Message, entry.payload["message_id"]) if entry.payload["message_id"] else None
    return _to_requester("resolved", entry, ticket, message=message, closes_at=ticket.closes_at)


def reopened(entry: Entry) -> Letter | None:
    """Your ticket is open again, and when the solution is due."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    clock = _clock(ticket, ClockKind.RESOLUTION)
    due_at = instant(clock.due_at) if clock and clock.due_at and clock.state in LIVE_STATES else None
    return _to_requester("reopened", entry, ticket, due_at=due_at)


def closed_silently(entry: Entry) -> Letter | None:
    """We heard nothing more and have closed it; answering opens it again within the window."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    return _to_requester("closed", entry, ticket) if entry.payload["reason"] == "silence" else None


def promised(entry: Entry) -> Letter | None:
    """We agreed on this time."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    at, is_update = instant(entry.payload["promised_for"]), entry.payload["clock"] == ClockKind.PERIODIC_UPDATE.value
    return _to_requester("promised", entry, ticket, promised_at=at, is_update=is_update)


def promise_moved(entry: Entry) -> Letter | None:
    """What we promised comes at another time, and why."""
    promise = db.session.get_one(Promise, entry.payload["promise_id"])
    following = db.session.get_one(Promise, entry.payload["to_id"])
    return _to_promised("promise_moved", entry, promise, following=following, owner=_operator(following.owner_id),
                        reason=entry.payload["reason"], in_time=entry.payload["in_time"])  # fmt: skip


def promise_handed(entry: Entry) -> Letter | None:
    """Somebody else does what we promised, at the same time, and why."""
    promise, told = db.session.get_one(Promise, entry.payload["promise_id"]), entry.payload
    return _to_promised("promise_handed", entry, promise, before=_operator(told["before_id"]),
                        owner=_operator(told["owner_id"]), reason=told["reason"])  # fmt: skip


def escalation(entry: Entry) -> Letter | None:
    """A clock is at risk, or breached, and you stand on this step of the ladder."""
    ticket, told = db.session.get_one(Ticket, entry.subject_id), entry.payload
    account, rung = db.session.get(Account, told["account_id"]), db.session.get(Rung, told["rung_id"])
    if account is None or account.disabled_at or rung is None:
        return None
    clock = db.session.get_one(Clock, rung.clock_id)
    with speaking(account.language, account.timezone):
        content = {
            "account": account, "ticket": ticket, "kind": told["kind"], "occasion": told["occasion"],
            "due_at": instant(clock.due_at) if clock.due_at else None, "is_acknowledged": rung.ended_at is not None,
            "ticket_url": f"{base_url()}/console/tickets/{ticket.number}",
            "url": f"{base_url()}/console/escalations",
        }  # fmt: skip
        return write_letter(
            "escalation", entry, to_name=account.name, to_address=account.email, language=account.language,
            content=content, key=f"rung-{rung.id}",
        )  # fmt: skip


def duty_late(entry: Entry) -> Letter | None:
    """Something that was due is not done, and you are the one to know."""
    duty, account = db.session.get_one(Duty, entry.subject_id), db.session.get(Account, entry.payload["account_id"])
    if account is None or account.disabled_at or not duty.is_open or duty.acknowledged_at is not None:
        return None
    organisation = db.session.get(Organisation, duty.organisation_id) if duty.organisation_id else None
    with speaking(account.language, account.timezone):
        content = {"account": account, "duty": duty, "organisation": organisation, "step": entry.payload["step"],
                   "url": f"{base_url()}/console/escalations"}  # fmt: skip
        return write_letter(
            "duty_late", entry, to_name=account.name, to_address=account.email, language=account.language,
            content=content,
        )  # fmt: skip


def claim_acknowledged(entry: Entry) -> Letter | None:
    """We take your claim seriously; by then we know its cause, and then you have a decision."""
    if entry.payload["after"] != ClaimState.ACKNOWLEDGED.value:
        return None
    ticket = db.session.get_one(Ticket, entry.subject_id)
    claim = db.session.get_one(Claim, entry.payload["claim_id"])
    due = select(Duty.due_at).where(
        Duty.subject_kind == "claim", Duty.subject_id == claim.id, Duty.kind == DutyKind.CLAIM_INVESTIGATE,
        Duty.done_at.is_(None), Duty.withdrawn_at.is_(None),
    )  # fmt: skip
    return _to_requester("claim_acknowledged", entry, ticket, claim=claim, due_at=db.session.scalar(due))


def claim_decided(entry: Entry) -> Letter | None:
    """How your claim was decided, why, how the amount came about, and how to appeal."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    claim = db.session.get_one(Claim, entry.payload["claim_id"])
    decision = db.session.get_one(ClaimDecision, entry.payload["decision_id"])
    version = db.session.get(RefundRuleVersion, decision.version_id) if decision.version_id else None
    return _to_requester("claim_decided", entry, ticket, claim=claim, decision=decision, version=version)  # fmt: skip


def round_delivered(entry: Entry) -> Letter | None:
    """A round of what we make for you is ready: accept it, or say what is to be changed."""
    made = db.session.get_one(Deliverable, entry.subject_id)
    row = db.session.get_one(RevisionRound, entry.payload["round_id"])
    whom = Contact.id == made.contact_id if made.contact_id else and_(
        Contact.organisation_id == made.organisation_id, Contact.is_supervisor
    )  # fmt: skip
    contact: Contact | None = db.session.scalar(
        select(Contact).where(whom, Contact.email.is_not(None)).order_by(Contact.id).limit(1)
    )
    if contact is None or not contact.email:
        return None
    zone = contact.timezone or (contact.organisation.timezone if contact.organisation else DEFAULT_ZONE)
    content = {"contact": contact, "deliverable": made, "round": row,
               "url": f"{base_url()}/portal/deliverables/{made.id}"}  # fmt: skip
    with speaking(contact.language, zone):
        return write_letter("round_delivered", entry, to_name=contact.name, to_address=contact.email,
                       language=contact.language, content=content)  # fmt: skip


def invitation(entry: Entry) -> Letter | None:
    """You have been invited: choose a password."""
    return _to_account("invitation", entry)


def password_reset(entry: Entry) -> Letter | None:
    """Choose a new password, if it was you who asked."""
    return _to_account("password_reset", entry)


LETTERS = ("acknowledgement", "reply", "resolved", "reopened", "closed", "promised", "promise_moved",
           "promise_handed", "escalation", "duty_late", "invitation", "password_reset")  # fmt: skip


def _files(message: Message) -> dict[str, Any]:
    """The files of a message go along while a mail server would take them; else the letter says where they are."""
    files = tuple(LetterFile(f.filename, f.media_type, f.digest) for f in message.attachments)
    fit = sum(f.size for f in message.attachments) <= MOST_FILES_BYTES
    return {"files": files if fit else (), "left_files": () if fit else tuple(f.filename for f in files)}


def _to_requester(
    name: str, entry: Entry, ticket: Ticket, *, is_automatic: bool = True, **content: Any
) -> Letter | None:
    contact = db.session.get_one(Contact, ticket.requester_id)
    if not contact.email or ticket.import_id is not None:
        return None
    zone = contact.timezone or (contact.organisation.timezone if contact.organisation else DEFAULT_ZONE)
    files = content.pop("files", ())
    message = content.get("message")
    if message is not None:
        content["message_html"] = markdown_to_html(message.text)
        content["message_text"] = html_to_text(content["message_html"])
    with speaking(ticket.language, zone):
        return write_letter(
            name, entry, to_name=contact.name, to_address=contact.email, language=ticket.language,
            ticket_id=ticket.id, is_automatic=is_automatic,
            content={"ticket": ticket, "contact": contact, "url": ticket_url(ticket, contact), **content}, files=files,
        )  # fmt: skip


def _to_promised(name: str, entry: Entry, promise: Promise, **content: Any) -> Letter | None:
    """To whom a promise was made: about a ticket as its letters go, else in the language of the contact."""
    content |= {"promise": promise, "what": PROMISED_CLOCKS.get(promise.clock, promise.what)}
    if promise.ticket_id is not None:
        return _to_requester(name, entry, db.session.get_one(Ticket, promise.ticket_id), **content)
    contact = db.session.get_one(Contact, promise.contact_id)
    if not contact.email:
        return None
    zone = contact.timezone or (contact.organisation.timezone if contact.organisation else DEFAULT_ZONE)
    with speaking(contact.language, zone):
        return write_letter(
            name, entry, to_name=contact.name, to_address=contact.email, language=contact.language,
            content={"ticket": None, "contact": contact, "url": f"{base_url()}/portal", **content},
        )  # fmt: skip


def _operator(operator_id: int | None) -> str:
    found = db.session.get(Operator, operator_id) if operator_id else None
    return found.name if found else ""


def _to_account(name: str, entry: Entry) -> Letter | None:
    account = db.session.get_one(Account, entry.subject_id)
    row = db.session.get_one(Invitation, entry.payload["invitation_id"])
    if row.used_at or account.disabled_at:
        return None
    url = f"{base_url()}/invitations/{sign('invitation', row.id)}"
    with speaking(account.language, account.timezone):
        return write_letter(
            name, entry, to_name=account.name, to_address=account.email, language=account.language,
            content={"account": account, "url": url, "expires_at": row.expires_at},
        )  # fmt: skip


def write_letter(
    name: str, entry: Entry, *, to_name: str, to_address: str, language: str, content: dict[str, Any],
    files: tuple[LetterFile, ...] = (), ticket_id: int | None = None, is_automatic: bool = True,
    key: str = "",
) -> Letter:  # fmt: skip
    """A letter by its templates, in the language spoken now."""
    marker = MARKERS[language.partition("-")[0]] if ticket_id is not None else ""
    content = {**content, "marker": marker, "lang": language}
    subject = render_template(f"mail/{name}/subject.txt", **content)
    text = render_template(f"mail/{name}/body.txt", **content)
    html = render_template(f"mail/{name}/body.html", **content, subject=subject)
    return Letter(
        key=key or f"{entry.id}-{name.replace('_', '-')}", to_name=to_name, to_address=to_address, language=language,
        subject=subject, text=f"{marker}\n\n{text}" if marker else text, html=html,
        written_at=entry.recorded_at, ticket_id=ticket_id,
        is_automatic=is_automatic, files=files,
    )  # fmt: skip


def ticket_url(ticket: Ticket, contact: Contact) -> str:
    """Where the client reads the ticket: the portal for those who can sign in, a guest link for the others."""
    account = db.session.scalar(select(Account).where(Account.contact_id == contact.id))
    if account is not None and account.password_hash and not account.disabled_at:
        return f"{base_url()}/portal/tickets/{ticket.number}"
    return f"{base_url()}/portal/guests/{sign('guest', [ticket.id, contact.id])}"


def _begins_at(clock: Clock | None) -> datetime | None:
    """When work begins, where the ticket came outside of business hours."""
    if clock is None or clock.calendar_id not in register.indexes():
        return None
    index = register.indexes()[clock.calendar_id]
    if index.is_working(clock.start_at):
        return None
    opening = index.next_opening(clock.start_at)
    return instant(opening) if opening is not None else None


def _clock(ticket: Ticket, kind: ClockKind) -> Clock | None:
    clocks = register.clocks_of(("ticket", ticket.id))
    cycles = [c for c in clocks if c.kind is kind and c.state is not ClockState.CANCELLED]
    return max(cycles, key=lambda clock: clock.cycle, default=None)


def base_url() -> str:
    """Where the desk is found by whoever reads a letter."""
    return str(current_app.config["THREELINE"].base_url)
