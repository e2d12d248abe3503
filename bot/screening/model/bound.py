"""The bound on wrongful removals, with libraries as its units: what `care.allowed_at_most` is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXCEEDED = 0.1
"""At most this share of libraries may have more of its allowed comments removed than the bound says."""
STEPS = np.concatenate([[0.0], np.geomspace(1e-4, 0.5, 300)])
"""The chances of *keep* at which the bound is known."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Chances of *keep*, rising, and for each the share of a library's allowed comments that a bar there exposes."""

    chances: NDArray[np.float64]
    shares: NDArray[np.float64]

    def share(self, keep: NDArray[np.float64]) -> NDArray[np.float64]:
        """(cases) chances of *keep* to shares, each that of the next step up; over the last step, all."""
        return np.append(self.shares, 1.0)[np.searchsorted(self.chances, keep)]


def bound(keep: NDArray[np.float64], allowed: NDArray[np.bool_], library: NDArray[np.str_]) -> Bound:
    """What share of a library's allowed comments is removed at most, if removal is advised up to a chance of *keep*.

    Split-conformal, with whole libraries as the units. `keep` (cases) are chances that the libraries' own cases had no
    part in; `allowed` says which cases deserve *keep*. For a chance s let F(s) be the share of a library's allowed
    comments whose chance of *keep* is at most s: those that a bar at s exposes to removal. Of n libraries take the k-th
    largest F(s) as G(s), with k = floor(EXCEEDED * (n + 1)). Removal is advised only where G(s) <= a. A library that
    then has more than a share a of its allowed comments removed ranks among the k worst of n + 1; if the libraries are
    exchangeable, the chance of that is at most k / (n + 1), which is 3 / 32 for 31 libraries.

    How far this goes: over libraries whose comments come as those of the corpus do and whose files are as large (some
    160 allowed comments each, so that a share under 1/160 means none of them). A library of another kind is not
    covered; nor is one last step: the shipped network is trained on all libraries, the chances here come from networks
    of the same recipe trained on part of them. Of fewer than 19 libraries the worst is taken, with a chance of
    1 / (n + 1) to be exceeded.

    Method: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005); groups as units: Dunn, Wasserman
    and Ramdas, Distribution-free prediction sets for two-layer hierarchical models (2023).
    """
    exposed = []
    for name in np.unique(library):
        own = np.sort(keep[allowed & (library == name)])
        exposed.append(np.searchsorted(own, STEPS, side="right") / max(1, len(own)))
    worst = max(1, int(EXCEEDED * (len(exposed) + 1)))
    return Bound(STEPS, np.sort(exposed, axis=0)[-worst])
