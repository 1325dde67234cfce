"""How fast search is among very many articles and tickets, on both databases: `python -m bench.bench_search`.
The bar: suggestions while typing in 80 ms at the 95th percentile among 20,000 articles.

Figures are medians of rounds, as others may work on the machine. Documents are kept under `var/bench` from run to run:
what is there in the wanted number is not loaded again."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from statistics import median
from time import perf_counter, process_time

from bench.desks import KEPT, BenchDesk
from bench.postgres import database, durable_postgres
from helpdesk import migrations
from helpdesk.config import load_config
from helpdesk.core.command import transaction
from helpdesk.core.search import Document, Kind, Query, clear, put, remove, search
from helpdesk.core.search_index import totals
from helpdesk.seeds.stories import en, lt, ru, zh

ARTICLES, TICKETS, FEW = 400_000, 1_000_000, 20_000
BATCH, ASKED, ROUNDS = 5_000, 200, 3
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
            path = KEPT.parents[1] / "bench" / "results" / f"{datetime.now(UTC):%Y-%m-%d}-search-{name}.json"
            known = json.loads(path.read_text()) if path.exists() else {"documents": {}, "figures": {}}
            figures = known["figures"] | measure(desk, sizes)  # loads that were not done again keep their figures
            sizes = known["documents"] | {kind: size for kind, size in sizes.items() if size}
            path.write_text(json.dumps({"database": name, "documents": sizes, "figures": figures}, indent=1) + "\n")
            for words, value in figures.items():
                print(f"{name}: {words:<48} {value:>11.2f}")


def measure(desk: BenchDesk, sizes: dict[str, int]) -> dict[str, float]:
    """Milliseconds, and documents a second."""
    desk.home.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(load_config({}, home=desk.home, **({"database_url": desk.url} if desk.url else {})))
    figures: dict[str, float] = {}
    with desk.opened():
        for name, size in sizes.items():
            kind, words = KINDS[name], _vocabulary()
            if size and not size <= sum(documents for documents, _length in totals(kind).values()) < size + 1_000:
                figures |= _loaded(name, size, words)
        for name, size in sizes.items():
            if size:
                figures |= _asked(name, size)
    return figures


def _loaded(name: str, size: int, words: list[str]) -> dict[str, float]:
    kind = KINDS[name]
    _empty(kind)
    made = _documents(words, 60 if name == "tickets" else 120)
    clock, processor = 0.0, 0.0
    for start in range(0, size, BATCH):
        batch = list(islice(made, min(BATCH, size - start)))
        begun, worked = perf_counter(), process_time()
        with transaction():
            put(kind, batch)
        clock, processor = clock + perf_counter() - begun, processor + process_time() - worked
    return {
        f"{name}: documents indexed a second": size / clock,
        f"{name}: documents indexed a second of this processor": size / processor,
    }


def _asked(name: str, size: int) -> dict[str, float]:
    kind, words = KINDS[name], _vocabulary()
    chance = random.Random(3)
    # Every second one is of words as frequent as in the documents, the others of words that are mostly rare.
    asked = [" ".join(_said(words, chance) if n % 2 else chance.choice(words) for _ in range(chance.randint(1, 4)))
             for n in range(ASKED)]  # fmt: skip
    begun_words = [text[: max(3, len(text) - 2)] for text in asked]
    readers = [["audience:public", "audience:signed-in"]]
    rounds = []
    for turn in range(ROUNDS):
        more = list(islice(_documents(words, 60, first=size + turn * 50), 50))
        rounds.append(
            _timed(f"{name}: search", asked, lambda text: search(kind, Query(text, facets=readers, varied=True)))
            | _timed(f"{name}: suggestion", begun_words,
                     lambda text: search(kind, Query(text, facets=readers, suggest=True, limit=5)))
            | _timed(f"{name}: one more document", more, lambda document: _one(kind, document))
        )  # fmt: skip
    with transaction():
        remove(kind, [str(number) for number in range(size, size + ROUNDS * 50)])
    return {words: median(each[words] for each in rounds) for words in rounds[0]}


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
    number = first
    while True:
        picked = [_said(words, chance) for _ in range(length)]
        yield Document(str(number), " ".join(picked[:6]), " ".join(picked[6:]), language=("en", "lt", "ru")[number % 3],
                       facets=["audience:public"], number=number + 1)  # fmt: skip
        number += 1


def _said(words: list[str], chance: random.Random) -> str:
    """Zipf: the word of rank n is said one n-th as often as the first."""
    return words[int(len(words) ** chance.random()) - 1]


def _empty(kind: Kind) -> None:
    while True:
        with transaction():
            if clear(kind, at_most=5_000) < 5_000:
                return


if __name__ == "__main__":
    main()
