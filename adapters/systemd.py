"""What systemd likes to hear from a service of Type=notify (sd_notify(3)); nothing where it does not listen."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def tell(state: str) -> None:
    """Tell systemd; whether it hears is its own affair."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.connect(address.replace("@", "\0", 1) if address.startswith("@") else address)
        there.sendall(state.encode())
