"""The tables that the migrations make are those that the code knows, and what stood in older ones is kept."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from bot import database
from bot.schema import metadata

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

BEFORE = "0003"
"""The last version whose notices all hang on a case."""


def bring_to(connection: Connection, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", "bot:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def test_migrations_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    with engine.begin() as connection:
        database.migrate(connection, "live")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_notices_of_an_older_database_are_kept(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    with engine.begin() as connection:
        bring_to(connection, BEFORE)
        connection.execute(text("insert into library values ('a', 0, x'00')"))
        columns = "id, library, case_id, number, chat, kind, about, due_at, try_at, state, attempts"
        values = "1, 'a', 7, 3, 'console', 'verdict', '{}', '2026-11-16', '2026-11-16', 'queued', 0"
        connection.execute(text(f"insert into notice ({columns}) values ({values})"))  # noqa: S608 - constants
    with engine.begin() as connection:
        before = {index["name"] for index in inspect(connection).get_indexes("notice")}
        bring_to(connection, "head")
        assert {index["name"] for index in inspect(connection).get_indexes("notice")} >= before
        kept = connection.execute(text("select number, case_id, direct, state from notice")).one()
        assert tuple(kept) == (3, 7, 0, "queued")
    engine.dispose()


def test_a_notice_of_an_older_database_is_tried_when_it_was_to_be(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    with engine.begin() as connection:
        bring_to(connection, "0007")
        connection.execute(text("insert into library values ('a', 0, x'00')"))
        for number, (state, leased_until) in enumerate((("queued", "null"), ("leased", "'12:01'"), ("sent", "null"))):
            columns = "library, case_id, number, chat, kind, about, due_at, try_at, state, attempts, leased_until"
            values = f"'a', 7, {number}, 'slack', 'verdict', '{{}}', '12:00', '12:00', '{state}', 1, {leased_until}"
            connection.execute(text(f"insert into notice ({columns}) values ({values})"))  # noqa: S608 - constants
        bring_to(connection, "head")
        assert connection.execute(text("select try_at from notice order by number")).all() == [
            ("12:00",),
            ("12:01",),
            (None,),
        ]
    engine.dispose()


def test_what_sqlite_says_outside_a_transaction_is_said_in_words(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path / 'desk.db'}")
    with pytest.raises(database.Unavailable, match="is locked by another program"), database.explained(engine):
        raise sqlite3.OperationalError("database is locked")
