"""`report`: the figures of the desk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, tabling, with_desk
from helpdesk.core.i18n import DEFAULT_LANGUAGE, signed_hours, speak
from helpdesk.core.tables import csv_text
from helpdesk.figures.counting import catch_up_wholly
from helpdesk.figures.desk import desk_zone
from helpdesk.people.accounts import actor_by_email
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.problems.feedback import Feedback
from helpdesk.problems.feedback_documents import COLUMNS as FEEDBACK_COLUMNS
from helpdesk.problems.feedback_documents import table_rows as feedback_rows
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.attainment import BY, AttainmentReport, Tally, run_attainment
from helpdesk.reports.base import DIMENSIONS, Slice, parse_conditions
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.metrics import Figure, Metric, Row, Table, Unit
from helpdesk.reports.overview import Overview, Step
from helpdesk.reports.product_feedback import run_product_feedback
from helpdesk.reports.summary import overview_of_facts
from helpdesk.reports.tables.product_feedback import FEEDBACK

EVERY_ROW = sys.maxsize  # a page has its bounds; what is printed has none


class _Reports(Group):
    """The commands of this module, and one for each report by declaration."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *FACT_REPORTS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        return own if own is not None or cmd_name not in FACT_REPORTS else _fact_command(cmd_name)


@click.group(cls=_Reports)
def report() -> None:
    """Figures of the desk's work."""


def _fact_command(slug: str) -> click.Command:
    """The command of a report by declaration."""
    declared = FACT_REPORTS[slug]
    beside = _BESIDE.get(slug)

    @click.option("--where", "conditions", metavar="DIMENSION=VALUE", multiple=True,
                  help=f"Only this: {', '.join(declared.source.dimensions)}. May be given several times: of one "
                       "dimension either counts, of several all must hold.")  # fmt: skip
    @click.option("--since", metavar="DATE", help="On or after this date (or instant); all time if not given.")
    @click.option("--until", metavar="DATE", help="Before this date (or instant).")
    @click.option("--by", "dimensions", metavar="DIMENSION", multiple=True,
                  help=f"Broken down by this: a dimension, or {', '.join(STEPS)}. May be given several times; "
                       f"{' and '.join(declared.by) or 'not at all'} if not given.")  # fmt: skip
    @click.option("--limit", type=click.IntRange(min=1), help="So many rows at most, the first of them.")
    @click.option("--judged", type=click.Choice(["first", "now"]), default="first", show_default=True,
                  help="As the months were closed, or as it is judged now.")  # fmt: skip
    @click.option("--as", "email", metavar="EMAIL", help="Count what this account sees; the whole desk if not given.")
    @tabling
    @with_desk
    def run(
        conditions: tuple[str, ...], since: str | None, until: str | None, dimensions: tuple[str, ...],
        limit: int | None, judged: str, email: str | None, form: str, calendar: str | None = None,
    ) -> None:  # fmt: skip
        actor = actor_by_email(email) if email else SYSTEM
        zone = desk_zone().key
        speak(DEFAULT_LANGUAGE, zone)
        catch_up_wholly()
        over = Slice(_instant(since, zone), _instant(until, zone), parse_conditions(conditions), calendar)
        by = tuple(_OLD_NAMES.get((slug, name), name) for name in dimensions) or None
        found = declared.run(over, for_=actor, by=by, judged=judged, limit=limit or EVERY_ROW)
        if form == "csv":
            click.echo(csv_text(found.columns(), list(found.lines())), nl=False)
            return
        earlier = beside(over, actor, dimensions) if beside is not None else None
        document = found.document() if earlier is None else _together(found.document(), earlier[0])
        answer(form, document, lambda: "\n\n".join([*(earlier[1:] if earlier is not None else ()), _tabled(found)]))

    if declared.has_business_time:
        told = "Working hours by this calendar; by the desk's own if not given."
        run = click.option("--calendar", metavar="NAME", help=told)(run)
    words = f"threeline report {slug} --since 2026-01-01 --until 2026-04-01 --by {' --by '.join(declared.by)}"
    return click.command(slug, cls=Command, help=f"{declared.about}\n\n\b\nExample:\n  {words}\n  {words} --json")(run)


def _together(document: dict[str, Any], earlier: dict[str, Any]) -> dict[str, Any]:
    """One document of two: the older one keeps its names, also within the whole."""
    total = document["total"] | earlier["total"] if "total" in earlier else document["total"]
    return document | earlier | {"total": total}


def _overview(over: Slice, actor: Actor, dimensions: Sequence[str]) -> tuple[dict[str, Any], str]:
    step = next((Step(name) for name in dimensions if name in list(Step)), None)
    figures = overview_of_facts(over, for_=actor, by=step)
    return figures.document(), _text(figures)


def _sla(over: Slice, actor: Actor, dimensions: Sequence[str]) -> tuple[dict[str, Any], str]:
    if any(name not in (*DIMENSIONS, "clock") for name, _value in over.where):
        return {}, ""  # sliced by what only the facts know
    figures = run_attainment(over, for_=actor, by=[name for name in dimensions if name in BY] or BY)
    return figures.document(), _attained(figures)


# What two commands have answered since before their reports were declared, and still do.
_BESIDE: dict[str, Callable[[Slice, Actor, Sequence[str]], tuple[dict[str, Any], str]]] = {
    "overview": _overview, "sla": _sla,
}  # fmt: skip
_OLD_NAMES = {("sla", "kind"): "clock"}


def _said(metric: Metric, figure: Figure) -> str:
    """A figure for people: money with its currency, minutes as hours."""
    if figure.value is None:
        return "–"
    if metric.unit is Unit.CENTS:
        return f"{figure.value / 100:.2f} {figure.currency or ''}".rstrip()
    if metric.unit is Unit.MINUTES:
        return signed_hours(int(figure.value))
    return f"{figure.value:g}" if figure.value % 1 == 0 else f"{figure.value:.4f}"


def _tabled(found: Table) -> str:
    names = [metric.name for metric in found.metrics]

    def line(name: str, row: Row) -> tuple[str, ...]:
        return name, *(_said(metric, row.figures[metric.name]) for metric in found.metrics)

    rows = [("", *names), line("together", found.total)]
    rows += [line("  " + " · ".join(each or "–" for each in row.key), row) for row in found.rows]
    return _table(rows)


@report.command("product-feedback")
@click.option("--product", "product", metavar="NAME", help="Only of this product; of all if not given.")
@click.option("--version", "version", metavar="NAME", help="Only of tickets from this version of the product.")
@click.option("--where", "conditions", metavar="DIMENSION=VALUE", multiple=True,
              help=f"Only this: {', '.join(FEEDBACK.source.dimensions)}. May be given several times. The rank of "
                   "problems and the wishes know product and version alone.")  # fmt: skip
@click.option("--since", metavar="DATE", help="Opened on or after this date (or instant); all time if not given.")
@click.option("--until", metavar="DATE", help="Opened before this date (or instant).")
@click.option("--by", "dimensions", metavar="DIMENSION", multiple=True,
              help="The tickets broken down by this; may be given several times; by problem if not given.")  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print the problems by their rank and the wishes in CSV.")
@click.option("--as", "email", metavar="EMAIL", help="Count what this account sees; the whole desk if not given.")
@tabling
@with_desk
def product_feedback(
    product: str | None, version: str | None, conditions: tuple[str, ...], since: str | None, until: str | None,
    dimensions: tuple[str, ...], as_csv: bool, email: str | None, form: str,
) -> None:  # fmt: skip
    """Product feedback: the problems of a product by their rank, wishes by clients, and what was answered.

    \b
    Example:
      threeline report product-feedback --product "Label printer" --since 2026-01-01 --json
      threeline report product-feedback --until 2026-04-01 --csv
      threeline report product-feedback --by organisation --format csv
    """
    named = [f"{name}={value}" for name, value in (("product", product), ("version", version)) if value]
    over, actor = _slice((*conditions, *named), since, until, email)
    found = FEEDBACK.run(over, for_=actor, by=dimensions or None)
    if form == "csv":
        click.echo(csv_text(found.columns(), list(found.lines())), nl=False)
    elif as_csv or form == "text":
        figures = run_product_feedback(over, for_=actor)
        told = csv_text(FEEDBACK_COLUMNS, feedback_rows(figures)) if as_csv else f"{_fed_back(figures)}\n"
        click.echo(told, nl=False)
        if not as_csv:
            click.echo(f"\n{_tabled(found)}")
    else:
        answer(form, found.document(), str)


def _fed_back(figures: Feedback) -> str:
    heads = ("", "rank", "tickets", "before", "clients", "impact", "hours", "a year", "answer")
    rows: list[tuple[str, ...]] = [heads, ("problems",)]
    for row in figures.problems:
        value = ", ".join(f"{cents / 100:.2f} {currency}" for currency, cents in row.value_cents.items()) or "–"
        rows.append((
            f"  {row.problem.number} {row.problem.title}", f"{row.score:.1f}", str(row.tickets),
            "" if row.tickets_before is None else str(row.tickets_before), str(row.clients),
            f"{row.impact:.2f}" if row.impact is not None else "–", signed_hours(row.minutes), value,
            row.answer.row.verdict.value if row.answer else "–",
        ))  # fmt: skip
    rows.append(("wishes",))
    rows += [
        (f"  {wish.wanted.wish.number} {wish.wanted.wish.title}", "", "", "", str(wish.wanted.clients), "", "", "",
         wish.answer.row.verdict.value if wish.answer else "–")
        for wish in figures.wishes
    ]  # fmt: skip
    return _table(rows)


def _slice(
    conditions: tuple[str, ...], since: str | None, until: str | None, email: str | None
) -> tuple[Slice, Actor]:  # fmt: skip
    """What is asked for, and for whom it is counted."""
    actor = actor_by_email(email) if email else SYSTEM
    speak(DEFAULT_LANGUAGE, actor.zone)
    return Slice(_instant(since, actor.zone), _instant(until, actor.zone), parse_conditions(conditions)), actor


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    width = len(rows[0])
    whole = [(*row, *[""] * (width - len(row))) for row in rows]
    widths = [max(len(row[i]) for row in whole) for i in range(width)]
    return "\n".join(_aligned(row, widths) for row in whole)


def _attained(figures: AttainmentReport) -> str:
    """The figures in a table: a line for each value of each dimension, then what stands beside."""
    heads = ("", "kept", "", "excused", "late", "open late", "unanswered", "not due", "paused", "promises kept")
    rows = [heads, _tallied("together", figures.total)]
    for dimension, tallies in figures.by.items():
        rows.append((f"by {dimension}", *[""] * (len(heads) - 1)))
        rows += [_tallied(f"  {value or '–'}", tally) for value, tally in tallies.items()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    lines = [_aligned(row, widths) for row in rows]
    beside, left = figures.beside, figures.excluded
    oldest = f", the oldest {beside.oldest_number}" if beside.oldest_number else ""
    paused = "–" if beside.paused_percent is None else f"{beside.paused_percent:.1f} %"
    return "\n".join([
        f"as of {figures.as_of:%Y-%m-%dT%H:%M:%SZ}", "", *lines, "",
        f"overdue now: {beside.overdue_now}{oldest}", f"paused share of the time: {paused}",
        f"priorities lowered: {beside.lowerings}, of them with less than a quarter of the time left: "
        f"{beside.lowerings_with_little_left}",
        f"backdated events: {beside.backdated}",
        "left out: " + ", ".join(f"{word.replace('_', ' ')} {count}" for word, count in left.items()),
    ])  # fmt: skip


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    """A name on the left, figures on the right."""
    figures = (f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([f"{cells[0]:<{widths[0]}}", *figures]).rstrip()


def _tallied(name: str, tally: Tally) -> tuple[str, ...]:
    percents = ["" if each is None else f"{each:.1f} %" for each in (tally.percent, tally.percent_excused)]
    promised = tally.promises_kept + tally.promises_broken
    return (
        name, f"{tally.met}/{tally.decided}", percents[0],
        f"{tally.met}/{tally.decided_excused} {percents[1]}".strip() if tally.excused else "", str(tally.late),
        str(tally.overdue), str(tally.unanswered), str(tally.not_due), str(tally.paused),
        f"{tally.promises_kept}/{promised}" if promised else "",
    )  # fmt: skip


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
