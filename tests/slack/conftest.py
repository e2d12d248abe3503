"""A desk in a workspace of our own: the real Bolt and SDK over real sockets, a fixed clock, no sleeping."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import shutil
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiosqlite
import pytest
from pydantic import SecretStr

from adapters.slack import open_chat
from adapters.slack.wire import Pace
from bot.chat import Comment, Forward, Person, Place
from bot.desk import Desk
from bot.library import Library, Room
from bot.screening import Screening
from bot.screening.model.classifier import Classifier
from bot.store import Store
from config.settings import Settings
from tests.conftest import CONFIG, MONDAY
from tests.slack import rules
from tests.slack.server import APP_TOKEN, BOT_TOKEN, SECRET, STAFF
from tests.slack.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from adapters.slack.wire import SlackChat
    from bot.case import Case
    from bot.policy import Policy
    from tests.slack.server import Json

JUDY, AMIR, RUTH, TOMAS, PIPER, STRANGER = "U0JUDY", "U0AMIR", "U0RUTH", "U0TOMAS", "U0PIPER", "U0NOBODY"
IDS = {
    "Judy Ferris": JUDY,
    "Amir Haddad": AMIR,
    "Ruth Engstrom": RUTH,
    "Tomas Beaulieu": TOMAS,
    "Piper Nowak": PIPER,
    "stranger": STRANGER,
}
QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"
CALM = Pace(ping=5, deaf=60, look=0, grace=0, call=20, retry=0.02)
"""Patient with a machine that is busy; tests of impatience have their own."""
HOUR = dt.timedelta(hours=1)


class Wall:
    """A clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.time = MONDAY

    def __call__(self) -> dt.datetime:
        return self.time


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def with_ids(library: Library, **ids: str) -> Library:
    """The library with everybody's Slack ids, and its channel."""
    known = {**IDS, **ids}
    people = [m.model_copy(update={"slack": known.get(m.name) or None}) for m in library.people]
    return library.model_copy(update={"people": people, "slack": Room(channel=STAFF)})


class Office:
    """The workspace, and the desk in it."""

    def __init__(self, slack: Workspace, screening: Screening, file: Path, clock: Wall, pace: Pace) -> None:
        self.slack = slack
        self.clock = clock
        self.file = file
        self._screening = screening
        self.library = screening.library
        self.pace = pace
        self.port: int | None = None
        self.chat: SlackChat
        self.desk: Desk
        self.store: Store

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Office]:
        """The desk runs while the block does; Socket Mode, or HTTP mode where a port is given."""
        self.store = await Store.open(f"sqlite:///{self.file}", "live")
        settings = Settings(
            slack_bot_token=SecretStr(BOT_TOKEN),
            slack_app_token=None if self.port else SecretStr(APP_TOKEN),
            slack_signing_secret=SecretStr(SECRET) if self.port else None,
            slack_http_port=self.port or 3000,
            slack_api_base_url=self.slack.base_url,
        )
        self.chat = open_chat(settings, self.library, self.clock, self.pace)
        self.desk = Desk(self.store, self._screening, [self.chat])
        self.chat.join(self.desk)
        try:
            await self.desk.start(self.clock(), alone=True)
            async with self.chat.connected():
                yield self
        finally:
            await self.store.close()

    def use(self, library: Library) -> None:
        """Another library file, for the next start."""
        self.library = library
        self._screening = Screening(self._screening.policy, library, Classifier())

    async def break_database(self) -> None:
        """From here on the database takes nothing."""
        await self._sql('ALTER TABLE "case" RENAME TO gone')

    async def mend_database(self) -> None:
        """The database takes things again."""
        await self._sql('ALTER TABLE gone RENAME TO "case"')

    async def _sql(self, statement: str) -> None:
        async with aiosqlite.connect(self.file, timeout=5) as connection:
            await connection.execute(statement)
            await connection.commit()

    async def case(self, serial: int) -> Case:
        """A case as it is stored."""
        async with self.store.look(self.library.id) as view:
            case = await view.case(None, serial)
        assert case is not None, f"there is no case {serial}"
        return case

    async def count(self) -> int:
        """How many cases there are."""
        async with self.store.look(self.library.id) as view:
            return len(await view.cases_since(MONDAY - 1000 * HOUR))

    async def facts(self, kind: str) -> list[Json]:
        """What the record's entries of one kind say."""
        async with self.store.look(self.library.id) as view:
            return [json.loads(entry.payload or "null") async for entry in view.record() if kind == entry.kind]

    async def settled(self) -> None:
        """Everything that is under way has ended."""
        await self.chat.finish()

    async def pass_time(self, length: dt.timedelta) -> None:
        """What is under way ends, the clock moves on, and the desk ticks."""
        await self.settled()
        self.clock.time += length
        await self.desk.on_tick(self.clock())

    def forward(self, text: str, message: str) -> Forward:
        """A forward that did not come by the wire."""
        return Forward(Place("slack", STAFF, message), Person(JUDY, JUDY), Comment(text))

    async def card(self, forward: Json | None = None, *containing: str, channel: str = STAFF) -> Json:
        """The desk's newest message in a thread or channel that holds these words, once it is there."""

        def newest() -> Json | None:
            said = self.slack.desks(channel, forward["ts"] if forward else None)
            return next((m for m in reversed(said) if all(w in rules.words(m) for w in containing)), None)

        found: Json = await self.slack.until(newest, f"a card with {containing}")
        return found

    async def forwarded(self, text: str = QUESTION, user: str = JUDY, **more: Any) -> tuple[Json, Json]:
        """Somebody forwards a comment; their message and the desk's card."""
        message = await self.slack.say(user, text, **more)
        return message, await self.card(message)

    async def told(self, user: str, *containing: str) -> str:
        """What a person was shown, once it holds these words."""

        def found() -> str | None:
            said = [text for to, text in reversed(self.slack.said) if to in {user, self.slack.direct(user).id}]
            return next((text for text in said if all(words in text for words in containing)), None)

        return str(await self.slack.until(found, f"{user} told {containing}"))


@pytest.fixture(scope="session")
def slack_library(library: Library) -> Library:
    return with_ids(library)


@pytest.fixture(scope="session")
def slack_screening(slack_library: Library, policy: Policy, classifier: Classifier) -> Screening:
    return Screening(policy, slack_library, classifier)


@pytest.fixture(scope="session")
def fresh_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is set up, to be copied."""
    file = tmp_path_factory.mktemp("slack") / "desk.db"

    async def set_up() -> None:
        await (await Store.open(f"sqlite:///{file}", "live")).close()

    asyncio.run(set_up())
    return file


@pytest.fixture
def clock() -> Wall:
    return Wall()


@pytest.fixture
async def slack(clock: Wall) -> AsyncIterator[Workspace]:
    """A workspace with its people in it; what Slack would have refused fails the test."""
    one = Workspace(clock)
    for user in IDS.values():
        one.users[user] = {"id": user, "name": user.lower(), "real_name": user, "is_bot": False}
    await one.start()
    yield one
    await one.stop()
    assert one.complaints == []


@pytest.fixture
def office(slack: Workspace, slack_screening: Screening, fresh_file: Path, tmp_path: Path, clock: Wall) -> Office:
    """A desk that is set up and not yet at work."""
    file = tmp_path / "desk.db"
    shutil.copyfile(fresh_file, file)
    return Office(slack, slack_screening, file, clock, CALM)


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Office]:
    """A desk at work in Socket Mode."""
    async with office.at_work():
        yield office


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an operator has: a library file with everybody's Slack ids, and an empty folder for the database."""
    text = (CONFIG / "library.toml").read_text(encoding="utf-8")
    for name, user in IDS.items():
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\nslack = "{user}"\n', 1)
    text = text.replace('# [slack]\n# channel = "C0123ABCD"\n', f'[slack]\nchannel = "{STAFF}"\n')
    (tmp_path / "library.toml").write_text(text, encoding="utf-8")
    return tmp_path
