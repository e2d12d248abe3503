"""Backup and restore of a SQLite file, whole and checked, also while a desk writes to it.

A PostgreSQL server has its own tools for this (pg_dump), which are better than anything a desk could do.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from bot.database import Unavailable, file_of, named

if TYPE_CHECKING:
    from pathlib import Path

_PARTS = ("", "-wal", "-shm")
"""A SQLite file, and the files beside it that belong to it while it is in use."""
_DATED = re.compile(r"desk-\d{4}-\d\d-\d\dT\d{6}Z\.db")
_SERVER = "{} is a database server's. Back it up and restore it with the server's own tools, such as pg_dump."


def sqlite_file(url: str) -> Path:
    """The file of a SQLite address. Raises Unavailable for a server's, which has tools of its own."""
    file = file_of(url)
    if file is None:
        raise Unavailable(_SERVER.format(named(url)))
    return file


def back_up(source: Path, target: Path) -> None:
    """Write a copy of a database as it stands at this moment, and check it. Raises Unavailable.

    A file that is there already is not written over, and half a copy never stays.
    """
    if target.exists():
        raise Unavailable(f"{target} is there already, and stays as it is. Name another file.")
    if not source.is_file():
        raise Unavailable(f"There is no database at {source}. Check DATABASE_URL.")
    begun = target.with_name(f"{target.name}.part")
    try:
        begun.unlink(missing_ok=True)
        begun.touch(mode=0o600)  # it holds what people wrote: nobody else on this machine reads it
        address = f"{source.as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as here, closing(sqlite3.connect(begun)) as there:
            here.backup(there)
            there.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
        check(begun)
        begun.replace(target)
    except (sqlite3.Error, OSError) as trouble:
        begun.unlink(missing_ok=True)
        raise Unavailable(f"{source} could not be copied to {target}: {trouble}. Nothing was left there.") from None


def copies(folder: Path) -> list[Path]:
    """The dated copies in a folder, oldest first."""
    return sorted(file for file in folder.glob("desk-*.db") if _DATED.fullmatch(file.name))


def back_up_into(source: Path, folder: Path, now: dt.datetime, keep: int) -> tuple[Path, list[Path]]:
    """Write a dated copy into a folder, and take away all but the newest; the copy, and what went. Raises Unavailable.

    Nothing goes before the new copy is there and sound.
    """
    target = folder / f"desk-{now.astimezone(dt.UTC):%Y-%m-%dT%H%M%SZ}.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise Unavailable(f"{folder} can not be made: {trouble.strerror}.") from None
    back_up(source, target)
    gone = copies(folder)[:-keep]
    try:
        for old in gone:
            old.unlink()
    except OSError as trouble:
        raise Unavailable(f"{target} is made, but an old copy can not be taken away: {trouble}.") from None
    return target, gone


def restore(source: Path, target: Path) -> Path | None:
    """Put a backup in a database's place; what stood there is moved aside, and its new name given back.

    No desk may be running on it. Raises Unavailable where the backup is none, or can not be put there.
    """
    check(source)
    aside = None
    if target.exists():
        taken = (target.with_name(f"{target.name}.before-restore-{number}") for number in range(1, 10_000))
        aside = next(name for name in taken if not name.exists())
    fresh = target.with_name(f"{target.name}.restoring")
    fresh.unlink(missing_ok=True)
    back_up(source, fresh)
    try:
        for part in _PARTS if aside else ():
            if (old := target.with_name(target.name + part)).exists():
                old.replace(f"{aside}{part}")
        fresh.replace(target)
    except OSError as trouble:
        raise Unavailable(f"{target} could not be replaced: {trouble}. The restored copy lies at {fresh}.") from None
    return aside


def check(file: Path) -> None:
    """Is this an intact database of ours? Raises Unavailable where it is not."""
    if not file.is_file():
        raise Unavailable(f"There is no file {file}.")
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ours = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as trouble:  # what is damaged may be the words that say so
        raise Unavailable(f"{file} can not be read as a database: {trouble}.") from None
    if not sound:
        raise Unavailable(f"{file} is damaged. Use another backup.")
    if ours == (0,):
        raise Unavailable(f"{file} holds something else than Comment Desk's data.")
