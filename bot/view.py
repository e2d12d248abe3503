"""What can be read of one library, in SQL for SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from bot import record, rows, schema
from bot.case import Refusal
from bot.chat import Media
from bot.hours import ClosedDay
from bot.search import Search

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Collection

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.case import Case
    from bot.chat import Place
    from bot.screening.finding import Verdict


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
