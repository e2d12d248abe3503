"""A case: one comment that staff forwarded, what is still to be done about it, and its legal moves.

The machine's verdicts and the director's ruling are kept apart; which of them stands is worked out, never written over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.screening.finding import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.chat import Comment, Place
    from bot.screening.finding import Verdict


class Duty(StrEnum):
    """What a case still waits for. A case is open while it has a duty."""

    RULING = "ruling"
    PLATFORM = "platform"
    REPLY = "reply"


class Done(StrEnum):
    """What a person did on the platform; hiding and deleting differ in law and are recorded as what they were."""

    HIDDEN = "hidden"
    DELETED = "deleted"
    EDITED = "edited"
    NOTHING = "nothing"
    RESTORED = "restored"


_NUMBER = re.compile(r"#?(?:(\d{4})-)?(\d{1,6})")
TAKEN_DOWN = frozenset({Done.HIDDEN, Done.DELETED, Done.EDITED})


class Refusal(StrEnum):
    """Why a move is not possible now; `bot.wording` says it to the person."""

    DISPOSED = "disposed of"
    WITHDRAWN = "withdrawn"
    RULED = "ruled"
    ALREADY_ASKED = "already asked"
    CLAIMED = "claimed"
    REPLIED = "replied"
    REMOVAL = "removal"
    DONE = "done"
    NOT_TO_REMOVE = "not to remove"
    ACTED_ON = "acted on"
    CHANGED = "changed"
    NOTHING_ASKED = "nothing asked"
    ANSWERED = "answered"
    NO_REPLY_DUE = "no reply due"
    PAST_DEADLINE = "past the deadline"
    NOT_HANDED = "not handed over"
    NOT_URGENT = "not urgent"
    HAS_IT = "has it"
    NOT_KEPT = "not kept"
    UNREAD = "unread"


class Refused(Exception):
    """The move is not legal in the case's state; nothing changed."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.value)


def number_said(text: str) -> tuple[int | None, int] | None:
    """Year and serial of a case number as people say it: `2026-0042`, `42`, `#42`; no year where none is said."""
    match = _NUMBER.fullmatch(text.strip())
    return (int(match[1]) if match[1] else None, int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the director, or the deputy in her place, decided; `guidelines` are policy numbers, empty for a keep."""

    at: datetime
    by: str
    outcome: Outcome
    guidelines: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands. Times are aware UTC; people are named as `library.toml` names them."""

    number: str
    place: Place
    comment: Comment
    forwarded_by: str
    forwarded_at: datetime
    verdict: Verdict
    verdicts: int
    """How many times the desk screened it; all verdicts are kept, `verdict` is the last."""
    target: datetime
    deadline: datetime
    wants_reply: bool
    ruling: Ruling | None = None
    question: str | None = None
    """What the director is asked, until she rules."""
    asked_by: str | None = None
    """Who asked; None where the desk refers."""
    asked_at: datetime | None = None
    staff_question: str | None = None
    """What the director wants to know from staff before she rules."""
    staff_question_by: str | None = None
    staff_answer: str | None = None
    staff_answer_by: str | None = None
    claimed_by: str | None = None
    handed_by: str | None = None
    """Who gave the reply out of hand: to `claimed_by`, or to everyone."""
    snoozed_until: datetime | None = None
    """When whoever has the reply wants to be reminded of it, in place of the target."""
    no_reply_by: str | None = None
    no_reply_why: str | None = None
    has_it_by: str | None = None
    """Who of the director and the deputy looks after an urgent case; until then both are paged."""
    has_it_at: datetime | None = None
    replied_by: str | None = None
    replied_at: datetime | None = None
    reply_text: str | None = None
    done: Done | None = None
    done_by: str | None = None
    done_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None
    disposed_at: datetime | None = None
    """When its words were destroyed; nothing moves it any more."""
    linked: str | None = None
    """An earlier case with the same words, or nearly the same, where nobody knows whether it is the same comment."""

    @property
    def standing(self) -> Outcome:
        """What holds now: the ruling where there is one, else the last verdict."""
        return self.ruling.outcome if self.ruling else self.verdict.outcome

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What is still to be done, the weightiest first."""
        if self.withdrawn_at:
            return ()
        waiting = (
            (Duty.RULING, self.question is not None),
            (Duty.PLATFORM, self.done is None if self.standing is Outcome.REMOVE else self.to_restore),
            (Duty.REPLY, self.wants_reply and self.standing is not Outcome.REMOVE and self.replied_at is None),
        )
        return tuple(duty for duty, open_ in waiting if open_)

    @property
    def pages(self) -> bool:
        """Someone may be harmed, and nobody has said that they look after it."""
        return self.verdict.urgent and Duty.RULING in self.duties and self.has_it_by is None

    @property
    def to_restore(self) -> bool:
        """It was taken down on the machine's word, and then ruled to stay."""
        return self.standing is Outcome.KEEP and self.done in TAKEN_DOWN

    @property
    def clock_start(self) -> tuple[datetime, bool]:
        """Where the reply clock begins, and whether that is the comment's posting (else the forward)."""
        posted = self.comment.posted_at
        return (posted, True) if posted else (self.forwarded_at, False)


@dataclass(frozen=True, slots=True)
class Step:
    """One person's move: who, when, and the words that go with it."""

    by: str
    at: datetime
    text: str = ""
    guidelines: tuple[int, ...] = ()
    seen: int | None = None


def screened(case: Case, verdict: Verdict, now: datetime) -> Case:
    """The case after another screening. A ruling stands whatever the machine says; a question of staff stays open."""
    case = replace(case, verdict=verdict, verdicts=case.verdicts + 1)
    if case.ruling:
        return case
    if case.asked_by is None:
        refers = verdict.outcome is Outcome.REFER and not verdict.wants_words
        asked_at = (case.asked_at or now) if refers else None
        case = replace(case, question=verdict.why if refers else None, asked_at=asked_at)
    wants_reply = verdict.needs_reply and case.no_reply_by is None
    return replace(case, wants_reply=wants_reply or case.claimed_by is not None)


def _rule(outcome: Outcome) -> Callable[[Case, Step], Case]:
    def change(case: Case, step: Step) -> Case:
        cited = tuple(dict.fromkeys(step.guidelines)) if outcome is Outcome.REMOVE else ()
        ruling = Ruling(step.at, step.by, outcome, cited, step.text)
        case = replace(case, ruling=ruling, question=None, asked_by=None, asked_at=None)
        if outcome is Outcome.REMOVE and case.done not in TAKEN_DOWN:
            case = replace(case, done=None, done_by=None, done_at=None)  # what was left alone has to go after all
        return case

    return change


def _ask(case: Case, step: Step) -> Case:
    return replace(case, question=step.text, asked_by=step.by, asked_at=step.at)


def _ask_staff(case: Case, step: Step) -> Case:
    asked = replace(case, staff_question=step.text, staff_question_by=step.by)
    return replace(asked, staff_answer=None, staff_answer_by=None)


def _answer(case: Case, step: Step) -> Case:
    return replace(case, staff_answer=step.text, staff_answer_by=step.by)


def _claim(case: Case, step: Step) -> Case:
    claimed = replace(case, claimed_by=step.by, handed_by=None, snoozed_until=None, wants_reply=True)
    return replace(claimed, no_reply_by=None, no_reply_why=None)


def _hand_over(case: Case, step: Step) -> Case:
    return replace(case, claimed_by=step.text or None, handed_by=step.by, snoozed_until=None)


def _snooze(case: Case, step: Step) -> Case:
    return replace(case, snoozed_until=step.at)


def _no_reply(case: Case, step: Step) -> Case:
    free = replace(case, wants_reply=False, claimed_by=None, handed_by=None, snoozed_until=None)
    return replace(free, no_reply_by=step.by, no_reply_why=step.text)


def _have_it(case: Case, step: Step) -> Case:
    return replace(case, has_it_by=step.by, has_it_at=step.at)


def _replied(case: Case, step: Step) -> Case:
    return replace(case, replied_by=step.by, replied_at=step.at, reply_text=step.text or None)


def _done(case: Case, step: Step) -> Case:
    return replace(case, done=Done(step.text), done_by=step.by, done_at=step.at)


def _withdraw(case: Case, step: Step) -> Case:
    return replace(case, withdrawn_by=step.by, withdrawn_at=step.at, withdrawn_why=step.text)


def _post(case: Case, step: Step) -> Case:
    return replace(case, comment=replace(case.comment, post=step.text))


def _words(case: Case, step: Step) -> Case:
    return replace(case, comment=replace(case.comment, text=step.text))


def _when(case: Case, step: Step) -> Case:
    return replace(case, comment=replace(case.comment, posted_at=step.at))


_AFTER_A_KEEP = frozenset({Done.RESTORED, Done.NOTHING})

Check = tuple["Callable[[Case, Step], bool]", Refusal]

_ENDED: tuple[Check, ...] = (
    (lambda case, _: case.disposed_at is not None, Refusal.DISPOSED),
    (lambda case, _: case.withdrawn_at is not None, Refusal.WITHDRAWN),
)
"""What forbids every move."""
_RULED: Check = (lambda case, _: case.ruling is not None and case.question is None, Refusal.RULED)
_CHANGED: Check = (lambda case, step: step.seen is not None and step.seen != case.verdicts, Refusal.CHANGED)
_REPLIED: Check = (lambda case, _: case.replied_at is not None, Refusal.REPLIED)
_REMOVAL: Check = (lambda case, _: case.standing is Outcome.REMOVE, Refusal.REMOVAL)
_DONE: Check = (lambda case, _: case.done is not None and Duty.PLATFORM not in case.duties, Refusal.DONE)
_NOT_TO_REMOVE: Check = (
    lambda case, step: case.standing is not Outcome.REMOVE and not (case.to_restore and step.text in _AFTER_A_KEEP),
    Refusal.NOT_TO_REMOVE,
)
_NOT_DOWN: Check = (
    lambda case, step: case.standing is Outcome.REMOVE and step.text == Done.RESTORED,
    Refusal.REMOVAL,
)
_NO_REPLY_DUE: Check = (lambda case, _: Duty.REPLY not in case.duties, Refusal.NO_REPLY_DUE)
_ACTED_ON: Check = (lambda case, _: bool(case.ruling or case.done), Refusal.ACTED_ON)
_WORDS_STAND: Check = (
    lambda case, _: bool(case.done or case.ruling) and not (case.comment.unread and case.done not in TAKEN_DOWN),
    Refusal.ACTED_ON,
)

MOVES: dict[str, tuple[tuple[Check, ...], Callable[[Case, Step], Case]]] = {
    "keep": ((_RULED, _CHANGED), _rule(Outcome.KEEP)),
    "remove": ((_RULED, _CHANGED), _rule(Outcome.REMOVE)),
    "ask": (((lambda case, _: case.asked_by is not None, Refusal.ALREADY_ASKED),), _ask),
    "ask_staff": ((_RULED,), _ask_staff),
    "answer": (
        (
            _RULED,
            (lambda case, _: case.staff_question is None, Refusal.NOTHING_ASKED),
            (lambda case, _: case.staff_answer is not None, Refusal.ANSWERED),
        ),
        _answer,
    ),
    "claim": (
        (_REPLIED, _REMOVAL, (lambda case, _: case.claimed_by is not None, Refusal.CLAIMED)),
        _claim,
    ),
    "snooze": (
        (
            _REPLIED,
            _NO_REPLY_DUE,
            (lambda case, step: step.at >= case.deadline, Refusal.PAST_DEADLINE),
        ),
        _snooze,
    ),
    "hand_over": ((_REPLIED, _NO_REPLY_DUE), _hand_over),
    "take_back": (
        (
            _REPLIED,
            _NO_REPLY_DUE,
            (lambda case, step: case.handed_by != step.by, Refusal.NOT_HANDED),
        ),
        _claim,
    ),
    "no_reply": ((_REPLIED, _NO_REPLY_DUE), _no_reply),
    "have_it": (
        (
            _RULED,
            (lambda case, _: case.has_it_by is not None, Refusal.HAS_IT),
            (lambda case, _: not case.pages, Refusal.NOT_URGENT),
        ),
        _have_it,
    ),
    "replied": ((_REPLIED,), _replied),
    "done": ((_DONE, _NOT_TO_REMOVE, _NOT_DOWN), _done),
    "withdraw": ((_ACTED_ON, _REPLIED), _withdraw),
    "post": ((_ACTED_ON,), _post),
    "words": ((_WORDS_STAND,), _words),
    "when": ((_REPLIED,), _when),
}
"""For each action: what forbids it besides, looked at in this order, and what it changes."""


def allowed(case: Case, action: str, step: Step) -> bool:
    """Does the table allow a person's move, as far as its words do not matter?"""
    checks = (*_ENDED, *MOVES[action][0])
    return not any(forbids(case, step) for forbids, refusal in checks if refusal is not Refusal.NOT_TO_REMOVE)


def hold_for(lack: Refusal | None) -> None:
    """A comment is on record before it is taken down. Raises Refused where something of it is lacking there."""
    if lack:
        raise Refused(lack)


def move(case: Case, action: str, step: Step) -> Case:
    """The case after a person's move. Raises Refused where the table forbids it."""
    checks, change = MOVES[action]
    for forbids, refusal in (*_ENDED, *checks):
        if forbids(case, step):
            raise Refused(refusal)
    return change(case, step)
