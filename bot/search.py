"""The search for near-duplicates among all comments on file. Its cost does not grow with their number."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, bindparam, delete, func, insert, select, union_all

from bot import schema
from bot.likeness import BANDS, READ, Likeness

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

OF_A_KEY = COMPARED = 20
"""How many cases are looked at for each key of a text, the newest, and how many of all these are compared with it."""


class Search:
    """The search of one library, within one transaction."""

    def __init__(self, connection: AsyncConnection, library: str) -> None:
        self._connection = connection
        self._library = library

    async def alike(self, text: str) -> list[int]:
        """Row ids of the newest cases, at most twenty, whose comments say much the same; withdrawn ones are none."""
        wanted = Likeness(text)
        keys = wanted.bands(self._library)
        if not keys:
            return []
        given = {f"key_{band}": key for band, key in enumerate(keys)}
        likeliest = await self._connection.execute(_likeliest(), {"library": self._library, **given})
        return [row.id for row in likeliest if wanted.near(Likeness(row.text))]

    async def keep(self, case: Any, text: str, before: str = "") -> None:
        """A case, given as the query for its row id, is found by this text from here on, instead of the one before."""
        table = schema.likeness
        old, new = (set(Likeness(words).bands(self._library)) for words in (before, text))
        if gone := old - new:
            await self._connection.execute(delete(table).where(and_(table.c.key.in_(gone), table.c.case_id == case)))
        if new - old:
            case_id = await self._connection.scalar(select(case))
            await self._connection.execute(insert(table), [{"key": key, "case_id": case_id} for key in new - old])


@cache
def _likeliest() -> Select[Any]:
    """The cases that share the most keys with a text, with the beginnings of their texts; built once, as it is long."""
    case, table = schema.case, schema.likeness
    newest = (
        select(table.c.case_id)
        .where(table.c.key == bindparam(f"key_{band}"))
        .order_by(table.c.case_id.desc())
        .limit(OF_A_KEY)
        .subquery()
        for band in range(BANDS)
    )
    found = union_all(*(select(of_a_key.c.case_id) for of_a_key in newest)).subquery()
    ranked = select(found.c.case_id).group_by(found.c.case_id).order_by(func.count().desc(), found.c.case_id.desc())
    likeliest = ranked.limit(COMPARED).subquery()
    query = select(case.c.id, func.substr(case.c.text, 1, READ).label("text"))
    query = query.join(likeliest, likeliest.c.case_id == case.c.id)
    return query.where(case.c.library == bindparam("library"), case.c.withdrawn_at.is_(None))
