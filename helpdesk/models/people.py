"""Client organisations and their contacts; operators, their teams, skills and substitutes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Word


class SharingMode(StrEnum):
    """Who, besides the requester and supervisors, sees a ticket of the organisation."""

    PRIVATE = "private"
    UNIT = "unit"
    ORGANISATION = "organisation"
    CIRCLE = "circle"


class BuyingRole(StrEnum):
    """What part a contact plays when their organisation buys."""

    INITIATOR = "initiator"
    USER = "user"
    INFLUENCER = "influencer"
    GATEKEEPER = "gatekeeper"
    BUYER = "buyer"
    DECIDER = "decider"
    CONTROLLER = "controller"


class ItReadiness(StrEnum):
    """How to talk to a contact about technology."""

    NOVICE = "novice"
    BASIC = "basic"
    EXPERT = "expert"


class Organisation(Base):
    """A client company."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str]
    timezone: Mapped[str]
    city: Mapped[str] = mapped_column(default="")
    sharing_mode: Mapped[SharingMode] = mapped_column(Word(SharingMode), default=SharingMode.PRIVATE)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    source_key: Mapped[str | None]
    created_at: Mapped[datetime]

    domains: Mapped[list[OrganisationDomain]] = relationship(back_populates="organisation")

    __table_args__ = (
        Index("ix_organisation_name", func.lower(text("name"))),  # quick search
        Index("uq_organisation_source", "import_id", "source_key", unique=True,
              sqlite_where=text("import_id IS NOT NULL"), postgresql_where=text("import_id IS NOT NULL")),
    )  # fmt: skip


class OrganisationDomain(Base):
    """A mail domain of an organisation; it suggests whom an unknown sender belongs to, and never decides it."""

    __tablename__ = "organisation_domain"

    domain: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))

    organisation: Mapped[Organisation] = relationship(back_populates="domains")


class Circle(Base):
    """A named circle of contacts of one organisation who see each other's tickets."""

    __tablename__ = "circle"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]


class CircleMember(Base):
    """A contact in a circle."""

    __tablename__ = "circle_member"

    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)


class Contact(Base):
    """A person at an organisation; unverified until an operator says who they are."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    timezone: Mapped[str | None]
    preferred_channel: Mapped[str] = mapped_column(default="email")
    it_readiness: Mapped[ItReadiness] = mapped_column(Word(ItReadiness), default=ItReadiness.BASIC)
    unit: Mapped[str] = mapped_column(default="")
    is_supervisor: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    source_key: Mapped[str | None]
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship()
    roles: Mapped[list[ContactRole]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        Index("uq_contact_email", func.lower(text("email")), unique=True),  # a mail finds its sender
        Index("ix_contact_name", func.lower(text("name"))),  # quick search
        Index("uq_contact_source", "import_id", "source_key", unique=True,
              sqlite_where=text("import_id IS NOT NULL"), postgresql_where=text("import_id IS NOT NULL")),
        Index("ix_contact_unverified", "created_at", sqlite_where=text("verified_at IS NULL"),
              postgresql_where=text("verified_at IS NULL")),  # the list of contacts to confirm
    )  # fmt: skip

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None


class ContactRole(Base):
    """One buying-centre role of a contact."""

    __tablename__ = "contact_role"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    role: Mapped[BuyingRole] = mapped_column(Word(BuyingRole), primary_key=True)


class Team(Base):
    """Operators who share a queue; stands on one support line."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    line: Mapped[int | None]  # unknown for teams of imports
    is_active: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    source_key: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("line IN (1, 2, 3)", name="line"),
        Index("uq_team_source", "import_id", "source_key", unique=True,
              sqlite_where=text("import_id IS NOT NULL"), postgresql_where=text("import_id IS NOT NULL")),
    )  # fmt: skip


class Operator(Base):
    """A person who answers tickets, in one or more teams."""

    __tablename__ = "operator"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    leads_line: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    source_key: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("leads_line IN (1, 2, 3)", name="leads_line"),
        Index("uq_operator_source", "import_id", "source_key", unique=True,
              sqlite_where=text("import_id IS NOT NULL"), postgresql_where=text("import_id IS NOT NULL")),
    )  # fmt: skip


class TeamMember(Base):
    """An operator in a team."""

    __tablename__ = "team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), primary_key=True, index=True)


class SkillKind(StrEnum):
    """What a skill is about; `subject` holds the id of the product or component, or the language tag."""

    PRODUCT = "product"
    COMPONENT = "component"
    LANGUAGE = "language"


class Skill(Base):
    """Something an operator knows."""

    __tablename__ = "skill"

    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), primary_key=True)
    kind: Mapped[SkillKind] = mapped_column(Word(SkillKind), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)


class Substitution(Base):
    """An absence: what falls due for the operator meanwhile goes to the substitute."""

    __tablename__ = "substitution"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("since < until", name="span"),
        CheckConstraint("operator_id <> substitute_id", name="someone_else"),
        UniqueConstraint("operator_id", "since"),
    )
