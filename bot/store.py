"""The database that a desk works on, and what changes one library, in SQL for SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot import backup, database, record, rows, schema
from bot.outbox import Fresh, Outbox
from bot.retention import Retention
from bot.search import Search
from bot.view import View

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Collection, Sequence
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from bot.case import Case, Ruling
    from bot.chat import Forward, Place

ENDING = 1.0
"""Seconds that transactions under way have to end once the database is let go of."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one verdict was made with: SHA-256 of the policy, of the library file and of the screening engine."""

    policy: str
    library: str
    engine: str


class Store:
    """A database that is open, at the newest version, and of the kind (demo or live) that was asked for."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._closing = False
        self._under_way = 0
        self._ended = asyncio.Event()

    @classmethod
    async def open(cls, url: str, kind: str) -> Store:
        """Open `url`, make or upgrade its tables, and hold it to its kind, "demo" or "live". Raises Unavailable.

        Before a SQLite file is upgraded, a copy of it is put beside it.
        """
        engine = database.connect(url)
        file = database.file_of(url)
        if file:
            database.keep_from_others(file)
        async with _opening(engine):
            if file and file.is_file() and (version := await database.behind(engine)):
                copy = file.with_name(f"{file.name}.version-{version}")
                if not copy.exists():  # an upgrade that was cut short has left it
                    backup.back_up(file, copy)
            async with engine.begin() as connection:
                await connection.run_sync(database.migrate, kind)
            await database.let_readers_in(engine)
        return cls(engine)

    @classmethod
    async def read(cls, url: str) -> Store:
        """Open an existing database as it is, only to look at its record. Raises Unavailable."""
        engine = database.connect(url)
        if not database.is_there(url):
            raise database.Unavailable(f"There is no database at {database.named(url)}. Check DATABASE_URL.")
        async with _opening(engine), database.reading(engine).begin() as connection:
            await connection.run_sync(database.is_ours)
        return cls(engine)

    async def close(self) -> None:
        """Let go of the database, once what is under way has ended; nothing more begins."""
        self._closing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDING):
                while self._under_way:
                    await self._ended.wait()
                    self._ended.clear()
        await self._engine.dispose()

    @asynccontextmanager
    async def change(self, library: str, now: dt.datetime) -> AsyncIterator[Change]:
        """One transaction on one library's rows; changes of a library stand in a row. Raises Unavailable."""
        async with self._turn(library), self._begin(self._engine) as connection:
            change = Change(connection, library, now)
            await change.lock()
            yield change
            await change.write_record()

    def _turn(self, library: str) -> asyncio.Lock:
        """Changes wait here in the order in which they came, before they take a connection.

        SQLite lets one write at a time. Elsewhere a library with much to do leaves connections for the others.
        """
        return self._turns["" if self._engine.dialect.name == "sqlite" else library]

    @asynccontextmanager
    async def look(self, library: str) -> AsyncIterator[View]:
        """Read one library's rows, all as of one moment. Raises Unavailable."""
        async with self._read() as connection:
            yield View(connection, library)

    async def libraries(self) -> list[str]:
        """The libraries that have rows here."""
        async with self._read() as connection:
            return list(await connection.scalars(select(schema.library.c.id).order_by(schema.library.c.id)))

    async def mark(self, name: str) -> str | None:
        """A mark of the whole database."""
        async with self._read() as connection:
            query = select(schema.mark.c.value).where(schema.mark.c.name == name)
            return (await connection.execute(query)).scalar()

    async def forget(self) -> None:
        """Write over what was disposed of wherever SQLite still keeps it. Raises Unavailable."""
        await database.empty_log(self._engine)

    async def set_mark(self, name: str, value: str) -> None:
        """Set a mark of the whole database."""
        async with self._begin(self._engine) as connection:
            await connection.run_sync(database.set_mark, name, value)

    def _read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._begin(database.reading(self._engine))

    @asynccontextmanager
    async def _begin(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A transaction, which `close` waits for. Raises Unavailable."""
        if self._closing:
            raise database.Unavailable("The desk is stopping and takes nothing more until it starts again.")
        self._under_way += 1
        try:
            with database.explained(self._engine):
                async with engine.begin() as connection:
                    yield connection
        finally:
            self._under_way -= 1
            self._ended.set()


@asynccontextmanager
async def _opening(engine: AsyncEngine) -> AsyncIterator[None]:
    """Let go of the database where it can not be opened."""
    try:
        with database.explained(engine):
            yield
    except BaseException:
        await engine.dispose()
        raise


class Change(View):
    """One transaction that changes one library's rows. What it adds to the record is written with it, or not at all."""

    def __init__(self, connection: AsyncConnection, library: str, now: dt.datetime) -> None:
        super().__init__(connection, library)
        self._now = now
        self.outbox = Outbox(connection, library, now)
        self.retention = Retention(connection, library, now)
        self._entries: list[record.Entry] = []
        self._head_link = record.GENESIS
        self._length = 0

    async def lock(self) -> None:
        """Wait for the library's row; the first change of all makes it."""
        mine = {"library": self.library}
        row = (await self._connection.execute(_lock(), mine)).one_or_none()
        if row is None:
            first = {"id": self.library, "record_length": 0, "record_head": record.GENESIS}
            await self._connection.execute(self._unless_there(schema.library).values(first))
            row = (await self._connection.execute(_lock(), mine)).one()
        self._length, self._head_link = row.record_length, row.record_head

    def _unless_there(self, table: Table) -> Any:
        """An insert that does nothing where another desk has made the row a moment before."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        return dialect.insert(table).on_conflict_do_nothing()

    def note(self, kind: str, case: str | None, said: Any) -> None:
        """Add an entry to the record, in the order of these calls."""
        entry = record.entry(
            self.library, self._length + 1, self._head_link, self._now, kind=kind, case=case, said=said
        )
        self._length, self._head_link = entry.number, entry.link
        self._entries.append(entry)

    @property
    def entries(self) -> tuple[record.Entry, ...]:
        """What this change has added to the record."""
        return tuple(self._entries)

    async def write_record(self) -> None:
        """Write what was noted, and the new head."""
        if self._entries:
            await self._connection.execute(insert(schema.record), [asdict(entry) for entry in self._entries])
            head = {"record_length": self._length, "record_head": self._head_link}
            mine = schema.library.c.id == self.library
            await self._connection.execute(update(schema.library).where(mine).values(head))

    async def same_permalink(self, permalink: str) -> Case | None:
        """The first case of the comment that stands at this link."""
        case = schema.case
        query = self._cases().where(case.c.permalink == permalink, case.c.withdrawn_at.is_(None))
        return next(iter(await self._read(query.order_by(case.c.id).limit(1))), None)

    async def next_number(self, year: int) -> str:
        """The next free case number of this year."""
        case = schema.case
        query = select(func.max(case.c.serial)).where(case.c.library == self.library, case.c.year == year)
        return rows.spoken_number(year, ((await self._connection.execute(query)).scalar() or 0) + 1)

    async def add_case(self, case: Case) -> None:
        """Store a new case, without its verdict and its forward."""
        year, serial = case.number.split("-")
        row = {
            **rows.state_of(case),
            **asdict(case.place),
            "library": self.library,
            "year": int(year),
            "serial": int(serial),
            "forwarded_by": case.forwarded_by,
            "forwarded_at": case.forwarded_at,
        }
        await self._connection.execute(insert(schema.case), row)
        await self.find_by_words(case, before="")

    async def add_forward(self, case: str, forward: Forward, by: str) -> None:
        """Note that this message was about this case."""
        row = {**asdict(forward.place), "forwarded_by": by, "forwarded_at": self._now}
        await self._connection.execute(
            insert(schema.forward).values(library=self.library, case_id=self._id(case), **row)
        )
        await self.outbox.want(self._id(case), forward.place.chat, forward.comment.attachments)

    async def add_verdict(self, case: Case, marks: Marks) -> None:
        """Store the case's last verdict."""
        await self._connection.execute(
            insert(schema.verdict).values(
                library=self.library,
                case_id=self._id(case.number),
                number=case.verdicts,
                at=self._now,
                said=rows.as_json(case.verdict),
                policy_hash=marks.policy,
                library_hash=marks.library,
                engine_hash=marks.engine,
            )
        )

    async def use(self, kind: str, sha256: str, text: str) -> bool:
        """This text of the "policy" or the "library" file is in use from now; was it not already?"""
        table = schema.edition
        mine = and_(table.c.library == self.library, table.c.kind == kind)
        last = select(table.c.sha256).where(mine).order_by(table.c.id.desc()).limit(1)
        edited = await self._connection.scalar(last) != sha256
        if edited:
            row = {"library": self.library, "kind": kind, "sha256": sha256, "since": self._now, "text": text}
            await self._connection.execute(insert(table).values(row))
        return edited

    async def add_ruling(self, case: str, ruling: Ruling) -> None:
        """Store a ruling beside those before it."""
        row = {**asdict(ruling), "guidelines": list(ruling.guidelines)}
        await self._connection.execute(
            insert(schema.ruling).values(library=self.library, case_id=self._id(case), **row)
        )

    async def find_by_words(self, case: Case, before: str) -> None:
        """Near-duplicates find the case by its comment's words from here on, instead of by those before."""
        await Search(self._connection, self.library).keep(self._id(case.number), case.comment.text, before)

    async def save(self, case: Case) -> None:
        """Store how the case stands."""
        mine = schema.case.c.id == self._id(case.number)
        await self._connection.execute(update(schema.case).where(mine).values(rows.state_of(case)))

    async def draw_anew(self, case: Case, kinds: Collection[str]) -> None:
        """The case has changed: its notices of these kinds want drawing anew."""
        await self.outbox.draw_anew(self._id(case.number), kinds)

    async def queue(self, case: Case, fresh: Sequence[Fresh]) -> None:
        """Queue notices about a case, and note them."""
        if not fresh:
            return
        first = await self.outbox.queue(self._id(case.number), case.place.chat, fresh)
        for number, one in enumerate(fresh, first):
            said = {"notice": number, "kind": one.kind, "due": one.due_at.isoformat(), **one.about}
            self.note("notice queued", case.number, {**said, "direct": True} if one.direct else said)

    async def queue_for_all(self, chat: str, kind: str, due_at: dt.datetime, about: dict[str, Any]) -> None:
        """Queue a notice about no one case, for a chat's channel. On record once it is sent."""
        await self.outbox.queue(None, chat, [Fresh(kind, due_at, about)])

    async def call_off(self, case: Case, kinds: Collection[str]) -> None:
        """The case's notices of these kinds are not to go out any more."""
        await self.outbox.call_off(self._id(case.number), kinds)

    async def hear(self, place: Place) -> None:
        """The desk has dealt with this message of the channel; an older one than it knows of changes nothing."""
        channel = schema.channel
        mine = self._channel(place.chat, place.channel)
        known = await self._connection.scalar(select(channel.c.heard).where(mine))
        if known is None:
            row = {"library": self.library, "chat": place.chat, "channel": place.channel, "heard": place.message}
            await self._connection.execute(insert(channel).values(row))
        elif _order(place.message) > _order(known):
            await self._connection.execute(update(channel).where(mine).values(heard=place.message))

    async def close_day(self, day: dt.date, why: str, by: str) -> None:
        """The library is closed on this day."""
        row = {"library": self.library, "day": day, "why": why, "by": by, "at": self._now}
        await self._connection.execute(insert(schema.closure).values(row))

    async def open_day(self, day: dt.date) -> None:
        """The library is not closed on this day after all, as far as `library.toml` allows."""
        closure = schema.closure
        mine = and_(closure.c.library == self.library, closure.c.day == day)
        await self._connection.execute(closure.delete().where(mine))

    async def set_away(self, person: str, until: dt.datetime | None) -> None:
        """This person is away from now."""
        await self.set_back(person)
        row = {"library": self.library, "person": person, "since": self._now, "until": until}
        await self._connection.execute(insert(schema.absence).values(row))

    async def set_back(self, person: str) -> None:
        """This person is here."""
        absence = schema.absence
        mine = and_(absence.c.library == self.library, absence.c.person == person)
        await self._connection.execute(absence.delete().where(mine))


def _order(message: str) -> tuple[int, str]:
    """Messages of a chat in their order: its ids count time, in digits of one length or growing."""
    return len(message), message


@cache
def _lock() -> Select[Any]:
    return select(schema.library).where(schema.library.c.id == bindparam("library")).with_for_update()
