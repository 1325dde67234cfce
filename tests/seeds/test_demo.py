"""The demo desk: filled once, whole, and as if people had worked there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from helpdesk.cli import main
from helpdesk.cli.invariants import INVARIANTS, Look
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.files import FileStore
from helpdesk.core.jobs import Job
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch, now
from helpdesk.models.access import Account, Role
from helpdesk.models.products import Product
from helpdesk.models.tickets import Ticket
from helpdesk.people import accounts
from helpdesk.people.directory import teams
from helpdesk.seeds import cast, demo
from helpdesk.seeds.dates import DAYS, LIVE, Dated, first_team, give_dates
from helpdesk.seeds.everyday import EVERYDAY, TOPICS
from helpdesk.seeds.hours import easter_sunday, holidays
from helpdesk.seeds.living import BEGINNINGS, SEQUELS
from helpdesk.seeds.stories import FAMILIES, STORIES
from helpdesk.seeds.story import Story
from helpdesk.tickets.routing import Features, route
from sla.models import Clock
from tests.seeds import test_cast
from tests.seeds.conftest import WEDNESDAY

ALL = (*STORIES, *EVERYDAY)
STORY = {story.key: story for story in ALL}
# A few lives in which every kind of turn occurs.
SOME = tuple(STORY[key] for key in (
    "en-blank-labels-gdansk", "en-day-close-riga", "en-scanner-roaming-tallinn", "en-scanner-roaming-duplicate",
    "en-call-void-receipt", "en-kiosk-touch-offset", "en-cold-hall-compressor", "en-card-pairing-lost",
    "en-update-window", "en-promotion-twice", "en-prices-not-at-till", "en-negative-stock", "lt-pamaina-girios",
    "lt-pamaina-girios-antras", "lt-pamaina-kavine", "ru-skanery-astana", "zh-yejian-yunzhi",
    "zh-shuikong-jishu-hejunhao",
))  # fmt: skip

moments = pytest.mark.parametrize("at", [
    WEDNESDAY,
    datetime(2026, 10, 11, 23, 30, tzinfo=UTC),  # a Sunday night
    datetime(2026, 10, 12, 5, 2, tzinfo=UTC),  # a Monday, two minutes after opening
    datetime(2027, 1, 1, 12, 0, tzinfo=UTC),  # a public holiday
    datetime(2028, 2, 29, 14, 59, tzinfo=UTC),
])  # fmt: skip


# Filling


def test_the_stories_are_lived_through_to_where_they_stand(empty_desk: Flask) -> None:
    assert demo.fill(SOME) == len(SOME)

    tickets = {ticket.subject: ticket for ticket in db.session.scalars(select(Ticket))}
    for story in SOME:
        ticket = tickets[story.subject]
        if story.ending in LIVE | {"merged", "cancelled", "closed"}:
            assert ticket.status.value == story.ending, story.key
        assert ticket.priority is not None
        assert ticket.owner_id is not None or story.ending == "new"
    assert min(tickets.values(), key=lambda ticket: ticket.opened_at).number == f"T-{demo.FIRST_NUMBER}"
    assert tickets[STORY["lt-pamaina-girios"].subject].is_major
    assert tickets[STORY["en-prices-not-at-till"].subject].is_ping_pong
    assert tickets[STORY["en-promotion-twice"].subject].is_bouncing
    assert _violations(empty_desk) == []


def test_the_journal_tells_the_quarter_in_its_order(empty_desk: Flask) -> None:
    demo.fill(SOME)

    entries = db.session.scalars(select(Entry).where(Entry.subject_kind == "ticket").order_by(Entry.id)).all()
    facts = Counter(entry.fact for entry in entries)
    # Articles and problems are written when the quarter has been lived through, and stand behind it.
    lived = [entry.at for entry in entries if entry.fact not in ("ArticleUsed", "ProblemLinked", "FixAwaited")]
    assert lived == sorted(lived)
    assert max(entry.at for entry in entries) <= now()
    assert {"TicketHandedOver", "TicketReturned", "TicketTransferred", "PingPongSeen", "MajorFlagged"} <= facts.keys()
    assert {"TicketReopened", "TicketMerged", "ClockBreached", "CallRegistered", "ResolutionAccepted"} <= facts.keys()
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_no_clock_waits_for_its_moment_after_filling(empty_desk: Flask) -> None:
    demo.fill(SOME)

    assert db.session.scalars(select(Clock.id).where(Clock.next_fire_at <= epoch(now()))).all() == []
    assert db.session.scalars(select(Ticket.id).where(Ticket.closes_at <= now())).all() == []


def test_silence_closes_a_story_at_its_own_time(empty_desk: Flask) -> None:
    demo.fill(SOME)

    ticket = db.session.scalars(select(Ticket).where(Ticket.subject == STORY["lt-pamaina-kavine"].subject)).one()
    closed = db.session.scalars(
        select(Entry).where(Entry.subject_id == ticket.id, Entry.fact == "TicketClosed")
    ).one()  # fmt: skip
    assert closed.payload == {"reason": "silence"}
    assert closed.at == ticket.closed_at
    assert ticket.closed_at is not None and ticket.resolved_at is not None
    assert timedelta(days=5) <= ticket.closed_at - ticket.resolved_at <= timedelta(days=12)


def test_a_second_run_changes_nothing(empty_desk: Flask) -> None:
    demo.fill(SOME)
    before = _counts()

    assert demo.fill(SOME) == 0
    assert _counts() == before


def test_an_interrupted_run_leaves_nothing_and_the_next_begins_again(empty_desk: Flask) -> None:
    def give_up(done: int, steps: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.fill(SOME, progress=give_up)

    assert demo.presence() is demo.Presence.EMPTY
    assert demo.fill(SOME) == len(SOME)


def test_a_desk_on_which_people_work_is_left_alone(empty_desk: Flask) -> None:
    accounts.begin_desk(accounts.NewAccount("ona@desk.example", Role.ADMINISTRATOR, password="a long sentence"))

    with pytest.raises(Conflict, match="in use"):
        demo.fill(SOME)


def test_every_story_begins_with_the_first_line_of_its_language(empty_desk: Flask) -> None:
    demo.fill(SOME)

    names = {team.key: team.name for team in cast.TEAMS}
    products = dict(db.session.execute(select(Product.name, Product.id)).all())
    product_name = {product.key: product.name for product in cast.PRODUCTS}
    for story in ALL:
        for product_id in (None, products[product_name[story.product]]):
            rule = route(Features(
                type=story.type, channel=story.channel, language=story.language, product_id=product_id,
                text=f"{story.subject}\n{story.turns[0].text}",
            ))  # fmt: skip
            assert rule is not None
            assert teams()[rule.team_id].name == names[first_team(story)], story.key


# The accounts


def test_the_demo_accounts_sign_in_with_their_password(empty_desk: Flask) -> None:
    demo.fill(SOME)

    shown = demo.accounts()
    assert {each.role for each in shown} >= {role.value for role in Role}
    for each in (shown[0], shown[-1]):
        account, _secret = accounts.sign_in(each.email, demo.DEMO_PASSWORD, address="test", browser="test")
        assert account.name == each.name
    assert all(each.look_at for each in shown)
    everybody = demo.accounts(everybody=True)
    assert len(everybody) == len(cast.OPERATORS) + len(cast.STAFF) + sum(c.has_account for c in cast.CONTACTS)
    assert db.session.scalars(select(Account.id).where(~Account.is_demo)).all() == []


def test_where_there_is_no_demo_desk_there_are_no_demo_accounts(empty_desk: Flask) -> None:
    with pytest.raises(NotFound, match="no demo accounts"):
        demo.accounts()


def test_the_command_fills_once_and_lists_the_accounts(empty_desk: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.fill, "__defaults__", (SOME,))

    first = CliRunner().invoke(main, ["demo"], obj=empty_desk)
    second = CliRunner().invoke(main, ["demo"], obj=empty_desk)
    listed = CliRunner().invoke(main, ["demo", "accounts"], obj=empty_desk)

    assert (first.exit_code, second.exit_code, listed.exit_code) == (0, 0, 0)
    assert f"{len(SOME)} tickets" in first.stdout
    assert "nothing was changed" in second.stdout
    assert "kamil.wrona@brastova.example" in listed.stdout


# The dates


@moments
def test_every_story_lies_in_the_quarter_and_ends_before_now(at: datetime) -> None:
    for each in give_dates(ALL, now=at):
        times = [moment for moment, _turn in each.turns]
        assert times == sorted(times), each.story.key
        assert at - timedelta(days=DAYS + 40) <= each.opened_at
        assert each.ended_at < at, each.story.key


@moments
def test_what_still_goes_on_went_on_lately(at: datetime) -> None:
    live = [each for each in give_dates(ALL, now=at) if each.story.ending in LIVE]

    assert all(at - each.ended_at <= timedelta(days=14) for each in live)


@moments
def test_the_stories_of_a_family_keep_their_order(at: datetime) -> None:
    opened = {each.story.key: each.opened_at for each in give_dates(ALL, now=at)}
    for family in FAMILIES:
        over = [opened[key] for key in family.stories if STORY[key].ending not in LIVE | {"merged"}]
        assert over == sorted(over), family.key


def test_the_same_now_gives_the_same_dates() -> None:
    assert give_dates(ALL, now=WEDNESDAY) == give_dates(ALL, now=WEDNESDAY)


def test_mondays_are_the_busiest() -> None:
    over = [each for each in give_dates(ALL, now=WEDNESDAY) if each.story.ending not in LIVE]

    by_day = Counter(each.opened_at.weekday() for each in over)
    assert by_day.most_common(1)[0][0] == 0


def test_spoken_requests_come_in_business_hours() -> None:
    for each in give_dates(ALL, now=WEDNESDAY):
        if each.story.channel in ("phone", "walk_in", "on_site_visit"):
            assert _is_office_time(each), each.story.key


@pytest.mark.parametrize(("year", "month", "day"), [(2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)])
def test_easter_is_where_the_almanac_says(year: int, month: int, day: int) -> None:
    on = date(year, month, day)
    assert easter_sunday(year) == on
    assert on + timedelta(days=1) in holidays(year)


# What is asked every day


@pytest.mark.parametrize("check", [
    test_cast.test_a_subject_is_short_and_whole,
    test_cast.test_a_story_names_only_what_exists,
    test_cast.test_a_story_is_about_a_device_of_its_client_unless_it_is_an_enquiry,
    test_cast.test_the_client_writes_in_the_language_of_the_story,
    test_cast.test_no_text_names_an_address_of_the_real_world,
    test_cast.test_a_story_begins_with_the_client,
    test_cast.test_only_transitions_of_the_state_machine_happen,
    test_cast.test_a_turn_happens_only_where_it_makes_sense,
    test_cast.test_a_handover_goes_up_a_return_down_and_a_transfer_sideways,
    test_cast.test_only_the_line_that_holds_a_ticket_acts_besides_its_owner,
    test_cast.test_the_third_line_never_writes_to_a_client,
    test_cast.test_whatever_is_said_has_words,
    test_cast.test_what_is_scheduled_is_promised,
    test_cast.test_a_story_fits_into_a_month_of_working_days,
    test_cast.test_a_thank_you_says_nothing_else,
], ids=lambda check: check.__name__)  # fmt: skip
def test_what_is_asked_every_day_is_a_possible_life(check: Callable[[Story], None]) -> None:
    for story in EVERYDAY:
        check(story)


def test_a_key_names_one_story() -> None:
    assert len(STORY) == len(ALL)


def test_no_organisation_reads_the_same_words_twice() -> None:
    organisation = {contact.key: contact.organisation for contact in cast.CONTACTS}
    told = Counter(
        (organisation[story.contact], turn.text) for story in ALL for turn in story.turns if len(turn.text) > 25
    )

    assert [words for words, times in told.items() if times > 1] == []


def test_a_request_goes_no_further_than_its_topic() -> None:
    for topic in TOPICS:
        assert all(ask.until is None or ask.until < len(topic.turns) for ask in topic.asks), topic.key


def test_every_kind_of_turn_can_be_lived() -> None:
    kinds = {turn.kind for story in ALL for turn in story.turns}

    assert kinds - {"close"} <= BEGINNINGS.keys() | SEQUELS.keys()


def _is_office_time(each: Dated) -> bool:
    zone = next(team.timezone for team in cast.TEAMS if team.key == first_team(each.story))
    local = each.opened_at.astimezone(ZoneInfo(zone))
    return local.weekday() < 5 and 8 <= local.hour < 17


def _counts() -> dict[str, int]:
    return {
        name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in db.metadatas[None].tables.items()
    }


def _violations(app: Flask) -> list[str]:
    look = Look(now(), FileStore(app.config["THREELINE"].attachments))
    return [sentence for invariant in INVARIANTS for sentence in invariant.violations(look)]
