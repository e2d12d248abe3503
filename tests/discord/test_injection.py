"""Whatever people write into any field, Discord is given nothing that rings, links, formats or misleads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.cards import show
from bot import toml
from bot.library import Library
from bot.policy import Policy
from tests.conftest import CONFIG
from tests.discord import limits
from tests.discord.people import plain
from tests.injection import FIELDS, PAYLOADS, STRANGERS, TEXTS, Cards, cases

if TYPE_CHECKING:
    from bot.case import Case
    from tests.discord.conftest import Office
    from tests.discord.server import Server

CARDS = Cards(toml.read(CONFIG / "library.toml", Library), toml.read(CONFIG / "policy.toml", Policy))
CASES = list(cases())


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(CASES), st.sampled_from(sorted(FIELDS)), TEXTS)
async def test_no_field_rings_links_formats_or_misleads(case: Case, field: str, said: str) -> None:
    typed = "colleague" if field in STRANGERS else said
    for card in CARDS.about(FIELDS[field](case, said), typed):
        shown = show(card, "2026-0001·1")
        body = {"content": shown.content, "embeds": [shown.embed.to_dict()] if shown.embed else []}
        assert limits.live(body) == []
        bare = [line for line in shown.content.split("\n") if not line.startswith(">")]
        assert len(bare) <= 1 + len(card.lines) + 1, "a line that passes for the desk's"
        if shown.view:
            for button in shown.view.children:
                assert "\n" not in str(getattr(button, "label", ""))


async def test_traps_in_every_field_ring_only_who_rules(office: Office, server: Server) -> None:
    """Over the wire; the server fails the test where a message does not say itself whom it may ring."""
    trap = " ".join(PAYLOADS[:9])[:480].replace("\x00", "")
    opened = await office.judy.command("comment")
    filled = {"text": [trap], "post": [trap], "author": [trap], "link": [trap]}
    await (await office.judy.fill_in(opened, filled)).answer()
    card = await office.card()
    asked = await office.judy.press(card, "Ask the director")
    await (await office.judy.fill(asked, **{"The question": trap})).answer()
    question = await office.said_in(str(card["id"]), "please rule on 2026-0001")
    ruled = await office.ruth.fill(await office.ruth.press(question, "Keep"), **{"The reason": trap})
    assert "on record" in await ruled.answer()
    await office.settled()
    await office.judy.post(trap.replace("<@11>", ""))
    await office.card(2)
    for command in ("open", "desk"):
        await (await office.ruth.command(command)).answer()
    asking = {message["id"] for message in server.spoken if "please rule on" in plain(message)}
    assert question["id"] in {message for message, _ in server.pings} <= asking
    assert {user for _, user in server.pings} == {"11"}
    for message in server.spoken:
        body = {**message, "content": message["content"].removeprefix("<@11> ")}
        assert limits.live(body) == [], message["content"]
