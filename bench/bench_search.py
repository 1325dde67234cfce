"""How fast search is among very many articles and tickets, on both databases: `python -m bench.bench_search`.
The bar: suggestions while typing in 80 ms at the 95th percentile among 20,000 articles."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter

from bench.desks import KEPT, BenchDesk
from bench.postgres import database, durable_postgres
from helpdesk import migrations
from helpdesk.config import load_config
from helpdesk.core.command import transaction
from helpdesk.core.search import Document, Kind, Query, clear, put, search
from helpdesk.seeds.stories import en, lt, ru, zh

ARTICLES, TICKETS, FEW = 400_000, 1_000_000, 20_000
BATCH, ASKED = 2_000, 200
KINDS = {"articles": Kind("bench_article", "x"), "few": Kind("bench_few", "y"), "tickets": Kind("bench_ticket", "z")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_search", description=__doc__)
    parser.add_argument("--databases", choices=("sqlite", "postgresql"), nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--few", type=int, default=FEW)
    parser.add_argument("--documents-of-tickets", dest="tickets", type=int, default=TICKETS)
    wanted = parser.parse_args()
    sizes = {"few": wanted.few, "articles": wanted.articles, "tickets": wanted.tickets}
    with ExitStack() as stack:
        server = (
            stack.enter_context(durable_postgres(KEPT / "postgresql")) if "postgresql" in wanted.databases else None
        )
        for name in wanted.databases:
            url = database(server, "bench_search") if server and name == "postgresql" else ""
            desk = BenchDesk(name, sum(sizes.values()), url, folder=f"search-{name}")
            figures = measure(desk, sizes)
            path = KEPT.parents[1] / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-search-{name}.json"
            path.write_text(json.dumps({"database": name, "documents": sizes, "figures": figures}, indent=1) + "\n")
            for words, value in figures.items():
                print(f"{name}: {words:<48} {value:>11.2f}")


def measure(desk: BenchDesk, sizes: dict[str, int]) -> dict[str, float]:
    """Milliseconds, and documents a second."""
    desk.home.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(load_config({}, home=desk.home, **({"database_url": desk.url} if desk.url else {})))
    figures = {}
    with desk.opened():
        for name, size in sizes.items():
            kind, words = KINDS[name], _vocabulary()
            _empty(kind)
            begun = perf_counter()
            made = _documents(words, 60 if name == "tickets" else 120)
            for start in range(0, size, BATCH):
                with transaction():
                    put(kind, list(islice(made, min(BATCH, size - start))))
            figures[f"{name}: documents indexed a second"] = size / (perf_counter() - begun)
            chance = random.Random(3)
            asked = [" ".join(chance.choices(words, k=chance.randint(1, 4))) for _ in range(ASKED)]
            begun_words = [text[: max(3, len(text) - 2)] for text in asked]
            figures |= _timed(f"{name}: search", asked, lambda text, kind=kind: search(kind, Query(text, varied=True)))
            figures |= _timed(f"{name}: suggestion", begun_words,
                              lambda text, kind=kind: search(kind, Query(text, suggest=True, limit=5)))  # fmt: skip
            more = list(islice(_documents(words, 60, first=size), 50))
            figures |= _timed(f"{name}: one more document", more, lambda document, kind=kind: _one(kind, document))
    return figures


def _one(kind: Kind, document: Document) -> None:
    with transaction():
        put(kind, [document])


def _timed(words: str, inputs: list[object], work: Callable[..., object]) -> dict[str, float]:
    took = []
    for each in inputs:
        begun = perf_counter()
        work(each)
        took.append((perf_counter() - begun) * 1000)
    took.sort()
    return {f"{words}, p50 (ms)": took[len(took) // 2], f"{words}, p95 (ms)": took[int(len(took) * 0.95)]}


def _vocabulary() -> list[str]:
    """Words of the demo desk's stories, and as many made ones as a desk of years has."""
    texts = " ".join(str(vars(module)) for module in (en, lt, ru, zh))
    words = sorted({word.lower() for word in texts.replace("\\n", " ").split() if word.isalpha() and len(word) > 2})
    chance = random.Random(1)
    made = ["".join(chance.choices("abcdefghiklmnoprstuv", k=chance.randint(5, 10))) for _ in range(100_000)]
    chance.shuffle(words)
    return words + made


def _documents(words: list[str], length: int, first: int = 0) -> Iterator[Document]:
    chance = random.Random(2 + first)
    most = len(words)
    number = first
    while True:
        # Zipf: the word of rank n is said one n-th as often as the first.
        picked = [words[int(most ** chance.random()) - 1] for _ in range(length)]
        yield Document(str(number), " ".join(picked[:6]), " ".join(picked[6:]), language=("en", "lt", "ru")[number % 3],
                       facets=["audience:public"], number=number + 1)  # fmt: skip
        number += 1


def _empty(kind: Kind) -> None:
    while True:
        with transaction():
            if clear(kind, at_most=20_000) < 20_000:
                return


if __name__ == "__main__":
    main()
