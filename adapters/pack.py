"""A records request in one file: cases and their record as a page to read, tables to reckon with, and captures.

Everything is written case by case to files beside the pack and then put into it, so a pack may be larger than memory.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
import tempfile
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from adapters import page
from bot import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.case import Case
    from bot.view import Edition, View

SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf"}
COLUMNS = (
    "case", "forwarded at", "forwarded by", "platform", "account", "author", "posted at", "link", "comment", "post",
    "verdict", "guidelines", "why", "ruling", "ruled by", "ruled at", "ruled under", "reason", "done", "done by",
    "done at", "replied by", "replied at", "reply", "withdrawn",
)  # fmt: skip
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s\"]{0,40}[=+\-@＝＋－＠])|^(?=[\t\r\n])")
"""Where a formula may begin: with the cell, and after what a spreadsheet set to another separator takes for its end."""
LEAST = 4
"""Characters; a shorter piece of what is masked tells nothing."""


class Unwritten(Exception):
    """The pack can not be written; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: forwarded on these days and between, by these authors, of these numbers; empty is all."""

    since: dt.date | None = None
    until: dt.date | None = None
    authors: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


@dataclass(slots=True)
class Masking:
    """One thing that the director had masked, and why: words, or a capture (`2026-0042/1`)."""

    words: str
    why: str
    times: int = 0
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.pattern = _words(self.words)


class Masked:
    """What is masked throughout a pack. The words themselves stand nowhere in it."""

    def __init__(self, masked: Sequence[tuple[str, str]]) -> None:
        self.each = [Masking(words.strip(), why) for words, why in masked]

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(one) for key, one in value.items()}
        return [self.value(one) for one in value] if isinstance(value, list | tuple) else value

    def text(self, text: str) -> str:
        """A text masked: the words, and a piece of them where a quote or an excerpt holds no more."""
        for number, one in enumerate(self.each, 1):
            sign = f"[masked {number}]"
            text, times = one.pattern.subn(sign, text)
            one.times += times
            whole, piece = one.words.casefold(), " ".join(text.split()).casefold()
            if LEAST <= len(piece) < len(whole) and piece in whole:
                text, one.times = sign, one.times + 1
            elif text.endswith("…") and (cut := _cut(piece.removesuffix("…").rstrip(), whole)):
                text, found = _words(f"{cut}…").subn(f"{sign}…", text)
                text, one.times = (text if found else sign), one.times + 1
        return text

    def capture(self, name: str) -> int | None:
        """The number of the masking that holds a capture back."""
        for number, one in enumerate(self.each, 1):
            if one.words == name:
                one.times += 1
                return number
        return None


async def write(view: View, out: Path, wanted: Wanted, masked: Masked, now: dt.datetime) -> int:
    """Write the pack to `out`, whole or not at all; gives how many cases it holds. Raises Unwritten."""
    try:
        return await _write(view, out, wanted, masked, now)
    except OSError as error:
        raise Unwritten(f"{out}: can not be written: {error.strerror}.") from error


async def _write(view: View, out: Path, wanted: Wanted, masked: Masked, now: dt.datetime) -> int:
    editions = await view.editions()
    about: dict[str, Any] = next((json.loads(e.text) for e in reversed(editions) if e.kind == "library"), {})
    zone = ZoneInfo(about.get("timezone", "UTC"))
    cases = [case for case in await view.cases_since(_midnight(wanted.since, zone)) if _fits(case, wanted, zone)]
    fits = await record.verify(view.record(), *await view.record_head())
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".pack-") as folder:
        files = _Files(Path(folder), masked, zone)
        await files.write(view, cases, editions, _title(about, view.library, wanted, masked, now.astimezone(zone)))
        half = Path(folder) / "whole.zip"
        head = [
            f"{len(cases)} cases of {about.get('name', view.library)}, packed {now:%Y-%m-%d %H:%M} UTC.",
            "Check with: sha256sum -c MANIFEST.sha256",
            f"The whole record then: {fits[0]} entries fit"
            + (f"; but {fits[1]}." if fits[1] else ", none was changed."),
        ]
        _zip(half, files, head)
        half.replace(out)
    return len(cases)


class _Files:
    """The files of a pack while they are written."""

    def __init__(self, folder: Path, masked: Masked, zone: ZoneInfo) -> None:
        self.folder = folder
        self.names: list[str] = []
        self._masked = masked
        self._zone = zone

    async def write(self, view: View, cases: Sequence[Case], editions: Sequence[Edition], title: page.Title) -> None:
        policies = [e for e in editions if e.kind == "policy"]
        with ExitStack() as stack:
            html, table, lines = (
                stack.enter_context(self._new(name).open("w", encoding="utf-8", newline=""))
                for name in ("record.html", "cases.csv", "record.jsonl")
            )
            rows = csv.writer(table)
            rows.writerow(COLUMNS)
            html.write(page.start(title, policies, self._zone))
            for case in cases:
                rows.writerow([as_text(cell) for cell in self._masked.value(_row(case))])
                captures = await self._captures(view, case)
                entries = []
                async for entry in view.record(case.number):
                    row = record.row(entry)
                    said = self._masked.value(row["payload"])
                    if said != row["payload"]:
                        row |= {"payload": said, "salt": None, "masked": True}
                    entries.append(row)
                    lines.write(json.dumps(row, ensure_ascii=False) + "\n")
                html.write(page.case(case.number, entries, captures, self._zone))
            html.write(page.end([(one.why, one.times) for one in self._masked.each]))
        with self._new("masked.csv").open("w", encoding="utf-8", newline="") as list_:
            rows = csv.writer(list_)
            rows.writerow(("masked", "why", "places"))
            rows.writerows((n, as_text(one.why), one.times) for n, one in enumerate(self._masked.each, 1))
        for edition in {e.sha256: e for e in policies}.values():
            self._new(f"policy/{edition.sha256}.json").write_text(edition.text, encoding="utf-8")

    async def _captures(self, view: View, case: Case) -> list[page.Capture]:
        kept = []
        for number, (sha256, media) in enumerate(await view.media(case.number), 1):
            if held := self._masked.capture(f"{case.number}/{number}"):
                kept.append(page.Capture(f"[masked {held}]", "", b"", sha256))
                continue
            name = f"captures/{case.number}-{number}.{SUFFIXES.get(media.media_type, 'bin')}"
            self._new(name).write_bytes(media.content)
            kept.append(page.Capture(name, media.media_type, media.content, sha256))
        return kept

    def _new(self, name: str) -> Path:
        self.names.append(name)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        return path


def _words(text: str) -> re.Pattern[str]:
    """These words, however they are spaced and in any case of letters."""
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()), re.IGNORECASE)


def _cut(text: str, whole: str) -> str:
    """The longest beginning of `whole` that `text` ends with; empty where it is too short to tell anything."""
    beginnings = (whole[:length].rstrip() for length in range(len(whole) - 1, LEAST - 1, -1))
    return next((beginning for beginning in beginnings if text.endswith(beginning)), "")


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, whichever separator it is set to."""
    return FORMULA.sub(lambda place: f"{place[0]}'", cell)


def _zip(path: Path, files: _Files, head: Sequence[str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        sums = []
        for name in files.names:
            with (files.folder / name).open("rb") as one:
                sums.append(f"{hashlib.file_digest(one, 'sha256').hexdigest()}  {name}")
            pack.write(files.folder / name, name)
        pack.writestr("MANIFEST.sha256", "".join(f"{line}\n" for line in [*(f"# {line}" for line in head), *sums]))


def _midnight(day: dt.date | None, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone) if day else dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _fits(case: Case, wanted: Wanted, zone: ZoneInfo) -> bool:
    return (
        (wanted.until is None or case.forwarded_at.astimezone(zone).date() <= wanted.until)
        and (not wanted.cases or case.number in wanted.cases)
        and (not wanted.authors or (case.comment.author or "").casefold() in {a.casefold() for a in wanted.authors})
    )


def _title(about: dict[str, Any], library: str, wanted: Wanted, masked: Masked, made: dt.datetime) -> page.Title:
    chosen = [f"forwarded from {wanted.since}"] if wanted.since else []
    chosen += [f"forwarded until {wanted.until}"] if wanted.until else []
    chosen += [f"by {' or '.join(wanted.authors)}"] if wanted.authors else []
    chosen += [f"of the numbers {', '.join(wanted.cases)}"] if wanted.cases else []
    return page.Title(str(about.get("name", library)), masked.text("; ".join(chosen) or "all"), made)


def _row(case: Case) -> list[str]:
    comment, ruling = case.comment, case.ruling
    cells: list[Any] = [
        case.number, case.forwarded_at, case.forwarded_by, comment.platform, comment.account, comment.author,
        comment.posted_at, comment.permalink, comment.text, comment.post,
        case.verdict.outcome, _numbers(case.verdict.guidelines), case.verdict.why,
        *((ruling.outcome, ruling.by, ruling.at, _numbers(ruling.guidelines), ruling.reason) if ruling else [None] * 5),
        case.done, case.done_by, case.done_at, case.replied_by, case.replied_at, case.reply_text, case.withdrawn_why,
    ]  # fmt: skip
    return ["" if cell is None else cell.isoformat() if isinstance(cell, dt.datetime) else str(cell) for cell in cells]


def _numbers(guidelines: Sequence[int]) -> str:
    return ", ".join(map(str, guidelines))
