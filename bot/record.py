"""The public record: an append-only chain of salted digests (Wis. Stat. 19.31-19.39 asks that it be kept and whole).

Each entry has a payload, a random salt and `digest = SHA-256(salt + payload)`; its link is
`SHA-256(previous link + library, number, time, kind and case + digest)`. The payload and the salt lie beside the
digest, so that a later disposal can destroy both and leave a chain that still verifies: the salt keeps a short
payload from being guessed from its digest.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

GENESIS = bytes(32)
"""The link that the first entry of a record hangs on."""

DISPOSAL = "disposal"
"""The kind of an entry that says which entries lost their content, and why."""

COLUMNS = ("number", "at", "kind", "case", "payload", "salt", "digest", "link")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `payload` is JSON text with sorted keys; `payload` and `salt` are None where they were disposed of."""

    library: str
    number: int
    at: dt.datetime
    kind: str
    case: str | None
    payload: str | None
    salt: bytes | None
    digest: bytes
    link: bytes


def entry(
    library: str, number: int, previous: bytes, at: dt.datetime, *, kind: str, case: str | None, said: Any
) -> Entry:
    """The entry that follows the link `previous`; `said` is any JSON value."""
    payload = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    salt = secrets.token_bytes(16)
    digest = _digest(salt, payload)
    link = _link(previous, digest, (library, number, at, kind, case))
    return Entry(library, number, at, kind, case, payload, salt, digest, link)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a record as it stood on a day: its last entry's number, and that entry's link."""

    day: dt.date
    number: int
    link: bytes


async def verify(
    entries: AsyncIterator[Entry], length: int, head: bytes, heads: Iterable[Head] = ()
) -> tuple[int, str | None]:
    """Walk a record in order. Gives the number of entries that fit, and a sentence about the first that does not.

    `length` and `head` are what the desk noted when it last wrote; a cut-off tail shows by them. Whoever can change
    the record can change those too, but not `heads`, which were written down elsewhere. An entry without content fits
    where a later entry says that it was disposed of.
    """
    noted: dict[int, list[Head]] = {}
    for one_day in heads:
        noted.setdefault(one_day.number, []).append(one_day)
    lost: dict[int, None] = {}
    previous, count = GENESIS, 0
    async for one in entries:
        if trouble := _misfit(one, count, previous, noted.pop(one.number, [])):
            return count, trouble
        previous, count = one.link, one.number
        if one.payload is None:
            lost[one.number] = None
        elif one.kind == DISPOSAL:
            for number in _disposed(one.payload):
                lost.pop(number, None)
    if lost:
        first = min(lost)
        return first - 1, f"entry {first} has lost its content, and no disposal names it"
    if count != length:
        return count, f"entry {count + 1} is missing: the record ends at {count}, the desk wrote {length}"
    if previous != head:
        return count - 1, f"entry {count} is not the last that the desk wrote"
    if noted:
        last = noted[max(noted)][-1]
        return count, f"entry {count + 1} is missing: on {last.day} the record went on to entry {last.number}"
    return count, None


def _misfit(one: Entry, count: int, previous: bytes, noted: list[Head]) -> str | None:
    """What is wrong with an entry that should follow the link `previous` of entry `count`."""
    if one.number != count + 1:
        return f"entry {count + 1} is missing: entry {one.number} follows entry {count}"
    if (one.payload is None) != (one.salt is None):
        return f"entry {one.number} has lost a part of its content"
    if one.payload is not None and one.salt is not None and _digest(one.salt, one.payload) != one.digest:
        return f"entry {one.number} ({one.kind}): its content was changed after it was written"
    if _link(previous, one.digest, (one.library, one.number, one.at, one.kind, one.case)) != one.link:
        return f"entry {one.number} ({one.kind}) does not follow entry {count}: one of them was changed"
    days = [str(head.day) for head in noted if head.link != one.link]
    return f"entry {one.number} ({one.kind}) is not what stood there on {days[0]}" if days else None


async def export(entries: AsyncIterator[Entry], form: str, out: IO[str]) -> int:
    """Write a record as "jsonl" or "csv", in order; gives the number of entries. Times are UTC in ISO 8601."""
    count = 0
    table = csv.writer(out) if form == "csv" else None
    if table:
        table.writerow(COLUMNS)
    async for one in entries:
        said = row(one)
        if table:
            table.writerow([one.payload if name == "payload" else said[name] for name in COLUMNS])
        else:
            out.write(json.dumps(said, ensure_ascii=False) + "\n")
        count += 1
    return count


def row(entry: Entry) -> dict[str, Any]:
    """An entry as JSON values; a payload that is no JSON, as only somebody else writes it, stands as text."""
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "case": entry.case,
        "payload": _read(entry.payload) if entry.payload else None,
        "salt": entry.salt.hex() if entry.salt else None,
        "digest": entry.digest.hex(),
        "link": entry.link.hex(),
    }


def _read(payload: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return payload


def _disposed(payload: str) -> list[int]:
    """The entries that a disposal names; none where it is not one of the desk's."""
    said = _read(payload)
    named = said.get("entries") if isinstance(said, dict) else None
    return [number for number in named if isinstance(number, int)] if isinstance(named, list) else []


def _digest(salt: bytes, payload: str) -> bytes:
    return hashlib.sha256(salt + payload.encode("utf-8", "surrogatepass")).digest()


def _link(previous: bytes, digest: bytes, header: tuple[str, int, dt.datetime, str, str | None]) -> bytes:
    library, number, at, kind, case = header
    line = json.dumps([library, number, at.astimezone(dt.UTC).isoformat(), kind, case])
    return hashlib.sha256(previous + line.encode() + digest).digest()
