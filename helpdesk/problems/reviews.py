"""Reviews: the joint one of service and development people about a problem, the one after a major incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import MajorReviewed, ReviewHeld
from helpdesk.models.problems import MajorIncident, Problem, ProblemReview, ReviewKind
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.problems.problems import LONGEST_TEXT, begin

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class NewReview:
    """Who met when, what they found, and what is done about it: one a line, with who and until when."""

    held_on: date
    service_people: str
    findings: str
    development_people: str = ""
    actions: str = ""
    submission: str | None = None


@command
def hold_joint_review(problem: Problem, new: NewReview, *, by: Actor) -> ProblemReview:
    """Write down what service and development people found together; without both it is no joint review."""
    problem = begin(problem, by)
    if known := _by_submission(new.submission):
        return known
    row = _row(ReviewKind.JOINT, new, by)
    row.problem_id = problem.id
    db.session.add(row)
    db.session.flush()
    record(ReviewHeld(problem.id, row.id), by=by)
    return row


@command
def hold_incident_review(major: MajorIncident, new: NewReview, *, by: Actor) -> ProblemReview:
    """Write down what was learned from a major incident that is over; only then it is finished."""
    require(by, Action.LEAD_MAJOR, major)
    if known := _by_submission(new.submission):
        return known
    if major.ended_at is None:
        raise Conflict(_("The major incident is not over yet."), code="not_over")
    row = _row(ReviewKind.POST_INCIDENT, new, by)
    row.major_incident_id = major.id
    db.session.add(row)
    db.session.flush()
    record(MajorReviewed(major.id, row.id), by=by)
    return row


def reviews_of(subject: Problem | MajorIncident) -> Sequence[ProblemReview]:
    """The reviews that were held about it, in order."""
    column = ProblemReview.problem_id if isinstance(subject, Problem) else ProblemReview.major_incident_id
    return db.session.scalars(select(ProblemReview).where(column == subject.id).order_by(ProblemReview.id)).all()


def _row(kind: ReviewKind, new: NewReview, by: Actor) -> ProblemReview:
    texts = {
        name: getattr(new, name).strip() for name in ("service_people", "development_people", "findings", "actions")
    }
    needed = ["service_people", "findings"] + (["development_people"] if kind is ReviewKind.JOINT else [])
    errors = {name: [_("Fill in this field.")] for name in needed if not texts[name]}
    errors |= {name: [_("This is too long.")] for name, text in texts.items() if len(text) > LONGEST_TEXT}
    if not EARLIEST <= new.held_on <= desk_today():
        errors["held_on"] = [_("Give the day on which it was held.")]
    if errors:
        raise Invalid(errors)
    return ProblemReview(
        kind=kind, held_on=new.held_on, account_id=by.account_id or None, created_at=now(),
        submission=new.submission, **texts,
    )  # fmt: skip


def _by_submission(submission: str | None) -> ProblemReview | None:
    if submission is None:
        return None
    return db.session.scalar(select(ProblemReview).where(ProblemReview.submission == submission))
