"""The escalation ladder as each of us sees it: what one was told and has to take note of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.times import epoch, instant, now
from helpdesk.people.accounts import names_of
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.tickets.duties import told_duties
from helpdesk.tickets.judging import excuses_asked
from helpdesk.tickets.ladder import acknowledge, open_rungs, rungs_of
from helpdesk.tickets.queries import clock_due, clock_name
from helpdesk.web.auth import current_actor
from helpdesk.web.console.duties import with_pages
from helpdesk.web.words import BREACH_CAUSES, CLOCKS, DUTIES, STEPS
from sla.models import Clock, Rung

bp = Blueprint("escalations", __name__, url_prefix="/escalations")


@dataclass(frozen=True)
class RungLine:
    """A rung on the page of its ticket."""

    clock: str
    occasion: str
    step: str
    who: str
    at: datetime
    is_open: bool
    taken_by: str
    take_url: str


@dataclass(frozen=True)
class ExcuseLine:
    """A breach that somebody asks to excuse."""

    number: str
    subject: str
    clock_id: int
    clock: str
    cause: str
    excuse: str
    asked_by: str
    is_own: bool


@bp.get("")
def index() -> str:
    at = epoch(now())
    rows = [
        (shown, clock_due(shown.clock, at), STEPS[shown.rung.step], instant(shown.rung.told_at or at))
        for shown in open_rungs(for_=current_actor())
    ]
    return render_template("console/escalations/index.html", rows=rows, asked=_excuses(current_actor()),
                           late=with_pages(told_duties(for_=current_actor())), kinds=DUTIES)  # fmt: skip


@bp.post("/<int:rung_id>/acknowledgement")
def take_note(rung_id: int) -> BaseResponse:
    shown = acknowledge(rung_id, by=current_actor())
    if request.form.get("back") == "ticket":
        return redirect(url_for("console.tickets.show", number=shown.ticket.number))
    return redirect(url_for("console.escalations.index"))


def _excuses(actor: Actor) -> list[ExcuseLine]:
    if not may(actor, Action.EXCUSE_BREACH):
        return []
    asked = excuses_asked(for_=actor)
    names = names_of(each.judgement.judged_by for each in asked)
    return [
        ExcuseLine(
            each.ticket.number, each.ticket.subject, each.clock.id, str(CLOCKS[clock_name(each.clock)]),
            str(BREACH_CAUSES.get(each.judgement.cause, each.judgement.cause)), each.judgement.excuse,
            names.get(each.judgement.judged_by, ""), is_own=each.judgement.judged_by == actor.account_id,
        ) for each in asked
    ]  # fmt: skip


def ladder_lines(clocks: Sequence[Clock], actor: Actor) -> list[RungLine]:
    """Everybody on the ladders of these clocks who was told, in order."""
    rungs = rungs_of(clocks)
    words = {clock.id: str(CLOCKS[clock_name(clock)]) for clock in clocks}
    names = names_of({r.account_id for r in rungs} | {r.acknowledged_by for r in rungs} - {None})
    offered = _offered(rungs, actor)
    return [
        RungLine(
            words[rung.clock_id], rung.occasion, str(STEPS[rung.step]), names.get(rung.account_id or 0, ""),
            instant(rung.told_at or rung.at), is_open=rung.ended_at is None,
            taken_by=names.get(rung.acknowledged_by or 0, ""),
            take_url=url_for("console.escalations.take_note", rung_id=rung.id) if rung.id in offered else "",
        )
        for rung in rungs
    ]  # fmt: skip


def _offered(rungs: Sequence[Rung], actor: Actor) -> set[int]:
    """Where the actor may take note: once for each ladder, on their own rung if they stand on it."""
    chosen: dict[tuple[int, str, int], Rung] = {}
    for rung in rungs:
        if rung.ended_at is None and may(actor, Action.ACKNOWLEDGE_ESCALATION, rung):
            ladder = (rung.clock_id, rung.occasion, rung.revision)
            if ladder not in chosen or rung.account_id == actor.account_id:
                chosen[ladder] = rung
    return {rung.id for rung in chosen.values()}
