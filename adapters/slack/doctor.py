"""What `commentdesk doctor` looks at in Slack: tokens, scopes, the channel, and everybody's ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from adapters.checks import Check, good, mend
from adapters.slack.chat import explained
from adapters.slack.wire import client_of, open_chat
from bot.chat import Undelivered
from bot.toml import ConfigurationError
from config.settings import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.library import Library, Member
    from config.settings import Settings

MANIFEST: Path = SAMPLES / "slack-manifest.yaml"


async def examine(settings: Settings, library: Library) -> list[Check]:
    """Ask Slack about everything that the desk needs of it."""
    try:
        open_chat(settings, library)
    except ConfigurationError as error:
        return [mend(f"Slack: {problem}") for problem in error.problems]
    client = client_of(settings)
    checks = await _token(client)
    if all(check.ok for check in checks):
        checks += await _channel(client, library.slack.channel if library.slack else "")
        checks += [await _person(client, member) for member in library.people if member.adult]
    return checks + await _socket(client, settings)


async def _token(client: AsyncWebClient) -> list[Check]:
    try:
        with explained():
            said = await client.auth_test()
    except Undelivered as trouble:
        return [mend(f"Slack: SLACK_BOT_TOKEN does not work. {trouble.reason} Copy the bot token (xoxb-) anew.")]
    checks = [good(f"Slack: signed in to {said.get('team')} as {said.get('user')}.")]
    headers = {str(key).casefold(): str(value) for key, value in (said.headers or {}).items()}
    if "x-oauth-scopes" in headers:
        granted = {scope.strip() for scope in headers["x-oauth-scopes"].split(",")}
        if missing := sorted(scopes() - granted):
            checks.append(
                mend(
                    f"Slack: the scopes {', '.join(missing)} are missing. Add them under OAuth & Permissions "
                    "(or paste config/slack-manifest.yaml), then install the app anew."
                )
            )
        else:
            checks.append(good("Slack: every scope that the desk needs is granted."))
    return checks


def scopes() -> set[str]:
    """The scopes that the manifest asks for."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return set(manifest["oauth_config"]["scopes"]["bot"])


async def _channel(client: AsyncWebClient, channel: str) -> list[Check]:
    try:
        with explained():
            info = (await client.conversations_info(channel=channel))["channel"]
    except Undelivered as trouble:
        return [
            mend(
                f"Slack: the channel {channel} of library.toml can not be seen. {trouble.reason} Copy the channel's id "
                "(it begins with C), and type /invite @Comment Desk in a private channel."
            )
        ]
    if info.get("is_archived"):
        return [mend(f"Slack: the channel {info.get('name')} is archived. Unarchive it, or name another one.")]
    if not info.get("is_member"):
        return [mend(f"Slack: the desk is not in {info.get('name')}. Type /invite @Comment Desk there.")]
    return [good(f"Slack: the desk is in {info.get('name')}.")]


async def _person(client: AsyncWebClient, member: Member) -> Check:
    if not member.slack:
        return mend(
            f"Slack: {member.name} has no Slack id in library.toml. "
            'Add slack = "U…" (in Slack: their profile, ⋮, Copy member ID).'
        )
    try:
        with explained():
            user = (await client.users_info(user=member.slack))["user"]
    except Undelivered as trouble:
        return mend(f"Slack: the id {member.slack} of {member.name} is nobody's. {trouble.reason} Copy it anew.")
    if user.get("deleted") or user.get("is_bot"):
        return mend(f"Slack: the id {member.slack} of {member.name} is a bot's or a closed account's. Copy it anew.")
    return good(f"Slack: {member.name} is {user.get('real_name') or user.get('name')}.")


async def _socket(client: AsyncWebClient, settings: Settings) -> list[Check]:
    if settings.slack_app_token is None:
        return [good(f"Slack: HTTP mode, on port {settings.slack_http_port} at /slack/events.")]
    try:
        with explained():
            await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except Undelivered as trouble:
        how = (
            "Make an app-level token (xapp-) with connections:write, under Basic Information, and turn Socket Mode on."
        )
        return [mend(f"Slack: SLACK_APP_TOKEN does not work. {trouble.reason} {how}")]
    return [good("Slack: Socket Mode can be opened.")]
