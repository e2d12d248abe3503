"""A Slack of our own on a loopback port: its state, its Web API, its files. Strict, so that no test passes by silence.

What Slack would refuse, the server refuses and keeps as a complaint; a complaint fails the test at its end.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.slack import rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

Json = dict[str, Any]
TEAM, APP, BOT_USER, BOT = "T0ALDER", "A0DESK", "U0DESK", "B0DESK"
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-1-desk", "xapp-1-desk", "8f742231b10e8888abcd99yyyzzz85a5"
STAFF, ELSEWHERE = "C0STAFF", "C0LOUNGE"
PATIENCE = 10.0
"""Seconds that the server waits for an acknowledgement, and that a trigger lives. Slack's are 3; a machine that runs
tests may be busy, so what must not wait is tested by holding back what it must not wait for."""
SCOPES = {
    # What each method needs; channels:history and the like stand for whatever the channel's kind asks for.
    "auth.test": None,
    "apps.connections.open": None,
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.open": "im:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "conversations.info": "channels:read",
    "users.info": "users:read",
    "views.open": None,
    "views.update": None,
    "views.push": None,
    "views.publish": None,
    "files.info": "files:read",
}
LOGIN_PAGE = "<!DOCTYPE html><html><title>Sign in to Alder Creek | Slack</title></html>"


@dataclass
class Channel:
    """A channel, or one person's direct messages with the app."""

    id: str
    user: str | None = None
    archived: bool = False
    closed: bool = False
    member: bool = True
    messages: list[Json] = field(default_factory=list)


@dataclass
class Fault:
    """What goes wrong with a method: an error or a status; `taken`, after Slack took the call; `held`, until let go."""

    error: str = ""
    status: int = 200
    retry_after: int | None = None
    taken: bool = False
    held: asyncio.Event | None = None
    times: int = 1
    where: Callable[[Json], bool] = lambda _: True
    body: str = ""
    media_type: str = "application/json"


class Server:
    """The state of a workspace, and its Web API at `base_url`."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self.now = now
        self.complaints: list[str] = []
        self.calls: list[tuple[str, Json]] = []
        self.said: list[tuple[str, str]] = []
        """Everything shown, in order: to whom (a channel, or a person), and in what words."""
        self.channels = {STAFF: Channel(STAFF), ELSEWHERE: Channel(ELSEWHERE)}
        self.users: dict[str, Json] = {BOT_USER: {"id": BOT_USER, "name": "desk", "is_bot": True}}
        self.files: dict[str, tuple[Json, bytes]] = {}
        self.views: dict[str, list[Json]] = {}
        """Each person's open modals, the topmost last."""
        self.homes: dict[str, Json] = {}
        self.ephemerals: list[tuple[str, Json]] = []
        self.hidden: list[Json] = []
        """Ephemeral messages in threads that are not active: Slack shows those to nobody."""
        self.triggers: dict[str, tuple[str, float]] = {}
        self.scopes = sorted({scope for scope in SCOPES.values() if scope})
        self.revoked: set[str] = set()
        self.bot_token, self.app_token = BOT_TOKEN, APP_TOKEN
        self.faults: dict[str, list[Fault]] = {}
        self.down = False
        self.signed_out = False
        """Files show the log-in page, as to somebody without the right to them."""
        self.downloads = 0
        self.page = 100
        self._count = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port of the loopback."""
        app = web.Application(middlewares=[self._reachable], client_max_size=2**24)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/files/{id}", self._download)
        app.router.add_post("/response/{channel}/{user}", self._respond)
        self.route(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    def route(self, app: web.Application) -> None:
        """Further doors of the server."""

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What SLACK_API_BASE_URL names."""
        return f"{self.address}/api/"

    async def until(self, holds: Callable[[], Any], why: str = "", seconds: float = 20) -> Any:
        """Wait until something holds; what it gives. Fails with what was shown last."""
        end = time.monotonic() + seconds
        while not (found := holds()):
            if time.monotonic() > end:
                shown = "\n".join(f"{to}: {text[:300]}" for to, text in self.said[-6:])
                calls = [name for name, _ in self.calls[-8:]]
                raise AssertionError(f"never came about: {why or holds}\n{shown}\n{calls} {self.complaints}")
            await asyncio.sleep(0.005)
        return found

    def fail(self, method: str, **fault: Any) -> Fault:
        """Let the next calls of a method go wrong."""
        one = Fault(**fault)
        self.faults.setdefault(method, []).append(one)
        return one

    def count(self, method: str) -> int:
        """How often a method was called."""
        return sum(name == method for name, _ in self.calls)

    def next_ts(self) -> str:
        """The id of the next message: seconds since 1970 by the clock on the wall, and a running number."""
        return f"{self.now().timestamp():.0f}.{next(self._count):06d}"

    def direct(self, user: str) -> Channel:
        """A person's direct messages with the app."""
        return self.channels.setdefault(f"D{user[1:]}", Channel(f"D{user[1:]}", user=user))

    def trigger(self, user: str) -> str:
        """A trigger that lives three seconds and opens one modal."""
        name = f"{next(self._count)}.{user}"
        self.triggers[name] = (user, time.monotonic())
        return name

    def desks(self, channel: str = STAFF, thread: str | None = None) -> list[Json]:
        """What the desk said in a channel, or in one of its threads."""
        said = [m for m in self.channels[channel].messages if m.get("user") == BOT_USER]
        return [m for m in said if thread in {None, m.get("thread_ts")}]

    def show(self, to: str, shown: Json) -> None:
        """Note what somebody sees."""
        self.said.append((to, rules.words(shown)))

    @web.middleware
    async def _reachable(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.down and request.transport:
            request.transport.abort()
            return web.Response(status=503)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args = await _arguments(request)
        self.calls.append((method, args))
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None or method not in SCOPES:
            self.complaints.append(f"unknown method {method}")
            return web.json_response({"ok": False, "error": "unknown_method"})
        fault = next((f for f in self.faults.get(method, []) if f.times > 0 and f.where(args)), None)
        if fault:
            fault.times -= 1
            if fault.taken:
                self._answer(method, handler, request, args)
            if fault.held:
                await fault.held.wait()
                if fault.taken:
                    return web.Response(status=504)
            if fault.status != 200 or fault.body:
                headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
                body = fault.body or json.dumps({"ok": False, "error": "ratelimited" if fault.status == 429 else "x"})
                return web.Response(status=fault.status, text=body, headers=headers, content_type=fault.media_type)
            if fault.error:
                return web.json_response({"ok": False, "error": fault.error})
        headers = {"x-oauth-scopes": ",".join(self.scopes)}
        return web.json_response(self._answer(method, handler, request, args), headers=headers)

    def _answer(self, method: str, handler: Any, request: web.Request, args: Json) -> Json:
        wanted = self.app_token if method == "apps.connections.open" else self.bot_token
        if request.headers.get("Authorization") != f"Bearer {wanted}":
            return {"ok": False, "error": "invalid_auth"}
        if (scope := SCOPES[method]) and scope not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": scope, "provided": ",".join(self.scopes)}
        try:
            answer: Json = handler(args)
        except _No as no:
            return {"ok": False, "error": str(no)}
        return {"ok": True, **answer}

    def _auth_test(self, _: Json) -> Json:
        return {"team": "Alder Creek", "team_id": TEAM, "user": "desk", "user_id": BOT_USER, "bot_id": BOT}

    def _apps_connections_open(self, _: Json) -> Json:
        return {"url": f"ws://127.0.0.1:{self.port}/link/?ticket={next(self._count)}"}

    def _post(self, args: Json) -> Json:
        channel = self._channel(args)
        if channel.archived:
            raise _No("is_archived")
        if channel.closed:
            raise _No("cannot_dm_bot")
        self._hold(rules.message_problems(args), "chat.postMessage")
        if thread := args.get("thread_ts"):
            parent = _find(channel, thread)
            if parent is None or parent.get("thread_ts", thread) != thread:
                self.complaints.append(f"thread_ts {thread} is no parent's")
        return {"type": "message", "user": BOT_USER, "bot_id": BOT, "app_id": APP, "team": TEAM, **_of(args, POSTED)}

    def _chat_postMessage(self, args: Json) -> Json:  # noqa: N802 - the method's own name
        message = {**self._post(args), "ts": self.next_ts()}
        self.channels[args["channel"]].messages.append(message)
        self.show(args["channel"], message)
        return {"channel": args["channel"], "ts": message["ts"], "message": message}

    def _chat_update(self, args: Json) -> Json:
        channel = self._channel(args)
        message = _find(channel, args["ts"])
        if channel.archived:
            raise _No("is_archived")
        if message is None:
            raise _No("message_not_found")
        if message.get("user") != BOT_USER:
            raise _No("cant_update_message")
        self._hold(rules.message_problems(args), "chat.update")
        message.update({**_of(args, {"text", "blocks"}), "edited": {"user": BOT_USER, "ts": self.next_ts()}})
        self.show(args["channel"], message)
        return {"channel": args["channel"], "ts": args["ts"], "text": message["text"]}

    def _chat_postEphemeral(self, args: Json) -> Json:  # noqa: N802 - the method's own name
        message = {**self._post(args), "ts": self.next_ts()}
        self.whisper(args["channel"], args["user"], message)
        return {"message_ts": message["ts"]}

    def whisper(self, channel: str, user: str, message: Json) -> None:
        """Show a message to one person; in a thread only where the thread is active."""
        thread = message.get("thread_ts")
        if thread and not any(m.get("thread_ts") == thread for m in self.channels[channel].messages):
            self.hidden.append(message)
            self.complaints.append(f"an ephemeral message in a thread that is not active: {rules.words(message)}")
            return
        self.ephemerals.append((user, {**message, "channel": channel}))
        self.show(user, message)

    def _conversations_open(self, args: Json) -> Json:
        if args["users"] not in self.users or self.users[args["users"]].get("is_bot"):
            raise _No("user_not_found")
        return {"channel": {"id": self.direct(args["users"]).id}}

    def _conversations_history(self, args: Json) -> Json:
        channel = self._channel(args)
        top = [m for m in channel.messages if m.get("thread_ts", m["ts"]) == m["ts"]]
        return self._paged(reversed([m for m in top if m["ts"] > str(args.get("oldest", "0"))]), args)

    def _conversations_replies(self, args: Json) -> Json:
        channel = self._channel(args)
        found = [m for m in channel.messages if args["ts"] in {m["ts"], m.get("thread_ts")}]
        if not found or found[0]["ts"] != args["ts"]:
            raise _No("thread_not_found")
        return self._paged(found, args)

    def _paged(self, messages: Any, args: Json) -> Json:
        start, size = int(args.get("cursor") or 0), min(int(args.get("limit", 100)), self.page)
        found = list(messages)
        kept = found[start : start + size]
        if str(args.get("include_all_metadata")).casefold() not in {"true", "1"}:
            kept = [{key: value for key, value in m.items() if key != "metadata"} for m in kept]
        cursor = str(start + size) if start + size < len(found) else ""
        return {"messages": kept, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}

    def _conversations_info(self, args: Json) -> Json:
        channel = self.channels.get(args["channel"])
        if channel is None:
            raise _No("channel_not_found")
        return {
            "channel": {"id": channel.id, "name": "staff", "is_member": channel.member, "is_archived": channel.archived}
        }

    def _users_info(self, args: Json) -> Json:
        if args["user"] not in self.users:
            raise _No("user_not_found")
        return {"user": self.users[args["user"]]}

    def _views_open(self, args: Json) -> Json:
        user = self._triggered(args)
        if self.views.get(user):
            raise _No("exchanged_trigger_id")
        return self.open_view(user, args["view"])

    def _views_push(self, args: Json) -> Json:
        return self.open_view(self._triggered(args), args["view"])

    def open_view(self, user: str, view: Json) -> Json:
        """Lay a modal on top of what somebody sees."""
        self._hold(rules.view_problems(view), "a modal")
        stack = self.views.setdefault(user, [])
        if len(stack) >= 3:
            raise _No("push_limit_reached")
        shown = {**view, "id": f"V{next(self._count)}", "hash": "h", "state": {"values": {}}, "team_id": TEAM}
        stack.append(shown)
        self.show(user, shown)
        return {"view": shown}

    def _views_update(self, args: Json) -> Json:
        for user, stack in self.views.items():
            for place, view in enumerate(stack):
                if view["id"] == args["view_id"]:
                    self._hold(rules.view_problems(args["view"]), "views.update")
                    stack[place] = {**args["view"], "id": view["id"], "state": {"values": {}}, "team_id": TEAM}
                    self.show(user, stack[place])
                    return {"view": stack[place]}
        raise _No("not_found")

    def _views_publish(self, args: Json) -> Json:
        self._hold(rules.view_problems(args["view"]), "views.publish")
        self.homes[args["user_id"]] = {**args["view"], "id": f"VH{args['user_id']}", "team_id": TEAM}
        self.show(args["user_id"], args["view"])
        return {"view": self.homes[args["user_id"]]}

    def _files_info(self, args: Json) -> Json:
        if args["file"] not in self.files:
            raise _No("file_not_found")
        return {"file": self.files[args["file"]][0]}

    def add_file(self, content: bytes, media_type: str, name: str = "screenshot.png", **more: Any) -> Json:
        """A file in the workspace; the stub that a message carries."""
        number = f"F{next(self._count)}"
        address = f"{self.address}/files/{number}"
        facts = {"id": number, "name": name, "title": name, "mimetype": media_type, "size": len(content)}
        self.files[number] = ({**facts, "url_private": address, "url_private_download": address, **more}, content)
        return {"id": number, "mode": "file_access", "file_access": "check_file_info", "name": name}

    async def _download(self, request: web.Request) -> web.Response:
        file, content = self.files[request.match_info["id"]]
        self.downloads += 1
        if self.signed_out or request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        return web.Response(body=content, content_type=file["mimetype"])

    async def _respond(self, request: web.Request) -> web.Response:
        channel, user = request.match_info["channel"], request.match_info["user"]
        args = await request.json()
        self.calls.append(("response_url", args))
        fault = next((f for f in self.faults.get("response_url", []) if f.times > 0), None)
        if fault:
            fault.times -= 1
            if fault.held:
                await fault.held.wait()
        if fault and fault.status != 200:
            return web.Response(status=fault.status, text=fault.error)
        self._hold(rules.message_problems(args), "response_url")
        if args.get("response_type") != "ephemeral" or args.get("replace_original"):
            self.complaints.append("an answer through response_url that others see")
        self.whisper(channel, user, {**args, "ts": self.next_ts()})
        return web.Response(text="ok")

    def _triggered(self, args: Json) -> str:
        user, born = self.triggers.pop(args["trigger_id"], (None, 0.0))
        if user is None:
            raise _No("exchanged_trigger_id")
        if time.monotonic() - born > PATIENCE:
            raise _No("expired_trigger_id")
        return user

    def _channel(self, args: Json) -> Channel:
        channel = self.channels.get(str(args.get("channel")))
        if channel is None:
            raise _No("channel_not_found")
        if not channel.member:
            raise _No("not_in_channel")
        return channel

    def _hold(self, problems: list[str], what: str) -> None:
        if problems:
            self.complaints += [f"{what}: {problem}" for problem in problems]
            raise _No("invalid_blocks")


POSTED = {"text", "blocks", "thread_ts", "metadata"}


class _No(Exception):
    """Slack's error."""


def _of(args: Json, names: set[str]) -> Json:
    return {name: args[name] for name in names if args.get(name) is not None}


def _find(channel: Channel, ts: str) -> Json | None:
    return next((m for m in channel.messages if m["ts"] == ts), None)


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    given = {**request.query, **(await request.post())}
    return {
        name: json.loads(value) if isinstance(value, str) and value[:1] in {"{", "["} else value
        for name, value in given.items()
    }
