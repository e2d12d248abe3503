"""What the screening says: findings, one for each thing seen, and the verdict they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The three verdicts. The desk advises; a person acts on the platform."""

    KEEP = "keep"
    REMOVE = "remove"
    REFER = "refer"


ORDER = (Outcome.KEEP, Outcome.REFER, Outcome.REMOVE)
"""From the mildest to the gravest; tables and the classifier's outputs stand in this order."""


class Where(StrEnum):
    """Where a quoted span stands."""

    COMMENT = "comment"
    AUTHOR = "author"
    ATTACHMENT = "attachment"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, which explains itself to a layman.

    `guideline` is the guideline's key in `policy.toml`, None where no guideline is at stake (someone may come to harm).
    `strength` in 0..1 is the chance that a careful director sees the guideline broken.
    `quote` is the shortest span that carries the finding, verbatim as it stands in `where`.
    `urgent` says that someone may be harmed: such a finding always refers.
    """

    guideline: str | None
    strength: float
    quote: str
    why: str
    where: Where = Where.COMMENT
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The desk's advice on one comment, from one screening. `guidelines` are policy numbers, the main one first."""

    outcome: Outcome
    guidelines: tuple[int, ...]
    findings: tuple[Finding, ...]
    why: str
    needs_reply: bool
    urgent: bool
    confidence: float
    """The chance, as the desk sees it, that the director would say the same; 0..1."""
    critical: bool = False
    """Critical of the library, and allowed: said on the card so that nobody mistakes it for a violation."""
    wants_post: bool = False
    """The post could change this verdict, and is not known."""
    wants_words: bool = False
    """Its words stand in a picture or behind a link, and nobody has typed them: this is no verdict on them."""


UNREAD = Verdict(
    Outcome.REFER,
    guidelines=(),
    findings=(),
    why="Its words are not here: the desk reads no pictures and opens no links.",
    needs_reply=True,
    urgent=False,
    confidence=0.0,
    wants_words=True,
)
"""What is said of a comment whose words nobody has typed: nothing, but somebody should see to it."""
