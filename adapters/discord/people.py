"""Who somebody is: their account, and whether they hold the role that library.toml asks of staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from adapters.discord.chat import LOST
from bot.chat import Person, Undelivered

if TYPE_CHECKING:
    from bot.library import Library

WITHOUT = "without the staff role"


class People:
    """The people of a server. The role is a second lock: who leaves the staff loses it, and with it the desk."""

    def __init__(self, library: Library) -> None:
        self._role = int(library.discord.role) if library.discord and library.discord.role else None
        self.guild: discord.Guild | None = None
        """The server, once the desk has signed in."""

    async def person(self, user: discord.abc.User) -> Person:
        """Somebody, by their account's id; without the role an id that no list names. Raises Undelivered."""
        holds = self._role is None or await self._holds(user, self._role)
        return Person(str(user.id) if holds else f"{user.id} {WITHOUT}", user.display_name)

    async def _holds(self, user: discord.abc.User, role: int) -> bool:
        # In direct messages and in a channel's history, Discord does not say which roles somebody holds.
        if isinstance(user, discord.Member):
            return role in {one.id for one in user.roles}
        if self.guild is None:
            return False
        try:
            return role in {one.id for one in (await self.guild.fetch_member(user.id)).roles}
        except discord.NotFound:
            return False
        except LOST as trouble:
            raise Undelivered(f"Discord does not say who {user.display_name} is ({trouble}).") from None
