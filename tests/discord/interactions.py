"""How the desk answers presses, forms and commands: a first response in time, then edits and more messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.discord import limits
from tests.discord.payloads import EPHEMERAL, LOADING, spoken

if TYPE_CHECKING:
    from tests.discord.payloads import Payload
    from tests.discord.people import Asked
    from tests.discord.server import Server


class Refusal(Exception):
    """An answer that Discord gives instead of doing what was asked."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(message)


@dataclass
class Call:
    """One request: the ids of its path in order, and what came with it."""

    ids: tuple[str, ...]
    body: Any
    query: dict[str, str]


def hold(server: Server, problems: list[str]) -> None:
    """Refuse what is past a limit, and fail the test for it."""
    server.complaints += problems
    if problems:
        raise Refusal(400, 50035, f"Invalid Form Body: {'; '.join(problems)}")


class Interactions:
    """The routes by which interactions are answered."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def first_response(self, call: Call) -> Payload:
        """The first response, which has to come in time."""
        known = self._server.asked.get(call.ids[0])
        now = asyncio.get_running_loop().time()
        if known is None or known.token != call.ids[1] or now - known.since > self._server.in_time:
            raise Refusal(404, 10062, "Unknown interaction")
        if known.response is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged")
        if call.query.get("with_response") not in {"true", "1", "True"}:
            self._server.complaints.append("a callback without with_response")
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind == 9:
            hold(self._server, limits.modal(data))
        elif kind == 4:
            hold(self._server, limits.message(data) + limits.mentions(data))
        known.response = call.body
        told: Payload = {"id": known.id, "type": 2}
        if kind not in {4, 5}:
            return {"interaction": told}
        known.private = bool(data.get("flags", 0) & EPHEMERAL)
        flags = data.get("flags", 0) | (LOADING if kind == 5 else 0)
        message = await self._server.add_message(known.channel, self._server.bot_user(), **spoken(data), flags=flags)
        if kind == 4:
            known.message = message
        told |= {"response_message_id": message["id"], "response_message_loading": kind == 5}
        return {"interaction": told, "resource": {"type": kind, "message": message}}

    def _asked(self, token: str) -> Asked:
        for known in self._server.asked.values():
            if known.token == token and known.response is not None:
                return known
        raise Refusal(404, 10015, "Unknown Webhook")

    async def edit_answer(self, call: Call) -> Payload:
        """What comes in place of the first response."""
        known = self._asked(call.ids[1])
        hold(self._server, limits.message(call.body) + limits.mentions(call.body))
        flags = EPHEMERAL if known.private else 0
        author = self._server.bot_user()
        known.message = await self._server.add_message(known.channel, author, **spoken(call.body), flags=flags)
        return known.message

    async def follow_up(self, call: Call) -> Payload:
        """One message more."""
        known = self._asked(call.ids[1])
        hold(self._server, limits.message(call.body))
        flags = call.body.get("flags", 0)
        message = await self._server.add_message(
            known.channel, self._server.bot_user(), **spoken(call.body), flags=flags
        )
        known.more.append(message)
        return message
