"""When each story happened, so that the quarter ends now.

1. Turns follow one another in the working time of the team that holds the ticket; seconds are added, since nobody works
   by the minute.
2. Stories that are over lie anywhere in the last ninety days, more of them lately, on Mondays and in the morning; those
   of one family keep their order and lie in the same weeks.
3. Stories that are not over are as old as their turns, and some hours or days more: most have time left, a few are due
   within the hour, some are overdue. The age of a ticket is counted on the calendar of its clocks.
4. The same now gives the same dates.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.core.times import epoch, instant
from helpdesk.models.tickets import Priority
from helpdesk.seeds import cast
from helpdesk.seeds.company import TARGETS
from helpdesk.seeds.hours import OFFICE, hours_of
from helpdesk.seeds.stories import FAMILIES
from helpdesk.seeds.story import Story, Turn
from sla.models import ClockKind
from sla.worktime import WorkIndex

DAYS = 90
LIVE = frozenset({"new", "open", "waiting_client", "waiting_vendor", "scheduled"})
ANSWERS = frozenset({"call", "reply", "wait", "schedule", "resolve"})
SPOKEN = frozenset({"phone", "walk_in", "remote_session", "on_site_visit"})
# The desk's default matrix, in the words of the stories.
PRIORITIES = {
    ("organisation", "high"): Priority.P1,
    ("organisation", "medium"): Priority.P2,
    ("organisation", "low"): Priority.P3,
    ("group", "high"): Priority.P2,
    ("group", "medium"): Priority.P3,
    ("group", "low"): Priority.P4,
    ("person", "high"): Priority.P3,
    ("person", "medium"): Priority.P4,
    ("person", "low"): Priority.P4,
}
# How many of the stories that still go on shall be late, and how many due within the hour.
LATE_OR_NEARLY = {
    ("overdue", "answered"): 14,
    ("overdue", "unanswered"): 4,
    ("at risk", "answered"): 5,
    ("at risk", "unanswered"): 3,
}
# The longest that nobody touched a ticket, in working minutes.
LONGEST_REST = 7 * 480
# The desk wins clients: so many times as much is asked at the end of the quarter as at its beginning. What was asked
# in the last days and is over already is little beside what still goes on.
GROWTH, LAST_DAYS, OVER_ALREADY = 5.0, 8, 0.1
# How much more happens on a Monday than on a Friday.
_WEIGHT_OF_DAY = (1.7, 1.2, 1.0, 1.0, 0.9, 0.0, 0.0)
_WEIGHT_OF_HOUR = {8: 5, 9: 8, 10: 8, 11: 6, 12: 3, 13: 5, 14: 6, 15: 5, 16: 3}
_TEAM = {team.key: team for team in cast.TEAMS}
_CONTACT = {contact.key: contact for contact in cast.CONTACTS}
_ORGANISATION = {organisation.key: organisation for organisation in cast.ORGANISATIONS}


@dataclass(frozen=True)
class Dated:
    """A story with the instant of each of its turns; what the calendar does by itself (silence) has none."""

    story: Story
    turns: tuple[tuple[datetime, Turn], ...]

    @property
    def opened_at(self) -> datetime:
        return self.turns[0][0]

    @property
    def ended_at(self) -> datetime:
        return self.turns[-1][0]


def give_dates(stories: Sequence[Story], *, now: datetime) -> list[Dated]:
    """Date every story so that all of them together end now."""
    merged = {story.key: _merged_into(story) for story in stories if _merged_into(story)}
    family = {key: each.key for each in FAMILIES for key in each.stories}
    alone = [story for story in stories if story.key not in merged]
    live = [story for story in alone if story.ending in LIVE]
    over = [story for story in alone if story.ending not in LIVE]
    dated = {each.story.key: each for each in (
        *_still_going_on(live, now),
        *(_resolved_lately(story, now) for story in over if story.ending == "resolved" and story.key not in family),
        *(_somewhere(story, now) for story in over if story.ending != "resolved" and story.key not in family),
        *_families(over, now),
    )}  # fmt: skip
    for story in stories:
        if story.key in merged:
            # Two people report the same thing within the half hour.
            first = dated[merged[story.key]]
            dated[story.key] = _told(story, worked_on(first.opened_at, 25, zone=_zone(story)))
    return [dated[story.key] for story in stories]


def promised_at(story: Story, said_at: datetime, turn: Turn) -> datetime:
    """The moment that a turn promises, to the quarter of an hour."""
    exact = worked_on(said_at, turn.promise or 0, zone=_zone(story))
    return instant(-(-epoch(exact) // 900) * 900)


def first_team(story: Story) -> str:
    """The first-line team that answers the story's language."""
    return next(team.key for team in cast.TEAMS if team.line == 1 and story.language in team.languages)


def worked_on(at: datetime, minutes: int, *, zone: str = OFFICE, seconds: int = 0) -> datetime:
    """The instant at which so much working time has passed in an office of this zone."""
    due = _hours(zone, at).due(epoch(at), minutes * 60 + seconds)
    return instant(due) if due is not None else at + timedelta(minutes=minutes)


def dice(story: Story, purpose: str) -> random.Random:
    """Chance that falls the same way for the same story and purpose."""
    return random.Random(f"{purpose}:{story.key}")  # noqa: S311 - no secret depends on it


def _told(story: Story, opened_at: datetime) -> Dated:
    chance, at, team = dice(story, "seconds"), opened_at, first_team(story)
    turns = [(at, story.turns[0])]
    for turn in story.turns[1:]:
        if turn.kind == "close" and turn.after:
            break  # silence: the desk closes it by itself
        if turn.after:
            at = worked_on(at, turn.after, zone=_TEAM[team].timezone, seconds=chance.randrange(60))
        turns.append((at, turn))
        team = turn.to_team or team
    return Dated(story, tuple(turns))


def _still_going_on(stories: Sequence[Story], now: datetime) -> Iterator[Dated]:
    wanted = Counter(LATE_OR_NEARLY)
    for story in sorted(stories, key=lambda s: dice(s, "order").random()):
        target, total, chance = _target(story), _total(story), dice(story, "age")
        answered = "answered" if _is_answered(story) else "unanswered"
        is_running = story.ending not in ("waiting_client", "scheduled")
        if is_running and wanted["overdue", answered] > 0 and total < target * 2 and target - total < LONGEST_REST // 2:
            wanted["overdue", answered] -= 1
            age = max(total + chance.randint(5, 30), min(target + _seldom_long(15, chance), total + LONGEST_REST))
        elif is_running and wanted["at risk", answered] > 0 and total < target - 55 and target - total < LONGEST_REST:
            wanted["at risk", answered] -= 1
            age = target - chance.randint(10, 50)
        else:
            age = total + _slack(story, target, total, chance)
        yield _aged(story, age, now)


def _slack(story: Story, target: int, total: int, chance: random.Random) -> int:
    """How many working minutes ago the last turn was, where nothing shall be late because of it."""
    last = story.turns[-1]
    if story.ending == "scheduled":
        return chance.randint(4, max(25, min(int((last.promise or 60) * 0.7), LONGEST_REST)))
    if story.ending == "waiting_client":
        return _rather_long(60, LONGEST_REST, chance)
    return _rather_long(4, max(25, min(int(target * 0.7) - total, LONGEST_REST)), chance)


def _rather_long(least: int, most: int, chance: random.Random) -> int:
    """Working minutes, more of them more often: what is answered soon does not go on."""
    return least + int((most - least) * chance.random() ** 0.5)


def _seldom_long(least: int, chance: random.Random) -> int:
    """Working minutes, fewer of them more often."""
    return least + int((LONGEST_REST - least) * chance.random() ** 2)


def _resolved_lately(story: Story, now: datetime) -> Dated:
    """The client has not answered yet, and silence has not closed it."""
    return _aged(story, _total(story) + dice(story, "age").randint(20, 2200), now)


def _aged(story: Story, age: int, now: datetime) -> Dated:
    """The story begun so many working minutes ago; earlier, where its turns need more than that."""
    desk, team = _hours(OFFICE, now), _hours(_zone(story), now)
    while True:
        begun = (desk.due(epoch(now), -age * 60) or epoch(now) - age * 60) - dice(story, "second").randrange(60)
        if story.channel in SPOKEN and not team.is_working(begun):
            begun = team.due(begun, -dice(story, "minute").randint(60, 3600)) or begun
        told = _told(story, instant(begun))
        if told.ended_at <= now - timedelta(minutes=1):
            return told
        age += 15


def _families(stories: Sequence[Story], now: datetime) -> Iterator[Dated]:
    """The stories of one cause within some weeks, in the order in which they came."""
    by_key = {story.key: story for story in stories}
    for family in FAMILIES:
        members = [by_key[key] for key in family.stories if key in by_key]
        if not members:
            continue
        chance = random.Random(f"family:{family.key}")  # noqa: S311
        at = now - timedelta(days=chance.randint(50, 80))
        for story in members:
            told = _told(story, _moment(story, at, chance))
            if told.ended_at > now - timedelta(days=2):
                told = _aged(story, _total(story) + 2 * 540, now)
            yield told
            at = max(at + timedelta(days=chance.randint(1, 6)), told.opened_at + timedelta(hours=1))


def _somewhere(story: Story, now: datetime) -> Dated:
    chance = dice(story, "day")
    for _attempt in range(60):
        day = now - timedelta(days=chance.uniform(0.5, DAYS))
        weight = _WEIGHT_OF_DAY[day.astimezone(ZoneInfo(_zone(story))).weekday()] * _weight_of_age(now - day)
        if chance.random() * max(_WEIGHT_OF_DAY) > weight:
            continue
        told = _told(story, _moment(story, day, chance))
        if told.ended_at <= now - timedelta(minutes=10):
            return told
    return _aged(story, _total(story) + 60, now)


def _weight_of_age(age: timedelta) -> float:
    """How much of what was asked so long ago is asked and over: at most 1."""
    share: float = GROWTH ** (-age.total_seconds() / timedelta(days=DAYS).total_seconds())
    return share * (OVER_ALREADY if age < timedelta(days=LAST_DAYS) else 1)


def _moment(story: Story, day: datetime, chance: random.Random) -> datetime:
    """A likely moment of this day for a client to come; one written request in ten comes at night or at a weekend."""
    zone = ZoneInfo(_zone(story))
    hour = chance.choices(list(_WEIGHT_OF_HOUR), list(_WEIGHT_OF_HOUR.values()))[0]
    at = day.astimezone(zone).replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60))
    if story.channel not in SPOKEN and chance.random() < 0.1:
        return at.replace(hour=chance.choice((6, 7, 18, 19, 20, 21, 22)))
    opening = _hours(_zone(story), at).next_opening(epoch(at))
    if opening is None or opening == epoch(at):
        return at
    return instant(opening + chance.randrange(5400))


def _hours(zone: str, at: datetime) -> WorkIndex:
    # The window of years is the same all quarter long, so that few calendars are compiled.
    return hours_of(zone, at.year // 4 * 4 - 1, at.year // 4 * 4 + 5)


def _zone(story: Story) -> str:
    return _TEAM[first_team(story)].timezone


def _total(story: Story) -> int:
    return sum(turn.after for turn in story.turns if turn.kind != "close")


def _target(story: Story) -> int:
    """The working minutes that the clock which is due next has."""
    kind = ClockKind.RESOLUTION if _is_answered(story) else ClockKind.FIRST_RESPONSE
    return TARGETS[kind][PRIORITIES[story.impact, story.urgency]]


def _is_answered(story: Story) -> bool:
    return any(turn.kind in ANSWERS for turn in story.turns)


def _merged_into(story: Story) -> str:
    return next((turn.into for turn in story.turns if turn.into), "")
