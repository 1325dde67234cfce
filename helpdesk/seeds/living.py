"""The stories are lived through: every turn is done by the activity that people use, at its own time.

1. Turns of all stories happen in one order, that of their instants, so the journal reads as if the desk had worked.
2. Between them the desk does what it does by itself: clocks fire when their moment comes, silence closes.
3. Who speaks: whoever has the ticket; else the colleague of the team who is there, knows language and product best and
   has least to do, and who takes the ticket with that. Away from its line a ticket is answered by its owner.
4. What a client says in the portal's form is known at once; the rest the first line finds out.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from helpdesk.aftersales.work import NewWork, log_work
from helpdesk.core.db import db
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import instant, now, pretending
from helpdesk.events import ClockAtRisk, ClockBreached, ReplyReceived
from helpdesk.models.messages import MessageKind
from helpdesk.models.people import SkillKind
from helpdesk.models.promises import Promise
from helpdesk.models.tickets import Channel, Impact, Status, Ticket, TicketType, Urgency
from helpdesk.people.directory import OperatorCard, is_away, operators, teams
from helpdesk.people.duty import NewAbsence, plan_absence
from helpdesk.policy.actor import Actor
from helpdesk.seeds import cast
from helpdesk.seeds.company import ADMINISTRATOR, Company
from helpdesk.seeds.dates import Dated, dice, first_team, promised_at, worked_on
from helpdesk.seeds.hours import OFFICE
from helpdesk.seeds.story import Kind, Story, Turn
from helpdesk.tickets import clocks, ladder
from helpdesk.tickets.assignment import take
from helpdesk.tickets.classification import Classification, classify
from helpdesk.tickets.conversation import (
    NewCall,
    NewMessage,
    add_message,
    add_note,
    receive_reply,
    register_call,
    reply_to_client,
)
from helpdesk.tickets.escalation import NewHandover, hand_over, return_ticket, transfer_ticket
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.judging import BreachCause
from helpdesk.tickets.linking import merge_tickets
from helpdesk.tickets.priority import assess, flag_major
from helpdesk.tickets.promised import promises_on
from helpdesk.tickets.promises import NewPromise, keep_promise, make_promise, next_lapse, sweep_promises
from helpdesk.tickets.resolution import (
    accept_resolution,
    cancel_ticket,
    close_silent,
    refuse_resolution,
    resolve_ticket,
)
from helpdesk.tickets.states import set_status
from helpdesk.tickets.tags import set_tags

KEPT = 60  # steps after which the session forgets what it holds, so that memory and flushing stay flat
FORMS = frozenset({"portal", "api"})  # channels on which the client says what it is about
# Of the tickets on which the last word is a client's or a colleague's, so many are taken by somebody; the rest waits.
TAKEN_SHARE = 0.8
WORKED = (10, 15, 20, 25, 30, 40, 45, 60, 80)  # minutes on a ticket of a client who has a contract
# How it is worked on, by how it came; on-site visits stand in the stories themselves.
WORKED_BY = dict.fromkeys(Channel, Channel.REMOTE_SESSION) | {
    Channel.PHONE: Channel.PHONE, Channel.EMAIL: Channel.EMAIL, Channel.ON_SITE_VISIT: Channel.ON_SITE_VISIT,
}  # fmt: skip
ALARMING = timedelta(days=3)  # how long a clock that ran out is news

PROMISED = {
    "en": "News on your request", "lt": "Žinios apie jūsų užklausą", "ru": "Новости по вашему обращению",
    "zh-Hans": "告知处理进展",
}  # fmt: skip
COMES = {"en": "The agreed visit", "lt": "Sutartas vizitas", "ru": "Согласованный визит", "zh-Hans": "约定的上门服务"}
MAJOR_BECAUSE = {
    "en": "Several shops stand still at the same time.",
    "lt": "Vienu metu stovi kelios parduotuvės.",
    "ru": "Одновременно стоят несколько магазинов.",
    "zh-Hans": "多家门店同时停摆。",
}
# Who was or will be away: operator, substitute, from how many days ago (negative: ahead), for how many days, why.
ABSENCES = (
    ("pawel", "darius", 41, 5, "Annual leave"),
    ("egle", "kamil", 27, 2, "Training"),
    ("artem", "jurgita", 18, 3, "Sick leave"),
    ("kamil", "egle", -6, 7, "Annual leave"),
)


def live(dated: Sequence[Dated], company: Company, *, until: datetime) -> Iterator[int]:
    """Live through the stories up to an instant; yields how many steps are done. Part of a larger activity."""
    desk = _Desk(company)
    steps = sorted((step for each in dated for step in _steps(each, until)), key=lambda step: step.at)
    for number, step in enumerate(steps, start=1):
        desk.work_until(step.at)
        with pretending(step.at):
            step.do(desk)
            clocks.settle()
        if number % KEPT == 0:
            db.session.flush()
            db.session.expunge_all()
            yield number
    desk.work_until(until)
    yield len(steps)


def raise_alarms(*, until: datetime) -> None:
    """Set up the ladders of what came late in the last days and still is; the worker tells them.

    The past is silent, but whoever looks at the desk now sees what waits to be noticed. Part of a larger activity.
    """
    told = select(Entry).where(
        Entry.fact.in_([ClockAtRisk.__name__, ClockBreached.__name__]), Entry.at >= until - ALARMING
    )
    last = {entry.payload["clock_id"]: entry for entry in db.session.scalars(told.order_by(Entry.id))}
    for entry in last.values():
        ladder.begin(entry)


def plan_absences(company: Company, *, until: datetime) -> None:
    """Who was away in this quarter, and who will be. Part of a larger activity."""
    for operator, substitute, days_ago, days, reason in ABSENCES:
        away = (until - timedelta(days=days_ago)).astimezone(ZoneInfo(OFFICE))
        since = away.replace(hour=0, minute=0, second=0, microsecond=0)
        plan_absence(NewAbsence(
            operator_id=company.staff[operator].operator_id, substitute_id=company.staff[substitute].operator_id,
            since=since, until=since + timedelta(days=days), reason=reason,
        ), by=company.staff[ADMINISTRATOR])  # fmt: skip


class _Desk:
    """The desk on its way through the quarter: who is who, which ticket is which story."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.by_operator = {actor.operator_id: actor for actor in company.staff.values() if actor.operator_id}
        self.first_line_lead = next(actor for actor in self.by_operator.values() if actor.leads_line == 1)
        self.tickets: dict[str, int] = {}
        self.classified: set[str] = set()
        self.silences: list[datetime] = []
        self.visits: list[tuple[datetime, int]] = []  # promised dates on which somebody comes, and does
        self.lapses: list[datetime] = []  # when a promise without an outcome is broken

    def work_until(self, at: datetime) -> None:
        """What the desk does by itself up to this instant, each thing at its own time."""
        while True:
            fires = clocks.next_fire()
            due = min([*self.silences[:1], *self.lapses[:1], *(at for at, _promise in self.visits[:1]),
                       *([instant(fires)] if fires is not None else [])],
                      default=None)  # fmt: skip
            if due is None or due > at:
                return
            with pretending(due):
                if self.silences and self.silences[0] <= due:
                    heapq.heappop(self.silences)
                    close_silent()
                if self.visits and self.visits[0][0] <= due:
                    promise = db.session.get_one(Promise, heapq.heappop(self.visits)[1])
                    if promise.is_open:
                        keep_promise(promise, by=self.by_operator[promise.owner_id or 0])
                if self.lapses and self.lapses[0] <= due:
                    heapq.heappop(self.lapses)
                    sweep_promises()
                clocks.sweep()
                clocks.settle()

    def client(self, story: Story) -> Actor:
        return self.company.contacts[story.contact]

    def speaker(self, story: Story, turn: Turn, ticket: Ticket) -> Actor:
        """Who does this turn; takes the ticket where nobody has it."""
        if turn.line == 1 and ticket.line != 1:
            return self.by_operator[ticket.owner_id or 0]
        if ticket.assignee_id is None:
            chosen = self.best(story, ticket.team_id or 0)
            take(ticket, by=chosen)
            return chosen
        return self.by_operator[ticket.assignee_id]

    def best(self, story: Story, team_id: int) -> Actor:
        """The present colleague of this team who fits best and has least to do."""
        team, at = teams()[team_id], now()
        there = [operators()[i] for i in sorted(team.operator_ids) if not is_away(i, at)]
        load = dict(
            db.session.execute(
                select(Ticket.assignee_id, func.count())
                .where(Ticket.is_open, Ticket.assignee_id.in_([each.id for each in there]))
                .group_by(Ticket.assignee_id)
            ).all()
        )  # fmt: skip
        chosen = min(there, key=lambda each: (*self._misfit(each, story, team.line, load.get(each.id, 0)), each.id))
        return self.by_operator[chosen.id]

    def _misfit(self, card: OperatorCard, story: Story, line: int | None, load: int) -> tuple[bool, int]:
        speaks = line == 3 or (SkillKind.LANGUAGE, story.language) in card.skills  # the third line writes to no client
        knows = (SkillKind.PRODUCT, str(self.company.products[story.product])) in card.skills
        return not speaks, load - 2 * knows  # knowing the product is worth two tickets

    def request(self, story: Story, text: str, *, by: Actor) -> NewTicket:
        """What is known when the ticket opens: everything to an operator, the form's fields to a client who has one."""
        if by.is_client and story.channel not in FORMS:
            return NewTicket(subject=story.subject, text=text)
        return NewTicket(
            subject=story.subject, text=text, type=TicketType(story.type), urgency=Urgency(story.urgency),
            impact=Impact(story.impact), requester_id=self.client(story).contact_id,
            product_id=self.company.products[story.product],
            installed_product_id=self.company.installed[story.installed] if story.installed else None,
            component_id=self.company.components[story.product, story.component] if by.is_staff else None,
            category_id=self.company.categories[story.category], tags=story.tags if by.is_staff else (),
        )  # fmt: skip

    def find_out(self, story: Story, ticket: Ticket, *, by: Actor) -> None:
        """The first line classifies a request once, as far as that has not been done."""
        if story.key in self.classified:
            return
        self.classified.add(story.key)
        known = self.request(story, "", by=by)
        classify(ticket, Classification(
            subject=ticket.subject, type=known.type, product_id=known.product_id,
            installed_product_id=known.installed_product_id, component_id=known.component_id,
            category_id=known.category_id,
        ), by=by)  # fmt: skip
        assess(ticket, known.impact, known.urgency, by=by)
        set_tags(ticket, story.tags, by=by)
        if story.is_major:
            flag_major(ticket, True, MAJOR_BECAUSE[story.language], by=self.first_line_lead)

    def promise(self, story: Story, turn: Turn, ticket: Ticket, *, by: Actor) -> None:
        """What was promised before is kept with this word; what is promised now stands in the register."""
        self.keep_promises(ticket, by=by)
        if turn.promise is not None:
            when = promised_at(story, now(), turn)
            what = (COMES if turn.kind == "schedule" else PROMISED)[story.language]
            made = make_promise(ticket, NewPromise(what, when, when, ticket.channel), by=by)
            if turn.kind == "schedule":
                heapq.heappush(self.visits, (when, made.id))
            heapq.heappush(self.lapses, when + next_lapse() + timedelta(seconds=1))

    def keep_promises(self, ticket: Ticket, *, by: Actor) -> None:
        for promise in promises_on(ticket):
            if promise.is_open:
                keep_promise(promise, by=by)


def _open(desk: _Desk, story: Story, turn: Turn) -> None:
    by = desk.client(story)
    ticket = open_ticket(desk.request(story, turn.text, by=by), by=by, channel=Channel(story.channel))
    desk.tickets[story.key] = ticket.id


def _call(desk: _Desk, story: Story, turn: Turn, answer: str = "") -> None:
    by = desk.best(story, desk.company.teams[first_team(story)])
    call = NewCall(desk.request(story, turn.text, by=by), answer=answer, is_resolved=bool(answer))
    ticket = register_call(call, by=by, channel=Channel(story.channel))
    desk.tickets[story.key] = ticket.id
    desk.classified.add(story.key)
    if story.is_major:
        flag_major(ticket, True, MAJOR_BECAUSE[story.language], by=desk.first_line_lead)


def _call_done_on_the_spot(desk: _Desk, story: Story, turn: Turn) -> None:
    _call(desk, story, story.turns[0], answer=turn.text)


def _client_writes(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    receive_reply(ticket, NewMessage(turn.text), by=desk.client(story), channel=ticket.channel)


def _accept(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = desk.client(story)
    if turn.text:
        # Words beside the click: they are no reply, which would open the ticket again.
        message = add_message(ticket, NewMessage(turn.text), MessageKind.REPLY, by=by, channel=ticket.channel)
        record(ReplyReceived(ticket.id, message_id=message.id), by=by)
    accept_resolution(ticket, by=by)


def _refuse(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    refuse_resolution(ticket, NewMessage(turn.text), by=desk.client(story))


def _reply(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = _first_looked_at(desk, story, turn, ticket)
    reply_to_client(ticket, NewMessage(turn.text), by=by)
    desk.promise(story, turn, ticket, by=by)


def _wait(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = _first_looked_at(desk, story, turn, ticket)
    reply_to_client(ticket, NewMessage(turn.text), by=by, status=Status.WAITING_CLIENT)
    desk.keep_promises(ticket, by=by)


def _schedule(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = _first_looked_at(desk, story, turn, ticket)
    at = promised_at(story, now(), turn)
    reply_to_client(ticket, NewMessage(turn.text), by=by, status=Status.SCHEDULED, scheduled_for=at)
    desk.promise(story, turn, ticket, by=by)


def _note(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    add_note(ticket, NewMessage(turn.text), by=_first_looked_at(desk, story, turn, ticket))


def _vendor(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = _first_looked_at(desk, story, turn, ticket)
    add_note(ticket, NewMessage(turn.text), by=by)
    set_status(ticket, Status.WAITING_VENDOR, by=by)


def _resume(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = _first_looked_at(desk, story, turn, ticket)
    add_note(ticket, NewMessage(turn.text), by=by)
    set_status(ticket, Status.OPEN, by=by)


def _hand_over(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by, form = _first_looked_at(desk, story, turn, ticket), turn.handover
    if form is None or turn.to_team is None:
        raise ValueError(f"{story.key}: a handover without its form or team")
    hand_over(ticket, NewHandover(
        client_sees=form.client_sees, tried=form.tried, articles="\n".join(_title(key, story) for key in form.articles),
        environment=form.environment, asked=form.asked, to_team_id=desk.company.teams[turn.to_team],
    ), by=by)  # fmt: skip


def _return(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = desk.speaker(story, turn, ticket)
    return_ticket(ticket, turn.text, by=by, to_team_id=desk.company.teams[turn.to_team or ""])


def _transfer(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = desk.speaker(story, turn, ticket)
    transfer_ticket(ticket, desk.company.teams[turn.to_team or ""], turn.text, by=by)


def _resolve(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = _first_looked_at(desk, story, turn, ticket)
    if ticket.contract_id is not None:
        log_work(ticket, NewWork(dice(story, "work").choice(WORKED), WORKED_BY[ticket.channel]), by=by)
    resolve_ticket(ticket, NewMessage(turn.text), by=by, breach_cause=BreachCause.CAPACITY)
    desk.keep_promises(ticket, by=by)
    if ticket.closes_at is not None:
        heapq.heappush(desk.silences, ticket.closes_at)


def _cancel(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    cancel_ticket(ticket, turn.text, by=_first_looked_at(desk, story, turn, ticket))


def _merge(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> None:
    by = _first_looked_at(desk, story, turn, ticket)
    add_note(ticket, NewMessage(turn.text), by=by)
    merge_tickets(ticket, db.session.get_one(Ticket, desk.tickets[turn.into or ""]), by=by)


def _classify_only(desk: _Desk, story: Story, _turn: Turn, ticket: Ticket) -> None:
    desk.find_out(story, ticket, by=desk.best(story, ticket.team_id or 0))


def _pick_up(desk: _Desk, story: Story, _turn: Turn, ticket: Ticket) -> None:
    if ticket.assignee_id is None:
        take(ticket, by=desk.best(story, ticket.team_id or 0))


def _first_looked_at(desk: _Desk, story: Story, turn: Turn, ticket: Ticket) -> Actor:
    """Who does this turn, having found out before it what the request is about."""
    by = desk.speaker(story, turn, ticket)
    desk.find_out(story, ticket, by=by)
    return by


def _title(article: str, story: Story) -> str:
    return next(each for each in cast.ARTICLES if each.key == article).title.in_language(story.language)


Beginning = Callable[[_Desk, Story, Turn], None]
Sequel = Callable[[_Desk, Story, Turn, Ticket], None]

BEGINNINGS: dict[Kind, Beginning] = {"client": _open, "call": _call}
SEQUELS: dict[Kind, Sequel] = {
    "client": _client_writes,
    "thanks": _client_writes,
    "accept": _accept,
    "refuse": _refuse,
    "reply": _reply,
    "wait": _wait,
    "schedule": _schedule,
    "note": _note,
    "vendor": _vendor,
    "resume": _resume,
    "handover": _hand_over,
    "return": _return,
    "transfer": _transfer,
    "resolve": _resolve,
    "cancel": _cancel,
    "merge": _merge,
}


@dataclass(frozen=True)
class _Step:
    """One thing that happens to a story, and when."""

    at: datetime
    story: Story
    turn: Turn
    begin: Beginning | None = None
    go_on: Sequel | None = None

    def do(self, desk: _Desk) -> None:
        if self.begin is not None:
            self.begin(desk, self.story, self.turn)
        elif self.go_on is not None:
            ticket = db.session.get_one(Ticket, desk.tickets[self.story.key])
            self.go_on(desk, self.story, self.turn, ticket)


def _steps(dated: Dated, until: datetime) -> Iterator[_Step]:
    story, ((opened_at, first), *rest) = dated.story, dated.turns
    if [turn.kind for turn in story.turns] == ["call", "resolve", "close"]:
        answered_at, answer = rest[0]
        yield _Step(answered_at, story, answer, begin=_call_done_on_the_spot)
        return
    yield _Step(opened_at, story, first, begin=BEGINNINGS[first.kind])
    for at, turn in rest:
        yield _Step(at, story, turn, go_on=SEQUELS[turn.kind])
    yield from _looking_in(dated, until)


def _looking_in(dated: Dated, until: datetime) -> Iterator[_Step]:
    """Somebody looks into the queue: an untouched request is classified, and most of what nobody has is taken."""
    story, (_at, last) = dated.story, dated.turns[-1]
    chance = dice(story, "looking in")
    classified_at = worked_on(dated.ended_at, chance.randint(3, 14))
    taken_at = worked_on(dated.ended_at, chance.randint(15, 45))
    if story.ending == "new" and classified_at <= until:
        yield _Step(classified_at, story, last, go_on=_classify_only)
    if story.ending in ("new", "open") and chance.random() < TAKEN_SHARE and taken_at <= until:
        yield _Step(taken_at, story, last, go_on=_pick_up)
