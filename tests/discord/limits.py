"""Discord's limits; each function gives what is wrong with a payload, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Payload = dict[str, Any]
CONTENT, EMBEDS, DESCRIPTION, FIELD, FIELD_NAME, TITLE, FIELDS = 2000, 6000, 4096, 1024, 256, 256, 25
BUTTON, CUSTOM_ID, ROW, ROWS = 80, 100, 5, 5
LABEL, HINT, INPUT, OPTIONS, OPTION, MODAL_ITEMS, MODAL_TITLE = 45, 100, 4000, 25, 100, 5, 45
NONCE = 25


def message(body: Payload) -> list[str]:
    """A message to send or to edit."""
    found = _too_long("content", body.get("content") or "", CONTENT)
    if not (body.get("content") or body.get("embeds") or body.get("components")):
        found.append("an empty message")
    if len(str(body.get("nonce") or "")) > NONCE:
        found.append(f"nonce {body['nonce']!r} is past {NONCE}")
    found += _embeds(body.get("embeds") or [])
    rows = body.get("components") or []
    ids = [item.get("custom_id") for row in rows for item in row["components"]]
    if len(rows) > ROWS or len(set(ids)) != len(ids):
        found.append(f"{len(rows)} rows of buttons with the ids {ids}")
    for row in rows:
        if not 1 <= len(row["components"]) <= ROW:
            found.append(f"{len(row['components'])} buttons in a row")
        for button in row["components"]:
            found += _too_long("button", button["label"], BUTTON) + _too_long("id", button["custom_id"], CUSTOM_ID)
    return found


def _embeds(embeds: list[Payload]) -> list[str]:
    found = []
    total = 0
    for embed in embeds:
        fields = embed.get("fields", [])
        if len(fields) > FIELDS:
            found.append(f"{len(fields)} fields")
        for name, text, most in (
            ("embed title", embed.get("title", ""), TITLE),
            ("description", embed.get("description", ""), DESCRIPTION),
            ("footer", embed.get("footer", {}).get("text", ""), 2048),
            *(("field name", field["name"], FIELD_NAME) for field in fields),
            *(("field", field["value"], FIELD) for field in fields),
        ):
            total += len(text)
            found += _too_long(name, text, most)
        found += [f"an empty field: {field}" for field in fields if not (field["name"] and field["value"])]
    return found + ([f"embeds of {total} characters"] if total > EMBEDS else [])


def mentions(body: Payload) -> list[str]:
    """A message says itself whom it may ring; without that, Discord rings whoever it names."""
    allowed = body.get("allowed_mentions")
    if allowed is None or allowed.get("parse") or allowed.get("roles") or allowed.get("replied_user"):
        return [f"a message that rings whom it names: {allowed}"]
    return []


ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
"""A backslash before any sign takes the sign's meaning, and is not shown."""
LIVE = re.compile(
    r"[*_~`|\[\]<>#]"  # Markdown, mentions, channels, emoji, times, commands
    r"|@(?:everyone|here)"
    r"|\w+://|discord\.gg/"
    r"|^\s*(?:-|\d+\.)\s",  # lists
    re.MULTILINE,
)
_OWN_LINK = re.compile(r"<https?://[^\s<>]+>")
_MISLEADING = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]"
)


def live(body: Payload, *, links: bool = True) -> list[str]:
    """Lines of a message in which Discord would read a meaning that the desk did not give them.

    The desk's own are a bold head, bold labels, quotations, a small last line, and (`links`) addresses in brackets.
    """
    embeds = body.get("embeds") or []
    told = [body.get("content") or "", *(embed.get("description") or "" for embed in embeds)]
    names = [text for embed in embeds for field in embed.get("fields", []) for text in (field["name"], field["value"])]
    found = [text for text in (*told, *names) if _MISLEADING.search(text)]
    found += [text for text in names if LIVE.search(ESCAPED.sub("x", text))]
    for text in told:
        for line in text.split("\n"):
            bare = ESCAPED.sub("x", line)
            if bare.startswith("> ") or bare == ">":  # an empty line of a quotation ends without its space
                bare = bare[2:]
            else:
                bare = re.sub(r"^(?:-# [\d-]+·\d+$|\*\*[^*]*\*\*)", "", bare)
                bare = _OWN_LINK.sub("", bare) if links else bare
            if LIVE.search(bare):
                found.append(line)
    return found


def modal(body: Payload) -> list[str]:
    """A modal to open."""
    found = _too_long("modal title", body["title"], MODAL_TITLE) + _too_long("id", body["custom_id"], CUSTOM_ID)
    if not 1 <= len(body["components"]) <= MODAL_ITEMS:
        found.append(f"{len(body['components'])} items in a modal")
    for label in body["components"]:
        found += list(_field(label))
    return found


def _field(label: Payload) -> Iterator[str]:
    if label["type"] != 18:
        yield f"a {label['type']} where a label belongs"
        return
    yield from _too_long("label", label["label"], LABEL)
    yield from _too_long("hint", label.get("description") or "", HINT)
    asks = label["component"]
    yield from _too_long("id", asks["custom_id"], CUSTOM_ID)
    if asks["type"] == 4:
        most = asks.get("max_length") or INPUT
        if most > INPUT:
            yield f"an input of {most} characters"
        yield from _too_long("input", asks.get("value") or "", most)
        yield from _too_long("placeholder", asks.get("placeholder") or "", 100)
    else:
        options = asks["options"]
        if not 1 <= len(options) <= OPTIONS or asks.get("max_values", 1) > len(options):
            yield f"{len(options)} options"
        for option in options:
            for key in ("label", "value", "description"):
                yield from _too_long(f"option {key}", option.get(key) or "", OPTION)


def command(body: Payload) -> list[str]:
    """A command to register."""
    found = _too_long("command name", body["name"], 32) + _too_long("description", body.get("description") or "", 100)
    if body.get("type", 1) == 1 and not body.get("description"):
        found.append(f"/{body['name']} says nothing of itself")
    for option in body.get("options", ()):
        found += _too_long("option name", option["name"], 32) + _too_long("description", option["description"], 100)
    return found


def _too_long(what: str, text: str, most: int) -> list[str]:
    return [f"{what} of {len(text)} characters, {most} are the most: {text[:60]!r}"] if len(text) > most else []
