"""The reply clock: when an answer should come, and when it must have come (policy, best practice 3).

All times in and out are aware UTC; the library's own time zone is used inside. A span's ends are wall clock times of
their day: the first of two equal ones when clocks go back, the moment after the gap when they go forward.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.library import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.library import ClosedDay, Library

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When to answer. `start` is where the clock began: the comment's posting if `posted`, else the forward."""

    start: dt.datetime
    posted: bool
    target: dt.datetime
    deadline: dt.datetime
    sentence: str
    """The deadline in words, and why: for the card."""


class ReplyClock:
    """Open hours and workdays of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._zone = library.zone

    def due(self, start: dt.datetime, *, posted: bool) -> Due:
        """Target and deadline for a comment whose clock began at `start`.

        The deadline is closing time of the first workday whose local date is later than that of `start`. The target
        is `reply.target_open_hours` open hours after `start`, and never later than the deadline.
        """
        deadline = self.deadline(start)
        target = min(self.after_open(start, dt.timedelta(hours=self._library.reply.target_open_hours)), deadline)
        return Due(start, posted, target, deadline, self._sentence(start, deadline, posted=posted))

    def deadline(self, start: dt.datetime) -> dt.datetime:
        """Closing time of the first workday whose local date is later than that of `start`."""
        day = self.local_date(start) + DAY
        while not self.is_workday(day):
            day += DAY
        return self.closing(day)

    def closing(self, day: dt.date) -> dt.datetime:
        """When a workday ends: the end of its last open span, or the office hour where it has none."""
        spans = self._spans(day)
        return self._utc(day, spans[-1][1] if spans else self._library.reply.office_closes)

    def after_open(self, start: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """The moment at which the library has been open for `length` since `start`."""
        for opens, closes in self._openings(start):
            begins = max(opens, start)
            if closes - begins >= length:
                return begins + length
            length -= closes - begins
        raise AssertionError("a library opens again")

    def next_open(self, start: dt.datetime) -> dt.datetime:
        """`start` itself where the library is open then, else the next opening."""
        return max(start, next(self._openings(start))[0])

    def next_workday_opening(self, start: dt.datetime) -> dt.datetime:
        """The first opening on a workday after the local day of `start`; days without open hours are passed over."""
        day = self.local_date(start) + DAY
        while not (self.is_workday(day) and self._open_spans(day)):
            if day - self.local_date(start) > 400 * DAY:
                return self.next_open(start + DAY)  # every workday is an office day without open hours
            day += DAY
        return self._open_spans(day)[0][0]

    def is_open(self, at: dt.datetime) -> bool:
        """Is the library open at this moment?"""
        return any(opens <= at < closes for opens, closes in self._open_spans(self.local_date(at)))

    def is_workday(self, day: dt.date) -> bool:
        """A workday by its weekday, and not closed."""
        return WEEKDAYS[day.weekday()] in self._library.workdays and self.closure(day) is None

    def closure(self, day: dt.date) -> ClosedDay | None:
        """The closed day of `library.toml` that covers this date."""
        return next((c for c in self._library.closed if c.on <= day <= (c.until or c.on)), None)

    def local_date(self, at: dt.datetime) -> dt.date:
        """The date on the library's own calendar."""
        return at.astimezone(self._zone).date()

    def _spans(self, day: dt.date) -> Sequence[tuple[int, int]]:
        return () if self.closure(day) else self._library.hours.get(WEEKDAYS[day.weekday()], ())

    def _open_spans(self, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        spans = [(self._utc(day, first), self._utc(day, last)) for first, last in self._spans(day)]
        return [(opens, closes) for opens, closes in spans if opens < closes]

    def _openings(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        day = self.local_date(start)
        while True:
            yield from (span for span in self._open_spans(day) if span[1] > start)
            day += DAY

    def _utc(self, day: dt.date, minute: int) -> dt.datetime:
        day += DAY * (minute // 1440)
        wall = dt.datetime.combine(day, dt.time(minute % 1440 // 60, minute % 60), self._zone)
        return wall.astimezone(dt.UTC)

    def _sentence(self, start: dt.datetime, deadline: dt.datetime, *, posted: bool) -> str:
        day, last = self.local_date(start), self.local_date(deadline)
        reasons = [f"{'posted' if posted else 'forwarded'} {self._when(start)}"]
        between = [day + DAY * n for n in range(1, (last - day).days)]
        closed = [self._named(d) for d in between if self.closure(d)]
        idle = [f"{d:%A}" for d in between if not self.closure(d)]
        if closed:
            reasons.append(f"{listed(closed)} the library is closed")
        if idle:
            reasons.append(f"{listed(idle)} {'is no workday' if len(idle) == 1 else 'are no workdays'}")
        return f"Reply by {self.spoken(deadline)}: {'; '.join(reasons)}."

    def _when(self, start: dt.datetime) -> str:
        day = self.local_date(start)
        spans = self._open_spans(day)
        if not spans:
            return f"{day:%A}, when the library is closed"
        if start < spans[0][0]:
            return f"{day:%A} before opening"
        return f"{day:%A} after closing" if start >= spans[-1][1] else f"{day:%A}"

    def _named(self, day: dt.date) -> str:
        closure = self.closure(day)
        return f"{day:%A}" + (f" ({closure.name})" if closure and closure.name else "")

    def spoken(self, at: dt.datetime) -> str:
        """A moment as people here say it: `Monday 30 November, 8 pm`."""
        local = at.astimezone(self._zone)
        return f"{local:%A} {local.day} {local:%B}, {clock_time(local)}"


def clock_time(local: dt.datetime) -> str:
    """A wall clock time as Americans say it: `8 pm`, `5:30 pm`, `noon`, `midnight`."""
    if local.minute == 0 and local.hour in {0, 12}:
        return "noon" if local.hour else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'pm' if local.hour >= 12 else 'am'}"


def listed(words: Sequence[str]) -> str:
    """Words in a row: `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
