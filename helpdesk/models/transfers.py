"""Changes of team: transfers, handovers with their form, returns with their reason."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, Word


class TransferKind(StrEnum):
    ROUTED = "routed"  # the first team of a ticket
    TRANSFER = "transfer"  # between teams of one line
    HANDOVER = "handover"  # up a line, with its form
    RETURN = "return"  # down a line, with its reason
    IMPORTED = "imported"  # from an import: no form, no reason


class Transfer(Base):
    """One change of team on a ticket."""

    __tablename__ = "transfer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[TransferKind] = mapped_column(Word(TransferKind))
    from_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    to_team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    from_line: Mapped[int | None]
    to_line: Mapped[int | None]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    actor_kind: Mapped[str]
    actor_id: Mapped[int] = mapped_column(BigId)

    handover: Mapped[Handover | None] = relationship(back_populates="transfer")

    __table_args__ = (
        Index("ix_transfer_ticket", "ticket_id", "id"),  # the hops of a ticket
        Index("ix_transfer_team", "to_team_id", "ticket_id"),  # what was ever handed to a team: the third line's scope
        Index("ix_transfer_flow", "from_line", "to_line", "at"),  # the flow report: grouped as it is stored
    )


class Handover(Base):
    """What the next line gets to know: the five answers of a functional escalation."""

    __tablename__ = "handover"

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id"), primary_key=True)
    client_sees: Mapped[str]
    tried: Mapped[str]
    articles: Mapped[str]
    environment: Mapped[str]
    asked: Mapped[str]

    transfer: Mapped[Transfer] = relationship(back_populates="handover")
