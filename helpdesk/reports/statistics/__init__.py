"""The arithmetic of the reports: what figures say, how sure they are, and what they do not say. Nothing here knows the
desk.

Shares and what is hidden (`shares`), means and percentiles (`averages`), ages, backlog and arrivals (`flows`), control
charts (`control`), the number of people needed (`staffing`), forecasts (`forecasts`). Each opens with its semantics and
sources.
"""

from helpdesk.reports.statistics.averages import mean, mean_interval, median, percentile, percentiles, student_t
from helpdesk.reports.statistics.flows import (
    AGE_EDGES,
    Bucket,
    Cell,
    Profile,
    ageing,
    backlog,
    by_hour_of_week,
    profile,
    weekdays_between,
)
from helpdesk.reports.statistics.shares import Estimate, Interval, difference, hide, nps, too_few, wilson

__all__ = [
    "AGE_EDGES", "Bucket", "Cell", "Estimate", "Interval", "Profile", "ageing", "backlog", "by_hour_of_week",
    "difference", "hide", "mean", "mean_interval", "median", "nps", "percentile", "percentiles", "profile",
    "student_t", "too_few", "weekdays_between", "wilson",
]  # fmt: skip
