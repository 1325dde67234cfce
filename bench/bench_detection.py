"""Similar tickets among a million, and how good the groups are: `python -m bench.bench_detection`.

Speed: texts of the shared sets are drawn again, mixed and changed; the index is rebuilt, then new tickets are compared.
The bars: a new ticket ≤ 30 ms at p95, a rebuild ≤ 10 minutes on two cores, memory ≤ 1 GB.

Quality: B-cubed precision, recall and F1 of the groups as they are at the end, beside two baselines that let a text
join the group of its nearest neighbour: TF-IDF of scikit-learn, fitted on both halves, and MinHash of datasketch on
pieces of five characters. Each of the three chooses its threshold on one half of a set and is measured on the other,
both ways and in several orders. "Fixed" is one threshold for all sets: the product's own, and for each baseline the
one that is best for it on the rows marked `train`, on average over the sets. Everything in one group and every text
alone are given for comparison. Term statistics of the product's groups come from the half that is not measured, as
those of a running desk come from its past. `--rows test` measures rows that no choice of the product's parameters has
seen, `train` those on which they were chosen.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import random
import re
import resource
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text

from bench.desks import KEPT, ROOT, BenchDesk
from bench.postgres import database, durable_postgres
from helpdesk import migrations
from helpdesk.config import load_config
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.journal import silently
from helpdesk.core.times import now
from helpdesk.models.access import Role
from helpdesk.models.detection import TicketGroup
from helpdesk.models.messages import Message
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.people.accounts import NewAccount, begin_desk
from helpdesk.policy.actor import SYSTEM
from helpdesk.problems import similarity
from helpdesk.problems.grouping import Grouping
from helpdesk.problems.similar import index_tickets, similar_to
from helpdesk.problems.similarity import counts_of
from helpdesk.tickets.intake import NewTicket, open_ticket

SHARED = ROOT.parent / "shared" / "data"
RESULTS = ROOT / "bench" / "results"
THRESHOLDS = [each / 100 for each in (2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 50, 60)]
OURS = [each / 100 for each in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16)]
LARGE = 5_000  # texts of a set from which on one order is enough
Labelled = Sequence[tuple[str, str]]  # text, intent
Judge = Callable[[list[str], list[str]], dict[float, list[int]]]  # other half, half → groups by threshold


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_detection", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--databases", choices=("sqlite", "postgresql"), nargs="*", default=["sqlite"])
    parser.add_argument("--orders", type=int, default=3, help="in how many orders the texts of the small set come")
    parser.add_argument("--rows", choices=("all", "train", "test"), default="all", help="for the quality")
    parser.add_argument("--without-quality", action="store_true")
    parser.add_argument("--shared", type=Path, default=SHARED)
    wanted = parser.parse_args()
    if not wanted.without_quality:
        figures = quality(wanted.shared, wanted.orders, wanted.rows)
        _write(f"quality-{wanted.rows}", {"orders": wanted.orders, "fixed": similarity.JOINS, "sets": figures})
    with ExitStack() as stack:
        for name in wanted.databases:
            server = stack.enter_context(durable_postgres(KEPT / "postgresql")) if name == "postgresql" else None
            url = database(server, f"bench_detection_{wanted.tickets}") if server else ""
            desk = BenchDesk(name, wanted.tickets, url, folder=f"detection-{name}-{wanted.tickets}")
            result = speed(desk, wanted.shared)
            _write(f"{name}-{wanted.tickets}", {"database": name, "indexed": wanted.tickets, "figures": result})
            print(name, json.dumps(result))


def quality(shared: Path, orders: int, rows: str = "all") -> dict[str, dict[str, float]]:
    """B-cubed precision, recall and F1 by set and method; `rows` are all or those of one split."""
    judges: dict[str, Judge] = {"ours": _ours, "tfidf": _tfidf, "minhash": _minhash}
    fixed = {"ours": similarity.JOINS} | {
        method: _best(judges[method], sets(shared, "train"), orders) for method in ("tfidf", "minhash")
    }
    print("fixed", fixed, flush=True)
    found: dict[str, dict[str, float]] = {}
    for name, texts in sets(shared, rows).items():
        scores: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for halves in _halves(texts, orders):
            for method, judge in judges.items():
                by_half = [_scores(judge, halves[1 - side], halves[side]) for side in (0, 1)]
                for own, other in (by_half, by_half[::-1]):
                    chosen = max(other, key=lambda threshold: other[threshold][2])
                    scores[method].append(own[chosen])
                    scores[f"{method} fixed"].append(own[fixed[method]])
            for half in halves:
                intents = [intent for _text, intent in half]
                scores["all in one"].append(bcubed([0] * len(half), intents))
                scores["each alone"].append(bcubed(range(len(half)), intents))
        found[name] = {
            f"{method} {figure}": round(statistics.mean(each[place] for each in values), 3)
            for method, values in scores.items()
            for place, figure in enumerate(("precision", "recall", "f1"))
        }
        print(name, found[name], flush=True)
    return found


def _halves(texts: Labelled, orders: int) -> Iterator[tuple[Labelled, Labelled]]:
    for order in range(orders if len(texts) < LARGE else 1):
        mixed = list(texts)
        random.Random(order).shuffle(mixed)
        yield mixed[::2], mixed[1::2]


def _best(judge: Judge, of: dict[str, list[tuple[str, str]]], orders: int) -> float:
    """The threshold with the best F1 on average over the sets."""
    means: dict[float, float] = defaultdict(float)
    for texts in of.values():
        some = [_scores(judge, halves[1], halves[0]) for halves in _halves(texts, orders)]
        for threshold in some[0]:
            means[threshold] += statistics.mean(each[threshold][2] for each in some)
    return max(means, key=lambda threshold: means[threshold])


def sets(shared: Path, split: str = "all") -> dict[str, list[tuple[str, str]]]:
    """Texts with their intents, by set; all or those of one split."""
    found: dict[str, list[tuple[str, str]]] = {}
    with lzma.open(shared / "support_questions_lt_ru_en.csv.xz", "rt", encoding="utf-8") as file:
        rows = [(row, f"{row['set']} {row['intent']}") for row in csv.DictReader(file)
                if split in ("all", row["split"])]  # fmt: skip
    for language in ("lt", "ru", "en"):
        found[f"support questions {language}"] = [(row[language], intent) for row, intent in rows]
    found["support questions mixed"] = [
        (row[language], intent) for row, intent in rows for language in ("lt", "ru", "en")
    ]
    with lzma.open(shared / "customer_questions_en.csv.xz", "rt", encoding="utf-8") as file:
        found["customer questions en"] = [
            (row["text"], row["intent"]) for row in csv.DictReader(file) if split in ("all", row["split"])
        ]
    return found


def bcubed(groups: Sequence[int], intents: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1: of each text, the share of its group that is of its intent, and the other way round."""
    of_group, of_intent, both = Counter(groups), Counter(intents), Counter(zip(groups, intents, strict=True))
    precision = sum(n * n / of_group[group] for (group, _intent), n in both.items()) / len(groups)
    recall = sum(n * n / of_intent[intent] for (_group, intent), n in both.items()) / len(groups)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _scores(judge: Judge, other: Labelled, half: Labelled) -> dict[float, tuple[float, float, float]]:
    groups = judge([each for each, _intent in other], [each for each, _intent in half])
    intents = [intent for _text, intent in half]
    return {threshold: bcubed(found, intents) for threshold, found in groups.items()}


def _ours(other: list[str], half: list[str]) -> dict[float, list[int]]:
    known, new = [counts_of(each) for each in other], [counts_of(each) for each in half]
    found = {}
    for threshold in OURS:
        grouping = Grouping(joins=threshold)
        for counts in known:
            grouping.learn(counts)
        for number, counts in enumerate(new):
            grouping.place(number, counts)
        found[threshold] = grouping.groups()
    return found


def _tfidf(other: list[str], half: list[str]) -> dict[float, list[int]]:
    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b")
    vectorizer.fit([*other, *half])
    rows = vectorizer.transform(half)
    nearest = [(0, 0.0)]
    for number in range(1, len(half)):
        likeness = (rows[:number] @ rows[number].T).toarray().ravel()
        best = int(numpy.argmax(likeness))
        nearest.append((best, float(likeness[best])))
    return _chained(nearest)


def _minhash(_other: list[str], half: list[str]) -> dict[float, list[int]]:
    import numpy
    from datasketch import MinHash

    sketches = []
    for each in half:
        folded = re.sub(r"\s+", " ", each.casefold())
        sketch = MinHash(num_perm=128)
        sketch.update_batch([folded[at : at + 5].encode() for at in range(max(1, len(folded) - 4))])
        sketches.append(sketch.hashvalues)
    rows = numpy.array(sketches)
    nearest = [(0, 0.0)]
    for number in range(1, len(half)):
        likeness = (rows[:number] == rows[number]).mean(axis=1)
        best = int(numpy.argmax(likeness))
        nearest.append((best, float(likeness[best])))
    return _chained(nearest)


def _chained(nearest: Sequence[tuple[int, float]]) -> dict[float, list[int]]:
    """Each text joins the group of its nearest neighbour before it, where that is near enough."""
    found = {}
    for threshold in THRESHOLDS:
        groups: list[int] = []
        for number, (best, likeness) in enumerate(nearest):
            groups.append(groups[best] if number and likeness >= threshold else number)
        found[threshold] = groups
    return found


def speed(desk: BenchDesk, shared: Path, news: int = 500) -> dict[str, float]:
    """How long a rebuild and one new ticket take, and the memory of the rebuild."""
    fill(desk, shared)
    figures = rebuilt(desk)
    with desk.opened():
        if desk.database == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM (ANALYZE) ticket_term, ticket_text, text_term, ticket_group"))
        with silently():
            requester = db.session.query(Contact.id).order_by(Contact.id).limit(1).scalar()
            ids = [
                open_ticket(NewTicket(subject, said, requester_id=requester), by=SYSTEM, channel=Channel.API).id
                for subject, said in islice(drawn(shared, seed=time.time_ns()), news)
            ]
        db.session.remove()
        taken, worked, looked, shown = [], [], [], 0
        for ticket_id in ids:
            begun, busy = time.perf_counter(), time.process_time()
            index_tickets([ticket_id])
            taken.append((time.perf_counter() - begun) * 1000)
            worked.append((time.process_time() - busy) * 1000)
            db.session.remove()
        for ticket_id in ids:
            ticket = db.session.get_one(Ticket, ticket_id)
            begun = time.perf_counter()
            shown += len(similar_to(ticket, for_=SYSTEM))
            looked.append((time.perf_counter() - begun) * 1000)
            db.session.remove()
        groups = db.session.query(TicketGroup.id).count()
    return figures | {
        "take_in_p50_ms": _at(taken, 50), "take_in_p95_ms": _at(taken, 95), "take_in_cpu_p95_ms": _at(worked, 95),
        "similar_p50_ms": _at(looked, 50),
        "similar_p95_ms": _at(looked, 95), "shown": round(shown / news, 1), "groups": groups,
    }  # fmt: skip


def rebuilt(desk: BenchDesk) -> dict[str, float]:
    """Rebuild by the command: seconds, those of processors, and the memory of all its processes at their largest."""
    command = [sys.executable, "-c", "from helpdesk.cli import main; main()", "problems", "rebuild-index"]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = psutil.Popen(command, env=desk.environment(8000))
    largest: dict[int, int] = {}
    together = 0
    while process.poll() is None:
        now_mb = {}
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                now_mb[each.pid] = each.memory_info().rss >> 20
        together = max(together, sum(now_mb.values()))
        largest |= {pid: max(mb, largest.get(pid, 0)) for pid, mb in now_mb.items()}
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit("The rebuild failed.")
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    own = largest.pop(process.pid)
    return {
        "rebuild_seconds": round(seconds, 1), "rebuild_cpu_seconds_of_all": round(cpu, 1), "rebuild_mb": own,
        "rebuild_mb_of_helpers": sum(mb for mb in largest.values() if mb > 20), "rebuild_mb_together": together,
    }  # fmt: skip


def fill(desk: BenchDesk, shared: Path) -> None:
    """As many tickets with their first messages, copies of one but for number, time and words; once."""
    note = desk.home / "filled.json"
    desk.home.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(load_config({}, home=desk.home, **({"database_url": desk.url} if desk.url else {})))
    if note.exists():
        return
    with desk.opened():
        begin_desk(NewAccount("bench@bench.example", Role.ADMINISTRATOR, "Bench", password="a long enough password"))
        with transaction(), silently():
            client = Organisation(name="Client", language="en", timezone="Europe/Vilnius", created_at=now())
            db.session.add(client)
            db.session.flush()
            person = Contact(name="Person", email="p@client.example", organisation_id=client.id, language="en",
                             created_at=now())  # fmt: skip
            db.session.add(person)
            db.session.flush()
            first = open_ticket(NewTicket("First", "First", requester_id=person.id), by=SYSTEM, channel=Channel.API)
        first_id = first.id
        copied = [_copying(Ticket, "id", "opened_at", "updated_at", "subject"),
                  _copying(Message, "id", "ticket_id", "created_at", "text")]  # fmt: skip
        begin, texts = now() - timedelta(days=730), drawn(shared, seed=1)
        step = timedelta(days=729) / desk.tickets
        for piece in range(0, desk.tickets, 20_000):
            rows = []
            for number in range(piece, min(piece + 20_000, desk.tickets)):
                subject, said = next(texts)
                at, ticket_id = begin + step * number, first_id + 1 + number
                rows.append({"id": ticket_id, "ticket_id": ticket_id, "opened_at": at, "updated_at": at,
                             "created_at": at, "subject": subject, "text": said, "one": first_id})  # fmt: skip
            with transaction():
                for statement in copied:
                    db.session.connection().execute(statement, rows)
        if desk.database == "postgresql":
            with transaction():
                for table in ("ticket", "message"):
                    db.session.execute(text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    ))  # fmt: skip
    note.write_text(json.dumps({"tickets": desk.tickets}))


def _copying(model: Any, *told: str) -> Any:
    """Insert rows like the first one, but for the columns that are told."""
    table = model.__table__
    from sqlalchemy import bindparam, insert, select

    others = [column.name for column in table.c if column.name not in told and column.name != "submission"]
    source = select(*(bindparam(name, type_=table.c[name].type).label(f"told_{name}") for name in told),
                    *(table.c[name] for name in others))  # fmt: skip
    key = table.c.id if model is Ticket else table.c.ticket_id
    return insert(table).from_select([*told, *others], source.where(key == bindparam("one")))


def drawn(shared: Path, *, seed: int) -> Iterator[tuple[str, str]]:
    """Subjects and texts without end: some sentences of one intent, with words left out, changed, and codes."""
    chance = random.Random(seed)
    by_intent: dict[str, list[str]] = defaultdict(list)
    for name, rows in sets(shared).items():
        for said, intent in rows:
            by_intent[f"{name} {intent}"].append(said)
    with lzma.open(shared / "zh_dialogues.csv.xz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_intent[f"zh {int(row['dialogue']) % 97 if row['dialogue'].isdigit() else row['dialogue']}"].append(
                row["text"]
            )
    intents = list(by_intent)
    while True:
        some = by_intent[chance.choice(intents)]
        sentences = [_changed(chance.choice(some), chance) for _ in range(chance.choice((2, 2, 3, 4)))]
        if chance.random() < 0.15:
            sentences.append(f"ERR-{chance.randint(1000, 5999)}")
        if chance.random() < 0.5:
            sentences.append(f"{chance.choice(_NAMES)}{chance.randint(1, 20_000)}")
        yield sentences[0][:200], " ".join(sentences[1:])


_NAMES = ("order", "invoice", "site", "printer", "laptop", "kasa", "заказ", "sutartis")


def _changed(sentence: str, chance: random.Random) -> str:
    words = [word for word in sentence.split() if chance.random() > 0.1]
    if len(words) > 2 and chance.random() < 0.3:
        at = chance.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words) or sentence


def _at(values: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100)[percent - 1], 2)


def _write(name: str, result: dict[str, Any]) -> None:
    path = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-detection-{name}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
