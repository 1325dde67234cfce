"""The demo's wishes: what clients want of the products, who voted, and what the product owner answered.

What is wished is said in the language of whoever wished it; the product owner answers in it, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.times import pretending
from helpdesk.models.feedback import Every, Verdict, Wish, WishSupporter
from helpdesk.models.problems import Problem, ProblemState
from helpdesk.models.products import Version
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.problems.answers import NewAnswer, answer_problem, answer_wish, products_affected
from helpdesk.problems.schedules import NewSchedule, schedule_feedback
from helpdesk.problems.wishes import NewWish, count_ticket, find_wish, vote, write_wish
from helpdesk.seeds.company import Company
from helpdesk.seeds.reports import save_reports

OPERATOR, OWNER, MANAGER = "kamil", "giedrius", "robert"


@dataclass(frozen=True)
class Wished:
    """A wish, when it was written down, and the answer to it."""

    product: str
    title: str
    description: str
    language: str
    days_ago: int
    verdict: Verdict | None = None
    version: str = ""
    planned_in_days: int = 0
    reason: str = ""
    is_public: bool = True


WISHES = (
    Wished("pos", "Park a sale and serve the next customer",
           "When a customer has forgotten something, the queue waits. Let the cashier put the sale aside and take it "
           "up again on any till of the shop.", "en", 71, Verdict.PLANNED, "6.5.1", 45,
           "We build it for all tills of a shop, not for one alone."),
    Wished("printer", "Print a label from a telephone",
           "On the shop floor nobody carries a computer. A price label from the telephone would save a walk each time.",
           "en", 64, Verdict.ACCEPTED, reason="Yes. We look for the safest way into the network of a shop first."),
    Wished("wms", "Инвентаризация по зонам без остановки склада",
           "Сейчас на время инвентаризации закрывается весь склад. Хотим закрывать только одну зону.", "ru", 80,
           Verdict.FIXED, "12.4", reason="Готово: зону выбирают в начале инвентаризации, остальные работают."),
    Wished("pos", "Matyti prekės likutį kitose parduotuvėse",
           "Pirkėjas klausia, ar prekė yra kitoje parduotuvėje. Dabar tenka skambinti.", "lt", 33),
    Wished("scanner", "A second battery that can be changed without switching off",
           "A shift is longer than a charge. Changing the battery ends the session.", "en", 52, Verdict.DECLINED,
           reason="The housing has no room for it. The cradle charges for two hours of work in fifteen minutes."),
    Wished("kiosk", "大字体模式", "老年顾客看不清屏幕上的字，希望有一个大字体按钮。", "zh-Hans", 26),
    Wished("pos", "Receipts by e-mail only", "Said by two shops on the phone; ask what the tax office allows.", "en",
           12, is_public=False),
)  # fmt: skip


def wish(company: Company, *, until: datetime) -> None:
    """Write the wishes down, let clients vote, answer wishes and problems, and have reports saved and sent."""
    for number, told in enumerate(WISHES):
        _bring(told, number, company, until)
    owner = company.staff[OWNER]
    for problem in db.session.scalars(select(Problem).order_by(Problem.id)).all():
        _answer_problem(problem, owner)
    schedule_feedback(NewSchedule(Every.MONTH), by=owner)
    schedule_feedback(NewSchedule(Every.QUARTER), by=company.staff[MANAGER])
    save_reports(company.staff[MANAGER])


def _bring(told: Wished, number: int, company: Company, until: datetime) -> None:
    product_id, operator = company.products[told.product], company.staff[OPERATOR]
    written_at = until - timedelta(days=told.days_ago)
    with pretending(written_at):
        row = write_wish(NewWish(product_id, told.title, told.description, told.language, told.is_public), by=operator)
    if told.verdict is not Verdict.FIXED:  # now, for what happens to a ticket stands in the journal in its order
        tickets = select(Ticket).where(Ticket.product_id == product_id)
        for ticket in db.session.scalars(tickets.order_by(Ticket.id.desc()).limit(1 + number % 2)):
            count_ticket(row, ticket, by=operator)
    for place, (_key, client) in enumerate(sorted(company.contacts.items())):
        if (place + number) % 3 == 0 or not client.account_id or find_wish(row.number, for_=client) is None:
            continue
        with pretending(written_at + timedelta(days=1 + place % 9)):
            vote(row, by=client)
    if told.verdict is not None:
        _answer(row, told, company.staff[OWNER], written_at + timedelta(days=12))


def _answer(row: Wish, told: Wished, owner: Actor, at: datetime) -> None:
    version = db.session.scalar(
        select(Version.id).where(Version.product_id == row.product_id, Version.name == told.version)
    )
    planned = (at + timedelta(days=told.planned_in_days + 60)).date() if told.planned_in_days else None
    with pretending(at):
        answer_wish(row, NewAnswer(told.verdict or Verdict.ACCEPTED, version, planned, told.reason), by=owner)
    if told.verdict is Verdict.FIXED:  # they were written to at the time
        rows = select(WishSupporter).where(WishSupporter.wish_id == row.id, WishSupporter.contact_id.is_not(None))
        for each in db.session.scalars(rows):
            each.told_at = at
    db.session.flush()


def _answer_problem(problem: Problem, owner: Actor) -> None:
    for product_id in products_affected(problem.id):
        if product_id not in owner.product_ids:
            continue
        if problem.state in (ProblemState.FIXED, ProblemState.CLOSED) and problem.fixed_version_id is not None:
            new = NewAnswer(Verdict.FIXED, problem.fixed_version_id)
        elif problem.state is ProblemState.FIX_PLANNED:
            new = NewAnswer(Verdict.PLANNED, problem.planned_version_id)
        elif problem.state is ProblemState.KNOWN_ERROR:
            new = NewAnswer(Verdict.ACCEPTED, reason="The cause is known. We decide on the version next week.")
        else:
            continue
        version = db.session.get(Version, new.version_id) if new.version_id is not None else None
        if version is None or version.product_id == product_id:
            answer_problem(problem, product_id, new, by=owner)
