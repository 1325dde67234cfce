"""What came of a revisit, and where it goes: tickets, hours, needs and referrals with an owner and a result."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from helpdesk.aftersales.hours import balance_of, grant_hours
from helpdesk.aftersales.outcomes import (
    NewNeed,
    NewOutcome,
    NewReferral,
    confirm_outcome,
    enquire,
    follow_up,
    get_need,
    leads_of,
    list_leads,
    record_outcome,
)
from helpdesk.aftersales.revisits import miss_revisits, prepare_revisits, skip_revisit
from helpdesk.aftersales.work import work_of
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.models.care import Followed, Need, NeedKind, Referral, Revisit, RevisitOutcome, RevisitState
from helpdesk.models.tickets import Status, Ticket, TicketType
from tests.aftersales.conftest import a_contract
from tests.aftersales.test_revisits import At, a_revisit, duty_of, facts_of
from tests.cast import Cast

WHOLE = NewOutcome(
    summary="Printers run well", satisfaction=4, problems="The second one squeaks\nsince Monday",
    parts=("Roll 2\"", " "), needs=(NewNeed(NeedKind.UPGRADE, "Firmware 8"),),
    referrals=(NewReferral("Kauno baldai", "Rita", "+370 600 00000"),), next_on=date(2026, 6, 8), worked_minutes=50,
    confirmed_by="Jonas",
)  # fmt: skip


def test_everything_that_was_found_goes_its_way(cast: Cast) -> None:
    contract = a_contract(cast, rounding_minutes=15, covers_on_site=True)
    grant_hours(contract, 600, by=cast.petras)
    revisit = a_revisit(cast)
    prepare_revisits()
    outcome = record_outcome(revisit, WHOLE, by=cast.tomas)
    assert (revisit.state, outcome.parts, outcome.confirmed_by) == (RevisitState.DONE, ['Roll 2"'], "Jonas")
    assert duty_of(revisit).done_at is not None
    problem = db.session.get_one(Ticket, outcome.problem_ticket_id)
    assert problem.status is Status.NEW and problem.requester_id == cast.jonas.contact_id
    assert "The second one squeaks" in problem.subject
    visit = db.session.get_one(Ticket, revisit.ticket_id)
    assert visit.status is Status.CLOSED
    assert [(work.minutes, work.counted_minutes) for work in work_of(visit)] == [(50, 60)]
    assert balance_of(contract.id) == 540
    follows = db.session.get_one(Revisit, outcome.next_revisit_id)
    assert (follows.planned_on, follows.what) == (date(2026, 6, 8), revisit.what)
    needs, referrals = leads_of(revisit)
    assert [(need.what, need.owner_id) for need in needs] == [("Firmware 8", cast.tomas.operator_id)]
    assert [referral.company for referral in referrals] == ["Kauno baldai"]


def test_writing_it_down_twice_changes_nothing(cast: Cast) -> None:
    revisit = a_revisit(cast)
    first = record_outcome(revisit, WHOLE, by=cast.tomas)
    assert record_outcome(revisit, NewOutcome("Other words"), by=cast.ona).summary == first.summary
    assert facts_of(revisit).count("RevisitDone") == 1
    assert db.session.scalar(db.select(db.func.count(Need.id))) == 1


def test_what_was_missed_may_still_be_written_down(cast: Cast, at: At) -> None:
    revisit = a_revisit(cast)
    with at("2026-03-20 09:00"):
        assert miss_revisits() == 1
        record_outcome(revisit, NewOutcome("He was there on Thursday"), by=cast.tomas)
    assert revisit.state is RevisitState.DONE
    skipped = a_revisit(cast)
    skip_revisit(skipped, "Not needed", by=cast.ona)
    with pytest.raises(Conflict):
        record_outcome(skipped, NewOutcome("Nothing"), by=cast.tomas)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"summary": " "}, "summary"), ({"summary": "x" * 20_001}, "summary"), ({"satisfaction": 6}, "satisfaction"),
        ({"worked_minutes": -5}, "worked_minutes"), ({"worked_minutes": 10**9}, "worked_minutes"),
        ({"next_on": date(2026, 3, 2)}, "next_on"), ({"needs": (NewNeed(NeedKind.OTHER, " "),)}, "needs"),
        ({"referrals": (NewReferral(""),)}, "referrals"), ({"parts": ("x" * 300,)}, "parts"),
        ({"confirmed_by": "x" * 300}, "confirmed_by"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_and_nothing_is_kept(cast: Cast, values: dict[str, Any], field: str) -> None:
    revisit = a_revisit(cast)
    with pytest.raises(Invalid) as refusal:
        record_outcome(revisit, NewOutcome(**{"summary": "Fine"} | values), by=cast.tomas)
    assert list(refusal.value.errors) == [field]
    assert revisit.state is RevisitState.PLANNED and db.session.get(RevisitOutcome, revisit.id) is None


def test_a_problem_needs_somebody_whose_ticket_it_is(cast: Cast) -> None:
    revisit = a_revisit(cast, contact_id=None)
    with pytest.raises(Invalid):
        record_outcome(revisit, NewOutcome("", problems="It squeaks"), by=cast.tomas)


def test_the_client_confirms_what_was_written(cast: Cast) -> None:
    revisit = a_revisit(cast)
    with pytest.raises(Conflict):
        confirm_outcome(revisit, by=cast.jonas)
    record_outcome(revisit, NewOutcome("All fine"), by=cast.tomas)
    for one_of_us in (cast.vera, cast.tomas):
        with pytest.raises(Forbidden):
            confirm_outcome(revisit, by=one_of_us)
    for _click in range(2):
        assert confirm_outcome(revisit, by=cast.lena).confirmed_by == cast.lena.name
    assert facts_of(revisit).count("OutcomeConfirmed") == 1
    for stranger in (cast.marek, cast.egle):
        with pytest.raises(NotFound):
            confirm_outcome(revisit, by=stranger)


def test_a_need_is_followed_to_its_result(cast: Cast) -> None:
    revisit = a_revisit(cast)
    record_outcome(revisit, WHOLE, by=cast.tomas)
    [need] = [shown.row for shown in list_leads(Need, for_=cast.ona, state=Followed.OPEN)]
    ticket = enquire(need, by=cast.ona)
    assert enquire(need, by=cast.ona).id == ticket.id and ticket.type is TicketType.ENQUIRY
    with pytest.raises(Invalid):
        follow_up(need, state=Followed.WON, by=cast.ona)
    follow_up(need, owner_id=cast.ona.operator_id, state=Followed.WON, result="Ordered", by=cast.ona)
    assert list_leads(Need, for_=cast.ona, state=Followed.OPEN) == []
    [shown] = list_leads(Need, for_=cast.vera)
    assert (shown.row.result, shown.owner.split()[0]) == ("Ordered", "Ona")


def test_clients_and_the_third_line_see_no_needs_and_write_no_outcome(cast: Cast) -> None:
    revisit = a_revisit(cast)
    for outsider in (cast.marek, cast.egle):
        with pytest.raises(NotFound):
            record_outcome(revisit, NewOutcome("x"), by=outsider)
    for client in (cast.jonas, cast.lena):
        with pytest.raises(Forbidden):
            record_outcome(revisit, NewOutcome("x"), by=client)
    record_outcome(revisit, WHOLE, by=cast.tomas)
    [need] = leads_of(revisit)[0]
    for stranger in (cast.marek, cast.jonas, cast.lena, cast.giedrius):
        for model in (Need, Referral):
            with pytest.raises(Forbidden):
                list_leads(model, for_=stranger)
        with pytest.raises(NotFound):
            get_need(need.id, for_=stranger)
