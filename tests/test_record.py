"""The record's chain: whatever is done to it behind the desk's back is found, and the first bad entry is named."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.conftest import Talk

NOON = dt.datetime(2026, 11, 16, 18, tzinfo=dt.UTC)
Entries = list[record.Entry]


def chain(length: int) -> Entries:
    entries: Entries = []
    for number in range(1, length + 1):
        link = entries[-1].link if entries else record.GENESIS
        said = {"n": number, "words": "naïve 😀"}
        entries.append(record.entry("test", number, link, NOON, kind="forward", case=f"2026-{number:04}", said=said))
    return entries


async def stream(entries: Entries) -> AsyncIterator[record.Entry]:
    for entry in entries:
        yield entry


async def verify(entries: Entries, whole: Entries) -> tuple[int, str | None]:
    return await record.verify(stream(entries), len(whole), whole[-1].link)


def swapped(entries: Entries, at: int) -> Entries:
    one, other = entries[at], entries[at + 1]
    return [*entries[:at], replace(other, number=one.number), replace(one, number=other.number), *entries[at + 2 :]]


def inserted(entries: Entries, at: int) -> Entries:
    new = record.entry("test", at + 1, entries[at - 1].link, NOON, kind="ruling", case=None, said="forged")
    return [*entries[:at], new, *(replace(e, number=e.number + 1) for e in entries[at:])]


TAMPERINGS: dict[str, Callable[[Entries, int], Entries]] = {
    "content": lambda e, at: [*e[:at], replace(e[at], payload='{"n":0}'), *e[at + 1 :]],
    "content and digest": lambda e, at: [
        *e[:at],
        replace(e[at], payload="{}", salt=b"", digest=hashlib.sha256(b"{}").digest()),
        *e[at + 1 :],
    ],
    "time": lambda e, at: [*e[:at], replace(e[at], at=NOON + dt.timedelta(seconds=1)), *e[at + 1 :]],
    "kind": lambda e, at: [*e[:at], replace(e[at], kind="ruling"), *e[at + 1 :]],
    "case": lambda e, at: [*e[:at], replace(e[at], case="2026-0999"), *e[at + 1 :]],
    "salt": lambda e, at: [*e[:at], replace(e[at], salt=bytes(16)), *e[at + 1 :]],
    "lost content": lambda e, at: [*e[:at], replace(e[at], payload=None, salt=None), *e[at + 1 :]],
    "deletion": lambda e, at: [*e[:at], *e[at + 1 :]],
    "deletion, renumbered": lambda e, at: [*e[:at], *(replace(x, number=x.number - 1) for x in e[at + 1 :])],
    "insertion": inserted,
    "swap": swapped,
}  # fmt: skip


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=list(TAMPERINGS))
@given(data=st.data())
async def test_every_tampering_is_found_at_its_place(
    tamper: Callable[[Entries, int], Entries], data: st.DataObject
) -> None:
    whole = chain(data.draw(st.integers(3, 8)))
    at = data.draw(st.integers(1, len(whole) - 2))
    assert await verify(whole, whole) == (len(whole), None)
    count, problem = await verify(tamper(whole, at), whole)
    # Whoever computes a new entry's link right is found out by the entry after it.
    first = at + 1 if tamper is inserted else at
    assert count == first
    assert problem is not None
    assert f"{first + 1}" in problem


async def test_a_cut_off_tail_is_found() -> None:
    whole = chain(5)
    assert await verify(whole[:-1], whole) == (4, "entry 5 is missing: the record ends at 4, the desk wrote 5")


def head(entry: record.Entry, day: int = 16) -> record.Head:
    return record.Head(dt.date(2026, 11, day), entry.number, entry.link)


async def test_a_record_cut_off_with_the_desks_own_note_is_found_by_a_head_kept_elsewhere() -> None:
    whole = chain(5)
    short = whole[:3]
    assert await record.verify(stream(short), 3, short[-1].link) == (3, None)
    noted = [head(whole[1]), head(whole[4], 17)]
    said = "entry 4 is missing: on 2026-11-17 the record went on to entry 5"
    assert await record.verify(stream(short), 3, short[-1].link, noted) == (3, said)
    assert await record.verify(stream(whole), 5, whole[-1].link, noted) == (5, None)


async def test_a_record_written_anew_is_found_by_a_head_kept_elsewhere() -> None:
    whole, forged = chain(5), chain(5)
    assert await record.verify(stream(forged), 5, forged[-1].link) == (5, None)
    noted = [head(whole[2]), head(forged[2], 17)]
    said = "entry 3 (forward) is not what stood there on 2026-11-16"
    assert await record.verify(stream(forged), 5, forged[-1].link, noted) == (2, said)


async def test_content_that_a_disposal_names_may_be_gone_and_no_other() -> None:
    whole = chain(4)
    said = {"reason": "kept long enough", "entries": [2, 3]}
    whole.append(record.entry("test", 5, whole[-1].link, NOON, kind=record.DISPOSAL, case="2026-0002", said=said))
    gone = [replace(e, payload=None, salt=None) if e.number in {2, 3} else e for e in whole]
    assert await verify(gone, whole) == (5, None)
    more = [replace(e, payload=None, salt=None) if e.number == 4 else e for e in gone]
    assert await verify(more, whole) == (3, "entry 4 has lost its content, and no disposal names it")
    early = [replace(e, payload=None, salt=None) if e.number < 5 else e for e in whole[:4]]
    assert (await verify(early, early))[0] == 0


async def test_equal_content_has_unequal_digests() -> None:
    one, other = (record.entry("test", 1, b"", NOON, kind="x", case=None, said="keep") for _ in range(2))
    assert one.digest != other.digest


async def test_everything_said_and_done_is_on_the_desks_record(talk: Talk) -> None:
    await talk.say(
        "What time do you open on Saturdays?", "/claim 1", "/ask 1 Hm?", "/as director", "/keep 1 a question"
    )
    await talk.say("/as Judy", "/keep 1 too", "/replied 1 At nine.", "/away", "/back")
    kinds = [entry.kind for entry in await talk.entries()]
    assert kinds[:2] == ["forward", "verdict"]
    for kind in ("notice queued", "notice sent", "claim", "ask", "ruling", "refusal", "replied", "away", "back"):
        assert kind in kinds
    assert await talk.record_problem() is None
    verdict = json.loads((await talk.entries("verdict"))[0].payload or "")
    assert {len(hash_) for hash_ in verdict["made with"].values()} == {64}


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_export_holds_what_verify_needs(talk: Talk, form: str) -> None:
    await talk.say("=1+1 is no formula, is it?")
    out = io.StringIO()
    async with talk.store.look(talk.library.id) as view:
        count = await record.export(view.record(), form, out)
    text = out.getvalue()
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        payloads = [json.loads(row["payload"]) for row in rows]
    else:
        rows = [json.loads(line) for line in text.splitlines()]
        payloads = [row["payload"] for row in rows]
    assert len(rows) == count == len(await talk.entries())
    assert payloads[0]["comment"]["text"] == "=1+1 is no formula, is it?"
    assert all(len(row["digest"]) == 64 for row in rows)
