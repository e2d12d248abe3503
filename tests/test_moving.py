"""A desk that outgrows its file moves to PostgreSQL, whole, beside the libraries that are there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from bot import record
from bot.chat import Attachment, Comment, Forward, Media, Person, Place, Press
from bot.database import Unavailable
from bot.desk import Desk
from bot.moving import move
from bot.screening import Screening
from bot.store import Store
from tests.conftest import MONDAY
from tests.test_border import Wire
from tests.test_cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.model.classifier import Classifier

JUDY, RUTH = (Person(name, name) for name in ("Judy Ferris", "Ruth Engstrom"))
COMMENTS = ("What time do you open on Saturdays?", "You people are worthless pigs", "Is the copier working again?")
DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


async def worked(folder: Path, library: Library, policy: Policy, classifier: Classifier, comments: int) -> str:
    """A file in which a desk has worked: cases, rulings, a picture, reminders that wait; its address."""
    url = f"sqlite:///{folder / f'{library.id}.db'}"
    store = await Store.open(url, "live")
    wire = Wire()
    wire.files = {"p": Media("image/png", b"\x89PNG\r\n\x1a\n and so on")}
    desk = Desk(store, Screening(policy, library, classifier), [wire])
    await desk.start(MONDAY, alone=True)
    for number, words in enumerate(COMMENTS[:comments]):
        comment = Comment(words, author="Dana Whitlock", attachments=(Attachment("image", "a poster", "p"),))
        await desk.on_comment(Forward(Place("console", "staff", f"m{number}"), JUDY, comment), MONDAY)
    await desk.on_press(Press(Place("console", "staff", "p1"), JUDY, "ask", "1", "May it stay?"), MONDAY)
    await desk.on_press(Press(Place("console", "staff", "p2"), RUTH, "keep", "1", "a plain question"), MONDAY)
    await store.close()
    return url


async def kept(url: str, library: Library) -> tuple[object, ...]:
    """All that a library has in a database, as its people and its record see it."""
    store = await Store.read(url)
    async with store.look(library.id) as view:
        cases = await view.cases_since(MONDAY - DAY)
        verified = await record.verify(view.record(), *await view.record_head())
        entries = [entry async for entry in view.record()]
        media = [await view.media(case.number) for case in cases]
        alike = [[found.number for found in await view.alike(case.comment.text)] for case in cases]
        facts = (cases, entries, media, alike, await view.next_due(), await view.editions(), verified)
    await store.close()
    return facts


@pytest.fixture
def other(library: Library) -> Library:
    """Another library, with the same people."""
    return library.model_copy(update={"id": "birch-lake"})


async def test_two_desks_move_into_one_database_and_go_on(
    database: str, tmp_path: Path, library: Library, other: Library, policy: Policy, classifier: Classifier
) -> None:
    for one, comments in ((library, 3), (other, 2)):
        url = await worked(tmp_path, one, policy, classifier, comments)
        before = await kept(url, one)
        assert list(await move(url, database)) == [one.id]
        assert await kept(database, one) == before
    store = await Store.open(database, "live")
    for one, number in ((library, "2026-0004"), (other, "2026-0003")):
        wire = Wire()
        desk = Desk(store, Screening(policy, one, classifier), [wire])
        await desk.start(MONDAY, alone=False)
        await desk.on_comment(Forward(Place("console", "staff", "new"), JUDY, Comment("Do you lend seeds?")), MONDAY)
        assert f"thread:{number}·1" in wire.shown
        await desk.on_tick(MONDAY + DAY)
        about = {notice.id.partition("·")[0] for notice in wire.shown.values()}
        assert "2026-0001" in about, "reminders of what was moved go on"
        async with store.look(one.id) as view:
            assert (await record.verify(view.record(), *await view.record_head()))[1] is None
    await store.close()


async def test_no_desk_starts_on_what_was_moved(
    database: str, tmp_path: Path, library: Library, policy: Policy, classifier: Classifier
) -> None:
    url = await worked(tmp_path, library, policy, classifier, 1)
    await move(url, database)
    with pytest.raises(Unavailable, match=r"was moved to postgresql.* Give the desk that DATABASE_URL"):
        await Store.open(url, "live")


async def test_a_library_that_is_there_is_not_moved_again(
    database: str, tmp_path: Path, library: Library, policy: Policy, classifier: Classifier
) -> None:
    url = await worked(tmp_path, library, policy, classifier, 1)
    (tmp_path / "twin").mkdir()
    twin = await worked(tmp_path / "twin", library, policy, classifier, 2)
    await move(url, database)
    before = await kept(database, library)
    with pytest.raises(Unavailable, match=r"holds alder-creek already\. Nothing was moved"):
        await move(twin, database)
    assert await kept(database, library) == before
    await (await Store.open(twin, "live")).close()


async def test_a_desk_that_was_moved_is_started_on_the_server(database: str, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.environment |= {"CONSOLE_PERSON": "Judy Ferris", "DATABASE_URL": "sqlite:///desk.db"}
    shell.run("init", ".")
    shell.run("run", typed=f"{COMMENTS[0]}\n")
    moved = shell.run("move", database)
    assert moved.returncode == 0, moved.stderr
    assert "alder-creek: " in moved.stdout
    assert "Set DATABASE_URL to that address" in moved.stdout
    again = shell.run("run", typed="/open\n")
    assert again.returncode == 1
    assert "was moved to postgresql://" in again.stderr
    shell.environment["DATABASE_URL"] = database
    assert "Open cases: 1" in shell.run("run", typed="/open\n").stdout
    assert shell.run("record", "verify").returncode == 0


async def test_only_a_file_moves_and_only_to_a_server(database: str, tmp_path: Path) -> None:
    file = f"sqlite:///{tmp_path / 'desk.db'}"
    for source, target in ((database, file), (file, file), (database, database)):
        with pytest.raises(Unavailable, match="from a SQLite file to a postgresql:// address"):
            await move(source, target)
    with pytest.raises(Unavailable, match="There is no database"):
        await move(file, database)
