"""Satisfaction: what clients answered, how many of those asked did, and who was not asked and why.

1. Scores count by the instant of the answer, so that a month that is over does not change; the response rate counts by
   the instant at which was asked, and is settled when the questions of the period have expired.
2. Tickets that silence closed are kept apart: their answers are in no figure but their own and the number of answers.
3. What a survey is sliced by was copied when its occasion happened. An answer keeps its score when its words or the
   person are erased.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from sqlalchemy import func, select

from helpdesk.figures.keeping import kept
from helpdesk.models.kept import SurveyFigures
from helpdesk.models.satisfaction import NotAsked, Survey, SurveyKind, SurveyState, Via
from helpdesk.policy.scopes import survey_scope
from helpdesk.reports.dimensions import worded_dimension
from helpdesk.reports.engine import DETRACTOR, PROMOTER, Basis, FactReport, Source
from helpdesk.reports.metrics import How, Metric, Unit
from helpdesk.reports.tables.rows import Rows, days, sliced_by, within
from helpdesk.satisfaction.scores import PRAISE_FROM

_OUTCOMES = {
    "": ("state", "reason"),
    "sent_month": ("sent_at", "sent_day", "sent_month"),
    "answered_month": ("answered_at", "answered_day", "answered_month", "score", "via", "has_words"),
}


def _settled(row: Any, closed: int) -> Any:
    """Nobody answers any more, or the month of the answer is closed, too."""
    is_over = row.state.in_([SurveyState.EXPIRED, SurveyState.NOT_SENT])
    return is_over | func.coalesce(row.answered_month <= closed, False)


V = Rows("surveys", kept(SurveyFigures, select(
    Survey.id, Survey.kind, Survey.state, Survey.reason, Survey.via, Survey.score, Survey.closed_by_silence,
    Survey.team_id, Survey.line, Survey.operator_id, Survey.organisation_id, Survey.product_id, Survey.component_id,
    Survey.category_id, Survey.contract_id, Survey.channel, Survey.ticket_type.label("type"), Survey.priority,
    Survey.happened_at, Survey.sent_at, Survey.answered_at,
    ((Survey.comment != "") | Survey.words_erased_at.is_not(None)).label("has_words"),
    *days(Survey.happened_at, "happened_"), *days(Survey.sent_at, "sent_"), *days(Survey.answered_at, "answered_"),
), at="happened_at", outcomes=_OUTCOMES, settled=_settled))  # fmt: skip

SOURCE = Source(
    V, {
        "answered": Basis("answered_at", "answered_day", "answered_month",
                          (V.is_kept, V.state == SurveyState.ANSWERED),
                          title=_l("answered"), is_indexed=True),
        "sent": Basis("sent_at", "sent_day", "sent_month", (V.is_kept, V.via.is_(None) | (V.via != Via.SPOKEN),),
                      title=_l("asked"), is_indexed=True),
        "happened": Basis("happened_at", "happened_day", "happened_month", (V.is_kept,),
                          title=_l("resolved or visited"), is_indexed=True),
    },
    within(V, Survey, survey_scope),
    sliced_by("team", "line", "operator", "organisation", "contract", "product", "component", "category", "channel",
              "type", "priority")
    | {"kind": worded_dimension("kind", _l("Question"), "kind", SurveyKind),
       "reason": worded_dimension("reason", _l("Why not asked"), "reason", NotAsked),
       "via": worded_dimension("via", _l("Answered by"), "via", Via)},
    item="survey", item_id="id", is_live=True, latest=V.is_latest, kept=V.is_kept,
)  # fmt: skip
_SILENT = _l("Tickets that silence closed; their answers are told apart.")


def _of(kind: SurveyKind) -> tuple[Any, ...]:
    return V.kind == kind, V.closed_by_silence.is_(False)


def _count(name: str, title: Any, definition: Any, *where: Any, basis: str = "answered", exclusions: Any = None,
           better: str = "", tells_of: str = "") -> Metric:  # fmt: skip
    return Metric(name=name, title=title, definition=definition, basis=basis, where=where, exclusions=exclusions,
                  better=better, tells_of=tells_of)  # fmt: skip


def _mean(name: str, title: Any, definition: Any, *among: Any, exclusions: Any = _SILENT) -> Metric:
    return Metric(
        name=name, title=title, definition=definition, basis="answered", how=How.MEAN, unit=Unit.SCORE, of=V.score,
        among=among, numerator=_l("Sum of the scores."), denominator=_l("Answers to this question."),
        exclusions=exclusions, better="more", guarded=True,
    )  # fmt: skip


def _praise(name: str, title: Any, definition: Any, numerator: Any, kind: SurveyKind) -> Metric:
    return Metric(
        name=name, title=title, definition=definition, basis="answered", how=How.SHARE, unit=Unit.SHARE,
        among=_of(kind), where=(V.score >= PRAISE_FROM[kind],), numerator=numerator,
        denominator=_l("Answers to this question."), exclusions=_SILENT, better="more", guarded=True,
    )  # fmt: skip


_CSAT_TITLES = (_l("Very dissatisfied"), _l("Dissatisfied"), _l("Neither"), _l("Satisfied"), _l("Very satisfied"))
SCORES = tuple(
    _count(f"csat_{score}", title, _l("Answers with this score, of 1 to 5, to how satisfied a client was."),
           *_of(SurveyKind.CSAT), V.score == score, exclusions=_SILENT, tells_of="csat_mean")
    for score, title in enumerate(_CSAT_TITLES, 1)
)  # fmt: skip
_REASONS = {
    NotAsked.NOT_SAMPLED: (_l("Not sampled"), _l("Occasions that the sample left out.")),
    NotAsked.PAUSED: (_l("Asked not long ago"), _l("Occasions of contacts who had been asked not long before.")),
    NotAsked.NO_ADDRESS: (_l("No address"), _l("Occasions of contacts whom no letter reaches.")),
    NotAsked.ONE_OF_US: (_l("Own people"), _l("Occasions of contacts who belong to the desk itself.")),
    NotAsked.REOPENED: (_l("Reopened before"), _l("Resolutions that did not hold until the question was due.")),
    NotAsked.MERGED: (_l("Merged"), _l("Tickets that were merged into another one.")),
    NotAsked.CANCELLED: (_l("Cancelled"), _l("Tickets that were cancelled.")),
    NotAsked.SILENCE: (_l("Closed by silence"), _l("Tickets closed by silence, where the desk does not ask then.")),
    NotAsked.SWITCHED_OFF: (_l("Switched off"), _l("Occasions of a question that is switched off.")),
    NotAsked.TOO_LATE: (_l("Too late"), _l("Occasions long past when the question would have been sent.")),
}
NOT_ASKED = tuple(
    _count(f"not_sent_{reason.value}", title, definition, V.reason == reason, basis="happened")
    for reason, (title, definition) in _REASONS.items()
)

SATISFACTION = FactReport(
    "satisfaction", _l("Satisfaction"),
    _l("How satisfied clients are, how easy it was for them, whether they would recommend us, and how many said so."),
    SOURCE, (
        _count("answers", _l("Answers"), _l("Questions answered in the period, of all kinds.")),
        _mean("csat_mean", _l("Satisfaction"), _l("How satisfied clients were with a resolution, 1 to 5; the mean."),
              *_of(SurveyKind.CSAT)),
        _praise("csat_satisfied_share", _l("Share satisfied"),
                _l("Of the answers to how satisfied a client was, how many say 4 or 5 of 5."),
                _l("Answers of 4 or 5."), SurveyKind.CSAT),
        _count("csat_answers", _l("Answers on satisfaction"), _l("Answers to how satisfied a client was."),
               *_of(SurveyKind.CSAT), exclusions=_SILENT),
        *SCORES,
        _mean("ces_mean", _l("Ease"), _l("How easy it was to get help, from 1, very hard, to 7, very easy; the mean."),
              *_of(SurveyKind.CES)),
        _praise("ces_easy_share", _l("Share easy"), _l("Of the answers to how easy it was, how many say 6 or 7 of 7."),
                _l("Answers of 6 or 7."), SurveyKind.CES),
        _count("ces_answers", _l("Answers on ease"), _l("Answers to how easy it was."), *_of(SurveyKind.CES),
               exclusions=_SILENT),
        Metric(
            name="nps", title=_l("Net Promoter Score"), basis="answered", how=How.NPS, unit=Unit.SCORE, of=V.score,
            among=_of(SurveyKind.NPS), better="more", guarded=True,
            definition=_l("The share of promoters (9 and 10 of 10) less that of detractors (0 to 6), in points from "
                          "-100 to 100, with its interval of 95 per cent (adjusted Wald)."),
            numerator=_l("Promoters less detractors, times 100."),
            denominator=_l("Answers to whether one would recommend us."),
        ),
        _count("promoters", _l("Promoters"), _l("Answers of 9 or 10 to whether one would recommend us."),
               *_of(SurveyKind.NPS), V.score >= PROMOTER, better="more", tells_of="nps"),
        _count("passives", _l("Passives"), _l("Answers of 7 or 8 to whether one would recommend us."),
               *_of(SurveyKind.NPS), V.score > DETRACTOR, V.score < PROMOTER, tells_of="nps"),
        _count("detractors", _l("Detractors"), _l("Answers of 0 to 6 to whether one would recommend us."),
               *_of(SurveyKind.NPS), V.score <= DETRACTOR, better="less", tells_of="nps"),
        _mean("revisit_mean", _l("Satisfaction with revisits"),
              _l("How satisfied clients were with a revisit, 1 to 5; the mean."), *_of(SurveyKind.REVISIT)),
        _count("revisit_answers", _l("Answers on revisits"),
               _l("Answers to how satisfied a client was with a revisit, also those said to whoever came."),
               *_of(SurveyKind.REVISIT)),
        _mean("silence_csat_mean", _l("Satisfaction after silence"),
              _l("How satisfied clients were whose ticket silence had closed, 1 to 5; the mean."),
              V.kind == SurveyKind.CSAT, V.closed_by_silence,
              exclusions=_l("Tickets that were closed otherwise.")),
        _count("silence_answers", _l("Answers after silence"),
               _l("Answers of clients whose ticket silence had closed."), V.closed_by_silence),
        _count("comments", _l("Comments"), _l("Answers with words of the client's own, erased ones among them."),
               V.has_words),
        _count("sent", _lp("survey", "Asked"), _l("Questions that were sent in the period, answered or not."),
               basis="sent",
               exclusions=_l("What was said to whoever came on a revisit was not sent.")),
        Metric(
            name="response_share", title=_l("Response rate"), basis="sent", how=How.SHARE, unit=Unit.SHARE,
            where=(V.state == SurveyState.ANSWERED,), among=(V.closed_by_silence.is_(False),), better="more",
            definition=_l("Of the questions sent in the period, how many were answered, whenever. It may still rise "
                          "until they have expired."),
            numerator=_l("Of these questions, those that were answered."),
            denominator=_l("Questions that were sent in the period."),
            exclusions=_l("Whoever was not asked; those stand beside with the reason. Tickets that silence closed, and "
                          "what was said to whoever came on a revisit."),
        ),
        _count("expired", _l("Expired"), _l("Questions sent in the period that nobody answered in time."),
               V.state == SurveyState.EXPIRED, basis="sent", better="less"),
        _count("occasions", _l("Occasions"), _l("Resolutions, revisits and quarters of the period on which one could "
                                                "have asked, once for each question."), basis="happened"),
        _count("not_sent", _l("Not asked"), _l("Of these occasions, those on which nobody was asked."),
               V.state == SurveyState.NOT_SENT, basis="happened"),
        *NOT_ASKED,
    ),
    chart="stacked", charted=tuple(metric.name for metric in SCORES),
    headline=("csat_satisfied_share", "csat_mean", "nps", "response_share"),
)  # fmt: skip
