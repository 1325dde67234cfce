"""What the words of product feedback are called, to people: on pages, on paper and in letters alike."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

VERDICTS: dict[str, LazyString] = {
    "accepted": _lp("answer", "Accepted"), "planned": _lp("answer", "Planned"), "fixed": _lp("answer", "Fixed"),
    "declined": _lp("answer", "Declined"),
}  # fmt: skip
# The same, of a wish: what is fixed has shipped.
WISH_VERDICTS: dict[str, LazyString] = VERDICTS | {"fixed": _lp("wish", "Shipped")}
TRENDS: dict[str, LazyString] = {
    "rising": _lp("trend", "rising"), "falling": _lp("trend", "falling"), "steady": _lp("trend", "no clear change"),
}  # fmt: skip
AFTER: dict[str, LazyString] = {
    "stopped": _l("It stopped"), "came_back": _l("It came back"), "unclear": _l("Unclear: versions are not known"),
    "too_early": _l("Too early to tell"),
}  # fmt: skip
EVERY: dict[str, LazyString] = {
    "week": _l("Every week"), "month": _l("Every month"), "quarter": _l("Every quarter"),
}  # fmt: skip
STATES: dict[str, LazyString] = {
    "new": _lp("problem", "New"), "investigating": _lp("problem", "Investigating"),
    "known_error": _lp("problem", "Known error"), "fix_planned": _lp("problem", "Fix planned"),
    "fixed": _lp("problem", "Fixed"), "closed": _lp("problem", "Closed"),
}  # fmt: skip
FAILURES: dict[str, LazyString] = {
    "timeout": _l("no answer in time"), "unknown_name": _l("the name is not known"),
    "not_trusted": _l("its certificate is not trusted"), "refused": _l("nobody answers there"),
    "broken": _l("the connection broke off"), "refused: private": _l("the address leads into a private network"),
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, LazyString]] = {
    "verdicts": VERDICTS, "wish_verdicts": WISH_VERDICTS, "trends": TRENDS, "after": AFTER, "every": EVERY,
    "states": STATES,
}  # fmt: skip
