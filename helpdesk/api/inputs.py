"""What a request brings: strict JSON (or JSON and files), query parameters, the idempotency key.

JSON is UTF-8 (RFC 8259) of a bounded size. Numbers that JSON does not have (NaN, infinities), numbers too long to
read, and nesting too deep to follow are unreadable: 400. What can be read and does not fit the schema is 422, each
error with its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, NoReturn, cast

from flask import request
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, post_load, validates_schema
from webargs.flaskparser import FlaskParser
from werkzeug.wrappers import Request

from helpdesk.api.auth import current_actor
from helpdesk.api.errors import Errors, Misshapen, Unreadable, pointer
from helpdesk.api.fields import Several, says
from helpdesk.core.command import unlocked
from helpdesk.core.errors import Conflict
from helpdesk.core.i18n import gettext as _
from helpdesk.tickets.attachments import StoredUpload, store_upload

# The longest message, every character escaped as a surrogate pair, with room for the rest.
LONGEST_JSON = 3_000_000
JSON_PART, FILES_PART = "json", "files"
LONGEST_KEY = 200


class Input(Schema):
    """What a caller sends: fields that are not listed are refused by name, and for a client those of staff are not.

    `makes` is the frozen value made of the fields; without it they stay as they are.
    """

    class Meta:
        unknown = RAISE

    error_messages = says(
        unknown=_l("There is no such field."),
        type=_l("This must be an object."),
    )
    makes: type[Any] | None = None

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_fields_of_staff(self, _values: Any, sent: Any, **_kwargs: Any) -> None:
        if current_actor().is_staff or not isinstance(sent, Mapping):
            return
        foreign = [name for name in sent if name in self.fields and "x_staff_only" in self.fields[name].metadata]
        if foreign:
            raise ValidationError({name: [self.error_messages["unknown"]] for name in foreign})

    @post_load
    def _make(self, values: dict[str, Any], **_kwargs: Any) -> Any:
        return self.makes(**values) if self.makes else values


class Nothing(Input):
    """Nothing needs to be said: no body, or an empty object."""


class Parser(FlaskParser):
    """Reads what `Blueprint.takes` declares. What is unknown is for the schema to refuse, wherever it stands."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(("json", "query"))

    def load_json(self, req: Request, schema: Schema) -> Any:
        if req.mimetype == "multipart/form-data":
            return self._load_json_part(req)
        req.max_content_length = LONGEST_JSON
        sent = req.get_data()
        if not sent:
            return {}
        if not req.is_json:
            raise Unreadable(415, _("Send JSON (Content-Type: application/json)."))
        return parse_json(sent)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        several = {name for name, field in schema.fields.items() if isinstance(field, Several)}
        repeated = [name for name, values in req.args.lists() if len(values) > 1 and name not in several]
        if repeated:
            twice = _("This parameter may be given once.")
            raise Misshapen([{"parameter": name, "detail": twice} for name in repeated])
        return {name: req.args.getlist(name) if name in several else value for name, value in req.args.items()}

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, *, error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:  # fmt: skip
        ((location, messages),) = error.normalized_messages().items()  # type: ignore[no-untyped-call]
        if location == "query":
            found: Errors = [{"parameter": str(path[0]), "detail": text} for path, text in _leaves(messages)]
        else:
            found = [{"pointer": pointer(*path), "detail": text} for path, text in _leaves(messages)]
        raise Misshapen(found)

    def _load_json_part(self, req: Request) -> Any:
        part = req.form.get(JSON_PART)
        if part is None and JSON_PART in req.files:  # a part with a file name is a file to the form parser
            return parse_json(req.files[JSON_PART].read(LONGEST_JSON))
        return parse_json(part.encode("utf-8", "surrogatepass")) if part else {}


def parse_json(sent: bytes) -> Any:
    """The value that the JSON text says; Unreadable (400) when it is none."""
    try:
        return json.loads(sent.decode("utf-8"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise Unreadable(400, _("This is not JSON: line %(line)s, column %(column)s.", **where)) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, thousands of digits, thousands of brackets
        raise Unreadable(400, _("This is not JSON that can be read.")) from error


def read_uploads() -> tuple[StoredUpload, ...]:
    """Store the files that came with the request, holding no lock meanwhile."""
    sent = [file for file in request.files.getlist(FILES_PART) if file.filename]
    if not sent:
        return ()
    for file in sent:
        file.stream.seek(0)  # they are read again where a repeated request is tried again
    with unlocked():
        return tuple(
            store_upload(f.filename or "", cast(BinaryIO, f.stream), declared_type=f.mimetype or "") for f in sent
        )


def submission() -> str | None:
    """The key under which a repeated request does nothing, private to its account; None where none was sent."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        words = _("This must be 1 to %(most)s visible characters.", most=LONGEST_KEY)
        raise Misshapen([{"header": "Idempotency-Key", "detail": words}])
    return f"{current_actor().account_id}:{key}"


@contextmanager
def one_request() -> Iterator[None]:
    """Inside it a key that stands for another request is refused at its header."""
    try:
        yield
    except Conflict as refusal:
        if refusal.code == "key_reused":
            refuse_reused_key()
        raise


def refuse_reused_key() -> NoReturn:
    """The key stands for another request already."""
    words = _("This key was used for another request.")
    raise Misshapen([{"header": "Idempotency-Key", "detail": words}], code="key_reused")


def _leaves(messages: Any, path: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], str]]:
    """Every sentence of marshmallow's nested errors, with its path; `_schema` stands for the whole object."""
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _leaves(below, path if name == "_schema" else (*path, name))
    else:
        for text in messages if isinstance(messages, list) else [messages]:
            yield path, str(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
