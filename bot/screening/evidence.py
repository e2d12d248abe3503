"""What the rules have to say of one comment: their findings, and what else bears on its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.screening import (
    abuse,
    copyright,  # noqa: A004 - the guideline's own name
    electioneering,
    impersonation,
    language,
    off_topic,
    repetition,
    reply,
    safety,
    solicitation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.screening.finding import Finding
    from bot.screening.scene import Scene

DETECTORS: dict[str, Callable[[Scene], list[Finding]]] = {
    off_topic.KEY: off_topic.find,
    abuse.KEY: abuse.find,
    solicitation.KEY: solicitation.find,
    impersonation.KEY: impersonation.find,
    repetition.KEY: repetition.find,
    electioneering.KEY: electioneering.find,
    copyright.KEY: copyright.find,
}
"""Which file speaks for which guideline, by the guideline's key in `policy.toml`."""

LEARNT = (
    off_topic.KEY,
    abuse.KEY,
    solicitation.KEY,
    impersonation.KEY,
    repetition.KEY,
    electioneering.KEY,
    copyright.KEY,
)
"""The guidelines that the classifier has learnt, in the order of its outputs; one added later is the rules' alone."""
PLAIN = 0.85
"""From this strength on the rules hold a guideline to be plainly broken."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rules' findings on a comment, and what else of it bears on the verdict."""

    findings: tuple[Finding, ...]
    has_post: bool
    strays: float
    """The chance that nothing ties it to a post, as far as the comment alone tells."""
    answer: Mapping[str, float]
    """What speaks for and against an answer from the library."""
    needs_reply: float
    """The chance that an answer is expected, by the rules."""
    asks: bool
    critical: bool
    language: str | None = None
    """The name of the comment's language, where it is one that the desk does not read."""


def gather(scene: Scene) -> Evidence:
    """Everything that the rules find."""
    found = [finding for find in DETECTORS.values() for finding in find(scene)]
    return Evidence(
        findings=(*found, *safety.find(scene)),
        has_post=scene.post is not None,
        strays=off_topic.strays(scene),
        answer=reply.signals(scene),
        needs_reply=reply.chance(scene),
        asks="?" in scene.comment.text,
        critical=reply.is_critical(scene),
        language=language.foreign(scene.text),
    )


def signals(evidence: Evidence) -> list[float]:
    """The evidence in numbers, for the classifier's last layer: always as many, in the same order, about 0..1 each."""
    strength = dict.fromkeys(LEARNT, 0.0)
    for finding in evidence.findings:
        if finding.guideline in strength and not finding.urgent:
            strength[finding.guideline] = max(strength[finding.guideline], finding.strength)
    harm = max((finding.strength for finding in evidence.findings if finding.urgent), default=0.0)
    return [
        *strength.values(),
        *(float(value >= PLAIN) for value in strength.values()),
        harm,
        float(harm > 0),
        evidence.strays,
        evidence.needs_reply,
        *evidence.answer.values(),
        float(not evidence.has_post),
    ]
