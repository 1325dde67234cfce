"""The servers that other tests rely on: they start, answer, keep apart what is apart, and leave nothing behind."""

from __future__ import annotations

import imaplib
import os
import smtplib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers import (
    ImapServer,
    PostgresServer,
    SmtpServer,
    Unavailable,
    chromium,
    imap_server,
    postgres,
    postgres_programs,
    smtp_server,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]


def the_mail(subject: str = "The scanner beeps twice") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "jonas@client.example", "desk@threeline.example", subject
    mail.set_content("Labas.\n.\nA line with one dot stands above.\n")
    return mail


def test_postgres_answers_in_a_database_of_its_own(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as name:
        assert answer(postgres_server, name, "SELECT current_database()") == name


def test_postgres_lowers_letters_of_all_our_languages(postgres_server: PostgresServer) -> None:
    assert answer(postgres_server, "postgres", "SELECT lower('ŠĄŽ Ошибка')") == "šąž ошибка"


def test_two_databases_do_not_see_each_other(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as one, postgres_server.database() as other:
        answer(postgres_server, one, "CREATE TABLE ticket AS SELECT 'T-1' AS number", returns=False)

        assert answer(postgres_server, one, "SELECT count(*) FROM pg_tables WHERE tablename = 'ticket'") == 1
        assert answer(postgres_server, other, "SELECT count(*) FROM pg_tables WHERE tablename = 'ticket'") == 0


def test_a_database_can_be_a_copy_of_another(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as template:
        answer(postgres_server, template, "CREATE TABLE ticket AS SELECT 'T-1' AS number", returns=False)
        with postgres_server.database(template) as copy:
            assert answer(postgres_server, copy, "SELECT number FROM ticket") == "T-1"


def test_the_address_opens_the_database_through_sqlalchemy(postgres_url: str) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


@pytest.mark.usefixtures("postgres_server")
def test_who_meets_in_the_same_folder_shares_one_server_until_the_last_has_left(tmp_path: Path) -> None:
    with postgres(tmp_path) as first:
        with postgres(tmp_path) as second:
            assert second == first
        assert answer(first, "postgres", "SELECT 1") == 1
    assert not first.folder.exists()


@pytest.mark.usefixtures("postgres_server", "own_corner")
def test_the_next_run_stops_the_server_of_a_killed_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KEEP_A_SERVER_OPEN, str(tmp_path)]
    with socket.socket(socket.AF_UNIX) as client:
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            folder = Path(run.stdout.readline().strip())
            client.connect(str(folder / ".s.PGSQL.5432"))
            run.kill()

        with postgres():
            assert not folder.exists()
            client.settimeout(30)
            assert client.recv(1000) == b""


@pytest.mark.usefixtures("postgres_server")
def test_a_live_server_of_another_run_is_left_alone(tmp_path: Path) -> None:
    with postgres(tmp_path) as other_run, postgres():
        assert answer(other_run, "postgres", "SELECT 1") == 1


def test_programs_that_root_alone_may_read_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheel_programs: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has to hand PostgreSQL over to another account")
    package = wheel_programs.parents[1]
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for folder in (package, package.with_name(package.name + ".libs")):
        (hidden / folder.name).mkdir()
        for inside in folder.iterdir():
            if inside.name == wheel_programs.parent.name or folder.name.endswith(".libs"):
                subprocess.run(["cp", "-R", str(inside), str(hidden / folder.name)], check=True)
    programs = hidden / package.name / wheel_programs.parent.name / "bin"
    monkeypatch.setenv("THREELINE_TEST_PG_BIN", str(programs))

    with postgres() as server:
        assert server.programs.is_relative_to(server.folder)
        assert answer(server, "postgres", "SELECT 1") == 1


def test_a_machine_without_postgres_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.servers.postgres_programs", lambda: iter(()))

    with pytest.raises(Unavailable, match="brew install postgresql"), postgres():
        pass


def test_chromium_draws_a_page(browser_page: Page) -> None:
    browser_page.goto("data:text/html,<meta charset=utf-8><title>Desk</title><h1 style='width:40px'>Ačiū</h1>")

    assert browser_page.title() == "Desk"
    assert browser_page.locator("h1").inner_text() == "Ačiū"
    box = browser_page.locator("h1").bounding_box()
    assert box is not None
    assert box["width"] == 40


def test_no_page_reaches_beyond_this_machine(browser_page: Page) -> None:
    from playwright.sync_api import Error

    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        browser_page.goto("http://elsewhere.example/")


def test_a_wrongly_named_chromium_is_a_reason_and_not_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THREELINE_TEST_CHROMIUM", str(tmp_path / "none"))

    assert chromium().path is None
    assert "THREELINE_TEST_CHROMIUM" in chromium().reason


def test_a_machine_without_chromium_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THREELINE_TEST_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("tests.servers.CHROMIUM_APPS", ())

    assert chromium().path is None
    assert "apt-get install chromium" in chromium().reason


def test_smtp_keeps_what_it_receives(smtp: SmtpServer) -> None:
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        client.send_message(the_mail(), "bounces@threeline.example", ["desk@threeline.example"])

    (received,) = smtp.mails
    assert received.sender == "bounces@threeline.example"
    assert received.recipients == ("desk@threeline.example",)
    assert b"Subject: The scanner beeps twice" in received.content
    assert b"\r\n.\r\nA line with one dot" in received.content


def test_smtp_refuses_whom_it_is_told_to(smtp: SmtpServer) -> None:
    smtp.refuse("gone@client.example", "550 5.1.1 No such mailbox")

    with smtplib.SMTP(smtp.host, smtp.port) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.send_message(the_mail(), to_addrs=["gone@client.example"])

    assert refused.value.recipients == {"gone@client.example": (550, b"5.1.1 No such mailbox")}
    assert smtp.mails == []


def test_imap_takes_finds_and_moves_a_mail(imap: ImapServer) -> None:
    imap.deliver(the_mail("About the label printer").as_bytes())
    imap.deliver(the_mail("About the scanner").as_bytes())

    with imap.signed_in() as client:
        client.create("Done")
        client.select("INBOX")
        (found,) = client.uid("SEARCH", "UNSEEN", "SUBJECT", "scanner")[1]
        client.uid("MOVE", found, "Done")

    assert b"About the label printer" in imap.mails()[0]
    assert len(imap.mails()) == 1
    assert b"About the scanner" in imap.mails("Done")[0]


def test_reading_through_the_fixture_leaves_a_mail_unread(imap: ImapServer) -> None:
    imap.deliver(the_mail().as_bytes())

    imap.mails()

    with imap.signed_in() as client:
        client.select("INBOX")
        assert client.search(None, "UNSEEN")[1] == [b"1"]


def test_imap_refuses_a_wrong_password(imap: ImapServer) -> None:
    with imaplib.IMAP4(imap.host, imap.port) as client, pytest.raises(imaplib.IMAP4.error):
        client.login(imap.user, "wrong")


def test_two_mailboxes_are_two(imap: ImapServer) -> None:
    with imap_server() as other:
        imap.deliver(the_mail().as_bytes())

        assert other.mails() == []


@pytest.mark.parametrize("served", [smtp_server, imap_server])
def test_a_server_ends_although_a_client_is_still_connected(
    served: Callable[[], AbstractContextManager[SmtpServer | ImapServer]],
) -> None:
    with served() as server, socket.create_connection((server.host, server.port)) as client:
        assert client.recv(100)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port))


def answer(server: PostgresServer, database: str, statement: str, *, returns: bool = True) -> object:
    import psycopg

    with psycopg.connect(host=str(server.folder), user="postgres", dbname=database) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if returns else None
        return row[0] if row else None


@pytest.fixture
def own_corner(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for temporary files that other runs, and other workers of this one, do not tidy."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr("tests.servers._parents", lambda: [Path(name)])
        yield


@pytest.fixture
def wheel_programs() -> Path:
    for programs in postgres_programs():
        if programs.parent.name.startswith("pginstall"):
            return programs
    pytest.skip("the PostgreSQL wheel is not installed")


KEEP_A_SERVER_OPEN = """
import signal
import sys
import tempfile
from pathlib import Path
from tests.servers import postgres

with postgres(Path(sys.argv[1])) as server:
    print(server.folder, flush=True)
    signal.pause()
"""
