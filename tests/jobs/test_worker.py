"""The queue and the worker: once in effect, whatever fails; letters under one Message-ID."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.config import Config
from helpdesk.core import jobs
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.jobs import DEAD, DONE, READY, Job
from helpdesk.jobs.worker import run_all, run_one
from helpdesk.mail import outbound
from helpdesk.models.tickets import Status
from helpdesk.tickets.conversation import NewMessage, add_note, reply_to_client
from helpdesk.tickets.resolution import close_silent, resolve_ticket
from tests.cast import Cast
from tests.factories import a_ticket

At = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def mail_folder(config: Config) -> Path:
    return config.mail_folder


def the_job() -> Job:
    db.session.expire_all()
    return db.session.scalars(db.select(Job).order_by(Job.id.desc())).first()  # type: ignore[return-value]


def test_an_acknowledgement_names_the_number_and_when_an_answer_is_due(cast: Cast, mail_folder: Path, at: At) -> None:
    with at("2026-03-06 18:30"):  # a Friday evening: outside of office hours
        ticket = a_ticket(cast)
        run_all()

    [letter] = [message_from_bytes(f.read_bytes(), policy=default) for f in mail_folder.glob("*.eml")]
    body = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert letter["To"] == "Jonas <jonas@klinika.example>"
    assert ticket.number in letter["Subject"]
    assert "outside of working hours" in body
    assert "Monday, 9 March 2026, 08:00 (Europe/Vilnius)" in body
    assert letter["Auto-Submitted"] == "auto-generated"


def test_the_same_letter_tried_twice_is_one_file_under_one_id(cast: Cast, mail_folder: Path) -> None:
    a_ticket(cast)
    run_all()
    [first] = list(mail_folder.glob("*.eml"))
    with transaction():
        job = the_job()
        job.state, job.attempts = READY, 0
    run_all()

    assert [f.name for f in mail_folder.glob("*.eml")] == [first.name]


def test_a_note_sends_no_letter(cast: Cast, mail_folder: Path) -> None:
    ticket = a_ticket(cast)
    run_all()
    add_note(ticket, NewMessage("Between us."), by=cast.ona)
    run_all()

    assert not any("Between us" in f.read_text(encoding="utf-8") for f in mail_folder.glob("*.eml"))


def test_a_letters_reference_finds_its_ticket_and_a_forged_one_finds_none(cast: Cast) -> None:
    ticket = a_ticket(cast)
    reference = outbound.message_id(ticket.id, "17-reply")

    assert outbound.ticket_of((reference,)) == ticket.id
    assert outbound.ticket_of((reference.replace(f".{ticket.id}.", ".999."),)) is None
    assert outbound.ticket_of(("<anything@else.example>",)) is None


def test_reply_resolution_and_closing_write_their_letters(cast: Cast, mail_folder: Path, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        run_all()
        reply_to_client(ticket, NewMessage("We **look**."), by=cast.ona)
        resolve_ticket(ticket, NewMessage("Clean it."), by=cast.ona)
        run_all()
    with at("2026-03-09 16:59"):
        assert close_silent() == 0
    with at("2026-03-09 17:01"):
        assert close_silent() == 1
        assert close_silent() == 0
        run_all()

    assert ticket.status is Status.CLOSED
    names = sorted(f.name.split(".")[2].split("-", 1)[1] for f in mail_folder.glob("*.eml"))
    assert names == ["acknowledgement", "closed", "reply", "resolved"]


def test_a_job_of_a_transaction_that_rolled_back_never_was(cast: Cast) -> None:
    before = db.session.query(Job).count()
    with pytest.raises(ZeroDivisionError), transaction():
        a_ticket(cast)
        raise ZeroDivisionError

    assert db.session.query(Job).count() == before


def test_the_same_key_is_queued_once(app: Flask) -> None:
    with transaction():
        for _ in range(5):
            jobs.enqueue([("letters.reply", {}, "only once")])

    assert db.session.query(Job).filter_by(key="only once").count() == 1


def test_a_failing_job_comes_back_by_the_written_delays_and_is_dead_in_the_end(cast: Cast, at: At) -> None:
    with transaction():
        jobs.enqueue([("letters.reply", {"entry": 999_999_999}, "fails")])
    assert run_one("w")
    job = the_job()
    assert (job.state, job.attempts) == (READY, 1)
    assert not run_one("w")  # its time has not come

    with transaction():
        the_job().attempts = len(jobs.DELAYS)
    with at("2026-03-03 09:00"):
        assert run_one("w")
    assert the_job().state == DEAD
    with transaction():
        assert jobs.revive(job.id)
    assert the_job().state == READY


def test_a_worker_that_lost_its_lease_changes_nothing(cast: Cast, at: At) -> None:
    a_ticket(cast)
    with transaction():
        job = jobs.claim("sleeper")
    assert job is not None
    with at("2026-03-02 09:10"), transaction():
        again = jobs.claim("other")
        assert again is not None and again.id == job.id
        assert jobs.finish(again, "other")

    with transaction():
        job.attempts = 1
        assert not jobs.finish(job, "sleeper")
    db.session.expire_all()
    assert db.session.get_one(Job, job.id).state == DONE


def test_a_worker_has_every_letter_without_the_faces(tmp_path: Path) -> None:
    looked_at = """
import sys
from pathlib import Path
from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.core.folders import template_folder
from jinja2.meta import find_referenced_templates
app = create_app(load_config({}, home=Path(sys.argv[1])), faces=False)
letters = [str(each.relative_to(template_folder())) for each in (template_folder() / "mail").rglob("*.*")]
left, seen = list(letters), set()
while left:  # with all that they take from elsewhere
    name = left.pop()
    seen.add(name)
    app.jinja_env.get_template(name)
    source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]
    left += set(find_referenced_templates(app.jinja_env.parse(source))) - seen
assert not [name for name in sys.modules if name.startswith(("helpdesk.web", "helpdesk.api"))]
print(len(letters))
"""
    done = subprocess.run([sys.executable, "-c", looked_at, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
