"""Articles on the page of a ticket: fitting ones, given in a reply, linked, flagged, written from it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.knowledge import drafts, uses
from helpdesk.knowledge.articles import get_article
from helpdesk.models.knowledge import UseKind
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import Form, read_form, submission_of
from helpdesk.web.htmx import is_htmx
from helpdesk.web.words import USE_KINDS
from knowledge_base.models import Article

bp = Blueprint("ticket_articles", __name__, url_prefix="/tickets/<number>")


FOR_CLIENTS = ("public", "clients")


class ArticleSchema(WebSchema):
    """Which article, and what is to be said of it."""

    article = line_of_text(load_default="")
    article_comment = long_text(load_default="")


@bp.get("/articles/fitting")
def fitting(number: str) -> str:
    """What may fit; the page of the ticket asks for it when its reader comes to that place."""
    actor, ticket = current_actor(), get_ticket(number, for_=current_actor())
    require(actor, Action.USE_ARTICLE, ticket)
    panel = {
        "fitting": uses.fitting_articles(ticket, ticket.requester.language, for_=actor),
        "can_insert": is_htmx() and may(actor, Action.REPLY_TO_CLIENT, ticket) and ticket.is_open,
        "for_clients": FOR_CLIENTS,
    }
    name = "_fitting.html" if is_htmx() else "fitting.html"
    return render_template(f"console/ticket_articles/{name}", ticket=ticket, panel=panel)


@bp.post("/articles")
def link(number: str) -> Any:
    form, ticket = read_form(ArticleSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            article = _article(form)
            uses.use_article(ticket, article, UseKind.LINKED, ticket.requester.language, by=current_actor())
            return _back(number)
    return ticket_page(ticket, form), 422


@bp.post("/articles/removal")
def unlink(number: str) -> Any:
    form, ticket = read_form(ArticleSchema), get_ticket(number, for_=current_actor())
    with form.refusals():
        uses.unlink_article(ticket, _article(form), by=current_actor())
        return _back(number)
    return ticket_page(ticket, form), 422


@bp.post("/articles/insertion")
def insert(number: str) -> Any:
    """The page with the article put into the reply that is being written; the words typed so far stay."""
    actor, ticket = current_actor(), get_ticket(number, for_=current_actor())
    typed = {name: value for name, value in request.form.items() if name in ("body", "kind", "next_status")}
    chosen, _dash, way = request.form.get("insert", "").partition("/")
    article = get_article(chosen, for_=actor)
    insertion = uses.insertion_of(article, ticket.requester.language)
    uses.use_article(ticket, article, UseKind.INSERTED, ticket.requester.language, by=actor)
    words = f"[{insertion.title}]({insertion.url})"
    if way == "text":
        words = f"{insertion.body.strip()}\n\n{words}"
    typed["body"] = "\n\n".join(part for part in (typed.get("body", "").rstrip(), words) if part) + "\n"
    typed.setdefault("kind", "reply")
    return ticket_page(ticket, Form(typed))


@bp.post("/articles/flag")
def flag(number: str) -> Any:
    form, ticket = read_form(ArticleSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            uses.flag_article(_article(form), form.value["article_comment"], by=current_actor(), ticket=ticket)
            flash(_("Its owner hears of it."))
            return _back(number)
    form.rename(comment="article_comment")
    return ticket_page(ticket, form), 422


@bp.post("/article")
def draft(number: str) -> BaseResponse:
    """A draft from this ticket, in one step."""
    actor = current_actor()
    article = drafts.draft_from_ticket(get_ticket(number, for_=actor), by=actor, submission=submission_of(actor))
    return redirect(url_for("console.articles.edit", number=article.number, language=article.source_language))


@bp.app_context_processor
def _panel() -> dict[str, Any]:
    return {"articles_of": articles_of}


def articles_of(ticket: Ticket) -> dict[str, Any] | None:
    """What the page of a ticket shows of the knowledge base."""
    actor = current_actor()
    if not may(actor, Action.USE_ARTICLE, ticket):
        return None
    language = ticket.requester.language
    used = uses.used_on(ticket, language, for_=actor)
    return {
        "used": used, "kinds": USE_KINDS, "can_write": may(actor, Action.WRITE_ARTICLE),
    }  # fmt: skip


def _article(form: Form) -> Article:
    wanted = form.value["article"].strip() if form.value else ""
    try:
        return get_article(wanted, for_=current_actor())
    except NotFound as error:
        raise Invalid({"article": [_("There is no article %(number)s.", number=wanted)]}) from error


def _back(number: str) -> BaseResponse:
    return redirect(url_for("console.tickets.show", number=number, _anchor="articles"))
