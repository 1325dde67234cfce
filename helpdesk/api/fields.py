"""The fields of the API's schemas: strict on the way in, and what they refuse is said in the caller's language.

1. JSON types are taken at their word: `"7"` is no number and `1` no yes. Query parameters, which are always text, are
   read by fields with `in_query=True`.
2. What no database keeps is refused here: NUL characters, lone surrogates, numbers beyond an id's column.
3. Instants come with an offset and go out as RFC 3339 in UTC, to the second, ending in `Z`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields
from werkzeug.routing import IntegerConverter, Map

from helpdesk.core.i18n import LANGUAGES, is_zone

LARGEST_ID = 2**31 - 1
EXACT = 2**53  # RFC 8259: beyond this, JSON readers do not agree on whole numbers
LONGEST_LINE, LONGEST_TEXT = 250, 200_000
# Marks a field that clients do not have: for them it does not exist.
STAFF = {"x_staff_only": True}
# Instants of a desk; the ends of the calendar overflow when they change zone.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

Words = TypeVar("Words", bound=StrEnum)


def says(**sentences: Any) -> dict[str, Any]:
    """What a field says when it refuses, by marshmallow's name of the occasion."""
    return sentences


class RowIdConverter(IntegerConverter):
    """The id of something kept, in an address; what no column could hold is no such address."""

    regex = "[0-9]{1,10}"  # thousands of digits are not even read as a number

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=LARGEST_ID)


class Spoken(fields.Field[Any]):
    """A field that says what is wrong in the language spoken now."""

    default_error_messages = says(
        required=_l("Fill in this field."),
        null=_l("This field cannot be empty."),
    )

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return ValidationError(str(self.error_messages[key]) % kwargs)


class Text(Spoken, fields.String):
    """Text of at most so many characters; `needed` refuses blanks."""

    default_error_messages = says(
        invalid=_l("This must be text."),
        characters=_l("This holds a character that cannot be kept (NUL or half of a surrogate pair)."),
        too_long=_l("This is too long: at most %(most)s characters."),
    )

    def __init__(self, most: int = LONGEST_LINE, *, needed: bool = False, **kwargs: Any) -> None:
        bounds = {"maxLength": most} | ({"minLength": 1} if needed else {})
        super().__init__(metadata=bounds | kwargs.pop("metadata", {}), **kwargs)
        self.most, self.needed = most, needed

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not _can_be_kept(value):
            raise self.make_error("characters")
        if len(value) > self.most:
            raise self.make_error("too_long", most=self.most)
        if self.needed and not value.strip():
            raise self.make_error("required")
        return value


class Number(Spoken, fields.Integer):
    """A whole number within bounds."""

    default_error_messages = says(
        invalid=_l("This must be a whole number."),
        bounds=_l("This must be a number from %(least)s to %(most)s."),
    )

    def __init__(self, least: int, most: int, *, in_query: bool = False, **kwargs: Any) -> None:
        super().__init__(metadata={"minimum": least, "maximum": most} | kwargs.pop("metadata", {}), **kwargs)
        self.least, self.most, self.in_query = least, most, in_query

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if self.in_query and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
            value = int(value)
        if type(value) is not int:  # True is an int, too
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            raise self.make_error("bounds", least=self.least, most=self.most)
        return value


class RowId(Number):
    """The id of something kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1, LARGEST_ID, **kwargs)


class YesNo(Spoken, fields.Boolean):
    """Yes or no."""

    default_error_messages = says(invalid=_l("This must be true or false."))

    def __init__(self, *, in_query: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known: dict[Any, bool] = {"true": True, "false": False} if in_query else {}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if isinstance(value, str) and value in self.known:
            return self.known[value]
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Choice(Spoken, fields.Enum[Words]):
    """One word of a vocabulary."""

    default_error_messages = says(unknown=_l("Choose one of: %(choices)s."))

    def __init__(self, words: type[Words], **kwargs: Any) -> None:
        super().__init__(words, by_value=fields.String, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Words:
        try:
            return self.enum(value)
        except ValueError as error:
            raise self.make_error("unknown", choices=self.choices_text) from error


class OneOf(Spoken, fields.String):
    """One of some words that are no vocabulary of their own."""

    default_error_messages = says(unknown=_l("Choose one of: %(choices)s."))

    def __init__(self, choices: Iterable[str], **kwargs: Any) -> None:
        self.choices = tuple(choices)
        super().__init__(metadata={"enum": list(self.choices)} | kwargs.pop("metadata", {}), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise self.make_error("unknown", choices=", ".join(self.choices))
        return value


class Language(OneOf):
    """One of the languages that the desk speaks, by its BCP 47 tag."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LANGUAGES, **kwargs)


class Zone(Spoken, fields.String):
    """A time zone by its IANA name."""

    default_error_messages = says(invalid=_l("This is not the name of a time zone, such as Europe/Vilnius."))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"examples": ["Europe/Vilnius"]}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or not is_zone(value):
            raise self.make_error("invalid")
        return value


class Instant(Spoken, fields.DateTime):
    """An instant with its offset (RFC 3339)."""

    default_error_messages = says(invalid=_l("This must be an instant with its offset, such as 2026-03-27T14:00:00Z."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        try:
            at = datetime.fromisoformat(value)
            if at.tzinfo is None or not EARLIEST <= at <= LATEST:
                raise ValueError(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error
        return at.astimezone(UTC)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else rfc3339(value)


class Day(Spoken, fields.Date):
    """A day (ISO 8601)."""

    default_error_messages = says(invalid=_l("This must be a day, such as 2026-03-27."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            if len(value) != len("2026-03-27"):
                raise ValueError(value)
            return date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise self.make_error("invalid") from error


class Several(Spoken, fields.List[Any]):
    """A list of at most so many."""

    default_error_messages = says(
        invalid=_l("This must be a list."),
        too_many=_l("These are too many: at most %(most)s."),
    )

    def __init__(self, inner: fields.Field[Any], *, most: int = 50, **kwargs: Any) -> None:
        super().__init__(inner, metadata={"maxItems": most} | kwargs.pop("metadata", {}), **kwargs)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise self.make_error("too_many", most=self.most)
        return super()._deserialize(value, attr, data, **kwargs)


class CustomFields(Spoken, fields.Dict):
    """The desk's own fields: key → text, number, yes or no, or nothing. Which keys exist is known to the activity."""

    default_error_messages = says(
        invalid=_l("This must be an object."),
        too_many=_l("These are too many: at most %(most)s."),
        value=_l("This value does not fit the field."),
    )

    MOST, LONGEST = 100, 2000

    def __init__(self, **kwargs: Any) -> None:
        values = {"additionalProperties": {"type": ["string", "number", "boolean", "null"]}, "maxProperties": self.MOST}
        super().__init__(metadata=values | kwargs.pop("metadata", {}), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        if len(value) > self.MOST:
            raise self.make_error("too_many", most=self.MOST)
        wrong = [key for key, each in value.items() if not (_can_be_kept(key) and self._fits(each))]
        if wrong:
            raise ValidationError({key: self.make_error("value").messages for key in wrong})
        return dict(value)

    def _fits(self, value: Any) -> bool:
        if isinstance(value, str):
            return len(value) <= self.LONGEST and _can_be_kept(value)
        if isinstance(value, bool) or value is None:
            return True
        return isinstance(value, int | float) and abs(value) <= EXACT


def rfc3339(at: datetime) -> str:
    """An instant in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _can_be_kept(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
