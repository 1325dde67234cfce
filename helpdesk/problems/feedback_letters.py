"""The letters about product feedback: a wish has shipped, and the report of a period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk.core import jobs
from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE, speaking
from helpdesk.core.journal import Entry
from helpdesk.core.pdf import can_make_pdf, pdf_of
from helpdesk.core.times import now
from helpdesk.mail.letters import base_url, write_letter
from helpdesk.mail.outbound import Enclosure, Letter
from helpdesk.models.access import Account
from helpdesk.models.feedback import FeedbackSchedule, OwnerAnswer, Verdict, Wish, WishSupporter
from helpdesk.models.people import Contact
from helpdesk.models.products import Version
from helpdesk.people import directory
from helpdesk.people.accounts import actor_of
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.problems.feedback import Span, product_feedback
from helpdesk.problems.feedback_paper import feedback_html
from helpdesk.problems.feedback_words import WORDS


@dataclass(frozen=True)
class LetterWithPaper:
    """A letter whose PDF is made when it leaves: that takes seconds, which no transaction should wait for."""

    letter: Letter
    html: str
    filename: str

    def send(self) -> None:
        """Make the PDF where this machine can, and hand the letter over."""
        letter = self.letter
        if can_make_pdf():
            letter = replace(letter, enclosures=(Enclosure(self.filename, "application/pdf", pdf_of(self.html)),))
        letter.send()


def tell_shipped(entry: Entry) -> None:
    """Write to everybody who wants what has shipped, and has not heard of it yet."""
    wish = db.session.get_one(Wish, entry.subject_id)
    if entry.fact == "WishMerged":
        wish = db.session.get_one(Wish, entry.payload["into_id"])
    if wish.verdict is not Verdict.FIXED or wish.shipped_at is None:
        return
    kind = jobs.register(wish_shipped, takes_entry=False)
    rows = db.session.scalars(
        select(WishSupporter).join(Contact, Contact.id == WishSupporter.contact_id)
        .where(WishSupporter.wish_id == wish.id, WishSupporter.ended_at.is_(None), WishSupporter.told_at.is_(None),
               Contact.email.is_not(None)).with_for_update(of=WishSupporter)
    ).all()  # fmt: skip
    for row in rows:
        row.told_at = now()
    if rows:
        jobs.enqueue([
            (kind, {"entry": entry.id, "supporter": row.id}, f"{kind}:{row.id}") for row in rows
        ])  # fmt: skip


def wish_shipped(args: dict[str, Any]) -> Letter | None:
    """What you wished for is there: in which version, and what the product owner says of it."""
    row = db.session.get_one(WishSupporter, args["supporter"])
    wish, contact = db.session.get_one(Wish, row.wish_id), db.session.get(Contact, row.contact_id)
    answer = db.session.scalars(
        select(OwnerAnswer).where(OwnerAnswer.wish_id == wish.id).order_by(OwnerAnswer.id.desc()).limit(1)
    ).first()
    if contact is None or not contact.email or answer is None or answer.verdict is not Verdict.FIXED:
        return None  # it was taken back meanwhile
    version = db.session.get(Version, answer.version_id) if answer.version_id is not None else None
    zone = contact.timezone or (contact.organisation.timezone if contact.organisation else DEFAULT_ZONE)
    with speaking(contact.language, zone):
        content = {
            "contact": contact, "wish": wish, "answer": answer, "version": version.name if version else "",
            "product": directory.products()[wish.product_id].name, "url": _wish_url(wish, contact),
        }  # fmt: skip
        return write_letter(
            "wish_shipped", db.session.get_one(Entry, args["entry"]), to_name=contact.name,
            to_address=contact.email, language=contact.language, content=content, key=f"wish-shipped-{row.id}",
        )  # fmt: skip


def feedback_report(entry: Entry) -> LetterWithPaper | None:
    """The report of a week, a month or a quarter, to whoever asked for it."""
    account = db.session.get_one(Account, entry.subject_id)
    schedule = db.session.get_one(FeedbackSchedule, entry.payload["schedule_id"])
    actor = actor_of(account)
    if account.disabled_at is not None or not may(actor, Action.READ_FEEDBACK):
        return None
    is_owner = actor.role == "product_owner"
    if is_owner and schedule.product_id is not None and schedule.product_id not in actor.product_ids:
        return None
    zone = ZoneInfo(account.timezone)
    since, until = (datetime.combine(date.fromisoformat(entry.payload[name]), time(), zone)
                    for name in ("since", "until"))  # fmt: skip
    products = (schedule.product_id,) if schedule.product_id is not None else None
    found = product_feedback(Span(products, None, since, until), for_=actor)
    product = directory.products()[schedule.product_id].name if schedule.product_id is not None else ""
    chosen = {"product": schedule.product_id} if schedule.product_id is not None else {}
    query = "&".join(f"{name}={value}" for name, value in {
        "since": entry.payload["since"], "until": entry.payload["until"], **chosen}.items())  # fmt: skip
    with speaking(account.language, account.timezone):
        content = {
            "account": account, "figures": found, "product": product, "since": since, "until": until,
            "every": schedule.every.value, "url": f"{base_url()}/manager/product-feedback?{query}",
            "has_paper": can_make_pdf(), "words": WORDS,
        }  # fmt: skip
        letter = write_letter("feedback_report", entry, to_name=account.name, to_address=account.email,
                              language=account.language, content=content)  # fmt: skip
    return LetterWithPaper(letter, feedback_html(found, for_=actor), f"product-feedback-{entry.payload['since']}.pdf")


def _wish_url(wish: Wish, contact: Contact) -> str:
    """Where the client reads it; empty for those who cannot sign in, and for what only the desk sees."""
    account = db.session.scalar(select(Account).where(Account.contact_id == contact.id))
    if not wish.is_public or account is None or account.disabled_at is not None or not account.password_hash:
        return ""
    return f"{base_url()}/portal/wishes/{wish.number}"
