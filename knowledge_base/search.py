"""Finding articles by words: what their live translations say, the best first."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from helpdesk.core.db import db
from knowledge_base.markup import plain
from knowledge_base.models import Article, Revision, Translation

LONGEST_QUERY = 400
MOST_READ = 2000
AROUND = 90


@dataclass(frozen=True)
class Hit:
    """An article that was found in one of its languages, with the words around what was asked for."""

    article_id: int
    language: str
    score: float
    snippet: str


def find(query: str, *, among: Select[Any], language: str, limit: int = 20) -> list[Hit]:
    """Articles of this selection of ids that say what is asked for, each in its best language."""
    words = _words(query[:LONGEST_QUERY])
    if not words:
        return []
    rows = db.session.execute(
        select(Article.id, Revision.language, Revision.title, Revision.summary, Revision.body)
        .join(Translation, Translation.article_id == Article.id).join(Revision, Revision.id == Translation.live_id)
        .where(Article.id.in_(among)).order_by(Article.id.desc()).limit(MOST_READ)
    )  # fmt: skip
    best: dict[int, Hit] = {}
    for article_id, spoken, title, summary, body in rows:
        text = plain(body)
        score = _score(words, title, f"{summary}\n{text}") * (1.2 if spoken == language else 1.0)
        if score and (article_id not in best or score > best[article_id].score):
            best[article_id] = Hit(article_id, spoken, score, _snippet(words, summary or text))
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.article_id))[:limit]


def _words(text: str) -> list[str]:
    folded = _fold(text)
    pieces: list[str] = []
    for word in re.findall(r"\w+", folded):
        if re.search(r"[\u3400-\u9fff]", word):
            pieces += [word[n : n + 2] for n in range(max(1, len(word) - 1))]
        else:
            pieces.append(word[: max(4, len(word) - 2)])
    return list(dict.fromkeys(pieces))[:24]


def _fold(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _score(words: list[str], title: str, text: str) -> float:
    head, rest = _fold(title), _fold(text)
    found = sum((3.0 if word in head else 0.0) + (1.0 if word in rest else 0.0) for word in words)
    there = sum(word in head or word in rest for word in words)
    return found * there / len(words) if there * 3 >= len(words) else 0.0


def _snippet(words: list[str], text: str) -> str:
    flat = " ".join(text.split())
    folded = _fold(flat)
    at = min((place for place in (folded.find(word) for word in words) if place >= 0), default=0)
    start = max(0, at - AROUND // 2)
    return ("…" if start else "") + flat[start : start + 2 * AROUND] + ("…" if start + 2 * AROUND < len(flat) else "")
