"""The real command in its own process: pipes, kills, restarts, and everything that can be wrong with files."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from config.settings import NAMES
from tests.conftest import CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMAND = [sys.executable, "-c", "from adapters.cli import main; main()"]
QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"


class Shell:
    """A folder to work in, with an environment that holds nothing of the machine's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CONFIG.parent),
            "XDG_DATA_HOME": str(folder / "data"),
            "HOME": str(folder),
        }
        self.database = folder / "data" / "comment-desk" / "demo.db"

    def start(self, *arguments: str, **more: object) -> subprocess.Popen[bytes]:
        started: subprocess.Popen[bytes] = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more,  # type: ignore[call-overload]
        )
        return started

    def run(self, *arguments: str, typed: str | bytes = "", **more: object) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **more)
        out, err = process.communicate(typed.encode() if isinstance(typed, str) else typed, timeout=60)
        done = subprocess.CompletedProcess(arguments, process.returncode, out.decode(), err.decode())
        assert "Traceback" not in done.stdout + done.stderr
        return done


def wait_for(done: Callable[[], bool], seconds: int = 60) -> None:
    """Wait until another process has done it."""
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(0.05)
    assert done()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_demo_through_a_pipe(shell: Shell) -> None:
    done = shell.run("demo", typed=f"/post Storytime is Tuesday at 10.\nWhat time on Saturdays?\n{INSULT}\n/open\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-0001  KEEP" in done.stdout.replace(str(time.localtime().tm_year), "2026")
    assert "REMOVE: 2 Abuse" in done.stdout
    assert "Open cases: 2" in done.stdout
    assert str(shell.database) in done.stdout


def test_what_was_acknowledged_survives_a_kill(shell: Shell) -> None:
    process = shell.start("demo")
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{QUESTION}\n{INSULT}\n".encode())
    process.stdin.flush()
    seen = b""
    while b"REMOVE" not in seen:
        seen += process.stdout.readline()
    process.kill()
    process.communicate()
    done = shell.run("demo", typed="/open\n")
    assert "Open cases: 2" in done.stdout
    assert "The record fits" in shell.run("record", "verify", "--demo").stdout


def test_the_clock_of_the_demo_stays_moved(shell: Shell) -> None:
    moved = shell.run("demo", typed="/clock +3d\n").stdout.splitlines()[-1]
    assert shell.run("demo", typed="/clock\n").stdout.splitlines()[-1].split(",")[0] == moved.split(",")[0]


def test_the_records_head_is_noted_once_a_day_and_finds_a_cut_off_tail(shell: Shell) -> None:
    assert shell.run("init", ".").returncode == 0
    shell.environment |= {
        "CONSOLE_PERSON": "Judy Ferris",
        "DATABASE_URL": "sqlite:///desk.db",
        "RECORD_HEAD_FILE": "heads.txt",
    }
    heads = shell.folder / "heads.txt"
    desk = shell.start("run")
    assert desk.stdin
    desk.stdin.write(f"{QUESTION}\n".encode())
    desk.stdin.flush()
    wait_for(heads.exists)
    desk.communicate()
    (line,) = heads.read_text().splitlines()
    day, library, number, link = line.split()
    assert (len(day), library, len(link)) == (10, "alder-creek", 64)
    assert shell.run("record", "verify", "--head", "heads.txt").returncode == 0
    with sqlite3.connect(shell.folder / "desk.db") as cut:
        cut.execute("DELETE FROM record WHERE number >= ?", (int(number),))
        rows = cut.execute("SELECT number, link FROM record ORDER BY number DESC LIMIT 1").fetchall()
        cut.execute("UPDATE library SET record_length = ?, record_head = ?", rows[0])
    assert shell.run("record", "verify").returncode == 0
    found = shell.run("record", "verify", "--head", "heads.txt")
    assert found.returncode == 1
    assert f"on {day} the record went on to entry {number}" in found.stderr
    heads.write_text("nonsense\n")
    assert "heads.txt:1: is no line such as" in shell.run("record", "verify", "--head", "heads.txt").stderr


def test_told_to_stop_it_stops(shell: Shell) -> None:
    process = shell.start("demo")
    assert process.stdout
    process.stdout.readline()
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.communicate()


def test_broken_text_in_a_pipe_is_served(shell: Shell) -> None:
    done = shell.run("demo", typed=b"\xef\xbb\xbfCaf\xe9 hours \xff\xfe please?\r\n\x00\x1b[31m\x07 red?\n\n")
    assert done.returncode == 0
    assert "“Caf\N{REPLACEMENT CHARACTER} hours" in done.stdout
    assert "\x1b" not in done.stdout
    assert "-0002" in done.stdout


def test_demo_and_live_never_share_a_database(shell: Shell) -> None:
    shell.run("demo", typed=QUESTION)
    shell.environment["DATABASE_URL"] = f"sqlite:///{shell.database}"
    done = shell.run("run")
    assert done.returncode == 1
    assert "is a demo database" in done.stderr
    assert "No chat is set up" in done.stderr

    assert shell.run("init", "here").returncode == 0
    here = {"LIBRARY_FILE": "here/library.toml", "POLICY_FILE": "here/policy.toml", "CONSOLE_PERSON": "Judy Ferris"}
    shell.environment |= here | {"DATABASE_URL": "sqlite:///live.db"}
    live = shell.run("run", typed=f"{QUESTION}\n/as director\n/clock +1d\n")
    assert live.returncode == 0
    assert "KEEP" in live.stdout
    assert "no command “/as”" in live.stdout
    assert "no command “/clock”" in live.stdout
    done = shell.run("demo", typed=QUESTION)
    assert done.returncode == 1
    assert "is a live database" in done.stderr


def test_run_without_a_chat_fails_and_makes_nothing(shell: Shell) -> None:
    done = shell.run("run")
    assert done.returncode == 1
    assert "No chat is set up" in done.stderr
    assert "LIBRARY_FILE is not set" in done.stderr
    assert not (shell.folder / "data" / "comment-desk" / "desk.db").exists()


def test_init_copies_what_run_needs_and_overwrites_nothing(shell: Shell) -> None:
    assert shell.run("init", "desk").returncode == 0
    assert sorted(p.name for p in (shell.folder / "desk").iterdir()) == sorted(NAMES.values())
    again = shell.run("init", "desk")
    assert again.returncode == 1
    assert "is there already" in again.stderr
    with (shell.folder / "desk" / ".env").open("a") as env:
        env.write("CONSOLE_PERSON=Judy Ferris\n")
    shell.folder /= "desk"
    done = shell.run("run", typed=QUESTION)
    assert done.returncode == 0
    assert "KEEP" in done.stdout


def test_two_desks_on_one_file_are_one_too_many(shell: Shell) -> None:
    first = shell.start("demo")
    assert first.stdout
    first.stdout.readline()
    first.stdout.readline()
    second = shell.run("demo", typed=QUESTION)
    first.communicate(b"")
    assert second.returncode == 1
    assert "Another desk is running on" in second.stderr


DATABASES = ["newer", "foreign", "no database", "folder missing", "no address", "no file"]


@pytest.mark.parametrize("kind", DATABASES)
def test_a_database_that_can_not_be_used_is_named(shell: Shell, kind: str) -> None:
    file = shell.folder / "x.db"
    url = f"sqlite:///{file}"
    match kind:
        case "newer":
            shell.environment["DATABASE_URL"] = url
            shell.run("demo", typed=QUESTION)
            with sqlite3.connect(file) as connection:
                connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.close()
            said = "was written by a newer version"
        case "foreign":
            with sqlite3.connect(file) as connection:
                connection.execute("CREATE TABLE birds (name)")
            connection.close()
            said = "holds something else"
        case "no database":
            file.write_text("This is a shopping list, and quite a long one. " * 50)
            said = "is not a database"
        case "folder missing":
            url, said = "sqlite:////nowhere/at/all.db", "can not be"
        case "no address":
            url, said = "my database", "no database address"
        case _:
            url, said = "sqlite://", "names no file"
    shell.environment["DATABASE_URL"] = url
    before = file.read_bytes() if file.exists() else None
    done = shell.run("demo", typed=QUESTION)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (file.read_bytes() if file.exists() else None) == before


def test_a_desk_killed_in_its_first_start_starts_again(shell: Shell) -> None:
    assert shell.run("init", "here").returncode == 0
    here = {"LIBRARY_FILE": "here/library.toml", "POLICY_FILE": "here/policy.toml", "CONSOLE_PERSON": "Judy Ferris"}
    shell.environment |= here | {"DATABASE_URL": "sqlite:///live.db"}
    (shell.folder / "live.db").touch()  # all that is there before the first commit
    done = shell.run("run", typed=QUESTION)
    assert done.returncode == 0, done.stderr
    assert "KEEP" in done.stdout


def test_a_locked_database_refuses_the_line_and_keeps_the_rest(shell: Shell) -> None:
    process = shell.start("demo")
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{QUESTION}\n/clock\n".encode())
    process.stdin.flush()
    while not process.stdout.readline().startswith(b"It is"):
        pass
    other = sqlite3.connect(shell.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    process.stdin.write(f"{INSULT}\n".encode())
    process.stdin.flush()
    refused = process.stdout.readline().decode()
    other.execute("ROLLBACK")
    other.close()
    out, _ = process.communicate(f"{INSULT}\n/open\n".encode(), timeout=60)
    assert refused.startswith("Not taken, please send it again later. The database")
    assert "is locked by another program" in refused
    assert "Open cases: 2" in out.decode()
    assert process.returncode == 1


def test_a_database_locked_at_start_is_named(shell: Shell) -> None:
    shell.run("demo", typed=QUESTION)
    other = sqlite3.connect(shell.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = shell.run("demo", typed=INSULT)
    other.close()
    assert done.returncode == 1
    assert "is locked by another program" in done.stderr


def test_a_full_disk_refuses_the_line_and_loses_nothing(shell: Shell) -> None:
    shell.run("demo", typed=QUESTION)
    size = sum(f.stat().st_size for f in shell.database.parent.iterdir())

    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 60_000, size + 60_000))

    done = shell.run("demo", typed=f"{'long words ' * 15_000}\n", preexec_fn=full)
    assert done.returncode == 1
    assert "Not taken, please send it again later. The disk" in done.stdout
    after = shell.run("demo", typed="/open\n")
    assert "Open cases: 1" in after.stdout
    assert "The record fits" in shell.run("record", "verify", "--demo").stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_database_is_named(shell: Shell) -> None:
    shell.run("demo", typed=QUESTION)
    shell.database.chmod(0o400)
    done = shell.run("demo", typed=QUESTION)
    shell.database.chmod(0o600)
    assert done.returncode == 1
    assert "can not be written to" in done.stderr


def test_the_record_is_verified_and_exported(shell: Shell) -> None:
    shell.run("demo", typed=f"{QUESTION}\n{INSULT}\n")
    done = shell.run("record", "export", "--demo")
    numbers = [json.loads(line)["number"] for line in done.stdout.splitlines()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert shell.run("record", "export", "--demo", "--format", "csv", "--output", "r.csv").returncode == 0
    with sqlite3.connect(shell.database) as connection:
        connection.execute("UPDATE record SET payload = replace(payload, 'pigs', 'dears') WHERE kind = 'forward'")
    connection.close()
    done = shell.run("record", "verify", "--demo")
    assert done.returncode == 1
    assert "its content was changed after it was written" in done.stderr


def test_verify_says_where_there_is_no_record(shell: Shell) -> None:
    done = shell.run("record", "verify")
    assert done.returncode == 1
    assert "There is no database at" in done.stderr
    shell.run("demo", typed=QUESTION)
    assert "add --demo" in shell.run("record", "verify").stderr


CASES = [
    {"id": "a", "comment": QUESTION, "tags": ["ignored"], "post": None},
    {"id": "b", "comment": INSULT, "post": "Storytime is Tuesday at 10.", "attachments": [], "earlier": []},
    {"id": "c", "comment": "Love the new chairs!", "expected": {"verdict": "keep"}},
]


def test_screen_judges_a_file_and_names_broken_lines(shell: Shell) -> None:
    lines = [json.dumps(CASES[0]), "{broken", json.dumps(CASES[1]), '{"id": "x"}', "", "[]", json.dumps(CASES[2])]
    (shell.folder / "cases.jsonl").write_bytes("\n".join(lines).encode() + b'\n{"id": "y", "comment": "\xff"}\n')
    library = str(CONFIG / "library.toml")
    done = shell.run("screen", "cases.jsonl", "--library", library, "--output", "out.jsonl")
    assert done.returncode == 1
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == ["2", "4", "6", "8"]
    said = [json.loads(line) for line in (shell.folder / "out.jsonl").read_text().splitlines()]
    assert [one["id"] for one in said] == ["a", "b", "c"]
    fields = ["id", "verdict", "guidelines", "needs_reply", "urgent", "confidence", "findings"]
    assert list(said[0]) == fields
    assert (said[1]["verdict"], said[1]["guidelines"][0]) == ("remove", 2)
    assert set(said[1]["findings"][0]) == {"guideline", "quote", "where", "why"}
    assert said[1]["findings"][0]["quote"] in INSULT


def test_screen_leaves_its_input_alone(shell: Shell) -> None:
    (shell.folder / "cases.jsonl").write_text(json.dumps(CASES[0]))
    library = str(CONFIG / "library.toml")
    done = shell.run("screen", "cases.jsonl", "--library", library, "--output", "cases.jsonl")
    assert done.returncode == 1
    assert (shell.folder / "cases.jsonl").read_text() == json.dumps(CASES[0])


def test_bench_counts_as_the_labels_say(shell: Shell) -> None:
    def case(number: int, comment: str, verdict: str, guidelines: list[int]) -> str:
        expected = {"verdict": verdict, "guidelines": guidelines, "needs_reply": False, "urgent": False}
        return json.dumps({"id": f"c{number}", "comment": comment, "expected": expected})

    lines = [
        case(1, INSULT, "remove", [2]),
        case(2, INSULT, "keep", []),
        case(3, INSULT, "refer", [2]),
        json.dumps(CASES[0]),
    ]
    (shell.folder / "cases.jsonl").write_text("\n".join(lines))
    done = shell.run("bench", "cases.jsonl", "--library", str(CONFIG / "library.toml"), "--errors", "1")
    assert done.returncode == 1
    assert "case a: expected.verdict: say keep, remove or refer" in done.stderr
    assert "         cost_per_case  5.000" in done.stdout
    assert "         false_removal  1.000" in done.stdout
    assert "                 abuse  precision 0.50  recall 1.00  f1 0.67" in done.stdout
    assert "  10  c2: keep[] -> remove[2]" in done.stdout
    assert "c3" not in done.stdout


def test_a_backup_brings_a_lost_desk_back(shell: Shell) -> None:
    shell.run("init", "here")
    shell.environment |= {
        "LIBRARY_FILE": "here/library.toml",
        "POLICY_FILE": "here/policy.toml",
        "CONSOLE_PERSON": "Judy Ferris",
        "DATABASE_URL": "sqlite:///live.db",
    }
    live, copy = shell.folder / "live.db", shell.folder / "copy.db"
    running = shell.start("run")
    assert running.stdin
    assert running.stdout
    running.stdin.write(f"{QUESTION}\n".encode())
    running.stdin.flush()
    while b"2026-0001" not in running.stdout.readline() and running.poll() is None:
        pass
    assert shell.run("backup", "copy.db").returncode == 0, "a desk at work can be backed up"
    again = shell.run("backup", "copy.db")
    assert (again.returncode, "there already" in again.stderr) == (1, True)
    busy = shell.run("restore", "copy.db")
    assert (busy.returncode, "Another desk is running" in busy.stderr) == (1, True)
    running.communicate(b"Thank you\n", timeout=60)
    live.write_bytes(b"the disk failed" * 100)
    assert shell.run("record", "verify").returncode == 1
    done = shell.run("restore", "copy.db")
    assert done.returncode == 0, done.stderr
    assert "live.db.before-restore-1" in done.stdout
    assert "The record fits" in shell.run("record", "verify").stdout
    assert "2026-0001" in shell.run("run", typed="/open").stdout
    copy.write_bytes(copy.read_bytes()[:5000])
    broken = shell.run("restore", "copy.db")
    assert (broken.returncode, len(broken.stderr.splitlines())) == (1, 1)
    assert "2026-0001" in shell.run("run", typed="/open").stdout, "a broken backup replaces nothing"
