"""Judging files of cases: `commentdesk screen` and `commentdesk bench`. A stream in, a stream out."""

from __future__ import annotations

import json
from itertools import islice
from typing import IO, TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.chat import Attachment, Comment, Earlier, storable
from bot.screening.finding import Outcome
from bot.screening.score import Label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.policy import Policy
    from bot.screening import Screening
    from bot.screening.finding import Verdict


TOGETHER = 32
"""Cases that are judged in one go."""
Kind = TypeVar("Kind", bound="_Row")


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Attachment(_Row):
    kind: str
    description: str = ""


class _Earlier(_Row):
    author: str | None = None
    comment: str


class _Expected(_Row):
    verdict: str
    guidelines: list[int] = []
    needs_reply: bool = False
    urgent: bool = False


class Row(_Row):
    """One line of a cases file; fields that the desk does not know are ignored."""

    id: str | int
    comment: str
    post: str | None = None
    author: str | None = None
    platform: str | None = None
    attachments: list[_Attachment] | None = None
    earlier: list[_Earlier] | None = None
    expected: _Expected | None = None

    def case(self) -> tuple[Comment, list[Earlier]]:
        """The comment, and what was seen before it."""
        attachments = tuple(Attachment(a.kind, a.description) for a in self.attachments or ())
        comment = Comment(self.comment, self.post, self.author, self.platform, attachments=attachments)
        earlier = [Earlier(e.author, e.comment) for e in self.earlier or ()]
        return comment.storable(), earlier

    def label(self) -> Label:
        """What the bench expects. Raises ValueError where it does not say."""
        if self.expected is None or self.expected.verdict not in set(Outcome):
            raise ValueError("expected.verdict: say keep, remove or refer")
        expected = self.expected
        outcome = Outcome(expected.verdict)
        return Label(outcome, frozenset(expected.guidelines), needs_reply=expected.needs_reply, urgent=expected.urgent)


class _Side(_Row):
    author: str | None = None
    comment: str


class Pair(_Row):
    """Two comments that differ only in viewpoint, identity, party, dialect or name, and deserve the same verdict."""

    id: str | int
    dimension: str
    post: str | None = None
    a: _Side
    b: _Side
    expected: str

    def judged(self, screening: Screening) -> tuple[Verdict, Verdict]:
        """The desk's verdicts on both."""
        one, other = (Comment(side.comment, self.post, side.author).storable() for side in (self.a, self.b))
        return screening.screen(one), screening.screen(other)


class Broken(Exception):
    """A line that is no case; says what is wrong with it."""


def rows(
    file: IO[bytes], kind: type[Kind], advance: Callable[[int], None], broken: Callable[[int, str], None]
) -> Iterator[Kind]:
    """Every line of the file as a Row or a Pair; `advance` gets the bytes read.

    `broken` gets the number of a line that is none, and why.
    """
    for number, raw in enumerate(file, 1):
        advance(len(raw))
        if not raw.strip():
            continue
        try:
            yield _row(raw, kind)
        except Broken as error:
            broken(number, str(error))


def judged(rows: Iterable[Row], screening: Screening) -> Iterator[tuple[Row, Verdict]]:
    """Each case with its verdict, in order; read ahead by a few, which go through the screening together."""
    ahead = iter(rows)
    while together := list(islice(ahead, TOGETHER)):
        yield from zip(together, screening.screen_all([row.case() for row in together]), strict=True)


def line(row: Row, verdict: Verdict, policy: Policy) -> str:
    """One verdict as one JSON line, findings by guideline number; a finding that is about no guideline has null."""
    findings = [
        {
            "guideline": guideline.number if (guideline := policy.by_key.get(finding.guideline or "")) else None,
            "quote": finding.quote,
            "where": finding.where,
            "why": finding.why,
        }
        for finding in verdict.findings
    ]
    said = {
        "id": storable(row.id) if isinstance(row.id, str) else row.id,
        "verdict": verdict.outcome,
        "guidelines": list(verdict.guidelines),
        "needs_reply": verdict.needs_reply,
        "urgent": verdict.urgent,
        "confidence": round(verdict.confidence, 4),
        "findings": findings,
    }
    return json.dumps(said, ensure_ascii=False)


def _row(raw: bytes, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(json.loads(raw.decode("utf-8")))
    except UnicodeDecodeError:
        raise Broken("is not UTF-8 text") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Broken(f"{where}: {first['msg']}" if where else "is no JSON object") from None
    except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
        raise Broken(f"is not JSON: {error}") from None
