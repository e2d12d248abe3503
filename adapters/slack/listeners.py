"""Listening in Slack: every event, command, shortcut, button and modal, and how it is acknowledged.

An event is acknowledged once the desk has stored what it brought, and never later than what the desk sends about it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

from slack_bolt.response import BoltResponse

from adapters.slack import blocks, forms
from adapters.slack.incoming import SLACK, comment_of, forward_of, place_of
from bot.actions import ACTIONS
from bot.chat import Answer, Card, Forward, Person, Place, Press, Undelivered
from bot.database import Unavailable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable

    from slack_bolt.async_app import AsyncApp

    from adapters.slack.chat import Speaking
    from bot.chat import Acknowledge
    from bot.desk import Desk
    from bot.library import Library

CHECK = "check_comment"
NEW = "new_comment"
COMMAND = "/comment"
Payload = dict[str, Any]
_LOG = logging.getLogger("commentdesk")
_UNFURLED = frozenset({"is_share", "is_msg_unfurl"})


class Listeners:
    """The hearing half of the Slack chat, for one channel."""

    def __init__(
        self,
        desk: Desk,
        library: Library,
        speaking: Speaking,
        channel: str,
        own_user: str,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._now = now
        self._desk = desk
        self._library = library
        self._speaking = speaking
        self._channel = channel
        self._own_user = own_user
        self._errands: set[asyncio.Task[Any]] = set()

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt what the desk listens to; the manifest says the same to Slack."""
        app.event("message", middleware=[self._on_message])(_nothing_more)
        app.event("app_mention", middleware=[self._on_mention])(_nothing_more)
        app.event("app_home_opened")(self._on_home)
        app.shortcut(CHECK)(self._on_shortcut)
        app.shortcut(NEW)(self._on_new)
        app.command(COMMAND)(self._on_new)
        app.action(re.compile(r"^desk:"))(self._on_button)
        app.action(re.compile(".*"))(self._on_unknown)
        app.view(forms.ACTION)(self._on_action_form)
        app.view(forms.COMMENT)(self._on_comment_form)
        app.error(_on_error)

    async def finish(self) -> None:
        """Wait for what is under way."""
        if self._errands:
            await asyncio.wait(self._errands, timeout=8)

    async def forward(self, forward: Forward, *, tell: bool = True) -> None:
        """Hand a forward to the desk; back once it is stored. Raises Unavailable."""
        answer = await self._stored(lambda ack: self._desk.on_comment(forward, self._now(), ack))
        if answer and tell:
            self._later(self._tell(self._channel, forward.by.id, answer.card, forward.place.message.partition("/")[0]))

    def reading(self, message: Payload) -> Forward | None:
        """A message of the channel's history as a forward."""
        return forward_of(message, self._channel, self._own_user)

    async def _on_message(self, event: Payload, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 - the name is Bolt's
        message = event
        if event.get("subtype") == "message_changed":
            # An edit makes no case; only a link that Slack has unfurled since brings words that were not there.
            message = event.get("message") or {}
            if not any(_UNFURLED & set(one) for one in message.get("attachments") or ()):
                return await next()
        if event.get("channel") == self._channel and (forward := self.reading(message)):
            await self.forward(forward)
        return await next()

    async def _on_mention(self, event: Payload, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 - the name is Bolt's
        if event.get("channel") == self._channel:
            if forward := self.reading(event):
                await self.forward(forward)
        elif event.get("user") and "bot_id" not in event:
            hint = Card(
                f"{self._library.name}'s desk listens in one channel only. Forward the comment there, or use the "
                "message shortcut “Check this comment”."
            )
            self._later(self._tell(str(event["channel"]), str(event["user"]), hint))
        return await next()

    async def _on_shortcut(self, ack: Any, body: Payload, client: Any) -> None:
        message, channel, user = body["message"], str(body["channel"]["id"]), str(body["user"]["id"])
        if message.get("user") == self._own_user:
            await ack()
            await self._show(client, body, Card("That is the desk's own message, no comment."))
            return
        here = channel == self._channel
        place = place_of(channel, message) if here else Place(SLACK, self._channel, f"from:{channel}:{message['ts']}")
        comment, remark = comment_of(message, self._own_user)
        forward = Forward(place, Person(user, user), comment, remark, in_channel=here)
        try:
            answer = await self._stored(lambda stored: self._desk.on_comment(forward, self._now(), stored))
        except Unavailable as trouble:
            await ack()
            await self._show(client, body, _not_taken(trouble))
            return
        await ack()
        # Without an answer the desk speaks in the channel; one who is elsewhere is told where.
        if answer or not here:
            await self._show(client, body, answer.card if answer else Card("Taken. The desk answers in its channel."))

    async def _on_new(self, ack: Any, body: Payload, client: Any) -> None:
        await ack()
        text = str(body.get("text") or "")
        form = forms.comment_form(self._library, self._desk.wording, text)
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    async def _on_comment_form(self, ack: Any, body: Payload, view: Payload) -> None:
        user = str(body["user"]["id"])
        place = Place(SLACK, self._channel, f"modal:{view['id']}")
        comment = forms.comment_in(view)
        if comment.posted_at and comment.posted_at > self._now():
            await ack(response_action="errors", errors={"posted_at": "That time is still to come."})
            return
        forward = Forward(place, Person(user, user), comment, in_channel=False)
        await self._submit(ack, lambda stored: self._desk.on_comment(forward, self._now(), stored))

    async def _on_action_form(self, ack: Any, body: Payload, view: Payload) -> None:
        press = self._press(str(body["user"]["id"]), **forms.action_in(view, self._library.zone))
        await self._submit(ack, lambda stored: self._desk.on_press(press, self._now(), stored))

    async def _submit(self, ack: Any, work: Callable[[Acknowledge], Awaitable[Answer | None]]) -> None:
        """A modal closes where it was done as asked; else it says why not, and nothing typed is lost before that."""
        try:
            answer = await self._stored(work)
        except Unavailable as trouble:
            await ack(response_action="push", view=blocks.modal("Not taken", blocks.whole(_not_taken(trouble))))
            return
        if answer is None or answer.done:
            await ack()
        else:
            await ack(response_action="push", view=blocks.modal("Comment Desk", blocks.whole(answer.card)))

    async def _on_button(self, ack: Any, body: Payload, action: Payload, client: Any, respond: Any) -> None:
        name = str(action["action_id"]).partition(":")[2]
        case, _, seen = str(action.get("value") or "").partition("|")
        wanted = ACTIONS.get(name)
        press = self._press(str(body["user"]["id"]), name, case, seen=int(seen) if seen.isdigit() else None)
        try:
            if wanted and wanted.reads:
                await ack()
                await self._read(client, body, press)
            elif wanted and forms.needs_form(wanted) and await self._desk.may(press, self._now()):
                await ack()
                form = forms.action_form(wanted, case, press.seen, self._desk.policy)
                await client.views_open(trigger_id=body["trigger_id"], view=form)
            else:
                answer = await self._stored(lambda stored: self._desk.on_press(press, self._now(), stored))
                await ack()
                await self._answer(body, answer.card if answer else Card(""), respond)
        except Unavailable as trouble:
            await ack()
            await self._answer(body, _not_taken(trouble), respond)

    async def _on_unknown(self, ack: Any, body: Payload, respond: Any) -> None:
        await ack()
        await self._answer(body, self._desk.refusals.unknown_action(), respond)

    async def _read(self, client: Any, body: Payload, press: Press) -> None:
        # A trigger lives three seconds: the modal opens first and is filled afterwards.
        opened = await client.views_open(
            trigger_id=body["trigger_id"], view=blocks.modal("Comment Desk", blocks.whole(Card("One moment…")))
        )
        answer = await self._desk.on_query(press, self._now())
        view = blocks.modal(press.case or "Comment Desk", blocks.whole(answer.card))
        await client.views_update(view_id=opened["view"]["id"], view=view)

    async def _on_home(self, event: Payload) -> None:
        if event.get("tab", "home") == "home":
            await self._publish(str(event["user"]))

    async def _publish(self, user: str) -> None:
        cards = await self._desk.home(SLACK, user, self._now())
        await self._speaking.publish(user, blocks.home(cards))

    async def _answer(self, body: Payload, card: Card, respond: Any) -> None:
        """Tell one person something after a press: in private, beside what they pressed; at home, the new home."""
        if (body.get("view") or {}).get("type") == "home":
            self._later(self._publish(str(body["user"]["id"])))
            return
        if body.get("response_url"):
            await respond(**blocks.message(card), response_type="ephemeral", replace_original=False)
        elif channel := (body.get("channel") or {}).get("id"):
            await self._tell(str(channel), str(body["user"]["id"]), card)

    async def _show(self, client: Any, body: Payload, card: Card) -> None:
        """Show one person a card in a modal, or in the channel where there is no trigger left."""
        view = blocks.modal("Comment Desk", blocks.whole(card))
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def _tell(self, channel: str, user: str, card: Card, thread: str | None = None) -> None:
        try:
            await self._speaking.tell(channel, user, card, thread)
        except Undelivered as trouble:
            _LOG.warning("Slack: an answer could not be given. %s", trouble.reason)

    def _press(self, user: str, action: str, case: str, **more: Any) -> Press:
        return Press(Place(SLACK, self._channel, ""), Person(user, user), action, case, **more)

    async def _stored(self, work: Callable[[Acknowledge], Awaitable[Answer | None]]) -> Answer | None:
        """Begin what the desk does; back as soon as it is stored, while the sending goes on. Raises Unavailable."""
        stored: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()

        async def acknowledge(answer: Answer | None) -> None:
            if not stored.done():
                stored.set_result(answer)

        errand = asyncio.ensure_future(work(acknowledge))
        self._later(errand)
        await asyncio.wait({errand, stored}, return_when=asyncio.FIRST_COMPLETED)
        return stored.result() if stored.done() else errand.result()

    def _later(self, errand: Awaitable[Any]) -> None:
        task: asyncio.Task[Any] = asyncio.ensure_future(errand)
        self._errands.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and (trouble := task.exception()) and not isinstance(trouble, Unavailable):
            _LOG.error("Slack: something went wrong (%s).", type(trouble).__name__, exc_info=trouble)


def _not_taken(trouble: Unavailable) -> Card:
    return Card(f"Not taken, please send it again later. {trouble}")


async def _nothing_more() -> None:
    """What an event brought was stored before it is acknowledged; nothing is left to do."""


async def _on_error(error: Exception) -> BoltResponse:
    """Not acknowledged, so Slack delivers it again."""
    if isinstance(error, Unavailable):
        _LOG.error("Slack: not stored, so not acknowledged. %s", error)
    else:
        _LOG.error("Slack: an event could not be handled (%s).", type(error).__name__, exc_info=error)
    return BoltResponse(status=503)
