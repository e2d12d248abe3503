"""Retention: what may go goes wholly, what is on hold stays, and the chain is whole either way."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import TYPE_CHECKING

from bot.retention import years_before
from tests.test_cli import Shell, shell

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shell"]
WORDS = "Xylophone lessons were wonderful, thank you Dana Whitlock"
REASON = "seven years are over"


def said(shell: Shell) -> str:
    year = dt.datetime.now(dt.UTC).year
    shell.run("demo", typed=f"/author Quentin Marsh\n{WORDS}\nWhat time do you open on Saturdays?\n")
    return f"{year}-0001"


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_disposal_destroys_content_and_leaves_the_chain_whole(shell: Shell) -> None:
    number = said(shell)
    folder = shell.database.parent
    assert b"Xylophone" in everything(folder)
    done = shell.run("record", "dispose", "--demo", "--case", number, "--reason", REASON)
    assert done.returncode == 0, done.stderr
    assert "Not reached: backups" in done.stdout
    left = everything(folder)
    assert [word for word in (b"Xylophone", b"Whitlock", b"Quentin") if word in left] == []
    verified = shell.run("record", "verify", "--demo")
    assert (verified.returncode, verified.stderr) == (0, "")
    rows = [json.loads(line) for line in shell.run("record", "export", "--demo").stdout.splitlines()]
    (why,) = [row for row in rows if row["kind"] == "disposal"]
    gone = [row["number"] for row in rows if row["payload"] is None]
    assert why["payload"]["entries"] == gone != []
    assert why["payload"]["reason"] == REASON
    assert {row["salt"] for row in rows if row["number"] in gone} == {None}
    shown = shell.run("demo", typed="/case 1\n/open\n")
    assert "disposed of" in shown.stdout
    again = shell.run("record", "dispose", "--demo", "--case", number, "--reason", REASON)
    assert "already" in again.stderr
    assert shell.run("record", "pack", "--demo", "--out", "pack.zip").returncode == 0


def test_content_that_nobody_disposed_of_is_missed(shell: Shell) -> None:
    said(shell)
    with sqlite3.connect(shell.database) as cut:
        cut.execute("UPDATE record SET payload = NULL, salt = NULL WHERE number = 2")
    assert "entry 2 has lost its content" in shell.run("record", "verify", "--demo").stderr


def test_a_hold_stops_disposal_until_it_is_released(shell: Shell) -> None:
    number = said(shell)
    case = ("--demo", "--case", number, "--reason")
    assert shell.run("record", "hold", *case, "a request is open").returncode == 0
    held = shell.run("record", "dispose", *case, REASON)
    assert held.returncode == 1
    assert "is on hold: a request is open" in held.stderr
    assert b"Xylophone" in everything(shell.database.parent)
    assert "already" in shell.run("record", "hold", *case, "twice").stderr
    assert shell.run("record", "release", *case, "it was answered").returncode == 0
    assert shell.run("record", "dispose", *case, REASON).returncode == 0
    kinds = [json.loads(row)["kind"] for row in shell.run("record", "export", "--demo").stdout.splitlines()]
    assert [kind for kind in kinds if kind in {"hold", "release", "disposal"}] == ["hold", "release", "disposal"]
    assert shell.run("record", "verify", "--demo").returncode == 0


def test_open_and_unknown_cases_are_not_disposed_of(shell: Shell) -> None:
    year = said(shell)[:4]
    for number, why in (
        (f"{year}-0002", "is still open"),
        (f"{year}-0009", "There is no case"),
        ("x", "no case number"),
    ):
        refused = shell.run("record", "dispose", "--demo", "--case", number, "--reason", REASON)
        assert refused.returncode == 1
        assert why in refused.stderr


def test_what_is_due_is_listed_and_left_alone(shell: Shell) -> None:
    number = said(shell)
    assert "Everything is kept" in shell.run("record", "due", "--demo").stdout
    shell.run("init", "here")
    library = shell.folder / "here" / "library.toml"
    library.write_text(library.read_text().replace("# [record]\n# keep_years", "[record]\nkeep_years"))
    shell.environment["LIBRARY_FILE"] = "here/library.toml"
    shell.run("demo", typed="/open\n")
    assert shell.run("record", "due", "--demo").stdout == ""
    with sqlite3.connect(shell.database) as older:
        older.execute("UPDATE \"case\" SET forwarded_at = '2001-01-01 00:00:00.000000'")
    assert shell.run("record", "due", "--demo").stdout == f"{number}\n"
    assert b"Xylophone" in everything(shell.database.parent)


def test_a_leap_day_has_its_day_in_other_years() -> None:
    assert years_before(dt.datetime(2028, 2, 29, tzinfo=dt.UTC), 7) == dt.datetime(2021, 2, 28, tzinfo=dt.UTC)
