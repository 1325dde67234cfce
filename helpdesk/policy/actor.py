"""Actor: who asks. A plain value, so that rules can be read and tested without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from helpdesk.core.i18n import DEFAULT_LANGUAGE, DEFAULT_ZONE
from helpdesk.models.access import Account, Role
from helpdesk.models.people import Contact, SharingMode


class ActorKind(StrEnum):
    ACCOUNT = "account"  # signed in, or by token
    CONTACT = "contact"  # a contact who wrote a mail: known by address, not signed in
    GUEST = "guest"  # by a link that opens one ticket
    SYSTEM = "system"  # the desk itself
    NOBODY = "nobody"


@dataclass(frozen=True)
class Actor:
    """Somebody who does or reads something."""

    kind: ActorKind = ActorKind.NOBODY
    role: Role | None = None
    name: str = ""
    language: str = DEFAULT_LANGUAGE
    zone: str = DEFAULT_ZONE
    account_id: int = 0
    contact_id: int = 0
    organisation_id: int = 0
    unit: str = ""
    is_supervisor: bool = False
    sharing_mode: SharingMode = SharingMode.PRIVATE
    circle_ids: frozenset[int] = field(default_factory=frozenset)
    operator_id: int = 0
    team_ids: frozenset[int] = field(default_factory=frozenset)
    lines: frozenset[int] = field(default_factory=frozenset)
    leads_line: int = 0
    product_ids: frozenset[int] = field(default_factory=frozenset)  # that a product owner owns
    ticket_id: int = 0  # the one ticket of a guest

    @property
    def reference(self) -> tuple[str, int]:
        """How the journal and messages name this actor."""
        if self.contact_id:
            return "contact", self.contact_id
        if self.operator_id:
            return "operator", self.operator_id
        if self.account_id:
            return "account", self.account_id
        return "system", 0

    @property
    def is_signed_in(self) -> bool:
        return self.kind is ActorKind.ACCOUNT

    @property
    def is_client(self) -> bool:
        return bool(self.contact_id)

    @property
    def is_staff(self) -> bool:
        return self.kind is ActorKind.ACCOUNT and self.role is not Role.CONTACT

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in words[:2]).upper() if words else "?"


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="Threeline")
NOBODY = Actor()


def contact_actor(contact: Contact, *, kind: ActorKind = ActorKind.CONTACT, ticket_id: int = 0) -> Actor:
    """A contact who is not signed in: by mail, or a guest by a link to one ticket."""
    organisation = contact.organisation
    return Actor(
        kind=kind, role=Role.CONTACT, name=contact.name, language=contact.language,
        zone=contact.timezone or (organisation.timezone if organisation else DEFAULT_ZONE),
        contact_id=contact.id, organisation_id=contact.organisation_id or 0, ticket_id=ticket_id,
    )  # fmt: skip


def account_actor(
    account: Account,
    *,
    team_ids: frozenset[int] = frozenset(),
    lines: frozenset[int] = frozenset(),
    circle_ids: frozenset[int] = frozenset(),
    product_ids: frozenset[int] = frozenset(),
) -> Actor:
    """Somebody signed in (or acting by token) with this account."""
    contact, operator = account.contact, account.operator
    organisation = contact.organisation if contact else None
    return Actor(
        kind=ActorKind.ACCOUNT, role=account.role, name=account.name, language=account.language,
        zone=account.timezone, account_id=account.id,
        contact_id=contact.id if contact else 0,
        organisation_id=(contact.organisation_id or 0) if contact else 0,
        unit=contact.unit if contact else "",
        is_supervisor=bool(contact and contact.is_supervisor),
        sharing_mode=organisation.sharing_mode if organisation else SharingMode.PRIVATE,
        circle_ids=circle_ids,
        operator_id=operator.id if operator else 0,
        team_ids=team_ids, lines=lines,
        leads_line=(operator.leads_line or 0) if operator else 0,
        product_ids=product_ids,
    )  # fmt: skip
