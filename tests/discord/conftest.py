"""A desk in a Discord of our own: the real adapter and discord.py, the real desk and SQLite, over loopback sockets."""

from __future__ import annotations

import datetime as dt
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from adapters.discord.client import Client
from adapters.discord.wire import DiscordChat
from bot import record
from bot.desk import Desk
from bot.library import DiscordRoom, Library
from bot.screening import Screening
from bot.store import Store
from config.settings import Settings
from tests.conftest import MONDAY
from tests.discord.payloads import CHANNEL, STAFF_ROLE, TOKEN, Payload
from tests.discord.people import plain
from tests.discord.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.case import Case
    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier
    from tests.discord.people import Human

IDS = {"Ruth Engstrom": "11", "Tomas Beaulieu": "12", "Judy Ferris": "13", "Amir Haddad": "14", "Piper Nowak": "15"}
STRANGER = "19"


def with_discord(library: Library, role: str | None = None) -> Library:
    """The sample library, its people with accounts and its channel known."""
    people = [member.model_copy(update={"discord": IDS[member.name]}) for member in library.people]
    return library.model_copy(update={"people": people, "discord": DiscordRoom(channel=CHANNEL, role=role)})


def settings_for(server: Server, token: str = TOKEN) -> Settings:
    """What an operator would set."""
    return Settings.model_validate(
        {
            "discord_token": token,
            "discord_api_base_url": server.api,
            "discord_gateway_url": server.gateway_url,
        }
    )


@pytest.fixture(scope="session")
def screening(library: Library, policy: Policy, classifier: Classifier) -> Screening:
    """The whole screening, of a library that is on Discord."""
    return Screening(policy, with_discord(library), classifier)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A Discord with the library's people; at the end, nothing may have been done that a good bot does not do."""
    one = Server(MONDAY)
    await one.start()
    for name, number in IDS.items():
        one.human(number, name, STAFF_ROLE)
    one.human(STRANGER, "Somebody Else")
    yield one
    await one.stop()
    assert one.complaints == []


@dataclass
class Office:
    """The desk at work in a Discord. Time passes only when a test says so."""

    server: Server
    desk: Desk
    store: Store
    library: Library
    chat: DiscordChat
    database: Path

    def person(self, name: str) -> Human:
        """Somebody of the library, by the first name."""
        return next(human for human in self.server.humans.values() if human.name.startswith(name))

    @property
    def judy(self) -> Human:
        """Staff."""
        return self.person("Judy")

    @property
    def ruth(self) -> Human:
        """The director."""
        return self.person("Ruth")

    async def card(self, number: int = 1) -> Payload:
        """The card of a case in the channel, once it is there, with its thread."""
        return await self._first(
            lambda: [m for m in self.server.said() if "thread" in m and f"-{number:04}" in plain(m)]
        )

    async def said_in(self, channel: str, words: str) -> Payload:
        """The desk's message with these words, once it is there."""
        return await self._first(lambda: [m for m in self.server.said(channel) if words in plain(m)])

    async def _first(self, found: Callable[[], list[Payload]]) -> Payload:
        await self.server.until(found)
        await self.settled()
        return found()[0]

    async def settled(self) -> None:
        """Everything that is under way has ended."""
        assert isinstance(self.chat.client, Client)
        await self.chat.client.answers.finish()

    async def pass_time(self, **much: float) -> None:
        """Time passes, and the desk ticks."""
        self.server.now += dt.timedelta(**much)
        await self.desk.on_tick(self.server.now)

    async def case(self, serial: int = 1) -> Case | None:
        """A case as it is stored."""
        async with self.store.look(self.library.id) as view:
            return await view.case(None, serial)

    async def record_problem(self) -> str | None:
        """What `record verify` would say."""
        async with self.store.look(self.library.id) as view:
            return (await record.verify(view.record(), *await view.record_head()))[1]


@asynccontextmanager
async def office_at(file: Path, screening: Screening, server: Server, **options: Any) -> AsyncIterator[Office]:
    """A desk that is started, connected and listening."""
    store = await Store.open(f"sqlite:///{file}", "live")
    options = {"pause": 0.02, "guild_ready_timeout": 0.02, **options}
    chat = DiscordChat(settings_for(server), screening.library, int(CHANNEL), lambda: server.now, **options)
    desk = Desk(store, screening, [chat])
    chat.join(desk)
    try:
        await desk.start(server.now, alone=True)
        async with chat.connected():
            yield Office(server, desk, store, screening.library, chat, file)
    finally:
        await store.close()


@pytest.fixture
async def office(tmp_path: Path, screening: Screening, server: Server) -> AsyncIterator[Office]:
    """A fresh desk on a Monday at 11 am."""
    async with office_at(tmp_path / "desk.db", screening, server) as one:
        yield one
        assert await one.record_problem() is None
