"""What Slack delivers, as comments: pasted text, shared messages, links, files."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from bot.chat import Attachment, Comment, Forward, Person, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Payload = dict[str, Any]
SLACK = "slack"
FORWARDS = frozenset({None, "file_share", "message_share", "me_message"})
"""Subtypes of a message in which a person says something; the rest are joins, edits, bots and the like."""

_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_KINDS = {"image": "image", "video": "video", "audio": "music"}


def place_of(channel: str, message: Mapping[str, Any]) -> Place:
    """Where a message stands; one within a thread carries the thread, where what the desk says about it belongs."""
    ts, thread = str(message["ts"]), message.get("thread_ts")
    return Place(SLACK, channel, f"{thread}/{ts}" if thread and thread != ts else ts)


def person_of(user: str, workspace: object, home: str | None) -> Person:
    """Somebody by their id, which is their own within one workspace only (Slack, "users.identity").

    Who comes from another workspace than the desk's `home` gets an id that no list names; the name is Slack's id.
    """
    foreign = home and workspace and workspace != home
    return Person(f"{user} of {workspace}" if foreign else user, user)


def forward_of(message: Payload, channel: str, own_user: str, home: str | None = None) -> Forward | None:
    """The forward that a message of the staff channel is; None for talk in threads, bots, and what is no message."""
    in_thread = message.get("thread_ts") not in {None, message.get("ts")}
    from_bot = message.get("bot_id") or message.get("user") in {None, own_user}
    if in_thread or from_bot or message.get("subtype") not in FORWARDS:
        return None
    by = person_of(str(message["user"]), message.get("user_team") or message.get("team"), home)
    comment, remark = comment_of(message, own_user)
    return Forward(place_of(channel, message), by, comment, remark)


def comment_of(message: Payload, own_user: str = "") -> tuple[Comment, str]:
    """The comment in a message, and what its sender wrote beside it.

    Where a message was shared, the comment is the shared one, and the sender's own words are a remark. A feed's words
    stand in its attachments or blocks.
    """
    written = plain(str(message.get("text") or ""), own_user)
    shared = [one for one in message.get("attachments") or () if one.get("is_share") or one.get("is_msg_unfurl")]
    files = [*(message.get("files") or ()), *(file for one in shared for file in one.get("files") or ())]
    attachments = tuple(_attachment(file) for file in files if file.get("mode") != "tombstone")
    words = "\n\n".join(filter(None, (_shared_text(one) for one in shared)))
    if not (words or written):
        fed = [_shared_text(one) for one in message.get("attachments") or ()]
        written = "\n\n".join(filter(None, fed)) or html.unescape("".join(_words(message.get("blocks") or ())).strip())
    if not words and not any(one.get("files") for one in shared):
        return Comment(written, attachments=attachments), ""
    # The link that was unfurled is how the sender shared it, not a word about it.
    remark = "" if re.fullmatch(r"https?://\S+", written) else written
    return Comment(words, attachments=attachments), remark


def plain(text: str, own_user: str = "") -> str:
    """Slack's markup as people read it: a link's address, a person's or channel's sign; the desk's own name goes."""
    if own_user:
        text = re.sub(rf"<@{re.escape(own_user)}(?:\|[^<>]*)?>", "", text)
    return html.unescape(_MARKUP.sub(_spoken, text)).strip()


def _spoken(match: re.Match[str]) -> str:
    target, label = match[1], match[2]
    if target.startswith(("@", "#", "!")):
        return f"{target[0] if target[0] != '!' else '@'}{label.lstrip('@#') if label else target[1:].split('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in {address, target, re.sub(r"^https?://", "", target)}:
        return address
    return f"{label} ({address})"


def _shared_text(attachment: Payload) -> str:
    """A shared message's words: its text, else what its blocks hold, else the fallback."""
    if text := plain(str(attachment.get("text") or "")):
        return text
    inner = [m.get("message") or {} for m in attachment.get("message_blocks") or ()]
    blocks = [block for message in inner for block in message.get("blocks") or ()]
    if text := "".join(_words(blocks)).strip():
        return html.unescape(text)
    fallback = plain(str(attachment.get("fallback") or ""))
    return "" if fallback.startswith("[no preview") else re.sub(r"^\[[^\]]*\] [^:]{0,80}: ", "", fallback)


def _words(parts: Iterable[Payload]) -> Iterator[str]:
    """The words of blocks and of the rich text in them."""
    for part in parts:
        match part.get("type"):
            case "text" | "mrkdwn" | "plain_text":
                yield str(part.get("text", ""))
            case "link":
                yield str(part.get("text") or part.get("url", ""))
            case "emoji":
                yield _emoji(part)
            case "user" | "channel" | "usergroup" | "broadcast":
                yield f"@{part.get('range') or part.get('user_id') or part.get('channel_id') or ''}"
            case "section" | "header":
                yield from _words([part.get("text") or {}])
                yield "\n"
            case _:
                yield from _words(part.get("elements") or ())
                if part.get("type") in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}:
                    yield "\n"


def _emoji(part: Payload) -> str:
    try:
        return "".join(chr(int(code, 16)) for code in str(part["unicode"]).split("-"))
    except (KeyError, ValueError, OverflowError):
        return f":{part.get('name', '')}:"


def _attachment(file: Payload) -> Attachment:
    kind = _KINDS.get(str(file.get("mimetype") or "").partition("/")[0], "file")
    name = file.get("alt_txt") or file.get("title") or file.get("name") or kind
    return Attachment(kind, str(name), str(file.get("id") or ""))
