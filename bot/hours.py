"""When a library is open: its weekly hours, its seasons, its closed days. As `library.toml` says them; wall time."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.toml import Table

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


def minute_of_day(value: object) -> int:
    """Minutes after midnight of a wall clock time such as "9:30"; "24:00" is the end of the day. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1440:
        return value
    if isinstance(value, dt.time):
        return value.hour * 60 + value.minute
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match else 1441
    if minute > 1440:
        raise ValueError('write a time of day such as "17:30"')
    return minute


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    start, dash, end = value.replace("–", "-").partition("-")
    if not dash:
        raise ValueError('write a span such as "10:00-20:00"')
    span = (minute_of_day(start), minute_of_day(end))
    if span[0] >= span[1]:
        raise ValueError("a span ends after it begins; split one that goes past midnight")
    return span


MinuteOfDay = Annotated[int, BeforeValidator(minute_of_day)]
Span = Annotated[tuple[int, int], BeforeValidator(_span)]
"""An open span within one day: minutes after midnight, first inclusive, last exclusive."""


def in_order(hours: dict[Weekday, list[tuple[int, int]]]) -> dict[Weekday, list[tuple[int, int]]]:
    """The hours of a week, where each day's spans follow one another. Raises ValueError."""
    for day, spans in hours.items():
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            raise ValueError(f"the spans of {day} overlap or are out of order")
    return hours


Hours = Annotated[dict[Weekday, list[Span]], AfterValidator(in_order)]
"""Open spans by weekday; a day left out is closed."""


class Season(Table):
    """Days on which other hours hold, both ends included: the weekly hours do not count then."""

    name: str = ""
    since: Annotated[dt.date, Field(alias="from")]
    until: dt.date
    hours: Hours

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.until < self.since:
            raise ValueError("until must not be before from")
        return self


class ClosedDay(Table):
    """Days on which the library is closed whatever the weekday says; `until` is the last closed day."""

    on: dt.date
    until: dt.date | None = None
    name: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.on:
            raise ValueError("until must not be before on")
        if self.until is not None and (self.until - self.on).days > 366:
            raise ValueError("a closure lasts a year at most; check the year of until")
        return self


class ReplyTimes(Table):
    """How soon the library answers (policy, best practice 3)."""

    target_open_hours: Annotated[float, Field(gt=0, le=40)] = 4.0
    office_closes: MinuteOfDay = 17 * 60
    """When a workday without open hours ends."""
