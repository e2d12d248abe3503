"""Conversations as tables of who did what and what was heard. Each chat plays them all, to the same end.

What is heard may be said in the thread, to one person or in answer to a press: the words are the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bot.case import Case

JUDY, AMIR, RUTH, TOMAS = "Judy Ferris", "Amir Haddad", "Ruth Engstrom", "Tomas Beaulieu"
"""Staff, staff, the director and the deputy of the sample library."""
STRANGER = "stranger"
QUESTION = "What time do you open on Saturdays?"
INSULT = "You people are worthless pigs"


@dataclass(frozen=True)
class Step:
    """One thing that somebody does: `do` is "forward" or an action's name; `hears` must be said because of it."""

    by: str
    do: str
    text: str = ""
    hears: tuple[str, ...] = ()
    guidelines: tuple[int, ...] = ()
    case: str = "2026-0001"


@dataclass(frozen=True)
class Conversation:
    """Steps, and how case 2026-0001 stands at the end: attributes of `bot.case.Case`; None where there is no case."""

    steps: tuple[Step, ...]
    ends: dict[str, Any] | None = field(default_factory=dict)


class Player(Protocol):
    """A chat that plays conversations."""

    async def play(self, step: Step) -> str:
        """Do it as a person would in this chat; everything that was said because of it, to anybody."""

    async def case(self, serial: int) -> Case:
        """The case as it is stored."""


async def check(player: Player, conversation: Conversation) -> None:
    """Play a conversation and hold it to its table."""
    for step in conversation.steps:
        heard = await player.play(step)
        for words in step.hears:
            assert words in heard, f"after {step.by} did {step.do} {step.text!r}, among: {heard}"
    if conversation.ends is not None:
        case = await player.case(1)
        assert {name: getattr(case, name) for name in conversation.ends} == conversation.ends


CONVERSATIONS = {
    "a question is claimed and answered": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("2026-0001", "KEEP", "Reply by Tuesday 17 November, 8 pm")),
            Step(JUDY, "claim", hears=("2026-0001 is yours",)),
            Step(AMIR, "claim", hears=("Judy Ferris has taken the reply to 2026-0001 already",)),
            Step(JUDY, "replied", "From 9 am to 1 pm.", ("the reply is on record",)),
            Step(AMIR, "replied", "Nine to one.", ("Judy Ferris has replied to 2026-0001 already",)),
        ),
        {"claimed_by": JUDY, "replied_by": JUDY, "reply_text": "From 9 am to 1 pm.", "duties": ()},
    ),
    "an insult is removed by staff on the desk's word": Conversation(
        (
            Step(JUDY, "forward", INSULT, ("REMOVE: 2 Abuse", "worthless pigs", "Hide or delete it")),
            Step(JUDY, "claim", hears=("2026-0001 is to be removed, so no reply is due",)),
            Step(JUDY, "done", "hidden", ("hid it on the platform",)),
            Step(AMIR, "done", "deleted", ("Judy Ferris hid it on the platform already",)),
        ),
        {"done": "hidden", "done_by": JUDY, "ruling": None, "duties": ()},
    ),
    "only the director rules": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("KEEP",)),
            Step(JUDY, "ask", "How do we put this?", ("please rule on 2026-0001", "How do we put this?")),
            Step(JUDY, "remove", "insults staff", ("that takes a ruling by Ruth Engstrom",), (2,)),
            Step(TOMAS, "remove", "insults staff", ("Ruth Engstrom rules while she is not away",), (2,)),
            Step(RUTH, "remove", "insults staff", ("ruled by Ruth Engstrom", "2 Abuse", "insults staff"), (2, 5)),
            Step(RUTH, "keep", "on second thought", ("2026-0001 is ruled on already",)),
            Step(JUDY, "done", "deleted", ("deleted it from the platform",)),
        ),
        {"standing": "remove", "question": None, "done": "deleted"},
    ),
    "the director asks the staff before she rules": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("KEEP",)),
            Step(JUDY, "ask", "May this stay?", ("please rule on 2026-0001",)),
            Step(JUDY, "ask_staff", "Who wrote it?", ("that takes a ruling by Ruth Engstrom",)),
            Step(RUTH, "ask_staff", "Who wrote it?", ("Ruth Engstrom asks the staff about 2026-0001", "Who wrote it?")),
            Step(AMIR, "answer", "A regular patron.", ("A regular patron.", "Amir Haddad answers about 2026-0001")),
            Step(JUDY, "answer", "Me too.", ("Amir Haddad has answered the director about 2026-0001 already",)),
            Step(RUTH, "keep", "a plain question", ("ruled by Ruth Engstrom", "a plain question")),
        ),
        {"standing": "keep", "staff_answer": "A regular patron.", "staff_answer_by": AMIR, "question": None},
    ),
    "the deputy rules while the director is away": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("KEEP",)),
            Step(JUDY, "ask", "May this stay?", ("please rule on 2026-0001",)),
            Step(RUTH, "away", hears=("Ruth Engstrom is away", "Tomas Beaulieu, please rule on 2026-0001"), case=""),
            Step(TOMAS, "keep", "a plain question", ("KEEP, ruled by Tomas Beaulieu",)),
            Step(RUTH, "back", hears=("Welcome back, Ruth Engstrom.",), case=""),
        ),
        {"standing": "keep", "duties": ("reply",)},
    ),
    "a comment gets its post afterwards": Conversation(
        (
            Step(JUDY, "forward", INSULT, ("REMOVE",)),
            Step(JUDY, "post", "Storytime is Tuesday at 10.", ("Storytime is Tuesday at 10.", "screened again")),
        ),
        {"verdicts": 2, "standing": "remove"},
    ),
    "what is no comment is withdrawn": Conversation(
        (
            Step(JUDY, "forward", "Anyone up for lunch?", ("2026-0001",)),
            Step(JUDY, "withdraw", "pasted in the wrong place", ("2026-0001 is withdrawn",)),
            Step(JUDY, "claim", hears=("2026-0001 was withdrawn by Judy Ferris",)),
        ),
        {"withdrawn_by": JUDY, "withdrawn_why": "pasted in the wrong place", "duties": ()},
    ),
    "a draft is looked over before it is posted": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("KEEP",)),
            Step(JUDY, "check_reply", "I think it is at nine.", ("“I think” speaks for a person",)),
            Step(JUDY, "replied", "We open at nine.", ("the reply is on record",)),
        ),
        {"reply_text": "We open at nine.", "duties": ()},
    ),
    "a reply that nobody needs is called off": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("KEEP",)),
            Step(AMIR, "no_reply", "answered on the phone", ("on record that it needs no reply",)),
        ),
        {"duties": ()},
    ),
    "a reply goes to a colleague and back": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("KEEP",)),
            Step(JUDY, "claim", hears=("2026-0001 is yours",)),
            Step(JUDY, "hand_over", AMIR, ("Amir Haddad has the reply from here",)),
            Step(JUDY, "take_back", hears=("2026-0001 is yours again",)),
        ),
        {"claimed_by": JUDY},
    ),
    "a stranger is refused": Conversation(
        (Step(STRANGER, "forward", QUESTION, ("only people named in the library's list can forward",)),), None
    ),
    "everybody sees what is open": Conversation(
        (
            Step(JUDY, "forward", QUESTION, ("KEEP",)),
            Step(AMIR, "open", hears=("Open cases: 1", "2026-0001"), case=""),
            Step(JUDY, "claim", hears=("2026-0001 is yours",)),
            Step(JUDY, "mine", hears=("Your replies: 1", "2026-0001"), case=""),
            Step(AMIR, "mine", hears=("You have no reply to write.",), case=""),
            Step(AMIR, "overdue", hears=("Nothing is overdue.",), case=""),
            Step(AMIR, "case", hears=("Forwarded by", QUESTION)),
        ),
    ),
}
