"""Every natural way to forward a comment in Discord, and what never is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.discord.conftest import office_at
from tests.discord.payloads import BOT, ELSEWHERE, user
from tests.discord.people import plain

if TYPE_CHECKING:
    from pathlib import Path

    from bot.screening import Screening
    from tests.discord.conftest import Office
    from tests.discord.server import Server

QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


async def test_a_pasted_comment_is_answered_with_a_card_and_a_thread(office: Office) -> None:
    pasted = await office.judy.post(QUESTION)
    card = await office.card()
    assert card["message_reference"]["message_id"] == pasted["id"]
    assert "2026-0001  KEEP" in plain(card)
    assert QUESTION in plain(card)
    assert "Reply by Tuesday 17 November, 8 pm" in plain(card)
    assert card["content"].endswith("-# 2026-0001·1")
    assert [thread["name"] for thread in office.server.threads()] == ["Case 2026-0001"]
    assert office.server.pings == []


async def test_a_native_forward_is_read_from_its_snapshot(office: Office) -> None:
    picture = office.server.file("shot.png", "image/png", PNG)
    await office.judy.forward(INSULT, picture)
    assert "2026-0001  REMOVE: 2 Abuse" in plain(await office.card())
    case = await office.case()
    assert case
    assert (case.comment.text, case.comment.author) == (INSULT, None)
    assert [(one.kind, one.source) for one in case.comment.attachments] == [("image", picture["url"])]


async def test_the_menu_takes_any_message_of_any_channel(office: Office) -> None:
    message = await office.person("Amir").post(QUESTION, ELSEWHERE)
    asked = await office.judy.menu(message)
    assert "Taken. The desk answers in #comments." in plain_text(await asked.answer())
    card = await office.card()
    assert "message_reference" not in card
    assert office.server.said(ELSEWHERE) == []
    case = await office.case()
    assert case
    assert case.forwarded_by == "Judy Ferris"
    await (await office.judy.menu(message)).answer()
    assert await office.case(2) is None


async def test_the_menu_takes_what_another_application_posted(office: Office) -> None:
    feed = user("77", "Feed", bot=True)
    embed = {"type": "rich", "description": QUESTION, "author": {"name": "Pat Doe"}, "url": "https://example.org/c/1"}
    message = await office.server.add_message(ELSEWHERE, feed, embeds=[embed])
    await (await office.judy.menu(message)).answer()
    await office.card()
    case = await office.case()
    assert case
    comment = case.comment
    assert (comment.text, comment.author, comment.permalink) == (QUESTION, "Pat Doe", "https://example.org/c/1")


async def test_the_menu_on_a_pasted_comment_makes_no_second_case(office: Office) -> None:
    pasted = await office.judy.post(QUESTION)
    await office.card()
    await (await office.judy.menu(pasted)).answer()
    assert await office.case(2) is None


async def test_the_menu_on_the_desks_own_card_is_no_forward(office: Office) -> None:
    await office.judy.post(QUESTION)
    asked = await office.judy.menu(await office.card())
    assert "That is the desk's own message" in plain_text(await asked.answer())
    assert await office.case(2) is None


async def test_a_mention_takes_the_words_beside_it(office: Office) -> None:
    await office.judy.post(f"<@{BOT}> {QUESTION}")
    await office.card()
    case = await office.case()
    assert case
    assert case.comment.text == QUESTION


async def test_a_mention_in_an_answer_takes_the_message_answered(office: Office, server: Server) -> None:
    meant = await server.add_message("200", user("77", "Feed", bot=True), content=QUESTION)
    await office.judy.reply(meant, f"<@{BOT}> please check")
    card = await office.card()
    assert card["message_reference"]["message_id"] == meant["id"]
    case = await office.case()
    assert case
    assert case.comment.text == QUESTION


async def test_a_mention_elsewhere_is_told_where_the_desk_listens(office: Office) -> None:
    await office.judy.post(f"<@{BOT}> {QUESTION}", ELSEWHERE)
    await office.said_in(ELSEWHERE, "The desk listens in #comments only")
    assert await office.case() is None


async def test_a_comment_typed_into_its_form_brings_all_that_is_known(office: Office) -> None:
    opened = await office.judy.command("comment", channel=ELSEWHERE)
    sent = await office.judy.fill(
        opened,
        **{
            "The comment": QUESTION,
            "The library's post": "The book sale is on Saturday.",
            "Who wrote": "Pat Doe",
            "Where it stands": "Facebook",
            "Link": "https://facebook.com/c/1",
        },
    )
    assert "Taken" in plain_text(await sent.answer())
    card = await office.card()
    assert "Comment on Facebook" in plain(card)
    case = await office.case()
    assert case
    assert (case.comment.post, case.comment.author) == ("The book sale is on Saturday.", "Pat Doe")
    assert case.comment.permalink == "https://facebook.com/c/1"
    again = await office.judy.fill(
        await office.judy.command("comment"), **{"The comment": "x", "Link": case.comment.permalink}
    )
    assert "That comment is here already" in plain_text(await again.answer())


async def test_a_picture_is_fetched_and_kept(office: Office) -> None:
    await office.judy.post("", attachments=[office.server.file("shot.png", "image/png", PNG)])
    assert "WORDS WANTED" in plain(await office.card())
    async with office.store.look(office.library.id) as view:
        kept = await view.media("2026-0001")
    assert [(media.media_type, media.content) for _, media in kept] == [("image/png", PNG)]


@pytest.mark.parametrize(
    ("name", "media_type", "content"),
    [
        ("page.png", "image/png", b"<html>log in first</html>"),
        ("film.mp4", "video/mp4", b"0000ftypisom"),
        ("large.png", "image/png", PNG + bytes(20 * 2**20)),
    ],
    ids=["no picture", "a film", "too large"],
)
async def test_what_can_not_be_kept_is_named_on_record(
    office: Office, name: str, media_type: str, content: bytes
) -> None:
    await office.judy.post(QUESTION, attachments=[office.server.file(name, media_type, content)])
    await office.card()
    async with office.store.look(office.library.id) as view:
        assert await view.media("2026-0001") == []
        assert "attachment not kept" in [entry.kind async for entry in view.record()]


async def test_a_picture_whose_address_has_run_out_is_asked_for_anew(office: Office) -> None:
    picture = office.server.file("shot.png", "image/png", PNG)
    picture["url"] = picture["url"].replace("ex=1", "ex=0")
    await office.judy.post("", attachments=[picture])
    await office.card()
    async with office.store.look(office.library.id) as view:
        assert len(await view.media("2026-0001")) == 1


async def test_nothing_is_fetched_from_anywhere_but_discord(office: Office) -> None:
    picture = office.server.file("shot.png", "image/png", PNG) | {"url": "http://127.0.0.1:9/shot.png"}
    await office.judy.post(QUESTION, attachments=[picture])
    await office.card()
    async with office.store.look(office.library.id) as view:
        assert "attachment not kept" in [entry.kind async for entry in view.record()]


async def test_a_text_too_long_for_a_message_comes_as_a_file(office: Office) -> None:
    words = f"{QUESTION} " * 100
    await office.judy.post(
        "", attachments=[office.server.file("message.txt", "text/plain; charset=utf-8", words.encode())]
    )
    await office.card()
    case = await office.case()
    assert case
    assert case.comment.text == words
    assert case.comment.attachments == ()


async def test_talk_is_never_a_case(office: Office, server: Server) -> None:
    await office.judy.post(QUESTION)
    card = await office.card()
    thread = server.threads()[0]["id"]
    await office.person("Amir").post("I would say we open at nine, no?", thread)
    await office.person("Amir").reply(card, "That one again?")
    fed = await server.add_message("200", user("77", "Feed", bot=True), content="Worthless pigs, all of you")
    await office.person("Amir").reply(fed, "That one again?")
    await server.add_message("200", user("78", "Hook"), content=INSULT, webhook_id="78")
    await server.add_message("200", office.judy.user(), type=6)
    await office.judy.post("", sticker_items=[{"id": "1", "name": "Wave", "format_type": 1}])
    await server.gateway.dispatch("MESSAGE_UPDATE", {**card, "content": INSULT, "guild_id": "100"})
    await office.judy.post(INSULT)
    assert "REMOVE" in plain(await office.card(2))
    assert await office.case(3) is None


async def test_a_message_edited_makes_no_second_case(office: Office, server: Server) -> None:
    pasted = await office.judy.post(QUESTION)
    await office.card()
    edited = pasted | {"content": INSULT, "edited_timestamp": server.now.isoformat(), "guild_id": "100"}
    await server.gateway.dispatch("MESSAGE_UPDATE", edited)
    await office.judy.post("Is the copier working again?")
    await office.card(2)
    first = await office.case()
    assert first
    assert first.comment.text == QUESTION


async def test_a_stranger_is_told_no_in_private(office: Office, server: Server) -> None:
    await office.person("Somebody").post(INSULT)
    await office.said_in(server.dm("19"), "only people named in the library's list")
    assert server.said() == []
    assert await office.case() is None


async def test_who_takes_no_direct_messages_is_answered_in_the_channel(office: Office, server: Server) -> None:
    server.closed_dms.add("19")
    await office.person("Somebody").post(INSULT)
    await office.said_in("200", "only people named in the library's list")
    assert server.pings == []


async def test_without_the_intent_the_other_ways_work_and_it_is_said_plainly(
    tmp_path: Path, screening: Screening, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.grants_message_content = False
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        assert [record.message for record in caplog.records if "Message Content" in record.message]
        assert len(server.gateway.identified) == 2
        await office.judy.post(INSULT)
        await office.judy.post(INSULT)
        await office.said_in("200", "The desk may not read this channel.")
        await office.judy.post(f"<@{BOT}> {QUESTION}")
        await office.card()
        elsewhere = await office.person("Amir").post("Is the copier working again?", ELSEWHERE)
        await (await office.judy.menu(elsewhere)).answer()
        await office.card(2)
        assert await office.case(3) is None
        assert len([m for m in server.said() if "may not read" in plain(m)]) == 1


def plain_text(text: str) -> str:
    """Text with the escapes gone."""
    return plain({"content": text})
