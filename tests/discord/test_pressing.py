"""Buttons, forms and commands in Discord: who may, what is answered, and always to one person alone."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from adapters.discord.cards import said_as
from bot.screening import Screening
from tests.discord.conftest import office_at, with_discord
from tests.discord.payloads import ELSEWHERE, STAFF_ROLE
from tests.discord.people import plain

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier
    from tests.discord.conftest import Office
    from tests.discord.people import Asked
    from tests.discord.server import Server

QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"


async def told(asked: Asked) -> str:
    """What the person was told, in private, with the escapes gone."""
    return plain({"content": await asked.answer()})


async def ask_the_director(office: Office) -> str:
    """A case that waits for the director; gives the id of its thread."""
    await office.judy.post(QUESTION)
    card = await office.card()
    await told(
        await office.judy.fill(await office.judy.press(card, "Ask the director"), **{"The question": "May it stay?"})
    )
    await office.settled()
    return str(card["id"])


async def test_the_director_is_asked_directly_and_in_the_thread(office: Office, server: Server) -> None:
    thread = await ask_the_director(office)
    asked = await office.said_in(thread, "please rule on 2026-0001")
    direct = await office.said_in(server.dm("11"), "please rule on 2026-0001")
    assert asked["content"].startswith("<@11> ")
    assert server.pings == [(asked["id"], "11")]
    labels = [item["label"] for row in direct["components"] for item in row["components"]]
    assert labels == ["Keep", "Remove", "Ask staff"]


async def test_the_director_rules_from_her_direct_messages(office: Office, server: Server) -> None:
    thread = await ask_the_director(office)
    direct = await office.said_in(server.dm("11"), "please rule")
    opened = await office.ruth.press(direct, "Remove")
    form = await opened.opened()
    assert [one["label"] for one in form["components"]] == ["The guidelines it breaks", "The reason"]
    filled: dict[str, str | list[str]] = {"The guidelines": ["2 Abuse"], "The reason": "It insults @everyone."}
    ruled = await office.ruth.fill(opened, **filled)
    assert "your ruling is on record" in await told(ruled)
    await office.settled()
    assert "REMOVE, ruled by Ruth Engstrom" in plain(await office.card())
    await office.said_in(thread, "REMOVE, ruled by Ruth Engstrom")
    assert server.messages[server.dm("11")][direct["id"]]["components"] == []
    assert [user for _, user in server.pings] == ["11"]


async def test_who_takes_no_direct_messages_is_asked_in_the_thread(office: Office, server: Server) -> None:
    server.closed_dms.add("11")
    thread = await ask_the_director(office)
    await office.said_in(thread, "please rule on 2026-0001")
    assert server.said(server.dm("11")) == []
    assert len([m for m in server.said(thread) if "please rule" in plain(m)]) == 1


async def test_presses_of_others_second_presses_and_old_buttons_are_answered_privately(
    office: Office, server: Server
) -> None:
    thread = await ask_the_director(office)
    question = dict(await office.said_in(thread, "please rule"))
    assert "that takes a ruling by Ruth Engstrom" in await told(await office.judy.press(question, "Keep"))
    assert "only people named" in await told(await office.person("Somebody").press(question, "Keep"))
    assert "only adults act" in await told(await office.person("Piper").press(question, "Keep"))
    ruled = await office.ruth.fill(await office.ruth.press(question, "Keep"), **{"The reason": "a question"})
    assert "on record" in await told(ruled)
    await office.settled()
    assert "2026-0001 is ruled on already" in await told(await office.ruth.press(question, "Keep"))
    assert "another version of the desk" in await told(await office.ruth.press_id(question, "old-button-7"))
    assert "another version of the desk" in await told(
        await office.ruth.press_id(question, said_as("shrug", "2026-0001", 1))
    )
    assert "There is no case" in await told(await office.judy.press_id(question, said_as("claim", "2026-0999", 1)))
    said = [plain(message) for message in server.said() + server.said(thread)]
    assert not any("ruled on already" in words or "another version" in words for words in said)


async def test_a_ruling_on_a_card_that_was_screened_again_since_is_refused(office: Office) -> None:
    thread = await ask_the_director(office)
    question = dict(await office.said_in(thread, "please rule"))
    opened = await office.ruth.press(question, "Keep")
    added = await office.judy.press(await office.card(), "Add the post")
    assert "screened again" in await told(await office.judy.fill(added, **{"The post": "Storytime is Tuesday."}))
    refused = await told(await office.ruth.fill(opened, **{"The reason": "a plain question"}))
    assert "screened again since that card" in refused
    assert "a plain question" in refused


async def test_buttons_and_open_forms_work_after_a_restart(
    tmp_path: Path, screening: Screening, server: Server
) -> None:
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        thread = await ask_the_director(office)
        question = await office.said_in(thread, "please rule")
        opened = await office.ruth.press(question, "Keep")
        await opened.opened()
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        assert "is yours" in await told(await office.judy.press(await office.card(), "I'll reply"))
        assert "on record" in await told(await office.ruth.fill(opened, **{"The reason": "a plain question"}))
        case = await office.case()
        assert case
        assert case.ruling


async def test_what_is_typed_and_can_not_be_taken_is_given_back(office: Office) -> None:
    await office.judy.post(QUESTION)
    opened = await office.judy.press(await office.card(), "When it was posted")
    refused = await office.judy.fill(opened, When="at teatime")
    heard = await told(refused)
    assert "“at teatime” is no time the desk knows" in heard
    assert refused.message
    opened = await office.judy.press(refused.message, "When it was posted")
    assert "posted Sunday" in await told(await office.judy.fill(opened, When="yesterday 4 pm"))
    opened = await office.judy.press(await office.card(), "Ask the director")
    other = sqlite3.connect(f"{office.database}", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    lost = await office.judy.fill(opened, **{"The question": "How do we put this kindly?"})
    heard = await told(lost)
    other.execute("ROLLBACK")
    other.close()
    assert "Not taken, please send it again later." in heard
    assert "How do we put this kindly?" in heard


async def test_lists_are_shown_to_the_asker_alone_with_a_button_a_case(office: Office, server: Server) -> None:
    for words in (QUESTION, INSULT, "Is the copier working again?"):
        await office.judy.post(words)
    await office.card(3)
    before = len(server.said())
    asked = await office.person("Amir").command("open", channel=ELSEWHERE)
    assert "Open cases: 3" in await told(asked)
    assert asked.message
    assert "Forwarded by" in await told(await office.person("Amir").press(asked.message, "2026-0002"))
    assert "Nothing is overdue." in await told(await office.judy.command("overdue"))
    assert "You have no reply to write." in await told(await office.judy.command("mine"))
    assert "2026-0003" in await told(await office.judy.command("case", number="3"))
    assert "There is no case '99'" in await told(await office.judy.command("case", number="99"))
    assert "only people named" in await told(await office.person("Somebody").command("open"))
    home = await told(await office.ruth.command("desk"))
    assert "The last seven days" in home
    assert "Replies nobody has taken: 2" in home
    assert len(server.said()) == before


async def test_away_and_back_by_command(office: Office) -> None:
    assert "until the end of Friday 20 November" in await told(await office.ruth.command("away", until="friday"))
    assert "no day the desk knows" in await told(await office.ruth.command("away", until="teatime"))
    assert "Welcome back" in await told(await office.ruth.command("back"))


@pytest.mark.usefixtures("office")
async def test_the_server_gets_the_desks_commands(server: Server) -> None:
    named = {command["name"] for command in server.commands}
    assert named == {
        *("open", "mine", "overdue", "case", "away", "back", "closed", "reopen", "check_post", "comment", "desk"),
        "Check this comment",
    }


async def test_a_press_that_could_not_be_acknowledged_is_left_undone(office: Office, server: Server) -> None:
    await office.judy.post(QUESTION)
    card = await office.card()
    server.in_time = -1
    asked = await office.judy.press(card, "I'll reply")
    await server.until(lambda: any("/interactions/" in one for one in server.requests))
    await office.settled()
    case = await office.case()
    assert case
    assert case.claimed_by is None
    server.asked.pop(asked.id)


async def test_a_long_list_keeps_within_discords_limits(office: Office) -> None:
    for at in range(30):
        await office.judy.post(f"{QUESTION} {'`*_~|<@11> ' * 12} {at}")
    await office.card(30)
    asked = await office.judy.command("open")
    assert "Open cases: 30" in await told(asked)


async def test_who_does_not_hold_the_staff_role_is_a_stranger(
    tmp_path: Path, library: Library, policy: Policy, classifier: Classifier, server: Server
) -> None:
    screening = Screening(policy, with_discord(library, STAFF_ROLE), classifier)
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        thread = await ask_the_director(office)
        server.humans["11"].roles = server.humans["13"].roles = ()
        question = await office.said_in(thread, "please rule")
        direct = await office.said_in(server.dm("11"), "please rule")
        assert "only people named" in await told(await office.ruth.press(question, "Keep"))
        assert "only people named" in await told(await office.ruth.press(direct, "Keep"))
        assert "only people named" in await told(await office.judy.command("desk"))
        server.humans["11"].roles = (STAFF_ROLE,)
        await (await office.ruth.press(direct, "Keep")).opened()
        await office.judy.post(INSULT)
        await office.said_in(server.dm("13"), "only people named")
    await office.judy.post("Is the copier working again?")
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await office.person("Amir").post(INSULT)
        await office.card(2)
        assert await office.case(3) is None
