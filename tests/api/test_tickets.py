"""Tickets by API: opened, listed in pages, narrowed, changed, assigned, linked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from helpdesk.core.db import db
from helpdesk.core.standing import touch
from helpdesk.models.tickets import CustomField, Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.tickets.queries import parse_number
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.factories import a_ticket

NEW = {"subject": "Blank labels", "text": "Since this morning every label is blank."}


@pytest.fixture
def fields_of_the_desk(cast: Cast) -> None:
    db.session.add_all([
        CustomField(key="room", label="Room", kind="text", in_portal=True),
        CustomField(key="floor", label="Floor", kind="number", in_portal=True),
        CustomField(key="verdict", label="Verdict", kind="text"),
    ])  # fmt: skip
    touch()
    db.session.commit()


def test_a_client_opens_a_ticket(cast: Cast, jonas: Caller) -> None:
    opened = jonas.post("/tickets", {
        **NEW, "type": "question", "urgency": "high", "language": "lt",
        "installed_product_id": cast.printer_at_klinika.id,
    })  # fmt: skip

    ticket = opened.get_json()
    assert opened.status_code == 201
    assert opened.headers["Location"] == f"/api/v1/tickets/{ticket['number']}"
    assert ticket["requester_name"] == "Jonas"
    assert ticket["organisation_name"] == "Klinika"
    assert (ticket["type"], ticket["channel"], ticket["language"]) == ("question", "api", "lt")
    assert (ticket["client_urgency"], ticket["product_id"]) == ("high", cast.printer.id)
    assert ticket["opened_at"] == "2026-03-02T07:00:00Z"
    # P3 by high urgency for one person: four working hours for the first answer, and lunch is none.
    assert ticket["due"] == {
        "kind": "first_response", "state": "running", "at": "2026-03-02T12:00:00Z", "seconds_left": 5 * 3600,
    }  # fmt: skip


def test_what_is_due_reads_the_same_at_once_and_later(jonas: Caller) -> None:
    opened = jonas.post("/tickets", NEW)
    assert jonas.get(opened.headers["Location"]).get_json() == opened.get_json()


def test_what_is_overdue_says_by_how_much(jonas: Caller, at: Callable[..., Any]) -> None:
    here = jonas.post("/tickets", NEW).headers["Location"]
    due = jonas.get(here).get_json()["due"]
    assert due["at"] == "2026-03-03T07:00:00Z"

    with at("2026-03-03 09:30"):
        assert jonas.get(here).get_json()["due"] == {**due, "state": "overdue", "seconds_left": -1800}


def test_an_operator_opens_a_ticket_in_a_clients_name(cast: Cast, ona: Caller, jonas: Caller) -> None:
    opened = ona.post("/tickets", {
        **NEW, "requester_id": cast.jonas.contact_id, "impact": "organisation", "urgency": "high", "channel": "phone",
        "tags": ["Printer", "printer ", "second floor"],
    })  # fmt: skip

    ticket = opened.get_json()
    assert (ticket["priority"], ticket["channel"], ticket["client_urgency"]) == ("P1", "phone", None)
    assert ticket["tags"] == ["printer", "second floor"]
    assert jonas.get(opened.headers["Location"]).status_code == 200


def test_an_operator_says_who_asks(ona: Caller) -> None:
    assert pointers(ona.post("/tickets", NEW)) == ["#/requester_id"]


def test_a_client_opens_tickets_in_no_other_name(cast: Cast, jonas: Caller) -> None:
    refused = jonas.post("/tickets", {**NEW, "requester_id": cast.marek.contact_id})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "may_not_choose_requester")


def test_for_a_client_the_fields_of_staff_do_not_exist(jonas: Caller) -> None:
    refused = jonas.post("/tickets", {**NEW, "impact": "organisation", "tags": ["vip"], "channel": "phone", "wish": 1})
    assert refused.status_code == 422
    assert sorted(pointers(refused)) == ["#/channel", "#/impact", "#/tags", "#/wish"]
    assert {error["detail"] for error in refused.get_json()["errors"]} == {"There is no such field."}


def test_custom_fields_are_kept_and_shown_to_whom_they_are_for(
    fields_of_the_desk: None, jonas: Caller, ona: Caller
) -> None:
    here = jonas.post("/tickets", {**NEW, "custom_fields": {"room": "12", "floor": 3}}).headers["Location"]
    ona.patch(here, {"custom_fields": {"verdict": "worn", "room": None}})

    assert ona.get(here).get_json()["custom_fields"] == {"floor": 3, "verdict": "worn"}
    assert jonas.get(here).get_json()["custom_fields"] == {"floor": 3}
    assert jonas.get("/custom-fields").get_json()["custom_fields"][0]["key"] == "room"
    refused = jonas.post("/tickets", {**NEW, "custom_fields": {"verdict": "worn", "floor": "third"}})
    assert sorted(pointers(refused)) == ["#/custom_fields/floor", "#/custom_fields/verdict"]
    endless = jonas.post("/tickets", {**NEW, "custom_fields": {"floor": "1.0e999"}})
    assert pointers(endless) == ["#/custom_fields/floor"]
    assert jonas.post("/tickets", {**NEW, "custom_fields": {"floor": "9" * 400}}).status_code == 201


def test_the_list_is_read_page_by_page(cast: Cast, jonas: Caller, marek: Caller) -> None:
    numbers = [a_ticket(cast, subject=f"Ticket {n}").number for n in range(5)]
    a_ticket(cast, requester=cast.marek)

    seen, address, pages = [], "/tickets?size=2", 0
    while address:
        page = jonas.get(address)
        seen += [row["number"] for row in page.get_json()["tickets"]]
        links = [link for link in page.headers.get("Link", "").split(", ") if 'rel="next"' in link]
        address = links[0][1 : links[0].index(">")] if links else ""
        pages += 1

    assert seen == numbers[::-1]
    assert pages == 3
    assert [row["requester_name"] for row in marek.get("/tickets").get_json()["tickets"]] == ["Marek"]


def test_a_page_leads_back_to_the_one_before(cast: Cast, jonas: Caller) -> None:
    for n in range(4):
        a_ticket(cast, subject=f"Ticket {n}")
    first = jonas.get("/tickets?size=2&status=new")
    second = jonas.get(f"/tickets?size=2&status=new&after={first.get_json()['after']}")

    back = next(link for link in second.headers["Link"].split(", ") if 'rel="prev"' in link)
    query = parse_qs(urlsplit(back[1 : back.index(">")]).query)
    assert (query["size"], query["status"]) == (["2"], ["new"])
    again = jonas.get(f"/tickets?size=2&status=new&before={query['before'][0]}")
    assert again.get_json()["tickets"] == first.get_json()["tickets"]


def test_lists_are_narrowed(cast: Cast, ona: Caller) -> None:
    resolved = a_ticket(cast, status=Status.RESOLVED).number
    at_the_makers = a_ticket(cast, line=3).number
    plain = a_ticket(cast, requester=cast.marek).number

    def found(query: str) -> set[str]:
        return {row["number"] for row in ona.get(f"/tickets?{query}").get_json()["tickets"]}

    assert found("status=resolved") == {resolved}
    assert found("is_open=false") == {resolved}
    assert found("is_open=true") == {at_the_makers, plain}
    assert found("line=3") == found(f"team_id={cast.makers.id}") == {at_the_makers}
    assert found(f"organisation_id={cast.strangers.id}") == {plain}
    assert found("view=queue") == {plain}
    assert found("view=resolved&channel=portal&type=incident") == {resolved}
    assert found("priority=P1") == set()


def test_a_view_is_read_page_by_page_by_what_is_due(cast: Cast, ona: Caller) -> None:
    late = ona.post("/tickets", {**NEW, "requester_id": cast.jonas.contact_id, "urgency": "low"}).get_json()["number"]
    soon = ona.post("/tickets", {**NEW, "requester_id": cast.jonas.contact_id, "impact": "organisation",
                                 "urgency": "high"}).get_json()["number"]  # fmt: skip

    first = ona.get("/tickets?view=all&size=1").get_json()
    second = ona.get(f"/tickets?view=all&size=1&after={first['after']}").get_json()
    assert [row["number"] for row in first["tickets"] + second["tickets"]] == [soon, late]
    assert second["after"] is None


@pytest.mark.parametrize("query", ["line=1", "team_id=1", "priority=P1", "assignee_id=1"])
def test_a_client_cannot_sound_out_what_staff_know(jonas: Caller, query: str) -> None:
    refused = jonas.get(f"/tickets?{query}")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_the_priority_is_overridden_with_a_reason_and_the_override_withdrawn(cast: Cast, ona: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}"

    refused = ona.patch(here, {"priority": "P1"})
    assert (refused.status_code, pointers(refused)) == (422, ["#/priority_reason"])
    changed = ona.patch(here, {"priority": "P1", "priority_reason": "The whole ward waits."}).get_json()
    assert (changed["priority"], changed["computed_priority"]) == ("P1", "P4")
    assert changed["priority_reason"] == "The whole ward waits."
    back = ona.patch(here, {"priority": None}).get_json()
    assert (back["priority"], back["priority_reason"]) == ("P4", None)


@pytest.mark.parametrize(("name", "goes_with"), [
    ("priority_reason", "priority"), ("major_reason", "is_major"), ("status_reason", "status"),
    ("scheduled_for", "status"),
])  # fmt: skip
def test_what_would_change_nothing_asks_for_what_goes_with_it(
    cast: Cast, ona: Caller, name: str, goes_with: str
) -> None:
    refused = ona.patch(f"/tickets/{a_ticket(cast).number}", {name: "2026-03-03T08:00:00Z"})
    assert (refused.status_code, pointers(refused)) == (422, [f"#/{goes_with}"])


def test_a_change_is_done_whole_or_not_at_all(cast: Cast, ona: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}"
    before = ona.get(here).get_json()

    refused = ona.patch(here, {"subject": "Other", "impact": "group", "status": "waiting_client"})

    assert (refused.status_code, pointers(refused)) == (422, ["#/status"])
    assert ona.get(here).get_json() == before


def test_the_classification_is_corrected_field_by_field(cast: Cast, ona: Caller) -> None:
    here = f"/tickets/{a_ticket(cast, installed_product_id=cast.printer_at_klinika.id).number}"

    changed = ona.patch(here, {"type": "question", "subject": "Blank  labels "}).get_json()
    assert (changed["type"], changed["subject"]) == ("question", "Blank labels")
    assert changed["installed_product_id"] == cast.printer_at_klinika.id
    cleared = ona.patch(here, {"product_id": None}).get_json()
    assert (cleared["product_id"], cleared["installed_product_id"]) == (None, None)


def test_a_ticket_is_scheduled(cast: Cast, tomas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast, line=2).number}"

    assert pointers(tomas.patch(here, {"status": "scheduled"})) == ["#/scheduled_for"]
    changed = tomas.patch(here, {"status": "scheduled", "scheduled_for": "2026-03-03T10:00:00+02:00"}).get_json()
    assert (changed["status"], changed["scheduled_for"]) == ("scheduled", "2026-03-03T08:00:00Z")
    assert changed["due"]["state"] == "paused"


def test_only_transitions_of_the_state_machine_exist(cast: Cast, ona: Caller) -> None:
    here = f"/tickets/{a_ticket(cast, status=Status.RESOLVED).number}"

    assert ona.patch(here, {"status": "waiting_vendor"}).get_json()["code"] == "no_such_transition"
    assert ona.put(f"{here}/resolution", {"text": "Again."}).status_code == 409
    assert ona.post(f"{here}/handovers", {
        "client_sees": "a", "tried": "b", "environment": "c", "asked": "d", "to_team_id": cast.field.id,
    }).get_json()["code"] == "not_open"  # fmt: skip


def test_the_major_flag_is_raised_by_the_lead(cast: Cast, ona: Caller, as_: Callable[[Actor], Caller]) -> None:
    here = f"/tickets/{a_ticket(cast).number}"
    change = {"is_major": True, "major_reason": "Every till stands still."}

    assert ona.patch(here, change).status_code == 403
    assert as_(cast.rasa).patch(here, change).get_json()["is_major"] is True
    assert pointers(as_(cast.rasa).patch(here, {"is_major": False})) == ["#/major_reason"]


def test_tickets_are_taken_given_and_put_back(cast: Cast, ona: Caller, as_: Callable[[Actor], Caller]) -> None:
    here = f"/tickets/{a_ticket(cast).number}"

    assert ona.put(f"{here}/assignment", {}).get_json()["assignee"]["name"] == "Ona"
    given = as_(cast.rasa).put(f"{here}/assignment", {"operator_id": cast.rasa.operator_id})
    assert given.get_json()["assignee"]["name"] == "Rasa"
    assert pointers(ona.put(f"{here}/assignment", {"operator_id": cast.tomas.operator_id})) == ["#/operator_id"]
    assert ona.delete(f"{here}/assignment").get_json()["assignee"] is None


def test_the_queue_gives_the_most_urgent_until_nothing_is_left(cast: Cast, ona: Caller) -> None:
    a_ticket(cast, urgency="low")
    urgent = a_ticket(cast, urgency="high").number

    assert ona.post("/queue/next").get_json()["number"] == urgent
    assert ona.post("/queue/next").status_code == 200
    empty = ona.post("/queue/next")
    assert (empty.status_code, empty.data) == (204, b"")


def test_tickets_are_linked_and_unlinked(cast: Cast, ona: Caller) -> None:
    one, other = a_ticket(cast).number, a_ticket(cast, subject="Second").number

    created = ona.post(f"/tickets/{one}/links", {"other": other, "kind": "parent_of"})
    link = created.get_json()["links"][0]
    assert (created.status_code, link["ticket"], link["other"], link["other_subject"]) == (201, one, other, "Second")
    from_there = ona.get(f"/tickets/{other}/links").get_json()["links"][0]
    assert (from_there["ticket"], from_there["other"]) == (one, other)
    circle = ona.post(f"/tickets/{other}/links", {"other": one, "kind": "parent_of"})
    assert (circle.status_code, circle.get_json()["code"]) == (409, "circle")
    assert ona.delete(f"/tickets/{one}/links/{link['id']}").status_code == 204
    assert ona.get(f"/tickets/{one}/links").get_json()["links"] == []
    assert ona.delete(f"/tickets/{one}/links/{link['id']}").status_code == 404


@pytest.mark.parametrize("other", ["T-999999", "nonsense", "T-1\x01", "9" * 39])
def test_a_link_to_nothing_is_refused_by_name(cast: Cast, ona: Caller, other: str) -> None:
    here = f"/tickets/{a_ticket(cast).number}"

    assert pointers(ona.post(f"{here}/links", {"other": other})) == ["#/other"]
    assert pointers(ona.put(f"{here}/merge", {"into": other})) == ["#/into"]


def test_tickets_are_merged_and_the_merge_is_undone(cast: Cast, ona: Caller, jonas: Caller) -> None:
    one, into = a_ticket(cast).number, a_ticket(cast).number

    merged = ona.put(f"/tickets/{one}/merge", {"into": into}).get_json()
    assert (merged["status"], merged["merged_into"]) == ("merged", into)
    said = jonas.post(f"/tickets/{one}/messages", {"text": "Any news?"}).get_json()
    assert said["ticket"] == into
    assert len(ona.get(f"/tickets/{into}/messages").get_json()["messages"]) == 3
    undone = ona.delete(f"/tickets/{one}/merge").get_json()
    assert (undone["status"], undone["merged_into"]) == ("new", None)


def test_a_transfer_goes_to_a_team_of_the_same_line(cast: Cast, tomas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast, line=2).number}"

    moved = tomas.post(f"{here}/transfers", {"to_team_id": cast.software.id, "reason": "The driver, not the printer."})
    assert (moved.status_code, moved.get_json()["kind"]) == (201, "transfer")
    assert moved.get_json()["to_team"] == {"id": cast.software.id, "name": "Software", "line": 2}
    assert pointers(tomas.post(f"{here}/transfers", {"to_team_id": cast.desk.id, "reason": "x"})) == ["#/to_team_id"]


@pytest.mark.parametrize("spelling", ["{number}", "{digits}", "t{digits}", "%23{digits}"])
def test_a_number_is_read_as_people_write_it(cast: Cast, jonas: Caller, spelling: str) -> None:
    number = a_ticket(cast).number
    address = spelling.format(number=number, digits=parse_number(number))
    assert jonas.get(f"/tickets/{address}").get_json()["number"] == number


@pytest.mark.parametrize("number", ["T-999999999", "0", "-1", "T-", "x", "9" * 30, "9" * 5000, "١٢"])
def test_a_number_of_nothing_is_not_found(jonas: Caller, cast: Cast, number: str) -> None:
    assert jonas.get(f"/tickets/{number}").status_code == 404


def test_what_is_read_changes_nothing(cast: Cast, ona: Caller) -> None:
    ticket = a_ticket(cast)
    before, number = ticket.updated_at, ticket.number
    for address in ("", "/messages", "/timeline", "/transfers", "/links"):
        assert ona.get(f"/tickets/{number}{address}").status_code == 200
    assert db.session.get_one(Ticket, parse_number(number), populate_existing=True).updated_at == before
