"""What crosses the border between the desk and a chat: data that no chat product shapes, and the Chat protocol."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


def storable(text: str) -> str:
    """Text as every database and file can keep it: NUL and halves of surrogate pairs become visible signs."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came with a comment: its kind (image, video, music, link) and what it shows or says."""

    kind: str
    description: str
    source: str = ""
    """The chat's own handle on its bytes, for `Chat.fetch`; empty where there are none to keep."""


@dataclass(frozen=True, slots=True)
class Media:
    """What an attachment holds: its media type, such as image/png, and its bytes."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """A different comment, seen before on the library's pages."""

    author: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What a member of the public wrote, as received. What staff did not say is None. Times are aware UTC."""

    text: str
    post: str | None = None
    author: str | None = None
    platform: str | None = None
    account: str | None = None
    """The library's account that the comment stands under."""
    permalink: str | None = None
    posted_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def unread(self) -> bool:
        """All there is of it is a picture or a link, whose words nobody has typed yet."""
        return not self.text.strip() and bool(self.permalink or any(a.source for a in self.attachments))

    def storable(self) -> Comment:
        """The comment with every text made storable; empty facts become unknown ones."""
        return replace(
            self,
            text=storable(self.text),
            post=_known(self.post),
            author=_known(self.author),
            platform=_known(self.platform),
            account=_known(self.account),
            permalink=_known(self.permalink),
            attachments=tuple(
                Attachment(storable(a.kind), storable(a.description), storable(a.source)) for a in self.attachments
            ),
        )


def _known(text: str | None) -> str | None:
    return storable(text) if text and text.strip() else None


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks in a chat: the chat's own id for them, and the name it shows."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a chat something is said: the channel, and the message that the case's thread hangs on."""

    chat: str
    channel: str
    message: str


@dataclass(frozen=True, slots=True)
class Forward:
    """A message of the staff chat that carries a comment. `place` tells a message delivered twice from two messages."""

    place: Place
    by: Person
    comment: Comment
    remark: str = ""
    """What the person who shared it wrote beside it."""
    in_channel: bool = True
    """The place is a message of the channel, which a reading of its history would show again."""


@dataclass(frozen=True, slots=True)
class Press:
    """A person asks for an action of `bot.actions`: `case` as they said it, the rest as the action needs it."""

    place: Place
    by: Person
    action: str
    case: str = ""
    text: str = ""
    guidelines: tuple[int, ...] = ()
    at: datetime | None = None
    seen: int | None = None
    """Which verdict of the case, counted from 1, the presser was looking at; None where the chat can not know."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a card. `quoted` text is a stranger's: shown as plain text that can not ping, link or format."""

    text: str
    label: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """Something to show: a title that says it all, lines, and the actions offered, by their names in `bot.actions`."""

    title: str
    lines: tuple[Line, ...] = ()
    actions: tuple[str, ...] = ()
    case: str = ""
    seen: int | None = None
    """Which verdict of the case it shows, counted from 1; a press on it says so again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person is told at once and in private; best effort, never queued. `done`: it was done as asked."""

    card: Card
    done: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something durable that the desk says. `id` is short and stands visibly in the message: `2026-0042·3`."""

    id: str
    place: Place
    to: str | None
    """Whom it is for, by the name in `library.toml`; None is everyone in the thread."""
    card: Card
    doubtful: bool = False
    """It repeats a send whose end is unknown."""
    direct: bool = False
    """It goes to that person alone, not into the thread."""
    root: str | None = None
    """The chat's id of the case's first notice: the thread of a case that no message of the channel began."""


class Undelivered(Exception):
    """The chat did not take a notice, or did not give an attachment. `retry_after` is the chat's own wish in seconds.

    `closed` says that this way is shut for good: the channel is gone, or the person takes no direct messages.
    `doubtful` says that the chat may have taken it all the same: it timed out, or failed while it answered.
    """

    def __init__(
        self, reason: str, retry_after: float | None = None, *, closed: bool = False, doubtful: bool = False
    ) -> None:
        self.reason = reason
        self.retry_after = retry_after
        self.closed = closed
        self.doubtful = doubtful
        super().__init__(reason)


Acknowledge = Callable[["Answer | None"], Awaitable[None]]
"""Called with the answer once a change is stored and before anything is sent: here a chat acknowledges the event."""


class Chat(Protocol):
    """A place where staff talk. `name` is what `Place.chat` says; `direct`, whether one person can be told alone."""

    name: str
    direct: bool

    async def send(self, notice: Notice) -> str:
        """Show the notice and return the chat's id of the message. Raises Undelivered."""

    async def find(self, notice: Notice) -> str | None:
        """Look for a notice that may have been sent already; its message id, or None. Raises Undelivered."""

    async def redraw(self, notice: Notice, message: str) -> None:
        """Show the notice's card in place of what the message showed; twice is as once. Raises Undelivered."""

    async def fetch(self, source: str) -> Media:
        """What an attachment holds. Raises Undelivered."""
