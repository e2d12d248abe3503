"""Every SQL statement of the desk, for SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot import backup, database, record, rows, schema
from bot.case import Refusal
from bot.chat import Media
from bot.hours import ClosedDay
from bot.outbox import Fresh, Outbox
from bot.retention import Retention
from bot.search import Search

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Collection, Sequence
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from bot.case import Case, Ruling
    from bot.chat import Forward, Place
    from bot.screening.finding import Verdict

ENDING = 1.0
"""Seconds that transactions under way have to end once the database is let go of."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one verdict was made with: SHA-256 of the policy, of the library file and of the screening engine."""

    policy: str
    library: str
    engine: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A text of the "policy" or the "library" file as JSON, and since when it was in use."""

    kind: str
    sha256: str
    since: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class Due:
    """What there is to do now: notices to send or cards to draw anew, and attachments to fetch."""

    to_say: bool
    to_fetch: bool


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


class View:
    """What can be read of one library."""

    def __init__(self, connection: AsyncConnection, library: str) -> None:
        self._connection = connection
        self.library = library

    async def case(self, year: int | None, serial: int) -> Case | None:
        """A case by its number; without a year, the newest with that serial."""
        given = {"library": self.library, "year": year, "serial": serial}
        found = await self._connection.execute(_case_by_number(any_year=year is None), given)
        row = found.mappings().one_or_none()
        return rows.case_of(row) if row else None

    async def open_cases(self) -> list[Case]:
        """Every open case, the most pressing deadline first."""
        case = schema.case
        return await self._read(self._cases().where(case.c.is_open).order_by(case.c.deadline, case.c.id))

    async def authors(self, most: int) -> list[str]:
        """Who wrote the newest open cases, so many at most, the oldest of these first."""
        case = schema.case
        mine = and_(case.c.library == self.library, case.c.is_open, case.c.author.is_not(None))
        newest = select(case.c.author).where(mine).order_by(case.c.id.desc()).limit(most)
        return list(await self._connection.scalars(newest))[::-1]

    async def late_cases(self, now: dt.datetime) -> list[Case]:
        """Open cases whose deadline has passed while a reply or a ruling is due."""
        case = schema.case
        late = and_(case.c.is_open, case.c.deadline < now, or_(case.c.reply_due, case.c.question.is_not(None)))
        return await self._read(self._cases().where(late).order_by(case.c.deadline, case.c.id))

    async def asked(self) -> list[Case]:
        """Open cases that wait for a ruling."""
        case = schema.case
        return await self._read(self._cases().where(case.c.is_open, case.c.question.is_not(None)).order_by(case.c.id))

    async def alike(self, text: str) -> list[Case]:
        """The newest cases, at most twenty, that say much the same, the newest first; withdrawn ones are none."""
        case = schema.case
        near = await Search(self._connection, self.library).alike(text)
        return await self._read(self._cases().where(case.c.id.in_(near)).order_by(case.c.id.desc())) if near else []

    async def verdicts(self, number: str) -> list[tuple[dt.datetime, Verdict]]:
        """Everything the machine said of a case, in order."""
        verdict = schema.verdict
        query = select(verdict.c.at, verdict.c.said).where(verdict.c.case_id == self._id(number))
        found = await self._connection.execute(query.order_by(verdict.c.number))
        return [(row.at, rows.verdict_of(row.said)) for row in found]

    async def away(self) -> dict[str, tuple[dt.datetime, dt.datetime | None]]:
        """Who said that they are away: since when and, where they said, until when."""
        absence = schema.absence
        found = await self._connection.execute(select(absence).where(absence.c.library == self.library))
        return {row.person: (row.since, row.until) for row in found}

    async def next_due(self) -> dt.datetime | None:
        """When the next notice wants to go out."""
        notice = schema.notice
        mine = and_(notice.c.library == self.library, notice.c.try_at.is_not(None))
        found: dt.datetime | None = await self._connection.scalar(select(func.min(notice.c.try_at)).where(mine))
        return found

    async def due(self, chats: Collection[str], now: dt.datetime) -> Due:
        """What there is to do in these chats."""
        notice, attachment = schema.notice, schema.attachment

        def any_of(table: Table, *due: ColumnElement[bool]) -> ColumnElement[bool]:
            return exists().where(table.c.library == self.library, table.c.chat.in_(chats), *due)

        to_say = or_(any_of(notice, notice.c.try_at <= now), any_of(notice, notice.c.redraw_at <= now))
        to_fetch = any_of(attachment, attachment.c.state == "wanted", attachment.c.try_at <= now)
        return Due(*(await self._connection.execute(select(to_say, to_fetch))).one())

    async def dead(self, since: dt.datetime | None = None) -> list[tuple[str, int, str]]:
        """Notices that the desk gave up on, since then: case (or "desk" for one about none), number, and why."""
        notice, case = schema.notice, schema.case
        query = select(case.c.year, case.c.serial, notice.c.number, notice.c.trouble)
        query = query.outerjoin(case, case.c.id == notice.c.case_id).order_by(notice.c.id)
        query = query.where(notice.c.library == self.library, notice.c.state == "dead")
        found = await self._connection.execute(query.where(notice.c.closed_at >= since) if since else query)
        return [
            (rows.spoken_number(row.year, row.serial) if row.year else "desk", row.number, row.trouble) for row in found
        ]

    async def closures(self) -> list[ClosedDay]:
        """Closed days that `library.toml` does not know of, in order."""
        table = schema.closure
        found = await self._connection.execute(
            select(table).where(table.c.library == self.library).order_by(table.c.day)
        )
        return [ClosedDay(on=row.day, name=row.why) for row in found]

    async def cases_since(self, since: dt.datetime) -> list[Case]:
        """Cases forwarded since then, in order."""
        case = schema.case
        return await self._read(self._cases().where(case.c.forwarded_at >= since).order_by(case.c.id))

    async def media(self, number: str) -> list[tuple[str, Media]]:
        """What is kept of a case's attachments: the SHA-256 and the bytes of each."""
        attachment = schema.attachment
        query = select(attachment).where(attachment.c.case_id == self._id(number), attachment.c.state == "kept")
        found = await self._connection.execute(query.order_by(attachment.c.number))
        return [(row.sha256, Media(row.media_type, row.content)) for row in found]

    async def lacks(self, case: Case) -> Refusal | None:
        """What of a comment is not on record yet and still can be: an attachment to be fetched, or its words.

        An attachment that was given up is no lack: why stands on the record.
        """
        attachment = schema.attachment
        query = select(attachment.c.state).where(attachment.c.case_id == self._id(case.number))
        states = set(await self._connection.scalars(query))
        if "wanted" in states:
            return Refusal.NOT_KEPT
        return Refusal.UNREAD if case.comment.unread and "kept" not in states else None

    async def heard(self, chat: str, channel: str) -> str | None:
        """The newest message of a channel that the desk has dealt with."""
        query = select(schema.channel.c.heard).where(self._channel(chat, channel))
        found: str | None = await self._connection.scalar(query)
        return found

    def _channel(self, chat: str, channel: str) -> ColumnElement[bool]:
        table = schema.channel
        return and_(table.c.library == self.library, table.c.chat == chat, table.c.channel == channel)

    async def forwarded(self, place: Place) -> str | None:
        """The case that this very message made before."""
        forward, case = schema.forward, schema.case
        same = [getattr(forward.c, name) == value for name, value in asdict(place).items()]
        query = select(case.c.year, case.c.serial).join(forward, forward.c.case_id == case.c.id)
        row = (await self._connection.execute(query.where(forward.c.library == self.library, *same))).one_or_none()
        return rows.spoken_number(*row) if row else None

    async def outdated(self, before: dt.datetime) -> list[str]:
        """Cases forwarded before then that are closed, not on hold, and not disposed of."""
        case = schema.case
        old = and_(case.c.library == self.library, case.c.forwarded_at < before, ~case.c.is_open)
        free = and_(case.c.held_for.is_(None), case.c.disposed_at.is_(None))
        query = select(case.c.year, case.c.serial).where(old, free).order_by(case.c.id)
        return [rows.spoken_number(row.year, row.serial) for row in await self._connection.execute(query)]

    async def editions(self) -> list[Edition]:
        """Every text of the policy and of the library file that was in use, in order."""
        table = schema.edition
        found = await self._connection.execute(
            select(table).where(table.c.library == self.library).order_by(table.c.id)
        )
        return [Edition(row.kind, row.sha256, row.since, row.text) for row in found]

    async def record(self, case: str | None = None) -> AsyncIterator[record.Entry]:
        """The library's record in order, or what it holds of one case; a stream."""
        table = schema.record
        query = select(table).where(table.c.library == self.library).order_by(table.c.number)
        if case is not None:
            query = query.where(table.c.case == case)
        async with self._connection.stream(query) as found:
            async for row in found:
                yield record.Entry(**row._mapping)  # noqa: SLF001 - the documented name of SQLAlchemy's row mapping

    async def record_link(self, number: int) -> bytes | None:
        """The link of one entry of the record."""
        table = schema.record
        mine = and_(table.c.library == self.library, table.c.number == number)
        link: bytes | None = await self._connection.scalar(select(table.c.link).where(mine))
        return link

    async def record_head(self) -> tuple[int, bytes]:
        """How many entries the record has, and the last one's link, as noted when it was written."""
        row = (await self._connection.execute(self._head())).one_or_none()
        return (row.record_length, row.record_head) if row else (0, record.GENESIS)

    def _head(self) -> Select[Any]:
        return select(schema.library).where(schema.library.c.id == self.library)

    def _id(self, number: str) -> Any:
        year, serial = number.split("-")
        case = schema.case
        mine = and_(case.c.library == self.library, case.c.year == int(year), case.c.serial == int(serial))
        return select(case.c.id).where(mine).scalar_subquery()

    def _cases(self) -> Select[Any]:
        return _cases_of_all().where(schema.case.c.library == self.library)

    async def _read(self, query: Select[Any]) -> list[Case]:
        return [rows.case_of(row) for row in (await self._connection.execute(query)).mappings()]


# Built once, for to build such a query takes longer than to answer it.


@cache
def _case_by_number(*, any_year: bool) -> Select[Any]:
    case = schema.case
    mine = and_(case.c.library == bindparam("library"), case.c.serial == bindparam("serial"))
    query = _cases_of_all().where(mine)
    return query.order_by(case.c.year.desc()).limit(1) if any_year else query.where(case.c.year == bindparam("year"))


@cache
def _lock() -> Select[Any]:
    return select(schema.library).where(schema.library.c.id == bindparam("library")).with_for_update()


@cache
def _cases_of_all() -> Select[Any]:
    """Cases, each with its last verdict and its last ruling."""
    case, verdict, ruling = schema.case, schema.verdict, schema.ruling
    newer = ruling.alias()
    last = ~exists().where(newer.c.case_id == ruling.c.case_id, newer.c.id > ruling.c.id)
    ruled = [ruling.c.at, ruling.c.by, ruling.c.outcome, ruling.c.guidelines, ruling.c.reason]
    return (
        select(case, verdict.c.said, *(column.label(f"ruling_{column.name}") for column in ruled))
        .join(verdict, and_(verdict.c.case_id == case.c.id, verdict.c.number == case.c.verdicts))
        .outerjoin(ruling, and_(ruling.c.case_id == case.c.id, last))
    )


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
