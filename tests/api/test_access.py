"""Who may call what: tokens, strangers, clients, the protected third line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from helpdesk.aftersales.approvals import NewApproval, ask_approval
from helpdesk.aftersales.claims import register_claim
from helpdesk.aftersales.deliverables import NewDeliverable, NewRound, agree_deliverable, deliver_round
from helpdesk.aftersales.feeds import create_feed
from helpdesk.aftersales.hours import grant_hours, reserve_hours
from helpdesk.aftersales.outcomes import NewNeed, NewOutcome, NewReferral, leads_of, record_outcome
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.knowledge.articles import save_words
from helpdesk.knowledge.files import add_files
from helpdesk.knowledge.publishing import publish_article
from helpdesk.knowledge.tasks import ask_article
from helpdesk.models.access import Account
from helpdesk.models.care import FeedKind, NeedKind
from helpdesk.models.feedback import Every
from helpdesk.models.problems import BroadcastKind, ProblemState, ProposalState, RecurrenceProposal
from helpdesk.models.satisfaction import QuestionForm, SurveyKind
from helpdesk.models.tickets import TicketType
from helpdesk.people.accounts import create_token, disable_account, revoke_token, tokens_of
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.problems.broadcasts import NewBroadcast, publish
from helpdesk.problems.majors import NewMajor, declare_major
from helpdesk.problems.schedules import NewSchedule, schedule_feedback
from helpdesk.problems.webhooks import NewWebhook, add_webhook
from helpdesk.reports.saving import NewSaved, save_report
from helpdesk.reports.wall_links import NewWallLink, create_wall_link
from helpdesk.satisfaction.questions import NewQuestion, add_question
from helpdesk.tickets.attachments import store_upload
from helpdesk.tickets.classification import Classification, classify, watch
from helpdesk.tickets.conversation import NewMessage, add_note
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.synonyms import add_synonyms
from knowledge_base.models import AudienceKind
from knowledge_base.writing import Words, source_of
from tests.aftersales.claiming import some_rules
from tests.aftersales.conftest import a_contract
from tests.aftersales.selling import a_sale
from tests.aftersales.test_care import a_care
from tests.aftersales.test_revisits import a_revisit
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.factories import HANDOVER, a_ticket, facts
from tests.knowledge.writing import published
from tests.problems.solving import a_problem
from tests.problems.wishing import a_wish
from tests.satisfaction.asking import asked, desk_asks

WORDS = {"text": "Something."}
WHY = {"reason": "Because."}
CAUSE = {"cause": "vendor"}
WORK = {"minutes": 5, "channel": "phone"}
DECISION = {"outcome": "reject", "reasons": "Because."}
CALL_BACK = {"what": "Call back", "until_at": "2026-03-12T10:00:00Z"}
PROMISE = {"at": "2026-03-12T10:00:00Z", "note": "By phone.", "consent": True}
PLAN = {"name": "Mine", "revision": 1, "steps": [{"what": "Call", "offset_days": 1}]}
OFFER = {"what": "Ten", "amount_cents": 100, "valid_until": "2026-04-30"}
WISH = {"product_id": 1, "title": "Mine"}
ANSWER = {"verdict": "accepted"}
SOLD = {"sold_on": "2026-03-02", "items": [{"what": "A printer"}], "organisation_id": 1}
REVIEW = {"held_on": "2026-03-02", "service_people": "Me", "development_people": "Me", "findings": "Mine"}
QUESTION = {"asked_with": "csat", "form": "text", "words": {"en": "Mine?"}}
FORM = {name: text for name, text in HANDOVER.__dict__.items() if text}

# Everything under an address that names something, with a body that would do.
ADDRESSES: list[tuple[str, str, Any]] = [
    ("GET", "/tickets/{number}", None),
    ("PATCH", "/tickets/{number}", {"subject": "Mine now"}),
    ("GET", "/tickets/{number}/messages", None),
    ("POST", "/tickets/{number}/messages", WORDS),
    ("POST", "/tickets/{number}/notes", WORDS),
    ("GET", "/tickets/{number}/transfers", None),
    ("POST", "/tickets/{number}/transfers", {**WHY, "to_team_id": 1}),
    ("POST", "/tickets/{number}/handovers", FORM),
    ("POST", "/tickets/{number}/returns", WHY),
    ("PUT", "/tickets/{number}/resolution", WORDS),
    ("POST", "/tickets/{number}/promises", PROMISE),
    ("POST", "/tickets/{number}/promised-times", CALL_BACK),
    ("GET", "/promises/{promise_id}", None),
    ("PUT", "/promises/{promise_id}/outcome", {}),
    ("POST", "/promises/{promise_id}/move", {**WHY, "until_at": "2026-03-13T10:00:00Z"}),
    ("PUT", "/promises/{promise_id}/owner", {**WHY, "operator_id": 1}),
    ("POST", "/promises/{promise_id}/withdrawal", WHY),
    ("GET", "/tickets/{number}/clocks", None),
    ("PUT", "/tickets/{number}/clocks/{clock_id}/cause", CAUSE),
    ("PUT", "/tickets/{number}/clocks/{clock_id}/excuse", WHY),
    ("POST", "/tickets/{number}/clocks/{clock_id}/excuse/approval", None),
    ("POST", "/tickets/{number}/clocks/{clock_id}/excuse/refusal", None),
    ("POST", "/escalations/{escalation_id}/acknowledgement", None),
    ("POST", "/tickets/{number}/reopenings/undoing", WHY),
    ("DELETE", "/tickets/{number}/resolution", WHY),
    ("POST", "/tickets/{number}/reopenings", WHY),
    ("POST", "/tickets/{number}/acceptance", None),
    ("POST", "/tickets/{number}/refusal", WORDS),
    ("POST", "/tickets/{number}/cancellation", WHY),
    ("PUT", "/tickets/{number}/assignment", {}),
    ("DELETE", "/tickets/{number}/assignment", None),
    ("PUT", "/tickets/{number}/tags", {"tags": ["mine"]}),
    ("GET", "/tickets/{number}/links", None),
    ("POST", "/tickets/{number}/links", {"other": "{number}"}),
    ("DELETE", "/tickets/{number}/links/{link_id}", None),
    ("PUT", "/tickets/{number}/merge", {"into": "{number}"}),
    ("DELETE", "/tickets/{number}/merge", None),
    ("GET", "/tickets/{number}/work-logs", None),
    ("POST", "/tickets/{number}/work-logs", WORK),
    ("POST", "/tickets/{number}/work-logs/{work_log_id}/reversal", WHY),
    ("GET", "/contracts/{contract_id}/statement", None),
    ("GET", "/contracts/{contract_id}/statement.csv", None),
    ("GET", "/contracts/{contract_id}/statement.pdf", None),
    ("GET", "/contracts/{contract_id}", None),
    ("POST", "/organisations/{organisation_id}/contracts", {"number": "Mine", "valid_from": "2026-01-01"}),
    ("PUT", "/contracts/{contract_id}/arrangement", {}),
    ("PUT", "/contracts/{contract_id}/end", {"on": "2026-12-31"}),
    ("POST", "/contracts/{contract_id}/lines", {"product_id": 1}),
    ("POST", "/contracts/{contract_id}/renewals", {"seen": "2026-12-31"}),
    ("PUT", "/contracts/{contract_id}/notice", WHY),
    ("POST", "/contracts/{contract_id}/notice/withdrawal", WHY),
    ("GET", "/contracts/{contract_id}/terms", None),
    ("POST", "/contracts/{contract_id}/terms", {"valid_from": "2026-01-01", "plan": "monthly"}),
    ("POST", "/contracts/{contract_id}/blocks", {"minutes": 60}),
    ("POST", "/contracts/{contract_id}/adjustments", {"minutes": 60, **WHY}),
    ("GET", "/contracts/{contract_id}/reservations", None),
    ("POST", "/contracts/{contract_id}/reservations", {"minutes": 60, "what": "Mine"}),
    ("POST", "/reservations/{reservation_id}/end", None),
    ("GET", "/tickets/{number}/approvals", None),
    ("POST", "/tickets/{number}/approvals", {"what": "Mine", "minutes": 60}),
    ("POST", "/tickets/{number}/approvals/waivers", {"minutes": 60, **WHY}),
    ("GET", "/approvals/{approval_id}", None),
    ("PUT", "/approvals/{approval_id}/answer", {"answer": "approved"}),
    ("POST", "/approvals/{approval_id}/withdrawal", None),
    ("GET", "/billing/batches/{batch_id}", None),
    ("POST", "/billing/batches/{batch_id}/confirmation", None),
    ("POST", "/billing/batches/{batch_id}/release", None),
    ("GET", "/tickets/{number}/claim", None),
    ("PUT", "/tickets/{number}/claim", None),
    ("PUT", "/tickets/{number}/claim/description", {"fault": "late"}),
    ("POST", "/tickets/{number}/claim/acknowledgement", None),
    ("POST", "/tickets/{number}/claim/whys", {"question": "Why?", "answer": "So."}),
    ("PUT", "/tickets/{number}/claim/evidence/{point_id}", {"note": "Photo"}),
    ("PUT", "/tickets/{number}/claim/root-cause", WORDS),
    ("POST", "/tickets/{number}/claim/decisions", DECISION),
    ("POST", "/tickets/{number}/claim/decision/approval", None),
    ("POST", "/tickets/{number}/claim/decision/refusal", WHY),
    ("POST", "/tickets/{number}/claim/decision/acceptance", None),
    ("POST", "/tickets/{number}/claim/appeal", WHY),
    ("POST", "/tickets/{number}/claim/withdrawal", None),
    ("PUT", "/tickets/{number}/claim/correction", WORDS),
    ("PUT", "/tickets/{number}/claim/verification", WORDS),
    ("POST", "/tickets/{number}/claim/closure", None),
    ("GET", "/refund-rules/{version_id}", None),
    ("GET", "/deliverables/{deliverable_id}", None),
    ("POST", "/deliverables/{deliverable_id}/rounds", {"note": "Mine"}),
    ("PUT", "/deliverables/{deliverable_id}/rounds/{round}/answer", {"answer": "accepted"}),
    ("GET", "/deliverables/files/{file_id}", None),
    ("GET", "/revisits/{revisit_id}", None),
    ("PUT", "/revisits/{revisit_id}/confirmation", None),
    ("PUT", "/revisits/{revisit_id}/other-time", {"words": "Friday"}),
    ("POST", "/revisits/{revisit_id}/moves", {"on": "2026-03-09", **WHY}),
    ("PUT", "/revisits/{revisit_id}/operator", {"operator_id": 1, **WHY}),
    ("PUT", "/revisits/{revisit_id}/end", {"state": "refused", **WHY}),
    ("PUT", "/revisits/{revisit_id}/outcome", {"summary": "Mine now"}),
    ("PUT", "/revisits/{revisit_id}/outcome/confirmation", None),
    ("POST", "/organisations/{organisation_id}/revisits", {"what": "Mine", "on": "2026-03-09"}),
    ("GET", "/organisations/{organisation_id}/cares", None),
    ("POST", "/organisations/{organisation_id}/cares", {"plan_id": 1, "anchor": "2026-03-02"}),
    ("PUT", "/cares/{care_id}/end", WHY),
    ("GET", "/care-plans/{plan_id}", None),
    ("POST", "/care-plans/{plan_id}/previews", PLAN),
    ("PUT", "/care-plans/{plan_id}", PLAN),
    ("PATCH", "/needs/{need_id}", {}),
    ("PATCH", "/referrals/{referral_id}", {}),
    ("GET", "/tickets/{number}/enquiry", None),
    ("PUT", "/tickets/{number}/enquiry", {"kind": "meeting"}),
    ("POST", "/tickets/{number}/enquiry/meetings", {"met_at": "2026-03-02T06:00:00Z"}),
    ("PUT", "/tickets/{number}/enquiry/summary", WORDS),
    ("POST", "/tickets/{number}/enquiry/quotations", OFFER),
    ("PUT", "/tickets/{number}/enquiry/outcome", {"outcome": "won"}),
    ("GET", "/sales/{sale}", None),
    ("PUT", "/sales/{sale}/points/{point}/completion", {}),
    ("PUT", "/sales/{sale}/points/{point}/fault", {"remark": "It is wrong."}),
    ("PATCH", "/sales/{sale}/points/{point}", {"due_on": "2026-03-20"}),
    ("POST", "/sales/{sale}/payments", {"amount_cents": 5, "paid_on": "2026-03-02"}),
    ("POST", "/sales/{sale}/payments/{payment_id}/reversal", WHY),
    ("GET", "/installed-products/{installed_id}", None),
    ("PATCH", "/installed-products/{installed_id}", {"serial": "mine"}),
    ("POST", "/installed-products/{installed_id}/parts", {"name": "Roll"}),
    ("PUT", "/installed-products/{installed_id}/parts/{part_id}/replacement", {}),
    ("DELETE", "/installed-products/{installed_id}/parts/{part_id}", None),
    ("PUT", "/contacts/{contact_id}/roles", {"roles": ["decider"]}),
    ("GET", "/tickets/{number}/timeline", None),
    ("GET", "/attachments/{attachment_id}", None),
    ("GET", "/reports/{report}", None),
    ("GET", "/reports/{report}/behind?metric=resolved", None),
    ("GET", "/saved-reports/{saved_id}", None),
    ("PUT", "/saved-reports/{saved_id}", {"name": "Mine"}),
    ("DELETE", "/saved-reports/{saved_id}", None),
    ("PUT", "/saved-reports/{saved_id}/sending", {"every": "day", "recipients": [1]}),
    ("DELETE", "/saved-reports/{saved_id}/sending", None),
    ("GET", "/organisations/{organisation_id}", None),
    ("GET", "/contacts/{contact_id}", None),
    ("DELETE", "/calendar-feeds/{feed_id}", None),
    ("DELETE", "/wall-links/{wall_link_id}", None),
    ("POST", "/tickets/{number}/wishes", WISH),
    ("PUT", "/tickets/{number}/wishes/{wish}", None),
    ("PUT", "/needs/{need_id}/wish", WISH),
    ("GET", "/wishes/{wish}", None),
    ("PUT", "/wishes/{wish}", {"title": "Mine"}),
    ("GET", "/wishes/{wish}/clients", None),
    ("POST", "/wishes/{wish}/clients", {"contact_id": 1}),
    ("DELETE", "/wishes/{wish}/clients/{supporter_id}", None),
    ("PUT", "/wishes/{wish}/merger", {"into": "W-1"}),
    ("PUT", "/wishes/{wish}/vote", None),
    ("DELETE", "/wishes/{wish}/vote", None),
    ("GET", "/wishes/{wish}/answers", None),
    ("POST", "/wishes/{wish}/answers", ANSWER),
    ("GET", "/product-feedback/problems/{problem}/tickets", None),
    ("GET", "/product-feedback/problems/{problem}/answers", None),
    ("POST", "/product-feedback/problems/{problem}/answers", {**ANSWER, "product_id": 1}),
    ("DELETE", "/product-feedback/schedules/{schedule_id}", None),
    ("POST", "/webhooks/{webhook_id}/trials", None),
    ("DELETE", "/webhooks/{webhook_id}", None),
    ("GET", "/problems/{problem}", None),
    ("PUT", "/problems/{problem}/description", {"title": "Mine now"}),
    ("POST", "/problems/{problem}/whys", {"question": "Why?", "answer": "So."}),
    ("PUT", "/problems/{problem}/root-cause", {"method": "other", "category": "data", "root_cause": "Mine"}),
    ("PUT", "/problems/{problem}/workarounds/{language}", WORDS),
    ("DELETE", "/problems/{problem}/workarounds/{language}", None),
    ("PUT", "/problems/{problem}/state", {"state": "closed", **WHY}),
    ("POST", "/problems/{problem}/reviews", REVIEW),
    ("GET", "/problems/{problem}/tickets", None),
    ("POST", "/problems/{problem}/tickets", {"tickets": []}),
    ("PUT", "/problems/{problem}/tickets/{number}", {"waits_for_fix": True}),
    ("DELETE", "/problems/{problem}/tickets/{number}", None),
    ("POST", "/problems/{problem}/broadcasts/previews", {"kind": "workaround"}),
    ("GET", "/problems/{problem}/broadcasts", None),
    ("POST", "/problems/{problem}/broadcasts", {"kind": "workaround"}),
    ("GET", "/problems/{problem}/broadcasts/{broadcast_id}", None),
    ("POST", "/problems/{problem}/broadcasts/{broadcast_id}/undoing", None),
    ("POST", "/tickets/{number}/major-incident", WHY),
    ("GET", "/major-incidents/{major_id}", None),
    ("PUT", "/major-incidents/{major_id}/lead", {}),
    ("POST", "/major-incidents/{major_id}/updates", {"texts": {"en": "Mine"}}),
    ("PUT", "/major-incidents/{major_id}/end", {}),
    ("POST", "/major-incidents/{major_id}/reviews", REVIEW),
    ("GET", "/tickets/{number}/similar", None),
    ("GET", "/recurrence-proposals/{proposal_id}", None),
    ("PUT", "/recurrence-proposals/{proposal_id}/acceptance", {}),
    ("PUT", "/recurrence-proposals/{proposal_id}/merger", {"problem": "P-1"}),
    ("PUT", "/recurrence-proposals/{proposal_id}/dismissal", WHY),
    ("DELETE", "/search-synonyms/{synonym_id}", None),
    ("GET", "/articles/{article}", None),
    ("PUT", "/articles/{article}/words/{language}", {"title": "Mine", "body": "Mine."}),
    ("PUT", "/articles/{article}/about", {"audience": "public"}),
    ("POST", "/articles/{article}/review", None),
    ("POST", "/articles/{article}/publication", None),
    ("POST", "/articles/{article}/refusal", {"comment": "No."}),
    ("POST", "/articles/{article}/outdated", None),
    ("POST", "/articles/{article}/archive", None),
    ("POST", "/articles/{article}/draft", None),
    ("PUT", "/articles/{article}/vote", {"is_useful": True}),
    ("GET", "/articles/{article}/files", None),
    ("POST", "/articles/{article}/files", None),
    ("GET", "/articles/files/{article_file_id}", None),
    ("POST", "/article-tasks/{task_id}/article", None),
    ("PUT", "/article-tasks/{task_id}/end", {"state": "done"}),
    ("GET", "/tickets/{number}/surveys", None),
    ("GET", "/surveys/{survey_id}", None),
    ("PUT", "/surveys/{survey_id}/answer", {"score": 5}),
    ("PUT", "/surveys/{survey_id}/handling", {"note": "Mine"}),
    ("PUT", "/surveys/{survey_id}/claim", None),
    ("DELETE", "/surveys/{survey_id}/words", None),
    ("GET", "/survey-questions/{question_id}", None),
    ("PUT", "/survey-questions/{question_id}", QUESTION),
]  # fmt: skip
# What a client may not do on a ticket of their own, and what is not for clients at all.
STAFFS_OWN = [
    ("PUT", "/surveys/{survey_id}/handling", {"note": "Mine"}),
    ("PUT", "/surveys/{survey_id}/claim", None),
    ("DELETE", "/surveys/{survey_id}/words", None),
    ("GET", "/survey-answers", None),
    ("GET", "/survey-questions", None),
    ("POST", "/survey-questions", QUESTION),
    ("GET", "/survey-settings", None),
    ("PATCH", "/survey-settings", {"pause_days": 1}),
    ("POST", "/tickets/{number}/wishes", WISH),
    ("POST", "/wishes", WISH),
    ("PUT", "/wishes/{wish}", {"title": "Mine"}),
    ("GET", "/wishes/{wish}/clients", None),
    ("POST", "/wishes/{wish}/clients", {"contact_id": 1}),
    ("DELETE", "/wishes/{wish}/clients/{supporter_id}", None),
    ("PUT", "/wishes/{wish}/merger", {"into": "W-1"}),
    ("POST", "/wishes/{wish}/answers", ANSWER),
    ("GET", "/product-feedback", None),
    ("POST", "/product-feedback/schedules", {"every": "week"}),
    ("POST", "/webhooks", {"url": "https://hooks.example.com/"}),
    ("PATCH", "/tickets/{number}", {"subject": "Mine now"}),
    ("PATCH", "/tickets/{number}", {"impact": "organisation"}),
    ("PATCH", "/tickets/{number}", {"priority": "P1", "priority_reason": "I say so"}),
    ("PATCH", "/tickets/{number}", {"status": "waiting_vendor"}),
    ("PATCH", "/tickets/{number}", {"is_major": True, "major_reason": "I say so"}),
    ("POST", "/tickets/{number}/notes", WORDS),
    ("GET", "/tickets/{number}/transfers", None),
    ("POST", "/tickets/{number}/transfers", {**WHY, "to_team_id": 1}),
    ("POST", "/tickets/{number}/handovers", FORM),
    ("POST", "/tickets/{number}/returns", WHY),
    ("PUT", "/tickets/{number}/resolution", WORDS),
    ("POST", "/tickets/{number}/promises", PROMISE),
    ("POST", "/tickets/{number}/promised-times", CALL_BACK),
    ("PUT", "/promises/{promise_id}/outcome", {}),
    ("POST", "/promises/{promise_id}/move", {**WHY, "until_at": "2026-03-13T10:00:00Z"}),
    ("PUT", "/promises/{promise_id}/owner", {**WHY, "operator_id": 1}),
    ("POST", "/promises/{promise_id}/withdrawal", WHY),
    ("PUT", "/tickets/{number}/clocks/{clock_id}/cause", CAUSE),
    ("PUT", "/tickets/{number}/clocks/{clock_id}/excuse", WHY),
    ("POST", "/tickets/{number}/clocks/{clock_id}/excuse/approval", None),
    ("POST", "/tickets/{number}/clocks/{clock_id}/excuse/refusal", None),
    ("POST", "/tickets/{number}/reopenings/undoing", WHY),
    ("GET", "/escalations", None),
    ("PUT", "/tickets/{number}/assignment", {}),
    ("PUT", "/tickets/{number}/tags", {"tags": ["mine"]}),
    ("GET", "/tickets/{number}/links", None),
    ("POST", "/tickets/{number}/links", {"other": "{number}"}),
    ("PUT", "/tickets/{number}/merge", {"into": "{number}"}),
    ("GET", "/tickets/{number}/work-logs", None),
    ("POST", "/tickets/{number}/work-logs", WORK),
    ("POST", "/tickets/{number}/approvals", {"what": "Mine", "minutes": 60}),
    ("POST", "/tickets/{number}/approvals/waivers", {"minutes": 60, **WHY}),
    ("POST", "/organisations/{organisation_id}/contracts", {"number": "Mine", "valid_from": "2026-01-01"}),
    ("GET", "/billing/notices", None),
    ("GET", "/billing/batches", None),
    ("POST", "/billing/batches", None),
    ("PUT", "/tickets/{number}/claim", None),
    ("PUT", "/tickets/{number}/claim/description", {"fault": "late"}),
    ("POST", "/tickets/{number}/claim/acknowledgement", None),
    ("POST", "/tickets/{number}/claim/whys", {"question": "Why?", "answer": "So."}),
    ("PUT", "/tickets/{number}/claim/evidence/{point_id}", {"note": "Photo"}),
    ("PUT", "/tickets/{number}/claim/root-cause", WORDS),
    ("POST", "/tickets/{number}/claim/decisions", DECISION),
    ("POST", "/tickets/{number}/claim/decision/approval", None),
    ("POST", "/tickets/{number}/claim/decision/refusal", WHY),
    ("PUT", "/tickets/{number}/claim/correction", WORDS),
    ("PUT", "/tickets/{number}/claim/verification", WORDS),
    ("POST", "/tickets/{number}/claim/closure", None),
    ("GET", "/refund-rules", None),
    ("POST", "/refund-rules", {"valid_from": "2026-05-01", "rules": [{"remedy": "redo"}]}),
    ("POST", "/refund-rules/preview", {"valid_from": "2026-05-01", "rules": [{"remedy": "redo"}]}),
    ("POST", "/deliverables", {"organisation_id": 1, "name": "Mine", "agreed_rounds": 1}),
    ("GET", "/tickets/{number}/timeline", None),
    ("POST", "/queue/next", None),
    ("GET", "/teams", None),
    ("GET", "/care-plans", None),
    ("POST", "/care-plans", {"name": "Mine", "steps": [{"what": "Call", "offset_days": 1}]}),
    ("GET", "/needs", None),
    ("GET", "/referrals", None),
    ("POST", "/revisits/{revisit_id}/moves", {"on": "2026-03-09", **WHY}),
    ("PUT", "/revisits/{revisit_id}/operator", {"operator_id": 1, **WHY}),
    ("PUT", "/revisits/{revisit_id}/end", {"state": "skipped", **WHY}),
    ("PUT", "/revisits/{revisit_id}/outcome", {"summary": "Mine now"}),
    ("POST", "/organisations/{organisation_id}/revisits", {"what": "Mine", "on": "2026-03-09"}),
    ("POST", "/organisations/{organisation_id}/cares", {"plan_id": 1, "anchor": "2026-03-02"}),
    ("GET", "/operators", None),
    ("POST", "/organisations", {"name": "Mine"}),
    ("POST", "/contacts", {"name": "Me"}),
    ("GET", "/enquiries", None),
    ("GET", "/tickets/{enquiry}/enquiry", None),
    ("PUT", "/tickets/{enquiry}/enquiry", {"kind": "meeting"}),
    ("POST", "/tickets/{enquiry}/enquiry/meetings", {"met_at": "2026-03-02T06:00:00Z"}),
    ("PUT", "/tickets/{enquiry}/enquiry/summary", WORDS),
    ("POST", "/tickets/{enquiry}/enquiry/quotations", OFFER),
    ("PUT", "/tickets/{enquiry}/enquiry/outcome", {"outcome": "won"}),
    ("GET", "/sales", None),
    ("POST", "/sales", SOLD),
    ("GET", "/problems", None),
    ("POST", "/problems", {"title": "Mine"}),
    ("GET", "/major-incidents", None),
    ("POST", "/tickets/{number}/major-incident", WHY),
    ("PATCH", "/installed-products/{installed_id}", {"serial": "mine"}),
    ("POST", "/installed-products/{installed_id}/parts", {"name": "Roll"}),
    ("PUT", "/contacts/{contact_id}/roles", {"roles": ["decider"]}),
    ("POST", "/articles", {"kind": "faq", "title": "Mine", "body": "Mine."}),
    ("PUT", "/articles/{article}/words/{language}", {"title": "Mine", "body": "Mine."}),
    ("PUT", "/articles/{article}/about", {"audience": "public"}),
    ("POST", "/articles/{article}/publication", None),
    ("POST", "/articles/{article}/archive", None),
    ("GET", "/recurrence-proposals", None),
    ("GET", "/search-synonyms", None),
    ("POST", "/search-synonyms", {"words": ["mine", "yours"]}),
    ("GET", "/article-tasks", None),
    ("POST", "/article-tasks", {"title": "Mine", "language": "en"}),
]  # fmt: skip


@pytest.fixture
def known(cast: Cast, ona: Caller, jonas: Caller) -> dict[str, Any]:
    """Names of things of Jonas: a ticket that has been worked on, with a file on it, and his own."""
    opened = jonas.call("POST", "/tickets", data=MultiDict([
        ("json", '{"subject": "Blank labels", "text": "See the file."}'), ("files", (BytesIO(b"labels"), "labels.txt")),
    ]))  # fmt: skip
    number = opened.get_json()["number"]
    other = jonas.post("/tickets", {"subject": "Blank again", "text": "Another one."}).get_json()["number"]
    link = ona.post(f"/tickets/{number}/links", {"other": other}).get_json()["links"][0]
    message = jonas.get(f"/tickets/{number}/messages").get_json()["messages"][0]
    classify(get_ticket(number, for_=cast.ona), Classification("Blank labels", TicketType.CLAIM), by=cast.ona)
    register_claim(get_ticket(number, for_=cast.ona), by=cast.ona)
    made = agree_deliverable(cast.klinika, NewDeliverable("Logo", 2), by=cast.ona)
    deliver_round(made, NewRound("Sketch", uploads=(store_upload("logo.txt", BytesIO(b"a logo")),)), by=cast.ona)
    promise = ona.post(f"/tickets/{number}/promised-times", CALL_BACK).get_json()
    clock = ona.get(f"/tickets/{number}/clocks").get_json()["clocks"][0]
    contract = a_contract(cast)
    grant_hours(contract, 60, by=cast.petras)
    approval = ask_approval(get_ticket(number, for_=cast.ona), NewApproval("A part", 60), by=cast.ona)
    row = reserve_hours(contract, 30, "A visit", by=cast.petras)
    care, revisit = a_care(cast), a_revisit(cast)
    found = a_revisit(cast, contact_id=cast.lena.contact_id)
    record_outcome(found, NewOutcome("Fine", needs=(NewNeed(NeedKind.OTHER, "Rolls"),),
                                     referrals=(NewReferral("Kauno baldai"),)), by=cast.tomas)  # fmt: skip
    [need], [referral] = leads_of(found)
    return {
        "revisit_id": revisit.id, "care_id": care.id, "plan_id": care.plan_id, "need_id": need.id,
        "referral_id": referral.id, "approval_id": approval.id, "batch_id": 1, "reservation_id": row.id,
        "number": number, "other": other, "link_id": link["id"], "attachment_id": message["attachments"][0]["id"],
        "organisation_id": cast.jonas.organisation_id, "contact_id": cast.jonas.contact_id,
        "clock_id": clock["id"], "escalation_id": 1,
        "work_log_id": 1, "contract_id": contract.id, "point_id": 1,
        "version_id": some_rules(cast).id, "deliverable_id": made.id, "round": 1, "file_id": made.rounds[0].files[0].id,
        "feed_id": create_feed(FeedKind.MINE, by=cast.jonas)[0].id, "promise_id": promise["id"],
        "sale": a_sale(cast).number, "point": "quality", "payment_id": 1, "part_id": 1,
        "wish": a_wish(cast).number, "supporter_id": 1, "problem": a_problem(cast).number,
        "schedule_id": schedule_feedback(NewSchedule(Every.WEEK), by=cast.vera).id,
        "report": "lines", "saved_id": save_report(NewSaved("Ours", "lines", is_shared=True), by=cast.vera).id,
        "webhook_id": add_webhook(NewWebhook("https://hooks.example.com/"), by=cast.petras)[0].id,
        "installed_id": cast.printer_at_klinika.id, "enquiry": a_ticket(cast, type=TicketType.ENQUIRY).number,
        **problem_things(cast, number), **article_things(cast), "proposal_id": a_proposal(cast).id,
        **survey_things(cast),
        "wall_link_id": create_wall_link(NewWallLink("Hall"), by=cast.vera)[0].id,
        "synonym_id": add_synonyms(["printer", "label machine"], by=cast.petras).id,
    }  # fmt: skip


def survey_things(cast: Cast) -> dict[str, Any]:
    """What Jonas was asked after a resolution, and a question of the desk's own."""
    desk_asks(cast, pause_days=0)
    question = add_question(NewQuestion(SurveyKind.CSAT, QuestionForm.TEXT, {"en": "What else?"}), by=cast.petras)
    return {"survey_id": asked(cast).id, "question_id": question.id}


def a_proposal(cast: Cast) -> RecurrenceProposal:
    """A group of tickets that grows unusually, as detection proposes it."""
    with transaction():
        row = RecurrenceProposal(
            group_id=0, product_id=cast.printer.id, title="Blank labels", state=ProposalState.OPEN, count=5,
            expected=0.5, probability=0.001, evidence={}, proposed_at=now(), updated_at=now(),
        )  # fmt: skip
        db.session.add(row)
    return row


def problem_things(cast: Cast, number: str) -> dict[str, Any]:
    """A problem of the ticket of Jonas, what its clients are told, and a major incident."""
    ticket = get_ticket(number, for_=cast.ona)
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(ticket,))
    broadcast = publish(problem, NewBroadcast(BroadcastKind.WORKAROUND, {"en": "Wait."}), by=cast.ona)
    major = declare_major(ticket, NewMajor("All printers", {"en": "Wait."}), by=cast.rasa)
    return {"problem": problem.number, "language": "lt", "broadcast_id": broadcast.id, "major_id": major.id}


def article_things(cast: Cast) -> dict[str, Any]:
    """An article for those who have the printer, a file that it shows, and a task."""
    article = published(cast, audience=AudienceKind.CLIENTS, products=((cast.printer.id, None),))
    [file] = add_files(article, [store_upload("head.txt", BytesIO(b"a head"))], by=cast.ona)
    base_id = source_of(article).latest_id
    save_words(article, "en", Words("Heads", f"[Head](files/{file.id})"), base_id=base_id, by=cast.ona)
    publish_article(article, by=cast.rasa)
    task = ask_article("Heads", "en", by=cast.ona)
    return {"article": article.number, "article_file_id": file.id, "task_id": task.id}


def filled(body: Any, known: dict[str, Any]) -> Any:
    return {k: v.format(**known) if isinstance(v, str) else v for k, v in body.items()} if body is not None else None


def test_for_the_stranger_nothing_exists(marek: Caller, known: dict[str, Any]) -> None:
    answers = {}
    for method, address, body in ADDRESSES:
        refused = marek.call(method, address.format(**known), json=filled(body, known))
        answers[f"{method} {address}"] = (refused.status_code, (refused.get_json() or {}).get("code"))
    assert {call: answer for call, answer in answers.items() if answer != (404, "not_found")} == {}


def test_the_stranger_is_tried_at_every_address_that_names_something(app: Flask) -> None:
    tried = {(method, re.sub(r"{\w+}", "{}", address).partition("?")[0]) for method, address, _ in ADDRESSES}
    routes = {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1") and "<" in rule.rule
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert tried == routes


def test_lists_hold_nothing_for_the_stranger(marek: Caller, known: dict[str, Any]) -> None:
    assert marek.get("/tickets").get_json()["tickets"] == []
    assert marek.get(f"/tickets?organisation_id={known['organisation_id']}").get_json()["tickets"] == []
    assert [row["name"] for row in marek.get("/organisations").get_json()["organisations"]] == ["Strangers"]
    assert [row["name"] for row in marek.get("/contacts").get_json()["contacts"]] == ["Marek"]
    assert marek.get("/contacts?email=jonas@klinika.example").get_json()["contacts"] == []
    assert marek.get("/promises").get_json()["promises"] == []
    assert marek.get(f"/promises?organisation_id={known['organisation_id']}").get_json()["promises"] == []
    assert marek.get("/installed-products").get_json()["installed_products"] == []


def test_a_client_may_not_do_what_is_for_staff(jonas: Caller, known: dict[str, Any]) -> None:
    answers = {
        f"{method} {address}": jonas.call(method, address.format(**known), json=filled(body, known)).status_code
        for method, address, body in STAFFS_OWN
    }
    assert {call: status for call, status in answers.items() if status != 403} == {}


def test_the_third_line_sees_only_what_was_handed_to_it(cast: Cast, giedrius: Caller) -> None:
    mine, others = a_ticket(cast, line=3).number, a_ticket(cast, line=2).number

    assert giedrius.get(f"/tickets/{mine}").status_code == 200
    assert giedrius.get(f"/tickets/{others}").status_code == 404
    assert [row["number"] for row in giedrius.get("/tickets").get_json()["tickets"]] == [mine]
    refused = giedrius.post(f"/tickets/{mine}/messages", WORDS)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "may_not_reply_to_client")


def test_no_note_reaches_a_client(cast: Cast, ona: Caller, jonas: Caller, lena: Caller) -> None:
    ticket = a_ticket(cast)
    number = ticket.number
    ona.call("POST", f"/tickets/{number}/notes", data=MultiDict([
        ("json", '{"text": "A difficult client."}'), ("files", (BytesIO(b"secret"), "secret.txt")),
    ]))  # fmt: skip
    note = ona.get(f"/tickets/{number}/messages").get_json()["messages"][-1]
    assert note["kind"] == "note"

    for client in (jonas, lena):
        for address in (f"/tickets/{number}", f"/tickets/{number}/messages", "/tickets"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "difficult" not in answer.get_data(as_text=True)
            assert "secret" not in answer.get_data(as_text=True)
        assert client.get(note["attachments"][0]["url"]).status_code == 404


def test_a_client_gets_no_field_of_staff(cast: Cast, ona: Caller, jonas: Caller) -> None:
    number = a_ticket(cast).number
    ona.put(f"/tickets/{number}/tags", {"tags": ["difficult"]})

    for address in (f"/tickets/{number}", "/tickets"):
        text = jonas.get(address).get_data(as_text=True)
        for word in (
            "priority",
            "impact",
            "assignee",
            "tags",
            "difficult",
            "team",
            "line",
            "bouncing",
            "missed",
            "sub_",
        ):
            assert word not in text
    assert ona.get(f"/tickets/{number}").get_json()["tags"] == ["difficult"]


def test_a_supervisor_sees_the_tickets_of_the_organisation(
    cast: Cast, lena: Caller, as_: Callable[[Actor], Caller]
) -> None:
    number = a_ticket(cast).number

    assert lena.get(f"/tickets/{number}").status_code == 200
    assert as_(cast.egle).get(f"/tickets/{number}").status_code == 404


def test_a_watcher_sees_the_ticket(cast: Cast, as_: Callable[[Actor], Caller]) -> None:
    ticket = a_ticket(cast)
    watch(ticket, True, by=cast.ona, account_id=cast.egle.account_id)

    assert as_(cast.egle).get(f"/tickets/{ticket.number}").status_code == 200


def test_an_administrators_look_leaves_its_trace(cast: Cast, as_: Callable[[Actor], Caller]) -> None:
    ticket = a_ticket(cast)
    number = ticket.number
    for address in (f"/tickets/{number}", f"/tickets/{number}/messages", f"/tickets/{number}/timeline"):
        assert as_(cast.petras).get(address).status_code == 200

    assert facts(ticket).count("TicketRead") == 3


def test_a_product_owner_reads_the_tickets_of_their_product(cast: Cast, as_: Callable[[Actor], Caller]) -> None:
    number, other = a_ticket(cast, product_id=cast.printer.id).number, a_ticket(cast).number

    assert as_(cast.birute).get(f"/tickets/{number}").status_code == 200
    assert as_(cast.birute).get(f"/tickets/{other}").status_code == 404
    assert as_(cast.birute).post(f"/tickets/{number}/messages", WORDS).status_code == 403


def test_without_a_token_nothing_is_answered(nobody: Caller, app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1") and not rule.rule.endswith("openapi.json"):
            for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
                address = re.sub(r"<[^>]+>", "1", rule.rule)
                refused = nobody.call(method, address)
                assert (refused.status_code, refused.get_json()["code"]) == (401, "token_missing"), address
                assert refused.headers["WWW-Authenticate"] == 'Bearer realm="Threeline"'


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Basic b25hOm9uYQ==", "token_missing"),
        ("Bearer", "token_missing"),
        ("Bearer  ", "token_missing"),
        ("tl_something", "token_missing"),
        ("Bearer tl_something", "token_invalid"),
        ("bearer tl_ąč", "token_invalid"),
        ("Bearer " + "x" * 5000, "token_invalid"),
    ],
)
def test_a_wrong_token_is_refused(nobody: Caller, header: str, code: str) -> None:
    refused = nobody.get("/me", headers={"Authorization": header})
    assert (refused.status_code, refused.get_json()["code"]) == (401, code)
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_is_no_token(ona: Caller, nobody: Caller) -> None:
    assert nobody.get(f"/me?access_token={ona.token}").status_code == 401


def test_a_token_ends_when_it_is_revoked(cast: Cast, jonas: Caller) -> None:
    assert jonas.get("/me").status_code == 200
    revoke_token(tokens_of(for_=cast.jonas)[0].id, by=cast.jonas)
    assert jonas.get("/me").get_json()["code"] == "token_invalid"


def test_a_token_ends_with_its_time(cast: Cast, nobody: Caller, at: Callable[..., Any]) -> None:
    account = db.session.get_one(Account, cast.jonas.account_id)
    nobody.token = create_token(account, "a week", by=cast.jonas, valid_for=timedelta(days=7))

    assert nobody.get("/me").status_code == 200
    with at("2026-03-09 09:01"):
        assert nobody.get("/me").status_code == 401


def test_a_token_ends_with_its_account(cast: Cast, jonas: Caller) -> None:
    disable_account(db.session.get_one(Account, cast.jonas.account_id), by=SYSTEM)
    assert jonas.get("/me").status_code == 401


def test_a_session_cookie_opens_nothing(nobody: Caller, cast: Cast) -> None:
    assert nobody.get("/me", headers={"Cookie": "threeline=something"}).status_code == 401


def test_a_note_by_the_desk_shows_only_to_staff(cast: Cast, tomas: Caller, jonas: Caller) -> None:
    ticket = a_ticket(cast, line=2)
    add_note(ticket, NewMessage("Checked the serial number."), by=cast.tomas)
    number = ticket.number

    assert [m["kind"] for m in tomas.get(f"/tickets/{number}/messages").get_json()["messages"]] == ["reply", "note"]
    assert [m["kind"] for m in jonas.get(f"/tickets/{number}/messages").get_json()["messages"]] == ["reply"]
