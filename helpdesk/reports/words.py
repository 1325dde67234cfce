"""What reports call things: the words of their dimensions, periods and units, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

LINES: Mapping[str, LazyString] = {"1": _l("First line"), "2": _l("Second line"), "3": _l("Third line")}
STATUSES: Mapping[str, LazyString] = {
    "new": _l("new"), "open": _l("open"), "waiting_client": _l("waiting for the client"),
    "waiting_vendor": _l("waiting for the vendor"), "scheduled": _l("scheduled"), "resolved": _l("resolved"),
    "closed": _l("closed"), "cancelled": _l("cancelled"), "merged": _l("merged"),
}  # fmt: skip
# By dimension; a value that is none of the vocabulary (an import's own word, a name) is said as it is.
VALUES: Mapping[str, Mapping[str, LazyString | str]] = {
    "type": {
        "incident": _l("Incident"), "service_request": _l("Service request"), "question": _l("Question"),
        "claim": _l("Claim"), "enquiry": _l("Enquiry"),
    },
    "status": STATUSES,
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
    },
    "weekday": {
        "1": _l("Monday"), "2": _l("Tuesday"), "3": _l("Wednesday"), "4": _l("Thursday"), "5": _l("Friday"),
        "6": _l("Saturday"), "7": _l("Sunday"),
    },
    "hour": {str(hour): f"{hour}:00" for hour in range(24)},
    "line": LINES, "from_line": LINES, "to_line": LINES, "from_status": STATUSES, "to_status": STATUSES,
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
