"""Can the simulation fail? `python -m tests.simulation.breaks 60` breaks the desk on purpose, one way at a time.

For each way it plays the seeds from 0 on and says which is the first that a law catches, and by which words.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bot.delivery import Delivery
from bot.desk import Desk
from bot.outbox import Outbox
from bot.store import Change
from bot.view import View
from tests.simulation.play import play, prepare, quiet

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.chat import Acknowledge, Answer, Chat, Forward, Notice
    from bot.outbox import Queued

_REAL: dict[str, Any] = {
    "lease": Outbox.lease,
    "settle": Outbox.settle,
    "wait": Outbox.wait,
    "send": Delivery._send,  # noqa: SLF001 - it is broken here
    "if due": Delivery._if_due,  # noqa: SLF001
    "comment": Desk.on_comment,
    "record": Change.write_record,
}


async def _mark_then_send(self: Any, chat: Chat, queued: Queued, notice: Notice, now: Any) -> bool:
    async with self._store.change(self._library.id, now) as change:
        await change.outbox.settle(queued, "sent", message="unknown")
    sent: bool = await _REAL["send"](self, chat, queued, notice, now)
    return sent


async def _no_lease(self: Outbox, chat: str) -> Queued | None:
    queued: Queued | None = await _REAL["lease"](self, chat)
    if queued:
        await _REAL["wait"](self, queued, self._now)
    return queued


async def _send_within(self: Any, change: Change, queued: Queued, now: Any) -> Notice | None:
    """The call over the wire stands in the transaction that marks it."""
    notice: Notice | None = await _REAL["if due"](self, change, queued, now)
    if notice is None or not queued.case:
        return notice
    chat = next(way.chat for way in self._ways if way.chat.name == queued.place.chat)
    await change.outbox.settle(queued, "sent", message=await chat.send(notice))
    change.note("notice sent", queued.case, {"notice": queued.number})
    return None


async def _no_doubt(self: Any, chat: Chat, queued: Queued, notice: Notice, now: Any) -> bool:
    class Forgetful:
        name, direct, send = chat.name, chat.direct, chat.send

        async def find(self, _: Notice) -> None:
            """Nobody looks."""

    sent: bool = await _REAL["send"](self, Forgetful(), queued, notice, now)
    return sent


async def _no_twins(_: Outbox, __: Queued) -> frozenset[bool]:
    return frozenset()


async def _no_head(self: Any) -> None:
    if self._entries:
        self._head_link = bytes(32)
    await _REAL["record"](self)


async def _acknowledge_first(
    self: Desk, forward: Forward, now: Any, acknowledge: Acknowledge | None = None
) -> Answer | None:
    if acknowledge:
        await acknowledge(None)
    answer: Answer | None = await _REAL["comment"](self, forward, now)
    return answer


async def _never_again(self: Outbox, queued: Queued, *_: Any, **__: Any) -> None:
    await _REAL["settle"](self, queued, "dropped")


async def _nothing(*_: Any, **__: Any) -> None:
    return None


async def _fresh(*_: Any, **__: Any) -> bool:
    return False


async def _out_of_order(self: Outbox, chat: str) -> Queued | None:
    """The newest that is due goes first."""
    from sqlalchemy import Select  # noqa: PLC0415

    real = Select.order_by

    def backwards(query: Any, *columns: Any) -> Any:
        return real(query, *(column.desc() for column in columns))

    def anything(query: Any, *conditions: Any) -> Any:
        return where(query, *conditions[:1])

    where = Select.where
    with patch.object(Select, "order_by", backwards), patch.object(Select, "where", anything):
        queued: Queued | None = await _REAL["lease"](self, chat)
    return queued


async def _unknown(*_: Any) -> None:
    return None


async def _all_doubts_end(self: Outbox) -> None:
    """At start, what was leased is queued again as if it had never been tried."""
    from sqlalchemy import update  # noqa: PLC0415

    from bot import schema  # noqa: PLC0415

    held = schema.notice.c.state == "leased"
    values = {"state": "queued", "try_at": self._now}
    await self._connection.execute(update(schema.notice).where(held).values(values))


BREAKS: dict[str, list[tuple[Any, str, Callable[..., Any]]]] = {
    "mark a notice as sent before it is sent": [(Delivery, "_send", _mark_then_send)],
    "forget which message made a case": [(View, "forwarded", _unknown)],
    "take no lease": [(Outbox, "lease", _no_lease)],
    "send within the transaction": [(Delivery, "_if_due", _send_within)],
    "repeat a doubtful send without looking it up": [(Delivery, "_send", _no_doubt)],
    "take what was leased at the end for unsent": [(Outbox, "end_leases", _all_doubts_end)],
    "do not look for a notice's other copy": [(Outbox, "twins", _no_twins)],
    "leave the head of the chain behind": [(Change, "write_record", _no_head)],
    "acknowledge before it is stored": [(Desk, "on_comment", _acknowledge_first)],
    "do not queue again what was not taken": [(Outbox, "wait", _never_again)],
    "send the newest first": [(Outbox, "lease", _out_of_order)],
    "do not come again with a daily reminder": [(Delivery, "_again", _nothing)],
    "do not look whether a card grew old on its way": [(Delivery, "_is_stale", _fresh)],
    "draw no card anew": [(Outbox, "draw_anew", _nothing)],
}


def caught(name: str, seeds: int) -> str:
    """The first seed at which a law catches a break, and what it says."""
    with ExitStack() as stack:
        for owner, method, broken in BREAKS[name]:
            stack.enter_context(patch.object(owner, method, broken))
        for seed in range(seeds):
            try:
                run = play(seed)
            except AssertionError as trouble:
                return f"seed {seed}, on a quiet day: {str(trouble)[:150]}"
            if run.broken:
                return f"seed {seed}: {run.broken[0][:150]}"
    return f"not caught by {seeds} seeds"


def main() -> int:
    """Break the desk in each way; the exit status says whether each was caught."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    missed = 0
    prepare()
    for name in BREAKS:
        quiet.cache_clear()
        found = caught(name, seeds)
        missed += found.startswith("not caught")
        sys.stdout.write(f"{name}: {found}\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
