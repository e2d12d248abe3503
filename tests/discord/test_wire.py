"""A wire that fails in every way Discord's does: nothing is lost, and nothing is shown twice."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from typing import TYPE_CHECKING

import pytest

from adapters.discord.wire import open_chat
from bot.toml import ConfigurationError
from tests.discord import payloads
from tests.discord.conftest import office_at, settings_for
from tests.discord.payloads import CHANNEL, user
from tests.discord.people import plain

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library import Library
    from bot.screening import Screening
    from tests.discord.conftest import Office
    from tests.discord.server import Server

QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"


def cards(server: Server, channel: str = CHANNEL) -> list[str]:
    """The ids of the notices that stand in a channel."""
    return [m["content"].rpartition("-# ")[2] for m in server.said(channel) if "-# " in m["content"]]


async def test_each_notice_carries_a_nonce_that_discord_enforces(office: Office) -> None:
    await office.judy.post(QUESTION)
    assert (await office.card())["nonce"] == "2026-0001.1"


async def test_asked_to_slow_down_the_desk_waits_and_sends_once(office: Office, server: Server) -> None:
    server.goes_wrong("limited")
    await office.judy.post(QUESTION)
    await office.card()
    assert cards(server) == ["2026-0001·1"]


async def test_what_discord_did_not_take_is_sent_later(office: Office, server: Server) -> None:
    server.goes_wrong("down")
    await office.judy.post(QUESTION)
    await server.until(lambda: any(one.startswith("POST /channels") for one in server.requests))
    await office.settled()
    assert cards(server) == []
    await office.pass_time(minutes=1)
    assert cards(server) == ["2026-0001·1"]


@pytest.mark.parametrize("trouble", ["taken, then down", "taken, then cut", "taken, then deaf"])
async def test_a_doubtful_send_is_looked_up_before_it_is_repeated(
    trouble: str, tmp_path: Path, screening: Screening, server: Server
) -> None:
    async with office_at(tmp_path / "desk.db", screening, server, patience=0.5) as office:
        server.goes_wrong(trouble)
        await office.judy.post(QUESTION)
        await server.until(lambda: cards(server))
        await server.until(lambda: True)
        await office.settled()
        server.rest.forget_nonces()
        await office.pass_time(minutes=5)
        assert cards(server) == ["2026-0001·1"]
        claimed = await office.judy.press(server.said()[0], "I'll reply")
        await claimed.answer()
        await office.settled()
        assert "Judy Ferris has it" in plain(server.said()[0])


async def test_a_doubtful_question_is_looked_up_in_the_directors_messages(
    tmp_path: Path, screening: Screening, server: Server
) -> None:
    direct = server.dm("11")
    async with office_at(tmp_path / "desk.db", screening, server, patience=0.5) as office:
        server.goes_wrong("taken, then deaf", f"POST /channels/{direct}/messages")
        await office.judy.post(QUESTION)
        opened = await office.judy.press(await office.card(), "Ask the director")
        await (await office.judy.fill(opened, **{"The question": "May it stay?"})).answer()
        await office.settled()
    server.rest.forget_nonces()
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await office.pass_time(minutes=5)
        assert len(cards(server, direct)) == 1
        thread = server.threads()[0]["id"]
        assert len([m for m in server.said(thread) if "please rule" in plain(m)]) == 1


async def test_a_dropped_connection_resumes_and_misses_nothing(office: Office, server: Server) -> None:
    await server.gateway.drop()
    await office.judy.post(QUESTION)
    await office.card()
    assert server.gateway.resumed == 1
    assert len(server.gateway.identified) == 1
    await server.gateway.ask_to_reconnect()
    await office.judy.post(INSULT)
    await office.card(2)
    assert server.gateway.resumed == 2
    assert server.gateway.beats >= 3


async def test_after_a_session_that_can_not_resume_the_history_is_read(office: Office, server: Server) -> None:
    await server.gateway.lose_sessions()
    await office.judy.post(QUESTION)
    await office.judy.post(INSULT)
    await office.card(2)
    assert len(server.gateway.identified) == 2
    assert cards(server) == ["2026-0001·1", "2026-0002·1"]


async def test_what_was_said_while_the_desk_was_off_is_read_and_what_was_before_it_is_not(
    tmp_path: Path, screening: Screening, server: Server
) -> None:
    await server.humans["13"].post("Anyone for lunch?")
    server.now += dt.timedelta(minutes=10)
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await office.judy.post(QUESTION)
        await office.card()
    server.now += dt.timedelta(days=3)
    for _ in range(205):
        await server.add_message(CHANNEL, user("77", "Feed", bot=True), content="Beep.")
    await server.humans["13"].post(INSULT)
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await office.card(2)
        case = await office.case(2)
        assert case
        assert case.comment.text == INSULT
        assert await office.case(3) is None


async def test_the_history_is_asked_for_until_it_comes(tmp_path: Path, screening: Screening, server: Server) -> None:
    async with office_at(tmp_path / "desk.db", screening, server):
        pass
    await server.humans["13"].post(QUESTION)
    server.goes_wrong("down", "GET /channels/200/messages", times=3)
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await office.card()


async def test_what_a_locked_database_did_not_take_is_read_again(office: Office, server: Server) -> None:
    other = sqlite3.connect(office.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await office.judy.post(QUESTION)
    await server.until(lambda: any("/messages" in one and one.startswith("GET") for one in server.requests), seconds=30)
    other.execute("ROLLBACK")
    other.close()
    await office.card()
    assert await office.case(2) is None


async def test_where_the_desk_may_not_speak_the_director_is_told(office: Office, server: Server) -> None:
    server.denied[CHANNEL] = payloads.SEND
    await office.judy.post(QUESTION)
    await office.said_in(server.dm("11"), "2026-0001  KEEP")
    assert cards(server) == []


async def test_without_threads_the_card_is_answered_in_the_channel(office: Office, server: Server) -> None:
    server.denied[CHANNEL] = payloads.THREADS
    await office.judy.post(QUESTION)
    card = await office.said_in(CHANNEL, "2026-0001  KEEP")
    opened = await office.judy.press(card, "Ask the director")
    await (await office.judy.fill(opened, **{"The question": "May it stay?"})).answer()
    asked = await office.said_in(CHANNEL, "please rule on 2026-0001")
    assert asked["message_reference"]["message_id"] == card["id"]


async def test_a_thread_that_was_deleted_is_opened_anew(office: Office, server: Server) -> None:
    await office.judy.post(QUESTION)
    card = await office.card()
    del server.channels[card["id"]]
    opened = await office.judy.press(card, "Ask the director")
    await (await office.judy.fill(opened, **{"The question": "May it stay?"})).answer()
    await office.said_in(card["id"], "please rule on 2026-0001")


async def test_a_card_that_was_deleted_is_not_drawn_again(office: Office, server: Server) -> None:
    await office.judy.post(QUESTION)
    card = await office.card()
    del server.messages[CHANNEL][card["id"]]
    await (await office.judy.press(card, "I'll reply")).answer()
    await office.settled()
    edits = len([one for one in server.requests if one.startswith("PATCH /channels")])
    await office.pass_time(hours=1)
    assert len([one for one in server.requests if one.startswith("PATCH /channels")]) == edits == 1


async def test_reminders_come_by_direct_message_and_in_the_thread(office: Office, server: Server) -> None:
    await office.judy.post(QUESTION)
    card = await office.card()
    await (await office.judy.press(card, "I'll reply")).answer()
    await office.pass_time(days=2)
    await office.said_in(card["id"], "Judy Ferris, 2026-0001 is overdue")
    await office.said_in(server.dm("13"), "Judy Ferris, 2026-0001 is overdue")
    assert server.pings == []


async def test_a_discord_that_is_down_at_start_is_tried_until_it_is_there(
    tmp_path: Path, screening: Screening, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.goes_wrong("down", "GET /users/@me", times=2)
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await server.until(lambda: server.gateway.connected)
        await office.judy.post(QUESTION)
        await office.card()
    assert [one.message for one in caplog.records if "is not connected, and will try again" in one.message]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("token", "DISCORD_TOKEN: Discord does not know it."),
        ("hidden", "[discord] channel: the desk can not see a channel 200."),
        ("gone", "[discord] channel: the desk can not see a channel 200."),
        ("direct", "[discord] channel: 200 is no text channel."),
    ],
)
async def test_what_somebody_has_to_mend_is_said_in_one_line(
    what: str, said: str, tmp_path: Path, screening: Screening, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    match what:
        case "token":
            monkeypatch.setattr("tests.discord.conftest.TOKEN", "nonsense")
            monkeypatch.setattr("tests.discord.conftest.settings_for", lambda one: settings_for(one, "nonsense"))
        case "hidden":
            server.denied[CHANNEL] = payloads.VIEW
        case "gone":
            del server.channels[CHANNEL]
        case _:
            server.channels[CHANNEL]["type"] = 4
    with pytest.raises(ConfigurationError) as mend:
        async with office_at(tmp_path / "desk.db", screening, server):
            pass
    assert str(mend.value).startswith(said)
    assert len(str(mend.value).splitlines()) == 1


async def test_settings_that_lack_something_are_named(server: Server, library: Library) -> None:
    with pytest.raises(ConfigurationError) as mend:
        open_chat(settings_for(server), library)
    assert "library.toml names no Discord channel" in str(mend.value)


async def test_what_is_broken_in_the_desk_itself_does_not_end_listening(
    office: Office, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    def broke_off() -> bool:
        return any("listening broke off" in one.message for one in caplog.records)

    assert office.chat.client
    with monkeypatch.context() as patch:
        patch.setattr("adapters.discord.wire.Client.connect", broken)
        await office.chat.client.close()
        async with asyncio.timeout(10):
            while not broke_off():
                await office.chat.tick()
                await asyncio.sleep(0.001)
    async with asyncio.timeout(10):
        while not server.gateway.connected:
            await office.chat.tick()
            await asyncio.sleep(0.001)
    await office.judy.post(QUESTION)
    await office.card()


async def test_told_to_stop_the_desk_finishes_what_it_has_begun(
    tmp_path: Path, screening: Screening, server: Server
) -> None:
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await office.judy.post(QUESTION)
        await server.until(lambda: cards(server))
    assert not server.gateway.connected
    assert not [task for task in asyncio.all_tasks() if "discord" in task.get_name()]
