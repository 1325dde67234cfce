"""Facts as sentences: one line of a ticket's timeline, for staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from helpdesk.core.i18n import OWN_NAMES, day_name, enumeration, moment, money, ngettext, signed_hours, span
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry
from helpdesk.core.times import instant
from helpdesk.models.feedback import NUMBER_PREFIX as WISH_PREFIX
from helpdesk.models.problems import NUMBER_PREFIX as PROBLEM_PREFIX
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people import directory
from helpdesk.problems.feedback_words import VERDICTS
from helpdesk.web.words import (
    BREACH_CAUSES,
    CLAIM_STATES,
    CLOCKS,
    EVIDENCE_POINTS,
    OUTCOMES,
    PROBLEM_STATES,
    STATUSES,
    STEPS,
)

NAMED_TICKETS = 5


@dataclass(frozen=True)
class Names:
    """Who is who in the journal of one ticket."""

    contacts: Mapping[int, str] = field(default_factory=dict)
    accounts: Mapping[int, str] = field(default_factory=dict)

    def of(self, kind: str, actor_id: int) -> str:
        if kind == "contact":
            return self.contacts.get(actor_id, _("A client"))
        if kind == "operator":
            card = directory.operators().get(actor_id)
            return card.name if card else _("An operator")
        if kind == "account":
            return self.accounts.get(actor_id, _("Staff"))
        return "Threeline"


@dataclass(frozen=True)
class Sentence:
    """One thing that happened, in words."""

    text: str
    icon: str
    at: datetime


Telling = Callable[[dict[str, Any], str], str]


def sentence(entry: Entry, names: Names) -> Sentence | None:
    """The fact in words; None where the page shows it otherwise (a message, a card) or it says nothing new."""
    tell = TELLINGS.get(entry.fact)
    if tell is None:
        return None
    text = tell(entry.payload, names.of(entry.actor_kind, entry.actor_id))
    return Sentence(text, FACT_ICONS[entry.fact], entry.at) if text else None


def _timed(p: dict[str, Any], who: str) -> str:
    if p["before"] == p["after"]:
        return _("%(who)s set the hour", who=who)
    before, after = (day_name(date.fromisoformat(p[key])) for key in ("before", "after"))
    return _("The plan was changed: %(after)s instead of %(before)s", after=after, before=before)


def _reassigned(p: dict[str, Any], who: str) -> str:
    names = directory.operators()
    after = names[p["after"]].name if p["after"] in names else _("An operator")
    if p["is_absence"]:
        return _("%(after)s stands in for whoever is away", after=after)
    return _("%(who)s gave it to %(after)s: %(reason)s", who=who, after=after, reason=p["reason"])


def _status(p: dict[str, Any], who: str) -> str:
    after = STATUSES.get(p["after"], p["after"])
    reasons = {
        "client_replied": _("%(who)s replied; the ticket is open again", who=who),
        "date_came": _("The agreed date has come; the ticket is open again"),
        "silence": _("Closed, because nothing more was heard"),
        "accepted": _("%(who)s accepted the solution; closed", who=who),
        "on_call": _("%(who)s answered on the spot: %(after)s", who=who, after=after),
        "reply": _("%(who)s replied; reopened", who=who),
        "refusal": _("%(who)s refused the solution; reopened", who=who),
        "reopening_undone": "",  # told by its own fact
        "enquiry_won": "",
        "enquiry_lost": "",
        "enquiry_clarifying": "",
        "enquiry_quoted": "",  # likewise
        "merge_undone": _("%(who)s undid the merge", who=who),
        "claim": "",  # told by the claim's own fact
    }
    if p["reason"] in reasons:
        return reasons[p["reason"]]
    if p.get("sub_status"):
        return _("%(who)s set the status to %(after)s, %(sub)s", who=who, after=after, sub=p["sub_status"])
    return _("%(who)s set the status to %(after)s", who=who, after=after)


def _problem(p: dict[str, Any]) -> str:
    return f"{PROBLEM_PREFIX}{p['problem_id']}"


def _problem_moved(p: dict[str, Any], who: str) -> str:
    state = PROBLEM_STATES[p["after"]]
    if p["reason"]:
        return _("%(who)s: %(state)s (%(reason)s)", who=who, state=state, reason=p["reason"])
    return _("%(who)s: %(state)s", who=who, state=state)


def _tickets_linked(p: dict[str, Any], who: str) -> str:
    ids = p["ticket_ids"]
    if len(ids) <= NAMED_TICKETS:
        return _("%(who)s linked %(numbers)s", who=who, numbers=enumeration(_number(each) for each in ids))
    return ngettext("%(who)s linked %(num)d ticket", "%(who)s linked %(num)d tickets", len(ids), who=who)


def _published(p: dict[str, Any], who: str) -> str:
    if p["kind"] == "fix":
        return ngettext("%(who)s tells the fix to %(num)d client", "%(who)s tells the fix to %(num)d clients",
                        p["recipients"], who=who)  # fmt: skip
    return ngettext("%(who)s tells the workaround to %(num)d client", "%(who)s tells the workaround to %(num)d clients",
                    p["recipients"], who=who)  # fmt: skip


def _major_told(p: dict[str, Any], who: str) -> str:
    steps = {1: _("whoever leads it"), 2: _("the line lead"), 3: _("the manager"), 4: _("the duty officer")}
    if p["occasion"] == "update_late":
        return _("Clients wait for news: told to %(step)s", step=steps[p["step"]])
    return _("Nobody leads it yet: told to %(step)s", step=steps[p["step"]])


def _enquiry(p: dict[str, Any], who: str) -> str:
    texts = {
        "clarifying": _("The enquiry is being clarified"), "quoted": "",  # told by its own fact
        "won": _("%(who)s won the enquiry", who=who),
        "lost": _("%(who)s lost the enquiry: %(reason)s", who=who, reason=p["reason"]),
        "answered": _("The enquiry is answered"), "withdrawn": _("The enquiry was withdrawn"),
    }  # fmt: skip
    return texts.get(p["after"], "")


def _qualified(p: dict[str, Any], who: str) -> str:
    texts = {
        ("information", False): _("%(who)s: the client wants information", who=who),
        ("information", True): _("%(who)s: the client wants information; the case is complex", who=who),
        ("meeting", False): _("%(who)s: the client wants a meeting", who=who),
        ("meeting", True): _("%(who)s: the client wants a meeting; the case is complex", who=who),
        ("quotation", False): _("%(who)s: the client wants a quotation", who=who),
        ("quotation", True): _("%(who)s: the client wants a quotation; the case is complex", who=who),
    }
    return texts.get((p["kind"], p["is_complex"]), "")


def _assigned(p: dict[str, Any], who: str) -> str:
    card = directory.operators().get(p["operator_id"] or 0)
    whom = card.name if card else ""
    texts = {
        "taken": _("%(who)s took the ticket", who=who), "next": _("%(who)s took the ticket as the next one", who=who),
        "assigned": _("%(who)s assigned it to %(whom)s", who=who, whom=whom),
        "routed": _("Assigned to %(whom)s", whom=whom),
        "substitute": _("%(who)s assigned it to %(whom)s, who stands in", who=who, whom=whom),
        "unassigned": _("%(who)s took the assignee off", who=who),
        "imported": _("Assigned to %(whom)s", whom=whom),
    }  # fmt: skip
    return texts.get(p["how"], "")


def _routed(p: dict[str, Any], _who: str) -> str:
    team = _team(p["team_id"])
    if p["rule"]:
        return _("The rule “%(rule)s” chose %(team)s", rule=p["rule"], team=team)
    return _("No rule matched; it went to %(team)s", team=team)


def _transferred(p: dict[str, Any], who: str) -> str:
    if p["reason"]:
        return _("%(who)s transferred it to %(team)s: %(reason)s", who=who,
                                      team=_team(p["to_team_id"]), reason=p["reason"])  # fmt: skip
    return _("%(who)s transferred it to %(team)s", who=who, team=_team(p["to_team_id"]))


def _priority(p: dict[str, Any], who: str) -> str:
    if p["reason"]:
        return _("%(who)s set the priority from %(before)s to %(after)s: %(reason)s", who=who, **p)
    return _("%(who)s set the priority from %(before)s to %(after)s", who=who, **p)


def _major(p: dict[str, Any], who: str) -> str:
    if p["is_major"]:
        return _("%(who)s flagged it as Major: %(reason)s", who=who, reason=p["reason"])
    return _("%(who)s took the Major flag off: %(reason)s", who=who, reason=p["reason"])


def _classified(p: dict[str, Any], who: str) -> str:
    n = len(p["changes"])
    return ngettext("%(who)s corrected %(num)d field", "%(who)s corrected %(num)d fields", n, who=who)


def _tags(p: dict[str, Any], who: str) -> str:
    if p["added"] and not p["removed"]:
        return _("%(who)s added the tags %(tags)s", who=who, tags=enumeration(p["added"]))
    if p["removed"] and not p["added"]:
        return _("%(who)s removed the tags %(tags)s", who=who, tags=enumeration(p["removed"]))
    return _("%(who)s changed the tags", who=who)


def _promised(p: dict[str, Any], who: str) -> str:
    when = moment(instant(p["promised_for"]), weekday=True)
    if p["clock"] == "periodic_update":
        return _("%(who)s promised news by %(when)s: %(note)s", who=who, when=when, note=p["note"])
    return _("%(who)s promised the solution by %(when)s: %(note)s", who=who, when=when, note=p["note"])


def _promise_made(p: dict[str, Any], who: str) -> str:
    when = span(instant(p["from_at"]), instant(p["until_at"]))
    return _("%(who)s promised for %(when)s: %(what)s", who=who, when=when, what=p["what"])


def _promise_kept(p: dict[str, Any], who: str) -> str:
    if p["is_late"]:
        return _("%(who)s kept the promise late: %(what)s", who=who, what=p["what"])
    return _("%(who)s kept the promise: %(what)s", who=who, what=p["what"])


def _promise_moved(p: dict[str, Any], who: str) -> str:
    when = span(instant(p["from_at"]), instant(p["until_at"]))
    said = {"who": who, "when": when, "what": p["what"], "reason": p["reason"]}
    if p["in_time"]:
        return _("%(who)s moved the promise with notice to %(when)s: %(what)s (%(reason)s)", **said)
    return _("%(who)s agreed on %(when)s anew: %(what)s (%(reason)s)", **said)


def _promise_broken(p: dict[str, Any], who: str) -> str:
    if p["how"] == "lapsed":
        return _("Nobody said that this promise was kept, so it is broken: %(what)s", what=p["what"])
    return _("The promise is broken, since the client was told too late: %(what)s", what=p["what"])


def _promise_handed(p: dict[str, Any], who: str) -> str:
    said = {"who": who, "before": _operator(p["before_id"]), "owner": _operator(p["owner_id"]), "what": p["what"]}
    if p["how"] == "absent":
        return _("%(before)s is away; %(owner)s keeps the promise: %(what)s", **said)
    return _("%(who)s handed the promise to %(owner)s: %(what)s (%(reason)s)", **said, reason=p["reason"])


def _judged(p: dict[str, Any], who: str) -> str:
    cause, words = BREACH_CAUSES.get(p["cause"], p["cause"]), p.get("words", "")
    texts = {
        "named": _("%(who)s named the cause of the breach: %(cause)s", who=who, cause=cause),
        "asked": _("%(who)s asked to excuse the breach: %(words)s", who=who, words=words),
        "excused": _("%(who)s excused the breach: %(words)s", who=who, words=words),
        "refused": _("%(who)s did not excuse the breach", who=who),
    }
    return texts.get(p.get("step", "named"), "")


def _claim_moved(p: dict[str, Any], who: str) -> str:
    state = CLAIM_STATES.get(p["after"], p["after"])
    if p["reason"] and p["reason"] not in ("appeal", "reopened"):
        return _("%(who)s moved the claim on: %(state)s (%(reason)s)", who=who, state=state, reason=p["reason"])
    return _("%(who)s moved the claim on: %(state)s", who=who, state=state)


def _outcome(p: dict[str, Any]) -> str:
    word = str(OUTCOMES.get(p["outcome"], p["outcome"]))
    return word if p["amount_cents"] is None else f"{word} {money(p['amount_cents'], p['currency'])}"


def _rung(p: dict[str, Any], _who: str) -> str:
    clock, step = CLOCKS.get(p["kind"], p["kind"]), STEPS.get(p["step"], "")
    if p["occasion"] == "breached":
        return _("%(step)s told that the time ran out: %(clock)s", step=step, clock=clock)
    return _("%(step)s told of the risk: %(clock)s", step=step, clock=clock)


def _operator(operator_id: int | None) -> str:
    card = directory.operators().get(operator_id or 0)
    return card.name if card else _("An operator")


def _approval(p: dict[str, Any], who: str) -> str:
    hours, words = signed_hours(p["minutes"]), p.get("words", "")
    texts = {
        "approved": _("%(who)s approved %(hours)s of chargeable work", who=who, hours=hours),
        "declined": _("%(who)s declined %(hours)s of chargeable work", who=who, hours=hours),
        "expired": _("Nobody answered in time whether %(hours)s of chargeable work may be done", hours=hours),
        "withdrawn": _("%(who)s withdrew the question for approval", who=who),
        "waived": _("%(who)s let %(hours)s be done without approval: %(words)s", who=who, hours=hours, words=words),
    }
    told = texts.get(p["state"], "")
    said = words and p["state"] in ("approved", "declined")
    return _("%(what)s: %(words)s", what=told, words=words) if said else told


def _number(ticket_id: int) -> str:
    return f"{NUMBER_PREFIX}{ticket_id}"


def _team(team_id: int | None) -> str:
    card = directory.teams().get(team_id or 0)
    return card.name if card else "–"


TELLINGS: dict[str, Telling] = {
    "TicketOpened": lambda p, who: _("%(who)s opened the ticket", who=who),
    "TicketRouted": _routed,
    "StatusChanged": _status,
    "TicketAssigned": _assigned,
    "TicketTransferred": _transferred,
    "PingPongSeen": lambda p, who: _("%(team)s got it a second time", team=_team(p["team_id"])),
    "PriorityChanged": _priority,
    "MajorFlagged": _major,
    "TicketClassified": _classified,
    "TagsChanged": _tags,
    "TicketLinked": lambda p, who: _("%(who)s linked it with %(number)s", who=who, number=_number(p["other_id"])),
    "TicketUnlinked": lambda p, who: _(
        "%(who)s ended the link with %(number)s", who=who, number=_number(p["other_id"])
    ),
    "TicketMerged": lambda p, who: _("%(who)s merged it into %(number)s", who=who, number=_number(p["into_id"])),
    "DeliveryFailed": lambda p, who: _("The letter to %(whom)s did not arrive", whom=p["recipient"]),
    "ClockAtRisk": lambda p, who: _("%(clock)s: at risk", clock=CLOCKS.get(p["kind"], p["kind"])),
    "ClockBreached": lambda p, who: _("%(clock)s: the time ran out", clock=CLOCKS.get(p["kind"], p["kind"])),
    "ClockMoved": lambda p, who: _(
        "%(clock)s: due at another time since a calendar was changed (%(cause)s)",
        clock=CLOCKS.get(p["kind"], p["kind"]),
        cause=p["cause"],
    ),
    "PolicyApplied": lambda p, who: _("%(who)s let other service levels hold: %(reason)s", who=who, reason=p["reason"]),
    "EntitlementChanged": lambda p, who: _("The contract that covered it has ended"),
    "TicketAccepted": lambda p, who: _("%(who)s accepted the ticket", who=who),
    "TimePromised": _promised,
    "PromiseMade": _promise_made,
    "PromiseKept": _promise_kept,
    "PromiseMoved": _promise_moved,
    "PromiseBroken": _promise_broken,
    "PromiseHandedOver": _promise_handed,
    "PromiseWithdrawn": lambda p, who: _(
        "The client wants it no more: %(what)s (%(reason)s)", what=p["what"], reason=p["reason"]
    ),
    "BreachJudged": _judged,
    "ReopeningUndone": lambda p, who: _("%(who)s undid the reopening: %(reason)s", who=who, reason=p["reason"]),
    "RungReached": _rung,
    "RungAcknowledged": lambda p, who: _(
        "%(who)s took note: %(clock)s", who=who, clock=CLOCKS.get(p["kind"], p["kind"])
    ),
    "EnquiryMoved": _enquiry,
    "EnquiryQualified": _qualified,
    "SpecialistNamed": lambda p, who: _(
        "%(who)s named %(whom)s as the specialist", who=who, whom=_operator(p["operator_id"])
    ),
    "MeetingHeld": lambda p, who: _(
        "%(who)s met the client on %(when)s", who=who, when=moment(instant(p["met_at"]), weekday=True)
    ),
    "SummarySent": lambda p, who: _("%(who)s summed the meeting up for the client", who=who),
    "QuotationSent": lambda p, who: _(
        "%(who)s quoted %(amount)s, valid until %(day)s",
        who=who,
        amount=money(p["amount_cents"], p["currency"]),
        day=day_name(date.fromisoformat(p["valid_until"])),
    ),
    "WorkLogged": lambda p, who: _("%(who)s logged work: %(hours)s", who=who, hours=signed_hours(p["minutes"])),
    "ApprovalRequested": lambda p, who: _(
        "%(who)s asked the client to approve %(hours)s: %(what)s",
        who=who,
        hours=signed_hours(p["minutes"]),
        what=p["what"],
    ),
    "ApprovalAnswered": _approval,
    "WorkReversed": lambda p, who: _("%(who)s took work back: %(reason)s", who=who, reason=p["reason"]),
    "ClaimRegistered": lambda p, who: _("The claim is registered"),
    "ClaimDescribed": lambda p, who: _("%(who)s said what the claim is about", who=who),
    "ClaimMoved": _claim_moved,
    "WhyRecorded": lambda p, who: _("%(who)s asked: %(question)s", who=who, question=p["question"]),
    "EvidenceTicked": lambda p, who: _(
        "%(who)s put evidence on the table: %(point)s", who=who, point=EVIDENCE_POINTS.get(p["point"], p["point"])
    ),
    "DecisionProposed": lambda p, who: _("%(who)s proposed a decision: %(what)s", who=who, what=_outcome(p)),
    "DecisionRefused": lambda p, who: _(
        "%(who)s did not approve the decision (%(what)s): %(reason)s", who=who, what=_outcome(p), reason=p["reason"]
    ),
    "ClaimDecided": lambda p, who: _("The decision is in force: %(what)s", what=_outcome(p)),
    "DecisionAccepted": lambda p, who: _("%(who)s accepted the decision", who=who),
    "ClaimAppealed": lambda p, who: _("%(who)s appealed: %(reason)s", who=who, reason=p["reason"]),
    "ProblemLinked": lambda p, who: (
        _("%(who)s linked it to the problem %(number)s; it waits for the fix", who=who, number=_problem(p))
        if p["waits_for_fix"]
        else _("%(who)s linked it to the problem %(number)s", who=who, number=_problem(p))
    ),
    "ProblemUnlinked": lambda p, who: (
        _(
            "%(who)s unlinked it from the problem %(number)s: %(reason)s",
            who=who,
            number=_problem(p),
            reason=p["reason"],
        )
        if p["reason"]
        else _("%(who)s unlinked it from the problem %(number)s", who=who, number=_problem(p))
    ),
    "FixAwaited": lambda p, who: (
        _("%(who)s: it waits for the fix of %(number)s", who=who, number=_problem(p))
        if p["waits"]
        else _("%(who)s: it waits for the fix of %(number)s no more", who=who, number=_problem(p))
    ),
    "ProblemOpened": lambda p, who: _("%(who)s opened the problem", who=who),
    "ProblemMoved": _problem_moved,
    "ProblemAnswered": lambda p, who: _(
        "%(who)s answered as the product owner: %(verdict)s", who=who, verdict=VERDICTS.get(p["verdict"], p["verdict"])
    ),
    "ProblemDescribed": lambda p, who: _("%(who)s changed what is known of it", who=who),
    "ProblemWhyAsked": lambda p, who: _("%(who)s asked: %(question)s", who=who, question=p["question"]),
    "CauseNamed": lambda p, who: _("%(who)s named the root cause: %(cause)s", who=who, cause=p["root_cause"]),
    "WorkaroundWritten": lambda p, who: _(
        "%(who)s wrote the workaround (%(language)s)", who=who, language=OWN_NAMES.get(p["language"], p["language"])
    ),
    "TicketsLinked": _tickets_linked,
    "TicketUnlinkedFromProblem": lambda p, who: _(
        "%(who)s unlinked %(number)s", who=who, number=_number(p["ticket_id"])
    ),
    "ReviewHeld": lambda p, who: _("%(who)s wrote down the joint review", who=who),
    "ArticleDrafted": lambda p, who: _("%(who)s began an article about it", who=who),
    "BroadcastPublished": _published,
    "BroadcastUndone": lambda p, who: _("%(who)s took it back before it was sent", who=who),
    "BroadcastEnded": lambda p, who: ngettext("%(num)d client was told", "%(num)d clients were told", p["told"]),
    "MajorDeclared": lambda p, who: _("%(who)s declared a major incident: %(reason)s", who=who, reason=p["reason"]),
    "MajorTaken": lambda p, who: _("%(who)s said who leads it", who=who),
    "MajorTold": _major_told,
    "MajorUpdated": lambda p, who: _("%(who)s told clients how it stands", who=who),
    "MajorEnded": lambda p, who: _("%(who)s: it is over", who=who),
    "MajorReviewed": lambda p, who: _("%(who)s wrote down the review", who=who),
    "TicketCancelled": lambda p, who: _("%(who)s cancelled it: %(reason)s", who=who, reason=p["reason"]),
    "RevisitPlanned": lambda p, who: _(
        "%(who)s planned it for %(day)s", who=who, day=day_name(date.fromisoformat(p["planned_on"]))
    ),
    "RevisitProposed": lambda p, who: _("The client was asked whether the day suits"),
    "RevisitConfirmed": lambda p, who: _("%(who)s confirmed it", who=who),
    "OtherTimeAsked": lambda p, who: _("%(who)s asks for another time: %(words)s", who=who, words=p["words"]),
    "RevisitTimed": _timed,
    "RevisitMoved": lambda p, who: _("%(who)s moved it: %(reason)s", who=who, reason=p["reason"]),
    "RevisitCalledOff": lambda p, who: _("%(who)s called it off: %(reason)s", who=who, reason=p["reason"]),
    "RevisitMissed": lambda p, who: _("Its last day went by, and nobody wrote down that it took place"),
    "RevisitReassigned": _reassigned,
    "RevisitDone": lambda p, who: _("%(who)s wrote down what came of it", who=who),
    "OutcomeConfirmed": lambda p, who: _("%(who)s confirms that it was so", who=who),
    "WishTaken": lambda p, who: _(
        "%(who)s kept it as a wish: %(number)s", who=who, number=f"{WISH_PREFIX}{p['wish_id']}"
    ),
    "TicketRead": lambda p, who: _("%(who)s, administrator, looked at the ticket", who=who),
    "ImportedStep": lambda p, who: str(p["note"]),
}
FACT_ICONS = {
    "TicketOpened": "plus", "TicketRouted": "route", "StatusChanged": "point", "TicketAssigned": "user",
    "TicketTransferred": "arrows-left-right", "PingPongSeen": "ping-pong", "PriorityChanged": "antenna-bars-5",
    "MajorFlagged": "urgent", "TicketClassified": "pencil", "TagsChanged": "tag", "TicketLinked": "link",
    "TicketUnlinked": "unlink", "TicketMerged": "git-merge", "DeliveryFailed": "mail-off", "ClockAtRisk": "alarm",
    "ClockBreached": "flame", "TicketAccepted": "hand-grab", "ClockMoved": "calendar",
    "PolicyApplied": "pencil", "EntitlementChanged": "clock",
    "TimePromised": "heart-handshake", "PromiseMade": "heart-handshake", "PromiseKept": "circle-check",
    "PromiseMoved": "calendar-share", "PromiseBroken": "heart-broken", "PromiseHandedOver": "user-share",
    "PromiseWithdrawn": "ban", "BreachJudged": "pencil", "ReopeningUndone": "arrow-back-up",
    "EnquiryMoved": "point", "EnquiryQualified": "pencil", "SpecialistNamed": "user", "MeetingHeld": "users",
    "SummarySent": "mail", "QuotationSent": "receipt",
    "RungReached": "bell", "RungAcknowledged": "check", "WorkLogged": "clock-hour-4", "WorkReversed": "arrow-back-up",
    "ApprovalRequested": "receipt", "ApprovalAnswered": "check",
    "ClaimRegistered": "gavel", "ClaimDescribed": "pencil", "ClaimMoved": "gavel", "WhyRecorded": "zoom-question",
    "EvidenceTicked": "paperclip", "DecisionProposed": "gavel", "DecisionRefused": "ban", "ClaimDecided": "gavel",
    "DecisionAccepted": "check", "ClaimAppealed": "arrow-back-up",
    "RevisitPlanned": "calendar-event", "RevisitProposed": "mail", "RevisitConfirmed": "circle-check",
    "OtherTimeAsked": "message-circle", "RevisitTimed": "calendar", "RevisitMoved": "arrows-left-right",
    "RevisitCalledOff": "ban", "RevisitMissed": "flame", "RevisitReassigned": "user", "RevisitDone": "checklist",
    "OutcomeConfirmed": "circle-check",
    "ProblemLinked": "bug", "ProblemUnlinked": "unlink", "FixAwaited": "clock-hour-4", "ProblemOpened": "bug",
    "ProblemAnswered": "message-circle",
    "ProblemMoved": "point", "ProblemDescribed": "pencil", "ProblemWhyAsked": "zoom-question", "CauseNamed": "bulb",
    "WorkaroundWritten": "tool", "TicketsLinked": "link", "TicketUnlinkedFromProblem": "unlink", "ReviewHeld": "users",
    "ArticleDrafted": "book-2", "BroadcastPublished": "send", "BroadcastUndone": "arrow-back-up",
    "BroadcastEnded": "mail-check", "MajorDeclared": "urgent", "MajorTaken": "user-check", "MajorTold": "bell",
    "MajorUpdated": "send", "MajorEnded": "circle-check", "MajorReviewed": "users",
    "WishTaken": "bulb", "TicketCancelled": "ban", "TicketRead": "eye", "ImportedStep": "point",
}  # fmt: skip
