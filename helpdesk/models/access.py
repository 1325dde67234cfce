"""Accounts and how they sign in: sessions, API tokens, attempts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Word
from helpdesk.models.people import Contact, Operator


class Role(StrEnum):
    """What an account is at the desk."""

    CONTACT = "contact"
    OPERATOR = "operator"
    LINE_LEAD = "line_lead"
    MANAGER = "manager"
    PRODUCT_OWNER = "product_owner"
    ADMINISTRATOR = "administrator"


STAFF = frozenset(Role) - {Role.CONTACT}


class Account(Base):
    """Somebody who can sign in: a contact, an operator, or staff without a queue."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(Word(Role))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), unique=True)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"), unique=True)
    password_hash: Mapped[str | None]
    language: Mapped[str]
    timezone: Mapped[str]
    theme: Mapped[str] = mapped_column(default="auto")
    density: Mapped[str] = mapped_column(default="compact")
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    contact: Mapped[Contact | None] = relationship(lazy="joined")
    operator: Mapped[Operator | None] = relationship(lazy="joined")

    __table_args__ = (
        Index("uq_account_email", func.lower(text("email")), unique=True),
        CheckConstraint("(role = 'contact') = (contact_id IS NOT NULL)", name="contact"),
        CheckConstraint("(role IN ('operator', 'line_lead')) = (operator_id IS NOT NULL)", name="operator"),
    )


class Session(Base):
    """One browser in which an account is signed in; the cookie holds the secret, this row its digest."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(default="")
    browser: Mapped[str] = mapped_column(default="")

    account: Mapped[Account] = relationship(lazy="joined")


class ApiToken(Base):
    """A bearer token that acts as its account; only the digest is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="joined")


class SignInAttempt(Base):
    """A failed attempt to sign in or to reset, or a visitor's vote: what is counted to slow floods down."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]  # "email:…", "address:…" or "vote:…"
    at: Mapped[datetime]

    __table_args__ = (Index("ix_sign_in_attempt_subject", "subject", "at"),)


class Invitation(Base):
    """A link that lets somebody choose a password: an invitation, or a reset; used once."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str]  # "invitation" or "reset"
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="joined")
