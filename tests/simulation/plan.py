"""Plans: what people do over three days, drawn by a number from a table of conversation shapes.

A conversation is a chain: nobody takes a step before the one ahead of it was taken. Steps keep to the working day, and
forwards and questions to its first half, so that an hour's delay moves no deadline to another day.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.chat import Attachment, Comment
from tests.conftest import MONDAY

JUDY, AMIR, RUTH, TOMAS, PIPER = "Judy Ferris", "Amir Haddad", "Ruth Engstrom", "Tomas Beaulieu", "Piper Nowak"
"""Staff, staff, the director, the deputy, and a page who is still at school."""
STRANGER = "Somebody Else"
SLACK, DISCORD = "slack", "discord"

HOUR, DAY = 60, 24 * 60
"""Minutes."""
BEGIN = MONDAY
"""Monday 16 November 2026, 11 am in the library."""
CALM = BEGIN + dt.timedelta(days=2)
"""When the faults have ended: Wednesday, 11 am in the library."""
END = BEGIN + dt.timedelta(days=2, hours=6)
"""Wednesday, 5 pm in the library."""

QUESTIONS = (
    "What time do you open on Saturdays?",
    "Is the copier on the second floor working again?",
    "Can I renew my card online, or do I have to come in?",
    "Where do I return the telescope that I borrowed?",
)
INSULTS = (
    "You people are worthless pigs",
    "The woman at the front desk is a stupid bitch",
    "Whoever runs the children's room is a filthy moron",
)
THREATS = (
    "I am going to come down there and shoot every one of you tomorrow",
    "I will burn the library down with all of you inside",
)
DOUBTS = (
    "Judy is having an affair with a patron, ask anyone",
    "Ask that clerk how often she checks out at noon",
)
SHOWN, UNFURLED = "Your staff are vermin", "When is the next book sale?"
"""What a picture says, and a link that the chat unfurls later."""
PICTURE = (Attachment("image", "", "picture of a comment"),)


@dataclass(frozen=True)
class Step:
    """What somebody does, and when at the earliest. `do` is "forward", "unfurl" or an action's name."""

    at: dt.datetime
    by: str
    do: str
    text: str = ""
    guidelines: tuple[int, ...] = ()
    when: dt.datetime | None = None
    comment: Comment | None = None
    message: str = ""
    """The message that a forward or an unfurled link is; others are about the chain's first message."""


@dataclass(frozen=True)
class Chain:
    """One conversation on one chat."""

    chat: str
    shape: str
    steps: tuple[Step, ...]

    @property
    def message(self) -> str:
        """The message that the conversation began with."""
        return self.steps[0].message


@dataclass(frozen=True)
class Plan:
    """Everything that people do in one run."""

    number: int
    chats: tuple[str, ...]
    chains: tuple[Chain, ...]


class Row(NamedTuple):
    """A step of a shape: how many minutes after the forward, who, what, and the words that go with it."""

    after: int
    by: str
    do: str
    text: str = ""
    number: int = 0
    """The guideline of a removal; else a time, in minutes after the forward."""


KEEP_IT, IT_GOES = "it may stay", "it insults staff"

SHAPES: dict[str, tuple[tuple[str, ...], list[Row]]] = {
    "answered": (QUESTIONS, [Row(30, JUDY, "claim"), Row(60, JUDY, "replied", "At nine.")]),
    "left alone until it is overdue": (
        QUESTIONS,
        [Row(2 * DAY, AMIR, "claim"), Row(2 * DAY + 30, AMIR, "replied", "Sorry that it took so long.")],
    ),
    "never answered": (QUESTIONS, []),
    "put off": (
        QUESTIONS,
        [
            Row(30, JUDY, "claim"),
            Row(60, JUDY, "snooze", "", DAY + 4 * HOUR),
            Row(DAY + 5 * HOUR, JUDY, "replied", "Done."),
        ],
    ),
    "handed over": (
        QUESTIONS,
        [
            Row(30, JUDY, "claim"),
            Row(45, JUDY, "hand_over", AMIR),
            Row(75, JUDY, "take_back"),
            Row(90, JUDY, "hand_over"),
            Row(DAY, AMIR, "claim"),
            Row(DAY + 60, AMIR, "replied"),
        ],
    ),
    "no reply needed": (QUESTIONS, [Row(30, AMIR, "no_reply", "answered at the desk")]),
    "hidden": (INSULTS, [Row(30, JUDY, "done", "hidden")]),
    "hidden, then ruled to stay": (
        INSULTS,
        [Row(30, JUDY, "done", "hidden"), Row(DAY, RUTH, "keep", KEEP_IT), Row(DAY + 30, AMIR, "done", "restored")],
    ),
    "ruled on before anyone acts": (
        INSULTS,
        [Row(15, PIPER, "remove", IT_GOES, 2), Row(30, RUTH, "remove", IT_GOES, 2), Row(60, JUDY, "done", "deleted")],
    ),
    "a threat": (
        THREATS,
        [
            Row(30, RUTH, "have_it"),
            Row(45, TOMAS, "have_it"),
            Row(DAY, RUTH, "remove", "a threat", 2),
            Row(DAY + 30, JUDY, "done", "deleted"),
        ],
    ),
    "asked": (
        QUESTIONS,
        [
            Row(15, JUDY, "ask", "May this stay?"),
            Row(30, JUDY, "keep", "I may not say so"),
            Row(45, RUTH, "ask_staff", "What was the post?"),
            Row(60, AMIR, "answer", "Our opening hours."),
            Row(DAY + 2 * HOUR, RUTH, "keep", KEEP_IT),
        ],
    ),
    "asked and left": (QUESTIONS, [Row(15, AMIR, "ask", "Is this one of ours?")]),
    "in doubt": (DOUBTS, [Row(DAY + 3 * HOUR, RUTH, "keep", KEEP_IT)]),
    "in doubt and left": (DOUBTS, []),
    "withdrawn": (DOUBTS, [Row(30, JUDY, "withdraw", "a slip of the hand"), Row(60, RUTH, "keep", KEEP_IT)]),
    "screened again": (
        QUESTIONS,
        [
            Row(30, JUDY, "post", "Storytime is on Tuesday at 10."),
            Row(60, AMIR, "when", "", -2 * HOUR),
            Row(90, AMIR, "claim"),
            Row(DAY, AMIR, "replied", "See you there."),
        ],
    ),
    "a picture": (("",), [Row(60, JUDY, "words", SHOWN), Row(90, JUDY, "done", "hidden")]),
    "an insult with a picture": (INSULTS, [Row(5, JUDY, "done", "deleted")]),
    "a link": (("https://example.org/c/1",), [Row(30, JUDY, "unfurl", UNFURLED), Row(60, JUDY, "replied")]),
    "one comment, two messages": (QUESTIONS, [Row(3 * HOUR, AMIR, "forward"), Row(DAY, AMIR, "replied")]),
    "by people who may not": (
        QUESTIONS,
        [
            Row(15, STRANGER, "claim"),
            Row(30, PIPER, "claim"),
            Row(45, JUDY, "remove", "it is rude", 2),
            Row(60, JUDY, "remove", "it is rude", 77),
            Row(75, AMIR, "promote"),
            Row(90, AMIR, "replied", "At nine."),
        ],
    ),
    "the director is away": (
        QUESTIONS,
        [
            Row(15, JUDY, "ask", "May this stay?"),
            Row(60, RUTH, "away", "", 2 * DAY),
            Row(DAY, TOMAS, "keep", KEEP_IT),
            Row(DAY + 2 * HOUR, RUTH, "back"),
        ],
    ),
    "it snows": (QUESTIONS, [Row(60, JUDY, "closed", "snow", DAY), Row(DAY + 3 * HOUR, RUTH, "reopen", "", DAY)]),
}
"""For each shape: its comments, one of which is forwarded, and its further steps."""
ONCE = frozenset({"the director is away", "it snows"})
"""What changes the days of every conversation; two of a kind would hang on who comes first."""
PICTURES = frozenset({"a picture", "an insult with a picture"})
LINKED = frozenset({"one comment, two messages"})
SLACK_ONLY = frozenset({"a link"})
"""In Discord's history a link that was unfurled since stands there with its words."""


def draw(number: int) -> Plan:
    """The plan of this number: one to three conversations, on one chat or two."""
    fate = random.Random(f"plan {number}")  # noqa: S311 - the same plan each time
    chats = fate.choice(((SLACK,), (DISCORD,), (SLACK,), (DISCORD,), (SLACK, DISCORD)))
    shapes = [name for name in SHAPES if SLACK in chats or name not in SLACK_ONLY]
    texts: set[str] = set()
    chains: list[Chain] = []
    for place in range(fate.choice((1, 2, 2, 3))):
        shape = fate.choice(shapes)
        comments, rows = SHAPES[shape]
        free = [text for text in comments if text not in texts]
        if not free:
            continue  # two of the same words would be linked, the later to the earlier
        if shape in ONCE:
            shapes.remove(shape)
        text = fate.choice(free)
        texts |= {text} if text else set()
        begins = BEGIN + dt.timedelta(minutes=15 * fate.randrange(1, 8))
        if rows and rows[-1].after < DAY and fate.random() < 0.3:
            begins += dt.timedelta(days=1)
        chat = SLACK if shape in SLACK_ONLY else fate.choice(chats)
        chains.append(_chain(chat, shape, text, place, begins))
    return Plan(number, chats, tuple(chains))


def _chain(chat: str, shape: str, text: str, place: int, begins: dt.datetime) -> Chain:
    link = f"https://example.org/comments/{place}" if shape in LINKED else None
    pictures = PICTURE if shape in PICTURES else ()
    comment = Comment(text, author=f"Reader {place}", permalink=link, attachments=pictures)
    steps = [Step(begins, JUDY, "forward", comment=comment, message=f"{place + 1}00")]
    for row in SHAPES[shape][1]:
        step = Step(begins + dt.timedelta(minutes=row.after), row.by, row.do, row.text)
        if row.do == "forward":
            step = replace(step, comment=comment, message=f"{place + 1}01")
        elif row.do == "unfurl":
            step = replace(step, comment=replace(comment, text=row.text, permalink=text), message=steps[0].message)
        elif row.do == "remove":
            step = replace(step, guidelines=(row.number,))
        elif row.number:
            step = replace(step, when=begins + dt.timedelta(minutes=row.number))
        steps.append(step)
    return Chain(chat, shape, tuple(steps))
