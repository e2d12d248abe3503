"""What the desk says to everyone about no one case: the morning digest, and that the library's days have changed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from bot.case import Duty
from bot.chat import Card, Line
from bot.reply_clock import spoken_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.library import Library
    from bot.reply_clock import ReplyClock
    from bot.view import View
    from bot.wording import Wording

LISTED = 8
"""Cases under each heading; the rest is counted, and shown by “Open cases”."""
MOVED = 20
GIVEN_UP = dt.timedelta(days=7)
"""How long a notice that could not be delivered stays in the digest."""


class Bulletins:
    """The cards of one library's channel."""

    def __init__(self, library: Library, wording: Wording, clock: ReplyClock) -> None:
        self._library = library
        self._wording = wording
        self._clock = clock

    async def digest(self, view: View, now: dt.datetime) -> Card | None:
        """What waits this morning, and the record's head; None where nothing does."""
        cases, dead = await view.open_cases(), await view.dead(now - GIVEN_UP)
        if not cases and not dead:
            return None
        replies = [case for case in cases if Duty.REPLY in case.duties]
        late = [case for case in replies if case.deadline < now]
        today = self._clock.local_date(now)
        due = [c for c in replies if c not in late and self._clock.local_date(c.deadline) == today]
        ruling = [case for case in cases if Duty.RULING in case.duties]
        platform = [case for case in cases if Duty.PLATFORM in case.duties]
        director = self._library.director.name
        counts = [f"{len(cases)} open"] if cases else []
        lines: list[Line] = []
        for heading, some, few in (
            ("Overdue", late, "overdue"),
            ("Due today", due, "due today"),
            (f"Waiting for {director}", ruling, f"waiting for {director}"),
            ("To do on the platform", platform, "to do on the platform"),
        ):
            if some:
                counts.append(f"{len(some)} {few}")
                for case in some[:LISTED]:
                    lines += self._wording.in_brief(case, now, f"{heading}: ")
                if len(some) > LISTED:
                    lines.append(Line(f"and {len(some) - LISTED} more", heading))
        if dead:
            counts.append(f"{len(dead)} not delivered")
            lines += [Line(why, f"Given up: {case}·{number}") for case, number, why in dead[-LISTED:]]
        length, head = await view.record_head()
        lines.append(Line(f"{length:,} entries; its head is {head.hex()}", "Record"))
        return Card(
            f"{spoken_day(today)}: {', '.join(counts)}", tuple(lines), ("open", "overdue") if late else ("open",)
        )

    def closure(self, about: dict[str, Any]) -> Card:
        """The library's days have changed. `about` says which, by whom, and each deadline before and after."""
        if day := about.get("day"):
            named = spoken_day(dt.date.fromisoformat(day))
            title = (
                f"The library is open on {named} after all, says {about['by']}."
                if about.get("open")
                else f"The library is closed on {named}: {str(about['why']).rstrip('.')} ({about['by']})."
            )
        else:
            title = str(about["title"])
        moved: Sequence[tuple[str, str, str]] = about["moved"]
        lines = [
            Line(f"reply by {self._spoken(after)}; it was {self._spoken(before)}", number)
            for number, before, after in moved[:MOVED]
        ]
        if len(moved) > MOVED:
            lines.append(Line(f"and {len(moved) - MOVED} more; the open cases show them all"))
        return Card(title, (*lines,) if lines else (Line("No reply is due at another time because of it."),))

    def _spoken(self, moment: str) -> str:
        return self._clock.spoken(dt.datetime.fromisoformat(moment))
