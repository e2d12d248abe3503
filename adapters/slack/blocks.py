"""Cards as Slack's blocks: everything a stranger wrote stands as plain text that can not ping, link or format."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters.shown import card_shown
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
PAGE = 200_000
"""Bytes of one modal's blocks as JSON in ASCII; Slack takes 250,000 for a view."""
ROW = 25
"""Buttons in a block of them; Slack breaks the row where the window ends."""
SHOW = "case"


def escaped(text: str) -> str:
    """Text for Slack's mrkdwn and for a message's `text`, where only these three signs begin anything."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(card: Card, sign: str = "", ping: str | None = None) -> dict[str, Any]:
    """A card as the `text` and `blocks` of a message. `sign` is the notice's id, `ping` the user who is called.

    The `text`, for notifications and screen readers, is the title alone: Slack would link and format more.
    """
    short = _shortened(card_shown(card))
    text = f"{f'<@{ping}> ' if ping else ''}{escaped(short.title)}"
    last = [*buttons(short), *_foot(sign)]
    body = [*_title(short, ping), *_body(short)]
    return {"text": text[:LONGEST], "blocks": [*body[: MOST_BLOCKS - len(last)], *last]}


def reading(title: str, card: Card, page: int = 0, wish: str = "") -> dict[str, Any]:
    """A card to read in a modal, with every word of it; what one modal does not hold is on further pages.

    `wish` is what the buttons that turn the page say, so that the same card can be asked for once more.
    """
    card = card_shown(card)
    pages = _pages([*_title(card, None), *_body(card)])
    page = min(page, len(pages) - 1)
    turns = [
        _button(f"page:{other}", f"{label} ({other + 1} of {len(pages)})", wish)
        for other, label in ((page - 1, "Page before"), (page + 1, "Next page"))
        if 0 <= other < len(pages)
    ]
    return modal(title or "Comment Desk", [*pages[page], *([{"type": "actions", "elements": turns}] if turns else [])])


def home(cards: Sequence[Card]) -> dict[str, Any]:
    """Somebody's home tab."""
    parts: list[Block] = []
    for card in (_shortened(card_shown(card)) for card in cards):
        said = [element for block in (*_title(card, None), *_body(card)) for element in block["elements"]]
        parts += [_rich(said), *buttons(card)]
    return {"type": "home", "blocks": _pages(parts)[0]}


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
    if card.case and SHOW not in names:
        names.append(SHOW)
    value = f"{card.case}|{'' if card.seen is None else card.seen}"
    for start in range(0, len(names), ROW):
        row = [_button(f"desk:{name}", ACTIONS[name].label, value) for name in names[start : start + ROW]]
        yield {"type": "actions", "elements": row}


def _button(action_id: str, label: str, value: str) -> Block:
    said = {"type": "plain_text", "text": label[:75], "emoji": False}
    return {"type": "button", "action_id": action_id, "text": said, **({"value": value} if value else {})}


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


def _pages(blocks: list[Block]) -> list[list[Block]]:
    """Blocks in as many modals as they need, with room for a row of buttons in each."""
    pages: list[list[Block]] = [[]]
    left = PAGE
    for block in blocks:
        left -= len(json.dumps(block))
        if left < 0 or len(pages[-1]) == MOST_IN_VIEW - 1:
            pages.append([])
            left = PAGE - len(json.dumps(block))
        pages[-1].append(block)
    return pages


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
