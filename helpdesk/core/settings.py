"""Settings kept in the database: typed, defaulted, strict.

A package states its settings as a frozen dataclass whose fields carry default and meaning; a row exists only for what
an administrator changed. Unknown rows are ignored on reading, so that an older version can run on a newer database.
"""

from __future__ import annotations

from dataclasses import Field, field, fields
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, Json, db
from helpdesk.core.errors import Invalid
from helpdesk.core.standing import standing, touch

T = TypeVar("T")


class Setting(Base):
    """One setting that differs from its default."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


def setting(default: Any, meaning: str, *, low: int | None = None, high: int | None = None) -> Any:
    """A field of a settings dataclass, with the bounds of a number."""
    return field(default=default, metadata={"meaning": meaning, "low": low, "high": high})


@standing
def _rows() -> dict[str, Any]:
    return dict(db.session.execute(select(Setting.name, Setting.value)).all())


def read_settings(kind: type[T]) -> T:
    """The settings of this dataclass as they are now."""
    rows, values = _rows(), {}
    for each in fields(kind):  # type: ignore[arg-type]
        name = f"{kind.__name__}.{each.name}"
        if name in rows:
            values[each.name] = rows[name]
    return kind(**values)


def write_settings(kind: type[Any], values: dict[str, Any]) -> None:
    """Change settings in the running transaction; Invalid names every field that is wrong or unknown."""
    known = {each.name: each for each in fields(kind)}
    errors = {name: ["There is no such setting."] for name in values if name not in known}
    for name, value in values.items():
        if name in known and (complaint := _complaint(known[name], value)):
            errors[name] = [complaint]
    if errors:
        raise Invalid(errors)
    for name, value in values.items():
        db.session.merge(Setting(name=f"{kind.__name__}.{name}", value=value))
    touch()


def _complaint(each: Field[Any], value: Any) -> str:
    if type(value) is not type(each.default):
        return f"This must be of the kind {type(each.default).__name__}."
    low, high = each.metadata["low"], each.metadata["high"]
    if low is not None and not low <= value <= high:
        return f"This must be a number from {low} to {high}."
    return ""
