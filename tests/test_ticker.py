"""The ticker: each tick comes again and again, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from adapters.ticker import ticking

if TYPE_CHECKING:
    import pytest

OFTEN = 0.01
LONG = 60.0


async def test_a_tick_that_takes_long_holds_up_no_other() -> None:
    """Regression: a library whose chat hung held up the reminders of all others."""
    served = asyncio.Event()
    times = 0

    async def hangs() -> None:
        await served.wait()

    async def goes_on() -> None:
        nonlocal times
        times += 1
        if times == 3:
            served.set()

    async with asyncio.timeout(LONG), ticking([hangs, goes_on], OFTEN, LONG):
        await served.wait()


async def test_a_tick_that_fails_is_said_and_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    again = asyncio.Event()
    times = 0

    async def fails() -> None:
        nonlocal times
        times += 1
        if times == 2:
            again.set()
        raise ValueError

    async with asyncio.timeout(LONG), ticking([fails], OFTEN, LONG):
        await again.wait()
    assert "A tick went wrong (ValueError)." in caplog.text


async def test_a_tick_under_way_at_the_end_is_left_to_end() -> None:
    begun, told, ended = asyncio.Event(), asyncio.Event(), False

    async def ends() -> None:
        nonlocal ended
        begun.set()
        await told.wait()
        ended = True

    async with asyncio.timeout(LONG), ticking([ends], OFTEN, LONG):
        await begun.wait()
        asyncio.get_running_loop().call_soon(told.set)
    assert ended
