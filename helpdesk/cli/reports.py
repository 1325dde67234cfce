"""`report`: the figures of the desk."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, with_desk
from helpdesk.core.i18n import DEFAULT_LANGUAGE, speak
from helpdesk.people.accounts import actor_by_email
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.base import Slice, parse_conditions
from helpdesk.reports.overview import Overview, Step, run_overview


@click.group(cls=Group)
def report() -> None:
    """Figures of the desk's work."""


@report.command()
@click.option("--where", "conditions", metavar="DIMENSION=VALUE", multiple=True,
              help="Only tickets of this import, team, line, organisation, product, channel, priority, type or status. "
                   "May be given several times: of one dimension either counts, of several all must hold.")  # fmt: skip
@click.option("--since", metavar="DATE", help="Opened on or after this date (or instant); all time if not given.")
@click.option("--until", metavar="DATE", help="Opened before this date (or instant).")
@click.option("--by", "step", type=click.Choice([step.value for step in Step]), help="How finely arrivals are counted.")
@click.option("--as", "email", metavar="EMAIL", help="Count what this account sees; the whole desk if not given.")
@answering
@with_desk
def overview(
    conditions: tuple[str, ...], since: str | None, until: str | None, step: str | None, email: str | None, form: str
) -> None:
    """Tickets, reassignments, reopenings, times to close, arrivals, backlog, flow and SLA attainment.

    \b
    Example:
      threeline report overview --where import=servicenow --json
      threeline report overview --since 2026-01-01 --until 2026-04-01 --where line=2
    """
    actor = actor_by_email(email) if email else SYSTEM
    speak(DEFAULT_LANGUAGE, actor.zone)
    over = Slice(_instant(since, actor.zone), _instant(until, actor.zone), parse_conditions(conditions))
    figures = run_overview(over, for_=actor, by=Step(step) if step else None)
    answer(form, figures.document(), lambda: _text(figures))


def _instant(text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{text!r} is no date such as 2026-03-02.", Exit.USAGE) from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def _text(figures: Overview) -> str:
    rows: list[tuple[str, object]] = [
        ("tickets", figures.tickets), ("of imported events", figures.events), ("open now", figures.backlog),
        ("resolved", figures.resolved), ("resolved on line one", _percent(figures.first_line_share)),
        ("missed their SLA", figures.missed_sla), ("changed hands", figures.changed_hands),
        ("reassignments, mean", _number(figures.reassignments_mean)),
        ("reassignments, most", figures.reassignments_max), ("reopened", figures.reopened),
        ("reopenings", figures.reopenings), ("waited for the client", figures.waited_client),
        ("ping-pong", figures.ping_pong), ("open to close, mean days", _number(figures.open_to_close_days_mean)),
        ("open to close, median days", _number(figures.open_to_close_days_median)),
    ]  # fmt: skip
    rows += [(f"priority {word}", count) for word, count in figures.by_priority.items()]
    rows += [(f"channel {word}", count) for word, count in figures.by_channel.items()]
    rows += [(f"line {hops.from_line} to line {hops.to_line}", hops.count) for hops in figures.flow]
    rows += [(f"{kind} met", f"{_percent(each.share)} of {each.met + each.breached + each.overdue}")
             for kind, each in figures.sla.items()]  # fmt: skip
    rows += [
        (f"opened in the {figures.arrivals.step} of {day}", count) for day, count in figures.arrivals.counts.items()
    ]
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label:<{width}}  {value}" for label, value in rows)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _percent(share: float | None) -> str:
    # Rounded down: 100 % is said only where nothing was missed.
    return "–" if share is None else f"{int(share * 1000) / 10:.1f} %"


COMMANDS: tuple[Command | Group, ...] = (report,)
