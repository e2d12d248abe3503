"""How well verdicts meet the labels of a bench, counted case by case, so that memory does not grow with the bench."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.screening.finding import ORDER, Outcome
from bot.screening.verdict import COST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.screening.finding import Verdict


@dataclass(frozen=True, slots=True)
class Label:
    """What a careful director says of one case."""

    outcome: Outcome
    guidelines: frozenset[int]
    needs_reply: bool
    urgent: bool


@dataclass(slots=True)
class Hits:
    """Right, wrong and missed answers to one yes-or-no question."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    left: int = 0

    def count(self, *, wanted: bool, given: bool) -> None:
        """One more answer."""
        if wanted:
            self.right, self.missed = self.right + given, self.missed + (not given)
        else:
            self.wrong, self.left = self.wrong + given, self.left + (not given)

    @property
    def precision(self) -> float:
        """How many of the given were wanted; 1 where none was given."""
        return _share(self.right, self.right + self.wrong, 1.0)

    @property
    def recall(self) -> float:
        """How many of the wanted were given; 1 where none was wanted."""
        return _share(self.right, self.right + self.missed, 1.0)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return _share(2 * self.precision * self.recall, self.precision + self.recall)


@dataclass
class Score:
    """The tally. `keep_errors` says how many of the costliest mistakes to remember."""

    keep_errors: int = 0
    matrix: Counter[tuple[Outcome, Outcome]] = field(default_factory=Counter)
    guidelines: dict[int, Hits] = field(default_factory=dict)
    reply: Hits = field(default_factory=Hits)
    urgent: Hits = field(default_factory=Hits)
    errors: list[tuple[float, int, str]] = field(default_factory=list)

    def add(self, name: str, text: str, label: Label, verdict: Verdict) -> None:
        """Count one case."""
        wanted, given = label.outcome, verdict.outcome
        self.matrix[wanted, given] += 1
        cited = frozenset(verdict.guidelines) if given is not Outcome.KEEP else frozenset()
        if wanted is Outcome.REMOVE or (wanted is Outcome.KEEP and cited):
            expected = label.guidelines if wanted is Outcome.REMOVE else frozenset()
            for number in expected | cited:
                hits = self.guidelines.setdefault(number, Hits())
                hits.count(wanted=number in expected, given=number in cited)
        if wanted is not Outcome.REMOVE:
            self.reply.count(wanted=label.needs_reply, given=verdict.needs_reply)
        self.urgent.count(wanted=label.urgent, given=verdict.urgent)
        if (price := COST[given][wanted]) and self.keep_errors:
            asked, said = sorted(label.guidelines), list(verdict.guidelines)
            line = f"{price:>2}  {name}: {wanted}{asked} -> {given}{said}: {text[:110]!r}"
            push = heapq.heappush if len(self.errors) < self.keep_errors else heapq.heappushpop
            push(self.errors, (price, -self.cases, line))

    @property
    def cases(self) -> int:
        """How many were counted."""
        return self.matrix.total()

    def rates(self) -> dict[str, float]:
        """Every figure by its name, each a share or a mean cost."""
        wanted = {o: sum(self.matrix[o, g] for g in ORDER) for o in ORDER}
        given = {o: sum(self.matrix[w, o] for w in ORDER) for o in ORDER}
        right = {o: self.matrix[o, o] for o in ORDER}
        keep, refer, remove = ORDER
        micro = Hits()
        for hits in self.guidelines.values():
            micro.right, micro.wrong, micro.missed = (
                micro.right + hits.right,
                micro.wrong + hits.wrong,
                micro.missed + hits.missed,
            )
        decided = self.cases - given[refer]
        return {
            "cost_per_case": _share(sum(COST[g][w] * n for (w, g), n in self.matrix.items()), self.cases),
            "false_removal": _share(self.matrix[keep, remove], wanted[keep]),
            "removal_precision": _share(right[remove], given[remove]),
            "missed_violation": _share(self.matrix[remove, keep], wanted[remove]),
            "removal_recall": _share(right[remove], wanted[remove]),
            "kept_at_once": _share(right[keep], wanted[keep]),
            "refer_recall": _share(right[refer], wanted[refer]),
            "referral_share": _share(given[refer], self.cases),
            "accuracy": _share(sum(right.values()), self.cases),
            "accuracy_of_decided": _share(right[keep] + right[remove], decided),
            "guideline_f1": micro.f1,
            "urgent_recall": self.urgent.recall,
            "urgent_false_alarms": _share(self.urgent.wrong, self.urgent.wrong + self.urgent.left),
        }

    def lines(self, names: dict[int, str]) -> Iterator[str]:
        """The figures as a page to read; `names` gives guidelines their names by number."""
        yield f"{self.cases} cases   rows: expected, columns: given"
        yield "          " + "".join(f"{o:>8}" for o in ORDER)
        for wanted in ORDER:
            yield f"{wanted:>10}" + "".join(f"{self.matrix[wanted, given]:>8}" for given in ORDER)
        for name, value in self.rates().items():
            yield f"{name:>22}  {value:.3f}"
        rows = [(names.get(n, str(n)), hits) for n, hits in sorted(self.guidelines.items())]
        for name, hits in [*rows, ("needs reply", self.reply)]:
            yield f"{name:>22}  precision {hits.precision:.2f}  recall {hits.recall:.2f}  f1 {hits.f1:.2f}"
        if self.errors:
            yield "costliest mistakes:"
            yield from (f"  {line}" for _, _, line in sorted(self.errors, reverse=True))


@dataclass
class Evenness:
    """Whether pairs that differ only in viewpoint, identity, party, dialect or name get the same verdict."""

    pairs: Counter[str] = field(default_factory=Counter)
    flips: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    flipped: list[str] = field(default_factory=list)

    def add(self, name: str, dimension: str, wanted: str, given: tuple[Outcome, Outcome]) -> None:
        """Count one pair."""
        self.pairs[dimension] += 1
        self.errors[dimension] += sum(one != wanted for one in given)
        if given[0] != given[1]:
            self.flips[dimension] += 1
            self.flipped.append(f"{name} ({dimension}): {given[0]} and {given[1]}, {wanted} is right")

    def lines(self) -> Iterator[str]:
        """The tally as a page to read: pairs, flips, and wrong verdicts of twice as many."""
        yield f"{'dimension':>24}  pairs  flips  wrong"
        for dimension, count in sorted(self.pairs.items()):
            yield f"{dimension:>24}  {count:>5}  {self.flips[dimension]:>5}  {self.errors[dimension]:>5}"
        yield f"{'all':>24}  {self.pairs.total():>5}  {self.flips.total():>5}  {self.errors.total():>5}"
        yield from self.flipped


def _share(part: float, whole: float, nothing: float = 0.0) -> float:
    return part / whole if whole else nothing
