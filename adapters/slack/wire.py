"""The wire to Slack: Socket Mode with its liveness measured, or HTTP mode; and what was said while nobody listened."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.chat import Speaking, explained
from adapters.slack.incoming import SLACK
from adapters.slack.listeners import Listeners
from bot.chat import Place, Undelivered
from bot.database import Unavailable
from bot.toml import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from bot.desk import Desk
    from bot.library import Library
    from config.settings import Settings

PATH = "/slack/events"
OVERLAP = dt.timedelta(hours=1)
"""How much of the history before the last message is read again: what failed beside it comes late. Twice is as once."""
_LOG = logging.getLogger("commentdesk")


@dataclass(frozen=True)
class Pace:
    """How patient the wire is, in seconds. A deaf socket is replaced within 90 of them."""

    ping: float = 10
    deaf: float = 45
    """Without a pong or an envelope for so long, a socket counts as deaf."""
    look: float = 60
    """How often the channel's history is read: what it holds and the socket did not bring shows a deaf socket too."""
    grace: float = 10
    """How long a message is left to the socket before its absence says anything."""
    call: float = 10
    """How long a call of Slack's Web API may take."""
    retry: float = 5
    """How long to wait at the start before Slack is asked again."""


def open_chat(
    settings: Settings, library: Library, now: Callable[[], dt.datetime] | None = None, pace: Pace | None = None
) -> SlackChat:
    """The Slack chat of these settings. Raises ConfigurationError for each thing that is missing."""
    problems = []
    if library.slack is None:
        problems.append('library.toml names no Slack channel. Add [slack] with channel = "C…", the channel\'s id.')
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        problems.append("Set SLACK_APP_TOKEN (Socket Mode, no public address) or SLACK_SIGNING_SECRET (HTTP mode).")
    if settings.slack_bot_token is None:
        problems.append("SLACK_BOT_TOKEN is not set.")
    if problems or library.slack is None or settings.slack_bot_token is None:
        raise ConfigurationError(problems)
    return SlackChat(settings, library, library.slack.channel, now or (lambda: dt.datetime.now(dt.UTC)), pace or Pace())


def client_of(settings: Settings, seconds: float = Pace.call) -> AsyncWebClient:
    """A client of Slack's Web API. It repeats nothing by itself: what may have been taken is looked up first."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    base = settings.slack_api_base_url.rstrip("/") + "/"
    client = AsyncWebClient(token=token, base_url=base, timeout=seconds)  # type: ignore[arg-type]  # aiohttp takes parts of a second
    client.retry_handlers = []
    return client


class SlackChat(Speaking):
    """The Slack chat of one library."""

    def __init__(
        self, settings: Settings, library: Library, channel: str, now: Callable[[], dt.datetime], pace: Pace
    ) -> None:
        super().__init__(client_of(settings, pace.call), library)
        self._settings = settings
        self._channel = channel
        self._now = now
        self._pace = pace
        self._socket: Socket | None = None
        self._look_at = 0.0

    def join(self, desk: Desk) -> None:
        """The desk that this chat talks to."""
        self._desk = desk

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Connected and listening while the block runs. Raises ConfigurationError where Slack refuses a token."""
        own = await self._introduce()
        app = self._app(own)
        self._listeners = Listeners(self._desk, self._library, self, self._channel, own, self._now)
        self._listeners.register(app)
        token = self._settings.slack_app_token
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.finish)
            if token:
                self._socket = Socket(app, token.get_secret_value(), self._pace)
                await self._socket.check()
                await stack.enter_async_context(self._socket)
            else:
                secret = self._settings.slack_signing_secret
                verifier = SignatureVerifier(secret.get_secret_value() if secret else "")
                await stack.enter_async_context(_serving(app, verifier, self._settings.slack_http_port))
            stack.push_async_callback(self.finish)  # what is under way is acknowledged before the wire ends
            await self._catch_up(grace=0)
            _LOG.info("Slack: listening in %s (%s).", self._channel, "Socket Mode" if token else "HTTP mode")
            yield
        self._socket = None

    async def finish(self) -> None:
        """Wait for what is under way."""
        await self._listeners.finish()

    @property
    def listening(self) -> bool:
        """Is the wire up at this moment? In HTTP mode there is none that could be lost."""
        return self._socket is None or self._socket.is_open()

    async def tick(self) -> None:
        """Look after the wire: replace a deaf socket, and read what it may have missed."""
        deaf = self._socket is not None and self._socket.is_deaf()
        if time.monotonic() >= self._look_at or deaf:
            deaf = await self._catch_up(grace=0 if deaf else self._pace.grace) > 0 or deaf
        if self._socket and deaf:
            _LOG.warning("Slack: the connection is up but deaf; a fresh one takes its place.")
            await self._socket.renew()

    async def _introduce(self) -> AuthorizeResult:
        """Who the desk is in this workspace. Raises ConfigurationError."""
        told = ""
        while True:
            try:
                with explained():
                    said = await self._client.auth_test()
            except Undelivered as trouble:
                if not trouble.doubtful and trouble.retry_after is None:
                    raise ConfigurationError([f"SLACK_BOT_TOKEN: {trouble.reason} Copy the bot token anew."]) from None
                if trouble.reason != told:
                    _LOG.warning("Slack: not connected yet. %s The desk goes on trying.", trouble.reason)
                told = trouble.reason
                await asyncio.sleep(self._pace.retry)
            else:
                return AuthorizeResult(
                    enterprise_id=said.get("enterprise_id"),
                    team_id=said.get("team_id"),
                    bot_id=said.get("bot_id"),
                    bot_user_id=str(said["user_id"]),
                    bot_token=self._client.token,
                )

    def _app(self, own: AuthorizeResult) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            # Bolt would ask Slack with the first event, and acknowledge it unheard where Slack does not answer.
            return own

        return AsyncApp(
            client=self._client,
            authorize=authorize,
            logger=logging.getLogger("slack_bolt"),
            request_verification_enabled=False,  # a signature is looked at before anything of a request is read
        )

    async def _catch_up(self, grace: float) -> int:
        """Read what the channel holds since the desk last heard of it; how many messages nobody had brought.

        A message is left to the socket for `grace` seconds, and looked for again as soon as they are over.
        """
        self._look_at = time.monotonic() + self._pace.look
        found = 0
        try:
            heard = await self._desk.heard(SLACK, self._channel)
            if heard is None:  # the first start of all: what was said before is not the desk's business
                place = Place(SLACK, self._channel, f"{self._now().timestamp():.6f}")
                await self._desk.hear(place, self._now())
                return 0
            since = f"{max(float(heard) - OVERLAP.total_seconds(), 0):.6f}"
            for message in await self.history(self._channel, since):
                forward = self._listeners.unheard(message)
                if forward is None or await self._desk.has(forward.place):
                    continue
                if float(message["ts"]) <= float(heard) and not self._desk.takes_from(forward.by, SLACK):
                    continue  # it was refused before the start
                if grace and float(message["ts"]) > self._now().timestamp() - grace:
                    self._look_at = time.monotonic() + self._pace.grace
                    continue
                found += 1
                await self._listeners.forward(forward, tell=False)
        except Undelivered as trouble:
            _LOG.warning("Slack: the channel's history can not be read. %s", trouble.reason)
        except Unavailable as trouble:
            _LOG.error("Slack: what was said meanwhile is not stored yet. %s", trouble)
        return found


class Socket:
    """A Socket Mode connection, and a fresh one in its place when it has gone deaf."""

    def __init__(self, app: AsyncApp, token: str, pace: Pace) -> None:
        self._app = app
        self._token = token
        self._pace = pace
        self._handler: AsyncSocketModeHandler | None = None
        self._connecting: asyncio.Future[None] | None = None
        self._last_pong: float | None = None
        self._alive_at = 0.0

    async def check(self) -> None:
        """Raises ConfigurationError where Slack refuses the token; a network that is down is waited for later."""
        try:
            with explained():
                await self._app.client.apps_connections_open(app_token=self._token)
        except Undelivered as trouble:
            if not trouble.doubtful and trouble.retry_after is None:
                raise ConfigurationError(
                    [f"SLACK_APP_TOKEN: {trouble.reason} Make an app-level token with connections:write."]
                ) from None

    async def __aenter__(self) -> Socket:
        try:
            await self._open()
        except BaseException:  # told to stop before there was a connection
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    def is_deaf(self) -> bool:
        """Has there been no pong and no envelope for too long?"""
        pong = self._handler.client.last_ping_pong_time if self._handler else None
        if pong is not None and pong != self._last_pong:
            self._last_pong = pong
            self._alive_at = time.monotonic()
        return time.monotonic() - self._alive_at > self._pace.deaf

    def is_open(self) -> bool:
        """Is there a connection, and one that hears?"""
        session = self._handler.client.current_session if self._handler else None
        return session is not None and not session.closed and not self.is_deaf()

    async def renew(self) -> None:
        """A new handler; one that went deaf never heals."""
        await self._close()
        await self._open()

    async def _open(self) -> None:
        self._alive_at = time.monotonic()
        self._handler = AsyncSocketModeHandler(self._app, self._token, ping_interval=self._pace.ping)
        self._handler.client.on_message_listeners.append(self._on_message)
        self._connecting = asyncio.ensure_future(self._handler.client.connect())  # type: ignore[no-untyped-call]
        # The client tries for ever; the watch over its liveness goes on meanwhile.
        await asyncio.wait({self._connecting}, timeout=self._pace.call)

    async def _close(self) -> None:
        if self._connecting:
            self._connecting.cancel()
        if self._handler:
            with suppress(Exception):  # whatever a dead socket says at its end
                await asyncio.wait_for(self._handler.client.close(), timeout=5)  # type: ignore[no-untyped-call]
        self._handler = None

    async def _on_message(self, _: object) -> None:
        self._alive_at = time.monotonic()


def _is_genuine(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Did Slack sign this, less than five minutes ago?"""
    try:
        stamp, signature = headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature")
        return verifier.is_valid(body, stamp, signature)
    except (ValueError, TypeError):  # a time that is no number, a signature or a body that is no text
        return False


@asynccontextmanager
async def _serving(app: AsyncApp, verifier: SignatureVerifier, port: int) -> AsyncIterator[None]:
    """HTTP mode, behind a load balancer that speaks HTTPS. No request is read before its signature is checked."""

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        if not _is_genuine(verifier, body, request.headers):
            return web.Response(status=401, text="not signed by Slack, or too old")
        try:
            # aiohttp's headers are a mapping, and no dict
            asked = AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=dict(request.headers))
        except (ValueError, TypeError, AttributeError, RecursionError):
            return web.Response(status=400, text="nothing that the desk can read")
        return await to_aiohttp_response(await app.async_dispatch(asked))

    async def healthy(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    server = web.Application(client_max_size=2**20)
    server.add_routes([web.post(PATH, receive), web.get("/healthz", healthy)])
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, port=port).start()
        except OSError as trouble:
            problem = f"SLACK_HTTP_PORT: {port} can not be opened: {trouble.strerror}."
            raise ConfigurationError([problem]) from None
        yield
    finally:
        await runner.cleanup()
