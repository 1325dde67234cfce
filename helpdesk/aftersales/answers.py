"""What clients answer to a proposed revisit: by the link of a letter, or by their calendar.

1. An answer is given to a time. Where the revisit has another one by now, the answer says nothing of it: the client is
   shown the new time and answers to that.
2. A calendar's answer counts only from the contact whom the revisit is for. From anybody else it is an ordinary mail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select

from helpdesk.aftersales.invitations import CalendarAnswer, Said
from helpdesk.aftersales.revisits import FARTHEST, LONGEST_WORDS, ask_other_time, confirm_revisit
from helpdesk.aftersales.showing import calendar_uid, moment_key
from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import moment, whole_day
from helpdesk.core.times import now
from helpdesk.core.tokens import unsign
from helpdesk.entitlement.choice import day_of
from helpdesk.models.care import Revisit, RevisitState
from helpdesk.models.people import Contact
from helpdesk.policy.actor import Actor, ActorKind, contact_actor
from helpdesk.policy.scopes import visible

LINK_VALID = timedelta(days=120)
MOST_MOVES = 50


class PartOfDay(StrEnum):
    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"


@dataclass(frozen=True)
class Asked:
    """What a link of a letter asks about: whom, which revisit counts now, and whether it has the time of the letter."""

    actor: Actor
    revisit: Revisit
    is_as_written: bool


def open_answer(token: str) -> Asked:
    """What a link asks about; NotFound when it is forged, too old, or no longer theirs."""
    revisit_id, contact_id, key = unsign("revisit", token, valid_for=LINK_VALID)
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound
    actor = contact_actor(contact, kind=ActorKind.GUEST)
    asked = _seen(visible(actor, Revisit).where(Revisit.id == revisit_id))
    revisit = latest_of(asked, for_=actor)
    return Asked(actor, revisit, is_as_written=moment_key(revisit) == key)


def latest_of(revisit: Revisit, *, for_: Actor) -> Revisit:
    """The revisit that counts now, where this one was moved."""
    for _move in range(MOST_MOVES):
        if revisit.state is not RevisitState.MOVED or revisit.moved_to_id is None:
            break
        revisit = _seen(visible(for_, Revisit).where(Revisit.id == revisit.moved_to_id))
    return revisit


@command
def confirm_seen(revisit: Revisit, seen: str, *, by: Actor) -> Revisit:
    """Confirm the time that the client saw; Invalid where it is another one by now."""
    locked = _seen(visible(by, Revisit).where(Revisit.id == revisit.id))
    if locked.is_open and moment_key(locked) != seen:
        raise Invalid({"seen": [_("The time has changed since you saw it. Please look at it again.")]})
    return confirm_revisit(locked, by=by)


@command
def wish_other_time(revisit: Revisit, words: str, on: date | None, part: PartOfDay | None, *, by: Actor) -> Revisit:
    """Ask for another time, in words or by naming a day and a part of it."""
    today = day_of(revisit.organisation_id, now())
    if on is not None and not today <= on <= today + FARTHEST:
        raise Invalid({"on": [_("Choose a time that is still to come.")]})
    parts = {
        PartOfDay.MORNING: _("in the morning"), PartOfDay.MIDDAY: _("around noon"),
        PartOfDay.AFTERNOON: _("in the afternoon"),
    }  # fmt: skip
    named = ", ".join(filter(None, (whole_day(on) if on is not None else "", parts[part] if part is not None else "")))
    return ask_other_time(revisit, "\n".join(filter(None, (words.strip(), named))), by=by)


@command
def take_answer(answer: CalendarAnswer, contact: Contact, written: str) -> str:
    """Do what a contact's calendar says; returns what became of it, nothing where it is about no revisit of theirs."""
    actor = contact_actor(contact)
    query = visible(actor, Revisit).where(
        Revisit.contact_id == contact.id, Revisit.uid == answer.uid.partition("@")[0],
        Revisit.state != RevisitState.MOVED,
    )  # fmt: skip
    revisit: Revisit | None = db.session.scalar(
        locked_when_writing(query.order_by(Revisit.id.desc()).limit(1), of=Revisit)
    )
    if revisit is None or calendar_uid(revisit) != answer.uid:
        return ""
    if not revisit.is_open:
        return "visit_is_over"
    if answer.said is not Said.COUNTERED and not _is_about(answer, revisit):
        return "visit_has_another_time"
    _TAKE[answer.said](revisit, answer, written, actor)
    return f"visit_{answer.said.value}"


def _is_about(answer: CalendarAnswer, revisit: Revisit) -> bool:
    """Whether the answer is to the time that the revisit has: to its last version, or to the same beginning."""
    begins = revisit.starts_at if revisit.starts_at is not None else revisit.planned_on
    return answer.sequence >= revisit.sequence or answer.starts == begins


def _confirm(revisit: Revisit, _answer: CalendarAnswer, _written: str, actor: Actor) -> None:
    confirm_revisit(revisit, by=actor)


def _decline(revisit: Revisit, answer: CalendarAnswer, written: str, actor: Actor) -> None:
    otherwise = {
        Said.DECLINED: _("The calendar of the client says: declined."),
        Said.TENTATIVE: _("The calendar of the client says: perhaps."),
    }  # fmt: skip
    ask_other_time(revisit, (answer.words or written or otherwise[answer.said])[:LONGEST_WORDS], by=actor)


def _counter(revisit: Revisit, answer: CalendarAnswer, written: str, actor: Actor) -> None:
    proposed = answer.starts
    if isinstance(proposed, datetime):
        sentence = _("Proposed from the calendar: %(when)s", when=moment(proposed, weekday=True))
    else:
        sentence = _("Proposed from the calendar: %(when)s", when=whole_day(proposed)) if proposed else ""
    words = "\n".join(filter(None, (answer.words or written, sentence)))
    ask_other_time(revisit, (words or _("The calendar of the client asks for another time."))[:LONGEST_WORDS], by=actor)


_TAKE: dict[Said, Callable[[Revisit, CalendarAnswer, str, Actor], None]] = {
    Said.ACCEPTED: _confirm, Said.DECLINED: _decline, Said.TENTATIVE: _decline, Said.COUNTERED: _counter,
}  # fmt: skip


def _seen(query: Select[Revisit]) -> Revisit:
    found: Revisit | None = db.session.scalar(locked_when_writing(query, of=Revisit))
    if found is None:
        raise NotFound
    return found
