"""A revisit as people and their calendars see it: when it is, who comes, where one answers."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from helpdesk.aftersales.invitations import Happening, Somebody, Standing
from helpdesk.config import Config
from helpdesk.core.i18n import full_moment, whole_day
from helpdesk.core.i18n import gettext as _
from helpdesk.core.tokens import sign
from helpdesk.models.care import Revisit, RevisitState
from helpdesk.models.people import Contact
from helpdesk.models.tickets import Channel
from helpdesk.people.directory import operators

STANDINGS = {
    RevisitState.PLANNED: Standing.TENTATIVE, RevisitState.CONFIRMED: Standing.CONFIRMED,
    RevisitState.DONE: Standing.CONFIRMED, RevisitState.MISSED: Standing.CANCELLED,
    RevisitState.MOVED: Standing.CANCELLED, RevisitState.SKIPPED: Standing.CANCELLED,
    RevisitState.REFUSED: Standing.CANCELLED,
}  # fmt: skip


def when(revisit: Revisit) -> str:
    """The day, with the hour in the reader's zone where there is one."""
    return full_moment(revisit.starts_at) if revisit.starts_at is not None else whole_day(revisit.planned_on)


def moment_key(revisit: Revisit) -> str:
    """What an answer is given to: the hour, or the day of one without."""
    return str(revisit.starts_at.isoformat() if revisit.starts_at is not None else revisit.planned_on.isoformat())


def who_comes(revisit: Revisit) -> str:
    """The operator by name, or the desk where nobody is named yet."""
    card = operators().get(revisit.operator_id or 0)
    return card.name if card is not None else desk_name()


def what_happens(revisit: Revisit) -> str:
    """In one sentence for the client: who comes, calls or connects."""
    sentences = {
        Channel.PHONE: _("%(name)s calls you.", name=who_comes(revisit)),
        Channel.REMOTE_SESSION: _("%(name)s connects to you remotely.", name=who_comes(revisit)),
    }
    return sentences.get(revisit.channel, _("%(name)s comes to you.", name=who_comes(revisit)))


def for_client(revisit: Revisit, *, changed_at: datetime, url: str) -> Happening:
    """As the calendar of the client shows it."""
    answers = _("Confirm it or ask for another time: %(url)s", url=url)
    lines = [what_happens(revisit), answers] if revisit.is_open else [what_happens(revisit), url]
    return _happening(revisit, f"{revisit.what}, {desk_name()}", "\n".join(lines), changed_at, url)


def for_operator(
    revisit: Revisit, organisation: str, *, changed_at: datetime, contact: Contact | None = None
) -> Happening:  # fmt: skip
    """As the calendar of whoever comes shows it."""
    url = console_url(revisit)
    reach = ", ".join(filter(None, (contact.name, contact.phone, contact.email))) if contact is not None else ""
    return _happening(
        revisit, f"{revisit.what}: {organisation}", "\n".join(filter(None, (reach, url))), changed_at, url
    )


def answer_url(revisit: Revisit, contact: Contact) -> str:
    """Where this contact answers by one click, signed in or not."""
    token = sign("revisit", [revisit.id, contact.id, moment_key(revisit)])
    return f"{_config().base_url}/portal/revisits/answers/{token}"


def portal_url(revisit: Revisit) -> str:
    return f"{_config().base_url}/portal/revisits/{revisit.id}"


def feed_url(secret: str) -> str:
    """Where a calendar program fetches a feed."""
    return f"{_config().base_url}/feeds/{secret}.ics"


def console_url(revisit: Revisit) -> str:
    return f"{_config().base_url}/console/revisits/{revisit.id}"


def desk() -> Somebody:
    """The desk as an organizer."""
    return Somebody(desk_name(), _config().mail_from)


def desk_name() -> str:
    return _config().mail_from_name


def calendar_uid(revisit: Revisit) -> str:
    return f"{revisit.uid}@{_config().mail_domain}"


def _happening(revisit: Revisit, summary: str, description: str, changed_at: datetime, url: str) -> Happening:
    return Happening(
        uid=calendar_uid(revisit), sequence=revisit.sequence, changed_at=changed_at, on=revisit.planned_on,
        starts_at=revisit.starts_at, minutes=revisit.minutes, summary=summary, standing=STANDINGS[revisit.state],
        place=revisit.place, description=description, url=url,
    )  # fmt: skip


def _config() -> Config:
    config: Config = current_app.config["THREELINE"]
    return config
