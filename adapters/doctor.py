"""`commentdesk doctor`: what is set up, what is missing, and how to mend it, a line each."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp

from adapters import discord, health, libraries, slack
from adapters.checks import Check, good, mend, read
from adapters.heads import HeadFile
from bot import database, toml
from bot.library import Library
from bot.policy import Policy
from bot.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings

PATIENCE = aiohttp.ClientTimeout(total=10)


async def examine(settings: Settings) -> list[Check]:
    """Look at the files, the database, the desk that runs, and every chat that is set up."""
    library, checks = _file("LIBRARY_FILE", settings.library_file, Library)
    _, more = _file("POLICY_FILE", settings.policy_file, Policy)
    checks += more
    checks += await _database(settings, library)
    if settings.backup_folder:
        checks.append(health.of_backups(settings.backup_folder, dt.datetime.now(dt.UTC)))
    if library:
        checks += health.of_days(library, dt.datetime.now(library.zone).date())
        if settings.health_port:
            known = {check.said for check in checks}
            checks += [check for check in await _running(settings.health_port) if check.said not in known]
        checks += await _chats(settings, library)
    return checks


async def examine_all(settings: Settings, only: str | None = None) -> list[Check]:
    """Look at each library of LIBRARIES_DIR, or at one, by its folder."""
    checks: list[Check] = []
    each: dict[str, Settings] = {}
    for folder in libraries.folders(settings):
        own, problems = libraries.settings_of(folder, settings)
        checks += [mend(problem) for problem in problems if only in {None, folder.name}]
        if own:
            of_all = {"database_url": settings.database_url, "libraries_dir": None}
            each[folder.name] = own.model_copy(update=of_all)
    for folder_name, problems in libraries.shared(each).items():
        checks += [mend(f"{folder_name}: {problem}") for problem in problems if only in {None, folder_name}]
    if not each and not checks:
        checks = [mend(f"LIBRARIES_DIR: {settings.libraries_dir} holds no folder. Make one with `commentdesk init`.")]
    for name, of_one in each.items():
        if only in {None, name}:
            checks += [replace(check, said=f"{name}: {check.said}") for check in await examine(of_one)]
    if settings.health_port and only is None:
        checks += [check for check in await _running(settings.health_port) if check not in checks]
    return checks


def _file(name: str, path: Path | None, kind: type[toml.Checked]) -> tuple[toml.Checked | None, list[Check]]:
    if path is None:
        return None, [mend(f"{name} is not set. `commentdesk init DIR` makes the files to edit.")]
    try:
        return toml.read(path, kind), [good(f"{path} can be read.")]
    except toml.ConfigurationError as error:
        return None, [mend(problem) for problem in error.problems]


async def _database(settings: Settings, library: Library | None) -> list[Check]:
    try:
        url = settings.database("live")
        if not database.is_there(url):
            return [good(f"{database.named(url)} will be made at the first start.")]
        store = await Store.read(url)
    except (database.Unavailable, OSError) as trouble:
        return [mend(str(trouble))]
    try:
        if library is None:
            return [good(f"{database.named(url)} answers.")]
        async with store.look(library.id) as view:
            checks = await health.of_database(url, view, dt.datetime.now(dt.UTC))
            if settings.record_head_file:
                checks.append(await health.of_record(view, HeadFile(settings.record_head_file, library)))
            # Whoever types this may read the database too, so the reasons are theirs to know.
            why = [mend(f"Notice {case}·{number}: {why}") for case, number, why in await view.dead()]
    except database.Unavailable as trouble:
        return [mend(str(trouble))]
    finally:
        await store.close()
    return [*checks, *why]


async def _running(port: int) -> list[Check]:
    """What a running desk says of itself."""
    address = f"http://127.0.0.1:{port}/healthz"
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(address) as answer:
            said = read(await answer.text())
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
        said = []
    return said or [mend(f"No desk answers at {address}. Is `commentdesk run` running?")]


async def _chats(settings: Settings, library: Library) -> list[Check]:
    checks: list[Check] = []
    if settings.console_person:
        member = library.member(settings.console_person)
        fits = member is not None and member.adult
        said = f"CONSOLE_PERSON: {settings.console_person!r} is {'an' if fits else 'no'} adult among the people."
        checks.append(Check(fits, said))
    if settings.slack_bot_token:
        checks += await slack.examine(settings, library)
    if settings.discord_token:
        checks += await discord.examine(settings, library)
    if not checks:
        checks = [mend("No chat is set up, so nobody could reach the desk. The README says how to install one.")]
    return checks
