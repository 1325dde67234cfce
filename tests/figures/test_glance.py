"""What a page shows first comes from stored sums, and is what the whole report says."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core.db import db
from helpdesk.figures import counting
from helpdesk.figures.desk import desk_zone
from helpdesk.models.figures import StaleDay
from helpdesk.models.tickets import Channel, Priority, Status
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.base import Slice
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast
from tests.plans import plan_of

OF_FACTS = ["overview", "sla", "lines", "flow", "handovers", "backlog", "first-line", "reopenings", "variants"]
FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def desk(cast: Cast) -> None:
    """Forty tickets of six weeks, with teams, waits, ends and returns."""
    chance = random.Random(7)
    past = []
    for number in range(40):
        at = FIRST + timedelta(hours=chance.randrange(24 * 42))
        teams = chance.sample([(cast.desk.id, 1), (cast.field.id, 2)], k=chance.choice((1, 2)))
        steps = [PastStep(at, team_id=teams[0][0], line=teams[0][1])]
        steps += [PastStep(at + timedelta(hours=2), team_id=team, line=line) for team, line in teams[1:]]
        if chance.random() < 0.8:
            steps.append(PastStep(at + timedelta(hours=chance.randrange(3, 300)), status=Status.RESOLVED))
            if chance.random() < 0.3:
                steps.append(PastStep(steps[-1].at + timedelta(hours=5), status=Status.OPEN))
            elif chance.random() < 0.8:
                steps.append(PastStep(steps[-1].at + timedelta(days=5), status=Status.CLOSED))
        channel = chance.choice((Channel.PHONE, Channel.EMAIL))
        past.append(PastTicket(f"Printer {number}", "", cast.jonas.contact_id, channel, tuple(steps)))
    record_past(past)
    counting.catch_up_wholly()


def slices(count: int) -> list[Slice]:
    chance, zone, found = random.Random(11), desk_zone(), [Slice()]
    conditions: list[tuple[tuple[str, str], ...]] = [
        (), (("channel", "phone"),), (("channel", "phone"), ("channel", "email")), (("priority", Priority.P3.value),),
        (("line", "1"),), (("type", "incident"), ("channel", "email")), (("team", ""),),
    ]  # fmt: skip
    for _ in range(count):
        first = datetime(2026, 1, 1, tzinfo=zone) + timedelta(days=chance.randrange(40))
        until = first + timedelta(days=chance.randrange(1, 40), hours=chance.choice((0, 0, 0, 9)))
        found.append(Slice(first, until, chance.choice(conditions)))
    return found


@pytest.mark.parametrize("slug", OF_FACTS)
def test_the_first_glance_says_what_the_report_says(desk: None, slug: str):
    report = FACT_REPORTS[slug]
    for over in slices(12):
        whole, glance = report.run(over, for_=SYSTEM, by=()), report.glance(over, for_=SYSTEM)
        for name, figure in glance.total.figures.items():
            assert figure == whole.total.figures[name], (over, name)
        if glance.before is not None and whole.before is not None:
            for name, figure in glance.before.figures.items():
                assert figure == whole.before.figures[name], (over, name)


@pytest.mark.parametrize(
    "slug", [slug for slug in OF_FACTS if slug not in ("load", "forecast", "steps")]
)  # ways of their own
def test_a_breakdown_has_the_same_whole_as_none(desk: None, slug: str):
    report = FACT_REPORTS[slug]
    for over in slices(6):
        whole = report.run(over, for_=SYSTEM, by=()).total
        for by in (("month",), ("week", "team"), ("channel",)):
            assert report.run(over, for_=SYSTEM, by=by).total == whole, (over, by)


def test_sums_that_do_not_hold_are_not_read(desk: None):
    over = Slice(datetime(2026, 1, 1, tzinfo=desk_zone()), datetime(2026, 2, 1, tzinfo=desk_zone()))
    report = FACT_REPORTS["overview"]
    told = report.glance(over, for_=SYSTEM)

    db.session.add(StaleDay(fact="opened", day=over.since.toordinal() if over.since else 0))
    db.session.execute(db.text("UPDATE figure_sum SET amount = amount + 1"))

    assert report.glance(over, for_=SYSTEM).total == told.total


def test_a_glance_at_service_levels_reads_sums_alone(desk: None):
    over = Slice(datetime(2026, 1, 1, tzinfo=desk_zone()), datetime(2026, 3, 1, tzinfo=desk_zone()))
    lines = " ".join(plan_of(lambda: FACT_REPORTS["sla"].glance(over, for_=SYSTEM)))

    assert "figure_sum" in lines
    assert "ix_clock_figures_due" not in lines


def test_a_period_of_whole_days_is_a_span_of_the_index(desk: None):
    over = Slice(datetime(2026, 1, 1, tzinfo=desk_zone()), datetime(2026, 3, 1, tzinfo=desk_zone()))
    for slug, index in (("lines", "ix_ticket_figures_resolved"), ("overview", "ix_ticket_figures_opened"),
                        ("flow", "ix_hop_figures_day"), ("sla", "ix_clock_figures_due")):  # fmt: skip
        lines = plan_of(lambda slug=slug: FACT_REPORTS[slug].run(over, for_=SYSTEM, by=("type",)))
        assert any(index in line for line in lines), (slug, lines)


def test_the_ages_at_the_end_of_a_month_are_those_of_all_that_is_open(desk: None):
    over = Slice(datetime(2026, 1, 1, tzinfo=desk_zone()), datetime(2026, 4, 1, tzinfo=desk_zone()))
    for row in FACT_REPORTS["backlog"].run(over, for_=SYSTEM, by=("month",)).rows:
        ages = [figure.value or 0 for name, figure in row.figures.items() if name.startswith("aged_")]
        assert sum(ages) == row.figures["open"].value
