"""`commentdesk doctor` and the manifest: what is missing, a line each; and that both say what the code does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters import slack
from adapters.cli import main
from adapters.slack import listeners
from adapters.slack.doctor import MANIFEST, scopes
from adapters.slack.listeners import Listeners
from config.settings import Settings
from tests.slack.conftest import AMIR, TOMAS, Office, with_ids
from tests.slack.server import APP_TOKEN, BOT_TOKEN, SCOPES, SECRET, STAFF, TEAM
from tests.slack.workspace import payload

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.checks import Check
    from bot.library import Library

MANIFESTED: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))


async def examined(office: Office, library: Library | None = None, **settings: Any) -> list[Check]:
    """What the doctor finds in this workspace."""
    given = {"slack_bot_token": SecretStr(BOT_TOKEN), "slack_app_token": SecretStr(APP_TOKEN), **settings}
    office.slack.scopes = sorted({*office.slack.scopes, *scopes()} - office.slack.revoked)
    base = office.slack.base_url
    return await slack.examine(Settings(slack_api_base_url=base, **given), library or office.library)


def wrong(checks: list[Check]) -> list[str]:
    return [check.said for check in checks if not check.ok]


async def test_all_is_well(office: Office) -> None:
    checks = await examined(office)
    assert wrong(checks) == []
    said = "\n".join(check.said for check in checks)
    for words in ("signed in to Alder Creek", "every scope", "the desk is in staff", "Judy Ferris is", "Socket Mode"):
        assert words in said
    assert "Piper" not in said, "a minor acts in no chat"
    assert "HTTP mode, on port 3000" in str(await examined(office, slack_app_token=None, slack_signing_secret=SECRET))


async def one_line(office: Office, words: str, library: Library | None = None, **settings: Any) -> None:
    """Exactly one thing is wrong, said in one line."""
    (said,) = wrong(await examined(office, library, **settings))
    assert words in said
    assert "\n" not in said
    assert said.startswith("Slack: ")


async def test_a_bad_bot_token(office: Office) -> None:
    await one_line(office, "SLACK_BOT_TOKEN does not work. Slack says invalid_auth.", slack_bot_token=SecretStr("no"))


async def test_a_bad_app_token(office: Office) -> None:
    await one_line(office, "SLACK_APP_TOKEN does not work. Slack says invalid_auth.", slack_app_token=SecretStr("no"))


async def test_neither_an_app_token_nor_a_secret(office: Office) -> None:
    await one_line(office, "Set SLACK_APP_TOKEN (Socket Mode", slack_app_token=None)


async def test_a_missing_scope(office: Office) -> None:
    office.slack.revoked = {"files:read", "chat:write"}
    await one_line(office, "the scopes chat:write, files:read are missing. Add them under OAuth & Permissions")


async def test_no_channel(office: Office) -> None:
    await one_line(office, "library.toml names no Slack channel", office.library.model_copy(update={"slack": None}))


async def test_a_channel_that_can_not_be_seen(office: Office) -> None:
    del office.slack.channels[STAFF]
    await one_line(office, "the channel C0STAFF of library.toml can not be seen. Slack says channel_not_found.")


async def test_a_channel_without_the_desk(office: Office) -> None:
    office.slack.channels[STAFF].member = False
    await one_line(office, "the desk is not in staff. Type /invite @Comment Desk there.")


async def test_an_archived_channel(office: Office) -> None:
    office.slack.channels[STAFF].archived = True
    await one_line(office, "the channel staff is archived")


async def test_a_person_without_an_id(office: Office) -> None:
    await one_line(office, "Amir Haddad has no Slack id", with_ids(office.library, **{"Amir Haddad": ""}))


async def test_an_id_that_is_nobodys(office: Office) -> None:
    del office.slack.users[AMIR]
    await one_line(office, f"the id {AMIR} of Amir Haddad is nobody's. Slack says user_not_found.")


@pytest.mark.parametrize("fact", ["deleted", "is_bot"])
async def test_an_id_that_can_not_be_a_persons(office: Office, fact: str) -> None:
    office.slack.users[TOMAS][fact] = True
    await one_line(office, f"the id {TOMAS} of Tomas Beaulieu is a bot's or a closed account's")


async def test_slack_is_down(office: Office) -> None:
    office.slack.down = True
    said = wrong(await examined(office))
    assert [line.partition(" does not")[0] for line in said] == ["Slack: SLACK_BOT_TOKEN", "Slack: SLACK_APP_TOKEN"]
    assert all("Slack could not be reached" in line for line in said)


def test_the_doctors_status_says_whether_something_is_to_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_API_BASE_URL", "http://127.0.0.1:9/api/")
    runner = CliRunner()
    assert runner.invoke(main, ["init", str(tmp_path)]).exit_code == 0
    monkeypatch.setenv("LIBRARY_FILE", str(tmp_path / "library.toml"))
    monkeypatch.setenv("POLICY_FILE", str(tmp_path / "policy.toml"))
    result = runner.invoke(main, ["doctor"])
    assert result.exit_code == 1
    lines = [line for line in result.output.splitlines() if line.startswith("MEND")]
    assert any("library.toml names no Slack channel" in line for line in lines)
    assert "Traceback" not in result.output


OWN = AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id="U0DESK")


def registered(office: Office) -> AsyncApp:
    """A Bolt app with the desk's listeners."""
    app = AsyncApp(token=BOT_TOKEN, signing_secret=SECRET)
    nobody: Any = None
    Listeners(nobody, office.library, nobody, STAFF, OWN, office.clock).register(app)
    return app


def test_the_manifest_asks_for_what_is_listened_to(office: Office) -> None:
    features, settings = MANIFESTED["features"], MANIFESTED["settings"]
    shortcuts = {(one["callback_id"], one["type"]) for one in features["shortcuts"]}
    assert shortcuts == {(listeners.CHECK, "message"), (listeners.NEW, "global")}
    assert [one["command"] for one in features["slash_commands"]] == [listeners.COMMAND]
    assert len(registered(office)._async_listeners) == 11, "a listener more or less wants a look at the manifest"  # noqa: SLF001 - Bolt lists them nowhere else
    events = {one.partition(".")[0] for one in settings["event_subscriptions"]["bot_events"]}
    assert events == {"message", "app_mention", "app_home_opened"}
    assert features["app_home"]["home_tab_enabled"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"]["is_enabled"]


@pytest.mark.parametrize("action_id", ["desk:claim", "desk:promote", "page:1", "old:button", "legacy"])
async def test_one_listener_answers_each_button(office: Office, action_id: str) -> None:
    """Bolt goes on to the next listener that matches where one takes over three seconds, and both would answer."""
    body = payload("block_actions")
    body["actions"][0]["action_id"] = action_id
    request, response = AsyncBoltRequest(body=body, mode="socket_mode"), BoltResponse(status=200)
    all_of_them = registered(office)._async_listeners  # noqa: SLF001 - Bolt lists them nowhere else
    matches = [await one.async_matches(req=request, resp=response) for one in all_of_them]
    assert matches.count(True) == 1


def test_the_manifest_keeps_slacks_limits() -> None:
    for one in MANIFESTED["features"]["shortcuts"]:
        assert len(one["name"]) <= 24
        assert len(one["description"]) <= 150
    assert len(MANIFESTED["display_information"]["name"]) <= 35
    assert len(MANIFESTED["display_information"]["description"]) <= 140


def test_the_scopes_are_those_of_the_methods_in_use() -> None:
    """Least scopes: each is what a method, an event or a kind of channel asks for, and none is left over."""
    source = "".join(
        path.read_text(encoding="utf-8") for path in sorted(MANIFEST.parent.parent.glob("adapters/slack/*.py"))
    )
    called = set(re.findall(r"\.((?:chat|conversations|views|users|files|apps|auth)_\w+)\(", source))
    methods = {name.replace("_", ".", 1) if name.count("_") == 1 else name.replace("_", ".") for name in called}
    assert methods == set(SCOPES) - {"views.push"}
    kinds = {"groups:history", "groups:read", "im:history"}  # private channels; direct messages that are looked up
    events = {"app_mentions:read", "commands"}
    assert scopes() == {scope for scope in SCOPES.values() if scope} | kinds | events
