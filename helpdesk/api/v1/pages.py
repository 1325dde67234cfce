"""Lists in pages, for resources that are listed by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import ValidationError, validates_schema
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.interfaces import ORMOption

from helpdesk.api.fields import Number, Text
from helpdesk.api.inputs import Input
from helpdesk.core.db import Base, db
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf, page_of
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible

PAGE_SIZE, LARGEST_PAGE = 50, 200


class PageSchema(Input):
    """Which page of a list."""

    not_together: tuple[tuple[str, str], ...] = (("before", "after"),)

    after = Text(1000, metadata={"description": "Cursor of the page before this one."})
    before = Text(1000, metadata={"description": "Cursor of the page after this one."})
    size = Number(1, LARGEST_PAGE, in_query=True, load_default=PAGE_SIZE)

    @validates_schema
    def _refuse_both(self, sent: dict[str, Any], **_kwargs: Any) -> None:
        for one, other in self.not_together:
            if one in sent and other in sent:
                raise ValidationError({one: [_("Give “%(one)s” or “%(other)s”, not both.", one=one, other=other)]})


def list_page(
    model: type[Base],
    row_id: InstrumentedAttribute[int],
    *conditions: ColumnElement[bool],
    for_: Actor,
    size: int,
    after: str | None = None,
    before: str | None = None,
    load: Sequence[ORMOption] = (),
) -> PageOf[Any]:
    """A page of what the actor sees of this kind, oldest first."""
    query = visible(for_, model).where(*conditions).options(*load)
    return page_of(query, [(row_id.expression, False)], size=size, after=after, before=before,
                   run=lambda narrowed: list(db.session.scalars(narrowed)), key=lambda row: (row.id,))  # fmt: skip


def link_header(page: PageOf[Any]) -> dict[str, str]:
    """Where the pages after and before this one are (RFC 8288)."""
    kept = {name: value for name, value in request.args.items() if name not in ("after", "before")}
    links = [
        f'<{request.script_root}{request.path}?{urlencode({**kept, name: cursor})}>; rel="{relation}"'
        for name, relation, cursor in (("after", "next", page.after), ("before", "prev", page.before))
        if cursor is not None
    ]
    return {"Link": ", ".join(links)} if links else {}
