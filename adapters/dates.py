"""Days and times as people type them in a terminal, in the library's time zone; aware UTC out."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from bot.hours import WEEKDAYS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_TIME = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?:m\.?)?", re.IGNORECASE)
_AGO = re.compile(r"(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)\s+ago", re.IGNORECASE)
_SPAN = re.compile(r"\+\s*(\d{1,5})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)", re.IGNORECASE)
_UNITS = {
    "m": dt.timedelta(minutes=1),
    "h": dt.timedelta(hours=1),
    "d": dt.timedelta(days=1),
    "w": dt.timedelta(weeks=1),
}


def past_time(words: str, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """When something was: `2026-11-20 4:30 pm`, `yesterday 16:30`, `friday`, `9 am`, `2 h ago`; None for no time.

    A day alone means its beginning, a weekday the last one that is past, a time alone today.
    """
    words = " ".join(words.replace("T", " ", 1).split()) if words[:4].isdigit() else " ".join(words.split())
    if ago := _AGO.fullmatch(words):
        return now - int(ago[1]) * _UNITS[ago[2][0].lower()]
    today = now.astimezone(zone).date()
    first, _, rest = words.partition(" ")
    day = _day(first, today, step=-1)
    time = _time(rest if day else words) if rest or not day else dt.time()
    if time is None:
        return None
    return _moment(day or today, time, zone)


def coming_time(words: str, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """When something is to be: `4 pm`, `tomorrow 10:00`, `friday`, `2026-12-04 9 am`, `+2h`; None for no time.

    A day alone means its beginning, a weekday the next one, a time alone today.
    """
    if length := span(words):
        return now + length
    words = words.replace("T", " ", 1) if words[:4].isdigit() else words
    first, _, rest = " ".join(words.split()).partition(" ")
    day = _day(first, now.astimezone(zone).date(), step=1)
    time = _time(rest if day else words) if rest or not day else dt.time()
    if time is None:
        return None
    return _moment(day or now.astimezone(zone).date(), time, zone)


def end_of_day(words: str, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """The last moment of a day to come: `2026-12-04`, `tomorrow`, `friday`. None where it is no day."""
    day = _day(words.strip(), now.astimezone(zone).date(), step=1)
    return _moment(day, dt.time(23, 59, 59), zone) if day else None


def span(words: str) -> dt.timedelta | None:
    """A length such as `+1d`, `+90 min`, `+2w`. None where it is none."""
    match = _SPAN.fullmatch(words.strip())
    return int(match[1]) * _UNITS[match[2][0].lower()] if match else None


def _moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime | None:
    """A moment of the library's in UTC; None where it lies at an end of the calendar, in another year there."""
    try:
        return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
    except OverflowError:
        return None


def _day(word: str, today: dt.date, step: int) -> dt.date | None:
    word = word.casefold().strip(",")
    near = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if word in near:
        return today + dt.timedelta(days=near[word])
    if word in WEEKDAYS or word in {name[:3] for name in WEEKDAYS}:
        wanted = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(word))
        return today + step * dt.timedelta(days=(step * (wanted - today.weekday())) % 7)
    try:
        return dt.date.fromisoformat(word)
    except ValueError:
        return None


def _time(words: str) -> dt.time | None:
    match = _TIME.fullmatch(words.strip())
    if not match or not (match["minute"] or match["half"]):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None
