"""People in the workspace: what they do reaches the desk by Socket Mode or as signed HTTP requests, as from Slack."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.slack import rules
from tests.slack.server import BOT_USER, ELSEWHERE, PATIENCE, SECRET, STAFF, Server

if TYPE_CHECKING:
    from tests.slack.server import Json

PAYLOADS = Path(__file__).parent / "payloads"
KINDS = {"event_callback": "events_api", "block_actions": "interactive", "view_submission": "interactive"}


def payload(name: str, **event: Any) -> Json:
    """A recorded payload; `event` replaces parts of the event in it, or of the payload where it holds no event."""
    found: Json = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    found.get("event", found).update(event)
    return found


@dataclass
class Delivery:
    """One thing that Slack delivered: whether and how it was acknowledged, and how many seconds that took."""

    payload: Json
    kind: str
    sent_at: float = field(default_factory=time.monotonic)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    acked: bool = False
    reply: Any = None
    seconds: float = 0.0

    def acknowledge(self, reply: Any) -> None:
        """The app has it."""
        self.acked, self.reply, self.seconds = True, reply, time.monotonic() - self.sent_at
        self.done.set()


@dataclass(eq=False)
class Link:
    """A Socket Mode connection. `mute`: nothing more comes through it. `pongless`: it answers no ping."""

    ws: web.WebSocketResponse
    mute: bool = False
    pongless: bool = False
    pings: int = 0


class Workspace(Server):
    """The server with people in it. `http` is the app's address in HTTP mode; without it, envelopes go by socket."""

    http: str | None = None

    def __init__(self, now: Any) -> None:
        super().__init__(now)
        self.links: list[Link] = []
        self.deliveries: dict[str, Delivery] = {}

    def route(self, app: web.Application) -> None:
        """Socket Mode's door."""
        app.router.add_get("/link/", self._link)

    @property
    def open_links(self) -> list[Link]:
        """The connections that are up."""
        return [link for link in self.links if not link.ws.closed]

    async def stop(self) -> None:
        """Close what is open, then stop."""
        for link in self.open_links:
            await link.ws.close()
        await super().stop()

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(autoping=False, timeout=0.1)
        await ws.prepare(request)
        link = Link(ws)
        await ws.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0DESK"}})
        self.links.append(link)
        async for message in ws:
            if message.type is WSMsgType.PING and not link.pongless:
                link.pings += 1
                await ws.pong(message.data)
            elif message.type is WSMsgType.TEXT and not link.mute:
                answer = json.loads(message.data)
                self.deliveries[answer["envelope_id"]].acknowledge(answer.get("payload"))
        return ws

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Slack asks the newest connection to come anew, and closes it a little later."""
        link = self.open_links[-1]
        await link.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    async def deliver(
        self, body: Json, *, retry: int = 0, patience: float = PATIENCE, acked: bool | None = True
    ) -> Delivery:
        """Deliver something and wait for its acknowledgement. `acked` says what is expected; None takes either."""
        kind = KINDS.get(body.get("type", ""), "interactive") if "command" not in body else "slash_commands"
        one = Delivery(body, kind)
        wait = self._by_http(one, retry) if self.http else self._by_socket(one, retry)
        with suppress(TimeoutError):
            await asyncio.wait_for(wait, patience)
        if acked is not None and one.acked is not acked:
            self.complaints.append(f"{body.get('type') or 'command'} acknowledged: {one.acked}, expected: {acked}")
        return one

    async def _by_socket(self, one: Delivery, retry: int) -> None:
        link = (await self.until(lambda: self.open_links, "a connection"))[-1]
        envelope: Json = {"envelope_id": f"e{len(self.deliveries)}", "type": one.kind, "payload": one.payload}
        envelope["accepts_response_payload"] = one.kind != "events_api"
        if one.kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        self.deliveries[envelope["envelope_id"]] = one
        if not link.mute:
            await link.ws.send_json(envelope)
        await one.done.wait()

    async def _by_http(self, one: Delivery, retry: int) -> None:
        status, text = await self.post(one.payload, one.kind, retry=retry)
        if status == 200:
            one.acknowledge(json.loads(text) if text.startswith("{") else text)
        await one.done.wait()

    async def post(
        self, body: Json, kind: str = "events_api", *, secret: str = SECRET, age: int = 0, retry: int = 0
    ) -> tuple[int, str]:
        """Send a signed request; the status and text of the answer."""
        if kind == "events_api":
            content, media = json.dumps(body), "application/json"
        else:
            form = body if kind == "slash_commands" else {"payload": json.dumps(body)}
            content, media = urlencode(form), "application/x-www-form-urlencoded"
        stamp = str(int(time.time()) - age)
        digest = hmac.new(secret.encode(), f"v0:{stamp}:{content}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": media,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
            **({"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}),
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(str(self.http), data=content, headers=headers) as got,
        ):
            return got.status, await got.text()

    # What people do.

    def write(self, user: str, text: str = "", channel: str = STAFF, **more: Any) -> Json:
        """Somebody writes a message; nobody has told the app yet."""
        message = {"type": "message", "user": user, "text": text, "ts": self.next_ts(), **more}
        self.channels[channel].messages.append(message)
        return message

    async def say(
        self, user: str, text: str = "", *, as_: str = "message", channel: str = STAFF, retry: int = 0, **more: Any
    ) -> Json:
        """Somebody writes a message, and the app hears of it."""
        message = self.write(user, text, channel, **more)
        await self.tell(message, as_, channel=channel, retry=retry)
        return message

    async def tell(self, message: Json, as_: str = "message", channel: str = STAFF, **how: Any) -> Delivery:
        """Deliver a message that stands in a channel."""
        body = payload(as_)
        kept = {key: value for key, value in body["event"].items() if key in {"type", "subtype", "channel_type"}}
        body["event"] = {**kept, **{k: v for k, v in message.items() if k != "type"}, "channel": channel}
        body["event"] |= {"event_ts": message["ts"]}
        return await self.deliver(body, **how)

    async def shortcut(self, user: str, message: Json, channel: str = STAFF, **how: Any) -> Delivery:
        """“Check this comment” on a message."""
        self.views[user] = []
        body = payload("message_shortcut", message=message, message_ts=message["ts"])
        body |= {"channel": {"id": channel, "name": "x"}, **self._by(user, channel)}
        return await self.deliver(body, **how)

    async def begin(self, user: str, **how: Any) -> Delivery:
        """“Check a comment” from anywhere."""
        self.views[user] = []
        body = {**payload("global_shortcut"), **self._by(user)}
        del body["response_url"]
        return await self.deliver(body, **how)

    async def slash(self, user: str, text: str = "", channel: str = ELSEWHERE, **how: Any) -> Delivery:
        """/comment."""
        self.views[user] = []
        by = self._by(user, channel)
        body = payload("slash_command", text=text, user_id=user, channel_id=channel)
        return await self.deliver({**body, "trigger_id": by["trigger_id"], "response_url": by["response_url"]}, **how)

    async def press(
        self, user: str, shown: Json, name: str, *, value: str | None = None, channel: str = STAFF, **how: Any
    ) -> Delivery:
        """Press a button of a message or a home tab; one that it does not have (an old card's) takes a `value`."""
        if not name.startswith("page:"):
            self.views[user] = []
        action_id = name if ":" in name else f"desk:{name}"
        button = rules.buttons(shown).get(action_id)
        assert button or value is not None, f"no button {action_id} in {sorted(rules.buttons(shown))}"
        body = {**payload("block_actions"), **self._by(user, shown.get("channel", channel))}
        body["actions"][0] |= {"action_id": action_id, "value": value if value is not None else button["value"]}  # type: ignore[index]
        if "ts" in shown:
            where = shown.get("channel", channel)
            body |= {
                "channel": {"id": where, "name": "x"},
                "message": copy.deepcopy(shown),
                "container": {"type": "message", "message_ts": shown["ts"], "channel_id": where},
            }
        else:
            body |= {"view": copy.deepcopy(shown), "container": {"type": "view", "view_id": shown["id"]}}
            del body["response_url"]
        return await self.deliver(body, **how)

    async def modal(self, user: str, title: str = "", field: str = "") -> Json:
        """The topmost modal of somebody, once it has this title or this field."""

        def topmost() -> Json | None:
            stack = self.views.get(user) or [{"blocks": []}]
            has = (
                field in {block.get("block_id") for block in stack[-1]["blocks"]}
                if field
                else bool(stack[-1]["blocks"])
            )
            return stack[-1] if has and title in (stack[-1].get("title") or {}).get("text", "") else None

        found: Json = await self.until(topmost, f"a modal {title!r} with {field!r} for {user}")
        return found

    async def submit(self, user: str, values: Json, **how: Any) -> Delivery:
        """Fill in the topmost modal and send it. Slack shows what the app answers."""
        view = self.views[user][-1]
        inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
        assert set(values) <= set(inputs), f"no field {set(values) - set(inputs)} in {sorted(inputs)}"
        lacking = {name for name, block in inputs.items() if not block.get("optional") and name not in values}
        assert not lacking, f"Slack would ask for {lacking}"
        view["state"] = {
            "values": {
                name: {block["element"]["action_id"]: _state(block["element"], values.get(name))}
                for name, block in inputs.items()
            }
        }
        body = {**payload("view_submission", view=copy.deepcopy(view)), **self._by(user)}
        del body["response_url"]
        one = await self.deliver(body, **how)
        if one.acked:
            self._answered(user, one.reply)
        return one

    def _answered(self, user: str, reply: Any) -> None:
        match reply:
            case None | "":
                self.views[user].pop()
            case {"response_action": "errors", "errors": errors}:
                fields = {b.get("block_id") for b in self.views[user][-1]["blocks"] if b["type"] == "input"}
                if not errors or set(errors) - fields:
                    self.complaints.append(f"errors for no field: {errors}")
                self.said += [(user, text) for text in errors.values()]
            case {"response_action": "push", "view": view}:
                self.open_view(user, view)
            case {"response_action": "update", "view": view}:
                self.views[user].pop()
                self.open_view(user, view)
            case {"response_action": "clear"}:
                self.views[user] = []
            case _:
                self.complaints.append(f"no answer to a modal: {reply}")

    async def come_home(self, user: str) -> Json:
        """Somebody opens the app's home."""
        self.homes.pop(user, None)
        await self.deliver(payload("app_home_opened", user=user))
        home: Json = await self.until(lambda: self.homes.get(user), f"the home of {user}")
        return home

    def _by(self, user: str, channel: str = STAFF) -> Json:
        return {
            "user": {"id": user, "username": user.lower(), "team_id": "T0ALDER"},
            "trigger_id": self.trigger(user),
            "response_url": f"{self.address}/response/{channel}/{user}",
        }


def _state(element: Json, value: Any) -> Json:
    """What Slack sends of an input that somebody filled in."""
    kind = element["type"]
    options = {option["value"]: option for option in element.get("options", [])}
    match kind:
        case "plain_text_input":
            assert len(value or "") <= element.get("max_length", 3_000), "Slack would not let them type that much"
            return {"type": kind, "value": value}
        case "static_select" | "radio_buttons":
            return {"type": kind, "selected_option": options[value] if value else None}
        case "checkboxes" | "multi_static_select":
            return {"type": kind, "selected_options": [options[one] for one in value or ()]}
        case "datepicker":
            return {"type": kind, "selected_date": value}
        case _:
            return {"type": kind, "selected_date_time": value}


__all__ = ["BOT_USER", "ELSEWHERE", "STAFF", "Delivery", "Workspace", "payload"]
