"""Routing rules: the ordered list, a new one, and the dry run that says which rule takes a ticket and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.core.i18n import gettext as _
from helpdesk.models.routing import RoutingRule
from helpdesk.models.tickets import Priority
from helpdesk.people import directory
from helpdesk.people.organisations import names_of
from helpdesk.tickets import routing
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, listed, read_form, sent_id
from helpdesk.web.words import CHANNELS, TYPES

bp = Blueprint("routing_rules", __name__, url_prefix="/routing-rules")


class RuleSchema(WebSchema):
    """A rule: conditions, each of which may name several values."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=100))
    team_id = row_id(required=True, allow_none=False)
    priority = word(Priority, load_default=None, allow_none=True)
    assignee_id = row_id(load_default=None)
    type = fields.List(fields.String(validate=validate.OneOf(list(TYPES))), load_default=list)
    product = fields.List(fields.Integer(), load_default=list)
    language = fields.List(fields.String(validate=validate.OneOf(list(LANGUAGES))), load_default=list)
    channel = fields.List(fields.String(validate=validate.OneOf(list(CHANNELS))), load_default=list)
    words = line_of_text(load_default="")


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("")
def create() -> Any:
    form = read_form(RuleSchema)
    if form.is_valid:
        with form.refusals():
            routing.add_rule(_new_rule(form), by=current_actor())
            flash(_("The rule is added as the last one."))
            return redirect(url_for("console.routing_rules.index"))
    return _page(form), 422


@bp.post("/<int:rule_id>/position")
def move(rule_id: int) -> BaseResponse:
    routing.move_rule(_rule(rule_id), up=request.form.get("direction") == "up", by=current_actor())
    return redirect(url_for("console.routing_rules.index"))


@bp.post("/<int:rule_id>/deletion")
def delete(rule_id: int) -> BaseResponse:
    routing.delete_rule(_rule(rule_id), by=current_actor())
    return redirect(url_for("console.routing_rules.index"))


@bp.get("/dry-run")
def dry_run() -> str:
    """Which rule takes a ticket like this, and why not the others."""
    args = request.args
    features = routing.Features(
        type=args.get("type", "incident"), channel=args.get("channel", "portal"), language=args.get("language", "en"),
        text=args.get("text", ""), product_id=sent_id("product_id"),
    )  # fmt: skip
    return _page(Form(), verdicts=routing.dry_run(features), tried=dict(args))


def _new_rule(form: Form) -> routing.NewRule:
    value = form.value
    words = listed(value["words"])
    conditions = {name: value[name] for name in ("type", "product", "language", "channel") if value[name]}
    if words:
        conditions["words"] = words
    return routing.NewRule(value["name"], value["team_id"], conditions, value["priority"], value["assignee_id"])


def _rule(rule_id: int) -> RoutingRule:
    found = next((rule for rule in routing.all_rules(for_=current_actor()) if rule.id == rule_id), None)
    if found is None:
        raise NotFound
    return found


def _in_words(rules: Sequence[RoutingRule]) -> dict[int, list[tuple[Any, list[str]]]]:
    """The conditions of each rule as people read them: (what, the values that it admits)."""
    organisations = names_of({one for rule in rules for one in rule.conditions.get("organisation", ())})
    tables: dict[str, Mapping[Any, Any]] = {
        "type": TYPES, "channel": CHANNELS, "language": OWN_NAMES, "product": directory.products(),
        "component": directory.components(), "organisation": organisations,
    }  # fmt: skip

    def named(name: str, value: Any) -> str:
        known = tables.get(name, {}).get(value, value)
        return str(getattr(known, "name", known))

    return {
        rule.id: [
            (routing.CONDITIONS[name][0], [named(name, value) for value in values])
            for name, values in rule.conditions.items() if values
        ] for rule in rules
    }  # fmt: skip


def _page(form: Form, verdicts: Any = None, tried: dict[str, str] | None = None) -> str:
    rules = routing.all_rules(for_=current_actor())
    return render_template(
        "console/routing_rules/index.html", form=form, rules=rules, conditions_in_words=_in_words(rules),
        verdicts=verdicts, tried=tried or {}, teams=directory.teams(), products=directory.products(), types=TYPES,
        channels=CHANNELS, conditions=routing.CONDITIONS, priorities=list(Priority),
        default_team=routing.default_team(), languages_known=[(code, OWN_NAMES[code]) for code in LANGUAGES],
    )  # fmt: skip
