"""Letters to several people at once: about the hours and the life of a contract, about approvals, about articles.

A fact is told to each of its readers by a letter and a job of its own, in the reader's language and zone: one address
that refuses holds up no other. Who is a reader stands in NOTICES.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from helpdesk.core import jobs
from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE, speaking
from helpdesk.core.journal import Entry
from helpdesk.mail.letters import base_url, write_letter
from helpdesk.mail.outbound import Letter
from helpdesk.models.access import Account, Role
from helpdesk.models.contracts import Approval, ApprovalState, Contract, HoursEntry
from helpdesk.models.knowledge import ArticleFlag
from helpdesk.models.people import BuyingRole, Contact, ContactRole, Organisation
from helpdesk.models.tickets import NUMBER_PREFIX, Ticket
from knowledge_base.models import Article
from knowledge_base.writing import best_of

CONTACT, ACCOUNT = "contact", "account"
DECIDING = (BuyingRole.DECIDER, BuyingRole.BUYER)
Reader = tuple[str, int]  # contact or account, and its id


@dataclass(frozen=True)
class Notice:
    """A letter that follows from a fact: its name, who reads it, and what it says; None where it says nothing now."""

    letter: str
    readers: Callable[[Entry], Sequence[Reader]]
    content: Callable[[Entry, Reader], dict[str, Any] | None]


def tell(entry: Entry) -> None:
    """Have each reader of this fact written to."""
    kind = jobs.register(to_reader, takes_entry=False)
    readers = NOTICES[entry.fact].readers(entry)
    if readers:
        jobs.enqueue([
            (kind, {"entry": entry.id, "reader": list(reader)}, f"{kind}:{entry.id}:{reader[0]}{reader[1]}")
            for reader in readers
        ])  # fmt: skip


def to_reader(args: dict[str, Any]) -> Letter | None:
    """The letter of a fact to one reader, if it still says something to them."""
    entry = db.session.get_one(Entry, args["entry"])
    reader: Reader = (args["reader"][0], args["reader"][1])
    person: Contact | Account | None = (
        db.session.get(Contact, reader[1]) if reader[0] == CONTACT else db.session.get(Account, reader[1])
    )
    if person is None or not person.email or (isinstance(person, Account) and person.disabled_at):
        return None
    notice = NOTICES[entry.fact]
    with speaking(person.language, _zone(person)):
        content = notice.content(entry, reader)
        if content is None:
            return None
        return write_letter(
            notice.letter, entry, to_name=person.name, to_address=person.email, language=person.language,
            content={**content, "name": person.name, "is_client": reader[0] == CONTACT},
            key=f"{entry.id}-{notice.letter.replace('_', '-')}-{reader[0]}-{reader[1]}",
        )  # fmt: skip


def _zone(person: Contact | Account) -> str:
    if person.timezone:
        return person.timezone
    organisation = person.organisation if isinstance(person, Contact) else None
    return organisation.timezone if organisation else DEFAULT_ZONE


def _of_contract(entry: Entry) -> list[Reader]:
    """Of the client those who supervise, decide or buy; of the desk who looks after the contract, and the managers."""
    contract = db.session.get_one(Contract, entry.subject_id)
    deciding = select(ContactRole.contact_id).where(
        ContactRole.contact_id == Contact.id, ContactRole.role.in_(DECIDING)
    )
    contacts = db.session.scalars(
        select(Contact.id)
        .where(Contact.organisation_id == contract.organisation_id, Contact.email.is_not(None),
               Contact.verified_at.is_not(None), or_(Contact.is_supervisor, deciding.exists()))
        .order_by(Contact.id)
    )  # fmt: skip
    accounts = db.session.scalars(
        select(Account.id)
        .where(Account.disabled_at.is_(None),
               or_(Account.role == Role.MANAGER, Account.operator_id == (contract.owner_id or -1)))
        .order_by(Account.id)
    )  # fmt: skip
    return [(CONTACT, each) for each in contacts] + [(ACCOUNT, each) for each in accounts]


def _who_was_asked(entry: Entry) -> list[Reader]:
    approval = db.session.get_one(Approval, entry.payload["approval_id"])
    return [(CONTACT, each.contact_id) for each in approval.asked]


def _who_asked(entry: Entry) -> list[Reader]:
    """Whoever asked, when somebody else has answered."""
    approval = db.session.get_one(Approval, entry.payload["approval_id"])
    if approval.asked_by_id is None or entry.reference == ("operator", approval.asked_by_id):
        return []
    found = db.session.scalar(select(Account.id).where(Account.operator_id == approval.asked_by_id))
    return [(ACCOUNT, found)] if found is not None else []


def _contract_content(entry: Entry, reader: Reader) -> dict[str, Any]:
    contract = db.session.get_one(Contract, entry.subject_id)
    return {
        "contract": contract, "organisation": db.session.get_one(Organisation, contract.organisation_id),
        "told": entry.payload, "url": _statement_url(contract, reader),
    }  # fmt: skip


def _overdrawn_content(entry: Entry, reader: Reader) -> dict[str, Any]:
    number = f"{NUMBER_PREFIX}{entry.payload['ticket_id']}"
    return _contract_content(entry, reader) | {"number": number}


def _expiring_content(entry: Entry, reader: Reader) -> dict[str, Any] | None:
    block = db.session.get_one(HoursEntry, entry.payload["block_id"])
    if block.expires_on is None:
        return None
    return _contract_content(entry, reader) | {"on": block.expires_on}


def _due_content(entry: Entry, reader: Reader) -> dict[str, Any] | None:
    content, on = _contract_content(entry, reader), date.fromisoformat(entry.payload["on"])
    contract: Contract = content["contract"]
    if contract.notice_given_on is not None or on not in (contract.notice_by, contract.valid_until):
        return None  # it was moved meanwhile
    return content | {"on": on}


def _question_content(entry: Entry, _reader: Reader) -> dict[str, Any] | None:
    approval = db.session.get_one(Approval, entry.payload["approval_id"])
    if approval.state is not ApprovalState.ASKED:
        return None
    ticket = db.session.get_one(Ticket, approval.ticket_id)
    return {"approval": approval, "ticket": ticket, "url": f"{base_url()}/portal/approvals/{approval.id}"}


def _answer_content(entry: Entry, _reader: Reader) -> dict[str, Any]:
    approval = db.session.get_one(Approval, entry.payload["approval_id"])
    ticket = db.session.get_one(Ticket, approval.ticket_id)
    url = f"{base_url()}/console/tickets/{ticket.number}"
    return {"approval": approval, "ticket": ticket, "state": entry.payload["state"], "url": url}


def _statement_url(contract: Contract, reader: Reader) -> str:
    """Where this reader finds the statement; empty for those of the client who do not supervise."""
    if reader[0] == ACCOUNT:
        return f"{base_url()}/console/contracts/{contract.id}/hours"
    contact = db.session.get_one(Contact, reader[1])
    account = db.session.scalar(select(Account).where(Account.contact_id == contact.id))
    if not contact.is_supervisor or account is None or account.disabled_at or not account.password_hash:
        return ""
    return f"{base_url()}/portal/hours/{contract.id}"


def _owner_of_article(entry: Entry) -> list[Reader]:
    """Who answers for an article, unless it is they who did it."""
    article = db.session.get_one(Article, entry.subject_id)
    return _account(article.owner_id, entry)


def _who_wrote(entry: Entry) -> list[Reader]:
    return _account(entry.payload["author_id"], entry)


def _who_flagged(entry: Entry) -> list[Reader]:
    return _account(db.session.get_one(ArticleFlag, entry.payload["flag_id"]).account_id, entry)


def _account(account_id: int | None, entry: Entry) -> list[Reader]:
    """This account, unless it is the one that did it."""
    account = db.session.get(Account, account_id) if account_id else None
    if account is None or entry.reference in (("account", account.id), ("operator", account.operator_id)):
        return []
    return [(ACCOUNT, account.id)]


def _article_content(entry: Entry, reader: Reader) -> dict[str, Any]:
    article, account = db.session.get_one(Article, entry.subject_id), db.session.get_one(Account, reader[1])
    translation = best_of(article, (account.language,), live=False)
    flag = db.session.get_one(ArticleFlag, entry.payload["flag_id"]) if "flag_id" in entry.payload else None
    return {
        "article": article, "title": translation.latest.title if translation and translation.latest else article.number,
        "occasion": entry.fact, "flag": flag, "comment": entry.payload.get("comment", ""),
        "url": f"{base_url()}/console/articles/{article.number}",
    }  # fmt: skip


NOTICES = {
    "HoursLow": Notice("hours_low", _of_contract, _contract_content),
    "HoursOverdrawn": Notice("hours_overdrawn", _of_contract, _overdrawn_content),
    "HoursExpiring": Notice("hours_expiring", _of_contract, _expiring_content),
    "ContractDue": Notice("contract_due", _of_contract, _due_content),
    "ApprovalRequested": Notice("approval_question", _who_was_asked, _question_content),
    "ReviewDue": Notice("article_notice", _owner_of_article, _article_content),
    "ReviewRefused": Notice("article_notice", _who_wrote, _article_content),
    "ArticleFlagged": Notice("article_notice", _owner_of_article, _article_content),
    "FlagAnswered": Notice("article_notice", _who_flagged, _article_content),
    "ApprovalAnswered": Notice("approval_answer", _who_asked, _answer_content),
}
