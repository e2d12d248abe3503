"""The real command in its own process, against the Discord of our own."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.conftest import CONFIG
from tests.discord.conftest import IDS
from tests.discord.payloads import CHANNEL, TOKEN
from tests.discord.people import plain
from tests.test_cli import Shell
from tests.test_running import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.discord.server import Server

QUESTION = "What time do you open on Saturdays?"
COMMAND = (sys.executable, "-c", "from adapters.cli import main; main()")


@pytest.fixture
def shell(tmp_path: Path, server: Server) -> Shell:
    """A folder with the configuration of a library that is on Discord."""
    text = (CONFIG / "library.toml").read_text(encoding="utf-8")
    for name, number in IDS.items():
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\ndiscord = "{number}"\n', 1)
    (tmp_path / "library.toml").write_text(f'{text}\n[discord]\nchannel = "{CHANNEL}"\n', encoding="utf-8")
    one = Shell(tmp_path)
    one.environment |= {
        "LIBRARY_FILE": "library.toml",
        "POLICY_FILE": str(CONFIG / "policy.toml"),
        "DATABASE_URL": "sqlite:///desk.db",
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_BASE_URL": server.api,
        "DISCORD_GATEWAY_URL": server.gateway_url,
    }
    return one


@asynccontextmanager
async def running(shell: Shell, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command, at work; it is not left behind."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        cwd=shell.folder,
        env=shell.environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def output(process: asyncio.subprocess.Process) -> str:
    """What it printed, once it has ended; never a traceback."""
    out, _ = await asyncio.wait_for(process.communicate(), timeout=60)
    assert "Traceback" not in out.decode()
    return out.decode()


async def test_the_desk_runs_answers_is_killed_and_goes_on(shell: Shell, server: Server) -> None:
    judy = server.humans["13"]
    async with running(shell, "run") as process:
        await server.until(lambda: server.gateway.connected and server.commands, seconds=60)
        await server.until(lambda: any(one.startswith("PUT") for one in server.requests))
        server.now = server.now.now(server.now.tzinfo)
        await asyncio.wait_for(_heard(process, b"listening in #comments"), timeout=60)
        await judy.post(QUESTION)
        await server.until(server.threads, seconds=60)
        process.kill()
        await process.wait()
    await judy.post("Is the copier working again?")
    async with running(shell, "run") as process:
        await server.until(lambda: len(server.threads()) == 2, seconds=60)
        await (await judy.press(server.said()[0], "I'll reply")).answer()
        await server.until(lambda: "Judy Ferris has it" in plain(server.said()[0]))
        process.send_signal(signal.SIGTERM)
        said = await output(process)
        assert process.returncode == 0, said
    assert len(server.said()) == 2
    assert not server.gateway.connected


async def test_told_to_stop_while_discord_takes_nothing_it_hands_over(shell: Shell, server: Server) -> None:
    port = free_port()
    shell.environment |= {"HEALTH_PORT": str(port)}
    judy = server.humans["13"]
    async with running(shell, "run") as process:
        await asyncio.wait_for(_heard(process, b"chat connected chat=discord"), timeout=60)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as page:
            assert page.status == 200
            assert "ok    Discord: connected since" in await page.text()
        server.now = server.now.now(server.now.tzinfo)
        server.goes_wrong("taken, then deaf")
        await judy.post(QUESTION)
        await server.until(server.said, seconds=60)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    async with running(shell, "run") as process:
        await asyncio.wait_for(_heard(process, b"notice sent"), timeout=60)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert len(server.said()) == 1, "what Discord had taken was found, and not sent again"


async def test_a_bad_token_ends_the_start_with_one_line(shell: Shell) -> None:
    shell.environment |= {"DISCORD_TOKEN": "nonsense"}
    async with running(shell, "run") as process:
        said = await output(process)
        assert process.returncode == 1
        assert said.splitlines()[-1].startswith("DISCORD_TOKEN: Discord does not know it.")


async def test_the_doctor_looks_at_discord(shell: Shell) -> None:
    async with running(shell, "doctor") as process:
        said = await output(process)
        assert process.returncode == 0, said
        assert "ok    Discord: the link to invite the desk with: https://discord.com/oauth2/authorize" in said


async def _heard(process: asyncio.subprocess.Process, words: bytes) -> None:
    assert process.stdout
    while words not in await process.stdout.readline():
        pass
