"""What an attacker sends in Discord: the same interaction twice, ids of his own making, a form that another opened."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.store import Marks
from tests.discord.people import FORM, PRESS, plain
from tests.discord.test_pressing import INSULT, QUESTION, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.discord.conftest import Office
    from tests.discord.payloads import Payload
    from tests.discord.server import Server


@pytest.fixture
async def quiet(office: Office, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Office]:
    """A desk with one case, that says nothing of its own faults."""
    caplog.set_level(logging.WARNING)
    await office.judy.post(QUESTION)
    await office.card()
    yield office
    assert [record.getMessage() for record in caplog.get_records("call") if record.exc_info] == []


async def again(office: Office, asked: object) -> None:
    """The same interaction arrives a second time, and Discord refuses a second acknowledgement."""
    callbacks = [one for one in office.server.requests if one.endswith("/callback")]
    await office.judy.replay(asked)  # type: ignore[arg-type]
    await office.server.until(
        lambda: len([one for one in office.server.requests if one.endswith("/callback")]) > len(callbacks)
    )
    await office.settled()


async def test_the_same_press_twice_is_one_press(quiet: Office) -> None:
    office = quiet
    claimed = await office.judy.press(await office.card(), "I'll reply")
    assert "is yours" in await told(claimed)
    given = await office.judy.press_id(await office.card(), "hand_over:2026-0001:")
    assert "has the reply from here" in await told(await office.judy.fill_in(given, {}))
    before = await office.case()
    await again(office, claimed)
    assert await office.case() == before


async def test_the_same_form_twice_is_one_form(quiet: Office) -> None:
    office = quiet
    opened = await office.ruth.press_id(await office.card(), "keep:2026-0001:1")
    ruled = await office.ruth.fill(opened, **{"The reason": "a plain question"})
    assert "on record" in await told(ruled)
    asked = await office.judy.press_id(await office.card(), "ask:2026-0001:")
    assert "with the director" in await told(await office.judy.fill(asked, **{"The question": "Still?"}))
    before = await office.case()
    await again(office, ruled)
    assert await office.case() == before
    comment = await office.judy.command("comment")
    sent = await office.judy.fill_in(comment, {"text": [INSULT]})
    assert "Taken" in await told(sent)
    await again(office, sent)
    assert await office.case(2)
    assert await office.case(3) is None


async def test_a_case_of_another_library_is_no_case_here(quiet: Office) -> None:
    office = quiet
    case = await office.case()
    assert case
    other = replace(case, number="2026-0007")
    async with office.store.change("birch-hollow", office.server.now) as change:
        await change.add_case(other)
        await change.add_verdict(other, Marks("", "", ""))
    for action in ("claim", "case", "keep"):
        asked = await office.ruth.press_id(await office.card(), f"{action}:2026-0007:1")
        assert "There is no case '2026-0007'" in await told(asked)
    async with office.store.look("birch-hollow") as view:
        assert await view.case(2026, 7) == other


OTHER_VERSION = "another version of the desk"
FORGED_IDS = {
    # a button's id, and what its presser is told
    "": OTHER_VERSION,
    "claim": OTHER_VERSION,
    "claim:2026-0001": OTHER_VERSION,
    "claim:2026-0001:1:1": OTHER_VERSION,
    "CLAIM:2026-0001:1": OTHER_VERSION,
    " claim:2026-0001:1": OTHER_VERSION,
    "claim:2026-0001'--:1": OTHER_VERSION,
    "shrug:2026-0001:1": OTHER_VERSION,
    "comment::": OTHER_VERSION,
    "forward:2026-0001:1": OTHER_VERSION,
    "claim:" + "9" * 90 + ":": "There is no case",
    "claim:2025-0001:1": "There is no case",
    "claim::": "Say which case",
    "claim:---:": "There is no case",
    "keep:2026-0001:" + "9" * 80: "screened again since that card",
}


async def test_a_forged_id_moves_nothing(quiet: Office) -> None:
    office = quiet
    before = await office.case()
    card = await office.card()
    for custom_id, said in FORGED_IDS.items():
        asked = await office.ruth.forge(PRESS, {"component_type": 2, "custom_id": custom_id}, message=card)
        assert said in await told(asked), custom_id
        assert await office.case() == before, custom_id


def row(name: str, *values: str, chosen: bool = False) -> Payload:
    """A field of a form as it comes back."""
    filled = {"type": 3, "values": list(values)} if chosen else {"type": 4, "value": values[0]}
    return {"type": 18, "id": 1, "component": {"custom_id": name, "id": 2, **filled}}


FORGED_FORMS = [
    # a form's id, its fields, what its sender is told
    ("open::", [], "Open cases"),
    ("case:2026-0001:", [], "Forwarded by"),
    ("shrug:2026-0001:1", [], OTHER_VERSION),
    ("x" * 100, [], OTHER_VERSION),
    ("keep:2026-0001:1", [], "give a reason"),
    ("remove:2026-0001:1", [row("guidelines", "²", "x", "9" * 5000, chosen=True), row("reason", "x")], "name the"),
    ("remove:2026-0001:1", [row("guidelines", "999", chosen=True), row("reason", "x")], "no guideline 999"),
    ("done:2026-0001:1", [row("what_was_done", "burned", chosen=True)], "Please say what you did"),
    ("when:2026-0001:1", [row("time", "99999999999999999999")], "no time the desk knows"),
    ("hand_over:2026-0001:1", [row("person", "<@11> @everyone")], "Nobody is surely meant"),
    ("comment::", [row("text", "")], "no words"),
]


@pytest.mark.parametrize(("custom_id", "rows", "said"), FORGED_FORMS)
async def test_a_form_that_nobody_opened_moves_nothing(
    quiet: Office, custom_id: str, rows: list[Payload], said: str
) -> None:
    before = await quiet.case()
    asked = await quiet.ruth.forge(FORM, {"custom_id": custom_id, "components": rows})
    assert said in await told(asked)
    assert await quiet.case() == before
    assert await quiet.case(2) is None


async def test_a_form_that_another_opened_is_judged_by_who_sends_it(quiet: Office) -> None:
    office = quiet
    opened = await office.ruth.press_id(await office.card(), "keep:2026-0001:1")
    sent = await office.judy.fill(opened, **{"The reason": "because I say so"})
    assert "that takes a ruling by Ruth Engstrom" in await told(sent)
    case = await office.case()
    assert case
    assert case.ruling is None


async def test_who_was_refused_before_a_gap_is_not_refused_again(office: Office, server: Server) -> None:
    """The channel's last minutes are read after each gap; what a stranger wrote there is no news."""
    await office.judy.post(QUESTION)
    await office.card()
    await office.person("Somebody").post(INSULT)
    await office.said_in(server.dm("19"), "only people named")
    await office.judy.post("Do you have a seed library?")
    await office.card(2)
    await server.gateway.lose_sessions()
    await office.judy.post("Is the copier working again?")
    await office.card(3)
    async with office.store.look(office.library.id) as view:
        assert len([entry async for entry in view.record() if entry.kind == "refusal"]) == 1


async def test_a_message_from_another_server_is_no_comment(quiet: Office, server: Server) -> None:
    """The desk listens in one channel; what claims to be said elsewhere is nothing to it."""
    said = len(server.spoken)
    message = dict(next(iter(server.messages["200"].values())))
    forged = message | {"id": server.snowflake(), "channel_id": "999", "guild_id": "998", "content": INSULT}
    await server.gateway.dispatch("MESSAGE_CREATE", forged)
    await quiet.judy.post("Do you have a seed library?")
    await quiet.card(2)
    assert await quiet.case(3) is None
    assert not any(INSULT in plain(one) for one in server.spoken[said:])
