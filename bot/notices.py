"""Which notices a change of a case calls for, when each is due, whom it is for, and when it has lost its point. Pure.

Everything durable that the desk says is a notice with a due time; reminders are notices due later. A notice is checked
against the case once more before it is sent, so nothing has to be called off when a case moves on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.case import Duty

if TYPE_CHECKING:
    import datetime as dt

    from bot.case import Case
    from bot.reply_clock import ReplyClock


class Kind(StrEnum):
    """What a notice says."""

    VERDICT = "verdict"
    AGAIN = "screened again"
    QUESTION = "question"
    RULING = "ruling"
    REPLY_DUE = "reply due"
    REPLY_LATE = "reply late"
    REPLY_LATE_DIRECTOR = "reply late, to the director"
    QUESTION_WAITS = "question waits"
    STAFF_ASKED = "question to staff"
    ANSWERED = "answer of staff"


DAILY = frozenset({Kind.REPLY_LATE, Kind.REPLY_LATE_DIRECTOR, Kind.QUESTION_WAITS})
"""Reminders that come again each workday at opening, until they have lost their point."""


SHOWS_THE_CASE = frozenset(Kind) - {Kind.AGAIN, Kind.ANSWERED}
"""Cards that tell how a case stands, and offer what can be done: drawn anew whenever it changes."""

_DIRECT_TOO = frozenset({Kind.QUESTION, Kind.QUESTION_WAITS, Kind.REPLY_DUE, Kind.REPLY_LATE, Kind.ANSWERED})
_DIRECT_ONLY = frozenset({Kind.REPLY_LATE_DIRECTOR})


def ways(kind: str, *, direct: bool) -> tuple[bool, ...]:
    """Where a notice of this kind goes, for each copy: to one person alone, or (False) into the thread.

    `direct` says whether the chat can reach one person alone.
    """
    if not direct:
        return (False,)
    return (True,) if kind in _DIRECT_ONLY else (False, True) if kind in _DIRECT_TOO else (False,)


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice to queue. `about` is what it hangs on; where that has changed by the time it is due, it is dropped."""

    kind: Kind
    due_at: dt.datetime
    about: dict[str, Any]


def called_for(before: Case | None, after: Case, clock: ReplyClock, now: dt.datetime) -> list[Planned]:
    """The notices that a change from `before` to `after` calls for, in the order in which they are to be read."""
    planned: list[Planned] = []
    if before is None or before.verdicts != after.verdicts:
        kind = Kind.VERDICT if before is None else Kind.AGAIN
        planned.append(Planned(kind, now, {"verdict": after.verdicts}))
    if after.ruling and (before is None or before.ruling != after.ruling):
        planned.append(Planned(Kind.RULING, now, {"ruled": after.ruling.at.isoformat()}))
    if after.question is not None and (before is None or _asked(before) != _asked(after)):
        planned += asked(after, clock, now)
    if after.staff_question and (before is None or before.staff_question != after.staff_question):
        planned.append(Planned(Kind.STAFF_ASKED, now, {"question": after.staff_question}))
    if after.staff_answer and (before is None or before.staff_answer != after.staff_answer):
        planned.append(Planned(Kind.ANSWERED, now, {"answer": after.staff_answer}))
    if Duty.REPLY in after.duties and (before is None or _replying(before) != _replying(after)):
        about = {"deadline": after.deadline.isoformat()}
        if after.target > now:
            planned.append(Planned(Kind.REPLY_DUE, after.target, about))
        late = clock.next_open(max(after.deadline, now))
        planned += [Planned(kind, late, about) for kind in (Kind.REPLY_LATE, Kind.REPLY_LATE_DIRECTOR)]
    return planned


def asked(case: Case, clock: ReplyClock, now: dt.datetime) -> list[Planned]:
    """The question to the director, and the reminder of it."""
    about = {"asked": _asked(case)}
    waits = clock.due(now, posted=False).target
    return [Planned(Kind.QUESTION, now, about), Planned(Kind.QUESTION_WAITS, waits, about)]


def lost_point(kind: str, about: dict[str, Any], case: Case, now: dt.datetime) -> bool:
    """Has the case moved on, so that this notice would say nothing true or nothing needed?"""
    match kind:
        case Kind.VERDICT:
            return False  # it shows the case as it stands, whatever has become of it
        case Kind.AGAIN:
            return bool(about["verdict"] != case.verdicts or case.withdrawn_at)
        case Kind.STAFF_ASKED:
            return (
                bool(case.staff_answer or case.ruling or case.withdrawn_at) or about["question"] != case.staff_question
            )
        case Kind.ANSWERED:
            return bool(case.ruling or case.withdrawn_at) or about["answer"] != case.staff_answer
        case Kind.RULING:
            return case.ruling is None or about["ruled"] != case.ruling.at.isoformat()
        case Kind.QUESTION | Kind.QUESTION_WAITS:
            return Duty.RULING not in case.duties or about["asked"] != _asked(case)
    if Duty.REPLY not in case.duties or about["deadline"] != case.deadline.isoformat():
        return True
    # Before the deadline the target's reminder speaks, after it the late ones; one person never gets two of one moment.
    return (kind == Kind.REPLY_DUE and now >= case.deadline) or (
        kind == Kind.REPLY_LATE_DIRECTOR and Duty.RULING in case.duties
    )


def again(kind: str, clock: ReplyClock, now: dt.datetime) -> dt.datetime | None:
    """When a notice that was just sent is due once more; None where once is enough."""
    return clock.next_workday_opening(now) if kind in DAILY else None


def recipient(kind: str, case: Case, decider: str, away: frozenset[str]) -> str | None:
    """The person a notice is for; None is the whole thread. `decider` is the director, or the deputy in her place."""
    match kind:
        case Kind.VERDICT | Kind.AGAIN | Kind.RULING | Kind.STAFF_ASKED:
            return None
        case Kind.QUESTION | Kind.QUESTION_WAITS | Kind.REPLY_LATE_DIRECTOR | Kind.ANSWERED:
            return decider
    if Duty.RULING in case.duties:
        return decider
    return case.claimed_by if case.claimed_by not in away else None


def _asked(case: Case) -> str | None:
    return case.asked_at.isoformat() if case.asked_at and case.question is not None else None


def _replying(case: Case) -> str | None:
    return case.deadline.isoformat() if Duty.REPLY in case.duties else None
