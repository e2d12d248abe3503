"""Moving a desk from its SQLite file to a database server: whole, checked, and beside the libraries that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, func, insert, select, text

from bot import database, record, schema
from bot.database import Unavailable
from bot.store import Store
from bot.view import View

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

TOGETHER = 200
"""Rows that are held in memory at once; an attachment is a row."""
TABLES: Sequence[Table] = [table for table in schema.metadata.sorted_tables if table is not schema.mark]
"""In an order in which what a row hangs on comes before it."""
COUNTED: Sequence[Table] = [table for table in TABLES if "id" in table.c and isinstance(table.c.id.type, Integer)]
"""Tables whose rows the database numbers; a row elsewhere names a case by its number as `case_id`."""


async def move(source: str, target: str) -> dict[str, tuple[int, str | None]]:
    """Copy everything of a SQLite file into a PostgreSQL database, in one transaction. Raises Unavailable.

    No desk may run on the file; changes of the libraries on the target wait until it is done. Gives for each library
    what its record says of itself, there as in the file: how many entries fit, and a sentence about the first that
    does not. The file stays, and no desk starts on it any more.
    """
    if database.file_of(source) is None or database.file_of(target) is not None:
        raise Unavailable("A desk is moved from a SQLite file to a postgresql:// address, and no other way.")
    if not database.is_there(source):
        raise Unavailable(f"There is no database at {database.named(source)}. Check DATABASE_URL.")
    libraries = await _libraries(source)
    if both := sorted({*libraries} & {*await _libraries(target)}):
        raise Unavailable(f"{database.named(target)} holds {', '.join(both)} already. Nothing was moved.")
    return await _copy(source, target, libraries)


async def _libraries(url: str) -> list[str]:
    """What libraries a database holds, once it is brought forward: both have to be of one version."""
    store = await Store.open(url, "live")
    try:
        return await store.libraries()
    finally:
        await store.close()


async def _copy(source: str, target: str, libraries: Sequence[str]) -> dict[str, tuple[int, str | None]]:
    here, there = database.connect(source), database.connect(target)
    try:
        with database.explained(there):
            async with there.begin() as connection:
                await _fill(here, connection)
                found = await _fitting(connection, libraries)
                with database.explained(here):
                    async with database.reading(here).begin() as old:
                        if found != await _fitting(old, libraries):
                            raise Unavailable("What came over is not what was sent. Nothing was moved.")
        with database.explained(here):
            async with here.begin() as old:
                await old.run_sync(database.set_mark, database.MOVED, database.named(target))
    finally:
        await here.dispose()
        await there.dispose()
    return found


async def _fill(here: AsyncEngine, there: AsyncConnection) -> None:
    """Copy all rows, with ids that follow those that are there."""
    # Every change begins at this table, so that none is under way while rows are numbered.
    await there.execute(text("LOCK TABLE library IN EXCLUSIVE MODE"))
    after = {table.name: int(await there.scalar(select(func.max(table.c.id))) or 0) for table in COUNTED}
    for table in TABLES:
        async for rows in _batches(here, table):
            await there.execute(insert(table), [_numbered(row, table, after) for row in rows])
    for table in COUNTED:
        last = select(func.max(table.c.id)).scalar_subquery()
        name = there.dialect.identifier_preparer.format_table(table)
        await there.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), last)))


def _numbered(row: dict[str, Any], table: Table, after: dict[str, int]) -> dict[str, Any]:
    """A row with its ids counted on from the last that were there."""
    counted = {"id": after[table.name]} if table in COUNTED else {}
    if row.get("case_id") is not None:
        counted["case_id"] = after[schema.case.name]
    return {**row, **{name: row[name] + last for name, last in counted.items()}}


async def _batches(engine: AsyncEngine, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    with database.explained(engine):
        async with database.reading(engine).begin() as connection, connection.stream(select(table)) as found:
            async for some in found.mappings().partitions(TOGETHER):
                yield [dict(row) for row in some]


async def _fitting(connection: AsyncConnection, libraries: Sequence[str]) -> dict[str, tuple[int, str | None]]:
    """What each library's record says of itself."""
    views = {library: View(connection, library) for library in libraries}
    return {library: await record.verify(view.record(), *await view.record_head()) for library, view in views.items()}
