"""Every action by everybody in every state, at a terminal; and that the tables know every action."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from adapters.console import Clock, Console
from adapters.terminal import PlainScreen
from bot.actions import ACTIONS
from bot.chat import Place
from tests.conftest import MONDAY
from tests.conversations import QUESTION, RUTH
from tests.permissions import DAY, HEARS, MAY, ROLES, STANDS, TYPED, Cell, World, hold, read, tried

if TYPE_CHECKING:
    from tests.conftest import Talk

HERE = ("director", "deputy", "staff", "minor", "stranger")
AWAY = ("acting",)
TYPED_HERE = {**TYPED, "remove": f"2 {TYPED['remove']}", "snooze": "+2h", "when": "yesterday 4 pm"}
DAYS = ("forward", "away", "back", "closed", "reopen", "check_post", "open", "mine", "overdue")


class Terminal:
    """Somebody types."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def id(self, role: str) -> str:
        return ROLES[role] or "stranger"

    async def act(self, role: str, action: str, case: str, hears: str) -> str:  # noqa: ARG002 - a terminal answers at once
        await self._talk.say(f"/as {self.id(role)}")
        if action == "forward":
            return await self._talk.say(QUESTION)
        day = DAY.isoformat() if action in {"closed", "reopen"} else ""
        return await self._talk.say(" ".join(filter(None, (f"/{action}", case, day, TYPED_HERE.get(action)))))


def test_the_tables_know_every_action() -> None:
    may = {action for action, _ in read(MAY)}
    assert may == {*ACTIONS, "forward", "talk", "home"}
    assert {role for _, role in read(MAY)} == set(ROLES)
    assert {action for action, _ in read(STANDS)} == {name for name, action in ACTIONS.items() if action.on_case}
    assert may - {"talk"} == set(HEARS)


async def test_who_may_do_what_in_which_state(talk: Talk) -> None:
    player = Terminal(talk)
    world = World(talk.chat._desk, talk.store, talk.library, MONDAY, "console", lambda name: name)  # noqa: SLF001 - the desk is behind it
    cells = await world.cells((*HERE, *AWAY), lambda serial: Place("console", "terminal", f"template {serial}"))
    before = len(await talk.entries("refusal"))
    here = [cell for cell in cells if cell.role in HERE]
    wrong = await tried(player, here)
    await talk.say(f"/as {RUTH}", "/away")
    wrong += await tried(player, [cell for cell in cells if cell.role in AWAY])
    hold([*wrong, *await world.wrong(cells, before, player.id)])
    assert await talk.record_problem() is None


async def test_who_may_do_what_that_is_about_no_case(talk: Talk) -> None:
    player = Terminal(talk)
    may = read(MAY)
    for roles in (HERE, AWAY):
        cells = [Cell(role, action, "", may[action, role], "") for role in roles for action in DAYS]
        hold(await tried(player, cells))
        await talk.say(f"/as {RUTH}", "/away")
    refused = [entry.payload for entry in await talk.entries("refusal")]
    assert len(refused) == 2 * len(DAYS), "of the minor and the stranger"
    async with talk.store.look(talk.library.id) as view:
        assert len(await view.cases_since(MONDAY)) == 4


async def test_nobody_speaks_as_another_or_moves_the_clock_where_it_is_no_demo(talk: Talk) -> None:
    judy = talk.library.member("Judy Ferris")
    assert judy
    out = io.StringIO()
    chat = Console(talk.library, PlainScreen(out), Clock(lambda: MONDAY), judy)
    for line in (f"/as {RUTH}", "/AS director", "/clock +1d"):
        await chat.handle(line)
    assert out.getvalue().count("There is no command") == 3
    assert chat.speaker.name == "Judy Ferris"
