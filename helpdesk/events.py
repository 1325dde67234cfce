"""The facts of the product: what has happened, in the past tense, with ids and plain values only.

The first field of a fact is the id of its subject. What follows from a fact stands in `jobs/subscriptions.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from helpdesk.core.journal import Fact


@dataclass(frozen=True)
class TicketFact(Fact):
    """Something that happened to a ticket: a line of its timeline."""

    subject_kind: ClassVar[str] = "ticket"
    ticket_id: int


@dataclass(frozen=True)
class TicketOpened(TicketFact):
    """A request was received. What its clocks depend on is kept with it, as it was then."""

    channel: str
    type: str = ""
    priority: str = ""
    line: int | None = None
    policy_id: int | None = None


@dataclass(frozen=True)
class TicketTyped(TicketFact):
    """It came as a claim or an enquiry, or was called one, or is none any more."""

    before: str
    after: str


@dataclass(frozen=True)
class TicketRouted(TicketFact):
    """A rule (or none: the default team) chose the first team."""

    team_id: int
    rule: str


@dataclass(frozen=True)
class StatusChanged(TicketFact):
    before: str
    after: str
    sub_status: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ReplySent(TicketFact):
    """A person of the desk wrote to the client."""

    message_id: int


@dataclass(frozen=True)
class ReplyReceived(TicketFact):
    """The client wrote."""

    message_id: int


@dataclass(frozen=True)
class NoteAdded(TicketFact):
    message_id: int


@dataclass(frozen=True)
class CallRegistered(TicketFact):
    """A conversation by phone or in person was written down."""

    message_id: int


@dataclass(frozen=True)
class DeliveryFailed(TicketFact):
    """A letter of ours did not reach the client."""

    message_id: int
    recipient: str


@dataclass(frozen=True)
class TicketAssigned(TicketFact):
    operator_id: int | None
    how: str  # taken, next, assigned, routed, substitute, unassigned


@dataclass(frozen=True)
class TicketAccepted(TicketFact):
    """The assignee says that it is theirs."""

    operator_id: int


@dataclass(frozen=True)
class TicketTransferred(TicketFact):
    transfer_id: int
    from_team_id: int | None
    to_team_id: int
    from_line: int | None
    to_line: int | None
    reason: str = ""


@dataclass(frozen=True)
class TicketHandedOver(TicketTransferred):
    """Functional escalation: up a line, with its form."""


@dataclass(frozen=True)
class TicketReturned(TicketTransferred):
    """Back down a line, with its reason."""


@dataclass(frozen=True)
class PingPongSeen(TicketFact):
    """A team has got the ticket a second time, with another team between."""

    team_id: int


@dataclass(frozen=True)
class PriorityChanged(TicketFact):
    before: str
    after: str
    reason: str = ""
    left_percent: int | None = None  # when it is lowered: of the time of the client's clock that is nearest to its end


@dataclass(frozen=True)
class MajorFlagged(TicketFact):
    is_major: bool
    reason: str


@dataclass(frozen=True)
class TicketClassified(TicketFact):
    """Subject, type, product, category or a custom field changed: field → (before, after)."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class TagsChanged(TicketFact):
    added: list[str]
    removed: list[str]


@dataclass(frozen=True)
class WatcherChanged(TicketFact):
    account_id: int
    watches: bool


@dataclass(frozen=True)
class TicketLinked(TicketFact):
    other_id: int
    kind: str


@dataclass(frozen=True)
class TicketUnlinked(TicketFact):
    other_id: int
    kind: str


@dataclass(frozen=True)
class TicketMerged(TicketFact):
    into_id: int


@dataclass(frozen=True)
class ClocksTakenOver(TicketFact):
    """The stricter clocks of a ticket that was merged into this one: clock → start, pauses and target."""

    from_id: int
    clocks: dict[str, Any]


@dataclass(frozen=True)
class ClocksGivenBack(TicketFact):
    """The merge was undone, and with it what this ticket took over."""

    from_id: int


@dataclass(frozen=True)
class MergeUndone(TicketFact):
    from_id: int


@dataclass(frozen=True)
class TicketResolved(TicketFact):
    message_id: int | None
    line: int | None
    team_id: int | None = None


@dataclass(frozen=True)
class ResolutionAccepted(TicketFact):
    pass


@dataclass(frozen=True)
class ResolutionRefused(TicketFact):
    message_id: int | None


@dataclass(frozen=True)
class TicketReopened(TicketFact):
    reason: str  # reply, refusal, operator


@dataclass(frozen=True)
class ReopeningUndone(TicketFact):
    """The reopening was not genuine."""

    reason: str


@dataclass(frozen=True)
class TicketClosed(TicketFact):
    reason: str  # accepted, silence


@dataclass(frozen=True)
class TicketCancelled(TicketFact):
    reason: str


@dataclass(frozen=True)
class TimePromised(TicketFact):
    """A time was agreed with the client; it counts in place of the contract's."""

    clock: str
    promised_for: int
    agreed_by: str  # client
    note: str = ""


@dataclass(frozen=True)
class PolicyApplied(TicketFact):
    """An administrator let another policy, or its new targets, hold for this open ticket."""

    policy_id: int
    reason: str


@dataclass(frozen=True)
class TargetsExtended(Fact):
    """New targets of a policy are to hold for these open tickets, too: so many that they follow one after another."""

    subject_kind: ClassVar[str] = "policy"
    policy_id: int
    tickets: list[int]
    reason: str


@dataclass(frozen=True)
class PastCorrected(Fact):
    """A calendar was corrected backwards under these tickets: so many that they follow one after another."""

    subject_kind: ClassVar[str] = "calendar"
    calendar_id: int
    tickets: list[int]
    cause: str


@dataclass(frozen=True)
class EntitlementChanged(TicketFact):
    """The contract is over: clocks that start later follow this policy, or none."""

    policy_id: int | None
    contract_id: int | None


@dataclass(frozen=True)
class ClockMoved(TicketFact):
    """A calendar was changed, and with it when a clock is due."""

    clock_id: int
    kind: str
    before: int | None
    after: int | None
    cause: str


@dataclass(frozen=True)
class BreachJudged(TicketFact):
    """The cause of a breach was named, or a second person excused it."""

    clock_id: int
    cause: str
    is_excused: bool
    step: str = "named"  # named, asked (to excuse it), excused, refused
    words: str = ""


@dataclass(frozen=True)
class ClockAtRisk(TicketFact):
    clock_id: int
    kind: str
    due_at: int
    percent: int = 75
    revision: int = 1  # of the target: how often it was changed, and one


@dataclass(frozen=True)
class ClockBreached(TicketFact):
    clock_id: int
    kind: str
    breached_at: int
    revision: int = 1


@dataclass(frozen=True)
class RungReached(TicketFact):
    """Hierarchical escalation: somebody on the ladder is told that a clock is at risk, or breached."""

    rung_id: int
    kind: str
    occasion: str
    step: int
    account_id: int


@dataclass(frozen=True)
class RungAcknowledged(TicketFact):
    """Somebody took note; the ladder is climbed no further."""

    rung_id: int
    kind: str
    occasion: str


@dataclass(frozen=True)
class TicketRead(TicketFact):
    """An administrator looked at a client's ticket; that leaves a trace."""


@dataclass(frozen=True)
class ImportedStep(TicketFact):
    """A row of an import that changed nothing the timeline has a word for."""

    note: str


@dataclass(frozen=True)
class ContactConfirmed(Fact):
    """An operator said who an unverified contact is."""

    subject_kind: ClassVar[str] = "contact"
    contact_id: int
    organisation_id: int | None


@dataclass(frozen=True)
class AccountFact(Fact):
    subject_kind: ClassVar[str] = "account"
    account_id: int


@dataclass(frozen=True)
class AccountInvited(AccountFact):
    invitation_id: int


@dataclass(frozen=True)
class PasswordResetAsked(AccountFact):
    invitation_id: int


@dataclass(frozen=True)
class PasswordChanged(AccountFact):
    pass


@dataclass(frozen=True)
class SignedIn(AccountFact):
    address: str


@dataclass(frozen=True)
class AccountDisabled(AccountFact):
    pass


@dataclass(frozen=True)
class TokenCreated(AccountFact):
    token_id: int


@dataclass(frozen=True)
class TokenRevoked(AccountFact):
    token_id: int


@dataclass(frozen=True)
class FeedCreated(AccountFact):
    """A calendar feed was made: an address that shows revisits to whoever knows it."""

    feed_id: int
    kind: str


@dataclass(frozen=True)
class FeedRevoked(AccountFact):
    feed_id: int


@dataclass(frozen=True)
class WallLinkCreated(AccountFact):
    """An address was made that shows a wall board to whoever knows it."""

    link_id: int
    line: int | None


@dataclass(frozen=True)
class WallLinkRevoked(AccountFact):
    link_id: int


@dataclass(frozen=True)
class WorkLogged(TicketFact):
    """Somebody worked for the client; what it counts, and what of it has to be paid."""

    work_log_id: int
    minutes: int
    counted_minutes: int
    chargeable_minutes: int
    rule: str


@dataclass(frozen=True)
class WorkReversed(TicketFact):
    work_log_id: int
    reversal_id: int
    reason: str


@dataclass(frozen=True)
class PromiseFact(Fact):
    """Something that happened to a promise: a line on the timeline of what it was made on, a ticket or a visit."""

    subject_id: int
    on: str  # ticket, revisit
    promise_id: int

    @property
    def subject_kind(self) -> str:  # type: ignore[override]  # the same promise stands on one or the other
        return self.on


@dataclass(frozen=True)
class PromiseMade(PromiseFact):
    """A time was agreed with the client, in seconds since 1970; a window, or an instant."""

    what: str
    from_at: int
    until_at: int
    owner_id: int | None


@dataclass(frozen=True)
class PromiseKept(PromiseFact):
    what: str
    is_late: bool


@dataclass(frozen=True)
class PromiseMoved(PromiseFact):
    """Another time was agreed on, and the client told; in time only if that was before the promised time."""

    what: str
    to_id: int
    from_at: int
    until_at: int
    reason: str
    in_time: bool


@dataclass(frozen=True)
class PromiseBroken(PromiseFact):
    what: str
    how: str  # lapsed, moved


@dataclass(frozen=True)
class PromiseHandedOver(PromiseFact):
    """A colleague keeps it."""

    what: str
    before_id: int | None
    owner_id: int
    reason: str
    how: str  # handed, absent


@dataclass(frozen=True)
class PromiseWithdrawn(PromiseFact):
    """The client wants it no more."""

    what: str
    reason: str


@dataclass(frozen=True)
class ApprovalRequested(TicketFact):
    """The client was asked whether chargeable work may be done."""

    approval_id: int
    minutes: int
    amount_cents: int | None
    currency: str
    what: str


@dataclass(frozen=True)
class ApprovalAnswered(TicketFact):
    """The client said yes or no, nobody answered in time, or the question was withdrawn or waived."""

    approval_id: int
    state: str
    minutes: int
    words: str = ""


@dataclass(frozen=True)
class EnquiryMoved(TicketFact):
    """An enquiry stands elsewhere: received, clarifying, quoted, won, lost, answered, withdrawn."""

    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True)
class EnquiryQualified(TicketFact):
    """What the client wants, and whether the case is complex."""

    kind: str
    is_complex: bool


@dataclass(frozen=True)
class SpecialistNamed(TicketFact):
    """A specialist joins, because the case is complex."""

    operator_id: int


@dataclass(frozen=True)
class MeetingHeld(TicketFact):
    met_at: int


@dataclass(frozen=True)
class SummarySent(TicketFact):
    """The letter that sums a meeting up went to the client."""

    message_id: int


@dataclass(frozen=True)
class QuotationSent(TicketFact):
    quotation_id: int
    amount_cents: int
    currency: str
    valid_until: str


@dataclass(frozen=True)
class ContractFact(Fact):
    """Something that happened to a contract."""

    subject_kind: ClassVar[str] = "contract"
    contract_id: int


@dataclass(frozen=True)
class TermsSet(ContractFact):
    terms_id: int
    plan: str
    valid_from: str


@dataclass(frozen=True)
class HoursGranted(ContractFact):
    entry_id: int
    minutes: int


@dataclass(frozen=True)
class HoursAdjusted(ContractFact):
    minutes: int
    reason: str


@dataclass(frozen=True)
class HoursExpired(ContractFact):
    block_id: int
    minutes: int
    carried: int


@dataclass(frozen=True)
class HoursLow(ContractFact):
    """So many per cent of the hours are used up."""

    percent: int
    left: int
    block_id: int = 0  # the youngest of the blocks that they are counted of


@dataclass(frozen=True)
class HoursOverdrawn(ContractFact):
    """Work went beyond the hours that were left: the rest goes to a proforma."""

    work_log_id: int
    ticket_id: int
    minutes: int
    amount_cents: int | None
    currency: str


@dataclass(frozen=True)
class HoursExpiring(ContractFact):
    """What is left of a block of hours can soon be used no more."""

    block_id: int
    minutes: int
    expires_on: str


@dataclass(frozen=True)
class HoursReserved(ContractFact):
    """Hours were set aside for planned work, or let go again."""

    reservation_id: int
    minutes: int
    what: str
    ended: bool = False


@dataclass(frozen=True)
class ContractRenewed(ContractFact):
    """A contract goes on for another span."""

    since: str
    until: str
    minutes: int
    by_itself: bool


@dataclass(frozen=True)
class NoticeGiven(ContractFact):
    """A contract will not be renewed; or it will, after all."""

    on: str
    reason: str
    withdrawn: bool = False


@dataclass(frozen=True)
class ContractDue(ContractFact):
    """Something of a contract comes soon: the last day for a notice, or its own last day."""

    what: str  # notice, end
    on: str
    renews_itself: bool = False


@dataclass(frozen=True)
class ClaimFact(TicketFact):
    """Something that happened to the claim of a ticket."""

    claim_id: int


@dataclass(frozen=True)
class ClaimRegistered(ClaimFact):
    fault: str


@dataclass(frozen=True)
class ClaimDescribed(ClaimFact):
    """What it is about was corrected: field → (before, after)."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class ClaimMoved(ClaimFact):
    """The claim has come to another state."""

    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True)
class WhyRecorded(ClaimFact):
    position: int
    question: str
    answer: str


@dataclass(frozen=True)
class EvidenceTicked(ClaimFact):
    point: str
    is_done: bool


@dataclass(frozen=True)
class DecisionFact(ClaimFact):
    decision_id: int
    outcome: str
    amount_cents: int | None
    currency: str


@dataclass(frozen=True)
class DecisionProposed(DecisionFact):
    """It waits for a second person."""


@dataclass(frozen=True)
class DecisionRefused(DecisionFact):
    """The second person said no."""

    reason: str


@dataclass(frozen=True)
class ClaimDecided(DecisionFact):
    """The decision is in force: the client is told."""


@dataclass(frozen=True)
class DecisionAccepted(DecisionFact):
    """The client is content with it."""


@dataclass(frozen=True)
class ClaimAppealed(ClaimFact):
    reason: str


@dataclass(frozen=True)
class RefundRulesSet(Fact):
    """Other refund rules hold from a day on."""

    subject_kind: ClassVar[str] = "refund_rules"
    version_id: int
    valid_from: str
    rules: int


@dataclass(frozen=True)
class DeliverableFact(Fact):
    subject_kind: ClassVar[str] = "deliverable"
    deliverable_id: int


@dataclass(frozen=True)
class DeliverableAgreed(DeliverableFact):
    agreed_rounds: int


@dataclass(frozen=True)
class RoundDelivered(DeliverableFact):
    round_id: int
    number: int


@dataclass(frozen=True)
class RoundAnswered(DeliverableFact):
    """The client accepted the round, or asks for a revision."""

    round_id: int
    number: int
    answer: str


@dataclass(frozen=True)
class DutyFact(Fact):
    """Something that happened to what is due by a person."""

    subject_kind: ClassVar[str] = "duty"
    duty_id: int
    kind: str


@dataclass(frozen=True)
class DutySet(DutyFact):
    due_at: int
    owner_id: int | None


@dataclass(frozen=True)
class DutyMet(DutyFact):
    pass


@dataclass(frozen=True)
class DutyWithdrawn(DutyFact):
    pass


@dataclass(frozen=True)
class DutyHanded(DutyFact):
    before: int | None
    after: int


@dataclass(frozen=True)
class DutyLate(DutyFact):
    """It was not done in time, and somebody is told: the owner, the line lead or the manager."""

    step: int
    account_id: int


@dataclass(frozen=True)
class CareFact(Fact):
    """Something that happened to the follow-up programme of a client."""

    subject_kind: ClassVar[str] = "care"
    care_id: int


@dataclass(frozen=True)
class CareStarted(CareFact):
    plan_id: int
    anchor: str


@dataclass(frozen=True)
class CareEnded(CareFact):
    reason: str


@dataclass(frozen=True)
class RevisitFact(Fact):
    """Something that happened to a revisit."""

    subject_kind: ClassVar[str] = "revisit"
    revisit_id: int


@dataclass(frozen=True)
class RevisitPlanned(RevisitFact):
    planned_on: str


@dataclass(frozen=True)
class RevisitProposed(RevisitFact):
    """The client is asked whether the day suits."""


@dataclass(frozen=True)
class RevisitConfirmed(RevisitFact):
    sequence: int


@dataclass(frozen=True)
class OtherTimeAsked(RevisitFact):
    words: str


@dataclass(frozen=True)
class RevisitTimed(RevisitFact):
    """The hour was set, or the plan moved the day; calendars get the new time."""

    before: str
    after: str
    sequence: int


@dataclass(frozen=True)
class RevisitMoved(RevisitFact):
    to_id: int
    reason: str


@dataclass(frozen=True)
class RevisitCalledOff(RevisitFact):
    """Skipped by us, or refused by the client."""

    state: str
    reason: str
    sequence: int


@dataclass(frozen=True)
class RevisitMissed(RevisitFact):
    pass


@dataclass(frozen=True)
class RevisitReassigned(RevisitFact):
    before: int | None
    after: int
    reason: str
    is_absence: bool = False


@dataclass(frozen=True)
class RevisitDone(RevisitFact):
    satisfaction: int | None
    needs: int
    referrals: int
    problem_ticket_id: int | None = None


@dataclass(frozen=True)
class OutcomeConfirmed(RevisitFact):
    """The client says that it was so."""


@dataclass(frozen=True)
class LeadFollowed(Fact):
    """A need or a referral was given to somebody, or came to an end."""

    subject_kind: ClassVar[str] = "organisation"
    organisation_id: int
    kind: str
    row_id: int
    owner_id: int | None
    state: str
    result: str


@dataclass(frozen=True)
class SaleFact(Fact):
    """Something that happened to a sale after it was handed over to operations."""

    subject_kind: ClassVar[str] = "sale"
    sale_id: int


@dataclass(frozen=True)
class SaleRecorded(SaleFact):
    organisation_id: int
    contract_id: int | None
    ticket_id: int | None  # of the enquiry that was won


@dataclass(frozen=True)
class PointDone(SaleFact):
    """A point of the checklist is done, by whom the journal says."""

    point: str
    on: str


@dataclass(frozen=True)
class PointFaulted(SaleFact):
    """A point of the checklist was found wrong; perhaps a ticket was opened about it."""

    point: str
    remark: str
    ticket_id: int | None


@dataclass(frozen=True)
class PointPlanned(SaleFact):
    """Somebody else does it, or by another time."""

    point: str
    owner_id: int | None
    due_at: int


@dataclass(frozen=True)
class PaymentRecorded(SaleFact):
    payment_id: int
    amount_cents: int
    is_paid: bool  # the whole sum, with it


@dataclass(frozen=True)
class PaymentTakenBack(SaleFact):
    payment_id: int
    reason: str


@dataclass(frozen=True)
class ProblemLinked(TicketFact):
    """A ticket was found to come from a problem."""

    problem_id: int
    waits_for_fix: bool


@dataclass(frozen=True)
class ProblemUnlinked(TicketFact):
    problem_id: int
    reason: str = ""


@dataclass(frozen=True)
class FixAwaited(TicketFact):
    """The client waits for the fix of a problem, or does so no more."""

    problem_id: int
    waits: bool


@dataclass(frozen=True)
class ProblemFact(Fact):
    """Something that happened to a problem: a line of its timeline."""

    subject_kind: ClassVar[str] = "problem"
    problem_id: int


@dataclass(frozen=True)
class ProblemOpened(ProblemFact):
    tickets: int


@dataclass(frozen=True)
class ProblemMoved(ProblemFact):
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True)
class ProblemDescribed(ProblemFact):
    """What is known of it changed: field → (before, after)."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class ProblemWhyAsked(ProblemFact):
    position: int
    question: str
    answer: str


@dataclass(frozen=True)
class CauseNamed(ProblemFact):
    method: str
    category: str
    root_cause: str


@dataclass(frozen=True)
class WorkaroundWritten(ProblemFact):
    language: str


@dataclass(frozen=True)
class TicketsLinked(ProblemFact):
    ticket_ids: list[int]
    waits_for_fix: bool


@dataclass(frozen=True)
class TicketUnlinkedFromProblem(ProblemFact):
    ticket_id: int
    reason: str = ""


@dataclass(frozen=True)
class ReviewHeld(ProblemFact):
    review_id: int


@dataclass(frozen=True)
class ArticleDrafted(ProblemFact):
    article_id: int


@dataclass(frozen=True)
class BroadcastPublished(ProblemFact):
    """It goes out when its undo window has passed."""

    broadcast_id: int
    kind: str
    recipients: int
    left_out: int


@dataclass(frozen=True)
class BroadcastUndone(ProblemFact):
    broadcast_id: int
    kind: str


@dataclass(frozen=True)
class BroadcastEnded(ProblemFact):
    """All of it was sent."""

    broadcast_id: int
    kind: str
    told: int
    left_out: int


@dataclass(frozen=True)
class MajorFact(Fact):
    """Something that happened to a major incident."""

    subject_kind: ClassVar[str] = "major_incident"
    major_incident_id: int


@dataclass(frozen=True)
class MajorDeclared(MajorFact):
    ticket_id: int
    product_id: int | None
    reason: str


@dataclass(frozen=True)
class MajorTaken(MajorFact):
    """Somebody leads it."""

    account_id: int


@dataclass(frozen=True)
class MajorTold(MajorFact):
    """The next person of its ladder is told."""

    occasion: str
    step: int
    account_id: int


@dataclass(frozen=True)
class MajorUpdated(MajorFact):
    """Clients read how it stands."""

    update_id: int
    next_update_at: int | None


@dataclass(frozen=True)
class MajorEnded(MajorFact):
    update_id: int


@dataclass(frozen=True)
class MajorReviewed(MajorFact):
    review_id: int


@dataclass(frozen=True)
class InstalledChanged(Fact):
    """What is known of an installed product changed, or a part of it: field → (before, after)."""

    subject_kind: ClassVar[str] = "installed_product"
    installed_product_id: int
    changes: dict[str, Any]


@dataclass(frozen=True)
class BuyingRolesSet(Fact):
    """Which parts a contact plays when their organisation buys."""

    subject_kind: ClassVar[str] = "contact"
    contact_id: int
    roles: list[str]


@dataclass(frozen=True)
class ArticleFact(Fact):
    """Something that happened to an article of the knowledge base."""

    subject_kind: ClassVar[str] = "article"
    article_id: int


@dataclass(frozen=True)
class ArticleSaved(ArticleFact):
    """Words of it were written, perhaps not yet for readers."""

    language: str
    revision_id: int


@dataclass(frozen=True)
class ArticleDescribed(ArticleFact):
    """What is the same in all languages was changed: audience, category, products, owner, what is related."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class ArticleMoved(ArticleFact):
    """It came into another state of its life; or stays published with other words, where both are the same."""

    before: str
    after: str
    comment: str = ""


@dataclass(frozen=True)
class ReviewRefused(ArticleFact):
    """A reviewer sent words back to whoever wrote them."""

    author_id: int | None
    comment: str


@dataclass(frozen=True)
class ReviewDue(ArticleFact):
    """The day has come on which its owner wanted to look at it again."""

    on: str


@dataclass(frozen=True)
class ArticleFlagged(ArticleFact):
    """An operator says that it is wrong."""

    flag_id: int


@dataclass(frozen=True)
class FlagAnswered(ArticleFact):
    flag_id: int


@dataclass(frozen=True)
class ArticleUsed(Fact):
    """An article was given for a ticket, linked to it, or written from it."""

    subject_kind: ClassVar[str] = "ticket"
    ticket_id: int
    article_id: int
    kind: str


@dataclass(frozen=True)
class NoticesTaken(Fact):
    """Accounting took, confirmed or released a batch of billing notices."""

    subject_kind: ClassVar[str] = "billing_batch"
    batch_id: int
    notices: int
    step: str  # taken, confirmed, released


@dataclass(frozen=True)
class ConfigurationChanged(Fact):
    """An administrator changed standing data: what, and in which way."""

    subject_kind: ClassVar[str] = "configuration"
    row_id: int
    what: str
    change: dict[str, Any]


@dataclass(frozen=True)
class ProposalFact(Fact):
    """Something that happened to a proposed problem."""

    subject_kind: ClassVar[str] = "recurrence_proposal"
    proposal_id: int


@dataclass(frozen=True)
class RecurrenceProposed(ProposalFact):
    """A group of similar tickets grows unusually."""

    product_id: int | None
    count: int
    expected: float
    probability: float


@dataclass(frozen=True)
class ProposalAccepted(ProposalFact):
    problem_id: int


@dataclass(frozen=True)
class ProposalMerged(ProposalFact):
    """Its tickets come from a problem that was known."""

    problem_id: int


@dataclass(frozen=True)
class ProposalDismissed(ProposalFact):
    """It is no problem; at this level."""

    reason: str
    count: int


@dataclass(frozen=True)
class ArticlePlanned(Fact):
    """An article is to be written: people searched for it and found too little."""

    subject_kind: ClassVar[str] = "article_task"
    task_id: int
    query: str = ""


@dataclass(frozen=True)
class WishTaken(TicketFact):
    """What the client wrote is kept as a wish, or the client is counted among those who want it."""

    wish_id: int


@dataclass(frozen=True)
class WishFact(Fact):
    """Something that happened to a wish."""

    subject_kind: ClassVar[str] = "wish"
    wish_id: int


@dataclass(frozen=True)
class WishWritten(WishFact):
    product_id: int


@dataclass(frozen=True)
class WishChanged(WishFact):
    """Its words, or whether clients see it: field → (before, after)."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class WishSupported(WishFact):
    """One more client wants it."""

    supporter_id: int


@dataclass(frozen=True)
class WishDropped(WishFact):
    """A client wants it no more."""

    supporter_id: int


@dataclass(frozen=True)
class WishMerged(WishFact):
    """It is the same as another; whoever wants the one wants the other."""

    into_id: int


@dataclass(frozen=True)
class WishAnswered(WishFact):
    """The product owner's answer."""

    answer_id: int
    verdict: str


@dataclass(frozen=True)
class ProblemAnswered(Fact):
    """The product owner's answer, for one product."""

    subject_kind: ClassVar[str] = "problem"
    problem_id: int
    answer_id: int
    verdict: str


@dataclass(frozen=True)
class FeedbackScheduled(AccountFact):
    """The report of product feedback is to be sent, or no more."""

    schedule_id: int
    every: str
    ended: bool = False


@dataclass(frozen=True)
class FeedbackDue(AccountFact):
    """The report of a period is to be sent to this account: days, the last not included."""

    schedule_id: int
    since: str
    until: str


@dataclass(frozen=True)
class ReportSaved(AccountFact):
    """A report stands under a name, or stands there otherwise."""

    saved_id: int
    report: str


@dataclass(frozen=True)
class SavedReportDeleted(AccountFact):
    saved_id: int


@dataclass(frozen=True)
class ReportScheduled(AccountFact):
    """A saved report is to be sent, or no more; `recipients` are accounts."""

    saved_id: int
    every: str
    recipients: tuple[int, ...] = ()
    ended: bool = False


@dataclass(frozen=True)
class ReportDue(AccountFact):
    """A saved report is to be sent to this account, as it is on this day in the zone of the desk."""

    saved_id: int
    on: str


@dataclass(frozen=True)
class WebhookFact(Fact):
    subject_kind: ClassVar[str] = "webhook"
    webhook_id: int


@dataclass(frozen=True)
class WebhookAdded(WebhookFact):
    product_id: int | None


@dataclass(frozen=True)
class WebhookEnded(WebhookFact):
    pass


@dataclass(frozen=True)
class WebhookTried(WebhookFact):
    """Somebody asked for a trial: a message that says nothing."""


@dataclass(frozen=True)
class SurveyFact(Fact):
    """About a question to a client on their satisfaction. Their words are in no fact: they can be erased."""

    subject_kind: ClassVar[str] = "survey"
    survey_id: int


@dataclass(frozen=True)
class SurveySent(SurveyFact):
    kind: str
    contact_id: int | None
    ticket_id: int | None


@dataclass(frozen=True)
class SurveyAnswered(SurveyFact):
    kind: str
    score: int
    via: str
    ticket_id: int | None


@dataclass(frozen=True)
class SurveyAnswerChanged(SurveyFact):
    """Within the day in which one may."""

    kind: str
    before: int
    after: int


@dataclass(frozen=True)
class SurveyExpired(SurveyFact):
    kind: str


@dataclass(frozen=True)
class LowScoreHandled(SurveyFact):
    """Somebody has seen to a client who was not content."""


@dataclass(frozen=True)
class ClaimOfAnswer(SurveyFact):
    """A manager made a claim of an answer."""

    ticket_id: int


@dataclass(frozen=True)
class SurveyWordsErased(SurveyFact):
    """What was written is gone; the scores stay."""
