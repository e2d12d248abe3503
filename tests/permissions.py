"""Who may do what, in which state of a case: two tables written by hand, and the world in which each cell is tried.

Nothing here is read from the desk: a table that comes from the code agrees with the code, whatever the code does. Each
chat tries every cell with what people, or an attacker, send over its own wire.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import pytest

from bot.chat import Comment, Forward, Person, Place, Press
from bot.record import DISPOSAL
from bot.store import Marks
from tests.conversations import AMIR, INSULT, JUDY, QUESTION, RUTH, TOMAS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.case import Case
    from bot.desk import Desk
    from bot.library import Library
    from bot.store import Store

PIPER = "Piper Nowak"
THREAT = "I am going to come down there and shoot every one of you tomorrow"
DAY = dt.date(2026, 12, 3)

ROLES = {
    # what a role is called in the tables, and who of the sample library has it
    "director": RUTH,
    "deputy": TOMAS,
    "acting": TOMAS,  # the deputy while the director is away
    "staff": JUDY,
    "minor": PIPER,
    "stranger": None,  # of the same workspace, named in no list, and called like the director
    "visitor": None,  # of another workspace or server; in Slack with the director's very id
    "roleless": None,  # the director without the role that [discord] asks for
    "bot": None,
}

MAY = """
             director  deputy  acting  staff   minor  stranger  visitor  roleless  bot
keep         yes       here    yes     ruling  adult  list      list     list      list
remove       yes       here    yes     ruling  adult  list      list     list      list
ask_staff    yes       here    yes     ruling  adult  list      list     list      list
have_it      yes       yes     yes     paged   adult  list      list     list      list
ask          yes       yes     yes     yes     adult  list      list     list      list
answer       yes       yes     yes     yes     adult  list      list     list      list
claim        yes       yes     yes     yes     adult  list      list     list      list
replied      yes       yes     yes     yes     adult  list      list     list      list
snooze       yes       yes     yes     yes     adult  list      list     list      list
hand_over    yes       yes     yes     yes     adult  list      list     list      list
take_back    yes       yes     yes     yes     adult  list      list     list      list
no_reply     yes       yes     yes     yes     adult  list      list     list      list
done         yes       yes     yes     yes     adult  list      list     list      list
post         yes       yes     yes     yes     adult  list      list     list      list
words        yes       yes     yes     yes     adult  list      list     list      list
when         yes       yes     yes     yes     adult  list      list     list      list
withdraw     yes       yes     yes     yes     adult  list      list     list      list
check_reply  yes       yes     yes     yes     adult  list      list     list      list
case         yes       yes     yes     yes     adult  list      list     list      list
forward      yes       yes     yes     yes     adult  list      list     list      silent
talk         silent    silent  silent  silent  silent silent    silent   silent    silent
home         yes       yes     yes     yes     adult  list      list     list      silent
away         yes       yes     yes     yes     adult  list      list     list      list
back         yes       yes     yes     yes     adult  list      list     list      list
closed       yes       yes     yes     yes     adult  list      list     list      list
reopen       yes       yes     yes     yes     adult  list      list     list      list
check_post   yes       yes     yes     yes     adult  list      list     list      list
open         yes       yes     yes     yes     adult  list      list     list      list
mine         yes       yes     yes     yes     adult  list      list     list      list
overdue      yes       yes     yes     yes     adult  list      list     list      list
"""

STANDS = """
             open     asked    urgent   to_go    ruled    replied  withdrawn  disposed
keep         yes      yes      yes      yes      ruled    yes      withdrawn  disposed
remove       yes      yes      yes      yes      ruled    yes      withdrawn  disposed
ask_staff    yes      yes      yes      yes      ruled    yes      withdrawn  disposed
have_it      calm     calm     yes      calm     ruled    calm     withdrawn  disposed
ask          yes      asked    yes      yes      yes      yes      withdrawn  disposed
answer       nothing  yes      nothing  nothing  ruled    nothing  withdrawn  disposed
claim        yes      claimed  yes      removal  yes      replied  withdrawn  disposed
replied      yes      yes      yes      yes      yes      replied  withdrawn  disposed
snooze       yes      yes      noreply  noreply  yes      replied  withdrawn  disposed
hand_over    yes      yes      noreply  noreply  yes      replied  withdrawn  disposed
take_back    mine     yes      noreply  noreply  mine     replied  withdrawn  disposed
no_reply     yes      yes      noreply  noreply  yes      replied  withdrawn  disposed
done         stays    stays    stays    yes      stays    stays    withdrawn  disposed
post         yes      yes      yes      yes      acted    yes      withdrawn  disposed
words        yes      yes      yes      yes      acted    yes      withdrawn  disposed
when         yes      yes      yes      yes      yes      replied  withdrawn  disposed
withdraw     yes      yes      yes      yes      acted    replied  withdrawn  disposed
check_reply  yes      yes      yes      yes      yes      yes      yes        yes
case         yes      yes      yes      yes      yes      yes      yes        yes
"""

SAYS = {
    # why not, in the words that the person must hear
    "list": "only people named in the library's list",
    "adult": "only adults act for the library",
    "ruling": "that takes a ruling by Ruth Engstrom, or Tomas Beaulieu while Ruth Engstrom is away",
    "here": "Ruth Engstrom rules while she is not away",
    "paged": "only Ruth Engstrom or Tomas Beaulieu can say that",
    "ruled": "is ruled on already",
    "asked": "has asked the director about",
    "nothing": "has asked the staff nothing about",
    "claimed": "has taken the reply to",
    "removal": "is to be removed, so no reply is due",
    "noreply": "so there is none to put off or to give away",
    "replied": "has replied to",
    "mine": "You have handed over no reply to",
    "calm": "is not urgent",
    "stays": "is not to be removed",
    "acted": "was acted on already",
    "withdrawn": "was withdrawn by",
    "disposed": "was disposed of",
}

HEARS = {
    # what somebody hears who may
    **dict.fromkeys(("keep", "remove"), "your ruling is on record"),
    "ask": "is with the director",
    "ask_staff": "the staff are asked",
    "answer": "the director has your answer",
    "claim": "is yours.",
    "replied": "the reply is on record",
    "snooze": "The reply is due by",
    "hand_over": "has the reply from here",
    "take_back": "is yours again",
    "no_reply": "on record that it needs no reply",
    "have_it": "is with you",
    "done": "hid it on the platform",
    "post": "has its post",
    "words": "has its words",
    "when": ": noted.",
    "withdraw": "is withdrawn as no comment",
    "check_reply": "Your reply to",
    "case": "Forwarded by",
    "forward": "2026-",
    "home": "Overdue",
    "away": "is away",
    "back": "Welcome back",
    **dict.fromkeys(("closed", "reopen"), "It is on record, and the channel is told."),
    "check_post": "Your post:",
    "open": "pen",
    "mine": "repl",
    "overdue": "verdue",
}

TYPED = {
    # what somebody fills in, where an action asks for words; times and days are each chat's own
    **dict.fromkeys(("keep", "remove"), "a plain question"),
    **dict.fromkeys(("ask", "ask_staff"), "Who wrote it?"),
    "answer": "A regular patron.",
    "replied": "From 9 am to 1 pm.",
    **dict.fromkeys(("no_reply", "withdraw", "closed"), "said on the phone"),
    "done": "hidden",
    "post": "Storytime is Tuesday at 10.",
    "words": "Thank you all!",
    "check_reply": "We open at nine.",
    "check_post": "New picture books are in the library.",
}
READS = ("check_reply", "case")
"""Actions that leave a case as it is."""
EVERY_CELL = bool(os.environ.get("EVERY_CELL"))
"""Try the whole product of roles, actions and states; without it each role in one state, and one role in each state."""


def read(table: str) -> dict[tuple[str, str], str]:
    """A table's cells by row and column."""
    head, *rows = (line.split() for line in table.strip().splitlines())
    return {(row[0], column): cell for row in rows for column, cell in zip(head, row[1:], strict=True)}


@dataclass(frozen=True)
class Cell:
    """Somebody tries an action on a case; `expected` is a cell of the tables."""

    role: str
    action: str
    state: str
    expected: str
    case: str

    def __str__(self) -> str:
        return f"{self.action} by {self.role}{f', {self.state} ({self.case})' if self.state else ''}"


class Player(Protocol):
    """A chat in which somebody tries something."""

    async def act(self, role: str, action: str, case: str, hears: str) -> str:
        """Do it, the way this chat does, until `hears` is said; all that was said to this person because of it."""

    def id(self, role: str) -> str:
        """By what id the desk knows somebody of this role in this chat."""


class World:
    """Cases in every state, each cell that may change one with a case of its own."""

    def __init__(
        self, desk: Desk, store: Store, library: Library, now: dt.datetime, chat: str, ids: Callable[[str], str]
    ) -> None:
        self._desk = desk
        self._store = store
        self._library = library
        self._now = now
        self._chat = chat
        self._ids = ids
        self._made: dict[str, Case] = {}

    async def cells(self, roles: Sequence[str], place: Callable[[int], Place]) -> list[Cell]:
        """Every cell about a case, for these roles; `place` is where the comments of the templates stand."""
        templates = await self._templates(place)
        may, stands = read(MAY), read(STANDS)
        self._made = {case.number: case for case in templates.values()}
        cells, serial = [], len(templates)
        async with self._store.change(self._library.id, self._now) as change:
            for role in roles:
                for (action, state), cell in stands.items():
                    by_role = may[action, role]
                    whoever_may = "director" if may[action, "staff"] != "yes" else "staff"
                    if not EVERY_CELL and state != "open" and role != whoever_may:
                        continue
                    expected = cell if by_role == "yes" else by_role
                    case = templates[state]
                    if expected == "yes" and action not in READS:
                        serial += 1
                        handed_by = ROLES[role] if action == "take_back" else case.handed_by
                        case = replace(case, number=f"2026-{serial:04}", handed_by=handed_by)
                        self._made[case.number] = case
                        await change.add_case(case)
                        await change.add_verdict(case, Marks("", "", ""))
                        if case.ruling:
                            await change.add_ruling(case.number, case.ruling)
                    cells.append(Cell(role, action, state, expected, case.number))
        return cells

    async def _templates(self, place: Callable[[int], Place]) -> dict[str, Case]:
        """A case in each state, made the way people make them."""
        steps: dict[str, tuple[str, *tuple[tuple[str, str, str], ...]]] = {
            "open": (QUESTION,),
            "asked": (
                "Do you have a seed library?",
                (AMIR, "claim", ""),
                (AMIR, "hand_over", JUDY),
                (AMIR, "ask", "May it stay?"),
                (RUTH, "ask_staff", "Is that the copier upstairs?"),
            ),
            "urgent": (THREAT,),
            "to_go": (INSULT,),
            "ruled": ("Is the copier working again?", (AMIR, "ask", "May it stay?"), (RUTH, "keep", "a question")),
            "replied": ("Can I renew by phone?", (AMIR, "replied", "Yes.")),
            "withdrawn": ("Anyone up for lunch?", (AMIR, "withdraw", "no comment")),
            "disposed": ("When is the book sale?", (AMIR, "replied", "In May.")),
        }
        found = {}
        for serial, (state, (text, *moves)) in enumerate(steps.items(), 1):
            number = f"2026-{serial:04}"
            await self._desk.on_comment(Forward(place(serial), self._person(AMIR), Comment(text)), self._now)
            for who, action, said in moves:
                press = Press(place(serial), self._person(who), action, number, said)
                assert (await self._desk.on_press(press, self._now)).done, f"{who} could not {action} {state}"
            async with self._store.change(self._library.id, self._now) as change:
                if state == "disposed":
                    gone = await change.retention.dispose(number)
                    change.note(DISPOSAL, number, {"entries": gone, "reason": "seven years are over"})
                case = await change.case(2026, serial)
                assert case is not None
                if state == "urgent":  # whether it wants a reply too is another matter
                    case = replace(case, wants_reply=False)
                    await change.save(case)
            found[state] = case
        return found

    def _person(self, name: str) -> Person:
        return Person(self._ids(name), name)

    async def wrong(self, cells: Sequence[Cell], refused_before: int, ids: Callable[[str], str]) -> list[str]:
        """What is not as it should be once every cell was tried: changed cases, and refusals on the record."""
        async with self._store.look(self._library.id) as view:
            after = {case.number: case for case in await view.cases_since(self._now - dt.timedelta(days=1))}
            said = [json.loads(e.payload) async for e in view.record() if e.kind == "refusal" and e.payload]
        moved = {cell.case for cell in cells if cell.expected == "yes" and cell.action not in READS}
        wrong = [f"{number} stands as before" for number in moved if after[number] == self._made[number]]
        wrong += [f"{n} has changed" for n, case in self._made.items() if n not in moved and after[n] != case]
        wrong += [f"{number} is a case of nobody's" for number in set(after) - set(self._made)]
        recorded = [(_by(one), one["wanted"]) for one in said[refused_before:]]
        told = [
            (ROLES[c.role] if c.expected not in _BY_ROLE else ids(c.role), c.action)
            for c in cells
            if c.expected not in {"yes", "silent"}
        ]
        wrong += [
            f"on record {found}, tried {wanted}"
            for found, wanted in zip(recorded, told, strict=False)
            if found != wanted
        ][:3]
        if len(recorded) != len(told):
            wrong.append(f"{len(recorded)} refusals on the record of {len(told)}")
        return wrong


_BY_ROLE = frozenset({"list", "adult", "ruling", "here", "paged"})


def _by(refusal: dict[str, object]) -> object:
    """Who was refused: by id where the role forbade it, by name where the case did."""
    by = refusal["by"]
    return by["id"] if isinstance(by, dict) else by


async def tried(player: Player, cells: Sequence[Cell]) -> list[str]:
    """Try every cell; those that went otherwise than the tables say."""
    wrong = []
    for cell in cells:
        hears = HEARS[cell.action] if cell.expected == "yes" else SAYS.get(cell.expected, "")
        heard = await player.act(cell.role, cell.action, cell.case, hears)
        if hears not in heard or (cell.expected == "silent" and heard):
            wrong.append(f"{cell}: {cell.expected} expected, heard {heard[:160]!r}")
    return wrong


def hold(wrong: Sequence[str]) -> None:
    """Fail with every cell that went otherwise, a line each."""
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
