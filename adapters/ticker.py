"""The ticker: APScheduler calls each desk once in a while. Due times are rows; nothing is planned here."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

_LOG = logging.getLogger("commentdesk")


@asynccontextmanager
async def ticking(ticks: Sequence[Callable[[], Awaitable[None]]], seconds: float, grace: float) -> AsyncIterator[None]:
    """Call each of `ticks` every so many seconds while the block runs, in turn; one that takes long holds up no other.

    A late or missed call runs once, as soon as it can. Calls that are under way at the end have `grace` seconds left,
    then they are cancelled. The scheduler runs in UTC, where no hour is missing or doubled when clocks change.
    """
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
    under_way: set[asyncio.Future[Any]] = set()

    async def once(tick: Callable[[], Awaitable[None]]) -> None:
        work = asyncio.gather(tick(), return_exceptions=True)
        under_way.add(work)
        work.add_done_callback(under_way.discard)
        with suppress(asyncio.CancelledError):  # told to stop: what a cancelled tick left undone, the next start does
            for trouble in await work:
                if isinstance(trouble, Exception):
                    _LOG.error("A tick went wrong (%s).", type(trouble).__name__, exc_info=trouble)

    begins = dt.datetime.now(dt.UTC)
    for place, tick in enumerate(ticks, 1):
        # Spread over the seconds between two calls, so that many desks do not all look at once.
        first = begins + dt.timedelta(seconds=seconds * place / len(ticks))
        scheduler.add_job(once, "interval", [tick], seconds=seconds, next_run_time=first)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.remove_all_jobs()
        if under_way:
            await asyncio.wait(under_way, timeout=grace)
        scheduler.shutdown(wait=False)
