"""Groups that grow unusually for their product and version become proposals, with their evidence.

1. A window is the last days up to now; a group's past in a product is the windows before it, as far back as the product
   has had tickets, at most `past_windows`. Merged and cancelled tickets do not count.
2. A group is tested in each product where it has tickets in the window, and in each version of it there. What `growth`
   says counts; among all tests only as many stand out as keep the share of false alarms below the setting.
3. A group with too few tickets or requesters in the window is not proposed, however improbable: one person who writes
   three times is no recurring problem.
4. One group in one product is proposed once. An open proposal is kept up to date. While the problem that came of one is
   open, nothing is proposed. A dismissal is remembered: until the past has caught up with it, only growth that is
   unusual against the level at the dismissal is new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, delete, func, select

from helpdesk.core.command import command
from helpdesk.core.db import among, db
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting, write_settings
from helpdesk.core.times import now
from helpdesk.events import ConfigurationChanged, RecurrenceProposed
from helpdesk.models.detection import TextTerm, TicketText
from helpdesk.models.problems import OPEN_PROBLEMS, Problem, ProposalState, ProposalTicket, RecurrenceProposal
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.problems import growth, similarity
from helpdesk.problems.growth import Growth
from helpdesk.problems.similar import NOT_COUNTED, held_state, read

MOST_TICKETS = 500  # that a proposal stands on
MOST_TERMS = 8
SHARE = 0.8  # of its tickets with one version or component, from which on the proposal names it


@dataclass(frozen=True)
class DetectionSettings:
    """Settings of the detection of recurring problems."""

    window_days: int = setting(7, "Days that are compared with the past.", low=1, high=60)
    past_windows: int = setting(12, "Such spans of the past that count.", low=2, high=60)
    least_tickets: int = setting(4, "Tickets in the span, below which nothing is proposed.", low=2, high=1000)
    least_requesters: int = setting(2, "People who wrote them, below which nothing is proposed.", low=1, high=1000)
    false_permille: int = setting(10, "Proposals in a thousand that chance alone may make.", low=1, high=500)


@dataclass(frozen=True)
class Arrival:
    """A ticket of the window."""

    ticket_id: int
    group_id: int
    product_id: int | None
    version_id: int | None
    component_id: int | None
    organisation_id: int | None
    requester_id: int
    language: str
    score: float


@dataclass(frozen=True)
class Cell:
    """A group in a product, or in one version of it."""

    group_id: int
    product_id: int | None
    version_id: int | None = None


@dataclass
class Past:
    """What the product, or a version of it, had before: tickets by window, the latest first."""

    windows: Counter[int] = field(default_factory=Counter)

    def length(self, most: int) -> int:
        """Windows since its first ticket."""
        return min(most, max(self.windows) + 1) if self.windows else 0

    def series(self, most: int) -> list[int]:
        return [self.windows[each] for each in range(self.length(most))]


def detection_settings() -> DetectionSettings:
    return read_settings(DetectionSettings)


@command
def change_detection_settings(values: dict[str, Any], *, by: Actor) -> None:
    """Change what is proposed; Invalid names each setting that is wrong."""
    require(by, Action.MANAGE_DESK)
    write_settings(DetectionSettings, values)
    record(ConfigurationChanged(0, what="detection_settings", change=values), by=by)


def sweep() -> int:
    """Look for unusual growth. Always says 0, so that the clock does not call again at once."""
    detect()
    return 0


@command
def detect() -> list[RecurrenceProposal]:
    """Propose what grows unusually now; returns the proposals that are new or were brought up to date."""
    held_state()  # two at once would propose twice
    settings, at = detection_settings(), now()
    since = at - timedelta(days=settings.window_days)
    arrivals = _arrivals(since, at)
    if not arrivals:
        return []
    by_cell = _by_cell(arrivals)
    found = _noticed(by_cell, arrivals, settings, since)
    told = []
    for (group_id, product_id), best in sorted(found.items(), key=lambda each: (each[0][0], each[0][1] or 0)):
        tickets = by_cell[Cell(group_id, product_id)]
        proposal = _propose(group_id, product_id, best, tickets, settings, at)
        if proposal is not None:
            told.append(proposal)
    return told


def _noticed(
    by_cell: Mapping[Cell, Sequence[Arrival]], arrivals: Sequence[Arrival], settings: DetectionSettings, since: datetime
) -> dict[tuple[int, int | None], Growth]:
    """What stands out: by group and product the most telling of its tests."""
    eligible = {
        cell: rows for cell, rows in by_cell.items()
        if len(rows) >= settings.least_tickets and len({row.requester_id for row in rows}) >= settings.least_requesters
    }  # fmt: skip
    if not eligible:
        return {}
    volumes = _volumes(settings, since)
    here: Counter[tuple[int | None, int | None]] = Counter((row.product_id, None) for row in arrivals)
    here.update((row.product_id, row.version_id) for row in arrivals if row.version_id is not None)
    past = _past_of({cell.group_id for cell in eligible}, settings, since)
    judged: dict[Cell, Growth] = {}
    for cell, rows in eligible.items():
        whole = volumes[cell.product_id, cell.version_id]
        windows, before = whole.length(settings.past_windows), past[cell]
        series = whole.series(settings.past_windows)
        judged[cell] = growth.growth(
            len(rows), before, windows, dispersion=growth.dispersion(series),
            allowance=growth.allowance(
                here[cell.product_id, cell.version_id] - len(rows), sum(series) - before, windows
            ),
        )  # fmt: skip
    probabilities = {cell: each.probability for cell, each in judged.items()}
    out = growth.noticed(probabilities, tests=len(by_cell), false_share=settings.false_permille / 1000)
    best: dict[tuple[int, int | None], Growth] = {}
    for cell in out:
        key = cell.group_id, cell.product_id
        if key not in best or judged[cell].probability < best[key].probability:
            best[key] = judged[cell]
    return best


def _propose(
    group_id: int, product_id: int | None, found: Growth, tickets: Sequence[Arrival], settings: DetectionSettings,
    at: datetime,
) -> RecurrenceProposal | None:  # fmt: skip
    latest = db.session.scalar(
        select(RecurrenceProposal).where(
            RecurrenceProposal.group_id == group_id, RecurrenceProposal.product_id.is_not_distinct_from(product_id)
        ).order_by(RecurrenceProposal.id.desc()).limit(1)
    )  # fmt: skip
    if latest is not None and not _is_news(latest, len(tickets), settings, at):
        return None
    most_typical = max(tickets, key=lambda row: (row.score, -row.ticket_id))
    values: dict[str, Any] = {
        "version_id": _mostly([row.version_id for row in tickets]),
        "component_id": _mostly([row.component_id for row in tickets]),
        "count": len(tickets), "expected": found.expected, "probability": found.probability, "updated_at": at,
        "evidence": _evidence(group_id, product_id, tickets, settings, at),
    }  # fmt: skip
    if latest is not None and latest.state is ProposalState.OPEN:
        for name, value in values.items():
            setattr(latest, name, value)
        proposal = latest
    else:
        title = db.session.scalars(select(Ticket.subject).where(Ticket.id == most_typical.ticket_id)).one()
        proposal = RecurrenceProposal(
            group_id=group_id, product_id=product_id, title=title, state=ProposalState.OPEN, proposed_at=at, **values
        )
        db.session.add(proposal)
        db.session.flush()
        fact = RecurrenceProposed(proposal.id, product_id=product_id, count=len(tickets),
                                  expected=round(found.expected, 2), probability=found.probability)  # fmt: skip
        record(fact, by=SYSTEM)
    db.session.execute(delete(ProposalTicket).where(ProposalTicket.proposal_id == proposal.id))
    newest = sorted((row.ticket_id for row in tickets), reverse=True)[:MOST_TICKETS]
    db.session.add_all(ProposalTicket(proposal_id=proposal.id, ticket_id=each) for each in newest)
    db.session.flush()
    return proposal


def _is_news(latest: RecurrenceProposal, count: int, settings: DetectionSettings, at: datetime) -> bool:
    if latest.state is ProposalState.OPEN:
        return True  # kept up to date
    if latest.state is ProposalState.DISMISSED:
        remembered = timedelta(days=settings.window_days * settings.past_windows)
        if latest.decided_at is None or latest.decided_at < at - remembered:
            return True
        against = growth.growth(count, latest.count, 1)
        return count > latest.count and against.probability <= settings.false_permille / 1000
    state = db.session.scalar(select(Problem.state).where(Problem.id == latest.problem_id))
    return state not in OPEN_PROBLEMS


def _evidence(
    group_id: int, product_id: int | None, tickets: Sequence[Arrival], settings: DetectionSettings, at: datetime
) -> dict[str, Any]:
    """What people see of the reasons: counts by window, shared words, who and where."""
    edges = [at - timedelta(days=settings.window_days * each) for each in range(settings.past_windows + 2)]
    rows = db.session.scalars(_counted(select(TicketText.opened_at)).where(
        TicketText.group_id == group_id, TicketText.opened_at > edges[-1], TicketText.opened_at <= at,
        Ticket.product_id.is_not_distinct_from(product_id),
    )).all()  # fmt: skip
    return {
        "window_days": settings.window_days,
        "counts": [sum(earlier < each <= later for each in rows) for later, earlier in pairwise(edges)],
        "terms": shared_by([row.ticket_id for row in tickets]),
        "requesters": len({row.requester_id for row in tickets}),
        "organisations": len({row.organisation_id for row in tickets} - {None}),
        "languages": dict(Counter(row.language for row in tickets).most_common()),
        "versions": _counted_ids(row.version_id for row in tickets),
        "components": _counted_ids(row.component_id for row in tickets),
    }


def shared_by(ids: Sequence[int]) -> list[str]:
    """The words that at least half of these tickets share, the most telling first."""
    texts = db.session.scalars(select(TicketText.terms).where(among(TicketText.ticket_id, ids[:MOST_TICKETS]))).all()
    in_texts = Counter(number for terms in texts for number in read(terms))
    half = [number for number, count in in_texts.items() if count * 2 >= max(len(texts), 2)]
    query = select(TextTerm.id, TextTerm.word, TextTerm.documents).where(among(TextTerm.id, half))
    total = 2 * max([len(texts), *(row.documents for row in db.session.execute(query))])
    weighed = sorted(
        ((in_texts[number] * similarity.weight(word, documents, total), word)
         for number, word, documents in db.session.execute(query)
         if word[0] not in (similarity.ROOT, similarity.PIECE) and len(word) > 1),
        key=lambda each: (-each[0], each[1]),
    )  # fmt: skip
    return [word.removeprefix(similarity.CODE) for _weight, word in weighed[:MOST_TERMS]]


def _arrivals(since: datetime, until: datetime) -> list[Arrival]:
    query = _counted(select(
        TicketText.ticket_id, TicketText.group_id, Ticket.product_id, InstalledProduct.version_id, Ticket.component_id,
        Ticket.organisation_id, Ticket.requester_id, Ticket.language, TicketText.score,
    )).where(TicketText.opened_at > since, TicketText.opened_at <= until)  # fmt: skip
    return [Arrival(*row) for row in db.session.execute(query)]


def _by_cell(arrivals: Sequence[Arrival]) -> dict[Cell, list[Arrival]]:
    found: dict[Cell, list[Arrival]] = defaultdict(list)
    for row in arrivals:
        found[Cell(row.group_id, row.product_id)].append(row)
        if row.version_id is not None:
            found[Cell(row.group_id, row.product_id, row.version_id)].append(row)
    return found


def _volumes(settings: DetectionSettings, since: datetime) -> dict[tuple[int | None, int | None], Past]:
    """What each product and version had in each window of the past; one query for each window."""
    found: dict[tuple[int | None, int | None], Past] = defaultdict(Past)
    for window in range(settings.past_windows):
        later = since - timedelta(days=settings.window_days * window)
        query = _counted(select(Ticket.product_id, InstalledProduct.version_id, func.count())).where(
            TicketText.opened_at > later - timedelta(days=settings.window_days), TicketText.opened_at <= later
        ).group_by(Ticket.product_id, InstalledProduct.version_id)  # fmt: skip
        for product_id, version_id, count in db.session.execute(query):
            found[product_id, None].windows[window] += count
            if version_id is not None:
                found[product_id, version_id].windows[window] += count
    return found


def _past_of(groups: Collection[int], settings: DetectionSettings, since: datetime) -> Counter[Cell]:
    begin = since - timedelta(days=settings.window_days * settings.past_windows)
    query = _counted(select(TicketText.group_id, Ticket.product_id, InstalledProduct.version_id, func.count())).where(
        among(TicketText.group_id, groups), TicketText.opened_at > begin, TicketText.opened_at <= since
    ).group_by(TicketText.group_id, Ticket.product_id, InstalledProduct.version_id)  # fmt: skip
    found: Counter[Cell] = Counter()
    for group_id, product_id, version_id, count in db.session.execute(query):
        found[Cell(group_id, product_id)] += count
        if version_id is not None:
            found[Cell(group_id, product_id, version_id)] += count
    return found


def _counted(query: Any) -> Select[Any]:
    """Of tickets that count, with what is installed."""
    found: Select[Any] = (
        query.select_from(TicketText).join(Ticket, Ticket.id == TicketText.ticket_id)
        .outerjoin(InstalledProduct, InstalledProduct.id == Ticket.installed_product_id)
        .where(Ticket.status.not_in(NOT_COUNTED))
    )  # fmt: skip
    return found


def _mostly(ids: Sequence[int | None]) -> int | None:
    """The id that nearly all have."""
    value, count = Counter(ids).most_common(1)[0]
    return value if count >= SHARE * len(ids) else None


def _counted_ids(ids: Any) -> dict[str, int]:
    return {str(each): count for each, count in Counter(ids).most_common() if each is not None}
