"""Targets and deadlines against a slow oracle that looks at every minute by itself, and their sentences."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from bot.hours import ClosedDay
from bot.library import Library
from bot.reply_clock import ReplyClock
from tests import oracle

DAY = dt.timedelta(days=1)
FACTS = {
    "id": "test",
    "name": "Test Library",
    "people": [{"name": "Ruth", "role": "director", "adult": True}],
}


def a_library(**facts: object) -> Library:
    plain = {"timezone": "America/Chicago", "workdays": ["monday"], "hours": {"monday": ["10:00-20:00"]}}
    return Library.model_validate(FACTS | plain | facts)


def at(wall: str, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.fromisoformat(wall).replace(tzinfo=zone).astimezone(dt.UTC)


@pytest.mark.parametrize("zone", oracle.ZONES)
def test_clock_agrees_with_the_oracle(zone: str) -> None:
    """Sixty random calendars a zone, half of them around a change of clocks; `python -m tests.oracle` runs 100,000."""
    chance = random.Random(zone)  # noqa: S311 - repeatable, not secret
    leaps = [*oracle.changes(zone), *[oracle.SINCE + n * 397 * DAY for n in range(1, 25)]]
    for moment in chance.choices(leaps, k=60):
        start = moment + chance.randint(-3 * 1440, 1440) * oracle.MINUTE
        assert oracle.compare(chance, zone, start) is None


def test_a_span_across_a_leap_of_the_clock_is_as_long_as_it_is() -> None:
    """On 8 March 2026 the hour from two does not exist, on 1 November the one from one comes twice."""
    library = a_library(hours={"sunday": ["1:00-2:30", "2:45-6:00"]}, workdays=["sunday"])
    clock = ReplyClock(library)
    night = dt.datetime(2026, 3, 8, 6, tzinfo=dt.UTC)  # midnight
    assert clock.after_open(night, dt.timedelta(hours=1.5)) == dt.datetime(2026, 3, 8, 8, 30, tzinfo=dt.UTC)
    night = dt.datetime(2026, 11, 1, 5, tzinfo=dt.UTC)
    assert clock.after_open(night, dt.timedelta(hours=2.5)) == dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)


SENTENCES = [
    # posted, the sentence
    ("2026-11-25T21:30", "Reply by Monday 30 November, 8 pm: posted Wednesday after closing; "
     "Thursday and Friday the library is closed."),
    ("2026-11-16T11:00", "Reply by Tuesday 17 November, 8 pm: posted Monday."),
    ("2026-11-19T09:00", "Reply by Friday 20 November, 5 pm: posted Thursday before opening."),
    ("2026-11-21T12:00", "Reply by Monday 23 November, 8 pm: posted Saturday; Sunday is no workday."),
    ("2026-11-20T12:00", "Reply by Monday 23 November, 8 pm: posted Friday; Saturday and Sunday are no workdays."),
    ("2026-12-31T12:00", "Reply by Monday 4 January, 8 pm: posted Thursday; Friday the library is closed."),
    ("2026-11-22T12:00", "Reply by Monday 23 November, 8 pm: posted Sunday, when the library is closed."),
]  # fmt: skip


@pytest.mark.parametrize(("posted", "sentence"), SENTENCES)
def test_deadline_explains_itself(library: Library, posted: str, sentence: str) -> None:
    assert ReplyClock(library).due(at(posted, library.zone), posted=True).sentence == sentence


def test_a_long_closure_is_told_by_its_first_and_last_day(library: Library) -> None:
    clock = ReplyClock(library, [ClosedDay(on=dt.date(2026, 6, 2), until=dt.date(2026, 6, 14))])
    said = clock.due(at("2026-06-01T12:00", library.zone), posted=True).sentence
    assert said == (
        "Reply by Monday 15 June, 8 pm: posted Monday; from Tuesday 2 June to Friday 12 June the library is closed."
    )


AIMS = [
    # posted, the sentence
    ("2026-11-16T11:00", "Best by Monday 16 November, 3 pm: 4 open hours after it was posted."),
    ("2026-11-16T18:00", "Best by Tuesday 17 November, noon: 4 open hours after it was posted."),
    ("2026-11-25T21:30", "Best by Saturday 28 November, 1 pm: 4 open hours after it was posted."),
]


@pytest.mark.parametrize(("posted", "sentence"), AIMS)
def test_target_explains_itself(library: Library, posted: str, sentence: str) -> None:
    assert ReplyClock(library).due(at(posted, library.zone), posted=True).aim == sentence


def test_a_target_is_never_later_than_the_deadline() -> None:
    library = a_library(hours={"monday": ["10:00-11:00"]}, workdays=["monday", "tuesday"])
    due = ReplyClock(library).due(at("2026-06-01T12:00", library.zone), posted=True)
    assert due.target == due.deadline == at("2026-06-02T17:00", library.zone)
    assert due.aim == "Best by then too: the usual open hours do not fit before it."


def test_a_season_has_its_own_hours() -> None:
    summer = {"name": "Summer", "from": "2026-06-01", "until": "2026-08-31", "hours": {"monday": ["9:00-12:00"]}}
    clock = ReplyClock(library := a_library(seasons=[summer], workdays=["monday", "tuesday"]))
    assert clock.deadline(at("2026-05-24T12:00", library.zone)) == at("2026-05-25T20:00", library.zone)
    assert clock.deadline(at("2026-05-31T12:00", library.zone)) == at("2026-06-01T12:00", library.zone)
    assert clock.deadline(at("2026-08-30T12:00", library.zone)) == at("2026-08-31T12:00", library.zone)
    assert clock.deadline(at("2026-09-06T12:00", library.zone)) == at("2026-09-07T20:00", library.zone)


def test_a_month_without_an_opening_is_found(library: Library) -> None:
    today, first = dt.date(2026, 5, 1), dt.date(2026, 7, 3)
    assert ReplyClock(library).long_closures(today) == []
    repairs = [ClosedDay(on=first, until=first + 20 * DAY), ClosedDay(on=first + 21 * DAY, until=dt.date(2026, 8, 8))]
    assert ReplyClock(library, repairs).long_closures(today) == [(first, dt.date(2026, 8, 9))]  # a Sunday ends it
    ever = [ClosedDay(on=today + n * 360 * DAY, until=today + (n + 1) * 360 * DAY) for n in range(4)]
    assert len(ReplyClock(library, ever).long_closures(today)) == 1


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
