"""Calendars of revisits that people subscribe to.

1. The address holds a secret that is shown once; only its digest is kept. It is revoked by its owner.
2. A feed shows what its account may see at the moment of the fetch, never what it could see when it was made. Where
   nothing of its kind is left to see (the account is closed, the team was left, nobody is supervised any more), the
   feed does not exist.
3. It reaches from a quarter ago to the horizon of planning. What fell away stays for a month, cancelled, so that
   calendars take it out; what was moved is shown by what follows it, which has the same UID.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from helpdesk.aftersales.invitations import Happening, published
from helpdesk.aftersales.showing import for_client, for_operator, portal_url
from helpdesk.core.command import command
from helpdesk.core.db import among, db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import speaking
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import now
from helpdesk.core.tokens import digest_of, new_secret
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import FeedCreated, FeedRevoked
from helpdesk.models.access import Account, Role
from helpdesk.models.care import OPEN_STATES, CalendarFeed, FeedKind, Revisit, RevisitState
from helpdesk.models.people import Organisation
from helpdesk.people.accounts import actor_of
from helpdesk.people.directory import TeamCard, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
GONE_FOR = timedelta(days=30)  # how long what fell away is still told
USED_STEP = timedelta(hours=1)  # "last used" is written at most this often
MOST_FEEDS, MOST_REVISITS = 20, 5_000

_BY_DIGEST = select(CalendarFeed).where(CalendarFeed.digest == bindparam("digest"))


@dataclass(frozen=True)
class OpenFeed:
    """A feed that was asked for by its secret, and whose eyes it has."""

    row: CalendarFeed
    actor: Actor
    name: str


@dataclass(frozen=True)
class Published:
    """The text of a feed, and since when it has been so."""

    text: str
    changed_at: datetime


@command
def create_feed(kind: FeedKind, team_id: int | None = None, *, by: Actor) -> tuple[CalendarFeed, str]:
    """Make an address for a calendar program; returns it with its secret, the only time that one is seen."""
    require(by, Action.SUBSCRIBE_CALENDAR)
    if kind not in kinds_for(by):
        raise Invalid({"kind": [_("Choose one of the list.")]})
    if kind is FeedKind.TEAM and team_id not in {team.id for team in teams_for(by)}:
        raise Invalid({"team_id": [_("Choose one of the list.")]})
    if len(feeds_of(for_=by)) >= MOST_FEEDS:
        raise Invalid({"kind": [_("You have many feeds already. Revoke one first.")]})
    secret = new_secret()
    row = CalendarFeed(
        account_id=by.account_id, kind=kind, team_id=team_id if kind is FeedKind.TEAM else None,
        digest=digest_of(secret), created_at=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(FeedCreated(by.account_id, feed_id=row.id, kind=kind.value), by=by)
    return row, secret


@command
def revoke_feed(feed_id: int, *, by: Actor) -> None:
    """The address answers no more."""
    row = db.session.scalar(select(CalendarFeed).where(CalendarFeed.id == feed_id).with_for_update())
    if row is None or row.account_id != by.account_id:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = now()
        record(FeedRevoked(by.account_id, feed_id=row.id), by=by)


def feeds_of(*, for_: Actor) -> list[CalendarFeed]:
    """The live feeds of one's own account, the newest first."""
    query = select(CalendarFeed).where(CalendarFeed.account_id == for_.account_id, CalendarFeed.revoked_at.is_(None))
    return list(db.session.scalars(query.order_by(CalendarFeed.id.desc())))


def kinds_for(actor: Actor) -> tuple[FeedKind, ...]:
    """The kinds of feeds that somebody may have now."""
    if actor.is_client:
        is_supervisor = actor.is_supervisor and bool(actor.organisation_id)
        return (FeedKind.MINE, FeedKind.ORGANISATION) if is_supervisor else (FeedKind.MINE,)
    own = (FeedKind.MINE,) if actor.operator_id else ()
    return (*own, FeedKind.TEAM) if teams_for(actor) else own


def teams_for(actor: Actor) -> list[TeamCard]:
    """The teams whose visits somebody may subscribe to: one's own, those of the line that one leads, a manager all."""
    if not actor.is_staff:
        return []
    return [team for team in teams().values() if team.is_active and not team.is_imported and _is_of(team, actor)]


def _is_of(team: TeamCard, actor: Actor) -> bool:
    leads_it = bool(actor.leads_line) and team.line == actor.leads_line
    return team.id in actor.team_ids or leads_it or actor.role is Role.MANAGER


def name_of(feed: CalendarFeed) -> str:
    """What a calendar program calls it."""
    team = teams().get(feed.team_id or 0)
    if feed.kind is FeedKind.TEAM and team is not None:
        return _("Visits of %(team)s", team=team.name)
    return _("Visits of the organisation") if feed.kind is FeedKind.ORGANISATION else _("My visits")


def open_feed(secret: str) -> OpenFeed:
    """The feed behind a secret, with the rights that its account has now."""
    row = db.session.scalar(_BY_DIGEST, {"digest": digest_of(secret)})
    if row is None or row.revoked_at is not None:
        raise NotFound
    account = db.session.get_one(Account, row.account_id)
    if account.disabled_at is not None:
        raise NotFound
    actor = actor_of(account)
    is_left = row.kind is FeedKind.TEAM and row.team_id not in {team.id for team in teams_for(actor)}
    if row.kind not in kinds_for(actor) or is_left:
        raise NotFound
    with speaking(actor.language, actor.zone):
        return OpenFeed(row, actor, name_of(row))


@command
def mark_used(feed_id: int) -> None:
    db.session.get_one(CalendarFeed, feed_id).used_at = now()


def needs_used_mark(feed: OpenFeed) -> bool:
    return feed.row.used_at is None or now() - feed.row.used_at > USED_STEP


def publish(feed: OpenFeed) -> Published:
    """The feed as text, in the language and zone of its account."""
    with speaking(feed.actor.language, feed.actor.zone):
        revisits = revisits_of(feed)
        changes = _changes([revisit.id for revisit in revisits])
        happenings = list(_happenings(feed.actor, revisits, changes))
        # The days of the feed move on at midnight, which no change of a revisit tells.
        midnight = now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        changed_at = max([midnight, *(each.changed_at for each in happenings)])
        return Published(published(happenings, feed.name), changed_at)


def revisits_of(feed: OpenFeed) -> Sequence[Revisit]:
    """What the feed shows, by day."""
    today = desk_today()
    is_told = or_(
        Revisit.state.in_({*OPEN_STATES, RevisitState.DONE}),
        and_(Revisit.state != RevisitState.MOVED, Revisit.ended_at >= now() - GONE_FOR),
    )
    query = visible(feed.actor, Revisit).where(
        _of(feed), Revisit.planned_on >= today - BACK, Revisit.planned_on <= today + AHEAD, is_told
    )
    return db.session.scalars(query.order_by(Revisit.planned_on, Revisit.id).limit(MOST_REVISITS)).all()


def _of(feed: OpenFeed) -> ColumnElement[bool]:
    actor = feed.actor
    if feed.row.kind is FeedKind.ORGANISATION:
        return Revisit.organisation_id == actor.organisation_id
    if feed.row.kind is FeedKind.TEAM:
        members = teams()[feed.row.team_id or 0].operator_ids
        return or_(Revisit.team_id == feed.row.team_id,
                   and_(Revisit.team_id.is_(None), Revisit.operator_id.in_(members)))  # fmt: skip
    return Revisit.contact_id == actor.contact_id if actor.is_client else Revisit.operator_id == actor.operator_id


def _changes(revisit_ids: list[int]) -> dict[int, datetime]:
    """When each revisit last changed, by the journal."""
    if not revisit_ids:
        return {}
    query = select(Entry.subject_id, func.max(Entry.recorded_at)).where(
        Entry.subject_kind == "revisit", among(Entry.subject_id, revisit_ids)
    )
    return dict(db.session.execute(query.group_by(Entry.subject_id)).all())


def _happenings(actor: Actor, revisits: Sequence[Revisit], changes: dict[int, datetime]) -> Iterator[Happening]:
    names: dict[int, str] = {}
    if actor.is_staff and revisits:
        ids = list({revisit.organisation_id for revisit in revisits})
        rows = db.session.execute(select(Organisation.id, Organisation.name).where(among(Organisation.id, ids)))
        names = dict(rows.all())
    for revisit in revisits:
        changed_at = changes.get(revisit.id, revisit.created_at)
        if actor.is_staff:
            yield for_operator(revisit, names[revisit.organisation_id], changed_at=changed_at)
        else:
            yield for_client(revisit, changed_at=changed_at, url=portal_url(revisit))
