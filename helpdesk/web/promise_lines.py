"""Promises in words, and the row in which a promise is typed: in the composer, the call form, on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for

from helpdesk.core.i18n import DEFAULT_ZONE, current_zone, is_zone, span
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.people import Contact
from helpdesk.models.promises import Promise
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.tickets.promised import PromiseRow, promises_on
from helpdesk.tickets.promises import NewPromise
from helpdesk.tickets.spoken_times import Spoken, Unclear, understand, window_of
from helpdesk.web.forms import Form, submission_of
from helpdesk.web.words import PROMISE_STATES, PROMISED_CLOCKS

TONES = {
    "planned": "green", "overdue": "red", "kept": "grey", "late": "red", "moved": "grey", "broken": "red",
    "withdrawn": "grey",
}  # fmt: skip
ENDED_SHOWN = 2
# The row stands among other fields, so its fields have names of their own.
FIELDS = {"what": "promise_what", "until_at": "promise_said", "owner_id": "promise_said", "when": "promise_said"}


@dataclass(frozen=True)
class PromiseLine:
    """A promise on a page: what, when, whose and what became of it."""

    id: int
    what: str
    when: str
    at: datetime
    by: str
    state: str
    state_word: str
    tone: str
    number: str = ""
    about: str = ""
    url: str = ""
    outcome_url: str = ""


def ticket_promises(ticket: Ticket, actor: Actor) -> list[PromiseLine]:
    """What was promised on a ticket beside its clocks, to staff with what they can do, and to the client alike.

    What is open by its time, and the latest of what is not: the timeline tells of the rest.
    """
    made = [each for each in promises_on(ticket) if not each.clock]
    still = sorted((each for each in made if each.is_open), key=lambda each: each.until_at)
    ended = sorted((each for each in made if not each.is_open), key=lambda each: each.outcome_at or each.until_at)
    return [promise_line(each, actor) for each in (*still, *reversed(ended[-ENDED_SHOWN:]))]


def row_line(row: PromiseRow, actor: Actor) -> PromiseLine:
    """The same in a list, with whom it was made to."""
    about = " · ".join(filter(None, (row.contact, row.organisation)))
    return promise_line(row.promise, actor, number=row.number, about=about)


def promise_line(promise: Promise, actor: Actor, *, number: str = "", about: str = "") -> PromiseLine:
    owner = directory.operators().get(promise.owner_id or 0)
    state = "overdue" if promise.is_open and promise.until_at < now() else promise.state.value
    can = actor.is_staff and promise.is_open and may(actor, Action.KEEP_PROMISE, promise) and not promise.clock
    return PromiseLine(
        promise.id, promised_words(promise), span(promise.from_at, promise.until_at), promise.until_at,
        owner.name if owner else "", state, str(PROMISE_STATES[state]), TONES[state], number, about,
        url_for("console.promises.show", promise_id=promise.id) if actor.is_staff else "",
        url_for("console.promises.keep", promise_id=promise.id) if can else "",
    )  # fmt: skip


def promised_words(promise: Promise) -> str:
    """What is promised: of a clock in the reader's language, else as it was written."""
    return str(PROMISED_CLOCKS.get(promise.clock, promise.what))


def zones(contact: Contact) -> list[tuple[str, str]]:
    """The zones in which a time may be typed; one alone where ours is theirs."""
    mine, theirs = current_zone(), zone_of(contact)
    return [(zone, words) for zone, words in (
        (mine, _("my time, %(zone)s", zone=mine)), (theirs, _("the client's time, %(zone)s", zone=theirs)),
    )] if mine != theirs else []  # fmt: skip


def zone_of(contact: Contact) -> str:
    return contact.timezone or (contact.organisation.timezone if contact.organisation else DEFAULT_ZONE)


def promise_in(form: Form, channel: Channel) -> NewPromise | None:
    """The promise that was typed into the row; None where none was. What is wrong becomes errors of the form."""
    said = form.data.get("promise_said", "").strip()
    by_fields = [form.data.get(name, "").strip() for name in ("promise_on", "promise_at", "promise_to")]
    what = form.data.get("promise_what", "").strip()
    if not said and not any(by_fields) and what in ("", _("Call back")) and not form.data.get("promise_only"):
        return None
    spoken = time_in(form)
    return NewPromise(what or _("Call back"), spoken.from_at, spoken.until_at, channel) if spoken else None


def submission_in(form: Form, actor: Actor) -> str | None:
    """What makes a second submit of the same words no second promise, also where the form stays for other words."""
    key = submission_of(actor)
    words = "/".join(form.data.get(name, "") for name in ("promise_said", "promise_on", "promise_at", "promise_what"))
    return f"{key}/{words}"[:400] if key else None


def time_in(form: Form) -> Spoken | None:
    """The time that was typed, in words or into fields for it; None, and an error, where it is none."""
    try:
        return _time_in(form)
    except Unclear as refusal:
        form.errors["promise_said"] = [str(refusal)]
        return None


def promised_wrongly(form: Form) -> None:
    """What the activity refused, beside the fields of the row."""
    for refused, shown in FIELDS.items():
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)


def _time_in(form: Form) -> Spoken:
    zone = chosen_zone(form.data.get("promise_zone", ""))
    said = form.data.get("promise_said", "")
    if said.strip():
        return understand(said, at=now(), zone=zone)
    day, first, last = (form.data.get(name, "").strip() for name in ("promise_on", "promise_at", "promise_to"))
    if not day and not first:
        raise Unclear(_("Say when, such as 15:00, tomorrow 10-12, fri 9:30 or 2 h."))
    try:
        return window_of(date.fromisoformat(day), time.fromisoformat(first),
                         time.fromisoformat(last) if last else None, zone=zone)  # fmt: skip
    except ValueError as error:
        raise Unclear(_("Give a date and a time.")) from error


def chosen_zone(sent: str) -> str:
    return sent if is_zone(sent) else current_zone()


def lines_of(rows: Sequence[PromiseRow], actor: Actor) -> list[PromiseLine]:
    return [row_line(row, actor) for row in rows]


def end_of_today() -> datetime:
    """Midnight in the reader's zone: what is due by then stands on top of the work list."""
    today = now().astimezone(ZoneInfo(current_zone())).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)
