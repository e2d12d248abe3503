"""What fuzzing has found, each held by name."""

from __future__ import annotations

import datetime as dt
import io
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import discord
import pytest
from click.testing import CliRunner

from adapters import batch, dates, heads
from adapters.cli import main
from adapters.discord import cards, incoming
from bot import backup, record, toml
from bot.chat import Card, Line
from bot.database import Unavailable
from bot.library import Library
from bot.screening.finding import Outcome, Verdict
from bot.toml import ConfigurationError
from tests.conftest import CONFIG
from tests.fuzz import samples

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.policy import Policy

NOW = dt.datetime(2026, 11, 16, 17, tzinfo=dt.UTC)
FINE = Verdict(Outcome.KEEP, (), (), "It is fine.", needs_reply=False, urgent=False, confidence=0.9)


@pytest.mark.parametrize(("words", "zone"), [("9999-12-31 23:59", "America/Chicago"), ("0001-01-01", "Asia/Tokyo")])
def test_the_ends_of_the_calendar_are_no_times(words: str, zone: str) -> None:
    assert dates.past_time(words, NOW, ZoneInfo(zone)) is None
    assert dates.coming_time(words, NOW, ZoneInfo(zone)) is None


def test_the_last_day_of_the_calendar_has_no_end_elsewhere() -> None:
    assert dates.end_of_day("9999-12-31", NOW, ZoneInfo("America/Chicago")) is None


@pytest.mark.parametrize("day", ["2026-13-45", "٢٠٢٦-١١-١٦", "0000-00-00"])
def test_a_head_of_no_day_is_named_by_its_line(day: str, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    file.write_text(f"2026-11-16 lib 1 {'0f' * 32}\n{day} lib 412 {'9f' * 32}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"heads\.txt:2: is no line such as"):
        heads.read(file, "lib")


def test_a_number_of_too_many_digits_is_named_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "library.toml"
    file.write_text(f"programmes = {'9' * 5000}", encoding="ascii")
    with pytest.raises(ConfigurationError, match=r"library\.toml: is not valid TOML"):
        toml.read(file, Library)


def test_a_file_that_discord_gives_no_address_of_is_kept_without_its_bytes() -> None:
    files = [
        {"id": "5", "filename": "message.txt", "size": 1, "url": None, "proxy_url": None, "content_type": "text/plain"}
    ]
    client = discord.Client(intents=discord.Intents.none())
    channel = client.get_partial_messageable(200)
    data: Any = {**samples.DISCORD, "attachments": files}
    message = discord.Message(state=client._connection, channel=channel, data=data)  # noqa: SLF001 - what builds its messages
    assert incoming.long_texts(message) == []
    comment, _ = incoming.comment_in(message, 300)
    assert [file.source for file in comment.storable().attachments] == [""]


def test_a_damaged_name_in_a_backup_is_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE txyz (a)")
    file.write_bytes(file.read_bytes().replace(b"CREATE", b"CREATX").replace(b"txyz", b"t\x80yz"))
    with pytest.raises(Unavailable, match=r"backup\.db can not be read as a database"):
        backup.check(file)


@pytest.mark.parametrize("arguments", [["init"], ["record", "pack", "--out"], ["backup"], ["screen", "-"]])
def test_a_file_name_that_is_too_long_is_said(arguments: list[str], tmp_path: Path) -> None:
    env = {"DATABASE_URL": f"sqlite:///{tmp_path / 'desk.db'}", "LIBRARY_FILE": str(CONFIG / "library.toml")}
    result = CliRunner().invoke(main, [*arguments, "9" * 5000], env=env)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in {1, 2}


def test_a_number_of_too_many_digits_is_a_broken_line() -> None:
    said: list[str] = []
    content = b'{"id": %s, "comment": "Hi"}\n{"id": 2, "comment": "Hi"}\n' % (b"9" * 5000)
    rows = batch.rows(
        io.BytesIO(content), batch.Row, lambda _: None, lambda number, why: said.append(f"{number} {why}")
    )
    assert [row.id for row in rows] == [2]
    assert len(said) == 1
    assert said[0].startswith("1 is not JSON")


def test_an_id_of_half_a_sign_can_be_written(policy: Policy) -> None:
    (row,) = batch.rows(io.BytesIO(b'{"id": "\\ud800", "comment": "Hi"}'), batch.Row, lambda _: None, lambda *_: None)
    assert json.loads(batch.line(row, FINE, policy).encode())["id"] == "?"


@pytest.mark.parametrize("said", [{"by": "x"}, {"entries": 5}, {"entries": [None, {}]}, [], None])
async def test_a_disposal_that_names_nothing_loses_no_entry(said: object) -> None:
    one = record.entry("lib", 1, record.GENESIS, NOW, kind=record.DISPOSAL, case=None, said=said)

    async def entries() -> AsyncIterator[record.Entry]:
        yield one

    assert await record.verify(entries(), 1, one.link) == (1, None)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_an_entry_changed_to_no_json_is_exported_as_text(form: str) -> None:
    one = record.entry("lib", 1, record.GENESIS, NOW, kind="comment", case=None, said={})

    async def entries() -> AsyncIterator[record.Entry]:
        yield record.Entry(**{name: getattr(one, name) for name in one.__slots__} | {"payload": "{no json"})

    out = io.StringIO()
    assert await record.export(entries(), form, out) == 1
    assert "{no json" in out.getvalue()


@pytest.mark.parametrize("left", range(15, 60))
def test_a_label_longer_than_the_room_that_is_left_ends_the_card(left: int) -> None:
    long = Line("x" * (cards.DESCRIPTION - left), quoted=True)
    last = Line("Hi " * 900, "What the director wants to know", quoted=True)
    shown = cards.show(Card("A case", (long, last)))
    assert shown.embed
    assert len(shown.embed.description or "") <= cards.DESCRIPTION
