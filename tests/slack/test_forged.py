"""What an attacker sends in Slack: the same thing twice, another's case, a form that nobody opened, no signature."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import io
import json
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.store import Marks
from tests.slack import rules
from tests.slack.conftest import AMIR, HOUR, INSULT, JUDY, QUESTION, RUTH, STRANGER, free_port
from tests.slack.server import ELSEWHERE, SECRET, STAFF
from tests.slack.workspace import payload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.slack.conftest import Office
    from tests.slack.server import Json


async def stood_still(desk: Office, before: object) -> None:
    """The case is as it was, once everything under way has ended."""
    await desk.chat._listeners.finish()  # noqa: SLF001 - what an attacker set going has no other end
    assert await desk.case(1) == before


async def test_the_same_press_twice_is_one_press(desk: Office) -> None:
    """Judy's old press, sent again after she has handed the reply over, does not make it hers once more."""
    _, card = await desk.forwarded()
    first = await desk.slack.press(JUDY, card, "claim")
    await desk.told(JUDY, "2026-0001 is yours")
    await desk.slack.press(JUDY, card, "hand_over", value="2026-0001|1")
    await desk.slack.modal(JUDY, "Hand over")
    await desk.slack.submit(JUDY, {})
    await desk.told(JUDY, "has the reply from here")
    await desk.chat._listeners.finish()  # noqa: SLF001 - see above
    before = await desk.case(1)
    said = len(desk.slack.said)
    assert (await desk.slack.deliver(copy.deepcopy(first.payload))).acked
    await stood_still(desk, before)
    assert len(desk.slack.said) == said


async def test_the_same_form_twice_is_one_form(desk: Office) -> None:
    """A ruling sent again after the director was asked anew does not rule again."""
    _, card = await desk.forwarded()
    await desk.slack.press(RUTH, card, "keep", value="2026-0001|1")
    await desk.slack.modal(RUTH, field="reason")
    ruled = await desk.slack.submit(RUTH, {"reason": "a plain question"})
    await desk.told(RUTH, "your ruling is on record")
    await desk.slack.press(JUDY, card, "ask", value="2026-0001|1")
    await desk.slack.modal(JUDY, field="question")
    await desk.slack.submit(JUDY, {"question": "Still?"})
    await desk.told(JUDY, "is with the director")
    before = await desk.case(1)
    assert (await desk.slack.deliver(copy.deepcopy(ruled.payload))).acked
    await stood_still(desk, before)
    assert len(await desk.facts("ruling")) == 1


async def test_the_same_comment_form_shortcut_and_command_twice_are_one_case(desk: Office) -> None:
    await desk.slack.begin(JUDY)
    await desk.slack.modal(JUDY, "Check a comment")
    form = await desk.slack.submit(JUDY, {"comment": QUESTION})
    shortcut = await desk.slack.shortcut(JUDY, desk.slack.write(AMIR, INSULT, ELSEWHERE), ELSEWHERE)
    command = await desk.slack.slash(JUDY, "word " * 700)
    await desk.chat._listeners.finish()  # noqa: SLF001 - see above
    assert await desk.count() == 3
    for number, one in enumerate((form, shortcut, command)):
        await desk.slack.deliver(copy.deepcopy(one.payload))
        await desk.slack.deliver({**copy.deepcopy(one.payload), "trigger_id": f"another {number}"})
    await desk.chat._listeners.finish()  # noqa: SLF001 - see above
    assert await desk.count() == 4, "a command has no id but its trigger, so with another it is another command"


async def test_a_case_of_another_library_is_no_case_here(desk: Office) -> None:
    await desk.forwarded()
    case = replace(await desk.case(1), number="2026-0007")
    async with desk.store.change("birch-hollow", desk.clock()) as change:
        await change.add_case(case)
        await change.add_verdict(case, Marks("", "", ""))
    _, card = await desk.forwarded("Do you have a seed library?")
    for action in ("claim", "case", "keep"):
        await desk.slack.press(RUTH, card, action, value="2026-0007|1")
        await desk.told(RUTH, "There is no case '2026-0007'")
    async with desk.store.look("birch-hollow") as view:
        assert await view.case(2026, 7) == case


FORGED_VALUES = (
    "2025-0001|1",
    "2026-0001'; DROP TABLE case|1",
    "-1|",
    "|1",
    "9" * 2000,
    "٣|1",
    "\x00|1",
)


async def test_a_forged_value_moves_nothing_it_does_not_name(desk: Office) -> None:
    _, card = await desk.forwarded()
    before = await desk.case(1)
    for value in FORGED_VALUES:
        one = await desk.slack.press(JUDY, card, "claim", value=value)
        assert one.acked
        await stood_still(desk, before)
    assert [m for m in desk.slack.desks() if "Traceback" in rules.words(m)] == []


FORGED_FORMS: tuple[tuple[str, Json], ...] = (
    # what a form that nobody opened says it is, and what is filled in
    ("no JSON", {}),
    ("[]", {}),
    ('"keep"', {}),
    ("null", {}),
    ('{"action": "open"}', {}),
    ('{"action": "overdue", "case": "2026-0001"}', {}),
    ('{"action": "case", "case": "2026-0001"}', {}),
    ('{"action": "shrug", "case": "2026-0001"}', {}),
    ('{"action": ["keep"], "case": {"a": 1}}', {}),
    ('{"action": "keep", "case": "2026-0001", "seen": "one"}', {}),
    ('{"action": "remove", "case": "2026-0001"}', {"guidelines": ["²", "999", "x", "9" * 5000], "reason": "because"}),
    ('{"action": "done", "case": "2026-0001"}', {"what_was_done": "burned"}),
    ('{"action": "when", "case": "2026-0001"}', {"time": 99_999_999_999_999}),
    ('{"action": "away"}', {"until": "the day after tomorrow"}),
    ('{"action": "away"}', {"until": "9999-12-31"}),
    ('{"action": "closed"}', {"day": "0000-00-00", "reason": "snow"}),
)


@pytest.fixture
async def quiet(desk: Office, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Office]:
    """A desk that says nothing of its own faults."""
    caplog.set_level(logging.WARNING)
    yield desk
    assert [record.getMessage() for record in caplog.get_records("call") if record.exc_info] == []


async def test_a_form_that_nobody_opened_moves_nothing(quiet: Office) -> None:
    desk = quiet
    await desk.forwarded()
    before = await desk.case(1)
    for about, filled in FORGED_FORMS:
        await desk.slack.deliver(form(desk, RUTH, about, filled), acked=None, patience=2)
        await stood_still(desk, before)
    async with desk.store.look(desk.library.id) as view:
        assert await view.away() == {}


def form(desk: Office, user: str, about: str, filled: Json) -> Json:
    """A view submission as Slack would deliver it."""
    state = {name: {name: _state(value)} for name, value in filled.items()}
    blocks = [{"type": "input", "block_id": name} for name in filled]
    view: dict[str, Any] = {"id": "V0FORGED", "type": "modal", "callback_id": "desk_action"}
    view |= {"private_metadata": about, "blocks": blocks, "state": {"values": state}}
    by = {"user": {"id": user, "team_id": "T0ALDER"}, "trigger_id": desk.slack.trigger(user)}
    return {**payload("view_submission", view=view), **by}


def _state(value: Any) -> Json:
    if isinstance(value, list):
        return {"type": "checkboxes", "selected_options": [{"value": one} for one in value]}
    if isinstance(value, int):
        return {"type": "datetimepicker", "selected_date_time": value}
    dated = value[:1].isdigit() or value.startswith("the day")
    return {"type": "datepicker", "selected_date": value} if dated else {"type": "plain_text_input", "value": value}


async def test_a_page_button_that_names_another_action_does_nothing(quiet: Office) -> None:
    desk = quiet
    _, card = await desk.forwarded()
    await desk.slack.press(RUTH, card, "case")
    view = await desk.slack.modal(RUTH, "2026-0001")
    before = await desk.case(1)
    for name, value in (("page:1", "keep|2026-0001"), ("page:²", "shrug|1"), ("page:9999999", "case|2026-0001")):
        said = len(desk.slack.said)
        await desk.slack.press(RUTH, view, name, value=value)
        await stood_still(desk, before)
        (_, shown) = desk.slack.said[said]
        assert ("Forwarded by" if value.startswith("case|") else "another version of the desk") in shown


async def test_a_form_that_another_opened_is_judged_by_who_sends_it(desk: Office) -> None:
    _, card = await desk.forwarded()
    await desk.slack.press(RUTH, card, "keep", value="2026-0001|1")
    desk.slack.views[JUDY] = [await desk.slack.modal(RUTH, field="reason")]
    await desk.slack.submit(JUDY, {"reason": "because I say so"})
    await desk.told(JUDY, "that takes a ruling by Ruth Engstrom")
    assert (await desk.case(1)).ruling is None


async def test_what_comes_from_another_workspace_is_left(desk: Office) -> None:
    """The same signing secret serves every workspace that an app is installed in; the desk serves one."""
    _, card = await desk.forwarded()
    before = await desk.case(1)
    elsewhere = {"team_id": "T0OTHER", "authorizations": [{"team_id": "T0OTHER", "is_bot": True}]}
    event = {**payload("message", ts=desk.slack.next_ts(), user=RUTH, text=INSULT), **elsewhere}
    assert (await desk.slack.deliver(event)).acked
    press = {**payload("block_actions"), "team": {"id": "T0OTHER"}, "trigger_id": "1.x", "message": card}
    press |= {"user": {"id": RUTH, "team_id": "T0OTHER"}, "channel": {"id": STAFF}, "container": {}}
    assert (await desk.slack.deliver(press)).acked
    await stood_still(desk, before)
    assert await desk.count() == 1


async def test_who_was_refused_before_the_start_is_not_refused_again(office: Office) -> None:
    """The last hour of the channel is read at each start; what a stranger wrote there is no news."""
    async with office.at_work():
        await office.forwarded()
        await office.slack.say(STRANGER, INSULT)
        await office.told(STRANGER, "only people named")
        await office.forwarded("Do you have a seed library?")
        assert len(await office.facts("refusal")) == 1
    office.clock.time += HOUR / 4
    late = office.slack.write(STRANGER, "Is the copier working again?")
    async with office.at_work():
        await office.slack.until(lambda: office.slack.count("conversations.history"))
        assert [fact["wanted"] for fact in await office.facts("refusal")] == ["forward", "forward"]
        assert late["ts"] == await office.desk.heard("slack", STAFF)


async def test_what_could_not_be_stored_is_said_without_the_databases_path(
    desk: Office, caplog: pytest.LogCaptureFixture
) -> None:
    _, card = await desk.forwarded()
    await desk.break_database()
    await desk.slack.press(JUDY, card, "claim")
    said = await desk.told(JUDY, "Not taken, please send it again later.")
    assert str(desk.file) not in said
    assert "its log says why" in said
    assert str(desk.file) in caplog.text
    await desk.mend_database()


# HTTP mode

BODY = json.dumps(payload("message"))
NOW = "now"
DOOR: dict[str, tuple[str | bytes, dict[str, str], int]] = {
    # body, content type, headers; `sign` is over what Slack would sign, at a time of so many seconds from now
    "no headers": (BODY, {}, 401),
    "no signature": (BODY, {"X-Slack-Request-Timestamp": NOW}, 401),
    "no time": (BODY, {"X-Slack-Signature": "v0=00"}, 401),
    "a wrong signature": (BODY, {"X-Slack-Request-Timestamp": NOW, "X-Slack-Signature": "v0=" + "0" * 64}, 401),
    "a time that is no number": (BODY, {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=0"}, 401),
    "a signature that is no ASCII": (BODY, {"X-Slack-Request-Timestamp": NOW, "X-Slack-Signature": "v0=é"}, 401),
    "no JSON, unsigned": ("{" * 100_000, {}, 401),
    "no text, unsigned": (b"\xff\xfe{", {"X-Slack-Request-Timestamp": NOW, "X-Slack-Signature": "v0=0"}, 401),
    "a request to skip the signature": ("ssl_check=1&token=x", {}, 401),
    "a claim to be lazy": (BODY, {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "x"}, 401),
    "past the size": ("x" * (2**20 + 1), {}, 413),
}
SIGNED = {
    "six minutes old": (BODY, -360, "application/json", 401),
    "six minutes ahead": (BODY, 360, "application/json", 401),
    "no JSON": ("{", 0, "application/json", 400),
    "a list": ("[]", 0, "application/json", 400),
    "a number": ("17", 0, "application/json", 400),
    "too deep": ("[" * 100_000, 0, "application/json", 400),
    "a form without a payload": ("payload=", 0, "application/x-www-form-urlencoded", 400),
    "another type": (urlencode({"x": BODY}), 0, "text/plain", 404),
}


@pytest.fixture
async def door(office: Office, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Office]:
    """A desk in HTTP mode, at whose door nothing may end in a traceback."""
    caplog.set_level(logging.DEBUG, "aiohttp")
    office.port = free_port()
    office.slack.http = f"http://127.0.0.1:{office.port}/slack/events"
    async with office.at_work():
        yield office
        assert await office.count() == 0
    assert [record.getMessage() for record in caplog.get_records("call") if record.exc_info] == []


async def send(desk: Office, body: str | bytes, headers: dict[str, str]) -> int:
    """Send a request as it is; the status of the answer."""
    stamp = str(int(time.time()))
    raw = body if isinstance(body, bytes) else body.encode()
    sent = {name: stamp if value == NOW else value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as one,
        one.post(str(desk.slack.http), data=io.BytesIO(raw), headers=sent) as got,
    ):
        assert "Traceback" not in await got.text()
        return got.status


async def test_nothing_unsigned_is_read(door: Office) -> None:
    found = {name: await send(door, body, headers) for name, (body, headers, _) in DOOR.items()}
    assert found == {name: status for name, (_, _, status) in DOOR.items()}


async def test_what_is_signed_and_old_or_nothing_is_refused_in_words(door: Office) -> None:
    found = {}
    for name, (body, age, kind, _) in SIGNED.items():
        stamp = str(int(time.time()) + age)
        digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}
        found[name] = await send(door, body, headers)
    assert found == {name: status for name, (_, _, _, status) in SIGNED.items()}


async def test_other_doors_are_shut(door: Office) -> None:
    async with aiohttp.ClientSession() as one:
        assert (await one.get(str(door.slack.http))).status == 405
        assert (await one.post(f"http://127.0.0.1:{door.port}/slack", data="x")).status == 404
        assert (await one.post(f"http://127.0.0.1:{door.port}/healthz", data="x")).status == 405


# A chat that is down at the start


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_start_without_slack_says_so_and_can_be_called_off(
    office: Office, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The other chats do not wait for it, and a desk that is told to stop does stop."""
    office.slack.fail(method, status=503, body="down", times=10**6)
    before = asyncio.all_tasks()

    async def start() -> None:
        async with office.at_work():
            raise AssertionError("it can not have started")

    starting = asyncio.create_task(start())
    await office.slack.until(lambda: office.slack.count(method) >= 3)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await office.slack.until(lambda: asyncio.all_tasks() <= before, "nothing goes on by itself")
    told = [record for record in caplog.records if "Slack: not connected yet." in record.getMessage()]
    assert len(told) == (1 if method == "auth.test" else 0), "once, and not at each try"
