"""The health of a running desk, a line each, and a page on this machine's loopback that says it.

A line names cases by their numbers, and never an author, a text or a secret: whoever may open a port of this machine
may read it. `commentdesk doctor` says the same, and why.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from adapters import closed_days
from adapters.checks import Check, good, mend
from bot import backup, database
from bot.toml import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from adapters.heads import HeadFile
    from adapters.wires import Wire
    from bot.library import Library
    from bot.store import Store
    from bot.view import View

Checks = Callable[[], Awaitable[list[Check]]]
LATE = dt.timedelta(minutes=5)
"""A notice that has been due for so long is stuck, or nobody sends it."""
MISSED_TICK = dt.timedelta(seconds=90)
LOST = dt.timedelta(minutes=1)
"""Platforms renew connections by themselves, which takes seconds; longer than this, a chat is lost."""
LEAST_ROOM = 500 * 2**20
"""Bytes that should be free beside the database."""
OLDEST_BACKUP = dt.timedelta(days=2)


async def of_database(url: str, view: View, now: dt.datetime) -> list[Check]:
    """What a database that answers shows of one library."""
    checks = [good(f"{database.named(url)} answers."), *_room(url)]
    dead = await view.dead()
    checks += [
        mend(f"Notice {case}·{number} was given up; `commentdesk doctor` says why. Tell the staff of it yourself.")
        for case, number, _ in dead
    ]
    due = await view.next_due()
    if due is not None and due < now - LATE:
        since = _at(due, now)
        checks.append(mend(f"Notices wait to go out since {since}: no desk runs, or the chat does not take them."))
    elif not dead:
        checks.append(good("Every notice that was due is out."))
    return checks


async def of_record(view: View, heads: HeadFile) -> Check:
    """Does the record still hold the last head that was written down elsewhere?"""
    try:
        last = heads.last()
    except (OSError, ConfigurationError) as trouble:
        return mend(f"RECORD_HEAD_FILE: {trouble}")
    if last is None:
        return good("No head of the record is written down yet; the first one comes with the first entry.")
    if await view.record_link(last.number) == last.link:
        return good(f"The record holds the head that was written down on {last.day} (entry {last.number}).")
    return mend(
        f"The record is not the one whose head was written down on {last.day} (entry {last.number}). "
        "`commentdesk record verify --head FILE` says where they part; restore the last backup that fits."
    )


def of_backups(folder: Path, now: dt.datetime) -> Check:
    """How old is the newest copy?"""
    copies = backup.copies(folder)
    if not copies:
        return mend(f"There is no backup in {folder}. `commentdesk backup` makes one.")
    made = dt.datetime.fromtimestamp(copies[-1].stat().st_mtime, dt.UTC)
    if now - made > OLDEST_BACKUP:
        return mend(f"The last backup in {folder} is of {_at(made, now)}. See that `commentdesk backup` runs nightly.")
    return good(f"The last backup is of {_at(made, now)}.")


def of_days(library: Library, today: dt.date) -> list[Check]:
    """What `library.toml` says of the days to come."""
    unconfirmed = [good(said) for said in closed_days.unconfirmed(library, today)]
    return unconfirmed + [mend(said) for said in closed_days.long(library, today)]


class Health:
    """How a running desk is. `ticked` is when the last tick ended."""

    def __init__(
        self,
        url: str,
        store: Store,
        library: Library,
        wires: Sequence[Wire],
        now: Callable[[], dt.datetime],
        *,
        heads: HeadFile | None = None,
        backups: Path | None = None,
    ) -> None:
        self._url = url
        self._store = store
        self._library = library
        self._wires = wires
        self._now = now
        self._heads = heads
        self._backups = backups
        self._started = now()
        self.ticked = now()

    async def checks(self) -> list[Check]:
        """Everything, as it is known without asking any platform."""
        now = self._now()
        checks = [good(f"The desk has run since {_at(self._started, now)}."), self._tick(now)]
        checks += [self._wire(wire, now) for wire in self._wires]
        try:
            async with self._store.look(self._library.id) as view:
                checks += await of_database(self._url, view, now)
                if self._heads:
                    checks.append(await of_record(view, self._heads))
        except database.Unavailable as trouble:
            checks.append(mend(str(trouble)))
        if self._backups:
            checks.append(of_backups(self._backups, now))
        return checks + of_days(self._library, now.astimezone(self._library.zone).date())

    def _tick(self, now: dt.datetime) -> Check:
        if now - self.ticked > MISSED_TICK:
            return mend(f"The desk last looked at what is due at {_at(self.ticked, now)}: something holds it up.")
        return good(f"The desk looked at what is due {(now - self.ticked).total_seconds():.0f} seconds ago.")

    def _wire(self, wire: Wire, now: dt.datetime) -> Check:
        name, since = wire.name.capitalize(), _at(wire.since, now)
        if wire.listening:
            return good(f"{name}: connected since {since}.")
        if now - wire.since <= LOST:
            return good(f"{name}: connecting since {since}.")
        return mend(
            f"{name}: not connected since {since}; it is tried all the time, and what is due there waits. "
            "`commentdesk doctor` asks it why."
        )


def of_all(each: Mapping[str, Health], unserved: Sequence[str]) -> Checks:
    """The checks of all libraries: what is so of each is said once, all else with its folder before it."""

    async def checks() -> list[Check]:
        found = {folder: await one.checks() for folder, one in each.items()}
        alike = [check for check in next(iter(found.values())) if all(check in some for some in found.values())]
        own = [
            replace(check, said=f"{folder}: {check.said}" if folder else check.said)
            for folder, some in found.items()
            for check in some
            if check not in alike
        ]
        return [*(mend(f"Not served: {said}") for said in unserved), *alike, *own]

    return checks


@asynccontextmanager
async def serving(checks: Checks, port: int) -> AsyncIterator[None]:
    """A page of these, for this machine alone, while the block runs. Raises ConfigurationError where the port is taken.

    Its status is 503 where something has to be mended.
    """

    async def page(_: web.Request) -> web.Response:
        found = await checks()
        status = 200 if all(check.ok for check in found) else 503
        return web.Response(text="".join(f"{check}\n" for check in found), status=status)

    app = web.Application()
    app.add_routes([web.get("/healthz", page)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as trouble:
            problem = f"HEALTH_PORT: {port} can not be opened: {trouble.strerror}. Set another one."
            raise ConfigurationError([problem]) from None
        yield
    finally:
        await runner.cleanup()


def _room(url: str) -> list[Check]:
    file = database.file_of(url)
    if file is None:
        return []
    free = shutil.disk_usage(file.parent).free
    said = f"The disk of the database has {free / 2**30:.1f} GB left."
    return [good(said) if free >= LEAST_ROOM else mend(f"{said} Make room: on a full disk nothing is taken.")]


def _at(time: dt.datetime, now: dt.datetime) -> str:
    """A time for whoever runs the desk, in UTC as the log has it; the day is left out where it is today."""
    time = time.astimezone(dt.UTC)
    return f"{time:%H:%M} UTC" if time.date() == now.astimezone(dt.UTC).date() else f"{time:%Y-%m-%d %H:%M} UTC"
