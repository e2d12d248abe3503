"""Screening beside the event loop, and what costs nothing where there is nothing to do."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from bot.chat import Comment, Forward, Person, Place, Press
from bot.database import Unavailable
from bot.desk import Desk
from bot.store import Change, Store
from bot.view import View
from tests.conftest import MONDAY
from tests.test_delivery import Channel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.chat import Earlier
    from bot.screening import Screening
    from bot.screening.finding import Verdict

DAY = dt.timedelta(days=1)
QUESTION = "What time do you open on Saturdays?"
COPIED = "Visit our beautiful pottery gallery downtown, forty handmade bowls reduced this weekend only"
JUDY = Person("Judy Ferris", "Judy Ferris")


class Reader:
    """Screens when a test lets it."""

    def __init__(self, screening: Screening) -> None:
        self._screening = screening
        self.asked: list[tuple[str, list[str]]] = []
        self.free = asyncio.Event()
        self.called, self.twice = asyncio.Event(), asyncio.Event()
        self.free.set()

    async def __call__(self, comment: Comment, earlier: Sequence[Earlier]) -> Verdict:
        self.asked.append((comment.text, [one.text for one in earlier]))
        self.called.set()
        if len(self.asked) > 1:
            self.twice.set()
        await self.free.wait()
        return self._screening.screen(comment, earlier)


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    one = await Store.open(database, "live")
    yield one
    await one.close()


@pytest.fixture
def reader(screening: Screening) -> Reader:
    return Reader(screening)


@pytest.fixture
def desk(store: Store, screening: Screening, reader: Reader) -> Desk:
    return Desk(store, screening, [Channel()], judge=reader)


def forward(message: str, text: str = QUESTION, author: str | None = None) -> Forward:
    comment = Comment(text, author=author, permalink=f"https://example.org/{message}" if author else None)
    return Forward(Place("console", "staff", message), JUDY, comment)


async def kinds(store: Store, screening: Screening) -> list[tuple[str, str | None]]:
    async with store.look(screening.library.id) as view:
        return [(entry.kind, entry.case) async for entry in view.record()]


async def test_a_desk_that_screens_elsewhere_keeps_what_one_that_screens_here_keeps(
    store: Store, screening: Screening, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plain = await Store.open(f"sqlite:///{tmp_path_factory.mktemp('here') / 'desk.db'}", "live")
    here = Desk(plain, screening, [Channel()])
    found = []
    for one, kept in ((desk, store), (here, plain)):
        await one.start(MONDAY, alone=True)
        await one.on_comment(forward("1"), MONDAY)
        await one.on_comment(forward("2", COPIED, "Potter One"), MONDAY)
        await one.on_comment(forward("3", COPIED, "Potter Two"), MONDAY)
        press = Press(Place("console", "staff", ""), JUDY, "post", "1", "Our Saturday hours are new.")
        assert (await one.on_press(press, MONDAY)).done
        async with kept.look(screening.library.id) as view:
            cases = [(case, await view.verdicts(case.number)) for case in await view.cases_since(MONDAY - DAY)]
        found.append((cases, await kinds(kept, screening)))
    await plain.close()
    assert found[0] == found[1]


async def test_while_a_comment_is_read_others_of_the_library_go_on(desk: Desk, reader: Reader) -> None:
    await desk.on_comment(forward("0"), MONDAY)
    reader.free.clear()
    reader.called.clear()
    slow = asyncio.create_task(desk.on_comment(forward("1", COPIED), MONDAY))
    await reader.called.wait()
    answer = await desk.on_press(Press(Place("console", "staff", ""), JUDY, "claim", "1"), MONDAY)
    assert answer.done, "the library's row is free"
    assert not await desk.has(Place("console", "staff", "1")), "what is not judged is not stored"
    reader.free.set()
    await slow
    assert await desk.has(Place("console", "staff", "1"))


async def test_a_like_comment_that_comes_while_one_is_read_is_seen_by_its_verdict(desk: Desk, reader: Reader) -> None:
    reader.free.clear()
    both = [
        asyncio.create_task(desk.on_comment(forward(number, COPIED, f"Potter {number}"), MONDAY)) for number in "12"
    ]
    await reader.twice.wait()
    reader.free.set()
    await asyncio.gather(*both)
    assert reader.asked == [(COPIED, []), (COPIED, []), (COPIED, [COPIED])]


async def test_a_message_delivered_twice_while_it_is_read_is_one_case(
    desk: Desk, reader: Reader, store: Store, screening: Screening
) -> None:
    reader.free.clear()
    both = [asyncio.create_task(desk.on_comment(forward("1"), MONDAY)) for _ in range(2)]
    await reader.twice.wait()
    reader.free.set()
    assert await asyncio.gather(*both) == [None, None]
    assert [kind for kind, _ in await kinds(store, screening)].count("forward") == 1


async def test_told_to_stop_while_a_comment_is_read_nothing_of_it_is_stored(
    desk: Desk, reader: Reader, store: Store, screening: Screening
) -> None:
    reader.free.clear()
    reading = asyncio.create_task(desk.on_comment(forward("1"), MONDAY))
    await reader.called.wait()
    reading.cancel()
    await asyncio.wait([reading])
    assert await kinds(store, screening) == []


async def test_a_database_is_let_go_of_when_what_is_under_way_has_ended(store: Store, screening: Screening) -> None:
    async with store.look(screening.library.id) as view:
        closing = asyncio.create_task(store.close())
        assert await view.open_cases() == []
        with pytest.raises(Unavailable, match="The desk is stopping"):
            await kinds(store, screening)
        assert not closing.done()
    await closing


async def test_a_tick_with_nothing_due_takes_no_lock(
    desk: Desk, store: Store, screening: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.start(MONDAY, alone=True)
    await desk.on_comment(forward("1"), MONDAY)
    locked = []
    lock = Change.lock

    async def noted(self: Change) -> None:
        locked.append(self)
        await lock(self)

    monkeypatch.setattr(Change, "lock", noted)
    await desk.on_tick(MONDAY + dt.timedelta(seconds=5))
    assert locked == []
    await desk.on_tick(MONDAY + 3 * DAY)
    assert locked, "reminders are due"
    assert ("notice sent", "2026-0001") in await kinds(store, screening)


async def test_a_start_reads_no_case_where_the_librarys_file_is_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unread(_: View) -> list[object]:
        raise AssertionError("all open cases are read")

    await desk.start(MONDAY, alone=True)
    await desk.on_comment(forward("1"), MONDAY)
    monkeypatch.setattr(View, "open_cases", unread)
    await desk.start(MONDAY, alone=True)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_a_library_with_much_to_do_leaves_connections_for_the_others(store: Store) -> None:
    """Regression: each change that waited for its library's row held a connection, until none was left."""
    held, done = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with store.change("busy", MONDAY):
            held.set()
            await done.wait()

    async def wait() -> None:
        async with store.change("busy", MONDAY):
            pass

    first = asyncio.create_task(hold())
    await held.wait()
    waiting = [asyncio.create_task(wait()) for _ in range(60)]
    await asyncio.sleep(0)
    async with asyncio.timeout(10), store.change("calm", MONDAY) as change:
        change.note("back", None, {})
    done.set()
    await asyncio.gather(first, *waiting)
