"""What Discord's ids, bits and objects look like on the wire."""

from __future__ import annotations

import datetime as dt
from typing import Any

Payload = dict[str, Any]
TOKEN = "a-token-for-tests-only"  # noqa: S105 - it opens nothing
EPOCH = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
VIEW, SEND, EMBED, HISTORY, THREADS, SEND_IN_THREADS = (1 << bit for bit in (10, 11, 14, 16, 35, 38))
LEAST = VIEW | SEND | EMBED | HISTORY | THREADS | SEND_IN_THREADS
MESSAGE_CONTENT = 1 << 15
"""The intent's bit in IDENTIFY."""
MESSAGE_CONTENT_FLAG = 1 << 19
"""The same among an application's flags."""
GUILD, CHANNEL, ELSEWHERE, APPLICATION, BOT, BOT_ROLE, STAFF_ROLE = "100", "200", "201", "300", "300", "400", "401"
EPHEMERAL, LOADING = 64, 128
TEXT, DIRECT, THREAD = 0, 1, 11
"""Kinds of channels."""


def user(number: str, name: str, *, bot: bool = False) -> Payload:
    """An account."""
    return {"id": number, "username": name, "discriminator": "0", "avatar": None, "bot": bot}


def text_channel(number: str, name: str, position: int) -> Payload:
    """A text channel of the guild."""
    return {"id": number, "type": TEXT, "name": name, "position": position, "guild_id": GUILD}


def thread(number: str, parent: str, name: str, archive_after: int, at: dt.datetime) -> Payload:
    """A public thread that hangs on the message of the same id."""
    metadata = {
        "archived": False,
        "auto_archive_duration": archive_after,
        "archive_timestamp": at.isoformat(),
        "locked": False,
    }
    return {
        "id": number,
        "type": THREAD,
        "guild_id": GUILD,
        "parent_id": parent,
        "owner_id": BOT,
        "name": name,
        "message_count": 0,
        "member_count": 1,
        "thread_metadata": metadata,
    }


def message(number: str, channel: str, author: Payload, at: dt.datetime) -> Payload:
    """An empty message."""
    return {
        "id": number,
        "channel_id": channel,
        "author": author,
        "content": "",
        "timestamp": at.isoformat(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    }


def snapshot(text: str, attachments: list[Payload], at: dt.datetime) -> Payload:
    """What a native forward carries of the message it forwards: everything but who wrote it."""
    facts = {"content": text, "attachments": attachments, "embeds": [], "type": 0, "flags": 0, "components": []}
    times = {"timestamp": at.isoformat(), "edited_timestamp": None}
    return {"message": {**facts, **times, "mentions": [], "mention_roles": []}}


def spoken(body: Payload) -> Payload:
    """What a message says, out of what was sent."""
    said = {key: body[key] for key in ("content", "embeds", "components") if body.get(key) is not None}
    return said | ({"content": ""} if "content" in body and body["content"] is None else {})
