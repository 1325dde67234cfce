"""The joint review of service and development people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Day, Text
from helpdesk.api.inputs import Input, submission
from helpdesk.api.v1.problem_records.shown import ONE, PROBLEM, bp, the_problem
from helpdesk.models.problems import Problem
from helpdesk.problems import reviews
from helpdesk.problems.reviews import NewReview


@dataclass(frozen=True)
class Held:
    held_on: date
    service_people: str
    findings: str
    development_people: str = ""
    actions: str = ""

    def review(self) -> NewReview:
        return NewReview(self.held_on, self.service_people, self.findings, self.development_people, self.actions,
                         submission())  # fmt: skip


class ReviewSchema(Input):
    """Who met when, what they found, and what is done about it."""

    makes = Held
    held_on = Day(required=True)
    service_people = Text(LONGEST_TEXT, needed=True, required=True, metadata={"description": "Names."})
    development_people = Text(LONGEST_TEXT, metadata={"description": "Names; needed of a joint review."})
    findings = Text(LONGEST_TEXT, needed=True, required=True)
    actions = Text(LONGEST_TEXT, metadata={"description": "What, who, until when: one a line."})


@bp.post(f"{ONE}/reviews")
@bp.takes(ReviewSchema(), once=True)
@bp.gives(201, PROBLEM)
def review(sent: Held, problem: str) -> Problem:
    """Write down the joint review of service and development people."""
    reviews.hold_joint_review(the_problem(problem), sent.review(), by=current_actor())
    return the_problem(problem)
