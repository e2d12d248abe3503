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
from adapters.discord.incoming import CHAT
from bot.actions import ACTIONS
from bot.chat import Card, Forward, Line, Place, Press, Undelivered
from bot.database import Unavailable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable

    from adapters.discord.chat import Speaking
    from adapters.discord.people import People
    from bot.chat import Acknowledge, Answer, Person
    from bot.desk import Desk
    from bot.library import Library

Asked = discord.Interaction[Any]
_LOG = logging.getLogger("commentdesk")


class Answers:
    """What the desk answers to one person who presses, fills in or types something."""

    def __init__(
        self,
        desk: Desk,
        library: Library,
        speaking: Speaking,
        people: People,
        channel: int,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._desk = desk
        self._library = library
        self._speaking = speaking
        self._people = people
        self._channel = channel
        self._now = now
        self._errands: set[asyncio.Future[Any]] = set()
        self.channel_name = "the staff channel"

    async def on_button(self, asked: Asked, custom_id: str) -> None:
        """A button was pressed."""
        action, case, seen = read_id(custom_id)
        await self.on_action(asked, action, case, seen)

    async def on_action(self, asked: Asked, name: str, case: str = "", seen: int | None = None) -> None:
        """Somebody wants an action: a form opens where it takes more than a press, and where they may have it now."""
        action = ACTIONS.get(name)
        try:
            press = self._press(await self._people.person(asked.user), name, case, seen=seen)
            if action and forms.needs_form(action) and await self._desk.may(press, self._now()):
                people = [member.name for member in self._library.people if member.adult]
                await self._open(asked, forms.for_action(action, case, seen, self._desk.policy, people))
                return
        except (Unavailable, Undelivered) as trouble:
            await self._reply(asked, self._not_taken(trouble))
            return
        await self._act(asked, name, case, seen=seen)

    async def on_away(self, asked: Asked, until: str) -> None:
        """Somebody says that they are away."""
        at = dates.end_of_day(until, self._now(), self._library.zone) if until else None
        if until and at is None:
            await self._reply(asked, Card(f"“{until[:40]}” is no day the desk knows. {forms.DAYS}"))
            return
        await self._act(asked, "away", at=at)

    async def on_form(self, asked: Asked) -> None:
        """A form was sent off."""
        action, case, seen, filled = forms.read(asked.data or {})
        typed = forms.typed(filled)
        if action == forms.COMMENT:

            async def forward(by: Person) -> Card:
                place = Place(CHAT, str(self._channel), f"form:{asked.id}")
                return await self._forward(Forward(place, by, forms.comment(filled), in_channel=False), typed)

            await self._private(asked, forward, typed)
            return
        try:
            parts = forms.parts(action, filled, self._now(), self._library.zone)
        except forms.UnknownTime as unknown:
            await self._reply(asked, _with(Card(str(unknown), actions=(action,), case=case, seen=seen), typed))
            return
        await self._act(asked, action, case, typed, seen=seen, **parts)

    async def on_comment_command(self, asked: Asked) -> None:
        """Somebody wants to type a comment with all that is known of it."""
        await self._open(asked, forms.for_comment(self._library, self._desk.wording))

    async def on_menu(self, asked: Asked, message: discord.Message) -> None:
        """“Check this comment”: Discord hands over the whole message, whatever the desk may read elsewhere."""
        me = asked.client.user.id if asked.client.user else 0
        if message.author.id == me:
            await self._reply(asked, Card("That is the desk's own message, no comment."))
            return
        place = incoming.place_of(message)
        if message.channel.id != self._channel:
            place = Place(CHAT, str(self._channel), f"from:{message.channel.id}:{message.id}")

        async def forward(by: Person) -> Card:
            comment, remark = await self._speaking.comment_in(message, me)
            return await self._forward(Forward(place, by, comment, remark, in_channel=False))

        await self._private(asked, forward)

    async def on_home(self, asked: Asked) -> None:
        """Somebody opens their desk: their replies, what is late, what waits."""

        async def home(who: Person) -> Card:
            return _as_one(await self._desk.home(CHAT, who.id, self._now()))

        await self._private(asked, home)

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

    async def _act(self, asked: Asked, name: str, case: str = "", typed: str = "", **more: Any) -> None:
        action = ACTIONS.get(name)

        async def act(by: Person) -> Card:
            press = self._press(by, name, case, **more)
            if action and action.reads:
                return (await self._desk.on_query(press, self._now())).card
            answer = await self.stored(lambda ack: self._desk.on_press(press, self._now(), ack))
            if answer is None:
                raise AssertionError("a press is always answered")
            return answer.card if answer.done else _with(answer.card, typed)

        await self._private(asked, act, typed)

    async def _forward(self, forward: Forward, typed: str = "") -> Card:
        answer = await self.stored(lambda ack: self._desk.on_comment(forward, self._now(), ack))
        return _with(answer.card, typed) if answer else Card(f"Taken. The desk answers in {self.channel_name}.")

    async def _private(self, asked: Asked, work: Callable[[Person], Awaitable[Card]], typed: str = "") -> None:
        """Acknowledge, do it, and tell this person what came of it; what can not be taken now is given back."""
        if not await self._thinking(asked):
            return
        try:
            card = await work(await self._people.person(asked.user))
        except (Unavailable, Undelivered) as trouble:
            card = _with(self._not_taken(trouble), typed)
        await self._reply(asked, card)

    def _not_taken(self, trouble: Unavailable | Undelivered) -> Card:
        """Nothing was stored."""
        _LOG.error("Discord: not taken. %s", trouble)
        if isinstance(trouble, Undelivered):
            return Card(f"Not taken, please send it again later. {trouble}")
        return self._desk.refusals.not_taken()

    def _press(self, by: Person, action: str, case: str, **more: Any) -> Press:
        return Press(Place(CHAT, str(self._channel), ""), by, action, case, **more)

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
