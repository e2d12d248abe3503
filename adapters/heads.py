"""The file of heads: each day's end of the record, kept where whoever can change the database can not.

A line a day: `2026-11-16 alder-creek 412 9f0c…`: the day in the library's time zone, the library, the number of the
record's last entry, and its link. `commentdesk record verify --head FILE` holds the record against all of them.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import TYPE_CHECKING

from bot.record import Head
from bot.toml import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library import Library
    from bot.store import Store

_LOG = logging.getLogger("commentdesk")
_LINE = re.compile(r"(\d{4}-\d\d-\d\d) ([a-z0-9-]+) (\d{1,18}) ([0-9a-f]{64})")


class HeadFile:
    """Writes the head of one library's record to a file, once a day."""

    def __init__(self, path: Path, library: Library) -> None:
        self._path = path
        self._library = library
        self._last: dt.date | None = None
        self._trouble = ""

    async def tick(self, store: Store, now: dt.datetime) -> None:
        """Add the day's line, where it is not there. A file that can not be written is said in the log, once.

        Raises Unavailable where the database does not serve.
        """
        today = now.astimezone(self._library.zone).date()
        if self._last is not None and self._last >= today:
            return
        try:
            if self._last is None and (there := self._read()):
                self._last = max(head.day for head in there)
            if self._last is None or self._last < today:
                await self._add(store, today)
            self._trouble = ""
        except (OSError, ConfigurationError) as error:
            said = str(error)
            if said != self._trouble:
                _LOG.error("RECORD_HEAD_FILE: the record's head of %s is not written down: %s", today, said)
            self._trouble = said

    def last(self) -> Head | None:
        """The last head that was written down. Raises OSError and ConfigurationError."""
        return max(self._read(), key=lambda head: head.number, default=None)

    def _read(self) -> list[Head]:
        return read(self._path, self._library.id) if self._path.exists() else []

    async def _add(self, store: Store, today: dt.date) -> None:
        async with store.look(self._library.id) as view:
            number, link = await view.record_head()
        if number:
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{today} {self._library.id} {number} {link.hex()}\n")
            self._last = today


def read(path: Path, library: str) -> list[Head]:
    """A library's heads in a file. Raises ConfigurationError, with the line, where it holds something else."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise ConfigurationError([f"{path}: can not be read: {why}."]) from None
    heads = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        day = _day(match[1]) if match else None
        if match is None or day is None:
            raise ConfigurationError([f"{path}:{number}: is no line such as “2026-11-16 {library} 412 9f0c…”."])
        if match[2] == library:
            heads.append(Head(day, int(match[3]), bytes.fromhex(match[4])))
    return heads


def _day(said: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        return None
