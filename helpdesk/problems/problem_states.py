"""The life of a problem: which state may follow, and what a state demands."""

from __future__ import annotations

from helpdesk.models.problems import ProblemState

TRANSITIONS: dict[ProblemState, frozenset[ProblemState]] = {
    ProblemState.NEW: frozenset({ProblemState.INVESTIGATING, ProblemState.CLOSED}),
    ProblemState.INVESTIGATING: frozenset({ProblemState.KNOWN_ERROR, ProblemState.CLOSED}),
    # Investigating: the cause was another. Fixed: without a plan.
    ProblemState.KNOWN_ERROR: frozenset(
        {ProblemState.FIX_PLANNED, ProblemState.FIXED, ProblemState.INVESTIGATING, ProblemState.CLOSED}
    ),
    # Known error: the plan was given up.
    ProblemState.FIX_PLANNED: frozenset(
        {ProblemState.FIXED, ProblemState.KNOWN_ERROR, ProblemState.INVESTIGATING, ProblemState.CLOSED}
    ),
    ProblemState.FIXED: frozenset({ProblemState.CLOSED, ProblemState.INVESTIGATING}),  # it did not stop
    ProblemState.CLOSED: frozenset({ProblemState.INVESTIGATING}),  # it came back
}

# What must be on the table before a state is entered; `problems.py` looks for it, `helpdesk/web/words.py` says it.
DEMANDS: dict[ProblemState, tuple[str, ...]] = {
    ProblemState.NEW: (),
    ProblemState.INVESTIGATING: (),
    ProblemState.KNOWN_ERROR: ("root_cause", "workaround"),
    ProblemState.FIX_PLANNED: ("root_cause", "workaround", "plan"),
    ProblemState.FIXED: ("fixed_version",),
    ProblemState.CLOSED: ("review_or_reason",),
}
# Going back needs a reason: why what was said does not hold.
RETURNS = frozenset({
    (ProblemState.KNOWN_ERROR, ProblemState.INVESTIGATING), (ProblemState.FIX_PLANNED, ProblemState.KNOWN_ERROR),
    (ProblemState.FIX_PLANNED, ProblemState.INVESTIGATING), (ProblemState.FIXED, ProblemState.INVESTIGATING),
    (ProblemState.CLOSED, ProblemState.INVESTIGATING),
})  # fmt: skip
