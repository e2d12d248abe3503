"""People in our own Discord: they write, forward, press, fill in forms and type commands, as the apps let them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.discord.payloads import APPLICATION, BOT, CHANNEL, DIRECT, GUILD, Payload, snapshot, user

if TYPE_CHECKING:
    from tests.discord.server import Server

COMMAND, PRESS, FORM = 2, 3, 5


@dataclass
class Asked:
    """Something a person asked of the desk by a press, a form or a command, and what came back."""

    server: Server
    what: str
    id: str
    token: str
    channel: str
    since: float
    payload: Payload = field(default_factory=dict)
    """What Discord told the desk of it."""
    response: Payload | None = None
    message: Payload | None = None
    private: bool = False
    more: list[Payload] = field(default_factory=list)

    @property
    def form(self) -> Payload | None:
        """The modal that opened."""
        return self.response["data"] if self.response and self.response["type"] == 9 else None

    @property
    def done(self) -> bool:
        """Has it got an answer, and not only “the desk is thinking”?"""
        return bool(self.form or self.message or (self.response and self.response["type"] in {6, 7}))

    async def answer(self) -> str:
        """What the person was told, in private."""
        await self.server.until(lambda: self.done)
        assert self.form is None, f"{self.what} opened a form"
        assert self.private, f"{self.what} was answered for all to see"
        return "\n".join(words(message) for message in (self.message, *self.more) if message)

    async def opened(self) -> Payload:
        """The form that opened."""
        await self.server.until(lambda: self.done)
        assert self.form, f"{self.what} opened no form but said: {words(self.message or {})}"
        return self.form


class Human:
    """A person with an account, by default in the guild."""

    def __init__(self, server: Server, number: str, name: str, roles: tuple[str, ...]) -> None:
        self._server = server
        self.id = number
        self.name = name
        self.roles = roles

    def user(self) -> Payload:
        """The account."""
        return user(self.id, self.name)

    def member(self) -> Payload:
        """The account in the guild."""
        facts = {"flags": 0, "deaf": False, "mute": False, "permissions": "0", "joined_at": "2024-01-01T00:00:00+00:00"}
        return {"user": self.user(), "roles": list(self.roles), "nick": None, **facts}

    async def post(self, text: str, channel: str = CHANNEL, **facts: Any) -> Payload:
        """Write a message."""
        mentions = [self._server.bot_user()] if f"<@{BOT}>" in text else []
        return await self._server.add_message(channel, self.user(), **({"content": text, "mentions": mentions} | facts))

    async def reply(self, to: Payload, text: str, channel: str = CHANNEL) -> Payload:
        """Write a message as a reply, which mentions whom it replies to."""
        reference = {"type": 0, "message_id": to["id"], "channel_id": to["channel_id"], "guild_id": GUILD}
        facts = {"type": 19, "message_reference": reference, "referenced_message": to, "mentions": [to["author"]]}
        return await self.post(text, channel, **facts)

    async def forward(self, text: str, *pictures: Payload, channel: str = CHANNEL) -> Payload:
        """Use Discord's own “Forward”, from another channel."""
        reference = {"type": 1, "message_id": self._server.snowflake(), "channel_id": "999", "guild_id": "998"}
        shot = snapshot(text, list(pictures), self._server.now)
        return await self.post("", channel, message_reference=reference, message_snapshots=[shot], flags=1 << 14)

    async def press(self, message: Payload, label: str) -> Asked:
        """Press the button of that name."""
        buttons = [item for row in message["components"] for item in row["components"]]
        for button in buttons:
            if button["label"] == label:
                return await self.press_id(message, button["custom_id"])
        raise AssertionError(f"there is no button {label!r} but {[button['label'] for button in buttons]}")

    async def press_id(self, message: Payload, custom_id: str) -> Asked:
        """Press a button by its id, which may be of an older desk."""
        data = {"component_type": 2, "custom_id": custom_id}
        return await self._ask(f"the button {custom_id}", PRESS, message["channel_id"], data, message=message)

    async def fill(self, opened: Asked, **said: str | list[str]) -> Asked:
        """Fill in the open form by the words of its labels and of its choices, and send it off."""
        form = await opened.opened()
        filled: dict[str, list[str]] = {}
        for words, value in said.items():
            label = next((one for one in form["components"] if one["label"].startswith(words)), None)
            assert label, f"the form asks for {[one['label'] for one in form['components']]}, not {words!r}"
            chosen = [value] if isinstance(value, str) else value
            options = {one["label"]: one["value"] for one in label["component"].get("options", ())}
            assert set(chosen) <= set(options) or not options, f"{chosen} is not among {list(options)}"
            filled[label["component"]["custom_id"]] = [options.get(one, one) for one in chosen]
        return await self.fill_in(opened, filled)

    async def fill_in(self, opened: Asked, filled: dict[str, list[str]]) -> Asked:
        """Fill in the open form by the ids of its fields, and send it off."""
        form = await opened.opened()
        rows = [
            {
                "type": 18,
                "id": 1,
                "component": _filled(label["component"], filled.get(label["component"]["custom_id"], [])),
            }
            for label in form["components"]
        ]
        data = {"custom_id": form["custom_id"], "components": rows}
        return await self._ask(f"the form {form['title']}", FORM, opened.channel, data)

    async def command(self, name: str, channel: str = CHANNEL, **options: str) -> Asked:
        """Type a slash command."""
        known = next((c for c in self._server.commands if c["name"] == name and c.get("type", 1) == 1), None)
        assert known, f"there is no /{name}"
        given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        data = {"id": known["id"], "name": name, "type": 1, "guild_id": GUILD, "options": given}
        return await self._ask(f"/{name}", COMMAND, channel, data)

    async def menu(self, message: Payload, name: str = "Check this comment") -> Asked:
        """Choose a command from the menu of a message; it hands over the whole message."""
        known = next((c for c in self._server.commands if c["name"] == name and c.get("type") == 3), None)
        assert known, f"no menu has {name!r}"
        data = {"id": known["id"], "name": name, "type": 3, "guild_id": GUILD, "target_id": message["id"]}
        resolved = {"messages": {message["id"]: message}}
        return await self._ask(name, COMMAND, message["channel_id"], data | {"resolved": resolved})

    async def forge(self, kind: int, data: Payload, channel: str = CHANNEL, **facts: Any) -> Asked:
        """Send what the app would not let a person send; `facts` go over what Discord says of an interaction."""
        return await self._ask(f"a forged {data.get('custom_id')}", kind, channel, data, **facts)

    async def replay(self, asked: Asked) -> None:
        """Send the very same interaction once more."""
        await self._server.gateway.dispatch("INTERACTION_CREATE", asked.payload)

    async def _ask(
        self, what: str, kind: int, channel: str, data: Payload, message: Payload | None = None, **forged: Any
    ) -> Asked:
        number = self._server.snowflake()
        now = asyncio.get_running_loop().time()
        asked = self._server.asked[number] = Asked(self._server, what, number, f"token{number}", channel, now)
        known = self._server.channel(channel)
        direct = known["type"] == DIRECT
        who = {"user": self.user()} if direct else {"member": self.member(), "guild_id": GUILD}
        facts = {
            "id": number,
            "application_id": APPLICATION,
            "type": kind,
            "data": data,
            "channel_id": channel,
            "channel": known,
            "token": asked.token,
            "version": 1,
            "app_permissions": str(self._server.permissions),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 1 if direct else 0,
            "attachment_size_limit": 10_000_000,
        }
        asked.payload = facts | who | ({"message": message} if message else {}) | forged
        await self._server.gateway.dispatch("INTERACTION_CREATE", asked.payload)
        return asked


def _filled(asks: Payload, given: list[str]) -> Payload:
    """A field of a form as it comes back. The app lets nobody past its limits, nor choose what is not offered."""
    kept = {"type": asks["type"], "custom_id": asks["custom_id"], "id": 2}
    given = [one for one in given if one]
    assert given or not asks.get("required", True), f"the form wants {asks['custom_id']}"
    if asks["type"] == 4:
        text = given[0] if given else ""
        assert len(text) <= asks.get("max_length", 4000)
        return kept | {"value": text}
    assert set(given) <= {option["value"] for option in asks["options"]}
    assert len(given) <= asks.get("max_values", 1)
    return kept | {"values": given}


def words(message: Payload) -> str:
    """All that a message shows, as text."""
    embeds = message.get("embeds", [])
    parts = [message.get("content", "")]
    for embed in embeds:
        parts += [embed.get("title", ""), embed.get("description", "")]
        parts += [f"{field['name']}: {field['value']}" for field in embed.get("fields", [])]
        parts.append(embed.get("footer", {}).get("text", ""))
    return "\n".join(part for part in parts if part)


def plain(message: Payload) -> str:
    """All that a message shows, with the escapes gone, as a reader sees it."""
    return words(message).replace("\\", "").replace("\u200b", "")
