"""What is still to go out or to come in over the wire, as rows: notices, cards to draw anew, attachments to fetch."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, exists, func, insert, null, or_, select, update

from bot import rows, schema
from bot.chat import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, FromClause, Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.chat import Attachment, Media

LEASE = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A notice to queue, into the thread or, `direct`, to one person alone."""

    kind: str
    due_at: dt.datetime
    about: dict[str, Any]
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """A notice row. `about` is what it was queued with; `message`, the chat's id of it once it was sent."""

    row: int
    case: str
    """Its number; empty for a notice about no one case, whose place the library's file names."""
    place: Place
    number: int
    kind: str
    about: dict[str, Any]
    due_at: dt.datetime
    attempts: int
    doubtful: bool
    direct: bool
    turned: bool
    message: str | None
    drawn: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An attachment whose bytes are still to be fetched."""

    row: int
    case: str
    number: int
    source: str
    attempts: int


class Outbox:
    """The outbox of one library, within one transaction."""

    def __init__(self, connection: AsyncConnection, library: str, now: dt.datetime) -> None:
        self._connection = connection
        self._library = library
        self._now = now

    async def queue(self, case_id: Any, chat: str, fresh: Sequence[Fresh]) -> int:
        """Queue notices, at least one, about a case, given as the query for its row id, or about none.

        They are numbered among those in their order; the number of the first.
        """
        notice = schema.notice
        mine = notice.c.case_id.is_(None) if case_id is None else notice.c.case_id == case_id
        last = select(func.coalesce(func.max(notice.c.number), 0)).where(notice.c.library == self._library, mine)
        case = null() if case_id is None else case_id
        key, before = (await self._connection.execute(select(case, last.scalar_subquery()))).one()
        same = {"library": self._library, "case_id": key, "chat": chat, "state": "queued", "attempts": 0}
        values = [
            {**same, **asdict(one), "number": number, "try_at": one.due_at}
            for number, one in enumerate(fresh, before + 1)
        ]
        await self._connection.execute(insert(notice), values)
        return int(before) + 1

    async def lease(self, chat: str) -> Queued | None:
        """Take the chat's next notice that is due, for a minute; within a case, never past an earlier one that is due.

        A lease that ran out leaves a send whose end is unknown: it is taken again, as doubtful.
        """
        notice = schema.notice
        given = {"library": self._library, "chat": chat, "now": self._now}
        row = (await self._connection.execute(_next_notice(), given)).one_or_none()
        if row is None:
            return None
        lease = {"state": "leased", "try_at": self._now + LEASE, "attempts": row.attempts + 1}
        await self._connection.execute(update(notice).where(self._mine(notice, row.id)).values(lease))
        return _queued(row, attempts=row.attempts + 1, doubtful=row.state == "leased")

    async def call_off(self, case_id: Any, kinds: Collection[str]) -> None:
        """Notices of these kinds are not to go out any more: others take their place."""
        notice = schema.notice
        waiting = and_(notice.c.case_id == case_id, notice.c.state == "queued", notice.c.kind.in_(kinds))
        await self._connection.execute(update(notice).where(waiting).values(rows.settled("dropped", self._now)))

    async def waits(self, chat: str, kind: str) -> bool:
        """Is a notice of this kind, about no one case, still to go out?"""
        notice = schema.notice
        mine = and_(notice.c.library == self._library, notice.c.chat == chat, notice.c.kind == kind)
        query = select(notice.c.id).where(mine, notice.c.case_id.is_(None), notice.c.state.in_(("queued", "leased")))
        return await self._connection.scalar(query.limit(1)) is not None

    async def put_off(self, queued: Queued, to: dt.datetime) -> None:
        """This is not the time for it. A send whose end is unknown stays in doubt."""
        fresh = {} if queued.doubtful else {"attempts": 0}
        await self.wait(queued, to, doubtful=queued.doubtful, due_at=to, **fresh)

    async def end_leases(self) -> None:
        """Every lease runs out now: whoever held one is known to be gone."""
        notice = schema.notice
        held = and_(notice.c.library == self._library, notice.c.state == "leased")
        await self._connection.execute(update(notice).where(held).values(try_at=self._now))

    async def settle(self, queued: Queued, state: str, **facts: Any) -> None:
        """End a lease for good: the notice is "sent", "dropped" or "dead"."""
        await self._change(queued, {**facts, **rows.settled(state, self._now)})

    async def wait(self, queued: Queued, until: dt.datetime, *, doubtful: bool = False, **facts: Any) -> None:
        """End a lease for now: the notice is queued again or, where its end is unknown, leased for longer."""
        await self._change(queued, {**facts, "state": "leased" if doubtful else "queued", "try_at": until})

    async def root(self, queued: Queued) -> str | None:
        """The chat's id of the first notice of the case that stands in the channel; None where that is this one."""
        notice = schema.notice
        mine = select(notice.c.case_id).where(self._mine(notice, queued.row)).scalar_subquery()
        sent = and_(notice.c.case_id == mine, notice.c.message.is_not(None), ~notice.c.direct)
        query = select(notice.c.id, notice.c.message).where(sent).order_by(notice.c.number).limit(1)
        first = (await self._connection.execute(query)).one_or_none()
        return first.message if first and first.id != queued.row else None

    async def twins(self, queued: Queued) -> frozenset[bool]:
        """The ways, direct or not, in which another copy of this notice went out."""
        notice = schema.notice
        mine = notice.alias()
        copies = and_(
            self._mine(mine, queued.row),
            notice.c.id != mine.c.id,
            notice.c.case_id == mine.c.case_id,
            notice.c.kind == mine.c.kind,
            notice.c.due_at == mine.c.due_at,
            (notice.c.direct != notice.c.turned) != (mine.c.direct != mine.c.turned),  # meant for the other way
        )
        found = await self._connection.scalars(select(notice.c.direct).where(copies, notice.c.state == "sent"))
        return frozenset(found)

    async def draw_anew(self, case_id: Any, kinds: Collection[str]) -> None:
        """The case has changed: what shows it wants drawing anew."""
        notice = schema.notice
        shown = and_(notice.c.case_id == case_id, notice.c.state == "sent", notice.c.message.is_not(None))
        values = {"redraw_at": self._now, "attempts": 0}
        await self._connection.execute(update(notice).where(shown, notice.c.kind.in_(kinds)).values(values))

    async def to_draw(self, chat: str) -> Queued | None:
        """The next notice that was sent and wants drawing anew."""
        given = {"library": self._library, "chat": chat, "now": self._now}
        row = (await self._connection.execute(_next_to_draw(), given)).one_or_none()
        if row is None:
            return None
        # Should the desk die now, drawing is tried again: to draw a card twice is as to draw it once.
        await self._change(_queued(row), {"redraw_at": self._now + LEASE, "attempts": row.attempts + 1})
        return _queued(row, attempts=row.attempts + 1)

    async def drew(
        self,
        queued: Queued,
        *,
        drawn: str | None = None,
        again_at: dt.datetime | None = None,
        attempts: int | None = None,
    ) -> None:
        """The card was drawn (a digest of what it shows), or is to be tried again; a change since then stands."""
        notice = schema.notice
        untouched = and_(self._mine(notice, queued.row), notice.c.attempts == queued.attempts)
        values: dict[str, Any] = {"redraw_at": again_at, **({"drawn": drawn} if drawn else {})}
        if attempts is not None:
            values["attempts"] = attempts
        await self._connection.execute(update(notice).where(untouched).values(values))

    async def want(self, case_id: Any, chat: str, attachments: Sequence[Attachment]) -> None:
        """These attachments of a forward are to be fetched; they are counted on from those the case has."""
        if not attachments:
            return
        table = schema.attachment
        last = await self._connection.scalar(select(func.max(table.c.number)).where(table.c.case_id == case_id))
        same = {"library": self._library, "case_id": case_id, "chat": chat, "state": "wanted", "attempts": 0}
        for number, attachment in enumerate(attachments, (last or 0) + 1):
            if attachment.source:
                row = {**same, "number": number, "source": attachment.source, "try_at": self._now}
                await self._connection.execute(insert(table).values(row))

    async def to_fetch(self, chat: str) -> Wanted | None:
        """The next attachment to fetch."""
        attachment, case = schema.attachment, schema.case
        due = and_(attachment.c.library == self._library, attachment.c.chat == chat, attachment.c.state == "wanted")
        query = select(attachment, case.c.year, case.c.serial).join(case, case.c.id == attachment.c.case_id)
        query = query.where(due, attachment.c.try_at <= self._now).order_by(attachment.c.try_at).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        lease = {"try_at": self._now + LEASE, "attempts": row.attempts + 1}
        await self._connection.execute(update(attachment).where(self._mine(attachment, row.id)).values(lease))
        number = rows.spoken_number(row.year, row.serial)
        return Wanted(row.id, number, row.number, row.source, row.attempts + 1)

    async def keep(self, wanted: Wanted, media: Media) -> str:
        """Keep what was fetched; its SHA-256."""
        digest = hashlib.sha256(media.content).hexdigest()
        facts = {"state": "kept", "media_type": media.media_type, "sha256": digest, "content": media.content}
        await self._settle_media(wanted, facts)
        return digest

    async def refuse(self, wanted: Wanted, trouble: str, again_at: dt.datetime | None, attempts: int) -> None:
        """It could not be fetched: to be tried again, or given up."""
        again: dict[str, Any] = {"try_at": again_at} if again_at else {"state": "refused"}
        await self._settle_media(wanted, {**again, "trouble": trouble, "attempts": attempts})

    async def _settle_media(self, wanted: Wanted, facts: dict[str, Any]) -> None:
        mine = self._mine(schema.attachment, wanted.row)
        await self._connection.execute(update(schema.attachment).where(mine).values(facts))

    async def _change(self, queued: Queued, values: dict[str, Any]) -> None:
        mine = self._mine(schema.notice, queued.row)
        await self._connection.execute(update(schema.notice).where(mine).values(values))

    def _mine(self, table: FromClause, row: int) -> ColumnElement[bool]:
        return and_(table.c.library == self._library, table.c.id == row)


# What is asked at each delivery is built once: to build such a query takes longer than to answer it.


@cache
def _next_notice() -> Select[Any]:
    """A chat's next notice that is due and waits for no earlier one of its case."""
    notice = schema.notice
    first = notice.alias()
    now = bindparam("now", type_=schema.UTC)
    waits = exists().where(
        first.c.case_id == notice.c.case_id,
        first.c.try_at.is_not(None),
        first.c.due_at <= now,
        or_(first.c.due_at < notice.c.due_at, and_(first.c.due_at == notice.c.due_at, first.c.id < notice.c.id)),
    )
    query = _notices_of_a_chat().where(notice.c.try_at <= now, ~waits)
    return query.order_by(notice.c.try_at, notice.c.id).limit(1)


@cache
def _next_to_draw() -> Select[Any]:
    """A chat's next notice whose card wants drawing anew."""
    notice = schema.notice
    query = _notices_of_a_chat().where(notice.c.redraw_at <= bindparam("now", type_=schema.UTC))
    return query.order_by(notice.c.redraw_at, notice.c.id).limit(1)


def _notices_of_a_chat() -> Select[Any]:
    """Notices, each with its case's number and place."""
    notice, case = schema.notice, schema.case
    query = select(notice, case.c.year, case.c.serial, case.c.channel, case.c.message.label("forward"))
    query = query.outerjoin(case, case.c.id == notice.c.case_id)
    return query.where(notice.c.library == bindparam("library"), notice.c.chat == bindparam("chat"))


def _queued(row: Row[Any], *, attempts: int = 0, doubtful: bool = False) -> Queued:
    return Queued(
        row=row.id,
        case=rows.spoken_number(row.year, row.serial) if row.case_id else "",
        place=Place(row.chat, row.channel or "", row.forward or ""),
        number=row.number,
        kind=row.kind,
        about=row.about,
        due_at=row.due_at,
        attempts=attempts,
        doubtful=doubtful,
        direct=row.direct,
        turned=row.turned,
        message=row.message,
        drawn=row.drawn,
    )
