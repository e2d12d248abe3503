"""One process serves two libraries, each in its own workspace; a third, whose token Slack refuses, holds up neither."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

from tests.conftest import CONFIG
from tests.slack.conftest import IDS, INSULT, JUDY, QUESTION, Office
from tests.slack.test_process import LONG, running
from tests.slack.test_running import log_of, stopped
from tests.slack.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def settle(place: Path, folder: Path, name: str, slack: Workspace, bot: str | None = None) -> None:
    """A library's folder for this workspace."""
    own = place / name
    own.mkdir(parents=True)
    text = (folder / "library.toml").read_text(encoding="utf-8").replace('"alder-creek"', f'"{name}"')
    (own / "library.toml").write_text(text, encoding="utf-8")
    (own / "policy.toml").write_bytes((CONFIG / "policy.toml").read_bytes())
    tokens = f"SLACK_BOT_TOKEN={bot or slack.bot_token}\nSLACK_APP_TOKEN={bot or slack.app_token}\n"
    (own / ".env").write_text(f"{tokens}SLACK_API_BASE_URL={slack.base_url}\n", encoding="utf-8")


async def test_each_library_is_heard_and_answered_in_its_own_workspace(office: Office, folder: Path) -> None:
    birch, cedar = office.slack, Workspace(office.clock)
    cedar.bot_token, cedar.app_token = "xoxb-2-desk", "xapp-2-desk"
    cedar.users |= {user: {"id": user, "name": user.lower(), "is_bot": False} for user in IDS.values()}
    await cedar.start()
    place = folder / "libraries"
    settle(place, folder, "birch", birch)
    settle(place, folder, "cedar", cedar)
    settle(place, folder, "oak", birch, "xoxb-nobodys")
    many: dict[str, str] = {
        "LIBRARIES_DIR": str(place),
        "SLACK_BOT_TOKEN": "",
        "SLACK_APP_TOKEN": "",
        "LIBRARY_FILE": "",
    }
    async with running(office, folder, stdin=None, **many) as process:
        await birch.until(lambda: log_of(folder).count("Slack: listening") == 2, "two connections", LONG)
        await birch.until(lambda: "oak: SLACK_BOT_TOKEN" in log_of(folder), "a word about the third", LONG)
        asked, hurt = await birch.say(JUDY, QUESTION), await cedar.say(JUDY, INSULT)
        await birch.until(lambda: birch.desks(thread=asked["ts"]), "an answer", LONG)
        await cedar.until(lambda: cedar.desks(thread=hurt["ts"]), "an answer", LONG)
        assert process.returncode is None
        assert await stopped(process) == 0
    assert not any(QUESTION in words for _, words in cedar.said)
    assert not any(INSULT in words for _, words in birch.said)
    assert any(INSULT in words for _, words in cedar.said)
    with sqlite3.connect(folder / "desk.db") as database:
        cases = database.execute('SELECT library, serial, text FROM "case" ORDER BY library').fetchall()
    assert cases == [("birch", 1, QUESTION), ("cedar", 1, INSULT)]
    assert "Traceback" not in log_of(folder)
    await asyncio.wait_for(cedar.stop(), LONG)
    assert cedar.complaints == []
