"""How the page of a ticket shows what was promised and what was not kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import moment
from helpdesk.core.times import instant
from helpdesk.models.tickets import Ticket
from helpdesk.people.accounts import names_of
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.tickets.agreed_times import PromiseShown, is_promisable, promises_of
from helpdesk.tickets.judging import Breach, breaches_of, late_windows
from helpdesk.tickets.queries import clock_name
from helpdesk.web.sentences import Names
from helpdesk.web.words import BREACH_CAUSES, CLOCKS
from sla.models import Clock

TONES = {"planned": "green", "kept": "grey", "late": "red", "broken": "red"}


@dataclass(frozen=True)
class PromiseLine:
    """A promised time beside the contract's own."""

    what: str
    at: datetime
    by: str
    state: str
    tone: str
    contract_at: datetime | None
    contract_is_kept: bool | None
    moves: int


@dataclass(frozen=True)
class BreachLine:
    """A time that was not kept, and what was said of it."""

    clock_id: int
    clock: str
    at: datetime
    cause: str
    cause_word: str
    note: str
    excuse: str
    asked_by: str
    excused_by: str
    may_grant: bool
    windows: Sequence[tuple[str, str]]  # maintenance that was announced late: (the excuse it gives, its words)


def promise_lines(ticket: Ticket, clocks: Sequence[Clock]) -> list[PromiseLine]:
    """What was promised on this ticket, to staff and to the client alike."""
    return [_promise(each) for each in promises_of(ticket, clocks)]


def promisable(clocks: Iterable[Clock]) -> list[tuple[str, str]]:
    """The clocks for which a time can be agreed: value and words of a select."""
    words = {"resolution": _("the solution"), "periodic_update": _("the next news")}
    return [(clock.kind.value, words[clock.kind.value]) for clock in clocks if is_promisable(clock)]


def breach_lines(clocks: Sequence[Clock], actor: Actor) -> list[BreachLine]:
    """The breaches of a ticket, as staff see them."""
    breaches = breaches_of(clocks)
    judged = [breach.judgement for breach in breaches if breach.judgement is not None]
    names = names_of({j.judged_by for j in judged} | {j.excused_by for j in judged})
    return [_breach(breach, names, actor) for breach in breaches]


def _promise(promise: PromiseShown) -> PromiseLine:
    words = {"resolution": _("solution"), "periodic_update": _("news")}
    return PromiseLine(
        words[promise.kind], promise.at, Names().of(*promise.by), promise.state, TONES[promise.state],
        promise.contract_at, promise.contract_is_kept, promise.moves,
    )  # fmt: skip


def _breach(breach: Breach, names: dict[int, str], actor: Actor) -> BreachLine:
    clock, said = breach.clock, breach.judgement
    may_grant = bool(
        said and said.excuse and said.excused_at is None and said.judged_by != actor.account_id
        and may(actor, Action.EXCUSE_BREACH)
    )  # fmt: skip
    windows = late_windows(breach) if said is not None and not said.excuse else []
    return BreachLine(
        clock.id, str(CLOCKS[clock_name(clock)]), instant(clock.breached_at or 0), cause=said.cause if said else "",
        cause_word=str(BREACH_CAUSES.get(said.cause, said.cause)) if said else "", note=said.note if said else "",
        excuse=said.excuse if said else "", asked_by=names.get(said.judged_by, "") if said and said.excuse else "",
        excused_by=names.get(said.excused_by or 0, "") if said else "", may_grant=may_grant,
        windows=[
            (_("Maintenance announced late: %(reason)s", reason=w.reason),
             f"{w.reason}, {moment(instant(w.from_at))} – {moment(instant(w.to_at))}") for w in windows
        ],
    )  # fmt: skip
