"""The words of the vocabulary as people read them; `domain.md` and the glossary of translators have the same."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from helpdesk import channels

STATUSES = {
    "new": _l("new"), "open": _l("open"), "waiting_client": _l("waiting for the client"),
    "waiting_vendor": _l("waiting for the vendor"), "scheduled": _l("scheduled"), "resolved": _l("resolved"),
    "closed": _l("closed"), "cancelled": _l("cancelled"), "merged": _l("merged"),
}  # fmt: skip
# What a status means to a client, who does not know our words.
CLIENT_STATUSES = {
    "new": _l("Received"), "open": _l("In work"), "waiting_client": _l("Waiting for you"),
    "waiting_vendor": _l("In work"), "scheduled": _l("Scheduled"), "resolved": _l("Please check"),
    "closed": _lp("status", "Done"), "cancelled": _l("Cancelled"), "merged": _l("Joined with another"),
}  # fmt: skip
TYPES = {
    "incident": _l("Incident"), "service_request": _l("Service request"), "question": _l("Question"),
    "claim": _l("Claim"), "enquiry": _l("Enquiry"),
}  # fmt: skip
CHANNELS = {channel.name.value: channel.label for channel in channels.CHANNELS}
IMPACTS = {"organisation": _l("The whole organisation"), "group": _l("A group"), "person": _l("One person")}
URGENCIES = {"high": _l("High"), "medium": _l("Medium"), "low": _l("Low")}
CLOCKS = {
    "first_response": _l("First response"), "next_response": _l("Next response"),
    "periodic_update": _l("Regular update"), "time_to_own": _l("Time to own"), "resolution": _l("Resolution"),
    "ola": _l("OLA"), "ola:line1": _l("OLA of the first line"),
    "ola:line2": _l("OLA of the second line"), "ola:line3": _l("OLA of the third line"),
}  # fmt: skip
BREACH_CAUSES = {
    "capacity": _l("Not enough people"), "mis_routed": _l("Went to the wrong team"),
    "wrong_priority": _l("Wrong priority"), "vendor": _l("The vendor was late"),
    "client_answered_late": _l("The client answered late"), "tool_outage": _l("Our tools were down"),
    "data_error": _l("Wrong data"), "force_majeure": _l("Force majeure"), "other": _l("Something else"),
}  # fmt: skip
# What contracts pay for, what the ledger says, and which rule decides what work costs.
PLANS = {
    "monthly": _l("Monthly service"), "prepaid": _l("Prepaid hours"), "pay_as_you_go": _l("Pay as you go"),
    "warranty": _l("Warranty only"),
}  # fmt: skip
HOURS_KINDS = {
    "granted": _l("Hours granted"), "used": _lp("hours", "Used"), "overage": _l("Used beyond the hours"),
    "billed": _l("Goes to a proforma"), "adjusted": _lp("hours", "Corrected"), "expired": _lp("hours", "Expired"),
    "carried_over": _l("Carried over"),
}  # fmt: skip
WORK_RULES = {
    "no_contract": _l("no contract covers it"), "no_terms": _l("the contract says nothing of work"),
    "not_billable": _l("not billable"), "on_site": _l("on site, chargeable"),
    "channel": _l("channel not covered, chargeable"), "outside_hours": _l("outside the agreed hours, chargeable"),
    "monthly_plan": _l("covered by the monthly plan"),
    "warranty": _l("under warranty"), "pay_as_you_go": _l("charged by the hour"),
    "prepaid_hours": _l("from the prepaid hours"), "monthly_fee": _l("monthly fee"),
    "claim_refund": _l("refund of a claim"),
    "product_sale": _l("sale of products"),
}  # fmt: skip
APPROVAL_STATES = {
    "asked": _l("waits for the client"), "approved": _l("approved"), "declined": _lp("approval", "declined"),
    "expired": _l("nobody answered in time"), "withdrawn": _l("withdrawn"), "waived": _l("waived by a manager"),
}  # fmt: skip
NOTICE_KINDS = {"proforma": _l("Proforma"), "vat_invoice": _l("VAT invoice"), "credit": _l("Credit")}
BATCH_STATES = {"taken": _l("taken"), "confirmed": _l("confirmed"), "released": _l("released")}
# What became of what was promised.
PROMISE_STATES = {
    "planned": _lp("promise", "Promised"), "kept": _lp("promise", "Kept"), "late": _lp("promise", "Late"),
    "moved": _lp("promise", "Moved with notice"), "broken": _lp("promise", "Broken"),
    "withdrawn": _lp("promise", "Withdrawn"), "overdue": _lp("promise", "Overdue"),
}  # fmt: skip
PROMISED_CLOCKS = {"resolution": _l("the solution"), "periodic_update": _l("the next news")}
# Problems and major incidents.
PROBLEM_STATES = {
    "new": _lp("problem", "New"), "investigating": _lp("problem", "Investigating"),
    "known_error": _lp("problem", "Known error"), "fix_planned": _lp("problem", "Fix planned"),
    "fixed": _lp("problem", "Fixed"), "closed": _lp("problem", "Closed"),
}  # fmt: skip
CAUSE_METHODS = {
    "five_whys": _l("Five whys"), "category": _l("By categories of causes"), "other": _lp("method", "Another way"),
}  # fmt: skip
CAUSE_CATEGORIES = {
    "design": _lp("cause", "Design"), "code": _lp("cause", "Program code"),
    "configuration": _lp("cause", "Configuration"), "data": _lp("cause", "Data"),
    "hardware": _lp("cause", "Hardware"), "supplier": _lp("cause", "Supplier"), "process": _lp("cause", "Process"),
    "training": _lp("cause", "Training"), "environment": _lp("cause", "Environment"),
    "unknown": _lp("cause", "Not known"),
}  # fmt: skip
BROADCAST_KINDS = {"workaround": _l("Workaround"), "fix": _l("Fix")}
BROADCAST_STATES = {
    "pending": _l("on its way"), "sent": _lp("broadcast", "sent"), "undone": _lp("broadcast", "taken back"),
}  # fmt: skip
LEFT_OUT = {
    "closed": _l("The ticket is closed."), "merged": _l("The ticket was merged into another."),
    "cancelled": _l("The ticket was cancelled."), "resolved": _l("The ticket is resolved already."),
    "told": _l("They were told already."), "no_address": _l("No letter and no portal reaches them: call them."),
    "client_wrote": _l("The client wrote something new that nobody has answered."),
    "unlinked": _l("The ticket was unlinked meanwhile."), "failed": _l("It could not be answered; look at the ticket."),
}  # fmt: skip
MAJOR_STATES = {
    "running": _lp("major incident", "Running"), "review_due": _lp("major incident", "Over, review due"),
    "finished": _lp("major incident", "Finished"),
}  # fmt: skip
# What clients are asked, how they answered, why not; and how a question of our own is answered.
SURVEY_KINDS = {
    "csat": _l("Satisfaction"), "ces": _l("Ease"), "nps": _l("Readiness to recommend"),
    "revisit": _l("Satisfaction with the visit"),
}  # fmt: skip
SURVEY_STATES = {
    "planned": _lp("survey", "To be asked:"), "not_sent": _lp("survey", "not asked"),
    "sent": _lp("survey", "asked, no answer yet"), "answered": _lp("survey", "answered"),
    "expired": _lp("survey", "asked, not answered"),
}  # fmt: skip
NOT_ASKED = {
    "not_sampled": _l("not asked, not drawn"), "paused": _l("not asked, they were asked lately"),
    "no_address": _l("not asked, no address"), "one_of_us": _l("not asked, one of us"),
    "reopened": _l("not asked, it was reopened"), "merged": _l("not asked, it was merged"),
    "cancelled": _l("not asked, it was cancelled"), "silence": _l("not asked, silence closed it"),
    "switched_off": _l("not asked, switched off"), "too_late": _l("not asked, it was too late"),
}  # fmt: skip
VIAS = {
    "letter": _l("by the link of the letter"), "portal": _l("in the portal"), "api": _l("through the API"),
    "spoken": _l("said at the visit"),
}  # fmt: skip
QUESTION_FORMS = {"score": _l("A number from 1 to 5"), "choice": _l("A choice"), "text": _l("Words")}
# Enquiries, and the checklist that ends a handover to operations.
ENQUIRY_KINDS = {"information": _l("Information"), "meeting": _l("Meeting"), "quotation": _l("Quotation")}
ENQUIRY_STATES = {
    "received": _lp("enquiry", "received"), "clarifying": _lp("enquiry", "clarifying"),
    "quoted": _lp("enquiry", "quoted"), "won": _lp("enquiry", "won"), "lost": _lp("enquiry", "lost"),
    "answered": _lp("enquiry", "answered"), "withdrawn": _lp("enquiry", "withdrawn"),
}  # fmt: skip
POINTS = {
    "delivery": _l("Delivery on time"), "quality": _lp("checklist", "Quality"), "invoice": _l("Invoice correct"),
    "installation": _lp("checklist", "Installation"), "training": _lp("checklist", "Training"),
    "correct_use": _l("Correct use"),
}  # fmt: skip
PART_KINDS = {"consumable": _l("Consumable"), "spare_part": _l("Spare part")}
# The steps of the escalation ladder.
STEPS = {1: _l("Assignee"), 2: _l("Line lead"), 3: _l("Manager"), 4: _l("Duty officer")}
# What a person has to do by a time.
DUTIES = {
    "summary_letter": _l("Summary letter"), "quotation": _l("Quotation"), "specialist": _l("Specialist joins"),
    "check_delivery": _l("Check the delivery"), "check_quality": _l("Check the quality"),
    "check_invoice": _l("Check the invoice"), "check_installation": _l("Install it"),
    "check_training": _l("Train its users"), "check_correct_use": _l("Check that it is used correctly"),
    "revisit": _l("Revisit"), "promise": _l("Promise"),
    "claim_acknowledge": _l("Acknowledge the claim"), "claim_investigate": _l("Investigate the claim"),
    "claim_decide": _l("Decide the claim"), "claim_approve": _l("Approve the decision"),
    "claim_correct": _l("Corrective action"), "claim_verify": _l("Verify that it helped"),
    "claim_close": _l("Close the claim"), "contract_renewal": _l("Contract renewal"),
    "contract_notice": _l("Last day of notice"), "low_score": _l("Talk to a client who was not content"),
}  # fmt: skip
# Claims: their states, to us and to the client; what is said to be wrong; what is on the table; how they are decided.
CLAIM_STATES = {
    "registered": _l("Registered"), "acknowledged": _l("Acknowledged"), "investigated": _l("Investigated"),
    "decided": _l("Decided"), "corrective_action": _l("Corrective action"), "verified": _l("Verified"),
    "closed": _lp("claim", "Closed"), "withdrawn": _lp("claim", "Withdrawn"),
}  # fmt: skip
CLIENT_CLAIM_STATES = {
    "registered": _l("We have your claim and will confirm it shortly."),
    "acknowledged": _l("We are looking for the cause."),
    "investigated": _l("We know the cause and are deciding."),
    "decided": _l("We have decided."),
    "corrective_action": _l("We are doing what was decided."),
    "verified": _l("It is done. Please check whether you see it so, too."),
    "closed": _l("Your claim is closed."), "withdrawn": _l("You have withdrawn your claim."),
}  # fmt: skip
FAULTS = {
    "defect": _l("Defect"), "wrong_delivery": _l("Wrong delivery"), "incomplete": _l("Incomplete"),
    "damaged": _l("Damaged on the way"), "late": _l("Delivered late"), "workmanship": _l("Not as agreed"),
    "other": _lp("fault", "Something else"),
}  # fmt: skip
EVIDENCE_POINTS = {
    "fault_shown": _l("The fault is shown (photo, recording, file)"),
    "product_identified": _l("The product is identified (serial, version)"),
    "conditions_of_use": _l("How it was used is described"), "order": _l("What was ordered"),
    "delivery_note": _l("What was delivered, and when"), "missing_named": _l("What is missing is named"),
    "packaging_shown": _l("The packaging is shown"), "agreed_date": _l("The date that was agreed"),
    "agreed_result": _l("What was agreed as the result"),
}  # fmt: skip
OUTCOMES = {
    "repair": _l("Repair"), "replace": _l("Replace"), "redo": _l("Redo"), "refund": _l("Refund"),
    "reject": _l("Reject"),
}  # fmt: skip
DECISION_STATES = {
    "proposed": _l("waits for approval"), "in_force": _l("in force"), "refused": _l("not approved"),
    "appealed": _l("appealed"),
}  # fmt: skip
RULE_FITS = {
    "applies": _l("applies"), "outranked": _l("fits, but another comes first"),
    "other_contract": _l("for another contract"), "other_product": _l("for another product"),
    "other_fault": _l("for another kind of fault"), "round_outside": _l("for other rounds"),
    "round_unknown": _l("the round is not known"), "age_outside": _l("for another age"),
    "age_unknown": _l("the day of delivery is not known"),
}  # fmt: skip
ROUND_ANSWERS = {"accepted": _lp("round", "accepted"), "revision": _l("revision asked for")}
REVISIT_STATES = {
    "planned": _lp("revisit", "planned"), "confirmed": _lp("revisit", "confirmed by the client"),
    "done": _lp("revisit", "done"), "missed": _lp("revisit", "missed"), "moved": _lp("revisit", "moved"),
    "skipped": _lp("revisit", "skipped by us"), "refused": _lp("revisit", "refused by the client"),
}  # fmt: skip
PLANNING_PROBLEMS = {
    "outside_window": _l("outside of its window"), "no_working_day": _l("there is no business day nearby"),
    "overloaded": _l("that day is full"), "nobody_present": _l("nobody is there on that day"),
}  # fmt: skip
NEEDS = {
    "upgrade": _l("Upgrade"), "extra_site": _l("Another site"), "consumables": _l("Consumables"),
    "training": _l("Training"), "other": _l("Something else"),
}  # fmt: skip
# What became of a need or a referral.
FOLLOWED = {
    "open": _lp("need", "open"), "won": _lp("need", "won"), "lost": _lp("need", "lost"),
    "dropped": _lp("need", "dropped"),
}  # fmt: skip
# Where a revisit stands, to the client; and whose revisits a calendar feed shows.
CLIENT_REVISIT_STATES = {
    "planned": _lp("visit", "Planned"), "confirmed": _lp("visit", "Confirmed"), "done": _lp("visit", "Took place"),
    "missed": _lp("visit", "Did not take place"), "moved": _lp("visit", "Moved"),
    "skipped": _lp("visit", "Called off"), "refused": _lp("visit", "Called off"),
}  # fmt: skip
PARTS_OF_DAY = {"morning": _l("Morning"), "midday": _l("Around noon"), "afternoon": _l("Afternoon")}
FEED_KINDS = {"mine": _l("My visits"), "team": _l("Visits of a team"), "organisation": _l("Visits of the organisation")}
ROLES = {
    "contact": _l("Contact"), "operator": _l("Operator"), "line_lead": _l("Line lead"), "manager": _l("Manager"),
    "product_owner": _l("Product owner"), "administrator": _l("Administrator"),
}  # fmt: skip
LINKS = {
    "parent_of": _l("Parent of"), "related": _l("Related"), "duplicate_of": _l("Duplicate of"),
    "merged_into": _l("Merged into"), "follow_up_of": _l("Follow-up of"),
}  # fmt: skip
LINKS_BACK = {
    "parent_of": _l("Child of"), "related": _l("Related"), "duplicate_of": _l("Has the duplicate"),
    "merged_into": _l("Merged into this"), "follow_up_of": _l("Followed up by"),
}  # fmt: skip
LINES = {1: _l("First line"), 2: _l("Second line"), 3: _l("Third line")}
SHARING = {
    "private": _l("Private: everybody sees their own"), "unit": _l("Colleagues of the same unit"),
    "organisation": _l("The whole organisation"), "circle": _l("A named circle"),
}  # fmt: skip
# What can cover a request, and why it does not.
COVERED_BY = {
    "contract_line": _l("Product line of the contract"), "contract": _l("Contract"),
    "warranty": _l("Warranty of the device"), "default": _l("Default policy"),
}  # fmt: skip
NOT_COVERED = {
    "outranked": _l("something that comes first covers it"), "not_yet": _l("not yet valid"),
    "expired": _l("had ended"), "other_product": _l("for another product"), "no_policy": _l("names no policy"),
    "other_component": _l("for another component"), "other_channel": _l("not by this channel"),
    "outside_hours": _l("not outside its hours"),
}  # fmt: skip
IT_READINESS = {"novice": _l("Novice"), "basic": _l("Basic"), "expert": _l("Expert")}
BUYING_ROLES = {
    "initiator": _l("Initiator"), "user": _l("User"), "influencer": _l("Influencer"), "gatekeeper": _l("Gatekeeper"),
    "buyer": _l("Buyer"), "decider": _l("Decider"), "controller": _l("Controller"),
}  # fmt: skip
ARTICLE_STATES = {
    "draft": _lp("article", "Draft"), "in_review": _lp("article", "In review"),
    "published": _lp("article", "Published"), "outdated": _lp("article", "Outdated"),
    "archived": _lp("article", "Archived"),
}  # fmt: skip
ARTICLE_KINDS = {"known_error": _l("Known error"), "how_to": _l("How-to"), "faq": _l("Question and answer")}
AUDIENCES = {
    "public": _l("Everybody"), "clients": _l("Clients who have the product"), "operators": _l("All operators"),
    "line": _l("One support line"),
}  # fmt: skip
USE_KINDS = {"linked": _l("linked"), "inserted": _l("given in a reply"), "written_from": _l("written from this ticket")}
TASK_STATES = {"open": _lp("task", "To be written"), "done": _lp("task", "Done"), "dropped": _lp("task", "Dropped")}
TAKEN_KINDS = {
    "name": _l("Name"), "organisation": _l("Organisation"), "serial": _l("Serial number"), "email": _l("Mail address"),
    "link": _l("Link with a secret"), "account": _l("Account number"), "phone": _l("Telephone"),
    "card": _l("Card number"), "network": _l("Network address"), "secret": _l("Password"),
}  # fmt: skip

PROPOSAL_STATES = {
    "open": _l("To decide"),
    "accepted": _lp("proposal", "Accepted"),
    "merged": _l("Merged into a problem"),
    "dismissed": _l("Dismissed"),
}
