"""Logs and error reports that name no author and hold nobody's number or address."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from bot.privacy import Pseudonyms

NOISY = ("apscheduler", "asyncio", "slack_bolt", "slack_sdk", "discord", "aiohttp", "alembic")
"""Libraries that would write what people said, or chatter, into the log."""


class Discreet(logging.Formatter):
    """Hides authors and masks what cards mask, in messages and in tracebacks alike."""

    def __init__(self, names: Pseudonyms) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._names = names

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        said = logging.makeLogRecord(record.__dict__)
        said.msg, said.args, said.exc_text = self._names.hide(record.getMessage()), None, None
        return super().format(said)

    def formatException(  # noqa: N802 - the name is logging's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """The traceback."""
        return self._names.hide(super().formatException(ei))


def discreet(names: Pseudonyms) -> None:
    """From here on everything that this process logs or dies of is said discreetly, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(names))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(names.hide("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = report
