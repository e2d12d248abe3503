"""Every action by everybody in every state, in Discord: by buttons, commands, and forms that nobody opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.chat import Place
from bot.screening import Screening
from tests.conversations import QUESTION
from tests.discord.conftest import IDS, STRANGER, office_at, with_discord
from tests.discord.payloads import CHANNEL, STAFF_ROLE, user
from tests.discord.people import FORM, plain
from tests.permissions import DAY, MAY, ROLES, TYPED, Cell, World, hold, read, tried

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier
    from tests.discord.conftest import Office
    from tests.discord.payloads import Payload
    from tests.discord.people import Asked, Human
    from tests.discord.server import Server

HERE = ("director", "deputy", "staff", "minor", "stranger", "visitor", "roleless", "bot")
AWAY = ("acting",)
BUTTONS = ("have_it", "claim", "take_back")
COMMANDS = {"home": "desk", **{name: name for name in ("case", "open", "mine", "overdue", "away", "back")}}
FIELDS = {
    **dict.fromkeys(("keep", "remove", "no_reply", "withdraw", "closed"), "reason"),
    **dict.fromkeys(("ask", "ask_staff"), "question"),
    **dict.fromkeys(("check_reply", "check_post"), "draft"),
    **{name: name for name in ("answer", "post", "words")},
    "replied": "reply",
}
DAYS = ("forward", "talk", "home", "away", "back", "closed", "reopen", "check_post", "open", "mine", "overdue")
VISITOR, BOT = "98", "55"
OTHER_GUILD = "998"


class Sender:
    """Somebody whose app, or whose forgery, sends what Discord would deliver."""

    def __init__(self, office: Office, thread: str) -> None:
        self._office = office
        self._server = office.server
        self._thread = thread
        self._card = office.server.said()[0]
        self._count = 0

    def id(self, role: str) -> str:
        known = self._number(role)
        return f"{known} without the staff role" if role in {"stranger", "visitor", "roleless", "bot"} else known

    def _number(self, role: str) -> str:
        own = {"stranger": STRANGER, "visitor": VISITOR, "bot": BOT, "roleless": IDS["Ruth Engstrom"]}
        return own.get(role) or IDS[str(ROLES[role])]

    async def act(self, role: str, action: str, case: str, hears: str) -> str:
        before = len(self._server.spoken)
        human = self._server.humans[self._number(role)]
        held, human.roles = human.roles, () if role == "roleless" else human.roles
        try:
            if action in {"forward", "talk"}:
                await self._write(role, human, action)
                await self._server.until(lambda: hears in self._heard(before))
                await self._office.settled()
            else:
                asked = await self._ask(role, human, action, case)
                await asked.answer()
        finally:
            human.roles = held
        return self._heard(before)

    def _heard(self, before: int) -> str:
        return "\n".join(plain(message) for message in self._server.spoken[before:])

    async def _write(self, role: str, human: Human, action: str) -> None:
        self._count += 1
        where = self._thread if action == "talk" else CHANNEL
        author = user(BOT, "Ruth Engstrom", bot=True) if role == "bot" else human.user()
        await self._server.add_message(where, author, content=f"{QUESTION} {self._count}")

    async def _ask(self, role: str, human: Human, action: str, case: str) -> Asked:
        if action in COMMANDS:
            return await human.command(COMMANDS[action], **({"number": case} if case else {}))
        if action in BUTTONS:
            return await human.press_id(self._card, f"{action}:{case}:")
        elsewhere: dict[str, Any] = {"guild_id": OTHER_GUILD} if role == "visitor" else {}
        rows = [{"type": 18, "id": 1, "component": one} for one in self._filled(action)]
        return await human.forge(FORM, {"custom_id": f"{action}:{case}:", "components": rows}, **elsewhere)

    def _filled(self, action: str) -> list[Payload]:
        texts = {FIELDS[action]: TYPED[action]} if action in FIELDS else {}
        texts |= {"snooze": {"later": "+2h"}, "when": {"time": "yesterday 4 pm"}}.get(action, {})
        texts |= {"day": DAY.isoformat()} if action in {"closed", "reopen"} else {}
        chosen = {"remove": {"guidelines": ["2"]}, "done": {"what_was_done": [TYPED["done"]]}}.get(action, {})
        return [
            *({"type": 4, "custom_id": name, "id": 2, "value": text} for name, text in texts.items()),
            *({"type": 3, "custom_id": name, "id": 2, "values": values} for name, values in chosen.items()),
        ]


@pytest.fixture
async def sender(
    tmp_path: Path, library: Library, policy: Policy, classifier: Classifier, server: Server
) -> AsyncIterator[tuple[Office, Sender]]:
    """A desk that asks for a role, in a server with everybody in it, and with one case."""
    server.human(VISITOR, "Ruth Engstrom")
    server.human(BOT, "Ruth Engstrom")
    server.humans[STRANGER].name = "Ruth Engstrom"
    screening = Screening(policy, with_discord(library, STAFF_ROLE), classifier)
    async with office_at(tmp_path / "desk.db", screening, server) as office:
        await office.person("Amir").post(QUESTION)
        card = await office.card()
        yield office, Sender(office, str(card["id"]))
        assert await office.record_problem() is None


async def refusals(office: Office) -> int:
    """How many are on the record."""
    async with office.store.look(office.library.id) as view:
        return len([entry async for entry in view.record() if entry.kind == "refusal"])


async def test_who_may_do_what_in_which_state(sender: tuple[Office, Sender]) -> None:
    office, player = sender
    first = office.server.said()[0]["message_reference"]["message_id"]
    world = World(office.desk, office.store, office.library, office.server.now, "discord", IDS.__getitem__)
    places = {1: Place("discord", CHANNEL, first)}
    cells = await world.cells(
        (*HERE, *AWAY), lambda serial: places.get(serial, Place("discord", CHANNEL, f"form:{serial}"))
    )
    before = await refusals(office)
    wrong = await tried(player, [cell for cell in cells if cell.role in HERE])
    await player.act("director", "away", "", "")
    wrong += await tried(player, [cell for cell in cells if cell.role in AWAY])
    hold([*wrong, *await world.wrong(cells, before, player.id)])


async def test_who_may_do_what_that_is_about_no_case(sender: tuple[Office, Sender]) -> None:
    office, player = sender
    may = read(MAY) | {("home", "bot"): "list"}
    for roles in (HERE, AWAY):
        cells = [Cell(role, action, "", may[action, role], "") for role in roles for action in DAYS]
        hold(await tried(player, cells))
        if roles is HERE:
            await player.act("director", "away", "", "")
    assert await office.case(5)
    assert await office.case(6) is None


async def test_a_form_opens_only_for_who_may(sender: tuple[Office, Sender]) -> None:
    """The first door; what is sent without it meets the second, which the tables try."""
    office, player = sender
    may = read(MAY)
    for role in ("director", "deputy", "staff", "minor", "stranger"):
        human = office.server.humans[player._number(role)]  # noqa: SLF001 - the same people
        for action in ("keep", "remove", "ask_staff", "ask", "replied", "withdraw", "check_reply"):
            asked = await human.press_id(office.server.said()[0], f"{action}:2026-0001:1")
            await office.server.until(lambda asked=asked: asked.done)  # type: ignore[misc]
            assert bool(asked.form) is (may[action, role] == "yes"), f"{action} by {role}"
