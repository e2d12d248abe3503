"""Speaking in Slack: notices to messages, cards redrawn in place, files fetched."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from adapters.slack import blocks
from adapters.slack.incoming import SLACK
from bot.chat import Media, Undelivered
from bot.delivery import LARGEST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.chat import Card, Notice
    from bot.library import Library

EVENT = "comment_desk_notice"
"""The type of the metadata that each message carries, to be found by after a doubtful send."""
PAGE = 200
DOWNLOAD_SECONDS = 20

CLOSED = frozenset(
    {
        "cannot_dm_bot",
        "cant_update_message",
        "channel_is_limited_access",
        "channel_not_found",
        "edit_window_closed",
        "file_deleted",
        "file_not_found",
        "is_archived",
        "message_not_found",
        "messages_tab_disabled",
        "method_not_supported_for_channel_type",
        "not_in_channel",
        "restricted_action",
        "thread_not_found",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
"""What Slack says where a way is shut for good."""


class Speaking:
    """The sending half of the Slack chat."""

    name = SLACK
    direct = True

    def __init__(self, client: AsyncWebClient, library: Library) -> None:
        self._client = client
        self._library = library

    async def send(self, notice: Notice) -> str:
        """Post the notice in its thread, or in the person's direct messages. Raises Undelivered."""
        channel, thread = await self._where(notice)
        body = blocks.message(notice.card, notice.id, self._user(notice.to))
        mark = {"event_type": EVENT, "event_payload": {"id": notice.id}}
        with explained():
            posted = await self._client.chat_postMessage(
                channel=channel, thread_ts=thread, metadata=mark, unfurl_links=False, unfurl_media=False, **body
            )
        return f"{posted['channel']}:{posted['ts']}"

    async def find(self, notice: Notice) -> str | None:
        """Look for a notice by the metadata of what stands where it would. Raises Undelivered."""
        channel, thread = await self._where(notice)
        async for message in self._messages(channel, thread):
            metadata = message.get("metadata") or {}
            if (metadata.get("event_payload") or {}).get("id") == notice.id:
                return f"{channel}:{message['ts']}"
        return None

    async def redraw(self, notice: Notice, message: str) -> None:
        """Show the card in place of what the message showed; nobody is called again. Raises Undelivered."""
        channel, _, ts = message.rpartition(":")
        with explained():
            await self._client.chat_update(channel=channel, ts=ts, **blocks.message(notice.card, notice.id))

    async def fetch(self, source: str) -> Media:
        """A file of Slack's. Raises Undelivered."""
        with explained():
            info = await self._client.files_info(file=source)
        file: Mapping[str, Any] = info.get("file") or {}
        if int(file.get("size") or 0) > LARGEST:
            raise Undelivered(f"It is larger than {LARGEST // 2**20} MB.", closed=True)
        address = str(file.get("url_private_download") or file.get("url_private") or "")
        if not self._is_slacks(address):
            raise Undelivered("Slack does not keep it, so it is not fetched.", closed=True)
        return await self._download(address, str(file.get("mimetype") or ""))

    async def tell(self, channel: str, user: str, card: Card, thread: str | None = None) -> None:
        """Tell one person something, visible to nobody else. Raises Undelivered."""
        with explained():
            await self._client.chat_postEphemeral(
                channel=channel,
                user=user,
                thread_ts=thread,
                unfurl_links=False,
                unfurl_media=False,
                **blocks.message(card),
            )

    async def respond(self, respond: Any, card: Card, thread: str | None) -> bool:
        """Tell one person something through the address that came with what they did; False where that is shut."""
        body = {**blocks.message(card), "unfurl_links": False, "unfurl_media": False, "thread_ts": thread}
        try:
            with explained():
                said = await respond(**body, response_type="ephemeral", replace_original=False)
        except Undelivered:
            return False
        return bool(said.status_code == 200)

    async def open(self, trigger: str, view: dict[str, Any]) -> str:
        """Open a modal; its id. Raises Undelivered."""
        with explained():
            return str((await self._client.views_open(trigger_id=trigger, view=view))["view"]["id"])

    async def fill(self, view_id: str, view: dict[str, Any]) -> None:
        """Show something else in a modal that is open. Raises Undelivered."""
        with explained():
            await self._client.views_update(view_id=view_id, view=view)

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        """Show somebody's home tab anew. Raises Undelivered."""
        with explained():
            await self._client.views_publish(user_id=user, view=view)

    async def history(self, channel: str, since: str) -> list[dict[str, Any]]:
        """The channel's own messages since then, oldest first. Raises Undelivered."""
        found = [message async for message in self._messages(channel, None, oldest=since)]
        return sorted(found, key=lambda message: str(message["ts"]))

    async def _where(self, notice: Notice) -> tuple[str, str | None]:
        """The channel of a notice, and the thread where it has one."""
        if notice.direct:
            user = self._user(notice.to)
            if user is None:
                raise Undelivered(f"{notice.to} has no Slack id in library.toml.", closed=True)
            with explained():
                opened = await self._client.conversations_open(users=user)
            return str(opened["channel"]["id"]), None
        thread = notice.place.message.partition("/")[0]
        if not thread.replace(".", "").isdigit():  # it began in a modal: its first notice is its thread
            thread = notice.root.rpartition(":")[2] if notice.root else ""
        return notice.place.channel, thread or None

    async def _messages(self, channel: str, thread: str | None, **more: Any) -> AsyncIterator[dict[str, Any]]:
        cursor = None
        while True:
            page: dict[str, Any] = {"channel": channel, "limit": PAGE, "cursor": cursor, **more}
            with explained():
                if thread:
                    answer = await self._client.conversations_replies(ts=thread, include_all_metadata=True, **page)
                else:
                    answer = await self._client.conversations_history(include_all_metadata=True, **page)
            for message in answer.get("messages") or ():
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor or not (thread or more):
                return  # without a thread only the newest page can hold what was sent a moment ago

    async def _download(self, address: str, media_type: str) -> Media:
        timeout = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)
        headers = {"Authorization": f"Bearer {self._client.token}"}
        with explained():
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(address, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise Undelivered(f"Slack answered {answer.status} for the file.")
                if answer.content_type == "text/html" and media_type != "text/html":
                    raise Undelivered("Slack showed its log-in page in place of the file; the scope files:read lacks.")
                content = bytearray()
                async for chunk in answer.content.iter_chunked(65_536):
                    content += chunk
                    if len(content) > LARGEST:
                        raise Undelivered(f"It is larger than {LARGEST // 2**20} MB.", closed=True)
        return Media(media_type or answer.content_type, bytes(content))

    def _is_slacks(self, address: str) -> bool:
        """The token goes to Slack, or to the server that stands in for it, and to nobody else."""
        wanted, own = urlsplit(address), urlsplit(self._client.base_url)
        host = wanted.hostname or ""
        return (wanted.scheme, host) == (own.scheme, own.hostname) or (
            wanted.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
        )

    def _user(self, person: str | None) -> str | None:
        member = self._library.member(person) if person else None
        return member.slack if member else None


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the wire and Slack say into Undelivered."""
    try:
        yield
    except SlackApiError as trouble:
        answer: Any = trouble.response
        said = getattr(answer, "data", answer)
        status: int = getattr(answer, "status_code", 0) or getattr(answer, "status", 200)
        error = str(said.get("error") or "") if isinstance(said, dict) else ""
        if status == 429 or error in {"ratelimited", "rate_limited"}:
            headers = {str(key).casefold(): value for key, value in (answer.headers or {}).items()}
            raise Undelivered("Slack asks for patience.", float(headers.get("retry-after", 30))) from None
        # What names no error is not Slack's own answer, so nobody knows what Slack made of the call.
        failed = not error or status >= 500 or error in {"internal_error", "fatal_error"}
        reason = f"Slack says {error or f'nothing that can be read (status {status})'}."
        raise Undelivered(reason, closed=error in CLOSED, doubtful=failed) from None
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as trouble:
        raise Undelivered(f"Slack could not be reached: {type(trouble).__name__}.", doubtful=True) from None
