"""The conversations that every chat plays, by people in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.actions import ACTIONS, Need
from tests.conversations import CONVERSATIONS, Conversation, check
from tests.slack import rules
from tests.slack.conftest import IDS

if TYPE_CHECKING:
    from bot.case import Case
    from tests.conversations import Step
    from tests.slack.conftest import Office
    from tests.slack.server import Json

FIELDS = {need: need.name.casefold() for need in Need}


class Staff:
    """People who press buttons where they see them, and old ones where they see none."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def case(self, serial: int) -> Case:
        """The case as it is stored."""
        return await self._office.case(serial)

    async def play(self, step: Step) -> str:
        """Do it, wait for what it has to bring, and give everything that was said since."""
        slack = self._office.slack
        before = len(slack.said)
        user = IDS[step.by]
        if step.do == "forward":
            await slack.say(user, step.text)
        else:
            await self._press(user, step)

        def heard() -> str:
            return "\n".join(text for _, text in slack.said[before:])

        await slack.until(lambda: all(words in heard() for words in step.hears), f"{step} among {heard()}")
        return heard()

    async def _press(self, user: str, step: Step) -> None:
        slack, action = self._office.slack, ACTIONS[step.do]
        shown, value = self._seen(user, step)
        await slack.press(user, shown, step.do, value=value)
        if action.needs or action.may:
            await slack.until(lambda: slack.views[user] and "One moment" not in rules.words(slack.views[user][-1]))
            if "submit" in slack.views[user][-1]:
                given: dict[Need, Any] = {need: step.text for need in (*action.needs, *action.may) if step.text}
                given |= {Need.GUIDELINES: [str(n) for n in step.guidelines]} if step.guidelines else {}
                await slack.submit(user, {FIELDS[need]: value for need, value in given.items()})

    def _seen(self, user: str, step: Step) -> tuple[Json, str | None]:
        """The newest message that has the button; else any card of the case, whose button was there once."""
        slack = self._office.slack
        said = [
            *slack.desks(),
            *({**m, "channel": c.id} for c in slack.channels.values() if c.user == user for m in c.messages),
        ]
        for message in reversed(said):
            if f"desk:{step.do}" in rules.buttons(message) and step.case:
                return message, None
        return said[0], f"{step.case}|" if step.case else "|"


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS)
async def test_a_conversation_that_every_chat_plays(desk: Office, conversation: Conversation) -> None:
    await check(Staff(desk), conversation)
