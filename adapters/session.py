"""A desk from start to stop: the database, every chat that is set up, and a tick."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import signal
import sys
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from adapters import logs, systemd, terminal
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
    from bot.library import Library
    from bot.policy import Policy
    from bot.privacy import Pseudonyms
    from bot.store import Store

TICK_SECONDS = 5
_LOG = logging.getLogger("commentdesk")


@dataclass(frozen=True)
class Care:
    """What looks after a desk for years: where heads are written, the page's port, the backups, authors' pseudonyms."""

    heads: HeadFile | None = None
    health_port: int | None = None
    backups: Path | None = None
    names: Pseudonyms | None = None


async def run(
    url: str,
    library: Library,
    policy: Policy,
    kind: str,
    person: str | None,
    chats: Sequence[Connection] = (),
    care: Care | None = None,
) -> int:
    """Run the chats, and a terminal where a person sits at one, until the terminal's lines end or the system says stop.

    Gives how many of the terminal's lines the database did not take. Raises ConfigurationError where a chat says no.
    """
    care = care or Care()
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        # Beside a terminal Ctrl-C clears a line; elsewhere it ends the desk.
        stop = stack.enter_context(told_to_stop(signal.SIGTERM, *(() if person else (signal.SIGINT,))))
        stack.enter_context(alone(url))
        store = await logs.LoggingStore.open(url, kind)
        stack.push_async_callback(store.close)
        screening = Screening(policy, library, Classifier())
        clock = Clock(lambda: dt.datetime.now(dt.UTC), dt.timedelta(seconds=float(await store.mark("clock") or 0)))
        console = _console(library, clock, person, store if kind == "demo" else None) if person else None
        desk = Desk(store, screening, [*([console] if console else []), *chats], care.names)
        wires = [Wire(chat, desk, clock.now) for chat in chats]
        health = Health(url, store, library, wires, clock.now, heads=care.heads, backups=care.backups)
        if care.health_port:
            await stack.enter_async_context(health.serving(care.health_port))
        if console:
            console.join(desk)
            console.greet(kind, database.named(url))
            stack.enter_context(terminal.above_prompt(live=_live()))
        ticks = _Ticks(desk, store, clock, console, wires, health, care.heads)
        await desk.start(clock.now(), alone=database.file_of(url) is not None)
        await ticks.note_head()
        logs.event("started", library=library.id, chats=",".join(wire.name for wire in wires) or "console")
        systemd.tell(systemd.READY)
        keeping = {asyncio.create_task(wire.keep(stop)) for wire in wires}
        for task in keeping:
            task.add_done_callback(lambda _: stop.set())
        try:
            async with ticking(ticks.tick, TICK_SECONDS, GRACE_SECONDS / 2):
                await (_converse(console, stop) if console else stop.wait())
                logs.event("stopping", library=library.id)
                systemd.tell(systemd.STOPPING)
        finally:
            stop.set()
            await end(keeping, GRACE_SECONDS / 2)
            await end(asyncio.all_tasks() - before, 0)  # what it was about is looked up at the next start
            await ticks.note_head()
            logs.event("stopped", library=library.id)
        for task in keeping:
            if not task.cancelled() and (trouble := task.exception()):
                raise trouble
        return console.refused_lines if console else 0


class _Ticks:
    """What is done every few seconds."""

    def __init__(
        self,
        desk: Desk,
        store: Store,
        clock: Clock,
        console: Console | None,
        wires: Sequence[Wire],
        health: Health,
        heads: HeadFile | None,
    ) -> None:
        self._desk = desk
        self._store = store
        self._clock = clock
        self._console = console
        self._wires = wires
        self._health = health
        self._heads = heads
        self._trouble = ""

    async def tick(self) -> None:
        now = self._clock.now()
        if (late := now - self._health.ticked) > MISSED_TICK:
            logs.event("tick late", seconds=f"{late.total_seconds():.0f}")
        try:
            await self._desk.on_tick(now)
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
        await asyncio.gather(*(wire.tick() for wire in self._wires))
        self._health.ticked = self._clock.now()
        systemd.tell(systemd.ALIVE)

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
