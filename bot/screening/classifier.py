"""The seam of the trained classifier: what the screening asks of it, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.chat import Comment, Earlier
    from bot.library import Library
    from bot.screening.finding import Outcome


Case = tuple["Comment", "Sequence[Earlier]", "Library", "Sequence[float]"]
"""A comment, the comments before it, its library, and what the rules say of it in numbers."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """What the classifier holds likely, each 0..1 and calibrated.

    `outcome` gives all three outcomes and adds up to 1; `guidelines` has a chance for each guideline's key, of being
    broken or in doubt; a key that the classifier does not know is absent.
    """

    outcome: Mapping[Outcome, float]
    guidelines: Mapping[str, float]
    needs_reply: float
    urgent: float
    allowed: float
    """If everything about as likely to be allowed were removed: the share of a library's allowed comments that it would
    cost, at most; a bound, not a chance."""


class Classifier(Protocol):
    """Judges a comment in its context. Pure: the same comment gives the same probabilities."""

    @property
    def digest(self) -> str:
        """Identifies the weights: a SHA-256 hex digest."""

    def judge_all(self, cases: Sequence[Case]) -> list[Probabilities]:
        """Probabilities for each case, in order; the company a case is judged in changes nothing."""
