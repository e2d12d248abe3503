"""Reading the labelled corpus: a file of cases for each library, its facts beside it (`bench/LABELLING.md`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.chat import Attachment, Comment, Earlier
from bot.library import Library, read_context
from bot.screening.evidence import LEARNT
from bot.screening.model.marks import Marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled case. `guidelines` are keys, broken (remove) or in doubt (refer), the main one first."""

    id: str
    library: str
    comment: Comment
    earlier: tuple[Earlier, ...]
    outcome: str
    guidelines: tuple[str, ...]
    needs_reply: bool
    urgent: bool
    tags: tuple[str, ...]
    pair: str
    """What it shares with the cases that it contrasts with; empty where it stands alone."""


def case(row: dict[str, Any], library: str) -> Case:
    """A case from one line of the bench's format."""
    expected = row["expected"]
    return Case(
        id=row["id"],
        library=library,
        comment=Comment(
            text=row["comment"],
            post=row["post"],
            author=row["author"],
            platform=row["platform"],
            attachments=tuple(Attachment(a["kind"], a["description"]) for a in row.get("attachments", ())),
        ),
        earlier=tuple(Earlier(e["author"], e["comment"]) for e in row.get("earlier", ())),
        outcome=expected["verdict"],
        guidelines=tuple(LEARNT[n - 1] for n in expected["guidelines"]),
        needs_reply=expected["needs_reply"],
        urgent=bool(expected.get("urgent")),
        tags=tuple(row.get("tags", ())),
        pair=row.get("pair") or "",
    )


def load(folder: Path) -> tuple[list[Case], dict[str, Library]]:
    """Every case of a corpus folder and the libraries by name; labels in `mended.json` take the place of the first."""
    mends = json.loads((folder / "mended.json").read_text("utf-8")) if (folder / "mended.json").exists() else {}
    cases: list[Case] = []
    libraries: dict[str, Library] = {}
    for path in sorted(folder.glob("*.jsonl")):
        libraries[path.stem] = read_context(path.with_suffix(".context.json"))
        for row in rows(path):
            row["expected"].update(mends.get(row["id"], {}).get("expected", {}))
            cases.append(case(row, path.stem))
    return cases, libraries


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSON Lines file."""
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def marks_of(libraries: dict[str, Library], names: Sequence[str]) -> dict[str, Marks]:
    """The marks of the named libraries."""
    return {name: Marks(libraries[name]) for name in set(names)}
