"""What a browser sent, read by a schema; errors and the typed words go back to the same form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.routing import IntegerConverter, Map

from helpdesk.core.command import unlocked
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import current_zone
from helpdesk.core.i18n import gettext as _
from helpdesk.policy.actor import Actor
from helpdesk.tickets.attachments import StoredUpload, store_upload
from helpdesk.tickets.schemas import LARGEST_ID


class Form:
    """A form as it was sent (or an empty one): the words, the value made of them, and what is wrong."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        self.data: dict[str, Any] = data or {}
        self.errors: dict[str, list[str]] = {}
        self.value: Any = None
        self.message = ""

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def rename(self, **shown: str) -> None:
        """What an activity calls by its own name stands in this form under another."""
        for refused, name in shown.items():
            if refused in self.errors:
                self.errors[name] = self.errors.pop(refused)

    @contextmanager
    def refusals(self, **conflicts: str) -> Iterator[None]:
        """What an activity refuses about the input becomes errors of the form.

        `conflicts`: which conflicts, by their codes, are told at which field, so that the words stay.
        """
        try:
            yield
        except Invalid as refusal:
            self.errors.update(refusal.errors)
        except Conflict as refusal:
            if refusal.code not in conflicts:
                raise
            self.errors[conflicts[refusal.code]] = [refusal.message]


def read_form(schema: type[Schema]) -> Form:
    """Read the request by this schema."""
    fields = schema().fields
    many = {name for name, field in fields.items() if type(field).__name__ == "List"}
    sent = {name: request.form.getlist(name) if name in many else value for name, value in request.form.items()}
    return check_form(sent, schema)


def check_form(sent: dict[str, Any], schema: type[Schema]) -> Form:
    """A form of these words, with their value or what is wrong with them."""
    form = Form(sent)
    try:
        form.value = schema().load(form.data)
    except ValidationError as refusal:
        wrong = refusal.normalized_messages()  # type: ignore[no-untyped-call]
        form.errors = {name: _sentences(texts, sent.get(name)) for name, texts in wrong.items()}
    return form


def read_uploads(form: Form, name: str = "files") -> tuple[StoredUpload, ...]:
    """Store the files that came with a form, holding no lock meanwhile."""
    sent = [file for file in request.files.getlist(name) if file.filename]
    if not sent or not form.is_valid:
        return ()
    with unlocked(), form.refusals():
        return tuple(store_upload(f.filename or "", f.stream, declared_type=f.mimetype or "") for f in sent)
    return ()


def custom_fields_of(form: Form) -> dict[str, Any]:
    """What was filled into the desk's own fields."""
    prefix = "custom_fields."
    return {name.removeprefix(prefix): value for name, value in form.data.items() if name.startswith(prefix)}


def listed(text: str) -> list[str]:
    """What somebody separated by commas, in whatever script they type."""
    return [word.strip() for word in re.split("[,，、;；]", text) if word.strip()]


def sent_id(name: str) -> int | None:
    """The row id that the request names; None where it is none."""
    value = request.values.get(name, type=int)
    return value if value is not None and 0 < value <= LARGEST_ID else None


class RowId(IntegerConverter):
    """Row ids in addresses: what no column can hold does not exist."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=LARGEST_ID)


def submission_of(actor: Actor) -> str | None:
    """The key that makes a second submit of the same form do nothing, private to who sends it."""
    key = request.form.get("submission_key", "")[:80]
    return f"{actor.reference[0]}{actor.reference[1]}:{key}" if key else None


def new_submission_key() -> str:
    """A key for a fresh form; one that was sent and refused keeps its own."""
    return request.form.get("submission_key", "")[:80] or secrets.token_urlsafe(12)


def local_instant(naive: datetime | None) -> datetime | None:
    """A wall-clock time that somebody typed, in their zone."""
    return naive.replace(tzinfo=ZoneInfo(current_zone())) if naive else None


def _sentences(texts: Any, sent: Any) -> list[str]:
    """marshmallow's remarks about what was sent, in the reader's language; of what is empty only that."""
    if isinstance(texts, list) and isinstance(sent, str) and not sent.strip():
        return [_("Fill in this field.")]
    known = {
        "Missing data for required field.": _("Fill in this field."),
        "Field may not be null.": _("Fill in this field."),
        "Fill in this field.": _("Fill in this field."),
        "Shorter than minimum length 1.": _("Fill in this field."),
        "Not a valid integer.": _("Choose one of the list."),
        "Not a valid datetime.": _("Give a date and a time."),
    }
    flat = texts if isinstance(texts, list) else [str(texts)]
    sentences = []
    for text in flat:
        if text in known:
            sentences.append(known[text])
        elif str(text).startswith("Must be one of"):
            sentences.append(_("Choose one of the list."))
        elif str(text).startswith(("Longer than", "Length must")):
            sentences.append(_("This is too long."))
        else:
            sentences.append(str(text))
    return list(dict.fromkeys(sentences))
