"""The tables, with their small vocabulary. Importing this package makes the metadata whole."""

from helpdesk.core import jobs, journal, settings, standing
from helpdesk.models import (
    access,
    care,
    claims,
    contracts,
    duties,
    imports,
    mail,
    messages,
    people,
    products,
    promises,
    routing,
    tickets,
    transfers,
)
from sla import models as sla_models

__all__ = [
    "access", "care", "claims", "contracts", "duties", "imports", "jobs", "journal", "mail", "messages", "people",
    "products", "promises", "routing", "settings", "sla_models", "standing", "tickets", "transfers",
]  # fmt: skip
