"""The way out: notices become messages, in the case's thread or directly; look-up, redrawing, and what was attached.

A message is known as "channel:message". The first notice of a case stands in the staff channel, and the case's thread
hangs on it: Discord gives a thread the id of its message.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import aiohttp
import discord

from adapters.discord import incoming
from adapters.discord.cards import show, signed
from adapters.discord.incoming import CHAT
from bot.actions import ACTIONS, Who
from bot.chat import Media, Undelivered
from bot.delivery import LARGEST, media_type

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from adapters.discord.cards import Shown
    from bot.chat import Comment, Notice
    from bot.library import Library

PATIENCE = 20.0
"""Seconds for one call; a notice is leased for a minute, in which it is looked up and sent."""
LOOK_BACK = 500
"""Messages among which a doubtful notice is looked for."""
A_WEEK: Final = 10080
"""Minutes after which Discord folds a silent thread away; a new message unfolds it."""
UNKNOWN_CHANNEL = 10003
SHUT = {
    10003: "the channel is gone",
    10004: "the server is gone",
    10008: "the message is gone",
    10013: "that account is gone",
    50001: "the desk may not see the channel",
    50007: "they take no direct messages from this server",
    50013: "the desk lacks a permission in the channel",
    50033: "that account can not be written to",
    50278: "they share no server with the desk",
}
"""Discord's error codes that say: not this way, however often you try."""
LOST = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
"""What a call over the wire can end in."""
Made = TypeVar("Made")


class Speaking:
    """The chat that the desk speaks in. `client` is whoever is connected at the moment."""

    name = CHAT
    direct = True

    def __init__(self, library: Library, channel: int, files: tuple[str, ...], patience: float = PATIENCE) -> None:
        self._library = library
        self._channel = channel
        self._files = files
        """Where Discord keeps what is attached; nothing is fetched from anywhere else."""
        self._patience = patience
        self.client: discord.Client | None = None

    async def send(self, notice: Notice) -> str:
        """Show the notice and return "channel:message". Raises Undelivered."""
        return await self._wire(self._send(notice), doubtful=True)

    async def find(self, notice: Notice) -> str | None:
        """Look for the notice by its id at the foot of the desk's own messages. Raises Undelivered."""
        return await self._wire(self._find(notice))

    async def redraw(self, notice: Notice, message: str) -> None:
        """Show the notice's card in place of what the message showed. Raises Undelivered."""
        channel, number = _numbers(message)
        shown = self._shown(notice)
        await self._wire(
            self._partial(channel)
            .get_partial_message(number)
            .edit(**shown.to_edit(), allowed_mentions=discord.AllowedMentions.none())
        )

    async def fetch(self, source: str) -> Media:
        """What was attached, from Discord's own file network. Raises Undelivered."""
        if not source.startswith(self._files):
            raise Undelivered("It does not lie with Discord.", closed=True)
        content = await self._wire(self._download(source))
        if content is None:  # the address is signed for a day
            content = await self._wire(self._download(await self._wire(self._fresh(source))))
        if content is None:
            raise Undelivered("It is no longer there.", closed=True)
        # What a sender says of it is not believed.
        return Media(media_type(content) or "application/octet-stream", content)

    async def _send(self, notice: Notice) -> str:
        shown = self._shown(notice)
        said: dict[str, Any] = {
            **shown.to_send(),
            "nonce": notice.id.replace("·", "."),
            "allowed_mentions": discord.AllowedMentions(
                everyone=False, roles=False, replied_user=False, users=[discord.Object(n) for n in self._rung(notice)]
            ),
        }
        if notice.direct:
            made = await (await self._direct_channel(notice)).send(**said)
        elif notice.root is None:
            made = await self._partial(self._channel).send(**said, **self._answering(notice))
            if notice.place.message:  # what is about no one case has nothing to hang a thread on
                await self._open_thread(made.id, notice)
        else:
            made = await self._send_to_thread(notice.root, notice, said)
        return f"{made.channel.id}:{made.id}"

    async def _send_to_thread(self, root: str, notice: Notice, said: dict[str, Any]) -> discord.Message:
        channel, number = _numbers(root)
        for _ in range(2):
            try:
                return await self._partial(number).send(**said)
            except discord.NotFound as gone:
                if gone.code != UNKNOWN_CHANNEL:
                    raise
            if not await self._open_thread(number, notice, channel):
                break
        # No thread is to be had, so the card is answered in the channel.
        return await self._partial(channel).send(**said, reference=_reference(channel, number))

    async def _open_thread(self, message: int, notice: Notice, channel: int | None = None) -> bool:
        """Hang the case's thread on its card. The card is sent: where this fails, the next notice tries again."""
        client = self._connected()
        name = f"Case {notice.card.case or notice.id.partition('·')[0]}"
        try:
            await client.http.start_thread_with_message(
                channel or self._channel, message, name=name, auto_archive_duration=A_WEEK
            )
        except discord.HTTPException:
            return False
        return True

    def _answering(self, notice: Notice) -> dict[str, Any]:
        """The card answers the message that the comment was forwarded in, where that stands in the channel."""
        if notice.place.channel != str(self._channel) or not notice.place.message.isdigit():
            return {}
        return {"reference": _reference(self._channel, int(notice.place.message))}

    async def _find(self, notice: Notice) -> str | None:
        if notice.direct:
            channels = [await self._direct_channel(notice)]
        else:
            number = _numbers(notice.root)[1] if notice.root else None
            channels = [self._partial(number)] if number else []
            channels.append(self._partial(self._channel))
        me = self._connected().user
        for channel in channels:
            try:
                async for message in channel.history(limit=LOOK_BACK):
                    if me and message.author.id == me.id and signed(message.content) == notice.id:
                        return f"{channel.id}:{message.id}"
            except discord.NotFound:
                continue  # the thread is not there yet
        return None

    async def _direct_channel(self, notice: Notice) -> discord.PartialMessageable:
        member = self._library.member(notice.to or "")
        if member is None or not member.discord:
            raise Undelivered(f"{notice.to} has no discord id in the library's file", closed=True)
        client = self._connected()
        made = await client.http.start_private_message(int(member.discord))
        return client.get_partial_messageable(int(made["id"]))

    def _rung(self, notice: Notice) -> list[int]:
        """Whom this message rings: whoever is to rule, on the question that stands in the thread."""
        member = self._library.member(notice.to or "")
        asks = any(ACTIONS[action].who is Who.DECIDER for action in notice.card.actions if action in ACTIONS)
        return [int(member.discord)] if asks and not notice.direct and member and member.discord else []

    def _shown(self, notice: Notice) -> Shown:
        return show(notice.card, notice.id, calls=next(map(str, self._rung(notice)), None))

    def _partial(self, channel: int) -> discord.PartialMessageable:
        return self._connected().get_partial_messageable(channel)

    def _connected(self) -> discord.Client:
        if self.client is None or self.client.is_closed():
            raise Undelivered("The desk is not connected to Discord.")
        return self.client

    async def _wire(self, call: Awaitable[Made], *, doubtful: bool = False) -> Made:
        """Make a call, and say in the desk's terms what went wrong with it.

        `doubtful`: where its end is not known, it may have been taken all the same.
        """
        try:
            async with asyncio.timeout(self._patience):
                return await call
        except discord.RateLimited as limited:
            raise Undelivered("Discord asks the desk to slow down.", limited.retry_after) from None
        except discord.DiscordServerError as trouble:
            raise Undelivered(f"Discord has trouble ({trouble.status}).", doubtful=doubtful) from None
        except discord.HTTPException as refusal:
            why = SHUT.get(refusal.code)
            said = f"Discord refused: {why}." if why else f"Discord answered {refusal.status} {refusal.text[:200]}."
            raise Undelivered(said, closed=why is not None) from None
        except TimeoutError:
            raise Undelivered("Discord does not answer.", doubtful=doubtful) from None
        except (aiohttp.ClientError, OSError) as trouble:
            raise Undelivered(f"Discord can not be reached ({trouble}).", doubtful=doubtful) from None

    async def _download(self, source: str) -> bytes | None:
        async with aiohttp.ClientSession() as session, session.get(source, allow_redirects=False) as answer:
            if answer.status in {403, 404}:
                return None
            answer.raise_for_status()
            return await _all(answer)

    async def comment_in(self, message: discord.Message, me: int) -> tuple[Comment, str]:
        """The comment in a message and what its sender wrote beside it, with the texts that came as files.

        Raises Undelivered where such a text can not be had now, so that nothing is taken for less than it is.
        """
        comment, remark = incoming.comment_in(message, me)
        texts = [comment.text] if comment.text else []
        for file in incoming.long_texts(message):
            if file.url.startswith(self._files) and file.size <= LARGEST:
                content = await self._wire(self._download(file.url))
                texts.append((content or b"").decode("utf-8", "replace"))
        return replace(comment, text="\n".join(texts)), remark

    async def _fresh(self, source: str) -> str:
        route = discord.http.Route("POST", "/attachments/refresh-urls")
        said = await self._connected().http.request(route, json={"attachment_urls": [source]})
        fresh = str(said["refreshed_urls"][0]["refreshed"])
        if not fresh.startswith(self._files):
            raise Undelivered("It does not lie with Discord.", closed=True)
        return fresh


async def _all(answer: aiohttp.ClientResponse) -> bytes:
    parts = bytearray()
    async for part in answer.content.iter_chunked(1 << 16):
        parts += part
        if len(parts) > LARGEST:
            raise Undelivered(f"It is larger than {LARGEST >> 20} MB.", closed=True)
    return bytes(parts)


def _numbers(message: str) -> tuple[int, int]:
    channel, _, number = message.partition(":")
    return int(channel), int(number)


def _reference(channel: int, message: int) -> discord.MessageReference:
    """An answer to a message, or a message of its own where that one is gone."""
    return discord.MessageReference(message_id=message, channel_id=channel, fail_if_not_exists=False)
