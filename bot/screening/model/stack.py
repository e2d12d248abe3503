"""The last step: linear heads on hashed n-grams, and a calibrated layer over them, the encoder and the rules.

Fitted on logits of libraries that the parts were not trained on; that is what makes its probabilities calibrated.
Only training imports this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.screening.model import ngrams
from bot.screening.model.final import Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.screening.model.features import Reading

STRENGTH = 1.5
"""Inverse regularisation of the n-gram heads."""
FINAL_STRENGTH = 0.1
"""Inverse regularisation of the last layer, whose inputs are few and alike."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Heads on n-grams: int8 weights (buckets, 12), a scale and a bias for each head."""

    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]


def matrix(readings: Sequence[Reading]) -> csr_matrix:
    """The n-grams of the readings, (readings, buckets)."""
    found = [ngrams.buckets(reading) for reading in readings]
    ends = np.cumsum([0, *(len(where) for where, _ in found)])
    where, how = (np.concatenate(part) for part in zip(*found, strict=True))
    return csr_matrix((how, where, ends), shape=(len(readings), ngrams.BUCKETS))


def fit_linear(grams: csr_matrix, wanted: NDArray[np.float32]) -> Linear:
    """Twelve heads, one against the rest; rare n-grams weigh more, and those seen once nothing."""
    seen = np.asarray((grams > 0).sum(0)).ravel()
    rarity = np.where(seen > 1, np.log(grams.shape[0] / (1 + seen)) + 1, 0).astype(np.float32)
    scaled = grams.multiply(rarity).tocsr()
    weights, bias = np.zeros((ngrams.BUCKETS, 12), np.float32), np.zeros(12, np.float32)
    for head, (answer, counted) in enumerate(_heads(wanted)):
        model = LogisticRegression(C=STRENGTH, solver="liblinear").fit(scaled[counted], answer[counted])
        weights[:, head], bias[head] = model.coef_[0] * rarity, model.intercept_[0]
    scale = np.abs(weights).max(0) / 127
    return Linear(np.rint(weights / scale).astype(np.int8), scale.astype(np.float32), bias)


def apply_linear(grams: csr_matrix, linear: Linear) -> NDArray[np.float32]:
    """Logits (cases, 12) of the n-gram heads."""
    return np.asarray(grams @ linear.weights.astype(np.float32) * linear.scale + linear.bias, np.float32)


def fit_final(given: NDArray[np.float64], wanted: NDArray[np.float32]) -> Final:
    """The last layer from what is held out (cases, inputs) and the targets of `fit.targets`."""
    spread = np.maximum(given.std(0), 1e-3)  # a sign that no case shows stays without weight
    scaled = given / spread
    weights, bias = np.zeros((given.shape[1], 12)), np.zeros(12)
    outcome = LogisticRegression(C=FINAL_STRENGTH, max_iter=2000).fit(scaled, wanted[:, 0])
    weights[:, :3], bias[:3] = outcome.coef_.T, outcome.intercept_
    for head, (answer, counted) in list(enumerate(_heads(wanted)))[3:]:
        model = LogisticRegression(C=FINAL_STRENGTH, max_iter=2000).fit(scaled[counted], answer[counted])
        weights[:, head], bias[head] = model.coef_[0], model.intercept_[0]
    return Final(weights / spread[:, None], bias)


def _heads(wanted: NDArray[np.float32]) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each of the twelve heads: what is wanted of it, and which cases count."""
    every = np.ones(len(wanted), bool)
    outcomes = [(wanted[:, 0] == outcome, every) for outcome in range(3)]
    rest = [(wanted[:, column] > 0, wanted[:, 9] > 0 if column == 8 else every) for column in (*range(1, 9), 10)]
    return outcomes + rest
