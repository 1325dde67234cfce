"""The index that search reads: documents of any kind, their terms, and how many documents hold each term.

Semantics
1. A document is known by (kind, key). `put` replaces it whole; the same put twice changes nothing; `remove` takes away
   what is there. Both run in the transaction around them, so call them from a job and not from an activity that people
   wait for: two writers of one term wait for each other until they commit. Everything is locked in one order.
2. Its text has three fields: `title` and `body`, which whoever finds the document may read, and `internal`, which is
   found only by those who ask for it. Facets are words that a reader must hold to find it (`audience:public`,
   `organisation:7`); names are what it is called (`T-20418`). Neither is ever shown.
3. Terms are marked and joined to one text: the letter of the kind, a private mark for what is not a public word, the
   term. So no text of a person can be read as a facet, as an internal word, or as an operator of the engine.
4. SQLite indexes the joined terms by FTS5, without positions; PostgreSQL keeps them as a `tsvector` under GIN. Neither
   ranks. What is counted here (documents of a term, documents and lengths of a language) changes by the difference that
   one document makes: its cost does not grow with the others.
5. A text longer than `LONGEST_TEXT` characters is indexed and kept up to there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Index,
    Text,
    bindparam,
    delete,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.command import command
from helpdesk.core.db import Base, BigId, among, as_rows, db
from helpdesk.core.words import (
    LONGEST_WORD,
    cjk_terms,
    codes,
    fold,
    is_wide,
    latin_language,
    pieces,
    squeezed,
    stem,
    terms_of,
)

LONGEST_TEXT = 100_000
FACET, INTERNAL, CODE, NAME, WORD = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
ByBytes = Text().with_variant(Text(collation="C"), "postgresql")  # ranges of terms are the same on both databases


@dataclass(frozen=True)
class Kind:
    """A kind of document. The letter sets its terms apart from those of other kinds and must be its own."""

    name: str
    letter: str


@dataclass(frozen=True)
class Document:
    """What is put into the index. `number` is the id of its row elsewhere, for filters that only SQL can say."""

    key: str
    title: str
    body: str = ""
    internal: str = ""
    language: str = ""
    facets: Collection[str] = ()
    names: Collection[str] = ()
    number: int | None = None


class SearchDocument(Base):
    """A document as it is searched: its text to show, its terms to rank by."""

    __tablename__ = "search_document"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    number: Mapped[int | None] = mapped_column(BigInteger)
    language: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    internal: Mapped[str]
    title_terms: Mapped[str]
    body_terms: Mapped[str]
    internal_terms: Mapped[str]
    marks: Mapped[str]  # facets, names, and words much longer than their stem, which mistakes are compared with
    length: Mapped[int]  # public words
    tokens: Mapped[str | None] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))  # on PostgreSQL only

    __table_args__ = (Index("uq_search_document_key", "kind", "key", unique=True),)


class SearchTerm(Base):
    """How many documents hold a term; words can also be looked up from behind, for typing mistakes."""

    __tablename__ = "search_term"

    term: Mapped[str] = mapped_column(ByBytes, primary_key=True)
    documents: Mapped[int]
    backwards: Mapped[str | None] = mapped_column(ByBytes)

    __table_args__ = (
        Index("ix_search_term_backwards", "backwards", sqlite_where=text("backwards IS NOT NULL"),
              postgresql_where=text("backwards IS NOT NULL")),
        {"sqlite_with_rowid": False},  # one tree instead of two, and each index holds the term
    )  # fmt: skip


class SearchTotal(Base):
    """How many documents of a kind and language there are, and how long they are together."""

    __tablename__ = "search_total"

    kind: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    documents: Mapped[int]
    length: Mapped[int] = mapped_column(BigInteger)


class SearchMark(Base):
    """Through which row of a kind everything has been looked at for the index."""

    __tablename__ = "search_mark"

    kind: Mapped[str] = mapped_column(primary_key=True)
    through: Mapped[int] = mapped_column(BigInteger)


INDEXED = ("title_terms", "body_terms", "internal_terms", "marks")
_COLUMNS = ", ".join(INDEXED)
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in INDEXED) for row in ("old", "new"))
_FORGET = f"INSERT INTO search_index (search_index, rowid, {_COLUMNS}) VALUES ('delete', old.id, {_OLD});"  # noqa: S608
_LEARN = f"INSERT INTO search_index (rowid, {_COLUMNS}) VALUES (new.id, {_NEW});"  # noqa: S608
# Every character but a space belongs to a term, whatever Unicode this SQLite knows.
FTS5 = (
    f"CREATE VIRTUAL TABLE search_index USING fts5({_COLUMNS}, content='search_document', content_rowid='id', "
    "detail='none', columnsize=0, "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cn'\")",
    f"CREATE TRIGGER search_document_learn AFTER INSERT ON search_document BEGIN {_LEARN} END",
    f"CREATE TRIGGER search_document_forget AFTER DELETE ON search_document BEGIN {_FORGET} END",
    f"CREATE TRIGGER search_document_change AFTER UPDATE OF {_COLUMNS} ON search_document BEGIN {_FORGET} {_LEARN} END",
)
GIN = ("CREATE INDEX ix_search_document_tokens ON search_document USING gin (tokens)",)
for _dialect, _statements in {"sqlite": FTS5, "postgresql": GIN}.items():
    for _statement in _statements:
        _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(SearchDocument.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
event.listen(
    SearchDocument.__table__,
    "before_drop",
    DDL("DROP TABLE IF EXISTS search_index").execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
)


@dataclass
class _Change:
    """What a put or a removal changes of the counts."""

    terms: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)  # by language
    lengths: Counter[str] = field(default_factory=Counter)

    def count(self, language: str, length: int, found: Iterable[str], sign: int) -> None:
        for term in found:
            self.terms[term] += sign
        self.documents[language] += sign
        self.lengths[language] += sign * length


def put(kind: Kind, documents: Iterable[Document]) -> int:
    """Index these documents, replacing those of the same key; returns how many were new or have changed.

    In the running transaction. Of very many, give some thousands at a time and commit between.
    """
    rows = {document.key: _row(kind, document) for document in documents}
    if not rows:
        return 0
    present = _locked(kind, rows)
    change = _Change()
    new = [row for key, row in sorted(rows.items()) if key not in present]
    if new:
        inserted = _insert(new)
        late = [row["key"] for row in new if row["key"] not in inserted]  # another writer was first
        present |= _locked(kind, late) if late else {}
        for row in new:
            if row["key"] in inserted:
                change.count(row["language"], row["length"], distinct(row), 1)
    altered = 0
    for key, old in sorted(present.items()):
        row = rows[key]
        if all(old[name] == row[name] for name in row):
            continue
        altered += 1
        change.count(old["language"], old["length"], distinct(old), -1)
        change.count(row["language"], row["length"], distinct(row), 1)
        _update(old["id"], row)
    _apply(kind, change)
    return len(new) + altered


def remove(kind: Kind, keys: Iterable[str]) -> int:
    """Take documents out of the index; those that are not there are no error. Returns how many were."""
    present = _locked(kind, list(keys))
    change = _Change()
    for old in present.values():
        change.count(old["language"], old["length"], distinct(old), -1)
    ids = [old["id"] for old in present.values()]
    if ids:
        db.session.execute(delete(SearchDocument).where(among(SearchDocument.id, ids)), execution_options=_QUIETLY)
        _apply(kind, change)
    return len(ids)


def clear(kind: Kind, *, at_most: int | None = None) -> int:
    """Empty the index of a kind, in the running transaction and at most so many documents; returns how many went.

    The counts go with the last document.
    """
    ids = select(SearchDocument.id).where(SearchDocument.kind == kind.name).order_by(SearchDocument.id)
    gone = db.session.execute(
        delete(SearchDocument).where(SearchDocument.id.in_(ids.limit(at_most) if at_most else ids)),
        execution_options=_QUIETLY,
    ).rowcount  # type: ignore[attr-defined]
    if at_most is None or gone < at_most:
        after = chr(ord(kind.letter) + 1)
        db.session.execute(
            delete(SearchTerm).where(SearchTerm.term >= kind.letter, SearchTerm.term < after),
            execution_options=_QUIETLY,
        )
        db.session.execute(delete(SearchTotal).where(SearchTotal.kind == kind.name), execution_options=_QUIETLY)
    return int(gone)


@command
def catch_up(kind: Kind, after: Callable[[int], Sequence[int]], index: Callable[[Collection[int]], object]) -> int:
    """Index the next rows, whatever told of them (imports and upgrades tell of none); how many were looked at.

    `after` gives the next numbers above one, in order; `index` indexes some of them.
    """
    mark = db.session.get(SearchMark, kind.name, with_for_update=True, populate_existing=True)
    if mark is None:
        mark = SearchMark(kind=kind.name, through=0)
        db.session.add(mark)
    numbers = after(mark.through)
    if not numbers:
        return 0
    index(numbers)
    mark.through = numbers[-1]
    return len(numbers)


def totals(kind: Kind) -> dict[str, tuple[int, int]]:
    """Documents and their length together, by language."""
    found = select(SearchTotal.language, SearchTotal.documents, SearchTotal.length).where(SearchTotal.kind == kind.name)
    return {language: (documents, length) for language, documents, length in db.session.execute(found)}


def counts(kind: Kind, found: Collection[str]) -> dict[str, int]:
    """In how many documents each of these marked terms stands; those that stand in none are left out."""
    if not found:
        return {}
    rows = db.session.execute(
        select(SearchTerm.term, SearchTerm.documents)
        .where(among(SearchTerm.term, sorted(found)), SearchTerm.documents > 0)
    )  # fmt: skip
    return dict(rows.all())


def facet_token(kind: Kind, facet: str) -> str:
    """The term that a facet is kept under."""
    return kind.letter + FACET + "_".join(fold(facet).split())


def name_token(kind: Kind, name: str) -> str:
    """The term that a name is kept under: as people type it, without its separators."""
    return kind.letter + NAME + squeezed("".join(fold(name).split()))


def distinct(row: Any) -> set[str]:
    """All marked terms of a document, each once."""
    return set(" ".join(row[name] for name in INDEXED).split())


def mixed_pieces(written: str, language: str = "") -> list[str]:
    """Where a text is Chinese or has some, characters and pairs of what is not: `150元` is found by `0元`."""
    found: list[str] = []
    if not language.startswith("zh") and not is_wide(written):
        return found
    runs: list[str] = []
    end = -1
    for word, start in _placed(written):
        if start == end:
            runs[-1] += word
        else:
            runs.append(word)
        end = start + len(word)
    for run in runs:
        found += [piece for piece in cjk_terms(run[:LONGEST_WORD]) if not all(map(is_wide, piece))]
    return found


def _placed(written: str) -> Iterator[tuple[str, int]]:
    folded, at = fold(written), 0
    for word, _is_cjk in pieces(written):
        at = folded.index(word, at)
        yield word, at
        at += len(word)


_QUIETLY = {"synchronize_session": False}


def _row(kind: Kind, document: Document) -> dict[str, Any]:
    title, body, internal = (_clean(each) for each in (document.title, document.body, document.internal))
    letter, language = kind.letter, document.language
    said = pieces(title), pieces(body)
    titled, bodied = _tokens(title, said[0], language), _tokens(body, said[1], language)
    hidden = _tokens(internal, pieces(internal), language) if internal else []
    latin = language[:2] or latin_language(f"{title} {body}")
    long = {word for found in said for word, is_cjk in found if not is_cjk and _is_long(word, latin)}
    marks = sorted(
        {facet_token(kind, facet) for facet in document.facets}
        | {name_token(kind, name) for name in document.names}
        | {letter + WORD + word for word in long}
    )
    return {
        "kind": kind.name, "key": document.key, "number": document.number, "language": language, "title": title,
        "body": body, "internal": internal, "title_terms": _joined(letter, titled),
        "body_terms": _joined(letter, bodied), "internal_terms": _joined(letter + INTERNAL, hidden),
        "marks": " ".join(marks), "length": len(titled) + len(bodied),
    }  # fmt: skip


def _tokens(written: str, said: Sequence[tuple[str, bool]], language: str) -> list[str]:
    """Words and codes of a text as they are indexed, unmarked; in texts with Chinese, pieces across digits too."""
    found = terms_of(said, language[:2] or latin_language(written))
    found += [CODE + squeezed(code) for code in codes(written)]
    return found + mixed_pieces(written, language)


def _joined(mark: str, tokens: Sequence[str]) -> str:
    return mark + f" {mark}".join(tokens) if tokens else ""


@lru_cache(maxsize=65_536)
def _is_long(word: str, latin: str) -> bool:
    """Much longer than its stem."""
    return 6 <= len(word) <= 24 and word.isalpha() and len(stem(word, latin)) <= len(word) - 2


def _clean(written: str) -> str:
    # PostgreSQL keeps no NUL, and no database a lone surrogate.
    return written[:LONGEST_TEXT].replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _is_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _locked(kind: Kind, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    table = SearchDocument.__table__.c
    query = (
        select(*(column for column in table if column.name != "tokens"))
        .where(table.kind == kind.name, among(table.key, sorted(keys))).order_by(table.key).with_for_update()
    )  # fmt: skip
    return {row["key"]: dict(row) for row in db.session.execute(query).mappings()}


def _insert(rows: Sequence[dict[str, Any]]) -> set[str]:
    """The keys of those that no other writer was first with."""
    table: Any = SearchDocument.__table__
    if not _is_postgresql():
        # Whoever writes is alone, and has seen that none of these is there.
        db.session.connection().execute(insert(table), rows)
        return {row["key"] for row in rows}
    sent = as_rows(
        **{name: ([row[name] for row in rows], table.c[name].type) for name in rows[0]},
        all_terms=([" ".join(sorted(distinct(row))) for row in rows], Text()),
    )
    values = select(*(sent.c[name] for name in rows[0]), _vector(sent.c.all_terms))
    returning = (
        postgresql_insert(table).from_select([*rows[0], "tokens"], values)
        .on_conflict_do_nothing(index_elements=["kind", "key"]).returning(table.c.key)
    )  # fmt: skip
    return set(db.session.scalars(returning))


def _update(document_id: int, row: dict[str, Any]) -> None:
    values: dict[str, Any] = dict(row)
    if _is_postgresql():
        values["tokens"] = _vector(bindparam("all_terms", " ".join(sorted(distinct(row))), Text()))
    db.session.execute(
        update(SearchDocument).where(SearchDocument.id == document_id).values(**values), execution_options=_QUIETLY
    )


def _vector(joined: Any) -> Any:
    return func.array_to_tsvector(func.string_to_array(joined, " ", type_=ARRAY(Text)))


def _apply(kind: Kind, change: _Change) -> None:
    insert_or_add: Any = postgresql_insert if _is_postgresql() else sqlite_insert
    counted = sorted((term, n) for term, n in change.terms.items() if n)
    if counted:
        table: Any = SearchTerm.__table__
        found = [term for term, _n in counted]
        if _is_postgresql():
            sent = as_rows(
                term=(found, table.c.term.type), documents=([n for _term, n in counted], table.c.documents.type),
                backwards=([backwards(term) for term in found], table.c.backwards.type),
            )  # fmt: skip
            statement = insert_or_add(table).from_select(
                ["term", "documents", "backwards"],
                select(sent.c.term, sent.c.documents, sent.c.backwards).order_by(sent.c.term),
            )
            db.session.execute(_added(statement, ["term"], ["documents"]))
        else:
            db.session.connection().exec_driver_sql(_COUNT, [(term, n, backwards(term)) for term, n in counted])
    for language in sorted(change.documents):
        n, length = change.documents[language], change.lengths[language]
        if n or length:
            row = {"kind": kind.name, "language": language, "documents": n, "length": length}
            statement = insert_or_add(SearchTotal.__table__).values(row)
            db.session.execute(_added(statement, ["kind", "language"], ["documents", "length"]))


_COUNT = (
    "INSERT INTO search_term (term, documents, backwards) VALUES (?, ?, ?) "
    "ON CONFLICT (term) DO UPDATE SET documents = documents + excluded.documents"
)


def _added(statement: Any, key: list[str], columns: list[str]) -> Any:
    table = statement.table
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: table.c[name] + statement.excluded[name] for name in columns}
    )


def backwards(term: str) -> str | None:
    """A word of letters from behind, its kind before it; None for what nobody mistypes: codes, numbers, Chinese."""
    mark = WORD if term[1:2] == WORD else ""
    word = term[1 + len(mark) :]
    if 4 <= len(word) <= 24 and word.isalpha() and not is_wide(word[0]):
        return term[0] + mark + word[::-1]
    return None
