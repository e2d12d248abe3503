"""What `commentdesk doctor` looks at in Discord: token, intent, channel, permissions, people's ids; and the invite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from adapters.checks import Check, good, mend
from adapters.discord.chat import LOST
from adapters.discord.client import BASE
from adapters.discord.wire import NO_CONTENT, PORTAL, direct_to, open_chat
from bot.toml import ConfigurationError

if TYPE_CHECKING:
    from bot.library import Library, Member
    from config.settings import Settings

NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
}
"""The least that the desk needs, and what Discord's settings call it."""


def invite(application: int) -> str:
    """The link that asks a server for the desk, with the least permissions."""
    permissions = discord.Permissions(**dict.fromkeys(NEEDED, True))
    return discord.utils.oauth_url(application, permissions=permissions, scopes=("bot", "applications.commands"))


async def examine(settings: Settings, library: Library) -> list[Check]:
    """Ask Discord about everything that the desk needs of it."""
    problems: list[str] = []
    try:
        open_chat(settings, library)
    except ConfigurationError as error:
        problems = error.problems
    checks = [mend(f"Discord: {problem}") for problem in problems]
    if settings.discord_token is None:
        return checks
    direct_to(settings)
    async with discord.Client(intents=BASE, max_ratelimit_timeout=30.0) as client:
        try:
            await client.login(settings.discord_token.get_secret_value())
            checks += _application(client)
            return checks if problems else [*checks, *await _server(client, library)]
        except discord.LoginFailure:
            said = f"DISCORD_TOKEN does not work. Reset the token at {PORTAL} under Bot, and copy it anew."
        except LOST as trouble:
            said = f"{settings.discord_api_base_url} can not be asked about everything ({trouble})."
        return [*checks, mend(f"Discord: {said}")]


def _application(client: discord.Client) -> list[Check]:
    flags = client.application_flags
    granted = flags.gateway_message_content or flags.gateway_message_content_limited
    checks = [good(f"Discord: signed in as {client.user}.")]
    if client.application_id is not None:
        checks.append(good(f"Discord: the link to invite the desk with: {invite(client.application_id)}"))
    return [
        *checks,
        good("Discord: the Message Content intent is granted.") if granted else mend(f"Discord: {NO_CONTENT}"),
    ]


async def _server(client: discord.Client, library: Library) -> list[Check]:
    number = int(library.discord.channel) if library.discord else 0
    try:
        seen = await client.fetch_channel(number)
        if not isinstance(seen, discord.TextChannel):
            return [mend(f"Discord: {number} is no text channel. Copy the id of the staff's text channel.")]
        guild = await client.fetch_guild(seen.guild.id)
        channel = await guild.fetch_channel(number)
    except (discord.NotFound, discord.Forbidden, discord.InvalidData):
        return [
            mend(
                f"Discord: the desk can not see a channel {number}. Invite it with the link above, give it access to "
                "the channel, and check the id in library.toml."
            )
        ]
    checks = await _permissions(guild, channel, client.user.id if client.user else 0)
    role = library.discord.role if library.discord else None
    return [*checks, *[await _person(guild, member, role) for member in library.people if member.adult]]


async def _permissions(
    guild: discord.Guild, channel: discord.abc.GuildChannel | discord.Thread, me: int
) -> list[Check]:
    granted = channel.permissions_for(await guild.fetch_member(me))
    missing = [name for flag, name in NEEDED.items() if not getattr(granted, flag)]
    checks = [
        mend(f"Discord: in #{channel.name} the desk lacks {', '.join(missing)}. Grant it in the channel's settings.")
        if missing
        else good(f"Discord: the desk has what it needs in #{channel.name} of {guild.name}.")
    ]
    if channel.permissions_for(guild.default_role).view_channel:
        checks.append(
            mend(
                f"Discord: everybody on {guild.name} can read #{channel.name}. Comments may hold what is confidential: "
                "make it a private channel, for the staff and the desk."
            )
        )
    return checks


async def _person(guild: discord.Guild, member: Member, role: str | None) -> Check:
    if not member.discord:
        return mend(
            f'Discord: {member.name} has no Discord id in library.toml. Add discord = "…" (in Discord: Settings, '
            "Advanced, Developer Mode; then right-click their name, Copy User ID)."
        )
    try:
        found = await guild.fetch_member(int(member.discord))
    except discord.NotFound:
        return mend(f"Discord: nobody on {guild.name} has the id {member.discord} of {member.name}. Copy it anew.")
    if role and role not in {str(one.id) for one in found.roles}:
        return mend(
            f"Discord: {member.name} does not hold the role {role} that library.toml asks of staff. "
            "Give them the role, or correct [discord] role."
        )
    return good(f"Discord: {member.name} is {found.display_name}.")
