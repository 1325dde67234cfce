"""The figures that templates draw, template by template, as they are written there, with the metric of each.

What no report counts is told of in words. `reports/drawn.py` reads the templates; `metrics lint` finds what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping


def _metrics(report: str, **names: str) -> dict[str, str]:
    """`kept="total.kept row.kept"`: these values tell the metric `report.kept`."""
    return {value: f"{report}.{metric}" for metric, values in names.items() for value in values.split()}


def _both(report: str, names: Mapping[str, str]) -> dict[str, str]:
    """Of a page that tells the whole and its rows: what both call so is this metric."""
    return {f"{of}.{name}": f"{report}.{metric}" for name, metric in names.items() for of in ("total", "row.tally")}


_FEEDBACK = _metrics(
    "product-feedback", tickets="row.tickets row.tickets_before figures.tickets", clients="row.clients",
    worked_minutes="row.minutes", impact_mean="row.impact", reopenings="row.reopenings", problems="figures.problems",
)  # fmt: skip
_RANKED = {
    "row.score": "the rank of a problem: tickets, impact, contract value and hours multiplied, as the page says",
    "row": "a problem with all of its figures, handed on to a macro",
    "row.satisfaction": "satisfaction.csat_mean of tickets of the problem against the others",
    "row.new_clients": "clients who had none of its tickets in the period before",
    "row.wanted.clients": "clients who asked for a wish",
    "row.wanted.votes": "votes for a wish",
    "row.after": "tickets before and after the version that fixed it",
    "figures.wishes": "wishes of the product",
    "tickets": "the list of its tickets",
}

FIGURES: Mapping[str, Mapping[str, str]] = {
    "components/feedback.html": _metrics("product-feedback", tickets="row.factors.tickets",
                                         impact_mean="row.factors.impact", worked_minutes="row.factors.hours")
    | _metrics("satisfaction", csat_mean="found.mean found.others_mean", csat_answers="found.answers found.others")
    | _metrics("cost", contract_value_amount="row.factors.value cents"),
    "documents/product_feedback.html": _FEEDBACK,
    "mail/feedback_report/body.html": _FEEDBACK | {"count": "product-feedback.tickets"},
    "mail/feedback_report/body.txt": _FEEDBACK,
    "manager/feedback/problem.html": _FEEDBACK,
    "manager/feedback/show.html": _FEEDBACK,
    "manager/boards/morning.html": _metrics("hours", granted_minutes="row.tally.granted",
                                             left_minutes="row.tally.left"),
    "manager/boards/process.html": _metrics(
        "flow", hops="found.hops", ping_pongs="found.ping_pongs each.ping_pongs", held_seconds_mean="each.seconds"
    ) | _metrics("variants", tickets="found.tickets way.figures.tickets.value", variants="found.variants",
                 tickets_share="share")
    | _metrics("steps", times="each.count stay.times"),
    "manager/reports/attainment.html": _metrics(
        "sla", attainment="row.fraction row.percent total.fraction total.percent",
        attainment_excused="row.excused_fraction row.excused_percent", late="row.tally.late",
        overdue="row.tally.overdue", unanswered="row.tally.unanswered", not_due="row.tally.not_due total.tally.not_due",
        met="total.tally.met", decided="total.tally.decided",
    ) | _metrics("promises", kept_share="row.promised"),
    "manager/reports/claims.html": _both("claims", {
        "registered": "registered", "open": "open", "appealed": "appealed", "decided": "decided", "refund": "refund",
        "upheld": "upheld_share", "percent": "upheld_share", "days": "decision_seconds_mean",
    }) | {"cents": "claims.refund_amount"},
    "manager/reports/hours.html": _both("hours", {
        "expired": "expired_minutes", "granted": "granted_minutes", "left": "left_minutes",
        "overage": "overage_minutes", "used": "used_minutes", "unpriced": "unpriced_notices", "notices": "notices",
    }) | {"cents": "hours.billed_amount"},
    "manager/reports/knowledge.html": _metrics(
        "knowledge",
        deflected_share="figures.deflection figures.deflection.part figures.deflection.whole",
        link_share="figures.total figures.total.part row.share row.share.part "
                   "row.share.interval",
        resolved="figures.total.whole row.share.whole", sittings="figures.sittings.settled", uses="row.tickets",
        useful_share="row.useful row.not_useful",
    ),
    "manager/reports/overview.html": _metrics(
        "overview", tickets="figures.tickets", resolved="figures.resolved",
        first_line_share="figures.first_line_share", reopened="figures.reopened", reopenings="figures.reopenings",
        ping_pong="figures.ping_pong", changed_hands="figures.changed_hands",
        close_seconds_mean="figures.open_to_close_days_mean", close_seconds_median="figures.open_to_close_days_median",
    ) | _metrics("sla", met="each.met", decided="decided", overdue="each.overdue", attainment="each.share")
    | _metrics("backlog", open="figures.backlog"),
    "manager/reports/promises.html": _metrics(
        "promises", kept_share="row.fraction row.percent row.interval total.fraction total.percent",
        kept="total.kept.kept", late="row.kept.late total.kept.late", broken="row.kept.broken total.kept.broken",
        overdue="row.kept.overdue total.kept.overdue", moved_with_notice="row.kept.moved total.kept.moved",
        withdrawn="row.kept.withdrawn", planned="row.kept.planned",
    ),
    "manager/reports/revisits.html": _both("revisits", {
        "late": "late", "missed": "missed", "needs": "needs", "needs_won": "needs_won", "on_time": "on_time",
        "overdue": "overdue", "rated": "rated", "referrals": "referrals", "referrals_won": "referrals_won",
        "refused": "refused", "satisfaction": "satisfaction_mean", "skipped": "skipped", "to_come": "to_come",
        "percent": "on_time_share",
    }),
    "manager/reports/searches.html": _metrics(
        "searches", searches="total.searches row.searches each.searches figures.before.searches",
        answered="total.answered row.answered", without_result="total.without_result row.without_result "
                                                               "each.without_result",
        refining="total.refining", complex="total.complex", reworded="total.reworded",
        tickets="total.tickets row.tickets", left="total.left",
    ),
}  # fmt: skip
# What no report counts, and what it says.
BESIDE: Mapping[str, Mapping[str, str]] = {
    "components/feedback.html": {
        "after.on_fix": "tickets of clients who have the version that fixed a problem",
        "after.since": "its tickets since that version",
        "after.before": "its tickets in as many days before", "after.days_before": "how many days that were",
        "row.contracts_unknown": "clients of whose contracts no value is known",
        "value_unit": "the unit of contract value", "hours_unit": "the unit of hours",
    },
    "documents/product_feedback.html": _RANKED, "mail/feedback_report/body.html": _RANKED,
    "mail/feedback_report/body.txt": _RANKED, "manager/feedback/problem.html": _RANKED,
    "manager/feedback/show.html": _RANKED | {"value": "a choice of the form"},
    "documents/report.html": {"left_out": "rows that the paper leaves out"},
    "components/walls.html": {
        "wall.open": "open tickets of the line now", "wall.unassigned": "of these, those that nobody has",
        "wall.overdue": "of these, those past a due time", "wall.at_risk": "of these, those due within the hour",
        "wall.waiting_client": "of these, those that wait for the client",
        "wall.opened_today": "tickets of the line that came in since midnight, the desk's day",
        "wall.resolved_today": "tickets of the line resolved since midnight, the desk's day",
        "wall.promised_today": "promises that are due until midnight or past their time",
        "value": "the number of a tile, handed to its macro",
    },
    "manager/boards/_wall.html": {
        "wall": "the board with all of its figures, handed to a macro",
        "seconds": "the time of a row, handed to its macro", "left": "the time until a ticket is due, or since",
    },
    "walls/_counts.html": {"wall": "the board with all of its figures, handed to a macro",
                           "wall.majors": "how many major incidents there are now"},
    "manager/boards/morning.html": {
        "line.count": "open tickets of a line past a due time now",
        "one.expected": "how many tickets the group of a proposal would usually have had",
        "row.survey.score": "the score of one answer",
    },
    "manager/boards/process.html": {"stay.seconds": "how long tickets were in a status each time, the mean"},
    "manager/reports/_slice.html": {"value": "a choice of the form"},
    "manager/reports/report.html": {"value": "a choice of the form", "day": "a date of the form"},
    "manager/reports/behind.html": {"total": "how many items are listed", "item": "an item of the list, by its name",
                                    "kind": "what the items are, as a title"},
    "manager/reports/attainment.html": {
        "beside.overdue_now": "clocks past their due time now", "beside.oldest_number": "the ticket of the oldest one",
        "beside.lowerings": "priorities that were lowered in the period",
        "beside.lowerings_with_little_left": "of these, those with less than a quarter of the time left",
        "beside.backdated": "facts written down later than they are dated",
        "paused": "the share of the whole time in which clocks stood still",
        "row.tally.paused": "clocks that stand still now", "total.tally.paused": "clocks that stand still now",
        "figures.excluded.cancelled": "clocks of cancelled tickets", "figures.excluded.merged": "of merged ones",
        "figures.excluded.no_sla": "tickets without service levels", "figures.excluded.imported": "imported ones",
    },
    "manager/reports/claims.html": {"total": "the tally, handed to a macro", "row.tally": "the same of a row",
                                    "row.tally.*": "claims.repair, .replace, .redo, .refund or .reject"},
    "manager/reports/hours.html": {"total": "the tally, handed to a macro", "row.tally": "the same of a row"},
    "manager/reports/knowledge.html": {"figures.sittings.unsettled": "sittings of the last day, which may go on"},
    "manager/reports/overview.html": {"column.count": "overview.tickets of a priority or a channel"},
    "manager/reports/promises.html": {"count": "the number of a cell, handed to its macro",
                                      "total.kept.decided": "promises.kept, late, broken and overdue"},
    "manager/reports/revisits.html": {"total.decided": "revisits.on_time, late and missed",
                                      "row.tally.decided": "revisits.on_time, late and missed"},
    "manager/reports/searches.html": {
        "part": "a part, handed to the macro of its share", "all": "its whole", "empty_bars": "the bars of a picture",
        "column.count": "searches.searches of a day, month or year",
    },
    "manager/reports/sittings.html": {"search.results": "results of one search"},
}  # fmt: skip
