"""The wires of a simulated desk: a SQLite connection without its thread, and two chats that keep what they took.

A life is one process of the desk. Each call over a wire belongs to a life, and each is a place where that life may
end: its connections are then closed without a commit, and whatever of it still runs is refused by every wire. So no
clean-up of a stopped desk has any effect, as after SIGKILL.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import aiosqlite
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.discord.cards import show
from adapters.slack import blocks
from bot import database
from bot.chat import Media, Undelivered
from tests.simulation.faults import Stopped

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from alembic.config import Config
    from sqlalchemy import URL, Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.chat import Card, Notice
    from tests.simulation.faults import Faults

PICTURE = Media("image/png", b"\x89PNG\r\n\x1a\n and so on")


class Life:
    """One process of the desk, from its start until it is stopped."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.ended = False
        self._open: list[sqlite3.Connection] = []
        faults.begin_life()

    def opened(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """This life holds a connection."""
        self._open.append(connection)
        return connection

    def end(self) -> None:
        """Stop at once; what is not committed is not there."""
        self.ended = True
        for connection in self._open:
            connection.close()

    def step(self, where: str, *, chat: bool = False) -> None:
        """A call over a wire, a chat's or the database's, begins or ends. Raises Stopped."""
        if not self.ended and self.faults.stops(chat=chat):
            self.faults.done(f"stopped {where}")
            self.end()
        if self.ended:
            raise Stopped

    async def wait(self, where: str) -> None:
        """A call over a chat's wire, which takes its time. Raises Stopped."""
        self.step(where, chat=True)
        for _ in range(self.faults.hops() + 1):
            await asyncio.sleep(0)
        if self.ended:
            raise Stopped


class Line:
    """Where `aiosqlite` puts calls for its thread: here they are done in their order, at once."""

    def __init__(self, life: Life) -> None:
        self._life = life

    def put_nowait(self, call: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        """Do it, and let who waits for it go on a little later. Raises Stopped."""
        future, function = call
        result, trouble = None, None
        try:
            result = self._do(function)
        except Exception as error:  # noqa: BLE001 - as aiosqlite's thread does
            trouble = error
        if future is not None:
            _settle(future, result, trouble, self._life.faults.hops())

    def _do(self, function: Callable[[], Any]) -> Any:
        name = function.func.__name__ if isinstance(function, partial) else ""
        if name not in {"execute", "executemany", "commit"}:
            if self._life.ended and name not in {"close", "rollback", ""}:
                raise Stopped
            return function() if not self._life.ended else None
        words = "COMMIT" if name == "commit" else str(function.args[0]) if isinstance(function, partial) else ""
        self._life.step("before a commit" if words == "COMMIT" else "before a statement")
        self._life.faults.before_statement(words)
        result = function()
        if words == "COMMIT":
            self._life.step("after a commit")
            self._life.faults.after_commit()
        return result


def _settle(future: asyncio.Future[Any], result: Any, trouble: Exception | None, hops: int) -> None:
    if hops:
        future.get_loop().call_soon(_settle, future, result, trouble, hops - 1)
    elif future.done():
        return
    elif trouble:
        future.set_exception(trouble)
    else:
        future.set_result(result)


class Connection(aiosqlite.Connection):
    """A connection to SQLite that belongs to a life and has no thread."""

    def __init__(self, life: Life, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(lambda: life.opened(connector()), 64)
        self._tx = Line(life)  # type: ignore[assignment]

    def __await__(self) -> Any:
        return self._connect().__await__()

    def __del__(self) -> None:
        """A life that was stopped closes nothing."""


@contextmanager
def connected(lives: Callable[[], Life]) -> Iterator[None]:
    """While the block runs, connections to SQLite belong to the life of the moment."""

    def connect(database: str, **options: Any) -> Connection:
        life = lives()
        life.step("before the database is opened")
        return Connection(life, partial(sqlite3.connect, database, **options))

    # What a process works out once (its migrations, its statements as text) is here the same in every life.
    with (
        patch.object(aiosqlite, "connect", connect),
        patch.object(ScriptDirectory, "from_config", _migrations),
        patch.object(database, "create_async_engine", _engine),
    ):
        yield


def _engine(url: URL, **options: Any) -> AsyncEngine:
    engine = create_async_engine(url, **options)
    first, sync = _first_engine(), engine.sync_engine
    sync.dialect, sync._compiled_cache = first.dialect, first._compiled_cache  # noqa: SLF001 - there is no other way
    return engine


@cache
def _first_engine() -> Engine:
    return create_async_engine("sqlite+aiosqlite:///:memory:").sync_engine


@cache
def _read_migrations(folder: str) -> ScriptDirectory:
    return ScriptDirectory(folder)


def _migrations(config: Config) -> ScriptDirectory:
    return _read_migrations(config.get_main_option("script_location") or "")


@dataclass
class Taken:
    """A message that a platform took: when, which notice, and what the message shows now."""

    at: dt.datetime
    notice: Notice
    message: str
    card: Card
    to: str | None
    fresh: Card | None = None
    """What it would show, were it drawn at the end."""
    left: bool = False
    """The desk was told that it can not be drawn anew."""


class Platform:
    """A chat as its people see it. It outlives every desk."""

    def __init__(self, name: str, faults: Faults, now: Callable[[], dt.datetime]) -> None:
        self.name = name
        self.faults = faults
        self.taken: list[Taken] = []
        self.unfindable: set[str] = set()
        """Notices for which the desk looked where no way led."""
        self._now = now

    def take(self, notice: Notice) -> str:
        """Show a notice."""
        render(self.name, notice)
        message = f"C0STAFF:{len(self.taken) + 1}"
        self.taken.append(Taken(self._now(), notice, message, notice.card, notice.to))
        self.faults.tell(f"{self.name} shows {notice.id}{' directly' if notice.direct else ''}: {notice.card.title}")
        return message

    def find(self, notice: Notice) -> str | None:
        """The message of a notice, among those that went the same way."""
        same = [one for one in self.taken if (one.notice.id, one.notice.direct) == (notice.id, notice.direct)]
        return same[0].message if same else None

    def draw(self, message: str, notice: Notice) -> None:
        """Show a card in place of what the message showed."""
        render(self.name, notice)
        shown = self.called(message)
        shown.card, shown.to = notice.card, notice.to

    def called(self, message: str) -> Taken:
        """What stands under this id."""
        return next(one for one in self.taken if one.message == message)


class Wire:
    """A chat as one life of the desk reaches it."""

    direct = True

    def __init__(self, platform: Platform, life: Life) -> None:
        self.name = platform.name
        self._platform = platform
        self._life = life

    async def send(self, notice: Notice) -> str:
        """Show the notice. Raises Undelivered."""
        await self._life.wait("before a send")
        trouble, taken = self._life.faults.call("send", direct=notice.direct)
        message = self._platform.take(notice) if taken else ""
        await self._life.wait("after a send")
        if trouble:
            raise trouble
        return message

    async def find(self, notice: Notice) -> str | None:
        """Look for a notice. Raises Undelivered."""
        await self._life.wait("before a look-up")
        trouble, _ = self._life.faults.call("find", direct=notice.direct)
        if trouble:
            if trouble.closed:
                self._platform.unfindable.add(notice.id)
            raise trouble
        self._life.faults.counts["(a doubtful notice was looked up)"] += 1
        return self._platform.find(notice)

    async def redraw(self, notice: Notice, message: str) -> None:
        """Draw a card anew. Raises Undelivered."""
        await self._life.wait("before a card is drawn anew")
        if all(one.message != message for one in self._platform.taken):
            raise Undelivered("there is no such message", closed=True)
        trouble, taken = self._life.faults.call("redraw", direct=notice.direct)
        if taken:
            self._platform.draw(message, notice)
        await self._life.wait("after a card was drawn anew")
        if trouble:
            self._platform.called(message).left |= trouble.closed
            raise trouble

    async def fetch(self, source: str) -> Media:
        """What an attachment holds. Raises Undelivered."""
        await self._life.wait("before a picture is fetched")
        trouble, _ = self._life.faults.call("fetch", direct=False)
        if trouble:
            raise Undelivered(trouble.reason, trouble.retry_after)
        assert source
        return PICTURE


def render(chat: str, notice: Notice) -> None:
    """Make the real card of it, as that chat's adapter does."""
    if chat == "slack":
        blocks.message(notice.card, notice.id, notice.to)
    else:
        show(notice.card, notice.id).to_send()
