"""How fast and how surely near-duplicates are found among many comments: `python -m tests.benchmarks.near_duplicates`.

Made-up comments are strung together from word pairs of the corpus, so that they share its words and phrases as real
ones would; one in twenty is a courtesy that hundreds of people write alike. Prints milliseconds a look-up as the file
grows, recall by kind of change, and how many comments that copy nothing are linked all the same.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import click
from sqlalchemy import insert

import bot
from bot import database, rows, schema
from bot.likeness import LONG, Likeness
from bot.screening.finding import Outcome, Verdict
from bot.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.ext.asyncio import AsyncEngine

NOW = dt.datetime(2026, 11, 16, 17, tzinfo=dt.UTC)
SAID = rows.as_json(Verdict(Outcome.KEEP, (), (), "It is fine.", needs_reply=False, urgent=False, confidence=1.0))
CORPUS = Path(bot.__file__).parent / "screening" / "model" / "corpus"
COURTESIES = (
    "Thank you so much!",
    "Love this!",
    "Thank you!!",
    "Gracias!",
    "What time do you open on Saturday?",
    "Amen",
)
TOGETHER = 5_000
LOOKALIKES = str.maketrans("aeopcxy", "аеорсху")
DIGITS = str.maketrans("oieas", "01345")


def chains() -> Callable[[random.Random], str]:
    """Makes comments: chains of word pairs of the corpus, as long as its comments are."""
    following: dict[str, list[str]] = defaultdict(list)
    lengths = []
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            words = json.loads(line)["comment"].split()
            lengths.append(len(words))
            for word, after in zip(["", *words], words, strict=False):
                following[word].append(after)

    def make(chance: random.Random) -> str:
        if chance.random() < 0.05:
            return chance.choice(COURTESIES)
        words, word = [], ""
        for _ in range(chance.choice(lengths)):
            word = chance.choice(following.get(word) or following[""])
            words.append(word)
        return " ".join(words)

    return make


def reordered(text: str, chance: random.Random) -> str:
    """Its two halves swapped, and two words moved."""
    words = text.split()
    words = words[len(words) // 2 :] + words[: len(words) // 2]
    for _ in range(2):
        words.insert(chance.randrange(len(words)), words.pop(chance.randrange(len(words))))
    return " ".join(words)


def edited(text: str, chance: random.Random) -> str:
    """One word in eight, at least one, replaced, dropped or misspelt."""
    words = text.split()
    for at in chance.sample(range(len(words)), max(1, len(words) // 8)):
        cut = chance.randrange(len(words[at]))
        words[at] = chance.choice(("nonetheless", "", words[at][:cut] + words[at][cut + 1 :]))
    return " ".join(" ".join(words).split())


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "the same": lambda text, _: text,
    "reordered": reordered,
    "edited, one word in eight": edited,
    "digits for letters": lambda text, _: text.translate(DIGITS),
    "look-alike letters": lambda text, _: text.translate(LOOKALIKES),
    "capitals and signs": lambda text, _: f"!!! {text.upper().replace(' ', '  ')} 🔥🔥",
    "words put before": lambda text, _: f"Please share: {text}",
    "reordered and edited": lambda text, chance: edited(reordered(text, chance), chance),
}


async def fill(engine: AsyncEngine, first: int, texts: list[str]) -> None:
    """Put comments on file, unscreened, as the desk does but many at once."""
    common = {"library": "here", "year": 2026, "chat": "", "channel": "", "message": "", "forwarded_by": ""}
    times = dict.fromkeys(("forwarded_at", "target", "deadline"), NOW)
    state = {"attachments": [], "verdicts": 1, "wants_reply": False, "is_open": False, "reply_due": False}
    cases = [{"id": at, "serial": at, "text": text, **common, **times, **state} for at, text in enumerate(texts, first)]
    hashes = dict.fromkeys(("policy_hash", "library_hash", "engine_hash"), "")
    verdicts = [{"library": "here", "case_id": c["id"], "number": 1, "at": NOW, "said": SAID, **hashes} for c in cases]
    keys = [{"key": key, "case_id": c["id"]} for c in cases for key in set(Likeness(str(c["text"])).bands("here"))]
    async with engine.begin() as connection:
        await connection.execute(insert(schema.case), cases)
        await connection.execute(insert(schema.verdict), verdicts)
        await connection.execute(insert(schema.likeness), keys)


Spent = list[tuple[float, float]]
"""Milliseconds by the clock and of the processors, for each look-up."""


async def looked_up(store: Store, texts: list[str]) -> tuple[Spent, list[list[str]]]:
    """What each look-up took, and the comments found."""
    spent: Spent = []
    found = []
    async with store.look("here") as view:
        for text in texts:
            clock, work = time.perf_counter(), time.process_time()
            cases = await view.alike(text)
            spent.append((1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - work)))
            found.append([case.comment.text for case in cases])
    return spent, found


def spoken(spent: Spent) -> str:
    """Median and 99th percentile by the clock; the processors' share tells how much is the machine's other work."""
    clock, work = zip(*spent, strict=True)
    p99, busy = (quantiles(times, n=100)[98] for times in (clock, work))
    return f"median {median(clock):.1f} ms, p99 {p99:.1f} ms (of processor time {median(work):.1f} and {busy:.1f})"


def stages(comments: int) -> Iterator[int]:
    """How many comments are on file at each measurement."""
    yield from (size for size in (1_000, 10_000, 100_000, 1_000_000) if size < comments)
    yield comments


async def measure(file: Path, comments: int, samples: int) -> None:
    """Fill the file, look up as it grows, and print what was found."""
    url, make = f"sqlite:///{file}", chains()
    chance, fresh = random.Random(1), random.Random(2)  # noqa: S311 - the same comments at each run
    store, engine = await Store.open(url, "live"), database.connect(url)
    async with engine.begin() as connection:
        await connection.execute(insert(schema.library).values(id="here", record_length=0, record_head=b""))
    strangers = [make(fresh) for _ in range(samples)]
    kept: list[str] = []
    size = 0
    for stage in stages(comments):
        while size < stage:
            texts = [make(chance) for _ in range(min(TOGETHER, stage - size))]
            await fill(engine, size + 1, texts)
            kept += random.Random(size).sample(texts, min(len(texts), 1 + samples * TOGETHER // comments))  # noqa: S311 - again
            size += len(texts)
        spent, found = await looked_up(store, strangers)
        linked = sum(
            Likeness(text).telling and text not in COURTESIES and bool(cases)
            for text, cases in zip(strangers, found, strict=True)
        )
        click.echo(f"{size:>9,} on file: {spoken(spent)}; {linked} of {len(strangers)} strangers linked")
    telling = [text for text in kept if Likeness(text).telling and text not in COURTESIES][:samples]
    for name, change in CHANGES.items():
        spent, found = await looked_up(store, [change(text, chance) for text in telling])
        hits = [text in cases for text, cases in zip(telling, found, strict=True)]
        long = [hit for text, hit in zip(telling, hits, strict=True) if len(Likeness(text).own) >= LONG]
        share = f"found {sum(hits) / len(hits):.1%} ({sum(long) / len(long):.1%} of the long)"
        click.echo(f"{name:>26}: {share}; {spoken(spent)}")
    spent, found = await looked_up(store, [text for text in COURTESIES for _ in range(50)])
    click.echo(f"{'courtesies':>26}: {max(map(len, found))} found at most; {spoken(spent)}")
    await engine.dispose()
    await store.close()


@click.command()
@click.option("--comments", default=1_000_000, show_default=True, type=click.IntRange(1_000))
@click.option("--samples", default=1_000, show_default=True, type=click.IntRange(100))
def main(comments: int, samples: int) -> None:
    """Measure the search for near-duplicates on a SQLite file, which is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "desk.db"
        asyncio.run(measure(file, comments, samples))
        click.echo(f"{file.stat().st_size / 2**20:,.0f} MiB on disk")


if __name__ == "__main__":
    main()
