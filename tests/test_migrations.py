"""An older database is brought forward from every version, with all that stood in it, once, and copied first."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot import database, rows, schema
from bot.likeness import Likeness
from bot.screening.finding import Outcome, Verdict
from bot.store import Store
from tests.test_schema import bring_to

if TYPE_CHECKING:
    from pathlib import Path

NOON = dt.datetime(2026, 11, 16, 18, tzinfo=dt.UTC)
WORDS = "Xylophone lessons in the courtyard delighted everybody from kindergarten to pensioners"
SAID = rows.as_json(Verdict(Outcome.KEEP, (), (), "It is fine.", needs_reply=False, urgent=False, confidence=1.0))
KNOWN: dict[str, Any] = {
    "library": "alder-creek",
    "name": "kind",
    "value": "live",
    "case_id": 1,
    "year": 2026,
    "serial": 1,
    "text": WORDS,
    "attachments": [],
    "guidelines": [2],
    "said": SAID,
    "outcome": "remove",
    "done": "hidden",
    "verdicts": 1,
    "number": 1,
    "record_length": 1,
    "withdrawn_at": None,
}
"""What has to mean something; everything else is made up by its column's type."""


def versions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "bot:migrations")
    return sorted(step.revision for step in ScriptDirectory.from_config(config).walk_revisions())


def made_up(column: sa.Column[Any]) -> Any:
    if column.table.name == "library" and column.name == "id":
        return KNOWN["library"]
    if column.name in KNOWN:
        return KNOWN[column.name]
    if column.table.name == "notice" and column.name == "try_at" and column.nullable:
        return None  # it was sent
    match column.type:
        case sa.Boolean():
            return True
        case sa.Integer():
            return 7
        case sa.DateTime():
            return NOON
        case sa.Date():
            return NOON.date()
        case sa.LargeBinary():
            return bytes(16)
        case sa.JSON():
            return {"verdict": 1}
    return "sent" if column.name == "state" else f"a {column.name}"[: getattr(column.type, "length", None) or 99]


def fill(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    """A row in each table there is, and what was put into each."""
    old = sa.MetaData()
    old.reflect(connection, resolve_fks=True)
    put = {}
    for table in (table for table in old.sorted_tables if table.name != "alembic_version"):
        own = {column.name: made_up(column) for column in table.columns if column.name != "id"}
        for column in table.columns:
            if isinstance(column.type, sa.DateTime):
                column.type = schema.UTC()
        if table.name == "library":
            own["id"] = KNOWN["library"]
        if table.name == "likeness":  # what finds the comment, as the desk of that version wrote it
            keys = set(Likeness(WORDS).bands(KNOWN["library"]))
            connection.execute(table.insert(), [{"key": key, "case_id": 1} for key in keys])
            continue
        connection.execute(table.insert().values(own))
        put[table.name] = own
    return put


def stand(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    """The one row of each table."""
    found = {}
    for table in schema.metadata.sorted_tables:
        row = connection.execute(sa.select(table)).mappings().first()
        if row:
            found[table.name] = dict(row)
    return found


async def older(url: str, version: str) -> dict[str, dict[str, Any]]:
    """Make the database that this version made, with a row in each table."""
    engine = database.connect(url)
    async with engine.begin() as connection:
        await connection.run_sync(bring_to, version)
        put = await connection.run_sync(fill)
    await engine.dispose()
    return put


def differences(connection: sa.Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), schema.metadata))


async def hold(url: str, put: dict[str, dict[str, Any]]) -> None:
    """The tables are those that the code knows, and each row has what was put there."""
    engine = database.connect(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        found = await connection.run_sync(stand)
    await engine.dispose()
    put["notice"]["try_at"] = None  # as above, whatever stood there
    for table, row in put.items():
        assert {name: found[table].get(name) for name in row if name in found[table]} == {
            name: value for name, value in row.items() if name in found[table]
        }


@pytest.mark.parametrize("version", versions())
async def test_what_stood_in_each_older_database_stands_in_the_newest(version: str, database: str) -> None:
    put = await older(database, version)
    store = await Store.open(database, "live")
    async with store.look("alder-creek") as view:
        (case,) = await view.cases_since(NOON)
        assert (case.number, case.comment.text, case.done) == ("2026-0001", WORDS, "hidden")
        assert case.ruling is not None
        assert [found.number for found in await view.alike(WORDS)] == ["2026-0001"]
    await store.close()
    await hold(database, put)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_desks_that_start_together_bring_an_older_database_forward_once(database: str) -> None:
    put = await older(database, versions()[0])
    stores = await asyncio.gather(*(Store.open(database, "live") for _ in range(3)))
    for store in stores:
        assert await store.libraries() == ["alder-creek"]
        await store.close()
    await hold(database, put)


async def test_a_file_is_copied_before_it_is_brought_forward(tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    await older(f"sqlite:///{file}", versions()[0])
    await (await Store.open(f"sqlite:///{file}", "live")).close()
    copy = f"{file}.version-{versions()[0]}"
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute('SELECT text FROM "case"').fetchone() == (WORDS,)
        assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == (versions()[0],)
