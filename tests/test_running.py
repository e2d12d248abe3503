"""Running it for years, from the command line: short sittings, dated backups, what doctor says of a desk at work."""

from __future__ import annotations

import configparser
import datetime as dt
import os
import shlex
import socket
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters import cli, systemd
from tests.test_cli import QUESTION, Shell, wait_for

ROOT = Path(__file__).parent.parent
UNITS = ("commentdesk.service", "commentdesk-backup.service", "commentdesk-backup.timer")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A folder with a library's files, and Judy at a terminal."""
    one = Shell(tmp_path)
    one.environment |= {"CONSOLE_PERSON": "Judy Ferris", "DATABASE_URL": "sqlite:///desk.db"}
    assert one.run("init", ".").returncode == 0
    return one


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_sitting_shorter_than_a_tick_notes_the_records_head(shell: Shell) -> None:
    """Regression: the head was noted by the tick alone, which a piped comment does not live to see."""
    shell.environment |= {"RECORD_HEAD_FILE": "heads.txt"}
    assert shell.run("run", typed=f"{QUESTION}\n").returncode == 0
    (line,) = (shell.folder / "heads.txt").read_text(encoding="ascii").splitlines()
    assert line.split()[1] == "alder-creek"
    assert shell.run("record", "verify", "--head", "heads.txt").returncode == 0
    assert shell.run("run", typed=f"{QUESTION}\n").returncode == 0
    assert (shell.folder / "heads.txt").read_text(encoding="ascii").splitlines() == [line], "one line a day"


def test_nobody_else_on_the_machine_reads_what_people_wrote(shell: Shell) -> None:
    """Regression: the database was made with the rights of any file, which most machines let everybody read."""
    shell.run("run", typed=f"{QUESTION}\n")
    shell.run("backup", "copy.db")
    kept = [".env", "copy.db", "desk.db"]
    assert [name for name in kept if (shell.folder / name).stat().st_mode & 0o077] == []


def test_dated_backups_rotate_and_restore(shell: Shell) -> None:
    assert "set BACKUP_FOLDER" in shell.run("backup").stderr
    shell.environment |= {"BACKUP_FOLDER": "copies"}
    shell.run("run", typed=f"{QUESTION}\n")
    copies = shell.folder / "copies"
    copies.mkdir()
    for day in ("01", "02", "03"):
        (copies / f"desk-2026-01-{day}T033000Z.db").write_bytes(b"")
    (copies / "holiday photos.db").write_bytes(b"")
    done = shell.run("backup", "--keep", "2")
    assert done.returncode == 0
    left = sorted(file.name for file in copies.iterdir())
    assert left[0] == "desk-2026-01-03T033000Z.db"
    assert left[2:] == ["holiday photos.db"], "what is no copy of the desk's is left alone"
    assert left[1] in done.stdout
    assert (copies / left[1]).stat().st_mode & 0o077 == 0, "it is the operator's alone"
    shell.run("run", typed="Love the new chairs!\n")
    assert shell.run("restore", f"copies/{left[1]}").returncode == 0
    assert "Open cases: 1" in shell.run("run", typed="/open\n").stdout


def test_no_copy_goes_before_the_new_one_is_sound(shell: Shell) -> None:
    shell.environment |= {"BACKUP_FOLDER": "copies"}
    (shell.folder / "copies").mkdir()
    old = shell.folder / "copies" / "desk-2026-01-01T033000Z.db"
    old.write_bytes(b"")
    (shell.folder / "desk.db").write_bytes(b"this is no database" * 100)
    assert shell.run("backup", "--keep", "1").returncode == 1
    assert [file.name for file in (shell.folder / "copies").iterdir()] == [old.name]


def test_an_old_backup_is_named(shell: Shell) -> None:
    shell.environment |= {"BACKUP_FOLDER": "copies"}
    shell.run("run", typed=f"{QUESTION}\n")
    assert "MEND  There is no backup in copies." in shell.run("doctor").stdout
    shell.run("backup")
    assert "ok    The last backup is of" in shell.run("doctor").stdout
    (copy,) = (shell.folder / "copies").iterdir()
    long_ago = dt.datetime(2026, 1, 5, 3, 30, tzinfo=dt.UTC).timestamp()
    os.utime(copy, (long_ago, long_ago))
    assert "MEND  The last backup in copies is of 2026-01-05 03:30 UTC." in shell.run("doctor").stdout


def test_doctor_says_what_the_running_desk_says_and_why(shell: Shell) -> None:
    port = free_port()
    shell.environment |= {"HEALTH_PORT": str(port)}
    assert f"MEND  No desk answers at http://127.0.0.1:{port}/healthz." in shell.run("doctor").stdout
    desk = shell.start("run")
    assert desk.stdin
    desk.stdin.write(f"{QUESTION}\n".encode())
    desk.stdin.flush()
    wait_for(lambda: _page(port)[0] == 200 and b"has run since" in _page(port)[1])
    done = shell.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "ok    The desk has run since" in done.stdout
    assert done.stdout.count("Every notice that was due is out.") == 1
    desk.communicate()
    with sqlite3.connect(shell.folder / "desk.db") as database:
        database.execute("UPDATE notice SET state = 'dead', trouble = 'The channel is gone.' WHERE case_id IS NOT NULL")
    database.close()
    del shell.environment["HEALTH_PORT"]
    done = shell.run("doctor")
    assert done.returncode == 1
    assert "·1 was given up; `commentdesk doctor` says why." in done.stdout
    assert "·1: The channel is gone." in done.stdout


def _page(port: int) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def test_systemd_hears_that_the_desk_is_ready_and_that_it_stops(shell: Shell) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemds:
        systemds.settimeout(60)
        systemds.bind(str(shell.folder / "notify"))
        shell.environment |= {"NOTIFY_SOCKET": str(shell.folder / "notify")}
        assert shell.run("run", typed="/open\n").returncode == 0
        said = [systemds.recv(100).decode(), systemds.recv(100).decode()]
        assert said[0] == systemd.READY
        assert said[1] in {systemd.STOPPING, systemd.ALIVE}


@pytest.mark.parametrize("unit", UNITS)
def test_the_units_name_commands_and_settings_that_there_are(unit: str) -> None:
    parsed = configparser.RawConfigParser(strict=False)
    parsed.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names keep their case
    parsed.read(ROOT / "deploy" / unit)
    if not unit.endswith(".service"):
        assert (ROOT / "deploy" / unit.replace(".timer", ".service")).is_file()
        return
    lines = (ROOT / "deploy" / unit).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("ExecStart="):
            program, *arguments = shlex.split(line.removeprefix("ExecStart="))
            assert Path(program).name == "commentdesk"
            names = [one for one in arguments if not one.startswith("-") and not one.isdigit()]
            assert CliRunner().invoke(cli.main, [*names, "--help"]).exit_code == 0
    for wanted in (
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "EnvironmentFile=/etc/comment-desk/.env",
    ):
        assert wanted in lines


def test_the_container_file_holds_no_secret_and_runs_as_nobody() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    assert "USER 10001" in lines
    assert not [line for line in lines if "TOKEN" in line or "SECRET" in line]
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert all((ROOT / name).exists() for name in copied)
    kept = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{name}" for name in copied} <= set(kept)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_the_exit_statuses_are_said(arguments: list[str]) -> None:
    said = " ".join(CliRunner().invoke(cli.main, arguments).output.split())
    for status in ("Exit status: 0", "1 something has to be mended", "2 the command was mistyped"):
        assert status in said
