"""The conversations that every chat plays, in Discord: by messages, buttons, forms and commands."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from adapters.discord.cards import said_as
from bot.actions import ACTIONS
from tests.conversations import CONVERSATIONS, STRANGER, Conversation, Step, check
from tests.discord.people import plain

if TYPE_CHECKING:
    from bot.case import Case
    from tests.discord.conftest import Office
    from tests.discord.payloads import Payload
    from tests.discord.people import Asked, Human

COMMANDS = ("open", "mine", "overdue", "away", "back")


class Player:
    """Plays a table's steps as people do it in Discord."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._server = office.server

    async def play(self, step: Step) -> str:
        """Do it; everything that was said because of it."""
        before = len(self._server.spoken)
        by = self._office.person("Somebody" if step.by == STRANGER else step.by)
        if step.do == "forward":
            await by.post(step.text)
        else:
            asked = await self._ask(by, step)
            await self._server.until(lambda: asked.done)
            if asked.form:
                asked = await by.fill_in(asked, self._filled(asked.form, step))
            await asked.answer()

        def heard() -> str:
            return "\n".join(plain(message) for message in self._server.spoken[before:])

        with suppress(TimeoutError):  # the table says better what is missing
            await self._server.until(lambda: all(words in heard() for words in step.hears), seconds=5)
        await self._office.settled()
        return heard()

    async def case(self, serial: int) -> Case:
        """The case as it is stored."""
        found = await self._office.case(serial)
        assert found is not None
        return found

    async def _ask(self, by: Human, step: Step) -> Asked:
        if step.do in COMMANDS:
            return await by.command(step.do)
        if step.do == "case":
            return await by.command("case", number=step.case)
        for message in reversed(self._server.spoken):
            if self._shows(message, ACTIONS[step.do].label):
                return await by.press(message, ACTIONS[step.do].label)
        # Somebody whose app still shows an older card.
        return await by.press_id(await self._office.card(), said_as(step.do, step.case, None))

    def _shows(self, message: Payload, label: str) -> bool:
        return any(item["label"] == label for row in message["components"] for item in row["components"])

    def _filled(self, form: Payload, step: Step) -> dict[str, list[str]]:
        filled = {}
        for label in form["components"]:
            key = label["component"]["custom_id"]
            filled[key] = [str(number) for number in step.guidelines] if key == "guidelines" else [step.text]
        return filled


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=list(CONVERSATIONS))
async def test_conversation(office: Office, conversation: Conversation) -> None:
    await check(Player(office), conversation)
