"""The desk's cards as Discord messages: what matters in plain content, the rest in an embed, the actions as buttons.

Discord's limits: content 2,000 characters; an embed 6,000 in all, its description 4,096, 25 fields of 256 and 1,024;
five rows of five buttons, each label 80, each id 100 (Discord developer documentation, "Message Resource").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import discord

from adapters.discord.markup import block, cut, literal, own
from adapters.shown import card_shown
from bot.actions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.chat import Card, Line

CONTENT = 2000
SHOWN_TITLE = 300
DESCRIPTION = 3600
FIELDS = 20
FIELD = 1000
ALL_FIELDS = 1900
BUTTONS = 25
EXCERPTS = (1200, 600, 280, 120, 60)
"""Characters of each quotation in the content: the most that leaves room for all."""
DETAILS = ("By", "With ", "Under the post", "Forwarded by", "Verdict")
"""Lines that stand in the embed: they help, but nobody has to read them to act."""
_NUMBER = re.compile(r"\d{4}-\d{4,}")
STYLES = {
    "keep": discord.ButtonStyle.success,
    "remove": discord.ButtonStyle.danger,
    "claim": discord.ButtonStyle.primary,
    "answer": discord.ButtonStyle.primary,
    "words": discord.ButtonStyle.primary,
}


class ActionButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=".*"):
    """A button that says all it needs in its id, so that it works after a restart, and also where it is an old one."""

    @classmethod
    def of(cls, action: str, label: str, case: str, seen: int | None) -> Self:
        """The button for an action on a case."""
        style = STYLES.get(action, discord.ButtonStyle.secondary)
        return cls(discord.ui.Button(label=cut(label, 80), style=style, custom_id=said_as(action, case, seen)))

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the signature is discord.py's
        item: discord.ui.Item[Any],
        match: re.Match[str],  # noqa: ARG003 - the signature is discord.py's
    ) -> Self:
        """The button that was pressed."""
        if not isinstance(item, discord.ui.Button):
            raise TypeError("the desk shows buttons only")
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """It was pressed."""
        await interaction.client.on_button(interaction, self.custom_id)


def pressed(interaction: discord.Interaction[Any]) -> str:
    """The id of the button that was pressed."""
    data: Any = interaction.data or {}
    return str(data.get("custom_id", ""))


def is_shown(interaction: discord.Interaction[Any]) -> bool:
    """Does the message still show the button? discord.py hands a press to its item only there."""
    rows = interaction.message.components if interaction.message else ()
    buttons = [button for row in rows if isinstance(row, discord.ActionRow) for button in row.children]
    return pressed(interaction) in {button.custom_id for button in buttons}


def said_as(action: str, case: str, seen: int | None) -> str:
    """The id of a button or a form: the action, its case, and which verdict the presser looked at."""
    return f"{action}:{case}:{'' if seen is None else seen}"


def read_id(custom_id: str) -> tuple[str, str, int | None]:
    """Action, case and verdict out of such an id; an id of another version gives an action that nobody knows."""
    match = re.fullmatch(r"([a-z_]+):([\d-]*):(\d*)", custom_id)
    return (match[1], match[2], int(match[3]) if match[3] else None) if match else ("", "", None)


@dataclass(frozen=True)
class Shown:
    """A card as Discord takes it."""

    content: str
    embed: discord.Embed | None
    view: discord.ui.View | None

    def to_send(self) -> dict[str, Any]:
        """What a new message takes."""
        more = {"embed": self.embed, "view": self.view}
        return {"content": self.content, **{key: value for key, value in more.items() if value is not None}}

    def to_edit(self) -> dict[str, Any]:
        """What an edited message takes: what is not there is taken away."""
        return {"content": self.content, "embed": self.embed, "view": self.view}


def show(card: Card, sign: str = "", calls: str | None = None) -> Shown:
    """Lay a card out. `sign` is the notice's id, shown small; `calls` is the account that the message is to ring."""
    card = card_shown(card)
    head = f"**{literal(cut(card.title, SHOWN_TITLE))}**"
    head = f"<@{calls}> {head}" if calls else head
    foot = f"-# {sign}" if sign else ""
    main = [line for line in card.lines if not line.label.startswith(DETAILS)]
    details = [line for line in card.lines if line.label.startswith(DETAILS)]
    room = CONTENT - len(head) - len(foot) - 2
    shown, more = _fit(main, room)
    content = "\n".join(part for part in (head, *shown, foot) if part)
    return Shown(content, _embed(more, details), _buttons(card))


def signed(content: str) -> str | None:
    """The notice's id at the foot of a message, where there is one."""
    last = content.rpartition("\n")[2]
    return last[3:] if last.startswith("-# ") else None


def _fit(lines: Sequence[Line], room: int) -> tuple[list[str], list[Line]]:
    """As many lines as there is room for, the quotations among them shortened alike; and what is left for the embed."""
    shown: list[str] = []
    most = CONTENT
    for most in EXCERPTS:
        shown = [_line(line, cut(line.text, most if line.quoted else CONTENT)) for line in lines]
        if sum(len(text) + 1 for text in shown) <= room:
            break
    kept = 0
    for text in shown:
        room -= len(text) + 1
        if room < 0:
            break
        kept += 1
    return shown[:kept], [
        line for at, line in enumerate(lines) if at >= kept or (line.quoted and len(line.text) > most)
    ]


def _line(line: Line, text: str) -> str:
    label = f"**{literal(line.label)}**" if line.label else ""
    if not line.quoted:
        return f"{label} {own(text)}".strip()
    return f"{label}\n{block(literal(text))}".strip()


def _embed(more: Sequence[Line], details: Sequence[Line]) -> discord.Embed | None:
    if not more and not details:
        return None
    embed = discord.Embed(description=_description(more) if more else None)
    room = ALL_FIELDS
    for line in details[:FIELDS]:
        name = literal(cut(line.label, 100))
        value = _within(line.text or "(not described)", min(FIELD, room - len(name)))
        room -= len(name) + len(value)
        if not value:
            break
        embed.add_field(name=name, value=value, inline=line.label in {"By", "Forwarded by"})
    return embed


def _description(lines: Iterable[Line]) -> str:
    room = DESCRIPTION
    parts = []
    for line in lines:
        text = _within(line.text, room, partial(_line, line))
        if not text:
            break
        parts.append(text)
        room -= len(text) + 1
    return "\n".join(parts)


def _within(text: str, most: int, shown: Callable[[str], str] = literal) -> str:
    """As much of the text as fits in the way it is shown; nothing where there is hardly any room."""
    if most < 20:
        return ""
    keep = len(text)
    while len(made := shown(cut(text, keep))) > most:
        keep = min(keep - 1, most, keep * 9 // 10)
        if keep < 1:
            return ""  # what stands before it alone does not fit
    return made


def _buttons(card: Card) -> discord.ui.View | None:
    """The actions that a card offers, and in a list of cases a button that shows each."""
    offered = [name for name in card.actions if name in ACTIONS and (card.case or not ACTIONS[name].on_case)]
    buttons = [ActionButton.of(name, ACTIONS[name].label, card.case, card.seen) for name in dict.fromkeys(offered)]
    listed = dict.fromkeys(
        line.label for line in card.lines if _NUMBER.fullmatch(line.label) and line.label != card.case
    )
    buttons += [ActionButton.of("case", number, number, None) for number in listed]
    view = discord.ui.View(timeout=None)
    for button in buttons[:BUTTONS]:
        view.add_item(button)
    return view if buttons else None
