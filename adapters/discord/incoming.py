"""Discord messages as comments: what staff pasted or forwarded, and what is talk.

A native forward leaves the message empty and carries what it forwards in snapshots, which name no author.
"""

from __future__ import annotations

import discord

from bot.chat import Attachment, Comment, Place

CHAT = "discord"
Part = discord.Message | discord.MessageSnapshot
LONG_TEXT = "message.txt"
"""What the app makes of a text that is too long for a message."""
_KINDS = {"image": "image", "video": "video", "audio": "music"}
_SPOKEN = frozenset({discord.MessageType.default, discord.MessageType.reply})


def place_of(message: discord.Message) -> Place:
    """Where a message stands."""
    return Place(CHAT, str(message.channel.id), str(message.id))


def is_spoken(message: discord.Message) -> bool:
    """Did a person write it? Not Discord (a pin, a new thread), no application, and no feed."""
    return message.type in _SPOKEN and not message.author.bot and message.webhook_id is None


def calls(message: discord.Message, desk: int) -> bool:
    """Is the desk named in the words? Answering one of its messages names it too, but not in words."""
    return f"<@{desk}>" in message.content or f"<@!{desk}>" in message.content


def comment_in(message: discord.Message, desk: int) -> tuple[Comment, str]:
    """The comment in a message, empty where there is none, and what its sender wrote beside it.

    Where a message was forwarded, the comment is the forwarded one, and the sender's own words are a remark. The desk's
    own name is no part of either.
    """
    written = message.content.replace(f"<@{desk}>", "").replace(f"<@!{desk}>", "").strip()
    shots = message.message_snapshots
    parts: list[Part] = [*shots] if shots else [message]
    # A feed or another application says in embeds what a person says in words; a link's preview is nobody's words.
    embeds = [embed for part in parts for embed in part.embeds if embed.type == "rich"]
    texts = [shot.content for shot in shots] if shots else [written]
    texts += [text for embed in embeds for text in (embed.title, embed.description) if text]
    files = [file for part in parts for file in part.attachments if not _is_long_text(file)]
    comment = Comment(
        "\n".join(text.strip() for text in texts if text.strip()),
        author=next((embed.author.name for embed in embeds if embed.author.name), None),
        permalink=next((embed.url for embed in embeds if embed.url), None),
        attachments=tuple(_attachment(file) for file in files),
    )
    return comment, written if shots else ""


def long_texts(message: discord.Message) -> list[discord.Attachment]:
    """The texts that were too long for a message, which the app made files of."""
    parts: list[Part] = [message, *message.message_snapshots]
    return [file for part in parts for file in part.attachments if _is_long_text(file)]


def _is_long_text(file: discord.Attachment) -> bool:
    return bool(file.url) and file.filename == LONG_TEXT and (file.content_type or "").startswith("text/plain")


def _attachment(file: discord.Attachment) -> Attachment:
    """A file, to be fetched by its address; what it shows is known only as far as somebody named it."""
    kind = _KINDS.get((file.content_type or "").partition("/")[0], "file")
    return Attachment(kind, file.description or file.title or file.filename or kind, file.url or "")
