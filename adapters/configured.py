"""What every command needs: settings, files and databases, and a way to say what has to be mended."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

from bot import database, toml
from bot.store import Store
from config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Trouble(click.ClickException):
    """Something a person has to mend; each line is one thing. Exit status 1."""

    def show(self, file: object = None) -> None:  # noqa: ARG002 - the signature is click's
        """Say it on standard error."""
        click.echo(self.message, err=True)


def settings_of_this_place() -> Settings:
    """The settings of the environment and of this folder's .env. Raises Trouble where one is not usable."""
    try:
        return Settings()
    except (ValidationError, UnicodeDecodeError) as error:
        raise Trouble(f"A setting in the environment or in .env is not usable: {error}") from None


def database_of(settings: Settings, kind: str) -> str:
    """The database's address, "demo" or "live". Raises Trouble where its folder can not be made."""
    try:
        return settings.database(kind)
    except OSError as error:
        raise Trouble(
            f"{error.filename}: can not be made: {error.strerror}. Set DATABASE_URL to another place."
        ) from None


def configured(path: Path | None, name: str, kind: type[toml.Checked], problems: list[str]) -> toml.Checked | None:
    """A configuration file as its setting names it; what is wrong with it is added to the problems."""
    if path is None:
        problems.append(f"{name} is not set. `commentdesk init DIR` makes the files to edit; then run it there.")
        return None
    try:
        return toml.read(path, kind)
    except toml.ConfigurationError as error:
        problems += error.problems
        return None


@asynccontextmanager
async def reading(kind: str, library: str | None) -> AsyncIterator[tuple[Store, str]]:
    """An existing database and the library meant in it. Raises Trouble where it can not be told which."""
    settings = settings_of_this_place()
    url = database_of(settings, kind)
    if kind == "live" and not database.is_there(url) and database.is_there(database_of(settings, "demo")):
        raise Trouble(f"There is no database at {database.named(url)}. For the demo's record add --demo.")
    store = await Store.read(url)
    try:
        libraries = await store.libraries()
        if library is None and len(libraries) == 1:
            library = libraries[0]
        if library not in libraries:
            known = f"It has: {', '.join(libraries)}. Name one with --library." if libraries else "It has none yet."
            raise Trouble(f"The database has no library {library!r}. {known}" if library else known)
        yield store, library
    finally:
        await store.close()
