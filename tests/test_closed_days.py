"""Closed days are proposed, decided in the file, and looked over; by the functions and by the real command."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING

import pytest

from adapters import closed_days
from bot.library import Library
from tests.conftest import CONFIG
from tests.test_cli import Shell

if TYPE_CHECKING:
    from pathlib import Path


def edited(library: Library, **facts: object) -> Library:
    return Library.model_validate(library.model_dump() | facts)


def test_holidays_are_proposed_as_entries_of_the_file(library: Library) -> None:
    entries = tomllib.loads(closed_days.proposed(library, 2026))["closed"]
    assert {"on": dt.date(2026, 5, 25), "name": "Memorial Day"} in entries
    assert dt.date(2026, 11, 26) not in [entry["on"] for entry in entries], "Thanksgiving stands in the file"
    pasted = edited(library, closed=[*library.model_dump()["closed"], *entries])
    assert closed_days.proposed(pasted, 2026) == "# Every holiday of WI in 2026 is closed in library.toml."


@pytest.mark.parametrize(("state", "said"), [(None, "names no state"), ("QQ", "No state is called QQ")])
def test_without_a_state_nothing_is_proposed(library: Library, state: str | None, said: str) -> None:
    assert said in closed_days.proposed(edited(library, state=state), 2026)


@pytest.mark.parametrize(
    ("today", "years"),
    [("2026-09-30", []), ("2026-10-01", []), ("2027-09-30", []), ("2027-10-01", ["2028"]), ("2029-01-02", ["2029"])],
)
def test_a_year_whose_closed_days_nobody_thought_of_is_named(library: Library, today: str, years: list[str]) -> None:
    said = closed_days.unconfirmed(library, dt.date.fromisoformat(today))
    assert [one.split("closed day of ")[1][:4] for one in said] == years


def test_the_command_prints_them(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    done = shell.run("holidays", "2027")
    assert done.returncode == 0
    assert done.stdout.startswith("# Holidays of WI in 2027.")
    assert shell.run("holidays", "soon").returncode == 2


def test_a_library_closed_for_a_month_is_told_at_start_and_by_doctor(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.run("init", "desk")
    shell.folder /= "desk"
    first = dt.date.today() + dt.timedelta(days=20)  # noqa: DTZ011 - as near as the command's own clock needs
    file = shell.folder / "library.toml"
    closed = f"\n[[closed]]\non = {first}\nuntil = {first + dt.timedelta(days=40)}\n"
    file.write_text((CONFIG / "library.toml").read_text(encoding="utf-8") + closed, encoding="utf-8")
    with (shell.folder / ".env").open("a") as env:
        env.write("CONSOLE_PERSON=Judy Ferris\n")
    done = shell.run("run")
    assert done.returncode == 0
    assert "library.toml: the library never opens from" in done.stderr
    examined = shell.run("doctor")
    assert examined.returncode == 1
    assert "MEND  library.toml: the library never opens from" in examined.stdout
