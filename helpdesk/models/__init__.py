"""The tables, with their small vocabulary. Importing this package makes the metadata whole."""

from helpdesk.core import jobs, journal, settings, standing
from helpdesk.models import (
    access,
    contracts,
    duties,
    enquiries,
    imports,
    mail,
    messages,
    people,
    products,
    routing,
    sales,
    tickets,
    transfers,
)
from sla import models as sla_models

__all__ = [
    "access", "contracts", "duties", "enquiries", "imports", "jobs", "journal", "mail", "messages", "people",
    "products", "routing", "sales", "settings", "sla_models", "standing", "tickets", "transfers",
]  # fmt: skip
