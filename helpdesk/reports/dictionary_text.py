"""The metric dictionary as a document: `docs/metrics.md`, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.dictionary import HOW, Declared, source_text, sql_of
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport

PROSE = """# What the figures say

This page is made from the declarations of the reports: `threeline metrics docs > docs/metrics.md`. A test fails
when it is stale.

## What holds of all of them

- **Facts.** Reports count facts that are made from the timeline soon after what happened, and kept when a month is
  closed (ten days after its end; a setting). Erasing a person, deleting a ticket, renaming or moving a team changes
  no closed month. What is judged otherwise afterwards is a second figure, signed by whoever made it so: `--judged
  now` counts it, `rejudged` says how many there are.
- **Other things than tickets** (promises, visits, claims, hours, work, problems, articles, answers) are read of the
  desk's own tables, of closed months as these were kept. What comes of them later (a claim is decided, a problem
  fixed) is learnt until it is settled; by whom and where it was stays. `--judged now` reads the tables as they are.
- **Period.** Half open: `since` is inside, `until` is not. Days, weeks (from Monday) and months are those of the
  desk's zone, which is named beside every figure. Each metric says by which instant a ticket belongs to a period.
- **Slices.** Conditions on one dimension are alternatives, conditions on different dimensions hold together. A name
  stands for every row that bears it.
- **Rates** come with the number behind them; shares with the counts and the 95 % interval of Wilson. Of a
  rate of fewer than `least_shown` (five) only their number is told: neither value nor interval nor numerator. `hidden`
  says which figures of a row are not told, and why: `too_few`, or `guard` where, beside the total, one would give
  away another behind which there are too few. Guarded are figures of what persons answered; how many gave which score
  is hidden with their mean. Counts of tickets are figures in their own right and hide nothing.
- **Behind a figure** stand exactly the items that it counts.

## Words

**Reassignments.** The counter of the import's source where its mapping names one, else the changes of team.

**Change of team.** Unknown teams are left out and repeats collapsed; the first team of a ticket is no change.

**Ping-pong.** Among the teams of a ticket, unknown ones left out and repeats collapsed, some X, Y, X in succession.
A, B, A, B is two.

**Line.** Of a team, not of a person. **Highest line**: the highest that any team of the ticket stood on. **Step
back**: a change of team to a lower line, both known; **step up**: to a higher one.

**Reopening.** Any return from `resolved` or `closed` to another status that is neither. From `resolved` to `closed`
is none, and one resolution.

**Variant.** The sequence of status and sub-status (`status/sub-status`), the first included, repetitions included.
Of an import each row of the source is a step; what happens here afterwards goes on behind.

**Gross, net, business.** Gross: whole seconds from receipt to the last resolution. Net: of these, neither waiting
for the client or a vendor, nor scheduled, nor resolved or closed before a reopening. Business: of the gross ones
those in the working hours of the desk's calendar (the first calendar of the default policy).

**Order.** Rows of an import with equal times keep the order of the file; a span that would end before it begins
counts nothing.

**Service level.** Open and overdue counts as breached. Not yet due, paused, cancelled and stopped without an answer
is in no fraction and always beside it.
"""


def metrics_text() -> str:
    """The whole document; without an application or a request it is in English."""
    return "\n".join([PROSE, *(line for report in FACT_REPORTS.values() for line in _report(report))]).rstrip() + "\n"


def _report(report: FactReport) -> Iterator[str]:
    yield f"## `{report.slug}`: {source_text(report.title)}\n"
    yield f"{source_text(report.about)}\n"
    dimensions = ", ".join(f"`{name}`" for name in report.dimensions if name not in STEPS)
    by = ", ".join(f"`{name}`" for name in report.by) or "nothing"
    yield f"Broken down by {by} where nobody says otherwise. Dimensions: {dimensions}; and stretches of time.\n"
    for metric in report.metrics:
        yield from _metric(Declared(report, metric))


def _metric(each: Declared) -> Iterator[str]:
    metric = each.metric
    yield f"### `{each.id}`: {source_text(metric.title)}\n"
    yield f"{source_text(metric.definition)}\n"
    basis = each.report.source.bases.get(metric.basis)
    instant = source_text(basis.title) if basis is not None and basis.title is not None else metric.basis
    clock = f", {metric.time.value} time" if metric.time is not None else ""
    yield f"- Unit: {metric.unit.value}{clock}; {HOW[metric.how]}. Counts by when it was {instant}."
    for name in ("numerator", "denominator", "exclusions"):
        text = getattr(metric, name)
        if text is not None:
            yield f"- {name.capitalize()}: {source_text(text)}"
    sql = sql_of(each)
    if sql is not None:
        yield f"- Query: `{sql}`"
    yield ""
