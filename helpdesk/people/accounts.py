"""Accounts: create, invite, sign in, reset, sessions, API tokens."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, func, select

from helpdesk.core.command import command, unlocked
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, DEFAULT_ZONE
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, now
from helpdesk.core.tokens import digest_of, new_secret, sign, unsign
from helpdesk.events import (
    AccountDisabled,
    AccountInvited,
    PasswordChanged,
    PasswordResetAsked,
    SignedIn,
    TokenCreated,
    TokenRevoked,
)
from helpdesk.models.access import STAFF, Account, ApiToken, Invitation, Role, Session, SignInAttempt
from helpdesk.models.people import CircleMember, Contact, Operator, Organisation, Team, TeamMember
from helpdesk.models.products import Product
from helpdesk.people.directory import operators
from helpdesk.people.throttling import count_try, refuse_flood
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor, account_actor
from helpdesk.policy.rules import require
from sla import defaults

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
INVITATION_VALID, RESET_VALID = timedelta(days=7), timedelta(hours=2)
TRIES_PER_EMAIL, TRIES_PER_ADDRESS = 8, 40
SEEN_STEP = timedelta(minutes=5)  # "last seen" is written at most this often

# Asked by every request, and putting them together takes as long as running them.
_SESSION_BY_DIGEST = select(Session).where(Session.digest == bindparam("digest"))
_TOKEN_BY_DIGEST = select(ApiToken).where(ApiToken.digest == bindparam("digest"))


@dataclass(frozen=True)
class AccessSettings:
    """How long people stay signed in."""

    session_days: int = setting(30, "Days after which a browser signs in again.", low=1, high=365)


@dataclass(frozen=True)
class NewAccount:
    """Somebody who shall sign in."""

    email: str
    role: Role
    name: str = ""
    organisation_id: int | None = None
    password: str | None = None
    language: str = DEFAULT_LANGUAGE
    timezone: str = DEFAULT_ZONE
    team_ids: tuple[int, ...] = ()
    leads_line: int | None = None
    is_demo: bool = False


@functools.cache
def _hasher() -> PasswordHasher:
    # OWASP password storage cheat sheet, Argon2id: 19 MiB, 2 passes, 1 lane.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@functools.cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash of a password; slow on purpose, so call it outside of a transaction."""
    _check_strength(password)
    return _hasher().hash(unicodedata.normalize("NFC", password))


def create_account(new: NewAccount, *, by: Actor) -> Account:
    """Make an account with its contact or operator behind it; with a password it can sign in at once."""
    password_hash = hash_password(new.password) if new.password is not None else None
    return _create_account(new, password_hash, by=by)


@command
def _create_account(new: NewAccount, password_hash: str | None, *, by: Actor) -> Account:
    require(by, Action.MANAGE_CONTACTS if new.role is Role.CONTACT and by.is_staff else Action.MANAGE_STAFF)
    email = clean_email(new.email)
    if account_by_email(email):
        raise Conflict(_("There is already an account with this e-mail address."), code="email_taken")
    name = new.name.strip() or email.partition("@")[0]
    account = Account(
        email=email, name=name, role=new.role, password_hash=password_hash, language=new.language,
        timezone=new.timezone, is_demo=new.is_demo, created_at=now(),
    )  # fmt: skip
    if new.role is Role.CONTACT:
        account.contact = _contact_for(email, name, new)
    elif new.role in (Role.OPERATOR, Role.LINE_LEAD):
        account.operator = Operator(name=name, email=email, leads_line=new.leads_line)
        db.session.add(account.operator)
        db.session.flush()
        db.session.add_all(TeamMember(team_id=team_id, operator_id=account.operator.id) for team_id in new.team_ids)
    db.session.add(account)
    db.session.flush()
    touch()
    return account


def _contact_for(email: str, name: str, new: NewAccount) -> Contact:
    contact = db.session.scalar(select(Contact).where(func.lower(Contact.email) == email))
    if contact is None:
        contact = Contact(
            name=name, email=email, organisation_id=new.organisation_id, language=new.language,
            timezone=new.timezone, verified_at=now(), created_at=now(),
        )  # fmt: skip
        db.session.add(contact)
    elif new.organisation_id is not None and contact.organisation_id not in (None, new.organisation_id):
        raise Conflict(_("This person is a contact of another organisation."), code="other_organisation")
    else:
        contact.organisation_id = new.organisation_id or contact.organisation_id
        contact.verified_at = contact.verified_at or now()
    return contact


@command
def invite(account: Account, *, by: Actor) -> Invitation:
    """Send a link by which the person chooses a password."""
    require(by, Action.MANAGE_CONTACTS if account.role is Role.CONTACT else Action.MANAGE_STAFF)
    invitation = _new_invitation(account, "invitation", INVITATION_VALID)
    record(AccountInvited(account.id, invitation_id=invitation.id), by=by)
    return invitation


@command
def ask_reset(email: str, *, address: str) -> None:
    """Send a reset link, if there is such an account; the answer to the asker is the same either way."""
    _refuse_flood(f"address:{address}", TRIES_PER_ADDRESS)
    count_try(f"address:{address}")
    account = account_by_email(email.strip().lower())
    if account and not account.disabled_at:
        reset = _new_invitation(account, "reset", RESET_VALID)
        record(PasswordResetAsked(account.id, invitation_id=reset.id), by=SYSTEM)


def invitation_token(invitation: Invitation) -> str:
    """The token in the link of an invitation or a reset."""
    return sign("invitation", invitation.id)


def open_invitation(token: str) -> Invitation:
    """The invitation behind a link; NotFound when it was used, has expired or the account is gone."""
    invitation = db.session.get(Invitation, unsign("invitation", token, valid_for=INVITATION_VALID))
    if not invitation or invitation.used_at or invitation.expires_at < now() or invitation.account.disabled_at:
        raise NotFound(code="link_expired")
    return invitation


def choose_password(token: str, password: str) -> Account:
    """Set the password by an invitation or reset link; every session of the account ends."""
    password_hash = hash_password(password)
    return _choose_password(token, password_hash)


@command
def _choose_password(token: str, password_hash: str) -> Account:
    invitation = open_invitation(token)
    invitation.used_at = now()
    _set_password(invitation.account, password_hash, by=account_actor(invitation.account))
    return invitation.account


def change_password(account: Account, old: str, new: str, *, by: Actor) -> None:
    """Change one's own password, knowing the old one; every other session ends."""
    if not _matches(account.password_hash, old):
        raise Invalid({"old_password": [_("This is not your present password.")]})
    password_hash = hash_password(new)
    _change_password(account, password_hash, by=by)


@command
def _change_password(account: Account, password_hash: str, *, by: Actor) -> None:
    _set_password(account, password_hash, by=by)


def _set_password(account: Account, password_hash: str, *, by: Actor) -> None:
    account.password_hash = password_hash
    for session in _live_sessions(account.id):
        session.ended_at = now()
    record(PasswordChanged(account.id), by=by)


def sign_in(email: str, password: str, *, address: str, browser: str) -> tuple[Account, str]:
    """Check the password and begin a session; returns the account and the secret for the cookie.

    Raises Invalid with the same words for an unknown name, a wrong password and a closed account, and TooManyTries
    when this name or this address failed too often within a quarter of an hour. Counting happens in the database, so
    that it holds for all processes.
    """
    email = email.strip().lower()[:320]
    with unlocked():  # hashing takes tens of milliseconds
        _refuse_flood(f"email:{email}", TRIES_PER_EMAIL)
        _refuse_flood(f"address:{address}", TRIES_PER_ADDRESS)
        account = account_by_email(email)
        known_hash = account.password_hash if account and not account.disabled_at else None
        account_id = account.id if account else 0
        matches = _matches(known_hash, password)
    if not matches:
        _count_failure(email, address)
        raise Invalid({"password": [_("E-mail address or password is wrong.")]}, code="wrong_credentials")
    return _begin_session(account_id, email, address, browser)


@command
def _count_failure(email: str, address: str) -> None:
    count_try(f"email:{email}", f"address:{address}")


@command
def _begin_session(account_id: int, email: str, address: str, browser: str) -> tuple[Account, str]:
    account = db.session.get_one(Account, account_id)
    secret, at = new_secret(), now()
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.subject == f"email:{email}"))
    db.session.add(
        Session(
            account_id=account_id, digest=digest_of(secret), created_at=at, last_seen_at=at,
            expires_at=at + timedelta(days=read_settings(AccessSettings).session_days),
            address=address[:100], browser=browser[:300],
        )
    )  # fmt: skip
    record(SignedIn(account_id, address=address[:100]), by=account_actor(account))
    return account, secret


def begin_session(account: Account, *, address: str, browser: str) -> str:
    """Begin a session for somebody who has proved otherwise who they are (invitation link, first run)."""
    return _begin_session(account.id, account.email, address, browser)[1]


def session_by_secret(secret: str) -> Session | None:
    """The live session behind a cookie."""
    row = db.session.scalar(_SESSION_BY_DIGEST, {"digest": digest_of(secret)})
    if row is None or row.ended_at or row.expires_at < now() or row.account.disabled_at:
        return None
    return row


def needs_seen_mark(session: Session) -> bool:
    return now() - session.last_seen_at > SEEN_STEP


@command
def mark_seen(session: Session) -> None:
    session.last_seen_at = now()


@command
def end_session(session_id: int, *, by: Actor) -> None:
    """Sign one browser of one's own account out."""
    session = db.session.get(Session, session_id)
    if session is None or session.account_id != by.account_id:
        raise NotFound
    session.ended_at = session.ended_at or now()


def live_sessions(*, for_: Actor) -> list[Session]:
    """The browsers in which this account is signed in, latest first."""
    return _live_sessions(for_.account_id)


def _live_sessions(account_id: int) -> list[Session]:
    query = select(Session).where(
        Session.account_id == account_id, Session.ended_at.is_(None), Session.expires_at > now()
    )
    return list(db.session.scalars(query.order_by(Session.last_seen_at.desc())))


@command
def disable_account(account: Account, *, by: Actor) -> None:
    """Close an account: it signs in no more, its sessions and tokens end."""
    require(by, Action.MANAGE_CONTACTS if account.role is Role.CONTACT else Action.MANAGE_STAFF)
    at = now()
    account.disabled_at = at
    for session in _live_sessions(account.id):
        session.ended_at = at
    for token in db.session.scalars(select(ApiToken).where(ApiToken.account_id == account.id)):
        token.revoked_at = token.revoked_at or at
    if account.operator:
        account.operator.is_active = False
    touch()
    record(AccountDisabled(account.id), by=by)


@command
def create_token(account: Account, name: str, *, by: Actor, valid_for: timedelta | None = None) -> str:
    """Make an API token that acts as the account; returns it, the only time it is ever seen."""
    if by.account_id != account.id:
        require(by, Action.MANAGE_STAFF)
    secret = "tl_" + new_secret()
    token = ApiToken(
        account_id=account.id, digest=digest_of(secret), name=name or "token", created_at=now(),
        expires_at=now() + valid_for if valid_for else None,
    )  # fmt: skip
    db.session.add(token)
    db.session.flush()
    record(TokenCreated(account.id, token_id=token.id), by=by)
    return secret


@command
def revoke_token(token_id: int, *, by: Actor) -> None:
    token = db.session.get(ApiToken, token_id)
    if token is None or token.account_id != by.account_id:
        raise NotFound
    token.revoked_at = token.revoked_at or now()
    record(TokenRevoked(token.account_id, token_id=token.id), by=by)


def tokens_of(*, for_: Actor) -> list[ApiToken]:
    query = select(ApiToken).where(ApiToken.account_id == for_.account_id, ApiToken.revoked_at.is_(None))
    return list(db.session.scalars(query.order_by(ApiToken.id.desc())))


def account_by_token(secret: str) -> Account | None:
    """The account an API token acts as."""
    token = db.session.scalar(_TOKEN_BY_DIGEST, {"digest": digest_of(secret)})
    if token is None or token.revoked_at or (token.expires_at and token.expires_at < now()):
        return None
    return None if token.account.disabled_at else token.account


def account_by_email(email: str) -> Account | None:
    return db.session.scalar(select(Account).where(func.lower(Account.email) == email.lower()))


def actor_of(account: Account) -> Actor:
    """The actor behind an account, with the teams, lines and circles that rules and scopes ask for."""
    if account.operator_id:
        card = operators()[account.operator_id]
        return account_actor(account, team_ids=card.team_ids, lines=card.lines)
    if account.contact_id and account.contact and account.contact.organisation_id:
        organisation = account.contact.organisation
        if organisation and organisation.sharing_mode == "circle":
            circles = db.session.scalars(
                select(CircleMember.circle_id).where(CircleMember.contact_id == account.contact_id)
            )
            return account_actor(account, circle_ids=frozenset(circles))
    if account.role is Role.PRODUCT_OWNER:
        owned = db.session.scalars(select(Product.id).where(Product.owner_account_id == account.id))
        return account_actor(account, product_ids=frozenset(owned))
    return account_actor(account)


def actor_by_email(email: str) -> Actor:
    """The actor with this address, for the command line; NotFound when there is no such live account."""
    account = account_by_email(email)
    if account is None or account.disabled_at:
        raise NotFound(_("There is no account with the e-mail address %(email)s.", email=email))
    return actor_of(account)


def is_first_run() -> bool:
    """Whether nobody can sign in yet: the first page then makes the administrator."""
    return db.session.scalar(select(Account.id).limit(1)) is None


def begin_desk(new: NewAccount) -> Account:
    """The first run of an empty desk: the administrator, a first-line team, office hours and standard targets."""
    if not is_first_run():
        raise Conflict(code="not_first_run")
    password_hash = hash_password(new.password or "")
    return _begin_desk(new, password_hash)


@command
def _begin_desk(new: NewAccount, password_hash: str) -> Account:
    if not is_first_run():  # two browsers at once: the first one wins
        raise Conflict(code="not_first_run")
    db.session.add(Team(name=_("Service desk"), line=1))
    defaults.begin(new.timezone, at=epoch(now()))
    return _create_account(new, password_hash, by=SYSTEM)


def clean_email(email: str) -> str:
    """The address in the form in which we keep and compare it; Invalid when it is none."""
    email = email.strip().lower()
    local, at, domain = email.rpartition("@")
    if not (local and at and "." in domain + ".") or len(email) > 320 or any(c.isspace() or c in ",;<>" for c in email):
        raise Invalid({"email": [_("This is not an e-mail address.")]})
    return email


def staff_accounts() -> list[Account]:
    """Everybody who works at the desk, by name."""
    query = select(Account).where(Account.role.in_(STAFF)).order_by(Account.name)
    return list(db.session.scalars(query))


def demo_accounts() -> list[Account]:
    """The accounts of the demo desk, staff first."""
    rows = list(db.session.scalars(select(Account).where(Account.is_demo, Account.disabled_at.is_(None))))
    return sorted(rows, key=lambda a: (a.role is Role.CONTACT, a.role.value, a.name))


def organisation_named(name: str) -> Organisation:
    """The organisation with exactly this name; NotFound when there is none."""
    row = db.session.scalar(select(Organisation).where(func.lower(Organisation.name) == name.lower()).limit(1))
    if row is None:
        raise NotFound(_("There is no organisation named %(name)s.", name=name))
    return row


def _new_invitation(account: Account, purpose: str, valid: timedelta) -> Invitation:
    at = now()
    row = Invitation(account_id=account.id, purpose=purpose, created_at=at, expires_at=at + valid)
    db.session.add(row)
    db.session.flush()
    return row


def _refuse_flood(subject: str, most: int) -> None:
    refuse_flood(subject, most, _("Too many tries. Wait a quarter of an hour, or reset your password."))


def _matches(known_hash: str | None, password: str) -> bool:
    """Compare; where there is no hash, take as long as if there were one."""
    try:
        _hasher().verify(known_hash or _nobodys_hash(), unicodedata.normalize("NFC", password[:LONGEST_PASSWORD]))
    except (VerificationError, InvalidHashError):
        return False
    return known_hash is not None


def _check_strength(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid({"password": [_("Choose a password of at least %(n)s characters.", n=SHORTEST_PASSWORD)]})
    if len(password) > LONGEST_PASSWORD:
        raise Invalid({"password": [_("Choose a password of at most %(n)s characters.", n=LONGEST_PASSWORD)]})
    if len(set(password)) < 4:
        raise Invalid({"password": [_("Choose a password with more different characters.")]})


def names_of(account_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these accounts, by id."""
    wanted = [account_id for account_id in account_ids if account_id]
    if not wanted:
        return {}
    return dict(db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted))).all())
