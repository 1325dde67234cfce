"""The life of a claim: which state may follow, what the ticket's status is meanwhile, and what is due in each state."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.models.claims import ClaimState, FaultKind
from helpdesk.models.duties import DutyKind
from helpdesk.models.tickets import Status

TRANSITIONS: dict[ClaimState, frozenset[ClaimState]] = {
    ClaimState.REGISTERED: frozenset({ClaimState.ACKNOWLEDGED, ClaimState.WITHDRAWN}),
    ClaimState.ACKNOWLEDGED: frozenset({ClaimState.INVESTIGATED, ClaimState.WITHDRAWN}),
    ClaimState.INVESTIGATED: frozenset({ClaimState.DECIDED, ClaimState.WITHDRAWN}),
    # Closed: what was rejected. Investigated: the client has appealed, once.
    ClaimState.DECIDED: frozenset(
        {ClaimState.CORRECTIVE_ACTION, ClaimState.CLOSED, ClaimState.INVESTIGATED, ClaimState.WITHDRAWN}
    ),
    ClaimState.CORRECTIVE_ACTION: frozenset(
        {ClaimState.VERIFIED, ClaimState.INVESTIGATED, ClaimState.WITHDRAWN}
    ),
    # Corrective action: the client says that it did not help.
    ClaimState.VERIFIED: frozenset({ClaimState.CLOSED, ClaimState.CORRECTIVE_ACTION}),
    ClaimState.CLOSED: frozenset({ClaimState.CORRECTIVE_ACTION}),  # its ticket was reopened
    ClaimState.WITHDRAWN: frozenset({ClaimState.REGISTERED}),  # the ticket was called a claim once more
}  # fmt: skip

_IN_WORK = (Status.OPEN, Status.WAITING_CLIENT, Status.WAITING_VENDOR, Status.SCHEDULED)
# The ticket's statuses that go with a state. It keeps the one it has where that is among them, else takes the first.
TICKET_STATUSES: dict[ClaimState, tuple[Status, ...]] = {
    ClaimState.REGISTERED: (Status.NEW, *_IN_WORK),
    ClaimState.ACKNOWLEDGED: _IN_WORK,
    ClaimState.INVESTIGATED: _IN_WORK,
    ClaimState.DECIDED: _IN_WORK,
    ClaimState.CORRECTIVE_ACTION: _IN_WORK,
    ClaimState.VERIFIED: (Status.RESOLVED,),
    ClaimState.CLOSED: (Status.CLOSED,),
    ClaimState.WITHDRAWN: (Status.CANCELLED,),
}

# What must be on the table before the cause is called found, by kind of fault; `helpdesk/web/words.py` says it.
EVIDENCE: dict[FaultKind, tuple[str, ...]] = {
    FaultKind.DEFECT: ("fault_shown", "product_identified", "conditions_of_use"),
    FaultKind.WRONG_DELIVERY: ("order", "delivery_note", "fault_shown"),
    FaultKind.INCOMPLETE: ("order", "delivery_note", "missing_named"),
    FaultKind.DAMAGED: ("fault_shown", "packaging_shown", "delivery_note"),
    FaultKind.LATE: ("agreed_date", "delivery_note"),
    FaultKind.WORKMANSHIP: ("agreed_result", "fault_shown"),
    FaultKind.OTHER: ("fault_shown",),
}


@dataclass(frozen=True)
class Stage:
    """What is due in a state: its kind of duty, and the setting that says how long it may take."""

    kind: DutyKind
    setting: str

    @property
    def is_minutes(self) -> bool:
        return self.setting.endswith("_minutes")


PROPOSED = "proposed"  # no state of the claim: its decision waits for the second person
STAGES: dict[str, Stage | None] = {
    ClaimState.REGISTERED: Stage(DutyKind.CLAIM_ACKNOWLEDGE, "acknowledge_minutes"),
    ClaimState.ACKNOWLEDGED: Stage(DutyKind.CLAIM_INVESTIGATE, "investigate_days"),
    ClaimState.INVESTIGATED: Stage(DutyKind.CLAIM_DECIDE, "decide_days"),
    PROPOSED: Stage(DutyKind.CLAIM_APPROVE, "approve_days"),
    ClaimState.DECIDED: Stage(DutyKind.CLAIM_CORRECT, "begin_days"),
    ClaimState.CORRECTIVE_ACTION: Stage(DutyKind.CLAIM_VERIFY, "correct_days"),
    ClaimState.VERIFIED: Stage(DutyKind.CLAIM_CLOSE, "close_days"),
    ClaimState.CLOSED: None,
    ClaimState.WITHDRAWN: None,
}
