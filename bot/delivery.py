"""Delivery: what is due goes out, what was sent is drawn anew, what came with a comment is fetched.

Each is a row first and a call over the wire afterwards, never both in one transaction. So a crash repeats a call at
worst: a notice that may have been sent is looked up before it is sent again, and the other two may be done twice.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bot import notices
from bot.bulletins import Bulletins
from bot.case import number_said
from bot.chat import Notice, Undelivered
from bot.outbox import Fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.case import Case
    from bot.chat import Card, Chat, Media
    from bot.library import Library
    from bot.outbox import Queued, Wanted
    from bot.reply_clock import ReplyClock
    from bot.store import Change, Store
    from bot.view import Due, View
    from bot.wording import Wording

FIRST_RETRY = dt.timedelta(seconds=30)
LAST_RETRY = dt.timedelta(minutes=15)
"""A chat that is back is not kept waiting: a reminder that comes an hour late may be none any more."""
ATTEMPTS = 36
"""How often a thing is tried, as far as the chat does not say itself when to come again."""
GIVE_UP = dt.timedelta(hours=8)
"""How long a notice is tried at least; then it is dead, and shown as such."""
LARGEST = 20 * 1024 * 1024
"""Bytes; an attachment larger than that is named on the card and not kept."""


class _Way:
    """The way to one chat: one speaks and one fetches at a time, so that no large file holds up a card."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.speaking = asyncio.Lock()
        self.fetching = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class _Ready:
    """A notice that is leased, to be sent, or drawn anew; without `notice` there is nothing to do about it."""

    queued: Queued
    notice: Notice | None
    anew: bool = False


class Delivery:
    """The desk's way out, one chat at a time: a chat that is slow or down does not hold up another."""

    def __init__(
        self, store: Store, library: Library, wording: Wording, clock: ReplyClock, chats: Sequence[Chat]
    ) -> None:
        self._store = store
        self._library = library
        self._wording = wording
        self._bulletins = Bulletins(library, wording, clock)
        self._clock = clock
        self._ways = [_Way(chat) for chat in chats]
        self.absent: set[str] = set()
        """The names of chats that are not there yet: what is due in them waits, and no attempt is counted."""

    async def queue(self, change: Change, before: Case | None, after: Case, now: dt.datetime) -> None:
        """Queue what a change of a case calls for."""
        planned = notices.called_for(before, after, self._clock, now)
        anew = {one.kind for one in planned} & (notices.REMINDERS | notices.PAGES)
        if before and anew:
            await change.call_off(after, anew)
        await self.queue_all(change, after, planned)

    async def queue_all(self, change: Change, case: Case, planned: Sequence[notices.Planned]) -> None:
        """Queue notices about a case, each way that they go."""
        direct = any(way.chat.direct for way in self._ways if way.chat.name == case.place.chat)
        fresh = [
            Fresh(one.kind, one.due_at, one.about, direct=to_one)
            for one in planned
            for to_one in notices.ways(one.kind, direct=direct)
        ]
        await change.queue(case, fresh)

    async def queue_for_all(self, change: Change, kind: str, due_at: dt.datetime, about: dict[str, Any]) -> None:
        """Queue a notice about no one case, in each chat that has a channel."""
        for chat in self._chats_with_channel():
            await change.queue_for_all(chat, kind, due_at, about)

    async def begin_digests(self, change: Change, now: dt.datetime) -> None:
        """See to it that each channel's next digest is queued."""
        for chat in self._chats_with_channel():
            if not await change.outbox.waits(chat, notices.Kind.DIGEST):
                await change.queue_for_all(chat, notices.Kind.DIGEST, self._clock.workday_opening(now), {})

    def _chats_with_channel(self) -> list[str]:
        return [way.chat.name for way in self._ways if self._library.channel(way.chat.name)]

    async def deliver(self, now: dt.datetime) -> None:
        """Do what is due. Raises Unavailable where the database does not serve."""
        async with self._store.look(self._library.id) as view:
            due = await self.due(view, now)
        await self.do(due, now)

    async def due(self, view: View, now: dt.datetime) -> Due:
        """What there is to do now."""
        return await view.due([way.chat.name for way in self._there()], now)

    async def do(self, due: Due, now: dt.datetime) -> None:
        """Do it. Raises Unavailable where the database does not serve."""
        work = [self._speak(way, now) for way in self._there() if due.to_say]
        work += [self._fetch_wanted(way, now) for way in self._there() if due.to_fetch]
        done = await asyncio.gather(*work, return_exceptions=True)
        for trouble in filter(None, done):
            raise trouble

    def _there(self) -> list[_Way]:
        return [way for way in self._ways if way.chat.name not in self.absent]

    async def _speak(self, way: _Way, now: dt.datetime) -> None:
        async with way.speaking:
            while (ready := await self._next(way.chat, now)) is not None:
                do = self._redraw if ready.anew else self._send
                if ready.notice is not None and not await do(way.chat, ready.queued, ready.notice, now):
                    break  # the chat is down or busy: what else is due would fail or wait as well

    async def _fetch_wanted(self, way: _Way, now: dt.datetime) -> None:
        async with way.fetching:
            while (wanted := await self._next_to_fetch(way.chat, now)) is not None:
                if not await self._fetch(way.chat, wanted, now):
                    break

    async def _next(self, chat: Chat, now: dt.datetime) -> _Ready | None:
        """What is to be said next: a notice that is due, else a card to draw anew."""
        async with self._store.change(self._library.id, now) as change:
            queued = await change.outbox.lease(chat.name)
            if queued is not None:
                return _Ready(queued, await self._if_due(change, queued, now))
            while (queued := await change.outbox.to_draw(chat.name)) is not None:
                case = await _case(change, queued.case)
                to = await self._recipient(change, queued, case, now)
                notice = await self._notice(change, queued, case, to, now)
                if queued.attempts <= ATTEMPTS and digest(notice.card) != queued.drawn:
                    return _Ready(queued, notice, anew=True)
                await change.outbox.drew(queued)
            return None

    async def _if_due(self, change: Change, queued: Queued, now: dt.datetime) -> Notice | None:
        """A leased notice, if it is to go out now; what becomes of it otherwise is stored."""
        if queued.attempts > ATTEMPTS and now - queued.due_at > GIVE_UP:
            await change.outbox.settle(queued, "dead")
            change.note("notice given up", queued.case or None, _said(queued))
            if queued.kind == notices.Kind.DIGEST:
                await self._again(change, queued, now)
            return None
        if not queued.case:
            return await self._for_all(change, queued, now)
        case = await _case(change, queued.case)
        to = await self._recipient(change, queued, case, now)
        lost = notices.lost_point(queued.kind, queued.about, case, now)
        missing = to is None and (queued.direct or queued.kind in notices.FOR_ONE)
        if not lost and missing and queued.kind in notices.DAILY:
            await change.outbox.put_off(queued, self._clock.next_workday_opening(now))  # perhaps back by then
            return None
        # One that may stand there already is looked for first, whatever has become of its point.
        if (lost and not queued.doubtful) or missing or await self._has_a_twin(change, queued):
            await self._drop(change, queued)
            return None
        if queued.kind in notices.REMINDERS and not self._clock.is_open(now):
            await change.outbox.put_off(queued, self._clock.next_open(now))
            return None
        return await self._notice(change, queued, case, to, now)

    async def _has_a_twin(self, change: Change, queued: Queued) -> bool:
        """Did its other copy, meant for the other way, go out this way?"""
        copies = notices.ways(queued.kind, direct=True)
        return len(copies) > 1 and queued.direct in await change.outbox.twins(queued)

    async def _drop(self, change: Change, queued: Queued) -> None:
        await change.outbox.settle(queued, "dropped")
        change.note("notice dropped", queued.case, _said(queued))

    async def _for_all(self, change: Change, queued: Queued, now: dt.datetime) -> Notice | None:
        """A notice about no one case, for a chat's channel; None where it is not its time or nothing is to say."""
        if queued.kind == notices.Kind.DIGEST:
            today = self._clock.local_date(now)
            working = self._clock.is_workday(today) and self._clock.is_open(now)
            card = await self._bulletins.digest(change, now) if working else None
            if card is None:
                await change.outbox.put_off(queued, self._clock.next_workday_opening(now))
                return None
        else:
            card = self._bulletins.closure(queued.about)
        to = self._library.decider(await self.away(change, now)).name if queued.direct else None
        place = replace(queued.place, channel=self._library.channel(queued.place.chat) or "")
        return Notice(
            f"desk·{queued.number}", place, to, card, doubtful=queued.doubtful, direct=queued.direct, root=None
        )

    async def away(self, view: View, now: dt.datetime) -> frozenset[str]:
        """The names of who is away now."""
        return self._library.away(await view.away(), self._clock.local_date(now), now)

    async def _recipient(self, change: Change, queued: Queued, case: Case, now: dt.datetime) -> str | None:
        away = await self.away(change, now)
        to = notices.recipient(queued.kind, case, self._library, away)
        # What was for everyone and finds the channel gone goes to whoever answers for it.
        everyones = queued.direct and queued.turned and queued.kind not in notices.FOR_ONE
        return self._library.decider(away).name if to is None and everyones else to

    async def _notice(self, change: Change, queued: Queued, case: Case, to: str | None, now: dt.datetime) -> Notice:
        return Notice(
            f"{case.number}·{queued.number}",
            case.place,
            to,
            self._wording.notice(queued.kind, case, now, to, about=queued.about),
            doubtful=queued.doubtful,
            direct=queued.direct,
            root=await change.outbox.root(queued),
        )

    async def _send(self, chat: Chat, queued: Queued, notice: Notice, now: dt.datetime) -> bool:
        """Send it; False where the chat may not take the next one either."""
        said: dict[str, Any] = {**_said(queued), "to": notice.to}
        try:
            found = await chat.find(notice) if notice.doubtful else None
            if notice.doubtful and not found and await self._dropped(queued, now):
                return True
            message = found or await chat.send(notice)
        except Undelivered as trouble:
            async with self._store.change(self._library.id, now) as change:
                change.note("notice not sent", queued.case or None, {**said, "why": trouble.reason})
                await self._not_sent(change, chat, queued, trouble, now)
            return trouble.closed
        async with self._store.change(self._library.id, now) as change:
            stale = await self._is_stale(change, queued, notice, now, found=found is not None)
            shown = {"redraw_at": now, "attempts": 0} if stale else {"drawn": digest(notice.card)}
            await change.outbox.settle(queued, "sent", message=message, **shown)
            change.note("notice sent", queued.case or None, {**said, "card": asdict(notice.card)})
            await self._again(change, queued, now)
        return True

    async def _dropped(self, queued: Queued, now: dt.datetime) -> bool:
        """Drop a notice that has lost its point and was not sent after all; has it?"""
        if not queued.case:
            return False
        async with self._store.change(self._library.id, now) as change:
            lost = notices.lost_point(queued.kind, queued.about, await _case(change, queued.case), now)
            if lost:
                await self._drop(change, queued)
        return lost

    async def _is_stale(self, change: Change, queued: Queued, notice: Notice, now: dt.datetime, *, found: bool) -> bool:
        """May the message show what is no longer so? The case has changed on its way, or before it was found."""
        if found or queued.kind not in notices.SHOWS_THE_CASE:
            return queued.kind in notices.SHOWS_THE_CASE
        case = await _case(change, queued.case)
        to = await self._recipient(change, queued, case, now)
        return self._wording.notice(queued.kind, case, now, to, about=queued.about) != notice.card

    async def _again(self, change: Change, queued: Queued, now: dt.datetime) -> None:
        """Queue the next one, of a notice that comes more than once."""
        due = notices.again(queued.kind, self._clock, now)
        if due is None:
            return
        if not queued.case:
            await change.queue_for_all(queued.place.chat, queued.kind, due, queued.about)
            return
        case = await _case(change, queued.case)
        if not notices.lost_point(queued.kind, queued.about, case, now):
            direct = queued.direct != queued.turned  # the next one goes its own way again
            await change.queue(case, [Fresh(queued.kind, due, queued.about, direct=direct)])

    async def _not_sent(
        self, change: Change, chat: Chat, queued: Queued, trouble: Undelivered, now: dt.datetime
    ) -> None:
        """Try again later; where the way is shut for good, the other way, unless a copy went there already."""
        later = now + _wait(queued.attempts, trouble)
        if trouble.doubtful or (queued.doubtful and not trouble.closed):
            # As if this desk had died: whoever takes it again looks it up first.
            await change.outbox.wait(queued, later, doubtful=True, trouble=trouble.reason)
        elif not (trouble.closed and chat.direct):
            await change.outbox.wait(queued, later, trouble=trouble.reason)
        elif await change.outbox.twins(queued):
            await change.outbox.settle(queued, "dropped", trouble=trouble.reason)
        else:
            turn = {"direct": not queued.direct, "turned": not queued.turned}
            at = later if queued.turned else now
            await change.outbox.wait(queued, at, trouble=trouble.reason, **turn)

    async def _redraw(self, chat: Chat, queued: Queued, notice: Notice, now: dt.datetime) -> bool:
        drawn: str | None = digest(notice.card)
        again_at, attempts = None, queued.attempts
        try:
            await chat.redraw(notice, queued.message or "")
        except Undelivered as trouble:
            drawn = None
            again_at = None if trouble.closed else now + _wait(queued.attempts, trouble)
            attempts = _counted(queued.attempts, trouble)
        async with self._store.change(self._library.id, now) as change:
            await change.outbox.drew(queued, drawn=drawn, again_at=again_at, attempts=attempts)
        return again_at is None

    async def _next_to_fetch(self, chat: Chat, now: dt.datetime) -> Wanted | None:
        async with self._store.change(self._library.id, now) as change:
            return await change.outbox.to_fetch(chat.name)

    async def _fetch(self, chat: Chat, wanted: Wanted, now: dt.datetime) -> bool:
        """Fetch it; False where the chat may not give the next one either."""
        said: dict[str, Any] = {"attachment": wanted.number}
        try:
            media = _accepted(await chat.fetch(wanted.source))
        except Undelivered as trouble:
            attempts = _counted(wanted.attempts, trouble)
            again = not trouble.closed and attempts < ATTEMPTS
            again_at = now + _wait(wanted.attempts, trouble) if again else None
            async with self._store.change(self._library.id, now) as change:
                await change.outbox.refuse(wanted, trouble.reason, again_at, attempts)
                if not again:
                    change.note("attachment not kept", wanted.case, {**said, "why": trouble.reason})
            return trouble.closed
        async with self._store.change(self._library.id, now) as change:
            sha256 = await change.outbox.keep(wanted, media)
            kept = {**said, "media type": media.media_type, "bytes": len(media.content), "sha256": sha256}
            change.note("attachment kept", wanted.case, kept)
        return True


_KEPT = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
)
"""What is kept: how a file of each type begins, and where; a name or a header alone proves nothing."""


def media_type(content: bytes) -> str | None:
    """What bytes are, by how they begin, among the types that the desk keeps."""
    return next((name for sign, at, name in _KEPT if content.startswith(sign, at)), None)


def _accepted(media: Media) -> Media:
    """What may be kept: a picture or a page, of a size that a database bears. Raises Undelivered."""
    if media.media_type not in {name for _, _, name in _KEPT}:
        raise Undelivered(f"It is {media.media_type[:60]}, no picture that the desk keeps.", closed=True)
    if media_type(media.content) != media.media_type:
        raise Undelivered(f"It says it is {media.media_type}, and is not.", closed=True)
    if len(media.content) > LARGEST:
        raise Undelivered(f"It is larger than {LARGEST // 2**20} MB.", closed=True)
    return media


def digest(card: Card) -> str:
    """A SHA-256 hex digest of all that a card shows."""
    return hashlib.sha256(repr(card).encode()).hexdigest()


def _wait(attempts: int, trouble: Undelivered) -> dt.timedelta:
    """How long to leave a chat alone after a failure; its own wish goes first."""
    if trouble.retry_after is not None:
        return dt.timedelta(seconds=trouble.retry_after)
    doubled: dt.timedelta = FIRST_RETRY * 2 ** min(max(attempts, 1) - 1, ATTEMPTS)
    return min(doubled, LAST_RETRY)


def _counted(attempts: int, trouble: Undelivered) -> int:
    """The attempts so far; a chat that says when to come again, however often, has not failed."""
    return attempts if trouble.retry_after is None else attempts - 1


def _said(queued: Queued) -> dict[str, Any]:
    return {"notice": queued.number, "kind": queued.kind}


async def _case(view: View, number: str) -> Case:
    found = await view.case(*(number_said(number) or (None, 0)))
    if found is None:
        raise AssertionError("a notice belongs to a case")
    return found
