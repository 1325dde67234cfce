"""Addresses at which a television shows a wall board, without signing in.

1. The address holds a secret that is shown once; only its digest is kept. Whoever made it or a manager revokes it.
2. The board has the eyes of the account that made it, as they are at the moment: where that account is closed or may
   read no reports any more, the address does not exist.
3. Who knows the address sees counts and nothing else: no tickets, no names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, func, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.core.tokens import digest_of, new_secret
from helpdesk.events import WallLinkCreated, WallLinkRevoked
from helpdesk.mail.letters import base_url
from helpdesk.models.access import Account
from helpdesk.models.figures import WallLink
from helpdesk.people.accounts import actor_of
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from helpdesk.policy.scopes import visible
from helpdesk.reports.words import LINES

MOST_LINKS = 50  # of one account
LONGEST_NAME = 100
USED_STEP = timedelta(minutes=10)  # "last used" is written at most this often

_BY_DIGEST = select(WallLink).where(WallLink.digest == bindparam("digest"))


@dataclass(frozen=True)
class NewWallLink:
    """Where the television hangs, and which line it shows; None for the whole desk."""

    name: str
    line: int | None = None


@dataclass(frozen=True)
class OpenWall:
    """A board that was asked for by its secret, and whose eyes it has."""

    row: WallLink
    actor: Actor


@command
def create_wall_link(new: NewWallLink, *, by: Actor) -> tuple[WallLink, str]:
    """Make an address for a television; returns it with its secret, the only time that one is seen."""
    require(by, Action.SHARE_WALL)
    name = new.name.strip()
    if not name:
        raise Invalid({"name": [_("Fill in this field.")]})
    if len(name) > LONGEST_NAME:
        raise Invalid({"name": [_("This is too long.")]})
    if new.line is not None and str(new.line) not in LINES:
        raise Invalid({"line": [_("Choose one of the list.")]})
    own = select(func.count()).where(WallLink.account_id == by.account_id, WallLink.revoked_at.is_(None))
    if (db.session.scalar(own) or 0) >= MOST_LINKS:
        raise Invalid({"name": [_("You have many addresses already. Revoke one first.")]})
    secret = new_secret()
    row = WallLink(account_id=by.account_id, name=name, line=new.line, digest=digest_of(secret), created_at=now())
    db.session.add(row)
    db.session.flush()
    record(WallLinkCreated(by.account_id, link_id=row.id, line=row.line), by=by)
    return row, secret


@command
def revoke_wall_link(link_id: int, *, by: Actor) -> None:
    """The address answers no more."""
    row = db.session.scalar(visible(by, WallLink).where(WallLink.id == link_id).with_for_update())
    if row is None:
        raise NotFound
    require(by, Action.SHARE_WALL)
    if row.revoked_at is None:
        row.revoked_at = now()
        record(WallLinkRevoked(row.account_id, link_id=row.id), by=by)


def wall_links(*, for_: Actor) -> list[WallLink]:
    """The live addresses that somebody may revoke, the newest first."""
    query = visible(for_, WallLink).where(WallLink.revoked_at.is_(None)).order_by(WallLink.id.desc())
    return list(db.session.scalars(query))


def open_wall(secret: str) -> OpenWall:
    """The board behind a secret, with the rights that its account has now."""
    row = db.session.scalar(_BY_DIGEST, {"digest": digest_of(secret)})
    if row is None or row.revoked_at is not None:
        raise NotFound
    account = db.session.get_one(Account, row.account_id)
    actor = actor_of(account)
    if account.disabled_at is not None or not may(actor, Action.SHARE_WALL):
        raise NotFound
    return OpenWall(row, actor)


@command
def mark_used(link_id: int) -> None:
    db.session.get_one(WallLink, link_id).used_at = now()


def needs_used_mark(wall: OpenWall) -> bool:
    return wall.row.used_at is None or now() - wall.row.used_at > USED_STEP


def wall_url(secret: str) -> str:
    """What is typed into the television."""
    return f"{base_url()}/walls/{secret}"
