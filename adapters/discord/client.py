"""The way in, by messages: what is pasted or forwarded in the staff channel, and what was while nobody listened.

Discord delivers a message once and waits for no acknowledgement. What the desk has dealt with is therefore marked in
its database, and after each gap the channel's history is read on from that mark; what was stored already is a no-op.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

import discord

from adapters.discord import incoming
from adapters.discord.answers import Answers
from adapters.discord.cards import ActionButton, is_shown, pressed, show
from adapters.discord.chat import LOST
from adapters.discord.commands import commands_for
from adapters.discord.incoming import CHAT
from adapters.discord.people import People
from bot.chat import Card, Forward, Place, Undelivered
from bot.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.discord.chat import Speaking
    from bot.desk import Desk
    from bot.library import Library

OVERLAP = dt.timedelta(minutes=5)
"""Read again before the mark, for Discord does not deliver strictly in the order of its ids."""
PAUSE = 10.0
"""Seconds before the history is asked for again, where it could not be read or stored."""
HINT_EVERY = dt.timedelta(hours=1)
BASE = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
READING = BASE | discord.Intents(message_content=True)
_LOG = logging.getLogger("commentdesk")


class WrongChannel(Exception):
    """What library.toml names is no text channel of a server."""


class Client(discord.Client):
    """One connection to Discord. `channel` is the staff channel: the one place where a message is a comment."""

    def __init__(
        self,
        desk: Desk,
        library: Library,
        speaking: Speaking,
        channel: int,
        now: Callable[[], dt.datetime],
        *,
        reads: bool,
        pause: float = PAUSE,
        **options: Any,
    ) -> None:
        super().__init__(
            intents=READING if reads else BASE,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=30.0,
            **options,
        )
        self._people = People(library)
        self.answers = Answers(desk, library, speaking, self._people, channel, now)
        self.ready = asyncio.Event()
        """It is listening, and has read what it missed."""
        self._desk = desk
        self._speaking = speaking
        self._channel = channel
        self._now = now
        self._reads = reads
        self._pause = pause
        self._name = "the staff channel"
        self._order = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._hinted: dt.datetime | None = None

    async def setup_hook(self) -> None:
        """Logged in: the buttons of earlier runs work again, and the server gets the desk's commands."""
        channel = await self.fetch_channel(self._channel)
        if not isinstance(channel, discord.TextChannel):
            raise WrongChannel
        self._name = self.answers.channel_name = f"#{channel.name}"
        self.add_dynamic_items(ActionButton)
        self._people.guild = await self.fetch_guild(channel.guild.id)
        guild = discord.Object(channel.guild.id)
        await commands_for(self, self.answers, guild).sync(guild=guild)

    async def on_connect(self) -> None:
        """A new session has begun, so there may be a gap; a resumed one brings what it missed by itself."""
        self.ready.clear()

    async def on_ready(self) -> None:
        """Connected: read on in the history."""
        self._read_on_soon()

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something, somewhere."""
        if not incoming.is_spoken(message):
            return
        me = self.user.id if self.user else 0
        if message.channel.id != self._channel:
            if message.guild is None or incoming.calls(message, me):
                await self._hint(message, f"The desk listens in {self._name} only, outside threads. Forward it there.")
            return
        await self.ready.wait()
        try:
            await self._take(message)
        except (Unavailable, Undelivered) as trouble:
            _LOG.error("Discord: a message is not stored yet, and will be read again. %s", trouble)
            self.ready.clear()
            self._read_on_soon()
        if self._unseen(message):
            await self._hint_unseen(message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody sent a form off, or pressed a button that its message no longer shows; the rest has its own ways."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self.answers.on_form(interaction)
        elif interaction.type is discord.InteractionType.component and not is_shown(interaction):
            await self.answers.on_button(interaction, pressed(interaction))

    async def on_button(self, interaction: discord.Interaction[Any], custom_id: str) -> None:
        """Somebody pressed a button."""
        await self.answers.on_button(interaction, custom_id)

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """Something of ours is broken."""
        _LOG.exception("Discord: %s could not be handled.", event_method)

    async def finish(self) -> None:
        """Wait for what is under way, then leave."""
        if self._reading:
            self._reading.cancel()
        await self.answers.finish()
        await self.close()

    def _read_on_soon(self) -> None:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_on())

    async def _read_on(self) -> None:
        while not self.ready.is_set():
            try:
                await self._read_history()
                self.ready.set()
            except (*LOST, Unavailable, Undelivered) as trouble:
                _LOG.warning("Discord: the channel's history is not read yet (%s); trying again.", trouble)
                await asyncio.sleep(self._pause)

    async def _read_history(self) -> None:
        heard = await self._desk.heard(CHAT, str(self._channel))
        if heard is None:  # the first start of all: what was said before is not the desk's business
            present = discord.utils.time_snowflake(self._now())
            await self._desk.hear(Place(CHAT, str(self._channel), str(present)), self._now())
            return
        since = discord.utils.snowflake_time(int(heard)) - OVERLAP
        channel = self.get_partial_messageable(self._channel)
        async for message in channel.history(limit=None, after=since, oldest_first=True):
            await self._take(message, again=message.id <= int(heard))

    async def _take(self, message: discord.Message, *, again: bool = False) -> None:
        """Deal with a message of the staff channel, one after another. Raises Unavailable or Undelivered, unmarked.

        `again`: it was dealt with once, and refused where its sender may not forward.
        """
        async with self._order:
            forward = await self._forward(message) if incoming.is_spoken(message) else None
            if forward is not None and not (again and not self._desk.takes_from(forward.by, CHAT)):
                answer = await self.answers.stored(lambda ack: self._desk.on_comment(forward, self._now(), ack))
                if answer and not again:
                    self.answers.later(self._whisper(message, answer.card))
            await self._desk.hear(incoming.place_of(message), self._now())

    async def _forward(self, message: discord.Message) -> Forward | None:
        """The forward that a message of the staff channel is; None for talk."""
        me = self.user.id if self.user else 0
        source = message
        if message.type is discord.MessageType.reply:
            # An answer to a message is talk, unless it hands that message to the desk by name.
            meant = message.reference.resolved if message.reference else None
            if not incoming.calls(message, me) or not isinstance(meant, discord.Message) or meant.author.id == me:
                return None
            source = meant
        comment, remark = await self._speaking.comment_in(source, me)
        if not (comment.text or comment.attachments or comment.permalink):
            if incoming.calls(message, me):
                self.answers.later(self._hint(message, self._how()))
            return None
        return Forward(incoming.place_of(source), await self._people.person(message.author), comment, remark)

    def _unseen(self, message: discord.Message) -> bool:
        """Does Discord keep from the desk what this message says?"""
        said = message.content or message.attachments or message.embeds or message.message_snapshots
        return not (self._reads or said or message.stickers or message.poll)

    async def _hint_unseen(self, message: discord.Message) -> None:
        if self._hinted is None or message.created_at - self._hinted >= HINT_EVERY:
            self._hinted = message.created_at
            await self._hint(message, f"The desk may not read this channel. {self._how()}")

    def _how(self) -> str:
        name = self.user.name if self.user else "the desk"
        return (
            "To have a comment checked, open the message's menu and choose Apps, then “Check this comment”; type "
            f"/comment; or write @{name} and the comment's words in {self._name}."
        )

    async def _hint(self, message: discord.Message, words: str) -> None:
        try:
            await message.channel.send(
                **show(Card(words)).to_send(), reference=message.to_reference(fail_if_not_exists=False)
            )
        except LOST as trouble:
            _LOG.warning("Discord: an answer could not be given (%s).", trouble)

    async def _whisper(self, message: discord.Message, card: Card) -> None:
        """Tell one person something in private; in the channel, where they take no direct messages."""
        shown = show(card).to_send()
        try:
            try:
                await message.author.send(**shown)
            except discord.Forbidden:
                await message.channel.send(**shown, reference=message.to_reference(fail_if_not_exists=False))
        except LOST as trouble:
            _LOG.warning("Discord: an answer could not be given (%s).", trouble)
