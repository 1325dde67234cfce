"""What a page shows of a ticket's life, in order: messages, what happened between them, handovers and returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.core.html import markdown_to_html
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry
from helpdesk.models.access import Account
from helpdesk.models.messages import Attachment, AuthorKind, Message, MessageKind
from helpdesk.models.people import Contact
from helpdesk.models.tickets import Ticket
from helpdesk.models.transfers import Transfer, TransferKind
from helpdesk.people import directory
from helpdesk.policy.actor import Actor
from helpdesk.tickets.attachments import attachments_of
from helpdesk.tickets.queries import conversation, timeline
from helpdesk.web.filters import linebreaks
from helpdesk.web.sentences import Names, Sentence, sentence
from helpdesk.web.words import CHANNELS


@dataclass(frozen=True)
class FileShown:
    name: str
    url: str
    size: int
    media_type: str


@dataclass(frozen=True)
class MessageShown:
    """A message as the page draws it."""

    id: int
    kind: str  # client, reply, note, system
    author: str
    about: str
    at: datetime
    body: Markup
    quoted: Markup | None = None
    attachments: Sequence[FileShown] = field(default_factory=tuple)
    undelivered: str = ""
    source_url: str = ""
    to: str = ""


@dataclass(frozen=True)
class HopShown:
    """A handover or a return as its card shows it."""

    kind: str
    from_line: int | None
    to_line: int | None
    from_team: str
    to_team: str
    by: str
    at: datetime
    reason: str = ""
    client_sees: str = ""
    tried: str = ""
    articles: Sequence[Any] = field(default_factory=tuple)
    articles_text: str = ""
    environment: str = ""
    asked: str = ""


@dataclass(frozen=True)
class Part:
    """One thing on the page: what it is and when it was."""

    kind: str  # message, entry, handover, return
    at: datetime
    content: Any


def client_story(ticket: Ticket, *, for_: Actor) -> list[Part]:
    """For the client: what was said, and nothing of the house."""
    messages = conversation(ticket, for_=for_)
    names = _names(messages, (), ())
    files = attachments_of_all(ticket, messages)
    return [Part("message", m.created_at, _message(m, ticket, names, files, for_)) for m in messages]


def staff_story(ticket: Ticket, *, for_: Actor) -> tuple[list[Part], list[Transfer]]:
    """For staff: everything, in order; and the hops for the track."""
    messages, entries, hops = conversation(ticket, for_=for_), timeline(ticket), _hops(ticket)
    names = _names(messages, ((e.actor_kind, e.actor_id) for e in entries), ((h.actor_kind, h.actor_id) for h in hops))
    files = attachments_of_all(ticket, messages)
    parts = [Part("message", m.created_at, _message(m, ticket, names, files, for_)) for m in messages]
    for entry in entries:
        told = sentence(entry, names)
        if told is not None:
            parts.append(Part("entry", told.at, told))
    carded = [hop for hop in hops if hop.kind in (TransferKind.HANDOVER, TransferKind.RETURN)]
    parts.extend(Part(hop.kind.value, hop.at, _hop(hop, names)) for hop in carded)
    order = {"message": 0, "entry": 1, "handover": 2, "return": 2}
    return sorted(parts, key=lambda part: (part.at, order[part.kind])), hops


def told_of(subject_kind: str, subject_id: int) -> list[Sentence]:
    """What happened to anything else than a ticket, in order."""
    query = db.select(Entry).where(Entry.subject_kind == subject_kind, Entry.subject_id == subject_id)
    entries = db.session.scalars(query.order_by(Entry.id)).all()
    names = names_of((entry.actor_kind, entry.actor_id) for entry in entries)
    return [told for entry in entries if (told := sentence(entry, names)) is not None]


def attachments_of_all(ticket: Ticket, messages: Sequence[Message]) -> dict[int, list[Attachment]]:
    """The files of these messages, also of those that came with a merged ticket."""
    own = attachments_of(ticket, [m.id for m in messages if m.ticket_id == ticket.id])
    for message in messages:
        if message.ticket_id != ticket.id:
            own[message.id] = list(message.attachments)
    return own


def _message(
    message: Message, ticket: Ticket, names: Names, files: dict[int, list[Attachment]], for_: Actor
) -> MessageShown:
    kind = "note" if message.kind is MessageKind.NOTE else "client" if message.is_from_client else "reply"
    if message.kind is MessageKind.SYSTEM:
        kind = "system"
    face = "portal" if not for_.is_staff else "console"
    is_mail = message.received_mail_id is not None
    about = CHANNELS.get(message.channel.value, "") if kind == "client" else ""
    if message.ticket_id != ticket.id:
        about = _("from %(number)s, merged", number=f"T-{message.ticket_id}")
    body = linebreaks(message.text) if is_mail else Markup(markdown_to_html(message.text))  # noqa: S704 - sanitised
    cut = message.full_text if message.full_text and message.full_text.strip() != message.text.strip() else None
    return MessageShown(
        id=message.id, kind=kind, author=names.of(message.author_kind.value, message.author_id), about=str(about),
        at=message.created_at, body=body, quoted=linebreaks(cut) if cut else None,
        attachments=[
            FileShown(f.filename, url_for(f"{face}.attachments.show", attachment_id=f.id, filename=f.filename), f.size,
                      f.media_type) for f in files.get(message.id, ())
        ],
        undelivered=_("The address refused it.") if message.delivery_failed_at and for_.is_staff else "",
        source_url=url_for("console.received_mails.show", mail_id=message.received_mail_id)
        if is_mail and for_.is_staff else "",
    )  # fmt: skip


def _hops(ticket: Ticket) -> list[Transfer]:
    query = db.select(Transfer).where(Transfer.ticket_id == ticket.id).options(joinedload(Transfer.handover))
    return list(db.session.scalars(query.order_by(Transfer.id)))


def _hop(hop: Transfer, names: Names) -> HopShown:
    all_teams = directory.teams()
    to_team, from_team = all_teams.get(hop.to_team_id), all_teams.get(hop.from_team_id or 0)
    form = hop.handover
    return HopShown(
        kind=hop.kind.value, from_line=hop.from_line, to_line=hop.to_line,
        from_team=from_team.name if from_team else "", to_team=to_team.name if to_team else "",
        by=names.of(hop.actor_kind, hop.actor_id), at=hop.at, reason=hop.reason,
        client_sees=form.client_sees if form else "", tried=form.tried if form else "",
        articles_text=form.articles if form else "", environment=form.environment if form else "",
        asked=form.asked if form else "",
    )  # fmt: skip


def names_of(actors: Iterable[tuple[str, int]]) -> Names:
    """Who these actors of the journal are."""
    return _names((), actors)


def _names(messages: Iterable[Message], *actors: Iterable[tuple[str, int]]) -> Names:
    wanted: dict[str, set[int]] = {"contact": set(), "account": set()}
    for message in messages:
        if message.author_kind is AuthorKind.CONTACT:
            wanted["contact"].add(message.author_id)
        elif message.author_kind is AuthorKind.ACCOUNT:
            wanted["account"].add(message.author_id)
    for some in actors:
        for kind, actor_id in some:
            if kind in wanted:
                wanted[kind].add(actor_id)
    found: dict[str, dict[int, str]] = {"contact": {}, "account": {}}
    for kind, model in (("contact", Contact), ("account", Account)):
        if wanted[kind]:
            rows = db.session.execute(db.select(model.id, model.name).where(model.id.in_(wanted[kind])))
            found[kind] = dict(rows.all())
    return Names(found["contact"], found["account"])
