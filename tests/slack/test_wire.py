"""The wire: Socket Mode and HTTP mode, deaf connections, what was said while nobody listened, start and stop."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import pytest

from adapters.session import TICK_SECONDS
from adapters.slack.wire import Pace
from bot.toml import ConfigurationError
from tests.slack import rules
from tests.slack.conftest import AMIR, CALM, HOUR, INSULT, JUDY, QUESTION, RUTH, STRANGER, free_port
from tests.slack.server import ELSEWHERE, STAFF
from tests.slack.workspace import payload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.slack.conftest import Office

NEVER = Pace(look=3600, deaf=3600)
NERVOUS = replace(CALM, ping=0.2, deaf=0.6)


@pytest.fixture
async def nervous(office: Office) -> AsyncIterator[Office]:
    """A desk whose wire is quick to think that it is deaf."""
    office.pace = NERVOUS
    async with office.at_work():
        yield office


async def test_http_mode_hears_the_same(office: Office) -> None:
    office.port = free_port()
    office.slack.http = f"http://127.0.0.1:{office.port}/slack/events"
    async with office.at_work():
        message, card = await office.forwarded()
        await office.slack.press(JUDY, card, "claim")
        await office.told(JUDY, "2026-0001 is yours")
        await office.slack.press(JUDY, card, "ask")
        await office.slack.modal(JUDY, field="question")
        await office.slack.submit(JUDY, {"question": "May this stay?"})
        question = await office.card(message, "please rule on 2026-0001")
        await office.slack.press(RUTH, question, "keep")
        await office.slack.modal(RUTH, field="reason")
        await office.slack.submit(RUTH, {"reason": "fine"})
        await office.card(message, "KEEP, ruled by Ruth Engstrom")
        await office.slack.slash(AMIR, INSULT)
        await office.slack.modal(AMIR, "Check a comment")
        await office.slack.submit(AMIR, {"comment": INSULT})
        await office.card(None, "2026-0002")
        await office.slack.shortcut(JUDY, office.slack.write(AMIR, "Thank you all!", ELSEWHERE), ELSEWHERE)
        await office.card(None, "2026-0003")
        assert "Overdue: none" in rules.words(await office.slack.come_home(JUDY))
        await office.slack.tell(message, retry=1)
        assert await office.count() == 3
        assert office.slack.links == []


async def test_http_mode_takes_nothing_with_a_wrong_or_old_signature(office: Office) -> None:
    office.port = free_port()
    office.slack.http = f"http://127.0.0.1:{office.port}/slack/events"
    async with office.at_work():
        body = payload("message", ts=office.slack.write(JUDY, QUESTION)["ts"])
        assert (await office.slack.post(body, secret="another"))[0] == 401  # noqa: S106 - made up
        assert (await office.slack.post(body, age=600))[0] == 401
        assert await office.count() == 0
        assert (await office.slack.post(body))[0] == 200
        assert await office.count() == 1
        challenge = {"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}
        status, text = await office.slack.post(challenge)
        assert (status, challenge["challenge"] in text) == (200, True)
        async with aiohttp.ClientSession() as one, one.get(f"http://127.0.0.1:{office.port}/healthz") as healthy:
            assert await healthy.text() == "ok"


async def test_http_mode_answers_503_where_nothing_was_stored(office: Office) -> None:
    office.port = free_port()
    office.slack.http = f"http://127.0.0.1:{office.port}/slack/events"
    async with office.at_work():
        await office.break_database()
        body = payload("message", ts=office.slack.write(JUDY, QUESTION)["ts"])
        assert (await office.slack.post(body))[0] == 503
        await office.mend_database()


async def test_a_port_that_is_taken_is_said_in_words(office: Office) -> None:
    office.port = office.slack.port
    with pytest.raises(ConfigurationError, match=rf"SLACK_HTTP_PORT: {office.port} can not be opened"):
        async with office.at_work():
            pass


async def test_trouble_inside_is_not_taken_for_a_port_that_is_taken(office: Office) -> None:
    office.port = free_port()
    with pytest.raises(ConnectionResetError):
        async with office.at_work():
            raise ConnectionResetError


def test_a_deaf_socket_is_replaced_within_ninety_seconds() -> None:
    """A message that comes just after a look is found by the next; one that is fresh then, `grace` later."""
    pace = Pace()
    assert pace.look + pace.grace + TICK_SECONDS + pace.call <= 90
    assert pace.ping + pace.deaf + TICK_SECONDS + pace.call <= 90


async def ticking(office: Office) -> None:
    """The ticker, as fast as it goes."""
    while True:
        await office.chat.tick()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("how", ["no pongs, no events", "pongs, no events"])
async def test_a_deaf_socket_is_replaced_and_nothing_it_missed_is_lost(nervous: Office, how: str) -> None:
    await nervous.forwarded()
    (link,) = nervous.slack.links
    link.mute, link.pongless = True, how.startswith("no pongs")
    nervous.clock.time += HOUR / 60
    message = nervous.slack.write(AMIR, INSULT)
    ticks = asyncio.create_task(ticking(nervous))
    await nervous.card(message, "2026-0002")
    await nervous.slack.until(lambda: [one for one in nervous.slack.open_links if not one.mute], "a fresh connection")
    another, _ = await nervous.forwarded("Do you have a seed library?")
    ticks.cancel()
    assert len(nervous.slack.desks(thread=message["ts"])) == len(nervous.slack.desks(thread=another["ts"])) == 1


async def test_a_socket_without_pongs_is_replaced_though_nobody_says_anything(office: Office) -> None:
    office.pace = replace(NERVOUS, look=3600)
    async with office.at_work():
        office.slack.links[0].pongless = office.slack.links[0].mute = True
        ticks = asyncio.create_task(ticking(office))
        await office.slack.until(lambda: len(office.slack.links) > 1, "a fresh connection")
        ticks.cancel()
        await office.forwarded()


async def test_a_socket_whose_own_watch_has_died_is_replaced_too(office: Office) -> None:
    """The SDK heals most connections itself; here the tasks that would have done so are gone."""
    office.pace = replace(NERVOUS, look=3600)
    async with office.at_work():
        client = office.chat._socket._handler.client  # type: ignore[union-attr]  # noqa: SLF001 - no other way to harm it
        for task in (client.current_session_monitor, client.message_receiver):
            assert task
            task.cancel()
        ticks = asyncio.create_task(ticking(office))
        await office.slack.until(lambda: len(office.slack.links) > 1, "a fresh connection")
        ticks.cancel()
        await office.forwarded()


async def test_a_live_socket_is_left_alone_though_strangers_write(desk: Office) -> None:
    """What was refused is no case, and for ever new to whoever looks for cases."""
    await desk.slack.say(STRANGER, INSULT)
    await desk.told(STRANGER, "only people named")
    desk.clock.time += HOUR / 60
    for _ in range(5):
        await desk.chat.tick()
    assert len(desk.slack.links) == 1
    assert len(await desk.facts("refusal")) == 1


async def test_a_fresh_message_is_left_to_the_socket(office: Office) -> None:
    office.pace = replace(office.pace, look=0, grace=10)
    async with office.at_work():
        await office.forwarded()
        office.clock.time += HOUR / 60
        message = office.slack.write(JUDY, INSULT)  # Slack is about to deliver it
        await office.chat.tick()
        assert await office.count() == 1
        assert len(office.slack.links) == 1
        await office.slack.tell(message)
        assert await office.count() == 2


async def test_slack_asks_to_come_anew(nervous: Office) -> None:
    await nervous.forwarded()
    await nervous.slack.disconnect()
    await nervous.slack.until(lambda: len(nervous.slack.links) == 2)
    await nervous.forwarded("Do you have a seed library?")
    await nervous.slack.disconnect("warning")
    await nervous.slack.until(lambda: len(nervous.slack.links) == 3)
    await nervous.forwarded("Is the meeting room free on Friday?")


async def test_a_connection_that_breaks_is_made_anew(nervous: Office) -> None:
    await nervous.slack.links[0].ws.close()
    await nervous.slack.until(lambda: len(nervous.slack.open_links) == 1 and len(nervous.slack.links) == 2)
    await nervous.forwarded()


async def test_the_first_start_reads_nothing_older(office: Office) -> None:
    office.slack.write(JUDY, INSULT)
    office.clock.time += HOUR
    async with office.at_work():
        await office.forwarded()
        assert await office.count() == 1


async def test_what_was_said_meanwhile_is_read_at_the_next_start(office: Office) -> None:
    office.pace = NEVER
    async with office.at_work():
        await office.forwarded()
    office.clock.time += 30 * HOUR
    office.slack.page = 3
    said = [office.slack.write(JUDY, f"Do you open on day {day}?") for day in range(10)]
    office.slack.write(AMIR, "and in its thread", thread_ts=said[0]["ts"])
    office.slack.channels[STAFF].messages.append({**payload("bot_message")["event"], "ts": office.slack.next_ts()})
    async with office.at_work():
        for message in said:
            await office.card(message)
        assert await office.count() == 11
        first, last = [(await office.case(number)).comment.text for number in (2, 11)]
        assert (first, last) == ("Do you open on day 0?", "Do you open on day 9?")
        await office.slack.tell(said[3], retry=2)
        assert await office.count() == 11


async def test_what_failed_beside_something_newer_is_read_at_the_next_look(desk: Office) -> None:
    await desk.forwarded()
    lost = desk.slack.write(JUDY, INSULT)
    await desk.forwarded("Do you have a seed library?")
    desk.clock.time += HOUR / 60
    await desk.chat.tick()
    await desk.card(lost, "REMOVE")


async def test_history_that_can_not_be_read_stops_nothing(desk: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "commentdesk")
    desk.slack.fail("conversations.history", error="missing_scope")
    await desk.forwarded()
    await desk.chat.tick()
    assert "history can not be read. Slack says missing_scope." in caplog.text


async def test_slack_is_waited_for_at_the_start(office: Office) -> None:
    office.slack.fail("auth.test", status=503, body="down")
    office.slack.fail("auth.test", status=429, retry_after=1)
    async with office.at_work():
        await office.forwarded()
    assert office.slack.count("auth.test") == 3, "and not asked again with the first event"


@pytest.mark.parametrize(
    ("method", "said"), [("auth.test", "SLACK_BOT_TOKEN"), ("apps.connections.open", "SLACK_APP_TOKEN")]
)
async def test_a_token_that_slack_refuses_is_said_in_words(office: Office, method: str, said: str) -> None:
    office.slack.fail(method, error="invalid_auth")
    with pytest.raises(ConfigurationError, match=rf"{said}: Slack says invalid_auth\."):
        async with office.at_work():
            pass


async def test_what_is_under_way_at_the_end_is_finished_first(office: Office) -> None:
    async with office.at_work():
        slow = office.slack.fail("chat.postMessage", held=asyncio.Event())
        assert slow.held
        message = office.slack.write(JUDY, QUESTION)
        await office.slack.tell(message)
        asyncio.get_running_loop().call_later(0.05, slow.held.set)
    assert len(office.slack.desks(thread=message["ts"])) == 1
