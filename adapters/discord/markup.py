"""Text as Discord shows it literally: nothing in it formats, links, previews or pings.

Discord reads Markdown, mentions and addresses out of a message's text. A backslash before a sign takes its meaning
(Discord's help centre, "Markdown Text 101"), and no sign that begins a mention or an address is left without one.
"""

from __future__ import annotations

import re

from adapters.shown import shown

_SIGNS = re.compile(r"[\\*_~`|<>\[\](){}@#:/]")
_LIST = re.compile(r"^([^\S\n]*)(-|\d+(?=\.))", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)\]]")
_EVERYONE = re.compile(r"@(?=everyone|here)")


def literal(text: str) -> str:
    """Text that shows as it is, whoever wrote it."""
    text = "\n".join(shown(text).splitlines())
    text = _EVERYONE.sub("@\u200b", text)
    # "1." becomes "1\." and "-" becomes "\-": at the beginning of a line both would make a list.
    text = _SIGNS.sub(lambda sign: f"\\{sign[0]}", text)
    return _LIST.sub(lambda start: f"{start[1]}\\-" if start[2] == "-" else f"{start[1]}{start[2]}\\", text)


def own(text: str) -> str:
    """The desk's own sentence: literal too, but its addresses can be followed, without a preview."""
    parts = []
    at = 0
    for address in _ADDRESS.finditer(text):
        parts += [literal(text[at : address.start()]), f"<{address[0]}>"]
        at = address.end()
    return "".join([*parts, literal(text[at:])])


def block(text: str) -> str:
    """Text set off as a quotation, each of its lines."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def cut(text: str, most: int) -> str:
    """The beginning of a text, with an ellipsis where something is left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
