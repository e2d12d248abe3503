"""More cases from the corpus: what is plainly off topic under one post is so under a stranger's too.

The moved cases make the classifier compare the comment with its post instead of learning the words of each complaint.
The respelt readings keep it from judging how somebody writes, the bare ones from needing what staff often leave out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.screening.model.cases import Case
    from bot.screening.model.features import Reading

UNSIGNED, UNPLACED = 0.6, 0.3
"""The shares of bare cases that lose their author and platform, and their post."""
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


def bare(case: Case, random: np.random.Generator) -> Case:
    """The case as somebody in a hurry forwards it: often without its author and platform, at times without its post.

    What may decide stays: who writes, where somebody may be posing or was there before; the post, where it was left.
    """
    comment = case.comment
    if random.random() < UNSIGNED and "impersonation" not in case.guidelines and not case.earlier:
        comment = replace(comment, author=None, platform=None)
    if random.random() < UNPLACED and not {"off-topic", "electioneering"} & set(case.guidelines):
        comment = replace(comment, post=None)
    return replace(case, comment=comment)


_RESPELT = {
    "you": "u", "your": "ur", "are": "r", "to": "too", "their": "there", "they're": "their", "because": "cuz",
    "isn't": "ain't", "aren't": "ain't", "people": "ppl", "please": "pls", "with": "wit", "going": "goin", "the": "da",
    "have": "hav", "really": "rly", "though": "tho", "about": "abt", "definitely": "definately", "library": "libary",
    "que": "q", "por": "x", "porque": "xq", "para": "pa", "aquí": "aki",
}  # fmt: skip
"""Common words and how some people write them."""
_WORD = re.compile(r"(?<![\[\w])[^\W\d_][\w'\u2019]*(?![\w\]])")


def respelt(reading: Reading, random: np.random.Generator) -> Reading:
    """The same reading as somebody else would type it: slips of the finger, short forms, little punctuation."""

    def changed(match: re.Match[str]) -> str:
        word = match[0]
        chance = random.random()
        if chance < 0.4 and word.casefold() in _RESPELT:
            return _RESPELT[word.casefold()]
        if chance < 0.3 and word.endswith("ing") and len(word) > 5:
            return word[:-1]
        if chance < 0.08 and len(word) > 4:
            at = int(random.integers(1, len(word) - 2))
            return (word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :])[chance < 0.04]
        return word

    text = _WORD.sub(changed, reading.comment)
    if random.random() < 0.5:
        text = re.sub(r"(?<=\w)['\u2019](?=\w)|[.,;](?=\s|$)", "", text)
    return replace(reading, comment=text)


def _long_words(text: str) -> set[str]:
    return {word.strip(".,!?:;()'\"").casefold() for word in text.split() if len(word) > 4}
