"""The gateway of our own Discord: a zlib stream over a web socket, sessions that resume, and drops on demand."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.discord.payloads import MESSAGE_CONTENT, TOKEN, Payload

if TYPE_CHECKING:
    from tests.discord.server import Server

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
NEEDED = {
    # the intent without which an event is not sent
    "GUILD_CREATE": 1 << 0,
    "THREAD_CREATE": 1 << 0,
    "MESSAGE_CREATE": 1 << 9,
    "MESSAGE_UPDATE": 1 << 9,
}


@dataclass
class Session:
    """What one IDENTIFY began; it outlives its socket."""

    id: str
    intents: int
    events: list[tuple[str, Payload]] = field(default_factory=list)
    wire: Wire | None = None


class Wire:
    """One web socket with its own compression stream."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self._stream = zlib.compressobj()

    async def send(self, op: int, data: Any = None, event: str | None = None, number: int | None = None) -> None:
        """Send one frame; a socket that is gone takes nothing."""
        if not self.socket.closed:
            frame = json.dumps({"op": op, "d": data, "s": number, "t": event}).encode()
            await self.socket.send_bytes(self._stream.compress(frame) + self._stream.flush(zlib.Z_SYNC_FLUSH))


class Gateway:
    """Everyone who is connected, or was."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sessions: dict[str, Session] = {}
        self.identified: list[int] = []
        """The intents of each IDENTIFY."""
        self.resumed = 0
        self.beats = 0

    @property
    def connected(self) -> bool:
        """Is anybody there?"""
        return any(session.wire for session in self._sessions.values())

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        if (wanted := dict(request.query)) != {"v": "10", "encoding": "json", "compress": "zlib-stream"}:
            self._server.complaints.append(f"a gateway address with {wanted}")
        wire = Wire(socket)
        await wire.send(HELLO, {"heartbeat_interval": 41_250})
        session: Session | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            said = frame.json()
            if said["op"] == HEARTBEAT:
                self.beats += 1
                await wire.send(ACK)
            elif said["op"] == IDENTIFY:
                session = await self._identify(wire, said["d"])
            elif said["op"] == RESUME:
                session = await self._resume(wire, said["d"])
            else:
                self._server.complaints.append(f"the gateway was sent op {said['op']}")
            await self._server.tell()
        if session and session.wire is wire:
            session.wire = None
        await self._server.tell()
        return socket

    async def _identify(self, wire: Wire, said: Payload) -> Session | None:
        self.identified.append(said["intents"])
        if said["token"] != TOKEN:
            await wire.socket.close(code=4004, message=b"Authentication failed.")
            return None
        if said["intents"] & MESSAGE_CONTENT and not self._server.grants_message_content:
            await wire.socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        session = Session(self._server.snowflake(), said["intents"])
        self._sessions[session.id] = session
        ready = {
            "v": 10,
            "user": self._server.bot_user(),
            "guilds": [{"id": guild, "unavailable": True} for guild in self._server.guild_ids],
            "session_id": session.id,
            "resume_gateway_url": self._server.gateway_url,
            "application": {"id": self._server.application_id, "flags": 0},
        }
        session.wire = wire
        await self._send(session, "READY", ready)
        for _ in self._server.guild_ids:
            await self._send(session, "GUILD_CREATE", self._server.whole_guild())
        return session

    async def _resume(self, wire: Wire, said: Payload) -> Session | None:
        session = self._sessions.get(said["session_id"] or "")
        if session is None or said["token"] != TOKEN:
            await wire.send(INVALID_SESSION, data=False)
            return None
        session.wire = wire
        for number, (event, data) in enumerate(session.events[said["seq"] :], said["seq"] + 1):
            await wire.send(DISPATCH, data, event, number)
        self.resumed += 1
        session.events.append(("RESUMED", {}))
        await wire.send(DISPATCH, {}, "RESUMED", len(session.events))
        return session

    async def _send(self, session: Session, event: str, data: Payload) -> None:
        session.events.append((event, data))
        if session.wire:
            await session.wire.send(DISPATCH, data, event, len(session.events))

    async def dispatch(self, event: str, data: Payload) -> None:
        """Something happened in Discord."""
        for session in self._sessions.values():
            direct = event.startswith("MESSAGE_") and "guild_id" not in data
            needed = 1 << 12 if direct else NEEDED.get(event, 0)
            if needed and not session.intents & needed:
                continue
            if event.startswith("MESSAGE_"):
                data = self._server.masked(data, sees=bool(session.intents & MESSAGE_CONTENT))
            await self._send(session, event, data)

    async def drop(self) -> None:
        """Every socket breaks."""
        for session in self._sessions.values():
            if session.wire:
                wire, session.wire = session.wire, None
                await wire.socket.close(code=1001)

    async def ask_to_reconnect(self) -> None:
        """Discord restarts a gateway and asks everyone to come back."""
        for session in self._sessions.values():
            if session.wire:
                await session.wire.send(RECONNECT)

    async def lose_sessions(self) -> None:
        """Every connection breaks, and no session can be resumed."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            if session.wire:
                wire, session.wire = session.wire, None
                await wire.socket.close(code=1001)
