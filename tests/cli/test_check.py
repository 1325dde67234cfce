"""`threeline check`: a desk on which people worked is sound, and each kind of damage is found under its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from helpdesk.channels import email
from helpdesk.cli.invariants import INVARIANTS
from helpdesk.config import Config
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.journal import silently
from helpdesk.core.times import now
from helpdesk.knowledge.searches import note_search
from helpdesk.models.imports import ImportRun
from helpdesk.models.tickets import Channel, Priority, Status
from helpdesk.tickets.conversation import NewMessage, receive_reply
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.linking import merge_tickets, undo_merge
from helpdesk.tickets.priority import override_priority
from helpdesk.tickets.promises import NewPromise, make_promise
from helpdesk.tickets.resolution import accept_resolution, refuse_resolution
from tests import cast as people
from tests.channels.conftest import a_mail
from tests.cli.conftest import Run, typed
from tests.cli.desks import Original, a_copy, a_working_desk, an_original
from tests.factories import a_ticket

NAMES = [invariant.name for invariant in INVARIANTS]


def work(app: Flask) -> None:
    """A little of everything: T-1 … T-9."""
    with app.app_context():
        cast = people.find_cast()
        a_ticket(cast)
        a_ticket(cast, status=Status.WAITING_CLIENT)
        a_ticket(cast, line=3)
        solved = a_ticket(cast, status=Status.RESOLVED)
        accept_resolution(solved, by=cast.jonas)
        again = a_ticket(cast, status=Status.RESOLVED)
        refuse_resolution(again, NewMessage("It is back."), by=cast.jonas)
        one, other = a_ticket(cast), a_ticket(cast)
        merge_tickets(one, other, by=cast.ona)
        undo_merge(one, by=cast.ona)
        merge_tickets(one, other, by=cast.ona)
        raised = a_ticket(cast, status=Status.WAITING_CLIENT)
        override_priority(raised, Priority.P1, "Opening day.", by=cast.ona)
        receive_reply(raised, NewMessage("Here I am."), by=cast.jonas, channel=Channel.EMAIL)
        later = now() + timedelta(days=1)
        make_promise(raised, NewPromise("Call back", later, later), by=cast.ona)
        email.receive(a_mail(files={"till.log": b"error 17"}))
        email.receive(a_mail(Precedence="bulk"))
        note_search("portal", "articles", "blank labels", 0, by=cast.jonas, language="en")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    """A desk on which people worked."""
    with an_original(request.param, tmp_path_factory.mktemp("original"), request, work) as original:
        yield original


@pytest.fixture
def worked(original: Original, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The same desk, to be looked at."""
    with a_copy(original, tmp_path / "desk", request) as app:
        yield app


@pytest.fixture
def damaged(worked: Flask) -> Flask:
    """The same desk, to be damaged."""
    return worked


def damage(app: Flask, *statements: str) -> None:
    """Do what no activity does, around every constraint."""
    with app.app_context(), db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        driver = connection.connection.driver_connection
        assert driver is not None
        cursor = driver.cursor()
        if is_sqlite:
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("PRAGMA ignore_check_constraints=ON")
            for trigger in ("journal_no_update", "journal_no_delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        else:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("ALTER TABLE ticket DROP CONSTRAINT ck_ticket_is_open")
            cursor.execute("ALTER TABLE job DROP CONSTRAINT uq_job_key")
        for statement in statements:
            cursor.execute(statement)
        if is_sqlite:
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA ignore_check_constraints=OFF")
        else:
            cursor.execute("SET session_replication_role = DEFAULT")
            driver.commit()


def found(told: Run) -> dict[str, list[str]]:
    return {row["name"]: row["examples"] for row in told.document["invariants"] if row["violations"]}


def check(app: Flask, *words: str) -> Run:
    return typed(app, "check", "--json", *words)


def test_a_desk_on_which_people_worked_is_sound(worked: Flask) -> None:
    told = check(worked)

    assert found(told) == {}
    assert (told.code, told.document["ok"], told.document["quick"]) == (0, True, False)
    assert [row["name"] for row in told.document["invariants"]] == NAMES


def test_a_quick_look_finds_it_sound_too(worked: Flask) -> None:
    told = check(worked, "--quick")

    assert (told.code, told.document["quick"]) == (0, True)


def test_people_read_one_line_of_each_invariant(worked: Flask) -> None:
    told = typed(worked, "check")

    assert told.out.splitlines() == [f"ok    {invariant.meaning}" for invariant in INVARIANTS]


def test_checking_changes_nothing(worked: Flask) -> None:
    def everything() -> list[object]:
        with worked.app_context():
            tables = ("ticket", "sla_clock", "journal", "job", "message", "transfer", "standing_mark")
            return [db.session.execute(text(f"SELECT * FROM {name} ORDER BY 1")).all() for name in tables]

    before = everything()
    check(worked)

    assert everything() == before


OF_1 = "subject_id = 1 AND kind = 'resolution'"


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        ("every_ticket_has_its_first_message", ["DELETE FROM message WHERE ticket_id = 1"]),
        ("every_ticket_was_opened_once", ["DELETE FROM journal WHERE subject_id = 1 AND fact = 'TicketOpened'"]),
        ("every_ticket_was_opened_once",
         ["UPDATE journal SET fact = 'TicketOpened' WHERE subject_id = 1 AND fact = 'TicketRouted'"]),
        ("every_clock_shows_its_own_reading", [f"DELETE FROM sla_clock WHERE {OF_1}"]),
        ("every_clock_shows_its_own_reading",
         ["DELETE FROM sla_pause", "DELETE FROM sla_clock WHERE subject_id = 8 AND kind = 'resolution'"]),
        ("is_open_says_what_the_status_says", ["UPDATE ticket SET status = 'closed' WHERE id = 1"]),
        ("next_due_is_the_earliest_running_clock", ["UPDATE ticket SET next_due_at = next_due_at + 60 WHERE id = 1"]),
        ("next_due_is_the_earliest_running_clock", ["UPDATE ticket SET next_due_at = 1 WHERE id = 4"]),
        ("every_opened_ticket_has_one_acknowledgement", ["DELETE FROM job WHERE kind = 'letters.acknowledgement'"]),
        ("every_attachment_belongs_to_its_messages_ticket", ["UPDATE attachment SET ticket_id = 1"]),
        ("every_mail_that_was_taken_has_its_ticket", ["UPDATE received_mail SET ticket_id = 1 WHERE ticket_id > 1"]),
        ("every_merged_ticket_has_its_link", ["UPDATE ticket_link SET ended_at = created_at WHERE ended_at IS NULL"]),
        ("every_merged_ticket_has_its_link", ["UPDATE ticket SET merged_into_id = 2 WHERE id = 1"]),
        ("every_transfer_leads_to_the_next", ["UPDATE transfer SET from_team_id = to_team_id WHERE kind = 'handover'"]),
        ("the_last_transfer_leads_to_the_team", ["UPDATE ticket SET team_id = 4 WHERE id = 1"]),
        ("the_last_transfer_leads_to_the_team", ["DELETE FROM transfer WHERE ticket_id = 1"]),
        ("every_clock_shows_its_own_reading", [f"UPDATE sla_clock SET due_at = due_at + 1 WHERE {OF_1}"]),
        ("every_clock_shows_its_own_reading", [f"UPDATE sla_clock SET next_fire_at = NULL WHERE {OF_1}"]),
        ("every_clock_shows_its_own_reading", [f"UPDATE sla_clock SET state = 'met' WHERE {OF_1}"]),
        ("every_clock_shows_its_own_reading", [f"UPDATE sla_clock SET start_at = start_at - 864000 WHERE {OF_1}"]),
        ("every_clock_shows_its_own_reading",
         ["UPDATE sla_clock SET consumed_at_stop = 1 + consumed_at_stop WHERE stop_at IS NOT NULL"]),
        ("every_clock_shows_its_own_reading", ["UPDATE sla_pause SET to_at = to_at + 3600 WHERE to_at IS NOT NULL",
                                               "DELETE FROM sla_pause WHERE to_at IS NULL"]),
        ("every_pause_is_its_clocks_own", ["UPDATE sla_clock SET paused_since = NULL"]),
        ("every_open_promise_is_somebodys_duty", ["UPDATE duty SET withdrawn_at = set_at"]),
        ("every_open_promise_is_somebodys_duty", ["UPDATE promise SET state = 'kept'"]),
        ("every_reference_leads_somewhere", ["UPDATE message SET ticket_id = 999 WHERE ticket_id = 1"]),
        ("every_reference_leads_somewhere", ["UPDATE ticket SET requester_id = 999 WHERE id = 1"]),
        ("counts_of_searches_equal_the_searches", ["UPDATE search_day SET searches = searches + 1"]),
        ("counts_of_searches_equal_the_searches", ["DELETE FROM search_log"]),
        ("every_job_is_there_once", ["DROP INDEX IF EXISTS uq_job_key", "UPDATE job SET key = 'the same'"]),
        ("every_clock_shows_its_own_reading", ["UPDATE sla_clock SET subject_kind = 'revisit'"]),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_found_under_its_name(damaged: Flask, name: str, statements: Sequence[str]) -> None:
    if name == "every_job_is_there_once" and damaged.config["THREELINE"].is_sqlite:
        pytest.skip("SQLite keeps the constraint inside the table; the whole file is checked for it instead")

    damage(damaged, *statements)
    told = check(damaged)

    assert told.code == 1
    assert not told.document["ok"]
    assert found(told).get(name), found(told)


def test_a_row_that_cannot_be_read_is_found_and_stops_nothing(damaged: Flask) -> None:
    damage(damaged, "UPDATE ticket SET status = 'nonsense' WHERE id = 1")

    told = check(damaged)

    assert told.code == 1
    assert "is_open_says_what_the_status_says" in found(told)
    assert [row["name"] for row in told.document["invariants"]] == NAMES


def the_file(app: Flask) -> Path:
    config: Config = app.config["THREELINE"]
    with app.app_context():
        digest = db.session.scalar(text("SELECT digest FROM attachment"))
    return config.attachments / digest[:2] / digest[2:4] / digest


def test_a_missing_file_is_found(damaged: Flask) -> None:
    the_file(damaged).unlink()

    assert "cannot be read" in found(check(damaged))["every_attachment_has_its_content"][0]


def test_a_changed_file_is_found(damaged: Flask) -> None:
    the_file(damaged).write_bytes(b"error 18")

    assert "has changed" in found(check(damaged))["every_attachment_has_its_content"][0]


def test_a_wrong_size_is_found_even_in_a_quick_look(damaged: Flask) -> None:
    damage(damaged, "UPDATE attachment SET size = size + 1")

    assert "it should have 9" in found(check(damaged, "--quick"))["every_attachment_has_its_content"][0]


def test_a_missing_raw_mail_is_found(damaged: Flask) -> None:
    damage(damaged, f"UPDATE received_mail SET digest = '{'0' * 64}' WHERE result = 'ignored'")

    assert "Mail " in found(check(damaged))["every_attachment_has_its_content"][0]


def test_a_damaged_file_of_sqlite_is_found(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with a_working_desk("sqlite", tmp_path, request) as app:
        # One index now claims the pages of another: its entries are not those of its table.
        another = "(SELECT rootpage FROM sqlite_master WHERE name = 'ix_journal_subject')"
        damage(app, "PRAGMA writable_schema=ON",
               f"UPDATE sqlite_master SET rootpage = {another} WHERE name = 'ix_ticket_requester'")  # fmt: skip
        with app.app_context():
            db.engine.dispose()

        assert "the_database_is_sound" in found(check(app))


def test_many_violations_are_counted_and_a_few_are_shown(damaged: Flask) -> None:
    with damaged.app_context():
        cast = people.find_cast()
        for _n in range(30):
            a_ticket(cast)
    damage(damaged, "DELETE FROM message")

    told = check(damaged)
    row = next(row for row in told.document["invariants"] if row["name"] == "every_ticket_has_its_first_message")

    assert (row["violations"], len(row["examples"])) == (39, 20)
    assert "and 19 more" in typed(damaged, "check").out


def test_a_past_that_was_written_down_later_needs_no_acknowledgement(damaged: Flask) -> None:
    with damaged.app_context():
        cast = people.find_cast()
        with transaction(), silently():
            open_ticket(NewTicket("Labels", "Blank."), by=cast.jonas, channel=Channel.PORTAL)
    assert "every_opened_ticket_has_one_acknowledgement" in found(check(damaged))

    with damaged.app_context(), transaction():
        db.session.add(ImportRun(name="demo", kind="demo", started_at=now(), finished_at=now()))

    assert check(damaged).code == 0


def test_what_was_acknowledged_more_than_two_weeks_ago_may_be_forgotten(damaged: Flask) -> None:
    damage(damaged, "UPDATE journal SET at = '2026-01-01 09:00:00'", "UPDATE journal SET recorded_at = at",
           "DELETE FROM job")  # fmt: skip

    assert "every_opened_ticket_has_one_acknowledgement" not in found(check(damaged))


def test_every_invariant_says_in_one_line_what_it_means() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for invariant in INVARIANTS:
        assert invariant.meaning.endswith(".")
        assert "\n" not in invariant.meaning
