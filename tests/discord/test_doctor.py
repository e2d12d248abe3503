"""`commentdesk doctor` on Discord: each thing that can be wrong has its line, and the invite asks for the least."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.discord.doctor import examine
from bot.library import DiscordRoom
from tests.discord import payloads
from tests.discord.conftest import settings_for, with_discord
from tests.discord.payloads import CHANNEL, STAFF_ROLE, TOKEN

if TYPE_CHECKING:
    from bot.library import Library
    from config.settings import Settings
    from tests.discord.server import Server


async def test_all_is_well(server: Server, library: Library) -> None:
    checks = await examine(settings_for(server), with_discord(library))
    assert [check.said for check in checks if not check.ok] == []
    said = [check.said for check in checks]
    assert "Discord: the desk has what it needs in #comments of Alder Creek staff." in said
    assert "Discord: Ruth Engstrom is Ruth Engstrom." in said
    assert not server.gateway.identified
    link = next(one for one in said if "invite" in one).rpartition(" ")[2]
    asked = parse_qs(urlsplit(link).query)
    assert int(asked["permissions"][0]) == payloads.LEAST
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["client_id"] == [payloads.APPLICATION]


async def test_the_invite_is_printed_before_there_is_a_channel(server: Server, library: Library) -> None:
    checks = await examine(settings_for(server), library)
    assert "library.toml names no Discord channel" in checks[0].said
    assert any("the link to invite the desk with" in check.said for check in checks)


async def test_the_least_permissions_are_enough_for_all_the_desk_does(server: Server) -> None:
    # Every other test runs with these, and the server refuses whatever they do not cover.
    assert server.permissions == payloads.LEAST


async def wrong(settings: Settings, library: Library) -> str:
    """The one thing to mend."""
    found = [check.said for check in await examine(settings, library) if not check.ok]
    assert len(found) == 1
    assert found[0].startswith("Discord: ")
    return found[0]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("intent", "Discord does not grant the Message Content intent"),
        ("hidden", "the desk can not see a channel 200."),
        ("gone", "the desk can not see a channel 200."),
        ("voice", "200 is no text channel."),
        ("permission", "in #comments the desk lacks Create Public Threads, Embed Links."),
        ("public", "everybody on Alder Creek staff can read #comments."),
        ("nobody", "nobody on Alder Creek staff has the id 13 of Judy Ferris."),
        ("no role", "Judy Ferris does not hold the role 401 that library.toml asks of staff."),
        ("down", "can not be asked about everything"),
    ],
)
async def test_what_is_wrong_in_discord_has_its_line(what: str, said: str, server: Server, library: Library) -> None:
    match what:
        case "intent":
            server.grants_message_content = False
        case "hidden":
            server.denied[CHANNEL] = payloads.VIEW
        case "gone":
            del server.channels[CHANNEL]
        case "voice":
            server.channels[CHANNEL] |= {"type": 2, "bitrate": 64_000, "user_limit": 0}
        case "permission":
            server.denied[CHANNEL] = payloads.THREADS | payloads.EMBED
        case "public":
            server.everyone_sees = True
        case "nobody":
            del server.humans["13"]
        case "no role":
            server.humans["13"].roles = ()
        case _:
            server.goes_wrong("down", "GET /users/@me")
    assert said in await wrong(settings_for(server), with_discord(library, STAFF_ROLE))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("token", "DISCORD_TOKEN does not work."),
        ("no token", "DISCORD_TOKEN is not set."),
        ("no id", "Judy Ferris has no Discord id in library.toml."),
        ("odd id", "[[people]] Judy Ferris: 'judy#1234' is no Discord id."),
        ("odd role", "[discord] role: '@staff' is no id."),
        ("odd channel", "[discord] channel: '#comments' is no id."),
    ],
)
async def test_what_is_wrong_in_the_settings_has_its_line(
    what: str, said: str, server: Server, library: Library
) -> None:
    library = with_discord(library, "@staff" if what == "odd role" else None)
    settings = settings_for(server, "nonsense" if what == "token" else TOKEN)
    match what:
        case "no token":
            settings = settings.model_copy(update={"discord_token": None})
        case "no id" | "odd id":
            changed = {"discord": None if what == "no id" else "judy#1234"}
            people = [m.model_copy(update=changed) if m.name == "Judy Ferris" else m for m in library.people]
            library = library.model_copy(update={"people": people})
        case "odd channel":
            library = library.model_copy(update={"discord": DiscordRoom(channel="#comments")})
    assert said in await wrong(settings, library)
