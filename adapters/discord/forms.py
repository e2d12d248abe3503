"""Forms: what an action needs besides its case, asked for in a modal and read back from what was filled in.

A modal's id says everything the desk has to know, and its fields are read from what Discord sends, not from the modal
that was opened: so a form that was open while the desk restarted is still taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord

from adapters import dates
from adapters.discord.cards import read_id, said_as
from adapters.discord.markup import cut
from bot.actions import ACTIONS, Need
from bot.case import Done
from bot.chat import Comment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bot.actions import Action
    from bot.library import Library
    from bot.policy import Policy
    from bot.wording import Wording

COMMENT = "comment"
"""The form that takes a comment; no action of the desk, but the beginning of a case."""
LONGEST = 4000
MOST_CHOICES = 25
OPEN_FOR = 15 * 60
TIMES = "Write for example: yesterday 4 pm, friday 9:30, 2026-11-20 16:30"
TIMES_TO_COME = "Write for example: 4 pm, tomorrow 10:00, friday 9:30"
DAYS = "Write for example: friday, tomorrow, 2026-12-04"
_TIMED = {
    Need.TIME: (dates.past_time, "When it was posted", TIMES),
    Need.LATER: (dates.coming_time, "When to be reminded", TIMES_TO_COME),
    Need.UNTIL: (dates.end_of_day, "The last day you are away", DAYS),
    Need.DAY: (dates.end_of_day, "The day", DAYS),
}
"""What an action takes that is a time: how it is read, what it is called, and examples."""
_WORDS = {
    Need.REASON: "The reason",
    Need.QUESTION: "The question",
    Need.POST: "The post's text",
    Need.WORDS: "The comment's words",
    Need.ANSWER: "Your answer",
    Need.REPLY: "What the library answered",
    Need.DRAFT: "Your draft",
}
_DONE = {
    Done.HIDDEN: "Hid it",
    Done.DELETED: "Deleted it",
    Done.EDITED: "Edited it",
    Done.NOTHING: "Left it as it is",
    Done.RESTORED: "Showed it again",
}

Filled = dict[str, list[str]]
"""What was filled in: for each field the text, or the values chosen."""


class UnknownTime(Exception):
    """What was typed is no time the desk knows."""


def needs_form(action: Action) -> bool:
    """Does this action ask for anything?"""
    return bool(action.needs or action.may)


def for_action(
    action: Action, case: str, seen: int | None, policy: Policy, people: Sequence[str] = ()
) -> discord.ui.Modal:
    """The form that asks for what an action takes; `people` are those whom a reply may be handed to."""
    form = _form(f"{action.label} · {case}" if case else action.label, said_as(action.name, case, seen))
    for need in (*action.needs, *action.may):
        form.add_item(_field(need, policy, people, required=need in action.needs))
    return form


def for_comment(library: Library, wording: Wording) -> discord.ui.Modal:
    """The form that takes a comment with what is known of it; a form has room for five things."""
    form = _form("Check a comment", said_as(COMMENT, "", None))
    form.add_item(_text("The comment, word for word", "text"))
    form.add_item(_text("The library's post it stands under", "post", required=False))
    form.add_item(_line("Who wrote it", "author", required=False))
    names = dict.fromkeys([p.name for p in library.platforms] + [a.platform for a in library.accounts])
    if known := [(name, wording.platform(name)) for name in names]:
        form.add_item(_choice("Where it stands", "platform", known, required=False))
    form.add_item(_line("Link to the comment", "link", required=False))
    return form


def read(data: Mapping[str, Any]) -> tuple[str, str, int | None, Filled]:
    """Action, case, verdict seen, and what was filled in, out of a form that came back."""
    filled: Filled = {}
    for row in data["components"]:
        asked = row.get("component") or row["components"][0]
        filled[asked["custom_id"]] = asked.get("values") or [asked.get("value") or ""]
    return (*read_id(data["custom_id"]), filled)


def parts(name: str, filled: Filled, now: dt.datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The parts of a press that were filled in: text, guidelines, at. Raises UnknownTime."""
    found: dict[str, Any] = {}
    action = ACTIONS.get(name)
    for need in (*action.needs, *action.may) if action else ():
        said = filled.get(need.name.casefold(), [])
        first = said[0].strip() if said else ""
        match need:
            case Need.GUIDELINES:
                found["guidelines"] = tuple(int(number) for number in said if re.fullmatch(r"\d{1,4}", number))
            case _ if need in _TIMED and first:
                found["at"] = _moment(need, first, now, zone)
            case _ if need in _TIMED:
                pass
            case _:
                found["text"] = first
    return found


def _moment(need: Need, words: str, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    read_time, _, examples = _TIMED[need]
    if (at := read_time(words, now, zone)) is None:
        raise UnknownTime(f"“{words[:40]}” is no time the desk knows. {examples}")
    return at


def comment(filled: Filled) -> Comment:
    """The comment that was typed into its form."""
    facts = {key: (filled.get(key) or [""])[0].strip() for key in ("text", "post", "author", "platform", "link")}
    return Comment(facts["text"], facts["post"], facts["author"], facts["platform"], permalink=facts["link"])


def typed(filled: Filled) -> str:
    """Everything that was typed, so that it can be given back where it could not be taken."""
    return "\n".join(value for values in filled.values() for value in values if value.strip())


def _field(need: Need, policy: Policy, people: Sequence[str], *, required: bool) -> discord.ui.Label[Any]:
    key = need.name.casefold()
    match need:
        case Need.GUIDELINES:
            known = [(str(n), f"{n} {guideline.name}") for n, guideline in sorted(policy.by_number.items())]
            return _choice("The guidelines it breaks", key, known, most=len(known), required=required)
        case Need.WHAT_WAS_DONE:
            return _choice("What you did on the platform", key, [(d.value, _DONE[d]) for d in Done], required=required)
        case Need.PERSON if 0 < len(people) <= MOST_CHOICES:
            return _choice("Who", key, [(name, name) for name in people], required=required)
        case Need.PERSON:
            return _line("Who", key, required=required, hint="A name of library.toml, or its beginning")
        case _ if need in _TIMED:
            _, label, examples = _TIMED[need]
            return _line(label, key, required=required, hint=examples)
        case _:
            return _text(_WORDS[need], key, required=required)


def _form(title: str, custom_id: str) -> discord.ui.Modal:
    return discord.ui.Modal(title=cut(title, 45), custom_id=custom_id, timeout=OPEN_FOR)


def _text(label: str, key: str, *, required: bool = True) -> discord.ui.Label[Any]:
    style = discord.TextStyle.paragraph
    box: Any = discord.ui.TextInput(style=style, custom_id=key, required=required, max_length=LONGEST)
    return discord.ui.Label(text=label, component=box)


def _line(label: str, key: str, *, required: bool = True, hint: str | None = None) -> discord.ui.Label[Any]:
    box: Any = discord.ui.TextInput(custom_id=key, required=required, max_length=500)
    return discord.ui.Label(text=label, description=hint, component=box)


def _choice(
    label: str, key: str, known: Sequence[tuple[str, str]], *, most: int = 1, required: bool = True
) -> discord.ui.Label[Any]:
    options = [discord.SelectOption(value=value, label=cut(name, 100)) for value, name in known[:25]]
    least = 1 if required else 0
    box: Any = discord.ui.Select(
        custom_id=key, options=options, min_values=least, max_values=min(most, len(options)), required=required
    )
    return discord.ui.Label(text=label, component=box)
