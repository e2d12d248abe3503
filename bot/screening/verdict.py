"""Findings, and where there is one the classifier's probabilities, become one verdict. Pure, and blind to their order.

What no probability can overrule: an urgent finding refers; a removal quotes its reason; off-topic needs the post.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.screening.finding import Finding, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.policy import Policy
    from bot.screening.classifier import Probabilities

OFF_TOPIC = "off-topic"
_URGENT_FLOOR = 0.45
"""From this chance on, a classifier's word alone makes a comment urgent: a miss is worse than a look."""
_ANSWER_FLOOR = 0.45
"""From this chance on an answer is owed: a needless answer harms less than a missing one."""
_ALSO = 0.6
"""How strong a second finding must be to be named beside the one that removes."""

# What a mistake costs (bench/LABELLING.md in the project's papers): COST[given][deserved].
_COST: Mapping[Outcome, Mapping[Outcome, float]] = {
    Outcome.KEEP: {Outcome.KEEP: 0, Outcome.REFER: 3, Outcome.REMOVE: 4},
    Outcome.REFER: {Outcome.KEEP: 1, Outcome.REFER: 0, Outcome.REMOVE: 1},
    Outcome.REMOVE: {Outcome.KEEP: 10, Outcome.REFER: 5, Outcome.REMOVE: 0},
}
# Of the corpus's comments whose strongest finding reaches a strength: the share that deserves keep, refer, remove.
_BANDS = (
    (0.0, (0.87, 0.08, 0.05)),
    (0.2, (0.82, 0.09, 0.09)),
    (0.35, (0.60, 0.20, 0.20)),
    (0.5, (0.35, 0.36, 0.29)),
    (0.6, (0.28, 0.24, 0.48)),
    (0.7, (0.22, 0.16, 0.62)),
    (0.85, (0.01, 0.02, 0.97)),
)
_URGENT_SHARE = 0.6
"""Of the corpus's comments that the rules call urgent, the share that a director would see herself."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """What else of a comment bears on its verdict, besides the findings."""

    has_post: bool
    strays: float
    """The chance that nothing ties it to a post, as far as the comment alone tells."""
    needs_reply: float
    asks: bool
    critical: bool


def decide(
    findings: Iterable[Finding], policy: Policy, bearing: Bearing, probabilities: Probabilities | None = None
) -> Verdict:
    """The verdict on one comment."""
    numbers = {guideline.key: guideline.number for guideline in policy.guidelines}
    kept = sorted(
        (
            finding
            for finding in set(findings)
            if finding.urgent or (finding.guideline in numbers and (bearing.has_post or finding.guideline != OFF_TOPIC))
        ),
        key=lambda f: (not f.urgent, -f.strength, numbers.get(f.guideline or "", 0), f.where, f.quote, f.why),
    )
    strengths: dict[str, float] = {}
    for finding in kept:
        if finding.guideline is not None:
            strengths[finding.guideline] = max(strengths.get(finding.guideline, 0.0), finding.strength)
    urgent = any(finding.urgent for finding in kept)
    if probabilities is not None:
        urgent = urgent or probabilities.urgent >= _URGENT_FLOOR
        strengths = _weighed(strengths, probabilities, numbers, has_post=bearing.has_post)
    ranked = sorted(strengths, key=lambda key: (-strengths[key], numbers[key]))
    top = strengths[ranked[0]] if ranked else 0.0
    quotable = {f.guideline for f in kept if f.quote and f.strength >= policy.thresholds.refer}

    chances = _chances(top, probabilities)
    if urgent:
        outcome = Outcome.REFER
    elif probabilities is None:
        outcome = _by_threshold(top, policy)
    else:
        outcome = _by_cost(chances, policy)
    if outcome is Outcome.REMOVE and (not ranked or ranked[0] not in quotable):
        outcome = Outcome.REFER
    if outcome is Outcome.REFER and not ranked and not urgent:
        outcome = Outcome.KEEP

    cited = _cited(outcome, ranked, strengths, policy)
    needs_reply = urgent or (outcome is not Outcome.REMOVE and bearing.needs_reply >= _ANSWER_FLOOR)
    critical = outcome is Outcome.KEEP and bearing.critical
    wants_post = not bearing.has_post and outcome is not Outcome.REMOVE and not urgent and bearing.strays >= 0.5
    return Verdict(
        outcome=outcome,
        guidelines=tuple(numbers[key] for key in cited),
        findings=tuple(kept),
        why=_why(outcome, kept, cited, bearing, urgent=urgent, critical=critical),
        needs_reply=needs_reply,
        urgent=urgent,
        confidence=round(_URGENT_SHARE if urgent else chances[outcome], 2),
        critical=critical,
        wants_post=wants_post,
    )


def _by_threshold(top: float, policy: Policy) -> Outcome:
    if top >= policy.thresholds.remove:
        return Outcome.REMOVE
    return Outcome.REFER if top >= policy.thresholds.refer else Outcome.KEEP


def _by_cost(chances: Mapping[Outcome, float], policy: Policy) -> Outcome:
    """The outcome of least expected cost. The policy's thresholds are the dial: higher ones make referring rarer and
    removing dearer than the table has them.
    """
    dial = {
        Outcome.KEEP: 0.35 / max(policy.thresholds.refer, 0.01),
        Outcome.REFER: 1.0,
        Outcome.REMOVE: (policy.thresholds.remove / max(1 - policy.thresholds.remove, 0.01)) / (0.85 / 0.15),
    }
    expected = {
        given: dial[given] * sum(chances[deserved] * cost for deserved, cost in row.items())
        for given, row in _COST.items()
    }
    return min((Outcome.REFER, Outcome.KEEP, Outcome.REMOVE), key=lambda given: expected[given])


def _chances(top: float, probabilities: Probabilities | None) -> dict[Outcome, float]:
    """The chance of each outcome: the corpus's shares for findings this strong, and the classifier's view."""
    shares = next(shares for floor, shares in reversed(_BANDS) if top >= floor)
    rules = dict(zip((Outcome.KEEP, Outcome.REFER, Outcome.REMOVE), shares, strict=True))
    if probabilities is None:
        return rules
    # The classifier has read more than the rules know; they move it by half of what they would say alone.
    mixed = {o: max(probabilities.outcome.get(o, 0.0), 1e-4) * math.sqrt(rules[o]) for o in rules}
    total = math.fsum(mixed.values())
    return {outcome: value / total for outcome, value in mixed.items()}


def _weighed(
    strengths: Mapping[str, float], probabilities: Probabilities, numbers: Mapping[str, int], *, has_post: bool
) -> dict[str, float]:
    """Each guideline's strength, the mean of rule and classifier where the classifier knows the guideline."""
    weighed = dict(strengths)
    for key, chance in probabilities.guidelines.items():
        if key in numbers and (has_post or key != OFF_TOPIC):
            weighed[key] = (strengths.get(key, 0.0) + chance) / 2
    return weighed


def _cited(outcome: Outcome, ranked: list[str], strengths: Mapping[str, float], policy: Policy) -> list[str]:
    """The guidelines a verdict names, the main one first."""
    if outcome is Outcome.KEEP or not ranked:
        return []
    floor = _ALSO if outcome is Outcome.REMOVE else policy.thresholds.refer
    return [key for key in ranked if key == ranked[0] or strengths[key] >= floor]


def _why(
    outcome: Outcome, findings: list[Finding], cited: list[str], bearing: Bearing, *, urgent: bool, critical: bool
) -> str:
    """One plain sentence that a patron could be shown."""
    if urgent:
        reason = next((f.why for f in findings if f.urgent), "Somebody may come to harm.")
        return f"{reason.rstrip('.')}, so a person looks at it at once."
    if outcome is Outcome.KEEP:
        if critical:
            return "It is critical of the library, which is allowed, and breaks no guideline."
        if bearing.asks:
            return "It is a question to the library and breaks no guideline."
        return "It breaks no guideline."
    reason = next((f.why for f in findings if cited and f.guideline == cited[0]), "It may stray from a guideline.")
    if outcome is Outcome.REMOVE:
        return reason
    return f"{reason.rstrip('.')}, so the director decides."
