"""A world: a plan's people, the chats they are on, a desk that is started whenever it is down, and what time it is.

Everything happens in the order of an agenda. What is due at one moment happens at once, and the seed says how it
interleaves. People behave as people do: they wait for what they did before to be taken, do again what they were told
was not taken, and look at the case before they repeat a thing whose end they do not know.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import json
import sqlite3
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from adapters.console import Clock
from bot import record
from bot.chat import Comment, Forward, Person, Place, Press
from bot.database import Unavailable
from bot.desk import Desk
from bot.notices import SHOWS_THE_CASE
from bot.store import Store
from tests.simulation.faults import DAY, MINUTE, SECOND, Faults, Stopped
from tests.simulation.plan import BEGIN, CALM, DISCORD, END, STRANGER
from tests.simulation.wires import Life, Platform, Wire, connected

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.chat import Answer
    from bot.screening import Screening
    from bot.view import View
    from tests.simulation.plan import Chain, Plan, Step

CHANNEL = "C0STAFF"
OPENING = BEGIN + 23 * 60 * MINUTE
"""Tuesday, 10 am: the library opens, and reminders go out."""
FIRST = 10_000
"""The message of a channel before the first that the plan has."""
PATIENCE = 40
"""How often a person tries what worked on a quiet day."""
TURNS = 1000
"""After as many moments at which something happened, a run is taken for one that turns in a circle."""
IDLE = frozenset({"claim", "replied", "done", "keep", "remove", "have_it", "withdraw", "no_reply"})
"""Actions that a second press finds done."""


@dataclass
class Message:
    """A message of a staff channel: what it says, who wrote it, and whether the desk has acknowledged it."""

    number: int
    place: Place
    by: str
    comment: Comment
    acknowledged: bool = False
    """The platform heard that the desk has it."""


@dataclass
class Post:
    """The staff channel of a chat. Discord's history is read on after a gap; Slack brings back what nobody took."""

    written: list[Message] = field(default_factory=list)
    gap: bool = False


class World:
    """One run of a plan. `done` says which steps the desk took on a quiet day; None makes this the quiet day."""

    def __init__(
        self, plan: Plan, faults: Faults, file: Path, screening: Screening, done: dict[tuple[int, int], bool] | None
    ) -> None:
        self.plan = plan
        self.faults = faults
        self.file = file
        self.screening = screening
        self.time = BEGIN - 30 * MINUTE
        self.platforms = [Platform(name, faults, lambda: self.time) for name in plan.chats]
        self.posts = {name: Post() for name in plan.chats}
        self.done: dict[tuple[int, int], bool] = {}
        self.misfit: str | None = None
        """What `record verify` says at the end."""
        self.wrong: list[str] = []
        """What should never happen and did, in the course of the run."""
        self._quiet = done
        self._skew = dt.timedelta(0)
        self._clock = Clock(self._wall)
        self._agenda: list[tuple[dt.datetime, int, Callable[[], Awaitable[None]]]] = []
        self._order = count()
        self._life: Life | None = None
        self._store: Store | None = None
        self._desk: Desk | None = None
        self._hearing = asyncio.Lock()
        self._ticked = self.time
        self._put_off = False
        self.messages: dict[tuple[int, int], Message] = {}
        """What was forwarded, by chain and step."""
        faults.tell = self.tell
        self.story: list[str] = []

    def tell(self, words: str) -> None:
        """Add a line to the story of the run."""
        self.story.append(f"{self.time:%a %H:%M:%S} {words}")

    async def run(self) -> None:
        """Play the plan to its end."""
        with connected(self._alive):
            self._at(self.time, self._start)
            self._at(CALM, self._tick)
            openings = [OPENING, OPENING + DAY]
            self.faults.look_ahead([*openings, *(step.at for chain in self.plan.chains for step in chain.steps)])
            for place, chain in enumerate(self.plan.chains):
                self._then(place, chain, 0)
            for turn in count():
                if (at := self._next()) is None:
                    break
                if at > END + DAY or turn > TURNS:
                    self.wrong.append("it does not come to rest")
                    break
                self.time = max(self.time, at)
                if self.time >= CALM and not self.faults.over:
                    self.faults.end()
                    self._skew = dt.timedelta(0)
                    self.tell("from here on nothing goes wrong")
                self.faults.pass_time(self.time)
                if (skew := self.faults.wrong_by()) is not None:
                    self._skew = skew
                await self._together(self._due_jobs())
            if self._store:
                async with self._store.look(self.screening.library.id) as view:
                    self.misfit = (await record.verify(view.record(), *await view.record_head()))[1]
                    await self._draw_all(view)
                await self._store.close()

    async def _draw_all(self, view: View) -> None:
        """What each message that shows a case would show, were it drawn at the end."""
        assert self._desk
        rows = self.look(
            'SELECT notice.chat, year, serial, number, kind, about FROM notice JOIN "case" c ON c.id = case_id'
        )
        about = {(chat, f"{year}-{int(serial):04}·{number}"): more for chat, year, serial, number, *more in rows}
        for platform in self.platforms:
            for one in platform.taken:
                kind, words = about.get((platform.name, one.notice.id), ("", ""))
                case = await view.case(*map(int, one.notice.id.partition("·")[0].split("-"))) if kind else None
                if case and kind in SHOWS_THE_CASE:
                    now = self._clock.now()
                    one.fresh = self._desk.wording.notice(kind, case, now, one.to, about=json.loads(words))

    # Time.

    def _wall(self) -> dt.datetime:
        """What the machine's clock says."""
        return self.time + self._skew

    def _at(self, at: dt.datetime, job: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), job))

    def _soon(self, after: dt.timedelta, job: Callable[[], Awaitable[None]]) -> None:
        self._at(self.time + after, job)

    def _next(self) -> dt.datetime | None:
        """When something happens next; None where the run is at its end."""
        planned = self._agenda[0][0] if self._agenda else None
        tick = self._next_tick()
        return min((at for at in (planned, tick) if at and (at <= END or at is planned)), default=None)

    def _next_tick(self) -> dt.datetime | None:
        """When a tick finds something to do; the desk ticks every few seconds, and all other ticks find nothing."""
        due = self.look(
            "SELECT min(at) FROM (SELECT min(try_at) AS at FROM notice UNION SELECT min(redraw_at) FROM notice "
            "UNION SELECT min(try_at) FROM attachment WHERE state = 'wanted')"
        )[0][0]
        if due is None or self._desk is None:
            return None
        wait = dt.datetime.fromisoformat(due).replace(tzinfo=dt.UTC) - self._clock.now()
        return max(self.time + max(wait, dt.timedelta(0)), self._ticked + (MINUTE if self._put_off else 15 * SECOND))

    def _due_jobs(self) -> list[Callable[[], Awaitable[None]]]:
        until = self.time + self.faults.together()
        jobs = []
        while self._agenda and self._agenda[0][0] <= until:
            jobs.append(heapq.heappop(self._agenda)[2])
        if not jobs or self.faults.happens(0.3):
            jobs.append(self._tick)
        return jobs

    async def _together(self, jobs: list[Callable[[], Awaitable[None]]]) -> None:
        """Do all of this at one moment, as far as the desk lives to see its end."""
        tasks = [asyncio.ensure_future(job()) for job in jobs]
        await asyncio.wait(tasks)
        for trouble in filter(None, (task.exception() for task in tasks)):
            if not isinstance(trouble, Stopped):
                raise trouble
        if self._life and self._life.ended:
            self._life = self._store = self._desk = None
            self._hearing = asyncio.Lock()
            for post in self.posts.values():
                post.gap = True
            self._soon(self.faults.down_for(), self._start)

    # The desk.

    def _alive(self) -> Life:
        assert self._life
        return self._life

    async def _start(self) -> None:
        """Somebody, or something, starts the desk."""
        self.tell("the desk starts")
        self._life = Life(self.faults)
        self._clock = Clock(self._wall)
        try:
            self._store = await Store.open(f"sqlite:///{self.file}", "live")
            wires = [Wire(platform, self._life) for platform in self.platforms]
            desk = Desk(self._store, self.screening, wires)
            for post in self.posts:
                if post == DISCORD:
                    await self._read_on(desk)
            await desk.start(self._clock.now(), alone=True)
        except Unavailable as trouble:
            self.tell(f"it does not start: {trouble}")
            self._life.end()
        else:
            self._desk = desk

    async def _tick(self) -> None:
        self._ticked = self.time
        self._put_off = False
        if self._desk:
            try:
                await self._desk.on_tick(self._clock.now())
            except Unavailable as trouble:
                self._put_off = True
                self.tell(f"a tick is put off: {trouble}")

    # What people do.

    def _then(self, place: int, chain: Chain, step: int) -> None:
        """The chain's next step, at its time."""
        if step < len(chain.steps):
            at = max(chain.steps[step].at, self.time + MINUTE)
            self._at(at, lambda: self._take(place, chain, step))

    async def _take(self, place: int, chain: Chain, number: int, tries: int = 0, known: int | None = None) -> None:
        """One step of a person; it is done again where the desk did not take it."""
        step = chain.steps[number]
        if step.comment:
            message = await self._write(chain.chat, step, step.comment)
            if step.do == "forward":
                self.messages[place, number] = message
            await self._wait_for(message, lambda: self._then(place, chain, number + 1))
            return
        case = self.case_of(self.messages[place, 0].place)
        found = self._on_record(step, case)
        known = found if known is None else known
        if found > known:
            self.tell(f"{step.by} sees that {step.do} was taken after all")
            self._finish(place, chain, number, done=True)
            return
        press = Press(
            Place(chain.chat, CHANNEL, ""), self._person(step.by), step.do, case, step.text, step.guidelines, step.when
        )
        self.tell(f"{step.by}: {step.do} {case} {step.text}")
        answers = await self._press(press, idle=step.do in IDLE)
        wanted = self._quiet is not None and self._quiet.get((place, number), False)
        if answers and (any(answer.done for answer in answers) or not wanted or tries >= PATIENCE):
            self._finish(place, chain, number, done=any(answer.done for answer in answers))
        elif tries >= 10 * PATIENCE:
            self.wrong.append(f"{step.by} could not {step.do} {case}")
        else:
            again = 5 * MINUTE if answers else 2 * MINUTE
            self._soon(again, lambda: self._take(place, chain, number, tries + 1, known))

    def _finish(self, place: int, chain: Chain, number: int, *, done: bool) -> None:
        self.done[place, number] = done
        self._then(place, chain, number + 1)

    async def _press(self, press: Press, *, idle: bool) -> list[Answer]:
        """What the person is told; nothing where they were told to try again, or saw nothing happen."""
        answers: list[Answer] = []

        async def once() -> None:
            if self._desk is None or self._life is None:
                return
            life = self._life

            async def acknowledge(answer: Answer | None) -> None:
                await life.wait("before an acknowledgement")
                if answer:
                    self.tell(f"{press.by.name} is told: {answer.card.title}")
                    answers.append(answer)
                await life.wait("after an acknowledgement")

            try:
                await self._desk.on_press(press, self._clock.now(), acknowledge)
            except Unavailable as trouble:
                self.tell(f"{press.by.name} is told to do it again: {trouble}")

        times = 1
        if idle and self.faults.pressed_twice():
            times = 2
        for trouble in filter(None, await asyncio.gather(*(once() for _ in range(times)), return_exceptions=True)):
            if not isinstance(trouble, Stopped):
                raise trouble
            self.tell(f"{press.by.name} sees nothing happen")
        return answers

    # What comes in.

    async def _write(self, chat: str, step: Step, comment: Comment) -> Message:
        """A message is written, or changed; the chat brings it to the desk, sooner or later."""
        post = self.posts[chat]
        number = FIRST + 1 + len(post.written)
        name = str(number) if chat == DISCORD else step.message
        message = Message(number, Place(chat, CHANNEL, name), step.by, comment)
        self.tell(f"{step.by}: {step.do} {comment.text!r}, {chat} {name}")
        post.written.append(message)
        if chat == DISCORD:
            if self.faults.lost():
                post.gap = True  # Discord delivers once; a new session begins with the history
                self._soon(MINUTE, self._reconnect)
            else:
                await self._bring_once(message)
        else:
            self._soon(self.faults.late(), lambda: self._bring(message))
        return message

    async def _bring(self, message: Message) -> None:
        """Slack brings a message until it is acknowledged, and sometimes once more."""
        if self._desk and not self.faults.lost():
            try:
                await self._hand_over(self._desk, message)
            except Unavailable as trouble:
                self.tell(f"not stored, so not acknowledged: {trouble}")
            except Stopped:
                pass
        if not message.acknowledged:
            self._soon(MINUTE, lambda: self._bring(message))
        elif (after := self.faults.twice()) is not None:
            self._soon(after, lambda: self._bring(message))

    async def _bring_once(self, message: Message) -> None:
        """Discord brings a message once, to whoever listens; after a gap the history is read first."""
        if self._desk is None or self.posts[DISCORD].gap:
            return
        try:
            async with self._hearing:
                await self._hand_over(self._desk, message)
                await self._desk.hear(message.place, self._clock.now())
        except Unavailable as trouble:
            self.tell(f"not stored; the history is read again: {trouble}")
            self.posts[DISCORD].gap = True
            self._soon(10 * SECOND, self._reconnect)
        except Stopped:
            pass

    async def _reconnect(self) -> None:
        if self._desk is None or not self.posts[DISCORD].gap:
            return
        try:
            await self._read_on(self._desk)
        except Unavailable:
            self._soon(10 * SECOND, self._reconnect)

    async def _read_on(self, desk: Desk) -> None:
        """Read the channel's history from where the desk has dealt with it, and a little before."""
        post = self.posts[DISCORD]
        async with self._hearing:
            heard = await desk.heard(DISCORD, CHANNEL)
            if heard is None:
                await desk.hear(Place(DISCORD, CHANNEL, str(FIRST)), self._clock.now())
            for message in post.written:
                if heard is None or message.number >= int(heard) - 1:
                    self.tell(f"the history shows {message.place.message}")
                    await self._hand_over(desk, message)
                    await desk.hear(message.place, self._clock.now())
            post.gap = False

    async def _hand_over(self, desk: Desk, message: Message) -> None:
        """A message reaches the desk. Raises Unavailable, or Stopped."""
        life = self._alive()

        async def acknowledge(answer: Answer | None) -> None:
            await life.wait("before an acknowledgement")
            if answer:
                self.tell(f"{message.by} is told: {answer.card.title}")
            if message.place.chat == DISCORD or not self.faults.acknowledgement_lost():
                message.acknowledged = True
            await life.wait("after an acknowledgement")

        forward = Forward(message.place, self._person(message.by), message.comment)
        await desk.on_comment(forward, self._clock.now(), acknowledge)

    async def _wait_for(self, message: Message, then: Callable[[], None]) -> None:
        """The person goes on once the desk has taken the message."""
        if message.acknowledged:
            then()
        else:
            self._soon(MINUTE, lambda: self._wait_for(message, then))

    # What is known.

    def _person(self, name: str) -> Person:
        return Person("stranger" if name == STRANGER else name, name)

    def look(self, query: str, *values: object) -> list[tuple[str, ...]]:
        """What stands in the database."""
        connection = sqlite3.connect(self.file)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def case_of(self, place: Place) -> str:
        """The number of the case that a message made, as its card shows it; empty where there is none."""
        found = self.look(
            'SELECT year, serial FROM forward JOIN "case" ON "case".id = case_id '
            "WHERE forward.chat = ? AND forward.message = ?",
            place.chat,
            place.message,
        )
        return "".join(f"{year}-{int(serial):04}" for year, serial in found)

    def _on_record(self, step: Step, case: str) -> int:
        """How often this person has done this, as the card and the answers show it."""
        kind = "ruling" if step.do in {"keep", "remove"} else step.do
        rows = self.look("SELECT payload FROM record WHERE kind = ? AND coalesce(\"case\", '') IN ('', ?)", kind, case)
        return sum(json.loads(payload)["by"] == step.by for (payload,) in rows)
