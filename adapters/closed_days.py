"""Closed days: proposed from the state's holidays, decided in `library.toml`, looked over at start and by doctor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import holidays

from bot.reply_clock import ReplyClock, spoken_day

if TYPE_CHECKING:
    import datetime as dt

    from bot.library import Library

FROM_MONTH = 10
"""From October on, the next year's closed days should stand in the file."""


def proposed(library: Library, year: int) -> str:
    """The year's holidays in the library's state as entries of `library.toml` that can be pasted, a comment first.

    Days that the file closes already are left out. Source: the `holidays` library.
    """
    if not library.state:
        return '# library.toml names no state, so nothing can be proposed. Add for example: state = "WI"'
    try:
        found = holidays.country_holidays("US", subdiv=library.state, years=year)
    except NotImplementedError:
        return f'# No state is called {library.state}: write its two letters in library.toml, for example state = "WI"'
    clock = ReplyClock(library)
    days = {day: name for day, name in sorted(found.items()) if clock.closure(day) is None}
    if not days:
        return f"# Every holiday of {library.state} in {year} is closed in library.toml."
    entries = [
        f"[[closed]]\non = {day.isoformat()}   # {day:%A}\nname = {json.dumps(name)}\n" for day, name in days.items()
    ]
    head = f"# Holidays of {library.state} in {year}. Keep those on which you are closed, and add your own days."
    return "\n".join([head, *entries])


def next_to_confirm(today: dt.date) -> int:
    """The year whose closed days want thinking of."""
    return today.year + (today.month >= FROM_MONTH)


def unconfirmed(library: Library, today: dt.date) -> list[str]:
    """A sentence for this year and, in autumn, the next, where `library.toml` has no closed day of it."""
    years = sorted({today.year, next_to_confirm(today)})
    said = {day.year for closed in library.closed for day in (closed.on, closed.until or closed.on)}
    return [
        f"library.toml has no closed day of {year}. `commentdesk holidays {year}` proposes some; paste those that hold."
        for year in years
        if year not in said
    ]


def long(library: Library, today: dt.date) -> list[str]:
    """A sentence for each month or longer, in the year to come, on which the library never opens."""
    return [
        f"library.toml: the library never opens from {spoken_day(first)} {first.year} to {spoken_day(last)} "
        f"{last.year}; no reply falls due then. Where that is wrong, mend its hours, seasons or closed days."
        for first, last in ReplyClock(library).long_closures(today)
    ]
