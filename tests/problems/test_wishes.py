"""Wishes: where they come from, who wants them, who sees them, what is answered, and who hears that they ship."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from flask import Flask

from helpdesk.aftersales.outcomes import NewNeed, NewOutcome, leads_of, record_outcome
from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.jobs.worker import run_all
from helpdesk.models.care import NeedKind
from helpdesk.models.feedback import OwnerAnswer, Verdict, Wish, WishSupporter
from helpdesk.models.people import Contact
from helpdesk.models.products import Product, Version
from helpdesk.policy.actor import contact_actor
from helpdesk.problems.answers import NewAnswer, answer_wish, answers_to_wish, newest_first
from helpdesk.problems.wishes import (
    NewWish,
    add_client,
    change_wish,
    client_named,
    count_ticket,
    counted,
    find_wish,
    get_wish,
    has_wishes,
    list_wishes,
    merge_wish,
    remove_client,
    take_from_need,
    take_from_ticket,
    take_vote_back,
    vote,
    wanters_of,
    wishes_of_ticket,
    write_wish,
)
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.factories import a_ticket, facts
from tests.problems.wishing import a_wish, anew, fixed_in, give_printer, the_version


def votes(wish: Wish, cast: Cast) -> tuple[int, int]:
    [wanted] = counted([wish], for_=cast.ona)
    return wanted.clients, wanted.votes


@pytest.fixture
def sent(config: Config, app: Flask) -> Callable[[], list[EmailMessage]]:
    def take() -> list[EmailMessage]:
        db.session.commit()
        run_all()
        letters = []
        for path in sorted(config.mail_folder.glob("*.eml")):
            letters.append(message_from_bytes(path.read_bytes(), policy=default))
            path.unlink()
        return sorted(letters, key=lambda letter: str(letter["To"]))

    return take


def test_a_ticket_becomes_a_wish_in_one_action(cast: Cast) -> None:
    ticket = a_ticket(cast, product_id=cast.printer.id, subject="Could it print from a telephone?")
    new = NewWish(cast.printer.id, ticket.subject)
    wish = take_from_ticket(ticket, new, by=cast.ona, submission="once")
    assert take_from_ticket(ticket, new, by=cast.ona, submission="once") is wish
    count_ticket(wish, ticket, by=cast.ona)
    [one] = wanters_of(wish, for_=cast.ona)
    assert (one.organisation, one.contact, one.ticket) == ("Klinika", "Jonas", ticket.number)
    assert facts(ticket).count("WishTaken") == 1
    assert wishes_of_ticket(ticket, for_=cast.ona) == [wish]
    assert wish.is_public is False


def test_a_need_of_a_revisit_becomes_a_wish_once(cast: Cast) -> None:
    revisit = a_revisit(cast)
    told = NewOutcome("All is well", satisfaction=4, needs=(NewNeed(NeedKind.OTHER, "Print from a telephone"),))
    record_outcome(revisit, told, by=cast.ona)
    [need], _referrals = leads_of(revisit)
    wish = take_from_need(need.id, NewWish(cast.printer.id, need.what), by=cast.ona)
    assert take_from_need(need.id, NewWish(cast.printer.id, "Again"), by=cast.ona) is wish
    assert votes(wish, cast)[0] == 1
    with pytest.raises(NotFound):
        take_from_need(99_999, NewWish(cast.printer.id, "None"), by=cast.ona)


def test_what_cannot_be_is_refused(cast: Cast) -> None:
    for values, field in (
        ({"title": " "}, "title"), ({"title": "x" * 251}, "title"), ({"product_id": 99}, "product_id"),
        ({"language": "xx"}, "language"), ({"description": "x" * 20_001}, "description"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            a_wish(cast, **values)
        assert list(refused.value.errors) == [field]
    wish = a_wish(cast)
    with pytest.raises(Invalid):
        change_wish(wish, NewWish(cast.printer.id, ""), by=cast.ona)
    with pytest.raises(Invalid):
        add_client(wish, contact_id=99_999, by=cast.ona)
    with pytest.raises(Invalid):
        add_client(wish, by=cast.ona)
    for words in (("Nobody", ""), ("", ""), ("", "nobody@nowhere.example")):
        with pytest.raises(Invalid):
            client_named(*words, for_=cast.ona)
    for number in ("T-1", "W-", "W-0", "W-99999999999999999999", "W-1'", "W-١"):
        assert find_wish(number, for_=cast.ona) is None


def test_clients_are_counted_as_organisations_and_each_contact_once(cast: Cast) -> None:
    wish = a_wish(cast)
    for _twice in range(2):
        vote(wish, by=cast.jonas)
        vote(wish, by=cast.egle)
        add_client(wish, organisation_id=cast.strangers.id, by=cast.ona)
    assert votes(wish, cast) == (2, 2)
    assert client_named("klinika", "", for_=cast.ona) == (cast.klinika.id, None)
    assert client_named("", "JONAS@klinika.example", for_=cast.ona) == (cast.klinika.id, cast.jonas.contact_id)
    one = next(each for each in wanters_of(wish, for_=cast.ona) if not each.contact)
    remove_client(wish, one.row.id, by=cast.ona)
    assert votes(wish, cast) == (1, 2)


def test_a_vote_is_taken_back_and_given_again(cast: Cast) -> None:
    wish = a_wish(cast)
    take_vote_back(wish, by=cast.jonas)
    vote(wish, by=cast.jonas)
    take_vote_back(wish, by=cast.jonas)
    take_vote_back(wish, by=cast.jonas)
    assert votes(wish, cast) == (0, 0)
    vote(wish, by=cast.jonas)
    assert votes(wish, cast) == (1, 1)
    [row] = list_wishes(for_=cast.jonas).rows
    assert row.is_mine
    assert db.session.scalar(db.select(db.func.count(WishSupporter.id))) == 1


def test_clients_see_what_is_public_of_the_products_they_have(cast: Cast) -> None:
    shown, hidden = a_wish(cast), a_wish(cast, is_public=False)
    other = db.session.query(Product).filter_by(name="Till software").one()
    elsewhere = a_wish(cast, product_id=other.id)
    assert [row.wish for row in list_wishes(for_=cast.jonas).rows] == [shown]
    assert has_wishes(for_=cast.jonas)
    assert not has_wishes(for_=cast.marek)
    for wish, actor in ((hidden, cast.jonas), (elsewhere, cast.jonas), (shown, cast.marek), (shown, cast.giedrius),
                        (elsewhere, cast.birute)):  # fmt: skip
        with pytest.raises(NotFound):
            get_wish(wish.number, for_=actor)
    by_mail = contact_actor(db.session.get_one(Contact, cast.jonas.contact_id))
    with pytest.raises(NotFound):
        get_wish(shown.number, for_=by_mail)
    with pytest.raises(Forbidden):
        vote(shown, by=by_mail)
    give_printer(cast.strangers.id, cast)
    assert get_wish(shown.number, for_=cast.marek) is shown
    for actor in (cast.ona, cast.rasa, cast.vera, cast.petras, cast.birute):
        assert get_wish(hidden.number, for_=actor) is hidden
    with pytest.raises(Forbidden):
        wanters_of(shown, for_=cast.jonas)


def test_who_may_do_what(cast: Cast) -> None:
    wish = a_wish(cast)
    other = db.session.query(Product).filter_by(name="Till software").one()
    for actor in (cast.giedrius, cast.petras, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            write_wish(NewWish(cast.printer.id, "Mine"), by=actor)
        with pytest.raises(Forbidden):
            answer_wish(wish, NewAnswer(Verdict.ACCEPTED), by=actor)
    with pytest.raises(Forbidden):
        answer_wish(wish, NewAnswer(Verdict.ACCEPTED), by=cast.ona)
    with pytest.raises(Forbidden):
        write_wish(NewWish(other.id, "Not hers"), by=cast.birute)
    with pytest.raises(Forbidden):
        answer_wish(a_wish(cast, product_id=other.id), NewAnswer(Verdict.ACCEPTED), by=cast.birute)
    assert write_wish(NewWish(cast.printer.id, "Hers"), by=cast.birute).account_id == cast.birute.account_id
    with pytest.raises(Forbidden):
        vote(wish, by=cast.ona)


def test_answers_follow_one_another_and_none_is_changed(cast: Cast, app: Flask) -> None:
    wish = a_wish(cast)
    for new, field in (
        (NewAnswer(Verdict.DECLINED, reason=" "), "reason"), (NewAnswer(Verdict.FIXED), "version_id"),
        (NewAnswer(Verdict.FIXED, version_id=99_999), "version_id"),
        (NewAnswer(Verdict.PLANNED, planned_on=date(2026, 3, 1)), "planned_on"),
        (NewAnswer(Verdict.DECLINED, reason="x" * 5_001), "reason"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            answer_wish(wish, new, by=cast.birute)
        assert list(refused.value.errors) == [field]
    coming = Version(product_id=cast.printer.id, name="8.0", released_on=date(2026, 9, 1))
    db.session.add(coming)
    db.session.commit()
    with pytest.raises(Invalid) as early:
        answer_wish(wish, NewAnswer(Verdict.FIXED, version_id=coming.id), by=cast.birute)
    assert "not out yet" in early.value.errors["version_id"][0]
    planned = NewAnswer(Verdict.PLANNED, version_id=coming.id, planned_on=date(2026, 9, 1), reason="In autumn.")
    row = answer_wish(wish, planned, by=cast.birute, submission="once")
    assert answer_wish(wish, planned, by=cast.birute, submission="once") is row
    answer_wish(wish, NewAnswer(Verdict.DECLINED, reason="Too dear."), by=cast.vera)
    told = answers_to_wish(wish)
    assert [(each.row.verdict, each.version, each.author) for each in told] == [
        (Verdict.DECLINED, "", "Vera"), (Verdict.PLANNED, "8.0", "Birute")]  # fmt: skip
    assert wish.verdict is Verdict.DECLINED
    with pytest.raises(Exception, match="append only"), db.session.begin_nested():
        db.session.execute(db.update(OwnerAnswer).values(reason="Never said."))


def test_versions_go_by_their_day_where_each_has_one() -> None:
    old, new = (
        Version(id=2, name="1", released_on=date(2025, 1, 1)),
        Version(id=1, name="2", released_on=date(2026, 1, 1)),
    )
    assert newest_first([old, new]) == [new, old]
    assert [row.id for row in newest_first([old, Version(id=3, name="3")])] == [3, 2]


def test_whoever_wants_it_hears_once_that_it_ships(cast: Cast, sent: Callable[[], list[EmailMessage]]) -> None:
    wish = a_wish(cast)
    db.session.get_one(Contact, cast.egle.contact_id).language = "lt"
    db.session.commit()
    for actor in (cast.jonas, cast.egle, cast.lena):
        vote(wish, by=actor)
    take_vote_back(wish, by=cast.lena)
    add_client(wish, organisation_id=cast.strangers.id, by=cast.ona)  # nobody to write to
    answer_wish(wish, NewAnswer(Verdict.PLANNED), by=cast.birute)
    assert sent() == []
    answer_wish(wish, fixed_in(cast, reason="Scan the code on its back."), by=cast.birute)
    letters = sent()
    assert [letter["To"].addresses[0].addr_spec for letter in letters] == [
        "egle@klinika.example", "jonas@klinika.example"]  # fmt: skip
    assert [letter["Content-Language"] for letter in letters] == ["lt", "en"]
    for letter in letters:
        for kind in ("plain", "html"):
            body = letter.get_body((kind,))
            assert body is not None
            text = body.get_content()
            assert "Print from a telephone" in text
            assert "Scan the code on its back." in text
            assert "7.42" in text
            assert "Egle" not in text or "egle@" in str(letter["To"])
            assert "Strangers" not in text
            assert f"/portal/wishes/{wish.number}" in text
    answer_wish(wish, NewAnswer(Verdict.PLANNED), by=cast.birute)
    answer_wish(wish, fixed_in(cast), by=cast.birute)
    assert sent() == []
    for do in (vote, take_vote_back):
        with pytest.raises(Conflict) as shipped:
            do(wish, by=cast.lena)
        assert shipped.value.code == "wish_shipped"


def test_a_letter_is_not_sent_when_the_answer_was_taken_back(
    cast: Cast, sent: Callable[[], list[EmailMessage]]
) -> None:
    wish = a_wish(cast)
    vote(wish, by=cast.jonas)
    answer_wish(wish, fixed_in(cast), by=cast.birute)
    answer_wish(wish, NewAnswer(Verdict.ACCEPTED), by=cast.birute)
    assert sent() == []
    answer_wish(wish, fixed_in(cast), by=cast.birute)
    assert len(sent()) == 1


def test_merging_hands_on_who_wants_it(cast: Cast, sent: Callable[[], list[EmailMessage]]) -> None:
    first, second, third = a_wish(cast), a_wish(cast, title="Mobile printing"), a_wish(cast, title="App")
    vote(first, by=cast.jonas)
    vote(first, by=cast.egle)
    vote(second, by=cast.jonas)
    vote(third, by=cast.lena)
    take_vote_back(third, by=cast.lena)
    for number in ("W-99999", first.number, "nonsense"):
        with pytest.raises(Invalid) as refused:
            merge_wish(first, number, by=cast.ona)
        assert list(refused.value.errors) == ["into"]
    other = db.session.query(Product).filter_by(name="Till software").one()
    with pytest.raises(Invalid):
        merge_wish(first, a_wish(cast, product_id=other.id).number, by=cast.ona)
    merge_wish(third, first.number, by=cast.ona)
    for _twice in range(2):
        into = merge_wish(first, second.number, by=cast.ona)
    assert into.id == second.id
    assert votes(second, cast) == (1, 2)
    assert third.merged_into_id == second.id
    assert [row.wish for row in list_wishes(for_=cast.jonas).rows] == [second]
    with pytest.raises(NotFound):
        get_wish(first.number, for_=cast.jonas)
    for refused_now in (lambda: vote(first, by=cast.jonas), lambda: merge_wish(second, first.number, by=cast.ona),
                        lambda: answer_wish(first, fixed_in(cast), by=cast.birute)):  # fmt: skip
        with pytest.raises(Conflict) as merged:
            refused_now()
        assert merged.value.code == "wish_merged"
    answer_wish(second, fixed_in(cast), by=cast.birute)
    assert len(sent()) == 2
    late = a_wish(cast, title="From a tablet")
    vote(late, by=cast.lena)
    vote(late, by=cast.jonas)
    merge_wish(late, second.number, by=cast.ona)
    [letter] = sent()
    assert letter["To"].addresses[0].addr_spec == "lena@klinika.example"


def test_an_owner_gets_the_products_that_they_own_now(cast: Cast) -> None:
    other = db.session.query(Product).filter_by(name="Till software").one()
    assert cast.birute.product_ids == {cast.printer.id}
    other.owner_account_id = cast.birute.account_id
    db.session.commit()
    assert anew(cast.birute).product_ids == {cast.printer.id, other.id}
    assert the_version(cast)
