"""The chats' wires, side by side: one that is down holds up neither the others nor the reminders."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from adapters import logs
from adapters.stopping import Stopped, unless
from bot.chat import Chat
from bot.database import Unavailable

if TYPE_CHECKING:
    import asyncio
    import datetime as dt
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from bot.desk import Desk

_LOG = logging.getLogger("commentdesk")


class Connection(Chat, Protocol):
    """A chat with a wire to its platform."""

    def join(self, desk: Desk) -> None:
        """The desk that this chat talks to."""

    def connected(self) -> AbstractAsyncContextManager[None]:
        """Connected and listening while the block runs; a platform that can not be reached is tried until it can.

        Raises ConfigurationError where the platform says no.
        """

    @property
    def listening(self) -> bool:
        """Is the wire up at this moment?"""

    async def tick(self) -> None:
        """Time has passed: look after the wire."""


class Wire:
    """One chat's wire from start to stop. `listening` says whether it is up, and `since` since when it is so."""

    def __init__(self, chat: Connection, desk: Desk, now: Callable[[], dt.datetime]) -> None:
        self.name = chat.name
        self.listening = False
        self.since = now()
        self._chat = chat
        self._desk = desk
        self._now = now
        self._there = False
        chat.join(desk)
        desk.miss(chat.name)  # what is due there waits for it

    async def keep(self, stop: asyncio.Event) -> None:
        """Connect, and stay connected until told to stop. Raises ConfigurationError where the platform says no."""
        connected = self._chat.connected()
        try:
            await unless(stop, connected.__aenter__())
        except Stopped:
            return
        try:
            self._there = True
            self._desk.meet(self.name)
            self.look()
            await self._deliver()
            await stop.wait()
        finally:
            self._there = False
            await connected.__aexit__(None, None, None)
            self.look()

    async def tick(self) -> None:
        """Time has passed: look after the wire."""
        if self._there:
            await self._chat.tick()
        self.look()

    def look(self) -> None:
        """Note whether the wire is up."""
        listening = self._there and self._chat.listening
        if listening != self.listening:
            self.listening, self.since = listening, self._now()
            logs.event("chat connected" if listening else "chat lost", chat=self.name)

    async def _deliver(self) -> None:
        try:
            await self._desk.deliver(self._now())
        except Unavailable as trouble:  # a tick will
            _LOG.error("What is due in %s waits. %s", self.name, trouble)
