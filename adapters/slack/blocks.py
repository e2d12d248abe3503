"""Cards as Slack's blocks: everything a stranger wrote stands as plain text that can not ping, link or format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.actions import ACTIONS
from bot.chat import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.chat import Card

Block = dict[str, Any]
MOST_BLOCKS = 50
MOST_IN_VIEW = 100
LONGEST = 2_900
"""Characters of one text; Slack takes 3,000."""
MOST = 11_000
"""Characters of one message in all; Slack takes about 13,200."""
ROW = 5
"""Buttons in a row."""
SHOW = "case"


def escaped(text: str) -> str:
    """Text for Slack's mrkdwn and for a message's `text`, where only these three signs begin anything."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(card: Card, sign: str = "", ping: str | None = None) -> dict[str, Any]:
    """A card as the `text` and `blocks` of a message. `sign` is the notice's id, `ping` the user who is called."""
    short = _shortened(card)
    text = f"{f'<@{ping}> ' if ping else ''}{escaped(card.title)}"
    if card.lines:
        first = card.lines[0]
        quote = f"“{first.text}”" if first.quoted else first.text
        text += f"\n{escaped(quote[:500])}"
    blocks = [*_title(short, ping), *_body(short), *buttons(short)]
    return {"text": text[:LONGEST], "blocks": [*blocks[: MOST_BLOCKS - 1], *_foot(sign)]}


def whole(card: Card) -> list[Block]:
    """A card for a modal, with every word of it."""
    return [*_title(card, None), *_body(card)][:MOST_IN_VIEW]


def home(cards: Sequence[Card]) -> dict[str, Any]:
    """Somebody's home tab."""
    blocks: list[Block] = []
    for card in cards:
        part = [*_title(card, None), *_body(card), *buttons(card)]
        if len(blocks) + len(part) > MOST_IN_VIEW:
            break
        blocks += part
    return {"type": "home", "blocks": blocks}


def modal(title: str, blocks: list[Block], **more: Any) -> dict[str, Any]:
    """A modal; its title holds 24 characters."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title[:24], "emoji": False},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
        **more,
    }


def buttons(card: Card) -> Iterator[Block]:
    """A button for each action that the card offers, and one that shows the whole case."""
    names = [name for name in card.actions if card.case or not ACTIONS[name].on_case]
    if card.case and SHOW not in names and names:
        names.append(SHOW)
    value = f"{card.case}|{'' if card.seen is None else card.seen}"
    for start in range(0, len(names), ROW):
        row = [
            {
                "type": "button",
                "action_id": f"desk:{name}",
                "text": {"type": "plain_text", "text": ACTIONS[name].label[:75], "emoji": False},
                "value": value,
            }
            for name in names[start : start + ROW]
        ]
        yield {"type": "actions", "elements": row}


def _title(card: Card, ping: str | None) -> Iterator[Block]:
    called: list[Block] = [{"type": "user", "user_id": ping}, {"type": "text", "text": " "}] if ping else []
    words = [{"type": "text", "text": part, "style": {"bold": True}} for part in _parts(card.title)]
    yield _rich([{"type": "rich_text_section", "elements": [*called, *words]}])


def _body(card: Card) -> Iterator[Block]:
    for line in card.lines:
        label: list[Block] = (
            [{"type": "text", "text": f"{line.label}: ", "style": {"bold": True}}] if line.label else []
        )
        first, *rest = _parts(line.text)
        if line.quoted:
            lead = [{"type": "rich_text_section", "elements": label}] if label else []
            yield _rich([*lead, {"type": "rich_text_quote", "elements": [{"type": "text", "text": first}]}])
        else:
            yield _rich([{"type": "rich_text_section", "elements": [*label, {"type": "text", "text": first}]}])
        kind = "rich_text_quote" if line.quoted else "rich_text_section"
        for part in rest:
            yield _rich([{"type": kind, "elements": [{"type": "text", "text": part}]}])


def _foot(sign: str) -> Iterator[Block]:
    if sign:
        yield {"type": "context", "elements": [{"type": "plain_text", "text": sign, "emoji": False}]}


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _parts(text: str) -> list[str]:
    """Text in pieces that Slack takes; a text element may not be empty."""
    return [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)] or [" "]


def _shortened(card: Card) -> Card:
    """The card within what one message holds; what is cut is shown by the button for the whole case."""
    left = MOST - len(card.title)
    lines = []
    for line in card.lines:
        room = max(min(LONGEST, left), 0)
        text = line.text if len(line.text) <= room else f"{line.text[: max(room - 1, 0)]}…"
        left -= len(text) + len(line.label)
        lines.append(Line(text, line.label, line.quoted))
    return replace(card, lines=tuple(lines))
