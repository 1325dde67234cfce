"""What reports call things: the words of their dimensions, periods and units, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from helpdesk.core.i18n import OWN_NAMES

LINES: Mapping[str, LazyString] = {"1": _l("First line"), "2": _l("Second line"), "3": _l("Third line")}
# By dimension; a value that is none of the vocabulary (an import's own word, a name) is said as it is.
VALUES: Mapping[str, Mapping[str, LazyString | str]] = {
    "type": {
        "incident": _l("Incident"), "service_request": _l("Service request"), "question": _l("Question"),
        "claim": _l("Claim"), "enquiry": _l("Enquiry"),
    },
    "status": {
        "new": _l("new"), "open": _l("open"), "waiting_client": _l("waiting for the client"),
        "waiting_vendor": _l("waiting for the vendor"), "scheduled": _l("scheduled"), "resolved": _l("resolved"),
        "closed": _l("closed"), "cancelled": _l("cancelled"), "merged": _l("merged"),
    },
    "channel": {
        "portal": _l("Portal"), "email": _l("E-mail"), "phone": _l("Phone"), "walk_in": _l("Walk-in"),
        "remote_session": _l("Remote session"), "on_site_visit": _l("On-site visit"), "messenger": _l("Messenger"),
        "api": _l("API"),
    },
    "clock": {
        "first_response": _l("First response"), "next_response": _l("Next response"),
        "periodic_update": _l("Regular update"), "time_to_own": _l("Time to own"), "resolution": _l("Resolution"),
        "ola": _l("OLA"),
    },
    "kind": {
        "routed": _lp("transfer", "Routed"), "transfer": _lp("transfer", "Transfer"),
        "handover": _lp("transfer", "Handover"), "return": _lp("transfer", "Return"),
        "imported": _lp("transfer", "Imported"),
        "csat": _l("Satisfaction"), "ces": _l("Ease"), "nps": _l("Readiness to recommend"),
        "revisit": _l("Satisfaction with the visit"),
    },
    "reason": {
        "not_sampled": _l("Not sampled"), "paused": _l("Asked not long ago"), "no_address": _l("No address"),
        "one_of_us": _l("Own people"), "reopened": _l("Reopened before"), "merged": _l("Merged"),
        "cancelled": _l("Cancelled"), "silence": _l("Closed by silence"), "switched_off": _l("Switched off"),
        "too_late": _l("Too late"),
    },
    "via": {
        "letter": _l("by the link of the letter"), "portal": _l("in the portal"), "api": _l("through the API"),
        "spoken": _l("said at the visit"),
    },
    "fault": {
        "defect": _l("Defect"), "wrong_delivery": _l("Wrong delivery"), "incomplete": _l("Incomplete"),
        "damaged": _l("Damaged on the way"), "late": _l("Delivered late"), "workmanship": _l("Not as agreed"),
        "other": _lp("fault", "Something else"),
    },
    "decision": {
        "repair": _l("Repair"), "replace": _l("Replace"), "redo": _l("Redo"), "refund": _l("Refund"),
        "reject": _l("Reject"),
    },
    "state": {
        "registered": _l("Registered"), "acknowledged": _l("Acknowledged"), "investigated": _l("Investigated"),
        "decided": _l("Decided"), "corrective_action": _l("Corrective action"), "verified": _l("Verified"),
        "closed": _lp("claim", "Closed"), "withdrawn": _lp("claim", "Withdrawn"),
        "new": _lp("problem", "New"), "investigating": _lp("problem", "Investigating"),
        "known_error": _lp("problem", "Known error"), "fix_planned": _lp("problem", "Fix planned"),
        "fixed": _lp("problem", "Fixed"),
    },
    "cause": {
        "design": _lp("cause", "Design"), "code": _lp("cause", "Program code"),
        "configuration": _lp("cause", "Configuration"), "data": _lp("cause", "Data"),
        "hardware": _lp("cause", "Hardware"), "supplier": _lp("cause", "Supplier"),
        "process": _lp("cause", "Process"), "training": _lp("cause", "Training"),
        "environment": _lp("cause", "Environment"), "unknown": _lp("cause", "Not known"),
    },
    "language": OWN_NAMES,
    "field": {"articles": _l("Knowledge base"), "tickets": _l("Tickets")},
    "role": {
        "contact": _l("Contact"), "operator": _l("Operator"), "line_lead": _l("Line lead"), "manager": _l("Manager"),
        "product_owner": _l("Product owner"), "administrator": _l("Administrator"), "guest": _l("Guest"),
    },
    "weekday": {
        "1": _l("Monday"), "2": _l("Tuesday"), "3": _l("Wednesday"), "4": _l("Thursday"), "5": _l("Friday"),
        "6": _l("Saturday"), "7": _l("Sunday"),
    },
    "hour": {str(hour): f"{hour}:00" for hour in range(24)},
    "line": LINES, "from_line": LINES, "to_line": LINES, "highest_line": LINES,
}  # fmt: skip
# Of entries in the ledger of hours, and of notices for accounting.
ENTRIES: Mapping[str, LazyString] = {
    "granted": _l("Hours granted"), "used": _lp("hours", "Used"), "overage": _l("Used beyond the hours"),
    "billed": _l("Goes to a proforma"), "adjusted": _lp("hours", "Corrected"), "expired": _lp("hours", "Expired"),
    "carried_over": _l("Carried over"),
}  # fmt: skip
NOTICES: Mapping[str, LazyString] = {
    "proforma": _l("Proforma"), "vat_invoice": _l("VAT invoice"), "credit": _l("Credit"),
}  # fmt: skip
PERIODS: Mapping[str, LazyString] = {
    "this-week": _l("This week"), "last-week": _l("Last week"),
    "this-month": _l("This month"), "last-month": _l("Last month"),
    "this-quarter": _l("This quarter"), "last-quarter": _l("Last quarter"),
    "this-year": _l("This year"), "last-year": _l("Last year"),
    "30": _l("30 days"), "90": _l("90 days"), "365": _l("365 days"), "all": _l("All time"),
    "own": _l("Own dates"),
}  # fmt: skip
EVERY: Mapping[str, LazyString] = {
    "day": _l("Every day"), "week": _l("Every week"), "month": _l("Every month"), "quarter": _l("Every quarter"),
}  # fmt: skip
FORMS: Mapping[str, LazyString] = {"pdf": _l("PDF"), "xlsx": _l("Excel"), "csv": _l("CSV")}
UNITS: Mapping[str, LazyString] = {
    "count": _l("number"), "share": _l("share"), "seconds": _l("length of time"), "minutes": _l("hours and minutes"),
    "cents": _l("money"), "score": _l("score"), "number": _l("mean"),
}  # fmt: skip
CLOCKS: Mapping[str, LazyString] = {
    "calendar": _l("around the clock"), "business": _l("in working hours"),
}  # fmt: skip
HOWS: Mapping[str, LazyString] = {
    "count": _l("a count"), "sum": _l("a sum"), "share": _l("a share"), "portion": _l("a share of the whole"),
    "ratio": _l("a share of sums"), "distinct": _l("how many different ones"), "nps": _l("a net score, in points"),
    "quotient": _l("a quotient of two figures"), "mean": _l("a mean"),
    "median": _l("the middle one"), "p90": _l("what nine of ten do not exceed"), "most": _l("the largest"),
    "model": _l("worked out of other figures"),
}  # fmt: skip
