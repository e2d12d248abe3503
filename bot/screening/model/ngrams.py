"""A comment as hashed word and letter sequences, for linear heads that know words where the encoder knows meanings."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bot.screening.model.features import Reading

BUCKETS = 1 << 17
"""Features share buckets where their hashes fall together; each head has one weight a bucket."""
LONGEST = 4000
"""Letters of a text that are read."""
_TOKEN = re.compile(r"\[[a-z-]+\]|\w[\w\u2019']*|[^\w\s]")


def words(text: str, mark: str) -> Iterator[str]:
    """Single words and pairs of neighbours."""
    tokens = _TOKEN.findall(text.casefold())
    for i, token in enumerate(tokens):
        yield f"{mark}{token}"
        if i:
            yield f"{mark}{tokens[i - 1]} {token}"


def letters(text: str, mark: str) -> Iterator[str]:
    """Runs of three to five letters within words, a word's ends shown as spaces."""
    for token in text.casefold().split():
        word = f" {token} "
        for size in (3, 4, 5):
            for i in range(max(1, len(word) - size + 1)):
                yield mark + word[i : i + size]


def buckets(reading: Reading) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The buckets that a reading falls into, and how strongly; words, letters and context weigh the same."""
    found: Counter[int] = Counter()
    weights: dict[int, float] = {}
    comment, context = reading.comment[:LONGEST], reading.context[:LONGEST]
    for group in (words(comment, "w"), letters(comment, "c"), (w for w in words(context, "p") if " " not in w)):
        found = Counter(crc32(feature.encode()) % BUCKETS for feature in group)
        strengths = {bucket: 1 + math.log(count) for bucket, count in found.items()}
        length = math.sqrt(sum(s * s for s in strengths.values())) or 1.0
        for bucket, strength in strengths.items():
            weights[bucket] = weights.get(bucket, 0.0) + strength / length
    return np.fromiter(weights, np.int64, len(weights)), np.fromiter(weights.values(), np.float32, len(weights))


def scores(
    readings: Sequence[Reading], weights: NDArray[np.int8], scale: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Logits (readings, heads) of linear heads: weights (BUCKETS, heads) as int8, a scale and a bias for each head."""
    out = np.empty((len(readings), len(bias)), np.float32)
    for row, reading in zip(out, readings, strict=True):
        where, how = buckets(reading)
        row[:] = (how @ weights[where].astype(np.float32)) * scale + bias
    return out
