"""Which notices a change of a case calls for, when each is due, whom it is for, and when it has lost its point. Pure.

Everything durable that the desk says is a notice with a due time; reminders are notices due later. A notice is checked
against the case once more before it is sent, so nothing has to be called off when a case moves on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.case import Duty

if TYPE_CHECKING:
    from bot.case import Case
    from bot.library import Library
    from bot.reply_clock import ReplyClock


class Kind(StrEnum):
    """What a notice says."""

    VERDICT = "verdict"
    AGAIN = "screened again"
    QUESTION = "question"
    RULING = "ruling"
    REPLY_DUE = "reply due"
    REPLY_SOON = "reply due soon"
    REPLY_LATE = "reply late"
    REPLY_LATE_DIRECTOR = "reply late, to the director"
    HANDED_OVER = "reply handed over"
    TAKEN_BACK = "reply taken back"
    QUESTION_WAITS = "question waits"
    QUESTION_LATE = "question waits, to the deputy"
    PAGE = "page to the director"
    PAGE_DEPUTY = "page to the deputy"
    STAFF_ASKED = "question to staff"
    ANSWERED = "answer of staff"
    DIGEST = "digest"
    CLOSURE = "closure"


PAGE_EVERY = dt.timedelta(minutes=10)
"""How often an urgent case is paged until somebody has it."""
SOON = dt.timedelta(hours=2)
"""How many open hours before the deadline everyone is reminded."""

PAGES = frozenset({Kind.PAGE, Kind.PAGE_DEPUTY})
"""They go out at any hour."""
DAILY = frozenset({Kind.REPLY_LATE, Kind.REPLY_LATE_DIRECTOR, Kind.QUESTION_WAITS, Kind.QUESTION_LATE})
"""Reminders that come again each workday at opening, until they have lost their point."""
REMINDERS = DAILY | {Kind.REPLY_DUE, Kind.REPLY_SOON}
"""They never go out while the library is closed. One planned anew takes the place of the one before it."""
ABOUT_NO_CASE = frozenset({Kind.DIGEST, Kind.CLOSURE})

SHOWS_THE_CASE = frozenset(Kind) - {Kind.AGAIN, Kind.ANSWERED, Kind.TAKEN_BACK} - ABOUT_NO_CASE
"""Cards that tell how a case stands, and offer what can be done: drawn anew whenever it changes."""

_DIRECT_TOO = frozenset(
    {Kind.QUESTION, Kind.QUESTION_WAITS, Kind.REPLY_DUE, Kind.REPLY_LATE, Kind.ANSWERED, Kind.HANDED_OVER}
)
FOR_ONE = frozenset({Kind.REPLY_LATE_DIRECTOR, Kind.QUESTION_LATE}) | PAGES
"""For one person and nobody else: without that person there is nothing to send."""


def ways(kind: str, *, direct: bool) -> tuple[bool, ...]:
    """Where a notice of this kind goes, for each copy: to one person alone, or (False) into the thread.

    `direct` says whether the chat can reach one person alone.
    """
    if not direct:
        return (False,)
    return (True,) if kind in FOR_ONE else (False, True) if kind in _DIRECT_TOO else (False,)


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
        soon = clock.open_before(after.deadline, SOON)
        planned += _reminded(after, clock, soon, now)
        if soon > now:
            planned.append(Planned(Kind.REPLY_SOON, soon, about))
        late = clock.next_open(max(after.deadline, now))
        planned += [Planned(kind, late, about) for kind in (Kind.REPLY_LATE, Kind.REPLY_LATE_DIRECTOR)]
    elif before and _wanted_at(before) != _wanted_at(after):
        planned += _reminded(after, clock, clock.open_before(after.deadline, SOON), now)
    if before and before.claimed_by != after.claimed_by and after.handed_by:
        planned.append(Planned(Kind.HANDED_OVER, now, {"to": after.claimed_by}))
    elif before and before.claimed_by and before.handed_by and before.handed_by == after.claimed_by:
        planned.append(Planned(Kind.TAKEN_BACK, now, {"by": after.claimed_by}))
    if after.pages and (before is None or _paged(before) != _paged(after)):
        planned += [Planned(kind, now, {"asked": _asked(after)}) for kind in (Kind.PAGE, Kind.PAGE_DEPUTY)]
    return planned


def _reminded(case: Case, clock: ReplyClock, soon: dt.datetime, now: dt.datetime) -> list[Planned]:
    """The reminder to whoever has the reply: at the target, or when they asked for it.

    The target's comes only where it is before the one to everyone; the snoozed one, only before the deadline.
    """
    due, until = clock.next_open(_wanted_at(case)), case.deadline if case.snoozed_until else soon
    if not now < due < until or Duty.REPLY not in case.duties:
        return []
    about = {"deadline": case.deadline, "wanted": _wanted_at(case), "until": until}
    return [Planned(Kind.REPLY_DUE, due, {name: moment.isoformat() for name, moment in about.items()})]


def asked(case: Case, clock: ReplyClock, now: dt.datetime) -> list[Planned]:
    """The question to the director, her reminder of it at its target, and the deputy's when it is overdue."""
    about = {"asked": _asked(case)}
    due = clock.due(now, posted=False)
    waits, late = clock.next_open(due.target), clock.next_open(due.deadline)
    return [
        Planned(Kind.QUESTION, now, about),
        Planned(Kind.QUESTION_WAITS, waits, about),
        Planned(Kind.QUESTION_LATE, late, about),
    ]


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
        case Kind.HANDED_OVER:
            return about["to"] != case.claimed_by or Duty.REPLY not in case.duties
        case Kind.TAKEN_BACK:
            return bool(about["by"] != case.claimed_by)
        case Kind.PAGE | Kind.PAGE_DEPUTY:
            return not case.pages or about["asked"] != _asked(case)
        case Kind.QUESTION | Kind.QUESTION_WAITS | Kind.QUESTION_LATE:
            return Duty.RULING not in case.duties or about["asked"] != _asked(case)
    if Duty.REPLY not in case.duties or about["deadline"] != case.deadline.isoformat():
        return True
    wanted = _wanted_at(case).isoformat()
    if kind == Kind.REPLY_DUE and about.get("wanted", wanted) != wanted:
        return True
    # Each speaks until the next one does: nobody gets two of one moment, also after the desk was down.
    until = dt.datetime.fromisoformat(about["until"]) if "until" in about else case.deadline
    return kind in {Kind.REPLY_DUE, Kind.REPLY_SOON} and now >= until


def again(kind: str, clock: ReplyClock, now: dt.datetime) -> dt.datetime | None:
    """When a notice that was just sent is due once more; None where once is enough."""
    if kind in PAGES:
        return now + PAGE_EVERY
    return clock.next_workday_opening(now) if kind in DAILY or kind == Kind.DIGEST else None


def recipient(kind: str, case: Case, library: Library, away: frozenset[str]) -> str | None:
    """The person a notice is for; None is the whole thread, or nobody where it is for one person alone."""
    decider = library.decider(away).name
    deputy = library.deputy.name if library.deputy and library.deputy.adult else None
    match kind:
        case Kind.VERDICT | Kind.AGAIN | Kind.RULING | Kind.STAFF_ASKED | Kind.TAKEN_BACK:
            return None
        case Kind.HANDED_OVER:
            return case.claimed_by
        case Kind.PAGE:
            return library.director.name
        case Kind.PAGE_DEPUTY:
            return deputy
        case Kind.QUESTION_LATE:
            return deputy if deputy != decider and deputy not in away else None
        case Kind.QUESTION | Kind.QUESTION_WAITS | Kind.ANSWERED:
            return decider
        case Kind.REPLY_LATE_DIRECTOR:
            return None if Duty.RULING in case.duties else decider  # until she rules, the other late one is hers
    if Duty.RULING in case.duties:
        return decider
    return case.claimed_by if case.claimed_by not in away else None


def _asked(case: Case) -> str | None:
    return case.asked_at.isoformat() if case.asked_at and case.question is not None else None


def _paged(case: Case) -> str | None:
    return _asked(case) if case.pages else None


def _wanted_at(case: Case) -> dt.datetime:
    return case.snoozed_until or case.target


def _replying(case: Case) -> str | None:
    return case.deadline.isoformat() if Duty.REPLY in case.duties else None
