"""The demo's follow-up programmes: two plans, some clients they are at work for, visits of the last quarter.

What came of a visit is said in the language of its client. No ticket comes of it: those of the demo are stories.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk.aftersales.care import NewCare, start_care
from helpdesk.aftersales.care_plans import NewPlan, NewStep, add_plan
from helpdesk.aftersales.outcomes import NewNeed, NewOutcome, NewReferral, follow_up, leads_of, record_outcome
from helpdesk.aftersales.revisits import (
    ask_other_time,
    confirm_revisit,
    miss_revisits,
    prepare_revisits,
    refuse_revisit,
)
from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.core.times import now, pretending
from helpdesk.models.care import OPEN_STATES, Followed, NeedKind, Revisit
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.seeds.company import Company

BEGAN_BEFORE = timedelta(days=80)
MANAGER, FALLBACK = "robert", "kamil"
# Which contact each programme is for, and how many days before the others it began.
CLIENTS = (("bartosz", 9), ("ruta", 0), ("daniyar", 4), ("chenlifeng", 2), ("kertu", 14))

STEPS = {
    "Standard care": (
        NewStep("Delivery check", Channel.PHONE, 20, offset_days=3),
        NewStep("Training", Channel.ON_SITE_VISIT, 120, offset_days=7),
        NewStep("Correct use", Channel.REMOTE_SESSION, 45, offset_days=30),
        NewStep("Quarterly care call", Channel.PHONE, 30, rule="FREQ=MONTHLY;INTERVAL=3"),
    ),
    "Cold chain care": (
        NewStep("Filter and seal check", Channel.ON_SITE_VISIT, 90, rule="FREQ=MONTHLY"),
        NewStep("Annual review", Channel.ON_SITE_VISIT, 180, rule="FREQ=YEARLY"),
    ),
}

# What is said after a visit: satisfaction, words, a need, a referral.
SAID: dict[str, tuple[tuple[int, str, str, str], ...]] = {
    "en": (
        (5, "Everything runs. Two cashiers were shown the new return screen.", "Scanners for the second hall", ""),
        (4, "Labels are fine; the spare roll holder was tightened.", "", "Nordic Paper Trade"),
        (5, "The team uses the day-close list by itself now.", "", ""),
    ),
    "lt": (
        (5, "Viskas veikia. Parodyta, kaip keisti etikečių ritinį.", "Dar du skeneriai sandėliui", ""),
        (4, "Pamainos uždaromos be klaidų, instrukcija prie kasos.", "", "Kauno baldų namai"),
    ),
    "ru": (
        (4, "Всё работает, сотрудникам показали новый отчёт.", "Ещё одна касса в Караганде", ""),
        (5, "Сканеры подключаются с первого раза.", "", ""),
    ),
    "zh-Hans": (
        (5, "设备运行正常，已培训两名新员工。", "新仓库需要一套水控设备", ""),
        (4, "标签打印清晰，备件已补齐。", "", ""),
    ),
}  # fmt: skip


def take_care(company: Company, *, until: datetime) -> None:
    """Begin the programmes a quarter ago, and live through what was planned since. Part of a larger activity."""
    manager = company.staff[MANAGER]
    with pretending(until - BEGAN_BEFORE - timedelta(days=20)):
        plans = [add_plan(NewPlan(name, steps), by=manager).id for name, steps in STEPS.items()]
    for number, (key, earlier) in enumerate(CLIENTS):
        contact = company.contacts[key]
        organisation = db.session.get_one(Organisation, contact.organisation_id)
        with pretending(until - BEGAN_BEFORE - timedelta(days=earlier)):
            for plan_id in plans if number % 2 == 0 else plans[:1]:
                start_care(organisation, NewCare(plan_id, now().date(), contact_id=contact.contact_id), by=manager)
    _live(company, until)
    _answer(company, until)


def _live(company: Company, until: datetime) -> None:
    """Every visit of the past took place but two: one was refused, one forgotten."""
    languages = {company.contacts[key].organisation_id: company.contacts[key].language for key, _days in CLIENTS}
    visitors = {actor.operator_id: actor for actor in company.staff.values() if actor.operator_id}
    past = db.session.scalars(
        select(Revisit).where(Revisit.planned_on < until.date()).order_by(Revisit.planned_on, Revisit.id)
    ).all()
    told: dict[int, int] = {}  # how often each client was visited
    for number, revisit in enumerate(past):
        noon = datetime(revisit.planned_on.year, revisit.planned_on.month, revisit.planned_on.day, 12,
                        tzinfo=ZoneInfo(DEFAULT_ZONE))  # fmt: skip
        visitor = visitors.get(revisit.operator_id or 0, company.staff[FALLBACK])
        with pretending(min(noon + timedelta(minutes=37 * (number % 5)), until)):
            prepare_revisits()
            if number == len(past) // 2:
                refuse_revisit(revisit, "Stock-taking all week", by=company.staff[FALLBACK])
            elif number != len(past) // 3:
                often = told[revisit.organisation_id] = told.get(revisit.organisation_id, -1) + 1
                _write_down(revisit, SAID[languages[revisit.organisation_id]], often, visitor)
    miss_revisits()


def _write_down(
    revisit: Revisit, said: tuple[tuple[int, str, str, str], ...], number: int, visitor: Actor
) -> None:  # fmt: skip
    satisfaction, summary, need, company = said[number % len(said)]
    if number >= len(said):
        need = company = ""  # was said before
    outcome = NewOutcome(
        summary=summary, satisfaction=satisfaction,
        needs=(NewNeed(NeedKind.EXTRA_SITE, need),) if need else (),
        referrals=(NewReferral(company),) if company else (),
    )  # fmt: skip
    record_outcome(revisit, outcome, by=visitor)
    needs, _referrals = leads_of(revisit)
    if needs and number % 4 == 0:
        follow_up(needs[0], state=Followed.WON, result="Quotation accepted", by=visitor)


def _answer(company: Company, until: datetime) -> None:
    """What is near was proposed; one client agreed, another asks for a different day."""
    with pretending(until - timedelta(hours=20)):
        prepare_revisits()
    near = db.session.scalars(
        select(Revisit).where(Revisit.prepared_at.is_not(None), Revisit.state.in_(OPEN_STATES),
                              Revisit.planned_on > until.date()).order_by(Revisit.planned_on, Revisit.id)
    ).all()  # fmt: skip
    clients = {actor.contact_id: actor for actor in company.contacts.values()}
    for revisit, answer in zip(near, (confirm_revisit, None, ask_other_time), strict=False):
        with pretending(until - timedelta(hours=3)):
            actor = clients.get(revisit.contact_id or 0, SYSTEM)
            if answer is confirm_revisit:
                confirm_revisit(revisit, by=actor)
            elif answer is ask_other_time:
                ask_other_time(revisit, "Two days later would be better, in the morning.", by=actor)
