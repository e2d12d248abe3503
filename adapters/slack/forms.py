"""Modals: what an action needs is asked for in one, and what somebody fills in becomes a press or a forward."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

from adapters.slack.blocks import modal
from bot.actions import ACTIONS, Need
from bot.case import Done
from bot.chat import Comment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.actions import Action
    from bot.library import Library
    from bot.policy import Policy
    from bot.wording import Wording

ACTION = "desk_action"
COMMENT = "desk_comment"
LONGEST_INPUT = 3_000
Block = dict[str, Any]
View = dict[str, Any]

_ASKED = {
    Need.REASON: "Reason",
    Need.QUESTION: "Your question",
    Need.GUIDELINES: "Guidelines it breaks",
    Need.POST: "The post",
    Need.TIME: "When it was posted",
    Need.WHAT_WAS_DONE: "What you did on the platform",
    Need.WORDS: "The comment's words",
    Need.ANSWER: "Your answer",
    Need.REPLY: "What the library answered",
    Need.UNTIL: "Until the end of",
    Need.DAY: "The day",
    Need.LATER: "When",
    Need.DRAFT: "Your draft",
    Need.PERSON: "Who",
}


def action_form(
    action: Action,
    policy: Policy,
    people: Sequence[str],
    case: str,
    seen: int | None,
    channel: str = "",
    thread: str | None = None,
) -> View:
    """The modal that asks for what an action takes, opened from a message, or from the home tab (no channel).

    `people` are those whom a reply may be handed to.
    """
    fields = [_field(need, policy, people, optional=False) for need in action.needs]
    fields += [_field(need, policy, people, optional=True) for need in action.may]
    about = {"action": action.name, "case": case, "seen": seen, "channel": channel, "thread": thread}
    what = action.help.partition(", for example")[0]  # the examples are for a terminal
    return modal(
        action.label,
        [_said(f"{case}: {what}." if case else f"{what[:1].upper()}{what[1:]}."), *fields],
        callback_id=ACTION,
        private_metadata=json.dumps(about),
        submit={"type": "plain_text", "text": "Send", "emoji": False},
    )


def comment_form(library: Library, wording: Wording, text: str = "") -> View:
    """The modal that takes a comment with all that is known of it."""
    names = dict.fromkeys([p.name for p in library.platforms] + [a.platform for a in library.accounts])
    options = [{"text": _plain(wording.platform(name)), "value": name} for name in names][:100]
    start = {"initial_value": text[:LONGEST_INPUT]} if text else {}
    platform = {"type": "static_select", "placeholder": _plain("Where it stands"), "options": options}
    return modal(
        "Check a comment",
        [
            _input("comment", "The comment, word for word", _long(**start), optional=False),
            *([_input("platform", "Platform", platform)] if options else []),
            _input("post", "The library's post it stands under", _long()),
            _input("author", "Who wrote it", {"type": "plain_text_input"}),
            _input("posted_at", "When it was posted", {"type": "datetimepicker"}),
            _input("link", "Link to the comment", {"type": "plain_text_input"}),
        ],
        callback_id=COMMENT,
        submit=_plain("Check it"),
    )


def filled(view: View) -> dict[str, Any]:
    """What somebody filled in, by block: text, a moment (aware UTC), a date, or a list of values."""
    return {
        block: _value(state)
        for block, states in (view.get("state") or {}).get("values", {}).items()
        for state in states.values()
    }


def comment_in(view: View) -> Comment:
    """The comment that somebody filled in."""
    values = filled(view)
    return Comment(
        values.get("comment") or "",
        post=values.get("post"),
        author=values.get("author"),
        platform=values.get("platform"),
        permalink=values.get("link"),
        posted_at=values.get("posted_at"),
    )


def action_in(view: View, zone: dt.tzinfo) -> dict[str, Any]:
    """The parts of a press that somebody filled in: action, case, seen, text, guidelines, at."""
    about = _about(view)
    seen = about.get("seen")
    parts: dict[str, Any] = {
        "action": str(about.get("action", "")),
        "case": str(about.get("case", "")),
        "seen": seen if isinstance(seen, int) else None,
    }
    action = ACTIONS.get(parts["action"])
    values = filled(view)
    for need in (*action.needs, *action.may) if action else ():
        value = values.get(need.name.casefold())
        match need:
            case Need.GUIDELINES:
                parts["guidelines"] = tuple(
                    int(number) for number in value or () if re.fullmatch(r"\d{1,4}", str(number))
                )
            case Need.TIME | Need.LATER:
                parts["at"] = value
            case Need.UNTIL | Need.DAY:
                parts["at"] = _end_of(value, zone) if value else None
                if value and parts["at"] is None:
                    return {**parts, "action": ""}  # no day of the calendar, and not to be taken for none at all
            case _:
                parts["text"] = value or ""
    return parts


def opened_from(view: View) -> tuple[str, str | None]:
    """The channel and the thread of the message that a form was opened from; none where that was the home tab."""
    about = _about(view)
    return about.get("channel", ""), about.get("thread")


def _about(view: View) -> dict[str, Any]:
    """What the desk wrote on a form when it opened it; nothing where that can not be read."""
    try:
        said = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def first_field(view: View) -> str:
    """The id of a form's first field, beside which Slack shows what is wrong."""
    return str(next(block["block_id"] for block in view["blocks"] if block["type"] == "input"))


def needs_form(action: Action) -> bool:
    """Does this action ask for anything?"""
    return bool(action.needs or action.may)


def _field(need: Need, policy: Policy, people: Sequence[str], *, optional: bool) -> Block:
    match need:
        case Need.GUIDELINES:
            numbers = sorted(policy.by_number.items())
            options = [{"text": _plain(f"{n} {g.name}"), "value": str(n)} for n, g in numbers]
            # Check boxes show everything at a glance; Slack allows ten of them.
            element: Block = (
                {"type": "checkboxes", "options": options}
                if len(options) <= 10
                else {"type": "multi_static_select", "placeholder": _plain("Choose"), "options": options[:100]}
            )
        case Need.WHAT_WAS_DONE:
            options = [{"text": _plain(done.capitalize()), "value": done.value} for done in Done]
            element = {"type": "radio_buttons", "options": options}
        case Need.PERSON:
            options = [{"text": _plain(name), "value": name} for name in people]
            element = {"type": "static_select", "placeholder": _plain("Whoever takes it"), "options": options[:100]}
        case Need.TIME | Need.LATER:
            element = {"type": "datetimepicker"}
        case Need.UNTIL | Need.DAY:
            element = {"type": "datepicker"}
        case _:
            element = _long()
    return _input(need.name.casefold(), _ASKED[need], element, optional=optional)


def _input(block: str, label: str, element: Block, *, optional: bool = True) -> Block:
    return {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": _plain(label),
        "element": {"action_id": block, **element},
    }


def _long(**more: Any) -> Block:
    return {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_INPUT, **more}


def _said(text: str) -> Block:
    return {"type": "section", "text": {"type": "plain_text", "text": text[:LONGEST_INPUT], "emoji": False}}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text[:75], "emoji": False}


def _value(state: Block) -> Any:
    match state.get("type"):
        case "datetimepicker":
            return _moment(state.get("selected_date_time"))
        case "datepicker":
            return state.get("selected_date")
        case "static_select" | "radio_buttons":
            return (state.get("selected_option") or {}).get("value")
        case "checkboxes" | "multi_static_select":
            return [option["value"] for option in state.get("selected_options") or ()]
        case _:
            return state.get("value")


def _moment(seconds: Any) -> dt.datetime | None:
    """A moment as Slack names it, in UTC; None for one that no calendar has."""
    try:
        return dt.datetime.fromtimestamp(int(seconds), dt.UTC) if seconds else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _end_of(day: Any, zone: dt.tzinfo) -> dt.datetime | None:
    """The end of a day as Slack names it, in the library's zone; None for one that no calendar has."""
    try:
        end = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(23, 59, 59), zone)
        return end.astimezone(dt.UTC).astimezone(zone)
    except (ValueError, TypeError, OverflowError):
        return None
