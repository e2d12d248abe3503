"""A desk that runs for years: chats side by side, a clean stop whatever hangs, and the page that says how it is."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
import socket
import sqlite3
import sys
from typing import TYPE_CHECKING

import aiohttp
import aiosqlite
import pytest

from adapters.checks import read
from adapters.heads import HeadFile
from adapters.health import Health, serving
from adapters.stopping import STOP_SECONDS
from adapters.wires import Wire
from bot.toml import ConfigurationError
from tests.slack.conftest import INSULT, JUDY, QUESTION, Office, free_port
from tests.slack.server import APP_TOKEN, BOT_TOKEN
from tests.slack.test_process import LONG, running

if TYPE_CHECKING:
    from pathlib import Path

STOP = 10.0
"""Seconds in which a desk that is told to stop has stopped."""
SLOW = """
import time
from bot.screening import Screening
Screening.screen = lambda *_: print("judging", flush=True) or time.sleep(600)
from adapters.cli import main
main()
"""
"""The desk, with a judgement that takes ten minutes and holds up everything else."""


def log_of(folder: Path) -> str:
    return (folder / "log").read_text(encoding="utf-8")


async def stopped(process: asyncio.subprocess.Process) -> int:
    """Its exit status, once it was told to stop."""
    process.send_signal(signal.SIGTERM)
    return await asyncio.wait_for(process.wait(), STOP)


async def test_told_to_stop_while_slack_takes_nothing_it_hands_over(office: Office, folder: Path) -> None:
    slack = office.slack
    async with running(office, folder) as process:
        await slack.until(lambda: "Slack: listening" in log_of(folder), "a connection", LONG)
        slack.fail("chat.postMessage", held=asyncio.Event(), taken=True)
        said = await slack.say(JUDY, QUESTION)
        await slack.until(lambda: slack.count("chat.postMessage"), "a send", LONG)
        assert await stopped(process) == 0
    assert "stopped library=alder-creek" in log_of(folder)
    assert not (folder / "desk.db-wal").exists(), "the database was closed"
    async with running(office, folder) as process:
        await slack.until(lambda: slack.count("conversations.replies"), "a look for it", LONG)
        assert await stopped(process) == 0
    assert len(slack.desks(thread=said["ts"])) == 1
    assert "Traceback" not in log_of(folder)


async def test_told_to_stop_while_slack_answers_no_greeting_it_stops(office: Office, folder: Path) -> None:
    office.slack.fail("auth.test", held=asyncio.Event())
    async with running(office, folder) as process:
        await office.slack.until(lambda: office.slack.count("auth.test"), "a greeting", LONG)
        assert await stopped(process) == 0
    assert "Traceback" not in log_of(folder)


async def test_told_to_stop_while_a_judgement_takes_minutes_it_stops(office: Office, folder: Path) -> None:
    slack = office.slack
    async with running(office, folder, sys.executable, "-c", SLOW, "run") as process:
        await slack.until(lambda: "Slack: listening" in log_of(folder), "a connection", LONG)
        said = slack.write(JUDY, QUESTION)
        telling = asyncio.ensure_future(slack.tell(said))
        await slack.until(lambda: "judging" in log_of(folder), "a judgement", LONG)
        telling.cancel()  # it will never be acknowledged
        assert await stopped(process) == 1, "it had to break off"
    async with running(office, folder) as process:
        await slack.until(lambda: slack.desks(thread=said["ts"]), "an answer to what was never acknowledged", LONG)
        assert await stopped(process) == 0
    assert len(slack.desks(thread=said["ts"])) == 1


async def test_told_twice_it_ends_at_once(office: Office, folder: Path) -> None:
    slack = office.slack
    async with running(office, folder) as process:
        await slack.until(lambda: "Slack: listening" in log_of(folder), "a connection", LONG)
        slack.fail("chat.postMessage", held=asyncio.Event())
        await slack.say(JUDY, QUESTION)
        await slack.until(lambda: slack.count("chat.postMessage"), "a send", LONG)
        process.send_signal(signal.SIGTERM)
        await slack.until(lambda: "stopping" in log_of(folder), "a hearing", LONG)
        assert await stopped(process) == 1
    assert "stopped" not in log_of(folder)


async def test_a_chat_that_is_down_at_start_holds_up_nobody(office: Office, folder: Path) -> None:
    slack = office.slack
    slack.down = True
    who = {"CONSOLE_PERSON": "Judy Ferris"}
    async with running(office, folder, stdin=asyncio.subprocess.PIPE, **who) as process:
        assert process.stdin
        process.stdin.write(f"{INSULT}\n".encode())
        await slack.until(lambda: "REMOVE: 2 Abuse" in log_of(folder), "an answer at the terminal", LONG)
        assert process.returncode is None
        slack.down = False
        await slack.until(lambda: slack.open_links, "a connection", LONG)
        said = await slack.say(JUDY, QUESTION)
        await slack.until(lambda: slack.desks(thread=said["ts"]), "an answer", LONG)
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), STOP) == 0
    assert "goes on trying" in log_of(folder)


async def test_a_chat_that_says_no_ends_the_desk_with_its_sentence(office: Office, folder: Path) -> None:
    async with running(office, folder, SLACK_BOT_TOKEN="xoxb-nobodys") as process:  # noqa: S106 - made up
        assert await asyncio.wait_for(process.wait(), LONG) == 1
    assert log_of(folder).splitlines()[-1] == ("SLACK_BOT_TOKEN: Slack says invalid_auth. Copy the bot token anew.")
    assert "Traceback" not in log_of(folder)


async def test_what_is_due_in_a_chat_that_is_not_there_waits_uncounted(office: Office) -> None:
    async with office.at_work():
        office.desk.miss("slack")
        said = await office.slack.say(JUDY, QUESTION)
        for _ in range(20):
            office.clock.time += dt.timedelta(minutes=10)
            await office.desk.on_tick(office.clock())
        assert not office.slack.desks(thread=said["ts"])
        with sqlite3.connect(office.file) as database:
            assert database.execute("SELECT max(attempts), count(*) FROM notice").fetchone()[0] == 0
        office.desk.meet("slack")
        await office.desk.on_tick(office.clock())
        assert len(office.slack.desks(thread=said["ts"])) >= 1


async def test_the_log_says_what_happened_and_nothing_of_what_was_written(office: Office, folder: Path) -> None:
    slack = office.slack
    async with running(office, folder) as process:
        await slack.until(lambda: "Slack: listening" in log_of(folder), "a connection", LONG)
        said = await slack.say(JUDY, INSULT)
        await slack.until(lambda: slack.desks(thread=said["ts"]), "an answer", LONG)
        await slack.until(lambda: "notice sent" in log_of(folder), "its line", LONG)
        assert await stopped(process) == 0
    case = f"library=alder-creek case={dt.datetime.now(dt.UTC).year}-0001"
    lines = [line.partition(" INFO ")[2] for line in log_of(folder).splitlines()]
    for line in (
        "started library=alder-creek chats=slack",
        "chat connected chat=slack",
        f"forward {case}",
        f"verdict {case}",
        f"notice sent {case} notice=1",
        "chat lost chat=slack",
        "stopped library=alder-creek",
    ):
        assert line in lines
    for words in ("worthless", "Judy", "Ruth", JUDY, BOT_TOKEN, APP_TOKEN):
        assert words not in log_of(folder)


async def page(port: int) -> tuple[int, str]:
    """What the health page answers, and says."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
        return answer.status, await answer.text()


async def test_the_running_desk_says_how_it_is_to_this_machine_alone(office: Office, folder: Path) -> None:
    port = free_port()
    async with running(office, folder, HEALTH_PORT=str(port), BACKUP_FOLDER=str(folder)) as process:
        await office.slack.until(lambda: "chat connected" in log_of(folder), "a connection", LONG)
        status, said = await page(port)
        assert (status, [check.said for check in read(said) if not check.ok]) == (
            503,
            [f"There is no backup in {folder}. `commentdesk backup` makes one."],
        )
        for words in (
            "Slack: connected since",
            "looked at what is due",
            "GB left",
            "Every notice that was due is out.",
        ):
            assert words in said
        with socket.socket() as elsewhere:
            elsewhere.bind(("127.0.0.2", port))  # free: the page stands on no other address
        assert await stopped(process) == 0


async def test_the_page_names_each_trouble_in_words(office: Office, tmp_path: Path) -> None:
    port = free_port()
    heads = tmp_path / "heads.txt"
    async with office.at_work():
        wire = Wire(office.chat, office.desk, office.clock)
        office.desk.meet("slack")
        file = HeadFile(heads, office.library)
        url = f"sqlite:///{office.file}"
        health = Health(url, office.store, office.library, [wire], office.clock, heads=file)
        async with serving(health.checks, port):
            assert (await page(port))[0] == 200, (await page(port))[1]
            said = await office.slack.say(JUDY, f"{INSULT} Call 608-555-0142.")
            await office.slack.until(lambda: office.slack.desks(thread=said["ts"]), "an answer")
            await file.tick(office.store, office.clock())
            assert "The record holds the head that was written down on 2026-11-16" in (await page(port))[1]

            office.clock.time += dt.timedelta(minutes=7)
            async with aiosqlite.connect(office.file) as database:
                await database.execute("UPDATE notice SET state = 'queued', try_at = '2026-11-16 17:00:00.000000'")
                await database.execute(
                    "UPDATE notice SET state = 'dead', trouble = ? WHERE case_id IS NOT NULL", (INSULT,)
                )
                await database.commit()
            line = heads.read_text(encoding="ascii")
            heads.write_text(line[:-3] + ("00" if line[-3:-1] != "00" else "11") + "\n", encoding="ascii")
            status, shown = await page(port)
        troubles = [check.said for check in read(shown) if not check.ok]
    assert status == 503
    assert len(troubles) == 5, troubles
    assert any(one.startswith("Slack: not connected since 17:00 UTC") for one in troubles)
    assert any(one.startswith("Notice 2026-0001·1 was given up") for one in troubles)
    assert any(one.startswith("Notices wait to go out since 17:00 UTC") for one in troubles)
    assert any(
        one.startswith("The record is not the one whose head was written down on 2026-11-16") for one in troubles
    )
    assert any(one.startswith("The desk last looked at what is due at 17:00 UTC") for one in troubles)
    for words in ("worthless", "608", "Judy", "Ruth", BOT_TOKEN, str(office.slack.port)):
        assert words not in shown


async def test_a_health_port_that_is_taken_is_named(office: Office) -> None:
    async with office.at_work():
        health = Health(f"sqlite:///{office.file}", office.store, office.library, [], office.clock)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(ConfigurationError, match="HEALTH_PORT"):
                async with serving(health.checks, taken.getsockname()[1]):
                    pass


def test_the_last_resort_comes_before_the_kill() -> None:
    assert STOP_SECONDS < STOP
