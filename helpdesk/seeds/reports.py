"""Saved reports of the demo desk: what its manager reads each month, and what the desk shares."""

from __future__ import annotations

from helpdesk.policy.actor import Actor
from helpdesk.reports.saving import NewSaved, Sending, save_report, schedule_saved

SAVED = (
    NewSaved("The lines, month by month", "lines", "period=this-year&by=month", is_shared=True),
    NewSaved("Teams last month", "lines", "period=last-month&by=team"),
    NewSaved("How clients liked it, by team", "satisfaction", "period=last-quarter&by=team", is_shared=True),
)


def save_reports(manager: Actor) -> None:
    """Save what the manager wants again; the month before comes by mail."""
    rows = [save_report(new, by=manager) for new in SAVED]
    schedule_saved(rows[1].id, Sending("month", "pdf", (manager.account_id or 0,)), by=manager)
