"""The demo desk holds together: whoever and whatever a story names exists, and every story is a possible life."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, get_args
from zoneinfo import available_timezones

import pytest

from helpdesk.core.i18n import LANGUAGES
from helpdesk.models import people, tickets
from helpdesk.seeds import cast
from helpdesk.seeds.cast import (
    ARTICLES,
    CATEGORIES,
    COMPANY,
    CONTACTS,
    INSTALLED,
    OPERATORS,
    ORGANISATIONS,
    PRODUCTS,
    STAFF,
    TEAMS,
)
from helpdesk.seeds.stories import FAMILIES, STORIES
from helpdesk.seeds.story import Family, Impact, Status, Story, TicketType, Turn, Urgency
from helpdesk.tickets.states import TRANSITIONS
from helpdesk.tickets.thanks import is_mere_thanks

TEAM = {team.key: team for team in TEAMS}
OPERATOR = {operator.key: operator for operator in OPERATORS}
ORGANISATION = {organisation.key: organisation for organisation in ORGANISATIONS}
CONTACT = {contact.key: contact for contact in CONTACTS}
PRODUCT = {product.key: product for product in PRODUCTS}
BY_SERIAL = {installed.serial: installed for installed in INSTALLED}
STORY = {story.key: story for story in STORIES}

LINES = {1, 2, 3}
LIVE: set[Status] = {"new", "open", "waiting_client", "waiting_vendor", "scheduled"}
WAITING: set[Status] = {"waiting_client", "waiting_vendor", "scheduled"}
POSSIBLE_IN: dict[str, set[Status]] = {
    "handover": {"new", "open"},
    "return": {"open"},
    "transfer": {"open"},
    "resume": {"waiting_vendor", "scheduled"},
    "accept": {"resolved"},
    "refuse": {"resolved"},
    "close": {"resolved"},
    "thanks": {"resolved", "closed"},
    "client": {"new", "open", *WAITING, "resolved", "closed"},
}
CLIENT_OR_CALENDAR = {"client", "accept", "refuse", "thanks", "close"}
READ_BY_THE_CLIENT = {"reply", "wait", "schedule", "resolve"}
SPOKEN_CHANNELS = {"phone", "walk_in", "on_site_visit"}
WORKING_DAY = 9 * 60

every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)


def walk(story: Story) -> Iterator[tuple[Turn, Status, str]]:
    """Each turn after the first with the status and the team that it finds."""
    team = first_team(story)
    for before, turn in zip(story.statuses, story.turns[1:], strict=False):
        yield turn, before, team
        team = turn.to_team or team


def first_team(story: Story) -> str:
    return next(team.key for team in TEAMS if team.line == 1 and story.language in team.languages)


def repeated(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def bounces(story: Story) -> bool:
    """Whether the story goes X, Y, X between two teams of the second line."""
    teams = [first_team(story), *(turn.to_team for turn in story.turns if turn.to_team)]
    return any(
        x == z and x != y and TEAM[x].line == TEAM[y].line == 2
        for x, y, z in zip(teams, teams[1:], teams[2:], strict=False)
    )


# The words of the desk


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (cast.Channel, tickets.Channel),
        (cast.SharingMode, people.SharingMode),
        (cast.BuyingRole, people.BuyingRole),
        (cast.ItReadiness, people.ItReadiness),
        (Impact, tickets.Impact),
        (Urgency, tickets.Urgency),
        (Status, tickets.Status),
        (TicketType, tickets.TicketType),
    ],
)
def test_the_demo_desk_uses_the_words_of_the_product(words: Any, values: type[StrEnum]) -> None:
    assert set(get_args(words)) == set(values)


def test_the_demo_desk_speaks_the_languages_of_the_product() -> None:
    assert set(COMPANY.languages) == set(LANGUAGES)


# The cast


@pytest.mark.parametrize(
    "table", [TEAMS, (*OPERATORS, *STAFF), ORGANISATIONS, CONTACTS, CATEGORIES, PRODUCTS, ARTICLES, STORIES, FAMILIES]
)
def test_a_key_names_one_thing(table: tuple[Any, ...]) -> None:
    assert repeated(row.key for row in table) == []


def test_nobody_shares_an_address_or_a_telephone() -> None:
    assert (
        repeated([row.email for row in OPERATORS] + [row.email for row in STAFF] + [row.email for row in CONTACTS])
        == []
    )
    assert repeated(contact.phone for contact in CONTACTS) == []
    assert repeated(organisation.mail_domain for organisation in ORGANISATIONS) == []


def test_a_serial_number_names_one_device() -> None:
    assert repeated(installed.serial for installed in INSTALLED) == []


def test_all_mail_domains_are_reserved_for_examples() -> None:
    domains = [COMPANY.domain, *(organisation.mail_domain for organisation in ORGANISATIONS)]

    assert all(domain.endswith(".example") for domain in domains)


def test_people_write_from_the_domain_of_their_company() -> None:
    assert all(person.email.endswith(f"@{COMPANY.domain}") for person in (*OPERATORS, *STAFF))
    for contact in CONTACTS:
        assert contact.email.endswith(f"@{ORGANISATION[contact.organisation].mail_domain}"), contact.key


def test_the_cast_speaks_only_the_languages_of_the_desk() -> None:
    assert set(COMPANY.languages) == set(get_args(cast.Language))
    for person in (*TEAMS, *OPERATORS, *STAFF):
        assert set(person.languages) <= set(COMPANY.languages), person.key


def test_every_place_lies_in_a_known_time_zone() -> None:
    zones = {COMPANY.timezone, *(team.timezone for team in TEAMS), *(place.timezone for place in ORGANISATIONS)}

    assert zones <= available_timezones()


def test_every_language_is_answered_by_one_team_of_the_first_line() -> None:
    answered = Counter(language for team in TEAMS if team.line == 1 for language in team.languages)

    assert answered == dict.fromkeys(COMPANY.languages, 1)


@pytest.mark.parametrize("line", sorted(LINES))
def test_every_line_has_teams_people_and_one_lead_of_its_own(line: int) -> None:
    on_line = [operator for operator in OPERATORS if any(TEAM[team].line == line for team in operator.teams)]
    leads = [operator for operator in OPERATORS if operator.leads_line == line]

    assert {team.key for team in TEAMS if team.line == line} <= {
        team for operator in on_line for team in operator.teams
    }
    assert len(leads) == 1
    assert leads[0] in on_line


def test_only_line_leads_lead_a_line() -> None:
    for operator in OPERATORS:
        assert (operator.role == "line_lead") == (operator.leads_line is not None), operator.key


@pytest.mark.parametrize("line", sorted(LINES))
def test_every_line_knows_every_product(line: int) -> None:
    known = {skill for person in OPERATORS if TEAM[person.teams[0]].line == line for skill in person.skills}

    assert known == set(PRODUCT)


def test_a_substitute_is_a_colleague_of_the_same_line() -> None:
    for operator in OPERATORS:
        if operator.substitute is None:
            continue
        substitute = OPERATOR[operator.substitute]
        assert substitute is not operator
        assert TEAM[substitute.teams[0]].line == TEAM[operator.teams[0]].line, operator.key


def test_the_staff_are_two_managers_a_product_owner_of_everything_and_an_administrator() -> None:
    assert Counter(person.role for person in STAFF) == {"manager": 2, "product_owner": 1, "administrator": 1}
    assert {product for person in STAFF for product in person.products} == set(PRODUCT)


def test_the_desk_has_the_size_of_a_small_company() -> None:
    assert len(TEAMS) == 7
    assert 14 <= len(OPERATORS) <= 16
    assert len(ORGANISATIONS) == 24
    assert len(CONTACTS) >= 70
    assert len(PRODUCTS) == 8
    assert len(INSTALLED) >= 60


def test_every_organisation_has_contacts_and_one_supervisor() -> None:
    supervised = Counter(contact.organisation for contact in CONTACTS if contact.is_supervisor)

    assert supervised == dict.fromkeys(ORGANISATION, 1)


def test_every_buying_centre_role_and_it_readiness_is_found() -> None:
    assert {role for contact in CONTACTS for role in contact.roles} == set(get_args(cast.BuyingRole))
    assert {contact.it_readiness for contact in CONTACTS} == set(get_args(cast.ItReadiness))


def test_every_sharing_mode_and_plan_is_found() -> None:
    assert {organisation.sharing_mode for organisation in ORGANISATIONS} == set(get_args(cast.SharingMode))
    assert {organisation.plan for organisation in ORGANISATIONS} == set(get_args(cast.Plan))


def test_hours_are_prepaid_in_the_annual_plan_only() -> None:
    for organisation in ORGANISATIONS:
        assert (organisation.prepaid_hours > 0) == (organisation.plan == "annual_service"), organisation.key


def test_a_circle_is_named_where_it_shares_and_has_people_there() -> None:
    for organisation in ORGANISATIONS:
        inside = [contact for contact in CONTACTS if contact.organisation == organisation.key and contact.in_circle]
        shares = organisation.sharing_mode == "circle"
        assert (organisation.circle is not None) == shares, organisation.key
        assert (len(inside) >= 2) == shares, organisation.key


def test_nobody_prefers_a_channel_that_needs_an_account_they_lack() -> None:
    assert all(contact.has_account for contact in CONTACTS if contact.preferred_channel in {"portal", "api"})


def test_categories_of_products_exist_and_all_are_used() -> None:
    assert {category for product in PRODUCTS for category in product.categories} == {row.key for row in CATEGORIES}
    assert all(repeated(product.categories) == [] for product in PRODUCTS)


def test_what_is_installed_exists_and_stands_at_a_client() -> None:
    for installed in INSTALLED:
        assert installed.organisation in ORGANISATION, installed.serial
        assert installed.version in PRODUCT[installed.product].versions, installed.serial
        assert installed.delivered_months_ago > 0, installed.serial


def test_articles_are_about_known_products() -> None:
    assert {article.product for article in ARTICLES} <= set(PRODUCT)


# The stories


def test_there_are_enough_stories_in_each_language() -> None:
    told = Counter(story.language for story in STORIES)

    assert told["en"] >= 35
    assert told["lt"] >= 35
    assert told["ru"] >= 22
    assert told["zh-Hans"] >= 18


def test_every_status_is_where_some_story_stands() -> None:
    assert {story.ending for story in STORIES} == set(get_args(Status))


def test_every_type_channel_and_product_occurs() -> None:
    assert {story.type for story in STORIES} == set(get_args(TicketType))
    assert {story.channel for story in STORIES} == set(get_args(cast.Channel))
    assert {story.product for story in STORIES} == set(PRODUCT)


def test_every_contact_has_a_story() -> None:
    assert {story.contact for story in STORIES} == set(CONTACT)


def test_about_a_third_of_the_stories_is_not_over() -> None:
    live = sum(story.ending in LIVE for story in STORIES)

    assert 0.3 <= live / len(STORIES) <= 0.4


def test_most_finished_stories_never_leave_the_first_line() -> None:
    finished = [story for story in STORIES if story.ending == "closed"]
    first_line = [story for story in finished if not any(turn.kind == "handover" for turn in story.turns)]

    assert len(first_line) > len(finished) / 2


def test_eighteen_stories_come_back_from_the_third_line_and_some_are_still_there() -> None:
    returned = [story for story in STORIES if any(turn.kind == "return" and turn.line == 3 for turn in story.turns)]
    asked = [story for story in STORIES if any(turn.to_team and TEAM[turn.to_team].line == 3 for turn in story.turns)]

    assert len(returned) >= 18
    assert len(asked) > len(returned)


def test_three_stories_bounce_between_two_second_line_teams() -> None:
    assert sum(bounces(story) for story in STORIES) == 3


def test_some_stories_are_refused_returned_for_missing_information_and_closed_by_silence() -> None:
    kinds = Counter(turn.kind for story in STORIES for turn in story.turns)
    returned_to_the_first_line = [
        story
        for story in STORIES
        if any(turn.to_team and TEAM[turn.to_team].line == 1 for turn in story.turns if turn.kind == "return")
    ]
    silent = [
        story for story in STORIES if story.turns[-1].kind == "close" and story.turns[-1].after >= 5 * WORKING_DAY
    ]

    assert kinds["refuse"] >= 4
    assert len(returned_to_the_first_line) >= 3
    assert len(silent) >= 4


@every_story
def test_a_subject_is_short_and_whole(story: Story) -> None:
    assert 1 <= len(story.subject) <= 80
    assert story.subject == story.subject.strip()


@every_story
def test_a_story_names_only_what_exists(story: Story) -> None:
    product = PRODUCT[story.product]

    assert CONTACT[story.contact].language == story.language
    assert story.component in product.components
    assert story.category in product.categories
    assert {turn.to_team for turn in story.turns if turn.to_team} <= set(TEAM)
    assert {key for turn in story.turns if turn.handover for key in turn.handover.articles} <= {a.key for a in ARTICLES}


@every_story
def test_a_story_is_about_a_device_of_its_client_unless_it_is_an_enquiry(story: Story) -> None:
    if story.installed is None:
        assert story.type == "enquiry"
    else:
        installed = BY_SERIAL[story.installed]
        assert installed.organisation == CONTACT[story.contact].organisation
        assert installed.product == story.product


@every_story
def test_serial_numbers_in_the_text_belong_to_the_client(story: Story) -> None:
    said = " ".join([story.subject, *(turn.text for turn in story.turns)])
    serials = set(re.findall(r"\b(?:TP|L3|H2|C9|LW|WL|JC|TK)-\d{4,5}\b", said))

    at_client = {row.serial for row in INSTALLED if row.organisation == CONTACT[story.contact].organisation}
    assert serials <= at_client


@every_story
def test_the_client_writes_in_the_language_of_the_story(story: Story) -> None:
    letters = {"ru": r"[а-яё]", "zh-Hans": r"[\u4e00-\u9fff]"}.get(story.language, r"[a-z]")
    foreign = {"ru": r"[\u4e00-\u9fff]", "zh-Hans": r"[а-яё]"}.get(story.language, r"[а-яё\u4e00-\u9fff]")
    said = " ".join([story.subject, story.turns[0].text]).lower()

    assert re.search(letters, said)
    assert not re.search(foreign, said)


@every_story
def test_no_text_names_an_address_of_the_real_world(story: Story) -> None:
    said = " ".join(turn.text for turn in story.turns)

    assert not re.search(r"https?://|www\.|@\w", said)


@every_story
def test_a_story_begins_with_the_client(story: Story) -> None:
    first = story.turns[0]

    assert first.kind == ("call" if story.channel in SPOKEN_CHANNELS else "client")
    assert first.after == 0
    assert all(turn.kind != "call" for turn in story.turns[1:])


@every_story
def test_only_transitions_of_the_state_machine_happen(story: Story) -> None:
    for before, after in zip(story.statuses, story.statuses[1:], strict=False):
        assert before == after or after in TRANSITIONS[tickets.Status(before)]


@every_story
def test_a_turn_happens_only_where_it_makes_sense(story: Story) -> None:
    for turn, status, _ in walk(story):
        assert status in POSSIBLE_IN.get(turn.kind, {"new", "open"}), f"{turn.kind} while {status}"


@every_story
def test_a_handover_goes_up_a_return_down_and_a_transfer_sideways(story: Story) -> None:
    rises = {"handover": (1, 2), "return": (-2, -1), "transfer": (0,)}
    for turn, _, team in walk(story):
        assert (turn.to_team is not None) == (turn.kind in rises)
        if turn.to_team:
            assert turn.to_team != team
            assert TEAM[turn.to_team].line - TEAM[team].line in rises[turn.kind]


@every_story
def test_what_comes_back_to_the_first_line_comes_to_the_team_of_its_language(story: Story) -> None:
    returned = {turn.to_team for turn in story.turns if turn.to_team and TEAM[turn.to_team].line == 1}

    assert returned <= {first_team(story)}


@every_story
def test_only_the_line_that_holds_a_ticket_acts_besides_its_owner(story: Story) -> None:
    for turn, _, team in walk(story):
        if turn.kind in CLIENT_OR_CALENDAR:
            assert turn.line is None
        elif turn.kind in {"reply", "note"}:
            assert turn.line in {1, TEAM[team].line}
        else:
            assert turn.line == TEAM[team].line


@every_story
def test_the_third_line_never_writes_to_a_client(story: Story) -> None:
    assert not any(turn.kind in READ_BY_THE_CLIENT for turn in story.turns if turn.line == 3)


@every_story
def test_a_handover_says_what_the_next_line_needs(story: Story) -> None:
    for turn in story.turns:
        assert (turn.handover is not None) == (turn.kind == "handover")
        if turn.handover:
            form = turn.handover
            assert all([form.client_sees, form.tried, form.environment, form.asked])


@every_story
def test_whatever_is_said_has_words(story: Story) -> None:
    for turn in story.turns:
        assert turn.text.strip() or turn.kind in {"handover", "accept", "close"}, turn.kind


@every_story
def test_what_is_scheduled_is_promised(story: Story) -> None:
    for turn in story.turns:
        if turn.kind == "schedule":
            assert turn.promise
        if turn.promise is not None:
            assert turn.kind in {"reply", "schedule"}
            assert turn.promise > 0


@every_story
def test_a_merged_story_went_to_another_of_the_same_client(story: Story) -> None:
    for turn in story.turns:
        assert (turn.into is not None) == (turn.kind == "merge")
        if turn.into:
            target = STORY[turn.into]
            assert target is not story
            assert target.ending != "merged"
            assert CONTACT[target.contact].organisation == CONTACT[story.contact].organisation


@every_story
def test_a_story_fits_into_a_month_of_working_days(story: Story) -> None:
    assert sum(turn.after for turn in story.turns) <= 21 * WORKING_DAY
    assert all(turn.after >= 0 for turn in story.turns)


@every_story
def test_only_a_resolved_story_is_rated(story: Story) -> None:
    if story.rating:
        assert story.ending in {"resolved", "closed"}
        assert 1 <= story.rating.score <= 5


@every_story
def test_a_thank_you_says_nothing_else(story: Story) -> None:
    assert all(is_mere_thanks(turn.text) for turn in story.turns if turn.kind == "thanks")


@pytest.mark.parametrize("story", [s for s in STORIES if "on-the-spot" in s.tags], ids=lambda story: story.key)
def test_a_call_answered_on_the_spot_is_closed_in_one_step(story: Story) -> None:
    call, answer, end = story.turns

    assert [call.kind, answer.kind, end.kind] == ["call", "resolve", "close"]
    assert end.after == 0


# The families


def test_a_story_belongs_to_one_family_at_most() -> None:
    assert repeated(key for family in FAMILIES for key in family.stories) == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_a_family_is_about_one_component_in_one_version(family: Family) -> None:
    product = PRODUCT[family.product]
    versions = product.versions

    assert {(STORY[key].product) for key in family.stories} == {family.product}
    assert family.component in product.components
    assert family.version in versions
    assert family.fixed_in is None or versions.index(family.fixed_in) > versions.index(family.version)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_the_devices_of_a_family_run_the_version_at_fault(family: Family) -> None:
    serials = {STORY[key].installed for key in family.stories}

    assert {row.version for row in INSTALLED if row.serial in serials} == {family.version}


def test_one_family_has_eight_stories_in_all_four_languages() -> None:
    largest = max(FAMILIES, key=lambda family: len(family.stories))

    assert len(largest.stories) >= 8
    assert {STORY[key].language for key in largest.stories} == set(COMPANY.languages)


def test_family_members_come_from_different_clients_for_the_most_part() -> None:
    for family in FAMILIES:
        clients = {CONTACT[STORY[key].contact].organisation for key in family.stories}
        assert len(clients) >= len(family.stories) - 1, family.key
