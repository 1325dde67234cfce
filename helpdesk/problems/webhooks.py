"""Webhooks: what happens to the problems and wishes of a product is told to the developers' own tracker.

What its clients score is told, too.

1. A message is signed as Standard Webhooks has it: the headers webhook-id, webhook-timestamp (seconds) and
   webhook-signature, `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64 under the secret (which is base64, too,
   behind `whsec_`).
2. The id is that of the fact and the webhook: the same at every try, so that the receiver counts a message once. The
   timestamp is of the try.
3. It is sent outside of any transaction, and tried again by the written delays of the queue; what a webhook was not
   able to take last is shown beside it. An answer of 2xx is taken; 410 says: never again.
4. It tells of numbers, words, states, counts and scores. Who a client is, and what they wrote, it never tells.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import or_, select

from helpdesk.core import jobs, outcalls
from helpdesk.core.command import command, transaction
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import epoch, now
from helpdesk.events import WebhookAdded, WebhookEnded, WebhookTried
from helpdesk.mail.letters import base_url
from helpdesk.models.feedback import OwnerAnswer, Webhook, Wish
from helpdesk.models.problems import Problem, ProblemProduct, ProblemTicket
from helpdesk.models.products import Version
from helpdesk.models.satisfaction import Survey
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.problems.wishes import tallies

SECRET_PREFIX = "whsec_"  # noqa: S105 - says what follows, is no secret itself
MOST_WEBHOOKS = 50
GONE = 410


@dataclass(frozen=True)
class NewWebhook:
    """An address to tell, of one product or (for administrators) of all."""

    url: str
    product_id: int | None = None


@dataclass(frozen=True)
class Message:
    """One message on its way to one webhook."""

    webhook_id: int
    url: str
    secret: str
    message_id: str
    body: bytes

    def send(self) -> None:
        """Post it, and keep what came of it."""
        sent_at = epoch(now())
        headers = {
            "Content-Type": "application/json", "User-Agent": "Threeline-Webhook", "webhook-id": self.message_id,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": signature(self.secret, self.message_id, sent_at, self.body),
        }  # fmt: skip
        try:
            status = outcalls.post(self.url, self.body, headers, allow_private=allows_private())
        except outcalls.Refused as refused:
            note_failure(self.webhook_id, f"refused: {refused}")
            raise jobs.PermanentFailure(f"the address is refused: {refused}") from refused
        except outcalls.NotTaken as failure:
            note_failure(self.webhook_id, str(failure))
            raise
        if 200 <= status < 300:
            note_delivery(self.webhook_id)
            return
        note_failure(self.webhook_id, f"status {status}")
        if status == GONE:
            end_gone(self.webhook_id)
            raise jobs.PermanentFailure("the receiver wants no more of it (410)")
        raise outcalls.NotTaken(f"status {status}")


@command
def add_webhook(new: NewWebhook, *, by: Actor, submission: str | None = None) -> tuple[Webhook, str]:
    """Have an address told; returns it with its secret, the only time that one is shown.

    Sent twice under one key it is one webhook, whose secret is then not shown again.
    """
    require(by, Action.MANAGE_WEBHOOKS, new)
    if submission and (found := db.session.scalar(select(Webhook).where(Webhook.submission == submission))):
        return found, ""
    if errors := _wrong_in(new, by):
        raise Invalid(errors)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")
    row = Webhook(url=new.url.strip(), secret=secret, product_id=new.product_id, account_id=by.account_id,
                  created_at=now(), submission=submission)  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(WebhookAdded(row.id, product_id=row.product_id), by=by)
    return row, secret


@command
def end_webhook(webhook: Webhook, *, by: Actor) -> None:
    """It is told no more; what is on its way stays at home."""
    require(by, Action.MANAGE_WEBHOOKS, webhook)
    if webhook.ended_at is None:
        webhook.ended_at = now()
        record(WebhookEnded(webhook.id), by=by)


@command
def try_webhook(webhook: Webhook, *, by: Actor) -> None:
    """Send a message that says nothing, to see whether it arrives."""
    require(by, Action.MANAGE_WEBHOOKS, webhook)
    if webhook.ended_at is None:
        record(WebhookTried(webhook.id), by=by)


def get_webhook(webhook_id: int, *, for_: Actor) -> Webhook:
    """A live webhook that the actor sees."""
    query = visible(for_, Webhook).where(Webhook.id == webhook_id, Webhook.ended_at.is_(None))
    found: Webhook | None = db.session.scalar(locked_when_writing(query, of=Webhook))
    if found is None:
        raise NotFound
    return found


def list_webhooks(*, for_: Actor) -> list[Webhook]:
    """The live webhooks that the actor sees, the newest first."""
    query = visible(for_, Webhook).where(Webhook.ended_at.is_(None))
    return list(db.session.scalars(query.order_by(Webhook.id.desc()).limit(MOST_WEBHOOKS)))


def tell(entry: Entry) -> None:
    """Have each webhook of the product told of this fact."""
    product_ids = _products_of(entry)
    query = select(Webhook.id).where(
        Webhook.ended_at.is_(None), or_(Webhook.product_id.is_(None), Webhook.product_id.in_(product_ids))
    )
    if entry.subject_kind == "webhook":
        query = select(Webhook.id).where(Webhook.id == entry.subject_id, Webhook.ended_at.is_(None))
    kind = jobs.register(to_webhook, takes_entry=False)
    found = db.session.scalars(query).all()
    if found:
        jobs.enqueue([
            (kind, {"entry": entry.id, "webhook": each}, f"{kind}:{entry.id}:{each}") for each in found
        ])  # fmt: skip


def to_webhook(args: dict[str, Any]) -> Message | None:
    """The message of one fact to one webhook, if that is still wanted."""
    entry, row = db.session.get_one(Entry, args["entry"]), db.session.get_one(Webhook, args["webhook"])
    if row.ended_at is not None:
        return None
    body = json.dumps(_document(entry), ensure_ascii=False, separators=(",", ":")).encode()
    return Message(row.id, row.url, row.secret, f"msg_{entry.id}_{row.id}", body)


def signature(secret: str, message_id: str, sent_at: int, body: bytes) -> str:
    """What the header webhook-signature holds."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def allows_private() -> bool:
    """Whether this installation lets webhooks reach into its own network."""
    return bool(current_app.config["THREELINE"].webhooks_to_private)


def note_delivery(webhook_id: int) -> None:
    with transaction():
        db.session.get_one(Webhook, webhook_id).delivered_at = now()


def note_failure(webhook_id: int, words: str) -> None:
    with transaction():
        row = db.session.get_one(Webhook, webhook_id)
        row.failed_at, row.failure = now(), words[:200]


def end_gone(webhook_id: int) -> None:
    """The receiver has said that there is nobody any more."""
    with transaction():
        row = db.session.get_one(Webhook, webhook_id)
        row.ended_at = row.ended_at or now()


def _wrong_in(new: NewWebhook, by: Actor) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        outcalls.refuse_private(outcalls.parse_target(new.url.strip()), allow_private=allows_private())
    except outcalls.Refused as refused:
        errors["url"] = [{
            "not_an_address": _("Give an address that begins with https://."),
            "holds_a_password": _("Leave the name and the password out of the address."),
            "private": _("This address leads into a private network. The desk calls public addresses only."),
        }[str(refused)]]  # fmt: skip
    if new.product_id is not None and new.product_id not in directory.products():
        errors["product_id"] = [_("Choose one of the list.")]
    live = select(Webhook.id).where(Webhook.ended_at.is_(None))
    if "url" not in errors and len(db.session.scalars(live.limit(MOST_WEBHOOKS)).all()) >= MOST_WEBHOOKS:
        errors["url"] = [_("These are too many.")]
    return errors


def _products_of(entry: Entry) -> list[int]:
    if entry.subject_kind == "wish":
        return [db.session.get_one(Wish, entry.subject_id).product_id]
    if entry.subject_kind == "problem":
        query = select(ProblemProduct.product_id).where(ProblemProduct.problem_id == entry.subject_id)
        return list(db.session.scalars(query.distinct()))
    if entry.subject_kind == "survey":
        product_id = db.session.get_one(Survey, entry.subject_id).product_id
        return [product_id] if product_id is not None else []
    return []


def _document(entry: Entry) -> dict[str, Any]:
    """What is told: the kind of the fact, when it happened, and how its subject stands now."""
    kind = {
        "WishWritten": "wish.written", "WishChanged": "wish.changed", "WishSupported": "wish.supported",
        "WishDropped": "wish.supported", "WishMerged": "wish.merged", "WishAnswered": "wish.answered",
        "ProblemAnswered": "problem.answered", "ProblemOpened": "problem.opened", "ProblemMoved": "problem.moved",
        "TicketsLinked": "problem.tickets", "WebhookTried": "webhook.tried", "SurveyAnswered": "survey.answered",
        "SurveyAnswerChanged": "survey.answered",
    }.get(entry.fact, entry.fact)  # fmt: skip
    data: Mapping[str, Any] = {}
    if entry.subject_kind == "wish":
        data = _wish(db.session.get_one(Wish, entry.subject_id))
    elif entry.subject_kind == "problem":
        data = _problem(db.session.get_one(Problem, entry.subject_id))
    elif entry.subject_kind == "survey":
        data = _survey(db.session.get_one(Survey, entry.subject_id))
    if "answer_id" in entry.payload:
        data = {**data, "answer": _answer(db.session.get_one(OwnerAnswer, entry.payload["answer_id"]))}
    return {"type": kind, "timestamp": entry.at.isoformat(timespec="seconds").replace("+00:00", "Z"), "data": data}


def _wish(wish: Wish) -> dict[str, Any]:
    clients, votes = tallies([wish.id]).get(wish.id, (0, 0))
    into = f"W-{wish.merged_into_id}" if wish.merged_into_id is not None else None
    return {
        "number": wish.number, "product": _product(wish.product_id), "title": wish.title,
        "description": wish.description, "language": wish.language, "verdict": wish.verdict, "clients": clients,
        "votes": votes, "merged_into": into, "url": f"{base_url()}/console/wishes/{wish.number}",
    }  # fmt: skip


def _problem(problem: Problem) -> dict[str, Any]:
    linked = select(ProblemTicket.id).where(ProblemTicket.problem_id == problem.id, ProblemTicket.ended_at.is_(None))
    fixed = db.session.get(Version, problem.fixed_version_id) if problem.fixed_version_id is not None else None
    return {
        "number": problem.number, "products": [_product(row.product_id) for row in problem.products],
        "title": problem.title, "state": problem.state.value, "root_cause": problem.root_cause,
        "tickets": len(db.session.scalars(linked).all()), "fixed_version": fixed.name if fixed else None,
        "url": f"{base_url()}/console/problems/{problem.number}",
    }  # fmt: skip


def _survey(survey: Survey) -> dict[str, Any]:
    """A score and what it is about; what the client wrote stays in the desk."""
    return {
        "kind": survey.kind.value, "score": survey.score, "cycle": survey.cycle,
        "ticket": f"{NUMBER_PREFIX}{survey.ticket_id}" if survey.ticket_id is not None else None,
        "product": _product(survey.product_id) if survey.product_id is not None else None,
        "line": survey.line, "url": f"{base_url()}/console/answers/{survey.id}",
    }  # fmt: skip


def _answer(row: OwnerAnswer) -> dict[str, Any]:
    version = db.session.get(Version, row.version_id) if row.version_id is not None else None
    return {
        "verdict": row.verdict.value, "version": version.name if version else None,
        "planned_on": row.planned_on.isoformat() if row.planned_on else None, "reason": row.reason or None,
        "product": _product(row.product_id),
    }  # fmt: skip


def _product(product_id: int) -> str:
    card = directory.products().get(product_id)
    return card.name if card else ""
