"""Made event logs in the layouts of well-known ones, and what their figures are, worked out the slow way.

Nothing of the product is used here: the second computation follows the definitions of docs/imports.md and
docs/metrics.md, row by row, from the text of the log.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

STOCKHOLM, DESK = ZoneInfo("Europe/Stockholm"), ZoneInfo("Europe/Vilnius")
TEAMS = ("G97", "G97 2nd", "S42", "V5 3rd", "V13 2nd 3rd", "N36 2nd", "?")
MEANING = {
    "Queued/Awaiting Assignment": "open", "Accepted/In Progress": "open", "Accepted/Assigned": "open",
    "Accepted/Wait - User": "waiting_client", "Accepted/Wait - Vendor": "waiting_vendor",
    "Accepted/Wait - Implementation": "scheduled", "Completed/Resolved": "resolved", "Completed/In Call": "resolved",
    "Completed/Closed": "closed", "Completed/Cancelled": "cancelled", "Unmatched/Unmatched": "open",
}  # fmt: skip
WORK = [word for word, meaning in MEANING.items() if meaning not in ("closed", "cancelled")]


@dataclass(frozen=True)
class Event:
    """One row of a made log; `at` is as text what the file says."""

    case: str
    at: str
    status: str
    sub_status: str
    team: str
    person: str
    impact: str


def made_events(seed: int, cases: int) -> list[Event]:
    """Rows of many cases, interleaved; some out of order, at the same second, twice, across a change of the clocks."""
    chance = random.Random(seed)
    lives = [list(_life(chance, f"1-{seed}{number:05}", 1200 if number == 3 else 0)) for number in range(cases)]
    rows: list[Event] = []
    while lives:
        life = chance.choice(lives[:8])
        rows.append(life.pop(0))
        if not life:
            lives.remove(life)
    return rows


def _life(chance: random.Random, case: str, length: int) -> Iterator[Event]:
    # Around the end of March and of October 2011, when clocks were changed.
    at = datetime(2011, chance.choice((3, 10)), 25, tzinfo=UTC) + timedelta(seconds=chance.randrange(9 * 86_400))
    team, person = chance.choice(TEAMS), chance.choice(("Siebel", "Anna", "Björn"))
    words = [chance.choice(WORK) for _ in range(length or chance.randrange(1, 14))]
    if chance.random() < 0.8:
        words.append(chance.choice(("Completed/Resolved", "Completed/In Call", "Completed/Closed")))
        words += ["Completed/Closed"] * chance.randrange(3)
    if chance.random() < 0.05:
        words.append("Completed/Cancelled")
    for word in words:
        said = at - timedelta(seconds=chance.randrange(90_000)) if chance.random() < 0.08 else at
        status, sub_status = word.split("/")
        row = Event(case, said.astimezone(STOCKHOLM).isoformat(timespec="seconds"), status, sub_status, team, person,
                    chance.choice(("Low", "Medium", "High")))  # fmt: skip
        yield row
        if chance.random() < 0.1:
            yield row
        if chance.random() > 0.2:  # else the next is at the same second
            at += timedelta(seconds=chance.choice((1, 59, 3_600, chance.randrange(200_000))))
        if chance.random() < 0.4:
            team = chance.choice(TEAMS)


def write_csv(path: Path, events: Sequence[Event]) -> None:
    """As the incidents of VINST are laid out."""
    heads = ("SR Number;Change Date+Time;Status;Sub Status;Involved ST Function Div;Involved Org line 3;Involved ST;"
             "SR Latest Impact;Product;Country;Owner Country;Owner First Name")  # fmt: skip
    lines = [";".join((e.case, e.at, e.status, e.sub_status, "A2_4", "Org line C", e.team, e.impact, "PROD582", "fr",
                       "France", e.person)) for e in events]  # fmt: skip
    path.write_text("\n".join((heads, *lines)) + "\n", encoding="windows-1252")


def write_xes(path: Path, events: Sequence[Event]) -> None:
    """The same as XES: a trace for each case."""
    traces: dict[str, list[Event]] = {}
    for each in events:
        traces.setdefault(each.case, []).append(each)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<log xes.version="1.0">']
    for case, rows in traces.items():
        lines.append(f'<trace><string key="concept:name" value={quoteattr(case)}/>')
        for e in rows:
            values = {"org:group": e.team, "org:role": "A2_4", "org:resource": e.person, "concept:name": e.status,
                      "lifecycle:transition": e.sub_status, "impact": e.impact, "product": "PROD582",
                      "organization involved": "Org line C"}  # fmt: skip
            attributes = "".join(f'<string key="{key}" value={quoteattr(value)}/>' for key, value in values.items())
            lines.append(f'<event>{attributes}<date key="time:timestamp" value="{e.at}"/></event>')
        lines.append("</trace>")
    path.write_text("\n".join([*lines, "</log>"]), encoding="utf-8")


def write_activities(path: Path, events: Sequence[Event]) -> None:
    """As the activities of Rabobank are laid out: local times, day first, without an offset; one word for each."""
    heads = (
        "Incident ID;DateStamp;IncidentActivity_Number;IncidentActivity_Type;Assignment Group;KM number;Interaction ID"
    )
    lines = [f"{e.case};{datetime.fromisoformat(e.at):%d-%m-%Y %H:%M:%S};{number:06};{activity_of(e)};{e.team};KM1;SD1"
             for number, e in enumerate(events)]  # fmt: skip
    path.write_text("\n".join((heads, *lines)) + "\n", encoding="utf-8")


ACTIVITIES = {
    "Accepted/In Progress": "Open", "Accepted/Wait - User": "Pending customer", "Accepted/Wait - Vendor":
    "Pending vendor", "Completed/Resolved": "Resolved", "Completed/Closed": "Closed",
    "Queued/Awaiting Assignment": "Assignment",
}  # fmt: skip
MEANING_OF_ACTIVITIES: dict[str, str | None] = {
    "Open": "open", "Pending customer": "waiting_client", "Pending vendor": "waiting_vendor", "Resolved": "resolved",
    "Closed": "closed",
}  # fmt: skip


def activity_of(event: Event) -> str:
    """The word of an activity log; what has none is an update, which says nothing about the status."""
    return ACTIVITIES.get(f"{event.status}/{event.sub_status}", "Update")


Step = tuple[datetime, str, str, str]  # when, status, sub-status, team


def steps_by_case(events: Sequence[Event]) -> dict[str, list[Step]]:
    """What the rows of VINST mean, in the order of the file."""
    found: dict[str, list[Step]] = {}
    for e in events:
        step = (datetime.fromisoformat(e.at).astimezone(UTC), MEANING[f"{e.status}/{e.sub_status}"], e.sub_status,
                e.team)  # fmt: skip
        found.setdefault(e.case, []).append(step)
    return found


def activity_steps_by_case(events: Sequence[Event]) -> dict[str, list[Step]]:
    """What the rows of an activity log mean, each case in the order of its times."""
    found: dict[str, list[Step]] = {}
    for e in events:
        local = datetime.fromisoformat(e.at).replace(tzinfo=None)
        step = (local.replace(tzinfo=STOCKHOLM).astimezone(UTC), activity_of(e), "", e.team)
        found.setdefault(e.case, []).append(step)
    for case, steps in found.items():
        steps.sort(key=lambda step: step[0])
        status = "new"
        for i, (at, activity, _, team) in enumerate(steps):
            status = MEANING_OF_ACTIVITIES.get(activity) or status
            steps[i] = (at, status, activity, team)
        assert len(found[case]) == len(steps)
    return found


def line_of(team: str) -> int:
    """3 where the name ends with 3rd, 2 where it ends with 2nd, else 1."""
    return 3 if re.search("3rd$", team) else 2 if re.search("2nd$", team) else 1


def figures_of(steps: Sequence[Step]) -> dict[str, Any]:
    """Every figure of one case."""
    opened = steps[0][0]
    teams = [team for i, (*_, team) in enumerate(steps) if team != "?"]
    held = [team for i, team in enumerate(teams) if i == 0 or team != teams[i - 1]]
    stands = [(opened, "new")]
    for at, status, *_ in steps:
        if status != stands[-1][1]:
            stands.append((at, status))
    last = stands[-1][1]
    is_over = last in ("resolved", "closed", "cancelled")
    resolved = _last_entry(stands, "resolved") or _last_entry(stands, "closed") if is_over else None
    closed = _last_entry(stands, last) if last in ("closed", "cancelled") else None
    gross = None if resolved is None else max(0, _seconds(opened, resolved))
    end = opened + timedelta(seconds=gross or 0)
    aside = sum(
        max(0, _seconds(max(began, opened), min(ended, end)))
        for (began, status), (ended, _) in zip(stands, [*stands[1:], (closed or end, "")], strict=True)
        if status in ("waiting_client", "waiting_vendor", "scheduled", "resolved", "closed")
    )
    return {
        "reassignments": len(held) - 1 if held else 0,
        "ping_pongs": sum(held[i] == held[i + 2] for i in range(len(held) - 2)),
        "highest_line": max(map(line_of, held), default=line_of("?")),
        "steps_up": sum(line_of(held[i + 1]) > line_of(held[i]) for i in range(len(held) - 1)),
        "steps_back": sum(line_of(held[i + 1]) < line_of(held[i]) for i in range(len(held) - 1)),
        "reopenings": sum(stands[i][1] in ("resolved", "closed") and stands[i + 1][1] not in ("resolved", "closed")
                          for i in range(len(stands) - 1)),
        "gross_seconds": gross,
        "net_seconds": None if gross is None else max(0, gross - aside),
        "business_seconds": None if gross is None else _in_office(opened, end),
        "close_seconds": None if closed is None else _seconds(opened, closed),
        "variant": [f"{status}/{sub_status}" if sub_status else status for _, status, sub_status, _ in steps],
        "is_resolved": resolved is not None,
    }  # fmt: skip


def _last_entry(stands: Sequence[tuple[datetime, str]], status: str) -> datetime | None:
    return max(((i, at) for i, (at, stood) in enumerate(stands) if stood == status), default=(0, None))[1]


def _seconds(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds())


def _in_office(since: datetime, until: datetime) -> int:
    """Seconds of Monday to Friday, nine to six in Vilnius, day after day."""
    total, day = 0, since.astimezone(DESK).date()
    while day <= until.astimezone(DESK).date():
        if day.weekday() < 5:
            begins, ends = _local(day, 9), _local(day, 18)
            total += max(0, _seconds(max(begins, since), min(ends, until)))
        day += timedelta(days=1)
    return total


def _local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), DESK).astimezone(UTC)


Layout = tuple[str, Callable[[Path, Sequence[Event]], None], Callable[[Sequence[Event]], dict[str, list[Step]]], str]

_VINST = r"""
[status]
columns = [{status}]
join = "/"
patterns = [
  ["Wait - User$", "waiting_client"], ["Wait - Vendor$", "waiting_vendor"], ["Wait - Implementation$", "scheduled"],
  ["^Completed/Closed$", "closed"], ["^Completed/Cancelled$", "cancelled"], ["^Completed/", "resolved"],
]
default = "open"

[sub_status]
column = {sub_status}
[team]
column = {team}
[line]
column = {team}
patterns = [["3rd$", 3], ["2nd$", 2]]
default = 1
[person]
column = {person}
[product]
column = {product}
[impact]
column = {impact}
map = {{ "High" = "organisation", "Medium" = "group", "Low" = "person" }}
"""
LAYOUTS: dict[str, Layout] = {
    "vinst-csv": (
        "log.csv", write_csv, steps_by_case,
        """[log]
delimiter = ";"
encoding = "windows-1252"
unknown = ["?"]
[case]
column = "SR Number"
[time]
column = "Change Date+Time"
""" + _VINST.format(status='"Status", "Sub Status"', sub_status='"Sub Status"', team='"Involved ST"',
                    person='"Owner First Name"', product='"Product"', impact='"SR Latest Impact"'),
    ),
    "vinst-xes": (
        "log.xes", write_xes, steps_by_case,
        """[log]
format = "xes"
unknown = ["?"]
[case]
column = "case:concept:name"
[time]
column = "time:timestamp"
""" + _VINST.format(status='"concept:name", "lifecycle:transition"', sub_status='"lifecycle:transition"',
                    team='"org:group"', person='"org:resource"', product='"product"', impact='"impact"'),
    ),
    "activities": (
        "activities.csv", write_activities, activity_steps_by_case,
        """[log]
delimiter = ";"
order = "time"
unknown = ["?"]
zone = "Europe/Stockholm"
times = ["%d-%m-%Y %H:%M:%S"]
[case]
column = "Incident ID"
[time]
column = "DateStamp"
[status]
column = "IncidentActivity_Type"
default = "unchanged"
[status.map]
"Open" = "open"
"Pending customer" = "waiting_client"
"Pending vendor" = "waiting_vendor"
"Resolved" = "resolved"
"Closed" = "closed"
[sub_status]
column = "IncidentActivity_Type"
[team]
column = "Assignment Group"
[line]
column = "Assignment Group"
patterns = [["3rd$", 3], ["2nd$", 2]]
default = 1
""",
    ),
}  # fmt: skip
