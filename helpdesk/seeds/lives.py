"""The lives of the tickets of a large desk, made row by row without asking the database.

A life is a plan, a word of letters that stand for the steps of `STEPS`. It is lived until the plan is over, until a
chance lets the ticket wait, or until now, whichever comes first. Times are positions of `workdays`.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp
from typing import Any

from helpdesk.models.tickets import NEVER, Priority
from helpdesk.people.directory import categories, components
from helpdesk.seeds.company import AT_RISK_PERCENT
from helpdesk.seeds.crowd import Client, Crowd, Desk
from helpdesk.seeds.dates import PRIORITIES
from helpdesk.seeds.everyday import EVERYDAY
from helpdesk.seeds.loading import Row
from helpdesk.seeds.stories import STORIES
from helpdesk.seeds.story import Handover
from helpdesk.seeds.workdays import Workdays
from sla.models import ClockKind

MINUTE = 60  # in seconds, as all of the following
LONGEST_GAP = 5 * 9 * 60 * MINUTE
DRAWN = 997  # gaps drawn for each step, from which all lives take theirs
# The share of open tickets falls with their age: one in twenty in all.
OPEN_SHARE, OPEN_DAYS = 0.62, 60.0
NIGHT_SHARE = 0.08  # of what comes in writing
TAGGED_SHARE = 0.35
SILENCE_DAYS = 5
SYSTEM = ("system", 0)

# plan → how often
PLANS: Mapping[str, int] = {
    "otrcrRA": 26,
    "otrcrRS": 18,
    "otnhtrcRA": 18,
    "otrhtnhtnbRS": 9,
    "otwcrRA": 16,
    "otrRxRA": 5,
    "otrhtdnRA": 6,
    "otrcnX": 2,
}
# step → median and spread (of the logarithm) of the working minutes since the step before
PACE: Mapping[str, tuple[float, float]] = {
    "t": (6, 0.7), "r": (24, 0.9), "w": (24, 0.9), "d": (30, 0.8), "c": (80, 1.1), "n": (55, 0.9), "h": (7, 0.6),
    "b": (10, 0.6), "R": (45, 1.1), "x": (260, 0.9), "A": (150, 1.2), "X": (90, 0.9),
}  # fmt: skip
# How much longer things take where they are less urgent.
SPEED: Mapping[Priority, float] = {Priority.P1: 0.4, Priority.P2: 0.75, Priority.P3: 1.0, Priority.P4: 1.25}
# impact and urgency, and how often; the priority follows
WEIGHTS: Mapping[tuple[str, str], int] = {
    ("organisation", "high"): 4, ("organisation", "medium"): 6, ("group", "high"): 10, ("organisation", "low"): 4,
    ("group", "medium"): 20, ("person", "high"): 21, ("person", "medium"): 22, ("group", "low"): 5,
    ("person", "low"): 8,
}  # fmt: skip
CHANNELS: Mapping[str, int] = {
    "email": 44, "portal": 26, "phone": 18, "messenger": 7, "api": 2, "walk_in": 1, "remote_session": 1,
    "on_site_visit": 1,
}  # fmt: skip
TYPES: Mapping[str, int] = {"incident": 52, "service_request": 24, "question": 18, "claim": 3, "enquiry": 3}
IN_WRITING = frozenset({"email", "portal", "messenger", "api"})
FORMS = frozenset({"portal", "api"})
PAUSING = frozenset({"waiting_client", "scheduled"})
ENDED = frozenset({"resolved", "closed", "cancelled"})

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ticket": (
        "id", "type", "status", "sub_status", "is_open", "subject", "requester_id", "organisation_id", "product_id",
        "installed_product_id", "component_id", "category_id", "channel", "language", "impact", "urgency",
        "client_urgency", "computed_priority", "priority", "priority_reason", "is_major", "team_id", "line",
        "assignee_id", "owner_team_id", "owner_id", "custom_fields", "opened_at", "updated_at", "resolved_at",
        "resolved_line", "closed_at", "closes_at", "accepted_at", "scheduled_for", "awaits_reply", "next_due_at",
        "next_due_kind", "highest_line", "reassignments", "reopenings", "is_ping_pong", "is_bouncing", "waited_client",
        "missed_sla", "policy_id",
    ),
    "message": ("id", "ticket_id", "kind", "author_kind", "author_id", "channel", "text", "created_at"),
    "transfer": (
        "id", "ticket_id", "kind", "from_team_id", "to_team_id", "from_line", "to_line", "at", "reason", "actor_kind",
        "actor_id",
    ),
    "handover": ("transfer_id", "client_sees", "tried", "articles", "environment", "asked"),
    "sla_clock": (
        "id", "subject_kind", "subject_id", "kind", "line", "cycle", "state", "target_id", "target_seconds",
        "calendar_id", "start_at", "stop_at", "paused_since", "due_at", "breach_at", "breached_at", "breach_cause",
        "contract_due_at", "contract_breached_at", "promises", "extra_seconds", "fired", "consumed_at_stop",
        "at_risk_at", "at_risk_fired", "next_fire_at", "revision",
    ),
    "sla_pause": ("clock_id", "from_at", "to_at", "reason"),
    "journal": (
        "id", "at", "recorded_at", "fact", "subject_kind", "subject_id", "actor_kind", "actor_id", "payload",
    ),
    "ticket_tag": ("ticket_id", "tag_id"),
}  # fmt: skip


class Often:
    """Values drawn as often as they are weighted; fast, because it is asked millions of times."""

    def __init__(self, weights: Mapping[Any, float]) -> None:
        self._values = list(weights)
        self._bounds = list(accumulate(weights.values()))
        self._total = self._bounds[-1]

    def draw(self, chance: random.Random) -> Any:
        return self._values[bisect_right(self._bounds, chance.random() * self._total)]


@dataclass(frozen=True)
class Words:
    """What is said in one language, from the stories of the demo desk."""

    openings: Sequence[tuple[str, str]]  # subject, text
    replies: Sequence[str]
    notes: Sequence[str]
    answers: Sequence[str]  # of the client
    resolutions: Sequence[str]
    handovers: Sequence[Handover]


class Scene:
    """Everything that all lives have in common: who there is, what is said, how long things take."""

    def __init__(self, crowd: Crowd, days: Workdays, *, until: int) -> None:
        self.crowd = crowd
        self.days = days
        self.until = until  # now, in epoch seconds
        self.now = days.position(until)
        self.words = {language: _words(language) for language in crowd.first_line}
        chance = random.Random("pace")  # noqa: S311 - no secret depends on it
        self.pace = {step: [_gap(*pace, chance) for _ in range(DRAWN)] for step, pace in PACE.items()}
        self.plans, self.channels, self.types = Often(PLANS), Often(CHANNELS), Often(TYPES)
        self.urgencies = Often(WEIGHTS)
        # A few clients ask often: the weight falls with the number.
        self.clients = Often({client: 1 / (number + 50) for number, client in enumerate(_shuffled(crowd.clients))})
        self.components: dict[int, list[int]] = {}
        for card in components().values():
            self.components.setdefault(card.product_id or 0, []).append(card.id)
        self.categories = list(categories())
        # Mondays are busier: the positions of the past in the order of the tickets.
        weights = [1.6 if _is_monday(opening) else 1.0 for opening in days.openings[: self.now // days.length + 1]]
        self._day_bounds = list(accumulate(weights))

    def opening(self, share: float, chance: random.Random) -> int:
        """When the ticket comes that stands at this share of all."""
        bounds = self._day_bounds
        place = share * bounds[-1]
        day = bisect_right(bounds, place)
        before = bounds[day - 1] if day else 0.0
        within = (place - before) / (bounds[day] - before)
        return min(int((day + within) * self.days.length), self.now - 1)


def _gap(median: float, spread: float, chance: random.Random) -> int:
    return max(20, min(int(MINUTE * median * exp(chance.gauss(0, spread))), LONGEST_GAP))


def _words(language: str) -> Words:
    stories = [story for story in (*STORIES, *EVERYDAY) if story.language == language]
    turns = [turn for story in stories for turn in story.turns[1:]]

    def said(*kinds: str) -> list[str]:
        return [turn.text for turn in turns if turn.kind in kinds and turn.text]

    return Words(
        openings=[(story.subject, story.turns[0].text) for story in stories],
        replies=said("reply", "wait", "schedule"), notes=said("note", "vendor", "resume"),
        answers=said("client", "refuse"), resolutions=said("resolve"),
        handovers=[turn.handover for turn in turns if turn.handover],
    )  # fmt: skip


def _shuffled(clients: Sequence[Client]) -> list[Client]:
    found = list(clients)
    random.Random("clients").shuffle(found)  # noqa: S311
    return found


def _is_monday(opening: int) -> bool:
    return (opening // 86_400 + 3) % 7 == 0  # 1970-01-01 was a Thursday


class Batch:
    """The rows of some tickets that follow one another."""

    def __init__(self, scene: Scene, *, ordinal: int, ids: Mapping[str, int]) -> None:
        self.scene = scene
        self.chance = random.Random(f"batch:{ordinal}")  # noqa: S311
        self.ids = dict(ids)
        self.rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}

    def live(self, share: float) -> None:
        """One more ticket, which stands at this share of all."""
        _Life(self, self.scene.opening(share, self.chance)).live()

    def new_id(self, table: str) -> int:
        given = self.ids[table]
        self.ids[table] = given + 1
        return given


class _Life:
    """One ticket on its way."""

    def __init__(self, batch: Batch, opened: int) -> None:
        scene, chance = batch.scene, batch.chance
        self.batch, self.scene, self.chance, self.days = batch, scene, chance, scene.days
        self.id = batch.new_id("ticket")
        self.opened = self.position = opened
        self.client: Client = scene.clients.draw(chance)
        self.words = scene.words[self.client.language]
        self.channel: str = scene.channels.draw(chance)
        self.opened_at, self.opened_text = self._received()
        self.text = self.opened_text  # of the latest step
        self.impact, self.urgency = scene.urgencies.draw(chance)
        self.priority = PRIORITIES[self.impact, self.urgency]
        self.installed_id, self.product_id = self._one(self.client.installed)
        first = self._one(scene.crowd.first_line[self.client.language])
        self.owner_team_id, self.desks = first.team_id, [first]
        self.owner_id: int | None = None
        self.assignee_id: int | None = None
        self.status, self.line, self.highest_line = "new", 1, 1
        self.awaits_reply, self.waited_client, self.returned = True, False, False
        self.reassignments = self.reopenings = 0
        self.missed_sla = False
        self.answered: int | None = None
        self.resolved: int | None = None
        self.resolved_line: int | None = None
        self.closed_text: str | None = None
        self.accepted_text: str | None = None
        self.closes_text: str | None = None
        self.scheduled_text: str | None = None
        self.cancelled = False
        self.resolved_text: str | None = None
        self.givers: list[int | None] = []
        self.subject = ""
        self.pauses: list[tuple[int, int, str]] = []
        self.pausing: tuple[int, str] | None = None
        self.entries: list[tuple[int, str, str, str, int, str]] = []

    def live(self) -> None:
        plan: str = self.scene.plans.draw(self.chance)
        age_days = (self.scene.until - self.opened_at) / 86_400
        waits = self.chance.random() < OPEN_SHARE * exp(-age_days / OPEN_DAYS)
        last = int(self.chance.random() * (plan.index("R") if "R" in plan else 5)) if waits else len(plan)
        speed = SPEED[self.priority]
        STEPS[plan[0]](self)
        for number, step in enumerate(plan[1:], start=1):
            if number > last or not self._moves_on(step, speed):
                break
            STEPS[step](self)
        self._write()

    def _moves_on(self, step: str, speed: float) -> bool:
        """Go on in time to this step; False where it lies in the future."""
        days = self.days
        if step == "S":
            position = (self.position // days.length + SILENCE_DAYS + 1) * days.length
            text = self.closes_text or ""
        else:
            # An appointment is kept two working days later.
            wait = 2 * days.length if self.status == "scheduled" else 0
            pace = int(self._one(self.scene.pace[step]) * speed)
            # Who refuses does it within the reopen window: four working days are never more than a week.
            position = self.position + wait + (min(pace, 4 * days.length) if step == "x" else pace)
            text = days.text(position) if position < self.scene.now else ""
        if position >= self.scene.now:
            return False
        self.position, self.text = position, text
        return True

    # steps

    def open(self) -> None:
        subject, text = self._one(self.words.openings)
        self.subject = f"{subject} (BX-{self.installed_id:06})"
        message_id = self._say("reply", "contact", self.client.contact_id, text)
        self._record("TicketOpened", f'{{"channel": "{self.channel}", "message_id": {message_id}}}', client=True)
        self._transfer("routed", None, self.desks[0], SYSTEM, "")
        payload = f'{{"team_id": {self.owner_team_id}, "rule": ""}}'
        self._record("TicketRouted", payload, client=True)

    def take(self) -> None:
        self.assignee_id = self._one(self.desks[-1].operator_ids)
        if self.owner_id is None and self.line == 1:
            self.owner_id = self.assignee_id
        self._record("TicketAssigned", f'{{"operator_id": {self.assignee_id}, "how": "taken"}}')

    def reply(self, *, status: str = "open") -> None:
        message_id = self._say("reply", "operator", self.assignee_id or 0, self._one(self.words.replies))
        self.awaits_reply = False
        if self.answered is None:
            self.answered = self.position
        self._enter(status if status != "open" or self.status == "new" else self.status)
        self._record("ReplySent", f'{{"message_id": {message_id}}}')

    def wait(self) -> None:
        self.waited_client = True
        self.reply(status="waiting_client")

    def schedule(self) -> None:
        self.reply(status="scheduled")
        self.scheduled_text = self.days.text(self.position + 2 * self.days.length)

    def answer(self) -> None:
        message_id = self._say("reply", "contact", self.client.contact_id, self._one(self.words.answers))
        self.awaits_reply = True
        if self.status == "waiting_client":
            self._enter("open", reason="client_replied", client=True)
        self._record("ReplyReceived", f'{{"message_id": {message_id}}}', client=True)

    def note(self) -> None:
        message_id = self._say("note", "operator", self.assignee_id or 0, self._one(self.words.notes))
        self._record("NoteAdded", f'{{"message_id": {message_id}}}')
        if self.status == "scheduled":
            self._enter("open")
            self.scheduled_text = None

    def hand_over(self) -> None:
        lines = {1: self.scene.crowd.second_line, 2: self.scene.crowd.third_line}
        desk: Desk = self._one(lines[self.line][self.product_id])
        self.givers.append(self.assignee_id)
        transfer_id = self._hop("handover", "TicketHandedOver", desk, self.line + 1, "")
        form = self._one(self.words.handovers)
        row = (transfer_id, form.client_sees, form.tried, "", form.environment, form.asked)
        self.batch.rows["handover"].append(row)

    def hand_back(self) -> None:
        self._hop("return", "TicketReturned", self.desks[-2], self.line - 1, self._one(self.words.notes))
        self.assignee_id, self.returned = self.givers.pop(), True

    def resolve(self) -> None:
        message_id = self._say("reply", "operator", self.assignee_id or 0, self._one(self.words.resolutions))
        self.awaits_reply = False
        self.answered = self.position if self.answered is None else self.answered
        self.resolved, self.resolved_line = self.position, self.line
        self.resolved_text = self.text
        self.closes_text = self.days.closing_text(self.position, SILENCE_DAYS)
        self._enter("resolved")
        self._record("TicketResolved", f'{{"message_id": {message_id}, "line": {self.line}}}')

    def refuse(self) -> None:
        message_id = self._say("reply", "contact", self.client.contact_id, self._one(self.words.answers))
        if self.resolved is not None and self.resolved < self.position:
            self.pauses.append((self.resolved, self.position, "resolved"))
        self.resolved = self.resolved_line = self.closes_text = None
        self.awaits_reply = True
        self.reopenings += 1
        self._enter("open", reason="reply", client=True)
        self._record("TicketReopened", '{"reason": "reply"}', client=True)
        self._record("ReplyReceived", f'{{"message_id": {message_id}}}', client=True)

    def accept(self) -> None:
        self._enter("closed", reason="accepted", client=True)
        self.closed_text = self.accepted_text = self.text
        self._record("ResolutionAccepted", "{}", client=True)
        self._record("TicketClosed", '{"reason": "accepted"}', client=True)

    def fall_silent(self) -> None:
        self._enter("closed", reason="silence", by=SYSTEM)
        self.closed_text = self.text
        self._record("TicketClosed", '{"reason": "silence"}', by=SYSTEM)

    def cancel(self) -> None:
        self.cancelled = True
        self._enter("cancelled", reason="not wanted any more")
        self.closed_text = self.text
        self._record("TicketCancelled", '{"reason": "not wanted any more"}')

    # what steps have in common

    def _received(self) -> tuple[int, str]:
        """When the request came: what is written may come in the night before the hours in which it counts."""
        days, chance = self.days, self.chance
        if self.channel in IN_WRITING and chance.random() < NIGHT_SHARE:
            day = self.opened // days.length
            self.opened = self.position = day * days.length
            at = days.openings[day] - int(3_600 + chance.random() * 12 * 3_600)
            return at, days.text_of(at)
        return days.at(self.opened), days.text(self.opened)

    def _one(self, values: Sequence[Any]) -> Any:
        return values[int(self.chance.random() * len(values))]

    def _say(self, kind: str, author_kind: str, author_id: int, text: str) -> int:
        message_id = self.batch.new_id("message")
        self.batch.rows["message"].append(
            (message_id, self.id, kind, author_kind, author_id, self.channel, text, self.text)
        )
        return message_id

    def _record(self, fact: str, payload: str, *, client: bool = False, by: tuple[str, int] | None = None) -> None:
        kind, actor_id = by or (("contact", self.client.contact_id) if client else ("operator", self.assignee_id or 0))
        self.entries.append((self.position, self.text, fact, kind, actor_id, payload))

    def _enter(self, status: str, *, reason: str = "", client: bool = False, by: tuple[str, int] | None = None) -> None:
        if status == self.status:
            return
        payload = f'{{"before": "{self.status}", "after": "{status}", "sub_status": "", "reason": "{reason}"}}'
        self._record("StatusChanged", payload, client=client, by=by)
        if self.pausing is not None:
            since, why = self.pausing
            self.pauses.append((since, self.position, why))
            self.pausing = None
        if status in PAUSING:
            self.pausing = (self.position, status)
        self.status = status

    def _hop(self, kind: str, fact: str, desk: Desk, line: int, reason: str) -> int:
        before, by = self.desks[-1], ("operator", self.assignee_id or 0)
        transfer_id = self._transfer(kind, before, desk, by, reason, line=line)
        told = f', "reason": {json.dumps(reason, ensure_ascii=False)}'
        payload = (
            f'{{"transfer_id": {transfer_id}, "from_team_id": {before.team_id}, "to_team_id": {desk.team_id}, '
            f'"from_line": {self.line}, "to_line": {line}{told}}}'
        )
        if self.status == "new":
            self._enter("open")
        self._record(fact, payload, by=by)
        self.desks.append(desk)
        self.line, self.assignee_id = line, None
        self.highest_line = max(self.highest_line, line)
        self.reassignments += 1
        return transfer_id

    def _transfer(
        self, kind: str, before: Desk | None, desk: Desk, by: tuple[str, int], reason: str, *, line: int = 1
    ) -> int:
        transfer_id = self.batch.new_id("transfer")
        self.batch.rows["transfer"].append((
            transfer_id, self.id, kind, before.team_id if before else None, desk.team_id, self.line if before else None,
            line, self.text, reason, *by,
        ))  # fmt: skip
        return transfer_id

    # the rows at the end

    def _write(self) -> None:
        first = self._clock(ClockKind.FIRST_RESPONSE, self.answered, ())
        resolution = self._clock(ClockKind.RESOLUTION, self.resolved, self.pauses)
        running = [(due, kind) for due, kind in (first, resolution) if due is not None]
        next_due_at, next_due_kind = min(running, default=(NEVER, ""))
        is_open, is_resolved = self.status not in ENDED, self.resolved is not None
        batch, chance = self.batch, self.chance
        batch.rows["ticket"].append((
            self.id, self.scene.types.draw(chance), self.status, "", is_open, self.subject, self.client.contact_id,
            self.client.organisation_id, self.product_id, self.installed_id,
            self._one(self.scene.components[self.product_id]), self._one(self.scene.categories), self.channel,
            self.client.language, self.impact, self.urgency, self.urgency if self.channel in FORMS else None,
            self.priority.value, self.priority.value, "", False, self.desks[-1].team_id, self.line, self.assignee_id,
            self.owner_team_id, self.owner_id, "{}", self.opened_text, self.text,
            self.resolved_text if is_resolved else None, self.resolved_line, self.closed_text,
            self.closes_text if self.status == "resolved" else None, self.accepted_text, self.scheduled_text,
            self.awaits_reply, next_due_at, next_due_kind, self.highest_line, self.reassignments, self.reopenings,
            self.returned, False, self.waited_client, self.missed_sla, self.scene.crowd.policy_id,
        ))  # fmt: skip
        if chance.random() < TAGGED_SHARE:
            tag_ids = {self._one(self.scene.crowd.tag_ids), self._one(self.scene.crowd.tag_ids)}
            batch.rows["ticket_tag"] += [(self.id, tag_id) for tag_id in tag_ids]
        self.entries.sort(key=_when)
        entry_id = batch.ids["journal"]
        batch.rows["journal"] += [
            (entry_id + number, text, text, fact, "ticket", self.id, kind, actor_id, payload)
            for number, (_position, text, fact, kind, actor_id, payload) in enumerate(self.entries)
        ]
        batch.ids["journal"] = entry_id + len(self.entries)

    def _clock(
        self, kind: ClockKind, stop: int | None, pauses: Sequence[tuple[int, int, str]]
    ) -> tuple[int | None, str]:
        """Write one clock; returns when it is due, if it runs, and its kind."""
        days, scene, start = self.days, self.scene, self.opened
        target_id, budget = scene.crowd.targets[kind, self.priority]
        spans = [(since, until) for since, until, _why in pauses]
        spent, over = days.spent(start, budget, spans), days.spent(start, budget + 1, spans)
        risk = days.spent(start, -(-budget * AT_RISK_PERCENT // 100), spans)
        until = stop if stop is not None else scene.now
        pausing = self.pausing if kind is ClockKind.RESOLUTION and stop is None else None
        if pausing is not None:
            until = pausing[0]
        consumed = until - start - sum(b - a for a, b in spans)
        is_late, is_at_risk = consumed > budget, until >= risk
        due_at: int | None = days.due(spent)
        breach_at: int | None = days.due(over) - 1
        risk_at: int | None = days.due(risk)
        clock_id = self.batch.new_id("sla_clock")
        if is_at_risk and not self.cancelled:
            payload = f'{{"clock_id": {clock_id}, "kind": "{kind.value}", "due_at": {due_at}}}'
            self.entries.append((risk, days.due_text(risk), "ClockAtRisk", *SYSTEM, payload))
        if is_late and not self.cancelled:
            payload = f'{{"clock_id": {clock_id}, "kind": "{kind.value}", "breached_at": {breach_at}}}'
            self.entries.append((over - 1, days.text_of(breach_at or 0), "ClockBreached", *SYSTEM, payload))
        breached_at, next_fire_at, paused_since = breach_at if is_late else None, None, None
        if stop is not None:
            state, risk_at = "breached" if is_late else "met", None
        elif self.cancelled:
            state, breached_at = "cancelled", None
        elif is_late:
            state = "overdue"
        elif pausing is not None:
            state, due_at, breach_at, risk_at = "paused", None, None, None
        else:
            state, next_fire_at = "running", (breach_at or 0) + 1 if is_at_risk else risk_at
        stands_still = stop is not None or state == "paused"
        if pausing is not None and not self.cancelled:
            paused_since = days.at(pausing[0])
        self.batch.rows["sla_clock"].append((
            clock_id, "ticket", self.id, kind.value, 0, 1, state, target_id, budget, scene.crowd.calendar_id,
            self.opened_at, days.at(stop) if stop is not None else None, paused_since, due_at, breach_at, breached_at,
            "time" if breached_at is not None else "", due_at, breached_at, 0, 0,
            f"[[{AT_RISK_PERCENT}, {days.due(risk)}]]" if is_at_risk else "[]",
            consumed if stands_still else None, risk_at, is_at_risk, next_fire_at, 2 + len(pauses),
        ))  # fmt: skip
        self.batch.rows["sla_pause"] += [
            (clock_id, days.at(since), days.at(until), why) for since, until, why in pauses
        ]
        if paused_since is not None and pausing is not None:
            self.batch.rows["sla_pause"].append((clock_id, paused_since, None, pausing[1]))
        if kind is ClockKind.RESOLUTION:
            self.missed_sla = is_late and not self.cancelled
        return (due_at if state in ("running", "overdue") else None), kind.value


def _when(entry: tuple[int, str, str, str, int, str]) -> int:
    return entry[0]


STEPS: Mapping[str, Callable[[_Life], None]] = {
    "o": _Life.open,
    "t": _Life.take,
    "r": _Life.reply,
    "w": _Life.wait,
    "d": _Life.schedule,
    "c": _Life.answer,
    "n": _Life.note,
    "h": _Life.hand_over,
    "b": _Life.hand_back,
    "R": _Life.resolve,
    "x": _Life.refuse,
    "A": _Life.accept,
    "S": _Life.fall_silent,
    "X": _Life.cancel,
}
