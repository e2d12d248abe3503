"""Libraries on one database: nothing of one is ever visible to another, or changed by it.

Two libraries live the same days side by side, with the same people in other roles, the same channel, messages, links
and texts. Each has to say and to keep, word for word, what it says and keeps where it is alone.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
import re
import tomllib
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from adapters import pack
from bot import record, schema, toml
from bot.actions import ACTIONS
from bot.chat import Attachment, Comment, Forward, Media, Person, Place, Press, Undelivered
from bot.desk import Desk
from bot.library import Library
from bot.outbox import Outbox
from bot.retention import Retention
from bot.screening import Screening
from bot.search import Search
from bot.store import Change, Store
from bot.view import View
from tests.borders import Crossed, Watch, watched
from tests.conftest import CONFIG, MONDAY
from tests.test_border import PICTURE, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from bot.chat import Answer
    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"
DANGER = "I am going to shoot the librarian at the desk tomorrow"
COPIED = "Visit our beautiful pottery gallery downtown, forty handmade bowls reduced this weekend only"
LINK = "https://example.org/comments/1"
THEIRS = "Quetzalcoatl"
"""Stands in everything that people of the other library type, and nowhere else."""


class Picky(Wire):
    """A chat that has one picture, and no other file."""

    def __init__(self) -> None:
        super().__init__()
        self.files["kept"] = Media("image/png", PICTURE)

    async def fetch(self, source: str) -> Media:
        if source not in self.files:
            raise Undelivered("no such file", closed=True)
        return self.files[source]


@dataclass
class Life:
    """One library's days: who acts, and everything that was said to anybody."""

    store: Store
    desk: Desk
    library: Library
    wire: Picky
    first: int
    """How many cases it has before its days begin, so that its numbers are not those of the other."""
    word: str
    heard: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    now: dt.datetime = MONDAY

    def __post_init__(self) -> None:
        self.judy, self.amir = [m.name for m in self.library.people if m.role == "staff" and m.adult][:2]
        assert self.library.deputy
        self.director, self.deputy = self.library.director.name, self.library.deputy.name

    async def forward(self, message: str, text: str, by: str | None = None, **facts: Any) -> None:
        who = by or self.judy
        comment = Comment(text, **facts)
        self.hear(await self.desk.on_comment(Forward(self.place(message), Person(who, who), comment), self.now))

    async def press(self, by: str, action: str, case: int | str = "", text: str = "", **more: Any) -> None:
        said = case if isinstance(case, str) else f"2026-{self.first + case:04}"
        press = Press(self.place(""), Person(by, by), action, said, text.format(word=self.word), **more)
        if ACTIONS[action].reads:
            self.hear(await self.desk.on_query(press, self.now))
            self.done.add(action)
            return
        self.heard.append(f"may {action}: {await self.desk.may(press, self.now)}")
        answer = await self.desk.on_press(press, self.now)
        self.hear(answer)
        if answer.done or action.startswith("check"):
            self.done.add(action)

    async def wait(self, length: dt.timedelta) -> None:
        end = self.now + length
        while self.now < end:
            self.now = min(self.now + 4 * HOUR, end)
            await self.desk.on_tick(self.now)

    def hear(self, answer: Answer | None) -> None:
        self.heard.append(repr(answer))

    def place(self, message: str) -> Place:
        return Place("console", "staff", message)

    async def days(self) -> AsyncIterator[None]:
        """Every action and every query, on cases in every state; a stop wherever the other library may come between."""
        for part in (self.forwards, self.replies, self.rulings, self.mending, self.later):
            async for _ in part():
                yield

    async def forwards(self) -> AsyncIterator[None]:
        for number in range(self.first):
            await self.forward(f"f{number}", "", author=f"{THEIRS} {number}", permalink=f"https://example.org/{number}")
        await self.desk.start(self.now, alone=True)
        await self.forward("1", QUESTION, post="Storytime is Tuesday at 10.", author="Dana Whitlock")
        yield
        await self.forward("1", QUESTION)
        await self.forward("2", INSULT, permalink=LINK, author="Dana Whitlock")
        await self.forward("3", INSULT, permalink=LINK)
        yield
        await self.forward("4", COPIED, author="Potter One", permalink="https://example.org/comments/4")
        await self.forward("5", COPIED, author="Potter Two", permalink="https://example.org/comments/5")
        await self.forward("6", DANGER)
        yield
        await self.forward("7", "", attachments=(Attachment("image", "a picture", "kept"),))
        await self.forward("8", "Look at this flyer", attachments=(Attachment("image", "a flyer", "lost"),))
        for message, by in (("9", "Piper Nowak"), ("10", "Bruno Stranger")):
            await self.forward(message, QUESTION, by)
        yield
        self.heard.append(repr(await self.desk.heard("console", "staff")))
        self.heard += [repr(await self.desk.has(self.place(message))) for message in ("1", "f1", "99")]

    async def replies(self) -> AsyncIterator[None]:
        await self.press(self.judy, "claim", 1)
        await self.press(self.amir, "claim", 1)
        await self.press(self.judy, "snooze", 1, at=self.now + HOUR)
        await self.press(self.judy, "hand_over", 1, self.amir)
        yield
        await self.press(self.judy, "take_back", 1)
        await self.press(self.judy, "check_reply", 1, "I think it is at nine, {word}.")
        await self.press(self.judy, "check_post", "", "Storytime is at ten, {word}.")
        yield

    async def rulings(self) -> AsyncIterator[None]:
        await self.press(self.judy, "ask", 1, "May this stay, {word}?")
        yield
        await self.press(self.director, "ask_staff", 1, "Who wrote it, {word}?")
        await self.press(self.amir, "answer", 1, "A regular patron, {word}.")
        await self.press(self.deputy, "remove", 1, "insults, {word}", guidelines=(2,))
        await self.press(self.director, "keep", 1, "a question, {word}")
        yield
        await self.press(self.director, "away")
        await self.press(self.judy, "ask", 3, "And this, {word}?")
        await self.press(self.deputy, "remove", 3, "it sells, {word}", guidelines=(3,))
        await self.press(self.director, "back")
        yield

    async def mending(self) -> AsyncIterator[None]:
        await self.press(self.judy, "done", 2, "hidden")
        await self.press(self.judy, "done", 3, "deleted")
        await self.press(self.deputy, "have_it", 5)
        await self.press(self.judy, "words", 6, "Great job everyone, {word} said so", seen=1)
        yield
        await self.press(self.judy, "post", 7, "A flyer, {word}.")
        await self.press(self.judy, "when", 7, at=self.now - DAY)
        await self.press(self.judy, "withdraw", 4, "pasted twice, {word}")
        await self.forward("12", COPIED, author="Potter Three", permalink="https://example.org/comments/12")
        yield
        await self.press(self.amir, "closed", "", "snow, {word}", at=self.now + DAY)
        await self.press(self.amir, "closed", "", "ice, {word}", at=self.now + 2 * DAY)
        await self.press(self.amir, "reopen", "", at=self.now + 2 * DAY)
        await self.forward("13", "When is the book sale this year?")
        await self.press(self.judy, "no_reply", 9, "answered on the phone, {word}")
        await self.forward("14", QUESTION, "Greta Elsewhere")
        yield

    async def later(self) -> AsyncIterator[None]:
        await self.wait(3 * DAY)
        yield
        await self.press(self.judy, "replied", 1, "From nine to one, {word}.")
        for by in (self.judy, self.director, "Piper Nowak", "Bruno Stranger", "Greta Elsewhere"):
            for action in ("open", "mine", "overdue"):
                await self.press(by, action)
            self.heard.append(repr(await self.desk.home("console", by, self.now)))
        for case in range(1, 10):
            await self.press(self.judy, "case", case)
        yield
        await self.others_numbers(self.judy, self.director)
        await self.wait(3 * DAY)
        yield
        await self.keep_some()

    async def others_numbers(self, *people: str) -> None:
        """Every action on a number that only the other library has, which has more cases; there, on nobody's."""
        number = f"2026-{9_999 if self.first else 20:04}"
        assert not await self.desk.knows(number)
        for name in (name for name, action in ACTIONS.items() if action.on_case):
            for by in people:
                await self.press(by, name, number, "hidden", guidelines=(2,), at=self.now - MINUTE, seen=1)

    async def keep_some(self) -> None:
        """A hold, its end, and a disposal, as the commands of the record do them."""
        async with self.store.change(self.library.id, self.now) as change:
            await change.retention.hold(f"2026-{self.first + 1:04}", "a claim")
            await change.retention.hold(f"2026-{self.first + 2:04}", "a claim")
            await change.retention.release(f"2026-{self.first + 2:04}")
            change.note("disposal", None, {"entries": await change.retention.dispose(f"2026-{self.first + 2:04}")})

    async def kept(self, folder: Path) -> dict[str, Any]:
        """All that can be read of the library, by the name of the query."""
        async with self.store.look(self.library.id) as view:
            read = {name: await ask(view, self) for name, ask in QUERIES.items()}
            fits = await record.verify(view.record(), *await view.record_head())
            out = folder / f"{self.library.id}.zip"
            await pack.write(view, out, pack.Wanted(), pack.Masked(()), self.now)
        assert fits[1] is None
        with zipfile.ZipFile(out) as packed:
            files = {name: packed.read(name).decode("utf-8", "replace") for name in packed.namelist()}
        shown = {message: repr(notice) for message, notice in self.wire.shown.items()}
        return {"heard": self.heard, "shown": shown, "pack": files, **read}


async def _record(view: View, case: str | None = None) -> list[Any]:
    return [(e.number, e.at, e.kind, e.case, e.payload) async for e in view.record(case)]


def _number(life: Life, case: int) -> str:
    return f"2026-{life.first + case:04}"


async def _is_there(link: Awaitable[bytes | None]) -> bool:
    return await link is not None


async def _each(life: Life, ask: Callable[[str], Any]) -> list[Any]:
    """A query for each of the library's first cases, and for one that only the other has."""
    return [await ask(number) for number in (*(_number(life, n) for n in range(1, 10)), "2026-0020")]


async def _lacks(view: View, _: Life) -> list[Any]:
    return [await view.lacks(case) for case in await view.cases_since(MONDAY - DAY)]


QUERIES: dict[str, Callable[[View, Life], Any]] = {
    "case": lambda view, life: _each(life, lambda n: view.case(2026, int(n[5:]))),
    "open_cases": lambda view, _: view.open_cases(),
    "authors": lambda view, _: view.authors(5),
    "due": lambda view, life: view.due(("console",), life.now + DAY),
    "late_cases": lambda view, life: view.late_cases(life.now + 9 * DAY),
    "asked": lambda view, _: view.asked(),
    "alike": lambda view, _: view.alike(COPIED),
    "verdicts": lambda view, life: _each(life, view.verdicts),
    "away": lambda view, _: view.away(),
    "next_due": lambda view, _: view.next_due(),
    "dead": lambda view, _: view.dead(),
    "closures": lambda view, _: view.closures(),
    "cases_since": lambda view, _: view.cases_since(MONDAY - DAY),
    "media": lambda view, life: _each(life, view.media),
    "lacks": _lacks,
    "heard": lambda view, _: view.heard("console", "staff"),
    "forwarded": lambda view, life: _each(life, lambda n: view.forwarded(life.place(n.lstrip("206-")))),
    "outdated": lambda view, life: view.outdated(life.now + DAY),
    "editions": lambda view, _: view.editions(),
    "record": lambda view, life: _each(life, lambda n: _record(view, n)),
    "record_link": lambda view, _: _is_there(view.record_link(3)),
    "record_head": lambda view, _: _record(view),  # the head itself is salted, and verified
}
"""Every query of a View, as a library's own people and commands make it."""


def public(kind: type) -> set[str]:
    return {name for name, one in vars(kind).items() if inspect.isfunction(one) and not name.startswith("_")}


@contextmanager
def noted(monkeypatch: pytest.MonkeyPatch, *kinds: type) -> Iterator[set[str]]:
    """The names of the methods that were called while the block ran."""
    called: set[str] = set()

    def noting(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            called.add(name)
            return method(*args, **more)

        return call

    with monkeypatch.context() as patch:
        for kind in kinds:
            for name in public(kind):
                patch.setattr(kind, name, noting(f"{kind.__name__}.{name}", getattr(kind, name)))
        yield called


@pytest.fixture(scope="session")
def other() -> Library:
    """A library with the sample's people in other roles, one of whom nobody knows there."""
    said = tomllib.loads((CONFIG / "library.toml").read_text(encoding="utf-8"))
    roles = {"Ruth Engstrom": "staff", "Judy Ferris": "director", "Amir Haddad": "deputy", "Tomas Beaulieu": "staff"}
    people = [{**one, "role": roles.get(one["name"], "staff")} for one in said["people"]]
    people.append({"name": "Greta Elsewhere", "adult": True})
    renamed = {"id": "birch-lake", "name": f"{THEIRS} Library", "programmes": [f"{THEIRS} Storytime"]}
    return toml.check({**said, **renamed, "people": people}, Library, "birch-lake")


def life(store: Store, library: Library, policy: Policy, classifier: Classifier, *, theirs: bool) -> Life:
    wire = Picky()
    desk = Desk(store, Screening(policy, library, classifier), [wire])
    return Life(store, desk, library, wire, 13 if theirs else 0, THEIRS if theirs else "thanks")


async def live(*lives: Life) -> None:
    """Live these days, one library after the other at each stop."""
    going = [one.days() for one in lives]
    while going:
        for days in list(going):
            try:
                await anext(days)
            except StopAsyncIteration:
                going.remove(days)


def plain(kept: Any) -> str:
    """What was said and kept, without what chance has put in: salts, digests and links."""
    text = json.dumps(kept, default=repr, sort_keys=True, indent=1)
    return re.sub(r"[0-9a-f]{32,}", "#", text)


def difference(one: str, other: str) -> str:
    """The first lines that differ; pytest would compare the rest for minutes."""
    pairs = zip_longest(one.splitlines(), other.splitlines())
    return "\n".join(f"{mine}\n{theirs}" for mine, theirs in islice((p for p in pairs if p[0] != p[1]), 3))


@pytest.fixture(scope="session")
def alone(
    library: Library,
    other: Library,
    policy: Policy,
    classifier: Classifier,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """What each of the two says and keeps where it is alone."""

    async def said(one: Library, folder: Path) -> str:
        store = await Store.open(f"sqlite:///{folder / 'desk.db'}", "live")
        by_itself = life(store, one, policy, classifier, theirs=one is other)
        await live(by_itself)
        kept = plain(await by_itself.kept(folder))
        await store.close()
        return kept

    return {one.id: asyncio.run(said(one, tmp_path_factory.mktemp(one.id))) for one in (library, other)}


async def test_a_library_never_notices_another(
    database: str,
    alone: dict[str, str],
    library: Library,
    other: Library,
    policy: Policy,
    classifier: Classifier,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    kinds = (View, Change, Outbox, Search, Retention)
    store = await Store.open(database, "live")  # migrations are about all libraries
    with watched() as watch, noted(monkeypatch, *kinds) as called:
        ours, theirs = (life(store, one, policy, classifier, theirs=one is other) for one in (library, other))
        await live(ours, theirs)
        for one in (ours, theirs):
            assert difference(plain(await one.kept(folder)), alone[one.library.id]) == ""
            assert one.done == set(ACTIONS), "every action was really taken"
        assert await store.libraries() == sorted((library.id, other.id))
    await store.close()
    assert THEIRS not in alone[library.id]
    assert set(watch.libraries) == {library.id, other.id}
    assert watch.statements > 1_000
    every = {f"{kind.__name__}.{name}" for kind in kinds for name in public(kind)}
    assert every - called == set(), "a query that nobody has tried across the border"
    assert set(QUERIES) == public(View), "a query of a View that is not asked here"


CROSSING = {
    "no condition": select(schema.case.c.text),
    "a row of whoever": select(schema.notice).where(schema.notice.c.id == 1),
    "a case of whoever": update(schema.attachment).where(schema.attachment.c.case_id == 1).values(state="kept"),
    "another's column": select(schema.verdict).where(schema.case.c.library == "a"),
    "one side of an OR": select(schema.case).where((schema.case.c.library == "a") | (schema.case.c.serial == 1)),
    "a join by something else": select(schema.case.c.id, schema.ruling.c.by)
    .join(schema.ruling, schema.ruling.c.by == schema.case.c.forwarded_by)
    .where(schema.case.c.library == "a"),
    "a look beyond, inside": select(schema.case).where(
        schema.case.c.library == "a", exists().where(schema.forward.c.message == schema.case.c.message)
    ),
    "near-duplicates of whoever": select(schema.likeness).where(schema.likeness.c.case_id == 1),
    "all that stand in a subquery": select(schema.case).where(
        schema.case.c.library == "a", schema.case.c.id.in_(select(schema.forward.c.case_id))
    ),
    "an update of all": update(schema.notice).values(state="dead"),
    "all libraries' heads": select(schema.library),
}


@pytest.mark.parametrize("name", CROSSING)
def test_the_watch_refuses_a_statement_that_does_not_say_whose_rows(name: str) -> None:
    with pytest.raises(Crossed):
        Watch().see(CROSSING[name], {})


async def test_the_watch_sees_what_a_database_is_sent(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'any.db'}")
    with watched():
        async with engine.connect() as connection:
            with pytest.raises(Crossed):
                await connection.execute(select(schema.case.c.text))
    await engine.dispose()
