"""One revisit: what is known of it, what one does with it, and the form that is filled in afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields, pre_load

from helpdesk.aftersales import revisits
from helpdesk.aftersales.outcomes import NewNeed, NewOutcome, NewReferral, leads_of, outcomes_of, record_outcome
from helpdesk.aftersales.promises import promise_on_revisit
from helpdesk.aftersales.revisits import VISIT_CHANNELS, NewRevisit, get_revisit
from helpdesk.core.command import transaction
from helpdesk.core.i18n import gettext as _
from helpdesk.core.submissions import once
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.care import NeedKind, Revisit
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import NUMBER_PREFIX, Channel
from helpdesk.people.directory import operators, teams
from helpdesk.people.organisations import get_organisation, list_contacts
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text, plain_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.console.duties import PAGES
from helpdesk.web.forms import Form, local_instant, read_form, sent_id, submission_of
from helpdesk.web.promise_lines import promise_in, promised_wrongly
from helpdesk.web.story import told_of
from helpdesk.web.words import CHANNELS, FOLLOWED, NEEDS, PLANNING_PROBLEMS, REVISIT_STATES

bp = Blueprint("revisits", __name__, url_prefix="/revisits")
NEED_ROWS, REFERRAL_ROWS = range(1, 4), range(1, 3)  # that the form offers

PAGES["revisit"] = lambda key: url_for("console.revisits.show", revisit_id=key)


class BlankSchema(WebSchema):
    """Empty fields that are no text count as not sent."""

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {
            name: value for name, value in sent.items()
            if isinstance(self.fields.get(name), fields.String | fields.List) or not isinstance(value, str)
            or value.strip()
        }  # fmt: skip


class RevisitSchema(BlankSchema):
    """A revisit that is agreed on its own."""

    what = line_of_text(required=True)
    on = fields.Date(required=True)
    at = fields.Time(load_default=None)
    channel = word(Channel, load_default=Channel.PHONE)
    minutes = fields.Integer(load_default=30)
    contact_id = row_id(load_default=None)
    operator_id = row_id(load_default=None)
    place = line_of_text(load_default="")


class MoveSchema(BlankSchema):
    """Another day, or the hour."""

    on = fields.Date(required=True)
    at = fields.Time(load_default=None)
    move_reason = line_of_text(load_default="")


class HandSchema(BlankSchema):
    """A colleague who comes instead."""

    operator_id = row_id(required=True, allow_none=False)
    hand_reason = line_of_text(load_default="")


class EndSchema(WebSchema):
    """Why it will not be, and whose wish that is."""

    state = fields.String(required=True)
    end_reason = line_of_text(load_default="")


class OutcomeSchema(BlankSchema):
    """What came of it; rows of needs and referrals are read beside it."""

    summary = long_text(load_default="")
    satisfaction = fields.Integer(load_default=None)
    problems = long_text(load_default="")
    parts = long_text(load_default="")
    next_on = fields.Date(load_default=None)
    worked_minutes = fields.Integer(load_default=None)
    confirmed_by = line_of_text(load_default="")


@bp.get("/<int:revisit_id>")
def show(revisit_id: int) -> str:
    return _page(get_revisit(revisit_id, for_=current_actor()), Form())


@bp.get("/new")
def new() -> str:
    organisation = get_organisation(sent_id("organisation_id") or 0, for_=current_actor())
    return _new_page(organisation, Form())


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(RevisitSchema)
    organisation = get_organisation(sent_id("organisation_id") or 0, for_=actor)
    if form.is_valid:
        value = dict(form.value)
        at = value.pop("at")
        with form.refusals():
            planned = NewRevisit(**value, starts_at=_hour(value["on"], at))
            revisit = once(submission_of(actor), (organisation.id, planned), Revisit,
                           lambda: revisits.add_revisit(organisation, planned, by=actor))  # fmt: skip
            flash(_("Planned. The client is asked two weeks before."))
            return redirect(url_for("console.revisits.show", revisit_id=revisit.id))
    return _new_page(organisation, form), 422


@bp.post("/<int:revisit_id>/confirmation")
def confirm(revisit_id: int) -> Any:
    actor = current_actor()
    revisits.confirm_revisit(get_revisit(revisit_id, for_=actor), by=actor)
    flash(_("Confirmed."))
    return redirect(url_for("console.revisits.show", revisit_id=revisit_id))


@bp.post("/<int:revisit_id>/moves")
def move(revisit_id: int) -> Any:
    actor, form = current_actor(), read_form(MoveSchema)
    revisit = get_revisit(revisit_id, for_=actor)
    if form.is_valid:
        value = form.value
        with form.refusals():
            follows = revisits.move_revisit(
                revisit, value["on"], starts_at=_hour(value["on"], value["at"]), reason=value["move_reason"], by=actor
            )
            flash(_("Moved."))
            return redirect(url_for("console.revisits.show", revisit_id=follows.id))
    return _again(revisit_id, form, {"reason": "move_reason", "starts_at": "at"})


@bp.post("/<int:revisit_id>/operator")
def hand(revisit_id: int) -> Any:
    actor, form = current_actor(), read_form(HandSchema)
    revisit = get_revisit(revisit_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            revisits.reassign_revisit(revisit, form.value["operator_id"], form.value["hand_reason"], by=actor)
            flash(_("Handed over."))
            return redirect(url_for("console.revisits.show", revisit_id=revisit_id))
    return _again(revisit_id, form, {"reason": "hand_reason"})


@bp.post("/<int:revisit_id>/end")
def end(revisit_id: int) -> Any:
    actor, form = current_actor(), read_form(EndSchema)
    revisit = get_revisit(revisit_id, for_=actor)
    call_off = {"skipped": revisits.skip_revisit, "refused": revisits.refuse_revisit}.get(form.data.get("state", ""))
    if call_off is None:
        form.errors["state"] = [_("Choose one of the list.")]
    elif form.is_valid:
        with form.refusals():
            call_off(revisit, form.value["end_reason"], by=actor)
            flash(_("Called off."))
            return redirect(url_for("console.revisits.show", revisit_id=revisit_id))
    return _again(revisit_id, form, {"reason": "end_reason"})


@bp.get("/<int:revisit_id>/outcome")
def outcome(revisit_id: int) -> str:
    return _outcome_page(get_revisit(revisit_id, for_=current_actor()), Form())


@bp.post("/<int:revisit_id>/outcome")
def create_outcome(revisit_id: int) -> Any:
    actor, form = current_actor(), read_form(OutcomeSchema)
    revisit = get_revisit(revisit_id, for_=actor)
    promised = promise_in(form, revisit.channel)
    if form.is_valid:
        value, sent = form.value, form.data
        with form.refusals(), transaction():
            told = NewOutcome(
                **(value | {"parts": tuple(value["parts"].splitlines())}), needs=_needs(sent),
                referrals=_referrals(sent),
            )  # fmt: skip
            record_outcome(revisit, told, by=actor)
            if promised is not None:
                promise_on_revisit(revisit, promised, by=actor)
            flash(_("Written down."))
            return redirect(url_for("console.revisits.show", revisit_id=revisit_id))
    promised_wrongly(form)
    for refused, shown in (("needs", "need_1"), ("referrals", "company_1")):
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
    return _outcome_page(get_revisit(revisit_id, for_=actor), form), 422


def _needs(sent: Mapping[str, Any]) -> tuple[NewNeed, ...]:
    kinds = {each.value: each for each in NeedKind}
    rows = ((plain_text(sent.get(f"need_{n}", "")).strip(), sent.get(f"need_kind_{n}", "")) for n in NEED_ROWS)
    return tuple(NewNeed(kinds.get(kind, NeedKind.OTHER), what) for what, kind in rows if what)


def _referrals(sent: Mapping[str, Any]) -> tuple[NewReferral, ...]:
    rows = ([plain_text(sent.get(f"{name}_{n}", "")) for name in ("company", "person", "reach")] for n in REFERRAL_ROWS)
    return tuple(NewReferral(*row) for row in rows if any(text.strip() for text in row))


def _hour(on: Any, at: Any) -> datetime | None:
    return local_instant(datetime.combine(on, at)) if at is not None else None


def _again(revisit_id: int, form: Form, names: Mapping[str, str]) -> Any:
    for refused, shown in names.items():
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
    return _page(get_revisit(revisit_id, for_=current_actor()), form), 422


def _page(revisit: Revisit, form: Form) -> str:
    actor = current_actor()
    needs, referrals = leads_of(revisit)
    return render_template(
        "console/revisits/show.html", revisit=revisit, form=form, needs=needs, referrals=referrals,
        found=outcomes_of([revisit.id]).get(revisit.id), story=told_of("revisit", revisit.id),
        can_manage=may(actor, Action.MANAGE_CARE), can_answer=may(actor, Action.ANSWER_REVISIT, revisit),
        can_record=may(actor, Action.RECORD_OUTCOME, revisit), today=desk_today(), **_about(revisit),
    )  # fmt: skip


def _outcome_page(revisit: Revisit, form: Form) -> str:
    return render_template(
        "console/revisits/outcome.html", revisit=revisit, form=form, need_rows=NEED_ROWS, referral_rows=REFERRAL_ROWS,
        is_known=revisit.id in outcomes_of([revisit.id]), **_about(revisit),
    )  # fmt: skip


def _new_page(organisation: Organisation, form: Form) -> str:
    actor = current_actor()
    return render_template(
        "console/revisits/new.html", organisation=organisation, form=form,
        contacts=[(one.id, one.name) for one in list_contacts(for_=actor, organisation_id=organisation.id)],
        operators=operator_choices(), channels=visit_channels(), today=desk_today(),
    )  # fmt: skip


def _about(revisit: Revisit) -> dict[str, Any]:
    actor = current_actor()
    organisation = get_organisation(revisit.organisation_id, for_=actor)
    contacts = list_contacts(for_=actor, organisation_id=organisation.id)
    return {
        "organisation": organisation, "contact": next((c for c in contacts if c.id == revisit.contact_id), None),
        "operator": operators().get(revisit.operator_id or 0), "team": teams().get(revisit.team_id or 0),
        "operators": operator_choices(), "channels": CHANNELS, "states": REVISIT_STATES, "kinds": NEEDS,
        "followed": FOLLOWED, "problems": PLANNING_PROBLEMS, "prefix": NUMBER_PREFIX,
    }  # fmt: skip


def operator_choices() -> list[tuple[int, str]]:
    return [(card.id, card.name) for card in operators().values() if card.is_active and card.lines]


def visit_channels() -> list[tuple[str, str]]:
    return [(channel.value, str(CHANNELS[channel.value])) for channel in VISIT_CHANNELS]
