"""No secret is ever said: not by doctor, nor in errors, logs, exports, files or the process's title."""

from __future__ import annotations

import logging
import pickle
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adapters.cli import main
from config.settings import Settings
from tests.conftest import CONFIG
from tests.slack.conftest import free_port
from tests.test_cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "S3cr3tMark"
LIBRARY = (CONFIG / "library.toml").read_text(encoding="utf-8")


def secrets(database: str) -> dict[str, str]:
    """Every setting that is a secret, with a mark in it; every chat answers at an address where nobody is."""
    nobody = f"127.0.0.1:{free_port()}"
    return {
        "DATABASE_URL": database,
        "LOG_KEY": f"{MARK}-log",
        "SLACK_BOT_TOKEN": f"xoxb-{MARK}-bot",
        "SLACK_APP_TOKEN": f"xapp-{MARK}-app",
        "SLACK_SIGNING_SECRET": f"{MARK}-sign",
        "DISCORD_TOKEN": f"{MARK}.discord.{MARK}",
        "SLACK_API_BASE_URL": f"http://{nobody}/api/",
        "DISCORD_API_BASE_URL": f"http://{nobody}/api/v10",
        "DISCORD_GATEWAY_URL": f"ws://{nobody}/",
        "LIBRARY_FILE": "library.toml",
        "POLICY_FILE": str(CONFIG / "policy.toml"),
        "CONSOLE_PERSON": "Judy Ferris",
    }


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    chats = '[slack]\nchannel = "C0STAFF"\n[discord]\nchannel = "20000000000000000"\n'
    Path("library.toml").write_text(f"{LIBRARY.replace('[slack]', '[#').split('[#')[0]}\n{chats}", encoding="utf-8")
    return tmp_path


def _kept(folder: Path) -> Iterator[bytes]:
    yield from (file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name != ".env")


DATABASES = {
    "a server that nobody runs": "postgresql://desk:{mark}@127.0.0.1:{port}/desk",
    "a password behind a question mark": "postgresql://desk@127.0.0.1:{port}/desk?password={mark}",
    "a driver that is not there": "mysql://desk:{mark}@127.0.0.1/desk",
    "no address at all": "{mark}",
    "a folder that is not there": "sqlite:////proc/none/desk.db",
}
COMMANDS = (
    ["doctor"],
    ["run"],
    ["demo"],
    ["record", "verify"],
    ["record", "export"],
    ["record", "pack", "--out", "x.zip"],
    ["backup", "copy.db"],
    ["restore", "library.toml"],
    ["holidays"],
)


@pytest.mark.parametrize("database", DATABASES, ids=str)
def test_no_failure_says_a_secret(database: str, place: Path, caplog: pytest.LogCaptureFixture) -> None:
    env = secrets(DATABASES[database].format(mark=MARK, port=free_port()))
    for command in COMMANDS:
        result = CliRunner().invoke(main, command, env=env, input="/quit\n")
        assert result.exception is None or isinstance(result.exception, SystemExit), command
        assert MARK not in result.output, command
    assert MARK not in caplog.text
    assert not any(MARK.encode() in content for content in _kept(place))


def test_settings_print_and_travel_without_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in secrets("postgresql://desk:S3cr3tMark@127.0.0.1/desk").items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    said = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert MARK not in said
    assert MARK.encode() in pickle.dumps(settings)  # they are there
    logging.getLogger("commentdesk").warning("%s", settings)


def test_a_running_desk_keeps_its_secrets(place: Path) -> None:
    """A forward, a chat that can not be reached, exports: nothing that is said or kept holds a secret."""
    env = secrets(f"sqlite:///{place / 'desk.db'}")
    shell = Shell(place)
    shell.environment |= {name: value for name, value in env.items() if name[:5] not in {"SLACK", "DISCO"}}
    done = shell.run("run", typed="Is the library open on Sunday?\n")
    assert "Keep" in done.stdout or "keep" in done.stdout
    shell.environment |= {name: value for name, value in env.items() if name.startswith("SLACK")}
    process = shell.start("run")
    title = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert process.stderr
    trouble = process.stderr.readline()
    assert b"Slack could not be reached" in trouble
    process.send_signal(signal.SIGTERM)
    said = [title, trouble, *process.communicate(timeout=60), done.stdout.encode(), done.stderr.encode()]
    for command in (["record", "export"], ["record", "pack", "--out", "x.zip"]):
        result = CliRunner().invoke(main, command, env=shell.environment)
        assert result.exit_code == 0, result.output
        said.append(result.output.encode())
    assert not any(MARK.encode() in one for one in said)
    assert not any(MARK.encode() in content for content in _kept(place))


@pytest.mark.parametrize("setting", ["SLACK_HTTP_PORT", "HEALTH_PORT"])
def test_a_token_pasted_into_the_wrong_setting_is_not_said(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv(setting, f"xoxb-{MARK}")
    said = CliRunner().invoke(main, ["doctor"])
    assert said.exit_code == 1
    assert "not usable" in said.output
    assert setting.lower() in said.output
    assert MARK not in said.output
