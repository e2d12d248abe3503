"""The ticker: APScheduler calls the desk once in a while. Due times are rows; nothing is planned here."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


@contextmanager
def ticking(tick: Callable[[], Awaitable[None]], seconds: int) -> Iterator[None]:
    """Call `tick` every so many seconds while the block runs; a late or missed call runs once, as soon as it can.

    The scheduler runs in UTC, where no hour is missing or doubled when clocks change.
    """
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)

    async def once() -> None:
        with suppress(asyncio.CancelledError):  # told to stop: what a cancelled tick left undone, the next start does
            await tick()

    scheduler.add_job(once, "interval", seconds=seconds)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
