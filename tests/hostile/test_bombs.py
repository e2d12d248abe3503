"""Bombs: what is too large, or not what it says, is refused while it comes in, and nothing of it is unpacked."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from contextlib import asynccontextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from adapters.discord.chat import Speaking as DiscordSpeaking
from adapters.slack.chat import Speaking as SlackSpeaking
from bot.chat import Media, Undelivered
from bot.delivery import LARGEST, _accepted, media_type
from tests.slack.conftest import free_port
from tests.slack.server import BOT_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.library import Library

MEGABYTE = 2**20
PICTURE = b"\x89PNG\r\n\x1a\n"


class Keeper:
    """A server that keeps files, and says of them what it is told to say."""

    def __init__(self) -> None:
        self.port = free_port()
        self.sent = 0
        self.claimed: int | None = None
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.repeats = 1

    @property
    def address(self) -> str:
        """Where it keeps the one file."""
        return f"http://127.0.0.1:{self.port}/file"

    async def info(self, _: web.Request) -> web.Response:
        file = {"size": self.claimed, "mimetype": "image/png", "url_private_download": self.address}
        return web.json_response({"ok": True, "file": file})

    async def file(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "image/png", **self.headers})
        await answer.prepare(request)
        for _ in range(self.repeats):
            for piece in self.pieces:
                await answer.write(piece)
                self.sent += len(piece)
        await answer.write_eof()
        return answer

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Keeper]:
        app = web.Application()
        app.router.add_route("*", "/api/files.info", self.info)
        app.router.add_get("/file", self.file)
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        try:
            yield self
        finally:
            await runner.cleanup()


async def fetched(chat: str, keeper: Keeper, library: Library) -> Media:
    """The keeper's file, as a chat fetches it."""
    base = f"http://127.0.0.1:{keeper.port}/"
    if chat == "slack":
        slack = SlackSpeaking(AsyncWebClient(token=BOT_TOKEN, base_url=f"{base}api/"), library)
        return await slack.fetch("F1")
    discord = DiscordSpeaking(library, 1, (base,), 20.0)
    return await discord.fetch(keeper.address)


@pytest.mark.parametrize("chat", ["slack", "discord"])
@pytest.mark.parametrize("claimed", [None, 0, 10])
async def test_an_endless_file_is_cut_off_whatever_its_size_is_said_to_be(
    chat: str, claimed: int | None, library: Library
) -> None:
    keeper = Keeper()
    keeper.claimed, keeper.pieces, keeper.repeats = claimed, [PICTURE + bytes(MEGABYTE)], 400
    async with keeper.open():
        with pytest.raises(Undelivered, match="larger than 20 MB") as refused:
            await fetched(chat, keeper, library)
    assert refused.value.closed
    assert keeper.sent < 3 * LARGEST


@pytest.mark.parametrize("chat", ["slack", "discord"])
async def test_a_packed_answer_is_not_unpacked_beyond_the_limit(chat: str, library: Library) -> None:
    keeper = Keeper()
    keeper.headers = {"Content-Encoding": "gzip"}
    keeper.pieces = [gzip.compress(PICTURE + bytes(200 * MEGABYTE), 9)]
    async with keeper.open():
        tracemalloc.start()
        try:
            with pytest.raises(Undelivered, match="larger than 20 MB"):
                await fetched(chat, keeper, library)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 4 * LARGEST


async def test_a_size_that_slack_says_is_believed_where_it_is_too_large(library: Library) -> None:
    keeper = Keeper()
    keeper.claimed = LARGEST + 1
    async with keeper.open():
        with pytest.raises(Undelivered, match="larger than 20 MB"):
            await fetched("slack", keeper, library)
    assert keeper.sent == 0


def _zipped() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(5 * MEGABYTE))
    return out.getvalue()


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("application/zip", _zipped()),
        ("image/png", _zipped()),
        ("image/png", b"<script>alert(1)</script>"),
        ("image/png", b"GIF89a"),
        ("image/svg+xml", b"<svg/>"),
        ("text/html", b"<html>"),
        ("image/png", b""),
        ("", PICTURE),
    ],
)
def test_what_is_no_picture_is_refused_by_its_bytes(said: str, content: bytes) -> None:
    with pytest.raises(Undelivered):
        _accepted(Media(said, content))


def test_a_picture_of_a_million_by_a_million_is_bytes_like_any_other() -> None:
    header = PICTURE + bytes.fromhex("0000000d49484452000f4240000f42400806000000")
    assert media_type(header) == "image/png"
    assert _accepted(Media("image/png", header)).content == header
