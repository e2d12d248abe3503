"""The Discord chat: messages become forwards and presses, notices become messages. Nothing of Discord's leaves here."""

from adapters.discord.doctor import examine
from adapters.discord.wire import open_chat

__all__ = ["examine", "open_chat"]
