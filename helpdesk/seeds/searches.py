"""What clients and colleagues of the demo desk searched for in the last two months, and what came of it.

Real searches over the demo's own articles: what they find is found, what is missing is missing.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from helpdesk.core.times import pretending
from helpdesk.entitlement.desk import desk_today
from helpdesk.knowledge.reading import search_articles
from helpdesk.models.access import Role
from helpdesk.policy.actor import SYSTEM
from knowledge_base.searches import Searched, keep_opening, keep_search, keep_ticket

DAYS = 60
# Queries as people type them, each perhaps followed by the words that they try next.
ASKED: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("labels come out blank",), ("blank lables", "blank labels"), ("close shift", "shift cannot be closed"),
        ("change label roll",), ("temperature alarm",), ("touch screen kiosk",),
        ("scanner wifi", "scanner loses wi-fi"),
        ("export to excel", "export report xlsx"), ("gift card refund",), ("second cash drawer",),
    ),
    "lt": (
        ("tuščios etiketės",), ("neuždaro pamainos", "pamainos uždarymas"), ("etikečių ritinys",),
        ("šaldytuvo aliarmas",),
        ("dovanų kuponas", "dovanų kupono grąžinimas"), ("eksportas į excel",), ("skeneris wi-fi",),
    ),
    "ru": (
        ("пустые этикетки",), ("не закрывается смена",), ("сигнал температуры",), ("замена рулона",),
        ("возврат по подарочной карте", "подарочная карта"), ("выгрузка в excel",),
    ),
    "zh-Hans": (("空白标签",), ("无法交班", "交班"), ("温度报警",), ("礼品卡退款",), ("导出报表",)),
}  # fmt: skip


def search_around(*, until: datetime) -> None:
    """Let people search, open what they find, ask again in other words, give up or write. Part of a larger activity."""
    chance = random.Random(20)  # noqa: S311 - the same demo every time
    for days_ago in range(DAYS, -1, -1):
        for number in range(chance.randint(2, 7)):
            at = until - timedelta(days=days_ago, minutes=chance.randint(5, 600))
            language = chance.choice(list(ASKED))
            _one_sitting(chance, chance.choice(ASKED[language]), language, f"demo {days_ago} {number}", at)


def _one_sitting(chance: random.Random, words: tuple[str, ...], language: str, visitor: str, at: datetime) -> None:
    found: list[int] = []
    for turn, text in enumerate(words):
        with pretending(at + timedelta(minutes=turn)):
            found = [row.article_id for row, _words in search_articles(text, for_=SYSTEM, language=language, limit=10)]
            kept = keep_search(
                Searched("portal", "articles", text, len(found), language, Role.CONTACT.value, visitor,
                         on=desk_today())
            )  # fmt: skip
            if found and kept is not None and chance.random() < 0.8:
                keep_opening(kept, "article", found[0], visitor=visitor)
                break
    with pretending(at + timedelta(hours=1)):
        if chance.random() < (0.1 if found else 0.4):
            keep_ticket(visitor=visitor)
