"""Targets and deadlines against a slow oracle that looks at every minute by itself."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.library import WEEKDAYS, Library
from bot.reply_clock import ReplyClock

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
FACTS = {
    "id": "test",
    "name": "Test Library",
    "people": [{"name": "Ruth", "role": "director", "adult": True}],
}


def a_library(**facts: object) -> Library:
    plain = {"timezone": "America/Chicago", "workdays": ["monday"], "hours": {"monday": ["10:00-20:00"]}}
    return Library.model_validate(FACTS | plain | facts)


def clock_face(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def spans(draw: st.DrawFn) -> list[str]:
    # From four in the morning: no clock changes while a library is open, so wall time and lapse of time agree.
    edges = sorted(draw(st.sets(st.integers(4 * 60, 24 * 60), min_size=0, max_size=4)))
    return [f"{clock_face(a)}-{clock_face(b)}" for a, b in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    hours = draw(st.dictionaries(st.sampled_from(WEEKDAYS), spans()).filter(lambda h: any(h.values())))
    first = draw(st.dates(dt.date(2007, 1, 1), dt.date(2030, 12, 1)))
    closed = [
        {"on": first + DAY * draw(st.integers(-3, 12)), "until": first + DAY * draw(st.integers(12, 16))}
        for _ in range(draw(st.integers(0, 2)))
    ]
    return a_library(
        timezone=draw(st.sampled_from(["America/Chicago", "America/Phoenix", "America/St_Johns", "Europe/Berlin"])),
        hours=hours,
        workdays=draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)),
        closed=closed,
        reply={"target_open_hours": draw(st.sampled_from([0.5, 4, 11])), "office_closes": "17:00"},
    )


class Oracle:
    """What the library's wall clock and calendar say of one minute, worked out anew for each."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.zone = ZoneInfo(library.timezone)

    def closed(self, day: dt.date) -> bool:
        return any(c.on <= day <= (c.until or c.on) for c in self.library.closed)

    def open(self, at: dt.datetime) -> bool:
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        today = self.library.hours.get(WEEKDAYS[local.weekday()], [])
        return not self.closed(local.date()) and any(a <= minute < b for a, b in today)

    def deadline(self, start: dt.datetime) -> dt.datetime:
        day = start.astimezone(self.zone).date() + DAY
        while WEEKDAYS[day.weekday()] not in self.library.workdays or self.closed(day):
            day += DAY
        at = dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)
        last = None
        while at.astimezone(self.zone).date() == day:
            last = at if self.open(at) else last
            at += MINUTE
        if last is not None:
            return last + MINUTE
        return dt.datetime.combine(day, dt.time(17), self.zone).astimezone(dt.UTC)

    def target(self, start: dt.datetime) -> dt.datetime:
        left = self.library.reply.target_open_hours * 60
        at, deadline = start, self.deadline(start)
        while left and at < deadline:
            left -= self.open(at)
            at += MINUTE
        return at


@settings(max_examples=150, deadline=None)
@given(libraries(), st.datetimes(dt.datetime(2007, 1, 2), dt.datetime(2030, 12, 1), timezones=st.just(dt.UTC)))
def test_clock_agrees_with_the_oracle(library: Library, moment: dt.datetime) -> None:
    start = moment.replace(second=0, microsecond=0)
    if library.closed:  # look near the closed days, where it is hard
        start = start.replace(year=library.closed[0].on.year, month=library.closed[0].on.month, day=1) + 9 * DAY
    due, oracle = ReplyClock(library).due(start, posted=True), Oracle(library)
    assert due.deadline == oracle.deadline(start)
    assert due.target == oracle.target(start)
    assert ReplyClock(library).is_open(start) == oracle.open(start)


@settings(max_examples=300, deadline=None)
@given(libraries(), st.datetimes(dt.datetime(2007, 1, 2), dt.datetime(2030, 12, 1), timezones=st.just(dt.UTC)))
def test_no_deadline_falls_in_closed_time(library: Library, start: dt.datetime) -> None:
    clock, oracle = ReplyClock(library), Oracle(library)
    deadline = clock.deadline(start)
    day = deadline.astimezone(library.zone).date()
    if deadline.astimezone(library.zone).time() == dt.time():
        day -= DAY  # midnight is the end of the day before
    has_hours = bool(library.hours.get(WEEKDAYS[day.weekday()]))
    assert not oracle.closed(day)
    assert WEEKDAYS[day.weekday()] in library.workdays
    assert oracle.open(deadline - MINUTE) if has_hours else deadline.astimezone(library.zone).hour == 17
    assert clock.local_date(start) < day


SENTENCES = [
    # posted, the sentence
    ("2026-11-25T21:30", "Reply by Monday 30 November, 8 pm: posted Wednesday after closing; "
     "Thursday (Thanksgiving) and Friday (Thanksgiving) the library is closed; Saturday and Sunday are no workdays."),
    ("2026-11-16T11:00", "Reply by Tuesday 17 November, 8 pm: posted Monday."),
    ("2026-11-19T09:00", "Reply by Friday 20 November, 5 pm: posted Thursday before opening."),
    ("2026-11-21T12:00", "Reply by Monday 23 November, 8 pm: posted Saturday; Sunday is no workday."),
    ("2026-11-22T12:00", "Reply by Monday 23 November, 8 pm: posted Sunday, when the library is closed."),
]  # fmt: skip


@pytest.mark.parametrize(("posted", "sentence"), SENTENCES)
def test_deadline_explains_itself(library: Library, posted: str, sentence: str) -> None:
    start = dt.datetime.fromisoformat(posted).replace(tzinfo=library.zone).astimezone(dt.UTC)
    assert ReplyClock(library).due(start, posted=True).sentence == sentence


def test_a_deadline_keeps_its_wall_time_when_clocks_change(library: Library) -> None:
    clock = ReplyClock(library)
    friday = dt.datetime(2026, 3, 6, 18, tzinfo=dt.UTC)
    assert clock.deadline(friday) == dt.datetime(2026, 3, 10, 1, tzinfo=dt.UTC)  # 8 pm in summer time
    before = dt.datetime(2026, 2, 27, 18, tzinfo=dt.UTC)
    assert clock.deadline(before) == dt.datetime(2026, 3, 3, 2, tzinfo=dt.UTC)  # 8 pm in winter time


def test_split_shifts_and_office_days() -> None:
    library = a_library(
        hours={"monday": ["9:00-12:00", "14:00-24:00"]},
        workdays=["monday", "tuesday"],
        reply={"office_closes": "16:30"},
    )
    clock, zone = ReplyClock(library), library.zone
    monday = dt.datetime(2026, 6, 1, 11, tzinfo=zone)
    assert clock.due(monday, posted=True).target == dt.datetime(2026, 6, 1, 17, tzinfo=zone)
    assert clock.deadline(monday) == dt.datetime(2026, 6, 2, 16, 30, tzinfo=zone)
    assert clock.deadline(monday - DAY) == dt.datetime(2026, 6, 2, tzinfo=zone)
