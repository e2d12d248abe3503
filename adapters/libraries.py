"""Whom a deployment serves: the library of this folder, or each library of the folders in LIBRARIES_DIR.

Each folder there is one as `commentdesk init` makes it: `library.toml`, `policy.toml`, and `.env` with its own tokens.
One whose files do not fit is named, and holds up none of the others.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pydantic import ValidationError

from adapters import discord, slack
from adapters.configured import configured
from adapters.heads import HeadFile
from adapters.session import Served
from bot import toml
from bot.library import Library
from bot.policy import Policy
from config.settings import OF_ALL, LibrarySettings

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.wires import Connection
    from config.settings import Settings

TOKENS = ("slack_bot_token", "slack_app_token", "discord_token")
"""Settings that name one connection: two libraries can not both be at its other end."""


def read(settings: Settings) -> tuple[list[Served], list[str]]:
    """Every library that can be served, and a sentence for each thing that is wrong, with its folder where many are."""
    if settings.libraries_dir is None:
        problems: list[str] = []
        one = _served("", settings, problems)
        return [one] if one and not problems else [], problems
    return _each(settings, settings.libraries_dir)


def folders(settings: Settings) -> list[Path]:
    """The folders in LIBRARIES_DIR, in order; those that begin with a dot are none."""
    place = settings.libraries_dir
    if place is None or not place.is_dir():
        return []
    return sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith("."))


def settings_of(folder: Path, settings: Settings) -> tuple[LibrarySettings | None, list[str]]:
    """A library's own settings, from its `.env` and no environment, and what is wrong with them."""
    try:
        own = LibrarySettings(_env_file=folder / ".env")  # type: ignore[call-arg]  # pydantic-settings takes it
    except (ValidationError, UnicodeDecodeError) as error:
        return None, [f"{folder / '.env'} is not usable: {error}"]
    problems = [
        f"{folder / '.env'}: {name.upper()} is the whole deployment's; take that line out."
        for name in OF_ALL
        if getattr(own, name) is not None
    ]
    files = {name: folder / (getattr(own, name) or default) for name, default in _FILES.items()}
    heads = own.record_head_file or settings.record_head_file
    return own.model_copy(update={**files, "record_head_file": heads}), problems


def shared(each: dict[str, Settings]) -> dict[str, list[str]]:
    """For each folder, a sentence for each token that it shares with another."""
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for folder, settings in each.items():
        for name in TOKENS:
            if token := getattr(settings, name):
                owners[name, token.get_secret_value()].append(folder)
    said: dict[str, list[str]] = defaultdict(list)
    for (name, _), some in owners.items():
        for folder in some if len(some) > 1 else ():
            others = ", ".join(one for one in some if one != folder)
            said[folder].append(
                f"{name.upper()} is also that of {others}: what staff write would reach only one of them, and perhaps "
                "the wrong one. Give each library an app of its own."
            )
    return said


_FILES = {"library_file": "library.toml", "policy_file": "policy.toml"}


def _each(settings: Settings, place: Path) -> tuple[list[Served], list[str]]:
    found: dict[str, Served] = {}
    own: dict[str, Settings] = {}
    said: dict[str, list[str]] = defaultdict(list)
    for folder in folders(settings):
        theirs, said[folder.name] = settings_of(folder, settings)
        if theirs:
            own[folder.name] = theirs
            if one := _served(folder.name, theirs, said[folder.name]):
                found[folder.name] = one
    for folder_name, sentences in shared(own).items():
        said[folder_name] += sentences
    ids: dict[str, list[str]] = defaultdict(list)
    for name, one in found.items():
        ids[one.library.id].append(name)
    for library, names in ids.items():
        for name in names if len(names) > 1 else ():
            others = ", ".join(other for other in names if other != name)
            said[name].append(f'library.toml: id = "{library}" is also that of {others}. Each library has its own.')
    problems = [f"{name}: {sentence}" for name, sentences in said.items() for sentence in sentences]
    if not said:
        problems = [f"LIBRARIES_DIR: {place} holds no folder. `commentdesk init {place}/NAME` makes a library's."]
    return [one for name, one in found.items() if not said[name]], problems


def _served(folder: str, settings: Settings, problems: list[str]) -> Served | None:
    """The library of these settings; what is wrong with it is added to the problems."""
    library = configured(settings.library_file, "LIBRARY_FILE", Library, problems)
    policy = configured(settings.policy_file, "POLICY_FILE", Policy, problems)
    if library and settings.console_person and not ((m := library.member(settings.console_person)) and m.adult):
        problems.append(
            f"CONSOLE_PERSON: {settings.console_person!r} is no adult among the people of {settings.library_file}."
        )
    chats = _chats(settings, library, problems)
    if library is None or policy is None:
        return None
    heads = HeadFile(settings.record_head_file, library) if settings.record_head_file else None
    return Served(library, policy, tuple(chats), heads, folder=folder)


def _chats(settings: Settings, library: Library | None, problems: list[str]) -> list[Connection]:
    """Each chat that is set up; what is wrong with one is added to the problems."""
    if not (settings.console_person or settings.slack_bot_token or settings.discord_token):
        problems.append(
            "No chat is set up, so nobody could reach the desk. Set SLACK_BOT_TOKEN, DISCORD_TOKEN or, for a terminal, "
            "CONSOLE_PERSON in the environment or in .env; the README says how to install each."
        )
    chats: list[Connection] = []
    if library is None:
        return chats
    for token, open_chat in (
        (settings.slack_bot_token, slack.open_chat),
        (settings.discord_token, discord.open_chat),
    ):
        if token is not None:
            try:
                chats.append(open_chat(settings, library))
            except toml.ConfigurationError as error:
                problems += error.problems
    return chats
