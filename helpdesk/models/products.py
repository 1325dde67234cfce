"""What the company sells, and what of it stands at clients."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Word


class Product(Base):
    """Something sold: software, equipment or a service."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    warranty_policy_id: Mapped[int | None]  # the service levels of what is under warranty
    is_active: Mapped[bool] = mapped_column(default=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    source_key: Mapped[str | None]

    __table_args__ = (
        Index("uq_product_source", "import_id", "source_key", unique=True,
              sqlite_where=text("import_id IS NOT NULL"), postgresql_where=text("import_id IS NOT NULL")),
    )  # fmt: skip


class Component(Base):
    """A part of a product."""

    __tablename__ = "component"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    name: Mapped[str]


class Version(Base):
    """A version of a product, by its own name."""

    __tablename__ = "version"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    name: Mapped[str]
    released_on: Mapped[date | None]


class Category(Base):
    """What a ticket is about, in the desk's own words."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class InstalledProduct(Base):
    """A product at a client: which version, where, under which serial or licence number, warranted until when."""

    __tablename__ = "installed_product"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    serial: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    delivered_on: Mapped[date | None]
    installed_on: Mapped[date | None]
    trained_on: Mapped[date | None]  # its users
    warranty_until: Mapped[date | None]
    free_upgrades_until: Mapped[date | None]

    __table_args__ = (Index("ix_installed_product_serial", func.lower(text("serial"))),)  # quick search


class PartKind(StrEnum):
    CONSUMABLE = "consumable"
    SPARE_PART = "spare_part"


class InstalledPart(Base):
    """A consumable or a spare part of an installed product: its number, how long one lasts, when it was replaced."""

    __tablename__ = "installed_part"

    id: Mapped[int] = mapped_column(primary_key=True)
    installed_product_id: Mapped[int] = mapped_column(ForeignKey("installed_product.id"), index=True)
    kind: Mapped[PartKind] = mapped_column(Word(PartKind))
    name: Mapped[str]
    part_number: Mapped[str] = mapped_column(default="")
    interval_days: Mapped[int | None]
    replaced_on: Mapped[date | None]

    __table_args__ = (CheckConstraint("interval_days > 0", "interval"),)
