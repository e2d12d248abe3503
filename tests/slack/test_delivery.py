"""What delivery promises, held against Slack: nothing lost, nothing doubled, and every doubt looked up."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.slack import rules
from tests.slack.conftest import AMIR, HOUR, JUDY, QUESTION, RUTH
from tests.slack.server import STAFF

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.slack.conftest import Office

MINUTE = HOUR / 60


@pytest.fixture
async def impatient(office: Office) -> AsyncIterator[Office]:
    """A desk that waits a second for Slack."""
    office.pace = replace(office.pace, call=1)
    async with office.at_work():
        yield office


async def test_events_and_presses_are_acknowledged_while_slacks_api_is_slow(office: Office) -> None:
    """Nothing that the desk sends is waited for: it is held back here until after the acknowledgements."""
    office.pace = replace(office.pace, call=60, look=3600)
    async with office.at_work():
        slow = [office.slack.fail(method, held=asyncio.Event()) for method in ("chat.postMessage", "response_url")]
        message = await office.slack.say(JUDY, QUESTION)
        assert await office.count() == 1
        old = {**message, "blocks": []}
        assert (await office.slack.press(JUDY, old, "claim", value="2026-0001|1")).acked
        assert (await office.case(1)).claimed_by == "Judy Ferris"
        assert (office.slack.desks(), office.slack.ephemerals) == ([], [])
        for fault in slow:
            assert fault.held
            fault.held.set()
        await office.card(message, "Judy Ferris has it")


async def test_what_was_not_stored_is_not_acknowledged_and_comes_again(desk: Office) -> None:
    await desk.break_database()
    message = desk.slack.write(JUDY, QUESTION)
    await desk.slack.tell(message, acked=False, patience=0.5)
    assert desk.slack.desks() == []
    await desk.mend_database()
    await desk.slack.tell(message, retry=1)
    await desk.slack.tell(message, retry=2)
    await desk.settled()
    assert len(desk.slack.desks(thread=message["ts"])) == 1
    assert await desk.count() == 1
    assert len(await desk.facts("forward")) == len(await desk.facts("notice sent")) == 1


async def test_what_slack_took_before_it_timed_out_is_found_by_its_metadata(impatient: Office) -> None:
    impatient.slack.fail("chat.postMessage", held=asyncio.Event(), taken=True)
    message = await impatient.slack.say(JUDY, QUESTION)
    await impatient.slack.until(impatient.slack.desks)
    await impatient.settled()
    assert await impatient.facts("notice sent") == [], "nobody knows yet"
    await impatient.slack.press(AMIR, impatient.slack.desks()[0], "claim")
    assert (await impatient.case(1)).claimed_by == "Amir Haddad", "though it can be pressed already"
    await impatient.pass_time(MINUTE)
    assert impatient.slack.count("conversations.replies") == 1
    assert len(impatient.slack.desks(thread=message["ts"])) == 1
    assert len(await impatient.facts("notice sent")) == 1
    await impatient.card(message, "Amir Haddad has it")


@pytest.mark.parametrize("channel", ["direct", "of a modal"])
async def test_a_doubtful_send_outside_a_thread_is_looked_up_too(impatient: Office, channel: str) -> None:
    if channel == "direct":
        _, card = await impatient.forwarded()
        impatient.slack.fail(
            "chat.postMessage", held=asyncio.Event(), taken=True, where=lambda a: a["channel"][0] == "D"
        )
        await impatient.slack.press(JUDY, card, "ask")
        await impatient.slack.modal(JUDY, field="question")
        await impatient.slack.submit(JUDY, {"question": "May this stay?"})
    else:
        impatient.slack.fail("chat.postMessage", held=asyncio.Event(), taken=True)
        await impatient.slack.begin(JUDY)
        await impatient.slack.modal(JUDY, field="comment")
        await impatient.slack.submit(JUDY, {"comment": QUESTION})
    where = impatient.slack.direct(RUTH) if channel == "direct" else impatient.slack.channels[STAFF]
    await impatient.slack.until(lambda: where.messages)
    await impatient.settled()
    await impatient.pass_time(MINUTE)
    assert impatient.slack.count("conversations.history") == 1
    assert len(where.messages) == 1


async def test_what_slack_did_not_take_is_sent_again(desk: Office) -> None:
    desk.slack.fail("chat.postMessage", status=500, body="<html>upstream sent too big header</html>")
    message = await desk.slack.say(JUDY, QUESTION)
    await desk.settled()
    assert desk.slack.desks() == []
    await desk.pass_time(MINUTE)
    await desk.card(message)
    assert len(desk.slack.desks()) == 1


UNREADABLE = [
    (" ", "application/json"),
    ("null", "application/json"),
    ("[]", "application/json"),
    ("{", "application/json"),
    ('{"ok": false}', "application/json"),
    ("stream timeout", "text/plain"),
    ("<html>Bad gateway</html>", "text/html"),
]


@pytest.mark.parametrize(("body", "media_type"), UNREADABLE)
async def test_an_answer_that_can_not_be_read_leaves_a_doubt(desk: Office, body: str, media_type: str) -> None:
    desk.slack.fail("chat.postMessage", body=body, media_type=media_type)
    message = await desk.slack.say(JUDY, QUESTION)
    await desk.settled()
    await desk.pass_time(HOUR)
    await desk.card(message)
    assert len(desk.slack.desks()) == desk.slack.count("conversations.replies") == 1


async def test_slacks_wish_to_wait_is_honoured(desk: Office) -> None:
    desk.slack.fail("chat.postMessage", status=429, retry_after=90)
    message = await desk.slack.say(JUDY, QUESTION)
    await desk.settled()
    await desk.pass_time(MINUTE)
    assert desk.slack.count("chat.postMessage") == 1
    await desk.pass_time(MINUTE)
    await desk.card(message)


async def test_an_archived_channels_notices_go_to_the_director(desk: Office) -> None:
    message = desk.slack.write(JUDY, QUESTION)
    desk.slack.channels[STAFF].archived = True
    await desk.slack.tell(message)
    await desk.card(None, "2026-0001  KEEP", channel=desk.slack.direct(RUTH).id)
    assert desk.slack.desks() == []


async def test_closed_direct_messages_leave_the_thread(desk: Office) -> None:
    message, card = await desk.forwarded()
    desk.slack.direct(RUTH).closed = True
    await desk.slack.press(JUDY, card, "ask")
    await desk.slack.modal(JUDY, field="question")
    await desk.slack.submit(JUDY, {"question": "May this stay?"})
    await desk.card(message, "please rule on 2026-0001")
    await desk.settled()
    assert desk.slack.direct(RUTH).messages == []
    asked = [m for m in desk.slack.desks() if "please rule" in rules.words(m)]
    assert len(asked) == 1, "the copy in the thread is enough"
    await desk.pass_time(HOUR)
    tried = [args for name, args in desk.slack.calls if name == "chat.postMessage" and args["channel"][0] == "D"]
    assert len(tried) == 1, "a way that is shut for good is not tried again"


async def test_slack_down_for_a_while_loses_nothing_and_keeps_the_order(desk: Office) -> None:
    slow = desk.slack.fail("chat.postMessage", status=503, body="down", times=2)
    message, other = desk.slack.write(JUDY, QUESTION), desk.slack.write(AMIR, "Do you have a seed library?")
    await desk.slack.tell(message)
    await desk.slack.tell(other)
    await desk.slack.until(lambda: slow.times == 0)
    await desk.settled()
    await desk.pass_time(HOUR)
    assert [m["thread_ts"] for m in desk.slack.desks()] == [message["ts"], other["ts"]]


async def test_a_card_that_slack_would_not_draw_is_drawn_later(desk: Office) -> None:
    message, card = await desk.forwarded()
    desk.slack.fail("chat.update", status=429, retry_after=30)
    await desk.slack.press(JUDY, card, "claim")
    await desk.told(JUDY, "is yours")
    await desk.settled()
    assert "Judy Ferris has it" not in rules.words(card)
    await desk.pass_time(MINUTE)
    await desk.card(message, "Judy Ferris has it")


async def test_no_log_holds_what_people_said(desk: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    caplog.set_level(logging.INFO, "commentdesk")
    said = "My neighbour Wilhelmina borrowed it"
    await desk.break_database()
    message = desk.slack.write(JUDY, said)
    await desk.slack.tell(message, acked=False, patience=0.3)
    await desk.mend_database()
    desk.slack.fail("chat.postMessage", error="channel_not_found")
    desk.slack.fail("response_url", status=404)
    desk.slack.fail("chat.postEphemeral", error="user_not_in_channel")
    await desk.slack.tell(message)
    card = await desk.card(None, said, channel=desk.slack.direct(RUTH).id)
    await desk.slack.press(JUDY, {**card, "channel": STAFF}, "claim", value="2026-0001|1")
    await desk.slack.until(lambda: desk.slack.count("chat.postEphemeral"))
    await desk.slack.until(lambda: "an answer could not be given" in caplog.text)
    assert "Wilhelmina" not in caplog.text
    assert "xoxb" not in caplog.text
