"""A desk from start to stop: the database, every chat that is set up, and a tick."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import signal
import sys
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from filelock import FileLock, Timeout

from adapters import terminal
from adapters.console import Clock, Console
from adapters.ticker import ticking
from bot import database
from bot.chat import Chat
from bot.desk import Desk
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from adapters.heads import HeadFile
    from adapters.terminal import Screen
    from bot.library import Library
    from bot.policy import Policy
    from bot.privacy import Pseudonyms

TICK_SECONDS = 5
_LOG = logging.getLogger("commentdesk")


class Connection(Chat, Protocol):
    """A chat with a wire to its platform."""

    def join(self, desk: Desk) -> None:
        """The desk that this chat talks to."""

    def connected(self) -> AbstractAsyncContextManager[None]:
        """Connected and listening while the block runs. Raises ConfigurationError where the platform says no."""

    async def tick(self) -> None:
        """Time has passed: look after the wire."""


async def run(
    url: str,
    library: Library,
    policy: Policy,
    kind: str,
    person: str | None,
    chats: Sequence[Connection] = (),
    *,
    heads: HeadFile | None = None,
    names: Pseudonyms | None = None,
) -> int:
    """Run the chats, and a terminal where a person sits at one, until the terminal's lines end or the system says stop.

    Gives how many of the terminal's lines the database did not take.
    """
    async with AsyncExitStack() as stack:
        # Beside a terminal Ctrl-C clears a line; elsewhere it ends the desk.
        stop = stack.enter_context(_told_to_stop(signal.SIGTERM, *(() if person else (signal.SIGINT,))))
        stack.enter_context(alone(url))
        store = await Store.open(url, kind)
        stack.push_async_callback(store.close)
        screening = Screening(policy, library, Classifier())
        clock = Clock(lambda: dt.datetime.now(dt.UTC), dt.timedelta(seconds=float(await store.mark("clock") or 0)))
        console = _console(library, clock, person, store if kind == "demo" else None) if person else None
        everyone: list[Console | Connection] = [*([console] if console else []), *chats]
        desk = Desk(store, screening, everyone, names)
        for chat in everyone:
            chat.join(desk)
        if console:
            console.greet(kind, database.named(url))
            stack.enter_context(terminal.above_prompt(live=_live()))
        for wired in chats:
            if not await _unless(stop, stack.enter_async_context(wired.connected())):
                return 0
        # Once every chat is there: what a chat could not take would be put off.
        await desk.start(clock.now(), alone=database.file_of(url) is not None)
        noting = partial(heads.tick, store) if heads else None
        stack.enter_context(ticking(_ticks(desk, clock, console, chats, noting), TICK_SECONDS))
        if console is None:
            await stop.wait()
            return 0
        lines = terminal.typed_lines(console.toolbar, console.commands) if _live() else terminal.piped_lines()
        await _converse(lines, console, stop)
        return console.refused_lines


def _live() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _console(library: Library, clock: Clock, person: str, demo: Store | None) -> Console:
    shown: Screen = terminal.RichScreen() if _live() else terminal.PlainScreen(sys.stdout)

    async def keep_clock(moved: str) -> None:
        if demo:
            await demo.set_mark("clock", moved)

    speaker = library.member(person) or library.director
    return Console(library, shown, clock, speaker, keep_clock=keep_clock if demo else None)


def _ticks(
    desk: Desk,
    clock: Clock,
    console: Console | None,
    chats: Sequence[Connection],
    noting: Callable[[dt.datetime], Awaitable[None]] | None,
) -> Callable[[], Awaitable[None]]:
    async def tick() -> None:
        try:
            await desk.on_tick(clock.now())
            if noting:
                await noting(clock.now())
        except database.Unavailable as trouble:
            if console:
                console.say(f"Reminders wait. {trouble}")
            _LOG.error("Reminders wait. %s", trouble)
        await asyncio.gather(*(chat.tick() for chat in chats))

    return tick


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do this work, unless the system says stop before it is done; was it done?"""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return True
        working.cancel()
        await asyncio.wait({working})
        return False
    finally:
        stopped.cancel()


async def _converse(lines: AsyncIterator[str], chat: Console, stop: asyncio.Event) -> None:
    """Hand line after line to the chat until they end, a line ends the desk, or it is told to stop between two."""
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
def _told_to_stop(*signals: signal.Signals) -> Iterator[asyncio.Event]:
    """An event that is set when the system asks the process to stop."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in signals:
        loop.add_signal_handler(one, told.set)
    try:
        yield told
    finally:
        for one in signals:
            loop.remove_signal_handler(one)


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
