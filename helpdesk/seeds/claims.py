"""The demo's claims: refund rules in two versions, the open claims at different steps, and something made in rounds.

What is said about a claim is said in the language of its client.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.aftersales.claim_queries import file_of
from helpdesk.aftersales.claims import acknowledge_claim, register_claim
from helpdesk.aftersales.decisions import NewDecision, approve_decision, decide_claim
from helpdesk.aftersales.deliverables import NewDeliverable, NewRound, agree_deliverable, answer_round, deliver_round
from helpdesk.aftersales.investigation import Description, describe_claim, find_cause, record_why, tick_evidence
from helpdesk.aftersales.refund_rules import NewRules, set_rules
from helpdesk.aftersales.refunds import Rule
from helpdesk.core.db import db
from helpdesk.core.times import pretending
from helpdesk.models.claims import Claim, FaultKind, Outcome, RoundAnswerKind
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.seeds.company import Company

MANAGER, LEAD, OPERATOR, CLIENT = "robert", "ausra", "kamil", "bartosz"
REGISTERED, ACKNOWLEDGED, PROPOSED, IN_FORCE = range(4)
# How far the open claims have come, the oldest first.
STEPS = (IN_FORCE, ACKNOWLEDGED, PROPOSED)
PRICES = (18_000, 64_000, 96_000, 24_500, 31_000)


@dataclass(frozen=True)
class Said:
    """What is said about a claim: why, why again, the root cause, where it is shown, the reasons of the decision."""

    whys: tuple[tuple[str, str], ...]
    cause: str
    shown: str
    reasons: str
    fault: FaultKind = FaultKind.LATE
    outcome: Outcome = Outcome.REFUND
    deviation: str = ""  # said where it is not what the rules give


SAID = {
    "en": Said(
        (("Why did it arrive broken?", "It moved inside the box."),
         ("Why could it move?", "The insert for the smaller model was used."),
         ("Why that insert?", "Both inserts lie in one bin, without a label.")),
        "Two inserts in one bin, not told apart.", "On the photo of the client",
        "The fault was there when it reached you; you did nothing wrong. The bins of our store are labelled now.",
        FaultKind.DAMAGED, Outcome.REPLACE,
    ),
    "lt": Said(
        (("Kodėl liko neužsandarinta?", "Montuotojui pritrūko sandariklio."),
         ("Kodėl pritrūko?", "Sandariklio nebuvo montavimo sąraše.")),
        "Sandariklio nėra montavimo sąraše.", "Kliento nuotraukoje",
        "Darbas neužbaigtas taip, kaip sutarta. Sandariklis nuo šiol yra montavimo sąraše.",
        FaultKind.WORKMANSHIP, deviation="Klientas jau pasisamdė kitą montuotoją.",
    ),
    "ru": Said(
        (("Почему не пришло вовремя?", "Заказ поставщику ушёл на неделю позже."),),
        "Заказ ждал подписи, и никто не замещал.", "В переписке с клиентом",
        "Мы пообещали срок, не проверив склад. Вы правы.",
    ),
    "zh-Hans": Said(
        (("为什么没有按时到货？", "向厂商下单晚了一周。"),), "订单等待签字，无人代理。", "见客户邮件",
        "我们未核对库存就作出了承诺，责任在我们。",
    ),
}  # fmt: skip


def settle_claims(company: Company, *, until: datetime) -> None:
    """Set the rules, deal with the claims that are open, and make something in rounds. Part of a larger activity."""
    manager, printer = company.staff[MANAGER], company.products["printer"]
    last_year, this_quarter = until - timedelta(days=400), until - timedelta(days=60)
    for at, first, note in ((last_year, 70, "With the new terms of sale"), (this_quarter, 80, "Agreed with the shops")):
        rules = (
            Rule(1, "refund", first, product_id=printer, revision_to=1),
            Rule(2, "refund", 50, product_id=printer, revision_from=2, revision_to=3),
            Rule(3, "refund", 30, product_id=printer, revision_from=4),
            Rule(4, "replace", fault="damaged", age_to_days=30),
            Rule(5, "refund", 20, fault="late"),
            Rule(6, "repair"),
        )
        with pretending(at):
            set_rules(NewRules(at.date(), rules, note), by=manager)
    tickets = db.session.scalars(
        select(Ticket).where(Ticket.type == TicketType.CLAIM, Ticket.is_open).order_by(Ticket.opened_at)
    ).all()
    for number, ticket in enumerate(tickets):
        _bring(ticket, STEPS[number] if number < len(STEPS) else REGISTERED, PRICES[number % len(PRICES)], company)
    _make_in_rounds(company, until)


def _bring(ticket: Ticket, step: int, price: int, company: Company) -> None:
    operator, said = company.staff[OPERATOR], SAID[ticket.language]
    claim = register_claim(ticket, by=SYSTEM)
    describe_claim(
        claim, Description(said.fault, ticket.opened_at.date() - timedelta(days=4), price_cents=price), by=operator
    )
    if step >= ACKNOWLEDGED:
        acknowledge_claim(claim, by=operator)
        question, answer = said.whys[0]
        record_why(claim, question, answer, by=operator)
    if step >= PROPOSED:
        _investigate(claim, said, operator)
        amount = price // 2 if said.outcome is Outcome.REFUND else None
        decide_claim(claim, NewDecision(said.outcome, said.reasons, amount, said.deviation or said.cause), by=operator)
    if step >= IN_FORCE:
        approve_decision(claim, by=company.staff[LEAD])


def _investigate(claim: Claim, said: Said, operator: Actor) -> None:
    for question, answer in said.whys[1:]:
        record_why(claim, question, answer, by=operator)
    for point in file_of(claim).evidence:
        tick_evidence(claim, point.id, note=said.shown, by=operator)
    find_cause(claim, said.cause, by=operator)


def _make_in_rounds(company: Company, until: datetime) -> None:
    operator, client = company.staff[OPERATOR], company.contacts[CLIENT]
    organisation = db.session.get_one(Organisation, client.organisation_id)
    label = NewDeliverable(
        "Shelf label with the new logo", 2, product_id=company.products["printer"], price_cents=84_000
    )
    with pretending(until - timedelta(days=12)):
        made = agree_deliverable(organisation, label, by=operator)
    with pretending(until - timedelta(days=9)):
        deliver_round(made, NewRound("Two variants; the second one saves a third of the ribbon."), by=operator)
    with pretending(until - timedelta(days=8)):
        answer_round(made, 1, RoundAnswerKind.REVISION, "The second one, with the price twice as large.", by=client)
    with pretending(until - timedelta(days=2)):
        deliver_round(made, NewRound("The second variant with the larger price."), by=operator)
