"""The routing rules of the demo desk, in their order; the first match wins.

Whatever no special rule takes goes to the first line that speaks the client's language: every story of the demo desk
begins there, so the special rules ask for what no story says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk.models.tickets import Priority


@dataclass(frozen=True, slots=True)
class Route:
    """A rule in the keys of `cast`: products, components (product, name) and organisations are named, not numbered."""

    name: str
    team: str
    conditions: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    priority: Priority | None = None
    assignee: str | None = None


ROUTES = (
    Route(
        "Smoke, burning smell or escaping refrigerant",
        "field",
        {
            "product": ("cold",),
            "words": (
                "smoke", "burning", "refrigerant leak", "dūmai", "dūmų", "svyla", "freono nuotėkis", "дым", "горелым",
                "утечка фреона", "утечка хладагента", "冒烟", "焦味", "制冷剂泄漏",
            ),
        },
        priority=Priority.P1,
    ),
    Route("Monitoring of Jungta Connect reports by API", "warehouse", {
        "channel": ("api",), "component": (("connect", "Certificates"), ("connect", "Price feed")),
    }),
    Route("Kornfeldt's own developers, by API", "desk", {
        "channel": ("api",), "organisation": ("kornfeldt",),
    }, assignee="kamil"),
    Route("Lentra WMS in Russian", "desk_east", {"product": ("wms",), "language": ("ru",)}, assignee="timur"),
    Route("Chinese", "desk_east", {"language": ("zh-Hans",)}, assignee="lin"),
    Route("Russian", "desk_east", {"language": ("ru",)}),
    Route("Invoices and contracts", "desk", {
        "type": ("question", "service_request"),
        "words": ("invoice", "credit note", "sąskaita", "sąskaitos", "sąskaitoje", "kreditinė"),
    }),
    Route("Everything else in Lithuanian and English", "desk", {"language": ("lt", "en")}),
)  # fmt: skip
