"""Several desks on one database: they share the work, and what one leaves undone another does."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from bot import record
from bot.chat import Comment, Forward, Person, Place, Press
from bot.desk import Desk
from bot.outbox import LEASE
from bot.store import Store
from tests.conftest import MONDAY
from tests.test_delivery import Channel, Killed

if TYPE_CHECKING:
    from bot.screening import Screening

DESKS = 3
COMMENTS = 24
JUDY, RUTH = (Person(name, name) for name in ("Judy Ferris", "Ruth Engstrom"))


def forward(number: int) -> Forward:
    return Forward(Place("console", "staff", f"m{number:03}"), JUDY, Comment(f"When does programme {number} begin?"))


async def open_desks(
    stack: AsyncExitStack, database: str, screening: Screening, channels: list[Channel]
) -> tuple[list[Desk], Store]:
    stores = await asyncio.gather(*(Store.open(database, "live") for _ in channels))
    for store in stores:
        stack.push_async_callback(store.close)
    return [Desk(store, screening, [channel]) for store, channel in zip(stores, channels, strict=True)], stores[0]


async def problem(store: Store, screening: Screening) -> str | None:
    async with store.look(screening.library.id) as view:
        return (await record.verify(view.record(), *await view.record_head()))[1]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_desks_that_start_together_share_the_work(database: str, screening: Screening) -> None:
    channel = Channel()
    async with AsyncExitStack() as stack:
        desks, store = await open_desks(stack, database, screening, [channel] * DESKS)
        for desk in desks:
            await desk.start(MONDAY, alone=False)
        # Each message reaches two desks, as a platform delivers what was acknowledged late.
        each = [
            desks[(number + copy) % DESKS].on_comment(forward(number), MONDAY)
            for number in range(COMMENTS)
            for copy in range(2)
        ]
        await asyncio.gather(*each)
        await asyncio.gather(*(desk.on_tick(MONDAY + LEASE) for desk in desks))
        cases = {notice.id.partition("·")[0] for notice in channel.seen}
        assert len(cases) == COMMENTS
        assert len(channel.ids) == len(set(channel.ids)), "no notice goes out twice"
        presses = [
            desk.on_press(Press(Place("console", "staff", ""), by, action, "1", "of course"), MONDAY + LEASE)
            for desk in desks
            for by, action in ((JUDY, "claim"), (RUTH, "keep"))
        ]
        answers = [answer.done for answer in await asyncio.gather(*presses)]
        assert answers.count(True) == 2, "one claims, one ruling stands"
        assert await problem(store, screening) is None


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.parametrize("taken", [True, False], ids=["after the chat took it", "before the chat took it"])
async def test_what_a_killed_desk_was_sending_another_sends_once(
    database: str, screening: Screening, taken: bool
) -> None:
    shared, dying = Channel(), Channel()
    dying.seen = shared.seen
    dying.dies_after, dying.dies_before = taken, not taken
    async with AsyncExitStack() as stack:
        desks, store = await open_desks(stack, database, screening, [dying, shared])
        with pytest.raises(Killed):
            await desks[0].on_comment(forward(1), MONDAY)
        await desks[1].on_tick(MONDAY + LEASE / 2)
        assert len(shared.seen) == taken, "while the lease holds, nobody else sends it"
        await desks[1].on_tick(MONDAY + LEASE + dt.timedelta(seconds=1))
        assert shared.ids == ["2026-0001·1"]
        assert await problem(store, screening) is None
