"""Screening: one comment and its context in, one verdict out. Pure: no I/O, no clock, no chat.

A guideline is one file with `find(scene)`, one line in `evidence.DETECTORS` and one entry in `policy.toml`; a policy
without the entry gets no findings from the file.
"""

from __future__ import annotations

import hashlib
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.screening.classifier import Classifier, Probabilities
from bot.screening.evidence import LEARNT, PLAIN, gather, signals
from bot.screening.finding import Outcome
from bot.screening.reasons import carried_by
from bot.screening.scene import Scene
from bot.screening.verdict import lean, reasons, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat import Comment, Earlier
    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.evidence import Evidence
    from bot.screening.finding import Verdict

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
