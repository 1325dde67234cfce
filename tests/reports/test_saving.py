"""Saved reports: whose they are, when and to whom they go, and when that ends."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.pdf import can_make_pdf
from helpdesk.figures import counting
from helpdesk.jobs.worker import run_all
from helpdesk.models.access import Account
from helpdesk.models.figures import SavedReport
from helpdesk.models.tickets import Status
from helpdesk.people.accounts import disable_account
from helpdesk.policy.actor import Actor
from helpdesk.reports.asking import Asked, asked_again, days_of
from helpdesk.reports.lines import LINES
from helpdesk.reports.saving import (
    NewSaved,
    Sending,
    change_saved,
    delete_saved,
    end_sending,
    get_saved,
    save_report,
    saved_reports,
    schedule_saved,
    send_due,
    stop_receiving,
)
from tests.cast import Cast
from tests.factories import a_ticket

At = Callable[..., AbstractContextManager[None]]
NEW = NewSaved("Our lines", "lines", "period=last-month&by=team")


def sent_to(actor: Actor, every: str = "month", form: str = "pdf") -> Sending:
    return Sending(every, form, (actor.account_id or 0,))


def due() -> list[tuple[int, str]]:
    entries = db.session.scalars(db.select(Entry).where(Entry.fact == "ReportDue").order_by(Entry.id))
    return [(entry.subject_id, entry.payload["on"]) for entry in entries]


@pytest.mark.parametrize(("period", "since", "until"), [
    ("this-week", "2026-03-09", "2026-03-16"), ("last-week", "2026-03-02", "2026-03-09"),
    ("this-month", "2026-03-01", "2026-04-01"), ("last-month", "2026-02-01", "2026-03-01"),
    ("this-quarter", "2026-01-01", "2026-04-01"), ("last-quarter", "2025-10-01", "2026-01-01"),
    ("this-year", "2026-01-01", "2027-01-01"), ("last-year", "2025-01-01", "2026-01-01"),
    ("30", "2026-02-11", "2026-03-13"), ("all", None, None),
])  # fmt: skip
def test_periods_are_relative_to_the_day(period: str, since: str | None, until: str | None) -> None:
    found = days_of(Asked(LINES, period), date(2026, 3, 12))
    assert found == tuple(date.fromisoformat(day) if day else None for day in (since, until))


def test_days_begin_in_the_zone_of_the_desk() -> None:
    over = Asked(LINES, "this-month").over(datetime(2026, 3, 31, 22, 30, tzinfo=UTC), ZoneInfo("Europe/Vilnius"))
    assert over.since == datetime(2026, 3, 31, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize("query", [
    "period=last-month", "period=own&since=2026-01-01&until=2026-02-01", "period=90&team=A+%26+B&team=C&none=operator",
    "period=all&by=team&by=month&judged=now&compare=no", "period=90&by=",
])  # fmt: skip
def test_what_an_address_asks_is_written_as_it_was_read(query: str) -> None:
    assert sorted(parse_qsl(asked_again(LINES, query).query, keep_blank_values=True)) == sorted(
        parse_qsl(query, keep_blank_values=True)
    )


def test_one_submission_saves_once_and_a_name_is_used_once(cast: Cast) -> None:
    one = save_report(NEW, by=cast.vera, submission="a")
    assert save_report(NEW, by=cast.vera, submission="a").id == one.id
    with pytest.raises(Invalid) as refused:
        save_report(replace(NEW, query=""), by=cast.vera)
    assert list(refused.value.errors) == ["name"]
    assert save_report(NEW, by=cast.rasa).id != one.id
    for wrong, place in ((replace(NEW, name=" "), "name"), (replace(NEW, name="x" * 101), "name"),
                         (replace(NEW, name="b", report="nothing"), "report"),
                         (replace(NEW, name="b", query="period=never"), "period")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            save_report(wrong, by=cast.vera)
        assert list(refused.value.errors) == [place]


def test_only_the_owner_changes_and_strangers_find_nothing(cast: Cast) -> None:
    private, shared = save_report(NEW, by=cast.vera), save_report(replace(NEW, name="For all", is_shared=True),
                                                                  by=cast.vera)  # fmt: skip
    assert [row.id for row in saved_reports(for_=cast.rasa)] == [shared.id]
    for saved_id, by, refusal in (
        (private.id, cast.rasa, NotFound), (shared.id, cast.rasa, Forbidden), (shared.id, cast.ona, NotFound),
        (shared.id, cast.marek, NotFound), (99_999, cast.vera, NotFound),
    ):  # fmt: skip
        for act in (
            lambda i=saved_id, a=by: change_saved(i, name="Mine", is_shared=True, by=a),
            lambda i=saved_id, a=by: schedule_saved(i, sent_to(cast.vera), by=a),
            lambda i=saved_id, a=by: end_sending(i, by=a), lambda i=saved_id, a=by: delete_saved(i, by=a),
        ):  # fmt: skip
            with pytest.raises(refusal):
                act()
    for actor in (cast.ona, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            saved_reports(for_=actor)
        with pytest.raises(Forbidden):
            save_report(NEW, by=actor)
        with pytest.raises(NotFound):
            get_saved(shared.id, for_=actor)
    change_saved(private.id, name="Renamed", is_shared=True, query="period=all", by=cast.vera)
    assert (get_saved(private.id, for_=cast.rasa).name, private.query) == ("Renamed", "period=all")
    delete_saved(private.id, by=cast.vera)
    assert db.session.get(SavedReport, private.id) is None


def test_it_goes_out_once_for_each_day_the_oldest_first(cast: Cast, at: At) -> None:
    with at("2026-03-12 09:00"):
        row = save_report(NEW, by=cast.vera)
        schedule_saved(row.id, Sending("month", "pdf", (cast.vera.account_id or 0, cast.rasa.account_id or 0)),
                       by=cast.vera)  # fmt: skip
        assert row.next_on == "2026-04-01"
        assert send_due() == 0
    with at("2026-04-01 04:59", tz="Europe/Vilnius"):
        assert send_due() == 0
    with at("2026-04-01 07:00", tz="Europe/Vilnius"):
        assert send_due() == 1
        assert send_due() == 0
    vera, rasa = cast.vera.account_id or 0, cast.rasa.account_id or 0
    assert sorted(due()) == sorted([(vera, "2026-04-01"), (rasa, "2026-04-01")])
    with at("2026-06-15 09:00"):
        assert [send_due(), send_due(), send_due()] == [1, 1, 0]
    assert [on for account, on in due() if account == vera] == ["2026-04-01", "2026-05-01", "2026-06-01"]
    with at("2026-06-16 09:00"):
        schedule_saved(row.id, sent_to(cast.vera, "day"), by=cast.vera)
    with at("2026-06-17 09:00"):
        assert send_due() == 1
        stop_receiving(row.id, by=cast.vera)
        assert row.ended_at is not None
    with at("2026-06-18 09:00"):
        assert send_due() == 0


def test_the_letter_brings_the_month_before_as_its_reader_reads_it(cast: Cast, config: Config, at: At) -> None:
    with at("2026-03-12 09:00"):
        for _each in range(7):
            a_ticket(cast, status=Status.RESOLVED)
        rows = [save_report(replace(NEW, name=form), by=cast.vera) for form in ("pdf", "xlsx", "csv")]
        for row in rows:
            schedule_saved(row.id, sent_to(cast.vera, form=row.name), by=cast.vera)
    counting.catch_up_wholly()
    run_all()
    known = set(config.mail_folder.glob("*.eml"))
    with at("2026-04-01 09:00"):
        assert send_due() == 3
        run_all()
    letters = [message_from_bytes(path.read_bytes(), policy=default)
               for path in sorted(set(config.mail_folder.glob("*.eml")) - known)]  # fmt: skip
    letters = [letter for letter in letters if letter["To"] and "vera@" in letter["To"]]
    assert len(letters) == 3
    files = {}
    for letter in letters:
        text = letter.get_body(("plain",)).get_content()
        assert "Resolved: 7" in text
        assert "1 Mar 2026 – 31 Mar 2026" in text
        for part in letter.iter_attachments():
            files[part.get_content_type()] = part.get_payload(decode=True)
    assert b"Front,7" in files["text/csv"] or b",7," in files["text/csv"]
    sheet = next(content for kind, content in files.items() if "spreadsheet" in kind)
    assert zipfile.ZipFile(io.BytesIO(sheet)).testzip() is None
    assert ("application/pdf" in files) is can_make_pdf()


def test_it_ends_when_the_right_is_gone(cast: Cast, at: At) -> None:
    with at("2026-03-12 09:00"):
        row = save_report(NEW, by=cast.rasa)
        schedule_saved(row.id, Sending("week", "csv", (cast.vera.account_id or 0, cast.rasa.account_id or 0)),
                       by=cast.rasa)  # fmt: skip
        for wrong in (Sending("hour", "pdf", (cast.vera.account_id or 0,)), Sending("day", "doc", ()),
                      Sending("day", "pdf", (cast.ona.account_id or 0,))):  # fmt: skip
            with pytest.raises(Invalid):
                schedule_saved(row.id, wrong, by=cast.rasa)
        disable_account(db.session.get_one(Account, cast.vera.account_id), by=cast.petras)
    with at("2026-03-16 09:00"):
        assert send_due() == 1
    assert [account for account, _on in due()] == [cast.rasa.account_id]
    with at("2026-03-17 09:00"):
        disable_account(db.session.get_one(Account, cast.rasa.account_id), by=cast.petras)
    with at("2026-03-23 09:00"):
        assert send_due() == 1
        assert send_due() == 0
    db.session.refresh(row)
    assert row.ended_at is not None
    assert len(due()) == 1
