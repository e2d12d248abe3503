"""Logs and error reports that name no author and hold nobody's number or address.

What happens is one line an event, words and then facts: `2026-11-16 11:04:02,118 INFO forward library=alder-creek
case=2026-0042`. What is wrong is a sentence. Neither holds what anybody wrote.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.store import Store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator
    from types import TracebackType

    from bot.privacy import Pseudonyms
    from bot.store import Change

_LOG = logging.getLogger("commentdesk")
_PLAIN = re.compile(r"[\w.:·/+-]+")
TOLD = ("notice", "attachment")
"""What else of an entry of the record is a number or one of the desk's own words, and so may stand in a log."""

NOISY = ("apscheduler", "asyncio", "slack_bolt", "slack_sdk", "discord", "aiohttp", "alembic")
"""Libraries that would write what people said, or chatter, into the log."""


class Discreet(logging.Formatter):
    """Hides authors and masks what cards mask, in messages and in tracebacks alike."""

    def __init__(self, *names: Pseudonyms) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._names = names

    def hide(self, text: str) -> str:
        """A text as it may stand in a log."""
        for one in self._names:
            text = one.hide(text)
        return text

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        said = logging.makeLogRecord(record.__dict__)
        said.msg, said.args, said.exc_text = self.hide(record.getMessage()), None, None
        return super().format(said)

    def formatException(  # noqa: N802 - the name is logging's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """The traceback."""
        return self.hide(super().formatException(ei))


def event(name: str, **facts: object) -> None:
    """Something happened. The facts are the desk's own: names of chats, numbers of cases, never what people wrote."""
    said = (str(fact) for fact in facts.values())
    shown = (one if _PLAIN.fullmatch(one) else json.dumps(one, ensure_ascii=False) for one in said)
    _LOG.info(" ".join([name, *(f"{key}={fact}" for key, fact in zip(facts, shown, strict=True))]))


class LoggingStore(Store):
    """A store that logs, of each change that it stored, what kinds of entries the record got, and for which case."""

    @asynccontextmanager
    async def change(self, library: str, now: dt.datetime) -> AsyncIterator[Change]:
        """One transaction on one library's rows. Raises Unavailable."""
        async with super().change(library, now) as change:
            yield change
        for entry in change.entries:
            said = json.loads(entry.payload or "{}")
            facts = {"library": library, "case": entry.case, **{key: said.get(key) for key in TOLD}}
            event(entry.kind, **{key: fact for key, fact in facts.items() if fact is not None})


def discreet(*names: Pseudonyms, quiet: bool = False) -> None:
    """From here on everything that this process logs or dies of is said discreetly, on standard error.

    `quiet` leaves events out: beside a terminal at which somebody sits, the desk's answers say as much.
    """
    handler = logging.StreamHandler()
    formatter = Discreet(*names)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler])
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(formatter.hide("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = report
