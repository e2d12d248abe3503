"""The real entry point, `commentdesk run`, as a process of its own against the workspace; it is stopped and killed."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.conftest import CONFIG
from tests.slack.conftest import INSULT, JUDY, QUESTION, Office
from tests.slack.server import APP_TOKEN, BOT_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

COMMAND = [sys.executable, "-c", "from adapters.cli import main; main()", "run"]
LONG = 60.0
"""Seconds that a process may take to start on a busy machine."""


@asynccontextmanager
async def running(
    office: Office, folder: Path, *command: str, stdin: int | None = None, **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The desk as a process, with more settings; it is killed where the test has not ended it."""
    office.clock.time = dt.datetime.now(dt.UTC)
    settings = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_BASE_URL": office.slack.base_url,
        "DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
        "LIBRARY_FILE": str(folder / "library.toml"),
        "POLICY_FILE": str(CONFIG / "policy.toml"),
        "PYTHONPATH": str(CONFIG.parent),
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        **more,
    }
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(command or COMMAND), env=settings, cwd=folder, stdin=stdin, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_killed_in_the_middle_nothing_is_lost_or_doubled(office: Office, folder: Path) -> None:
    slack = office.slack
    (folder / "desk.db").unlink(missing_ok=True)
    async with running(office, folder) as process:
        await slack.until(lambda: slack.open_links, "a connection", LONG)
        first = await slack.say(JUDY, "Do you have a seed library?")
        await slack.until(lambda: slack.desks(thread=first["ts"]), "an answer", LONG)
        slack.fail("chat.postMessage", held=asyncio.Event(), taken=True)
        second = await slack.say(JUDY, QUESTION)
        await slack.until(lambda: slack.desks(thread=second["ts"]), "an answer that the desk does not hear of", LONG)
        process.kill()
        await process.wait()
    missed = slack.write(JUDY, INSULT)
    async with running(office, folder) as process:
        await slack.until(lambda: slack.desks(thread=missed["ts"]), "an answer to what nobody heard", LONG)
        await slack.tell(second, retry=1)
        third = await slack.say(JUDY, "Is the meeting room free on Friday?")
        await slack.until(lambda: slack.desks(thread=third["ts"]), "an answer", LONG)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert [len(slack.desks(thread=m["ts"])) for m in (first, second, missed, third)] == [1, 1, 1, 1]
    assert slack.count("conversations.replies") == 1, "the doubtful one was looked up"
    await slack.until(lambda: not slack.open_links, "no connection")
    log = (folder / "log").read_text(encoding="utf-8")
    assert "Slack: listening in C0STAFF (Socket Mode)." in log
    for words in ("Traceback", "worthless", "Saturdays", "seed library", BOT_TOKEN, APP_TOKEN):
        assert words not in log


async def test_told_to_stop_while_slack_is_down_it_stops(office: Office, folder: Path) -> None:
    office.slack.down = True
    (folder / "desk.db").unlink(missing_ok=True)
    async with running(office, folder) as process:
        await office.slack.until(lambda: "goes on trying" in (folder / "log").read_text(encoding="utf-8"), "", LONG)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert "Traceback" not in (folder / "log").read_text(encoding="utf-8")
