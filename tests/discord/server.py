"""A Discord of our own: its people, channels and messages, and what is planned to go wrong. Strict on purpose.

What Discord would refuse is refused with Discord's status and code. What a good bot never does (an unknown route, a
message past the limits, an interaction left without an answer) is also noted in `complaints`, which fails the test.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.discord import payloads
from tests.discord.gateway import Gateway
from tests.discord.payloads import BOT, BOT_ROLE, CHANNEL, DIRECT, ELSEWHERE, EPHEMERAL, GUILD, STAFF_ROLE, TEXT, THREAD
from tests.discord.people import Asked, Human
from tests.discord.rest import Rest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from tests.discord.payloads import Payload


@dataclass
class Trouble:
    """Something that goes wrong with the next `times` requests whose "METHOD /path" matches."""

    what: str
    """limited, broken, down or deaf (never answers); or, once it has done what was asked, deaf, down or cut."""
    pattern: str
    times: int


class Server:
    """One Discord with one guild; `start` listens on a port of the loopback interface."""

    application_id = payloads.APPLICATION

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.commands: list[Payload] = []
        self.channels = {
            CHANNEL: payloads.text_channel(CHANNEL, "comments", 0),
            ELSEWHERE: payloads.text_channel(ELSEWHERE, "lunch", 1),
        }
        self.messages: dict[str, dict[str, Payload]] = {CHANNEL: {}, ELSEWHERE: {}}
        self.spoken: list[Payload] = []
        """All that the desk said, to anybody, and each time it said it anew."""
        self.pings: list[tuple[str, str]] = []
        """Message and user, for each person whom a message made ring."""
        self.humans: dict[str, Human] = {}
        self.asked: dict[str, Asked] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.guild_ids = [GUILD]
        self.closed_dms: set[str] = set()
        self.grants_message_content = True
        self.permissions = payloads.LEAST
        self.denied: dict[str, int] = {}
        self.everyone_sees = False
        self.in_time = 3.0
        """Seconds within which an interaction wants its first response."""
        self.stopping = asyncio.Event()
        self.gateway = Gateway(self)
        self.address = ""
        self._changed = asyncio.Condition()
        self._troubles: list[Trouble] = []
        self._count = itertools.count(1)
        self.rest = Rest(self)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/attachments/{name:.+}", self.rest.download)
        app.router.add_route("*", "/api/v10{path:/.*}", self.rest.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening, and look whether every interaction got its answer."""
        self.stopping.set()
        await self.gateway.drop()
        if self._runner:
            await self._runner.cleanup()
        self.complaints += [f"{asked.what} was never answered" for asked in self.asked.values() if not asked.done]

    @property
    def api(self) -> str:
        """The address of the REST interface."""
        return f"http://{self.address}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The address of the gateway."""
        return f"ws://{self.address}/gateway/"

    async def until(self, true: Callable[[], Any], seconds: float = 20) -> Any:
        """Wait until something holds, looking again after each thing that happens here; gives what it gave."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(true)
        return true()

    async def tell(self) -> None:
        """Something happened."""
        async with self._changed:
            self._changed.notify_all()

    def goes_wrong(self, what: str, pattern: str = "POST /channels/.*/messages", times: int = 1) -> None:
        """Let the next requests fail."""
        self._troubles.append(Trouble(what, pattern, times))

    def trouble(self, said: str) -> str | None:
        """What goes wrong with this request."""
        for trouble in self._troubles:
            if trouble.times and re.fullmatch(trouble.pattern, said):
                trouble.times -= 1
                return trouble.what
        return None

    def human(self, number: str, name: str, *roles: str) -> Human:
        """Somebody joins the guild."""
        self.humans[number] = Human(self, number, name, roles)
        return self.humans[number]

    def snowflake(self) -> str:
        """A fresh id that says when it was made."""
        milliseconds = int((self.now - payloads.EPOCH).total_seconds() * 1000)
        return str((milliseconds << 22) + next(self._count))

    def said(self, channel: str = CHANNEL) -> list[Payload]:
        """What the desk said in a channel, a thread or a direct channel, as it stands now."""
        return [m for m in self.messages.get(channel, {}).values() if m["author"]["id"] == BOT]

    def threads(self) -> list[Payload]:
        """Every thread."""
        return [channel for channel in self.channels.values() if channel["type"] == THREAD]

    def dm(self, number: str) -> str:
        """The direct channel of a person and the desk, opened where it is not yet."""
        for channel in self.channels.values():
            if channel["type"] == DIRECT and channel["recipients"][0]["id"] == number:
                return str(channel["id"])
        made = self.snowflake()
        people = [self.humans[number].user()]
        self.channels[made] = {"id": made, "type": DIRECT, "last_message_id": None, "recipients": people}
        self.messages[made] = {}
        return made

    async def add_message(self, channel: str, author: Payload, **facts: Any) -> Payload:
        """A message appears, and whoever is connected hears of it."""
        message = payloads.message(self.snowflake(), channel, author, self.now) | facts
        if author["id"] == BOT:
            self.spoken.append(dict(message))
        if not message["flags"] & EPHEMERAL:
            self.messages[channel][message["id"]] = message
            await self.gateway.dispatch("MESSAGE_CREATE", message | self.where(channel))
        await self.tell()
        return message

    def where(self, channel: str) -> Payload:
        """What the gateway adds to a message."""
        return {} if self.channels[channel]["type"] == DIRECT else {"guild_id": GUILD}

    def masked(self, message: Payload, *, sees: bool) -> Payload:
        """A message as an application gets it that may, or may not, read what others write."""
        spoken_to = message["author"]["id"] == BOT or any(user["id"] == BOT for user in message["mentions"])
        if sees or spoken_to or self.channels[message["channel_id"]]["type"] == DIRECT:
            return message
        empty: Payload = {
            key: [] for key in ("embeds", "attachments", "components", "message_snapshots") if key in message
        }
        return message | {"content": ""} | empty

    def permits(self, channel: str, permission: int) -> bool:
        """May the desk do this here? Threads go by their channel."""
        channel = self.channels[channel].get("parent_id", channel)
        return bool(self.permissions & ~self.denied.get(channel, 0) & permission)

    def bot_user(self) -> Payload:
        """The desk's own account."""
        return payloads.user(BOT, "Comment Desk", bot=True)

    def bot_member(self) -> Payload:
        """The desk's own account in the guild."""
        facts = {"flags": 0, "deaf": False, "mute": False, "joined_at": "2024-01-01T00:00:00+00:00"}
        return {"user": self.bot_user(), "roles": [BOT_ROLE], "nick": None, **facts}

    def guild(self) -> Payload:
        """The guild as REST tells it."""
        roles = [
            (GUILD, "@everyone", payloads.VIEW if self.everyone_sees else 0),
            (BOT_ROLE, "Comment Desk", self.permissions),
            (STAFF_ROLE, "Library staff", 0),
        ]
        told = [
            {"id": role, "name": name, "permissions": str(bits), "position": place, "color": 0}
            for place, (role, name, bits) in enumerate(roles)
        ]
        return {"id": GUILD, "name": "Alder Creek staff", "owner_id": "1", "roles": told}

    def whole_guild(self) -> Payload:
        """The guild as the gateway tells it."""
        channels = [self.channel(number) for number, known in self.channels.items() if known["type"] == TEXT]
        more = {"channels": channels, "threads": self.threads(), "members": [self.bot_member()], "member_count": 5}
        return self.guild() | more

    def channel(self, number: str) -> Payload:
        """A channel with its permission overwrites."""
        known = self.channels[number]
        if known["type"] != TEXT:
            return known
        deny = str(self.denied.get(number, 0))
        return known | {"permission_overwrites": [{"id": BOT_ROLE, "type": 0, "allow": "0", "deny": deny}]}

    def file(self, name: str, media_type: str, content: bytes) -> Payload:
        """Something to attach to a message."""
        number = self.snowflake()
        path = f"{CHANNEL}/{number}/{name}"
        self.files[path] = (media_type, content)
        url = f"http://{self.address}/attachments/{path}?ex=1&is=1&hm=1"
        facts = {"filename": name, "content_type": media_type, "size": len(content)}
        return {"id": number, "url": url, "proxy_url": url, **facts}
