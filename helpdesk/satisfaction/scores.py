"""Scores: which there are, which is praise and which is blame.

1. CSAT and the satisfaction with a revisit go from 1 to 5, effort (CES) from 1, very hard, to 7, very easy; the
   readiness to recommend (NPS) goes from 0 to 10. More is better in each.
2. Praise is 4 or 5 of 5, 6 or 7 of 7, 9 or 10 of 10. Blame is what the settings call low; where they say nothing,
   1 or 2 of 5, 1 or 2 of 7, 0 to 6 of 10.

Nothing here is averaged or extrapolated: that is for the reports.
"""

from __future__ import annotations

from helpdesk.models.satisfaction import SurveyKind

SCALES = {
    SurveyKind.CSAT: range(1, 6), SurveyKind.CES: range(1, 8), SurveyKind.NPS: range(11),
    SurveyKind.REVISIT: range(1, 6),
}  # fmt: skip
PRAISE_FROM = {SurveyKind.CSAT: 4, SurveyKind.CES: 6, SurveyKind.NPS: 9, SurveyKind.REVISIT: 4}
BLAME_UP_TO = {SurveyKind.CSAT: 2, SurveyKind.CES: 2, SurveyKind.NPS: 6, SurveyKind.REVISIT: 2}


def fits(kind: SurveyKind, score: int) -> bool:
    """Whether there is such a score."""
    return score in SCALES[kind]


def is_praise(kind: SurveyKind, score: int) -> bool:
    return score >= PRAISE_FROM[kind]


def is_blame(kind: SurveyKind, score: int) -> bool:
    return score <= BLAME_UP_TO[kind]
