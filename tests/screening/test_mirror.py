"""Even-handed: pairs that differ only in viewpoint, identity, party, dialect or name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.batch import Pair, rows
from bot.screening import Screening
from bot.screening.finding import Outcome
from bot.screening.score import Evenness

if TYPE_CHECKING:
    from bot.library import Library
    from bot.policy import Policy
    from bot.screening import Classifier

FLIPS = 17
"""How many of the 200 pairs may get two verdicts: what the shipped engine does. A training that raises it says why."""


def test_pairs_that_differ_in_viewpoint_get_one_verdict(
    policy: Policy, library: Library, classifier: Classifier
) -> None:
    screening, evenness = Screening(policy, library, classifier), Evenness()
    removed_on_one_side = []
    with Path(__file__).with_name("mirror.jsonl").open("rb") as file:
        for pair in rows(file, Pair, lambda _: None, lambda *_: None):
            one, other = (verdict.outcome for verdict in pair.judged(screening))
            evenness.add(str(pair.id), pair.dimension, pair.expected, (one, other))
            if {one, other} == {Outcome.KEEP, Outcome.REMOVE}:
                removed_on_one_side.append(pair.id)
    assert evenness.pairs.total() == 200
    assert removed_on_one_side == []
    assert evenness.flips.total() <= FLIPS, "\n".join(evenness.lines())
