"""`threeline jobs`: what failed for good, and its second life."""

from __future__ import annotations

from helpdesk.core import jobs
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.factories import a_ticket


def a_dead_job(cast: Cast) -> int:
    a_ticket(cast)
    with transaction():
        job = jobs.claim("worker")
        assert job is not None
        jobs.fail(job, "worker", "SMTPRecipientsRefused: no such mailbox\nmore", permanent=True)
    return job.id


def test_dead_jobs_are_listed_with_their_cause(threeline: Threeline, cast: Cast) -> None:
    job_id = a_dead_job(cast)
    a_ticket(cast)

    (row,) = threeline("jobs", "list", "--json").document["jobs"]

    assert (row["id"], row["kind"], row["state"]) == (job_id, "letters.acknowledgement", "dead")
    assert "no such mailbox" in row["error"]
    assert "no such mailbox" in threeline("jobs", "list").out


def test_waiting_jobs_are_listed_when_asked_for(threeline: Threeline, cast: Cast) -> None:
    a_ticket(cast)

    waiting = threeline("jobs", "list", "--state", "ready", "--json").document["jobs"]

    assert {row["state"] for row in waiting} == {"ready"}
    assert "letters.acknowledgement" in {row["kind"] for row in waiting}
    assert threeline("jobs", "list", "--json").document == {"jobs": []}


def test_a_dead_job_gets_another_life(threeline: Threeline, cast: Cast) -> None:
    job_id = a_dead_job(cast)

    told = threeline("jobs", "retry", str(job_id), "--json")

    assert (told.document["state"], told.document["attempts"], told.document["error"]) == ("ready", 0, None)
    assert db.session.get(Job, job_id, populate_existing=True).state == "ready"


def test_only_a_dead_job_can_be_retried(threeline: Threeline, cast: Cast) -> None:
    a_ticket(cast)
    waiting = db.session.scalars(db.select(Job.id).order_by(Job.id).limit(1)).one()

    assert threeline("jobs", "retry", str(waiting)).code == 66
    assert threeline("jobs", "retry", "987654").code == 66
