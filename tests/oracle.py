"""A slow oracle of the reply clock, which looks at every minute by itself, and random calendars to hold it to.

The oracle reads the plain facts of a calendar and shares nothing with the desk. `python -m tests.oracle` runs 100,000
calendars with a moment each, and every change of clocks since 2007; a number after it runs that many.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.library import Library
from bot.reply_clock import ReplyClock

if TYPE_CHECKING:
    from collections.abc import Iterator

Facts = dict[str, Any]
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZONES = (
    "America/Chicago",
    "America/Phoenix",
    "America/St_Johns",
    "America/Havana",
    "Europe/Berlin",
    "Australia/Lord_Howe",
)
"""Clocks that leap at two, never, by an odd zone, at midnight, elsewhere, and by half an hour."""
SINCE, UNTIL = dt.datetime(2007, 1, 2, tzinfo=dt.UTC), dt.datetime(2037, 12, 1, tzinfo=dt.UTC)


class Oracle:
    """What the wall clock and the calendar say of one minute after another. `facts` are as a library file has them."""

    def __init__(self, facts: Facts, unplanned: list[Facts]) -> None:
        self._facts = facts
        self._closed = [*facts["closed"], *unplanned]
        self._zone = ZoneInfo(facts["timezone"])

    def day_of(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self._zone).date()

    def closed(self, day: dt.date) -> bool:
        return any(one["on"] <= day <= one.get("until", one["on"]) for one in self._closed)

    def open_minutes(self, day: dt.date) -> list[dt.datetime]:
        """The first moment of each minute of the day during which the library is open, in order."""
        hours = self._facts["hours"]
        for season in self._facts["seasons"]:
            if season["from"] <= day <= season["until"]:
                hours = season["hours"]
        found = []
        for span in [] if self.closed(day) else hours.get(NAMES[day.weekday()], []):
            opens, closes = (int(hour) * 60 + int(minute) for hour, minute in (e.split(":") for e in span.split("-")))
            begun = ended = False
            for at, shown in minutes_of(self._facts["timezone"], day):
                begun = begun or shown >= opens
                ended = ended or shown >= closes
                if begun and not ended:
                    found.append(at)
        return found

    def is_open(self, at: dt.datetime) -> bool:
        return any(at in self.open_minutes(day) for day in (self.day_of(at), self.day_of(at) + DAY))

    def deadline(self, start: dt.datetime) -> dt.datetime:
        day = self.day_of(start) + DAY
        while NAMES[day.weekday()] not in self._facts["workdays"] or self.closed(day):
            day += DAY
        if minutes := self.open_minutes(day):
            return minutes[-1] + MINUTE
        hour, minute = self._facts["reply"]["office_closes"].split(":")
        return next(
            at for at, shown in minutes_of(self._facts["timezone"], day) if shown >= int(hour) * 60 + int(minute)
        )

    def target(self, start: dt.datetime) -> dt.datetime:
        left, deadline = round(self._facts["reply"]["target_open_hours"] * 60), self.deadline(start)
        day = self.day_of(start)
        while True:
            for at in self.open_minutes(day):
                if at >= deadline:
                    return deadline
                if at >= start:
                    left -= 1
                    if left == 0:
                        return at + MINUTE
            day += DAY
            if day > self.day_of(deadline):
                return deadline

    def open_before(self, end: dt.datetime, minutes: int) -> dt.datetime:
        day, left = self.day_of(end), minutes
        while True:
            for at in reversed(self.open_minutes(day)):
                if at < end:
                    left -= 1
                    if left == 0:
                        return at
            day -= DAY

    def next_workday_opening(self, at: dt.datetime) -> dt.datetime:
        day = self.day_of(at) + DAY
        while NAMES[day.weekday()] not in self._facts["workdays"] or not self.open_minutes(day):
            day += DAY
        return self.open_minutes(day)[0]

    def next_open(self, start: dt.datetime) -> dt.datetime:
        day = self.day_of(start)
        while True:
            for at in self.open_minutes(day):
                if at >= start:
                    return at
            day += DAY


def minutes_of(zone: str, day: dt.date) -> Iterator[tuple[dt.datetime, int]]:
    """Each minute of the local day, in order: when it begins, and what the wall clock shows (0 to 1439).

    Where clocks go back over midnight, the day before is shown again in between (-1) or the next for a moment (1440).
    """
    at = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) - 15 * 60 * MINUTE
    local = ZoneInfo(zone)
    begun = False
    while True:
        wall = at.astimezone(local)
        if wall.date() == day or begun:
            if wall.date() > day and (at + 60 * MINUTE).astimezone(local).date() > day:
                return
            begun = True
            yield at, -1 if wall.date() < day else 1440 if wall.date() > day else wall.hour * 60 + wall.minute
            at += MINUTE
        else:  # on to the day by whole hours, then by minutes
            at += MINUTE if wall.date() + DAY == day and wall.hour >= 22 else 60 * MINUTE


def changes(zone: str) -> list[dt.datetime]:
    """The first minute after every change of clocks since 2007, found by looking at each day, then each minute."""
    found, at, local = [], SINCE, ZoneInfo(zone)
    while at < UNTIL:
        if at.astimezone(local).utcoffset() != (at + DAY).astimezone(local).utcoffset():
            minute = at
            while minute.astimezone(local).utcoffset() == at.astimezone(local).utcoffset():
                minute += MINUTE
            found.append(minute)
        at += DAY
    return found


def hours(chance: random.Random) -> dict[str, list[str]]:
    """Hours of a week: none, one or two spans a day at any time, often across the hours in which clocks leap."""
    week: dict[str, list[str]] = {}
    for name in NAMES:
        step = chance.choice((1, 5, 30))
        lowest = chance.choice((0, 0, 9 * 60))
        edges = sorted(chance.sample(range(lowest, 1441, step), chance.choice((0, 2, 2, 4))))
        if edges:
            faces = [f"{edge // 60:02}:{edge % 60:02}" for edge in edges]
            week[name] = [f"{a}-{b}" for a, b in zip(faces[::2], faces[1::2], strict=True)]
    return week


def calendar(chance: random.Random, zone: str, near: dt.date) -> tuple[Facts, list[Facts]]:
    """A random calendar whose closed days and season lie near a date, and its unplanned closures."""
    week: dict[str, list[str]] = {}
    while not week:
        week = hours(chance)
    seasons = []
    if chance.random() < 0.5:
        since = near + DAY * chance.randint(-6, 3)
        seasons = [{"from": since, "until": since + DAY * chance.randint(0, 9), "hours": hours(chance)}]
    closed = []
    for _ in range(chance.choice((0, 0, 1, 2))):
        on = near + DAY * chance.randint(-3, 6)
        closed.append({"on": on, "until": on + DAY * chance.choice((0, 0, 1, 4, 16))})
    facts = {
        "id": "test",
        "name": "Test Library",
        "people": [{"name": "Ruth", "role": "director", "adult": True}],
        "timezone": zone,
        "hours": week,
        "seasons": seasons,
        "workdays": chance.sample(NAMES, chance.choice((1, 5, 5, 7))),
        "closed": closed,
        "reply": {
            "target_open_hours": chance.choice((0.5, 2, 4, 11)),
            "office_closes": chance.choice(("17:00", "2:30")),
        },
    }
    unplanned = [{"on": near + DAY * chance.randint(-2, 4)} for _ in range(chance.choice((0, 0, 0, 1, 2)))]
    return facts, unplanned


def compare(chance: random.Random, zone: str, moment: dt.datetime) -> str | None:
    """Hold the clock to the oracle for a random calendar around a moment; what differs, or None."""
    facts, unplanned = calendar(chance, zone, moment.astimezone(ZoneInfo(zone)).date())
    library = Library.model_validate(facts)
    clock = ReplyClock(library, Library.model_validate({**facts, "closed": unplanned}).closed)
    oracle = Oracle(facts, unplanned)
    due = clock.due(moment, posted=True)
    pairs = {
        "deadline": (due.deadline, oracle.deadline(moment)),
        "target": (due.target, oracle.target(moment)),
        "two open hours before": (clock.open_before(due.deadline, 120 * MINUTE), oracle.open_before(due.deadline, 120)),
        "next open": (clock.next_open(moment), oracle.next_open(moment)),
        "is open": (clock.is_open(moment), oracle.is_open(moment)),
    }
    wrong = {name: (str(said), str(right)) for name, (said, right) in pairs.items() if said != right}
    return f"{moment} {wrong} {facts} {unplanned}" if wrong else None


def moments(count: int, chance: random.Random) -> Iterator[tuple[str, dt.datetime]]:
    """Zones and moments: two around every change of clocks since 2007, the rest anywhere."""
    near = [(zone, change) for zone in ZONES for change in changes(zone)]
    span = int((UNTIL - SINCE) / MINUTE)
    for number in range(count):
        if number < 2 * len(near):
            zone, change = near[number // 2]
            yield zone, change + chance.randint(-3 * 1440, 1440) * MINUTE
        else:
            yield chance.choice(ZONES), SINCE + chance.randrange(span) * MINUTE


def main(count: int, seed: int) -> int:
    """Run so many; 0 where all agree."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    wrong = 0
    for zone, moment in moments(count, chance):
        if problem := compare(chance, zone, moment):
            wrong += 1
            print(problem)  # noqa: T201 - a command of its own
    print(f"{count} calendars and moments, seed {seed}: {wrong} differ.")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]]
    sys.exit(main(*(numbers + [100_000, 1][len(numbers) :])))
