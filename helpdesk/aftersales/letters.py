"""The letters about revisits: each a reaction to a fact, in its reader's language and zone, with a part for calendars.

A client hears of a revisit from when they are asked about it on; of what is moved or falls away before that, they need
not know. Whoever did something themselves gets no letter about it, save the client whose calendar has to follow.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.aftersales.invitations import Method, Somebody, invitation
from helpdesk.aftersales.showing import (
    answer_url,
    console_url,
    desk,
    for_client,
    for_operator,
    portal_url,
    what_happens,
    when,
)
from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE, day_name, duration, moment, speaking, whole_day
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.mail.letters import write_letter
from helpdesk.mail.outbound import CalendarPart, Letter
from helpdesk.models.access import Account
from helpdesk.models.care import Revisit, RevisitState
from helpdesk.models.people import Contact, Organisation
from helpdesk.people.directory import operators, substitute_for, teams

# What follows a moved revisit was asked about by the letter that told of the move, unless that is long ago.
ASKED_BY_MOVE = timedelta(days=1)


def visit_proposed(entry: Entry) -> Letter | None:
    """This is planned: does the time suit you?"""
    revisit = _subject(entry)
    if revisit.state is not RevisitState.PLANNED or _was_asked_by_move(revisit, entry):
        return None
    return _to_client("visit_proposed", entry, revisit, Method.REQUEST)


def visit_timed(entry: Entry) -> Letter | None:
    """The hour is set now, or the plan has another day: does it suit you?"""
    revisit, before = _subject(entry), date.fromisoformat(entry.payload["before"])
    if not _was_told(revisit) or revisit.state is not RevisitState.PLANNED:
        return None
    return _to_client("visit_changed", entry, revisit, Method.REQUEST, before=before, reason="")


def visit_moved(entry: Entry) -> Letter | None:
    """It is at another time now, and why."""
    revisit, follows = _subject(entry), db.session.get_one(Revisit, entry.payload["to_id"])
    if not _was_told(revisit) or not follows.is_open:
        return None
    return _to_client("visit_changed", entry, follows, Method.REQUEST, before=revisit, reason=entry.payload["reason"])


def visit_called_off(entry: Entry) -> Letter | None:
    """It does not take place, and why."""
    revisit = _subject(entry)
    if not _was_told(revisit):
        return None
    is_refused = entry.payload["state"] == RevisitState.REFUSED.value
    return _to_client("visit_called_off", entry, revisit, Method.CANCEL, is_refused=is_refused,
                      reason=entry.payload["reason"])  # fmt: skip


def visit_colleague(entry: Entry) -> Letter | None:
    """Somebody else comes, and why."""
    revisit, cards = _subject(entry), operators()
    before, after = cards.get(entry.payload["before"] or 0), cards.get(entry.payload["after"])
    if not _was_told(revisit) or not revisit.is_open or before is None or after is None:
        return None
    return _to_client(
        "visit_colleague", entry, revisit, Method.REQUEST, before=before.name, after=after.name,
        is_absence=entry.payload["is_absence"], reason=entry.payload["reason"],
    )  # fmt: skip


def visit_yours(entry: Entry) -> Letter | None:
    """To whoever takes a revisit over that the client knows of."""
    revisit = _subject(entry)
    if not _was_told(revisit) or not revisit.is_open:
        return None
    return _to_operator("visit_yours", entry, revisit, entry.payload["after"], Method.REQUEST,
                        reason=entry.payload["reason"])  # fmt: skip


def visit_confirmed(entry: Entry) -> Letter | None:
    """The client has confirmed; it may stand in the calendar of whoever comes."""
    revisit = _subject(entry)
    if revisit.state is not RevisitState.CONFIRMED:
        return None
    return _to_operator("visit_confirmed", entry, revisit, revisit.operator_id, Method.REQUEST)


def visit_other_time(entry: Entry) -> Letter | None:
    """The client needs another time, and what they wrote."""
    revisit = _subject(entry)
    if not revisit.is_open:
        return None
    return _to_operator("visit_other_time", entry, revisit, _who_answers(revisit), None, words=entry.payload["words"])


def visit_fell_away(entry: Entry) -> Letter | None:
    """The client does not want it, or a colleague took out what was confirmed: whoever was to come need not."""
    revisit, is_refused = _subject(entry), entry.payload["state"] == RevisitState.REFUSED.value
    if not is_refused and revisit.confirmed_at is None:
        return None
    return _to_operator("visit_fell_away", entry, revisit, revisit.operator_id, Method.CANCEL, is_refused=is_refused,
                        reason=entry.payload["reason"])  # fmt: skip


def visit_moved_yours(entry: Entry) -> Letter | None:
    """What was confirmed is at another time; the calendar of whoever comes has to follow."""
    revisit, follows = _subject(entry), db.session.get_one(Revisit, entry.payload["to_id"])
    if revisit.confirmed_at is None or not follows.is_open:
        return None
    return _to_operator("visit_moved", entry, follows, follows.operator_id, Method.REQUEST,
                        reason=entry.payload["reason"])  # fmt: skip


def _to_client(
    name: str, entry: Entry, revisit: Revisit, method: Method, *, before: Any = "", **content: Any
) -> Letter | None:  # fmt: skip
    contact = db.session.get(Contact, revisit.contact_id) if revisit.contact_id is not None else None
    if contact is None or not contact.email or contact.organisation_id != revisit.organisation_id:
        return None
    zone = contact.timezone or (contact.organisation.timezone if contact.organisation else DEFAULT_ZONE)
    with speaking(contact.language, zone):
        url = answer_url(revisit, contact)
        happening = for_client(revisit, changed_at=entry.at, url=url if revisit.is_open else portal_url(revisit))
        content |= {
            "contact": contact, "what": revisit.what, "short_when": _short(revisit), "yes_url": f"{url}#yes",
            "other_url": f"{url}#other", "facts": _facts(revisit, what_happens(revisit)),
            "before": _before(before),
        }  # fmt: skip
        letter = write_letter(
            name, entry, to_name=contact.name, to_address=contact.email, language=contact.language, content=content
        )
        invited = invitation(happening, method, organizer=desk(), attendee=Somebody(contact.name, contact.email))
        return replace(letter, calendar=CalendarPart(method.value, invited))


def _to_operator(
    name: str, entry: Entry, revisit: Revisit, operator_id: int | None, method: Method | None, **content: Any
) -> Letter | None:  # fmt: skip
    if operator_id is None or entry.reference == ("operator", operator_id):
        return None
    account = db.session.scalar(select(Account).where(Account.operator_id == operator_id))
    if account is None or account.disabled_at is not None:
        return None
    organisation = db.session.get_one(Organisation, revisit.organisation_id)
    contact = db.session.get(Contact, revisit.contact_id) if revisit.contact_id is not None else None
    with speaking(account.language, account.timezone):
        happening = for_operator(revisit, organisation.name, changed_at=entry.at, contact=contact)
        content |= {
            "account": account, "what": revisit.what, "organisation": organisation.name, "url": console_url(revisit),
            "short_when": _short(revisit), "facts": _facts(revisit, contact.name if contact else ""),
        }  # fmt: skip
        letter = write_letter(
            name, entry, to_name=account.name, to_address=account.email, language=account.language, content=content
        )
        if method is None:
            return letter
        whom = Somebody(account.name, account.email)
        # Whoever comes has nothing to answer: it is their work.
        text = invitation(happening, method, organizer=desk(), attendee=whom, is_accepted=True)
        return replace(letter, calendar=CalendarPart(method.value, text))


def _who_answers(revisit: Revisit) -> int | None:
    """Who finds another time now: whoever comes, or their substitute; the lead of the line where nobody is named."""
    at = now()
    if revisit.operator_id is not None:
        return substitute_for(revisit.operator_id, at)
    team = teams().get(revisit.team_id or 0)
    line = (team.line if team is not None else None) or 1
    leads = [card.id for card in operators().values() if card.is_active and card.leads_line == line]
    return substitute_for(leads[0], at) if leads else None


def _facts(revisit: Revisit, who: str) -> list[tuple[str, str]]:
    facts = [
        (_("When"), when(revisit)), (_("How long"), duration(60 * revisit.minutes)), (_("Who"), who),
        (_("Where"), revisit.place),
    ]  # fmt: skip
    return [(name, value) for name, value in facts if value]


def _short(revisit: Revisit) -> str:
    if revisit.starts_at is not None:
        return moment(revisit.starts_at, weekday=True)
    return day_name(revisit.planned_on)


def _before(before: Revisit | date | str) -> str:
    """The time it had, in words: of the revisit that was moved, or a day of the plan; a name stays as it is."""
    if isinstance(before, Revisit):
        return when(before)
    return whole_day(before) if isinstance(before, date) else before


def _subject(entry: Entry) -> Revisit:
    return db.session.get_one(Revisit, entry.subject_id)


def _was_told(revisit: Revisit) -> bool:
    """The client knows of it: they were asked, confirmed without being asked, or heard that another was moved here."""
    if revisit.prepared_at is not None or revisit.confirmed_at is not None:
        return True
    moved = _moved_here(revisit)
    return moved is not None and _was_told(moved)


def _was_asked_by_move(revisit: Revisit, entry: Entry) -> bool:
    moved = _moved_here(revisit)
    return moved is not None and _was_told(moved) and entry.at - revisit.created_at < ASKED_BY_MOVE


def _moved_here(revisit: Revisit) -> Revisit | None:
    return db.session.scalar(select(Revisit).where(Revisit.moved_to_id == revisit.id))
