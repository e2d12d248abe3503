"""What goes wrong: everything is drawn from one seed, so that a run can be played again.

Each seed has a temper of its own, for troubles hide each other: in some runs only the database fails, in some the desk
is only stopped, in some everything happens at once. Every fault that is done is counted by its name.
"""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING

from bot.chat import Undelivered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


class Stopped(BaseException):
    """The desk's process is gone. Whatever of it still runs reaches no wire any more."""


DATABASE = {
    "database is locked": "locked",
    "database or disk is full": "disk full",
    "disk I/O error": "disk failing",
}
"""What SQLite says, and what the fault is called."""
WEATHER = ("database", "chat", "direct", "thread", "find")
"""What can be out of order for a while: the database, a chat, its direct messages, its threads, its search."""


class Faults:
    """The faults of one seed; without a seed nothing goes wrong."""

    def __init__(self, seed: int | None) -> None:
        self.seed = seed
        self.over = seed is None
        self.counts: Counter[str] = Counter()
        self.tell: Callable[[str], None] = lambda _: None
        self.fate = fate = random.Random(f"faults {seed}")  # noqa: S311 - the same faults each time
        self._of_statements = fate.choice((0, 0, 0.001, 0.005))
        self._of_commits = fate.choice((0, 0, 0.01, 0.05))
        self._of_calls = fate.choice((0, 0.05, 0.05, 0.3))
        self._of_weather = fate.choice((0, 1, 3, 6))
        self._of_events = fate.choice((0, 0.1, 0.3))
        self._of_the_clock = fate.choice((0, 0, 0.05))
        self._of_crowds = fate.choice((0, 0.3, 0.7))
        self._stops = fate.choice((0, 1, 2, 3, 5))
        self._left: int | None = None
        self._of_chats = False
        self._wrong = 0 * MINUTE
        self._forecast: list[tuple[dt.datetime, dt.datetime, str]] = []
        self._weather: dict[str, dt.datetime] = {}
        self._words = ""

    def end(self) -> None:
        """From now on everything works."""
        self.over = True
        self._left = None
        self._weather.clear()
        self._forecast.clear()

    def done(self, fault: str) -> None:
        """Count a fault that is done, and tell it."""
        self.counts[fault] += 1
        self.tell(f"FAULT {fault}")

    def happens(self, chance: float) -> bool:
        """Does something of this chance happen now?"""
        return not self.over and chance > 0 and self.fate.random() < chance

    # The desk's process.

    def begin_life(self) -> None:
        """A desk starts: after how many calls over its wires it is stopped, if it is.

        Most calls are statements; in every other life only the calls of chats count.
        """
        self._left = None
        if not self.over and self._stops:
            self._stops -= 1
            self._of_chats = self.fate.random() < 0.5
            self._left = self.fate.randrange(1, self.fate.choice((4, 12, 40) if self._of_chats else (60, 400, 2500)))

    def stops(self, *, chat: bool) -> bool:
        """One more call over a wire: is the desk stopped at it?"""
        if self._left is None or (self._of_chats and not chat):
            return False
        self._left -= 1
        return self._left == 0

    def down_for(self) -> dt.timedelta:
        """How long nobody starts it again."""
        return self.fate.choice((5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE)) if not self.over else 5 * SECOND

    def hops(self) -> int:
        """For how many turns of the loop a call keeps its caller waiting, so that others go ahead of it."""
        return 0 if self.over or self.fate.random() > self._of_crowds else self.fate.choice((1, 1, 2, 5, 12))

    # The weather: what is out of order for a while.

    def look_ahead(self, moments: Sequence[dt.datetime]) -> None:
        """Draw when something will be out of order: about these moments, at which something happens."""
        for _ in range(0 if self.over else self._of_weather):
            begin = self.fate.choice(moments) + MINUTE * self.fate.randrange(-8, 3)
            end = begin + MINUTE * self.fate.randrange(1, 18)
            self._forecast.append((begin, end, self.fate.choice(WEATHER)))

    def pass_time(self, now: dt.datetime) -> None:
        """Clear what is over, and begin what begins."""
        for name in [name for name, until in self._weather.items() if until <= now]:
            del self._weather[name]
            self.tell(f"{name} works again")
        for begin, end, name in list(self._forecast):
            if begin <= now:
                self._forecast.remove((begin, end, name))
                self._weather[name] = end
                self._words = self.fate.choice(list(DATABASE))
                self.done(f"out of order for a while: {name}")

    # The database.

    def before_statement(self, words: str) -> None:
        """Raises what SQLite raises where it does not take a statement."""
        if "database" in self._weather:
            raise sqlite3.OperationalError(self._words)
        if self.happens(self._of_commits if words == "COMMIT" else self._of_statements):
            said = self.fate.choice(list(DATABASE))
            self.done(f"database, {'commit' if words == 'COMMIT' else 'statement'}: {DATABASE[said]}")
            raise sqlite3.OperationalError(said)

    def after_commit(self) -> None:
        """Raises what a database raises that has committed and can not say so."""
        if self.happens(self._of_commits / 2):
            self.done("database, commit: taken, but not said")
            raise sqlite3.OperationalError("disk I/O error")

    # The chats.

    def call(self, what: str, *, direct: bool) -> tuple[Undelivered | None, bool]:
        """How a call of a chat ends: what the desk hears in place of an answer, and whether it is done all the same."""
        way = "direct" if direct else "thread"
        if way in self._weather and what != "fetch":
            return Undelivered(f"no {way} messages are taken", closed=True), False
        if what == "find" and "find" in self._weather:
            return Undelivered("it can not be searched now"), False
        if "chat" in self._weather or self.happens(self._of_calls):
            trouble, name, taken = self.fate.choice(
                (
                    (Undelivered("too many", float(self.fate.choice((1, 20, 120, 400)))), "429", False),
                    (Undelivered("out of order"), "refused for now", False),
                    (Undelivered("it answered 503", doubtful=True), "5xx, not taken", False),
                    (Undelivered("it answered 502", doubtful=True), "5xx, taken", True),
                    (Undelivered("no answer in time", doubtful=True), "time-out, not taken", False),
                    (Undelivered("no answer in time", doubtful=True), "time-out, taken", True),
                )
            )
            self.done(f"chat, {what}: {name}")
            return trouble, taken
        return None, True

    # What comes in.

    def twice(self) -> dt.timedelta | None:
        """After how long an event is delivered once more, if it is."""
        if not self.happens(self._of_events):
            return None
        self.done("event: delivered twice")
        return self.fate.choice((0 * SECOND, SECOND, 3 * MINUTE, 60 * MINUTE, 600 * MINUTE))

    def late(self) -> dt.timedelta:
        """How long an event takes to come; others overtake it."""
        if not self.happens(self._of_events):
            return dt.timedelta(0)
        self.done("event: delayed")
        return self.fate.choice((SECOND, 30 * SECOND, 5 * MINUTE, 12 * MINUTE))

    def lost(self) -> bool:
        """Is an event lost on its way?"""
        if not self.happens(self._of_events):
            return False
        self.done("event: lost on its way")
        return True

    def pressed_twice(self) -> bool:
        """Does a person's finger slip?"""
        if not self.happens(self._of_events):
            return False
        self.done("event: pressed twice")
        return True

    def acknowledgement_lost(self) -> bool:
        """Does the platform not hear of the acknowledgement?"""
        if not self.happens(self._of_events / 2):
            return False
        self.done("event: acknowledgement lost")
        return True

    def together(self) -> dt.timedelta:
        """Within what span things happen at the same moment."""
        return 5 * MINUTE if self.happens(self._of_crowds) else 0 * SECOND

    def wrong_by(self) -> dt.timedelta | None:
        """How wrong somebody sets the machine's clock, if they do; it jumps there, forward or back."""
        if not self.happens(self._of_the_clock):
            return None
        wrong = MINUTE * self.fate.choice((-30, -5, -1, 0, 1, 5, 30))
        jump = wrong - self._wrong
        self._wrong = wrong
        if jump:
            self.done(f"clock: put {'forward' if jump > 0 * MINUTE else 'back'}")
        return wrong
