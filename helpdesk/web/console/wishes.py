"""Wishes: the list, and one with who wants it and what the product owner answers; taken from tickets and needs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales.outcomes import get_need
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import ngettext
from helpdesk.models.feedback import Verdict, Wish
from helpdesk.models.problems import Problem
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.problems import answers, wishes
from helpdesk.problems.feedback_words import VERDICTS, WISH_VERDICTS
from helpdesk.problems.wishes import NewWish
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.feedback_forms import (
    AnswerSchema,
    NewWishSchema,
    WishSchema,
    WithoutBlanks,
    answer_of,
    language_choices,
    product_choices,
    version_choices,
)
from helpdesk.web.forms import Form, read_form, sent_id, submission_of
from helpdesk.web.shell import Item

bp = Blueprint("wishes", __name__)
ONE = "/wishes/<number>"


class TicketWishSchema(WithoutBlanks):
    """A new wish, or the number of one that is there."""

    wish_title = line_of_text(load_default="")
    wish_product = row_id(load_default=None)
    wish_number = line_of_text(load_default="")


class ClientSchema(WithoutBlanks):
    """Who wants it, too: a contact, or an organisation as a whole."""

    organisation = line_of_text(load_default="")
    contact = line_of_text(load_default="")


class MergerSchema(WebSchema):
    into = line_of_text(load_default="")


class NeedWishSchema(WithoutBlanks):
    product_id = fields.Integer(load_default=None)


@bp.get("/wishes")
def index() -> str:
    actor = current_actor()
    if not (may(actor, Action.READ_FEEDBACK) or may(actor, Action.WRITE_WISH)):
        raise NotFound
    views = {"open": _("Open"), **{each.value: str(WISH_VERDICTS[each.value]) for each in Verdict}, "all": _("All")}
    asked, product_id = request.args.get("view", ""), sent_id("product_id")
    view = asked if asked in views else "open"
    page = wishes.list_wishes(
        for_=actor, product_id=product_id, verdict=Verdict(view) if view in set(Verdict) else None,
        is_open=True if view == "open" else None, after=request.args.get("after"), before=request.args.get("before"),
    )  # fmt: skip
    last = answers.last_to_wishes([row.wish.id for row in page.rows])
    items = [Item(name, url_for("console.wishes.index", view=key, product_id=product_id), is_current=key == view)
             for key, name in views.items()]  # fmt: skip
    return render_template(
        "console/wishes/index.html", page=page, views=items, view=view, last=last, verdicts=WISH_VERDICTS,
        products=directory.products(), choices=product_choices(actor), product_id=product_id,
        can_write=may(actor, Action.WRITE_WISH) or bool(actor.product_ids),
    )  # fmt: skip


@bp.get("/wishes/new")
def new() -> str:
    if not (may(current_actor(), Action.WRITE_WISH) or current_actor().product_ids):
        require(current_actor(), Action.WRITE_WISH)
    return _new_page(Form())


@bp.post("/wishes")
def create() -> Any:
    actor, form = current_actor(), read_form(NewWishSchema)
    if form.is_valid:
        with form.refusals():
            wish = wishes.write_wish(NewWish(**form.value), by=actor, submission=submission_of(actor))
            flash(_("The wish is kept as %(number)s.", number=wish.number))
            return redirect(url_for("console.wishes.show", number=wish.number))
    return _new_page(form), 422


@bp.get(ONE)
def show(number: str) -> Any:
    wish = wishes.get_wish(number, for_=current_actor())
    if wish.merged_into_id is not None:
        flash(_("%(number)s was merged into this wish.", number=wish.number))
        return redirect(url_for("console.wishes.show", number=f"W-{wish.merged_into_id}"))
    return _page(wish, Form())


@bp.post(ONE)
def change(number: str) -> Any:
    form, wish = read_form(WishSchema), wishes.get_wish(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            wishes.change_wish(wish, NewWish(product_id=wish.product_id, **form.value), by=current_actor())
            flash(_("It is kept."))
            return redirect(url_for("console.wishes.show", number=number))
    return _page(wish, form), 422


@bp.post(f"{ONE}/clients")
def add_client(number: str) -> Any:
    form, wish = read_form(ClientSchema), wishes.get_wish(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            organisation_id, contact_id = wishes.client_named(
                form.value["organisation"], form.value["contact"], for_=current_actor()
            )
            wishes.add_client(wish, organisation_id=organisation_id, contact_id=contact_id, by=current_actor())
            return redirect(url_for("console.wishes.show", number=number, _anchor="clients"))
    return _page(wish, form), 422


@bp.post(f"{ONE}/clients/<int:supporter_id>/removal")
def remove_client(number: str, supporter_id: int) -> BaseResponse:
    wish = wishes.get_wish(number, for_=current_actor())
    wishes.remove_client(wish, supporter_id, by=current_actor())
    return redirect(url_for("console.wishes.show", number=number, _anchor="clients"))


@bp.post(f"{ONE}/merger")
def merge(number: str) -> Any:
    form, wish = read_form(MergerSchema), wishes.get_wish(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            into = wishes.merge_wish(wish, form.value["into"], by=current_actor())
            flash(_("%(number)s was merged into this wish.", number=wish.number))
            return redirect(url_for("console.wishes.show", number=into.number))
    return _page(wish, form), 422


@bp.post(f"{ONE}/answers")
def answer(number: str) -> Any:
    actor, form = current_actor(), read_form(AnswerSchema)
    wish = wishes.get_wish(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            answers.answer_wish(wish, answer_of(form), by=actor, submission=submission_of(actor))
            flash(_("Answered. Whoever wants it is told that it is there.") if form.value["verdict"] is Verdict.FIXED
                  else _("Answered."))  # fmt: skip
            return redirect(url_for("console.wishes.show", number=number))
    return _page(wish, form), 422


@bp.post("/tickets/<number>/wishes")
def take_from_ticket(number: str) -> Any:
    """Keep what a ticket asks for: as a new wish, or counted for one that is there."""
    actor, form = current_actor(), read_form(TicketWishSchema)
    ticket = get_ticket(number, for_=actor)
    require(actor, Action.WRITE_WISH)
    if form.is_valid and form.value["wish_number"].strip():
        with form.refusals():
            wish = wishes.find_wish(form.value["wish_number"], for_=actor)
            if wish is None:
                form.errors["wish_number"] = [_("There is no such wish.")]
            else:
                wishes.count_ticket(wish, ticket, by=actor)
                flash(_("The client is counted for %(number)s.", number=wish.number))
                return redirect(url_for("console.tickets.show", number=number, _anchor="wishes"))
    elif form.is_valid:
        product_id = form.value["wish_product"] or ticket.product_id
        title = form.value["wish_title"].strip() or ticket.subject
        with form.refusals():
            if product_id is None:
                form.errors["wish_product"] = [_("Choose one of the list.")]
            else:
                told = NewWish(product_id, title, language=ticket.language)
                wish = wishes.take_from_ticket(ticket, told, by=actor, submission=submission_of(actor))
                return redirect(url_for("console.wishes.show", number=wish.number))
    form.rename(title="wish_title", product_id="wish_product")
    return render_template(
        "console/wishes/from_ticket.html", ticket=ticket, form=form, panel=wish_panel_of(ticket)
    ), 422


@bp.post("/needs/<int:need_id>/wish")
def take_from_need(need_id: int) -> Any:
    """Keep a need of a revisit as a wish."""
    actor, form = current_actor(), read_form(NeedWishSchema)
    need = get_need(need_id, for_=actor)
    product_id = form.value["product_id"] if form.is_valid else None
    if product_id not in directory.products():
        flash(_("Choose the product first."))
        return redirect(url_for("console.leads.index", _anchor=f"need-{need_id}"))
    wish = wishes.take_from_need(need_id, NewWish(product_id, need.what[:250], language=actor.language), by=actor)
    flash(_("The wish is kept as %(number)s.", number=wish.number))
    return redirect(url_for("console.wishes.show", number=wish.number))


@bp.app_context_processor
def _panel() -> dict[str, Any]:
    return {"wish_panel_of": wish_panel_of, "wishes_of_needs": wishes.wishes_of_needs,
            "owner_answers_of": owner_answers_of}  # fmt: skip


def owner_answers_of(problem: Problem) -> dict[str, Any]:
    """What the page of a problem shows of the product owner's answers, and where the next is given."""
    actor = current_actor()
    given = answers.answers_to_problem(problem.id)
    can_read = may(actor, Action.READ_FEEDBACK)
    return {"answers": given, "verdicts": VERDICTS, "products": directory.products(),
            "url": url_for("manager.feedback.problem", number=problem.number) if can_read else ""}  # fmt: skip


def wish_panel_of(ticket: Ticket) -> dict[str, Any] | None:
    """What the page of a ticket shows of wishes; None for those who keep none."""
    actor = current_actor()
    can_write = may(actor, Action.WRITE_WISH)
    if not can_write and not (actor.product_ids and may(actor, Action.READ_FEEDBACK)):
        return None
    return {"wishes": wishes.wishes_of_ticket(ticket, for_=actor), "can_write": can_write,
            "products": product_choices(actor), "verdicts": WISH_VERDICTS}  # fmt: skip


def _page(wish: Wish, form: Form) -> str:
    actor = current_actor()
    [wanted] = wishes.counted([wish], for_=actor)
    can_write = may(actor, Action.WRITE_WISH, wish)
    wanters = wishes.wanters_of(wish, for_=actor) if can_write else []
    told = sum(1 for each in wanters if each.row.told_at is not None)
    return render_template(
        "console/wishes/show.html", wish=wish, wanted=wanted, wanters=wanters, form=form,
        answers=answers.answers_to_wish(wish), verdicts=WISH_VERDICTS, product=directory.products()[wish.product_id],
        can_write=can_write, can_answer=may(actor, Action.ANSWER_FEEDBACK, wish),
        versions=version_choices(wish.product_id), languages=language_choices(),
        told=ngettext("%(num)d client has been told by letter.", "%(num)d clients have been told by letter.", told)
        if told else "",
    )  # fmt: skip


def _new_page(form: Form) -> str:
    return render_template(
        "console/wishes/new.html", form=form, products=product_choices(current_actor()), languages=language_choices(),
        product_id=sent_id("product_id"), language=current_actor().language,
    )  # fmt: skip
