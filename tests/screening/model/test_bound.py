"""The bound on wrongful removals keeps its promise: of n + 1 libraries, no more than the k worst exceed it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screening.model.bound import EXCEEDED, STEPS, Bound, bound


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10_000), libraries=st.integers(2, 40), most=st.sampled_from([0.0, 0.005, 0.02, 0.1]))
def test_no_more_libraries_exceed_it_than_it_says(seed: int, libraries: int, most: float) -> None:
    random = np.random.default_rng(seed)
    library = np.repeat(np.arange(libraries).astype(str), 60)
    allowed = random.random(len(library)) < 0.5
    harder = random.random(libraries)[library.astype(int)]
    keep = random.random(len(library)) ** (1 + 6 * harder)
    exceeded = 0
    for name in np.unique(library):
        others, here = library != name, (library == name) & allowed
        limits = bound(keep[others], allowed[others], library[others])
        exceeded += (limits.share(keep[here]) <= most).sum() > most * here.sum()
    assert exceeded <= max(1, int(EXCEEDED * libraries))


def test_a_likelier_keep_exposes_more() -> None:
    keep, library = np.linspace(0, 1, 400), np.tile(["a", "b"], 200)
    limits = bound(keep, np.ones(400, bool), library)
    assert (np.diff(limits.shares) >= 0).all()
    assert limits.share(np.array([0.1]))[0] == pytest.approx(0.1, abs=0.02)


def test_over_the_last_step_nothing_is_promised() -> None:
    assert Bound(STEPS, np.zeros_like(STEPS)).share(np.array([0.99]))[0] == 1
