"""The import of an event log: each case of another desk becomes a ticket with its real past.

1. The log is read once into a staging file; a wrong mapping or a damaged file stops here, before anything is written.
2. Cases are written in batches, each in one transaction with everything that belongs to it. A run that dies between two
   batches loses nothing: the next one goes on with the cases that are not there yet.
3. A case that is there is recognised by its key and by the digest of its rows. Unchanged, it is left; changed, it is
   told and left, too: people may have worked on the ticket since.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import insert, select

from helpdesk.config import Config
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.standing import touch
from helpdesk.core.times import now
from helpdesk.figures.variants import step_word, variant_ids
from helpdesk.models.imports import ImportedCase, ImportRun
from helpdesk.models.people import Contact, Operator, Organisation, Team
from helpdesk.models.products import Product
from helpdesk.models.tickets import Channel, Status, TicketType
from helpdesk.moving.identities import find_or_make
from helpdesk.moving.mapping import FALLBACKS, EventMapping
from helpdesk.moving.reading import Reading, RowReader, Unreadable
from helpdesk.moving.rows import SetAside, SourceRow
from helpdesk.moving.source import read_events
from helpdesk.moving.staging import StagedCase, Staging
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.history import PastStep, PastTicket, record_past

KIND = "events"
BATCH = 200  # cases in one transaction
ROWS = 20_000  # of the log, in one transaction; a case stays whole, however many it has
LONGEST_SUBJECT = 250
UNKNOWN_CALLER = "Unknown caller"


class Phase(StrEnum):
    """What an import is doing: `done` and `total` are bytes of the file, then cases."""

    READING = "reading"
    WRITING = "writing"


Progress = Callable[[Phase, int, int], None]


@dataclass(frozen=True)
class ImportOutcome:
    """What a run did: tickets made, of how many accepted rows; cases there already, those changed since; the rest."""

    name: str
    tickets_made: int
    events_made: int
    unchanged: int
    changed: int
    set_aside: int
    unmapped: dict[str, dict[str, int]] = field(default_factory=dict)  # field → word of the source → rows


def import_events(
    path: Path, mapping: EventMapping, name: str, *, by: Actor, report: Callable[[SetAside], None] | None = None,
    progress: Progress = lambda _phase, _done, _total: None,
) -> ImportOutcome:  # fmt: skip
    """Bring an event log in under this name, or go on with it; `report` hears every line that was not taken over.

    Many transactions, so not to be called inside of one. Raises Invalid when the file cannot be read or lacks a column,
    Busy while the same import is running.
    """
    require(by, Action.MANAGE_DESK)
    name = name.strip()
    if not name:
        raise Invalid({"name": ["An import needs a name."]})
    config: Config = current_app.config["THREELINE"]
    reader = RowReader(mapping)
    with Staging(config.home / "imports", name) as staging:
        for row in read_events(path, mapping, lambda done, total: progress(Phase.READING, done, total)):
            _stage(row, reader, staging)
        run = _begin(name)
        tally = _write(run, mapping, reader, staging, progress)
        _finish(run, tally.made > 0)
        count = 0
        for place in staging.places_set_aside():
            count += 1
            if report:
                report(place)
    unmapped: dict[str, dict[str, int]] = {}
    for (field_name, word), rows in reader.unmapped.most_common():
        unmapped.setdefault(field_name, {})[word] = rows
    return ImportOutcome(run.name, tally.made, tally.events, tally.unchanged, tally.changed, count, unmapped)


@dataclass(frozen=True)
class _Run:
    """The import that this run belongs to."""

    id: int
    name: str


@dataclass
class _Tally:
    made: int = 0
    events: int = 0
    unchanged: int = 0
    changed: int = 0


@dataclass(frozen=True)
class _Case:
    """A case read: what each of its accepted rows says, and what the source calls that."""

    staged: StagedCase
    readings: Sequence[Reading]
    message: Sequence[tuple[str, str]]  # of the first row
    raw: dict[str, str]  # of the last row

    @property
    def last(self) -> Reading:
        return self.readings[-1]

    def known(self, name: str) -> Any:
        """The last value of this field that the source knew; None or empty where it never did."""
        value = None
        for reading in reversed(self.readings):
            value = getattr(reading, name)
            if value not in (None, ""):
                return value
        return value


def _stage(row: SourceRow | SetAside, reader: RowReader, staging: Staging) -> None:
    if isinstance(row, SetAside):
        staging.set_aside(row)
        return
    try:
        staging.keep(reader.case_of(row.values), row)
    except Unreadable as error:
        staging.set_aside(SetAside(row.line, str(error)))


@command
def _begin(name: str) -> _Run:
    run = db.session.scalar(select(ImportRun).where(ImportRun.name == name))
    if run is None:
        run = ImportRun(name=name, kind=KIND, started_at=now())
        db.session.add(run)
        db.session.flush()
    elif run.kind != KIND:
        raise Conflict(f"The name {name!r} belongs to an import of another kind.", code="other_import")
    return _Run(run.id, run.name)


@command
def _finish(run: _Run, wrote: bool) -> None:
    row = db.session.get_one(ImportRun, run.id)
    if wrote or row.finished_at is None:
        row.finished_at = now()


def _write(run: _Run, mapping: EventMapping, reader: RowReader, staging: Staging, progress: Progress) -> _Tally:
    tally, done, total = _Tally(), 0, staging.count_cases()
    for batch in _batches(staging.cases()):
        cases = [case for each in batch if (case := _read_case(each, mapping, reader, staging)) is not None]
        _write_batch(run, mapping, cases, staging, tally)
        done += len(batch)
        progress(Phase.WRITING, done, total)
    return tally


def _batches(cases: Iterator[StagedCase]) -> Iterator[list[StagedCase]]:
    batch: list[StagedCase] = []
    rows = 0
    for case in cases:
        if batch and (len(batch) == BATCH or rows + len(case.rows) > ROWS):
            yield batch
            batch, rows = [], 0
        batch.append(case)
        rows += len(case.rows)
    if batch:
        yield batch


def _read_case(staged: StagedCase, mapping: EventMapping, reader: RowReader, staging: Staging) -> _Case | None:
    rows: list[tuple[Reading, Sequence[str]]] = []
    for row in staged.rows:
        try:
            rows.append((reader.read(row.values), row.values))
        except Unreadable as error:
            staging.set_aside(SetAside(row.line, str(error)))
    if not rows:
        return None
    if mapping.layout.order == "time":
        rows.sort(key=lambda row: row[0].time)  # equal times keep the order of the file
    readings = [reading for reading, _values in rows]
    return _Case(staged, readings, reader.message_of(rows[0][1]), reader.raw_of(rows[-1][1]))


def _write_batch(run: _Run, mapping: EventMapping, cases: Sequence[_Case], staging: Staging, tally: _Tally) -> None:
    before = _digests(run, cases)
    db.session.rollback()  # reading is over; what was read must not be held while the next batch is read
    new = [case for case in cases if case.staged.key not in before]
    for case in cases:
        if (digest := before.get(case.staged.key)) is None:
            continue
        if digest == case.staged.digest:
            tally.unchanged += 1
        else:
            tally.changed += 1
            complaint = f"The case {case.staged.key} has changed since it was imported; its ticket is left as it is."
            staging.set_aside(SetAside(case.staged.rows[0].line, complaint))
    if new:
        _make_tickets(run, mapping, new)
        tally.made += len(new)
        tally.events += sum(len(case.readings) for case in new)


def _digests(run: _Run, cases: Sequence[_Case]) -> dict[str, str]:
    """The digests of those of these cases that are there."""
    query = select(ImportedCase.source_key, ImportedCase.digest).where(
        ImportedCase.import_id == run.id, ImportedCase.source_key.in_([case.staged.key for case in cases])
    )
    return dict(db.session.execute(query).all())


@command
def _make_tickets(run: _Run, mapping: EventMapping, cases: Sequence[_Case]) -> None:
    """Write the tickets of new cases, and what the source said of each of them."""
    names = _names(run, mapping, cases)
    pasts = [_past(run, mapping, case, names) for case in cases]
    ticket_ids = record_past(pasts, import_id=run.id)
    variants = variant_ids([_way(past) for past in pasts])
    db.session.execute(
        insert(ImportedCase),
        [
            {
                "ticket_id": ticket_id, "import_id": run.id, "source_key": case.staged.key,
                "digest": case.staged.digest, "events": len(case.readings), "raw": case.raw,
                "source_reassignments": case.known("reassignments"),
                "source_reopenings": case.known("reopenings"), "source_sla_met": case.known("sla_met"),
                "variant_id": variant,
            }
            for ticket_id, case, variant in zip(ticket_ids, cases, variants, strict=True)
        ],
    )  # fmt: skip


def _way(past: PastTicket) -> list[str]:
    """Status and sub-status after each row, as many as there are rows."""
    statuses = itertools.accumulate(
        (step.status for step in past.steps), lambda before, status: status or before, initial=Status.NEW
    )
    return [step_word(status or Status.NEW, step.sub_status)
            for status, step in zip(itertools.islice(statuses, 1, None), past.steps, strict=True)]  # fmt: skip


@dataclass(frozen=True)
class _Names:
    """The rows that stand for the names of the source."""

    teams: dict[str, int]
    operators: dict[str, int]
    contacts: dict[str, int]
    organisations: dict[str, int]
    products: dict[str, int]


def _names(run: _Run, mapping: EventMapping, cases: Sequence[_Case]) -> _Names:
    """Find or make everybody whom these cases name. None of them takes part in the work of this desk."""
    readings = [reading for case in cases for reading in case.readings]
    at, language = now(), mapping.language
    zone = mapping.fields["time"].zone.key
    lines: dict[str, int | None] = {}
    for reading in readings:
        if team := _team_of(mapping, reading):
            lines[team] = lines.get(team) or reading.line
    teams, new_teams = find_or_make(
        Team, run.id, {team: {"name": team, "line": line, "is_active": False} for team, line in lines.items()}
    )
    people = _distinct(name for reading in readings for name in (reading.person, reading.assignee))
    operators, new_operators = find_or_make(
        Operator, run.id, {name: {"name": name, "is_active": False} for name in people}
    )
    organisations, _ = find_or_make(
        Organisation, run.id,
        {name: {"name": name, "language": language, "timezone": zone, "created_at": at}
         for name in _distinct(case.known("organisation") for case in cases)},
    )  # fmt: skip
    callers = {str(case.known("caller") or ""): str(case.known("organisation") or "") for case in cases}
    contacts, _ = find_or_make(
        Contact, run.id,
        # Verified: nobody here has to find out who they are, the list of contacts to confirm is for work to do.
        {caller: {"name": caller or UNKNOWN_CALLER, "organisation_id": organisations.get(organisation),
                  "language": language, "verified_at": at, "created_at": at}
         for caller, organisation in callers.items()},
    )  # fmt: skip
    products, new_products = find_or_make(
        Product, run.id,
        {name: {"name": name, "is_active": False} for name in _distinct(case.known("product") for case in cases)},
    )  # fmt: skip
    if new_teams or new_operators or new_products:
        touch()
    return _Names(teams, operators, contacts, organisations, products)


def _distinct(names: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def _team_of(mapping: EventMapping, reading: Reading) -> str:
    """The team of a row; a source that knows lines only has one team on each."""
    if "team" in mapping.fields:
        return reading.team
    return f"Line {reading.line}" if reading.line else ""


def _past(run: _Run, mapping: EventMapping, case: _Case, names: _Names) -> PastTicket:
    last = case.last
    has_team = any(_team_of(mapping, reading) for reading in case.readings)
    return PastTicket(
        subject=" ".join((case.known("subject") or case.staged.key).split())[:LONGEST_SUBJECT],
        text=_text(mapping, case),
        requester_id=names.contacts[case.known("caller") or ""],
        organisation_id=names.organisations.get(case.known("organisation")),
        product_id=names.products.get(case.known("product")),
        channel=case.known("channel") or Channel(FALLBACKS["channel"]),
        type=case.known("type") or TicketType.INCIDENT,
        language=mapping.language,
        impact=case.known("impact"),
        urgency=case.known("urgency"),
        priority_reason=run.name,
        opened_at=case.known("opened"),
        # Known in hindsight or not at all: an earlier row's value would be that of an end before a reopening.
        resolved_at=last.resolved,
        closed_at=last.closed,
        reassignments=case.known("reassignments"),
        missed_sla=case.known("sla_met") is False,
        steps=[_step(mapping, case, i, names, has_team) for i in range(len(case.readings))],
    )


def _step(mapping: EventMapping, case: _Case, i: int, names: _Names, has_team: bool) -> PastStep:
    reading = case.readings[i]
    team_id = names.teams.get(_team_of(mapping, reading))
    return PastStep(
        at=reading.time,
        by=("operator", names.operators[reading.person]) if reading.person else ("system", 0),
        status=_status(mapping, case, i),
        sub_status=reading.sub_status,
        team_id=team_id,
        # A line is that of a team: where the row's is not known, it is still with the one before.
        line=reading.line if team_id is not None or not has_team else None,
        assignee_id=names.operators.get(reading.assignee),
        priority=reading.priority,
        note=reading.note or case.staged.key,
    )


def _status(mapping: EventMapping, case: _Case, i: int) -> Status | None:
    if mapping.last_status is not None and i == len(case.readings) - 1:
        return mapping.last_status
    if mapping.first_status is not None and i == 0:
        return mapping.first_status
    return case.readings[i].status


def _text(mapping: EventMapping, case: _Case) -> str:
    """What the first row says in the columns of `message`; at least the key of the case."""
    if "message" not in mapping.fields:
        return case.staged.key
    unknown = mapping.fields["message"].unknown
    known = [f"- {name}: {value}" for name, value in case.message if value not in unknown]
    return "\n".join(known) or case.staged.key
