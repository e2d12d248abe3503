"""Slack's documented limits and shapes of messages and views, and whom a message calls. Nothing here is the desk's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]

SHAPES: dict[str, tuple[set[str], set[str]]] = {
    # type: what it must have, what it may have
    "rich_text": ({"elements"}, {"block_id"}),
    "rich_text_section": ({"elements"}, set()),
    "rich_text_quote": ({"elements"}, {"border"}),
    "rich_text_preformatted": ({"elements"}, {"border"}),
    "text": ({"text"}, {"style"}),
    "user": ({"user_id"}, {"style"}),
    "broadcast": ({"range"}, set()),
    "link": ({"url"}, {"text", "style"}),
    "section": ({"text"}, {"block_id", "accessory", "fields"}),
    "context": ({"elements"}, {"block_id"}),
    "actions": ({"elements"}, {"block_id"}),
    "divider": (set(), {"block_id"}),
    "header": ({"text"}, {"block_id"}),
    "input": ({"label", "element"}, {"block_id", "optional", "hint", "dispatch_action"}),
    "plain_text": ({"text"}, {"emoji"}),
    "mrkdwn": ({"text"}, {"verbatim"}),
    "button": ({"text"}, {"action_id", "value", "style", "url", "confirm", "accessibility_label"}),
    "plain_text_input": (
        {"action_id"},
        {"initial_value", "multiline", "min_length", "max_length", "placeholder", "focus_on_load"},
    ),
    "static_select": ({"action_id", "options"}, {"placeholder", "initial_option"}),
    "multi_static_select": ({"action_id", "options"}, {"placeholder", "initial_options"}),
    "radio_buttons": ({"action_id", "options"}, {"initial_option"}),
    "checkboxes": ({"action_id", "options"}, {"initial_options"}),
    "datepicker": ({"action_id"}, {"placeholder", "initial_date"}),
    "datetimepicker": ({"action_id"}, {"initial_date_time"}),
}
BLOCKS = {
    "message": {"rich_text", "section", "context", "actions", "divider", "header"},
    "modal": {"rich_text", "section", "context", "actions", "divider", "header", "input"},
    "home": {"rich_text", "section", "context", "actions", "divider", "header", "input"},
}
INSIDE = {
    "rich_text": {"rich_text_section", "rich_text_quote", "rich_text_preformatted"},
    "rich_text_section": {"text", "user", "broadcast", "link"},
    "rich_text_quote": {"text", "user", "broadcast", "link"},
    "rich_text_preformatted": {"text", "link"},
    "context": {"plain_text", "mrkdwn"},
    "actions": {"button", "static_select", "datepicker"},
}
INPUTS = {
    "plain_text_input",
    "static_select",
    "multi_static_select",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "datetimepicker",
}
MOST_IN_ALL = 13_200
LONGEST = {
    # the longest text, in characters, by where it stands
    ("section", "text"): 3_000,
    ("header", "text"): 150,
    ("button", "text"): 75,
    ("button", "value"): 2_000,
    ("input", "label"): 2_000,
    ("option", "text"): 75,
    ("option", "value"): 150,
    ("placeholder", "text"): 150,
}
IDS = ("action_id", "block_id")
OPTIONS = {"checkboxes": 10, "radio_buttons": 10, "static_select": 100, "multi_static_select": 100}


def message_problems(message: Json) -> list[str]:
    """What Slack would refuse in a message, or show badly."""
    text, blocks = message.get("text"), message.get("blocks") or []
    problems = []
    if not text:
        problems.append("a message without a top-level text: nothing for notifications and screen readers")
    if len(text or "") > 40_000:
        problems.append("msg_too_long")
    if len(blocks) > 50:
        problems.append(f"{len(blocks)} blocks in a message")
    if (size := sum(map(len, texts(blocks)))) > MOST_IN_ALL:
        problems.append(f"msg_blocks_too_long: {size} characters")
    if message.get("unfurl_links") or message.get("unfurl_media") or message.get("link_names"):
        problems.append("a message that unfurls or links names")
    return problems + block_problems(blocks, "message")


def view_problems(view: Json) -> list[str]:
    """What Slack would refuse in a modal or a home tab."""
    kind = view.get("type", "")
    modal = {"title", "close", "submit", "private_metadata", "callback_id", "clear_on_close", "notify_on_close"}
    allowed = {"type", "blocks", "external_id", *(modal if kind == "modal" else {"private_metadata", "callback_id"})}
    problems = [f"a view with {key}" for key in set(view) - allowed]
    blocks = view.get("blocks") or []
    if kind not in {"modal", "home"}:
        problems.append(f"a view of type {kind}")
    if kind == "modal":
        problems += [] if 0 < len(_text(view.get("title"))) <= 24 else ["a modal's title of no or over 24 characters"]
        for name in ("submit", "close"):
            if len(_text(view.get(name))) > 24:
                problems.append(f"a modal's {name} of over 24 characters")
        if any(block["type"] == "input" for block in blocks) and not view.get("submit"):
            problems.append("a modal with inputs and no submit")
    if not 0 < len(blocks) <= 100:
        problems.append(f"{len(blocks)} blocks in a view")
    if len(view.get("private_metadata") or "") > 3_000:
        problems.append("private_metadata of over 3,000 characters")
    if len(view.get("callback_id") or "") > 255:
        problems.append("callback_id of over 255 characters")
    if len(json.dumps(view)) > 250_000:
        problems.append("view_too_large")
    return problems + block_problems(blocks, kind)


def block_problems(blocks: list[Json], surface: str) -> list[str]:
    """What is wrong with blocks on this surface."""
    problems: list[str] = []
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        problems.append("two blocks with one block_id")
    for block in blocks:
        if block.get("type") not in BLOCKS.get(surface, ()):
            problems.append(f"a {block.get('type')} block in a {surface}")
        problems += _problems(block)
        elements = block.get("elements") or []
        if block.get("type") in {"actions", "context"}:
            most = 25 if block["type"] == "actions" else 10
            if not 0 < len(elements) <= most:
                problems.append(f"{len(elements)} elements in {block['type']}")
            named = [element.get("action_id") for element in elements if block["type"] == "actions"]
            if len(named) != len(set(named)):
                problems.append("two elements of a block with one action_id")
        if block.get("type") == "input" and block["element"].get("type") not in INPUTS:
            problems.append(f"an input of a {block['element'].get('type')}")
    return problems


def _problems(part: Json) -> list[str]:
    kind = str(part.get("type"))
    if kind not in SHAPES:
        return [f"a part of unknown type {kind}"]
    must, may = SHAPES[kind]
    inner = part.get("elements") or []
    wrong = {
        **{f"{kind} without {key}": True for key in must - set(part)},
        **{f"{kind} with {key}": True for key in set(part) - must - may - {"type"}},
        f"an empty {kind}": kind in {"text", "plain_text", "mrkdwn"} and not part.get("text"),
        f"{kind} of nothing": kind in INSIDE and not inner,
        f"{kind} with a placeholder of over 150": len(_text(part.get("placeholder"))) > 150,
        f"{kind} with a value of over 3,000": len(str(part.get("initial_value") or "")) > 3_000,
        f"{kind} of unknown style": kind == "text" and set(part.get("style") or {}) - {"bold", "italic", "code"},
        **{f"{one.get('type')} in {kind}": kind in INSIDE and one.get("type") not in INSIDE[kind] for one in inner},
        **{f"{kind} with a {key} of no or over 255": len(part.get(key, "x")) not in range(1, 256) for key in IDS},
        **{
            f"{owner}.{key} of over {most}": owner == kind and len(_text(part.get(key))) > most
            for (owner, key), most in LONGEST.items()
        },
    }
    options = _option_problems(kind, part.get("options") or []) if kind in OPTIONS else []
    inner = [*inner, *(part[key] for key in ("text", "label", "element") if isinstance(part.get(key), dict))]
    return (
        [problem for problem, is_so in wrong.items() if is_so] + options + [p for one in inner for p in _problems(one)]
    )


def _option_problems(kind: str, options: list[Json]) -> list[str]:
    problems = [] if 0 < len(options) <= OPTIONS[kind] else [f"{len(options)} options in {kind}"]
    values = [option["value"] for option in options]
    if len(values) != len(set(values)):
        problems.append(f"{kind} with one value twice")
    for option in options:
        if len(_text(option["text"])) > 75 or len(option["value"]) > 150:
            problems.append(f"an option that is too long in {kind}")
        problems += _problems(option["text"])
    return problems


def _text(said: object) -> str:
    return str(said.get("text", "")) if isinstance(said, dict) else str(said or "")


def parts(tree: object) -> Iterator[Json]:
    """Every part within blocks that has a type, outermost first."""
    if isinstance(tree, dict):
        if "type" in tree:
            yield tree
        for value in tree.values():
            yield from parts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from parts(value)


def texts(blocks: Iterable[Json]) -> list[str]:
    """Every text that people see in blocks."""
    return [str(part["text"]) for part in parts(list(blocks)) if isinstance(part.get("text"), str)]


def words(shown: Json) -> str:
    """What a message or view says, as somebody reads it: a line for each run of text."""
    lines = []
    for block in shown.get("blocks") or []:
        if block["type"] == "rich_text":
            lines += ["".join(texts([section])) for section in block["elements"]]
        else:
            lines += texts([block])
    title = _text(shown.get("title"))
    return "\n".join([*([title] if title else []), *(lines or [str(shown.get("text", ""))])])


def buttons(shown: Json) -> dict[str, Json]:
    """The buttons of a message or view by action_id; of several with one id, the last."""
    return {p["action_id"]: p for p in parts(shown.get("blocks") or []) if p["type"] == "button"}


_CALLS = re.compile(r"<(@[UW][A-Z0-9]+|!(?:channel|here|everyone|subteam\^[^>|]*))(?:\|[^>]*)?>")


def pings(message: Json) -> set[str]:
    """Whom a message calls: users by id, everybody as “!channel”, “!here” and the like."""
    markup = [str(message.get("text") or "")]
    markup += [p["text"] for p in parts(message.get("blocks") or []) if p["type"] == "mrkdwn"]
    called = {found.lstrip("@") for text in markup for found in _CALLS.findall(text)}
    for part in parts(message.get("blocks") or []):
        if part["type"] == "user":
            called.add(part["user_id"])
        if part["type"] == "broadcast":
            called.add(f"!{part['range']}")
    return called


_UNSEEN = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]"
)


def misleading(shown: Json) -> list[str]:
    """Texts of a message or view that turn writing round, hold controls, or begin a line outside a quotation."""
    every = [str(shown.get("text") or ""), *texts(shown.get("blocks") or [])]
    quotes = [p for p in parts(shown.get("blocks") or []) if p["type"] == "rich_text_quote"]
    quoted = set(texts(quotes))
    return [text for text in every if _UNSEEN.search(text) or ("\n" in text and text not in quoted)]


_FORMATS = re.compile(r"<[^>]*>|https?://|(?<!\w)[*_~`][^\s*_~`]")


def formatted(message: Json) -> list[str]:
    """Texts of a message in which Slack would find a link or formatting, but for people who are called."""
    markup = [_CALLS.sub("", str(message.get("text") or ""))]
    markup += [p["text"] for p in parts(message.get("blocks") or []) if p["type"] == "mrkdwn"]
    linked = [p["url"] for p in parts(message.get("blocks") or []) if p["type"] == "link"]
    return [text for text in markup if _FORMATS.search(text)] + linked
