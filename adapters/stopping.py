"""Being told to stop: once and cleanly, within seconds whatever hangs; twice and at once."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from types import FrameType
    from typing import Any

Done = TypeVar("Done")

GRACE_SECONDS = 5.0
"""How long what is in flight may take to end by itself once the desk is told to stop."""
STOP_SECONDS = 8.0
"""When the process ends all the same, from being told: systemd, Docker and Kubernetes kill it after ten or more."""


class Stopped(Exception):
    """The system said stop before the work at hand was done."""


@contextmanager
def told_to_stop(*signals: signal.Signals) -> Iterator[asyncio.Event]:
    """An event that is set when the system asks the process to stop.

    From then on the process ends within STOP_SECONDS, also where the event loop is held up, and at a second signal at
    once; in both cases with status 1. That loses nothing: what was on its way is looked up at the next start.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    last = threading.Timer(STOP_SECONDS, os._exit, [1])
    last.daemon = True

    def hear(_: int, __: FrameType | None) -> None:
        # Python calls this between two instructions of whatever runs, so a judgement that takes long is no obstacle.
        if last.ident is not None:
            os._exit(1)
        last.start()
        loop.call_soon_threadsafe(told.set)

    before = {one: signal.signal(one, hear) for one in signals}
    try:
        yield told
    finally:
        # The timer runs on: what comes after this may hang as well.
        for one, handler in before.items():
            signal.signal(one, handler if last.ident is None else hear)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, Done]) -> Done:
    """What the work gives. Raises Stopped, the work cancelled, where the system says stop before it is done."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Stopped
    finally:
        stopped.cancel()
        working.cancel()
        await asyncio.wait({working})


async def end(tasks: set[asyncio.Task[Any]], grace: float) -> None:
    """Let tasks end by themselves for so many seconds; whatever is left of them is cancelled."""
    if tasks:
        _, left = await asyncio.wait(tasks, timeout=grace)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=1)
