"""The real process, killed: `python -m tests.kills 50` ends `commentdesk run` fifty times with SIGKILL.

Each world has a Slack and a Discord of our own on loopback sockets, one SQLite file, and people who forward comments
and press buttons while the desk is killed at moments that a seed draws, and started again. Nobody is told by the test
how the desk fares: people repeat what was not answered. At the end the desk is left in peace, stopped, and its file
is held to the laws, and to how the same world ends where nobody kills.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.discord.cards import signed
from bot import record
from bot.library import Library
from bot.store import Store
from bot.toml import read
from tests.conftest import CONFIG
from tests.discord.conftest import IDS as DISCORD_IDS
from tests.discord.payloads import CHANNEL, STAFF_ROLE, TOKEN
from tests.discord.people import plain
from tests.discord.server import Server
from tests.slack import rules
from tests.slack.conftest import IDS as SLACK_IDS
from tests.slack.server import APP_TOKEN, BOT_TOKEN, STAFF
from tests.slack.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.discord.payloads import Payload

COMMAND = (sys.executable, "-c", "from adapters.cli import main; main()", "run")
PATIENCE = 900.0
"""Seconds that a busy machine may take to start a process and to answer."""
KILLS = 5
"""In one world."""
COMMENTS = (
    "What time do you open on Saturdays?",
    "You people are worthless pigs",
    "Is the copier on the second floor working again?",
    "Where do I return the telescope that I borrowed?",
    "The woman at the front desk is a stupid bitch",
    "Can I renew my card online, or do I have to come in?",
    "Thank you for the puppet show, my twins talk of nothing else!",
    "Whoever runs the children's room is a filthy moron",
    "Do you lend snowshoes this winter?",
    "Your elevator has been broken for a month now.",
    "How do I sign up for the chess evening?",
    "Why is there no parking for bicycles?",
)
Facts = dict[str, tuple[Any, ...]]


class World:
    """Two chats, a folder, and people who work while the desk comes and goes."""

    def __init__(self, seed: int, kills: int, folder: Path) -> None:
        self.fate = random.Random(f"kills {seed}")  # noqa: S311 - the same moments each time
        self.kills = kills
        self.folder = folder
        self.slack = Workspace(lambda: dt.datetime.now(dt.UTC))
        self.discord = Server(dt.datetime.now(dt.UTC))
        self.wrong: list[str] = []
        self.starts: list[float] = []
        """Seconds from each start until both chats had the desk."""

    async def play(self) -> Facts:
        """Play it to the end; how each comment's case stands."""
        self._write_library()
        (self.folder / "log").touch()
        await self.slack.start()
        await self.discord.start()
        for user in SLACK_IDS.values():
            self.slack.users[user] = {"id": user, "name": user.lower(), "real_name": user, "is_bot": False}
        for name, number in DISCORD_IDS.items():
            self.discord.human(number, name, STAFF_ROLE)
        people = [
            asyncio.create_task(self._on_slack(place, words) if place % 2 else self._on_discord(place, words))
            for place, words in enumerate(COMMENTS)
        ]
        try:
            for _ in range(self.kills):
                await self._live_and_be_killed()
            read = (self.folder / "log").stat().st_size
            async with self._process() as process:
                async with asyncio.timeout(PATIENCE):
                    await self._until(lambda: "Discord: listening" in self._log(read) and self.slack.open_links)
                    await asyncio.gather(*people)
                    await self._until(self._at_rest)
                process.send_signal(signal.SIGTERM)
                if await process.wait() != 0:
                    self.wrong.append(f"the desk ended with {process.returncode}")
        except TimeoutError:
            self.wrong.append("it does not come to rest")
        finally:
            for one in people:
                one.cancel()
            await asyncio.wait(people)
            await self.slack.stop()
            await self.discord.stop()
        complaints = [one for one in (*self.slack.complaints, *self.discord.complaints) if "never answered" not in one]
        self.wrong += [one for one in complaints if "acknowledged: False" not in one]
        return await self._hold()

    def _write_library(self) -> None:
        text = (CONFIG / "library.toml").read_text(encoding="utf-8")
        for name, number in DISCORD_IDS.items():
            ids = f'slack = "{SLACK_IDS[name]}"\ndiscord = "{number}"\n'
            text = text.replace(f'name = "{name}"\n', f'name = "{name}"\n{ids}', 1)
        rooms = f'[slack]\nchannel = "{STAFF}"\n[discord]\nchannel = "{CHANNEL}"\n'
        text = text.replace('# [slack]\n# channel = "C0123ABCD"\n', rooms)
        (self.folder / "library.toml").write_text(text, encoding="utf-8")

    # The desk.

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        settings = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_BASE_URL": self.slack.base_url,
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_BASE_URL": self.discord.api,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "DATABASE_URL": f"sqlite:///{self.folder / 'desk.db'}",
            "LIBRARY_FILE": str(self.folder / "library.toml"),
            "POLICY_FILE": str(CONFIG / "policy.toml"),
            "PYTHONPATH": str(CONFIG.parent),
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
        }
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *COMMAND, env=settings, cwd=self.folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
            try:
                yield process
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    async def _live_and_be_killed(self) -> None:
        """One life: it ends while the desk starts, or while it works."""
        began = time.monotonic()
        async with self._process() as process:
            if self.fate.random() < 0.2:
                await asyncio.sleep(self.fate.uniform(0.2, 4))
            else:
                await self._until(lambda: self.slack.open_links or self.discord.gateway.connected)
                self.starts.append(time.monotonic() - began)
                # By what it does, not by the clock: machines differ, and the work between two calls matters most.
                last, quiet_since = self._calls() + self.fate.randrange(1, 30), time.monotonic() + 10
                await self._until(lambda: self._calls() >= last or time.monotonic() > quiet_since)
                await asyncio.sleep(self.fate.choice((0.0, 0.01, 0.1)) * self.fate.random())
            if process.returncode is not None:
                self.wrong.append(f"the desk ended by itself, with {process.returncode}")

    def _log(self, since: int = 0) -> str:
        """What the desk has logged, from a byte on."""
        return (self.folder / "log").read_bytes()[since:].decode()

    def _calls(self) -> int:
        """How often the desk has called its chats."""
        return len(self.slack.calls) + len(self.discord.requests)

    async def _until(self, holds: Callable[[], Any]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError
            await asyncio.sleep(0.02)

    def _at_rest(self) -> bool:
        """Nothing that is due waits any more."""
        with closing(sqlite3.connect(f"file:{self.folder / 'desk.db'}?mode=ro", uri=True)) as look:
            query = "SELECT count(*) FROM notice WHERE state = 'leased' OR redraw_at IS NOT NULL OR try_at <= ?"
            soon = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(minutes=1)
            return not look.execute(query, (soon.isoformat(" "),)).fetchone()[0]

    # The people.

    async def _on_slack(self, place: int, words: str) -> None:
        await asyncio.sleep(self.fate.uniform(0, 4) * place / 2)
        message = self.slack.write(SLACK_IDS["Judy Ferris"], words)
        await self._again(lambda: self._bring(message), lambda: self.slack.desks(thread=message["ts"]))
        if place % 3 != 2:
            await self._again(lambda: self._claim_on_slack(message["ts"]), lambda: self._is_claimed(message["ts"]))

    async def _bring(self, message: dict[str, Any]) -> None:
        await self.slack.tell(message, acked=None, patience=5, retry=1)

    async def _claim_on_slack(self, thread: str) -> None:
        card = self.slack.desks(thread=thread)[0]
        if "desk:claim" in rules.buttons(card):
            await self.slack.press(SLACK_IDS["Judy Ferris"], card, "claim", acked=None, patience=5)

    def _is_claimed(self, thread: str) -> bool:
        card = self.slack.desks(thread=thread)[0]
        return "desk:claim" not in rules.buttons(card)

    async def _on_discord(self, place: int, words: str) -> None:
        # What was said before the desk first listened is none of its business.
        await self._until(lambda: "Discord: listening" in self._log())
        await asyncio.sleep(self.fate.uniform(0, 4) * place / 2)
        judy = self.discord.humans[DISCORD_IDS["Judy Ferris"]]
        self.discord.now = dt.datetime.now(dt.UTC)
        with suppress(OSError):  # the gateway of a desk that was just killed
            await judy.post(words)
        await self._until(lambda: self._card(words))
        if place % 3 != 2:
            await self._again(lambda: self._claim_on_discord(words), lambda: not self._offers(words))

    async def _claim_on_discord(self, words: str) -> None:
        self.discord.now = dt.datetime.now(dt.UTC)
        judy = self.discord.humans[DISCORD_IDS["Judy Ferris"]]
        card = self._card(words)
        assert card
        asked = await judy.press(card, "I'll reply")
        with suppress(TimeoutError):
            await self.discord.until(lambda: asked.done, 5)

    def _offers(self, words: str) -> bool:
        """Does the card of this comment offer to take the reply on?"""
        card = self._card(words) or {}
        return any(item["label"] == "I'll reply" for row in card.get("components", ()) for item in row["components"])

    def _card(self, words: str) -> Payload | None:
        return next((one for one in self.discord.said() if words in plain(one)), None)

    async def _again(self, do: Callable[[], Awaitable[None]], done: Callable[[], Any]) -> None:
        """Do it until it shows; a connection may break under it."""
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise TimeoutError
            with suppress(OSError, AssertionError):
                await do()
            with suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await self._until(done)

    # The laws.

    async def _hold(self) -> Facts:
        library = read(self.folder / "library.toml", Library)
        store = await Store.read(f"sqlite:///{self.folder / 'desk.db'}")
        async with store.look(library.id) as view:
            cases = await view.cases_since(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
            misfit = (await record.verify(view.record(), *await view.record_head()))[1]
            entries = [entry async for entry in view.record()]
        await store.close()
        if misfit:
            self.wrong.append(f"the record does not verify: {misfit}")
        texts = Counter(case.comment.text for case in cases)
        self.wrong += [f"{words!r} made {texts[words]} cases" for words in COMMENTS if texts[words] != 1]
        kinds = Counter((e.kind, e.case) for e in entries if e.kind in {"forward", "verdict", "claim"})
        self.wrong += [f"the record says {what} {n} times" for what, n in kinds.items() if n > 1]
        sent = [(e.case, json.loads(e.payload or "{}").get("notice")) for e in entries if e.kind == "notice sent"]
        said = Counter(sent)
        self.wrong += [f"the record says that {what} was sent {n} times" for what, n in said.items() if n > 1]
        self.wrong += [f"{name} was seen {n} times" for name, n in self._seen().items() if n > 1]
        with sqlite3.connect(self.folder / "desk.db") as look:
            dead = look.execute("SELECT count(*) FROM notice WHERE state = 'dead'").fetchone()[0]
        if dead:
            self.wrong.append(f"{dead} notices are dead")
        log = self._log()
        if "Traceback" in log:
            self.wrong.append(log[log.index("Traceback") :][:2000])
        return {
            case.comment.text: (case.verdict.outcome, case.claimed_by, case.duties, case.wants_reply) for case in cases
        }

    def _seen(self) -> Counter[str]:
        """How often each notice stands somewhere."""
        slack = [
            (message.get("metadata") or {}).get("event_payload", {}).get("id")
            for channel in self.slack.channels.values()
            for message in channel.messages
        ]
        discord = [signed(one["content"]) for channel in self.discord.messages for one in self.discord.said(channel)]
        return Counter([f"slack {one}" for one in slack if one] + [f"discord {one}" for one in discord if one])


def play(seed: int, kills: int) -> tuple[list[str], Facts, list[float]]:
    """A world of this seed: what did not hold, how it ended, and how long the starts took."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(seed, kills, Path(folder))
        ending = asyncio.run(world.play())
        return world.wrong, ending, world.starts


def main() -> int:
    """Kill as often as is asked for; the exit status says whether every law held."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    began = time.monotonic()
    wrong, quiet, starts = play(0, 0)
    worlds = -(-wanted // KILLS)
    for seed in range(worlds):
        found, ending, took = play(seed, KILLS)
        found += [
            f"{words!r} ends as {ending.get(words)}, not {quiet[words]}"
            for words in quiet
            if ending.get(words) != quiet[words]
        ]
        wrong += [f"world {seed}: {one}" for one in found]
        starts += took
        sys.stdout.write("".join(f"world {seed}: {one}\n" for one in found or ["every law holds"]))
        sys.stdout.flush()
    sys.stdout.write(
        f"{worlds * KILLS} kills in {worlds} worlds, {len(wrong)} things that did not hold; "
        f"{time.monotonic() - began:.0f} s; a start took {sum(starts) / max(len(starts), 1):.1f} s\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
