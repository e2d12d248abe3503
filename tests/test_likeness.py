"""Near-duplicates: what is seen through, what is not alike, and how they are found among what is on file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData

from bot import database, rows
from bot.case import Case
from bot.chat import Comment, Place
from bot.likeness import Likeness
from bot.screening.finding import Outcome, Verdict
from bot.store import Marks, Store
from tests.conftest import MONDAY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Connection

    from tests.conftest import Talk

NOTE = (
    "The new self-checkout machines at the branch eat my receipts, and the clerk told me that nobody has keys for them."
)
texts = st.lists(st.sampled_from(NOTE.split()) | st.text(max_size=12), max_size=30).map(" ".join)


def found_by_key(one: str, other: str) -> bool:
    return bool(set(Likeness(one).bands("here")) & set(Likeness(other).bands("here")))


@pytest.mark.parametrize(
    "copy",
    [
        "Nobody has keys for them, the clerk told me. The new self-checkout machines at the branch eat my receipts!!",
        NOTE.upper(),
        NOTE.replace("e", "3").replace("o", "0"),
        NOTE.replace("a", "а").replace("e", "е").replace("c", "с"),  # Cyrillic
        NOTE.replace(" ", "  ").replace("machines", "m\u200bachines").replace("branch", "b r a n c h"),
        NOTE.replace("receipts", "reciepts").replace("machines", "machinnes"),
        f"{NOTE} 715-555-0142",
        f"{NOTE} Shame!",
        NOTE.replace("told me", "said").replace("clerk", "lady"),
    ],
)
def test_a_copy_is_seen_through_its_changes(copy: str) -> None:
    assert Likeness(NOTE).near(Likeness(copy))
    assert found_by_key(NOTE, copy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What time do you open on Saturday?", "What time do you open on Sunday?"),
        ("Is the toddler story time on Monday canceled?", "Is the teen craft time on Monday full?"),
        ("The clerk told me that nobody has the keys.", NOTE),
        ("Vote NO on Measure K, it is a tax grab!", "Is Measure K a vote on a tax, and when is it?"),
    ],
)
def test_what_only_sounds_alike_is_not_near(one: str, other: str) -> None:
    assert not Likeness(one).near(Likeness(other))


@pytest.mark.parametrize(
    "words", ["", "🔥🔥🔥", "Thank you so much!!!", "¡Muchas gracias a todos!", "555 0142", "wow", "When do you open?"]
)
def test_what_anybody_may_write_is_like_nothing(words: str) -> None:
    assert Likeness(words).bands("here") == []


@given(text=texts, data=st.data())
def test_a_new_order_of_words_changes_nothing(text: str, data: st.DataObject) -> None:
    words = [word for word in text.split() if word.isalpha()]
    shuffled = data.draw(st.permutations(words))
    one, other = (Likeness(", ".join(some)) for some in (words, shuffled))
    assert one.own == other.own
    assert one.bands("here") == other.bands("here")
    assert not one.telling or one.near(other)


@given(one=texts, other=texts)
def test_being_near_goes_both_ways(one: str, other: str) -> None:
    assert Likeness(one).near(Likeness(other)) == Likeness(other).near(Likeness(one))


@given(text=texts)
def test_keys_fit_the_database_and_are_a_librarys_own(text: str) -> None:
    keys = Likeness(text).bands("here")
    assert all(-(2**31) <= key < 2**31 for key in keys)
    assert bool(keys) == Likeness(text).telling
    assert not set(keys) & set(Likeness(text).bands("elsewhere"))


VERDICT = Verdict(Outcome.KEEP, (), (), "It breaks no guideline.", needs_reply=False, urgent=False, confidence=1.0)


async def put(store: Store, *texts: str, library: str = "here") -> None:
    """Put comments on file, unscreened."""
    async with store.change(library, MONDAY) as change:
        for words in texts:
            number = await change.next_number(2026)
            place = Place("console", "", number)
            case = Case(number, place, Comment(words), "", MONDAY, VERDICT, 1, MONDAY, MONDAY, wants_reply=False)
            await change.add_case(case)
            await change.add_verdict(case, Marks("", "", ""))


async def alike(store: Store, words: str, library: str = "here") -> list[str]:
    async with store.look(library) as view:
        return [case.comment.text for case in await view.alike(words)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = await Store.open(f"sqlite:///{tmp_path / 'desk.db'}", "live")
    yield one
    await one.close()


async def test_the_newest_copies_come_first_and_are_not_countless(store: Store) -> None:
    await put(
        store, NOTE, *(f"{NOTE} {'!' * i}" for i in range(60)), "Is the book sale on Friday or Saturday this year?"
    )
    found = await alike(store, NOTE.upper())
    assert found == [f"{NOTE} {'!' * i}" for i in reversed(range(40, 60))]


async def test_a_copy_is_found_behind_many_comments_of_the_same_kind(store: Store) -> None:
    kinds = [f"The {thing} machines at the {place} are broken" for thing in "abcdefghij" for place in "vwxyz"]
    await put(store, NOTE, *(f"{kind} again, number {i}" for i in range(3) for kind in kinds))
    assert await alike(store, NOTE.replace("e", "3")) == [NOTE]


async def test_one_library_never_sees_anothers_comments(store: Store) -> None:
    await put(store, NOTE, library="elsewhere")
    assert await alike(store, NOTE) == []
    assert await alike(store, NOTE, "elsewhere") == [NOTE]


async def test_a_comment_is_found_by_the_words_it_has_last(store: Store) -> None:
    await put(store, "What is in the picture nobody knows yet.")
    async with store.change("here", MONDAY) as change:
        case = await change.case(None, 1)
        assert case
        typed = replace(case, comment=Comment(NOTE))
        await change.save(typed)
        for before, after in ((case, typed), (typed, case), (case, typed)):
            await change.find_by_words(after, before.comment.text)
    assert await alike(store, NOTE) == [NOTE]
    assert await alike(store, case.comment.text) == []


async def test_what_was_withdrawn_is_like_nothing(talk: Talk) -> None:
    await talk.say(NOTE, "/withdraw 1 it was a colleague's own", NOTE)
    assert (await talk.case(2)).linked is None


def older(connection: Connection) -> None:
    """A database as the first version left it, with one comment."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    command.upgrade(config, "0001")
    tables = MetaData()
    tables.reflect(connection)
    times = dict.fromkeys(("forwarded_at", "target", "deadline"), MONDAY)
    words = dict.fromkeys(("chat", "channel", "message", "forwarded_by", "fingerprint"), "")
    facts = {"wants_reply": False, "is_open": False, "reply_due": False, "attachments": [], "text": NOTE}
    case = {"library": "here", "year": 2026, "serial": 1, "verdicts": 1, **times, **words, **facts}
    hashes = dict.fromkeys(("policy_hash", "library_hash", "engine_hash"), "")
    verdict = {"library": "here", "case_id": 1, "number": 1, "at": MONDAY, "said": rows.as_json(VERDICT), **hashes}
    connection.execute(tables.tables["library"].insert().values(id="here", record_length=0, record_head=b""))
    connection.execute(tables.tables["case"].insert().values(case))
    connection.execute(tables.tables["verdict"].insert().values(verdict))


async def test_an_old_database_gets_its_keys(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    engine = database.connect(url)
    async with engine.begin() as connection:
        await connection.run_sync(older)
    await engine.dispose()
    store = await Store.open(url, "live")
    assert await alike(store, NOTE.upper()) == [NOTE]
    await put(store, f"{NOTE}!")
    assert await alike(store, NOTE) == [f"{NOTE}!", NOTE]
    await store.close()
    before = await Store.read(f"sqlite:///{tmp_path / 'desk.db.version-0001'}")
    assert await before.libraries() == ["here"], "a copy of the old database lies beside it"
    await before.close()
