"""A year of the desk's life on a fast clock, each reminder held to a plain account of when it should have come.

The desk is asked each minute at which something is due or something happens; at all others a tick finds nothing to do.
The account below uses the oracle's calendar and none of the desk's code. The desk starts and stops, and days close.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from bot.chat import Comment, Forward, Person, Place, Press
from bot.desk import Desk
from bot.library import Library
from bot.screening import Screening
from bot.store import Store
from tests.conftest import CONFIG
from tests.oracle import DAY, MINUTE, Oracle
from tests.test_border import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.chat import Notice
    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier

HOUR = 60 * MINUTE
BEGIN = dt.datetime(2026, 1, 5, 15, tzinfo=dt.UTC)
END = dt.datetime(2027, 1, 4, 15, tzinfo=dt.UTC)
CASES, CLOSURES, STOPS = 110, 7, 40
JUDY, RUTH, TOMAS = (Person(name, name) for name in ("Judy Ferris", "Ruth Engstrom", "Tomas Beaulieu"))
THREAT = "I am going to come down there and shoot every one of you tomorrow"
IN_HOURS = {
    "reply due",
    "reply due soon",
    "reply late",
    "reply late, to the director",
    "question waits",
    "question waits, to the deputy",
    "digest",
}
Sent = tuple[dt.datetime, str, str]
"""When something went out, its case, and its kind."""


class Noted(Wire):
    """A wire that notes when each message came, by the hand of the clock that the test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.log: list[tuple[dt.datetime, str, bool]] = []

    async def send(self, notice: Notice) -> str:
        self.log.append((self.now, notice.id, notice.direct))
        return await super().send(notice)


class Known(Oracle):
    """A calendar that remembers the minutes it has looked at."""

    def __init__(self, facts: dict[str, Any], unplanned: list[dict[str, Any]]) -> None:
        super().__init__(facts, unplanned)
        self.open_minutes = cache(partial(Oracle.open_minutes, self))  # type: ignore[method-assign]


@dataclass
class Life:
    """What happens to one case, and when. `words` beyond a question ask the director, or speak of harm."""

    number: str
    text: str
    begins: dt.datetime
    ends: dt.datetime
    how: str
    asked: dt.datetime | None = None
    ruled: dt.datetime | None = None
    has_it: dt.datetime | None = None
    snoozed: tuple[dt.datetime, dt.datetime] | None = None

    def is_open(self, at: dt.datetime) -> bool:
        """It waits for a reply, or for a ruling."""
        return self.begins <= at < self.ends or bool(self.asked and self.ruled and self.asked <= at < self.ruled)


@dataclass
class Year:
    """Everything that happens: cases, days that close (when it is said, and the day), times when the desk is down."""

    facts: dict[str, Any]
    lives: list[Life] = field(default_factory=list)
    closures: list[tuple[dt.datetime, dt.date]] = field(default_factory=list)
    stops: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    _calendars: dict[int, Known] = field(default_factory=dict)

    def up(self, at: dt.datetime) -> dt.datetime:
        """The moment itself, or where the desk is down, when it is back."""
        return next((back for gone, back in self.stops if gone <= at < back), at)

    def spoken(self, at: dt.datetime) -> dt.datetime:
        """When somebody who wants to say something at a moment can: a minute after the desk is back, if it is down."""
        return at if self.up(at) == at else self.up(at) + MINUTE

    def calendar(self, at: dt.datetime) -> Known:
        """The calendar as it is known at a moment."""
        known = [{"on": day} for said, day in self.closures if said <= at]
        return self._calendars.setdefault(len(known), Known(self.facts, known))

    def sending(self, at: dt.datetime) -> dt.datetime:
        """When a reminder that is due at a moment goes out: the desk runs, and the library is open."""
        while True:
            up = self.up(at)
            opens = up if self.calendar(up).is_open(up) else self.calendar(up).next_open(up)
            if opens == at:
                return at
            at = opens

    def deadline(self, life: Life, at: dt.datetime) -> dt.datetime:
        """The deadline of a case as it is known at a moment."""
        return self.calendar(at).deadline(life.begins)

    def turns(
        self, begin: dt.datetime, end: dt.datetime, more: dt.datetime | None = None
    ) -> list[tuple[dt.datetime, dt.datetime]]:
        """The stretches between two moments in which nothing changes that reminders hang on."""
        edges = {said for said, _ in self.closures} | ({more} if more else set())
        inner = sorted(edge for edge in edges if begin < edge < end)
        return list(zip([begin, *inner], [*inner, end], strict=True))


def reply_reminders(year: Year, life: Life) -> Iterator[Sent]:
    """The ladder of a reply, from the forward until it is answered."""
    snoozed = life.snoozed if life.snoozed and life.snoozed[1] < year.deadline(life, life.snoozed[0]) else None
    deadline: dt.datetime | None = None
    wanted: dt.datetime | None = None
    due = soon = late = told = None
    for begin, end in year.turns(life.begins, life.ends, snoozed and snoozed[0]):
        calendar = year.calendar(begin)
        before, wanted_before = deadline, wanted
        deadline = calendar.deadline(life.begins)
        wanted = snoozed[1] if snoozed and snoozed[0] <= begin else calendar.target(life.begins)
        channel = calendar.open_before(deadline, 120)
        if deadline != before:
            soon = (channel, deadline) if channel > begin else None
            late = told = calendar.next_open(max(deadline, begin))
        if deadline != before or wanted != wanted_before:
            first, until = calendar.next_open(wanted), deadline if snoozed and wanted == snoozed[1] else channel
            due = (first, until) if begin < first < until else None
        if due and (at := year.sending(due[0])) < end:
            if at < due[1]:
                yield at, life.number, "reply due"
            due = None
        if soon and (at := year.sending(soon[0])) < end:
            if at < soon[1]:
                yield at, life.number, "reply due soon"
            soon = None
        while late and (at := year.sending(late)) < end:
            yield at, life.number, "reply late"
            late = year.calendar(at).next_workday_opening(at)
        while told and (at := year.up(told)) < end:
            if life.asked and life.ruled and life.asked <= at < life.ruled:
                told = year.calendar(at).next_workday_opening(at)  # until she rules she hears of the question
            elif (at := year.sending(told)) < end:
                yield at, life.number, "reply late, to the director"
                told = year.calendar(at).next_workday_opening(at)
            else:
                break


def question_reminders(year: Year, life: Life) -> Iterator[Sent]:
    """The ladder of a question, from the asking until the ruling."""
    if life.asked is None or life.ruled is None:
        return
    for kind, rung in (("question waits", Known.target), ("question waits, to the deputy", Known.deadline)):
        following: dt.datetime | None = None
        for begin, end in year.turns(life.asked, life.ruled):
            calendar = year.calendar(begin)
            first = calendar.next_open(rung(calendar, life.asked))
            following = first if following is None or first > begin else following
            while (at := year.sending(following)) < end:
                yield at, life.number, kind
                following = year.calendar(at).next_workday_opening(at)


def pages(year: Year, life: Life) -> Iterator[Sent]:
    """Every ten minutes at any hour, until somebody has it."""
    at = life.begins
    while life.has_it and at < life.has_it:
        yield at, life.number, "page to the director"
        yield at, life.number, "page to the deputy"
        at = year.up(at + 10 * MINUTE)


def digests(year: Year) -> Iterator[Sent]:
    """Each workday at opening, where a case is open."""
    calendar = year.calendar(BEGIN)
    at = calendar.open_minutes(calendar.day_of(BEGIN))[0]
    at = at if at >= BEGIN else calendar.next_workday_opening(BEGIN)
    while at < END:
        at = year.up(at)
        calendar = year.calendar(at)
        working = calendar.day_of(at).weekday() < 5 and calendar.is_open(at)
        if working and any(life.is_open(at) for life in year.lives):
            yield at, "", "digest"
        at = calendar.next_workday_opening(at)


def a_year(facts: dict[str, Any], chance: random.Random) -> Year:
    """Weekday and weekend traffic, days and nights, all on whole minutes."""
    year = Year(facts)
    length = int((END - BEGIN) / MINUTE)
    for _ in range(CLOSURES):
        said = BEGIN + chance.randrange(length - 20 * 1440) * MINUTE
        day = (said + chance.randint(0, 6) * DAY).date()
        if not Oracle(facts, [{"on": one} for _, one in year.closures]).closed(day):
            year.closures.append((said, day))
    year.closures.sort()
    for _ in range(STOPS):
        gone = BEGIN + chance.randrange(length - 5 * 1440) * MINUTE
        back = gone + chance.choice((2, 30, 600, 1500)) * MINUTE
        if not any(a - 5 * MINUTE < back and gone < b + 5 * MINUTE for a, b in year.stops):
            year.stops.append((gone, back))
    year.closures = [(said, day) for said, day in year.closures if year.up(said) == said]
    year.stops.sort()
    begins = sorted(year.spoken(BEGIN + chance.randrange(length - 9 * 1440) * MINUTE) for _ in range(CASES))
    for number, begin in enumerate(begins, 1):
        delay = chance.choice((30, 300, 900, 2000, 5000, 8000)) + chance.randrange(60)
        name, ends = f"2026-{number:04}", year.spoken(begin + delay * MINUTE)
        life = Life(name, f"When does programme {number} begin?", begin, ends, chance.choice(("replied", "no_reply")))
        fate = chance.random()
        if fate < 0.2:
            life.asked = year.spoken(begin + chance.randint(1, delay) * MINUTE)
            life.ruled = year.spoken(max(life.asked, begin) + chance.randint(1, 7000) * MINUTE)
        elif fate < 0.35:
            at = year.spoken(begin + chance.randint(1, 400) * MINUTE)
            if at < ends:
                life.snoozed = (at, at + chance.randint(5, 900) * MINUTE)
        elif fate < 0.4:
            life.text, life.how, life.asked, life.ruled = THREAT, "no_reply", begin, ends
            life.has_it = year.spoken(begin + chance.randint(1, 90) * MINUTE)
            life.ends = life.ruled = max(ends, life.has_it + MINUTE)
        year.lives.append(life)
    return year


@dataclass
class Theatre:
    """A desk that lives through a year: it is put up and taken down, and told what people do."""

    database: str
    screening: Screening
    wire: Noted
    store: Store | None = None
    desk: Desk | None = None

    async def put_up(self) -> None:
        self.store = await Store.open(self.database, "live")
        self.desk = Desk(self.store, self.screening, [self.wire])
        await self.desk.start(self.wire.now, alone=True)

    async def take_down(self) -> None:
        if self.store:
            await self.store.close()
        self.store = self.desk = None

    async def run_to(self, goal: dt.datetime) -> None:
        """Tick at each whole minute before `goal` at which something is due."""
        while self.desk and (due := await self.desk.next_due()) is not None:
            at = max(-(-(due - BEGIN) // MINUTE) * MINUTE + BEGIN, self.wire.now)
            if at >= goal:
                return
            assert at > self.wire.now or due <= self.wire.now, "time goes on"
            self.wire.now = at
            await self.desk.on_tick(at)
            if await self.desk.next_due() == due:
                raise AssertionError(f"what was due at {due} does not go out")

    async def press(self, by: Person, action: str, case: str, text: str = "", at: dt.datetime | None = None) -> None:
        assert self.desk is not None
        answer = await self.desk.on_press(
            Press(Place("console", "staff", "p"), by, action, case, text, at=at), self.wire.now
        )
        life = "already" in answer.card.title or "say a time before" in answer.card.title
        assert answer.done or life, (self.wire.now, action, case, answer.card.title)

    async def forward(self, life: Life) -> None:
        assert self.desk is not None
        place = Place("console", "staff", f"m{life.number}")
        await self.desk.on_comment(
            Forward(place, JUDY, Comment(life.text, permalink=f"https://x/{life.number}")), self.wire.now
        )
        if life.text != THREAT:
            await self.press(JUDY, "claim", life.number)


def plot(year: Year, theatre: Theatre) -> list[tuple[dt.datetime, Callable[[], Any]]]:
    """Everything that happens, in order; at one minute the desk is up before anybody speaks."""
    acts: list[tuple[dt.datetime, Callable[[], Any]]] = []
    press = theatre.press
    for gone, back in year.stops:
        acts += [(gone, theatre.take_down), (back, theatre.put_up)]
    for said, day in year.closures:
        noon = dt.datetime.combine(day, dt.time(18), dt.UTC)
        acts.append((said, partial(press, JUDY, "closed", "", "snow", at=noon)))
    for life in year.lives:
        acts.append((life.begins, partial(theatre.forward, life)))
        if life.asked and life.text != THREAT:
            acts.append((life.asked, partial(press, JUDY, "ask", life.number, "May this stay?")))
        if life.snoozed:
            acts.append((life.snoozed[0], partial(press, JUDY, "snooze", life.number, at=life.snoozed[1])))
        if life.has_it:
            acts.append((life.has_it, partial(press, TOMAS, "have_it", life.number)))
        if life.ruled:
            acts.append((life.ruled, partial(press, RUTH, "keep", life.number, "a plain question")))
        acts.append((life.ends, partial(press, JUDY, life.how, life.number, "because")))
    return sorted(acts, key=lambda act: act[0])


async def test_a_year_of_reminders(tmp_path: Path, policy: Policy, classifier: Classifier) -> None:
    facts = tomllib.loads((CONFIG / "library.toml").read_text(encoding="utf-8"))
    hours = {day: ["9:00-12:00", "13:00-18:00"] for day in ("monday", "tuesday", "thursday")}
    summer = {"from": dt.date(2026, 6, 8), "until": dt.date(2026, 8, 29), "hours": {**hours, "friday": ["9:00-13:00"]}}
    facts["seasons"] = [summer]
    year = a_year(facts, random.Random(6))  # noqa: S311 - repeatable, not secret
    wire = Noted()
    screening = Screening(policy, Library.model_validate(facts), classifier)
    theatre = Theatre(f"sqlite:///{tmp_path / 'desk.db'}", screening, wire)
    await theatre.put_up()
    for at, act in plot(year, theatre):
        await theatre.run_to(at)
        wire.now = at
        await act()
    await theatre.run_to(END)
    assert theatre.store is not None
    async with theatre.store.look(screening.library.id) as view:
        entries = [
            (entry, json.loads(entry.payload or "")) async for entry in view.record() if entry.kind == "notice sent"
        ]
        assert await view.dead() == []
    await theatre.take_down()
    kinds = {f"{entry.case or 'desk'}·{said['notice']}": said["kind"] for entry, said in entries}

    assert Counter(name for _, name, _ in wire.log).most_common(1)[0][1] == 1, "no message came twice"
    sent: Counter[Sent] = Counter()
    for at, name, direct in wire.log:
        kind = kinds[name]
        if kind in IN_HOURS:
            assert year.calendar(at).is_open(at), f"{name} ({kind}) came at {at}, when the library was closed"
        if kind in IN_HOURS or kind.startswith("page"):
            alone = kind in {"reply late, to the director", "question waits, to the deputy"} or kind.startswith("page")
            if direct == alone:
                sent[at, name.partition("·")[0].replace("desk", ""), kind] += 1
    told = (partial(reply_reminders, year), partial(question_reminders, year), partial(pages, year))
    expected = Counter(one for life in year.lives for account in told for one in account(life))
    expected.update(one for one in digests(year) if one[0] < END)
    assert sorted((expected - sent).elements()) == [], "none is missing, and none is late"
    assert sorted((sent - expected).elements()) == [], "none comes that should not, and none twice"
    assert min(Counter(kind for _, _, kind in sent).values()) > 5, "the year has some of each"
