"""Desks from start to stop: one database, one classifier and one tick for all libraries, and the chats of each."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from adapters import health, logs, systemd, terminal
from adapters.console import Clock, Console
from adapters.health import MISSED_TICK, Health
from adapters.stopping import GRACE_SECONDS, end, told_to_stop
from adapters.ticker import ticking
from adapters.wires import Wire
from bot import database
from bot.desk import Desk
from bot.screening import Screening
from bot.screening.model.classifier import Classifier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from adapters.heads import HeadFile
    from adapters.terminal import Screen
    from adapters.wires import Connection
    from bot.chat import Comment, Earlier
    from bot.library import Library
    from bot.policy import Policy
    from bot.privacy import Pseudonyms
    from bot.screening.finding import Verdict
    from bot.store import Store

TICK_SECONDS = 5
_LOG = logging.getLogger("commentdesk")


@dataclass(frozen=True)
class Served:
    """A library to serve: its files, its chats, where its record's heads are written, its authors' pseudonyms.

    `folder` is what whoever runs several libraries calls it; empty where it is the only one.
    """

    library: Library
    policy: Policy
    chats: Sequence[Connection] = ()
    heads: HeadFile | None = None
    names: Pseudonyms | None = None
    folder: str = ""


@dataclass(frozen=True)
class Care:
    """What looks after a deployment for years: the health page's port, the backups, and which libraries lack what."""

    health_port: int | None = None
    backups: Path | None = None
    unserved: Sequence[str] = ()


async def run(
    url: str, kind: str, served: Sequence[Served], person: str | None = None, care: Care | None = None
) -> int:
    """Run the desk of each library with its chats until the system says stop.

    Where a person sits at the terminal, it is the first library's, and its end is the end of all. Gives how many of
    its lines the database did not take. Raises ConfigurationError where a chat says no; of several libraries, only
    once no chat of any is left.
    """
    care = care or Care()
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        # Beside a terminal Ctrl-C clears a line; elsewhere it ends the desk.
        stop = stack.enter_context(told_to_stop(signal.SIGTERM, *(() if person else (signal.SIGINT,))))
        stack.enter_context(alone(url))
        store = await logs.LoggingStore.open(url, kind)
        stack.push_async_callback(store.close)
        classifier = Classifier()
        # One at a time, so that all libraries' comments together take one processor, and the desks have the other.
        reader = ThreadPoolExecutor(1, "screening")
        stack.callback(reader.shutdown, wait=False, cancel_futures=True)
        clock = Clock(lambda: dt.datetime.now(dt.UTC), dt.timedelta(seconds=float(await store.mark("clock") or 0)))
        console = _console(served[0].library, clock, person, store if kind == "demo" else None) if person else None
        desks = [_Served(one, store, classifier, reader, clock, console, url, care.backups) for one in served]
        if care.health_port:
            page = health.of_all({desk.folder: desk.health for desk in desks}, care.unserved)
            await stack.enter_async_context(health.serving(page, care.health_port))
        if console:
            console.join(desks[0].desk)
            console.greet(kind, database.named(url))
            stack.enter_context(terminal.above_prompt(live=_live()))
        for one in desks:
            await one.start(alone=database.file_of(url) is not None)
        systemd.tell(systemd.READY)
        keeping = {asyncio.create_task(wire.keep(stop)): one for one in desks for wire in one.wires}
        refused: list[BaseException] = []
        for task in keeping:
            task.add_done_callback(partial(_ended, keeping, refused, stop))
        try:
            ticks = [tick for one in desks for tick in (one.tick, one.look_after_wires)]
            async with ticking(ticks, TICK_SECONDS, GRACE_SECONDS / 2):
                await (_converse(console, stop) if console else stop.wait())
                for one in desks:
                    logs.event("stopping", library=one.id)
                systemd.tell(systemd.STOPPING)
        finally:
            stop.set()
            await end(set(keeping), GRACE_SECONDS / 2)
            await end(asyncio.all_tasks() - before, 0)  # what it was about is looked up at the next start
            for one in desks:
                await one.note_head()
                logs.event("stopped", library=one.id)
        if refused and (len(desks) == 1 or len(refused) == len(keeping)):
            raise refused[0]
        return console.refused_lines if console else 0


def _ended(
    keeping: dict[asyncio.Task[None], _Served],
    refused: list[BaseException],
    stop: asyncio.Event,
    task: asyncio.Task[None],
) -> None:
    """A wire has come to its end: at a stop, or because its platform says no, which ends one library's desk alone."""
    trouble = None if task.cancelled() else task.exception()
    if trouble:
        refused.append(trouble)
        if folder := keeping[task].folder:
            _LOG.error("%s: %s Its other chats and the other libraries go on.", folder, trouble)
    if len(set(keeping.values())) == 1 or len(refused) == len(keeping):
        stop.set()


class _Served:
    """The desk of one library at work, and what is done for it every few seconds."""

    def __init__(
        self,
        served: Served,
        store: Store,
        classifier: Classifier,
        reader: ThreadPoolExecutor,
        clock: Clock,
        console: Console | None,
        url: str,
        backups: Path | None,
    ) -> None:
        self.id = served.library.id
        self.folder = served.folder
        screening = Screening(served.policy, served.library, classifier)

        async def judge(comment: Comment, earlier: Sequence[Earlier]) -> Verdict:
            return await asyncio.get_running_loop().run_in_executor(reader, screening.screen, comment, earlier)

        chats = [*([console] if console else []), *served.chats]
        self.desk = Desk(store, screening, chats, served.names, judge)
        self.wires = [Wire(chat, self.desk, clock.now) for chat in served.chats]
        self.health = Health(url, store, served.library, self.wires, clock.now, heads=served.heads, backups=backups)
        self._store = store
        self._clock = clock
        self._console = console
        self._heads = served.heads
        self._trouble = ""

    async def start(self, *, alone: bool) -> None:
        """Take up where the last desk stopped."""
        await self.desk.start(self._clock.now(), alone=alone)
        await self.note_head()
        logs.event("started", library=self.id, chats=",".join(wire.name for wire in self.wires) or "console")

    async def tick(self) -> None:
        """Time has passed."""
        now = self._clock.now()
        if (late := now - self.health.ticked) > MISSED_TICK:
            logs.event("tick late", library=self.id, seconds=f"{late.total_seconds():.0f}")
        try:
            await self.desk.on_tick(now)
            await self._note(now)
        except database.Unavailable as trouble:
            if str(trouble) != self._trouble:
                if self._console:
                    self._console.say(f"Reminders wait. {trouble}")
                _LOG.error("Reminders wait. %s", trouble)
            self._trouble = str(trouble)
        else:
            if self._trouble:
                logs.event("database back")
            self._trouble = ""
        self.health.ticked = self._clock.now()
        systemd.tell(systemd.ALIVE)

    async def look_after_wires(self) -> None:
        """Time has passed: also while a tick waits for a platform."""
        await asyncio.gather(*(wire.tick() for wire in self.wires))

    async def note_head(self) -> None:
        """Write the record's head down, where it is not there for this day: also of a sitting shorter than a tick."""
        try:
            await self._note(self._clock.now())
        except database.Unavailable as trouble:
            _LOG.error("The record's head is not written down. %s", trouble)

    async def _note(self, now: dt.datetime) -> None:
        if self._heads:
            await self._heads.tick(self._store, now)


def _live() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _console(library: Library, clock: Clock, person: str, demo: Store | None) -> Console:
    shown: Screen = terminal.RichScreen() if _live() else terminal.PlainScreen(sys.stdout)

    async def keep_clock(moved: str) -> None:
        if demo:
            await demo.set_mark("clock", moved)

    speaker = library.member(person) or library.director
    return Console(library, shown, clock, speaker, keep_clock=keep_clock if demo else None)


async def _converse(chat: Console, stop: asyncio.Event) -> None:
    """Hand line after line to the chat until they end, a line ends the desk, or it is told to stop between two."""
    lines: AsyncIterator[str] = terminal.typed_lines(chat.toolbar, chat.commands) if _live() else terminal.piped_lines()
    stopped = asyncio.create_task(stop.wait())
    try:
        while True:
            line = asyncio.ensure_future(anext(lines, None))
            await asyncio.wait({line, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not line.done():
                line.cancel()
                return
            text = line.result()
            if text is None or not await chat.handle(text):
                return
    finally:
        stopped.cancel()


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold a SQLite file for this process alone, so that every send of the desk before it is known to have ended.

    A PostgreSQL database may serve several desks; there a send of another desk ends with its lease.
    """
    file = database.file_of(url)
    if file is None:
        yield
        return
    if not file.parent.is_dir():
        raise database.Unavailable(f"The database {file} can not be opened: its folder is not there. Make it first.")
    try:
        with FileLock(f"{file}.lock", timeout=0):
            yield
    except Timeout:
        raise database.Unavailable(f"Another desk is running on {file}. Close that one first.") from None
    except PermissionError:
        raise database.Unavailable(database.READ_ONLY.format(file)) from None
