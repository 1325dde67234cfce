"""The five whys of a claim or of a problem: each answer raises the next question, until the root cause is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _

MOST_WHYS = 7
LONGEST_WHY = 50_000  # characters of a question, and of an answer


class Why(Protocol):
    """A question and its answer, in its place among those of one claim or problem."""

    position: int
    question: str
    answer: str


Row = TypeVar("Row", bound=Why)


def write_why(
    rows: Sequence[Row], question: str, answer: str, *, position: int | None, add: Callable[..., Row]
) -> tuple[Row, bool]:
    """Ask one more why, or answer an earlier one better; gives its row, and whether anything changed.

    `rows` are those that there are, in order; `add` makes one of `position`, `question` and `answer`. The same
    words a second time change nothing. Invalid names the field that is empty, too long or one too many.
    """
    question, answer = question.strip(), answer.strip()
    last = rows[-1] if rows else None
    errors = {name: wrong for name, words in (("question", question), ("answer", answer)) if (wrong := _wrong(words))}
    if position is not None and not 1 <= position <= len(rows):
        errors["position"] = [_("There is no such why.")]
    elif position is None and last is not None and (last.question, last.answer) == (question, answer):
        return last, False  # a second click
    elif position is None and len(rows) >= MOST_WHYS:
        errors["question"] = [_("Seven whys are enough: say what the root cause is.")]
    if errors:
        raise Invalid(errors)
    if position is None:
        row = add(position=len(rows) + 1, question=question, answer=answer)
        db.session.add(row)
        db.session.flush()
        return row, True
    row = rows[position - 1]
    if (row.question, row.answer) == (question, answer):
        return row, False
    row.question, row.answer = question, answer
    return row, True


def _wrong(words: str) -> list[str]:
    if not words:
        return [_("Fill in this field.")]
    return [_("This is too long.")] if len(words) > LONGEST_WHY else []
