"""What verdicts by the probabilities would cost on the bench, without the search for words to quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.policy import Care
from bot.screening.finding import ORDER
from bot.screening.verdict import ANSWER_FROM, CITED_FROM, COST, DANGER_FROM, SIGNED_DANGER_FROM, SPOKEN_FROM

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRICE = np.array([[COST[given][deserved] for given in ORDER] for deserved in ORDER], np.float64)
"""What a mistake costs: rows deserved, columns given."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The bench's measures; shares and rates lie in 0..1."""

    cases: int
    cost: float
    allowed_removed: float
    violations_kept: float
    referred: float
    guideline_f1: float
    reply_f1: float
    urgent_seen: float
    urgent_false: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of cases: probabilities (cases, 12), and for each case what else a verdict rests on."""

    probabilities: NDArray[np.float64]
    allowed: NDArray[np.float64]
    """The shares that `care.allowed_at_most` bounds."""
    wanted: NDArray[np.float32]
    """The targets of `fit.targets`."""
    danger: NDArray[np.bool_]
    """Where the rules saw a sign of danger."""

    def part(self, chosen: NDArray[np.bool_]) -> Judged:
        """The chosen cases."""
        return Judged(self.probabilities[chosen], self.allowed[chosen], self.wanted[chosen], self.danger[chosen])


def decide(
    judged: Judged, care: Care
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """The cheapest outcomes, guidelines cited (cases, 7), reply due, urgent."""
    p = judged.probabilities
    urgent = p[:, 11] >= np.where(judged.danger, SIGNED_DANGER_FROM, DANGER_FROM)
    expected = p[:, :3] @ PRICE * np.array([1, care.referral_cost, 1])
    expected[judged.allowed > care.allowed_at_most, 2] = np.inf
    given = np.where(p[:, 3:10].max(1) < SPOKEN_FROM, 0, expected.argmin(1))
    given[urgent] = 1
    cited = p[:, 3:10] >= CITED_FROM
    cited[np.arange(len(p)), p[:, 3:10].argmax(1)] = True
    cited[given == 0] = False
    return given, cited, ((p[:, 10] >= ANSWER_FROM) & (given != 2)) | urgent, urgent


def figures(judged: Judged, care: Care | None = None) -> Figures:
    """Measures of what is said of cases against what is wanted."""
    given, cited, reply, urgent = decide(judged, care or Care())
    wanted = judged.wanted
    expected = wanted[:, 0].astype(int)
    broken = wanted[:, 1:8] > 0
    removed, kept = expected == 2, expected == 0
    hit = int((cited & broken)[removed].sum())
    missed = int((broken & ~cited)[removed].sum())
    wrong = int((cited & ~broken)[removed].sum() + cited[kept].sum())
    due, may_reply = wanted[:, 8] > 0, ~removed
    harmed = wanted[:, 10] > 0
    return Figures(
        cases=len(wanted),
        cost=float(PRICE[expected, given].mean()),
        allowed_removed=_share(given == 2, kept),
        violations_kept=_share(given == 0, removed),
        referred=float((given == 1).mean()),
        guideline_f1=_f1(hit, wrong, missed),
        reply_f1=_f1(*(int((part & may_reply).sum()) for part in (reply & due, reply & ~due, ~reply & due))),
        urgent_seen=_share(urgent, harmed),
        urgent_false=_share(urgent, ~harmed),
    )


def by_library(judged: Judged, library: NDArray[np.str_]) -> dict[str, Figures]:
    """The measures of each library's cases apart, the costliest library first."""
    apart = {str(name): figures(judged.part(library == name)) for name in np.unique(library)}
    return dict(sorted(apart.items(), key=lambda item: -item[1].cost))


def _share(what: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(what[among].mean()) if among.any() else 0.0


def _f1(hit: int, wrong: int, missed: int) -> float:
    return 2 * hit / (2 * hit + wrong + missed) if hit else 0.0
