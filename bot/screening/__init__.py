"""Screening: one comment and its context in, one verdict out. Pure: no I/O, no clock, no chat.

A guideline is one file with `find(scene)`, one line in `DETECTORS` and one entry in `policy.toml`; a policy without the
entry gets no findings from the file.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.screening import (
    abuse,
    copyright,  # noqa: A004  the guideline's own name
    electioneering,
    impersonation,
    off_topic,
    repetition,
    reply,
    safety,
    solicitation,
)
from bot.screening.classifier import Classifier, Probabilities
from bot.screening.scene import Scene
from bot.screening.verdict import Bearing, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.chat import Comment, Earlier
    from bot.library import Library
    from bot.policy import Policy
    from bot.screening.finding import Finding, Verdict

__all__ = ["DETECTORS", "Classifier", "Probabilities", "Screening"]

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


class Screening:
    """The screening of one library's comments. Without a classifier the rules decide alone."""

    def __init__(self, policy: Policy, library: Library, classifier: Classifier | None = None) -> None:
        self.policy = policy
        self.library = library
        self.classifier = classifier

    def screen(self, comment: Comment, earlier: Sequence[Earlier] = ()) -> Verdict:
        """The verdict on a comment. `earlier` holds different comments, seen before on the library's pages."""
        scene = Scene(comment, tuple(earlier), self.library)
        found = [
            finding
            for guideline in self.policy.guidelines
            if guideline.key in DETECTORS
            for finding in DETECTORS[guideline.key](scene)
        ]
        found += safety.find(scene)
        bearing = Bearing(
            has_post=scene.post is not None,
            strays=off_topic.strays(scene),
            needs_reply=reply.chance(scene),
            asks="?" in comment.text,
            critical=reply.is_critical(scene),
        )
        judged = self.classifier.judge(comment, scene.earlier, self.library) if self.classifier else None
        return decide(found, self.policy, bearing, judged)

    @cached_property
    def engine(self) -> str:
        """A SHA-256 hex digest that identifies the screening code and the classifier; it stands with each verdict."""
        digest = hashlib.sha256()
        for source in sorted(files("bot.screening").iterdir(), key=lambda entry: entry.name):
            if source.name.endswith(".py"):
                digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
        digest.update((self.classifier.digest if self.classifier else "rules alone").encode())
        return digest.hexdigest()
