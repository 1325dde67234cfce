"""Fact → reactions: the only place where the consequences of a fact are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpdesk.aftersales import claims, enquiries
from helpdesk.aftersales import letters as visits
from helpdesk.core import jobs
from helpdesk.core.journal import Fact, Only, Reaction, subscribe
from helpdesk.events import (
    AccountInvited,
    ApprovalAnswered,
    ApprovalRequested,
    ArticleDescribed,
    ArticleFlagged,
    ArticleMoved,
    CallRegistered,
    ClaimDecided,
    ClaimMoved,
    ClockAtRisk,
    ClockBreached,
    ContactConfirmed,
    ContractDue,
    DutyLate,
    FeedbackDue,
    FlagAnswered,
    HoursExpiring,
    HoursLow,
    HoursOverdrawn,
    MajorFlagged,
    MajorTold,
    MergeUndone,
    NoteAdded,
    OtherTimeAsked,
    PasswordResetAsked,
    PastCorrected,
    ProblemAnswered,
    ProblemMoved,
    ProblemOpened,
    PromiseHandedOver,
    PromiseMoved,
    ReplyReceived,
    ReplySent,
    ReportDue,
    ResolutionAccepted,
    ResolutionRefused,
    ReviewDue,
    ReviewRefused,
    RevisitCalledOff,
    RevisitConfirmed,
    RevisitDone,
    RevisitMoved,
    RevisitProposed,
    RevisitReassigned,
    RevisitTimed,
    RoundDelivered,
    RungReached,
    SpecialistNamed,
    SurveyAnswerChanged,
    SurveyAnswered,
    SurveySent,
    TargetsExtended,
    TicketAssigned,
    TicketCancelled,
    TicketClassified,
    TicketClosed,
    TicketHandedOver,
    TicketMerged,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketReturned,
    TicketsLinked,
    TicketTransferred,
    TicketTyped,
    TimePromised,
    WatcherChanged,
    WebhookTried,
    WishAnswered,
    WishChanged,
    WishDropped,
    WishMerged,
    WishSupported,
    WishWritten,
)
from helpdesk.knowledge import backtest, indexing, searches
from helpdesk.mail import letters, notices
from helpdesk.problems import feedback_letters as feedback
from helpdesk.problems import letters as problem_letters
from helpdesk.problems import majors, similar, webhooks
from helpdesk.reports import letters as report_letters
from helpdesk.satisfaction import letters as survey_letters
from helpdesk.satisfaction import planning as surveys
from helpdesk.tickets import ladder, policies, promises, recalculation, search

# What follows for enquiries only.
begin, follow, reclassify, hand_on = (
    Only(reaction, where=enquiries.concerns)
    for reaction in (enquiries.begin, enquiries.follow, enquiries.reclassify, enquiries.hand_on)
)
# And for claims only.
end_claim, reopen_claim = (
    Only(reaction, where=claims.concerns) for reaction in (claims.follow_ending, claims.follow_reopening)
)

SUBSCRIPTIONS: Mapping[type[Fact], Sequence[Reaction | Only]] = {
    TicketOpened: [
        letters.acknowledgement,
        begin,
        search.index_ticket,
        searches.ticket_followed,
        similar.take_in,
    ],
    TicketTyped: [claims.follow_type],
    ReplyReceived: [search.index_ticket],
    NoteAdded: [search.index_ticket],
    CallRegistered: [search.index_ticket],
    TicketTransferred: [search.index_ticket],
    TicketHandedOver: [search.index_ticket],
    TicketReturned: [search.index_ticket],
    WatcherChanged: [search.index_ticket],
    ContactConfirmed: [search.index_contact],
    ReplySent: [letters.reply, search.index_ticket],
    TicketResolved: [letters.please_accept, follow, search.index_ticket, surveys.plan_after_resolution],
    ResolutionAccepted: [search.index_ticket],
    ResolutionRefused: [search.index_ticket],
    TicketReopened: [letters.reopened, reopen_claim, follow],
    TicketMerged: [follow, search.index_ticket],
    MergeUndone: [follow, search.index_ticket],
    TicketClassified: [reclassify, search.index_ticket],
    TicketAssigned: [hand_on],
    SpecialistNamed: [letters.specialist],
    TimePromised: [letters.promised],
    TicketClosed: [letters.closed_silently, end_claim, surveys.follow_closing],
    TicketCancelled: [end_claim, promises.promises_end, follow, search.index_ticket],
    ClaimMoved: [letters.claim_acknowledged],
    ClaimDecided: [letters.claim_decided],
    RoundDelivered: [letters.round_delivered],
    PromiseMoved: [letters.promise_moved],
    PromiseHandedOver: [letters.promise_handed],
    ClockAtRisk: [ladder.begin],
    ClockBreached: [ladder.begin],
    RungReached: [letters.escalation],
    MajorFlagged: [majors.follow_flag],
    MajorTold: [problem_letters.major_told],
    DutyLate: [letters.duty_late],
    TargetsExtended: [policies.extend],
    PastCorrected: [recalculation.fold_corrected],
    RevisitProposed: [visits.visit_proposed],
    RevisitTimed: [visits.visit_timed],
    RevisitMoved: [visits.visit_moved, visits.visit_moved_yours],
    RevisitCalledOff: [visits.visit_called_off, visits.visit_fell_away],
    RevisitReassigned: [visits.visit_colleague, visits.visit_yours],
    RevisitConfirmed: [visits.visit_confirmed],
    RevisitDone: [surveys.plan_after_visit],
    OtherTimeAsked: [visits.visit_other_time],
    AccountInvited: [letters.invitation],
    PasswordResetAsked: [letters.password_reset],
    HoursLow: [notices.tell],
    HoursOverdrawn: [notices.tell],
    HoursExpiring: [notices.tell],
    ContractDue: [notices.tell],
    ApprovalRequested: [notices.tell],
    ApprovalAnswered: [notices.tell],
    ArticleMoved: [indexing.follow_article],
    ArticleDescribed: [indexing.follow_article],
    ArticleFlagged: [notices.tell],
    FlagAnswered: [notices.tell],
    ReviewDue: [notices.tell],
    ReviewRefused: [notices.tell],
    WishWritten: [webhooks.tell],
    WishChanged: [webhooks.tell],
    WishSupported: [webhooks.tell],
    WishDropped: [webhooks.tell],
    WishMerged: [webhooks.tell, feedback.tell_shipped],
    WishAnswered: [webhooks.tell, feedback.tell_shipped],
    ProblemOpened: [webhooks.tell],
    ProblemMoved: [webhooks.tell],
    TicketsLinked: [webhooks.tell],
    ProblemAnswered: [webhooks.tell],
    WebhookTried: [webhooks.tell],
    SurveySent: [survey_letters.survey_asked],
    SurveyAnswered: [webhooks.tell],
    SurveyAnswerChanged: [webhooks.tell],
    FeedbackDue: [feedback.feedback_report],
    ReportDue: [report_letters.saved_report],
}

# What an activity asks for at a time of its own.
LATER: Sequence[Reaction] = (recalculation.look_again,)


def install() -> None:
    """Tell the journal what follows from which fact."""
    subscribe(SUBSCRIPTIONS)
    for reaction in LATER:
        jobs.register(reaction)
    for told in (notices.to_reader, webhooks.to_webhook, feedback.wish_shipped, backtest.ask_again):
        jobs.register(told, takes_entry=False)
