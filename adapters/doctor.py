"""`commentdesk doctor`: what is set up, what is missing, and how to mend it, a line each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from adapters import closed_days, discord, slack
from adapters.checks import Check, good, mend
from bot import database, toml
from bot.library import Library
from bot.policy import Policy
from bot.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings


async def examine(settings: Settings) -> list[Check]:
    """Look at the files, the database and every chat that is set up."""
    library, checks = _file("LIBRARY_FILE", settings.library_file, Library)
    _, more = _file("POLICY_FILE", settings.policy_file, Policy)
    checks += more
    checks += await _database(settings, library)
    if library:
        today = dt.datetime.now(library.zone).date()
        checks += [good(said) for said in closed_days.unconfirmed(library, today)]
        checks += [mend(said) for said in closed_days.long(library, today)]
        checks += await _chats(settings, library)
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
            return [good(f"{database.named(url)} can be read.")]
        async with store.look(library.id) as view:
            dead = await view.dead()
            due = await view.next_due()
    except database.Unavailable as trouble:
        return [mend(str(trouble))]
    finally:
        await store.close()
    given_up = [
        mend(f"Notice {case}·{number} was given up: {why}. Mend that, then tell the staff of {case}.")
        for case, number, why in dead
    ]
    late = due is not None and due < dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    waiting = [mend("Notices are waiting to go out. Is `commentdesk run` running?")] if late else []
    return [good(f"{database.named(url)} can be read."), *given_up, *waiting]


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
