"""What clients are asked, in their words: the same in the letter, on the page and in the portal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from helpdesk.models.satisfaction import SurveyKind

QUESTIONS = {
    SurveyKind.CSAT: _l("How satisfied are you with how we dealt with it?"),
    SurveyKind.CES: _l("How easy was it to get help from us?"),
    SurveyKind.NPS: _l("How likely is it that you would recommend us to others?"),
    SurveyKind.REVISIT: _l("How satisfied are you with our visit?"),
}
# What the lowest and the highest score mean.
ENDS = {
    SurveyKind.CSAT: (_l("very dissatisfied"), _l("very satisfied")),
    SurveyKind.CES: (_l("very hard"), _l("very easy")),
    SurveyKind.NPS: (_l("not at all"), _l("certainly")),
    SurveyKind.REVISIT: (_l("very dissatisfied"), _l("very satisfied")),
}
