"""A log of another desk becomes tickets with their real past."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Busy, Conflict, Forbidden, Invalid
from helpdesk.core.jobs import Job
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.imports import ImportedCase, ImportRun
from helpdesk.models.messages import Message
from helpdesk.models.people import Contact, Operator, Organisation, Team
from helpdesk.models.products import Product
from helpdesk.models.tickets import Channel, Priority, Status, Ticket
from helpdesk.models.transfers import Transfer, TransferKind
from helpdesk.moving import event_logs
from helpdesk.moving.event_logs import BATCH, Phase, import_events
from helpdesk.moving.mapping import parse_mapping
from helpdesk.moving.staging import Staging
from helpdesk.people import directory
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.queries import list_tickets
from sla.models import Clock
from tests.cast import Cast
from tests.moving.event_logs import a_log, a_mapping, bring_in

pytestmark = pytest.mark.usefixtures("app")


def the_ticket(key: str) -> Ticket:
    return db.session.scalars(
        select(Ticket).join(ImportedCase, ImportedCase.ticket_id == Ticket.id).where(ImportedCase.source_key == key)
    ).one()


def the_timeline(key: str) -> list[Entry]:
    ticket = the_ticket(key)
    query = select(Entry).where(Entry.subject_kind == "ticket", Entry.subject_id == ticket.id).order_by(Entry.id)
    return list(db.session.scalars(query))


def counts() -> dict[str, int]:
    """How many rows every table has."""
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables}  # fmt: skip


def minute(number: int) -> datetime:
    return datetime(2026, 1, 5, 9, number, tzinfo=UTC)


STORY = (
    "A,2026-01-05 09:00,New,Desk,Ona,Jonas,low,Phone",
    "A,2026-01-05 09:01,Active,Field,Ona,Jonas,high,Phone",
    "A,2026-01-05 09:02,Waiting,Field,Tomas,Jonas,high,Phone",
    "A,2026-01-05 09:03,Resolved,Field,Tomas,Jonas,high,Phone",
    "A,2026-01-05 09:04,Closed,Field,System,Jonas,high,Phone",
)


def test_a_case_becomes_a_ticket_as_its_last_row_tells(tmp_path: Path):
    outcome, aside = bring_in(a_log(tmp_path, *STORY))

    ticket = the_ticket("A")
    assert (outcome.tickets_made, outcome.events_made, aside) == (1, 5, [])
    assert (ticket.status, ticket.is_open, ticket.priority, ticket.channel) == (
        Status.CLOSED, False, Priority.P1, Channel.PHONE,
    )  # fmt: skip
    assert (ticket.opened_at, ticket.resolved_at, ticket.closed_at) == (minute(0), minute(3), minute(4))
    assert (ticket.reassignments, ticket.reopenings, ticket.waited_client) == (1, 0, True)


def test_every_row_stands_in_the_timeline_at_its_own_time_by_its_own_person(tmp_path: Path):
    bring_in(a_log(tmp_path, *STORY))

    told = [(entry.at, entry.fact) for entry in the_timeline("A")]
    assert told == [
        (minute(0), "TicketOpened"), (minute(0), "TicketTransferred"),
        (minute(1), "StatusChanged"), (minute(1), "TicketTransferred"), (minute(1), "PriorityChanged"),
        (minute(2), "StatusChanged"), (minute(3), "StatusChanged"), (minute(4), "StatusChanged"),
    ]  # fmt: skip
    tomas = db.session.scalars(select(Operator).where(Operator.source_key == "Tomas")).one()
    assert {(e.actor_kind, e.actor_id) for e in the_timeline("A") if e.at == minute(3)} == {("operator", tomas.id)}
    assert {entry.recorded_at for entry in the_timeline("A")} == {now()}


def test_an_import_is_silent(tmp_path: Path):
    before = counts()
    bring_in(a_log(tmp_path, *STORY, "B,2026-01-05 09:00,Active,Desk,Ona,Jonas,low,Phone"))
    after = counts()
    assert after[Job.__tablename__] == before[Job.__tablename__]
    assert after[Clock.__tablename__] == before[Clock.__tablename__]
    assert the_ticket("B").is_open
    assert the_ticket("B").closes_at is None


def test_rows_of_one_case_may_lie_anywhere(tmp_path: Path):
    other = [row.replace("A,", "B,", 1) for row in STORY]
    mixed = [row for pair in zip(STORY, other, strict=True) for row in pair]
    outcome, _ = bring_in(a_log(tmp_path, *mixed))
    assert (outcome.tickets_made, outcome.events_made) == (2, 10)
    assert [e.fact for e in the_timeline("A")] == [e.fact for e in the_timeline("B")]
    assert the_ticket("A").id < the_ticket("B").id


def test_rows_keep_the_order_of_the_file_whatever_their_times_say(tmp_path: Path):
    bring_in(a_log(
        tmp_path,
        "A,2026-01-05 09:02,Active,Desk,Ona,Jonas,low,Phone",
        "A,2026-01-05 09:01,Closed,Field,Ona,Jonas,low,Phone",
        "A,2026-01-05 09:01,Active,Desk,Ona,Jonas,low,Phone",
        "A,2026-01-05 09:01,Closed,Desk,Ona,Jonas,low,Phone",
    ))  # fmt: skip
    ticket = the_ticket("A")
    assert (ticket.status, ticket.reopenings, ticket.is_ping_pong) == (Status.CLOSED, 1, True)
    assert (ticket.opened_at, ticket.closed_at) == (minute(2), minute(1))


def test_unknown_teams_are_left_out(tmp_path: Path):
    teams = ("Desk", "?", "Desk", "Field", "?", "Desk", "?")
    bring_in(a_log(tmp_path, *(f"A,2026-01-05 09:0{i},Active,{t},Ona,Jonas,low,Phone" for i, t in enumerate(teams))))
    ticket = the_ticket("A")
    hops = db.session.scalars(select(Transfer).where(Transfer.ticket_id == ticket.id).order_by(Transfer.id)).all()
    names = {team.id: team.name for team in db.session.scalars(select(Team))}
    assert [names[hop.to_team_id] for hop in hops] == ["Desk", "Field", "Desk"]
    assert {hop.kind for hop in hops} == {TransferKind.IMPORTED}
    assert ticket.team_id == hops[-1].to_team_id
    assert (ticket.reassignments, ticket.is_ping_pong) == (2, True)
    assert db.session.scalar(select(func.count()).select_from(Team).where(Team.name == "?")) == 0


def test_leaving_resolved_or_closed_for_another_status_is_a_reopening(tmp_path: Path):
    statuses = ("New", "Resolved", "Closed", "Resolved", "Active", "Resolved", "Waiting", "Closed", "Closed")
    bring_in(a_log(tmp_path, *(f"A,2026-01-05 09:0{i},{s},Desk,Ona,Jonas,low,Phone" for i, s in enumerate(statuses))))
    ticket = the_ticket("A")
    assert ticket.reopenings == 2
    assert (ticket.resolved_at, ticket.closed_at) == (minute(5), minute(7))


def test_a_change_of_status_outside_of_the_state_machine_is_written_and_marked(tmp_path: Path):
    bring_in(a_log(
        tmp_path,
        "A,2026-01-05 09:00,New,Desk,Ona,Jonas,low,Phone",
        "A,2026-01-05 09:01,Closed,Desk,Ona,Jonas,low,Phone",
        "A,2026-01-05 09:02,Waiting,Desk,Ona,Jonas,low,Phone",
    ))  # fmt: skip
    changes = [entry.payload for entry in the_timeline("A") if entry.fact == "StatusChanged"]
    assert [(change["after"], change["reason"]) for change in changes] == [
        ("closed", "outside_state_machine"), ("waiting_client", "outside_state_machine"),
    ]  # fmt: skip


def test_a_row_that_changes_nothing_we_have_a_word_for_is_a_step(tmp_path: Path):
    bring_in(a_log(tmp_path, *["A,2026-01-05 09:00,Active,Desk,Ona,Jonas,low,Phone"] * 2))
    last = the_timeline("A")[-1]
    assert (last.fact, last.payload) == ("ImportedStep", {"note": "Active"})


def test_a_sub_status_is_told_and_kept(tmp_path: Path):
    sub = {"column": "status", "map": {"Active": ""}}
    bring_in(
        a_log(tmp_path, "A,2026-01-05 09:00,Active,?,Ona,Jonas,low,Phone",
              "A,2026-01-05 09:01,Parked,?,Ona,Jonas,low,Phone"),
        status={"column": "status", "default": "open", "map": {"Active": "open"}}, sub_status=sub,
    )  # fmt: skip
    assert the_ticket("A").sub_status == "Parked"
    assert the_timeline("A")[-1].payload["sub_status"] == "Parked"


def test_a_ticket_has_a_first_message_by_its_caller(tmp_path: Path):
    bring_in(a_log(tmp_path, *STORY), message={"columns": ["team", "priority"]}, subject={"column": "priority"})
    ticket = the_ticket("A")
    message = db.session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
    assert message.text == "- team: Desk\n- priority: low"
    assert (message.author_kind, message.author_id, message.created_at) == ("contact", ticket.requester_id, minute(0))
    assert ticket.subject == "high"


def test_people_of_a_source_take_no_part_in_our_work(tmp_path: Path):
    bring_in(a_log(tmp_path, *STORY))
    team = next(team for team in directory.teams().values() if team.name == "Field")
    tomas = db.session.scalars(select(Operator).where(Operator.source_key == "Tomas")).one()
    jonas = db.session.scalars(select(Contact).where(Contact.source_key == "Jonas")).one()
    assert (team.is_active, team.is_imported, directory.operators()[tomas.id].is_active) == (False, True, False)
    assert (jonas.email, jonas.is_verified) == (None, True)


def test_a_name_is_one_person_in_all_cases_of_an_import_and_another_in_the_next_import(tmp_path: Path):
    log = a_log(tmp_path, *STORY, *(row.replace("A,", "B,", 1) for row in STORY))
    bring_in(log, name="one")
    bring_in(log, name="two")
    assert db.session.scalar(select(func.count()).select_from(Contact).where(Contact.source_key == "Jonas")) == 2


def test_callers_and_organisations_are_those_of_the_row(tmp_path: Path):
    bring_in(
        a_log(tmp_path, "A,2026-01-05 09:00,New,Desk,Ona,Jonas,low,Phone",
              "B,2026-01-05 09:00,New,?,Ona,?,low,Phone"),
        organisation={"column": "team"}, product={"column": "priority"}, team=None,
    )  # fmt: skip
    first, second = the_ticket("A"), the_ticket("B")
    assert first.requester.name == "Jonas"
    assert first.organisation is not None
    assert first.organisation.name == "Desk"
    assert first.requester.organisation_id == first.organisation_id
    assert (second.requester.name, second.organisation_id) == ("Unknown caller", None)
    product = db.session.get_one(Product, first.product_id)
    assert (product.name, product.is_active) == ("low", False)


def test_lines_come_from_a_pattern_of_the_team(tmp_path: Path):
    teams = ("Desk", "V30 2nd", "G97 3rd", "V30 2nd")
    bring_in(
        a_log(tmp_path, *(f"A,2026-01-05 09:0{i},Active,{t},Ona,Jonas,low,Phone" for i, t in enumerate(teams))),
        line={"column": "team", "patterns": [["2nd$", 2], ["3rd$", 3]], "default": 1},
    )
    ticket = the_ticket("A")
    hops = db.session.scalars(select(Transfer).where(Transfer.ticket_id == ticket.id).order_by(Transfer.id)).all()
    assert [(hop.from_line, hop.to_line) for hop in hops] == [(None, 1), (1, 2), (2, 3), (3, 2)]
    assert (ticket.line, ticket.highest_line) == (2, 3)
    assert {t.name: t.line for t in db.session.scalars(select(Team).where(Team.import_id.is_not(None)))} == {
        "Desk": 1, "V30 2nd": 2, "G97 3rd": 3,
    }  # fmt: skip


def test_the_line_of_a_team_that_is_not_known_moves_nothing(tmp_path: Path):
    log = a_log(tmp_path, "A,2026-01-05 09:00,New,V5 3rd,,,,", "A,2026-01-05 09:01,New,?,,,,",
                "A,2026-01-05 09:02,New,V5 3rd,,,,", "B,2026-01-05 09:00,New,?,,,,")  # fmt: skip
    bring_in(log, line={"column": "team", "patterns": [["3rd$", 3], ["2nd$", 2]], "default": 1})
    assert (the_ticket("A").highest_line, the_ticket("A").reassignments) == (3, 0)
    assert (the_ticket("B").team_id, the_ticket("B").highest_line) == (None, 1)
    assert not db.session.scalar(select(func.count(Team.id)).where(Team.name == "Line 1"))


def test_rows_can_be_put_in_the_order_of_their_times(tmp_path: Path):
    log = a_log(tmp_path, "A,2026-01-05 09:02,Closed,,,,,", "A,2026-01-05 09:01,New,,,,,",
                "A,2026-01-05 09:01,Active,,,,,", "A,2026-01-05 09:01,Resolved,,,,,")  # fmt: skip
    bring_in(log, log={"order": "time"})
    statuses = [entry.payload["after"] for entry in the_timeline("A") if entry.fact == "StatusChanged"]
    assert statuses == ["open", "resolved", "closed"]
    assert the_ticket("A").opened_at == minute(1)


def test_a_row_may_leave_the_status_as_it_was(tmp_path: Path):
    log = a_log(tmp_path, "A,2026-01-05 09:00,Active,,,,,", "A,2026-01-05 09:01,Closed,,,,,",
                "A,2026-01-05 09:02,Quality checked,,,,,")  # fmt: skip
    outcome, _ = bring_in(log, status={"column": "status", "map": {"Active": "open", "Closed": "closed"},
                                       "default": "unchanged"}, sub_status={"column": "status"})  # fmt: skip
    ticket = the_ticket("A")
    assert (ticket.status, ticket.sub_status, ticket.reopenings) == (Status.CLOSED, "Quality checked", 0)
    assert (ticket.closed_at, outcome.unmapped) == (minute(1), {})


def test_few_cases_of_very_many_rows_are_written_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(event_logs, "ROWS", 3)
    log = a_log(tmp_path, *(f"{case},2026-01-05 09:0{i},New,,,,," for i in range(4) for case in "ABC"))
    told: list[tuple[Phase, int]] = []
    import_events(log, parse_mapping(a_mapping()), "old desk", by=SYSTEM,
                  progress=lambda phase, done, _total: told.append((phase, done)))  # fmt: skip
    assert [done for phase, done in told if phase is Phase.WRITING] == [1, 2, 3]
    assert db.session.scalar(select(func.count(ImportedCase.ticket_id))) == 3


def test_a_source_that_knows_lines_only_has_a_team_on_each(tmp_path: Path):
    bring_in(
        a_log(tmp_path, "A,2026-01-05 09:00,Active,L1,Ona,Jonas,low,Phone",
              "A,2026-01-05 09:01,Active,L2,Ona,Jonas,low,Phone"),
        team=None, line={"column": "team", "map": {"L1": 1, "L2": 2}},
    )  # fmt: skip
    ticket = the_ticket("A")
    assert (ticket.line, ticket.reassignments) == (2, 1)
    assert db.session.get_one(Team, ticket.team_id).name == "Line 2"


def test_the_first_and_the_last_row_can_have_statuses_of_their_own(tmp_path: Path):
    log = a_log(tmp_path, "2,1,2012-04-03 16:55:38", "2,8,2012-04-03 16:55:53", "2,6,2012-04-05 17:15:52",
                "3,1,2012-04-03 16:55:38", header="CaseID,ActivityID,CompleteTimestamp")  # fmt: skip
    tables = {name: None for name in a_mapping() if name not in ("log", "case", "time")}
    bring_in(log, **tables | {
        "case": {"column": "CaseID"}, "time": {"column": "CompleteTimestamp"}, "sub_status": {"column": "ActivityID"},
        "status": {"value": "open", "first": "new", "last": "closed"},
    })  # fmt: skip
    ticket = the_ticket("2")
    changes = [entry.payload for entry in the_timeline("2") if entry.fact == "StatusChanged"]
    assert [(change["after"], change["sub_status"]) for change in changes] == [
        ("new", "1"), ("open", "8"), ("closed", "6"),
    ]  # fmt: skip
    assert ticket.closed_at == datetime(2012, 4, 5, 17, 15, 52, tzinfo=UTC)
    assert the_ticket("3").status is Status.CLOSED


def test_what_the_source_knows_in_hindsight_counts_as_it_says(tmp_path: Path):
    header = "case,time,status,opened,resolved,closed,moves,back,kept"
    tables = dict.fromkeys(("team", "person", "caller", "priority", "channel"))
    bring_in(
        a_log(
            tmp_path,
            "A,2026-01-05 09:05,New,2026-01-05 09:00,2026-01-05 09:20,2026-01-05 09:30,0,0,true",
            "A,2026-01-05 09:10,Closed,2026-01-05 09:00,2026-01-05 09:20,2026-01-05 09:30,4,2,false",
            "B,2026-01-05 09:10,Active,2026-01-05 09:00,?,2026-01-05 09:30,0,0,true",
            header=header,
        ),
        **tables, opened={"column": "opened"}, resolved={"column": "resolved"}, closed={"column": "closed"},
        reassignments={"column": "moves"}, reopenings={"column": "back"}, sla_met={"column": "kept"},
    )  # fmt: skip
    ticket, case = the_ticket("A"), db.session.scalars(select(ImportedCase).where(ImportedCase.source_key == "A")).one()
    assert (ticket.opened_at, ticket.resolved_at, ticket.closed_at) == (minute(0), minute(20), minute(30))
    assert (ticket.reassignments, ticket.reopenings, ticket.missed_sla) == (4, 0, True)
    assert (case.source_reassignments, case.source_reopenings, case.source_sla_met) == (4, 2, False)
    assert (the_ticket("B").closed_at, the_ticket("B").missed_sla) == (None, False)


def test_a_case_keeps_the_last_words_of_its_source(tmp_path: Path):
    bring_in(a_log(tmp_path, *STORY), raw={"columns": ["person"]})
    case = db.session.scalars(select(ImportedCase).where(ImportedCase.source_key == "A")).one()
    assert case.raw == {"status": "Closed", "priority": "high", "channel": "Phone", "person": "System"}
    assert case.events == 5


def test_impact_and_urgency_give_the_priority_where_the_source_has_none(tmp_path: Path):
    impact, urgency = {"value": "organisation"}, {"value": "high"}
    bring_in(a_log(tmp_path, *STORY), name="with", impact=impact, urgency=urgency, priority=None)
    assert the_ticket("A").priority is Priority.P1
    assert not the_ticket("A").is_priority_overridden


def test_a_priority_of_the_source_stands_beside_the_computed_one(tmp_path: Path):
    bring_in(a_log(tmp_path, *STORY), impact={"value": "person"}, urgency={"value": "low"})
    ticket = the_ticket("A")
    assert (ticket.priority, ticket.computed_priority, ticket.priority_reason) == (Priority.P1, Priority.P4, "old desk")


def test_a_second_run_changes_nothing(tmp_path: Path, at):
    log = a_log(tmp_path, *STORY)
    bring_in(log)
    before = counts(), db.session.scalars(select(ImportRun)).one().finished_at
    db.session.expire_all()
    with at("2026-03-05 10:00"):
        outcome, _ = bring_in(log)
    assert (outcome.tickets_made, outcome.events_made, outcome.unchanged, outcome.changed) == (0, 0, 1, 0)
    assert (counts(), db.session.scalars(select(ImportRun)).one().finished_at) == before


def test_new_cases_of_a_log_that_has_grown_are_taken_over(tmp_path: Path):
    bring_in(a_log(tmp_path, *STORY))
    outcome, _ = bring_in(a_log(tmp_path, *STORY, "B,2026-01-05 09:00,New,Desk,Ona,Jonas,low,Phone"))
    assert (outcome.tickets_made, outcome.unchanged) == (1, 1)


def test_a_case_that_has_changed_is_told_and_left_as_it_is(tmp_path: Path):
    bring_in(a_log(tmp_path, *STORY))
    outcome, aside = bring_in(a_log(tmp_path, *STORY, "A,2026-01-06 09:00,Active,Desk,Ona,Jonas,low,Phone"))
    assert (outcome.changed, outcome.tickets_made) == (1, 0)
    assert "The case A has changed" in aside[0].reason
    assert the_ticket("A").status is Status.CLOSED


def test_a_run_that_dies_between_two_batches_is_gone_on_with(tmp_path: Path):
    log = a_log(tmp_path, *(f"{i},2026-01-05 09:00,New,Desk,Ona,Jonas,low,Phone" for i in range(BATCH * 2 + 10)))

    def die(phase: Phase, _done: int, _total: int) -> None:
        if phase is Phase.WRITING:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_events(log, parse_mapping(a_mapping()), "old desk", by=SYSTEM, progress=die)
    assert db.session.scalars(select(ImportRun)).one().finished_at is None
    outcome, _ = bring_in(log)
    assert (outcome.unchanged, outcome.tickets_made) == (BATCH, BATCH + 10)
    assert counts()["imported_case"] == BATCH * 2 + 10
    assert db.session.scalars(select(ImportRun)).one().finished_at == now()


def test_unreadable_rows_are_set_aside_with_line_and_reason_and_the_rest_goes_on(tmp_path: Path):
    outcome, aside = bring_in(a_log(
        tmp_path,
        STORY[0],
        "A,tomorrow,Active,Desk,Ona,Jonas,low,Phone",
        "A,2026-01-05 09:01,Active,Desk",
        "?,2026-01-05 09:01,Active,Desk,Ona,Jonas,low,Phone",
        STORY[1],
        "B,never,Active,Desk,Ona,Jonas,low,Phone",
        "x" * 9000 + ",2026-01-05 09:01,Active,Desk,Ona,Jonas,low,Phone",
    ))  # fmt: skip
    assert (outcome.tickets_made, outcome.events_made, outcome.set_aside) == (1, 2, 5)
    assert [(place.line, place.reason) for place in aside] == [
        (3, "Its time 'tomorrow' is no time."),
        (4, "It has 4 fields where the header has 8."),
        (5, "It has no case."),
        (7, "Its time 'never' is no time."),
        (8, "Its case is longer than 500 characters."),
    ]


def test_words_that_the_mapping_does_not_know_are_counted(tmp_path: Path):
    rows = [f"A,2026-01-05 09:00,{status},Desk,Ona,Jonas,urgent,Fax" for status in ("Parked", "Parked", "Active")]
    outcome, _ = bring_in(a_log(tmp_path, *rows))
    assert outcome.unmapped == {"priority": {"urgent": 3}, "channel": {"Fax": 3}, "status": {"Parked": 2}}
    assert the_ticket("A").channel is Channel.PHONE


def test_a_missing_column_stops_before_anything_is_written(tmp_path: Path):
    before = counts()
    with pytest.raises(Invalid, match="no column 'teem'"):
        bring_in(a_log(tmp_path, *STORY), team={"column": "teem"})
    assert counts() == before


def test_a_damaged_file_stops_before_anything_is_written(tmp_path: Path):
    log = a_log(tmp_path, *STORY)
    log.write_bytes(b"\x1f\x8b" + log.read_bytes())
    before = counts()
    with pytest.raises(Invalid, match="damaged"):
        bring_in(log)
    assert counts() == before


def test_nothing_is_left_beside_the_database(tmp_path: Path, app: Flask):
    bring_in(a_log(tmp_path, *STORY))
    assert not list((app.config["THREELINE"].home / "imports").glob("*.staging"))


def test_two_runs_of_one_import_at_once_are_refused(tmp_path: Path, app: Flask):
    folder = app.config["THREELINE"].home / "imports"
    with Staging(folder, "old desk"), pytest.raises(Busy, match="running already"):
        bring_in(a_log(tmp_path, *STORY), name="old desk")
    assert bring_in(a_log(tmp_path, *STORY), name="old desk")[0].tickets_made == 1


def test_the_name_of_an_import_of_another_kind_is_refused(tmp_path: Path):
    db.session.add(ImportRun(name="seeds", kind="seeds", started_at=now()))
    db.session.commit()
    with pytest.raises(Conflict, match="another kind"):
        bring_in(a_log(tmp_path, *STORY), name="seeds")


def test_an_import_needs_a_name(tmp_path: Path):
    with pytest.raises(Invalid, match="needs a name"):
        bring_in(a_log(tmp_path, *STORY), name=" ")


@pytest.mark.parametrize("who", ["ona", "vera", "marek"])
def test_only_administrators_import(tmp_path: Path, cast: Cast, who: str):
    with pytest.raises(Forbidden):
        import_events(a_log(tmp_path, *STORY), parse_mapping(a_mapping()), "mine", by=getattr(cast, who))


def test_strangers_do_not_see_imported_tickets(tmp_path: Path, cast: Cast):
    bring_in(a_log(tmp_path, *STORY), organisation={"column": "team"})
    assert not list_tickets(for_=cast.marek).rows
    assert not list_tickets(for_=cast.lena).rows
    assert [row.number for row in list_tickets(for_=cast.ona).rows] == [the_ticket("A").number]


def test_an_xes_log_is_imported_like_any_other(tmp_path: Path):
    event = (
        '<event><string key="lifecycle:transition" value="{}"/><string key="org:group" value="{}"/>'
        '<date key="time:timestamp" value="2010-03-31T16:{}:00+01:00"/></event>'
    )
    steps = [("In Progress", "V30", 0), ("Wait - User", "V5 3rd", 1), ("Closed", "V30", 2)]
    path = tmp_path / "log.xes"
    path.write_text(
        '<log><trace><string key="concept:name" value="1-36"/>'
        + "".join(event.format(status, team, f"{i:02}") for status, team, i in steps) + "</trace></log>"
    )  # fmt: skip
    tables = dict.fromkeys(a_mapping())
    outcome, _ = bring_in(path, **tables | {
        "log": {"format": "xes"}, "case": {"column": "case:concept:name"}, "time": {"column": "time:timestamp"},
        "status": {"column": "lifecycle:transition", "patterns": [["^Wait - User", "waiting_client"]],
                   "map": {"In Progress": "open", "Closed": "closed"}},
        "team": {"column": "org:group"}, "line": {"column": "org:group", "patterns": [["3rd$", 3]], "default": 1},
    })  # fmt: skip
    ticket = the_ticket("1-36")
    assert outcome.events_made == 3
    assert (ticket.status, ticket.waited_client, ticket.is_ping_pong, ticket.highest_line) == (
        Status.CLOSED, True, True, 3,
    )  # fmt: skip
    assert ticket.opened_at == datetime(2010, 3, 31, 15, 0, tzinfo=UTC)


def test_organisations_of_a_source_are_rows_of_their_own(tmp_path: Path, cast: Cast):
    bring_in(a_log(tmp_path, "A,2026-01-05 09:00,New,Klinika,Ona,Jonas,low,Phone"), organisation={"column": "team"})
    ours = select(func.count()).select_from(Organisation).where(Organisation.name == "Klinika")
    assert db.session.scalar(ours) == 2
    assert the_ticket("A").organisation_id != cast.klinika.id
