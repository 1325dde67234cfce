"""Every periodic job: what, how often, why. A tick that comes late or twice changes nothing in the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.aftersales import approvals, billing, care, hours, renewal, revisits
from helpdesk.core import jobs
from helpdesk.core.command import transaction
from helpdesk.figures import counting
from helpdesk.jobs.housekeeping import forget_old_rows
from helpdesk.knowledge import deflection, reviews
from helpdesk.problems import broadcasts, detection, majors, schedules, similar
from helpdesk.reports import saving
from helpdesk.satisfaction import planning, sending
from helpdesk.tickets import clocks, coverage, duties, ladder, promises, resolution, search, states
from knowledge_base import search as article_search
from knowledge_base import searches


@dataclass(frozen=True)
class Periodic:
    """Something to run again and again; `run` returns how much it did, and is called at once again while it does."""

    name: str
    every_seconds: int
    why: str
    run: Callable[[], int]


def _purge_jobs() -> int:
    with transaction():
        return jobs.purge()


SCHEDULE = (
    Periodic("sweep_clocks", 5, "Clocks at risk and breached are dated and told.", clocks.sweep),
    Periodic("sweep_ladder", 5, "People are told in their hours; what nobody takes note of climbs.", ladder.sweep),
    Periodic(
        "sweep_promises", 30, "The absent's go to substitutes; what is long past is broken.", promises.sweep_promises
    ),
    Periodic("sweep_duties", 10, "What is late is told to its owner, the line lead, the manager.", duties.sweep_duties),
    Periodic("close_silent", 60, "Resolved tickets close after days of silence.", resolution.close_silent),
    Periodic("wake_scheduled", 30, "Tickets whose agreed date has come are open again.", states.wake_scheduled),
    Periodic(
        "renew_entitlements", 3600, "What covers an open ticket ends with its contract.", coverage.renew_entitlements
    ),
    Periodic("follow_zone_data", 3600, "New time zone data moves what is due.", coverage.follow_zone_data),
    Periodic("expire_hours", 3600, "What is left of a block of hours ends with it.", hours.expire_hours),
    Periodic("remind_of_blocks", 3600, "Client and desk hear of hours that expire soon.", hours.remind_of_blocks),
    Periodic("renew_contracts", 3600, "What renews itself goes on without a gap.", renewal.renew_contracts),
    Periodic(
        "remind_of_contracts", 3600, "Who decides hears in time of a contract's end.", renewal.remind_of_contracts
    ),
    Periodic("expire_approvals", 300, "A question that nobody answered in time is over.", approvals.expire_approvals),
    Periodic("bill_months", 3600, "A month of a monthly plan is invoiced when it has ended.", billing.bill_months),
    Periodic("plan_ahead", 3600, "Revisits are planned a year ahead, always.", care.plan_ahead),
    Periodic(
        "prepare_revisits", 60, "Clients are asked whether the day suits; it becomes a duty.", revisits.prepare_revisits
    ),
    Periodic("stand_in", 300, "Whoever is away on the day of a revisit is stood in for.", revisits.stand_in),
    Periodic("miss_revisits", 900, "A revisit whose window has passed is missed.", revisits.miss_revisits),
    Periodic("detect_recurrence", 3600, "Groups that grow unusually are proposed as problems.", detection.sweep),
    Periodic("forget_salts", 3600, "Whose searches were whose is forgotten after two days.", searches.forget_salts),
    Periodic("remind_of_reviews", 3600, "Owners look at their articles again.", reviews.remind_of_reviews),
    Periodic(
        "send_reports",
        300,
        "Product feedback goes out when its week, month or quarter is over.",
        schedules.send_reports,
    ),
    Periodic("send_saved_reports", 300, "Saved reports go out on the morning of their day.", saving.send_due),
    Periodic("send_broadcasts", 5, "What a problem's clients are told goes out after its window.", broadcasts.send_due),
    Periodic("sweep_majors", 5, "A major incident without a lead or with late news climbs.", majors.sweep_majors),
    Periodic("send_surveys", 30, "Clients are asked how it was, in their hours.", sending.sweep_surveys),
    Periodic("expire_surveys", 300, "What nobody answered in time is over.", sending.sweep_expired),
    Periodic("plan_nps", 3600, "Once a quarter an organisation is asked to judge us.", planning.sweep_nps),
    Periodic("index_tickets", 60, "Imported tickets are found like the others.", search.catch_up),
    Periodic("index_articles", 300, "Articles that no fact told of are found, too.", article_search.catch_up),
    Periodic("catch_up", 60, "Imported tickets are compared with the others, too.", similar.catch_up),
    Periodic("settle_sittings", 900, "A day after a suggestion it counts.", deflection.settle_sittings),
    Periodic("count_figures", 30, "Reports count what has happened.", counting.catch_up),
    Periodic("close_months", 3600, "The figures of a month that is over stay as they are.", counting.close_months),
    Periodic("purge_jobs", 3600, "Done jobs are forgotten after two weeks.", _purge_jobs),
    Periodic("forget_old_rows", 3600, "Old sign-in attempts and ended sessions are forgotten.", forget_old_rows),
)
