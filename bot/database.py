"""Reaching the database: its address, its set-up, its migrations, and its troubles in words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, insert, inspect, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot import schema

if TYPE_CHECKING:
    from collections.abc import Iterator


class Unavailable(Exception):
    """The database can not serve now; the sentence says what to do. Nothing of the change at hand was stored."""


def named(url: str | URL) -> str:
    """A database as a person would call it: SQLite's file, or the address without its password.

    What follows a question mark is left out, for a password may stand there too.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(Path(parsed.database or "").absolute())
    return parsed.set(query={}).render_as_string(hide_password=True)


def file_of(url: str) -> Path | None:
    """SQLite's file, None for a database server. Raises Unavailable where the address is none or names no file."""
    parsed = _address(url)
    return Path(parsed.database or "").absolute() if parsed.get_backend_name() == "sqlite" else None


def is_there(url: str) -> bool:
    """Is there a database file at this address? A server is taken to be there; what it holds, a look at it shows.

    An empty file is none yet: a desk that is killed in its first start leaves one.
    """
    file = file_of(url)
    return file is None or (file.is_file() and file.stat().st_size > 0)


def keep_from_others(file: Path) -> None:
    """Make a new SQLite file that its owner alone can read, for it holds what people wrote; SQLite's logs follow it.

    A file that is there keeps the rights that it was given.
    """
    with suppress(OSError):  # what is wrong with the place, SQLite says in a moment
        file.touch(mode=0o600, exist_ok=False)


def hold_to_kind(url: str | URL, found: str | None, kind: str) -> None:
    """Raises Unavailable where a database is marked as the other kind: a demo's, or a real library's."""
    if found == "live" and kind == "demo":
        raise Unavailable(
            f"{named(url)} is a live database: it holds a library's real record, which the demo leaves alone. "
            "Give the demo another DATABASE_URL."
        )
    if found == "demo" and kind == "live":
        raise Unavailable(
            f"{named(url)} is a demo database, in which anyone could speak as anyone. "
            "Give the desk another DATABASE_URL."
        )


def connect(url: str) -> AsyncEngine:
    """An engine for `url`; nothing is opened yet. Raises Unavailable."""
    try:
        address = _address(url)
        pool = {"pool_size": CONNECTIONS, "max_overflow": 0} if address.get_backend_name() == "postgresql" else {}
        ping = bool(pool)  # a server may have hung up since; a file does not
        # Errors are logged, and what people said is not.
        engine = create_async_engine(address, pool_pre_ping=ping, hide_parameters=True, **pool)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise Unavailable(_NO_ADDRESS) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _address(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise Unavailable(_NO_ADDRESS) from None
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+asyncpg")
    if backend != "sqlite":
        raise Unavailable(_NO_ADDRESS)
    if parsed.database in {None, "", ":memory:"}:
        raise Unavailable("DATABASE_URL names no file, so nothing would be kept. Write sqlite:///desk.db, for example.")
    return parsed.set(drivername="sqlite+aiosqlite")


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the desk begins transactions itself, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in ("busy_timeout = 3000", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A change takes the write lock at once: a read that turns into a write later could not wait for it.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def reading(engine: AsyncEngine) -> AsyncEngine:
    """The engine for reading only: everything in a transaction is seen as of one moment."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(reading=True, isolation_level="REPEATABLE READ")
    return engine.execution_options(reading=True)


def _script() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def is_ours(connection: Connection) -> bool:
    """Is the database one of ours, or empty? Raises Unavailable where it is neither, or newer than this program."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return False
    if "alembic_version" not in tables or "mark" not in tables:
        raise Unavailable(
            f"{named(connection.engine.url)} holds something else than Comment Desk's data. Check DATABASE_URL."
        )
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version not in {step.revision for step in ScriptDirectory.from_config(_script()).walk_revisions()}:
        raise Unavailable(
            f"{named(connection.engine.url)} was written by a newer version of Comment Desk. "
            "Install that version, or a later one; nothing was changed."
        )
    return True


def migrate(connection: Connection, kind: str) -> None:
    """Bring the tables to the newest version and mark them as `kind`.

    Raises Unavailable for the other kind, and where everything was moved elsewhere.
    """
    if connection.dialect.name == "postgresql":
        # Desks that start together take turns; whoever comes second finds the work done.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
    if is_ours(connection):
        marks = {row.name: row.value for row in connection.execute(select(schema.mark))}
        hold_to_kind(connection.engine.url, marks.get("kind"), kind)
        if place := marks.get(MOVED):
            raise Unavailable(
                f"What {named(connection.engine.url)} held was moved to {place}. Give the desk that DATABASE_URL."
            )
    config = _script()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    set_mark(connection, "kind", kind)


async def behind(engine: AsyncEngine) -> str | None:
    """The version of an existing database of ours that is older than this program; None for any other."""

    def look(connection: Connection) -> str | None:
        if not is_ours(connection):
            return None
        version = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())
        return None if version == ScriptDirectory.from_config(_script()).get_current_head() else version

    async with reading(engine).begin() as connection:
        return await connection.run_sync(look)


async def let_readers_in(engine: AsyncEngine) -> None:
    """Let others read a SQLite file while the desk writes (WAL); of a file that is ours, and outside transactions."""
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            raw = await connection.get_raw_connection()
            if raw.driver_connection is not None:
                await raw.driver_connection.execute("PRAGMA journal_mode = WAL")


async def empty_log(engine: AsyncEngine) -> None:
    """Empty SQLite's write-ahead log into its file: the log still holds pages as they were before the last changes."""
    if engine.dialect.name == "sqlite":
        with explained(engine):
            async with engine.connect() as connection:
                raw = await connection.get_raw_connection()
                if raw.driver_connection is not None:
                    await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def set_mark(connection: Connection, name: str, value: str) -> None:
    """Set a mark of the whole database."""
    mine = schema.mark.c.name == name
    if not connection.execute(update(schema.mark).where(mine).values(value=value)).rowcount:
        connection.execute(insert(schema.mark).values(name=name, value=value))


@contextmanager
def explained(engine: AsyncEngine) -> Iterator[None]:
    """Turn what the database driver says into a sentence for whoever runs the desk."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:  # SQLite's own, from what is said to it outside transactions
        said = error.orig if isinstance(error, DBAPIError) else error
        sentence = next((sentence for sign, sentence in _TROUBLES if sign in str(said).lower()), None)
        raise Unavailable((sentence or _UNKNOWN).format(named(engine.url), said)) from error
    except PoolTimeout as error:
        raise Unavailable(_TOO_BUSY.format(named(engine.url))) from error
    except OSError as error:
        if engine.dialect.name != "postgresql" or error.filename is not None:
            raise  # somebody's own file; a server's driver names none where nobody answers
        raise Unavailable(_NOBODY.format(named(engine.url), error.strerror or error)) from error


MOVED = "moved"
"""The mark of a database whose content was moved elsewhere; its value says where."""
READ_ONLY = "The database {} can not be written to. Give the desk the right to write to the file and its folder."
MIGRATING = 20261122
"""The key of the lock under which tables are made and upgraded."""
CONNECTIONS = 20
"""How many connections to a server a desk opens at most; it keeps them all, for opening one is what costs."""
_NO_ADDRESS = (
    "DATABASE_URL is no database address that the desk knows. Write sqlite:///desk.db, for example, or "
    "postgresql://desk:password@host/desk (which takes `pip install '.[postgres]'`)."
)
_UNKNOWN = "The database {} can not be used: {}."
_NOBODY = "The database {} can not be reached: {}. Check DATABASE_URL, and that the server runs."
_TOO_BUSY = "The database {} has too much to do: no connection came free in time. It is tried again."
_TROUBLES = (
    ("locked", "The database {} is locked by another program. Close that program, then try again."),
    ("readonly", READ_ONLY),
    ("unable to open", "The database {} can not be opened. Check that its folder exists and can be written to."),
    ("full", "The disk that holds the database {} is full. Make room, then try again."),
    ("disk i/o", "The disk that holds the database {} can not be written to. It may be full or failing."),
    ("not a database", "{} is not a database. Check DATABASE_URL."),
    ("password authentication", "The database {} refuses the password. Check DATABASE_URL."),
    ("does not exist", "The database {} does not exist. Create it, or check DATABASE_URL."),
    ("permission denied", "The database {} gives the desk no right to its tables. Grant it, or check DATABASE_URL."),
    ("too many", "The database {} has no connection left for the desk. Let it take more, or end other programs."),
    ("connection was closed", "The connection to the database {} was lost. It is tried again."),
    ("connection is closed", "The connection to the database {} was lost. It is tried again."),
    ("malformed", "The database {} is damaged. Stop the desk and restore your last backup."),
)
