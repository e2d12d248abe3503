"""Good inputs of each kind, to be bent out of shape."""

from __future__ import annotations

import json
from pathlib import Path

from bot.actions import ACTIONS

PAYLOADS = Path(__file__).parents[1] / "slack" / "payloads"
SLACK = [
    payload
    for file in sorted(PAYLOADS.glob("*.json"))
    for payload in [json.loads(file.read_text(encoding="utf-8"))]
    if "ts" in (payload.get("event") or payload.get("message") or {})
]
KEPT = frozenset({"ts", "user", "type", "event", "message", "text"})
OURS = frozenset(
    ("id", "custom_id", "private_metadata", "blocks", "selected_option", "selected_options", "channel_id", "timestamp")
)
VIEW = {
    "id": "V1",
    "private_metadata": json.dumps(
        {"action": "remove", "case": "2026-0001", "seen": 1, "channel": "C1", "thread": "1.2"}
    ),
    "blocks": [{"type": "input", "block_id": "reason"}],
    "state": {
        "values": {
            "reason": {"reason": {"type": "plain_text_input", "value": "It insults."}},
            "comment": {"comment": {"type": "plain_text_input", "value": "You cow."}},
            "guidelines": {"g": {"type": "checkboxes", "selected_options": [{"value": "2"}, {"value": "3"}]}},
            "platform": {"p": {"type": "static_select", "selected_option": {"value": "facebook"}}},
        }
    },
}
FORM = {
    "custom_id": "remove:2026-0001:1",
    "components": [
        {"component": {"custom_id": "reason", "value": "It insults."}},
        {"component": {"custom_id": "guidelines", "values": ("2", "3")}},
        {"components": ({"custom_id": "time", "value": "yesterday 4 pm"},)},
        {"component": {"custom_id": "later", "value": "tomorrow 10:00"}},
        {"component": {"custom_id": "day", "value": "2026-12-04"}},
        {"component": {"custom_id": "until", "value": "friday"}},
        {"component": {"custom_id": "text", "value": "You cow."}},
    ],
}
DISCORD = {
    "id": "1440000000000000000",
    "channel_id": "200",
    "type": 0,
    "content": "<@300> Is this open?",
    "timestamp": "2026-11-16T17:00:00+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "pinned": False,
    "author": {"id": "9", "username": "judy", "discriminator": "0", "avatar": None},
    "attachments": [
        {
            "id": "5",
            "filename": "message.txt",
            "size": 10,
            "url": "https://cdn.discordapp.com/a",
            "proxy_url": "https://media.discordapp.net/a",
            "content_type": "text/plain",
        }
    ],
    "embeds": [{"type": "rich", "title": "T", "description": "D", "url": "https://a.example", "author": {"name": "N"}}],
    "components": [],
}
ROW = {
    "id": "a-1",
    "comment": "Is this open?",
    "post": "Story time at 10.",
    "author": "Jo Roe",
    "platform": "facebook",
    "attachments": [{"kind": "image", "description": "a cat"}],
    "earlier": [{"author": None, "comment": "Hi"}],
    "expected": {"verdict": "keep", "guidelines": [], "needs_reply": True, "urgent": False},
}
PAIR = {"id": 1, "dimension": "party", "a": {"comment": "Vote A"}, "b": {"comment": "Vote B"}, "expected": "remove"}
TIMES = (
    "2026-11-20 4:30 pm",
    "yesterday 16:30",
    "friday",
    "9 am",
    "2 h ago",
    "+2h",
    "2026-12-04T09:00",
    "#42",
    "tomorrow",
)
CONSOLE = (
    *(f"/{name} 2026-0001 {rest}" for name in ACTIONS for rest in ("", "2 It insults.", "yesterday 4 pm", "hidden")),
    "/post Story time at 10.",
    "/author Jo",
    "/platform facebook Page",
    "/as director",
    "/as stranger",
    "/help",
    "/",
    "Is the library open on Monday?",
    "You people are worthless pigs.",
    "/words 1 You cow.",
    "/cases all",
    "/find cow",
)
HEAD = f"2026-11-16 alder-creek 412 {'9f' * 32}\n"
FILES = (
    b"\x89PNG\r\n\x1a\n" + bytes(40),
    b"\xff\xd8\xff" + bytes(9),
    b"GIF89a",
    b"RIFFxxxxWEBP",
    b"%PDF-1.7\n",
    b"PK\3\4",
    b"",
)
ARGUMENTS = (
    ["record", "verify"],
    ["record", "export", "--format", "csv"],
    ["record", "due"],
    ["holidays", "2027"],
    ["init", "."],
    ["record", "pack", "--out", "x.zip", "--from", "2026-11-01", "--redact", "a", "b"],
    ["backup", "b.db"],
    ["--version"],
    ["restore", "nothing.db"],
    ["record", "hold", "--case", "2026-0001", "--reason", "x"],
    ["screen", "nothing", "--library", "x"],
)
