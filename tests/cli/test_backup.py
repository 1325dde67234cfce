"""`threeline backup` and `threeline restore`: the whole desk comes back, or nothing is changed."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from helpdesk import migrations
from helpdesk.channels import email
from helpdesk.config import Config
from helpdesk.core.db import Base, db
from helpdesk.mail import outbound
from helpdesk.models.tickets import Status
from helpdesk.tickets.attachments import content_of
from helpdesk.tickets.queries import conversation, get_ticket
from tests import cast as people
from tests.channels.conftest import a_mail
from tests.cli.conftest import Run, typed
from tests.cli.desks import Original, a_copy, an_empty_desk, an_original
from tests.factories import a_ticket

KINDS = ["sqlite", "postgresql"]
# What is true of the archive is true whatever is in it.
on_sqlite = pytest.mark.parametrize("original", ["sqlite"], indirect=True)


def work(app: Flask) -> None:
    """T-1 … T-5: of everything that a backup must bring back."""
    with app.app_context():
        cast = people.find_cast()
        a_ticket(cast, line=3, text="Žvakė ir свеча и 蜡烛\n\ttab \\ backslash \\N")
        a_ticket(cast, status=Status.WAITING_CLIENT)
        a_ticket(cast, status=Status.RESOLVED)
        email.receive(a_mail(files={"till.log": b"error 17", "empty.txt": b""}))
        email.receive(a_mail(sender="oleg@elsewhere.example", files={"photo.png": b"\x89PNG\r\n\x1a\n" + bytes(5000)}))


@pytest.fixture(scope="module", params=KINDS)
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    with an_original(request.param, tmp_path_factory.mktemp("original"), request, work) as original:
        yield original


@pytest.fixture
def worked(original: Original, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A desk on which people worked."""
    with a_copy(original, tmp_path / "desk", request) as app:
        yield app


@pytest.fixture
def elsewhere(original: Original, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """The settings of another desk, of which there is nothing yet."""
    with an_empty_desk(original.kind, tmp_path / "elsewhere", request) as config:
        yield config


@pytest.fixture
def sqlite_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    with (
        an_original("sqlite", tmp_path / "first", request, work) as original,
        a_copy(original, tmp_path / "desk", request) as app,
    ):
        yield app


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """`settle(config, "restore", …)`: type a command on the desk of these settings."""

    def run(config: Config, *words: str) -> Run:
        monkeypatch.setenv("THREELINE_HOME", str(config.home))
        monkeypatch.setenv("THREELINE_DATABASE_URL", config.database_url)
        return typed(None, *words)

    return run


def backed_up(app: Flask, target: str, *words: str) -> Run:
    """Back the desk up, then close it: it is not running any more."""
    told = typed(app, "backup", target, *words)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return told


def rows(app_or_config: Flask | Config) -> dict[str, list[Any]]:
    """Every row of every table."""
    url = (app_or_config.config["THREELINE"] if isinstance(app_or_config, Flask) else app_or_config).database_url
    engine = migrations.migration_engine(url)
    try:
        with engine.connect() as connection:
            tables = [*Base.metadata.tables, "alembic_version"]
            return {t: sorted(map(str, connection.execute(text(f"SELECT * FROM {t}")).all())) for t in tables}
    finally:
        engine.dispose()


def files(config: Config) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in config.attachments.glob("??/??/*")}


def config_of(app: Flask) -> Config:
    config: Config = app.config["THREELINE"]
    return config


def changed(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> str:
    """A copy of an archive in which some members are others, or gone."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for info in old:
            member = old.extractfile(info)
            assert member is not None
            content = change(info.name, member.read())
            if content is not None:
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return str(target)


def test_everything_comes_back_elsewhere(
    worked: Flask, elsewhere: Config, settle: Callable[..., Run], tmp_path: Path
) -> None:
    made = backed_up(worked, str(tmp_path / "desk.tar"), "--json")
    brought = settle(elsewhere, "restore", str(tmp_path / "desk.tar"), "--json")

    assert (made.code, brought.code) == (0, 0), brought.err
    assert made.document["attachments"] == brought.document["attachments"] == 5  # two of them are raw mails
    assert rows(elsewhere) == rows(worked)
    assert files(elsewhere) == files(config_of(worked))
    assert settle(elsewhere, "check").code == 0


def test_work_goes_on_where_it_was(
    worked: Flask, elsewhere: Config, settle: Callable[..., Run], tmp_path: Path
) -> None:
    with worked.app_context():
        letter = outbound.message_id(2, "7-reply")
    backed_up(worked, str(tmp_path / "desk.tar"))
    settle(elsewhere, "restore", str(tmp_path / "desk.tar"))

    (tmp_path / "mail.eml").write_bytes(a_mail("The blue one.", In_Reply_To=letter))
    answered = settle(elsewhere, "mail", "receive", str(tmp_path / "mail.eml")).document
    opened = settle(elsewhere, "ticket", "create", "--as", "jonas@klinika.example", "--subject", "x", "--text", "y",
                    "--json")  # fmt: skip

    assert answered == {"result": "reply", "number": "T-2", "reason": None}
    assert opened.document["number"] == "T-6"


def test_words_and_files_are_those_that_were_said_and_sent(
    worked: Flask, elsewhere: Config, settle: Callable[..., Run], tmp_path: Path
) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    settle(elsewhere, "restore", str(tmp_path / "desk.tar"))
    from helpdesk.app import create_app

    app = create_app(elsewhere)
    with app.app_context():
        cast = people.find_cast()
        first = conversation(get_ticket("T-1", for_=cast.ona), for_=cast.ona)[0]
        attached = conversation(get_ticket("T-4", for_=cast.ona), for_=cast.ona)[0].attachments
        said = first.text
        with content_of(attached[0]) as content:
            sent = content.read()
        db.session.remove()
        db.engine.dispose()

    assert said == "Žvakė ir свеча и 蜡烛\n\ttab \\ backslash \\N"
    assert sent == b"error 17"


def test_a_backup_is_made_while_people_work(
    worked: Flask, elsewhere: Config, settle: Callable[..., Run], tmp_path: Path
) -> None:
    stop, opened = threading.Event(), []

    def keep_busy() -> None:
        with worked.app_context():
            cast = people.find_cast()
            while not stop.is_set():
                opened.append(a_ticket(cast).number)
                db.session.remove()

    busy = threading.Thread(target=keep_busy)
    busy.start()
    try:
        made = [typed(worked, "backup", str(tmp_path / f"{n}.tar"), "--json") for n in range(3)]
    finally:
        stop.set()
        busy.join()
    brought = settle(elsewhere, "restore", str(tmp_path / "2.tar"))

    assert [told.code for told in (*made, brought)] == [0, 0, 0, 0]
    assert opened
    assert settle(elsewhere, "check").code == 0


def test_a_desk_that_is_not_empty_is_not_replaced(worked: Flask, settle: Callable[..., Run], tmp_path: Path) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    before = rows(worked)

    told = settle(config_of(worked), "restore", str(tmp_path / "desk.tar"))

    assert (told.code, told.out) == (1, "")
    assert "--force" in told.err
    assert rows(worked) == before


def test_with_force_the_desk_is_what_it_was(worked: Flask, settle: Callable[..., Run], tmp_path: Path) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    before = rows(worked)
    with worked.app_context():
        a_ticket(people.find_cast())
        db.session.remove()
        db.engine.dispose()

    told = settle(config_of(worked), "restore", str(tmp_path / "desk.tar"), "--force")

    assert told.code == 0, told.err
    assert rows(worked) == before


def test_an_empty_desk_that_was_begun_is_replaced_without_force(
    worked: Flask, elsewhere: Config, settle: Callable[..., Run], tmp_path: Path
) -> None:
    migrations.upgrade(elsewhere)
    backed_up(worked, str(tmp_path / "desk.tar"))

    assert settle(elsewhere, "restore", str(tmp_path / "desk.tar")).code == 0
    assert rows(elsewhere) == rows(worked)


def other_digit(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


CHANGES: dict[str, Callable[[str, bytes], bytes | None]] = {
    "another byte in the database": lambda name, c: other_digit(c) if name.startswith("database/") and c else c,
    "another byte in a file": lambda name, c: other_digit(c) if name.startswith("attachments/") and c else c,
    "another byte in the key": lambda name, c: other_digit(c) if name == "secret_key" else c,
    "no database": lambda name, c: None if name.startswith("database/") else c,
    "no attachments": lambda name, c: None if name.startswith("attachments/") else c,
    "no manifest": lambda name, c: None if name == "manifest.json" else c,
    "a manifest that is none": lambda name, c: b"{}" if name == "manifest.json" else c,
    "another format": lambda name, c: c.replace(b'"format": 1', b'"format": 9') if name == "manifest.json" else c,
}


@on_sqlite
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_damaged_backup_changes_nothing(
    worked: Flask, settle: Callable[..., Run], tmp_path: Path, change: Callable[[str, bytes], bytes | None]
) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    before = rows(worked), files(config_of(worked))
    damaged = changed(tmp_path / "desk.tar", tmp_path / "damaged.tar", change)

    told = settle(config_of(worked), "restore", damaged, "--force")

    assert (told.code, told.out) == (65, "")
    assert (rows(worked), files(config_of(worked))) == before


@on_sqlite
def test_a_backup_that_was_cut_off_changes_nothing(worked: Flask, settle: Callable[..., Run], tmp_path: Path) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    whole, before = (tmp_path / "desk.tar").read_bytes(), rows(worked)

    for size in (0, 100, len(whole) // 2, len(whole) - 15_000):
        (tmp_path / "cut.tar").write_bytes(whole[:size])
        assert settle(config_of(worked), "restore", str(tmp_path / "cut.tar"), "--force").code == 65

    assert rows(worked) == before


def test_a_restore_that_fails_half_way_changes_nothing(
    worked: Flask, settle: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    before = rows(worked)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("helpdesk.cli.backup_sqlite.migrations.upgrade", fail)
    monkeypatch.setattr("helpdesk.cli.backup_postgresql._set_sequences", fail)
    told = settle(config_of(worked), "restore", str(tmp_path / "desk.tar"), "--force")
    monkeypatch.undo()

    assert (told.code, told.out) == (74, "")
    assert "No space left" in told.err
    assert rows(worked) == before


def test_a_damaged_attachment_is_told_and_the_rest_is_saved(
    worked: Flask, elsewhere: Config, settle: Callable[..., Run], tmp_path: Path
) -> None:
    victim = next(path for path in config_of(worked).attachments.glob("??/??/*") if path.stat().st_size)
    victim.write_bytes(b"something else")

    made = backed_up(worked, str(tmp_path / "desk.tar"), "--json")
    brought = settle(elsewhere, "restore", str(tmp_path / "desk.tar"))

    assert (made.code, made.document["damaged"]) == (1, [victim.name])
    assert brought.code == 0
    assert set(files(elsewhere)) == set(files(config_of(worked))) - {victim.name}


@on_sqlite
def test_a_folder_gets_a_file_named_by_the_time_that_only_we_can_read(worked: Flask, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()

    told = typed(worked, "backup", str(tmp_path / "backups"), "--json")

    (made,) = (tmp_path / "backups").iterdir()
    assert told.document["file"] == str(made)
    assert made.name.startswith("threeline-20")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


@on_sqlite
def test_an_older_file_is_replaced_only_by_a_whole_one(
    worked: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk.tar").write_bytes(b"the older one")

    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("helpdesk.cli.backup._add_attachments", fail)
        assert backed_up(worked, str(tmp_path / "desk.tar")).code == 74
    assert (tmp_path / "desk.tar").read_bytes() == b"the older one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["desk", "desk.tar"]

    backed_up(worked, str(tmp_path / "desk.tar"))
    assert tarfile.is_tarfile(tmp_path / "desk.tar")


def test_the_manifest_names_versions_and_digests(worked: Flask, tmp_path: Path) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))

    with tarfile.open(tmp_path / "desk.tar") as tar:
        names = tar.getnames()
        manifest = json.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]

    assert names[-1] == "manifest.json"
    assert manifest["database"]["revision"] == migrations.head()
    assert manifest["kind"] == config_of(worked).database_url.partition(":")[0].partition("+")[0]
    assert set(manifest["files"]) == {n for n in names if n.startswith(("database/", "secret_key"))}
    assert all(len(each["sha256"]) == 64 for each in manifest["files"].values())


def test_the_other_kind_of_database_is_refused(
    worked: Flask, settle: Callable[..., Run], tmp_path: Path, request: pytest.FixtureRequest, original: Original
) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    other = KINDS[1 - KINDS.index(original.kind)]

    with an_empty_desk(other, tmp_path / "other", request) as config:
        assert settle(config, "restore", str(tmp_path / "desk.tar")).code == 78


@on_sqlite
def test_a_backup_of_a_newer_version_is_refused(worked: Flask, settle: Callable[..., Run], tmp_path: Path) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    revision = migrations.head().encode()
    newer = changed(tmp_path / "desk.tar", tmp_path / "newer.tar",
                    lambda name, c: c.replace(revision, b"9999_future") if name == "manifest.json" else c)  # fmt: skip

    assert settle(config_of(worked), "restore", newer, "--force").code == 78


@on_sqlite
@pytest.mark.parametrize(
    "name", ["../outside", "/etc/cron.d/job", "attachments/../../x", "database/../x.db", "attachments/aa/bb/short"]
)
def test_a_member_that_is_not_ours_is_refused(
    worked: Flask, settle: Callable[..., Run], tmp_path: Path, name: str
) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    with tarfile.open(tmp_path / "desk.tar", "a") as tar:
        tar.addfile(tarfile.TarInfo(name), io.BytesIO())

    told = settle(config_of(worked), "restore", str(tmp_path / "desk.tar"), "--force")

    assert told.code == 65
    assert name in told.err


@on_sqlite
def test_a_link_in_an_archive_is_refused(worked: Flask, settle: Callable[..., Run], tmp_path: Path) -> None:
    backed_up(worked, str(tmp_path / "desk.tar"))
    with tarfile.open(tmp_path / "desk.tar", "a") as tar:
        link = tarfile.TarInfo("secret_key")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)

    assert settle(config_of(worked), "restore", str(tmp_path / "desk.tar"), "--force").code == 65


@on_sqlite
def test_what_is_not_there_ends_with_66(worked: Flask, settle: Callable[..., Run], tmp_path: Path) -> None:
    assert settle(config_of(worked), "restore", str(tmp_path / "none.tar")).code == 66
    assert typed(worked, "backup", str(tmp_path / "none" / "desk.tar")).code == 66


def test_a_running_desk_on_sqlite_is_not_replaced(
    sqlite_desk: Flask, settle: Callable[..., Run], tmp_path: Path
) -> None:
    backed_up(sqlite_desk, str(tmp_path / "desk.tar"))
    config = config_of(sqlite_desk)
    before = rows(config)

    with closing(sqlite3.connect(config.sqlite_file)) as running:
        running.execute("SELECT count(*) FROM ticket").fetchone()
        told = settle(config, "restore", str(tmp_path / "desk.tar"), "--force")

    assert told.code == 75
    assert "Stop it" in told.err
    assert rows(config) == before


def test_a_key_from_the_settings_is_not_in_the_backup(
    sqlite_desk: Flask, settle: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THREELINE_SECRET_KEY", "kept by the operator of this machine")
    settle(config_of(sqlite_desk), "backup", str(tmp_path / "desk.tar"))

    with tarfile.open(tmp_path / "desk.tar") as tar:
        assert "secret_key" not in tar.getnames()


def test_an_older_backup_is_brought_up_to_date(
    sqlite_desk: Flask, settle: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(sqlite_desk, str(tmp_path / "desk.tar"))
    upgraded: list[str] = []
    real = migrations.upgrade
    monkeypatch.setattr("helpdesk.cli.backup_sqlite.migrations.upgrade", lambda c: upgraded.append(real(c)))

    told = settle(config_of(sqlite_desk), "restore", str(tmp_path / "desk.tar"), "--force")

    assert (told.code, upgraded) == (0, ["up to date"])
