"""One table: every action, who may do it, what it needs, and what it is called. Every chat reads it; none adds to it.

In which state of a case an action is possible stands beside the case, in `bot.case.MOVES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.case import Done
from bot.library import Role

if TYPE_CHECKING:
    from bot.library import Member


class Who(StrEnum):
    """Who may do a thing. Everyone here is named in `library.toml` and of age (policy, part I)."""

    STAFF = "staff"
    DECIDER = "director, or the deputy while the director is away"
    PAGED = "director or deputy"


class Need(StrEnum):
    """What an action asks for besides the case.

    A press brings the guidelines as such; as `at`, an aware moment, TIME (a past one), LATER (one to come), DAY and
    UNTIL (any of that day, in the library's zone); all else as `text`. PERSON is a name of `library.toml`.
    """

    REASON = "a reason"
    QUESTION = "a question"
    GUIDELINES = "the guidelines"
    POST = "the post"
    TIME = "a time"
    WHAT_WAS_DONE = "what was done"
    WORDS = "the comment's words"
    ANSWER = "an answer"
    REPLY = "what the library answered"
    UNTIL = "until when"
    DAY = "a day"
    LATER = "a time to come"
    PERSON = "a colleague"
    DRAFT = "the draft"


class No(StrEnum):
    """Why a person may not; `bot.wording` says it politely."""

    STRANGER = "stranger"
    MINOR = "minor"
    NOT_DECIDER = "not the director"
    DIRECTOR_IS_HERE = "director is here"
    NOT_PAGED = "neither director nor deputy"


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the table. `usage` is what a person types in a terminal, `label` what a button says."""

    name: str
    label: str
    usage: str
    help: str
    who: Who = Who.STAFF
    needs: tuple[Need, ...] = ()
    may: tuple[Need, ...] = ()
    """What it takes besides, where somebody gives it."""
    on_case: bool = True
    """It is about one case."""
    reads: bool = False
    """It only shows something."""

    @property
    def advises(self) -> bool:
        """It looks a draft over, and moves nothing."""
        return Need.DRAFT in self.needs


_TABLE = (
    Action("keep", "Keep", "/keep N REASON", "rule that the comment stays", Who.DECIDER, (Need.REASON,)),
    Action(
        "remove",
        "Remove",
        "/remove N GUIDELINES REASON",
        "rule that it goes, for example: /remove 12 2,5 insults staff",
        Who.DECIDER,
        (Need.GUIDELINES, Need.REASON),
    ),
    Action("ask", "Ask the director", "/ask N QUESTION", "send a case to the director", needs=(Need.QUESTION,)),
    Action(
        "ask_staff",
        "Ask staff",
        "/ask_staff N QUESTION",
        "ask the staff about a case before ruling on it",
        Who.DECIDER,
        (Need.QUESTION,),
    ),
    Action("answer", "Answer the director", "/answer N TEXT", "answer what the director asked", needs=(Need.ANSWER,)),
    Action("claim", "I'll reply", "/claim N", "take the reply on yourself"),
    Action(
        "replied",
        "Replied",
        "/replied N [TEXT]",
        "the library has answered; this stops the reminders",
        may=(Need.REPLY,),
    ),
    Action(
        "snooze",
        "Remind me later",
        "/snooze N TIME",
        "be reminded of the reply then, for example: /snooze 12 4 pm",
        needs=(Need.LATER,),
    ),
    Action(
        "hand_over",
        "Hand over",
        "/hand_over N [NAME]",
        "give the reply to a colleague, or without a name to whoever takes it",
        may=(Need.PERSON,),
    ),
    Action("take_back", "Take back", "/take_back N", "take back a reply that you handed over"),
    Action("no_reply", "No reply needed", "/no_reply N WHY", "it needs no answer after all", needs=(Need.REASON,)),
    Action("have_it", "I have it", "/have_it N", "you look after an urgent case; this stops the pages", Who.PAGED),
    Action(
        "done",
        "Done on the platform",
        f"/done N {'|'.join(Done)}",
        "what you did about the comment on the platform",
        needs=(Need.WHAT_WAS_DONE,),
    ),
    Action("post", "Add the post", "/post N TEXT", "give a case its post and screen it again", needs=(Need.POST,)),
    Action("words", "Add the words", "/words N TEXT", "type what a picture says; screens it", needs=(Need.WORDS,)),
    Action("when", "When it was posted", "/when N TIME", "say when the comment was posted", needs=(Need.TIME,)),
    Action("withdraw", "Not a comment", "/withdraw N WHY", "it was no comment after all", needs=(Need.REASON,)),
    Action(
        "away",
        "I'm away",
        "/away [UNTIL]",
        "you are away, for example: /away 2026-12-04",
        may=(Need.UNTIL,),
        on_case=False,
    ),
    Action("back", "I'm back", "/back", "you are back", on_case=False),
    Action(
        "closed",
        "The library is closed",
        "/closed DAY WHY",
        "a day on which the library is closed after all; moves every deadline: /closed 2026-12-03 snow",
        needs=(Need.DAY, Need.REASON),
        on_case=False,
    ),
    Action(
        "reopen",
        "Open after all",
        "/reopen DAY",
        "take back a day said to be closed",
        needs=(Need.DAY,),
        on_case=False,
    ),
    Action(
        "check_reply",
        "Check my reply",
        "/check_reply N TEXT",
        "have your answer looked over before you post it",
        needs=(Need.DRAFT,),
    ),
    Action(
        "check_post",
        "Check my post",
        "/check_post TEXT",
        "have a post of the library's own looked over",
        needs=(Need.DRAFT,),
        on_case=False,
    ),
    Action("case", "Show the case", "/case N", "show a case", reads=True),
    Action("open", "Open cases", "/open", "show what is open", on_case=False, reads=True),
    Action("mine", "My replies", "/mine", "show the replies you have taken on", on_case=False, reads=True),
    Action("overdue", "Overdue", "/overdue", "show what is late", on_case=False, reads=True),
)

ACTIONS: dict[str, Action] = {action.name: action for action in _TABLE}


def refused(member: Member | None, action: Action | None, *, director_away: bool) -> No | None:
    """Why this person may not do this, or None where they may. `action` None stands for forwarding a comment."""
    if member is None:
        return No.STRANGER
    if not member.adult:
        return No.MINOR
    if action is None or action.who is Who.STAFF or member.role is Role.DIRECTOR:
        return None
    if action.who is Who.PAGED:
        return None if member.role is Role.DEPUTY else No.NOT_PAGED
    if member.role is Role.DEPUTY:
        return None if director_away else No.DIRECTOR_IS_HERE
    return No.NOT_DECIDER
