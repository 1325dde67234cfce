"""Two who put the same documents into the index at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.search import Document, Kind, Query, put, remove, search
from helpdesk.core.search_index import SearchDocument, SearchTerm, distinct, totals
from tests.cli.desks import a_working_desk

NOTES = Kind("note", "n")
ROUNDS = 15


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    with a_working_desk(request.param, tmp_path / "desk", request) as app:
        yield app


def test_two_writers_of_the_same_words_neither_lock_each_other_out_nor_miscount(desk: Flask) -> None:
    together = threading.Barrier(2)

    def write(writer: int) -> None:
        turn = 1 if writer else -1
        with desk.app_context():
            for n in range(ROUNDS):
                together.wait(60)
                documents = [
                    Document(f"shared-{k}", f"Printer {k} of round {n}", f"paper {writer} jam {k * n}", language="en")
                    for k in range(8)
                ] + [Document(f"own-{writer}-{n}", "Printer", f"cable {n} socket", language="en")]
                with transaction():
                    put(NOTES, documents[::turn])
                if n % 3 == writer:
                    with transaction():
                        remove(NOTES, [f"shared-{k}" for k in range(0, 8, 2)][::turn])

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, writer) for writer in range(2)]:
            done.result(120)

    with desk.app_context():
        documents = db.session.scalars(select(SearchDocument).where(SearchDocument.kind == NOTES.name)).all()
        held = Counter(term for each in documents for term in distinct(vars(each)))
        counted = select(SearchTerm.term, SearchTerm.documents).where(
            SearchTerm.term.startswith(NOTES.letter), SearchTerm.documents != 0
        )
        assert dict(db.session.execute(counted).all()) == held
        assert totals(NOTES) == {"en": (len(documents), sum(each.length for each in documents))}
        assert len(search(NOTES, Query("socket", limit=100)).hits) == 2 * ROUNDS
