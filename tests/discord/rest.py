"""The REST interface of our own Discord: each route that discord.py may call, with Discord's own refusals."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.discord import limits, payloads
from tests.discord.interactions import Call, Interactions, Refusal, hold
from tests.discord.payloads import BOT, DIRECT, THREAD, TOKEN, spoken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.discord.payloads import Payload
    from tests.discord.server import Server

_MENTION = re.compile(r"<@!?(\d+)>")


class Rest:
    """Every route. Whatever is not in the table fails the test."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._nonces: dict[str, tuple[str, str]] = {}
        asked = Interactions(server)
        routes: dict[str, Callable[[Call], Awaitable[Any]]] = {
            "GET /users/@me": self._me,
            "POST /users/@me/channels": self._open_dm,
            "GET /oauth2/applications/@me": self._application,
            "PUT /applications/{}/guilds/{}/commands": self._register,
            "GET /guilds/{}": self._guild,
            "GET /guilds/{}/members/{}": self._member,
            "GET /channels/{}": self._channel,
            "POST /channels/{}/messages": self._send,
            "GET /channels/{}/messages": self._history,
            "GET /channels/{}/messages/{}": self._message,
            "PATCH /channels/{}/messages/{}": self._edit,
            "POST /channels/{}/messages/{}/threads": self._start_thread,
            "POST /interactions/{}/{}/callback": asked.first_response,
            "PATCH /webhooks/{}/{}/messages/@original": asked.edit_answer,
            "POST /webhooks/{}/{}": asked.follow_up,
            "POST /attachments/refresh-urls": self._refresh,
        }
        self._routes = [(re.compile(route.replace("{}", r"([^/]+)")), handler) for route, handler in routes.items()]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or let it go wrong as the test has planned."""
        said = f"{request.method} {request.match_info['path']}"
        self._server.requests.append(said)
        body = json.loads(await request.text() or "{}")
        trouble = self._server.trouble(said)
        if trouble == "deaf":
            await self._server.stopping.wait()
        if trouble in {"limited", "broken", "down"}:
            await self._server.tell()
            return _refused(Refusal({"limited": 429, "broken": 500, "down": 503}[trouble], 0, "as the test planned"))
        try:
            answer = await self._answer(request, said, body)
        except Refusal as refusal:
            await self._server.tell()
            return _refused(refusal)
        except Exception as bug:
            self._server.complaints.append(f"{said} broke the server of the tests: {bug!r}")
            raise
        await self._server.tell()
        if trouble == "taken, then deaf":
            await self._server.stopping.wait()
        elif trouble == "taken, then down":
            return _refused(Refusal(503, 0, "as the test planned"))
        elif trouble == "taken, then cut" and request.transport:
            request.transport.abort()
        # discord.py reads JSON only where the content type says exactly this.
        return web.Response(body=json.dumps(answer), headers={"Content-Type": "application/json"})

    async def _answer(self, request: web.Request, said: str, body: Any) -> Any:
        by_token = said.startswith(("POST /interactions/", "PATCH /webhooks/", "POST /webhooks/"))
        if not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise Refusal(401, 0, "401: Unauthorized")
        for pattern, handler in self._routes:
            if match := pattern.fullmatch(said):
                return await handler(Call(match.groups(), body, dict(request.query)))
        self._server.complaints.append(f"unknown route {said}")
        raise Refusal(404, 0, "404: Not Found")

    def _visible(self, channel: str) -> Payload:
        known = self._server.channels.get(channel)
        if known is None:
            raise Refusal(404, 10003, "Unknown Channel")
        if known["type"] != DIRECT and not self._server.permits(channel, payloads.VIEW):
            raise Refusal(403, 50001, "Missing Access")
        return known

    # Who and where

    async def _me(self, _: Call) -> Payload:
        return self._server.bot_user()

    async def _application(self, _: Call) -> Payload:
        return {
            "id": payloads.APPLICATION,
            "name": "Comment Desk",
            "description": "",
            "icon": None,
            "bot_public": False,
            "bot_require_code_grant": False,
            "owner": self._server.bot_user(),
            "verify_key": "",
            "flags": payloads.MESSAGE_CONTENT_FLAG if self._server.grants_message_content else 0,
        }

    async def _guild(self, call: Call) -> Payload:
        if call.ids[0] not in self._server.guild_ids:
            raise Refusal(404, 10004, "Unknown Guild")
        return self._server.guild()

    async def _member(self, call: Call) -> Payload:
        if call.ids[1] == BOT:
            return self._server.bot_member()
        if call.ids[1] not in self._server.humans:
            raise Refusal(404, 10007, "Unknown Member")
        return self._server.humans[call.ids[1]].member()

    async def _channel(self, call: Call) -> Payload:
        self._visible(call.ids[0])
        return self._server.channel(call.ids[0])

    async def _open_dm(self, call: Call) -> Payload:
        number = str(call.body["recipient_id"])
        if number not in self._server.humans:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return self._server.channels[self._server.dm(number)]

    async def _register(self, call: Call) -> list[Payload]:
        hold(self._server, [problem for command in call.body for problem in limits.command(command)])
        app, guild = call.ids
        known = {"application_id": app, "guild_id": guild, "version": "1"}
        made = [{"description": "", **command, "id": self._server.snowflake(), **known} for command in call.body]
        self._server.commands = made
        return made

    # Messages

    async def _send(self, call: Call) -> Payload:
        channel, body = call.ids[0], call.body
        known = self._visible(channel)
        if known["type"] == DIRECT:
            if known["recipients"][0]["id"] in self._server.closed_dms:
                raise Refusal(403, 50007, "Cannot send messages to this user")
        else:
            needed = [payloads.SEND_IN_THREADS if known["type"] == THREAD else payloads.SEND]
            needed += [payloads.EMBED] if body.get("embeds") else []
            if not all(self._server.permits(channel, permission) for permission in needed):
                raise Refusal(403, 50013, "Missing Permissions")
        hold(self._server, limits.message(body) + limits.mentions(body))
        nonce = str(body.get("nonce") or "")
        if len(nonce) > 0 and not body.get("enforce_nonce"):
            self._server.complaints.append("a nonce that is not enforced")
        if body.get("enforce_nonce") and (before := self._nonces.get(nonce)):
            return self._server.messages[before[0]][before[1]]
        facts = spoken(body) | {"nonce": nonce}
        if reference := body.get("message_reference"):
            if str(reference["message_id"]) in self._server.messages[channel]:
                facts |= {"type": 19, "message_reference": {key: str(value) for key, value in reference.items()}}
            elif reference.get("fail_if_not_exists", True):
                raise Refusal(400, 50035, "Invalid Form Body: message_reference: Unknown message")
        message = await self._server.add_message(channel, self._server.bot_user(), **facts)
        self._ring(message, body)
        if nonce:
            self._nonces[nonce] = (channel, message["id"])
        return message

    def _ring(self, message: Payload, body: Payload) -> None:
        allowed = body.get("allowed_mentions", {"parse": ["users", "roles", "everyone"], "replied_user": True})
        named = set(_MENTION.findall(message["content"]))
        rung = named if "users" in allowed.get("parse", ()) else named & {str(one) for one in allowed.get("users", ())}
        if "everyone" in allowed.get("parse", ()) and re.search("@everyone|@here", message["content"]):
            rung.add("everyone")
        if (reference := message.get("message_reference")) and allowed.get("replied_user"):
            rung.add(self._server.messages[message["channel_id"]][str(reference["message_id"])]["author"]["id"])
        self._server.pings += [(message["id"], number) for number in sorted(rung)]

    def forget_nonces(self) -> None:
        """A few minutes have passed."""
        self._nonces = {}

    async def _history(self, call: Call) -> list[Payload]:
        channel = call.ids[0]
        known = self._visible(channel)
        if known["type"] != DIRECT and not self._server.permits(channel, payloads.HISTORY):
            return []
        limit = int(call.query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise Refusal(400, 50035, "Invalid Form Body: limit")
        messages = sorted(self._server.messages[channel].values(), key=lambda message: int(message["id"]))
        if after := call.query.get("after"):
            messages = [m for m in messages if int(m["id"]) > int(after)][:limit]
        if before := call.query.get("before"):
            messages = [m for m in messages if int(m["id"]) < int(before)]
        sees = self._server.grants_message_content
        return [self._server.masked(m, sees=sees) for m in messages[::-1][:limit]]

    def _known(self, channel: str, message: str) -> Payload:
        self._visible(channel)
        if message not in self._server.messages[channel]:
            raise Refusal(404, 10008, "Unknown Message")
        return self._server.messages[channel][message]

    async def _message(self, call: Call) -> Payload:
        return self._server.masked(self._known(*call.ids), sees=self._server.grants_message_content)

    async def _edit(self, call: Call) -> Payload:
        known = self._known(*call.ids)
        if known["author"]["id"] != BOT:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        hold(self._server, limits.message(known | call.body) + limits.mentions(call.body))
        known |= spoken(call.body) | {"edited_timestamp": self._server.now.isoformat()}
        self._server.spoken.append(dict(known))
        await self._server.gateway.dispatch("MESSAGE_UPDATE", known | self._server.where(call.ids[0]))
        return known

    async def _start_thread(self, call: Call) -> Payload:
        channel, message = call.ids
        known = self._known(channel, message)
        if not self._server.permits(channel, payloads.THREADS):
            raise Refusal(403, 50013, "Missing Permissions")
        if message in self._server.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        name = call.body["name"]
        hold(self._server, [] if 1 <= len(name) <= 100 else [f"a thread's name {name!r}"])
        made = payloads.thread(message, channel, name, call.body["auto_archive_duration"], self._server.now)
        self._server.channels[message], self._server.messages[message] = made, {}
        known["thread"] = made
        await self._server.gateway.dispatch("THREAD_CREATE", made)
        return made

    # Files

    async def download(self, request: web.Request) -> web.Response:
        """The content network; its addresses are signed for a day."""
        self._server.requests.append(f"GET /attachments/{request.match_info['name']}")
        known = self._server.files.get(request.match_info["name"])
        if known is None:
            return web.Response(status=404, text="This content is no longer available.")
        if request.query.get("ex") == "0":
            return web.Response(status=403, text="expired")
        return web.Response(body=known[1], headers={"Content-Type": known[0]})

    async def _refresh(self, call: Call) -> Payload:
        fresh = [{"original": url, "refreshed": url.replace("ex=0", "ex=1")} for url in call.body["attachment_urls"]]
        return {"refreshed_urls": fresh}


def _refused(refusal: Refusal) -> web.Response:
    said: Payload = {"message": str(refusal), "code": refusal.code}
    headers = {"Content-Type": "application/json"}
    if refusal.status == 429:
        said |= {"retry_after": 0.01, "global": False}
        headers["Via"] = "1.1 google"
    return web.Response(status=refusal.status, body=json.dumps(said), headers=headers)
