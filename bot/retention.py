"""How long cases are kept, what stops their disposal, and disposal itself: content goes, the chain stays whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, delete, null, select, update

from bot import rows, schema
from bot.record import DISPOSAL

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

STAYS = frozenset({DISPOSAL, "hold", "release"})
"""Kinds of entries that keep their content: they say why a case was kept or disposed of."""
GONE = "[disposed of]"
NOT_REACHED = (
    "Not reached: backups, packs and exports made before, what stands in the staff chat and on the platform, and "
    "what the cards and verdicts of other cases quote. See to those yourself."
)


class Kept(Exception):
    """The case is not disposed of, held or released; the sentence says why, and nothing changed."""


class Retention:
    """Holds and disposals of one library's cases, within one transaction."""

    def __init__(self, connection: AsyncConnection, library: str, now: dt.datetime) -> None:
        self._connection = connection
        self._library = library
        self._now = now

    async def hold(self, number: str, reason: str) -> None:
        """Keep a case whatever its age. Raises Kept."""
        row = await self._row(number)
        if row.held_for is not None:
            raise Kept(f"{number} is on hold already: {row.held_for}")
        await self._set(row.id, {"held_for": reason})

    async def release(self, number: str) -> None:
        """End a hold. Raises Kept."""
        row = await self._row(number)
        if row.held_for is None:
            raise Kept(f"{number} is not on hold.")
        await self._set(row.id, {"held_for": None})

    async def dispose(self, number: str) -> list[int]:
        """Destroy what a case says: its texts and attachments, and payloads and salts of its entries, whose numbers
        are given back. Raises Kept where the case is open, on hold, or disposed of already.
        """
        row = await self._row(number)
        if row.held_for is not None:
            raise Kept(f"{number} is on hold: {row.held_for}. Release it first.")
        if row.is_open:
            raise Kept(f"{number} is still open. Finish it first.")
        await self._empty(row.id)
        table = schema.record
        mine = and_(table.c.library == self._library, table.c.case == number, table.c.kind.not_in(STAYS))
        entries = list(await self._connection.scalars(select(table.c.number).where(mine).order_by(table.c.number)))
        await self._connection.execute(update(table).where(mine).values(payload=None, salt=None))
        return entries

    async def _row(self, number: str) -> Any:
        year, _, serial = number.partition("-")
        if not (year.isdecimal() and serial.isdecimal()):
            raise Kept(f"{number!r} is no case number. Write it as 2026-0042.")
        case = schema.case
        mine = and_(case.c.library == self._library, case.c.year == int(year), case.c.serial == int(serial))
        row = (await self._connection.execute(select(case).where(mine))).one_or_none()
        if row is None:
            raise Kept(f"There is no case {number}.")
        if row.disposed_at is not None:
            raise Kept(f"{number} was disposed of on {row.disposed_at:%Y-%m-%d} already.")
        return row

    async def _set(self, case_id: int, values: dict[str, Any]) -> None:
        mine = and_(schema.case.c.library == self._library, schema.case.c.id == case_id)
        await self._connection.execute(update(schema.case).where(mine).values(values))

    async def _empty(self, case_id: int) -> None:
        """Nothing that anybody said stays in the tables."""
        case, verdict, ruling = schema.case, schema.verdict, schema.ruling
        notice, attachment, likeness = schema.notice, schema.attachment, schema.likeness
        words = [column.name for column in case.c if isinstance(column.type, Text) and column.nullable]
        said = {name: None for name in words if not name.endswith("_by")}
        await self._set(case_id, {**said, "text": GONE, "attachments": [], "disposed_at": self._now})

        def of_case(table: Table) -> ColumnElement[bool]:
            return and_(table.c.library == self._library, table.c.case_id == case_id)

        for row in (await self._connection.execute(select(verdict).where(of_case(verdict)))).all():
            bare = {**row.said, "findings": [], "why": GONE}
            one = and_(of_case(verdict), verdict.c.id == row.id)
            await self._connection.execute(update(verdict).where(one).values(said=bare))
        await self._connection.execute(update(ruling).where(of_case(ruling)).values(reason=GONE))
        of_library = select(case.c.id).where(case.c.library == self._library, case.c.id == case_id)
        await self._connection.execute(delete(likeness).where(likeness.c.case_id == of_library.scalar_subquery()))
        gone = {"state": "disposed", "source": "", "sha256": None, "content": None, "trouble": None}
        await self._connection.execute(update(attachment).where(of_case(attachment)).values(gone))
        silent = {"about": {}, "redraw_at": null(), "drawn": None, "trouble": None}
        mine = of_case(notice)
        await self._connection.execute(update(notice).where(mine).values(silent))
        waiting = and_(mine, notice.c.try_at.is_not(None))
        await self._connection.execute(update(notice).where(waiting).values(rows.settled("dropped", self._now)))


def years_before(now: dt.datetime, years: int) -> dt.datetime:
    """The same day so many years ago; 29 February becomes the 28th."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def keep_years(library: str) -> int | None:
    """The retention period in a library file's text, as JSON; None is forever."""
    years: int | None = json.loads(library).get("record", {}).get("keep_years")
    return years
