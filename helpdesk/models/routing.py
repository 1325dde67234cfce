"""Routing rules: which team takes a new ticket."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Word
from helpdesk.models.tickets import Priority


class RoutingRule(Base):
    """Conditions (all must hold; each lists what it admits) and whom they choose. The first match wins."""

    __tablename__ = "routing_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    priority: Mapped[Priority | None] = mapped_column(Word(Priority))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
