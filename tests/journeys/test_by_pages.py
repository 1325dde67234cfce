"""A request through portal and console, by pages and forms alone, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.core.db import db
from helpdesk.models.tickets import Status, Ticket
from tests.cast import Cast
from tests.factories import HANDOVER
from tests.page import Client


def test_a_request_goes_up_and_comes_back_and_is_accepted(cast: Cast, browser_of: Callable[[str], Client]) -> None:
    jonas, ona, tomas, giedrius = (browser_of(name) for name in ("jonas", "ona", "tomas", "giedrius"))

    page = jonas.get("/portal/tickets/new")
    page = jonas.submit(page.form("/portal/tickets"), subject="Blank labels", text="All blank since 8.", urgency="high")
    assert page.heading == "Blank labels"
    number = page.response.request.path.rpartition("/")[2]

    page = ona.get("/console/tickets?view=queue")
    assert "Blank labels" in page.text
    page = ona.get(f"/console/tickets/{number}")
    page = ona.submit(page.form("/messages"), kind="reply", body="We look into it.", next_status="open")
    assert "We look into it." in page.text
    answers = {k: v for k, v in HANDOVER.__dict__.items() if k != "to_team_id"}
    page = ona.get(f"/console/tickets/{number}/handovers/new")
    page = ona.submit(page.form("/handovers"), **answers, to_team_id=cast.field.id)
    assert page.status == 200
    page = tomas.get(f"/console/tickets/{number}/handovers/new")
    page = tomas.submit(page.form("/handovers"), **answers)
    assert "Is it the firmware?" in page.text
    page = giedrius.get(f"/console/tickets/{number}/returns/new")
    page = giedrius.submit(page.form("/returns"), reason="Firmware 7.43 mends it.")
    page = tomas.get(f"/console/tickets/{number}/resolution/new")
    page = tomas.submit(page.form("/resolution"), body="Update to 7.43, please.")
    assert page.status == 200

    page = jonas.get(f"/portal/tickets/{number}")
    assert "Update to 7.43" in page.text
    assert "firmware?" not in page.text  # the handover stays in the house
    page = jonas.submit(page.form("/refusal"), reason="Still blank.")
    page = tomas.get(f"/console/tickets/{number}/resolution/new")
    page = tomas.submit(page.form("/resolution"), body="And calibrate.")
    page = jonas.get(f"/portal/tickets/{number}")
    page = jonas.submit(page.form("/acceptance"))
    db.session.expire_all()
    ticket = db.session.get_one(Ticket, int(number.removeprefix("T-")))
    assert (ticket.status, ticket.reopenings) == (Status.CLOSED, 1)
