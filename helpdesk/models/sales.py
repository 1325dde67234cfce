"""Sales: what was sold, what of the handover to operations is still to be done, what was paid."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word, append_only

SALE_PREFIX = "S-"


class PointKind(StrEnum):
    """A point of the checklist that ends a handover to operations, in their order."""

    DELIVERY = "delivery"  # on time
    QUALITY = "quality"
    INVOICE = "invoice"  # correct
    INSTALLATION = "installation"
    TRAINING = "training"
    CORRECT_USE = "correct_use"


class Sale(Base):
    """A closed sale that was handed over to operations. Its number for people is its id behind a prefix."""

    __tablename__ = "sale"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    enquiry_id: Mapped[int | None] = mapped_column(ForeignKey("enquiry.id"), unique=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))  # whom we speak with about it
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    reference: Mapped[str | None] = mapped_column(unique=True)  # the seller's own number: it comes in once
    sold_on: Mapped[date]
    currency: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    submission: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (Index("ix_sale_organisation", "organisation_id", "id"),)  # on the page of the organisation

    @property
    def number(self) -> str:
        return f"{SALE_PREFIX}{self.id}"


class SoldItem(Base):
    """A line of a sale: so many of something, at a price for each."""

    __tablename__ = "sold_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))  # empty: something of no catalogue
    what: Mapped[str]
    quantity: Mapped[int]
    price_cents: Mapped[int]

    __table_args__ = (
        CheckConstraint("quantity > 0", "sells_something"),
        CheckConstraint("price_cents >= 0", "price"),
    )


class SoldUnit(Base):
    """Which installed product stands for a line of a sale."""

    __tablename__ = "sold_unit"

    item_id: Mapped[int] = mapped_column(ForeignKey("sold_item.id"), primary_key=True)
    installed_product_id: Mapped[int] = mapped_column(ForeignKey("installed_product.id"), primary_key=True, index=True)


class SalePoint(Base):
    """A point of the checklist: to do until it is done; found wrong, it stays to do, with the remark."""

    __tablename__ = "sale_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"))
    kind: Mapped[PointKind] = mapped_column(Word(PointKind))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    due_at: Mapped[datetime]
    done_on: Mapped[date | None]
    done_at: Mapped[datetime | None]  # when somebody said so
    done_by: Mapped[dict[str, Any] | None]
    note: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")  # what is, or was, wrong
    is_wrong: Mapped[bool] = mapped_column(default=False)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)  # about what is wrong

    __table_args__ = (
        UniqueConstraint("sale_id", "kind"),
        # the sales with something to do
        Index("ix_sale_point_open", "sale_id", sqlite_where=text("done_at IS NULL"),
              postgresql_where=text("done_at IS NULL")),
    )  # fmt: skip

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class SalePayment(Base):
    """Money that came for a sale. Never changed: what was entered by mistake is taken back by a negative entry."""

    __tablename__ = "sale_payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    paid_on: Mapped[date]
    amount_cents: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("sale_payment.id"), unique=True)
    recorded_at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[int] = mapped_column(type_=BigId)
    submission: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (CheckConstraint("amount_cents <> 0", "moves_something"),)


append_only(SalePayment)
