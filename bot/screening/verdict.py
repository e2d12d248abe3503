"""Evidence and the classifier's probabilities become one verdict. Pure, and blind to the order of findings.

What no probability overrules: danger to somebody refers; off-topic needs the post; a removal quotes its reason; of a
language that the desk does not read nothing is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.screening.evidence import LEARNT, PLAIN
from bot.screening.finding import Finding, Outcome, Verdict
from bot.screening.reasons import WHY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.policy import Policy
    from bot.screening.classifier import Probabilities
    from bot.screening.evidence import Evidence

OFF_TOPIC = "off-topic"
SIGNED_DANGER_FROM, DANGER_FROM = 0.05, 0.2
"""From this chance on somebody may be in danger: where the rules see a sign of it, and where they see none."""
ANSWER_FROM = 0.45
"""From this chance on an answer is owed."""
CITED_FROM = 0.4
"""From this chance on a guideline is named beside the main one."""

SPOKEN_FROM = 0.15
"""A comment stays where no guideline is at least this likely to be broken or in doubt: there is nothing to name."""

COST: Mapping[Outcome, Mapping[Outcome, float]] = {
    Outcome.KEEP: {Outcome.KEEP: 0, Outcome.REFER: 3, Outcome.REMOVE: 4},
    Outcome.REFER: {Outcome.KEEP: 1, Outcome.REFER: 0, Outcome.REMOVE: 1},
    Outcome.REMOVE: {Outcome.KEEP: 10, Outcome.REFER: 5, Outcome.REMOVE: 0},
}
"""What a mistake costs: `COST[said][deserved]`. Removing what is allowed is by far the worst."""
CORPUS_PRIOR = {Outcome.KEEP: 0.529, Outcome.REFER: 0.183, Outcome.REMOVE: 0.288}
"""The shares of verdicts in the corpus that the classifier learnt from; `policy.toml` may say otherwise."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """Where the evidence leads before reasons are looked for. `cited` are guideline keys, the main one first."""

    outcome: Outcome
    cited: tuple[str, ...]
    urgent: bool
    needs_reply: bool
    chances: Mapping[Outcome, float]


def lean(evidence: Evidence, policy: Policy, said: Probabilities) -> Leaning:
    """The outcome of least expected cost, and the guidelines it rests on."""
    strengths = _strengths(evidence, policy, said)
    ranked = sorted(strengths, key=lambda key: (-strengths[key], policy.by_key[key].number))
    chances = _chances(policy, said)
    sign = any(finding.urgent for finding in evidence.findings)
    urgent = said.urgent >= (SIGNED_DANGER_FROM if sign else DANGER_FROM)
    outcome = _cheapest(chances, policy, may_remove=said.allowed <= policy.care.allowed_at_most)
    own = max((strength for key, strength in strengths.items() if key not in LEARNT), default=0.0)
    if own >= policy.thresholds.refer and outcome is Outcome.KEEP:
        outcome = Outcome.REFER
    if own >= policy.thresholds.remove:
        outcome = Outcome.REMOVE
    if outcome is not Outcome.KEEP and not _rests_on_policy(strengths, said):
        outcome = Outcome.KEEP
    named = [key for key in ranked if key == ranked[0] or strengths[key] >= CITED_FROM]
    if evidence.language:
        # What the classifier holds of words that it never learnt is no word; what a rule quotes, people can look at.
        quoted = {finding.guideline for finding in evidence.findings}
        named = [key for key in named if key in quoted and outcome is not Outcome.KEEP]
    if urgent or evidence.language:
        outcome = Outcome.REFER
    answer = urgent or said.needs_reply >= ANSWER_FROM
    cited = () if outcome is Outcome.KEEP else tuple(named)
    return Leaning(outcome, cited, urgent=urgent, needs_reply=answer, chances=chances)


def reasons(leaning: Leaning, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that speak for what the leaning rests on, strongest first; for a keep there is nothing to say."""
    if leaning.outcome is Outcome.KEEP:
        return ()
    kept = {f for f in findings if f.quote and (leaning.urgent if f.urgent else f.guideline in leaning.cited)}
    order = {key: at for at, key in enumerate(leaning.cited)}

    def weight(f: Finding) -> tuple[bool, int, float, str, str, str]:
        return not f.urgent, order.get(f.guideline or "", len(order)), -f.strength, f.where, f.quote, f.why

    return tuple(sorted(kept, key=weight))


def settle(leaning: Leaning, found: Sequence[Finding], evidence: Evidence, policy: Policy) -> Verdict:
    """The verdict, once its reasons are known: a removal whose main guideline nothing can be quoted for is referred."""
    outcome = leaning.outcome
    if outcome is Outcome.REMOVE and not any(f.guideline == leaning.cited[0] for f in found):
        outcome = Outcome.REFER
    critical = outcome is Outcome.KEEP and evidence.critical
    may_stray = not evidence.has_post and not leaning.urgent and evidence.strays >= 0.5
    return Verdict(
        outcome=outcome,
        guidelines=tuple(policy.by_key[key].number for key in leaning.cited),
        findings=tuple(found),
        why=_why(outcome, found, leaning, evidence, critical=critical),
        needs_reply=leaning.needs_reply and outcome is not Outcome.REMOVE,
        urgent=leaning.urgent,
        confidence=round(leaning.chances[outcome], 3),
        critical=critical,
        wants_post=may_stray and outcome is not Outcome.REMOVE,
    )


def _strengths(evidence: Evidence, policy: Policy, said: Probabilities) -> dict[str, float]:
    """How likely each guideline of the policy is broken or in doubt: the classifier's word, for others the rules'."""
    strengths = {key: said.guidelines[key] for key in LEARNT if key in policy.by_key}
    for finding in evidence.findings:
        key = finding.guideline
        if key in policy.by_key and key not in LEARNT and not finding.urgent:
            strengths[key] = max(strengths.get(key, 0.0), finding.strength)
    if not evidence.has_post:
        strengths.pop(OFF_TOPIC, None)
    return strengths


def _rests_on_policy(strengths: Mapping[str, float], said: Probabilities) -> bool:
    """Is what is held against a comment a guideline that this policy has, that can apply, and that is likely enough?"""
    likeliest = max(said.guidelines, key=lambda key: said.guidelines[key])
    enough = SPOKEN_FROM if likeliest in strengths else CITED_FROM
    return max(strengths.values(), default=0.0) >= enough


def _chances(policy: Policy, said: Probabilities) -> dict[Outcome, float]:
    """The classifier's probabilities under the library's own prior (Bayes' rule on the shares of outcomes)."""
    prior = {Outcome.KEEP: policy.prior.keep, Outcome.REFER: policy.prior.refer, Outcome.REMOVE: policy.prior.remove}
    moved = {o: said.outcome[o] * prior[o] / CORPUS_PRIOR[o] for o in Outcome}
    total = sum(moved.values())
    return {o: share / total for o, share in moved.items()} if total else dict(said.outcome)


def _cheapest(chances: Mapping[Outcome, float], policy: Policy, *, may_remove: bool) -> Outcome:
    """The outcome of least expected cost under the dial; no removal beyond the bound on wrongful ones."""
    dial = {Outcome.KEEP: 1.0, Outcome.REFER: policy.care.referral_cost, Outcome.REMOVE: 1.0}
    expected = {said: dial[said] * sum(chances[o] * cost for o, cost in row.items()) for said, row in COST.items()}
    if not may_remove:
        del expected[Outcome.REMOVE]
    return min(expected, key=lambda said: (expected[said], said))


def _why(outcome: Outcome, found: Sequence[Finding], leaning: Leaning, evidence: Evidence, *, critical: bool) -> str:
    """One plain sentence that a patron could be shown."""
    tongue = f"t looks like {evidence.language}, which the desk does not read" if evidence.language else ""
    if leaning.urgent:
        reason = next((f.why for f in found if f.urgent), "Somebody may come to harm.")
        return f"{reason.rstrip('.')}{tongue and ', and i'}{tongue}, so a person looks at it at once."
    if tongue:
        return f"I{tongue}, so the director decides."
    if outcome is Outcome.KEEP:
        if critical:
            return "It is critical of the library, which is allowed, and breaks no guideline."
        return f"{'It is a question and' if evidence.asks else 'It'} breaks no guideline."
    main = leaning.cited[0]
    best = next((f for f in found if f.guideline == main), None)
    reason = best.why if best else "It may break a guideline."
    if outcome is Outcome.REMOVE:
        return WHY[main] if best and best.strength < PLAIN and main in WHY else reason
    return f"{reason.rstrip('.')}, so the director decides."
