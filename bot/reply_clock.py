"""The reply clock: when an answer should come, and when it must have come (policy, best practice 3).

All times in and out are aware UTC; the library's own time zone is used inside. A span begins and ends at the first
moment of its day at which the wall clock shows its time or a later one: the first of two equal ones when clocks go
back, the moment after the gap when they go forward.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.hours import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.hours import ClosedDay
    from bot.library import Library

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
MONTH = 28 * DAY
LOOKED_AHEAD = 400 * DAY


@dataclass(frozen=True, slots=True)
class Due:
    """When to answer. `start` is where the clock began: the comment's posting if `posted`, else the forward."""

    start: dt.datetime
    posted: bool
    target: dt.datetime
    deadline: dt.datetime
    sentence: str
    """The deadline in words, and why: for the card."""
    aim: str
    """The target in words, and why."""


class ReplyClock:
    """Open hours and workdays of one library. `unplanned` are closed days that `library.toml` does not know of."""

    def __init__(self, library: Library, unplanned: Sequence[ClosedDay] = ()) -> None:
        self._library = library
        self._zone = library.zone
        self.unplanned = tuple(unplanned)

    def due(self, start: dt.datetime, *, posted: bool) -> Due:
        """Target and deadline for a comment whose clock began at `start`.

        The deadline is closing time of the first workday whose local date is later than that of `start`. The target
        is `reply.target_open_hours` open hours after `start`, and never later than the deadline.
        """
        deadline = self.deadline(start)
        target = min(self.after_open(start, dt.timedelta(hours=self._library.reply.target_open_hours)), deadline)
        sentence = self._sentence(start, deadline, posted=posted)
        return Due(start, posted, target, deadline, sentence, self._aim(target, deadline, posted=posted))

    def deadline(self, start: dt.datetime) -> dt.datetime:
        """Closing time of the first workday whose local date is later than that of `start`."""
        return self.closing(self._deadline_day(start))

    def _deadline_day(self, start: dt.datetime) -> dt.date:
        day = self.local_date(start) + DAY
        while not self.is_workday(day):
            day += DAY
        return day

    def closing(self, day: dt.date) -> dt.datetime:
        """When a workday ends: the end of its last open span, or the office hour where it has none."""
        spans = self._open_spans(day)
        return spans[-1][1] if spans else self._utc(day, self._library.reply.office_closes)

    def after_open(self, start: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """The moment at which the library has been open for `length` since `start`."""
        for opens, closes in self._openings(start):
            begins = max(opens, start)
            if closes - begins >= length:
                return begins + length
            length -= closes - begins
        raise AssertionError("a library opens again")

    def open_before(self, end: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """The moment from which the library is open for `length` until `end`."""
        day = self.local_date(end)
        while True:
            for opens, closes in reversed(self._open_spans(day)):
                stops = min(closes, end)
                if stops - opens >= length:
                    return stops - length
                length -= max(stops - opens, dt.timedelta(0))
            day -= DAY

    def next_open(self, start: dt.datetime) -> dt.datetime:
        """`start` itself where the library is open then, else the next opening."""
        return max(start, next(self._openings(start))[0])

    def workday_opening(self, start: dt.datetime) -> dt.datetime:
        """The first opening of a workday at `start` or later; workdays without open hours are passed over."""
        first = day = self.local_date(start)
        while day - first <= LOOKED_AHEAD:
            if self.is_workday(day) and (spans := self._open_spans(day)) and spans[0][0] >= start:
                return spans[0][0]
            day += DAY
        return self.next_open(start + DAY)  # every workday is an office day without open hours

    def next_workday_opening(self, start: dt.datetime) -> dt.datetime:
        """The first opening of a workday after the local day of `start`."""
        return self.workday_opening(self._utc(self.local_date(start) + DAY, 0))

    def long_closures(self, today: dt.date) -> list[tuple[dt.date, dt.date]]:
        """First and last day of each stretch of a month or longer, in the year to come, on which nobody comes in."""
        found, day = [], today
        while day < today + LOOKED_AHEAD:
            first = day
            while day < today + 2 * LOOKED_AHEAD and not self._open_spans(day):
                day += DAY
            if day - first >= MONTH:
                found.append((first, day - DAY))
            day += DAY
        return found

    def is_open(self, at: dt.datetime) -> bool:
        """Is the library open at this moment?"""
        return self.next_open(at) == at

    def is_workday(self, day: dt.date) -> bool:
        """A workday by its weekday, and not closed."""
        return WEEKDAYS[day.weekday()] in self._library.workdays and self.closure(day) is None

    def closure(self, day: dt.date) -> ClosedDay | None:
        """What closes the library on this date, in `library.toml` or since."""
        closed = (*self._library.closed, *self.unplanned)
        return next((c for c in closed if c.on <= day <= (c.until or c.on)), None)

    def local_date(self, at: dt.datetime) -> dt.date:
        """The date on the library's own calendar."""
        return at.astimezone(self._zone).date()

    def _spans(self, day: dt.date) -> Sequence[tuple[int, int]]:
        if self.closure(day):
            return ()
        season = next((s.hours for s in self._library.seasons if s.since <= day <= s.until), None)
        hours = self._library.hours if season is None else season
        return hours.get(WEEKDAYS[day.weekday()], ())

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
        at = wall.astimezone(dt.UTC)
        if at.astimezone(self._zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return at
        # The clock never shows this time: it leaps over it, within the gap's length before `at`.
        before = wall.replace(fold=1).astimezone(dt.UTC)
        minutes = range(int((at - before) / MINUTE) + 1)
        shown = wall.replace(tzinfo=None)
        leap = bisect_left(
            minutes,
            x=True,
            key=lambda n: (before + n * MINUTE).astimezone(self._zone).replace(tzinfo=None) >= shown,
        )
        return before + leap * MINUTE

    def _sentence(self, start: dt.datetime, deadline: dt.datetime, *, posted: bool) -> str:
        day, last = self.local_date(start), self._deadline_day(start)
        reasons = [f"{'posted' if posted else 'forwarded'} {self._when(start)}"]
        between = [day + DAY * n for n in range(1, (last - day).days)]
        closed = [d for d in between if self.closure(d) and self._would_work(d)]
        idle = [f"{d:%A}" for d in between if not self._would_work(d)]
        if closed:
            reasons.append(f"{self._days(closed)} the library is closed")
        elif idle:
            reasons.append(f"{listed(idle)} {'is no workday' if len(idle) == 1 else 'are no workdays'}")
        return f"Reply by {self.spoken(deadline)}: {'; '.join(reasons)}."

    def _aim(self, target: dt.datetime, deadline: dt.datetime, *, posted: bool) -> str:
        if target == deadline:
            return "Best by then too: the usual open hours do not fit before it."
        hours = self._library.reply.target_open_hours
        length = f"{hours:g} open {'hour' if hours == 1 else 'hours'}"
        return f"Best by {self.spoken(target)}: {length} after it was {'posted' if posted else 'forwarded'}."

    def _would_work(self, day: dt.date) -> bool:
        return WEEKDAYS[day.weekday()] in self._library.workdays

    def _days(self, days: Sequence[dt.date]) -> str:
        """Days by their names, where these tell them apart."""
        if len(days) <= 5:
            return listed([f"{day:%A}" for day in days])
        return f"from {spoken_day(days[0])} to {spoken_day(days[-1])}"

    def _when(self, start: dt.datetime) -> str:
        day = self.local_date(start)
        spans = self._open_spans(day)
        if not spans:
            return f"{day:%A}, when the library is closed"
        if start < spans[0][0]:
            return f"{day:%A} before opening"
        return f"{day:%A} after closing" if start >= spans[-1][1] else f"{day:%A}"

    def spoken(self, at: dt.datetime) -> str:
        """A moment as people here say it: `Monday 30 November, 8 pm`."""
        local = at.astimezone(self._zone)
        return f"{spoken_day(local)}, {clock_time(local)}"


def spoken_day(day: dt.date) -> str:
    """A day as people here say it: `Monday 30 November`."""
    return f"{day:%A} {day.day} {day:%B}"


def clock_time(local: dt.datetime) -> str:
    """A wall clock time as Americans say it: `8 pm`, `5:30 pm`, `noon`, `midnight`."""
    if local.minute == 0 and local.hour in {0, 12}:
        return "noon" if local.hour else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'pm' if local.hour >= 12 else 'am'}"


def listed(words: Sequence[str]) -> str:
    """Words in a row: `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
