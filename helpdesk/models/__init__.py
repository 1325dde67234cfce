"""The tables, with their small vocabulary. Importing this package makes the metadata whole."""

from helpdesk.core import jobs, journal, search_index, settings, standing, submissions, synonyms
from helpdesk.models import (
    access,
    care,
    claims,
    contracts,
    detection,
    duties,
    enquiries,
    feedback,
    figures,
    imports,
    kept,
    knowledge,
    mail,
    messages,
    people,
    problems,
    products,
    promises,
    routing,
    sales,
    satisfaction,
    tickets,
    transfers,
)
from knowledge_base import models as knowledge_models
from knowledge_base import search_log
from sla import models as sla_models

__all__ = [
    "access", "care", "claims", "contracts", "detection", "duties", "enquiries", "feedback", "figures", "imports",
    "jobs", "journal", "kept", "knowledge", "knowledge_models", "mail", "messages", "people", "problems", "products",
    "promises", "routing", "sales", "satisfaction", "search_index", "search_log", "settings", "sla_models", "standing",
    "submissions", "synonyms", "tickets", "transfers",
]  # fmt: skip
