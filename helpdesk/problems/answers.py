"""What the product owner answers to a problem or a wish, for one product.

1. Accepted; planned, for a version or a day or without either; fixed, in a version; declined, with a reason.
2. An answer is never changed, only followed by another; the last one counts.
3. A wish that is answered as fixed ships: whoever wants it is told, once each, however often it is answered again.
4. A version that is announced for a later day ships nothing yet: what it will bring is planned for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import among, db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import ProblemAnswered, WishAnswered
from helpdesk.models.access import Account
from helpdesk.models.feedback import OwnerAnswer, Verdict, Wish
from helpdesk.models.problems import Problem, ProblemProduct
from helpdesk.models.products import Version
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

LONGEST_REASON = 5_000


@dataclass(frozen=True)
class NewAnswer:
    """An answer; the reason is for the clients, too."""

    verdict: Verdict
    version_id: int | None = None
    planned_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Answered:
    """An answer as it is read: with the name of its version and of who gave it."""

    row: OwnerAnswer
    version: str
    author: str


@dataclass(frozen=True)
class OfProduct:
    """What a right is asked about: something of a product."""

    product_id: int


@command
def answer_wish(wish: Wish, new: NewAnswer, *, by: Actor, submission: str | None = None) -> OwnerAnswer:
    """Answer a wish; when it is fixed, whoever wants it is told that it ships."""
    require(by, Action.ANSWER_FEEDBACK, wish)
    if (found := _again(submission)) is not None:
        return found
    if wish.merged_into_id is not None:
        raise Conflict(_("It was merged into %(number)s.", number=f"W-{wish.merged_into_id}"), code="wish_merged")
    row = _answer(new, wish.product_id, by=by, submission=submission, wish_id=wish.id)
    wish.verdict = new.verdict
    if new.verdict is Verdict.FIXED:
        wish.shipped_at = wish.shipped_at or row.answered_at
    else:
        wish.shipped_at = None
    record(WishAnswered(wish.id, answer_id=row.id, verdict=row.verdict.value), by=by)
    return row


@command
def answer_problem(
    problem: Problem, product_id: int, new: NewAnswer, *, by: Actor, submission: str | None = None
) -> OwnerAnswer:
    """Answer a problem for one of the products that it affects."""
    require(by, Action.ANSWER_FEEDBACK, OfProduct(product_id))
    if (found := _again(submission)) is not None:
        return found
    if product_id not in products_affected(problem.id):
        raise Invalid({"product_id": [_("Choose one of the list.")]})
    row = _answer(new, product_id, by=by, submission=submission, problem_id=problem.id)
    record(ProblemAnswered(problem.id, answer_id=row.id, verdict=row.verdict.value), by=by)
    return row


def products_affected(problem_id: int) -> list[int]:
    """The products that a problem is said to affect."""
    query = select(ProblemProduct.product_id).where(ProblemProduct.problem_id == problem_id).distinct()
    return sorted(db.session.scalars(query))


def answers_to_wish(wish: Wish) -> list[Answered]:
    """All answers to a wish, the last first."""
    return _read(OwnerAnswer.wish_id == wish.id)


def answers_to_problem(problem_id: int, *, product_ids: Sequence[int] | None = None) -> list[Answered]:
    """All answers to a problem (for some of its products), the last first."""
    conditions = [OwnerAnswer.problem_id == problem_id]
    if product_ids is not None:
        conditions.append(OwnerAnswer.product_id.in_(product_ids))
    return _read(*conditions)


def last_to_wishes(wish_ids: Sequence[int]) -> dict[int, Answered]:
    """The answer that counts for each of these wishes."""
    return {found.row.wish_id: found for found in _last(OwnerAnswer.wish_id, wish_ids) if found.row.wish_id is not None}


def last_to_problems(problem_ids: Sequence[int], *, product_ids: Sequence[int] | None = None) -> dict[int, Answered]:
    """The answer that counts for each of these problems: the last one given for one of these products."""
    narrowed = [] if product_ids is None else [among(OwnerAnswer.product_id, product_ids)]
    return {found.row.problem_id: found for found in _last(OwnerAnswer.problem_id, problem_ids, *narrowed)
            if found.row.problem_id is not None}  # fmt: skip


def versions_of(product_id: int) -> list[Version]:
    """The versions of a product, the newest first."""
    return newest_first(db.session.scalars(select(Version).where(Version.product_id == product_id)).all())


def newest_first(rows: Sequence[Version]) -> list[Version]:
    """Versions of one product in their order: by their days where each has one, else as they were entered."""
    if all(row.released_on for row in rows):
        return sorted(rows, key=lambda row: (row.released_on or date.min, row.id), reverse=True)
    return sorted(rows, key=lambda row: row.id, reverse=True)


def _last(item: Any, ids: Sequence[int], *conditions: Any) -> list[Answered]:
    if not ids:
        return []
    newest = select(func.max(OwnerAnswer.id)).where(among(item, ids), *conditions).group_by(item)
    return _read(OwnerAnswer.id.in_(newest))


def _read(*conditions: Any) -> list[Answered]:
    query = (
        select(OwnerAnswer, Version.name, Account.name)
        .outerjoin(Version, Version.id == OwnerAnswer.version_id)
        .join(Account, Account.id == OwnerAnswer.account_id)
        .where(*conditions).order_by(OwnerAnswer.id.desc())
    )  # fmt: skip
    return [Answered(row, version or "", author) for row, version, author in db.session.execute(query)]


def _again(submission: str | None) -> OwnerAnswer | None:
    return db.session.scalar(select(OwnerAnswer).where(OwnerAnswer.submission == submission)) if submission else None


def _answer(
    new: NewAnswer, product_id: int, *, by: Actor, submission: str | None, **item: int
) -> OwnerAnswer:  # fmt: skip
    today = now().astimezone(ZoneInfo(by.zone)).date()
    if errors := _wrong_in(new, product_id, today):
        raise Invalid(errors)
    row = OwnerAnswer(
        product_id=product_id, verdict=new.verdict,
        version_id=new.version_id if new.verdict in (Verdict.PLANNED, Verdict.FIXED) else None,
        planned_on=new.planned_on if new.verdict is Verdict.PLANNED else None, reason=new.reason.strip(),
        account_id=by.account_id, answered_at=now(), submission=submission, **item,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _wrong_in(new: NewAnswer, product_id: int, today: date) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    version = db.session.get(Version, new.version_id) if new.version_id is not None else None
    if new.version_id is not None and (version is None or version.product_id != product_id):
        errors["version_id"] = [_("Choose a version of this product.")]
    elif new.verdict is Verdict.FIXED and version is None:
        errors["version_id"] = [_("Say in which version it is fixed.")]
    elif new.verdict is Verdict.FIXED and version and version.released_on and version.released_on > today:
        errors["version_id"] = [_("This version is not out yet. Answer that it is planned for it.")]
    if new.verdict is Verdict.PLANNED and new.planned_on is not None and new.planned_on < today:
        errors["planned_on"] = [_("This day is past.")]
    if new.verdict is Verdict.DECLINED and not new.reason.strip():
        errors["reason"] = [_("Say why it is declined.")]
    if len(new.reason) > LONGEST_REASON:
        errors["reason"] = [_("This is too long.")]
    return errors
