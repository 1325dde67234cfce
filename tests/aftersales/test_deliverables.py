"""Deliverables: rounds, the client's answers, and what they mean for a refund."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO

import pytest

from helpdesk.aftersales.deliverables import (
    NewDeliverable,
    NewRound,
    agree_deliverable,
    answer_round,
    deliver_round,
    get_deliverable,
    get_file,
    list_deliverables,
)
from helpdesk.aftersales.investigation import Description, describe_claim
from helpdesk.aftersales.refund_rules import ruling_of
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.models.claims import Deliverable, FaultKind, RoundAnswer, RoundAnswerKind
from helpdesk.tickets.attachments import store_upload
from tests.aftersales.claiming import a_claim, again
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]
ACCEPTED, REVISION = RoundAnswerKind.ACCEPTED, RoundAnswerKind.REVISION


def agreed(cast: Cast, **values: object) -> Deliverable:
    told = {"name": "Logo", "agreed_rounds": 2, "product_id": cast.printer.id, "price_cents": 40_000} | values
    return agree_deliverable(cast.klinika, NewDeliverable(**told), by=cast.ona)  # type: ignore[arg-type]


def test_a_round_follows_when_the_client_asks_for_a_revision(cast: Cast) -> None:
    made = agreed(cast)
    first = deliver_round(made, NewRound("Sketch"), by=cast.ona)
    assert deliver_round(made, NewRound("Sketch"), by=cast.ona) is first  # a second click
    with pytest.raises(Conflict) as waits:
        deliver_round(made, NewRound("Another sketch"), by=cast.ona)
    assert waits.value.code == "round_unanswered"
    for _click in range(2):
        answer_round(made, 1, REVISION, "Darker.", by=cast.lena)
    with pytest.raises(Conflict):
        answer_round(made, 1, ACCEPTED, by=cast.lena)
    deliver_round(made, NewRound(link="https://files.example/2"), by=cast.ona)
    answer_round(made, 2, ACCEPTED, by=cast.lena)
    with pytest.raises(Conflict) as over:
        deliver_round(made, NewRound("More"), by=cast.ona)
    assert over.value.code == "accepted"
    assert [row.answer.kind for row in made.rounds if row.answer] == [REVISION, ACCEPTED]
    assert db.session.scalar(db.select(db.func.count(RoundAnswer.id))) == 2


def test_the_count_of_rounds_decides_the_refund(cast: Cast, at: At) -> None:
    made = agreed(cast)
    deliver_round(made, NewRound("Sketch"), by=cast.ona)
    answer_round(made, 1, REVISION, "Darker.", by=cast.lena)
    with at("2026-03-05 10:00"):
        deliver_round(made, NewRound("Darker"), by=cast.ona)
    with at("2026-03-10 10:00"):
        claim = a_claim(cast, revision=None, price=None)
    with at("2026-03-12 10:00"):
        answer_round(made, 2, REVISION, "Still too light.", by=cast.lena)
        deliver_round(made, NewRound("Darkest"), by=cast.ona)  # after the claim: it counts for nothing
        describe_claim(claim, Description(FaultKind.WORKMANSHIP, deliverable_id=made.id), by=cast.ona)
    claim = again(claim)
    assert (claim.revision, claim.price_cents, str(claim.delivered_on)) == (2, 40_000, "2026-03-05")
    ruling = ruling_of(claim)[1]
    assert (ruling.percent, ruling.amount_cents, ruling.facts.age_days) == (50, 20_000, 5)


def test_what_cannot_be_is_refused(cast: Cast) -> None:
    for values, field in (
        ({"name": " "}, "name"), ({"agreed_rounds": 0}, "agreed_rounds"), ({"price_cents": -1}, "price_cents"),
        ({"currency": "EURO"}, "currency"), ({"product_id": 99}, "product_id"), ({"contract_id": 99}, "contract_id"),
        ({"contact_id": cast.marek.contact_id}, "contact_id"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            agreed(cast, **values)
        assert list(refused.value.errors) == [field]
    made = agreed(cast)
    for new, field in ((NewRound(" "), "note"), (NewRound(link="javascript:x"), "link")):
        with pytest.raises(Invalid) as refused:
            deliver_round(made, new, by=cast.ona)
        assert list(refused.value.errors) == [field]
    deliver_round(made, NewRound("Sketch"), by=cast.ona)
    with pytest.raises(Invalid):
        answer_round(made, 1, REVISION, " ", by=cast.lena)
    with pytest.raises(NotFound):
        answer_round(made, 7, ACCEPTED, by=cast.lena)


def test_who_sees_and_does_what(cast: Cast) -> None:
    made = agreed(cast, contact_id=cast.jonas.contact_id)
    deliver_round(made, NewRound(uploads=(store_upload("logo.txt", BytesIO(b"a logo")),)), by=cast.ona)
    file = made.rounds[0].files[0]
    for actor in (cast.marek, cast.egle, cast.giedrius):
        for read in (
            lambda who=actor: get_deliverable(made.id, for_=who),
            lambda who=actor: get_file(file.id, for_=who),
        ):
            with pytest.raises(NotFound):
                read()
        assert list_deliverables(for_=actor).rows == []
    for actor in (cast.jonas, cast.lena, cast.ona, cast.vera, cast.petras):
        assert get_file(file.id, for_=actor).filename == "logo.txt"
    for actor in (cast.giedrius, cast.petras, cast.lena):
        with pytest.raises(Forbidden):
            deliver_round(made, NewRound("Mine"), by=actor)
    for actor in (cast.ona, cast.egle, cast.marek):
        with pytest.raises(Forbidden):
            answer_round(made, 1, ACCEPTED, by=actor)
    answer_round(made, 1, ACCEPTED, by=cast.jonas)
