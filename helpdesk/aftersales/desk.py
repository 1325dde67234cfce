"""How this desk works after the sale: what is due within how many business days."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from helpdesk.aftersales.checklist import ChecklistSettings
from helpdesk.aftersales.enquiries import EnquirySettings
from helpdesk.aftersales.installed import InstalledSettings
from helpdesk.core.command import command
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, write_settings
from helpdesk.events import ConfigurationChanged
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

KINDS = (EnquirySettings, ChecklistSettings, InstalledSettings)
NAMES = {each.name: (kind, each) for kind in KINDS for each in fields(kind)}


def sale_settings() -> dict[str, int]:
    """Every setting as it is now, by its name."""
    return {each.name: getattr(read_settings(kind), each.name) for kind in KINDS for each in fields(kind)}


@command
def change_sale_settings(values: dict[str, int], *, by: Actor) -> None:
    """Change them; each one that is wrong is named. What is due already stays as it is."""
    require(by, Action.MANAGE_DESK)
    errors = {}
    for name, value in values.items():
        if name not in NAMES:
            errors[name] = [_("There is no such setting.")]
            continue
        low, high = NAMES[name][1].metadata["low"], NAMES[name][1].metadata["high"]
        if not low <= value <= high:
            errors[name] = [_("Give a number from %(low)s to %(high)s.", low=low, high=high)]
    if errors:
        raise Invalid(errors)
    for kind in KINDS:
        mine: dict[str, Any] = {name: value for name, value in values.items() if NAMES[name][0] is kind}
        if mine:
            write_settings(kind, mine)
    record(ConfigurationChanged(0, what="settings", change=dict(values)), by=by)
