"""The arithmetic of the reports: what figures say, how sure they are, and what they do not say. Nothing here knows the
desk.

Shares and what is hidden (`shares`), means and percentiles (`averages`), ages, backlog and arrivals (`flows`), control
charts (`control`), the number of people needed (`staffing`), forecasts (`forecasts`). Each opens with its semantics and
sources.
"""

from helpdesk.reports.statistics.averages import (
    mean,
    mean_interval,
    median,
    percentile,
    percentile_interval,
    percentiles,
    student_t,
)
from helpdesk.reports.statistics.control import RULES, Chart, Point, Rule, c_chart, p_chart, u_chart, xmr
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
from helpdesk.reports.statistics.forecasts import (
    DAYS_OF_WEEK,
    METHODS,
    WEEKS_OF_YEAR,
    Forecast,
    Method,
    NoForecast,
    Step,
    forecast,
)
from helpdesk.reports.statistics.shares import Estimate, Interval, difference, hide, nps, too_few, wilson
from helpdesk.reports.statistics.staffing import ASSUMPTIONS, Staffing, agents_needed, erlang_b, erlang_c, staffing

__all__ = [
    "AGE_EDGES", "ASSUMPTIONS", "DAYS_OF_WEEK", "METHODS", "RULES", "WEEKS_OF_YEAR", "Bucket", "Cell", "Chart",
    "Estimate", "Forecast", "Interval", "Method", "NoForecast", "Point", "Profile", "Rule", "Staffing", "Step",
    "ageing", "agents_needed", "backlog", "by_hour_of_week", "c_chart", "difference", "erlang_b", "erlang_c",
    "forecast", "hide", "mean", "mean_interval", "median", "nps", "p_chart", "percentile", "percentile_interval",
    "percentiles", "profile", "staffing", "student_t", "too_few", "u_chart", "weekdays_between", "wilson", "xmr",
]  # fmt: skip
