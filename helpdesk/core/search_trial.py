"""How good search is on data that was not written for it: a trial index, questions asked of it, figures.

Semantics
1. Questions with intents (columns `split` and `intent`, and `text` or one column for each language): those of `train`
   are the articles, those of `test` are asked, each language by itself. A hit has the same intent. Of an intent called
   none nothing is the same; the figures are given with and without the questions that have none. Where a column `set`
   names several sets, each is asked of its own articles only, as they were published and belong to different desks;
   what comes out when all of them are one knowledge base is given beside it.
2. Dialogues (columns `dialogue`, `turn`, `text`): the turns are the documents. Pieces of four and of two characters are
   cut from random turns; every result of the first ten has to contain the piece. A piece that stands in at most ten
   turns has to find the turn that it was cut from.
3. The trial index is of a kind of its own in the desk's database, and is emptied before and after.
"""

from __future__ import annotations

import csv
import io
import lzma
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from helpdesk.core.command import transaction
from helpdesk.core.errors import Invalid
from helpdesk.core.search import Document, Kind, Query, clear, put, search
from helpdesk.core.words import fold

TRIAL = Kind("trial", "x")
LANGUAGES = ("lt", "ru", "en", "zh")
BATCH = 2_000
PIECES = 500
SEED = 20_260_302

Rows = Sequence[dict[str, str]]


@dataclass(frozen=True)
class Measured:
    """One line of the table: of what, how many were asked, and the share of each figure by its name."""

    what: str
    asked: int
    shares: dict[str, float]
    seconds: float  # for one question, in the middle


def read_rows(file: Path) -> Rows:
    """The rows of a CSV file, compressed by xz or not; Invalid when it is neither questions nor dialogues."""
    raw = file.read_bytes()
    try:
        content = lzma.decompress(raw) if raw.startswith(b"\xfd7zXZ") else raw
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except (lzma.LZMAError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid({"file": [f"The file cannot be read: {error}."]}) from error
    if not rows:
        raise Invalid({"file": ["The file holds no rows."]})
    return rows


def evaluate(rows: Rows, *, pieces: int = PIECES) -> list[Measured]:
    """Measure search on these rows. Invalid names the columns that are missing."""
    columns = set(rows[0])
    if {"dialogue", "turn", "text"} <= columns:
        return list(_dialogues(rows, pieces))
    spoken = [language for language in LANGUAGES if language in columns]
    if {"split", "intent"} <= columns and ("text" in columns or spoken):
        bases = _bases(rows)
        readings = [("", bases)] if len(bases) == 1 else [(", each set", bases), (", all sets in one", [rows])]
        return [
            measured
            for language in spoken or ["text"]
            for reading, chosen in readings
            for measured in _questions(chosen, language, "en" if language == "text" else language, reading)
        ]
    raise Invalid({"file": ["The file needs the columns split, intent and text (or one for each language), "
                            "or dialogue, turn and text."]})  # fmt: skip


def _questions(bases: Sequence[Rows], column: str, language: str, reading: str) -> Iterator[Measured]:
    asked: list[dict[str, str]] = []
    seen: list[list[str]] = []
    took: list[float] = []
    for base in bases:
        articles = [row for row in base if row["split"] == "train"]
        questions = [row for row in base if row["split"] == "test"]
        if not articles or not questions:
            raise Invalid({"file": ["The column split needs rows of train and of test."]})
        with _indexed(Document(str(n), row[column], language=language) for n, row in enumerate(articles)):
            for row in questions:
                start = perf_counter()
                found = search(TRIAL, Query(row[column][:1000], language, varied=True, limit=5))
                took.append(perf_counter() - start)
                seen.append([articles[int(hit.key)]["intent"] for hit in found.hits])
        asked += questions
    of_all = list(zip(asked, seen, strict=True))
    with_intent = [(row, intents) for row, intents in of_all if row["intent"].lower() != "none"]
    for what, answers in (("", of_all), (", with an intent", with_intent)):
        if not what or len(with_intent) < len(of_all):
            yield Measured(f"{column}{reading}{what}", len(answers), {
                "top 5": _share(answers, lambda row, intents: row["intent"] in intents),
                "rank 1": _share(answers, lambda row, intents: intents[:1] == [row["intent"]]),
            }, _middle(took))  # fmt: skip


def _bases(rows: Rows) -> list[Rows]:
    """The rows of each set, or all where no set is named."""
    bases: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        bases.setdefault(row.get("set") or "", []).append(row)
    return list(bases.values())


def _share(answers: Sequence[tuple[dict[str, str], list[str]]], holds: Callable[..., bool]) -> float:
    return sum(holds(row, intents) for row, intents in answers) / len(answers)


def _dialogues(rows: Rows, pieces: int) -> Iterator[Measured]:
    texts = [row["text"] for row in rows]
    folded = [fold(text) for text in texts]
    chance = random.Random(SEED)  # noqa: S311 - the same pieces each time
    with _indexed(Document(str(n), "", text, language="zh-Hans") for n, text in enumerate(texts)):
        for size in (4, 2):
            long_enough = [n for n, text in enumerate(texts) if len(text) >= size]
            results: Counter[str] = Counter()
            took = []
            for _ in range(pieces):
                turn = chance.choice(long_enough)
                start = chance.randrange(len(texts[turn]) - size + 1)
                piece = texts[turn][start : start + size]
                begun = perf_counter()
                hits = search(TRIAL, Query(piece, "zh-Hans", limit=10)).hits
                took.append(perf_counter() - begun)
                results["contains"] += all(fold(piece).strip() in folded[int(hit.key)] for hit in hits)
                if sum(fold(piece).strip() in text for text in folded) <= 10:
                    results["rare"] += 1
                    results["found"] += any(int(hit.key) == turn for hit in hits)
            yield Measured(f"pieces of {size} characters", pieces, {
                "all contain": results["contains"] / pieces,
                "rare found": results["found"] / max(1, results["rare"]),
            }, _middle(took))  # fmt: skip


@contextmanager
def _indexed(documents: Iterator[Document]) -> Iterator[None]:
    _empty()
    try:
        batch: list[Document] = []
        for document in documents:
            batch.append(document)
            if len(batch) == BATCH:
                _put(batch)
                batch = []
        _put(batch)
        yield
    finally:
        _empty()


def _put(batch: Sequence[Document]) -> None:
    with transaction():
        put(TRIAL, batch)


def _empty() -> None:
    with transaction():
        clear(TRIAL)


def _middle(took: Sequence[float]) -> float:
    return sorted(took)[len(took) // 2]
