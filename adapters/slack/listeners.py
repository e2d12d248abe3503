"""Listening in Slack: every event, command, shortcut, button and modal, and how it is acknowledged.

What changes something is acknowledged once the desk has stored it, and never waits for what the desk sends about it.
What only shows something is acknowledged at once. All that follows an acknowledgement is an errand: it may fail, in
words, and never undoes the acknowledgement.
"""

from __future__ import annotations

import asyncio
import html
import logging
import re
from typing import TYPE_CHECKING, Any

from slack_bolt.response import BoltResponse

from adapters.slack import blocks, forms
from adapters.slack.incoming import SLACK, comment_of, forward_of, person_of, place_of
from bot.actions import ACTIONS, refused
from bot.chat import Answer, Card, Comment, Forward, Place, Press, Undelivered
from bot.database import Unavailable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable

    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult

    from adapters.slack.chat import Speaking
    from bot.actions import Action
    from bot.chat import Acknowledge, Person
    from bot.desk import Desk
    from bot.library import Library

CHECK = "check_comment"
NEW = "new_comment"
COMMAND = "/comment"
REMEMBERED = 10_000
"""Messages and presses that the desk remembers to have looked at; far more than an hour brings."""
TAKEN = "Taken. The desk answers in its channel."
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
        own: AuthorizeResult,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._now = now
        self._desk = desk
        self._library = library
        self._speaking = speaking
        self._channel = channel
        self._own = own
        self._own_user = str(own.bot_user_id)
        # In an organisation of several workspaces (Enterprise Grid) ids are the organisation's.
        self._home = None if own.enterprise_id else own.team_id
        self._errands: set[asyncio.Task[Any]] = set()
        self._looked_at: dict[str, None] = {}  # also what was refused, which is no case; a dict keeps their order
        self._begun: dict[str, None] = {}

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt what the desk listens to; the manifest says the same to Slack."""
        app.use(self._admit)
        app.event("message", middleware=[self._on_message])(_nothing_more)
        app.event("app_mention", middleware=[self._on_mention])(_nothing_more)
        app.event("app_home_opened")(self._on_home)
        app.shortcut(CHECK)(self._on_shortcut)
        app.shortcut(NEW)(self._on_new)
        app.command(COMMAND)(self._on_command)
        app.action(re.compile(r"^desk:"))(self._on_button)
        app.action(re.compile(r"^page:"))(self._on_page)
        # Bolt goes on to the next match where an acknowledgement takes too long, so no two may match one button.
        app.action(re.compile(r"^(?!desk:|page:)"))(self._on_unknown)
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
        _remember(self._looked_at, forward.place.message)
        if answer and tell:
            # Nobody has answered in its thread, and Slack shows private words only in threads that somebody did.
            self._later(self._speaking.tell(self._channel, forward.by.name, answer.card))

    def reading(self, message: Payload) -> Forward | None:
        """A message of the channel as a forward."""
        return forward_of(message, self._channel, self._own_user, self._home)

    def unheard(self, message: Payload) -> Forward | None:
        """A message of the channel's history as a forward, unless the desk has looked at it since the start."""
        return None if message["ts"] in self._looked_at else self.reading(message)

    async def _admit(self, body: Payload, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 - the name is Bolt's
        """Let through what comes from the desk's own workspace, and each press, form and command once."""
        if not self._is_home(body):
            _LOG.warning("Slack: something came from another workspace, and was left.")
            return BoltResponse(status=200)
        trigger = str(body.get("trigger_id") or "")
        if trigger in self._begun:
            _LOG.warning("Slack: the same press or form came again, and was left.")
            return BoltResponse(status=200)
        if trigger:
            _remember(self._begun, trigger)
        return await next()

    def _is_home(self, body: Payload) -> bool:
        """Does it come from the desk's workspace, or its organisation? What names none is Slack's own business."""
        named = {_id(body.get("team")), body.get("team_id"), _id(body.get("enterprise")), body.get("enterprise_id")}
        named |= {one.get("team_id") for one in body.get("authorizations") or ()}
        return not named - {None} or bool(named & ({self._own.team_id, self._own.enterprise_id} - {None}))

    async def _on_message(self, event: Payload, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 - the name is Bolt's
        message = event
        if event.get("subtype") == "message_changed":
            # An edit makes no case; only a link that Slack has unfurled since brings words that were not there.
            message = event.get("message") or {}
            unfurled = any(_UNFURLED & set(one) for one in message.get("attachments") or ())
            if "edited" in message or not unfurled:
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
            self._later(self._speaking.tell(str(event["channel"]), str(event["user"]), hint, event.get("thread_ts")))
        return await next()

    async def _on_shortcut(self, ack: Any, body: Payload, respond: Any) -> None:
        message, channel = body["message"], str(body["channel"]["id"])
        if message.get("user") == self._own_user:
            await ack()
            self._later(self._show(body, Card("That is the desk's own message, no comment."), respond))
            return
        here = channel == self._channel
        place = place_of(channel, message) if here else Place(SLACK, self._channel, f"from:{channel}:{message['ts']}")
        comment, remark = comment_of(message, self._own_user)
        forward = Forward(place, self._person(body), comment, remark, in_channel=False)
        try:
            answer = await self._stored(lambda stored: self._desk.on_comment(forward, self._now(), stored))
        except Unavailable as trouble:
            await ack()
            self._later(self._show(body, self._not_taken(trouble), respond))
            return
        await ack()
        # Without an answer the desk speaks in the channel; one who is elsewhere is told where.
        if answer or not here:
            self._later(self._show(body, answer.card if answer else Card(TAKEN), respond))

    async def _on_new(self, ack: Any, body: Payload, respond: Any) -> None:
        await ack()
        self._later(self._offer_form(body, "", respond))

    async def _on_command(self, ack: Any, body: Payload, respond: Any) -> None:
        text = html.unescape(str(body.get("text") or "")).strip()
        if len(text) <= forms.LONGEST_INPUT:
            await ack()
            self._later(self._offer_form(body, text, respond))
            return
        # More than a form holds is taken as it is; what else is known of it can be added on the card.
        place = Place(SLACK, self._channel, f"command:{body['trigger_id']}")
        forward = Forward(place, self._person(body), Comment(text), in_channel=False)
        try:
            answer = await self._stored(lambda stored: self._desk.on_comment(forward, self._now(), stored))
        except Unavailable as trouble:
            await ack()
            self._later(self._whisper(body, self._not_taken(trouble), respond))
            return
        await ack()
        self._later(self._whisper(body, answer.card if answer else Card(TAKEN), respond))

    async def _offer_form(self, body: Payload, text: str, respond: Any) -> None:
        if no := refused(self._library.speaker(SLACK, self._person(body).id), None, director_away=False):
            await self._show(body, self._desk.refusals.refused(no, None), respond)
            return
        await self._open(body, forms.comment_form(self._library, self._desk.wording, text), respond)

    async def _on_comment_form(self, ack: Any, body: Payload, view: Payload) -> None:
        place = Place(SLACK, self._channel, f"modal:{view['id']}")
        comment = forms.comment_in(view)
        if comment.posted_at and comment.posted_at > self._now():
            await ack(response_action="errors", errors={"posted_at": "That time is still to come."})
            return
        forward = Forward(place, self._person(body), comment, in_channel=False)
        await self._submit(ack, view, lambda stored: self._desk.on_comment(forward, self._now(), stored))

    async def _on_action_form(self, ack: Any, body: Payload, view: Payload) -> None:
        user = _user(body)
        press = self._press(body, **forms.action_in(view, self._library.zone))
        answer = await self._submit(ack, view, lambda stored: self._desk.on_press(press, self._now(), stored))
        if answer and answer.done:
            channel, thread = forms.opened_from(view)
            self._later(
                self._speaking.tell(channel, user, answer.card, thread) if channel else self._publish(user, answer.card)
            )

    async def _submit(
        self, ack: Any, view: Payload, work: Callable[[Acknowledge], Awaitable[Answer | None]]
    ) -> Answer | None:
        """A modal closes where it was done as asked; else it says why not, and what was typed stays in it."""
        try:
            answer = await self._stored(work)
        except Unavailable as trouble:
            await ack(response_action="errors", errors={forms.first_field(view): self._not_taken(trouble).title})
            return None
        if answer is None or answer.done:
            await ack()
        else:
            await ack(response_action="push", view=blocks.reading("Comment Desk", answer.card))
        return answer

    async def _on_button(self, ack: Any, body: Payload, action: Payload, respond: Any) -> None:
        press = self._pressed(body, action)
        wanted = ACTIONS.get(press.action)
        if wanted and (wanted.reads or forms.needs_form(wanted)):
            await ack()
            self._later(self._fill(body, press, wanted, respond))
            return
        try:
            answer = await self._stored(lambda stored: self._desk.on_press(press, self._now(), stored))
        except Unavailable as trouble:
            answer = Answer(self._not_taken(trouble))
        await ack()
        if answer:
            self._later(self._whisper(body, answer.card, respond))

    async def _on_page(self, ack: Any, body: Payload, action: Payload) -> None:
        """Turn the page of something that no one modal holds."""
        await ack()
        wish = str(action.get("value") or "")
        name, _, case = wish.partition("|")
        press = self._press(body, name, case)
        page = str(action["action_id"]).partition(":")[2]

        async def turn() -> None:
            answer = await self._desk.on_query(press, self._now())
            view = blocks.reading(case, answer.card, int(page) if page.isdecimal() else 0, wish)
            await self._speaking.fill(body["view"]["id"], view)

        self._later(turn())

    async def _on_unknown(self, ack: Any, body: Payload, respond: Any) -> None:
        await ack()
        self._later(self._whisper(body, self._desk.refusals.unknown_action(), respond))

    async def _on_home(self, event: Payload) -> None:
        if event.get("tab", "home") == "home":
            self._later(self._publish(str(event["user"])))

    async def _fill(self, body: Payload, press: Press, wanted: Action, respond: Any) -> None:
        """Show what was asked for, or the form that the action needs, or why this person can not have it."""
        # A trigger lives three seconds: the modal opens first and is filled afterwards.
        view_id = await self._open(body, blocks.reading("Comment Desk", Card("One moment…")), respond)
        if view_id is None:
            return
        try:
            if wanted.reads:
                answer = await self._desk.on_query(press, self._now())
                view = blocks.reading(press.case, answer.card, wish=f"{press.action}|{press.case}")
            elif await self._desk.may(press, self._now()):
                about = (press.case, press.seen, *_where(body))
                people = [member.name for member in self._library.people if member.adult]
                view = forms.action_form(wanted, self._desk.policy, people, *about)
            else:
                view = blocks.reading(press.case, (await self._desk.on_press(press, self._now())).card)
        except Unavailable as trouble:
            view = blocks.reading(press.case, self._not_taken(trouble))
        await self._speaking.fill(view_id, view)

    async def _show(self, body: Payload, card: Card, respond: Any) -> None:
        """Show one person a card in a modal."""
        await self._open(body, blocks.reading("Comment Desk", card), respond, card)

    async def _open(self, body: Payload, view: Payload, respond: Any, card: Card | None = None) -> str | None:
        """Open a modal; its id. Where Slack opens none, tell the person what it would have said."""
        try:
            return await self._speaking.open(body["trigger_id"], view)
        except Undelivered as trouble:
            _LOG.warning("Slack: a window could not be opened. %s", trouble.reason)
            await self._whisper(body, card or Card("Slack did not open the window. Please try again."), respond)
            return None

    async def _publish(self, user: str, *first: Card) -> None:
        """Show somebody's home anew, with what they are to be told on top."""
        cards = await self._desk.home(SLACK, user, self._now())
        await self._speaking.publish(user, blocks.home([*first, *cards]))

    async def _whisper(self, body: Payload, card: Card, respond: Any) -> None:
        """Tell one person something after what they did: in private, beside it; at home, on top of the home."""
        user = _user(body)
        channel, thread = _where(body)
        if (body.get("view") or {}).get("type") == "home":
            await self._publish(user, card)
        elif not (body.get("response_url") and await self._speaking.respond(respond, card, thread)):
            await self._speaking.tell(channel or user, user, card, thread)

    def _pressed(self, body: Payload, action: Payload) -> Press:
        name = str(action["action_id"]).partition(":")[2]
        case, _, seen = str(action.get("value") or "").partition("|")
        return self._press(body, name, case, seen=int(seen) if seen.isdecimal() else None)

    def _press(self, body: Payload, action: str, case: str, **more: Any) -> Press:
        return Press(Place(SLACK, self._channel, ""), self._person(body), action, case, **more)

    def _person(self, body: Payload) -> Person:
        """Who did something."""
        user = body.get("user") or {}
        return person_of(_user(body), user.get("team_id") or body.get("team_id"), self._home)

    def _not_taken(self, trouble: Unavailable) -> Card:
        _LOG.error("Slack: not taken. %s", trouble)
        return self._desk.refusals.not_taken()

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
        trouble = None if task.cancelled() else task.exception()
        if isinstance(trouble, Undelivered):
            _LOG.warning("Slack: an answer could not be given. %s", trouble.reason)
        elif isinstance(trouble, Unavailable):
            _LOG.error("Slack: %s", trouble)
        elif trouble:
            _LOG.error("Slack: something went wrong (%s).", type(trouble).__name__, exc_info=trouble)


def _user(body: Payload) -> str:
    """Who did something; a command names them in another place than all else."""
    return str(body["user"]["id"] if "user" in body else body["user_id"])


def _where(body: Payload) -> tuple[str, str | None]:
    """The channel and the thread in which somebody did something; none at home."""
    channel = (body.get("channel") or {}).get("id") or body.get("channel_id") or ""
    said = {**(body.get("container") or {}), **(body.get("message") or {})}
    return str(channel), said.get("thread_ts")


def _id(said: object) -> Any:
    """The id of a workspace or an organisation, where a payload describes one."""
    return said.get("id") if isinstance(said, dict) else said


def _remember(known: dict[str, None], name: str) -> None:
    known[name] = None
    while len(known) > REMEMBERED:
        known.pop(next(iter(known)))


async def _nothing_more() -> None:
    """What an event brought was stored before it is acknowledged; nothing is left to do."""


async def _on_error(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
    """Not acknowledged, so Slack delivers it again; without a response it was acknowledged before."""
    if isinstance(error, Unavailable):
        _LOG.error("Slack: not stored, so not acknowledged. %s", error)
    else:
        _LOG.error("Slack: an event could not be handled (%s).", type(error).__name__, exc_info=error)
    return BoltResponse(status=503) if response else None
