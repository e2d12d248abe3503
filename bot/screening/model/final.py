"""The last layer: what the encoder, the n-gram heads and the rules say, weighed together into calibrated probabilities.

Beside the raw logits it is given views of them that tell the same thing on one scale: for each outcome and each
guideline the encoder's own head and its helping head, which names outcome and guideline together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTCOMES, GUIDELINES = 3, 7
ENCODER = 27
"""Logits of the encoder: outcomes 3, guidelines 7, reply, urgent, pairs 15; the n-gram heads' 12 come after them."""


@dataclass(frozen=True, slots=True)
class Final:
    """The last layer: (inputs, 12) weights and 12 biases; softmax over the first three, a logistic for each other."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, given: NDArray[np.float64]) -> NDArray[np.float64]:
        """(cases, inputs) to (cases, 12): keep, refer, remove; seven guidelines; needs-reply; urgent."""
        return np.asarray(given @ self.weights + self.bias)

    def probabilities(self, given: NDArray[np.float64]) -> NDArray[np.float64]:
        """(cases, inputs) to (cases, 12)."""
        logits = self.logits(given)
        return np.hstack([np.exp(_log_softmax(logits[:, :OUTCOMES])), 1 / (1 + np.exp(-logits[:, OUTCOMES:]))])


def inputs(logits: NDArray[np.float32], rules: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the last layer reads: (cases, 39) logits, their views, and (cases, numbers) of the rules, side by side."""
    pairs = _log_softmax(logits[:, OUTCOMES + GUIDELINES + 2 : ENCODER])
    doubted, broken = pairs[:, 1 : 1 + GUIDELINES], pairs[:, 1 + GUIDELINES :]
    either = (np.logaddexp.reduce(part, axis=1, keepdims=True) for part in (doubted, broken))
    views = (
        _log_softmax(logits[:, :OUTCOMES]),
        pairs[:, :1],
        *either,
        np.logaddexp(doubted, broken),
    )
    return np.hstack([logits, *views, rules]).astype(np.float64)


def _log_softmax(x: NDArray[np.floating]) -> NDArray[np.float64]:
    shifted = x.astype(np.float64) - x.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))
