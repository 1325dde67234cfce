"""One search for documents of any kind, the same on both databases.

How to use it
- A kind of document is a `Kind` with a letter of its own. `put(kind, documents)` and `remove(kind, keys)` keep the
  index (see `search_index`); call them from jobs.
- `search(kind, Query(text=..., facets=[...]))` gives `Found`: the hits in order, with marked titles and snippets.
  `facets` is a list of alternatives: a document must hold one facet of each. A reader's audience goes there, so that
  whoever may see few documents still gets the best ten of those. `within` is a select of numbers, for what only SQL can
  say. `internal` opens the internal text to those who may read it.
- `Query(suggest=True)` is for typing: the last word may be unfinished.
- Synonyms come from `synonyms()`; an administrator keeps them.

Semantics
1. The engine fetches, Python ranks. Fetched are the documents that hold all words, then those of each word, the rarest
   word first, newest documents first, at most `FETCHED` together, so a common word costs no more than a rare one.
2. Names come first (a ticket's number), then exact codes where the query is little else, then the score of `ranking`.
3. A word that no document holds is looked up for typing mistakes: one, or two in words of eight letters and more. So is
   a word that is rare beside a much more frequent one of nearly the same spelling.
4. Chinese, or a piece of digits and signs: where documents hold the whole typed piece, only those are found; where none
   does, those that hold its parts.
5. A long text is found by all of its words and ranked by its beginning, some three thousand of them.
6. A query is text. Nothing in it is an operator. Longer than `LONGEST_QUERY` it is refused as `Invalid` on field `q`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from rapidfuzz.distance import OSA
from sqlalchemy import Select, Text, bindparam, cast, column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from helpdesk.core.db import BigId, db
from helpdesk.core.errors import Invalid
from helpdesk.core.ranking import SPELT_TEXT, Candidate, Group, contains, rank
from helpdesk.core.ranking import TITLE as TITLE_WEIGHT
from helpdesk.core.search_index import (
    CODE,
    INTERNAL,
    LONGEST_TEXT,
    WORD,
    Document,
    Kind,
    SearchDocument,
    clear,
    counts,
    facet_token,
    mixed_pieces,
    name_token,
    put,
    remove,
    totals,
)
from helpdesk.core.snippets import marked, snippet
from helpdesk.core.synonyms import synonyms
from helpdesk.core.words import cjk_terms, codes, fold, latin_language, pieces, squeezed, stem, word_terms

__all__ = ["Document", "Found", "Hit", "Kind", "Query", "clear", "put", "remove", "search"]

LONGEST_QUERY = 1_000
MOST_WORDS = 40  # of a query; the rarest count
FETCHED = 600
RANKED_TERMS = 20_000  # characters of terms that a document is ranked by
_OF_A_WORD = 250
_OF_ALL_WORDS = 300
_MISTAKE = 0.7  # what a word counts that was probably meant
_SYNONYM = 0.8
_UNFINISHED = 0.7
_WORDS_LOOKED_AT = 5_000
_FTS5 = table("search_index", column("rowid", BigId))


@dataclass(frozen=True)
class Query:
    """What somebody asks, and what they may find."""

    text: str
    language: str | None = None  # of the query; None asks the text
    facets: Sequence[Collection[str]] = ()
    within: Select[Any] | None = None
    internal: bool = False
    suggest: bool = False
    varied: bool = False
    limit: int = 10


@dataclass(frozen=True)
class Hit:
    """One document found; `title_html` and `snippet` are safe HTML with marks."""

    key: str
    number: int | None
    language: str
    title: str
    score: float
    title_html: Markup
    snippet: Markup
    is_exact: bool = False  # a name or a code of the query


@dataclass(frozen=True)
class Found:
    """The hits in order; `more` where there are others; `corrected` says which words were taken for mistakes."""

    hits: Sequence[Hit]
    more: bool = False
    corrected: dict[str, str] = field(default_factory=dict)


@dataclass
class _Reading:
    """A query as it was understood."""

    groups: list[Group]
    names: list[str]
    codes: list[str]  # those that stand above the words
    pieces: list[str]  # folded pieces that must be contained, strictest first
    piece_terms: list[list[str]]
    corrected: dict[str, str]


def search(kind: Kind, query: Query) -> Found:
    """The best documents for a query. Invalid for one that is too long."""
    if len(query.text) > LONGEST_QUERY:
        raise Invalid({"q": [_("A search can be %(number)s characters long at most.", number=LONGEST_QUERY)]})
    collection = totals(kind)
    documents = sum(n for n, _length in collection.values())
    reading = _read(kind, query, documents)
    candidates = _fetch(kind, query, reading, documents)
    if not candidates:
        return Found([], corrected=reading.corrected)
    candidates = _settle_tiers(candidates, query, reading)
    length = sum(long for _n, long in collection.values())
    ranked = rank(
        candidates, reading.groups, query.text, documents=documents, length=length, limit=query.limit + 1,
        varied=query.varied,
    )  # fmt: skip
    words = {term[1:].removeprefix(INTERNAL) for group in reading.groups for term in group.terms}
    texts = _texts([each.id for each in ranked[: query.limit]])
    hits = [_hit(each, words, *texts[each.id], internal=query.internal) for each in ranked[: query.limit]]
    return Found(hits, more=len(ranked) > query.limit, corrected=reading.corrected)


def _hit(each: Candidate, words: Collection[str], body: str, hidden: str, *, internal: bool) -> Hit:
    language = each.language or None
    shown = snippet(body, words, language)
    if internal and hidden and "<mark>" not in shown and "<mark>" in (inside := snippet(hidden, words, language)):
        shown = inside
    return Hit(
        key=each.key, number=each.number, language=each.language, title=each.title, score=round(each.score, 6),
        title_html=marked(each.title, words, language), snippet=shown, is_exact=each.tier >= 2,
    )  # fmt: skip


# --- reading the query


def _read(kind: Kind, query: Query, documents: int) -> _Reading:
    folded = fold(query.text).strip()
    language = query.language[:2] if query.language else latin_language(query.text)
    words = _words_of(folded, [language, "en"] if query.language else ["lt", "en"])
    said = codes(query.text)
    wanted: list[tuple[str, dict[str, float]]] = [(word, dict.fromkeys(terms, 1.0)) for word, terms in words]
    wanted += [(code, {CODE + squeezed(code): 1.0}) for code in said]
    is_chunk = bool(folded) and " " not in folded
    chinese = [term for word, is_cjk in pieces(folded) if is_cjk for term in cjk_terms(word)] + mixed_pieces(folded)
    wanted += [(term, {term: 1.0}) for term in dict.fromkeys(chinese)]
    _add_synonyms(wanted, words, query.language)
    known = counts(kind, {marked for _word, terms in wanted for marked in _marks(kind, terms, query.internal)})
    corrected: dict[str, str] = {}
    last = words[-1][0] if words and query.suggest and folded.endswith(words[-1][0]) else None
    groups = []
    for word, terms in wanted:
        if word == last:
            for term, n in _unfinished(kind, word):
                terms.setdefault(term, _UNFINISHED)
                known[kind.letter + term] = n
        elif _is_word(word) and (found := _meant(kind, word, terms, known, query.internal)):
            corrected[word], meant = found
            terms.update(dict.fromkeys(meant, _MISTAKE))
            known.update({kind.letter + term: n for term, n in meant.items()})
        group = _group(kind, terms, known, query.internal)
        if group.documents:
            groups.append(group)
    groups.sort(key=lambda group: (group.documents, min(group.terms)))
    return _Reading(
        groups=groups[:MOST_WORDS],
        names=[name_token(kind, folded)] + [name_token(kind, code) for code in said],
        codes=[kind.letter + CODE + squeezed(code) for code in said if _is_telling(code, words)],
        pieces=_whole_pieces(folded, language, is_chunk),
        piece_terms=_piece_terms(kind, folded),
        corrected=corrected,
    )


def _words_of(folded: str, languages: Sequence[str]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for word, is_cjk in pieces(folded):
        if not is_cjk:
            # Latin words stand in texts of every language, stemmed as those are.
            stems = [term for language in languages for term in word_terms(word, language)]
            if "-" in word:
                for stem in stems:
                    found.setdefault(stem, [stem])
            else:
                found.setdefault(word, list(dict.fromkeys(stems)))
    return list(found.items())


def _add_synonyms(
    wanted: list[tuple[str, dict[str, float]]], words: list[tuple[str, list[str]]], language: str | None
) -> None:
    said = [set(terms) for _word, terms in words]
    chinese = {word for word, _terms in wanted}
    for meanings in synonyms():
        if language and meanings.language and meanings.language[:2] != language[:2]:
            continue
        for n, entry in enumerate(meanings.terms):
            at = _place_of(entry, said)
            if at is None and not (entry and all(term in chinese for term in entry)):
                continue
            others = [other for k, other in enumerate(meanings.terms) if k != n]
            for other in others:
                if at is not None and len(other) == 1 and len(entry) == 1:
                    wanted[at][1].setdefault(other[0], _SYNONYM)
                else:
                    wanted += [(f"={term}", {term: _SYNONYM}) for term in other]


def _place_of(entry: Sequence[str], said: Sequence[Collection[str]]) -> int | None:
    for at in range(len(said) - len(entry) + 1):
        if all(term in said[at + k] for k, term in enumerate(entry)):
            return at
    return None


def _marks(kind: Kind, terms: Iterable[str], internal: bool) -> list[str]:
    found = [kind.letter + term for term in terms]
    return found + [kind.letter + INTERNAL + term for term in terms] if internal else found


def _group(kind: Kind, terms: dict[str, float], known: dict[str, int], internal: bool) -> Group:
    held = {}
    for term, weight in terms.items():
        for marked_term in _marks(kind, [term], internal):
            if known.get(marked_term):
                held[marked_term] = weight
    return Group(held, sum(known[term] for term in held))


def _is_word(word: str) -> bool:
    return len(word) >= 4 and word.isalpha() and word[0] < "\u3040"


def _is_telling(code: str, words: Sequence[Any]) -> bool:
    has_letter, has_digit = any(c.isalpha() for c in code), any(c.isdigit() for c in code)
    return len(words) <= 3 or (has_letter and has_digit) or "_" in code or len(squeezed(code)) >= 6


def _whole_pieces(folded: str, language: str, is_chunk: bool) -> list[str]:
    if not folded:
        return []
    runs = [word for word, is_cjk in pieces(folded) if is_cjk]
    if not runs:
        return [folded] if is_chunk and (language == "zh" or not any(c.isalpha() for c in folded)) else []
    return [folded]


def _piece_terms(kind: Kind, folded: str) -> list[list[str]]:
    """The pairs that any text with Chinese holds which says this piece; of a lone character itself."""
    found = []
    for word, _is_cjk in pieces(folded):
        parts = [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        found.append([kind.letter + part for part in parts])
    return found


# --- words that were meant


def _meant(
    kind: Kind, word: str, terms: dict[str, float], known: dict[str, int], internal: bool
) -> tuple[str, dict[str, int]] | None:
    """The word that was probably meant, and the terms that it stands in."""
    held = sum(known.get(marked_term, 0) for marked_term in _marks(kind, terms, internal))
    if held > 2:
        return None
    near: dict[str, tuple[int, int]] = {}
    for spelt, mark in ((next(iter(terms)), ""), (word, WORD)):
        allowed = 2 if len(spelt) >= 8 else 1
        distances = {term: n for term in _alike(kind, spelt, mark)
                     if 0 < (n := OSA.distance(spelt, term, score_cutoff=allowed)) <= allowed}  # fmt: skip
        start = kind.letter + mark
        for marked_term, documents in counts(kind, [start + term for term in distances]).items():
            if documents > held * 20:
                candidate = marked_term[len(start) :]
                near[candidate] = min(near.get(candidate, (9, 0)), (distances[candidate], -documents))
    if not near:
        return None
    best = min(near, key=lambda term: (near[term][0], term[0] != word[0], near[term][1], term))
    stems = {best, *(stem(best, language) for language in ("lt", "en"))}
    found = counts(kind, [kind.letter + each for each in stems])
    return best, {term[1:]: documents for term, documents in found.items()}


def _alike(kind: Kind, spelt: str, mark: str) -> set[str]:
    """Words that share the beginning or the end with this one: a single mistake leaves one of them whole."""
    part = max(2, (len(spelt) - 1) // 2)
    if len(spelt) < 4:
        return set()
    start = kind.letter + mark
    connection = db.session.connection()
    found: set[str] = set()
    for statement, shared, turn in ((_BEGINNING, spelt[:part], 1), (_ENDING, spelt[::-1][:part], -1)):
        prefix = start + shared
        rows = connection.execute(statement, {
            "low": prefix, "high": prefix + "\U0010ffff", "limit": _WORDS_LOOKED_AT,
            "short": len(start) + max(4, len(spelt) - 2), "long": len(start) + len(spelt) + 2,
        })  # fmt: skip
        found.update(spelling[len(start) :][::turn] for (spelling,) in rows.all())
    return found


# Both are answered from an index alone.
_BEGINNING = text(
    "SELECT term FROM search_term WHERE term >= :low AND term < :high AND backwards IS NOT NULL"
    " AND length(term) BETWEEN :short AND :long ORDER BY term LIMIT :limit"
)
_ENDING = text(
    "SELECT backwards FROM search_term WHERE backwards >= :low AND backwards < :high"
    " AND length(backwards) BETWEEN :short AND :long ORDER BY backwards LIMIT :limit"
)
_BEGUN = text(
    "SELECT term, documents FROM (SELECT term, documents FROM search_term"
    " WHERE term >= :low AND term < :high AND documents > 0 ORDER BY term LIMIT :limit) AS begun"
    " ORDER BY documents DESC, term LIMIT 12"
)


def _unfinished(kind: Kind, word: str) -> list[tuple[str, int]]:
    """The most frequent words that begin so."""
    if len(word) < 2 or not word.isalnum():
        return []
    prefix = kind.letter + word
    asked = {"low": prefix, "high": prefix + "\U0010ffff", "limit": _WORDS_LOOKED_AT}
    return [(term[1:], documents) for term, documents in db.session.connection().execute(_BEGUN, asked).all()]


# --- fetching


def _fetch(kind: Kind, query: Query, reading: _Reading, documents: int) -> list[Candidate]:
    facets = [[facet_token(kind, each) for each in alternatives] for alternatives in query.facets]
    if any(not alternatives for alternatives in facets):
        return []
    found: dict[int, int] = {}

    def take(terms: list[list[str]], limit: int, tier: int = 0) -> int:
        ids = _ids(query, [*terms, *facets], min(limit, FETCHED))
        for each in ids:
            found[each] = max(found.get(each, 0), tier)
        return len(ids)

    if reading.names:
        take([reading.names], 20, tier=3)
    if reading.codes:
        take([_marks(kind, [code[1:] for code in reading.codes], query.internal)], _OF_A_WORD, tier=2)
    if reading.piece_terms and reading.pieces:
        take([_marks(kind, [term[1:]], query.internal) for run in reading.piece_terms for term in run], FETCHED)
    groups = reading.groups
    if len(groups) > 1:
        take([list(group.terms) for group in groups], _OF_ALL_WORDS)
    for group in groups:
        if len(found) >= FETCHED:
            break
        take([list(group.terms)], _OF_A_WORD)
    return _load(found, query, whole=bool(reading.pieces))


def _ids(query: Query, alternatives: Sequence[Sequence[str]], limit: int) -> list[int]:
    """Newest documents that hold one term of each of these."""
    alternatives = [sorted(set(terms)) for terms in alternatives]
    if any(not terms for terms in alternatives):
        return []
    if db.session.get_bind().dialect.name == "postgresql":
        asked = " & ".join("(" + " | ".join(map(_lexeme, terms)) + ")" for terms in alternatives)
        statement, order = _BY_TOKENS, SearchDocument.__table__.c.id
    else:
        asked = " AND ".join("(" + " OR ".join(map(_quoted, terms)) + ")" for terms in alternatives)
        statement, order = _BY_INDEX, _FTS5.c.rowid
        if query.within is not None:
            statement = statement.join(SearchDocument, SearchDocument.id == order)
    if query.within is not None:
        # Asked of each document that was found, newest first, until there are enough: never of all that one may see.
        number = query.within.selected_columns[0]
        statement = statement.where(
            query.within.where(number == SearchDocument.number).correlate(SearchDocument).exists()
        )
    statement = statement.order_by(order.desc()).limit(bindparam("most"))
    return list(db.session.connection().scalars(statement, {"asked": asked, "most": limit}))


_BY_TOKENS: Select[Any] = select(SearchDocument.id).where(
    SearchDocument.tokens.op("@@")(cast(bindparam("asked", type_=Text()), TSQUERY()))
)
_BY_INDEX: Select[Any] = select(_FTS5.c.rowid).where(text("search_index MATCH :asked"))


def _lexeme(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _load(found: dict[int, int], query: Query, *, whole: bool) -> list[Candidate]:
    if not found:
        return []
    weights = (TITLE_WEIGHT, 1.0, 1.0) if query.internal else (TITLE_WEIGHT, 1.0)
    asked = _ids_asked(found) | {
        "said": LONGEST_TEXT if whole else SPELT_TEXT,
        "ranked": RANKED_TERMS,
        "hidden": RANKED_TERMS * query.internal,
    }
    return [
        Candidate(
            id=id_, key=key, number=number, language=language, title=title, body=body, length=length,
            fields=list(zip(terms, weights, strict=False)), tier=found[id_],
        )
        for id_, key, number, language, title, body, length, *terms in _of_ids(_RANKED, asked)
    ]  # fmt: skip


_RANKED = (
    "SELECT id, key, number, language, title, substr(body, 1, :said), length, title_terms,"
    " substr(body_terms, 1, :ranked), substr(internal_terms, 1, :hidden) FROM search_document WHERE id"
)
_TEXTS = "SELECT id, body, internal FROM search_document WHERE id"
_OF_IDS = {"sqlite": "IN (SELECT value FROM json_each(:ids))", "postgresql": "= ANY (CAST(:ids AS bigint[]))"}
_STATEMENTS = {
    (wanted, dialect): text(f"{wanted} {chosen}") for wanted in (_RANKED, _TEXTS) for dialect, chosen in _OF_IDS.items()
}


def _ids_asked(ids: Collection[int]) -> dict[str, Any]:
    return {"ids": sorted(ids) if db.session.get_bind().dialect.name == "postgresql" else json.dumps(sorted(ids))}


def _of_ids(wanted: str, asked: dict[str, Any]) -> Sequence[Any]:
    return db.session.connection().execute(_STATEMENTS[wanted, db.session.get_bind().dialect.name], asked).all()


def _settle_tiers(candidates: list[Candidate], query: Query, reading: _Reading) -> list[Candidate]:
    """Where the whole piece is said, only what says it stays (and what is called so)."""
    if not reading.pieces:
        return candidates
    texts = _texts([each.id for each in candidates]) if query.internal else {}
    internal = {id_: hidden for id_, (_body, hidden) in texts.items()}
    for piece in reading.pieces:
        holding = [each for each in candidates if contains(each, piece, internal=internal.get(each.id, ""))]
        if holding:
            return [each for each in candidates if each.tier >= 3 and each not in holding] + holding
    runs = [word for word, is_cjk in pieces(fold(query.text)) if is_cjk]
    holding = [
        each for each in candidates if all(contains(each, run, internal=internal.get(each.id, "")) for run in runs)
    ]
    return holding if runs and holding else candidates


def _texts(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What each document says, to all and inside."""
    return {id_: (body, internal) for id_, body, internal in _of_ids(_TEXTS, _ids_asked(ids))} if ids else {}
