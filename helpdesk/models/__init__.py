"""The tables, with their small vocabulary. Importing this package makes the metadata whole."""

from helpdesk.core import jobs, journal, search_index, settings, standing, synonyms
from helpdesk.models import (
    access,
    care,
    claims,
    contracts,
    duties,
    enquiries,
    imports,
    mail,
    messages,
    people,
    products,
    promises,
    routing,
    sales,
    tickets,
    transfers,
)
from sla import models as sla_models

__all__ = [
    "access", "care", "claims", "contracts", "duties", "enquiries", "imports", "jobs", "journal", "mail", "messages",
    "people", "products", "promises", "routing", "sales", "search_index", "settings", "sla_models", "standing",
    "synonyms", "tickets", "transfers",
]  # fmt: skip
