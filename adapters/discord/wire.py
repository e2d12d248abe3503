"""The wire to Discord: signing in, staying connected, and saying in one line what Discord does not grant."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import discord
import discord.gateway
import discord.http
import yarl

from adapters.discord.chat import LOST, PATIENCE, Speaking
from adapters.discord.client import PAUSE, Client, WrongChannel
from bot.toml import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.desk import Desk
    from bot.library import Library
    from config.settings import Settings

PORTAL = "https://discord.com/developers/applications"
FILES = ("https://cdn.discordapp.com/", "https://media.discordapp.net/")
"""Where Discord keeps what is attached to messages."""
NO_CONTENT = (
    "Discord does not grant the Message Content intent, so the desk can not read the channel. The message menu, "
    f"mentions and /comment work without it. To have pasted comments read, turn it on at {PORTAL} under Bot."
)
START_SECONDS = 60
"""How long, once signed in, the desk waits to be listening before it speaks all the same."""
_LOG = logging.getLogger("commentdesk")


def open_chat(settings: Settings, library: Library, now: Callable[[], dt.datetime] | None = None) -> DiscordChat:
    """The Discord chat of these settings. Raises ConfigurationError for each thing that is missing."""
    problems = []
    if library.discord is None:
        problems.append('library.toml names no Discord channel. Add [discord] with channel = "…", the channel\'s id.')
    elif not library.discord.channel.isdigit():
        problems.append(
            f"[discord] channel: {library.discord.channel!r} is no id. Copy the channel's id, 17 to 20 digits."
        )
    elif library.discord.role and not library.discord.role.isdigit():
        problems.append(f"[discord] role: {library.discord.role!r} is no id. Copy the role's id, 17 to 20 digits.")
    problems += [
        f"[[people]] {m.name}: {m.discord!r} is no Discord id. Copy the user's id, 17 to 20 digits."
        for m in library.people
        if m.discord and not m.discord.isdigit()
    ]
    if settings.discord_token is None:
        problems.append("DISCORD_TOKEN is not set.")
    if problems or library.discord is None:
        raise ConfigurationError(problems)
    return DiscordChat(settings, library, int(library.discord.channel), now or (lambda: dt.datetime.now(dt.UTC)))


def direct_to(settings: Settings) -> tuple[str, ...]:
    """Point discord.py at the addresses of the settings; gives where the files that people attach are kept."""
    base = settings.discord_api_base_url.rstrip("/")
    discord.http.Route.BASE = base
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    host = urlsplit(base)
    if host.hostname == "discord.com":
        return FILES
    own = f"{host.scheme}://{host.netloc}"
    discord.asset.Asset.BASE = own
    return (f"{own}/",)


class DiscordChat(Speaking):
    """The Discord chat of one library. `patience`, `pause` and `options` are for a server that is near."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        channel: int,
        now: Callable[[], dt.datetime],
        *,
        patience: float = PATIENCE,
        pause: float = PAUSE,
        **options: Any,
    ) -> None:
        super().__init__(library, channel, direct_to(settings), patience)
        self._token = settings.discord_token.get_secret_value() if settings.discord_token else ""
        self._now = now
        self._pause = pause
        self._options = options
        self._reads = True
        self._keeping: asyncio.Task[None] | None = None
        self._signed_in = asyncio.Event()
        for noisy in ("discord.client", "discord.gateway"):
            logging.getLogger(noisy).addFilter(_without_traceback)

    def join(self, desk: Desk) -> None:
        """The desk that this chat talks to."""
        self._desk = desk

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Connected and listening while the block runs. Raises ConfigurationError where Discord refuses the desk.

        Where Discord can not be reached, it is tried again until it can be.
        """
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeping = asyncio.create_task(self._keep_connected(started))
        signed_in = asyncio.create_task(self._signed_in.wait())
        try:
            first: set[asyncio.Future[Any]] = {signed_in, started, self._keeping}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            # A history that can not be read keeps the desk from listening, and not from speaking.
            await asyncio.wait({started, self._keeping}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if started.done():
                started.result()
            elif self._keeping.done():
                self._keeping.result()
            yield
        finally:
            signed_in.cancel()
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping

    @property
    def listening(self) -> bool:
        """Is the wire up at this moment, and what was missed read?"""
        client = self.client
        return isinstance(client, Client) and client.ready.is_set() and client.ws is not None and client.ws.open

    async def tick(self) -> None:
        """discord.py looks after the wire by itself, and the desk only after what should never happen."""
        if self._keeping and self._keeping.done():
            trouble = None if self._keeping.cancelled() else self._keeping.exception()
            _LOG.error("Discord: listening broke off, and begins again.", exc_info=trouble)
            started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._keeping = asyncio.create_task(self._keep_connected(started))

    async def _keep_connected(self, started: asyncio.Future[None]) -> None:
        while True:
            try:
                await self._stay(started)
            except discord.PrivilegedIntentsRequired:
                _LOG.warning("Discord: %s", NO_CONTENT)
                self._reads = False
                continue
            except (ConfigurationError, discord.ConnectionClosed, *LOST) as trouble:
                if isinstance(trouble, ConfigurationError) and not started.done():
                    started.set_exception(trouble)
                    return
                _LOG.error("Discord: the desk is not connected, and will try again. %s", trouble)
            await asyncio.sleep(self._pause)

    async def _stay(self, started: asyncio.Future[None]) -> None:
        """One client, from signing in to its end."""
        client = Client(
            self._desk,
            self._library,
            self,
            self._channel,
            self._now,
            reads=self._reads,
            pause=self._pause,
            **self._options,
        )
        async with client:
            self.client = client
            announcing = asyncio.create_task(self._announce(client, started))
            try:
                await self._sign_in(client)
                self._signed_in.set()
                await client.connect()
            finally:
                announcing.cancel()
                await client.finish()

    async def _announce(self, client: Client, started: asyncio.Future[None]) -> None:
        await client.ready.wait()
        _LOG.info("Discord: listening in %s.", client.answers.channel_name)
        if not started.done():
            started.set_result(None)

    async def _sign_in(self, client: Client) -> None:
        """Raises ConfigurationError where trying again is no use until somebody has mended something."""
        try:
            await client.login(self._token)
        except discord.LoginFailure:
            raise ConfigurationError(
                [f"DISCORD_TOKEN: Discord does not know it. Reset the token at {PORTAL} under Bot, and copy it anew."]
            ) from None
        except WrongChannel:
            raise ConfigurationError([f"[discord] channel: {self._channel} is no text channel."]) from None
        except (discord.NotFound, discord.Forbidden):
            raise ConfigurationError(
                [
                    f"[discord] channel: the desk can not see a channel {self._channel}. Invite the desk with the link "
                    "that `commentdesk doctor` prints, give it access to the channel, and check the id."
                ]
            ) from None


def _without_traceback(record: logging.LogRecord) -> bool:
    """A lost connection is no bug: one line says it."""
    if record.exc_info and record.exc_info[1]:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]!r}", ()
    record.exc_info = None
    return True
