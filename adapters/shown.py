"""Text as any chat may show it: nothing in it turns writing round, moves a cursor, or passes for a line of the desk."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat import Line

if TYPE_CHECKING:
    from bot.chat import Card

TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Signs that turn the direction of writing, and with it what stands around them (Unicode Standard Annex 9)."""
_TURNS = re.compile(f"[{TURNS}]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What some program or other takes for the end of a line."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, but for tabs and line feeds, and halves of surrogate pairs."""


TITLE, LABEL = 2_000, 100
"""Characters; what is longer was put there to harm."""


def shown(text: str) -> str:
    """Text of any number of lines; what can not be shown becomes a visible sign."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _BREAKS.sub("\n", _TURNS.sub("", text)))


def in_one_line(text: str) -> str:
    """The same in one line."""
    return shown(text).replace("\n", " ")


def card_shown(card: Card) -> Card:
    """A card with only such text. What is not quoted stands in one line: nobody's words can begin another."""
    lines = (
        Line(shown(line.text) if line.quoted else in_one_line(line.text), _cut(line.label, LABEL), line.quoted)
        for line in card.lines
    )
    return replace(card, title=_cut(card.title, TITLE), lines=tuple(lines))


def _cut(text: str, most: int) -> str:
    line = in_one_line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
