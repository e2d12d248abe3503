"""The ticker: APScheduler calls the desk once in a while. Due times are rows; nothing is planned here."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@asynccontextmanager
async def ticking(tick: Callable[[], Awaitable[None]], seconds: float, grace: float) -> AsyncIterator[None]:
    """Call `tick` every so many seconds while the block runs; a late or missed call runs once, as soon as it can.

    A call that is under way at the end has `grace` seconds left, then it is cancelled. The scheduler runs in UTC, where
    no hour is missing or doubled when clocks change.
    """
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
    busy = asyncio.Lock()

    async def once() -> None:
        with suppress(asyncio.CancelledError):  # told to stop: what a cancelled tick left undone, the next start does
            async with busy:
                await tick()

    scheduler.add_job(once, "interval", seconds=seconds)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.remove_all_jobs()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace), busy:
                pass
        scheduler.shutdown(wait=False)
