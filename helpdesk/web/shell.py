"""What stands around every page: the rail, the bar, the reader's preferences; and the account pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, flash, g, has_request_context, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales import feeds
from helpdesk.aftersales.deliverables import has_deliverables
from helpdesk.aftersales.showing import feed_url
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES, current_language, current_zone
from helpdesk.core.i18n import gettext as _
from helpdesk.models.access import Role
from helpdesk.models.care import FeedKind
from helpdesk.people import accounts
from helpdesk.people.schemas import PasswordChangeSchema
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.problems.wishes import has_wishes
from helpdesk.tickets.ladder import count_open_rungs
from helpdesk.tickets.queries import COUNTED_UP_TO, count_views
from helpdesk.web.auth import current_actor, guard, home_of
from helpdesk.web.forms import Form, new_submission_key, read_form, sent_id
from helpdesk.web.preferences import COOKIE_SECONDS, keep_choices, preference, sent_choices
from helpdesk.web.words import FEED_KINDS

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(guard(lambda actor: actor.is_signed_in))
open_bp = Blueprint("preferences", __name__)
open_bp.is_open = True  # type: ignore[attr-defined]


VIEW_ICONS = {
    "queue": "inbox", "mine": "user", "unassigned": "user-off", "line": "align-justified",
    "all": "list-details", "at_risk": "alarm",
    "overdue": "flame", "waiting": "user-pause", "resolved": "circle-check",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A way to a page."""

    label: str
    url: str
    icon: str | None = None
    count: str = ""
    is_current: bool = False
    tone: str = ""


@dataclass(frozen=True)
class Group:
    label: str
    items: tuple[Item, ...] = ()


def init_app(app: Flask) -> None:
    """Give every page its shell."""
    app.register_blueprint(bp)
    app.register_blueprint(open_bp)
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    if not has_request_context():  # a letter or a document, made by the worker
        return {"lang": current_language(), "zone": current_zone()}
    actor = current_actor()
    return {
        "current_actor": actor, "lang": current_language(), "zone": current_zone(),
        "languages": [(code, OWN_NAMES[code]) for code in LANGUAGES], "theme": preference("theme"),
        "density": preference("density"), "shell": _shell(actor), "nav": _LazyNav(actor), "may": may, "Action": Action,
        "new_submission_key": new_submission_key, "view_names": view_names,
    }  # fmt: skip


class _LazyNav:
    """The rail costs a query for its counts: only a page that draws it pays."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @property
    def groups(self) -> tuple[Group, ...]:
        if "nav" not in g:
            g.nav = tuple(nav(self.actor))
        groups: tuple[Group, ...] = g.nav
        return groups

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)

    def __bool__(self) -> bool:
        return self.actor.is_signed_in


def nav(actor: Actor) -> list[Group]:
    """The rail of an actor."""
    if actor.role is Role.CONTACT:
        return _portal_nav(actor)
    if not actor.is_staff:
        return []
    groups = []
    if actor.role is not Role.ADMINISTRATOR:
        groups.append(Group(_("Tickets"), _views(actor)))
    groups.append(Group(_("Workspace"), tuple(_workspace(actor))))
    groups += [Group(label, items) for label, items in (
        (_("After the sale"), tuple(_after_the_sale(actor))), (_("Reports"), tuple(_reports(actor))),
    ) if items]  # fmt: skip
    if may(actor, Action.MANAGE_DESK):
        groups.append(Group(_("Desk"), (
            _item(_("People"), "console.people.index", icon="users"),
            _item(_("Routing rules"), "console.routing_rules.index", icon="route"),
            _item(_("Search words"), "console.synonyms.index", icon="search"),
            _item(_("Products and fields"), "console.catalogue.index", icon="package"),
            _item(_("Policies"), "console.policies.index", icon="clock-check"),
            _item(_("Calendars"), "console.calendars.index", icon="calendar-time"),
            _item(_("Maintenance"), "console.maintenance.index", icon="tool"),
            _item(_("Webhooks"), "console.webhooks.index", icon="api"),
            _item(_("Questions to clients"), "console.survey_questions.index", icon="help-circle"),
            _item(_("Settings"), "console.settings.show", icon="settings"),
            _item(_("Jobs"), "console.jobs.index", icon="heart-rate-monitor"),
        )))  # fmt: skip
    return groups


def _workspace(actor: Actor) -> Iterator[Item]:
    told = count_open_rungs(for_=actor)
    if told or actor.role is not Role.ADMINISTRATOR:
        yield _item(_("Escalations"), "console.escalations.index", icon="bell", count=told)
    if actor.operator_id or may(actor, Action.READ_REPORTS):
        yield _item(_("To do"), "console.duties.index", icon="checklist")
    if actor.role is not Role.PRODUCT_OWNER:
        yield _item(_("Promises"), "console.promises.index", icon="heart-handshake")
    if may(actor, Action.READ_ANSWERS):
        yield _item(_("What clients said"), "console.answers.index", icon="message-circle")
    yield _item(_("Problems"), "console.problems.index", icon="bug")
    if may(actor, Action.DECIDE_PROPOSAL):
        yield _item(_("Proposed problems"), "console.recurrence_proposals.index", icon="chart-bar")
    yield _item(_("Major incidents"), "console.major_incidents.index", icon="urgent")
    if may(actor, Action.CONFIRM_CONTACT):
        yield _item(_("Contacts to confirm"), "console.contacts.unverified", icon="user-question")
    yield _item(_("Organisations"), "console.organisations.index", icon="building")
    if may(actor, Action.READ_FEEDBACK) or may(actor, Action.WRITE_WISH):
        yield _item(_("Wishes"), "console.wishes.index", icon="bulb")
    if actor.product_ids:
        yield _item(_("Webhooks"), "console.webhooks.index", icon="api")
    yield _item(_("Knowledge base"), "console.articles.index", icon="book-2")


def _after_the_sale(actor: Actor) -> Iterator[Item]:
    if actor.operator_id or may(actor, Action.READ_REPORTS):
        yield _item(_("Visits"), "console.visits.index", icon="calendar")
    if may(actor, Action.MANAGE_CARE):
        yield _item(_("Needs and referrals"), "console.leads.index", icon="message-dollar")
    if may(actor, Action.READ_SALES):
        yield _item(_("Enquiries"), "console.enquiries.index", icon="help-circle")
        yield _item(_("Sales"), "console.sales.index", icon="building-warehouse")
    if may(actor, Action.READ_REFUND_RULES):
        yield _item(_("Claims"), "console.claims.index", icon="gavel")
    if may(actor, Action.MANAGE_DELIVERABLES):
        yield _item(_("Deliverables"), "console.deliverables.index", icon="package-export")
    if may(actor, Action.MANAGE_CARE):
        yield _item(_("Care plans"), "console.care.index", icon="calendar-event")
    if may(actor, Action.EXPORT_BILLING):
        yield _item(_("Billing"), "console.billing.index", icon="receipt")


def _reports(actor: Actor) -> Iterator[Item]:
    if not may(actor, Action.READ_REPORTS):
        if may(actor, Action.READ_FEEDBACK):
            yield _item(_("Product feedback"), "manager.feedback.show", icon="bulb")
        return
    yield _item(_("This morning"), "manager.boards.morning", icon="home")
    yield _item(_("Wall board"), "manager.boards.wall", icon="align-justified")
    yield _item(_("The process as it runs"), "manager.boards.process", icon="route")
    yield _item(_("All reports"), "manager.library.index", icon="list-details")
    yield _item(_("Saved reports"), "manager.saved_reports.index", icon="file-description")
    yield _item(_("Overview"), "manager.reports.overview", icon="chart-bar")
    yield _item(_("Service levels kept"), "manager.reports.attainment", icon="circle-check")
    yield _item(_("Promises kept"), "manager.reports.promises", icon="heart-handshake")
    yield _item(_("Hours and contracts"), "manager.reports.hours", icon="clock-hour-4")
    yield _item(_("Revisits on time"), "manager.reports.revisits", icon="calendar-event")
    yield _item(_("Claims and refunds"), "manager.reports.claims", icon="receipt-refund")
    yield _item(_("Searches"), "manager.reports.searches", icon="search")
    yield _item(_("Product feedback"), "manager.feedback.show", icon="bulb")
    yield _item(_("Knowledge base use"), "manager.reports.knowledge", icon="book-2")


def view_names(actor: Actor) -> dict[str, str]:
    """The lists of the console that make sense for this actor, with their names."""
    names = {}
    if actor.team_ids:
        names["queue"] = _("My queue")
    if actor.operator_id:
        names["mine"] = _("My tickets")
    if actor.team_ids:
        names["unassigned"] = _("Unassigned")
    if actor.leads_line:
        names["line"] = _("My line")
    names |= {"all": _("All open"), "at_risk": _("Due within the hour"), "overdue": _("Overdue"),
              "waiting": _("Waiting for the client"), "resolved": _("Resolved")}  # fmt: skip
    return names


def view_counts(actor: Actor) -> dict[str, int]:
    """How many tickets are in each list of the console; asked once a page."""
    if "view_counts" not in g:
        g.view_counts = count_views([key for key in view_names(actor) if key != "resolved"], for_=actor)
    counts: dict[str, int] = g.view_counts
    return counts


def _views(actor: Actor) -> tuple[Item, ...]:
    names = view_names(actor)
    counts = view_counts(actor)
    current = request.args.get("view") or next(iter(names))
    on_list = request.endpoint == "console.tickets.index"
    return tuple(
        Item(
            label, url_for("console.tickets.index", view=key), VIEW_ICONS[key], _capped(counts.get(key)),
            on_list and key == current, "red" if key == "overdue" and counts.get(key) else "",
        ) for key, label in names.items()
    )  # fmt: skip


def _capped(count: int | None) -> str:
    if count is None:
        return ""
    return f"{COUNTED_UP_TO - 1}+" if count >= COUNTED_UP_TO else str(count)


def _portal_nav(actor: Actor) -> list[Group]:
    items = [
        _item(_("Home"), "portal.home.show", icon="home"),
        _item(_("My requests"), "portal.tickets.index", icon="inbox"),
        _item(_("New request"), "portal.tickets.new", icon="plus"),
        _item(_("Help"), "kb.index", icon="book-2"),
    ]
    if has_deliverables(for_=actor):
        items.append(_item(_("Deliverables"), "portal.deliverables.index", icon="package-export"))
    items.append(_item(_("Visits"), "portal.revisits.index", icon="calendar-event"))
    if has_wishes(for_=actor):
        items.append(_item(_("Wishes"), "portal.wishes.index", icon="bulb"))
    if actor.is_supervisor:
        items.append(_item(_("Hours"), "portal.hours.index", icon="clock-hour-4"))
    return [Group("", tuple(items))]


# Pages that are a way of their own, beside those of the same part of the house; reports are so, too.
ALONE = frozenset({"portal.tickets.new"})


def _item(label: str, endpoint: str, icon: str, count: int = 0) -> Item:
    is_current = (request.endpoint or "").rpartition(".")[0] == endpoint.rpartition(".")[0]
    if {endpoint, request.endpoint} & ALONE or endpoint.startswith(("manager.reports.", "manager.boards.")):
        is_current = request.endpoint == endpoint
    return Item(
        label, url_for(endpoint), icon, count=_capped(count) if count else "", is_current=is_current,
        tone="red" if count else "",
    )  # fmt: skip


def _shell(actor: Actor) -> dict[str, Any]:
    shell: dict[str, Any] = {
        "home_url": home_of(actor) if actor.is_signed_in else "/", "preferences_url": url_for("preferences.update"),
        "sign_in_url": url_for("auth.sign_in"), "sign_out_url": url_for("auth.end_session"),
    }  # fmt: skip
    if actor.is_signed_in:
        shell["account_url"] = url_for("account.show")
    if actor.is_staff:
        shell["search_url"] = url_for("console.search.show")
        shell["search_words"] = request.args.get("q", "") if request.endpoint == "console.search.show" else ""
        if may(actor, Action.CHOOSE_REQUESTER):
            shell["new_ticket_url"] = url_for("console.calls.new")
    return shell


@open_bp.post("/preferences")
def update() -> BaseResponse:
    """Another language, theme or density, kept with the account or in a cookie."""
    choices, account = sent_choices(), g.get("account")
    if account is not None:
        keep_choices(account, choices)
    response = redirect(_back())
    for name, value in choices.items():
        response.set_cookie(
            f"threeline_{name}", value, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure, httponly=True
        )
    return response


@bp.get("")
def show() -> str:
    return _account_page(Form())


@bp.post("/password")
def change_password() -> Any:
    form = read_form(PasswordChangeSchema)
    if form.is_valid:
        with form.refusals():
            accounts.change_password(g.account, form.value["old_password"], form.value["password"], by=current_actor())
            flash(_("Your password is changed. Sign in with it."))
            return redirect(url_for("auth.sign_in"))
    form.data = {}
    return _account_page(form), 422


@bp.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> BaseResponse:
    accounts.end_session(session_id, by=current_actor())
    flash(_("That browser is signed out."))
    return redirect(url_for("account.show"))


@bp.post("/tokens")
def create_token() -> Any:
    secret = accounts.create_token(g.account, request.form.get("name", "")[:100], by=current_actor())
    page = _account_page(Form(), secret=secret)
    return page, 201, {"Cache-Control": "no-store"}


@bp.post("/tokens/<int:token_id>/revocation")
def revoke_token(token_id: int) -> BaseResponse:
    accounts.revoke_token(token_id, by=current_actor())
    flash(_("The token works no more."))
    return redirect(url_for("account.show"))


@bp.post("/feeds")
def create_feed() -> Any:
    """A calendar feed; its address is shown this once."""
    form, sent = Form(dict(request.form.items())), request.form.get("kind", "")
    with form.refusals():
        kind = FeedKind(sent) if sent in FEED_KINDS else None
        if kind is None:
            raise Invalid({"kind": [_("Choose one of the list.")]})
        _row, feed_secret = feeds.create_feed(kind, sent_id("team_id"), by=current_actor())
        return _account_page(Form(), feed_address=feed_url(feed_secret)), 201, {"Cache-Control": "no-store"}
    return _account_page(Form(), feed_form=form), 422


@bp.post("/feeds/<int:feed_id>/revocation")
def revoke_feed(feed_id: int) -> BaseResponse:
    feeds.revoke_feed(feed_id, by=current_actor())
    flash(_("The address of the calendar works no more."))
    return redirect(url_for("account.show", _anchor="feeds"))


def _account_page(
    form: Form, secret: str = "", *, feed_form: Form | None = None, feed_address: str = ""
) -> str:  # fmt: skip
    actor = current_actor()
    layout = "layouts/portal.html" if actor.role is Role.CONTACT else "layouts/console.html"
    kinds = feeds.kinds_for(actor)
    feed_kinds = [(kind.value, str(FEED_KINDS[kind.value])) for kind in kinds]
    return render_template(
        "account/show.html", layout=layout, form=form, secret=secret, account=g.account,
        sessions=accounts.live_sessions(for_=actor), this_session=g.session_row.id,
        tokens=accounts.tokens_of(for_=actor), feed_form=feed_form, feed_address=feed_address,
        feeds=[(row, feeds.name_of(row)) for row in feeds.feeds_of(for_=actor)], feed_kinds=feed_kinds,
        feed_teams=feeds.teams_for(actor) if FeedKind.TEAM in kinds else [],
    )  # fmt: skip


def _back() -> str:
    referrer = request.referrer or ""
    return referrer if referrer.startswith(request.host_url) else "/"
