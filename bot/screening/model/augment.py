"""More cases from the corpus: what is plainly off topic under one post is so under a stranger's too.

The moved cases make the classifier compare the comment with its post instead of learning the words of each complaint.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.screening.model.cases import Case

SHARED = 2
"""A new post shares fewer words of five letters or more with the comment than this."""


def moved(cases: Sequence[Case], seed: int = 1) -> list[Case]:
    """Each case that is removed as off topic and nothing else, once more under another post of its own library."""
    random = np.random.default_rng(seed)
    posts: dict[str, list[str]] = {}
    for case in cases:
        if case.comment.post:
            posts.setdefault(case.library, []).append(case.comment.post)
    out: list[Case] = []
    for case in cases:
        if case.outcome == "remove" and case.guidelines == ("off-topic",) and case.comment.post and not case.earlier:
            said = _long_words(case.comment.text)
            strange = [p for p in posts[case.library] if p != case.comment.post and len(said & _long_words(p)) < SHARED]
            post = strange[int(random.integers(len(strange)))]
            out.append(replace(case, id=f"{case.id}-moved", comment=replace(case.comment, post=post)))
    return out


def _long_words(text: str) -> set[str]:
    return {word.strip(".,!?:;()'\"").casefold() for word in text.split() if len(word) > 4}
