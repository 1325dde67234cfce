"""Contracts of an organisation; and on the page of a ticket, what covers it and why not something else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields, pre_load, validate

from helpdesk.aftersales.counting import MINUTES_PER_HOUR
from helpdesk.core.i18n import gettext as _
from helpdesk.entitlement import contracts
from helpdesk.entitlement.contracts import NewContract, Renewal
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.people.organisations import get_organisation
from helpdesk.tickets.policies import policy_names
from helpdesk.tickets.schemas import WebSchema, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import COVERED_BY, NOT_COVERED

bp = Blueprint("contracts", __name__, url_prefix="/organisations/<int:organisation_id>/contracts")


class _DatedSchema(WebSchema):
    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        dates = {name for name, field in self.fields.items() if isinstance(field, fields.Date | fields.Decimal)}
        return {name: value for name, value in sent.items() if name not in dates or value.strip()}


class ContractSchema(_DatedSchema):
    """A new contract."""

    number = fields.String(required=True, validate=validate.Length(min=1, max=100))
    policy_id = row_id(load_default=None)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(load_default=None)
    product_ids = fields.List(row_id(allow_none=False), load_default=list)
    component_ids = fields.List(row_id(allow_none=False), load_default=list)
    line_policy_id = row_id(load_default=None)
    owner_id = row_id(load_default=None)
    renewal_months = fields.Integer(load_default=None, allow_none=True)
    renews_itself = fields.Boolean(load_default=False)
    renewal_hours = fields.Decimal(load_default=0, places=2, allow_nan=False)
    notice_by = fields.Date(load_default=None)


class EndSchema(_DatedSchema):
    """The last day of a contract, and which one was seen."""

    on = fields.Date(required=True)
    seen = fields.Date(load_default=None)


class LineSchema(WebSchema):
    """A further product of a contract."""

    product_id = row_id(required=True, allow_none=False)
    component_id = row_id(load_default=None)
    policy_id = row_id(load_default=None)


@bp.get("")
def index(organisation_id: int) -> str:
    return _page(organisation_id, Form())


@bp.post("")
def create(organisation_id: int) -> Any:
    actor = current_actor()
    organisation, form = get_organisation(organisation_id, for_=actor), read_form(ContractSchema)
    if form.is_valid:
        with form.refusals():
            contract = contracts.add_contract(organisation, _new_contract(form.value), by=actor)
            flash(_("The contract %(number)s is in the books.", number=contract.number))
            return _back(organisation_id)
    form.rename(renewal_minutes="renewal_hours")
    return _page(organisation_id, form), 422


@bp.post("/<int:contract_id>/end")
def end(organisation_id: int, contract_id: int) -> Any:
    actor = current_actor()
    organisation, form = get_organisation(organisation_id, for_=actor), read_form(EndSchema)
    contract = contracts.get_contract(contract_id, organisation, for_=actor)
    if form.is_valid:
        with form.refusals():
            contracts.end_contract(contract, form.value["on"], seen=form.value["seen"], by=actor)
            return _back(organisation_id)
    return _page(organisation_id, form), 422


@bp.post("/<int:contract_id>/lines")
def create_line(organisation_id: int, contract_id: int) -> Any:
    actor = current_actor()
    organisation, form = get_organisation(organisation_id, for_=actor), read_form(LineSchema)
    contract = contracts.get_contract(contract_id, organisation, for_=actor)
    if form.is_valid:
        with form.refusals():
            value = form.value
            contracts.add_line(
                contract, value["product_id"], value["policy_id"], component_id=value["component_id"], by=actor
            )
            return _back(organisation_id)
    return _page(organisation_id, form), 422


@bp.app_context_processor
def _coverage() -> dict[str, Any]:
    return {"coverage_of": coverage_of}


def coverage_of(ticket: Ticket) -> dict[str, Any] | None:
    """What covers a ticket and what was looked at besides, in words; None for a past that nobody covered."""
    if ticket.entitlement is None:
        return None
    names, chosen, others = policy_names(), None, []
    for candidate in ticket.entitlement.get("candidates", []):
        what = COVERED_BY.get(candidate["source"], candidate["source"])
        told = {"what": what, "name": candidate["name"], "policy": names.get(candidate["policy_id"] or 0, ""),
                "why": NOT_COVERED.get(candidate["verdict"], "")}  # fmt: skip
        if candidate["verdict"] == "chosen":
            chosen = told
        else:
            others.append(told)
    return {"chosen": chosen, "others": others}


def _new_contract(value: dict[str, Any]) -> NewContract:
    renewal = Renewal(
        value["owner_id"], value["renewal_months"], value["renews_itself"],
        int(value["renewal_hours"] * MINUTES_PER_HOUR), value["notice_by"],
    )  # fmt: skip
    return NewContract(
        value["number"], value["policy_id"], value["valid_from"], value["valid_until"], tuple(value["product_ids"]),
        value["line_policy_id"], tuple(value["component_ids"]), renewal,
    )  # fmt: skip


def _component_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """The components, grouped by their product."""
    groups: dict[int, list[tuple[int, str]]] = {}
    for component in directory.components().values():
        groups.setdefault(component.product_id or 0, []).append((component.id, component.name))
    return [(product.name, groups[product.id]) for product in directory.products().values() if product.id in groups]


def _single_components() -> list[tuple[int, str]]:
    """Each component with the name of its product before it."""
    return [(key, f"{product}: {name}") for product, group in _component_choices() for key, name in group]


def _back(organisation_id: int) -> Any:
    return redirect(url_for("console.contracts.index", organisation_id=organisation_id))


def _page(organisation_id: int, form: Form) -> str:
    actor = current_actor()
    organisation = get_organisation(organisation_id, for_=actor)
    return render_template(
        "console/contracts/index.html", organisation=organisation, form=form, today=desk_today(),
        contracts=contracts.contracts_of(organisation, for_=actor), policies=list(policy_names().items()),
        policy_names=policy_names(), products=directory.products(), components=directory.components(),
        component_choices=_component_choices(), single_components=_single_components(),
        owners=[(card.id, card.name) for card in directory.operators().values() if card.is_active],
    )  # fmt: skip
