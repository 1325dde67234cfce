"""What was agreed with an organisation after the sale, and which service levels go with it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base


class Contract(Base):
    """A support contract of an organisation: from when to when, with which policy."""

    __tablename__ = "contract"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"))  # for all that no line names
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]  # the last day

    lines: Mapped[list[ContractLine]] = relationship(order_by="ContractLine.id", cascade="all, delete-orphan")


class ContractLine(Base):
    """A product that a contract covers, with a policy of its own if it names one."""

    __tablename__ = "contract_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"))
