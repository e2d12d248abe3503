"""The way in, by interactions: buttons, forms, commands and menus. Each is answered in private, and always.

Discord wants a first response within three seconds and gives up on the rest after fifteen minutes. A form has to be
that first response; everything else is acknowledged at once and answered when the desk has stored what it brought.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import discord

from adapters import dates
from adapters.discord import forms, incoming
from adapters.discord.cards import read_id, show
from adapters.discord.chat import LOST
from adapters.discord.incoming import CHAT, person
from bot.actions import ACTIONS
from bot.chat import Card, Forward, Line, Place, Press, Undelivered
from bot.database import Unavailable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable

    from adapters.discord.chat import Speaking
    from bot.chat import Acknowledge, Answer
    from bot.desk import Desk
    from bot.library import Library

Asked = discord.Interaction[Any]
_LOG = logging.getLogger("commentdesk")


class Answers:
    """What the desk answers to one person who presses, fills in or types something."""

    def __init__(
        self, desk: Desk, library: Library, speaking: Speaking, channel: int, now: Callable[[], dt.datetime]
    ) -> None:
        self._desk = desk
        self._library = library
        self._speaking = speaking
        self._channel = channel
        self._now = now
        self._errands: set[asyncio.Future[Any]] = set()
        self.channel_name = "the staff channel"

    async def on_button(self, asked: Asked, custom_id: str) -> None:
        """A button was pressed."""
        action, case, seen = read_id(custom_id)
        await self.on_action(asked, action, case, seen)

    async def on_action(
        self, asked: Asked, name: str, case: str = "", seen: int | None = None, words: str = ""
    ) -> None:
        """Somebody wants an action: a form opens where it takes more than was said, and where they may have it now."""
        press = self._press(asked, name, case, seen=seen)
        action = ACTIONS.get(name)
        try:
            if action and forms.needs_form(action) and not words and await self._desk.may(press, self._now()):
                await self._open(asked, forms.for_action(action, case, seen, self._desk.policy))
                return
        except Unavailable as trouble:
            await self._reply(asked, not_taken(trouble))
            return
        await self._act(asked, press)

    async def on_away(self, asked: Asked, until: str) -> None:
        """Somebody says that they are away."""
        at = dates.end_of_day(until, self._now(), self._library.zone) if until else None
        if until and at is None:
            await self._reply(asked, Card(f"“{until[:40]}” is no day the desk knows. {forms.DAYS}"))
            return
        await self._act(asked, self._press(asked, "away", "", at=at))

    async def on_form(self, asked: Asked) -> None:
        """A form was sent off."""
        action, case, seen, filled = forms.read(asked.data or {})
        typed = forms.typed(filled)
        if action == forms.COMMENT:
            place = Place(CHAT, str(self._channel), f"form:{asked.id}")
            await self._forward(
                asked, Forward(place, person(asked.user), forms.comment(filled), in_channel=False), typed
            )
            return
        try:
            parts = forms.parts(action, filled, self._now(), self._library.zone)
        except forms.UnknownTime as unknown:
            await self._reply(asked, _with(Card(str(unknown), actions=(action,), case=case, seen=seen), typed))
            return
        await self._act(asked, self._press(asked, action, case, seen=seen, **parts), typed)

    async def on_comment_command(self, asked: Asked) -> None:
        """Somebody wants to type a comment with all that is known of it."""
        await self._open(asked, forms.for_comment(self._library, self._desk.wording))

    async def on_menu(self, asked: Asked, message: discord.Message) -> None:
        """“Check this comment”: Discord hands over the whole message, whatever the desk may read elsewhere."""
        me = asked.client.user.id if asked.client.user else 0
        if message.author.id == me:
            await self._reply(asked, Card("That is the desk's own message, no comment."))
            return
        here = message.channel.id == self._channel
        place = incoming.place_of(message)
        if not here:
            place = Place(CHAT, str(self._channel), f"from:{message.channel.id}:{message.id}")
        if not await self._thinking(asked):
            return
        try:
            comment, remark = await self._speaking.comment_in(message, me)
        except Undelivered as trouble:
            await self._reply(asked, Card(f"Not taken, please try again later. {trouble.reason}"))
            return
        await self._forward(asked, Forward(place, person(asked.user), comment, remark, in_channel=False))

    async def on_home(self, asked: Asked) -> None:
        """Somebody opens their desk: their replies, what is late, what waits."""
        if not await self._thinking(asked):
            return
        try:
            cards = await self._desk.home(CHAT, str(asked.user.id), self._now())
        except Unavailable as trouble:
            await self._reply(asked, not_taken(trouble))
            return
        await self._reply(asked, _as_one(cards))

    def later(self, errand: Awaitable[Any]) -> None:
        """Do this meanwhile; `finish` waits for it."""
        task: asyncio.Future[Any] = asyncio.ensure_future(errand)
        self._errands.add(task)
        task.add_done_callback(self._done)

    async def stored(self, work: Callable[[Acknowledge], Awaitable[Answer | None]]) -> Answer | None:
        """Begin what the desk does; back as soon as it is stored, while the sending goes on. Raises Unavailable."""
        stored: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()

        async def acknowledge(answer: Answer | None) -> None:
            if not stored.done():
                stored.set_result(answer)

        errand = asyncio.ensure_future(work(acknowledge))
        self.later(errand)
        await asyncio.wait({errand, stored}, return_when=asyncio.FIRST_COMPLETED)
        return stored.result() if stored.done() else errand.result()

    async def finish(self) -> None:
        """Wait for what is under way."""
        if self._errands:
            await asyncio.wait(self._errands, timeout=8)

    async def _act(self, asked: Asked, press: Press, typed: str = "") -> None:
        if not await self._thinking(asked):
            return
        action = ACTIONS.get(press.action)
        try:
            if action and action.reads:
                await self._reply(asked, (await self._desk.on_query(press, self._now())).card)
                return
            answer = await self.stored(lambda ack: self._desk.on_press(press, self._now(), ack))
        except Unavailable as trouble:
            await self._reply(asked, _with(not_taken(trouble), typed))
            return
        if answer:
            await self._reply(asked, answer.card if answer.done else _with(answer.card, typed))

    async def _forward(self, asked: Asked, forward: Forward, typed: str = "") -> None:
        if not await self._thinking(asked):
            return
        try:
            answer = await self.stored(lambda ack: self._desk.on_comment(forward, self._now(), ack))
        except Unavailable as trouble:
            await self._reply(asked, _with(not_taken(trouble), typed))
            return
        taken = Card(f"Taken. The desk answers in {self.channel_name}.")
        await self._reply(asked, _with(answer.card, typed) if answer else taken)

    def _press(self, asked: Asked, action: str, case: str, **more: Any) -> Press:
        return Press(Place(CHAT, str(self._channel), ""), person(asked.user), action, case, **more)

    async def _open(self, asked: Asked, form: discord.ui.Modal) -> None:
        try:
            await asked.response.send_modal(form)
        except LOST as trouble:
            _LOG.warning("Discord: a form could not be opened (%s).", trouble)

    async def _thinking(self, asked: Asked) -> bool:
        """Acknowledge in private; False where the person was told already that it failed, so that nothing is done."""
        if asked.response.is_done():
            return True
        try:
            await asked.response.defer(ephemeral=True, thinking=True)
        except LOST as trouble:
            _LOG.warning("Discord: a press could not be acknowledged, and was left undone (%s).", trouble)
            return False
        return True

    async def _reply(self, asked: Asked, card: Card) -> None:
        """Say it to this person alone; best effort."""
        if not await self._thinking(asked):
            return
        try:
            await asked.edit_original_response(**show(card).to_edit(), allowed_mentions=discord.AllowedMentions.none())
        except LOST as trouble:
            _LOG.warning("Discord: an answer could not be given (%s).", trouble)

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (trouble := task.exception()) and not isinstance(trouble, Unavailable):
            _LOG.error("Discord: something went wrong (%s).", type(trouble).__name__, exc_info=trouble)


def not_taken(trouble: Unavailable) -> Card:
    """Nothing was stored."""
    return Card(f"Not taken, please send it again later. {trouble}")


def _with(card: Card, typed: str) -> Card:
    """The card with what the person had typed, so that nothing typed is lost."""
    lines = (*card.lines, Line(typed, "You wrote", quoted=True)) if typed else card.lines
    return Card(card.title, lines, card.actions, card.case, card.seen)


def _as_one(cards: list[Card]) -> Card:
    """Several cards as one: headings, and a line for each case."""
    lines: list[Line] = []
    for card in cards:
        if card.case:
            stands = card.title.removeprefix(card.case).strip()
            lines += [Line(stands, card.case), *(Line(line.text, quoted=line.quoted) for line in card.lines)]
        else:
            lines += [Line("", card.title), *card.lines]
    return Card("Your desk", tuple(lines)) if len(cards) > 1 else cards[0]
