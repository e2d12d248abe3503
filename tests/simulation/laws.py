"""The laws: what holds at the end of every run, whatever went wrong in it, and how it compares with a quiet run."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.delivery import digest
from bot.notices import PAGES, REMINDERS, SHOWS_THE_CASE, Kind, ways
from tests.simulation.faults import MINUTE
from tests.simulation.plan import END, PIPER, STRANGER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.wires import Taken
    from tests.simulation.world import World

NEAR = 100 * MINUTE
"""How late faults make things at most: within this of a step it is chance whether a reminder still goes out."""
TIMED = REMINDERS | PAGES | {Kind.DIGEST}
AT_ONCE = frozenset(Kind) - TIMED - {Kind.CLOSURE}
"""Notices that go out as soon as they are queued, in the order of their numbers."""
DAYS = frozenset({"away", "back", "closed", "reopen"})
"""Steps that are about every case."""
FACTS = (
    *("text", "post", "author", "platform", "account", "permalink", "posted_at", "attachments", "verdicts", "deadline"),
    *("wants_reply", "question", "asked_by", "staff_question", "staff_question_by", "staff_answer", "staff_answer_by"),
    *("claimed_by", "handed_by", "snoozed_until", "no_reply_by", "no_reply_why", "has_it_by", "replied_by"),
    *("reply_text", "done", "done_by", "withdrawn_by", "withdrawn_why", "is_open", "reply_due"),
)
"""How a case stands: everything of its row but its number, its place, and at which minute things were done."""


@dataclass(frozen=True)
class Row:
    """A notice as it is stored; `case` is its number, or "desk"."""

    case: str
    number: int
    kind: str
    state: str
    chat: str
    due_at: str
    message: str | None
    drawn: str | None
    redraw_at: str | None

    @property
    def id(self) -> str:
        """What its message shows."""
        return f"{self.case}·{self.number}"


class Ending:
    """How a run ended."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = world.screening.library.zone
        self._database = sqlite3.connect(":memory:")
        file = sqlite3.connect(world.file)
        file.backup(self._database)
        file.close()
        self.names = {world.case_of(message.place): chain for (chain, _), message in world.messages.items()}
        """Which chain a case belongs to; cases are numbered as their forwards came."""
        self.names["desk"] = -1

    def look(self, query: str, *values: object) -> list[Any]:
        """What the database holds at the end."""
        return self._database.execute(query, values).fetchall()

    @cached_property
    def notices(self) -> list[Row]:
        """Every notice."""
        found = self.look(
            "SELECT year, serial, number, kind, state, notice.chat, due_at, notice.message, drawn, redraw_at "
            'FROM notice LEFT JOIN "case" ON "case".id = case_id ORDER BY notice.id'
        )
        return [Row(f"{year}-{int(serial):04}" if year else "desk", *more) for year, serial, *more in found]

    @cached_property
    def cases(self) -> dict[int, dict[str, Any]]:
        """How each chain's case stands."""
        rows = self.look(f'SELECT id, year, serial, linked, {", ".join(FACTS)} FROM "case"')  # noqa: S608 - our own names
        stand = {}
        for key, year, serial, linked, *facts in rows:
            case: dict[str, Any] = dict(zip(FACTS, facts, strict=True))
            case["linked"] = self.names.get(linked)
            if not case["is_open"]:  # a day that is closed or opened moves it or not, as it falls out
                case["deadline"] = None
            case["rulings"] = self.look(
                'SELECT "by", outcome, guidelines, reason FROM ruling WHERE case_id = ? ORDER BY id', key
            )
            case["verdict"] = self.look("SELECT said FROM verdict WHERE case_id = ? ORDER BY number DESC", key)[0]
            case["pictures"] = self.look("SELECT number, state, sha256 FROM attachment WHERE case_id = ?", key)
            case["forwards"] = self.look("SELECT count(*) FROM forward WHERE case_id = ?", key)
            stand[self.names[f"{year}-{int(serial):04}"]] = case
        return stand

    @cached_property
    def days(self) -> list[tuple[str, ...]]:
        """Who is away, and what is closed besides."""
        return self.look('SELECT day, why, "by" FROM closure ORDER BY day') + self.look(
            "SELECT person, until FROM absence ORDER BY person"
        )

    @cached_property
    def taken(self) -> list[tuple[Taken, str, int, str]]:
        """Every message that a platform shows, with its chat, its chain and its kind."""
        kinds = {(row.chat, row.id): row for row in self.notices}
        found = []
        for platform in self.world.platforms:
            for one in platform.taken:
                row = kinds[platform.name, one.notice.id]
                found.append((one, platform.name, self.names[row.case], row.kind))
        return found

    def day(self, at: dt.datetime) -> dt.date:
        """The day of a moment in the library."""
        return at.astimezone(self.zone).date()

    @cached_property
    def said(self) -> set[tuple[int, str, dt.date]]:
        """What was said, about which chain, on which day."""
        return {(chain, kind, self.day(one.at)) for one, _, chain, kind in self.taken}

    @cached_property
    def waiting(self) -> set[tuple[int, str, dt.date]]:
        """What is queued, and for which day."""
        return {
            (self.names[row.case], row.kind, self.day(_utc(row.due_at)))
            for row in self.notices
            if row.state == "queued" and _utc(row.due_at) > END
        }

    def near(self, at: dt.datetime, chain: int, *, before: bool) -> bool:
        """Is a step that bears on this chain near a moment: after it, or also before it?"""
        return any(
            at - (NEAR if before else dt.timedelta(0)) < step.at < at + NEAR
            for place, other in enumerate(self.world.plan.chains)
            for step in other.steps
            if chain in {place, -1} or step.do in DAYS
        )


def broken(ending: Ending, quiet: Ending | None) -> list[str]:
    """What does not hold, in words; `quiet` is how the same plan ends on a quiet day."""
    found = [*ending.world.wrong, *_stored(ending), *_recorded(ending), *_said(ending)]
    if quiet:
        found += [*_ends_alike(ending, quiet), *_reminded(ending, quiet)]
    return found


def _stored(ending: Ending) -> Iterator[str]:
    world = ending.world
    kept = Counter(ending.look("SELECT chat, message FROM forward"))
    for message in world.messages.values():
        if message.by not in {STRANGER, PIPER} and kept[message.place.chat, message.place.message] != 1:
            yield f"the forward {message.place} is stored {kept[message.place.chat, message.place.message]} times"
    wanted = {message.comment for message in world.messages.values()}
    if (count := int(ending.look('SELECT count(*) FROM "case"')[0][0])) != len(wanted):
        yield f"{len(wanted)} comments made {count} cases"


def _recorded(ending: Ending) -> Iterator[str]:
    if ending.world.misfit:
        yield f"the record does not verify: {ending.world.misfit}"
    seen: Counter[tuple[str, ...]] = Counter()
    for kind, case, payload in ending.look("SELECT kind, coalesce(\"case\", 'desk'), payload FROM record"):
        said = json.loads(payload)
        if kind in {"notice queued", "notice sent", "notice given up", "notice dropped"}:
            seen[kind, case, str(said["notice"])] += 1
        elif kind in {"forward", "attachment kept"}:
            seen[kind, case, str(said.get("attachment"))] += 1
        elif kind == "verdict":
            seen[kind, case, ""] += 1
    verdicts = {
        f"{year}-{int(serial):04}": int(number)
        for year, serial, number in ending.look('SELECT year, serial, verdicts FROM "case"')
    }
    for (kind, case, which), times in seen.items():
        if times != (verdicts[case] if kind == "verdict" else 1):
            yield f"the record says {kind!r} of {case} {which} {times} times"
    for case in verdicts:
        if not seen["forward", case, "None"]:
            yield f"the record has no forward of {case}"
    for row in ending.notices:
        if row.state == "sent" and not seen["notice sent", row.case, str(row.number)]:
            yield f"{row.id} was sent, and the record does not say so"


def _said(ending: Ending) -> Iterator[str]:
    for platform in ending.world.platforms:
        rows = {row.id: row for row in ending.notices if row.chat == platform.name}
        shown = [(one, rows[one.notice.id]) for one in platform.taken]
        sure = [(one, row) for one, row in shown if row.id not in platform.unfindable]
        yield from _said_once(sure)
        if not ending.world.faults.counts["clock: put back"]:  # what was said to be due later goes out later
            yield from _in_order([row for _, row in sure if row.kind in AT_ONCE])
        for one, row in shown:
            if row.state != "sent" and row.id not in platform.unfindable:
                yield f"{row.id} was seen, and is {row.state}"
            elif one.message == row.message and row.kind in SHOWS_THE_CASE and not one.left and not _is_true(one, row):
                yield f"the card of {row.id} shows what is no longer so"
        ids = {one.message for one in platform.taken}
        for row in rows.values():
            if row.state in {"leased", "dead"} or (row.state == "queued" and _utc(row.due_at) < END - NEAR):
                yield f"{row.id} ({row.kind}) is still {row.state}"
            if row.state == "sent" and row.message not in ids:
                yield f"{row.id} is said to be sent, and nobody has seen it"


def _said_once(shown: list[tuple[Taken, Row]]) -> Iterator[str]:
    """No notice is seen twice, nor its two copies in one place."""
    for name, number in Counter(row.id for _, row in shown).items():
        if number > 1:
            yield f"{name} was seen {number} times"
    copies = Counter(
        (row.case, row.kind, row.due_at, one.notice.to, one.notice.direct)
        for one, row in shown
        if row.case != "desk" and len(ways(row.kind, direct=True)) > 1
    )
    for (case, kind, due_at, to, direct), number in copies.items():
        if number > 1:
            yield f"{kind!r} of {case} to {to}, due at {due_at}, was said {number} times (directly: {direct})"


def _in_order(rows: list[Row]) -> Iterator[str]:
    """Notices of one case come in the order in which they were queued."""
    last: dict[str, int] = {}
    for row in rows:
        if row.number < last.get(row.case, 0):
            yield f"{row.id} came after {row.case}·{last[row.case]}"
        last[row.case] = row.number


def _is_true(one: Taken, row: Row) -> bool:
    """Does the message show the card that was drawn last, and a case's first card offer what is possible now?"""
    # A reminder offers other things on another day, and every card's words name days.
    fresh = one.fresh is not None and one.card.actions == one.fresh.actions
    return (fresh or row.kind != Kind.VERDICT) and not row.redraw_at and digest(one.card) == row.drawn


def _ends_alike(ending: Ending, quiet: Ending) -> Iterator[str]:
    for chain in quiet.cases.keys() | ending.cases.keys():
        here, there = ending.cases.get(chain, {}), quiet.cases.get(chain, {})
        for name in here.keys() | there.keys():
            if here.get(name) != there.get(name):
                yield f"conversation {chain}: {name} is {here.get(name)!r}, on a quiet day {there.get(name)!r}"
    if ending.days != quiet.days:
        yield f"the days are {ending.days}, on a quiet day {quiet.days}"
    if ending.world.done != quiet.world.done:
        yield f"taken were {ending.world.done}, on a quiet day {quiet.world.done}"
    for chain, kind, day in ending.waiting ^ quiet.waiting:
        where = "here only" if (chain, kind, day) in ending.waiting else "on a quiet day only"
        yield f"conversation {chain}: {kind!r} waits for {day} {where}"
    kinds = [{(one.names[row.case], row.kind) for row in one.notices} for one in (ending, quiet)]
    for chain, kind in kinds[0] ^ kinds[1]:
        yield f"conversation {chain}: {kind!r} was queued {'here' if (chain, kind) in kinds[0] else 'there'} only"


def _reminded(ending: Ending, quiet: Ending) -> Iterator[str]:
    for one, other, words in ((quiet, ending, "is missing"), (ending, quiet, "is one too many")):
        for taken, _, chain, kind in one.taken:
            timed = kind in TIMED
            if (one is ending and not timed) or one.near(taken.at, chain, before=timed):
                continue
            if (chain, kind, one.day(taken.at)) not in other.said:
                yield f"conversation {chain}: {kind!r} of {one.day(taken.at)} {words}"


def _utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
