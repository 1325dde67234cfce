"""Problems: their cause, workarounds, tickets, review, and what clients are told of them; each a module."""

from __future__ import annotations

from helpdesk.api.v1.problem_records import broadcasts, causes, links, records, reviews
from helpdesk.api.v1.problem_records.broadcasts import AllTextsSchema
from helpdesk.api.v1.problem_records.reviews import Held, ReviewSchema
from helpdesk.api.v1.problem_records.shown import ReviewShownSchema, bp

__all__ = [
    "AllTextsSchema", "Held", "ReviewSchema", "ReviewShownSchema", "bp", "broadcasts", "causes", "links", "records",
    "reviews",
]  # fmt: skip
