"""Screening: one comment and its context in, one verdict out. Pure: no I/O, no clock, no chat.

A guideline is one file with `find(scene)`, one line in `evidence.DETECTORS` and one entry in `policy.toml`; a policy
without the entry gets no findings from the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.chat import Comment
from bot.screening.classifier import Classifier, Probabilities
from bot.screening.evidence import LEARNT, PLAIN, gather, signals
from bot.screening.finding import Outcome, Where
from bot.screening.orders import ASIDE, addressed, without
from bot.screening.reasons import carried_by
from bot.screening.scene import Scene
from bot.screening.verdict import lean, reasons, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat import Earlier
    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.evidence import Evidence
    from bot.screening.finding import Verdict
    from bot.screening.orders import Span

Seen = tuple["Comment", "Sequence[Earlier]"]
"""A comment, and the different comments seen before it."""

__all__ = ["Classifier", "Probabilities", "Screening"]


class Screening:
    """The screening of one library's comments: rules give evidence and reasons, the classifier weighs them."""

    def __init__(self, policy: Policy, library: Library, classifier: Classifier) -> None:
        self.policy = policy
        self.library = library
        self.classifier = classifier

    def screen(self, comment: Comment, earlier: Sequence[Earlier] = ()) -> Verdict:
        """The verdict on a comment. `earlier` holds different comments, seen before on the library's pages."""
        return self.screen_all([(comment, earlier)])[0]

    def screen_all(self, cases: Sequence[Seen]) -> list[Verdict]:
        """Verdicts on comments and what was seen before each, in order; faster than one at a time, and the same."""
        verdicts = self._judge(cases)
        for at, case in enumerate(cases):
            if spans := addressed(case[0].text):
                verdicts[at] = self._beside_orders(case, spans, verdicts[at])
        return verdicts

    def _beside_orders(self, case: Seen, spans: Sequence[Span], whole: Verdict) -> Verdict:
        """The verdict on what is no order to the desk; on the whole where nothing else stands there.

        Whom the whole may harm, and that it wants an answer, counts all the same.
        """
        comment, earlier = case
        alone = self._judge([(Comment(comment.text[start:end]), ()) for start, end in spans])
        harmless = [span for span, verdict in zip(spans, alone, strict=True) if verdict.outcome is Outcome.KEEP]
        rest = without(comment.text, harmless)
        if whole.urgent or not harmless or not rest:
            return whole
        (verdict,) = self._judge([(replace(comment, text=rest), earlier)])
        if any(found.where is Where.COMMENT and found.quote not in comment.text for found in verdict.findings):
            return whole  # it would quote over a gap
        owed = verdict.needs_reply or (whole.needs_reply and verdict.outcome is not Outcome.REMOVE)
        return replace(verdict, needs_reply=owed, why=f"{verdict.why} {ASIDE}")

    def _judge(self, cases: Sequence[Seen]) -> list[Verdict]:
        evidence = [gather(Scene(comment, tuple(earlier), self.library)) for comment, earlier in cases]
        judged = self.classifier.judge_all(
            [(*case, self.library, signals(found)) for case, found in zip(cases, evidence, strict=True)]
        )
        return [self._verdict(case, found, said) for case, found, said in zip(cases, evidence, judged, strict=True)]

    def _verdict(self, case: Seen, evidence: Evidence, said: Probabilities) -> Verdict:
        leaning = lean(evidence, self.policy, said)
        # A removal needs plain words; what the rules only doubt speaks for a referral.
        enough = PLAIN if leaning.outcome is Outcome.REMOVE else 0.0
        rules = reasons(leaning, evidence.findings)
        spoken_for = {None if f.urgent else f.guideline for f in rules if f.urgent or f.strength >= enough}
        # Beside danger a guideline is nominal: only the danger has to be shown.
        wanted = (key for key in ((None,) if leaning.urgent else leaning.cited) if key not in spoken_for)
        found = [
            carried_by(key, *case, partial(self._chances, key, signals(evidence)), _chance(said, key))
            for key in wanted
            if key is None or key in LEARNT
        ]
        return settle(leaning, reasons(leaning, [*rules, *filter(None, found)]), evidence, self.policy)

    def _chances(self, guideline: str | None, rules: Sequence[float], cases: Sequence[Seen]) -> list[float]:
        """What the classifier holds of each case, the rules' word being the same for all."""
        said = self.classifier.judge_all([(*case, self.library, rules) for case in cases])
        return [_chance(one, guideline) for one in said]

    @cached_property
    def engine(self) -> str:
        """A SHA-256 hex digest that identifies the screening code and the classifier; it stands with each verdict."""
        digest = hashlib.sha256()
        package = Path(__file__).parent
        for source in sorted(package.rglob("*.py")):
            digest.update(f"{source.relative_to(package).as_posix()}\0".encode() + source.read_bytes() + b"\0")
        digest.update(self.classifier.digest.encode())
        return digest.hexdigest()


def _chance(said: Probabilities, guideline: str | None) -> float:
    """What the classifier holds of a guideline, or of danger where that is None."""
    return said.urgent if guideline is None else said.guidelines[guideline]
