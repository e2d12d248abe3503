"""One sitting at a terminal: the database, the desk and the console chat from start to stop."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
import sys
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from adapters import terminal
from adapters.console import Clock, Console
from adapters.ticker import ticking
from bot import database
from bot.desk import Desk
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from adapters.terminal import Screen
    from bot.library import Library
    from bot.policy import Policy

TICK_SECONDS = 5


async def run(url: str, library: Library, policy: Policy, person: str, kind: str) -> int:
    """Run the console chat until its lines end; gives how many lines the database did not take."""
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(_told_to_stop())
        stack.enter_context(_alone(url))
        store = await Store.open(url, kind)
        stack.push_async_callback(store.close)
        live = sys.stdin.isatty() and sys.stdout.isatty()
        shown: Screen = terminal.RichScreen() if live else terminal.PlainScreen(sys.stdout)
        clock = Clock(lambda: dt.datetime.now(dt.UTC), dt.timedelta(seconds=float(await store.mark("clock") or 0)))
        member = library.member(person) or library.director

        async def keep_clock(moved: str) -> None:
            await store.set_mark("clock", moved)

        chat = Console(library, shown, clock, member, keep_clock=keep_clock if kind == "demo" else None)
        desk = Desk(store, Screening(policy, library, Classifier()), [chat])
        chat.join(desk)
        shown.say(f"{library.name}, {kind} desk. Everything is kept in {database.named(url)}")
        shown.say(f"You speak as {member.name}. Paste a comment, or type /help.")
        if live:
            stack.enter_context(terminal.above_prompt())
        await desk.start(clock.now(), alone=True)
        stack.enter_context(ticking(chat.tick, TICK_SECONDS))
        lines = terminal.typed_lines(chat.toolbar, chat.commands) if live else terminal.piped_lines()
        await _converse(lines, chat, stop)
        return chat.refused_lines


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
def _told_to_stop() -> Iterator[asyncio.Event]:
    """An event that is set when the system asks the process to stop."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    try:
        yield told
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """Hold a SQLite file for this process alone, so that every send of the desk before it is known to have ended."""
    file = database.file_of(url)
    if file is None:
        raise database.Unavailable(
            "This version keeps its data in SQLite. Write DATABASE_URL=sqlite:///desk.db, for example."
        )
    if not file.parent.is_dir():
        raise database.Unavailable(f"The database {file} can not be opened: its folder is not there. Make it first.")
    try:
        with FileLock(f"{file}.lock", timeout=0):
            yield
    except Timeout:
        raise database.Unavailable(f"Another desk is running on {file}. Close that one first.") from None
    except PermissionError:
        raise database.Unavailable(database.READ_ONLY.format(file)) from None
