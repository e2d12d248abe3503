"""The command line, and the only wiring: settings to library and policy, those to a desk, the desk to its chats."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import secrets
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import click

from adapters import closed_days, judging, libraries, logs, records, session
from adapters.configured import Trouble, database_of, settings_of_this_place
from adapters.doctor import examine, examine_all
from bot import backup, database, moving, toml
from bot.library import Library, Role
from bot.policy import Policy
from bot.privacy import Mask, Pseudonyms
from bot.store import Store
from config.settings import NAMES, SAMPLES


class _Speaking(click.Group):
    """Says what the desk can not work with in words, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (database.Unavailable, toml.ConfigurationError) as error:
            raise Trouble(str(error)) from None
        except OSError as error:
            if error.filename is None:  # no file that somebody named
                raise
            raise Trouble(f"{str(error.filename)[:200]}: can not be used: {error.strerror}.") from None


@click.group(cls=_Speaking, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="comment-desk", prog_name="commentdesk")
def main() -> None:
    """Comment Desk: a library's comment guidelines, applied with care.

    Exit status: 0 done, 1 something has to be mended (said in a line each), 2 the command was mistyped.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without the letters shows a sign in their place


@main.command()
def demo() -> None:
    """Try the desk in this terminal, or through a pipe, with a sample library."""
    settings = settings_of_this_place()
    library = toml.read(settings.library_file or SAMPLES / "library.toml", Library)
    policy = toml.read(settings.policy_file or SAMPLES / "policy.toml", Policy)
    speaker = next((m for m in library.people if m.role is Role.STAFF and m.adult), library.director)
    served = [session.Served(library, policy)]
    refused = asyncio.run(session.run(database_of(settings, "demo"), "demo", served, speaker.name))
    sys.exit(1 if refused else 0)


@main.command()
def run() -> None:
    """Run the desk for a real library, or for each of LIBRARIES_DIR: starts each chat that is set up.

    It stops at SIGTERM or Ctrl-C within ten seconds, and at a second one at once; what is on its way then is looked up
    at the next start. Exit status: 0 it was told to stop, or the terminal's lines ended, and all is handed over;
    1 something has to be mended, or it had to break off; 2 the command was mistyped.
    """
    settings = settings_of_this_place()
    served, problems = libraries.read(settings)
    url = database_of(settings, "live")
    try:
        asyncio.run(_hold_to_kind(url, "live"))
    except database.Unavailable as error:
        served, problems = [], [*problems, str(error)]
    if not served:
        raise Trouble("\n".join(problems))
    for said in problems:
        click.echo(f"Not served: {said}", err=True)
    for one in served:
        for said in closed_days.long(one.library, dt.datetime.now(one.library.zone).date()):
            click.echo(f"{one.folder}: {said}" if one.folder else said, err=True)
    key = settings.log_key.get_secret_value().encode() if settings.log_key else secrets.token_bytes(32)
    # Libraries that mask alike share what is known of authors: each line of the log is looked through once for them.
    names = {toml.text(one.library.privacy): Pseudonyms(key, Mask(one.library.privacy)) for one in served}
    served = [replace(one, names=names[toml.text(one.library.privacy)]) for one in served]
    person = None if settings.libraries_dir else settings.console_person
    logs.discreet(*names.values(), quiet=person is not None)
    care = session.Care(settings.health_port, settings.backup_folder, problems)
    refused = asyncio.run(session.run(url, "live", served, person, care))
    sys.exit(1 if refused else 0)


@main.command()
@click.option("--library", "folder", metavar="NAME", help="Of LIBRARIES_DIR, only the library of this folder.")
def doctor(folder: str | None) -> None:
    """Look at the files, the database and each chat, and say in a line each what to mend; status 1 if anything."""
    settings = settings_of_this_place()
    if folder and not (settings.libraries_dir and (settings.libraries_dir / folder).is_dir()):
        raise Trouble(f"--library: LIBRARIES_DIR has no folder {folder!r}.")
    checks = asyncio.run(examine_all(settings, folder) if settings.libraries_dir else examine(settings))
    for check in checks:
        click.echo(check)
    sys.exit(0 if all(check.ok for check in checks) else 1)


@main.command()
@click.argument("year", metavar="[YEAR]", required=False, type=click.IntRange(2000, 2100))
def holidays(year: int | None) -> None:
    """Propose closed days for library.toml from the holidays of the library's state; what you paste there decides."""
    settings = settings_of_this_place()
    library = toml.read(settings.library_file or SAMPLES / "library.toml", Library)
    today = dt.datetime.now(library.zone).date()
    click.echo(closed_days.proposed(library, year or closed_days.next_to_confirm(today)))


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Copy the sample configuration to DIR, to be edited. Nothing is overwritten."""
    there = [str(folder / name) for name in NAMES.values() if (folder / name).exists()]
    if there:
        raise Trouble(f"{', '.join(there)}: is there already, and stays as it is. Choose an empty folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sample, name in NAMES.items():
            shutil.copyfile(SAMPLES / sample, folder / name)
        (folder / NAMES["example.env"]).chmod(0o600)  # the chats' tokens will stand in it
    except OSError as error:
        raise Trouble(f"{folder}: can not be written: {error.strerror}.") from None
    click.echo(f"Edit {folder / 'library.toml'} first, then {folder / 'policy.toml'} and {folder / '.env'}.")
    click.echo(f"Then: cd {folder} && commentdesk run")


@main.command("backup")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--keep", metavar="N", default=30, type=click.IntRange(1), help="How many dated copies stay (30).")
def back_up(file: Path | None, keep: int) -> None:
    """Copy the desk's database to FILE, checked, also while the desk runs.

    Without FILE the copy gets a dated name in BACKUP_FOLDER, and of the dated copies there the newest N stay.
    """
    settings = settings_of_this_place()
    source = backup.sqlite_file(database_of(settings, "live"))
    if file is not None:
        backup.back_up(source, file.absolute())
    elif settings.backup_folder is not None:
        folder = settings.backup_folder.absolute()
        file, gone = backup.back_up_into(source, folder, dt.datetime.now(dt.UTC), keep)
        for old in gone:
            click.echo(f"{old} is taken away.")
    else:
        raise Trouble("Name a FILE, or set BACKUP_FOLDER to the folder where dated copies are to lie.")
    click.echo(f"{source} is copied to {file}.")


@main.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in the place of the desk's database. Stop the desk first; what stood there is moved aside."""
    target = backup.sqlite_file(database_of(settings_of_this_place(), "live"))
    with session.alone(database_of(settings_of_this_place(), "live")):
        aside = backup.restore(file.absolute(), target)
    click.echo(f"{target} is as it was in {file}." + (f" What stood there is in {aside}." if aside else ""))


@main.command("move")
@click.argument("address", metavar="ADDRESS")
def move(address: str) -> None:
    """Move the desk from its SQLite file to the PostgreSQL database at ADDRESS. Stop the desk first.

    Other libraries may be there already. Where the address names no password, PGPASSWORD or ~/.pgpass does.
    """
    source = database_of(settings_of_this_place(), "live")
    with session.alone(source):
        found = asyncio.run(moving.move(source, address))
    for library, (count, trouble) in found.items():
        click.echo(f"{library}: {count:,} entries of the record fit." + (f" Then {trouble}." if trouble else ""))
    click.echo(f"All is at {database.named(address)}. Set DATABASE_URL to that address, and start the desk.")
    click.echo(f"{database.named(source)} stays as it was; no desk starts on it any more.")


async def _hold_to_kind(url: str, kind: str) -> None:
    """Refuse an existing database of the other kind before anything else; one that does not exist is not made."""
    if database.file_of(url) is not None and database.is_there(url):
        store = await Store.read(url)
        try:
            database.hold_to_kind(url, await store.mark("kind"), kind)
        finally:
            await store.close()


# The other commands stand in files of their own.
for _command in (judging.screen, judging.bench, judging.mirror, records.record_commands):
    main.add_command(_command)
