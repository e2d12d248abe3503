"""What changes the days themselves: people go and come back, the library closes, `library.toml` was edited.

A deadline is worked out from the calendar. Where the calendar changes, each open case gets its deadline and its
reminders anew, and the channel is told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import notices
from bot.actions import ACTIONS, Need
from bot.case import Duty, Step, move
from bot.chat import Answer, storable
from bot.library import Role

if TYPE_CHECKING:
    from bot.case import Case
    from bot.chat import Press
    from bot.delivery import Delivery
    from bot.library import Library, Member
    from bot.refusals import Refusals
    from bot.reply_clock import ReplyClock
    from bot.store import Change
    from bot.view import View
    from bot.wording import Wording

LOOK_BACK, LOOK_AHEAD = dt.timedelta(days=14), dt.timedelta(days=366)
"""How far from today a day can be said to be closed; anything else is a slip of the pen."""


class Days:
    """Comings and goings of one library. `clock` is the desk's own, and learns of closed days here."""

    def __init__(
        self, library: Library, clock: ReplyClock, wording: Wording, refusals: Refusals, delivery: Delivery
    ) -> None:
        self._library = library
        self._clock = clock
        self._wording = wording
        self._refusals = refusals
        self._delivery = delivery

    async def learn(self, change: Change) -> None:
        """Let the clock know of the closed days that `library.toml` does not know of.

        Only within a change, for changes stand in a row: a look may be older than the change that it falls into.
        """
        self._clock.unplanned = tuple(await change.closures())

    async def are_known(self, view: View) -> bool:
        """Does the clock know the closed days of this look?"""
        return self._clock.unplanned == tuple(await view.closures())

    async def begin(self, change: Change, now: dt.datetime, *, edited: bool) -> None:
        """At start: see to the next digests and, where `library.toml` was edited, to the deadlines that this moved."""
        await self.learn(change)
        if edited and (moved := await self._move_deadlines(change, now)):
            await self._move_questions(change, now)
            change.note("hours changed", None, {"moved": [case.number for case, _ in moved]})
            await self._tell(change, {"title": "The library's hours or closed days have changed."}, moved, now)
        await self._delivery.begin_digests(change, now)

    async def act(self, change: Change, press: Press, member: Member, now: dt.datetime) -> Answer:
        """An action that is about no case. The press has what the action needs."""
        match press.action:
            case "back":
                await change.set_back(member.name)
                change.note("back", None, {"by": member.name})
                return Answer(self._wording.back(member.name), done=True)
            case "away":
                return await self._away(change, press, member, now)
            case "closed":
                return await self._close(change, press, member, now)
            case _:
                return await self._reopen(change, press, member, now)

    async def _away(self, change: Change, press: Press, member: Member, now: dt.datetime) -> Answer:
        if press.at and press.at <= now:
            return Answer(self._refusals.missing(ACTIONS["away"], Need.TIME))
        await change.set_away(member.name, press.at)
        change.note("away", None, {"by": member.name, "until": press.at and press.at.isoformat()})
        away = await self._delivery.away(change, now)
        decider = self._library.decider(away)
        if member.role is Role.DIRECTOR and decider is not member:
            for case in await change.asked():
                question, *_ = notices.asked(case, self._clock, now)  # its reminders are queued already
                await self._delivery.queue_all(change, case, [question])
        theirs = [c for c in await change.open_cases() if c.claimed_by == member.name and Duty.REPLY in c.duties]
        for case in theirs:
            change.note("hand_over", case.number, {"by": member.name, "why": "away"})
            await self._save(change, case, move(case, "hand_over", Step(member.name, now)), now)
        deputy = decider.name if decider is not member else None
        passed_on = [case.number for case in theirs]
        return Answer(self._wording.away(member.name, press.at, deputy, passed_on), done=True)

    async def _close(self, change: Change, press: Press, member: Member, now: dt.datetime) -> Answer:
        day, why = self._clock.local_date(press.at or now), storable(press.text.strip())
        today = self._clock.local_date(now)
        if closure := self._clock.closure(day):
            return Answer(self._refusals.closed_already(day, closure.name))
        if not today - LOOK_BACK <= day <= today + LOOK_AHEAD:
            return Answer(self._refusals.far_off(day))
        await change.close_day(day, why, member.name)
        return await self._changed(change, {"day": day.isoformat(), "why": why, "by": member.name}, now)

    async def _reopen(self, change: Change, press: Press, member: Member, now: dt.datetime) -> Answer:
        day = self._clock.local_date(press.at or now)
        if all(closure.on != day for closure in await change.closures()):
            return Answer(self._refusals.not_closed_here(day, self._clock.closure(day)))
        await change.open_day(day)
        return await self._changed(change, {"day": day.isoformat(), "by": member.name, "open": True}, now)

    async def _changed(self, change: Change, said: dict[str, object], now: dt.datetime) -> Answer:
        """A day was closed or opened: move the deadlines, and tell the channel."""
        await self.learn(change)
        moved = await self._move_deadlines(change, now)
        await self._move_questions(change, now)
        change.note("reopen" if said.get("open") else "closed", None, {**said, "moved": [c.number for c, _ in moved]})
        await self._tell(change, said, moved, now)
        return Answer(self._wording.told(), done=True)

    async def _move_deadlines(self, change: Change, now: dt.datetime) -> list[tuple[Case, Case]]:
        """Work out each open case's deadline anew: those whose reply is due at another time, before and after."""
        moved = []
        for case in await change.open_cases():
            start, posted = case.clock_start
            due = self._clock.due(start, posted=posted)
            if (due.target, due.deadline) != (case.target, case.deadline):
                after = replace(case, target=due.target, deadline=due.deadline)
                await self._save(change, case, after, now)
                if Duty.REPLY in case.duties:
                    moved.append((case, after))
        return moved

    async def _move_questions(self, change: Change, now: dt.datetime) -> None:
        """Work out anew when the director and the deputy are reminded of each question, as far as that is to come."""
        for case in await change.asked():
            reminders = notices.asked(case, self._clock, case.asked_at or now)[1:]
            for planned in (one for one in reminders if one.due_at > now):
                await change.call_off(case, {planned.kind})
                await self._delivery.queue_all(change, case, [planned])

    async def _save(self, change: Change, before: Case, after: Case, now: dt.datetime) -> None:
        await change.save(after)
        await change.draw_anew(after, notices.SHOWS_THE_CASE)
        await self._delivery.queue(change, before, after, now)

    async def _tell(
        self, change: Change, said: dict[str, object], moved: list[tuple[Case, Case]], now: dt.datetime
    ) -> None:
        deadlines = [
            (after.number, before.deadline.isoformat(), after.deadline.isoformat())
            for before, after in moved
            if before.deadline != after.deadline
        ]
        await self._delivery.queue_for_all(change, notices.Kind.CLOSURE, now, {**said, "moved": deadlines})
