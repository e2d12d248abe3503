"""A few of the kills; `python -m tests.kills 50` does fifty."""

from __future__ import annotations

from tests import kills


def test_killed_three_times_the_real_process_ends_where_it_ends_unkilled() -> None:
    wrong, quiet, _ = kills.play(0, 0)
    assert wrong == []
    wrong, ending, _ = kills.play(1, 3)
    assert wrong == []
    assert ending == quiet
