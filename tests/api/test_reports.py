"""Reports, what stands behind them, the dictionary and saved reports over the API."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from helpdesk.core.db import db
from helpdesk.figures import counting
from helpdesk.models.figures import SavedReport
from helpdesk.models.tickets import Status
from helpdesk.policy.actor import Actor
from helpdesk.reports import FACT_REPORTS
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.factories import a_ticket

As = Callable[[Actor], Caller]


def test_a_report_its_cells_and_what_stands_behind_them(cast: Cast, as_: As) -> None:
    made = [a_ticket(cast, status=Status.RESOLVED).number for _each in range(3)]
    a_ticket(cast)
    counting.catch_up_wholly()
    vera = as_(cast.vera)
    assert [each["slug"] for each in vera.get("/reports").get_json()["reports"]] == list(FACT_REPORTS)
    found = vera.get("/reports/lines?by=team&by=channel&where=line=1&where=line=2").get_json()
    [row] = found["rows"]
    assert (row["resolved"], found["total"]["resolved"], found["where"]) == (3, 3, [["line", "1"], ["line", "2"]])
    path = f"/reports/lines/behind?metric=resolved&of=team&of=channel&key={row['team']}&key={row['channel']}"
    behind = vera.get(f"{path}&size=2").get_json()
    assert ([item["number"] for item in behind["items"]], behind["total"]) == (made[:2], 3)
    assert [item["number"] for item in vera.get(f"{path}&size=2&page=2").get_json()["items"]] == made[2:]
    for asked in ({"headers": {"Accept": "text/csv"}}, {"query_string": {"format": "csv", "by": "team"}}):
        told = vera.get("/reports/lines", **asked)  # type: ignore[arg-type]
        assert told.mimetype == "text/csv"
        assert sum(int(each["resolved"]) for each in csv.DictReader(io.StringIO(told.get_data(as_text=True)))) == 3


def test_bad_input_names_its_parameter(cast: Cast, as_: As) -> None:
    vera = as_(cast.vera)
    for query, name in (("by=nothing", "by"), ("where=team", "where"), ("where=nothing=1", "where"),
                        ("judged=later", "judged"), ("since=soon", "since"), ("by=day&by=month", "by"),
                        ("where=line=7", "where"), ("size=1", "size")):  # fmt: skip
        refused = vera.get(f"/reports/lines?{query}")
        assert refused.status_code == 422, query
        assert [error["parameter"] for error in refused.get_json()["errors"]] == [name]
    for path in ("/reports/nothing", "/reports/lines/behind?metric=nothing",
                 "/reports/lines/behind?metric=resolved&of=team&key=Nobody",
                 "/reports/lines/behind?metric=resolved&of=team"):  # fmt: skip
        assert vera.get(path).status_code == 404


def test_those_who_may_read_no_reports_get_none(cast: Cast, ona: Caller, jonas: Caller, marek: Caller) -> None:
    for caller in (ona, jonas, marek):
        for path in ("/reports", "/metrics", "/saved-reports"):
            assert caller.get(path).status_code == 403
        for path in ("/reports/lines", "/reports/lines/behind?metric=resolved"):
            assert caller.get(path).status_code == 404
        assert caller.post("/saved-reports", {"name": "Mine", "report": "lines"}).status_code == 403


def test_the_dictionary_has_every_figure_of_every_report(cast: Cast, as_: As) -> None:
    told = as_(cast.vera).get("/metrics").get_json()["metrics"]
    found = {(slug, each["name"]): each["definition"] for each in told for slug in each["reports"]}
    for slug, report in FACT_REPORTS.items():
        for metric in report.metrics:
            assert found[slug, metric.name] == str(metric.definition)


def test_a_report_is_saved_changed_sent_and_deleted(cast: Cast, as_: As) -> None:
    vera, rasa = as_(cast.vera), as_(cast.rasa)
    body, key = {"name": "Ours", "report": "lines", "query": "period=last-month&by=team"}, {"Idempotency-Key": "once"}
    made = [vera.post("/saved-reports", body, headers=key) for _twice in range(2)]
    assert {each.status_code for each in made} == {201}
    saved_id = made[0].get_json()["id"]
    assert made[0].headers["Location"] == f"/api/v1/saved-reports/{saved_id}"
    assert db.session.query(SavedReport).count() == 1
    assert vera.post("/saved-reports", body).get_json()["errors"][0]["pointer"] == "#/name"
    assert rasa.get(f"/saved-reports/{saved_id}").status_code == 404
    changed = vera.put(f"/saved-reports/{saved_id}", {"name": "Everybody's", "is_shared": True})
    assert (changed.get_json()["name"], changed.get_json()["query"]) == ("Everybody's", body["query"])
    assert [row["is_mine"] for row in rasa.get("/saved-reports").get_json()["saved_reports"]] == [False]
    assert rasa.put(f"/saved-reports/{saved_id}", {"name": "Mine"}).status_code == 403
    sending = {"every": "month", "form": "xlsx", "recipients": [cast.vera.account_id]}
    sent = vera.put(f"/saved-reports/{saved_id}/sending", sending).get_json()
    assert (sent["every"], sent["form"], sent["recipients"]) == ("month", "xlsx", [cast.vera.account_id])
    refused = vera.put(f"/saved-reports/{saved_id}/sending", sending | {"recipients": [cast.ona.account_id]})
    assert refused.get_json()["errors"][0]["pointer"] == "#/recipients"
    assert vera.delete(f"/saved-reports/{saved_id}/sending").status_code == 204
    assert vera.get(f"/saved-reports/{saved_id}").get_json()["every"] is None
    assert vera.delete(f"/saved-reports/{saved_id}").status_code == 204
    assert vera.get(f"/saved-reports/{saved_id}").status_code == 404
